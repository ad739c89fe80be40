//! The desk: what all places of presentations share. Who we are to wallets, what is asked by name, and the sessions.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::HeaderMap;

use crate::locator::Locator;
use crate::net::clock::Clock;
use crate::openid4vp::ask::Profile;
use crate::openid4vp::client::Clients;
use crate::openid4vp::code::Refusal;
use crate::openid4vp::ports::{Key, KeyDigest, Row, Sessions, StoreFault};
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
use crate::store;

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
    store: Arc<dyn Sessions>,
}

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
    /// [`Kind::Internal`] when the store fails.
    pub async fn begin(&self, service: &Service, row: Row) -> Result<(), Problem> {
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

    /// Puts what the session has become in the place of what it was. `false` = somebody else was first.
    ///
    /// # Errors
    /// [`Kind::Internal`] when the store fails.
    pub async fn change(&self, service: &Service, kept: &Kept, session: Session) -> Result<bool, Problem> {
        let (state, hook) = (session.stage.name(), session.ask.webhook.clone());
        let row = kept.row_after(session);
        let session = row.transaction;
        let replaced = self.store.replace(row, service.clock.now()).await.map_err(|fault| failed(service, &fault))?;
        if replaced && state != kept.content.session.stage.name() {
            service.metrics.session_became(state);
            self.changes.tell(&session);
            // What the relying party did itself, it need not be told.
            if let Some(to) = hook.filter(|_| state != "read").and_then(|hook| Locator::new(hook.url)) {
                webhooks::send(service, to, &webhooks::Change { session, state });
            }
        }
        Ok(replaced)
    }

    /// Forgets the session.
    ///
    /// # Errors
    /// [`Kind::Internal`] when the store fails.
    pub async fn remove(&self, service: &Service, kept: &Kept) -> Result<bool, Problem> {
        let removed = self.store.remove(kept.row.transaction).await.map_err(|fault| failed(service, &fault))?;
        self.refusals.forget(&kept.row.transaction);
        self.changes.tell(&kept.row.transaction);
        Ok(removed)
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
