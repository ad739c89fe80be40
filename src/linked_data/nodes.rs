//! Objects of a document: nodes, and which member means what (JSON-LD 1.1 API, sections 5.1.2 and 7.2).

use std::borrow::Cow;
use std::sync::Arc;

use super::active::{Active, Expanded, Terms, expand, expand_defined};
use super::containers::Property;
use super::convert::{At, Conversion, Sink, dropped, malformed};
use super::dataset::{Quad, Term};
use super::definer::Effect;
use super::definition::{Definition, Mapping};
use super::keyword::Keyword;
use super::{iri, model_names};
use crate::encoding::json::Value;
use crate::reason::{Code, Reason};

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// The members of an object, by what they mean.
#[derive(Default)]
pub(super) struct Parts<'v> {
    pub(super) id: Option<&'v Value<'v>>,
    pub(super) kind: Option<&'v Value<'v>>,
    pub(super) value: Option<&'v Value<'v>>,
    pub(super) language: Option<&'v Value<'v>>,
    pub(super) direction: Option<&'v Value<'v>>,
    pub(super) list: Option<&'v Value<'v>>,
    pub(super) set: Option<&'v Value<'v>>,
    /// Properties: as written, what the context says, the IRI, the value.
    properties: Vec<Written<'v>>,
}

struct Written<'v> {
    key: &'v str,
    definition: Option<&'v Arc<Definition>>,
    iri: Cow<'v, str>,
    value: &'v Value<'v>,
}

impl<'v> Parts<'v> {
    fn of(active: &'v Active, members: &'v [(Cow<'v, str>, Value<'v>)]) -> Result<Self, Reason> {
        let mut parts = Parts { properties: Vec::with_capacity(members.len()), ..Parts::default() };
        for (key, value) in members.iter().filter(|(key, _)| key != "@context") {
            let definition = active.definition(key);
            match expand_defined(active, key, true, definition) {
                Expanded::Null => return Err(undefined(key)),
                Expanded::Keyword(keyword) => parts.put(key, definition, keyword, value)?,
                Expanded::Text(iri) => {
                    check_property(key, definition, &iri)?;
                    parts.properties.push(Written { key, definition, iri, value });
                }
            }
        }
        Ok(parts)
    }

    fn put(
        &mut self,
        key: &str,
        definition: Option<&'v Arc<Definition>>,
        keyword: Keyword,
        value: &'v Value<'v>,
    ) -> Result<(), Reason> {
        if definition.is_some_and(|definition| definition.is_alias) {
            return Err(Reason::new(Code::LdAlias).expected(keyword.text()).got(key.to_owned()));
        }
        let slot = match keyword {
            Keyword::Id => &mut self.id,
            Keyword::Type => &mut self.kind,
            Keyword::Value => &mut self.value,
            Keyword::Language => &mut self.language,
            Keyword::Direction => &mut self.direction,
            Keyword::List => &mut self.list,
            Keyword::Set => &mut self.set,
            other => return Err(Reason::new(Code::LdUnsupportedKeyword).got(other.text())),
        };
        match slot.replace(value) {
            None => Ok(()),
            Some(_) => Err(Reason::new(Code::LdCollidingKeywords).got(keyword.text())),
        }
    }

    /// `true` when there is nothing but what `own` names.
    pub(super) fn has_only(&self, own: [bool; 7]) -> bool {
        let all = [
            self.id.is_some(),
            self.kind.is_some(),
            self.value.is_some(),
            self.language.is_some(),
            self.direction.is_some(),
            self.list.is_some(),
            self.set.is_some(),
        ];
        self.properties.is_empty() && all.iter().zip(own).all(|(is_here, may)| may || !*is_here)
    }
}

/// A property must have an IRI, and the name that the data model gives it.
fn check_property(key: &str, definition: Option<&Arc<Definition>>, iri: &str) -> Result<(), Reason> {
    if iri.starts_with("_:") {
        return Err(dropped(key, "a blank node as property"));
    }
    let is_alias = match definition {
        // Its IRI was looked at when it was defined.
        Some(definition) => definition.is_alias,
        None if !iri::has_scheme(iri) => return Err(undefined(key)),
        None if !iri::is_well_formed(iri) => return Err(dropped(key, "an ill-formed IRI")),
        None => model_names::is_alias(key, iri),
    };
    if is_alias { Err(Reason::new(Code::LdAlias).got(key.to_owned())) } else { Ok(()) }
}

fn undefined(term: &str) -> Reason {
    Reason::new(Code::LdUndefinedTerm).got(term.to_owned())
}

/// `true` when the member's name means this keyword.
fn means(active: &Active, key: &str, keyword: Keyword) -> bool {
    if key.starts_with('@') {
        return Keyword::from_text(key) == Some(keyword);
    }
    active.definition(key).is_some_and(|definition| definition.mapping == Mapping::Keyword(keyword))
}

/// The texts of a `@type`.
fn types_of<'v>(value: &'v Value<'_>) -> Result<Cow<'v, [Value<'v>]>, Reason> {
    let fault = || malformed("`@type` with texts");
    match value {
        Value::String(_) => Ok(Cow::Borrowed(std::slice::from_ref(value))),
        Value::Array(items) if items.iter().all(|item| item.as_str().is_some()) => Ok(Cow::Borrowed(items)),
        _ => Err(fault()),
    }
}

impl Conversion<'_> {
    /// An object of any kind.
    pub(super) fn object(&mut self, at: &At<'_>, value: &Value<'_>, sink: &mut Sink<'_>) -> Result<(), Reason> {
        let Some(members) = value.as_object() else { return Err(malformed("an object").got(value.kind())) };
        let mut outer = at.active;
        if let Some(previous) = &outer.previous
            && !at.is_in_map
        {
            let active = outer;
            let is_value = members.iter().any(|(key, _)| means(active, key, Keyword::Value));
            let is_reference = matches!(members, [(key, _)] if means(active, key, Keyword::Id));
            if !is_value && !is_reference {
                outer = previous;
            }
        }
        let mut active = self.scoped(outer, at.definition, Effect::ForProperty)?;
        if let Some(context) = value.member("@context") {
            active = Cow::Owned(self.enter(&active, context)?);
        }
        let typed = self.typed(&active, members)?;
        let parts = Parts::of(&typed, members)?;
        let inside = At { active: &typed, ..*at };
        match (parts.value, parts.list, parts.set) {
            (Some(plain), _, _) => self.value_object(&inside, &active, (&parts, plain), sink),
            (None, Some(list), _) => self.list_object(&inside, value, (&parts, list), sink),
            (None, None, Some(set)) => self.set_object(&inside, (&parts, set), sink),
            (None, None, None) => self.node(&inside, &active, (value, &parts), sink),
        }
    }

    /// The terms in force after the contexts of the object's types, in the order of their names.
    fn typed<'a>(
        &mut self,
        active: &'a Arc<Active>,
        members: &[(Cow<'_, str>, Value<'_>)],
    ) -> Result<Cow<'a, Arc<Active>>, Reason> {
        let mut typed = Cow::Borrowed(active);
        let Some((_, value)) = members.iter().find(|(key, _)| means(active, key, Keyword::Type)) else {
            return Ok(typed);
        };
        let types = types_of(value)?;
        let mut scoped: Vec<(&str, &Arc<Definition>)> = types
            .iter()
            .filter_map(Value::as_str)
            .filter_map(|name| Some((name, active.definition(name)?)))
            .filter(|(_, definition)| definition.scoped.is_some())
            .collect();
        scoped.sort_unstable_by_key(|(name, _)| *name);
        scoped.dedup_by_key(|(name, _)| *name);
        for (_, definition) in scoped {
            let next = self.scoped(&typed, Some(definition), Effect::ForType)?.into_owned();
            typed = Cow::Owned(next);
        }
        Ok(typed)
    }

    /// A node: its statements, and itself for the sink.
    fn node(
        &mut self,
        at: &At<'_>,
        outside: &Arc<Active>,
        (value, parts): (&Value<'_>, &Parts<'_>),
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        if parts.language.is_some() || parts.direction.is_some() {
            return Err(malformed("`@value` beside `@language` or `@direction`"));
        }
        let subject = self.subject(at, value, parts)?;
        let says_more = parts.kind.is_some() || !parts.properties.is_empty();
        self.check_place(at, subject, parts.id.is_some() && says_more)?;
        if matches!(sink, Sink::Graph) && !says_more {
            return Err(dropped(at.key, "an object that says nothing"));
        }
        self.emit(sink, subject)?;
        self.extra_statements(at, subject)?;
        if let Some(kind) = parts.kind {
            self.types(at, outside, kind, subject)?;
        }
        for written in &parts.properties {
            let predicate = self.builder.iri(&written.iri)?;
            let property = Property { subject, predicate, graph: at.graph, owner: value };
            let inside = At {
                active: at.active,
                key: written.key,
                definition: written.definition,
                graph: at.graph,
                is_in_map: false,
                extra: super::convert::Extra::default(),
            };
            self.property(&inside, &property, written.value)?;
        }
        Ok(())
    }

    /// The node's IRI or blank node.
    fn subject(&mut self, at: &At<'_>, value: &Value<'_>, parts: &Parts<'_>) -> Result<Term, Reason> {
        if let Some(id) = parts.id {
            let id = id.as_str().ok_or_else(|| malformed("a text as `id`").got(id.kind()))?;
            return match expand(&**at.active, id, false) {
                Expanded::Text(text) => self.node_term(&text, "id"),
                _ => Err(dropped("id", "a keyword")),
            };
        }
        match at.extra.id {
            Some(id) => Ok(id),
            None => {
                let number = self.positions.number(value)?;
                self.builder.blank_at(number)
            }
        }
    }

    /// The document's own node is described in one place, where plain JSON readers look.
    fn check_place(&mut self, at: &At<'_>, subject: Term, is_described: bool) -> Result<(), Reason> {
        if at.key.is_empty() {
            self.document_node = Some(subject);
        } else if is_described && at.graph.is_none() && self.document_node == Some(subject) {
            let got = format!("a second object with the document's own id at `{}`", at.key);
            return Err(Reason::new(Code::LdUnsupportedKeyword).got(got));
        }
        Ok(())
    }

    /// What the key of a map says of the node.
    pub(super) fn extra_statements(&mut self, at: &At<'_>, subject: Term) -> Result<(), Reason> {
        if let Some(kind) = at.extra.kind {
            let predicate = self.builder.iri(RDF_TYPE)?;
            self.builder.push(Quad { subject, predicate, object: kind, graph: at.graph })?;
        }
        if let Some((predicate, object)) = at.extra.property {
            self.builder.push(Quad { subject, predicate, object, graph: at.graph })?;
        }
        Ok(())
    }

    fn types(&mut self, at: &At<'_>, outside: &Arc<Active>, kind: &Value<'_>, subject: Term) -> Result<(), Reason> {
        let types = types_of(kind)?;
        if types.is_empty() {
            return Err(dropped("type", "an empty array"));
        }
        let predicate = self.builder.iri(RDF_TYPE)?;
        for name in types.iter().filter_map(Value::as_str) {
            let object = self.type_term(outside, name)?;
            self.builder.push(Quad { subject, predicate, object, graph: at.graph })?;
        }
        Ok(())
    }

    /// The term of a type.
    ///
    /// Errors: `ld.undefined_term`, `ld.alias`, `ld.dropped_value`.
    pub(super) fn type_term(&mut self, active: &Arc<Active>, name: &str) -> Result<Term, Reason> {
        let Expanded::Text(text) = expand(&**active, name, true) else { return Err(undefined(name)) };
        if text.starts_with("_:") {
            return self.node_term(&text, "type");
        }
        if !iri::has_scheme(&text) {
            return Err(undefined(name));
        }
        let is_alias = match active.definition(name) {
            Some(definition) => definition.is_alias,
            None => model_names::is_alias(name, &text),
        };
        if is_alias {
            return Err(Reason::new(Code::LdAlias).got(name.to_owned()));
        }
        self.node_term(&text, "type")
    }
}
