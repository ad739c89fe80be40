//! DID documents and other controlled identifier documents (DID Core 1.0; Controlled Identifiers 1.0), as far as keys go.
//!
//! ```json
//! { "id": DID, "verificationMethod": [ METHOD ], "assertionMethod": [ DID-URL | METHOD ], "authentication": [..], .. }
//! METHOD = { "id": DID-URL, "type": TYPE, "controller": DID, "publicKeyMultibase": KEY, "expires": TIME, "revoked": TIME }
//! ```
//!
//! `alsoKnownAs` and the document's own `controller` say what a subject claims about others. Nothing here reads them: they
//! prove no control. A document of another DID is never fetched for a reference inside this one.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::crypto::public_key::PublicKey;
use crate::did::method;
use crate::encoding::json;
use crate::limits;
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;

/// Verification methods of one document.
pub const METHODS: usize = 100;
/// References in one document, all relationships together.
const REFERENCES: usize = 1_000;

/// What a key may be used for: the verification relationships of DID Core 1.0, 5.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `assertionMethod`: to sign credentials.
    AssertionMethod,
    /// `authentication`: to sign presentations.
    Authentication,
    /// `keyAgreement`: to agree on secrets; never to sign.
    KeyAgreement,
    /// `capabilityInvocation`: to use a capability.
    CapabilityInvocation,
    /// `capabilityDelegation`: to hand a capability on.
    CapabilityDelegation,
}

impl Purpose {
    /// All relationships.
    pub const ALL: [Purpose; 5] = [
        Purpose::AssertionMethod,
        Purpose::Authentication,
        Purpose::KeyAgreement,
        Purpose::CapabilityInvocation,
        Purpose::CapabilityDelegation,
    ];

    /// The name as documents and proofs write it.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::AssertionMethod => "assertionMethod",
            Purpose::Authentication => "authentication",
            Purpose::KeyAgreement => "keyAgreement",
            Purpose::CapabilityInvocation => "capabilityInvocation",
            Purpose::CapabilityDelegation => "capabilityDelegation",
        }
    }

    /// The relationship with this name, if there is one.
    pub fn from_name(name: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A document, read: its keys and what each may be used for.
#[derive(Clone, Debug)]
pub struct DidDocument {
    id: String,
    methods: Vec<VerificationMethod>,
    relations: Vec<(Purpose, String)>,
    /// References that stand among the methods, where only methods may stand.
    stray: Vec<String>,
    pub(super) published: Option<Arc<str>>,
    pub(super) locator: Option<String>,
    is_deactivated: bool,
}

/// One verification method. A broken one hurts only whoever needs it.
#[derive(Clone, Debug)]
pub struct VerificationMethod {
    id: String,
    kind: Option<String>,
    controller: Option<String>,
    key: Result<PublicKey, Reason>,
    expires: Option<Result<Timestamp, Reason>>,
    revoked: Option<Result<Timestamp, Reason>>,
}

impl VerificationMethod {
    /// Its absolute id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its type, when it is a text.
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Who controls it, when it says so.
    pub fn controller(&self) -> Option<&str> {
        self.controller.as_deref()
    }

    /// Its key, whatever it may be used for.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn public_key(&self) -> Result<&PublicKey, Reason> {
        self.key.as_ref().map_err(Clone::clone)
    }

    /// Controlled Identifiers 1.0, 2.2: after `expires`, and from `revoked` on, nothing is verified with the method. Without
    /// a time to compare with, a method that states either is refused.
    fn check_time(&self, now: Option<Timestamp>) -> Result<(), Reason> {
        for (name, stated) in [("expires", &self.expires), ("revoked", &self.revoked)] {
            let Some(until) = stated else { continue };
            let until = until.clone()?;
            let Some(now) = now else {
                return Err(invalid_method("a method without an end").got(name));
            };
            if now >= until {
                return Err(Reason::new(Code::DiVmInvalid).expected(format!("{name} after {now}")).got(until));
            }
        }
        Ok(())
    }
}

impl DidDocument {
    /// The document that these bytes hold, if it is the one of the subject `expected_id`.
    ///
    /// # Errors
    /// At stage Key: `input.too_large`, `json.*`; `did.document_invalid` when the shape is wrong, `did.id_mismatch` when the
    /// subject is another, `did.duplicate_vm` when two methods share an id, `input.too_many_items`.
    pub fn decode(bytes: &[u8], expected_id: &str) -> Result<DidDocument, Reason> {
        if bytes.len() > limits::EVIDENCE_BYTES {
            let reason = Reason::new(Code::InputTooLarge).expected(limits::EVIDENCE_BYTES).got(bytes.len());
            return Err(reason.at(Stage::Key));
        }
        let value = json::decode(bytes).map_err(|reason| reason.at(Stage::Key))?;
        let mut document = DidDocument::of_value(&value, expected_id)?;
        document.published = std::str::from_utf8(bytes).ok().map(Arc::from);
        Ok(document)
    }

    /// The document in a JSON value, without its text.
    pub(super) fn of_value(value: &json::Value<'_>, expected_id: &str) -> Result<DidDocument, Reason> {
        match value.member("id").and_then(json::Value::as_str) {
            Some(id) if id == expected_id => {}
            Some(id) => {
                return Err(Reason::new(Code::DidIdMismatch).expected(shown(expected_id)).got(shown(id)));
            }
            None => return Err(invalid("a subject", "no `id` of type text")),
        }
        let mut read = DidDocument::empty(expected_id);
        read.is_deactivated = value.member("deactivated") == Some(&json::Value::Bool(true));
        let mut embedded: Vec<(&json::Value<'_>, String)> = Vec::new();
        for item in list(value, "verificationMethod")? {
            // A reference is not allowed here; it is kept to say so to whoever asks for that key.
            match item.as_str() {
                Some(reference) if read.stray.len() < METHODS => read.stray.push(read.absolute(reference).into_owned()),
                Some(_) => return Err(Reason::new(Code::InputTooManyItems).expected(METHODS).at(Stage::Key)),
                None => {
                    if let Some(id) = read.add_method(item)? {
                        embedded.push((item, id));
                    }
                }
            }
        }
        for purpose in Purpose::ALL {
            for item in list(value, purpose.name())? {
                let id = match item.as_str() {
                    Some(reference) => Some(read.absolute(reference).into_owned()),
                    None => match embedded.iter().find(|(earlier, _)| *earlier == item) {
                        // Some documents repeat a method, word by word, where they could refer to it.
                        Some((_, id)) => Some(id.clone()),
                        None => read.add_method(item)?,
                    },
                };
                let Some(id) = id else { continue };
                if item.as_object().is_some() {
                    embedded.push((item, id.clone()));
                }
                read.add_relation(purpose, id)?;
            }
        }
        Ok(read)
    }

    /// The document of a DID that is a key: each key with its fragment and what it may be used for.
    pub(super) fn of_keys(id: &str, keys: Vec<(String, PublicKey, &[Purpose])>) -> DidDocument {
        let mut document = DidDocument::empty(id);
        for (fragment, key, purposes) in keys {
            let method_id = format!("{id}#{fragment}");
            document.relations.extend(purposes.iter().map(|purpose| (*purpose, method_id.clone())));
            document.methods.push(VerificationMethod {
                id: method_id,
                kind: Some("Multikey".to_owned()),
                controller: Some(id.to_owned()),
                key: Ok(key),
                expires: None,
                revoked: None,
            });
        }
        document
    }

    fn empty(id: &str) -> DidDocument {
        DidDocument {
            id: id.to_owned(),
            methods: Vec::new(),
            relations: Vec::new(),
            stray: Vec::new(),
            published: None,
            locator: None,
            is_deactivated: false,
        }
    }

    /// The subject.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The URL that the document was found at, if it came from the evidence.
    pub fn locator(&self) -> Option<&str> {
        self.locator.as_deref()
    }

    /// `true` when the document says itself that its DID is deactivated.
    pub fn is_deactivated(&self) -> bool {
        self.is_deactivated
    }

    /// The key of a method, if it may be used for that purpose. A method that states an end (`expires`, `revoked`) is refused,
    /// since there is no time to compare with: see [`DidDocument::key_at`].
    ///
    /// # Errors
    /// As [`DidDocument::key_at`].
    pub fn key(&self, method_id: &str, purpose: Purpose) -> Result<PublicKey, Reason> {
        self.usable(method_id, purpose, None)
    }

    /// The key of a method, if it may be used for that purpose at that time. The id may be relative (`#key-1`).
    ///
    /// # Errors
    /// `di.vm_missing` when the document has no such method, `did.depth` when it only refers to another's method;
    /// `did.vm_relationship` when the method is not for that purpose; `did.key_malformed` for a key that cannot sign under a
    /// purpose of signing; `di.vm_invalid` when the method expired, was revoked, or is none that we take; else what is wrong
    /// with its key.
    pub fn key_at(&self, method_id: &str, purpose: Purpose, now: Timestamp) -> Result<PublicKey, Reason> {
        self.usable(method_id, purpose, Some(now))
    }

    fn usable(&self, method_id: &str, purpose: Purpose, now: Option<Timestamp>) -> Result<PublicKey, Reason> {
        let id = self.absolute(method_id);
        let Some(method) = self.method(&id) else { return Err(self.absent(&id)) };
        if let Ok(key) = &method.key
            && !key.is_for_signatures()
            && purpose != Purpose::KeyAgreement
        {
            return Err(Reason::new(Code::DidKeyMalformed).expected("a key that signs").got("X25519"));
        }
        if !self.allows(&id, purpose) {
            return Err(Reason::new(Code::DidVmRelationship).expected(purpose.name()).got(shown(&id)));
        }
        method.check_time(now)?;
        method.key.clone()
    }

    /// The method with that id, relative or absolute.
    pub fn method(&self, id: &str) -> Option<&VerificationMethod> {
        let id = self.absolute(id);
        self.methods.iter().find(|method| method.id == id)
    }

    /// Every method, in the order of the document.
    pub fn methods(&self) -> &[VerificationMethod] {
        &self.methods
    }

    /// Who controls the method: whom it names, or else the document's subject. `None` when there is no such method.
    pub fn controller_of(&self, method_id: &str) -> Option<&str> {
        self.method(method_id).map(|method| method.controller().unwrap_or(&self.id))
    }

    /// The absolute ids of all methods for that purpose, in the order of the document.
    pub fn ids_for(&self, purpose: Purpose) -> impl Iterator<Item = &str> {
        self.relations.iter().filter(move |(known, _)| *known == purpose).map(|(_, id)| id.as_str())
    }

    fn allows(&self, id: &str, purpose: Purpose) -> bool {
        self.ids_for(purpose).any(|allowed| allowed == id)
    }

    /// Why there is no method with this absolute id.
    fn absent(&self, id: &str) -> Reason {
        let is_own = id.strip_prefix(self.id.as_str()).is_some_and(|rest| rest.starts_with('#'));
        let is_named = self.relations.iter().map(|(_, known)| known).chain(&self.stray).any(|known| known == id);
        if is_named && !is_own {
            return Reason::new(Code::DidDepth).expected("a key of this document").got(shown(id));
        }
        Reason::new(Code::DiVmMissing).expected("a method of the document").got(shown(id))
    }

    /// Adds a method and returns its absolute id. A method without an id is passed over: nobody can name it.
    ///
    /// Deviation: DID Core wants an id; documents from before it have methods without, which refer to a key elsewhere.
    fn add_method(&mut self, item: &json::Value<'_>) -> Result<Option<String>, Reason> {
        if item.as_object().is_none() {
            return Err(invalid("a verification method as an object", item.kind()));
        }
        let text = |name: &str| item.member(name).and_then(json::Value::as_str);
        let Some(id) = text("id") else {
            return match item.member("id") {
                None => Ok(None),
                Some(id) => Err(invalid("a verification method with a text as its id", id.kind())),
            };
        };
        let id = self.absolute(id).into_owned();
        // Ids that differ in case alone would be the same key to some readers and another to others.
        if self.methods.iter().any(|known| known.id.eq_ignore_ascii_case(&id)) {
            return Err(Reason::new(Code::DidDuplicateVm).expected("one method for each id").got(shown(&id)));
        }
        if self.methods.len() >= METHODS {
            return Err(Reason::new(Code::InputTooManyItems).expected(METHODS).at(Stage::Key));
        }
        self.methods.push(VerificationMethod {
            id: id.clone(),
            kind: text("type").map(str::to_owned),
            controller: text("controller").map(|controller| self.absolute(controller).into_owned()),
            key: method::public_key(item),
            expires: time(item, "expires"),
            revoked: time(item, "revoked"),
        });
        Ok(Some(id))
    }

    fn add_relation(&mut self, purpose: Purpose, id: String) -> Result<(), Reason> {
        if self.relations.len() >= REFERENCES {
            return Err(Reason::new(Code::InputTooManyItems).expected(REFERENCES).at(Stage::Key));
        }
        self.relations.push((purpose, id));
        Ok(())
    }

    /// A relative id (`#key-1`) belongs to the document's subject.
    fn absolute<'i>(&self, id: &'i str) -> Cow<'i, str> {
        if id.starts_with('#') { format!("{}{id}", self.id).into() } else { id.into() }
    }
}

/// The elements of a member that may be absent but must be a list.
fn list<'v, 'a>(document: &'v json::Value<'a>, name: &'static str) -> Result<&'v [json::Value<'a>], Reason> {
    match document.member(name) {
        None => Ok(&[]),
        Some(value) => value.as_array().ok_or_else(|| invalid(name, value.kind())),
    }
}

/// A time of a method; one without an offset is in UTC.
fn time(method: &json::Value<'_>, name: &'static str) -> Option<Result<Timestamp, Reason>> {
    let value = method.member(name)?;
    let found = value
        .as_str()
        .and_then(|text| Timestamp::from_rfc3339(text).or_else(|| Timestamp::from_rfc3339(&format!("{text}Z"))));
    Some(found.ok_or_else(|| invalid_method("a dateTimeStamp").got(name)))
}

fn invalid(expected: &'static str, got: &'static str) -> Reason {
    Reason::new(Code::DidDocumentInvalid).expected(expected).got(got)
}

fn invalid_method(expected: &'static str) -> Reason {
    Reason::new(Code::DiVmInvalid).expected(expected)
}

/// An identifier as a report shows it, cut.
fn shown(id: &str) -> String {
    id.chars().take(160).collect()
}

#[cfg(test)]
mod tests;
