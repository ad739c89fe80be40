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
    let (contexts, problems) = bundled.with(more);
    for (url, reason) in problems {
        println!("left out {url}: {reason}");
    }
    contexts
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
    canonicalize(&to_rdf(&document, contexts, Demands::default())?, hash).map(|canonical| canonical.text())
}

/// Each example of the Data Integrity vectors that names its canonical texts.
#[test]
fn canonical_documents_of_the_vectors() {
    let Some(w3c) = corpora() else { return };
    let contexts = contexts(&w3c);
    let (mut right, mut without_context, mut wrong) = (0, Vec::new(), Vec::new());
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
                    Err(reason) if reason.code() == Code::LdContextUnknown => without_context.push(reason.to_string()),
                    other => wrong.push((name, other.map_err(|reason| reason.to_string()))),
                }
            }
        }
    }
    without_context.sort();
    without_context.dedup();
    println!("{right} right; unknown contexts: {without_context:#?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(right > 10);
}
