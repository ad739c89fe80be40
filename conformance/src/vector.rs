//! Vectors: one scenario a file, in the format `vector-v1` of `test-vectors/schema/vector.schema.json`, read strictly.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::question::{Document, Occasion, Payload, Question};

/// The version of the vector format that this runner reads.
pub const SCHEMA: &str = "vector-v1";

/// Features of vectors that this runner knows. A vector that needs another one is skipped.
pub const FEATURES: &[&str] = &["pictures", "strict"];

/// One scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// `format::stage::case`, equal to the file's path.
    pub id: String,
    /// What is true of this input, one sentence.
    pub title: String,
    /// The rules that decide it.
    pub spec: Vec<SpecReference>,
    /// How bad a wrong verdict would be.
    pub severity: Severity,
    /// What it costs to get this wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// What a verifier must support to run it.
    pub features: Vec<String>,
    /// Where it came from.
    pub source: Source,
    /// The credential.
    pub input: Payload,
    /// When, and for what, it is shown.
    pub occasion: Occasion,
    /// The relying party's demands.
    pub policy: Value,
    /// Who may sign what.
    pub trust: Vec<Value>,
    /// Every answer that the network would give.
    pub evidence: Vec<Document>,
    /// What is right.
    pub expect: Expect,
}

/// Where a rule is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecReference {
    /// The document.
    pub document: String,
    /// Its section.
    pub section: String,
    /// Where it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The words, when short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// How bad a wrong verdict would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A false credential would pass.
    Forgery,
    /// Somebody would learn what they should not.
    Privacy,
    /// A verifier could be stopped.
    Availability,
    /// A true credential would be refused, or a broken one taken.
    Interop,
    /// Must be accepted.
    Control,
}

/// Where a vector came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How it was made.
    pub kind: SourceKind,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The accepted vector from which this one differs in one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutates: Option<String>,
    /// Where it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// At which commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// How a vector was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// By our generator.
    #[default]
    Minted,
    /// It stands in a specification.
    Specification,
    /// By another project.
    Upstream,
    /// It was met in the world.
    Field,
}

/// What is right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Binds everybody.
    pub verdict: String,
    /// The stage of the first fault; binds vidimus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The code of the first fault; binds vidimus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Exactly what an accepted credential discloses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
}

/// A vector with the file it stands in.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// The scenario.
    pub vector: Vector,
}

impl Vector {
    /// The vector that this text holds.
    ///
    /// # Errors
    /// A sentence: not JSON, a member twice, an unknown member, or a rule of the schema broken.
    pub fn decode(bytes: &[u8]) -> Result<Vector, String> {
        let value = vidimus::encoding::json::decode(bytes).map_err(|reason| reason.to_string())?.to_serde();
        let vector: Vector = serde_json::from_value(value).map_err(|error| error.to_string())?;
        vector.check().map(|()| vector)
    }

    /// The question that this vector puts. Files beside it are read from `folder`.
    ///
    /// # Errors
    /// A sentence, when a file beside it cannot be read.
    pub fn question(&self, folder: &Path) -> Result<Question, String> {
        let mut input = self.input.clone();
        if let Some(name) = input.file.take() {
            input.base64url = Some(vidimus::encoding::base64url::encode(&read_beside(folder, &name)?));
        }
        let mut evidence = self.evidence.clone();
        for document in &mut evidence {
            if let Some(name) = document.file.take() {
                document.base64url = Some(vidimus::encoding::base64url::encode(&read_beside(folder, &name)?));
            }
        }
        Ok(Question {
            input,
            occasion: self.occasion.clone(),
            policy: self.policy.clone(),
            trust: self.trust.clone(),
            evidence,
        })
    }

    /// The rules of the schema that types do not keep.
    fn check(&self) -> Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!("schema is `{}`, this runner reads `{SCHEMA}`", self.schema));
        }
        let parts: Vec<&str> = self.id.split("::").collect();
        let clean = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
        };
        if parts.len() != 3 || !parts.iter().all(|part| clean(part)) {
            return Err(format!("id `{}` is not `format::stage::case`", self.id));
        }
        if self.title.chars().count() > 100 || self.spec.is_empty() {
            return Err("title over 100 characters, or no spec".to_owned());
        }
        let contents = [&self.input.text, &self.input.base64url, &self.input.file].into_iter().flatten().count();
        if contents != 1 {
            return Err("input must hold exactly one of text, base64url, file".to_owned());
        }
        match (self.expect.verdict.as_str(), &self.expect.stage, &self.expect.reason) {
            ("accepted", None, None) if self.severity == Severity::Control => Ok(()),
            ("accepted", None, None) => Err("an accepted vector has severity `control`".to_owned()),
            ("rejected" | "indeterminate", Some(_), Some(_)) if self.expect.claims.is_none() => Ok(()),
            _ => {
                Err("expect: accepted has neither stage nor reason, every other verdict has both and no claims"
                    .to_owned())
            }
        }
    }

    /// The file that a vector with this id stands in, below the folder of all vectors.
    pub fn relative_path(id: &str) -> PathBuf {
        let mut path: PathBuf = id.split("::").collect();
        path.set_extension("json");
        path
    }
}

/// Every vector below `root`, in the order of ids, each checked against its path.
///
/// # Errors
/// One sentence for each file that is not a vector or stands in the wrong place.
pub fn read_all(root: &Path) -> Result<Vec<Found>, Vec<String>> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    let mut files = Vec::new();
    collect_files(root, &mut files);
    for path in files {
        let read = std::fs::read(&path).map_err(|error| error.to_string()).and_then(|bytes| Vector::decode(&bytes));
        match read {
            Ok(vector) if path.ends_with(Vector::relative_path(&vector.id)) => found.push(Found { path, vector }),
            Ok(vector) => wrong.push(format!("{}: its id is {}", path.display(), vector.id)),
            Err(sentence) => wrong.push(format!("{}: {sentence}", path.display())),
        }
    }
    found.sort_by(|a, b| a.vector.id.cmp(&b.vector.id));
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}

/// Folders of a vector tree that hold no vectors.
const NOT_VECTORS: &[&str] = &["schema", "keys"];

fn collect_files(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_file() {
        files.push(path.to_owned());
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if entry.is_dir() && !NOT_VECTORS.contains(&name) {
            collect_files(&entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "json") {
            files.push(entry);
        }
    }
}

fn read_beside(folder: &Path, name: &str) -> Result<Vec<u8>, String> {
    if name.contains(['/', '\\']) || name.starts_with('.') {
        return Err(format!("`{name}` is not a file beside the vector"));
    }
    std::fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"))
}
