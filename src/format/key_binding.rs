//! Key binding of SD-JWTs (RFC 9901, 4.3 and 7.3): whoever shows the credential holds the key that it names in `cnf`.
//!
//! ```json
//! { "typ": "kb+jwt", "alg": .. } . { "iat": time, "aud": text, "nonce": text, "sd_hash": digest of all before it }
//! ```
//! A key binding JWT that is there is checked whole, whether anybody asked for one or not. Keys in `cnf` are taken as JWK;
//! by their identifier alone (`kid`) they are not looked for.

use crate::credential::Vouched;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::job;
use crate::crypto::jwk;
use crate::crypto::public_key::PublicKey;
use crate::encoding::json;
use crate::envelope::jws::{Jws, short_media_type};
use crate::envelope::jwt::{check_confirmation, numeric_date};
use crate::envelope::sd_jwt::{self, Processed, SdJwt};
use crate::format::Context;
use crate::limits;
use crate::reason::{Code, Reason, Stage};

/// The media type of a key binding JWT.
pub const TYP: &str = "kb+jwt";

/// What a key binding JWT comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyBinding {
    /// Its signature, by the key that the credential names. `None` when it cannot be checked, for which there is a fault.
    pub vouched: Option<Vouched>,
    /// Broken rules.
    pub faults: Vec<Reason>,
}

/// The key binding of a credential, whose processed payload was read as `credential`; `None` when it comes without. Signatures of
/// `algorithms` are taken.
pub fn open(
    sd_jwt: &SdJwt<'_>,
    (processed, credential): (&Processed, &json::Value<'_>),
    algorithms: &[Algorithm],
    context: &Context<'_>,
) -> Option<KeyBinding> {
    let text = sd_jwt.key_binding?;
    let mut binding = KeyBinding::default();
    match Jws::open(text) {
        Err(reason) => binding.faults.push(reason),
        Ok(mut jws) => {
            binding.faults.append(&mut jws.header.faults);
            binding.faults.extend(check_typ(jws.header.typ.as_deref()).err());
            match json::decode(&jws.payload) {
                Ok(claims) => check_claims(&claims, sd_jwt, processed, context, &mut binding.faults),
                Err(reason) => binding.faults.push(reason),
            }
            match vouched(jws, credential, algorithms) {
                Ok(vouched) => binding.vouched = Some(vouched),
                Err(reason) => binding.faults.push(reason),
            }
        }
    }
    Some(binding)
}

fn check_typ(typ: Option<&str>) -> Result<(), Reason> {
    match typ.map(short_media_type).as_deref() {
        Some(TYP) => Ok(()),
        Some(_) => Err(Reason::new(Code::JoseTypMismatch).expected(TYP).got("another `typ`")),
        None => Err(Reason::new(Code::JoseTypMismatch).expected(TYP).got("no `typ`")),
    }
}

/// RFC 9901, 4.3: all four claims are there; 7.3: each is the one that is due here.
fn check_claims(
    claims: &json::Value<'_>,
    sd_jwt: &SdJwt<'_>,
    processed: &Processed,
    context: &Context<'_>,
    faults: &mut Vec<Reason>,
) {
    let mut text = |name: &'static str| {
        let value = claims.member(name).and_then(json::Value::as_str);
        if value.is_none() {
            faults.push(invalid().expected(format!("a text in `{name}`")));
        }
        value
    };
    let (nonce, audience, hash) = (text("nonce"), text("aud"), text("sd_hash"));
    if hash.is_some_and(|hash| hash != sd_jwt::digest(processed.hash, sd_jwt.presented)) {
        faults.push(Reason::new(Code::SdjwtSdHash));
    }
    let occasion = context.occasion;
    if let (Some(due), Some(nonce)) = (&occasion.nonce, nonce)
        && due != nonce
    {
        faults.push(Reason::new(Code::VpNonce));
    }
    if let (Some(due), Some(audience)) = (&occasion.audience, audience)
        && due != audience
    {
        faults.push(Reason::new(Code::ClaimAudience).expected(due.clone()));
    }
    faults.extend(check_age(claims, context).err());
}

/// RFC 9901, 7.3: it was made a moment ago.
fn check_age(claims: &json::Value<'_>, context: &Context<'_>) -> Result<(), Reason> {
    let issued = claims.member("iat").ok_or_else(|| invalid().expected("a number in `iat`").got("nothing"))?;
    let issued = numeric_date("iat", issued).map_err(|reason| reason.at(Stage::Holder))?;
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    let oldest = now.plus(limits::KEY_BINDING_SECONDS.saturating_add(skew).saturating_neg());
    if issued < oldest || issued > now.plus(skew) {
        let window = format!("made at most {} seconds before {now}", limits::KEY_BINDING_SECONDS);
        return Err(invalid().expected(window).got(issued));
    }
    Ok(())
}

/// The signature under the credential's own key.
fn vouched(jws: Jws, credential: &json::Value<'_>, algorithms: &[Algorithm]) -> Result<Vouched, Reason> {
    let key = holder_key(credential)?;
    // A header without an algorithm, or with `none`, has its fault already.
    let algorithm = jws.header.allowed_algorithm(algorithms)?.ok_or_else(invalid)?;
    if !job::fits(algorithm, &key) {
        return Err(Reason::new(Code::JoseAlgKeyMismatch).got(algorithm.name()));
    }
    Ok(Vouched { algorithm, key, message: jws.message, signature: jws.signature })
}

/// RFC 7800, 3.2: the JWK in `cnf`.
fn holder_key(credential: &json::Value<'_>) -> Result<PublicKey, Reason> {
    check_confirmation(credential)?;
    let held = credential.member("cnf").and_then(|cnf| cnf.member("jwk"));
    let held = held.ok_or_else(|| invalid().expected("a key of the holder in `cnf.jwk`").got("none"))?;
    jwk::public_key(held).map_err(|reason| match reason.code() {
        Code::JoseJwkPolicy => invalid().expected("an EC, RSA or Ed25519 key in `cnf.jwk`").got("another"),
        _ => reason,
    })
}

fn invalid() -> Reason {
    Reason::new(Code::SdjwtKbInvalid)
}
