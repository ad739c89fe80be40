//! Texts for people: language-value objects (VC Data Model 2.0, 11.1) and language tags (BCP 47, RFC 5646 section 2.1).

use crate::encoding::json::Value;
use crate::reason::{Code, Reason};

/// Tags that stand in the registry of old and fit no rule of the grammar.
const IRREGULAR: &[&str] = &[
    "en-gb-oed",
    "i-ami",
    "i-bnn",
    "i-default",
    "i-enochian",
    "i-hak",
    "i-klingon",
    "i-lux",
    "i-mingo",
    "i-navajo",
    "i-pwn",
    "i-tao",
    "i-tay",
    "i-tsu",
    "sgn-be-fr",
    "sgn-be-nl",
    "sgn-ch-de",
];
/// Characters of the longest tag that we look at.
const TAG_CHARS: usize = 100;

/// `name` and `description`: a text, a language-value object, or an array of those.
///
/// # Errors
/// `vc.schema`, naming `member`.
pub fn check_texts(value: &Value<'_>, member: &str) -> Result<(), Reason> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| check_text(item, member)),
        other => check_text(other, member),
    }
}

fn check_text(value: &Value<'_>, member: &str) -> Result<(), Reason> {
    let due = |what: &str| Reason::new(Code::VcSchema).expected(format!("{what} in `{member}`"));
    let members = match value {
        Value::String(_) => return Ok(()),
        Value::Object(members) => members,
        other => return Err(due("texts or language-value objects").got(other.kind())),
    };
    if members.iter().any(|(name, _)| !matches!(name.as_ref(), "@value" | "@language" | "@direction")) {
        return Err(due("only `@value`, `@language` and `@direction`").got("another member"));
    }
    if value.member("@value").and_then(Value::as_str).is_none() {
        return Err(due("a text as `@value`"));
    }
    if value.member("@language").is_some_and(|tag| !tag.as_str().is_some_and(is_language_tag)) {
        return Err(due("a BCP 47 tag as `@language`"));
    }
    if value.member("@direction").is_some_and(|way| !matches!(way.as_str(), Some("ltr" | "rtl"))) {
        return Err(due("`ltr` or `rtl` as `@direction`"));
    }
    Ok(())
}

/// `true` for a well-formed language tag; whether its parts are registered is not looked up.
pub fn is_language_tag(tag: &str) -> bool {
    if tag.len() > TAG_CHARS || IRREGULAR.iter().any(|known| known.eq_ignore_ascii_case(tag)) {
        return tag.len() <= TAG_CHARS;
    }
    let parts: Vec<&str> = tag.split('-').collect();
    let is_part = |part: &&str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    parts.iter().all(is_part) && is_tag_of(&parts)
}

/// The grammar, over parts of one to eight letters and digits.
fn is_tag_of(parts: &[&str]) -> bool {
    let Some((first, mut rest)) = parts.split_first() else { return false };
    if first.eq_ignore_ascii_case("x") {
        return !rest.is_empty();
    }
    let letters = |part: &str, sizes: std::ops::RangeInclusive<usize>| {
        sizes.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    if !letters(first, 2..=8) {
        return false;
    }
    // Up to three extended languages, behind a short primary one.
    let extended = rest.iter().take(3).take_while(|part| letters(part, 3..=3)).count();
    if first.len() <= 3 {
        rest = rest.get(extended..).unwrap_or_default();
    }
    rest = after_one(rest, |part| letters(part, 4..=4));
    rest = after_one(rest, |part| letters(part, 2..=2) || (part.len() == 3 && is_number(part)));
    let is_variant =
        |part: &str| part.len() >= 5 || (part.len() == 4 && part.bytes().next().is_some_and(|b| b.is_ascii_digit()));
    let variants = rest.iter().take_while(|part| is_variant(part)).count();
    is_extensions(rest.get(variants..).unwrap_or_default())
}

/// Extensions, each a letter or digit and parts of two and more behind it; then what is private.
fn is_extensions(mut parts: &[&str]) -> bool {
    while let Some((singleton, rest)) = parts.split_first() {
        if singleton.len() != 1 {
            return false;
        }
        if singleton.eq_ignore_ascii_case("x") {
            return !rest.is_empty();
        }
        let count = rest.iter().take_while(|part| part.len() >= 2).count();
        if count == 0 {
            return false;
        }
        parts = rest.get(count..).unwrap_or_default();
    }
    true
}

fn after_one<'p, 't>(parts: &'p [&'t str], fits: impl Fn(&str) -> bool) -> &'p [&'t str] {
    match parts.split_first() {
        Some((first, rest)) if fits(first) => rest,
        _ => parts,
    }
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    #[test]
    fn language_tags() {
        for tag in [
            "en",
            "en-GB",
            "de-CH-1996",
            "zh-Hant-TW",
            "zh-cmn-Hans-CN",
            "sr-Latn-RS",
            "sl-rozaj-biske-1994",
            "es-419",
            "x-private",
            "en-US-u-islamcal",
            "en-a-bbb-x-a-ccc",
            "i-klingon",
            "en-GB-oed",
            "zh-min-nan",
            "art-lojban",
            "qaa-Qaaa-QM-x-southern",
        ] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for tag in [
            "",
            "e",
            "en_GB",
            "en-",
            "-en",
            "en--GB",
            "a-DE",
            "x",
            "de-419-DE",
            "en-u",
            "en-x",
            "abcdefghi",
            "en us",
            "ar-a-aaa-b",
            "é",
        ] {
            assert!(!is_language_tag(tag), "{tag}");
        }
        assert!(!is_language_tag(&"en-x-a".repeat(100)));
    }

    #[test]
    fn language_values() {
        let check = |text: &str| check_texts(&json::decode(text.as_bytes()).unwrap(), "name").is_ok();
        for text in [
            r#""Dog""#,
            r#"{"@value":"Dog"}"#,
            r#"{"@value":"Dog","@language":"en","@direction":"ltr"}"#,
            r#"[{"@value":"Dog","@language":"en"},{"@value":"Chien","@language":"fr"},"Cane"]"#,
        ] {
            assert!(check(text), "{text}");
        }
        for text in [
            "1",
            "null",
            "{}",
            r#"{"@language":"en"}"#,
            r#"{"@value":1}"#,
            r#"{"@value":"Dog","url":"did:example:x"}"#,
            r#"{"@value":"Dog","@language":"e"}"#,
            r#"{"@value":"Dog","@language":null}"#,
            r#"{"@value":"Dog","@direction":"up"}"#,
            r#"[["Dog"]]"#,
        ] {
            assert!(!check(text), "{text}");
        }
    }
}
