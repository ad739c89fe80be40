//! The readers of `encoding/` against collected cases: hostile CBOR and Base45, and the JSON test suite.
//!
//! Everything runs on a thread with a small stack, because a service's worker threads are not larger than their default.

use std::path::{Path, PathBuf};

use vidimus::encoding::{base45, base64url, cbor, json};
use vidimus::reason::Reason;

const STACK_BYTES: usize = 256 << 10;

/// Files of the JSON test suite named `y_` that we refuse all the same: RFC 7493 section 2.3 forbids twins.
const TWINS: [&str; 2] = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

#[test]
fn hostile_cbor_gets_the_reason_asked() {
    hostile("cbor", [10, 121], |case| {
        let bytes = match (case["hex"].as_str(), case["b64"].as_str()) {
            (Some(hex), _) => bytes_of_hex(hex),
            (None, Some(base64)) => base64url::decode_any(base64).expect("the case's base64"),
            _ => panic!("no input: {case}"),
        };
        cbor::decode(&bytes).map(|_| ())
    });
}

#[test]
fn hostile_base45_gets_the_reason_asked() {
    hostile("base45", [6, 14], |case| base45::decode(case["text"].as_str().expect("text")).map(|_| ()));
}

#[test]
fn the_json_test_suite_is_judged_as_it_asks() {
    let Some(folder) = corpus("security/json-testsuite/test_parsing") else { return };
    on_a_small_stack(move || {
        let (mut accepted, mut refused, mut wrong) = (0, 0, Vec::new());
        for file in std::fs::read_dir(folder).expect("the suite's folder") {
            let path = file.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let verdict = json::decode(&std::fs::read(&path).expect("a readable file")).map(|_| ());
            match verdict {
                Ok(()) => accepted += 1,
                Err(_) => refused += 1,
            }
            let twins = TWINS.contains(&name.as_str());
            let due = match name.as_bytes().first() {
                Some(b'y') => verdict.is_ok() != twins,
                Some(b'n') => verdict.is_err(),
                _ => true,
            };
            if !due {
                wrong.push(format!("{name}: {verdict:?}"));
            }
        }
        eprintln!("json-testsuite: {accepted} accepted, {refused} refused");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(accepted >= 86 && refused >= 173, "cases are missing");
    });
}

/// Runs every case of one format; `least` is how many accepting and refusing ones there must be.
fn hostile(format: &'static str, least: [usize; 2], decode: fn(&serde_json::Value) -> Result<(), Reason>) {
    let Some(path) = corpus("security/hostile-seed/cases.jsonl") else { return };
    on_a_small_stack(move || {
        let (mut counts, mut wrong) = ([0, 0], Vec::new());
        for line in std::fs::read_to_string(path).expect("a readable file").lines() {
            let case: serde_json::Value = json::from_slice(line.as_bytes()).expect("a case is JSON");
            if case["format"] != format {
                continue;
            }
            let got = decode(&case).err().map_or("", |reason| reason.code().as_str());
            counts[usize::from(!got.is_empty())] += 1;
            if case["reason"] != got {
                wrong.push(format!("{}: {} is due, got {got:?}", case["id"], case["reason"]));
            }
        }
        eprintln!("{format}: {} accepted, {} refused", counts[0], counts[1]);
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(counts[0] >= least[0] && counts[1] >= least[1], "cases are missing: {counts:?}");
    });
}

/// A path inside the corpora; absent, the test is skipped, but never in CI.
fn corpus(inside: &str) -> Option<PathBuf> {
    let path = std::env::var_os("VIDIMUS_CORPORA").map(|root| Path::new(&root).join(inside));
    if let Some(path) = path.filter(|path| path.exists()) {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "CI must run {inside}: set VIDIMUS_CORPORA");
    eprintln!("skipped: VIDIMUS_CORPORA is not set");
    None
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn bytes_of_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).expect("a hexadecimal digit") as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Pictures of `eu-dgc-testdata` must give the text that stands beside them, 99 of 100 at least.
#[cfg(feature = "pictures")]
#[test]
fn pictures_of_member_states_are_read() {
    let Some(folder) = corpus("health/eu-dgc-testdata") else { return };
    let (mut due, mut read, mut missed) = (0, 0, Vec::new());
    for path in json_files(&folder) {
        let case: serde_json::Value = match json::from_slice(&std::fs::read(&path).expect("a readable file")) {
            Ok(case) => case,
            Err(_) => continue,
        };
        let (Some(picture), Some(text)) = (case["2DCODE"].as_str(), case["PREFIX"].as_str()) else { continue };
        if case["EXPECTEDRESULTS"]["EXPECTEDPICTUREDECODE"] != true {
            continue;
        }
        due += 1;
        let texts = base64url::decode_any(picture).and_then(|picture| vidimus::encoding::qr::read(&picture));
        match texts {
            Ok(texts) if texts == [text] => read += 1,
            Ok(texts) => missed.push(format!("{}: {} other texts", path.display(), texts.len())),
            Err(reason) => missed.push(format!("{}: {reason}", path.display())),
        }
    }
    eprintln!("pictures: {read} of {due} read; {missed:#?}");
    assert!(due >= 400 && read * 100 >= due * 99, "{read} of {due}");
}

#[cfg(feature = "pictures")]
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files
}
