//! The plan: which keys deserve a table, and how large, within the memory that there is.

use std::cmp::Reverse;

/// Bits of the window of an ordinary table.
pub(super) const SMALL: u32 = 5;
/// Bits of the window of a hot key's table.
pub(super) const LARGE: u32 = 8;
/// So many uses pay for building an ordinary table: it takes 0.25 ms, and each use then 35 us less.
const WORTH_SMALL: u64 = 8;
/// So many pay for a large one: it takes 0.9 ms, and each use in a batch then 0.7 us less.
const WORTH_LARGE: u64 = 1_024;

/// The kinds of key that have tables, which differ in size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// P-256.
    P256,
    /// Ed25519.
    Ed25519,
}

/// One key as the plan sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    /// Its uses, those of long ago counted less.
    pub(super) score: u64,
    /// What kind of key it is.
    pub(super) kind: Kind,
    /// The window of the table that it has; 0 = none.
    pub(super) window: u32,
    /// Bytes of that table.
    pub(super) bytes: usize,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Build the table of that key, in place of the one that it has.
    Build {
        /// Which key.
        at: usize,
        /// Bits of the window.
        window: u32,
    },
    /// Free the table of that key.
    Evict {
        /// Which key.
        at: usize,
    },
}

/// The next step towards the best use of `budget` bytes; `None` when nothing is worth doing.
///
/// Everybody who is used enough gets a small table, the most used first, and then the most used get a large one. Nothing is freed
/// before its room is wanted.
pub(super) fn next(standings: &[Standing], budget: usize, bytes_of: impl Fn(Kind, u32) -> usize) -> Option<Step> {
    let ranked = ranked(standings);
    let wanted = wanted(standings, &ranked, budget, &bytes_of);
    let at = |rank: &usize| standings.get(*rank).map(|standing| (*rank, *standing));
    let (target, window, own, kind) = ranked.iter().filter_map(at).find_map(|(at, standing)| {
        let window = wanted.get(at).copied().unwrap_or_default();
        (window > standing.window).then_some((at, window, standing.bytes, standing.kind))
    })?;
    let held: usize = standings.iter().map(|standing| standing.bytes).sum();
    if held - own + bytes_of(kind, window) <= budget {
        return Some(Step::Build { at: target, window });
    }
    let least = || ranked.iter().rev().filter_map(at).filter(|(_, standing)| standing.window > 0);
    let unwanted = least().find(|(at, _)| wanted.get(*at) == Some(&0));
    let too_large = || least().find(|(at, standing)| wanted.get(*at).is_some_and(|window| *window < standing.window));
    match (unwanted, too_large()) {
        (Some((at, _)), _) => Some(Step::Evict { at }),
        (None, Some((at, _))) => Some(Step::Build { at, window: SMALL }),
        (None, None) => None,
    }
}

/// Keys from the most used to the least. Who has a table must be outdone clearly, so that equals do not take turns.
fn ranked(standings: &[Standing]) -> Vec<usize> {
    let mut ranked: Vec<(u64, usize)> = standings
        .iter()
        .enumerate()
        .map(|(at, standing)| (standing.score.saturating_mul(1 + u64::from(standing.window / 4)), at))
        .collect();
    ranked.sort_by_key(|(score, at)| (Reverse(*score), *at));
    ranked.into_iter().map(|(_, at)| at).collect()
}

/// The window that each key should have; 0 = none.
fn wanted(standings: &[Standing], ranked: &[usize], budget: usize, bytes_of: &impl Fn(Kind, u32) -> usize) -> Vec<u32> {
    let mut wanted = vec![0; standings.len()];
    let mut spent: usize = 0;
    let mut give = |window: u32, worth: u64, instead: Option<u32>| {
        for at in ranked {
            let (Some(standing), Some(wanted)) = (standings.get(*at), wanted.get_mut(*at)) else { continue };
            let is_worth = standing.score >= worth || standing.window >= window && standing.score > 0;
            if !is_worth {
                continue;
            }
            let kind = standing.kind;
            let cost = bytes_of(kind, window).saturating_sub(instead.map_or(0, |window| bytes_of(kind, window)));
            if spent.saturating_add(cost) > budget {
                break;
            }
            spent += cost;
            *wanted = window;
        }
    };
    give(SMALL, WORTH_SMALL, None);
    give(LARGE, WORTH_LARGE, Some(SMALL));
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(kind: Kind, window: u32) -> usize {
        let points = if kind == Kind::P256 { 2 } else { 3 };
        points * if window == SMALL { 26 << 10 } else { 128 << 10 }
    }

    /// Does every step that the plan says; how many keys then have a table of which window.
    fn settled(standings: &mut [Standing], budget: usize) -> (usize, usize, usize) {
        let mut steps = 0;
        while let Some(step) = next(standings, budget, bytes_of) {
            match step {
                Step::Build { at, window } => {
                    standings[at].window = window;
                    standings[at].bytes = bytes_of(standings[at].kind, window);
                }
                Step::Evict { at } => (standings[at].window, standings[at].bytes) = (0, 0),
            }
            assert!(standings.iter().map(|standing| standing.bytes).sum::<usize>() <= budget, "over the budget");
            steps += 1;
            assert!(steps < 4 * standings.len() + 10, "no end of building");
        }
        let having = |window| standings.iter().filter(|standing| standing.window == window).count();
        (having(SMALL), having(LARGE), steps)
    }

    fn fresh(scores: impl Iterator<Item = u64>) -> Vec<Standing> {
        scores.map(|score| Standing { score, kind: Kind::P256, window: 0, bytes: 0 }).collect()
    }

    #[test]
    fn three_thousand_keys_used_evenly_all_fit() {
        let mut keys = fresh((0..3_000).map(|_| 100));
        assert_eq!(settled(&mut keys, 256 << 20), (3_000, 0, 3_000));
        let mut busy = fresh((0..3_000).map(|_| 5_000));
        let (small, large, _) = settled(&mut busy, 256 << 20);
        assert_eq!(small + large, 3_000, "none goes without");
        assert!(large > 400, "and the rest of the room is used: {large}");
    }

    #[test]
    fn hot_keys_get_large_tables_and_idle_ones_none() {
        let mut keys = fresh((0..3_000).map(|at| {
            if at < 7 {
                100_000
            } else if at < 200 {
                20
            } else {
                3
            }
        }));
        assert_eq!(settled(&mut keys, 256 << 20).0, 193);
        assert!(keys[..7].iter().all(|key| key.window == LARGE) && keys[200..].iter().all(|key| key.window == 0));
        assert_eq!(settled(&mut keys, 256 << 20).2, 0, "settled");
    }

    #[test]
    fn a_small_budget_serves_the_most_used() {
        let mut keys = fresh((0..100).map(|at| 1_000 - at));
        assert_eq!(settled(&mut keys, 10 * bytes_of(Kind::P256, SMALL)), (10, 0, 10));
        assert!(keys[..10].iter().all(|key| key.window == SMALL));
        // Somebody slightly more used takes nobody's place; somebody much more used does.
        keys[50].score = 1_100;
        assert_eq!(settled(&mut keys, 10 * bytes_of(Kind::P256, SMALL)).2, 0);
        keys[50].score = 9_000;
        assert_eq!(settled(&mut keys, 10 * bytes_of(Kind::P256, SMALL)), (10, 0, 2));
        assert!(keys[50].window == SMALL && keys[9].window == 0);
        assert_eq!(settled(&mut fresh((0..100).map(|_| 1_000)), 0), (0, 0, 0), "no memory, no table");
    }

    #[test]
    fn large_tables_shrink_before_anybody_goes_without() {
        let budget = 2 * bytes_of(Kind::P256, LARGE);
        let mut keys = fresh([9_000, 8_000].into_iter());
        assert_eq!(settled(&mut keys, budget).1, 2);
        keys.extend(fresh([5_000, 5_000, 5_000].into_iter()));
        let (small, large, _) = settled(&mut keys, budget);
        assert_eq!((small, large), (4, 1));
        assert_eq!(keys[0].window, LARGE);
    }
}
