//! X.509 against the certificates of real trust lists, the chains of the SMART Health Cards developer tools and x509-limbo.
//!
//! Reads `$VIDIMUS_CORPORA/health` and `$VIDIMUS_CORPORA/security`.
#![expect(clippy::disallowed_methods, reason = "the corpora are our own input, read as they are")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use vidimus::reason::{Code, Reason};
use vidimus::time::Timestamp;
use vidimus::trust::x509::path::check_path;
use vidimus::trust::x509::{Certificate, check_issued_by};

fn health() -> Option<PathBuf> {
    let path = std::env::var_os("VIDIMUS_CORPORA").map(PathBuf::from).filter(|path| path.is_dir());
    if path.is_none() {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
    }
    path.map(|path| path.join("health"))
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .expect("JSON")
}

fn certificates(x5c: &Value) -> Vec<Certificate> {
    let ders = x5c.as_array().expect("x5c").iter().map(|text| STANDARD.decode(text.as_str().expect("text")));
    ders.map(|der| Certificate::from_der(&der.expect("base64")).expect("a certificate")).collect()
}

/// The signers of the European list: what loads, and why the rest does not.
#[test]
fn pathcheck_registry_loads() {
    let Some(health) = health() else { return };
    let registry = json(health.join("trust-lists/pathcheck/registry.json"));
    let mut counts = BTreeMap::<String, usize>::new();
    for (kid, entry) in registry["EUDCC"].as_object().expect("entries") {
        let text = entry["didDocument"].as_str().expect("PEM");
        if !text.contains("BEGIN CERTIFICATE") {
            *counts.entry("bare key".to_owned()).or_default() += 1;
            continue;
        }
        let told = match Certificate::from_pem_all(text) {
            Err(reason) => format!("{reason} ({kid})"),
            Ok(certificates) => match certificates[0].public_key() {
                Err(reason) => format!("certificate without key: {reason}"),
                Ok(key) => format!("certificate, {:?}", key.kind()),
            },
        };
        *counts.entry(told).or_default() += 1;
    }
    counts.iter().for_each(|(told, count)| println!("{count:4} {told}"));
    let usable: usize =
        counts.iter().filter(|(told, _)| told.starts_with("certificate, ")).map(|(_, count)| count).sum();
    assert_eq!((usable, counts["bare key"]), (878, 15), "every certificate loads, with its key");
}

/// Every certificate of the WHO's list loads; every signer with an authority beside it was issued by it,
/// but for signatures that we do not take.
#[test]
fn gdhcn_certificates_load() {
    let Some(health) = health() else { return };
    for name in ["gdhcn-prod/v2-trustlist-did.json", "gdhcn-dev/v2-trustlist-did.json"] {
        let list = json(health.join("trust-lists").join(name));
        let mut counts = BTreeMap::<String, usize>::new();
        for method in list["verificationMethod"].as_array().expect("methods") {
            let x5c = &method["publicKeyJwk"]["x5c"];
            let Some(texts) = x5c.as_array() else { continue };
            let mut chain = Vec::new();
            for text in texts {
                let der = STANDARD.decode(text.as_str().expect("text")).expect("base64");
                match Certificate::from_der(&der) {
                    Ok(certificate) => chain.push(certificate),
                    Err(reason) => *counts.entry(reason.to_string()).or_default() += 1,
                }
            }
            for (at, certificate) in chain.iter().enumerate() {
                let told = match certificate.public_key() {
                    Err(reason) => format!("{at}: certificate without key: {reason}"),
                    Ok(key) => format!("{at}: certificate, {:?}", key.kind()),
                };
                *counts.entry(told).or_default() += 1;
            }
            if let [leaf, authority, ..] = chain.as_slice() {
                let told = match check_issued_by(leaf, authority) {
                    Ok(()) => "issued by its authority".to_owned(),
                    Err(reason) => reason.to_string(),
                };
                *counts.entry(told).or_default() += 1;
            }
        }
        println!("{name}");
        counts.iter().for_each(|(told, count)| println!("{count:4} {told}"));
        assert!(!counts.keys().any(|told| told.starts_with("x509.malformed")));
        if name.starts_with("gdhcn-prod") {
            let refused: Vec<_> = counts.keys().filter(|told| told.starts_with("x509.")).collect();
            assert!(counts["issued by its authority"] > 400);
            assert!(refused.iter().all(|told| told.starts_with("x509.weak_alg")), "{refused:?}");
        }
    }
}

/// The chains of the SMART Health Cards developer tools.
#[test]
fn smart_health_card_chains() {
    let Some(health) = health() else { return };
    let now = Timestamp::from_rfc3339("2022-01-01T00:00:00Z").expect("a time");
    for (name, due, uris, dns) in [
        ("valid_2_chain", Ok(2), 1, 0),
        ("invalid_chain", Err(Code::X509UntrustedRoot), 1, 0),
        ("invalid_DNS_SAN", Ok(2), 0, 1),
        ("invalid_no_SAN", Ok(2), 0, 0),
        ("cert_mismatch", Ok(3), 1, 0),
    ] {
        let keys = json(health.join(format!("shc-dev-tools-testdata/{name}.public.json")));
        let chain = certificates(&keys["keys"][0]["x5c"]);
        let [leaf, intermediates @ .., root] = chain.as_slice() else { panic!("{name}: no chain") };
        let found = check_path(leaf, intermediates, std::slice::from_ref(root), now);
        println!("{name}: {found:?}");
        assert_eq!(found.map(|path| path.len()).map_err(|reason| reason.code()), due, "{name}");
        assert_eq!((leaf.san_uris().len(), leaf.san_dns().len()), (uris, dns), "{name}");
        // Without an anchor the sender's own root is worth nothing.
        let alone = check_path(leaf, &chain, &[], now).map_err(|reason| reason.code());
        assert_eq!(alone, Err(Code::X509UntrustedRoot), "{name}");
    }
}

/// Where we differ from x509-limbo, and why. An entry that no longer differs fails the test.
const LIMBO_DIFFERENCES: &[(&str, &str)] = &[
    ("pathlen::validation-ignores-pathlen-in-leaf", "an authority that may not sign data is no leaf"),
    ("rfc5280::ca-as-leaf", "an authority that may not sign data is no leaf"),
    ("pathlen::max-chain-depth-0-exhausted", "the depth is our own limit, not an argument"),
    ("pathlen::max-chain-depth-1-exhausted", "the depth is our own limit, not an argument"),
    ("rfc5280::aki::critical-aki", "harmless in real trust lists"),
    ("rfc5280::aki::leaf-missing-aki", "key identifiers only help to find the issuer"),
    ("rfc5280::aki::intermediate-missing-aki", "key identifiers only help to find the issuer"),
    ("rfc5280::aki::cross-signed-root-missing-aki", "key identifiers only help to find the issuer"),
    ("rfc5280::ski::critical-ski", "harmless in real trust lists"),
    ("rfc5280::ski::root-missing-ski", "key identifiers only help to find the issuer"),
    ("rfc5280::ski::intermediate-missing-ski", "key identifiers only help to find the issuer"),
    ("rfc5280::eku::ee-wrong-eku", "extended key usage is the format's to check"),
    ("rfc5280::eku::ee-eku-empty", "extended key usage is the format's to check"),
    ("rfc5280::san::noncritical-with-empty-subject", "names are the format's to check"),
    ("rfc5280::san::underscore-dns", "names are the format's to check"),
    ("rfc5280::san::ip-in-dns", "names are the format's to check"),
    ("rfc5280::serial::too-long", "real signers have such serial numbers; nothing here depends on them"),
    ("rfc5280::serial::zero", "real signers have such serial numbers; nothing here depends on them"),
    ("rfc5280::ca-empty-subject", "an anchor is trusted by its key, whatever its name"),
    ("rfc5280::root-non-critical-basic-constraints", "the authority flag counts, critical or not"),
    ("rfc5280::leaf-ku-keycertsign", "without the authority flag the usage gives no power"),
];

/// x509-limbo: paths only; its server names, revocation lists and WebPKI habits are no matter of this room.
/// Name constraints are refused and not evaluated, so what they would permit fails too.
#[test]
fn limbo_paths() {
    let Some(health) = health() else { return };
    let limbo = json(health.with_file_name("security").join("x509-limbo/limbo-native.json"));
    let (mut agreed, mut constrained, mut differing) = (0, 0, Vec::new());
    for case in limbo["testcases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("text");
        if id.starts_with("webpki::") || id.starts_with("crl::") {
            continue;
        }
        let found = limbo_path(case);
        let code = found.as_ref().err().map(|reason| reason.code());
        if found.is_ok() == (case["expected_result"] == "SUCCESS") {
            agreed += 1;
        } else if id.starts_with("rfc5280::nc::") && code == Some(Code::X509CriticalExtension) {
            constrained += 1;
        } else {
            assert!(LIMBO_DIFFERENCES.iter().any(|(known, _)| *known == id), "{id}: {found:?}");
            differing.push(id);
        }
    }
    println!("limbo: {agreed} agree, {constrained} name constraints refused, {} differ", differing.len());
    let stale: Vec<_> = LIMBO_DIFFERENCES.iter().filter(|(id, _)| !differing.contains(id)).collect();
    assert!(stale.is_empty(), "{stale:?}");
}

fn limbo_path(case: &Value) -> Result<usize, Reason> {
    let certificates = |list: &Value| -> Vec<_> {
        let texts = list.as_array().expect("a list").iter().filter_map(Value::as_str);
        texts.filter_map(|text| Certificate::from_pem_all(text).ok()).flatten().collect()
    };
    let time = case["validation_time"].as_str().unwrap_or("2024-06-01T00:00:00Z");
    let now = Timestamp::from_rfc3339(time).expect("a time");
    let leaf = Certificate::from_pem_all(case["peer_certificate"].as_str().expect("text"))?;
    let intermediates = certificates(&case["untrusted_intermediates"]);
    check_path(&leaf[0], &intermediates, &certificates(&case["trusted_certs"]), now).map(|path| path.len())
}
