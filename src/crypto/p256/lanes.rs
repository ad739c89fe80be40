//! Checks in eight lanes of 52-bit limbs, for x86-64 with AVX-512 IFMA.
//!
//! `crypto/lanes` has the instructions and what all moduli share, [`prime`] and [`order`] are the two of P-256, [`scalars`] the way from
//! signatures to digits, [`job`] that of checks into lanes, [`tree`] the addition of many points, [`known`] and [`unknown`] the checks
//! of keys with and without a table, [`build`] tables.

mod build;
mod job;
mod known;
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
mod order;
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
mod prime;
mod scalars;
#[cfg(test)]
mod tests;
mod tree;
mod unknown;

use std::collections::HashMap;

use job::Job;

use crate::crypto::lanes::avx512;

use super::point::{Affine, Jacobian};
use super::single::{self, Pair};
use super::table::{Entry, Multiples};
use super::{Answer, By, Check, words};

pub use crate::crypto::lanes::avx512::are_at_hand;

/// The answers of the lanes; `None` when this processor has none.
pub fn run(checks: &[Check<'_>]) -> Option<Vec<Answer>> {
    avx512::run(check, checks)
}

/// The entries of a table, made in the lanes (see there); `None` also when this processor has none.
pub fn entries_of(doubles: &[Jacobian], window: u32) -> Option<Vec<Entry>> {
    avx512::run(build::entries_of, (doubles, window))?
}

/// As many vectors as share their inversions; more of them only need more cache.
const VECTORS: usize = 16;
/// Fewer checks of known keys are done one by one.
const LEAST: usize = 2;

/// So many checks of one unknown key pay for a table.
const SHARING: usize = 12;
/// The bits of a digit of such a table.
const SHARED_WINDOW: u32 = 4;

/// Jobs, and where their answers belong.
struct Queue<K> {
    jobs: Vec<Job<K>>,
    places: Vec<usize>,
}

impl<K> Queue<K> {
    fn new() -> Queue<K> {
        Queue { jobs: Vec::new(), places: Vec::new() }
    }

    fn push(&mut self, place: usize, job: Job<K>) {
        self.places.push(place);
        self.jobs.push(job);
    }

    /// The jobs in portions of which none is smaller than `least`, with the places of their answers.
    fn portions(&self, least: usize) -> impl Iterator<Item = (&[Job<K>], &[usize])> {
        let portions = self.jobs.chunks(8 * VECTORS).zip(self.places.chunks(8 * VECTORS));
        portions.filter(move |(jobs, _)| jobs.len() >= least)
    }
}

/// One answer for each check.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn check(checks: &[Check<'_>]) -> Vec<Answer> {
    let mut answers = vec![Answer::Undecided; checks.len()];
    let Some(generator) = Multiples::of_generator() else { return answers };
    let shared = shared_tables(checks);
    let mut known: [Queue<&Multiples>; 17] = std::array::from_fn(|_| Queue::new());
    let mut unknown = Queue::new();
    for (at, (one, answer)) in checks.iter().zip(&mut answers).enumerate() {
        let Some(pair) = Pair::decode(one.signature) else {
            *answer = Answer::Wrong;
            continue;
        };
        let digest = words::from_be_bytes(&one.digest);
        let table = match one.by {
            By::Known(table) => Some(table.multiples()),
            By::Unknown { x, y } => shared.get(&(x, y)),
        };
        match (table, one.by) {
            (Some(key), _) => {
                let same = usize::try_from(key.window()).ok().and_then(|window| known.get_mut(window));
                if let Some(same) = same {
                    same.push(at, Job { key, digest, pair });
                }
            }
            (None, By::Unknown { x, y }) => {
                if let Some(key) = Affine::from_words(&words::from_be_bytes(x), &words::from_be_bytes(y)) {
                    unknown.push(at, Job { key, digest, pair });
                }
            }
            (None, By::Known(_)) => {}
        }
    }
    for (window, queue) in (0..).zip(&known) {
        for (jobs, places) in queue.portions(LEAST) {
            put(&mut answers, places, &known::check(jobs, window, generator));
        }
    }
    for (jobs, places) in unknown.portions(1) {
        put(&mut answers, places, &unknown::check(jobs, generator));
    }
    for (one, answer) in checks.iter().zip(&mut answers) {
        if *answer == Answer::Undecided {
            *answer = single::check(one);
        }
    }
    answers
}

/// Tables for the unknown keys that stand in many of the checks.
fn shared_tables<'a>(checks: &[Check<'a>]) -> HashMap<(&'a [u8; 32], &'a [u8; 32]), Multiples> {
    let mut counts: HashMap<(&[u8; 32], &[u8; 32]), usize> = HashMap::new();
    for one in checks {
        if let By::Unknown { x, y } = one.by {
            *counts.entry((x, y)).or_default() += 1;
        }
    }
    let many = counts.into_iter().filter(|(_, count)| *count >= SHARING);
    let tables = many.filter_map(|((x, y), _)| {
        let point = Affine::from_words(&words::from_be_bytes(x), &words::from_be_bytes(y))?;
        Some(((x, y), Multiples::build(&point, SHARED_WINDOW)?))
    });
    tables.collect()
}

fn put(answers: &mut [Answer], places: &[usize], found: &[Answer]) {
    for (place, found) in places.iter().zip(found) {
        if let Some(answer) = answers.get_mut(*place) {
            *answer = *found;
        }
    }
}
