//! Algorithms: the signature algorithms of JOSE (RFC 7518), COSE (RFC 9053) and X.509 that we check.

use std::fmt;

use aws_lc_rs::signature::{self as aws, VerificationAlgorithm};

/// A SHA-2 digest inside a signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// ECDSA on P-521.
    P521,
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
    },
    /// Ed25519.
    Ed25519,
    /// ECDSA on secp256k1.
    K256,
    /// X25519: for key agreement, never for signatures.
    X25519,
    /// A point of G2 on BLS12-381, for BBS signatures.
    Bls12381G2,
    /// An Ethereum account: the digest of a secp256k1 key, which a signature brings.
    EthereumAccount,
}

/// A signature algorithm. ECDSA signatures are the raw r || s, never DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    Ps384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
    Ps512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// Ed25519 under the strict rule: canonical points, none of small order, S in range, no cofactor.
    EdDsa,
    /// ECDSA on P-384 with SHA-256.
    ///
    /// Deviation: three HCERT test certificates of Spain name ES256 and are signed with a P-384 key: 96 raw bytes.
    /// COSE ES256 does not bind the curve (RFC 9053, 2.1). Also a signature algorithm of X.509.
    Es256OverP384,
    /// ECDSA on P-521 with SHA-256; X.509 only.
    Es256OverP521,
    /// ECDSA on P-256 with SHA-384; X.509 only.
    Es384OverP256,
    /// ECDSA on P-521 with SHA-384; X.509 only.
    Es384OverP521,
    /// ECDSA on P-256 with SHA-512; X.509 only.
    Es512OverP256,
    /// ECDSA on P-384 with SHA-512; X.509 only.
    Es512OverP384,
    /// ECDSA on secp256k1 with SHA-256 (RFC 8812).
    Es256k,
    /// ECDSA on secp256k1 with SHA-256, and a byte that lets the key be recovered. Older Data Integrity suites only.
    Es256kR,
    /// A BBS proof, ciphersuite BLS12-381-SHA-256. Data Integrity only: it has no JOSE name and no COSE label here.
    Bbs,
}

/// What a key must be to fit an algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    P256,
    P384,
    P521,
    RsaPss,
    RsaPkcs1,
    Ed25519,
    K256,
    K256Recovery,
    Bbs,
}

impl Algorithm {
    /// The algorithm's name: the JOSE name where there is one.
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::Es512 => "ES512",
            Algorithm::Ps256 => "PS256",
            Algorithm::Ps384 => "PS384",
            Algorithm::Ps512 => "PS512",
            Algorithm::Rs256 => "RS256",
            Algorithm::Rs384 => "RS384",
            Algorithm::Rs512 => "RS512",
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256OverP384 => "ES256 over P-384",
            Algorithm::Es256OverP521 => "ES256 over P-521",
            Algorithm::Es384OverP256 => "ES384 over P-256",
            Algorithm::Es384OverP521 => "ES384 over P-521",
            Algorithm::Es512OverP256 => "ES512 over P-256",
            Algorithm::Es512OverP384 => "ES512 over P-384",
            Algorithm::Es256k => "ES256K",
            Algorithm::Es256kR => "ES256K-R",
            Algorithm::Bbs => "BBS",
        }
    }

    /// The algorithm with that JOSE `alg` name, if it is one we check. `none` is not. `Ed25519` (RFC 9864) is `EdDSA` here.
    pub fn from_jose(name: &str) -> Option<Algorithm> {
        let name = if name == "Ed25519" { "EdDSA" } else { name };
        Algorithm::REGISTERED.iter().map(|(algorithm, _)| *algorithm).find(|algorithm| algorithm.name() == name)
    }

    /// The algorithm with that COSE label, if it is one we check. The labels of RFC 9864 that name a curve too count as those
    /// that do not.
    pub fn from_cose(label: i64) -> Option<Algorithm> {
        let label = match label {
            -9 => -7,
            -19 => -8,
            -51 => -35,
            -52 => -36,
            label => label,
        };
        Algorithm::REGISTERED.iter().find(|(_, known)| *known == label).map(|(algorithm, _)| *algorithm)
    }

    /// The COSE label of the algorithm. The combinations of X.509 carry the label of their digest's algorithm; those
    /// that have none carry the reserved 0.
    pub const fn cose_label(self) -> i64 {
        match self {
            Algorithm::Bbs | Algorithm::Es256kR => 0,
            Algorithm::Es256k => -47,
            Algorithm::Es256 | Algorithm::Es256OverP384 | Algorithm::Es256OverP521 => -7,
            Algorithm::EdDsa => -8,
            Algorithm::Es384 | Algorithm::Es384OverP256 | Algorithm::Es384OverP521 => -35,
            Algorithm::Es512 | Algorithm::Es512OverP256 | Algorithm::Es512OverP384 => -36,
            Algorithm::Ps256 => -37,
            Algorithm::Ps384 => -38,
            Algorithm::Ps512 => -39,
            Algorithm::Rs256 => -257,
            Algorithm::Rs384 => -258,
            Algorithm::Rs512 => -259,
        }
    }

    /// ECDSA with that digest on that key's curve; `None` for other keys.
    pub fn ecdsa(hash: Hash, key: KeyKind) -> Option<Algorithm> {
        Some(match (hash, key) {
            (Hash::Sha256, KeyKind::P256) => Algorithm::Es256,
            (Hash::Sha256, KeyKind::P384) => Algorithm::Es256OverP384,
            (Hash::Sha256, KeyKind::P521) => Algorithm::Es256OverP521,
            (Hash::Sha384, KeyKind::P256) => Algorithm::Es384OverP256,
            (Hash::Sha384, KeyKind::P384) => Algorithm::Es384,
            (Hash::Sha384, KeyKind::P521) => Algorithm::Es384OverP521,
            (Hash::Sha512, KeyKind::P256) => Algorithm::Es512OverP256,
            (Hash::Sha512, KeyKind::P384) => Algorithm::Es512OverP384,
            (Hash::Sha512, KeyKind::P521) => Algorithm::Es512,
            _ => return None,
        })
    }

    /// Registered algorithms and their COSE labels (IANA COSE Algorithms).
    const REGISTERED: [(Algorithm, i64); 11] = [
        (Algorithm::Es256, -7),
        (Algorithm::EdDsa, -8),
        (Algorithm::Es384, -35),
        (Algorithm::Es512, -36),
        (Algorithm::Ps256, -37),
        (Algorithm::Ps384, -38),
        (Algorithm::Ps512, -39),
        (Algorithm::Rs256, -257),
        (Algorithm::Rs384, -258),
        (Algorithm::Rs512, -259),
        (Algorithm::Es256k, -47),
    ];

    pub(crate) const fn family(self) -> Family {
        match self {
            Algorithm::Es256 | Algorithm::Es384OverP256 | Algorithm::Es512OverP256 => Family::P256,
            Algorithm::Es384 | Algorithm::Es256OverP384 | Algorithm::Es512OverP384 => Family::P384,
            Algorithm::Es512 | Algorithm::Es256OverP521 | Algorithm::Es384OverP521 => Family::P521,
            Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => Family::RsaPss,
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => Family::RsaPkcs1,
            Algorithm::EdDsa => Family::Ed25519,
            Algorithm::Es256k => Family::K256,
            Algorithm::Es256kR => Family::K256Recovery,
            Algorithm::Bbs => Family::Bbs,
        }
    }

    /// How the crypto crate checks this algorithm, and whether it wants the ECDSA signature in DER; `None` for what it
    /// does not know: BBS, recovery of keys.
    pub(crate) fn check_with(self) -> Option<(&'static dyn VerificationAlgorithm, bool)> {
        Some(match self {
            Algorithm::Es256 => (&aws::ECDSA_P256_SHA256_FIXED, false),
            Algorithm::Es384OverP256 => (&aws::ECDSA_P256_SHA384_ASN1, true),
            Algorithm::Es512OverP256 => (&aws::ECDSA_P256_SHA512_ASN1, true),
            Algorithm::Es384 => (&aws::ECDSA_P384_SHA384_FIXED, false),
            Algorithm::Es256OverP384 => (&aws::ECDSA_P384_SHA256_ASN1, true),
            Algorithm::Es512OverP384 => (&aws::ECDSA_P384_SHA512_ASN1, true),
            Algorithm::Es512 => (&aws::ECDSA_P521_SHA512_FIXED, false),
            Algorithm::Es256OverP521 => (&aws::ECDSA_P521_SHA256_FIXED, false),
            Algorithm::Es384OverP521 => (&aws::ECDSA_P521_SHA384_FIXED, false),
            Algorithm::Ps256 => (&aws::RSA_PSS_2048_8192_SHA256, false),
            Algorithm::Ps384 => (&aws::RSA_PSS_2048_8192_SHA384, false),
            Algorithm::Ps512 => (&aws::RSA_PSS_2048_8192_SHA512, false),
            Algorithm::Rs256 => (&aws::RSA_PKCS1_2048_8192_SHA256, false),
            Algorithm::Rs384 => (&aws::RSA_PKCS1_2048_8192_SHA384, false),
            Algorithm::Rs512 => (&aws::RSA_PKCS1_2048_8192_SHA512, false),
            Algorithm::EdDsa => (&aws::ED25519, false),
            Algorithm::Es256k => (&aws::ECDSA_P256K1_SHA256_FIXED, false),
            Algorithm::Bbs | Algorithm::Es256kR => return None,
        })
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_labels_go_there_and_back() {
        for (algorithm, label) in Algorithm::REGISTERED {
            assert_eq!(Algorithm::from_cose(label), Some(algorithm));
            assert_eq!(algorithm.cose_label(), label);
            assert_eq!(Algorithm::from_jose(algorithm.name()), Some(algorithm));
        }
        for name in ["none", "HS256", "es256", "ES256k", "ES256K-R", "BBS", "ES256 over P-384", ""] {
            assert_eq!(Algorithm::from_jose(name), None, "{name}");
        }
        assert_eq!(Algorithm::from_cose(7), None);
        assert_eq!(Algorithm::from_jose("Ed25519"), Some(Algorithm::EdDsa));
        let curves = [-9, -51, -52, -19].map(Algorithm::from_cose);
        assert_eq!(curves, [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa].map(Some));
    }
}
