//! did:jwk: a DID that is a JWK (did:jwk method, draft of 2022).
//!
//! `did:jwk:` and base64url of the JSON of one public JWK. Its only method is `#0`: for every purpose, but not for key
//! agreement with `"use": "sig"`, and for key agreement alone with `"use": "enc"`.

use std::borrow::Cow;

use crate::crypto::jwk;
use crate::crypto::public_key::PublicKey;
use crate::did::document::{DidDocument, Purpose};
use crate::encoding::{base64url, json};
use crate::envelope::jws::is_private_jwk;
use crate::reason::{Code, Reason};

/// Characters of the longest identifier: an RSA key of 8192 bits and its certificates' names.
const CHARACTERS: usize = 8 << 10;

/// The document of `did:jwk:IDENTIFIER`.
///
/// # Errors
/// `did.jwk_malformed`, whatever is wrong with the JWK.
pub fn document(did: &str, identifier: &str) -> Result<DidDocument, Reason> {
    let bytes = decoded(identifier)?;
    let key = object(&bytes)?;
    let (_, usage) = public_key(&key)?;
    DidDocument::decode(written(did, &key, usage).to_string().as_bytes(), did)
}

/// The key of `did:jwk:IDENTIFIER#0`, for every purpose of signing, without its document around it. `None` when the document has to
/// be asked: the fragment names another key, the key is for key agreement alone, or its JWK holds more than texts.
///
/// # Errors
/// As [`document`].
pub fn signing_key(identifier: &str, fragment: &str) -> Option<Result<PublicKey, Reason>> {
    if fragment != "0" {
        return None;
    }
    let bytes = match decoded(identifier) {
        Ok(bytes) => bytes,
        Err(reason) => return Some(Err(reason)),
    };
    let found = object(&bytes).and_then(|key| Ok((public_key(&key)?, key.as_object().is_some_and(is_flat))));
    match found {
        Ok(((key, None | Some("sig")), true)) => key.is_for_signatures().then_some(Ok(key)),
        Ok(_) => None,
        Err(reason) => Some(Err(reason)),
    }
}

/// `true` when every member is a text.
fn is_flat(members: &[(Cow<'_, str>, json::Value<'_>)]) -> bool {
    members.iter().all(|(_, value)| value.as_str().is_some())
}

fn decoded(identifier: &str) -> Result<Vec<u8>, Reason> {
    if identifier.len() > CHARACTERS {
        return Err(malformed().expected(CHARACTERS).got(identifier.len()));
    }
    base64url::decode(identifier).map_err(|_| malformed().expected("base64url without padding"))
}

fn object(bytes: &[u8]) -> Result<json::Value<'_>, Reason> {
    json::decode(bytes).map_err(|reason| malformed().expected("JSON").got(reason.code().as_str()))
}

/// The key of a JWK, and its `use`.
fn public_key(key: &json::Value<'_>) -> Result<(PublicKey, Option<&'static str>), Reason> {
    if is_private_jwk(key) {
        return Err(malformed().expected("a public key").got("a private or symmetric key"));
    }
    let public = jwk::public_key(key).map_err(|reason| malformed().expected(reason.expected_fact().clone()))?;
    let usage = match key.member("use").map(json::Value::as_str) {
        None => None,
        Some(Some("sig")) => Some("sig"),
        Some(Some("enc")) => Some("enc"),
        Some(_) => return Err(malformed().expected("`sig` or `enc` as `use`").got("another use")),
    };
    if usage == Some("sig") && !public.is_for_signatures() {
        return Err(malformed().expected("a key that signs").got("X25519"));
    }
    Ok((public, usage))
}

/// The document as the method writes it.
fn written(did: &str, key: &json::Value<'_>, usage: Option<&str>) -> serde_json::Value {
    let method = format!("{did}#0");
    let mut document = serde_json::json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": [
            { "id": method, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": key.to_serde() },
        ],
    });
    for purpose in Purpose::ALL {
        let due = match usage {
            Some("sig") => purpose != Purpose::KeyAgreement,
            Some(_) => purpose == Purpose::KeyAgreement,
            None => true,
        };
        if let (true, Some(members)) = (due, document.as_object_mut()) {
            members.insert(purpose.name().to_owned(), serde_json::json!([method]));
        }
    }
    document
}

fn malformed() -> Reason {
    Reason::new(Code::DidJwkMalformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(jwk: &str) -> Result<DidDocument, Code> {
        let identifier = base64url::encode(jwk.as_bytes());
        document(&format!("did:jwk:{identifier}"), &identifier).map_err(|reason| reason.code())
    }

    const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
    const X25519: &str = r#""kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08""#;

    #[test]
    fn the_use_decides_the_purposes() {
        let purposes = |jwk: &str| {
            let document = read(jwk).unwrap();
            Purpose::ALL.map(|purpose| document.ids_for(purpose).count())
        };
        assert_eq!(purposes(&format!("{{{ED25519}}}")), [1, 1, 1, 1, 1]);
        assert_eq!(purposes(&format!(r#"{{{ED25519},"use":"sig"}}"#)), [1, 1, 0, 1, 1]);
        assert_eq!(purposes(&format!(r#"{{{X25519},"use":"enc"}}"#)), [0, 0, 1, 0, 0]);
        assert!(read(&format!("{{{ED25519}}}")).unwrap().key("#0", Purpose::AssertionMethod).is_ok());
        let agreement = read(&format!("{{{X25519}}}")).unwrap();
        assert_eq!(agreement.key("#0", Purpose::AssertionMethod).unwrap_err().code(), Code::DidKeyMalformed);
        assert_eq!(agreement.key("#1", Purpose::AssertionMethod).unwrap_err().code(), Code::DiVmMissing);
    }

    /// The short way says what the document says, or leaves the question to it.
    #[test]
    fn a_key_alone_is_that_of_its_document() {
        let nested =
            format!(r#"{{{ED25519},"x":{}1{}}}"#, "[".repeat(30), "]".repeat(30)).replace(r#","x":["#, r#","y":["#);
        for (jwk, is_short) in [
            (format!("{{{ED25519}}}"), true),
            (format!(r#"{{{ED25519},"use":"sig","kid":"a"}}"#), true),
            (format!(r#"{{{ED25519},"use":"enc"}}"#), false),
            (format!(r#"{{{ED25519},"use":"any"}}"#), true),
            (format!(r#"{{{ED25519},"d":"AA"}}"#), true),
            (format!(r#"{{{ED25519},"ext":true}}"#), false),
            (nested, false),
            (format!("{{{X25519}}}"), false),
            (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#.to_owned(), true),
            ("[]".to_owned(), true),
        ] {
            let identifier = base64url::encode(jwk.as_bytes());
            let did = format!("did:jwk:{identifier}");
            let whole = document(&did, &identifier).and_then(|document| document.key("#0", Purpose::AssertionMethod));
            let short = signing_key(&identifier, "0");
            assert_eq!(short.is_some(), is_short, "{jwk}");
            assert!(short.is_none_or(|short| short == whole), "{jwk}");
            assert_eq!(signing_key(&identifier, "1"), None);
        }
    }

    /// DID-009.
    #[test]
    fn what_is_no_public_jwk_is_refused() {
        for jwk in [
            "".to_owned(),
            "[]".to_owned(),
            "{}".to_owned(),
            "{".to_owned(),
            format!(r#"{{{ED25519},"d":"AA"}}"#),
            r#"{"kty":"oct","k":"AA"}"#.to_owned(),
            r#"{"kty":"OKP","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#.to_owned(),
            format!(r#"{{{ED25519},"use":"any"}}"#),
            format!(r#"{{{X25519},"use":"sig"}}"#),
            r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#.to_owned(),
            format!(r#"{{{ED25519},"x5t":"{}"}}"#, "A".repeat(1 << 20)),
        ] {
            assert_eq!(read(&jwk).unwrap_err(), Code::DidJwkMalformed, "{}", jwk.get(..60).unwrap_or(&jwk));
        }
        assert_eq!(document("did:jwk:e30=", "e30=").unwrap_err().code(), Code::DidJwkMalformed);
    }
}
