//! Evidence: documents fetched for one verification, each with where it came from and when. Plain data.

use std::collections::BTreeMap;

use crate::time::Timestamp;

/// One document that the network gave, or its answer that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The URL asked.
    pub locator: String,
    /// HTTP status of the answer; 0 when there was none (refused, timed out).
    pub status: u16,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// The body; empty unless the status is 200.
    pub body: Vec<u8>,
}

/// All documents at hand, by locator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    documents: BTreeMap<String, Document>,
}

impl Evidence {
    /// No documents: offline.
    pub fn none() -> Self {
        Evidence::default()
    }

    /// Adds a document, in the place of an older one of the same locator.
    pub fn insert(&mut self, document: Document) {
        self.documents.insert(document.locator.clone(), document);
    }

    /// The document found at that URL, if it was asked for.
    pub fn document(&self, locator: &str) -> Option<&Document> {
        self.documents.get(locator)
    }

    /// Every document, in the order of locators.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// `true` when nothing was fetched.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }
}
