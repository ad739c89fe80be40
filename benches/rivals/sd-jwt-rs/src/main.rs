//! The `sd-jwt-rs` library as a contender: text of an SD-JWT in, its checked signatures and its claims out, issuers' keys at hand.
//!
//! It takes a disclosure that no digest refers to, and leaves it out: a changed disclosure is missed only by who asks for its claim,
//! as the contender does. It looks at no `typ`, `vct` or status, and at no age of a key binding.

use std::collections::HashMap;
use std::rc::Rc;

use jsonwebtoken::DecodingKey;
use rival_protocol::{Fault, Row, Work, answer, text_of};
use sd_jwt_rs::{SDJWTSerializationFormat, SDJWTVerifier};

fn main() -> Result<(), Fault> {
    let mut works = Vec::new();
    for kind in ["sd_jwt_vc.es256", "sd_jwt_vc.es256.kb"] {
        let row = Row::read(kind)?;
        let keys = Rc::new(keys_of(&row)?);
        let asked = |member: &str| row.occasion.as_ref().map(|asked| text_of(asked, member).map(str::to_owned));
        let (audience, nonce) = (asked("audience").transpose()?, asked("nonce").transpose()?);
        works.push(Work::verifying(kind, row, move |text| {
            let keys = keys.clone();
            // A stranger gets a key that verifies nothing: the library's callback cannot fail.
            let key_of = move |issuer: &str, _: &_| keys.get(issuer).cloned().unwrap_or(DecodingKey::from_secret(&[]));
            let (audience, nonce) = (audience.clone(), nonce.clone());
            let format = SDJWTSerializationFormat::Compact;
            let verified = SDJWTVerifier::new(text.to_owned(), Box::new(key_of), audience, nonce, format)?;
            match verified.verified_claims["family_name"].is_string() {
                true => Ok(()),
                false => Err("the family name is not disclosed".into()),
            }
        })?);
    }
    answer(works)
}

/// The issuers' keys by their names.
fn keys_of(row: &Row) -> Result<HashMap<String, DecodingKey>, Fault> {
    let mut keys = HashMap::new();
    for issuer in &row.issuers {
        let key = DecodingKey::from_ec_components(text_of(&issuer["jwk"], "x")?, text_of(&issuer["jwk"], "y")?)?;
        keys.insert(text_of(issuer, "name")?.to_owned(), key);
    }
    Ok(keys)
}
