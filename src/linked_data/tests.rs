//! The conversion against datasets written by hand, and every way in which a document can hide something from its signature.

mod features;
mod hostile;
mod laws;
mod timing;

use serde_json::{Value, json};

use super::{Contexts, Dataset, Demands, Labels, to_rdf};
use crate::encoding::json as strict;
use crate::linked_data::rdfc::{Hash, canonicalize};
use crate::reason::{Code, Reason};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OWN: &str = "https://test.example/own/v1";

/// A context with every kind of container, coercion and scope.
fn own_context() -> Value {
    json!({"@context": {
        "@version": 1.1,
        "id": "@id", "type": "@type", "none": "@none",
        "ex": "https://test.example/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "plain": "ex:plain", "other": "ex:other",
        "link": {"@id": "ex:link", "@type": "@id"},
        "word": {"@id": "ex:word", "@type": "@vocab"},
        "free": {"@id": "ex:free", "@type": "@none"},
        "date": {"@id": "ex:date", "@type": "xsd:date"},
        "double": {"@id": "ex:double", "@type": "xsd:double"},
        "data": {"@id": "ex:data", "@type": "@json"},
        "german": {"@id": "ex:german", "@language": "de-CH"},
        "bare": {"@id": "ex:bare", "@language": null},
        "rtl": {"@id": "ex:rtl", "@direction": "rtl"},
        "list": {"@id": "ex:list", "@container": "@list"},
        "links": {"@id": "ex:links", "@type": "@id", "@container": "@list"},
        "set": {"@id": "ex:set", "@container": "@set"},
        "words": {"@id": "ex:words", "@container": "@language"},
        "byId": {"@id": "ex:byId", "@container": "@id"},
        "byType": {"@id": "ex:byType", "@container": "@type"},
        "byIndex": {"@id": "ex:byIndex", "@container": "@index"},
        "byName": {"@id": "ex:byName", "@container": "@index", "@index": "ex:plain"},
        "graph": {"@id": "ex:graph", "@container": "@graph"},
        "graphById": {"@id": "ex:graphById", "@container": ["@graph", "@id"]},
        "child": {"@reverse": "ex:parent"},
        "nested": {"@id": "ex:nested", "@nest": "@nest"},
        "gone": null,
        "Thing": {"@id": "ex:Thing", "@context": {"plain": "ex:plainOfThing", "inner": "ex:inner"}},
        "Deep": {"@id": "ex:Deep", "@context": {"@propagate": true, "plain": "ex:plainOfDeep"}},
        "scope": {"@id": "ex:scope", "@context": {"plain": "ex:plainInScope"}},
        "local": {"@id": "ex:local", "@context": {"@propagate": false, "plain": "ex:plainInLocal"}},
    }})
}

fn contexts() -> Contexts {
    let (contexts, problems) = Contexts::bundled().with([(OWN.to_owned(), own_context().to_string().into_bytes())]);
    assert!(problems.is_empty(), "{problems:?}");
    contexts
}

fn dataset(document: &Value, contexts: &Contexts, demands: Demands) -> Result<Dataset, Reason> {
    let text = document.to_string();
    to_rdf(&strict::decode(text.as_bytes())?, contexts, demands)
}

const INLINE: Demands = Demands { inline_contexts: true };

/// Canonical lines of a document under these contexts.
fn canonical(document: &Value, contexts: &Contexts, demands: Demands) -> Result<Vec<String>, Reason> {
    canonicalize(&dataset(document, contexts, demands)?, Hash::Sha256).map(|canonical| canonical.lines)
}

/// The fault of a document.
fn refused(document: &Value, contexts: &Contexts, demands: Demands) -> Reason {
    match canonical(document, contexts, demands) {
        Ok(lines) => panic!("{document} gave {lines:#?}"),
        Err(reason) => reason,
    }
}

/// A document of the own context with these members.
fn own(mut members: Value) -> Value {
    members["@context"] = json!(OWN);
    members
}

/// The lines without what all of them share, for reading.
fn short(lines: &[String]) -> Vec<String> {
    let short = |line: &String| {
        line.trim_end_matches(" .\n")
            .replace("https://test.example/ns#", "ex:")
            .replace("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf:")
            .replace("http://www.w3.org/2001/XMLSchema#", "xsd:")
    };
    lines.iter().map(short).collect()
}

/// Asserts the short canonical lines of a document of the own context.
fn gives(members: Value, expected: &[&str]) {
    let document = own(members);
    let lines =
        canonical(&document, &contexts(), Demands::default()).unwrap_or_else(|fault| panic!("{document}: {fault}"));
    // In the order of the shortened lines, which is easier to read.
    let mut lines = short(&lines);
    lines.sort();
    assert_eq!(lines, expected, "{document}");
}

/// A credential of about 24 statements.
fn credential() -> Value {
    json!({
        "@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:7a5ea0ac-6ee0-4b4c-a5a5-6c3f1b1f0d11",
        "type": ["VerifiableCredential", "ExampleDegreeCredential"],
        "name": "Degree", "description": "A degree of an example university.",
        "issuer": {"id": "did:example:university", "name": "Example University"},
        "validFrom": "2024-01-01T00:00:00Z", "validUntil": "2034-01-01T00:00:00Z",
        "credentialStatus": {
            "id": "https://university.example/status/3#94567", "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation", "statusListIndex": "94567",
            "statusListCredential": "https://university.example/status/3"
        },
        "credentialSubject": {
            "id": "did:example:holder", "givenName": "A", "familyName": "B", "birthDate": "2000-01-01",
            "degree": {"type": "ExampleBachelorDegree", "name": "Bachelor of Science", "level": 6},
            "address": {"street": "1 Example Street", "city": "Example"}
        }
    })
}

fn labels(lines: &Dataset) -> Vec<String> {
    lines.lines(&Labels::new())
}

#[test]
fn codes_of_this_room_exist() {
    for code in ["ld.undefined_term", "ld.context_unknown", "ld.alias", "rdfc.limit"] {
        assert!(Code::from_text(code).is_some());
    }
}
