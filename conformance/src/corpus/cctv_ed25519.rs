//! The Ed25519 edge cases of C2SP: every vector is decided by the strict rule.
//!
//! No two libraries agree on these. Ours is the rule of `crypto`: canonical encodings, no point of small order, no
//! cofactor. A signature is due to be taken exactly when none of the vector's flags but a low-order component is there.

use std::path::Path;

use serde_json::Value;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::public_key::PublicKey;

use super::{Layout, bytes_of_hex, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("cctv-ed25519"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("ed25519vectors.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let vectors: Vec<Value> = read_json(&folder.join("ed25519vectors.json"))?;
    vectors.iter().map(|vector| case_of(set, vector).ok_or_else(|| "a vector of another shape".to_owned())).collect()
}

fn case_of(set: &str, vector: &Value) -> Option<Case> {
    let number = vector.get("number")?.as_u64()?;
    let (key, signature) = (bytes_of_hex(text_of(vector, "key")?)?, bytes_of_hex(text_of(vector, "sig")?)?);
    let message = text_of(vector, "msg")?.to_owned();
    let flags = vector.get("flags").and_then(Value::as_array).cloned().unwrap_or_default();
    let harmless = ["low_order_component_A", "low_order_component_R"];
    let due = flags.iter().all(|flag| flag.as_str().is_some_and(|flag| harmless.contains(&flag)));
    Some(Case::call(format!("{set}/{number}"), move || {
        let taken = PublicKey::ed25519(&key).and_then(|key| {
            check_one(&Job {
                algorithm: Algorithm::EdDsa,
                key,
                message: message.as_bytes(),
                signature: &signature,
                statements: None,
                older: None,
            })
        });
        Found::when(due, taken.is_ok(), || taken.err().map_or_else(String::new, |reason| reason.to_string()))
    }))
}
