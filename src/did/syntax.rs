//! Syntax: what a DID and a DID URL look like (DID Core 1.0, 3.1 and 3.2).
//!
//! ```text
//! did     = "did:" method ":" identifier        method = 1*(lower-case letter / digit)
//! did-url = did path [ "?" query ] [ "#" fragment ]
//! ```

use crate::reason::{Code, Reason};

/// Characters of the longest DID or DID URL that is looked at: a did:peer may hold a whole document.
pub const CHARACTERS: usize = 16 << 10;

/// A well-formed DID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Did<'a> {
    /// The whole DID.
    pub text: &'a str,
    /// The method's name.
    pub method: &'a str,
    /// What follows the method's name and the colon.
    pub identifier: &'a str,
}

/// A well-formed DID URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DidUrl<'a> {
    /// The DID in front.
    pub did: Did<'a>,
    /// The path with its leading slash, or nothing.
    pub path: &'a str,
    /// What follows the question mark.
    pub query: Option<&'a str>,
    /// What follows the hash sign.
    pub fragment: Option<&'a str>,
}

impl<'a> Did<'a> {
    /// The DID that this text is, whole.
    ///
    /// # Errors
    /// `did.syntax`.
    pub fn decode(text: &'a str) -> Result<Did<'a>, Reason> {
        if text.len() > CHARACTERS {
            return Err(malformed().expected(CHARACTERS).got(text.len()));
        }
        let rest = text.strip_prefix("did:").ok_or_else(|| malformed().expected("`did:` in front"))?;
        let (method, identifier) = rest.split_once(':').ok_or_else(|| malformed().expected("did:METHOD:IDENTIFIER"))?;
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
            return Err(malformed().expected("a method name of lower-case letters and digits"));
        }
        if identifier.is_empty() || identifier.ends_with(':') {
            return Err(malformed().expected("an identifier behind the method"));
        }
        let is_idchar = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
        if !is_made_of(identifier, is_idchar) {
            return Err(malformed().expected("letters, digits, . - _ : and %XX"));
        }
        Ok(Did { text, method, identifier })
    }
}

impl<'a> DidUrl<'a> {
    /// The DID URL that this text is, whole. A DID alone is one too.
    ///
    /// # Errors
    /// `did.syntax`.
    pub fn decode(text: &'a str) -> Result<DidUrl<'a>, Reason> {
        if text.len() > CHARACTERS {
            return Err(malformed().expected(CHARACTERS).got(text.len()));
        }
        let (front, fragment) = cut(text, '#');
        let (front, query) = cut(front, '?');
        let (did, path) = match front.find('/') {
            Some(at) => front.split_at_checked(at).unwrap_or((front, "")),
            None => (front, ""),
        };
        let is_pchar = |byte: u8| {
            let unreserved = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            let delimiter = matches!(byte, b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=');
            unreserved || delimiter || matches!(byte, b':' | b'@' | b'/')
        };
        let is_more = |byte: u8| is_pchar(byte) || byte == b'?';
        let sound = is_made_of(path, is_pchar)
            && query.is_none_or(|query| is_made_of(query, is_more))
            && fragment.is_none_or(|fragment| is_made_of(fragment, is_more));
        if !sound {
            return Err(malformed().expected("a path, query and fragment of URL characters"));
        }
        Ok(DidUrl { did: Did::decode(did)?, path, query, fragment })
    }
}

/// The text in front of the sign, and what follows it if it is there.
pub(super) fn cut(text: &str, sign: char) -> (&str, Option<&str>) {
    match text.split_once(sign) {
        Some((front, rest)) => (front, Some(rest)),
        None => (text, None),
    }
}

/// The bytes that a text stands for once each `%XX` is undone; `None` when that is no UTF-8 or an escape is broken.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn is_made_of(text: &str, takes: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let sound = match byte {
            b'%' => bytes.next().and_then(hex).is_some() && bytes.next().and_then(hex).is_some(),
            other => takes(other),
        };
        if !sound {
            return false;
        }
    }
    true
}

fn hex(byte: u8) -> Option<u8> {
    u8::try_from(char::from(byte).to_digit(16)?).ok()
}

fn malformed() -> Reason {
    Reason::new(Code::DidSyntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dids_are_told_from_other_texts() {
        for text in ["did:a:b", "did:example:123:a.b-c_d", "did:x1::a", "did:web:example.com%3A8443:a", "did:a:B"] {
            assert_eq!(Did::decode(text).unwrap().text, text);
        }
        for text in [
            "",
            "did",
            "did:",
            "did:a",
            "did:a:",
            "did::b",
            "did:A:b",
            "did:a-b:c",
            "DID:a:b",
            "did:a:b:",
            "did:a:b c",
            "did:a:b#c",
            "did:a:b?c",
            "did:a:b/c",
            "did:a:%4",
            "did:a:%4g",
            "did:a:b\n",
            "did:a:ü",
            " did:a:b",
            "did:example_222",
            "did:knox::$_222",
            "bad:invalid",
            "did:a:b\0",
        ] {
            assert_eq!(Did::decode(text).unwrap_err().code(), Code::DidSyntax, "{text:?}");
        }
        let long = format!("did:a:{}", "b".repeat(CHARACTERS));
        assert_eq!(Did::decode(&long).unwrap_err().code(), Code::DidSyntax);
    }

    #[test]
    fn urls_come_apart() {
        let url = DidUrl::decode("did:a:b/c/d?e=f&g=%20#h/i?j").unwrap();
        assert_eq!(
            (url.did.text, url.path, url.query, url.fragment),
            ("did:a:b", "/c/d", Some("e=f&g=%20"), Some("h/i?j"))
        );
        let url = DidUrl::decode("did:a:b").unwrap();
        assert_eq!((url.path, url.query, url.fragment), ("", None, None));
        assert_eq!(DidUrl::decode("did:a:b#").unwrap().fragment, Some(""));
        for text in ["did:a:b#c#d", "did:a:b?c d", "did:a:b/<", "did:a#b", "did:a:b#%", "did:a:b?\u{e9}", "#c"] {
            assert_eq!(DidUrl::decode(text).unwrap_err().code(), Code::DidSyntax, "{text:?}");
        }
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(percent_decoded("a%2Fb%c3%A9").as_deref(), Some("a/b\u{e9}"));
        for text in ["%", "%2", "%2x", "%ff"] {
            assert_eq!(percent_decoded(text), None, "{text}");
        }
    }
}
