//! Tables of known keys: built for those that are used, within a budget of memory, off the path of any verification.
//!
//! Known is a key of a trust snapshot that was handed in ([`Tables::enrol`]), and the key of a signer whom an authority of the snapshot
//! vouched for (`welcome`). Strangers' keys have no place here, however often they come, so nobody from outside decides what
//! the memory is spent on. Who builds is the caller's choice:
//! [`Tables::build_next`] by hand, or a thread that calls it ([`crate::crypto::checker::Checker::build_in_background`]). A table
//! changes how fast a check is, never what comes of it.

mod plan;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::crypto::arithmetic::{Arithmetic, Owner};
use crate::crypto::place::{HeldTable, Place};
use crate::crypto::public_key::PublicKey;
use crate::crypto::tables::plan::{Kind, Standing, Step};

/// Scores are halved each time that [`Tables::tick`] was called so often: what was used long ago counts less.
const TICKS_TO_HALVE: u32 = 64;
/// So many keys are known at most that are not of the snapshot itself.
const WELCOMED: usize = 4_096;

/// Tables of known keys.
pub struct Tables {
    budget_bytes: usize,
    arithmetic: Arithmetic,
    known: Mutex<Known>,
    built: AtomicU64,
    evicted: AtomicU64,
}

/// What is known of the keys.
#[derive(Default)]
struct Known {
    keys: Vec<Ranked>,
    ticks: u32,
    /// Bytes of a table by the kind of its key and its window, as it was found when one was built.
    sizes: HashMap<(Kind, u32), usize>,
}

/// A key and how much it was used.
struct Ranked {
    place: Arc<Place>,
    score: u64,
    /// `true` when its table could not be built: it is not tried again.
    is_hopeless: bool,
    /// `true` when it is not of the snapshot itself.
    is_welcomed: bool,
}

impl Ranked {
    fn new(place: Arc<Place>) -> Self {
        Ranked { place, score: 0, is_hopeless: false, is_welcomed: false }
    }
}

/// How many tables there are and were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableCounts {
    /// Keys that may have a table.
    pub known: usize,
    /// Tables held.
    pub held: usize,
    /// Bytes that they take.
    pub bytes: usize,
    /// Tables built since the start.
    pub built: u64,
    /// Tables freed for others, or because their key is no longer known.
    pub evicted: u64,
}

impl Tables {
    /// No table yet, and `budget_bytes` for those to come; 0 = there will be none.
    pub(crate) fn new(budget_bytes: usize, arithmetic: Arithmetic) -> Self {
        Tables {
            budget_bytes,
            arithmetic,
            known: Mutex::default(),
            built: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
        }
    }

    /// `true` when there may be tables at all.
    pub fn are_on(&self) -> bool {
        self.budget_bytes > 0
    }

    /// From now on these keys are the known ones, beside those that were welcomed. A key that was known keeps its table and its uses; one
    /// that is no longer known loses them.
    pub fn enrol<'k>(&self, keys: impl Iterator<Item = &'k PublicKey>) {
        if !self.are_on() {
            return;
        }
        let mut known = self.known();
        let before = std::mem::take(&mut known.keys);
        let mut before: HashMap<Owner, Ranked> =
            before.into_iter().map(|ranked| (*ranked.place.owner(), ranked)).collect();
        let mut now: HashMap<Owner, Arc<Place>> = HashMap::new();
        for key in keys {
            let Some(owner) = key.owner() else { continue };
            if let Some(place) = now.get(&owner) {
                key.take_place(place.clone());
                continue;
            }
            let ranked = before.remove(&owner).unwrap_or_else(|| {
                let place = Arc::new(Place::new(owner));
                Ranked::new(key.take_place(place).clone())
            });
            key.take_place(ranked.place.clone());
            now.insert(owner, ranked.place.clone());
            known.keys.push(Ranked { is_welcomed: false, ..ranked });
        }
        let (stay, gone): (Vec<_>, Vec<_>) = before.into_values().partition(|ranked| ranked.is_welcomed);
        known.keys.extend(stay);
        gone.iter().for_each(|gone| self.evict(&gone.place));
    }

    /// Makes a key known that is not of the snapshot: of a signer whom one of its authorities vouched for. Where there is no more room,
    /// the least used of its kind makes way. It stays when another snapshot comes: a table says nothing of whom to trust.
    pub(crate) fn welcome(&self, key: &PublicKey) {
        let Some(owner) = key.owner().filter(|_| self.are_on()) else { return };
        let mut known = self.known();
        if let Some(ranked) = known.keys.iter().find(|ranked| *ranked.place.owner() == owner) {
            key.take_place(ranked.place.clone());
            return;
        }
        let welcomed = known.keys.iter().enumerate().filter(|(_, ranked)| ranked.is_welcomed);
        if welcomed.clone().count() >= WELCOMED
            && let Some((least, _)) = welcomed.min_by_key(|(_, ranked)| ranked.score)
        {
            self.evict(&known.keys.swap_remove(least).place);
        }
        let place = key.take_place(Arc::new(Place::new(owner))).clone();
        known.keys.push(Ranked { is_welcomed: true, ..Ranked::new(place) });
    }

    /// Takes note of what was used. To be called about once a second.
    pub fn tick(&self) {
        let mut known = self.known();
        known.ticks = (known.ticks + 1) % TICKS_TO_HALVE;
        let halve = known.ticks == 0;
        for ranked in &mut known.keys {
            ranked.score = (ranked.score >> u32::from(halve)).saturating_add(ranked.place.take_uses());
        }
    }

    /// Builds one table that is worth building, or frees what stands in its way; `false` when there is nothing to do.
    ///
    /// Building takes milliseconds. Checks go on meanwhile.
    pub fn build_next(&self) -> bool {
        if !self.are_on() {
            return false;
        }
        let Some((place, window)) = self.next_step() else { return false };
        let Some(window) = window else {
            self.evict(&place);
            return true;
        };
        let built = (self.arithmetic.build)(place.owner(), window);
        let mut known = self.known();
        let Known { keys, sizes, .. } = &mut *known;
        // Meanwhile the key may have been forgotten: then nobody would free the table.
        let Some(ranked) = keys.iter_mut().find(|ranked| Arc::ptr_eq(&ranked.place, &place)) else { return true };
        let Some(multiples) = built else {
            ranked.is_hopeless = true;
            return true;
        };
        let bytes = multiples.bytes();
        sizes.insert((kind(place.owner()), window), bytes);
        let others = keys.iter().filter(|ranked| !Arc::ptr_eq(&ranked.place, &place));
        let others: usize = others.filter_map(|ranked| Some(ranked.place.table()?.bytes)).sum();
        // The size was perhaps only estimated: over the budget, the next step plans with the right one.
        if others.saturating_add(bytes) <= self.budget_bytes {
            place.put(Some(Arc::new(HeldTable { multiples, window, bytes })));
            self.built.fetch_add(1, Ordering::Relaxed);
        }
        true
    }

    /// What there is.
    pub fn counts(&self) -> TableCounts {
        let known = self.known();
        let tables = || known.keys.iter().filter_map(|ranked| ranked.place.table());
        TableCounts {
            known: known.keys.len(),
            held: tables().count(),
            bytes: tables().map(|table| table.bytes).sum(),
            built: self.built.load(Ordering::Relaxed),
            evicted: self.evicted.load(Ordering::Relaxed),
        }
    }

    /// The key whose table is to be built, with its window, or freed.
    fn next_step(&self) -> Option<(Arc<Place>, Option<u32>)> {
        let known = self.known();
        let standing = |ranked: &Ranked| {
            let (window, bytes) = ranked.place.table().map_or((0, 0), |table| (table.window, table.bytes));
            let kind = kind(ranked.place.owner());
            Standing { score: if ranked.is_hopeless { 0 } else { ranked.score }, kind, window, bytes }
        };
        let standings: Vec<Standing> = known.keys.iter().map(standing).collect();
        let bytes_of = |kind: Kind, window: u32| {
            known.sizes.get(&(kind, window)).copied().unwrap_or_else(|| estimated_bytes(kind, window))
        };
        let place = |at: usize| known.keys.get(at).map(|ranked| ranked.place.clone());
        match plan::next(&standings, self.budget_bytes, bytes_of)? {
            Step::Build { at, window } => Some((place(at)?, Some(window))),
            Step::Evict { at } => Some((place(at)?, None)),
        }
    }

    /// Frees the table that stands there, if there is one.
    fn evict(&self, place: &Place) {
        if place.table().is_some() {
            place.put(None);
            self.evicted.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whoever panicked while holding this left it whole: every change is a single step.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kind(owner: &Owner) -> Kind {
    match owner {
        Owner::P256(..) => Kind::P256,
        Owner::Ed25519(_) => Kind::Ed25519,
    }
}

/// A point for each odd multiple of each window of P-256, for each multiple up to half of it of Ed25519.
fn estimated_bytes(kind: Kind, window: u32) -> usize {
    let point_bytes: usize = match kind {
        Kind::P256 => 64,
        Kind::Ed25519 => 128,
    };
    let windows = 256_usize.div_ceil(usize::try_from(window.max(1)).unwrap_or(1));
    windows.saturating_mul(point_bytes << window.clamp(1, 16).saturating_sub(1))
}

#[cfg(test)]
mod tests;
