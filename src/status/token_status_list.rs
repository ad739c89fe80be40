//! Token status lists: the array of statuses inside a status list token (Token Status List, draft-ietf-oauth-status-list, 4 and 7).
//!
//! ```text
//! JSON: {"bits": 1 / 2 / 4 / 8, "lst": base64url(zlib(bytes)), ? "aggregation_uri": text}
//! CBOR: {"bits": uint, "lst": bstr, ? "aggregation_uri": tstr}
//! ```
//! Place 0 stands in the least significant bits of the first byte. Whoever comes here has verified the token that holds the list.

use crate::encoding::{base64url, cbor, deflate, json};
use crate::limits;
use crate::reason::{Code, Fact, Reason, Rules, Stage};

/// The value of a status that is valid.
pub const VALID: u8 = 0;
/// The value of a status that is revoked.
pub const INVALID: u8 = 1;
/// The value of a status that is suspended.
pub const SUSPENDED: u8 = 2;

/// A list of statuses, unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenStatusList {
    bits: u8,
    bytes: Vec<u8>,
    /// Where the addresses of all lists of the issuer are told, if the list says so.
    pub aggregation_uri: Option<String>,
}

impl TokenStatusList {
    /// The list in the claim `status_list` of a JWT.
    ///
    /// # Errors
    /// `status.malformed`; `input.decompressed_too_large` at stage `status` when it unpacks to more than
    /// [`limits::STATUS_LIST_BYTES`].
    pub fn of_json(claim: &json::Value<'_>) -> Result<TokenStatusList, Reason> {
        let bits = match claim.member("bits") {
            Some(json::Value::Number(number)) => number.text().parse().ok(),
            _ => None,
        };
        let packed = claim.member("lst").and_then(json::Value::as_str).and_then(|text| base64url::decode(text).ok());
        let packed = packed.ok_or_else(|| malformed("base64url as `lst`"))?;
        let aggregation = claim.member("aggregation_uri").map(json::Value::as_str);
        TokenStatusList::of_parts(bits, &packed, aggregation)
    }

    /// The list in the claim 65533 of a CWT.
    ///
    /// # Errors
    /// As [`TokenStatusList::of_json`].
    pub fn of_cbor(claim: &cbor::Value<'_>) -> Result<TokenStatusList, Reason> {
        let bits = match claim.entry_text("bits") {
            Some(cbor::Value::Unsigned(bits)) => u8::try_from(*bits).ok(),
            _ => None,
        };
        let packed = claim.entry_text("lst").and_then(cbor::Value::as_bytes);
        let packed = packed.ok_or_else(|| malformed("a byte string as `lst`"))?;
        let aggregation = claim.entry_text("aggregation_uri").map(cbor::Value::as_text);
        TokenStatusList::of_parts(bits, packed, aggregation)
    }

    /// The list of these bytes, one bit a place, place 0 in the least significant bit of the first byte.
    pub fn of_bits(bytes: Vec<u8>) -> TokenStatusList {
        TokenStatusList { bits: 1, bytes, aggregation_uri: None }
    }

    /// The list of these bytes, place 0 in the least significant bits of the first one. `None` unless there are 1, 2, 4 or 8 `bits`.
    pub fn of_bytes(bits: u8, bytes: Vec<u8>) -> Option<TokenStatusList> {
        matches!(bits, 1 | 2 | 4 | 8).then_some(TokenStatusList { bits, bytes, aggregation_uri: None })
    }

    fn of_parts(bits: Option<u8>, packed: &[u8], aggregation: Option<Option<&str>>) -> Result<Self, Reason> {
        let bits = bits.filter(|bits| matches!(bits, 1 | 2 | 4 | 8));
        let bits = bits.ok_or_else(|| malformed("1, 2, 4 or 8 as `bits`"))?;
        let aggregation_uri = match aggregation {
            None => None,
            Some(Some(uri)) => Some(uri.to_owned()),
            Some(None) => return Err(malformed("a text as `aggregation_uri`")),
        };
        let unpacked = deflate::inflate_zlib_limited(packed, limits::STATUS_LIST_BYTES);
        let bytes = unpacked.map_err(|reason| match reason.code() {
            Code::InputDecompressedTooLarge => reason.at(Stage::Status),
            _ => malformed("zlib data in `lst`"),
        })?;
        Ok(TokenStatusList { bits, bytes, aggregation_uri })
    }

    /// Bits of one place: 1, 2, 4 or 8.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// The unpacked bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many places the list has.
    pub fn places(&self) -> u64 {
        let bits = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX).saturating_mul(8);
        bits.checked_div(u64::from(self.bits)).unwrap_or_default()
    }

    /// The value at a place (4.1, 8.3).
    ///
    /// # Errors
    /// `status.index` when the place is outside of the list.
    pub fn value_at(&self, index: u64) -> Result<u8, Reason> {
        let outside = || fault(Code::StatusIndex).expected(format!("a place below {}", self.places()));
        let bits = u64::from(self.bits);
        let first = index.checked_mul(bits).ok_or_else(outside)?;
        let byte = usize::try_from(first / 8).ok().and_then(|at| self.bytes.get(at)).ok_or_else(outside)?;
        // Below 8, so nothing is lost, and the mask of eight bits is the whole byte.
        let shift = u32::try_from(first % 8).unwrap_or_default();
        let mask = u8::MAX >> 8_u32.saturating_sub(u32::from(self.bits));
        Ok(byte >> shift & mask)
    }

    /// `Ok` when the status at that place is valid (7.1).
    ///
    /// # Errors
    /// As [`TokenStatusList::value_at`]; `status.revoked`, `status.suspended`; `status.unknown_value` for what only applications know.
    pub fn check(&self, index: u64) -> Result<(), Reason> {
        match self.value_at(index)? {
            VALID => Ok(()),
            INVALID => Err(fault(Code::StatusRevoked)),
            SUSPENDED => Err(fault(Code::StatusSuspended)),
            other => Err(fault(Code::StatusUnknownValue).expected("0").got(usize::from(other))),
        }
    }
}

/// The addresses of all lists of an issuer: `{"status_lists": [uri ..]}` (Token Status List, 9).
///
/// # Errors
/// `json.*`; `status.malformed`; `input.too_many_items` above [`limits::AGGREGATED_LISTS`].
pub fn decode_aggregation(body: &[u8]) -> Result<Vec<String>, Reason> {
    let document = json::decode(body)?;
    let lists = document.member("status_lists").and_then(json::Value::as_array);
    let lists = lists.ok_or_else(|| malformed("a list as `status_lists`"))?;
    if lists.len() > limits::AGGREGATED_LISTS {
        return Err(Reason::new(Code::InputTooManyItems).expected(limits::AGGREGATED_LISTS).got(lists.len()));
    }
    let text =
        |item: &json::Value<'_>| item.as_str().map(str::to_owned).ok_or_else(|| malformed("texts in `status_lists`"));
    lists.iter().map(text).collect()
}

fn fault(code: Code) -> Reason {
    Reason::new(code).under(Rules::TokenStatusList)
}

fn malformed(expected: impl Into<Fact>) -> Reason {
    fault(Code::StatusMalformed).expected(expected)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(bits: u8, bytes: &[u8]) -> TokenStatusList {
        TokenStatusList::of_bytes(bits, bytes.to_vec()).unwrap()
    }

    fn json(text: &str) -> Result<TokenStatusList, Code> {
        TokenStatusList::of_json(&json::decode(text.as_bytes()).unwrap()).map_err(|reason| reason.code())
    }

    fn packed(bytes: &[u8]) -> String {
        base64url::encode(&deflate::deflate_zlib(bytes))
    }

    /// STA-011, STA-014: the least significant bit first, and what every value means.
    #[test]
    fn values_and_what_they_mean() {
        let code = |list: &TokenStatusList, index| list.check(index).map_err(|reason| reason.code());
        let one = list(1, &[0b0000_0010, 0x80]);
        assert_eq!((code(&one, 0), code(&one, 1)), (Ok(()), Err(Code::StatusRevoked)));
        assert_eq!((code(&one, 8), code(&one, 15)), (Ok(()), Err(Code::StatusRevoked)));
        let two = list(2, &[0b1110_0100]);
        assert_eq!((code(&two, 0), code(&two, 1)), (Ok(()), Err(Code::StatusRevoked)));
        assert_eq!((code(&two, 2), code(&two, 3)), (Err(Code::StatusSuspended), Err(Code::StatusUnknownValue)));
        assert_eq!(list(4, &[0xc2]).value_at(1), Ok(12));
        assert_eq!(list(8, &[7, 255]).value_at(1), Ok(255));
        for value in 3..=255 {
            assert_eq!(code(&list(8, &[value]), 0), Err(Code::StatusUnknownValue));
        }
    }

    /// STA-002.
    #[test]
    fn no_place_outside_says_anything() {
        for bits in [1, 2, 4, 8] {
            let list = list(bits, &[0; 3]);
            for index in [list.places(), list.places() + 1, u64::MAX, u64::MAX / 8 + 1, 1 << 61] {
                assert_eq!(list.check(index).unwrap_err().code(), Code::StatusIndex, "{bits} bits, {index}");
            }
            assert!(list.check(list.places() - 1).is_ok());
        }
        assert_eq!(list(1, &[]).check(0).unwrap_err().code(), Code::StatusIndex);
    }

    /// STA-001, STA-009.
    #[test]
    fn what_is_no_list() {
        let good = packed(&[0; 16]);
        for bits in ["0", "3", "5", "16", "-1", "1.0", r#""1""#, "null", "true"] {
            assert_eq!(json(&format!(r#"{{"bits":{bits},"lst":"{good}"}}"#)), Err(Code::StatusMalformed), "{bits}");
        }
        let cut = good.get(..good.len() - 2).unwrap();
        for lst in ["!!!!", "", &format!("{good}=="), cut, &base64url::encode(&deflate::gzip(&[0; 16]))] {
            assert_eq!(json(&format!(r#"{{"bits":1,"lst":"{lst}"}}"#)), Err(Code::StatusMalformed), "{lst}");
        }
        for claim in ["[]", "{}", r#""eNr""#, &format!(r#"{{"bits":1,"lst":"{good}","aggregation_uri":1}}"#)] {
            assert_eq!(json(claim), Err(Code::StatusMalformed), "{claim}");
        }
        let bomb = packed(&vec![0; limits::STATUS_LIST_BYTES + 1]);
        let bomb = json::decode(format!(r#"{{"bits":1,"lst":"{bomb}"}}"#).as_bytes()).unwrap().to_serde();
        let reason =
            TokenStatusList::of_cbor(&cbor::from_json(&serde_json::json!({"bits": 1, "lst": "x"}))).unwrap_err();
        assert_eq!(reason.code(), Code::StatusMalformed);
        let text = bomb.to_string();
        let reason = TokenStatusList::of_json(&json::decode(text.as_bytes()).unwrap()).unwrap_err();
        assert_eq!((reason.code(), reason.stage()), (Code::InputDecompressedTooLarge, Stage::Status));
    }

    #[test]
    fn aggregations() {
        let read = |text: &str| decode_aggregation(text.as_bytes()).map_err(|reason| reason.code());
        assert_eq!(read(r#"{"status_lists":["https://a.example/1"]}"#), Ok(vec!["https://a.example/1".to_owned()]));
        assert_eq!(read(r#"{"status_lists":[1]}"#), Err(Code::StatusMalformed));
        assert_eq!(read("[]"), Err(Code::StatusMalformed));
        let many = vec!["\"x\""; limits::AGGREGATED_LISTS + 1].join(",");
        assert_eq!(read(&format!(r#"{{"status_lists":[{many}]}}"#)), Err(Code::InputTooManyItems));
    }

    proptest! {
        #[test]
        fn each_place_holds_what_was_put_there(
            bits in prop_oneof![Just(1_u8), Just(2), Just(4), Just(8)],
            values in proptest::collection::vec(any::<u8>(), 1..200),
        ) {
            let per_byte = 8 / usize::from(bits);
            let mask = if bits == 8 { 255 } else { (1 << bits) - 1 };
            let mut bytes = vec![0_u8; values.len().div_ceil(per_byte)];
            for (at, value) in values.iter().enumerate() {
                bytes[at / per_byte] |= (value & mask) << (at % per_byte * usize::from(bits));
            }
            let text = format!(r#"{{"bits":{bits},"lst":"{}"}}"#, packed(&bytes));
            let list = json(&text).unwrap();
            for (at, value) in values.iter().enumerate() {
                prop_assert_eq!(list.value_at(at as u64).unwrap(), value & mask);
            }
        }
    }
}
