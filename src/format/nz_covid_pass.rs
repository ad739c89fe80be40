//! NZ COVID Pass 1.0.0: `NZCP:/1/`, Base32, COSE_Sign1 (tag 18, ES256), CWT with a small verifiable credential.
//!
//! ```cddl
//! claims = { 1: tstr (did:web), 4: int, 5: int, 7: bstr .size 16, "vc": {
//!   "@context": [ "https://www.w3.org/2018/credentials/v1", * tstr ], "version": "1.0.0",
//!   "type": [ "VerifiableCredential", "PublicCovidPass" ],
//!   "credentialSubject": { "givenName": tstr, ? "familyName": tstr, "dob": full-date } } }
//! ```
//! The issuer is known by its exact name; its key comes from its DID document, pinned or fetched as evidence.

use std::borrow::Cow;
use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::core_data::{CertificateData, CoreData, Person};
use crate::credential::{Claims, Decoded, KeyId, Opened, Signed};
use crate::crypto::algorithm::Algorithm;
use crate::did::document::DidDocument;
use crate::did::web;
use crate::encoding::base32;
use crate::encoding::cbor::{self, Value};
use crate::envelope::cose::{AlgorithmLabel, Wrappings, open_sign1};
use crate::format::glance::{Glance, Room, Seen};
use crate::format::{
    About, Candidate, Claim, Context, Disclosed, Format, Keys, check_claim_count, cwt_claims, declare_no_status,
};
use crate::limits;
use crate::policy::Policy;
use crate::reason::{Code, Reason, Stage};
use crate::time::{Date, Timestamp};
use crate::trust::did::{self, fixed_environment, pass_key};
use crate::trust::{Consulted, Issuer};

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "nz_covid_pass";
/// How every pass begins.
pub const PREFIX: &str = "NZCP:/1/";
/// CWT claim: issuer.
pub const ISS: i64 = 1;
/// CWT claim: expiration time.
pub const EXP: i64 = 4;
/// CWT claim: not before.
pub const NBF: i64 = 5;
/// CWT claim: identifier of the pass.
pub const CTI: i64 = 7;
/// CWT claim: the verifiable credential.
pub const VC: &str = "vc";
/// RFC 8746: an array of bytes, as some encoders write a byte string.
const TAG_UINT8_ARRAY: u64 = 64;
/// The first JSON-LD context of every pass.
pub const BASE_CONTEXT: &str = "https://www.w3.org/2018/credentials/v1";
/// The types of every pass, in this order.
pub const TYPES: [&str; 2] = ["VerifiableCredential", "PublicCovidPass"];
/// The version of every pass.
pub const VERSION: &str = "1.0.0";
/// Characters of the longest name.
pub const NAME_LENGTH: usize = 100;

static ABOUT: About = About {
    name: NAME,
    title: "NZ COVID Pass",
    specification: "NZ COVID Pass Technical Specification 1.0.0",
    begins: &["NZCP:/1/"],
    algorithms: &["ES256"],
    status: "none: passes cannot be revoked one by one",
    issues: true,
};

/// The format NZ COVID Pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct NzCovidPass;

impl Format for NzCovidPass {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        glance.text().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("NZCP:/"))
    }

    fn open_in<'i>(
        &self,
        _: &'i Room,
        texts: &[Cow<'i, str>],
        _: Seen<'i>,
        _: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let text = texts.first().map_or("", |text| text);
        let body = text.strip_prefix(PREFIX).ok_or_else(|| Reason::new(Code::NzcpPrefix).expected(PREFIX))?;
        let sign1 = open_sign1(&base32::decode(body)?, Wrappings { cwt_tag: false, untagged: false })?;
        let mut faults = Vec::new();
        let algorithm = match sign1.algorithm {
            AlgorithmLabel::Number(-7) => Some(Algorithm::Es256),
            other => {
                let got = match other {
                    AlgorithmLabel::Number(number) => number.to_string(),
                    AlgorithmLabel::Other(kind) => kind,
                };
                faults.push(Reason::new(Code::CoseAlgNotAllowed).expected("-7 (ES256)").got(got));
                None
            }
        };
        faults.extend(kid_text(sign1.kid.as_ref()).err());
        let signed = Signed {
            algorithm,
            kid: sign1.kid,
            message: sign1.message,
            signature: sign1.signature,
            ..Signed::default()
        };
        Ok(Opened { payload: sign1.payload.into(), signed, faults, ..Opened::default() })
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        let claims = cbor::decode(&opened.payload)?;
        if claims.as_map().is_none() {
            return Err(Reason::new(Code::CosePayload).expected("map").got(claims.kind()));
        }
        check_claim_count(&claims)?;
        let mut faults = Vec::new();
        let issuer = or_fault(issuer_claim(&claims).cloned(), &mut faults);
        let not_before = or_fault(time_claim(&claims, NBF, "nbf"), &mut faults);
        let expires = or_fault(time_claim(&claims, EXP, "exp"), &mut faults);
        or_fault(identifier_bytes(&claims), &mut faults);
        let mut notes = Vec::new();
        if let Some(Value::Tag(tag, _)) = claims.entry(CTI) {
            if policy.strict {
                faults.push(Reason::new(Code::NzcpCti).expected("no tag").got(format!("tag {tag}")));
            } else if *tag == TAG_UINT8_ARRAY {
                notes.push(Note::new("deviation.tagged_identifier", "The pass identifier carries CBOR tag 64."));
            }
        }
        let types = match claims.entry_text(VC) {
            Some(vc @ Value::Map(_)) => types_of(vc),
            Some(other) => {
                faults.push(Reason::new(Code::ClaimType).expected("vc: map").got(other.kind()));
                Vec::new()
            }
            None => {
                faults.push(Reason::new(Code::ClaimMissing).expected("vc"));
                Vec::new()
            }
        };
        let claims = Claims::Cbor(claims);
        Ok(Decoded { issuer, not_before, expires, types, faults, notes, ..Decoded::new(claims) })
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        // Without a name or a key identifier there is nobody to look for; why is a fault of the stage before.
        let name = decoded.and_then(|decoded| decoded.issuer.as_deref());
        let (Some(name), Ok(kid)) = (name, kid_text(signed.kid.as_ref())) else { return Keys::default() };
        match trusted_issuer(name, context) {
            Err(reason) => Keys::none(reason),
            Ok(issuer) => issuer_keys(issuer, kid, context),
        }
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        _: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        check_times(decoded, context, findings);
        declare_no_status(context, findings);
        findings.pass(Stage::Policy);
        if let Claims::Cbor(claims) = &decoded.claims {
            check_schema(claims, findings);
        }
        if !context.policy.events.is_empty() {
            findings.fail(Reason::new(Code::PolicyContent).got("a pass that names no kind of event"));
        }
        Vec::new()
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let Ok(claims) = cbor::decode(payload) else { return Disclosed::default() };
        let core = core_data(&claims);
        let identifier = pass_identifier(&claims).ok();
        let mut claims = cwt_claims(claims, claim_name);
        for (name, claim) in &mut claims {
            if let (true, Some(identifier)) = (name == "jti", &identifier) {
                *claim = Claim::Text(identifier.clone());
            }
        }
        Disclosed { claims, core }
    }
}

fn core_data(claims: &Value<'_>) -> CoreData {
    let subject = claims.entry_text(VC).and_then(|vc| vc.entry_text("credentialSubject"));
    let text = |name| subject.and_then(|subject| subject.entry_text(name)?.as_text()).map(str::to_owned);
    CoreData {
        person: subject.map(|_| Person {
            given_name: text("givenName"),
            family_name: text("familyName"),
            birth_date: text("dob"),
            ..Person::default()
        }),
        certificate: Some(CertificateData {
            identifier: pass_identifier(claims).ok(),
            issuer: issuer_claim(claims).ok().map(|issuer| issuer.clone().into_owned()),
        }),
        ..CoreData::default()
    }
}

/// The names that the specification gives to claims; `cti` is read as `jti`.
fn claim_name(label: i64) -> Option<&'static str> {
    Some(match label {
        ISS => "iss",
        EXP => "exp",
        NBF => "nbf",
        CTI => "jti",
        _ => return None,
    })
}

fn or_fault<T>(result: Result<T, Reason>, faults: &mut Vec<Reason>) -> Option<T> {
    result.map_err(|reason| faults.push(reason)).ok()
}

/// The key identifier as text. Specification: text; its examples: bytes. Both are taken.
fn kid_text(kid: Option<&KeyId>) -> Result<&str, Reason> {
    let kid = match kid {
        Some(KeyId::Text(text)) => text,
        Some(KeyId::Bytes(bytes)) => std::str::from_utf8(bytes)
            .map_err(|_| Reason::new(Code::CoseKid).expected("UTF-8").got(bytes.as_slice()))?,
        None => "",
    };
    if kid.is_empty() { Err(Reason::new(Code::CoseKid).expected("text or bytes").got("nothing")) } else { Ok(kid) }
}

fn issuer_claim<'v, 'a>(claims: &'v Value<'a>) -> Result<&'v Cow<'a, str>, Reason> {
    match claims.entry(ISS).ok_or_else(|| Reason::new(Code::ClaimMissing).expected("iss"))? {
        Value::Text(issuer) => Ok(issuer),
        other => Err(Reason::new(Code::ClaimType).expected("iss: text").got(other.kind())),
    }
}

/// A NumericDate, which this format writes as an integer.
fn time_claim(claims: &Value<'_>, label: i64, name: &'static str) -> Result<Timestamp, Reason> {
    let value = claims.entry(label).ok_or_else(|| Reason::new(Code::ClaimMissing).expected(name))?;
    let wrong = || Reason::new(Code::ClaimType).expected(format!("{name}: integer")).got(value.kind());
    value.as_i64().map(Timestamp::from_seconds).ok_or_else(wrong)
}

/// The bytes of the identifier of the pass.
///
/// Deviation: tag 64 around the bytes is read, because an example of the specification carries it.
fn identifier_bytes<'v>(claims: &'v Value<'_>) -> Result<&'v [u8; 16], Reason> {
    let refused = || Reason::new(Code::NzcpCti).expected("16 bytes");
    let cti = claims.entry(CTI).ok_or_else(|| refused().got("nothing"))?;
    let plain = match cti {
        Value::Tag(TAG_UINT8_ARRAY, inner) => inner,
        other => other,
    };
    let bytes = plain.as_bytes().ok_or_else(|| refused().got(plain.kind()))?;
    bytes.try_into().map_err(|_| refused().got(bytes.len()))
}

/// The identifier of the pass as `urn:uuid:`.
fn pass_identifier(claims: &Value<'_>) -> Result<String, Reason> {
    let bytes = identifier_bytes(claims)?;
    let mut text = String::from("urn:uuid:");
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Ok(text)
}

fn types_of<'a>(vc: &Value<'a>) -> Vec<Cow<'a, str>> {
    let types = vc.entry_text("type").and_then(Value::as_array).unwrap_or_default();
    let name = |name: &Value<'a>| if let Value::Text(name) = name { Some(name.clone()) } else { None };
    types.iter().filter_map(name).collect()
}

/// The issuer with exactly this name, of the policy's environment and trusted for passes.
fn trusted_issuer<'c>(name: &str, context: &Context<'c>) -> Result<&'c Arc<Issuer>, Reason> {
    let known = context.trust.issuer(name, context.policy.environment, NAME).filter(|issuer| {
        issuer.issuer == name && name.starts_with("did:web:") && issuer.formats.iter().any(|format| format == NAME)
    });
    let Some(issuer) = known else {
        return Err(Reason::new(Code::TrustIssuerUnknown).got(name.chars().take(160).collect::<String>()));
    };
    let environment = fixed_environment(name).unwrap_or(issuer.environment);
    if environment != context.policy.environment || issuer.environment != context.policy.environment {
        let demanded = context.policy.environment.name();
        return Err(Reason::new(Code::TrustEnvironment).expected(demanded).got(environment.name()));
    }
    Ok(issuer)
}

/// The key that the issuer's DID document holds under `kid`: of the pinned document if there is one, else of the evidence.
fn issuer_keys(issuer: &Arc<Issuer>, kid: &str, context: &Context<'_>) -> Keys {
    let mut keys = Keys { consulted: vec![Consulted::Issuer(issuer.clone())], ..Keys::default() };
    let id = format!("{}#{kid}", issuer.issuer);
    let found = match &issuer.document {
        Some(document) => pass_key(document, &id, context.occasion.now),
        None => match fetched_document(issuer, context, &mut keys) {
            Some(document) => document.and_then(|document| pass_key(&document, &id, context.occasion.now)),
            None => return keys,
        },
    };
    match found {
        Err(reason) => keys.faults.push(reason),
        Ok(key) => {
            let description = issuer.description(&issuer.issuer, kid, &[]);
            keys.candidates.push(Candidate::named(key, description));
        }
    }
    keys
}

/// The issuer's DID document among the evidence; `None` when it is not there, which `keys` then says.
fn fetched_document(issuer: &Issuer, context: &Context<'_>, keys: &mut Keys) -> Option<Result<DidDocument, Reason>> {
    let unavailable = Reason::new(Code::TrustKeyUnavailable).expected("the issuer's DID document");
    let Ok(locator) = web::locator(&issuer.issuer) else {
        keys.missing = Some((unavailable, None));
        return None;
    };
    let document = context.evidence.document(locator.as_str());
    if document.is_some() {
        keys.evidence.push(locator.as_str().to_owned());
    }
    match document {
        Some(document) if document.status == 200 => Some(did::document(&document.body, &issuer.issuer)),
        Some(document) => {
            // Asked and not found: asking again at once settles nothing.
            keys.missing = Some((unavailable.got(format!("HTTP status {}", document.status)), None));
            None
        }
        None => {
            keys.missing = Some((unavailable, Some(locator)));
            None
        }
    }
}

/// nbf <= now < exp, each with the clocks' tolerance.
fn check_times(decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    // That a time is absent or no integer was said while decoding; there is nothing to judge then.
    let (Some(begins), Some(ends)) = (decoded.not_before, decoded.expires) else { return };
    findings.pass(Stage::Validity);
    let implausible = [begins, ends].into_iter().find(|time| !(0..=limits::LATEST_SECOND).contains(&time.seconds()));
    if let Some(time) = implausible {
        findings.fail(Reason::new(Code::TimeImplausible).expected("seconds since 1970").got(time.seconds()));
        return;
    }
    if ends <= begins {
        findings.fail(Reason::new(Code::TimeInconsistent).expected(begins).got(ends));
    }
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    if now.plus(skew) < begins {
        findings.fail(Reason::new(Code::TimeNotYetValid).expected(format!("a beginning before {now}")).got(begins));
    }
    if now.plus(skew.saturating_neg()) >= ends {
        findings.fail(Reason::new(Code::TimeExpired).expected(format!("an end after {now}")).got(ends));
    }
}

/// NZCP 2.4: context, types, version and subject. One fault for each member that is wrong; never its value.
fn check_schema(claims: &Value<'_>, findings: &mut Findings) {
    let Some(vc @ Value::Map(_)) = claims.entry_text(VC) else { return };
    let mut demand = |met: bool, rule: &'static str| {
        if !met {
            findings.fail(Reason::new(Code::NzcpSchema).expected(rule));
        }
    };
    let member = |name| vc.entry_text(name);
    let array = |name| member(name).and_then(Value::as_array).unwrap_or_default();
    let context = array("@context");
    let first = context.first().and_then(Value::as_text);
    demand(first == Some(BASE_CONTEXT) && context.iter().all(|c| c.as_text().is_some()), "the base context first");
    let types = array("type");
    let same = types.len() == TYPES.len() && types.iter().zip(TYPES).all(|(have, want)| have.as_text() == Some(want));
    demand(same, "the types VerifiableCredential, PublicCovidPass");
    demand(member("version").and_then(Value::as_text) == Some(VERSION), "version 1.0.0");
    let Some(subject @ Value::Map(_)) = member("credentialSubject") else {
        return demand(false, "a credentialSubject");
    };
    let is_name = |value: &Value<'_>| value.as_text().is_some_and(|name| name.chars().count() <= NAME_LENGTH);
    demand(subject.entry_text("givenName").is_some_and(is_name), "givenName of at most 100 characters");
    demand(subject.entry_text("familyName").is_none_or(is_name), "familyName of at most 100 characters");
    let born = subject.entry_text("dob").and_then(Value::as_text).and_then(Date::from_text);
    demand(born.is_some(), "dob as YYYY-MM-DD");
}

#[cfg(test)]
mod tests;
