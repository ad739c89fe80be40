//! Our vectors, through the library: all as expected, every code covered, every file as the generator makes it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vidimus_conformance::results::Results;
use vidimus_conformance::run::{Settings, run};
use vidimus_conformance::subject::{Subject, from_text};
use vidimus_conformance::{corpus, coverage, mint};

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../test-vectors")
}

fn results() -> Results {
    let subject: Arc<dyn Subject> = Arc::from(from_text("in-process").expect("known"));
    let cases = corpus::read_all(&[vectors()]).expect("vectors");
    let settings = Settings { jobs: 4, limit: Duration::from_secs(30) };
    Results::of("in-process", run(cases, &subject, settings))
}

#[test]
fn every_vector_is_judged_as_expected() {
    let results = results();
    let bad: Vec<_> = results.cases.iter().filter(|case| case.outcome.is_bad()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(results.summary.pass, results.summary.cases, "nothing of ours is skipped");
    assert!(results.summary.cases > 150, "{:?}", results.summary);
}

#[test]
fn every_code_and_stage_has_its_vector() {
    assert_eq!(coverage::missing(&results()), Vec::<String>::new());
}

#[test]
fn the_gate_sees_what_is_missing() {
    let mut results = results();
    results
        .cases
        .retain(|case| case.codes != ["hc1.prefix"] && !case.id.starts_with("test-vectors/vc_sd_jwt::validity"));
    let missing = coverage::missing(&results);
    let due = ["no vector is refused for hc1.prefix alone", "no vector of vc_sd_jwt fails at stage validity"];
    assert_eq!(missing, due);
}

#[test]
fn the_generator_makes_these_files() {
    assert_eq!(mint::mint(&vectors(), true), Ok(true));
}
