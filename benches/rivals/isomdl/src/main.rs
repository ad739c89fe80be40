//! The `isomdl` library as a contender: a DeviceResponse in, its checked certificates, signatures and digests and its elements out.
//!
//! Up to 0.2.0 it compares no digests, so an element could say anything: the contender does that with `sha2`. Nobody looks here at the
//! times of the signed object, at its document type, or at lists of revoked certificates.

use std::hint::black_box;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use isomdl::cbor;
use isomdl::definitions::device_response::Document;
use isomdl::definitions::helpers::Tag24;
use isomdl::definitions::session::SessionTranscript;
use isomdl::definitions::x509::trust_anchor::{PemTrustAnchor, TrustAnchorRegistry, TrustPurpose};
use isomdl::definitions::x509::validation::ValidationRuleset;
use isomdl::definitions::{DeviceResponse, Mso};
use isomdl::presentation::authentication::mdoc::{device_authentication, issuer_authentication};
use isomdl::presentation::reader;
use rival_protocol::{Fault, Row, Work, answer, text_of};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The session of OpenID4VP 1.0, which the library has no name for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Transcript(ciborium::Value);

impl SessionTranscript for Transcript {}

fn main() -> Result<(), Fault> {
    let row = Row::read("mdoc.es256")?;
    let authorities = row.issuers.iter().map(|issuer| {
        let body = text_of(issuer, "authority")?;
        let certificate_pem = pem(&BASE64_STANDARD.decode(body)?);
        Ok(PemTrustAnchor { certificate_pem, purpose: TrustPurpose::Iaca })
    });
    let trust = TrustAnchorRegistry::from_pem_certificates(authorities.collect::<Result<_, Fault>>()?)?;
    let session = text_of(row.occasion.as_ref().ok_or("no session")?, "transcript")?;
    let session = Transcript(cbor::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(session)?)?);
    let work = Work::verifying("mdoc.es256", row, move |text| {
        let response: DeviceResponse = cbor::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text)?)?;
        let (document, chain, elements) = reader::parse(&response)?;
        let certificates = ValidationRuleset::Mdl.validate(&chain, &trust);
        if !certificates.success() {
            return Err(certificates.errors.join(", ").into());
        }
        issuer_authentication(chain, &document.issuer_signed)?;
        device_authentication(document, session.clone())?;
        check_digests(document)?;
        black_box(elements);
        Ok(())
    })?;
    answer(vec![work])
}

/// ISO/IEC 18013-5, 9.3.1: whether every element is the one that was signed.
fn check_digests(document: &Document) -> Result<(), Fault> {
    let payload = document.issuer_signed.issuer_auth.payload.as_ref().ok_or("nothing is signed")?;
    let signed: Tag24<Mso> = cbor::from_slice(payload)?;
    let spaces = document.issuer_signed.namespaces.as_ref().ok_or("no elements")?;
    for (space, items) in spaces.iter() {
        let digests = signed.as_ref().value_digests.get(space).ok_or("a name space without digests")?;
        for item in items.iter() {
            let digest = digests.get(&item.as_ref().digest_id).ok_or("an element without a digest")?;
            if Sha256::digest(cbor::to_vec(item)?)[..] != *AsRef::<[u8]>::as_ref(digest) {
                return Err(format!("{} is not as signed", item.as_ref().element_identifier).into());
            }
        }
    }
    Ok(())
}

fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
