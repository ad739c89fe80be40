//! Makes SD-JWTs (RFC 9901): the twin of [`crate::envelope::sd_jwt`]. Knows no kind of credential.

use serde_json::{Value as Json, json};

use crate::crypto::algorithm::Hash;
use crate::crypto::own_keys::Signer;
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::envelope::jws::Jws;
use crate::envelope::sd_jwt::{ELEMENT, SD, SD_ALG, SdJwt, digest, hash_name, process};
use crate::format::key_binding::TYP;
use crate::issue::{IssueFault, jws};
use crate::time::Timestamp;

/// Where salts come from.
pub type Salts<'s> = &'s mut dyn FnMut() -> String;

/// A payload whose digests stand for what may be disclosed, and the disclosures.
#[derive(Clone, Debug, PartialEq)]
pub struct Concealed {
    /// What the issuer signs.
    pub payload: Json,
    /// The disclosures, encoded.
    pub disclosures: Vec<String>,
}

/// What whoever shows a credential says to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The relying party's nonce.
    pub nonce: String,
    /// The relying party.
    pub audience: String,
    /// The present.
    pub issued_at: Timestamp,
    /// Transactions that the holder approves, each as the text that came (OpenID4VP 1.0, 8.4).
    pub transaction_data: Vec<String>,
}

/// A salt of 128 random bits, as RFC 9901, 9.3 advises.
pub fn random_salt() -> String {
    base64url::encode(&random_bytes::<16>())
}

/// The payload with the members and elements at these JSON pointers (RFC 6901) concealed. A pointer may lead into what another
/// one conceals: the inner value is then disclosed apart from the outer one.
///
/// # Errors
/// `Content` when a pointer leads nowhere, or the payload uses a reserved name.
pub fn conceal(payload: &Json, pointers: &[String], hash: Hash, salts: Salts<'_>) -> Result<Concealed, IssueFault> {
    check_names(payload)?;
    let mut concealed = Concealed { payload: payload.clone(), disclosures: Vec::with_capacity(pointers.len()) };
    let mut deepest_first: Vec<&String> = pointers.iter().collect();
    deepest_first.sort_by_key(|pointer| std::cmp::Reverse(pointer.matches('/').count()));
    for pointer in deepest_first {
        let disclosure = conceal_one(&mut concealed.payload, pointer, hash, &salts())
            .ok_or_else(|| IssueFault::Content(format!("nothing stands at `{pointer}`")))?;
        concealed.disclosures.push(disclosure);
    }
    if let Some(members) = concealed.payload.as_object_mut() {
        members.insert(SD_ALG.to_owned(), hash_name(hash).into());
    }
    Ok(concealed)
}

/// The SD-JWT of a JWT and disclosures, without key binding.
pub fn compact(jwt: &str, disclosures: &[String]) -> String {
    let mut text = format!("{jwt}~");
    for disclosure in disclosures {
        text.push_str(disclosure);
        text.push('~');
    }
    text
}

/// The SD-JWT with a key binding JWT by the holder's key. `text` has none yet, and those disclosures that shall be shown.
///
/// # Errors
/// `Content` when `text` is no SD-JWT without key binding, `Key` when the key cannot sign.
pub fn bind(text: &str, binding: &Binding, hash: Hash, holder: &dyn Signer) -> Result<String, IssueFault> {
    let sd_jwt = SdJwt::split(text).map_err(|reason| IssueFault::Content(reason.to_string()))?;
    if sd_jwt.key_binding.is_some() {
        return Err(IssueFault::Content("the key is bound already".to_owned()));
    }
    let mut claims = serde_json::Map::new();
    let mut add = |name: &str, value: Json| claims.insert(name.to_owned(), value);
    add("iat", binding.issued_at.seconds().into());
    add("aud", binding.audience.as_str().into());
    add("nonce", binding.nonce.as_str().into());
    add("sd_hash", digest(hash, sd_jwt.presented).into());
    if !binding.transaction_data.is_empty() {
        let digests = binding.transaction_data.iter().map(|text| digest(hash, text));
        add("transaction_data_hashes", digests.collect::<Vec<_>>().into());
        add("transaction_data_hashes_alg", hash_name(hash).into());
    }
    let claims = Json::Object(claims);
    Ok(format!("{text}{}", jws::sign(&[("typ", TYP)], claims.to_string().as_bytes(), holder)?))
}

/// Adds digests that stand for nothing to the object or array at a pointer: who counts digests learns less.
///
/// # Errors
/// `Content` when no object or array stands there.
pub fn add_decoys(
    payload: &mut Json,
    (pointer, count): (&str, usize),
    hash: Hash,
    salts: Salts<'_>,
) -> Result<(), IssueFault> {
    let nothing = || IssueFault::Content(format!("no object and no array stands at `{pointer}`"));
    for _ in 0..count {
        let decoy = digest(hash, &salts());
        match payload.pointer_mut(pointer).ok_or_else(nothing)? {
            Json::Object(members) => insert_digest(members, decoy).ok_or_else(nothing)?,
            Json::Array(items) => items.push(json!({ ELEMENT: decoy })),
            _ => return Err(nothing()),
        }
    }
    Ok(())
}

/// The same SD-JWT with those disclosures alone that show the values at these JSON pointers (into the payload with everything
/// disclosed), and what stands around and inside them.
///
/// # Errors
/// `Content` when it is no SD-JWT, or its key is bound already.
pub fn show(text: &str, pointers: &[String]) -> Result<String, IssueFault> {
    let refused = |reason: crate::reason::Reason| IssueFault::Content(reason.to_string());
    let sd_jwt = SdJwt::split(text).map_err(refused)?;
    if sd_jwt.key_binding.is_some() {
        return Err(IssueFault::Content("the key is bound already".to_owned()));
    }
    let jws = Jws::open(sd_jwt.jwt).map_err(refused)?;
    let all = process(&jws.payload, &sd_jwt.disclosures).map_err(refused)?;
    let is_below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_wanted = |place: &str| pointers.iter().any(|wanted| is_below(wanted, place) || is_below(place, wanted));
    let shown = all.selection.disclosed.iter().zip(&all.came_by).filter(|(place, _)| is_wanted(place));
    let mut shown: Vec<usize> = shown.map(|(_, came_by)| *came_by).collect();
    shown.sort_unstable();
    let disclosures = shown.into_iter().filter_map(|at| sd_jwt.disclosures.get(at)).map(|text| (*text).to_owned());
    Ok(compact(sd_jwt.jwt, &disclosures.collect::<Vec<_>>()))
}

/// The flattened JSON serialisation of a compact SD-JWT (RFC 9901, 8).
///
/// # Errors
/// `Content` when it is no SD-JWT.
pub fn flattened(text: &str) -> Result<Json, IssueFault> {
    let sd_jwt = SdJwt::split(text).map_err(|reason| IssueFault::Content(reason.to_string()))?;
    let mut parts = sd_jwt.jwt.split('.');
    let mut part = || parts.next().unwrap_or_default();
    let header = match sd_jwt.key_binding {
        None => json!({ "disclosures": sd_jwt.disclosures }),
        Some(binding) => json!({ "disclosures": sd_jwt.disclosures, "kb_jwt": binding }),
    };
    Ok(json!({ "protected": part(), "payload": part(), "signature": part(), "header": header }))
}

/// Takes the value at a pointer away, puts its digest there, and gives the disclosure; `None` when nothing stands there.
fn conceal_one(payload: &mut Json, pointer: &str, hash: Hash, salt: &str) -> Option<String> {
    let (parent, step) = pointer.rsplit_once('/')?;
    match payload.pointer_mut(parent)? {
        Json::Object(members) => {
            let name = step.replace("~1", "/").replace("~0", "~");
            if matches!(name.as_str(), SD | SD_ALG | ELEMENT) {
                return None;
            }
            let value = members.shift_remove(&name)?;
            let disclosure = encoded(&json!([salt, name, value]));
            insert_digest(members, digest(hash, &disclosure))?;
            Some(disclosure)
        }
        Json::Array(items) => {
            let item = items.get_mut(step.parse::<usize>().ok()?)?;
            if item.get(ELEMENT).is_some() {
                return None;
            }
            let disclosure = encoded(&json!([salt, item.take()]));
            *item = json!({ ELEMENT: digest(hash, &disclosure) });
            Some(disclosure)
        }
        _ => None,
    }
}

/// Adds a digest to those of an object.
fn insert_digest(members: &mut serde_json::Map<String, Json>, digest: String) -> Option<()> {
    let digests = members.entry(SD).or_insert_with(|| json!([])).as_array_mut()?;
    digests.push(digest.into());
    // The order of digests must not tell the order of members.
    digests.sort_unstable_by(|a, b| a.as_str().cmp(&b.as_str()));
    Some(())
}

fn encoded(disclosure: &Json) -> String {
    base64url::encode(disclosure.to_string().as_bytes())
}

/// RFC 9901, 4.1: what is to be signed has no member of a reserved name.
fn check_names(value: &Json) -> Result<(), IssueFault> {
    match value {
        Json::Array(items) => items.iter().try_for_each(check_names),
        Json::Object(members) => members.iter().try_for_each(|(name, value)| {
            if matches!(name.as_str(), SD | SD_ALG | ELEMENT) {
                return Err(IssueFault::Content(format!("`{name}` is a reserved name")));
            }
            check_names(value)
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salts() -> impl FnMut() -> String {
        let mut count = 0;
        move || {
            count += 1;
            format!("salt-{count}")
        }
    }

    #[test]
    fn what_is_concealed_comes_back() {
        let payload = json!({"a": 1, "b": {"c": [1, 2, {"d": "x"}], "e/f~": null}, "g": true});
        let pointers = ["/a", "/b", "/b/c/0", "/b/c/2", "/b/c/2/d", "/b/e~1f~0"].map(str::to_owned);
        for hash in [Hash::Sha256, Hash::Sha512] {
            let concealed = conceal(&payload, &pointers, hash, &mut salts()).unwrap();
            assert_eq!(concealed.disclosures.len(), 6);
            let text = concealed.payload.to_string();
            assert!(!text.contains("\"a\"") && text.contains("\"g\""), "{text}");
            let shown: Vec<&str> = concealed.disclosures.iter().map(String::as_str).collect();
            let done = process(text.as_bytes(), &shown).unwrap();
            assert_eq!(done.faults, []);
            assert_eq!(done.selection.disclosed.len(), 6);
            let done: Json = crate::encoding::json::from_slice(&done.payload).unwrap();
            assert_eq!(done, json!({"g": true, "a": 1, "b": {"c": [1, 2, {"d": "x"}], "e/f~": null}}));
            let hidden = process(text.as_bytes(), &[]).unwrap();
            assert_eq!(hidden.payload, br#"{"g":true}"#);
        }
    }

    #[test]
    fn decoys_stand_for_nothing() {
        let mut payload = json!({"a": {"b": 1}, "c": [2]});
        let mut salts = salts();
        for pointer in ["", "/a", "/c"] {
            add_decoys(&mut payload, (pointer, 2), Hash::Sha256, &mut salts).unwrap();
        }
        assert!(add_decoys(&mut payload, ("/a/b", 1), Hash::Sha256, &mut salts).is_err());
        assert_eq!(payload["_sd"].as_array().unwrap().len(), 2);
        let done = process(payload.to_string().as_bytes(), &[]).unwrap();
        assert_eq!((done.payload.as_slice(), done.faults.len()), (&br#"{"a":{"b":1},"c":[2]}"#[..], 0));
        assert_eq!(done.selection.concealing, ["/a", "/c", ""]);
    }

    #[test]
    fn a_holder_shows_what_was_asked_for() {
        let payload = json!({"a": {"b": 1, "c": 2}, "d": [1, 2, 3], "e": 4});
        let pointers = ["/a", "/a/b", "/a/c", "/d/0", "/d/1", "/d/2", "/e"].map(str::to_owned);
        let concealed = conceal(&payload, &pointers, Hash::Sha256, &mut salts()).unwrap();
        let jwt = format!("e30.{}.AA", base64url::encode(concealed.payload.to_string().as_bytes()));
        let text = compact(&jwt, &concealed.disclosures);
        let said = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(|pointer| (*pointer).to_owned()).collect();
            let shown = show(&text, &wanted).unwrap();
            let sd_jwt = SdJwt::split(&shown).unwrap();
            let done = process(&Jws::open(sd_jwt.jwt).unwrap().payload, &sd_jwt.disclosures).unwrap();
            assert_eq!(done.faults, []);
            crate::encoding::json::from_slice::<Json>(&done.payload).unwrap()
        };
        assert_eq!(said(&[]), json!({"d": []}));
        assert_eq!(said(&["/a/b"]), json!({"d": [], "a": {"b": 1}}));
        assert_eq!(said(&["/a", "/d/1"]), json!({"d": [2], "a": {"b": 1, "c": 2}}));
        assert_eq!(said(&[""]), payload);
        let whole = flattened(&text).unwrap().to_string();
        assert_eq!(crate::envelope::sd_jwt::Unfolded::of(&whole).unwrap().compact, text);
    }

    #[test]
    fn pointers_lead_somewhere() {
        let payload = json!({"a": [1], "b": 2});
        for pointer in ["", "a", "/c", "/a/1", "/a/x", "/b/c", "/_sd"] {
            assert!(conceal(&payload, &[pointer.to_owned()], Hash::Sha256, &mut salts()).is_err(), "{pointer}");
        }
        for twice in ["/a/0", "/b"] {
            let pointers = [twice.to_owned(), twice.to_owned()];
            assert!(conceal(&payload, &pointers, Hash::Sha256, &mut salts()).is_err(), "{twice}");
        }
        for name in [SD, SD_ALG, ELEMENT] {
            assert!(conceal(&json!({"a": {name: 1}}), &[], Hash::Sha256, &mut salts()).is_err(), "{name}");
        }
    }
}
