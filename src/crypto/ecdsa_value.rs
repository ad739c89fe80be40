//! ECDSA values: the DER `Ecdsa-Sig-Value` of X.509 (RFC 3279, 2.2.3) to the raw r || s of JOSE and COSE, and back.
//!
//! ```text
//! Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
//! ```

use der::asn1::UintRef;
use der::{Decode, Reader, SliceReader};

use crate::crypto::tlv;
use crate::reason::{Code, Reason};

/// The raw r || s, each `width` bytes, of a signature in strict DER.
///
/// # Errors
/// `sig.encoding` when it is not DER: BER lengths, superfluous zeros, negative numbers, trailing bytes, numbers over `width`.
pub fn raw_from_der(signature: &[u8], width: usize) -> Result<Vec<u8>, Reason> {
    let fault = || Reason::new(Code::SigEncoding).expected("a DER pair of integers").got(signature.len());
    let (r, s) = SliceReader::new(signature)
        .and_then(|mut reader| {
            let pair =
                reader.sequence(|inner| Ok::<_, der::Error>((UintRef::decode(inner)?, UintRef::decode(inner)?)))?;
            reader.finish()?;
            Ok(pair)
        })
        .map_err(|_| fault())?;
    let mut raw = Vec::with_capacity(width.saturating_mul(2));
    for number in [r, s] {
        let padding = width.checked_sub(number.as_bytes().len()).ok_or_else(fault)?;
        raw.resize(raw.len().saturating_add(padding), 0);
        raw.extend_from_slice(number.as_bytes());
    }
    Ok(raw)
}

/// The DER form of a raw r || s.
pub fn der_from_raw(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at_checked(raw.len() / 2).unwrap_or((raw, &[]));
    tlv::value(tlv::SEQUENCE, &[&tlv::unsigned(r), &tlv::unsigned(s)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_there_and_back() {
        let mut raw = [0u8; 64];
        raw[5] = 0x90;
        raw[31] = 7;
        raw[63] = 1;
        assert_eq!(raw_from_der(&der_from_raw(&raw), 32).as_deref(), Ok(raw.as_slice()));
    }

    #[test]
    fn refuses_what_is_not_strict_der() {
        for bad in [
            &[0x30, 6, 2, 1, 1, 2, 1, 1, 0][..],
            &[0x30, 7, 2, 2, 0, 1, 2, 1, 1],
            &[0x30, 6, 2, 1, 0xff, 2, 1, 1],
            &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1],
            &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1],
            &[0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0],
            &[0x30, 3, 2, 1, 1],
            &[],
        ] {
            assert_eq!(raw_from_der(bad, 32).map_err(|reason| reason.code()), Err(Code::SigEncoding), "{bad:02x?}");
        }
        assert!(raw_from_der(&[0x30, 7, 2, 2, 1, 1, 2, 1, 1], 1).is_err());
    }
}
