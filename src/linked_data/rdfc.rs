//! RDF Dataset Canonicalization (RDFC-1.0, W3C Recommendation 21 May 2024), with SHA-256 or SHA-384.
//!
//! Blank nodes are named by what is said of them. Where that does not tell them apart, Hash N-Degree Quads tries the ways to walk
//! from them; a dataset can be made so that there are too many ways, so the work is limited.

mod issuer;
mod n_degree;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use smallvec::SmallVec;

use self::issuer::CanonicalIssuer;
use super::dataset::{Dataset, Labels};
use crate::crypto::digest::{sha256, sha384};
use crate::limits;
use crate::reason::{Code, Reason};

/// The hash that names blank nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Hash {
    /// The usual one.
    #[default]
    Sha256,
    /// For keys on P-384.
    Sha384,
}

/// Steps left for the datasets of one request.
#[derive(Debug)]
pub struct Budget {
    left: Cell<usize>,
}

impl Budget {
    /// What one request may take: [`limits::RDFC_STEPS_OF_REQUEST`].
    pub fn of_request() -> Budget {
        Budget { left: Cell::new(limits::RDFC_STEPS_OF_REQUEST) }
    }
}

/// The canonical form of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The statements as canonical N-Quads in order of code points, each ending in a line feed.
    pub lines: Vec<String>,
    /// The canonical name (`c14nN`) of each blank node, by its label in the dataset.
    pub labels: Labels,
}

impl Canonical {
    /// The lines as one text, ready to be hashed.
    pub fn text(&self) -> String {
        self.lines.concat()
    }
}

/// The canonical form.
///
/// # Errors
/// `rdfc.limit` when blank nodes cannot be told apart with [`limits::RDFC_STEPS`] steps.
pub fn canonicalize(dataset: &Dataset, hash: Hash) -> Result<Canonical, Reason> {
    let labels = canonical_labels(dataset, hash, None)?;
    Ok(Canonical { lines: dataset.lines(&labels), labels })
}

/// The canonical name (`c14nN`) of each blank node, by its label in the dataset, without the lines.
///
/// # Errors
/// As [`canonicalize`], and when less is left of the budget than it takes.
pub fn canonical_labels(dataset: &Dataset, hash: Hash, budget: Option<&Budget>) -> Result<Labels, Reason> {
    let naming = Naming::done(dataset, hash, budget)?;
    let named = |blank| (dataset.label(blank).into_owned(), naming.canonical.label(blank));
    // A blank node in no statement has no name.
    Ok((0..dataset.blanks()).map(named).filter(|(_, name)| !name.is_empty()).collect())
}

/// The lines of the canonical form as one text, ready to be hashed.
///
/// # Errors
/// As [`canonicalize`], and when less is left of the budget than it takes.
pub fn canonical_text(dataset: &Dataset, hash: Hash, budget: Option<&Budget>) -> Result<String, Reason> {
    let naming = Naming::done(dataset, hash, budget)?;
    let (mut names, mut ends) = (String::new(), Vec::with_capacity(dataset.blanks()));
    for blank in 0..dataset.blanks() {
        let start = names.len();
        naming.canonical.push_label(&mut names, blank);
        ends.push(start..names.len());
    }
    Ok(dataset.text_named(|blank| ends.get(blank).and_then(|span| names.get(span.clone())).unwrap_or_default()))
}

/// A digest, whose order is that of its hexadecimal text. The shorter one ends in zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Digest {
    bytes: [u8; 48],
    length: u8,
}

impl Digest {
    fn of(text: &str, hash: Hash) -> Self {
        let mut bytes = [0; 48];
        let length = match hash {
            Hash::Sha256 => {
                bytes.iter_mut().zip(sha256(text.as_bytes())).for_each(|(to, from)| *to = from);
                32
            }
            Hash::Sha384 => {
                bytes = sha384(text.as_bytes());
                48
            }
        };
        Digest { bytes, length }
    }

    /// Appends the hexadecimal text.
    fn write(&self, out: &mut String) {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        for byte in self.bytes.iter().take(usize::from(self.length)) {
            out.push(digit(byte >> 4));
            out.push(digit(byte & 15));
        }
    }
}

/// The state of the algorithm (section 4.2).
struct Naming<'d> {
    dataset: &'d Dataset,
    hash: Hash,
    /// The statements of each blank node, by place.
    quads_of: Vec<SmallVec<[usize; 8]>>,
    /// The first-degree hash of each blank node.
    first: Vec<Digest>,
    canonical: CanonicalIssuer,
    steps_left: usize,
}

impl<'d> Naming<'d> {
    /// The state at the end, paid for out of a budget that other datasets draw on too.
    fn done(dataset: &'d Dataset, hash: Hash, budget: Option<&Budget>) -> Result<Self, Reason> {
        let most = budget.map_or(limits::RDFC_STEPS, |budget| limits::RDFC_STEPS.min(budget.left.get()));
        let mut naming = Naming::of(dataset, hash, most);
        let ended = naming.run();
        if let Some(budget) = budget {
            // What failed for want of steps has taken them all.
            let taken = if ended.is_ok() { most.saturating_sub(naming.steps_left) } else { most };
            budget.left.set(budget.left.get().saturating_sub(taken));
        }
        ended.map(|()| naming)
    }

    fn of(dataset: &'d Dataset, hash: Hash, steps_left: usize) -> Self {
        let mut quads_of = vec![SmallVec::new(); dataset.blanks()];
        for (place, quad) in dataset.quads().iter().enumerate() {
            for blank in quad.nodes().filter_map(|term| term.blank()) {
                if let Some(quads) = quads_of.get_mut(blank)
                    && quads.last() != Some(&place)
                {
                    quads.push(place);
                }
            }
        }
        let canonical = CanonicalIssuer::of(dataset.blanks());
        Naming { dataset, hash, quads_of, first: Vec::new(), canonical, steps_left }
    }

    /// Canonicalization Algorithm (section 4.4.3), steps 2 to 5.
    fn run(&mut self) -> Result<(), Reason> {
        self.hash_first_degree();
        let mut order: Vec<(Digest, usize)> = Vec::with_capacity(self.first.len());
        for (blank, (digest, quads)) in self.first.iter().zip(&self.quads_of).enumerate() {
            if !quads.is_empty() {
                order.push((*digest, blank));
            }
        }
        order.sort_unstable();
        let groups = || order.chunk_by(|(a, _), (b, _)| a == b);
        for group in groups() {
            if let [(_, blank)] = group {
                self.canonical.issue(*blank);
            }
        }
        for group in groups().filter(|group| group.len() > 1) {
            self.name_alike(group)?;
        }
        Ok(())
    }

    /// Names blank nodes that share a first-degree hash (step 5).
    fn name_alike(&mut self, group: &[(Digest, usize)]) -> Result<(), Reason> {
        let mut results = Vec::new();
        for (_, blank) in group {
            if !self.canonical.has(*blank) {
                let issuer = issuer::Issuer::starting_with(*blank);
                results.push(self.hash_n_degree(*blank, issuer)?);
            }
        }
        results.sort_by_key(|(digest, _)| *digest);
        for (_, issuer) in &results {
            issuer.issued().for_each(|blank| self.canonical.issue(blank));
        }
        Ok(())
    }

    /// Hash First Degree Quads (section 4.6) for every blank node.
    fn hash_first_degree(&mut self) {
        let (mut text, mut spans, mut sorted) = (String::new(), Vec::new(), String::new());
        for (blank, quads) in self.quads_of.iter().enumerate() {
            text.clear();
            spans.clear();
            for quad in quads.iter().filter_map(|place| self.dataset.quads().get(*place)) {
                let start = text.len();
                self.dataset.write(&mut text, quad, |other| if other == blank { "a" } else { "z" });
                spans.push(start..text.len());
            }
            let line = |span: &std::ops::Range<usize>| text.get(span.clone()).unwrap_or_default();
            let digest = if let [_] = spans.as_slice() {
                Digest::of(&text, self.hash)
            } else {
                spans.sort_unstable_by(|a, b| line(a).cmp(line(b)));
                sorted.clear();
                spans.iter().for_each(|span| sorted.push_str(line(span)));
                Digest::of(&sorted, self.hash)
            };
            self.first.push(digest);
        }
    }

    /// Takes steps from what may be spent.
    fn spend(&mut self, steps: usize) -> Result<(), Reason> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or_else(limit_reached)?;
        Ok(())
    }
}

fn limit_reached() -> Reason {
    Reason::new(Code::RdfcLimit).expected(format!("at most {} steps", limits::RDFC_STEPS))
}
