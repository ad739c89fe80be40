//! The configuration of presentations: a JSON file, or a ready set for a developer's machine.
//!
//! ```json
//! {
//!   "base_url": "https://verifier.example",
//!   "clients": [
//!     { "prefix": "x509_hash", "key": "reader.pem", "chain": "reader-chain.pem" },
//!     { "prefix": "decentralized_identifier", "key": "did.pem", "did": "did:web:verifier.example", "kid": "did:web:verifier.example#1" },
//!     { "prefix": "verifier_attestation", "key": "attested.pem", "attestation": "attestation.jwt" },
//!     { "prefix": "redirect_uri" },
//!     { "client_id": "known-to-wallets", "key": "known.pem", "kid": "1" }
//!   ],
//!   "templates": [ { "name": "member", "title": "Member of the club", "dcql_query": { "credentials": [] } } ],
//!   "webhook_secret": "webhook.secret",
//!   "profile": "haip"
//! }
//! ```
//! The first client is who we are where nobody says. Files stand beside this one; those with secrets are for their owner alone. A chain is
//! PEM, our certificate first, without the authority's. With `x509_san_dns` the name is the host of `base_url`.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use crate::crypto::key_file::read_key_file;
use crate::crypto::own_keys::OwnKey;
use crate::crypto::pem;
use crate::encoding::json;
use crate::net::clock::Clock;
use crate::openid4vp::ask::Profile;
use crate::openid4vp::client::{Client, ClientFault, Clients, Prefix};
use crate::service::openid4vp::development::make_reader;
use crate::service::openid4vp::templates::{Template, built_in};
use crate::service::openid4vp::webhooks::WebhookSecret;
use crate::store;

/// Bytes of a configuration file, and of every file it names, at most.
const FILE_BYTES: u64 = 1 << 20;
/// Clients and templates at most, of each.
const MOST: usize = 64;

/// What an operator can set about presentations.
pub struct Settings {
    /// Where the service is reached from outside, without a slash at the end; `None` = where it listens.
    pub base_url: Option<String>,
    /// Who we are to wallets.
    pub clients: Clients,
    /// What is asked by name.
    pub templates: Vec<Template>,
    /// The profile that holds for every request, whatever it says.
    pub profile: Option<Profile>,
    /// Where sessions are kept.
    pub store: store::Setting,
    /// `true`: wallets may be sent to this machine without TLS.
    pub is_development: bool,
    /// The authority that wallets may trust instead of asking, PEM; of a ready set only.
    pub authority_pem: Option<String>,
    /// Taken when the desk opens.
    webhook_secret: Mutex<Option<WebhookSecret>>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("base_url", &self.base_url)
            .field("clients", &self.clients)
            .finish_non_exhaustive()
    }
}

/// Why presentations cannot be set up: the operator's trouble.
#[derive(Debug)]
pub struct SettingsFault(String);

impl fmt::Display for SettingsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingsFault {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    clients: Vec<Row>,
    #[serde(default)]
    templates: Vec<Template>,
    #[serde(default)]
    webhook_secret: Option<PathBuf>,
    #[serde(default)]
    profile: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    key: Option<PathBuf>,
    #[serde(default)]
    chain: Option<PathBuf>,
    #[serde(default)]
    did: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    attestation: Option<PathBuf>,
}

impl Settings {
    /// These clients, and every default.
    pub fn of(clients: Clients) -> Self {
        Settings {
            base_url: None,
            clients,
            templates: built_in(),
            profile: None,
            store: store::Setting::Memory,
            is_development: false,
            authority_pem: None,
            webhook_secret: Mutex::default(),
        }
    }

    /// What a configuration file says.
    ///
    /// # Errors
    /// [`SettingsFault`] when the file, a key or a certificate cannot be read, or something makes no sense.
    pub fn from_file(path: &Path) -> Result<Self, SettingsFault> {
        let at = |what: &dyn fmt::Display| SettingsFault(format!("{}: {what}", path.display()));
        let bytes = read_bounded(path).map_err(SettingsFault)?;
        let file: File = json::from_slice(&bytes).map_err(|reason| at(&reason))?;
        let base_url = file.base_url.map(|url| checked_url(&url)).transpose().map_err(|fault| at(&fault))?;
        if file.clients.is_empty() || file.clients.len() > MOST || file.templates.len() > MOST {
            return Err(at(&format!("one to {MOST} clients and at most {MOST} templates are due")));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut clients = Vec::with_capacity(file.clients.len());
        for (number, row) in file.clients.into_iter().enumerate() {
            let client = row.into_client(folder, base_url.as_deref());
            clients.push(client.map_err(|fault| at(&format!("clients[{number}]: {fault}")))?);
        }
        let mut templates = built_in();
        for template in file.templates {
            // A template of the operator stands in the place of ours.
            templates.retain(|known| known.name != template.name);
            templates.push(template);
        }
        let profile =
            file.profile.as_deref().map(|name| Profile::from_name(name).ok_or(at(&"no profile has that name")));
        let secret = file.webhook_secret.map(|path| WebhookSecret::from_file(&folder.join(path)));
        Ok(Settings {
            base_url,
            templates,
            profile: profile.transpose()?,
            webhook_secret: Mutex::new(secret.transpose().map_err(SettingsFault)?),
            ..Settings::of(Clients::new(clients))
        })
    }

    /// A ready set for a developer's machine: a new certificate of a new authority, and unsigned requests for who asks for them.
    ///
    /// # Errors
    /// [`SettingsFault`] when no key can be made.
    pub fn for_development(base_url: Option<&str>) -> Result<Self, SettingsFault> {
        let base_url = base_url.map(checked_url).transpose().map_err(SettingsFault)?;
        let host = base_url.as_deref().and_then(host_of);
        let made = make_reader(host, Clock::system().now()).map_err(SettingsFault)?;
        let key = Arc::new(OwnKey::from_pem(&made.key_pem).map_err(|fault| SettingsFault(fault.to_string()))?);
        let chain = vec![made.leaf];
        let mut clients = vec![Client::x509_hash(key.clone(), chain.clone()).map_err(client_fault)?];
        clients.extend(Client::x509_san_dns(host.unwrap_or("localhost"), key, chain));
        clients.push(Client::redirect_uri());
        Ok(Settings {
            base_url,
            is_development: true,
            authority_pem: Some(made.authority_pem),
            ..Settings::of(Clients::new(clients))
        })
    }

    /// The same, signing webhooks with that secret.
    #[must_use]
    pub fn with_webhook_secret(self, secret: WebhookSecret) -> Self {
        Settings { webhook_secret: Mutex::new(Some(secret)), ..self }
    }

    /// The same, reached from outside under that URL.
    ///
    /// # Errors
    /// [`SettingsFault`] when it is none.
    pub fn at(self, base_url: &str) -> Result<Self, SettingsFault> {
        Ok(Settings { base_url: Some(checked_url(base_url).map_err(SettingsFault)?), ..self })
    }

    /// The secret that webhooks are signed with; there once.
    pub(super) fn take_webhook_secret(&self) -> Option<WebhookSecret> {
        self.webhook_secret.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Row {
    fn into_client(self, folder: &Path, base_url: Option<&str>) -> Result<Client, String> {
        let prefix = match &self.prefix {
            None => Prefix::PreRegistered,
            Some(name) => Prefix::from_name(name)
                .ok_or_else(|| format!("`prefix` is one of {}", Prefix::ALL.map(Prefix::name).join(", ")))?,
        };
        self.check_members(prefix)?;
        let key = || self.key.as_deref().map(|path| read_key(&folder.join(path))).transpose();
        let due_key = || key()?.ok_or_else(|| "`key` is due".to_owned());
        let text = |member: &Option<String>, name: &str| member.clone().ok_or_else(|| format!("`{name}` is due"));
        let chain = || match &self.chain {
            Some(path) => read_chain(&folder.join(path)),
            None => Err("`chain` is due".to_owned()),
        };
        let made = match prefix {
            Prefix::RedirectUri => Ok(Client::redirect_uri()),
            Prefix::X509Hash => Client::x509_hash(due_key()?, chain()?),
            Prefix::X509SanDns => {
                let host = base_url.and_then(host_of).ok_or("`base_url` is due: its host is the name")?;
                Client::x509_san_dns(host, due_key()?, chain()?)
            }
            Prefix::DecentralizedIdentifier => {
                Client::decentralized_identifier(&text(&self.did, "did")?, &text(&self.kid, "kid")?, due_key()?)
            }
            Prefix::VerifierAttestation => {
                let path = self.attestation.as_ref().ok_or("`attestation` is due")?;
                let bytes = read_bounded(&folder.join(path))?;
                let jwt = String::from_utf8(bytes).map_err(|_| "the attestation is not text")?;
                Client::verifier_attestation(jwt.trim(), due_key()?)
            }
            Prefix::PreRegistered => {
                let key = key()?.zip(self.kid.clone());
                Client::pre_registered(&text(&self.client_id, "client_id")?, key)
            }
        };
        made.map_err(|fault| fault.to_string())
    }

    /// What a client of that prefix has no use for is a mistake.
    fn check_members(&self, prefix: Prefix) -> Result<(), String> {
        let is_x509 = matches!(prefix, Prefix::X509Hash | Prefix::X509SanDns);
        let is_known = prefix == Prefix::PreRegistered;
        let is_did = prefix == Prefix::DecentralizedIdentifier;
        let members = [
            ("client_id", self.client_id.is_some(), is_known),
            ("key", self.key.is_some(), prefix != Prefix::RedirectUri),
            ("chain", self.chain.is_some(), is_x509),
            ("did", self.did.is_some(), is_did),
            ("kid", self.kid.is_some(), is_did || is_known),
            ("attestation", self.attestation.is_some(), prefix == Prefix::VerifierAttestation),
        ];
        match members.iter().find(|(_, is_there, is_due)| *is_there && !is_due) {
            None if is_known && self.key.is_some() != self.kid.is_some() => {
                Err("`key` and `kid` go together".to_owned())
            }
            None => Ok(()),
            Some((name, ..)) => Err(format!("`{name}` is nothing for {}", prefix.name())),
        }
    }
}

fn client_fault(fault: ClientFault) -> SettingsFault {
    SettingsFault(fault.to_string())
}

/// The URL without a slash at its end: https, or http to this machine. No path: places have their own.
fn checked_url(url: &str) -> Result<String, String> {
    let trimmed = url.strip_suffix('/').unwrap_or(url);
    if crate::openid4vp::ask::is_origin(trimmed) {
        return Ok(trimmed.to_owned());
    }
    Err("the URL of this service is https:// and a host, in lower case, perhaps with a port, and no path".to_owned())
}

/// The host of such a URL, without its port.
fn host_of(url: &str) -> Option<&str> {
    let (_, authority) = url.split_once("://")?;
    Some(match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next()?,
        None => authority.split(':').next()?,
    })
}

fn read_bounded(path: &Path) -> Result<Vec<u8>, String> {
    let at = |error: &dyn fmt::Display| format!("{}: {error}", path.display());
    if fs::metadata(path).map_err(|error| at(&error))?.len() > FILE_BYTES {
        return Err(at(&"is too large"));
    }
    fs::read(path).map_err(|error| at(&error))
}

fn read_key(path: &Path) -> Result<Arc<OwnKey>, String> {
    let at = |what: &dyn fmt::Display| format!("{}: {what}", path.display());
    let text = read_key_file(path).map_err(|fault| at(&fault))?;
    OwnKey::from_pem(&text).map(Arc::new).map_err(|fault| at(&fault))
}

fn read_chain(path: &Path) -> Result<Vec<Vec<u8>>, String> {
    let bytes = read_bounded(path)?;
    let blocks = std::str::from_utf8(&bytes).ok().and_then(pem::blocks).unwrap_or_default();
    let chain: Vec<Vec<u8>> =
        blocks.iter().filter(|block| block.label == "CERTIFICATE").map(|block| block.bytes.to_vec()).collect();
    if chain.is_empty() { Err(format!("{}: holds no certificate in PEM", path.display())) } else { Ok(chain) }
}

#[cfg(test)]
mod tests;
