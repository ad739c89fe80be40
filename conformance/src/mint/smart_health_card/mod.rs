//! Vectors of SMART Health Cards: accepted cards, and each with one thing wrong.

mod card;
mod content;
mod encoding;
mod keys;

use serde_json::{Value, json};
use vidimus::format::shc_numeric;

use self::card::{card, issuer, jwk};
use super::pki::Pki;
use super::scene::Scene;
use crate::vector::Vector;

const FORMAT: &str = "smart_health_card";
const SPECIFICATION: (&str, &str, &str) = ("SMART Health Cards 1.4.0", "whole", "https://spec.smarthealth.cards/");

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let key = pki.key("card-issuer")?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(vec![issuer(Some(json!({"keys": [jwk(&key)]})))]);
    let good = card(&key);
    let parent =
        scene.accepts("qr", "A vaccination card as the text of its QR code.", good.qr(), Some(good.claims.clone()));
    let mut all = vec![parent.clone()];
    encoding::transport(&scene, &good, &parent, &mut all);
    encoding::payload_encoding(&scene, &good, &parent, &mut all);
    content::header(&scene, &good, &parent, &mut all);
    content::claims(&scene, &good, &parent, &mut all);
    keys::standing(&scene, &good, &parent, &mut all);
    keys::fetched(&scene, &good, &mut all);
    keys::certificates(&scene, pki, &good, &mut all)?;
    keys::revocation(&scene, &good, &mut all);
    content::content(&scene, &good, &parent, &mut all);
    content::queries(&scene, &good, &mut all);
    Ok(all)
}

/// The QR text of the card that the samples show, and of the same with another name in it, its signature kept.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn samples(pki: &Pki) -> Result<(String, String, Value), String> {
    let key = pki.key("card-issuer")?;
    let good = card(&key);
    let other = good.with(
        &["vc", "credentialSubject", "fhirBundle", "entry", "0", "resource", "name"],
        json!([{"family": "Else"}]),
    );
    let signature = good.jws().rsplit('.').next().unwrap_or_default().to_owned();
    let message = other.message(&other.body());
    let forged = shc_numeric::encode(&format!("{message}.{signature}"));
    Ok((shc_numeric::encode(&good.jws()), forged, issuer(Some(json!({"keys": [jwk(&key)]})))))
}
