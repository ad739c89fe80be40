//! The writer: deterministic CBOR with minimal heads, definite lengths and the shortest floats that are exact.

use super::Value;

/// The encoding of `value`; maps keep the order of their pairs.
pub fn encode(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, false, &mut out);
    out
}

/// The encoding of `value` with the pairs of every map sorted, so that equal values have equal bytes.
pub(super) fn canonical(value: &Value<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, true, &mut out);
    out
}

fn write(value: &Value<'_>, sorted: bool, out: &mut Vec<u8>) {
    match value {
        Value::Unsigned(n) => head(0, *n, out),
        Value::Negative(n) => head(1, *n, out),
        Value::Bytes(bytes) => {
            head(2, wide(bytes.len()), out);
            out.extend_from_slice(bytes);
        }
        Value::Text(text) => {
            head(3, wide(text.len()), out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, wide(items.len()), out);
            items.iter().for_each(|item| write(item, sorted, out));
        }
        Value::Map(pairs) => map(pairs, sorted, out),
        Value::Tag(tag, item) => {
            head(6, *tag, out);
            write(item, sorted, out);
        }
        Value::Bool(false) => out.push(0xf4),
        Value::Bool(true) => out.push(0xf5),
        Value::Null => out.push(0xf6),
        Value::Undefined => out.push(0xf7),
        Value::Simple(simple) => head(7, u64::from(*simple), out),
        Value::Float(float) => write_float(*float, out),
    }
}

fn map(pairs: &[(Value<'_>, Value<'_>)], sorted: bool, out: &mut Vec<u8>) {
    head(5, wide(pairs.len()), out);
    if sorted {
        let mut written: Vec<_> = pairs.iter().map(|(key, value)| (canonical(key), value)).collect();
        written.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        for (key, value) in written {
            out.extend_from_slice(&key);
            write(value, sorted, out);
        }
    } else {
        for (key, value) in pairs {
            write(key, sorted, out);
            write(value, sorted, out);
        }
    }
}

/// A head: the major type and the shortest form of its argument.
fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    let [.., low] = argument.to_be_bytes();
    if argument < 24 {
        out.push(major | low);
    } else if argument <= 0xff {
        out.extend([major | 24, low]);
    } else if let Ok(short) = u16::try_from(argument) {
        out.push(major | 25);
        out.extend(short.to_be_bytes());
    } else if let Ok(word) = u32::try_from(argument) {
        out.push(major | 26);
        out.extend(word.to_be_bytes());
    } else {
        out.push(major | 27);
        out.extend(argument.to_be_bytes());
    }
}

/// The shortest of the three float forms that holds the number exactly; every NaN becomes the one of RFC 8949.
fn write_float(float: f64, out: &mut Vec<u8>) {
    if let Some(bits) = half(float) {
        out.push(0xf9);
        out.extend(bits.to_be_bytes());
    } else if let Some(bits) = single(float) {
        out.push(0xfa);
        out.extend(bits.to_be_bytes());
    } else {
        out.push(0xfb);
        out.extend(float.to_be_bytes());
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the comparison tells whether anything was lost")]
fn single(float: f64) -> Option<u32> {
    let short = float as f32;
    (f64::from(short).to_bits() == float.to_bits()).then(|| short.to_bits())
}

/// The 16 bits of a number that they hold exactly.
fn half(float: f64) -> Option<u16> {
    let bits = float.to_bits();
    let sign = if float.is_sign_negative() { 0x8000 } else { 0 };
    let (exponent, mantissa) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
    let magnitude = match exponent {
        0x7ff if mantissa != 0 => return Some(0x7e00),
        0x7ff => 0x7c00,
        0 if mantissa == 0 => 0,
        // Normal halves: exponents -14 to 15, ten bits of mantissa.
        1009..=1038 if mantissa.trailing_zeros() >= 42 => (exponent - 1008) << 10 | mantissa >> 42,
        // Subnormal halves: multiples of 2^-24.
        999..=1008 => {
            let (whole, shift) = (mantissa | 1 << 52, 1051 - exponent);
            if u64::from(whole.trailing_zeros()) < shift {
                return None;
            }
            whole >> shift
        }
        _ => return None,
    };
    u16::try_from(magnitude).ok().map(|magnitude| sign | magnitude)
}

fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
