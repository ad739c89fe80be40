//! Issues NZ COVID Passes (1.0.0): the twin of [`crate::format::nz_covid_pass`].

use crate::credential::KeyId;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::own_keys::Signer;
use crate::did::web;
use crate::encoding::base32;
use crate::encoding::cbor::{self, Value};
use crate::envelope::cose::sig_structure;
use crate::format::nz_covid_pass::{BASE_CONTEXT, CTI, EXP, ISS, NAME_LENGTH, NBF, PREFIX, TYPES, VC, VERSION};
use crate::issue::IssueFault;
use crate::limits;
use crate::reason::{Code, Reason};
use crate::time::{Date, Timestamp};

/// The JSON-LD context that every genuine pass names second.
const PASS_CONTEXT: &str = "https://nzcp.covid19.health.nz/contexts/v1";

/// What a pass shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassDraft {
    /// The issuer, a `did:web`.
    pub issuer: String,
    /// Valid from this second on.
    pub not_before: Timestamp,
    /// Not valid from this second on.
    pub expires: Timestamp,
    /// Given names, at most 100 characters.
    pub given_name: String,
    /// Family names, at most 100 characters.
    pub family_name: Option<String>,
    /// Date of birth.
    pub birth_date: Date,
    /// The pass's UUID.
    pub identifier: [u8; 16],
}

/// The text of the pass (`NZCP:/1/...`), signed with ES256. `kid` is the fragment of the key's id in the issuer's DID document.
///
/// # Errors
/// `Content` when the draft breaks the specification, `Key` when the key is of another kind, the key identifier is empty or no
/// text, or the key cannot sign.
pub fn issue(draft: &PassDraft, signer: &dyn Signer, kid: &KeyId) -> Result<String, IssueFault> {
    check(draft).map_err(|reason| IssueFault::Content(reason.to_string()))?;
    sign(&cbor::encode(&claims(draft)), signer, kid)
}

/// The text of a pass around these CWT claims, signed with ES256.
///
/// # Errors
/// `Key` when the key is of another kind, the key identifier is empty or no text, or the key cannot sign.
pub fn sign(claims: &[u8], signer: &dyn Signer, kid: &KeyId) -> Result<String, IssueFault> {
    if signer.algorithm() != Algorithm::Es256 {
        let text = format!("an NZ COVID Pass is signed with ES256, this key signs with {}", signer.algorithm().name());
        return Err(IssueFault::Key(text));
    }
    let kid = match kid {
        KeyId::Text(text) => text.as_bytes(),
        KeyId::Bytes(bytes) => bytes,
    };
    if kid.is_empty() || std::str::from_utf8(kid).is_err() {
        return Err(IssueFault::Key("the key identifier of an NZ COVID Pass is a text that is not empty".to_owned()));
    }
    // As bytes: the specification says text, but its examples and every genuine pass carry bytes.
    let protected = cbor::encode(&Value::Map(vec![(4.into(), kid.into()), (1.into(), (-7).into())]));
    let signature =
        signer.sign(&sig_structure(&protected, claims)).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    let parts = vec![protected.as_slice().into(), Value::Map(Vec::new()), claims.into(), signature.as_slice().into()];
    let message = Value::Tag(18, Box::new(Value::Array(parts)));
    Ok(format!("{PREFIX}{}", base32::encode(&cbor::encode(&message))))
}

fn claims(draft: &PassDraft) -> Value<'_> {
    let mut subject: Vec<(Value<'_>, Value<'_>)> = vec![("givenName".into(), draft.given_name.as_str().into())];
    if let Some(name) = &draft.family_name {
        subject.push(("familyName".into(), name.as_str().into()));
    }
    subject.push(("dob".into(), Value::Text(draft.birth_date.to_string().into())));
    let vc = Value::Map(vec![
        ("@context".into(), Value::Array(vec![BASE_CONTEXT.into(), PASS_CONTEXT.into()])),
        ("version".into(), VERSION.into()),
        ("type".into(), Value::Array(TYPES.into_iter().map(Value::from).collect())),
        ("credentialSubject".into(), Value::Map(subject)),
    ]);
    Value::Map(vec![
        (ISS.into(), draft.issuer.as_str().into()),
        (NBF.into(), draft.not_before.seconds().into()),
        (EXP.into(), draft.expires.seconds().into()),
        (VC.into(), vc),
        (CTI.into(), draft.identifier.as_slice().into()),
    ])
}

/// What the verifier would refuse is not issued.
fn check(draft: &PassDraft) -> Result<(), Reason> {
    if web::locator(&draft.issuer).is_err() {
        return Err(Reason::new(Code::ClaimIssuer).expected("a did:web"));
    }
    let plausible = 0..=limits::LATEST_SECOND;
    for time in [draft.not_before, draft.expires] {
        if !plausible.contains(&time.seconds()) {
            return Err(Reason::new(Code::TimeImplausible).got(time.seconds()));
        }
    }
    if draft.expires <= draft.not_before {
        return Err(Reason::new(Code::TimeInconsistent).expected(draft.not_before).got(draft.expires));
    }
    let names = [Some(&draft.given_name), draft.family_name.as_ref()];
    if names.into_iter().flatten().any(|name| name.chars().count() > NAME_LENGTH) {
        return Err(Reason::new(Code::NzcpSchema).expected("names of at most 100 characters"));
    }
    let born = draft.birth_date.to_string();
    if Date::from_text(&born) != Some(draft.birth_date) {
        return Err(Reason::new(Code::NzcpSchema).expected("a date of birth that the calendar has"));
    }
    Ok(())
}
