//! The fast Ed25519 check: words, lanes and the crypto library in use must say the same of a signature.

use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::ed25519::{Check, Table, check};
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::public_key::PublicKey;

thread_local! {
    static OWN: OwnKey = OwnKey::generate_ed25519().expect("a key").0;
}

/// Law: of a right signature that the input changed, and of any 64 bytes by any key, every path says what the library says.
pub fn paths_agree(bytes: &[u8]) {
    let (changes, message) = bytes.split_at(bytes.len().min(64));
    let (own, right) = OWN.with(|own| (own.public_key().clone(), own.sign(message).expect("signed")));
    let mut changed: [u8; 64] = right.as_slice().try_into().expect("64 bytes");
    changed.iter_mut().zip(changes).for_each(|(byte, change)| *byte ^= change);
    let right: [u8; 64] = right.try_into().expect("64 bytes");
    let mut raw = [0; 64];
    raw.iter_mut().zip(changes).for_each(|(byte, from)| *byte = *from);
    agree(&own, message, &[right, changed, raw, right]);
    if let Some(other) = changes.get(..32).and_then(|key| PublicKey::ed25519(key).ok()) {
        agree(&other, message, &[right, changed, raw]);
    }
}

fn agree(key: &PublicKey, message: &[u8], signatures: &[[u8; 64]]) {
    let bytes = key.ed25519_bytes().and_then(|bytes| bytes.try_into().ok()).expect("Ed25519");
    let table = Table::build(bytes, 3).expect("a table");
    let library = |signature: &[u8; 64]| {
        let job =
            Job { algorithm: Algorithm::EdDsa, key: key.clone(), message, signature, statements: None, older: None };
        check_one(&job).is_ok()
    };
    let due: Vec<bool> = signatures.iter().map(library).collect();
    let checks: Vec<Check<'_>> =
        signatures.iter().map(|signature| Check { table: &table, key: bytes, message, signature }).collect();
    assert_eq!(check(&checks, false), due, "in words");
    assert_eq!(check(&checks, true), due, "in lanes");
}
