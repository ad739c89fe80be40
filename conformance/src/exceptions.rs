//! Exceptions: cases in which a set and its specification disagree, each with a sentence. A stale entry fails the run.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::results::{CaseResult, Outcome};

/// Share of a set that may be excepted, in per cent.
pub const MOST_PERCENT: usize = 2;

/// One exception.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// The case, `<set>/<case>`.
    pub id: String,
    /// Why it does not bind us, one sentence.
    pub sentence: String,
}

/// All exceptions of a run.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    by_id: BTreeMap<String, String>,
}

impl Exceptions {
    /// The exceptions of a file: a JSON list of `{id, sentence}`.
    ///
    /// # Errors
    /// A sentence: unreadable, not such a list, an id twice, or a sentence missing.
    pub fn read(path: &Path) -> Result<Exceptions, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let list: Vec<Exception> =
            serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        Exceptions::of(list).map_err(|sentence| format!("{}: {sentence}", path.display()))
    }

    /// These exceptions.
    ///
    /// # Errors
    /// A sentence, when an id stands twice or has no sentence.
    pub fn of(list: Vec<Exception>) -> Result<Exceptions, String> {
        let mut by_id = BTreeMap::new();
        for Exception { id, sentence } in list {
            if sentence.trim().is_empty() {
                return Err(format!("{id} has no sentence"));
            }
            if by_id.insert(id.clone(), sentence).is_some() {
                return Err(format!("{id} stands twice"));
            }
        }
        Ok(Exceptions { by_id })
    }

    /// Those whose id holds this text.
    #[must_use]
    pub fn only(mut self, text: &str) -> Exceptions {
        self.by_id.retain(|id, _| id.contains(text));
        self
    }

    /// The same results with failures excepted, and with a failure added for each stale entry and each set with too many.
    ///
    /// Only entries of sets that were run are looked at: an exceptions file may serve several runs.
    pub fn apply(&self, mut cases: Vec<CaseResult>) -> Vec<CaseResult> {
        let mut added = Vec::new();
        let sets: std::collections::BTreeSet<String> = cases.iter().map(|case| case.set.clone()).collect();
        for (id, sentence) in &self.by_id {
            let set = id.split('/').next().unwrap_or_default();
            if !sets.contains(set) {
                continue;
            }
            let stale = match cases.iter_mut().find(|case| case.id == *id) {
                None => Some("no such case"),
                Some(case) => match case.outcome {
                    Outcome::Fail => {
                        case.outcome = Outcome::Exception;
                        case.detail = format!("{sentence} [{}]", case.detail);
                        None
                    }
                    Outcome::Pass => Some("the case passes"),
                    Outcome::Anomaly => Some("the set itself lists the case"),
                    Outcome::Skip => None,
                    Outcome::Crash | Outcome::Hang | Outcome::Exception => Some("a crash or hang cannot be excepted"),
                },
            };
            if let Some(why) = stale {
                added.push(failure(set, format!("{id}#stale-exception"), format!("stale exception: {why}")));
            }
        }
        for set in &sets {
            let run = cases.iter().filter(|case| case.set == *set && case.outcome != Outcome::Skip).count();
            let excepted = cases.iter().filter(|case| case.set == *set && case.outcome == Outcome::Exception).count();
            if excepted * 100 > run * MOST_PERCENT {
                let detail = format!("{excepted} exceptions in {run} cases: more than {MOST_PERCENT} %");
                added.push(failure(set, format!("{set}/#too-many-exceptions"), detail));
            }
        }
        cases.append(&mut added);
        cases
    }
}

fn failure(set: &str, id: String, detail: String) -> CaseResult {
    CaseResult { set: set.to_owned(), id, outcome: Outcome::Fail, detail, codes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(n: usize, outcome: Outcome) -> CaseResult {
        let id = format!("set/{n}");
        CaseResult { set: "set".to_owned(), id, outcome, detail: "expected this".to_owned(), codes: Vec::new() }
    }

    fn hundred_with(failing: usize) -> Vec<CaseResult> {
        (0..100).map(|n| case(n, if n < failing { Outcome::Fail } else { Outcome::Pass })).collect()
    }

    fn for_cases(ids: &[&str]) -> Exceptions {
        let sentence = || "The specification says otherwise.".to_owned();
        Exceptions::of(ids.iter().map(|id| Exception { id: (*id).to_owned(), sentence: sentence() }).collect())
            .expect("distinct")
    }

    fn bad(cases: &[CaseResult]) -> Vec<&str> {
        cases.iter().filter(|case| case.outcome.is_bad()).map(|case| case.id.as_str()).collect()
    }

    #[test]
    fn an_exception_takes_a_failure_out() {
        let cases = for_cases(&["set/0", "set/1"]).apply(hundred_with(2));
        assert_eq!(bad(&cases), Vec::<&str>::new());
        assert_eq!(cases.iter().filter(|case| case.outcome == Outcome::Exception).count(), 2);
    }

    #[test]
    fn a_stale_exception_fails() {
        assert_eq!(bad(&for_cases(&["set/5"]).apply(hundred_with(0))), ["set/5#stale-exception"]);
        assert_eq!(bad(&for_cases(&["set/none"]).apply(hundred_with(0))), ["set/none#stale-exception"]);
        // Of a set that was not run.
        assert_eq!(bad(&for_cases(&["other/5"]).apply(hundred_with(0))), Vec::<&str>::new());
    }

    #[test]
    fn too_many_exceptions_fail() {
        let cases = for_cases(&["set/0", "set/1", "set/2"]).apply(hundred_with(3));
        assert_eq!(bad(&cases), ["set/#too-many-exceptions"]);
    }

    #[test]
    fn crashes_cannot_be_excepted() {
        let mut cases = hundred_with(0);
        cases[0].outcome = Outcome::Crash;
        assert_eq!(bad(&for_cases(&["set/0"]).apply(cases)), ["set/0", "set/0#stale-exception"]);
    }

    #[test]
    fn an_exception_needs_a_sentence_and_stands_once() {
        let exception = |sentence: &str| Exception { id: "set/0".to_owned(), sentence: sentence.to_owned() };
        assert!(Exceptions::of(vec![exception(" ")]).is_err());
        assert!(Exceptions::of(vec![exception("a"), exception("b")]).is_err());
    }
}
