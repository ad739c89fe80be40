//! Tests: everybody gets the answer to their own question, alone or in company.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::credential::Input;
use crate::crypto::arithmetic::stand_in;
use crate::occasion::Occasion;
use crate::service::sample::Sample;

fn question(service: &Service, text: String) -> Request {
    Request {
        input: Input::text(text),
        occasion: Occasion::at(service.clock.now()),
        policy: Arc::clone(&service.policy),
    }
}

/// How many questions were asked together, in how many groups.
fn groups(service: &Service) -> (f64, f64) {
    let text = service.metrics.text(&service.held(), 0, None, &service.checker);
    let count = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
        line.trim().parse::<f64>().unwrap()
    };
    (count("vidimus_together_sum"), count("vidimus_together_count"))
}

/// The certificate identifier that a report is about.
fn identifier(report: &Report) -> String {
    report.parts()[0].core_data().map(|core| serde_json::to_string(&core).unwrap()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_gets_their_own_answer() {
    let sample = Sample::new();
    let service = sample.service(stand_in::HONEST, 0);
    service.metrics.connections.set(64);
    let forged = sample.forged();
    let dccs: Vec<String> = (0..100).map(|at| if at % 7 == 3 { forged.clone() } else { sample.dcc(at) }).collect();
    for _ in 0..5 {
        let asked = dccs.iter().map(|dcc| {
            let (service, request) = (service.clone(), question(&service, dcc.clone()));
            tokio::spawn(async move { report_on(&service, request).await })
        });
        for (at, answered) in futures_util::future::join_all(asked).await.into_iter().enumerate() {
            let (request, report) = answered.unwrap();
            assert_eq!(request.input.bytes, dccs[at].as_bytes());
            assert_eq!(report.is_accepted(), at % 7 != 3, "{at}");
            assert!(at % 7 == 3 || identifier(&report).contains(&format!("{at:012}")), "{at}");
        }
    }
    let (questions, groups) = groups(&service);
    assert!(groups > 0.0 && questions > 3.0 * groups, "{questions} questions in {groups} groups");
}

#[tokio::test]
async fn alone_nobody_waits() {
    let sample = Sample::new();
    let service = sample.service(stand_in::HONEST, 0);
    let ask = async |service: &Service| report_on(service, question(service, sample.dcc(1))).await.1.is_accepted();
    // One connection; or many, but nobody asks at the same time; or it is not wanted.
    service.metrics.connections.set(1);
    for _ in 0..40 {
        assert!(ask(&service).await);
    }
    assert_eq!(groups(&service), (0.0, 0.0));
    service.metrics.connections.set(64);
    for _ in 0..2 * LOOK_ROUND {
        assert!(ask(&service).await);
    }
    assert_eq!(groups(&service), (2.0, 2.0), "it only looks around");
}

#[tokio::test]
async fn who_hangs_up_takes_nobody_along() {
    let sample = Sample::new();
    let service = sample.service(stand_in::HONEST, 0);
    service.metrics.connections.set(2);
    let first = question(&service, sample.dcc(1));
    let mut first = Box::pin(report_on(&service, first));
    // Polled once, it is the first of a group; then it is gone.
    assert!(futures_util::FutureExt::now_or_never(first.as_mut()).is_none());
    service.together.last.store(2, Ordering::Relaxed);
    let second = report_on(&service, question(&service, sample.dcc(2)));
    drop(first);
    let (_, report) = tokio::time::timeout(Duration::from_secs(5), second).await.expect("an answer");
    assert!(report.is_accepted());
    assert_eq!(groups(&service), (2.0, 1.0));
}

#[test]
fn who_breaks_a_group_is_alone_without_an_answer() {
    let (service, sample) = (Sample::new().service(stand_in::HONEST, 0), Sample::new());
    let (mut group, mut answers) = (Vec::new(), Vec::new());
    for at in 0..3 {
        let (answer, answered) = oneshot::channel();
        group.push(Waiting { request: question(&service, format!("{at}{}", sample.dcc(at))), answer });
        answers.push(answered);
    }
    judge_by(group, |requests| {
        assert!(!requests.iter().any(|request| request.input.bytes.starts_with(b"1")), "a bug");
        verify_batch(requests, &service.trust(), &Evidence::none())
    });
    let answered: Vec<bool> = answers.iter_mut().map(|answer| answer.try_recv().is_ok()).collect();
    assert_eq!(answered, [true, false, true]);
}
