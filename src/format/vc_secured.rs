//! What the formats that envelope W3C credentials share (VC-JOSE-COSE 1.0): media types, the claims of a token beside the
//! credential, algorithms. The credential itself is judged in [`crate::format::vc`].

use crate::credential::{Decoded, KeyId, Opened, Purpose, Signed};
use crate::crypto::algorithm::Algorithm;
use crate::crypto::job;
use crate::encoding::json::Value;
use crate::envelope::jws::{Header, no_kid, short_media_type};
use crate::envelope::jwt::{Times, check_confirmation, check_times, numeric_date};
use crate::format::{Context, Keys};
use crate::policy::Policy;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// Signature algorithms taken.
pub const ALGORITHMS: [Algorithm; 6] =
    [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa, Algorithm::Ps256, Algorithm::Rs256];
/// Their names.
pub const ALGORITHM_NAMES: &[&str] = &["ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"];

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

    /// The kind that a document says to be. For want of a better word of the envelope; that of the envelope counts.
    pub fn of_document(document: &Value<'_>) -> Kind {
        let is_presentation = |name: &Value<'_>| name.as_str() == Some("VerifiablePresentation");
        let types = document.member("type");
        match types {
            Some(Value::Array(types)) if types.iter().any(is_presentation) => Kind::Presentation,
            Some(one) if is_presentation(one) => Kind::Presentation,
            _ => Kind::Credential,
        }
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
fn is_absolute_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
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
