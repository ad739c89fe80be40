//! Verification methods and the documents of their controllers; digests, status and demands beside.

use serde_json::{Value, json};
use vidimus::crypto::digest::sha256;
use vidimus::encoding::multibase::{self, Base};
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::reason::Code;

use super::documents::{V2, credential, said, with};
use super::{Cast, FORMAT, Telling, input};
use crate::mint::scene::Scene;
use crate::question::Document;
use crate::vector::Vector;

const WEB: &str = "did:web:issuer.example";
const METHOD: &str = "did:web:issuer.example#key-1";

/// DIDs that name no key, whoever's document it would be in.
pub fn names(telling: &mut Telling<'_>, good: &Value) -> Result<(), String> {
    for (case, title, code, method) in [
        (
            "did-of-an-address",
            "The key's DID names an address, not a host.",
            Code::DidSyntax,
            "did:web:127.0.0.1#key-1",
        ),
        (
            "did-method-unknown",
            "The key's DID is of a method that nobody resolves.",
            Code::DidMethodUnsupported,
            "did:example:a#key-1",
        ),
        ("did-key-cut", "The key's did:key is cut.", Code::DidKeyMalformed, "did:key:z6Mk#z6Mk"),
        ("did-jwk-empty", "The key's did:jwk holds no key.", Code::DidJwkMalformed, "did:jwk:e30#0"),
        (
            "did-peer-of-unknown-kind",
            "The key's did:peer is of no known kind.",
            Code::DidPeerMalformed,
            "did:peer:9zabc#key-1",
        ),
    ] {
        telling.refuse(case, title, code, &with(good, "/proof/verificationMethod", method)?);
    }
    let (_, multikey) = good
        .pointer("/proof/verificationMethod")
        .and_then(Value::as_str)
        .and_then(|method| method.split_once('#'))
        .ok_or("no fragment")?;
    let other = with(good, "/proof/verificationMethod", format!("did:key:{multikey}#key-2"))?;
    telling.refuse("method-of-another-name", "The did:key has no key of that name.", Code::DiVmMissing, &other);
    Ok(())
}

/// A stranger's own document that says whose key it was: a document speaks of nobody but its subject.
pub fn claims(telling: &mut Telling<'_>, cast: &Cast) -> Result<(), String> {
    let (_, multikey) = cast.stranger.method.split_once('#').ok_or("no fragment")?;
    let method = json!({
        "id": "#key-1", "type": "Multikey", "controller": cast.issuer.did, "publicKeyMultibase": multikey
    });
    let document = json!({"verificationMethod": [method], "assertionMethod": ["#key-1"]}).to_string();
    let encoded = multibase::encode(Base::Base58Btc, &[&[0x80, 0x04], document.as_bytes()].concat());
    let hash = multibase::encode(Base::Base58Btc, &[&[0x12, 0x20][..], &sha256(encoded.as_bytes())].concat());
    let verification_method = format!("did:peer:4{hash}:{encoded}#key-1");
    let draft = ProofDraft { verification_method, ..ProofDraft::default() };
    let forged = cast.stranger.sign_as(&credential(&cast.issuer), "eddsa-jcs-2022", draft)?;
    let title = "A stranger's document says that the issuer controls the key in it.";
    telling.refuse("controller-claimed-by-a-stranger", title, Code::DiVmController, &forged);
    Ok(())
}

/// A did:web issuer, whose document is fetched.
pub fn documents(scene: &Scene, cast: &Cast, all: &mut Vec<Vector>) -> Result<(), String> {
    let entry = json!({"kind": "issuer", "issuer": WEB, "formats": [FORMAT], "environment": "test"});
    let scene = scene.trusting(vec![entry]);
    let unsigned = with(&credential(&cast.issuer), "/issuer", WEB)?;
    let draft = ProofDraft { verification_method: METHOD.to_owned(), ..ProofDraft::default() };
    let signed = cast.issuer.sign_as(&unsigned, "eddsa-rdfc-2022", draft)?;
    let found = |document: &Value| {
        scene.finding(vec![Document {
            locator: "https://issuer.example/.well-known/did.json".to_owned(),
            status: 200,
            fetched_at: Some("2026-06-01T11:59:00Z".to_owned()),
            text: Some(document.to_string()),
            ..Document::default()
        }])
    };
    let (_, multikey) = cast.issuer.method.split_once('#').ok_or("no fragment")?;
    let method = json!({"id": METHOD, "type": "Multikey", "controller": WEB, "publicKeyMultibase": multikey});
    let document = json!({
        "@context": ["https://www.w3.org/ns/did/v1"], "id": WEB,
        "verificationMethod": [method], "assertionMethod": [METHOD]
    });
    let title = "The issuer's DID document is fetched.";
    let parent = found(&document).accepts("fetched-document", title, input(&signed), Some(said(&signed)));
    let title = "The issuer's DID document is not at hand.";
    all.push(scene.cannot_tell(&parent, "document-missing", title, Code::TrustKeyUnavailable, input(&signed)));
    let both = json!([method, method]);
    let broken = with(&document, "/verificationMethod/0/type", "UnknownKey")?;
    for (case, title, code, document) in [
        (
            "document-of-another",
            "The document is about somebody else.",
            Code::DidIdMismatch,
            with(&document, "/id", "did:web:other.example")?,
        ),
        (
            "document-deactivated",
            "The DID is deactivated.",
            Code::DidDeactivated,
            with(&document, "/deactivated", true)?,
        ),
        (
            "method-twice",
            "Two keys of the document share an id.",
            Code::DidDuplicateVm,
            with(&document, "/verificationMethod", both)?,
        ),
        ("method-of-unknown-kind", "The key is of an unknown kind.", Code::DiVmInvalid, broken),
        ("method-for-authentication", "The key may authenticate only.", Code::DidVmRelationship, {
            let only = with(&document, "/assertionMethod", json!([]))?;
            with(&only, "/authentication", json!([METHOD]))?
        }),
        (
            "controller-is-another",
            "The document says that somebody else controls the key.",
            Code::DiVmController,
            with(&document, "/verificationMethod/0/controller", "did:web:other.example")?,
        ),
    ] {
        all.push(found(&document).refuses(&parent, case, title, code, input(&signed)));
    }
    all.push(parent);
    Ok(())
}

/// Digests of related resources, status lists, and what the relying party asks for.
pub fn demands(telling: &mut Telling<'_>, cast: &Cast, good: &Value) -> Result<(), String> {
    let sign = |document: &Value| cast.issuer.sign(document, "eddsa-rdfc-2022");
    let other = json!({"id": V2, "digestSRI": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="});
    let other = sign(&with(&credential(&cast.issuer), "/relatedResource", other)?)?;
    telling.refuse("related-digest-wrong", "A related resource has another digest.", Code::VcDigest, &other);
    let entry = json!({
        "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "7",
        "statusListCredential": "https://issuer.example/status/1"
    });
    let listed = sign(&with(&credential(&cast.issuer), "/credentialStatus", entry.clone())?)?;
    let (scene, parent) = (telling.scene, telling.parent);
    let title = "The status list is not at hand.";
    telling.all.push(scene.cannot_tell(parent, "status-list-missing", title, Code::StatusUnavailable, input(&listed)));
    let inside = with(&entry, "/statusListCredential", "https://127.0.0.1/status/1")?;
    let inside = sign(&with(&credential(&cast.issuer), "/credentialStatus", inside)?)?;
    let title = "The status list is said to be on the verifier's own machine.";
    let case = "status-list-at-an-address";
    telling.all.push(scene.cannot_tell(parent, case, title, Code::StatusUnavailable, input(&inside)));
    let index = with(&entry, "/statusListIndex", "-1")?;
    let index = sign(&with(&credential(&cast.issuer), "/credentialStatus", index)?)?;
    telling.refuse("status-index-negative", "The place in the status list is negative.", Code::StatusIndex, &index);
    let scene = scene.asking_for(&["EmployeeCredential"]);
    let title = "Another type was asked for.";
    telling.all.push(scene.refuses(parent, "type-not-asked-for", title, Code::PolicyType, input(good)));
    Ok(())
}
