//! How terms are written in canonical N-Quads (RDF Dataset Canonicalization 1.0, section 5).

/// The datatype that a literal without one has.
pub(super) const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// What stands beside the text of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag<'t> {
    /// `xsd:string`.
    Plain,
    /// A datatype's IRI.
    Datatype(&'t str),
    /// A language.
    Language(&'t str),
}

/// Appends `<iri>`.
pub(super) fn iri(out: &mut String, iri: &str) {
    out.push('<');
    out.push_str(iri);
    out.push('>');
}

/// Appends `"text"` with its tag.
pub(super) fn literal(out: &mut String, text: &str, tag: Tag<'_>) {
    out.push('"');
    escaped(out, text);
    out.push('"');
    match tag {
        Tag::Plain | Tag::Datatype(XSD_STRING) => {}
        Tag::Datatype(datatype) => {
            out.push_str("^^");
            iri(out, datatype);
        }
        Tag::Language(language) => {
            out.push('@');
            out.push_str(language);
        }
    }
}

/// Appends the text; only quotes, backslashes and control characters are escaped.
fn escaped(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\' | 0x7f)) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut tail = tail.chars();
        if let Some(character) = tail.next() {
            escape(out, character);
        }
        rest = tail.as_str();
    }
    out.push_str(rest);
}

fn escape(out: &mut String, character: char) {
    match character {
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        other => {
            use std::fmt::Write;
            let _ = write!(out, "\\u{:04X}", u32::from(other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_must_be_is_escaped() {
        let mut out = String::new();
        literal(&mut out, "a\u{0}\u{8}\t\n\u{b}\u{c}\r\"\\\u{7f}\u{80}\u{fffe}é😀'", Tag::Datatype(XSD_STRING));
        assert_eq!(out, "\"a\\u0000\\b\\t\\n\\u000B\\f\\r\\\"\\\\\\u007F\u{80}\u{fffe}é😀'\"");
    }

    #[test]
    fn tags_follow_the_text() {
        for (tag, expected) in [
            (Tag::Plain, "\"x\""),
            (Tag::Language("en"), "\"x\"@en"),
            (Tag::Datatype("http://example.org/t"), "\"x\"^^<http://example.org/t>"),
        ] {
            let mut out = String::new();
            literal(&mut out, "x", tag);
            assert_eq!(out, expected);
        }
    }
}
