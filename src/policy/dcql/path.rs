//! Claims paths: what a path selects in a credential (OpenID4VP 1.0, 7.1 and 7.2).

use serde_json::Value;

use crate::policy::dcql::Step;

/// Why a path selects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Nothing is there.
    Absent,
    /// A step asks for a member of what is no object, or for an element of what is no array.
    OtherShape,
}

/// What the path selects in these claims, at least one value. Where elements may have been left out of arrays, an index means any place
/// up to it: those before it may be the missing ones.
///
/// # Errors
/// When it selects nothing, and why.
pub fn select<'v>(claims: &'v Value, path: &[Step], may_omit_elements: bool) -> Result<Vec<&'v Value>, Selection> {
    let mut selected = vec![claims];
    for step in path {
        let mut next = Vec::new();
        for value in selected {
            match step {
                // "If any of the currently selected element(s) is not an object, abort processing and return an error."
                Step::Name(name) => next.extend(value.as_object().ok_or(Selection::OtherShape)?.get(name)),
                Step::Every => next.extend(value.as_array().ok_or(Selection::OtherShape)?),
                Step::Index(index) => {
                    let items = value.as_array().ok_or(Selection::OtherShape)?;
                    let at = usize::try_from(*index).unwrap_or(usize::MAX);
                    let skipped = if may_omit_elements { 0 } else { at };
                    next.extend(items.iter().take(at.saturating_add(1)).skip(skipped));
                }
            }
        }
        // "If the set of elements currently selected is empty, abort processing and return an error."
        if next.is_empty() {
            return Err(Selection::Absent);
        }
        selected = next;
    }
    Ok(selected)
}

/// The element of an mdoc that the path names: name space, then element.
///
/// # Errors
/// When it is not there, or the path is none of an mdoc.
pub fn select_element<'v>(name_spaces: &'v Value, path: &[Step]) -> Result<Vec<&'v Value>, Selection> {
    let [Step::Name(space), Step::Name(element)] = path else { return Err(Selection::OtherShape) };
    let found = name_spaces.get(space).and_then(|elements| elements.get(element));
    found.map(|value| vec![value]).ok_or(Selection::Absent)
}
