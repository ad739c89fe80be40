//! Fuzzing on the stable toolchain: `vidimus-fuzz [--seconds N] [--seed N] [--corpus FOLDER] [TARGET...]`.
//!
//! Every target is a plain `fn(&[u8])` that must return: no panic, no stack overflow on 256 KiB, no run over one second.
//! Inputs are mutations of the repository's own vectors and samples. A finding is written beside the corpus and named on
//! stdout; exit status 1 when there was one. The same functions serve libFuzzer where a nightly toolchain is at hand.

mod dcql;
mod ed25519;
mod es256;
mod linked_data;
mod lists;
mod mdoc;
mod mutate;
mod openid4vp;
mod sd_jwt;
mod targets;
mod vc;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use mutate::Mutator;
use targets::{TARGETS, Target};

const STACK_BYTES: usize = 256 << 10;
const SLOWEST: Duration = Duration::from_secs(1);

struct Options {
    seconds: u64,
    seed: u64,
    corpus: PathBuf,
    targets: Vec<&'static Target>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("vidimus-fuzz: {message}");
            return ExitCode::from(2);
        }
    };
    let seeds = seeds(&options.corpus);
    let mut findings = 0;
    for target in &options.targets {
        let seeds: Vec<Vec<u8>> = seeds.iter().map(|seed| (target.seed)(seed)).filter(|s| !s.is_empty()).collect();
        let outcome = run(target, seeds, &options);
        findings += usize::from(outcome.finding.is_some());
        println!(
            "{:<16} {:>9} runs {:>4} s  slowest {:>6} us  {}",
            target.name,
            outcome.runs,
            options.seconds,
            outcome.slowest.as_micros(),
            outcome.finding.as_deref().unwrap_or("no finding"),
        );
    }
    println!("{} targets, {findings} findings", options.targets.len());
    ExitCode::from(u8::from(findings > 0))
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { seconds: 60, seed: 1, corpus: PathBuf::from("test-vectors"), targets: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|n| n.parse().ok()).ok_or(format!("{argument} needs a number"));
        match argument.as_str() {
            "--seconds" => options.seconds = number()?,
            "--seed" => options.seed = number()?,
            "--corpus" => options.corpus = arguments.next().ok_or("--corpus needs a folder")?.into(),
            name => match TARGETS.iter().find(|target| target.name == name) {
                Some(target) => options.targets.push(target),
                None => {
                    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
                    return Err(format!("no target {name}; there are {}", names.join(", ")));
                }
            },
        }
    }
    if options.targets.is_empty() {
        options.targets = TARGETS.iter().collect();
    }
    Ok(options)
}

/// Every input of a vector under the folder, and every other file as it is.
fn seeds(folder: &Path) -> Vec<Vec<u8>> {
    let mut seeds = vec![Vec::new(), b"0".to_vec()];
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                seeds.push(vector_input(&bytes).unwrap_or(bytes));
            }
        }
    }
    seeds
}

fn vector_input(bytes: &[u8]) -> Option<Vec<u8>> {
    let vector: serde_json::Value = vidimus::encoding::json::from_slice(bytes).ok()?;
    let input = vector.get("input")?;
    let text = input.get("text").and_then(serde_json::Value::as_str).map(|text| text.as_bytes().to_vec());
    text.or_else(|| vidimus::encoding::base64url::decode(input.get("base64url")?.as_str()?).ok())
}

struct Outcome {
    runs: u64,
    slowest: Duration,
    finding: Option<String>,
}

/// Runs one target in a thread with a small stack; the watcher sees panics and hangs.
fn run(target: &'static Target, seeds: Vec<Vec<u8>>, options: &Options) -> Outcome {
    let (sender, receiver) = mpsc::sync_channel::<Event>(1024);
    let (seconds, seed) = (options.seconds, options.seed);
    let worker = std::thread::Builder::new()
        .stack_size(if target.small_stack { STACK_BYTES } else { 8 << 20 })
        .spawn(move || work(target, seeds, Duration::from_secs(seconds), seed, &sender));
    let mut outcome = Outcome { runs: 0, slowest: Duration::ZERO, finding: None };
    let mut current = Vec::new();
    loop {
        match receiver.recv_timeout(SLOWEST * 10) {
            Ok(Event::Starting(input)) => current = input,
            Ok(Event::Done { runs, slowest }) => (outcome.runs, outcome.slowest) = (runs, slowest),
            Ok(Event::Slow(input)) => outcome.finding = Some(keep(target, "slow", &input)),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                outcome.finding = Some(keep(target, "hang", &current));
                return outcome;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(())) => {}
        _ => outcome.finding = Some(keep(target, "panic", &current)),
    }
    outcome
}

enum Event {
    Starting(Vec<u8>),
    Slow(Vec<u8>),
    Done { runs: u64, slowest: Duration },
}

fn work(target: &Target, seeds: Vec<Vec<u8>>, length: Duration, seed: u64, events: &mpsc::SyncSender<Event>) {
    let mut mutator = Mutator::new(seeds, seed);
    let end = Instant::now() + length;
    let (mut runs, mut slowest) = (0, Duration::ZERO);
    while Instant::now() < end {
        let input = mutator.next_input();
        // The watcher must hold the input before it runs: a panic takes this thread with it.
        let _ = events.send(Event::Starting(input.clone()));
        let start = Instant::now();
        (target.run)(&input);
        let took = start.elapsed();
        if took > SLOWEST {
            let _ = events.send(Event::Slow(input));
        }
        slowest = slowest.max(took);
        runs += 1;
    }
    let _ = events.send(Event::Done { runs, slowest });
}

fn keep(target: &Target, kind: &str, input: &[u8]) -> String {
    let sum: u64 =
        input.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    let folder = PathBuf::from("fuzz/artifacts");
    let path = folder.join(format!("{}-{kind}-{sum:016x}", target.name));
    let _ = std::fs::create_dir_all(&folder);
    match std::fs::write(&path, input) {
        Ok(()) => format!("{kind}: {}", path.display()),
        Err(error) => format!("{kind}, and the input could not be kept: {error}"),
    }
}
