//! Certificates made for one fault each, and the sound ones beside them.

use rcgen::{
    BasicConstraints as Constraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType,
    SignatureAlgorithm, date_time_ymd,
};

use super::*;
use crate::limits;
use crate::time::Date;
use crate::trust::x509::path::check_path;

/// A certificate with its key, ready to sign others.
struct Made {
    params: CertificateParams,
    key: KeyPair,
    certificate: Certificate,
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "UT");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2021, 1, 1);
    params.not_after = date_time_ymd(2031, 1, 1);
    params.use_authority_key_identifier_extension = true;
    params
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(Constraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn made_with(params: CertificateParams, by: Option<&Made>, algorithm: &'static SignatureAlgorithm) -> Made {
    let key = KeyPair::generate_for(algorithm).expect("a key");
    let der = match by {
        None => params.self_signed(&key).expect("signed").der().to_vec(),
        Some(by) => {
            let issuer = Issuer::from_params(&by.params, &by.key);
            params.signed_by(&key, &issuer).expect("signed").der().to_vec()
        }
    };
    Made { params, key, certificate: Certificate::from_der(&der).expect("reads") }
}

fn made(params: CertificateParams, by: Option<&Made>) -> Made {
    made_with(params, by, &PKCS_ECDSA_P256_SHA256)
}

fn day(text: &str) -> Timestamp {
    Date::from_text(text).expect("a day").start()
}

fn now() -> Timestamp {
    day("2025-06-01")
}

fn code<T: std::fmt::Debug>(result: Result<T, Reason>) -> Code {
    result.expect_err("must be refused").code()
}

fn path(leaf: &Made, intermediates: &[&Made], anchors: &[&Made]) -> Result<path::Path, Reason> {
    let certificates = |made: &[&Made]| made.iter().map(|made| made.certificate.clone()).collect::<Vec<_>>();
    check_path(&leaf.certificate, &certificates(intermediates), &certificates(anchors), now())
}

#[test]
fn tells_what_stands_in_it() {
    let root = made(ca_params("Root"), None);
    let mut leaf = params("A, B\u{7}");
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 4, 1, 1847, 2021, 1, 1])];
    leaf.subject_alt_names = vec![
        SanType::URI("https://issuer.example/a".try_into().expect("ASCII")),
        SanType::DnsName("issuer.example".try_into().expect("ASCII")),
    ];
    let leaf = made(leaf, Some(&root)).certificate;
    assert_eq!(leaf.subject_text(), "C=UT, CN=A\\, B\u{fffd}");
    assert_eq!(leaf.issuer_text(), "C=UT, CN=Root");
    assert_eq!((leaf.subject_country(), leaf.issuer_country()), (Some("UT"), Some("UT")));
    assert_eq!((leaf.not_before(), leaf.not_after()), (day("2021-01-01"), day("2031-01-01")));
    assert_eq!(leaf.extended_key_usages(), ["1.3.6.1.4.1.1847.2021.1.1"]);
    assert!(leaf.has_extended_key_usage() && !root.certificate.has_extended_key_usage());
    assert_eq!(leaf.san_uris(), ["https://issuer.example/a"]);
    assert_eq!(leaf.san_dns(), ["issuer.example"]);
    assert_eq!(leaf.authority_key_id(), root.certificate.subject_key_id());
    assert!(leaf.authority_key_id().is_some());
    assert!(leaf.key_usage().is_some_and(|usage| usage.digital_signature() && !usage.key_cert_sign()));
    assert!(root.certificate.key_usage().is_some_and(|usage| usage.key_cert_sign() && usage.crl_sign()));
    assert_eq!(root.certificate.basic_constraints(), Some(BasicConstraints { is_ca: true, path_len: None }));
    assert!(root.certificate.is_self_issued() && !leaf.is_self_issued());
    assert_eq!(leaf.kid8(), leaf.fingerprint()[..8]);
    assert_eq!(leaf.fingerprint(), sha256(leaf.der()));
    assert_eq!(leaf.unknown_critical_extension(), None);
}

#[test]
fn refuses_what_is_no_der() {
    let der = made(ca_params("Root"), None).certificate.der().to_vec();
    assert_eq!(code(Certificate::from_der(&[der.as_slice(), &[0]].concat())), Code::X509Malformed);
    for length in [0, 1, 10, der.len() - 1] {
        assert_eq!(code(Certificate::from_der(&der[..length])), Code::X509Malformed);
    }
    // An indefinite length is BER.
    let mut ber = der.clone();
    ber[1] = 0x80;
    assert_eq!(code(Certificate::from_der(&ber)), Code::X509Malformed);
}

/// No byte of a certificate can be changed without being malformed, another key's, or unsigned; and nothing panics.
#[test]
fn no_byte_can_be_changed() {
    let root = made(ca_params("Root"), None);
    let leaf = made(params("Leaf"), Some(&root)).certificate;
    for at in 0..leaf.der().len() {
        let mut changed = leaf.der().to_vec();
        changed[at] ^= 1;
        if let Ok(changed) = Certificate::from_der(&changed) {
            assert!(check_issued_by(&changed, &root.certificate).is_err(), "byte {at}");
        }
    }
}

#[test]
fn pem_texts() {
    let (one, two) = (made(ca_params("One"), None), made(ca_params("Two"), None));
    let block = |made: &Made| crate::crypto::pem::block_text("CERTIFICATE", made.certificate.der()).to_string();
    let text = format!("{}\ncomment\n{}{}", block(&one), one.key.serialize_pem(), block(&two));
    assert_eq!(Certificate::from_pem_all(&text), Ok(vec![one.certificate, two.certificate]));
    for bad in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----\n"] {
        assert_eq!(code(Certificate::from_pem_all(bad)), Code::X509Malformed);
    }
}

#[test]
fn times_are_read_and_checked() {
    assert_eq!(read_time(Tag::UtcTime, b"500101000000Z"), Some(day("1950-01-01")));
    assert_eq!(read_time(Tag::UtcTime, b"491231000000Z"), Some(day("2049-12-31")));
    assert_eq!(read_time(Tag::GeneralizedTime, b"20500101000000Z"), Some(day("2050-01-01")));
    assert_eq!(
        read_time(Tag::GeneralizedTime, b"99991231235959Z"),
        Some(Timestamp::from_seconds(limits::LATEST_SECOND))
    );
    for bad in
        ["2101010000Z", "210101000000", "210101000000+0100", "211301000000Z", "2101010000 1Z", "20210101000000.5Z"]
    {
        assert_eq!(read_time(Tag::UtcTime, bad.as_bytes()), None, "{bad}");
        assert_eq!(read_time(Tag::GeneralizedTime, bad.as_bytes()), None, "{bad}");
    }
    let certificate = made(params("Leaf"), None).certificate;
    assert_eq!(certificate.check_valid_at(day("2021-01-01")), Ok(()));
    assert_eq!(certificate.check_valid_at(day("2031-01-01")), Ok(()));
    assert_eq!(code(certificate.check_valid_at(day("2021-01-01").plus(-1))), Code::X509Expired);
    assert_eq!(code(certificate.check_valid_at(day("2031-01-01").plus(1))), Code::X509Expired);
}

#[test]
fn issued_by_keys_of_every_kind() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let root = made_with(ca_params("Root"), None, algorithm);
        let leaf = made(params("Leaf"), Some(&root));
        assert_eq!(check_issued_by(&leaf.certificate, &root.certificate), Ok(()));
        let twin = made_with(ca_params("Root"), None, algorithm);
        assert_eq!(code(check_issued_by(&leaf.certificate, &twin.certificate)), Code::X509UntrustedRoot);
        let other = made_with(ca_params("Other"), None, algorithm);
        assert_eq!(code(check_issued_by(&leaf.certificate, &other.certificate)), Code::X509UntrustedRoot);
    }
}

#[test]
fn issuers_must_be_allowed_to_issue() {
    let mut no_ca = params("No CA");
    no_ca.is_ca = IsCa::ExplicitNoCa;
    for not_a_ca in [no_ca, params("Nothing said")] {
        let issuer = made(not_a_ca, None);
        let leaf = made(params("Leaf"), Some(&issuer));
        assert_eq!(code(check_issued_by(&leaf.certificate, &issuer.certificate)), Code::X509NotACa);
    }
    let mut no_sign = ca_params("No keyCertSign");
    no_sign.key_usages = vec![KeyUsagePurpose::CrlSign];
    let issuer = made(no_sign, None);
    let mut leaf = params("Leaf");
    leaf.use_authority_key_identifier_extension = false;
    let leaf = made(leaf, Some(&issuer));
    assert_eq!(code(check_issued_by(&leaf.certificate, &issuer.certificate)), Code::X509KeyUsage);
}

#[test]
fn paths_over_intermediates() {
    let root = made(ca_params("Root"), None);
    let middle = made(ca_params("Middle"), Some(&root));
    let low = made(ca_params("Low"), Some(&middle));
    let leaf = made(params("Leaf"), Some(&low));
    let found = path(&leaf, &[&middle, &low], &[&root]).expect("a path");
    assert_eq!(found, [&leaf, &low, &middle, &root].map(|made| made.certificate.clone()));
    // An authority in the middle may be the anchor; the leaf itself too.
    assert_eq!(path(&leaf, &[&low], &[&middle]).map(|path| path.len()), Ok(3));
    assert_eq!(path(&leaf, &[], &[&leaf]).map(|path| path.len()), Ok(1));
    assert_eq!(code(path(&leaf, &[&middle], &[&root])), Code::X509UntrustedRoot);
    // The peer's own root does not count.
    assert_eq!(code(path(&leaf, &[&low, &middle, &root], &[])), Code::X509UntrustedRoot);
    let stranger = made(ca_params("Root"), None);
    assert_eq!(code(path(&leaf, &[&low, &middle, &root], &[&stranger])), Code::X509UntrustedRoot);
    // Of two authorities with one name the right one is found, wherever it stands.
    assert!(path(&leaf, &[&low, &middle], &[&stranger, &root]).is_ok());
}

#[test]
fn paths_with_a_fault() {
    let root = made(ca_params("Root"), None);
    let through = |change: fn(&mut CertificateParams)| {
        let mut middle = ca_params("Middle");
        change(&mut middle);
        let middle = made(middle, Some(&root));
        let leaf = made(params("Leaf"), Some(&middle));
        path(&leaf, &[&middle], &[&root]).map_err(|reason| reason.code()).map(|path| path.len())
    };
    let critical = |params: &mut CertificateParams| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    };
    assert_eq!(through(|_| {}), Ok(3));
    assert_eq!(through(|params| params.not_after = date_time_ymd(2025, 1, 1)), Err(Code::X509Expired));
    assert_eq!(through(|params| params.not_before = date_time_ymd(2026, 1, 1)), Err(Code::X509Expired));
    assert_eq!(through(|params| params.is_ca = IsCa::ExplicitNoCa), Err(Code::X509NotACa));
    assert_eq!(through(|params| params.key_usages = vec![KeyUsagePurpose::CrlSign]), Err(Code::X509KeyUsage));
    assert_eq!(through(critical), Err(Code::X509CriticalExtension));
    let constraint = |params: &mut CertificateParams| {
        params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 30], vec![0x30, 0]));
    };
    assert_eq!(through(constraint), Err(Code::X509CriticalExtension));
    let unknown = |params: &mut CertificateParams| {
        params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]));
    };
    assert_eq!(through(unknown), Ok(3));
    let leaf = |change: fn(&mut CertificateParams)| {
        let mut leaf = params("Leaf");
        change(&mut leaf);
        path(&made(leaf, Some(&root)), &[], &[&root]).map_err(|reason| reason.code()).map(|path| path.len())
    };
    assert_eq!(leaf(|_| {}), Ok(2));
    assert_eq!(leaf(|params| params.not_after = date_time_ymd(2025, 1, 1)), Err(Code::X509Expired));
    assert_eq!(leaf(|params| params.key_usages = vec![KeyUsagePurpose::KeyAgreement]), Err(Code::X509KeyUsage));
    assert_eq!(leaf(critical), Err(Code::X509CriticalExtension));
}

#[test]
fn path_length_is_kept() {
    let mut limited = ca_params("Root");
    limited.is_ca = IsCa::Ca(Constraints::Constrained(0));
    let root = made(limited, None);
    let middle = made(ca_params("Middle"), Some(&root));
    let leaf = made(params("Leaf"), Some(&middle));
    let direct = made(params("Direct"), Some(&root));
    assert_eq!(code(path(&leaf, &[&middle], &[&root])), Code::X509PathLen);
    assert!(path(&direct, &[], &[&root]).is_ok());
    let many: Vec<_> = (0..=limits::X5CHAIN).map(|_| &middle).collect();
    assert_eq!(code(path(&leaf, &many, &[&root])), Code::X509ChainTooLong);
}

/// Ten authorities of one name and no anchor: without a budget, ten factorial ways.
#[test]
fn circles_end_within_the_budget() {
    let mut anonymous = ca_params("Circle");
    anonymous.use_authority_key_identifier_extension = false;
    let first = made(anonymous.clone(), None);
    let mut circle = vec![first.certificate.clone()];
    // The same key and name under ever new serial numbers: each may have signed each.
    for serial in 2..=limits::X5CHAIN as u64 {
        let mut params = anonymous.clone();
        params.serial_number = Some(serial.into());
        let der = params.self_signed(&first.key).expect("signed").der().to_vec();
        circle.push(Certificate::from_der(&der).expect("reads"));
    }
    let leaf = made(params("Leaf"), Some(&first));
    let stranger = made(ca_params("Root"), None).certificate;
    assert_eq!(code(check_path(&leaf.certificate, &circle, &[stranger], now())), Code::X509ChainTooLong);
}

#[test]
fn signature_algorithms() {
    let key = made(ca_params("Root"), None).certificate.public_key().cloned().expect("a key");
    let told = |algorithm: &[u8]| signature::check(algorithm, &key, b"", &[]).map_err(|reason| reason.code());
    // SHA-1 with ECDSA, SHA-1 and MD5 with RSA, PSS by default (SHA-1).
    assert_eq!(told(&[0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]), Err(Code::X509WeakAlg));
    for last in [4, 5] {
        let rsa = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, last, 5, 0];
        assert_eq!(told(&rsa), Err(Code::X509WeakAlg));
    }
    let pss = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10, 0x30, 0];
    assert_eq!(told(&pss), Err(Code::X509WeakAlg));
    // RSA named over an EC key.
    let rsa = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0];
    assert_eq!(told(&rsa), Err(Code::X509UntrustedRoot));
    assert_eq!(told(&[0x30, 1]), Err(Code::X509Malformed));
}

/// Deviation: NULL under ecdsa-with-SHA256, as real signers write it.
#[test]
fn null_parameters_under_ecdsa() {
    use crate::crypto::ecdsa_value::der_from_raw;
    use crate::crypto::own_keys::{OwnKey, Signer};

    let (own, _) = OwnKey::generate_p256().expect("a key");
    let signature = der_from_raw(&own.sign(b"signed").expect("signed"));
    let check = |algorithm: &[u8]| signature::check(algorithm, own.public_key(), b"signed", &signature);
    let oid = [6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    assert_eq!(check(&[&[0x30, 10], oid.as_slice()].concat()), Ok(()));
    assert_eq!(check(&[&[0x30, 12], oid.as_slice(), &[5, 0]].concat()), Ok(()));
    assert_eq!(code(check(&[&[0x30, 12], oid.as_slice(), &[4, 0]].concat())), Code::X509Malformed);
}
