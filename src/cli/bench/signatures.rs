//! Bench signatures: signatures alone, without a credential around them, fresh ones made before they are timed.

use crate::cli::trouble::Trouble;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::baseline::Bare;
use crate::crypto::job::Job;
use crate::crypto::own_keys::{OwnKey, SignFault, Signer};
use crate::crypto::public_key::{Curve, PublicKey};

/// Bytes of a message: an EU DCC signs some 400.
const MESSAGE_BYTES: usize = 400;
/// Keys of strangers, in turn: more than the largest batch holds, so that no key comes twice in it.
const STRANGERS: usize = 1024;

/// What kind of signature, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ES256 by keys of the trust list, whose tables are warm.
    KnownIssuer,
    /// ES256 by keys never seen before.
    UnknownKey,
    /// Ed25519.
    Ed25519,
    /// ES384.
    Es384,
    /// PS256 with 2048 bits.
    Ps256,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Kind; 5] = [Kind::KnownIssuer, Kind::UnknownKey, Kind::Ed25519, Kind::Es384, Kind::Ps256];

    /// The name of its rows, and what `--format` calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::KnownIssuer => "es256-known-issuer",
            Kind::UnknownKey => "es256-unknown-key",
            Kind::Ed25519 => "ed25519",
            Kind::Es384 => "es384",
            Kind::Ps256 => "ps256",
        }
    }

    /// The bare check by `ring` to compare with.
    pub(super) fn bare(self) -> Bare {
        match self {
            Kind::KnownIssuer | Kind::UnknownKey => Bare::Es256,
            Kind::Ed25519 => Bare::Ed25519,
            Kind::Es384 => Bare::Es384,
            Kind::Ps256 => Bare::Ps256,
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Kind::KnownIssuer | Kind::UnknownKey => Algorithm::Es256,
            Kind::Ed25519 => Algorithm::EdDsa,
            Kind::Es384 => Algorithm::Es384,
            Kind::Ps256 => Algorithm::Ps256,
        }
    }

    fn key(self) -> Result<OwnKey, SignFault> {
        Ok(match self {
            Kind::KnownIssuer | Kind::UnknownKey => OwnKey::generate_p256()?.0,
            Kind::Ed25519 => OwnKey::generate_ed25519()?.0,
            Kind::Es384 => OwnKey::generate(Curve::P384)?.0,
            Kind::Ps256 => OwnKey::generate_rsa_2048()?.0,
        })
    }

    /// `true` where the keys are known in advance.
    pub(super) fn is_known(self) -> bool {
        self == Kind::KnownIssuer
    }

    /// `true` where checking many at once may be faster than one after another.
    pub(super) fn is_for_batches(self) -> bool {
        matches!(self, Kind::KnownIssuer | Kind::UnknownKey)
    }
}

/// Signatures of one kind.
pub(super) struct Signatures {
    /// Their kind.
    pub(super) kind: Kind,
    /// The keys, which signed in turn.
    pub(super) keys: Vec<PublicKey>,
    texts: Vec<u8>,
    signatures: Vec<Vec<u8>>,
}

/// That many signatures by so many keys (strangers are as many as it takes).
pub(super) fn signatures(kind: Kind, issuers: usize, count: usize) -> Result<Signatures, Trouble> {
    let fault = |fault: SignFault| Trouble::new(format!("no {} for the measurement: {fault}", kind.name()));
    let keys = if kind == Kind::UnknownKey { STRANGERS } else { issuers };
    let keys = (0..keys).map(|_| kind.key()).collect::<Result<Vec<_>, _>>().map_err(fault)?;
    // Every message begins at another byte of one long text.
    let texts: Vec<u8> = (0..count.saturating_add(MESSAGE_BYTES)).map(mixed).collect();
    let signatures = texts
        .windows(MESSAGE_BYTES)
        .zip(keys.iter().cycle())
        .take(count)
        .map(|(message, key)| key.sign(message))
        .collect::<Result<Vec<_>, _>>()
        .map_err(fault)?;
    Ok(Signatures { kind, keys: keys.iter().map(|key| key.public_key().clone()).collect(), texts, signatures })
}

/// A byte that looks like any other.
fn mixed(at: usize) -> u8 {
    let [.., byte, _, _] = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    byte
}

impl Signatures {
    /// The jobs of checking them.
    pub(super) fn jobs(&self) -> Vec<Job<'_>> {
        let both = self.texts.windows(MESSAGE_BYTES).zip(&self.signatures).zip(self.keys.iter().cycle());
        both.map(|((message, signature), key)| Job {
            algorithm: self.kind.algorithm(),
            key: key.clone(),
            message,
            signature,
            statements: None,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::job::check;

    #[test]
    fn all_are_right_and_none_comes_twice() {
        for kind in Kind::ALL {
            let made = signatures(kind, 3, 12).expect("signatures");
            let jobs = made.jobs();
            assert_eq!(jobs.len(), 12);
            assert!(check(&jobs).iter().all(Result::is_ok), "{}", kind.name());
            let distinct: std::collections::HashSet<_> = jobs.iter().map(|job| (job.message, job.signature)).collect();
            assert_eq!(distinct.len(), 12);
        }
    }
}
