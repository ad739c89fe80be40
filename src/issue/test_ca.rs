//! A test authority for mdocs: an IACA and a document signer after ISO/IEC 18013-5, Annex B.1. For tests and demonstrations: an authority
//! that somebody trusts keeps its key elsewhere.

use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DistinguishedName, DnType, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData, date_time_ymd,
};
use zeroize::Zeroizing;

use crate::crypto::digest::sha1;
use crate::format::mdoc::certificates::{AUTHORITY_DAYS, SIGNER_DAYS};
use crate::issue::IssueFault;
use crate::time::{Date, Timestamp};

const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];
const ISSUER_ALT_NAME: [u64; 4] = [2, 5, 29, 18];
const DAY_SECONDS: i64 = 86_400;

/// A certificate with its key.
pub struct Certified {
    /// The certificate, DER.
    pub der: Vec<u8>,
    /// The same as PEM.
    pub pem: String,
    /// The private key, PKCS #8 PEM.
    pub key_pem: Zeroizing<String>,
}

/// An authority and a document signer that it certifies.
pub struct TestCa {
    /// The authority (IACA).
    pub authority: Certified,
    /// The document signer.
    pub signer: Certified,
}

/// A new test authority of that country, from the day of `now` on. Keys are on P-256.
///
/// # Errors
/// `Content` when the country is not two capital letters, `Key` when no key can be made.
pub fn make(country: &str, now: Timestamp) -> Result<TestCa, IssueFault> {
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(IssueFault::Content("a country is two capital letters".to_owned()));
    }
    let fault = |error: rcgen::Error| IssueFault::Key(error.to_string());
    let (key, signer_key) = (KeyPair::generate().map_err(fault)?, KeyPair::generate().map_err(fault)?);
    let own = authority_params("vidimus test IACA", country, &key, now.date());
    let authority = own.self_signed(&key).map_err(fault)?;
    let signer = signer_params("vidimus test document signer", country, &signer_key, now.date());
    let signer = signer.signed_by(&signer_key, &Issuer::from_params(&own, &key)).map_err(fault)?;
    let certified = |certificate: &rcgen::Certificate, key: &KeyPair| Certified {
        der: certificate.der().to_vec(),
        pem: certificate.pem(),
        key_pem: Zeroizing::new(key.serialize_pem()),
    };
    Ok(TestCa { authority: certified(&authority, &key), signer: certified(&signer, &signer_key) })
}

/// What the certificate of an authority holds (Table B.1): twenty years from that day on.
pub fn authority_params(name: &str, country: &str, key: &KeyPair, from: Date) -> CertificateParams {
    let mut params = params(name, country, key, from, AUTHORITY_DAYS - 2);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// What the certificate of a document signer holds (Table B.3): as long as the standard lets it be.
pub fn signer_params(name: &str, country: &str, key: &KeyPair, from: Date) -> CertificateParams {
    let mut params = params(name, country, key, from, SIGNER_DAYS);
    params.is_ca = IsCa::NoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    // SEQUENCE OF OBJECT IDENTIFIER { 1.0.18013.5.1.2 }
    let mut usage = CustomExtension::from_oid_content(
        &EXTENDED_KEY_USAGE,
        vec![0x30, 0x09, 0x06, 0x07, 0x28, 0x81, 0x8c, 0x5d, 0x05, 0x01, 0x02],
    );
    usage.set_criticality(true);
    params.custom_extensions.push(usage);
    params
}

fn params(name: &str, country: &str, key: &KeyPair, from: Date, days: i64) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, country);
    params.distinguished_name.push(DnType::CommonName, name);
    let day = |date: Date| date_time_ymd(i32::try_from(date.year).unwrap_or(i32::MAX), date.month, date.day);
    params.not_before = day(from);
    let until = from.days_from_epoch().saturating_add(days).saturating_mul(DAY_SECONDS);
    params.not_after = day(Timestamp::from_seconds(until).date());
    params.key_identifier_method = KeyIdMethod::PreSpecified(sha1(key.der_bytes()).to_vec());
    let contact = b"https://issuer.example/";
    // GeneralNames: one uniformResourceIdentifier.
    let mut names = vec![0x30, 0x19, 0x86, 0x17];
    names.extend_from_slice(contact);
    params.custom_extensions = vec![CustomExtension::from_oid_content(&ISSUER_ALT_NAME, names)];
    let uris = vec!["https://issuer.example/iaca.crl".to_owned()];
    params.crl_distribution_points = vec![CrlDistributionPoint { uris }];
    params
}

#[cfg(test)]
mod tests {
    use super::make;
    use crate::time::Timestamp;
    use crate::trust::x509::{Certificate, check_issued_by};

    #[test]
    fn the_authority_certifies_its_signer() {
        let made = make("XV", Timestamp::from_seconds(1_780_000_000)).expect("made");
        let read = |der: &[u8]| Certificate::from_der(der).expect("a certificate");
        let (authority, signer) = (read(&made.authority.der), read(&made.signer.der));
        assert_eq!(check_issued_by(&signer, &authority), Ok(()));
        assert_eq!(signer.extended_key_usages(), ["1.0.18013.5.1.2"]);
        assert_eq!(signer.subject_country(), Some("XV"));
        assert_eq!(signer.unknown_critical_extension(), None);
        assert_eq!(signer.authority_key_id(), authority.subject_key_id());
        assert!(make("xv", Timestamp::default()).is_err() && make("XVI", Timestamp::default()).is_err());
    }
}
