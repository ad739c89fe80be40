//! `vidimus dcql`: reads a DCQL query and says what is wrong with it, and makes one of a Presentation Exchange definition.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::Exit;
use crate::cli::input::read_file;
use crate::cli::shown::{shown, shown_json};
use crate::cli::trouble::Trouble;
use crate::limits;
use crate::policy::dcql::presentation_exchange::{Converted, convert};
use crate::policy::dcql::{Query, QueryFault};

/// Arguments of `dcql`.
#[derive(Args)]
pub(super) struct Dcql {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Read a query, and say what is wrong and what is unwise about it. Exits with 1 when it cannot be asked.
    Check(File),
    /// Make a query of a DIF Presentation Exchange definition (v1 or v2). Exits with 1 when not all of it can be said in DCQL.
    Convert(File),
}

/// A file, and how to answer.
#[derive(Args)]
struct File {
    /// The JSON file.
    file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Dcql {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        match self.command {
            Command::Check(file) => check(&file, out),
            Command::Convert(file) => convert_file(&file, out),
        }
    }
}

/// The query of `--dcql`: a JSON object, or a file that holds one.
pub(super) fn query_text(given: &str) -> Result<String, Trouble> {
    let bytes = match given.trim_start().starts_with('{') {
        true => given.as_bytes().to_vec(),
        false => read_file(Path::new(given), limits::DCQL_BYTES)?,
    };
    let fault = |faults: &[QueryFault]| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        Trouble::new(format!("--dcql: {first}")).hint("`vidimus dcql check FILE` tells every fault of a query")
    };
    Query::decode(&bytes).map_err(|faults| fault(&faults))?;
    String::from_utf8(bytes).map_err(|_| Trouble::new("--dcql: not text"))
}

fn check(file: &File, out: &mut dyn Write) -> Result<Exit, Trouble> {
    let bytes = read_file(&file.file, limits::DCQL_BYTES)?;
    let (faults, hints) = match Query::decode(&bytes) {
        Ok(query) => (Vec::new(), query.lint()),
        Err(faults) => (faults, Vec::new()),
    };
    if file.json {
        let answer = json!({ "sound": faults.is_empty(), "faults": faults, "hints": hints });
        writeln!(out, "{}", shown_json(&answer.to_string()))?;
    } else {
        for fault in &faults {
            writeln!(out, "fault {}", shown(&fault.to_string()))?;
        }
        for hint in &hints {
            writeln!(out, "hint  {}", shown(&hint.to_string()))?;
        }
        if faults.is_empty() {
            writeln!(out, "The query can be asked.")?;
        }
    }
    Ok(if faults.is_empty() { Exit::Accepted } else { Exit::Rejected })
}

/// The query goes to standard output, what it cannot say to standard error.
fn convert_file(file: &File, out: &mut dyn Write) -> Result<Exit, Trouble> {
    let bytes = read_file(&file.file, limits::DCQL_BYTES)?;
    let Converted { query, lost } = convert(&bytes).map_err(|faults| {
        let all: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Trouble::at(&file.file, format!("no definition that can be asked in DCQL: {}", all.join("; ")))
    })?;
    let is_whole = lost.iter().all(|lost| !lost.is_demand);
    if file.json {
        let answer = json!({ "dcql_query": query, "lost": lost });
        writeln!(out, "{}", shown_json(&answer.to_string()))?;
    } else {
        writeln!(out, "{}", shown_json(&serde_json::to_string_pretty(&query).unwrap_or_default()))?;
        for lost in &lost {
            eprintln!("{} {}", if lost.is_demand { "lost" } else { "note" }, shown(&lost.to_string()));
        }
    }
    Ok(if is_whole { Exit::Accepted } else { Exit::Rejected })
}
