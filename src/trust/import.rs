//! What all importers share: what the operator says of a list, what comes out of it, and how it is told.
//!
//! An importer is a pure function from a document to files of a trust store. Whatever it leaves out is said: as a problem when the
//! item is broken, as a count with its reason when the item is sound but nothing that we judge by.

use std::collections::BTreeMap;
use std::fmt;

use crate::crypto::digest::sha256;
use crate::crypto::public_key::PublicKey;
use crate::encoding::json;
use crate::policy::Environment;
use crate::reason::Reason;
use crate::time::Timestamp;
use crate::trust::Problem;
use crate::trust::entry::{Entry, EntryFile};
use crate::trust::x509::Certificate;

/// Bytes of the largest list that is imported.
pub const LIST_BYTES: usize = 32 << 20;

/// What the operator says of a list. The default: production, everything else by the importer.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The list's name in reports, and its folder in the store (or how the names of single items begin); the importer's name when
    /// absent.
    pub list: Option<String>,
    /// Which world its entries belong to.
    pub environment: Environment,
    /// Formats that its signers may sign; what the kind of list is made for when empty.
    pub formats: Vec<String>,
    /// Two-letter country of its certificates, when they name none or another (PEM).
    pub country: Option<String>,
    /// The issuer's name (JWK set).
    pub issuer: Option<String>,
    /// The issuer's name for people (JWK set, DID document).
    pub name: Option<String>,
    /// The URL under which credentials name the document (JSON-LD context).
    pub url: Option<String>,
    /// The key under which the list must be signed (EU gateway in two lines).
    pub key: Option<PublicKey>,
    /// Certificates of whoever signs the list, or of the authorities above (VICAL, ETSI list as JSON).
    pub signers: Vec<Certificate>,
    /// Takes a list whose signature nobody checks (VICAL, ETSI lists).
    pub unchecked: bool,
    /// Types of credential that its signers may sign (a `docType`, a `vct`); what the list says when empty.
    pub types: Vec<String>,
    /// Services that are taken, by the URI of their type (ETSI lists); those of identity and attestations when empty.
    pub services: Vec<String>,
    /// JWK sets by issuer, to pin (VCI directory).
    pub key_sets: BTreeMap<String, Vec<u8>>,
    /// When the import is made; written into the files. The signer of a list must be valid then.
    pub imported_at: Timestamp,
}

impl Options {
    /// A list of test signers has a name of its own: importing it must not take the place of the live one.
    fn list(&self, importer: &str) -> String {
        let name = || match self.environment {
            Environment::Production => importer.to_owned(),
            Environment::Test => format!("{importer}-test"),
        };
        self.list.clone().unwrap_or_else(name)
    }

    /// The formats asked for, else this one.
    pub(crate) fn formats_or(&self, format: &str) -> Vec<String> {
        if self.formats.is_empty() { vec![format.to_owned()] } else { self.formats.clone() }
    }
}

impl Options {
    /// Why a signed list cannot be taken as it is: nobody said who may sign it.
    pub(crate) fn check_signer_named(&self) -> Result<(), ImportFault> {
        if self.signers.is_empty() && !self.unchecked {
            return Err(ImportFault::Option(
                "whose signature the list must bear (--signer FILE), or that nobody checks it (--unchecked)",
            ));
        }
        Ok(())
    }
}

/// What an import came to.
#[derive(Debug, Default)]
pub struct Import {
    /// The list's name.
    pub list: String,
    /// Files by suggested name, `FOLDER/NAME.json` of a list and `NAME.json` of single items, as [`crate::trust::store::write`] takes them.
    pub files: BTreeMap<String, EntryFile>,
    /// Items that are broken, and why.
    pub problems: Vec<Problem>,
    /// How many items were taken, and how many left out for which reason.
    pub counts: Counts,
    /// What the importer did not check, in sentences for the operator.
    pub notes: Vec<String>,
}

/// How many items of which kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries made, by kind (`signer`, `authority`, `issuer`, `value-set`, `withdrawn signer`).
    pub taken: BTreeMap<String, usize>,
    /// Sound items left out, by reason.
    pub left_out: BTreeMap<String, usize>,
}

impl Counts {
    /// Entries made, of all kinds.
    pub fn total_taken(&self) -> usize {
        self.taken.values().sum()
    }

    /// Sound items left out, for all reasons.
    pub fn total_left_out(&self) -> usize {
        self.left_out.values().sum()
    }
}

/// Why nothing was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportFault {
    /// The document is not what it should be.
    Content(Reason),
    /// The importer needs to be told something.
    Option(&'static str),
}

impl fmt::Display for ImportFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ImportFault::Content(reason) => reason.fmt(f),
            ImportFault::Option(missing) => f.write_str(missing),
        }
    }
}

impl std::error::Error for ImportFault {}

impl From<Reason> for ImportFault {
    fn from(reason: Reason) -> Self {
        ImportFault::Content(reason)
    }
}

/// An import in the making: entries sorted into files.
pub(crate) struct Draft {
    /// What the names of its files begin with.
    place: String,
    import: Import,
}

impl Draft {
    /// The draft of a whole list: a folder of its own, in which files of an older edition do not survive.
    pub(crate) fn of_list(importer: &str, options: &Options) -> Draft {
        Draft::at(format!("{}/", slug(&options.list(importer))), importer, options)
    }

    /// The draft of single items, which stand beside those of other imports.
    pub(crate) fn of_items(importer: &str, options: &Options) -> Draft {
        Draft::at(format!("{}-", slug(&options.list(importer))), importer, options)
    }

    fn at(place: String, importer: &str, options: &Options) -> Draft {
        Draft { place, import: Import { list: options.list(importer), ..Import::default() } }
    }

    /// Adds an entry to the file of that name (a country, `issuers`), and counts it as that kind.
    pub(crate) fn take(&mut self, file: &str, kind: &str, entry: Entry) {
        let name = format!("{}{}.json", self.place, slug(file));
        let file = self.import.files.entry(name).or_insert_with(|| EntryFile {
            vidimus_trust: 1,
            source: None,
            entries: Vec::new(),
        });
        // A list that says one thing twice makes one entry.
        if file.entries.contains(&entry) {
            self.leave_out("named twice");
        } else {
            file.entries.push(entry);
            *self.import.counts.taken.entry(kind.to_owned()).or_default() += 1;
        }
    }

    /// Counts a sound item that makes no entry.
    pub(crate) fn leave_out(&mut self, reason: impl Into<String>) {
        *self.import.counts.left_out.entry(reason.into()).or_default() += 1;
    }

    pub(crate) fn problem(&mut self, entry: impl Into<String>, reason: Reason) {
        let entry: String = entry.into();
        self.import.problems.push(Problem { entry: entry.chars().take(200).collect(), reason });
    }

    pub(crate) fn note(&mut self, sentence: impl Into<String>) {
        self.import.notes.push(sentence.into());
    }

    /// The import, each file in an order of its own, so that two editions of a list compare line by line.
    pub(crate) fn finish(mut self) -> Import {
        for file in self.import.files.values_mut() {
            file.entries.sort_by_cached_key(order);
        }
        self.import
    }
}

/// Authorities, then signers, then the rest; each by its own name.
fn order(entry: &Entry) -> (u8, String) {
    match entry {
        Entry::Authority { certificate, .. } => (0, certificate.clone()),
        Entry::Signer { certificate, kid, .. } => (1, format!("{certificate} {}", kid.as_deref().unwrap_or_default())),
        Entry::SignerKey { kid, public_key, .. } => (2, format!("{kid} {public_key}")),
        Entry::Issuer { issuer, .. } => (3, issuer.clone()),
        Entry::ValueSet { id, .. } => (4, id.clone()),
        Entry::Context { url, .. } => (5, url.clone()),
    }
}

/// The file for a country's entries.
pub(crate) fn country_file(country: Option<&str>) -> String {
    country
        .map(str::to_ascii_lowercase)
        .filter(|country| !slug(country).is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}

/// A file name made of a list's words: lower-case letters, digits and hyphens. Long words are cut, and told apart by a digest.
pub(crate) fn slug(text: &str) -> String {
    if text.chars().count() > 80 {
        let start: String = text.chars().take(60).collect();
        return slug(&format!("{start} {}", short_digest(text.as_bytes())));
    }
    let mut slug = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The first eight digits of the SHA-256.
pub(crate) fn short_digest(bytes: &[u8]) -> String {
    hex(sha256(bytes).first_chunk::<4>().map_or(&[][..], |start| start))
}

/// A certificate that can serve: read, with a key that we take.
pub(crate) fn usable_certificate(der: &[u8]) -> Result<Certificate, Reason> {
    let certificate = Certificate::from_der(der)?;
    certificate.public_key().map_err(Clone::clone)?;
    Ok(certificate)
}

/// `true` for a certificate that its subject issued to itself as an authority.
pub(crate) fn is_authority(certificate: &Certificate) -> bool {
    certificate.is_self_issued() && certificate.basic_constraints().is_some_and(|constraints| constraints.is_ca)
}

/// The country as an entry writes it: only where the certificate's subject says another, or none.
pub(crate) fn country_override(certificate: &Certificate, country: Option<&str>) -> Option<String> {
    let country = country.map(str::to_ascii_uppercase)?;
    let same = certificate.subject_country().is_some_and(|own| own.eq_ignore_ascii_case(&country));
    (!same).then_some(country)
}

/// The member's text, if this is an object that has it.
pub(crate) fn text<'v>(value: &'v json::Value<'_>, name: &str) -> Option<&'v str> {
    value.member(name).and_then(json::Value::as_str)
}

/// The document as JSON, if it is JSON at all: for looking at its shape.
pub(crate) fn shape(bytes: &[u8]) -> Option<json::Value<'_>> {
    if bytes.len() > LIST_BYTES { None } else { json::decode(bytes).ok() }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain() {
        assert_eq!(slug("GDHCN dev/../2"), "gdhcn-dev-2");
        assert_eq!(slug("../"), "");
        let long = "x".repeat(90);
        assert!(slug(&long).len() < 80 && slug(&long) != slug(&format!("{long}y")));
        assert_eq!(country_file(Some("NZ")), "nz");
        assert_eq!(country_file(Some("..")), "unknown");
        assert_eq!(country_file(None), "unknown");
    }
}
