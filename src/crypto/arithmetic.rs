//! Arithmetic: who does the sums of the fast ES256 check. There is one; tests put others in its place, an honest one and a liar.

use crate::crypto::p256::{self, Answer, By, Check, Path, Table};

/// How tables are built and signatures checked.
#[derive(Clone, Copy)]
pub(crate) struct Arithmetic {
    /// The table of the key with those coordinates, with a window of so many bits.
    pub(crate) build: fn(&[u8; 32], &[u8; 32], u32) -> Option<Multiples>,
    /// One answer for each check.
    pub(crate) check: fn(Path, &[Check<'_>]) -> Vec<Answer>,
    /// From so many checks on, those by keys without a table are faster in lanes than with the library.
    pub(crate) strangers: usize,
}

impl Arithmetic {
    /// That of [`p256`], which does not do checks without a table in lanes: one takes 73 us, and 54 with the library.
    pub(crate) const OURS: Arithmetic = Arithmetic {
        build: |x, y, window| Table::build(x, y, window).map(Multiples::Of),
        check: p256::check,
        strangers: usize::MAX,
    };
}

/// Multiples of a key.
pub(crate) enum Multiples {
    /// A table.
    Of(Table),
    /// Nothing, but a test believes it to take that many bytes.
    #[cfg(test)]
    StandIn(usize),
}

impl Multiples {
    /// Bytes of memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Multiples::Of(table) => table.bytes(),
            #[cfg(test)]
            Multiples::StandIn(bytes) => *bytes,
        }
    }

    /// What a check is told of the key with those coordinates, whose multiples these are.
    #[cfg_attr(not(test), expect(unused_variables, reason = "a stand-in needs them"))]
    pub(crate) fn by<'a>(&'a self, x: &'a [u8; 32], y: &'a [u8; 32]) -> By<'a> {
        match self {
            Multiples::Of(table) => By::Known(table),
            #[cfg(test)]
            Multiples::StandIn(_) => By::Unknown { x, y },
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
    pub(crate) const HONEST: Arithmetic = Arithmetic { build, check: by_library, strangers: 8 };

    /// The same tables, and every signature is right.
    pub(crate) const LIAR: Arithmetic = Arithmetic { check: |_, checks| vec![Answer::Right; checks.len()], ..HONEST };

    /// The same tables, and no signature is right.
    pub(crate) const DENIER: Arithmetic = Arithmetic { check: |_, checks| vec![Answer::Wrong; checks.len()], ..HONEST };

    /// The same tables, and nothing can be told.
    pub(crate) const MUTE: Arithmetic =
        Arithmetic { check: |_, checks| vec![Answer::Undecided; checks.len()], ..HONEST };

    fn build(_: &[u8; 32], _: &[u8; 32], window: u32) -> Option<Multiples> {
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
