//! SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-19) on SD-JWT (RFC 9901): the wallet's credentials in JSON.
//!
//! ```text
//! { "typ": "dc+sd-jwt", "alg": .., "kid": .. or "x5c": [..] } . { "vct": type, .. } ~ disclosures ~ [key binding JWT]
//! ```
//! Both serialisations are taken. What is decoded, judged and disclosed is the payload with what was disclosed in its place. The older
//! type `vc+sd-jwt` is taken where the policy says so, and only with a `vct` and without a JSON-LD context: else it is a W3C
//! credential, which is another format. Rendering of credentials (`display`, SVG) is nobody's business here.

mod asked;
mod claims;
mod issuer_keys;
mod type_metadata;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::check::{Findings, Note};
use crate::core_data::from_sd_jwt_vc;
use crate::credential::{Claims, Decoded, KeyId, Opened, Signed};
use crate::encoding::json::{self, Value};
use crate::envelope::jws::{Header, Jws, peek_header, peek_payload, short_media_type};
use crate::envelope::jwt::times;
use crate::envelope::sd_jwt::{Processed, SdJwt, Unfolded, is_json_form, process};
use crate::format::glance::{Glance, Room, Seen};
use crate::format::vc::secured;
use crate::format::{
    About, Candidate, Claim, Context, Disclosed, Format, Keys, declare_no_status, key_binding, signers,
};
use crate::policy::{KeyBindingDemand, Policy};
use crate::reason::{Code, Reason, Stage};
use crate::status::reference;
use crate::trust::Consulted;
use crate::trust::x509::Certificate;

pub use self::claims::OPEN_CLAIMS;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "sd_jwt_vc";
/// The media type of the format, as headers shorten it.
pub const TYP: &str = "dc+sd-jwt";
/// The media type of older drafts.
pub const OLDER_TYP: &str = "vc+sd-jwt";

static ABOUT: About = About {
    name: NAME,
    title: "SD-JWT VC",
    specification: "SD-JWT VC draft 19; RFC 9901",
    begins: &["eyJ, with ~ (SD-JWT with typ dc+sd-jwt)", "{\"payload\": (its JSON serialisation)"],
    algorithms: secured::ALGORITHM_NAMES,
    status: "Token Status List",
    issues: true,
};

/// The format SD-JWT VC.
#[derive(Clone, Copy, Debug, Default)]
pub struct SdJwtVc;

impl Format for SdJwtVc {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        if is_json_form(glance.text()) {
            let first = glance.document().ok().and_then(first_jwt);
            return first.is_some_and(|jwt| is_ours(&jwt, peek_header(&jwt).as_ref()));
        }
        glance.text().split('~').next().is_some_and(|jwt| is_ours(jwt, glance.header()))
    }

    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let text = texts.first().map_or("", |text| text);
        if is_json_form(text) {
            let unfolded = Unfolded::of(text)?;
            let mut opened = open(room, &unfolded.compact, None, context)?;
            for jwt in &unfolded.more {
                let signed = further_signature(jwt, context, &mut opened.faults)?;
                opened.more.push(signed);
            }
            return Ok(opened);
        }
        open(room, text, seen.header, context)
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, _: &Policy) -> Result<Decoded<'a>, Reason> {
        let document = opened.json()?;
        let text = |name: &str| document.member(name).and_then(Value::as_str).map(|text| Cow::Owned(text.to_owned()));
        let mut faults = Vec::new();
        let times = times(&document, &mut faults);
        let (issuer, types, subjects) = (text("iss"), text("vct"), text("sub"));
        let status = document.member("status").map(reference::of_json).transpose().unwrap_or_else(|reason| {
            faults.push(reason);
            None
        });
        Ok(Decoded {
            issuer,
            issued_at: times.issued_at,
            not_before: times.not_before,
            expires: times.expires,
            types: types.into_iter().collect(),
            is_bound: opened.is_bound,
            confirmed: opened.confirmed.clone(),
            selection: &opened.selection,
            subjects: subjects.into_iter().collect(),
            status: status.unwrap_or_default(),
            faults,
            ..Decoded::new(Claims::Json(document))
        })
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        issuer_keys::find(signed, decoded, context)
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        signer: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        let Claims::Json(document) = &decoded.claims else { return Vec::new() };
        // Every disclosure was held against the digests while opening; what was wrong is a fault of this stage already.
        findings.pass(Stage::Digests);
        findings.pass(Stage::Validity);
        findings.pass(Stage::Policy);
        claims::check_times(decoded, context, findings);
        asked::note_disclosures(&decoded.selection.disclosed, context, findings);
        if decoded.status.is_empty() && document.member("status").is_none() {
            declare_no_status(context, findings);
        }
        if decoded.is_bound {
            findings.pass(Stage::Holder);
        } else if decoded.confirmed.is_some() && context.policy.key_binding == KeyBindingDemand::Ignored {
            let sentence =
                "The credential names its holder's key; nobody proved to have it, and the policy does not ask.";
            findings.note(Note::new("sdjwt.not_bound", sentence));
        }
        if let Some(signer) = signer {
            check_signer(signer, decoded, context, findings);
            // A stranger's type is nobody's reason to ask for a document.
            if !findings.is_faulty(Stage::Key) {
                type_metadata::check(document, decoded.selection, context, findings);
            }
        }
        Vec::new()
    }

    fn is_of_type(
        &self,
        decoded: &Decoded<'_>,
        signer: Option<&Candidate>,
        context: &Context<'_>,
        is_asked: &dyn Fn(&str) -> bool,
    ) -> bool {
        decoded.types.iter().any(|have| is_asked(have))
            || issuer_keys::further_types(decoded, signer, context).any(is_asked)
    }

    fn other_type(&self) -> Reason {
        Reason::new(Code::SdjwtVct).at(Stage::Policy)
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let Ok(document) = json::decode(payload) else { return Disclosed::default() };
        let core = from_sd_jwt_vc::core_data(&document);
        let Value::Object(members) = document else { return Disclosed::default() };
        let claims = members.into_iter().map(|(name, value)| (Cow::Owned(name.into_owned()), Claim::Json(value)));
        Disclosed { claims: claims.collect(), core }
    }
}

/// `true` for the JWT of an SD-JWT VC, by its type and, of the older one, by what it says.
fn is_ours(jwt: &str, header: Option<&Header>) -> bool {
    match header.and_then(|header| header.typ.as_deref()).map(short_media_type).as_deref() {
        Some(TYP) => true,
        Some(OLDER_TYP) => {
            let payload = peek_payload(jwt).unwrap_or_default();
            let claims = json::decode(&payload).unwrap_or(Value::Null);
            claims.member("vct").is_some() && claims.member("@context").is_none()
        }
        _ => false,
    }
}

/// The first JWT of a JSON serialisation, for telling formats apart only.
fn first_jwt(document: &Value<'_>) -> Option<String> {
    let signature = match document.member("signatures") {
        Some(list) => list.as_array()?.first()?,
        None => document,
    };
    let text = |object: &Value<'_>, name: &str| object.member(name).and_then(Value::as_str).map(str::to_owned);
    Some(format!("{}.{}.", text(signature, "protected")?, text(document, "payload")?))
}

/// Opens a compact SD-JWT.
fn open<'i>(room: &'i Room, text: &str, seen: Option<Header>, context: &Context<'_>) -> Result<Opened<'i>, Reason> {
    let sd_jwt = SdJwt::split(text)?;
    let mut jws = Jws::open_seen(sd_jwt.jwt, seen)?;
    let mut opened = Opened::default();
    opened.faults.append(&mut jws.header.faults);
    let mut processed = process(&jws.payload, &sd_jwt.disclosures)?;
    opened.faults.append(&mut processed.faults);
    let payload = room.keep(std::mem::take(&mut processed.payload)).unwrap_or_default();
    let claims = json::decode(payload)?;
    opened.faults.extend(check_typ(&jws.header, Some(&claims), context).err());
    opened.faults.extend(claims::check(&claims, &processed.selection.disclosed));
    opened.confirmed = secured::confirmed(&claims);
    opened.signed = signed(jws, &mut opened.faults);
    bind(&mut opened, &sd_jwt, (&processed, &claims), context);
    opened.selection = processed.selection;
    opened.payload = Cow::Borrowed(payload);
    opened.document = Some(claims);
    Ok(opened)
}

/// RFC 9901, 7.3: the proof of key binding, checked where it is there, and missed where it is due.
fn bind(
    opened: &mut Opened<'_>,
    sd_jwt: &SdJwt<'_>,
    (processed, claims): (&Processed, &Value<'_>),
    context: &Context<'_>,
) {
    if let Some(binding) = key_binding::open(sd_jwt, (processed, claims), &secured::ALGORITHMS, context) {
        opened.is_bound = true;
        opened.signed.vouched.extend(binding.vouched);
        // What is wrong with `cnf` was found before.
        let new = binding.faults.into_iter().filter(|reason| !opened.faults.contains(reason));
        let new: Vec<Reason> = new.collect();
        opened.faults.extend(new);
        return;
    }
    let occasion = context.occasion;
    let is_asked = occasion.nonce.is_some() || occasion.audience.is_some() || !occasion.transaction_data.is_empty();
    let is_due = match context.policy.key_binding {
        KeyBindingDemand::Required => true,
        KeyBindingDemand::WhenDeclared => claims.member("cnf").is_some(),
        KeyBindingDemand::Ignored => false,
    };
    if is_asked || is_due {
        opened.faults.push(Reason::new(Code::SdjwtKbMissing).expected("a key binding JWT").got("none"));
    }
}

/// Another signature over the same payload. Its header keeps the same rules.
fn further_signature(jwt: &str, context: &Context<'_>, faults: &mut Vec<Reason>) -> Result<Signed, Reason> {
    let mut jws = Jws::open(jwt)?;
    faults.append(&mut jws.header.faults);
    faults.extend(check_typ(&jws.header, None, context).err());
    Ok(signed(jws, faults))
}

fn signed(jws: Jws, faults: &mut Vec<Reason>) -> Signed {
    let Jws { header, message, signature, .. } = jws;
    let algorithm = secured::algorithm(&header, faults);
    Signed {
        algorithm,
        names_no_key: header.kid.is_none(),
        kid: header.kid.map(KeyId::Text),
        certificates: header.x5c,
        message,
        signature,
        ..Signed::default()
    }
}

/// SD-JWT VC, 2.2.1: `typ` MUST be `dc+sd-jwt`. Deviation: where the policy says so, `vc+sd-jwt` of older drafts, if the payload
/// has no JSON-LD context.
fn check_typ(header: &Header, claims: Option<&Value<'_>>, context: &Context<'_>) -> Result<(), Reason> {
    let mismatch = |got: &'static str| Reason::new(Code::JoseTypMismatch).expected(TYP).got(got);
    match header.typ.as_deref().map(short_media_type).as_deref() {
        Some(TYP) => Ok(()),
        Some(OLDER_TYP) if !context.policy.older_sd_jwt_vc => {
            Err(mismatch("vc+sd-jwt, which the policy `older_sd_jwt_vc` takes"))
        }
        Some(OLDER_TYP) if claims.is_some_and(|claims| claims.member("@context").is_some()) => {
            Err(mismatch("vc+sd-jwt with a JSON-LD context"))
        }
        Some(OLDER_TYP) => Ok(()),
        Some(_) => Err(mismatch("another `typ`")),
        None => Err(mismatch("no `typ`")),
    }
}

/// What stands or falls with the signer: its place on a list, its types, its names.
fn check_signer(signer: &Candidate, decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    if let Some(listed) = signer.signer() {
        signers::check_standing(listed, context, findings);
        signers::check_validity(listed, decoded, context, findings);
    }
    // Who may sign status lists alone signs no credentials.
    let usages = signer.certificates().first().map(Certificate::extended_key_usages).unwrap_or_default();
    if usages.iter().any(|usage| context.policy.status_signing_usages.contains(usage)) {
        findings.fail(
            Reason::new(Code::X509EkuPurpose).expected("a signer of credentials").got("a signer of status lists"),
        );
    }
    issuer_keys::check_types(decoded, signer, context).into_iter().for_each(|reason| findings.fail(reason));
    issuer_keys::check_names(decoded, signer, context, findings);
}
