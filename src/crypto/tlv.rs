//! TLV: writes the few DER values that keys and signatures are made of (X.690).

/// Tag of INTEGER.
pub const INTEGER: u8 = 0x02;
/// Tag of BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// Tag of OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// Tag of SEQUENCE.
pub const SEQUENCE: u8 = 0x30;

/// One DER value with that tag around the joined parts.
pub fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    if length < 0x80 {
        out.extend(u8::try_from(length));
    } else {
        let bytes = length.to_be_bytes();
        let significant = without_leading_zeros(&bytes);
        out.extend(u8::try_from(significant.len()).map(|count| 0x80 | count));
        out.extend_from_slice(significant);
    }
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// A non-negative DER INTEGER of that big-endian magnitude.
pub fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    let magnitude = without_leading_zeros(magnitude);
    match magnitude.first() {
        Some(first) if *first < 0x80 => value(INTEGER, &[magnitude]),
        _ => value(INTEGER, &[&[0], magnitude]),
    }
}

/// The bytes after all leading zero bytes.
pub fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_minimal_der() {
        assert_eq!(unsigned(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[]), [2, 1, 0]);
        let long = value(SEQUENCE, &[&[0; 300]]);
        assert_eq!(long.get(..4), Some([0x30, 0x82, 1, 44].as_slice()));
    }
}
