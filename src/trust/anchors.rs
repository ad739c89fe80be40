//! Anchors: the authorities of a snapshot, as ends of the chains that credentials bring along (`x5c`, `x5chain`).

use std::collections::HashMap;
use std::sync::Arc;

use crate::policy::Environment;
use crate::trust::entry::Entry;
use crate::trust::x509::Certificate;

/// An authority that signers' chains may lead to.
pub struct Anchor {
    /// Its certificate.
    pub certificate: Certificate,
    /// Production or test.
    pub environment: Environment,
    /// Formats whose signers it certifies.
    pub formats: Vec<String>,
    /// Types of credential whose signers it certifies (a `docType`, a `vct`); empty = all.
    pub types: Vec<String>,
    /// The list that it stands on.
    pub list: Option<String>,
    pub(super) entry: Arc<Entry>,
}

impl Anchor {
    /// `true` when its signers may sign credentials of one of these types.
    pub fn certifies_type<'t>(&self, mut types: impl Iterator<Item = &'t str>) -> bool {
        self.types.is_empty() || types.any(|name| self.types.iter().any(|known| known == name))
    }
}

/// Every anchor of a snapshot.
#[derive(Default)]
pub(super) struct Anchors {
    by_format: HashMap<String, Vec<Arc<Anchor>>>,
    /// How many authorities there are, each counted once.
    count: usize,
}

impl Anchors {
    pub(super) fn add(&mut self, anchor: Anchor) {
        self.count = self.count.saturating_add(1);
        let anchor = Arc::new(anchor);
        for format in &anchor.formats {
            self.by_format.entry(format.clone()).or_default().push(anchor.clone());
        }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The anchors of a format, of every environment.
    pub(super) fn of(&self, format: &str) -> &[Arc<Anchor>] {
        self.by_format.get(format).map_or(&[], Vec::as_slice)
    }
}
