//! Ports: what the protocol needs of whoever keeps its sessions. Any store that can compare and replace one row will do.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::time::Timestamp;

/// What a port answers with, some time.
pub type Answer<'p, T> = Pin<Box<dyn Future<Output = Result<T, StoreFault>> + Send + 'p>>;

/// The digest of a secret, by which a row is found: the store never learns the secret.
pub type KeyDigest = [u8; 32];

/// One session as it is kept. What it says is opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Digest of the transaction's identifier, which the relying party alone knows. Unique.
    pub transaction: KeyDigest,
    /// Digest of the identifier in the `request_uri`. Unique.
    pub request: KeyDigest,
    /// Digest of the identifier in the `response_uri`. Unique.
    pub response: KeyDigest,
    /// Counts the changes: a row replaces only the one before it.
    pub version: u64,
    /// From then on the row is as good as gone.
    pub expires: Timestamp,
    /// What the session is.
    pub content: Vec<u8>,
}

/// By what a row is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The transaction's identifier.
    Transaction(KeyDigest),
    /// The identifier in the `request_uri`.
    Request(KeyDigest),
    /// The identifier in the `response_uri`.
    Response(KeyDigest),
}

/// Who keeps sessions. Every call is one transaction; calls may come from several instances of the service at once.
pub trait Sessions: Send + Sync {
    /// Keeps a new row.
    fn insert(&self, row: Row) -> Answer<'_, ()>;

    /// The row with that key; none that has expired at `now`.
    fn find(&self, key: Key, now: Timestamp) -> Answer<'_, Option<Row>>;

    /// Puts `row` in the place of the one with the same transaction, if that one's version is one less and it has not expired at
    /// `now`. `false` = somebody else was first, or it is gone; nothing was changed then.
    fn replace(&self, row: Row, now: Timestamp) -> Answer<'_, bool>;

    /// Forgets the row of that transaction. `false` = there was none.
    fn remove(&self, transaction: KeyDigest) -> Answer<'_, bool>;

    /// Forgets what has expired at `now`; how many rows that were.
    fn remove_expired(&self, now: Timestamp) -> Answer<'_, u64>;
}

/// The store could not do what it was asked. Ours to mend; says nothing of what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFault(pub String);

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store of sessions failed: {}", self.0)
    }
}

impl std::error::Error for StoreFault {}
