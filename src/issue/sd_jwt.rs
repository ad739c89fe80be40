//! Makes SD-JWTs (RFC 9901): the twin of [`crate::envelope::sd_jwt`]. Knows no kind of credential.

use serde_json::{Value as Json, json};

use crate::crypto::algorithm::Hash;
use crate::crypto::own_keys::Signer;
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::envelope::sd_jwt::{ELEMENT, SD, SD_ALG, SdJwt, digest, hash_name};
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
    let claims = json!({
        "iat": binding.issued_at.seconds(),
        "aud": binding.audience,
        "nonce": binding.nonce,
        "sd_hash": digest(hash, sd_jwt.presented),
    });
    Ok(format!("{text}{}", jws::sign(&[("typ", TYP)], claims.to_string().as_bytes(), holder)?))
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
            let digests = members.entry(SD).or_insert_with(|| json!([])).as_array_mut()?;
            digests.push(digest(hash, &disclosure).into());
            // The order of digests must not tell the order of members.
            digests.sort_unstable_by(|a, b| a.as_str().cmp(&b.as_str()));
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
    use crate::envelope::sd_jwt::process;

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
