//! Raw bytes: what no encoder of ours would write.

use vidimus::encoding::cbor::{self, Value};
use vidimus::encoding::deflate;
use vidimus::envelope::cose::push_bytes;

/// The CBOR integer.
pub fn integer(number: i64) -> Value<'static> {
    match u64::try_from(number) {
        Ok(number) => Value::Unsigned(number),
        Err(_) => Value::Negative((-1 - number).unsigned_abs()),
    }
}

/// The same bytes with the lowest bit of the last one changed.
pub fn flip_last(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes.iter_mut().last().into_iter().for_each(|last| *last ^= 1);
    bytes
}

/// A tagged COSE_Sign1 message of these parts, whatever they are.
pub fn sign1(protected: &[u8], unprotected: &Value<'_>, payload: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut message = vec![0xd2, 0x84];
    push_bytes(&mut message, protected);
    message.extend(cbor::encode(unprotected));
    push_bytes(&mut message, payload);
    push_bytes(&mut message, signature);
    message
}

/// An encoded map of fewer than 23 pairs with one more pair at its end, the value as these bytes.
pub fn with_claim(map: &[u8], label: i64, value: &[u8]) -> Vec<u8> {
    let mut bytes = map.to_vec();
    bytes.iter_mut().take(1).for_each(|head| *head += 1);
    bytes.extend(cbor::encode(&integer(label)));
    bytes.extend_from_slice(value);
    bytes
}

/// A white PNG of this size, in grey.
pub fn white_png(width: u32, height: u32) -> Vec<u8> {
    let rows: Vec<u8> = (0..height).flat_map(|_| std::iter::once(0).chain((0..width).map(|_| 0xff))).collect();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[8, 0, 0, 0, 0]);
    push_chunk(&mut png, b"IHDR", &header);
    push_chunk(&mut png, b"IDAT", &deflate::deflate_zlib(&rows));
    push_chunk(&mut png, b"IEND", &[]);
    png
}

/// The same PNG with another size in its header, whose checksum is right.
pub fn png_that_says(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    // Eight bytes of signature, then the header chunk: length, name, 13 bytes, checksum.
    let (start, rest) = png.split_at(8);
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&rest[16..21]);
    let mut changed = start.to_vec();
    push_chunk(&mut changed, b"IHDR", &header);
    changed.extend_from_slice(&rest[25..]);
    changed
}

fn push_chunk(png: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    png.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_be_bytes());
    let checked = [&name[..], content].concat();
    png.extend_from_slice(&checked);
    png.extend(crc32(&checked).to_be_bytes());
}

/// The checksum of PNG (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_of_the_check_text() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn numbers_and_claims_are_cbor() {
        assert_eq!(cbor::encode(&integer(-7)), [0x26]);
        assert_eq!(cbor::encode(&integer(-260)), [0x39, 0x01, 0x03]);
        assert_eq!(with_claim(&[0xa1, 1, 2], -7, &[0xf6]), [0xa2, 1, 2, 0x26, 0xf6]);
    }
}
