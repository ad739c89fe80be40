//! Verifiers under test: vidimus by its API; any other by two commands.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::plan::{Variant, query};
use crate::wallet::fault::Fault;
use crate::wallet::http::Http;

/// Exit code of a start command that does not know the variant.
const UNSUPPORTED: i32 = 77;
/// Longest time of a command.
const COMMAND_TIME: Duration = Duration::from_secs(30);

/// A verifier.
pub enum Subject {
    /// Sessions and verdicts over the API of vidimus.
    Vidimus {
        /// Its address.
        base: String,
        /// The key for its API.
        key: Option<String>,
    },
    /// Any other.
    Commands {
        /// Prints the link to a wallet.
        start: Vec<String>,
        /// Tells the verdict: exit code 0 = accepted, 1 = refused, anything else = nothing yet.
        verdict: Option<Vec<String>>,
    },
}

/// What is asked of a verifier.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The fault that will be committed.
    pub fault: Fault,
    /// The variant.
    pub variant: Variant,
    /// Seconds that the session shall last.
    pub expires_in: Option<u32>,
}

/// A session that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The link to the wallet.
    pub link: String,
    /// Where its result is.
    result: Option<String>,
}

/// What a verifier says of a presentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// `accepted`, `rejected`; `None` = nothing yet.
    pub verdict: Option<String>,
    /// The codes that it names.
    pub codes: Vec<String>,
    /// The codes of its notes.
    pub notes: Vec<String>,
    /// Everything, as it came.
    pub text: String,
    /// `false` when there is nobody to ask.
    pub is_known: bool,
}

/// Why a session did not begin.
pub enum NoSession {
    /// The verifier does not know the variant.
    Unsupported(String),
    /// It failed.
    Failed(String),
}

impl Subject {
    /// `true` when codes can be compared, and sessions told how long to last.
    pub fn is_vidimus(&self) -> bool {
        matches!(self, Subject::Vidimus { .. })
    }

    /// A session for that wish.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn begin(&self, http: &Http, wish: &Wish) -> Result<Begun, NoSession> {
        match self {
            Subject::Vidimus { base, key } => {
                let begun = begin_by_api(http, (base, key.as_deref()), &body(wish)).await;
                begun.map_err(NoSession::Failed)
            }
            Subject::Commands { start, .. } => begin_by_command(start, wish).await,
        }
    }

    /// What the verifier says of a session.
    ///
    /// # Errors
    /// A sentence, when it cannot be asked.
    pub async fn told(&self, http: &Http, begun: &Begun) -> Result<Told, String> {
        match self {
            Subject::Vidimus { key, .. } => {
                let answered = http.fetch_with(begun.result.as_deref().unwrap_or_default(), key.as_deref()).await?;
                Ok(told_by_api(&answered.json()))
            }
            Subject::Commands { verdict: None, .. } => Ok(Told::default()),
            Subject::Commands { verdict: Some(command), .. } => told_by_command(command, &begun.link).await,
        }
    }
}

fn body(wish: &Wish) -> Value {
    let Variant { format, prefix, mode, method } = wish.variant;
    let mut body = json!({
        "dcql_query": query(wish.fault, format), "flow": "cross_device", "response_mode": mode,
        "client_id_prefix": prefix, "request": "by_reference", "request_uri_method": method,
    });
    if let Some(seconds) = wish.expires_in {
        body["expires_in"] = seconds.into();
    }
    body
}

/// A session of vidimus with that body.
///
/// # Errors
/// A sentence with what the service answered.
pub async fn begin_by_api(http: &Http, (base, key): (&str, Option<&str>), body: &Value) -> Result<Begun, String> {
    let made = create(http, (base, key), body).await?;
    let link = made.get("authorization_request").and_then(Value::as_str).ok_or("no authorization_request")?;
    let result = result_of(base, &made)?;
    Ok(Begun { link: link.to_owned(), result: Some(result) })
}

/// What `POST /v1/presentations` answers to that body.
///
/// # Errors
/// A sentence with what the service answered.
pub async fn create(http: &Http, (base, key): (&str, Option<&str>), body: &Value) -> Result<Value, String> {
    let base = base.trim_end_matches('/');
    let answered = http.post_json(&format!("{base}/v1/presentations"), body, key).await?;
    if answered.status != 201 {
        let said = String::from_utf8_lossy(&answered.body).into_owned();
        return Err(format!("POST /v1/presentations: HTTP status {}: {said}", answered.status));
    }
    Ok(answered.json())
}

/// Where the result of a session is.
///
/// # Errors
/// A sentence, when the service does not say.
pub fn result_of(base: &str, made: &Value) -> Result<String, String> {
    let result = made.get("result").and_then(Value::as_str).ok_or("no result")?;
    let base = base.trim_end_matches('/');
    // A service behind a proxy may name itself otherwise; it is asked where it was found.
    let path = result.find("/v1/").map_or(result, |at| &result[at..]);
    Ok(format!("{base}{path}"))
}

/// What the result of a session says.
pub fn told_by_api(answer: &Value) -> Told {
    let outcome = answer.get("outcome").cloned().unwrap_or_default();
    let mut told = Told {
        verdict: outcome.get("verdict").and_then(Value::as_str).map(str::to_owned),
        text: answer.to_string(),
        is_known: true,
        ..Told::default()
    };
    collect(&outcome, &mut told);
    // What came and did not belong to the session.
    collect(answer.get("refusals").unwrap_or(&Value::Null), &mut told);
    told
}

fn collect(value: &Value, told: &mut Told) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, told)),
        Value::Object(members) => {
            told.codes.extend(members.get("code").and_then(Value::as_str).map(str::to_owned));
            let notes = members.get("notes").and_then(Value::as_array).into_iter().flatten();
            let code = |note: &Value| note.get("code").and_then(Value::as_str).map(str::to_owned);
            told.notes.extend(notes.filter_map(code));
            // Notes are nobody's fault.
            members.iter().filter(|(name, _)| *name != "notes").for_each(|(_, inner)| collect(inner, told));
        }
        _ => {}
    }
}

async fn begin_by_command(command: &[String], wish: &Wish) -> Result<Begun, NoSession> {
    let (program, arguments) = command.split_first().ok_or(NoSession::Failed("no command".to_owned()))?;
    let failed = |error: String| NoSession::Failed(format!("{program}: {error}"));
    let Variant { format, prefix, mode, method } = wish.variant;
    let mut running = tokio::process::Command::new(program);
    running.args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    running.env("MODULE", wish.fault.name()).env("CREDENTIAL_FORMAT", format.name());
    running.env("CLIENT_ID_PREFIX", prefix).env("RESPONSE_MODE", mode).env("REQUEST_METHOD", method);
    running.env("DCQL_QUERY", query(wish.fault, format).to_string());
    let output = tokio::time::timeout(COMMAND_TIME, running.output()).await;
    let output = output.map_err(|_| failed("no answer".to_owned()))?.map_err(|error| failed(error.to_string()))?;
    match output.status.code() {
        Some(0) => {}
        Some(UNSUPPORTED) => return Err(NoSession::Unsupported("the verifier does not offer it".to_owned())),
        _ => return Err(failed(output.status.to_string())),
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let link = text.lines().map(str::trim).rfind(|line| !line.is_empty());
    let link = link.ok_or_else(|| failed("nothing printed".to_owned()))?;
    Ok(Begun { link: link.to_owned(), result: None })
}

async fn told_by_command(command: &[String], link: &str) -> Result<Told, String> {
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let mut running = tokio::process::Command::new(program);
    running.args(arguments).arg(link).stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true);
    let output = tokio::time::timeout(COMMAND_TIME, running.output()).await;
    let output = output.map_err(|_| format!("{program}: no answer"))?.map_err(|error| format!("{program}: {error}"))?;
    let verdict = match output.status.code() {
        Some(0) => Some("accepted".to_owned()),
        Some(1) => Some("rejected".to_owned()),
        _ => None,
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Told { verdict, text, is_known: true, ..Told::default() })
}
