//! The worked examples of `ecdsa-sd-2023` and `bbs-2023`, and the fixtures of the suite for `bbs-2023`.
//!
//! They go to the library: base proofs are for holders, who never ask a verifier. Keys are those of the did:key URLs in the proofs.
//! The secrets of the examples' holder stand in the examples' sources beside them.

use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};
use vidimus::credential::{KeyId, Purpose, Signed};
use vidimus::crypto::bbs::committed::SecretScalar;
use vidimus::crypto::job::{Job, check};
use vidimus::crypto::multikey;
use vidimus::crypto::public_key::PublicKey;
use vidimus::encoding::json;
use vidimus::encoding::multibase::{self, Base};
use vidimus::envelope::data_integrity::bbs::{self, HolderPart, Wish};
use vidimus::envelope::data_integrity::ecdsa_sd;
use vidimus::envelope::data_integrity::open::open;
use vidimus::envelope::data_integrity::proof::Proof;
use vidimus::envelope::data_integrity::suite::{Selective, Suite, Work};
use vidimus::envelope::data_integrity::transform::{Secured, Terms};
use vidimus::issue::derive::derive;
use vidimus::linked_data::Contexts;
use vidimus::reason::Reason;

use super::{Layout, bytes_of_hex, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};

/// The layout of the worked examples of `bbs-2023`. Those of `ecdsa-sd-2023` stand among those of the other ECDSA suites.
pub const EXAMPLES: Layout = Layout { name: None, is_here, read };

/// The layout of the suite's fixtures.
pub const FIXTURES: Layout = Layout { name: Some("bbs-suite-fixtures"), is_here: has_fixtures, read: read_fixtures };

/// The holder's secrets in the worked examples, and where their pseudonyms hold.
const HOLDER_SECRET: &str = "8fc6cc3f65db4ba5e3ed63fe9d2bd57a9c7df9c7f6bf2b898b308d5493b07eb6";
const PROVER_NYM: &str = "5e2087638f71057ef108f83923189a71cea1f7c4b4ef69afb473c9a7074ddf49";
const DOMAIN: &[u8] = b"https://car.rental.verifier.example/";

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("BBSDeriveMaterial.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Json = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Json::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case)).collect()
}

/// One worked example.
///
/// # Errors
/// A sentence, when the case has another shape.
pub fn case_of(folder: &Path, set: &str, case: &Json) -> Result<Case, String> {
    let text = |value, name| text_of(value, name).ok_or_else(|| format!("a case without {name}"));
    let id = format!("{set}/{}", text(case, "id")?);
    let file = case.pointer("/files/0").and_then(Json::as_str).ok_or("a case without files")?.to_owned();
    let is_base = text(case, "action")? == "verify-base-proof";
    let is_accepted = text(case, "expected")? == "accept";
    let params = case.get("params").ok_or("a case without params")?;
    let holder = (params.clone(), folder.to_owned());
    let document = read_text(&folder.join(&file))?;
    Ok(Case::call(id, move || {
        let found = match (is_base, is_accepted) {
            (true, _) => holder_of(&holder.0, &holder.1).and_then(|holder| base(&document, &holder)),
            (false, true) => shown(&document),
            (false, false) => changed(&document).and_then(|document| shown(&document)),
        };
        match (is_accepted, found) {
            (true, Ok(())) => Found::Right,
            (false, Err(told)) if told.starts_with("sig.invalid") => Found::Right,
            (_, found) => Found::Wrong(format!("expected {}, got {found:?}", text_due(is_accepted))),
        }
    }))
}

fn text_due(is_accepted: bool) -> &'static str {
    if is_accepted { "success" } else { "sig.invalid" }
}

/// The contexts that the examples name: bundled, or as many of their terms as the examples use.
fn terms() -> Terms<'static> {
    static CONTEXTS: LazyLock<Contexts> = LazyLock::new(|| {
        let more = [
            ("https://w3id.org/citizenship/v4rc1", include_str!("../../../tests/contexts/citizenship-terms.json")),
            ("https://w3id.org/vdl/aamva/v1", include_str!("../../../tests/contexts/aamva-terms.json")),
        ];
        Contexts::bundled().with(more.map(|(url, text)| (url.to_owned(), text.as_bytes().to_vec()))).0
    });
    Terms { contexts: &CONTEXTS, inline_contexts: true, budget: None }
}

fn told(reason: Reason) -> String {
    reason.to_string()
}

/// What the holder of an example brings.
fn holder_of(params: &Json, folder: &Path) -> Result<HolderPart, String> {
    let Some(file) = text_of(params, "commitment") else { return Ok(HolderPart::default()) };
    let info: Json = read_json(&folder.join(file))?;
    let feature = text_of(params, "featureOption").unwrap_or_default();
    let secret = if feature == "pseudonym" { Vec::new() } else { bytes_of_hex(HOLDER_SECRET).unwrap_or_default() };
    Ok(HolderPart {
        holder_secret: secret.into(),
        blind: Some(scalar(text_of(&info, "secretProverBlind").unwrap_or_default())?),
        prover_nym: params.get("nym_secret").map(|_| scalar(PROVER_NYM)).transpose()?,
        nym_domain: DOMAIN.to_vec(),
    })
}

fn scalar(hex: &str) -> Result<SecretScalar, String> {
    let bytes = bytes_of_hex(&format!("{hex:0>64}")).and_then(|bytes| bytes.try_into().ok());
    bytes.and_then(|bytes| SecretScalar::from_bytes(&bytes)).ok_or_else(|| "no scalar".to_owned())
}

fn key_of(method: &str) -> Result<PublicKey, String> {
    let (_, fragment) = method.split_once('#').ok_or("no fragment")?;
    multikey::decode(fragment).map_err(told)
}

/// `Ok` when the holder finds the base proof right.
fn base(text: &str, holder: &HolderPart) -> Result<(), String> {
    let document = json::decode(text.as_bytes()).map_err(told)?;
    let value = document.member("proof").ok_or("no proof")?;
    let (proof, faults) = Proof::decode(value);
    if let Some(reason) = faults.into_iter().next() {
        return Err(told(reason));
    }
    let (suite, work) = match proof.suite {
        Some(suite @ Suite { work: Work::Selective(work), .. }) => (suite, work),
        _ => return Err("no selective suite".to_owned()),
    };
    let secured = Secured::of(&document, value, suite, &[]).map_err(told)?;
    let bytes = multibase::decode(proof.proof_value.unwrap_or_default(), &[Base::Base64Url]).map_err(told)?;
    let key = key_of(proof.verification_method.unwrap_or_default())?;
    let checked = match work {
        Selective::EcdsaSd => ecdsa_sd::check_base(&secured, &bytes, &key, &terms()),
        Selective::Bbs => bbs::check_base(&secured, &bytes, key.bbs().ok_or("no BBS key")?, holder, &terms()),
    };
    checked.map_err(told)
}

/// `Ok` when a verifier finds the derived proof right. Two examples leave out the domain of their pseudonym; the verifier has it.
fn shown(text: &str) -> Result<(), String> {
    let document = json::decode(text.as_bytes()).map_err(told)?;
    let value = document.member("proof").ok_or("no proof")?;
    let proof = Proof::decode(value).0;
    let suite = proof.suite.ok_or("no suite")?;
    if suite.work != Work::Selective(Selective::Bbs) {
        let proofs = open(&document, Purpose::Assertion, &terms()).map_err(told)?;
        if let Some(reason) = proofs.faults.into_iter().next() {
            return Err(told(reason));
        }
        return proofs.signed.iter().try_for_each(is_right);
    }
    let secured = Secured::of(&document, value, suite, &[]).map_err(told)?;
    let bytes = multibase::decode(proof.proof_value.unwrap_or_default(), &[Base::Base64Url]).map_err(told)?;
    let mut signed = bbs::open_here(&secured, &bytes, Some(DOMAIN), &terms()).map_err(told)?;
    signed.kid = proof.verification_method.map(|method| KeyId::Text(method.to_owned()));
    is_right(&signed)
}

fn is_right(signed: &Signed) -> Result<(), String> {
    let Some(KeyId::Text(method)) = &signed.kid else { return Err("no verification method".to_owned()) };
    let key = key_of(method)?;
    let algorithm = signed.algorithm.and_then(|algorithm| algorithm.for_key(&key)).ok_or("a key of another kind")?;
    let (message, signature) = (signed.message.as_slice(), signed.signature.as_slice());
    let mut jobs = vec![Job { algorithm, key, message, signature, statements: signed.statements.as_deref() }];
    jobs.extend(signed.vouched.iter().map(|vouched| Job {
        algorithm: vouched.algorithm,
        key: vouched.key.clone(),
        message: &vouched.message,
        signature: &vouched.signature,
        statements: None,
    }));
    check(&jobs).into_iter().collect::<Result<(), Reason>>().map_err(told)
}

/// The document with the first text of its subject changed that is no type or name of a node.
fn changed(text: &str) -> Result<String, String> {
    fn first_text(value: &mut Json) -> Option<&mut Json> {
        match value {
            Json::String(_) => Some(value),
            Json::Array(items) => items.iter_mut().find_map(first_text),
            Json::Object(members) => {
                let mut told = members.iter_mut().filter(|(name, _)| *name != "type" && *name != "id");
                told.find_map(|(_, member)| first_text(member))
            }
            _ => None,
        }
    }
    let mut document: Json = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let place = document.get_mut("credentialSubject").and_then(first_text).ok_or("nothing to change")?;
    *place = Json::String(format!("{}x", place.as_str().unwrap_or_default()));
    Ok(document.to_string())
}

fn has_fixtures(folder: &Path) -> bool {
    folder.join("base-fixtures.json").is_file() && folder.join("derived-fixtures.json").is_file()
}

fn read_fixtures(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let bases: Json = read_json(&folder.join("base-fixtures.json"))?;
    let derived: Json = read_json(&folder.join("derived-fixtures.json"))?;
    let mut cases = Vec::new();
    for (version, document) in versions(&bases) {
        let text = document.to_string();
        cases.push(Case::call(format!("{set}/base/{version}"), move || {
            match base(&text, &HolderPart::default()).and_then(|()| derived_of(&text)) {
                Ok(()) => Found::Right,
                Err(told) => Found::Wrong(told),
            }
        }));
    }
    for (version, document) in derived.get("basic").map(versions).unwrap_or_default() {
        cases.push(Case::ask(format!("{set}/basic/{version}"), question(&document), Right::Accepted));
    }
    let invalid = derived.get("invalid").and_then(Json::as_object).ok_or("no invalid fixtures")?;
    for (name, kind) in invalid {
        for (version, document) in versions(kind) {
            let id = format!("{set}/invalid/{name}/{version}");
            cases.push(Case::ask(id, question(&document), Right::NotAccepted));
        }
    }
    Ok(cases)
}

/// The documents of a fixture, by version of the data model: `["P-381", ["1.1", {..}, "2.0", {..}]]`.
fn versions(fixture: &Json) -> Vec<(String, Json)> {
    let pairs = fixture.get(1).and_then(Json::as_array).cloned().unwrap_or_default();
    let named = pairs.chunks(2).filter_map(|pair| Some((pair.first()?.as_str()?.to_owned(), pair.get(1)?.clone())));
    named.collect()
}

/// `Ok` when a part of the document can be derived, and verifies.
fn derived_of(text: &str) -> Result<(), String> {
    let pointers = ["/credentialSubject/driversLicense/document_number".to_owned()];
    let wish = Wish { selective: &pointers, ..Wish::default() };
    derive(text, &wish, &terms()).map_err(|fault| fault.to_string()).and_then(|text| shown(&text))
}

fn question(document: &Json) -> Question {
    Question {
        input: Payload::text("application/vc", document.to_string()).of_format("vc_di"),
        occasion: Occasion { now: "2025-03-02T06:00:00Z".to_owned(), ..Occasion::default() },
        policy: json!({"environment": "test", "issuers": "resolvable"}),
        trust: Vec::new(),
        evidence: Vec::new(),
    }
}
