//! Arithmetic: who does the sums of the fast checks. There is one; tests put others in its place, an honest one and a liar.

use crate::crypto::ed25519;
use crate::crypto::p256::{self, Answer, By, Check, Path, Table};

/// How tables are built and signatures checked.
#[derive(Clone, Copy)]
pub(crate) struct Arithmetic {
    /// The table of that key, with a window of so many bits.
    pub(crate) build: fn(&Owner, u32) -> Option<Multiples>,
    /// One answer for each check of ES256.
    pub(crate) check: fn(Path, &[Check<'_>]) -> Vec<Answer>,
    /// The same of Ed25519.
    pub(crate) check_ed25519: fn(Path, &[ed25519::Check<'_>]) -> Vec<bool>,
    /// From so many checks on, those by keys without a table are faster in lanes than with the library.
    pub(crate) strangers: usize,
}

impl Arithmetic {
    /// That of [`p256`] and [`ed25519`]. Where the library takes 66 us, two strangers take 50 each in lanes, three 35, eight and more 11.
    pub(crate) const OURS: Arithmetic = Arithmetic {
        build: |owner, window| match owner {
            Owner::P256(x, y) => Table::build(x, y, window).map(Multiples::P256),
            Owner::Ed25519(key) => ed25519::Table::build(key, window).map(Multiples::Ed25519),
        },
        check: p256::check,
        check_ed25519: by_path,
        strangers: 3,
    };
}

fn by_path(path: Path, checks: &[ed25519::Check<'_>]) -> Vec<bool> {
    ed25519::check(checks, path == Path::Lanes)
}

/// A key that can have a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// The P-256 key with those coordinates, big-endian.
    P256([u8; 32], [u8; 32]),
    /// The Ed25519 key with these bytes.
    Ed25519([u8; 32]),
}

/// Multiples of a key.
pub(crate) enum Multiples {
    /// Of a P-256 key.
    P256(Table),
    /// Of an Ed25519 key.
    Ed25519(ed25519::Table),
    /// Nothing, but a test believes it to take that many bytes.
    #[cfg(test)]
    StandIn(usize),
}

impl Multiples {
    /// Bytes of memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Multiples::P256(table) => table.bytes(),
            Multiples::Ed25519(table) => table.bytes(),
            #[cfg(test)]
            Multiples::StandIn(bytes) => *bytes,
        }
    }

    /// What a check is told of the P-256 key with those coordinates, whose multiples these are; `None` when they are not of one.
    #[cfg_attr(not(test), expect(unused_variables, reason = "a stand-in needs them"))]
    pub(crate) fn by<'a>(&'a self, x: &'a [u8; 32], y: &'a [u8; 32]) -> Option<By<'a>> {
        match self {
            Multiples::P256(table) => Some(By::Known(table)),
            Multiples::Ed25519(_) => None,
            #[cfg(test)]
            Multiples::StandIn(_) => Some(By::Unknown { x, y }),
        }
    }

    /// The table, when it is one of an Ed25519 key.
    pub(crate) fn ed25519(&self) -> Option<&ed25519::Table> {
        match self {
            Multiples::Ed25519(table) => Some(table),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod stand_in {
    //! Arithmetics for tests: the library's, and a liar's.

    use super::*;
    use crate::crypto::algorithm::Algorithm;
    use crate::crypto::public_key::{Curve, PublicKey};

    /// Tables that are none, as large as real ones; every check asks the library.
    pub(crate) const HONEST: Arithmetic = Arithmetic { build, check: by_library, check_ed25519: by_path, strangers: 8 };

    /// The same tables, and every signature is right.
    pub(crate) const LIAR: Arithmetic = Arithmetic {
        check: |_, checks| vec![Answer::Right; checks.len()],
        check_ed25519: |_, checks| vec![true; checks.len()],
        ..HONEST
    };

    /// The same tables, and no signature is right.
    pub(crate) const DENIER: Arithmetic = Arithmetic {
        check: |_, checks| vec![Answer::Wrong; checks.len()],
        check_ed25519: |_, checks| vec![false; checks.len()],
        ..HONEST
    };

    /// The same tables, and nothing can be told.
    pub(crate) const MUTE: Arithmetic =
        Arithmetic { check: |_, checks| vec![Answer::Undecided; checks.len()], ..HONEST };

    fn build(owner: &Owner, window: u32) -> Option<Multiples> {
        if let Owner::Ed25519(key) = owner {
            return ed25519::Table::build(key, window).map(Multiples::Ed25519);
        }
        Some(Multiples::StandIn(256_usize.div_ceil(window as usize) * (64 << (window - 1))))
    }

    fn by_library(_: Path, checks: &[Check<'_>]) -> Vec<Answer> {
        checks.iter().map(|check| if is_right(check) { Answer::Right } else { Answer::Wrong }).collect()
    }

    fn is_right(check: &Check<'_>) -> bool {
        let By::Unknown { x, y } = check.by else { return false };
        let key = PublicKey::ec(Curve::P256, x, y).expect("a key");
        let digest = aws_lc_rs::digest::Digest::import_less_safe(&check.digest, &aws_lc_rs::digest::SHA256);
        let parsed = key.parsed_for(Algorithm::Es256).expect("a parsed key");
        parsed.verify_digest_sig(&digest.expect("a digest"), check.signature).is_ok()
    }
}
