//! Tests of the checker: by every path the answers are those of the library, and a liar is found out.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::arithmetic::stand_in;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;

const SETTINGS: Settings = Settings { cpu: Cpu::Auto, table_memory_bytes: 4 << 20, second_look: 0 };

/// Signed messages under several keys, some of them known to `checker` and warm.
struct Pool {
    items: Vec<(PublicKey, Algorithm, Vec<u8>, Vec<u8>)>,
}

impl Pool {
    fn new(keys: usize, each: usize) -> Self {
        let mut items = Vec::new();
        let own: Vec<OwnKey> = (0..keys).map(|_| OwnKey::generate_p256().expect("a key").0).collect();
        for number in 0..each {
            for key in &own {
                let message = format!("message {number}").into_bytes();
                let signature = key.sign(&message).expect("signed");
                items.push((key.public_key().clone(), Algorithm::Es256, message, signature));
            }
        }
        Pool { items }
    }

    /// The same under keys of Ed25519 and P-256 in turn.
    fn mixed(keys: usize, each: usize) -> Self {
        let mut pool = Pool::new(keys, each);
        let own: Vec<OwnKey> = (0..keys).map(|_| OwnKey::generate_ed25519().expect("a key").0).collect();
        for (at, (key, algorithm, message, signature)) in
            pool.items.iter_mut().enumerate().filter(|(at, _)| at % 2 == 0)
        {
            let own = &own[at % keys];
            (*key, *algorithm, *signature) =
                (own.public_key().clone(), Algorithm::EdDsa, own.sign(message).expect("signed"));
        }
        pool
    }

    fn jobs(&self) -> Vec<Job<'_>> {
        self.items
            .iter()
            .map(|(key, algorithm, message, signature)| Job {
                algorithm: *algorithm,
                key: key.clone(),
                message,
                signature,
                statements: None,
                older: None,
            })
            .collect()
    }

    fn warm(&self, checker: &Checker, keys: usize) {
        checker.tables().enrol(self.items.iter().take(keys).map(|item| &item.0));
        for item in &self.items {
            if let Some(place) = item.0.place() {
                (0..20).for_each(|_| place.used(false));
            }
        }
        checker.build_all();
    }
}

/// The answers are those of the library before anything is warm, and then too.
fn warm(path: Path, settings: Settings, arithmetic: Arithmetic) -> Checker {
    let checker = Checker::with(path, settings, arithmetic);
    assert_eq!(checker.path(), Path::Library);
    checker.warm_up();
    checker
}

/// Every path that there is to check by, here and with stand-ins.
fn checkers() -> Vec<(&'static str, Checker)> {
    let by = |cpu| Checker::new(Settings { cpu, ..SETTINGS });
    vec![
        ("auto", by(Cpu::Auto)),
        ("scalar", by(Cpu::Scalar)),
        ("library", by(Cpu::Library)),
        ("stand-in, scalar", warm(Path::Scalar, SETTINGS, stand_in::HONEST)),
        ("stand-in, lanes", warm(Path::Lanes, SETTINGS, stand_in::HONEST)),
        ("mute", warm(Path::Lanes, SETTINGS, stand_in::MUTE)),
        ("second looks", warm(Path::Lanes, Settings { second_look: 1, ..SETTINGS }, stand_in::HONEST)),
        ("liar", warm(Path::Lanes, Settings { second_look: 1, ..SETTINGS }, stand_in::LIAR)),
        ("denier", warm(Path::Lanes, Settings { second_look: 1, ..SETTINGS }, stand_in::DENIER)),
    ]
}

#[test]
fn every_path_answers_as_the_library_does() {
    for (name, checker) in checkers() {
        let mut pool = Pool::new(6, 12);
        pool.warm(&checker, 3);
        let (other, _) = OwnKey::generate_ed25519().expect("a key");
        let edited = |items: &mut Vec<(PublicKey, Algorithm, Vec<u8>, Vec<u8>)>| {
            items[3].3[0] ^= 1;
            items[4].3[63] ^= 1;
            items[5].2.push(0);
            items[6].3.pop();
            items[7].3.push(0);
            items[8].3 = vec![0; 64];
            items[9].3 = vec![0xFF; 64];
            items[10].0 = items[11].0.clone();
            items[12].1 = Algorithm::Es384OverP256;
            items[13].1 = Algorithm::EdDsa;
            items[14].3 = Vec::new();
            let signature = other.sign(b"ed").expect("signed");
            items[15] = (other.public_key().clone(), Algorithm::EdDsa, b"ed".to_vec(), signature.clone());
            items[16] = (other.public_key().clone(), Algorithm::Es256, b"ed".to_vec(), signature);
        };
        edited(&mut pool.items);
        let jobs = pool.jobs();
        for size in [1, 2, 7, 8, 9, 16, 64, jobs.len()] {
            for batch in jobs.chunks(size) {
                let expected: Vec<_> = batch.iter().map(check_one).collect();
                assert_eq!(checker.check(batch), expected, "{name}, {size} at a time");
            }
        }
        assert_eq!(checker.is_off(), matches!(name, "liar" | "denier"), "{name}");
    }
}

#[test]
fn ed25519_by_every_path() {
    for (name, checker) in checkers() {
        let mut pool = Pool::mixed(6, 12);
        // Four of six keys, so that some of each kind have a table.
        pool.warm(&checker, 4);
        assert!(checker.check(&pool.jobs()).iter().all(Result::is_ok), "{name}");
        assert_eq!(checker.counts().hits, if name == "library" { 0 } else { 48 }, "{name}");
        for at in 0..pool.items.len() {
            let (byte, bit) = (at * 29 % 64, at % 8);
            pool.items[at].3[byte] ^= 1 << bit;
            let jobs = pool.jobs();
            let expected: Vec<_> = jobs.iter().map(check_one).collect();
            assert_eq!(checker.check(&jobs), expected, "{name}");
            assert_eq!(checker.check(&jobs[at..=at]), expected[at..=at], "{name}");
            pool.items[at].3[byte] ^= 1 << bit;
        }
        // Another's key, another message, another length, another algorithm.
        pool.items[0].0 = pool.items[2].0.clone();
        pool.items[6].2.push(0);
        pool.items[8].3.pop();
        pool.items[10].1 = Algorithm::Es256;
        pool.items[12].3 = vec![0; 64];
        pool.items[14].3 = vec![0xFF; 64];
        let jobs = pool.jobs();
        assert_eq!(checker.check(&jobs), jobs.iter().map(check_one).collect::<Vec<_>>(), "{name}");
    }
}

/// A proof of an older suite by a P-256 key is ES256 too, but not over the message of its job.
#[test]
fn proofs_of_older_suites_go_to_the_library() {
    use crate::crypto::older_suites::{OlderProof, OlderSuite};
    let older = OlderProof {
        suite: OlderSuite::JsonWebSignature2020,
        document: Arc::default(),
        options: String::new(),
        protected: String::new(),
    };
    for (name, checker) in checkers() {
        let pool = Pool::new(2, 12);
        pool.warm(&checker, 1);
        let mut jobs = pool.jobs();
        assert!(checker.check(&jobs).iter().all(Result::is_ok), "{name}");
        jobs.iter_mut().for_each(|job| job.older = Some(&older));
        let answers = checker.check(&jobs);
        assert!(answers.iter().all(|answer| answer == &Err(Reason::new(Code::SigInvalid))), "{name}");
    }
}

#[test]
fn a_tampered_signature_anywhere_is_found_and_only_it() {
    for (name, checker) in checkers() {
        let mut pool = Pool::new(5, 10);
        pool.warm(&checker, 4);
        for at in 0..pool.items.len() {
            let (byte, bit) = (at * 29 % 64, at % 8);
            pool.items[at].3[byte] ^= 1 << bit;
            let wrong: Vec<usize> = checker
                .check(&pool.jobs())
                .iter()
                .enumerate()
                .filter_map(|(at, answer)| answer.is_err().then_some(at))
                .collect();
            assert_eq!(wrong, [at], "{name}");
            pool.items[at].3[byte] ^= 1 << bit;
        }
    }
}

#[test]
fn counts_who_was_checked_how() {
    let checker = warm(Path::Lanes, SETTINGS, stand_in::HONEST);
    let pool = Pool::new(8, 4);
    pool.warm(&checker, 4);
    checker.check(&pool.jobs());
    let counts = checker.counts();
    assert_eq!((counts.hits, counts.misses, counts.strangers, counts.fallbacks), (16, 0, 16, 0));
    // Too few strangers to be worth it go to the library.
    checker.check(&pool.jobs()[..8]);
    let counts = checker.counts();
    assert_eq!((counts.hits, counts.misses, counts.strangers), (20, 0, 16));
    let mute = warm(Path::Lanes, SETTINGS, stand_in::MUTE);
    pool.warm(&mute, 8);
    mute.check(&pool.jobs());
    assert_eq!((mute.counts().fallbacks, mute.counts().second_looks), (32, 0));
}

#[test]
fn a_known_key_without_a_table_is_a_miss_and_earns_one() {
    let checker = warm(Path::Scalar, SETTINGS, stand_in::HONEST);
    let pool = Pool::new(1, 20);
    checker.tables().enrol(pool.items.iter().map(|item| &item.0));
    assert!(pool.jobs().chunks(1).all(|one| checker.check(one)[0].is_ok()));
    assert_eq!((checker.counts().hits, checker.counts().misses), (0, 20));
    checker.build_all();
    checker.check(&pool.jobs());
    assert_eq!((checker.counts().hits, checker.counts().misses), (20, 20));
}

#[test]
fn forged_signatures_earn_no_table() {
    let checker = warm(Path::Scalar, SETTINGS, stand_in::HONEST);
    let mut pool = Pool::new(1, 50);
    pool.items.iter_mut().for_each(|item| item.3[5] ^= 1);
    checker.tables().enrol(pool.items.iter().map(|item| &item.0));
    checker.check(&pool.jobs());
    checker.build_all();
    assert_eq!((checker.counts().misses, checker.tables().counts().held), (50, 0));
}

#[test]
fn strangers_never_get_a_table_that_stays() {
    for (path, enough) in [(Path::Lanes, SHARED_IN_LANES), (Path::Scalar, SHARED)] {
        let checker = warm(path, SETTINGS, stand_in::HONEST);
        let pool = Pool::new(1, enough);
        assert!(checker.check(&pool.jobs()).iter().all(Result::is_ok));
        checker.build_all();
        assert_eq!((checker.counts().strangers, checker.tables().counts().held), (enough as u64, 0));
        assert!(pool.items[0].0.place().is_none());
        // One less, one by one: only lanes take them then.
        checker.check(&pool.jobs()[1..]);
        let more = if path == Path::Lanes { enough as u64 - 1 } else { 0 };
        assert_eq!(checker.counts().strangers, enough as u64 + more);
    }
}

#[test]
fn the_first_disagreement_ends_the_fast_path_and_is_told_once() {
    let checker = warm(Path::Lanes, Settings { second_look: 10, ..SETTINGS }, stand_in::LIAR);
    let told = Arc::new(AtomicUsize::new(0));
    let teller = told.clone();
    checker.on_disagreement(move || {
        teller.fetch_add(1, Ordering::SeqCst);
    });
    let mut pool = Pool::new(2, 50);
    pool.warm(&checker, 2);
    pool.items.iter_mut().for_each(|item| item.3[9] ^= 4);
    let jobs = pool.jobs();
    let mut batches = 0;
    while !checker.is_off() {
        let answers = checker.check(&jobs);
        // The batch in which the lie is found is judged by the library, whole.
        assert_eq!(answers.iter().all(Result::is_err), checker.is_off());
        batches += 1;
        assert!(batches < 20, "one in ten of a hundred lies is looked at");
    }
    assert_eq!((checker.path(), told.load(Ordering::SeqCst), checker.counts().disagreements), (Path::Library, 1, 1));
    assert!(checker.check(&jobs).iter().all(Result::is_err));
    assert_eq!(told.load(Ordering::SeqCst), 1);
}

#[test]
fn the_background_thread_builds_and_ends_with_its_checker() {
    let checker = Arc::new(warm(Path::Scalar, SETTINGS, stand_in::HONEST));
    let pool = Pool::new(1, 20);
    checker.tables().enrol(pool.items.iter().map(|item| &item.0));
    checker.build_in_background();
    checker.check(&pool.jobs());
    let begun = Instant::now();
    while checker.tables().counts().held == 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "no table");
        thread::sleep(Duration::from_millis(20));
    }
    let weak = Arc::downgrade(&checker);
    drop(checker);
    while weak.upgrade().is_some() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the thread keeps it alive");
        thread::sleep(Duration::from_millis(20));
    }
}
