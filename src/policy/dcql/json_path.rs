//! JSONPath, as far as a claims path can say the same: members, places and every element of an array. Nothing is evaluated.
//!
//! ```text
//! $.a.b   $['ns']['el']   $["a"]   $.a[0]   $.a[*].b
//! ```

use crate::limits;
use crate::policy::dcql::Step;

/// `true` for a text that begins like a JSONPath.
pub fn is_json_path(text: &str) -> bool {
    text == "$" || text.starts_with("$.") || text.starts_with("$[")
}

/// The claims path that says the same.
///
/// # Errors
/// What a claims path cannot say, in a few words.
pub fn to_path(text: &str) -> Result<Vec<Step>, &'static str> {
    let mut rest = text.strip_prefix('$').ok_or("it does not begin with `$`")?;
    let mut path = Vec::new();
    while !rest.is_empty() {
        if path.len() >= limits::DCQL_PATH_STEPS {
            return Err("it has too many steps");
        }
        let (step, behind) = match rest.strip_prefix('[') {
            Some(inside) => bracket(inside)?,
            None => dot(rest)?,
        };
        path.push(step);
        rest = behind;
    }
    if path.is_empty() { Err("it selects the whole credential") } else { Ok(path) }
}

/// `.name` or `.*`.
fn dot(rest: &str) -> Result<(Step, &str), &'static str> {
    let rest = rest.strip_prefix('.').ok_or("a step begins with `.` or `[`")?;
    if rest.starts_with('.') {
        return Err("`..` searches at every depth");
    }
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
    match name {
        "" => Err("a step has no name"),
        "*" => Err("`.*` selects every member of an object"),
        name if name.contains(['(', ')', '?', '@', ' ', '\'', '"', ']']) => Err("a step is no plain name"),
        name => Ok((Step::Name(name.to_owned()), behind)),
    }
}

/// What stands behind `[`: a name between quotes, a place, or `*`.
fn bracket(inside: &str) -> Result<(Step, &str), &'static str> {
    if let Some(quote) = inside.chars().next().filter(|quote| matches!(quote, '\'' | '"')) {
        let (name, behind) =
            inside.get(1..).and_then(|inside| inside.split_once(quote)).ok_or("a quote is not closed")?;
        let behind = behind.strip_prefix(']').ok_or("several names stand in one pair of brackets")?;
        return match name {
            "" => Err("a step has no name"),
            name if name.contains('\\') => Err("a name holds an escape"),
            name => Ok((Step::Name(name.to_owned()), behind)),
        };
    }
    let (place, behind) = inside.split_once(']').ok_or("a bracket is not closed")?;
    match place {
        "*" => Ok((Step::Every, behind)),
        place if place.starts_with('?') => Err("a filter looks at values"),
        place if place.contains(':') => Err("a slice selects a range of elements"),
        place if place.contains(',') => Err("several places stand in one pair of brackets"),
        place if place.starts_with('-') => Err("a place is counted from the end"),
        place => place.parse().map(|index| (Step::Index(index), behind)).map_err(|_| "a place is no number"),
    }
}
