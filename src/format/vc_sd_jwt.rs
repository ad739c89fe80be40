//! W3C credentials and presentations as SD-JWT: `vc+sd-jwt` and `vp+sd-jwt` of VC-JOSE-COSE 1.0.
//!
//! ```text
//! { "typ": "vc+sd-jwt", "alg": .., "kid": verification method } . credential ~ disclosures ~ [key binding JWT]
//! ```
//! What is decoded, judged and disclosed is the credential with what was disclosed in its place. SD-JWT VC (`dc+sd-jwt`, or
//! this `typ` with a `vct`) is another format.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::check::Findings;
use crate::credential::{Decoded, KeyId, Opened, Signed};
use crate::encoding::json::{self, Value};
use crate::envelope::jws::{Header, Jws, peek_header, peek_payload, short_media_type};
use crate::envelope::sd_jwt::{SdJwt, process};
use crate::format::candidate::Candidate;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::vc::inner;
use crate::format::vc::secured::{self, Kind};
use crate::format::{About, Context, Disclosed, Format, Keys, key_binding};
use crate::policy::Policy;
use crate::reason::{Code, Reason, Stage};
use crate::trust::Consulted;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "vc_sd_jwt";

static ABOUT: About = About {
    name: NAME,
    title: "W3C Verifiable Credential as SD-JWT",
    specification: "VC-JOSE-COSE 1.0; RFC 9901",
    begins: &["eyJ, with ~ (SD-JWT with typ vc+sd-jwt or vp+sd-jwt)"],
    algorithms: secured::ALGORITHM_NAMES,
    status: "Bitstring Status List, StatusList2021",
    issues: true,
};

/// The format W3C credential as SD-JWT.
#[derive(Clone, Copy, Debug, Default)]
pub struct VcSdJwt;

impl Format for VcSdJwt {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        if !glance.has_tilde() {
            return false;
        }
        let Some((jwt, _)) = glance.text().split_once('~') else { return false };
        let typ = peek_header(jwt).and_then(|header| header.typ);
        match typ.as_deref().map(short_media_type).as_deref() {
            Some("vp+sd-jwt") => true,
            // Older SD-JWT VCs have this type too, and a `vct`, and no JSON-LD context.
            Some("vc+sd-jwt") => {
                let payload = peek_payload(jwt).unwrap_or_default();
                let claims = json::decode(&payload).unwrap_or(Value::Null);
                claims.member("vct").is_none() || claims.member("@context").is_some()
            }
            _ => false,
        }
    }

    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        _: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let sd_jwt = SdJwt::split(texts.first().map_or("", |text| text))?;
        let Jws { mut header, payload, message, signature } = Jws::open(sd_jwt.jwt)?;
        let mut faults = std::mem::take(&mut header.faults);
        let algorithm = secured::algorithm(&header, &mut faults);
        let mut processed = process(&payload, &sd_jwt.disclosures)?;
        faults.append(&mut processed.faults);
        let payload = room.keep(std::mem::take(&mut processed.payload)).unwrap_or_default();
        let claims = json::decode(payload)?;
        let kind = kind(&header, &claims).unwrap_or_else(|reason| {
            faults.push(reason);
            Kind::of_document(&claims)
        });
        let mut opened = Opened { is_presentation: kind == Kind::Presentation, ..Opened::default() };
        faults.extend(secured::check_content_type(header.cty.as_deref(), kind).err());
        faults.extend(secured::check_kid(header.kid.as_deref(), &claims).err());
        faults.extend(secured::check_claims(&claims, kind, context));
        if claims.member("vct").is_some() {
            faults.push(Reason::new(Code::VcEnvelope).expected("no `vct` in a W3C credential"));
        }
        opened.confirmed = secured::confirmed(&claims);
        let mut vouched = Vec::new();
        match key_binding::open(&sd_jwt, (&processed, &claims), &secured::ALGORITHMS, context) {
            Some(mut binding) => {
                opened.is_bound = true;
                faults.append(&mut binding.faults);
                vouched.extend(binding.vouched);
            }
            // Without one, a presentation binds itself, as a JWT does.
            None if opened.is_presentation => {
                opened.is_bound = secured::check_occasion(&claims, context, &mut faults);
            }
            None => {}
        }
        if opened.is_presentation {
            opened.inner = inner::of_presentation(&claims, false, &mut faults);
        }
        opened.signed = Signed {
            algorithm,
            kid: header.kid.map(KeyId::Text),
            purpose: kind.purpose(),
            message,
            signature,
            vouched,
            ..Signed::default()
        };
        opened.payload = Cow::Borrowed(payload);
        opened.document = Some(claims);
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
        // Every disclosure was held against the digests while opening; what was wrong is a fault of this stage already.
        findings.pass(Stage::Digests);
        secured::judge(decoded, context, findings);
        Vec::new()
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        secured::disclose(payload)
    }
}

/// VC-JOSE-COSE 3.2.1: `typ` says what it is; without one, the document does.
fn kind(header: &Header, claims: &Value<'_>) -> Result<Kind, Reason> {
    let Some(typ) = &header.typ else { return Ok(Kind::of_document(claims)) };
    let mismatch = || Reason::new(Code::JoseTypMismatch).expected("vc+sd-jwt or vp+sd-jwt").got("another `typ`");
    Kind::of_media_type(typ, "+sd-jwt").ok_or_else(mismatch)
}
