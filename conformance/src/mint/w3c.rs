//! What the vectors of W3C credentials share: issuer and holder, their documents, a credential and a presentation.

use serde_json::{Map, Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::reason::Code;

use super::pki::Pki;
use super::scene::Scene;
use super::signing::TestKey;
use crate::question::{Occasion, Payload};
use crate::vector::Vector;

/// The issuer.
pub const ISSUER: &str = "https://issuer.example/vc";
/// The holder, whom the credential is about.
pub const HOLDER: &str = "https://holder.example/me";
/// The relying party.
pub const AUDIENCE: &str = "https://rp.example";
/// The relying party's nonce.
pub const NONCE: &str = "n-0S6_WzA2Mj";
/// The base context of data model 2.0.
pub const CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";

/// The keys.
pub struct Keys {
    /// The issuer's.
    pub issuer: TestKey,
    /// The holder's.
    pub holder: TestKey,
}

/// The keys of the test PKI.
///
/// # Errors
/// A sentence, when one is missing.
pub fn keys(pki: &Pki) -> Result<Keys, String> {
    Ok(Keys { issuer: pki.key("w3c-issuer")?, holder: pki.key("w3c-holder")? })
}

/// The identifier of the key of `name`.
pub fn kid(name: &str) -> String {
    format!("{name}#key-1")
}

/// The entries that pin the documents of issuer and holder.
pub fn trust(keys: &Keys, format: &str) -> Vec<Value> {
    let entry = |name: &str, key: &TestKey| {
        json!({
            "kind": "issuer", "issuer": name, "name": "vidimus test PKI", "formats": [format], "environment": "test",
            "document": document(name, key)
        })
    };
    vec![entry(ISSUER, &keys.issuer), entry(HOLDER, &keys.holder)]
}

fn document(name: &str, key: &TestKey) -> Value {
    let id = kid(name);
    json!({
        "@context": "https://www.w3.org/ns/cid/v1", "id": name, "assertionMethod": [id], "authentication": [id],
        "verificationMethod": [
            {"id": id, "controller": name, "type": "JsonWebKey2020", "publicKeyJwk": key.public_key().to_jwk()}
        ]
    })
}

/// A credential of data model 2.0.
pub fn credential() -> Value {
    json!({
        "@context": [CONTEXT],
        "id": "urn:uuid:0d1c9a52-7f0b-4c38-9f43-6f1f0c0a7e21",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-05-01T00:00:00Z",
        "credentialSubject": {"id": HOLDER, "name": "Aroha Ngata", "languages": ["mi", "en"]}
    })
}

/// A presentation of data model 2.0.
pub fn presentation(credential: Value) -> Value {
    json!({
        "@context": [CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": [credential],
        "nonce": NONCE,
        "aud": AUDIENCE
    })
}

/// What an accepted presentation discloses: the credentials inside are parts of their own.
pub fn said(presentation: &Value) -> Value {
    let mut said = presentation.clone();
    set(&mut said, "verifiableCredential", Value::Null);
    said
}

/// An envelope around the token of a credential, or of a presentation.
pub fn envelope(media_type: &str, token: &str) -> Value {
    let is_presentation = media_type.contains("/vp+");
    let kind = if is_presentation { "EnvelopedVerifiablePresentation" } else { "EnvelopedVerifiableCredential" };
    json!({"@context": [CONTEXT], "type": kind, "id": format!("data:{media_type},{token}")})
}

/// The scene in which this nonce and audience were asked for.
pub fn asking(scene: &Scene, nonce: &str, audience: &str) -> Scene {
    let occasion =
        Occasion { nonce: Some(nonce.to_owned()), audience: Some(audience.to_owned()), ..scene.occasion.clone() };
    Scene { occasion, ..scene.clone() }
}

/// The scene in which the issuer's entry is another one.
pub fn trusting(scene: &Scene, change: fn(&mut Value)) -> Scene {
    let mut trust = scene.trust.clone();
    trust.iter_mut().take(1).for_each(change);
    scene.trusting(trust)
}

/// A compact JWS before it is signed: every part can be exchanged.
#[derive(Clone)]
pub struct Jwt<'k> {
    /// The header.
    pub header: Value,
    /// The payload.
    pub payload: Value,
    /// Who signs.
    pub key: &'k TestKey,
}

impl Jwt<'_> {
    /// The same with another header member, or without it when `value` is null.
    #[must_use]
    pub fn with_header(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut changed = self.clone();
        set(&mut changed.header, name, value.into());
        changed
    }

    /// The same with another payload member, or without it when `value` is null.
    #[must_use]
    pub fn with(&self, name: &str, value: impl Into<Value>) -> Self {
        let mut changed = self.clone();
        set(&mut changed.payload, name, value.into());
        changed
    }

    /// The same with a payload that is changed in place.
    #[must_use]
    pub fn changed(&self, change: impl FnOnce(&mut Value)) -> Self {
        let mut changed = self.clone();
        change(&mut changed.payload);
        changed
    }

    /// The compact text.
    pub fn text(&self) -> String {
        self.text_of(&self.header.to_string(), &self.payload.to_string())
    }

    /// The compact text around another header and payload.
    pub fn text_of(&self, header: &str, payload: &str) -> String {
        let message = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()));
        let signature = self.key.sign(message.as_bytes()).unwrap_or_default();
        format!("{message}.{}", base64url::encode(&signature))
    }

    /// The compact text with another signature.
    pub fn text_signed(&self, change: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let text = self.text();
        let (message, signature) = text.rsplit_once('.').unwrap_or_default();
        let signature = base64url::decode(signature).unwrap_or_default();
        format!("{message}.{}", base64url::encode(&change(&signature)))
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let members = object.as_object_mut().map_or_else(Map::new, std::mem::take);
    let mut members: Map<String, Value> =
        members.into_iter().filter(|(known, _)| known != name || !value.is_null()).collect();
    if !value.is_null() {
        members.insert(name.to_owned(), value);
    }
    *object = Value::Object(members);
}

/// Tells vectors that differ from one accepted vector in one place.
pub struct Teller<'t> {
    /// The scene.
    pub scene: &'t Scene,
    /// The accepted vector.
    pub parent: &'t Vector,
    /// Where they go.
    pub all: &'t mut Vec<Vector>,
}

impl Teller<'_> {
    /// A text that is refused.
    pub fn refuse(&mut self, case: &str, title: &str, code: Code, text: impl Into<String>) {
        self.refuse_in(&self.scene.clone(), case, title, code, text);
    }

    /// A text that is refused in another scene.
    pub fn refuse_in(&mut self, scene: &Scene, case: &str, title: &str, code: Code, text: impl Into<String>) {
        self.all.push(scene.refuses(self.parent, case, title, code, Payload::text("text/plain", text)));
    }

    /// A text that is refused when the caller says what it is.
    pub fn refuse_named(&mut self, case: &str, title: &str, code: Code, text: impl Into<String>) {
        let input = Payload::text("text/plain", text).of_format(self.scene.format);
        self.all.push(self.scene.refuses(self.parent, case, title, code, input));
    }

    /// What the policy and the trust store decide, whatever the envelope: `input` is that of the parent.
    pub fn demands(&mut self) {
        let (scene, input) = (self.scene.clone(), self.parent.input.clone());
        let mut refuse = |scene: Scene, case: &str, title: &str, code| {
            self.all.push(scene.refuses(self.parent, case, title, code, input.clone()));
        };
        refuse(
            scene.demanding("formats", json!(["eu_dcc"])),
            "format-not-taken",
            "The policy takes EU certificates only.",
            Code::PolicyFormat,
        );
        refuse(scene.asking_for(&["Diploma"]), "type-not-asked-for", "A diploma was asked for.", Code::PolicyType);
        let asked = Occasion { nonce: Some(NONCE.to_owned()), ..scene.occasion.clone() };
        let title = "A nonce was given, and a credential comes that nobody presents.";
        refuse(Scene { occasion: asked, ..scene.clone() }, "bare-where-a-nonce-was-given", title, Code::VpNonce);
        let asked = Occasion { audience: Some(AUDIENCE.to_owned()), ..scene.occasion.clone() };
        let title = "A presentation for somebody was asked for, and a credential comes that nobody presents.";
        refuse(Scene { occasion: asked, ..scene.clone() }, "bare-where-an-audience-is-due", title, Code::ClaimAudience);
        let unknown = scene.trusting(Vec::new());
        refuse(unknown, "issuer-unknown", "The issuer is not on the trust list.", Code::TrustIssuerUnknown);
        let production = trusting(&scene, |entry| entry["environment"] = json!("production"));
        refuse(production, "issuer-of-production", "The issuer is listed for production only.", Code::TrustEnvironment);
        let elsewhere = trusting(&scene, |entry| entry["document"]["assertionMethod"] = json!([]));
        refuse(elsewhere, "key-not-for-assertions", "The key must not make assertions.", Code::DidVmRelationship);
        self.all.push(scene.demanding("status", "required").cannot_tell(
            self.parent,
            "status-required",
            "A status is demanded, and the credential declares none.",
            Code::StatusUnavailable,
            input,
        ));
    }
}
