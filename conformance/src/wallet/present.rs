//! Presentations: one credential, shown for one session, rightly or with a fault.

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::random::random_bytes;
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::Value as Cbor;
use vidimus::envelope::sd_jwt::digest;
use vidimus::format::mdoc::handover::transcript;
use vidimus::issue::mdoc::device::{Proof, document, response, showing};
use vidimus::issue::{jws, sd_jwt};
use vidimus::occasion::Occasion;
use vidimus::occasion::session::{Handover, Session};
use vidimus::time::Timestamp;

use super::fault::Fault;
use super::holdings::{Format, Held};

/// What a presentation is bound to.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The request's nonce.
    pub nonce: String,
    /// The client identifier, or `origin:` and the origin.
    pub audience: String,
    /// Where the response goes.
    pub response_uri: Option<String>,
    /// The origin, over the Digital Credentials API.
    pub origin: Option<String>,
    /// The thumbprint of the key that the response is encrypted for.
    pub thumbprint: Option<String>,
    /// Transactions, as they came.
    pub transactions: Vec<String>,
    /// The present.
    pub now: Timestamp,
}

/// The presentation of that credential with those claims (JSON pointers), as it stands in `vp_token`.
///
/// # Errors
/// A sentence.
pub fn present(held: &Held, shows: &[String], bound: &Bound, fault: Fault) -> Result<Value, String> {
    let kept = shows.len().saturating_sub(usize::from(fault == Fault::MissingClaim));
    let shows = shows.get(..kept).unwrap_or_default();
    let mut bound = bound.clone();
    if fault == Fault::OtherClient {
        bound.audience = "x509_san_dns:other-verifier.example".to_owned();
    }
    match held.format {
        Format::SdJwtVc => sd_jwt_vc(held, shows, &bound, fault).map(Value::String),
        Format::Mdoc => mdoc(held, shows, &bound, fault).map(|bytes| base64url::encode(&bytes).into()),
    }
}

fn sd_jwt_vc(held: &Held, shows: &[String], bound: &Bound, fault: Fault) -> Result<String, String> {
    let text = str::from_utf8(&held.bytes).map_err(|error| error.to_string())?;
    let everything = [String::new()];
    let shows = if fault == Fault::OverDisclosure { &everything[..] } else { shows };
    let mut shown = sd_jwt::show(text, shows).map_err(|it| it.to_string())?;
    match fault {
        Fault::InvalidCredentialSignature => {
            let (jwt, rest) = shown.split_once('~').ok_or("no SD-JWT")?;
            shown = format!("{}~{rest}", with_flipped_signature(jwt)?);
        }
        Fault::ClaimChanged => shown = with_changed_disclosure(&shown)?,
        Fault::NoKeyBinding => return Ok(shown),
        _ => {}
    }
    let binding = key_binding(&shown, held, bound, fault)?;
    Ok(format!("{shown}{binding}"))
}

/// RFC 9901, 4.3.
fn key_binding(shown: &str, held: &Held, bound: &Bound, fault: Fault) -> Result<String, String> {
    const DAY: i64 = 86_400;
    let other = || base64url::encode(&random_bytes::<32>());
    let issued_at = match fault {
        Fault::KbJwtIatInPast => bound.now.plus(-DAY),
        Fault::KbJwtIatInFuture => bound.now.plus(DAY),
        _ => bound.now,
    };
    let nonce = if fault == Fault::InvalidKbJwtNonce { other() } else { bound.nonce.clone() };
    let audience = match fault {
        Fault::InvalidKbJwtAud => "https://other-verifier.example".to_owned(),
        _ => bound.audience.clone(),
    };
    let hash = if fault == Fault::InvalidSdHash { other() } else { digest(Hash::Sha256, shown) };
    let mut claims = json!({ "iat": issued_at.seconds(), "aud": audience, "nonce": nonce, "sd_hash": hash });
    if !bound.transactions.is_empty() {
        let hashes: Vec<String> = bound.transactions.iter().map(|text| digest(Hash::Sha256, text)).collect();
        claims["transaction_data_hashes"] = hashes.into();
        claims["transaction_data_hashes_alg"] = "sha-256".into();
    }
    let stranger = OwnKey::generate_p256().map_err(|it| it.to_string())?.0;
    let signer: &dyn Signer = if fault == Fault::AnotherDevice { &stranger } else { &held.holder };
    let signed = jws::sign(&[("typ", "kb+jwt")], claims.to_string().as_bytes(), signer);
    let signed = signed.map_err(|fault| fault.to_string())?;
    if fault == Fault::InvalidKbJwtSignature { with_flipped_signature(&signed) } else { Ok(signed) }
}

/// The same JWS with one bit of its signature turned over.
pub fn with_flipped_signature(jwt: &str) -> Result<String, String> {
    let (message, signature) = jwt.rsplit_once('.').ok_or("no JWS")?;
    let mut bytes = base64url::decode(signature).map_err(|reason| reason.to_string())?;
    if let Some(byte) = bytes.last_mut() {
        *byte ^= 1;
    }
    Ok(format!("{message}.{}", base64url::encode(&bytes)))
}

/// The same with another value in the last disclosure.
fn with_changed_disclosure(shown: &str) -> Result<String, String> {
    let (before, last) = shown.trim_end_matches('~').rsplit_once('~').ok_or("nothing is disclosed")?;
    let bytes = base64url::decode(last).map_err(|reason| reason.to_string())?;
    let mut disclosure: Vec<Value> = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    if let Some(value) = disclosure.last_mut() {
        *value = "somebody else".into();
    }
    let changed = base64url::encode(Value::from(disclosure).to_string().as_bytes());
    Ok(format!("{before}~{changed}~"))
}

fn mdoc(held: &Held, shows: &[String], bound: &Bound, fault: Fault) -> Result<Vec<u8>, String> {
    let all = elements(held);
    let asked: Vec<(&str, &str)> = shows.iter().filter_map(|place| place.strip_prefix('/')?.split_once('/')).collect();
    let asked: Vec<(&str, &str)> = if fault == Fault::OverDisclosure { all } else { asked };
    let mut issuer_signed = showing(&held.bytes, &asked).ok_or("no mdoc")?;
    match fault {
        // The signature is the last there.
        Fault::InvalidCredentialSignature => {
            if let Some(byte) = issuer_signed.last_mut() {
                *byte ^= 1;
            }
        }
        Fault::ClaimChanged => change_name(&mut issuer_signed)?,
        _ => {}
    }
    let transcript = transcript_of(bound, fault).ok_or("no session transcript can be made of this request")?;
    let stranger = OwnKey::generate_p256().map_err(|it| it.to_string())?.0;
    let signer: &dyn Signer = if fault == Fault::AnotherDevice { &stranger } else { &held.holder };
    let nothing = Cbor::Map(Vec::new());
    let made = document(&held.type_name, &issuer_signed, &nothing, &transcript, Proof::Signature(signer));
    Ok(response(&[made.map_err(|fault| fault.to_string())?]))
}

/// Every element as (name space, element).
fn elements(held: &Held) -> Vec<(&str, &str)> {
    let spaces = held.claims.as_object().into_iter().flatten();
    spaces
        .flat_map(|(space, elements)| {
            elements.as_object().into_iter().flatten().map(move |(name, _)| (space.as_str(), name.as_str()))
        })
        .collect()
}

/// OpenID4VP 1.0, B.2.6.
fn transcript_of(bound: &Bound, fault: Fault) -> Option<Vec<u8>> {
    let nonce = match fault {
        Fault::InvalidSessionTranscript => base64url::encode(&random_bytes::<32>()),
        _ => bound.nonce.clone(),
    };
    let handover = if bound.origin.is_some() { Handover::Openid4vpDcApi } else { Handover::Openid4vp };
    let session = Session {
        handover,
        client_id: Some(bound.audience.clone()),
        response_uri: bound.response_uri.clone(),
        origin: bound.origin.clone(),
        jwk_thumbprint: bound.thumbprint.clone(),
        ..Session::default()
    };
    let occasion = Occasion { nonce: Some(nonce), session: Some(session), ..Occasion::default() };
    transcript(&occasion, handover)
}

/// Another letter in the family name, which no digest is of.
fn change_name(issuer_signed: &mut [u8]) -> Result<(), String> {
    let name = b"Muster";
    let at = issuer_signed.windows(name.len()).position(|window| window == name).ok_or("no name is shown")?;
    issuer_signed[at + name.len() - 1] = b's';
    Ok(())
}
