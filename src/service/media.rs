//! Media types: what a body says it is. Exactly one content type, UTF-8, not compressed.

use axum::http::{HeaderMap, header};

use crate::limits;
use crate::service::problem::Kind;

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A question in JSON.
    Json,
    /// A credential as text.
    Text,
    /// A .smart-health-card file.
    HealthCardFile,
    /// A photo or drawing of QR codes.
    Picture,
    /// A credential in CBOR.
    Cbor,
    /// One question a line.
    Lines,
}

impl Media {
    /// What these headers say the body is; a credential as text when they say nothing.
    pub fn of(headers: &HeaderMap) -> Result<Media, Kind> {
        for coding in headers.get_all(header::CONTENT_ENCODING) {
            if !coding.as_bytes().eq_ignore_ascii_case(b"identity") {
                return Err(Kind::ContentCoding);
            }
        }
        let mut types = headers.get_all(header::CONTENT_TYPE).iter();
        let Some(declared) = types.next() else { return Ok(Media::Text) };
        if types.next().is_some() {
            return Err(Kind::MediaType);
        }
        let declared = declared.to_str().map_err(|_| Kind::MediaType)?;
        let mut parts = declared.split(';').map(str::trim);
        let media = Media::by_name(parts.next().unwrap_or("")).ok_or(Kind::MediaType)?;
        for parameter in parts.filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or(Kind::MediaType)?;
            if name.eq_ignore_ascii_case("charset") && !value.trim_matches('"').eq_ignore_ascii_case("utf-8") {
                return Err(Kind::Charset);
            }
        }
        Ok(media)
    }

    /// How many bytes of it are taken.
    pub fn limit_bytes(self) -> usize {
        match self {
            Media::Picture => limits::IMAGE_BYTES,
            // A JSON body also holds its own syntax, and base64 where the credential is not text.
            Media::Json | Media::Text | Media::HealthCardFile | Media::Cbor | Media::Lines => limits::INPUT_BYTES,
        }
    }

    fn by_name(name: &str) -> Option<Media> {
        const NAMES: &[(&str, Media)] = &[
            ("application/json", Media::Json),
            ("text/plain", Media::Text),
            ("application/smart-health-card", Media::HealthCardFile),
            ("application/cbor", Media::Cbor),
            ("image/png", Media::Picture),
            ("image/jpeg", Media::Picture),
            ("application/x-ndjson", Media::Lines),
            ("application/ndjson", Media::Lines),
            ("application/jsonl", Media::Lines),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, media)| *media)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(types: &[&'static str]) -> Result<Media, Kind> {
        let mut headers = HeaderMap::new();
        for text in types {
            headers.append(header::CONTENT_TYPE, text.parse().unwrap());
        }
        Media::of(&headers)
    }

    #[test]
    fn tells_media_types_apart() {
        assert_eq!(of(&[]), Ok(Media::Text));
        assert_eq!(of(&["text/plain; charset=UTF-8"]), Ok(Media::Text));
        assert_eq!(of(&["Application/JSON;charset=\"utf-8\""]), Ok(Media::Json));
        assert_eq!(of(&["image/jpeg"]), Ok(Media::Picture));
        assert_eq!(of(&["application/cbor"]), Ok(Media::Cbor));
        assert_eq!(of(&["application/x-ndjson"]), Ok(Media::Lines));
        assert_eq!(of(&["application/json; charset=utf-7"]), Err(Kind::Charset));
        assert_eq!(of(&["text/plain; charset=iso-8859-1"]), Err(Kind::Charset));
        for wrong in
            ["application/x-www-form-urlencoded", "application/jsonp", "json", "", "text/plain; charset", "*/*"]
        {
            assert_eq!(of(&[wrong]), Err(Kind::MediaType), "{wrong}");
        }
        assert_eq!(of(&["application/json", "text/plain"]), Err(Kind::MediaType));
    }
}
