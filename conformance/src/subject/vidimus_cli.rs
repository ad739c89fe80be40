//! The subject `vidimus-cli:PATH`: the command `vidimus verify`, given trust as a store folder and policy as a file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value};
use tempfile::TempDir;
use vidimus::time::Timestamp;

use super::command::finish;
use super::report::reply_of_report;
use super::{Reply, Subject};
use crate::question::{Document, Question};
use crate::trust_folder;

/// The command at this path.
pub struct VidimusCli {
    path: PathBuf,
    folder: TempDir,
    written: Mutex<HashMap<String, PathBuf>>,
}

impl VidimusCli {
    /// The subject that runs the command at this path.
    ///
    /// # Errors
    /// A sentence, when no folder for trust and policy can be made.
    pub fn new(path: &str) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        Ok(VidimusCli { path: PathBuf::from(path), folder, written: Mutex::new(HashMap::new()) })
    }

    /// A folder with `trust/` and `policy.json` for this question; one for each distinct pair.
    fn folder_of(&self, question: &Question) -> Result<PathBuf, String> {
        let key = serde_json::to_string(&(&question.trust, &question.policy)).unwrap_or_default();
        let mut written = self.written.lock().map_err(|_| "a thread died while it wrote a folder".to_owned())?;
        if let Some(path) = written.get(&key) {
            return Ok(path.clone());
        }
        let path = self.folder.path().join(written.len().to_string());
        trust_folder::write(&path, &question.trust, &question.policy)?;
        written.insert(key, path.clone());
        Ok(path)
    }

    fn command(&self, question: &Question, folder: &Path, documents: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.args(["verify", "--json", "--offline", "--trust"]).arg(folder.join(trust_folder::TRUST));
        command.arg("--evidence").arg(documents);
        command.arg("--policy").arg(folder.join(trust_folder::POLICY));
        command.args(["--at", &question.occasion.now]);
        if let Some(format) = &question.input.format {
            command.args(["--as", format]);
        }
        let occasion = &question.occasion;
        let named =
            [("--nonce", &occasion.nonce), ("--audience", &occasion.audience), ("--identity", &occasion.identity)];
        for (option, value) in named.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?))) {
            command.args([option, value]);
        }
        if let Some(status) = &occasion.status_reference {
            command.args(["--status-reference", &status.to_string()]);
        }
        for text in &occasion.transaction_data {
            command.args(["--transaction-data", text]);
        }
        for kind in &question.occasion.types {
            command.args(["--type", kind]);
        }
        for element in &question.occasion.elements {
            command.args(["--element", element]);
        }
        if let Some(query) = &question.occasion.dcql_query {
            command.args(["--dcql", &query.to_string()]);
        }
        if let Ok(Some(session)) = question.occasion.session() {
            command.args(["--session", &serde_json::to_string(&session).unwrap_or_default()]);
        }
        command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// The evidence as the command's file of URLs and documents. `None` when such a file cannot say it.
fn documents_of(question: &Question) -> Option<Value> {
    // What a place said before what it says now has no room in a map, nor has that there was nothing.
    if question.has_earlier_answers() || question.evidence.iter().any(|document| document.status != 200) {
        return None;
    }
    let one = |document: &Document| Some((document.locator.clone(), Value::String(document.text.clone()?)));
    question.evidence.iter().map(one).collect::<Option<Map<String, Value>>>().map(Value::Object)
}

/// Writes the documents. They count as fetched when the file was last written, so that becomes when the first was fetched.
fn write_documents(path: &Path, documents: &Value, question: &Question) -> Result<(), String> {
    trust_folder::write_json(path, documents)?;
    let Some(fetched_at) = question.evidence.iter().find_map(|document| document.fetched_at.as_deref()) else {
        return Ok(());
    };
    let seconds = Timestamp::from_rfc3339(fetched_at).and_then(|time| u64::try_from(time.seconds()).ok());
    let seconds = seconds.ok_or_else(|| format!("`{fetched_at}` is not a time since 1970"))?;
    let file = std::fs::File::options().write(true).open(path).map_err(|error| error.to_string())?;
    file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).map_err(|error| error.to_string())
}

impl Subject for VidimusCli {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        let Some(documents) = documents_of(question) else {
            return Reply::Unsupported("the command takes evidence that was found, as text, one of a place".to_owned());
        };
        let prepared = self.folder_of(question).and_then(|folder| Ok((folder, question.input.to_bytes()?)));
        let (folder, input) = match prepared {
            Ok(prepared) => prepared,
            Err(sentence) => return Reply::Crash(sentence),
        };
        let file = match tempfile::NamedTempFile::new_in(self.folder.path()) {
            Ok(file) => file,
            Err(error) => return Reply::Crash(error.to_string()),
        };
        if let Err(sentence) = write_documents(file.path(), &documents, question) {
            return Reply::Crash(sentence);
        }
        let child = match self.command(question, &folder, file.path()).spawn() {
            Ok(child) => child,
            Err(error) => return Reply::Crash(format!("{}: {error}", self.path.display())),
        };
        match finish(child, input, limit) {
            Err(reply) => reply,
            Ok(finished) => match (finished.code, reply_of_report(&finished.stdout)) {
                (Some(0), Reply::Answer(answer)) if answer.verdict == "accepted" => Reply::Answer(answer),
                (Some(1), Reply::Answer(answer)) if answer.verdict == "rejected" => Reply::Answer(answer),
                (Some(3), Reply::Answer(answer)) if answer.verdict == "indeterminate" => Reply::Answer(answer),
                (code, Reply::Answer(answer)) => {
                    Reply::Crash(format!("exit code {code:?} with verdict {}", answer.verdict))
                }
                (code, _) => Reply::Crash(format!("exit code {code:?} without a report")),
            },
        }
    }
}
