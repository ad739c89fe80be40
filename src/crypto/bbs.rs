//! BBS signatures on BLS12-381 (ciphersuite BLS12-381-SHA-256): what a proof shows, and whether it is right.
//!
//! Written to draft-irtf-cfrg-bbs-signatures-08, with blind signatures (draft-irtf-cfrg-bbs-blind-signatures-01) and
//! pseudonyms of one secret (draft-irtf-cfrg-bbs-per-verifier-linkability-01), as the vectors of `bbs-2023` have them.
//! Later drafts of pseudonyms (a vector of secrets, its length in the header) are not spoken. SHAKE-256 is not either.

pub mod committed;
pub mod own;
pub mod proof;
pub mod signature;
mod suite;
pub mod verify_key;

#[cfg(test)]
mod tests;

/// What a BBS proof is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// The header that the issuer signed with the messages.
    pub header: Vec<u8>,
    /// The header that the holder's proof is bound to.
    pub presentation_header: Vec<u8>,
    /// The messages shown, each with its place among all that the issuer knew; places ascend.
    pub shown: Vec<(usize, Vec<u8>)>,
    /// What else was signed that only the holder knows.
    pub binding: Binding,
}

/// How a proof is bound to its holder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// Not at all: whoever has the signature can make proofs.
    #[default]
    None,
    /// To a secret that the holder committed to and the issuer signed without seeing it.
    Secret {
        /// How many messages the issuer knew.
        issuer_messages: usize,
    },
    /// As `Secret`, or to the pseudonym's own secret alone, and the holder is known by a pseudonym.
    Pseudonym {
        /// How many messages the issuer knew.
        issuer_messages: usize,
        /// Where the pseudonym holds (a verifier's domain): the same holder has others elsewhere.
        domain: Vec<u8>,
        /// The pseudonym: a compressed point of G1, 48 bytes.
        pseudonym: Vec<u8>,
    },
}
