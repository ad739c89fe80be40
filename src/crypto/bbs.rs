//! BBS signatures on BLS12-381 (ciphersuite BLS12-381-SHA-256): what a proof shows, and whether it is right.

/// What a BBS proof is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// The header that the issuer signed with the messages.
    pub header: Vec<u8>,
    /// The header that the holder's proof is bound to.
    pub presentation_header: Vec<u8>,
    /// The messages shown, each with its place among all.
    pub shown: Vec<(usize, Vec<u8>)>,
}
