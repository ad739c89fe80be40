//! IRIs, blank node labels and language tags, as far as N-Quads and JSON-LD look at them.
//!
//! An IRI is taken for well formed when it has a scheme and none of the characters that N-Quads cannot hold; what stands inside
//! (percent escapes, ports, the forms of a scheme) is not looked at.

/// `true` when the text begins with a scheme and a colon (RFC 3986, section 3.1).
pub(super) fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// `true` for an absolute IRI that N-Quads can hold.
pub(super) fn is_well_formed(text: &str) -> bool {
    let holds = |byte: u8| !matches!(byte, 0..=0x20 | b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\');
    has_scheme(text) && text.bytes().all(holds)
}

/// `true` for the label of a blank node, without `_:`. Of letters beyond ASCII all count.
pub(super) fn is_blank_label(text: &str) -> bool {
    let letter = |c: char| c == '_' || c == ':' || c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphabetic());
    let middle = |c: char| letter(c) || c == '-' || c == '.' || c == '\u{b7}';
    text.starts_with(letter) && text.chars().all(middle) && !text.ends_with('.')
}

/// `true` for a well-formed language tag (BCP 47, as RDF 1.1 asks).
pub(super) fn is_language(text: &str) -> bool {
    text.split('-').enumerate().all(|(place, part)| {
        let fits = |byte: u8| byte.is_ascii_alphabetic() || (place > 0 && byte.is_ascii_digit());
        (1..=8).contains(&part.len()) && part.bytes().all(fits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told() {
        for (text, is_good) in [
            ("https://example.org/a?b#c", true),
            ("urn:uuid:1", true),
            ("did:example:ä", true),
            ("data:image/png;base64,AA==", true),
            ("a", false),
            ("", false),
            ("#a", false),
            ("//example.org", false),
            ("1a:b", false),
            ("https ://example.org", false),
            ("https://example.org/a b", false),
            ("https://example.org/<a>", false),
            ("https://example.org/a\\b", false),
            ("urn:a\u{1}", false),
        ] {
            assert_eq!(is_well_formed(text), is_good, "{text}");
        }
        for (text, is_good) in
            [("en", true), ("de-CH-1996", true), ("e1", false), ("", false), ("en_US", false), ("en-", false)]
        {
            assert_eq!(is_language(text), is_good, "{text}");
        }
        for (text, is_good) in [("b0", true), ("0", true), ("a.b", true), ("a.", false), ("", false), ("a b", false)] {
            assert_eq!(is_blank_label(text), is_good, "{text}");
        }
    }
}
