//! Forms: `application/x-www-form-urlencoded` (WHATWG URL, 5), strict and bounded. The query of a URL and its fragment are written alike.

/// The pairs of a form, in the order written, decoded. `None` when it has more than `most` pairs, an escape is broken, or something in it
/// is no UTF-8. A name that stands twice is given twice: see [`one`].
pub fn decode(bytes: &[u8], most: usize) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut pairs = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == most {
            return None;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((plain(name)?, plain(value)?));
    }
    Some(pairs)
}

/// What stands under that name; `Err` when it stands there more than once, because readers disagree about which one counts.
#[expect(clippy::result_unit_err, reason = "there is one way to be wrong")]
pub fn one<'p>(pairs: &'p [(String, String)], name: &str) -> Result<Option<&'p str>, ()> {
    let mut found = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match (found.next(), found.next()) {
        (value, None) => Ok(value),
        _ => Err(()),
    }
}

/// A name or value as a form holds it: everything but letters, digits and `-._~` escaped, blanks as `%20`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => {
                let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase();
                out.extend(['%', digit(other >> 4), digit(other & 15)]);
            }
        }
    }
    out
}

/// The form of these pairs.
pub fn encode<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

fn plain(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => nibble(rest.next()?)? << 4 | nibble(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|nibble| u8::try_from(nibble).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_are_read_as_browsers_write_them() {
        let pairs = decode(b"a=1+2&b=%7B%22%c3%a9%22%7d&&c&=d", 8).expect("a form");
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "1 2"), ("b", "{\"\u{e9}\"}"), ("c", ""), ("", "d")]);
        assert_eq!(decode(b"", 0), Some(Vec::new()));
        for wrong in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff", b"a=1&b=2&c=3"] {
            assert_eq!(decode(wrong, 2), None);
        }
    }

    #[test]
    fn a_name_stands_once() {
        let pairs = decode(b"a=1&b=2&a=1", 8).expect("a form");
        assert_eq!((one(&pairs, "a"), one(&pairs, "b"), one(&pairs, "c")), (Err(()), Ok(Some("2")), Ok(None)));
    }

    proptest! {
        #[test]
        fn encoding_comes_back(name in ".{0,20}", value in ".{0,40}") {
            let text = encode([(name.as_str(), value.as_str())]);
            prop_assert_eq!(decode(text.as_bytes(), 1).unwrap(), vec![(name, value)]);
        }
    }
}
