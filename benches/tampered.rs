//! Is a tampered signature found anywhere in a batch, and nothing else?
//!
//! `cargo bench --bench tampered -- COUNT [SEED]`: ten million checks take some minutes. Signed messages under several keys, warm and
//! unknown ones, are put together in batches of every size, some are changed in one bit of r, s or the message or given
//! another key, and the answers must be wrong for exactly these. The keys are new in every run; the choices follow from SEED,
//! which is printed. Ends with 1 when an answer is not the due one.

use std::process::ExitCode;
use std::time::Instant;

use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::checker::{Checker, Cpu, Settings};
use vidimus::crypto::job::Job;
use vidimus::crypto::own_keys::{OwnKey, Signer};

/// Keys, those of them that are known, and signatures by each.
const KEYS: usize = 24;
const KNOWN: usize = 16;
const EACH: usize = 128;
/// Signatures of a batch at most.
const MOST: u64 = 300;
/// The pool is signed anew after so many checks.
const FRESH: u64 = 1_000_000;

/// SplitMix64: choices that can be repeated.
struct Choices(u64);

impl Choices {
    fn below(&mut self, bound: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound) as usize
    }
}

/// A message and its signature.
#[derive(Clone)]
struct Signed {
    key: usize,
    message: Vec<u8>,
    signature: Vec<u8>,
}

fn pool(keys: &[OwnKey], choices: &mut Choices) -> Vec<Signed> {
    let mut pool = Vec::new();
    for (key, own) in keys.iter().enumerate() {
        for _ in 0..EACH {
            let message: Vec<u8> = (0..1 + choices.below(400)).map(|_| choices.below(256) as u8).collect();
            let signature = own.sign(&message).unwrap();
            pool.push(Signed { key, message, signature });
        }
    }
    pool
}

/// Changes one bit, or whose it is.
fn tamper(signed: &mut Signed, choices: &mut Choices) {
    let (bytes, bit) = match choices.below(8) {
        0 => {
            signed.key = (signed.key + 1 + choices.below(KEYS as u64 - 1)) % KEYS;
            return;
        }
        1 => (&mut signed.message, 1 << choices.below(8)),
        _ => (&mut signed.signature, 1 << choices.below(8)),
    };
    let at = choices.below(bytes.len() as u64);
    bytes[at] ^= bit;
}

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let (count, seed) = (*numbers.first().unwrap_or(&100_000), *numbers.get(1).unwrap_or(&1));
    let mut choices = Choices(seed);
    let keys: Vec<OwnKey> = (0..KEYS).map(|_| OwnKey::generate_p256().unwrap().0).collect();
    let checkers: Vec<(&str, Checker)> = [("auto", Cpu::Auto), ("scalar", Cpu::Scalar)]
        .map(|(name, cpu)| (name, Checker::new(Settings { cpu, table_memory_bytes: 64 << 20, second_look: 0 })))
        .into();
    // The known keys are known to the first checker; the other one uses the same tables.
    checkers[0].1.tables().enrol(keys.iter().take(KNOWN).map(Signer::public_key));
    let (mut checked, mut tampered, mut misjudged) = (0, 0, 0);
    let begun = Instant::now();
    while checked < count {
        let pool = pool(&keys, &mut choices);
        for (_, checker) in &checkers {
            checker.warm_up();
        }
        let until = (checked + FRESH).min(count);
        while checked < until {
            let mut batch: Vec<(Signed, bool)> =
                (0..=choices.below(MOST)).map(|_| (pool[choices.below(pool.len() as u64)].clone(), false)).collect();
            // Mostly one, sometimes none or some.
            for _ in 0..[0, 1, 1, 1, 1, 1, 5, 50][choices.below(8)] {
                let at = choices.below(batch.len() as u64);
                if !batch[at].1 {
                    tamper(&mut batch[at].0, &mut choices);
                    batch[at].1 = true;
                }
            }
            let jobs: Vec<Job<'_>> = batch
                .iter()
                .map(|(signed, _)| Job {
                    algorithm: Algorithm::Es256,
                    key: keys[signed.key].public_key().clone(),
                    message: &signed.message,
                    signature: &signed.signature,
                    statements: None,
                    older: None,
                })
                .collect();
            // By vectors mostly; the scalar path takes ten times as long.
            let (name, checker) = &checkers[usize::from(choices.below(16) == 0)];
            for (at, (answer, (_, is_tampered))) in checker.check(&jobs).iter().zip(&batch).enumerate() {
                tampered += u64::from(*is_tampered);
                if answer.is_ok() == *is_tampered {
                    misjudged += 1;
                    println!("misjudged: {name}, place {at} of {}, tampered: {is_tampered}", batch.len());
                }
            }
            checked += jobs.len() as u64;
            checkers[0].1.build_all();
        }
    }
    let counts = checkers.iter().map(|(name, checker)| format!("{name}: {:?}", checker.counts())).collect::<Vec<_>>();
    println!(
        "{checked} signatures, {tampered} of them tampered, seed {seed}, {:.0?}: {misjudged} misjudged",
        begun.elapsed()
    );
    println!("{}", counts.join("\n"));
    if misjudged == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
