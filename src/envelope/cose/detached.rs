//! COSE_Sign1 and COSE_Mac0 (RFC 9052 §4.2 and §6.2) whose payload stands elsewhere, as devices authenticate an mdoc.
//!
//! ```cddl
//! COSE_Mac0 = [ protected: bstr .cbor map / h'', unprotected: map, payload: nil, tag: bstr ]
//! MAC_structure = [ "MAC0", protected: bstr, external_aad: h'', payload: bstr ]
//! ```

use super::{AlgorithmLabel, Body, algorithm, push_bytes};
use crate::encoding::cbor::Value;
use crate::reason::{Code, Reason};

/// An opened message without its payload. Nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// The `alg` label of the protected header.
    pub algorithm: AlgorithmLabel,
    /// The protected header as it came.
    pub protected: Vec<u8>,
    /// The signature or tag.
    pub end: Vec<u8>,
}

/// Opens the message, which carries no tag or `tag`.
///
/// # Errors
/// `cose.tag`, `cose.structure`, `cose.protected`, `cose.crit`, `cose.header_conflict`, `cose.alg_unprotected`, and `cose.payload`
/// when there is a payload.
pub fn open_detached(item: &Value<'_>, tag: u64) -> Result<Detached, Reason> {
    let item = match item {
        Value::Tag(found, inner) if *found == tag => inner,
        Value::Tag(found, _) => {
            return Err(Reason::new(Code::CoseTag).expected("no tag").got(format!("tag {found}")));
        }
        other => other,
    };
    let Body { protected, header, unprotected, payload, end } = Body::of(item)?;
    if !matches!(payload, Value::Null) {
        return Err(Reason::new(Code::CosePayload).expected("null").got(payload.kind()));
    }
    Ok(Detached { algorithm: algorithm(&header, unprotected)?, protected: protected.to_vec(), end: end.to_vec() })
}

/// The encoded `MAC_structure` over these protected header bytes and payload (RFC 9052 §6.3).
pub fn mac_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(protected.len().saturating_add(payload.len()).saturating_add(24));
    message.extend_from_slice(b"\x84\x64MAC0");
    push_bytes(&mut message, protected);
    message.push(0x40);
    push_bytes(&mut message, payload);
    message
}
