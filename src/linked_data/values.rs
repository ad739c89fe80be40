//! Values: scalars, value objects and literals (JSON-LD 1.1 API, sections 5.3 and 8.2).

use std::sync::Arc;

use super::active::{Active, Expanded, Terms, expand};
use super::convert::{At, Conversion, Sink, dropped, malformed};
use super::dataset::Term;
use super::definer::Effect;
use super::definition::{Coercion, Definition};
use super::iri;
use super::nodes::Parts;
use super::numbers::{XSD_BOOLEAN, lexical};
use super::written::Tag;
use crate::encoding::json::{Value, jcs};
use crate::reason::{Code, Reason};

const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";

/// Properties whose texts may have a direction (VC Data Model 2.0, section 4.6).
const WITH_DIRECTION: [&str; 2] = ["https://schema.org/name", "https://schema.org/description"];

/// A term made of a value.
enum Made {
    Node(Term),
    Literal(Term),
}

impl Conversion<'_> {
    /// Any value of a member that has no map, list or graph for container.
    pub(super) fn element(&mut self, at: &At<'_>, value: &Value<'_>, sink: &mut Sink<'_>) -> Result<(), Reason> {
        match value {
            Value::Null => Err(dropped(at.key, "null")),
            Value::Object(_) => self.object(at, value, sink),
            Value::Array(items) => {
                if items.is_empty() {
                    return Err(dropped(at.key, "an empty array"));
                }
                items.iter().try_for_each(|item| self.element(at, item, sink))
            }
            scalar => self.scalar(at, scalar, sink),
        }
    }

    fn scalar(&mut self, at: &At<'_>, value: &Value<'_>, sink: &mut Sink<'_>) -> Result<(), Reason> {
        if matches!(sink, Sink::Graph) {
            return Err(dropped(at.key, "a value that hangs on nothing"));
        }
        let active = self.scoped(at.active, at.definition, Effect::ForProperty)?;
        let definition = if active.id == at.active.id { at.definition } else { active.definition(at.key) };
        match self.made_of(at.key, &active, definition, value)? {
            Made::Node(node) => {
                self.emit(sink, node)?;
                self.extra_statements(at, node)
            }
            Made::Literal(_) if at.is_in_map => Err(malformed("objects in a map").got(at.key.to_owned())),
            Made::Literal(_) if matches!(sink, Sink::Property { is_reverse: true, .. }) => {
                Err(malformed("nodes under a reverse property").got(at.key.to_owned()))
            }
            Made::Literal(literal) => self.emit(sink, literal),
        }
    }

    /// Value expansion.
    fn made_of(
        &mut self,
        key: &str,
        active: &Arc<Active>,
        definition: Option<&Arc<Definition>>,
        value: &Value<'_>,
    ) -> Result<Made, Reason> {
        let coercion = definition.and_then(|definition| definition.coercion.as_ref());
        if let (Some(text), Some(coercion @ (Coercion::Id | Coercion::Vocab))) = (value.as_str(), coercion) {
            return match expand(&**active, text, *coercion == Coercion::Vocab) {
                Expanded::Text(text) => self.node_term(&text, key).map(Made::Node),
                _ => Err(dropped(key, "a keyword")),
            };
        }
        let datatype = match coercion {
            Some(Coercion::Datatype(datatype)) => Some(&**datatype),
            _ => None,
        };
        let own = definition.and_then(|definition| definition.language.as_ref());
        let language = own.map_or(active.language.as_deref(), Option::as_deref);
        self.literal(value, datatype, language).map(Made::Literal)
    }

    /// The term of a literal. A language counts for texts without a datatype.
    pub(super) fn literal(
        &mut self,
        value: &Value<'_>,
        datatype: Option<&str>,
        language: Option<&str>,
    ) -> Result<Term, Reason> {
        match value {
            Value::String(text) => {
                let tag = match (datatype, language) {
                    (Some(datatype), _) => Tag::Datatype(datatype),
                    (None, Some(language)) => Tag::Language(language),
                    (None, None) => Tag::Plain,
                };
                self.builder.literal(text, tag)
            }
            Value::Number(number) => {
                let (text, natural) = lexical(*number, datatype)?;
                self.builder.literal(&text, Tag::Datatype(datatype.unwrap_or(natural)))
            }
            Value::Bool(flag) => {
                let text = if *flag { "true" } else { "false" };
                self.builder.literal(text, Tag::Datatype(datatype.unwrap_or(XSD_BOOLEAN)))
            }
            other => Err(malformed("a text, number or boolean as `@value`").got(other.kind())),
        }
    }

    /// A JSON literal.
    pub(super) fn json_literal(&mut self, value: &Value<'_>) -> Result<Term, Reason> {
        let text = jcs::canonical(value)?;
        self.builder.literal(&text, Tag::Datatype(RDF_JSON))
    }

    /// An object with `@value`.
    pub(super) fn value_object(
        &mut self,
        at: &At<'_>,
        outside: &Arc<Active>,
        (parts, plain): (&Parts<'_>, &Value<'_>),
        sink: &mut Sink<'_>,
    ) -> Result<(), Reason> {
        let fault = || malformed("`@value` with `@type`, or with `@language` and `@direction`");
        let is_tagged = parts.language.is_some() || parts.direction.is_some();
        if !parts.has_only([false, true, true, true, true, false, false]) || (is_tagged && parts.kind.is_some()) {
            return Err(fault());
        }
        match sink {
            Sink::Graph => return Err(dropped(at.key, "a value that hangs on nothing")),
            Sink::Property { is_reverse: true, .. } => return Err(malformed("nodes under a reverse property")),
            _ if at.is_in_map => return Err(malformed("objects in a map").got(at.key.to_owned())),
            _ => {}
        }
        let literal = match parts.kind {
            Some(kind) => self.typed_literal(at, outside, kind, plain)?,
            None if *plain == Value::Null => return Err(dropped(at.key, "null")),
            None => {
                let language = self.tag_of(at, parts, plain)?;
                self.literal(plain, None, language.as_deref())?
            }
        };
        self.emit(sink, literal)
    }

    fn typed_literal(
        &mut self,
        at: &At<'_>,
        outside: &Arc<Active>,
        kind: &Value<'_>,
        plain: &Value<'_>,
    ) -> Result<Term, Reason> {
        let name = kind.as_str().ok_or_else(|| malformed("one text as the `@type` of a value").got(kind.kind()))?;
        if name == "@json" {
            return self.json_literal(plain);
        }
        if *plain == Value::Null {
            return Err(dropped(at.key, "null"));
        }
        match expand(&**outside, name, true) {
            Expanded::Text(datatype) if iri::is_well_formed(&datatype) => self.literal(plain, Some(&datatype), None),
            _ => Err(Reason::new(Code::LdUndefinedTerm).got(name.to_owned())),
        }
    }

    /// The language beside a `@value`.
    fn tag_of(&self, at: &At<'_>, parts: &Parts<'_>, plain: &Value<'_>) -> Result<Option<String>, Reason> {
        if parts.direction.is_some() || parts.language.is_some() {
            plain.as_str().ok_or_else(|| malformed("a text beside a language or direction").got(plain.kind()))?;
        }
        if let Some(direction) = parts.direction {
            if !matches!(direction.as_str(), Some("ltr" | "rtl")) {
                return Err(malformed("`ltr` or `rtl` as `@direction`"));
            }
            let iri = expand(&**at.active, at.key, true);
            if !matches!(iri, Expanded::Text(iri) if WITH_DIRECTION.contains(&&*iri)) {
                return Err(dropped(at.key, "@direction"));
            }
        }
        match parts.language {
            None => Ok(None),
            Some(language) => {
                let tag = language.as_str().ok_or_else(|| malformed("a text as `@language`").got(language.kind()))?;
                language_tag(tag, at.key).map(Some)
            }
        }
    }
}

/// The tag in lower case.
///
/// Errors: `ld.dropped_value` for an ill-formed one.
pub(super) fn language_tag(tag: &str, key: &str) -> Result<String, Reason> {
    if iri::is_language(tag) { Ok(tag.to_ascii_lowercase()) } else { Err(dropped(key, "an ill-formed language tag")) }
}
