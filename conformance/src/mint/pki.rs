//! The test PKI: made once with `mint-pki`, kept in the repository, read by the generator.
//!
//! All keys are public knowledge. Countries are `XV` and `XW`, which ISO 3166 leaves to its users.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType, date_time_ymd,
};

use serde_json::Value;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::issue::test_ca;
use vidimus::time::Date;

use super::signing::TestKey;

/// The issuer of the test health cards.
pub const CARD_ISSUER: &str = "https://issuer.example/cards";

/// Folder of the keys, below the folder of all vectors.
pub const KEYS: &str = "keys";

/// What a certificate is for and by whom.
struct Plan {
    name: &'static str,
    country: &'static str,
    by: By,
    kind: Kind,
    change: Change,
}

/// What a certificate has that others have not.
type Change = fn(&mut CertificateParams);

/// Who issues a certificate.
#[derive(Clone, Copy)]
enum By {
    Itself,
    Other(&'static str),
}

/// Which key a certificate holds.
#[derive(Clone, Copy)]
enum Kind {
    P256,
    P384,
    Rsa,
}

const fn signer(name: &'static str, change: Change) -> Plan {
    Plan { name, country: "XV", by: By::Other("authority"), kind: Kind::P256, change }
}

fn purpose(params: &mut CertificateParams, oid: &[u64]) {
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(oid.to_vec())];
}

fn nothing(_: &mut CertificateParams) {}

fn authority(params: &mut CertificateParams) {
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
}

/// Puts the issuer's URL into a certificate for health cards.
fn names_issuer(params: &mut CertificateParams) {
    name(params, CARD_ISSUER);
}

fn name(params: &mut CertificateParams, url: &str) {
    params.subject_alt_names = url.try_into().map(SanType::URI).into_iter().collect();
}

/// Every certificate, issuers before what they issue.
const PLANS: &[Plan] = &[
    Plan { name: "authority", country: "XV", by: By::Itself, kind: Kind::P256, change: authority },
    Plan { name: "other-authority", country: "XV", by: By::Itself, kind: Kind::P256, change: authority },
    signer("signer", nothing),
    signer("signer-of-tests", |params| purpose(params, &[1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1])),
    signer("signer-of-vaccinations", |params| purpose(params, &[1, 3, 6, 1, 4, 1, 0, 1847, 2021, 1, 2])),
    signer("signer-of-recoveries", |params| purpose(params, &[1, 3, 6, 1, 4, 1, 1847, 2021, 1, 3])),
    signer("signer-that-ended", |params| params.not_after = date_time_ymd(2026, 5, 20)),
    signer("signer-for-agreement", |params| params.key_usages = vec![KeyUsagePurpose::KeyAgreement]),
    signer("signer-with-critical-extension", |params| {
        let mut extension = CustomExtension::from_oid_content(&[2, 999, 1], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
    }),
    Plan { name: "signer-with-rsa", country: "XV", by: By::Other("authority"), kind: Kind::Rsa, change: nothing },
    Plan { name: "signer-with-p384", country: "XV", by: By::Other("authority"), kind: Kind::P384, change: nothing },
    Plan { name: "signer-of-other-country", country: "XW", by: By::Itself, kind: Kind::P256, change: nothing },
    Plan { name: "card-issuer", country: "XV", by: By::Other("authority"), kind: Kind::P256, change: names_issuer },
];

/// More certificates for the key of `card-issuer`.
const CARD_CERTIFICATES: &[(&str, By, Change)] = &[
    ("card-issuer-with-other-name", By::Other("authority"), |params| name(params, "https://other.example/cards")),
    ("card-issuer-by-a-signer", By::Other("signer"), names_issuer),
    ("card-issuer-by-a-limited-authority", By::Other("limited-authority"), names_issuer),
];

/// Bare keys, of those who are known by documents or DIDs.
const CONTROLLERS: &[(&str, &rcgen::SignatureAlgorithm)] = &[
    ("pass-issuer", &PKCS_ECDSA_P256_SHA256),
    ("w3c-issuer", &PKCS_ECDSA_P256_SHA256),
    ("w3c-holder", &PKCS_ECDSA_P256_SHA256),
    ("vc-issuer", &PKCS_ED25519),
    ("vc-issuer-with-p384", &PKCS_ECDSA_P384_SHA384),
    ("vc-holder", &PKCS_ED25519),
    ("vc-stranger", &PKCS_ED25519),
    ("mdoc-device", &PKCS_ECDSA_P256_SHA256),
    ("mdoc-other-device", &PKCS_ECDSA_P256_SHA256),
    ("mdoc-device-with-ed25519", &PKCS_ED25519),
    ("mdoc-reader", &PKCS_ECDSA_P256_SHA256),
];

/// The only key on secp256k1.
const SECP256K1: &str = "vc-issuer-with-secp256k1";

/// Certificates of mdocs, after their own profile; issuers before what they issue.
const MDOC: &[(&str, &str, By, Change)] = &[
    ("mdoc-authority", "XV", By::Itself, nothing),
    ("mdoc-signer", "XV", By::Other("mdoc-authority"), nothing),
    ("mdoc-signer-of-another-use", "XV", By::Other("mdoc-authority"), |params| {
        params.custom_extensions.truncate(1);
        purpose(params, &[1, 0, 18013, 5, 1, 6]);
    }),
    ("mdoc-signer-for-agreement", "XV", By::Other("mdoc-authority"), |params| {
        params.key_usages = vec![KeyUsagePurpose::KeyAgreement];
    }),
    ("mdoc-signer-of-another-country", "XW", By::Other("mdoc-authority"), nothing),
    ("mdoc-signer-of-ten-years", "XV", By::Other("mdoc-authority"), |params| {
        params.not_after = date_time_ymd(2036, 1, 1);
    }),
    ("mdoc-signer-from-may-on", "XV", By::Other("mdoc-authority"), |params| {
        params.not_before = date_time_ymd(2026, 5, 20);
    }),
    ("mdoc-authority-below", "XV", By::Other("mdoc-authority"), authority),
    ("mdoc-signer-two-below", "XV", By::Other("mdoc-authority-below"), nothing),
];

/// Makes every key and certificate that is not there yet. Whoever wants others takes the files away.
///
/// # Errors
/// A sentence. RSA keys are made by the command `openssl`.
pub fn make(vectors: &Path) -> Result<(), String> {
    let folder = vectors.join(KEYS);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let text = |error: rcgen::Error| error.to_string();
    for plan in PLANS {
        let key = key_pair(&folder, plan.name, || match plan.kind {
            Kind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(text),
            Kind::P384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).map_err(text),
            Kind::Rsa => KeyPair::from_pem(&rsa_key()?).map_err(text),
        })?;
        certify(&folder, plan.name, plan.country, &key, plan.by, plan.change)?;
    }
    // An authority whose key usage does not let it certify.
    let p256 = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(text);
    let key = key_pair(&folder, "limited-authority", p256)?;
    certify(&folder, "limited-authority", "XV", &key, By::Other("authority"), |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::CrlSign];
    })?;
    let card_key = read_key_pair(&folder, "card-issuer")?;
    for (name, by, change) in CARD_CERTIFICATES {
        certify(&folder, name, "XV", &card_key, *by, *change)?;
    }
    // Nothing else of ours makes keys on that curve.
    if !folder.join(format!("{SECP256K1}.key.jwk")).exists() {
        write(&folder, &format!("{SECP256K1}.key.jwk"), &vidimus_ssi::sign::new_secp256k1()?)?;
    }
    // Whose documents are pinned, or who are known by a DID: bare keys.
    for (name, algorithm) in CONTROLLERS {
        key_pair(&folder, name, || KeyPair::generate_for(algorithm).map_err(text))?;
    }
    for (name, country, by, change) in MDOC {
        certify_mdoc(&folder, (name, country), *by, *change, &key_pair(&folder, name, p256)?)?;
    }
    Ok(())
}

/// The key with this name; a new one when there is none yet.
fn key_pair(folder: &Path, name: &str, make: impl FnOnce() -> Result<KeyPair, String>) -> Result<KeyPair, String> {
    if folder.join(format!("{name}.key.pem")).exists() {
        return read_key_pair(folder, name);
    }
    let key = make()?;
    write(folder, &format!("{name}.key.pem"), &key.serialize_pem())?;
    Ok(key)
}

fn certify_mdoc(
    folder: &Path,
    (name, country): (&str, &str),
    by: By,
    change: Change,
    key: &KeyPair,
) -> Result<(), String> {
    if folder.join(format!("{name}.cert.pem")).exists() {
        return Ok(());
    }
    let text = |error: rcgen::Error| error.to_string();
    let day = |year, month, day| Date { year, month, day };
    let certificate = match by {
        By::Itself => test_ca::authority_params(name, country, key, day(2025, 1, 1)).self_signed(key).map_err(text)?,
        By::Other(issuer) => {
            let mut params = test_ca::signer_params(name, country, key, day(2026, 1, 1));
            change(&mut params);
            let issuer_key = read_key_pair(folder, issuer)?;
            let issuer_params = test_ca::authority_params(issuer, "XV", &issuer_key, day(2025, 1, 1));
            params.signed_by(key, &Issuer::from_params(&issuer_params, &issuer_key)).map_err(text)?
        }
    };
    write(folder, &format!("{name}.cert.pem"), &certificate.pem())
}

fn certify(folder: &Path, name: &str, country: &str, key: &KeyPair, by: By, change: Change) -> Result<(), String> {
    if folder.join(format!("{name}.cert.pem")).exists() {
        return Ok(());
    }
    let text = |error: rcgen::Error| error.to_string();
    let mut params = params(name, country);
    change(&mut params);
    let certificate = match by {
        By::Itself => params.self_signed(key).map_err(text)?,
        By::Other(issuer) => {
            params.use_authority_key_identifier_extension = true;
            let issuer_key = read_key_pair(folder, issuer)?;
            let issuer_params = self::params(issuer, "XV");
            params.signed_by(key, &Issuer::from_params(&issuer_params, &issuer_key)).map_err(text)?
        }
    };
    write(folder, &format!("{name}.cert.pem"), &certificate.pem())
}

fn params(name: &str, country: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CountryName, country);
    params.distinguished_name.push(DnType::OrganizationName, "vidimus test PKI");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2046, 12, 31);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params
}

fn rsa_key() -> Result<String, String> {
    let output = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .map_err(|error| format!("openssl: {error}"))?;
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

fn read_key_pair(folder: &Path, name: &str) -> Result<KeyPair, String> {
    let path = folder.join(format!("{name}.key.pem"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    KeyPair::from_pem(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// The scalar or seed in a PKCS #8 key: behind the version of an ECPrivateKey, or in an octet string of its own.
fn secret_of(der: &[u8]) -> Option<&[u8]> {
    let behind = |head: &[u8], length: usize| {
        let at = der.windows(head.len()).position(|window| window == head)?.checked_add(head.len())?;
        der.get(at..at.checked_add(length)?)
    };
    behind(&[2, 1, 1, 4, 32], 32).or_else(|| behind(&[2, 1, 1, 4, 48], 48)).or_else(|| behind(&[4, 34, 4, 32], 32))
}

/// The test PKI, read.
pub struct Pki {
    folder: PathBuf,
}

impl Pki {
    /// The PKI below this folder of vectors.
    pub fn at(vectors: &Path) -> Self {
        Pki { folder: vectors.join(KEYS) }
    }

    /// The key with this name.
    ///
    /// # Errors
    /// A sentence, when it is not there.
    pub fn key(&self, name: &str) -> Result<TestKey, String> {
        let path = self.folder.join(format!("{name}.key.pem"));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        TestKey::from_pem(&text).map_err(|sentence| format!("{}: {sentence}", path.display()))
    }

    /// The key with this name, for algorithms that need chance.
    ///
    /// # Errors
    /// A sentence, when it is not there.
    pub fn own_key(&self, name: &str) -> Result<OwnKey, String> {
        let path = self.folder.join(format!("{name}.key.pem"));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        OwnKey::from_pem(&text).map_err(|fault| format!("{}: {fault}", path.display()))
    }

    /// The key with this name as a secret JWK: on P-256, P-384 or secp256k1, or Ed25519.
    ///
    /// # Errors
    /// A sentence, when it is not there or of another kind.
    pub fn secret_jwk(&self, name: &str) -> Result<Value, String> {
        if name == SECP256K1 {
            let path = self.folder.join(format!("{name}.key.jwk"));
            let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            return serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()));
        }
        let own = self.own_key(name)?;
        let path = self.folder.join(format!("{name}.key.pem"));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = base64url::decode_standard(&body).map_err(|reason| reason.to_string())?;
        let secret = secret_of(&der).ok_or_else(|| format!("{}: no secret", path.display()))?;
        let mut jwk = own.public_key().to_jwk();
        let members = jwk.as_object_mut().ok_or("no JWK")?;
        members.insert("d".to_owned(), base64url::encode(secret).into());
        Ok(jwk)
    }

    /// DER of the certificate with this name.
    ///
    /// # Errors
    /// A sentence, when it is not there.
    pub fn certificate(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.folder.join(format!("{name}.cert.pem"));
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        base64url::decode_standard(&body).map_err(|reason| format!("{}: {reason}", path.display()))
    }
}
