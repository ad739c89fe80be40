//! Access: places that cost others something are for callers with an API key (RFC 6750, `Authorization: Bearer`).
//!
//! Verifying is for everybody. Issuing, and fetching documents that a caller names, are not: without a key such a place says
//! 401, also when the operator configured none. A developer's service on loopback is open.

use axum::http::{HeaderMap, header};

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
        None if service.config.open_access => Ok(None),
        None => Err(Kind::Unauthorized.into()),
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
    fn files_of_keys() {
        assert_eq!(keys_in("# ours\n\n correct-horse-battery \r\n").unwrap().len(), 1);
        assert_eq!(keys_in("# ours\nshort"), Err(2));
        assert!(keys_in("").unwrap().is_empty());
        assert_eq!(keys_in(&format!("{KEY}\n").repeat(KEYS + 1)), Err(KEYS + 1));
    }
}
