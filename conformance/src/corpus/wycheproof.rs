//! Wycheproof: signatures and JWS made to break libraries, for the algorithms that we accept. Other files are one skipped case
//! each.
//!
//! `valid` must pass, `invalid` must fail, `acceptable` may do either.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::ecdsa_value::raw_from_der;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::public_key::PublicKey;
use vidimus::envelope::jws::Jws;
use vidimus::envelope::jwt::{Rules, verify_jwt};
use vidimus::reason::Reason;
use vidimus::time::Timestamp;
use vidimus::trust::jwks::KeySet;

use super::{Layout, bytes_of_hex, entries, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("wycheproof"), is_here, read };

/// The files of which every case is run, and how their signatures are written.
const SIGNATURES: &[(&str, Algorithm, Written)] = &[
    ("ecdsa_secp256r1_sha256_test", Algorithm::Es256, Written::Der { width: 32 }),
    ("ecdsa_secp256r1_sha256_p1363_test", Algorithm::Es256, Written::Raw),
    ("ecdsa_secp384r1_sha384_test", Algorithm::Es384, Written::Der { width: 48 }),
    ("ecdsa_secp384r1_sha384_p1363_test", Algorithm::Es384, Written::Raw),
    ("ecdsa_secp521r1_sha512_test", Algorithm::Es512, Written::Der { width: 66 }),
    ("ecdsa_secp521r1_sha512_p1363_test", Algorithm::Es512, Written::Raw),
    ("rsa_pss_2048_sha256_mgf1_32_test", Algorithm::Ps256, Written::Raw),
    ("rsa_pss_3072_sha256_mgf1_32_test", Algorithm::Ps256, Written::Raw),
    ("rsa_pss_4096_sha256_mgf1_32_test", Algorithm::Ps256, Written::Raw),
    ("rsa_pss_2048_sha384_mgf1_48_test", Algorithm::Ps384, Written::Raw),
    ("rsa_pss_4096_sha512_mgf1_64_test", Algorithm::Ps512, Written::Raw),
    ("rsa_signature_2048_sha256_test", Algorithm::Rs256, Written::Raw),
    ("rsa_signature_3072_sha256_test", Algorithm::Rs256, Written::Raw),
    ("rsa_signature_4096_sha512_test", Algorithm::Rs512, Written::Raw),
    ("ed25519_test", Algorithm::EdDsa, Written::Raw),
];

/// The file of JWS texts.
const JWS: &str = "json_web_signature_test";

/// How a file writes its signatures.
#[derive(Clone, Copy, Debug)]
enum Written {
    /// As COSE and JOSE do.
    Raw,
    /// ECDSA in DER, as X.509 does.
    Der { width: usize },
}

fn is_here(folder: &Path) -> bool {
    folder.join("ecdsa_secp256r1_sha256_test.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for path in entries(folder).into_iter().filter(|path| path.extension().is_some_and(|have| have == "json")) {
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let file: Value = read_json(&path)?;
        let known = SIGNATURES.iter().find(|(known, ..)| *known == name);
        if known.is_none() && name != JWS {
            cases.push(Case::skip(format!("{set}/{name}"), "a file of algorithms that this version does not use"));
            continue;
        }
        let groups = file.get("testGroups").and_then(Value::as_array).cloned().unwrap_or_default();
        for group in &groups {
            for test in group.get("tests").and_then(Value::as_array).into_iter().flatten() {
                let number = test.get("tcId").and_then(Value::as_u64).ok_or("a test of another shape")?;
                let id = format!("{set}/{name}/{number}");
                let case = match known {
                    Some((_, algorithm, written)) => signature_case(&id, *algorithm, *written, group, test),
                    None => jws_case(&id, group, test),
                };
                cases.push(case.ok_or_else(|| format!("{}: a test of another shape", path.display()))?);
            }
        }
    }
    Ok(cases)
}

fn signature_case(id: &str, algorithm: Algorithm, written: Written, group: &Value, test: &Value) -> Option<Case> {
    let spki = bytes_of_hex(text_of(group, "publicKeyDer")?)?;
    let message = bytes_of_hex(text_of(test, "msg")?)?;
    let signature = bytes_of_hex(text_of(test, "sig")?)?;
    let result = text_of(test, "result")?.to_owned();
    Some(Case::call(id.to_owned(), move || {
        let verified = PublicKey::from_spki_der(&spki).and_then(|key| {
            let raw = match written {
                Written::Raw => signature.clone(),
                Written::Der { width } => raw_from_der(&signature, width)?,
            };
            check_one(&Job { algorithm, key, message: &message, signature: &raw, statements: None, older: None })
        });
        judge(&result, &verified)
    }))
}

fn judge(result: &str, verified: &Result<(), Reason>) -> Found {
    if result == "acceptable" {
        return Found::Right;
    }
    Found::when(result == "valid", verified.is_ok(), || {
        verified.as_ref().err().map_or_else(String::new, |reason| reason.to_string())
    })
}

/// One JWS under one JWK. What the key is for stands in the JWK, never in the message.
fn jws_case(id: &str, group: &Value, test: &Value) -> Option<Case> {
    let Some(jwk) = group.get("public") else {
        return Some(Case::skip(id.to_owned(), "MACs: nothing that this version uses"));
    };
    let named = text_of(jwk, "alg").map(str::to_owned);
    let keys = serde_json::json!({ "keys": [jwk] }).to_string();
    let (jws, result) = (text_of(test, "jws")?.to_owned(), text_of(test, "result")?.to_owned());
    Some(Case::call(id.to_owned(), move || judge(&result, &jws_verifies(&jws, keys.as_bytes(), named.as_deref()))))
}

fn jws_verifies(text: &str, keys: &[u8], named: Option<&str>) -> Result<(), Reason> {
    let keys = KeySet::decode(keys)?;
    let jws = Jws::open(text)?;
    if let Some(fault) = jws.header.faults.first() {
        return Err(fault.clone());
    }
    let jwk = keys.find(jws.header.kid.as_deref().unwrap_or_default())?;
    let key = jwk.public_key()?.clone();
    let allowed: Vec<Algorithm> = named.and_then(Algorithm::from_jose).into_iter().collect();
    let invalid = || Reason::new(vidimus::reason::Code::JoseAlgKeyMismatch);
    let algorithm =
        jws.header.allowed_algorithm(&allowed)?.and_then(|named| named.for_key(&key)).ok_or_else(invalid)?;
    check_one(&Job { algorithm, key, message: &jws.message, signature: &jws.signature, statements: None, older: None })
}

/// A token of the hostile seed, under the key set and the rules of its `keys.json`.
pub(super) fn jwt_case(id: String, token: Vec<u8>, keys: &Value, accept: bool, strict: bool) -> Option<Case> {
    let set = keys.get("jwks")?.to_string();
    let issuer = text_of(keys, "issuer")?.to_owned();
    let typ = text_of(keys, "jwt_typ").map(str::to_owned);
    let now = Timestamp::from_seconds(keys.get("now")?.as_i64()?);
    let skew_seconds = keys.get("skew")?.as_i64()?;
    let names = keys.get("jwt_algs")?.as_array()?;
    let algorithms: Arc<[Algorithm]> = names.iter().filter_map(|name| Algorithm::from_jose(name.as_str()?)).collect();
    Some(Case::call(id, move || {
        let judged = std::str::from_utf8(&token).map_err(|_| "not a text".to_owned()).and_then(|text| {
            let keys = KeySet::decode(set.as_bytes()).map_err(|reason| reason.to_string())?;
            let rules =
                Rules { issuer: &issuer, typ: typ.as_deref(), algorithms: &algorithms, now, skew_seconds, strict };
            let key = |kid: &str| keys.find(kid)?.public_key().cloned();
            verify_jwt(text, &key, &rules)
                .map_err(|faults| faults.iter().map(|fault| fault.code().as_str()).collect::<Vec<_>>().join(", "))
        });
        Found::when(accept, judged.is_ok(), || judged.err().unwrap_or_default())
    }))
}
