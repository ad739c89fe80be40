//! The records: one JSON object a line, a file a suite.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// The suites with records.
const SUITES: [&str; 5] = ["vc-api-issuer", "vc-api-verifier", "vc-di-bbs", "vc-di-ecdsa", "vc-di-eddsa"];

/// A request as a suite sent it, and how an independent implementation answered.
#[derive(Clone, Debug)]
pub struct Record {
    /// The suite, without `-test-suite`.
    pub suite: String,
    /// Its number there.
    pub number: u64,
    /// Where it was sent.
    pub endpoint: String,
    /// The body.
    pub request: Value,
    /// The status that it was answered with.
    pub status: u16,
    /// Why it was refused, in that implementation's words.
    pub error: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    n: u64,
    endpoint: String,
    request: Value,
    ref_status: u16,
    #[serde(default)]
    ref_error: Option<String>,
}

impl Record {
    /// `true` for a request to issue.
    pub fn is_issuing(&self) -> bool {
        self.endpoint.ends_with("/credentials/issue")
    }

    /// The profile that the path names.
    pub fn profile(&self) -> Option<&str> {
        self.endpoint.strip_prefix("/issuers/")?.split('/').next()
    }
}

/// Every record of a folder.
///
/// # Errors
/// A sentence, when a file is missing or a line is no record.
pub fn read(folder: &Path) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    for suite in SUITES {
        let path = folder.join(format!("{suite}-test-suite.jsonl"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line: Line = vidimus::encoding::json::from_slice(line.as_bytes())
                .map_err(|reason| format!("{}: {reason}", path.display()))?;
            records.push(Record {
                suite: suite.to_owned(),
                number: line.n,
                endpoint: line.endpoint,
                request: line.request,
                status: line.ref_status,
                error: line.ref_error,
            });
        }
    }
    Ok(records)
}
