//! Bundles: one file that replays a verification, today and in ten years, without a network and without the trust store.
//!
//! A bundle holds the input, the occasion, the policy, the trust entries that the report rests on, the documents at hand and
//! the report. [`Bundle::replay`] asks [`verify`] again with just these; the same program gives the same report, byte for byte.
//! It holds what the credential holds: keep it as you would keep the credential.

mod saved;

use std::fmt;
use std::sync::Arc;

use crate::credential::Input;
use crate::encoding::json;
use crate::evidence::Evidence;
use crate::occasion::Occasion;
use crate::occasion::session::Secret;
use crate::policy::Policy;
use crate::reason::Reason;
use crate::report::Report;
use crate::trust::entry::Entry;
use crate::trust::{Consulted, Trust};
use crate::verify::{Request, verify};

/// Everything that one verification depended on, and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// What came in.
    pub input: Input,
    /// When and for what it was shown.
    pub occasion: Occasion,
    /// What the relying party demanded.
    pub policy: Arc<Policy>,
    /// The trust entries that the report rests on, each once, each with the list that it stood on.
    pub trust: Vec<Entry>,
    /// SHA-256 of the whole trust snapshot, hexadecimal: which store it was, though most of it is not here.
    pub trust_digest: String,
    /// The documents that were at hand.
    pub evidence: Evidence,
    /// The report as JSON, as it was given then.
    pub report: String,
}

/// Why a file is no bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleFault {
    /// It is not JSON, or not of the members that a bundle has.
    Json(Reason),
    /// It is a bundle of another version.
    Version(u32),
    /// A member that holds bytes is not base64url.
    Bytes(&'static str),
    /// A member that holds a time holds none.
    Time(&'static str),
    /// The input's text and its bytes differ: one of them was edited.
    TextDiffers,
}

impl fmt::Display for BundleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BundleFault::Json(reason) => write!(f, "not a replay file: {reason}"),
            BundleFault::Version(version) => {
                write!(f, "a replay file of version {version}; this program reads version 1")
            }
            BundleFault::Bytes(member) => write!(f, "the replay file's `{member}` is not base64url"),
            BundleFault::Time(member) => write!(f, "the replay file's `{member}` is not a time"),
            BundleFault::TextDiffers => f.write_str("the replay file's input has a text that is not its bytes"),
        }
    }
}

impl std::error::Error for BundleFault {}

impl From<Reason> for BundleFault {
    fn from(reason: Reason) -> Self {
        BundleFault::Json(reason)
    }
}

impl Bundle {
    /// The bundle of a verification that has just been made. `report` must be that of `request`, `trust` and `evidence`.
    ///
    /// The reader's private key is left out: a device MAC then replays as one that could not be told. [`Bundle::with_reader_key`]
    /// keeps it.
    pub fn of(request: &Request, trust: &Trust, evidence: &Evidence, report: &Report) -> Bundle {
        let mut occasion = request.occasion.clone();
        if let Some(session) = &mut occasion.session {
            session.reader_key = None;
        }
        Bundle {
            input: request.input.clone(),
            occasion,
            policy: request.policy.clone(),
            trust: entries_of(report.consulted()),
            trust_digest: saved::hexadecimal(&trust.digest()),
            evidence: evidence.clone(),
            report: report.to_json(),
        }
    }

    /// The same with the reader's private key, which is a secret: keep the file as you would keep the key.
    #[must_use]
    pub fn with_reader_key(mut self, key: Option<Secret>) -> Bundle {
        if let Some(session) = &mut self.occasion.session {
            session.reader_key = key;
        }
        self
    }

    /// The bundle in a file's bytes.
    ///
    /// # Errors
    /// [`BundleFault`] when it is not one.
    pub fn decode(bytes: &[u8]) -> Result<Bundle, BundleFault> {
        let saved: saved::Saved = json::from_slice(bytes)?;
        // The report goes through our own reader, which keeps every number as it is written.
        let report = json::decode(bytes)?.member("report").map(|report| report.to_serde().to_string());
        saved.into_bundle(report.unwrap_or_default())
    }

    /// The bundle as JSON for a file, in lines that a person can read.
    pub fn to_json(&self) -> String {
        saved::text_of(self)
    }

    /// The report on the same input, occasion, policy, trust and evidence, made anew.
    pub fn replay(&self) -> Report {
        let (trust, _) = Trust::from_entries(self.trust.clone());
        let request =
            Request { input: self.input.clone(), occasion: self.occasion.clone(), policy: self.policy.clone() };
        verify(&request, &trust, &self.evidence)
    }

    /// `true` when `report` is, byte for byte, the one that was saved.
    pub fn is_same(&self, report: &Report) -> bool {
        report.to_json() == self.report
    }
}

/// The entries behind these pieces, each once and in the order of use, with the list that reports name.
fn entries_of(consulted: impl Iterator<Item = Consulted>) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::new();
    for piece in consulted {
        let list = match &piece {
            Consulted::Signer(signer) => signer.description.list.clone(),
            Consulted::Issuer(issuer) => issuer.list.clone(),
            Consulted::Anchor(anchor) => anchor.list.clone(),
            Consulted::ValueSet(_) | Consulted::Context(_) => None,
        };
        // A signer's own entry stands first; authorities follow, whose lists no report names.
        for (at, entry) in piece.entries().iter().enumerate() {
            let mut entry = Entry::clone(entry);
            if at == 0 {
                name_list(&mut entry, list.as_deref());
            }
            if !kept.contains(&entry) {
                kept.push(entry);
            }
        }
    }
    kept
}

/// Writes the list into an entry that stood in a file of that list.
fn name_list(entry: &mut Entry, name: Option<&str>) {
    let (Entry::Signer { list, .. }
    | Entry::SignerKey { list, .. }
    | Entry::Authority { list, .. }
    | Entry::Issuer { list, .. }) = entry
    else {
        return;
    };
    if list.is_none() {
        *list = name.map(str::to_owned);
    }
}

#[cfg(test)]
mod tests;
