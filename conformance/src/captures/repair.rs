//! Siblings: a refused request with its one fault repaired, and a good credential broken in the way of a refused one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::demands::{Demand, Fault, demand_of};
use super::records::Record;

const V1: &str = "https://www.w3.org/2018/credentials/v1";
const V2: &str = "https://www.w3.org/ns/credentials/v2";

/// What a sibling is made of.
pub struct Sibling {
    /// The profile that secures it.
    pub profile: &'static str,
    /// The credential, as the suite wrote it.
    pub document: Value,
}

/// A sound document of each suite, for records that hold none.
pub struct Documents {
    sound: Vec<(String, Value)>,
}

impl Documents {
    /// The first credential of each suite that was to be verified or issued.
    pub fn of(records: &[Record]) -> Documents {
        let is_sound = |record: &&Record| {
            matches!(
                demand_of(&record.suite, record.number),
                Some(Demand::Issued | Demand::Verified | Demand::Unsure(_))
            )
        };
        let mut sound: Vec<(String, Value)> = Vec::new();
        for record in records.iter().filter(is_sound) {
            if let Some(document) = document_of(&record.request)
                && !sound.iter().any(|(suite, _)| *suite == record.suite)
            {
                sound.push((record.suite.clone(), document));
            }
        }
        Documents { sound }
    }

    /// What the sibling of a refused request to verify is made of.
    pub fn sibling_of(&self, record: &Record, fault: Fault) -> Option<Sibling> {
        let sound =
            || self.sound.iter().find(|(suite, _)| *suite == record.suite).map(|(_, document)| document.clone());
        let document = match record.suite.as_str() {
            // Every record of this suite is the same credential, with something wrong.
            "vc-api-verifier" => sound()?,
            // A chain of foreign keys is nothing that one issuer could make anew.
            _ if fault == Fault::Previous => sound()?,
            _ => document_of(&record.request).or_else(sound)?,
        };
        let proof = &document["proof"];
        let value = proof["proofValue"].as_str().unwrap_or_default();
        let profile = match (record.suite.as_str(), proof["cryptosuite"].as_str().unwrap_or_default()) {
            ("vc-api-verifier", _) => "ed25519-signature-2020",
            ("vc-di-bbs", _) => "bbs-2023",
            ("vc-di-eddsa", _) => "eddsa-rdfc-2022",
            (_, "ecdsa-sd-2023") => "ecdsa-sd-2023",
            _ if value.starts_with("u2V0B") || has_type(&document, "ExampleAchievementCredential") => "ecdsa-sd-2023",
            _ => "ecdsa-rdfc-2019-p256",
        };
        Some(Sibling { profile, document })
    }
}

/// The credential of a request, out of a text where it stands in one.
fn document_of(request: &Value) -> Option<Value> {
    let document = ["credential", "verifiableCredential"].into_iter().find_map(|name| request.get(name))?;
    match document {
        Value::Object(_) => Some(document.clone()),
        Value::String(text) => vidimus::encoding::json::from_slice(text.as_bytes()).ok(),
        _ => None,
    }
}

fn has_type(document: &Value, name: &str) -> bool {
    document["type"].as_array().is_some_and(|types| types.iter().any(|known| known == name))
}

/// The request with the profile's issuer put in where the suite put in that of its own.
pub fn with_issuer(request: &Value, issuer: &str) -> Value {
    let mut request = request.clone();
    for name in ["credential", "verifiableCredential"] {
        if let Some(place) = request.pointer_mut(&format!("/{name}/issuer"))
            && place.is_string()
        {
            *place = issuer.into();
        }
    }
    request
}

/// The request to issue with its fault repaired.
pub fn issuing(request: &Value, fault: Fault, issuer: &str) -> Value {
    let document = document_of(request).unwrap_or_default();
    let mut options = request.get("options").cloned().unwrap_or_else(|| json!({}));
    if fault == Fault::Pointer {
        options["mandatoryPointers"] = json!(["/credentialSubject/id"]);
    }
    json!({ "credential": repaired(&document, fault, issuer), "options": options })
}

/// The credential without its proof and with its fault repaired.
pub fn repaired(document: &Value, fault: Fault, issuer: &str) -> Value {
    let mut document = document.clone();
    let Some(members) = document.as_object_mut() else { return document };
    members.remove("proof");
    members.insert("issuer".to_owned(), issuer.into());
    match fault {
        Fault::Context if !has_base_context(members) => {
            let base = if members.contains_key("issuanceDate") { V1 } else { V2 };
            members.insert("@context".to_owned(), json!([base]));
        }
        Fault::Type => {
            members.insert("type".to_owned(), json!(["VerifiableCredential"]));
        }
        Fault::Subject => {
            members.insert("credentialSubject".to_owned(), json!({ "id": "did:example:subject" }));
        }
        Fault::Undefined => {
            if let Some(types) = members.get_mut("type").and_then(Value::as_array_mut) {
                types.retain(|name| !is_undefined(name.as_str().unwrap_or_default()));
            }
            if let Some(subject) = members.get_mut("credentialSubject").and_then(Value::as_object_mut) {
                subject.retain(|name, _| !is_undefined(name));
            }
        }
        _ => {}
    }
    document
}

fn has_base_context(members: &Map<String, Value>) -> bool {
    let first = members.get("@context").and_then(|contexts| contexts.as_array()?.first()?.as_str());
    [Some(V1), Some(V2)].contains(&first)
}

/// How the suites call what no context defines.
fn is_undefined(name: &str) -> bool {
    ["undefined", "invalid", "Undefined", "Invalid"].iter().any(|start| name.starts_with(start))
}

/// A request to verify that credential, broken in the way of the recorded one.
pub fn broken(credential: &Value, fault: Fault, recorded: &Value) -> Value {
    let mut broken = credential.clone();
    let like = document_of(recorded).unwrap_or_default();
    match fault {
        Fault::Absent => return json!({ "options": {} }),
        Fault::Text => return json!({ "verifiableCredential": credential.to_string(), "options": {} }),
        Fault::Context => copy(&mut broken, &like, "@context"),
        Fault::Type => copy(&mut broken, &like, "type"),
        Fault::Issuer => copy(&mut broken, &like, "issuer"),
        Fault::Subject => copy(&mut broken, &like, "credentialSubject"),
        Fault::ProofAbsent | Fault::ProofForm => copy(&mut broken, &like, "proof"),
        Fault::Undefined => undefine(&mut broken, &like),
        Fault::Signature => {
            if let Some(id) = broken.pointer_mut("/credentialSubject/id") {
                *id = json!("did:example:another");
            }
        }
        Fault::Previous => broken["proof"]["previousProof"] = json!(456_321),
        Fault::Pointer | Fault::Profile => {}
        _ => break_proof(&mut broken["proof"], fault, &like["proof"]),
    }
    json!({ "verifiableCredential": broken, "options": { "checks": ["proof"] } })
}

/// Makes a member what it is in the other document, absent if it is absent there.
fn copy(to: &mut Value, from: &Value, name: &str) {
    let Some(members) = to.as_object_mut() else { return };
    match from.get(name) {
        Some(value) => members.insert(name.to_owned(), value.clone()),
        None => members.remove(name),
    };
}

fn undefine(document: &mut Value, like: &Value) {
    let is_odd = |name: &&Value| is_undefined(name.as_str().unwrap_or_default());
    let odd = like["type"].as_array().and_then(|types| types.iter().find(is_odd));
    match (odd, document["type"].as_array_mut()) {
        (Some(name), Some(types)) => types.push(name.clone()),
        _ => document["credentialSubject"]["undefinedTerm"] = json!("undefinedTerm"),
    }
}

fn break_proof(proof: &mut Value, fault: Fault, like: &Value) {
    match fault {
        Fault::ProofTypeAbsent if like.as_object().is_some_and(Map::is_empty) => *proof = json!({}),
        Fault::ProofTypeAbsent => copy(proof, like, "type"),
        Fault::ProofTypeUnknown => ["type", "cryptosuite"].into_iter().for_each(|name| copy(proof, like, name)),
        Fault::Suite => copy(proof, like, "cryptosuite"),
        Fault::CreatedAbsent | Fault::CreatedForm => copy(proof, like, "created"),
        Fault::MethodAbsent => copy(proof, like, "verificationMethod"),
        Fault::PurposeAbsent | Fault::PurposeOther => copy(proof, like, "proofPurpose"),
        Fault::ValueAbsent | Fault::ValueNull => copy(proof, like, "proofValue"),
        Fault::ValueBase | Fault::ValueForm => {
            let value = proof["proofValue"].as_str().unwrap_or_default().to_owned();
            proof["proofValue"] = json!(break_value(&value, like["proofValue"].as_str().unwrap_or_default()));
        }
        _ => {}
    }
}

/// The proof value with another base, other header bytes, or tags in its CBOR: as the recorded one has it.
fn break_value(value: &str, like: &str) -> String {
    let rest = value.get(1..).unwrap_or_default();
    match like.as_bytes() {
        [b'a', ..] => format!("a{rest}"),
        [b'u', b'A', b'A', b'A', ..] => format!("uAAA{}", value.get(4..).unwrap_or_default()),
        [b'u', ..] => {
            let mut bytes = URL_SAFE_NO_PAD.decode(rest).unwrap_or_default();
            // Behind three header bytes and the array's head: a tag that says nothing.
            bytes.insert(bytes.len().min(4), 0xc2);
            format!("u{}", URL_SAFE_NO_PAD.encode(bytes))
        }
        _ => rest.to_owned(),
    }
}
