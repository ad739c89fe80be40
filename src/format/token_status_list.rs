//! Status list tokens, judged by themselves: token status lists as JWT and CWT (Token Status List, 5), identifier lists as CWT
//! (ISO/IEC 18013-5, second edition, 12.3.6).
//!
//! ```text
//! {"typ": "statuslist+jwt", "alg": .., ? "kid", ? "x5c"} . {"sub": uri, "iat": .., ? "exp", ? "ttl", "status_list": {..}}
//! 18([<<{1: alg, 16: "application/statuslist+cwt"}>>, {? 4: kid, ? 33: x5chain}, <<{2: uri, 6: iat, ? 4: exp, ? 65534: ttl, 65533: {..}}>>, sig])
//! 18([<<{1: alg, 16: "application/identifierlist+cwt"}>>, .., <<{2: uri, 6: iat, 4: exp, 65530: {..}}>>, sig])
//! ```
//! The signer is somebody whom the trust store names for this format: an issuer (`iss`, or at whose address the list stands), or an
//! authority that the certificates of the token lead to. How a list counts for a credential that refers to it is told in `verify`.
//! MACed lists are not opened; no number of a CoAP content format is registered yet, so none is taken.

pub mod claims;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::check::Findings;
use crate::core_data::CoreData;
use crate::credential::{Claims, Decoded, KeyId, Opened, Signed, StatusEntry, StatusKind};
use crate::crypto::algorithm::Algorithm;
use crate::encoding::{base64url, cbor, json};
use crate::envelope::cose::{AlgorithmLabel, MediaLabel, Wrappings, open_sign1};
use crate::envelope::jws::{Jws, peek_payload, short_media_type};
use crate::format::glance::{Glance, Room, Seen};
use crate::format::signers;
use crate::format::token_status_list::claims::{List, Said};
use crate::format::vc::{keys, secured};
use crate::format::{
    About, Candidate, Claim, Context, Disclosed, Format, Keys, chains, check_claim_count, cwt_claims, declare_no_status,
};
use crate::limits;
use crate::policy::Policy;
use crate::reason::{Code, Reason, Stage};
use crate::status::reference;
use crate::time::Timestamp;
use crate::trust::Consulted;
use crate::trust::x509::Certificate;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "token_status_list";
/// Short media type of a token status list as JWT.
pub const JWT: &str = "statuslist+jwt";
/// Short media type of a token status list as CWT.
pub const CWT: &str = "statuslist+cwt";
/// Short media type of an identifier list.
pub const IDENTIFIERS: &str = "identifierlist+cwt";
/// Characters of base64 in which the protected header of a list is looked for: first of a usual one, then of one with certificates.
const HEADER_CHARS: [usize; 2] = [512, 16_384];

static ABOUT: About = About {
    name: NAME,
    title: "Token status list, identifier list",
    specification: "Token Status List (draft-ietf-oauth-status-list); ISO/IEC 18013-5, second edition, 12.3.6",
    begins: &[
        "eyJ (JWT with typ statuslist+jwt)",
        "0oR (CWT with header 16 statuslist+cwt or identifierlist+cwt, base64 or bytes)",
    ],
    algorithms: secured::ALGORITHM_NAMES,
    status: "it is one: of a place in it, where the caller names one",
    issues: true,
};

/// The format status list token.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenStatusListToken;

impl Format for TokenStatusListToken {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        let typ = || glance.header().and_then(|header| header.typ.as_deref().map(short_media_type));
        is_list_message(glance.text()) || (!glance.has_tilde() && typ().as_deref() == Some(JWT))
    }

    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        _: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let text = texts.first().map_or("", |text| text);
        if text.starts_with("ey") || text.contains('.') { open_jwt(room, text, seen) } else { open_cwt(text) }
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        let claims = if opened.is_cose() {
            let claims = cbor::decode(&opened.payload)?;
            if claims.as_map().is_none() {
                return Err(Reason::new(Code::CosePayload).expected("a map of claims").got(claims.kind()));
            }
            check_claim_count(&claims)?;
            Claims::Cbor(claims)
        } else {
            Claims::Json(opened.json()?)
        };
        Ok(claims::decode(claims, policy.strict))
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        if !signed.certificates.is_empty() {
            let mut keys = chains::by_chain(NAME, &signed.certificates, context);
            let leaf = keys.candidates.first().and_then(|candidate| candidate.certificates().first());
            keys.faults.extend(leaf.and_then(|leaf| check_status_signer(leaf, context.policy).err()));
            // A signer that is listed by its own certificate is withdrawn, ends and chains like any other.
            let mut findings = Findings::new();
            for signer in keys.candidates.iter().filter_map(|candidate| candidate.signer()) {
                signers::check_standing(signer, context, &mut findings);
                signers::check_validity(signer, &Decoded::new(no_claims()), context, &mut findings);
            }
            keys.faults.extend(findings.into_checks().iter().filter_map(|check| check.outcome.reason().cloned()));
            return keys;
        }
        let Some(decoded) = decoded else { return Keys::default() };
        let owner = decoded.issuer.clone().or_else(|| Said::of(decoded).owner(context).map(Cow::Owned));
        if owner.is_none() {
            return Keys::none(
                Reason::new(Code::TrustIssuerUnknown).expected("an issuer at whose address the list stands"),
            );
        }
        keys::find(NAME, signed, Some(&Decoded { issuer: owner, ..Decoded::new(no_claims()) }), context)
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        _: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        findings.pass(Stage::Validity);
        findings.pass(Stage::Policy);
        let said = Said::of(decoded);
        said.check_times(decoded, context).into_iter().for_each(|reason| findings.fail(reason));
        check_status(&said, context, findings);
        Vec::new()
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let claims = if payload.first() == Some(&b'{') {
            let Ok(json::Value::Object(members)) = json::decode(payload) else { return Disclosed::default() };
            members.into_iter().map(|(name, value)| (Cow::Owned(name.into_owned()), Claim::Json(value))).collect()
        } else {
            cbor::decode(payload).map(|claims| cwt_claims(claims, claims::name_of)).unwrap_or_default()
        };
        Disclosed { claims, core: CoreData::default() }
    }
}

/// `true` for a COSE_Sign1 message, in base64, whose protected header says that it is a list of status.
pub fn is_list_message(text: &str) -> bool {
    let kind = |chars: usize| -> Option<String> {
        let start = text.get(..text.len().min(chars) & !3)?;
        let bytes = base64url::decode_any(start).ok()?;
        let (protected, _) = cbor::decode_prefix(bytes.strip_prefix(b"\xd2\x84")?).ok()?;
        let header = cbor::decode(protected.as_bytes()?).ok()?;
        header.entry(16).and_then(cbor::Value::as_text).map(short_media_type)
    };
    let kind = || HEADER_CHARS.into_iter().find_map(kind);
    text.starts_with("0oR") && may_name_a_list(text) && kind().is_some_and(|kind| kind == CWT || kind == IDENTIFIERS)
}

/// A look without memory of its own, for all the messages that are no lists: `list+cwt` stands in base64 at one of three alignments.
fn may_name_a_list(text: &str) -> bool {
    let start = text.as_bytes().get(..text.len().min(HEADER_CHARS[0])).unwrap_or_default();
    let has = |name: &[u8]| start.windows(name.len()).any(|window| window == name);
    has(b"bGlzdCtjd3") || has(b"xpc3QrY3d0") || has(b"saXN0K2N3d")
}

/// Token Status List 5.1: a compact JWS of type `statuslist+jwt` over an object.
fn open_jwt<'i>(room: &'i Room, text: &str, seen: Seen<'i>) -> Result<Opened<'i>, Reason> {
    let Jws { mut header, payload, message, signature } = Jws::open_seen(text, seen.header)?;
    let mut faults = std::mem::take(&mut header.faults);
    let algorithm = secured::algorithm(&header, &mut faults);
    if header.typ.as_deref().map(short_media_type).as_deref() != Some(JWT) {
        faults.push(Reason::new(Code::JoseTypMismatch).expected(JWT).got("another `typ`"));
    }
    let payload = room.keep(payload).unwrap_or_default();
    let claims = json::decode(payload)?;
    if claims.as_object().is_none() {
        return Err(Reason::new(Code::JosePayloadType).got(claims.kind()));
    }
    let signed = Signed {
        algorithm,
        names_no_key: header.kid.is_none(),
        kid: header.kid.map(KeyId::Text),
        certificates: header.x5c,
        message,
        signature,
        ..Signed::default()
    };
    Ok(Opened { payload: Cow::Borrowed(payload), document: Some(claims), signed, faults, ..Opened::default() })
}

/// Token Status List 5.2: COSE_Sign1 with its tag and no other, of the type that header 16 names.
fn open_cwt(text: &str) -> Result<Opened<'static>, Reason> {
    if text.len() > limits::INPUT_BYTES.saturating_mul(2) {
        return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(text.len()));
    }
    let bytes = base64url::decode_any(text)?;
    let sign1 = open_sign1(&bytes, Wrappings { cwt_tag: false, untagged: false })?;
    let mut faults = Vec::new();
    let kind = match &sign1.typ {
        Some(MediaLabel::Text(name)) => short_media_type(name),
        _ => String::new(),
    };
    if kind != CWT && kind != IDENTIFIERS {
        let due = "application/statuslist+cwt or application/identifierlist+cwt in header 16";
        faults.push(Reason::new(Code::JoseTypMismatch).expected(due));
    } else if let Some(reason) = claims::check_kind(&sign1.payload, kind == IDENTIFIERS).err() {
        faults.push(reason);
    }
    let algorithm = algorithm(&sign1.algorithm).map_err(|reason| faults.push(reason)).ok();
    let signed = Signed {
        algorithm,
        names_no_key: sign1.kid.is_none(),
        kid: sign1.kid,
        certificates: sign1.x5chain,
        message: sign1.message,
        signature: sign1.signature,
        ..Signed::default()
    };
    Ok(Opened { payload: sign1.payload.into(), signed, faults, ..Opened::default() })
}

fn algorithm(label: &AlgorithmLabel) -> Result<Algorithm, Reason> {
    let refused = || Reason::new(Code::CoseAlgNotAllowed).expected(secured::ALGORITHM_NAMES.join(", "));
    match label {
        AlgorithmLabel::Number(number) => Algorithm::from_cose(*number)
            .filter(|algorithm| secured::ALGORITHMS.contains(algorithm))
            .ok_or_else(|| refused().got(*number)),
        AlgorithmLabel::Other(kind) => Err(refused().got(kind.clone())),
    }
}

/// Token Status List 10: a certificate that says what it is for says that it is for signing status. Which identifier says so is for the
/// policy: the draft has none yet.
///
/// # Errors
/// `x509.eku_purpose`.
pub fn check_status_signer(certificate: &Certificate, policy: &Policy) -> Result<(), Reason> {
    let usages = certificate.extended_key_usages();
    let is_status = usages.iter().any(|usage| policy.status_signing_usages.contains(usage));
    if is_status || !certificate.has_extended_key_usage() {
        return Ok(());
    }
    let due = match policy.status_signing_usages.as_slice() {
        [] => "no extended key usage, or `status_signing_usages` in the policy".to_owned(),
        usages => usages.join(", "),
    };
    Err(Reason::new(Code::X509EkuPurpose).expected(due).got(usages.join(", ")))
}

/// Stage Status: the list itself, and the place in it that the caller asks about (8.3).
fn check_status(said: &Said<'_>, context: &Context<'_>, findings: &mut Findings) {
    let before = findings.is_faulty(Stage::Status);
    said.check_depth().into_iter().for_each(|reason| findings.fail(reason));
    let list = said.list().map_err(|reason| findings.fail(reason)).ok();
    let asked = match context.occasion.status_reference.as_deref().map(reference::of_question) {
        None => {
            said.check_subject(None).into_iter().for_each(|reason| findings.fail(reason));
            return declare_no_status(context, findings);
        }
        Some(Err(reason)) => return findings.fail(reason),
        Some(Ok(asked)) => asked,
    };
    for entry in &asked {
        match (said.check_subject(Some(&entry.list)), &list) {
            _ if entry.kind == StatusKind::Other => findings.unknown(Reason::new(Code::StatusUnknownType), None),
            (Some(reason), _) => findings.fail(reason),
            (None, Some(list)) => look_up(list, entry).into_iter().for_each(|reason| findings.fail(reason)),
            (None, None) => {}
        }
    }
    if !before && !findings.is_faulty(Stage::Status) {
        findings.pass(Stage::Status);
    }
}

/// What the list says against the credential with that reference.
pub fn look_up(list: &List, entry: &StatusEntry) -> Option<Reason> {
    match (list, entry.kind, &entry.identifier) {
        (List::Statuses(list), StatusKind::TokenStatusList, _) => list.check(entry.index).err(),
        (List::Identifiers(list), StatusKind::IdentifierList, Some(identifier)) => list.check(identifier).err(),
        _ => Some(Reason::new(Code::StatusMalformed).expected("a list of the kind that the credential refers to")),
    }
}

/// Until when a copy may be used that was fetched at that moment: by its `ttl` and its `exp`, unchecked. For whoever keeps copies; `None` when
/// the token says neither, or is none.
pub fn usable_until(body: &[u8], fetched_at: Timestamp) -> Option<Timestamp> {
    let text = std::str::from_utf8(body).ok().map(str::trim);
    let payload = match text.and_then(peek_payload) {
        Some(payload) => payload,
        None => open_sign1(body, Wrappings { cwt_tag: false, untagged: false }).ok()?.payload,
    };
    let claims = match text {
        Some(_) => Claims::Json(json::Held::Own(json::decode(&payload).ok()?)),
        None => Claims::Cbor(cbor::decode(&payload).ok()?),
    };
    let decoded = claims::decode(claims, false);
    let ttl = Said::of(&decoded).ttl().ok().flatten().map(|ttl| fetched_at.plus(ttl));
    ttl.into_iter().chain(decoded.expires).min()
}

/// Stands in for claims that nobody looks at.
fn no_claims() -> Claims<'static> {
    Claims::Json(json::Held::Own(json::Value::Null))
}
