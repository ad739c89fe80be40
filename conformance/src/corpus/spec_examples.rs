//! Examples cut out of W3C specifications: `example-NNN.txt`, two lines of heading and then the example.
//!
//! What is JSON must decode, and so must tokens in data: URLs; whole credentials and presentations must keep the rules of their data model. Fragments with
//! ellipses or comments and other notations are skipped, aloud.

use std::path::Path;

use serde_json::Value;
use vidimus::encoding::{base64url, json};
use vidimus::envelope::cose::{Wrappings, open_sign1};
use vidimus::envelope::jws::Jws;
use vidimus::envelope::sd_jwt::{SdJwt, process};
use vidimus::format::vc::enveloped;
use vidimus::format::vc::model::{ModelDemands, check_credential, check_presentation};
use vidimus::format::vc::read::read as read_document;
use vidimus::format::vc::vocabulary::{CONTEXT_V2, CREDENTIAL, is_presentation, types};

use super::{Layout, files_below, read_text};
use crate::case::{Case, Found};

/// The layout of the sets.
pub const LAYOUT: Layout = Layout { name: None, is_here, read };

/// The specifications whose examples are credentials.
const SETS: &[&str] = &["spec-vcdm2", "spec-bitstring-status-list", TOKENS];
/// Examples that follow a draft: a tilde stands behind the key binding JWT.
const DRAFTS: &[&str] = &["example-022"];
/// The specification whose examples are tokens, and documents of which no rule of the data model is asked.
const TOKENS: &str = "spec-vc-jose-cose";

fn is_here(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    SETS.contains(&name) && ["example-000.txt", "example-001.txt"].iter().any(|file| folder.join(file).is_file())
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    files_below(folder, "txt").iter().filter_map(|file| case_of(file, set).transpose()).collect()
}

fn case_of(file: &Path, set: &str) -> Result<Option<Case>, String> {
    let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    if !name.starts_with("example-") {
        return Ok(None);
    }
    let text = read_text(file)?;
    let body: String = text.lines().filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n");
    if set == TOKENS && DRAFTS.contains(&name) {
        return Ok(Some(Case::skip(format!("{set}/{name}"), "an SD-JWT as a draft had it")));
    }
    if let Some(url) = body.trim().strip_prefix("data:") {
        let url = format!("data:{url}");
        return Ok(Some(Case::call(format!("{set}/{name}"), move || open_token(&url))));
    }
    let json = body.find(['{', '[']).and_then(|at| body.get(at..)).unwrap_or_default().to_owned();
    let id = format!("{set}/{name}");
    if serde_json::from_str::<Value>(&json).is_err() {
        return Ok(Some(Case::skip(id, "a fragment, or another notation than JSON")));
    }
    let keeps_rules = set != TOKENS;
    Ok(Some(Case::call(id, move || judge(&json, keeps_rules))))
}

fn judge(text: &str, keeps_rules: bool) -> Found {
    let document = match json::decode(text.as_bytes()) {
        Err(reason) => return Found::Wrong(format!("expected JSON, got {reason}")),
        Ok(_) if !keeps_rules => return Found::Right,
        Ok(document) => document,
    };
    let demands = ModelDemands { strict: true };
    let mut faults = Vec::new();
    if enveloped::is_envelope(&document) {
        faults.extend(enveloped::check_shape(&document).err());
    } else if is_presentation(&document) {
        faults = check_presentation(&document, demands);
    } else if types(&document).any(|name| name == CREDENTIAL) {
        faults = check_credential(&document, demands);
        faults.extend(read_document(&document).status_faults);
    }
    Found::when(true, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
}

/// A token in a data: URL, opened as far as that goes without a key.
fn open_token(url: &str) -> Found {
    let kind = if url.contains("/vp+") { enveloped::ENVELOPED_PRESENTATION } else { enveloped::ENVELOPED_CREDENTIAL };
    let envelope = serde_json::json!({"@context": [CONTEXT_V2], "type": kind, "id": url}).to_string();
    let opened = json::decode(envelope.as_bytes()).and_then(|document| enveloped::open(&document));
    let read = opened.and_then(|token| match token.format {
        "vc_cose" => {
            let bytes = base64url::decode_standard(&token.text)?;
            let message = open_sign1(&bytes, Wrappings { cwt_tag: false, untagged: false })?;
            json::decode(&message.payload).map(|_| Vec::new())
        }
        _ => {
            let sd_jwt = SdJwt::split(&token.text)?;
            Ok(process(&Jws::open(sd_jwt.jwt)?.payload, &sd_jwt.disclosures)?.faults)
        }
    });
    match read {
        Ok(faults) => {
            Found::when(true, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
        }
        Err(reason) => Found::Wrong(reason.to_string()),
    }
}
