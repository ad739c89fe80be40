//! References to status lists of tokens: the claim `status` (Token Status List, 6; ISO/IEC 18013-5 second edition, 12.3.6).
//!
//! ```text
//! JWT:       "status": {"status_list": {"idx": 0, "uri": "https://example.com/statuslists/1"}}
//! CWT, MSO:  {"status_list": {"idx": 0, "uri": ".."}, "identifier_list": {"id": h'..', "uri": ".."}}     ; CWT claim 65535
//! ```
//! Read only. The lists behind them are looked at once the signature is right. A certificate beside a reference of an mdoc is not
//! used: which authorities count is for the trust store to say.

use crate::credential::{StatusEntry, StatusKind};
use crate::encoding::{base64url, cbor, json};
use crate::limits;
use crate::reason::{Code, Fact, Reason, Rules, Stage};

/// Bytes of the longest URI and of the longest identifier that we take.
const LONGEST: usize = 2048;

/// The references in the `status` claim of a JWT, at least one.
///
/// A mechanism that nobody here knows is [`StatusKind::Other`]: its credential is neither good nor bad.
///
/// # Errors
/// `status.malformed`; `status.index` when the place is not a whole number from 0 on.
pub fn of_json(status: &json::Value<'_>) -> Result<Vec<StatusEntry>, Reason> {
    let members = status.as_object().ok_or_else(|| malformed("an object as `status`").got(status.kind()))?;
    counted(members.len())?;
    let read = |(name, value): &(_, json::Value<'_>)| match AsRef::<str>::as_ref(name) {
        "status_list" => {
            let uri = value.member("uri").and_then(json::Value::as_str);
            token_status_list(json_index(value.member("idx"))?, uri)
        }
        _ => Ok(StatusEntry::other()),
    };
    members.iter().map(read).collect()
}

/// The references in what a caller asks a list about: as in a JWT, and identifiers as base64url.
///
/// # Errors
/// `json.*` at stage `status`; as [`of_json`].
pub fn of_question(text: &str) -> Result<Vec<StatusEntry>, Reason> {
    let status = json::decode(text.as_bytes()).map_err(|reason| reason.at(Stage::Status))?;
    match status.member("identifier_list") {
        None => of_json(&status),
        Some(asked) => {
            let id = asked.member("id").and_then(json::Value::as_str).and_then(|id| base64url::decode(id).ok());
            identifier_list(id.as_deref(), asked.member("uri").and_then(json::Value::as_str)).map(|entry| vec![entry])
        }
    }
}

/// The references in the status claim of a CWT (65535), or in the `status` of a mobile security object; at least one.
///
/// A mechanism that nobody here knows is [`StatusKind::Other`].
///
/// # Errors
/// `status.malformed`; `status.index` when the place is not a whole number from 0 on.
pub fn of_cbor(status: &cbor::Value<'_>) -> Result<Vec<StatusEntry>, Reason> {
    let pairs = status.as_map().ok_or_else(|| malformed("a map as `status`").got(status.kind()))?;
    counted(pairs.len())?;
    let read = |(name, value): &(cbor::Value<'_>, cbor::Value<'_>)| {
        let uri = value.entry_text("uri").and_then(cbor::Value::as_text);
        match name.as_text() {
            Some("status_list") => token_status_list(cbor_index(value.entry_text("idx"))?, uri),
            Some("identifier_list") => identifier_list(value.entry_text("id").and_then(cbor::Value::as_bytes), uri),
            _ => Ok(StatusEntry::other()),
        }
    };
    pairs.iter().map(read).collect()
}

fn counted(mechanisms: usize) -> Result<(), Reason> {
    match mechanisms {
        0 => Err(malformed("a status mechanism in `status`").got("none")),
        some if some > limits::STATUS_ENTRIES => Err(malformed("fewer status mechanisms in `status`").got(some)),
        _ => Ok(()),
    }
}

fn token_status_list(index: u64, uri: Option<&str>) -> Result<StatusEntry, Reason> {
    Ok(StatusEntry { kind: StatusKind::TokenStatusList, index, list: read_uri(uri)?, ..StatusEntry::other() })
}

fn identifier_list(id: Option<&[u8]>, uri: Option<&str>) -> Result<StatusEntry, Reason> {
    let id = id.filter(|id| !id.is_empty() && id.len() <= LONGEST);
    let id = id.ok_or_else(|| malformed("bytes as `id` of `identifier_list`"))?;
    let kind = StatusKind::IdentifierList;
    Ok(StatusEntry { kind, identifier: Some(id.to_vec()), list: read_uri(uri)?, ..StatusEntry::other() })
}

fn read_uri(uri: Option<&str>) -> Result<String, Reason> {
    let uri = uri.filter(|uri| !uri.is_empty() && uri.len() <= LONGEST);
    uri.map(str::to_owned).ok_or_else(|| malformed("a text as `uri` of the status list"))
}

/// A whole number, written as one: digits alone.
fn json_index(value: Option<&json::Value<'_>>) -> Result<u64, Reason> {
    match value {
        Some(json::Value::Number(number)) => number.text().parse().map_err(|_| wrong_index("another number")),
        Some(other) => Err(wrong_index(other.kind())),
        None => Err(wrong_index("nothing")),
    }
}

fn cbor_index(value: Option<&cbor::Value<'_>>) -> Result<u64, Reason> {
    match value {
        Some(cbor::Value::Unsigned(index)) => Ok(*index),
        Some(cbor::Value::Negative(_)) => Err(wrong_index("another number")),
        Some(other) => Err(wrong_index(other.kind())),
        None => Err(wrong_index("nothing")),
    }
}

fn wrong_index(got: &'static str) -> Reason {
    Reason::new(Code::StatusIndex).under(Rules::TokenStatusList).expected("a whole number from 0 on as `idx`").got(got)
}

fn malformed(expected: impl Into<Fact>) -> Reason {
    Reason::new(Code::StatusMalformed).under(Rules::TokenStatusList).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "https://example.com/statuslists/1";

    fn json(text: &str) -> Result<Vec<StatusEntry>, Code> {
        of_json(&json::decode(text.as_bytes()).unwrap()).map_err(|reason| reason.code())
    }

    fn cbor(value: serde_json::Value) -> Result<Vec<StatusEntry>, Code> {
        of_cbor(&cbor::from_json(&value)).map_err(|reason| reason.code())
    }

    fn list(index: u64) -> StatusEntry {
        StatusEntry { kind: StatusKind::TokenStatusList, index, list: URI.to_owned(), ..StatusEntry::other() }
    }

    #[test]
    fn a_place_in_a_list() {
        let text = |idx: &str| format!(r#"{{"status_list":{{"idx":{idx},"uri":"{URI}","later":1}}}}"#);
        assert_eq!(json(&text("7")), Ok(vec![list(7)]));
        assert_eq!(json(&text("18446744073709551615")), Ok(vec![list(u64::MAX)]));
        for idx in ["-1", "-0", "1.0", "1e3", "18446744073709551616", r#""0""#, "null", "true", "[0]", "{}"] {
            assert_eq!(json(&text(idx)), Err(Code::StatusIndex), "{idx}");
        }
        assert_eq!(json(&format!(r#"{{"status_list":{{"uri":"{URI}"}}}}"#)), Err(Code::StatusIndex));
        for text in
            ["{}", "[]", r#""status_list""#, r#"{"status_list":{"idx":1}}"#, r#"{"status_list":{"idx":1,"uri":""}}"#]
        {
            assert_eq!(json(text), Err(Code::StatusMalformed), "{text}");
        }
    }

    #[test]
    fn another_mechanism_leaves_it_open() {
        assert_eq!(json(r#"{"later":{}}"#), Ok(vec![StatusEntry::other()]));
        let both = format!(r#"{{"later":{{}},"status_list":{{"idx":1,"uri":"{URI}"}}}}"#);
        assert_eq!(json(&both), Ok(vec![StatusEntry::other(), list(1)]));
        // A JWT has no bytes to name a credential by.
        assert_eq!(
            json(&format!(r#"{{"identifier_list":{{"id":"aa","uri":"{URI}"}}}}"#)),
            Ok(vec![StatusEntry::other()])
        );
    }

    #[test]
    fn in_cbor() {
        assert_eq!(cbor(serde_json::json!({"status_list": {"idx": 412, "uri": URI}})), Ok(vec![list(412)]));
        assert_eq!(cbor(serde_json::json!({"status_list": {"idx": -1, "uri": URI}})), Err(Code::StatusIndex));
        assert_eq!(cbor(serde_json::json!({"status_list": {"idx": 1.5, "uri": URI}})), Err(Code::StatusIndex));
        assert_eq!(cbor(serde_json::json!({"status_list": {"uri": URI}})), Err(Code::StatusIndex));
        assert_eq!(cbor(serde_json::json!({})), Err(Code::StatusMalformed));
        assert_eq!(cbor(serde_json::json!([])), Err(Code::StatusMalformed));
        let of = |id: &[u8]| {
            let text = |text: &'static str| cbor::Value::from(text);
            let info = vec![(text("id"), cbor::Value::from(id)), (text("uri"), text(URI))];
            let status = cbor::Value::Map(vec![(text("identifier_list"), cbor::Value::Map(info))]);
            of_cbor(&status).map_err(|reason| reason.code())
        };
        let due = StatusEntry {
            kind: StatusKind::IdentifierList,
            identifier: Some(vec![0xab, 0xcd]),
            list: URI.to_owned(),
            ..StatusEntry::other()
        };
        assert_eq!(of(&[0xab, 0xcd]), Ok(vec![due]));
        assert_eq!(of(&[]), Err(Code::StatusMalformed));
    }
}
