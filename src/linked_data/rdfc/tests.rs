//! Canonicalisation of small datasets, and of datasets made to be hard.

use super::*;
use crate::linked_data::nquads;

fn lines(text: &str) -> Vec<String> {
    canonicalize(&nquads::decode(text).unwrap(), Hash::Sha256).unwrap().lines
}

#[test]
fn names_do_not_depend_on_labels_or_order() {
    let one = "_:a <urn:p> _:b .\n_:b <urn:p> _:c .\n_:c <urn:p> _:a .\n_:x <urn:p> _:y .\n_:y <urn:p> _:x .\n";
    let two = "_:y <urn:p> _:b .\n_:b <urn:p> _:y .\n_:c <urn:p> _:x .\n_:x <urn:p> _:a .\n_:a <urn:p> _:c .\n";
    assert_eq!(lines(one), lines(two));
    assert_eq!(canonical_text(&nquads::decode(two).unwrap(), Hash::Sha256, None).unwrap(), lines(one).concat());
    assert_ne!(lines(one), lines("_:a <urn:p> _:a .\n"));
}

#[test]
fn labels_map_input_to_canonical() {
    let dataset = nquads::decode("_:s <urn:p> _:o _:g .\n").unwrap();
    for hash in [Hash::Sha256, Hash::Sha384] {
        let canonical = canonicalize(&dataset, hash).unwrap();
        assert_eq!(canonical.labels.len(), 3);
        assert_eq!(dataset.lines(&canonical.labels), canonical.lines);
        assert_eq!(canonical.text(), canonical.lines[0]);
        assert_eq!(canonical_text(&dataset, hash, None).unwrap(), canonical.text());
    }
}

#[test]
fn hard_datasets_stop() {
    // Everybody knows everybody: ten blank nodes that nothing tells apart.
    let clique = |count: usize| {
        let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b))).filter(|(a, b)| a != b);
        pairs.map(|(a, b)| format!("_:n{a} <urn:p> _:n{b} .\n")).collect::<String>()
    };
    let canonical = canonicalize(&nquads::decode(&clique(10)).unwrap(), Hash::Sha256);
    assert_eq!(canonical.unwrap_err().code(), Code::RdfcLimit);
    assert!(canonicalize(&nquads::decode(&clique(4)).unwrap(), Hash::Sha256).is_ok());
    // A long ring needs deep nesting.
    let ring: String = (0..1000).map(|n| format!("_:n{n} <urn:p> _:n{} .\n", (n + 1) % 1000)).collect();
    assert_eq!(canonicalize(&nquads::decode(&ring).unwrap(), Hash::Sha256).unwrap_err().code(), Code::RdfcLimit);
    // Many that look alike but hang on one name each cost nothing.
    let alike: String = (0..5000).map(|n| format!("<urn:s> <urn:p> _:n{n} .\n_:n{n} <urn:p> \"x\" .\n")).collect();
    assert_eq!(lines(&alike).len(), 10_000);
}
