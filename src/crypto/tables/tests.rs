//! Tests of the registry, with tables that are none.

use super::*;
use crate::crypto::arithmetic::stand_in;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::Curve;

fn keys(count: usize) -> Vec<PublicKey> {
    (0..count).map(|_| OwnKey::generate_p256().expect("a key").0.public_key().clone()).collect()
}

/// The same key, read anew.
fn again(key: &PublicKey) -> PublicKey {
    let (x, y) = key.ec_coordinates().expect("coordinates");
    PublicKey::ec(Curve::P256, x, y).expect("a key")
}

fn uses(key: &PublicKey, count: u64) {
    (0..count).for_each(|_| key.place().expect("a place").used(false));
}

fn settle(tables: &Tables) {
    tables.tick();
    while tables.build_next() {}
}

const BUDGET: usize = 1 << 20;

#[test]
fn only_used_keys_get_a_table() {
    let tables = Tables::new(BUDGET, stand_in::HONEST);
    let keys = keys(3);
    assert!(keys.iter().all(|key| key.place().is_none()), "nobody is known unasked");
    tables.enrol(keys.iter());
    settle(&tables);
    assert_eq!(tables.counts(), TableCounts { known: 3, ..TableCounts::default() });
    uses(&keys[1], 100);
    settle(&tables);
    assert!(keys[1].place().unwrap().table().is_some() && keys[0].place().unwrap().table().is_none());
    let counts = tables.counts();
    assert_eq!((counts.held, counts.built, counts.evicted), (1, 1, 0));
    assert_eq!(counts.bytes, estimated_bytes(Kind::P256, plan::SMALL));
    uses(&keys[1], 10_000);
    settle(&tables);
    assert_eq!(keys[1].place().unwrap().table().unwrap().window, plan::LARGE);
    assert_eq!((tables.counts().held, tables.counts().evicted), (1, 0));
}

#[test]
fn without_memory_nobody_is_known() {
    let tables = Tables::new(0, stand_in::HONEST);
    let keys = keys(1);
    tables.enrol(keys.iter());
    assert!(keys[0].place().is_none() && !tables.build_next());
}

#[test]
fn another_snapshot_keeps_the_tables_of_keys_that_stay() {
    let tables = Tables::new(BUDGET, stand_in::HONEST);
    let old = keys(2);
    tables.enrol(old.iter());
    old.iter().for_each(|key| uses(key, 100));
    settle(&tables);
    assert_eq!(tables.counts().held, 2);
    let table = old[0].place().unwrap().table().unwrap();
    let new = [again(&old[0]), keys(1).remove(0)];
    tables.enrol(new.iter());
    assert!(Arc::ptr_eq(&table, &new[0].place().unwrap().table().unwrap()), "the same bytes, the same table");
    assert!(old[1].place().unwrap().table().is_none(), "who left the list loses the table");
    let counts = tables.counts();
    assert_eq!((counts.known, counts.held, counts.evicted), (2, 1, 1));
    // Uses of the old reading count too: it is the same place.
    uses(&old[0], 10_000);
    settle(&tables);
    assert_eq!(new[0].place().unwrap().table().unwrap().window, plan::LARGE);
}

#[test]
fn whom_an_authority_vouches_for_is_welcome_and_stays() {
    let tables = Tables::new(BUDGET, stand_in::HONEST);
    let (listed, brought) = (keys(2), keys(1));
    tables.enrol(listed.iter());
    tables.welcome(&brought[0]);
    tables.welcome(&again(&brought[0]));
    assert_eq!(tables.counts().known, 3, "once");
    uses(&brought[0], 100);
    settle(&tables);
    let place = brought[0].place().unwrap().clone();
    assert!(place.table().is_some());
    tables.enrol(listed[..1].iter());
    assert!(place.table().is_some(), "another snapshot takes nothing from it");
    let met_again = again(&brought[0]);
    tables.welcome(&met_again);
    assert!(Arc::ptr_eq(met_again.place().unwrap(), &place), "read anew it is the same key");
    // Listed itself, and then not listed any more, it goes like any other.
    tables.enrol([&listed[0], &brought[0]].into_iter());
    assert_eq!(tables.counts().known, 2);
    tables.enrol(listed.iter());
    assert_eq!((tables.counts().known, tables.counts().held), (2, 0));
}

#[test]
fn the_least_used_of_the_welcomed_makes_way() {
    let tables = Tables::new(BUDGET, stand_in::HONEST);
    let all: Vec<PublicKey> = {
        let bytes = |at: usize| {
            let mut bytes = [7; 32];
            bytes[..8].copy_from_slice(&at.to_le_bytes());
            bytes
        };
        (0..4 * WELCOMED).filter_map(|at| PublicKey::ed25519(&bytes(at)).ok()).take(WELCOMED + 1).collect()
    };
    assert_eq!(all.len(), WELCOMED + 1);
    all[..WELCOMED].iter().for_each(|key| tables.welcome(key));
    all[1..WELCOMED].iter().for_each(|key| uses(key, 1));
    tables.tick();
    tables.welcome(&all[WELCOMED]);
    assert_eq!(tables.counts().known, WELCOMED);
    let first = PublicKey::ed25519(all[0].ed25519_bytes().unwrap()).unwrap();
    tables.welcome(&first);
    assert!(!Arc::ptr_eq(first.place().unwrap(), all[0].place().unwrap()), "it went, and is new");
}

#[test]
fn a_table_that_is_read_outlives_its_eviction() {
    let tables = Tables::new(BUDGET, stand_in::HONEST);
    let keys = keys(1);
    tables.enrol(keys.iter());
    uses(&keys[0], 100);
    settle(&tables);
    let reader = keys[0].place().unwrap().table().unwrap();
    tables.enrol([].into_iter());
    assert_eq!(Arc::strong_count(&reader), 1, "whoever reads it is the last");
}

#[test]
fn the_budget_holds_and_the_most_used_win() {
    let small = estimated_bytes(Kind::P256, plan::SMALL);
    let tables = Tables::new(3 * small, stand_in::HONEST);
    let keys = keys(10);
    tables.enrol(keys.iter());
    (1..).zip(&keys).for_each(|(n, key)| uses(key, 100 * n));
    settle(&tables);
    assert_eq!((tables.counts().held, tables.counts().bytes), (3, 3 * small));
    assert!(keys[7..].iter().all(|key| key.place().unwrap().table().is_some()));
    uses(&keys[0], 100_000);
    settle(&tables);
    assert!(keys[0].place().unwrap().table().is_some() && keys[7].place().unwrap().table().is_none());
    assert_eq!((tables.counts().held, tables.counts().evicted), (3, 1));
}

#[test]
fn what_was_used_long_ago_counts_less() {
    let small = estimated_bytes(Kind::P256, plan::SMALL);
    let tables = Tables::new(small, stand_in::HONEST);
    let keys = keys(2);
    tables.enrol(keys.iter());
    uses(&keys[0], 1_000);
    settle(&tables);
    uses(&keys[1], 500);
    settle(&tables);
    assert!(keys[0].place().unwrap().table().is_some());
    (0..4 * TICKS_TO_HALVE).for_each(|_| tables.tick());
    uses(&keys[1], 500);
    settle(&tables);
    assert!(keys[1].place().unwrap().table().is_some() && keys[0].place().unwrap().table().is_none());
}

#[test]
fn a_table_larger_than_was_thought_stays_within_the_budget() {
    fn fat(_: &Owner, _: u32) -> Option<crate::crypto::arithmetic::Multiples> {
        Some(crate::crypto::arithmetic::Multiples::StandIn(90_000))
    }
    let tables = Tables::new(100_000, Arithmetic { build: fat, ..stand_in::HONEST });
    let keys = keys(3);
    tables.enrol(keys.iter());
    keys.iter().for_each(|key| uses(key, 100));
    settle(&tables);
    assert_eq!((tables.counts().held, tables.counts().bytes), (1, 90_000));
    let none = Tables::new(80_000, Arithmetic { build: fat, ..stand_in::HONEST });
    let again: Vec<PublicKey> = keys.iter().map(again).collect();
    none.enrol(again.iter());
    again.iter().for_each(|key| uses(key, 100));
    settle(&none);
    assert_eq!((none.counts().held, none.counts().built), (0, 0));
}

#[test]
fn a_key_whose_table_fails_is_not_tried_for_ever() {
    let tables = Tables::new(BUDGET, Arithmetic { build: |_, _| None, ..stand_in::HONEST });
    let keys = keys(2);
    tables.enrol(keys.iter());
    keys.iter().for_each(|key| uses(key, 100));
    settle(&tables);
    assert_eq!((tables.counts().held, tables.counts().built), (0, 0));
}

#[test]
fn a_warm_key_is_counted_as_often_as_a_cold_one() {
    let tables = Tables::new(BUDGET, stand_in::HONEST);
    let keys = keys(1);
    tables.enrol(keys.iter());
    let place = keys[0].place().unwrap();
    (0..80_000).for_each(|_| place.used(true));
    // One of eight is drawn and counts for eight: the standard deviation is 750.
    let counted = place.take_uses();
    assert!((76_000..84_000).contains(&counted), "{counted}");
}
