//! did:web: a DID whose document a web server publishes (did:web method, draft of 2024), and where.
//!
//! The name comes from input, so it must be plainly a host name and path: no addresses in any notation, no user names, no
//! escapes but the port's, no dots as segments, no upper case, no name that looks like another. What the host name points
//! at is for the HTTP client to check.

use crate::did::host::check_label;
use crate::locator::Locator;
use crate::reason::{Code, Reason};

/// Characters of the longest did:web that is taken.
const CHARACTERS: usize = 512;
/// Characters of the longest host name (RFC 1035, 2.3.4).
const HOST_CHARACTERS: usize = 253;

/// Where a did:web publishes its document.
///
/// `did:web:example.org` stands for `https://example.org/.well-known/did.json`, `did:web:example.org%3A8443:a:b` for
/// `https://example.org:8443/a/b/did.json`.
///
/// # Errors
/// `did.syntax` when the DID is of another method or its name is not plainly a host name and path.
pub fn locator(did: &str) -> Result<Locator, Reason> {
    if did.len() > CHARACTERS {
        return Err(malformed(CHARACTERS).got(did.len()));
    }
    let name = did.strip_prefix("did:web:").ok_or_else(|| malformed("did:web"))?;
    let mut parts = name.split(':');
    let authority = authority(parts.next().unwrap_or_default())?;
    let mut path = String::new();
    for segment in parts {
        if !is_segment(segment) {
            return Err(malformed("segments of letters, digits, - . _ ~, but no dots alone"));
        }
        path.push('/');
        path.push_str(segment);
    }
    if path.is_empty() {
        path.push_str("/.well-known");
    }
    Locator::new(format!("https://{authority}{path}/did.json")).ok_or_else(|| malformed("a host name and path"))
}

fn authority(text: &str) -> Result<String, Reason> {
    let (host, port) = match text.split_once('%') {
        None => (text, None),
        Some((host, rest)) => {
            let port = rest.strip_prefix("3A").or_else(|| rest.strip_prefix("3a"));
            (host, Some(port.ok_or_else(|| malformed("no escape but %3A before a port"))?))
        }
    };
    let labels: Vec<&str> = host.split('.').collect();
    if host.len() > HOST_CHARACTERS || labels.len() < 2 {
        return Err(malformed("a host name of two labels or more"));
    }
    // Every notation of an IPv4 address ends in a number: 127.0.0.1, 127.1, 0x7f.1, 1.0x7f.
    let is_number = |label: &str| label.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if labels.last().is_none_or(|last| is_number(last)) {
        return Err(malformed("a host name, not an address"));
    }
    labels.iter().try_for_each(|label| check_label(label))?;
    let Some(digits) = port else { return Ok(host.to_owned()) };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    // Low ports other than that of https belong to other services.
    let port = digits.parse::<u16>().ok().filter(|port| plain && (*port == 443 || *port >= 1024));
    let port = port.ok_or_else(|| malformed("port 443, or one from 1024 on"))?;
    Ok(format!("{host}:{port}"))
}

fn is_segment(segment: &str) -> bool {
    !segment.is_empty()
        && segment != "."
        && segment != ".."
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

fn malformed(expected: impl Into<crate::reason::Fact>) -> Reason {
    Reason::new(Code::DidSyntax).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_did_web_names_its_document() {
        for (did, url) in [
            ("did:web:nzcp.identity.health.nz", "https://nzcp.identity.health.nz/.well-known/did.json"),
            ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
            ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
            ("did:web:example.org:a:b-c", "https://example.org/a/b-c/did.json"),
            ("did:web:example.org%3A8443", "https://example.org:8443/.well-known/did.json"),
            ("did:web:example.org%3a443:a", "https://example.org:443/a/did.json"),
            ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
        ] {
            assert_eq!(locator(did).unwrap().as_str(), url);
        }
    }

    /// DID-002, DID-005, DID-013.
    #[test]
    fn odd_did_webs_have_no_place() {
        for name in [
            "",
            "localhost",
            "10.0.0.1",
            "127.1",
            "0x7f.1",
            "2130706433",
            "a.0x7f000001",
            "[::1]",
            "%5B%3A%3A1%5D",
            "example.org.",
            "example.org%00",
            "example.org%2fpath",
            "example.org%2F",
            "user@example.org",
            "user%40example.org",
            "example.org%3A",
            "example.org%3A0",
            "example.org%3A080",
            "example.org%3A99999",
            "example.org%3A22",
            "example.org%3A80",
            "example.org%3A+443",
            "example.org%3A443%3A",
            "example.org::a",
            "example.org:..:a",
            "example.org:.:a",
            "example.org:a%2e",
            "example.org:%2e%2e",
            "example.org:a%2fb",
            "example.org:a\\b",
            "example.org/a",
            "example.org#key-1",
            "example.org?x",
            "Example.org",
            "-example.org",
            "example-.org",
            "example..org",
            "ex_ample.org",
            "ex\u{e4}mple.org",
            "example.org\n",
            "xn--example-.org",
            "xn--pple-43d.com",
            "xn--80ak6aa92e.com",
            "123",
            "example.org:a:",
        ] {
            let did = format!("did:web:{name}");
            assert_eq!(locator(&did).map_err(|reason| reason.code()), Err(Code::DidSyntax), "{did:?}");
        }
        assert!(locator("did:key:example.org").is_err());
        assert!(locator(&format!("did:web:example.org:{}", "a".repeat(512))).is_err());
    }
}
