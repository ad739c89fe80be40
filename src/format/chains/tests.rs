//! Chains with one thing wrong each, beside the sound one.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd};

use super::*;
use crate::encoding::base64url;
use crate::evidence::Evidence;
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::time::{Date, Timestamp};
use crate::trust::Trust;
use crate::trust::entry::Entry;

struct Made {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

fn made(name: &str, (from, until): (i32, i32), by: Option<&Made>) -> Made {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "UT");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    if by.is_none() {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    }
    let key = KeyPair::generate().expect("a key");
    let der = match by {
        None => params.self_signed(&key).expect("signed").der().to_vec(),
        Some(by) => {
            let issuer = Issuer::from_params(&by.params, &by.key);
            params.signed_by(&key, &issuer).expect("signed").der().to_vec()
        }
    };
    Made { params, key, der }
}

fn authority(root: &Made, environment: Environment) -> Entry {
    Entry::Authority {
        certificate: base64url::encode_standard(&root.der),
        formats: vec!["mdoc".to_owned()],
        types: Vec::new(),
        country: None,
        environment,
        list: Some("a list".to_owned()),
    }
}

fn signer(leaf: &Made) -> Entry {
    Entry::Signer {
        certificate: base64url::encode_standard(&leaf.der),
        formats: vec!["mdoc".to_owned()],
        country: None,
        kid: None,
        environment: Environment::Production,
        withdrawn: false,
        list: None,
    }
}

fn keys_at(day: &str, trust: &Trust, sent: &[&Made]) -> Keys {
    let now: Timestamp = Date::from_text(day).expect("a day").start();
    let (occasion, policy, evidence) = (Occasion::at(now), Policy::default(), Evidence::none());
    let context = Context { trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    let sent: Vec<Vec<u8>> = sent.iter().map(|made| made.der.clone()).collect();
    by_chain("mdoc", &sent, &context)
}

fn codes(keys: &Keys) -> Vec<Code> {
    keys.faults.iter().map(Reason::code).collect()
}

#[test]
fn a_chain_leads_to_its_authority_and_to_no_other() {
    let root = made("Root", (2020, 2040), None);
    let leaf = made("Leaf", (2024, 2026), Some(&root));
    let (trust, problems) = Trust::from_entries(vec![authority(&root, Environment::Production)]);
    assert!(problems.is_empty());
    // Twice: found, then remembered.
    for _ in 0..2 {
        let keys = keys_at("2025-06-01", &trust, &[&leaf]);
        assert_eq!(codes(&keys), []);
        let [candidate] = keys.candidates.as_slice() else { panic!("one candidate") };
        assert_eq!(candidate.certificates().len(), 2);
        assert_eq!(candidate.description().list.as_deref(), Some("a list"));
        assert_eq!(keys.consulted.len(), 1);
        // The root may be sent along; it is no better for it.
        assert_eq!(keys_at("2025-06-01", &trust, &[&leaf, &root]).candidates.len(), 1);
    }
    let stranger = made("Root", (2020, 2040), None);
    let foreign = made("Leaf", (2024, 2026), Some(&stranger));
    assert_eq!(codes(&keys_at("2025-06-01", &trust, &[&foreign])), [Code::X509UntrustedRoot]);
    assert_eq!(codes(&keys_at("2025-06-01", &trust, &[&foreign, &stranger])), [Code::X509UntrustedRoot]);
    assert_eq!(codes(&keys_at("2025-06-01", &trust, &[])), [Code::X509Missing]);
}

#[test]
fn what_is_remembered_is_no_better_at_another_time() {
    let root = made("Root", (2020, 2040), None);
    let leaf = made("Leaf", (2024, 2026), Some(&root));
    let (trust, _) = Trust::from_entries(vec![authority(&root, Environment::Production)]);
    assert_eq!(codes(&keys_at("2025-06-01", &trust, &[&leaf])), []);
    for day in ["2023-06-01", "2027-06-01"] {
        let keys = keys_at(day, &trust, &[&leaf]);
        assert_eq!(codes(&keys), [Code::X509Expired], "{day}");
        assert_eq!(keys.candidates.len(), 1, "whose it would be is told all the same");
    }
}

#[test]
fn the_other_environment_does_not_count() {
    let root = made("Root", (2020, 2040), None);
    let leaf = made("Leaf", (2024, 2026), Some(&root));
    let (trust, _) = Trust::from_entries(vec![authority(&root, Environment::Test)]);
    let keys = keys_at("2025-06-01", &trust, &[&leaf]);
    assert_eq!((codes(&keys), keys.candidates.len()), (vec![Code::TrustEnvironment], 0));
}

#[test]
fn a_listed_signer_needs_no_authority() {
    let root = made("Root", (2020, 2040), None);
    let leaf = made("Leaf", (2024, 2026), Some(&root));
    let other = made("Leaf", (2024, 2026), Some(&root));
    let (trust, _) = Trust::from_entries(vec![signer(&leaf)]);
    let keys = keys_at("2025-06-01", &trust, &[&leaf]);
    assert_eq!((codes(&keys), keys.candidates.len()), (Vec::new(), 1));
    assert!(keys.candidates.iter().all(|candidate| candidate.signer().is_some()));
    assert_eq!(codes(&keys_at("2025-06-01", &trust, &[&other])), [Code::X509UntrustedRoot]);
}
