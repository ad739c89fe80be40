//! ES256 faster than the crypto library: tables of known keys, and eight signatures in the lanes of one vector unit.
//!
//! Signatures and public keys are public, so tables and paths whose time depends on them are allowed here; nothing in this room
//! ever sees a private key. A check that this room cannot decide is [`Answer::Undecided`], and its caller asks the crypto library.
//!
//! From the bottom: [`words`] (256-bit numbers), [`inverse`], [`field`] and [`order`] (arithmetic modulo p and n), [`point`],
//! [`digits`] and [`table`] (multiplication without doublings), [`single`] (one check in 64-bit words).

mod digits;
mod field;
mod inverse;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod order;
mod point;
mod single;
mod table;
#[cfg(test)]
mod tests;
mod words;

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
        #[cfg(target_arch = "x86_64")]
        if lanes::are_at_hand() {
            return Path::Lanes;
        }
        Path::Scalar
    }
}

/// Multiples of one public key, ready to be added up.
pub struct Table(table::Multiples);

impl Table {
    /// The table of the key with those coordinates, big-endian; `None` when they are not a point of the curve.
    ///
    /// `window` is in bits, 4 to 8 (else `None`): the larger, the faster a check and the larger the table.
    pub fn build(x: &[u8; 32], y: &[u8; 32], window: u32) -> Option<Table> {
        if !(4..=8).contains(&window) {
            return None;
        }
        let point = point::Affine::from_words(&words::from_be_bytes(x), &words::from_be_bytes(y))?;
        table::Multiples::build(&point, window).map(Table)
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Table>() + size_of_val(self.0.entries())
    }

    fn multiples(&self) -> &table::Multiples {
        &self.0
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
pub fn check(path: Path, checks: &[Check<'_>]) -> Vec<Answer> {
    match path {
        Path::Library => vec![Answer::Undecided; checks.len()],
        Path::Scalar => checks.iter().map(single::check).collect(),
        Path::Lanes => in_lanes(checks).unwrap_or_else(|| vec![Answer::Undecided; checks.len()]),
    }
}

#[cfg(target_arch = "x86_64")]
fn in_lanes(checks: &[Check<'_>]) -> Option<Vec<Answer>> {
    lanes::run(checks)
}

#[cfg(not(target_arch = "x86_64"))]
fn in_lanes(_: &[Check<'_>]) -> Option<Vec<Answer>> {
    None
}
