//! How fast the fast ES256 check is, beside `ring`'s in the same run: `cargo bench --bench es256 [-- quick]`.
//!
//! Both sides start from a message of 400 bytes and hash it. No signature is checked twice. Rounds of the two sides take turns, and are
//! short; the median of each side counts, and beside it the lowest quarter's end, which other work on the machine disturbs less.

#[path = "../tests/es256/made.rs"]
mod made;

use std::hint::black_box;
use std::time::Instant;

use made::{Key, Source, bytes, pair, scalar};
use p256::Scalar;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use vidimus::crypto::p256::{Answer, By, Check, Path, Table, check};

/// As the `vidimus` command has it: where the tables lie decides how long the processor searches for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A message, who signed it, and the signature.
struct Signed {
    key: usize,
    message: Vec<u8>,
    signature: [u8; 64],
}

/// Keys, and where the next messages come from.
struct Issuers {
    source: Source,
    secrets: Vec<Scalar>,
    keys: Vec<Key>,
    turn: usize,
}

impl Issuers {
    fn new(count: usize) -> Issuers {
        let mut source = Source::new(42);
        let secrets: Vec<Scalar> = (0..count).map(|_| source.scalar()).collect();
        let keys = secrets.iter().map(Key::of).collect();
        Issuers { source, secrets, keys, turn: 0 }
    }

    /// Fresh signatures, the keys in turn.
    fn sign(&mut self, count: usize) -> Vec<Signed> {
        let nonces = made::signed(&mut self.source, &Scalar::ONE, count);
        let signed = nonces.iter().map(|made| {
            self.turn = (self.turn + 1) % self.keys.len();
            let mut message = vec![0; 400];
            for chunk in message.chunks_mut(32) {
                chunk.copy_from_slice(&self.source.bytes()[..chunk.len()]);
            }
            // Under the secret 1, s = (z + r) / k; so 1 / k = s / (z + r), and any other secret may sign with it.
            let part = |range: std::ops::Range<usize>| made.signature[range].try_into().expect("32 bytes");
            let (r, s, z) = (scalar(&part(0..32)), scalar(&part(32..64)), scalar(&made.digest));
            let inverse = s * Option::<Scalar>::from((z + r).invert()).expect("not zero");
            let hash: [u8; 32] = digest(&SHA256, &message).as_ref().try_into().expect("32 bytes");
            let s = inverse * (scalar(&hash) + r * self.secrets[self.turn]);
            Signed { key: self.turn, message, signature: pair(&bytes(&r), &bytes(&s)) }
        });
        signed.collect()
    }
}

/// Times of rounds, in microseconds a signature.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn quantile(&mut self, part: f64) -> f64 {
        self.0.sort_by(f64::total_cmp);
        let place = (self.0.len() as f64 * part) as usize;
        self.0[place.min(self.0.len() - 1)]
    }
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "quick");
    let rounds = if quick { 9 } else { 41 };
    println!("best path: {:?}", Path::best());
    builds();
    println!();
    println!(
        "| keys | table | path | batch | ours us | ring us | times ring (median) | times ring (lower quartiles) |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (count, window) in [(16, 8), (250, 8), (3000, 6), (3000, 5)] {
        let mut issuers = Issuers::new(count);
        let tables: Vec<Table> =
            issuers.keys.iter().map(|key| Table::build(&key.x, &key.y, window).expect("a table")).collect();
        let total: usize = tables.iter().map(Table::bytes).sum();
        println!("| {count} keys, window {window}: {} MiB of tables |", total >> 20);
        row(&mut issuers, Some(&tables), Path::Scalar, 1, rounds);
        for batch in [1, 4, 8, 16, 32, 64, 256] {
            row(&mut issuers, Some(&tables), Path::Lanes, batch, rounds);
        }
    }
    println!("| keys without tables |");
    let mut issuers = Issuers::new(250);
    row(&mut issuers, None, Path::Scalar, 1, rounds);
    for batch in [1, 2, 4, 8, 16, 32, 64, 256] {
        row(&mut issuers, None, Path::Lanes, batch, rounds);
    }
    println!("| one key without a table in the whole batch |");
    for batch in [4, 8, 12, 16, 24, 64] {
        row(&mut Issuers::new(1), None, Path::Lanes, batch, rounds);
    }
}

/// Tables: the time to build one, and its size.
fn builds() {
    let issuers = Issuers::new(12);
    for window in 4..=8 {
        let mut times = Times::default();
        let mut size = 0;
        for key in &issuers.keys {
            let begun = Instant::now();
            let table = Table::build(&key.x, &key.y, window).expect("a table");
            times.0.push(begun.elapsed().as_secs_f64() * 1e6);
            size = black_box(table).bytes();
        }
        println!(
            "window {window}: {size} bytes, built in {:.0} us (lower quartile {:.0})",
            times.quantile(0.5),
            times.quantile(0.25)
        );
    }
}

/// Measures one row and prints it.
fn row(issuers: &mut Issuers, tables: Option<&[Table]>, path: Path, batch: usize, rounds: usize) {
    // Rounds of a fraction of a millisecond, so that few of them are interrupted.
    let per_round = batch.max(if batch < 4 || tables.is_none() { 8 } else { 128 });
    let (mut ours, mut rings) = (Times::default(), Times::default());
    for _ in 0..rounds {
        let all = issuers.sign(per_round);
        let begun = Instant::now();
        for all in all.chunks(batch) {
            let checks: Vec<Check<'_>> = all
                .iter()
                .map(|signed| {
                    let key = &issuers.keys[signed.key];
                    let by =
                        tables.map_or(By::Unknown { x: &key.x, y: &key.y }, |tables| By::Known(&tables[signed.key]));
                    let digest = digest(&SHA256, &signed.message).as_ref().try_into().expect("32 bytes");
                    Check { by, digest, signature: &signed.signature }
                })
                .collect();
            assert!(check(path, &checks).iter().all(|answer| *answer == Answer::Right));
        }
        ours.0.push(begun.elapsed().as_secs_f64() * 1e6 / per_round as f64);
        let few: Vec<(Vec<u8>, &Signed)> =
            all.iter().take(4).map(|signed| (issuers.keys[signed.key].sec1(), signed)).collect();
        let begun = Instant::now();
        for (key, signed) in &few {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
                .verify(&signed.message, &signed.signature)
                .expect("right");
        }
        rings.0.push(begun.elapsed().as_secs_f64() * 1e6 / few.len() as f64);
    }
    let has_table = if tables.is_some() { "yes" } else { "no" };
    println!(
        "| {} | {has_table} | {path:?} | {batch} | {:.2} | {:.1} | {:.1} | {:.1} |",
        issuers.keys.len(),
        ours.quantile(0.5),
        rings.quantile(0.5),
        rings.quantile(0.5) / ours.quantile(0.5),
        rings.quantile(0.25) / ours.quantile(0.25),
    );
}
