//! Requests: the link of a trial, and the request object behind it. The library makes the honest request; the twist is put on here.

use serde_json::{Map, Value, json};
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::issue::jws;
use vidimus::openid4vp::client::{Client, Prefix};
use vidimus::openid4vp::request::{AUDIENCE, Posted, TYP, parameters};
use vidimus::openid4vp::session::Session;
use vidimus::time::Timestamp;

use super::reader::{Certified, Reader};
use super::trials::{OTHER_HASH, OTHER_HOST, Trial, Twist};
use crate::wallet::http::encode_form;
use crate::wallet::present::with_flipped_signature;

/// The link that opens the wallet for this trial.
///
/// # Errors
/// A sentence, when the request cannot be made.
pub fn link(trial: &Trial, session: &Session, reader: &Reader, now: Timestamp) -> Result<String, String> {
    let client_id = match trial.twist {
        Twist::OuterClientId => OTHER_HASH.to_owned(),
        _ => client_id(trial, session, reader),
    };
    let is_by_value = session.ask.request == Some(vidimus::openid4vp::ask::Delivery::ByValue);
    let is_unsigned = matches!(trial.twist, Twist::Unsigned) || (session.prefix == Prefix::RedirectUri && is_by_value);
    let query = if is_unsigned {
        let members = members(trial, session, reader, now)?;
        let texts: Vec<(String, String)> = members
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let pairs: Vec<(&str, &str)> = texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        encode_form(&pairs)
    } else if is_by_value {
        let object = object(trial, session, reader, &Posted::default(), now)?;
        encode_form(&[("client_id", &client_id), ("request", &object)])
    } else {
        let mut pairs = vec![("client_id", client_id.as_str()), ("request_uri", session.request_uri.as_str())];
        match trial.twist {
            Twist::Method(name) => pairs.push(("request_uri_method", name)),
            _ if session.ask.request_uri_method == vidimus::openid4vp::ask::Method::Post => {
                pairs.push(("request_uri_method", "post"));
            }
            _ => {}
        }
        encode_form(&pairs)
    };
    Ok(format!("openid4vp://?{query}"))
}

/// The request object of this trial.
///
/// # Errors
/// A sentence, when it cannot be made.
pub fn object(
    trial: &Trial,
    session: &Session,
    reader: &Reader,
    posted: &Posted,
    now: Timestamp,
) -> Result<String, String> {
    let mut members = members(trial, session, reader, now)?;
    match (&trial.twist, &posted.wallet_nonce) {
        (Twist::WalletNonce, _) => drop(members.insert("wallet_nonce".to_owned(), "somebody-elses-nonce".into())),
        (_, Some(nonce)) => drop(members.insert("wallet_nonce".to_owned(), nonce.as_str().into())),
        _ => {}
    }
    let Certified { key, chain, .. } = certified(trial, reader);
    let signer: &OwnKey = if matches!(trial.twist, Twist::OtherKey) { &reader.stranger } else { key };
    let typ = match trial.twist {
        Twist::Typ(typ) => typ,
        _ => Some(TYP),
    };
    let signed = signed(&members, typ, chain, signer)?;
    match trial.twist {
        Twist::FlippedSignature => with_flipped_signature(&signed),
        Twist::AlgNone => Ok(without_signature(&signed, chain)),
        _ => Ok(signed),
    }
}

/// Whose certificate the trial shows.
fn certified<'r>(trial: &Trial, reader: &'r Reader) -> &'r Certified {
    match trial.twist {
        Twist::SelfSigned => &reader.self_signed,
        Twist::ExpiredCertificate => &reader.expired,
        Twist::OtherHost => &reader.other_host,
        _ => &reader.right,
    }
}

fn client_id(trial: &Trial, session: &Session, reader: &Reader) -> String {
    match trial.twist {
        Twist::ClientId(other) => other.to_owned(),
        Twist::OtherHost => format!("{}:{OTHER_HOST}", Prefix::X509SanDns.name()),
        Twist::SelfSigned | Twist::ExpiredCertificate => certified(trial, reader).client_id(),
        Twist::SignedRedirectUri => Client::redirect_uri().id(&session.response_uri),
        _ => session.client_id.clone(),
    }
}

fn members(trial: &Trial, session: &Session, reader: &Reader, now: Timestamp) -> Result<Map<String, Value>, String> {
    let mut members = parameters(session).map_err(|fault| fault.to_string())?;
    members.insert("client_id".to_owned(), client_id(trial, session, reader).into());
    members.insert("aud".to_owned(), AUDIENCE.into());
    members.insert("iat".to_owned(), now.seconds().into());
    members.insert("exp".to_owned(), session.expires.seconds().into());
    if let Twist::Members(change) = trial.twist {
        change(&mut members);
    }
    Ok(members)
}

fn signed(
    members: &Map<String, Value>,
    typ: Option<&str>,
    chain: &[Vec<u8>],
    signer: &dyn Signer,
) -> Result<String, String> {
    let mut header: Vec<(&str, Value)> = typ.map(|typ| ("typ", json!(typ))).into_iter().collect();
    header.push(("x5c", certificates(chain)));
    let payload = Value::Object(members.clone()).to_string();
    jws::sign_under(&header, payload.as_bytes(), signer).map_err(|fault| fault.to_string())
}

fn certificates(chain: &[Vec<u8>]) -> Value {
    chain.iter().map(|der| Value::from(base64url::encode_standard(der))).collect()
}

/// The same payload under `alg: none`, and nothing behind the last dot.
fn without_signature(signed: &str, chain: &[Vec<u8>]) -> String {
    let payload = signed.split('.').nth(1).unwrap_or_default();
    let header = json!({ "alg": "none", "typ": TYP, "x5c": certificates(chain) });
    format!("{}.{payload}.", base64url::encode(header.to_string().as_bytes()))
}
