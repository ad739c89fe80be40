//! Access: places that cost others something are for callers with an API key (RFC 6750, `Authorization: Bearer`).
//!
//! Verifying is for everybody. Issuing, and fetching documents that a caller names, are not: without a key such a place says
//! 401, also when the operator configured none. A developer's service on loopback is open, but to pages of strangers in the
//! developer's browser: without a key, `Host` must name this machine or the host that wallets know the service by (a stranger's name may
//! be made to lead here, too), and `Origin`, where there is one, the same host and port. Everything else is 401 there.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::crypto::api_key::ApiKey;
use crate::service::problem::{Kind, Problem};
use crate::service::state::Service;

/// API keys that a service takes, at most.
const KEYS: usize = 1_000;

/// The caller may use a place that needs a key.
///
/// # Errors
/// [`Kind::Unauthorized`].
pub fn check(service: &Service, headers: &HeaderMap) -> Result<(), Problem> {
    caller(service, headers).map(|_| ())
}

/// The key that the caller of a place that needs one bears. `None` = anybody, where the service is open.
///
/// # Errors
/// [`Kind::Unauthorized`].
pub fn caller<'s>(service: &'s Service, headers: &HeaderMap) -> Result<Option<&'s ApiKey>, Problem> {
    match known(&service.config.api_keys, headers) {
        Some(key) => Ok(Some(key)),
        None if service.config.open_access => {
            let public_url = service.presentations().map(|desk| desk.base_url.as_str());
            if is_from_here(headers, public_url) { Ok(None) } else { Err(Kind::Unauthorized.into()) }
        }
        None => Err(Kind::Unauthorized.into()),
    }
}

/// `true` when that host, perhaps with a port behind it, is this machine by name or address.
pub fn is_this_machine(authority: &str) -> bool {
    let host = host_in(authority);
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback());
    }
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

/// `true` unless a browser sends this for a page that is not ours. Where there is neither header, no browser does.
fn is_from_here(headers: &HeaderMap, public_url: Option<&str>) -> bool {
    let (Ok(host), Ok(origin)) = (one(headers, &header::HOST), one(headers, &header::ORIGIN)) else { return false };
    let Some(host) = host else { return origin.is_none() };
    let is_public = public_url
        .and_then(|url| url.split_once("://"))
        .is_some_and(|(_, authority)| host_in(authority).eq_ignore_ascii_case(host_in(host)));
    let is_same = |origin: &str| origin.split_once("://").is_some_and(|(_, own)| own.eq_ignore_ascii_case(host));
    (is_public || is_this_machine(host)) && origin.is_none_or(is_same)
}

/// The header of that name, if there is one. More than one, or one that is no text, is an error.
fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        _ => Err(()),
    }
}

/// The host in `host:port`, with the brackets of an IPv6 address.
fn host_in(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// The keys in the text of a file: one a line; blank lines and lines that begin with `#` are passed over.
///
/// # Errors
/// The number of the first line that is no key, or beyond the most that are taken.
pub fn keys_in(text: &str) -> Result<Vec<ApiKey>, usize> {
    let mut keys = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let key = ApiKey::from_text(line).filter(|_| keys.len() < KEYS).ok_or(at + 1)?;
        keys.push(key);
    }
    Ok(keys)
}

/// The one of these keys that the one `Authorization` header bears.
fn known<'k>(keys: &'k [ApiKey], headers: &HeaderMap) -> Option<&'k ApiKey> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    // Every key is compared with, so that the time does not tell which one was nearly right.
    let found =
        keys.iter().fold(None, |found, known| if known.is(key.trim().as_bytes()) { Some(known) } else { found });
    found.filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "correct-horse-battery";

    fn knows(values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        known(&keys_in(&format!("another-key-of-ours\n{KEY}")).unwrap(), &headers).is_some()
    }

    #[test]
    fn one_bearer_of_a_key() {
        assert!(knows(&["Bearer correct-horse-battery"]));
        assert!(knows(&["bearer  another-key-of-ours"]));
        for values in [
            &[][..],
            &["correct-horse-battery"],
            &["Basic correct-horse-battery"],
            &["Bearer correct-horse-batterz"],
            &["Bearer"],
            &["Bearer "],
            &["Bearer correct-horse-battery", "Bearer correct-horse-battery"],
        ] {
            assert!(!knows(values), "{values:?}");
        }
    }

    #[test]
    fn pages_of_strangers_are_told_apart() {
        let is_ours = |host: &'static str, origin: &'static str| {
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
                if !value.is_empty() {
                    headers.append(name, value.parse().unwrap());
                }
            }
            is_from_here(&headers, Some("https://verifier.example:8443"))
        };
        for host in
            ["", "localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.8.0.1", "[::1]", "[::1]:80", "verifier.example"]
        {
            assert!(is_ours(host, ""), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1:80",
            "[::2]:80",
            "::1",
            "x:y",
        ] {
            assert!(!is_ours(host, ""), "{host}");
        }
        assert!(
            is_ours("localhost:8080", "http://localhost:8080")
                && is_ours("verifier.example", "https://verifier.example")
        );
        for origin in
            ["null", "http://localhost", "http://localhost:8081", "http://evil.example", "https://127.0.0.1:8080"]
        {
            assert!(!is_ours("localhost:8080", origin), "{origin}");
        }
        assert!(!is_ours("", "http://localhost"));
    }

    #[test]
    fn files_of_keys() {
        assert_eq!(keys_in("# ours\n\n correct-horse-battery \r\n").unwrap().len(), 1);
        assert_eq!(keys_in("# ours\nshort"), Err(2));
        assert!(keys_in("").unwrap().is_empty());
        assert_eq!(keys_in(&format!("{KEY}\n").repeat(KEYS + 1)), Err(KEYS + 1));
    }
}
