//! `vidimus reasons`: the whole table of reason codes, for `REASONS.md` and for programs.

use std::io::Write;

use clap::Args;

use crate::cli::Exit;
use crate::cli::trouble::Trouble;
use crate::reason::{Code, Stage};

/// Arguments of `reasons`.
#[derive(Args)]
pub(super) struct Reasons {
    /// Print Markdown, the text of `REASONS.md` (this is what is printed without `--json`).
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Reasons {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        if self.json {
            let rows: Vec<_> = Code::ALL.iter().map(|code| code.row()).collect();
            writeln!(out, "{}", serde_json::to_string(&rows).unwrap_or_default())?;
        } else {
            out.write_all(markdown().as_bytes())?;
        }
        Ok(Exit::Accepted)
    }
}

/// The text of `REASONS.md`.
fn markdown() -> String {
    let mut text = String::from(
        "# Reasons\n\n\
         Every code that a report can give, by the stage that usually gives it. A released code keeps its name and meaning.\n\
         This page is printed by `vidimus reasons --markdown`; edit `src/reason.rs`, never this file.\n",
    );
    for stage in Stage::ALL {
        let rows: Vec<_> = Code::ALL.iter().map(|code| code.row()).filter(|row| row.stage == stage).collect();
        if rows.is_empty() {
            continue;
        }
        text.push_str(&format!(
            "\n## {}\n\n| code | what is wrong | what to do | where it is written |\n|---|---|---|---|\n",
            stage.name()
        ));
        for row in rows {
            text.push_str(&format!(
                "| `{}` | {} | {} | [{}]({}), {} |\n",
                row.code,
                cell(row.sentence),
                cell(row.hint),
                row.spec.document,
                row.spec.url,
                cell(row.spec.section),
            ));
        }
    }
    text
}

/// A bar would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_line() {
        let text = markdown();
        for code in Code::ALL {
            let line = format!("| `{}` |", code.as_str());
            assert_eq!(text.matches(&line).count(), 1, "{line}");
        }
    }
}
