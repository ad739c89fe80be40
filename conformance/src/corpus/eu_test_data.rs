//! The EU's DCC test data: one JSON file a case, every step of the way with its own expectation.
//!
//! Each expectation of each file is one case, `<set>/<file>#<FIELD>`; the table `STEPS` says what each field demands. What concerns
//! the verdict is judged from one report on the QR text, with the file's certificate as the only signer. A field that is
//! missing is not tested. Besides, a file in which a step must fail is put before the subject, which must not accept it
//! (`#REFUSED`), so that foreign verifiers meet these files too; faults of the content's schema are left out there,
//! because verifiers were told to tolerate them.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};
use vidimus::encoding::{base45, base64url, cbor, deflate, qr};
use vidimus::format::content::check_schema;
use vidimus::reason::{Code, Reason};
use vidimus::report::Report;
use vidimus::time::Timestamp;

use super::{Layout, bytes_of_hex, entries, files_below, read_json, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};
use crate::subject::in_process::judge;

/// The layout of the sets.
pub const LAYOUT: Layout = Layout { name: None, is_here, read };

/// One expectation: its field, and how it is tried.
type Step = (&'static str, fn(&File) -> Tried);

/// What became of a step: whether it succeeded with a word about it, or why it could not be tried.
type Tried = Result<(bool, String), String>;

/// Every field of `EXPECTEDRESULTS` that the test strategy defines.
const STEPS: &[Step] = &[
    ("EXPECTEDVALIDOBJECT", valid_object),
    ("EXPECTEDENCODE", encode),
    ("EXPECTEDPICTUREDECODE", picture_decode),
    ("EXPECTEDUNPREFIX", unprefix),
    ("EXPECTEDB45DECODE", base45_decode),
    ("EXPECTEDCOMPRESSION", decompress),
    ("EXPECTEDVERIFY", verify),
    ("EXPECTEDDECODE", decode),
    ("EXPECTEDVALIDJSON", valid_json),
    ("EXPECTEDSCHEMAVALIDATION", schema_validation),
    ("EXPECTEDEXPIRATIONCHECK", expiration_check),
    ("EXPECTEDKEYUSAGE", key_usage),
];

/// Steps whose failure must make every verifier refuse the QR text.
const REFUSING: &[&str] = &[
    "EXPECTEDUNPREFIX",
    "EXPECTEDB45DECODE",
    "EXPECTEDCOMPRESSION",
    "EXPECTEDVERIFY",
    "EXPECTEDDECODE",
    "EXPECTEDEXPIRATIONCHECK",
    "EXPECTEDKEYUSAGE",
];

/// One file of the data, and what is computed of it once.
struct File {
    content: Value,
    report: OnceLock<Result<Report, String>>,
}

fn is_here(folder: &Path) -> bool {
    let has_raw = |country: &Path| country.join("2DCode/raw").is_dir();
    folder.join("common/2DCode/raw").is_dir() || entries(folder).iter().filter(|entry| has_raw(entry)).count() > 1
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let anomalies = anomalies(folder, set)?;
    let mut cases = Vec::new();
    for path in files_below(folder, "json") {
        if !path.parent().is_some_and(|parent| parent.ends_with("2DCode/raw")) {
            continue;
        }
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let file = Arc::new(File { content: read_json(&path)?, report: OnceLock::new() });
        for (field, step) in STEPS {
            let Some(due) = file.expected(field) else { continue };
            let (held, step) = (file.clone(), *step);
            let case = Case::call(format!("{set}/{name}#{field}"), move || match step(&held) {
                Ok((succeeded, told)) => Found::when(due, succeeded, || told),
                Err(reason) => Found::Untried(reason),
            });
            let is_anomaly = anomalies.iter().any(|(file, of)| *file == name && of == field);
            cases.push(Case { is_anomaly, ..case });
        }
        let refused: Vec<&&str> = REFUSING.iter().filter(|field| file.expected(field) == Some(false)).collect();
        if !refused.is_empty() {
            let is_anomaly =
                anomalies.iter().any(|(file, of)| *file == name && refused.iter().any(|field| of == **field));
            cases.push(Case {
                is_anomaly,
                ..Case::ask(format!("{set}/{name}#REFUSED"), file.question(), Right::NotAccepted)
            });
        }
    }
    Ok(cases)
}

/// File and field of every fault that the set lists itself, in `KNOWN-ANOMALIES.json`.
fn anomalies(folder: &Path, set: &str) -> Result<Vec<(String, String)>, String> {
    let path = folder.join("KNOWN-ANOMALIES.json");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let list: Value = read_json(&path)?;
    let listed = list.get("entries").and_then(Value::as_array).cloned().unwrap_or_default();
    let one = |entry: &Value| {
        let file = entry.get(0)?.as_str()?;
        let file = file.strip_prefix(set)?.strip_prefix('/')?;
        Some((file.to_owned(), entry.get(1)?.as_str()?.to_owned()))
    };
    Ok(listed.iter().filter_map(one).collect())
}

impl File {
    fn text(&self, member: &str) -> Option<&str> {
        text_of(&self.content, member)
    }

    fn context(&self, member: &str) -> Option<&str> {
        text_of(self.content.get("TESTCTX")?, member)
    }

    fn expected(&self, field: &str) -> Option<bool> {
        self.content.get("EXPECTEDRESULTS")?.get(field)?.as_bool()
    }

    fn bytes(&self, member: &str) -> Option<Vec<u8>> {
        bytes_of_hex(self.text(member)?.trim())
    }

    /// The QR text under the file's certificate at the file's clock, tolerant, without slack.
    fn question(&self) -> Question {
        let certificate: String = self.context("CERTIFICATE").unwrap_or_default().split_whitespace().collect();
        let signer = json!({
            "kind": "signer", "certificate": certificate, "formats": ["eu_dcc"], "environment": "test"
        });
        Question {
            input: Payload::text("text/plain", self.text("PREFIX").unwrap_or_default()).of_format("eu_dcc"),
            occasion: Occasion {
                now: self.context("VALIDATIONCLOCK").map(clock).unwrap_or_default(),
                ..Occasion::default()
            },
            policy: json!({"environment": "test", "clock_skew_seconds": 0, "positive_tests": true}),
            trust: if certificate.is_empty() { Vec::new() } else { vec![signer] },
            evidence: Vec::new(),
        }
    }

    fn report(&self) -> Result<&Report, String> {
        self.report.get_or_init(|| judge(&self.question())).as_ref().map_err(Clone::clone)
    }

    /// `true` when the report names none of these codes; the word is the first that it names.
    fn lacks(&self, codes: &[Code]) -> Tried {
        let found = self.report()?.reasons().find(|reason| codes.contains(&reason.code()));
        Ok((found.is_none(), found.map_or_else(String::new, ToString::to_string)))
    }

    /// The CWT claims: of the QR text, or of the message that stands in the file where the text holds none.
    fn payload(&self) -> Result<Vec<u8>, Reason> {
        let wrappings = vidimus::envelope::cose::Wrappings { cwt_tag: true, untagged: true };
        let of_text = vidimus::format::hcert::open(self.text("PREFIX").unwrap_or_default())
            .map(|opened| opened.payload.into_owned());
        of_text.or_else(|reason| match self.bytes("COSE") {
            Some(cose) => vidimus::envelope::cose::open_sign1(&cose, wrappings).map(|sign1| sign1.payload),
            None => Err(reason),
        })
    }

    fn json(&self) -> Option<Cow<'_, Value>> {
        match self.content.get("JSON")? {
            Value::String(text) => serde_json::from_str(text).ok().map(Cow::Owned),
            other => Some(Cow::Borrowed(other)),
        }
    }
}

/// JSON is an object that can be a certificate: names, and at least one event; and CBOR can carry it.
///
/// It cannot mean the schema: the field is `true` in every file in which `EXPECTEDSCHEMAVALIDATION` is `false`.
fn valid_object(file: &File) -> Tried {
    let json = file.json().ok_or("no JSON in the file")?;
    let has_events = |key: &str| json.get(key).and_then(Value::as_array).is_some_and(|events| !events.is_empty());
    let is_certificate = json.get("nam").is_some_and(Value::is_object) && ["v", "t", "r"].into_iter().any(has_events);
    let carried = cbor::encode(&cbor::from_json(&json));
    let carried = cbor::decode(&carried).map_err(|reason| reason.to_string())?;
    Ok((is_certificate && same(&carried.to_json(), &json), "no certificate".to_owned()))
}

/// CBOR made of JSON says what CBOR says.
fn encode(file: &File) -> Tried {
    let json = file.json().ok_or("no JSON in the file")?;
    let made = cbor::encode(&cbor::from_json(&json));
    let made = cbor::decode(&made).map_err(|reason| reason.to_string())?;
    let kept = match file.bytes("CBOR") {
        Some(bytes) => bytes,
        None => file.payload().map_err(|reason| reason.to_string())?,
    };
    match cbor::decode(&kept) {
        Err(reason) => Ok((false, reason.to_string())),
        Ok(kept) => Ok((same(&made.to_json(), &certificate_of(&kept).to_json()), "another content".to_owned())),
    }
}

/// The picture says PREFIX.
fn picture_decode(file: &File) -> Tried {
    let picture = file.text("2DCODE").or(file.text("_2DCODE")).ok_or("no picture in the file")?;
    let picture: String = picture.split_whitespace().collect();
    let due = file.text("PREFIX").ok_or("no text in the file")?;
    let Ok(bytes) = base64url::decode_any(&picture) else { return Ok((false, "not base64".to_owned())) };
    Ok(match qr::read(&bytes) {
        Ok(texts) => (texts.iter().any(|text| text == due), "another text".to_owned()),
        Err(reason) => (false, reason.to_string()),
    })
}

/// PREFIX without its prefix is BASE45.
fn unprefix(file: &File) -> Tried {
    let (succeeded, told) = file.lacks(&[Code::Hc1Prefix, Code::InputUnrecognised])?;
    let body = file.text("PREFIX").and_then(|text| text.strip_prefix("HC1:"));
    let same = file.text("BASE45").is_none_or(|due| body == Some(due));
    Ok((succeeded && same, told))
}

/// BASE45 decodes to COMPRESSED.
fn base45_decode(file: &File) -> Tried {
    let text =
        file.text("BASE45").or_else(|| file.text("PREFIX")?.strip_prefix("HC1:")).ok_or("no Base45 in the file")?;
    Ok(match base45::decode(text) {
        Err(reason) => (false, reason.to_string()),
        Ok(bytes) => (file.bytes("COMPRESSED").is_none_or(|due| bytes == due), "other bytes".to_owned()),
    })
}

/// COMPRESSED inflates to COSE.
fn decompress(file: &File) -> Tried {
    let from_text = || base45::decode(file.text("BASE45").or_else(|| file.text("PREFIX")?.strip_prefix("HC1:"))?).ok();
    let bytes = file.bytes("COMPRESSED").or_else(from_text).ok_or("nothing compressed in the file")?;
    Ok(match deflate::inflate_zlib(&bytes) {
        Err(reason) => (false, reason.to_string()),
        Ok(bytes) => (file.bytes("COSE").is_none_or(|due| bytes == due), "other bytes".to_owned()),
    })
}

/// The signature is right under the file's certificate, found by its key identifier.
fn verify(file: &File) -> Tried {
    let report = file.report()?;
    let right = report.parts().iter().all(|part| part.signature_right);
    Ok((right, report.first_reason().map_or_else(String::new, ToString::to_string)))
}

/// CBOR says what JSON says.
fn decode(file: &File) -> Tried {
    match file.bytes("CBOR") {
        Some(bytes) => says_json(file, &bytes),
        None => valid_json(file),
    }
}

/// The whole way from the QR text leads to what JSON says.
fn valid_json(file: &File) -> Tried {
    match file.payload() {
        Ok(payload) => says_json(file, &payload),
        Err(reason) => Ok((false, reason.to_string())),
    }
}

fn says_json(file: &File, bytes: &[u8]) -> Tried {
    let json = file.json();
    Ok(match cbor::decode(bytes) {
        Err(reason) => (false, reason.to_string()),
        Ok(value) => {
            let got = certificate_of(&value).to_json();
            (json.is_none_or(|due| same(&got, &due)), "another content".to_owned())
        }
    })
}

/// What the certificate says keeps the schema of the test.
fn schema_validation(file: &File) -> Tried {
    match file.payload().as_deref().map_err(Clone::clone).and_then(cbor::decode) {
        Err(reason) => Ok((false, reason.to_string())),
        Ok(payload) => {
            let version = file.context("SCHEMA").unwrap_or_default();
            match check_schema(certificate_of(&payload), version, false) {
                Err(_) => Err(format!("schema {version} is not held")),
                Ok(faults) => Ok((faults.is_empty(), faults.first().map_or_else(String::new, ToString::to_string))),
            }
        }
    }
}

/// The clock stands between the certificate's times.
fn expiration_check(file: &File) -> Tried {
    let codes = [Code::TimeExpired, Code::TimeNotYetValid, Code::TimeInconsistent, Code::TimeImplausible];
    let has_times = file.report()?.parts().iter().any(|part| part.times.expires.is_some());
    let (succeeded, told) = file.lacks(&codes)?;
    Ok((succeeded && has_times, told))
}

/// The signer may sign this kind of content.
fn key_usage(file: &File) -> Tried {
    file.lacks(&[Code::X509EkuPurpose])
}

/// The certificate inside CWT claims; the value itself when it is no claims map (some files keep the certificate alone).
fn certificate_of<'v, 'a>(value: &'v cbor::Value<'a>) -> &'v cbor::Value<'a> {
    value.entry(-260).and_then(|container| container.entry(1)).unwrap_or(value)
}

/// `true` when both say the same: null members count as absent, times are compared as times, numbers as numbers.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys());
            let value = |of: &serde_json::Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
            names.into_iter().all(|name| same(&value(a, name), &value(b, name)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::String(a), Value::String(b)) => {
            a == b || matches!((Timestamp::from_rfc3339(a), Timestamp::from_rfc3339(b)), (Some(a), Some(b)) if a == b)
        }
        _ => a == b,
    }
}

/// A clock as the files write it (with any fraction; with an offset, its colon left out or not, or without) as RFC 3339 in UTC.
fn clock(text: &str) -> String {
    let text = text.trim();
    let with_colon = text.split_at_checked(text.len().saturating_sub(2)).map(|(start, end)| format!("{start}:{end}"));
    let read = Timestamp::from_rfc3339(text)
        .or_else(|| Timestamp::from_rfc3339(&format!("{text}Z")))
        .or_else(|| Timestamp::from_rfc3339(&with_colon?));
    read.map_or_else(|| text.to_owned(), |time| time.to_string())
}
