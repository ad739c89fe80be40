//! JWK: public keys as JSON (RFC 7517 with RFC 7518, 8037, 8812), read from the strict tree and written.
//!
//! Only the members that make up the key are looked at; what a key may be used for is its reader's business.

use crate::crypto::algorithm::KeyKind;
use crate::crypto::public_key::{Curve, PublicKey, okp_curve};
use crate::encoding::{base64url, json};
use crate::reason::{Code, Reason};

/// What drafts and old documents call the JWK curve of BLS12-381 G2 keys.
const BLS12381_G2: [&str; 3] = ["BLS12381G2", "BLS12381_G2", "Bls12381G2"];

/// The public key of a JWK: EC, RSA, Ed25519, X25519 or BLS12-381 G2.
///
/// ```json
/// { "kty": "EC", "crv": "P-256", "x": base64url, "y": base64url }
/// { "kty": "RSA", "n": base64url, "e": base64url }
/// { "kty": "OKP", "crv": "Ed25519", "x": base64url }
/// ```
///
/// # Errors
/// `jose.jwk_policy` for other kinds, absent members and members that are no base64url; else as the constructors of
/// [`PublicKey`].
pub fn public_key(jwk: &json::Value<'_>) -> Result<PublicKey, Reason> {
    let bytes = |name: &'static str| {
        let text = jwk.member(name).and_then(json::Value::as_str).ok_or_else(|| policy(name).got("none"))?;
        base64url::decode(text).map_err(|_| policy("base64url").got(name))
    };
    let curve = jwk.member("crv").and_then(json::Value::as_str).unwrap_or_default();
    match jwk.member("kty").and_then(json::Value::as_str) {
        Some("EC" | "OKP") if BLS12381_G2.contains(&curve) => PublicKey::bls12381_g2(&bytes("x")?),
        Some("EC") => {
            let curve = Curve::from_jose(curve).ok_or_else(|| policy("a curve that we take").got("another"))?;
            PublicKey::ec(curve, &bytes("x")?, &bytes("y")?)
        }
        Some("RSA") => PublicKey::rsa(&bytes("n")?, &bytes("e")?),
        Some("OKP") if curve == "Ed25519" => PublicKey::ed25519(&bytes("x")?),
        Some("OKP") if curve == "X25519" => PublicKey::x25519(&bytes("x")?),
        _ => Err(policy("a key of type EC, RSA or Ed25519")),
    }
}

impl PublicKey {
    /// The key as a JWK with the members of its kind and no others; null for an account, which is no key.
    pub fn to_jwk(&self) -> serde_json::Value {
        if self.kind() == KeyKind::EthereumAccount {
            return serde_json::Value::Null;
        }
        let text = |bytes: &[u8]| base64url::encode(bytes);
        if let (Some(curve), Some((x, y))) = (self.curve(), self.ec_coordinates()) {
            return serde_json::json!({ "kty": "EC", "crv": curve.name(), "x": text(x), "y": text(y) });
        }
        if let Some((n, e)) = self.rsa_numbers() {
            return serde_json::json!({ "kty": "RSA", "n": text(n), "e": text(e) });
        }
        // The documents that name BLS12-381 keys so far call their type EC.
        let kty = if self.kind() == KeyKind::Bls12381G2 { "EC" } else { "OKP" };
        serde_json::json!({ "kty": kty, "crv": okp_curve(self.kind()), "x": text(self.encoded()) })
    }
}

fn policy(expected: &'static str) -> Reason {
    Reason::new(Code::JoseJwkPolicy).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<PublicKey, Code> {
        public_key(&json::decode(text.as_bytes()).expect("JSON")).map_err(|reason| reason.code())
    }

    /// RFC 7517 A.1, RFC 8037 A.2 and A.6, RFC 8812-like keys, and RFC 7520 3.1.
    #[test]
    fn keys_go_there_and_back() {
        for text in [
            r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#,
            r#"{"kty":"EC","crv":"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            r#"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#,
        ] {
            let key = read(text).expect("sound");
            assert_eq!(serde_json::to_string(&key.to_jwk()).expect("JSON"), text);
        }
        let key = read(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#);
        let key = key.expect("sound").derived_x25519().expect("derived");
        assert_eq!(key.kind(), KeyKind::X25519);
    }

    #[test]
    fn what_is_no_public_key_of_ours() {
        for text in [
            "{}",
            "[]",
            r#"{"kty":"oct","k":"AA"}"#,
            r#"{"kty":"EC","crv":"P-192","x":"AA","y":"AA"}"#,
            r#"{"kty":"OKP","crv":"Ed448","x":"AA"}"#,
            r#"{"kty":"OKP","crv":"P-256","x":"AA","y":"AA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA=","y":"AA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AA"}"#,
            r#"{"kty":"RSA","n":"AA"}"#,
        ] {
            assert_eq!(read(text), Err(Code::JoseJwkPolicy), "{text}");
        }
        assert_eq!(read(r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#), Err(Code::KeyInvalidPoint));
        assert_eq!(read(r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#), Err(Code::KeyInvalidPoint));
    }
}
