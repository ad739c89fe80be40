//! Vectors of W3C credentials with Data Integrity proofs: accepted documents of every suite, and each with one thing wrong.

mod chains;
mod controllers;
mod documents;
mod presentations;
mod proofs;
mod selective;
mod terms;

use serde_json::{Value, json};
use vidimus::reason::{Code, Stage};

use self::documents::{Party, credential, said};
use super::Kept;
use super::pki::Pki;
use super::scene::Scene;
use crate::question::Payload;
use crate::vector::Vector;

const FORMAT: &str = "vc_di";
const SPECIFICATION: (&str, &str, &str) =
    ("VC Data Integrity 1.0", "whole", "https://www.w3.org/TR/vc-data-integrity/");

/// Who takes part.
struct Cast {
    issuer: Party,
    holder: Party,
    stranger: Party,
    p256: Party,
    p384: Party,
}

/// A scene, what is accepted in it, and the vectors told of it so far.
struct Telling<'a> {
    scene: &'a Scene,
    parent: &'a Vector,
    all: &'a mut Vec<Vector>,
}

impl Telling<'_> {
    /// The document is refused for `code`; it differs from the parent's in one place.
    fn refuse(&mut self, case: &str, title: &str, code: Code, document: &Value) {
        self.all.push(self.scene.refuses(self.parent, case, title, code, input(document)));
    }

    /// The same for a text that is not the plain writing of a document.
    fn refuse_text(&mut self, case: &str, title: &str, code: Code, text: String) {
        self.all.push(self.scene.refuses(self.parent, case, title, code, Payload::text(MEDIA, text)));
    }

    /// The same, when the code is found at another stage than its row says.
    fn refuse_at(&mut self, stage: Stage, case: &str, title: &str, code: Code, document: &Value) {
        self.all.push(self.scene.refuses_at(stage, self.parent, case, title, code, input(document)));
    }
}

const MEDIA: &str = "application/vc";

fn input(document: &Value) -> Payload {
    Payload::text(MEDIA, document.to_string())
}

/// A trust entry for somebody known by a DID.
fn listed(party: &Party) -> Value {
    listed_did(&party.did)
}

fn listed_did(did: &str) -> Value {
    json!({"kind": "issuer", "issuer": did, "formats": [FORMAT], "environment": "test"})
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing or does not sign.
pub fn vectors(pki: &Pki, kept: &Kept) -> Result<Vec<Vector>, String> {
    let cast = Cast {
        issuer: Party::of(pki, "vc-issuer")?,
        holder: Party::of(pki, "vc-holder")?,
        stranger: Party::of(pki, "vc-stranger")?,
        p256: Party::of(pki, "w3c-issuer")?,
        p384: Party::of(pki, "vc-issuer-with-p384")?,
    };
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(vec![listed(&cast.issuer)]);
    let good = cast.issuer.sign(&credential(&cast.issuer), "eddsa-rdfc-2022")?;
    let title = "A credential with a proof by eddsa-rdfc-2022.";
    let parent = scene.accepts("eddsa-rdfc-2022", title, input(&good), Some(said(&good)));
    let mut all = vec![parent.clone()];
    proofs::suites(&scene, &cast, kept, &mut all)?;
    let mut telling = Telling { scene: &scene, parent: &parent, all: &mut all };
    proofs::members(&mut telling, &cast, &good)?;
    proofs::times(&mut telling, &cast)?;
    proofs::keys(&mut telling, &cast)?;
    controllers::names(&mut telling, &good)?;
    controllers::claims(&mut telling, &cast)?;
    controllers::demands(&mut telling, &cast, &good)?;
    terms::contexts(&mut telling, &good)?;
    terms::values(&mut telling, &cast, &good)?;
    controllers::documents(&scene, &cast, &mut all)?;
    terms::inline(&cast, &scene, &mut all)?;
    chains::sets(&scene, &cast, &mut all)?;
    chains::chains(&scene, &cast, &mut all)?;
    presentations::presentations(&scene, &cast, &mut all)?;
    selective::selective(&scene, &cast, pki, kept, &mut all)?;
    Ok(all)
}
