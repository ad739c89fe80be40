//! Under load: reloading loses nothing, and too much is answered 503 and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use vidimus::service::config::Config;

use crate::sample::Sample;
use crate::wire::{Running, connect, verify};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloading_loses_no_request_and_changes_verdicts() {
    let sample = Sample::new();
    let running = Running::start(sample.config()).await;
    let over = Arc::new(AtomicBool::new(false));
    let (accepted, rejected) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let (over, accepted, rejected) = (over.clone(), accepted.clone(), rejected.clone());
            let (address, request) = (running.address, verify(&sample.dcc(number)));
            tokio::spawn(async move {
                let mut client = connect(address).await;
                while !over.load(Ordering::SeqCst) {
                    client.send(&request).await.unwrap();
                    let answer = client.answer().await.expect("no request is lost");
                    assert_eq!(answer.status, 200);
                    let counter = if answer.body.contains("\"verdict\":\"accepted\"") { &accepted } else { &rejected };
                    counter.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    // The watcher looks once a second; each change must show, with nobody told.
    for trusted in [false, true, false] {
        sample.trust_her(trusted);
        let counter = if trusted { &accepted } else { &rejected };
        let before = counter.load(Ordering::SeqCst);
        for _ in 0..400 {
            if counter.load(Ordering::SeqCst) > before + 8 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(counter.load(Ordering::SeqCst) > before + 8, "a change of the store was not seen");
    }
    over.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_gets_503_and_nothing_else() {
    let sample = Sample::new();
    let running = Running::start(Config { in_flight: 8, ..sample.config() }).await;
    let request = verify(&sample.dcc(1));
    let clients: Vec<_> = (0..128)
        .map(|_| {
            let (address, request) = (running.address, request.clone());
            tokio::spawn(async move {
                let (mut served, mut shed) = (0, 0);
                let mut client = connect(address).await;
                for _ in 0..20 {
                    client.send(&request).await.unwrap();
                    let answer = client.answer().await.expect("a connection is kept");
                    match answer.status {
                        200 => served += 1,
                        503 => {
                            assert!(answer.head.contains("retry-after: 1"));
                            shed += 1;
                        }
                        other => panic!("{other}"),
                    }
                }
                (served, shed)
            })
        })
        .collect();
    let (mut served, mut shed) = (0, 0);
    for client in clients {
        let counts = client.await.unwrap();
        served += counts.0;
        shed += counts.1;
    }
    assert_eq!(served + shed, 128 * 20);
    assert!(served > 0, "those inside are served");
    assert!(shed > 0, "those who find the house full are turned away");
    assert_eq!(running.service.metrics.in_flight.get(), 0);
    running.stop().await;
}
