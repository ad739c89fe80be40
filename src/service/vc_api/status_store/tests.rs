//! No place twice, no change lost, nothing revoked comes back: with many at once, and after a crash.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::service::vc_api::status_journal::FULL;
use crate::status::bitstring::LEAST_PLACES;

const P: &str = "a-profile";
const REVOCATION: StatusPurpose = StatusPurpose::Revocation;

fn is_set(store: &StatusStore, place: &StatusPlace) -> bool {
    let bytes = store.snapshot(&place.list).unwrap().bytes;
    bytes[usize::try_from(place.index / 8).unwrap()] >> (7 - place.index % 8) & 1 == 1
}

#[test]
fn a_list_is_long_enough_and_places_are_drawn_at_random() {
    let store = StatusStore::default();
    let places: Vec<_> = (0..64).map(|_| store.allocate(P, REVOCATION, None).unwrap().index).collect();
    assert_eq!(store.snapshot("a-profile-revocation-1").unwrap().bytes, vec![0; 16 << 10]);
    assert_eq!(places.iter().collect::<HashSet<_>>().len(), places.len());
    assert!(places.windows(2).any(|pair| pair[0] > pair[1]), "the order of issuing does not show");
    assert!(
        places.iter().any(|place| *place > LEAST_PLACES / 2) && places.iter().any(|place| *place < LEAST_PLACES / 2)
    );
    assert_eq!(parts_of("a-profile-revocation-1"), Some((P, REVOCATION)));
    for name in ["", "a", "a-revocation", "a-revocation-x", "a-other-1"] {
        assert_eq!(parts_of(name), None, "{name}");
    }
}

#[test]
fn many_at_once_get_places_of_their_own_and_lose_no_change() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(StatusStore::open(folder.path()).unwrap());
    let work = |thread: usize| {
        let store = store.clone();
        move || {
            (0..40)
                .map(|number| {
                    let place = store.allocate(P, REVOCATION, Some(&format!("urn:{thread}:{number}"))).unwrap();
                    if number % 2 == 0 {
                        store.write(&place, REVOCATION, true).unwrap();
                    }
                    (place, number % 2 == 0)
                })
                .collect::<Vec<_>>()
        }
    };
    let threads: Vec<_> = (0..8).map(|thread| std::thread::spawn(work(thread))).collect();
    let given: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(given.iter().map(|(place, _)| place.index).collect::<HashSet<_>>().len(), 320);
    drop(store);
    let again = StatusStore::open(folder.path()).unwrap();
    for (place, revoked) in &given {
        assert_eq!(is_set(&again, place), *revoked);
    }
    assert_eq!(again.place_of(P, REVOCATION, "urn:3:4").as_ref(), Some(&given[3 * 40 + 4].0));
}

#[test]
fn what_was_told_survives_a_crash_and_half_a_line_does_not() {
    let folder = TempDir::new().unwrap();
    let store = StatusStore::open(folder.path()).unwrap();
    let place = store.allocate(P, REVOCATION, Some("urn:a")).unwrap();
    store.write(&place, REVOCATION, true).unwrap();
    // The crash: nothing is closed, and a line was begun.
    let file = folder.path().join("a-profile-revocation-1.journal");
    std::fs::OpenOptions::new().append(true).open(&file).unwrap().write_all(b"i 77 ").unwrap();
    drop(store);
    let store = StatusStore::open(folder.path()).unwrap();
    assert!(is_set(&store, &place));
    let next = store.allocate(P, REVOCATION, Some("urn:b")).unwrap();
    assert_ne!(next.index, place.index);
    drop(store);
    let store = StatusStore::open(folder.path()).unwrap();
    assert_eq!(store.place_of(P, REVOCATION, "urn:b"), Some(next));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("urn:"), "identifiers are kept as digests only");
}

#[test]
fn a_broken_journal_is_not_guessed_at() {
    for line in ["x 1 -\n", "i 1\n", "i 131072 -\n", "s 5 1\n", "i 5 zz\n", "i 9 -\ni 9 -\n", "i 9 -\ns 9 2\n", "\n"] {
        let folder = TempDir::new().unwrap();
        drop(StatusStore::open(folder.path()).unwrap().allocate(P, REVOCATION, None).unwrap());
        let file = folder.path().join("a-profile-revocation-1.journal");
        let first = std::fs::read_to_string(&file).unwrap().lines().next().unwrap().to_owned();
        std::fs::write(&file, format!("{first}\n{line}")).unwrap();
        assert!(StatusStore::open(folder.path()).is_err(), "{line:?}");
    }
    let folder = TempDir::new().unwrap();
    drop(StatusStore::open(folder.path()).unwrap().allocate(P, REVOCATION, None).unwrap());
    let other = folder.path().join("b-revocation-1.journal");
    std::fs::rename(folder.path().join("a-profile-revocation-1.journal"), other).unwrap();
    assert!(StatusStore::open(folder.path()).is_err(), "another list's journal");
}

#[test]
fn a_folder_has_one_process() {
    let folder = TempDir::new().unwrap();
    let store = StatusStore::open(folder.path()).unwrap();
    assert!(matches!(StatusStore::open(folder.path()), Err(StatusFault::Held)));
    drop(store);
    assert!(StatusStore::open(folder.path()).is_ok());
}

#[test]
fn rules_of_a_place() {
    let store = StatusStore::default();
    let place = store.allocate(P, REVOCATION, Some("urn:a")).unwrap();
    assert!(matches!(store.allocate(P, REVOCATION, Some("urn:a")), Err(StatusFault::Duplicate)));
    assert!(store.allocate("another", REVOCATION, Some("urn:a")).is_ok());
    let nobodys = StatusPlace { index: (place.index + 1) % LEAST_PLACES, ..place.clone() };
    assert!(matches!(store.write(&nobodys, REVOCATION, true), Err(StatusFault::Unknown)));
    let version = store.version(&place.list);
    store.write(&place, REVOCATION, true).unwrap();
    store.write(&place, REVOCATION, true).unwrap();
    assert_ne!(store.version(&place.list), version);
    assert!(matches!(store.write(&place, REVOCATION, false), Err(StatusFault::Final)));
    let suspended = store.allocate(P, StatusPurpose::Suspension, Some("urn:a")).unwrap();
    store.write(&suspended, StatusPurpose::Suspension, true).unwrap();
    store.write(&suspended, StatusPurpose::Suspension, false).unwrap();
    assert!(!is_set(&store, &suspended) && is_set(&store, &place));
}

#[test]
fn a_full_list_is_followed_by_another() {
    let store = StatusStore::default();
    for _ in 0..FULL {
        store.allocate(P, REVOCATION, None).unwrap();
    }
    assert_eq!(store.allocate(P, REVOCATION, None).unwrap().list, "a-profile-revocation-2");
}
