//! Public keys: read once, checked once, then ready for any number of signature checks.
//!
//! Accepted: P-256, P-384, P-521 (points in full, uncompressed), RSA of 2048 to 8192 bits, Ed25519.

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use crate::crypto::algorithm::{Algorithm, Family, KeyKind};
use crate::crypto::digest::sha256;
use crate::crypto::{ed25519_rule, tlv};
use crate::reason::{Code, Reason};

const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Bits that an RSA modulus may have.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A curve of ECDSA keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Curve {
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
}

impl Curve {
    /// The curve's JOSE name (`P-256`).
    pub const fn name(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
        }
    }

    /// The curve with that JOSE name, if it is one we take.
    pub fn from_jose(name: &str) -> Option<Curve> {
        [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|curve| curve.name() == name)
    }

    /// Bytes of one coordinate, of r and of s.
    pub const fn coordinate_bytes(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    fn kind(self) -> KeyKind {
        match self {
            Curve::P256 => KeyKind::P256,
            Curve::P384 => KeyKind::P384,
            Curve::P521 => KeyKind::P521,
        }
    }

    fn oid(self) -> ObjectIdentifier {
        match self {
            Curve::P256 => P256,
            Curve::P384 => P384,
            Curve::P521 => P521,
        }
    }
}

/// A public key, read and found sound. Cheap to clone.
#[derive(Clone)]
pub struct PublicKey(Arc<Key>);

struct Key {
    kind: KeyKind,
    /// The uncompressed point, the PKCS#1 RSAPublicKey or the 32 bytes of Ed25519.
    encoded: Vec<u8>,
    parts: Parts,
    pss_only: bool,
    /// The key as the crypto crate keeps it, one slot for each algorithm that fits; the first is filled from the start.
    slots: Vec<(Algorithm, OnceLock<Option<ParsedPublicKey>>)>,
}

enum Parts {
    Ec { curve: Curve, x: Vec<u8>, y: Vec<u8> },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ed25519,
}

impl Algorithm {
    /// The algorithm to check with when a message names this one and the signer has that key; `None` when they do not fit.
    ///
    /// It is the named algorithm, but for one deviation: ES256 under a P-384 key is [`Algorithm::Es256OverP384`].
    pub fn for_key(self, key: &PublicKey) -> Option<Algorithm> {
        match (self, key.kind()) {
            (Algorithm::Es256, KeyKind::P384) => Some(Algorithm::Es256OverP384),
            _ => key.takes(self).then_some(self),
        }
    }
}

impl PublicKey {
    /// The key in a DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
    ///
    /// # Errors
    /// `x509.malformed` when it is not DER; `x509.weak_alg` for kinds and curves we do not take, explicit curve parameters too;
    /// else as [`PublicKey::ec`], [`PublicKey::rsa`], [`PublicKey::ed25519`].
    pub fn from_spki_der(spki: &[u8]) -> Result<PublicKey, Reason> {
        let malformed = || Reason::new(Code::X509Malformed).expected("a DER SubjectPublicKeyInfo");
        let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| malformed())?;
        let bits = info.subject_public_key.as_bytes().ok_or_else(malformed)?;
        match info.algorithm.oid {
            EC_KEY => {
                let named = info.algorithm.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
                let curve =
                    [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|curve| Some(curve.oid()) == named);
                let curve = curve.ok_or_else(|| {
                    let got = named.map_or_else(|| "unnamed curve".to_owned(), |oid| format!("curve {oid}"));
                    Reason::new(Code::X509WeakAlg).expected("P-256, P-384 or P-521").got(got)
                })?;
                PublicKey::from_point(curve, bits)
            }
            RSA | RSA_PSS => PublicKey::from_pkcs1(bits, info.algorithm.oid == RSA_PSS),
            ED25519 if info.algorithm.parameters.is_none() => PublicKey::ed25519(bits),
            ED25519 => Err(malformed()),
            other => Err(Reason::new(Code::X509WeakAlg).expected("EC, RSA or Ed25519").got(other.to_string())),
        }
    }

    /// The ECDSA key with those coordinates, big-endian, each of the curve's full length (RFC 7518, 6.2.1.2).
    ///
    /// # Errors
    /// `key.invalid_point` when a length is wrong, a coordinate not below the prime, or the point off the curve.
    pub fn ec(curve: Curve, x: &[u8], y: &[u8]) -> Result<PublicKey, Reason> {
        let width = curve.coordinate_bytes();
        for coordinate in [x, y] {
            if coordinate.len() != width {
                return Err(Reason::new(Code::KeyInvalidPoint).expected(width).got(coordinate.len()));
            }
        }
        let encoded = [&[4], x, y].concat();
        let fitting = match curve {
            Curve::P256 => [Algorithm::Es256, Algorithm::Es384OverP256, Algorithm::Es512OverP256],
            Curve::P384 => [Algorithm::Es384, Algorithm::Es256OverP384, Algorithm::Es512OverP384],
            Curve::P521 => [Algorithm::Es512, Algorithm::Es256OverP521, Algorithm::Es384OverP521],
        };
        let parts = Parts::Ec { curve, x: x.to_vec(), y: y.to_vec() };
        PublicKey::kept(curve.kind(), encoded, parts, &fitting, Code::KeyInvalidPoint)
    }

    /// The RSA key with that modulus and public exponent, big-endian.
    ///
    /// # Errors
    /// `key.weak` when the modulus has under 2048 or over 8192 bits or is even, when the exponent is under 3, even or over 33 bits.
    pub fn rsa(n: &[u8], e: &[u8]) -> Result<PublicKey, Reason> {
        PublicKey::from_rsa_numbers(n, e, false)
    }

    /// The Ed25519 key with those 32 bytes.
    ///
    /// # Errors
    /// `key.invalid_point` when the length is not 32, the encoding is not canonical or the point is of small order.
    pub fn ed25519(encoded: &[u8]) -> Result<PublicKey, Reason> {
        let fault = Reason::new(Code::KeyInvalidPoint);
        let Ok(point) = <[u8; 32]>::try_from(encoded) else {
            return Err(fault.expected(32_usize).got(encoded.len()));
        };
        if !ed25519_rule::takes(&point) {
            return Err(fault.expected("a canonical point of large order"));
        }
        let algorithms = [Algorithm::EdDsa];
        PublicKey::kept(KeyKind::Ed25519, encoded.to_vec(), Parts::Ed25519, &algorithms, Code::KeyInvalidPoint)
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// The curve of an ECDSA key.
    pub fn curve(&self) -> Option<Curve> {
        match &self.0.parts {
            Parts::Ec { curve, .. } => Some(*curve),
            _ => None,
        }
    }

    /// The coordinates x and y of an ECDSA key, of the curve's full length.
    pub fn ec_coordinates(&self) -> Option<(&[u8], &[u8])> {
        match &self.0.parts {
            Parts::Ec { x, y, .. } => Some((x, y)),
            _ => None,
        }
    }

    /// The modulus and exponent of an RSA key, big-endian, without leading zeros.
    pub fn rsa_numbers(&self) -> Option<(&[u8], &[u8])> {
        match &self.0.parts {
            Parts::Rsa { n, e } => Some((n, e)),
            _ => None,
        }
    }

    /// The 32 bytes of an Ed25519 key.
    pub fn ed25519_bytes(&self) -> Option<&[u8]> {
        matches!(self.0.parts, Parts::Ed25519).then_some(self.0.encoded.as_slice())
    }

    /// The key as DER SubjectPublicKeyInfo.
    pub fn to_spki_der(&self) -> Vec<u8> {
        const NULL: [u8; 2] = [5, 0];
        let oid = |oid: ObjectIdentifier| tlv::value(6, &[oid.as_bytes()]);
        let algorithm = match &self.0.parts {
            Parts::Ec { curve, .. } => tlv::value(tlv::SEQUENCE, &[&oid(EC_KEY), &oid(curve.oid())]),
            Parts::Rsa { .. } => tlv::value(tlv::SEQUENCE, &[&oid(RSA), &NULL]),
            Parts::Ed25519 => tlv::value(tlv::SEQUENCE, &[&oid(ED25519)]),
        };
        tlv::value(tlv::SEQUENCE, &[&algorithm, &tlv::value(tlv::BIT_STRING, &[&[0], &self.0.encoded])])
    }

    /// The SHA-256 JWK thumbprint, base64url (RFC 7638).
    pub fn jwk_thumbprint(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let canonical = match &self.0.parts {
            Parts::Ec { curve, x, y } => {
                format!(r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#, curve.name(), text(x), text(y))
            }
            Parts::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
            Parts::Ed25519 => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(&self.0.encoded)),
        };
        text(&sha256(canonical.as_bytes()))
    }

    /// `true` when the algorithm may be used with this key.
    pub(crate) fn takes(&self, algorithm: Algorithm) -> bool {
        let fits = self.0.slots.iter().any(|(known, _)| *known == algorithm);
        fits && !(self.0.pss_only && algorithm.family() == Family::RsaPkcs1)
    }

    /// The key as the crypto crate keeps it for that algorithm.
    pub(crate) fn parsed_for(&self, algorithm: Algorithm) -> Option<&ParsedPublicKey> {
        let (_, slot) = self.0.slots.iter().find(|(known, _)| *known == algorithm)?;
        slot.get_or_init(|| ParsedPublicKey::new(algorithm.check_with().0, &self.0.encoded).ok()).as_ref()
    }

    /// The key of an uncompressed SEC1 point.
    pub(crate) fn from_point(curve: Curve, point: &[u8]) -> Result<PublicKey, Reason> {
        let coordinates = point.strip_prefix(&[4]).and_then(|rest| rest.split_at_checked(curve.coordinate_bytes()));
        let Some((x, y)) = coordinates else {
            return Err(Reason::new(Code::KeyInvalidPoint).expected("an uncompressed point").got(point.len()));
        };
        PublicKey::ec(curve, x, y)
    }

    pub(crate) fn from_pkcs1(bits: &[u8], pss_only: bool) -> Result<PublicKey, Reason> {
        let (n, e) = SliceReader::new(bits)
            .and_then(|mut reader| {
                let pair =
                    reader.sequence(|inner| Ok::<_, der::Error>((UintRef::decode(inner)?, UintRef::decode(inner)?)))?;
                reader.finish()?;
                Ok(pair)
            })
            .map_err(|_| Reason::new(Code::X509Malformed).expected("a DER RSAPublicKey"))?;
        PublicKey::from_rsa_numbers(n.as_bytes(), e.as_bytes(), pss_only)
    }

    fn from_rsa_numbers(n: &[u8], e: &[u8], pss_only: bool) -> Result<PublicKey, Reason> {
        let (n, e) = (tlv::without_leading_zeros(n), tlv::without_leading_zeros(e));
        let bits = bit_length(n);
        if !RSA_BITS.contains(&bits) {
            return Err(Reason::new(Code::KeyWeak).expected("2048 to 8192 bits").got(bits));
        }
        let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
        if !is_odd(n) || !is_odd(e) || e == [1] || bit_length(e) > 33 {
            return Err(Reason::new(Code::KeyWeak).expected("an odd modulus, an odd exponent of 3 to 2^33"));
        }
        let encoded = tlv::value(tlv::SEQUENCE, &[&tlv::unsigned(n), &tlv::unsigned(e)]);
        let fitting = [
            Algorithm::Ps256,
            Algorithm::Ps384,
            Algorithm::Ps512,
            Algorithm::Rs256,
            Algorithm::Rs384,
            Algorithm::Rs512,
        ];
        let parts = Parts::Rsa { n: n.to_vec(), e: e.to_vec() };
        let mut key = PublicKey::kept(KeyKind::Rsa { bits }, encoded, parts, &fitting, Code::KeyWeak)?;
        if let Some(inner) = Arc::get_mut(&mut key.0) {
            inner.pss_only = pss_only;
        }
        Ok(key)
    }

    /// The key, if the crypto crate takes it too: that is where a point is checked to be on its curve.
    fn kept(
        kind: KeyKind,
        encoded: Vec<u8>,
        parts: Parts,
        fit: &[Algorithm],
        fault: Code,
    ) -> Result<PublicKey, Reason> {
        let slots = fit.iter().map(|algorithm| (*algorithm, OnceLock::new())).collect();
        let key = PublicKey(Arc::new(Key { kind, encoded, parts, pss_only: false, slots }));
        let sound = fit.first().is_some_and(|first| key.parsed_for(*first).is_some());
        if sound { Ok(key) } else { Err(Reason::new(fault)) }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.kind == other.0.kind && self.0.encoded == other.0.encoded
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({:?}, {})", self.0.kind, self.jwk_thumbprint())
    }
}

fn bit_length(number: &[u8]) -> usize {
    let lead = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(lead)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn spki_goes_there_and_back() {
        let (x, y) = generator();
        for key in [
            PublicKey::ec(Curve::P256, &x, &y),
            PublicKey::rsa(&[0xc1; 256], &[1, 0, 1]),
            PublicKey::ed25519(&bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")),
        ] {
            let key = key.expect("sound");
            let der = key.to_spki_der();
            assert_eq!(PublicKey::from_spki_der(&der), Ok(key));
            assert_eq!(code(PublicKey::from_spki_der(&[der.as_slice(), &[0]].concat())), Code::X509Malformed);
            assert_eq!(code(PublicKey::from_spki_der(&der[..der.len() - 1])), Code::X509Malformed);
        }
        // brainpoolP256r1 and explicit parameters.
        let brainpool = bytes("301406072a8648ce3d020106092b2403030208010107");
        let point = tlv::value(tlv::BIT_STRING, &[&[0, 4], &x, &y]);
        assert_eq!(
            code(PublicKey::from_spki_der(&tlv::value(tlv::SEQUENCE, &[&brainpool, &point]))),
            Code::X509WeakAlg
        );
        let explicit = bytes("300b06072a8648ce3d02013000");
        assert_eq!(code(PublicKey::from_spki_der(&tlv::value(tlv::SEQUENCE, &[&explicit, &point]))), Code::X509WeakAlg);
    }

    #[test]
    fn a_pss_key_does_no_pkcs1() {
        let numbers = tlv::value(tlv::SEQUENCE, &[&tlv::unsigned(&[0xc1; 256]), &tlv::unsigned(&[1, 0, 1])]);
        let algorithm = bytes("300b06092a864886f70d01010a");
        let spki = tlv::value(tlv::SEQUENCE, &[&algorithm, &tlv::value(tlv::BIT_STRING, &[&[0], &numbers])]);
        let key = PublicKey::from_spki_der(&spki).expect("sound");
        assert!(key.takes(Algorithm::Ps256) && !key.takes(Algorithm::Rs256));
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
}
