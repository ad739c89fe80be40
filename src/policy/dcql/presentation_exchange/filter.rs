//! Filters: of JSON Schema what a list of values can say (`const`, `enum`, and patterns that are nothing but fixed texts).

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::Wanted;
use crate::policy::dcql::presentation_exchange::{Conversion, below};

/// Keywords that demand nothing.
const WORDS: [&str; 8] = ["$schema", "$id", "$comment", "title", "description", "examples", "default", "deprecated"];

/// What a filter became.
#[derive(Default)]
pub(super) struct Filter {
    /// The values, any of which will do; empty = any value.
    pub(super) values: Vec<Wanted>,
    /// `true` when they are those of an array's elements.
    pub(super) is_of_elements: bool,
}

/// The filter, and what of it is lost.
pub(super) fn read_filter(conversion: &mut Conversion, value: &Value<'_>, pointer: &str) -> Filter {
    let mut filter = Filter::default();
    let Some(members) = value.as_object() else {
        if !matches!(value, Value::Bool(true)) {
            conversion.lose(pointer, "filter", "It is no JSON Schema that a value could meet.");
        }
        return filter;
    };
    let mut kind = None;
    for (name, demand) in members {
        let at = below(pointer, name);
        let read = match &**name {
            "type" => {
                kind = Some(demand);
                continue;
            }
            name if WORDS.contains(&name) => continue,
            "const" => wanted(demand).map(|value| vec![value]),
            "enum" => some_of(demand).and_then(|values| values.iter().map(wanted).collect()),
            "pattern" => demand.as_str().and_then(|pattern| fixed(conversion, pattern, &at)),
            "anyOf" | "oneOf" => constants(demand),
            "contains" => {
                filter.is_of_elements = true;
                let inner = read_filter(conversion, demand, &at);
                (!inner.is_of_elements).then_some(inner.values)
            }
            _ => None,
        };
        match read {
            Some(values) if values.len() > limits::DCQL_VALUES => {
                conversion.fault(at, format!("A query compares with {} values at most.", limits::DCQL_VALUES));
            }
            // Two demands for values: those that both allow.
            Some(values) if !filter.values.is_empty() && !values.is_empty() => {
                filter.values.retain(|value| values.contains(value));
                if filter.values.is_empty() {
                    conversion.fault(at, "No value is allowed by all of the filter.");
                }
            }
            Some(values) => filter.values.extend(values),
            None => {
                let sentence =
                    "DCQL compares with fixed texts, integers and booleans only; look at the claim once it is shown.";
                conversion.lose(&at, &format!("filter.{name}"), sentence);
            }
        }
    }
    if let Some(kind) = kind.filter(|_| filter.values.is_empty() && !filter.is_of_elements) {
        let at = format!("{pointer}/type");
        match kind.as_str() {
            Some("string") => conversion.note(&at, "filter.type", "DCQL asks for no type of value."),
            _ => conversion.lose(
                &at,
                "filter.type",
                "DCQL asks for no type of value; look at the claim once it is shown.",
            ),
        }
    }
    filter
}

fn wanted(value: &Value<'_>) -> Option<Wanted> {
    match value {
        Value::String(text) => Some(Wanted::Text(text.as_ref().to_owned())),
        Value::Bool(truth) => Some(Wanted::Bool(*truth)),
        Value::Number(number) => number.text().parse().ok().map(Wanted::Integer),
        _ => None,
    }
}

/// `anyOf` of nothing but constants.
fn constants(value: &Value<'_>) -> Option<Vec<Wanted>> {
    let one = |schema: &Value<'_>| {
        let members = schema.as_object()?;
        let is_plain = members.iter().all(|(name, _)| matches!(&**name, "const" | "type"));
        is_plain.then(|| schema.member("const").and_then(wanted)).flatten()
    };
    some_of(value)?.iter().map(one).collect()
}

/// The elements of an array that has some.
fn some_of<'v, 'a>(value: &'v Value<'a>) -> Option<&'v [Value<'a>]> {
    value.as_array().filter(|items| !items.is_empty())
}

/// The texts that a pattern means, when it means some fixed ones: `^a$`, `^a$|^b$`, `^(a|b)$`.
fn fixed(conversion: &mut Conversion, pattern: &str, pointer: &str) -> Option<Vec<Wanted>> {
    let inside = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$"));
    let alternatives: Vec<&str> = match inside {
        Some(inside) => inside.split('|').collect(),
        None => pattern.split('|').map(|one| one.strip_prefix('^')?.strip_suffix('$')).collect::<Option<_>>()?,
    };
    let mut has_dot = false;
    let values =
        alternatives.iter().map(|text| literal(text, &mut has_dot).map(Wanted::Text)).collect::<Option<Vec<_>>>()?;
    if has_dot {
        conversion.note(pointer, "filter.pattern", "A dot in the pattern was taken for a dot.");
    }
    Some(values)
}

/// The text that a regular expression without operators matches. A bare dot is taken as one, which narrows.
fn literal(text: &str, has_dot: &mut bool) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(characters.next().filter(char::is_ascii_punctuation)?),
            '.' => {
                *has_dot = true;
                out.push('.');
            }
            '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => return None,
            other => out.push(other),
        }
    }
    (!out.is_empty()).then_some(out)
}
