//! Together: single questions that arrive at the same time are verified as one batch, because signatures are cheaper so.
//!
//! The first of a group lets all others that have arrived come in, as long as more do and no longer than
//! [`Config::together`](crate::service::config::Config); then the group is judged. When nobody else asks, nobody waits: whether there is
//! company is found out on the way, by what the last group found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::evidence::Evidence;
use crate::report::Report;
use crate::service::state::Service;
use crate::verify::{Request, verify, verify_batch};

/// Questions of one group at most.
const MOST: usize = 64;
/// A group is not divided among threads below this: it would no longer fill the lanes of a vector unit.
const LEAST_SHARE: usize = 16;
/// While questions come alone, one in so many looks whether that is still so.
const LOOK_ROUND: usize = 16;

/// Questions that wait for each other.
#[derive(Default)]
pub struct Together {
    waiting: Mutex<Vec<Waiting>>,
    /// How many the last group was.
    last: AtomicUsize,
    asked: AtomicUsize,
}

struct Waiting {
    request: Request,
    answer: oneshot::Sender<(Request, Report)>,
}

impl Together {
    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `true` when it is likely that others ask at the same time, and that it helps.
    fn may_have_company(&self, service: &Service) -> bool {
        if service.config.together.is_zero() || service.metrics.connections.get() < 2 || !service.checker.is_fast() {
            return false;
        }
        self.last.load(Ordering::Relaxed) > 1 || self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_ROUND)
    }
}

/// The report on one question without fetched evidence, and the question back.
pub async fn report_on(service: &Service, request: Request) -> (Request, Report) {
    let together = &service.together;
    if !together.may_have_company(service) {
        let report = verify(&request, &service.trust(), &Evidence::none());
        return (request, report);
    }
    let (answer, answered) = oneshot::channel();
    let is_first = {
        let mut waiting = together.waiting();
        waiting.push(Waiting { request, answer });
        waiting.len() == 1
    };
    if is_first {
        // On a task of its own: who asked first may hang up, and the others would wait for ever.
        tokio::spawn(gather(service.clone()));
    }
    match answered.await {
        Ok(judged) => judged,
        // Judging it panicked. The door counts that and answers for it.
        Err(_) => std::panic::resume_unwind(Box::new("judging a question panicked")),
    }
}

/// Lets others come in, and has the group judged.
async fn gather(service: Service) {
    let together = &service.together;
    let begun = Instant::now();
    let mut count = 0;
    loop {
        // Everybody who is ready runs before this goes on, and sockets are looked at once.
        tokio::task::yield_now().await;
        let now = together.waiting().len();
        if now == count || now >= MOST || begun.elapsed() >= service.config.together {
            break;
        }
        count = now;
    }
    let mut group = std::mem::take(&mut *together.waiting());
    together.last.store(group.len(), Ordering::Relaxed);
    service.metrics.together.observe(group.len() as f64);
    let share = group.len().div_ceil(service.config.thread_count()).clamp(LEAST_SHARE, MOST);
    while group.len() > share {
        let rest = group.split_off(group.len() - share);
        let service = service.clone();
        tokio::spawn(async move { judge(&service, rest) });
    }
    judge(&service, group);
}

/// Answers everybody of a group.
fn judge(service: &Service, group: Vec<Waiting>) {
    let trust = service.trust();
    judge_by(group, |requests| verify_batch(requests, &trust, &Evidence::none()));
}

fn judge_by(group: Vec<Waiting>, verify_batch: impl Fn(&[Request]) -> Vec<Report>) {
    let (requests, answers): (Vec<Request>, Vec<_>) = group.into_iter().map(|it| (it.request, it.answer)).unzip();
    let judged = |requests: &[Request]| catch_unwind(AssertUnwindSafe(|| verify_batch(requests))).ok();
    let mut reports = judged(&requests).map(Vec::into_iter);
    for (request, answer) in requests.into_iter().zip(answers) {
        let report = match &mut reports {
            Some(reports) => reports.next(),
            // One of them broke it: the others are not to suffer from that.
            None => judged(std::slice::from_ref(&request)).and_then(|mut reports| reports.pop()),
        };
        if let Some(report) = report {
            // Who asked may have gone.
            let _ = answer.send((request, report));
        }
    }
}

#[cfg(test)]
mod tests;
