//! The field in lanes against numbers of any size, at its bounds.

use num_bigint::BigUint;

use super::prime;
use crate::crypto::lanes::avx512::{self, Eight};
use crate::crypto::lanes::limbs::{Limbs, MASK};
use crate::crypto::random::random_bytes;

fn modulus() -> BigUint {
    (BigUint::from(1_u8) << 255) - 19_u8
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn lanes(numbers: &[BigUint; 8]) -> Limbs {
    let limb = |at: u32| {
        let word = |n: &BigUint| u64::try_from((n >> (52 * at)) % (1_u64 << 52)).expect("52 bits");
        Eight::new(numbers.each_ref().map(word))
    };
    [limb(0), limb(1), limb(2), limb(3), limb(4)]
}

/// The number of each lane, of which only the lower 52 bits of the lower limbs count.
#[target_feature(enable = "avx512f,avx512ifma")]
fn numbers(limbs: &Limbs) -> [BigUint; 8] {
    let limbs = limbs.map(|limb| limb.words());
    std::array::from_fn(|lane| {
        let of = limbs.iter().map(|limb| limb[lane]).rev().enumerate();
        of.fold(BigUint::ZERO, |number, (at, limb)| (number << 52) + if at == 0 { limb } else { limb & MASK })
    })
}

/// Numbers below the bound, many of them next to it, to zero, or to a multiple of the prime.
fn draw(bound: &BigUint) -> [BigUint; 8] {
    std::array::from_fn(|_| {
        let number = BigUint::from_bytes_le(&random_bytes::<40>());
        let [kind, ..] = random_bytes::<1>();
        match kind % 6 {
            0 => bound - 1_u8 - number % 40_u8,
            1 => number % 40_u8,
            2 => (modulus() * (&number % 3_u8) + number % 40_u8) % bound,
            3 => (BigUint::from(1_u8) << 255) - number % 40_u8,
            _ => number % bound,
        }
    })
}

#[test]
fn counts_as_numbers_do() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let factor = BigUint::from(1_u8) << 258;
        let result = (BigUint::from(1_u8) << 255) + (BigUint::from(1_u8) << 211);
        let m = modulus();
        for _ in 0..2_000 {
            let (a, b) = (draw(&factor), draw(&factor));
            let (la, lb) = (lanes(&a), lanes(&b));
            let product = numbers(&prime::multiply(&la, &lb));
            let square = numbers(&prime::square(&la));
            for lane in 0..8 {
                assert!(product[lane] < result && square[lane] < result);
                assert_eq!(&product[lane] % &m, &a[lane] * &b[lane] % &m);
                assert_eq!(&square[lane] % &m, &a[lane] * &a[lane] % &m);
            }
            // What comes of sums and differences of results is good as a factor again.
            let (c, d) = (draw(&result), draw(&result));
            let (lc, ld) = (lanes(&c), lanes(&d));
            let sum = numbers(&prime::sum(&lc, &ld));
            let difference = numbers(&prime::difference(&lc, &ld));
            let negative = numbers(&prime::negative_where(&lc, 0b1010_1010));
            let below = numbers(&prime::below_2_255(&lc));
            for lane in 0..8 {
                assert_eq!(&sum[lane] % &m, (&c[lane] + &d[lane]) % &m);
                assert_eq!(&difference[lane] % &m, (&c[lane] + &m * 4_u8 - &d[lane]) % &m);
                assert!(difference[lane] < factor && sum[lane] < factor && negative[lane] < factor);
                let due = if lane % 2 == 1 { &m * 4_u8 - &c[lane] } else { c[lane].clone() };
                assert_eq!(&negative[lane] % &m, due % &m);
                assert!(below[lane].bits() <= 255);
                assert_eq!(&below[lane] % &m, &c[lane] % &m);
            }
        }
        let a = draw(&result);
        let inverse = numbers(&prime::invert(&lanes(&a)));
        for lane in 0..8 {
            let due = BigUint::from(u8::from(&a[lane] % &m != BigUint::ZERO));
            assert_eq!(&inverse[lane] * &a[lane] % &m, due);
        }
    }
    avx512::test(run);
}
