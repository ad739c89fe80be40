//! Ed25519 (RFC 8032, 5.1.7) faster than the crypto library, for keys that are known in advance: a table of the key's multiples takes
//! the doublings out of the equation `R = [S]B - [k]A`.
//!
//! Signatures and public keys are public, so tables and paths whose time depends on them are allowed here; nothing in this room ever
//! sees a private key. What is taken is what a lone check takes: R as `ed25519_rule` has it, S below the order, and the equation without
//! the cofactor, compared as bytes. The sums are complete: no point is an exception to them.
//!
//! From the bottom: `field`, `point`, `scalar`, `table`, and `lanes` (eight at a time).

pub(super) mod field;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod point;
mod scalar;
mod table;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use crate::crypto::digest::sha512_of;
use crate::crypto::ed25519::field::Element;
use crate::crypto::ed25519::point::Point;
use crate::crypto::ed25519::scalar::Scalar;
use crate::crypto::ed25519::table::Multiples;
use crate::crypto::ed25519_rule;

/// Fewer checks are done one by one.
const LEAST: usize = 2;
/// The window of the table of the base point, in bits.
const BASE_WINDOW: u32 = 8;

/// Multiples of one public key, ready to be added up.
pub struct Table(Multiples);

impl Table {
    /// The table of the key with these bytes, for digits of `window` bits; `None` when they are no point, or for a window below 2 or
    /// above 16.
    pub fn build(key: &[u8; 32], window: u32) -> Option<Table> {
        // What is added up is -[k]A.
        Multiples::build(&Point::decode(key)?.negative(), window).map(Table)
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

/// One signature to check.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// The key's table.
    pub table: &'a Table,
    /// The key.
    pub key: &'a [u8; 32],
    /// The bytes that were signed.
    pub message: &'a [u8],
    /// R and S.
    pub signature: &'a [u8; 64],
}

/// `true` for each signature that is right; eight at a time where the processor can, if `in_lanes`.
pub fn check(checks: &[Check<'_>], in_lanes: bool) -> Vec<bool> {
    let Some(base) = base_multiples() else { return vec![false; checks.len()] };
    let sums: Vec<Option<Sum<'_>>> = checks.iter().map(Sum::of).collect();
    let mut encoded = vec![None; checks.len()];
    if in_lanes && checks.len() >= LEAST {
        encode_in_lanes(base, &sums, &mut encoded);
    }
    encode_in_words(base, &sums, &mut encoded);
    let is_right = |(check, encoded): (&Check<'_>, &Option<[u8; 32]>)| {
        encoded.is_some() && encoded.as_ref() == check.signature.first_chunk()
    };
    checks.iter().zip(&encoded).map(is_right).collect()
}

/// [S]B - [k]A, which R must be.
#[derive(Clone, Copy)]
struct Sum<'a> {
    s: Scalar,
    k: Scalar,
    table: &'a Multiples,
}

impl<'a> Sum<'a> {
    /// That of a signature; `None` when R or S is not one that we take.
    fn of(check: &Check<'a>) -> Option<Self> {
        let (r, s) = (check.signature.first_chunk::<32>()?, check.signature.last_chunk::<32>()?);
        if !ed25519_rule::takes(r) {
            return None;
        }
        let k = Scalar::reduced(&sha512_of(&[r, check.key, check.message]));
        Some(Sum { s: Scalar::canonical(s)?, k, table: &check.table.0 })
    }
}

/// Fills in the encodings of sums whose tables have the same window as those of enough others.
#[cfg(target_arch = "x86_64")]
fn encode_in_lanes(base: &Multiples, sums: &[Option<Sum<'_>>], encoded: &mut [Option<[u8; 32]>]) {
    let mut by_window: [(Vec<usize>, Vec<lanes::Job<'_>>); 17] = Default::default();
    for (at, sum) in sums.iter().enumerate() {
        let Some(Sum { s, k, table }) = *sum else { continue };
        let same = usize::try_from(table.window()).ok().and_then(|window| by_window.get_mut(window));
        if let Some((places, jobs)) = same {
            places.push(at);
            jobs.push(lanes::Job { s, k, table });
        }
    }
    for (places, jobs) in by_window.iter().filter(|(_, jobs)| jobs.len() >= LEAST) {
        let Some(found) = lanes::commitments(base, jobs) else { return };
        for (at, found) in places.iter().zip(found) {
            if let Some(slot) = encoded.get_mut(*at) {
                *slot = Some(found);
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn encode_in_lanes(_: &Multiples, _: &[Option<Sum<'_>>], _: &mut [Option<[u8; 32]>]) {}

/// Fills in the encodings that are still missing, one sum after the other.
fn encode_in_words(base: &Multiples, sums: &[Option<Sum<'_>>], encoded: &mut [Option<[u8; 32]>]) {
    let points = sums.iter().zip(&*encoded).map(|(sum, encoded)| match encoded {
        Some(_) => None,
        None => sum.as_ref().and_then(|sum| sum.table.add_multiple(base.add_multiple(Point::NEUTRAL, &sum.s)?, &sum.k)),
    });
    let points: Vec<Option<Point>> = points.collect();
    if points.iter().all(Option::is_none) {
        return;
    }
    for (slot, found) in encoded.iter_mut().zip(encoded_together(&points)) {
        *slot = slot.or(found);
    }
}

/// Makes what every check needs; it is made at the first check otherwise.
pub fn warm_up() {
    base_multiples();
}

fn base_multiples() -> Option<&'static Multiples> {
    static TABLE: OnceLock<Option<Multiples>> = OnceLock::new();
    TABLE.get_or_init(|| Multiples::build(&Point::base()?, BASE_WINDOW)).as_ref()
}

/// The encodings of the points, with one inversion for all.
fn encoded_together(points: &[Option<Point>]) -> Vec<Option<[u8; 32]>> {
    let mut product = Element::ONE;
    let before: Vec<Element> = points
        .iter()
        .map(|point| {
            let before = product;
            if let Some(point) = point {
                product = product.times(point.z());
            }
            before
        })
        .collect();
    let mut inverse = product.inverse();
    let mut encoded: Vec<Option<[u8; 32]>> = points
        .iter()
        .zip(&before)
        .rev()
        .map(|(point, before)| {
            let point = point.as_ref()?;
            let own = inverse.times(*before);
            inverse = inverse.times(point.z());
            Some(point.encode_with(own))
        })
        .collect();
    encoded.reverse();
    encoded
}
