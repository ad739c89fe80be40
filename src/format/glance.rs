//! Glances: what detection finds out about a text, kept for whoever opens it.
//!
//! Telling formats apart takes the header of a token and the JSON of a document. Each is read once for all formats, and not
//! again while opening.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::OnceLock;

use crate::encoding::json::{self, Value};
use crate::encoding::{base64url, scan};
use crate::envelope::jws::{Header, peek_decoded, shape_of};
use crate::reason::Reason;

/// A text, and what was read of it so far.
pub struct Glance<'t> {
    text: &'t str,
    has_tilde: OnceCell<bool>,
    header_bytes: OnceCell<Option<Vec<u8>>>,
    header: OnceCell<Option<Header>>,
    document: OnceCell<Result<Value<'t>, Reason>>,
}

/// What a glance left.
#[derive(Clone, Debug, Default)]
pub struct Seen<'i> {
    /// The header of a compact JWS.
    pub header: Option<Header>,
    /// The JSON of a document.
    pub document: Option<Value<'i>>,
    /// The bytes of a credential that came as bytes, or was decoded already.
    pub bytes: Option<Cow<'i, [u8]>>,
}

/// Where the bytes of an envelope stay while others borrow from them.
#[derive(Debug, Default)]
pub struct Room(OnceLock<Vec<u8>>);

impl Room {
    /// These bytes, kept. A room has place for one envelope's; `None` for a second one's.
    pub fn keep(&self, bytes: Vec<u8>) -> Option<&[u8]> {
        self.0.set(bytes).ok()?;
        self.0.get().map(Vec::as_slice)
    }
}

impl<'t> Glance<'t> {
    /// Nothing read yet.
    pub fn of(text: &'t str) -> Self {
        Glance {
            text,
            has_tilde: OnceCell::new(),
            header_bytes: OnceCell::new(),
            header: OnceCell::new(),
            document: OnceCell::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// `true` when there is a tilde in it.
    pub fn has_tilde(&self) -> bool {
        *self.has_tilde.get_or_init(|| scan::has_byte(self.text.as_bytes(), b'~'))
    }

    /// What stands before the first full stop, decoded from base64url; `None` when there is none, or it is something else.
    pub fn header_bytes(&self) -> Option<&[u8]> {
        let decode = || base64url::decode(shape_of(self.text)?.0).ok();
        self.header_bytes.get_or_init(decode).as_deref()
    }

    /// The header of what looks like a compact JWS. For telling formats apart only: nothing is checked.
    pub fn header(&self) -> Option<&Header> {
        self.header.get_or_init(|| peek_decoded(self.text, || self.header_bytes())).as_ref()
    }

    /// The text as JSON.
    ///
    /// # Errors
    /// `json.*`.
    pub fn document(&self) -> Result<&Value<'t>, &Reason> {
        self.document.get_or_init(|| json::decode(self.text.as_bytes())).as_ref()
    }

    /// What was read.
    pub fn into_seen(self) -> Seen<'t> {
        let header = self.header.into_inner().flatten();
        let document = self.document.into_inner().and_then(Result::ok);
        Seen { header, document, bytes: None }
    }
}
