//! URLs as the data model wants them: absolute, one text. Nothing is normalised, nothing is looked up.

/// `true` for an absolute URL (RFC 3986, with the characters of RFC 3987): a scheme, a colon, something behind it, no blanks
/// or controls; `http` and `https` with a host.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme && !rest.is_empty() && rest.chars().all(is_url_char) && has_host(scheme, rest)
}

/// No blanks, no controls, none of the characters that delimit URLs in texts.
fn is_url_char(char: char) -> bool {
    !char.is_whitespace() && !char.is_control() && !matches!(char, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
}

/// The schemes of the web name a host; `did` names a method and an identifier.
fn has_host(scheme: &str, rest: &str) -> bool {
    if scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") {
        let Some(rest) = rest.strip_prefix("//") else { return false };
        return !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':', '@']);
    }
    if scheme.eq_ignore_ascii_case("did") {
        return rest.split_once(':').is_some_and(|(method, identifier)| !method.is_empty() && !identifier.is_empty());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn absolute_urls_alone() {
        for url in [
            "https://example.org",
            "HTTP://example.org/a?b#c",
            "did:example:subject:one",
            "did:key:z6Mk#z6Mk",
            "urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008",
            "data:application/vc+jwt,eyJ",
            "mailto:a@example.org",
            "https://example.org/ä",
        ] {
            assert!(is_url(url), "{url}");
        }
        for text in [
            "",
            "fake-issuer",
            "z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj",
            "https ://not-a-url/contexts/example/v1",
            "https:",
            "https://",
            "https:///path",
            "https:example.org",
            "://x",
            "1a:b",
            "/relative",
            "urn:",
            "did:example",
            "did::x",
            "https://example.org/a b",
            "https://example.org/\u{0}",
            "https://example.org/<x>",
        ] {
            assert!(!is_url(text), "{text}");
        }
    }
}
