//! The failing COSE examples of the COSE working group: `sign1-tests`, each a COSE_Sign1 message that must not verify.

use std::path::Path;

use serde_json::Value;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::public_key::{Curve, PublicKey};
use vidimus::encoding::base64url;
use vidimus::envelope::cose::{AlgorithmLabel, Wrappings, open_sign1};

use super::{Layout, bytes_of_hex, entries, read_json};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("cose-fail"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("sign1-tests").is_dir()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for group in entries(folder).into_iter().filter(|path| path.is_dir()) {
        let name = group.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        for path in super::files_below(&group, "json") {
            let case = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let id = format!("{set}/{name}/{case}");
            if name != "sign1-tests" {
                cases.push(Case::skip(id, format!("{name}: not a COSE structure of this version")));
                continue;
            }
            let example: Value = read_json(&path)?;
            cases.push(case_of(id, &example).ok_or_else(|| format!("{}: another shape", path.display()))?);
        }
    }
    Ok(cases)
}

fn case_of(id: String, example: &Value) -> Option<Case> {
    let message = bytes_of_hex(example.pointer("/output/cbor")?.as_str()?)?;
    let fails = example.get("fail").and_then(Value::as_bool) == Some(true);
    let key = example.pointer("/input/sign0/key")?;
    let coordinate = |name: &str| base64url::decode_any(key.get(name)?.as_str()?).ok();
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    Some(Case::call(id, move || {
        let verified = verifies(&message, &x, &y);
        Found::when(!fails, verified.is_ok(), || verified.err().unwrap_or_default())
    }))
}

fn verifies(message: &[u8], x: &[u8], y: &[u8]) -> Result<(), String> {
    let key = PublicKey::ec(Curve::P256, x, y).map_err(|reason| reason.to_string())?;
    let sign1 =
        open_sign1(message, Wrappings { cwt_tag: true, untagged: false }).map_err(|reason| reason.to_string())?;
    let algorithm = match sign1.algorithm {
        AlgorithmLabel::Number(label) => Algorithm::from_cose(label),
        AlgorithmLabel::Other(_) => None,
    };
    let algorithm = algorithm.and_then(|algorithm| algorithm.for_key(&key)).ok_or("an algorithm that does not fit")?;
    check_one(&Job {
        algorithm,
        key,
        message: &sign1.message,
        signature: &sign1.signature,
        statements: None,
        older: None,
    })
    .map_err(|reason| reason.to_string())
}
