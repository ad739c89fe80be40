//! Identifier issuers (RDFC-1.0, section 4.3): names for blank nodes in the order in which they are asked for.

use std::fmt::Write;

/// Names of the canonical form: `c14n0`, `c14n1`, ...
pub(super) struct CanonicalIssuer {
    /// The number of each blank node, by place.
    numbers: Vec<Option<u32>>,
    next: u32,
}

impl CanonicalIssuer {
    /// An issuer that has named none of these many blank nodes.
    pub(super) fn of(blanks: usize) -> Self {
        CanonicalIssuer { numbers: vec![None; blanks], next: 0 }
    }

    /// `true` when the blank node has a name.
    pub(super) fn has(&self, blank: usize) -> bool {
        self.number(blank).is_some()
    }

    /// Names the blank node, if it has no name.
    pub(super) fn issue(&mut self, blank: usize) {
        if let Some(number @ None) = self.numbers.get_mut(blank) {
            *number = Some(self.next);
            self.next = self.next.saturating_add(1);
        }
    }

    /// The blank node's name; empty when it has none.
    pub(super) fn label(&self, blank: usize) -> String {
        self.number(blank).map(|number| format!("c14n{number}")).unwrap_or_default()
    }

    /// Appends the blank node's name, if it has one.
    pub(super) fn push_label(&self, out: &mut String, blank: usize) {
        if let Some(number) = self.number(blank) {
            let _ = write!(out, "c14n{number}");
        }
    }

    /// Appends `_:` and the name; `false` when there is none.
    pub(super) fn write(&self, out: &mut String, blank: usize) -> bool {
        let label = self.label(blank);
        if !label.is_empty() {
            out.push_str("_:");
            out.push_str(&label);
        }
        !label.is_empty()
    }

    fn number(&self, blank: usize) -> Option<u32> {
        self.numbers.get(blank).copied().flatten()
    }
}

/// Names on trial: `b0`, `b1`, ...
#[derive(Clone)]
pub(super) struct Issuer {
    /// The named blank nodes, in order.
    order: Vec<usize>,
}

impl Issuer {
    /// An issuer that has named this one.
    pub(super) fn starting_with(blank: usize) -> Self {
        Issuer { order: vec![blank] }
    }

    /// The named blank nodes, in order.
    pub(super) fn issued(&self) -> impl Iterator<Item = usize> {
        self.order.iter().copied()
    }

    /// How many have names.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The blank node's number, if it has a name.
    pub(super) fn number(&self, blank: usize) -> Option<usize> {
        self.order.iter().position(|named| *named == blank)
    }

    /// The blank node's number, now if not before.
    pub(super) fn issue(&mut self, blank: usize) -> usize {
        self.number(blank).unwrap_or_else(|| {
            self.order.push(blank);
            self.order.len().saturating_sub(1)
        })
    }
}
