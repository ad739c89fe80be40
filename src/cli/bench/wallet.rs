//! Bench cases: the wallet's credentials, made by their issuing twins.

use serde_json::{Value, json};

use crate::cli::bench::case::{Choice, Issuer, Maker, Weight};
use crate::crypto::algorithm::Hash;
use crate::crypto::baseline::Bare;
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::format::sd_jwt_vc::NAME;
use crate::issue::sd_jwt::{Binding, bind, random_salt};
use crate::issue::sd_jwt_vc::{Draft, Names, issue};
use crate::time::Timestamp;

/// How the wallet's credentials are made.
pub(super) const MAKERS: &[Maker] = &[
    Maker {
        format: NAME,
        choice: Choice { weight: Weight::Whole, ..Choice::of("11-disclosures", Some(Bare::Es256)) },
        issuer: |number| sd_jwt_vc(number, false),
    },
    Maker {
        format: NAME,
        choice: Choice::of("11-disclosures-key-bound", Some(Bare::Es256)),
        issuer: |number| sd_jwt_vc(number, true),
    },
];

/// What stands in disclosures of its own: all of it is shown.
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

fn sd_jwt_vc(issuer: usize, is_bound: bool) -> Result<Issuer, SignFault> {
    let ((key, _), (holder, _)) = (OwnKey::generate_p256()?, OwnKey::generate_p256()?);
    let name = format!("https://issuer-{issuer}.example");
    let keys = json!({ "keys": [key.public_key().to_jwk()] });
    let entry = json!({ "kind": "issuer", "issuer": name, "formats": [NAME], "keys": keys });
    let credential = move |number, now| {
        let draft = Draft {
            disclosable: CONCEALED.map(str::to_owned).to_vec(),
            holder_key: is_bound.then(|| holder.public_key().to_jwk()),
            ..Draft::of(claims(&name, number, now))
        };
        let text = issue(&draft, &Names::Nothing, &mut random_salt, &key)?;
        if is_bound { bind(&text, &binding(number, now), Hash::Sha256, &holder) } else { Ok(text) }
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn binding(number: usize, now: Timestamp) -> Binding {
    Binding {
        nonce: format!("nonce-{number}"),
        audience: "x509_san_dns:verifier.example".to_owned(),
        issued_at: now,
        transaction_data: Vec::new(),
    }
}

/// A person's identification data, with that number.
fn claims(issuer: &str, number: usize, now: Timestamp) -> Value {
    json!({
        "iss": issuer,
        "vct": "urn:eudi:pid:1",
        "iat": now.plus(-86_400).seconds(),
        "exp": now.plus(180 * 86_400).seconds(),
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
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::IssueFault;

    #[test]
    fn eleven_disclosures_are_shown() -> Result<(), IssueFault> {
        let issuer = sd_jwt_vc(1, true).map_err(|fault| IssueFault::Key(fault.to_string()))?;
        let text = (issuer.credential)(1, Timestamp::from_seconds(1_790_000_000))?;
        assert_eq!(text.matches('~').count(), 12);
        assert!(!text.ends_with('~'));
        Ok(())
    }
}
