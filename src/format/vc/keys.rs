//! Whose key signed a W3C credential or presentation: from a verification method to keys.
//!
//! An issuer must stand on the trust list, unless the policy takes anybody whose DID resolves; a holder need not. Keys come from
//! what the trust entry pins, from the DID itself, or from evidence. A place is named as missing only where the trust list
//! or the policy allows asking there: that a document names a place is no reason to ask it for anything.

use std::sync::Arc;

use crate::check::Note;
use crate::credential::{Decoded, KeyId, Purpose, Signed};
use crate::crypto::public_key::PublicKey;
use crate::did::document::{self, DidDocument};
use crate::did::ledger;
use crate::did::{self, Resolution};
use crate::format::candidate::Candidate;
use crate::format::{Context, Keys};
use crate::limits;
use crate::policy::IssuerDemand;
use crate::reason::{Code, Reason};
use crate::trust::jwks::Jwk;
use crate::trust::{Consulted, Issuer, SignerDescription};

/// What reports say of a signer who stands on no list.
const UNLISTED: &str = "unlisted";

/// Who may have made that signature of a credential or presentation of the format with that name.
pub fn find(format: &str, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
    let mut keys = Keys::default();
    let owner = decoded.and_then(|decoded| decoded.issuer.as_deref());
    let is_presentation = decoded.is_some_and(|decoded| decoded.is_presentation);
    let listed = match owner {
        Some(owner) if !is_presentation => listed_issuer(owner, format, context, &mut keys),
        _ => None,
    };
    let named = signed.kid.as_ref().and_then(text);
    let is_any = signed.names_no_key;
    let Some(kid) = named.or_else(|| owner.filter(|_| is_any)) else {
        keys.faults.push(Reason::new(Code::DiVmMissing));
        return keys;
    };
    let method = absolute(kid, owner);
    let question = Question { method, is_any, purpose: signed.purpose, owner, listed: listed.as_ref(), context };
    keys.candidates = question.pinned_keys(kid);
    if !keys.candidates.is_empty() {
        return keys;
    }
    question.ask(&mut keys);
    keys
}

/// The issuer's place on the trust list; what is wrong with it is said in `keys`.
fn listed_issuer(name: &str, format: &str, context: &Context<'_>, keys: &mut Keys) -> Option<Arc<Issuer>> {
    let found = context.trust.issuer(name, context.policy.environment, format);
    if let Some(issuer) = found {
        // An entry that does not count is consulted too: without it the reason would be another.
        keys.consulted.push(Consulted::Issuer(issuer.clone()));
    }
    let due = context.policy.environment;
    let fault = match found {
        None => Reason::new(Code::TrustIssuerUnknown).got(name.to_owned()),
        Some(issuer) if !issuer.formats.iter().any(|may| may == format) => {
            Reason::new(Code::TrustIssuerUnknown).expected(format!("an issuer of {format}")).got(name.to_owned())
        }
        Some(issuer) if issuer.environment != due => {
            Reason::new(Code::TrustEnvironment).expected(due.name()).got(issuer.environment.name())
        }
        Some(issuer) => return Some(issuer.clone()),
    };
    if context.policy.issuers == IssuerDemand::Listed {
        keys.faults.push(fault);
    }
    None
}

/// One signature's verification method, and around it what is known of the signer.
struct Question<'q> {
    method: String,
    /// `true` when the method is the whole controller: any of its keys may have signed.
    is_any: bool,
    purpose: Purpose,
    owner: Option<&'q str>,
    listed: Option<&'q Arc<Issuer>>,
    context: &'q Context<'q>,
}

impl Question<'_> {
    /// The key with that identifier, or all keys, in the JWK set that the trust entry pins.
    fn pinned_keys(&self, kid: &str) -> Vec<Candidate> {
        let Some(set) = self.listed.and_then(|issuer| issuer.keys.as_ref()) else { return Vec::new() };
        let jwks: Vec<&Jwk> = if self.is_any {
            set.keys().iter().take(limits::KID_CANDIDATES).collect()
        } else {
            let fragment = self.method.split_once('#').map(|(_, fragment)| fragment);
            let names = [Some(kid), fragment, Some(&self.method)];
            names.into_iter().flatten().find_map(|kid| set.find(kid).ok()).into_iter().collect()
        };
        let keys = jwks.into_iter().filter_map(|jwk| jwk.public_key().ok());
        keys.map(|key| self.candidate(&self.method, key.clone(), false)).collect()
    }

    /// Looks the method up in its controller's document.
    fn ask(&self, keys: &mut Keys) {
        let (controller, fragment) = did::split(&self.method);
        if controller.is_empty() || (fragment.is_none_or(str::is_empty) && !self.is_any) {
            keys.faults.push(Reason::new(Code::DiVmMissing).got(self.method.clone()));
            return;
        }
        let has_pinned_set = self.listed.is_some_and(|issuer| issuer.keys.is_some());
        let found = match self.pinned_document(controller, keys) {
            Some(issuer) => issuer.document.as_ref().map(|document| self.in_document(document)),
            // The pinned keys are all the keys of that issuer; the one that was named is not among them.
            None if has_pinned_set => Some(vec![Err(Reason::new(Code::JoseKidUnknown).got(self.method.clone()))]),
            None => match fragment.filter(|_| !self.is_any).and_then(|fragment| self.told_key(controller, fragment)) {
                Some(key) => Some(vec![
                    key.map(|key| self.candidate(&self.method, key, self.is_foreign(controller, Some(controller)))),
                ]),
                None => self.in_resolved(controller, keys),
            },
        };
        let (right, wrong): (Vec<_>, Vec<_>) = found.unwrap_or_default().into_iter().partition(Result::is_ok);
        keys.candidates.extend(right.into_iter().flatten());
        // Of several keys, one that cannot be used speaks against none of the others.
        if keys.candidates.is_empty() {
            keys.faults.extend(wrong.into_iter().filter_map(Result::err).take(1));
        }
    }

    /// The key that the controller's DID tells by itself; that of a listed issuer was read with the list.
    fn told_key(&self, controller: &str, fragment: &str) -> Option<Result<PublicKey, Reason>> {
        let listed = self.listed.filter(|issuer| issuer.issuer == controller);
        let known = listed.and_then(|issuer| issuer.own_key(fragment));
        known.map(|key| Ok(key.clone())).or_else(|| did::signing_key(controller, fragment))
    }

    /// The same of the controller's own document, which must be had first.
    fn in_resolved(&self, controller: &str, keys: &mut Keys) -> Option<Vec<Result<Candidate, Reason>>> {
        match did::resolve(controller, self.context.evidence) {
            Resolution::Document(document) if ledger::is_unread(&document) && !self.may_be_unread(keys) => {
                let reason = Reason::new(Code::TrustKeyUnavailable).expected("what the ledger says of the DID");
                keys.missing = Some((reason, None));
                None
            }
            Resolution::Document(document) => {
                keys.evidence.extend(document.locator().map(str::to_owned));
                Some(self.in_document(&document))
            }
            Resolution::Missing(reason, locator) => {
                keys.missing = Some((reason, locator.filter(|_| self.may_ask(controller))));
                None
            }
            Resolution::Fault(reason) => Some(vec![Err(reason)]),
        }
    }

    /// Whether a key in the document of `subject` is controlled by somebody else than the issuer or holder.
    fn is_foreign(&self, subject: &str, controller: Option<&str>) -> bool {
        match self.owner {
            // A presentation need not name its holder: then whoever controls the key is.
            None => self.purpose == Purpose::Assertion,
            // A document says who controls its keys, but of its own subject only: anybody can write somebody else's name there.
            Some(owner) => subject != owner || controller != Some(owner),
        }
    }

    /// The method's key, or any key, if that document has it for this purpose.
    fn in_document(&self, document: &DidDocument) -> Vec<Result<Candidate, Reason>> {
        let purpose = relationship(self.purpose);
        let candidate = |method: &str| {
            let key = document.key_at(method, purpose, self.context.occasion.now)?;
            let is_foreign = self.is_foreign(document.id(), document.controller_of(method));
            Ok(self.candidate(method, key, is_foreign))
        };
        if !self.is_any {
            return vec![candidate(&self.method)];
        }
        let all: Vec<_> = document.ids_for(purpose).take(limits::KID_CANDIDATES).map(candidate).collect();
        if all.is_empty() { vec![Err(Reason::new(Code::DidVmRelationship).got(self.method.clone()))] } else { all }
    }

    /// Whether a document counts for which no ledger was read; where it does, the report says so. The ledger may have handed the DID
    /// to another key long ago.
    fn may_be_unread(&self, keys: &mut Keys) -> bool {
        if self.context.policy.unread_ledgers {
            let sentence = "The ledger was not read: the key is the one that the DID had at first.";
            keys.notes.push(Note::new("deviation.unread_ledger", sentence));
        }
        self.context.policy.unread_ledgers
    }

    /// Whether the controller's own place may be asked for its document.
    fn may_ask(&self, controller: &str) -> bool {
        let is_listed_owner = self.listed.is_some() && self.owner == Some(controller);
        is_listed_owner || self.context.policy.issuers == IssuerDemand::Resolvable
    }

    /// The trust entry that pins the controller's document.
    fn pinned_document(&self, controller: &str, keys: &mut Keys) -> Option<Arc<Issuer>> {
        let due = self.context.policy.environment;
        let known = self.context.trust.issuers(controller).iter();
        let known = known.filter(|issuer| issuer.environment == due).find(|issuer| issuer.document.is_some())?;
        keys.consulted.push(Consulted::Issuer(known.clone()));
        Some(known.clone())
    }

    fn candidate(&self, method: &str, key: PublicKey, is_foreign: bool) -> Candidate {
        let name = self.owner.unwrap_or_default();
        let description = match self.listed {
            Some(issuer) => issuer.description(name, method, &[]),
            None => Arc::new(SignerDescription {
                name: name.to_owned(),
                key_id: Some(method.to_owned()),
                environment: UNLISTED,
                ..SignerDescription::default()
            }),
        };
        Candidate { is_foreign, ..Candidate::named(key, description) }
    }
}

/// The relationship that a key must stand in.
fn relationship(purpose: Purpose) -> document::Purpose {
    match purpose {
        Purpose::Assertion => document::Purpose::AssertionMethod,
        Purpose::Authentication => document::Purpose::Authentication,
    }
}

fn text(kid: &KeyId) -> Option<&str> {
    match kid {
        KeyId::Text(text) => Some(text),
        KeyId::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
    }
}

/// The method's absolute URL: a relative one belongs to the issuer (or holder).
fn absolute(kid: &str, owner: Option<&str>) -> String {
    match owner {
        Some(owner) if kid.starts_with('#') => format!("{owner}{kid}"),
        Some(owner) if !kid.contains(':') => format!("{owner}#{kid}"),
        _ => kid.to_owned(),
    }
}
