//! Positions: the number of each object and array of a document, in document order. Blank nodes are named after them.

use crate::encoding::json::Value;
use crate::reason::{Code, Reason};

/// The numbers of the containers of one document.
pub(super) struct Positions {
    /// Address and number, in the order of addresses.
    numbers: Vec<(usize, u32)>,
}

impl Positions {
    /// The numbers of this document's containers; or, for a part of a larger one, those that `origins` has for them.
    pub(super) fn of(document: &Value<'_>, origins: Option<&[u32]>) -> Self {
        let mut numbers = Vec::with_capacity(32);
        number(document, &mut numbers);
        if let Some(origins) = origins {
            numbers.iter_mut().zip(origins).for_each(|((_, number), origin)| *number = *origin);
        }
        numbers.sort_unstable();
        Positions { numbers }
    }

    /// The number of this very container.
    pub(super) fn number(&self, value: &Value<'_>) -> Result<u32, Reason> {
        let address = std::ptr::from_ref(value).addr();
        let place = self.numbers.binary_search_by_key(&address, |(address, _)| *address).ok();
        let number = place.and_then(|place| self.numbers.get(place)).map(|(_, number)| *number);
        // Every container of the document was numbered.
        number.ok_or_else(|| Reason::new(Code::LdMalformed).got("a value from another document"))
    }
}

fn number(value: &Value<'_>, numbers: &mut Vec<(usize, u32)>) {
    if !matches!(value, Value::Array(_) | Value::Object(_)) {
        return;
    }
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    numbers.push((std::ptr::from_ref(value).addr(), next));
    match value {
        Value::Array(items) => items.iter().for_each(|item| number(item, numbers)),
        Value::Object(members) => members.iter().for_each(|(_, member)| number(member, numbers)),
        _ => {}
    }
}
