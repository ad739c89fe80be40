//! SD-JWT (RFC 9901) in its compact serialisation, opened without belief: the parts, the disclosures, and the payload as
//! it is once every disclosed value stands in its place.
//!
//! ```text
//! JWT ~ disclosure ~ .. ~ disclosure ~ [key binding JWT]
//! disclosure = base64url of [salt, name, value] for a member, of [salt, value] for an element
//! ```
//! What the payload says is for formats to judge; so are the JWT's signature and the key binding JWT. The JSON
//! serialisation (RFC 9901, 8) is brought into this form first, where a format takes it: [`Unfolded`].

mod json_form;
mod processing;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::crypto::algorithm::Hash;
use crate::crypto::digest::{sha256, sha384, sha512};
use crate::encoding::{base64url, json};
use crate::limits;
use crate::reason::{Code, Reason};

pub use self::json_form::{Unfolded, is_json_form};
pub use self::processing::{Processed, process, push_step};

/// The name of the member that lists digests of members.
pub const SD: &str = "_sd";
/// The name of the member that names the digest algorithm.
pub const SD_ALG: &str = "_sd_alg";
/// The name of the member that stands for a concealed element.
pub const ELEMENT: &str = "...";

/// The parts of an SD-JWT, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdJwt<'t> {
    /// The JWT that the issuer signed.
    pub jwt: &'t str,
    /// The disclosures, still encoded.
    pub disclosures: Vec<&'t str>,
    /// The key binding JWT, if there is one.
    pub key_binding: Option<&'t str>,
    /// Everything up to the last tilde, that included: what the `sd_hash` of a key binding JWT is over.
    pub presented: &'t str,
}

/// What one disclosure holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Disclosure<'d> {
    /// The member's name; `None` for an element of an array.
    pub name: Option<Cow<'d, str>>,
    /// The value.
    pub value: json::Value<'d>,
}

impl<'t> SdJwt<'t> {
    /// The parts of `text`.
    ///
    /// # Errors
    /// `input.too_large`, `input.too_many_items`, `jose.serialization` (JSON where the compact form is due), `sdjwt.format`.
    pub fn split(text: &'t str) -> Result<SdJwt<'t>, Reason> {
        if text.len() > limits::INPUT_BYTES {
            return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(text.len()));
        }
        if text.trim_start().starts_with(['{', '[']) {
            return Err(Reason::new(Code::JoseSerialization));
        }
        let (before, binding) = text.rsplit_once('~').ok_or_else(|| malformed("no tilde"))?;
        let mut parts = before.split('~');
        let jwt = parts.next().unwrap_or_default();
        let disclosures: Vec<&str> = parts.by_ref().take(limits::DISCLOSURES_READ).collect();
        if parts.next().is_some() {
            return Err(Reason::new(Code::InputTooManyItems).expected(limits::DISCLOSURES));
        }
        // An empty text in front of a key binding JWT is a disclosure of nothing, which is that disclosure's fault.
        if jwt.is_empty() || (binding.is_empty() && disclosures.iter().any(|disclosure| disclosure.is_empty())) {
            return Err(malformed("nothing between two tildes"));
        }
        // Without a key binding JWT the text ends in a tilde; a disclosure there was cut off from its own.
        if !binding.is_empty() && binding.matches('.').count() != 2 {
            return Err(malformed("no JWT behind the last tilde"));
        }
        let presented = text.get(..text.len().saturating_sub(binding.len())).unwrap_or_default();
        Ok(SdJwt { jwt, disclosures, key_binding: Some(binding).filter(|it| !it.is_empty()), presented })
    }
}

impl Disclosure<'_> {
    /// What these bytes, base64url taken away, disclose.
    ///
    /// # Errors
    /// `sdjwt.disclosure_malformed` when they are no strict JSON array of that shape, `json.depth`.
    pub fn decode(bytes: &[u8]) -> Result<Disclosure<'_>, Reason> {
        let malformed = |got: &'static str| Reason::new(Code::SdjwtDisclosureMalformed).got(got);
        let read = json::decode(bytes).map_err(|reason| match reason.code() {
            Code::JsonDepth => reason,
            code => malformed(code.as_str()),
        })?;
        let json::Value::Array(items) = read else { return Err(malformed("another JSON value")) };
        let mut items = items.into_iter();
        match (items.next(), items.next(), items.next(), items.next()) {
            (Some(json::Value::String(_)), Some(value), None, _) => Ok(Disclosure { name: None, value }),
            (Some(json::Value::String(_)), Some(json::Value::String(name)), Some(value), None) => {
                Ok(Disclosure { name: Some(name), value })
            }
            (Some(json::Value::String(_)), Some(_), Some(_), None) => Err(malformed("a name that is no text")),
            (Some(_), Some(_), _, None) => Err(malformed("a salt that is no text")),
            _ => Err(malformed("another number of elements")),
        }
    }
}

/// The digest of a disclosure, or the `sd_hash` of what is presented: of the text as it stands, base64url.
pub fn digest(hash: Hash, text: &str) -> String {
    match hash {
        Hash::Sha256 => base64url::encode(&sha256(text.as_bytes())),
        Hash::Sha384 => base64url::encode(&sha384(text.as_bytes())),
        Hash::Sha512 => base64url::encode(&sha512(text.as_bytes())),
    }
}

/// The digest algorithm with this name.
pub fn hash_named(name: &str) -> Option<Hash> {
    [Hash::Sha256, Hash::Sha384, Hash::Sha512].into_iter().find(|hash| hash_name(*hash) == name)
}

/// The name of a digest algorithm, as `_sd_alg` writes it.
pub fn hash_name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "sha-256",
        Hash::Sha384 => "sha-384",
        Hash::Sha512 => "sha-512",
    }
}

fn malformed(got: &'static str) -> Reason {
    Reason::new(Code::SdjwtFormat).got(got)
}
