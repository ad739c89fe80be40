//! The configuration of the VC API: a JSON file, or a ready set for a developer's machine.
//!
//! ```json
//! {
//!   "public_url": "https://issuer.example",
//!   "answers": "suites",
//!   "policy": { "issuers": "resolvable" },
//!   "profiles": [
//!     { "id": "degrees", "secures": "ecdsa-rdfc-2019", "key": "degrees.pem", "status": ["revocation"] }
//!   ]
//! }
//! ```
//! `key` names a file beside this one that only its owner can read: a private key in PEM, or one `secretKeyMultibase` text.
//! Without `issuer` and `verification_method` the issuer is the key's own did:key.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use crate::crypto::algorithm::KeyKind;
use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::key_file::read_key_file;
use crate::crypto::multikey;
use crate::crypto::own_keys::OwnKey;
use crate::crypto::public_key::Curve;
use crate::encoding::json;
use crate::policy::Policy;
use crate::service::vc_api::api::{Answers, VcApi, default_policy};
use crate::service::vc_api::profile::{Profile, ProfileKey, Securing, did_key};
use crate::service::vc_api::status_store::{StatusFault, StatusPurpose, StatusStore};

/// Bytes of a configuration file at most.
const FILE_BYTES: u64 = 1 << 20;
/// Profiles at most.
const MOST: usize = 256;

/// Why the VC API cannot be set up: the operator's trouble.
#[derive(Debug)]
pub struct SetupFault(String);

impl fmt::Display for SetupFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetupFault {}

impl From<StatusFault> for SetupFault {
    fn from(fault: StatusFault) -> Self {
        SetupFault(format!("status lists: {fault}"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    public_url: Option<String>,
    #[serde(default)]
    answers: Answers,
    #[serde(default = "default_policy")]
    policy: Policy,
    #[serde(default)]
    profiles: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    secures: String,
    key: PathBuf,
    #[serde(default)]
    issuer: Option<String>,
    #[serde(default)]
    verification_method: Option<String>,
    #[serde(default)]
    status: Vec<StatusPurpose>,
}

/// The VC API that a configuration file describes. `data` is the folder of its status lists.
///
/// # Errors
/// [`SetupFault`] when the file or a key cannot be read, a profile makes no sense, or status lists have no folder.
pub fn from_file(path: &Path, data: Option<&Path>) -> Result<VcApi, SetupFault> {
    let at = |what: &dyn fmt::Display| SetupFault(format!("{}: {what}", path.display()));
    let length = fs::metadata(path).map_err(|error| at(&error))?.len();
    if length > FILE_BYTES {
        return Err(at(&"is too large"));
    }
    let bytes = fs::read(path).map_err(|error| at(&error))?;
    let file: File = json::from_slice(&bytes).map_err(|reason| at(&reason))?;
    if file.profiles.len() > MOST {
        return Err(at(&"holds too many profiles"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut profiles = Vec::with_capacity(file.profiles.len());
    for row in file.profiles {
        let id = row.id.clone();
        let profile = row.into_profile(folder).map_err(|fault| at(&format!("profile {id}: {fault}")))?;
        if profiles.iter().any(|known: &Profile| known.id == profile.id) {
            return Err(at(&format!("profile {id} stands twice")));
        }
        profiles.push(profile);
    }
    let api = VcApi { policy: Arc::new(file.policy), answers: file.answers, profiles, ..VcApi::default() };
    let api = match &file.public_url {
        Some(url) => api.at(url),
        None => api,
    };
    with_statuses(api, data, file.public_url.as_deref())
}

/// Lists that nobody could fetch, or that would be forgotten at the end, are no lists.
fn with_statuses(api: VcApi, data: Option<&Path>, url: Option<&str>) -> Result<VcApi, SetupFault> {
    if api.profiles.iter().all(|profile| profile.status.is_empty()) {
        return Ok(api);
    }
    let folder = data.ok_or_else(|| SetupFault("status lists need a folder to be kept in (--data)".to_owned()))?;
    if url.is_none_or(|url| !url.starts_with("https://")) {
        return Err(SetupFault("status lists need a public https URL (`public_url`)".to_owned()));
    }
    Ok(VcApi { statuses: StatusStore::open(folder)?, ..api })
}

impl Row {
    fn into_profile(self, folder: &Path) -> Result<Profile, String> {
        check_id(&self.id)?;
        let securing = Securing::from_name(&self.secures).ok_or_else(|| {
            let names: Vec<_> = Securing::ALL.iter().map(|(name, _)| *name).collect();
            format!("`secures` is none of {}", names.join(", "))
        })?;
        let key = read_key(&folder.join(&self.key), securing)?;
        let (issuer, method) = match (self.issuer, self.verification_method) {
            (None, None) => did_key(key.public_key()),
            (Some(issuer), Some(method)) => (issuer, method),
            _ => return Err("`issuer` and `verification_method` go together".to_owned()),
        };
        if !self.status.is_empty() && securing == Securing::Bbs {
            return Err("a BBS key cannot sign status lists".to_owned());
        }
        Profile { id: self.id, securing, issuer, method, key, status: self.status }.checked()
    }
}

impl Profile {
    /// The profile, if its key fits how it secures.
    fn checked(self) -> Result<Self, String> {
        let kind = self.key.public_key().kind();
        let fits = match self.securing {
            Securing::EddsaRdfc | Securing::EddsaJcs | Securing::Ed25519Signature2020 => kind == KeyKind::Ed25519,
            Securing::EcdsaRdfc | Securing::EcdsaJcs => matches!(kind, KeyKind::P256 | KeyKind::P384),
            Securing::EcdsaSd => kind == KeyKind::P256,
            Securing::Bbs => kind == KeyKind::Bls12381G2,
            Securing::VcJwt | Securing::VcSdJwt | Securing::VcCose => kind != KeyKind::Bls12381G2,
        };
        if fits { Ok(self) } else { Err(format!("the key does not fit {}", self.securing.name())) }
    }
}

/// A name that may stand in a path, and in the name of a file.
fn check_id(id: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let begins_well = id.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if id.len() <= 64 && begins_well && id.bytes().all(is_plain) {
        return Ok(());
    }
    Err("`id` is made of letters, digits, `-`, `_` and `.`, at most 64, a letter or digit first".to_owned())
}

fn read_key(path: &Path, securing: Securing) -> Result<ProfileKey, String> {
    let at = |what: &dyn fmt::Display| format!("{}: {what}", path.display());
    let text = read_key_file(path).map_err(|fault| at(&fault))?;
    if securing == Securing::Bbs {
        return OwnBbsKey::from_multikey(text.trim())
            .map(|key| ProfileKey::Bbs(Box::new(key)))
            .map_err(|fault| at(&fault));
    }
    let key = if text.contains("-----BEGIN ") { OwnKey::from_pem(&text) } else { multikey::own_key(&text) };
    key.map(ProfileKey::Own).map_err(|fault| at(&fault))
}

/// A ready set of profiles with new keys, for a developer's machine: status lists are kept in memory.
///
/// # Errors
/// [`SetupFault`] when no keys can be made.
pub fn for_development(is_tls: bool) -> Result<VcApi, SetupFault> {
    let mut profiles = Vec::new();
    for (id, securing, kind) in READY {
        let key = new_key(kind).map_err(SetupFault)?;
        let (issuer, method) = did_key(key.public_key());
        let id = id.to_owned();
        profiles.push(Profile { id, securing, issuer, method, key, status: Vec::new() });
    }
    if is_tls {
        let key = new_key(KeyKind::Ed25519).map_err(SetupFault)?;
        let (issuer, method) = did_key(key.public_key());
        let status = vec![StatusPurpose::Revocation, StatusPurpose::Suspension];
        let id = "eddsa-rdfc-2022-status".to_owned();
        profiles.push(Profile { id, securing: Securing::EddsaRdfc, issuer, method, key, status });
    }
    Ok(VcApi { profiles, ..VcApi::default() })
}

/// The ready set: names as the published suites use them.
const READY: [(&str, Securing, KeyKind); 12] = [
    ("eddsa-rdfc-2022", Securing::EddsaRdfc, KeyKind::Ed25519),
    ("eddsa-jcs-2022", Securing::EddsaJcs, KeyKind::Ed25519),
    ("ecdsa-rdfc-2019-p256", Securing::EcdsaRdfc, KeyKind::P256),
    ("ecdsa-rdfc-2019-p384", Securing::EcdsaRdfc, KeyKind::P384),
    ("ecdsa-jcs-2019-p256", Securing::EcdsaJcs, KeyKind::P256),
    ("ecdsa-jcs-2019-p384", Securing::EcdsaJcs, KeyKind::P384),
    ("ecdsa-sd-2023", Securing::EcdsaSd, KeyKind::P256),
    ("bbs-2023", Securing::Bbs, KeyKind::Bls12381G2),
    ("ed25519-signature-2020", Securing::Ed25519Signature2020, KeyKind::Ed25519),
    ("vc-jwt", Securing::VcJwt, KeyKind::P256),
    ("vc-sd-jwt", Securing::VcSdJwt, KeyKind::P256),
    ("vc-cose", Securing::VcCose, KeyKind::P256),
];

fn new_key(kind: KeyKind) -> Result<ProfileKey, String> {
    let made = match kind {
        KeyKind::Bls12381G2 => {
            return OwnBbsKey::generate().map(|key| ProfileKey::Bbs(Box::new(key))).map_err(|fault| fault.to_string());
        }
        KeyKind::Ed25519 => OwnKey::generate_ed25519(),
        KeyKind::P384 => OwnKey::generate(Curve::P384),
        _ => OwnKey::generate(Curve::P256),
    };
    made.map(|(key, _)| ProfileKey::Own(key)).map_err(|fault| fault.to_string())
}
