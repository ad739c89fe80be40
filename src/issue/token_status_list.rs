//! Our own token status lists and identifier lists (Token Status List, 5; ISO/IEC 18013-5, second edition, 12.3.6): the token around a
//! list, signed. The twin of [`crate::format::token_status_list`].

use serde_json::{Value as Json, json};

use crate::crypto::algorithm::Algorithm;
use crate::crypto::own_keys::Signer;
use crate::encoding::cbor::{self, Value};
use crate::encoding::{base64url, deflate};
use crate::envelope::cose::sig_structure;
use crate::format::token_status_list::{CWT, IDENTIFIERS, JWT};
use crate::issue::{IssueFault, jws};
use crate::status::token_status_list::TokenStatusList;
use crate::time::Timestamp;

/// What the token of a list shall say beside the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListDraft<'d> {
    /// Where it will be published: exactly what credentials refer to.
    pub uri: &'d str,
    /// Who issues it, where the token shall say so.
    pub issuer: Option<&'d str>,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// Not valid from then on. An identifier list has this.
    pub expires: Option<Timestamp>,
    /// Seconds for which a copy may be used.
    pub ttl: Option<u32>,
}

/// The signer, and how the token names its key.
#[derive(Clone, Copy)]
pub struct ListSigner<'s> {
    /// The key.
    pub key: &'s dyn Signer,
    /// Its identifier.
    pub kid: Option<&'s str>,
    /// DER of its certificates, its own first, without the root.
    pub certificates: &'s [Vec<u8>],
}

/// The bits of a [`PlaceList`](crate::issue::status_list::PlaceList) as a token status list: one bit a place, each place where it was.
pub fn of_bits(places: &[u8]) -> TokenStatusList {
    TokenStatusList::of_bits(places.iter().map(|byte| byte.reverse_bits()).collect())
}

/// The list as a JWT.
///
/// # Errors
/// `Key` when the key cannot sign.
pub fn jwt(draft: &ListDraft<'_>, list: &TokenStatusList, signer: &ListSigner<'_>) -> Result<String, IssueFault> {
    let mut claims = json!({
        "sub": draft.uri,
        "iat": draft.issued_at.seconds(),
        "status_list": { "bits": list.bits(), "lst": base64url::encode(&deflate::deflate_zlib(list.bytes())) },
    });
    let mut add = |name: &str, value: Option<Json>| {
        if let (Some(members), Some(value)) = (claims.as_object_mut(), value) {
            members.insert(name.to_owned(), value);
        }
    };
    add("iss", draft.issuer.map(Json::from));
    add("exp", draft.expires.map(|time| time.seconds().into()));
    add("ttl", draft.ttl.map(Json::from));
    let mut header: Vec<(&str, Json)> = vec![("typ", JWT.into())];
    header.extend(signer.kid.map(|kid| ("kid", kid.into())));
    if !signer.certificates.is_empty() {
        let texts = signer.certificates.iter().map(|der| base64url::encode_standard(der));
        header.push(("x5c", texts.collect::<Vec<_>>().into()));
    }
    jws::sign_under(&header, claims.to_string().as_bytes(), signer.key)
}

/// The list as a CWT, in bytes.
///
/// # Errors
/// `Key` when the key's algorithm has no COSE number, or it cannot sign.
pub fn cwt(draft: &ListDraft<'_>, list: &TokenStatusList, signer: &ListSigner<'_>) -> Result<Vec<u8>, IssueFault> {
    let packed = deflate::deflate_zlib(list.bytes());
    let claim = Value::Map(vec![
        ("bits".into(), Value::Unsigned(list.bits().into())),
        ("lst".into(), Value::Bytes(packed.into())),
    ]);
    sign1(CWT, claims(draft, (65533, claim)), signer)
}

/// The identifiers as a CWT, in bytes.
///
/// # Errors
/// As [`cwt`]; `Content` without an end of validity.
pub fn identifier_list(
    draft: &ListDraft<'_>,
    identifiers: &[Vec<u8>],
    signer: &ListSigner<'_>,
) -> Result<Vec<u8>, IssueFault> {
    if draft.expires.is_none() {
        return Err(IssueFault::Content("an identifier list says until when it is valid".to_owned()));
    }
    let revoked = identifiers.iter().map(|id| (Value::Bytes(id.as_slice().into()), Value::Map(Vec::new()))).collect();
    let claim = Value::Map(vec![("identifiers".into(), Value::Map(revoked))]);
    sign1(IDENTIFIERS, claims(draft, (65530, claim)), signer)
}

fn claims<'c>(draft: &ListDraft<'c>, (label, list): (i64, Value<'c>)) -> Value<'c> {
    let time = |time: Timestamp| Value::from(time.seconds());
    let mut claims: Vec<(Value<'c>, Value<'c>)> = Vec::new();
    claims.extend(draft.issuer.map(|issuer| (1.into(), issuer.into())));
    claims.push((2.into(), draft.uri.into()));
    claims.extend(draft.expires.map(|expires| (4.into(), time(expires))));
    claims.push((6.into(), time(draft.issued_at)));
    claims.push((label.into(), list));
    claims.extend(draft.ttl.map(|ttl| (65534.into(), Value::Unsigned(ttl.into()))));
    Value::Map(claims)
}

fn sign1(kind: &'static str, claims: Value<'_>, signer: &ListSigner<'_>) -> Result<Vec<u8>, IssueFault> {
    let algorithm = signer.key.algorithm();
    let number = algorithm.cose_label();
    if Algorithm::from_cose(number) != Some(algorithm) {
        return Err(IssueFault::Key(format!("{algorithm} has no number in COSE")));
    }
    let media = format!("application/{kind}");
    let protected = cbor::encode(&Value::Map(vec![(1.into(), number.into()), (16.into(), media.as_str().into())]));
    let mut unprotected: Vec<(Value<'_>, Value<'_>)> = Vec::new();
    unprotected.extend(signer.kid.map(|kid| (4.into(), kid.as_bytes().into())));
    match signer.certificates {
        [] => {}
        [one] => unprotected.push((33.into(), one.as_slice().into())),
        several => {
            let all = several.iter().map(|der| Value::from(der.as_slice())).collect();
            unprotected.push((33.into(), Value::Array(all)));
        }
    }
    let payload = cbor::encode(&claims);
    let signature = signer.key.sign(&sig_structure(&protected, &payload));
    let signature = signature.map_err(|fault| IssueFault::Key(fault.to_string()))?;
    let parts = [Value::from(&*protected), Value::Map(unprotected), Value::from(&*payload), Value::from(&*signature)];
    Ok(cbor::encode(&Value::Tag(18, Box::new(Value::Array(parts.to_vec())))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issue::status_list::PlaceList;

    #[test]
    fn a_place_has_the_same_number_in_both_kinds_of_list() {
        let mut places = PlaceList::new(0).unwrap();
        for place in [0, 1, 7, 8, 94_567, 131_071] {
            assert!(places.take(place));
            places.write(place, true).unwrap();
        }
        let list = of_bits(places.bytes());
        assert_eq!(list.places(), places.places());
        for place in 0..list.places() {
            assert_eq!(list.value_at(place).unwrap() == 1, places.is_set(place));
        }
    }
}
