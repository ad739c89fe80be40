//! Rows of the wallet: SD-JWT VCs with everything shown, without and with key binding, and mdocs that a device shows.
//!
//! Every credential is for a holder or a device with a key of its own, and all are shown to one relying party for one nonce.

use rival_protocol::{Fault, Row};
use serde_json::{Value as Json, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::Value;
use vidimus::format::mdoc::handover::transcript;
use vidimus::issue::mdoc;
use vidimus::issue::mdoc::device::{Proof, document, response};
use vidimus::issue::sd_jwt::{self, Binding, random_salt};
use vidimus::issue::sd_jwt_vc::{self, Names};
use vidimus::occasion::Occasion;
use vidimus::occasion::session::{Handover, Session};
use vidimus::time::Timestamp;

use crate::iaca::{self, COUNTRY};
use crate::{CREDENTIALS, jwk, keys, p256, row};

const DAY: i64 = 86_400;
const CLIENT_ID: &str = "x509_san_dns:verifier.example";
const RESPONSE_URI: &str = "https://verifier.example/response";
const NONCE: &str = "measured-c0ffee-17";
/// What somebody else asked with.
const OTHER_NONCE: &str = "measured-c0ffee-18";
const DOC_TYPE: &str = "org.iso.18013.5.1.mDL";

/// What stands in disclosures of its own.
const CONCEALED: [&str; 11] = [
    "/family_name",
    "/given_name",
    "/birthdate",
    "/place_of_birth",
    "/nationalities/0",
    "/address/locality",
    "/address/country",
    "/sex",
    "/age_equal_or_over/18",
    "/issuing_authority",
    "/document_number",
];

/// SD-JWT VCs with eleven disclosures, all of them shown.
pub(crate) fn sd_jwt_vc(now: Timestamp) -> Result<Row, Fault> {
    let (keys, (issuers, trust)) = known(keys(p256)?)?;
    row(CREDENTIALS, issuers, trust, |number, issuer| credential((number, issuer), &keys[issuer], None, now))
}

/// The same, bound to their holders' keys.
pub(crate) fn sd_jwt_vc_bound(now: Timestamp) -> Result<Row, Fault> {
    let (keys, (issuers, trust)) = known(keys(p256)?)?;
    let mut first = None;
    let made = row(CREDENTIALS, issuers, trust, |number, issuer| {
        let holder = p256()?;
        let text = credential((number, issuer), &keys[issuer], Some(&holder), now)?;
        if first.is_none() {
            first = Some(bound(&text, OTHER_NONCE, &holder, now)?);
        }
        bound(&text, NONCE, &holder, now)
    })?;
    Ok(Row { replayed: first, occasion: Some(json!({ "nonce": NONCE, "audience": CLIENT_ID })), ..made })
}

/// The issuers as the contenders want them, and as entries of a trust store.
type Known = (Vec<OwnKey>, (Vec<Json>, Vec<Json>));

fn known(keys: Vec<OwnKey>) -> Result<Known, Fault> {
    let (mut issuers, mut trust) = (Vec::new(), Vec::new());
    for (number, key) in keys.iter().enumerate() {
        let (name, kid, mut jwk) = (name(number), kid(number), jwk(key)?);
        issuers.push(json!({ "name": name, "kid": kid, "jwk": jwk }));
        jwk["kid"] = json!(kid);
        trust.push(json!({ "kind": "issuer", "issuer": name, "formats": ["sd_jwt_vc"], "keys": { "keys": [jwk] } }));
    }
    Ok((keys, (issuers, trust)))
}

fn name(issuer: usize) -> String {
    format!("https://issuer-{issuer}.example")
}

/// Every issuer calls its key otherwise, for verifiers that know keys by this name alone.
fn kid(issuer: usize) -> String {
    format!("key-{issuer}")
}

/// The credential with that number by that issuer.
fn credential(
    (number, issuer): (usize, usize),
    key: &OwnKey,
    holder: Option<&OwnKey>,
    now: Timestamp,
) -> Result<String, Fault> {
    let claims = json!({
        "iss": name(issuer),
        "vct": "urn:eudi:pid:1",
        "iat": now.plus(-DAY).seconds(),
        "exp": now.plus(180 * DAY).seconds(),
        "family_name": "Lindqvist",
        "given_name": "Signe",
        "birthdate": "1964-08-12",
        "place_of_birth": { "locality": "Harbour City", "country": "XX" },
        "nationalities": ["XX"],
        "address": { "locality": "Harbour City", "country": "XX" },
        "sex": 2,
        "age_equal_or_over": { "18": true },
        "issuing_authority": "Registry of Harbour City",
        "issuing_country": "XX",
        "document_number": format!("P-{number:08}"),
    });
    let draft = sd_jwt_vc::Draft {
        disclosable: CONCEALED.map(str::to_owned).to_vec(),
        holder_key: holder.map(jwk).transpose()?,
        ..sd_jwt_vc::Draft::of(claims)
    };
    let text = sd_jwt_vc::issue(&draft, &Names::Kid(&kid(issuer)), &mut random_salt, key);
    text.map_err(|fault| fault.to_string().into())
}

fn bound(text: &str, nonce: &str, holder: &OwnKey, now: Timestamp) -> Result<String, Fault> {
    let binding = Binding {
        nonce: nonce.to_owned(),
        audience: CLIENT_ID.to_owned(),
        issued_at: now,
        transaction_data: Vec::new(),
    };
    sd_jwt::bind(text, &binding, Hash::Sha256, holder).map_err(|fault| fault.to_string().into())
}

/// Responses with one mobile driving licence of ten elements, signed by its device for a session of OpenID4VP 1.0.
pub(crate) fn mdocs(now: Timestamp) -> Result<Row, Fault> {
    let signers = iaca::signers(now)?;
    let (mut issuers, mut trust) = (Vec::new(), Vec::new());
    for signer in &signers {
        let authority = base64url::encode_standard(&signer.authority);
        trust.push(json!({ "kind": "authority", "certificate": authority, "formats": ["mdoc"] }));
        issuers.push(json!({ "authority": authority, "certificate": base64url::encode_standard(&signer.certificate) }));
    }
    let (session, other) = (session(NONCE, now)?, session(OTHER_NONCE, now)?);
    let mut first = None;
    let made = row(CREDENTIALS, issuers, trust, |number, issuer| {
        let device = p256()?;
        let (signer, draft) = (&signers[issuer], licence(number, &device, now));
        let chain = [signer.certificate.clone()];
        let issued = mdoc::issue(&draft, &signer.key, &chain, &mut mdoc::random);
        let issued = issued.map_err(|fault| fault.to_string())?;
        if first.is_none() {
            first = Some(shown(&issued, &other, &device)?);
        }
        shown(&issued, &session, &device)
    })?;
    let occasion = json!({
        "nonce": NONCE, "audience": CLIENT_ID, "response_uri": RESPONSE_URI, "transcript": base64url::encode(&session),
    });
    Ok(Row { replayed: first, occasion: Some(occasion), ..made })
}

/// The encoded transcript of a session with that nonce.
fn session(nonce: &str, now: Timestamp) -> Result<Vec<u8>, Fault> {
    let session = Session {
        handover: Handover::Openid4vp,
        client_id: Some(CLIENT_ID.to_owned()),
        response_uri: Some(RESPONSE_URI.to_owned()),
        ..Session::default()
    };
    let occasion = Occasion { nonce: Some(nonce.to_owned()), session: Some(session), ..Occasion::at(now) };
    transcript(&occasion, Handover::Openid4vp).ok_or_else(|| "no transcript".into())
}

fn shown(issued: &[u8], transcript: &[u8], device: &OwnKey) -> Result<String, Fault> {
    let shown = document(DOC_TYPE, issued, &Value::Map(Vec::new()), transcript, Proof::Signature(device));
    Ok(base64url::encode(&response(&[shown.map_err(|fault| fault.to_string())?])))
}

fn licence(number: usize, device: &OwnKey, now: Timestamp) -> mdoc::Draft {
    let text = |name: &str, value: &str| (name.to_owned(), Value::Text(value.to_owned().into()));
    let date =
        |name: &str, day: &str| (name.to_owned(), Value::Tag(1004, Box::new(Value::Text(day.to_owned().into()))));
    let elements = vec![
        text("family_name", "Lindqvist"),
        text("given_name", "Signe"),
        date("birth_date", "1964-08-12"),
        date("issue_date", "2024-01-01"),
        date("expiry_date", "2034-01-01"),
        text("issuing_country", COUNTRY),
        text("issuing_authority", "Authority of measurements"),
        text("document_number", &format!("{number:08}")),
        text("resident_city", "Harbour City"),
        ("age_over_18".to_owned(), Value::Bool(true)),
    ];
    mdoc::Draft {
        doc_type: DOC_TYPE.to_owned(),
        name_spaces: vec![("org.iso.18013.5.1".to_owned(), elements)],
        signed: now.plus(-DAY),
        valid_from: now.plus(-DAY),
        valid_until: now.plus(30 * DAY),
        device_key: device.public_key().clone(),
        device_name_spaces: Vec::new(),
        hash: Hash::Sha256,
        status: None,
    }
}
