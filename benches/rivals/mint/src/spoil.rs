//! The credential that nobody may take: one letter of the family name is another, the signature is as it was.

use std::borrow::Cow;

use rival_protocol::Fault;
use vidimus::encoding::{base32, base45, base64url, deflate};
use vidimus::format::shc_numeric;
use vidimus::issue::eu_dcc;

const BEFORE: &[u8] = b"Lindqvist";
const AFTER: &[u8] = b"Lindqvisu";

/// That credential, in the encodings of the right one.
pub(crate) fn changed(text: &str) -> Result<String, Fault> {
    decoded(text).map_err(|why| format!("cannot spoil a credential: {why}").into())
}

fn decoded(text: &str) -> Result<String, String> {
    let told = |reason: vidimus::reason::Reason| reason.to_string();
    if let Some(packed) = text.strip_prefix("HC1:") {
        let cose = base45::decode(packed).and_then(|bytes| deflate::inflate_zlib(&bytes)).map_err(told)?;
        return Ok(eu_dcc::pack(&renamed(&cose)?));
    }
    if let Some(packed) = text.strip_prefix("NZCP:/1/") {
        let cose = base32::decode(packed).map_err(told)?;
        return Ok(format!("NZCP:/1/{}", base32::encode(&renamed(&cose)?)));
    }
    if text.starts_with("shc:/") {
        let jws = shc_numeric::decode(&[Cow::Borrowed(text)], true).map_err(told)?;
        let compressed = |body: &[u8]| {
            let payload = deflate::inflate_raw(body).map_err(told)?;
            Ok(deflate::deflate_raw(&renamed(&payload)?))
        };
        return Ok(shc_numeric::encode(&with_body(&jws, compressed)?));
    }
    if text.starts_with('{') {
        return String::from_utf8(renamed(text.as_bytes())?).map_err(|error| error.to_string());
    }
    if text.contains('~') {
        return in_a_disclosure(text);
    }
    if !text.contains('.') {
        return Ok(base64url::encode(&renamed(&base64url::decode(text).map_err(told)?)?));
    }
    with_body(text, renamed)
}

/// An SD-JWT with that letter changed in the disclosure that has it: the digest of that is signed, not itself.
fn in_a_disclosure(text: &str) -> Result<String, String> {
    let mut parts: Vec<String> = text.split('~').map(str::to_owned).collect();
    let is_it = |part: &[u8]| part.windows(BEFORE.len()).any(|bytes| bytes == BEFORE);
    let part = parts.iter_mut().skip(1).find(|part| base64url::decode(part).is_ok_and(|bytes| is_it(&bytes)));
    let part = part.ok_or("no disclosure has the family name")?;
    *part = base64url::encode(&renamed(&base64url::decode(part).map_err(|reason| reason.to_string())?)?);
    Ok(parts.join("~"))
}

/// A compact JWS with another payload.
fn with_body(jws: &str, change: impl Fn(&[u8]) -> Result<Vec<u8>, String>) -> Result<String, String> {
    let [header, body, signature] = jws.split('.').collect::<Vec<_>>()[..] else { return Err("no JWS".to_owned()) };
    let body = base64url::decode(body).map_err(|reason| reason.to_string())?;
    Ok(format!("{header}.{}.{signature}", base64url::encode(&change(&body)?)))
}

fn renamed(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let found: Vec<usize> =
        bytes.windows(BEFORE.len()).enumerate().filter(|(_, part)| *part == BEFORE).map(|(at, _)| at).collect();
    let [at] = found[..] else { return Err(format!("the family name stands in it {} times", found.len())) };
    let mut renamed = bytes.to_vec();
    renamed[at..at + AFTER.len()].copy_from_slice(AFTER);
    Ok(renamed)
}
