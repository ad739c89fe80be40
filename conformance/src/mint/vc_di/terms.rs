//! Terms and contexts: what JSON-LD lets slip, and we do not.

use serde_json::{Value, json};
use vidimus::reason::Code;

use super::documents::{EXAMPLES, V2, credential, said, with};
use super::{Cast, Telling, input};
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// The contexts themselves.
pub fn contexts(telling: &mut Telling<'_>, good: &Value) -> Result<(), String> {
    for (case, title, code, contexts) in [
        ("context-base-missing", "The base context is absent.", Code::VcContextBase, json!([EXAMPLES])),
        ("context-base-second", "The base context is the second.", Code::VcContextBase, json!([EXAMPLES, V2])),
        (
            "context-unknown",
            "A context is not pinned.",
            Code::LdContextUnknown,
            json!([V2, "https://attacker.example/contexts/v1"]),
        ),
        (
            "context-inline",
            "A context that maps everything stands inside.",
            Code::LdContextInline,
            json!([V2, {"@vocab": "https://attacker.example/vocab#"}]),
        ),
    ] {
        telling.refuse(case, title, code, &with(good, "/@context", contexts)?);
    }
    Ok(())
}

/// What would be dropped before signing, and what no credential holds.
pub fn values(telling: &mut Telling<'_>, cast: &Cast, good: &Value) -> Result<(), String> {
    // Without the context that maps everything.
    let bare = with(&with(&credential(&cast.issuer), "/@context", json!([V2]))?, "/type", "VerifiableCredential")?;
    let bare = with(&bare, "/credentialSubject", json!({"id": "did:example:reader"}))?;
    let signed = cast.issuer.sign(&bare, "eddsa-rdfc-2022")?;
    let scene = telling.scene;
    let parent = scene.accepts("no-further-context", "The base context alone.", input(&signed), Some(said(&signed)));
    {
        let mut telling = Telling { scene, parent: &parent, all: telling.all };
        for (case, title, place) in [
            ("term-undefined", "A property that no context defines was added.", "/addedLater"),
            ("term-undefined-in-the-subject", "The subject got such a property.", "/credentialSubject/addedLater"),
        ] {
            telling.refuse(case, title, Code::LdUndefinedTerm, &with(&signed, place, "and unsigned")?);
        }
        let types = with(&signed, "/type", json!(["VerifiableCredential", "AddedLater"]))?;
        telling.refuse("type-undefined", "A type that no context defines was added.", Code::LdUndefinedTerm, &types);
        let proof = with(&signed, "/proof/addedLater", "and unsigned")?;
        telling.refuse("term-undefined-in-the-proof", "The proof got such a property.", Code::LdUndefinedTerm, &proof);
    }
    telling.all.push(parent.clone());
    let subject = |name: &str, value: Value| with(good, &format!("/credentialSubject/{name}"), value);
    for (case, title, code, document) in [
        ("null-value", "The subject has a null.", Code::LdDroppedValue, subject("shelf", Value::Null)?),
        (
            "relative-type",
            "A node has a relative identifier.",
            Code::LdDroppedValue,
            subject("shelf", json!({"id": "shelf"}))?,
        ),
        (
            "language-ill-formed",
            "A text has a language that is none.",
            Code::LdDroppedValue,
            subject("shelf", json!({"@value": "x", "@language": "e n"}))?,
        ),
        (
            "id-twice",
            "The subject has `id` and `@id`.",
            Code::LdCollidingKeywords,
            subject("@id", json!("did:example:reader"))?,
        ),
        ("graph-keyword", "The subject has a graph.", Code::LdUnsupportedKeyword, subject("@graph", json!([]))?),
        (
            "reverse-keyword",
            "The subject has reverse properties.",
            Code::LdUnsupportedKeyword,
            subject("@reverse", json!({"issuer": {"id": "did:example:other"}}))?,
        ),
        (
            "value-with-identifier",
            "A value has an identifier.",
            Code::LdMalformed,
            subject("shelf", json!({"@value": "x", "@id": "did:example:shelf"}))?,
        ),
        (
            "poison-graph",
            "Ten nodes without names, each tied to every other.",
            Code::RdfcLimit,
            subject("shelf", clique(10, "next"))?,
        ),
    ] {
        telling.refuse(case, title, code, &document);
    }
    let large = good.to_string().replacen("\"floor\":2", "\"floor\":9007199254740993", 1);
    telling.refuse_text("number-too-precise", "A number is larger than a double holds.", Code::JsonNumberRange, large);
    let twice = good.to_string().replacen("\"cardNumber\"", "\"cardNumber\":\"1\",\"cardNumber\"", 1);
    telling.refuse_text("member-twice", "The subject has two card numbers.", Code::JsonDuplicateKey, twice);
    let jcs = cast.issuer.sign(&credential(&cast.issuer), "eddsa-jcs-2022")?;
    let large = jcs.to_string().replacen("\"floor\":2", "\"floor\":9007199254740993", 1);
    telling.refuse_text(
        "number-too-precise-for-json",
        "The same under a proof over JSON.",
        Code::JsonNumberRange,
        large,
    );
    let lone = jcs.to_string().replacen("4711", "\\ud800", 1);
    telling.refuse_text("lone-surrogate", "A text holds half a character.", Code::JsonEncoding, lone);
    Ok(())
}

/// Contexts inside of documents, where the policy takes them.
pub fn inline(cast: &Cast, scene: &Scene, all: &mut Vec<Vector>) -> Result<(), String> {
    let scene = scene.demanding("inline_contexts", true);
    let own = json!([V2, {"LibraryCardCredential": "https://library.example/Card", "cardNumber": "https://library.example/number", "shelf": "https://library.example/shelf", "floor": "https://library.example/floor", "isOpen": "https://library.example/open"}]);
    let signed = cast.issuer.sign(&with(&credential(&cast.issuer), "/@context", own.clone())?, "eddsa-rdfc-2022")?;
    let parent = scene.accepts(
        "inline-context",
        "A context inside, where the policy takes it.",
        input(&signed),
        Some(said(&signed)),
    );
    let mut telling = Telling { scene: &scene, parent: &parent, all };
    let swapped = with(&own[1], "/cardNumber", "https://library.example/shelf")?;
    telling.refuse(
        "inline-term-redefined",
        "The context inside gives a term another meaning.",
        Code::SigInvalid,
        &with(&signed, "/@context", json!([V2, swapped]))?,
    );
    let protected = with(&own[1], "/VerifiableCredential", "https://attacker.example/junk")?;
    telling.refuse(
        "protected-term-redefined",
        "The context inside redefines `VerifiableCredential`.",
        Code::LdProtectedTerm,
        &with(&signed, "/@context", json!([V2, protected]))?,
    );
    let broken = with(&own[1], "/cardNumber", json!({"@id": 1}))?;
    telling.refuse(
        "inline-context-broken",
        "The context inside is none.",
        Code::LdContextInvalid,
        &with(&signed, "/@context", json!([V2, broken]))?,
    );
    // The statement is the issuer's once more, so that the signature stays right.
    let publisher = json!({"@id": "https://www.w3.org/2018/credentials#issuer", "@type": "@id"});
    let alias = with(&signed, "/@context", json!([V2, with(&own[1], "/publisher", publisher)?]))?;
    telling.refuse(
        "member-with-another-name",
        "The context inside gives `issuer` another name.",
        Code::LdAlias,
        &with(&alias, "/publisher", cast.issuer.did.as_str())?,
    );
    telling.all.push(parent.clone());
    Ok(())
}

/// So many nodes without names, each of which refers to every other by this property.
pub fn clique(count: usize, property: &str) -> Value {
    let name = |at: usize| format!("_:n{at}");
    let node = |at: usize| {
        let others: Vec<Value> =
            (0..count).filter(|other| *other != at).map(|other| json!({"id": name(other)})).collect();
        json!({"id": name(at), property: others})
    };
    Value::Array((0..count).map(node).collect())
}
