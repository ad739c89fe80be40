//! The test wallet's HTTP: GET and POST, no redirects, bounded answers.

use std::time::Duration;

/// Largest answer read, bytes.
const ANSWER_BYTES: usize = 1 << 20;
const TIME: Duration = Duration::from_secs(15);

/// A client that follows nothing.
#[derive(Clone)]
pub struct Http(reqwest::Client);

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The media type, without parameters, in lower case.
    pub media_type: String,
    /// `Location`.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// `true` for 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Http {
    /// A client that also trusts these certificates (PEM or DER) for TLS.
    ///
    /// # Errors
    /// A sentence.
    pub fn new(certificate: Option<&[u8]>) -> Result<Self, String> {
        let mut builder =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(TIME);
        if let Some(bytes) = certificate {
            let read = reqwest::Certificate::from_pem(bytes).or_else(|_| reqwest::Certificate::from_der(bytes));
            builder = builder.add_root_certificate(read.map_err(|error| error.to_string())?);
        }
        builder.build().map(Http).map_err(|error| error.to_string())
    }

    /// What `GET url` gives.
    ///
    /// # Errors
    /// A sentence, when nothing comes back.
    pub async fn fetch(&self, url: &str, accept: &str) -> Result<Answered, String> {
        answered(self.0.get(url).header("accept", accept)).await
    }

    /// What `POST url` with this form gives.
    ///
    /// # Errors
    /// A sentence, when nothing comes back.
    pub async fn post_form(&self, url: &str, form: &[(&str, &str)], accept: &str) -> Result<Answered, String> {
        let body = encode_form(form);
        let sent =
            self.0.post(url).header("accept", accept).header("content-type", "application/x-www-form-urlencoded");
        answered(sent.body(body)).await
    }

    /// What a call with a JSON body gives; with an API key, where there is one.
    ///
    /// # Errors
    /// A sentence, when nothing comes back.
    pub async fn post_json(&self, url: &str, body: &serde_json::Value, key: Option<&str>) -> Result<Answered, String> {
        let sent = self.0.post(url).header("content-type", "application/json").body(body.to_string());
        answered(with_key(sent, key)).await
    }

    /// What `GET url` gives whoever has this API key.
    ///
    /// # Errors
    /// A sentence, when nothing comes back.
    pub async fn fetch_with(&self, url: &str, key: Option<&str>) -> Result<Answered, String> {
        answered(with_key(self.0.get(url), key)).await
    }
}

fn with_key(sent: reqwest::RequestBuilder, key: Option<&str>) -> reqwest::RequestBuilder {
    match key {
        Some(key) => sent.header("authorization", format!("Bearer {key}")),
        None => sent,
    }
}

async fn answered(sent: reqwest::RequestBuilder) -> Result<Answered, String> {
    let text = |error: reqwest::Error| format!("{error:?}");
    let mut response = sent.send().await.map_err(text)?;
    let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let location = response.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(text)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES {
            return Err("the answer is too large".to_owned());
        }
    }
    Ok(Answered { status, media_type, location, body })
}

/// `application/x-www-form-urlencoded`.
pub fn encode_form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    pairs.join("&")
}

/// Percent-encoding of everything but the unreserved characters.
pub fn encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The pairs of a query or form, decoded; a pair that is not UTF-8 is left out.
pub fn decode_form(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let decoded = pairs.filter_map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decoded(name)?, decoded(value)?))
    });
    decoded.collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_go_there_and_back() {
        let pairs = [("vp_token", r#"{"a":["x y+z&%=é"]}"#), ("state", "")];
        let read = decode_form(&encode_form(&pairs));
        assert_eq!(read, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(decode_form("a=%2&b=%ff&c=1+2"), [("c".to_owned(), "1 2".to_owned())]);
    }
}
