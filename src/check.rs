//! Checks: what each stage found. The rows of every report.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::limits;
use crate::locator::Locator;
use crate::reason::{Code, Reason, Stage};

/// What one stage, or one fault of it, came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Looked at and in order.
    Pass,
    /// Wrong, for this reason.
    Fail(Reason),
    /// Could not be told, for this reason; the locator, if any, would settle it.
    Unknown(Reason, Option<Locator>),
    /// The credential declares nothing that this stage could look at.
    NotDeclared,
    /// An earlier stage left nothing to look at.
    NotReached,
}

impl Outcome {
    /// The outcome's name as it stands in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail(_) => "fail",
            Outcome::Unknown(..) => "unknown",
            Outcome::NotDeclared => "not-declared",
            Outcome::NotReached => "not-reached",
        }
    }

    /// The reason, where there is one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Outcome::Fail(reason) | Outcome::Unknown(reason, _) => Some(reason),
            _ => None,
        }
    }
}

/// One row of a report: a stage and what it came to. A stage with several faults has several rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The stage.
    pub stage: Stage,
    /// What it came to.
    pub outcome: Outcome,
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(reason) = self.outcome.reason() else {
            let mut row = serializer.serialize_struct("Check", 2)?;
            row.serialize_field("stage", &self.stage)?;
            row.serialize_field("outcome", self.outcome.name())?;
            return row.end();
        };
        let facts = reason.code().row();
        let mut row = serializer.serialize_struct("Check", 9)?;
        row.serialize_field("stage", &self.stage)?;
        row.serialize_field("outcome", self.outcome.name())?;
        row.serialize_field("code", facts.code)?;
        row.serialize_field("sentence", facts.sentence)?;
        row.serialize_field("spec", &reason.spec())?;
        if !reason.expected_fact().is_absent() {
            row.serialize_field("expected", reason.expected_fact())?;
        }
        if !reason.got_fact().is_absent() {
            row.serialize_field("got", reason.got_fact())?;
        }
        row.serialize_field("hint", facts.hint)?;
        if let Outcome::Unknown(_, Some(locator)) = &self.outcome {
            row.serialize_field("locator", locator)?;
        }
        row.end()
    }
}

/// A remark in a report. Never changes a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Stable name of the remark (`deviation.fractional_date`).
    pub code: &'static str,
    /// The remark, one sentence. Holds no value of the subject.
    pub sentence: Cow<'static, str>,
}

impl Note {
    /// A remark.
    pub fn new(code: &'static str, sentence: impl Into<Cow<'static, str>>) -> Self {
        Note { code, sentence: sentence.into() }
    }
}

/// What the stages found so far. A stage that nobody marked was not reached: silence never passes.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    faults: Vec<Check>,
    passed: u8,
    not_declared: u8,
    /// Remarks, in the order in which they were made.
    pub notes: Vec<Note>,
    /// Locators of the evidence looked at.
    pub evidence: Vec<String>,
}

impl Findings {
    /// Nothing looked at yet.
    pub fn new() -> Self {
        Findings::default()
    }

    /// Marks a stage as looked at and in order, as far as whoever marks it can tell. Faults found anywhere outweigh it.
    pub fn pass(&mut self, stage: Stage) {
        self.passed |= bit(stage);
    }

    /// Marks a stage as having nothing to look at. Faults and passes outweigh it.
    pub fn not_declared(&mut self, stage: Stage) {
        self.not_declared |= bit(stage);
    }

    /// Records a fault at the reason's stage.
    pub fn fail(&mut self, reason: Reason) {
        let check = Check { stage: reason.stage(), outcome: Outcome::Fail(reason) };
        // Past the limit the verdict is settled, and more rows would only swell the report.
        if self.faults.len() < limits::FAULTS && !self.faults.contains(&check) {
            self.faults.push(check);
        }
    }

    /// Records that the reason's stage could not tell, and what would settle it.
    pub fn unknown(&mut self, reason: Reason, locator: Option<Locator>) {
        self.faults.push(Check { stage: reason.stage(), outcome: Outcome::Unknown(reason, locator) });
    }

    /// Records a remark, if there are not too many yet.
    pub fn note(&mut self, note: Note) {
        if self.notes.len() < limits::NOTES {
            self.notes.push(note);
        }
    }

    /// `true` when that stage has a fault or could not tell.
    pub fn is_faulty(&self, stage: Stage) -> bool {
        self.faults.iter().any(|check| check.stage == stage)
    }

    /// Says that the faults are those of a credential in a COSE envelope.
    pub fn set_cose(&mut self) {
        for check in &mut self.faults {
            if let Outcome::Fail(reason) | Outcome::Unknown(reason, _) = &mut check.outcome {
                *reason = reason.clone().in_cose();
            }
        }
    }

    /// `true` when there is a fault of that code.
    pub fn has(&self, code: Code) -> bool {
        self.faults.iter().any(|check| check.outcome.reason().is_some_and(|reason| reason.code() == code))
    }

    /// The rows of the report: every stage in order, one row a fault.
    pub fn into_checks(self) -> Vec<Check> {
        let mut checks = Vec::with_capacity(Stage::ALL.len() + self.faults.len());
        for stage in Stage::ALL {
            let before = checks.len();
            checks.extend(self.faults.iter().filter(|check| check.stage == stage).cloned());
            if checks.len() == before {
                let outcome = if self.passed & bit(stage) != 0 {
                    Outcome::Pass
                } else if self.not_declared & bit(stage) != 0 {
                    Outcome::NotDeclared
                } else {
                    Outcome::NotReached
                };
                checks.push(Check { stage, outcome });
            }
        }
        checks
    }
}

fn bit(stage: Stage) -> u8 {
    1 << stage as u8
}
