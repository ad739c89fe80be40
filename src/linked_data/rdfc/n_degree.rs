//! Hash N-Degree Quads (RDFC-1.0, section 4.8) and Hash Related Blank Node (section 4.7).
//!
//! The algorithm calls itself; here its calls stand on a stack of our own, so that a long chain of blank nodes costs memory that
//! is counted and not the thread's stack.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::issuer::Issuer;
use super::{Digest, Naming, limit_reached};
use crate::limits;
use crate::linked_data::dataset::Quad;
use crate::reason::Reason;

/// One call under way.
struct Call {
    issuer: Issuer,
    /// What will be hashed.
    text: String,
    /// Related blank nodes still to be looked at, by the hash of how they are related.
    groups: std::vec::IntoIter<(Digest, Vec<usize>)>,
    group: Option<Group>,
}

/// Blank nodes that are related in the same way, in the order being tried.
struct Group {
    blanks: Vec<usize>,
    chosen: Option<Chosen>,
    walk: Option<Walk>,
}

/// The best way to name them so far, and the names on it.
struct Chosen {
    path: String,
    issuer: Issuer,
}

/// One order of them being tried.
struct Walk {
    path: String,
    issuer: Issuer,
    /// Blank nodes that were named on this path and whose own surroundings come next.
    unnamed: std::vec::IntoIter<usize>,
    /// The one whose surroundings are being hashed.
    waiting: Option<usize>,
}

/// What a call does next.
enum Next {
    /// It needs the hash of this blank node.
    Call(usize, Issuer),
    /// It is done.
    Return(Digest, Issuer),
}

impl Naming<'_> {
    /// The hash of a blank node by the shape of what surrounds it, and the names given on the way.
    pub(super) fn hash_n_degree(&mut self, blank: usize, issuer: Issuer) -> Result<(Digest, Issuer), Reason> {
        let mut calls = vec![self.call(blank, issuer)?];
        let mut returned = None;
        while let Some(call) = calls.last_mut() {
            match self.advance(call, returned.take())? {
                Next::Call(blank, issuer) if calls.len() < limits::RDFC_DEPTH => calls.push(self.call(blank, issuer)?),
                Next::Call(..) => return Err(limit_reached().got("deeply nested blank nodes")),
                Next::Return(digest, issuer) => {
                    calls.pop();
                    returned = Some((digest, issuer));
                }
            }
        }
        returned.ok_or_else(limit_reached)
    }

    fn call(&mut self, blank: usize, issuer: Issuer) -> Result<Call, Reason> {
        let groups: Vec<(Digest, Vec<usize>)> = self.related(blank, &issuer)?.into_iter().collect();
        Ok(Call { issuer, text: String::new(), groups: groups.into_iter(), group: None })
    }

    /// Works on a call until it needs another or is done (steps 4 to 6).
    fn advance(&mut self, call: &mut Call, mut returned: Option<(Digest, Issuer)>) -> Result<Next, Reason> {
        loop {
            let Some(mut group) = call.group.take() else {
                let Some((digest, mut blanks)) = call.groups.next() else {
                    self.spend(call.text.len() / 64)?;
                    return Ok(Next::Return(Digest::of(&call.text, self.hash), call.issuer.clone()));
                };
                digest.write(&mut call.text);
                blanks.sort_unstable();
                call.group = Some(Group { blanks, chosen: None, walk: None });
                continue;
            };
            let walk = match group.walk.take() {
                Some(walk) => self.resume(walk, returned.take(), group.chosen.as_ref())?,
                None => self.begin(&group, &call.issuer)?,
            };
            if let Some(mut walk) = walk {
                if let Some(blank) = walk.unnamed.next() {
                    walk.waiting = Some(blank);
                    let issuer = walk.issuer.clone();
                    group.walk = Some(walk);
                    call.group = Some(group);
                    return Ok(Next::Call(blank, issuer));
                }
                if group.chosen.as_ref().is_none_or(|chosen| walk.path < chosen.path) {
                    group.chosen = Some(Chosen { path: walk.path, issuer: walk.issuer });
                }
            }
            if next_permutation(&mut group.blanks) {
                call.group = Some(group);
            } else if let Some(chosen) = group.chosen {
                call.text.push_str(&chosen.path);
                call.issuer = chosen.issuer;
            }
        }
    }

    /// The path over the blank nodes in this order, as far as names go; `None` when it is no better than the chosen one.
    fn begin(&mut self, group: &Group, issuer: &Issuer) -> Result<Option<Walk>, Reason> {
        self.spend(group.blanks.len().saturating_add(issuer.len() / 16))?;
        let mut issuer = issuer.clone();
        let (mut path, mut unnamed) = (String::new(), Vec::new());
        for blank in &group.blanks {
            if !self.canonical.write(&mut path, *blank) {
                if issuer.number(*blank).is_none() {
                    unnamed.push(*blank);
                }
                write_trial(&mut path, issuer.issue(*blank));
            }
            self.spend(issuer.len() / 16)?;
            if is_worse(&path, group.chosen.as_ref()) {
                return Ok(None);
            }
        }
        Ok(Some(Walk { path, issuer, unnamed: unnamed.into_iter(), waiting: None }))
    }

    /// The same path, longer by the hash that it waited for.
    fn resume(
        &mut self,
        mut walk: Walk,
        returned: Option<(Digest, Issuer)>,
        chosen: Option<&Chosen>,
    ) -> Result<Option<Walk>, Reason> {
        if let (Some(blank), Some((digest, issuer))) = (walk.waiting.take(), returned) {
            self.spend(issuer.len() / 16)?;
            write_trial(&mut walk.path, walk.issuer.issue(blank));
            walk.path.push('<');
            digest.write(&mut walk.path);
            walk.path.push('>');
            walk.issuer = issuer;
        }
        Ok(if is_worse(&walk.path, chosen) { None } else { Some(walk) })
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
}

/// A longer path cannot win, nor one of the same length that sorts behind.
fn is_worse(path: &str, chosen: Option<&Chosen>) -> bool {
    chosen.is_some_and(|chosen| path.len() >= chosen.path.len() && path > chosen.path.as_str())
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
