//! W3C credentials and presentations as JWT: `vc+jwt` and `vp+jwt` of VC-JOSE-COSE 1.0, and the JWT encoding of VC Data
//! Model 1.1.
//!
//! ```json
//! { "typ": "vc+jwt", "alg": .., "kid": verification method } . credential
//! { "typ": "JWT", "alg": .., "kid": .. } . { "iss": .., "vc": { .. } }
//! ```
//! `typ` tells them apart: the second kind has `JWT` or none. The key comes from the issuer's (or holder's) document, never
//! from the token.

pub mod claims_1_1;

/// `true` for the content of a SMART Health Card, which shares the claim `vc`.
fn is_health_card(vc: &Value<'_>) -> bool {
    let types = vc.member("type").map(Value::items).unwrap_or_default();
    types.iter().filter_map(Value::as_str).any(|name| name.starts_with("https://smarthealth.cards#"))
}

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::check::Findings;
use crate::credential::{Decoded, KeyId, Opened, Signed};
use crate::encoding::json::{self, Value};
use crate::envelope::jws::{Header, Jws, peek_payload, short_media_type};
use crate::format::candidate::Candidate;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::vc::inner;
use crate::format::vc::secured::{self, Kind};
use crate::format::{About, Context, Disclosed, Format, Keys};
use crate::policy::Policy;
use crate::reason::{Code, Reason};
use crate::trust::Consulted;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "vc_jwt";

static ABOUT: About = About {
    name: NAME,
    title: "W3C Verifiable Credential as JWT",
    specification: "VC-JOSE-COSE 1.0; VC Data Model 1.1, 6.3.1",
    begins: &["eyJ (JWT with typ vc+jwt or vp+jwt, or with a claim vc or vp)"],
    algorithms: secured::ALGORITHM_NAMES,
    status: "Bitstring Status List, StatusList2021",
    issues: true,
};

/// The format W3C credential as JWT.
#[derive(Clone, Copy, Debug, Default)]
pub struct VcJwt;

/// Which encoding a token follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// VC-JOSE-COSE: the payload is the credential.
    Bare,
    /// VC Data Model 1.1: a claim holds it.
    Claim,
}

impl Format for VcJwt {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        let text = glance.text();
        let Some(header) = glance.header().filter(|header| header.zip.is_none() && !glance.has_tilde()) else {
            return false;
        };
        match header.typ.as_deref().map(short_media_type).as_deref() {
            Some("vc+jwt" | "vp+jwt") => true,
            None | Some("jwt") => peek_payload(text).is_some_and(|payload| {
                let claims = json::decode(&payload);
                let has = |name: &str| claims.as_ref().is_ok_and(|claims| claims.member(name).is_some());
                // A health card that is not compressed is no health card, and nothing else either.
                let is_card = claims.as_ref().is_ok_and(|claims| claims.member("vc").is_some_and(is_health_card));
                (has("vc") && !is_card) || has("vp") || (header.typ.is_none() && has("@context"))
            }),
            Some(_) => false,
        }
    }

    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let text = texts.first().map_or("", |text| text);
        let Jws { mut header, payload, message, signature } = Jws::open_seen(text, seen.header)?;
        let mut faults = std::mem::take(&mut header.faults);
        let algorithm = secured::algorithm(&header, &mut faults);
        let payload = room.keep(payload).unwrap_or_default();
        let claims = json::decode(payload)?;
        if claims.as_object().is_none() {
            return Err(Reason::new(Code::JosePayloadType).got(claims.kind()));
        }
        let (encoding, kind) = encoding(&header, &claims).unwrap_or_else(|reason| {
            faults.push(reason);
            (Encoding::Bare, Kind::of_document(&claims))
        });
        let confirmed = secured::confirmed(&claims);
        let mut opened = Opened { is_presentation: kind == Kind::Presentation, confirmed, ..Opened::default() };
        match encoding {
            Encoding::Bare => {
                faults.extend(secured::check_content_type(header.cty.as_deref(), kind).err());
                faults.extend(secured::check_kid(header.kid.as_deref(), &claims).err());
                faults.extend(secured::check_claims(&claims, kind, context));
                if opened.is_presentation {
                    opened.is_bound = secured::check_occasion(&claims, context, &mut faults);
                    opened.inner = inner::of_presentation(&claims, false, &mut faults);
                }
                opened.payload = Cow::Borrowed(payload);
                opened.document = Some(claims);
            }
            Encoding::Claim => {
                faults.extend(secured::check_token_times(&claims, context));
                let document = claims_1_1::document(&claims, kind, &mut faults);
                if opened.is_presentation {
                    opened.is_bound = secured::check_occasion(&claims, context, &mut faults);
                    opened.inner = inner::of_presentation(&document, true, &mut faults);
                }
                opened.payload = json::encode(&document).into_bytes().into();
            }
        }
        opened.signed = Signed {
            algorithm,
            // VC Data Model 1.1, 6.3.1: `kid` may be left out.
            names_no_key: encoding == Encoding::Claim && header.kid.is_none(),
            kid: header.kid.map(KeyId::Text),
            purpose: kind.purpose(),
            message,
            signature,
            ..Signed::default()
        };
        opened.faults = faults;
        Ok(opened)
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        secured::decode(opened, policy)
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        secured::keys(NAME, signed, decoded, context, Code::JoseAlgKeyMismatch)
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        _: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        secured::judge(decoded, context, findings);
        Vec::new()
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        secured::disclose(payload)
    }
}

/// VC-JOSE-COSE 3.1.1: `typ` should say what it is. Without one, a claim `vc` or `vp` means the older encoding.
fn encoding(header: &Header, claims: &Value<'_>) -> Result<(Encoding, Kind), Reason> {
    let typ = header.typ.as_deref();
    if let Some(kind) = typ.and_then(|typ| Kind::of_media_type(typ, "+jwt")) {
        return Ok((Encoding::Bare, kind));
    }
    let mismatch = |got: &'static str| Reason::new(Code::JoseTypMismatch).expected("vc+jwt, vp+jwt or JWT").got(got);
    if typ.is_some_and(|typ| short_media_type(typ) != "jwt") {
        return Err(mismatch("another `typ`"));
    }
    match (claims.member("vc"), claims.member("vp")) {
        (Some(_), None) => Ok((Encoding::Claim, Kind::Credential)),
        (None, Some(_)) => Ok((Encoding::Claim, Kind::Presentation)),
        (Some(_), Some(_)) => Err(Reason::new(Code::VcEnvelope).expected("one claim of `vc` and `vp`").got("both")),
        (None, None) if typ.is_none() => Ok((Encoding::Bare, Kind::of_document(claims))),
        (None, None) => Err(mismatch("`JWT`, and neither `vc` nor `vp`")),
    }
}
