//! Subjects: our own side of the protocol, asked through every way in, gives the verdicts of the library.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use vidimus_conformance::results::{Outcome, Results};
use vidimus_conformance::run::{Settings, run};
use vidimus_conformance::subject::{Subject, from_text};
use vidimus_conformance::{corpus, exceptions::Exceptions};

const BINARY: &str = env!("CARGO_BIN_EXE_vidimus-conformance");

fn passes() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/nz_covid_pass")
}

fn results(subject: &str, seconds: f32) -> Results {
    let asked: Arc<dyn Subject> = Arc::from(from_text(subject).expect("known"));
    let cases = corpus::read_all(&[passes()]).expect("vectors");
    let settings = Settings { jobs: 2, limit: Duration::from_secs_f32(seconds) };
    Results::of(subject, run(cases, &asked, settings))
}

fn outcomes(results: &Results) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = results.cases.iter().map(|case| case.outcome).collect();
    outcomes.dedup();
    outcomes
}

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn one_process_a_question() {
    assert_eq!(outcomes(&results(&format!("cmd:{BINARY} subject"), 30.0)), [Outcome::Pass]);
}

#[test]
fn one_line_a_question() {
    assert_eq!(outcomes(&results(&format!("lines:{BINARY} subject"), 30.0)), [Outcome::Pass]);
}

#[test]
fn over_http() {
    let mut child = Command::new(BINARY)
        .args(["serve-subject", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("says where it listens");
    let _served = Served(child);
    let url = line.trim().strip_prefix("listening on ").expect("an address");
    assert_eq!(outcomes(&results(url, 30.0)), [Outcome::Pass]);
    assert_eq!(outcomes(&results(&format!("{url}nowhere"), 30.0)), [Outcome::Crash]);
}

#[test]
fn verifiers_that_do_nothing_crash_or_hang() {
    assert_eq!(outcomes(&results("cmd:/nonexistent/verifier", 5.0)), [Outcome::Crash]);
    assert_eq!(outcomes(&results("cmd:sleep 60", 0.05)), [Outcome::Hang]);
    assert_eq!(outcomes(&results("lines:sleep 60", 0.05)), [Outcome::Hang]);
}

#[test]
fn an_exit_code_is_an_answer() {
    // `true` accepts everything: the accepting vectors pass, every other one fails.
    let results = results("cmd:true", 30.0);
    for case in &results.cases {
        let due = if case.id.contains("::accepted::") { Outcome::Pass } else { Outcome::Fail };
        assert_eq!(case.outcome, due, "{}", case.id);
    }
}

#[test]
fn a_stale_exception_fails_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exceptions.json");
    let id = "test-vectors/nz_covid_pass::accepted::pass";
    std::fs::write(&file, format!(r#"[{{"id": "{id}", "sentence": "It passes."}}]"#)).expect("written");
    assert!(Exceptions::read(&file).is_ok());
    let run = |extra: &[&str]| {
        let output = Command::new(BINARY).arg("run").args(extra).arg(passes()).output().expect("runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (code, _) = run(&[]);
    assert_eq!(code, Some(0));
    let (code, text) = run(&["--exceptions", file.to_str().expect("a path"), "--format", "json"]);
    assert_eq!(code, Some(1));
    let results: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(results["summary"]["fail"], 1);
    assert!(text.contains(&format!("{id}#stale-exception")));
}
