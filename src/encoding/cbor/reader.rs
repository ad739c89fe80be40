//! The strict reader: one pass, no recursion deeper than [`limits::CBOR_DEPTH`], no allocation before its length is seen.

use std::borrow::Cow;

use super::{Value, writer};
use crate::encoding::twins;
use crate::limits;
use crate::reason::{Code, Reason};

/// Elements a container makes room for before the first is read.
const ROOM: usize = 64;

/// The one item that `bytes` hold.
///
/// Errors: the `cbor.*` reasons, `cbor.trailing` when bytes follow the item, `input.too_many_items`. Of several faults,
/// what is not CBOR at all is told before twins, and trailing bytes are too.
pub fn decode(bytes: &[u8]) -> Result<Value<'_>, Reason> {
    let mut reader = Reader::new(bytes);
    let value = reader.item(0)?;
    match reader.rest.len() {
        0 => reader.without_twins(value),
        left => Err(Reason::new(Code::CborTrailing).got(left)),
    }
}

/// The same, but a whole number beyond 64 bits stays what it is written as, a tagged byte string: certificates have serial numbers of
/// twenty bytes.
pub fn decode_wide(bytes: &[u8]) -> Result<Value<'_>, Reason> {
    let mut reader = Reader { keeps_wide: true, ..Reader::new(bytes) };
    let value = reader.item(0)?;
    match reader.rest.len() {
        0 => reader.without_twins(value),
        left => Err(Reason::new(Code::CborTrailing).got(left)),
    }
}

/// The item that `bytes` begin with, and how many bytes it takes. Errors as [`decode`], but bytes may follow.
pub fn decode_prefix(bytes: &[u8]) -> Result<(Value<'_>, usize), Reason> {
    let mut reader = Reader::new(bytes);
    let value = reader.item(0)?;
    let taken = bytes.len().saturating_sub(reader.rest.len());
    Ok((reader.without_twins(value)?, taken))
}

struct Reader<'a> {
    rest: &'a [u8],
    items_left: usize,
    /// A map with two equal keys was read.
    twins: bool,
    /// Numbers beyond 64 bits are no fault.
    keeps_wide: bool,
}

/// The argument of a head: a number, or "indefinite".
type Argument = Option<u64>;

impl<'a> Reader<'a> {
    fn new(rest: &'a [u8]) -> Self {
        Reader { rest, items_left: limits::DOCUMENT_ITEMS, twins: false, keeps_wide: false }
    }

    fn without_twins(&self, value: Value<'a>) -> Result<Value<'a>, Reason> {
        if self.twins { Err(duplicate_key()) } else { Ok(value) }
    }

    fn item(&mut self, depth: usize) -> Result<Value<'a>, Reason> {
        let head = self.byte()?;
        self.item_after(head, depth)
    }

    fn item_after(&mut self, head: u8, depth: usize) -> Result<Value<'a>, Reason> {
        // Small heads of the common types first: most items of a credential are these.
        let argument = if head & 31 < 24 { Some(u64::from(head & 31)) } else { self.argument(head)? };
        match (head >> 5, argument) {
            (0, Some(n)) => Ok(Value::Unsigned(n)),
            (1, Some(n)) => Ok(Value::Negative(n)),
            (2, Some(n)) => Ok(Value::Bytes(Cow::Borrowed(self.bytes(n)?))),
            (2, None) => self.chunks(2).map(|bytes| Value::Bytes(Cow::Owned(bytes))),
            (3, Some(n)) => self.text(n).map(|text| Value::Text(Cow::Borrowed(text))),
            (3, None) => self.text_chunks(),
            (4, Some(n)) => self.array(n, inner(depth)?),
            (4, None) => self.open_array(inner(depth)?),
            (5, Some(n)) => self.map(n, inner(depth)?),
            (5, None) => self.open_map(inner(depth)?),
            (6, Some(tag)) => self.tagged(tag, inner(depth)?),
            (7, Some(n)) => simple(head, n),
            _ => Err(Reason::new(Code::CborBreak)),
        }
    }

    /// The argument of a head whose additional information is 24 or more.
    fn argument(&mut self, head: u8) -> Result<Argument, Reason> {
        let argument = match head & 31 {
            24 => u64::from(self.byte()?),
            25 => u64::from(u16::from_be_bytes(self.fixed()?)),
            26 => u64::from(u32::from_be_bytes(self.fixed()?)),
            27 => u64::from_be_bytes(self.fixed()?),
            31 => return Ok(None),
            _ => return Err(Reason::new(Code::CborReserved)),
        };
        Ok(Some(argument))
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Reason> {
        let (byte, rest) = self.rest.split_first().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (fixed, rest) = self.rest.split_first_chunk().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*fixed)
    }

    /// The next `n` bytes.
    fn bytes(&mut self, n: u64) -> Result<&'a [u8], Reason> {
        let n = self.length(n)?;
        let (bytes, rest) = self.rest.split_at_checked(n).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A length that the remaining input can hold. One above any input's size is a lie, a smaller one a cut.
    #[inline]
    fn length(&self, n: u64) -> Result<usize, Reason> {
        match usize::try_from(n) {
            Ok(length) if length <= self.rest.len() => Ok(length),
            Ok(length) if length <= limits::INPUT_BYTES => Err(truncated()),
            _ => Err(Reason::new(Code::CborLength).expected(format!("at most {} bytes", self.rest.len()))),
        }
    }

    fn text(&mut self, n: u64) -> Result<&'a str, Reason> {
        std::str::from_utf8(self.bytes(n)?).map_err(|_| Reason::new(Code::CborUtf8))
    }

    /// The chunks of an indefinite string of `major` type, joined.
    fn chunks(&mut self, major: u8) -> Result<Vec<u8>, Reason> {
        let mut joined = Vec::new();
        loop {
            let head = self.byte()?;
            if head == 0xff {
                return Ok(joined);
            }
            if head >> 5 != major {
                return Err(Reason::new(Code::CborChunk));
            }
            let length = if head & 31 < 24 { Some(u64::from(head & 31)) } else { self.argument(head)? };
            let length = length.ok_or_else(|| Reason::new(Code::CborChunk).got("a nested indefinite string"))?;
            let chunk = self.bytes(length)?;
            // RFC 8949 section 3.2.3: no character may stand across two chunks.
            if major == 3 && std::str::from_utf8(chunk).is_err() {
                return Err(Reason::new(Code::CborUtf8));
            }
            joined.extend_from_slice(chunk);
        }
    }

    fn text_chunks(&mut self) -> Result<Value<'a>, Reason> {
        let text = String::from_utf8(self.chunks(3)?).map_err(|_| Reason::new(Code::CborUtf8))?;
        Ok(Value::Text(Cow::Owned(text)))
    }

    /// Takes `n` items from what the document may hold.
    fn spend(&mut self, n: usize) -> Result<(), Reason> {
        let too_many = || Reason::new(Code::InputTooManyItems).expected(format!("at most {}", limits::DOCUMENT_ITEMS));
        self.items_left = self.items_left.checked_sub(n).ok_or_else(too_many)?;
        Ok(())
    }

    fn array(&mut self, n: u64, depth: usize) -> Result<Value<'a>, Reason> {
        let n = self.length(n)?;
        self.spend(n)?;
        let mut items = Vec::with_capacity(n.min(ROOM));
        for _ in 0..n {
            items.push(self.item(depth)?);
        }
        Ok(Value::Array(items))
    }

    fn open_array(&mut self, depth: usize) -> Result<Value<'a>, Reason> {
        let mut items = Vec::new();
        loop {
            let head = self.byte()?;
            if head == 0xff {
                return Ok(Value::Array(items));
            }
            self.spend(1)?;
            items.push(self.item_after(head, depth)?);
        }
    }

    fn map(&mut self, n: u64, depth: usize) -> Result<Value<'a>, Reason> {
        let n = self.length(n)?;
        self.spend(n)?;
        let room = n <= self.rest.len() / 2;
        let mut pairs = Vec::with_capacity(n.min(ROOM));
        for _ in 0..n {
            let key = self.item(depth)?;
            let value = match self.item(depth) {
                Ok(value) => value,
                Err(reason) if room => return Err(cut_after(pairs, key, reason)),
                Err(reason) => return Err(reason),
            };
            pairs.push((key, value));
        }
        self.twins |= have_twins(&pairs);
        Ok(Value::Map(pairs))
    }

    fn open_map(&mut self, depth: usize) -> Result<Value<'a>, Reason> {
        let mut pairs = Vec::new();
        loop {
            let head = self.byte()?;
            if head == 0xff {
                self.twins |= have_twins(&pairs);
                return Ok(Value::Map(pairs));
            }
            self.spend(1)?;
            let key = self.item_after(head, depth)?;
            pairs.push((key, self.item(depth)?));
        }
    }

    fn tagged(&mut self, tag: u64, depth: usize) -> Result<Value<'a>, Reason> {
        match tag {
            4 | 5 => return Err(Reason::new(Code::CborNumberRange).got("a decimal fraction or bigfloat")),
            25 | 28 | 29 | 256 => {
                return Err(Reason::new(Code::CborTagUnsupported).expected("no references").got(format!("tag {tag}")));
            }
            _ => {}
        }
        let item = self.item(depth)?;
        let number = match tag {
            2 => bignum(&item).map(Value::Unsigned),
            3 => bignum(&item).map(Value::Negative),
            _ => return Ok(Value::Tag(tag, Box::new(item))),
        };
        match number {
            Err(reason) if self.keeps_wide && reason.code() == Code::CborNumberRange => {
                Ok(Value::Tag(tag, Box::new(item)))
            }
            number => number,
        }
    }
}

/// The depth inside a container at `depth`.
#[inline]
fn inner(depth: usize) -> Result<usize, Reason> {
    if depth < limits::CBOR_DEPTH {
        Ok(depth + 1)
    } else {
        Err(Reason::new(Code::CborDepth).expected(format!("at most {}", limits::CBOR_DEPTH)))
    }
}

fn truncated() -> Reason {
    Reason::new(Code::CborTruncated)
}

/// Major type 7: simple values and floats.
fn simple(head: u8, argument: u64) -> Result<Value<'static>, Reason> {
    Ok(match head & 31 {
        20 => Value::Bool(false),
        21 => Value::Bool(true),
        22 => Value::Null,
        23 => Value::Undefined,
        24 => match u8::try_from(argument) {
            Ok(simple) if simple >= 32 => Value::Simple(simple),
            _ => return Err(Reason::new(Code::CborSimple)),
        },
        25 => Value::Float(half(argument)),
        26 => Value::Float(u32::try_from(argument).map_or(f64::NAN, |bits| f64::from(f32::from_bits(bits)))),
        27 => Value::Float(f64::from_bits(argument)),
        simple => Value::Simple(simple),
    })
}

/// The number that 16 bits write (RFC 8949 appendix D): widened by moving its fields into a double's places.
fn half(bits: u64) -> f64 {
    let (exponent, mantissa) = (bits >> 10 & 31, bits & 0x3ff);
    // Lossless: a mantissa has ten bits.
    let fraction = f64::from(u16::try_from(mantissa).unwrap_or(0));
    let magnitude = match exponent {
        0 => fraction / 16_777_216.0,
        31 if mantissa == 0 => f64::INFINITY,
        31 => f64::NAN,
        _ => f64::from_bits((exponent + 1008) << 52 | mantissa << 42),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// The number of a bignum's bytes, when 64 bits hold it.
fn bignum(item: &Value<'_>) -> Result<u64, Reason> {
    let Value::Bytes(bytes) = item else {
        return Err(Reason::new(Code::CborType).expected("a byte string under a bignum tag").got(item.kind()));
    };
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..).unwrap_or_default();
    if digits.len() > 8 {
        return Err(Reason::new(Code::CborNumberRange).expected("at most 8 bytes").got(digits.len()));
    }
    Ok(digits.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Why a map ends after `key`: when that key repeats one before it and nothing follows, the twin is the fault to tell.
#[cold]
fn cut_after<'a>(mut pairs: Vec<(Value<'a>, Value<'a>)>, key: Value<'a>, reason: Reason) -> Reason {
    pairs.push((key, Value::Undefined));
    if reason.code() == Code::CborTruncated && have_twins(&pairs) { duplicate_key() } else { reason }
}

fn duplicate_key() -> Reason {
    Reason::new(Code::CborDuplicateKey)
}

fn have_twins(pairs: &[(Value<'_>, Value<'_>)]) -> bool {
    if pairs.iter().all(|(key, _)| key.is_plain()) {
        twins::found(pairs, |(key, _)| fingerprint(key), |(a, _), (b, _)| a.plain_order(b))
    } else {
        let keys: Vec<Vec<u8>> = pairs.iter().map(|(key, _)| writer::canonical(key)).collect();
        twins::found(&keys, |key| twins::of_bytes(key), Ord::cmp)
    }
}

#[inline]
fn fingerprint(key: &Value<'_>) -> u64 {
    match key {
        Value::Unsigned(n) => *n,
        Value::Negative(n) => !n,
        Value::Text(text) => twins::of_bytes(text.as_bytes()),
        Value::Bytes(bytes) => twins::of_bytes(bytes),
        _ => 0,
    }
}
