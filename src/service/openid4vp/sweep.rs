//! The sweeper: forgets sessions that have expired, results and all. Nobody can find them from their last moment on; this removes them.

use std::time::Duration;

use crate::service::state::Service;

/// How often it is swept.
const PAUSE: Duration = Duration::from_secs(30);

/// Sweeps until the service stops.
pub async fn sweep(service: Service) {
    while !service.is_stopping() {
        if let Some(desk) = service.presentations() {
            match desk.sweep(service.clock).await {
                Ok(0) => {}
                Ok(count) => tracing::debug!(count, "sessions expired"),
                Err(fault) => {
                    service.metrics.store_failures.inc();
                    tracing::error!(%fault, "store of sessions");
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}
