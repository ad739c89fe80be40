//! Public keys: read once, checked once, then ready for any number of signature checks.
//!
//! Accepted: P-256, P-384, P-521, secp256k1, RSA of 2048 to 8192 bits, Ed25519, BLS12-381 G2; X25519 too, which signs nothing
//! and only stands in DID documents. Other writings of keys: [`crate::crypto::spki`], [`crate::crypto::jwk`],
//! [`crate::crypto::multikey`].

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::asn1::UintRef;
use der::{Decode, Reader, SliceReader};

use crate::crypto::algorithm::{Algorithm, Family, KeyKind};
use crate::crypto::arithmetic::Owner;
use crate::crypto::bbs::verify_key::VerifyKey;
use crate::crypto::digest::sha256;
use crate::crypto::place::Place;
use crate::crypto::{compressed, curve25519, ed25519_rule, tlv};
use crate::reason::{Code, Reason};

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
    /// secp256k1: in DID documents and JWKs, never in certificates.
    Secp256k1,
}

impl Curve {
    /// The curve's JOSE name (`P-256`).
    pub const fn name(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
            Curve::Secp256k1 => "secp256k1",
        }
    }

    /// The curve with that JOSE name, if it is one we take.
    pub fn from_jose(name: &str) -> Option<Curve> {
        [Curve::P256, Curve::P384, Curve::P521, Curve::Secp256k1].into_iter().find(|curve| curve.name() == name)
    }

    /// Bytes of one coordinate, of r and of s.
    pub const fn coordinate_bytes(self) -> usize {
        match self {
            Curve::P256 | Curve::Secp256k1 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    fn kind(self) -> KeyKind {
        match self {
            Curve::P256 => KeyKind::P256,
            Curve::P384 => KeyKind::P384,
            Curve::P521 => KeyKind::P521,
            Curve::Secp256k1 => KeyKind::K256,
        }
    }

    /// The algorithms that fit, the curve's own first.
    fn algorithms(self) -> &'static [Algorithm] {
        match self {
            Curve::P256 => &[Algorithm::Es256, Algorithm::Es384OverP256, Algorithm::Es512OverP256],
            Curve::P384 => &[Algorithm::Es384, Algorithm::Es256OverP384, Algorithm::Es512OverP384],
            Curve::P521 => &[Algorithm::Es512, Algorithm::Es256OverP521, Algorithm::Es384OverP521],
            Curve::Secp256k1 => &[Algorithm::Es256k],
        }
    }
}

/// A public key, read and found sound. Cheap to clone.
#[derive(Clone)]
pub struct PublicKey(Arc<Key>);

struct Key {
    kind: KeyKind,
    /// The uncompressed point, the PKCS#1 RSAPublicKey, or the key's only writing (32 bytes, 96 of BLS12-381 G2).
    encoded: Vec<u8>,
    parts: Parts,
    pss_only: bool,
    /// The key as the crypto crate keeps it, one slot for each algorithm of that crate that fits, filled at first use.
    slots: Vec<(Algorithm, OnceLock<Option<ParsedPublicKey>>)>,
    /// Where the table of a key that is known in advance stands, once a [`Checker`](crate::crypto::checker::Checker) knows it.
    place: OnceLock<Arc<Place>>,
}

enum Parts {
    Ec { curve: Curve },
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Bbs(Box<VerifyKey>),
    Whole,
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
        PublicKey::kept(curve.kind(), encoded, Parts::Ec { curve }, curve.algorithms(), Code::KeyInvalidPoint)
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
    /// `key.invalid_point` when the length is not 32, the encoding is not canonical, or the point is of small order or off the
    /// curve.
    pub fn ed25519(encoded: &[u8]) -> Result<PublicKey, Reason> {
        let fault = Reason::new(Code::KeyInvalidPoint);
        let Ok(point) = <[u8; 32]>::try_from(encoded) else {
            return Err(fault.expected(32_usize).got(encoded.len()));
        };
        if !ed25519_rule::takes(&point) || !curve25519::is_on_curve(&point) {
            return Err(fault.expected("a canonical point of large order"));
        }
        let algorithms = [Algorithm::EdDsa];
        PublicKey::kept(KeyKind::Ed25519, encoded.to_vec(), Parts::Whole, &algorithms, Code::KeyInvalidPoint)
    }

    /// The X25519 key with those 32 bytes (RFC 7748, 5: any 32 bytes are one). It fits no signature algorithm.
    ///
    /// # Errors
    /// `key.invalid_point` when the length is not 32.
    pub fn x25519(encoded: &[u8]) -> Result<PublicKey, Reason> {
        PublicKey::whole(KeyKind::X25519, encoded, 32)
    }

    /// The Ethereum account with that address: 20 bytes of the digest of a key. It checks signatures that bring their key.
    ///
    /// # Errors
    /// `key.invalid_point` when the length is not 20.
    pub fn ethereum_account(address: &[u8]) -> Result<PublicKey, Reason> {
        PublicKey::whole(KeyKind::EthereumAccount, address, 20)
    }

    /// The BLS12-381 key with that compressed point of G2 (96 bytes).
    ///
    /// # Errors
    /// `key.invalid_point` when the length is not 96, or the point off the curve, outside the group or its neutral element.
    pub fn bls12381_g2(encoded: &[u8]) -> Result<PublicKey, Reason> {
        let parts = Parts::Bbs(Box::new(VerifyKey::from_bytes(encoded)?));
        let (kind, encoded) = (KeyKind::Bls12381G2, encoded.to_vec());
        Ok(PublicKey(Arc::new(Key {
            kind,
            encoded,
            parts,
            pss_only: false,
            slots: Vec::new(),
            place: OnceLock::new(),
        })))
    }

    /// The X25519 key that belongs to an Ed25519 key, as did:key documents derive it; `None` for other keys.
    pub fn derived_x25519(&self) -> Option<PublicKey> {
        let encoded = curve25519::x25519_of(self.ed25519_bytes()?.try_into().ok()?);
        PublicKey::x25519(&encoded).ok()
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        self.0.kind
    }

    /// The curve of an ECDSA key.
    pub fn curve(&self) -> Option<Curve> {
        match &self.0.parts {
            Parts::Ec { curve } => Some(*curve),
            _ => None,
        }
    }

    /// The coordinates x and y of an ECDSA key, of the curve's full length.
    pub fn ec_coordinates(&self) -> Option<(&[u8], &[u8])> {
        // After the byte that says "uncompressed".
        self.0.encoded.get(1..)?.split_at_checked(self.curve()?.coordinate_bytes())
    }

    /// The coordinates x and y of a P-256 key.
    pub(crate) fn p256_coordinates(&self) -> Option<(&[u8; 32], &[u8; 32])> {
        if self.0.kind != KeyKind::P256 {
            return None;
        }
        let (x, y) = self.ec_coordinates()?;
        Some((x.try_into().ok()?, y.try_into().ok()?))
    }

    /// The key as the owner of a table, where there are tables for its kind.
    pub(crate) fn owner(&self) -> Option<Owner> {
        match self.0.kind {
            KeyKind::Ed25519 => Some(Owner::Ed25519(self.0.encoded.as_slice().try_into().ok()?)),
            _ => self.p256_coordinates().map(|(x, y)| Owner::P256(*x, *y)),
        }
    }

    /// Where its table stands, of a key that was enrolled.
    pub(crate) fn place(&self) -> Option<&Arc<Place>> {
        self.0.place.get()
    }

    /// Gives the key the place where its table will stand. It keeps the first that it was given, which comes back.
    pub(crate) fn take_place(&self, place: Arc<Place>) -> &Arc<Place> {
        self.0.place.get_or_init(|| place)
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
        (self.0.kind == KeyKind::Ed25519).then_some(self.0.encoded.as_slice())
    }

    /// The 32 bytes of an X25519 key.
    pub fn x25519_bytes(&self) -> Option<&[u8]> {
        (self.0.kind == KeyKind::X25519).then_some(self.0.encoded.as_slice())
    }

    /// The 96 bytes of a BLS12-381 key.
    pub fn bls12381_g2_bytes(&self) -> Option<&[u8]> {
        (self.0.kind == KeyKind::Bls12381G2).then_some(self.0.encoded.as_slice())
    }

    /// The 20 bytes of an Ethereum account's address.
    pub fn ethereum_address(&self) -> Option<&[u8]> {
        (self.0.kind == KeyKind::EthereumAccount).then_some(self.0.encoded.as_slice())
    }

    /// The BLS12-381 key, ready to check proofs with.
    pub fn bbs(&self) -> Option<&VerifyKey> {
        if let Parts::Bbs(key) = &self.0.parts { Some(key) } else { None }
    }

    /// The point of an ECDSA key in the compressed form of SEC 1, 2.3.3: the sign of y, then x.
    pub fn compressed_point(&self) -> Option<Vec<u8>> {
        let (x, y) = self.ec_coordinates()?;
        let sign = 2 | y.last()? & 1;
        Some([&[sign], x].concat())
    }

    /// `true` when there are signatures that this key checks.
    pub fn is_for_signatures(&self) -> bool {
        self.0.kind != KeyKind::X25519
    }

    /// The SHA-256 JWK thumbprint, base64url (RFC 7638).
    pub fn jwk_thumbprint(&self) -> String {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let canonical = match &self.0.parts {
            Parts::Ec { curve } => {
                let (x, y) = self.ec_coordinates().unwrap_or_default();
                format!(r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#, curve.name(), text(x), text(y))
            }
            Parts::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, text(e), text(n)),
            Parts::Whole | Parts::Bbs(_) => {
                let curve = okp_curve(self.0.kind).unwrap_or_default();
                format!(r#"{{"crv":"{curve}","kty":"OKP","x":"{}"}}"#, text(&self.0.encoded))
            }
        };
        text(&sha256(canonical.as_bytes()))
    }

    /// `true` when the algorithm may be used with this key.
    pub(crate) fn takes(&self, algorithm: Algorithm) -> bool {
        let fits = match algorithm.family() {
            Family::Bbs => self.0.kind == KeyKind::Bls12381G2,
            Family::K256Recovery => matches!(self.0.kind, KeyKind::K256 | KeyKind::EthereumAccount),
            _ => self.0.slots.iter().any(|(known, _)| *known == algorithm),
        };
        fits && !(self.0.pss_only && algorithm.family() == Family::RsaPkcs1)
    }

    /// The key as the crypto crate keeps it for that algorithm.
    pub(crate) fn parsed_for(&self, algorithm: Algorithm) -> Option<&ParsedPublicKey> {
        let (_, slot) = self.0.slots.iter().find(|(known, _)| *known == algorithm)?;
        slot.get_or_init(|| ParsedPublicKey::new(algorithm.check_with()?.0, &self.0.encoded).ok()).as_ref()
    }

    /// The bytes after the head of the key's SubjectPublicKeyInfo.
    pub(crate) fn encoded(&self) -> &[u8] {
        &self.0.encoded
    }

    /// The key of a compressed SEC 1 point: the sign of y, then x.
    ///
    /// # Errors
    /// `key.invalid_point` when it is not one of the curve, in that form.
    pub fn from_compressed_point(curve: Curve, point: &[u8]) -> Result<PublicKey, Reason> {
        let fault = || Reason::new(Code::KeyInvalidPoint).expected("a compressed point of the curve");
        let width = curve.coordinate_bytes();
        let (method, _) = curve.algorithms().first().and_then(|own| own.check_with()).ok_or_else(fault)?;
        let [sign @ (2 | 3), x @ ..] = point else { return Err(fault().got(point.len())) };
        if x.len() != width {
            return Err(fault().got(point.len()));
        }
        if let (Curve::P256, Some(x)) = (curve, x.first_chunk()) {
            let y = compressed::y_of(x, *sign == 3).ok_or_else(fault)?;
            let encoded = [&[4], x.as_slice(), &y].concat();
            return Ok(PublicKey::sound(curve.kind(), encoded, Parts::Ec { curve }, curve.algorithms()));
        }
        // The crypto crate finds y; the uncompressed point is the end of the key's DER.
        let found = ParsedPublicKey::new(method, point).map_err(|_| fault())?;
        let der: PublicKeyX509Der<'_> = found.as_der().map_err(|_| fault())?;
        let uncompressed = 1 + 2 * width;
        let at = der.as_ref().len().checked_sub(uncompressed).ok_or_else(fault)?;
        PublicKey::from_point(curve, der.as_ref().get(at..).unwrap_or_default())
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

    /// A key that the crypto crate does not keep, with one writing only.
    fn whole(kind: KeyKind, encoded: &[u8], due: usize) -> Result<PublicKey, Reason> {
        if encoded.len() != due {
            return Err(Reason::new(Code::KeyInvalidPoint).expected(due).got(encoded.len()));
        }
        let key = Key {
            kind,
            encoded: encoded.to_vec(),
            parts: Parts::Whole,
            pss_only: false,
            slots: Vec::new(),
            place: OnceLock::new(),
        };
        Ok(PublicKey(Arc::new(key)))
    }

    /// The key, if the crypto crate takes it too: that is where a point is checked to be on its curve.
    fn kept(
        kind: KeyKind,
        encoded: Vec<u8>,
        parts: Parts,
        fit: &[Algorithm],
        fault: Code,
    ) -> Result<PublicKey, Reason> {
        let key = PublicKey::sound(kind, encoded, parts, fit);
        let sound = fit.first().is_some_and(|first| key.parsed_for(*first).is_some());
        if sound { Ok(key) } else { Err(Reason::new(fault)) }
    }

    /// A key that was found sound here; the crypto crate sees it when the first signature is checked with it.
    fn sound(kind: KeyKind, encoded: Vec<u8>, parts: Parts, fit: &[Algorithm]) -> PublicKey {
        let slots = fit.iter().map(|algorithm| (*algorithm, OnceLock::new())).collect();
        PublicKey(Arc::new(Key { kind, encoded, parts, pss_only: false, slots, place: OnceLock::new() }))
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

/// The name in a JWK of a key that is one text of bytes.
pub(crate) fn okp_curve(kind: KeyKind) -> Option<&'static str> {
    match kind {
        KeyKind::Ed25519 => Some("Ed25519"),
        KeyKind::X25519 => Some("X25519"),
        KeyKind::Bls12381G2 => Some("BLS12381G2"),
        KeyKind::P256
        | KeyKind::P384
        | KeyKind::P521
        | KeyKind::K256
        | KeyKind::Rsa { .. }
        | KeyKind::EthereumAccount => None,
    }
}

fn bit_length(number: &[u8]) -> usize {
    let lead = number.first().map_or(0, |first| first.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(lead)
}

#[cfg(test)]
mod tests;
