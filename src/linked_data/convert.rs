//! JSON-LD 1.1 to RDF (JSON-LD 1.1 API, sections 5 and 7.2) in one walk and in safe mode.
//!
//! Expansion, the node map and the dataset are one step here: a set of statements does not care in which order it is made. Safe mode
//! (VC Data Integrity 1.0, section 2.4.1) means that nothing is dropped: an undefined term, a relative IRI, `null`, an empty array,
//! a value that hangs on nothing are faults. Deviations, all of them stricter: two members for one keyword are a fault, `@type` too;
//! `@graph`, `@included`, `@reverse`, `@nest` and `@index` are refused as members, because plain JSON readers would see another
//! credential; so is an object inside the document that bears the document's own `id` and says more of it; and so are other names
//! for the members of the data model. Language tags are written in lower case. `@direction` has no place in RDF: it is
//! taken on names and descriptions, as the data model does, and refused elsewhere.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::active::Active;
use super::contexts::{Contexts, Root, Step, key_of};
use super::dataset::{Builder, Dataset, Quad, Term};
use super::definer::{Definer, Effect};
use super::definition::{Definition, Origin};
use super::iri;
use super::local::{Item, Local};
use super::positions::Positions;
use crate::encoding::json::Value;
use crate::reason::{Code, Reason};

/// What the caller permits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// `true` to take contexts that stand inside the document. Whoever holds a document can change them.
    pub inline_contexts: bool,
}

/// The document as RDF.
///
/// The labels of its blank nodes depend on nothing but where their objects stand in the document.
///
/// # Errors
/// `ld.*`, `json.number_range`, `input.too_many_items`; facts name members and types, never values.
pub fn to_rdf(document: &Value<'_>, contexts: &Contexts, demands: Demands) -> Result<Dataset, Reason> {
    convert(document, Positions::of(document, None), contexts, demands)
}

/// The same, with blank nodes named after these positions.
pub(super) fn convert(
    document: &Value<'_>,
    positions: Positions,
    contexts: &Contexts,
    demands: Demands,
) -> Result<Dataset, Reason> {
    let Value::Object(_) = document else {
        return Err(malformed("one object").got(document.kind()));
    };
    let active = Active::initial();
    let mut conversion = Conversion {
        contexts,
        demands,
        builder: Builder::new(),
        positions,
        definer: Definer::new(contexts),
        root: None,
        derived: HashMap::default(),
        named: HashMap::default(),
        document_node: None,
    };
    conversion.object(&At::top(&active), document, &mut Sink::Graph)?;
    Ok(conversion.builder.finish())
}

/// One conversion under way.
pub(super) struct Conversion<'r> {
    contexts: &'r Contexts,
    demands: Demands,
    pub(super) builder: Builder,
    pub(super) positions: Positions,
    definer: Definer<'r>,
    /// The compiled contexts of the document, once they are known.
    root: Option<Arc<Root>>,
    /// Contexts derived from others that may not be kept.
    derived: HashMap<(u64, Step), Arc<Active>, RandomState>,
    /// Blank nodes that the document names.
    named: HashMap<String, Term, RandomState>,
    /// The node that the document is about, when it has an IRI or a name.
    pub(super) document_node: Option<Term>,
}

/// Where in the document a value stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// The terms in force around it.
    pub(super) active: &'a Arc<Active>,
    /// The member whose value it is; empty at the top.
    pub(super) key: &'a str,
    /// What the context says of that member.
    pub(super) definition: Option<&'a Arc<Definition>>,
    /// The graph that its statements belong to.
    pub(super) graph: Option<Term>,
    /// `true` for a value of an id or type map.
    pub(super) is_in_map: bool,
    /// What the key of a map says of the node.
    pub(super) extra: Extra,
}

/// What the key of a map says of a node.
#[derive(Clone, Copy, Default)]
pub(super) struct Extra {
    pub(super) id: Option<Term>,
    pub(super) kind: Option<Term>,
    pub(super) property: Option<(Term, Term)>,
}

impl<'a> At<'a> {
    fn top(active: &'a Arc<Active>) -> Self {
        At { active, key: "", definition: None, graph: None, is_in_map: false, extra: Extra::default() }
    }
}

/// What becomes of a value.
pub(super) enum Sink<'s> {
    /// It is a node of a graph and hangs on nothing.
    Graph,
    /// It is the object of this statement, or the subject when the property is reversed.
    Property { subject: Term, predicate: Term, graph: Option<Term>, is_reverse: bool },
    /// It is an element of a list.
    List(&'s mut Vec<Term>),
}

impl Conversion<'_> {
    /// Hands a finished value over.
    pub(super) fn emit(&mut self, sink: &mut Sink<'_>, term: Term) -> Result<(), Reason> {
        match sink {
            Sink::Graph => Ok(()),
            Sink::List(items) => {
                items.push(term);
                Ok(())
            }
            Sink::Property { subject, predicate, graph, is_reverse } => {
                let (subject, object) = if *is_reverse { (term, *subject) } else { (*subject, term) };
                self.builder.push(Quad { subject, predicate: *predicate, object, graph: *graph })
            }
        }
    }

    /// The blank node that the document calls so.
    pub(super) fn named_blank(&mut self, label: &str) -> Result<Term, Reason> {
        if let Some(term) = self.named.get(label) {
            return Ok(*term);
        }
        let term = self.builder.blank(format!("u{label}"))?;
        self.named.insert(label.to_owned(), term);
        Ok(term)
    }

    /// The term of an IRI or a named blank node.
    ///
    /// Errors: `ld.dropped_value` for what is neither, naming the member.
    pub(super) fn node_term(&mut self, text: &str, key: &str) -> Result<Term, Reason> {
        if let Some(label) = text.strip_prefix("_:") {
            if !iri::is_blank_label(label) {
                return Err(dropped(key, "an ill-formed blank node"));
            }
            return self.named_blank(label);
        }
        if iri::is_well_formed(text) {
            return self.builder.iri(text);
        }
        let what = if iri::has_scheme(text) { "an ill-formed IRI" } else { "a relative IRI" };
        Err(dropped(key, what))
    }

    /// The terms in force inside an object with this `@context`.
    pub(super) fn enter(&mut self, active: &Arc<Active>, context: &Value<'_>) -> Result<Arc<Active>, Reason> {
        let Some(urls) = urls_of(context)? else {
            if !self.demands.inline_contexts {
                return Err(Reason::new(Code::LdContextInline).expected("URLs").got(kind_inside(context)));
            }
            return self.definer.apply(active, &Local::of(context)?, &Origin::default(), Effect::Inside);
        };
        if self.root.is_none() && Arc::ptr_eq(active, &Active::initial()) {
            let root = self.contexts.root(&urls)?;
            let active = root.active.clone();
            self.root = Some(root);
            return Ok(active);
        }
        let step = Step::Urls(key_of(&urls)?);
        self.derive(active, step, |definer| {
            let items = urls.iter().map(|url| Item::Url((*url).into())).collect();
            definer.apply(active, &Local { items }, &Origin::of_urls(), Effect::Inside)
        })
    }

    /// The terms in force where the definition's own context holds, if it has one.
    pub(super) fn scoped<'a>(
        &mut self,
        active: &'a Arc<Active>,
        definition: Option<&Arc<Definition>>,
        effect: Effect,
    ) -> Result<Cow<'a, Arc<Active>>, Reason> {
        let Some((definition, scoped)) = definition.and_then(|it| Some((it, it.scoped.as_ref()?))) else {
            return Ok(Cow::Borrowed(active));
        };
        let step = Step::Scoped(Arc::as_ptr(definition).addr(), effect);
        let derived =
            self.derive(active, step, |definer| definer.apply(active, &scoped.local, &scoped.origin, effect))?;
        Ok(Cow::Owned(derived))
    }

    fn derive(
        &mut self,
        active: &Arc<Active>,
        step: Step,
        make: impl FnOnce(&mut Definer<'_>) -> Result<Arc<Active>, Reason>,
    ) -> Result<Arc<Active>, Reason> {
        let shared = self.root.clone().filter(|_| active.is_shared);
        if let Some(kept) = shared.as_ref().and_then(|root| root.derived(active.id, &step)) {
            return Ok(kept);
        }
        if let Some(kept) = self.derived.get(&(active.id, step.clone())) {
            return Ok(kept.clone());
        }
        let made = make(&mut self.definer)?;
        if let Some(root) = shared.filter(|_| made.is_shared) {
            root.keep(active.id, step.clone(), made.clone());
        }
        // Kept here in any case: the shared place may be full.
        self.derived.insert((active.id, step), made.clone());
        Ok(made)
    }
}

/// The URLs of a context that is nothing else; `None` for one that holds definitions or `null`.
fn urls_of<'v>(context: &'v Value<'_>) -> Result<Option<Vec<&'v str>>, Reason> {
    match context {
        Value::String(url) => Ok(Some(vec![url.as_ref()])),
        Value::Array(items) => {
            if let Some(odd) =
                items.iter().find(|item| matches!(item, Value::Number(_) | Value::Bool(_) | Value::Array(_)))
            {
                return Err(Reason::new(Code::LdContextInvalid).expected("URLs").got(odd.kind()));
            }
            Ok(items.iter().map(Value::as_str).collect())
        }
        Value::Object(_) | Value::Null => Ok(None),
        odd => Err(Reason::new(Code::LdContextInvalid).expected("URLs").got(odd.kind())),
    }
}

fn kind_inside(context: &Value<'_>) -> &'static str {
    let items = context.as_array().unwrap_or(std::slice::from_ref(context));
    items.iter().find(|item| item.as_str().is_none()).map_or("", Value::kind)
}

/// `ld.malformed`.
pub(super) fn malformed(expected: &'static str) -> Reason {
    Reason::new(Code::LdMalformed).expected(expected)
}

/// `ld.dropped_value`: what of the member would be lost.
pub(super) fn dropped(key: &str, what: &'static str) -> Reason {
    let place = if key.is_empty() { "the document".to_owned() } else { format!("`{key}`") };
    Reason::new(Code::LdDroppedValue).got(format!("{what} at {place}"))
}
