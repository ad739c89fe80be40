//! Bench cases: W3C credentials, made by their issuing twins. Issuers are `did:key`, so that each brings its key.

use serde_json::{Value, json};

use crate::cli::bench_cases::{Choice, Issuer, Maker};
use crate::crypto::baseline::Bare;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::envelope::data_integrity::sign::ProofDraft;
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::issue::vc_di;
use crate::issue::vc_jose::{self, TokenClaims};
use crate::linked_data::Contexts;
use crate::time::Timestamp;

/// How W3C credentials are made.
pub(super) const MAKERS: &[Maker] = &[
    Maker {
        format: "vc_di",
        choice: rdf("eddsa-rdfc-2022", Bare::Ed25519),
        issuer: |_| di(ed25519()?, "eddsa-rdfc-2022"),
    },
    Maker {
        format: "vc_di",
        choice: Choice::of("eddsa-jcs-2022", Some(Bare::Ed25519)),
        issuer: |_| di(ed25519()?, "eddsa-jcs-2022"),
    },
    Maker { format: "vc_di", choice: rdf("ecdsa-rdfc-2019", Bare::Es256), issuer: |_| di(p256()?, "ecdsa-rdfc-2019") },
    Maker { format: "vc_jwt", choice: Choice::of("ES256", Some(Bare::Es256)), issuer: |_| jwt(p256()?) },
    Maker { format: "vc_jwt", choice: Choice::of("EdDSA", Some(Bare::Ed25519)), issuer: |_| jwt(ed25519()?) },
    Maker { format: "vc_sd_jwt", choice: Choice::of("ES256", Some(Bare::Es256)), issuer: |_| sd_jwt(p256()?) },
    Maker { format: "vc_cose", choice: Choice::of("ES256", Some(Bare::Es256)), issuer: |_| cose(p256()?) },
];

const fn rdf(suite: &'static str, bare: Bare) -> Choice {
    Choice { is_rdf: true, ..Choice::of(suite, Some(bare)) }
}

/// What of the subject stands in disclosures of its own, in an SD-JWT: all of them are shown.
const CONCEALED: [&str; 3] =
    ["/credentialSubject/givenName", "/credentialSubject/familyName", "/credentialSubject/birthDate"];

/// A key under the name that follows from it.
struct Named {
    key: OwnKey,
    did: String,
    method: String,
}

fn named(key: OwnKey) -> Named {
    let multikey = multikey::encode(key.public_key());
    let did = format!("did:key:{multikey}");
    Named { key, method: format!("{did}#{multikey}"), did }
}

fn p256() -> Result<Named, SignFault> {
    Ok(named(OwnKey::generate_p256()?.0))
}

fn ed25519() -> Result<Named, SignFault> {
    Ok(named(OwnKey::generate_ed25519()?.0))
}

fn entry(format: &str, did: &str) -> Value {
    json!({ "kind": "issuer", "issuer": did, "formats": [format] })
}

fn di(by: Named, suite: &'static str) -> Result<Issuer, SignFault> {
    let entry = entry("vc_di", &by.did);
    let suite = Suite::by_name(suite).ok_or(SignFault::Refused)?;
    let credential = move |number, now: Timestamp| {
        let draft = ProofDraft {
            verification_method: by.method.clone(),
            created: Some(now.plus(-86_400)),
            ..ProofDraft::default()
        };
        let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false };
        vc_di::issue(&membership(&by.did, number, now).to_string(), suite, &draft, &by.key, &terms)
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn jwt(by: Named) -> Result<Issuer, SignFault> {
    let entry = entry("vc_jwt", &by.did);
    let credential = move |number, now| {
        let token = vc_jose::jwt(&membership(&by.did, number, now), &TokenClaims::default(), &by.key, &by.method)?;
        Ok(token.text().into_owned())
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn sd_jwt(by: Named) -> Result<Issuer, SignFault> {
    let entry = entry("vc_sd_jwt", &by.did);
    let credential = move |number, now| {
        let document = membership(&by.did, number, now);
        let pointers = CONCEALED.map(str::to_owned);
        let mut salts = || base64url::encode(&random_bytes::<16>());
        let content = (&TokenClaims::default(), pointers.as_slice());
        Ok(vc_jose::sd_jwt(&document, content, &mut salts, &by.key, &by.method)?.text().into_owned())
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn cose(by: Named) -> Result<Issuer, SignFault> {
    let entry = entry("vc_cose", &by.did);
    let credential = move |number, now| {
        let token = vc_jose::cose(&membership(&by.did, number, now), &TokenClaims::default(), &by.key, &by.method)?;
        Ok(token.text().into_owned())
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

/// A library membership, with that number. As RDF it makes 24 statements.
fn membership(issuer: &str, number: usize, now: Timestamp) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": format!("urn:uuid:7e0c9a52-5b7f-4f0e-8c3a-{number:012}"),
        "type": ["VerifiableCredential", "LibraryMembership"],
        "name": "Library membership",
        "description": "Entitles its holder to borrow from every branch of the library.",
        "issuer": { "id": issuer, "name": "Harbour City Library" },
        "validFrom": now.plus(-86_400).to_string(),
        "validUntil": now.plus(180 * 86_400).to_string(),
        "credentialSubject": {
            "id": format!("did:example:reader-{number:05}"),
            "type": "Reader",
            "givenName": "Signe",
            "familyName": "Lindqvist",
            "birthDate": "1964-08-12",
            "membership": {
                "type": "AnnualMembership",
                "number": format!("R-{number:05}"),
                "branch": ["Harbour", "Old Town"],
                "loansAtOnce": 12,
                "feePaid": true,
            },
            "address": { "locality": "Harbour City", "postalCode": "00017", "country": "XX" },
        },
    })
}
