//! Signers of mdocs: each with a certificate by an authority of its own, after ISO/IEC 18013-5, Annex B.1.

use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, CustomExtension, DnType, Error, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData, date_time_ymd,
};
use rival_protocol::Fault;
use vidimus::crypto::digest::sha1;
use vidimus::crypto::own_keys::OwnKey;
use vidimus::time::{Date, Timestamp};

use crate::ISSUERS;

/// The country of the authorities and their signers.
pub(crate) const COUNTRY: &str = "XV";
const DAY: i64 = 86_400;
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];
const SUBJECT_KEY_ID: [u64; 4] = [2, 5, 29, 14];
const ISSUER_ALT_NAME: [u64; 4] = [2, 5, 29, 18];

/// A signer of mdocs.
pub(crate) struct MdocSigner {
    /// Its key.
    pub(crate) key: OwnKey,
    /// Its certificate, DER.
    pub(crate) certificate: Vec<u8>,
    /// The certificate of its authority, DER.
    pub(crate) authority: Vec<u8>,
}

/// As many signers as issue in turn.
pub(crate) fn signers(now: Timestamp) -> Result<Vec<MdocSigner>, Fault> {
    // Certificates begin with a day: an earlier one, so that what is signed now is signed within.
    let from = now.plus(-3 * DAY);
    let signer = |number: usize| {
        let (authority, pair) = (KeyPair::generate()?, KeyPair::generate()?);
        let mut root = params(&format!("Measured IACA {number}"), &authority, (from, 3000))?;
        root.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let root_certificate = root.self_signed(&authority)?.der().to_vec();
        let mut leaf = params(&format!("Measured document signer {number}"), &pair, (from, 400))?;
        leaf.is_ca = IsCa::NoCa;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.use_authority_key_identifier_extension = true;
        // SEQUENCE OF OBJECT IDENTIFIER { 1.0.18013.5.1.2 }
        let usage = vec![0x30, 0x09, 0x06, 0x07, 0x28, 0x81, 0x8c, 0x5d, 0x05, 0x01, 0x02];
        let mut usage = CustomExtension::from_oid_content(&EXTENDED_KEY_USAGE, usage);
        usage.set_criticality(true);
        // OCTET STRING: such a certificate names its own key too, and is not said to be no authority.
        let key_id = [&[0x04, 0x14][..], &sha1(pair.der_bytes())].concat();
        leaf.custom_extensions.extend([usage, CustomExtension::from_oid_content(&SUBJECT_KEY_ID, key_id)]);
        let certificate = leaf.signed_by(&pair, &Issuer::new(root, authority))?.der().to_vec();
        let key = OwnKey::from_pem(&pair.serialize_pem()).map_err(|fault| fault.to_string())?;
        Ok(MdocSigner { key, certificate, authority: root_certificate })
    };
    (0..ISSUERS).map(signer).collect()
}

fn params(name: &str, key: &KeyPair, (from, days): (Timestamp, i64)) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.remove(DnType::CommonName);
    params.distinguished_name.push(DnType::CountryName, COUNTRY);
    params.distinguished_name.push(DnType::CommonName, name);
    let day = |Date { year, month, day }: Date| date_time_ymd(i32::try_from(year).unwrap_or_default(), month, day);
    params.not_before = day(from.date());
    params.not_after = day(from.plus(days * DAY).date());
    params.key_identifier_method = KeyIdMethod::PreSpecified(sha1(key.der_bytes()).to_vec());
    // GeneralNames: one uniformResourceIdentifier.
    let names = [&[0x30, 0x19, 0x86, 0x17][..], b"https://issuer.example/"].concat();
    params.custom_extensions = vec![CustomExtension::from_oid_content(&ISSUER_ALT_NAME, names)];
    params.crl_distribution_points =
        vec![CrlDistributionPoint { uris: vec!["https://issuer.example/iaca.crl".to_owned()] }];
    Ok(params)
}
