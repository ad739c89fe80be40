//! What a check is made of on its way into the lanes, and out of them.

use super::super::Answer;
use super::super::single::Pair;
use super::super::table::Entry;
use super::super::words::{self, P_MINUS_N, Words};
use super::prime;
use super::scalars::Place;
use super::tree::Point;
use crate::crypto::lanes::avx512;
use crate::crypto::lanes::limbs::{self, Limbs};

/// A check whose r and s are in range.
pub struct Job<K> {
    /// The key, as the way of the check needs it.
    pub key: K,
    /// The digest.
    pub digest: Words,
    /// The signature.
    pub pair: Pair,
}

/// Eight jobs: the first one again for those that are missing.
pub fn padded<K>(chunk: &[Job<K>]) -> Option<[&Job<K>; 8]> {
    let first = chunk.first()?;
    let mut jobs = [first; 8];
    for (slot, job) in jobs.iter_mut().zip(chunk) {
        *slot = job;
    }
    Some(jobs)
}

/// The numbers of eight jobs, plain.
pub struct Numbers {
    /// The digests.
    pub z: Limbs,
    /// The first numbers of the signatures.
    pub r: Limbs,
    /// The second ones.
    pub s: Limbs,
}

impl Numbers {
    /// Of these jobs.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn of<K>(jobs: &[&Job<K>; 8]) -> Numbers {
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

/// The answers of eight jobs, by a bit for each lane: whether it is right, and whether it was given up.
pub fn outcome<K>(jobs: &[&Job<K>; 8], right: u8, lost: u8) -> [Answer; 8] {
    let mut bit = 1_u8;
    jobs.map(|job| {
        let (right, lost) = (right & bit != 0, lost & bit != 0);
        bit = bit.rotate_left(1);
        // An r this small may stand for an x of r + n too, which nobody looked at.
        match (lost || words::less(&job.pair.r, &P_MINUS_N), right) {
            (true, _) => Answer::Undecided,
            (false, true) => Answer::Right,
            (false, false) => Answer::Wrong,
        }
    })
}

/// The entry of each lane.
#[inline]
pub fn pick<'a>(tables: &[&'a [Entry]; 8], first: usize, place: &Place) -> Option<[&'a Entry; 8]> {
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

/// The points of eight entries, or their negatives where the lane's bit is set.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn points(entries: &[&Entry; 8], negative: u8) -> Point {
    let [x0, x1, x2, x3, y0, y1, y2, y3] = avx512::transpose(entries.map(|entry| &entry.0));
    let y = prime::negative_where(&limbs::from_words([y0, y1, y2, y3]), negative);
    Point { x: limbs::from_words([x0, x1, x2, x3]), y }
}

/// The points of each lane as entries.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn entries(points: &[Point]) -> [Vec<Entry>; 8] {
    let mut lanes: [Vec<Entry>; 8] = std::array::from_fn(|_| Vec::with_capacity(points.len()));
    for point in points {
        let [x0, x1, x2, x3] = limbs::to_words(&prime::below_prime(&point.x));
        let [y0, y1, y2, y3] = limbs::to_words(&prime::below_prime(&point.y));
        // Rows and columns change places again.
        let columns = [x0, x1, x2, x3, y0, y1, y2, y3].map(|column| column.words());
        let rows = avx512::transpose(columns.each_ref());
        for (lane, row) in lanes.iter_mut().zip(rows) {
            lane.push(Entry(row.words()));
        }
    }
    lanes
}
