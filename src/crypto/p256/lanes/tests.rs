//! The arithmetic in lanes against that of big integers and of 64-bit words.

use num_bigint::BigUint;

use super::super::digits::Digits;
use super::super::field::Fe;
use super::super::point::{Affine, Jacobian, to_affine};
use super::super::table::Multiples;
use super::super::tests::{Numbers, big, words};
use super::super::words::{N, P, Words, power_of_two};
use super::tree::{Forest, Point, sum_has_x};
use super::{order, prime, scalars};
use crate::crypto::lanes::avx512::{self, Eight};
use crate::crypto::lanes::limbs::{self, Constant, Limbs};

/// The limbs of eight numbers below 2^260.
#[target_feature(enable = "avx512f,avx512ifma")]
fn lanes(numbers: &[BigUint; 8]) -> Limbs {
    let limb = |at: u32| {
        let word = |n: &BigUint| u64::try_from((n >> (52 * at)) % (1_u64 << 52)).expect("52 bits");
        Eight::new(numbers.each_ref().map(word))
    };
    [limb(0), limb(1), limb(2), limb(3), limb(4)]
}

/// The number of each lane; the limbs must be whole.
#[target_feature(enable = "avx512f,avx512ifma")]
fn numbers(limbs: &Limbs) -> [BigUint; 8] {
    let limbs = limbs.map(|limb| limb.words());
    std::array::from_fn(|lane| {
        let limbs: Constant = limbs.map(|limb| limb[lane]);
        assert!(limbs.iter().all(|limb| *limb <= limbs::MASK));
        limbs.iter().rev().fold(BigUint::ZERO, |number, limb| (number << 52) + limb)
    })
}

fn draw(source: &mut Numbers, bound: &BigUint) -> [BigUint; 8] {
    std::array::from_fn(|_| {
        let number = source.number(260);
        // A third of them next to the bound or to 0.
        match source.below(6) {
            0 => bound - 1_u8 - number % 3_u8,
            1 => number % 3_u8,
            _ => number % bound,
        }
    })
}

fn r(modulus: &Words) -> BigUint {
    big(&power_of_two(260, modulus))
}

#[test]
fn products_and_squares() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let mut source = Numbers::new(1);
        for modulus in [&P, &N] {
            let (m, r) = (big(modulus), r(modulus));
            let four = &m * 4_u8;
            for _ in 0..300 {
                let (a, b) = (draw(&mut source, &four), draw(&mut source, &four));
                let (la, lb) = (lanes(&a), lanes(&b));
                let is_prime = *modulus == P;
                let product = if is_prime { prime::multiply(&la, &lb) } else { order::multiply(&la, &lb) };
                let square = if is_prime { prime::square(&la) } else { order::multiply(&la, &la) };
                for (lane, (product, square)) in numbers(&product).iter().zip(numbers(&square)).enumerate() {
                    assert_eq!(product * &r % &m, &a[lane] * &b[lane] % &m);
                    assert_eq!(&square * &r % &m, &a[lane] * &a[lane] % &m);
                    assert!(*product < &m * 2_u8 && square < &m * 2_u8);
                }
            }
        }
    }
    avx512::test(run);
}

#[test]
fn sums_within_products() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let mut source = Numbers::new(2);
        let (p, r) = (big(&P), r(&P));
        let (two, four) = (&p * 2_u8, &p * 4_u8);
        let bound = &p + (BigUint::from(1_u8) << 230);
        for _ in 0..300 {
            let (a, b) = (draw(&mut source, &four), draw(&mut source, &four));
            let (c, d) = (draw(&mut source, &two), draw(&mut source, &two));
            let (la, lb, lc, ld) = (lanes(&a), lanes(&b), lanes(&c), lanes(&d));
            // c - 8 d: as far below 0 as anything here goes.
            let far = limbs::subtract(&lc, &limbs::double(&limbs::double(&limbs::double(&ld))));
            let difference = limbs::subtract(&lc, &ld);
            let added = numbers(&prime::multiply_add(&la, &lb, &far));
            let squared = numbers(&prime::square_add(&la, &difference));
            for lane in 0..8 {
                let far = &c[lane] + &p * 16_u8 - &d[lane] * 8_u8;
                assert_eq!(&added[lane] * &r % &p, (&a[lane] * &b[lane] + far * &r) % &p);
                let near = &c[lane] + &two - &d[lane];
                assert_eq!(&squared[lane] * &r % &p, (&a[lane] * &a[lane] + near * &r) % &p);
                assert!(added[lane] < bound && squared[lane] < bound);
            }
        }
    }
    avx512::test(run);
}

#[test]
fn zero_is_found_in_every_form() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let p = big(&P);
        for times in 0..14_u8 {
            for lane in 0..8 {
                let mut numbers = std::array::from_fn(|_| &p * times + 1_u8);
                numbers[lane] -= 1_u8;
                assert_eq!(prime::is_zero(&lanes(&numbers)), 1 << lane);
            }
        }
    }
    avx512::test(run);
}

#[test]
fn inverses() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let mut source = Numbers::new(3);
        let (p, n) = (big(&P), big(&N));
        let one = BigUint::from(1_u8);
        for count in 1..20 {
            let a = draw(&mut source, &p).map(|a| if a == BigUint::ZERO { one.clone() } else { a });
            let inverses = numbers(&prime::invert(&lanes(&a)));
            for (a, inverse) in a.iter().zip(&inverses) {
                assert_eq!(a * inverse % &p, r(&P) * r(&P) % &p);
            }
            let s: Vec<[BigUint; 8]> = (0..count)
                .map(|_| draw(&mut source, &n).map(|s| if s == BigUint::ZERO { one.clone() } else { s }))
                .collect();
            let inverses = order::invert_all(&s.iter().map(|s| lanes(s)).collect::<Vec<_>>());
            assert_eq!(inverses.len(), count);
            for (s, inverses) in s.iter().zip(&inverses) {
                for (s, inverse) in s.iter().zip(&numbers(inverses)) {
                    assert_eq!(s * inverse % &n, r(&N));
                }
            }
        }
    }
    avx512::test(run);
}

#[test]
fn digits_are_those_of_one_scalar() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let mut source = Numbers::new(4);
        let n = big(&N);
        for window in 4..=14 {
            for _ in 0..10 {
                let k = draw(&mut source, &n);
                let mut places = Vec::new();
                scalars::places(&lanes(&k), window, &mut places);
                for (lane, k) in k.iter().enumerate() {
                    let digits: Vec<_> = Digits::new(&words(k), window).collect();
                    assert_eq!(digits.len(), places.len());
                    for (digit, place) in digits.iter().zip(&places) {
                        assert_eq!(u64::try_from(digit.index).expect("small"), place.index[lane]);
                        assert_eq!(digit.negative, place.negative & 1 << lane != 0);
                    }
                }
            }
        }
    }
    avx512::test(run);
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn points(of: &[Affine; 8]) -> Point {
    let form = |words: Words| big(&words);
    Point { x: lanes(&of.map(|p| form(p.x.to_table_form()))), y: lanes(&of.map(|p| form(p.y.to_table_form()))) }
}

#[test]
fn forests_add_up_and_lose_only_what_they_must() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        // i^2 G: no part of such a sum is another part of it, up to the sign.
        let generator = Multiples::build(&Affine::generator().expect("on the curve"), 4).expect("a table");
        let times = |i: usize| {
            let scalar = [u64::try_from(i).expect("small"), 0, 0, 0];
            let multiple = generator.add_multiple(Jacobian::INFINITY, &scalar).expect("whole");
            to_affine(&[multiple]).expect("not at infinity")[0]
        };
        for count in [2, 3, 4, 5, 7, 8, 13, 20] {
            // 1 + 2 + .. in every lane of two sums; lane 5 of the second has an equal or an opposite pair in it.
            let whole: Vec<Affine> = (1..=count).map(|i| times(i * i)).collect();
            for (at, equal) in [(1, true), (1, false), (count - 1, true), (count - 1, false)] {
                let mut bad = whole.clone();
                let partner = at & !(1 << at.trailing_zeros());
                // A pair that meets at the first level when `at` is odd; else at the level where `at` stands alone.
                let other = bad[partner];
                let is_direct = at % 2 == 1;
                if is_direct {
                    bad[at] = if equal { other } else { other.negative() };
                }
                let mut all = Vec::new();
                all.extend(whole.iter().map(|p| points(&[*p; 8])));
                all.extend((0..count).map(|i| {
                    let mut lanes = [whole[i]; 8];
                    lanes[5] = bad[i];
                    points(&lanes)
                }));
                let total = times(count * (count + 1) * (2 * count + 1) / 6);
                let x = lanes(&std::array::from_fn(|_| big(&total.x.to_table_form())));
                let other = lanes(&std::array::from_fn(|_| big(&Fe::ONE.to_table_form())));
                let given_up = if is_direct { 1 << 5 } else { 0 };
                let mut forest = Forest::new(2, count);
                for pair in all.chunks_exact(count).flat_map(|sum| sum.chunks(2)) {
                    forest.push(pair[0], pair.get(1).copied());
                }
                let ends = forest.last_pairs();
                assert_eq!(ends.len(), 2);
                for ((a, b, lost), given_up) in ends.iter().zip([0, given_up]) {
                    let (right, same) = sum_has_x(a, b, &x);
                    assert_eq!((right | given_up, same | lost), (0xff, given_up), "{count} {at}");
                    assert_eq!(sum_has_x(a, b, &other).0 & !given_up, 0);
                }
            }
        }
    }
    avx512::test(run);
}

#[test]
fn rows_become_lanes() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let mut source = Numbers::new(5);
        let rows: [[BigUint; 2]; 8] = std::array::from_fn(|_| std::array::from_fn(|_| source.number(256)));
        let whole = rows.each_ref().map(|[x, y]| {
            let ([x0, x1, x2, x3], [y0, y1, y2, y3]) = (words(x), words(y));
            [x0, x1, x2, x3, y0, y1, y2, y3]
        });
        let [x0, x1, x2, x3, y0, y1, y2, y3] = avx512::transpose(whole.each_ref());
        let (x, y) = (limbs::from_words([x0, x1, x2, x3]), limbs::from_words([y0, y1, y2, y3]));
        assert_eq!(numbers(&x), rows.each_ref().map(|[x, _]| x.clone()));
        assert_eq!(numbers(&y), rows.each_ref().map(|[_, y]| y.clone()));
        for (lane, [x, _]) in rows.iter().enumerate() {
            assert_eq!(limbs::words_of(&limbs::limbs_of(&words(x))), words(x), "{lane}");
        }
    }
    avx512::test(run);
}

#[test]
fn factors_of_a_signature() {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn run() {
        let mut source = Numbers::new(6);
        let n = big(&N);
        for _ in 0..50 {
            let (r, s) = (draw(&mut source, &n), draw(&mut source, &n).map(|s| s.max(BigUint::from(1_u8))));
            let z: [BigUint; 8] = std::array::from_fn(|_| source.number(256));
            let inverse = order::invert_all(&[lanes(&s)])[0];
            let (u1, u2) = scalars::factors(&lanes(&z), &lanes(&r), &inverse);
            for (lane, (u1, u2)) in numbers(&u1).iter().zip(numbers(&u2)).enumerate() {
                let inverse = s[lane].modinv(&n).unwrap_or_default();
                assert_eq!(*u1, &z[lane] * &inverse % &n);
                assert_eq!(u2, &r[lane] * &inverse % &n);
            }
        }
    }
    avx512::test(run);
}
