//! Whom the test verifier is to wallets: a key with a certificate of the test authority, and the certificates that are wrong.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};
use vidimus::crypto::digest::sha256;
use vidimus::crypto::own_keys::OwnKey;
use vidimus::encoding::base64url;
use vidimus::issue::test_ca;
use vidimus::openid4vp::client::{Client, Clients};
use vidimus::time::{Date, Timestamp};

use super::trials::OTHER_HOST;
use crate::wallet::holdings::{AUTHORITY, AUTHORITY_KEY};

const DAY: i64 = 86_400;

/// A key and the certificates to show.
pub struct Certified {
    /// The key.
    pub key: Arc<OwnKey>,
    /// DER, its own first, without the authority's.
    pub chain: Vec<Vec<u8>>,
    /// The key, PEM.
    pub key_pem: String,
    /// The certificate, PEM.
    pub pem: String,
}

/// Keys and certificates of the test verifier.
pub struct Reader {
    /// The right one.
    pub right: Certified,
    /// It certifies itself.
    pub self_signed: Certified,
    /// Its time is over.
    pub expired: Certified,
    /// It is another host's.
    pub other_host: Certified,
    /// A key without a certificate.
    pub stranger: OwnKey,
    /// Who that makes us.
    pub clients: Clients,
}

impl Certified {
    /// `x509_hash:` and the digest of the certificate.
    pub fn client_id(&self) -> String {
        format!("x509_hash:{}", base64url::encode(&sha256(&self.chain[0])))
    }
}

impl Reader {
    /// New keys and certificates for a verifier at that host.
    ///
    /// # Errors
    /// A sentence.
    pub fn new(host: &str, now: Timestamp) -> Result<Self, String> {
        let right = by_the_authority(&params(host, now, 300)?)?;
        let clients = vec![
            Client::x509_hash(right.key.clone(), right.chain.clone()),
            Client::x509_san_dns(host, right.key.clone(), right.chain.clone()),
            Ok(Client::redirect_uri()),
        ];
        let clients: Result<Vec<Client>, _> = clients.into_iter().collect();
        Ok(Reader {
            clients: Clients::new(clients.map_err(|fault| fault.to_string())?),
            self_signed: by_itself(&params(host, now, 300)?)?,
            expired: by_the_authority(&params(host, now, -3)?)?,
            other_host: by_the_authority(&params(OTHER_HOST, now, 300)?)?,
            stranger: OwnKey::generate_p256().map_err(|fault| fault.to_string())?.0,
            right,
        })
    }
}

/// A certificate for that host, from sixty days ago until so many days from now.
fn params(host: &str, now: Timestamp, until: i64) -> Result<CertificateParams, String> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "XV");
    params.distinguished_name.push(DnType::CommonName, "vidimus test verifier");
    let name = host.try_into().map_err(|_| format!("`{host}` is no name for a certificate"))?;
    params.subject_alt_names = vec![SanType::DnsName(name)];
    let day = |days: i64| {
        let Date { year, month, day } = now.plus(days * DAY).date();
        date_time_ymd(i32::try_from(year).unwrap_or(i32::MAX), month, day)
    };
    (params.not_before, params.not_after) = (day(-60), day(until));
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    // Reader authentication (ISO/IEC 18013-5, B.1.7).
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(vec![1, 0, 18013, 5, 1, 6])];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn by_the_authority(params: &CertificateParams) -> Result<Certified, String> {
    let text = |error: rcgen::Error| error.to_string();
    let authority_key = KeyPair::from_pem(AUTHORITY_KEY).map_err(text)?;
    let (name, country, from) = AUTHORITY;
    let authority = test_ca::authority_params(name, country, &authority_key, from);
    let key = KeyPair::generate().map_err(text)?;
    let issuer = Issuer::from_params(&authority, &authority_key);
    let certificate = params.signed_by(&key, &issuer).map_err(text)?;
    certified(&key, &certificate)
}

fn by_itself(params: &CertificateParams) -> Result<Certified, String> {
    let key = KeyPair::generate().map_err(|error| error.to_string())?;
    let certificate = params.self_signed(&key).map_err(|error| error.to_string())?;
    certified(&key, &certificate)
}

fn certified(key: &KeyPair, certificate: &rcgen::Certificate) -> Result<Certified, String> {
    let own = OwnKey::from_pem(&key.serialize_pem()).map_err(|fault| fault.to_string())?;
    Ok(Certified {
        key: Arc::new(own),
        chain: vec![certificate.der().to_vec()],
        key_pem: key.serialize_pem(),
        pem: certificate.pem(),
    })
}
