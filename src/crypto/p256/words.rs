//! Numbers of 256 bits as four 64-bit words, the lowest first, and the constants of P-256 (FIPS 186-5, SP 800-186 section 3.2.1.3).
//!
//! What can be computed from the two moduli is computed by the compiler, not typed in.

/// Four words, the lowest first.
pub type Words = [u64; 4];

/// The prime of the field: 2^256 - 2^224 + 2^192 + 2^96 - 1.
pub const P: Words = [0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0, 0xffff_ffff_0000_0001];
/// The order of the group, a prime.
pub const N: Words = [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000];
/// p - n: an r below this may stand for an x coordinate of r + n.
pub const P_MINUS_N: Words = subtract(P, N).0;

/// a + b, and whether it went over 2^256.
#[inline(always)]
pub const fn add(a: Words, b: Words) -> (Words, bool) {
    let [a0, a1, a2, a3] = a;
    let [b0, b1, b2, b3] = b;
    let (r0, carry) = add_word(a0, b0, false);
    let (r1, carry) = add_word(a1, b1, carry);
    let (r2, carry) = add_word(a2, b2, carry);
    let (r3, carry) = add_word(a3, b3, carry);
    ([r0, r1, r2, r3], carry)
}

/// a - b modulo 2^256, and whether b was larger.
#[inline(always)]
pub const fn subtract(a: Words, b: Words) -> (Words, bool) {
    let [a0, a1, a2, a3] = a;
    let [b0, b1, b2, b3] = b;
    let (r0, borrow) = subtract_word(a0, b0, false);
    let (r1, borrow) = subtract_word(a1, b1, borrow);
    let (r2, borrow) = subtract_word(a2, b2, borrow);
    let (r3, borrow) = subtract_word(a3, b3, borrow);
    ([r0, r1, r2, r3], borrow)
}

// The standard library has these two, but not yet for the compiler's own computations.
#[inline(always)]
const fn add_word(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, over) = a.overflowing_add(b);
    let (sum, again) = sum.overflowing_add(carry as u64);
    (sum, over | again)
}

#[inline(always)]
const fn subtract_word(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, under) = a.overflowing_sub(b);
    let (difference, again) = difference.overflowing_sub(borrow as u64);
    (difference, under | again)
}

/// a * digit.
#[inline(always)]
pub fn times(a: &Words, digit: u64) -> [u64; 5] {
    let [a0, a1, a2, a3] = *a;
    let (r0, h0) = digit.carrying_mul(a0, 0);
    let (l1, h1) = digit.carrying_mul(a1, 0);
    let (l2, h2) = digit.carrying_mul(a2, 0);
    let (l3, h3) = digit.carrying_mul(a3, 0);
    let (r1, carry) = l1.carrying_add(h0, false);
    let (r2, carry) = l2.carrying_add(h1, carry);
    let (r3, carry) = l3.carrying_add(h2, carry);
    [r0, r1, r2, r3, h3 + u64::from(carry)]
}

/// Whether a < b.
#[inline(always)]
pub const fn less(a: &Words, b: &Words) -> bool {
    subtract(*a, *b).1
}

/// Whether it is 0.
#[inline(always)]
pub const fn is_zero(a: &Words) -> bool {
    let [a0, a1, a2, a3] = *a;
    a0 | a1 | a2 | a3 == 0
}

/// `a`, with `high` * 2^256 on top, minus the modulus if it is not smaller. Below the modulus if it was below twice that.
#[inline(always)]
pub const fn reduce_once(a: Words, high: bool, modulus: &Words) -> Words {
    let (less, borrow) = subtract(a, *modulus);
    choose(borrow && !high, a, less)
}

/// Without a jump, which a processor would guess wrongly half of the time.
#[inline(always)]
const fn choose(first: bool, a: Words, b: Words) -> Words {
    let mask = (first as u64).wrapping_neg();
    let [a0, a1, a2, a3] = a;
    let [b0, b1, b2, b3] = b;
    [b0 ^ (a0 ^ b0) & mask, b1 ^ (a1 ^ b1) & mask, b2 ^ (a2 ^ b2) & mask, b3 ^ (a3 ^ b3) & mask]
}

/// a + b modulo the modulus; both are below it.
#[inline(always)]
pub const fn add_modulo(a: Words, b: Words, modulus: &Words) -> Words {
    let (sum, carry) = add(a, b);
    reduce_once(sum, carry, modulus)
}

/// a - b modulo the modulus; both are below it.
#[inline(always)]
pub const fn subtract_modulo(a: Words, b: Words, modulus: &Words) -> Words {
    let (difference, borrow) = subtract(a, b);
    let [m0, m1, m2, m3] = *modulus;
    let mask = (borrow as u64).wrapping_neg();
    add(difference, [m0 & mask, m1 & mask, m2 & mask, m3 & mask]).0
}

/// 2^`exponent` modulo the modulus.
pub const fn power_of_two(exponent: u32, modulus: &Words) -> Words {
    let mut power = [1, 0, 0, 0];
    let mut done = 0;
    while done < exponent {
        power = add_modulo(power, power, modulus);
        done += 1;
    }
    power
}

/// -1 / `odd` modulo 2^64.
pub const fn negative_inverse(odd: u64) -> u64 {
    // Each step of Newton's doubles the bits that are right; an odd number is its own inverse modulo 8.
    let mut inverse = odd;
    let mut right = 3;
    while right < 64 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        right *= 2;
    }
    inverse.wrapping_neg()
}

/// The number of 32 big-endian bytes.
pub fn from_be_bytes(bytes: &[u8; 32]) -> Words {
    let mut words = [0; 4];
    let (eights, _) = bytes.as_chunks::<8>();
    for (word, eight) in words.iter_mut().rev().zip(eights) {
        *word = u64::from_be_bytes(*eight);
    }
    words
}

/// The two numbers of 64 big-endian bytes.
pub fn pair_from_be_bytes(bytes: &[u8; 64]) -> (Words, Words) {
    let (halves, _) = bytes.as_chunks::<32>();
    let mut words = halves.iter().map(from_be_bytes);
    (words.next().unwrap_or_default(), words.next().unwrap_or_default())
}
