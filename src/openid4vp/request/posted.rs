//! What a wallet posts to the `request_uri` (OpenID4VP 1.0, 5.10): a nonce of its own, and what it can do.

use serde_json::Value as Json;

use crate::crypto::jwe::{Encryption, Sealing, seal};
use crate::encoding::{form, json};
use crate::openid4vp::code::{Code, Refusal};

/// Bytes of the body.
pub const POSTED_BYTES: usize = 64 << 10;
/// Characters of the nonce.
const NONCE_CHARS: usize = 256;
/// Parameters of the body; unknown ones are passed over.
const PARAMETERS: usize = 32;

/// What a wallet said of itself. Nothing, where it gets the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Posted {
    /// Its nonce, which goes into the request object as it is.
    pub wallet_nonce: Option<String>,
    /// A key of the wallet that request objects may be encrypted to, and how.
    recipient: Option<(Json, Encryption)>,
}

impl Posted {
    /// What the body of the post says. Parameters that are not known are passed over.
    ///
    /// # Errors
    /// `vp.wallet_nonce`, `input.too_large`.
    pub fn decode(body: &[u8]) -> Result<Posted, Refusal> {
        if body.len() > POSTED_BYTES {
            return Err(Refusal::new(Code::TooLarge).expected(POSTED_BYTES).got(body.len()));
        }
        let fault = |got: &'static str| Refusal::new(Code::WalletNonce).got(got);
        let pairs = form::decode(body, PARAMETERS).ok_or_else(|| fault("no form"))?;
        let one = |name| form::one(&pairs, name).map_err(|()| fault("a parameter twice"));
        let wallet_nonce = one("wallet_nonce")?;
        if wallet_nonce.is_some_and(|nonce| !is_nonce(nonce)) {
            return Err(fault("a nonce of other characters, or of another length"));
        }
        let recipient = match one("wallet_metadata")? {
            None => None,
            Some(text) => recipient(text).ok_or_else(|| fault("metadata that is no JSON object"))?,
        };
        Ok(Posted { wallet_nonce: wallet_nonce.map(str::to_owned), recipient })
    }

    /// The request object, encrypted where the wallet brought a key for that; its signature stays inside, so this is a nested JWT (RFC 7519,
    /// 5.2). A verifier may encrypt (OpenID4VP 1.0, 5.10): for a key that nothing can be sealed to, the object stays as it is.
    pub(super) fn encrypted(&self, object: String) -> String {
        let Some((jwk, encryption)) = &self.recipient else { return object };
        let members = vec![("cty", Json::from("JWT"))];
        seal(object.as_bytes(), jwk, &Sealing { members, ..Sealing::by(*encryption) }).unwrap_or(object)
    }
}

/// The characters of a nonce as the specification has them, and no more than anybody needs.
fn is_nonce(text: &str) -> bool {
    (1..=NONCE_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// The first key of `jwks` that we can encrypt to. `None` when this is no metadata; `Some(None)` when there is no such key.
#[expect(clippy::option_option, reason = "no metadata, and metadata without a key")]
fn recipient(text: &str) -> Option<Option<(Json, Encryption)>> {
    let held = json::decode(text.as_bytes()).ok()?;
    held.as_object()?;
    let keys = held.member("jwks").and_then(|jwks| jwks.member("keys")).and_then(json::Value::as_array);
    let offered = held.member("request_object_encryption_enc_values_supported").and_then(json::Value::as_array);
    let names: Vec<&str> = offered.unwrap_or_default().iter().filter_map(json::Value::as_str).collect();
    let encryption = match offered {
        None => Some(Encryption::A128Gcm),
        Some(_) => names.into_iter().find_map(Encryption::from_name),
    };
    let is_ours = |key: &&json::Value<'_>| {
        let member = |name| key.member(name).and_then(json::Value::as_str);
        member("use").is_none_or(|purpose| purpose == "enc")
            && member("alg").is_none_or(|algorithm| algorithm == crate::crypto::jwe::ALGORITHM)
            && crate::crypto::jwk::public_key(key)
                .is_ok_and(|key| key.curve().is_some() || key.x25519_bytes().is_some())
    };
    let key = keys.unwrap_or_default().iter().find(is_ours);
    Some(key.zip(encryption).map(|(key, encryption)| (key.to_serde(), encryption)))
}
