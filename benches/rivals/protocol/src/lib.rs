//! The protocol by which `run.mjs` asks a contender for one slice of work after another, so that all take turns.
//! `protocol.mjs` and `protocol.py` are its twins.
//!
//! A contender reads its inputs from the folder named by its first argument, one file for each kind of work (`ROW.json`, a
//! [`Row`]), shows that it accepts every credential and refuses the spoilt one, and prints `ready KIND ...`. Then it answers each
//! line `KIND MILLISECONDS` with `COUNT NANOSECONDS`: how many credentials it got done, and how long that took on the wall. A
//! contender whose work fails ends with a message instead: what is not done right is not measured.
//!
//! A kind is the name of a row, and behind a slash the way of doing it where a contender has several: `eu_dcc.es256/bulk`.

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What goes wrong is told and ends the contender.
pub type Fault = Box<dyn std::error::Error>;

/// The inputs of one row of the table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    /// Different credentials, by the issuers in turn.
    pub credentials: Vec<String>,
    /// The first of them with a letter changed, its signature as it was; `None` where nothing is verified.
    pub spoilt: Option<String>,
    /// The first of them as its holder showed it to somebody else, where holders prove that they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replayed: Option<String>,
    /// What was asked of those holders: `nonce` and `audience`, and for mdocs `response_uri` and `transcript`, the encoded
    /// SessionTranscript in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occasion: Option<Value>,
    /// Who signed: `name` and `kid` as the credentials write them, and the public key in every notation that somebody wants:
    /// `jwk`, `spki` (DER in base64), `certificate` (DER in base64), `document` (of the DID). Signers of mdocs have the certificate of their `authority` too.
    pub issuers: Vec<Value>,
    /// Entries of a trust store of vidimus.
    pub trust: Vec<Value>,
    /// JSON pointers that the holder shows, where something is derived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selected: Vec<String>,
}

impl Row {
    /// The inputs of that row in this run.
    ///
    /// # Errors
    /// Without a folder, and when the file cannot be read.
    pub fn read(row: &str) -> Result<Row, Fault> {
        let folder = std::env::args_os().nth(1).ok_or("the first argument names the folder of inputs")?;
        let path = PathBuf::from(folder).join(format!("{row}.json"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(serde_json::from_str(&text)?)
    }
}

/// A member of an issuer, or of an occasion, that is text.
///
/// # Errors
/// When there is none.
pub fn text_of<'i>(whose: &'i Value, member: &str) -> Result<&'i str, Fault> {
    whose[member].as_str().ok_or_else(|| format!("there is no {member}").into())
}

type Step = Box<dyn FnMut() -> Result<(), Fault>>;

/// One kind of work that is repeated.
pub struct Work {
    kind: String,
    /// Credentials that a step is about.
    credentials: usize,
    step: Step,
}

impl Work {
    /// Verifies one credential of the row after another.
    ///
    /// # Errors
    /// When one of them is refused, or the spoilt one is not, or one that was shown to somebody else.
    pub fn verifying(
        kind: &str,
        row: Row,
        verify: impl Fn(&str) -> Result<(), Fault> + 'static,
    ) -> Result<Work, Fault> {
        let spoilt = row.spoilt.as_deref().ok_or_else(|| format!("{kind}: no spoilt credential"))?;
        if verify(spoilt).is_ok() {
            return Err(format!("{kind}: takes what is spoilt").into());
        }
        if row.replayed.as_deref().is_some_and(|replayed| verify(replayed).is_ok()) {
            return Err(format!("{kind}: takes what was shown to somebody else").into());
        }
        Work::each(kind, row, verify)
    }

    /// Does something with one credential of the row after another.
    ///
    /// # Errors
    /// When it fails with one of them.
    pub fn each(kind: &str, row: Row, act: impl Fn(&str) -> Result<(), Fault> + 'static) -> Result<Work, Fault> {
        for (number, credential) in row.credentials.iter().enumerate() {
            act(credential).map_err(|fault| format!("{kind}, credential {number}: {fault}"))?;
        }
        let mut number = 0;
        let step = move || {
            number = (number + 1) % row.credentials.len();
            act(&row.credentials[number])
        };
        Ok(Work { kind: kind.to_owned(), credentials: 1, step: Box::new(step) })
    }

    /// Work on so many credentials at a time. It has checked its inputs itself.
    pub fn together(kind: &str, credentials: usize, step: impl FnMut() -> Result<(), Fault> + 'static) -> Work {
        Work { kind: kind.to_owned(), credentials, step: Box::new(step) }
    }
}

/// Answers until the asker closes the pipe.
///
/// # Errors
/// When the work fails, or what is asked cannot be understood.
pub fn answer(mut works: Vec<Work>) -> Result<(), Fault> {
    let kinds: Vec<&str> = works.iter().map(|work| &*work.kind).collect();
    say(&format!("ready {}", kinds.join(" ")))?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (kind, milliseconds) = line.split_once(' ').ok_or("asked without a time")?;
        let work = works.iter_mut().find(|work| work.kind == kind).ok_or("asked for unknown work")?;
        let slice = Duration::from_millis(milliseconds.parse()?);
        let begun = Instant::now();
        let mut count = 0;
        while count == 0 || begun.elapsed() < slice {
            (work.step)().map_err(|fault| format!("{kind}: {fault}"))?;
            count += work.credentials;
        }
        say(&format!("{count} {}", begun.elapsed().as_nanos()))?;
    }
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
