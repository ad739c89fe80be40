//! Bench cases: a DeviceResponse with one document of ten elements, signed by a device of its own, as OpenID4VP sends it.

use serde_json::json;

use crate::cli::bench::case::{Choice, Issuer, Maker};
use crate::crypto::algorithm::Hash;
use crate::crypto::baseline::Bare;
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::encoding::base64url;
use crate::encoding::cbor::Value;
use crate::format::mdoc::handover::transcript;
use crate::issue::mdoc::device::{Proof, document, response};
use crate::issue::mdoc::{Draft, issue, random};
use crate::issue::{IssueFault, test_ca};
use crate::occasion::Occasion;
use crate::occasion::session::{Handover, Session};
use crate::time::Timestamp;

/// How mdocs are made.
pub(super) const MAKERS: &[Maker] =
    &[Maker { format: "mdoc", choice: Choice::plain(Some(Bare::Es256)), issuer: mdoc_issuer }];

const DOC_TYPE: &str = "org.iso.18013.5.1.mDL";
const DAY: i64 = 86_400;

/// What every response is made for.
pub(super) fn occasion(now: Timestamp) -> Occasion {
    let session = Session {
        handover: Handover::Openid4vp,
        client_id: Some("x509_san_dns:verifier.example".to_owned()),
        response_uri: Some("https://verifier.example/response".to_owned()),
        ..Session::default()
    };
    Occasion { nonce: Some("measured".to_owned()), session: Some(session), ..Occasion::at(now) }
}

fn mdoc_issuer(_: usize) -> Result<Issuer, SignFault> {
    // Certificates begin with a day: the one before, so that what is signed now is signed within.
    let ca = test_ca::make("XV", crate::cli::demands::now().plus(-2 * DAY)).map_err(|_| SignFault::Refused)?;
    let entry = json!({
        "kind": "authority", "formats": ["mdoc"], "certificate": base64url::encode_standard(&ca.authority.der),
    });
    let signer = OwnKey::from_pem(&ca.signer.key_pem).map_err(|_| SignFault::Refused)?;
    let chain = vec![ca.signer.der];
    Ok(Issuer { entry, credential: Box::new(move |number, now| credential(number, &signer, &chain, now)) })
}

fn credential(number: usize, signer: &OwnKey, chain: &[Vec<u8>], now: Timestamp) -> Result<String, IssueFault> {
    let (device, _) = OwnKey::generate_p256().map_err(|fault| IssueFault::Key(fault.to_string()))?;
    let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned().into()));
    let date =
        |name: &str, day: &str| (name.to_owned(), Value::Tag(1004, Box::new(Value::Text(day.to_owned().into()))));
    let draft = Draft {
        doc_type: DOC_TYPE.to_owned(),
        name_spaces: vec![(
            "org.iso.18013.5.1".to_owned(),
            vec![
                text("family_name", "Lindqvist"),
                text("given_name", "Signe"),
                date("birth_date", "1964-08-12"),
                date("issue_date", "2024-01-01"),
                date("expiry_date", "2034-01-01"),
                text("issuing_country", "XV"),
                text("issuing_authority", "Authority of measurements"),
                text("document_number", &format!("{number:08}")),
                text("resident_city", "Uppsala"),
                ("age_over_18".to_owned(), Value::Bool(true)),
            ],
        )],
        signed: now.plus(-DAY),
        valid_from: now.plus(-DAY),
        valid_until: now.plus(30 * DAY),
        device_key: device.public_key().clone(),
        device_name_spaces: Vec::new(),
        hash: Hash::Sha256,
        status: None,
    };
    let issued = issue(&draft, signer, chain, &mut random)?;
    let transcript = transcript(&occasion(now), Handover::Openid4vp).unwrap_or_default();
    let proof = Proof::Signature(&device);
    let shown = document(DOC_TYPE, &issued, &Value::Map(Vec::new()), &transcript, proof)?;
    Ok(base64url::encode(&response(&[shown])))
}
