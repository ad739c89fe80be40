//! `vidimus explain`: what a reason code means.

use std::io::Write;

use clap::Args;

use crate::cli::Exit;
use crate::cli::trouble::Trouble;
use crate::openid4vp::code::{row_of, rows};
use crate::reason::{Row, Stage};

/// Arguments of `explain`.
#[derive(Args)]
pub(super) struct Explain {
    /// A code such as `time.expired`; without it, all are listed.
    code: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        match &self.code {
            None => list(self.json, out)?,
            Some(text) => {
                let row = row_of(text).ok_or_else(|| unknown(text))?;
                explain(row, self.json, out)?;
            }
        }
        Ok(Exit::Accepted)
    }
}

fn explain(row: &Row, json: bool, out: &mut dyn Write) -> Result<(), Trouble> {
    if json {
        writeln!(out, "{}", serde_json::to_string(row).unwrap_or_default())?;
        return Ok(());
    }
    writeln!(out, "{}\n", row.code)?;
    writeln!(out, "  {}\n", row.sentence)?;
    writeln!(out, "  stage  {}", row.stage.name())?;
    writeln!(out, "  spec   {}, {}", row.spec.document, row.spec.section)?;
    writeln!(out, "         {}", row.spec.url)?;
    writeln!(out, "  hint   {}", row.hint)?;
    Ok(())
}

fn list(json: bool, out: &mut dyn Write) -> Result<(), Trouble> {
    if json {
        let rows: Vec<_> = rows().collect();
        writeln!(out, "{}", serde_json::to_string(&rows).unwrap_or_default())?;
        return Ok(());
    }
    let width = rows().map(|row| row.code.len()).max().unwrap_or(0);
    for stage in Stage::ALL {
        let mut rows = rows().filter(|row| row.stage == stage).peekable();
        if rows.peek().is_some() {
            writeln!(out, "{}", stage.name())?;
        }
        for row in rows {
            writeln!(out, "  {:width$}  {}", row.code, row.sentence)?;
        }
    }
    Ok(())
}

fn unknown(text: &str) -> Trouble {
    let trouble = Trouble::new(format!("there is no reason code {text}"));
    let near = nearest(text);
    if near.is_empty() {
        trouble.hint("`vidimus explain` lists all codes")
    } else {
        trouble.hint(format!("did you mean {}?", near.join(", ")))
    }
}

/// Up to three codes that are spelled much like the text, or of which it is the second half.
fn nearest(text: &str) -> Vec<&'static str> {
    // Nobody misspells a code by more than its own length; a hostile argument costs nothing then.
    if text.chars().count() > 64 {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = rows()
        .map(|row| {
            let code = row.code;
            let name = code.split_once('.').map_or(code, |(_, name)| name);
            (distance(text, code).min(distance(text, name)), code)
        })
        .filter(|(distance, code)| *distance <= code.len() / 3)
        .collect();
    near.sort();
    near.into_iter().take(3).map(|(_, code)| code).collect()
}

/// How many letters have to be changed, put in or taken out (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    // After each letter of `from`: the distances from its text so far to every beginning of `to`.
    let mut distances: Vec<usize> = (0..=to.chars().count()).collect();
    for (at, letter) in from.chars().enumerate() {
        let (mut diagonal, mut left) = (at, at + 1);
        let mut cells = distances.iter_mut();
        cells.next().into_iter().for_each(|first| *first = left);
        for (cell, other) in cells.zip(to.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(letter != other)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
    }
    distances.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_meant() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("time.expird").first(), Some(&"time.expired"));
        assert_eq!(nearest("expired"), ["status.expired", "time.expired", "x509.expired"]);
        assert!(nearest("qqqqqqqqqqqqqqqqq").is_empty());
        assert!(nearest(&"x".repeat(100_000)).is_empty());
    }
}
