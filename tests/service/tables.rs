//! Tables of known keys in the service: every path answers alike, a long trust list starts as quickly, a reload keeps them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vidimus::credential::Input;
use vidimus::crypto::checker::{Checker, Cpu, Settings};
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url::encode_standard;
use vidimus::encoding::json::from_slice;
use vidimus::evidence::Evidence;
use vidimus::net::clock::Clock;
use vidimus::occasion::Occasion;
use vidimus::service::config::Config;
use vidimus::service::reload;
use vidimus::service::state::Service;
use vidimus::trust::entry::Entry;
use vidimus::trust::{Trust, store};
use vidimus::verify::{Request, verify_batch, verify_batch_on_threads};

use crate::sample::Sample;
use crate::wire::{Running, connect, verify};

const CPUS: [Cpu; 3] = [Cpu::Auto, Cpu::Scalar, Cpu::Library];

fn settings(cpu: Cpu, second_look: u32) -> Settings {
    Settings { cpu, table_memory_bytes: 16 << 20, second_look }
}

/// Has so many right signatures of hers judged that a table pays, and builds it.
fn warm(service: &Service, sample: &Sample) {
    let requests: Vec<Request> = (0..20).map(|number| request(&sample.dcc(number))).collect();
    // Nothing is counted before the fast path is ready.
    service.checker.warm_up();
    verify_batch(&requests, &service.trust(), &Evidence::none());
    service.checker.build_all();
}

fn request(text: &str) -> Request {
    Request { input: Input::text(text), occasion: Occasion::at(Clock::system().now()), ..Request::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_a_time_get_the_same_answers_by_every_path() {
    let sample = Sample::new();
    let forged = sample.forged();
    for cpu in CPUS {
        for together in [Duration::ZERO, Duration::from_micros(200), Duration::from_millis(5)] {
            let config = Config { checks: settings(cpu, 3), together, ..sample.config() };
            let running = Running::start(config).await;
            warm(&running.service, &sample);
            let clients = (0..24).map(|client| {
                let (address, forged) = (running.address, forged.clone());
                let dcc = sample.dcc(client);
                tokio::spawn(async move {
                    let mut connection = connect(address).await;
                    for turn in 0..12 {
                        let is_forged = (turn + client) % 5 == 2;
                        connection.send(verify(if is_forged { &forged } else { &dcc })).await.unwrap();
                        let answer = connection.answer().await.unwrap();
                        let report: Value = from_slice(answer.body.as_bytes()).unwrap();
                        let due = if is_forged { "rejected" } else { "accepted" };
                        assert_eq!(report["verdict"], due, "{cpu:?}, {together:?}: {report}");
                        assert!(is_forged || answer.body.contains(&format!("{client:012}")), "another's answer");
                    }
                })
            });
            for client in clients.collect::<Vec<_>>() {
                client.await.unwrap();
            }
            let (checker, counts) = (&running.service.checker, running.service.checker.counts());
            assert_eq!(checker.is_fast(), cpu != Cpu::Library);
            assert_eq!(counts.hits > 0, cpu != Cpu::Library, "{cpu:?}: {counts:?}");
            assert_eq!((counts.disagreements, checker.is_off()), (0, false));
            running.stop().await;
        }
    }
}

#[test]
fn reports_are_the_same_by_every_path_and_on_every_number_of_threads() {
    let sample = Sample::new();
    let loaded = store::load(sample.store.path()).unwrap();
    let requests: Vec<Request> =
        (0..150).map(|n| if n % 11 == 5 { request(&sample.forged()) } else { request(&sample.dcc(n)) }).collect();
    let expected: Vec<String> = verify_batch(&requests, &Trust::build(&loaded.files).0, &Evidence::none())
        .iter()
        .map(|it| it.to_json())
        .collect();
    for cpu in CPUS {
        let trust = Trust::build(&loaded.files).0.checked_by(Checker::new(settings(cpu, 0)).into());
        for round in 0..2 {
            for threads in 1..4 {
                let threads = threads.try_into().unwrap();
                let reports = verify_batch_on_threads(&requests, &trust, &Evidence::none(), threads);
                let texts: Vec<String> = reports.iter().map(|it| it.to_json()).collect();
                assert_eq!(texts, expected, "{cpu:?}, round {round}, {threads} threads");
            }
            trust.checker().build_all();
        }
        assert_eq!(trust.checker().tables().counts().held, usize::from(cpu != Cpu::Library));
    }
}

#[tokio::test]
async fn another_trust_list_keeps_the_tables_of_keys_that_stay() {
    let sample = Sample::new();
    let service = Service::with(Config { checks: settings(Cpu::Scalar, 0), ..sample.config() }, None, Clock::system());
    reload::load(&service).await;
    warm(&service, &sample);
    let before = service.checker.tables().counts();
    assert_eq!((before.known, before.held, before.built), (1, 1, 1));
    reload::load(&service).await;
    assert_eq!(service.checker.tables().counts(), before, "read anew, the same keys");
    sample.trust_her(false);
    reload::load(&service).await;
    let after = service.checker.tables().counts();
    assert_eq!((after.known, after.held, after.evicted), (1, 0, 1));
}

#[test]
fn a_list_of_3000_keys_starts_as_quickly_with_tables() {
    let entry = |number: u64| {
        let key = OwnKey::generate_p256().unwrap().0;
        let entry = json!({
            "kind": "signer-key", "kid": encode_standard(&number.to_be_bytes()), "formats": ["eu_dcc"], "country": "AT",
            "public_key": encode_standard(&key.public_key().to_spki_der()),
        });
        serde_json::from_value::<Entry>(entry).unwrap()
    };
    let entries: Vec<Entry> = (0..3_000).map(entry).collect();
    let mut shares = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        let (trust, _) = Trust::from_entries(entries.clone());
        let built = begun.elapsed();
        let checker = std::sync::Arc::new(Checker::new(settings(Cpu::Auto, 0)));
        let begun = Instant::now();
        let trust = trust.checked_by(checker);
        shares.push(begun.elapsed().as_secs_f64() / built.as_secs_f64());
        assert_eq!((trust.checker().tables().counts().known, trust.checker().tables().counts().built), (3_000, 0));
    }
    let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least < 0.4, "making the keys known takes {least} of the time of reading them");
}
