//! Sorting: which jobs of a batch the fast paths can take, and what is known of their keys.

use std::sync::Arc;

use crate::crypto::algorithm::Algorithm;
use crate::crypto::digest::sha256;
use crate::crypto::ed25519;
use crate::crypto::job::Job;
use crate::crypto::p256::{By, Check};
use crate::crypto::place::{HeldTable, Place};
use crate::reason::Reason;

/// x and y of a P-256 key.
pub(super) type Coordinates<'a> = (&'a [u8; 32], &'a [u8; 32]);

/// A job that the fast path can take: ES256 under a P-256 key, with a signature of the right length.
#[derive(Clone, Copy)]
pub(super) struct Es256<'a> {
    at: usize,
    /// The key.
    pub(super) key: Coordinates<'a>,
    message: &'a [u8],
    signature: &'a [u8; 64],
}

/// The same under an Ed25519 key.
#[derive(Clone, Copy)]
pub(super) struct Ed25519<'a> {
    at: usize,
    key: &'a [u8; 32],
    message: &'a [u8],
    signature: &'a [u8; 64],
}

/// A job that a fast path can take.
#[derive(Clone, Copy)]
enum Fast<'a> {
    Es256(Es256<'a>),
    Ed25519(Ed25519<'a>),
}

impl<'a> Fast<'a> {
    fn of(at: usize, job: &'a Job<'_>) -> Option<Self> {
        if job.statements.is_some() || job.older.is_some() {
            return None;
        }
        let message = job.message;
        match job.algorithm {
            Algorithm::Es256 => {
                let (key, signature) = (job.key.p256_coordinates()?, job.signature.try_into().ok()?);
                Some(Fast::Es256(Es256 { at, key, message, signature }))
            }
            Algorithm::EdDsa => {
                let (key, signature) = (job.key.ed25519_bytes()?.try_into().ok()?, job.signature.try_into().ok()?);
                Some(Fast::Ed25519(Ed25519 { at, key, message, signature }))
            }
            _ => None,
        }
    }

    /// Which job it is.
    fn at(self) -> usize {
        match self {
            Fast::Es256(es256) => es256.at,
            Fast::Ed25519(ed25519) => ed25519.at,
        }
    }
}

/// What the fast path of ES256 is asked, and which job each question is about.
pub(super) struct Asked<'a> {
    /// The jobs.
    pub(super) places: Vec<usize>,
    /// The questions.
    pub(super) checks: Vec<Check<'a>>,
}

impl<'a> Asked<'a> {
    pub(super) fn with_room_for(count: usize) -> Self {
        Asked { places: Vec::with_capacity(count), checks: Vec::with_capacity(count) }
    }

    pub(super) fn add(&mut self, es256: Es256<'a>, by: By<'a>) {
        self.places.push(es256.at);
        self.checks.push(Check { by, digest: sha256(es256.message), signature: es256.signature });
    }
}

/// The jobs of a batch that the fast paths can take, by what is known of their keys.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    /// Tables in use, each once in a run of jobs of one key. Held, they are not freed meanwhile.
    tables: Vec<Arc<HeldTable>>,
    /// ES256 by known keys, with the number of their table.
    pub(super) known: Vec<(Es256<'a>, &'a Place, usize)>,
    /// ES256 by keys without a table.
    pub(super) strangers: Vec<Es256<'a>>,
    /// Ed25519 by known keys, with the number of their table.
    pub(super) ed25519: Vec<(Ed25519<'a>, &'a Place, usize)>,
    /// Jobs whose keys are known and have no table.
    pub(super) missed: Vec<Missed<'a>>,
}

/// A job whose key is known and has no table.
pub(super) struct Missed<'a> {
    at: usize,
    place: &'a Place,
}

impl<'a> Sorted<'a> {
    pub(super) fn of(jobs: &'a [Job<'_>]) -> Self {
        let mut sorted = Sorted::default();
        let mut last: Option<&Place> = None;
        for (at, job) in jobs.iter().enumerate() {
            let Some(fast) = Fast::of(at, job) else { continue };
            let Some(place) = job.key.place() else {
                if let Fast::Es256(es256) = fast {
                    sorted.strangers.push(es256);
                }
                continue;
            };
            if !last.is_some_and(|last| std::ptr::eq(last, &**place)) {
                let Some(table) = place.table() else {
                    if let Fast::Es256(es256) = fast {
                        sorted.strangers.push(es256);
                    }
                    sorted.missed.push(Missed { at: fast.at(), place });
                    continue;
                };
                sorted.tables.push(table);
                last = Some(place);
            }
            let table = sorted.tables.len().saturating_sub(1);
            match fast {
                Fast::Es256(es256) => sorted.known.push((es256, place, table)),
                Fast::Ed25519(ed25519) => sorted.ed25519.push((ed25519, place, table)),
            }
        }
        sorted
    }

    /// ES256 by known keys, with what is told of each key.
    pub(super) fn by_tables(&self) -> impl Iterator<Item = (Es256<'a>, By<'_>)> {
        self.known.iter().filter_map(|(es256, _, table)| {
            Some((*es256, self.tables.get(*table)?.multiples.by(es256.key.0, es256.key.1)?))
        })
    }

    /// Ed25519 by known keys, each with the job that it is of.
    pub(super) fn ed25519_by_tables(&self) -> impl Iterator<Item = (usize, ed25519::Check<'_>)> {
        self.ed25519.iter().filter_map(|(ed25519, _, table)| {
            let table = self.tables.get(*table)?.multiples.ed25519()?;
            let Ed25519 { at, key, message, signature } = *ed25519;
            Some((at, ed25519::Check { table, key, message, signature }))
        })
    }

    /// Counts what was used. Only a right signature is a use: others cost nobody anything to make.
    pub(super) fn count_uses(&self, answers: &[Result<(), Reason>]) {
        let is_right = |at: usize| answers.get(at).is_some_and(Result::is_ok);
        let es256 = self.known.iter().map(|(es256, place, _)| (es256.at, *place));
        let ed25519 = self.ed25519.iter().map(|(ed25519, place, _)| (ed25519.at, *place));
        es256.chain(ed25519).filter(|(at, _)| is_right(*at)).for_each(|(_, place)| place.used(true));
        self.missed.iter().filter(|missed| is_right(missed.at)).for_each(|missed| missed.place.used(false));
    }
}
