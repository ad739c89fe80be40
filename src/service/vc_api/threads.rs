//! Work that takes longer than an answer should hold up others: on a thread of its own, a few at a time.

use crate::service::problem::Kind;
use crate::service::state::Service;

/// What `work` gives, done where it holds up nobody; as many at a time as there are processors.
///
/// # Errors
/// `NotReady` when the service stops.
pub async fn on_a_thread<T: Send + 'static>(
    service: &Service,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Kind> {
    let turn = service.turns.clone().acquire_owned().await.map_err(|_| Kind::NotReady)?;
    let worked = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    match worked.await {
        Ok(result) => Ok(result),
        // The door counts it and answers for it.
        Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
        Err(_) => Err(Kind::NotReady),
    }
}
