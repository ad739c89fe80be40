//! Webhooks: tell a relying party that a session changed, so that it need not ask. A message names the session and its state, and
//! never says what was presented: that is fetched by whoever has the transaction's identifier.
//!
//! Signed as Standard Webhooks has it: `webhook-signature` is `v1,` and the base64 of the HMAC-SHA-256 of `id.timestamp.body`. A receiver
//! refuses old timestamps, and an id that it has seen. Tried a few times, further and further apart, and then given up.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use zeroize::Zeroizing;

use crate::crypto::key_file::read_key_file;
use crate::crypto::mac::hmac_sha256_of;
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::locator::Locator;
use crate::net::fetch::Delivery;
use crate::openid4vp::ports::KeyDigest;
use crate::service::state::Service;

/// Messages being sent at a time. Those that wait for their next attempt hold no place; one that finds none counts as an attempt.
const UNDER_WAY: usize = 256;
/// Of these, those to one host.
const UNDER_WAY_TO_HOST: usize = 32;
/// How long is waited before each attempt, and so how many there are.
const WAITS: [Duration; 4] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];
/// How a secret begins in its file.
const PREFIX: &str = "whsec_";
/// Bytes that a secret may have.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What messages are signed with.
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    /// The secret in a file that only we can read: `whsec_` and the base64 of 24 to 64 random bytes.
    ///
    /// # Errors
    /// A sentence that says nothing of what is in the file.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let text = read_key_file(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        let secret = WebhookSecret::from_text(text.trim());
        secret.ok_or_else(|| format!("{}: not `whsec_` and the base64 of 24 to 64 bytes", path.display()))
    }

    fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(base64url::decode_any(text.strip_prefix(PREFIX)?).ok()?);
        SECRET_BYTES.contains(&bytes.len()).then_some(WebhookSecret(bytes))
    }

    /// The signature of a message.
    fn sign(&self, id: &str, timestamp: &str, body: &str) -> String {
        let runs = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body.as_bytes()];
        format!("v1,{}", base64url::encode_standard(&hmac_sha256_of(&self.0, &runs)))
    }
}

/// Whoever sends messages.
pub struct Webhooks {
    secret: WebhookSecret,
    under_way: Arc<UnderWay>,
}

impl Webhooks {
    /// Messages signed with that secret.
    pub fn new(secret: WebhookSecret) -> Self {
        Webhooks { secret, under_way: Arc::default() }
    }
}

/// How many messages are being sent, by host.
#[derive(Default)]
struct UnderWay(Mutex<HashMap<String, usize>>);

impl UnderWay {
    /// A place for a message to that host, if there is one.
    fn place(self: &Arc<Self>, host: &str) -> Option<Place> {
        let mut hosts = self.lock();
        if hosts.values().sum::<usize>() >= UNDER_WAY
            || hosts.get(host).is_some_and(|count| *count >= UNDER_WAY_TO_HOST)
        {
            return None;
        }
        *hosts.entry(host.to_owned()).or_default() += 1;
        Some(Place { host: host.to_owned(), under_way: self.clone() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message's place among those being sent, for as long as this lives.
struct Place {
    host: String,
    under_way: Arc<UnderWay>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut hosts = self.under_way.lock();
        if let Some(count) = hosts.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

/// What a session has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The session.
    pub session: KeyDigest,
    /// Its state.
    pub state: &'static str,
}

/// Sends a message about that change, some time soon; nobody waits for it.
pub fn send(service: &Service, to: Locator, change: &Change) {
    let Some(desk) = service.presentations() else { return };
    let Some(webhooks) = &desk.webhooks else { return };
    let (host, under_way) = (to.host(), webhooks.under_way.clone());
    let mut place = under_way.place(&host);
    if place.is_none() {
        service.metrics.webhooks_dropped.inc();
        return;
    }
    let id = format!("msg_{}", base64url::encode(&random_bytes::<16>()));
    let body = json!({
        "type": "presentation.state",
        "session": base64url::encode(&change.session),
        "state": change.state,
    })
    .to_string();
    let service = service.clone();
    tokio::spawn(async move {
        for wait in WAITS {
            tokio::time::sleep(wait).await;
            if service.is_stopping() {
                return;
            }
            // The first attempt has its place already.
            let Some(_place) = place.take().or_else(|| under_way.place(&host)) else { continue };
            if is_delivered(&service, &to, &id, &body).await {
                service.metrics.webhooks_delivered.inc();
                return;
            }
        }
        service.metrics.webhooks_dropped.inc();
    });
}

/// `true` when the receiver took the message.
async fn is_delivered(service: &Service, to: &Locator, id: &str, body: &str) -> bool {
    let Some(webhooks) = service.presentations().and_then(|desk| desk.webhooks.as_ref()) else { return false };
    let Some(client) = &service.fetcher else { return false };
    let timestamp = service.clock.now().seconds().to_string();
    let signature = webhooks.secret.sign(id, &timestamp, body);
    let headers = [("webhook-id", id.to_owned()), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
    let status = client.deliver(Delivery { to, headers: &headers, body: body.to_owned() }).await;
    status.is_some_and(|status| (200..300).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn a_known_signature() {
        let secret = WebhookSecret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn one_host_does_not_take_every_place() {
        let under_way = Arc::new(UnderWay::default());
        let slow: Vec<_> = (0..UNDER_WAY_TO_HOST).map(|_| under_way.place("slow.example").unwrap()).collect();
        assert!(under_way.place("slow.example").is_none());
        let hosts: Vec<_> = (0..UNDER_WAY).map_while(|number| under_way.place(&format!("{number}.example"))).collect();
        assert_eq!(hosts.len(), UNDER_WAY - UNDER_WAY_TO_HOST);
        drop(slow);
        assert!(under_way.place("slow.example").is_some());
        drop(hosts);
        assert!(under_way.lock().is_empty(), "nothing is left behind");
    }

    #[test]
    fn weak_secrets_are_refused() {
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!!!"] {
            assert!(WebhookSecret::from_text(text).is_none(), "{text}");
        }
        assert!(WebhookSecret::from_text(&format!("whsec_{}", "A".repeat(88))).is_none());
    }
}
