//! Rows of W3C credentials: the one of `credential.json`, about many readers, by issuers that are `did:key`.

use rival_protocol::{Fault, Row};
use serde_json::{Value, json};
use vidimus::crypto::bbs::own::OwnBbsKey;
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::public_key::PublicKey;
use vidimus::envelope::data_integrity::bbs::{self, Wish};
use vidimus::envelope::data_integrity::bbs_value::Feature;
use vidimus::envelope::data_integrity::ecdsa_sd;
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::envelope::data_integrity::sign_base::BaseSigner;
use vidimus::envelope::data_integrity::suite::Suite;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::issue::derive::derive;
use vidimus::issue::vc_di;
use vidimus::issue::vc_jose::{self, TokenClaims};
use vidimus::linked_data::Contexts;
use vidimus::time::Timestamp;

use crate::{CREDENTIALS, ISSUERS, SELECTIVE, jwk, keys, p256, row, spoil};

const DAY: i64 = 86_400;
/// What the holder of a selective credential cannot hide.
const MANDATORY: [&str; 3] = ["/issuer", "/validFrom", "/validUntil"];
/// What the holder shows beside that.
const SELECTED: [&str; 3] =
    ["/credentialSubject/givenName", "/credentialSubject/familyName", "/credentialSubject/membership"];

/// Versions of the data model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    /// 1.1.
    V1,
    /// 2.0.
    V2,
}

/// The DID of a key, and the verification method in its document.
fn name_of(key: &PublicKey) -> (String, String) {
    let multikey = multikey::encode(key);
    (format!("did:key:{multikey}"), format!("did:key:{multikey}#{multikey}"))
}

/// An issuer as the contenders want it.
fn issuer(key: &OwnKey) -> Result<Value, Fault> {
    let ((did, method), jwk) = (name_of(key.public_key()), jwk(key)?);
    let document = json!({
        "@context": "https://www.w3.org/ns/did/v1",
        "id": did,
        "verificationMethod": [{ "id": method, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk }],
        "assertionMethod": [method],
        "authentication": [method],
    });
    Ok(json!({ "name": did, "kid": method, "jwk": jwk, "document": document }))
}

fn trusted(format: &str, keys: &[OwnKey]) -> Vec<Value> {
    let names = keys.iter().map(|key| name_of(key.public_key()).0);
    names.map(|did| json!({ "kind": "issuer", "issuer": did, "formats": [format] })).collect()
}

/// Credentials as JWT.
pub(crate) fn jwt(model: Model, make: fn() -> Result<OwnKey, Fault>, now: Timestamp) -> Result<Row, Fault> {
    let keys = keys(make)?;
    let issuers = keys.iter().map(issuer).collect::<Result<_, _>>()?;
    row(CREDENTIALS, issuers, trusted("vc_jwt", &keys), |number, issuer| {
        let key = &keys[issuer];
        let (did, method) = name_of(key.public_key());
        let document = membership(model, &did, number, now)?;
        let token =
            vc_jose::jwt(&document, &TokenClaims::default(), key, &method).map_err(|fault| fault.to_string())?;
        Ok(token.text().into_owned())
    })
}

/// Credentials with an embedded proof.
pub(crate) fn data_integrity(suite: &str, make: fn() -> Result<OwnKey, Fault>, now: Timestamp) -> Result<Row, Fault> {
    let keys = keys(make)?;
    let issuers = keys.iter().map(issuer).collect::<Result<_, _>>()?;
    let suite = Suite::by_name(suite).ok_or("no such suite")?;
    row(CREDENTIALS, issuers, trusted("vc_di", &keys), |number, issuer| {
        let key = &keys[issuer];
        let (did, method) = name_of(key.public_key());
        let document = membership(Model::V2, &did, number, now)?.to_string();
        vc_di::issue(&document, suite, &draft(&method, now), key, &terms()).map_err(|fault| fault.to_string().into())
    })
}

/// Credentials of which the holder shows a part.
pub(crate) struct Selective {
    /// As the issuer signed them.
    pub(crate) base: Row,
    /// As the holder shows them.
    pub(crate) shown: Row,
}

/// Makes the base credential of a document.
type Signing = Box<dyn Fn(&str) -> Result<String, Fault>>;

/// An issuer of base credentials.
struct Author {
    did: String,
    /// What a row says of it.
    issuer: Value,
    sign: Signing,
}

/// Credentials in a suite of which the holder shows a part.
pub(crate) fn selective(suite: &str, now: Timestamp) -> Result<Selective, Fault> {
    let author = if suite == "bbs-2023" { bbs_author } else { ecdsa_sd_author };
    let authors = (0..ISSUERS).map(|_| author(now)).collect::<Result<Vec<_>, _>>()?;
    let mut base = Vec::new();
    let mut shown = Vec::new();
    for (number, author) in authors.iter().cycle().take(SELECTIVE).enumerate() {
        let signed = (author.sign)(&membership(Model::V2, &author.did, number, now)?.to_string())?;
        let selected = SELECTED.map(str::to_owned);
        let wish = Wish { selective: &selected, ..Wish::default() };
        shown.push(derive(&signed, &wish, &terms()).map_err(|fault| fault.to_string())?);
        base.push(signed);
    }
    let entry = |author: &Author| json!({ "kind": "issuer", "issuer": author.did, "formats": ["vc_di"] });
    let trust: Vec<Value> = authors.iter().map(entry).collect();
    let issuers: Vec<Value> = authors.iter().map(|author| author.issuer.clone()).collect();
    let spoilt = Some(spoil::changed(&shown[0])?);
    let selected = SELECTED.map(str::to_owned).to_vec();
    Ok(Selective {
        base: Row { credentials: base, issuers: issuers.clone(), trust: trust.clone(), selected, ..Row::default() },
        shown: Row { credentials: shown, spoilt, issuers, trust, ..Row::default() },
    })
}

fn ecdsa_sd_author(now: Timestamp) -> Result<Author, Fault> {
    let key = p256()?;
    let (did, method) = name_of(key.public_key());
    let issuer = issuer(&key)?;
    let sign = move |document: &str| {
        let secrets = ecdsa_sd::Secrets::random().map_err(|fault| fault.to_string())?;
        base(document, &method, now, &BaseSigner::EcdsaSd { signer: &key, secrets: &secrets })
    };
    Ok(Author { did, issuer, sign: Box::new(sign) })
}

fn bbs_author(now: Timestamp) -> Result<Author, Fault> {
    let key = OwnBbsKey::generate().map_err(|fault| fault.to_string())?;
    let (did, method) = name_of(key.public_key());
    let issuer = json!({ "name": did, "kid": method });
    let sign = move |document: &str| {
        let secrets = bbs::Secrets::random(Feature::Baseline, Vec::new());
        base(document, &method, now, &BaseSigner::Bbs { key: &key, secrets: &secrets })
    };
    Ok(Author { did, issuer, sign: Box::new(sign) })
}

fn base(document: &str, method: &str, now: Timestamp, signer: &BaseSigner<'_>) -> Result<String, Fault> {
    let mandatory = MANDATORY.map(str::to_owned);
    vc_di::issue_base(document, &draft(method, now), &mandatory, signer, &terms())
        .map_err(|fault| fault.to_string().into())
}

fn terms() -> Terms<'static> {
    Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None }
}

fn draft(method: &str, now: Timestamp) -> ProofDraft {
    let created = Some(now.plus(-DAY));
    ProofDraft { verification_method: method.to_owned(), created, ..ProofDraft::default() }
}

/// The credential of `credential.json` about the reader with that number.
fn membership(model: Model, issuer: &str, number: usize, now: Timestamp) -> Result<Value, Fault> {
    let mut document: Value = serde_json::from_str(include_str!("../../credential.json"))?;
    let (from, until) = (now.plus(-DAY).to_string(), now.plus(180 * DAY).to_string());
    document["id"] = json!(format!("urn:uuid:7e0c9a52-5b7f-4f0e-8c3a-{number:012}"));
    document["issuer"]["id"] = json!(issuer);
    document["credentialSubject"]["id"] = json!(format!("did:example:reader-{number:05}"));
    document["credentialSubject"]["membership"]["number"] = json!(format!("R-{number:05}"));
    document["validFrom"] = json!(from);
    document["validUntil"] = json!(until);
    if model == Model::V1 {
        document["@context"] =
            json!(["https://www.w3.org/2018/credentials/v1", "https://www.w3.org/2018/credentials/examples/v1"]);
        let members = document.as_object_mut().ok_or("the credential is no object")?;
        members.remove("validFrom");
        members.remove("validUntil");
        members.insert("issuanceDate".to_owned(), json!(from));
        members.insert("expirationDate".to_owned(), json!(until));
    }
    Ok(document)
}
