//! Vectors of ISO mdoc: accepted responses, and each with one thing wrong.

mod device;
mod issuer;
mod parts;
mod queries;
mod status;

use serde_json::{Value, json};
use vidimus::encoding::base64url;
use vidimus::reason::Code;

use self::parts::{Doc, Keys};
use super::pki::Pki;
use super::scene::Scene;
use crate::question::{Occasion, Payload};
use crate::vector::Vector;

const FORMAT: &str = "mdoc";
const SPECIFICATION: (&str, &str, &str) = ("ISO/IEC 18013-5:2021", "8.3", "https://www.iso.org/standard/69084.html");
/// The type of the document.
const DOC_TYPE: &str = "org.iso.18013.5.1.mDL";
/// The name space of its elements.
const NAME_SPACE: &str = "org.iso.18013.5.1";
/// The relying party's nonce.
const NONCE: &str = "n-0123456789abcdef0123456789abcdef";
/// The relying party.
const CLIENT_ID: &str = "x509_san_dns:verifier.example";
/// Where the response goes.
const RESPONSE_URI: &str = "https://verifier.example/response";

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = Keys::read(pki)?;
    let bare = Scene::of(FORMAT, SPECIFICATION).trusting(vec![authority(&keys.authority)]);
    let scene = Scene { occasion: asking(session()), ..bare.clone() };
    let good = Doc::good(&keys);
    let said = Some(parts::said());
    let parent = scene.accepts("response", "A response by a driving licence.", input(&good.response()), said.clone());
    let mut all = vec![parent.clone()];
    let mut teller = Teller { scene: &scene, parent: &parent, all: &mut all };
    issuer::vectors(&mut teller, &good, &keys);
    status::vectors(&mut teller, &good, &keys)?;
    device::vectors(&mut teller, &good, &keys, pki)?;
    demands(&mut teller, &keys);
    queries::vectors(&scene, &good, &keys, teller.all)?;
    let text = base64url::encode(&good.response());
    let mut accept = |scene: &Scene, case: &str, title: &str, input: Payload| {
        all.push(scene.accepts(case, title, input, said.clone()));
    };
    accept(&scene, "response-as-text", "The same as base64url.", Payload::text("text/plain", text));
    let title = "An issuer's part alone, as it is handed to a wallet.";
    accept(&bare, "issuer-signed", title, input(&good.issuer_signed()));
    let listed = bare.trusting(vec![json!({
        "kind": "signer", "certificate": base64url::encode_standard(&keys.chain[0]), "formats": [FORMAT],
        "environment": "test",
    })]);
    accept(&listed, "signer-listed", "The signer's own certificate is on the list.", input(&good.issuer_signed()));
    Ok(all)
}

/// What a relying party asks with, for that session.
fn asking(session: Value) -> Occasion {
    Occasion {
        now: super::scene::NOW.to_owned(),
        nonce: Some(NONCE.to_owned()),
        session: Some(session),
        ..Occasion::default()
    }
}

/// The session of the vectors: OpenID4VP 1.0, unencrypted.
fn session() -> Value {
    json!({"handover": "openid4vp", "client_id": CLIENT_ID, "response_uri": RESPONSE_URI})
}

fn authority(certificate: &[u8]) -> Value {
    let certificate = base64url::encode_standard(certificate);
    json!({"kind": "authority", "certificate": certificate, "formats": [FORMAT], "environment": "test"})
}

fn input(bytes: &[u8]) -> Payload {
    Payload::bytes("application/cbor", bytes)
}

/// What policy and trust decide.
fn demands(teller: &mut Teller<'_>, keys: &Keys) {
    let scene = teller.scene.clone();
    let input = teller.parent.input.clone();
    let mut refuse = |scene: Scene, case: &str, title: &str, code| {
        teller.all.push(scene.refuses(teller.parent, case, title, code, input.clone()));
    };
    let other = scene.demanding("formats", json!(["eu_dcc"]));
    refuse(other, "format-not-taken", "The policy takes EU certificates only.", Code::PolicyFormat);
    let unknown = scene.trusting(Vec::new());
    refuse(unknown, "authority-unknown", "The authority is not on the trust list.", Code::X509UntrustedRoot);
    let mut production = authority(&keys.authority);
    production["environment"] = json!("production");
    let production = scene.trusting(vec![production]);
    let title = "The authority is listed for production only.";
    refuse(production, "authority-of-production", title, Code::TrustEnvironment);
    let mut other = authority(&keys.authority);
    other["types"] = json!(["org.iso.23220.photoid.1"]);
    let title = "The authority is listed for another type of document.";
    refuse(scene.trusting(vec![other]), "authority-of-another-type", title, Code::TrustIssuerUnknown);
    let late = Scene {
        occasion: Occasion { now: "2026-09-01T12:00:00Z".to_owned(), ..scene.occasion.clone() },
        ..scene.clone()
    };
    refuse(late, "expired", "It ended yesterday.", Code::TimeExpired);
    let title = "A status is demanded, and the credential declares none.";
    let required = scene.demanding("status", "required");
    teller.all.push(required.cannot_tell(teller.parent, "status-required", title, Code::StatusUnavailable, input));
}

/// Tells vectors that differ from one accepted vector in one place.
struct Teller<'t> {
    scene: &'t Scene,
    parent: &'t Vector,
    all: &'t mut Vec<Vector>,
}

impl Teller<'_> {
    /// Bytes that are refused.
    fn refuse(&mut self, case: &str, title: &str, code: Code, bytes: &[u8]) {
        self.refuse_in(&self.scene.clone(), case, title, code, bytes);
    }

    /// Bytes that are refused in another scene.
    fn refuse_in(&mut self, scene: &Scene, case: &str, title: &str, code: Code, bytes: &[u8]) {
        self.all.push(scene.refuses(self.parent, case, title, code, input(bytes)));
    }
}
