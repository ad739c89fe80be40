//! The arithmetic in 64-bit words against that of big integers.

use num_bigint::BigUint;

use super::digits::{self, Digits};
use super::field::{self, Fe};
use super::order;
use super::point::{Affine, Jacobian, add_pairs, to_affine};
use super::table::Multiples;
use super::words::{N, P, Words};

/// Numbers that look random and are the same each time (splitmix64).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed)
    }

    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.word() % bound
    }

    /// Of so many bits; some words of it all ones or all zeros, where carries go wrong if anywhere.
    pub fn number(&mut self, bits: u32) -> BigUint {
        let mut number = BigUint::ZERO;
        for _ in 0..bits.div_ceil(64) {
            let word = match self.below(8) {
                0 => 0,
                1 => u64::MAX,
                _ => self.word(),
            };
            number = (number << 64) + word;
        }
        number % (BigUint::from(1_u8) << bits)
    }
}

pub fn big(words: &Words) -> BigUint {
    words.iter().rev().fold(BigUint::ZERO, |number, word| (number << 64) + *word)
}

pub fn words(number: &BigUint) -> Words {
    let mut digits = number.iter_u64_digits();
    std::array::from_fn(|_| digits.next().unwrap_or(0))
}

/// Numbers below the modulus: edges, then random ones.
fn samples(seed: u64, modulus: &Words, count: usize) -> Vec<BigUint> {
    let modulus = big(modulus);
    let mut source = Numbers::new(seed);
    let edges = (0..3_u8)
        .flat_map(|i| [BigUint::from(i), &modulus - 1_u8 - i, BigUint::from(1_u8) << (84 * i), &modulus >> (i + 1)]);
    let mut all: Vec<BigUint> = edges.collect();
    all.extend(std::iter::repeat_with(|| source.number(256) % &modulus).take(count));
    all
}

#[test]
fn the_field_agrees_with_big_integers() {
    let p = big(&P);
    let all = samples(10, &P, 60);
    for a in &all {
        let fa = Fe::from_words(&words(a)).expect("below p");
        assert_eq!(big(&fa.to_words()), *a);
        assert_eq!(Fe::from_table_form(&fa.to_table_form()), fa);
        assert_eq!(big(&fa.to_table_form()), (a << 260) % &p);
        assert_eq!(big(&fa.negative().to_words()), (&p - a) % &p);
        assert_eq!(big(&fa.square().to_words()), a * a % &p);
        assert_eq!(big(&fa.double().to_words()), a * 2_u8 % &p);
        assert_eq!(fa.is_zero(), *a == BigUint::ZERO);
        assert_eq!(big(&fa.invert().to_words()), a.modinv(&p).unwrap_or_default());
        assert_eq!(big(&field::invert_words(&words(a))), a.modinv(&p).unwrap_or_default());
        for b in &all {
            let fb = Fe::from_words(&words(b)).expect("below p");
            assert_eq!(big(&fa.add(&fb).to_words()), (a + b) % &p);
            assert_eq!(big(&fa.subtract(&fb).to_words()), (a + &p - b) % &p);
            assert_eq!(big(&fa.multiply(&fb).to_words()), a * b % &p);
        }
    }
    for above in [p.clone(), &p + 1_u8, (BigUint::from(1_u8) << 256) - 1_u8] {
        assert_eq!(Fe::from_words(&words(&above)), None);
    }
}

#[test]
fn the_order_agrees_with_big_integers() {
    let n = big(&N);
    let r = BigUint::from(1_u8) << 256;
    let all = samples(11, &N, 60);
    for a in &all {
        assert_eq!(big(&order::invert_words(&words(a))), a.modinv(&n).unwrap_or_default());
        for b in &all {
            assert_eq!(big(&order::multiply(&words(a), &words(b))) * &r % &n, a * b % &n);
        }
        // Also from above the order, as digests are.
        let above = &r - 1_u8 - a % 1000_u32;
        assert_eq!(big(&order::to_montgomery(&words(&above))), &above * &r % &n);
    }
}

#[test]
fn many_inversions_agree_with_big_integers() {
    let mut source = Numbers::new(12);
    for _ in 0..2000 {
        let x = source.number(256);
        let (in_p, in_n) = (&x % big(&P), &x % big(&N));
        assert_eq!(big(&field::invert_words(&words(&in_p))), in_p.modinv(&big(&P)).unwrap_or_default());
        assert_eq!(big(&order::invert_words(&words(&in_n))), in_n.modinv(&big(&N)).unwrap_or_default());
    }
}

#[test]
fn digits_add_up_to_their_scalar() {
    let n = big(&N);
    for window in 2..=16 {
        for k in samples(13, &N, 20) {
            // Modulo n, with negative digits as n - |d|.
            let mut sum = BigUint::ZERO;
            for (place, digit) in (0..).zip(Digits::new(&words(&k), window)) {
                assert!(digit.index < 1 << (window - 1));
                let value = (BigUint::from(2 * digit.index + 1) << (window * place)) % &n;
                sum += if digit.negative { &n - value } else { value };
            }
            assert_eq!(sum % &n, k, "{window}");
            assert_eq!(Digits::new(&words(&k), window).count(), usize::try_from(digits::count(window)).expect("small"));
        }
    }
}

#[test]
fn additions_are_right_for_equal_opposite_and_infinite_points() {
    let g = Affine::generator().expect("on the curve");
    let two = g.to_jacobian().double();
    let affine = |point: &Jacobian| to_affine(&[*point]).map(|points| points[0]);
    let two_affine = affine(&two).expect("not at infinity");
    assert_eq!(affine(&g.to_jacobian().add_affine(&g)), Some(two_affine));
    assert_eq!(affine(&two.add_affine(&g)), add_pairs(&[(g, two_affine)]).map(|sums| sums[0]));
    assert!(g.to_jacobian().add_affine(&g.negative()).is_infinity());
    assert!(two.add_affine(&two_affine.negative()).is_infinity());
    assert!(Jacobian::INFINITY.double().is_infinity());
    assert_eq!(affine(&Jacobian::INFINITY.add_affine(&g)), Some(g));
    assert_eq!(affine(&Jacobian::INFINITY), None);
    assert_eq!(add_pairs(&[(g, two_affine), (g, g.negative())]), None);
    // The curve's order is that of the generator: n G is infinity, whichever way digits reach it.
    let table = Multiples::build(&g, 5).expect("a table");
    assert!(table.add_multiple(Jacobian::INFINITY, &[0; 4]).expect("whole").is_infinity());
    assert!(table.add_multiple(two, &words(&(big(&N) - 2_u8))).expect("whole").is_infinity());
}

#[test]
fn every_entry_of_a_table_is_its_multiple() {
    let g = Affine::generator().expect("on the curve");
    for window in 4..=8 {
        let table = Multiples::build(&g, window).expect("a table");
        let half = 1 << (window - 1);
        let mut base = g.to_jacobian();
        for row in table.entries().chunks_exact(half) {
            let mut multiple = base;
            let twice = to_affine(&[base.double()]).expect("not at infinity")[0];
            for entry in row {
                assert_eq!(to_affine(&[multiple]).expect("not at infinity")[0], entry.point());
                multiple = multiple.add_affine(&twice);
            }
            for _ in 0..window {
                base = base.double();
            }
        }
    }
    assert!(Multiples::build(&g, 1).is_none() && Multiples::build(&g, 17).is_none());
}

#[test]
fn only_points_of_the_curve_are_points() {
    let g = Affine::generator().expect("on the curve");
    let (x, y) = (g.x.to_words(), g.y.to_words());
    assert_eq!(Affine::from_words(&x, &y), Some(g));
    assert_eq!(Affine::from_words(&y, &x), None);
    assert_eq!(Affine::from_words(&x, &x), None);
    assert_eq!(Affine::from_words(&[0; 4], &[0; 4]), None);
    assert_eq!(Affine::from_words(&P, &y), None);
    // x + p names the same x modulo p, and is refused all the same; so x = 5 is found first.
    assert_eq!(Affine::from_words(&words(&(big(&P) + 5_u8)), &y), None);
}
