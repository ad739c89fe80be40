//! Tests of public keys: points, numbers, thumbprints.

use super::*;
use crate::crypto::bbs::own::OwnBbsKey;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
}

/// The generator of P-256 (SEC 2).
fn generator() -> (Vec<u8>, Vec<u8>) {
    (
        bytes("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        bytes("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"),
    )
}

fn code(result: Result<PublicKey, Reason>) -> Code {
    result.expect_err("must be refused").code()
}

#[test]
fn points_are_checked() {
    let (x, y) = generator();
    assert!(PublicKey::ec(Curve::P256, &x, &y).is_ok());
    let mut off = y.clone();
    off[31] ^= 1;
    let prime = bytes("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    assert_eq!(code(PublicKey::ec(Curve::P256, &x, &off)), Code::KeyInvalidPoint);
    assert_eq!(code(PublicKey::ec(Curve::P256, &[0; 32], &[0; 32])), Code::KeyInvalidPoint);
    assert_eq!(code(PublicKey::ec(Curve::P256, &x[1..], &y)), Code::KeyInvalidPoint);
    assert_eq!(code(PublicKey::ec(Curve::P256, &[&[0], x.as_slice()].concat(), &y)), Code::KeyInvalidPoint);
    assert_eq!(code(PublicKey::ec(Curve::P384, &x, &y)), Code::KeyInvalidPoint);
    // x = 5 is on the curve; x = 5 + p is another writing of it.
    let root = bytes("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
    let mut five = vec![0; 32];
    five[31] = 5;
    assert!(PublicKey::ec(Curve::P256, &five, &root).is_ok());
    let over = bytes("ffffffff00000001000000000000000000000001000000000000000000000004");
    assert_eq!(code(PublicKey::ec(Curve::P256, &over, &root)), Code::KeyInvalidPoint);
    assert_eq!(code(PublicKey::ec(Curve::P256, &prime, &root)), Code::KeyInvalidPoint);
}

#[test]
fn rsa_numbers_are_checked() {
    let mut n = vec![0xc1; 256];
    assert!(matches!(PublicKey::rsa(&n, &[1, 0, 1]).map(|key| key.kind()), Ok(KeyKind::Rsa { bits: 2048 })));
    assert!(PublicKey::rsa(&[&[0], n.as_slice()].concat(), &[3]).is_ok());
    for weak in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1]] {
        assert_eq!(code(PublicKey::rsa(&n, weak)), Code::KeyWeak, "{weak:?}");
    }
    assert_eq!(code(PublicKey::rsa(&n[..255], &[1, 0, 1])), Code::KeyWeak);
    assert_eq!(code(PublicKey::rsa(&[0xc1; 1025], &[1, 0, 1])), Code::KeyWeak);
    n[255] = 0xc0;
    assert_eq!(code(PublicKey::rsa(&n, &[1, 0, 1])), Code::KeyWeak);
}

/// Points of the curves' own definitions (SEC 2): the generators.
#[test]
fn compressed_points_are_found_again() {
    for (curve, x) in [
        (Curve::P256, "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        (
            Curve::P384,
            "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
        ),
        (
            Curve::P521,
            "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
        ),
        (Curve::Secp256k1, "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
    ] {
        for sign in [2, 3] {
            let point = [&[sign], bytes(x).as_slice()].concat();
            let key = PublicKey::from_compressed_point(curve, &point).expect("a point");
            assert_eq!(key.compressed_point(), Some(point.clone()));
            assert_eq!(key.curve(), Some(curve));
            assert_eq!(code(PublicKey::from_compressed_point(curve, &point[1..])), Code::KeyInvalidPoint);
            let (x, y) = key.ec_coordinates().expect("EC");
            let full = [&[4], x, y].concat();
            assert_eq!(code(PublicKey::from_compressed_point(curve, &full)), Code::KeyInvalidPoint);
        }
    }
    for odd in [vec![], vec![2], [&[2_u8], &[0xff_u8; 32][..]].concat(), [&[4_u8], &[1_u8; 32][..]].concat()] {
        assert_eq!(code(PublicKey::from_compressed_point(Curve::P256, &odd)), Code::KeyInvalidPoint);
    }
    // x = 0 has no point on secp256k1.
    assert_eq!(
        code(PublicKey::from_compressed_point(Curve::Secp256k1, &[&[2_u8], &[0_u8; 32][..]].concat())),
        Code::KeyInvalidPoint
    );
}

#[test]
fn keys_of_one_writing() {
    let key = PublicKey::x25519(&[9; 32]).expect("any 32 bytes");
    assert!(!key.is_for_signatures() && !key.takes(Algorithm::EdDsa) && key.x25519_bytes().is_some());
    assert_eq!(code(PublicKey::x25519(&[9; 31])), Code::KeyInvalidPoint);
    let own = OwnBbsKey::generate().expect("a key");
    let mut point = *own.verify_key().as_bytes();
    let key = PublicKey::bls12381_g2(&point).expect("a point");
    assert!(key.takes(Algorithm::Bbs) && !key.takes(Algorithm::Es256) && key.bbs().is_some());
    assert_eq!(code(PublicKey::bls12381_g2(&point[..95])), Code::KeyInvalidPoint);
    point[0] ^= 0x80;
    assert_eq!(code(PublicKey::bls12381_g2(&point)), Code::KeyInvalidPoint);
    point[0] = 0xc0;
    assert_eq!(code(PublicKey::bls12381_g2(&point)), Code::KeyInvalidPoint);
}

/// RFC 7638, 3.1, and RFC 8037, A.3.
#[test]
fn thumbprints_of_the_rfcs() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let n = URL_SAFE_NO_PAD.decode(n).expect("base64url");
    let key = PublicKey::rsa(&n, &[1, 0, 1]).expect("sound");
    assert_eq!(key.jwk_thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    let key = PublicKey::ed25519(&bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
    assert_eq!(key.expect("sound").jwk_thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}
