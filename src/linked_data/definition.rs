//! Term definitions (JSON-LD 1.1 API, section 4.2): what a context says of one term.

use std::sync::Arc;

use super::keyword::Keyword;
use super::local::Local;

/// What a term stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mapping {
    /// Nothing: the term is taken out of use.
    Null,
    /// A keyword.
    Keyword(Keyword),
    /// An IRI, or a blank node with `_:`.
    Iri(Arc<str>),
}

/// The type mapping: what becomes of a plain value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Coercion {
    /// `@id`: a text is an IRI.
    Id,
    /// `@vocab`: a text is a term or an IRI.
    Vocab,
    /// `@json`: the value is a JSON literal.
    Json,
    /// `@none`: nothing.
    None,
    /// A literal of this datatype.
    Datatype(Arc<str>),
}

/// The container mapping: a set of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Container(u8);

impl Container {
    pub(super) const GRAPH: Container = Container(1);
    pub(super) const ID: Container = Container(2);
    pub(super) const INDEX: Container = Container(4);
    pub(super) const LANGUAGE: Container = Container(8);
    pub(super) const LIST: Container = Container(16);
    pub(super) const SET: Container = Container(32);
    pub(super) const TYPE: Container = Container(64);

    /// The container with this name.
    pub(super) fn from_text(text: &str) -> Option<Container> {
        Some(match text {
            "@graph" => Container::GRAPH,
            "@id" => Container::ID,
            "@index" => Container::INDEX,
            "@language" => Container::LANGUAGE,
            "@list" => Container::LIST,
            "@set" => Container::SET,
            "@type" => Container::TYPE,
            _ => return None,
        })
    }

    /// Both.
    pub(super) fn with(self, other: Container) -> Container {
        Container(self.0 | other.0)
    }

    /// `true` when the two share one.
    pub(super) fn has(self, other: Container) -> bool {
        self.0 & other.0 != 0
    }

    /// `true` when the specification knows this combination.
    pub(super) fn is_allowed(self) -> bool {
        let without = |other: Container| Container(self.0 & !other.0);
        let few = |container: Container| container.0.count_ones() <= 1;
        if self.has(Container::LIST) {
            return self == Container::LIST;
        }
        // `@graph` goes with `@id` or `@index`; `@set` with everything.
        if self.has(Container::GRAPH) {
            let rest = without(Container::GRAPH.with(Container::SET));
            return few(rest) && !rest.has(Container::LANGUAGE.with(Container::TYPE));
        }
        few(without(Container::SET))
    }
}

/// Where a context was written.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Origin {
    /// The document's URL; `None` inside a credential.
    pub(super) url: Option<Arc<str>>,
    /// `true` for a document that is part of this program.
    pub(super) is_bundled: bool,
}

impl Origin {
    /// That of a list of URLs: it defines nothing itself.
    pub(super) fn of_urls() -> Self {
        Origin { url: Some("".into()), is_bundled: false }
    }
}

/// A context that holds only inside a term's value, or for objects of a type.
#[derive(Clone, Debug)]
pub(super) struct Scoped {
    pub(super) local: Arc<Local>,
    pub(super) origin: Origin,
}

/// The property that holds the keys of an index map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexProperty {
    /// As the context writes it.
    pub(super) name: Arc<str>,
    pub(super) iri: Arc<str>,
}

/// What a context says of one term.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) mapping: Mapping,
    pub(super) coercion: Option<Coercion>,
    pub(super) container: Container,
    /// The property that holds the keys of an index map.
    pub(super) index: Option<IndexProperty>,
    /// The language of texts; `Some(None)` is none, whatever the context's own is.
    pub(super) language: Option<Option<Arc<str>>>,
    pub(super) scoped: Option<Scoped>,
    pub(super) nest: Option<Arc<str>>,
    pub(super) is_reverse: bool,
    pub(super) is_prefix: bool,
    pub(super) is_protected: bool,
    /// `true` when a context that is not bundled gives a keyword or a name of the data model this other name.
    pub(super) is_alias: bool,
}

impl Definition {
    /// `true` when both say the same, protection apart.
    pub(super) fn says_the_same(&self, other: &Definition) -> bool {
        let scoped = |definition: &Definition| definition.scoped.as_ref().map(|scoped| scoped.local.clone());
        self.mapping == other.mapping
            && self.coercion == other.coercion
            && self.container == other.container
            && self.index == other.index
            && self.language == other.language
            && self.nest == other.nest
            && self.is_reverse == other.is_reverse
            && self.is_prefix == other.is_prefix
            && scoped(self) == scoped(other)
    }
}
