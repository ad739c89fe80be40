//! Tests of the Multikey forms: every head, and every way to get one wrong.

use super::*;
use crate::crypto::own_keys::Signer;

/// The multibase text of a head and a key.
fn text(head: &[u8], key: &[u8]) -> String {
    multibase::encode(Base::Base58Btc, &[head, key].concat())
}

fn code(text: &str) -> Code {
    decode(text).expect_err("must be refused").code()
}

/// Identifiers that did:key publishes in its examples.
#[test]
fn public_keys_go_there_and_back() {
    for (text, kind) in [
        ("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", KeyKind::Ed25519),
        ("z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW", KeyKind::X25519),
        ("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", KeyKind::P256),
        ("zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", KeyKind::K256),
        (
            "zUC7K4ndUaGZgV7Cp2yJy6JtMoUHY6u7tkcSYUvPrEidqBmLCTLmi6d5WvwnUqejscAkERJ3bfjEiSYtdPkRSE8kSa11hFBr4sTgnbZ95SJj19PN2jdvJjyzpSZgxkyyxNnBNnY",
            KeyKind::Bls12381G2,
        ),
    ] {
        let key = decode(text).expect("sound");
        assert_eq!(key.kind(), kind);
        assert_eq!(encode(&key), text);
    }
    let ed25519 = decode("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp").expect("sound");
    let derived = ed25519.derived_x25519().expect("derived");
    assert_eq!(encode(&derived), "z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW");
}

#[test]
fn larger_curves_have_their_beginnings() {
    for (own, start) in [(OwnKey::generate(Curve::P384), "z82"), (OwnKey::generate(Curve::P521), "z2J9")] {
        let (own, _) = own.expect("a key");
        let text = encode(own.public_key());
        assert!(text.starts_with(start), "{text}");
        assert_eq!(decode(&text).as_ref(), Ok(own.public_key()));
    }
}

#[test]
fn malformed_keys_are_refused() {
    let key = decode("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp").expect("sound");
    let bytes = key.ed25519_bytes().expect("Ed25519");
    for (what, text) in [
        ("another multibase", multibase::encode(Base::Base64Url, &to_bytes(&key))),
        ("no multibase", encode(&key)[1..].to_owned()),
        ("a character outside of the alphabet", encode(&key).replace('k', "0")),
        ("nothing", "z".to_owned()),
        ("a head without a key", text(&[0xed, 0x01], &[])),
        ("31 bytes", text(&[0xed, 0x01], &bytes[1..])),
        ("33 bytes", text(&[0xed, 0x01], &[bytes, &[0]].concat())),
        ("an overlong head", text(&[0xed, 0x81, 0x00], bytes)),
        ("a head without an end", text(&[0xff; 12], bytes)),
        ("another curve's head", text(&[0x80, 0x24], bytes)),
        ("an unknown head", text(&[0x99, 0x01], bytes)),
        ("a secret key", text(&[0x80, 0x26], bytes)),
        (
            "a point off the curve",
            text(&[0xed, 0x01], &{
                let mut y = [0; 32];
                y[0] = 2;
                y
            }),
        ),
        ("a point of small order", text(&[0xed, 0x01], &[0; 32])),
        ("SM2", text(&[0x86, 0x24], &[2; 33])),
        ("an x without y", text(&[0xe7, 0x01], &[&[2_u8], &[0_u8; 32][..]].concat())),
        ("an uncompressed point", text(&[0x80, 0x24], &[4; 65])),
        ("RSA that is no DER", text(&[0x85, 0x24], bytes)),
    ] {
        assert_eq!(code(&text), Code::DidKeyMalformed, "{what}");
    }
}

/// The secret keys of the cryptosuites' published vectors.
#[test]
fn secret_keys_belong_to_their_public_keys() {
    for (secret, public) in [
        ("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        ("z42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN", "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"),
        (
            "z2fanyY7zgwNpZGxX5fXXibvScNaUWNprHU9dKx7qpVj7mws9J8LLt4mDB5TyH2GLHWkUc",
            "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ",
        ),
    ] {
        let own = own_key(secret).expect("a secret key");
        assert_eq!(encode(own.public_key()), public);
        assert!(own.sign(b"message").is_ok());
    }
}

#[test]
fn malformed_secret_keys_are_refused() {
    for text in [
        "".to_owned(),
        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2".to_owned(),
        text(&[0x80, 0x26], &[1; 31]),
        text(&[0x86, 0x26], &[0; 32]),
        text(&[0x86, 0x26], &[0xff; 32]),
        text(&[0x90, 0x26], &[1; 32]),
    ] {
        assert_eq!(own_key(&text).err(), Some(OwnKeyFault::Unsupported), "{text}");
    }
    for head in [[0x8a, 0x26], [0x80, 0x30]] {
        let (kind, bytes) = secret(&text(&head, &[7; 32])).expect("a scalar of BLS12-381");
        assert_eq!((kind, bytes.as_slice()), (SecretKind::Bls12381G2, &[7; 32][..]));
    }
}
