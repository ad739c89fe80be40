//! The fast ES256 check on all its paths: what it says of random, changed and adversarial signatures, against how they were made, against
//! the crypto library in use, and against the `p256` crate.

#[path = "es256/made.rs"]
mod made;
#[path = "es256/wycheproof.rs"]
mod wycheproof;

use std::collections::HashMap;

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use made::{Key, Made, Source, by_factors, bytes, mutated, order, pair, plus, scalar, signed, with_any_r};
use p256::ecdsa::VerifyingKey;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::elliptic_curve::ff::PrimeField;
use p256::elliptic_curve::point::DecompressPoint;
use p256::{AffinePoint, FieldBytes, ProjectivePoint, Scalar};
use vidimus::crypto::p256::{Answer, By, Check, Path, Table, check};

/// The paths that this processor has.
fn paths() -> Vec<Path> {
    if Path::best() == Path::Lanes {
        vec![Path::Scalar, Path::Lanes]
    } else {
        println!("skipped: the lanes, which this processor has not");
        vec![Path::Scalar]
    }
}

/// What the crypto library in use and the `p256` crate say; they must agree.
fn judged(made: &Made) -> bool {
    let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, made.key.sec1()).expect("a key");
    let digest = Digest::import_less_safe(&made.digest, &SHA256).expect("32 bytes");
    let library = key.verify_digest_sig(&digest, &made.signature).is_ok();
    let other = p256::ecdsa::Signature::from_slice(&made.signature).is_ok_and(|signature| {
        let key = VerifyingKey::from_affine(made.key.point.to_affine()).expect("a key");
        key.verify_prehash(&made.digest, &signature).is_ok()
    });
    assert_eq!(library, other, "the libraries differ: {:02x?} {:02x?}", made.digest, made.signature);
    library
}

/// Every path, with tables of that window, with none, and in batches of that size, says how they were made.
fn assert_all(all: &[Made], window: u32, batch: usize) {
    let mut tables: HashMap<[u8; 32], Table> = HashMap::new();
    for made in all {
        let Key { x, y, .. } = &made.key;
        tables
            .entry([*x, *y].concat()[16..48].try_into().expect("32 bytes"))
            .or_insert_with(|| Table::build(x, y, window).expect("a table"));
    }
    for path in paths() {
        for is_known in [true, false] {
            let checks: Vec<Check<'_>> = all
                .iter()
                .map(|made| {
                    let Key { x, y, .. } = &made.key;
                    let name: [u8; 32] = [*x, *y].concat()[16..48].try_into().expect("32 bytes");
                    let by = if is_known { By::Known(&tables[&name]) } else { By::Unknown { x, y } };
                    Check { by, digest: made.digest, signature: &made.signature }
                })
                .collect();
            for (checks, all) in checks.chunks(batch).zip(all.chunks(batch)) {
                let answers = check(path, checks);
                assert_eq!(answers.len(), checks.len());
                for (at, (answer, made)) in answers.iter().zip(all).enumerate() {
                    let due = if made.right { Answer::Right } else { Answer::Wrong };
                    let Made { key, digest, signature, .. } = made;
                    assert_eq!(
                        *answer, due,
                        "{path:?} {is_known} {window} {at}: {:02x?} {digest:02x?} {signature:02x?}",
                        key.x
                    );
                }
            }
        }
    }
}

fn keys(source: &mut Source, count: usize) -> Vec<Scalar> {
    (0..count).map(|_| source.scalar()).collect()
}

#[test]
fn random_signatures_and_changed_ones() {
    let mut source = Source::new(1);
    let secrets = keys(&mut source, 3);
    let other = Key::of(&secrets[0]);
    for window in 4..=8 {
        let mut all = Vec::new();
        for secret in &secrets[1..] {
            for made in signed(&mut source, secret, 20) {
                all.push(made);
                all.push(mutated(&mut source, &made, &other));
            }
        }
        for made in all.iter().step_by(7) {
            assert_eq!(judged(made), made.right);
        }
        assert_all(&all, window, 80);
        assert_all(&all[..9], window, 1);
    }
}

#[test]
fn every_size_of_batch() {
    let mut source = Source::new(2);
    let secret = source.scalar();
    let key = Key::of(&secret);
    let table = Table::build(&key.x, &key.y, 5).expect("a table");
    let good = signed(&mut source, &secret, 300);
    for path in [Path::Library].into_iter().chain(paths()) {
        for size in (0..=40).chain([63, 64, 65, 127, 128, 129, 136, 255, 256, 257, 300]) {
            let checks: Vec<Check<'_>> = good
                .iter()
                .take(size)
                .map(|m| Check { by: By::Known(&table), digest: m.digest, signature: &m.signature })
                .collect();
            let due = if path == Path::Library { Answer::Undecided } else { Answer::Right };
            assert_eq!(check(path, &checks), vec![due; size], "{path:?}");
        }
    }
}

#[test]
fn one_wrong_among_right_ones_at_every_place() {
    let mut source = Source::new(3);
    let secret = source.scalar();
    let good = signed(&mut source, &secret, 17);
    for place in 0..good.len() {
        let mut all = good.clone();
        all[place].digest[31] ^= 1;
        all[place].right = false;
        assert_all(&all, 4, 17);
        // And one that the lanes give up, at each place: an r that may stand for r + n.
        all[place] = Made {
            signature: pair(&bytes(&Scalar::from(5_u64)), &good[place].signature[32..].try_into().expect("32")),
            ..all[place]
        };
        assert_all(&all, 4, 17);
        // And numbers that have no inverse, which must not spoil the inverses of their neighbours.
        for (r, s) in [([0; 32], [1; 32]), ([1; 32], [0; 32]), ([1; 32], order())] {
            all[place].signature = pair(&r, &s);
            assert_all(&all, 4, 17);
        }
    }
    // One signature in all places, right and wrong.
    for all in [[good[0]; 24], [Made { digest: good[1].digest, right: false, ..good[0] }; 24]] {
        assert_all(&all, 6, 24);
    }
}

#[test]
fn edges_of_r_and_s() {
    let mut source = Source::new(4);
    let n = order();
    let secrets = [Scalar::ONE, source.scalar()];
    let p_less_n = {
        // p - n = 2^256 mod n - 2^256 mod p, in numbers: known from the standard.
        let mut number = [0; 32];
        number[16..].copy_from_slice(&0x4319_0553_58e8_617b_0c46_353d_039c_daae_u128.to_be_bytes());
        number
    };
    let edges = [
        [0; 32],
        bytes(&Scalar::ONE),
        bytes(&Scalar::from(2_u64)),
        bytes(&-Scalar::from(2_u64)),
        bytes(&-Scalar::ONE),
        n,
        plus(&n, 1),
        p_less_n,
        plus(&p_less_n, 1),
        [0xff; 32],
    ];
    let mut all = Vec::new();
    for secret in &secrets {
        let key = Key::of(secret);
        for r in &edges {
            for s in &edges {
                for digest in [[0; 32], n, source.bytes()] {
                    let mut made = Made { key, digest, signature: pair(r, s), right: false };
                    made.right = judged(&made);
                    all.push(made);
                }
            }
        }
    }
    assert_all(&all, 5, 64);
}

#[test]
fn an_r_that_stands_for_an_x_above_the_order() {
    let mut source = Source::new(5);
    let n = order();
    let mut all = Vec::new();
    for more in 0..60 {
        for x in [plus(&n, more), plus(&[0; 32], more)] {
            // A point of that x, and the key under which it is the point of a signature: Q = (s R - z G) / r.
            let Some(point) = Option::<AffinePoint>::from(AffinePoint::decompress(&FieldBytes::from(x), 1.into()))
            else {
                continue;
            };
            let (r, s, digest) = (scalar(&x), source.scalar(), source.bytes());
            let Some(inverse) = Option::<Scalar>::from(r.invert()) else { continue };
            let key =
                Key::new((ProjectivePoint::from(point) * s - ProjectivePoint::GENERATOR * scalar(&digest)) * inverse);
            let made = Made { key, digest, signature: pair(&bytes(&r), &bytes(&s)), right: true };
            assert!(judged(&made));
            all.push(made);
            all.push(Made { signature: pair(&bytes(&(r + Scalar::ONE)), &bytes(&s)), right: false, ..made });
        }
    }
    assert!(all.len() > 60);
    assert_all(&all, 4, 32);
}

#[test]
fn numbers_that_are_right_but_for_the_order() {
    let mut source = Source::new(10);
    let add_order = |number: &[u8; 32]| {
        let mut sum = [0; 32];
        let mut carry = 0_u16;
        for ((slot, a), b) in sum.iter_mut().zip(number).zip(order()).rev() {
            carry += u16::from(*a) + u16::from(b);
            [_, *slot] = carry.to_be_bytes();
            carry >>= 8;
        }
        assert_eq!(carry, 0);
        sum
    };
    let mut all = Vec::new();
    for small in 1..6_u64 {
        // A small s is right with the digest s k - r d; s + n is the same number modulo n, and refused.
        let (secret, k, s) = (source.scalar(), source.scalar(), Scalar::from(small));
        let r = scalar(&Key::of(&k).x);
        let digest = bytes(&(s * k - r * secret));
        let key = Key::of(&secret);
        let made = Made { key, digest, signature: pair(&bytes(&r), &bytes(&s)), right: true };
        all.push(made);
        all.push(Made { signature: pair(&bytes(&r), &add_order(&bytes(&s))), right: false, ..made });
    }
    for x in 1..40_u8 {
        // And a small r, of a point of that x.
        let x = plus(&[0; 32], x);
        let point = Option::<AffinePoint>::from(AffinePoint::decompress(&FieldBytes::from(x), 0.into()));
        let Some(point) = point else { continue };
        let (r, s, digest) = (scalar(&x), source.scalar(), source.bytes());
        let inverse = Option::<Scalar>::from(r.invert()).expect("not zero");
        let key = Key::new((ProjectivePoint::from(point) * s - ProjectivePoint::GENERATOR * scalar(&digest)) * inverse);
        let made = Made { key, digest, signature: pair(&x, &bytes(&s)), right: true };
        all.push(made);
        all.push(Made { signature: pair(&add_order(&x), &bytes(&s)), right: false, ..made });
    }
    for made in &all {
        assert_eq!(judged(made), made.right);
    }
    assert_all(&all, 6, 32);
}

#[test]
fn sums_that_meet_on_the_way() {
    let mut source = Source::new(11);
    let mut all = Vec::new();
    for bits in 8..=14 {
        for _ in 0..3 {
            // The lowest digit of an odd u1 in digits of so many bits (see `digits`), and a u2 that comes to the same point or its
            // opposite; so the first addition of the generator's table meets what is there already.
            let mut u1 = source.bytes();
            u1[0] &= 0x7f;
            u1[31] |= 1;
            let low = u64::from(u16::from_be_bytes([u1[30], u1[31]])) + (u64::from(u1[29]) << 16);
            let digit = Scalar::from(2 * ((low >> 1) % (1 << bits))) - Scalar::from((1_u64 << bits) - 1);
            let (secret, u1) = (source.scalar(), scalar(&u1));
            let inverse = Option::<Scalar>::from(secret.invert()).expect("not zero");
            let key = Key::of(&secret);
            // With a table of 8 bits the whole u2 Q meets the whole u1 G last.
            for u2 in [digit, -digit, u1, -u1].map(|u2| u2 * inverse) {
                for sign in [u1, -u1] {
                    all.extend(by_factors(&key, &sign, &u2));
                    // The same with an r that the sum has not.
                    all.extend(with_any_r(&key, &sign, &u2, &source.scalar()));
                }
            }
        }
    }
    for made in all.iter().step_by(13) {
        assert_eq!(judged(made), made.right);
    }
    for (at, all) in all.chunks(100).enumerate() {
        assert_all(all, [8, 5][at % 2], 100);
    }
}

#[test]
fn digests_that_are_zero_modulo_the_order() {
    let mut source = Source::new(6);
    let mut all = Vec::new();
    for digest in [[0; 32], order()] {
        for _ in 0..5 {
            let key = Key::of(&source.scalar());
            let made = by_factors(&key, &Scalar::ZERO, &source.scalar()).expect("a signature");
            let made = Made { digest, ..made };
            assert!(judged(&made));
            all.push(made);
        }
    }
    assert_all(&all, 8, 10);
}

/// Scalars whose digits and sums are out of the ordinary.
fn strange_scalars() -> Vec<Scalar> {
    let mut all: Vec<Scalar> = [1_u64, 2, 3, 15, 16, 17, 255, 256, 257].map(Scalar::from).to_vec();
    let power_of_two = |power: usize| (0..power).fold(Scalar::ONE, |scalar, _| scalar + scalar);
    all.extend([4, 5, 6, 7, 8, 12, 64, 128, 200, 252, 255].map(power_of_two));
    // Halves, whose double is next to the order.
    all.push(Scalar::TWO_INV);
    all.push(Scalar::TWO_INV - Scalar::ONE);
    all.extend(all.clone().iter().map(|scalar| -scalar));
    all
}

#[test]
fn equal_and_opposite_points_and_strange_keys() {
    let mut source = Source::new(7);
    let mut all = Vec::new();
    let scalars = strange_scalars();
    for (at, secret) in scalars.iter().chain(&keys(&mut source, 3)).enumerate() {
        let key = Key::of(secret);
        let inverse = Option::<Scalar>::from(secret.invert()).expect("not zero");
        for u1 in scalars.iter().skip(at % 7).step_by(7).chain(&keys(&mut source, 2)) {
            // u1 G = u2 Q and u1 G = -u2 Q; and factors that have nothing to do with each other.
            let u2 = *u1 * inverse;
            all.extend(by_factors(&key, u1, &u2));
            all.extend(with_any_r(&key, u1, &-u2, &source.scalar()));
            all.extend(by_factors(&key, u1, &scalars[source.below(scalars.len())]));
        }
    }
    for made in all.iter().step_by(11) {
        assert_eq!(judged(made), made.right);
    }
    for (at, all) in all.chunks(96).enumerate() {
        assert_all(all, 4 + u32::try_from(at % 5).expect("small"), 96);
    }
}

#[test]
fn keys_at_the_edges_of_the_curve() {
    let mut source = Source::new(8);
    let mut all = Vec::new();
    // x = 0, 1, 2, .. and p - 1, p - 2, ..
    let p_less_300 = {
        let mut p = [0; 32];
        p[..4].fill(0xff);
        p[7] = 1;
        p[20..].fill(0xff);
        p[30] -= 1;
        p
    };
    for more in 0..=255 {
        for x in [plus(&[0; 32], more), plus(&p_less_300, more)] {
            let is_odd = more % 2;
            let point = Option::<AffinePoint>::from(AffinePoint::decompress(&FieldBytes::from(x), is_odd.into()));
            let Some(point) = point.filter(|_| !(8..=250).contains(&more)) else { continue };
            let key = Key::new(ProjectivePoint::from(point));
            let made = by_factors(&key, &source.scalar(), &source.scalar()).expect("a signature");
            assert!(judged(&made));
            all.extend([made, mutated(&mut source, &made, &Key::of(&Scalar::ONE))]);
        }
    }
    assert!(all.len() > 16);
    assert_all(&all, 8, 40);
}

#[test]
fn what_is_no_key_has_no_table_and_no_answer() {
    let mut source = Source::new(9);
    let secret = source.scalar();
    let made = signed(&mut source, &secret, 1)[0];
    let Key { x, y, .. } = made.key;
    for window in [0, 3, 9, 32] {
        assert!(Table::build(&x, &y, window).is_none());
    }
    let not_points = [(y, x), (x, plus(&y, 1)), ([0; 32], [0; 32]), ([0xff; 32], y), (x, [0xff; 32])];
    for (x, y) in &not_points {
        assert!(Table::build(x, y, 4).is_none());
        let by = By::Unknown { x, y };
        for path in paths() {
            let checks = vec![Check { by, digest: made.digest, signature: &made.signature }; 9];
            assert_eq!(check(path, &checks), vec![Answer::Undecided; 9]);
        }
    }
    assert_eq!(Table::build(&x, &y, 8).map(|table| table.bytes() / 1024), Some(256));
}
