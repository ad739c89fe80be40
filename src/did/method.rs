//! Verification methods: the key inside one (Controlled Identifiers 1.0, 2.2; the older suites' types).
//!
//! | type | key stands in |
//! |---|---|
//! | Multikey, Ed25519VerificationKey2020, X25519KeyAgreementKey2020 | `publicKeyMultibase` |
//! | JsonWebKey, JsonWebKey2020, JwsVerificationKey2020 | `publicKeyJwk` |
//! | Ed25519VerificationKey2018, X25519KeyAgreementKey2019 | `publicKeyBase58` or `publicKeyJwk` |
//! | EcdsaSecp256k1VerificationKey2019, EcdsaSecp256r1VerificationKey2019, P256Key2021, P384Key2021, P521Key2021, Bls12381G2Key2020 | any of these, or `publicKeyHex` |
//! | EcdsaSecp256k1RecoveryMethod2020 | `publicKeyJwk`, `publicKeyHex`, or an account: `blockchainAccountId`, `ethereumAddress` |
//! | BlockchainVerificationMethod2021 | `blockchainAccountId` |
//!
//! An account is the digest of a key that signatures bring. Those of Ethereum are taken, on any chain.

use crate::crypto::algorithm::KeyKind;
use crate::crypto::public_key::{Curve, PublicKey};
use crate::crypto::{jwk, multikey};
use crate::encoding::{base58, json};
use crate::envelope::jws::is_private_jwk;
use crate::reason::{Code, Reason};

/// Members that hold a public key.
const MATERIAL: [&str; 4] = [MULTIBASE, JWK, BASE58, HEX];
const MULTIBASE: &str = "publicKeyMultibase";
const JWK: &str = "publicKeyJwk";
const BASE58: &str = "publicKeyBase58";
const HEX: &str = "publicKeyHex";
const ACCOUNT: &str = "blockchainAccountId";
const ADDRESS: &str = "ethereumAddress";

/// Members that hold a private key, and must never be there.
const PRIVATE: [&str; 6] = [
    "privateKeyJwk",
    "privateKeyMultibase",
    "secretKeyMultibase",
    "privateKeyBase58",
    "privateKeyHex",
    "privateKeyPem",
];

/// Characters of a key in hexadecimal: an uncompressed P-521 point.
const HEX_CHARACTERS: usize = 266;

/// One type of verification method: the members that may hold its key, and the only kind of key, if there is but one.
struct Type {
    name: &'static str,
    members: &'static [&'static str],
    kind: Option<KeyKind>,
}

const fn of(name: &'static str, members: &'static [&'static str], kind: Option<KeyKind>) -> Type {
    Type { name, members, kind }
}

const TYPES: [Type; 16] = [
    of("Multikey", &[MULTIBASE], None),
    of("JsonWebKey", &[JWK], None),
    of("JsonWebKey2020", &[JWK], None),
    of("JwsVerificationKey2020", &[JWK], None),
    of("Ed25519VerificationKey2020", &[MULTIBASE], Some(KeyKind::Ed25519)),
    of("Ed25519VerificationKey2018", &[BASE58, JWK], Some(KeyKind::Ed25519)),
    of("X25519KeyAgreementKey2020", &[MULTIBASE], Some(KeyKind::X25519)),
    of("X25519KeyAgreementKey2019", &[BASE58, JWK], Some(KeyKind::X25519)),
    of("EcdsaSecp256k1VerificationKey2019", &MATERIAL, Some(KeyKind::K256)),
    of("EcdsaSecp256r1VerificationKey2019", &MATERIAL, Some(KeyKind::P256)),
    of("P256Key2021", &MATERIAL, Some(KeyKind::P256)),
    of("P384Key2021", &MATERIAL, Some(KeyKind::P384)),
    of("P521Key2021", &MATERIAL, Some(KeyKind::P521)),
    of("Bls12381G2Key2020", &MATERIAL, Some(KeyKind::Bls12381G2)),
    of("EcdsaSecp256k1RecoveryMethod2020", &[JWK, HEX, ACCOUNT, ADDRESS], Some(KeyKind::K256)),
    of("BlockchainVerificationMethod2021", &[ACCOUNT], None),
];

/// The key of a verification method.
///
/// # Errors
/// `jose.private_key_exposed` when a private key stands beside it; `di.vm_invalid` when the type is none of ours, the key is
/// not where the type has it, stands there twice or is of another kind; else what is wrong with the key:
/// `did.key_malformed`, `key.*`.
pub fn public_key(method: &json::Value<'_>) -> Result<PublicKey, Reason> {
    let is_exposed = PRIVATE.iter().any(|name| method.member(name).is_some());
    if is_exposed || method.member(JWK).is_some_and(is_private_jwk) {
        return Err(Reason::new(Code::JosePrivateKeyExposed));
    }
    let name = method.member("type").and_then(json::Value::as_str).ok_or_else(|| invalid("a type").got("none"))?;
    let found = TYPES.iter().find(|known| known.name == name);
    let due = found.ok_or_else(|| invalid("a type of key that we take").got(shown(name)))?;
    // An account may stand beside the key of another type; it is one only where the type says so.
    let accounts = [ACCOUNT, ADDRESS].into_iter().filter(|name| due.members.contains(name));
    let mut present = MATERIAL.into_iter().chain(accounts).filter_map(|name| Some((name, method.member(name)?)));
    let (Some((member, value)), None) = (present.next(), present.next()) else {
        return Err(invalid("one public key").got("none, or several"));
    };
    if !due.members.contains(&member) {
        return Err(invalid("the member that the type has its key in").got(member));
    }
    let key = match member {
        JWK => jwk::public_key(value).map_err(|reason| match reason.code() {
            Code::JoseJwkPolicy => invalid("a JWK that we take").got("a JWK of another kind or form"),
            _ => reason,
        })?,
        ACCOUNT | ADDRESS => {
            return account(member, value.as_str().ok_or_else(|| invalid("a text").got(value.kind()))?);
        }
        _ => written_key(member, value.as_str().ok_or_else(|| invalid("a text").got(value.kind()))?, due.kind)?,
    };
    match due.kind {
        Some(kind) if kind != key.kind() => Err(invalid("a key of the type's kind").got("a key of another kind")),
        _ => Ok(key),
    }
}

/// A key written as text; without a head, `kind` tells what it is.
fn written_key(member: &str, text: &str, kind: Option<KeyKind>) -> Result<PublicKey, Reason> {
    let bytes = match member {
        MULTIBASE => return multikey::decode(text),
        BASE58 => base58::decode(text).ok_or_else(|| malformed().expected("base58btc"))?,
        _ => hexadecimal(text).ok_or_else(|| malformed().expected("hexadecimal"))?,
    };
    match kind {
        Some(KeyKind::Ed25519) => PublicKey::ed25519(&bytes),
        Some(KeyKind::X25519) => PublicKey::x25519(&bytes),
        Some(KeyKind::Bls12381G2) => PublicKey::bls12381_g2(&bytes),
        Some(KeyKind::P256) => point(Curve::P256, &bytes),
        Some(KeyKind::P384) => point(Curve::P384, &bytes),
        Some(KeyKind::P521) => point(Curve::P521, &bytes),
        Some(KeyKind::K256) => point(Curve::Secp256k1, &bytes),
        Some(KeyKind::Rsa { .. } | KeyKind::EthereumAccount) | None => {
            Err(invalid("a key with its kind").got("bytes alone"))
        }
    }
}

/// An Ethereum account: `eip155:CHAIN:0x..` (CAIP-10), `0x..@eip155:CHAIN` as it was written once, or the address alone. The case of
/// its letters is a checksum (EIP-55) that nobody need write, and is not looked at.
fn account(member: &str, text: &str) -> Result<PublicKey, Reason> {
    let fault = || invalid("an account of Ethereum").got("another account");
    let address = match member {
        ADDRESS => text,
        _ => {
            let former = text.split_once('@').map(|(address, chain)| (chain, address));
            let (chain, address) = former.or_else(|| text.rsplit_once(':')).ok_or_else(fault)?;
            let number = chain.strip_prefix("eip155:").ok_or_else(fault)?;
            if number.is_empty() || number.len() > 32 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(fault());
            }
            address
        }
    };
    let bytes = address.strip_prefix("0x").and_then(hexadecimal).ok_or_else(fault)?;
    PublicKey::ethereum_account(&bytes).map_err(|_| fault())
}

/// A SEC 1 point, compressed or not.
fn point(curve: Curve, bytes: &[u8]) -> Result<PublicKey, Reason> {
    match bytes {
        [4, rest @ ..] => {
            let (x, y) = rest.split_at_checked(curve.coordinate_bytes()).unwrap_or((rest, &[]));
            PublicKey::ec(curve, x, y)
        }
        _ => PublicKey::from_compressed_point(curve, bytes),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    if text.len() > HEX_CHARACTERS || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

fn invalid(expected: &'static str) -> Reason {
    Reason::new(Code::DiVmInvalid).expected(expected)
}

fn malformed() -> Reason {
    Reason::new(Code::DidKeyMalformed)
}

/// A type's name for a report: short and printable, or not at all.
fn shown(name: &str) -> String {
    let printable = name.len() <= 48 && name.bytes().all(|byte| byte.is_ascii_graphic());
    if printable { name.to_owned() } else { "an odd name".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PublicKey, Code> {
        public_key(&json::decode(text.as_bytes()).expect("JSON")).map_err(|reason| reason.code())
    }

    const ED25519: &str = "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp";
    const RAW: &str = "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS";

    #[test]
    fn one_key_in_many_clothes() {
        let key = multikey::decode(ED25519).expect("sound");
        let jwk = key.to_jwk();
        for text in [
            format!(r#"{{"type":"Multikey","publicKeyMultibase":"{ED25519}"}}"#),
            format!(r#"{{"type":"Ed25519VerificationKey2020","publicKeyMultibase":"{ED25519}"}}"#),
            format!(r#"{{"type":"Ed25519VerificationKey2018","publicKeyBase58":"{RAW}"}}"#),
            format!(r#"{{"type":"JsonWebKey","publicKeyJwk":{jwk}}}"#),
            format!(r#"{{"type":"JsonWebKey2020","publicKeyJwk":{jwk}}}"#),
        ] {
            assert_eq!(read(&text), Ok(key.clone()), "{text}");
        }
        let k256 = multikey::decode("zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme").expect("sound");
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (x, y) = k256.ec_coordinates().expect("EC");
        for (member, value) in [
            ("publicKeyHex", hex(&k256.compressed_point().expect("EC"))),
            ("publicKeyHex", hex(&[&[4], x, y].concat())),
            ("publicKeyBase58", "23o6Sau8NxxzXcgSc3PLcNxrzrZpbLeBn1izfv3jbKhuv".to_owned()),
        ] {
            let text = format!(r#"{{"type":"EcdsaSecp256k1VerificationKey2019","{member}":"{value}"}}"#);
            assert_eq!(read(&text), Ok(k256.clone()), "{text}");
        }
    }

    #[test]
    fn accounts_of_ethereum() {
        const ADDRESS: &str = "0x2FBF1be19d90a29aea9363f4ef0b6bf1c4ff0758";
        let of = |kind: &str, member: &str, value: &str| {
            read(&format!(r#"{{"type":"{kind}","{member}":"{value}"}}"#)).map(|key| key.kind())
        };
        let recovery = "EcdsaSecp256k1RecoveryMethod2020";
        for (kind, member, value) in [
            (recovery, "blockchainAccountId", format!("eip155:1:{ADDRESS}")),
            (recovery, "blockchainAccountId", format!("eip155:42220:{}", ADDRESS.to_lowercase())),
            (recovery, "blockchainAccountId", format!("{ADDRESS}@eip155:1")),
            (recovery, "ethereumAddress", ADDRESS.to_owned()),
            ("BlockchainVerificationMethod2021", "blockchainAccountId", format!("eip155:1:{ADDRESS}")),
        ] {
            assert_eq!(of(kind, member, &value), Ok(KeyKind::EthereumAccount), "{value}");
        }
        for (kind, member, value) in [
            (recovery, "blockchainAccountId", "solana:4sGjMW1sUnHzSxGspuhpqLDx6wiyjNtZ:abc".to_owned()),
            (recovery, "blockchainAccountId", ADDRESS.to_owned()),
            (recovery, "blockchainAccountId", format!("eip155::{ADDRESS}")),
            (recovery, "blockchainAccountId", format!("eip155:x:{ADDRESS}")),
            (recovery, "blockchainAccountId", format!("eip155:1:{ADDRESS}00")),
            (recovery, "ethereumAddress", ADDRESS.replace("0x", "")),
            (recovery, "ethereumAddress", ADDRESS.replace("0x2", "0xz")),
            ("BlockchainVerificationMethod2021", "ethereumAddress", ADDRESS.to_owned()),
            ("Eip712Method2021", "blockchainAccountId", format!("eip155:1:{ADDRESS}")),
            ("EcdsaSecp256k1VerificationKey2019", "blockchainAccountId", format!("eip155:1:{ADDRESS}")),
        ] {
            assert_eq!(of(kind, member, &value), Err(Code::DiVmInvalid), "{kind} {member} {value}");
        }
        // An account beside a key of another type is no second key; of this type it is.
        let key = format!(r#""publicKeyMultibase":"{ED25519}","blockchainAccountId":"eip155:1:{ADDRESS}""#);
        assert!(read(&format!(r#"{{"type":"Multikey",{key}}}"#)).is_ok());
        let both = format!(r#"{{"type":"{recovery}","publicKeyHex":"02","ethereumAddress":"{ADDRESS}"}}"#);
        assert_eq!(read(&both), Err(Code::DiVmInvalid));
    }

    #[test]
    fn what_is_no_method_of_ours() {
        for (text, code) in [
            ("{}".to_owned(), Code::DiVmInvalid),
            (format!(r#"{{"type":"Multikey2","publicKeyMultibase":"{ED25519}"}}"#), Code::DiVmInvalid),
            (format!(r#"{{"type":["Multikey"],"publicKeyMultibase":"{ED25519}"}}"#), Code::DiVmInvalid),
            (r#"{"type":"Multikey"}"#.to_owned(), Code::DiVmInvalid),
            (r#"{"type":"Multikey","publicKeyMultibase":7}"#.to_owned(), Code::DiVmInvalid),
            (format!(r#"{{"type":"Multikey","publicKeyBase58":"{RAW}"}}"#), Code::DiVmInvalid),
            (
                format!(r#"{{"type":"Multikey","publicKeyMultibase":"{ED25519}","publicKeyBase58":"{RAW}"}}"#),
                Code::DiVmInvalid,
            ),
            (format!(r#"{{"type":"X25519KeyAgreementKey2020","publicKeyMultibase":"{ED25519}"}}"#), Code::DiVmInvalid),
            (r#"{"type":"Multikey","publicKeyMultibase":"zz"}"#.to_owned(), Code::DidKeyMalformed),
            (r#"{"type":"Ed25519VerificationKey2018","publicKeyBase58":"0"}"#.to_owned(), Code::DidKeyMalformed),
            (r#"{"type":"Ed25519VerificationKey2018","publicKeyBase58":"zz"}"#.to_owned(), Code::KeyInvalidPoint),
            (r#"{"type":"P256Key2021","publicKeyHex":"0q"}"#.to_owned(), Code::DidKeyMalformed),
            (r#"{"type":"P256Key2021","publicKeyHex":"04"}"#.to_owned(), Code::KeyInvalidPoint),
            (r#"{"type":"JsonWebKey","publicKeyJwk":{"kty":"oct","k":"AA"}}"#.to_owned(), Code::JosePrivateKeyExposed),
            (r#"{"type":"JsonWebKey","publicKeyJwk":{"kty":"EC"}}"#.to_owned(), Code::DiVmInvalid),
            (
                format!(r#"{{"type":"Multikey","publicKeyMultibase":"{ED25519}","secretKeyMultibase":"z"}}"#),
                Code::JosePrivateKeyExposed,
            ),
        ] {
            assert_eq!(read(&text), Err(code), "{text}");
        }
    }
}
