//! X.509 against the certificates of real trust lists and the chains of the SMART Health Cards developer tools.
//!
//! Reads `$VIDIMUS_CORPORA/health`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use vidimus::reason::Code;
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
                Err(reason) => format!("certificate, but {reason}"),
                Ok(key) => format!("certificate, {:?}", key.kind()),
            },
        };
        *counts.entry(told).or_default() += 1;
    }
    counts.iter().for_each(|(told, count)| println!("{count:4} {told}"));
}

/// Every certificate of the WHO's list loads; every signer with an authority beside it was issued by it.
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
                    Err(reason) => format!("{at}: certificate, but {reason}"),
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
    }
}
