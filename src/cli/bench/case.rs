//! A case of the measurement: credentials of one format by so many issuers, and what is chosen for them.

use serde_json::Value;

use crate::credential::Opened;
use crate::crypto::baseline::Bare;
use crate::crypto::checker::Settings;
use crate::crypto::own_keys::SignFault;
use crate::format::Format;
use crate::issue::IssueFault;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::verify::Request;

/// How many of everything there is.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Numbers of issuers, one case each; `None` for what suits the format.
    pub(super) issuers: Option<Vec<usize>>,
    /// Credentials in one call; `None` for what suits the format.
    pub(super) batches: Option<Vec<usize>>,
    /// Different credentials of a case, about; signatures of a bare row are more.
    pub(super) pool: usize,
    /// How signatures are checked.
    pub(super) checks: Settings,
}

/// Credentials of one format by so many issuers, all of them accepted.
pub(super) struct Case {
    /// Their format.
    pub(super) format: &'static dyn Format,
    /// What is chosen for them.
    pub(super) choice: Choice,
    /// How many keys signed them, in turn.
    pub(super) issuers: usize,
    /// Credentials in one call, beside one.
    pub(super) batches: Vec<usize>,
    /// One request for each.
    pub(super) requests: Vec<Request>,
    /// The first of them, opened: as many as the largest batch.
    pub(super) opened: Vec<Opened<'static>>,
    /// Trust in just these issuers.
    pub(super) trust: Trust,
}

/// What is measured of a format, where it leaves a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// The algorithm or cryptosuite, where the format has several.
    pub(super) variant: Option<&'static str>,
    /// The bare check of such a signature by `ring`, where `ring` has one.
    pub(super) bare: Option<Bare>,
    /// How much is made of it.
    pub(super) weight: Weight,
    /// `true` where the document is canonicalised as RDF.
    pub(super) is_rdf: bool,
}

/// How much is made of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// All sizes.
    Whole,
    /// One of several ways of a format: by a single issuer, in the smaller size.
    Light,
    /// Making one takes long: few different credentials, and none in batches.
    Costly,
}

impl Choice {
    /// One way only, in all sizes.
    pub(super) const fn plain(bare: Option<Bare>) -> Choice {
        Choice { variant: None, bare, weight: Weight::Whole, is_rdf: false }
    }

    /// One of several ways.
    pub(super) const fn of(variant: &'static str, bare: Option<Bare>) -> Choice {
        Choice { variant: Some(variant), weight: Weight::Light, ..Choice::plain(bare) }
    }

    /// How many issuers sign, one case each: a verifier that sees one, and one that sees a continent.
    pub(super) fn issuers(&self, sizes: &Sizes) -> Vec<usize> {
        match (&sizes.issuers, self.weight) {
            (_, Weight::Costly) => vec![1],
            (Some(given), _) => given.clone(),
            (None, Weight::Whole) => vec![1, 250],
            (None, Weight::Light) => vec![1],
        }
    }

    /// How many verifications one call does, beside one.
    pub(super) fn batches(&self, sizes: &Sizes) -> Vec<usize> {
        match (&sizes.batches, self.weight) {
            (_, Weight::Costly) => Vec::new(),
            (Some(given), _) => given.iter().copied().filter(|size| *size > 1).collect(),
            (None, Weight::Whole) => vec![64, 256],
            (None, Weight::Light) => vec![64],
        }
    }

    /// How many different credentials there are.
    pub(super) fn credentials(&self, sizes: &Sizes) -> usize {
        let largest = self.batches(sizes).into_iter().max().unwrap_or(1);
        match self.weight {
            Weight::Whole => sizes.pool.next_multiple_of(largest),
            Weight::Light => (sizes.pool / 4).max(1).next_multiple_of(largest),
            Weight::Costly => 8,
        }
    }
}

/// How one format is made.
pub(super) struct Maker {
    /// Its name.
    pub(super) format: &'static str,
    /// What is chosen.
    pub(super) choice: Choice,
    /// A new issuer, with its number.
    pub(super) issuer: fn(usize) -> Result<Issuer, SignFault>,
}

/// Somebody with a fresh key.
pub(super) struct Issuer {
    /// The trust entry.
    pub(super) entry: Value,
    /// Makes the credential with that number.
    pub(super) credential: Box<dyn Fn(usize, Timestamp) -> Result<String, IssueFault>>,
}
