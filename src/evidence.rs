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
    /// What stood in the place of each before, where it was found too.
    earlier: BTreeMap<String, Document>,
}

impl Evidence {
    /// No documents: offline.
    pub fn none() -> Self {
        Evidence::default()
    }

    /// Adds a document, in the place of an older one of the same locator. What was found there before is remembered: a list that is
    /// older than one known before is told by that.
    pub fn insert(&mut self, document: Document) {
        let before = self.documents.insert(document.locator.clone(), document);
        if let Some(before) = before.filter(|before| before.status == 200) {
            self.earlier.insert(before.locator.clone(), before);
        }
    }

    /// The document that was found at that URL before the present one.
    pub fn earlier(&self, locator: &str) -> Option<&Document> {
        self.earlier.get(locator)
    }

    /// The document found at that URL, if it was asked for.
    pub fn document(&self, locator: &str) -> Option<&Document> {
        self.documents.get(locator)
    }

    /// Every document, in the order of locators; what was found before stands before what was found after.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().flat_map(|(locator, document)| self.earlier.get(locator).into_iter().chain([document]))
    }

    /// `true` when nothing was fetched.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }
}
