//! Checks of Ed25519 in eight lanes, for x86-64 with AVX-512 IFMA: eight signatures at a time, whose keys have tables of one window.
//!
//! The sums are those of `point`, which have no exceptions; so a lane that is wrong spoils no other, and none is left undecided.

#[cfg_attr(not(test), expect(clippy::indexing_slicing, reason = "arrays and loops of constant bounds"))]
mod prime;

use crate::crypto::ed25519::field::Element;
use crate::crypto::ed25519::point::Addend;
use crate::crypto::ed25519::scalar::Scalar;
use crate::crypto::ed25519::table::Multiples;
use crate::crypto::lanes::avx512;
use crate::crypto::lanes::limbs::{self, Limbs};

/// How many additions ahead memory is asked.
const AHEAD: usize = 4;

/// Eight points as X / Z, Y / Z and T / Z = xy; all whole.
#[derive(Clone, Copy)]
struct Points {
    x: Limbs,
    y: Limbs,
    z: Limbs,
    t: Limbs,
}

/// Eight signatures' sums: S times the base point, and k times what the table is of.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// S.
    pub s: Scalar,
    /// k.
    pub k: Scalar,
    /// The multiples of -A.
    pub table: &'a Multiples,
}

/// The encodings of [S]B - [k]A, for jobs whose tables have the same window; `None` when this processor has no lanes.
pub fn commitments(base: &Multiples, jobs: &[Job<'_>]) -> Option<Vec<[u8; 32]>> {
    avx512::run(encoded, (base, jobs))?
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn encoded((base, jobs): (&Multiples, &[Job<'_>])) -> Option<Vec<[u8; 32]>> {
    let sums: Vec<Points> = jobs.chunks(8).map(|chunk| sums(base, chunk)).collect::<Option<_>>()?;
    let mut product = limbs::splat(&[1, 0, 0, 0, 0]);
    let mut before = Vec::with_capacity(sums.len());
    for points in &sums {
        before.push(product);
        product = prime::multiply(&product, &points.z);
    }
    let mut inverse = prime::invert(&product);
    let mut encodings = vec![[0; 32]; sums.len() * 8];
    for ((points, before), encodings) in sums.iter().zip(&before).zip(encodings.chunks_exact_mut(8)).rev() {
        let own = prime::multiply(&inverse, before);
        inverse = prime::multiply(&inverse, &points.z);
        let (x, y) = (words(&prime::multiply(&points.x, &own)), words(&prime::multiply(&points.y, &own)));
        for ((encoding, x), y) in encodings.iter_mut().zip(x).zip(y) {
            *encoding = y.to_bytes();
            if let ([first, ..], Some(last)) = (x.to_bytes(), encoding.last_mut()) {
                *last |= (first & 1) << 7;
            }
        }
    }
    encodings.truncate(jobs.len());
    Some(encodings)
}

/// The number of each lane.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn words(numbers: &Limbs) -> [Element; 8] {
    let [a, b, c, d] = limbs::to_words(&prime::below_2_255(numbers)).map(|limb| limb.words());
    let [a0, a1, a2, a3, a4, a5, a6, a7] = a;
    let [b0, b1, b2, b3, b4, b5, b6, b7] = b;
    let [c0, c1, c2, c3, c4, c5, c6, c7] = c;
    let [d0, d1, d2, d3, d4, d5, d6, d7] = d;
    [
        [a0, b0, c0, d0],
        [a1, b1, c1, d1],
        [a2, b2, c2, d2],
        [a3, b3, c3, d3],
        [a4, b4, c4, d4],
        [a5, b5, c5, d5],
        [a6, b6, c6, d6],
        [a7, b7, c7, d7],
    ]
    .map(Element::unpacked)
}

/// The sums of up to eight jobs; lanes without a job have that of the first.
#[target_feature(enable = "avx512f,avx512ifma")]
fn sums(base: &Multiples, jobs: &[Job<'_>]) -> Option<Points> {
    let first = jobs.first()?;
    let all: [&Job<'_>; 8] = std::array::from_fn(|lane| jobs.get(lane).unwrap_or(first));
    let rows = rows_of(all.map(|job| (base, &job.s))).chain(rows_of(all.map(|job| (job.table, &job.k))));
    let rows: Vec<([&Addend; 8], u8)> = rows.collect::<Option<_>>()?;
    let one = limbs::splat(&[1, 0, 0, 0, 0]);
    let zero = limbs::splat(&[0; 5]);
    let mut sum = Points { x: zero, y: one, z: one, t: zero };
    let mut soon = rows.iter().skip(AHEAD);
    for (addends, negative) in &rows {
        if let Some((addends, _)) = soon.next() {
            addends.iter().for_each(|addend| {
                avx512::prefetch(addend.sum_and_difference());
                avx512::prefetch(addend.product());
            });
        }
        sum = plus(&sum, addends, *negative);
    }
    Some(sum)
}

/// What to add in each lane for digit after digit, with a bit for each lane where it is to be subtracted.
fn rows_of<'a>(of: [(&'a Multiples, &Scalar); 8]) -> impl Iterator<Item = Option<([&'a Addend; 8], u8)>> {
    let mut picks = of.map(|(multiples, scalar)| multiples.picks(scalar));
    std::iter::from_fn(move || {
        let mut negative = 0;
        let mut addends = [&Addend::NEUTRAL; 8];
        for (lane, (pick, slot)) in picks.iter_mut().zip(&mut addends).enumerate() {
            let (addend, is_added) = match pick.next()? {
                Some(picked) => picked,
                None => return Some(None),
            };
            *slot = addend;
            negative |= u8::from(!is_added) << lane;
        }
        Some(Some((addends, negative)))
    })
}

/// The sum, complete like that of `point`.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn plus(points: &Points, addends: &[&Addend; 8], negative: u8) -> Points {
    let Points { x, y, z, t } = points;
    let [s0, s1, s2, s3, d0, d1, d2, d3] = avx512::transpose(addends.map(Addend::sum_and_difference));
    let [p0, p1, p2, p3, ..] = avx512::transpose(addends.map(Addend::product));
    let (sum, difference) = (limbs::from_words([s0, s1, s2, s3]), limbs::from_words([d0, d1, d2, d3]));
    let (larger, smaller) =
        (limbs::or_where(&sum, negative, &difference), limbs::or_where(&difference, negative, &sum));
    let product = prime::negative_where(&limbs::from_words([p0, p1, p2, p3]), negative);
    let a = prime::multiply(&prime::difference(y, x), &smaller);
    let b = prime::multiply(&prime::sum(y, x), &larger);
    let c = prime::multiply(t, &product);
    let d = limbs::double(z);
    let (e, f, g, h) = (prime::difference(&b, &a), prime::difference(&d, &c), prime::sum(&d, &c), prime::sum(&b, &a));
    Points {
        x: prime::multiply(&e, &f),
        y: prime::multiply(&g, &h),
        z: prime::multiply(&f, &g),
        t: prime::multiply(&e, &h),
    }
}
