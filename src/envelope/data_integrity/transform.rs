//! From a document and a proof's options to the bytes that are signed: `H(options) || H(document)`.
//!
//! Data Integrity EdDSA Cryptosuites 1.0 (3.2, 3.3) and ECDSA Cryptosuites 1.0 (3.2, 3.3). Both sides are canonical first, as RDF or as
//! JSON. The options are the proof without its value, read under the document's own contexts.

use crate::crypto::algorithm::Hash;
use crate::crypto::digest;
use crate::encoding::json::{Held, Value, jcs};
use crate::envelope::data_integrity::proof::Proof;
use crate::envelope::data_integrity::suite::{Suite, Transform, Work};
use crate::linked_data::rdfc::Budget;
use crate::linked_data::{Contexts, Demands, rdfc, to_rdf};
use crate::reason::{Code, Reason};

/// The contexts that documents are read under.
#[derive(Clone, Copy)]
pub struct Terms<'c> {
    /// The pinned contexts.
    pub contexts: &'c Contexts,
    /// Whether contexts may stand inside a document, as objects.
    pub inline_contexts: bool,
    /// What naming blank nodes may cost together with other documents; `None` = what each may cost alone.
    pub budget: Option<&'c Budget>,
}

/// What one proof is over.
#[derive(Clone, Debug)]
pub struct Secured<'v> {
    /// The document without its proofs, but with those that the proof builds on.
    pub document: Held<'v>,
    /// The proof without its value: its options.
    pub options: Value<'v>,
}

impl<'v> Secured<'v> {
    /// What this proof of a document is over, where it builds on `previous`.
    ///
    /// # Errors
    /// `ld.context_inline` when a proof that signs RDF has contexts other than the document's; `di.context_mismatch` when the document's
    /// contexts do not begin with those of a proof that signs JSON.
    pub fn of(
        document: &'v Value<'v>,
        proof: &'v Value<'v>,
        suite: &Suite,
        previous: &[&Proof<'v>],
    ) -> Result<Secured<'v>, Reason> {
        Secured::of_held(Held::Own(body_of(document)), proof, suite, previous)
    }

    /// The same of a document that has no proofs in it.
    ///
    /// # Errors
    /// As [`Secured::of`].
    pub fn of_body(
        body: &'v Value<'v>,
        proof: &'v Value<'v>,
        suite: &Suite,
        previous: &[&Proof<'v>],
    ) -> Result<Secured<'v>, Reason> {
        Secured::of_held(Held::Lent(body), proof, suite, previous)
    }

    fn of_held(
        mut body: Held<'v>,
        proof: &'v Value<'v>,
        suite: &Suite,
        previous: &[&Proof<'v>],
    ) -> Result<Secured<'v>, Reason> {
        let own = proof.member("@context");
        let mut options = without(proof, &["proofValue"]);
        match suite.work {
            Work::Whole(Transform::Jcs) => {
                if let Some(own) = own {
                    check_begins(body.member("@context"), own)?;
                    if body.member("@context") != Some(own) {
                        body = changed(body, |members| set(members, "@context", own.clone()));
                    }
                }
            }
            Work::Whole(Transform::Rdfc) | Work::Selective(_) => {
                let outer = body.member("@context");
                if own.is_some_and(|own| outer.map(listed) != Some(listed(own))) {
                    return Err(Reason::new(Code::LdContextInline).expected("the document's contexts").got("proof"));
                }
                if let Some(outer) = outer {
                    set(&mut options, "@context", outer.clone());
                }
            }
        }
        if !previous.is_empty() {
            let proofs = Value::Array(previous.iter().map(|proof| proof.value.clone()).collect());
            body = changed(body, |members| members.push(("proof".into(), proofs)));
        }
        Ok(Secured { document: body, options: Value::Object(options) })
    }

    /// The bytes that are signed, where the whole document is.
    ///
    /// # Errors
    /// `ld.*`, `rdfc.limit`, `json.number_range`.
    pub fn message(&self, transform: Transform, hash: Hash, terms: &Terms<'_>) -> Result<Vec<u8>, Reason> {
        let mut message = digest_of(&canonical(&self.options, transform, hash, terms)?, hash);
        message.extend(digest_of(&canonical(&self.document, transform, hash, terms)?, hash));
        Ok(message)
    }
}

/// A document as one text.
///
/// # Errors
/// `ld.*`, `rdfc.limit`, `json.number_range`.
pub fn canonical(document: &Value<'_>, transform: Transform, hash: Hash, terms: &Terms<'_>) -> Result<String, Reason> {
    match transform {
        Transform::Jcs => jcs::canonical(document),
        Transform::Rdfc => {
            let demands = Demands { inline_contexts: terms.inline_contexts };
            let dataset = to_rdf(document, terms.contexts, demands)?;
            let inside = if hash == Hash::Sha384 { rdfc::Hash::Sha384 } else { rdfc::Hash::Sha256 };
            rdfc::canonical_text(&dataset, inside, terms.budget)
        }
    }
}

/// The digest of a text.
pub fn digest_of(text: &str, hash: Hash) -> Vec<u8> {
    match hash {
        Hash::Sha256 => digest::sha256(text.as_bytes()).to_vec(),
        Hash::Sha384 => digest::sha384(text.as_bytes()).to_vec(),
        Hash::Sha512 => digest::sha512(text.as_bytes()).to_vec(),
    }
}

/// The document without its proofs.
pub fn body_of<'v>(document: &Value<'v>) -> Value<'v> {
    Value::Object(without(document, &["proof"]))
}

/// The body with its members changed; somebody else's is copied first.
fn changed<'v>(body: Held<'v>, change: impl FnOnce(&mut Members<'v>)) -> Held<'v> {
    let mut members = match body {
        Held::Own(Value::Object(members)) => members,
        other => without(&other, &[]),
    };
    change(&mut members);
    Held::Own(Value::Object(members))
}

type Members<'v> = Vec<(std::borrow::Cow<'v, str>, Value<'v>)>;

fn without<'v>(object: &Value<'v>, names: &[&str]) -> Members<'v> {
    let members = object.as_object().unwrap_or_default();
    members.iter().filter(|(name, _)| !names.contains(&&**name)).cloned().collect()
}

fn set<'v>(members: &mut Members<'v>, name: &'static str, value: Value<'v>) {
    match members.iter_mut().find(|(have, _)| have == name) {
        Some((_, place)) => *place = value,
        None => members.push((name.into(), value)),
    }
}

/// Contexts as a list; one alone is a list of one.
pub fn listed<'v>(contexts: &'v Value<'v>) -> &'v [Value<'v>] {
    match contexts {
        Value::Array(contexts) => contexts,
        one => std::slice::from_ref(one),
    }
}

/// Contexts may be added to a document after signing, never taken away or changed (EdDSA Cryptosuites, 3.3.2).
fn check_begins<'v>(document: Option<&'v Value<'v>>, proof: &'v Value<'v>) -> Result<(), Reason> {
    let begins = document.is_some_and(|document| listed(document).starts_with(listed(proof)));
    if begins { Ok(()) } else { Err(Reason::new(Code::DiContextMismatch)) }
}
