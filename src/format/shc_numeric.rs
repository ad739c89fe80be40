//! The numeric form of SMART Health Cards in QR codes: `shc:/` and two digits for each character of the JWS; several codes
//! for a long card (`shc:/C/N/` and digits), deprecated since December 2022.

use std::borrow::Cow;

use crate::encoding::scan;
use crate::limits;
use crate::reason::{Code, Reason};

/// Characters of the longest JWS in a single code.
pub const SINGLE_CHARS: usize = 1195;
/// Characters of the longest JWS part in one of several codes.
pub const CHUNK_CHARS: usize = 1191;

const PREFIX: &str = "shc:/";

/// The pair of `z`, the greatest.
const GREATEST: u8 = b'z' - b'-';

/// `true` when a text begins like a health card's code, rightly or nearly so.
pub fn begins(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("shc:"))
}

/// `true` when a text is one of several codes: `shc:/C/N/..`, of whatever sizes.
pub fn is_chunk(text: &str) -> bool {
    rest(text).is_ok_and(|rest| scan::has_byte(rest.as_bytes(), b'/'))
}

/// `true` when two texts are codes of as many parts. Two cards of one number of parts cannot be told apart before they are
/// put together: shown at once they come out as parts that stand twice, and both are refused.
pub fn same_card(one: &str, other: &str) -> bool {
    match (chunk(one), chunk(other)) {
        (Ok(one), Ok(other)) => one.parts == other.parts,
        _ => false,
    }
}

/// The JWS of one card: of one code, or of all its parts in any order. `strict` refuses several codes.
///
/// # Errors
/// `shc.prefix`, `shc.numeric`, `shc.chunk`.
pub fn decode(texts: &[Cow<'_, str>], strict: bool) -> Result<String, Reason> {
    match texts {
        [] => Err(numeric("nothing")),
        [one] if !is_chunk(one) => characters(rest(one)?),
        several => joined(several, strict),
    }
}

/// A JWS of one code is no longer than the specification allows.
///
/// # Errors
/// `shc.too_long`.
pub fn check_length(jws: &str) -> Result<(), Reason> {
    if jws.len() > SINGLE_CHARS {
        return Err(Reason::new(Code::ShcTooLong).expected(SINGLE_CHARS).got(jws.len()));
    }
    Ok(())
}

/// The code of a JWS.
pub fn encode(jws: &str) -> String {
    let mut text = String::with_capacity(PREFIX.len() + 2 * jws.len());
    text.push_str(PREFIX);
    push_characters(jws, &mut text);
    text
}

/// The codes of a JWS cut into as few parts of even length as the specification allows; one code when it fits.
pub fn encode_chunks(jws: &str) -> Vec<String> {
    if jws.len() <= SINGLE_CHARS {
        return vec![encode(jws)];
    }
    let parts = jws.len().div_ceil(CHUNK_CHARS);
    let size = jws.len().div_ceil(parts);
    let pieces = jws.as_bytes().chunks(size).map(|piece| String::from_utf8_lossy(piece));
    pieces
        .enumerate()
        .map(|(at, piece)| {
            let mut text = format!("{PREFIX}{}/{parts}/", at + 1);
            push_characters(&piece, &mut text);
            text
        })
        .collect()
}

struct Chunk<'t> {
    number: usize,
    parts: usize,
    digits: &'t str,
}

/// What follows `shc:/` in any case.
fn rest(text: &str) -> Result<&str, Reason> {
    let prefix = || Reason::new(Code::ShcPrefix).expected(PREFIX);
    let (start, rest) = text.split_at_checked(PREFIX.len()).ok_or_else(prefix)?;
    if !start.eq_ignore_ascii_case(PREFIX) || rest.starts_with('/') {
        return Err(prefix());
    }
    Ok(rest)
}

fn chunk(text: &str) -> Result<Chunk<'_>, Reason> {
    let fault = || Reason::new(Code::ShcChunk).expected("`shc:/C/N/` and digits");
    let mut pieces = rest(text)?.splitn(4, '/');
    let (Some(number), Some(parts), Some(digits), None) = (pieces.next(), pieces.next(), pieces.next(), pieces.next())
    else {
        return Err(fault());
    };
    let (number, parts) = (count(number).ok_or_else(fault)?, count(parts).ok_or_else(fault)?);
    if number == 0 || number > parts || parts > limits::SHC_CHUNKS {
        return Err(fault().got(format!("part {number} of {parts}")));
    }
    Ok(Chunk { number, parts, digits })
}

/// One to three digits as a number.
fn count(text: &str) -> Option<usize> {
    let plain = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn joined(texts: &[Cow<'_, str>], strict: bool) -> Result<String, Reason> {
    let mut chunks = texts.iter().map(|text| chunk(text)).collect::<Result<Vec<_>, _>>()?;
    let fault = || Reason::new(Code::ShcChunk);
    if strict {
        return Err(fault().expected("one code").got("one of several, deprecated since December 2022"));
    }
    chunks.sort_by_key(|chunk| chunk.number);
    let parts = chunks.first().map_or(0, |chunk| chunk.parts);
    if chunks.iter().any(|chunk| chunk.parts != parts) {
        return Err(fault().expected("parts of one card").got("parts of several"));
    }
    if chunks.len() != parts || chunks.iter().zip(1..).any(|(chunk, number)| chunk.number != number) {
        return Err(fault().expected(format!("each of {parts} parts once")).got(chunks.len()));
    }
    let mut jws = String::with_capacity(chunks.iter().map(|chunk| chunk.digits.len() / 2).sum());
    for chunk in &chunks {
        jws.push_str(&characters(chunk.digits)?);
    }
    Ok(jws)
}

/// Each pair of digits is a character's code less 45; `.` is the least of a JWS, `z` the greatest.
fn characters(digits: &str) -> Result<String, Reason> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return Err(numeric("an odd or no number of digits"));
    }
    // All pairs are read before any is judged: without a branch the compiler reads eight at once.
    let mut bytes = vec![0; pairs.len()];
    let mut seen = 0;
    for (pair, byte) in pairs.iter().zip(&mut bytes) {
        let [tens, ones] = *pair;
        let (tens, ones) = (u16::from(tens.wrapping_sub(b'0')), u16::from(ones.wrapping_sub(b'0')));
        let number = tens * 10 + ones;
        // Each of these reaches 128 when it is too large, and nothing else does.
        seen |= (tens + (127 - 9)) | (ones + (127 - 9)) | (number + (127 - u16::from(GREATEST)));
        let [low, _] = (number + u16::from(b'-')).to_le_bytes();
        *byte = low;
    }
    match String::from_utf8(bytes) {
        Ok(text) if seen < 128 => Ok(text),
        _ => Err(fault_of(pairs)),
    }
}

/// The first fault of pairs that have one.
#[cold]
fn fault_of(pairs: &[[u8; 2]]) -> Reason {
    for pair in pairs {
        let [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = pair else {
            return numeric("another character than a digit");
        };
        let number = (tens - b'0') * 10 + (ones - b'0');
        if number > GREATEST {
            return numeric(format!("the pair {number}"));
        }
    }
    numeric("pairs that are no text")
}

fn push_characters(jws: &str, text: &mut String) {
    for byte in jws.bytes() {
        let number = byte.saturating_sub(b'-');
        text.push(char::from(b'0' + number / 10));
        text.push(char::from(b'0' + number % 10));
    }
}

fn numeric(got: impl Into<crate::reason::Fact>) -> Reason {
    Reason::new(Code::ShcNumeric).expected("pairs of digits from 00 to 77").got(got)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(texts: &[&str], strict: bool) -> Result<String, Code> {
        let texts: Vec<Cow<'_, str>> = texts.iter().map(|text| Cow::Borrowed(*text)).collect();
        decode(&texts, strict).map_err(|reason| reason.code())
    }

    #[test]
    fn one_code_goes_there_and_back() {
        let jws = "eyJ.az-09_AZ.x";
        let code = encode(jws);
        assert_eq!(decoded(&[&code], true).as_deref(), Ok(jws));
        assert_eq!(decoded(&[&code.to_uppercase()], true).as_deref(), Ok(jws));
        for (text, reason) in [
            ("shc:/", Code::ShcNumeric),
            ("shc:/0", Code::ShcNumeric),
            ("shc:/78", Code::ShcNumeric),
            ("shc:/5a", Code::ShcNumeric),
            ("shc:/56 ", Code::ShcNumeric),
            ("shc:/\u{e4}", Code::ShcNumeric),
            ("shc://56", Code::ShcPrefix),
            ("shc:56", Code::ShcPrefix),
            ("shcc:/56", Code::ShcPrefix),
            ("", Code::ShcPrefix),
        ] {
            assert_eq!(decoded(&[text], false), Err(reason), "{text}");
        }
    }

    #[test]
    fn lengths_are_held() {
        assert!(check_length(&"a".repeat(1195)).is_ok());
        assert_eq!(check_length(&"a".repeat(1196)).unwrap_err().code(), Code::ShcTooLong);
    }

    #[test]
    fn parts_come_in_any_order() {
        let jws: String = (0..3000_u32).map(|at| char::from(b'a' + u8::try_from(at % 26).unwrap())).collect();
        let codes = encode_chunks(&jws);
        assert_eq!(codes.len(), 3);
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        assert_eq!(decoded(&[codes[2], codes[0], codes[1]], false).as_deref(), Ok(jws.as_str()));
        assert_eq!(decoded(&codes, true), Err(Code::ShcChunk));
        assert!(codes.iter().all(|code| is_chunk(code) && same_card(code, codes[0])));
        for set in [&codes[..2], &[codes[0], codes[1], codes[1]], &[codes[0], codes[1], codes[2], codes[2]]] {
            assert_eq!(decoded(set, false), Err(Code::ShcChunk));
        }
        assert_eq!(decoded(&[codes[0], "shc:/2/2/5656"], false), Err(Code::ShcChunk));
        assert!(!same_card(codes[0], "shc:/2/2/5656"));
        for text in [
            "shc:/0/1/56",
            "shc:/1/0/56",
            "shc:/2/1/56",
            "shc:/1/1000000000/56",
            "shc:/1/100/56",
            "shc:/1/56",
            "shc:/1/1/5/6",
        ] {
            assert_eq!(decoded(&[text], false), Err(Code::ShcChunk), "{text}");
        }
        assert_eq!(decoded(&["shc:/1/1/5676"], false).as_deref(), Ok("ey"));
    }
}
