//! Checks of known keys, eight in the lanes of a vector and many vectors together.

use super::super::Answer;
use super::super::digits;
use super::super::table::Multiples;
use super::job::{Job, Numbers, outcome, padded, pick, points};
use super::scalars::{self, Place};
use super::tree::{Forest, sum_has_x};
use super::{order, prime};
use crate::crypto::lanes::avx512;
use crate::crypto::lanes::limbs;

/// How many entries ahead memory is asked.
const AHEAD: usize = 6;

/// The answers for jobs whose tables have the same window; undecided where two points had the same x, or where r may stand for r + n.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn check(jobs: &[Job<&Multiples>], window: u32, generator: &Multiples) -> Vec<Answer> {
    let groups: Vec<[&Job<&Multiples>; 8]> = jobs.chunks(8).filter_map(|chunk| padded(chunk)).collect();
    let numbers: Vec<Numbers> = groups.iter().map(|group| Numbers::of(group)).collect();
    let inverses = order::invert_all(&numbers.iter().map(|numbers| numbers.s).collect::<Vec<_>>());
    let mut places = Vec::new();
    for (numbers, inverse) in numbers.iter().zip(&inverses) {
        let (u1, u2) = scalars::factors(&numbers.z, &numbers.r, inverse);
        scalars::places(&u2, window, &mut places);
        scalars::places(&u1, generator.window(), &mut places);
    }
    let Some(forest) = load(&groups, &places, window, generator) else { return vec![Answer::Undecided; jobs.len()] };
    let mut answers = Vec::with_capacity(jobs.len() + 8);
    for ((a, b, lost), (numbers, group)) in forest.last_pairs().into_iter().zip(numbers.iter().zip(&groups)) {
        let x = prime::multiply(&numbers.r, &limbs::splat(&prime::R_SQUARED));
        let (right, same) = sum_has_x(&a, &b, &x);
        answers.extend(outcome(group, right, lost | same));
    }
    answers.truncate(jobs.len());
    answers
}

/// The points that the places ask for: of each group first those of the keys, then those of the generator.
#[target_feature(enable = "avx512f,avx512ifma")]
fn load(groups: &[[&Job<&Multiples>; 8]], places: &[Place], window: u32, generator: &Multiples) -> Option<Forest> {
    let mut rows = Vec::with_capacity(places.len());
    let of_key = usize::try_from(digits::count(window)).ok()?;
    let per_group = places.len() / groups.len().max(1);
    for (group, places) in groups.iter().zip(places.chunks_exact(per_group.max(1))) {
        let tables = group.map(|job| job.key.entries());
        let (of_keys, of_generator) = places.split_at_checked(of_key)?;
        let mut first = 0;
        for place in of_keys {
            rows.push((pick(&tables, first, place)?, place.negative));
            first += 1 << (window - 1);
        }
        first = 0;
        for place in of_generator {
            rows.push((pick(&[generator.entries(); 8], first, place)?, place.negative));
            first += 1 << (generator.window() - 1);
        }
    }
    let mut forest = Forest::new(groups.len(), per_group);
    let mut soon = rows.iter().skip(AHEAD);
    for pair in rows.chunks_exact(per_group.max(1)).flat_map(|sum| sum.chunks(2)) {
        for (entries, _) in soon.by_ref().take(pair.len()) {
            entries.iter().for_each(|entry| avx512::prefetch(entry));
        }
        if let [(entries, negative), others @ ..] = pair {
            let neighbour = others.first().map(|(entries, negative)| points(entries, *negative));
            forest.push(points(entries, *negative), neighbour);
        }
    }
    Some(forest)
}
