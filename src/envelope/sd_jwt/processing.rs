//! Processing (RFC 9901, 7.1): digests are replaced by what was disclosed for them, and all that stays concealed goes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Disclosure, ELEMENT, SD, SD_ALG, hash_named};
use crate::credential::Selection;
use crate::crypto::algorithm::Hash;
use crate::crypto::digest::{sha256, sha384, sha512};
use crate::encoding::{base64url, json};
use crate::limits;
use crate::reason::{Code, Reason};

/// A payload after processing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processed {
    /// The payload as JSON text: disclosed values in their places, no digests.
    pub payload: Vec<u8>,
    /// Where what was disclosed stands, and where something stays concealed.
    pub selection: Selection,
    /// Which disclosure each of the disclosed came by: its place among those that were given.
    pub came_by: Vec<usize>,
    /// The digest algorithm.
    pub hash: Hash,
    /// Broken rules that do not stop the reading. What broke one is left out of the payload.
    pub faults: Vec<Reason>,
}

/// The payload of the issuer's JWT with these disclosures in it.
///
/// # Errors
/// `json.*` and `jose.payload_type` of the payload; `sdjwt.sd_alg`, `sdjwt.structure`, `sdjwt.disclosure_malformed`;
/// `sdjwt.depth` where disclosures nest too deeply, `json.depth` where the whole does.
pub fn process(payload: &[u8], disclosures: &[&str]) -> Result<Processed, Reason> {
    let json::Value::Object(members) = json::decode(payload)? else {
        return Err(Reason::new(Code::JosePayloadType));
    };
    let hash = hash_of(&members)?;
    let decoded = DisclosureBytes::of(disclosures)?;
    let mut walk = Walk {
        offered: HashMap::with_capacity(disclosures.len()),
        met: HashSet::with_capacity(disclosures.len()),
        selection: Selection { disclosed: Vec::with_capacity(disclosures.len()), ..Selection::default() },
        came_by: Vec::with_capacity(disclosures.len()),
        ..Walk::default()
    };
    if disclosures.len() > limits::DISCLOSURES {
        walk.fault(Reason::new(Code::InputTooManyItems).expected(limits::DISCLOSURES).got(disclosures.len()));
    }
    for (place, text) in disclosures.iter().enumerate() {
        walk.offer(Digest::of(hash, text), (place, Disclosure::decode(decoded.bytes(place))?));
    }
    let members = walk.object(members, 0)?;
    walk.check_all_used();
    let Walk { selection, came_by, faults, .. } = walk;
    let payload = json::encode(&json::Value::Object(members)).into_bytes();
    Ok(Processed { payload, selection, came_by, hash, faults })
}

/// RFC 9901, 4.1.1: `_sd_alg` names the digest algorithm; without it, SHA-256.
fn hash_of(members: &[(Cow<'_, str>, json::Value<'_>)]) -> Result<Hash, Reason> {
    let Some((_, named)) = members.iter().find(|(name, _)| name == SD_ALG) else { return Ok(Hash::Sha256) };
    named
        .as_str()
        .and_then(hash_named)
        .ok_or_else(|| Reason::new(Code::SdjwtSdAlg).expected("sha-256, sha-384 or sha-512").got("another value"))
}

/// How many names are few.
const FEW: usize = 64;

/// A disclosure, and its place among those that were given.
type Offered<'a> = (usize, Disclosure<'a>);
type Members<'a> = Vec<(Cow<'a, str>, json::Value<'a>)>;

#[derive(Default)]
struct Walk<'a> {
    /// Disclosures that nobody has asked for yet, by digest. Each serves once: nothing can grow beyond what came in.
    offered: HashMap<Digest, Offered<'a>>,
    /// Digests met so far.
    met: HashSet<Cow<'a, str>>,
    /// How many disclosures stand around the place where the walk is.
    within: usize,
    /// The pointer to where the walk stands.
    place: String,
    selection: Selection,
    came_by: Vec<usize>,
    faults: Vec<Reason>,
}

impl<'a> Walk<'a> {
    fn offer(&mut self, digest: Digest, disclosure: Offered<'a>) {
        if self.offered.insert(digest, disclosure).is_some() {
            self.fault(Reason::new(Code::SdjwtDisclosureDuplicate));
        }
    }

    fn value(&mut self, value: json::Value<'a>, depth: usize) -> Result<json::Value<'a>, Reason> {
        Ok(match value {
            json::Value::Object(members) => json::Value::Object(self.object(members, depth)?),
            json::Value::Array(items) => json::Value::Array(self.array(items, depth)?),
            plain => plain,
        })
    }

    fn object(&mut self, members: Members<'a>, depth: usize) -> Result<Members<'a>, Reason> {
        check_depth(depth)?;
        let concealed = members.iter().find(|(name, _)| name == SD).map_or(0, |(_, digests)| digests.items().len());
        let mut kept = Members::with_capacity(members.len().saturating_add(concealed.min(self.offered.len())));
        let mut digests = None;
        for (name, value) in members {
            match &*name {
                SD => digests = Some(value),
                // Read before the walk began.
                SD_ALG if depth == 0 => {}
                SD_ALG => return Err(Reason::new(Code::SdjwtSdAlg).expected("at the top only").got("inside a value")),
                ELEMENT => return Err(structure("`...` outside of an array")),
                _ => {
                    let value = self.at(&name, |walk| walk.value(value, depth + 1))?;
                    kept.push((name, value));
                }
            }
        }
        match digests {
            None => {}
            Some(json::Value::Array(digests)) => self.members(digests, &mut kept, depth)?,
            Some(_) => return Err(structure("`_sd` that is no array")),
        }
        Ok(kept)
    }

    /// Adds the members that were disclosed for these digests.
    fn members(&mut self, digests: Vec<json::Value<'a>>, kept: &mut Members<'a>, depth: usize) -> Result<(), Reason> {
        // Few names are looked through faster than they are hashed; of many, each is looked at once.
        let mut many: HashSet<Cow<'a, str>> =
            if kept.len() > FEW { kept.iter().map(|(name, _)| name.clone()).collect() } else { HashSet::new() };
        for digest in digests {
            let json::Value::String(digest) = digest else { return Err(structure("a digest that is no text")) };
            let Some((came_by, Disclosure { name, value })) = self.take(digest) else {
                self.conceals();
                continue;
            };
            let Some(name) = name else {
                self.fault(Reason::new(Code::SdjwtDisclosureShape).expected("a member").got("an element"));
                continue;
            };
            if matches!(&*name, SD | SD_ALG | ELEMENT) {
                self.fault(Reason::new(Code::SdjwtReservedName));
            } else if is_taken(name.clone(), kept, &mut many) {
                self.fault(Reason::new(Code::SdjwtClaimCollision));
            } else {
                let value = self.at(&name, |walk| walk.disclosed(value, came_by, depth + 1))?;
                kept.push((name, value));
            }
        }
        Ok(())
    }

    fn array(&mut self, items: Vec<json::Value<'a>>, depth: usize) -> Result<Vec<json::Value<'a>>, Reason> {
        check_depth(depth)?;
        let count = items.len();
        let mut kept = Vec::with_capacity(count);
        // Where the ones that are left out stood.
        let mut missing = Vec::new();
        for (original, item) in items.into_iter().enumerate() {
            let place = kept.len();
            let item = match concealed(item)? {
                Element::Plain(item) => {
                    kept.push(self.at_element(place, |walk| walk.value(item, depth + 1))?);
                    continue;
                }
                Element::Concealed(digest) => self.take(digest),
            };
            match item {
                None => {
                    missing.push(original);
                    self.conceals();
                }
                Some((_, Disclosure { name: Some(_), .. })) => {
                    missing.push(original);
                    self.fault(Reason::new(Code::SdjwtDisclosureShape).expected("an element").got("a member"));
                }
                Some((came_by, Disclosure { name: None, value })) => {
                    kept.push(self.at_element(place, |walk| walk.disclosed(value, came_by, depth + 1))?);
                }
            }
        }
        if !missing.is_empty() {
            let places = (0..count).filter(|place| missing.binary_search(place).is_err()).collect();
            self.selection.places.push((self.place.clone(), places));
        }
        Ok(kept)
    }

    /// A value that was disclosed, with what was disclosed inside it.
    fn disclosed(&mut self, value: json::Value<'a>, came_by: usize, depth: usize) -> Result<json::Value<'a>, Reason> {
        if self.within >= limits::DISCLOSURE_DEPTH {
            return Err(Reason::new(Code::SdjwtDepth).expected(limits::DISCLOSURE_DEPTH));
        }
        self.selection.disclosed.push(self.place.clone());
        self.came_by.push(came_by);
        self.within += 1;
        let done = self.value(value, depth);
        self.within -= 1;
        done
    }

    /// The disclosure of this digest; none for a decoy, or for what the presenter kept to themselves.
    fn take(&mut self, digest: Cow<'a, str>) -> Option<Offered<'a>> {
        let offered = Digest::named(&digest).and_then(|digest| self.offered.remove(&digest));
        if !self.met.insert(digest) {
            self.fault(Reason::new(Code::SdjwtDigestDuplicate));
        }
        offered
    }

    /// Notes that something at this place stays concealed.
    fn conceals(&mut self) {
        if self.selection.concealing.last() != Some(&self.place) {
            self.selection.concealing.push(self.place.clone());
        }
    }

    fn check_all_used(&mut self) {
        if !self.offered.is_empty() {
            let got = self.offered.len();
            self.fault(Reason::new(Code::SdjwtDisclosureUnreferenced).got(got));
        }
    }

    /// Does something one step further down.
    fn at<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.place.len();
        push_step(&mut self.place, step);
        let done = work(self);
        self.place.truncate(before);
        done
    }

    /// The same, into an element of an array.
    fn at_element<T>(&mut self, place: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        use std::fmt::Write;
        let before = self.place.len();
        // A text takes whatever is written into it.
        let _ = write!(self.place, "/{place}");
        let done = work(self);
        self.place.truncate(before);
        done
    }

    fn fault(&mut self, reason: Reason) {
        if self.faults.len() < limits::FAULTS {
            self.faults.push(reason);
        }
    }
}

/// RFC 9901, 7.1: a name stands once at its level. `many` holds the names where they are many.
fn is_taken<'a>(name: Cow<'a, str>, kept: &Members<'a>, many: &mut HashSet<Cow<'a, str>>) -> bool {
    match many.is_empty() {
        true => kept.iter().any(|(known, _)| *known == name),
        false => !many.insert(name),
    }
}

/// The bytes of all disclosures, one behind the other.
struct DisclosureBytes {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl DisclosureBytes {
    fn of(disclosures: &[&str]) -> Result<DisclosureBytes, Reason> {
        let characters: usize = disclosures.iter().map(|text| text.len()).sum();
        let mut all =
            DisclosureBytes { bytes: Vec::with_capacity(characters), ends: Vec::with_capacity(disclosures.len()) };
        for text in disclosures {
            let malformed = |_| Reason::new(Code::SdjwtDisclosureMalformed).expected("base64url without padding");
            base64url::decode_into(text, &mut all.bytes).map_err(malformed)?;
            all.ends.push(all.bytes.len());
        }
        Ok(all)
    }

    fn bytes(&self, place: usize) -> &[u8] {
        let end = self.ends.get(place).copied().unwrap_or_default();
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// The bytes of a digest, and how many they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Digest([u8; 64], usize);

impl Digest {
    /// The digest of a disclosure: of its text as it stands.
    fn of(hash: Hash, text: &str) -> Digest {
        match hash {
            Hash::Sha256 => Digest::holding(&sha256(text.as_bytes())),
            Hash::Sha384 => Digest::holding(&sha384(text.as_bytes())),
            Hash::Sha512 => Digest::holding(&sha512(text.as_bytes())),
        }
    }

    /// The digest that a text in the payload names; none for one that names no bytes, which no disclosure can have.
    fn named(text: &str) -> Option<Digest> {
        let mut bytes = [0; 64];
        base64url::decode_slice(text, &mut bytes).map(|length| Digest(bytes, length))
    }

    fn holding(bytes: &[u8]) -> Digest {
        let mut held = [0; 64];
        held.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Digest(held, bytes.len())
    }
}

/// An element of an array.
enum Element<'a> {
    /// One in the open.
    Plain(json::Value<'a>),
    /// The digest of a concealed one.
    Concealed(Cow<'a, str>),
}

/// RFC 9901, 4.2.4.2: `{"...": digest}` and nothing else stands for a concealed element.
fn concealed(item: json::Value<'_>) -> Result<Element<'_>, Reason> {
    if item.member(ELEMENT).is_none() {
        return Ok(Element::Plain(item));
    }
    let json::Value::Object(members) = item else { return Ok(Element::Plain(item)) };
    let mut members = members.into_iter();
    match (members.next(), members.next()) {
        (Some((_, json::Value::String(digest))), None) => Ok(Element::Concealed(digest)),
        (Some(_), None) => Err(structure("a digest that is no text")),
        _ => Err(structure("`...` with another member")),
    }
}

/// Leads a JSON pointer one step further down (RFC 6901, 3).
pub fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    for character in step.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            plain => pointer.push(plain),
        }
    }
}

fn structure(got: &'static str) -> Reason {
    Reason::new(Code::SdjwtStructure).got(got)
}

/// Disclosures nest inside disclosures; the whole keeps the limit of any JSON document.
fn check_depth(depth: usize) -> Result<(), Reason> {
    if depth < limits::JSON_DEPTH {
        Ok(())
    } else {
        Err(Reason::new(Code::JsonDepth).expected(format!("at most {}", limits::JSON_DEPTH)))
    }
}
