//! Credentials of which the holder shows a part: what is derived of both suites, and every way in which it can be wrong.

use serde_json::{Value, json};
use vidimus::crypto::bbs::own::OwnBbsKey;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::Signer;
use vidimus::crypto::public_key::PublicKey;
use vidimus::encoding::cbor;
use vidimus::encoding::json;
use vidimus::encoding::multibase::{self, Base};
use vidimus::envelope::data_integrity::bbs::{self, Wish};
use vidimus::envelope::data_integrity::bbs_value::Feature;
use vidimus::envelope::data_integrity::ecdsa_sd;
use vidimus::envelope::data_integrity::open::open;
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::envelope::data_integrity::sign_base::BaseSigner;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::issue::derive::derive;
use vidimus::issue::vc_di::issue_base;
use vidimus::linked_data::Contexts;
use vidimus::reason::Code;
use vidimus::time::Timestamp;

use super::documents::{CREATED, EXAMPLES, V2, said, with, without};
use super::{Cast, FORMAT, Telling, input, listed_did};
use crate::mint::Kept;
use crate::mint::pki::Pki;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// The key of blank nodes' names is the digest of this.
const HMAC_KEY: &[u8] = b"vidimus test key for blank nodes";
/// What the issuer makes mandatory, and what the holder shows beside it.
const MANDATORY: [&str; 2] = ["/issuer", "/validUntil"];
const SHOWN: [&str; 2] = ["/credentialSubject/cardNumber", "/credentialSubject/shelf/floor"];

/// Both suites.
pub fn selective(scene: &Scene, cast: &Cast, pki: &Pki, kept: &Kept, all: &mut Vec<Vector>) -> Result<(), String> {
    let proof_key = Box::new(pki.key("w3c-holder")?);
    let secrets = ecdsa_sd::Secrets { hmac_key: sha256(HMAC_KEY).into(), proof_key };
    let signer = BaseSigner::EcdsaSd { signer: &cast.p256, secrets: &secrets };
    let base = based(cast.p256.public_key(), &signer)?;
    let derived = derived_of(&base)?;
    suite(scene, "ecdsa-sd-2023", cast.p256.public_key(), (&base, &derived), all)?;
    // The key of this suite is made of its name: it stands in no file.
    let mut secret = sha256(b"vidimus test key for bbs-2023");
    secret[0] &= 0x3f;
    let key = OwnBbsKey::from_secret(&secret).map_err(|fault| fault.to_string())?;
    let mut secrets = bbs::Secrets::random(Feature::Baseline, Vec::new());
    secrets.hmac_key = sha256(HMAC_KEY).into();
    let base = based(key.public_key(), &BaseSigner::Bbs { key: &key, secrets: &secrets })?;
    // A proof needs chance: the one on disk is kept as long as it is right.
    let kept = kept.text(&format!("{FORMAT}::accepted::bbs-2023"));
    let fresh = derived_of(&base)?;
    let derived = match kept.filter(|text| is_right(text, key.public_key())).map(|text| parsed(&text)) {
        Some(Ok(kept)) if said(&kept) == said(&fresh) => kept,
        _ => fresh,
    };
    suite(scene, "bbs-2023", key.public_key(), (&base, &derived), all)
}

fn did_of(key: &PublicKey) -> String {
    format!("did:key:{}", multikey::encode(key))
}

fn terms() -> Terms<'static> {
    Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None }
}

/// The credential with its base proof.
fn based(key: &PublicKey, signer: &BaseSigner<'_>) -> Result<String, String> {
    let document = json!({
        "@context": [V2, EXAMPLES],
        "type": ["VerifiableCredential", "LibraryCardCredential"],
        "issuer": did_of(key),
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2036-01-01T00:00:00Z",
        "credentialSubject": {"cardNumber": "4711", "shelf": {"floor": 2, "isOpen": true}, "debts": 3}
    });
    let draft = ProofDraft {
        verification_method: format!("{}#{}", did_of(key), multikey::encode(key)),
        created: Timestamp::from_rfc3339(CREATED),
        ..ProofDraft::default()
    };
    let pointers = MANDATORY.map(str::to_owned);
    issue_base(&document.to_string(), &draft, &pointers, signer, &terms()).map_err(|fault| fault.to_string())
}

/// What the holder shows.
fn derived_of(base: &str) -> Result<Value, String> {
    let pointers = SHOWN.map(str::to_owned);
    let derived = derive(base, &Wish { selective: &pointers, ..Wish::default() }, &terms());
    parsed(&derived.map_err(|fault| fault.to_string())?)
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// `true` when the proof of the document is right under that key.
fn is_right(text: &str, key: &PublicKey) -> bool {
    let Ok(document) = json::decode(text.as_bytes()) else { return false };
    let Ok(proofs) = open(&document, vidimus::credential::Purpose::Assertion, &terms()) else { return false };
    let right = |signed: &vidimus::credential::Signed| {
        let Some(algorithm) = signed.algorithm else { return false };
        let (message, signature) = (signed.message.as_slice(), signed.signature.as_slice());
        let statements = signed.statements.as_deref();
        check_one(&Job { algorithm, key: key.clone(), message, signature, statements }).is_ok()
    };
    proofs.faults.is_empty() && proofs.signed.iter().all(right)
}

/// What is accepted of a suite, and the same with one thing wrong.
fn suite(
    scene: &Scene,
    name: &str,
    key: &PublicKey,
    (base, derived): (&str, &Value),
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let scene = scene.trusting(vec![listed_did(&did_of(key))]);
    let title = format!("A part of a credential with a proof by {name}.");
    let parent = scene.accepts(name, &title, input(derived), Some(said(derived)));
    all.push(parent.clone());
    let mut telling = Telling { scene: &scene, parent: &parent, all };
    let case = |case: &str| format!("{name}-{case}");
    let value = Bytes::of(derived)?;
    telling.refuse(&case("base-proof"), "The base proof itself is shown.", Code::DiSelective, &parsed(base)?);
    for (what, title, code, document) in [
        (
            "statement-removed",
            "A statement was taken away.",
            Code::DiSelective,
            without(derived, "/credentialSubject/cardNumber")?,
        ),
        (
            "statement-added",
            "A statement was added.",
            Code::DiSelective,
            with(derived, "/credentialSubject/isMember", true)?,
        ),
        (
            "statement-changed",
            "The card has another number.",
            Code::SigInvalid,
            with(derived, "/credentialSubject/cardNumber", "4712")?,
        ),
        (
            "mandatory-removed",
            "The end that the issuer made mandatory was taken away.",
            Code::DiSelective,
            without(derived, "/validUntil")?,
        ),
        (
            "mandatory-changed",
            "The end that the issuer made mandatory was moved.",
            Code::SigInvalid,
            with(derived, "/validUntil", "2037-01-01T00:00:00Z")?,
        ),
        ("header-of-another-suite", "The value's head is unknown.", Code::DiSelective, value.with_head(derived, 0x7f)?),
        ("value-cut", "The value lacks its last byte.", Code::DiSelective, value.cut(derived)?),
        (
            "cbor-tag",
            "A component of the value has a CBOR tag.",
            Code::DiSelective,
            value.with_components(derived, |items| {
                let first = items.remove(0);
                items.insert(0, cbor::Value::Tag(64, Box::new(first)));
            })?,
        ),
        (
            "component-missing",
            "The value lacks its last component.",
            Code::DiSelective,
            value.with_components(derived, |items| drop(items.pop()))?,
        ),
        (
            "label-map-empty",
            "The label map is empty.",
            Code::DiSelective,
            value.with_components(derived, empty_labels)?,
        ),
        (
            "label-map-swapped",
            "Two names of the label map are exchanged.",
            Code::SigInvalid,
            value.with_components(derived, swap_labels)?,
        ),
        (
            "mandatory-group-stripped",
            "The value says that nothing is mandatory.",
            Code::DiSelective,
            value.with_components(derived, strip_mandatory)?,
        ),
        (
            "value-in-base58",
            "The value is base58btc.",
            Code::MultibaseInvalid,
            with(derived, "/proof/proofValue", multibase::encode(Base::Base58Btc, &value.0))?,
        ),
    ] {
        telling.refuse(&case(what), title, code, &document);
    }
    Ok(())
}

/// A proof's value.
struct Bytes(Vec<u8>);

impl Bytes {
    fn of(document: &Value) -> Result<Bytes, String> {
        let text = document.pointer("/proof/proofValue").and_then(Value::as_str).ok_or("no value")?;
        multibase::decode(text, &[Base::Base64Url]).map(Bytes).map_err(|reason| reason.to_string())
    }

    fn into(document: &Value, value: &[u8]) -> Result<Value, String> {
        with(document, "/proof/proofValue", multibase::encode(Base::Base64Url, value))
    }

    fn with_head(&self, document: &Value, third: u8) -> Result<Value, String> {
        let mut value = self.0.clone();
        value.iter_mut().skip(2).take(1).for_each(|byte| *byte = third);
        Bytes::into(document, &value)
    }

    fn cut(&self, document: &Value) -> Result<Value, String> {
        Bytes::into(document, &self.0[..self.0.len() - 1])
    }

    /// The same head with components changed.
    fn with_components(
        &self,
        document: &Value,
        change: impl FnOnce(&mut Vec<cbor::Value<'_>>),
    ) -> Result<Value, String> {
        let (head, body) = self.0.split_at(3);
        let Ok(cbor::Value::Array(mut items)) = cbor::decode(body) else { return Err("no components".to_owned()) };
        change(&mut items);
        Bytes::into(document, &[head, &cbor::encode(&cbor::Value::Array(items))].concat())
    }
}

fn empty_labels(items: &mut Vec<cbor::Value<'_>>) {
    items.iter_mut().filter(|item| item.as_map().is_some()).for_each(|item| *item = cbor::Value::Map(Vec::new()));
}

fn swap_labels(items: &mut Vec<cbor::Value<'_>>) {
    for item in items {
        if let cbor::Value::Map(pairs) = item
            && let [first, second, ..] = pairs.as_mut_slice()
        {
            std::mem::swap(&mut first.1, &mut second.1);
        }
    }
}

/// The places of mandatory statements: the first array of numbers.
fn strip_mandatory(items: &mut Vec<cbor::Value<'_>>) {
    let is_places = |item: &&mut cbor::Value<'_>| {
        item.as_array().is_some_and(|items| items.first().is_some_and(|first| first.as_i64().is_some()))
    };
    if let Some(item) = items.iter_mut().find(is_places) {
        *item = cbor::Value::Array(Vec::new());
    }
}
