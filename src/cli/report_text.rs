//! Reports for people: aligned, readable without colour, every value escaped that a terminal would obey.

use std::io::{self, Write};

use serde_json::Value;

use crate::check::{Check, Outcome};
use crate::cli::shown::shown;
use crate::report::{Part, Report};
use crate::trust::SignerDescription;
use crate::verdict::Verdict;

/// Column at which the explanation of a stage begins.
const INDENT: &str = "                           ";

/// Writes the report on the input of that name.
pub(super) fn write(out: &mut dyn Write, name: &str, report: &Report) -> io::Result<()> {
    let parts = report.parts();
    if parts.len() > 1 {
        writeln!(out, "{}: {}, {} credentials\n", shown(name), report.verdict().to_uppercase(), parts.len())?;
    }
    for (at, part) in parts.iter().enumerate() {
        let name = if parts.len() > 1 { format!("{name} ({} of {})", at + 1, parts.len()) } else { name.to_owned() };
        write_part(out, &name, part)?;
    }
    Ok(())
}

fn write_part(out: &mut dyn Write, name: &str, part: &Part) -> io::Result<()> {
    write!(out, "{}: {}", shown(name), part.verdict.name().to_uppercase())?;
    match part.format {
        Some(format) => writeln!(out, "  {}\n", format.about().title)?,
        None => writeln!(out, "\n")?,
    }
    let mut before = None;
    for check in &part.checks {
        // Further faults of a stage stand below the first, without its name.
        let stage = if before == Some(check.stage) { "" } else { check.stage.name() };
        before = Some(check.stage);
        write_check(out, stage, check)?;
    }
    writeln!(out)?;
    write_signer(out, part)?;
    write_times(out, part)?;
    for note in &part.notes {
        writeln!(out, "  {:14}{}: {}", "note", note.code, shown(&note.sentence))?;
    }
    for used in &part.evidence {
        write!(out, "  {:14}{}", "evidence", shown(&used.locator))?;
        match (used.fetched_at, used.age_seconds) {
            (Some(at), Some(age)) => writeln!(out, " (fetched {at}, {age} seconds before)")?,
            _ => writeln!(out, " (not at hand)")?,
        }
    }
    if let (Verdict::Accepted(_), Some(core)) = (&part.verdict, part.core_data()) {
        writeln!(out)?;
        write_value(out, 1, None, &serde_json::to_value(core).unwrap_or_default())?;
    }
    writeln!(out)
}

fn write_check(out: &mut dyn Write, stage: &str, check: &Check) -> io::Result<()> {
    let word = match check.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail(_) => "FAIL",
        Outcome::Unknown(..) => "unknown",
        Outcome::NotDeclared => "not declared",
        Outcome::NotReached => "not reached",
    };
    let Some(reason) = check.outcome.reason() else {
        return writeln!(out, "  {stage:10}  {word}");
    };
    let row = reason.code().row();
    writeln!(out, "  {stage:10}  {word:11}  {}", row.code)?;
    writeln!(out, "{INDENT}{}", row.sentence)?;
    for (name, fact) in [("expected", reason.expected_fact()), ("got", reason.got_fact())] {
        if !fact.is_absent() {
            writeln!(out, "{INDENT}{:10}{}", format!("{name}:"), shown(&fact.to_string()))?;
        }
    }
    let spec = reason.spec();
    writeln!(out, "{INDENT}spec:     {}, {}  {}", spec.document, spec.section, spec.url)?;
    writeln!(out, "{INDENT}hint:     {}", row.hint)?;
    if let Outcome::Unknown(_, Some(locator)) = &check.outcome {
        writeln!(out, "{INDENT}settles:  {}", shown(locator.as_str()))?;
    }
    Ok(())
}

fn write_signer(out: &mut dyn Write, part: &Part) -> io::Result<()> {
    let Some(signer) = part.issuer() else { return Ok(()) };
    let SignerDescription { name, country, key_id, list, environment, chain } = signer;
    let (label, doubt) = if part.signature_right { ("signed by", "") } else { ("named signer", "  (NOT VERIFIED)") };
    let name = if name.is_empty() { "a signer without a name" } else { name };
    writeln!(out, "  {label:14}{}{doubt}", shown(name))?;
    let facts = [
        ("country", country.as_deref()),
        ("key", key_id.as_deref()),
        ("list", list.as_deref()),
        ("environment", Some(environment)),
    ];
    for (label, fact) in facts {
        if let Some(fact) = fact.filter(|fact| !fact.is_empty()) {
            writeln!(out, "    {label:12}{}", shown(fact))?;
        }
    }
    for (at, link) in chain.iter().enumerate() {
        let label = if at == 0 { "certificate" } else { "issued by" };
        writeln!(out, "    {label:12}{}", shown(&link.subject))?;
        writeln!(out, "    {:12}SHA-256 {}", "", link.sha256)?;
    }
    Ok(())
}

fn write_times(out: &mut dyn Write, part: &Part) -> io::Result<()> {
    let doubt = if part.signature_right { "" } else { "  (not verified)" };
    let times = &part.times;
    let rows = [("issued", times.issued_at), ("not before", times.not_before), ("expires", times.expires)];
    for (label, time) in rows {
        if let Some(time) = time {
            writeln!(out, "  {label:14}{time}{doubt}")?;
        }
    }
    Ok(())
}

/// Writes claims as an indented list; a code shows its name, when it has one, and the code itself.
fn write_value(out: &mut dyn Write, depth: usize, label: Option<&str>, value: &Value) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let named = label.map(|label| label.replace('_', " ")).unwrap_or_default();
    match value {
        Value::Object(members) if members.contains_key("system") && members.contains_key("code") => {
            write_line(out, &indent, &named, &coding(value))
        }
        Value::Object(members) => {
            if label.is_some() {
                writeln!(out, "{indent}{}", shown(&named))?;
            }
            let depth = if label.is_some() { depth + 1 } else { depth };
            members.iter().try_for_each(|(name, value)| write_value(out, depth, Some(name), value))
        }
        // A list of one kind repeats its name: each event, each identifier.
        Value::Array(items) => items.iter().try_for_each(|item| write_value(out, depth, label, item)),
        Value::String(text) => write_line(out, &indent, &named, text),
        Value::Null => Ok(()),
        other => write_line(out, &indent, &named, &other.to_string()),
    }
}

fn write_line(out: &mut dyn Write, indent: &str, label: &str, text: &str) -> io::Result<()> {
    let width = 34usize.saturating_sub(indent.len());
    writeln!(out, "{indent}{:width$}{}", format!("{} ", shown(label)), shown(text))
}

fn coding(value: &Value) -> String {
    let member = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    match member("display") {
        "" => format!("{} ({})", member("code"), member("system")),
        display => format!("{display} ({})", member("code")),
    }
}
