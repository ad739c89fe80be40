//! The checker: all signature jobs of a batch at once, each by the fastest way that gives the answer of [`check_one`].
//!
//! ES256 under P-256 keys goes to [`p256`](crate::crypto::p256): known keys by their tables, strangers' keys where there are enough of them
//! to fill the lanes. EdDSA under Ed25519 keys that are known goes to [`ed25519`]. Whatever that cannot decide, and every other algorithm, goes to the crypto library. Of the fast
//! answers a few are asked again of the library ([`Settings::second_look`]); the first that differs ends the fast path.

mod sorted;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::crypto::arithmetic::{Arithmetic, Multiples, Owner};
use crate::crypto::checker::sorted::{Asked, Coordinates, Sorted};
use crate::crypto::draw::is_drawn;
use crate::crypto::ed25519;
use crate::crypto::job::{Job, check_one};
use crate::crypto::p256::{Answer, By, Check, Path};
use crate::crypto::tables::Tables;
use crate::reason::{Code, Reason};

/// Jobs that are checked at a time: it bounds the memory of tables that are thrown away.
const BLOCK: usize = 1_024;
/// So many jobs by one and the same key without a table pay for a table that is thrown away. It takes 0.17 ms, and each job
/// then 40 us less than with the library ..
const SHARED: usize = 6;
/// .. or 8 us less than in lanes.
const SHARED_IN_LANES: usize = 24;
/// The window of such a table.
const SHARED_WINDOW: u32 = 4;
/// How long the building thread rests when there is nothing to build, and between two looks at what is used.
const REST: Duration = Duration::from_secs(1);

/// A point of the curve: its generator (SP 800-186, 3.2.1.3).
const P256_GENERATOR: ([u8; 32], [u8; 32]) = (
    [
        0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5, 0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03,
        0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4, 0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96,
    ],
    [
        0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A, 0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE,
        0x33, 0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5,
    ],
);

/// Which instructions of the processor are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cpu {
    /// The best that it has.
    #[default]
    Auto,
    /// No vector instructions.
    Scalar,
    /// Only what the crypto library uses by itself: no fast path at all.
    Library,
}

impl Cpu {
    fn path(self) -> Path {
        match self {
            Cpu::Auto => Path::best(),
            Cpu::Scalar => Path::best().min(Path::Scalar),
            Cpu::Library => Path::Library,
        }
    }
}

/// What can be set of a checker.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Which instructions are used.
    pub cpu: Cpu,
    /// Bytes for tables of known keys; 0 = none.
    pub table_memory_bytes: usize,
    /// One in so many fast answers is asked again of the library; 0 = none.
    pub second_look: u32,
}

/// Checks signatures. One serves a whole process, or one trust store; it is shared behind an [`Arc`].
pub struct Checker {
    path: Path,
    second_look: u32,
    arithmetic: Arithmetic,
    tables: Tables,
    is_warm: AtomicBool,
    is_off: AtomicBool,
    alarm: OnceLock<Box<dyn Fn() + Send + Sync>>,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
    strangers: AtomicU64,
    fallbacks: AtomicU64,
    second_looks: AtomicU64,
    disagreements: AtomicU64,
}

/// What was checked how, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By the table of a known key.
    pub hits: u64,
    /// By a known key that had no table.
    pub misses: u64,
    /// Together with others, by keys that had no table, known or not.
    pub strangers: u64,
    /// Not decided by the fast path, and so by the library.
    pub fallbacks: u64,
    /// Checked again by the library.
    pub second_looks: u64,
    /// Fast answers that the library did not share; anything but 0 is a bug, and has ended the fast path.
    pub disagreements: u64,
}

impl Default for Checker {
    fn default() -> Self {
        Checker::new(Settings::default())
    }
}

impl Checker {
    /// A checker that knows no keys yet.
    pub fn new(settings: Settings) -> Self {
        Checker::with(settings.cpu.path(), settings, Arithmetic::OURS)
    }

    pub(crate) fn with(path: Path, settings: Settings, arithmetic: Arithmetic) -> Self {
        let budget = if path == Path::Library { 0 } else { settings.table_memory_bytes };
        Checker {
            path,
            second_look: settings.second_look,
            arithmetic,
            tables: Tables::new(budget, arithmetic),
            is_warm: AtomicBool::new(false),
            is_off: AtomicBool::new(false),
            alarm: OnceLock::new(),
            counters: Counters::default(),
        }
    }

    /// What is done, once, when a second look finds that the fast path was wrong. Only the first that is set counts.
    pub fn on_disagreement(&self, alarm: impl Fn() + Send + Sync + 'static) {
        let _ = self.alarm.set(Box::new(alarm));
    }

    /// The tables of known keys.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The path that checks take now: the library's until the fast one is warm.
    pub fn path(&self) -> Path {
        if self.is_off() || !self.is_warm.load(Ordering::Acquire) { Path::Library } else { self.path }
    }

    /// Makes the fast path ready, which takes some 50 ms once a process. Until then, and without it, the library checks everything:
    /// a lone verification would wait longer for that than it saves.
    pub fn warm_up(&self) {
        if self.path == Path::Library || self.is_warm.load(Ordering::Acquire) {
            return;
        }
        // Whatever it comes to: the first check makes what all need. The key is the generator of the curve.
        let (x, y) = (&P256_GENERATOR.0, &P256_GENERATOR.1);
        (self.arithmetic.check)(self.path, &[Check { by: By::Unknown { x, y }, digest: [1; 32], signature: &[1; 64] }]);
        ed25519::warm_up();
        self.is_warm.store(true, Ordering::Release);
    }

    /// `true` while there is a fast path, so that checking many at once is worth something.
    pub fn is_fast(&self) -> bool {
        self.path() != Path::Library
    }

    /// The name of the path: `lanes`, `scalar` or `library`.
    pub fn path_name(&self) -> &'static str {
        match self.path() {
            Path::Lanes => "lanes",
            Path::Scalar => "scalar",
            Path::Library => "library",
        }
    }

    /// `true` once a second look has found the fast path to be wrong.
    pub fn is_off(&self) -> bool {
        self.is_off.load(Ordering::Acquire)
    }

    /// What was checked how.
    pub fn counts(&self) -> Counts {
        let Counters { hits, misses, strangers, fallbacks, second_looks, disagreements } = &self.counters;
        let [hits, misses, strangers, fallbacks, second_looks, disagreements] =
            [hits, misses, strangers, fallbacks, second_looks, disagreements]
                .map(|count| count.load(Ordering::Relaxed));
        Counts { hits, misses, strangers, fallbacks, second_looks, disagreements }
    }

    /// Builds tables on a thread of its own, at most half of its time, until nobody uses this checker any more.
    pub fn build_in_background(self: &Arc<Self>) {
        if self.path == Path::Library {
            return;
        }
        let checker = Arc::downgrade(self);
        let build = move || {
            if let Some(checker) = checker.upgrade() {
                checker.warm_up();
            }
            let mut ticked = Instant::now();
            while let Some(checker) = checker.upgrade() {
                if ticked.elapsed() >= REST {
                    ticked = Instant::now();
                    checker.tables.tick();
                }
                let begun = Instant::now();
                let rest = if !checker.is_off() && checker.tables.build_next() { begun.elapsed() } else { REST };
                drop(checker);
                thread::sleep(rest);
            }
        };
        // Without the thread there are no tables, and everything else goes on.
        let _ = thread::Builder::new().name("tables".to_owned()).spawn(build);
    }

    /// Makes the fast path ready and builds every table that is due, here and now: for measurements, and for tests.
    pub fn build_all(&self) {
        self.warm_up();
        self.tables.tick();
        while self.tables.build_next() {}
    }

    /// One answer for each job, in the order of the jobs: those of [`check_one`].
    pub fn check(&self, jobs: &[Job<'_>]) -> Vec<Result<(), Reason>> {
        let mut answers = Vec::with_capacity(jobs.len());
        jobs.chunks(BLOCK).for_each(|block| self.check_block(block, &mut answers));
        answers
    }

    fn check_block(&self, jobs: &[Job<'_>], all: &mut Vec<Result<(), Reason>>) {
        let path = self.path();
        if path == Path::Library {
            return all.extend(jobs.iter().map(check_one));
        }
        let sorted = Sorted::of(jobs);
        let decided = self.decide(path, jobs, &sorted);
        let mut answers: Vec<Result<(), Reason>> = jobs
            .iter()
            .zip(&decided)
            .map(|(job, answer)| match answer {
                Answer::Right => Ok(()),
                Answer::Wrong => Err(Reason::new(Code::SigInvalid)),
                Answer::Undecided => check_one(job),
            })
            .collect();
        self.look_again(jobs, &decided);
        // Here or in another thread: from the first disagreement on, no fast answer counts.
        if self.is_off() {
            let fast = decided.iter().map(|answer| *answer != Answer::Undecided);
            for ((answer, job), _) in answers.iter_mut().zip(jobs).zip(fast).filter(|(_, fast)| *fast) {
                *answer = check_one(job);
            }
        }
        sorted.count_uses(&answers);
        all.append(&mut answers);
    }

    /// What the fast path says of each job; undecided where it was not asked.
    fn decide(&self, path: Path, jobs: &[Job<'_>], sorted: &Sorted<'_>) -> Vec<Answer> {
        let mut decided = vec![Answer::Undecided; jobs.len()];
        let shared = self.shared_tables(path, sorted);
        let mut asked = Asked::with_room_for(sorted.known.len());
        for (es256, by) in sorted.by_tables() {
            asked.add(es256, by);
        }
        let together = path == Path::Lanes && sorted.strangers.len() >= self.arithmetic.strangers;
        for es256 in &sorted.strangers {
            match shared.get(&es256.key) {
                Some(multiples) => {
                    if let Some(by) = multiples.by(es256.key.0, es256.key.1) {
                        asked.add(*es256, by);
                    }
                }
                None if together => asked.add(*es256, By::Unknown { x: es256.key.0, y: es256.key.1 }),
                None => {}
            }
        }
        let Asked { places, checks } = asked;
        let (known, missed) = (sorted.known.len(), sorted.missed.len());
        let strangers = checks.len().saturating_sub(known);
        let answers = if checks.is_empty() { Vec::new() } else { (self.arithmetic.check)(path, &checks) };
        let mut undecided = places.len();
        for (at, answer) in places.iter().zip(answers) {
            if let Some(place) = decided.get_mut(*at) {
                *place = answer;
            }
            undecided -= usize::from(answer != Answer::Undecided);
        }
        let hits = known.saturating_add(self.decide_ed25519(path, sorted, &mut decided));
        let counters = &self.counters;
        add_to(&counters.hits, hits);
        add_to(&counters.misses, missed);
        add_to(&counters.strangers, strangers);
        add_to(&counters.fallbacks, undecided);
        decided
    }

    /// The same of signatures by known Ed25519 keys; how many there were.
    fn decide_ed25519(&self, path: Path, sorted: &Sorted<'_>, decided: &mut [Answer]) -> usize {
        if sorted.ed25519.is_empty() {
            return 0;
        }
        let (places, checks): (Vec<usize>, Vec<ed25519::Check<'_>>) = sorted.ed25519_by_tables().unzip();
        for (at, is_right) in places.iter().zip((self.arithmetic.check_ed25519)(path, &checks)) {
            if let Some(place) = decided.get_mut(*at) {
                *place = if is_right { Answer::Right } else { Answer::Wrong };
            }
        }
        places.len()
    }

    /// Tables of keys without one that have so many jobs here that a table pays at once. They are gone after this batch.
    fn shared_tables<'s>(&self, path: Path, sorted: &Sorted<'s>) -> HashMap<Coordinates<'s>, Multiples> {
        let enough = if path == Path::Lanes { SHARED_IN_LANES } else { SHARED };
        if sorted.strangers.len() < enough {
            return HashMap::new();
        }
        let mut counts: HashMap<Coordinates<'_>, usize> = HashMap::new();
        sorted.strangers.iter().for_each(|es256| *counts.entry(es256.key).or_default() += 1);
        let often = counts.into_iter().filter(|(_, count)| *count >= enough);
        often
            .filter_map(|(key, _)| Some((key, (self.arithmetic.build)(&Owner::P256(*key.0, *key.1), SHARED_WINDOW)?)))
            .collect()
    }

    /// Asks the library about some of the fast answers; ends the fast path when it says otherwise.
    fn look_again(&self, jobs: &[Job<'_>], decided: &[Answer]) {
        if self.second_look == 0 {
            return;
        }
        for (job, answer) in jobs.iter().zip(decided) {
            if *answer == Answer::Undecided || !is_drawn(self.second_look) {
                continue;
            }
            add_to(&self.counters.second_looks, 1);
            if check_one(job).is_ok() == (*answer == Answer::Right) {
                continue;
            }
            add_to(&self.counters.disagreements, 1);
            if !self.is_off.swap(true, Ordering::AcqRel)
                && let Some(alarm) = self.alarm.get()
            {
                alarm();
            }
            return;
        }
    }
}

fn add_to(counter: &AtomicU64, more: usize) {
    if more > 0 {
        counter.fetch_add(more as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
