//! `vidimus issue token_status_list`: a token status list or an identifier list out of a small JSON file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::encoding::base64url;
use crate::issue::IssueFault;
use crate::issue::token_status_list::{ListDraft, ListSigner, cwt, identifier_list, jwt};
use crate::limits;
use crate::status::token_status_list::TokenStatusList;
use crate::time::Timestamp;

/// What the file says: where the list is published, and either places or identifiers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Content {
    /// Where the list will be published.
    uri: String,
    /// Seconds for which a copy may be used.
    #[serde(default)]
    ttl: Option<u32>,
    /// `jwt` (the default) or `cwt`.
    #[serde(default)]
    envelope: Option<String>,
    /// Bits of a place: 1, 2, 4 or 8.
    #[serde(default)]
    bits: Option<u8>,
    /// How many places there are.
    #[serde(default)]
    places: Option<usize>,
    /// Values that are not 0, by place.
    #[serde(default)]
    statuses: BTreeMap<String, u8>,
    /// Identifiers of what is revoked, base64url: makes an identifier list.
    #[serde(default)]
    identifiers: Option<Vec<String>>,
}

/// Places of a list whose length nobody names: as many as hide whose status is asked for.
const PLACES: usize = 1 << 20;

impl Content {
    /// The token; of a CWT in base64url.
    pub(super) fn issue(
        &self,
        issuer: Option<&str>,
        (issued_at, expires): (Timestamp, Option<Timestamp>),
        signer: &ListSigner<'_>,
    ) -> Result<String, IssueFault> {
        let draft = ListDraft { uri: &self.uri, issuer, issued_at, expires, ttl: self.ttl };
        if let Some(coded) = &self.identifiers {
            let wrong = |_| IssueFault::Content("`identifiers` are not base64url".to_owned());
            let identifiers: Vec<Vec<u8>> =
                coded.iter().map(|text| base64url::decode(text).map_err(wrong)).collect::<Result<_, _>>()?;
            return Ok(base64url::encode(&identifier_list(&draft, &identifiers, signer)?));
        }
        let list = self.list()?;
        match self.envelope.as_deref() {
            None | Some("jwt") => jwt(&draft, &list, signer),
            Some("cwt") => Ok(base64url::encode(&cwt(&draft, &list, signer)?)),
            Some(_) => Err(IssueFault::Content("`envelope` is neither `jwt` nor `cwt`".to_owned())),
        }
    }

    fn list(&self) -> Result<TokenStatusList, IssueFault> {
        let wrong = |text: String| IssueFault::Content(text);
        let bits = self.bits.unwrap_or(1);
        let list = |bytes| TokenStatusList::of_bytes(bits, bytes);
        let per_byte = list(vec![0]).map(|list| list.places()).and_then(|places| usize::try_from(places).ok());
        let per_byte = per_byte.ok_or_else(|| wrong("`bits` is 1, 2, 4 or 8".to_owned()))?;
        let places = self.places.unwrap_or(PLACES);
        let length = places.div_ceil(per_byte);
        if length > limits::STATUS_LIST_BYTES {
            return Err(wrong(format!("a status list has at most {} bytes", limits::STATUS_LIST_BYTES)));
        }
        let mut bytes = vec![0_u8; length];
        for (place, value) in &self.statuses {
            let none = || wrong(format!("there is no place {place}"));
            let place = place.parse::<usize>().ok().filter(|place| *place < places).ok_or_else(none)?;
            let byte = bytes.get_mut(place / per_byte).ok_or_else(none)?;
            if u32::from(*value) >> bits != 0 {
                return Err(wrong(format!("{value} does not fit in {bits} bits")));
            }
            let shift = (place % per_byte).saturating_mul(usize::from(bits));
            *byte |= u32::try_from(shift).ok().and_then(|shift| value.checked_shl(shift)).unwrap_or_default();
        }
        list(bytes).ok_or_else(|| wrong("`bits` is 1, 2, 4 or 8".to_owned()))
    }
}
