//! DEFLATE (RFC 1951), bare as in SMART Health Cards, inside zlib (RFC 1950) as in HCERT, or inside gzip (RFC 1952) as in
//! status lists; bounded both ways.

use std::cell::RefCell;

use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};

use crate::limits;
use crate::reason::{Code, Reason};

thread_local! {
    // Its window is tens of kilobytes; making one for each credential would cost more than inflating it.
    static INFLATER: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

/// The bytes that zlib data stands for, at most [`limits::DECOMPRESSED_BYTES`].
///
/// Errors: `zlib.invalid` (header, checksum, cut, preset dictionary, gzip, bare DEFLATE), `zlib.trailing`,
/// `input.decompressed_too_large`.
pub fn inflate_zlib(data: &[u8]) -> Result<Vec<u8>, Reason> {
    inflate(data, true, limits::DECOMPRESSED_BYTES)
}

/// The bytes that zlib data stands for, at most `cap` of them. Errors as [`inflate_zlib`].
pub fn inflate_zlib_limited(data: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    inflate(data, true, cap)
}

/// The bytes that bare DEFLATE data stands for, at most [`limits::DECOMPRESSED_BYTES`]. Errors as [`inflate_zlib`].
pub fn inflate_raw(data: &[u8]) -> Result<Vec<u8>, Reason> {
    inflate(data, false, limits::DECOMPRESSED_BYTES)
}

/// The bytes that bare DEFLATE data stands for, at most `cap` of them. Errors as [`inflate_zlib`].
pub fn inflate_raw_limited(data: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    inflate(data, false, cap)
}

/// The bytes that gzip data stands for, at most `cap` of them. One member, nothing behind it. Errors as [`inflate_zlib`].
pub fn inflate_gzip_limited(data: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    let (deflated, trailer) = data
        .split_last_chunk::<8>()
        .and_then(|(front, trailer)| Some((gzip_body(front)?, *trailer)))
        .ok_or_else(|| invalid().got("no gzip data"))?;
    let bytes = inflate(deflated, false, cap)?;
    let mut sum = Crc::new();
    sum.update(&bytes);
    let [a, b, c, d, length @ ..] = trailer;
    if sum.sum() != u32::from_le_bytes([a, b, c, d]) || sum.amount() != u32::from_le_bytes(length) {
        return Err(invalid().got("another checksum or length"));
    }
    Ok(bytes)
}

/// What follows the header of a gzip member (RFC 1952, 2.3), if it is one.
fn gzip_body(data: &[u8]) -> Option<&[u8]> {
    let (&[0x1f, 0x8b, 8, flags, ..], mut rest) = data.split_first_chunk::<10>()? else { return None };
    if flags & 0xe0 != 0 {
        return None;
    }
    if flags & 4 != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    // A name and a comment, each with a zero at its end.
    for _ in 0..(flags >> 3 & 3).count_ones() {
        let end = rest.iter().position(|byte| *byte == 0)?;
        rest = rest.get(end..)?.split_first()?.1;
    }
    if flags & 2 != 0 { rest.get(2..) } else { Some(rest) }
}

/// `bytes` as gzip data, compressed as far as it goes; no name, no time.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut sum = Crc::new();
    sum.update(bytes);
    let mut data = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255];
    data.extend(deflate_raw(bytes));
    data.extend(sum.sum().to_le_bytes());
    data.extend(sum.amount().to_le_bytes());
    data
}

/// `bytes` as zlib data, compressed as far as it goes.
pub fn deflate_zlib(bytes: &[u8]) -> Vec<u8> {
    deflate(bytes, true)
}

/// `bytes` as bare DEFLATE data, compressed as far as it goes.
pub fn deflate_raw(bytes: &[u8]) -> Vec<u8> {
    deflate(bytes, false)
}

fn inflate(data: &[u8], zlib: bool, cap: usize) -> Result<Vec<u8>, Reason> {
    INFLATER.with_borrow_mut(|inflater| {
        inflater.reset(zlib);
        inflate_with(inflater, data, cap)
    })
}

fn inflate_with(inflater: &mut Decompress, data: &[u8], cap: usize) -> Result<Vec<u8>, Reason> {
    // One byte above the cap tells data that just fits from data that goes on.
    let most = cap.saturating_add(1);
    let mut out = Vec::with_capacity(data.len().saturating_mul(4).max(64).min(most));
    let mut rest = data;
    loop {
        let (before_in, before_out) = (inflater.total_in(), out.len());
        // `Finish`: what mostly comes out in one piece need not be remembered for a next one.
        let status = inflater.decompress_vec(rest, &mut out, FlushDecompress::Finish).map_err(|_| invalid())?;
        let taken = usize::try_from(inflater.total_in().saturating_sub(before_in)).unwrap_or(usize::MAX);
        rest = rest.get(taken..).unwrap_or_default();
        if out.len() > cap {
            return Err(Reason::new(Code::InputDecompressedTooLarge).expected(format!("at most {cap} bytes")));
        }
        if status == Status::StreamEnd {
            return if rest.is_empty() { Ok(out) } else { Err(Reason::new(Code::ZlibTrailing).got(rest.len())) };
        }
        if out.len() == out.capacity() {
            out.reserve_exact(out.len().max(64).min(most.saturating_sub(out.len())));
        } else if taken == 0 && out.len() == before_out {
            // Room left, and nothing moved: the data ends before the stream does.
            return Err(invalid().got("data that was cut"));
        }
    }
}

fn deflate(bytes: &[u8], zlib: bool) -> Vec<u8> {
    let mut deflater = Compress::new(Compression::best(), zlib);
    let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
    let mut rest = bytes;
    loop {
        let before = deflater.total_in();
        let status = deflater.compress_vec(rest, &mut out, FlushCompress::Finish);
        let taken = usize::try_from(deflater.total_in().saturating_sub(before)).unwrap_or(usize::MAX);
        rest = rest.get(taken..).unwrap_or_default();
        match status {
            Ok(Status::Ok | Status::BufError) => out.reserve(out.len().max(64)),
            // Compressing memory into memory has no other end.
            Ok(Status::StreamEnd) | Err(_) => return out,
        }
    }
}

fn invalid() -> Reason {
    Reason::new(Code::ZlibInvalid)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &[u8] = b"the quick brown fox, the quick brown fox, the lazy dog";

    #[test]
    fn each_kind_refuses_the_other() {
        let (zlib, raw) = (deflate_zlib(TEXT), deflate_raw(TEXT));
        assert_eq!(inflate_zlib(&zlib).unwrap(), TEXT);
        assert_eq!(inflate_raw(&raw).unwrap(), TEXT);
        assert_eq!(inflate_zlib(&raw).unwrap_err().code(), Code::ZlibInvalid);
        assert_eq!(inflate_raw(&zlib).unwrap_err().code(), Code::ZlibInvalid);
        let gzip = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
        assert_eq!(inflate_zlib(&gzip).unwrap_err().code(), Code::ZlibInvalid);
        // FDICT set, with a header checksum that is right.
        assert_eq!(inflate_zlib(&[0x78, 0xbb, 0, 0, 0, 1, 3, 0, 0, 0, 0, 1]).unwrap_err().code(), Code::ZlibInvalid);
    }

    #[test]
    fn every_cut_and_every_changed_checksum_is_invalid() {
        let zlib = deflate_zlib(TEXT);
        for end in 0..zlib.len() {
            assert_eq!(inflate_zlib(&zlib[..end]).unwrap_err().code(), Code::ZlibInvalid, "cut at {end}");
        }
        let mut changed = zlib;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(inflate_zlib(&changed).unwrap_err().code(), Code::ZlibInvalid);
        assert_eq!(inflate_raw(&[]).unwrap_err().code(), Code::ZlibInvalid);
    }

    #[test]
    fn bytes_after_the_end_are_refused() {
        for mut data in [deflate_zlib(TEXT), deflate_raw(TEXT)] {
            let zlib = data[0] == 0x78;
            data.push(0);
            assert_eq!(inflate(&data, zlib, 1000).unwrap_err().code(), Code::ZlibTrailing);
        }
    }

    #[test]
    fn the_cap_is_exact() {
        let zlib = deflate_zlib(TEXT);
        assert_eq!(inflate_zlib_limited(&zlib, TEXT.len()).unwrap(), TEXT);
        let refused = inflate_zlib_limited(&zlib, TEXT.len() - 1).unwrap_err();
        assert_eq!(refused.code(), Code::InputDecompressedTooLarge);
        let bomb = deflate_raw(&vec![0; limits::DECOMPRESSED_BYTES + 1]);
        assert_eq!(inflate_raw(&bomb).unwrap_err().code(), Code::InputDecompressedTooLarge);
        let fits = deflate_raw(&vec![0; limits::DECOMPRESSED_BYTES]);
        assert_eq!(inflate_raw(&fits).unwrap().len(), limits::DECOMPRESSED_BYTES);
        assert!(inflate_raw_limited(&deflate_raw(&[]), 0).unwrap().is_empty());
    }

    #[test]
    fn gzip_is_read_to_the_letter() {
        let data = gzip(TEXT);
        assert_eq!(inflate_gzip_limited(&data, TEXT.len()).unwrap(), TEXT);
        assert_eq!(inflate_gzip_limited(&data, 10).unwrap_err().code(), Code::InputDecompressedTooLarge);
        for end in 0..data.len() {
            assert!(inflate_gzip_limited(&data[..end], 1000).is_err(), "cut at {end}");
        }
        for at in [0, 1, 2, data.len() - 1, data.len() - 8] {
            let mut changed = data.clone();
            changed[at] ^= 1;
            assert_eq!(inflate_gzip_limited(&changed, 1000).unwrap_err().code(), Code::ZlibInvalid, "changed at {at}");
        }
        let mut reserved = data.clone();
        reserved[3] = 0x20;
        assert_eq!(inflate_gzip_limited(&reserved, 1000).unwrap_err().code(), Code::ZlibInvalid);
        // Everything that a header may hold: extra bytes, a name, a comment, a checksum of its own.
        let mut full = vec![0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9];
        full.extend(b"name\0comment\0\x01\x02");
        full.extend(&data[10..]);
        assert_eq!(inflate_gzip_limited(&full, 1000).unwrap(), TEXT);
        // Two members are not one.
        assert!(inflate_gzip_limited(&[data.clone(), data].concat(), 1000).is_err());
    }

    proptest! {
        #[test]
        fn deflating_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(inflate_zlib(&deflate_zlib(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(inflate_raw(&deflate_raw(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(inflate_gzip_limited(&gzip(&bytes), 10_000).unwrap(), bytes);
        }

        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = inflate_raw_limited(&bytes, 10_000);
            let _ = inflate_zlib_limited(&bytes, 10_000);
            let _ = inflate_gzip_limited(&bytes, 10_000);
        }
    }
}
