//! Curve25519: is a point on the Edwards curve, and which X25519 key belongs to an Ed25519 key (RFC 7748, 4.1; RFC 8032, 5.1.3).
//!
//! Public values only; nothing here is constant in time, and no secret may come near it.

/// Numbers modulo 2^255 - 19: five limbs of 51 bits, least significant first, each a little above 51 bits at most.
#[derive(Clone, Copy)]
struct Element([u64; 5]);

/// Bits of a limb.
const BITS: u32 = 51;
const MASK: u64 = (1 << BITS) - 1;

/// -121665/121666 (RFC 8032, 5.1).
const D: Element = Element([0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff]);
const ONE: Element = Element([1, 0, 0, 0, 0]);

/// `true` when the y coordinate in these 32 bytes has a point on the Edwards curve.
pub fn is_on_curve(encoded: &[u8; 32]) -> bool {
    // x^2 = (y^2 - 1) / (d y^2 + 1): a square exactly when numerator times denominator is one.
    let y2 = Element::from_bytes(encoded).square();
    let product = y2.minus(ONE).times(y2.times(D).plus(ONE));
    // Euler's criterion: z^((p - 1) / 2) = z^(2^254 - 10).
    let power = product.to_252_less_3().square().square().times(product.square());
    let power = power.to_bytes();
    power == ONE.to_bytes() || power == [0; 32]
}

/// The X25519 key of an Ed25519 key: u = (1 + y) / (1 - y).
pub fn x25519_of(ed25519: &[u8; 32]) -> [u8; 32] {
    let y = Element::from_bytes(ed25519);
    ONE.plus(y).times(ONE.minus(y).inverse()).to_bytes()
}

impl Element {
    /// The number in 32 little-endian bytes, without the highest bit.
    fn from_bytes(bytes: &[u8; 32]) -> Element {
        let mut limbs = [0_u64; 5];
        let (mut buffer, mut held) = (0_u128, 0_u32);
        let mut bytes = bytes.iter();
        for limb in &mut limbs {
            while held < BITS {
                buffer |= bytes.next().map_or(0, |byte| u128::from(*byte)) << held;
                held += 8;
            }
            *limb = low(buffer);
            buffer >>= BITS;
            held -= BITS;
        }
        Element(limbs)
    }

    /// The one number below the prime, little-endian.
    fn to_bytes(self) -> [u8; 32] {
        let [mut a, mut b, mut c, mut d, mut e] = self.plus(Element([0; 5])).0;
        // 1 when the number is the prime or above.
        let mut over = a.wrapping_add(19) >> BITS;
        for limb in [b, c, d, e] {
            over = (limb + over) >> BITS;
        }
        a += 19 * over;
        b += a >> BITS;
        c += b >> BITS;
        d += c >> BITS;
        e += d >> BITS;
        let mut out = [0; 32];
        let (mut buffer, mut held) = (0_u128, 0_u32);
        let mut limbs = [a, b, c, d, e].into_iter();
        for byte in &mut out {
            if held < 8 {
                buffer |= u128::from(limbs.next().unwrap_or_default() & MASK) << held;
                held += BITS;
            }
            *byte = u8::try_from(buffer & 0xff).unwrap_or_default();
            buffer >>= 8;
            held = held.saturating_sub(8);
        }
        out
    }

    fn plus(self, other: Element) -> Element {
        let (Element([a, b, c, d, e]), Element([f, g, h, i, j])) = (self, other);
        Element::carried([a + f, b + g, c + h, d + i, e + j].map(u128::from))
    }

    fn minus(self, other: Element) -> Element {
        let (Element([a, b, c, d, e]), Element([f, g, h, i, j])) = (self, other);
        // Sixteen times the prime keeps each limb above zero.
        let (first, rest) = (16 * (MASK - 18), 16 * MASK);
        Element::carried([a + first - f, b + rest - g, c + rest - h, d + rest - i, e + rest - j].map(u128::from))
    }

    fn times(self, other: Element) -> Element {
        let ([a, b, c, d, e], [f, g, h, i, j]) = (self.0.map(u128::from), other.0.map(u128::from));
        // What passes 2^255 comes back nineteen times.
        let [g19, h19, i19, j19] = [g, h, i, j].map(|limb| limb * 19);
        Element::carried([
            a * f + b * j19 + c * i19 + d * h19 + e * g19,
            a * g + b * f + c * j19 + d * i19 + e * h19,
            a * h + b * g + c * f + d * j19 + e * i19,
            a * i + b * h + c * g + d * f + e * j19,
            a * j + b * i + c * h + d * g + e * f,
        ])
    }

    fn square(self) -> Element {
        self.times(self)
    }

    fn squared(self, times: u32) -> Element {
        (0..times).fold(self, |element, _| element.square())
    }

    /// z^(2^252 - 3), the power that square roots and inverses are made of.
    fn to_252_less_3(self) -> Element {
        let to_9 = self.squared(3).times(self);
        let to_11 = to_9.times(self.square());
        // `ones_n` is the power 2^n - 1.
        let ones_5 = to_11.square().times(to_9);
        let ones_10 = ones_5.squared(5).times(ones_5);
        let ones_20 = ones_10.squared(10).times(ones_10);
        let ones_40 = ones_20.squared(20).times(ones_20);
        let ones_50 = ones_40.squared(10).times(ones_10);
        let ones_100 = ones_50.squared(50).times(ones_50);
        let ones_200 = ones_100.squared(100).times(ones_100);
        let ones_250 = ones_200.squared(50).times(ones_50);
        ones_250.squared(2).times(self)
    }

    /// z^(p - 2); zero for zero.
    fn inverse(self) -> Element {
        self.to_252_less_3().squared(3).times(self.square().times(self))
    }

    /// Limbs of up to 115 bits, carried back to 51 and a little.
    fn carried(limbs: [u128; 5]) -> Element {
        let mut out = [0_u64; 5];
        let mut carry = 0_u128;
        for (limb, wide) in out.iter_mut().zip(limbs) {
            let sum = wide + carry;
            *limb = low(sum);
            carry = sum >> BITS;
        }
        // The carry is below 2^65, nineteen times it below 2^70: one more round brings it down.
        let [first, second, ..] = &mut out;
        let sum = u128::from(*first) + carry * 19;
        *first = low(sum);
        *second += u64::try_from(sum >> BITS).unwrap_or_default();
        Element(out)
    }
}

/// The lowest limb.
fn low(number: u128) -> u64 {
    u64::try_from(number & u128::from(MASK)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::own_keys::{OwnKey, Signer};
    use crate::encoding::base58;

    fn key(text: &str) -> [u8; 32] {
        base58::decode(text).expect("base58").try_into().expect("32 bytes")
    }

    /// Pairs of keys as did:key documents publish them.
    #[test]
    fn published_pairs() {
        for (ed25519, x25519) in [
            ("4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS", "7By6kV2t2d188odEM4ExAve1UithKT6dLva4dwsDT3ak"),
            ("6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt", "FcoNC5NqP9CePWbhfz95iHaEsCjGkZUioK9Ck7Qiw286"),
            ("8pM1DN3RiT8vbom5u1sNryaNT1nyL8CTTW3b5PwWXRBH", "A5fe37PAxhX5WNKngBpGHhC1KpNE7nwbK9oX2tqwxYxU"),
            ("HPYVwAQmskwT1qEEeRzhoomyfyupJGASQQtCXSNG8XS2", "7ocvdvQinfqtyQ3Dh9aA7ggoVCQkmfaoueZazHETDv3B"),
        ] {
            assert!(is_on_curve(&key(ed25519)));
            assert_eq!(x25519_of(&key(ed25519)), key(x25519));
        }
    }

    #[test]
    fn every_second_number_has_a_point() {
        for _ in 0..20 {
            let (own, _) = OwnKey::generate_ed25519().expect("a key");
            let encoded: [u8; 32] = own.public_key().ed25519_bytes().expect("Ed25519").try_into().expect("32 bytes");
            assert!(is_on_curve(&encoded));
        }
        // RFC 8032 has no such list; these y have no x (computed with integers of any size).
        for y in NO_POINT {
            let mut encoded = [0; 32];
            encoded[0] = y;
            assert!(!is_on_curve(&encoded), "{y}");
        }
        for y in ON_CURVE {
            let mut encoded = [0; 32];
            encoded[0] = y;
            assert!(is_on_curve(&encoded), "{y}");
        }
    }

    const NO_POINT: [u8; 6] = [2, 7, 8, 11, 12, 13];
    const ON_CURVE: [u8; 6] = [3, 4, 5, 6, 9, 10];

    #[test]
    fn bytes_come_back_reduced() {
        let mut prime = [0xff; 32];
        (prime[0], prime[31]) = (0xed, 0x7f);
        assert_eq!(Element::from_bytes(&prime).to_bytes(), [0; 32]);
        prime[0] = 0xec;
        assert_eq!(Element::from_bytes(&prime).to_bytes(), prime);
        let seven = Element([7, 0, 0, 0, 0]);
        assert_eq!(seven.times(seven.inverse()).to_bytes(), ONE.to_bytes());
        assert_eq!(ONE.minus(seven).plus(seven).to_bytes(), ONE.to_bytes());
    }
}
