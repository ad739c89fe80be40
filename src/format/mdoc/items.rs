//! Issuer-signed items: the elements that are shown, and whether each is the one that the issuer signed (ISO/IEC 18013-5, 9.1.2.5).
//!
//! ```cddl
//! IssuerSignedItem = { "digestID": uint, "random": bstr, "elementIdentifier": tstr, "elementValue": any }
//! ```
//! A digest is over the item's bytes as they were received, tag 24 and all, never over an encoding of ours.

use std::borrow::Cow;

use crate::crypto::algorithm::Hash;
use crate::crypto::digest::{sha256, sha384, sha512};
use crate::encoding::cbor::{self, Value, raw};
use crate::format::mdoc::container::{missing, wrong};
use crate::format::mdoc::mso::Mso;
use crate::limits;
use crate::reason::{Code, Reason};

/// Bytes that the random value of an item has at least.
const LEAST_RANDOM_BYTES: usize = 16;

/// An element that is shown.
pub struct Item<'a> {
    /// The item as received: tag 24 around bytes.
    received: &'a [u8],
    digest_id: u64,
    random_bytes: usize,
    /// The element's name.
    pub element: Cow<'a, str>,
    /// Its value.
    pub value: Value<'a>,
}

/// The elements of one name space.
pub struct NameSpace<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its items, in the order received.
    pub items: Vec<Item<'a>>,
}

/// The items of these name spaces, as received.
///
/// # Errors
/// `claim.missing`, `claim.type`, `cbor.*` of what stands inside an item.
pub fn read(name_spaces: &[u8]) -> Result<Vec<NameSpace<'_>>, Reason> {
    let pairs = raw::pairs(name_spaces).ok_or_else(|| missing("nameSpaces"))?;
    let mut read = Vec::new();
    for (name, items) in pairs {
        if read.len() == limits::NAME_SPACES {
            return Err(Reason::new(Code::InputTooManyItems).expected(limits::NAME_SPACES));
        }
        read.push(name_space(name, items)?);
    }
    Ok(read)
}

fn name_space<'a>(name: &'a [u8], items: &'a [u8]) -> Result<NameSpace<'a>, Reason> {
    let fault = |what| Reason::new(Code::ClaimType).expected(what);
    let name = raw::text(name).ok_or_else(|| fault("a name space's name: text"))?;
    let items = raw::elements(items).ok_or_else(|| fault("the items of a name space: array"))?;
    Ok(NameSpace { name, items: items.map(item).collect::<Result<_, _>>()? })
}

fn item(received: &[u8]) -> Result<Item<'_>, Reason> {
    let content = content(received)?;
    let decoded = cbor::decode(content)?;
    let Value::Map(pairs) = decoded else { return Err(wrong("an item", "map", &decoded)) };
    let (mut digest_id, mut random, mut element, mut value) = (None, None, None, None);
    for (name, part) in pairs {
        let place = match name.as_text() {
            Some("digestID") => &mut digest_id,
            Some("random") => &mut random,
            Some("elementIdentifier") => &mut element,
            Some("elementValue") => &mut value,
            _ => continue,
        };
        *place = Some(part);
    }
    Ok(Item {
        received,
        digest_id: match digest_id.ok_or_else(|| missing("digestID"))? {
            Value::Unsigned(id) => id,
            other => return Err(wrong("digestID", "unsigned integer", &other)),
        },
        random_bytes: match random.ok_or_else(|| missing("random"))? {
            Value::Bytes(bytes) => bytes.len(),
            other => return Err(wrong("random", "byte string", &other)),
        },
        element: match element.ok_or_else(|| missing("elementIdentifier"))? {
            Value::Text(text) => text,
            other => return Err(wrong("elementIdentifier", "text", &other)),
        },
        value: value.ok_or_else(|| missing("elementValue"))?,
    })
}

/// What stands under the tag 24 of an item.
fn content(received: &[u8]) -> Result<&[u8], Reason> {
    let fault = || Reason::new(Code::ClaimType).expected("an item: tag 24 around a byte string");
    raw::encoded_cbor(received).ok_or_else(fault)
}

/// The rules of digests, one fault for each that is broken.
pub fn check(name_spaces: &[NameSpace<'_>], mso: &Mso<'_, '_>, is_strict: bool, faults: &mut Vec<Reason>) -> bool {
    let algorithm = match mso.digest_algorithm() {
        Ok(algorithm) => Some(algorithm),
        Err(reason) => {
            faults.push(reason);
            None
        }
    };
    let mut has_short = false;
    for NameSpace { name, items } in name_spaces {
        faults.extend(check_twins(items).err());
        let signed = Signed::of(name, mso);
        for item in items {
            if item.random_bytes < LEAST_RANDOM_BYTES {
                has_short = true;
                if is_strict {
                    let reason = Reason::new(Code::MdocRandomShort);
                    faults.push(reason.expected(LEAST_RANDOM_BYTES).got(item.random_bytes));
                }
            }
            if let Some(algorithm) = algorithm {
                faults.extend(check_digest(item, &signed, algorithm).err());
            }
        }
    }
    has_short
}

/// The digests that were signed for a name space, in the order of their identifiers.
struct Signed<'v>(Vec<(u64, &'v Value<'v>)>);

impl<'v> Signed<'v> {
    fn of(name_space: &str, mso: &Mso<'v, 'v>) -> Self {
        let id = |id: &Value<'_>| if let Value::Unsigned(id) = id { Some(*id) } else { None };
        let pairs = mso.digests(name_space).unwrap_or_default();
        let mut known: Vec<_> = pairs.iter().filter_map(|(key, digest)| Some((id(key)?, digest))).collect();
        known.sort_unstable_by_key(|(id, _)| *id);
        Signed(known)
    }

    fn find(&self, id: u64) -> Option<&'v Value<'v>> {
        let at = self.0.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.0.get(at).map(|(_, digest)| *digest)
    }
}

/// ISO/IEC 18013-5, 9.3.1: "calculate the digest value for every IssuerSignedItem [..] and verify that these equal the
/// corresponding digest values in the MSO".
fn check_digest(item: &Item<'_>, signed: &Signed<'_>, algorithm: Hash) -> Result<(), Reason> {
    // The name of an element is the schema's, not the subject's; its value never leaves.
    let named = |reason: Reason| reason.got(format!("digestID {}", item.digest_id));
    let digest = signed.find(item.digest_id).ok_or_else(|| named(Reason::new(Code::MdocDigestMissing)))?;
    let digest = digest.as_bytes().ok_or_else(|| wrong("a digest", "byte string", digest))?;
    let received = item.received;
    let (length, is_same) = match algorithm {
        Hash::Sha256 => (32, sha256(received) == digest),
        Hash::Sha384 => (48, sha384(received) == digest),
        Hash::Sha512 => (64, sha512(received) == digest),
    };
    if digest.len() != length {
        return Err(Reason::new(Code::MdocDigestAlg).expected(format!("{length} bytes")).got(digest.len()));
    }
    if is_same { Ok(()) } else { Err(named(Reason::new(Code::MdocDigestMismatch))) }
}

/// Digest identifiers and element identifiers are unique within a name space (9.1.2.4).
fn check_twins(items: &[Item<'_>]) -> Result<(), Reason> {
    let mut ids: Vec<u64> = items.iter().map(|item| item.digest_id).collect();
    ids.sort_unstable();
    let mut names: Vec<&str> = items.iter().map(|item| &*item.element).collect();
    names.sort_unstable();
    let twice = |what: &'static str| Err(Reason::new(Code::MdocDuplicateElement).expected(what));
    if ids.array_windows().any(|[one, other]| one == other) {
        return twice("each digest identifier once");
    }
    if names.array_windows().any(|[one, other]| one == other) {
        return twice("each element identifier once");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_spaces_are_bounded() {
        let some = |count: usize| {
            let pairs = (0..count).map(|at| (Value::Text(format!("space {at}").into()), Value::Array(Vec::new())));
            cbor::encode(&Value::Map(pairs.collect()))
        };
        assert_eq!(read(&some(limits::NAME_SPACES)).map(|read| read.len()).ok(), Some(limits::NAME_SPACES));
        let reason = read(&some(limits::NAME_SPACES + 1)).err().map(|reason| reason.code());
        assert_eq!(reason, Some(Code::InputTooManyItems));
    }
}
