//! Rendering: results as text, JSON, JUnit XML or Markdown.

use std::fmt::Write;

use crate::results::{CaseResult, Outcome, Results, Summary};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line a set and a line a fault.
    Text,
    /// Everything, for programs.
    Json,
    /// For build servers.
    Junit,
    /// A table, for a web page.
    Markdown,
}

/// The results in that format, with a final line break.
pub fn render(results: &Results, format: Format) -> String {
    match format {
        Format::Text => text(results),
        Format::Json => serde_json::to_string_pretty(results).unwrap_or_default() + "\n",
        Format::Junit => junit(results),
        Format::Markdown => markdown(results),
    }
}

fn text(results: &Results) -> String {
    let mut out = String::new();
    for case in results.cases.iter().filter(|case| case.outcome.is_bad()) {
        let _ = writeln!(out, "{:<5} {}  {}", case.outcome.name(), case.id, case.detail);
    }
    for (set, summary) in &results.sets {
        let _ = writeln!(out, "{set}: {}", counts(summary));
    }
    for (reason, count) in skips(results) {
        let _ = writeln!(out, "skipped {count}: {reason}");
    }
    let _ = writeln!(out, "all, {}: {}", results.subject, counts(&results.summary));
    out
}

fn counts(summary: &Summary) -> String {
    let Summary { cases, pass, fail, skip, crash, hang, exceptions, anomalies } = summary;
    format!(
        "{cases} cases, {pass} pass, {fail} fail, {skip} skip, {crash} crash, {hang} hang, {exceptions} exceptions, {anomalies} known anomalies"
    )
}

/// Why cases were skipped, and how many each, most first.
fn skips(results: &Results) -> Vec<(String, usize)> {
    let mut reasons = std::collections::BTreeMap::<String, usize>::new();
    for case in results.cases.iter().filter(|case| case.outcome == Outcome::Skip) {
        *reasons.entry(format!("{}: {}", case.set, case.detail)).or_default() += 1;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    reasons
}

fn junit(results: &Results) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let Summary { cases, fail, skip, crash, hang, .. } = results.summary;
    let _ = writeln!(
        out,
        "<testsuites name=\"{}\" tests=\"{cases}\" failures=\"{fail}\" errors=\"{}\" skipped=\"{skip}\">",
        escaped(&results.subject),
        crash + hang
    );
    for (set, summary) in &results.sets {
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">",
            escaped(set),
            summary.cases,
            summary.fail,
            summary.crash + summary.hang,
            summary.skip
        );
        for case in results.cases.iter().filter(|case| case.set == *set) {
            junit_case(&mut out, case);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn junit_case(out: &mut String, case: &CaseResult) {
    let element = match case.outcome {
        Outcome::Fail => "failure",
        Outcome::Crash | Outcome::Hang => "error",
        Outcome::Skip => "skipped",
        Outcome::Pass | Outcome::Exception | Outcome::Anomaly => "",
    };
    let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\"", escaped(&case.set), escaped(&case.id));
    if element.is_empty() {
        out.push_str("/>\n");
    } else {
        let _ = writeln!(out, "><{element} message=\"{}\"/></testcase>", escaped(&case.detail));
    }
}

/// Text safe inside an XML attribute; characters that XML cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn markdown(results: &Results) -> String {
    let mut out = format!("# Conformance of {}\n\n", results.subject);
    out.push_str("| set | cases | pass | fail | skip | crash | hang | exceptions | known anomalies |\n|---|---|---|---|---|---|---|---|---|\n");
    let mut row = |name: &str, s: &Summary| {
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} |",
            s.cases, s.pass, s.fail, s.skip, s.crash, s.hang, s.exceptions, s.anomalies
        );
    };
    for (set, summary) in &results.sets {
        row(set, summary);
    }
    row("**all**", &results.summary);
    let mut section = |title: &str, wanted: fn(Outcome) -> bool| {
        let cases: Vec<&CaseResult> = results.cases.iter().filter(|case| wanted(case.outcome)).collect();
        if !cases.is_empty() {
            let _ = writeln!(out, "\n## {title}\n");
            for case in cases {
                let _ = writeln!(out, "- `{}` {}: {}", case.id, case.outcome.name(), case.detail);
            }
        }
    };
    section("Faults", Outcome::is_bad);
    section("Exceptions", |outcome| outcome == Outcome::Exception);
    out
}
