//! DID documents (DID Core 1.0), as far as an issuer's keys need them, and where a `did:web` publishes its document.
//!
//! ```json
//! { "id": DID, "verificationMethod": [ { "id": DID-URL, "type": "JsonWebKey2020", "publicKeyJwk": JWK } ],
//!   "assertionMethod": [ DID-URL | method ] }
//! ```

use crate::crypto::jwk;
use crate::crypto::public_key::PublicKey;
use crate::encoding::json;
use crate::envelope::jws::is_private_jwk;
use crate::locator::Locator;
use crate::policy::Environment;
use crate::reason::{Code, Reason, Stage};

/// The issuer of real NZ COVID Passes.
pub const NZ_LIVE_ISSUER: &str = "did:web:nzcp.identity.health.nz";
/// The issuer of the NZ COVID Pass examples.
pub const NZ_TEST_ISSUER: &str = "did:web:nzcp.covid19.health.nz";

/// Characters of the longest DID that is taken.
const DID_LENGTH: usize = 512;
/// Verification methods of one document.
const METHODS: usize = 256;

/// A DID document, read: its keys and which of them may make assertions.
#[derive(Clone, Debug)]
pub struct DidDocument {
    methods: Vec<Method>,
    assertion: Vec<String>,
}

/// One verification method. A broken one hurts only whoever needs it.
#[derive(Clone, Debug)]
struct Method {
    id: String,
    key: Result<PublicKey, Reason>,
}

impl DidDocument {
    /// The document that these bytes hold, if it is the one of the subject `expected_id`.
    ///
    /// # Errors
    /// `json.*` at stage Key; `did.document_invalid` when the shape is wrong, the subject is another, or two methods share an id.
    pub fn decode(bytes: &[u8], expected_id: &str) -> Result<DidDocument, Reason> {
        let document = json::decode(bytes).map_err(|reason| reason.at(Stage::Key))?;
        match document.member("id").and_then(json::Value::as_str) {
            Some(id) if id == expected_id => {}
            Some(_) => return Err(invalid("the document of the issuer", "the document of another subject")),
            None => return Err(invalid("a subject", "no `id` of type text")),
        }
        let mut read = DidDocument { methods: Vec::new(), assertion: Vec::new() };
        for method in list(&document, "verificationMethod")? {
            read.add_method(method, expected_id)?;
        }
        for item in list(&document, "assertionMethod")? {
            let id = match item.as_str() {
                Some(reference) => absolute(reference, expected_id),
                None => read.add_method(item, expected_id)?,
            };
            read.assertion.push(id);
        }
        Ok(read)
    }

    /// The key of the verification method with this id, if it may make assertions.
    ///
    /// # Errors
    /// `jose.kid_unknown` when the document has no such method, `did.vm_relationship` when it must not make assertions, else
    /// what is wrong with its key.
    pub fn assertion_key(&self, id: &str) -> Result<PublicKey, Reason> {
        let method = self
            .methods
            .iter()
            .find(|method| method.id == id)
            .ok_or_else(|| Reason::new(Code::JoseKidUnknown).got(shown(id)))?;
        if !self.assertion.iter().any(|allowed| allowed == id) {
            return Err(Reason::new(Code::DidVmRelationship).expected("assertionMethod").got(shown(id)));
        }
        method.key.clone()
    }

    /// The ids of all methods that may make assertions, in the order of the document.
    pub fn assertion_ids(&self) -> impl Iterator<Item = &str> {
        self.assertion.iter().map(String::as_str)
    }

    /// Adds a method and returns its absolute id.
    fn add_method(&mut self, method: &json::Value<'_>, subject: &str) -> Result<String, Reason> {
        let id = method
            .member("id")
            .and_then(json::Value::as_str)
            .ok_or_else(|| invalid("a verification method with an id", method.kind()))?;
        let id = absolute(id, subject);
        if self.methods.iter().any(|known| known.id == id) {
            return Err(invalid("one method for each id", "two methods of one id"));
        }
        if self.methods.len() >= METHODS {
            return Err(Reason::new(Code::InputTooManyItems).expected(METHODS).at(Stage::Key));
        }
        self.methods.push(Method { id: id.clone(), key: method_key(method) });
        Ok(id)
    }
}

/// Where a `did:web` publishes its document; `None` when it is another method or not plainly a host name and path.
///
/// `did:web:example.org` stands for `https://example.org/.well-known/did.json`, `did:web:example.org%3A8443:a:b` for
/// `https://example.org:8443/a/b/did.json`. The name may come from input: addresses, other percent-encodings, user names,
/// dots as segments and upper-case hosts are refused.
pub fn web_locator(did: &str) -> Option<Locator> {
    if did.len() > DID_LENGTH {
        return None;
    }
    let mut parts = did.strip_prefix("did:web:")?.split(':');
    let authority = authority(parts.next()?)?;
    let mut path = String::new();
    for segment in parts {
        if !is_segment(segment) {
            return None;
        }
        path.push('/');
        path.push_str(segment);
    }
    if path.is_empty() {
        path.push_str("/.well-known");
    }
    Locator::new(format!("https://{authority}{path}/did.json"))
}

/// The environment of an issuer that belongs to one for good, whatever a trust store says of it: a test issuer that was imported as
/// a live one by mistake would let everybody make passes.
pub fn fixed_environment(did: &str) -> Option<Environment> {
    match did {
        NZ_LIVE_ISSUER => Some(Environment::Production),
        NZ_TEST_ISSUER => Some(Environment::Test),
        _ => None,
    }
}

fn authority(text: &str) -> Option<String> {
    let (host, port) = match text.split_once('%') {
        None => (text, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix("3A").or_else(|| rest.strip_prefix("3a"))?)),
    };
    let labels: Vec<&str> = host.split('.').collect();
    let named = labels.last().is_some_and(|last| last.bytes().any(|b| b.is_ascii_lowercase()));
    if host.len() > 253 || labels.len() < 2 || !named || !labels.iter().all(|label| is_label(label)) {
        return None;
    }
    match port {
        None => Some(host.to_owned()),
        Some(digits) => {
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
            // Low ports other than that of https belong to other services.
            let port = digits.parse::<u16>().ok().filter(|port| plain && (*port == 443 || *port >= 1024))?;
            Some(format!("{host}:{port}"))
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_segment(segment: &str) -> bool {
    !segment.is_empty()
        && segment != "."
        && segment != ".."
        && segment.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

/// The elements of a member that may be absent but must be a list.
fn list<'v, 'a>(document: &'v json::Value<'a>, name: &'static str) -> Result<&'v [json::Value<'a>], Reason> {
    match document.member(name) {
        None => Ok(&[]),
        Some(value) => value.as_array().ok_or_else(|| invalid(name, value.kind())),
    }
}

/// A relative id (`#key-1`) belongs to the document's subject.
fn absolute(id: &str, subject: &str) -> String {
    if id.starts_with('#') { format!("{subject}{id}") } else { id.to_owned() }
}

fn method_key(method: &json::Value<'_>) -> Result<PublicKey, Reason> {
    let key = method.member("publicKeyJwk");
    if key.is_some_and(is_private_jwk) || method.member("privateKeyJwk").is_some() {
        return Err(Reason::new(Code::JosePrivateKeyExposed));
    }
    if method.member("type").and_then(json::Value::as_str) != Some("JsonWebKey2020") {
        return Err(invalid("a method of type JsonWebKey2020", "a method of another type"));
    }
    jwk::public_key(key.ok_or_else(|| invalid("publicKeyJwk", "nothing"))?).map_err(|reason| match reason.code() {
        Code::JoseJwkPolicy => invalid("a JWK of kind EC, RSA or Ed25519", "a JWK of another kind or form"),
        _ => reason,
    })
}

fn invalid(expected: &'static str, got: &'static str) -> Reason {
    Reason::new(Code::DidDocumentInvalid).expected(expected).got(got)
}

/// An identifier as a report shows it, cut.
fn shown(id: &str) -> String {
    id.chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: &str = "did:web:issuer.example";
    const JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"zRR-XGsCp12Vvbgui4DD6O6cqmhfPuXMhi1OxPl8760","y":"Iv5SU6FuW-TRYh5_GOrJlcV_gpF_GpFQhCOD8LSk3T0"}"#;

    fn document(methods: &str, assertion: &str) -> Result<DidDocument, Reason> {
        let text = format!(r#"{{"id":"{SUBJECT}","verificationMethod":[{methods}],"assertionMethod":[{assertion}]}}"#);
        DidDocument::decode(text.as_bytes(), SUBJECT)
    }

    fn method(id: &str, jwk: &str) -> String {
        format!(r#"{{"id":"{id}","type":"JsonWebKey2020","controller":"{SUBJECT}","publicKeyJwk":{jwk}}}"#)
    }

    fn code(result: Result<PublicKey, Reason>) -> Code {
        result.unwrap_err().code()
    }

    #[test]
    fn finds_referenced_relative_and_embedded_keys() {
        let key = "did:web:issuer.example#key-1";
        let reference = format!("\"{key}\"");
        assert!(document(&method(key, JWK), &reference).unwrap().assertion_key(key).is_ok());
        assert!(document(&method("#key-1", JWK), &reference).unwrap().assertion_key(key).is_ok());
        assert!(document(&method(key, JWK), "\"#key-1\"").unwrap().assertion_key(key).is_ok());
        assert!(document("", &method("#key-1", JWK)).unwrap().assertion_key(key).is_ok());
    }

    #[test]
    fn a_key_must_be_there_and_may_assert() {
        let key = "did:web:issuer.example#key-1";
        assert_eq!(code(document("", "").unwrap().assertion_key(key)), Code::JoseKidUnknown);
        assert_eq!(code(document("", "\"#key-1\"").unwrap().assertion_key(key)), Code::JoseKidUnknown);
        assert_eq!(code(document(&method(key, JWK), "").unwrap().assertion_key(key)), Code::DidVmRelationship);
        let other = document(&method(key, JWK), "\"did:web:other.example#key-1\"").unwrap();
        assert_eq!(code(other.assertion_key(key)), Code::DidVmRelationship);
    }

    #[test]
    fn broken_keys_say_what_is_broken() {
        let key = "did:web:issuer.example#key-1";
        let code_of = |jwk: &str| code(document(&method(key, jwk), "\"#key-1\"").unwrap().assertion_key(key));
        assert_eq!(code_of(&JWK.replace("\"kty\"", "\"d\":\"AA\",\"kty\"")), Code::JosePrivateKeyExposed);
        assert_eq!(code_of(&JWK.replace("3T0", "3T1")), Code::DidDocumentInvalid);
        assert_eq!(code_of(&JWK.replace("zRR", "aRR")), Code::KeyInvalidPoint);
        assert_eq!(code_of(&JWK.replace("P-256", "P-192")), Code::DidDocumentInvalid);
        assert_eq!(code_of("\"text\""), Code::DidDocumentInvalid);
        let typed = method(key, JWK).replace("JsonWebKey2020", "Multikey");
        assert_eq!(code(document(&typed, "\"#key-1\"").unwrap().assertion_key(key)), Code::DidDocumentInvalid);
    }

    #[test]
    fn refuses_other_subjects_shapes_and_twins() {
        let text = format!(r#"{{"id":"{SUBJECT}"}}"#);
        assert!(DidDocument::decode(text.as_bytes(), SUBJECT).is_ok());
        for (text, code) in [
            (r#"{"id":"did:web:other.example"}"#, Code::DidDocumentInvalid),
            (r#"{"id":7}"#, Code::DidDocumentInvalid),
            (r#"[]"#, Code::DidDocumentInvalid),
            (r#"{"id":"did:web:issuer.example","assertionMethod":"x"}"#, Code::DidDocumentInvalid),
            (r#"{"id":"did:web:issuer.example","verificationMethod":[7]}"#, Code::DidDocumentInvalid),
            (r#"{"id":"did:web:issuer.example","id":"did:web:issuer.example"}"#, Code::JsonDuplicateKey),
        ] {
            let reason = DidDocument::decode(text.as_bytes(), SUBJECT).unwrap_err();
            assert_eq!((reason.code(), reason.stage()), (code, Stage::Key), "{text}");
        }
        let twins = format!("{},{}", method("#key-1", JWK), method("did:web:issuer.example#key-1", JWK));
        assert_eq!(document(&twins, "").unwrap_err().code(), Code::DidDocumentInvalid);
    }

    #[test]
    fn a_did_web_names_its_document() {
        for (did, url) in [
            ("did:web:nzcp.identity.health.nz", "https://nzcp.identity.health.nz/.well-known/did.json"),
            ("did:web:example.org:a:b-c", "https://example.org/a/b-c/did.json"),
            ("did:web:example.org%3A8443", "https://example.org:8443/.well-known/did.json"),
            ("did:web:example.org%3a8443:a", "https://example.org:8443/a/did.json"),
        ] {
            assert_eq!(web_locator(did).unwrap().as_str(), url);
        }
    }

    #[test]
    fn odd_did_webs_have_no_place() {
        for did in [
            "did:key:example.org",
            "did:web:",
            "did:web:localhost",
            "did:web:10.0.0.1",
            "did:web:[::1]",
            "did:web:example.org%2fpath",
            "did:web:example.org%2F",
            "did:web:user@example.org",
            "did:web:user%40example.org",
            "did:web:example.org%3A",
            "did:web:example.org%3A0",
            "did:web:example.org%3A080",
            "did:web:example.org%3A99999",
            "did:web:example.org%3A22",
            "did:web:example.org%3A+80",
            "did:web:example.org::a",
            "did:web:example.org:..:a",
            "did:web:example.org:a%2e",
            "did:web:example.org/a",
            "did:web:example.org#key-1",
            "did:web:example.org?x",
            "did:web:Example.org",
            "did:web:-example.org",
            "did:web:example..org",
            "did:web:exämple.org",
            "did:web:example.org\n",
        ] {
            assert_eq!(web_locator(did), None, "{did:?}");
        }
    }
}
