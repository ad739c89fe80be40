//! Reads N-Quads (W3C RDF 1.1 N-Quads) into a dataset. Credentials are never written so; test sets and tools are.
//!
//! Writing is [`Dataset::lines`].

use std::collections::HashMap;

use super::dataset::{Builder, Dataset, Quad, Term};
use super::written::Tag;
use super::{iri, written};
use crate::reason::{Code, Reason};

/// The dataset that the text describes; blank nodes keep their labels.
///
/// # Errors
/// `ld.malformed` with the number of the line; `input.too_many_items`.
pub fn decode(text: &str) -> Result<Dataset, Reason> {
    let mut reader = Reader { builder: Builder::new(), blanks: HashMap::new(), rest: "" };
    for (number, line) in text.split(['\n', '\r']).enumerate() {
        reader.rest = line;
        let fault = || Reason::new(Code::LdMalformed).expected("N-Quads").got(format!("line {}", number + 1));
        if let Some(quad) = reader.line().map_err(|fault_in| fault_in.unwrap_or_else(fault))? {
            reader.builder.push(quad)?;
        }
    }
    Ok(reader.builder.finish())
}

/// `None` inside: the line is malformed. A reason: a limit was reached.
type Read<T> = Result<T, Option<Reason>>;

struct Reader<'t> {
    builder: Builder,
    blanks: HashMap<String, Term>,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// The line's statement; `None` for an empty line or a comment.
    fn line(&mut self) -> Read<Option<Quad>> {
        self.skip_blanks();
        if self.rest.is_empty() || self.rest.starts_with('#') {
            return Ok(None);
        }
        let subject = self.node()?;
        let predicate = self.iri_term()?;
        let object = if self.rest.starts_with('"') { self.literal()? } else { self.node()? };
        let graph = if self.rest.starts_with('.') { None } else { Some(self.node()?) };
        if !self.take(".") {
            return Err(None);
        }
        self.skip_blanks();
        if self.rest.is_empty() || self.rest.starts_with('#') {
            Ok(Some(Quad { subject, predicate, object, graph }))
        } else {
            Err(None)
        }
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// An IRI or a blank node.
    fn node(&mut self) -> Read<Term> {
        if !self.take("_:") {
            return self.iri_term();
        }
        let end = self.rest.find([' ', '\t', '<', '"']).unwrap_or(self.rest.len());
        let (label, rest) = self.rest.split_at(end);
        // A full stop ends the statement, not the label.
        let trimmed = label.trim_end_matches('.');
        let dots = label.len() - trimmed.len();
        self.rest = self.rest.get(end - dots..).unwrap_or(rest);
        if !iri::is_blank_label(trimmed) {
            return Err(None);
        }
        self.skip_blanks();
        if let Some(term) = self.blanks.get(trimmed) {
            return Ok(*term);
        }
        let term = self.builder.blank(trimmed.to_owned())?;
        self.blanks.insert(trimmed.to_owned(), term);
        Ok(term)
    }

    fn iri_term(&mut self) -> Read<Term> {
        let text = self.iri()?;
        Ok(self.builder.iri(&text)?)
    }

    fn iri(&mut self) -> Read<String> {
        if !self.take("<") {
            return Err(None);
        }
        let (text, rest) = self.rest.split_once('>').ok_or(None)?;
        self.rest = rest;
        self.skip_blanks();
        let text = unescaped(text, false)?;
        if iri::is_well_formed(&text) { Ok(text) } else { Err(None) }
    }

    fn literal(&mut self) -> Read<Term> {
        let body = self.rest.get(1..).unwrap_or_default();
        let end = end_of_text(body).ok_or(None)?;
        let text = unescaped(body.get(..end).unwrap_or_default(), true)?;
        self.rest = body.get(end + 1..).unwrap_or_default();
        if self.take("^^") {
            let datatype = self.iri()?;
            return Ok(self.builder.literal(&text, Tag::Datatype(&datatype))?);
        }
        if self.take("@") {
            let end = self.rest.find([' ', '\t', '.', '<', '_']).unwrap_or(self.rest.len());
            let (language, rest) = self.rest.split_at(end);
            self.rest = rest;
            self.skip_blanks();
            if !iri::is_language(language) {
                return Err(None);
            }
            return Ok(self.builder.literal(&text, Tag::Language(language))?);
        }
        self.skip_blanks();
        Ok(self.builder.literal(&text, Tag::Datatype(written::XSD_STRING))?)
    }
}

/// Where the closing quote stands.
fn end_of_text(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// The text with `\uXXXX` and `\UXXXXXXXX`, and in literals the short escapes too, as characters.
fn unescaped(text: &str, is_literal: bool) -> Read<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut characters = tail.chars();
        characters.next();
        let kind = characters.next().ok_or(None)?;
        rest = characters.as_str();
        let digits = match kind {
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        if digits == 0 {
            out.push(short_escape(kind).filter(|_| is_literal).ok_or(None)?);
            continue;
        }
        let code = rest.get(..digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit())).ok_or(None)?;
        let code = u32::from_str_radix(code, 16).map_err(|_| None)?;
        out.push(char::from_u32(code).ok_or(None)?);
        rest = rest.get(digits..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

fn short_escape(kind: char) -> Option<char> {
    Some(match kind {
        't' => '\t',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        '"' => '"',
        '\'' => '\'',
        '\\' => '\\',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::linked_data::dataset::Labels;

    fn lines(text: &str) -> Vec<String> {
        decode(text).unwrap().lines(&Labels::new())
    }

    #[test]
    fn every_form_is_read() {
        let text = "# a comment\n\n_:a.b <urn:p> \"x\\u0041\\t\\\"\"^^<urn:t> _:g . # end\r\n\t<urn:s><urn:p>\"y\"@en-US<urn:g>.\n<urn:s> <urn:p> _:a.b.\n";
        assert_eq!(
            lines(text),
            [
                "<urn:s> <urn:p> \"y\"@en-US <urn:g> .\n",
                "<urn:s> <urn:p> _:a.b .\n",
                "_:a.b <urn:p> \"xA\\t\\\"\"^^<urn:t> _:g .\n",
            ]
        );
    }

    #[test]
    fn faults_name_their_line() {
        for text in [
            "<urn:s> <urn:p>",
            "<urn:s> <urn:p> <urn:o>",
            "<s> <urn:p> <urn:o> .",
            "<urn:s> _:p <urn:o> .",
            "\"s\" <urn:p> <urn:o> .",
            "<urn:s> <urn:p> \"o .",
            "<urn:s> <urn:p> \"o\\x\" .",
            "<urn:s> <urn:p> \"o\"@1 .",
            "<urn:s> <urn:p> \"\\ud800\" .",
            "<urn:s x> <urn:p> <urn:o> .",
            "<urn:s> <urn:p> <urn:o> . <urn:more> .",
            "_: <urn:p> <urn:o> .",
        ] {
            let reason = decode(&format!("\n{text}")).unwrap_err();
            assert_eq!(reason.code(), Code::LdMalformed, "{text}");
            assert!(reason.to_string().contains("line 2"), "{reason}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(text in any::<String>(), label in "[a-z0-9][a-z0-9.]{0,5}[a-z]", language in "[a-z]{2}(-[A-Z]{2})?") {
            let mut builder = Builder::new();
            let subject = builder.blank(label).unwrap();
            let predicate = builder.iri("urn:p").unwrap();
            for tag in [Tag::Plain, Tag::Language(&language), Tag::Datatype("urn:t")] {
                let object = builder.literal(&text, tag).unwrap();
                builder.push(Quad { subject, predicate, object, graph: Some(subject) }).unwrap();
            }
            let written = builder.finish().lines(&Labels::new());
            prop_assert_eq!(lines(&written.concat()), written);
        }
    }
}
