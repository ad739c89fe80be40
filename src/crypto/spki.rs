//! SubjectPublicKeyInfo: public keys as X.509 writes them (RFC 5280, 4.1.2.7), read and written in DER.
//!
//! secp256k1 is not read: no certificate that we check has business with it.

use der::Decode;
use der::asn1::ObjectIdentifier;
use x509_cert::spki::SubjectPublicKeyInfoRef;

use crate::crypto::algorithm::KeyKind;
use crate::crypto::public_key::{Curve, PublicKey};
use crate::crypto::tlv;
use crate::reason::{Code, Reason};

const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

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
                    [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|curve| Some(oid(*curve)) == named);
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

    /// The key as DER SubjectPublicKeyInfo. BLS12-381 keys and accounts have no registered identifier: their bytes come
    /// alone, which nobody reads as a key.
    pub fn to_spki_der(&self) -> Vec<u8> {
        const NULL: [u8; 2] = [5, 0];
        let identifier = |oid: ObjectIdentifier| tlv::value(6, &[oid.as_bytes()]);
        let algorithm = match (self.kind(), self.curve()) {
            (_, Some(curve)) => tlv::value(tlv::SEQUENCE, &[&identifier(EC_KEY), &identifier(oid(curve))]),
            (KeyKind::Rsa { .. }, _) => tlv::value(tlv::SEQUENCE, &[&identifier(RSA), &NULL]),
            (KeyKind::Ed25519, _) => tlv::value(tlv::SEQUENCE, &[&identifier(ED25519)]),
            (KeyKind::X25519, _) => tlv::value(tlv::SEQUENCE, &[&identifier(X25519)]),
            _ => return self.encoded().to_vec(),
        };
        tlv::value(tlv::SEQUENCE, &[&algorithm, &tlv::value(tlv::BIT_STRING, &[&[0], self.encoded()])])
    }
}

fn oid(curve: Curve) -> ObjectIdentifier {
    match curve {
        Curve::P256 => P256,
        Curve::P384 => P384,
        Curve::P521 => P521,
        Curve::Secp256k1 => SECP256K1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::algorithm::Algorithm;

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
}
