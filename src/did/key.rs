//! did:key: a DID that is a public key (did:key 1.0).
//!
//! `did:key:z6Mk..` has one method, `did:key:z6Mk..#z6Mk..`, for every purpose of signing. Ed25519 brings a second one for key
//! agreement, derived from the first; keys on curves of ECDSA agree on keys themselves; X25519 does nothing else.

use crate::crypto::algorithm::KeyKind;
use crate::crypto::multikey;
use crate::crypto::public_key::PublicKey;
use crate::did::document::{DidDocument, Purpose};
use crate::encoding::base58;
use crate::encoding::multibase::{self, Base};
use crate::reason::{Code, Reason};

/// Every purpose of signing.
const SIGNING: [Purpose; 4] =
    [Purpose::AssertionMethod, Purpose::Authentication, Purpose::CapabilityInvocation, Purpose::CapabilityDelegation];

/// The document of `did:key:IDENTIFIER`.
///
/// # Errors
/// `did.key_malformed` when the identifier is not a multibase text (`z` or `u`) of a public key that we take; `key.weak`.
pub fn document(did: &str, identifier: &str) -> Result<DidDocument, Reason> {
    let key = public_key(identifier)?;
    let fragment = identifier.to_owned();
    let all = Purpose::ALL;
    Ok(match key.kind() {
        KeyKind::X25519 => DidDocument::of_keys(did, vec![(fragment, key, &[Purpose::KeyAgreement])]),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::K256 | KeyKind::Rsa { .. } => {
            DidDocument::of_keys(did, vec![(fragment, key, &all)])
        }
        KeyKind::Bls12381G2 => DidDocument::of_keys(did, vec![(fragment, key, &SIGNING)]),
        KeyKind::Ed25519 => {
            let derived = key.derived_x25519().map(|key| (multikey::encode(&key), key, &[Purpose::KeyAgreement][..]));
            let mut keys = vec![(fragment, key, &SIGNING[..])];
            keys.extend(derived);
            DidDocument::of_keys(did, keys)
        }
    })
}

/// The key of `did:key:IDENTIFIER#FRAGMENT`, for every purpose of signing, without its document around it. `None` when the document
/// has to be asked: the fragment names another key, or the key signs nothing.
///
/// # Errors
/// As [`document`].
pub fn signing_key(identifier: &str, fragment: &str) -> Option<Result<PublicKey, Reason>> {
    if fragment != identifier {
        return None;
    }
    let key = public_key(identifier);
    key.as_ref().map_or(true, PublicKey::is_for_signatures).then_some(key)
}

fn public_key(identifier: &str) -> Result<PublicKey, Reason> {
    if identifier.len() > base58::CHARACTERS {
        return Err(Reason::new(Code::DidKeyMalformed).expected(base58::CHARACTERS).got(identifier.len()));
    }
    let bytes = multibase::decode(identifier, &[Base::Base58Btc, Base::Base64Url])
        .map_err(|_| Reason::new(Code::DidKeyMalformed).expected("`z` and base58btc, or `u` and base64url"))?;
    multikey::from_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

    fn read(identifier: &str) -> Result<DidDocument, Code> {
        document(&format!("did:key:{identifier}"), identifier).map_err(|reason| reason.code())
    }

    #[test]
    fn an_ed25519_key_brings_its_agreement_key() {
        let document = read(ED25519).unwrap();
        let method = format!("did:key:{ED25519}#{ED25519}");
        for purpose in SIGNING {
            assert!(document.key(&method, purpose).is_ok());
        }
        assert_eq!(document.key(&method, Purpose::KeyAgreement).unwrap_err().code(), Code::DidVmRelationship);
        let derived: Vec<_> = document.ids_for(Purpose::KeyAgreement).collect();
        assert_eq!(derived, [format!("did:key:{ED25519}#z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p")]);
        assert_eq!(document.key(derived[0], Purpose::AssertionMethod).unwrap_err().code(), Code::DidKeyMalformed);
        assert_eq!(
            document.key(&format!("{method}x"), Purpose::AssertionMethod).unwrap_err().code(),
            Code::DiVmMissing
        );
    }

    /// The short way says what the document says, of every kind of key and of what is none.
    #[test]
    fn a_key_alone_is_that_of_its_document() {
        let asked = |identifier: &str, fragment: &str| {
            let did = format!("did:key:{identifier}");
            let whole = document(&did, identifier);
            let method = format!("{did}#{fragment}");
            let long = whole.and_then(|document| document.key(&method, Purpose::AssertionMethod));
            (signing_key(identifier, fragment), long)
        };
        for identifier in [
            ED25519,
            "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
            "z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54",
            "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
            "zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2160",
            "zzzz",
            "",
        ] {
            let (short, long) = asked(identifier, identifier);
            assert_eq!(short, Some(long), "{identifier}");
            assert_eq!(asked(identifier, "0").0, None);
        }
        assert_eq!(asked("z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p", "").0, None);
        let x25519 = "z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p";
        assert_eq!(asked(x25519, x25519).0, None);
    }

    /// DID-008; the single faults of a key are tested where keys are read.
    #[test]
    fn what_is_no_key_is_refused() {
        for identifier in
            ["123", "z", "u", "", "m6MkhaX", "zzzz", "1.1:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"]
        {
            assert_eq!(read(identifier).unwrap_err(), Code::DidKeyMalformed, "{identifier}");
        }
        assert_eq!(read(&format!("z{}", "2".repeat(20_000))).unwrap_err(), Code::DidKeyMalformed);
        assert_eq!(read(&format!("u{}", "A".repeat(20_000))).unwrap_err(), Code::DidKeyMalformed);
        let x25519 = "z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p";
        let document = read(x25519).unwrap();
        let method = format!("#{x25519}");
        assert_eq!(document.key(&method, Purpose::AssertionMethod).unwrap_err().code(), Code::DidKeyMalformed);
        assert!(document.key(&method, Purpose::KeyAgreement).is_ok());
    }
}
