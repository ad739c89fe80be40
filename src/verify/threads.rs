//! Threads: a batch over several of them. Each takes the next share as soon as it is done with one, and the order stays.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::evidence::Evidence;
use crate::report::Report;
use crate::trust::Trust;
use crate::verify::status_lists::Lists;
use crate::verify::{Request, verify_batch, verify_onto};

/// Requests of one share, at least and at most: enough to fill the lanes of a vector unit, few enough to end at the same time.
const SHARE: (usize, usize) = (32, 256);

/// Like [`verify_batch`], on so many threads.
///
/// Status lists are verified once a thread.
pub fn verify_batch_on_threads(
    requests: &[Request],
    trust: &Trust,
    evidence: &Evidence,
    threads: NonZero<usize>,
) -> Vec<Report> {
    let share =
        (requests.len() / threads.saturating_mul(NonZero::<usize>::MIN.saturating_add(3))).clamp(SHARE.0, SHARE.1);
    if threads.get() == 1 || requests.len() <= share {
        return verify_batch(requests, trust, evidence);
    }
    let shares: Vec<&[Request]> = requests.chunks(share).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut lists = Lists::default();
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.get(number) else { return done };
            let mut reports = Vec::with_capacity(share.len());
            verify_onto(share, (trust, evidence), &mut lists, &mut reports);
            done.push((number, reports));
        }
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.get().min(shares.len())).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().flat_map(|(_, reports)| reports).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Input;

    #[test]
    fn the_order_and_every_report_stay() {
        let requests: Vec<Request> = (0..1_000)
            .map(|at| Request { input: Input::text(format!("{}HC1:{at}", " ".repeat(at % 3))), ..Request::default() })
            .collect();
        let text = |reports: Vec<Report>| reports.iter().map(Report::to_json).collect::<Vec<_>>();
        let (trust, evidence) = (Trust::none(), Evidence::none());
        let expected = text(verify_batch(&requests, &trust, &evidence));
        for threads in [1, 2, 3, 7] {
            let threads = NonZero::new(threads).unwrap();
            for count in [0, 1, 31, 33, 64, 65, 257, 1_000] {
                let reports = verify_batch_on_threads(&requests[..count], &trust, &evidence, threads);
                assert_eq!(text(reports), expected[..count], "{count} on {threads}");
            }
        }
    }
}
