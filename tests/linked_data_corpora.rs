//! Linked data against public test sets: RDF canonicalisation, and the canonical documents of the Data Integrity vectors.
//!
//! Reads `$VIDIMUS_CORPORA/w3c`. Every result must be equal byte for byte.
#![expect(clippy::disallowed_methods, reason = "the corpora are our own input, read as they are")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use vidimus::encoding::json;
use vidimus::linked_data::rdfc::{Hash, canonicalize};
use vidimus::linked_data::{Contexts, Demands, Labels, nquads, select, to_rdf};
use vidimus::reason::{Code, Reason};

const INLINE: Demands = Demands { inline_contexts: true };

fn corpora() -> Option<PathBuf> {
    let path = std::env::var_os("VIDIMUS_CORPORA").map(PathBuf::from).filter(|path| path.is_dir());
    if path.is_none() {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
    }
    path.map(|path| path.join("w3c"))
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(path: &Path) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The terms that the permanent resident examples use; their context is in no public set.
const CITIZENSHIP_V4: &str = r#"{"@context": {
    "cit": "https://w3id.org/citizenship#", "so": "https://schema.org/", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "PermanentResidentCardCredential": "cit:PermanentResidentCardCredential", "PermanentResident": "cit:PermanentResident",
    "PermanentResidentCard": "cit:PermanentResidentCard", "Person": "so:Person", "EmployablePerson": "cit:EmployablePerson",
    "EmploymentAuthorizationDocumentCredential": "cit:EmploymentAuthorizationDocumentCredential",
    "EmploymentAuthorizationDocument": "cit:EmploymentAuthorizationDocument",
    "image": {"@id": "so:image", "@type": "@id"}, "identifier": "so:identifier", "givenName": "so:givenName",
    "additionalName": "so:additionalName", "familyName": "so:familyName", "gender": "so:gender",
    "birthDate": {"@id": "so:birthDate", "@type": "xsd:dateTime"},
    "residentSince": {"@id": "cit:residentSince", "@type": "xsd:dateTime"}, "birthCountry": "cit:birthCountry",
    "commuterClassification": "cit:commuterClassification", "lprCategory": "cit:lprCategory", "lprNumber": "cit:lprNumber",
    "permanentResidentCard": {"@id": "cit:permanentResidentCard", "@type": "@id"},
    "employmentAuthorizationDocument": {"@id": "cit:employmentAuthorizationDocument", "@type": "@id"}
}}"#;

/// The terms that the driving licence examples use beyond the bundled ones.
const AAMVA: &str = r#"{"@context": {
    "aamva_aka_suffix": "https://w3id.org/vdl/aamva#akaSuffix",
    "aamva_family_name_truncation": "https://w3id.org/vdl/aamva#familyNameTruncation",
    "aamva_given_name_truncation": "https://w3id.org/vdl/aamva#givenNameTruncation"
}}"#;

/// Contexts of the corpus beside the bundled ones.
fn contexts(w3c: &Path) -> Contexts {
    let folder = w3c.join("jsonld-contexts");
    let index = value(&folder.join("INDEX.json"));
    let bundled = Contexts::bundled();
    let more = index
        .as_object()
        .expect("an index")
        .iter()
        .filter(|(url, _)| bundled.digest_of(url).is_none())
        .filter_map(|(url, entry)| Some((url.clone(), std::fs::read(folder.join(entry["file"].as_str()?)).ok()?)));
    let ours = [("https://w3id.org/citizenship/v4rc1", CITIZENSHIP_V4), ("https://w3id.org/vdl/aamva/v1", AAMVA)];
    let ours = ours.map(|(url, text)| (url.to_owned(), text.as_bytes().to_vec()));
    let (contexts, problems) = bundled.with(more.chain(ours));
    for (url, reason) in problems {
        println!("left out {url}: {reason}");
    }
    contexts
}

/// What is bundled says the same as what is published, white space apart.
#[test]
fn bundled_contexts_are_the_published_ones() {
    let Some(w3c) = corpora() else { return };
    let folder = w3c.join("jsonld-contexts");
    let (mut same, mut differing) = (0, Vec::new());
    for (url, entry) in value(&folder.join("INDEX.json")).as_object().expect("an index") {
        let Some(bundled) = Contexts::bundled().document(url) else { continue };
        let bundled: Value = serde_json::from_slice(bundled).expect("JSON");
        if bundled == value(&folder.join(entry["file"].as_str().expect("a file"))) {
            same += 1;
        } else {
            differing.push(url.clone());
        }
    }
    println!("{same} the same, differing: {differing:?}");
    // The one published since has `expires` too.
    assert_eq!(differing, ["https://w3id.org/security/multikey/v1"]);
    assert!(same >= 25);
}

#[test]
fn rdf_canonicalisation() {
    let Some(w3c) = corpora() else { return };
    let folder = w3c.join("rdf-canon");
    let expectations = value(&folder.join("expectations.json"));
    let (mut accepted, mut rejected, mut wrong) = (0, 0, Vec::new());
    for case in expectations["cases"].as_array().expect("cases") {
        let (id, params) = (case["id"].as_str().expect("an id"), &case["params"]);
        let hash = if params["hashAlgorithm"] == "SHA384" { Hash::Sha384 } else { Hash::Sha256 };
        let dataset = nquads::decode(&text(&folder.join(params["input"].as_str().expect("an input")))).expect(id);
        let start = std::time::Instant::now();
        let canonical = canonicalize(&dataset, hash);
        if start.elapsed().as_millis() > 5 {
            println!("{id}: {:?}", start.elapsed());
        }
        if case["expected"] == "reject" {
            assert_eq!(canonical.expect_err(id).code(), Code::RdfcLimit, "{id}");
            rejected += 1;
            continue;
        }
        let result = text(&folder.join(params["result"].as_str().expect("a result")));
        let is_right = match canonical {
            Err(reason) => Err(reason.to_string()),
            Ok(canonical) if case["action"] == "canonicalize" => Ok(canonical.text() == result),
            Ok(canonical) => Ok(serde_json::from_str::<Labels>(&result).expect(id) == canonical.labels),
        };
        if is_right == Ok(true) { accepted += 1 } else { wrong.push((id.to_owned(), is_right)) }
    }
    println!("{accepted} accepted, {rejected} rejected");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(accepted >= 74 && rejected == 1);
}

fn canonical(document: &Value, contexts: &Contexts, hash: Hash) -> Result<String, Reason> {
    let bytes = document.to_string();
    let document = json::decode(bytes.as_bytes())?;
    canonicalize(&to_rdf(&document, contexts, INLINE)?, hash).map(|canonical| canonical.text())
}

/// Each example of the Data Integrity vectors that names its canonical texts.
#[test]
fn canonical_documents_of_the_vectors() {
    let Some(w3c) = corpora() else { return };
    let contexts = contexts(&w3c);
    let (mut right, mut wrong) = (0, Vec::new());
    for suite in ["di-eddsa", "di-ecdsa", "di-bbs"] {
        let folder = w3c.join(suite);
        for case in value(&folder.join("expectations.json"))["cases"].as_array().expect("cases") {
            let params = &case["params"];
            if case["id"].as_str().is_some_and(|id| id.contains("jcs")) {
                continue;
            }
            let hash = if case["files"][0].as_str().is_some_and(|f| f.contains("P384") || f.contains("p384")) {
                Hash::Sha384
            } else {
                Hash::Sha256
            };
            for (input, expected) in [("unsigned", "canonical_document"), ("proof_config", "canonical_proof_config")] {
                let (Some(input), Some(expected)) = (params[input].as_str(), params[expected].as_str()) else {
                    continue;
                };
                let name = format!("{suite}/{} {input}", case["id"].as_str().expect("an id"));
                match canonical(&value(&folder.join(input)), &contexts, hash) {
                    Ok(got) if got == text(&folder.join(expected)) => right += 1,
                    other => wrong.push((name, other.map_err(|reason| reason.to_string()))),
                }
            }
        }
    }
    println!("{right} right");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right >= 20);
}

fn lines_of(path: &Path) -> Vec<String> {
    serde_json::from_value(value(path)).expect("lines")
}

/// The steps of selective disclosure that are linked data: canonical documents and proof configurations, and selections.
#[test]
fn selective_disclosure_vectors() {
    let Some(w3c) = corpora() else { return };
    let contexts = contexts(&w3c);
    let folders = [
        "di-ecdsa/ecdsa-sd-2023/prc",
        "di-bbs",
        "di-bbs/prc",
        "di-bbs/HolderBinding",
        "di-bbs/Pseudonym",
        "di-bbs/PseudonymHB",
    ];
    for folder in folders {
        let folder = w3c.join(folder);
        let mut signed = value(&folder.join("addSignedSDBase.json"));
        signed.as_object_mut().expect("an object").remove("proof");
        let lines = lines_of(&folder.join("addBaseDocCanon.json"));
        assert_eq!(canonical(&signed, &contexts, Hash::Sha256), Ok(lines.concat()), "{}", folder.display());
        if folder.join("addProofConfigCanon.txt").is_file() {
            let config = canonical(&value(&folder.join("addProofConfig.json")), &contexts, Hash::Sha256);
            assert_eq!(config, Ok(text(&folder.join("addProofConfigCanon.txt"))), "{}", folder.display());
        }
        check_selection(&folder, &signed, &contexts);
    }
}

fn check_selection(folder: &Path, document: &Value, contexts: &Contexts) {
    let text = document.to_string();
    let document = json::decode(text.as_bytes()).expect("JSON");
    let transform = value(&folder.join("addBaseTransform.json"));
    let mandatory: Vec<String> = serde_json::from_value(transform["mandatoryPointers"].clone()).expect("pointers");
    let whole = canonicalize(&to_rdf(&document, contexts, INLINE).expect("a dataset"), Hash::Sha256).expect("names");
    let part = select(&document, &mandatory).expect("a part").expect("pointers");
    let lines = part.to_rdf(contexts, INLINE).expect("a dataset").lines(&whole.labels);
    assert!(lines.iter().all(|line| whole.lines.contains(line)), "{}: {lines:#?}", folder.display());
    let due = transform["mandatory"]["value"].as_array().expect("a group");
    assert_eq!(lines.len(), due.len(), "{}", folder.display());
    let ground = |line: &&str| !line.contains("_:");
    let due: Vec<&str> = due.iter().filter_map(|pair| pair[1].as_str()).filter(ground).collect();
    assert_eq!(lines.iter().map(String::as_str).filter(ground).collect::<Vec<_>>(), due);
    let places = ["windSelective.json", "../prCredSelective.json", "../../prCredSelective.json"];
    let is_other = folder.ends_with("HolderBinding") || folder.to_str().is_some_and(|name| name.contains("Pseudonym"));
    let Some(selective) = places.iter().map(|place| folder.join(place)).find(|path| path.is_file() && !is_other) else {
        return;
    };
    let selective = value(&selective);
    let mut pointers = mandatory;
    pointers.extend(serde_json::from_value::<Vec<String>>(selective).expect("pointers"));
    let revealed = select(&document, &pointers).expect("a part").expect("pointers").into_document().to_serde();
    assert_eq!(revealed, value(&folder.join("derivedUnsignedReveal.json")), "{}", folder.display());
}

/// The credentials and presentations that the data model's own tests accept are linked data without loss.
#[test]
fn data_model_inputs() {
    let Some(w3c) = corpora() else { return };
    let contexts = contexts(&w3c);
    let (mut converted, mut refused) = (0, Vec::new());
    let files = std::fs::read_dir(w3c.join("vcdm2-inputs")).expect("a folder").flatten().map(|entry| entry.path());
    for path in files.filter(|path| path.to_str().is_some_and(|name| name.ends_with("-ok.json"))) {
        // A proof is converted apart, and those of the inputs are of no known suite.
        let mut input = value(&path);
        input.as_object_mut().expect("an object").remove("proof");
        let text = input.to_string();
        let outcome = json::decode(text.as_bytes()).and_then(|document| to_rdf(&document, &contexts, INLINE));
        match outcome {
            Ok(_) => converted += 1,
            Err(reason) => refused.push(format!("{}: {reason}", path.file_name().expect("a name").display())),
        }
    }
    refused.sort();
    println!("{converted} converted, refused: {refused:#?}");
    assert!(refused.is_empty());
}
