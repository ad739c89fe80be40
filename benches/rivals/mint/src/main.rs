//! Makes the inputs of one measurement: different credentials of every row by a few issuers, all keys fresh, and the first
//! credential of each row once more with a letter changed.
//!
//! `rival-mint FOLDER` writes `ROW.json` for each row. A later format adds its rows to the list in `main`.

mod authority;
mod health;
mod iaca;
mod spoil;
mod w3c;
mod wallet;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use rival_protocol::{Fault, Row};
use serde_json::{Value, json};
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::time::Timestamp;

/// How many sign, in turn.
const ISSUERS: usize = 4;
/// Different credentials of a row: as many as `verify_batch` is given at once.
const CREDENTIALS: usize = 256;
/// Different credentials of a suite that shows a part: one of them takes long.
const SELECTIVE: usize = 32;

fn main() -> Result<(), Fault> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("rival-mint FOLDER")?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let now = Timestamp::from_seconds(now.try_into()?);
    let ecdsa_sd = w3c::selective("ecdsa-sd-2023", now)?;
    let bbs = w3c::selective("bbs-2023", now)?;
    let rows = [
        ("eu_dcc.es256", health::eu_dcc(authority::Kind::P256, now)?),
        ("eu_dcc.ps256", health::eu_dcc(authority::Kind::Rsa, now)?),
        ("smart_health_card.es256", health::smart_health_card(now)?),
        ("nz_covid_pass.es256", health::nz_covid_pass(now)?),
        ("vc_jwt.es256", w3c::jwt(w3c::Model::V2, p256, now)?),
        ("vc_jwt.eddsa", w3c::jwt(w3c::Model::V2, ed25519, now)?),
        ("vc_jwt_1_1.es256", w3c::jwt(w3c::Model::V1, p256, now)?),
        ("vc_jwt_1_1.eddsa", w3c::jwt(w3c::Model::V1, ed25519, now)?),
        ("vc_di.eddsa-rdfc-2022", w3c::data_integrity("eddsa-rdfc-2022", ed25519, now)?),
        ("vc_di.eddsa-jcs-2022", w3c::data_integrity("eddsa-jcs-2022", ed25519, now)?),
        ("vc_di.ecdsa-rdfc-2019", w3c::data_integrity("ecdsa-rdfc-2019", p256, now)?),
        ("vc_di.ecdsa-sd-2023", ecdsa_sd.shown),
        ("vc_di.bbs-2023", bbs.shown),
        ("vc_di.ecdsa-sd-2023.derive", ecdsa_sd.base),
        ("vc_di.bbs-2023.derive", bbs.base),
        ("sd_jwt_vc.es256", wallet::sd_jwt_vc(now)?),
        ("sd_jwt_vc.es256.kb", wallet::sd_jwt_vc_bound(now)?),
        ("mdoc.es256", wallet::mdocs(now)?),
    ];
    for (name, row) in rows {
        fs::write(folder.join(format!("{name}.json")), serde_json::to_vec(&row)?)?;
    }
    Ok(())
}

/// A row of as many credentials as that: `credential` makes the one with a number by the issuer with a number.
fn row(
    count: usize,
    issuers: Vec<Value>,
    trust: Vec<Value>,
    mut credential: impl FnMut(usize, usize) -> Result<String, Fault>,
) -> Result<Row, Fault> {
    let credentials =
        (0..count).map(|number| credential(number, number % issuers.len())).collect::<Result<Vec<_>, _>>()?;
    let spoilt = Some(spoil::changed(&credentials[0])?);
    Ok(Row { credentials, spoilt, issuers, trust, ..Row::default() })
}

/// A new key each.
fn keys(make: fn() -> Result<OwnKey, Fault>) -> Result<Vec<OwnKey>, Fault> {
    (0..ISSUERS).map(|_| make()).collect()
}

fn p256() -> Result<OwnKey, Fault> {
    Ok(OwnKey::generate_p256().map_err(|fault| fault.to_string())?.0)
}

fn ed25519() -> Result<OwnKey, Fault> {
    Ok(OwnKey::generate_ed25519().map_err(|fault| fault.to_string())?.0)
}

/// The public key of somebody as JWK.
fn jwk(key: &OwnKey) -> Result<Value, Fault> {
    let public = key.public_key();
    if let Some((x, y)) = public.ec_coordinates() {
        return Ok(json!({ "kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y) }));
    }
    let x = public.ed25519_bytes().ok_or("neither P-256 nor Ed25519")?;
    Ok(json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url::encode(x) }))
}
