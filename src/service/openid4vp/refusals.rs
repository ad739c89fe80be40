//! Refusals: what came for a session and did not belong to it. The session stays as it was, and the wallet learns nothing; the relying
//! party sees here what it was. Kept in memory, the last few of the last sessions: they tell of attempts, not of results.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::openid4vp::code::Refusal;
use crate::openid4vp::ports::KeyDigest;

/// Sessions of which refusals are kept.
const SESSIONS: usize = 1_024;
/// Refusals kept of each.
const EACH: usize = 4;

/// The refusals of the last sessions that had any.
#[derive(Default)]
pub struct Refusals(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    of: HashMap<KeyDigest, Vec<Refusal>>,
    /// In the order of their first refusal.
    order: VecDeque<KeyDigest>,
}

impl Refusals {
    /// Notes a refusal of that session. The first ones stay: later ones are those of somebody who goes on trying.
    pub fn note(&self, session: KeyDigest, refusal: Refusal) {
        let mut noted = self.lock();
        if !noted.of.contains_key(&session) {
            if noted.order.len() >= SESSIONS
                && let Some(oldest) = noted.order.pop_front()
            {
                noted.of.remove(&oldest);
            }
            noted.order.push_back(session);
        }
        let of_session = noted.of.entry(session).or_default();
        if of_session.len() < EACH {
            of_session.push(refusal);
        }
    }

    /// What was refused for that session.
    pub fn of(&self, session: &KeyDigest) -> Vec<Refusal> {
        self.lock().of.get(session).cloned().unwrap_or_default()
    }

    /// Forgets the session.
    pub fn forget(&self, session: &KeyDigest) {
        let mut noted = self.lock();
        if noted.of.remove(session).is_some() {
            noted.order.retain(|known| known != session);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openid4vp::code::Code;

    fn session(number: usize) -> KeyDigest {
        crate::crypto::digest::sha256(&number.to_be_bytes())
    }

    #[test]
    fn the_first_few_of_the_last_sessions_are_kept() {
        let refusals = Refusals::default();
        for code in [Code::State, Code::Nonce, Code::Malformed, Code::ResponseMode, Code::JweDecrypt] {
            refusals.note(session(0), Refusal::new(code));
        }
        let codes: Vec<Code> = refusals.of(&session(0)).iter().map(Refusal::code).collect();
        assert_eq!(codes, [Code::State, Code::Nonce, Code::Malformed, Code::ResponseMode]);
        (1..=SESSIONS).for_each(|number| refusals.note(session(number), Refusal::new(Code::State)));
        assert!(refusals.of(&session(0)).is_empty() && refusals.of(&session(1)).len() == 1);
        refusals.forget(&session(1));
        assert!(refusals.of(&session(1)).is_empty());
        let noted = refusals.lock();
        assert_eq!((noted.of.len(), noted.order.len()), (SESSIONS - 1, SESSIONS - 1));
    }
}
