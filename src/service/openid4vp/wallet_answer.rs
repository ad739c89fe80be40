//! What wallets are answered: the protocol's words and nothing else. What was wrong learns the relying party.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::service::body::{self, Held};
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// Why a wallet gets no more than an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalletFault {
    /// Whatever is wrong with what it sent or asked for.
    Invalid,
    /// The same, and the rest of what it sends will not be read.
    Unread,
    /// The fault is ours.
    Ours,
    /// It may come again.
    Busy,
}

impl From<Kind> for WalletFault {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Slow | Kind::TooLarge | Kind::BrokenBody => WalletFault::Unread,
            Kind::Overloaded | Kind::NotReady => WalletFault::Busy,
            Kind::Internal => WalletFault::Ours,
            _ => WalletFault::Invalid,
        }
    }
}

impl From<Problem> for WalletFault {
    fn from(problem: Problem) -> Self {
        problem.kind().into()
    }
}

impl IntoResponse for WalletFault {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            WalletFault::Invalid | WalletFault::Unread => (StatusCode::BAD_REQUEST, "invalid_request"),
            WalletFault::Ours => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
            WalletFault::Busy => (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable"),
        };
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        match self {
            WalletFault::Unread => response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close")),
            WalletFault::Busy => response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1")),
            _ => None,
        };
        response
    }
}

/// The body of a form, of that many bytes at most.
///
/// # Errors
/// [`WalletFault`] when it is none, too large, or does not arrive.
pub async fn read_form(service: &Service, headers: &HeaderMap, body: Body, most: usize) -> Result<Held, WalletFault> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let is_form = |value: &HeaderValue| {
        let name = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    };
    let is_sound =
        types.next().is_some_and(is_form) && types.next().is_none() && !headers.contains_key(header::CONTENT_ENCODING);
    if !is_sound {
        return Err(WalletFault::Invalid);
    }
    Ok(body::read(service, body, most, service.config.read_time).await?)
}
