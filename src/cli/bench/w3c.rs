//! Bench cases: W3C credentials, made by their issuing twins. Issuers are `did:key`, so that each brings its key.

use serde_json::{Value, json};

use crate::cli::bench::case::{Choice, Issuer, Maker, Weight};
use crate::crypto::baseline::Bare;
use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::crypto::public_key::PublicKey;
use crate::envelope::data_integrity::bbs::{self, Wish};
use crate::envelope::data_integrity::bbs_value::Feature;
use crate::envelope::data_integrity::ecdsa_sd;
use crate::envelope::data_integrity::sign::ProofDraft;
use crate::envelope::data_integrity::sign_base::BaseSigner;
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::issue::derive::derive;
use crate::issue::sd_jwt::random_salt;
use crate::issue::vc_jose::{self, TokenClaims};
use crate::issue::{IssueFault, vc_di};
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
    Maker { format: "vc_di", choice: selective("ecdsa-sd-2023", Some(Bare::Es256)), issuer: |_| ecdsa_sd(p256()?) },
    Maker { format: "vc_di", choice: selective("bbs-2023", None), issuer: |_| bbs(OwnBbsKey::generate()?) },
    Maker { format: "vc_jwt", choice: Choice::of("ES256", Some(Bare::Es256)), issuer: |_| jwt(p256()?) },
    Maker { format: "vc_jwt", choice: Choice::of("EdDSA", Some(Bare::Ed25519)), issuer: |_| jwt(ed25519()?) },
    Maker { format: "vc_sd_jwt", choice: Choice::of("ES256", Some(Bare::Es256)), issuer: |_| sd_jwt(p256()?) },
    Maker { format: "vc_cose", choice: Choice::of("ES256", Some(Bare::Es256)), issuer: |_| cose(p256()?) },
];

const fn rdf(suite: &'static str, bare: Bare) -> Choice {
    Choice { is_rdf: true, ..Choice::of(suite, Some(bare)) }
}

/// Few different credentials, because making one takes long, and none in batches.
const fn selective(suite: &'static str, bare: Option<Bare>) -> Choice {
    Choice { weight: Weight::Costly, ..Choice::of(suite, bare) }
}

/// What the holder of a selective credential cannot hide.
const MANDATORY: [&str; 3] = ["/issuer", "/validFrom", "/validUntil"];
/// What the holder shows beside that.
const SHOWN: [&str; 3] =
    ["/credentialSubject/givenName", "/credentialSubject/familyName", "/credentialSubject/membership"];

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
    let (did, method) = name_of(key.public_key());
    Named { key, did, method }
}

/// The DID of a key, and the verification method in its document.
fn name_of(key: &PublicKey) -> (String, String) {
    let multikey = multikey::encode(key);
    (format!("did:key:{multikey}"), format!("did:key:{multikey}#{multikey}"))
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

fn terms() -> Terms<'static> {
    Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None }
}

fn draft(method: &str, now: Timestamp) -> ProofDraft {
    let created = Some(now.plus(-86_400));
    ProofDraft { verification_method: method.to_owned(), created, ..ProofDraft::default() }
}

fn di(by: Named, suite: &'static str) -> Result<Issuer, SignFault> {
    let entry = entry("vc_di", &by.did);
    let suite = Suite::by_name(suite).ok_or(SignFault::Refused)?;
    let credential = move |number, now| {
        let document = membership(&by.did, number, now).to_string();
        vc_di::issue(&document, suite, &draft(&by.method, now), &by.key, &terms())
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn ecdsa_sd(by: Named) -> Result<Issuer, SignFault> {
    let entry = entry("vc_di", &by.did);
    let credential = move |number, now| {
        let secrets = ecdsa_sd::Secrets::random().map_err(|fault| IssueFault::Key(fault.to_string()))?;
        let signer = BaseSigner::EcdsaSd { signer: &by.key, secrets: &secrets };
        derived(&membership(&by.did, number, now), &draft(&by.method, now), &signer)
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

fn bbs(key: OwnBbsKey) -> Result<Issuer, SignFault> {
    let (did, method) = name_of(key.public_key());
    let entry = entry("vc_di", &did);
    let credential = move |number, now| {
        let secrets = bbs::Secrets::random(Feature::Baseline, Vec::new());
        let signer = BaseSigner::Bbs { key: &key, secrets: &secrets };
        derived(&membership(&did, number, now), &draft(&method, now), &signer)
    };
    Ok(Issuer { entry, credential: Box::new(credential) })
}

/// What the holder shows of the credential that the issuer signed.
fn derived(document: &Value, draft: &ProofDraft, signer: &BaseSigner<'_>) -> Result<String, IssueFault> {
    let base = vc_di::issue_base(&document.to_string(), draft, &MANDATORY.map(str::to_owned), signer, &terms())?;
    let wish = Wish { selective: &SHOWN.map(str::to_owned), ..Wish::default() };
    derive(&base, &wish, &terms()).map_err(|fault| IssueFault::Content(fault.to_string()))
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
        let content = (&TokenClaims::default(), pointers.as_slice());
        Ok(vc_jose::sd_jwt(&document, content, &mut random_salt, &by.key, &by.method)?.text().into_owned())
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
