//! XML 1.0 with namespaces: a bounded reader into a small tree, for trust lists. Nobody else here reads XML.
//!
//! A document type is refused, so no entity is ever declared, let alone expanded or fetched; the five that every document has, and
//! character references, are read. Attributes are kept; comments and processing instructions are not. Nothing is validated against a schema.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// Elements of the largest document.
const ELEMENTS: usize = 1 << 20;
/// Nesting of elements.
const DEPTH: usize = 64;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The namespace of its name; empty when it has none.
    pub namespace: String,
    /// Its name without a prefix.
    pub name: String,
    /// Its attributes, each by its whole name.
    pub attributes: Vec<(String, String)>,
    /// Its text, in one piece, without that of its children.
    pub text: String,
    /// Its children in order.
    pub children: Vec<Element>,
}

/// Why a document was not read.
pub type Fault = &'static str;

/// The root of the document.
///
/// # Errors
/// A phrase: not XML 1.0 in UTF-8, a document type, an unknown entity, an unbound prefix, too many elements, too deep.
pub fn decode(bytes: &[u8]) -> Result<Element, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count: usize = 0;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| "not well-formed")?;
        match event {
            Event::Start(start) => {
                count = count.saturating_add(1);
                if count > ELEMENTS || open.len() >= DEPTH {
                    return Err("too many elements, or too deep");
                }
                if root.is_some() {
                    return Err("more than one root");
                }
                open.push(element(&namespace, &start)?);
            }
            Event::End(_) => {
                let closed = open.pop().ok_or("an end without a start")?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => root = Some(closed),
                }
            }
            Event::Text(text) => push(&mut open, &text.xml10_content())?,
            Event::CData(text) => push(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let char = match reference.resolve_char_ref().map_err(|_| "a broken character reference")? {
                    Some(char) => char,
                    None => entity(&reference.xml10_content()).ok_or("an entity that nobody declared")?,
                };
                push(&mut open, char.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err("a document type"),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => {}
            Event::Eof if open.is_empty() => return root.ok_or("no element"),
            Event::Eof => return Err("the end before the end of an element"),
        }
    }
}

fn element(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Element, Fault> {
    let namespace = match namespace {
        ResolveResult::Bound(bound) => bound.as_ref().to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return Err("an unbound prefix"),
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| "a broken attribute")?;
        let value = attribute.value.as_ref().to_owned();
        attributes.push((attribute.key.as_ref().to_owned(), value));
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Element { namespace, name, attributes, ..Element::default() })
}

/// Adds text to the element that is open; only white space may stand outside of the root.
fn push(open: &mut [Element], text: &str) -> Result<(), Fault> {
    match open.last_mut() {
        Some(element) => {
            element.text.push_str(text);
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err("text outside of the root"),
    }
}

/// XML 1.0, 4.6: the entities that every document has.
fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

impl Element {
    /// The first child of that name in the same namespace.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name && child.namespace == self.namespace)
    }

    /// The children of that name in the same namespace.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name && child.namespace == self.namespace)
    }

    /// The element at the end of that way, each the first of its name.
    pub fn at(&self, way: &[&str]) -> Option<&Element> {
        way.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_of_names_and_texts() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?><!-- c --><a xmlns="urn:x" xmlns:y="urn:y">
            <b l="e&amp;n">1 &lt;&#x32;&gt;<![CDATA[ & ]]></b><y:b>other</y:b><c/></a>"#;
        let root = decode(text.as_bytes()).unwrap();
        assert_eq!((root.name.as_str(), root.namespace.as_str(), root.children.len()), ("a", "urn:x", 3));
        let b = root.child("b").unwrap();
        assert_eq!((b.text.as_str(), root.all("b").count()), ("1 <2> & ", 1));
        assert!(b.attribute("l").is_some() && root.at(&["c"]).is_some() && root.at(&["b", "c"]).is_none());
    }

    #[test]
    fn what_is_refused() {
        let deep = "<a>".repeat(DEPTH + 1);
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>text",
            "<x:a/>",
            "<a>&b;</a>",
            "<!DOCTYPE a><a/>",
            r#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#,
            r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#,
            "<a>&#xffffffff;</a>",
            "<a b='1' b='2'/>",
            deep.as_str(),
        ] {
            assert!(decode(text.as_bytes()).is_err(), "{text}");
        }
        assert!(decode(b"\xff\xfe<\0a\0/\0>\0").is_err());
    }
}
