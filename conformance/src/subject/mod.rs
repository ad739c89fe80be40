//! Subjects: the verifiers that a run can ask. Each answers one [`Question`] at a time, from any thread.

mod command;
mod http;
pub mod in_process;
mod network;
mod report;
mod vidimus_cli;
mod vidimus_http;
mod vidimus_service;

use std::time::Duration;

use crate::question::{Answer, Question};

/// What became of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An answer.
    Answer(Box<Answer>),
    /// The subject does not take this question, for this reason.
    Unsupported(String),
    /// The subject died or broke the protocol.
    Crash(String),
    /// No answer in time.
    Hang,
}

/// A verifier that can be asked.
pub trait Subject: Send + Sync {
    /// Its answer, or what became of the question.
    fn ask(&self, question: &Question, limit: Duration) -> Reply;

    /// `true` for the library inside this process: library calls are possible, and a panic is caught by the runner.
    fn is_in_process(&self) -> bool {
        false
    }
}

/// How subjects are written on the command line.
pub const WRITTEN: &str =
    "in-process | cmd:COMMAND | lines:COMMAND | http:URL | vidimus-cli:PATH | vidimus-http:URL | vidimus-service";

/// The subject that a text names.
///
/// # Errors
/// A sentence, when the text names none.
pub fn from_text(text: &str) -> Result<Box<dyn Subject>, String> {
    if text == "in-process" {
        return Ok(Box::new(in_process::InProcess));
    }
    if text == "vidimus-service" {
        return Ok(Box::new(vidimus_service::VidimusService::new()?));
    }
    match text.split_once(':') {
        Some(("cmd", command)) => Ok(Box::new(command::EachTime::new(command)?)),
        Some(("lines", command)) => Ok(Box::new(command::Lines::new(command)?)),
        Some(("http" | "https", rest)) if rest.starts_with("//") => Ok(Box::new(http::Http::new(text)?)),
        Some(("http", url)) => Ok(Box::new(http::Http::new(url)?)),
        Some(("vidimus-cli", path)) => Ok(Box::new(vidimus_cli::VidimusCli::new(path)?)),
        Some(("vidimus-http", url)) => Ok(Box::new(vidimus_http::VidimusHttp::new(url)?)),
        _ => Err(format!("`{text}` names no subject; write {WRITTEN}")),
    }
}

/// The reply that this JSON answer amounts to.
fn reply_of_json(text: &[u8]) -> Reply {
    match serde_json::from_slice::<Answer>(text) {
        Ok(answer) => reply_of_answer(answer),
        Err(error) => Reply::Crash(format!("not an answer: {error}")),
    }
}

fn reply_of_answer(answer: Answer) -> Reply {
    match answer.verdict.as_str() {
        "accepted" | "rejected" | "indeterminate" => Reply::Answer(Box::new(answer)),
        "unsupported" => Reply::Unsupported(answer.reason.unwrap_or_else(|| "the subject does not take it".to_owned())),
        other => Reply::Crash(format!("not a verdict: {other}")),
    }
}
