//! Document signers of the EU DCC: keys with certificates by an authority of ours, as the lists of the gateway have them.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, Error, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_RSA_SHA256, RsaKeySize, date_time_ymd,
};
use rival_protocol::Fault;
use vidimus::crypto::own_keys::OwnKey;

/// The country of the authority and its signers.
pub(crate) const COUNTRY: &str = "XX";

/// Kinds of keys that certificates are signed with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// ECDSA with P-256.
    P256,
    /// RSA, 2048 bits.
    Rsa,
}

/// A signer of health certificates.
pub(crate) struct DocumentSigner {
    /// Its key.
    pub(crate) key: OwnKey,
    /// Its certificate, DER.
    pub(crate) certificate: Vec<u8>,
}

/// So many signers, and the DER of the certificate of their authority.
pub(crate) fn signers(kind: Kind, count: usize) -> Result<(Vec<DocumentSigner>, Vec<u8>), Fault> {
    let authority = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut root = named("Measured CSCA")?;
    root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = root.self_signed(&authority)?.der().to_vec();
    let issuer = Issuer::new(root, authority);
    let signers = (0..count).map(|number| {
        let pair = match kind {
            Kind::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
            Kind::Rsa => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048)?,
        };
        let mut params = named(&format!("Measured DSC {number}"))?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&pair, &issuer)?.der().to_vec();
        let key = OwnKey::from_pem(&pair.serialize_pem()).map_err(|fault| fault.to_string())?;
        Ok(DocumentSigner { key, certificate })
    });
    Ok((signers.collect::<Result<_, Fault>>()?, certificate))
}

fn named(common: &str) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CountryName, COUNTRY);
    params.distinguished_name.push(DnType::CommonName, common);
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    Ok(params)
}
