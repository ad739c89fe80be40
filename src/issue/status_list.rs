//! Our own status lists (Bitstring Status List 1.0, StatusList2021): the bits, who has which place, and the credential around
//! them before it is signed. The twin of [`crate::status::bitstring`].
//!
//! Places are given out at random, so that a place tells nobody when its credential was issued or next to which other. Where
//! lists are kept is not this file's business.

use std::fmt;

use serde_json::{Value, json};

use crate::credential::StatusKind;
use crate::crypto::random::random_bytes;
use crate::encoding::multibase::{self, Base};
use crate::encoding::{base64url, deflate};
use crate::format::vc::vocabulary::{CONTEXT_V1, CONTEXT_V2};
use crate::issue::IssueFault;
use crate::limits;
use crate::status::bitstring::LEAST_PLACES;
use crate::time::Timestamp;

/// The context of StatusList2021.
const CONTEXT_2021: &str = "https://w3id.org/vc/status-list/2021/v1";

/// The bits of a list, one a place, and which places are given out.
#[derive(Clone, PartialEq, Eq)]
pub struct PlaceList {
    set: Vec<u8>,
    taken: Vec<u8>,
}

impl fmt::Debug for PlaceList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlaceList of {} places, {} free", self.places(), self.free())
    }
}

/// Why a place cannot be changed: nobody was given it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTaken;

impl PlaceList {
    /// A list of so many places, all free and clear; at least [`LEAST_PLACES`], rounded up to whole bytes.
    ///
    /// # Errors
    /// `Content` when it would be larger than a verifier unpacks.
    pub fn new(places: u64) -> Result<Self, IssueFault> {
        let bytes = usize::try_from(places.max(LEAST_PLACES).div_ceil(8)).unwrap_or(usize::MAX);
        if bytes > limits::STATUS_LIST_BYTES {
            let most = limits::STATUS_LIST_BYTES.saturating_mul(8);
            return Err(IssueFault::Content(format!("a status list has at most {most} places")));
        }
        Ok(PlaceList { set: vec![0; bytes], taken: vec![0; bytes] })
    }

    /// Places, free or not.
    pub fn places(&self) -> u64 {
        u64::try_from(self.set.len()).unwrap_or(u64::MAX).saturating_mul(8)
    }

    /// Places that nobody was given.
    pub fn free(&self) -> u64 {
        self.taken.iter().map(|byte| u64::from(byte.count_zeros())).sum()
    }

    /// A free place, drawn at random, which is taken from now on. `None` when the list is full.
    pub fn allocate(&mut self) -> Option<u64> {
        // Modulo a number below 2^24, 64 random bits are as good as even.
        let mut left = u64::from_le_bytes(random_bytes::<8>()).checked_rem(self.free())?;
        for (byte, first) in self.taken.iter_mut().zip((0_u64..).step_by(8)) {
            let free = u64::from(byte.count_zeros());
            if left >= free {
                left -= free;
                continue;
            }
            for bit in 0..8_u8 {
                let mask = 0x80 >> bit;
                if *byte & mask != 0 {
                    continue;
                }
                if left == 0 {
                    *byte |= mask;
                    return Some(first.saturating_add(u64::from(bit)));
                }
                left -= 1;
            }
        }
        None
    }

    /// Marks that place as given out, as a store does that reads its own records. `false` when it was, or there is none.
    pub fn take(&mut self, place: u64) -> bool {
        let Some((at, mask)) = position(place) else { return false };
        match self.taken.get_mut(at) {
            Some(byte) if *byte & mask == 0 => {
                *byte |= mask;
                true
            }
            _ => false,
        }
    }

    /// Sets or clears a place that was given out.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn write(&mut self, place: u64, is_set: bool) -> Result<(), NotTaken> {
        let (at, mask) = position(place).ok_or(NotTaken)?;
        if self.taken.get(at).is_none_or(|byte| byte & mask == 0) {
            return Err(NotTaken);
        }
        let byte = self.set.get_mut(at).ok_or(NotTaken)?;
        *byte = if is_set { *byte | mask } else { *byte & !mask };
        Ok(())
    }

    /// `true` when that place is set.
    pub fn is_set(&self, place: u64) -> bool {
        position(place).is_some_and(|(at, mask)| self.set.get(at).is_some_and(|byte| byte & mask != 0))
    }

    /// The bits as they are published, place 0 in the most significant bit of the first byte.
    pub fn bytes(&self) -> &[u8] {
        &self.set
    }
}

/// The byte of a place, and its bit.
fn position(place: u64) -> Option<(usize, u8)> {
    let shift = u32::try_from(place % 8).ok()?;
    Some((usize::try_from(place / 8).ok()?, 0x80_u8.checked_shr(shift)?))
}

/// What the credential of a list shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListDraft<'d> {
    /// The kind of list.
    pub kind: StatusKind,
    /// Where it will be published.
    pub url: &'d str,
    /// Who issues it: the issuer of the credentials with places in it.
    pub issuer: &'d str,
    /// What it is about: `revocation`, `suspension`, `refresh`.
    pub purpose: &'d str,
    /// Valid from then on.
    pub valid_from: Timestamp,
    /// Not valid from then on.
    pub valid_until: Option<Timestamp>,
    /// Milliseconds for which a copy may be used. Bitstring Status List only.
    pub ttl_ms: Option<u32>,
}

/// The credential of a list with these bits, unsigned.
///
/// # Errors
/// `Content` when the list is too short or too long, or of no kind that we make.
pub fn unsigned_list(draft: &StatusListDraft<'_>, bytes: &[u8]) -> Result<Value, IssueFault> {
    let places = u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_mul(8);
    if places < LEAST_PLACES || bytes.len() > limits::STATUS_LIST_BYTES {
        return Err(IssueFault::Content(format!(
            "a status list has at least {LEAST_PLACES} places, this one {places}"
        )));
    }
    let packed = deflate::gzip(bytes);
    let subject = |kind: &str, encoded: String| {
        json!({
            "id": format!("{}#list", draft.url), "type": kind, "statusPurpose": draft.purpose, "encodedList": encoded
        })
    };
    match draft.kind {
        StatusKind::Bitstring => {
            let mut list = json!({
                "@context": [CONTEXT_V2],
                "id": draft.url,
                "type": ["VerifiableCredential", "BitstringStatusListCredential"],
                "issuer": draft.issuer,
                "validFrom": draft.valid_from,
                "credentialSubject": subject("BitstringStatusList", multibase::encode(Base::Base64Url, &packed)),
            });
            put(&mut list, "validUntil", draft.valid_until.map(|time| json!(time)));
            if let Some(subject) = list.get_mut("credentialSubject") {
                put(subject, "ttl", draft.ttl_ms.map(Value::from));
            }
            Ok(list)
        }
        StatusKind::StatusList2021 => {
            let mut list = json!({
                "@context": [CONTEXT_V1, CONTEXT_2021],
                "id": draft.url,
                "type": ["VerifiableCredential", "StatusList2021Credential"],
                "issuer": draft.issuer,
                "issuanceDate": draft.valid_from,
                "credentialSubject": subject("StatusList2021", base64url::encode(&packed)),
            });
            put(&mut list, "expirationDate", draft.valid_until.map(|time| json!(time)));
            Ok(list)
        }
        _ => Err(IssueFault::Content("not a kind of list that is a W3C credential".to_owned())),
    }
}

/// The `credentialStatus` of a credential with that place in the list.
///
/// # Errors
/// `Content` for a kind that we do not make.
pub fn status_entry(kind: StatusKind, url: &str, purpose: &str, place: u64) -> Result<Value, IssueFault> {
    let name = match kind {
        StatusKind::Bitstring => "BitstringStatusListEntry",
        StatusKind::StatusList2021 => "StatusList2021Entry",
        _ => return Err(IssueFault::Content("not a kind of list that is a W3C credential".to_owned())),
    };
    Ok(json!({
        "id": format!("{url}#{place}"),
        "type": name,
        "statusPurpose": purpose,
        "statusListIndex": place.to_string(),
        "statusListCredential": url,
    }))
}

fn put(object: &mut Value, member: &str, value: Option<Value>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(member.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::encoding::json as strict;
    use crate::format::vc::model::{ModelDemands, check_credential};
    use crate::format::vc::status_entries::read_entries;
    use crate::reason::Code;
    use crate::status::bitstring::{BitstringList, Meaning};

    const URL: &str = "https://issuer.example/status/1";

    fn draft(kind: StatusKind) -> StatusListDraft<'static> {
        StatusListDraft {
            kind,
            url: URL,
            issuer: "did:example:issuer",
            purpose: "revocation",
            valid_from: Timestamp::from_seconds(0),
            valid_until: Some(Timestamp::from_seconds(86_400)),
            ttl_ms: Some(300_000),
        }
    }

    /// STA-019: no place twice, and not one after the other.
    #[test]
    fn places_are_drawn_at_random_and_once() {
        let mut list = PlaceList::new(0).unwrap();
        assert_eq!((list.places(), list.free()), (LEAST_PLACES, LEAST_PLACES));
        let drawn: Vec<u64> = (0..500).map(|_| list.allocate().unwrap()).collect();
        assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 500);
        assert!(drawn.iter().all(|place| *place < LEAST_PLACES));
        assert!(!drawn.is_sorted() && drawn.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) == 1).count() < 5);
        assert_eq!(list.free(), LEAST_PLACES - 500);
        assert!(PlaceList::new(u64::MAX).is_err());
    }

    #[test]
    fn a_full_list_gives_no_place() {
        let mut list = PlaceList::new(LEAST_PLACES).unwrap();
        for place in (0..LEAST_PLACES).filter(|place| *place != 70_001) {
            assert!(list.take(place));
        }
        assert!(!list.take(5) && !list.take(LEAST_PLACES) && !list.take(u64::MAX));
        assert_eq!((list.allocate(), list.allocate()), (Some(70_001), None));
    }

    #[test]
    fn only_places_given_out_are_written() {
        let mut list = PlaceList::new(0).unwrap();
        assert_eq!(list.write(9, true), Err(NotTaken));
        assert_eq!(list.write(u64::MAX, true), Err(NotTaken));
        assert!(list.take(9));
        assert_eq!((list.write(9, true), list.is_set(9), list.is_set(8)), (Ok(()), true, false));
        assert_eq!(list.bytes()[1], 0b0100_0000);
        assert_eq!((list.write(9, false), list.is_set(9)), (Ok(()), false));
    }

    #[test]
    fn what_is_made_reads_back() {
        let mut list = PlaceList::new(0).unwrap();
        let (one, other) = (list.allocate().unwrap(), list.allocate().unwrap());
        list.write(one, true).unwrap();
        for kind in [StatusKind::Bitstring, StatusKind::StatusList2021] {
            let text = unsigned_list(&draft(kind), list.bytes()).unwrap().to_string();
            let claims = strict::decode(text.as_bytes()).unwrap();
            assert_eq!(check_credential(&claims, ModelDemands { strict: true }), []);
            let read = BitstringList::decode(&claims).unwrap();
            let said = |place| {
                let entry = status_entry(kind, URL, "revocation", place).unwrap();
                let text = json!({"credentialStatus": entry}).to_string();
                let (entries, faults) = read_entries(&strict::decode(text.as_bytes()).unwrap());
                assert_eq!(faults, []);
                read.check(&entries[0]).map_err(|reason| reason.code())
            };
            assert_eq!((said(one), said(other)), (Err(Code::StatusRevoked), Ok(Meaning::Clear)));
        }
        assert!(unsigned_list(&draft(StatusKind::Bitstring), &[0; 10]).is_err());
        assert!(unsigned_list(&draft(StatusKind::Other), list.bytes()).is_err());
    }
}
