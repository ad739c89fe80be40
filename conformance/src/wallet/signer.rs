//! Whose key signed a request object: what each prefix of a client identifier demands of it (OpenID4VP 1.0, 5.9.3).

use serde_json::Value;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::job::{self, Job};
use vidimus::crypto::jwk;
use vidimus::crypto::public_key::PublicKey;
use vidimus::encoding::{base64url, json};
use vidimus::time::Timestamp;
use vidimus::trust::x509::{Certificate, check_issued_by};

use super::check::{Check, Overlooked, Refusal};
use crate::rules;

/// A compact JWS, read.
pub struct Opened {
    /// The header.
    pub header: Value,
    /// The payload.
    pub payload: Value,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// What a wallet knows before it looks at signatures.
pub struct Known<'k> {
    /// The present.
    pub now: Timestamp,
    /// Anchors for the certificates of verifiers, DER; `None` = any chain is taken.
    pub anchors: Option<&'k [Vec<u8>]>,
    /// What it overlooks.
    pub overlooked: &'k Overlooked,
}

impl Opened {
    /// The JWS in that text.
    ///
    /// # Errors
    /// A refusal by `signature`.
    pub fn of(text: &str) -> Result<Self, Refusal> {
        let refused = |found: &str| Refusal::by(Check::Signature, found);
        let (message, signature) = text.rsplit_once('.').ok_or_else(|| refused("no JWS"))?;
        let (header, payload) = message.split_once('.').ok_or_else(|| refused("no JWS"))?;
        let part = |part: &str| {
            let bytes = base64url::decode(part).map_err(|_| refused("a part that is not base64url"))?;
            json::from_slice::<Value>(&bytes).map_err(|reason| refused(&format!("a part that is no JSON: {reason}")))
        };
        Ok(Opened {
            header: part(header)?,
            payload: part(payload)?,
            message: message.as_bytes().to_vec(),
            signature: base64url::decode(signature).map_err(|_| refused("a signature that is not base64url"))?,
        })
    }

    fn text(&self, member: &str) -> Option<&str> {
        self.header.get(member).and_then(Value::as_str)
    }

    /// The certificates of `x5c`.
    fn certificates(&self) -> Result<Vec<Certificate>, String> {
        let texts = self.header.get("x5c").and_then(Value::as_array).ok_or("no x5c")?;
        let read = |text: &Value| {
            let der = base64url::decode_standard(text.as_str().unwrap_or_default()).map_err(|it| it.to_string())?;
            Certificate::from_der(&der).map_err(|reason| reason.to_string())
        };
        texts.iter().map(read).collect()
    }

    /// RFC 7515, 5.2: the signature is that key's.
    fn check_signature(&self, key: &PublicKey) -> Result<(), Refusal> {
        let refused = |found: String| Refusal::by(Check::Signature, found);
        let name = self.text("alg").unwrap_or_default();
        let algorithm = Algorithm::from_jose(name).filter(|algorithm| job::fits(*algorithm, key));
        let algorithm = algorithm.ok_or_else(|| refused(format!("alg `{name}`, which is not the key's")))?;
        let job = Job {
            algorithm,
            key: key.clone(),
            message: &self.message,
            signature: &self.signature,
            statements: None,
            older: None,
        };
        job::check_one(&job).map_err(|_| refused("a signature that is not the key's".to_owned()))
    }
}

/// Checks that the request object is signed by whom the client identifier names.
///
/// # Errors
/// The first check that it does not pass.
pub fn check(client_id: &str, opened: &Opened, known: &Known<'_>) -> Result<(), Refusal> {
    let (prefix, value) = client_id.split_once(':').unwrap_or(("", client_id));
    match prefix {
        "x509_san_dns" | "x509_hash" => check_certified(prefix, value, opened, known),
        "decentralized_identifier" => check_did(value, opened, known),
        "verifier_attestation" => check_attested(value, opened, known),
        "redirect_uri" => {
            let refusal = Refusal::under(Check::ClientId, rules::PREFIX_REDIRECT_URI, "a signed request");
            known.overlooked.pass(Err(refusal))
        }
        other => {
            let found = format!("the prefix `{other}`");
            known.overlooked.pass(Err(Refusal::under(Check::ClientId, rules::CLIENT_ID_PREFIX, found)))
        }
    }
}

fn check_certified(prefix: &str, value: &str, opened: &Opened, known: &Known<'_>) -> Result<(), Refusal> {
    let unreadable = |found: String| Refusal::by(Check::Certificate, found);
    let chain = opened.certificates().map_err(unreadable)?;
    let leaf = chain.first().ok_or_else(|| unreadable("an empty x5c".to_owned()))?;
    let key = leaf.public_key().map_err(|reason| unreadable(reason.to_string()))?;
    known.overlooked.pass(opened.check_signature(key))?;
    known.overlooked.pass(check_chain(&chain, known).map_err(unreadable))?;
    let matched = if prefix == "x509_hash" {
        let hash = base64url::encode(&sha256(leaf.der()));
        let found = || format!("the hash {hash} of the certificate");
        if hash == value { Ok(()) } else { Err(Refusal::under(Check::ClientId, rules::PREFIX_HASH, found())) }
    } else {
        let names = leaf.san_dns();
        let found = || format!("the names {}", names.join(", "));
        let is_named = names.iter().any(|name| name.eq_ignore_ascii_case(value));
        if is_named { Ok(()) } else { Err(Refusal::under(Check::ClientId, rules::PREFIX_SAN_DNS, found())) }
    };
    known.overlooked.pass(matched)
}

/// HAIP 1.0, 5: not self-signed, valid now, each issued by the next, and the anchor outside.
fn check_chain(chain: &[Certificate], known: &Known<'_>) -> Result<(), String> {
    let leaf = chain.first().ok_or("an empty x5c")?;
    if leaf.is_self_issued() {
        return Err("a certificate that certifies itself".to_owned());
    }
    for certificate in chain {
        certificate.check_valid_at(known.now).map_err(|reason| reason.to_string())?;
    }
    for pair in chain.windows(2) {
        check_issued_by(&pair[0], &pair[1]).map_err(|reason| reason.to_string())?;
    }
    let Some(anchors) = known.anchors else { return Ok(()) };
    let anchors: Vec<Certificate> = anchors.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    if chain.iter().any(|sent| anchors.iter().any(|anchor| anchor.der() == sent.der())) {
        return Err("the trust anchor in x5c".to_owned());
    }
    let last = chain.last().ok_or("an empty x5c")?;
    if anchors.iter().any(|anchor| check_issued_by(last, anchor).is_ok()) {
        Ok(())
    } else {
        Err("an authority that the wallet does not trust".to_owned())
    }
}

/// did:jwk and did:key, which need no network; `kid` names the method.
fn check_did(did: &str, opened: &Opened, known: &Known<'_>) -> Result<(), Refusal> {
    let refused = |found: String| Refusal::under(Check::ClientId, rules::PREFIX_DID, found);
    let kid = opened.text("kid").unwrap_or_default();
    let of_did = kid.split('#').next() == Some(did) && kid.contains('#');
    known.overlooked.pass(if of_did { Ok(()) } else { Err(refused(format!("the kid `{kid}`"))) })?;
    let key = did_key(did).ok_or_else(|| refused("a DID that the wallet cannot resolve".to_owned()))?;
    known.overlooked.pass(opened.check_signature(&key))
}

fn did_key(did: &str) -> Option<PublicKey> {
    if let Some(encoded) = did.strip_prefix("did:jwk:") {
        let bytes = base64url::decode(encoded).ok()?;
        return jwk::public_key(&json::decode(&bytes).ok()?).ok();
    }
    let multikey = did.strip_prefix("did:key:")?;
    vidimus::crypto::multikey::decode(multikey).ok()
}

fn check_attested(subject: &str, opened: &Opened, known: &Known<'_>) -> Result<(), Refusal> {
    let refused = |found: &str| Refusal::under(Check::ClientId, rules::PREFIX_ATTESTATION, found);
    let text = opened.text("jwt").ok_or_else(|| refused("no attestation in the header"))?;
    let attestation = Opened::of(text)?;
    let is_typed = attestation.text("typ") == Some("verifier-attestation+jwt");
    known.overlooked.pass(if is_typed { Ok(()) } else { Err(refused("an attestation of another typ")) })?;
    let is_its = attestation.payload.get("sub").and_then(Value::as_str) == Some(subject);
    known.overlooked.pass(if is_its { Ok(()) } else { Err(refused("an attestation of another subject")) })?;
    let expires = attestation.payload.get("exp").and_then(Value::as_i64).unwrap_or(0);
    let is_valid = expires > known.now.seconds();
    known.overlooked.pass(if is_valid { Ok(()) } else { Err(refused("an attestation whose time is over")) })?;
    let key = attestation.payload.pointer("/cnf/jwk").map(Value::to_string).unwrap_or_default();
    let key = json::decode(key.as_bytes()).ok().and_then(|read| jwk::public_key(&read).ok());
    known.overlooked.pass(opened.check_signature(&key.ok_or_else(|| refused("an attestation without a key"))?))
}
