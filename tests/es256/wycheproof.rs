//! The P-256 vectors of Wycheproof on all paths, against their verdicts and against `ring`.
#![expect(clippy::disallowed_methods, reason = "the corpora are our own input, read as they are")]

use std::path::PathBuf;

use ring::digest;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;
use vidimus::crypto::ecdsa_value::raw_from_der;
use vidimus::crypto::p256::{Answer, By, Check, Path, Table, check};

fn read(name: &str) -> Option<Value> {
    let Some(corpora) = std::env::var_os("VIDIMUS_CORPORA").map(PathBuf::from) else {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
        return None;
    };
    let file = std::fs::read(corpora.join("security/wycheproof").join(name)).expect("the file of the corpora");
    Some(serde_json::from_slice(&file).expect("JSON"))
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("hexadecimal");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")).collect()
}

#[test]
fn agrees_with_its_vectors_and_with_ring() {
    for (name, least) in [("ecdsa_secp256r1_sha256_p1363_test.json", 150), ("ecdsa_secp256r1_sha256_test.json", 200)] {
        let Some(file) = read(name) else { return };
        let mut count = 0;
        for group in file["testGroups"].as_array().expect("groups") {
            let point = bytes(&group["publicKey"]["uncompressed"]);
            let (x, y) = (point[1..33].try_into().expect("32 bytes"), point[33..].try_into().expect("32 bytes"));
            let table = Table::build(x, y, 4).expect("a table");
            for test in group["tests"].as_array().expect("tests") {
                let (message, value) = (bytes(&test["msg"]), bytes(&test["sig"]));
                // Signatures of another length never come as far as this check.
                let value = if name.contains("p1363") { Some(value) } else { raw_from_der(&value, 32).ok() };
                let Some(signature) = value.and_then(|value| <[u8; 64]>::try_from(value).ok()) else {
                    assert_eq!(test["result"], "invalid");
                    continue;
                };
                let is_right =
                    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).verify(&message, &signature).is_ok();
                assert_eq!(test["result"] == "valid", is_right, "{test}");
                let due = if is_right { Answer::Right } else { Answer::Wrong };
                let digest = digest::digest(&digest::SHA256, &message).as_ref().try_into().expect("32 bytes");
                for path in super::paths() {
                    for by in [By::Known(&table), By::Unknown { x, y }] {
                        // The lanes take eight at a time, and here one more.
                        for size in if path == Path::Lanes { vec![9, 1] } else { vec![1] } {
                            let checks = vec![Check { by, digest, signature: &signature }; size];
                            assert_eq!(check(path, &checks), vec![due; size], "{path:?} {test}");
                        }
                    }
                }
                count += 1;
            }
        }
        assert!(count >= least, "{name}: {count}");
        println!("{name}: {count} signatures");
    }
}
