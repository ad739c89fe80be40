//! Curve25519: is a point on the Edwards curve, and which X25519 key belongs to an Ed25519 key (RFC 7748, 4.1; RFC 8032, 5.1.3).
//!
//! Public values only; nothing here is constant in time, and no secret may come near it.

use crate::crypto::ed25519::field::Element;

const ONE: Element = Element::ONE;

/// `true` when the y coordinate in these 32 bytes has a point on the Edwards curve.
pub fn is_on_curve(encoded: &[u8; 32]) -> bool {
    // x^2 = (y^2 - 1) / (d y^2 + 1): a square exactly when numerator times denominator is one.
    let y2 = Element::from_bytes(encoded).square();
    let product = y2.minus(ONE).times(y2.times(Element::D).plus(ONE));
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
}
