//! The worked examples of the Data Integrity cryptosuites, and proof chains of their test suite, with `expectations.json`.
//!
//! They go to the library: a worked example tells every step on the way to a signature, and the chains are signed by keys that are
//! not their issuer's. Keys are those of the did:key URLs in the proofs.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value as Json;
use vidimus::credential::{KeyId, Purpose, Signed};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::json::{self, Value};
use vidimus::envelope::data_integrity::open::open;
use vidimus::envelope::data_integrity::proof::Proof;
use vidimus::envelope::data_integrity::sign::{ProofDraft, add_proof};
use vidimus::envelope::data_integrity::suite::{Suite, Work};
use vidimus::envelope::data_integrity::transform::{Secured, Terms, canonical, digest_of};
use vidimus::linked_data::Contexts;
use vidimus::reason::Reason;

use super::{Layout, entries, read_json, read_text, text_of};
use crate::case::{Case, Found};

/// The layout of the sets.
pub const LAYOUT: Layout = Layout { name: None, is_here, read };

/// The layout of the examples in the specification's text.
pub const EXAMPLES: Layout = Layout { name: Some("spec-data-integrity"), is_here: has_examples, read: read_examples };

fn is_here(folder: &Path) -> bool {
    let has_steps = folder.join("unsigned.json").is_file() && folder.join("employmentAuth.json").is_file();
    let has_chains = folder.join("2.0-previousProofStringOk-SimpleSigned2.json").is_file();
    folder.join("expectations.json").is_file() && (has_steps || has_chains)
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Json = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Json::as_array).ok_or("no cases")?;
    let whole = |case: &&Json| {
        let suite = case.get("params").and_then(|params| text_of(params, "cryptosuite")).and_then(Suite::by_name);
        suite.is_some_and(|suite| matches!(suite.work, Work::Whole(_)))
    };
    let (whole, selective): (Vec<&Json>, Vec<&Json>) = cases.iter().partition(whole);
    let whole = whole.into_iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?);
    whole.chain(selective.into_iter().map(|case| super::selective::case_of(folder, set, case))).collect()
}

fn case_of(folder: &Path, set: &str, case: &Json) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let file = folder.join(case.get("files")?.get(0)?.as_str()?);
    let action = text_of(case, "action")?.to_owned();
    let due = match (text_of(case, "expected")?, text_of(case, "reason")) {
        ("accept", _) => None,
        (_, Some("signature")) => Some("sig.invalid"),
        (_, Some("previous-proof-missing" | "previous-proof-type")) => Some("di.proof_chain"),
        _ => return None,
    };
    let params = case.get("params")?.clone();
    let key = case.get("trust").and_then(|trust| text_of(trust, "key")).map(|file| folder.join(file));
    let folder = folder.to_owned();
    let made = || {
        let text = read_text(&file)?;
        Ok(Case::call(id, move || {
            let found = match action.as_str() {
                "create-data-integrity" => created(&text, &folder, &params, key.as_deref()),
                _ if params.get("change").is_some() => changed(&text).and_then(|text| verified(&text)),
                _ => verified(&text).and_then(|()| steps(&text, &folder, &params)),
            };
            match (due, found) {
                (None, Ok(())) => Found::Right,
                (Some(due), Err(told)) if told.contains(due) => Found::Right,
                (due, found) => Found::Wrong(format!("expected {}, got {found:?}", due.unwrap_or("success"))),
            }
        }))
    };
    Some(made())
}

/// The context that some examples rest on and nobody publishes any more: as much of it as they use, which their canonical forms tell.
const CITIZENSHIP: &str = r#"{"@context": {"@protected": true,
    "EmploymentAuthorizationDocumentCredential": "https://w3id.org/citizenship#EmploymentAuthorizationDocumentCredential",
    "EmploymentAuthorizationDocument": "https://w3id.org/citizenship#EmploymentAuthorizationDocument",
    "EmployablePerson": "https://w3id.org/citizenship#EmployablePerson", "Person": "https://schema.org/Person",
    "image": {"@id": "https://schema.org/image", "@type": "@id"}, "gender": "https://schema.org/gender",
    "givenName": "https://schema.org/givenName", "familyName": "https://schema.org/familyName",
    "additionalName": "https://schema.org/additionalName", "identifier": "https://schema.org/identifier",
    "birthDate": {"@id": "https://schema.org/birthDate", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    "birthCountry": "https://w3id.org/citizenship#birthCountry",
    "lprCategory": "https://w3id.org/citizenship#lprCategory", "lprNumber": "https://w3id.org/citizenship#lprNumber",
    "employmentAuthorizationDocument":
        {"@id": "https://w3id.org/citizenship#employmentAuthorizationDocument", "@type": "@id"},
    "residentSince":
        {"@id": "https://w3id.org/citizenship#residentSince", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}}}"#;

fn terms() -> Terms<'static> {
    static CONTEXTS: LazyLock<Contexts> = LazyLock::new(|| {
        let more = ("https://w3id.org/citizenship/v4rc1".to_owned(), CITIZENSHIP.as_bytes().to_vec());
        Contexts::bundled().with([more]).0
    });
    Terms { contexts: &CONTEXTS, inline_contexts: true, budget: None }
}

fn decoded(text: &str) -> Result<Value<'_>, String> {
    json::decode(text.as_bytes()).map_err(told)
}

fn told(reason: Reason) -> String {
    reason.to_string()
}

/// `Ok` when every proof is right under the did:key that it names.
fn verified(text: &str) -> Result<(), String> {
    let document = decoded(text)?;
    let proofs = open(&document, Purpose::Assertion, &terms()).map_err(told)?;
    if !proofs.faults.is_empty() {
        return Err(proofs.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    }
    proofs.signed.iter().try_for_each(is_right)
}

fn is_right(signed: &Signed) -> Result<(), String> {
    let Some(KeyId::Text(method)) = &signed.kid else { return Err("no verification method".to_owned()) };
    let (_, fragment) = method.split_once('#').ok_or("no fragment")?;
    let key = multikey::decode(fragment).map_err(told)?;
    let algorithm = signed.algorithm.and_then(|algorithm| algorithm.for_key(&key)).ok_or("a key of another kind")?;
    let (message, signature) = (signed.message.as_slice(), signed.signature.as_slice());
    check_one(&Job { algorithm, key, message, signature, statements: None }).map_err(told)
}

/// `Ok` when every step that the set tells comes out as told.
fn steps(text: &str, folder: &Path, params: &Json) -> Result<(), String> {
    let Some(suite) = text_of(params, "cryptosuite").and_then(Suite::by_name) else {
        return Err("no suite".to_owned());
    };
    if params.get("canonical_document").is_none() {
        return Ok(());
    }
    let Work::Whole(transform) = suite.work else { return Err("no suite of whole documents".to_owned()) };
    let told_text = |name: &str| -> Result<Option<String>, String> {
        text_of(params, name).map(|file| read_text(&folder.join(file))).transpose()
    };
    let signature = told_text("signature_hex")?.unwrap_or_default();
    let hash = if signature.trim().len() == 2 * 96 { Hash::Sha384 } else { Hash::Sha256 };
    let document = decoded(text)?;
    let proof = document.member("proof").ok_or("no proof")?;
    let secured = Secured::of(&document, proof, suite, &[]).map_err(told)?;
    let terms = terms();
    let canonical_of = |value: &Value<'_>| canonical(value, transform, hash, &terms).map_err(told);
    let (body, options) = (canonical_of(&secured.document)?, canonical_of(&secured.options)?);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let both = format!("{}{}", hex(&digest_of(&options, hash)), hex(&digest_of(&body, hash)));
    let value = Proof::decode(proof).0.proof_value.unwrap_or_default().to_owned();
    for (name, got) in [
        ("canonical_document", body.clone()),
        ("canonical_proof_config", options.clone()),
        ("document_hash", hex(&digest_of(&body, hash))),
        ("proof_hash", hex(&digest_of(&options, hash))),
        ("combined_hash", both),
        ("signature_multibase", value),
    ] {
        if let Some(due) = told_text(name)?
            && due.trim_end() != got.trim_end()
        {
            return Err(format!("{name}: expected {due}, got {got}"));
        }
    }
    Ok(())
}

/// `Ok` when the document, signed anew with the set's key, is the one that the set gives, or (ECDSA) one that verifies.
fn created(text: &str, folder: &Path, params: &Json, key: Option<&Path>) -> Result<(), String> {
    let suite = text_of(params, "cryptosuite").and_then(Suite::by_name).ok_or("no suite")?;
    let pair: Json = read_json(key.ok_or("no key")?)?;
    let secret = text_of(&pair, "privateKeyMultibase").or_else(|| text_of(&pair, "secretKeyMultibase"));
    let key = multikey::own_key(secret.ok_or("no secret key")?).map_err(|fault| fault.to_string())?;
    let due: Json = read_json(&folder.join(text_of(params, "expected_signed").ok_or("no signed document")?))?;
    let proof = due.get("proof").ok_or("no proof")?;
    let created = text_of(proof, "created").and_then(vidimus::time::Timestamp::from_rfc3339);
    let draft = ProofDraft {
        verification_method: text_of(proof, "verificationMethod").unwrap_or_default().to_owned(),
        created,
        ..ProofDraft::default()
    };
    // The examples add the context of the older suite before they sign with it.
    let mut unsigned: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    unsigned["@context"] = due["@context"].clone();
    let signed = add_proof(&unsigned.to_string(), suite, &draft, &key, &terms()).map_err(|fault| fault.to_string())?;
    verified(&signed)?;
    let got: Json = serde_json::from_str(&signed).map_err(|error| error.to_string())?;
    let is_deterministic = key.public_key().ed25519_bytes().is_some();
    if is_deterministic && got != due { Err(format!("got {signed}")) } else { Ok(()) }
}

/// The document with one text changed, as the set says.
fn changed(text: &str) -> Result<String, String> {
    let mut document: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let places = ["/credentialSubject/name", "/description", "/name"];
    let place = places.into_iter().find(|place| document.pointer(place).is_some_and(Json::is_string));
    let value = match place {
        Some(place) => document.pointer_mut(place),
        None => document.get_mut("credentialSubject").and_then(first_text),
    };
    let value = value.ok_or("nothing to change")?;
    *value = Json::String(format!("{}x", value.as_str().unwrap_or_default()));
    Ok(document.to_string())
}

fn first_text(value: &mut Json) -> Option<&mut Json> {
    match value {
        Json::String(_) => Some(value),
        Json::Array(items) => items.iter_mut().find_map(first_text),
        Json::Object(members) => members.values_mut().find_map(first_text),
        _ => None,
    }
}

fn has_examples(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "spec-data-integrity") && folder.join("example-001.txt").is_file()
}

/// What is JSON in the specification is JSON to us, and its proofs keep the rules for proofs.
fn read_examples(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let is_example = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "txt");
    let mut cases = Vec::new();
    for path in entries(folder).into_iter().filter(is_example) {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let text = read_text(&path)?;
        let text = text.find('{').and_then(|at| text.get(at..)).unwrap_or_default();
        let text = text.trim_end().trim_end_matches(';').to_owned();
        if !name.starts_with("example-") || serde_json::from_str::<Json>(&text).is_err() {
            continue;
        }
        cases.push(Case::call(format!("{set}/{name}"), move || match decoded(&text) {
            Err(told) => Found::Wrong(told),
            Ok(document) => {
                let faults = document.member("proof").map(|proof| Proof::decode(proof).1).unwrap_or_default();
                faults.first().map_or(Found::Right, |reason| Found::Wrong(reason.to_string()))
            }
        }));
    }
    Ok(cases)
}
