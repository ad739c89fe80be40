//! Host labels: which labels a did:web may be made of (RFC 5890, 2.3), and which internationalised ones pretend to be another.
//!
//! A label `xn--..` stands for other letters (Punycode, RFC 3492). It is refused when it stands for plain ASCII, which no
//! genuine label does, and when its letters are made to be taken for Latin ones.

use crate::reason::{Code, Reason};

/// Letters of other scripts that look like Latin ones, from which whole words are faked (Unicode TR 39).
const LOOKALIKES: &str = "аеорсухіјӏѕһԁԛԝүѵαοινρτυχω";

/// Scripts with such letters: Greek, Cyrillic, Armenian, Cherokee.
const MIXED: [std::ops::RangeInclusive<char>; 4] =
    ['\u{370}'..='\u{3ff}', '\u{400}'..='\u{52f}', '\u{530}'..='\u{58f}', '\u{13a0}'..='\u{13ff}'];

/// The label is one of a host name that shows what it is.
///
/// # Errors
/// `did.syntax`.
pub fn check_label(label: &str) -> Result<(), Reason> {
    let sound = (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !sound {
        return Err(malformed("labels of lower-case letters, digits and hyphens"));
    }
    if let Some(encoded) = label.strip_prefix("xn--") {
        let shown = decoded(encoded).ok_or_else(|| malformed("a label in Punycode"))?;
        if shown.is_ascii() || shown.chars().any(|letter| letter.is_uppercase() || letter.is_control()) {
            return Err(malformed("a label that needs Punycode"));
        }
        if pretends(&shown) {
            return Err(malformed("letters that cannot be taken for others"));
        }
    } else if label.get(2..4) == Some("--") {
        return Err(malformed("no other prefix than xn--"));
    }
    Ok(())
}

/// `true` when Latin letters stand beside those of a script with lookalikes, or all others are lookalikes.
fn pretends(label: &str) -> bool {
    let has_latin = label.chars().any(|letter| letter.is_ascii_lowercase());
    let has_mixed = label.chars().any(|letter| MIXED.iter().any(|script| script.contains(&letter)));
    let mut others = label.chars().filter(|letter| !letter.is_ascii());
    (has_latin && has_mixed) || others.all(|letter| LOOKALIKES.contains(letter))
}

/// What a label in Punycode stands for (RFC 3492, 6.2); `None` when it is none.
fn decoded(encoded: &str) -> Option<String> {
    const BASE: u32 = 36;
    const LOWEST: u32 = 1;
    const HIGHEST: u32 = 26;
    let (basic, rest) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut letters: Vec<char> = basic.chars().collect();
    let (mut code, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = rest.bytes();
    while digits.len() > 0 {
        let (start, mut weight, mut step) = (index, 1_u32, BASE);
        loop {
            let digit = match digits.next()? {
                letter @ b'a'..=b'z' => u32::from(letter - b'a'),
                number @ b'0'..=b'9' => u32::from(number - b'0') + 26,
                _ => return None,
            };
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = step.saturating_sub(bias).clamp(LOWEST, HIGHEST);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            step += BASE;
        }
        let count = u32::try_from(letters.len()).ok()?.checked_add(1)?;
        bias = adapted(index - start, count, start == 0);
        code = code.checked_add(index / count)?;
        index %= count;
        letters.insert(usize::try_from(index).ok()?, char::from_u32(code)?);
        index += 1;
    }
    Some(letters.into_iter().collect())
}

/// RFC 3492, 6.1.
fn adapted(delta: u32, count: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut steps = 0;
    while delta > 455 {
        delta /= 35;
        steps += 36;
    }
    steps + 36 * delta / (delta + 38)
}

fn malformed(expected: &'static str) -> Reason {
    Reason::new(Code::DidSyntax).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3492, 7.1 (without the case flags), and common names.
    #[test]
    fn punycode_is_read() {
        for (encoded, shown) in [
            ("bcher-kva", "b\u{fc}cher"),
            ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("4dbcagdahymbxekheh6e0a7fei0b", "למההםפשוטלאמדבריםעברית"),
            ("mgbh0fb", "مثال"),
        ] {
            assert_eq!(decoded(encoded).as_deref(), Some(shown));
            assert!(check_label(&format!("xn--{encoded}")).is_ok(), "{shown}");
        }
        for odd in ["a_", "99999999999999", "z", "é"] {
            assert_eq!(decoded(odd), None, "{odd}");
        }
    }

    #[test]
    fn pretenders_are_refused() {
        for (label, what) in [
            ("xn--example-", "ASCII alone"),
            ("xn--", "nothing"),
            ("xn--pple-43d", "a Cyrillic a in apple"),
            ("xn--80ak6aa92e", "apple in Cyrillic"),
            ("ab--c", "another prefix"),
        ] {
            assert!(check_label(label).is_err(), "{what}");
        }
    }
}
