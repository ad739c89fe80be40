//! A long run of the fast ES256 check: `cargo bench --bench agreement -- [SIGNATURES] [SEED]`, the same for the same seed.
//!
//! Half of the signatures are right, half were changed; some come to equal, opposite or strange points. Each goes through the lanes with a
//! table and without, and through the 64-bit words with a table; every 16th through those without. What is due is known from how a
//! signature was made; every 32nd answer, and every one of the strange ones, is also compared with the crypto library in use (`aws-lc-rs`, which takes
//! digests). The exit status is 1 at the first that differs, and its numbers are printed.

#[path = "../tests/es256/made.rs"]
mod made;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use made::{Key, Made, Source, by_factors, mutated, signed, with_any_r};
use p256::Scalar;
use vidimus::crypto::p256::{Answer, By, Check, Path, Table, check};

/// Signatures of one key, one after the other.
const BLOCK: usize = 1024;

#[derive(Default)]
struct Tally {
    signatures: u64,
    right: u64,
    answers: u64,
    judged: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut number = |usual: u64| arguments.next().map_or(Some(usual), |text| text.parse().ok());
    let (Some(due), Some(seed)) = (number(100_000), number(1)) else {
        eprintln!("agreement: the arguments are a number of signatures and a seed");
        return ExitCode::from(2);
    };
    println!("{due} signatures, seed {seed}, best path {:?}", Path::best());
    let (mut source, mut tally) = (Source::new(seed), Tally::default());
    let (begun, mut told) = (Instant::now(), Instant::now());
    while tally.signatures < due {
        if let Err(difference) = block(&mut source, &mut tally) {
            println!("DIFFERENT after {} signatures: {difference}", tally.signatures);
            return ExitCode::FAILURE;
        }
        if told.elapsed() > Duration::from_secs(30) {
            told = Instant::now();
            println!(
                "{} signatures, {} answers, {:.0} s",
                tally.signatures,
                tally.answers,
                begun.elapsed().as_secs_f64()
            );
        }
    }
    let Tally { signatures, right, answers, judged } = tally;
    println!(
        "{signatures} signatures ({right} right), {answers} answers, {judged} of the signatures also judged by the library: no difference, {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    ExitCode::SUCCESS
}

/// One key, its signatures, all paths.
fn block(source: &mut Source, tally: &mut Tally) -> Result<(), String> {
    let secret = source.scalar();
    let (key, other) = (Key::of(&secret), Key::of(&Scalar::from(source.word())));
    let mut all = signed(source, &secret, BLOCK);
    for at in (0..BLOCK).step_by(2) {
        all[at] = mutated(source, &all[at], &other);
    }
    let strange = strange(source, &secret, &key);
    for made in strange.iter().chain(all.iter().skip(source.below(32)).step_by(32)) {
        if judged(made) != made.right {
            return Err(format!("the library does not agree with how it was made: {}", written(made)));
        }
        tally.judged += 1;
    }
    all.extend(strange);
    let window = 4 + u32::try_from(source.below(5)).unwrap_or(0);
    let mut tables: HashMap<[u8; 32], Table> = HashMap::new();
    for made in &all {
        if let Entry::Vacant(vacant) = tables.entry(made.key.x) {
            vacant.insert(Table::build(&made.key.x, &made.key.y, window).ok_or("no table")?);
        }
    }
    let known: Vec<Check<'_>> = all
        .iter()
        .map(|made| Check { by: By::Known(&tables[&made.key.x]), digest: made.digest, signature: &made.signature })
        .collect();
    let unknown: Vec<Check<'_>> = all
        .iter()
        .map(|made| {
            let by = By::Unknown { x: &made.key.x, y: &made.key.y };
            Check { by, digest: made.digest, signature: &made.signature }
        })
        .collect();
    // Batches of sizes that leave lanes over.
    let size = 8 + source.below(300);
    if Path::best() == Path::Lanes {
        compare(Path::Lanes, &known, &all, size, tally)?;
        compare(Path::Lanes, &unknown, &all, size, tally)?;
    }
    compare(Path::Scalar, &known, &all, size, tally)?;
    let few = all.len() / 16;
    compare(Path::Scalar, &unknown[..few], &all[..few], few, tally)?;
    tally.signatures += u64::try_from(all.len()).unwrap_or(0);
    tally.right += all.iter().map(|made| u64::from(made.right)).sum::<u64>();
    Ok(())
}

/// Signatures whose factors are small, next to the order, or such that the two points are equal or opposite.
fn strange(source: &mut Source, secret: &Scalar, key: &Key) -> Vec<Made> {
    let small = |source: &mut Source| {
        let scalar = Scalar::from(1 + source.word() % 100_000);
        let shifted = (0..source.below(250)).fold(scalar, |scalar, _| scalar + scalar);
        if source.below(2) == 0 { shifted } else { -shifted }
    };
    let (a, b, c) = (small(source), small(source), small(source));
    let inverse = Option::<Scalar>::from(secret.invert()).unwrap_or(Scalar::ONE);
    let near = Key::of(&c);
    let near_inverse = Option::<Scalar>::from(c.invert()).unwrap_or(Scalar::ONE);
    [
        by_factors(key, &a, &b),
        by_factors(key, &a, &(a * inverse)),
        with_any_r(key, &a, &-(a * inverse), &b),
        with_any_r(key, &a, &(a * inverse), &b),
        by_factors(&near, &a, &b),
        by_factors(&near, &a, &(a * near_inverse)),
        by_factors(key, &Scalar::ZERO, &b),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn compare(path: Path, checks: &[Check<'_>], all: &[Made], size: usize, tally: &mut Tally) -> Result<(), String> {
    for (checks, all) in checks.chunks(size).zip(all.chunks(size)) {
        let answers = check(path, checks);
        if answers.len() != checks.len() {
            return Err(format!("{} answers for {} checks", answers.len(), checks.len()));
        }
        for (answer, made) in answers.iter().zip(all) {
            let due = if made.right { Answer::Right } else { Answer::Wrong };
            if *answer != due {
                return Err(format!("{path:?} says {answer:?}, {due:?} is due: {}", written(made)));
            }
        }
        tally.answers += u64::try_from(answers.len()).unwrap_or(0);
    }
    Ok(())
}

fn judged(made: &Made) -> bool {
    let Ok(key) = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, made.key.sec1()) else { return false };
    let Ok(digest) = Digest::import_less_safe(&made.digest, &SHA256) else { return false };
    key.verify_digest_sig(&digest, &made.signature).is_ok()
}

fn written(made: &Made) -> String {
    format!("x {:02x?} y {:02x?} digest {:02x?} signature {:02x?}", made.key.x, made.key.y, made.digest, made.signature)
}
