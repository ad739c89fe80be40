//! The subject `vidimus-cli:PATH`: the command `vidimus verify`, given trust as a store folder and policy as a file.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Map, Value};
use tempfile::TempDir;

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
        for kind in &question.occasion.types {
            command.args(["--type", kind]);
        }
        command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

/// The evidence as the command's file of URLs and documents; `None` when such a file cannot say it.
fn documents_of(question: &Question) -> Option<Value> {
    let one = |document: &Document| {
        let text = (document.status == 200).then_some(document.text.as_deref()).flatten()?;
        Some((document.locator.clone(), Value::String(text.to_owned())))
    };
    question.evidence.iter().map(one).collect::<Option<Map<String, Value>>>().map(Value::Object)
}

impl Subject for VidimusCli {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        let Some(documents) = documents_of(question) else {
            return Reply::Unsupported("the command takes evidence that was found, as text, only".to_owned());
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
        if let Err(sentence) = trust_folder::write_json(file.path(), &documents) {
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
