//! ES256 faster than the crypto library: tables of known keys, and eight signatures in the lanes of one vector unit.
//!
//! Signatures and public keys are public, so tables and paths whose time depends on them are allowed here; nothing in this room
//! ever sees a private key. A check that this room cannot decide is [`Answer::Undecided`], and its caller asks the crypto library.

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The signature is by that key.
    Right,
    /// It is not, or it is none.
    Wrong,
    /// This room could not tell; ask the crypto library.
    Undecided,
}

/// How the arithmetic is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// Not here: every answer is undecided.
    Library,
    /// 64-bit words, one signature at a time, by tables.
    Scalar,
    /// Eight lanes of 52-bit limbs (AVX-512 IFMA), where there are enough checks; else like `Scalar`.
    Lanes,
}

impl Path {
    /// The best path of this CPU.
    pub fn best() -> Path {
        Path::Library
    }
}

/// Multiples of one public key, ready to be added up.
pub struct Table {
    _window: u32,
}

impl Table {
    /// The table of the key with those coordinates, big-endian; `None` when they are not a point of the curve.
    ///
    /// `window` is in bits, 4 to 8: the larger, the faster a check and the larger the table.
    pub fn build(_x: &[u8; 32], _y: &[u8; 32], _window: u32) -> Option<Table> {
        None
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        0
    }
}

/// Whose signature it should be.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// A key with a table.
    Known(&'a Table),
    /// A key without one: coordinates of a point that was found to be on the curve, big-endian.
    Unknown {
        /// The first coordinate.
        x: &'a [u8; 32],
        /// The second one.
        y: &'a [u8; 32],
    },
}

/// One signature to check.
#[derive(Clone, Copy)]
pub struct Check<'a> {
    /// The key.
    pub by: By<'a>,
    /// SHA-256 of the message.
    pub digest: [u8; 32],
    /// r || s, big-endian.
    pub signature: &'a [u8; 64],
}

/// One answer for each check, in their order. Checks by a path that the CPU does not have are undecided.
pub fn check(_path: Path, checks: &[Check<'_>]) -> Vec<Answer> {
    vec![Answer::Undecided; checks.len()]
}
