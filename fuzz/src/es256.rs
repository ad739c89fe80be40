//! The fast ES256 check: all its paths must say of a signature what follows from how it was made.

#[path = "../../tests/es256/made.rs"]
mod made;

use made::{Key, Made, Source, by_factors, mutated, scalar, with_any_r};
use p256::Scalar;
use vidimus::crypto::p256::{Answer, By, Check, Path, Table, check};

/// Law: a signature made for factors that the input chooses is right, a changed one and one at infinity are wrong, on every path that
/// the processor has, whatever stands beside it.
pub fn paths_agree(bytes: &[u8]) {
    let mut numbers = bytes.chunks(32).map(|chunk| {
        // Short chunks are small numbers: those meet each other.
        let mut number = [0; 32];
        number[32 - chunk.len()..].copy_from_slice(chunk);
        scalar(&number)
    });
    let mut next = || numbers.next().unwrap_or(Scalar::ONE);
    let (secret, u1, u2) = (next(), next(), next());
    let Some(inverse) = Option::<Scalar>::from(secret.invert()) else { return };
    let (key, other) = (Key::of(&secret), Key::of(&Scalar::from(7_u64)));
    let made = [
        by_factors(&key, &u1, &u2),
        by_factors(&key, &u1, &(u1 * inverse)),
        with_any_r(&key, &u1, &-(u1 * inverse), &u2),
        with_any_r(&key, &u1, &(u1 * inverse), &u2),
        by_factors(&other, &u2, &u1),
    ];
    let mut all: Vec<Made> = made.into_iter().flatten().collect();
    let mut source = Source::new(bytes.iter().fold(0, |seed, byte| seed * 31 % (1 << 50) + u64::from(*byte)));
    for at in 0..all.len() {
        all.push(mutated(&mut source, &all[at], &other));
    }
    let (Some(own), Some(others)) = (Table::build(&key.x, &key.y, 4), Table::build(&other.x, &other.y, 5)) else {
        panic!("a key without a table");
    };
    for path in [Path::Scalar, Path::best()] {
        for is_known in [true, false] {
            let is_own = |made: &Made| made.key.x == key.x && made.key.y == key.y;
            let checks: Vec<Check<'_>> = all
                .iter()
                .map(|made| {
                    let table = if is_own(made) { &own } else { &others };
                    let by = if is_known { By::Known(table) } else { By::Unknown { x: &made.key.x, y: &made.key.y } };
                    Check { by, digest: made.digest, signature: &made.signature }
                })
                .collect();
            for (answer, made) in check(path, &checks).iter().zip(&all) {
                assert_eq!(*answer == Answer::Right, made.right, "{path:?} {is_known}");
                assert_ne!(*answer, Answer::Undecided, "{path:?} {is_known}");
            }
        }
    }
}
