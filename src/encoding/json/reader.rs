//! The strict reader: one pass over checked UTF-8, no recursion deeper than [`limits::JSON_DEPTH`].

use std::borrow::Cow;

use super::{Number, Value};
use crate::encoding::twins;
use crate::limits;
use crate::reason::{Code, Reason};

/// A number shorter than this and without an exponent cannot leave the range of a double.
const SHORT_NUMBER: usize = 300;

/// The one value that `bytes` hold.
///
/// Errors: `json.encoding`, `json.syntax`, `json.depth`, `json.duplicate_key`, `json.number_range`, `input.too_many_items`.
pub fn decode(bytes: &[u8]) -> Result<Value<'_>, Reason> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(encoding().got("a byte order mark"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| encoding())?;
    let mut reader = Reader { text, at: 0, items_left: limits::DOCUMENT_ITEMS };
    let first = reader.token();
    let mut value = Value::Null;
    reader.value(first, 0, &mut value)?;
    match reader.token() {
        None => Ok(value),
        Some(_) => Err(reader.syntax("the end")),
    }
}

type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

struct Reader<'a> {
    text: &'a str,
    /// The offset of the next byte; always on a character's boundary where a slice is taken.
    at: usize,
    items_left: usize,
}

impl<'a> Reader<'a> {
    /// Nothing; the value that begins with `first`, a byte already taken, is put where it belongs: large enumerations
    /// returned through several calls are copied by each.
    fn value(&mut self, first: Option<u8>, depth: usize, place: &mut Value<'a>) -> Result<(), Reason> {
        match first {
            Some(b'"') => *place = Value::String(self.string()?),
            Some(b'{') => *place = Value::Object(self.object(inner(depth)?)?),
            Some(b'[') => *place = Value::Array(self.array(inner(depth)?)?),
            Some(byte @ (b'-' | b'0'..=b'9')) => *place = Value::Number(self.number(byte)?),
            Some(b't') => *place = self.word("rue", Value::Bool(true))?,
            Some(b'f') => *place = self.word("alse", Value::Bool(false))?,
            Some(b'n') => *place = self.word("ull", Value::Null)?,
            _ => return Err(self.syntax("a value")),
        }
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value<'a>>, Reason> {
        let mut items = Vec::new();
        let mut next = self.token();
        if next == Some(b']') {
            return Ok(items);
        }
        loop {
            self.spend()?;
            self.value(next, depth, items.push_mut(Value::Null))?;
            match self.token() {
                Some(b',') => next = self.token(),
                Some(b']') => return Ok(items),
                _ => return Err(self.syntax("`,` or `]`")),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Members<'a>, Reason> {
        let mut members = Members::new();
        let mut next = self.token();
        if next == Some(b'}') {
            return Ok(members);
        }
        loop {
            self.spend()?;
            if next != Some(b'"') {
                return Err(self.syntax("a member's name"));
            }
            let name = self.string()?;
            if self.token() != Some(b':') {
                return Err(self.syntax("`:`"));
            }
            let first = self.token();
            let (_, place) = members.push_mut((name, Value::Null));
            self.value(first, depth, place)?;
            match self.token() {
                Some(b',') => next = self.token(),
                Some(b'}') => return without_twins(members),
                _ => return Err(self.syntax("`,` or `}`")),
            }
        }
    }

    /// The next byte that is not white space, taken.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            let byte = self.byte()?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
        }
    }

    #[inline]
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.text.as_bytes().get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn word(&mut self, rest: &str, value: Value<'a>) -> Result<Value<'a>, Reason> {
        if self.text.get(self.at..).is_some_and(|text| text.starts_with(rest)) {
            self.at += rest.len();
            Ok(value)
        } else {
            Err(self.syntax("a value"))
        }
    }

    fn number(&mut self, first: u8) -> Result<Number<'a>, Reason> {
        let start = self.at.saturating_sub(1);
        let leading = if first == b'-' { self.byte() } else { Some(first) };
        match leading {
            Some(b'0') => {}
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.syntax("a digit")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        let exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if exponent {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        let number = Number::of_checked(self.text.get(start..self.at).unwrap_or_default());
        let far = exponent || number.text().len() > SHORT_NUMBER;
        if far && !number.as_f64().is_finite() { Err(Reason::new(Code::JsonNumberRange)) } else { Ok(number) }
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), Reason> {
        let start = self.at;
        self.digits();
        if self.at > start { Ok(()) } else { Err(self.syntax("a digit")) }
    }

    /// The text after an opening quote.
    fn string(&mut self) -> Result<Cow<'a, str>, Reason> {
        let start = self.at;
        match self.plain()? {
            b'"' => Ok(Cow::Borrowed(self.text.get(start..self.at.saturating_sub(1)).unwrap_or_default())),
            _ => self.escaped(start).map(Cow::Owned),
        }
    }

    /// The quote or backslash that ends a run of plain characters, taken.
    #[inline]
    fn plain(&mut self) -> Result<u8, Reason> {
        self.at += plain_run(self.text.as_bytes().get(self.at..).unwrap_or_default());
        match self.byte() {
            Some(end @ (b'"' | b'\\')) => Ok(end),
            Some(_) => Err(self.syntax("a control character as an escape")),
            None => Err(self.syntax("`\"`")),
        }
    }

    /// The text that began at `start` and whose first backslash was just taken.
    fn escaped(&mut self, mut start: usize) -> Result<String, Reason> {
        let mut text = String::new();
        loop {
            text.push_str(self.text.get(start..self.at.saturating_sub(1)).unwrap_or_default());
            text.push(self.escape()?);
            start = self.at;
            if self.plain()? == b'"' {
                text.push_str(self.text.get(start..self.at.saturating_sub(1)).unwrap_or_default());
                return Ok(text);
            }
        }
    }

    fn escape(&mut self) -> Result<char, Reason> {
        Ok(match self.byte() {
            Some(quoted @ (b'"' | b'\\' | b'/')) => char::from(quoted),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.syntax("an escape")),
        })
    }

    /// The character of a `\u` escape; two escapes when the first is a high surrogate.
    fn unicode(&mut self) -> Result<char, Reason> {
        let first = self.four_digits()?;
        if let Some(character) = char::from_u32(first) {
            return Ok(character);
        }
        let lone = || encoding().got("a lone surrogate");
        if first >= 0xdc00 || self.byte() != Some(b'\\') || self.byte() != Some(b'u') {
            return Err(lone());
        }
        let second = self.four_digits()?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or_else(lone)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10 | low)).ok_or_else(lone)
    }

    fn four_digits(&mut self) -> Result<u32, Reason> {
        let mut number = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            number = number << 4 | digit.ok_or_else(|| self.syntax("four hexadecimal digits"))?;
        }
        Ok(number)
    }

    /// Takes one item from what the document may hold.
    #[inline]
    fn spend(&mut self) -> Result<(), Reason> {
        let too_many = || Reason::new(Code::InputTooManyItems).expected(format!("at most {}", limits::DOCUMENT_ITEMS));
        self.items_left = self.items_left.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }

    /// `json.syntax` where the reader stands: an offset, never the text there.
    #[cold]
    fn syntax(&self, expected: &'static str) -> Reason {
        let at = self.at.saturating_sub(1);
        Reason::new(Code::JsonSyntax).expected(expected).got(format!("something else at offset {at}"))
    }
}

/// The depth inside a container at `depth`.
fn inner(depth: usize) -> Result<usize, Reason> {
    if depth < limits::JSON_DEPTH {
        Ok(depth + 1)
    } else {
        Err(Reason::new(Code::JsonDepth).expected(format!("at most {}", limits::JSON_DEPTH)))
    }
}

fn encoding() -> Reason {
    Reason::new(Code::JsonEncoding).expected("UTF-8")
}

/// How many bytes stand before the first quote, backslash or control character; eight are looked at together.
#[inline]
fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The high bit of a byte is set where that byte is zero; a false one can only stand above a true one.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let ends = zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | control;
        if ends != 0 {
            return place * 8 + usize::try_from(ends.trailing_zeros() / 8).unwrap_or(0);
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    words.len() * 8 + rest.iter().position(ends).unwrap_or(rest.len())
}

/// These members, if no name stands twice.
fn without_twins(members: Members<'_>) -> Result<Members<'_>, Reason> {
    if twins::found(&members, |(name, _)| twins::of_bytes(name.as_bytes()), |(a, _), (b, _)| a.cmp(b)) {
        Err(Reason::new(Code::JsonDuplicateKey))
    } else {
        Ok(members)
    }
}
