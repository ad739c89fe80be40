//! Processing (RFC 9901, 7.1): digests are replaced by what was disclosed for them, and all that stays concealed goes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Disclosure, ELEMENT, SD, SD_ALG, digest, hash_named};
use crate::credential::Selection;
use crate::crypto::algorithm::Hash;
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
    let malformed = |_| Reason::new(Code::SdjwtDisclosureMalformed).expected("base64url without padding");
    let bytes: Vec<Vec<u8>> =
        disclosures.iter().map(|text| base64url::decode(text).map_err(malformed)).collect::<Result<_, _>>()?;
    let mut walk = Walk::default();
    if disclosures.len() > limits::DISCLOSURES {
        walk.fault(Reason::new(Code::InputTooManyItems).expected(limits::DISCLOSURES).got(disclosures.len()));
    }
    for (place, (text, bytes)) in disclosures.iter().zip(&bytes).enumerate() {
        walk.offer(digest(hash, text), (place, Disclosure::decode(bytes)?));
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

/// A disclosure, and its place among those that were given.
type Offered<'a> = (usize, Disclosure<'a>);
type Members<'a> = Vec<(Cow<'a, str>, json::Value<'a>)>;

#[derive(Default)]
struct Walk<'a> {
    /// Disclosures that nobody has asked for yet, by digest. Each serves once: nothing can grow beyond what came in.
    offered: HashMap<String, Offered<'a>>,
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
    fn offer(&mut self, digest: String, disclosure: Offered<'a>) {
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
        let mut kept = Members::with_capacity(members.len());
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
        let mut names: HashSet<Cow<'a, str>> = kept.iter().map(|(name, _)| name.clone()).collect();
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
            } else if !names.insert(name.clone()) {
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
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let place = kept.len().to_string();
            let item = match concealed(item)? {
                Element::Plain(item) => {
                    kept.push(self.at(&place, |walk| walk.value(item, depth + 1))?);
                    continue;
                }
                Element::Concealed(digest) => self.take(digest),
            };
            match item {
                None => self.conceals(),
                Some((_, Disclosure { name: Some(_), .. })) => {
                    self.fault(Reason::new(Code::SdjwtDisclosureShape).expected("an element").got("a member"));
                }
                Some((came_by, Disclosure { name: None, value })) => {
                    kept.push(self.at(&place, |walk| walk.disclosed(value, came_by, depth + 1))?);
                }
            }
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
        let offered = self.offered.remove(&*digest);
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

    fn fault(&mut self, reason: Reason) {
        if self.faults.len() < limits::FAULTS {
            self.faults.push(reason);
        }
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
