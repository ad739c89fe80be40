//! What the tables say, against the crypto library in use and against numbers of any size.

use aws_lc_rs::signature::{ED25519, ParsedPublicKey};
use num_bigint::BigUint;

use super::*;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::random::random_bytes;

const ORDER: &str = "7237005577332262213973186563042994240857116359379907606001950938285454250989";

fn order() -> BigUint {
    ORDER.parse().expect("a number")
}

fn bytes_32(number: &BigUint) -> [u8; 32] {
    let mut bytes = number.to_bytes_le();
    bytes.resize(32, 0);
    bytes.try_into().expect("32 bytes")
}

fn scalar(number: &BigUint) -> Scalar {
    Scalar::canonical(&bytes_32(&(number % order()))).expect("below the order")
}

fn encoded(point: &Point) -> [u8; 32] {
    point.encode_with(point.z().inverse())
}

/// The base point times that number.
fn times_base(number: &BigUint) -> Point {
    base_multiples().expect("a table").add_multiple(Point::NEUTRAL, &scalar(number)).expect("a point")
}

fn drawn() -> BigUint {
    BigUint::from_bytes_le(&random_bytes::<64>()) % order()
}

/// What the crypto library in use says, with the rule that it does not have.
fn library(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ed25519_rule::takes(signature.first_chunk().expect("32 bytes"))
        && ParsedPublicKey::new(&ED25519, key)
            .is_ok_and(|parsed| parsed.verify_sig(message, signature.as_slice()).is_ok())
}

fn by_table(key: &[u8; 32], window: u32, message: &[u8], signature: &[u8; 64]) -> bool {
    let table = Table::build(key, window).expect("a table");
    let one = Check { table: &table, key, message, signature };
    let answers = check(&[one], false);
    // The same several times over goes through the lanes, where there are any.
    assert_eq!(check(&[one; 3], true), [answers[0]; 3]);
    answers == [true]
}

#[test]
fn says_what_the_library_says_of_right_and_changed_signatures() {
    for round in 0..24_usize {
        let (own, _) = OwnKey::generate_ed25519().expect("a key");
        let key: [u8; 32] = own.public_key().ed25519_bytes().expect("Ed25519").try_into().expect("32 bytes");
        let message = vec![7; round * 19];
        let right: [u8; 64] = own.sign(&message).expect("signed").try_into().expect("64 bytes");
        let window = [2, 4, 5, 8][round % 4];
        assert!(by_table(&key, window, &message, &right) && library(&key, &message, &right));
        let table = Table::build(&key, window).expect("a table");
        let changed: Vec<[u8; 64]> = (0..512)
            .map(|bit| {
                let mut changed = right;
                changed[bit / 8] ^= 1 << (bit % 8);
                changed
            })
            .collect();
        // Right ones among wrong ones, all in one call.
        let all: Vec<&[u8; 64]> = changed.iter().flat_map(|changed| [changed, &right]).collect();
        let checks: Vec<Check<'_>> =
            all.iter().map(|signature| Check { table: &table, key: &key, message: &message, signature }).collect();
        assert_eq!(check(&checks, true), check(&checks, false));
        for (signature, answer) in all.iter().zip(check(&checks, true)) {
            assert_eq!(answer, *signature == &right);
            assert_eq!(answer, library(&key, &message, signature));
        }
        let mut longer = message.clone();
        longer.push(0);
        assert!(!by_table(&key, window, &longer, &right) && !library(&key, &longer, &right));
    }
    assert_eq!(check(&[], true), [] as [bool; 0]);
}

/// S + L solves the same equation, and is another writing of the same signature.
#[test]
fn a_scalar_is_below_the_order() {
    let (own, _) = OwnKey::generate_ed25519().expect("a key");
    let key: [u8; 32] = own.public_key().ed25519_bytes().expect("Ed25519").try_into().expect("32 bytes");
    let right: [u8; 64] = own.sign(b"message").expect("signed").try_into().expect("64 bytes");
    let s = BigUint::from_bytes_le(&right[32..]);
    for times in 1_u32..16 {
        let larger = &s + order() * times;
        if larger.bits() > 256 {
            break;
        }
        let mut signature = right;
        signature[32..].copy_from_slice(&bytes_32(&larger));
        assert!(!by_table(&key, 5, b"message", &signature) && !library(&key, b"message", &signature));
    }
}

/// Keys with a part of small order: the cofactor is not multiplied away, and k is a number, not a class modulo the order.
#[test]
fn keys_of_mixed_order() {
    let eighth = Point::decode(&[
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ])
    .expect("a point of order eight");
    let twice = eighth.plus(&eighth);
    let fourth = twice.plus(&twice);
    assert_eq!(encoded(&fourth.plus(&fourth)), encoded(&Point::NEUTRAL));
    let mut taken = 0;
    for round in 0..200_u32 {
        let (a, r) = (drawn(), drawn());
        let torsion = [eighth, twice, fourth][usize::try_from(round % 3).expect("small")];
        let key = encoded(&times_base(&a).plus(&torsion));
        let commitment = encoded(&times_base(&r));
        let message = round.to_le_bytes();
        let k = BigUint::from_bytes_le(&sha512_of(&[&commitment, &key, &message])) % order();
        let s = bytes_32(&((r + k * a) % order()));
        let signature: [u8; 64] = [commitment, s].concat().try_into().expect("64 bytes");
        let answer = by_table(&key, 4, &message, &signature);
        assert_eq!(answer, library(&key, &message, &signature), "{round}");
        taken += u32::from(answer);
    }
    assert!((20..100).contains(&taken), "some k are multiples of the small order, most are not: {taken}");
}

#[test]
fn digits_of_every_value_at_every_place() {
    let (own, _) = OwnKey::generate_ed25519().expect("a key");
    let key: [u8; 32] = own.public_key().ed25519_bytes().expect("Ed25519").try_into().expect("32 bytes");
    let point = Point::decode(&key).expect("a point");
    let multiples = Multiples::build(&point, 5).expect("a table");
    let small = Multiples::build(&point, 2).expect("a table");
    for place in (0..250_u32).step_by(5) {
        for digit in [0_u32, 1, 15, 16, 17, 31] {
            let number = BigUint::from(digit) << place;
            let of = |multiples: &Multiples| {
                encoded(&multiples.add_multiple(Point::NEUTRAL, &scalar(&number)).expect("a point"))
            };
            assert_eq!(of(&multiples), of(&small), "{digit} at {place}");
        }
    }
    // One after the other: 1000 points, added one by one.
    let mut sum = Point::NEUTRAL;
    for number in 0_u32..1_000 {
        assert_eq!(encoded(&times_base(&BigUint::from(number))), encoded(&sum), "{number}");
        sum = sum.plus(&Point::base().expect("the base"));
    }
    assert_eq!(
        encoded(&times_base(&(order() - 1_u32)).plus(&Point::base().expect("the base"))),
        encoded(&Point::NEUTRAL)
    );
}

#[test]
fn what_is_no_point_has_no_table() {
    for y in [2_u8, 7, 8, 11, 12, 13] {
        let mut encoded = [0; 32];
        encoded[0] = y;
        assert!(Table::build(&encoded, 5).is_none(), "{y}");
    }
    let base = encoded(&Point::base().expect("the base"));
    assert_eq!(Point::decode(&base).map(|point| encoded(&point)), Some(base));
    assert!(Table::build(&base, 1).is_none() && Table::build(&base, 17).is_none());
    assert_eq!(Table::build(&base, 8).map(|table| table.bytes()), Some(32 * 128 * 128));
}
