//! The page for people: what goes with it, and that the browser need not fetch twice what it has. What it does is tested in Chromium
//! (`tests/browser`).

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use tower::ServiceExt;
use vidimus::net::clock::Clock;
use vidimus::service::problem::Kind;
use vidimus::service::router;
use vidimus::service::state::Service;

use crate::sample::Sample;

fn places() -> Router {
    router(Service::with(Sample::new().config(), None, Clock::system()))
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(places: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = places.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// The files that the page and its modules name, the page first.
async fn files(places: &Router) -> Vec<String> {
    let mut paths = vec!["/".to_owned()];
    let mut at = 0;
    while let Some(path) = paths.get(at).cloned() {
        let text = ask(places, "GET", &path, &[]).await.text;
        let named = text.split(['"', '\'']).filter_map(|piece| match piece.strip_prefix("./") {
            Some(module) => Some(format!("/page/{module}")),
            None => piece.starts_with("/page/").then(|| piece.to_owned()),
        });
        for name in named {
            if !paths.contains(&name) {
                paths.push(name);
            }
        }
        at += 1;
    }
    paths
}

#[tokio::test]
async fn the_page_and_everything_that_it_names_is_there() {
    let places = places();
    let files = files(&places).await;
    assert!(files.len() >= 10, "{files:?}");
    for path in &files {
        let answer = ask(&places, "GET", path, &[]).await;
        let due = match path.rsplit_once('.').map(|(_, kind)| kind) {
            None => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some(other) => panic!("{other}"),
        };
        assert_eq!((answer.status, answer.header("content-type")), (200, due), "{path}");
        assert!(!answer.text.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn nothing_runs_beside_the_page_and_nothing_leaves_it() {
    let places = places();
    for path in files(&places).await {
        for headers in [&[][..], &[("if-none-match", "*")]] {
            let answer = ask(&places, "GET", &path, headers).await;
            let policy = answer.header("content-security-policy");
            let mut rules: Vec<_> = policy.split("; ").collect();
            rules.sort_unstable();
            let due = [
                "base-uri 'none'",
                "connect-src 'self'",
                "default-src 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
                "img-src 'self' blob:",
                "require-trusted-types-for 'script'",
                "script-src 'self'",
                "style-src 'self'",
                "trusted-types 'none'",
            ];
            assert_eq!(rules, due, "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
            assert_eq!(answer.header("cache-control"), "no-cache");
            let permissions: Vec<_> = answer.header("permissions-policy").split(", ").collect();
            assert!(
                permissions.contains(&"camera=(self)") && permissions.contains(&"microphone=()"),
                "{permissions:?}"
            );
            assert!(!answer.headers.contains_key("access-control-allow-origin"));
            assert!(!answer.headers.contains_key(header::SET_COOKIE));
        }
    }
}

#[tokio::test]
async fn what_the_browser_has_is_not_sent_again() {
    let places = places();
    let mut tags = Vec::new();
    for path in files(&places).await {
        let tag = ask(&places, "GET", &path, &[]).await.header("etag").to_owned();
        assert!(tag.len() == 45 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        assert!(!tags.contains(&tag), "{path}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let answer = ask(&places, "GET", &path, &[("if-none-match", &known)]).await;
            assert_eq!(
                (answer.status, answer.text.as_str(), answer.header("etag")),
                (304, "", tag.as_str()),
                "{known}"
            );
        }
        for unknown in ["\"other\"", tag.trim_matches('"'), "", "\"\""] {
            let answer = ask(&places, "GET", &path, &[("if-none-match", unknown)]).await;
            assert_eq!((answer.status, answer.text.is_empty()), (200, false), "{unknown}");
        }
        tags.push(tag);
    }
}

#[tokio::test]
async fn a_look_at_the_head_brings_the_head() {
    let places = places();
    for path in files(&places).await {
        let (whole, head) = (ask(&places, "GET", &path, &[]).await, ask(&places, "HEAD", &path, &[]).await);
        assert_eq!((head.status, head.text.as_str()), (200, ""), "{path}");
        for name in ["content-type", "etag", "content-security-policy"] {
            assert_eq!(head.header(name), whole.header(name), "{path}");
        }
        assert_eq!(head.header("content-length"), whole.text.len().to_string(), "{path}");
        let again = ask(&places, "HEAD", &path, &[("if-none-match", whole.header("etag"))]).await;
        assert_eq!(again.status, 304);
    }
}

#[tokio::test]
async fn nothing_else_is_there() {
    let places = places();
    let folder = [
        "/page",
        "/page/",
        "/page/index.html",
        "/page/none.js",
        "/page/..%2f..%2fpages.rs",
        "/page/%2e%2e/live",
        "/page/STYLE.css",
    ];
    for path in folder.into_iter().chain(["/index.html", "/favicon.ico", "/page/style.css/"]) {
        let answer = ask(&places, "GET", path, &[]).await;
        assert_eq!(answer.status, Kind::NotFound.row().status, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
    for path in ["/", "/page/style.css"] {
        let answer = ask(&places, "POST", path, &[]).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"), "{path}");
    }
}
