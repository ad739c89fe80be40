//! The families LD-001 to LD-016: documents and contexts made to hide something.

use super::*;
use crate::limits;

fn own_refused(members: Value) -> Reason {
    refused(&own(members), &contexts(), Demands::default())
}

fn credential_with(name: &str, value: Value) -> Value {
    let mut credential = credential();
    // Without the context that defines every term.
    credential["@context"] = json!([V2]);
    credential["type"] = json!(["VerifiableCredential"]);
    credential["credentialSubject"] = json!({"id": "did:example:holder", "name": "A"});
    credential[name] = value;
    credential
}

fn pinned(url: &str, context: &Value) -> Result<Contexts, Reason> {
    let (contexts, mut problems) = contexts().with([(url.to_owned(), context.to_string().into_bytes())]);
    problems.pop().map_or(Ok(contexts), |(_, reason)| Err(reason))
}

/// LD-001: what no context defines would not be signed.
#[test]
fn undefined_terms() {
    for document in [
        credential_with("admin", json!(true)),
        credential_with("credentialSubject", json!({"id": "did:example:holder", "admin": true})),
        credential_with("type", json!(["VerifiableCredential", "Admin"])),
        credential_with("evidence", json!({"type": "Admin"})),
        credential_with("@admin", json!(true)),
        credential_with("", json!(true)),
    ] {
        let reason = refused(&document, Contexts::bundled(), Demands::default());
        assert_eq!(reason.code(), Code::LdUndefinedTerm, "{document}");
        assert!(matches!(reason.got_fact().to_string().as_str(), "admin" | "Admin" | "@admin" | ""), "{reason}");
    }
    assert_eq!(own_refused(json!({"id": "urn:a", "gone": 1})).code(), Code::LdUndefinedTerm);
    // A term of a type does not reach the objects inside.
    assert_eq!(own_refused(json!({"type": "Thing", "inner": {"inner": "x"}})).code(), Code::LdUndefinedTerm);
    let without = json!({"id": "urn:a", "name": "x"});
    assert_eq!(refused(&without, &contexts(), Demands::default()).code(), Code::LdUndefinedTerm);
}

/// LD-002, LD-003, LD-005: only pinned documents count, by exactly their URL.
#[test]
fn unknown_contexts() {
    for url in [
        "https://www.w3.org/ns/credentials/v2/",
        "http://www.w3.org/ns/credentials/v2",
        "https://attacker.example/v2",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "v2",
        "",
        "https://www.w3.org/ns/credentials/v2\nhttps://www.w3.org/ns/credentials/examples/v2",
    ] {
        let mut document = credential();
        document["@context"] = json!([V2, url]);
        let reason = refused(&document, Contexts::bundled(), INLINE);
        assert_eq!((reason.code(), reason.got_fact().to_string()), (Code::LdContextUnknown, url.to_owned()));
    }
    let reason = pinned("https://test.example/x", &json!({"@context": "https://attacker.example/v2"})).err().unwrap();
    assert_eq!(reason.code(), Code::LdContextUnknown);
}

/// LD-002, LD-004: contexts inside a document, wherever they stand.
#[test]
fn inline_contexts() {
    let vocab = json!({"@vocab": "https://attacker.example/#"});
    for context in [json!([V2, vocab]), vocab.clone(), json!([V2, null]), Value::Null] {
        let mut document = credential();
        document["@context"] = context;
        assert_eq!(refused(&document, Contexts::bundled(), Demands::default()).code(), Code::LdContextInline);
    }
    let mut document = credential();
    document["credentialSubject"]["@context"] = vocab;
    assert_eq!(refused(&document, Contexts::bundled(), Demands::default()).code(), Code::LdContextInline);
    for context in [json!(1), json!([[V2]]), json!([V2, true])] {
        document["@context"] = context;
        assert_eq!(refused(&document, Contexts::bundled(), INLINE).code(), Code::LdContextInvalid);
    }
}

/// LD-004: protected terms keep their meaning, whatever permits contexts inside.
#[test]
fn protected_terms() {
    for context in [
        json!({"credentialStatus": "https://attacker.example/status"}),
        json!({"VerifiableCredential": "https://attacker.example/VC"}),
        json!({"id": "https://attacker.example/id"}),
        json!({"name": null}),
        json!({"name": {"@reverse": "https://schema.org/name"}}),
        json!({"name": {"@id": "https://schema.org/name", "@language": "en"}}),
        json!({"VerifiableCredential": {"@id": "https://www.w3.org/2018/credentials#VerifiableCredential", "@context": {}}}),
        Value::Null,
    ] {
        let mut document = credential();
        document["@context"] = json!([V2, context]);
        let code = refused(&document, Contexts::bundled(), INLINE).code();
        // The terms of a credential are protected inside it; outside they are free.
        let expected =
            if context.get("credentialStatus").is_some() { Code::LdUndefinedTerm } else { Code::LdProtectedTerm };
        assert_eq!(code, expected, "{context}");
    }
    let mut document = credential();
    document["credentialSubject"]["@context"] = json!({"name": "https://attacker.example/name"});
    assert_eq!(refused(&document, Contexts::bundled(), INLINE).code(), Code::LdProtectedTerm);
    // The same definition again is no redefinition; the W3C contexts overlap so.
    let mut document = credential();
    document["@context"] =
        json!([V2, "https://w3id.org/security/data-integrity/v2", V2, "https://www.w3.org/ns/credentials/examples/v2"]);
    assert!(canonical(&document, Contexts::bundled(), Demands::default()).is_ok());
    document["@context"] = json!([V2, "https://www.w3.org/2018/credentials/v1"]);
    assert_eq!(refused(&document, Contexts::bundled(), Demands::default()).code(), Code::LdProtectedTerm);
}

/// LD-006: other names for keywords and for what verifiers look at.
#[test]
fn aliases() {
    let alias = json!({"@context": {
        "uri": "@id", "kind": "@type", "status": "https://www.w3.org/2018/credentials#credentialStatus",
        "Credential": "https://www.w3.org/2018/credentials#VerifiableCredential",
        "cred": "https://www.w3.org/2018/credentials#",
    }});
    let contexts = pinned("https://test.example/alias", &alias).unwrap();
    for (name, value) in [
        ("uri", json!("urn:a")),
        ("kind", json!("Credential")),
        ("status", json!({"id": "urn:s"})),
        ("type", json!("Credential")),
        ("https://www.w3.org/2018/credentials#credentialStatus", json!({"id": "urn:s"})),
        ("cred:credentialStatus", json!({"id": "urn:s"})),
        ("type", json!("https://www.w3.org/ns/credentials/status#BitstringStatusListEntry")),
    ] {
        let mut document = json!({"@context": ["https://test.example/alias", V2]});
        document[name] = value;
        let reason = refused(&document, &contexts, Demands::default());
        assert_eq!(reason.code(), Code::LdAlias, "{name}: {reason}");
        // The same in a context of the document.
        document["@context"] = json!([alias["@context"], V2]);
        assert_eq!(refused(&document, &contexts, INLINE).code(), Code::LdAlias, "{name}");
    }
    let mut document = credential();
    let status = document["credentialStatus"].take();
    document.as_object_mut().unwrap().remove("credentialStatus");
    document["@context"] = json!([V2, {"@vocab": "https://www.w3.org/2018/credentials#credential"}]);
    document["type"] = json!("VerifiableCredential");
    document["credentialSubject"] = json!({"id": "urn:x", "Status": status});
    assert_eq!(refused(&document, Contexts::bundled(), INLINE).code(), Code::LdAlias);
}

/// The same statements, hidden from readers of plain JSON: the document's own node, described further inside.
#[test]
fn a_second_object_with_the_documents_id() {
    let mut document = credential();
    document["credentialSubject"]["about"] = json!({"id": document["id"]});
    assert!(canonical(&document, Contexts::bundled(), Demands::default()).is_ok());
    document["credentialSubject"]["about"] = json!({
        "id": document["id"], "type": "VerifiableCredential", "credentialStatus": document["credentialStatus"]
    });
    document.as_object_mut().unwrap().remove("credentialStatus");
    let reason = refused(&document, Contexts::bundled(), Demands::default());
    assert_eq!(reason.code(), Code::LdUnsupportedKeyword);
    assert!(reason.to_string().contains("own id"), "{reason}");
}

/// LD-007: keywords that hide members.
#[test]
fn keywords_without_a_place() {
    for (name, value) in [
        ("@graph", json!([{"id": "urn:b", "plain": "x"}])),
        ("@included", json!({"id": "urn:b", "plain": "x"})),
        ("@reverse", json!({"plain": {"id": "urn:b"}})),
        ("@nest", json!({"plain": "x"})),
        ("@index", json!("x")),
        ("@none", json!("x")),
        ("@vocab", json!("x")),
        ("@version", json!(1.1)),
        ("none", json!("x")),
    ] {
        let mut members = json!({"id": "urn:a", "other": "y"});
        members[name] = value.clone();
        assert_eq!(own_refused(members).code(), Code::LdUnsupportedKeyword, "{name}");
        let mut inner = json!({"@value": "x"});
        inner[name] = value;
        assert_eq!(own_refused(json!({"other": inner})).code(), Code::LdUnsupportedKeyword, "{name}");
    }
    assert_eq!(own_refused(json!({"byIndex": {"a": "x"}})).code(), Code::LdUnsupportedKeyword);
    let based = json!({"@context": [OWN, {"@base": "https://test.example/"}], "id": "a", "plain": "x"});
    assert_eq!(refused(&based, &contexts(), INLINE).code(), Code::LdUnsupportedKeyword);
}

/// LD-008: what RDF cannot hold.
#[test]
fn ill_formed_values() {
    for members in [
        json!({"id": "a", "plain": "x"}),
        json!({"id": "", "plain": "x"}),
        json!({"id": "#a", "plain": "x"}),
        json!({"id": "urn:a b", "plain": "x"}),
        json!({"id": "https ://a", "plain": "x"}),
        json!({"id": "@type", "plain": "x"}),
        json!({"id": "@odd", "plain": "x"}),
        json!({"id": "_:", "plain": "x"}),
        json!({"link": "a"}),
        json!({"link": "urn:<a>"}),
        json!({"word": "unknown"}),
        json!({"type": "urn:a b"}),
        json!({"plain": {"@value": "x", "@language": "en_US"}}),
        json!({"plain": {"@value": "x", "@direction": "rtl"}}),
        json!({"words": {"e1": "x"}}),
        json!({"byId": {"a": {"plain": "x"}}}),
        json!({"urn:a b": "x"}),
        json!({"_:p": "x"}),
    ] {
        assert_eq!(own_refused(members.clone()).code(), Code::LdDroppedValue, "{members}");
    }
    // Names and descriptions may have a direction.
    let document = credential_with("name", json!({"@value": "x", "@language": "ar", "@direction": "rtl"}));
    assert!(canonical(&document, Contexts::bundled(), Demands::default()).unwrap().concat().contains("\"x\"@ar"));
    let document = credential_with("name", json!({"@value": "x", "@direction": "up"}));
    assert_eq!(refused(&document, Contexts::bundled(), Demands::default()).code(), Code::LdMalformed);
}

/// LD-009: what would vanish.
#[test]
fn vanishing_values() {
    for members in [
        json!({}),
        json!({"id": "urn:a"}),
        json!({"plain": null}),
        json!({"plain": []}),
        json!({"plain": ["x", null]}),
        json!({"plain": ["x", []]}),
        json!({"plain": {"@value": null}}),
        json!({"plain": {"@value": null, "@type": "xsd:date"}}),
        json!({"plain": {"@set": []}}),
        json!({"type": []}),
        json!({"list": null}),
        json!({"list": ["x", null]}),
        json!({"words": {}}),
        json!({"words": {"en": null}}),
        json!({"words": {"en": []}}),
        json!({"byId": {"urn:b": null}}),
        json!({"graph": "urn:b"}),
        json!({"graph": {"id": "urn:b"}}),
        json!({"graph": {}}),
        json!({"graph": {"@value": "x"}}),
        json!({"graph": {"@list": ["x"]}}),
        json!({"graph": []}),
        json!({"@list": ["x"]}),
        json!({"@set": ["x"]}),
        json!({"@value": "x"}),
    ] {
        assert_eq!(own_refused(members.clone()).code(), Code::LdDroppedValue, "{members}");
    }
}

#[test]
fn malformed_documents() {
    for members in [
        json!({"id": 1, "plain": "x"}),
        json!({"id": ["urn:a"], "plain": "x"}),
        json!({"type": 1}),
        json!({"type": ["Thing", {}]}),
        json!({"plain": {"@value": {}}}),
        json!({"plain": {"@value": ["x"]}}),
        json!({"plain": {"@value": "x", "other": "y"}}),
        json!({"plain": {"@value": "x", "@type": "xsd:date", "@language": "en"}}),
        json!({"plain": {"@value": "x", "@type": ["xsd:date"]}}),
        json!({"plain": {"@value": 1, "@language": "en"}}),
        json!({"plain": {"@language": "en"}}),
        json!({"plain": {"@list": ["x"], "other": "y"}}),
        json!({"plain": {"@set": ["x"], "id": "urn:a"}}),
        json!({"child": "x"}),
        json!({"child": {"@value": "x"}}),
        json!({"child": {"@list": []}}),
        json!({"words": {"en": 1}}),
        json!({"byId": {"urn:b": "x"}}),
        json!({"byId": {"urn:b": {"@value": "x"}}}),
    ] {
        assert_eq!(own_refused(members.clone()).code(), Code::LdMalformed, "{members}");
    }
    for document in [json!([]), json!("x"), json!(1), Value::Null] {
        assert_eq!(refused(&document, &contexts(), INLINE).code(), Code::LdMalformed);
    }
}

/// LD-011: more than any credential has.
#[test]
fn too_much_of_everything() {
    let many: Vec<Value> = (0..limits::RDF_BLANK_NODES + 1).map(|_| json!({"plain": "x"})).collect();
    assert_eq!(own_refused(json!({"other": many})).code(), Code::InputTooManyItems);
    let long = "x".repeat(100_000);
    let many: serde_json::Map<String, Value> = (0..500).map(|n| (format!("long:{n}"), json!(1))).collect();
    let mut document = Value::Object(many);
    document["@context"] = json!({"long": format!("https://test.example/{long}#")});
    assert_eq!(refused(&document, &contexts(), INLINE).code(), Code::InputTooManyItems);
    let mut terms: serde_json::Map<String, Value> =
        (0..500).map(|n| (format!("t{n}"), json!(format!("l:{n}")))).collect();
    terms.insert("l".to_owned(), json!(format!("https://test.example/{long}#")));
    let document = json!({"@context": terms, "t1": 1});
    assert_eq!(refused(&document, &contexts(), INLINE).code(), Code::InputTooManyItems);
}

/// A context that no pass over it can bring down.
#[test]
fn contexts_that_turn_in_circles() {
    let chain: serde_json::Map<String, Value> =
        (0..10_000).map(|n| (format!("t{n}"), json!(format!("t{}:x", n + 1)))).collect();
    let nested = (0..12).fold(json!({}), |inner, _| json!({"a": {"@id": "urn:a", "@context": inner}}));
    let cases = [
        (json!({"a": "b:x", "b": "a:x"}), Some(Code::LdContextInvalid)),
        (json!({"a": "a:x"}), Some(Code::LdContextInvalid)),
        (Value::Object(chain), Some(Code::LdContextInvalid)),
        (nested, None),
    ];
    for (context, expected) in cases {
        let document = json!({"@context": context, "urn:p": "x"});
        assert_eq!(canonical(&document, &contexts(), INLINE).err().map(|reason| reason.code()), expected);
    }
    for context in [json!("https://test.example/self"), json!({"@import": "https://test.example/self"})] {
        let reason = pinned("https://test.example/self", &json!({"@context": context})).err().unwrap();
        assert_eq!(reason.code(), Code::LdContextInvalid, "{context}");
    }
    // A term whose value is described by the same context again is common, and harmless.
    let scoped = json!({"@context": {"a": {"@id": "urn:a", "@context": "https://test.example/self"}, "b": "urn:b"}});
    let contexts = pinned("https://test.example/self", &scoped).unwrap();
    let document = json!({"@context": "https://test.example/self", "a": {"a": {"b": "x"}}});
    assert_eq!(canonical(&document, &contexts, Demands::default()).unwrap().len(), 3);
}

#[test]
fn broken_contexts() {
    for context in [
        json!({"@version": 1.0}),
        json!({"@version": "1.1"}),
        json!({"@vocab": "relative"}),
        json!({"@vocab": 1}),
        json!({"@language": "e1"}),
        json!({"@direction": "up"}),
        json!({"@propagate": "no"}),
        json!({"@protected": 1}),
        json!({"@import": 1}),
        json!({"": "urn:a"}),
        json!({"@type": "urn:a"}),
        json!({"@id": "urn:a"}),
        json!({"a": 1}),
        json!({"a": "relative"}),
        json!({"a": {"@id": "@context"}}),
        json!({"a": {"@id": "urn:a", "@type": "relative"}}),
        json!({"a": {"@id": "urn:a", "@type": "_:b"}}),
        json!({"a": {"@id": "urn:a", "@container": "@value"}}),
        json!({"a": {"@id": "urn:a", "@container": ["@list", "@set"]}}),
        json!({"a": {"@id": "urn:a", "@container": ["@language", "@index"]}}),
        json!({"a": {"@id": "urn:a", "@container": "@type", "@type": "@json"}}),
        json!({"a": {"@id": "urn:a", "@index": "urn:i"}}),
        json!({"a": {"@id": "urn:a", "@nest": "@id"}}),
        json!({"a": {"@id": "urn:a", "@prefix": 1}}),
        json!({"urn:a": {"@id": "urn:a", "@prefix": true}}),
        json!({"a": {"@id": "@type", "@prefix": true}}),
        json!({"a": {"@id": "urn:a", "@odd": 1}}),
        json!({"a": {"@reverse": "urn:a", "@id": "urn:b"}}),
        json!({"a": {"@reverse": "urn:a", "@container": "@list"}}),
        json!({"a": {"@id": "urn:a", "@context": {"b": "relative"}}}),
        json!({"urn:a": "urn:b"}),
        json!({"a": {}}),
    ] {
        let reason = pinned("https://test.example/x", &json!({"@context": context})).err();
        assert_eq!(reason.map(|reason| reason.code()), Some(Code::LdContextInvalid), "{context}");
    }
    for (text, code) in [
        ("{}", Code::LdContextInvalid),
        ("[]", Code::LdContextInvalid),
        ("{\"@context\":{}", Code::JsonSyntax),
        ("{\"@context\":{},\"@context\":{}}", Code::JsonDuplicateKey),
    ] {
        let (_, problems) = contexts().with([("https://test.example/x".to_owned(), text.as_bytes().to_vec())]);
        assert_eq!(problems.first().map(|(_, reason)| reason.code()), Some(code), "{text}");
    }
}

/// LD-012: numbers that would be signed as others.
#[test]
fn numbers_out_of_range() {
    for number in ["9007199254740993", "0.30000000000000004", "1e-400", "100000000000000000000000.5"] {
        let text = format!("{{\"@context\":\"{OWN}\",\"plain\":{number}}}");
        let reason = to_rdf(&strict::decode(text.as_bytes()).unwrap(), &contexts(), INLINE).unwrap_err();
        assert_eq!(reason.code(), Code::JsonNumberRange, "{number}");
    }
}

/// LD-013: texts are signed as they are.
#[test]
fn texts_are_not_normalised() {
    let of = |text: &str| canonical(&own(json!({"plain": text})), &contexts(), Demands::default()).unwrap().concat();
    assert_ne!(of("\u{e9}"), of("e\u{301}"));
    assert!(of("\u{0}\u{7f}\n\"\u{85}").contains("\"\\u0000\\u007F\\n\\\"\u{85}\""));
}

/// LD-015: what a URL means does not change.
#[test]
fn pinned_documents_stay() {
    let other = json!({"@context": {"name": "https://attacker.example/name"}});
    for url in [V2, OWN] {
        assert_eq!(pinned(url, &other).err().unwrap().code(), Code::LdContextHash, "{url}");
    }
    let same = Contexts::bundled().document(V2).unwrap().to_vec();
    let (contexts, problems) = Contexts::bundled().with([(V2.to_owned(), same)]);
    assert!(problems.is_empty() && contexts.digest_of(V2) == Contexts::bundled().digest_of(V2));
}

/// What rests on a document that was left out is left out too.
#[test]
fn a_broken_document_takes_others_with_it() {
    let names = ["https://test.example/a", "https://test.example/b", "https://test.example/c"];
    let texts = [
        json!({"@context": [names[1], {"a": "urn:a"}]}),
        json!({"@context": [names[2]]}),
        json!({"@context": {"c": "relative"}}),
    ];
    let documents = names.iter().zip(&texts).map(|(url, text)| ((*url).to_owned(), text.to_string().into_bytes()));
    let (contexts, problems) = Contexts::bundled().with(documents);
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(names.iter().all(|url| contexts.digest_of(url).is_none()));
}

/// LD-016: two names for one keyword in one object.
#[test]
fn colliding_keywords() {
    for members in [
        json!({"id": "urn:a", "@id": "urn:b", "plain": "x"}),
        json!({"id": "urn:a", "@id": "urn:a", "plain": "x"}),
        json!({"type": "Thing", "@type": "Deep"}),
        json!({"other": {"id": "urn:a", "@id": "urn:b"}}),
    ] {
        assert_eq!(own_refused(members.clone()).code(), Code::LdCollidingKeywords, "{members}");
    }
    // Case makes another name, which no context defines.
    assert_eq!(own_refused(json!({"ID": "urn:a", "plain": "x"})).code(), Code::LdUndefinedTerm);
    assert_eq!(own_refused(json!({"@ID": "urn:a", "plain": "x"})).code(), Code::LdUndefinedTerm);
}

/// No value of a document is told.
#[test]
fn faults_tell_no_values() {
    for members in [
        json!({"id": "secret", "plain": "x"}),
        json!({"link": "secret"}),
        json!({"word": "secret"}),
        json!({"plain": {"@value": "x", "@language": "secret_"}}),
        json!({"byId": {"secret": {"plain": "x"}}}),
        json!({"words": {"secret_": "x"}}),
    ] {
        let reason = own_refused(members.clone());
        assert!(!reason.to_string().contains("secret"), "{members}: {reason}");
    }
}
