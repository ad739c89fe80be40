//! `vidimus bench`: how fast this machine decodes and verifies, compared with bare signature checks by `ring`.
//!
//! Everything runs in one interleaved run: rounds of short slices in rotating order, and the median of the rounds. So a
//! machine that grows hot or has other work slows all rows alike, and the ratios stand. Rows of one thread count the
//! processor's time where the system tells it (Linux), rows of several threads the time on the wall: waiting is part of
//! what they are about.

use std::io::Write;
use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

use crate::cli::bench_cases::cases;
use crate::cli::bench_report::{Row, Table};
use crate::cli::bench_work::{Measured, Work, bare_checks};
use crate::cli::demands::{format_name, now};
use crate::cli::trouble::Trouble;
use crate::cli::{Exit, progress};
use crate::crypto::baseline::{Bare, BareCheck};

/// How long a slice is, unless that makes too few or too many rounds.
const SLICE: Duration = Duration::from_millis(20);
/// Rounds, at least and at most.
const ROUNDS: (usize, usize) = (5, 51);

/// Arguments of `bench`.
#[derive(Args)]
pub(super) struct Bench {
    /// How long to measure, about.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Measure this format only; repeat for several.
    #[arg(long, value_name = "FORMAT", value_parser = format_name)]
    format: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One row of the table before it is measured.
struct Task<'c> {
    work: Work<'c>,
    threads: usize,
}

impl Bench {
    /// Prints the table.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let cases = cases(&self.format, now())?;
        let baselines = bare_checks().ok_or_else(|| Trouble::new("ring makes no key"))?;
        let measured = cases.iter().map(Measured::of).collect::<Result<Vec<_>, _>>()?;
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let tasks = tasks(&measured, &baselines, cores);
        let rates = measure(&tasks, Duration::from_secs(self.seconds.into()));
        let rows = tasks.iter().zip(&rates).map(|(task, mine)| row(task, mine, &tasks, &rates)).collect();
        let table = Table::new(cores, rows);
        if self.json {
            table.write_json(out)?
        } else {
            table.write_text(out)?
        }
        Ok(Exit::Accepted)
    }
}

/// Every row: the bare checks, then each case's decoding and its steps, signature check, lone verification and batches.
fn tasks<'c>(measured: &'c [Measured<'c>], baselines: &'c [BareCheck], cores: usize) -> Vec<Task<'c>> {
    let mut tasks = Vec::new();
    let threads = if cores > 1 { vec![1, cores] } else { vec![1] };
    let is_used = |bare| bare == Bare::Es256 || measured.iter().any(|one| one.case.choice.bare == Some(bare));
    for threads in threads {
        let mut add = |work| tasks.push(Task { work, threads });
        baselines.iter().filter(|check| is_used(check.bare())).for_each(|check| add(Work::Bare(check)));
        for one in measured {
            // What decoding costs does not depend on who signed.
            if one.case.issuers == 1 {
                add(Work::Decode(one.case));
            }
            if one.case.choice.is_rdf {
                add(Work::Expand(one));
                add(Work::Canonicalise(one));
            }
            add(Work::Signature(one));
            add(Work::One(one.case));
            one.case.choice.batches.iter().for_each(|size| add(Work::Batch(one.case, *size)));
        }
    }
    tasks
}

/// Credentials a second, of each task in each round.
fn measure(tasks: &[Task<'_>], time: Duration) -> Vec<Vec<f64>> {
    let count = u32::try_from(tasks.len()).unwrap_or(u32::MAX).max(1);
    let whole = (time.as_nanos() / (SLICE * count).as_nanos().max(1)).try_into().unwrap_or(usize::MAX);
    let rounds = whole.clamp(ROUNDS.0, ROUNDS.1) | 1;
    let slice = time / count / u32::try_from(rounds).unwrap_or(1);
    let bar = progress::bar(rounds, "bench");
    let mut rates = vec![Vec::with_capacity(rounds); tasks.len()];
    for round in 0..rounds {
        // Every round begins with another task, so that none always follows the same neighbour.
        let order = (0..tasks.len()).cycle().skip(round.wrapping_mul(7) % tasks.len().max(1)).take(tasks.len());
        for at in order {
            if let (Some(task), Some(rates)) = (tasks.get(at), rates.get_mut(at)) {
                rates.push(rate(task, slice));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    rates
}

/// Credentials a second of one task in one slice, all its threads together.
fn rate(task: &Task<'_>, slice: Duration) -> f64 {
    if task.threads == 1 {
        let (spent_before, begun) = (processor_time(), Instant::now());
        let done = credentials_done(&task.work, slice, 0);
        let passed = match (spent_before, processor_time()) {
            (Some(before), Some(after)) if after > before => after - before,
            _ => begun.elapsed(),
        };
        return done / passed.as_secs_f64();
    }
    thread::scope(|scope| {
        let begun = Instant::now();
        let one = |number: usize| credentials_done(&task.work, slice, number * 31);
        let threads: Vec<_> = (0..task.threads).map(|number| scope.spawn(move || one(number))).collect();
        let done: f64 = threads.into_iter().filter_map(|thread| thread.join().ok()).sum();
        done / begun.elapsed().as_secs_f64()
    })
}

/// How long this thread has had a processor, where the system tells.
fn processor_time() -> Option<Duration> {
    // The kernel brings the figure up to date when a thread gives way.
    thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// How many credentials this thread gets done in one slice.
fn credentials_done(work: &Work<'_>, slice: Duration, first: usize) -> f64 {
    let begun = Instant::now();
    let mut steps = 0usize;
    while steps == 0 || begun.elapsed() < slice {
        work.step(first.wrapping_add(steps));
        steps += 1;
    }
    (steps * work.credentials()) as f64
}

fn row(task: &Task<'_>, mine: &[f64], tasks: &[Task<'_>], rates: &[Vec<f64>]) -> Row {
    let rates_where = |is_it: &dyn Fn(&Work<'_>) -> bool| {
        let at = tasks.iter().position(|other| other.threads == task.threads && is_it(&other.work));
        at.and_then(|at| rates.get(at)).map_or(&[][..], Vec::as_slice)
    };
    let of_bare = |bare| rates_where(&|work| matches!(work, Work::Bare(check) if check.bare() == bare));
    let ring = of_bare(Bare::Es256);
    let signature = rates_where(&|work| work.is_signature_of(&task.work));
    // Where `ring` has no such check, ours without everything around it.
    let bare = task.work.choice().map_or(ring, |choice| choice.bare.map_or(signature, of_bare));
    let microseconds = |rate: &f64| task.threads as f64 * 1e6 / rate;
    let rest = mine.iter().zip(signature).map(|(all, signature)| microseconds(all) - microseconds(signature));
    let times_bare = median(mine.iter().zip(bare).map(|(mine, bare)| bare / mine));
    let spent = allocation_counter::measure(|| task.work.step(0));
    Row {
        format: task.work.format(),
        variant: task.work.choice().and_then(|choice| choice.variant),
        mode: task.work.mode(),
        issuers: task.work.issuers(),
        batch: task.work.credentials(),
        threads: task.threads,
        per_second: median(mine.iter().copied()).unwrap_or_default(),
        microseconds: median(mine.iter().map(microseconds)).unwrap_or_default(),
        ratio_to_ring_es256: median(mine.iter().zip(ring).map(|(mine, ring)| mine / ring)).unwrap_or_default(),
        times_bare_check: times_bare.filter(|_| task.work.is_verification()),
        not_signature_microseconds: if task.work.is_verification() { median(rest) } else { None },
        allocations: spent.count_total as f64 / task.work.credentials() as f64,
        peak_bytes: spent.bytes_max,
    }
}

/// The value in the middle.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 1000.0].into_iter()), Some(3.0));
        assert_eq!(median([].into_iter()), None);
    }

    #[test]
    fn every_row_is_measured_and_compared() {
        let cases = cases(&[], now()).expect("cases");
        let baselines = bare_checks().expect("keys");
        let measured: Vec<_> = cases.iter().map(|case| Measured::of(case).expect("signatures")).collect();
        let tasks = tasks(&measured, &baselines, 2);
        let rates = measure(&tasks, Duration::from_millis(1));
        for (task, mine) in tasks.iter().zip(&rates) {
            assert!(mine.len() >= ROUNDS.0 && mine.iter().all(|rate| *rate > 0.0));
            let row = row(task, mine, &tasks, &rates);
            assert!(row.ratio_to_ring_es256 > 0.0 && row.microseconds > 0.0, "{}", row.mode);
            let is_verification = matches!(row.mode, "one" | "batch");
            assert_eq!(row.not_signature_microseconds.is_some(), is_verification);
            assert_eq!(row.times_bare_check.is_some(), is_verification);
            assert_eq!(row.allocations > 0.0, row.format.is_some() && row.mode != "signature", "{}", row.mode);
        }
    }
}
