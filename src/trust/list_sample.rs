//! Samples for the tests of signed trust lists: authorities, signers, and whoever signs the list.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};

use crate::crypto::own_keys::OwnKey;
use crate::encoding::base64url;
use crate::time::Timestamp;
use crate::trust::entry::Entry;
use crate::trust::import::{Import, Options};
use crate::trust::x509::Certificate;

/// The present.
pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// A certificate and its key.
pub(super) struct Made {
    params: CertificateParams,
    key: KeyPair,
    pub(super) der: Vec<u8>,
}

impl Made {
    /// The certificate, read.
    pub(super) fn certificate(&self) -> Certificate {
        Certificate::from_der(&self.der).unwrap()
    }

    /// The certificate in base64.
    pub(super) fn base64(&self) -> String {
        base64url::encode_standard(&self.der)
    }

    /// The key.
    pub(super) fn key(&self) -> OwnKey {
        OwnKey::from_pkcs8_der(self.key.serialized_der()).unwrap()
    }
}

/// An authority.
pub(super) fn authority(name: &str) -> Made {
    made(name, true, None, None)
}

/// A signer by an authority, with that extended key usage.
pub(super) fn signer(name: &str, usage: Option<&[u64]>, by: &Made) -> Made {
    made(name, false, usage, Some(by))
}

fn made(name: &str, is_authority: bool, usage: Option<&[u64]>, by: Option<&Made>) -> Made {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "UT");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::ContentCommitment];
    params.extended_key_usages =
        usage.into_iter().map(|oid| rcgen::ExtendedKeyUsagePurpose::Other(oid.to_vec())).collect();
    if is_authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    }
    let key = KeyPair::generate().unwrap();
    let der = match by {
        None => params.self_signed(&key).unwrap().der().to_vec(),
        Some(by) => params.signed_by(&key, &Issuer::from_params(&by.params, &by.key)).unwrap().der().to_vec(),
    };
    Made { params, key, der }
}

/// Options of an import now, of a list signed by these.
pub(super) fn signed_by(signers: &[&Made]) -> Options {
    Options { signers: signers.iter().map(|made| made.certificate()).collect(), imported_at: NOW, ..Options::default() }
}

/// Options of an import now, of a list whose signature nobody checks.
pub(super) fn unchecked() -> Options {
    Options { unchecked: true, imported_at: NOW, ..Options::default() }
}

/// Every authority of an import: certificate, formats and types.
pub(super) fn taken(import: &Import) -> Vec<(String, Vec<String>, Vec<String>)> {
    let entries = import.files.values().flat_map(|file| &file.entries);
    let authority = |entry: &Entry| match entry {
        Entry::Authority { certificate, formats, types, .. } => (certificate.clone(), formats.clone(), types.clone()),
        other => panic!("{other:?}"),
    };
    entries.map(authority).collect()
}

/// What the problems of an import are about, and their codes.
pub(super) fn problems(import: &Import) -> Vec<(&str, &'static str)> {
    import.problems.iter().map(|problem| (problem.entry.as_str(), problem.reason.code().as_str())).collect()
}
