//! An RDF dataset (RDF 1.1): quads of interned terms. Ground terms are kept as canonical N-Quads write them.
//!
//! Equal terms have equal numbers, so that a set of quads is a set of numbers. Blank nodes have a label that stays the same
//! whatever part of a document is converted; other terms have none.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::written::{self, Tag};
use crate::limits;
use crate::reason::{Code, Reason};

/// Names for blank nodes, by their label; neither begins with `_:`.
pub type Labels = BTreeMap<String, String>;

/// One term of a dataset, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(u32);

/// Set in the number of a blank node.
const BLANK: u32 = 1 << 31;

impl Term {
    /// The place among the dataset's blank nodes, if the term is one.
    pub fn blank(self) -> Option<usize> {
        if self.0 & BLANK == 0 { None } else { usize::try_from(self.0 & !BLANK).ok() }
    }
}

/// One statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quad {
    /// An IRI or blank node.
    pub subject: Term,
    /// An IRI.
    pub predicate: Term,
    /// Any term.
    pub object: Term,
    /// The named graph, an IRI or blank node; `None` is the default graph.
    pub graph: Option<Term>,
}

impl Quad {
    /// Subject, object and graph: where blank nodes can stand.
    pub fn nodes(&self) -> impl Iterator<Item = Term> {
        [Some(self.subject), Some(self.object), self.graph].into_iter().flatten()
    }
}

/// A set of quads.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// Every ground term as N-Quads write it, one after the other.
    text: String,
    /// Where each ground term stands in `text`.
    spans: Vec<Span>,
    /// The labels of blank nodes.
    blanks: Vec<Label>,
    /// In order, without twins.
    quads: Vec<Quad>,
}

/// How a blank node is called.
#[derive(Clone, Debug)]
enum Label {
    /// `b` and this number: most are named after the place of their object.
    Place(u32),
    /// In any other way.
    Text(String),
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
    hash: u32,
}

impl Dataset {
    /// The statements, each once.
    pub fn quads(&self) -> &[Quad] {
        &self.quads
    }

    /// How many blank nodes there are; their places are `0..blanks()`.
    pub fn blanks(&self) -> usize {
        self.blanks.len()
    }

    /// The label of the blank node in that place, without `_:`; empty when there is none.
    pub fn label(&self, blank: usize) -> Cow<'_, str> {
        match self.blanks.get(blank) {
            Some(Label::Place(number)) => Cow::Owned(format!("b{number}")),
            Some(Label::Text(label)) => Cow::Borrowed(label),
            None => Cow::Borrowed(""),
        }
    }

    /// The term as N-Quads write it; blank nodes with their label.
    pub fn text(&self, term: Term) -> Cow<'_, str> {
        match term.blank() {
            Some(blank) => Cow::Owned(format!("_:{}", self.label(blank))),
            None => Cow::Borrowed(self.ground(term)),
        }
    }

    /// The statements as canonical N-Quads, in order of code points, each ending in a line feed. Blank nodes bear the name that
    /// `labels` has for their label, else their label.
    pub fn lines(&self, labels: &Labels) -> Vec<String> {
        let name = |blank| {
            let label = self.label(blank);
            labels.get(&*label).map_or(label, |name| Cow::Borrowed(name.as_str()))
        };
        let names: Vec<Cow<'_, str>> = (0..self.blanks()).map(name).collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        self.lines_named(&names)
    }

    /// All of [`Dataset::lines`] as one text, blank nodes named so.
    pub(super) fn text_named<'n>(&self, name: impl Fn(usize) -> &'n str) -> String {
        let bytes = self.quads.iter().fold(0, |sum: usize, quad| sum.saturating_add(self.width(quad)));
        let mut unsorted = String::with_capacity(bytes);
        let mut lines = Vec::with_capacity(self.quads.len());
        for quad in &self.quads {
            let start = unsorted.len();
            self.write(&mut unsorted, quad, &name);
            lines.push(start..unsorted.len());
        }
        let line = |span: &std::ops::Range<usize>| unsorted.get(span.clone()).unwrap_or_default();
        lines.sort_unstable_by(|one, other| line(one).cmp(line(other)));
        let mut text = String::with_capacity(unsorted.len());
        lines.iter().for_each(|span| text.push_str(line(span)));
        text
    }

    /// The same, with a name for each blank node by place.
    fn lines_named(&self, names: &[&str]) -> Vec<String> {
        let mut lines: Vec<String> = self.quads.iter().map(|quad| self.line(quad, names)).collect();
        lines.sort_unstable();
        lines
    }

    fn line(&self, quad: &Quad, names: &[&str]) -> String {
        let mut line = String::with_capacity(self.width(quad));
        self.write(&mut line, quad, |blank| names.get(blank).copied().unwrap_or_default());
        line
    }

    /// Appends the statement's line, blank nodes named so.
    pub(super) fn write<'n>(&self, line: &mut String, quad: &Quad, name: impl Fn(usize) -> &'n str) {
        let parts = [Some(quad.subject), Some(quad.predicate), Some(quad.object), quad.graph];
        for term in parts.into_iter().flatten() {
            match term.blank() {
                Some(blank) => {
                    line.push_str("_:");
                    line.push_str(name(blank));
                }
                None => line.push_str(self.ground(term)),
            }
            line.push(' ');
        }
        line.push_str(".\n");
    }

    /// A ground term's text.
    pub(super) fn ground(&self, term: Term) -> &str {
        let span = usize::try_from(term.0).ok().and_then(|at| self.spans.get(at));
        span.and_then(|span| self.text.get(bounds(*span))).unwrap_or_default()
    }

    /// About how many bytes the statement's line takes.
    fn width(&self, quad: &Quad) -> usize {
        const BLANK_BYTES: usize = 10;
        let parts = [Some(quad.subject), Some(quad.predicate), Some(quad.object), quad.graph];
        let width = |term: Term| term.blank().map_or_else(|| self.ground(term).len(), |_| BLANK_BYTES);
        parts.into_iter().flatten().fold(2, |sum: usize, term| sum.saturating_add(width(term)).saturating_add(1))
    }
}

fn bounds(span: Span) -> std::ops::Range<usize> {
    usize::try_from(span.start).unwrap_or(usize::MAX)..usize::try_from(span.end).unwrap_or(usize::MAX)
}

/// A place without a term.
const EMPTY: u32 = u32::MAX;

/// A dataset in the making.
pub(super) struct Builder {
    dataset: Dataset,
    /// Open addressing over the ground terms, keyed by a hash that nobody outside can foresee.
    slots: Vec<u32>,
    state: RandomState,
    /// Bytes of all lines so far.
    line_bytes: usize,
}

impl Builder {
    /// An empty dataset.
    pub(super) fn new() -> Self {
        let dataset = Dataset {
            text: String::with_capacity(4096),
            spans: Vec::with_capacity(64),
            blanks: Vec::new(),
            quads: Vec::with_capacity(32),
        };
        Builder { dataset, slots: vec![EMPTY; 128], state: RandomState::default(), line_bytes: 0 }
    }

    /// The IRI's term. Whether it is well formed is the caller's affair.
    pub(super) fn iri(&mut self, iri: &str) -> Result<Term, Reason> {
        self.intern(|text| written::iri(text, iri))
    }

    /// The literal's term.
    pub(super) fn literal(&mut self, value: &str, tag: Tag<'_>) -> Result<Term, Reason> {
        self.intern(|text| written::literal(text, value, tag))
    }

    /// A new blank node with this label, which no other has.
    pub(super) fn blank(&mut self, label: String) -> Result<Term, Reason> {
        self.add_blank(Label::Text(label))
    }

    /// A new blank node with the label `b` and that number, which no other has.
    pub(super) fn blank_at(&mut self, number: u32) -> Result<Term, Reason> {
        self.add_blank(Label::Place(number))
    }

    fn add_blank(&mut self, label: Label) -> Result<Term, Reason> {
        let place = self.dataset.blanks.len();
        if place >= limits::RDF_BLANK_NODES {
            return Err(too_many(limits::RDF_BLANK_NODES).got("more blank nodes"));
        }
        self.dataset.blanks.push(label);
        u32::try_from(place).map(|place| Term(place | BLANK)).map_err(|_| too_many(limits::RDF_BLANK_NODES))
    }

    /// Adds a statement.
    ///
    /// Errors: `input.too_many_items` when there are more, or longer ones, than any credential has.
    pub(super) fn push(&mut self, quad: Quad) -> Result<(), Reason> {
        self.line_bytes = self.line_bytes.saturating_add(self.dataset.width(&quad));
        if self.line_bytes > limits::RDF_BYTES {
            return Err(too_many(limits::RDF_BYTES).got("more bytes of statements"));
        }
        if self.dataset.quads.len() >= limits::RDF_QUADS {
            return Err(too_many(limits::RDF_QUADS).got("more statements"));
        }
        self.dataset.quads.push(quad);
        Ok(())
    }

    /// A ground term as N-Quads write it.
    pub(super) fn text(&self, term: Term) -> &str {
        self.dataset.ground(term)
    }

    /// The dataset.
    pub(super) fn finish(self) -> Dataset {
        let mut dataset = self.dataset;
        dataset.quads.sort_unstable();
        dataset.quads.dedup();
        dataset
    }

    fn intern(&mut self, write: impl FnOnce(&mut String)) -> Result<Term, Reason> {
        let start = self.dataset.text.len();
        write(&mut self.dataset.text);
        let end = self.dataset.text.len();
        if end > limits::RDF_BYTES {
            return Err(too_many(limits::RDF_BYTES).got("more bytes of terms"));
        }
        let hash = self.state.hash_one(self.dataset.text.get(start..end).unwrap_or_default());
        // The lower half is plenty: the table is small.
        let hash = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
        let (slot, found) = self.find(hash, start);
        if let Some(found) = found {
            self.dataset.text.truncate(start);
            return Ok(Term(found));
        }
        let number = u32::try_from(self.dataset.spans.len()).map_err(|_| too_many(limits::RDF_QUADS))?;
        let narrow = |at: usize| u32::try_from(at).map_err(|_| too_many(limits::RDF_BYTES));
        self.dataset.spans.push(Span { start: narrow(start)?, end: narrow(end)?, hash });
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = number;
        }
        if self.dataset.spans.len() * 2 > self.slots.len() {
            self.grow();
        }
        Ok(Term(number))
    }

    /// The slot for the text from `start` on, and the term that stands there already.
    fn find(&self, hash: u32, start: usize) -> (usize, Option<u32>) {
        let mask = self.slots.len().wrapping_sub(1);
        let new = self.dataset.text.get(start..).unwrap_or_default();
        let mut at = usize::try_from(hash).unwrap_or_default() & mask;
        // More than half of the slots are empty, so this ends.
        loop {
            let number = self.slots.get(at).copied().unwrap_or(EMPTY);
            if number == EMPTY {
                return (at, None);
            }
            let span = usize::try_from(number).ok().and_then(|number| self.dataset.spans.get(number));
            if span.is_some_and(|span| span.hash == hash && self.dataset.text.get(bounds(*span)) == Some(new)) {
                return (at, Some(number));
            }
            at = at.wrapping_add(1) & mask;
        }
    }

    fn grow(&mut self) {
        let mut slots = vec![EMPTY; self.slots.len().saturating_mul(2)];
        let mask = slots.len().wrapping_sub(1);
        for (number, span) in (0_u32..).zip(&self.dataset.spans) {
            let mut at = usize::try_from(span.hash).unwrap_or_default() & mask;
            while slots.get(at).is_some_and(|taken| *taken != EMPTY) {
                at = at.wrapping_add(1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = number;
            }
        }
        self.slots = slots;
    }
}

fn too_many(limit: usize) -> Reason {
    Reason::new(Code::InputTooManyItems).expected(format!("at most {limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_terms_have_one_number_and_twins_go() {
        let mut builder = Builder::new();
        let mut terms = Vec::new();
        for round in 0..2 {
            for n in 0..500 {
                let term = builder.iri(&format!("http://example.org/{n}")).unwrap();
                if round == 0 { terms.push(term) } else { assert_eq!(terms[n], term) }
            }
        }
        let blank = builder.blank("b0".to_owned()).unwrap();
        for _ in 0..2 {
            builder.push(Quad { subject: blank, predicate: terms[0], object: terms[499], graph: None }).unwrap();
        }
        let dataset = builder.finish();
        assert_eq!(dataset.lines(&Labels::new()), ["_:b0 <http://example.org/0> <http://example.org/499> .\n"]);
        let named = Labels::from([("b0".to_owned(), "c14n0".to_owned())]);
        assert!(dataset.lines(&named)[0].starts_with("_:c14n0 "));
    }

    #[test]
    fn a_dataset_is_bounded() {
        let mut builder = Builder::new();
        let long = format!("urn:x:{}", "x".repeat(limits::RDF_BYTES / 3));
        let long = builder.iri(&long).unwrap();
        let quad = Quad { subject: long, predicate: long, object: long, graph: None };
        assert_eq!(builder.push(quad).unwrap_err().code(), Code::InputTooManyItems);
        let mut builder = Builder::new();
        let fault = (0..=limits::RDF_BLANK_NODES).find_map(|n| builder.blank(n.to_string()).err()).unwrap();
        assert_eq!(fault.code(), Code::InputTooManyItems);
    }
}
