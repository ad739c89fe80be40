//! Clients: who we are to wallets (OpenID4VP 1.0, 5.9). A client identifier says by its prefix how the wallet finds out whether the request
//! is ours: a certificate, a DID, somebody's attestation, or nothing but the place where the answer goes.
//!
//! `openid_federation:` is not done. `origin:` is never an identifier of ours: it names audiences over the Digital Credentials API.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::crypto::digest::sha256;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;
use crate::encoding::{base64url, json};
use crate::envelope::jws::{Jws, short_media_type};
use crate::trust::x509::Certificate;

/// What stands before the first colon of a client identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefix {
    /// Nothing: the wallet knows us beforehand.
    PreRegistered,
    /// `redirect_uri:` and where the answer goes; such requests are not signed.
    RedirectUri,
    /// `x509_san_dns:` and a name of the certificate.
    X509SanDns,
    /// `x509_hash:` and the digest of the certificate.
    X509Hash,
    /// `decentralized_identifier:` and a DID.
    DecentralizedIdentifier,
    /// `verifier_attestation:` and who is attested.
    VerifierAttestation,
}

impl Prefix {
    /// All of them.
    pub const ALL: [Prefix; 6] = [
        Prefix::PreRegistered,
        Prefix::RedirectUri,
        Prefix::X509SanDns,
        Prefix::X509Hash,
        Prefix::DecentralizedIdentifier,
        Prefix::VerifierAttestation,
    ];

    /// The prefix without its colon; `pre-registered` where there is none.
    pub const fn name(self) -> &'static str {
        match self {
            Prefix::PreRegistered => "pre-registered",
            Prefix::RedirectUri => "redirect_uri",
            Prefix::X509SanDns => "x509_san_dns",
            Prefix::X509Hash => "x509_hash",
            Prefix::DecentralizedIdentifier => "decentralized_identifier",
            Prefix::VerifierAttestation => "verifier_attestation",
        }
    }

    /// The one with that name.
    pub fn from_name(name: &str) -> Option<Prefix> {
        Prefix::ALL.into_iter().find(|prefix| prefix.name() == name)
    }

    /// The prefix of that identifier. `None` for one that this program has none of (`openid_federation:`, `origin:`).
    pub fn of(client_id: &str) -> Option<Prefix> {
        match client_id.split_once(':') {
            None => Some(Prefix::PreRegistered),
            Some((before, _)) if matches!(before, "openid_federation" | "origin" | "pre-registered") => None,
            Some((before, _)) => Some(Prefix::from_name(before).unwrap_or(Prefix::PreRegistered)),
        }
    }
}

/// Why a client cannot be used as it is configured: the operator's to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFault(pub String);

impl fmt::Display for ClientFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the client cannot be used: {}", self.0)
    }
}

impl std::error::Error for ClientFault {}

fn fault(text: impl Into<String>) -> ClientFault {
    ClientFault(text.into())
}

/// Who we are to wallets, and how we show it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    prefix: Prefix,
    /// The whole identifier; empty for `redirect_uri:`, which names the place of each answer.
    id: String,
    key: Option<Arc<OwnKey>>,
    /// DER of our certificate and of those between it and the authority, without the authority's own.
    chain: Vec<Vec<u8>>,
    /// Identifier of the key in our DID document.
    kid: Option<String>,
    attestation: Option<String>,
}

impl Client {
    /// `redirect_uri:`, for unsigned requests.
    pub fn redirect_uri() -> Client {
        Client::new(Prefix::RedirectUri, String::new(), None)
    }

    fn new(prefix: Prefix, id: String, key: Option<Arc<OwnKey>>) -> Client {
        Client { prefix, id, key, chain: Vec::new(), kid: None, attestation: None }
    }

    /// `x509_san_dns:` and that name. `chain` is DER, our certificate first, without the authority's.
    ///
    /// # Errors
    /// [`ClientFault`] when the certificate is not of that key or does not have the name.
    pub fn x509_san_dns(name: &str, key: Arc<OwnKey>, chain: Vec<Vec<u8>>) -> Result<Client, ClientFault> {
        let leaf = leaf_of(&chain, &key)?;
        if !leaf.san_dns().iter().any(|dns| dns == name) {
            return Err(fault(format!("the certificate has no dNSName {name}")));
        }
        let id = format!("{}:{name}", Prefix::X509SanDns.name());
        Ok(Client { chain, ..Client::new(Prefix::X509SanDns, id, Some(key)) })
    }

    /// `x509_hash:` and the digest of the certificate. `chain` as above.
    ///
    /// # Errors
    /// [`ClientFault`] when the certificate is not of that key.
    pub fn x509_hash(key: Arc<OwnKey>, chain: Vec<Vec<u8>>) -> Result<Client, ClientFault> {
        let leaf = leaf_of(&chain, &key)?;
        let id = format!("{}:{}", Prefix::X509Hash.name(), base64url::encode(&sha256(leaf.der())));
        Ok(Client { chain, ..Client::new(Prefix::X509Hash, id, Some(key)) })
    }

    /// `decentralized_identifier:` and that DID. `kid` is the DID URL of the key.
    ///
    /// # Errors
    /// [`ClientFault`] when the key's identifier is none of that DID.
    pub fn decentralized_identifier(did: &str, kid: &str, key: Arc<OwnKey>) -> Result<Client, ClientFault> {
        if !did.starts_with("did:")
            || !kid.strip_prefix(did).is_some_and(|rest| rest.len() > 1 && rest.starts_with('#'))
        {
            return Err(fault("the key's identifier is the DID, `#`, and a name"));
        }
        let id = format!("{}:{did}", Prefix::DecentralizedIdentifier.name());
        Ok(Client { kid: Some(kid.to_owned()), ..Client::new(Prefix::DecentralizedIdentifier, id, Some(key)) })
    }

    /// `verifier_attestation:` and whom that JWT attests (`sub`); requests are signed with the key in its `cnf`.
    ///
    /// # Errors
    /// [`ClientFault`] when it is no attestation of that key.
    pub fn verifier_attestation(jwt: &str, key: Arc<OwnKey>) -> Result<Client, ClientFault> {
        let jws = Jws::open(jwt).map_err(|reason| fault(format!("the attestation cannot be read: {reason}")))?;
        if jws.header.typ.as_deref().map(short_media_type).as_deref() != Some("verifier-attestation+jwt") {
            return Err(fault("the attestation is of another `typ` than verifier-attestation+jwt"));
        }
        let claims = json::decode(&jws.payload).map_err(|reason| fault(reason.to_string()))?;
        let subject = claims.member("sub").and_then(json::Value::as_str).filter(|subject| !subject.is_empty());
        let subject = subject.ok_or_else(|| fault("the attestation names nobody in `sub`"))?;
        let attested = claims.member("cnf").and_then(|cnf| cnf.member("jwk"));
        let attested = attested.and_then(|jwk| crate::crypto::jwk::public_key(jwk).ok());
        if attested.as_ref() != Some(key.public_key()) {
            return Err(fault("the attestation is of another key"));
        }
        let id = format!("{}:{subject}", Prefix::VerifierAttestation.name());
        let attestation = Some(jwt.to_owned());
        Ok(Client { attestation, ..Client::new(Prefix::VerifierAttestation, id, Some(key)) })
    }

    /// An identifier that wallets know beforehand; with a key, requests are signed, and `kid` names it.
    ///
    /// # Errors
    /// [`ClientFault`] when the identifier begins like one with a prefix.
    pub fn pre_registered(id: &str, key: Option<(Arc<OwnKey>, String)>) -> Result<Client, ClientFault> {
        if id.is_empty() || Prefix::of(id) != Some(Prefix::PreRegistered) {
            return Err(fault("the identifier is empty, or begins like one with a prefix"));
        }
        let (key, kid) = key.unzip();
        Ok(Client { kid, ..Client::new(Prefix::PreRegistered, id.to_owned(), key) })
    }

    /// The prefix.
    pub fn prefix(&self) -> Prefix {
        self.prefix
    }

    /// The whole identifier, prefix and all, where answers go to that place.
    pub fn id(&self, response_uri: &str) -> String {
        match self.prefix {
            Prefix::RedirectUri => format!("{}:{response_uri}", Prefix::RedirectUri.name()),
            _ => self.id.clone(),
        }
    }

    /// The key that signs requests; none where they are not signed.
    pub fn signer(&self) -> Option<&OwnKey> {
        self.key.as_deref()
    }

    /// DER of our certificate and of those behind it; empty without.
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// The key's identifier, where wallets find the key by one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The verifier attestation.
    pub fn attestation(&self) -> Option<&str> {
        self.attestation.as_deref()
    }

    /// OpenID4VP 1.0, 5.9.3: the host of the place where answers go, as `x509_san_dns:` wants it.
    pub(crate) fn takes_host(&self, host: &str) -> bool {
        match self.prefix {
            Prefix::X509SanDns => self.id.split_once(':').is_some_and(|(_, name)| name == host),
            _ => true,
        }
    }
}

/// Our certificate: the first of the chain, of that key, sound, and followed by those that certify it.
fn leaf_of(chain: &[Vec<u8>], key: &OwnKey) -> Result<Certificate, ClientFault> {
    let read = |der: &Vec<u8>| Certificate::from_der(der).map_err(|reason| fault(reason.to_string()));
    let certificates: Vec<Certificate> = chain.iter().map(read).collect::<Result<_, _>>()?;
    for pair in certificates.windows(2) {
        if let [below, above] = pair {
            crate::trust::x509::check_issued_by(below, above).map_err(|reason| fault(reason.to_string()))?;
        }
    }
    let leaf = certificates.into_iter().next().ok_or_else(|| fault("there is no certificate"))?;
    let held: Option<&PublicKey> = leaf.public_key().ok();
    if held != Some(key.public_key()) {
        return Err(fault("the first certificate is of another key"));
    }
    Ok(leaf)
}

/// Everybody that we are to wallets. The first is who we are where nobody says.
#[derive(Clone, Debug, Default)]
pub struct Clients(Vec<Client>);

impl Clients {
    /// These, the first of which is the default.
    pub fn new(clients: Vec<Client>) -> Clients {
        Clients(clients)
    }

    /// The first with that prefix; without a prefix the first of all.
    pub fn pick(&self, prefix: Option<Prefix>) -> Option<&Client> {
        self.0.iter().find(|client| prefix.is_none_or(|prefix| client.prefix == prefix))
    }

    /// The one that goes by that identifier where answers go to that place.
    pub fn by_id(&self, client_id: &str, response_uri: &str) -> Option<&Client> {
        self.0.iter().find(|client| client.id(response_uri) == client_id)
    }

    /// Every client, the default first.
    pub fn all(&self) -> &[Client] {
        &self.0
    }
}
