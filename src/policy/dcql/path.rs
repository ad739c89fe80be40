//! Claims paths: what a path selects in a credential (OpenID4VP 1.0, 7.1 and 7.2).

use std::collections::HashMap;
use std::ptr;

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

/// Which elements of arrays were left out, as far as that is known.
#[derive(Default)]
pub struct Omissions<'v> {
    /// Arrays that came shorter, by where they are in memory: the places that their elements had.
    places: HashMap<*const Value, &'v [usize]>,
    /// `true` when any array may be one.
    may_be_anywhere: bool,
}

impl<'v> Omissions<'v> {
    /// `places` has JSON pointers into the claims.
    pub fn of(claims: &'v Value, places: &'v [(String, Vec<usize>)], may_be_anywhere: bool) -> Self {
        let place = |(pointer, places): &'v (String, Vec<usize>)| {
            Some((ptr::from_ref(claims.pointer(pointer)?), places.as_slice()))
        };
        Omissions { places: places.iter().filter_map(place).collect(), may_be_anywhere }
    }

    /// The elements that may have stood at that place; several where it is not known which.
    fn at(&self, array: &'v Value, index: u64) -> Option<&'v [Value]> {
        let items = array.as_array()?;
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(places) = self.places.get(&ptr::from_ref(array)) {
            let found = places.binary_search(&index).ok();
            return Some(found.and_then(|at| items.get(at..=at)).unwrap_or_default());
        }
        if self.may_be_anywhere {
            return Some(items.get(..=index).unwrap_or(items));
        }
        Some(items.get(index..=index).unwrap_or_default())
    }
}

/// What the path selects in these claims, at least one value. Where nobody knows which elements were left out of arrays, an index means
/// any place up to it: those before it may be the missing ones.
///
/// # Errors
/// When it selects nothing, and why.
pub fn select<'v>(claims: &'v Value, path: &[Step], omissions: &Omissions<'v>) -> Result<Vec<&'v Value>, Selection> {
    let mut selected = vec![claims];
    // From an index on that may mean several, what has another shape is none of those that are meant.
    let mut is_lax = false;
    for step in path {
        let mut next = Vec::new();
        for value in selected {
            let found = match step {
                Step::Name(name) => value.as_object().map(|members| next.extend(members.get(name))),
                Step::Every => value.as_array().map(|items| next.extend(items)),
                Step::Index(index) => omissions.at(value, *index).map(|items| next.extend(items)),
            };
            // "If any of the currently selected element(s) is not an object, abort processing and return an error."
            if found.is_none() && !is_lax {
                return Err(Selection::OtherShape);
            }
        }
        // "If the set of elements currently selected is empty, abort processing and return an error."
        if next.is_empty() {
            return Err(Selection::Absent);
        }
        is_lax |= omissions.may_be_anywhere && matches!(step, Step::Index(_));
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
