//! Twins: two equal keys in one map or object. CBOR and JSON share the search.

use std::cmp::Ordering;

/// Up to this many keys, a mask of fingerprints and a few comparisons beat sorting.
const FEW: usize = 32;

/// `true` when two of `items` are equal under `order`; about linear for few items, `n log n` comparisons for many.
///
/// Equal items must have equal fingerprints; the better the fingerprints differ otherwise, the faster.
pub(super) fn found<T>(items: &[T], fingerprint: impl Fn(&T) -> u64, order: impl Fn(&T, &T) -> Ordering) -> bool {
    if items.len() > FEW {
        let mut sorted: Vec<&T> = items.iter().collect();
        sorted.sort_unstable_by(|a, b| order(a, b));
        return sorted.array_windows().any(|[a, b]| order(a, b) == Ordering::Equal);
    }
    let mut seen = 0_u64;
    for (place, item) in items.iter().enumerate() {
        let bit = 1 << (fingerprint(item) & 63);
        if seen & bit != 0 && items.iter().take(place).any(|earlier| order(earlier, item) == Ordering::Equal) {
            return true;
        }
        seen |= bit;
    }
    false
}

/// A fingerprint of bytes from their length and their ends, cheap and good enough to tell member names apart.
#[inline]
pub(super) fn of_bytes(bytes: &[u8]) -> u64 {
    let end = |byte: Option<&u8>| byte.map_or(0, |byte| u64::from(*byte));
    let middle = end(bytes.get(bytes.len() / 2));
    let sum = end(bytes.first()) ^ (end(bytes.last()) << 2) ^ (middle << 4);
    (sum ^ (sum >> 6)).wrapping_add(u64::try_from(bytes.len()).unwrap_or(0).wrapping_mul(11))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn few_or_many_a_set_would_say_the_same(keys in proptest::collection::vec("[a-f]{1,3}", 0..80)) {
            let distinct: std::collections::HashSet<_> = keys.iter().collect();
            let twins = found(&keys, |key| of_bytes(key.as_bytes()), Ord::cmp);
            prop_assert_eq!(twins, distinct.len() < keys.len());
        }
    }
}
