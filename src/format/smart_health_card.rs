//! SMART Health Cards (spec 1.4.0): a compact JWS around a compressed JWT that holds a FHIR bundle; as QR text, as file, bare.
//!
//! Not here: SMART Health Links; who certified an issuer's certificates (trust rests on the trust list).

use std::borrow::Cow;

use crate::check::{Findings, Note};
use crate::core_data::from_fhir;
use crate::credential::{Claims, Decoded, KeyId, Opened, Signed};
use crate::crypto::algorithm::Algorithm;
use crate::encoding::json::Value;
use crate::encoding::{deflate, json};
use crate::envelope::jws::{Header, Jws, no_kid, shape_of};
use crate::format::candidate::Candidate;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::{About, Claim, Context, Disclosed, Format, Keys, shc_keys, shc_numeric, shc_payload};
use crate::limits;
use crate::policy::Policy;
use crate::reason::{Code, Reason};
use crate::trust::Consulted;

pub use crate::format::shc_numeric::{is_chunk, same_card};

/// A SMART Health Card.
pub struct SmartHealthCard;

static ABOUT: About = About {
    name: shc_keys::NAME,
    title: "SMART Health Card",
    specification: "SMART Health Cards 1.4.0",
    begins: &["shc:/", "a compact JWS whose header holds `zip`", "a .smart-health-card file"],
    algorithms: &["ES256"],
    status: "revocation list of the issuer's key (`rid`)",
    issues: true,
};

/// Characters of the longest JWS header that detection looks at.
const HEADER_CHARS: usize = 2048;

impl Format for SmartHealthCard {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        shc_numeric::begins(glance.text()) || is_compressed_jws(glance)
    }

    fn open_in<'i>(
        &self,
        _: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        match texts {
            [jws] if is_compressed_jws(&Glance::of(jws)) => open_jws(jws, seen.header),
            texts => {
                let jws = shc_numeric::decode(texts, context.policy.strict)?;
                let mut opened = open_jws(&jws, None)?;
                if context.policy.strict {
                    opened.faults.extend(shc_numeric::check_length(&jws).err());
                }
                Ok(opened)
            }
        }
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        let mut decoded = shc_payload::decode_payload(&opened.payload, policy)?;
        let jws_chars = opened.signed.message.len() + 1 + (opened.signed.signature.len() * 4).div_ceil(3);
        if jws_chars > shc_numeric::SINGLE_CHARS {
            let sentence =
                format!("The JWS has {jws_chars} characters; {} fit into one QR code.", shc_numeric::SINGLE_CHARS);
            decoded.notes.push(Note::new("shc.too_long", sentence));
        }
        Ok(decoded)
    }

    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        let issuer = decoded.and_then(|decoded| decoded.issuer.as_deref());
        match (issuer, &signed.kid) {
            (Some(issuer), Some(KeyId::Text(kid))) if shc_payload::check_issuer_url(issuer).is_ok() => {
                shc_keys::of_issuer(issuer, kid, context)
            }
            // What is wrong with the issuer's name or the identifier is said already.
            _ => Keys::default(),
        }
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        signer: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        let Claims::Json(claims) = &decoded.claims else { return Vec::new() };
        shc_payload::check_times(decoded, context.occasion, context.policy, findings);
        shc_payload::check_content(claims, decoded, context.policy, findings);
        if let (Some(signer), Some(issuer)) = (signer, decoded.issuer.as_deref()) {
            shc_keys::note_certificates(issuer, signer, context, findings);
            let rid = claims.member("vc").and_then(|vc| vc.member("rid")).and_then(Value::as_str);
            shc_keys::check_status(issuer, signer, (rid, decoded.not_before), context, findings);
        }
        Vec::new()
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let Ok(claims) = json::decode(payload) else { return Disclosed::default() };
        let core = from_fhir::core_data(&claims);
        let json::Value::Object(members) = claims else { return Disclosed::default() };
        let named = |(name, value): (Cow<'p, str>, json::Value<'p>)| (name.into_owned().into(), Claim::Json(value));
        Disclosed { claims: members.into_iter().map(named).collect(), core }
    }
}

/// `true` when a text looks like a file of cards: a `.smart-health-card` file, or the answer of `$health-cards-issue`.
pub fn is_file(text: &str) -> bool {
    text.trim_start().starts_with('{') && text.contains("verifiableCredential")
}

/// The JWS texts of a file: `{"verifiableCredential": [..]}`, or FHIR `Parameters` with such parameters.
///
/// # Errors
/// `json.*`; `claim.missing` when it holds no card, `claim.type` when one is no text.
pub fn texts_of_file(text: &str, policy: &Policy) -> Result<Vec<String>, Reason> {
    shc_payload::check_no_space(text.as_bytes(), policy)?;
    let file = json::decode(text.as_bytes())?;
    let cards: Vec<&Value<'_>> = match (file.member("verifiableCredential"), file.member("parameter")) {
        (Some(Value::Array(cards)), _) => cards.iter().collect(),
        (None, Some(Value::Array(parameters))) => {
            let holds_card = |parameter: &&Value<'_>| {
                parameter.member("name").and_then(Value::as_str) == Some("verifiableCredential")
            };
            parameters
                .iter()
                .filter(holds_card)
                .map(|parameter| parameter.member("valueString").unwrap_or(&Value::Null))
                .collect()
        }
        _ => Vec::new(),
    };
    if cards.is_empty() {
        return Err(Reason::new(Code::ClaimMissing).expected("cards in `verifiableCredential`"));
    }
    if cards.len() > limits::CREDENTIALS {
        return Err(Reason::new(Code::InputTooManyItems).expected(limits::CREDENTIALS).got(cards.len()));
    }
    let text = |card: &&Value<'_>| {
        let wrong = || Reason::new(Code::ClaimType).expected("a JWS text in `verifiableCredential`").got(card.kind());
        card.as_str().map(str::to_owned).ok_or_else(wrong)
    };
    cards.iter().map(text).collect()
}

/// Three parts, the first of which decodes to an object with a member `zip`. Looks at the first part only, if it can.
fn is_compressed_jws(glance: &Glance<'_>) -> bool {
    let text = glance.text();
    let is_short = |header: &str| header.starts_with("eyJ") && header.len() < HEADER_CHARS;
    text.is_char_boundary(HEADER_CHARS.min(text.len()))
        && shape_of(text).is_some_and(|(header, _)| is_short(header))
        && glance.header_bytes().is_some_and(|header| header.windows(5).any(|part| part == b"\"zip\""))
}

fn open_jws(text: &str, seen: Option<Header>) -> Result<Opened<'static>, Reason> {
    let Jws { header, payload, message, signature } = Jws::open_seen(text, seen)?;
    let algorithm = header.allowed_algorithm(&[Algorithm::Es256]);
    let mut faults = header.faults;
    if header.kid.is_none() {
        faults.push(no_kid());
    }
    // Without it the payload is no DEFLATE stream, or one of another kind.
    if header.zip.as_deref() != Some("DEF") {
        return Err(Reason::new(Code::ShcHeader).expected("zip `DEF`"));
    }
    let algorithm = algorithm.unwrap_or_else(|reason| {
        faults.push(reason);
        None
    });
    let signed = Signed { algorithm, kid: header.kid.map(KeyId::Text), message, signature, ..Signed::default() };
    Ok(Opened { payload: deflate::inflate_raw(&payload)?.into(), signed, faults, ..Opened::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::base64url;

    #[test]
    fn begins_by_shape_alone() {
        let card = SmartHealthCard;
        let header = base64url::encode(br#"{"zip":"DEF"}"#);
        assert!(card.begins("shc:/12") && card.begins("SHC:/12") && card.begins("shc:12"));
        assert!(card.begins(&format!("{header}.x.y")));
        let other = base64url::encode(br#"{"alg":"ES256"}"#);
        for text in ["", "sh", "HC1:", "eyJ", "eyJ.a.b", &header, &format!("{other}.x.y"), "sh\u{e9}:/"] {
            assert!(!card.begins(text), "{text}");
        }
    }

    #[test]
    fn files_hold_texts() {
        let strict = Policy { strict: true, ..Policy::default() };
        let file = r#"{"verifiableCredential":["a","b"]}"#;
        let parameters = r#"{"resourceType":"Parameters","parameter":[{"name":"verifiableCredential","valueString":"a"},{"name":"x"}]}"#;
        assert!(is_file(file) && is_file(parameters) && !is_file("{}") && !is_file("verifiableCredential"));
        assert_eq!(texts_of_file(file, &strict).unwrap(), ["a", "b"]);
        assert_eq!(texts_of_file(parameters, &strict).unwrap(), ["a"]);
        let code = |text: &str, policy: &Policy| texts_of_file(text, policy).unwrap_err().code();
        assert_eq!(code(&format!("{file}\n"), &strict), Code::JsonSyntax);
        assert!(texts_of_file(&format!("{file}\n"), &Policy::default()).is_ok());
        assert_eq!(code(r#"{"verifiableCredential":[1]}"#, &strict), Code::ClaimType);
        assert_eq!(code(r#"{"verifiableCredential":[]}"#, &strict), Code::ClaimMissing);
        assert_eq!(code(r#"{"verifiableCredential":{}}"#, &strict), Code::ClaimMissing);
        let many = format!(r#"{{"verifiableCredential":[{}]}}"#, vec!["\"a\""; limits::CREDENTIALS + 1].join(","));
        assert_eq!(code(&many, &strict), Code::InputTooManyItems);
    }
}
