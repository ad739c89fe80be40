//! Timings, told on request: `cargo test --release --lib linked_data::tests::timing -- --ignored --nocapture`.

use std::hint::black_box;
use std::time::Instant;

use super::*;

#[test]
#[ignore = "a measurement"]
fn a_credential_of_24_statements() {
    const ROUNDS: u32 = 20_000;
    let text = credential().to_string();
    let contexts = Contexts::bundled();
    let (mut read, mut converted, mut named) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let document = strict::decode(black_box(text.as_bytes())).unwrap();
        let at_read = Instant::now();
        let dataset = to_rdf(&document, contexts, Demands::default()).unwrap();
        let at_converted = Instant::now();
        black_box(canonicalize(&dataset, Hash::Sha256).unwrap());
        named.push(at_converted.elapsed());
        converted.push(at_converted - at_read);
        read.push(at_read - start);
    }
    for (what, times) in [("read", &mut read), ("convert", &mut converted), ("canonicalise", &mut named)] {
        times.sort();
        println!("{what:13} median {:?}, best {:?}", times[times.len() / 2], times[0]);
    }
}
