//! Places: where the table of one known key stands, and how often it was wanted.
//!
//! A place belongs to one key for ever, so that no table is ever taken for another key's. Readers take the table without
//! waiting; who builds or evicts it puts another in its place, and the last reader of the old one frees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwapOption;

use crate::crypto::arithmetic::{Multiples, Owner};
use crate::crypto::draw::is_drawn;

/// With a table, one of so many uses is counted, for all of them: threads that share a key then seldom meet.
const COUNTED_OF: u32 = 8;

/// The place of one key's table.
pub(crate) struct Place {
    owner: Owner,
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
    /// An empty place for that key.
    pub(crate) fn new(owner: Owner) -> Self {
        Place { owner, table: ArcSwapOption::empty(), uses: AtomicU64::new(0) }
    }

    /// Whose place it is.
    pub(crate) fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The table, if there is one now.
    pub(crate) fn table(&self) -> Option<Arc<HeldTable>> {
        self.table.load_full()
    }

    /// Puts another table here, or none.
    pub(crate) fn put(&self, table: Option<Arc<HeldTable>>) {
        self.table.store(table);
    }

    /// Counts a right signature by this key. Which uses count is drawn anew each time: the same signature may come again and again.
    pub(crate) fn used(&self, with_table: bool) {
        if !with_table {
            self.uses.fetch_add(1, Ordering::Relaxed);
        } else if is_drawn(COUNTED_OF) {
            self.uses.fetch_add(COUNTED_OF.into(), Ordering::Relaxed);
        }
    }

    /// The uses since this was asked last.
    pub(crate) fn take_uses(&self) -> u64 {
        self.uses.swap(0, Ordering::Relaxed)
    }
}
