//! Identifier lists: which mobile documents an issuer revoked, by identifier (ISO/IEC 18013-5, second edition, 12.3.6).
//!
//! ```cddl
//! identifier_list = { "identifiers": { * bstr => { * (int / tstr) => any } }, ? "aggregation_uri": tstr }   ; CWT claim 65530
//! ```
//! An identifier that stands in the list is revoked. Whoever comes here has verified the token that holds the list.

use std::collections::BTreeSet;

use crate::encoding::cbor::Value;
use crate::reason::{Code, Fact, Reason, Rules};

/// The identifiers of revoked documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentifierList {
    identifiers: BTreeSet<Vec<u8>>,
}

impl IdentifierList {
    /// The list in the claim 65530 of a CWT: the map of identifiers, or that map under `identifiers`.
    ///
    /// # Errors
    /// `status.malformed`.
    pub fn of_cbor(claim: &Value<'_>) -> Result<IdentifierList, Reason> {
        let listed = claim.entry_text("identifiers").unwrap_or(claim);
        let pairs = listed.as_map().ok_or_else(|| malformed("a map of identifiers").got(listed.kind()))?;
        let identifier = |(key, about): &(Value<'_>, Value<'_>)| match (key.as_bytes(), about.as_map()) {
            (Some(bytes), Some(_)) => Ok(bytes.to_vec()),
            (Some(_), None) => Err(malformed("a map behind each identifier").got(about.kind())),
            (None, _) => Err(malformed("byte strings as identifiers").got(key.kind())),
        };
        Ok(IdentifierList { identifiers: pairs.iter().map(identifier).collect::<Result<_, _>>()? })
    }

    /// How many identifiers the list holds.
    pub fn len(&self) -> usize {
        self.identifiers.len()
    }

    /// `true` when nothing is revoked.
    pub fn is_empty(&self) -> bool {
        self.identifiers.is_empty()
    }

    /// `Ok` when the identifier is not in the list.
    ///
    /// # Errors
    /// `status.revoked`.
    pub fn check(&self, identifier: &[u8]) -> Result<(), Reason> {
        if self.identifiers.contains(identifier) {
            Err(Reason::new(Code::StatusRevoked).under(Rules::IdentifierList))
        } else {
            Ok(())
        }
    }
}

fn malformed(expected: impl Into<Fact>) -> Reason {
    Reason::new(Code::StatusMalformed).under(Rules::IdentifierList).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: Vec<(Value<'static>, Value<'static>)>) -> Value<'static> {
        Value::Map(pairs)
    }

    #[test]
    fn who_stands_in_it_is_revoked() {
        let id = |bytes: &'static [u8]| Value::from(bytes);
        let identifiers = map(vec![(id(b"one"), map(vec![])), (id(b"two"), map(vec![]))]);
        for claim in [identifiers.clone(), map(vec![("identifiers".into(), identifiers)])] {
            let list = IdentifierList::of_cbor(&claim).unwrap();
            assert_eq!((list.len(), list.is_empty()), (2, false));
            assert_eq!(list.check(b"two").unwrap_err().code(), Code::StatusRevoked);
            assert!(list.check(b"tw").is_ok() && list.check(b"").is_ok());
        }
        assert!(IdentifierList::of_cbor(&map(vec![])).unwrap().is_empty());
        for claim in [
            Value::Array(vec![]),
            Value::Null,
            map(vec![("one".into(), map(vec![]))]),
            map(vec![(1.into(), map(vec![]))]),
            map(vec![(id(b"one"), Value::Bool(true))]),
            map(vec![("identifiers".into(), Value::Array(vec![]))]),
        ] {
            assert_eq!(IdentifierList::of_cbor(&claim).unwrap_err().code(), Code::StatusMalformed, "{claim:?}");
        }
    }
}
