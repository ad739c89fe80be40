//! What is looked at before a JWE is opened: its five parts, and the header's rules in the order of what they could cost.

use super::{ALGORITHM, Encryption, EncryptionKey, Fault};
use crate::crypto::jwk;
use crate::crypto::public_key::Curve;
use crate::encoding::{base64url, json};

/// Characters of the longest header.
const HEADER_CHARS: usize = 8192;
/// Characters of the IV (96 bits) and of the tag (128 bits), in base64url.
const IV_CHARS: usize = 16;
const TAG_CHARS: usize = 22;

/// Registered content encryptions (RFC 7518, 5.1): anything else is no `enc` at all.
const REGISTERED: [&str; 6] = ["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"];

/// What the header's rules let through.
pub(super) struct Admitted<'k> {
    pub(super) key: &'k EncryptionKey,
    pub(super) encryption: Encryption,
    pub(super) party_u: Option<Vec<u8>>,
    pub(super) party_v: Option<Vec<u8>>,
}

/// What may be opened with which key.
pub(super) fn admit<'k>(text: &str, keys: &'k [EncryptionKey], offered: &[Encryption]) -> Result<Admitted<'k>, Fault> {
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    let [header, encrypted_key, iv, content, tag] = parts.as_slice() else {
        return Err(Fault::Malformed("another number of parts than five"));
    };
    if header.len() > HEADER_CHARS {
        return Err(Fault::Malformed("an overlong header"));
    }
    let decoded = base64url::decode(header).map_err(|_| Fault::Malformed("a header that is no base64url"))?;
    let header = json::decode(&decoded).map_err(|_| Fault::Malformed("a header that is not clean JSON"))?;
    if header.as_object().is_none() {
        return Err(Fault::Malformed("a header that is no object"));
    }
    check_compression(&header)?;
    check_algorithm(&header)?;
    let encryption = check_encryption(&header, offered)?;
    check_critical(&header)?;
    check_ephemeral_key(&header)?;
    let key = key_of(&header, keys)?;
    check_parts(encrypted_key, (iv, content, tag))?;
    let (party_u, party_v) = (party(&header, "apu")?, party(&header, "apv")?);
    Ok(Admitted { key, encryption, party_u, party_v })
}

/// RFC 7516, 4.1.3: nobody was offered compression, so that nothing small can become large.
fn check_compression(header: &json::Value<'_>) -> Result<(), Fault> {
    if header.member("zip").is_some() { Err(Fault::Compressed) } else { Ok(()) }
}

/// RFC 7516, 4.1.1; RFC 8725, 3.1 and 3.2.
fn check_algorithm(header: &json::Value<'_>) -> Result<(), Fault> {
    if header.member("p2c").is_some() {
        return Err(Fault::Iterations);
    }
    match header.member("alg").and_then(json::Value::as_str) {
        None | Some("") => Err(Fault::Malformed("no `alg`")),
        Some(ALGORITHM) => Ok(()),
        Some(name) if name.eq_ignore_ascii_case("none") => Err(Fault::AlgorithmNone),
        Some(name) if name.starts_with("ECDH-ES+") => {
            Err(Fault::Policy { expected: format!("`alg` {ALGORITHM}"), got: "another key agreement" })
        }
        Some(_) => Err(Fault::AlgorithmNotAllowed),
    }
}

/// RFC 7516, 4.1.2; OpenID4VP 1.0, 8.3: one of `encrypted_response_enc_values_supported`.
fn check_encryption(header: &json::Value<'_>, offered: &[Encryption]) -> Result<Encryption, Fault> {
    let name = header.member("enc").and_then(json::Value::as_str).ok_or(Fault::Malformed("no `enc`"))?;
    if !REGISTERED.contains(&name) {
        return Err(Fault::Malformed("an `enc` that is none"));
    }
    Encryption::from_name(name).filter(|encryption| offered.contains(encryption)).ok_or_else(|| {
        let names: Vec<&str> = offered.iter().map(|encryption| encryption.name()).collect();
        Fault::Policy { expected: format!("`enc` {}", names.join(" or ")), got: "another one" }
    })
}

/// RFC 7516, 4.1.13: we know no extension.
fn check_critical(header: &json::Value<'_>) -> Result<(), Fault> {
    match header.member("crit") {
        None => Ok(()),
        Some(_) => Err(Fault::Policy { expected: "no `crit`".to_owned(), got: "one" }),
    }
}

/// RFC 7518, 4.6.1.1: a public key on the curve of ours, and a point of it. Without that, our key leaks by its answers.
fn check_ephemeral_key(header: &json::Value<'_>) -> Result<(), Fault> {
    let epk = header.member("epk").ok_or(Fault::EphemeralKey("no `epk`"))?;
    if epk.member("d").is_some() {
        return Err(Fault::EphemeralKey("a private key"));
    }
    match jwk::public_key(epk) {
        Ok(key) if key.curve() == Some(Curve::P256) => Ok(()),
        Ok(_) => Err(Fault::EphemeralKey("a key of another curve")),
        Err(_) => Err(Fault::EphemeralKey("no point of the curve")),
    }
}

/// OpenID4VP 1.0, 8.3: `kid` is the one of the key that was chosen. A header without one means the only key there is.
fn key_of<'k>(header: &json::Value<'_>, keys: &'k [EncryptionKey]) -> Result<&'k EncryptionKey, Fault> {
    let expected = || "the `kid` of a key of this request".to_owned();
    match (header.member("kid"), keys) {
        (None, [only]) => Ok(only),
        (None, _) => Err(Fault::Policy { expected: expected(), got: "none" }),
        (Some(kid), keys) => {
            let kid = kid.as_str().ok_or(Fault::Malformed("a `kid` that is no text"))?;
            let found = keys.iter().find(|key| key.kid() == kid);
            found.ok_or_else(|| Fault::Policy { expected: expected(), got: "another one" })
        }
    }
}

/// RFC 7516, 5.2; RFC 7518, 5.3: a key that was agreed upon is not sent; IV and tag have one size.
fn check_parts(encrypted_key: &str, (iv, content, tag): (&str, &str, &str)) -> Result<(), Fault> {
    if !encrypted_key.is_empty() {
        return Err(Fault::Malformed("an encrypted key beside an agreed one"));
    }
    let is_sound = |text: &str, characters: usize| text.len() == characters && base64url::decode(text).is_ok();
    if !is_sound(iv, IV_CHARS) {
        return Err(Fault::Malformed("an IV of another size than 96 bits"));
    }
    if !is_sound(tag, TAG_CHARS) {
        return Err(Fault::Malformed("a tag of another size than 128 bits"));
    }
    base64url::decode(content).map(|_| ()).map_err(|_| Fault::Malformed("a ciphertext that is no base64url"))
}

/// RFC 7518, 4.6.1.2 and 4.6.1.3.
fn party(header: &json::Value<'_>, name: &'static str) -> Result<Option<Vec<u8>>, Fault> {
    let fault = Fault::Malformed("`apu` or `apv` is no base64url");
    match header.member(name) {
        None => Ok(None),
        Some(value) => {
            let bytes = value.as_str().and_then(|text| base64url::decode(text).ok());
            bytes.map(Some).ok_or(fault)
        }
    }
}
