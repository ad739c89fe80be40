//! Places: where the table of one known key stands, and how often it was wanted.
//!
//! A place belongs to one key for ever, so that no table is ever taken for another key's. Readers take the table without
//! waiting; who builds or evicts it puts another in its place, and the last reader of the old one frees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;

use crate::crypto::arithmetic::Multiples;
use crate::crypto::p256::By;

/// With a table, one of so many uses is counted, for all of them: threads that share a key then seldom meet.
const COUNTED_OF: u8 = 8;

/// The place of one key's table.
pub(crate) struct Place {
    x: [u8; 32],
    y: [u8; 32],
    table: ArcSwapOption<HeldTable>,
    uses: AtomicU64,
}

/// A table as it stands in its place.
pub(crate) struct HeldTable {
    /// The table.
    pub(crate) multiples: Multiples,
    /// Its window, in bits.
    pub(crate) window: u32,
    /// Bytes that it takes.
    pub(crate) bytes: usize,
}

impl Place {
    /// An empty place for the key with those coordinates.
    pub(crate) fn new(x: [u8; 32], y: [u8; 32]) -> Self {
        Place { x, y, table: ArcSwapOption::empty(), uses: AtomicU64::new(0) }
    }

    /// The key's coordinates.
    pub(crate) fn coordinates(&self) -> (&[u8; 32], &[u8; 32]) {
        (&self.x, &self.y)
    }

    /// The table, if there is one now.
    pub(crate) fn table(&self) -> Option<Arc<HeldTable>> {
        self.table.load_full()
    }

    /// Puts another table here, or none.
    pub(crate) fn put(&self, table: Option<Arc<HeldTable>>) {
        self.table.store(table);
    }

    /// What a check is told of this key and its table.
    pub(crate) fn by<'a>(&'a self, table: &'a HeldTable) -> By<'a> {
        table.multiples.by(&self.x, &self.y)
    }

    /// Counts a right signature by this key. Which uses count is drawn from the signature, whose bits are as good as drawn.
    pub(crate) fn used(&self, signature: &[u8; 64], with_table: bool) {
        if !with_table {
            self.uses.fetch_add(1, Ordering::Relaxed);
        } else if signature.last().is_some_and(|last| last % COUNTED_OF == 0) {
            self.uses.fetch_add(COUNTED_OF.into(), Ordering::Relaxed);
        }
    }

    /// The uses since this was asked last.
    pub(crate) fn take_uses(&self) -> u64 {
        self.uses.swap(0, Ordering::Relaxed)
    }
}
