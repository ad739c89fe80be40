//! DID documents as JSON text: those that were published, as they were; those of DIDs that are keys, in the wished types.

use crate::crypto::algorithm::KeyKind;
use crate::crypto::multikey;
use crate::did::document::{DidDocument, Purpose, VerificationMethod};

/// The type that the keys of a did:key are written with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MethodType {
    /// `Multikey`, as did:key has it now.
    #[default]
    Multikey,
    /// `JsonWebKey2020`.
    JsonWebKey2020,
    /// `Ed25519VerificationKey2020` and `X25519KeyAgreementKey2020`; keys of other kinds stay Multikeys.
    Ed25519VerificationKey2020,
}

impl MethodType {
    /// The type with this name, if documents can be written with it.
    pub fn from_name(name: &str) -> Option<MethodType> {
        Some(match name {
            "Multikey" => MethodType::Multikey,
            "JsonWebKey2020" => MethodType::JsonWebKey2020,
            "Ed25519VerificationKey2020" => MethodType::Ed25519VerificationKey2020,
            _ => return None,
        })
    }

    fn context(self) -> &'static [&'static str] {
        match self {
            MethodType::Multikey => &["https://www.w3.org/ns/did/v1.1"],
            MethodType::JsonWebKey2020 => {
                &["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
            }
            MethodType::Ed25519VerificationKey2020 => &[
                "https://www.w3.org/ns/did/v1",
                "https://w3id.org/security/suites/ed25519-2020/v1",
                "https://w3id.org/security/suites/x25519-2020/v1",
            ],
        }
    }
}

impl DidDocument {
    /// The document as JSON text: the text that was published, or that of a DID that is a key, its methods of that type.
    pub fn to_json(&self, method_type: MethodType) -> String {
        match &self.published {
            Some(text) => text.as_ref().to_owned(),
            None => self.written(method_type).to_string(),
        }
    }

    fn written(&self, method_type: MethodType) -> serde_json::Value {
        let ids = |purpose: Purpose| self.ids_for(purpose).collect::<Vec<_>>();
        // Multikey documents have a key for key agreement alone inside that relationship, as did:key writes them.
        let is_embedded = |method: &VerificationMethod| {
            let signs = [Purpose::AssertionMethod, Purpose::Authentication]
                .iter()
                .any(|purpose| ids(*purpose).contains(&method.id()));
            method_type == MethodType::Multikey && !signs && self.methods().len() > 1
        };
        let methods = self.methods().iter().filter(|method| !is_embedded(method));
        let methods: Vec<_> = methods.filter_map(|method| self.written_method(method, method_type)).collect();
        let mut document = serde_json::json!({
            "@context": method_type.context(),
            "id": self.id(),
            "verificationMethod": methods,
        });
        for purpose in Purpose::ALL {
            let items: Vec<serde_json::Value> = ids(purpose)
                .into_iter()
                .filter_map(|id| match self.method(id).filter(|method| is_embedded(method)) {
                    Some(method) => self.written_method(method, method_type),
                    None => Some(id.into()),
                })
                .collect();
            if let (false, Some(members)) = (items.is_empty(), document.as_object_mut()) {
                members.insert(purpose.name().to_owned(), items.into());
            }
        }
        document
    }

    fn written_method(&self, method: &VerificationMethod, method_type: MethodType) -> Option<serde_json::Value> {
        let key = method.public_key().ok()?;
        let name = match (method_type, key.kind()) {
            (MethodType::JsonWebKey2020, _) => "JsonWebKey2020",
            (MethodType::Ed25519VerificationKey2020, KeyKind::Ed25519) => "Ed25519VerificationKey2020",
            (MethodType::Ed25519VerificationKey2020, KeyKind::X25519) => "X25519KeyAgreementKey2020",
            _ => "Multikey",
        };
        let mut written = serde_json::json!({ "id": method.id(), "type": name, "controller": self.id() });
        let (member, value) = match method_type {
            MethodType::JsonWebKey2020 => ("publicKeyJwk", key.to_jwk()),
            _ => ("publicKeyMultibase", multikey::encode(key).into()),
        };
        written.as_object_mut()?.insert(member.to_owned(), value);
        Some(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::did::key;

    fn written(identifier: &str, method_type: MethodType) -> serde_json::Value {
        let did = format!("did:key:{identifier}");
        let text = key::document(&did, identifier).unwrap().to_json(method_type);
        assert_eq!(
            DidDocument::decode(text.as_bytes(), &did).unwrap().methods().len(),
            key::document(&did, identifier).unwrap().methods().len()
        );
        crate::encoding::json::decode(text.as_bytes()).unwrap().to_serde()
    }

    const ED25519: &str = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    const X25519: &str = "z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p";

    /// As did:key shows it.
    #[test]
    fn multikey_documents_embed_the_agreement_key() {
        let did = format!("did:key:{ED25519}");
        let reference = serde_json::json!([format!("{did}#{ED25519}")]);
        let multikey = |key: &str| {
            serde_json::json!({
                "id": format!("{did}#{key}"), "type": "Multikey", "controller": did, "publicKeyMultibase": key,
            })
        };
        assert_eq!(
            written(ED25519, MethodType::Multikey),
            serde_json::json!({
                "@context": ["https://www.w3.org/ns/did/v1.1"],
                "id": did,
                "verificationMethod": [multikey(ED25519)],
                "authentication": reference,
                "assertionMethod": reference,
                "capabilityDelegation": reference,
                "capabilityInvocation": reference,
                "keyAgreement": [multikey(X25519)],
            })
        );
    }

    #[test]
    fn other_types_on_demand() {
        let document = written(ED25519, MethodType::Ed25519VerificationKey2020);
        assert_eq!(document["verificationMethod"][0]["type"], "Ed25519VerificationKey2020");
        assert_eq!(document["verificationMethod"][1]["type"], "X25519KeyAgreementKey2020");
        assert_eq!(document["keyAgreement"][0], format!("did:key:{ED25519}#{X25519}"));
        let document = written(ED25519, MethodType::JsonWebKey2020);
        assert_eq!(document["verificationMethod"][1]["publicKeyJwk"]["crv"], "X25519");
        let document = written(X25519, MethodType::Multikey);
        assert_eq!(document["verificationMethod"][0]["publicKeyMultibase"], X25519);
        assert_eq!(MethodType::from_name("Multikey"), Some(MethodType::Multikey));
        assert_eq!(MethodType::from_name("multikey"), None);
    }
}
