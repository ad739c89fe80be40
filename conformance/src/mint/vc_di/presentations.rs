//! Presentations: who shows credentials, for whom, and what is inside.

use serde_json::{Value, json};
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::reason::Code;

use super::documents::{V2, authentication, credential, said, with, without};
use super::{Cast, Telling, input};
use crate::mint::scene::Scene;
use crate::question::Occasion;
use crate::vector::Vector;

const CHALLENGE: &str = "5f2d8a10-c1";
const DOMAIN: &str = "https://library.example";

/// Every vector of presentations.
pub fn presentations(scene: &Scene, cast: &Cast, all: &mut Vec<Vector>) -> Result<(), String> {
    let mut scene = scene.clone();
    scene.occasion =
        Occasion { nonce: Some(CHALLENGE.to_owned()), audience: Some(DOMAIN.to_owned()), ..scene.occasion.clone() };
    let own = with(&credential(&cast.issuer), "/credentialSubject/id", cast.holder.did.as_str())?;
    let inner = cast.issuer.sign(&own, "eddsa-rdfc-2022")?;
    let unsigned = presentation(cast, &inner);
    let answering =
        ProofDraft { challenge: Some(CHALLENGE.to_owned()), domain: Some(DOMAIN.to_owned()), ..authentication() };
    let sign = |document: &Value, draft: &ProofDraft| cast.holder.sign_as(document, "eddsa-rdfc-2022", draft.clone());
    let good = sign(&unsigned, &answering)?;
    let title = "A presentation that answers the challenge.";
    let parent = scene.accepts("presentation", title, input(&good), Some(said(&good)));
    let jcs = cast.holder.sign_as(&unsigned, "eddsa-jcs-2022", answering.clone())?;
    all.push(scene.accepts("presentation-over-json", "The same over JSON.", input(&jcs), Some(said(&jcs))));
    let mut telling = Telling { scene: &scene, parent: &parent, all };
    telling.refuse("presentation-unsigned", "Nobody signed the presentation.", Code::DiProofMissing, &unsigned);
    let draft = |change: fn(&mut ProofDraft)| {
        let mut draft = answering.clone();
        change(&mut draft);
        sign(&unsigned, &draft)
    };
    let purpose = draft(|draft| draft.purpose = vidimus::credential::Purpose::Assertion)?;
    telling.refuse("presentation-asserted", "The presentation was signed to assert.", Code::DiPurpose, &purpose);
    let other = draft(|draft| draft.challenge = Some("another".to_owned()))?;
    telling.refuse("challenge-of-another-request", "The proof answers another challenge.", Code::VpNonce, &other);
    let none = draft(|draft| draft.challenge = None)?;
    telling.refuse("no-challenge", "The proof answers no challenge.", Code::VpNonce, &none);
    let other = draft(|draft| draft.domain = Some("https://other.example".to_owned()))?;
    telling.refuse("domain-of-another", "The proof is for somebody else.", Code::ClaimAudience, &other);
    let none = draft(|draft| draft.domain = None)?;
    telling.refuse("no-domain", "The proof is for nobody.", Code::ClaimAudience, &none);
    let foreign = cast.stranger.sign_as(&unsigned, "eddsa-rdfc-2022", answering.clone())?;
    telling.refuse("presented-by-a-stranger", "Somebody else than the holder signed.", Code::DiVmController, &foreign);
    let nobody = sign(&presentation(cast, &without(&inner, "/proof")?), &answering)?;
    telling.refuse("credential-inside-unsigned", "Nobody signed the credential inside.", Code::DiProofMissing, &nobody);
    let forged = with(&inner, "/credentialSubject/cardNumber", "4712")?;
    let forged = sign(&presentation(cast, &forged), &answering)?;
    telling.refuse("credential-inside-changed", "The credential inside has another number.", Code::SigInvalid, &forged);
    let envelope = json!({"@context": [V2], "type": "EnvelopedVerifiableCredential", "id": "data:text/plain,nothing"});
    let envelope = sign(&presentation(cast, &envelope), &answering)?;
    telling.refuse("envelope-of-plain-text", "The envelope inside holds plain text.", Code::VcEnvelope, &envelope);
    let nested = sign(&unsigned, &answering)?;
    let nested = sign(&presentation(cast, &nested), &answering)?;
    telling.refuse("presentation-inside", "A presentation holds a presentation.", Code::VcType, &nested);
    let empty = without(&unsigned, "/verifiableCredential")?;
    let nothing = sign(&empty, &answering)?;
    telling.refuse("presentation-of-nothing", "The presentation holds no credential.", Code::VpNoCredential, &nothing);
    let with_subject = with(&empty, "/issuer", cast.issuer.did.as_str())?;
    let with_subject = with(&with_subject, "/credentialSubject", json!({"familyName": "Ngata"}))?;
    let with_subject = with(&with_subject, "/verifiableCredential", json!([inner]))?;
    let claimed = cast.holder.sign_as(&with_subject, "eddsa-jcs-2022", answering.clone())?;
    let title = "The holder writes a subject and the issuer's name beside the credentials.";
    telling.refuse("presentation-with-a-subject", title, Code::VcSchema, &claimed);
    let (nonce, audience) = (scene.occasion.nonce.clone(), scene.occasion.audience.clone());
    telling.all.push(parent.clone());
    bare(&scene, &inner, (nonce, audience), all);
    authenticating(&scene, &nothing, all);
    bound(&scene, cast, (&inner, &answering), all)
}

/// A credential that nobody presents, where nobody asked and where somebody did.
fn bare(scene: &Scene, inner: &Value, (nonce, audience): (Option<String>, Option<String>), all: &mut Vec<Vector>) {
    let plain = Occasion { nonce: None, audience: None, ..scene.occasion.clone() };
    let asking = |occasion| Scene { occasion, ..scene.clone() };
    let title = "A credential that somebody presents elsewhere, alone.";
    let parent = asking(plain.clone()).accepts("presented-alone", title, input(inner), Some(said(inner)));
    let title = "A challenge was given, and a credential comes that nobody presents.";
    let asked = asking(Occasion { nonce, ..plain.clone() });
    all.push(asked.refuses(&parent, "bare-where-a-challenge-was-given", title, Code::VpNonce, input(inner)));
    let title = "A presentation for somebody was asked for, and a credential comes that nobody presents.";
    let asked = asking(Occasion { audience, ..plain });
    all.push(asked.refuses(&parent, "bare-where-a-domain-is-due", title, Code::ClaimAudience, input(inner)));
    all.push(parent);
}

/// A policy that takes a presentation of nothing: somebody shows that they hold a key.
fn authenticating(scene: &Scene, nothing: &Value, all: &mut Vec<Vector>) {
    let scene = scene.demanding("empty_presentations", true);
    let title = "A presentation without credentials, where the policy takes it.";
    let parent = scene.accepts("holder-authenticates", title, input(nothing), Some(said(nothing)));
    let title = "A type was asked for, and there is no credential.";
    let asked = scene.asking_for(&["LibraryCardCredential"]);
    all.push(asked.refuses(&parent, "nothing-of-the-type", title, Code::VpNoCredential, input(nothing)));
    all.push(parent);
}

/// A policy by which only the subject of a credential may show it.
fn bound(
    scene: &Scene,
    cast: &Cast,
    (inner, answering): (&Value, &ProofDraft),
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let scene = scene.demanding("holder_binding", true);
    let good = cast.holder.sign_as(&presentation(cast, inner), "eddsa-rdfc-2022", answering.clone())?;
    let parent =
        scene.accepts("presented-by-its-subject", "The holder is the subject.", input(&good), Some(said(&good)));
    let other = cast.issuer.sign(&credential(&cast.issuer), "eddsa-rdfc-2022")?;
    let other = cast.holder.sign_as(&presentation(cast, &other), "eddsa-rdfc-2022", answering.clone())?;
    let title = "The holder shows a credential about somebody else.";
    all.push(scene.refuses(&parent, "presented-by-another", title, Code::VpHolderBinding, input(&other)));
    all.push(parent);
    Ok(())
}

fn presentation(cast: &Cast, inner: &Value) -> Value {
    json!({
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": cast.holder.did,
        "verifiableCredential": [inner]
    })
}
