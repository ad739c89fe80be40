//! Status lists signed so far: everybody gets the same bytes until something changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::time::Timestamp;

/// Seconds after which a list is signed anew though nothing changed.
const RENEWED_AFTER: i64 = 3600;
/// A list as it is published.
pub struct SignedList {
    /// The text.
    pub text: String,
    /// Its media type.
    pub media: &'static str,
    /// The version of what it says.
    pub version: u64,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The lists signed so far.
#[derive(Default)]
pub struct SignedLists {
    lists: Mutex<HashMap<String, Arc<SignedList>>>,
}

impl SignedLists {
    /// The list of that name, if it says that version and is not too old.
    pub fn fresh(&self, name: &str, version: u64, now: Timestamp) -> Option<Arc<SignedList>> {
        let lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.get(name)?;
        let age = now.seconds().saturating_sub(list.signed_at.seconds());
        (list.version == version && (0..RENEWED_AFTER).contains(&age)).then(|| list.clone())
    }

    /// Keeps a list in place of the one before.
    pub fn keep(&self, name: &str, list: Arc<SignedList>) {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), list);
    }
}
