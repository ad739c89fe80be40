//! Benchmark: the table of `vidimus bench`. Arguments after `--` go to it (`--seconds N`, `--format F`, `--json`).

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo says `--bench` to every benchmark.
    let given: Vec<_> = std::env::args_os().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments = ["vidimus", "bench"].map(Into::into).into_iter().chain(given);
    ExitCode::from(vidimus::cli::run(arguments).code())
}
