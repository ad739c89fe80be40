//! What the proof values of selective disclosure share: three bytes of head, then a CBOR array without tags.
//!
//! Data Integrity ECDSA Cryptosuites 1.0, 3.5; Data Integrity BBS Cryptosuites 1.0, 3.3. Every fault is `di.selective`.

use crate::encoding::cbor::{self, Value};
use crate::limits;
use crate::reason::{Code, Reason};

/// The first two bytes of every head; the third tells the suite and what the value is.
const HEAD: [u8; 2] = [0xd9, 0x5d];

/// `di.selective` with what was due.
pub(super) fn fault(expected: &'static str) -> Reason {
    Reason::new(Code::DiSelective).expected(expected)
}

/// The third byte of the head, and what follows.
pub(super) fn split(value: &[u8]) -> Result<(u8, &[u8]), Reason> {
    match value {
        [first, second, third, rest @ ..] if [*first, *second] == HEAD => Ok((*third, rest)),
        _ => Err(fault("a proof value that begins with d9 5d")),
    }
}

/// The components in that CBOR array. It stands there in its one shortest form: so there is no tag that the reader would look through.
pub(super) fn decode(cbor: &[u8]) -> Result<Vec<Value<'_>>, Reason> {
    let value =
        cbor::decode(cbor).map_err(|reason| fault("a CBOR array after the head").got(reason.code().as_str()))?;
    if cbor::encode(&value) != cbor {
        return Err(fault("CBOR without tags, in its shortest form"));
    }
    match value {
        Value::Array(items) => Ok(items),
        other => Err(fault("a CBOR array after the head").got(other.kind())),
    }
}

/// The proof value with that third byte of head and those components.
pub(super) fn encode(third: u8, components: Vec<Value<'_>>) -> Vec<u8> {
    let mut value = HEAD.to_vec();
    value.push(third);
    value.extend(cbor::encode(&Value::Array(components)));
    value
}

/// A byte string of `N` bytes.
pub(super) fn fixed<const N: usize>(item: &Value<'_>, expected: &'static str) -> Result<[u8; N], Reason> {
    let bytes = bytes(item, expected)?;
    <[u8; N]>::try_from(bytes).map_err(|_| fault(expected).got(format!("{} bytes", bytes.len())))
}

/// A byte string.
pub(super) fn bytes<'v>(item: &'v Value<'_>, expected: &'static str) -> Result<&'v [u8], Reason> {
    item.as_bytes().ok_or_else(|| fault(expected).got(item.kind()))
}

/// A number of things.
pub(super) fn count(item: &Value<'_>, expected: &'static str) -> Result<usize, Reason> {
    let number = match item {
        Value::Unsigned(number) => usize::try_from(*number).ok(),
        other => return Err(fault(expected).got(other.kind())),
    };
    number.filter(|number| *number <= limits::STATEMENTS).ok_or_else(|| fault(expected).got("a larger number"))
}

/// Places of statements, which ascend.
pub(super) fn places(item: &Value<'_>, expected: &'static str) -> Result<Vec<usize>, Reason> {
    let items = list(item, expected)?;
    let places = items.iter().map(|item| count(item, expected)).collect::<Result<Vec<_>, _>>()?;
    if places.iter().zip(places.iter().skip(1)).all(|(a, b)| a < b) { Ok(places) } else { Err(fault(expected)) }
}

/// JSON pointers.
pub(super) fn pointers(item: &Value<'_>) -> Result<Vec<String>, Reason> {
    const EXPECTED: &str = "mandatory pointers: texts";
    let text = |item: &Value<'_>| item.as_text().map(str::to_owned).ok_or_else(|| fault(EXPECTED).got(item.kind()));
    list(item, EXPECTED)?.iter().map(text).collect()
}

/// An array of no more items than there may be statements.
pub(super) fn list<'v, 'a>(item: &'v Value<'a>, expected: &'static str) -> Result<&'v [Value<'a>], Reason> {
    let items = item.as_array().ok_or_else(|| fault(expected).got(item.kind()))?;
    if items.len() > limits::STATEMENTS { Err(fault(expected).got(items.len())) } else { Ok(items) }
}

/// The pairs of a map from numbers, no more than there may be statements.
pub(super) fn numbered<'v, 'a>(
    item: &'v Value<'a>,
    expected: &'static str,
) -> Result<Vec<(usize, &'v Value<'a>)>, Reason> {
    let pairs = item.as_map().ok_or_else(|| fault(expected).got(item.kind()))?;
    if pairs.len() > limits::STATEMENTS {
        return Err(fault(expected).got(pairs.len()));
    }
    pairs.iter().map(|(key, value)| Ok((count(key, expected)?, value))).collect()
}

/// Places as a component.
pub(super) fn of_places(places: &[usize]) -> Value<'static> {
    Value::Array(places.iter().map(|place| of_count(*place)).collect())
}

/// A number as a component.
pub(super) fn of_count(count: usize) -> Value<'static> {
    Value::Unsigned(u64::try_from(count).unwrap_or(u64::MAX))
}

/// Texts as a component.
pub(super) fn of_texts(texts: &[String]) -> Value<'_> {
    Value::Array(texts.iter().map(|text| Value::from(text.as_str())).collect())
}
