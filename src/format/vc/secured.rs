//! What the formats that envelope W3C credentials share (VC-JOSE-COSE 1.0): media types, algorithms, the claims of a token
//! that stand beside the members of the data model, and the steps behind the envelope.

use std::borrow::Cow;

use crate::check::Findings;
use crate::core_data::from_vc;
use crate::credential::{Claims, Confirmed, Decoded, Opened, Purpose, Signed};
use crate::crypto::algorithm::Algorithm;
use crate::crypto::{job, jwk};
use crate::encoding::json::{self, Value};
use crate::envelope::jws::{Header, no_kid, short_media_type};
use crate::envelope::jwt::{Times, check_confirmation, check_times, numeric_date};
use crate::format::vc::vocabulary::{CREDENTIAL, PRESENTATION, is_presentation};
use crate::format::vc::{judged, keys, read};
use crate::format::{Claim, Context, Disclosed, Keys};
use crate::policy::Policy;
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;

/// Signature algorithms taken.
pub const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::EdDsa,
    Algorithm::Es256k,
    Algorithm::Ps256,
    Algorithm::Rs256,
];
/// Their names.
pub const ALGORITHM_NAMES: &[&str] = &["ES256", "ES384", "ES512", "EdDSA", "ES256K", "PS256", "RS256"];

/// What an envelope holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A verifiable credential.
    Credential,
    /// A verifiable presentation.
    Presentation,
}

impl Kind {
    /// The kind that a media type names: `vc` or `vp`, then `suffix` (`+jwt`); `application/` may stand before it.
    pub fn of_media_type(name: &str, suffix: &str) -> Option<Kind> {
        match short_media_type(name).strip_suffix(suffix) {
            Some("vc") => Some(Kind::Credential),
            Some("vp") => Some(Kind::Presentation),
            _ => None,
        }
    }

    /// The kind that a document says to be, for want of a word of the envelope.
    pub fn of_document(document: &Value<'_>) -> Kind {
        if is_presentation(document) { Kind::Presentation } else { Kind::Credential }
    }

    /// What a signer's key must be for.
    pub fn purpose(self) -> Purpose {
        match self {
            Kind::Credential => Purpose::Assertion,
            Kind::Presentation => Purpose::Authentication,
        }
    }

    /// The short media type of what is inside: `vc`, `vp`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Credential => "vc",
            Kind::Presentation => "vp",
        }
    }

    /// The member that says who signs.
    fn signer(self) -> &'static str {
        match self {
            Kind::Credential => "issuer",
            Kind::Presentation => "holder",
        }
    }
}

/// The identifier of whoever signs a document: its issuer or holder, as a text or as an object with an `id`.
pub fn signer_of<'v>(document: &'v Value<'_>, kind: Kind) -> Option<&'v str> {
    let signer = document.member(kind.signer())?;
    signer.as_str().or_else(|| signer.member("id")?.as_str())
}

/// The algorithm of a JOSE header; a fault where it is not taken.
pub fn algorithm(header: &Header, faults: &mut Vec<Reason>) -> Option<Algorithm> {
    header.allowed_algorithm(&ALGORITHMS).unwrap_or_else(|reason| {
        faults.push(reason);
        None
    })
}

/// VC-JOSE-COSE 3.1.1: where `cty` stands, it says what the payload is.
///
/// # Errors
/// `jose.typ_mismatch`.
pub fn check_content_type(cty: Option<&str>, kind: Kind) -> Result<(), Reason> {
    match cty.map(short_media_type) {
        Some(cty) if cty != kind.name() => {
            Err(Reason::new(Code::JoseTypMismatch).expected(format!("cty `{}`", kind.name())).got("another"))
        }
        _ => Ok(()),
    }
}

/// VC-JOSE-COSE 3.1 and 3.2: the rules for registered claims that stand beside the members of the data model.
pub fn check_claims(document: &Value<'_>, kind: Kind, context: &Context<'_>) -> Vec<Reason> {
    let mut faults = Vec::new();
    if document.member("vc").is_some() || document.member("vp").is_some() {
        faults.push(Reason::new(Code::VcEnvelope).expected("no claim `vc` or `vp`"));
    }
    faults.extend(check_issuer(document, kind).err());
    faults.extend(check_confirmation(document).err());
    faults.extend(check_token_times(document, context));
    faults
}

/// VC-JOSE-COSE 3.1.3: `iss`, where it stands, is the issuer or holder.
fn check_issuer(document: &Value<'_>, kind: Kind) -> Result<(), Reason> {
    let Some(iss) = document.member("iss") else { return Ok(()) };
    let name = iss.as_str().ok_or_else(|| Reason::new(Code::ClaimType).expected("a text in `iss`").got(iss.kind()))?;
    match signer_of(document, kind) {
        Some(signer) if signer != name => {
            Err(Reason::new(Code::ClaimInconsistent).expected(format!("`iss` as `{}`", kind.signer())))
        }
        _ => Ok(()),
    }
}

/// RFC 7519, 4.1.4 to 4.1.6: the times of the token, which are those of its signature.
///
/// Deviation: an `iat` that is a text is not looked at, unless `strict`; the test suite of the specification writes it so.
pub fn check_token_times(claims: &Value<'_>, context: &Context<'_>) -> Vec<Reason> {
    let mut faults = Vec::new();
    let mut time = |name: &'static str| -> Option<Timestamp> {
        let value = claims.member(name)?;
        if name == "iat" && value.as_str().is_some() && !context.policy.strict {
            return None;
        }
        numeric_date(name, value).map_err(|reason| faults.push(reason)).ok()
    };
    let times = Times { issued_at: time("iat"), not_before: time("nbf"), expires: time("exp") };
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    // What was issued in the future is not valid yet either.
    let begins = times.not_before.into_iter().chain(times.issued_at).max();
    faults.extend(check_times(&Times { not_before: begins, ..times }, now, skew));
    faults
}

/// VC-JOSE-COSE 3.3.1: `kid` is there; without an `iss` beside it, it names the key absolutely.
///
/// # Errors
/// `jose.kid_unknown`.
pub fn check_kid(kid: Option<&str>, claims: &Value<'_>) -> Result<(), Reason> {
    let kid = kid.ok_or_else(no_kid)?;
    if claims.member("iss").is_some() || is_absolute_url(kid) {
        Ok(())
    } else {
        Err(Reason::new(Code::JoseKidUnknown).expected("an absolute URL in `kid`, or `iss` in the payload"))
    }
}

/// RFC 3986, 4.3, as far as telling absolute from relative goes: a scheme, a colon, something.
pub fn is_absolute_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
}

/// The holder's key that the claims of a credential name in `cnf` (RFC 7800, 3.1).
pub fn confirmed(claims: &Value<'_>) -> Option<Confirmed> {
    let confirmation = claims.member("cnf")?;
    let key = confirmation.member("jwk").map(|jwk| jwk::public_key(jwk).map_or(Confirmed::Other, Confirmed::Key));
    let id = || Some(Confirmed::Id(confirmation.member("kid")?.as_str()?.to_owned()));
    key.or_else(id).or(Some(Confirmed::Other))
}

/// The challenge of this occasion is answered and its audience named, where the occasion has them; `true` when it has one.
///
/// A nonce is a text; `aud` is a text or a list of them (RFC 7519, 4.1.3).
pub fn check_occasion(claims: &Value<'_>, context: &Context<'_>, faults: &mut Vec<Reason>) -> bool {
    let occasion = context.occasion;
    if let Some(due) = &occasion.nonce
        && claims.member("nonce").and_then(Value::as_str) != Some(due)
    {
        faults.push(Reason::new(Code::VpNonce));
    }
    if let Some(due) = &occasion.audience {
        let is_due = |name: &Value<'_>| name.as_str() == Some(due);
        let named = match claims.member("aud") {
            Some(Value::Array(names)) => names.iter().any(is_due),
            Some(name) => is_due(name),
            None => false,
        };
        if !named {
            faults.push(Reason::new(Code::ClaimAudience).expected(due.clone()));
        }
    }
    occasion.nonce.is_some() || occasion.audience.is_some()
}

/// What the document in an opened envelope says, and every fault against its data model.
///
/// # Errors
/// `json.*`.
pub fn decode<'a>(opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
    let document = opened.json()?;
    let says_presentation = is_presentation(&document);
    let presenter = document.member("iss").and_then(Value::as_str).map(str::to_owned);
    let mut decoded = read::decode(document, policy);
    if says_presentation != opened.is_presentation {
        // What the envelope was signed as counts: it decides which keys may have signed.
        let due = if opened.is_presentation { PRESENTATION } else { CREDENTIAL };
        decoded.faults.push(Reason::new(Code::VcType).expected(format!("`{due}`, as the envelope says")));
        decoded.is_presentation = opened.is_presentation;
    }
    if decoded.is_presentation && decoded.issuer.is_none() {
        decoded.issuer = presenter.map(Cow::Owned);
    }
    decoded.is_bound = opened.is_bound;
    decoded.confirmed = opened.confirmed.clone();
    Ok(decoded)
}

/// Stages Digests to Policy, as far as the document and its envelope decide them.
pub fn judge(decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let Claims::Json(document) = &decoded.claims else { return };
    judged::judge(document, decoded, context, findings);
    if decoded.is_bound {
        findings.pass(Stage::Holder);
    }
}

/// The members of the document, without the credentials of a presentation: those are parts of their own. And the same in the
/// vocabulary that all formats share.
pub fn disclose(payload: &[u8]) -> Disclosed<'_> {
    let Ok(document) = json::decode(payload) else { return Disclosed::default() };
    let core = from_vc::core_data(&document);
    let Value::Object(members) = document else { return Disclosed::default() };
    let shown = members.into_iter().filter(|(name, _)| name != "verifiableCredential");
    let claims = shown.map(|(name, value)| (Cow::Owned(name.into_owned()), Claim::Json(value))).collect();
    Disclosed { claims, core }
}

/// The keys that may have signed and that the algorithm is for: no curve but its own. Without one left, `mismatch` is the fault.
pub fn keys(
    format: &str,
    signed: &Signed,
    decoded: Option<&Decoded<'_>>,
    context: &Context<'_>,
    mismatch: Code,
) -> Keys {
    // That no key is named is a fault of the envelope already.
    if signed.kid.is_none() && !signed.names_no_key {
        return Keys::default();
    }
    let mut keys = keys::find(format, signed, decoded, context);
    let Some(algorithm) = signed.algorithm else { return keys };
    let had_any = !keys.candidates.is_empty();
    keys.candidates.retain(|candidate| job::fits(algorithm, candidate.key()));
    if had_any && keys.candidates.is_empty() {
        keys.faults.push(Reason::new(mismatch).got(algorithm.name()));
    }
    keys
}
