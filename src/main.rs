//! The `vidimus` command: reads the arguments, runs, maps exit codes.

use std::process::ExitCode;

/// A verification makes some dozens of small allocations, which cost less here than with the allocator of the system. A build that counts
/// allocations brings its own.
#[cfg(not(feature = "count-allocations"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(vidimus::cli::run(std::env::args_os()).code())
}
