//! Imports a VICAL: the list of authorities that issue mobile documents (ISO/IEC 18013-5, second edition, Annex C).
//!
//! ```cddl
//! VICAL = { "version": tstr, "vicalProvider": tstr, "date": tdate, ? "vicalIssueID": uint, ? "nextUpdate": tdate,
//!           "certificateInfos": [* { "certificate": bstr, "serialNumber": biguint, "ski": bstr, "docType": [+ tstr],
//!             ? "issuingCountry": tstr, ? "notBefore": tdate, ? "notAfter": tdate, * tstr => any }], * tstr => any }
//! ```
//! It is the payload of a COSE_Sign1 message, with its tag or without; its signer's certificates come in the unprotected header. An older
//! list is not told from a newer one: which one is imported is the operator's doing.

use crate::crypto::algorithm::Algorithm;
use crate::encoding::base64url;
use crate::encoding::cbor::{self, Value};
use crate::envelope::cose::{AlgorithmLabel, Sign1, Wrappings, open_sign1};
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, LIST_BYTES, Options, country_file, usable_certificate};
use crate::trust::list_signer::{ListSignature, VICAL_SIGNER, check_list_signature};
use crate::trust::x509::Certificate;

/// The version that this importer reads.
const VERSION: &str = "1.0";
/// Certificates of the largest list.
const MOST: usize = 10_000;

/// `true` for a signed message whose payload is a map with `certificateInfos`.
pub fn takes(bytes: &[u8]) -> bool {
    let begins = bytes.starts_with(b"\xd2\x84") || bytes.starts_with(b"\x84");
    begins && bytes.len() <= LIST_BYTES && open(bytes).is_ok_and(|message| infos(&message).is_ok())
}

/// The authorities, each for the document types that the list names.
///
/// # Errors
/// [`ImportFault::Option`] when nobody said who signs the list; `sig.*` and `x509.*` when it is not signed by them; `cose.*`, `cbor.*`
/// when it is malformed.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    options.check_signer_named()?;
    let mut draft = Draft::of_list("vical", options);
    let message = open(bytes)?;
    if options.signers.is_empty() {
        draft.note("Nobody checked who signed the list.");
    } else {
        let algorithm = match message.algorithm {
            AlgorithmLabel::Number(number) => Algorithm::from_cose(number),
            AlgorithmLabel::Other(_) => None,
        };
        let signed = ListSignature {
            algorithm,
            certificates: &message.x5chain,
            message: &message.message,
            signature: &message.signature,
            usage: Some(VICAL_SIGNER),
        };
        let signer = check_list_signature(&signed, &options.signers, options.imported_at)?;
        draft.note(format!("The list is signed by {signer}."));
    }
    let list = cbor::decode_wide(&message.payload)?;
    tell_about(&list, options, &mut draft)?;
    let infos = certificates(&list)?;
    for (at, info) in infos.iter().enumerate() {
        add(&mut draft, at, info, options);
    }
    Ok(draft.finish())
}

fn open(bytes: &[u8]) -> Result<Sign1, Reason> {
    open_sign1(bytes, Wrappings { cwt_tag: false, untagged: true })
}

fn infos(message: &Sign1) -> Result<usize, Reason> {
    certificates(&cbor::decode_wide(&message.payload)?).map(<[_]>::len)
}

fn certificates<'v, 'a>(list: &'v Value<'a>) -> Result<&'v [Value<'a>], Reason> {
    let infos = list.entry_text("certificateInfos").and_then(Value::as_array);
    let infos = infos.ok_or_else(|| malformed("a list as `certificateInfos`"))?;
    if infos.len() > MOST {
        return Err(Reason::new(Code::InputTooManyItems).expected(MOST).got(infos.len()));
    }
    Ok(infos)
}

/// What the list says of itself: which version, by whom, until when.
fn tell_about(list: &Value<'_>, options: &Options, draft: &mut Draft) -> Result<(), Reason> {
    let text = |name: &str| list.entry_text(name).and_then(Value::as_text);
    if text("version") != Some(VERSION) {
        return Err(malformed(VERSION).got("another `version`"));
    }
    let provider = text("vicalProvider").ok_or_else(|| malformed("a text as `vicalProvider`"))?;
    let date = date(list, "date")?.ok_or_else(|| malformed("a time as `date`"))?;
    draft.note(format!("The list of {provider}, as of {date}."));
    if date > options.imported_at {
        return Err(Reason::new(Code::TimeNotYetValid).at(Stage::Key).expected(options.imported_at).got(date));
    }
    if let Some(next) = self::date(list, "nextUpdate")?.filter(|next| *next < options.imported_at) {
        draft.note(format!("A newer list was due on {next}."));
    }
    Ok(())
}

/// `tdate`: tag 0 around RFC 3339.
fn date(map: &Value<'_>, name: &'static str) -> Result<Option<Timestamp>, Reason> {
    let Some(value) = map.entry_text(name) else { return Ok(None) };
    let text = match value {
        Value::Tag(0, text) => text.as_text(),
        _ => None,
    };
    text.and_then(Timestamp::from_rfc3339).map(Some).ok_or_else(|| malformed(name).got(value.kind()))
}

fn add(draft: &mut Draft, at: usize, info: &Value<'_>, options: &Options) {
    let who = info.entry_text("issuingAuthority").and_then(Value::as_text).unwrap_or_default();
    let place = format!("certificate {at} ({who})");
    match decode_info(info) {
        Err(reason) => draft.problem(place, reason.at(Stage::Key)),
        Ok((der, certificate, types)) => {
            if !states_its_times(info, &certificate) {
                // A list in use writes hours after noon as those before it.
                draft.note(format!("{place}: the list states other times than the certificate, whose own count."));
            }
            let types = if options.types.is_empty() { types } else { options.types.clone() };
            let entry = Entry::Authority {
                certificate: base64url::encode_standard(der),
                formats: options.formats_or("mdoc"),
                types,
                country: None,
                environment: options.environment,
                list: None,
            };
            draft.take(&country_file(certificate.subject_country()), "authority", entry);
        }
    }
}

/// The certificate, if it is an authority's and what the list says about it is true; and the document types.
fn decode_info<'v>(info: &'v Value<'_>) -> Result<(&'v [u8], Certificate, Vec<String>), Reason> {
    let bytes = |name: &'static str| {
        info.entry_text(name).and_then(Value::as_bytes).ok_or_else(|| malformed(format!("bytes as `{name}`")))
    };
    let der = bytes("certificate")?;
    let certificate = usable_certificate(der)?;
    if !certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca) {
        return Err(Reason::new(Code::X509NotACa).got(certificate.subject_text()));
    }
    check_identifier(bytes("ski")?, &certificate)?;
    let country = info.entry_text("issuingCountry").and_then(Value::as_text);
    if let (Some(said), Some(own)) = (country, certificate.subject_country())
        && !said.eq_ignore_ascii_case(own)
    {
        return Err(Reason::new(Code::X509Malformed).expected(own.to_owned()).got(said.to_owned()));
    }
    let types = info.entry_text("docType").and_then(Value::as_array).filter(|types| !types.is_empty());
    let types = types.and_then(|types| types.iter().map(|name| name.as_text().map(str::to_owned)).collect());
    Ok((der, certificate, types.ok_or_else(|| malformed("texts as `docType`"))?))
}

/// Whether the times that the list states are those of the certificate.
fn states_its_times(info: &Value<'_>, certificate: &Certificate) -> bool {
    [("notBefore", certificate.not_before()), ("notAfter", certificate.not_after())]
        .into_iter()
        .all(|(name, own)| date(info, name).is_ok_and(|said| said.is_none_or(|said| said == own)))
}

/// `ski` is the certificate's own; some lists wrap it in DER as the certificate does, once or twice.
fn check_identifier(said: &[u8], certificate: &Certificate) -> Result<(), Reason> {
    let own = certificate.subject_key_id().unwrap_or_default();
    let wrapped = |bytes: &[u8]| [&[0x04, u8::try_from(bytes.len()).unwrap_or(u8::MAX)][..], bytes].concat();
    if said == own || said == wrapped(own) || said == wrapped(&wrapped(own)) {
        return Ok(());
    }
    Err(Reason::new(Code::X509Malformed).expected("the key identifier of the certificate").got(said))
}

fn malformed(expected: impl Into<crate::reason::Fact>) -> Reason {
    Reason::new(Code::CosePayload).expected(expected)
}

#[cfg(test)]
mod tests;
