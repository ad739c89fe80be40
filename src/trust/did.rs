//! Issuers of NZ COVID Passes and their DID documents (NZ COVID Pass 1.0.0, 5): which are real, and which keys sign passes.
//!
//! A pass is signed with a JsonWebKey2020 of the issuer's own document. Reading DIDs and their documents in general is the
//! business of `did`; here are the narrower rules of this format, in the reasons that it has always given.

use crate::crypto::public_key::{Curve, PublicKey};
use crate::did::document::{DidDocument, Purpose};
use crate::policy::Environment;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// The issuer of real NZ COVID Passes.
pub const NZ_LIVE_ISSUER: &str = "did:web:nzcp.identity.health.nz";
/// The issuer of the NZ COVID Pass examples.
pub const NZ_TEST_ISSUER: &str = "did:web:nzcp.covid19.health.nz";

/// The environment of an issuer that belongs to one for good, whatever a trust store says of it: a test issuer that was imported as
/// a live one by mistake would let everybody make passes.
pub fn fixed_environment(did: &str) -> Option<Environment> {
    match did {
        NZ_LIVE_ISSUER => Some(Environment::Production),
        NZ_TEST_ISSUER => Some(Environment::Test),
        _ => None,
    }
}

/// The document that these bytes hold, if it is the one of that issuer.
///
/// # Errors
/// As [`DidDocument::decode`], but another subject and twins are `did.document_invalid`.
pub fn document(bytes: &[u8], issuer: &str) -> Result<DidDocument, Reason> {
    DidDocument::decode(bytes, issuer).map_err(|reason| match reason.code() {
        Code::DidIdMismatch => invalid("the document of the issuer", "the document of another subject"),
        Code::DidDuplicateVm => invalid("one method for each id", "two methods of one id"),
        _ => reason,
    })
}

/// The key that may sign passes under this id.
///
/// # Errors
/// `jose.kid_unknown` when the document has no such method, `did.vm_relationship` when it must not make assertions,
/// `did.document_invalid` when it is no JsonWebKey2020 with a key on P-256 or has ended; else what is wrong with its key.
pub fn pass_key(document: &DidDocument, id: &str, now: Timestamp) -> Result<PublicKey, Reason> {
    let key = document.key_at(id, Purpose::AssertionMethod, now).map_err(|reason| match reason.code() {
        Code::DiVmMissing | Code::DidDepth => Reason::new(Code::JoseKidUnknown).got(reason.got_fact().clone()),
        Code::DiVmInvalid | Code::DidKeyMalformed => Reason::new(Code::DidDocumentInvalid)
            .expected(reason.expected_fact().clone())
            .got(reason.got_fact().clone()),
        _ => reason,
    })?;
    if document.method(id).and_then(|method| method.kind()) != Some("JsonWebKey2020") {
        return Err(invalid("a method of type JsonWebKey2020", "a method of another type"));
    }
    if key.curve() != Some(Curve::P256) {
        return Err(invalid("a key on P-256", "a key of another kind"));
    }
    Ok(key)
}

fn invalid(expected: &'static str, got: &'static str) -> Reason {
    Reason::new(Code::DidDocumentInvalid).expected(expected).got(got)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: &str = "did:web:issuer.example";
    const KEY: &str = "did:web:issuer.example#key-1";
    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
    const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"zRR-XGsCp12Vvbgui4DD6O6cqmhfPuXMhi1OxPl8760","y":"Iv5SU6FuW-TRYh5_GOrJlcV_gpF_GpFQhCOD8LSk3T0"}"#;

    fn found(methods: &str, assertion: &str) -> Result<(), Code> {
        let text = format!(r#"{{"id":"{SUBJECT}","verificationMethod":[{methods}],"assertionMethod":[{assertion}]}}"#);
        let key = document(text.as_bytes(), SUBJECT).and_then(|document| pass_key(&document, KEY, NOW));
        key.map(|_| ()).map_err(|reason| reason.code())
    }

    fn method(jwk: &str) -> String {
        format!(r#"{{"id":"{KEY}","type":"JsonWebKey2020","controller":"{SUBJECT}","publicKeyJwk":{jwk}}}"#)
    }

    #[test]
    fn passes_have_their_own_reasons() {
        let listed = format!("\"{KEY}\"");
        assert_eq!(found(&method(JWK), &listed), Ok(()));
        assert_eq!(found("", ""), Err(Code::JoseKidUnknown));
        assert_eq!(found("", &listed), Err(Code::JoseKidUnknown));
        assert_eq!(found(&method(JWK), ""), Err(Code::DidVmRelationship));
        assert_eq!(found(&method(JWK), "\"did:web:other.example#key-1\""), Err(Code::DidVmRelationship));
        assert_eq!(found(&format!("{},{}", method(JWK), method(JWK)), &listed), Err(Code::DidDocumentInvalid));
        let other = document(br#"{"id":"did:web:other.example"}"#, SUBJECT);
        assert_eq!(other.unwrap_err().code(), Code::DidDocumentInvalid);
    }

    #[test]
    fn broken_keys_say_what_is_broken() {
        let listed = format!("\"{KEY}\"");
        let code_of = |jwk: &str| found(&method(jwk), &listed).unwrap_err();
        assert_eq!(code_of(&JWK.replace("\"kty\"", "\"d\":\"AA\",\"kty\"")), Code::JosePrivateKeyExposed);
        assert_eq!(code_of(&JWK.replace("3T0", "3T1")), Code::DidDocumentInvalid);
        assert_eq!(code_of(&JWK.replace("zRR", "aRR")), Code::KeyInvalidPoint);
        assert_eq!(code_of(&JWK.replace("P-256", "P-192")), Code::DidDocumentInvalid);
        assert_eq!(
            code_of(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#),
            Code::DidDocumentInvalid
        );
        assert_eq!(code_of("\"text\""), Code::DidDocumentInvalid);
        for kind in ["Multikey", "JsonWebKey"] {
            let typed = method(JWK).replace("JsonWebKey2020", kind);
            assert_eq!(found(&typed, &listed), Err(Code::DidDocumentInvalid), "{kind}");
        }
    }
}
