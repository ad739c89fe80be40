//! Checks in eight lanes of 52-bit limbs, for x86-64 with AVX-512 IFMA.
//!
//! [`avx512`] has the instructions, [`limbs`] what both moduli share, [`prime`] and [`order`] the two, [`scalars`] the way from
//! signatures to digits, [`job`] that of checks into lanes, [`tree`] the addition of many points, [`known`] and [`unknown`] the checks
//! of keys with and without a table.

mod avx512;
mod job;
mod known;
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
mod limbs;
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
mod order;
#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
mod prime;
mod scalars;
#[cfg(test)]
mod tests;
mod tree;
mod unknown;

use job::Job;

use super::point::Affine;
use super::single::{self, Pair};
use super::table::Multiples;
use super::{Answer, By, Check, words};

pub use avx512::{are_at_hand, run};

/// As many vectors as share their inversions; more of them only need more cache.
const VECTORS: usize = 16;
/// Fewer checks of known keys are done one by one.
const LEAST: usize = 3;
/// And of unknown keys.
const LEAST_UNKNOWN: usize = 1;

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
    let mut known: [Queue<&Multiples>; 17] = std::array::from_fn(|_| Queue::new());
    let mut unknown = Queue::new();
    for (at, (one, answer)) in checks.iter().zip(&mut answers).enumerate() {
        let Some(pair) = Pair::decode(one.signature) else {
            *answer = Answer::Wrong;
            continue;
        };
        let digest = words::from_be_bytes(&one.digest);
        match one.by {
            By::Known(table) => {
                let key = table.multiples();
                let same = usize::try_from(key.window()).ok().and_then(|window| known.get_mut(window));
                if let Some(same) = same {
                    same.push(at, Job { key, digest, pair });
                }
            }
            By::Unknown { x, y } => {
                if let Some(key) = Affine::from_words(&words::from_be_bytes(x), &words::from_be_bytes(y)) {
                    unknown.push(at, Job { key, digest, pair });
                }
            }
        }
    }
    for (window, queue) in (0..).zip(&known) {
        for (jobs, places) in queue.portions(LEAST) {
            put(&mut answers, places, &known::check(jobs, window, generator));
        }
    }
    for (jobs, places) in unknown.portions(LEAST_UNKNOWN) {
        put(&mut answers, places, &unknown::check(jobs, generator));
    }
    for (one, answer) in checks.iter().zip(&mut answers) {
        if *answer == Answer::Undecided {
            *answer = single::check(one);
        }
    }
    answers
}

fn put(answers: &mut [Answer], places: &[usize], found: &[Answer]) {
    for (place, found) in places.iter().zip(found) {
        if let Some(answer) = answers.get_mut(*place) {
            *answer = *found;
        }
    }
}
