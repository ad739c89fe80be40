//! Challenges (VCALM): a random text that a presentation must answer, once and soon.
//!
//! A challenge authenticates itself, so that giving one away costs no memory; only those used are remembered, until they
//! would be too old anyway. After a restart, or at another instance, every challenge given before is refused.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::crypto::mac::{hmac_sha256, is_hmac_sha256};
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::time::Timestamp;

/// How our challenges begin, so that nobody else's is taken for one.
const PREFIX: &str = "vidimus-challenge-";
/// Seconds that a challenge lasts.
const LIFE: i64 = 600;
/// Used challenges remembered at a time. Each took a verification, which takes longer to do than to remember.
const MOST_USED: usize = 1 << 17;
/// Bytes of the random part.
const RANDOM: usize = 16;
/// Bytes that the tag is over: the random part and the expiry.
const SIGNED: usize = RANDOM + 8;

/// What a challenge is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Somebody else's: it is compared, and nothing is known about its use.
    Foreign,
    /// Ours, not used before; it is now.
    Fresh,
    /// Ours or made to look so, and used, too old or not genuine.
    Spent,
    /// Ours, but no more uses can be remembered.
    NoRoom,
}

/// The challenges of one process.
pub struct Challenges {
    secret: [u8; 32],
    used: Mutex<Used>,
}

#[derive(Default)]
struct Used {
    seen: HashSet<[u8; RANDOM]>,
    /// In the order of use, with the time from which each may be forgotten.
    order: VecDeque<(Timestamp, [u8; RANDOM])>,
}

impl Default for Challenges {
    fn default() -> Self {
        Challenges { secret: random_bytes(), used: Mutex::default() }
    }
}

impl Challenges {
    /// A new challenge.
    pub fn give(&self, now: Timestamp) -> String {
        let random = random_bytes::<RANDOM>();
        let mut bytes = random.to_vec();
        bytes.extend(now.plus(LIFE).seconds().to_be_bytes());
        bytes.extend(hmac_sha256(&self.secret, &bytes));
        format!("{PREFIX}{}", base64url::encode(&bytes))
    }

    /// Uses a challenge up, if it is one of ours.
    pub fn consume(&self, challenge: &str, now: Timestamp) -> Standing {
        let Some(rest) = challenge.strip_prefix(PREFIX) else { return Standing::Foreign };
        let Some((random, expires)) = self.genuine(rest) else { return Standing::Spent };
        if expires < now {
            return Standing::Spent;
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((_, oldest)) = used.order.front().copied().filter(|(until, _)| *until < now) {
            used.order.pop_front();
            used.seen.remove(&oldest);
        }
        if used.order.len() >= MOST_USED {
            return Standing::NoRoom;
        }
        if !used.seen.insert(random) {
            return Standing::Spent;
        }
        // From now on no challenge that exists can be older when it is forgotten.
        used.order.push_back((now.plus(LIFE), random));
        Standing::Fresh
    }

    /// The random part and the expiry of a challenge that this process made.
    fn genuine(&self, text: &str) -> Option<([u8; RANDOM], Timestamp)> {
        let bytes = base64url::decode(text).ok()?;
        let (signed, tag) = bytes.split_at_checked(SIGNED)?;
        if !is_hmac_sha256(&self.secret, signed, tag) {
            return None;
        }
        let (random, expires) = signed.split_at_checked(RANDOM)?;
        let expires = i64::from_be_bytes(expires.try_into().ok()?);
        Some((random.try_into().ok()?, Timestamp::from_seconds(expires)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn a_challenge_is_used_once() {
        let challenges = Challenges::default();
        let (one, other) = (challenges.give(NOW), challenges.give(NOW));
        assert_ne!(one, other);
        assert_eq!(challenges.consume(&one, NOW), Standing::Fresh);
        assert_eq!(challenges.consume(&one, NOW), Standing::Spent);
        assert_eq!(challenges.consume(&other, NOW.plus(LIFE)), Standing::Fresh);
        assert_eq!(challenges.consume(&other, NOW.plus(LIFE)), Standing::Spent);
    }

    #[test]
    fn a_challenge_grows_old() {
        let challenges = Challenges::default();
        let challenge = challenges.give(NOW);
        assert_eq!(challenges.consume(&challenge, NOW.plus(LIFE + 1)), Standing::Spent);
        // What was used is forgotten only when it is too old.
        let challenge = challenges.give(NOW);
        assert_eq!(challenges.consume(&challenge, NOW), Standing::Fresh);
        let later = NOW.plus(LIFE + 1);
        assert_eq!(challenges.consume(&challenges.give(later), later), Standing::Fresh);
        assert_eq!(challenges.used.lock().unwrap().seen.len(), 1);
        assert_eq!(challenges.consume(&challenge, later), Standing::Spent);
    }

    #[test]
    fn nobody_makes_one_of_ours() {
        let challenges = Challenges::default();
        let ours = challenges.give(NOW);
        assert_eq!(Challenges::default().consume(&ours, NOW), Standing::Spent, "another instance's");
        for at in PREFIX.len()..ours.len() {
            let mut bytes = ours.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            assert_eq!(challenges.consume(&forged, NOW), Standing::Spent);
        }
        assert_eq!(challenges.consume(PREFIX, NOW), Standing::Spent);
        assert_eq!(challenges.consume("6e62f66e-67de-11eb-b490-ef3eeefa55f2", NOW), Standing::Foreign);
        assert_eq!(challenges.consume(&ours, NOW), Standing::Fresh);
    }
}
