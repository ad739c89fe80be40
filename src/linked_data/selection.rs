//! Parts of a document by JSON pointers: `selectJsonLd` of Data Integrity ECDSA Cryptosuites 1.0, section 3.4.13.
//!
//! A selected part remembers where its objects stood in the whole document. Its blank nodes have the labels that they have in
//! the dataset of the whole, so that statements of both compare as they are; the specification names nodes first for this.
//! Deviation: a context inside a selected object comes with it, and so does an `id` that names a blank node.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::contexts::Contexts;
use super::convert::{Demands, convert};
use super::dataset::Dataset;
use super::positions::Positions;
use crate::encoding::json::Value;
use crate::limits;
use crate::reason::{Code, Reason};

/// Members that an object keeps when anything inside it is selected.
const KEPT: [&str; 5] = ["@context", "id", "@id", "type", "@type"];

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected<'a> {
    document: Value<'a>,
    /// For each container of the part, in document order, its number in the whole.
    origins: Vec<u32>,
}

impl<'a> Selected<'a> {
    /// The part as a document of its own.
    pub fn document(&self) -> &Value<'a> {
        &self.document
    }

    /// The part as a document of its own.
    pub fn into_document(self) -> Value<'a> {
        self.document
    }

    /// The part's dataset; its blank nodes have the labels that [`super::to_rdf`] gives them in the whole document.
    ///
    /// A list of which only some elements are selected is another list: its statements are not those of the whole.
    ///
    /// # Errors
    /// Those of [`super::to_rdf`].
    pub fn to_rdf(&self, contexts: &Contexts, demands: Demands) -> Result<Dataset, Reason> {
        convert(&self.document, Positions::of(&self.document, Some(&self.origins)), contexts, demands)
    }
}

/// The part of `document` that these JSON pointers (RFC 6901) name: each value with the `id` and `type` of every object on the way
/// to it; an array keeps the selected elements in their order. `None` when there is no pointer.
///
/// # Errors
/// `di.selective` for a text that is no pointer, or points at nothing; `input.too_many_items`.
pub fn select<'a>(document: &Value<'a>, pointers: &[String]) -> Result<Option<Selected<'a>>, Reason> {
    if pointers.is_empty() {
        return Ok(None);
    }
    if pointers.len() > limits::SELECTION_POINTERS {
        let limit = format!("at most {} pointers", limits::SELECTION_POINTERS);
        return Err(Reason::new(Code::InputTooManyItems).expected(limit).got(pointers.len()));
    }
    let mut mask = Mask::default();
    for pointer in pointers {
        add(&mut mask, document, pointer)?;
    }
    let mut part = Part { next: 0, origins: Vec::new() };
    let document = part.take(document, &mask);
    Ok(Some(Selected { document, origins: part.origins }))
}

/// What of a value is selected.
#[derive(Default)]
struct Mask<'p> {
    whole: bool,
    /// Members by name, elements by number.
    inner: BTreeMap<Cow<'p, str>, Mask<'p>>,
}

fn add<'p>(mask: &mut Mask<'p>, document: &Value<'_>, pointer: &'p str) -> Result<(), Reason> {
    // What a pointer says may name the subject's members; it is not repeated.
    let fault = |expected: &'static str| Reason::new(Code::DiSelective).expected(expected);
    let steps = match pointer.strip_prefix('/') {
        Some(steps) => Some(steps.split('/')),
        None if pointer.is_empty() => None,
        None => return Err(fault("a JSON pointer")),
    };
    let (mut value, mut mask) = (document, mask);
    for step in steps.into_iter().flatten() {
        let step = unescaped(step).ok_or_else(|| fault("a JSON pointer"))?;
        let inner = match value {
            Value::Object(_) => value.member(&step),
            Value::Array(items) => element(&step).and_then(|at| items.get(at)),
            _ => None,
        };
        value = inner.ok_or_else(|| fault("a JSON pointer to something"))?;
        mask = mask.inner.entry(step).or_default();
    }
    mask.whole = true;
    Ok(())
}

/// The number of an element: digits without leading zeros.
fn element(step: &str) -> Option<usize> {
    let plain = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    if plain { step.parse().ok() } else { None }
}

/// The step with `~1` as a slash and `~0` as a tilde; `None` for another tilde.
fn unescaped(step: &str) -> Option<Cow<'_, str>> {
    if !step.contains('~') {
        return Some(Cow::Borrowed(step));
    }
    let mut pieces = step.split('~');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let mut characters = piece.chars();
        text.push(match characters.next()? {
            '0' => '~',
            '1' => '/',
            _ => return None,
        });
        text.push_str(characters.as_str());
    }
    Some(Cow::Owned(text))
}

/// A part in the making: the number of the next container of the whole, and those of the containers taken.
struct Part {
    next: u32,
    origins: Vec<u32>,
}

impl Part {
    fn take<'a>(&mut self, value: &Value<'a>, mask: &Mask<'_>) -> Value<'a> {
        if mask.whole {
            self.pass(value, true);
            return value.clone();
        }
        match value {
            Value::Object(members) => {
                self.count(true);
                let mut taken = Vec::new();
                for (name, member) in members {
                    if let Some(inner) = mask.inner.get(name.as_ref()) {
                        taken.push((name.clone(), self.take(member, inner)));
                    } else {
                        let is_kept = KEPT.contains(&name.as_ref());
                        self.pass(member, is_kept);
                        if is_kept {
                            taken.push((name.clone(), member.clone()));
                        }
                    }
                }
                Value::Object(taken)
            }
            Value::Array(items) => {
                self.count(true);
                let mut taken = Vec::new();
                for (at, item) in items.iter().enumerate() {
                    match mask.inner.get(at.to_string().as_str()) {
                        Some(inner) => taken.push(self.take(item, inner)),
                        None => self.pass(item, false),
                    }
                }
                Value::Array(taken)
            }
            scalar => scalar.clone(),
        }
    }

    /// Counts the containers of a value that is taken or left as a whole.
    fn pass(&mut self, value: &Value<'_>, is_taken: bool) {
        match value {
            Value::Object(members) => {
                self.count(is_taken);
                members.iter().for_each(|(_, member)| self.pass(member, is_taken));
            }
            Value::Array(items) => {
                self.count(is_taken);
                items.iter().for_each(|item| self.pass(item, is_taken));
            }
            _ => {}
        }
    }

    fn count(&mut self, is_taken: bool) {
        if is_taken {
            self.origins.push(self.next);
        }
        self.next = self.next.saturating_add(1);
    }
}
