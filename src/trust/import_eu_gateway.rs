//! Imports the trust list of the EU DCC gateway.
//!
//! ```json
//! [ { "kid": B64, "timestamp": T, "country": CC, "certificateType": "DSC" | "CSCA" | "UPLOAD" | "AUTHENTICATION",
//!     "thumbprint": HEX, "signature": B64, "rawData": B64 } ]
//! ```
//! Germany publishes it signed: a first line with the base64 signature of the rest, then `{"certificates": [..]}`. Not checked: the
//! CMS `signature` of each item.

use crate::crypto::algorithm::{Algorithm, Hash};
use crate::crypto::ecdsa_value::raw_from_der;
use crate::crypto::job::{Job, check_one};
use crate::crypto::public_key::PublicKey;
use crate::encoding::{base64url, json};
use crate::reason::{Code, Reason, Stage};
use crate::trust::entry::Entry;
use crate::trust::import::{
    Draft, Import, ImportFault, Options, country_file, country_override, hex, shape, text, usable_certificate,
};

/// `true` for a list of items with `rawData`, bare, under `certificates`, and after a signature line.
pub fn takes(bytes: &[u8]) -> bool {
    let body = signed_lines(bytes).map_or(bytes, |(_, body)| body);
    let Some(document) = shape(body) else { return false };
    match items(&document) {
        Some([]) => document.member("certificates").is_some(),
        Some([first, ..]) => first.member("rawData").is_some(),
        None => false,
    }
}

/// Signers and authorities whose identifier and thumbprint are those of their certificate.
///
/// # Errors
/// `sig.*` when a key is given and the list is not signed with it, `json.*` when the list is broken.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let mut draft = Draft::of_list("eu-gateway", options);
    let body = match (signed_lines(bytes), &options.key) {
        (Some((signature, body)), Some(key)) => {
            check_signature(signature, body, key)?;
            body
        }
        (None, Some(_)) => {
            return Err(Reason::new(Code::SigInvalid).expected("a signed list").got("a list without signature").into());
        }
        (Some((_, body)), None) => {
            draft.note("The list is signed, but no key was given: its signature was not checked.");
            body
        }
        (None, None) => bytes,
    };
    draft.note("The gateway's CMS signature of each item was not checked.");
    let document = json::decode(body)?;
    let items =
        items(&document).ok_or_else(|| Reason::new(Code::JsonSyntax).expected("a list").got(document.kind()))?;
    for (at, item) in items.iter().enumerate() {
        add(&mut draft, at, item, options);
    }
    Ok(draft.finish())
}

fn items<'v, 'a>(document: &'v json::Value<'a>) -> Option<&'v [json::Value<'a>]> {
    document.as_array().or_else(|| document.member("certificates")?.as_array())
}

/// The signature line and the text under it.
fn signed_lines(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = (bytes.get(..at)?, bytes.get(at.checked_add(1)?..)?);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_');
    (!line.is_empty() && line.iter().all(is_base64)).then_some((line, rest))
}

/// ECDSA with SHA-256 over the text under the line, raw or in DER. A line end at the end of the file may be signed or not.
fn check_signature(line: &[u8], body: &[u8], key: &PublicKey) -> Result<(), Reason> {
    let encoding = || Reason::new(Code::SigEncoding).expected("base64 of an ECDSA signature");
    let line = std::str::from_utf8(line).map_err(|_| encoding())?;
    let signature = base64url::decode_any(line).map_err(|_| encoding())?;
    let width = key.curve().ok_or_else(|| Reason::new(Code::SigInvalid).expected("an ECDSA key"))?.coordinate_bytes();
    let signature = if signature.len() == 2 * width { signature } else { raw_from_der(&signature, width)? };
    let algorithm = Algorithm::ecdsa(Hash::Sha256, key.kind())
        .ok_or_else(|| Reason::new(Code::SigInvalid).expected("an ECDSA key"))?;
    let trimmed = body.strip_suffix(b"\n").unwrap_or(body);
    let check = |message| {
        check_one(&Job { algorithm, key: key.clone(), message, signature: &signature, statements: None, older: None })
    };
    check(body).or_else(|_| check(trimmed))
}

fn add(draft: &mut Draft, at: usize, item: &json::Value<'_>, options: &Options) {
    let kind = text(item, "certificateType").unwrap_or_default();
    let country = text(item, "country");
    let place = format!("item {at}: {kind} {} {}", country.unwrap_or("??"), text(item, "kid").unwrap_or_default());
    match kind {
        "DSC" | "CSCA" => {}
        "AUTHENTICATION" | "UPLOAD" => {
            return draft.leave_out(format!("{kind}: a certificate of the gateway's members"));
        }
        _ => return draft.problem(place, Reason::new(Code::JsonSyntax).expected("a known certificateType")),
    }
    match decode_item(item) {
        Err(reason) => draft.problem(place, reason.at(Stage::Key)),
        Ok((certificate_text, own)) => {
            let country = country.or(options.country.as_deref());
            let file = country_file(country.or(own.subject_country()));
            let country = country_override(&own, country);
            let formats = options.formats_or("eu_dcc");
            let (certificate, environment) = (certificate_text, options.environment);
            if kind == "CSCA" {
                let entry =
                    Entry::Authority { certificate, formats, types: Vec::new(), country, environment, list: None };
                draft.take(&file, "authority", entry);
            } else {
                let (kid, withdrawn) = (None, false);
                let entry = Entry::Signer { certificate, formats, country, kid, environment, withdrawn, list: None };
                draft.take(&file, "signer", entry);
            }
        }
    }
}

/// The certificate, as text and read, if it is the one that identifier and thumbprint name.
fn decode_item(item: &json::Value<'_>) -> Result<(String, crate::trust::x509::Certificate), Reason> {
    let missing = |name: &'static str| Reason::new(Code::JsonSyntax).expected(name).got("nothing");
    let der = base64url::decode_any(text(item, "rawData").ok_or_else(|| missing("rawData"))?)?;
    let certificate = usable_certificate(&der)?;
    let thumbprint = hex(&certificate.fingerprint());
    let named = text(item, "thumbprint").ok_or_else(|| missing("thumbprint"))?;
    if !named.eq_ignore_ascii_case(&thumbprint) {
        return Err(Reason::new(Code::X509Malformed).expected("the thumbprint of the list").got(thumbprint));
    }
    let kid = base64url::decode_any(text(item, "kid").ok_or_else(|| missing("kid"))?)?;
    if kid != certificate.kid8() {
        return Err(Reason::new(Code::X509Malformed).expected("the key identifier of the list").got(&kid[..]));
    }
    Ok((base64url::encode_standard(&der), certificate))
}
