//! `vidimus reasons`: the whole table of reason codes, for `REASONS.md` and for programs.

use std::io::Write;

use clap::Args;

use crate::cli::Exit;
use crate::cli::trouble::Trouble;
use crate::openid4vp::code;
use crate::reason::{Code, Row, Stage};

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
            let rows: Vec<_> = code::rows().collect();
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
         This page is printed by `vidimus reasons --markdown`; edit `src/reason/table.rs` or `src/openid4vp/code.rs`, never this file.\n",
    );
    for stage in Stage::ALL {
        let rows: Vec<_> = Code::ALL.iter().map(|code| code.row()).filter(|row| row.stage == stage).collect();
        if !rows.is_empty() {
            text.push_str(&format!("\n## {}\n\n{}", stage.name(), table(&rows)));
        }
    }
    let rows: Vec<_> = code::Code::ALL.iter().map(|code| code.row()).collect();
    text.push_str(&format!(
        "\n## Responses to presentation requests\n\n\
         What the result of a session can say beside the reports of its presentations: of the response, or of the session itself.\n\n{}",
        table(&rows)
    ));
    text
}

fn table(rows: &[&Row]) -> String {
    let mut text = String::from("| code | what is wrong | what to do | where it is written |\n|---|---|---|---|\n");
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
        let (of_credentials, of_responses) = text.split_once("\n## Responses").unwrap();
        let lines = |text: &str, code: &str| text.matches(&format!("| `{code}` |")).count();
        for code in Code::ALL {
            assert_eq!(lines(of_credentials, code.as_str()), 1, "{}", code.as_str());
        }
        for code in code::Code::ALL {
            assert_eq!(lines(of_responses, code.as_str()), 1, "{}", code.as_str());
        }
    }
}
