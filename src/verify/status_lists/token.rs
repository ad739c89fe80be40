//! Lists in tokens of their own kind: token status lists and identifier lists (Token Status List, 8.3; ISO/IEC 18013-5, second
//! edition, 12.3.6).
//!
//! A list counts when its signer is the credential's: by the same key, by another key of the same issuer, or by certificates that lead
//! to the same authority and are the same signer's or for signing status. Or when the trust store names the signer for status lists.

use std::borrow::Cow;

use crate::check::Findings;
use crate::credential::{Decoded, Opened, Signed, StatusEntry, StatusKind};
use crate::crypto::job::{self, Job};
use crate::crypto::public_key::PublicKey;
use crate::encoding::base64url;
use crate::evidence::Document;
use crate::format::candidate::Candidate;
use crate::format::glance::{Room, Seen};
use crate::format::sd_jwt_vc;
use crate::format::token_status_list::claims::{List, Said};
use crate::format::token_status_list::{TokenStatusListToken, look_up};
use crate::format::{Context, Format, Keys, chains};
use crate::locator::{Locator, Wants};
use crate::policy::{IssuerDemand, Policy};
use crate::reason::{Code, Reason, Rules, Stage};
use crate::time::Timestamp;
use crate::trust::Consulted;
use crate::trust::x509::Certificate;
use crate::verify::status_lists::{Referring, Trouble, check_age, document_at};

/// Begins a MACed message (COSE_Mac0): whoever could check it could have made it.
const MAC0: &[u8] = b"\xd1\x84";

/// A list that was verified for the credentials of one signer.
pub(super) struct Usable {
    list: List,
    issued_at: Option<Timestamp>,
    pub(super) consulted: Vec<Consulted>,
    pub(super) evidence: Vec<String>,
}

/// Whose credentials a list was verified for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Asker {
    kind: StatusKind,
    format: &'static str,
    issuer: Option<String>,
    key: PublicKey,
}

impl Asker {
    pub(super) fn of(referring: Referring<'_>, kind: StatusKind) -> Asker {
        Asker {
            kind,
            format: referring.format.about().name,
            issuer: referring.decoded.issuer.as_deref().map(str::to_owned),
            key: referring.signer.key().clone(),
        }
    }
}

/// `true` for the kinds of list that stand in a token.
pub(super) fn is_token(kind: StatusKind) -> bool {
    matches!(kind, StatusKind::TokenStatusList | StatusKind::IdentifierList)
}

/// What the list says of the credential.
pub(super) fn judge(entry: &StatusEntry, usable: &Usable, findings: &mut Findings) {
    look_up(&usable.list, entry).into_iter().for_each(|reason| findings.fail(reason));
}

/// The list that the entry names, verified: the token first, then what it holds.
pub(super) fn list_of(entry: &StatusEntry, referring: Referring<'_>, context: &Context<'_>) -> Result<Usable, Trouble> {
    let wants = match entry.kind {
        StatusKind::IdentifierList => Wants::IdentifierList,
        _ => Wants::TokenStatusList,
    };
    let document = document_at(&entry.list, wants, context).map_err(|trouble| trouble.of(entry.kind))?;
    let found = opened_list(document, entry, referring, context);
    let usable = found.map_err(|trouble| trouble.of(entry.kind))?;
    check_no_rollback(&usable, entry, referring, context)?;
    Ok(usable)
}

/// STA-008: a list from before one that is known brings back what was revoked since.
fn check_no_rollback(
    usable: &Usable,
    entry: &StatusEntry,
    referring: Referring<'_>,
    context: &Context<'_>,
) -> Result<(), Trouble> {
    let Some(earlier) = context.evidence.earlier(&entry.list) else { return Ok(()) };
    let Ok(known) = signed_list(earlier, referring, context) else { return Ok(()) };
    match (known.issued_at, usable.issued_at) {
        (Some(known), Some(now)) if now < known => {
            Err(Trouble::Fault(Reason::new(Code::StatusRollback).expected(known).got(now)))
        }
        _ => Ok(()),
    }
}

/// A token that is signed rightly by somebody who may, and what else it is not looked at for.
struct SignedList {
    opened: Opened<'static>,
    issued_at: Option<Timestamp>,
    standing: Standing,
}

/// What the trust in a list's signer rests on.
#[derive(Default)]
struct Standing {
    consulted: Vec<Consulted>,
    evidence: Vec<String>,
}

fn opened_list(
    document: &Document,
    entry: &StatusEntry,
    referring: Referring<'_>,
    context: &Context<'_>,
) -> Result<Usable, Trouble> {
    let SignedList { opened, issued_at, standing } = signed_list(document, referring, context)?;
    // SD-JWT VC, 2.2.2.3: the list of such a credential is a JWT.
    if opened.is_cose() && referring.format.about().name == sd_jwt_vc::NAME {
        return Err(Trouble::Fault(Reason::new(Code::StatusMalformed).expected("a status list as JWT").got("a CWT")));
    }
    let decoded = TokenStatusListToken.decode(&opened, context.policy).map_err(of_reading)?;
    let said = Said::of(&decoded);
    said.check_subject(Some(&entry.list)).map_or(Ok(()), |reason| Err(Trouble::Fault(reason)))?;
    said.check_times(&decoded, context).into_iter().next().map_or(Ok(()), |reason| Err(of_reading(reason)))?;
    check_age(said.ttl().map_err(Trouble::Fault)?, document, context)?;
    said.check_depth().map_or(Ok(()), |reason| Err(Trouble::Fault(reason)))?;
    let list = said.list().map_err(Trouble::Fault)?;
    Ok(Usable { list, issued_at, consulted: standing.consulted, evidence: standing.evidence })
}

fn signed_list(document: &Document, referring: Referring<'_>, context: &Context<'_>) -> Result<SignedList, Trouble> {
    let opened = open(&document.body, context)?;
    let decoded = TokenStatusListToken.decode(&opened, context.policy).map_err(of_reading)?;
    let fault = opened.faults.iter().chain(&decoded.faults).next().cloned();
    fault.map_or(Ok(()), |reason| Err(of_reading(reason)))?;
    let standing = standing_of(&opened.signed, &decoded, referring, context)?;
    let issued_at = decoded.issued_at;
    drop(decoded);
    Ok(SignedList { opened, issued_at, standing })
}

/// The envelope in what was fetched: a JWT as text, a CWT as bytes.
fn open(body: &[u8], context: &Context<'_>) -> Result<Opened<'static>, Trouble> {
    if body.starts_with(MAC0) {
        let reason = Reason::new(Code::StatusUntrusted).expected("a signature").got("a MAC");
        return Err(Trouble::Fault(reason));
    }
    let text = match std::str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text.trim_matches([' ', '\t', '\r', '\n'])),
        Err(_) => Cow::Owned(base64url::encode(body)),
    };
    let opened =
        TokenStatusListToken.open_in(&Room::default(), &[text], Seen::default(), context).map(Opened::into_owned);
    opened.map_err(of_reading)
}

/// A fault in the token, as a fault of the list: forged, out of its time, or malformed.
fn of_reading(reason: Reason) -> Trouble {
    let code = reason.code();
    let area = code.as_str().split('.').next().unwrap_or_default();
    let as_list = match (area, code) {
        ("status", _) | (_, Code::InputDecompressedTooLarge) => return Trouble::Fault(reason.at(Stage::Status)),
        ("time", _) => Code::StatusExpired,
        (
            _,
            Code::JoseAlgNone
            | Code::JoseAlgMissing
            | Code::JoseAlgNotAllowed
            | Code::JoseEmbeddedKeyUntrusted
            | Code::JoseRemoteKeyForbidden
            | Code::CoseAlgNotAllowed
            | Code::CoseAlgUnprotected,
        ) => Code::StatusUntrusted,
        _ => Code::StatusMalformed,
    };
    Trouble::Fault(Reason::new(as_list).got(code.as_str()))
}

/// Whether whoever signed the list may say anything of the credential.
fn standing_of(
    signed: &Signed,
    list: &Decoded<'_>,
    referring: Referring<'_>,
    context: &Context<'_>,
) -> Result<Standing, Trouble> {
    let mut first = Code::SigInvalid;
    let mut missing = Vec::new();
    let is_same_issuer = match (&list.issuer, &referring.decoded.issuer) {
        (Some(list), Some(credential)) => list == credential,
        _ => true,
    };
    let own = || vec![referring.signer.clone()];
    // Somebody whom nobody listed speaks for nobody else, also where the policy takes anybody's own credentials.
    let listed = Policy { issuers: IssuerDemand::Listed, ..context.policy.clone() };
    let context = &Context { policy: &listed, ..*context };
    if is_same_issuer && !referring.signer.is_foreign && signer_among(signed, own()).is_some() {
        return Ok(Standing::default());
    }
    let of_issuer = is_same_issuer.then(|| keys_of_issuer(signed, referring, context));
    let of_list = TokenStatusListToken.keys(signed, Some(list), context);
    for keys in of_issuer.into_iter().chain([of_list]) {
        let Keys { mut candidates, faults, missing: lacking, consulted, evidence, .. } = keys;
        // A key that somebody else controls speaks for somebody else.
        candidates.retain(|candidate| !candidate.is_foreign);
        missing.extend(lacking.and_then(|(_, locator)| locator));
        if let Some(reason) = faults.first() {
            first = reason.code();
        } else if signer_among(signed, candidates).is_some() {
            return Ok(Standing { consulted, evidence });
        }
    }
    if missing.is_empty() {
        let whose = referring.decoded.issuer.as_deref().unwrap_or("the issuer of the credential").to_owned();
        return Err(Trouble::Fault(Reason::new(Code::StatusUntrusted).expected(whose).got(first.as_str())));
    }
    Err(Trouble::Unknown(Reason::new(Code::StatusUnavailable).got("the list without its signer's key"), missing))
}

/// The keys of the credential's issuer that a list may be signed with.
fn keys_of_issuer(signed: &Signed, referring: Referring<'_>, context: &Context<'_>) -> Keys {
    let format = referring.format;
    if signed.certificates.is_empty() {
        return format.keys(signed, Some(referring.decoded), context);
    }
    let mut keys = chains::by_chain(format.about().name, &signed.certificates, context);
    keys.candidates.retain(|candidate| may_sign_for(candidate, referring.signer, context));
    if keys.candidates.is_empty() && keys.faults.is_empty() {
        keys.faults.push(Reason::new(Code::X509EkuPurpose));
    }
    keys
}

/// Under the same authority, the same signer by name, or one whose certificate is for signing status. Any other signer of the authority
/// speaks for its own credentials alone.
fn may_sign_for(candidate: &Candidate, signer: &Candidate, context: &Context<'_>) -> bool {
    let (Some(leaf), Some(own)) = (candidate.certificates().first(), signer.certificates().first()) else {
        return false;
    };
    let is_for_status = |usage: &String| context.policy.status_signing_usages.contains(usage);
    let may = leaf.is_of_subject_of(own) || leaf.extended_key_usages().iter().any(is_for_status);
    may && root_of(candidate).is_some() && root_of(candidate) == root_of(signer)
}

fn root_of(candidate: &Candidate) -> Option<&Certificate> {
    candidate.chained().map(|chained| &chained.anchor.certificate)
}

/// The one among these under whose key the signature is right.
fn signer_among(signed: &Signed, candidates: Vec<Candidate>) -> Option<Candidate> {
    let named = signed.algorithm?;
    candidates.into_iter().find(|candidate| {
        let Some(algorithm) = named.for_key(candidate.key()) else { return false };
        let job = Job {
            algorithm,
            key: candidate.key().clone(),
            message: &signed.message,
            signature: &signed.signature,
            statements: None,
            older: None,
        };
        job::check_one(&job).is_ok()
    })
}

impl Trouble {
    /// The same trouble, told by the rules of that kind of list.
    fn of(self, kind: StatusKind) -> Trouble {
        let (rules, wants) = match kind {
            StatusKind::IdentifierList => (Rules::IdentifierList, Wants::IdentifierList),
            _ => (Rules::TokenStatusList, Wants::TokenStatusList),
        };
        match self {
            Trouble::Fault(reason) => Trouble::Fault(reason.under(rules)),
            Trouble::Unknown(reason, locators) => {
                // A copy that is too old is asked for as what it is; a key's document is not a list.
                let again = |locator: Locator| match reason.code() {
                    Code::StatusExpired => locator.wanting(wants),
                    _ => locator,
                };
                Trouble::Unknown(reason.clone().under(rules), locators.into_iter().map(again).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests;
