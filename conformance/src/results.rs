//! Results: what came out of each case, counted by set and as a whole.

use std::collections::BTreeMap;

use serde::Serialize;

/// What came out of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As expected.
    Pass,
    /// Not as expected.
    Fail,
    /// Not run, for the reason given.
    Skip,
    /// The verifier died or broke the protocol.
    Crash,
    /// The verifier gave no answer in time.
    Hang,
    /// Not as expected, and the exceptions file says why.
    Exception,
    /// Not as expected, and the set itself lists the case among its known faults.
    Anomaly,
}

impl Outcome {
    /// The outcome's name.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            Outcome::Skip => "skip",
            Outcome::Crash => "crash",
            Outcome::Hang => "hang",
            Outcome::Exception => "exception",
            Outcome::Anomaly => "anomaly",
        }
    }

    /// `true` when it makes the whole run fail.
    pub fn is_bad(self) -> bool {
        matches!(self, Outcome::Fail | Outcome::Crash | Outcome::Hang)
    }
}

/// The result of one case.
#[derive(Clone, Debug, Serialize)]
pub struct CaseResult {
    /// The set that the case belongs to.
    pub set: String,
    /// `<set>/<case>`.
    pub id: String,
    /// What came out.
    pub outcome: Outcome,
    /// What was expected and what came, or why it was skipped or excepted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Codes that the verifier gave, where it gave any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<String>,
}

/// How many cases came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All cases.
    pub cases: usize,
    /// As expected.
    pub pass: usize,
    /// Not as expected.
    pub fail: usize,
    /// Not run.
    pub skip: usize,
    /// Died.
    pub crash: usize,
    /// No answer in time.
    pub hang: usize,
    /// Excepted by the exceptions file.
    pub exceptions: usize,
    /// Listed by the set itself as faulty.
    pub anomalies: usize,
}

impl Summary {
    /// Counts one more case.
    pub fn add(&mut self, outcome: Outcome) {
        self.cases += 1;
        match outcome {
            Outcome::Pass => self.pass += 1,
            Outcome::Fail => self.fail += 1,
            Outcome::Skip => self.skip += 1,
            Outcome::Crash => self.crash += 1,
            Outcome::Hang => self.hang += 1,
            Outcome::Exception => self.exceptions += 1,
            Outcome::Anomaly => self.anomalies += 1,
        }
    }
}

/// The results of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Results {
    /// The verifier that was asked.
    pub subject: String,
    /// All counts.
    pub summary: Summary,
    /// Counts of each set.
    pub sets: BTreeMap<String, Summary>,
    /// Every case, in the order of sets and ids.
    pub cases: Vec<CaseResult>,
}

impl Results {
    /// The results with these cases, counted.
    pub fn of(subject: &str, mut cases: Vec<CaseResult>) -> Self {
        cases.sort_by(|a, b| (&a.set, &a.id).cmp(&(&b.set, &b.id)));
        let mut results = Results { subject: subject.to_owned(), ..Results::default() };
        for case in &cases {
            results.summary.add(case.outcome);
            results.sets.entry(case.set.clone()).or_default().add(case.outcome);
        }
        results.cases = cases;
        results
    }

    /// `true` when nothing failed, crashed or hung.
    pub fn is_good(&self) -> bool {
        !self.cases.iter().any(|case| case.outcome.is_bad())
    }
}
