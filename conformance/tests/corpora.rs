//! Public test sets, where they are at hand (`VIDIMUS_CORPORA`): nothing fails but what the exceptions file names.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use vidimus_conformance::corpus;
use vidimus_conformance::exceptions::Exceptions;
use vidimus_conformance::results::Results;
use vidimus_conformance::run::{Settings, run};
use vidimus_conformance::subject::{Subject, from_text};

#[test]
fn public_test_sets_agree() {
    let Some(corpora) = std::env::var_os("VIDIMUS_CORPORA").map(PathBuf::from).filter(|path| path.is_dir()) else {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
        return;
    };
    let subject: Arc<dyn Subject> = Arc::from(from_text("in-process").expect("known"));
    let cases = corpus::read_all(&[
        corpora.join("health"),
        corpora.join("security"),
        corpora.join("w3c"),
        corpora.join("wallet/openbadges"),
        corpora.join("wallet/sd-jwt-rfc9901"),
    ])
    .expect("sets");
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("exceptions.json");
    let settings = Settings { jobs: 4, limit: Duration::from_secs(60) };
    let cases = Exceptions::read(&file).expect("exceptions").apply(run(cases, &subject, settings));
    let results = Results::of("in-process", cases);
    let bad: Vec<_> = results.cases.iter().filter(|case| case.outcome.is_bad()).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(results.summary.pass > 14_000, "{:?}", results.summary);
}
