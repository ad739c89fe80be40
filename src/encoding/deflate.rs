//! DEFLATE (RFC 1951), bare as in SMART Health Cards or inside zlib (RFC 1950) as in HCERT; bounded both ways.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

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
        let status = inflater.decompress_vec(rest, &mut out, FlushDecompress::None).map_err(|_| invalid())?;
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

    proptest! {
        #[test]
        fn deflating_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(inflate_zlib(&deflate_zlib(&bytes)).unwrap(), bytes.clone());
            prop_assert_eq!(inflate_raw(&deflate_raw(&bytes)).unwrap(), bytes);
        }

        #[test]
        fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = inflate_raw_limited(&bytes, 10_000);
            let _ = inflate_zlib_limited(&bytes, 10_000);
        }
    }
}
