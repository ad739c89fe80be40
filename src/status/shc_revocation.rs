//! Revocation lists of SMART Health Cards (spec 1.4.0, "Revocation"): one list a key, one identifier a card.
//!
//! ```text
//! GET <iss>/.well-known/crl/<kid>.json
//! { "kid": .., "method": "rid", "ctr": 1, "rids": ["<rid>", "<rid>.<unix seconds>"] }
//! ```
//! A broken list says nothing about any card: whoever rests on it cannot tell. Other methods are not read.

use std::collections::HashSet;

use crate::encoding::json;
use crate::limits;
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;

/// The method that we read.
const METHOD: &str = "rid";
/// Characters of the longest identifier.
const RID_CHARS: usize = 24;

/// A revocation list, found sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    /// How often the list changed.
    pub counter: i64,
    /// Identifiers; with a time, only cards valid from before it are revoked.
    rids: Vec<(String, Option<Timestamp>)>,
}

impl RevocationList {
    /// The list in these bytes, made for this key.
    ///
    /// # Errors
    /// `status.crl_invalid` when it is not JSON, of another key or method, or holds a malformed identifier or one twice.
    pub fn decode(bytes: &[u8], kid: &str) -> Result<RevocationList, Reason> {
        if bytes.len() > limits::EVIDENCE_BYTES {
            return Err(invalid("a shorter list").got(bytes.len()));
        }
        let list = json::decode(bytes).map_err(|reason| invalid("JSON").got(reason.code().as_str()))?;
        let text = |name: &str| list.member(name).and_then(json::Value::as_str);
        if text("kid") != Some(kid) {
            return Err(invalid("the list of this key").got("of another"));
        }
        if text("method") != Some(METHOD) {
            return Err(invalid("method `rid`").got("another method"));
        }
        let counter = list.member("ctr").and_then(json::Value::as_i64).ok_or_else(|| invalid("an integer as `ctr`"))?;
        let items = list.member("rids").and_then(json::Value::as_array).ok_or_else(|| invalid("a list of `rids`"))?;
        let rids = items.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::with_capacity(rids.len());
        if !rids.iter().all(|(rid, _)| seen.insert(rid.as_str())) {
            return Err(invalid("each identifier once").got("one twice"));
        }
        Ok(RevocationList { counter, rids })
    }

    /// The list is of the version that the key announces, or of a later one; `exact` demands the very version.
    ///
    /// # Errors
    /// `status.crl_invalid`.
    pub fn check_version(&self, announced: i64, exact: bool) -> Result<(), Reason> {
        if self.counter < announced || (exact && self.counter != announced) {
            return Err(invalid("the version that the key announces").got(self.counter));
        }
        Ok(())
    }

    /// `Ok` when a card with this identifier, valid from `not_before`, is not revoked.
    ///
    /// # Errors
    /// `status.revoked`.
    pub fn check_card(&self, rid: &str, not_before: Option<Timestamp>) -> Result<(), Reason> {
        let Some((_, before)) = self.rids.iter().find(|(known, _)| known == rid) else { return Ok(()) };
        match (*before, not_before) {
            (Some(before), Some(begins)) if begins >= before => Ok(()),
            (Some(before), _) => {
                Err(Reason::new(Code::StatusRevoked).expected("a card valid from later on").got(before))
            }
            (None, _) => Err(Reason::new(Code::StatusRevoked)),
        }
    }
}

/// `rid` is base64url, at most 24 characters.
///
/// # Errors
/// `claim.type` at stage `status`.
pub fn check_rid(rid: &str) -> Result<(), Reason> {
    if is_rid(rid) {
        Ok(())
    } else {
        let reason = Reason::new(Code::ClaimType).expected("a `rid` of 1 to 24 base64url characters");
        Err(reason.got(rid.len()).at(Stage::Status))
    }
}

/// The URL of the list of the issuer's key.
pub fn list_url(issuer: &str, kid: &str) -> String {
    format!("{issuer}/.well-known/crl/{kid}.json")
}

fn entry(item: &json::Value<'_>) -> Result<(String, Option<Timestamp>), Reason> {
    let text = item.as_str().ok_or_else(|| invalid("texts as `rids`").got(item.kind()))?;
    let (rid, time) = text.split_once('.').map_or((text, None), |(rid, time)| (rid, Some(time)));
    if !is_rid(rid) {
        return Err(invalid("identifiers of 1 to 24 base64url characters"));
    }
    let seconds = match time {
        None => None,
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let seconds = digits.parse::<i64>().ok().filter(|seconds| *seconds <= limits::LATEST_SECOND);
            Some(seconds.ok_or_else(|| invalid("seconds after the dot"))?)
        }
        Some(_) => return Err(invalid("seconds after the dot")),
    };
    Ok((rid.to_owned(), seconds.map(Timestamp::from_seconds)))
}

fn is_rid(text: &str) -> bool {
    (1..=RID_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn invalid(expected: &'static str) -> Reason {
    Reason::new(Code::StatusCrlInvalid).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rids: &str) -> Result<RevocationList, Code> {
        let text = format!(r#"{{"kid":"k","method":"rid","ctr":2,"rids":{rids}}}"#);
        RevocationList::decode(text.as_bytes(), "k").map_err(|reason| reason.code())
    }

    #[test]
    fn a_time_spares_later_cards() {
        let list = list(r#"["always","once.1000"]"#).unwrap();
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        assert!(list.check_card("other", at(0)).is_ok());
        assert!(list.check_card("always", at(5000)).is_err());
        assert!(list.check_card("once", at(999)).is_err());
        assert!(list.check_card("once", at(1000)).is_ok());
        assert_eq!(list.check_card("once", None).unwrap_err().code(), Code::StatusRevoked);
        assert!(list.check_version(2, true).is_ok());
        assert!(list.check_version(1, false).is_ok());
        assert!(list.check_version(1, true).is_err());
        assert!(list.check_version(3, false).is_err());
    }

    #[test]
    fn broken_lists_say_nothing() {
        let long = format!(r#"["{}"]"#, "a".repeat(25));
        for rids in [
            r#"["a","a.1"]"#,
            r#"["a","a"]"#,
            r#"["a=="]"#,
            r#"[""]"#,
            r#"[".1"]"#,
            r#"["a."]"#,
            r#"["a.-1"]"#,
            r#"["a.1.2"]"#,
            r#"["a.9999999999999"]"#,
            r#"[1]"#,
            r#"{}"#,
            &long,
        ] {
            assert_eq!(list(rids), Err(Code::StatusCrlInvalid), "{rids}");
        }
        for text in [
            "",
            "[]",
            r#"{"kid":"x","method":"rid","ctr":1,"rids":[]}"#,
            r#"{"kid":"k","method":"x","ctr":1,"rids":[]}"#,
            r#"{"kid":"k","method":"rid","ctr":"1","rids":[]}"#,
            r#"{"kid":"k","method":"rid","rids":[]}"#,
        ] {
            assert_eq!(RevocationList::decode(text.as_bytes(), "k").unwrap_err().code(), Code::StatusCrlInvalid);
        }
        assert!(check_rid("MKyCxh7p6uQ").is_ok());
        assert_eq!(check_rid("a.b").unwrap_err().code(), Code::ClaimType);
    }
}
