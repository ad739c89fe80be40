//! Imports certificates of signers and authorities: PEM blocks, or one certificate in DER.

use crate::crypto::pem;
use crate::encoding::base64url;
use crate::reason::{Code, Reason};
use crate::trust::entry::Entry;
use crate::trust::import::{
    Draft, Import, ImportFault, Options, country_file, country_override, is_authority, short_digest, usable_certificate,
};

/// `true` for a PEM text and for a DER sequence that may be a certificate.
pub fn takes(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x30, 0x82]) || is_pem(bytes)
}

/// Words may stand before the first block, but JSON that holds blocks is another's list.
fn is_pem(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| text.contains("-----BEGIN ") && !text.trim_start().starts_with(['{', '[']))
}

/// Signers, and authorities where a certificate is self-issued and may issue others.
///
/// # Errors
/// `x509.malformed` when the PEM text is broken or holds no block at all.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    // A list that was named is replaced as a whole; single certificates stand beside those of other imports.
    let (mut draft, mark) = match &options.list {
        Some(_) => (Draft::of_list("pem", options), String::new()),
        None => (Draft::of_items("pem", options), format!("-{}", short_digest(bytes))),
    };
    if !bytes.starts_with(b"0") || is_pem(bytes) {
        let malformed = || Reason::new(Code::X509Malformed).expected("PEM blocks");
        let text = std::str::from_utf8(bytes).map_err(|_| malformed())?;
        let blocks = pem::blocks(text).filter(|blocks| !blocks.is_empty()).ok_or_else(malformed)?;
        for (at, block) in blocks.iter().enumerate() {
            let place = format!("block {} ({})", at + 1, block.label);
            match block.label {
                "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                    add(&mut draft, &block.bytes, place, &mark, options);
                }
                "PUBLIC KEY" => draft.leave_out("a bare public key names neither its owner nor its identifier"),
                label if label.ends_with("PRIVATE KEY") => {
                    draft.problem(place, Reason::new(Code::JosePrivateKeyExposed));
                }
                _ => draft.leave_out("no certificate"),
            }
        }
    } else {
        add(&mut draft, bytes, "the certificate".to_owned(), &mark, options);
    }
    Ok(draft.finish())
}

fn add(draft: &mut Draft, der: &[u8], place: String, mark: &str, options: &Options) {
    let certificate = match usable_certificate(der) {
        Ok(certificate) => certificate,
        Err(reason) => return draft.problem(place, reason),
    };
    let country = country_override(&certificate, options.country.as_deref());
    let file = country_file(country.as_deref().or(certificate.subject_country())) + mark;
    let formats = options.formats_or("eu_dcc");
    let (environment, certificate_text) = (options.environment, base64url::encode_standard(der));
    if is_authority(&certificate) {
        let entry = Entry::Authority {
            certificate: certificate_text,
            formats,
            types: Vec::new(),
            country,
            environment,
            list: None,
        };
        draft.take(&file, "authority", entry);
    } else {
        let entry = Entry::Signer {
            certificate: certificate_text,
            formats,
            country,
            kid: None,
            environment,
            withdrawn: false,
            list: None,
        };
        draft.take(&file, "signer", entry);
    }
}
