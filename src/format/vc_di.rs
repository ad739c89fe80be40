//! W3C credentials and presentations with Data Integrity proofs: JSON documents that carry their signatures in `proof`.
//!
//! VC Data Model 2.0 and 1.1, VC Data Integrity 1.0. A credential is asserted (`assertionMethod`), a presentation is authenticated
//! (`authentication`) and holds credentials that are judged as parts of their own. Contexts are pinned, never fetched.
//!
//! Proofs of types from before Data Integrity are taken where the library for them is built in (`ssi`).

use std::borrow::Cow;

use crate::check::Findings;
use crate::core_data::from_vc;
use crate::credential::{Claims, Decoded, Opened, Purpose, Signed};
use crate::crypto::algorithm::{Algorithm, KeyKind};
use crate::crypto::public_key::PublicKey;
use crate::encoding::json::{self, Value};
use crate::envelope::data_integrity::open::{Proofs, open_apart};
use crate::envelope::data_integrity::proof::proofs_in;
use crate::envelope::data_integrity::times::{check_addressee, check_times};
use crate::envelope::data_integrity::transform::Terms;
use crate::format::candidate::Candidate;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::vc::vocabulary::{self, CREDENTIAL, PRESENTATION, types};
use crate::format::vc::{inner, judged, keys, read};
use crate::format::{About, Claim, Context, Disclosed, Format, Keys};
use crate::policy::Policy;
use crate::reason::{Code, Reason, Stage};
use crate::trust::Consulted;

#[cfg(test)]
mod tests;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "vc_di";

static ABOUT: About = About {
    name: NAME,
    title: "W3C credential with Data Integrity proof",
    specification: "VC Data Model 2.0 and 1.1, VC Data Integrity 1.0",
    begins: &["a JSON object with `@context` and `proof`"],
    algorithms: &["EdDSA", "ES256", "ES384", "BBS", "ES256K", "ES256K-R"],
    status: "Bitstring Status List, StatusList2021",
    issues: true,
};

/// A credential or presentation with Data Integrity proofs.
#[derive(Clone, Copy, Debug, Default)]
pub struct VcDi;

impl Format for VcDi {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        let text = glance.text();
        if !is_document(text) {
            return false;
        }
        match glance.document() {
            Ok(document) => {
                let is_ours = |name: &str| name == CREDENTIAL || name == PRESENTATION;
                document.member("@context").is_some()
                    && (document.member("proof").is_some() || types(document).any(is_ours))
            }
            // Whoever breaks the JSON of a credential is told what is broken.
            Err(_) => [CREDENTIAL, PRESENTATION].iter().any(|name| text.contains(&format!("\"{name}\""))),
        }
    }

    fn open_in<'i>(
        &self,
        _: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        match texts.first() {
            Some(Cow::Borrowed(text)) => open_text(text, seen.document, context),
            Some(Cow::Owned(text)) => open_text(text, None, context).map(Opened::into_owned),
            None => open_text("", None, context),
        }
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        Ok(read::decode(opened.json()?, policy))
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        if signed.kid.is_none() {
            // Why there is none is said already.
            return Keys::default();
        }
        let mut keys = keys::find(NAME, signed, decoded, context);
        let before = keys.candidates.len();
        if let Some(algorithm) = signed.algorithm {
            keys.candidates.retain(|candidate| fits(algorithm, candidate.key()));
        }
        if keys.candidates.len() < before && keys.candidates.is_empty() {
            keys.faults.push(Reason::new(Code::DiCryptosuite).got("a key of another kind").at(Stage::Key));
        }
        keys
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        _: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        let Claims::Json(document) = &decoded.claims else { return Vec::new() };
        judged::judge(document, decoded, context, findings);
        let skew = i64::from(context.policy.clock_skew_seconds);
        let (faults, notes) = check_times(document, context.occasion.now, skew);
        faults.into_iter().for_each(|reason| findings.fail(reason));
        notes.into_iter().for_each(|note| findings.note(note));
        let (nonce, audience) = (context.occasion.nonce.as_deref(), context.occasion.audience.as_deref());
        if decoded.is_presentation && (nonce.is_some() || audience.is_some()) {
            // A fault outweighs the pass.
            findings.pass(Stage::Holder);
            check_addressee(document, nonce, audience).into_iter().for_each(|reason| findings.fail(reason));
        }
        context.trust.contexts_of(document)
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let Ok(document) = json::decode(payload) else { return Disclosed::default() };
        let core = from_vc::core_data(&document);
        let Value::Object(members) = document else { return Disclosed::default() };
        // The proofs are judged, and the credentials of a presentation are parts of their own.
        let is_shown = |(name, _): &(Cow<'p, str>, Value<'p>)| !matches!(&**name, "proof" | "verifiableCredential");
        let named = |(name, value): (Cow<'p, str>, Value<'p>)| (name.into_owned().into(), Claim::Json(value));
        Disclosed { claims: members.into_iter().filter(is_shown).map(named).collect(), core }
    }
}

/// `true` when a text looks like a JSON document that rests on JSON-LD contexts.
pub fn is_document(text: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains("\"@context\"")
}

/// Opens the proofs of a text that may have been read before.
fn open_text<'i>(text: &'i str, read: Option<Value<'i>>, context: &Context<'_>) -> Result<Opened<'i>, Reason> {
    let mut document = read.map_or_else(|| json::decode(text.as_bytes()), Ok)?;
    let is_presentation = vocabulary::is_presentation(&document);
    let purpose = if is_presentation { Purpose::Authentication } else { Purpose::Assertion };
    // What is signed is the document without its proofs: they are taken out meanwhile.
    let proof = take_proof(&mut document);
    let mut proofs = open_proofs(&document, proof.as_ref().map(|(_, _, proof)| proof), purpose, context)?;
    // What was made to be hard is not looked at again, part by part.
    let is_hard = proofs.faults.iter().any(|reason| reason.code() == Code::RdfcLimit);
    let inner = if is_presentation && !is_hard {
        inner::of_presentation(&document, false, &mut proofs.faults)
    } else {
        Vec::new()
    };
    if let (Value::Object(members), Some((at, name, proof))) = (&mut document, proof) {
        members.insert(at, (name, proof));
    }
    let mut signed = proofs.signed.into_iter();
    Ok(Opened {
        payload: Cow::Borrowed(text.as_bytes()),
        document: Some(document),
        signed: signed.next().unwrap_or_default(),
        more: signed.collect(),
        is_presentation,
        inner,
        faults: proofs.faults,
        ..Opened::default()
    })
}

/// The member `proof`, and where it stood.
fn take_proof<'i>(document: &mut Value<'i>) -> Option<(usize, Cow<'i, str>, Value<'i>)> {
    let Value::Object(members) = document else { return None };
    let at = members.iter().position(|(name, _)| name == "proof")?;
    let (name, proof) = members.remove(at);
    Some((at, name, proof))
}

/// The signatures of a document. Of one without base context nobody knows what it says, so nothing of it is canonicalised.
fn open_proofs(
    body: &Value<'_>,
    proof: Option<&Value<'_>>,
    purpose: Purpose,
    context: &Context<'_>,
) -> Result<Proofs, Reason> {
    let (contexts, inline_contexts) = (context.trust.contexts(), context.policy.inline_contexts);
    let terms = Terms { contexts, inline_contexts, budget: context.budget };
    if vocabulary::version(body).is_some() {
        return open_apart(body, proof, purpose, &terms);
    }
    proofs_in(proof).map(|_| Proofs::default())
}

/// Whether a key of that kind is one that the cryptosuites of an algorithm sign with: each ECDSA algorithm has one curve here.
fn fits(algorithm: Algorithm, key: &PublicKey) -> bool {
    match algorithm {
        Algorithm::Es256 => key.kind() == KeyKind::P256,
        Algorithm::Es384 => key.kind() == KeyKind::P384,
        other => other.for_key(key).is_some(),
    }
}
