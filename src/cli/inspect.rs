//! `vidimus inspect`: what a credential says, unverified.

use std::ffi::OsString;
use std::io::Write;

use clap::Args;
use serde_json::Value;

use crate::cli::Exit;
use crate::cli::demands::{Demands, format_name};
use crate::cli::input::Source;
use crate::cli::shown::{shown, shown_json};
use crate::cli::trouble::Trouble;
use crate::credential::Input;
use crate::inspect::inspect;

/// Arguments of `inspect`.
#[derive(Args)]
pub(super) struct Inspect {
    /// Texts (`HC1:...`), files or `-`; nothing = standard input.
    #[arg(value_name = "FILE|TEXT|-")]
    inputs: Vec<OsString>,
    /// Print one JSON value a line, without the remark for people.
    #[arg(long)]
    json: bool,
    /// Take the input for this format.
    #[arg(long = "as", value_name = "FORMAT", value_parser = format_name)]
    format: Option<String>,
    #[command(flatten)]
    demands: Demands,
}

impl Inspect {
    /// Prints what each input says; `Rejected` when one could not be read.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let policy = self.demands.policy()?;
        let mut exit = Exit::Accepted;
        for source in Source::all_of(&self.inputs) {
            let input = Input { bytes: source.read()?, format: self.format.clone() };
            let said = inspect(&input, &policy);
            let unread = |value: &Value| value.get("faults").is_some() && value.get("claims").is_none();
            let credentials = said.get("credentials").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            if credentials.is_empty() || credentials.iter().any(unread) {
                exit = exit.worst(Exit::Rejected);
            }
            if self.json {
                writeln!(out, "{}", shown_json(&said.to_string()))?;
            } else {
                writeln!(out, "{}: NOT VERIFIED", shown(&source.name()))?;
                writeln!(out, "{}", shown_json(&serde_json::to_string_pretty(&said).unwrap_or_default()))?;
            }
        }
        Ok(exit)
    }
}
