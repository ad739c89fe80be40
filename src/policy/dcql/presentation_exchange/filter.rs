//! Filters: of JSON Schema what a list of values can say (`const`, `enum`, and patterns that are nothing but fixed texts).

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::Wanted;
use crate::policy::dcql::presentation_exchange::Conversion;

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
    let Some(members) = value.as_object() else { return Filter::default() };
    let mut filter = Filter::default();
    let mut has_type = false;
    for (name, demand) in members {
        let at = format!("{pointer}/{name}");
        let read = match &**name {
            "type" => {
                has_type = true;
                continue;
            }
            name if WORDS.contains(&name) => continue,
            "const" => wanted(demand).map(|value| vec![value]),
            "enum" => demand.as_array().unwrap_or_default().iter().map(wanted).collect(),
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
            // Two demands for values: those that both allow.
            Some(values) if !filter.values.is_empty() && !values.is_empty() => {
                filter.values.retain(|value| values.contains(value));
                if filter.values.is_empty() {
                    conversion.fault(at, "No value is allowed by all of the filter.");
                }
            }
            Some(values) => filter.values.extend(values.into_iter().take(limits::DCQL_VALUES)),
            None => {
                let sentence =
                    "DCQL compares with fixed texts, integers and booleans only; look at the claim once it is shown.";
                conversion.lose(&at, &format!("filter.{name}"), sentence);
            }
        }
    }
    if has_type && filter.values.is_empty() && !filter.is_of_elements {
        conversion.note(&format!("{pointer}/type"), "filter.type", "DCQL asks for no type of value.");
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
    value.as_array()?.iter().map(one).collect()
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
