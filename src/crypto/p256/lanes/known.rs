//! Checks of known keys, eight in the lanes of a vector and many vectors together.

use super::super::Answer;
use super::super::digits;
use super::super::single::Pair;
use super::super::table::{Entry, Multiples};
use super::super::words::{self, P_MINUS_N, Words};
use super::avx512;
use super::limbs::{self, Limbs};
use super::scalars::{self, Place};
use super::tree::{Forest, Point, sum_has_x};
use super::{order, prime};

/// How many entries ahead memory is asked.
const AHEAD: usize = 6;

/// A check whose r and s are in range, and its key's table.
pub struct Job<'a> {
    /// The table.
    pub table: &'a Multiples,
    /// The digest.
    pub digest: Words,
    /// The signature.
    pub pair: Pair,
}

/// The answers for jobs whose tables have the same window; undecided where two points had the same x, or where r may stand for r + n.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn check(jobs: &[Job<'_>], window: u32, generator: &Multiples) -> Vec<Answer> {
    let groups: Vec<[&Job<'_>; 8]> = jobs.chunks(8).filter_map(|chunk| padded(chunk)).collect();
    let numbers: Vec<Numbers> = groups.iter().map(|group| Numbers::of(group)).collect();
    let inverses = order::invert_all(&numbers.iter().map(|numbers| numbers.s).collect::<Vec<_>>());
    let mut places = Vec::new();
    for (numbers, inverse) in numbers.iter().zip(&inverses) {
        let (u1, u2) = scalars::factors(&numbers.z, &numbers.r, inverse);
        scalars::places(&u2, window, &mut places);
        scalars::places(&u1, generator.window(), &mut places);
    }
    let count = places.len() / groups.len().max(1);
    let Some(points) = load(&groups, &places, window, generator) else { return vec![Answer::Undecided; jobs.len()] };
    let mut answers = Vec::with_capacity(jobs.len() + 8);
    for ((a, b, lost), (numbers, group)) in
        Forest::new(points, count).last_pairs().into_iter().zip(numbers.iter().zip(&groups))
    {
        let x = prime::multiply(&numbers.r, &limbs::splat(&prime::R_SQUARED));
        let (right, same) = sum_has_x(&a, &b, &x);
        for (lane, job) in group.iter().enumerate() {
            let bit = 1 << lane;
            let decided = (lost | same) & bit == 0 && !words::less(&job.pair.r, &P_MINUS_N);
            answers.push(match (decided, right & bit != 0) {
                (false, _) => Answer::Undecided,
                (true, true) => Answer::Right,
                (true, false) => Answer::Wrong,
            });
        }
    }
    answers.truncate(jobs.len());
    answers
}

/// Eight jobs: the first one again for those that are missing.
fn padded<'a, 'b>(chunk: &'a [Job<'b>]) -> Option<[&'a Job<'b>; 8]> {
    let first = chunk.first()?;
    let mut jobs = [first; 8];
    for (slot, job) in jobs.iter_mut().zip(chunk) {
        *slot = job;
    }
    Some(jobs)
}

/// The numbers of eight jobs, plain.
struct Numbers {
    z: Limbs,
    r: Limbs,
    s: Limbs,
}

impl Numbers {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn of(jobs: &[&Job<'_>; 8]) -> Numbers {
        let pairs = jobs.map(|job| {
            let ([r0, r1, r2, r3], [s0, s1, s2, s3]) = (job.pair.r, job.pair.s);
            [r0, r1, r2, r3, s0, s1, s2, s3]
        });
        let [r0, r1, r2, r3, s0, s1, s2, s3] = avx512::transpose(pairs.each_ref());
        let digests = jobs.map(|job| {
            let [z0, z1, z2, z3] = job.digest;
            [z0, z1, z2, z3, 0, 0, 0, 0]
        });
        let [z0, z1, z2, z3, ..] = avx512::transpose(digests.each_ref());
        Numbers {
            z: limbs::from_words([z0, z1, z2, z3]),
            r: limbs::from_words([r0, r1, r2, r3]),
            s: limbs::from_words([s0, s1, s2, s3]),
        }
    }
}

/// The points that the places ask for: of each group first those of the keys, then those of the generator.
#[target_feature(enable = "avx512f,avx512ifma")]
fn load(groups: &[[&Job<'_>; 8]], places: &[Place], window: u32, generator: &Multiples) -> Option<Vec<Point>> {
    let mut rows = Vec::with_capacity(places.len());
    let of_key = usize::try_from(digits::count(window)).ok()?;
    let per_group = places.len() / groups.len().max(1);
    for (group, places) in groups.iter().zip(places.chunks_exact(per_group.max(1))) {
        let tables = group.map(|job| job.table.entries());
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
    let mut points = Vec::with_capacity(places.len());
    for (at, (entries, negative)) in rows.iter().enumerate() {
        if let Some((soon, _)) = rows.get(at + AHEAD) {
            soon.iter().for_each(|entry| avx512::prefetch(entry));
        }
        let [x0, x1, x2, x3, y0, y1, y2, y3] = avx512::transpose(entries.map(|entry| &entry.0));
        let y = prime::negative_where(&limbs::from_words([y0, y1, y2, y3]), *negative);
        points.push(Point { x: limbs::from_words([x0, x1, x2, x3]), y });
    }
    Some(points)
}

/// The entry of each lane.
#[inline]
fn pick<'a>(tables: &[&'a [Entry]; 8], first: usize, place: &Place) -> Option<[&'a Entry; 8]> {
    let [t0, t1, t2, t3, t4, t5, t6, t7] = *tables;
    let [i0, i1, i2, i3, i4, i5, i6, i7] = place.index;
    let entry = |table: &'a [Entry], index: u64| table.get(first + usize::try_from(index).ok()?);
    Some([
        entry(t0, i0)?,
        entry(t1, i1)?,
        entry(t2, i2)?,
        entry(t3, i3)?,
        entry(t4, i4)?,
        entry(t5, i5)?,
        entry(t6, i6)?,
        entry(t7, i7)?,
    ])
}
