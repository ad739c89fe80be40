//! Local contexts: the value of `@context`, read into types. What its texts mean is settled by the definer.
//!
//! JSON-LD 1.1 API, sections 4.1 and 4.2, as far as they speak of the form of a context. `@base` and directions are read over:
//! relative IRIs are refused, and RDF has no place for directions.

use std::sync::Arc;

use super::definition::Container;
use super::{iri, keyword};
use crate::encoding::json::Value;
use crate::reason::{Code, Reason};

/// The value of `@context`.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Local {
    pub(super) items: Vec<Item>,
}

/// One of its elements.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// `null`: everything is forgotten.
    Null,
    /// Another document.
    Url(Arc<str>),
    /// Definitions.
    Map(Arc<Map>),
}

/// Definitions.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Map {
    pub(super) import: Option<Arc<str>>,
    /// `true` when it sets a base, and not to `null`.
    pub(super) has_base: bool,
    pub(super) vocab: Option<Option<Box<str>>>,
    pub(super) language: Option<Option<Arc<str>>>,
    pub(super) propagate: Option<bool>,
    pub(super) is_protected: Option<bool>,
    /// In the order of names.
    pub(super) terms: Vec<(Arc<str>, Raw)>,
}

/// What a context writes of one term.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Raw {
    /// `true` for the short form, a text.
    pub(super) is_simple: bool,
    /// `Some(None)` is `null`.
    pub(super) id: Option<Option<Box<str>>>,
    pub(super) reverse: Option<Box<str>>,
    pub(super) coercion: Option<Box<str>>,
    pub(super) container: Option<Container>,
    pub(super) index: Option<Box<str>>,
    pub(super) context: Option<Arc<Local>>,
    pub(super) language: Option<Option<Arc<str>>>,
    pub(super) nest: Option<Arc<str>>,
    pub(super) is_prefix: Option<bool>,
    pub(super) is_protected: Option<bool>,
}

/// `ld.context_invalid`, with the error code of the specification or what should stand there, and the term.
pub(super) fn invalid(expected: &'static str, term: &str) -> Reason {
    Reason::new(Code::LdContextInvalid).expected(expected).got(term.to_owned())
}

impl Local {
    /// The context that this value writes.
    ///
    /// Errors: `ld.context_invalid`.
    pub(super) fn of(value: &Value<'_>) -> Result<Local, Reason> {
        let items = match value {
            Value::Array(items) => items.iter().map(Item::of).collect::<Result<_, _>>()?,
            single => vec![Item::of(single)?],
        };
        Ok(Local { items })
    }

    /// Every URL in it, those of scoped contexts and imports too.
    pub(super) fn urls(&self, found: &mut Vec<Arc<str>>) {
        for item in &self.items {
            match item {
                Item::Null => {}
                Item::Url(url) => found.push(url.clone()),
                Item::Map(map) => {
                    found.extend(map.import.clone());
                    map.terms.iter().filter_map(|(_, raw)| raw.context.as_ref()).for_each(|inner| inner.urls(found));
                }
            }
        }
    }
}

impl Item {
    fn of(value: &Value<'_>) -> Result<Item, Reason> {
        match value {
            Value::Null => Ok(Item::Null),
            Value::String(url) => Ok(Item::Url(url.as_ref().into())),
            Value::Object(members) => Map::of(unwrapped(members)).map(|map| Item::Map(Arc::new(map))),
            _ => Err(invalid("a URL or an object", "@context").got(value.kind())),
        }
    }
}

/// The definitions themselves, where somebody wrote them as they stand in a document of their own.
///
/// Deviation: JSON-LD has no `{"@context": {..}}` inside of a `@context`, but common processors take it, and the test suite for
/// chains of proofs signs such documents.
fn unwrapped<'m, 'a>(members: &'m Members<'a>) -> &'m Members<'a> {
    match members {
        [(name, Value::Object(inner))] if name == "@context" => inner,
        _ => members,
    }
}

type Members<'a> = [(std::borrow::Cow<'a, str>, Value<'a>)];

impl Map {
    fn of(members: &Members<'_>) -> Result<Map, Reason> {
        let mut map = Map::default();
        for (name, value) in members {
            match name.as_ref() {
                "@version" => version(value)?,
                "@import" => map.import = Some(text(value, "invalid @import value", name)?.into()),
                "@base" => map.has_base = optional_text(value, "invalid base IRI", name)?.is_some(),
                "@vocab" => map.vocab = Some(optional_text(value, "invalid vocab mapping", name)?.map(Into::into)),
                "@language" => map.language = Some(language(value, "invalid default language", name)?),
                "@direction" => direction(value, name)?,
                "@propagate" => map.propagate = Some(flag(value, "invalid @propagate value", name)?),
                "@protected" => map.is_protected = Some(flag(value, "invalid @protected value", name)?),
                term => map.terms.push((term.into(), Raw::of(term, value)?)),
            }
        }
        map.terms.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(map)
    }

    /// The place of a term.
    pub(super) fn place(&self, term: &str) -> Option<usize> {
        self.terms.binary_search_by(|(name, _)| name.as_ref().cmp(term)).ok()
    }

    /// These definitions over those of an imported map.
    pub(super) fn over(&self, imported: &Map) -> Map {
        let mut terms = self.terms.clone();
        terms.extend(imported.terms.iter().filter(|(name, _)| self.place(name).is_none()).cloned());
        terms.sort_by(|(a, _), (b, _)| a.cmp(b));
        Map {
            import: None,
            has_base: self.has_base,
            vocab: self.vocab.clone().or_else(|| imported.vocab.clone()),
            language: self.language.clone().or_else(|| imported.language.clone()),
            propagate: self.propagate.or(imported.propagate),
            is_protected: self.is_protected.or(imported.is_protected),
            terms,
        }
    }
}

impl Raw {
    fn of(term: &str, value: &Value<'_>) -> Result<Raw, Reason> {
        match value {
            Value::Null => Ok(Raw { id: Some(None), ..Raw::default() }),
            Value::String(id) => Ok(Raw { is_simple: true, id: Some(Some(id.as_ref().into())), ..Raw::default() }),
            Value::Object(members) => Raw::of_members(term, members),
            _ => Err(invalid("invalid term definition", term)),
        }
    }

    fn of_members(term: &str, members: &Members<'_>) -> Result<Raw, Reason> {
        let mut raw = Raw::default();
        for (name, value) in members {
            match name.as_ref() {
                "@id" => raw.id = Some(optional_text(value, "invalid IRI mapping", term)?.map(Into::into)),
                "@reverse" => raw.reverse = Some(text(value, "invalid IRI mapping", term)?.into()),
                "@type" => raw.coercion = Some(text(value, "invalid type mapping", term)?.into()),
                "@container" => raw.container = container(value, term)?,
                "@index" => raw.index = Some(text(value, "invalid term definition", term)?.into()),
                "@context" => raw.context = Some(Arc::new(Local::of(value)?)),
                "@language" => raw.language = Some(language(value, "invalid language mapping", term)?),
                "@direction" => direction(value, term)?,
                "@nest" => raw.nest = Some(nest(value, term)?),
                "@prefix" => raw.is_prefix = Some(flag(value, "invalid @prefix value", term)?),
                "@protected" => raw.is_protected = Some(flag(value, "invalid @protected value", term)?),
                _ => return Err(invalid("invalid term definition", term)),
            }
        }
        if raw.reverse.is_some() && (raw.id.is_some() || raw.nest.is_some()) {
            return Err(invalid("invalid reverse property", term));
        }
        Ok(raw)
    }

    /// `true` when it says nothing but `@container: @set` or `@protected`: all that may be said of `@type`.
    pub(super) fn is_for_type(&self) -> bool {
        let plain = Raw { container: self.container, is_protected: self.is_protected, ..Raw::default() };
        *self == plain
            && self.container.is_none_or(|container| container == Container::SET)
            && (self.container.is_some() || self.is_protected.is_some())
    }
}

fn text<'v>(value: &'v Value<'_>, fault: &'static str, term: &str) -> Result<&'v str, Reason> {
    value.as_str().ok_or_else(|| invalid(fault, term))
}

fn optional_text<'v>(value: &'v Value<'_>, fault: &'static str, term: &str) -> Result<Option<&'v str>, Reason> {
    if *value == Value::Null { Ok(None) } else { text(value, fault, term).map(Some) }
}

fn flag(value: &Value<'_>, fault: &'static str, term: &str) -> Result<bool, Reason> {
    if let Value::Bool(flag) = value { Ok(*flag) } else { Err(invalid(fault, term)) }
}

fn version(value: &Value<'_>) -> Result<(), Reason> {
    let is_known = matches!(value, Value::Number(number) if number.text() == "1.1");
    if is_known { Ok(()) } else { Err(invalid("invalid @version value", "@version")) }
}

/// A language, in lower case as processors write it.
fn language(value: &Value<'_>, fault: &'static str, term: &str) -> Result<Option<Arc<str>>, Reason> {
    match optional_text(value, fault, term)? {
        Some(tag) if !iri::is_language(tag) => Err(invalid(fault, term)),
        tag => Ok(tag.map(|tag| tag.to_ascii_lowercase().into())),
    }
}

fn direction(value: &Value<'_>, term: &str) -> Result<(), Reason> {
    match optional_text(value, "invalid base direction", term)? {
        None | Some("ltr" | "rtl") => Ok(()),
        Some(_) => Err(invalid("invalid base direction", term)),
    }
}

fn nest(value: &Value<'_>, term: &str) -> Result<Arc<str>, Reason> {
    let name = text(value, "invalid @nest value", term)?;
    let is_other_keyword = name != "@nest" && keyword::Keyword::from_text(name).is_some();
    if is_other_keyword { Err(invalid("invalid @nest value", term)) } else { Ok(name.into()) }
}

fn container(value: &Value<'_>, term: &str) -> Result<Option<Container>, Reason> {
    let fault = || invalid("invalid container mapping", term);
    let named = |value: &Value<'_>| value.as_str().and_then(Container::from_text).ok_or_else(fault);
    let container = match value {
        Value::Null => return Ok(None),
        Value::Array(items) => {
            let mut all = Container::default();
            for item in items {
                all = all.with(named(item)?);
            }
            all
        }
        single => named(single)?,
    };
    if container.is_allowed() { Ok(Some(container)) } else { Err(fault()) }
}
