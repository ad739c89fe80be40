//! The protocol by which `run.mjs` asks a contender for one slice of work after another, so that all take turns.
//!
//! A contender reads its inputs from the folder named by its first argument, tries each kind of work once and prints
//! `ready KIND ...`. Then it answers each line `KIND MILLISECONDS` with `COUNT NANOSECONDS`: how often it did that work, and how
//! long that took on the wall. A contender whose work fails ends with a message instead: what is not done right is not measured.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What goes wrong is told and ends the contender.
pub type Fault = Box<dyn std::error::Error>;

/// One kind of work that is repeated, by its name.
pub struct Work {
    /// `eddsa-rdfc-2022.verify` and the like.
    pub kind: &'static str,
    /// Does it once.
    pub step: Box<dyn Fn() -> Result<(), Fault>>,
}

/// The text of an input file of this run.
///
/// # Errors
/// Without a folder, and when the file cannot be read.
pub fn input(name: &str) -> Result<String, Fault> {
    let folder = std::env::args_os().nth(1).ok_or("the first argument names the folder of inputs")?;
    let path = PathBuf::from(folder).join(name);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Answers until the asker closes the pipe.
///
/// # Errors
/// When the work fails, or what is asked cannot be understood.
pub fn answer(works: &[Work]) -> Result<(), Fault> {
    for work in works {
        (work.step)().map_err(|fault| format!("{}: {fault}", work.kind))?;
    }
    let kinds: Vec<&str> = works.iter().map(|work| work.kind).collect();
    say(&format!("ready {}", kinds.join(" ")))?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (kind, milliseconds) = line.split_once(' ').ok_or("asked without a time")?;
        let work = works.iter().find(|work| work.kind == kind).ok_or("asked for unknown work")?;
        let slice = Duration::from_millis(milliseconds.parse()?);
        let begun = Instant::now();
        let mut count = 0u64;
        while count == 0 || begun.elapsed() < slice {
            (work.step)()?;
            count += 1;
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
