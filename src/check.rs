//! Checks: what each stage found. The rows of every report.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::locator::Locator;
use crate::reason::{Reason, Stage};

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
        row.serialize_field("spec", &facts.spec)?;
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
