//! Results of a certification: a table for people, JSON for programs.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::plan::{Case, FORMATS, METHODS, MODES, PREFIXES, Variant};
use crate::rules::Rule;
use crate::wallet::fault::{CERTIFICATION, TABLE};

/// What came of one case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The module's name.
    pub module: String,
    /// The variant's name.
    pub variant: String,
    /// Where it stands in the table; `None` = beside it.
    pub column: Option<usize>,
    /// What came of it.
    pub outcome: Outcome,
    /// The rule that it rests on.
    pub rule: Rule,
}

/// Pass, fail or neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "outcome", content = "detail")]
pub enum Outcome {
    /// As due.
    Pass,
    /// What was due and what was got.
    Fail(String),
    /// Why it could not be run.
    Skip(String),
}

impl CaseResult {
    /// The result of a case of the plan.
    pub fn of(case: &Case, outcome: Outcome) -> Self {
        CaseResult {
            module: case.row.name.to_owned(),
            variant: case.variant.name(),
            column: Variant::all().iter().position(|variant| *variant == case.variant),
            outcome,
            rule: case.row.fault.rule_for(case.variant.format),
        }
    }

    fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Pass => "pass",
            Outcome::Fail(_) => "FAIL",
            Outcome::Skip(_) => "skip",
        }
    }
}

/// `true` when something passed and nothing failed.
pub fn is_good(results: &[CaseResult]) -> bool {
    let failed = results.iter().any(|result| matches!(result.outcome, Outcome::Fail(_)));
    !failed && results.iter().any(|result| result.outcome == Outcome::Pass)
}

/// The results as JSON.
pub fn as_json(results: &[CaseResult]) -> Value {
    let one = |result: &CaseResult| {
        let mut entry = serde_json::to_value(&result.outcome).unwrap_or_default();
        entry["module"] = result.module.clone().into();
        entry["variant"] = result.variant.clone().into();
        entry["rule"] = serde_json::to_value(result.rule).unwrap_or_default();
        entry
    };
    let count = |word: &str| results.iter().filter(|result| result.word() == word).count();
    json!({
        "pass": count("pass"), "fail": count("FAIL"), "skip": count("skip"),
        "results": results.iter().map(one).collect::<Vec<_>>(),
    })
}

/// The results as a table: a row a module, a column a variant; then every failure with its rule.
pub fn as_table(results: &[CaseResult]) -> String {
    let mut out = String::new();
    let wide = TABLE.iter().map(|row| row.name.len()).max().unwrap_or_default().max(30);
    head(&mut out, wide);
    for (at, row) in TABLE.iter().enumerate() {
        if at == CERTIFICATION {
            let _ = writeln!(out, "further faults");
        }
        let of_module: Vec<&CaseResult> = results.iter().filter(|result| result.module == row.name).collect();
        if of_module.is_empty() {
            continue;
        }
        let cell = |column: usize| of_module.iter().find(|result| result.column == Some(column)).map(|it| it.word());
        let cells: Vec<String> = (0..16).map(|column| format!("{:<4}", cell(column).unwrap_or("."))).collect();
        let _ = writeln!(out, "{:<wide$} {}", row.name, cells.join(" ").trim_end());
    }
    for result in results.iter().filter(|result| result.column.is_none()) {
        let _ = writeln!(out, "{:<wide$} {} {}", result.module, result.word(), result.variant);
    }
    for result in results {
        if let Outcome::Fail(detail) = &result.outcome {
            let _ = writeln!(out, "FAIL {} ({})\n     {detail}\n     {}", result.module, result.variant, result.rule);
        }
    }
    let mut skipped = std::collections::BTreeMap::<&str, usize>::new();
    for result in results {
        if let Outcome::Skip(why) = &result.outcome {
            *skipped.entry(why).or_default() += 1;
        }
    }
    for (why, count) in skipped {
        let _ = writeln!(out, "skipped {count}: {why}");
    }
    let count = |word: &str| results.iter().filter(|result| result.word() == word).count();
    let _ = writeln!(out, "{} passed, {} failed, {} skipped", count("pass"), count("FAIL"), count("skip"));
    out
}

fn head(out: &mut String, wide: usize) {
    let mut line = |title: &str, names: Vec<&str>, width: usize| {
        let cells: Vec<String> = names.iter().map(|name| format!("{name:<width$}")).collect();
        let _ = writeln!(out, "{title:<wide$} {}", cells.join(" ").trim_end());
    };
    line("credential_format", FORMATS.map(|format| format.name()).to_vec(), 39);
    line("client_id_prefix", PREFIXES.repeat(2), 19);
    line("response_mode", MODES.map(short).repeat(4), 9);
    line("request_method", METHODS.repeat(8), 4);
}

/// A name that fits over two columns.
fn short(mode: &'static str) -> &'static str {
    if mode.ends_with(".jwt") { ".jwt" } else { "d_post" }
}
