//! Reloading: looks at the trust store every few seconds and swaps the snapshot when it changed. No request notices.

use std::path::Path;
use std::time::Duration;

use tokio::sync::Notify;

use crate::service::held::Held;
use crate::service::state::Service;
use crate::trust::{Trust, store};

/// What a store looks like: the same fingerprint means the same content.
pub type Fingerprint = [u8; 32];

/// Loads the trust store now, if there is one. What cannot be loaded leaves the last good snapshot in place and is shown by `/ready`.
pub async fn load(service: &Service) -> Option<Fingerprint> {
    let path = service.config.trust.clone()?;
    let checker = service.checker.clone();
    let read = tokio::task::spawn_blocking(move || read(&path)).await;
    match read.unwrap_or_else(|_| Err("reading it panicked".to_owned())) {
        // A file that cannot be read may hold withdrawals and authorities: a snapshot without it would trust more, not less.
        Ok(Read { broken_files, fingerprint, .. }) if broken_files > 0 && service.held().loaded_at.is_some() => {
            service.metrics.reload_failures.inc();
            tracing::warn!(broken_files, "trust store has files that cannot be read; the last good one stays");
            service.hold(service.held().kept_because(format!("{broken_files} files of the store cannot be read")));
            Some(fingerprint)
        }
        Ok(Read { trust, left_out, fingerprint, .. }) => {
            let counts = trust.counts();
            let (signers, issuers) = (counts.signers, counts.issuers);
            service.hold(Held::loaded(trust.checked_by(checker), service.clock.now(), left_out));
            tracing::info!(signers, issuers, left_out, "trust store loaded");
            Some(fingerprint)
        }
        Err(fault) => {
            service.metrics.reload_failures.inc();
            tracing::warn!(fault, "trust store cannot be loaded");
            service.hold(service.held().kept_because(fault));
            None
        }
    }
}

/// Watches the trust store for ever; `now` makes it look at once and load whatever it finds.
pub async fn watch(service: Service, mut seen: Option<Fingerprint>, now: std::sync::Arc<Notify>) {
    let Some(store) = service.config.trust.clone() else { return };
    let pause = Duration::from_secs(service.config.reload_seconds.max(1));
    loop {
        let asked = tokio::time::timeout(pause, now.notified()).await.is_ok();
        let path = store.clone();
        let present = tokio::task::spawn_blocking(move || store::fingerprint(&path)).await;
        let present = present.ok().and_then(Result::ok);
        if asked || present.is_none() || present != seen {
            seen = load(&service).await;
        }
    }
}

/// What reading a store gave.
struct Read {
    trust: Trust,
    left_out: usize,
    broken_files: usize,
    fingerprint: Fingerprint,
}

/// The fingerprint is taken first: a change made while reading is seen the next time.
fn read(path: &Path) -> Result<Read, String> {
    let fingerprint = store::fingerprint(path).map_err(|fault| fault.to_string())?;
    let loaded = store::load(path).map_err(|fault| fault.to_string())?;
    let (trust, left_out) = Trust::build(&loaded.files);
    let broken_files = loaded.problems.len();
    Ok(Read { trust, left_out: left_out.len() + broken_files, broken_files, fingerprint })
}
