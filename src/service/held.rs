//! Held: a trust snapshot and how it came here. Swapped whole, never changed.

use std::sync::Arc;

use crate::time::Timestamp;
use crate::trust::Trust;

/// A trust snapshot as this service holds it.
pub struct Held {
    /// The snapshot.
    pub trust: Arc<Trust>,
    /// When it was loaded; `None` = never was one.
    pub loaded_at: Option<Timestamp>,
    /// Entries that could not be used.
    pub left_out: usize,
    /// Why the store, as it is now, could not be loaded; the snapshot is then an older one.
    pub fault: Option<String>,
    pub(crate) is_empty: bool,
}

impl Held {
    /// Trust in nobody, loaded from nowhere.
    pub fn nothing() -> Self {
        Held { trust: Arc::default(), loaded_at: None, left_out: 0, fault: None, is_empty: true }
    }

    /// A snapshot loaded then, without so many entries that could not be used.
    pub fn loaded(trust: Trust, at: Timestamp, left_out: usize) -> Self {
        let counts = trust.counts();
        // Signers that bring their certificates along need no list beside their authority.
        let is_empty = counts.signers + counts.issuers + counts.authorities == 0;
        Held { trust: Arc::new(trust), loaded_at: Some(at), left_out, fault: None, is_empty }
    }

    /// This snapshot still, although the store has another: that one has a fault.
    #[must_use]
    pub fn kept_because(&self, fault: String) -> Self {
        Held {
            trust: self.trust.clone(),
            loaded_at: self.loaded_at,
            left_out: self.left_out,
            fault: Some(fault),
            is_empty: self.is_empty,
        }
    }
}
