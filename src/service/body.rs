//! Bodies: read whole, bounded in bytes, in time, and in what all of them together may hold.
//!
//! Whoever waits for the rest of a body holds no place among the requests in flight meanwhile: a slow client keeps out other slow
//! ones at most.

use std::pin::pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use crate::service::config::ROOM_BYTES;
use crate::service::problem::Kind;
use crate::service::state::Service;

/// Bodies up to this size need no room in the budget: the number of requests in flight is bounded, and of those that wait for their client.
const FREE_BYTES: usize = 64 << 10;

/// A body and the room that it takes up in the service's budget for as long as it lives.
pub struct Held {
    /// The body.
    pub bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

/// The whole body, if it stays within `limit` bytes and arrives within `time`. For requests that the door admitted.
pub async fn read(service: &Service, body: Body, limit: usize, time: Duration) -> Result<Held, Kind> {
    let announced = body.size_hint();
    if announced.lower() > limit as u64 {
        return Err(Kind::TooLarge);
    }
    let exact = announced.exact();
    let deadline = Instant::now() + time;
    let mut stream = body.into_data_stream();
    let mut next = async || match waiting_outside(service, timeout_at(deadline, stream.next())).await? {
        Err(_) => Err(Kind::Slow),
        Ok(None) => Ok(None),
        Ok(Some(Err(_))) => Err(Kind::BrokenBody),
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
    };
    let first = next().await?.unwrap_or_default();
    if exact == Some(first.len() as u64) {
        return Ok(Held { bytes: first, _room: None });
    }
    let mut bytes = Vec::from(first);
    let mut room: Option<OwnedSemaphorePermit> = None;
    while let Some(chunk) = next().await? {
        let length = bytes.len() + chunk.len();
        if length > limit {
            return Err(Kind::TooLarge);
        }
        let held = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits) * ROOM_BYTES + FREE_BYTES;
        if length > held {
            // By doubling, like the buffer itself.
            let wanted = (length.max(2 * bytes.len()) - held).div_ceil(ROOM_BYTES);
            let more = service.take_room(wanted).ok_or(Kind::Overloaded)?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.len() > limit {
        return Err(Kind::TooLarge);
    }
    Ok(Held { bytes: bytes.into(), _room: room })
}

/// What comes of waiting for a client, without holding a place while there is anything to wait for.
async fn waiting_outside<T>(service: &Service, wait: impl Future<Output = T>) -> Result<T, Kind> {
    let mut wait = pin!(wait);
    if let Some(ready) = wait.as_mut().now_or_never() {
        return Ok(ready);
    }
    let outside = service.step_outside().ok_or(Kind::Overloaded)?;
    let came = wait.await;
    if outside.come_back() { Ok(came) } else { Err(Kind::Overloaded) }
}
