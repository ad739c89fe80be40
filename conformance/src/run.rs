//! The run: every case against the subject, several at a time, none longer than its limit.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::case::{Case, Found, Right, Work};
use crate::results::{CaseResult, Outcome};
use crate::subject::{Reply, Subject};

/// Stack of the thread that runs a case: deep recursion must show here before it shows in a service.
const STACK_BYTES: usize = 256 << 10;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Cases at a time.
    pub jobs: usize,
    /// Longest time of one case.
    pub limit: Duration,
}

/// The result of every case, in the order of the cases.
pub fn run(cases: Vec<Case>, subject: &Arc<dyn Subject>, settings: Settings) -> Vec<CaseResult> {
    let cases: Vec<Arc<Case>> = cases.into_iter().map(Arc::new).collect();
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<CaseResult>>> = Mutex::new(cases.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { return };
                    let result = run_one(case, subject, settings.limit);
                    if let Some(slot) = results.lock().ok().as_deref_mut().and_then(|all| all.get_mut(at)) {
                        *slot = Some(result);
                    }
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_default().into_iter().flatten().collect();
    check_parents(&cases, results)
}

/// A rejecting vector proves nothing when the one it was made from is not accepted.
fn check_parents(cases: &[Arc<Case>], mut results: Vec<CaseResult>) -> Vec<CaseResult> {
    let outcomes: HashMap<String, Outcome> = results.iter().map(|result| (result.id.clone(), result.outcome)).collect();
    let accepting: HashSet<&str> = cases
        .iter()
        .filter(|case| matches!(&case.work, Work::Ask(_, Right::Exactly(expect)) if expect.verdict == "accepted"))
        .map(|case| case.id.as_str())
        .collect();
    for (case, result) in cases.iter().zip(&mut results) {
        let Some(parent) = &case.parent else { continue };
        let fault = match outcomes.get(parent) {
            None => "is not among the cases",
            Some(_) if !accepting.contains(parent.as_str()) => "is not an accepting vector",
            Some(Outcome::Pass | Outcome::Skip) => continue,
            Some(_) => "is not accepted",
        };
        if result.outcome == Outcome::Pass {
            result.outcome = Outcome::Fail;
            result.detail = format!("proves nothing: {parent}, which it mutates, {fault}");
        }
    }
    results
}

fn run_one(case: &Arc<Case>, subject: &Arc<dyn Subject>, limit: Duration) -> CaseResult {
    let set = case.set().to_owned();
    let result = |outcome, detail: String| CaseResult {
        set: set.clone(),
        id: case.id.clone(),
        outcome,
        detail,
        codes: Vec::new(),
    };
    match &case.work {
        Work::Skip(reason) => return result(Outcome::Skip, reason.clone()),
        Work::Call(_) if !subject.is_in_process() => {
            return result(Outcome::Skip, "a call of the library, not a question".to_owned());
        }
        _ => {}
    }
    // A foreign subject keeps its own limit; the margin lets it report the hang itself.
    let patience = if subject.is_in_process() { limit } else { limit + Duration::from_secs(2) };
    let (sender, receiver) = channel();
    let (work, asked) = (case.clone(), subject.clone());
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let _ = sender.send(settle(&work.work, &*asked, limit));
    });
    let thread = match thread {
        Ok(thread) => thread,
        Err(error) => return result(Outcome::Crash, error.to_string()),
    };
    let mut ended = match receiver.recv_timeout(patience) {
        Ok((outcome, detail, codes)) => CaseResult { codes, ..result(outcome, detail) },
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
            result(Outcome::Hang, format!("no answer in {} s", limit.as_secs_f32()))
        }
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
            result(Outcome::Crash, thread.join().err().map_or_else(String::new, |panic| words_of(&*panic)))
        }
    };
    if case.is_anomaly && ended.outcome == Outcome::Fail {
        ended.outcome = Outcome::Anomaly;
    }
    ended
}

fn settle(work: &Work, subject: &dyn Subject, limit: Duration) -> (Outcome, String, Vec<String>) {
    match work {
        Work::Skip(reason) => (Outcome::Skip, reason.clone(), Vec::new()),
        Work::Call(call) => {
            let (outcome, detail) = Found::into_outcome(call());
            (outcome, detail, Vec::new())
        }
        Work::Ask(question, right) => match subject.ask(question, limit) {
            Reply::Hang => (Outcome::Hang, format!("no answer in {} s", limit.as_secs_f32()), Vec::new()),
            Reply::Crash(sentence) => (Outcome::Crash, sentence, Vec::new()),
            Reply::Unsupported(reason) => (Outcome::Skip, reason, Vec::new()),
            Reply::Answer(answer) => match right.fault(&answer) {
                None => (Outcome::Pass, String::new(), answer.codes),
                Some(fault) => (Outcome::Fail, fault, answer.codes),
            },
        },
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panic: {}", words.unwrap_or("without words"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{Answer, Question};

    struct Always(Reply);

    impl Subject for Always {
        fn ask(&self, _: &Question, _: Duration) -> Reply {
            self.0.clone()
        }

        fn is_in_process(&self) -> bool {
            true
        }
    }

    fn outcomes(cases: Vec<Case>, reply: Reply) -> Vec<Outcome> {
        let subject: Arc<dyn Subject> = Arc::new(Always(reply));
        let settings = Settings { jobs: 2, limit: Duration::from_millis(300) };
        run(cases, &subject, settings).into_iter().map(|result| result.outcome).collect()
    }

    fn accepted() -> Reply {
        Reply::Answer(Box::new(Answer { verdict: "accepted".to_owned(), ..Answer::default() }))
    }

    fn question() -> Question {
        serde_json::from_str(r#"{"input":{"media_type":"text/plain","text":""},"occasion":{"now":""}}"#).expect("valid")
    }

    #[test]
    fn tells_panic_and_hang_from_failure() {
        let cases = vec![
            Case::call("s/right".to_owned(), || Found::Right),
            Case::call("s/wrong".to_owned(), || Found::Wrong(String::new())),
            Case::call("s/panic".to_owned(), || panic!("on purpose")),
            Case::call("s/hang".to_owned(), || {
                std::thread::sleep(Duration::from_secs(2));
                Found::Right
            }),
            Case::skip("s/skip".to_owned(), "because"),
        ];
        let due = [Outcome::Pass, Outcome::Fail, Outcome::Crash, Outcome::Hang, Outcome::Skip];
        assert_eq!(outcomes(cases, accepted()), due);
    }

    #[test]
    fn an_anomaly_counts_apart_only_when_it_fails() {
        let anomaly = |right| Case { is_anomaly: true, ..Case::ask("s/a".to_owned(), question(), right) };
        assert_eq!(outcomes(vec![anomaly(Right::NotAccepted)], accepted()), [Outcome::Anomaly]);
        assert_eq!(outcomes(vec![anomaly(Right::Accepted)], accepted()), [Outcome::Pass]);
    }

    #[test]
    fn a_mutation_of_a_vector_that_is_not_accepted_fails() {
        let rejected = Reply::Answer(Box::new(Answer { verdict: "rejected".to_owned(), ..Answer::default() }));
        let exactly =
            |verdict: &str| Right::Exactly(crate::vector::Expect { verdict: verdict.to_owned(), ..Default::default() });
        let parent = || Case::ask("s/parent".to_owned(), question(), exactly("accepted"));
        let child = || Case {
            parent: Some("s/parent".to_owned()),
            ..Case::ask("s/child".to_owned(), question(), exactly("rejected"))
        };
        assert_eq!(outcomes(vec![parent(), child()], rejected.clone()), [Outcome::Fail, Outcome::Fail]);
        assert_eq!(outcomes(vec![child()], rejected), [Outcome::Fail]);
        assert_eq!(outcomes(vec![parent(), child()], accepted()), [Outcome::Pass, Outcome::Fail]);
    }
}
