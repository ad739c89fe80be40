//! Reading bodies of the VC API: JSON, bounded in bytes and time like every body.

use axum::body::Body;
use axum::http::HeaderMap;

use crate::limits;
use crate::service::body::{self, Held};
use crate::service::media::Media;
use crate::service::problem::Kind;
use crate::service::state::Service;

/// The bytes of a JSON body.
pub async fn read_json(service: &Service, headers: &HeaderMap, body: Body) -> Result<Held, Kind> {
    match Media::of(headers)? {
        Media::Json => body::read(service, body, limits::INPUT_BYTES, service.config.read_time).await,
        _ => Err(Kind::MediaType),
    }
}
