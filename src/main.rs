//! The `vidimus` command: reads the arguments, runs, maps exit codes.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(vidimus::cli::run(std::env::args_os()).code())
}
