//! Whose key signed: certificates, issuer metadata, a DID.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::reason::{Code, Stage};

use super::{FORMAT, ISSUER, SdJwtVc, TYPE, input, trust};
use crate::mint::pki::Pki;
use crate::mint::scene::Scene;
use crate::mint::signing::TestKey;
use crate::mint::w3c::{Jwt, Keys};
use crate::question::Document;
use crate::vector::Vector;

const METADATA: &str = "https://issuer.example/.well-known/jwt-vc-issuer/cards";
const KEYS: &str = "https://issuer.example/keys";

/// Every vector about keys.
///
/// # Errors
/// A sentence, when a key is missing.
pub(super) fn tell(
    pki: &Pki,
    scene: &Scene,
    keys: &Keys,
    good: &SdJwtVc<'_>,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    certificates(pki, scene, good, all)?;
    metadata(scene, keys, good, all);
    pinned(scene, good, all);
    dids(scene, keys, good, all);
    Ok(())
}

fn certificates(pki: &Pki, scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let base64 = |name: &str| pki.certificate(name).map(|der| base64url::encode_standard(&der));
    let authority = base64("authority")?;
    let anchor = json!({"kind": "authority", "certificate": authority, "formats": [FORMAT], "environment": "test"});
    let chained = scene.trusting(vec![anchor.clone()]);
    let key = pki.key("card-issuer")?;
    let by = |names: &[String]| {
        let header = json!({"alg": "ES256", "typ": "dc+sd-jwt", "x5c": names});
        SdJwtVc { jwt: Jwt { header, key: &key, ..good.jwt.clone() }, ..good.clone() }
    };
    let leaf = base64("card-issuer")?;
    let certified = by(std::slice::from_ref(&leaf));
    let title = "The signer's certificate leads to an authority, and names the issuer.";
    let parent = chained.accepts("certified", title, input(certified.text()), None);
    let nameless = certified.with("iss", Value::Null);
    let title = "The signer's certificate leads to an authority; the issuer is its subject.";
    all.push(chained.accepts("certified-without-issuer", title, input(nameless.text()), None));
    let mut refuse = |scene: &Scene, case: &str, title: &str, code, text: String| {
        all.push(scene.refuses(&parent, case, title, code, input(text)));
    };
    let other = certified.with("iss", "https://other.example/cards");
    let title = "The certificate names another issuer than `iss`.";
    refuse(&chained, "issuer-not-in-the-certificate", title, Code::ClaimIssuer, other.text());
    let unknown = chained.trusting(vec![json!({
        "kind": "authority", "certificate": base64("other-authority")?, "formats": [FORMAT], "environment": "test"
    })]);
    let title = "The certificate leads to nobody who is trusted.";
    refuse(&unknown, "certified-by-a-stranger", title, Code::X509UntrustedRoot, certified.text());
    let mut narrow = anchor.clone();
    narrow["types"] = json!(["https://types.example/licence"]);
    let title = "The authority certifies issuers of licences only.";
    refuse(&chained.trusting(vec![narrow]), "authority-of-another-type", title, Code::TrustPurpose, certified.text());
    let turned = by(&[authority.clone(), leaf.clone()]);
    let title = "The authority's certificate stands before the signer's.";
    refuse(&chained, "certificates-turned-round", title, Code::X509KeyUsage, turned.text());
    let url = by(&[leaf.replace('+', "-").replace('/', "_")]);
    let title = "The certificate is in base64url.";
    refuse(&chained, "certificate-in-base64url", title, Code::X509Malformed, url.text());
    let stranger = SdJwtVc { jwt: Jwt { key: good.jwt.key, ..certified.jwt.clone() }, ..certified.clone() };
    let title = "Another key signed than the certificate's.";
    refuse(&chained, "signed-by-another-key", title, Code::SigInvalid, stranger.text());
    let nobody = good.with_header("kid", Value::Null).with("iss", Value::Null);
    let title = "The credential names neither an issuer nor certificates.";
    refuse(&chained, "nobody-named", title, Code::ClaimIssuer, nobody.text());
    let noting = chained.demanding("certificate_names", "note");
    let title = "The certificate names another issuer than `iss`, which the policy takes.";
    all.push(noting.accepts("issuer-not-in-the-certificate", title, input(other.text()), None));
    let further = certified.with("aka_vcts", json!(["urn:eudi:pid:1"]));
    let mut wide = anchor;
    wide["types"] = json!([TYPE, "urn:eudi:pid:1"]);
    let wide = chained.trusting(vec![wide]).asking_for(&["urn:eudi:pid:1"]);
    let title = "A further type of the credential was asked for, and its issuer is trusted for that.";
    let further_parent = wide.accepts("further-type", title, input(further.text()), None);
    let title = "A further type was asked for, and nobody trusts the issuer for that.";
    let anyone = chained.asking_for(&["urn:eudi:pid:1"]);
    let text = input(further.text());
    all.push(anyone.refuses_at(
        Stage::Policy,
        &further_parent,
        "further-type-not-trusted",
        title,
        Code::SdjwtVct,
        text,
    ));
    all.extend([parent, further_parent]);
    Ok(())
}

fn document(locator: &str, body: &Value) -> Document {
    Document {
        locator: locator.to_owned(),
        status: 200,
        media_type: Some("application/json".to_owned()),
        text: Some(body.to_string()),
        ..Document::default()
    }
}

fn metadata(scene: &Scene, keys: &Keys, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let mut entry = trust(&keys.issuer);
    let set = entry["keys"].take();
    if let Some(members) = entry.as_object_mut() {
        members.remove("keys");
    }
    let fetching = scene.trusting(vec![entry]);
    let found = |metadata: &Value| fetching.finding(vec![document(METADATA, metadata), document(KEYS, &set)]);
    let whole = json!({"issuer": ISSUER, "jwks": set});
    let text = good.text();
    let parent = found(&whole).accepts("issuer-metadata", "The issuer publishes its keys.", input(text.clone()), None);
    let placed = json!({"issuer": ISSUER, "jwks_uri": KEYS});
    let title = "The issuer publishes where its keys are.";
    all.push(found(&placed).accepts("issuer-metadata-by-place", title, input(text.clone()), None));
    let title = "The issuer's metadata was not fetched.";
    all.push(fetching.cannot_tell(
        &parent,
        "metadata-not-at-hand",
        title,
        Code::TrustKeyUnavailable,
        input(text.clone()),
    ));
    let mut refuse = |case: &str, title: &str, code, metadata: Value| {
        all.push(found(&metadata).refuses_at(Stage::Key, &parent, case, title, code, input(text.clone())));
    };
    let other = json!({"issuer": "https://other.example", "jwks": set});
    refuse("metadata-of-another", "The metadata is of another issuer.", Code::ClaimIssuer, other);
    let both = json!({"issuer": ISSUER, "jwks": set, "jwks_uri": KEYS});
    refuse("metadata-with-both", "The metadata has keys and a place of keys.", Code::ClaimIssuer, both);
    refuse("metadata-with-neither", "The metadata has no keys.", Code::ClaimIssuer, json!({"issuer": ISSUER}));
    let plain = json!({"issuer": ISSUER, "jwks_uri": "http://issuer.example/keys"});
    refuse("metadata-of-plain-http", "The keys would come without TLS.", Code::ClaimIssuer, plain);
    let none = json!({"issuer": ISSUER, "jwks": {"keys": []}});
    refuse("metadata-without-the-key", "The issuer publishes no key of that name.", Code::JoseKidUnknown, none);
    let text = document(METADATA, &json!("keys"));
    let title = "The metadata is a text.";
    all.push(fetching.finding(vec![text]).refuses(
        &parent,
        "metadata-a-text",
        title,
        Code::ClaimIssuer,
        input(good.text()),
    ));
    all.push(parent);
}

/// Keys that the trust entry pins.
fn pinned(scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let Some(parent) = all.first().cloned() else { return };
    let title = "The credential names no key, and its issuer has one.";
    let nameless = good.with_header("kid", Value::Null);
    all.push(scene.accepts("key-not-named", title, input(nameless.text()), None));
    let other = good.with_header("kid", "key-2");
    let title = "The issuer has no key of that name.";
    all.push(scene.refuses(&parent, "key-unknown", title, Code::JoseKidUnknown, input(other.text())));
}

/// An issuer with a DID.
fn dids(scene: &Scene, keys: &Keys, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let did_of =
        |key: &TestKey| format!("did:jwk:{}", base64url::encode(key.public_key().to_jwk().to_string().as_bytes()));
    let did = did_of(good.jwt.key);
    let entry = json!({"kind": "issuer", "issuer": did, "formats": [FORMAT], "environment": "test"});
    let named = scene.trusting(vec![entry]);
    let text = good.with("iss", did.clone()).with_header("kid", "#0").text();
    let parent = named.accepts("issuer-with-a-did", "The issuer is known by a DID.", input(text.clone()), None);
    let title = "The DID is not on the trust list.";
    all.push(scene.refuses(&parent, "did-unknown", title, Code::TrustIssuerUnknown, input(text)));
    let title = "The DID is not on the list; W3C credentials would be taken of anybody.";
    let of_anybody = scene.demanding("issuers", "resolvable");
    let unlisted = good.with("iss", did.clone()).with_header("kid", "#0").text();
    all.push(of_anybody.refuses(&parent, "did-of-anybody", title, Code::TrustIssuerUnknown, input(unlisted)));
    let stranger = good.with("iss", did.clone()).with_header("kid", format!("{}#0", did_of(&keys.holder)));
    let stranger = SdJwtVc { jwt: Jwt { key: &keys.holder, ..stranger.jwt.clone() }, ..stranger.clone() };
    let title = "The holder signed, by a DID of their own.";
    let lenient = named.demanding("controllers", "note");
    all.push(lenient.refuses(&parent, "key-of-another-did", title, Code::DiVmController, input(stranger.text())));
    let other = good.with("iss", did).with_header("kid", "#1").text();
    let title = "The DID's document has no key of that name.";
    all.push(named.refuses(&parent, "did-without-the-key", title, Code::DiVmMissing, input(other)));
    all.push(parent);
}
