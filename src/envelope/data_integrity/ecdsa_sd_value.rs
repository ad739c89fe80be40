//! Proof values of `ecdsa-sd-2023` (Data Integrity ECDSA Cryptosuites 1.0, 3.5.2 to 3.5.7).
//!
//! ```text
//! base    = d9 5d 00 [base signature, proof key, HMAC key, [signature], [mandatory pointer]]
//! derived = d9 5d 01 [base signature, proof key, [signature], {c14n number: HMAC}, [mandatory place]]
//! ```

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::components::{self, fault};
use crate::crypto::algorithm::KeyKind;
use crate::crypto::multikey;
use crate::crypto::public_key::PublicKey;
use crate::encoding::cbor::Value;
use crate::reason::Reason;

const BASE: u8 = 0;
const DERIVED: u8 = 1;

/// Bytes of a signature by a P-256 key.
pub const SIGNATURE_BYTES: usize = 64;
const BASE_SIGNATURE: &str = "a base signature of 64 bytes";
const SIGNATURES: &str = "signatures of 64 bytes";
const LABELS: &str = "a map from numbers to 32 bytes, each once";

/// What the issuer gives to the holder.
pub struct BaseValue {
    /// The issuer's signature over proof hash, proof key and mandatory hash.
    pub base_signature: [u8; SIGNATURE_BYTES],
    /// The key that signed the statements: it lives for one proof.
    pub proof_key: ProofKey,
    /// The key of blank nodes' names.
    pub hmac_key: Zeroizing<[u8; 32]>,
    /// The signature of each statement that is not mandatory, in order.
    pub signatures: Vec<[u8; SIGNATURE_BYTES]>,
    /// What the holder must show.
    pub mandatory_pointers: Vec<String>,
}

/// What the holder gives to a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedValue {
    /// The issuer's signature over proof hash, proof key and mandatory hash.
    pub base_signature: [u8; SIGNATURE_BYTES],
    /// The key that signed the statements.
    pub proof_key: ProofKey,
    /// The signature of each statement shown that is not mandatory, in order.
    pub signatures: Vec<[u8; SIGNATURE_BYTES]>,
    /// From the number of a canonical blank node (`c14n3`) to the HMAC that names it.
    pub labels: BTreeMap<usize, [u8; 32]>,
    /// The places of mandatory statements among those shown; they ascend.
    pub mandatory: Vec<usize>,
}

/// A P-256 key as a Multikey: 35 bytes, which are signed as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofKey {
    octets: Vec<u8>,
    key: PublicKey,
}

impl ProofKey {
    /// This key.
    ///
    /// # Errors
    /// `di.selective` when it is not on P-256.
    pub fn of(key: &PublicKey) -> Result<ProofKey, Reason> {
        ProofKey::read(&multikey::to_bytes(key))
    }

    fn read(octets: &[u8]) -> Result<ProofKey, Reason> {
        match multikey::from_bytes(octets) {
            Ok(key) if key.kind() == KeyKind::P256 => Ok(ProofKey { octets: octets.to_vec(), key }),
            _ => Err(fault("a proof key on P-256, as a Multikey of 35 bytes")),
        }
    }

    /// The bytes that are signed.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// The key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl BaseValue {
    /// A base proof's value.
    ///
    /// # Errors
    /// `di.selective` when it is malformed or a derived proof's.
    pub fn decode(value: &[u8]) -> Result<BaseValue, Reason> {
        let (third, cbor) = components::split(value)?;
        match third {
            BASE => {}
            DERIVED => return Err(fault("a base proof").got("a derived proof")),
            _ => return Err(fault("a head of d9 5d 00")),
        }
        let items = components::decode(cbor)?;
        let [base_signature, proof_key, hmac_key, signatures, pointers] = items.as_slice() else {
            return Err(fault("five components").got(items.len()));
        };
        Ok(BaseValue {
            base_signature: components::fixed(base_signature, BASE_SIGNATURE)?,
            proof_key: ProofKey::read(components::bytes(proof_key, "a proof key")?)?,
            hmac_key: Zeroizing::new(components::fixed(hmac_key, "an HMAC key of 32 bytes")?),
            signatures: read_signatures(signatures)?,
            mandatory_pointers: components::pointers(pointers)?,
        })
    }

    /// The value's bytes.
    pub fn encode(&self) -> Vec<u8> {
        components::encode(
            BASE,
            vec![
                Value::from(&self.base_signature[..]),
                Value::from(self.proof_key.octets()),
                Value::from(&self.hmac_key[..]),
                write_signatures(&self.signatures),
                components::of_texts(&self.mandatory_pointers),
            ],
        )
    }
}

impl DerivedValue {
    /// A derived proof's value.
    ///
    /// # Errors
    /// `di.selective` when it is malformed or a base proof's, which is for its holder only.
    pub fn decode(value: &[u8]) -> Result<DerivedValue, Reason> {
        let (third, cbor) = components::split(value)?;
        match third {
            DERIVED => {}
            BASE => return Err(fault("a derived proof").got("a base proof")),
            _ => return Err(fault("a head of d9 5d 01")),
        }
        let items = components::decode(cbor)?;
        let [base_signature, proof_key, signatures, labels, mandatory] = items.as_slice() else {
            return Err(fault("five components").got(items.len()));
        };
        Ok(DerivedValue {
            base_signature: components::fixed(base_signature, BASE_SIGNATURE)?,
            proof_key: ProofKey::read(components::bytes(proof_key, "a proof key")?)?,
            signatures: read_signatures(signatures)?,
            labels: read_labels(labels)?,
            mandatory: components::places(mandatory, "ascending places of mandatory statements")?,
        })
    }

    /// The value's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let label =
            |(number, mac): (&usize, &'_ [u8; 32])| (components::of_count(*number), Value::Bytes(mac.to_vec().into()));
        components::encode(
            DERIVED,
            vec![
                Value::from(&self.base_signature[..]),
                Value::from(self.proof_key.octets()),
                write_signatures(&self.signatures),
                Value::Map(self.labels.iter().map(label).collect()),
                components::of_places(&self.mandatory),
            ],
        )
    }
}

fn read_signatures(item: &Value<'_>) -> Result<Vec<[u8; SIGNATURE_BYTES]>, Reason> {
    components::list(item, SIGNATURES)?.iter().map(|item| components::fixed(item, SIGNATURES)).collect()
}

fn write_signatures(signatures: &[[u8; SIGNATURE_BYTES]]) -> Value<'_> {
    Value::Array(signatures.iter().map(|signature| Value::from(&signature[..])).collect())
}

fn read_labels(item: &Value<'_>) -> Result<BTreeMap<usize, [u8; 32]>, Reason> {
    let pairs = components::numbered(item, LABELS)?;
    pairs.into_iter().map(|(number, mac)| Ok((number, components::fixed(mac, LABELS)?))).collect()
}
