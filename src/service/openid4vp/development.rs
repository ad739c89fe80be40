//! A ready client for a developer's machine: a new authority, and a certificate of it for the names of this host. Wallets that are to
//! ask no questions are given the authority's certificate; it is never sent along.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use zeroize::Zeroizing;

use crate::time::{Date, Timestamp};

/// Whom the certificate names in any case.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// Days that both last.
const DAYS: i64 = 365;
const DAY: i64 = 86_400;
/// Reader authentication (ISO/IEC 18013-5, B.1.7).
const READER: &[u64] = &[1, 0, 18013, 5, 1, 6];

/// A certificate with its key, and the authority that made it.
pub struct MadeReader {
    /// The certificate, DER.
    pub leaf: Vec<u8>,
    /// Its private key, PKCS #8 PEM.
    pub key_pem: Zeroizing<String>,
    /// The authority, PEM: for wallets that are to trust it.
    pub authority_pem: String,
}

/// A new authority, and a certificate of it that names this machine and, where there is one, the host that the service is known by.
///
/// # Errors
/// A sentence, when the clock is off or the host is no name.
pub fn make_reader(host: Option<&str>, now: Timestamp) -> Result<MadeReader, String> {
    let fault = |error: rcgen::Error| format!("no certificate could be made: {error}");
    let (key, reader_key) = (KeyPair::generate().map_err(fault)?, KeyPair::generate().map_err(fault)?);
    let mut own = params(Vec::new(), "vidimus test reader authority", now)?;
    own.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    own.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = own.self_signed(&key).map_err(fault)?;
    let names = OWN_NAMES.into_iter().chain(host.filter(|host| !OWN_NAMES.contains(host)));
    let mut reader = params(names.map(str::to_owned).collect(), "vidimus, for development", now)?;
    reader.is_ca = IsCa::ExplicitNoCa;
    reader.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    reader.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::Other(READER.to_vec())];
    reader.use_authority_key_identifier_extension = true;
    let leaf = reader.signed_by(&reader_key, &Issuer::from_params(&own, &key)).map_err(fault)?;
    Ok(MadeReader {
        leaf: leaf.der().to_vec(),
        key_pem: Zeroizing::new(reader_key.serialize_pem()),
        authority_pem: authority.pem(),
    })
}

fn params(names: Vec<String>, name: &str, now: Timestamp) -> Result<CertificateParams, String> {
    let mut params = CertificateParams::new(names).map_err(|error| format!("a certificate's name: {error}"))?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    // A wallet's clock that is a little behind ours must not refuse it.
    let (first, last) = (now.plus(-DAY).date(), now.plus(DAYS * DAY).date());
    let day = |date: Date| {
        let year = i32::try_from(date.year).ok().filter(|year| (1970..9999).contains(year));
        year.map(|year| date_time_ymd(year, date.month, date.day)).ok_or("the clock is off".to_owned())
    };
    (params.not_before, params.not_after) = (day(first)?, day(last)?);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::own_keys::{OwnKey, Signer};
    use crate::crypto::pem;
    use crate::trust::x509::{Certificate, check_issued_by};

    #[test]
    fn the_authority_certifies_the_reader() {
        let made = make_reader(Some("verifier.example"), Timestamp::from_seconds(1_800_000_000)).unwrap();
        let authority = pem::blocks(&made.authority_pem).unwrap().remove(0);
        let (leaf, authority) = (Certificate::from_der(&made.leaf), Certificate::from_der(&authority.bytes));
        let (leaf, authority) = (leaf.unwrap(), authority.unwrap());
        assert_eq!(check_issued_by(&leaf, &authority), Ok(()));
        assert!(check_issued_by(&leaf, &leaf).is_err());
        let key = OwnKey::from_pem(&made.key_pem).unwrap();
        assert_eq!(key.public_key().to_spki_der(), leaf.public_key().unwrap().to_spki_der());
        let text = String::from_utf8_lossy(&made.leaf).into_owned();
        assert!(text.contains("verifier.example") && text.contains("localhost"));
        assert!(make_reader(None, Timestamp::from_seconds(i64::MAX)).is_err());
    }
}
