//! The reports of implementers of DID Core: documents of many methods, and what their resolvers gave. For the library.
//!
//! Documents must decode. What a resolver gave stands in for the network: the DID is resolved, and the DID URL dereferenced,
//! with that document at hand. Where the set holds no document, only the syntax and the error can be tried.

use std::path::Path;

use serde_json::Value;
use vidimus::did::document::DidDocument;
use vidimus::did::remote::Resolver;
use vidimus::did::resolution::{Error, Options, Outcome, dereference, resolve};
use vidimus::evidence::{Document, Evidence};
use vidimus::time::Timestamp;

use super::{Layout, read_json, text_of};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("did-core"), is_here, read };

/// Where every document of the set is said to be.
const BASE: &str = "https://resolver.example/1.0/identifiers/";

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && folder.join("did-key-transmute.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("no cases")?;
    cases.iter().map(|case| case_of(folder, set, case).ok_or("a case of another shape")?).collect()
}

fn case_of(folder: &Path, set: &str, case: &Value) -> Option<Result<Case, String>> {
    let id = format!("{set}/{}", text_of(case, "id")?);
    let file = folder.join(case.get("files")?.get(0)?.as_str()?);
    let pointer = text_of(case, "pointer").unwrap_or_default().to_owned();
    let (action, did) = (text_of(case, "action")?.to_owned(), text_of(case, "did")?.to_owned());
    let accepts = text_of(case, "expected").map(|expected| expected == "accept");
    let reason = text_of(case, "reason").unwrap_or_default().to_owned();
    let made = move || {
        let whole: Value = read_json(&file)?;
        let Some(value) = at(&whole, &pointer).cloned() else {
            return Ok(Case::skip(id, "the set points at nothing"));
        };
        Ok(match (action.as_str(), accepts) {
            ("decode-did-document", _) => decoding(id, &value, did),
            (_, Some(true)) => accepted(id, &value, did),
            (_, Some(false)) => Case::call(id, move || refused(&action, &did, &reason)),
            (_, None) => Case::skip(id, "no verdict"),
        })
    };
    Some(made())
}

/// The value at a pointer whose names may hold slashes unescaped.
fn at<'v>(whole: &'v Value, pointer: &str) -> Option<&'v Value> {
    whole.pointer(pointer).or_else(|| whole.get(pointer.strip_prefix('/')?))
}

/// Every representation of a document in JSON decodes.
fn decoding(id: String, value: &Value, did: String) -> Case {
    let texts: Vec<String> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(media, _)| media.ends_with("json"))
        .filter_map(|(_, entry)| text_of(entry, "representation").map(str::to_owned))
        .filter(|text| text.trim_start().starts_with('{'))
        .collect();
    // Some methods give a document under another name of the subject.
    let subject = |text: &str| serde_json::from_str::<Value>(text).ok()?.get("id")?.as_str().map(str::to_owned);
    let did = texts.first().and_then(|text| subject(text)).unwrap_or(did);
    if texts.is_empty() {
        return Case::skip(id, "no document in JSON");
    }
    Case::call(id, move || match texts.iter().find_map(|text| DidDocument::decode(text.as_bytes(), &did).err()) {
        None => Found::Right,
        Some(reason) => Found::Wrong(reason.to_string()),
    })
}

/// What was found elsewhere is found here, with the document at hand.
fn accepted(id: String, execution: &Value, url: String) -> Case {
    let output = execution.get("output").cloned().unwrap_or_default();
    let text =
        ["didDocument", "didDocumentStream", "contentStream"].into_iter().find_map(|name| match output.get(name)? {
            Value::String(text) if text.trim_start().starts_with('{') => Some(text.clone()),
            value @ Value::Object(_) => Some(value.to_string()),
            _ => None,
        });
    let did = url.split(['?', '#', '/']).next().unwrap_or_default().to_owned();
    let is_document = |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|value| value["id"] == did.as_str());
    let is_local = ["did:key:", "did:pkh:"].iter().any(|method| did.starts_with(method));
    if !is_local && !text.as_deref().is_some_and(is_document) {
        return Case::skip(id, "the set has only a part of the document, or none in JSON");
    }
    if url.contains("version") || url.contains("hl=") {
        return Case::skip(id, "versions of documents are not had");
    }
    let evidence = published(&did, 200, text.unwrap_or_default());
    Case::call(id, move || {
        let resolver = Resolver::new(BASE);
        let outcome = match url == did {
            true => named(resolve(&did, &evidence, resolver.as_ref())),
            false => named(dereference(&url, false, Options::default(), (&evidence, resolver.as_ref()))),
        };
        Found::when(true, outcome.is_ok(), || outcome.err().unwrap_or_default())
    })
}

/// What was refused elsewhere is refused here, with the error that the set names.
fn refused(action: &str, url: &str, reason: &str) -> Found {
    let did = url.split(['?', '#', '/']).next().unwrap_or_default();
    let (resolver, evidence) = (Resolver::new(BASE), published(did, 404, String::new()));
    let outcome = match action {
        "dereference" => named(dereference(url, false, Options::default(), (&evidence, resolver.as_ref()))),
        _ => named(resolve(url, &evidence, resolver.as_ref())),
    };
    // The set is older than most errors: it says `notFound` also for identifiers that their own method finds malformed,
    // and for versions.
    let due: &[Error] = match reason {
        "invalidDid" => &[Error::InvalidDid],
        "invalidDidUrl" => &[Error::InvalidDidUrl],
        _ => &[Error::NotFound, Error::InvalidDid, Error::FeatureNotSupported],
    };
    match outcome {
        Err(got) if due.iter().any(|error| got.starts_with(error.url())) => Found::Right,
        Err(got) => Found::Wrong(format!("expected {reason}, got {got}")),
        Ok(()) => Found::Wrong("expected a refusal".to_owned()),
    }
}

fn named<T>(outcome: Outcome<T>) -> Result<(), String> {
    match outcome {
        Outcome::Found(_) | Outcome::Deactivated => Ok(()),
        Outcome::Missing(locator) => Err(format!("missing {locator}")),
        Outcome::Failed(error, detail) => Err(format!("{} {detail}", error.url())),
    }
}

/// The same answer wherever the DID's document would be looked for.
fn published(did: &str, status: u16, body: String) -> Evidence {
    let mut evidence = Evidence::none();
    let places = [resolve(did, &Evidence::none(), Resolver::new(BASE).as_ref())];
    for place in places {
        if let Outcome::Missing(locator) = place {
            evidence.insert(Document {
                locator: locator.as_str().to_owned(),
                status,
                fetched_at: Timestamp::from_seconds(0),
                body: body.clone().into_bytes(),
            });
        }
    }
    evidence
}
