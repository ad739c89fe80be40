//! Active contexts: the terms in force at one place of a document, as layers over one another.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use super::definition::{Definition, Mapping};
use super::keyword::{self, Keyword};
use super::{iri, local};
use crate::reason::Reason;

/// Layers before they are made one.
const LAYERS: usize = 6;

/// Terms by name; a name without a definition hides that of a layer below.
///
/// Each map has a seed of its own that nobody outside can foresee.
type Layer = HashMap<Arc<str>, Option<Arc<Definition>>, foldhash::quality::RandomState>;

/// The terms in force.
#[derive(Debug)]
pub(super) struct Active {
    /// A number that no other has, nor will have.
    pub(super) id: u64,
    below: Option<Arc<Active>>,
    layers: usize,
    own: Layer,
    vocab: Option<Arc<str>>,
    /// The language of texts.
    pub(super) language: Option<Arc<str>>,
    /// The terms outside, when these hold for one object only.
    pub(super) previous: Option<Arc<Active>>,
    /// `true` when it is made of pinned documents alone, and may be kept.
    pub(super) is_shared: bool,
}

/// What a text of a document stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expanded<'v> {
    /// Nothing.
    Null,
    /// A keyword.
    Keyword(Keyword),
    /// An IRI, a blank node with `_:`, or a text that is neither.
    Text(Cow<'v, str>),
}

/// What expansion looks at.
pub(super) trait Terms {
    /// The definition of a term.
    fn definition(&self, term: &str) -> Option<&Arc<Definition>>;
    /// What goes before texts that are no terms.
    fn vocab(&self) -> Option<&str>;
}

/// IRI expansion (JSON-LD 1.1 API, section 5.2) without a base; `as_term` when the text may be a term.
pub(super) fn expand<'v>(terms: &'v impl Terms, text: &'v str, as_term: bool) -> Expanded<'v> {
    expand_defined(terms, text, as_term, terms.definition(text))
}

/// The same of a text whose definition, if it has one, was looked up.
pub(super) fn expand_defined<'v>(
    terms: &'v impl Terms,
    text: &'v str,
    as_term: bool,
    definition: Option<&'v Arc<Definition>>,
) -> Expanded<'v> {
    if text.starts_with('@') {
        if let Some(keyword) = Keyword::from_text(text) {
            return Expanded::Keyword(keyword);
        }
        if keyword::has_form(text) {
            return Expanded::Null;
        }
    }
    // Without `as_term` a definition counts only when it is a keyword's.
    match definition.map(|definition| &definition.mapping) {
        Some(Mapping::Keyword(keyword)) => return Expanded::Keyword(*keyword),
        Some(Mapping::Null) if as_term => return Expanded::Null,
        Some(Mapping::Iri(iri)) if as_term => return Expanded::Text(Cow::Borrowed(iri)),
        _ => {}
    }
    if let Some((prefix, suffix)) = split(text) {
        if prefix == "_" || suffix.starts_with("//") {
            return Expanded::Text(Cow::Borrowed(text));
        }
        if let Some(definition) = terms.definition(prefix)
            && definition.is_prefix
            && let Mapping::Iri(iri) = &definition.mapping
        {
            return Expanded::Text(Cow::Owned(format!("{iri}{suffix}")));
        }
        if iri::has_scheme(text) {
            return Expanded::Text(Cow::Borrowed(text));
        }
    }
    match terms.vocab().filter(|_| as_term) {
        Some(vocab) => Expanded::Text(Cow::Owned(format!("{vocab}{text}"))),
        None => Expanded::Text(Cow::Borrowed(text)),
    }
}

/// The parts before and after the first colon that does not begin the text.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let (prefix, suffix) = text.split_once(':')?;
    if prefix.is_empty() { None } else { Some((prefix, suffix)) }
}

impl Terms for Active {
    fn definition(&self, term: &str) -> Option<&Arc<Definition>> {
        let mut layer = self;
        loop {
            if let Some(definition) = layer.own.get(term) {
                return definition.as_ref();
            }
            layer = layer.below.as_deref()?;
        }
    }

    fn vocab(&self) -> Option<&str> {
        self.vocab.as_deref()
    }
}

impl Active {
    /// No terms: where every document begins.
    pub(super) fn initial() -> Arc<Active> {
        static INITIAL: LazyLock<Arc<Active>> = LazyLock::new(|| Draft::empty().freeze());
        INITIAL.clone()
    }

    /// Every definition in force.
    fn visible(&self) -> HashMap<&Arc<str>, &Arc<Definition>> {
        let mut all = self.below.as_ref().map(|below| below.visible()).unwrap_or_default();
        for (term, definition) in &self.own {
            match definition {
                Some(definition) => all.insert(term, definition),
                None => all.remove(term),
            };
        }
        all
    }
}

/// An active context in the making.
pub(super) struct Draft {
    below: Option<Arc<Active>>,
    own: Layer,
    vocab: Option<Arc<str>>,
    pub(super) language: Option<Arc<str>>,
    pub(super) previous: Option<Arc<Active>>,
    pub(super) is_shared: bool,
    is_changed: bool,
}

impl Terms for Draft {
    fn definition(&self, term: &str) -> Option<&Arc<Definition>> {
        match self.own.get(term) {
            Some(definition) => definition.as_ref(),
            None => self.below.as_ref()?.definition(term),
        }
    }

    fn vocab(&self) -> Option<&str> {
        self.vocab.as_deref()
    }
}

impl Draft {
    fn empty() -> Draft {
        Draft {
            below: None,
            own: Layer::default(),
            vocab: None,
            language: None,
            previous: None,
            is_shared: true,
            is_changed: true,
        }
    }

    /// A copy to change.
    pub(super) fn on(active: &Arc<Active>) -> Draft {
        Draft {
            below: Some(active.clone()),
            own: Layer::default(),
            vocab: active.vocab.clone(),
            language: active.language.clone(),
            previous: active.previous.clone(),
            is_shared: active.is_shared,
            is_changed: false,
        }
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        let is_shared = self.is_shared;
        *self = Draft { is_shared, ..Draft::empty() };
    }

    /// Sets what goes before texts that are no terms.
    pub(super) fn set_vocab(&mut self, vocab: Option<Arc<str>>) {
        self.vocab = vocab;
        self.is_changed = true;
    }

    pub(super) fn set_language(&mut self, language: Option<Arc<str>>) {
        self.language = language;
        self.is_changed = true;
    }

    pub(super) fn set_previous(&mut self, previous: Arc<Active>) {
        self.previous = Some(previous);
        self.is_changed = true;
    }

    /// Takes a definition out.
    pub(super) fn remove(&mut self, term: &Arc<str>) -> Option<Arc<Definition>> {
        let found = self.definition(term).cloned();
        if found.is_some() {
            self.own.insert(term.clone(), None);
            self.is_changed = true;
        }
        found
    }

    pub(super) fn insert(&mut self, term: &Arc<str>, definition: Arc<Definition>) {
        self.own.insert(term.clone(), Some(definition));
        self.is_changed = true;
    }

    /// `true` when a protected term is in force.
    pub(super) fn has_protected(&self) -> bool {
        let mut visible = self.below.as_ref().map(|below| below.visible()).unwrap_or_default();
        for (term, definition) in &self.own {
            match definition {
                Some(definition) => visible.insert(term, definition),
                None => visible.remove(term),
            };
        }
        visible.values().any(|definition| definition.is_protected)
    }

    /// The active context as it is now; the draft goes on from it.
    pub(super) fn snapshot(&mut self) -> Arc<Active> {
        let frozen = std::mem::replace(self, Draft::empty()).freeze();
        *self = Draft::on(&frozen);
        frozen
    }

    /// The active context.
    pub(super) fn freeze(self) -> Arc<Active> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if let Some(below) = &self.below
            && !self.is_changed
        {
            return below.clone();
        }
        let layers = self.below.as_ref().map_or(0, |below| below.layers).saturating_add(1);
        let mut active = Active {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            below: self.below,
            layers,
            own: self.own,
            vocab: self.vocab,
            language: self.language,
            previous: self.previous,
            is_shared: self.is_shared,
        };
        if layers > LAYERS {
            let all = active.visible();
            let own = all.into_iter().map(|(term, definition)| (term.clone(), Some(definition.clone()))).collect();
            active = Active { below: None, layers: 1, own, ..active };
        }
        Arc::new(active)
    }
}

/// The text, when it is an IRI that RDF can hold or a blank node.
pub(super) fn checked_iri(expanded: Expanded<'_>, fault: &'static str, term: &str) -> Result<Arc<str>, Reason> {
    match expanded {
        Expanded::Text(text) if text.starts_with("_:") || iri::is_well_formed(&text) => Ok(text.into()),
        _ => Err(local::invalid(fault, term)),
    }
}
