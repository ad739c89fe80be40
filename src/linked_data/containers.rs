//! Members and their containers: lists, sets, graphs and maps (JSON-LD 1.1 API, section 5.1.2, steps 13.5 to 13.14).

use std::sync::Arc;

use super::active::{Active, Expanded, Terms, expand};
use super::convert::{At, Conversion, Extra, Sink, dropped, malformed};
use super::dataset::{Quad, Term};
use super::definer::Effect;
use super::definition::{Coercion, Container, Definition};
use super::keyword::Keyword;
use super::nodes::Parts;
use super::values::language_tag;
use crate::crypto::digest::sha256;
use crate::encoding::json::Value;
use crate::reason::{Code, Reason};

const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";

/// A member of a node, as a statement in the making.
pub(super) struct Property<'v> {
    pub(super) subject: Term,
    pub(super) predicate: Term,
    pub(super) graph: Option<Term>,
    /// The object whose member it is.
    pub(super) owner: &'v Value<'v>,
}

impl Conversion<'_> {
    /// The statements of one member.
    pub(super) fn property(&mut self, at: &At<'_>, property: &Property<'_>, value: &Value<'_>) -> Result<(), Reason> {
        let Property { subject, predicate, graph, .. } = *property;
        let is_reverse = at.definition.is_some_and(|definition| definition.is_reverse);
        let mut sink = Sink::Property { subject, predicate, graph, is_reverse };
        let Some(definition) = at.definition else { return self.element(at, value, &mut sink) };
        if definition.coercion == Some(Coercion::Json) {
            let literal = self.json_literal(value)?;
            return self.emit(&mut sink, literal);
        }
        let container = definition.container;
        match value {
            Value::Null => Err(dropped(at.key, "null")),
            Value::Object(members) if container.has(Container::LANGUAGE) => self.language_map(at, members, &mut sink),
            Value::Object(members) if container.has(Container::INDEX.with(Container::ID).with(Container::TYPE)) => {
                members.iter().try_for_each(|(name, inner)| self.map_entry(at, definition, (name, inner), &mut sink))
            }
            _ if container.has(Container::LIST) => self.list_container(at, property, value, &mut sink),
            _ if container.has(Container::GRAPH) => self.graphs(at, value, &mut sink),
            _ => self.element(at, value, &mut sink),
        }
    }

    fn language_map(
        &mut self,
        at: &At<'_>,
        members: &[(std::borrow::Cow<'_, str>, Value<'_>)],
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        for (name, texts) in members {
            let is_none = expand(&**at.active, name, true) == Expanded::Keyword(Keyword::None);
            let language = if is_none { None } else { Some(language_tag(name, at.key)?) };
            let texts = texts.as_array().unwrap_or(std::slice::from_ref(texts));
            if texts.is_empty() {
                return Err(dropped(at.key, "an empty array"));
            }
            for text in texts {
                match text {
                    Value::String(_) => {}
                    Value::Null => return Err(dropped(at.key, "null")),
                    other => return Err(malformed("texts in a language map").got(other.kind())),
                }
                let literal = self.literal(text, None, language.as_deref())?;
                self.emit(sink, literal)?;
            }
        }
        if members.is_empty() { Err(dropped(at.key, "an empty map")) } else { Ok(()) }
    }

    /// One entry of an index, id or type map.
    fn map_entry(
        &mut self,
        at: &At<'_>,
        definition: &Arc<Definition>,
        (name, value): (&str, &Value<'_>),
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        let container = definition.container;
        let is_for_nodes = container.has(Container::ID.with(Container::TYPE));
        let mut active = at.active;
        if is_for_nodes && let Some(previous) = &active.previous {
            active = previous;
        }
        let kind = active.definition(name).filter(|_| container.has(Container::TYPE));
        let inner = self.scoped(active, kind, Effect::ForType)?.into_owned();
        let is_none = expand(&**at.active, name, true) == Expanded::Keyword(Keyword::None);
        let extra = if is_none { Extra::default() } else { self.extra_of(at, definition, name)? };
        let inside = At { active: &inner, is_in_map: true, extra, ..*at };
        if container.has(Container::GRAPH) {
            return self.graphs(&inside, value, sink);
        }
        self.element(&inside, value, sink)
    }

    /// What the key of a map says of its values.
    fn extra_of(&mut self, at: &At<'_>, definition: &Definition, name: &str) -> Result<Extra, Reason> {
        let container = definition.container;
        if container.has(Container::ID) {
            let Expanded::Text(id) = expand(&**at.active, name, false) else {
                return Err(dropped(at.key, "a keyword"));
            };
            return Ok(Extra { id: Some(self.node_term(&id, at.key)?), ..Extra::default() });
        }
        if container.has(Container::TYPE) {
            let kind = if definition.coercion == Some(Coercion::Vocab) || at.active.definition(name).is_some() {
                self.type_term(at.active, name)?
            } else {
                let Expanded::Text(kind) = expand(&**at.active, name, true) else {
                    return Err(dropped(at.key, "a keyword"));
                };
                self.node_term(&kind, at.key)?
            };
            return Ok(Extra { kind: Some(kind), ..Extra::default() });
        }
        let Some(index) = &definition.index else {
            // RDF does not hold the keys of a plain index map.
            return Err(Reason::new(Code::LdUnsupportedKeyword).got("@index"));
        };
        let predicate = self.builder.iri(&index.iri)?;
        let object = self.index_value(at.active, &index.name, name)?;
        Ok(Extra { property: Some((predicate, object)), ..Extra::default() })
    }

    /// The key of an index map as a value of the index property.
    fn index_value(&mut self, active: &Arc<Active>, key: &str, name: &str) -> Result<Term, Reason> {
        let value = Value::String(name.into());
        let mut made = Vec::new();
        let at = At {
            active,
            key,
            definition: active.definition(key),
            graph: None,
            is_in_map: false,
            extra: Extra::default(),
        };
        self.element(&at, &value, &mut Sink::List(&mut made))?;
        made.pop().ok_or_else(|| dropped(key, "an index"))
    }

    /// Each value as a graph of its own.
    fn graphs(&mut self, at: &At<'_>, value: &Value<'_>, sink: &mut Sink<'_>) -> Result<(), Reason> {
        match value {
            Value::Array(items) if !items.is_empty() => items.iter().try_for_each(|item| self.graphs(at, item, sink)),
            Value::Object(_) => {
                let graph = match at.extra.id {
                    Some(id) => id,
                    None => {
                        let number = self.positions.number(value)?;
                        self.builder.blank(format!("g{number}"))?
                    }
                };
                self.emit(sink, graph)?;
                self.extra_statements(at, graph)?;
                let inside = At { graph: Some(graph), extra: Extra::default(), ..*at };
                self.object(&inside, value, &mut Sink::Graph)
            }
            Value::Array(_) => Err(dropped(at.key, "an empty array")),
            Value::Null => Err(dropped(at.key, "null")),
            // A graph that holds a mere reference holds no statement.
            _ => Err(dropped(at.key, "a reference in a graph of its own")),
        }
    }

    /// A value whose member has a list for container.
    fn list_container(
        &mut self,
        at: &At<'_>,
        property: &Property<'_>,
        value: &Value<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        let label = match value {
            Value::Array(items) => {
                let head = self.list_of(at, items, format!("l{}", self.positions.number(value)?))?;
                return self.emit(sink, head);
            }
            Value::Object(members) if members.iter().any(|(key, _)| is_list_key(at, key)) => {
                return self.object(at, value, sink);
            }
            Value::Object(_) => format!("l{}", self.positions.number(value)?),
            _ => {
                // A lone scalar has no position; its owner and property have.
                let digest = sha256(self.builder.text(property.predicate).as_bytes());
                let start = digest.first_chunk::<8>().map_or(0, |start| u64::from_be_bytes(*start));
                format!("l{}p{start:016x}", self.positions.number(property.owner)?)
            }
        };
        let head = self.list_of(at, std::slice::from_ref(value), label)?;
        self.emit(sink, head)
    }

    /// The first cell of a list of these values; arrays among them are lists when the member's container is one.
    fn list_of(&mut self, at: &At<'_>, items: &[Value<'_>], label: String) -> Result<Term, Reason> {
        let is_nesting = at.definition.is_some_and(|definition| definition.container.has(Container::LIST));
        let mut terms = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::Array(inner) if is_nesting => {
                    let label = format!("l{}", self.positions.number(item)?);
                    terms.push(self.list_of(at, inner, label)?);
                }
                other => self.element(at, other, &mut Sink::List(&mut terms))?,
            }
        }
        self.cells(&terms, at.graph, &label)
    }

    fn cells(&mut self, terms: &[Term], graph: Option<Term>, label: &str) -> Result<Term, Reason> {
        let mut rest = self.builder.iri(RDF_NIL)?;
        if terms.is_empty() {
            return Ok(rest);
        }
        let (first, next) = (self.builder.iri(RDF_FIRST)?, self.builder.iri(RDF_REST)?);
        for (place, term) in terms.iter().enumerate().rev() {
            let cell = self.builder.blank(format!("{label}x{place}"))?;
            self.builder.push(Quad { subject: cell, predicate: first, object: *term, graph })?;
            self.builder.push(Quad { subject: cell, predicate: next, object: rest, graph })?;
            rest = cell;
        }
        Ok(rest)
    }

    /// An object with `@list`.
    pub(super) fn list_object(
        &mut self,
        at: &At<'_>,
        value: &Value<'_>,
        (parts, list): (&Parts<'_>, &Value<'_>),
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        if !parts.has_only([false, false, false, false, false, true, false]) {
            return Err(malformed("nothing beside `@list`"));
        }
        match sink {
            Sink::Graph => return Err(dropped(at.key, "a list that hangs on nothing")),
            Sink::Property { is_reverse: true, .. } => return Err(malformed("nodes under a reverse property")),
            _ => {}
        }
        let place = if matches!(list, Value::Array(_)) { list } else { value };
        let label = format!("l{}", self.positions.number(place)?);
        let items = list.as_array().unwrap_or(std::slice::from_ref(list));
        let head = self.list_of(at, items, label)?;
        self.emit(sink, head)
    }

    /// An object with `@set`.
    pub(super) fn set_object(
        &mut self,
        at: &At<'_>,
        (parts, set): (&Parts<'_>, &Value<'_>),
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        if parts.has_only([false, false, false, false, false, false, true]) {
            self.element(at, set, sink)
        } else {
            Err(malformed("nothing beside `@set`"))
        }
    }
}

/// `true` when the member makes its object a list.
fn is_list_key(at: &At<'_>, key: &str) -> bool {
    expand(&**at.active, key, true) == Expanded::Keyword(Keyword::List)
}
