//! Pieces: the documents of an input, each judged as a part of its own.

use std::borrow::Cow;

use smallvec::smallvec;

use crate::encoding::{base64url, cbor};
use crate::format::glance::Seen;
use crate::format::mdoc::{Mdoc, container};
use crate::format::{Piece, Pieces};
use crate::limits;
use crate::reason::{Code, Reason};

/// Characters of base64 that tell a container from anything else.
const GLANCE_CHARACTERS: usize = 64;

/// `true` for a text that begins like the base64 of a container.
pub fn is_text(text: &str) -> bool {
    // The head of a map, a0 to bf, whose first six bits these are: no other text is worth the memory.
    let is_map = |[first, rest @ ..]: &[u8; 4]| matches!(first, b'o'..=b'v') && !rest.contains(&b':');
    if !text.as_bytes().first_chunk().is_some_and(is_map) {
        return false;
    }
    let end = text.len().min(GLANCE_CHARACTERS);
    let Some(start) = text.get(..end.saturating_sub(end % 4)) else { return false };
    // The six bits that every map of CBOR begins with; most texts end here, and nothing is allocated for them.
    let is_map = matches!(start.as_bytes().first(), Some(b'o'..=b'v'));
    let is_coded = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/');
    is_map && start.bytes().all(is_coded) && base64url::decode_any(start).is_ok_and(|bytes| container::begins(&bytes))
}

/// The bytes of such a text: base64 in either alphabet, padded or not, but nothing else between its characters.
///
/// # Errors
/// `jose.malformed`.
pub fn bytes_of_text(text: &str) -> Result<Vec<u8>, Reason> {
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Err(Reason::new(Code::JoseMalformed).expected("base64url of CBOR").got("white space"));
    }
    base64url::decode_any(text)
}

/// The pieces of a container in base64.
///
/// # Errors
/// As [`of_bytes`]. What does not decode is one piece, whose opening says why.
pub fn of_text<'i>(text: Cow<'i, str>) -> Result<Pieces<'i>, Reason> {
    match bytes_of_text(&text) {
        Ok(bytes) => of_bytes(Cow::Owned(bytes)),
        Err(_) => Ok(smallvec![Piece { format: &Mdoc, texts: smallvec![text], seen: Seen::default() }]),
    }
}

/// The pieces of a container: the documents of a DeviceResponse with several, else the whole.
///
/// # Errors
/// `mdoc.response` of a response with several documents that is not in order, `input.too_many_items`.
pub fn of_bytes<'i>(bytes: Cow<'i, [u8]>) -> Result<Pieces<'i>, Reason> {
    let documents = container::documents_of(&bytes).unwrap_or_default();
    if documents.len() < 2 {
        return Ok(smallvec![piece(bytes)]);
    }
    if documents.len() > limits::CREDENTIALS {
        return Err(Reason::new(Code::InputTooManyItems).expected(limits::CREDENTIALS).got(documents.len()));
    }
    container::check_response(&cbor::decode(&bytes)?)?;
    match bytes {
        Cow::Borrowed(bytes) => Ok(container::documents_of(bytes)
            .into_iter()
            .flatten()
            .map(|document| piece(Cow::Borrowed(document)))
            .collect()),
        Cow::Owned(_) => Ok(documents.into_iter().map(|document| piece(Cow::Owned(document.to_vec()))).collect()),
    }
}

fn piece(bytes: Cow<'_, [u8]>) -> Piece<'_> {
    Piece { format: &Mdoc, texts: smallvec![], seen: Seen { bytes: Some(bytes), ..Seen::default() } }
}
