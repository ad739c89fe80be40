//! Whose key signed a SMART Health Card, and whether that issuer revoked it.
//!
//! Keys come from issuers of the trust list only, pinned there or as evidence from the place that the issuer's name implies.
//! That a card names an issuer is no reason to ask it for anything.

use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::crypto::public_key::PublicKey;
use crate::format::candidate::Candidate;
use crate::format::{Context, Keys};
use crate::locator::Locator;
use crate::policy::StatusDemand;
use crate::reason::{Code, Reason, Stage};
use crate::status::shc_revocation::{RevocationList, check_rid, list_url};
use crate::time::Timestamp;
use crate::trust::jwks::{Jwk, KeySet, check_chain_valid_at, check_san};
use crate::trust::x509::Certificate;
use crate::trust::{ChainLink, Consulted, Issuer};

/// The format's name.
pub const NAME: &str = "smart_health_card";

/// Who may have signed: the issuer's key with that identifier, or why there is none.
pub fn of_issuer(name: &str, kid: &str, context: &Context<'_>) -> Keys {
    // An entry that does not count is consulted too: without it the reason would be another.
    let consulted = context
        .trust
        .issuer(name, context.policy.environment, NAME)
        .cloned()
        .map(Consulted::Issuer)
        .into_iter()
        .collect();
    let mut keys = Keys { consulted, ..Keys::default() };
    let issuer = match known_issuer(name, context) {
        Ok(issuer) => issuer,
        Err(reason) => {
            keys.faults.push(reason);
            return keys;
        }
    };
    let set = match key_set(issuer, name, context) {
        Ok(set) => set,
        Err(Missing::Unknown(reason, locator)) => {
            keys.missing = Some((reason, locator));
            return keys;
        }
        Err(Missing::Broken(reason)) => {
            keys.faults.push(reason);
            return keys;
        }
    };
    if let Held::Fetched(_) = set {
        keys.evidence.push(key_set_url(name));
    }
    let found = set.set().find(kid).and_then(|jwk| Ok((jwk, check_key(jwk, name)?)));
    match found {
        Err(reason) => keys.faults.push(reason),
        Ok((jwk, (key, chain))) => {
            if context.policy.strict {
                keys.faults.extend(check_chain_valid_at(chain, context.occasion.now).err());
            }
            let links: Vec<ChainLink> = chain.iter().map(link).collect();
            let description = issuer.description(name, kid, &links);
            let crl_version = jwk.crl_version;
            keys.candidates.push(Candidate { crl_version, ..Candidate::named(key, description) });
        }
    }
    keys
}

/// Says what the certificates of the signer's key amount to: nothing that trust rests on.
pub fn note_certificates(issuer: &str, signer: &Candidate, context: &Context<'_>, findings: &mut Findings) {
    if signer.description().chain.is_empty() {
        return;
    }
    findings.note(Note::new(
        "shc.certificates",
        "The issuer's key comes with certificates; the trust rests on the issuer's place on the trust list.",
    ));
    let (Some(kid), Ok(known)) = (&signer.description().key_id, known_issuer(issuer, context)) else { return };
    let Ok(set) = key_set(known, issuer, context) else { return };
    let Ok(chain) = set.set().find(kid).and_then(Jwk::certificates) else { return };
    if !context.policy.strict && check_chain_valid_at(chain, context.occasion.now).is_err() {
        findings.note(Note::new("x509.expired", "A certificate of the issuer's key is out of its validity."));
    }
}

/// Stage Status: the list of the signer's key, asked for only now that the signature is right. `card` is its identifier
/// (`rid`) and the time from which it is valid.
pub fn check_status(
    issuer: &str,
    signer: &Candidate,
    card: (Option<&str>, Option<Timestamp>),
    context: &Context<'_>,
    findings: &mut Findings,
) {
    let (rid, not_before) = card;
    let demand = context.policy.status;
    if demand == StatusDemand::Ignored {
        findings.not_declared(Stage::Status);
        return findings.note(Note::new("status.ignored", "The policy does not ask whether the card is revoked."));
    }
    let undeclared = |findings: &mut Findings, why: &'static str| {
        findings.not_declared(Stage::Status);
        if demand == StatusDemand::Required {
            findings.unknown(Reason::new(Code::StatusUnavailable).got(why), None);
        }
    };
    let (Some(announced), Some(kid)) = (signer.crl_version, &signer.description().key_id) else {
        return undeclared(findings, "a key that announces no list");
    };
    if rid.is_none() && !context.policy.strict {
        return undeclared(findings, "a card without `rid`");
    }
    if let Some(Err(reason)) = rid.map(check_rid) {
        return findings.fail(reason);
    }
    match list(issuer, kid, announced, context, findings) {
        Err((reason, locator)) => findings.unknown(reason, locator),
        Ok(list) => match rid.map_or(Ok(()), |rid| list.check_card(rid, not_before)) {
            Ok(()) => findings.pass(Stage::Status),
            Err(reason) => findings.fail(reason),
        },
    }
}

/// The issuer of that name, if it may sign health cards in the policy's environment.
fn known_issuer<'c>(name: &str, context: &Context<'c>) -> Result<&'c Arc<Issuer>, Reason> {
    let unknown = || Reason::new(Code::TrustIssuerUnknown).got(name.to_owned());
    let issuer = context.trust.issuer(name, context.policy.environment, NAME).ok_or_else(unknown)?;
    if !issuer.formats.iter().any(|format| format == NAME) {
        return Err(unknown().expected("an issuer of health cards"));
    }
    let due = context.policy.environment;
    if issuer.environment != due {
        return Err(Reason::new(Code::TrustEnvironment).expected(due.name()).got(issuer.environment.name()));
    }
    Ok(issuer)
}

/// A key set, from where it was.
enum Held<'c> {
    Pinned(&'c KeySet),
    Fetched(KeySet),
}

impl Held<'_> {
    fn set(&self) -> &KeySet {
        match self {
            Held::Pinned(set) => set,
            Held::Fetched(set) => set,
        }
    }
}

/// Why there is no key set.
enum Missing {
    Unknown(Reason, Option<Locator>),
    Broken(Reason),
}

fn key_set_url(name: &str) -> String {
    format!("{name}/.well-known/jwks.json")
}

fn key_set<'c>(issuer: &'c Issuer, name: &str, context: &Context<'_>) -> Result<Held<'c>, Missing> {
    if let Some(pinned) = &issuer.keys {
        return Ok(Held::Pinned(pinned));
    }
    let url = key_set_url(name);
    let unavailable = || Reason::new(Code::TrustKeyUnavailable);
    match context.evidence.document(&url) {
        None => Err(Missing::Unknown(unavailable(), Locator::new(url))),
        Some(document) if document.status != 200 => {
            Err(Missing::Unknown(unavailable().got(format!("HTTP status {}", document.status)), None))
        }
        Some(document) => KeySet::decode(&document.body).map(Held::Fetched).map_err(Missing::Broken),
    }
}

/// The key and its certificates, if it keeps every rule of health cards and they name the issuer.
fn check_key<'k>(jwk: &'k Jwk, issuer: &str) -> Result<(PublicKey, &'k [Certificate]), Reason> {
    if let Some(reason) = jwk.check_smart().first() {
        return Err(reason.clone());
    }
    let chain = jwk.certificates()?;
    check_san(chain, issuer)?;
    Ok((jwk.public_key()?.clone(), chain))
}

fn link(certificate: &Certificate) -> ChainLink {
    let sha256 = certificate.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    ChainLink { subject: certificate.subject_text(), sha256 }
}

/// The revocation list of that key, or why nobody can tell. Strict readers take no other version than the announced one.
fn list(
    issuer: &str,
    kid: &str,
    announced: i64,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Result<RevocationList, (Reason, Option<Locator>)> {
    let url = list_url(issuer, kid);
    let unavailable = || Reason::new(Code::StatusUnavailable);
    let Some(document) = context.evidence.document(&url) else {
        return Err((unavailable(), Locator::new(url)));
    };
    findings.evidence.push(url);
    if document.status != 200 {
        return Err((unavailable().got(format!("HTTP status {}", document.status)), None));
    }
    let list = RevocationList::decode(&document.body, kid).map_err(|reason| (reason, None))?;
    list.check_version(announced, context.policy.strict).map_err(|reason| (reason, None))?;
    Ok(list)
}
