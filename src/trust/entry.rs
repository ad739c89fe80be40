//! Trust entries: the file format of the trust store. One JSON object says who may sign what.
//!
//! A store is a folder of `.json` files that a person can read and compare; each holds one [`EntryFile`]. Test vectors
//! carry the same entries, so that they test this reader too.

use serde::{Deserialize, Serialize};

use crate::policy::Environment;

/// One file of a trust store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryFile {
    /// Version of this file format: 1.
    pub vidimus_trust: u32,
    /// Where the entries came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Who may sign what.
    pub entries: Vec<Entry>,
}

/// Where the entries of a file came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Source {
    /// The list's name, shown in reports (`eu-gateway`, `gdhcn`, `vci`).
    pub list: String,
    /// The kind of importer that read it.
    pub importer: String,
    /// SHA-256 of the imported document, hexadecimal.
    pub sha256: String,
    /// When it was imported, RFC 3339.
    pub imported_at: String,
}

/// One entry: who may sign what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Entry {
    /// A document signer with a certificate (EU DCC).
    Signer {
        /// DER of the certificate, standard base64.
        certificate: String,
        /// Formats that it may sign, by name.
        formats: Vec<String>,
        /// Two-letter country, when it is not the certificate's subject country.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
        /// Key identifier, standard base64, when it is not the first eight bytes of the certificate's SHA-256.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kid: Option<String>,
        /// Production or test.
        #[serde(default)]
        environment: Environment,
        /// `true` when the list names the signer as withdrawn.
        #[serde(default, skip_serializing_if = "is_false")]
        withdrawn: bool,
        /// The list it stands on, when the file names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// A document signer of which only the key is known (some registries publish no certificates).
    SignerKey {
        /// Key identifier, standard base64.
        kid: String,
        /// SubjectPublicKeyInfo, DER in standard base64.
        public_key: String,
        /// Formats that it may sign, by name.
        formats: Vec<String>,
        /// Two-letter country.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
        /// Production or test.
        #[serde(default)]
        environment: Environment,
        /// `true` when the list names the signer as withdrawn.
        #[serde(default, skip_serializing_if = "is_false")]
        withdrawn: bool,
        /// The list it stands on, when the file names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// An authority that certifies document signers (a CSCA). Where one of a signer's country is known, the signer must chain to it.
    Authority {
        /// DER of the certificate, standard base64.
        certificate: String,
        /// Formats whose signers it certifies, by name.
        formats: Vec<String>,
        /// Types of credential whose signers it certifies, as the format spells them (a `docType`, a `vct`); empty = all.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        types: Vec<String>,
        /// Two-letter country, when it is not the certificate's subject country.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
        /// Production or test.
        #[serde(default)]
        environment: Environment,
        /// The list it stands on, when the file names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// An issuer known by name: an https URL (SMART Health Cards, SD-JWT VC) or a DID (NZ COVID Pass). Without `keys` and
    /// `document` its keys are evidence, fetched from the place that its name implies.
    Issuer {
        /// The name exactly as credentials write it.
        issuer: String,
        /// Other names that the same issuer signs under (`canonical_iss` of the VCI directory).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        aliases: Vec<String>,
        /// The name for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Formats that it may sign, by name.
        formats: Vec<String>,
        /// Production or test.
        #[serde(default)]
        environment: Environment,
        /// Its JWK set (`{"keys": [..]}`), when pinned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<serde_json::Value>,
        /// Its DID document, when pinned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<serde_json::Value>,
        /// Types of SD-JWT VC that it may issue (`vct`); empty = all. Only types that are listed count where a credential names
        /// further ones (`aka_vcts`).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        types: Vec<String>,
        /// The list it stands on, when the file names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// The codes that a field of health certificates may hold.
    ValueSet {
        /// The set's identifier (`vaccines-covid-19-names`).
        id: String,
        /// The day it was published.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<String>,
        /// Codes with their names for people.
        values: std::collections::BTreeMap<String, String>,
    },
    /// A JSON-LD context that credentials may name. Contexts are never fetched; those of the W3C are part of this program, and no
    /// entry takes their place.
    Context {
        /// The URL exactly as credentials write it.
        url: String,
        /// SHA-256 of the document's bytes, hexadecimal: the digest that its publisher states.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        /// The document as it was published, byte for byte.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The document as JSON, when nobody states a digest of its bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<serde_json::Value>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !flag
}
