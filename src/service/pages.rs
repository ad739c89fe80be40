//! `GET /`: the page for people. A credential is pasted, photographed or filmed, and its report shown; a wallet is asked, and its
//! answer shown as it comes.
//!
//! Plain HTML, CSS and ES modules, embedded as they stand in `pages/assets`: nothing is built, and nothing comes from elsewhere. The
//! page is a client of the API like any other. What a stranger's credential says is shown as text only, and should that ever fail,
//! the policy that goes with the page runs no script but these files.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::crypto::digest::sha256;
use crate::encoding::base64url;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// Where the files beside the page are.
pub const FOLDER: &str = "/page/";

/// What the page may do: run and show what this service serves, ask this service, and show a picture that was chosen. Nothing frames
/// it, no form leaves it, and text never becomes code, not even by its own scripts (Trusted Types).
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
     trusted-types 'none'";

/// Goes with the page and everything beside it.
static HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // Asked for again each time, and sent again when it changed only: the page and the service are always of one version.
    (header::CACHE_CONTROL, "no-cache"),
];

/// The camera is for the page itself, and so are wallets; nothing else is asked for.
const PERMISSIONS_POLICY: &str = "camera=(self), digital-credentials-get=(self), display-capture=(), geolocation=(), microphone=(), \
     payment=(), usb=()";

/// One file.
struct Asset {
    name: &'static str,
    media: &'static str,
    text: &'static str,
}

macro_rules! assets {
    ($($name:literal $media:ident;)*) => {
        &[$(Asset { name: $name, media: $media, text: include_str!(concat!("pages/assets/", $name)) },)*]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const DRAWING: &str = "image/svg+xml";

/// The page itself comes first.
const ASSETS: &[Asset] = assets! {
    "index.html" HTML;
    "style.css" STYLE;
    "icon.svg" DRAWING;
    "start.js" SCRIPT;
    "service.js" SCRIPT;
    "events.js" SCRIPT;
    "elements.js" SCRIPT;
    "trouble.js" SCRIPT;
    "words.js" SCRIPT;
    "check.js" SCRIPT;
    "camera.js" SCRIPT;
    "report.js" SCRIPT;
    "claims.js" SCRIPT;
    "ask.js" SCRIPT;
    "session.js" SCRIPT;
    "browser_wallet.js" SCRIPT;
};

/// The digest of each file, as an entity tag.
static TAGS: LazyLock<Vec<HeaderValue>> = LazyLock::new(|| ASSETS.iter().map(|asset| tag_of(asset.text)).collect());

/// The page and what is beside it.
pub(super) fn routes(places: Router<Service>) -> Router<Service> {
    places.route("/", get(page)).route("/page/{name}", get(beside))
}

/// The page for people.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "page",
    responses(
        (status = 200, description = "The page for people: check a credential, ask a wallet.", content_type = "text/html", body = String),
        (status = 304, description = "The page is the one that the caller has."),
    )
)]
pub async fn page(headers: HeaderMap) -> Response {
    answer(0, &headers)
}

/// A file beside the page.
async fn beside(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.iter().skip(1).position(|asset| asset.name == name) {
        Some(before) => answer(before + 1, &headers),
        None => Problem::new(Kind::NotFound).into_response(),
    }
}

fn answer(at: usize, headers: &HeaderMap) -> Response {
    let (Some(asset), Some(tag)) = (ASSETS.get(at), TAGS.get(at)) else {
        return Problem::new(Kind::NotFound).into_response();
    };
    let mut response = if has(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(asset.media))], Body::from(asset.text)).into_response()
    };
    let ours = response.headers_mut();
    ours.insert(header::ETAG, tag.clone());
    for (name, value) in &HEADERS {
        ours.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// `true` when the caller has what this entity tag stands for (RFC 9110, 13.1.2: compared weakly).
fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        let mut tags = value.split(',').map(str::trim);
        tags.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
    })
}

fn tag_of(text: &str) -> HeaderValue {
    let tag = format!("\"{}\"", base64url::encode(&sha256(text.as_bytes())));
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_file_that_is_named_is_served_and_every_other_way_round() {
        let served: HashSet<_> = ASSETS.iter().skip(1).map(|asset| format!("{FOLDER}{}", asset.name)).collect();
        let quoted = ASSETS.iter().flat_map(|asset| asset.text.split('"'));
        let names = quoted.filter(|piece| piece.starts_with(FOLDER) || piece.starts_with("./"));
        let named: HashSet<_> = names.map(|name| name.replacen("./", FOLDER, 1)).collect();
        assert_eq!(served, named);
    }

    #[test]
    fn the_page_holds_no_script_and_no_style_of_its_own() {
        let page = ASSETS[0].text;
        assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("javascript:"));
        assert_eq!((page.matches("<script").count(), page.matches("></script>").count()), (1, 1));
        for handler in [" onclick", " onload", " onerror", " onsubmit"] {
            assert!(!page.contains(handler), "{handler}");
        }
        for asset in ASSETS.iter().filter(|asset| asset.media == SCRIPT) {
            for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("] {
                assert!(!asset.text.contains(sink), "{}: {sink}", asset.name);
            }
        }
    }

    #[test]
    fn nothing_is_fetched_from_elsewhere() {
        for asset in ASSETS {
            for (at, _) in asset.text.match_indices("//").filter(|(at, _)| *at > 0) {
                let before = asset.text[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
                // Comments, and the name of a vocabulary.
                let is_name = asset.text[at..].starts_with("//www.w3.org/2000/svg");
                assert!(!before.ends_with(':') || is_name, "{}: {}", asset.name, &asset.text[at..at + 20]);
            }
        }
    }
}
