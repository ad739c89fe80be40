//! The desk: what all places of presentations share. Who we are to wallets, what is asked by name, and the sessions.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::locator::Locator;
use crate::net::clock::Clock;
use crate::openid4vp::ask::Profile;
use crate::openid4vp::client::Clients;
use crate::openid4vp::code::Refusal;
use crate::openid4vp::ports::{Key, KeyDigest, Row, StoreFault};
use crate::openid4vp::session::{Session, digest_of};
use crate::service::access;
use crate::service::openid4vp::changes::Changes;
use crate::service::openid4vp::kept::Kept;
use crate::service::openid4vp::refusals::Refusals;
use crate::service::openid4vp::settings::Settings;
use crate::service::openid4vp::templates::Template;
use crate::service::openid4vp::webhooks::{self, Webhooks};
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;
use crate::store::{self, Store};

/// Where the service listens.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The address.
    pub address: SocketAddr,
    /// Whether it speaks TLS there.
    pub is_tls: bool,
}

/// What all places of presentations share.
pub struct Desk {
    /// Where wallets reach the service, without a slash at the end.
    pub base_url: String,
    /// Who we are to wallets.
    pub clients: Clients,
    /// What is asked by name.
    pub templates: Vec<Template>,
    /// The profile that holds for every request.
    pub profile: Option<Profile>,
    /// Who watches which session.
    pub changes: Arc<Changes>,
    /// Who tells relying parties; `None` = nobody.
    pub webhooks: Option<Webhooks>,
    /// What came and did not belong to a session.
    pub refusals: Refusals,
    store: Arc<dyn Store>,
    most_sessions: u64,
}

/// Sessions that are kept at a time; more are told to come back.
const SESSIONS: u64 = 20_000;

impl Desk {
    /// The desk of a service that listens there.
    ///
    /// # Errors
    /// A sentence for the operator: the store cannot be opened, or wallets could not reach the service safely.
    pub async fn open(settings: &Settings, place: Place) -> Result<Self, String> {
        let base_url = match &settings.base_url {
            Some(url) => url.clone(),
            None => own_url(place),
        };
        if base_url.starts_with("http://") && !settings.is_development {
            return Err(
                "presentations: wallets come by https only; name the public URL, or use --dev on loopback".to_owned()
            );
        }
        let store = store::open(&settings.store).await.map_err(|fault| fault.to_string())?;
        Ok(Desk {
            base_url,
            clients: settings.clients.clone(),
            templates: settings.templates.clone(),
            profile: settings.profile,
            changes: Arc::default(),
            webhooks: settings.take_webhook_secret().map(Webhooks::new),
            refusals: Refusals::default(),
            store,
            most_sessions: SESSIONS,
        })
    }

    /// The desk of this service.
    ///
    /// # Errors
    /// [`Kind::NoClient`].
    pub fn of(service: &Service) -> Result<&Desk, Problem> {
        service.presentations().ok_or_else(|| Kind::NoClient.into())
    }

    /// Keeps a new session.
    ///
    /// # Errors
    /// [`Kind::Overloaded`] when there are too many; [`Kind::Internal`] when the store fails.
    pub async fn begin(&self, service: &Service, row: Row) -> Result<(), Problem> {
        if self.store.row_count() >= self.most_sessions {
            service.metrics.shed.inc();
            return Err(Kind::Overloaded.into());
        }
        self.store.insert(row).await.map_err(|fault| failed(service, &fault))?;
        service.metrics.session_became("created");
        Ok(())
    }

    /// The session with that key.
    ///
    /// # Errors
    /// [`Kind::Internal`] when the store fails.
    pub async fn kept(&self, service: &Service, key: Key) -> Result<Option<Kept>, Problem> {
        let found = self.store.find(key, service.clock.now()).await.map_err(|fault| failed(service, &fault))?;
        Ok(found.and_then(Kept::of))
    }

    /// The session of that transaction, for the caller who began it.
    ///
    /// # Errors
    /// [`Kind::Unauthorized`]; [`Kind::NoPresentation`] when there is none, or it is somebody else's.
    pub async fn found(&self, service: &Service, headers: &HeaderMap, id: &str) -> Result<Kept, Problem> {
        let caller = access::caller(service, headers)?;
        let kept = self.kept(service, Key::Transaction(digest_of(id))).await?;
        kept.filter(|kept| kept.is_of(caller)).ok_or_else(|| Kind::NoPresentation.into())
    }

    /// Puts what the session has become in the place of what it was. `false` = somebody else was first. Whoever asked may go away: what
    /// was begun here is done to its end, and whoever is to learn of it does.
    ///
    /// # Errors
    /// [`Kind::Internal`] when the store fails.
    pub async fn change(&self, service: &Service, kept: &Kept, session: Session) -> Result<bool, Problem> {
        let (state, hook) = (session.stage.name(), session.ask.webhook.clone());
        let row = kept.row_after(session);
        let is_news = state != kept.content.session.stage.name();
        let (service, store, changes) = (service.clone(), self.store.clone(), self.changes.clone());
        let done = tokio::spawn(async move {
            let session = row.transaction;
            let replaced = store.replace(row, service.clock.now()).await.map_err(|fault| failed(&service, &fault))?;
            if replaced && is_news {
                service.metrics.session_became(state);
                changes.tell(&session);
                // What the relying party did itself, it need not be told.
                if let Some(to) = hook.filter(|_| state != "read").and_then(|hook| Locator::new(hook.url)) {
                    webhooks::send(&service, to, &webhooks::Change { session, state });
                }
            }
            Ok(replaced)
        });
        done.await.unwrap_or_else(|_| Err(Kind::Internal.into()))
    }

    /// Forgets the session, to the end though whoever asked may go away.
    ///
    /// # Errors
    /// [`Kind::Internal`] when the store fails.
    pub async fn remove(&self, service: &Service, kept: &Kept) -> Result<bool, Problem> {
        let (service, session) = (service.clone(), kept.row.transaction);
        let done = tokio::spawn(async move {
            let desk = Desk::of(&service)?;
            let removed = desk.store.remove(session).await.map_err(|fault| failed(&service, &fault))?;
            desk.refusals.forget(&session);
            desk.changes.tell(&session);
            Ok(removed)
        });
        done.await.unwrap_or_else(|_| Err(Kind::Internal.into()))
    }

    /// Forgets the sessions that have expired; how many those were.
    pub async fn sweep(&self, clock: Clock) -> Result<u64, StoreFault> {
        self.store.remove_expired(clock.now()).await
    }

    /// Notes what came for that session and did not belong to it. The session stays as it is.
    pub fn refuse(&self, service: &Service, transaction: KeyDigest, refusal: Refusal) {
        service.metrics.session_refused(refusal.code().as_str());
        self.refusals.note(transaction, refusal);
    }

    /// The query of the template with that name.
    pub fn template(&self, name: &str) -> Option<serde_json::Value> {
        self.templates.iter().find(|template| template.name == name).map(|template| template.dcql_query.clone())
    }
}

/// The store's fault is ours, and says nothing to whoever asked.
fn failed(service: &Service, fault: &StoreFault) -> Problem {
    service.metrics.store_failures.inc();
    tracing::error!(%fault, "store of sessions");
    Kind::Internal.into()
}

/// Where the service listens, as a URL.
fn own_url(Place { address, is_tls }: Place) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    match address {
        address if address.ip().is_loopback() => format!("{scheme}://localhost:{}", address.port()),
        SocketAddr::V4(address) => format!("{scheme}://{address}"),
        SocketAddr::V6(address) => format!("{scheme}://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use futures_util::FutureExt;
    use tower::ServiceExt;

    use super::*;
    use crate::encoding::json::from_slice;
    use crate::net::clock::Clock;
    use crate::service::config::Config;
    use crate::service::router;

    const PLACE: Place =
        Place { address: SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080), is_tls: false };

    /// A service that asks wallets, with room for so many sessions.
    async fn service(most_sessions: u64) -> Service {
        let config = Config::new(PLACE.address, "").for_development();
        let service = Service::with(Config { offline: true, ..config }, None, Clock::system());
        let desk = Desk::open(&Settings::for_development(None).unwrap(), PLACE).await.unwrap();
        service.open_desk(Desk { most_sessions, ..desk });
        service
    }

    /// Begins a session: the status, and its identifier if there is one.
    async fn begun(service: &Service) -> (u16, String) {
        let ask = r#"{"template":"age-over-18","policy":{"issuers":"resolvable"}}"#;
        let request = Request::post("/v1/presentations").header("content-type", "application/json");
        let response = router(service.clone()).oneshot(request.body(Body::from(ask)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body: serde_json::Value = from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap();
        (status, body["id"].as_str().unwrap_or_default().to_owned())
    }

    fn metrics(service: &Service) -> String {
        service.metrics.text(&service.held(), 0, None, &service.checker)
    }

    #[tokio::test]
    async fn a_change_is_told_though_nobody_waits_for_it() {
        let service = service(10).await;
        let (_, id) = begun(&service).await;
        let desk = Desk::of(&service).unwrap();
        let kept = desk.found(&service, &HeaderMap::new(), &id).await.unwrap();
        let watch = desk.changes.watch(kept.row.transaction).unwrap();
        let told = watch.changed.notified();
        tokio::pin!(told);
        told.as_mut().enable();
        let requested = kept.content.session.clone().requested(service.clock.now()).unwrap();
        // Asked once, and then dropped, as is done to a request whose client hangs up.
        assert!(desk.change(&service, &kept, requested).now_or_never().is_none());
        tokio::time::timeout(std::time::Duration::from_secs(10), told).await.expect("told");
        let kept = desk.found(&service, &HeaderMap::new(), &id).await.unwrap();
        assert_eq!(kept.content.session.stage.name(), "requested");
        assert!(metrics(&service).contains(r#"vidimus_sessions_total{kind="requested"} 1"#));
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_sessions() {
        let service = service(2).await;
        let ((first, id), (second, _)) = (begun(&service).await, begun(&service).await);
        assert_eq!((first, second, begun(&service).await.0), (201, 201, 503));
        let desk = Desk::of(&service).unwrap();
        let kept = desk.found(&service, &HeaderMap::new(), &id).await.unwrap();
        assert!(desk.remove(&service, &kept).await.unwrap());
        assert_eq!((begun(&service).await.0, begun(&service).await.0), (201, 503));
        desk.sweep(service.clock).await.unwrap();
        assert_eq!(begun(&service).await.0, 503, "nothing has expired");
    }
}
