//! What the W3C test suites for Data Integrity and the VC API send to an implementation, recorded with that one's answers.
//!
//! Requests to verify are put before the subject; requests to issue go to the library's issuing twin, with a key made on the spot. An
//! answer is the suite's expectation, except where the recorded implementation demands that issuer and key belong together.

use std::path::Path;

use serde_json::{Value, json};
use vidimus::crypto::bbs::own::OwnBbsKey;
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::public_key::PublicKey;
use vidimus::envelope::data_integrity::bbs::{self, Wish};
use vidimus::envelope::data_integrity::bbs_value::Feature;
use vidimus::envelope::data_integrity::ecdsa_sd;
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::envelope::data_integrity::sign_base::BaseSigner;
use vidimus::envelope::data_integrity::suite::Suite;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::issue::derive::derive;
use vidimus::issue::vc_di::{issue, issue_base};
use vidimus::linked_data::Contexts;

use super::{Layout, files_below, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("suite-captures"), is_here, read };

/// When the requests were recorded: an hour after their last proof.
const RECORDED: &str = "2026-11-21T19:00:00Z";
/// What the implementation says where the suites may expect otherwise.
const UNCERTAIN: &str = "Credential issuer must match the verification method controller.";

fn is_here(folder: &Path) -> bool {
    folder.join("vc-api-verifier-test-suite.jsonl").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for path in files_below(folder, "jsonl") {
        let suite = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        for line in read_text(&path)?.lines() {
            let row: Value = serde_json::from_str(line).map_err(|error| format!("{suite}: {error}"))?;
            cases.extend(case_of(&format!("{set}/{suite}"), &row));
        }
    }
    Ok(cases)
}

/// `None` for requests that are neither to verify, to derive nor to issue with a proof that we make.
fn case_of(set: &str, row: &Value) -> Option<Case> {
    let id = format!("{set}-{}", row.get("n")?);
    let request = row.get("request")?;
    let accepts = row.get("ref_status")?.as_u64()? < 300;
    let endpoint = text_of(row, "endpoint")?;
    if endpoint == "/credentials/verify" {
        let right = match (accepts, text_of(row, "ref_error")) {
            (_, Some(UNCERTAIN)) => Right::Any,
            (true, _) => Right::Accepted,
            (false, _) => Right::NotAccepted,
        };
        return Some(match request.get("verifiableCredential") {
            Some(document) => Case::ask(id, question(document), right),
            None => Case::skip(id, "a request without a credential is the service's to refuse"),
        });
    }
    if endpoint == "/credentials/derive" {
        let document = request.get("verifiableCredential").cloned().unwrap_or_default().to_string();
        let pointers = pointers(request, "selectivePointers");
        return Some(Case::call(id, move || {
            let terms = Terms { contexts: Contexts::bundled(), inline_contexts: true, budget: None };
            let derived = derive(&document, &Wish { selective: &pointers, ..Wish::default() }, &terms);
            Found::when(accepts, derived.is_ok(), || derived.err().map(|fault| fault.to_string()).unwrap_or_default())
        }));
    }
    let name = endpoint.strip_prefix("/issuers/")?.strip_suffix("/credentials/issue")?.trim_end_matches("-p256");
    let document = request.get("credential").cloned().unwrap_or_default();
    if name == "bbs-2023" || name == "ecdsa-sd-2023" {
        let pointers = pointers(request, "mandatoryPointers");
        let is_bbs = name == "bbs-2023";
        return Some(Case::call(id, move || {
            let issued = issued_base(&document, &pointers, is_bbs);
            Found::when(accepts, issued.is_ok(), || issued.err().unwrap_or_default())
        }));
    }
    if name != "ecdsa-rdfc-2019" && name != "ecdsa-jcs-2019" && !name.starts_with("eddsa-") {
        return None;
    }
    // One key signs for all: what is judged is the document.
    let suite = Suite::by_name(if name.contains("jcs") { "ecdsa-jcs-2019" } else { "ecdsa-rdfc-2019" })?;
    Some(Case::call(id, move || {
        let issued = issued(&document, suite);
        Found::when(accepts, issued.is_ok(), || issued.err().unwrap_or_default())
    }))
}

fn question(document: &Value) -> Question {
    Question {
        input: Payload::text("application/vc", document.to_string()).of_format("vc_di"),
        occasion: Occasion { now: RECORDED.to_owned(), ..Occasion::default() },
        policy: json!({"environment": "test", "issuers": "resolvable", "inline_contexts": true}),
        trust: Vec::new(),
        evidence: Vec::new(),
    }
}

fn issued(document: &Value, suite: &'static Suite) -> Result<String, String> {
    let (key, _) = OwnKey::generate_p256().map_err(|fault| fault.to_string())?;
    let multikey = multikey::encode(key.public_key());
    let draft = ProofDraft { verification_method: format!("did:key:{multikey}#{multikey}"), ..ProofDraft::default() };
    let terms = Terms { contexts: Contexts::bundled(), inline_contexts: true, budget: None };
    issue(&document.to_string(), suite, &draft, &key, &terms).map_err(|fault| fault.to_string())
}

fn pointers(request: &Value, name: &str) -> Vec<String> {
    let pointers = request.get("options").and_then(|options| options.get(name)).and_then(Value::as_array);
    pointers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A base proof by a key made on the spot, in the place of whatever proof the document has.
fn issued_base(document: &Value, pointers: &[String], is_bbs: bool) -> Result<String, String> {
    let mut document = document.clone();
    document.as_object_mut().map(|members| members.remove("proof"));
    let terms = Terms { contexts: Contexts::bundled(), inline_contexts: true, budget: None };
    let issue = |key: &PublicKey, signer: &BaseSigner<'_>| {
        let multikey = multikey::encode(key);
        let method = format!("did:key:{multikey}#{multikey}");
        let draft = ProofDraft { verification_method: method, ..ProofDraft::default() };
        issue_base(&document.to_string(), &draft, pointers, signer, &terms).map_err(|fault| fault.to_string())
    };
    if is_bbs {
        let key = OwnBbsKey::generate().map_err(|fault| fault.to_string())?;
        let secrets = bbs::Secrets::random(Feature::Baseline, Vec::new());
        return issue(key.public_key(), &BaseSigner::Bbs { key: &key, secrets: &secrets });
    }
    let (key, _) = OwnKey::generate_p256().map_err(|fault| fault.to_string())?;
    let secrets = ecdsa_sd::Secrets::random().map_err(|fault| fault.to_string())?;
    issue(key.public_key(), &BaseSigner::EcdsaSd { signer: &key, secrets: &secrets })
}
