//! References: a relative reference resolved against a base URL (RFC 3986, 5.2), as the parameter `relativeRef` of DID URLs has it.
//!
//! Texts only: nothing is fetched, and nothing decides whether the result may be.

/// The five parts of a URI reference (RFC 3986, appendix B).
struct Parts<'a> {
    scheme: Option<&'a str>,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

/// The URL that a reference names, seen from `base`; `None` when the base has no scheme.
pub fn resolved(base: &str, reference: &str) -> Option<String> {
    let (base, reference) = (parts(base), parts(reference));
    let base_scheme = base.scheme?;
    let (scheme, authority, path, query) = if let Some(scheme) = reference.scheme {
        (scheme, reference.authority, without_dots(reference.path), reference.query)
    } else if reference.authority.is_some() {
        (base_scheme, reference.authority, without_dots(reference.path), reference.query)
    } else if reference.path.is_empty() {
        (base_scheme, base.authority, base.path.to_owned(), reference.query.or(base.query))
    } else if reference.path.starts_with('/') {
        (base_scheme, base.authority, without_dots(reference.path), reference.query)
    } else {
        (base_scheme, base.authority, without_dots(&merged(&base, reference.path)), reference.query)
    };
    let mut url = format!("{scheme}:");
    let mut add = |sign: &str, part: Option<&str>| {
        if let Some(part) = part {
            url.push_str(sign);
            url.push_str(part);
        }
    };
    add("//", authority);
    add("", Some(&path));
    add("?", query);
    add("#", reference.fragment);
    Some(url)
}

fn parts(text: &str) -> Parts<'_> {
    let (rest, fragment) = super::syntax::cut(text, '#');
    let (rest, query) = super::syntax::cut(rest, '?');
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, after)) if is_scheme(scheme) => (Some(scheme), after),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(after) => {
            let at = after.find('/').unwrap_or(after.len());
            let (authority, path) = after.split_at_checked(at).unwrap_or((after, ""));
            (Some(authority), path)
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// RFC 3986, 5.2.3.
fn merged(base: &Parts<'_>, path: &str) -> String {
    if base.authority.is_some() && base.path.is_empty() {
        return format!("/{path}");
    }
    match base.path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{path}"),
        None => path.to_owned(),
    }
}

/// RFC 3986, 5.2.4, for paths with a leading slash; others keep their first segment.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let (lead, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => {
                kept.push(other);
                continue;
            }
        }
        if is_last {
            // What ends in dots is a folder.
            kept.push("");
        }
    }
    format!("{lead}{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3986, 5.4.
    #[test]
    fn the_examples_of_the_rfc() {
        for (reference, due) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("g..", "http://a/b/c/g.."),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
        ] {
            assert_eq!(resolved("http://a/b/c/d;p?q", reference).as_deref(), Some(due), "{reference}");
        }
        assert_eq!(resolved("http://a", "g").as_deref(), Some("http://a/g"));
        assert_eq!(resolved("a/b", "g"), None);
    }
}
