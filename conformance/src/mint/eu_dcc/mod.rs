//! Vectors of the EU DCC: accepted certificates, and each with one thing wrong.

mod certificate;
mod content;
mod encoding;
mod envelope;
mod trust;

use serde_json::{Value, json};

use self::certificate::{Certificate, Signers, claims_json, text_of, vaccination};
use super::Kept;
use super::pki::Pki;
use super::scene::Scene;
use crate::vector::Vector;

const FORMAT: &str = "eu_dcc";
const SPECIFICATION: (&str, &str, &str) =
    ("HCERT 1.0.8", "3", "https://github.com/ehn-dcc-development/eu-dcc-hcert-spec");

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki, kept: &Kept) -> Result<Vec<Vector>, String> {
    let signers = Signers { pki, signer: pki.key("signer")? };
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(vec![signers.trusted("signer")?]);
    let vaccination = signers.certificate(&vaccination())?;
    let parent = scene.accepts(
        "vaccination",
        "A vaccination certificate by a trusted signer.",
        vaccination.input(),
        Some(claims_json(&self::vaccination())),
    );
    let mut all = vec![parent.clone()];
    encoding::transport(&scene, &vaccination, &parent, &mut all);
    encoding::pictures(&scene, &vaccination, &mut all)?;
    encoding::payload_encoding(&scene, &vaccination, &parent, &mut all);
    envelope::containers(&scene, &vaccination, &parent, &mut all);
    envelope::headers(&scene, &vaccination, &parent, &mut all);
    envelope::signatures(&scene, &signers, &vaccination, &parent, &mut all)?;
    trust::lists(&scene, &signers, &vaccination, &parent, &mut all)?;
    trust::certificates(&scene, &signers, &vaccination, &parent, &mut all)?;
    trust::purposes(&scene, &signers, &mut all)?;
    envelope::other_algorithms(&scene, &signers, kept, &mut all)?;
    content::times(&scene, &vaccination, &parent, &mut all);
    content::tests(&scene, &signers, &mut all)?;
    content::content(&scene, &signers, &vaccination, &parent, &mut all)?;
    content::value_sets(&scene, &signers, &vaccination, &mut all)?;
    content::demands(&scene, &vaccination, &parent, &mut all);
    content::queries(&scene, &signers, &vaccination, &mut all)?;
    Ok(all)
}

/// The text of the certificate that the samples show, and of the same with another name in it, its signature kept.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn samples(pki: &Pki) -> Result<(String, String, Vec<Value>), String> {
    let signers = Signers { pki, signer: pki.key("signer")? };
    let good = signers.certificate(&vaccination())?;
    let mut other = vaccination();
    other["nam"]["fn"] = json!("Mustermann");
    let forged = Certificate { claims: signers.certificate(&other)?.claims, ..good.clone() };
    let forged = text_of(&good.sign1(&forged.payload(), &good.signature(&good.payload())));
    let trust = vec![signers.authority("authority")?, signers.trusted("signer")?];
    Ok((good.text(), forged, trust))
}

#[cfg(test)]
mod tests {
    use vidimus::crypto::own_keys::Signer;

    use super::*;

    #[test]
    fn the_key_of_a_signer_is_the_one_of_its_certificate() {
        let vectors = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors");
        let pki = Pki::at(&vectors);
        for name in ["signer", "signer-with-rsa", "signer-with-p384"] {
            let certificate = pki.certificate(name).expect("kept");
            let certificate = vidimus::trust::x509::Certificate::from_der(&certificate).expect("sound");
            let key = pki.key(name).expect("kept");
            assert_eq!(certificate.public_key().expect("sound"), key.public_key(), "{name}");
        }
    }
}
