//! Context processing and the making of term definitions (JSON-LD 1.1 API, sections 4.1 and 4.2).
//!
//! Error names of the specification stand in the facts of `ld.context_invalid`. Deviation: scoped contexts are checked when all
//! terms of their context stand; a protected term is protected from a `@reverse` definition too.

use std::sync::Arc;

use super::active::{Active, Draft, Expanded, Terms, checked_iri, expand, split};
use super::contexts::Contexts;
use super::definition::{Coercion, Container, Definition, IndexProperty, Mapping, Origin, Scoped};
use super::keyword::{self, Keyword};
use super::local::{Item, Local, Map, Raw, invalid};
use super::{iri, model_names};
use crate::limits;
use crate::reason::{Code, Reason};

/// How a context takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Effect {
    /// The `@context` of an object.
    Inside,
    /// That of a property: protected terms may be redefined.
    ForProperty,
    /// That of a type: it holds for one object only.
    ForType,
}

/// Makes active contexts, within the limits of one document.
pub(super) struct Definer<'c> {
    contexts: &'c Contexts,
    terms_left: usize,
}

/// Where in the work a context stands.
#[derive(Clone)]
struct Course {
    overrides_protected: bool,
    propagates: bool,
    /// `true` while the scoped contexts of a context are tried.
    is_trial: bool,
    /// The documents being loaded, the outermost first.
    loading: Vec<Arc<str>>,
}

/// How far a term's definition is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Begun,
    Done,
}

/// One map of definitions on its way into a draft.
struct Task<'m> {
    map: &'m Map,
    origin: &'m Origin,
    overrides_protected: bool,
    states: Vec<State>,
    /// How many definitions wait for the one being made.
    chain: usize,
}

impl<'c> Definer<'c> {
    pub(super) fn new(contexts: &'c Contexts) -> Self {
        Definer { contexts, terms_left: limits::CONTEXT_TERMS }
    }

    /// The terms in force after `local` on top of `active`.
    ///
    /// Errors: `ld.context_*`, `ld.protected_term`, `input.too_many_items`.
    pub(super) fn apply(
        &mut self,
        active: &Arc<Active>,
        local: &Local,
        origin: &Origin,
        effect: Effect,
    ) -> Result<Arc<Active>, Reason> {
        let mut draft = Draft::on(active);
        let course = Course {
            overrides_protected: effect == Effect::ForProperty,
            propagates: effect != Effect::ForType,
            is_trial: false,
            loading: Vec::new(),
        };
        self.process(&mut draft, local, origin, &course)?;
        Ok(draft.freeze())
    }

    fn process(&mut self, draft: &mut Draft, local: &Local, origin: &Origin, course: &Course) -> Result<(), Reason> {
        let own = if let Some(Item::Map(map)) = local.items.first() { map.propagate } else { None };
        let propagates = own.unwrap_or(course.propagates);
        if !propagates && draft.previous.is_none() {
            let previous = draft.snapshot();
            draft.set_previous(previous);
        }
        if origin.url.is_none() {
            draft.is_shared = false;
        }
        for item in &local.items {
            match item {
                Item::Null => reset(draft, propagates, course)?,
                Item::Url(url) => self.load(draft, url, course)?,
                Item::Map(map) => self.define(draft, map, origin, course)?,
            }
        }
        Ok(())
    }

    fn load(&mut self, draft: &mut Draft, url: &Arc<str>, course: &Course) -> Result<(), Reason> {
        if course.is_trial && course.loading.contains(url) {
            return Ok(());
        }
        if course.loading.len() >= limits::CONTEXT_NESTING {
            return Err(invalid("context overflow", url));
        }
        self.spend(0)?;
        let (local, origin) = self.contexts.load(url)?;
        let mut inner = Course { propagates: true, ..course.clone() };
        inner.loading.push(url.clone());
        self.process(draft, &local, &origin, &inner)
    }

    fn define(&mut self, draft: &mut Draft, map: &Map, origin: &Origin, course: &Course) -> Result<(), Reason> {
        if let Some(url) = &map.import {
            let imported = self.import(url)?;
            return self.define(draft, &map.over(&imported), origin, course);
        }
        if map.has_base && origin.url.is_none() {
            return Err(Reason::new(Code::LdUnsupportedKeyword).got("@base"));
        }
        if let Some(vocab) = &map.vocab {
            let vocab = match vocab {
                None => None,
                Some(text) => Some(checked_iri(expand(draft, text, true), "invalid vocab mapping", "@vocab")?),
            };
            draft.set_vocab(vocab);
        }
        if let Some(language) = &map.language {
            draft.set_language(language.clone());
        }
        let states = vec![State::Open; map.terms.len()];
        let mut task = Task { map, origin, overrides_protected: course.overrides_protected, states, chain: 0 };
        for place in 0..map.terms.len() {
            self.term(draft, &mut task, place)?;
        }
        self.try_scoped(draft, map, origin, course)
    }

    fn import(&mut self, url: &Arc<str>) -> Result<Arc<Map>, Reason> {
        let (local, _) = self.contexts.load(url)?;
        match local.items.as_slice() {
            [Item::Map(map)] if map.import.is_none() => Ok(map.clone()),
            _ => Err(invalid("invalid remote context", url)),
        }
    }

    /// A scoped context that cannot be processed spoils the context that it stands in.
    fn try_scoped(&mut self, draft: &mut Draft, map: &Map, origin: &Origin, course: &Course) -> Result<(), Reason> {
        let scoped = || map.terms.iter().filter_map(|(_, raw)| raw.context.as_ref());
        if scoped().next().is_none() {
            return Ok(());
        }
        let active = draft.snapshot();
        let course = Course { overrides_protected: true, propagates: true, is_trial: true, ..course.clone() };
        for local in scoped() {
            self.process(&mut Draft::on(&active), local, origin, &course)?;
        }
        Ok(())
    }

    /// Create Term Definition.
    fn term(&mut self, draft: &mut Draft, task: &mut Task<'_>, place: usize) -> Result<(), Reason> {
        let (map, Some(state)) = (task.map, task.states.get_mut(place)) else { return Ok(()) };
        let Some((term, raw)) = map.terms.get(place) else { return Ok(()) };
        match *state {
            State::Done => return Ok(()),
            State::Begun => return Err(invalid("cyclic IRI mapping", term)),
            State::Open => *state = State::Begun,
        }
        if task.chain >= limits::CONTEXT_CHAIN {
            return Err(invalid("shorter chains of terms", term));
        }
        task.chain += 1;
        self.spend(0)?;
        if let Some(definition) = self.definition(draft, task, term, raw)? {
            settle(draft, task, term, definition)?;
        }
        task.chain = task.chain.saturating_sub(1);
        if let Some(state) = task.states.get_mut(place) {
            *state = State::Done;
        }
        Ok(())
    }

    /// What the map says of the term; `None` for a term that is passed over.
    fn definition(
        &mut self,
        draft: &mut Draft,
        task: &mut Task<'_>,
        term: &Arc<str>,
        raw: &Raw,
    ) -> Result<Option<Definition>, Reason> {
        if term.is_empty() {
            return Err(invalid("invalid term definition", term));
        }
        if Keyword::from_text(term).is_some() && !(&**term == "@type" && raw.is_for_type()) {
            return Err(invalid("keyword redefinition", term));
        }
        let is_odd = |text: &str| keyword::has_form(text) && Keyword::from_text(text).is_none();
        let target = raw.id.as_ref().and_then(Option::as_deref).or(raw.reverse.as_deref());
        // Texts that look like keywords are kept free for later versions of JSON-LD.
        if is_odd(term) || target.is_some_and(is_odd) {
            return Ok(None);
        }
        let coercion = self.coercion(draft, task, term, raw)?;
        let (mapping, is_prefix) = self.mapping(draft, task, term, raw)?;
        if let Mapping::Iri(iri) = &mapping {
            self.spend(iri.len())?;
        }
        let container = raw.container.unwrap_or_default();
        let index = self.index(draft, task, term, raw)?;
        let is_prefix = match raw.is_prefix {
            Some(_) if term.contains([':', '/']) => return Err(invalid("invalid term definition", term)),
            Some(true) if matches!(mapping, Mapping::Keyword(_)) => {
                return Err(invalid("invalid term definition", term));
            }
            Some(flag) => flag,
            None => is_prefix,
        };
        let scoped = raw.context.clone().map(|local| Scoped { local, origin: task.origin.clone() });
        Ok(Some(Definition {
            is_alias: !task.origin.is_bundled && is_alias(term, &mapping),
            mapping,
            coercion: checked_coercion(coercion, container, term)?,
            container,
            index,
            language: raw.language.clone().filter(|_| raw.coercion.is_none()),
            scoped,
            nest: raw.nest.clone(),
            is_reverse: raw.reverse.is_some(),
            is_prefix,
            is_protected: raw.is_protected.or(task.map.is_protected).unwrap_or(false),
        }))
    }

    fn coercion(
        &mut self,
        draft: &mut Draft,
        task: &mut Task<'_>,
        term: &str,
        raw: &Raw,
    ) -> Result<Option<Coercion>, Reason> {
        let Some(text) = raw.coercion.as_deref() else { return Ok(None) };
        self.define_first(draft, task, text)?;
        Ok(Some(match expand(draft, text, true) {
            Expanded::Keyword(Keyword::Id) => Coercion::Id,
            Expanded::Keyword(Keyword::Vocab) => Coercion::Vocab,
            Expanded::Keyword(Keyword::Json) => Coercion::Json,
            Expanded::Keyword(Keyword::None) => Coercion::None,
            Expanded::Text(iri) if iri::is_well_formed(&iri) => Coercion::Datatype(iri.into()),
            _ => return Err(invalid("invalid type mapping", term)),
        }))
    }

    /// What the term stands for, and whether it may be a prefix (steps 13 to 18).
    fn mapping(
        &mut self,
        draft: &mut Draft,
        task: &mut Task<'_>,
        term: &Arc<str>,
        raw: &Raw,
    ) -> Result<(Mapping, bool), Reason> {
        if let Some(reverse) = raw.reverse.as_deref() {
            let is_set = raw.container.is_none_or(|c| c == Container::SET || c == Container::INDEX);
            if !is_set {
                return Err(invalid("invalid reverse property", term));
            }
            self.define_first(draft, task, reverse)?;
            let iri = checked_iri(expand(draft, reverse, true), "invalid IRI mapping", term)?;
            return Ok((Mapping::Iri(iri), false));
        }
        match &raw.id {
            Some(None) => return Ok((Mapping::Null, false)),
            Some(Some(id)) if **id != **term => return self.mapping_of_id(draft, task, (term, id), raw),
            _ => {}
        }
        if let Some((prefix, suffix)) = term.get(1..).and_then(|_| split(term)) {
            self.define_prefix(draft, task, prefix)?;
            let iri = match draft.definition(prefix).map(|definition| &definition.mapping) {
                Some(Mapping::Iri(iri)) => Expanded::Text(format!("{iri}{suffix}").into()),
                _ => Expanded::Text((&**term).into()),
            };
            return Ok((Mapping::Iri(checked_iri(iri, "invalid IRI mapping", term)?), false));
        }
        if &**term == "@type" {
            return Ok((Mapping::Keyword(Keyword::Type), false));
        }
        let iri = draft.vocab().map(|vocab| format!("{vocab}{term}")).unwrap_or_default();
        Ok((Mapping::Iri(checked_iri(Expanded::Text(iri.into()), "invalid IRI mapping", term)?), false))
    }

    /// The same for a term whose `@id` is another text (step 14.2).
    fn mapping_of_id(
        &mut self,
        draft: &mut Draft,
        task: &mut Task<'_>,
        (term, id): (&str, &str),
        raw: &Raw,
    ) -> Result<(Mapping, bool), Reason> {
        self.define_first(draft, task, id)?;
        let iri = match expand(draft, id, true) {
            Expanded::Keyword(Keyword::Context) => return Err(invalid("invalid keyword alias", term)),
            Expanded::Keyword(keyword) => return Ok((Mapping::Keyword(keyword), false)),
            text => checked_iri(text, "invalid IRI mapping", term)?,
        };
        let looks_like_iri = term.contains('/') || split(term).is_some_and(|(_, suffix)| !suffix.is_empty());
        if looks_like_iri {
            // A term in the form of an IRI must be that IRI.
            if let Some((prefix, _)) = split(term) {
                self.define_prefix(draft, task, prefix)?;
            }
            if expand(draft, term, true) != Expanded::Text((&*iri).into()) {
                return Err(invalid("invalid IRI mapping", term));
            }
        }
        let ends_open = iri.ends_with([':', '/', '?', '#', '[', ']', '@']) || iri.starts_with("_:");
        let is_prefix = raw.is_simple && ends_open && !term.contains([':', '/']);
        Ok((Mapping::Iri(iri), is_prefix))
    }

    fn index(
        &mut self,
        draft: &mut Draft,
        task: &mut Task<'_>,
        term: &str,
        raw: &Raw,
    ) -> Result<Option<IndexProperty>, Reason> {
        let Some(text) = raw.index.as_deref() else { return Ok(None) };
        if !raw.container.unwrap_or_default().has(Container::INDEX) {
            return Err(invalid("invalid term definition", term));
        }
        self.define_first(draft, task, text)?;
        let iri = checked_iri(expand(draft, text, true), "invalid term definition", term)?;
        Ok(Some(IndexProperty { name: text.into(), iri }))
    }

    /// Defines what the text names in the same map, so that it can be expanded.
    fn define_first(&mut self, draft: &mut Draft, task: &mut Task<'_>, text: &str) -> Result<(), Reason> {
        if Keyword::from_text(text).is_some() {
            return Ok(());
        }
        if let Some(place) = task.map.place(text) {
            return self.term(draft, task, place);
        }
        match split(text) {
            Some((prefix, suffix)) if prefix != "_" && !suffix.starts_with("//") => {
                self.define_prefix(draft, task, prefix)
            }
            _ => Ok(()),
        }
    }

    fn define_prefix(&mut self, draft: &mut Draft, task: &mut Task<'_>, prefix: &str) -> Result<(), Reason> {
        match task.map.place(prefix) {
            Some(place) => self.term(draft, task, place),
            None => Ok(()),
        }
    }

    /// Takes a definition of that many bytes from what may be made.
    fn spend(&mut self, bytes: usize) -> Result<(), Reason> {
        let steps = bytes / 64 + 1;
        let too_many =
            || Reason::new(Code::InputTooManyItems).expected(format!("at most {} terms", limits::CONTEXT_TERMS));
        self.terms_left = self.terms_left.checked_sub(steps).ok_or_else(too_many)?;
        Ok(())
    }
}

/// A context of `null` (step 5.1).
fn reset(draft: &mut Draft, propagates: bool, course: &Course) -> Result<(), Reason> {
    if !course.overrides_protected && draft.has_protected() {
        return Err(Reason::new(Code::LdProtectedTerm).got("null, which would forget all terms"));
    }
    let previous = if propagates { None } else { Some(draft.snapshot()) };
    draft.reset();
    if let Some(previous) = previous {
        draft.set_previous(previous);
    }
    Ok(())
}

/// Puts the definition in force, unless a protected one says otherwise (step 27).
fn settle(draft: &mut Draft, task: &Task<'_>, term: &Arc<str>, definition: Definition) -> Result<(), Reason> {
    if let Some(previous) = draft.remove(term)
        && previous.is_protected
        && !task.overrides_protected
    {
        if !definition.says_the_same(&previous) {
            return Err(Reason::new(Code::LdProtectedTerm).got(term.to_string()));
        }
        draft.insert(term, previous);
        return Ok(());
    }
    draft.insert(term, Arc::new(definition));
    Ok(())
}

/// The type mapping, as the container asks for it (step 19.4).
fn checked_coercion(coercion: Option<Coercion>, container: Container, term: &str) -> Result<Option<Coercion>, Reason> {
    match coercion {
        None if container.has(Container::TYPE) => Ok(Some(Coercion::Id)),
        Some(Coercion::Id | Coercion::Vocab) | None => Ok(coercion),
        Some(_) if container.has(Container::TYPE) => Err(invalid("invalid type mapping", term)),
        Some(_) => Ok(coercion),
    }
}

/// `true` when the term is another name for `@id`, `@type` or something of the data model.
fn is_alias(term: &str, mapping: &Mapping) -> bool {
    match mapping {
        Mapping::Keyword(Keyword::Id) => term != "id",
        Mapping::Keyword(Keyword::Type) => term != "type" && term != "@type",
        Mapping::Iri(iri) => model_names::is_alias(term, iri),
        _ => false,
    }
}
