//! Hash N-Degree Quads (RDFC-1.0, section 4.8) and Hash Related Blank Node (section 4.7).

use std::collections::BTreeMap;
use std::fmt::Write;

use super::issuer::Issuer;
use super::{Digest, Naming, limit_reached};
use crate::limits;
use crate::linked_data::dataset::Quad;
use crate::reason::Reason;

/// A way to name the blank nodes around one, and the names on it.
struct Chosen {
    path: String,
    issuer: Issuer,
}

impl Naming<'_> {
    /// The hash of a blank node by the shape of what surrounds it, and the names given on the way.
    pub(super) fn hash_n_degree(
        &mut self,
        blank: usize,
        mut issuer: Issuer,
        depth: usize,
    ) -> Result<(Digest, Issuer), Reason> {
        if depth >= limits::RDFC_DEPTH {
            return Err(limit_reached().got("deeply nested blank nodes"));
        }
        let related = self.related(blank, &issuer)?;
        let mut text = String::new();
        for (digest, mut blanks) in related {
            digest.write(&mut text);
            blanks.sort_unstable();
            if let Some(chosen) = self.shortest(&mut blanks, &issuer, depth)? {
                text.push_str(&chosen.path);
                issuer = chosen.issuer;
            }
        }
        self.spend(text.len() / 64)?;
        Ok((Digest::of(&text, self.hash), issuer))
    }

    /// The blank nodes that stand beside this one in a statement, by the hash of how (step 3).
    fn related(&mut self, blank: usize, issuer: &Issuer) -> Result<BTreeMap<Digest, Vec<usize>>, Reason> {
        let mut related: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
        let places = self.quads_of.get(blank).cloned().unwrap_or_default();
        self.spend(places.len())?;
        let dataset = self.dataset;
        for quad in places.iter().filter_map(|place| dataset.quads().get(*place)) {
            let parts = [(Some(quad.subject), 's'), (Some(quad.object), 'o'), (quad.graph, 'g')];
            for (term, position) in parts {
                if let Some(other) = term.and_then(|term| term.blank()).filter(|other| *other != blank) {
                    let digest = self.hash_related(other, quad, issuer, position)?;
                    related.entry(digest).or_default().push(other);
                }
            }
        }
        Ok(related)
    }

    fn hash_related(&mut self, related: usize, quad: &Quad, issuer: &Issuer, position: char) -> Result<Digest, Reason> {
        let mut text = String::from(position);
        if position != 'g' {
            text.push_str(self.dataset.ground(quad.predicate));
        }
        if !self.canonical.write(&mut text, related) {
            match (issuer.number(related), self.first.get(related)) {
                (Some(number), _) => write_trial(&mut text, number),
                (None, Some(first)) => first.write(&mut text),
                (None, None) => {}
            }
        }
        self.spend(2_usize.saturating_add(text.len() / 64).saturating_add(issuer.len() / 16))?;
        Ok(Digest::of(&text, self.hash))
    }

    /// The least path over all orders of these blank nodes (step 5.4), with the names given on it.
    fn shortest(&mut self, blanks: &mut [usize], issuer: &Issuer, depth: usize) -> Result<Option<Chosen>, Reason> {
        let mut chosen: Option<Chosen> = None;
        loop {
            self.spend(blanks.len().saturating_add(issuer.len() / 16))?;
            if let Some(better) = self.walk(blanks, issuer.clone(), chosen.as_ref(), depth)? {
                chosen = Some(better);
            }
            if !next_permutation(blanks) {
                return Ok(chosen);
            }
        }
    }

    /// The path over the blank nodes in this order; `None` when it is no better than the one chosen before.
    fn walk(
        &mut self,
        blanks: &[usize],
        mut issuer: Issuer,
        chosen: Option<&Chosen>,
        depth: usize,
    ) -> Result<Option<Chosen>, Reason> {
        // A longer path cannot win, nor one of the same length that sorts behind.
        let is_worse =
            |path: &str| chosen.is_some_and(|chosen| path.len() >= chosen.path.len() && path > chosen.path.as_str());
        let (mut path, mut unnamed) = (String::new(), Vec::new());
        for blank in blanks {
            if !self.canonical.write(&mut path, *blank) {
                if issuer.number(*blank).is_none() {
                    unnamed.push(*blank);
                }
                write_trial(&mut path, issuer.issue(*blank));
            }
            self.spend(issuer.len() / 16)?;
            if is_worse(&path) {
                return Ok(None);
            }
        }
        for blank in unnamed {
            let (digest, names) = self.hash_n_degree(blank, issuer.clone(), depth.saturating_add(1))?;
            write_trial(&mut path, issuer.issue(blank));
            path.push('<');
            digest.write(&mut path);
            path.push('>');
            issuer = names;
            if is_worse(&path) {
                return Ok(None);
            }
        }
        let is_better = chosen.is_none_or(|chosen| path < chosen.path);
        Ok(is_better.then_some(Chosen { path, issuer }))
    }
}

fn write_trial(out: &mut String, number: usize) {
    let _ = write!(out, "_:b{number}");
}

/// The next order of these items, in the order of dictionaries; `false` after the last one.
fn next_permutation(items: &mut [usize]) -> bool {
    let Some(pivot) = items.array_windows().rposition(|[a, b]| a < b) else { return false };
    let Some(value) = items.get(pivot).copied() else { return false };
    let Some(swap) = items.iter().rposition(|item| *item > value) else { return false };
    items.swap(pivot, swap);
    if let Some(tail) = items.get_mut(pivot.saturating_add(1)..) {
        tail.reverse();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_once() {
        let mut items = [0, 1, 2, 3];
        let mut seen = std::collections::BTreeSet::from([items]);
        while next_permutation(&mut items) {
            assert!(seen.insert(items));
        }
        assert_eq!(seen.len(), 24);
        assert!(!next_permutation(&mut [1]));
        assert!(!next_permutation(&mut []));
        let mut twins = [5, 5];
        assert!(!next_permutation(&mut twins));
    }
}
