//! The clock. Verification gets the present as an argument; here is where services and fetchers read it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::time::Timestamp;

/// Tells the time: the system's, or a fixed one for tests and replays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    fixed: Option<Timestamp>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Clock { fixed: None }
    }

    /// A clock that always says `now`.
    pub fn fixed(now: Timestamp) -> Self {
        Clock { fixed: Some(now) }
    }

    /// The present, in whole seconds.
    #[expect(clippy::disallowed_methods, reason = "this is the clock; everybody else gets the present as an argument")]
    pub fn now(&self) -> Timestamp {
        self.fixed.unwrap_or_else(|| {
            let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
                Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
                // A clock before 1970 is wrong; at the epoch every credential is not valid yet.
                Err(_) => 0,
            };
            Timestamp::from_seconds(seconds)
        })
    }
}
