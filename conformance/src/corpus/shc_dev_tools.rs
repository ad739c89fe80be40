//! The test data of the SMART Health Cards developer tools, with `expectations.json`.
//!
//! The tools warn where a verifier must decide: of a case with warnings only any verdict is taken, but neither a crash nor a
//! hang. Bundles, payloads and key sets alone are no inputs of a verifier: they go to the library's checks.

use std::path::Path;

use serde_json::Value;
use vidimus::format::shc_payload::{check_bundle, check_payload};
use vidimus::occasion::Occasion;
use vidimus::policy::{Environment, Policy};
use vidimus::reason::Reason;
use vidimus::time::Timestamp;
use vidimus::trust::jwks::check_smart_key_set;

use super::shc_spec::{issuer_entry, revocation_list};
use super::{Layout, entries, read_bytes, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{self, Document, Payload, Question};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("shc-dev-tools-testdata"), is_here, read };

/// The issuer of the specification's examples, and its key set beside this set.
const SPEC_ISSUER: (&str, &str) =
    ("https://spec.smarthealth.cards/examples/issuer", "../shc-spec-examples/issuer/.well-known/jwks.json");

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("error-codes.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let kind = text_of(case, "type")?;
    let files: Vec<&str> = case.get("files")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let due = due(case)?;
    let bytes = || read_bytes(&folder.join(files.first().copied().unwrap_or_default()));
    Some(match kind {
        "bundle" => bytes().map(|bytes| {
            let policy = policy_of(case);
            Case::call(id, move || due.compare(&check_bundle(&bytes, &policy).0))
        }),
        "payload" => bytes().and_then(|bytes| {
            let policy = policy_of(case);
            let now = text_of(case, "clock").and_then(Timestamp::from_rfc3339).ok_or("a case without a clock")?;
            Ok(Case::call(id, move || due.compare(&check_payload(&bytes, &Occasion::at(now), &policy).0)))
        }),
        "jwks" => bytes().map(|bytes| {
            let san = case.pointer("/params/subjectAltName").and_then(Value::as_str).map(str::to_owned);
            let check_x5c = case.pointer("/params/checkX5c").and_then(Value::as_bool) == Some(true);
            Case::call(id, move || due.compare(&check_smart_key_set(&bytes, san.as_deref(), check_x5c)))
        }),
        _ => question(folder, case, kind, &files).map(|question| Case::ask(id, question, due.right())),
    })
}

/// What the tools expect of a case.
#[derive(Clone, Copy)]
enum Due {
    Accepted,
    NotAccepted,
    /// The tools only warn.
    Any,
}

fn due(case: &Value) -> Option<Due> {
    let warnings = case.get("warningCodes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    // Of what is outside its validity the tools only warn; a verifier refuses it.
    let is_outside = warnings.iter().any(|code| matches!(code.as_str(), Some("NOT_YET_VALID" | "EXPIRATION_ERROR")));
    Some(match text_of(case, "expected")? {
        "accept" => Due::Accepted,
        "warn" if !is_outside => Due::Any,
        _ => Due::NotAccepted,
    })
}

impl Due {
    fn right(self) -> Right {
        match self {
            Due::Accepted => Right::Accepted,
            Due::NotAccepted => Right::NotAccepted,
            Due::Any => Right::Any,
        }
    }

    fn compare(self, faults: &[Reason]) -> Found {
        let told = || faults.first().map_or_else(String::new, ToString::to_string);
        match self {
            Due::Any => Found::Right,
            Due::Accepted => Found::when(true, faults.is_empty(), told),
            Due::NotAccepted => Found::when(false, faults.is_empty(), told),
        }
    }
}

/// What the tools refuse is asked strictly, as they ask; what they accept must pass an ordinary verifier. (One of their
/// accepted keys has certificates that had ended by the clock of the case.)
fn policy_of(case: &Value) -> Policy {
    Policy {
        environment: Environment::Test,
        clock_skew_seconds: 0,
        strict: text_of(case, "expected") == Some("reject") || matches!(due(case), Some(Due::NotAccepted)),
        ..Policy::default()
    }
}

fn question(folder: &Path, case: &Value, kind: &str, files: &[&str]) -> Result<Question, String> {
    let input = if kind == "qr-image" {
        // The pictures of one card are several; the first alone is not a card either.
        let file = files.first().ok_or("no picture")?;
        Payload::bytes("image/png", &read_bytes(&folder.join(file))?)
    } else {
        let texts: Vec<String> = files.iter().map(|file| read_text(&folder.join(file))).collect::<Result<_, _>>()?;
        Payload::text("text/plain", texts.join("\n"))
    };
    let names = |member: &str| -> Vec<&str> {
        case.get(member)
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |names| names.iter().filter_map(Value::as_str).collect())
    };
    let directory = case.pointer("/params/issuerDirectory").and_then(Value::as_str);
    let mut trust = Vec::new();
    let mut evidence = Vec::new();
    // The specification's issuer is known everywhere: what is refused is refused for another reason.
    let named = names("issuer");
    let known = if named.contains(&SPEC_ISSUER.0) { vec![] } else { vec![SPEC_ISSUER] };
    let own_keys = named
        .iter()
        .enumerate()
        .map(|(at, issuer)| (*issuer, names("jwks").get(at).or(names("jwks").first()).copied().unwrap_or_default()));
    for (issuer, keys) in own_keys.chain(known) {
        if let Some(directory) = directory
            && !is_in_directory(&folder.join(directory), issuer)?
        {
            continue;
        }
        let key_file = (!keys.is_empty()).then(|| folder.join(keys));
        trust.push(issuer_entry(issuer, None));
        // As fetched: some of the key sets are broken on purpose.
        if let Some(path) = &key_file {
            evidence.push(Document {
                locator: format!("{issuer}/.well-known/jwks.json"),
                status: 200,
                text: Some(read_text(path)?),
                ..Document::default()
            });
        }
        let lists = key_file.as_deref().and_then(Path::parent).map(|beside| beside.join("crl"));
        for list in lists.as_deref().map(entries).unwrap_or_default() {
            evidence.push(revocation_list(issuer, Path::new(""), list.to_str().unwrap_or_default())?);
        }
    }
    Ok(Question {
        input,
        occasion: question::Occasion {
            now: text_of(case, "clock").unwrap_or_default().to_owned(),
            ..Default::default()
        },
        policy: serde_json::to_value(policy_of(case)).unwrap_or_default(),
        trust,
        evidence,
    })
}

fn is_in_directory(path: &Path, issuer: &str) -> Result<bool, String> {
    let directory: Value = read_json(path)?;
    let list = directory.get("participating_issuers").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(list.iter().any(|entry| text_of(entry, "iss") == Some(issuer)))
}
