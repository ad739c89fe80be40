//! `vidimus bench`: how fast this machine decodes and verifies, compared with bare signature checks by `ring`.
//!
//! Everything runs in one interleaved run: rounds of short slices in rotating order, and the median of the rounds. So a
//! machine that grows hot or has other work slows all rows alike, and the ratios stand. Rows of one thread count the
//! processor's time where the system tells it (Linux), rows of several threads the time on the wall: waiting is part of
//! what they are about.

#[cfg(test)]
mod allocations;
mod case;
mod cases;
mod graphs;
mod health;
mod mdoc;
mod measure;
mod picture;
mod report;
mod signatures;
mod w3c;
mod wallet;
mod work;

use std::fs;
use std::io::Write;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::cli::Exit;
use crate::cli::bench::case::Sizes;
use crate::cli::bench::cases::cases;
use crate::cli::bench::measure::{Task, measure, median};
use crate::cli::bench::picture::picture;
use crate::cli::bench::report::{Row, Table};
use crate::cli::bench::signatures::{Kind, Signatures, signatures};
use crate::cli::bench::work::{Jobs, Measured, Work, bare_checks};
use crate::cli::checking::Checking;
use crate::cli::demands::{format_name, now};
use crate::cli::trouble::Trouble;
use crate::crypto::baseline::{Bare, BareCheck};

/// Uses of every known key before anything is measured: enough for the best table that there is.
const USES: usize = 1_200;
/// Fresh signatures made for each second of measuring, and how many there are at least and at most.
const SIGNATURES: (usize, usize, usize) = (4_000, 4_096, 400_000);
/// The same of credentials.
const CREDENTIALS: (usize, usize, usize) = (50, 256, 4_096);

/// Arguments of `bench`.
#[derive(Args)]
pub(super) struct Bench {
    /// How long to measure, about.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    seconds: u32,
    /// Measure this format, or kind of bare signature, only; repeat for several.
    #[arg(long, value_name = "FORMAT", value_parser = what_is_measured)]
    format: Vec<String>,
    /// How many issuers sign, in turn; several numbers for several rows. Usually 1 and 250.
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=20_000))]
    issuers: Vec<u32>,
    /// How many are verified in one call; several numbers for several rows. Usually 64 and 256.
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=4_096))]
    batch: Vec<u32>,
    /// How many threads work at once; several numbers for several rows. Usually one, and one for each core.
    #[arg(long, value_name = "N,..", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=1_024))]
    threads: Vec<u32>,
    #[command(flatten)]
    checking: Checking,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Draw the figures into this file too (SVG).
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

impl Bench {
    /// Prints the table.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| self.asks(kind.name())).collect();
        let formats: Vec<String> =
            self.format.iter().filter(|name| Kind::ALL.iter().all(|kind| kind.name() != *name)).cloned().collect();
        let sizes = Sizes {
            issuers: given(&self.issuers),
            batches: given(&self.batch),
            pool: self.pool(CREDENTIALS),
            checks: self.checking.settings()?,
        };
        let cases = if formats.is_empty() && !kinds.is_empty() && !self.format.is_empty() {
            Vec::new()
        } else {
            cases(&formats, &sizes, now())?
        };
        let made = self.signatures(&kinds, &sizes)?;
        let baselines = bare_checks().ok_or_else(|| Trouble::new("ring makes no key"))?;
        let measured = cases.iter().map(|case| Measured::of(case, USES)).collect::<Result<Vec<_>, _>>()?;
        let bulk = made.iter().map(|made| Jobs::of(made, sizes.checks, USES)).collect::<Result<Vec<_>, _>>()?;
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = given(&self.threads).unwrap_or_else(|| if cores > 1 { vec![1, cores] } else { vec![1] });
        let inputs = Inputs { measured: &measured, bulk: &bulk, baselines: &baselines };
        let tasks = tasks(&inputs, &sizes, &threads);
        let rates = measure(&tasks, Duration::from_secs(self.seconds.into()));
        let rows = tasks.iter().zip(&rates).map(|(task, mine)| row(task, mine, &tasks, &rates)).collect();
        let table = Table::new(cores, rows);
        if let Some(path) = &self.svg {
            fs::write(path, picture(&table)).map_err(|error| Trouble::new(format!("{}: {error}", path.display())))?;
        }
        if self.json {
            table.write_json(out)?
        } else {
            table.write_text(out)?
        }
        Ok(Exit::Accepted)
    }

    fn asks(&self, name: &str) -> bool {
        self.format.is_empty() || self.format.iter().any(|asked| asked == name)
    }

    fn pool(&self, (each_second, least, most): (usize, usize, usize)) -> usize {
        (self.seconds as usize).saturating_mul(each_second).clamp(least, most)
    }

    fn signatures(&self, kinds: &[Kind], sizes: &Sizes) -> Result<Vec<Signatures>, Trouble> {
        let count = self.pool(SIGNATURES);
        let mut made = Vec::new();
        for kind in kinds {
            let issuers = match (kind, &sizes.issuers) {
                (Kind::KnownIssuer, Some(given)) => given.clone(),
                (Kind::KnownIssuer, None) => vec![1, 250],
                _ => vec![1],
            };
            // One after another they are slower, so that fewer do.
            let count = if kind.is_for_batches() { count } else { count / 8 };
            for issuers in issuers {
                made.push(signatures(*kind, issuers, count)?);
            }
        }
        Ok(made)
    }
}

/// The numbers that were given, if any were.
fn given(numbers: &[u32]) -> Option<Vec<usize>> {
    (!numbers.is_empty()).then(|| numbers.iter().map(|number| *number as usize).collect())
}

fn what_is_measured(text: &str) -> Result<String, String> {
    match Kind::ALL.iter().find(|kind| kind.name() == text) {
        Some(kind) => Ok(kind.name().to_owned()),
        None => format_name(text),
    }
}

/// What there is to measure.
struct Inputs<'c> {
    measured: &'c [Measured<'c>],
    bulk: &'c [Jobs<'c>],
    baselines: &'c [BareCheck],
}

/// Every row: the bare checks, then each case's decoding and its steps, signature check, lone verification and batches.
fn tasks<'c>(inputs: &Inputs<'c>, sizes: &Sizes, threads: &[usize]) -> Vec<Task<'c>> {
    let mut tasks = Vec::new();
    let Inputs { measured, bulk, baselines } = inputs;
    let is_used = |bare| {
        let is_of_format = measured.iter().any(|one| one.case.choice.bare == Some(bare));
        bare == Bare::Es256 || is_of_format || bulk.iter().any(|jobs| jobs.of.kind.bare() == bare)
    };
    for threads in threads {
        let mut add = |work| tasks.push(Task::new(work, *threads));
        baselines.iter().filter(|check| is_used(check.bare())).for_each(|check| add(Work::Bare(check)));
        for jobs in *bulk {
            add(Work::Bulk(jobs, 1));
            let batches = sizes.batches.clone().unwrap_or_else(|| vec![8, 64, 256]);
            let batches = batches.into_iter().filter(|size| *size > 1 && jobs.of.kind.is_for_batches());
            batches.for_each(|size| add(Work::Bulk(jobs, size)));
        }
        for one in *measured {
            // What decoding costs does not depend on who signed.
            if one.case.issuers == 1 {
                add(Work::Decode(one.case));
            }
            if one.case.choice.is_rdf {
                add(Work::Expand(one));
                add(Work::Canonicalise(one));
            }
            add(Work::Signature(one, 1));
            add(Work::One(one.case));
            for size in &one.case.batches {
                add(Work::Signature(one, *size));
                add(Work::Batch(one.case, *size));
            }
        }
    }
    tasks
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
    let bare = match &task.work {
        Work::Bulk(jobs, _) => of_bare(jobs.of.kind.bare()),
        work => work.choice().map_or(ring, |choice| choice.bare.map_or(signature, of_bare)),
    };
    let microseconds = |rate: &f64| task.threads as f64 * 1e6 / rate;
    let rest = mine.iter().zip(signature).map(|(all, signature)| microseconds(all) - microseconds(signature));
    let times_bare = median(mine.iter().zip(bare).map(|(mine, bare)| bare / mine));
    let is_verification = task.work.is_verification();
    let has_bare = is_verification || matches!(task.work, Work::Bulk(..));
    let is_fresh = task.is_fresh();
    let spent = spent(&task.work);
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
        times_bare_check: times_bare.filter(|_| has_bare),
        not_signature_microseconds: if is_verification { median(rest) } else { None },
        allocations: spent.map(|(count, _)| count as f64 / task.work.credentials() as f64),
        peak_bytes: spent.map(|(_, bytes)| bytes),
        fresh: is_fresh,
    }
}

/// Allocations of one step, and bytes held at once at most, in a build that counts them.
#[cfg(any(test, feature = "count-allocations"))]
fn spent(work: &Work<'_>) -> Option<(u64, u64)> {
    let spent = allocation_counter::measure(|| work.step(0));
    Some((spent.count_total, spent.bytes_max))
}

#[cfg(not(any(test, feature = "count-allocations")))]
fn spent(_: &Work<'_>) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::bench::measure::ROUNDS;
    use crate::crypto::checker::Settings;

    #[test]
    fn every_row_is_measured_and_compared() {
        let sizes = Sizes { issuers: None, batches: None, pool: 256, checks: Settings::default() };
        let cases = cases(&[], &sizes, now()).expect("cases");
        let baselines = bare_checks().expect("keys");
        let measured: Vec<_> = cases.iter().map(|case| Measured::of(case, 1).expect("signatures")).collect();
        let made: Vec<_> = Kind::ALL.iter().map(|kind| signatures(*kind, 2, 256).expect("signatures")).collect();
        let bulk: Vec<_> = made.iter().map(|made| Jobs::of(made, sizes.checks, 1).expect("right")).collect();
        let inputs = Inputs { measured: &measured, bulk: &bulk, baselines: &baselines };
        let tasks = tasks(&inputs, &sizes, &[1, 2]);
        let rates = measure(&tasks, Duration::from_millis(1));
        let mut rows = Vec::new();
        for (task, mine) in tasks.iter().zip(&rates) {
            assert!(mine.len() >= ROUNDS.0 && mine.iter().all(|rate| *rate > 0.0));
            let row = row(task, mine, &tasks, &rates);
            assert!(row.ratio_to_ring_es256 > 0.0 && row.microseconds > 0.0, "{}", row.mode);
            let is_verification = matches!(row.mode, "one" | "batch");
            assert_eq!(row.not_signature_microseconds.is_some(), is_verification);
            let is_bulk = Kind::ALL.iter().any(|kind| kind.name() == row.mode);
            assert_eq!(row.times_bare_check.is_some(), is_verification || is_bulk, "{}", row.mode);
            // A bare check by `ring` allocates nothing (of RSA, a number), and uses one signature again and again.
            let is_bare = row.mode.starts_with("ring_");
            let allocates = !is_bare || row.mode == "ring_ps256";
            assert_eq!(row.allocations > Some(0.0), allocates, "{} {:?}", row.mode, row.variant);
            assert!(!(is_bare && row.fresh));
            rows.push(row);
        }
        let drawn = picture(&Table::new(2, rows));
        assert!(drawn.starts_with("<svg ") && drawn.trim_end().ends_with("</svg>"));
        for series in ["es256-known-issuer", "eu_dcc", "ring"] {
            assert!(drawn.contains(series), "{series}");
        }
    }
}
