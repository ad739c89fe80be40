//! Checks in eight lanes of 52-bit limbs, for x86-64 with AVX-512 IFMA.
//!
//! [`avx512`] has the instructions, [`limbs`] what both moduli share, [`prime`] and [`order`] the two, [`scalars`] the way from
//! signatures to digits, [`tree`] the addition of many points, [`known`] the checks of known keys.

mod avx512;
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

use super::single::{self, Pair};
use super::table::Multiples;
use super::{Answer, By, Check, words};

pub use avx512::{are_at_hand, run};

/// As many vectors as share their inversions; more of them only need more cache.
const VECTORS: usize = 16;
/// Fewer checks are done one by one.
const LEAST: usize = 3;

/// One answer for each check.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn check(checks: &[Check<'_>]) -> Vec<Answer> {
    let mut answers = vec![Answer::Undecided; checks.len()];
    let Some(generator) = Multiples::of_generator() else { return answers };
    let mut known: [Vec<(usize, known::Job<'_>)>; 17] = Default::default();
    for (at, (one, answer)) in checks.iter().zip(&mut answers).enumerate() {
        let Some(pair) = Pair::decode(one.signature) else {
            *answer = Answer::Wrong;
            continue;
        };
        if let By::Known(table) = one.by {
            let table = table.multiples();
            let job = known::Job { table, digest: words::from_be_bytes(&one.digest), pair };
            if let Some(same) = usize::try_from(table.window()).ok().and_then(|window| known.get_mut(window)) {
                same.push((at, job));
            }
        }
    }
    for (window, jobs) in (0_u32..).zip(known) {
        let (places, jobs): (Vec<usize>, Vec<known::Job<'_>>) = jobs.into_iter().unzip();
        for (places, jobs) in places.chunks(8 * VECTORS).zip(jobs.chunks(8 * VECTORS)) {
            if jobs.len() < LEAST {
                continue;
            }
            for (place, found) in places.iter().zip(known::check(jobs, window, generator)) {
                if let Some(answer) = answers.get_mut(*place) {
                    *answer = found;
                }
            }
        }
    }
    for (one, answer) in checks.iter().zip(&mut answers) {
        if *answer == Answer::Undecided {
            *answer = single::check(one);
        }
    }
    answers
}
