//! Tables of a point's multiples, so that a multiplication needs additions only.
//!
//! For digits of w bits the table holds (2 j + 1) 2^(w i) Q for each digit i and each j below 2^(w-1). An entry is one cache line.

use std::sync::OnceLock;

use super::digits;
use super::field::Fe;
use super::point::{Affine, Jacobian, add_pairs, to_affine};
use super::words::Words;

/// The window of the generator's table, in bits.
const GENERATOR_WINDOW: u32 = 12;

/// A point: x and y, each its number times 2^260 modulo the prime, as four words, the lowest first.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Entry(pub [u64; 8]);

impl Entry {
    /// The entry of a point.
    pub fn new(point: &Affine) -> Entry {
        let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (point.x.to_table_form(), point.y.to_table_form());
        Entry([x0, x1, x2, x3, y0, y1, y2, y3])
    }

    /// Its point.
    pub fn point(&self) -> Affine {
        let [x0, x1, x2, x3, y0, y1, y2, y3] = self.0;
        Affine { x: Fe::from_table_form(&[x0, x1, x2, x3]), y: Fe::from_table_form(&[y0, y1, y2, y3]) }
    }
}

/// The multiples of one point.
pub struct Multiples {
    window: u32,
    /// Of the lowest digit first; 2^(window - 1) for each.
    entries: Box<[Entry]>,
}

impl Multiples {
    /// Of that point, for digits of `window` bits; `None` below 2 or above 16.
    pub fn build(point: &Affine, window: u32) -> Option<Multiples> {
        if !(2..=16).contains(&window) {
            return None;
        }
        let doubles = doubles(point, window * digits::count(window))?;
        let half = 1_usize << (window - 1);
        let runs: Vec<&[Affine]> = doubles.chunks_exact(usize::try_from(window).ok()?).collect();
        let mut points: Vec<Affine> =
            runs.iter().flat_map(|run| run.first()).flat_map(|first| vec![*first; half]).collect();
        let mut known = 1;
        for level in 1.. {
            if known == half {
                break;
            }
            // The first `known` odd multiples of each digit, plus `2 known` times its base, are the next ones.
            let mut pairs = Vec::with_capacity(runs.len() * known);
            for (run, odd) in runs.iter().zip(points.chunks_exact(half)) {
                let step = run.get(level)?;
                pairs.extend(odd.iter().take(known).map(|point| (*point, *step)));
            }
            // No two x are the same: the multiples of a point of prime order are distinct as far as they go here.
            let sums = add_pairs(&pairs)?;
            for (odd, sums) in points.chunks_exact_mut(half).zip(sums.chunks_exact(known)) {
                for (slot, sum) in odd.iter_mut().skip(known).zip(sums) {
                    *slot = *sum;
                }
            }
            known *= 2;
        }
        Some(Multiples { window, entries: points.iter().map(Entry::new).collect() })
    }

    /// Of the generator; made at the first call.
    pub fn of_generator() -> Option<&'static Multiples> {
        static TABLE: OnceLock<Option<Multiples>> = OnceLock::new();
        TABLE.get_or_init(|| Multiples::build(&Affine::generator()?, GENERATOR_WINDOW)).as_ref()
    }

    /// The bits of a digit.
    pub fn window(&self) -> u32 {
        self.window
    }

    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// `sum` + `scalar` times the point; `None` is never the case with a whole table.
    pub fn add_multiple(&self, sum: Jacobian, scalar: &Words) -> Option<Jacobian> {
        // All entries are fetched before the first is needed, so that the processor waits for memory once and not for each.
        let rows = self.entries.chunks_exact(1 << (self.window - 1));
        let digits = digits::Digits::new(scalar, self.window);
        let picked = rows.zip(digits).map(|(row, digit)| Some((*row.get(digit.index)?, digit.negative)));
        let picked: Vec<(Entry, bool)> = picked.collect::<Option<_>>()?;
        Some(picked.iter().fold(sum, |sum, (entry, negative)| {
            let point = entry.point();
            sum.add_affine(&if *negative { point.negative() } else { point })
        }))
    }
}

/// 2^i times the point, for each i below `count`; `None` when that meets infinity.
fn doubles(point: &Affine, count: u32) -> Option<Vec<Affine>> {
    let doubles = std::iter::successors(Some(point.to_jacobian()), |last| Some(last.double()));
    to_affine(&doubles.take(usize::try_from(count).ok()?).collect::<Vec<_>>())
}
