//! `vidimus replay`: judges again what `verify --save` saved, and says whether the report is the same.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::bundle::Bundle;
use crate::cli::Exit;
use crate::cli::input::read_file;
use crate::cli::report_text;
use crate::cli::shown::shown_json;
use crate::cli::trouble::Trouble;
use crate::encoding::json;

/// Bytes of the largest replay file: a photo in base64 and as much again of evidence and trust.
pub(super) const REPLAY_BYTES: usize = 64 << 20;

/// Arguments of `replay`.
#[derive(Args)]
pub(super) struct Replay {
    /// The file that `verify --save` wrote.
    file: PathBuf,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

impl Replay {
    /// Prints the report made anew; trouble when it is not the saved one.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let bytes = read_file(&self.file, REPLAY_BYTES)?;
        let bundle = Bundle::decode(&bytes).map_err(|fault| Trouble::at(&self.file, fault))?;
        let report = bundle.replay();
        if !bundle.is_same(&report) {
            let then = verdict_of(&bundle.report);
            let message = format!(
                "the replay differs: the saved report says {then}, the same question now gives {}",
                report.verdict()
            );
            return Err(Trouble::at(&self.file, message)
                .hint("the file was edited, or was saved by a version of vidimus that judges otherwise"));
        }
        if self.json {
            writeln!(out, "{}", shown_json(&report.to_json()))?;
        } else {
            writeln!(out, "replayed: the same report, byte for byte (judged as of {})\n", bundle.occasion.now)?;
            report_text::write(out, &self.file.display().to_string(), &report)?;
        }
        Ok(Exit::of_verdict(report.verdict()))
    }
}

fn verdict_of(report: &str) -> String {
    let report = json::decode(report.as_bytes()).ok();
    let verdict = report.as_ref().and_then(|report| report.member("verdict")?.as_str());
    verdict.unwrap_or("nothing").to_owned()
}
