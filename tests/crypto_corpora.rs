//! Crypto against public vectors: Wycheproof, CCTV Ed25519, and the three HCERT test certificates that sign ES256 with P-384.
//!
//! Reads `$VIDIMUS_CORPORA/security` and `$VIDIMUS_CORPORA/health`. `valid` must pass, `invalid` must fail;
//! `acceptable` may do either, and the count says which it did.
#![expect(clippy::disallowed_methods, reason = "the corpora are our own input, read as they are")]

use std::path::PathBuf;

use base64::Engine;
use serde_json::Value;
use vidimus::crypto::algorithm::{Algorithm, KeyKind};
use vidimus::crypto::ecdsa_value::raw_from_der;
use vidimus::crypto::ed25519;
use vidimus::crypto::job::{Job, check, check_one};
use vidimus::crypto::public_key::PublicKey;
use vidimus::reason::{Code, Reason};

fn corpora() -> Option<PathBuf> {
    let path = std::env::var_os("VIDIMUS_CORPORA").map(PathBuf::from).filter(|path| path.is_dir());
    if path.is_none() {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
    }
    path
}

fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .expect("JSON")
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("hexadecimal");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[derive(Default, Debug)]
struct Tally {
    valid: usize,
    invalid: usize,
    acceptable_passed: usize,
    acceptable_failed: usize,
    keys_refused: usize,
    wrong: Vec<String>,
}

/// The library's answer, which that by a table must be too where there is one for Ed25519: in words, and several times over in lanes.
fn check_every_way(job: &Job<'_>) -> Result<(), Reason> {
    let answer = check_one(job);
    let key = job.key.ed25519_bytes().and_then(|key| key.try_into().ok());
    if let (Algorithm::EdDsa, Some(key), Ok(signature)) = (job.algorithm, key, job.signature.try_into()) {
        let table = ed25519::Table::build(key, 4).expect("a key has a table");
        let one = ed25519::Check { table: &table, key, message: job.message, signature };
        assert_eq!(ed25519::check(&[one], false), [answer.is_ok()]);
        assert_eq!(ed25519::check(&[one; 3], true), [answer.is_ok(); 3]);
    }
    answer
}

/// Runs one Wycheproof file; `der` says that ECDSA signatures stand in DER.
fn wycheproof(name: &str, algorithm: Algorithm, der: bool) -> Option<Tally> {
    let file = json(corpora()?.join("security/wycheproof").join(format!("{name}_test.json")));
    let mut tally = Tally::default();
    for group in list(&file["testGroups"]) {
        let key = PublicKey::from_spki_der(&bytes(&group["publicKeyDer"]));
        for test in list(&group["tests"]) {
            let (message, signature) = (bytes(&test["msg"]), bytes(&test["sig"]));
            let answer = key.clone().and_then(|key| {
                let width = key.curve().map_or(0, |curve| curve.coordinate_bytes());
                let signature = if der { raw_from_der(&signature, width)? } else { signature };
                check_every_way(&Job {
                    algorithm,
                    key,
                    message: &message,
                    signature: &signature,
                    statements: None,
                    older: None,
                })
            });
            tally.keys_refused += usize::from(key.is_err());
            match (test["result"].as_str(), answer.is_ok()) {
                (Some("valid"), true) => tally.valid += 1,
                (Some("invalid"), false) => tally.invalid += 1,
                (Some("acceptable"), true) => tally.acceptable_passed += 1,
                (Some("acceptable"), false) => tally.acceptable_failed += 1,
                _ => tally.wrong.push(format!("{name} {}: {} {answer:?}", test["tcId"], test["comment"])),
            }
        }
    }
    println!("{name}: {tally:?}");
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.valid > 0);
    Some(tally)
}

#[test]
fn wycheproof_ecdsa() {
    for (name, algorithm, der) in [
        ("ecdsa_secp256r1_sha256_p1363", Algorithm::Es256, false),
        ("ecdsa_secp256r1_sha256", Algorithm::Es256, true),
        ("ecdsa_secp384r1_sha384_p1363", Algorithm::Es384, false),
        ("ecdsa_secp384r1_sha384", Algorithm::Es384, true),
        ("ecdsa_secp521r1_sha512_p1363", Algorithm::Es512, false),
        ("ecdsa_secp521r1_sha512", Algorithm::Es512, true),
    ] {
        if let Some(tally) = wycheproof(name, algorithm, der) {
            assert!(tally.invalid > 50 && tally.keys_refused == 0);
        }
    }
}

#[test]
fn wycheproof_rsa() {
    for (name, algorithm) in [
        ("rsa_pss_2048_sha256_mgf1_32", Algorithm::Ps256),
        ("rsa_pss_3072_sha256_mgf1_32", Algorithm::Ps256),
        ("rsa_pss_4096_sha256_mgf1_32", Algorithm::Ps256),
        ("rsa_pss_2048_sha384_mgf1_48", Algorithm::Ps384),
        ("rsa_pss_4096_sha512_mgf1_64", Algorithm::Ps512),
        ("rsa_signature_2048_sha256", Algorithm::Rs256),
        ("rsa_signature_3072_sha256", Algorithm::Rs256),
        ("rsa_signature_4096_sha512", Algorithm::Rs512),
    ] {
        wycheproof(name, algorithm, false);
    }
}

/// PSS with other parameters than those of JOSE: only equal digests and a salt of the digest's length may pass.
#[test]
fn wycheproof_rsa_pss_of_other_parameters() {
    let Some(corpora) = corpora() else { return };
    let file = json(corpora.join("security/wycheproof/rsa_pss_misc_test.json"));
    let (mut passed, mut failed) = (0, 0);
    for group in list(&file["testGroups"]) {
        let key = PublicKey::from_spki_der(&bytes(&group["publicKeyDer"])).expect("a sound key");
        for test in list(&group["tests"]) {
            for (algorithm, sha, salt) in [
                (Algorithm::Ps256, "SHA-256", 32),
                (Algorithm::Ps384, "SHA-384", 48),
                (Algorithm::Ps512, "SHA-512", 64),
            ] {
                let (message, signature) = (bytes(&test["msg"]), bytes(&test["sig"]));
                let ours = group["sha"] == sha && group["mgfSha"] == sha && group["sLen"] == salt;
                let answer = check_one(&Job {
                    algorithm,
                    key: key.clone(),
                    message: &message,
                    signature: &signature,
                    statements: None,
                    older: None,
                });
                assert_eq!(answer.is_ok(), ours && test["result"] != "invalid", "{algorithm} {}", test["tcId"]);
                if answer.is_ok() { passed += 1 } else { failed += 1 }
            }
        }
    }
    println!("rsa_pss_misc: {passed} passed, {failed} failed");
    assert!(passed >= 3 && failed > 100);
}

#[test]
fn wycheproof_ed25519() {
    wycheproof("ed25519", Algorithm::EdDsa, false);
}

/// The strict rule, told by the flags: nothing non-canonical, nothing of small order, no cofactor.
#[test]
fn cctv_ed25519() {
    let Some(corpora) = corpora() else { return };
    let file = json(corpora.join("security/cctv-ed25519/ed25519/ed25519vectors.json"));
    let (mut passed, mut failed) = (0, 0);
    for vector in list(&file) {
        let refusing = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"];
        let due = !list(&vector["flags"]).iter().any(|flag| refusing.iter().any(|name| flag == name));
        let message = vector["msg"].as_str().expect("text").as_bytes();
        let signature = bytes(&vector["sig"]);
        let answer = PublicKey::ed25519(&bytes(&vector["key"])).and_then(|key| {
            check_every_way(&Job {
                algorithm: Algorithm::EdDsa,
                key,
                message,
                signature: &signature,
                statements: None,
                older: None,
            })
        });
        assert_eq!(answer.is_ok(), due, "vector {} {:?}", vector["number"], vector["flags"]);
        if due { passed += 1 } else { failed += 1 }
    }
    println!("cctv ed25519: {passed} passed, {failed} refused");
    assert!(passed > 0 && failed > 700);
}

/// Deviation: COSE says ES256, the key is P-384, the signature is 96 raw bytes over a SHA-256 digest.
#[test]
fn es256_over_p384() {
    let Some(corpora) = corpora() else { return };
    for name in ["401", "402", "403"] {
        let case = json(corpora.join(format!("health/eu-dgc-testdata/ES/2DCode/raw/{name}.json")));
        let hex = Value::String(case["COSE"].as_str().expect("COSE").to_ascii_lowercase());
        let (to_be_signed, signature) = sig_structure(&bytes(&hex));
        let certificate = case["TESTCTX"]["CERTIFICATE"].as_str().expect("a certificate");
        let certificate = base64::engine::general_purpose::STANDARD.decode(certificate).expect("base64");
        let key = PublicKey::from_spki_der(p384_spki(&certificate)).expect("a sound key");
        assert_eq!((key.kind(), signature.len()), (KeyKind::P384, 96));
        let algorithm = Algorithm::from_cose(-7).and_then(|named| named.for_key(&key));
        assert_eq!(algorithm, Some(Algorithm::Es256OverP384));
        let job = |algorithm| Job {
            algorithm,
            key: key.clone(),
            message: &to_be_signed,
            signature: &signature,
            statements: None,
            older: None,
        };
        let answers = check(&[Algorithm::Es256OverP384, Algorithm::Es384, Algorithm::Es256].map(job));
        let codes: Vec<_> = answers.into_iter().map(|answer| answer.map_err(|reason| reason.code())).collect();
        assert_eq!(codes, [Ok(()), Err(Code::SigInvalid), Err(Code::SigInvalid)], "{name}");
    }
}

/// The SubjectPublicKeyInfo inside a certificate with a P-384 key: 120 bytes that begin like this.
fn p384_spki(certificate: &[u8]) -> &[u8] {
    let start = [0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    let at = certificate.windows(start.len()).position(|window| window == start).expect("a P-384 key");
    &certificate[at..at + 120]
}

/// Sig_structure and signature of `18([h'protected', {}, h'payload', h'signature'])` (RFC 9052, 4.4), for lengths under 64 KiB.
fn sig_structure(cose: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let string = |at: usize| {
        let (head, length) = match cose[at] {
            0x58 => (2, usize::from(cose[at + 1])),
            0x59 => (3, usize::from(cose[at + 1]) << 8 | usize::from(cose[at + 2])),
            short => (1, usize::from(short - 0x40)),
        };
        (&cose[at..at + head + length], &cose[at + head..at + head + length])
    };
    assert_eq!(cose[..2], [0xd2, 0x84]);
    let protected = string(2).0;
    // The unprotected header is a map of one pair, 4: h'8 bytes', or empty.
    let payload_at = 2 + protected.len() + if cose[2 + protected.len()] == 0xa0 { 1 } else { 1 + 1 + 9 };
    let payload = string(payload_at).0;
    let signature = string(payload_at + payload.len()).1;
    let mut to_be_signed = b"\x84\x6aSignature1".to_vec();
    to_be_signed.extend_from_slice(protected);
    to_be_signed.push(0x40);
    to_be_signed.extend_from_slice(payload);
    (to_be_signed, signature.to_vec())
}
