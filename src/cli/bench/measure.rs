//! Bench measure: rounds of short slices in rotating order, so that what slows the machine down slows all rows alike.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::bench::work::Work;
use crate::cli::progress;

/// How long a slice is, unless that makes too few or too many rounds.
const SLICE: Duration = Duration::from_millis(20);
/// Rounds, at least and at most.
pub(super) const ROUNDS: (usize, usize) = (5, 51);

/// One row of the table before it is measured.
pub(super) struct Task<'c> {
    /// What is repeated.
    pub(super) work: Work<'c>,
    /// By how many threads at once.
    pub(super) threads: usize,
    /// Steps done so far: each takes other inputs than the one before, as long as there are some.
    steps: AtomicUsize,
}

impl<'c> Task<'c> {
    /// That work, by so many threads.
    pub(super) fn new(work: Work<'c>, threads: usize) -> Self {
        Task { work, threads, steps: AtomicUsize::new(0) }
    }

    /// `true` when no input was used twice.
    pub(super) fn is_fresh(&self) -> bool {
        self.steps.load(Ordering::Relaxed) <= self.work.inputs()
    }

    /// How many credentials this thread gets done in one slice.
    fn credentials_done(&self, slice: Duration) -> f64 {
        let begun = Instant::now();
        let mut steps = 0usize;
        while steps == 0 || begun.elapsed() < slice {
            self.work.step(self.steps.fetch_add(1, Ordering::Relaxed));
            steps += 1;
        }
        (steps * self.work.credentials()) as f64
    }

    /// Credentials a second in one slice, all its threads together.
    fn rate(&self, slice: Duration) -> f64 {
        if self.threads == 1 {
            let (spent_before, begun) = (processor_time(), Instant::now());
            let done = self.credentials_done(slice);
            let passed = match (spent_before, processor_time()) {
                (Some(before), Some(after)) if after > before => after - before,
                _ => begun.elapsed(),
            };
            return done / passed.as_secs_f64();
        }
        thread::scope(|scope| {
            let begun = Instant::now();
            let threads: Vec<_> =
                (0..self.threads).map(|_| scope.spawn(move || self.credentials_done(slice))).collect();
            let done: f64 = threads.into_iter().filter_map(|thread| thread.join().ok()).sum();
            done / begun.elapsed().as_secs_f64()
        })
    }
}

/// How long this thread has had a processor, where the system tells.
fn processor_time() -> Option<Duration> {
    // The kernel brings the figure up to date when a thread gives way.
    thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Credentials a second, of each task in each round.
pub(super) fn measure(tasks: &[Task<'_>], time: Duration) -> Vec<Vec<f64>> {
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
                rates.push(task.rate(slice));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    rates
}

/// The value in the middle.
pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
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
}
