//! Shown: values as a terminal may see them. What it would obey (escapes, direction changes, invisible characters) is written out.

use std::borrow::Cow;
use std::fmt::Write;

/// The value on one line: characters that a terminal or a reader's eye would obey stand as `\u{1b}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, is_unsafe, |out, character| match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        other => {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(other));
        }
    })
}

/// A text of several lines, the line ends kept.
pub fn shown_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        out.push_str(&shown(line.trim_end_matches('\n')));
        if line.ends_with('\n') {
            out.push('\n');
        }
    }
    out
}

/// JSON text of the same meaning, in which such characters stand as JSON escapes. Line ends between members stay.
pub fn shown_json(json: &str) -> Cow<'_, str> {
    // Outside its texts, JSON has no such character but line ends; inside, serde has escaped those already.
    escaped(
        json,
        |character| character != '\n' && is_unsafe(character),
        |out, character| {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        },
    )
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool, write: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_escaped(character) { write(&mut out, character) } else { out.push(character) }
    }
    Cow::Owned(out)
}

/// Control characters, marks that change the direction of writing, and characters that nobody sees.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_has_nothing_to_obey() {
        assert_eq!(shown("Müller \u{1b}[31m"), "Müller \\u{1b}[31m");
        assert_eq!(shown("a\u{202e}b\u{9b}c\u{7f}"), "a\\u{202e}b\\u{9b}c\\u{7f}");
        assert_eq!(shown("one\r\ntwo\t\0"), "one\\r\\ntwo\\t\\u{0}");
        assert!(matches!(shown("plain"), Cow::Borrowed("plain")));
        assert_eq!(shown_lines("a\u{1b}\nb\n"), "a\\u{1b}\nb\n");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ "a\u{9b}": ["\u{1b}", "\u{202e}", "\u{e0041}", "Ž\n"] });
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("text")] {
            let safe = shown_json(&text);
            assert!(!safe.contains(|c: char| c != '\n' && is_unsafe(c)));
            assert_eq!(crate::encoding::json::from_slice::<serde_json::Value>(safe.as_bytes()).expect("JSON"), value);
        }
    }
}
