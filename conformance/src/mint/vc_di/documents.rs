//! The documents of the vectors, and who signs them.

use std::cell::RefCell;

use serde_json::{Value, json};
use vidimus::credential::Purpose;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::{SignFault, Signer};
use vidimus::crypto::public_key::PublicKey;
use vidimus::encoding::multibase::{self, Base};
use vidimus::envelope::data_integrity::sign::{ProofDraft, add_proof};
use vidimus::envelope::data_integrity::suite::Suite;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::linked_data::Contexts;
use vidimus::time::Timestamp;

use crate::mint::pki::Pki;
use crate::mint::scene::NOW;

/// The base context of data model 2.0.
pub const V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The base context of data model 1.1.
pub const V1: &str = "https://www.w3.org/2018/credentials/v1";
/// The context that maps every undefined term.
pub const EXAMPLES: &str = "https://www.w3.org/ns/credentials/examples/v2";
/// When every proof is made that does not say otherwise: a month before now.
pub const CREATED: &str = "2026-05-01T12:00:00Z";

/// Somebody with a key and the did:key of it.
pub struct Party {
    /// The DID.
    pub did: String,
    /// The key's URL.
    pub method: String,
    signer: Box<dyn Signer>,
    kept: RefCell<Vec<Vec<u8>>>,
}

impl Party {
    /// The owner of the key with this name.
    ///
    /// # Errors
    /// A sentence, when the key is missing.
    pub fn of(pki: &Pki, name: &str) -> Result<Party, String> {
        let own = pki.own_key(name)?;
        // ECDSA needs chance; the test key for P-256 signs without.
        let signer: Box<dyn Signer> =
            if own.algorithm() == Algorithm::Es256 { Box::new(pki.key(name)?) } else { Box::new(own) };
        let multikey = multikey::encode(signer.public_key());
        let did = format!("did:key:{multikey}");
        Ok(Party { method: format!("{did}#{multikey}"), did, signer, kept: RefCell::default() })
    }

    /// Signatures that may be used again, as long as they are right: those in a vector on disk.
    pub fn keep(&self, text: Option<String>) {
        let document: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
        let value = document.and_then(|document| Some(document.pointer("/proof/proofValue")?.as_str()?.to_owned()));
        let signature = value.and_then(|value| multibase::decode(&value, &[Base::Base58Btc]).ok());
        self.kept.borrow_mut().extend(signature);
    }

    /// The document with a proof of this suite.
    ///
    /// # Errors
    /// A sentence, when the document cannot be signed.
    pub fn sign(&self, document: &Value, suite: &str) -> Result<Value, String> {
        self.sign_as(document, suite, ProofDraft::default())
    }

    /// The document with a proof that says more.
    ///
    /// # Errors
    /// A sentence, when the document cannot be signed.
    pub fn sign_as(&self, document: &Value, suite: &str, draft: ProofDraft) -> Result<Value, String> {
        let suite = Suite::by_name(suite).ok_or("no suite of that name")?;
        let method = if draft.verification_method.is_empty() { self.method.clone() } else { draft.verification_method };
        let draft = ProofDraft {
            verification_method: method,
            created: draft.created.or_else(|| Timestamp::from_rfc3339(CREATED)),
            ..draft
        };
        let terms = Terms { contexts: Contexts::bundled(), inline_contexts: true, budget: None };
        let text = add_proof(&document.to_string(), suite, &draft, self, &terms).map_err(|fault| fault.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }
}

impl Signer for Party {
    fn algorithm(&self) -> Algorithm {
        self.signer.algorithm()
    }

    fn public_key(&self) -> &PublicKey {
        self.signer.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        let is_right = |signature: &Vec<u8>| {
            let (algorithm, key) = (self.algorithm(), self.public_key().clone());
            check_one(&Job { algorithm, key, message, signature, statements: None }).is_ok()
        };
        match self.kept.borrow().iter().find(|signature| is_right(signature)) {
            Some(kept) => Ok(kept.clone()),
            None => self.signer.sign(message),
        }
    }
}

/// A proof for a presentation.
pub fn authentication() -> ProofDraft {
    ProofDraft { purpose: Purpose::Authentication, ..ProofDraft::default() }
}

/// A credential of data model 2.0, unsigned.
pub fn credential(issuer: &Party) -> Value {
    json!({
        "@context": [V2, EXAMPLES],
        "id": "urn:uuid:7a3f0e1c-52c8-4c7e-9d0b-6f1b2a9d4e11",
        "type": ["VerifiableCredential", "LibraryCardCredential"],
        "issuer": issuer.did,
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2036-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:reader",
            "cardNumber": "4711",
            "shelf": {"floor": 2, "isOpen": true}
        }
    })
}

/// The same by data model 1.1.
pub fn credential_1_1(issuer: &Party) -> Value {
    json!({
        "@context": [V1, "https://w3id.org/security/data-integrity/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer.did,
        "issuanceDate": "2026-01-01T00:00:00Z",
        "expirationDate": "2036-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:reader"}
    })
}

/// What a document says, its proofs and the credentials inside apart.
pub fn said(document: &Value) -> Value {
    let mut said = document.clone();
    if let Some(members) = said.as_object_mut() {
        members.remove("proof");
        members.remove("verifiableCredential");
    }
    said
}

/// The document with the value at this place exchanged (`/proof/type`), or put there.
///
/// # Errors
/// A sentence, when there is no such place.
pub fn with(document: &Value, place: &str, value: impl Into<Value>) -> Result<Value, String> {
    let mut changed = document.clone();
    let (outer, name) = place.rsplit_once('/').ok_or("a place begins with a slash")?;
    let members = changed.pointer_mut(outer).and_then(Value::as_object_mut).ok_or_else(|| format!("no {outer}"))?;
    members.insert(name.to_owned(), value.into());
    Ok(changed)
}

/// The document without the member at this place.
///
/// # Errors
/// A sentence, when it is not there.
pub fn without(document: &Value, place: &str) -> Result<Value, String> {
    let mut changed = document.clone();
    let (outer, name) = place.rsplit_once('/').ok_or("a place begins with a slash")?;
    let members = changed.pointer_mut(outer).and_then(Value::as_object_mut).ok_or_else(|| format!("no {outer}"))?;
    members.remove(name).ok_or_else(|| format!("no {place}"))?;
    Ok(changed)
}

/// The present of the vectors.
pub fn now() -> Timestamp {
    Timestamp::from_rfc3339(NOW).unwrap_or_default()
}
