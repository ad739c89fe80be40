//! Trust: an immutable snapshot of who may sign what, keys and certificates already parsed.
//!
//! A snapshot is built once from entries and replaced whole when a list changes; readers never wait. An entry that cannot
//! be used is reported and left out, the rest counts: a list with one broken certificate still serves its other signers.

pub mod anchors;
mod authorities;
pub mod chains;
mod checked;
pub mod contexts;
pub mod country;
pub mod did;
pub mod entry;
pub mod etsi_services;
pub mod import;
pub mod import_context;
pub mod import_did;
pub mod import_etsi_xml;
pub mod import_eu_gateway;
pub mod import_gdhcn;
pub mod import_jwks;
pub mod import_lote;
pub mod import_pathcheck;
pub mod import_pem;
pub mod import_value_sets;
pub mod import_vci;
pub mod import_vical;
pub mod importers;
pub mod jwks;
#[cfg(test)]
mod list_sample;
pub mod list_signer;
pub mod store;
pub mod x509;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::crypto::checker::Checker;
use crate::crypto::digest::sha256;
use crate::crypto::public_key::PublicKey;
use crate::did::document::DidDocument;
use crate::did::signing_key;
use crate::encoding::{base64url, json};
use crate::linked_data::Contexts;
use crate::policy::Environment;
use crate::reason::Reason;
use crate::trust::anchors::{Anchor, Anchors};
use crate::trust::authorities::Authorities;
use crate::trust::contexts::PinnedContext;
use crate::trust::entry::{Entry, EntryFile};
use crate::trust::jwks::KeySet;
use crate::trust::x509::Certificate;

/// Who may sign what, at one moment.
#[derive(Default)]
pub struct Trust {
    signers: HashMap<Box<[u8]>, Vec<Arc<Signer>>>,
    issuers: HashMap<String, Vec<Arc<Issuer>>>,
    value_sets: HashMap<String, Arc<ValueSet>>,
    pinned: contexts::Pinned,
    anchors: Anchors,
    chains: chains::Kept,
    digest: [u8; 32],
    checker: Arc<Checker>,
}

/// One document signer: its key and why it is trusted.
pub struct Signer {
    /// The key, parsed.
    pub key: PublicKey,
    /// The certificate, where the list gave one.
    pub certificate: Option<Certificate>,
    /// Production or test.
    pub environment: Environment,
    /// `true` when the list names the signer as withdrawn.
    pub withdrawn: bool,
    /// Formats that it may sign.
    pub formats: Vec<String>,
    /// How it chains to an authority.
    pub chain: Chain,
    /// What reports say of it.
    pub description: Arc<SignerDescription>,
    entries: Vec<Arc<Entry>>,
}

/// How a signer's certificate chains to an authority of its country.
pub enum Chain {
    /// No authority of that country is known: presence on the list is the trust.
    NoAuthority,
    /// Issued by this authority.
    IssuedBy(Arc<Certificate>),
    /// Authorities are known, and none of them issued it.
    Broken(Reason),
}

/// What reports say of a signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Default)]
pub struct SignerDescription {
    /// The issuer's name: an URL, a DID, or a certificate's subject.
    pub name: String,
    /// Two-letter country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Key identifier as the credential writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// The list that the trust entry stands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Production or test.
    pub environment: &'static str,
    /// The chain, signer first: subject and SHA-256 fingerprint of each certificate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<ChainLink>,
}

/// One certificate of a chain, in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChainLink {
    /// Distinguished name of the subject.
    pub subject: String,
    /// SHA-256 of the DER, hexadecimal.
    pub sha256: String,
}

impl ChainLink {
    /// That of this certificate.
    pub fn of(certificate: &Certificate) -> Self {
        use std::fmt::Write;
        let mut sha256 = String::with_capacity(64);
        for byte in certificate.fingerprint() {
            let _ = write!(sha256, "{byte:02x}");
        }
        ChainLink { subject: certificate.subject_text(), sha256 }
    }
}

/// An issuer known by its name.
pub struct Issuer {
    /// The name exactly as credentials write it.
    pub issuer: String,
    /// The name for people.
    pub name: Option<String>,
    /// Production or test.
    pub environment: Environment,
    /// Formats that it may sign.
    pub formats: Vec<String>,
    /// The list that it stands on.
    pub list: Option<String>,
    /// Its pinned keys.
    pub keys: Option<KeySet>,
    /// Its pinned DID document.
    pub document: Option<DidDocument>,
    /// The key of a DID that tells its key by itself (did:key, did:jwk), with the fragment that names it.
    own_key: Option<(String, PublicKey)>,
    /// Types of SD-JWT VC that it may issue; empty = all.
    pub types: Vec<String>,
    entry: Arc<Entry>,
    /// What reports say of it, for the keys first asked for.
    described: [OnceLock<Arc<SignerDescription>>; 4],
}

impl Issuer {
    /// The key that its own name tells under that fragment, as [`signing_key`] reads it: read once.
    pub fn own_key(&self, fragment: &str) -> Option<&PublicKey> {
        self.own_key.as_ref().filter(|(named, _)| named == fragment).map(|(_, key)| key)
    }

    /// What reports say of the issuer under that name, as the owner of the key of that identifier with that chain.
    pub fn description(&self, name: &str, key_id: &str, chain: &[ChainLink]) -> Arc<SignerDescription> {
        let is_it = |made: &SignerDescription| {
            made.name == name && made.key_id.as_deref() == Some(key_id) && made.chain == chain
        };
        let make = || {
            Arc::new(SignerDescription {
                name: name.to_owned(),
                country: None,
                key_id: Some(key_id.to_owned()),
                list: self.list.clone(),
                environment: self.environment.name(),
                chain: chain.to_vec(),
            })
        };
        self.described.iter().map(|slot| slot.get_or_init(make)).find(|made| is_it(made)).cloned().unwrap_or_else(make)
    }
}

/// The codes that a field may hold.
pub struct ValueSet {
    /// Codes with their names for people.
    pub values: BTreeMap<String, String>,
    entry: Arc<Entry>,
}

/// An entry that was left out of a snapshot, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which entry: file or list, and what identifies it there.
    pub entry: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// A piece of a snapshot that a verdict rests on.
#[derive(Clone)]
pub enum Consulted {
    /// A document signer.
    Signer(Arc<Signer>),
    /// An issuer known by name.
    Issuer(Arc<Issuer>),
    /// An authority that a chain of certificates led to.
    Anchor(Arc<Anchor>),
    /// A value set.
    ValueSet(Arc<ValueSet>),
    /// A pinned JSON-LD context.
    Context(Arc<PinnedContext>),
}

impl Consulted {
    /// The entries that this piece was built from: enough to build it again.
    pub fn entries(&self) -> Vec<Arc<Entry>> {
        match self {
            Consulted::Signer(signer) => signer.entries.clone(),
            Consulted::Issuer(issuer) => vec![issuer.entry.clone()],
            Consulted::Anchor(anchor) => vec![anchor.entry.clone()],
            Consulted::ValueSet(set) => vec![set.entry.clone()],
            Consulted::Context(context) => vec![context.entry.clone()],
        }
    }
}

impl Trust {
    /// Trust in nobody.
    pub fn none() -> Self {
        Trust::default()
    }

    /// The snapshot of these files, and what had to be left out.
    pub fn build(files: &[EntryFile]) -> (Trust, Vec<Problem>) {
        Builder::new().build(files)
    }

    /// The snapshot of these entries, of no particular list.
    pub fn from_entries(entries: Vec<Entry>) -> (Trust, Vec<Problem>) {
        Trust::build(&[EntryFile { vidimus_trust: 1, source: None, entries }])
    }

    /// Signers with this key identifier, of every format and environment.
    pub fn signers(&self, kid: &[u8]) -> &[Arc<Signer>] {
        self.signers.get(kid).map_or(&[], Vec::as_slice)
    }

    /// The issuer with exactly this name, of that environment and that format; else one of the environment, else any: why it does not
    /// count can then be told.
    pub fn issuer(&self, name: &str, environment: Environment, format: &str) -> Option<&Arc<Issuer>> {
        let known = self.issuers(name);
        let due = || known.iter().filter(|issuer| issuer.environment == environment);
        let of_format = |issuer: &&Arc<Issuer>| issuer.formats.iter().any(|may| may == format);
        due().find(of_format).or_else(|| due().next()).or_else(|| known.first())
    }

    /// Every issuer with exactly this name, those that pin keys first.
    pub fn issuers(&self, name: &str) -> &[Arc<Issuer>] {
        self.issuers.get(name).map_or(&[], Vec::as_slice)
    }

    /// The value set with this identifier.
    pub fn value_set(&self, id: &str) -> Option<&Arc<ValueSet>> {
        self.value_sets.get(id)
    }

    /// The JSON-LD contexts that documents may name: those of this program and the pinned ones.
    pub fn contexts(&self) -> &Contexts {
        self.pinned.contexts()
    }

    /// Every pinned context, in the order of URLs.
    pub fn all_contexts(&self) -> impl Iterator<Item = &Arc<PinnedContext>> {
        self.pinned.all()
    }

    /// The pinned contexts that this document rests on, those that others name included.
    pub fn contexts_of(&self, document: &json::Value<'_>) -> Vec<Consulted> {
        self.pinned.named_in(document).into_iter().map(Consulted::Context).collect()
    }

    /// SHA-256 over all entries, in order: two snapshots with the same digest judge alike.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// How many signers, issuers, authorities and value sets the snapshot holds.
    pub fn counts(&self) -> Counts {
        Counts {
            signers: self.signers.values().map(Vec::len).sum(),
            issuers: self.issuers.values().flatten().map(|i| &i.issuer).collect::<std::collections::HashSet<_>>().len(),
            authorities: self.anchors.len(),
            value_sets: self.value_sets.len(),
            contexts: self.pinned.len(),
        }
    }

    /// Every signer, in no particular order.
    pub fn all_signers(&self) -> impl Iterator<Item = &Arc<Signer>> {
        self.signers.values().flatten()
    }

    /// Every issuer known by name, once for each name it has.
    pub fn all_issuers(&self) -> impl Iterator<Item = (&str, &Arc<Issuer>)> {
        self.issuers.iter().flat_map(|(name, issuers)| issuers.iter().map(move |issuer| (name.as_str(), issuer)))
    }
}

/// Sizes of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Document signers.
    pub signers: usize,
    /// Issuers known by name.
    pub issuers: usize,
    /// Certifying authorities.
    pub authorities: usize,
    /// Value sets.
    pub value_sets: usize,
    /// Pinned JSON-LD contexts.
    pub contexts: usize,
}

#[derive(Default)]
struct Builder {
    trust: Trust,
    authorities: Authorities,
    problems: Vec<Problem>,
}

impl Builder {
    fn new() -> Self {
        Builder::default()
    }

    fn build(mut self, files: &[EntryFile]) -> (Trust, Vec<Problem>) {
        let mut all = Vec::new();
        let mut text = Vec::new();
        for file in files {
            let list = file.source.as_ref().map(|source| source.list.clone());
            for entry in &file.entries {
                text.extend(serde_json::to_vec(entry).unwrap_or_default());
                text.push(b'\n');
                all.push((list.clone(), Arc::new(entry.clone())));
            }
        }
        self.trust.digest = sha256(&text);
        // Authorities first: signers are chained to them.
        for (list, entry) in &all {
            if let Err(problem) = self.authorities.add(list.as_deref(), entry, &mut self.trust.anchors) {
                self.problems.push(*problem);
            }
        }
        for (list, entry) in &all {
            self.add(list.as_deref(), entry);
        }
        let (pinned, problems) = contexts::Pinned::of(all.iter().map(|(_, entry)| entry));
        self.trust.pinned = pinned;
        self.problems.extend(problems);
        (self.trust, self.problems)
    }

    fn add(&mut self, list: Option<&str>, entry: &Arc<Entry>) {
        match &**entry {
            // These are looked at apart.
            Entry::Authority { .. } | Entry::Context { .. } => {}
            Entry::Signer { .. } => self.add_signer(list, entry),
            Entry::SignerKey { .. } => self.add_signer_key(list, entry),
            Entry::Issuer { .. } => self.add_issuer(list, entry),
            Entry::ValueSet { id, values, .. } => {
                let set = ValueSet { values: values.clone(), entry: entry.clone() };
                self.trust.value_sets.entry(id.clone()).or_insert_with(|| Arc::new(set));
            }
        }
    }

    fn add_signer(&mut self, list: Option<&str>, entry: &Arc<Entry>) {
        let Entry::Signer { certificate, formats, country, kid, environment, withdrawn, list: own_list } = &**entry
        else {
            return;
        };
        let certificate = match decode_certificate(certificate) {
            Ok(certificate) => certificate,
            Err(reason) => return self.leave_out("signer", reason),
        };
        let key = match certificate.public_key() {
            Ok(key) => key.clone(),
            Err(reason) => {
                let reason = reason.clone();
                return self.leave_out(&certificate.subject_text(), reason);
            }
        };
        let kid = match kid.as_deref().map(base64url::decode_any) {
            None => certificate.kid8().to_vec(),
            Some(Ok(kid)) => kid,
            Some(Err(reason)) => return self.leave_out(&certificate.subject_text(), reason),
        };
        let country = country.clone().or_else(|| certificate.subject_country().map(str::to_ascii_uppercase));
        let (chain, authority_entries) =
            self.authorities.chain(&certificate, country.as_deref().unwrap_or_default(), (*environment, formats));
        let mut links = vec![ChainLink::of(&certificate)];
        if let Chain::IssuedBy(authority) = &chain {
            links.push(ChainLink::of(authority));
        }
        let mut entries = vec![entry.clone()];
        entries.extend(authority_entries);
        let description = SignerDescription {
            name: certificate.subject_text(),
            country,
            key_id: Some(base64url::encode_standard(&kid)),
            list: own_list.clone().or_else(|| list.map(str::to_owned)),
            environment: environment.name(),
            chain: links,
        };
        self.insert_signer(
            kid,
            Signer {
                key,
                certificate: Some(certificate),
                environment: *environment,
                withdrawn: *withdrawn,
                formats: formats.clone(),
                chain,
                description: Arc::new(description),
                entries,
            },
        );
    }

    fn add_signer_key(&mut self, list: Option<&str>, entry: &Arc<Entry>) {
        let Entry::SignerKey { kid, public_key, formats, country, environment, withdrawn, list: own_list } = &**entry
        else {
            return;
        };
        let decoded = base64url::decode_any(kid).and_then(|kid| {
            base64url::decode_any(public_key).and_then(|der| PublicKey::from_spki_der(&der)).map(|key| (kid, key))
        });
        let (kid_bytes, key) = match decoded {
            Ok(decoded) => decoded,
            Err(reason) => return self.leave_out(kid, reason),
        };
        let description = SignerDescription {
            name: country.clone().unwrap_or_default(),
            country: country.clone(),
            key_id: Some(kid.clone()),
            list: own_list.clone().or_else(|| list.map(str::to_owned)),
            environment: environment.name(),
            chain: Vec::new(),
        };
        self.insert_signer(
            kid_bytes,
            Signer {
                key,
                certificate: None,
                environment: *environment,
                withdrawn: *withdrawn,
                formats: formats.clone(),
                chain: Chain::NoAuthority,
                description: Arc::new(description),
                entries: vec![entry.clone()],
            },
        );
    }

    fn add_issuer(&mut self, list: Option<&str>, entry: &Arc<Entry>) {
        let Entry::Issuer { issuer, aliases, name, formats, environment, keys, document, types, list: own_list } =
            &**entry
        else {
            return;
        };
        let keys = match keys.as_ref().map(|keys| KeySet::decode(keys.to_string().as_bytes())) {
            None => None,
            Some(Ok(keys)) => Some(keys),
            Some(Err(reason)) => return self.leave_out(issuer, reason),
        };
        let document = match document.as_ref().map(|text| DidDocument::decode(text.to_string().as_bytes(), issuer)) {
            None => None,
            Some(Ok(document)) => Some(document),
            Some(Err(reason)) => return self.leave_out(issuer, reason),
        };
        let built = Arc::new(Issuer {
            issuer: issuer.clone(),
            name: name.clone(),
            environment: *environment,
            formats: formats.clone(),
            list: own_list.clone().or_else(|| list.map(str::to_owned)),
            own_key: own_key(issuer),
            keys,
            document,
            types: types.clone(),
            entry: entry.clone(),
            described: Default::default(),
        });
        for name in std::iter::once(issuer).chain(aliases) {
            self.insert_issuer(name, &built);
        }
    }

    /// Of entries for one name, format and environment counts the one that pins keys, then the one whose own name it is, then the first.
    fn insert_issuer(&mut self, name: &str, issuer: &Arc<Issuer>) {
        let rank = |issuer: &Issuer| (issuer.keys.is_some() || issuer.document.is_some(), issuer.issuer == name);
        let known = self.trust.issuers.entry(name.to_owned()).or_default();
        let at = known.partition_point(|held| rank(held) >= rank(issuer));
        known.insert(at, issuer.clone());
    }

    fn insert_signer(&mut self, kid: Vec<u8>, signer: Signer) {
        let signers = self.trust.signers.entry(kid.into_boxed_slice()).or_default();
        // A list that names one certificate twice does not make it two candidates.
        if signers.iter().any(|known| known.entries.first() == signer.entries.first()) {
            return;
        }
        // The first candidate whose signature is right is judged: withdrawn ones stand first, so that no other list revives them.
        if signer.withdrawn {
            signers.insert(0, Arc::new(signer));
        } else {
            signers.push(Arc::new(signer));
        }
    }

    fn leave_out(&mut self, entry: &str, reason: Reason) {
        self.problems.push(Problem { entry: entry.to_owned(), reason });
    }
}

/// The key of a DID that tells it, and its fragment: did:key repeats the key there, did:jwk has one key.
fn own_key(name: &str) -> Option<(String, PublicKey)> {
    let fragment = match name.strip_prefix("did:key:") {
        Some(identifier) => identifier,
        None => name.strip_prefix("did:jwk:").map(|_| "0")?,
    };
    let key = signing_key(name, fragment)?.ok()?;
    Some((fragment.to_owned(), key))
}

fn decode_certificate(text: &str) -> Result<Certificate, Reason> {
    Certificate::from_der(&base64url::decode_any(text)?)
}
