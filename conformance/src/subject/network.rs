//! A network on loopback: it answers with documents that a question brings, under whatever host it is asked for.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use vidimus::evidence::Evidence;

/// What it has, and what it was asked for and must not be.
#[derive(Clone)]
pub struct Network(Arc<Shared>);

struct Shared {
    evidence: Evidence,
    blocked: Mutex<Option<String>>,
}

impl Network {
    /// A network that answers with this evidence, and where it listens.
    ///
    /// # Errors
    /// A sentence, when it cannot listen.
    pub async fn answering(evidence: &Evidence) -> Result<(Network, SocketAddr), String> {
        let shared = Shared { evidence: evidence.clone(), blocked: Mutex::default() };
        let network = Network(Arc::new(shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let router = Router::new().fallback(answer).with_state(network.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((network, address))
    }

    /// A host that was asked for and must not be, if there was one.
    pub fn blocked(&self) -> Option<String> {
        self.0.blocked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(State(network): State<Network>, headers: HeaderMap, uri: Uri) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    // Whoever connects brings the port of this network in place of that of https.
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if is_blocked(name) {
        *network.0.blocked.lock().unwrap_or_else(PoisonError::into_inner) = Some(name.to_owned());
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    match network.0.evidence.document(&format!("https://{name}{path}")) {
        Some(document) => {
            // No answer at all cannot be sent; an answer of a broken server tells as little.
            let status = StatusCode::from_u16(document.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            (status, document.body.clone()).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// An address in any notation ends in a number; a name of one label is this network's own.
fn is_blocked(name: &str) -> bool {
    let plain = name.trim_matches(['[', ']', '.']);
    let is_number = |label: &str| label.starts_with(|first: char| first.is_ascii_digit());
    plain.parse::<IpAddr>().is_ok() || !plain.contains('.') || plain.rsplit('.').next().is_none_or(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_blocked_and_names_are_not() {
        for name in ["127.0.0.1", "[::1]", "localhost", "0x7f.1", "2130706433", "10.0.0.1.", "", "a.0x7f000001"] {
            assert!(is_blocked(name), "{name}");
        }
        for name in ["issuer.example", "1.issuer.example"] {
            assert!(!is_blocked(name), "{name}");
        }
    }
}
