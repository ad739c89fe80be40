//! Changes of sessions: wakes whoever watches one. What a session has become stands in the store; here is only the knock at the door.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::openid4vp::ports::KeyDigest;

/// Watchers at a time, over all sessions.
const WATCHERS: usize = 512;

/// Everybody who watches a session here.
#[derive(Default)]
pub struct Changes(Mutex<Watched>);

#[derive(Default)]
struct Watched {
    sessions: HashMap<KeyDigest, (Arc<Notify>, usize)>,
    watchers: usize,
}

impl Changes {
    /// Watches that session. `None` when too many are watched already.
    pub fn watch(self: &Arc<Self>, session: KeyDigest) -> Option<Watch> {
        let mut watched = self.lock();
        if watched.watchers >= WATCHERS {
            return None;
        }
        watched.watchers += 1;
        let (changed, count) = watched.sessions.entry(session).or_default();
        *count += 1;
        Some(Watch { changed: changed.clone(), session, changes: self.clone() })
    }

    /// Tells those who watch that session to look at it.
    pub fn tell(&self, session: &KeyDigest) {
        if let Some((changed, _)) = self.lock().sessions.get(session) {
            changed.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look at one session, for as long as this lives.
pub struct Watch {
    /// Notified when the session may have changed.
    pub changed: Arc<Notify>,
    session: KeyDigest,
    changes: Arc<Changes>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.changes.lock();
        watched.watchers = watched.watchers.saturating_sub(1);
        if let Some((_, count)) = watched.sessions.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                watched.sessions.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_watches_is_told_and_nothing_is_left_behind() {
        let changes = Arc::new(Changes::default());
        let (one, other) = (changes.watch([1; 32]).unwrap(), changes.watch([2; 32]).unwrap());
        let (first, second) = (one.changed.clone(), other.changed.clone());
        let (told, not_told) = (first.notified(), second.notified());
        tokio::pin!(told, not_told);
        told.as_mut().enable();
        not_told.as_mut().enable();
        changes.tell(&[1; 32]);
        changes.tell(&[3; 32]);
        told.await;
        assert!(futures_util::FutureExt::now_or_never(not_told).is_none());
        drop((one, other));
        assert!(changes.lock().sessions.is_empty());
        let many: Vec<_> = (0..WATCHERS).map(|_| changes.watch([4; 32]).unwrap()).collect();
        assert!(changes.watch([5; 32]).is_none());
        drop(many);
        assert!(changes.watch([5; 32]).is_some());
    }
}
