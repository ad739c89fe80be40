//! The command: one file a subcommand. Data goes to standard output, everything else to standard error.
//!
//! Exit codes: 0 accepted, 1 rejected, 3 indeterminate, 2 trouble (arguments, files, network). A command that judges
//! nothing exits with 0 or 2; `trust check` with 1 when entries had to be left out.

mod bench;
mod checking;
mod dcql;
mod demands;
mod derive;
mod did;
mod evidence;
mod explain;
mod input;
mod inspect;
mod issue;
mod issue_di;
mod issue_mdoc;
mod issue_status_list;
mod issue_w3c;
mod keys;
mod progress;
mod reasons;
mod replay;
mod report_text;
mod serve;
pub mod shown;
mod stores;
mod trouble;
mod trust;
mod trust_check;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{Parser, Subcommand};

use crate::cli::shown::shown_lines;
use crate::cli::trouble::Trouble;

/// One verdict, with reasons, for every digital credential.
#[derive(Parser)]
#[command(name = "vidimus", version, about, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge credentials: text, files, photos or standard input.
    Verify(verify::Verify),
    /// Show what a credential says, without believing it.
    Inspect(inspect::Inspect),
    /// Say what a reason code means, or list all codes.
    Explain(explain::Explain),
    /// Make a credential.
    Issue(issue::Issue),
    /// Resolve DIDs and dereference DID URLs.
    Did(did::Did),
    /// Look at DCQL queries, and make them of older ones.
    Dcql(dcql::Dcql),
    /// Show a part of a credential (ecdsa-sd-2023, bbs-2023).
    Derive(derive::Derive),
    /// Import, list and check trust lists.
    Trust(trust::TrustCommand),
    /// Make a signing key.
    Keys(keys::Keys),
    /// Judge again what `verify --save` saved, and compare.
    Replay(replay::Replay),
    /// Serve the HTTP API.
    Serve(serve::Serve),
    /// Measure how fast this machine decodes and verifies.
    Bench(bench::Bench),
    /// Print the table of all reason codes.
    Reasons(reasons::Reasons),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Accepted, or done.
    Accepted,
    /// Rejected.
    Rejected,
    /// It could not be told.
    Indeterminate,
    /// Arguments, files or the network were not as they should be.
    Trouble,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Accepted => 0,
            Exit::Rejected => 1,
            Exit::Trouble => 2,
            Exit::Indeterminate => 3,
        }
    }

    /// The exit of a verdict, by its name in reports. Anything but `accepted` and `indeterminate` is a rejection.
    pub fn of_verdict(verdict: &str) -> Exit {
        match verdict {
            "accepted" => Exit::Accepted,
            "indeterminate" => Exit::Indeterminate,
            _ => Exit::Rejected,
        }
    }

    /// The worse of two: trouble, then rejected, then indeterminate, then accepted.
    #[must_use]
    pub fn worst(self, other: Exit) -> Exit {
        let badness = |exit: Exit| match exit {
            Exit::Accepted => 0,
            Exit::Indeterminate => 1,
            Exit::Rejected => 2,
            Exit::Trouble => 3,
        };
        if badness(other) > badness(self) { other } else { self }
    }
}

/// Runs the command that these arguments ask for (the program's name first).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse_arguments(&error),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let ended = dispatch(cli.command, &mut out).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    match ended {
        Ok(exit) => exit,
        // Whoever reads us has seen enough.
        Err(trouble) if trouble.is_broken_pipe() => Exit::Trouble,
        Err(trouble) => {
            let _ = out.flush();
            trouble.tell();
            Exit::Trouble
        }
    }
}

fn dispatch(command: Command, out: &mut dyn Write) -> Result<Exit, Trouble> {
    match command {
        Command::Verify(command) => command.run(out),
        Command::Inspect(command) => command.run(out),
        Command::Explain(command) => command.run(out),
        Command::Dcql(command) => command.run(out),
        Command::Derive(derive) => derive.run(out),
        Command::Issue(command) => command.run(out),
        Command::Did(command) => command.run(out),
        Command::Trust(command) => command.run(out),
        Command::Keys(command) => command.run(out),
        Command::Replay(command) => command.run(out),
        Command::Serve(command) => command.run(),
        Command::Bench(command) => command.run(out),
        Command::Reasons(command) => command.run(out),
    }
}

/// Help and version go out as they are; complaints echo arguments, so what a terminal would obey is escaped in them.
fn refuse_arguments(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let _ = error.print();
        return Exit::Accepted;
    }
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
    } else {
        eprint!("{}", shown_lines(&error.render().to_string()));
    }
    Exit::Trouble
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_worst_verdict_wins() {
        let all = [Exit::Accepted, Exit::Indeterminate, Exit::Rejected, Exit::Trouble];
        for (at, better) in all.into_iter().enumerate() {
            for worse in all.into_iter().skip(at) {
                assert_eq!(better.worst(worse), worse);
                assert_eq!(worse.worst(better), worse);
            }
        }
        assert_eq!(all.map(Exit::code), [0, 3, 1, 2]);
        assert_eq!(Exit::of_verdict("anything else"), Exit::Rejected);
    }
}
