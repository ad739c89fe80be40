//! Key binding of SD-JWTs (RFC 9901, 4.3 and 7.3): whoever shows the credential holds the key that it names in `cnf`.
//!
//! ```json
//! { "typ": "kb+jwt", "alg": .. } . { "iat": time, "aud": text, "nonce": text, "sd_hash": digest of all before it }
//! ```
//! A key binding JWT that is there is checked whole, whether anybody asked for one or not. Keys in `cnf` are taken as JWK;
//! by their identifier alone (`kid`) they are not looked for. Transactions that it approves: [`transaction_data`].

use crate::credential::Vouched;
use crate::crypto::algorithm::Algorithm;
use crate::crypto::job;
use crate::crypto::jwk;
use crate::crypto::public_key::PublicKey;
use crate::encoding::json;
use crate::envelope::jws::{Header, Jws, short_media_type};
use crate::envelope::jwt::{check_confirmation, check_times, numeric_date, times};
use crate::envelope::sd_jwt::{self, Processed, SdJwt};
use crate::format::{Context, transaction_data};
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
        Err(reason) => binding.faults.push(invalid().got(reason.code().as_str())),
        Ok(mut jws) => {
            binding.faults.append(&mut header_faults(&mut jws.header));
            match json::decode(&jws.payload) {
                Ok(claims) if claims.as_object().is_some() => {
                    check_claims(&claims, sd_jwt, processed, context, &mut binding.faults);
                }
                Ok(other) => binding.faults.push(invalid().expected("an object of claims").got(other.kind())),
                Err(reason) => binding.faults.push(invalid().got(reason.code().as_str())),
            }
            match vouched(jws, credential, algorithms) {
                Ok(vouched) => binding.vouched = Some(vouched),
                Err(reason) => binding.faults.extend((!binding.faults.contains(&reason)).then_some(reason)),
            }
        }
    }
    Some(binding)
}

/// RFC 7800, 3.1: `cnf`, where it stands, is an object that names one key; a key itself is a public one.
///
/// # Errors
/// `sdjwt.cnf`, `jose.private_key_exposed`.
pub fn check_cnf(credential: &json::Value<'_>) -> Result<(), Reason> {
    let Some(cnf) = credential.member("cnf") else { return Ok(()) };
    let members = cnf.as_object().ok_or_else(|| no_key().got(cnf.kind()))?;
    if members.is_empty() {
        return Err(no_key().got("nothing in `cnf`"));
    }
    if members.iter().filter(|(name, _)| matches!(&**name, "jwk" | "jwe" | "jku")).count() > 1 {
        return Err(no_key().expected("one key").got("several"));
    }
    match cnf.member("jwk") {
        Some(_) => holder_key(credential).map(|_| ()),
        None => Ok(()),
    }
}

fn header_faults(header: &mut Header) -> Vec<Reason> {
    let own_key = |reason: Reason| match reason.code() {
        Code::JoseEmbeddedKeyUntrusted => Reason::new(Code::SdjwtKbKey).got("a key in its own header"),
        _ => reason,
    };
    let mut faults: Vec<Reason> = header.faults.drain(..).map(own_key).collect();
    faults.extend(check_typ(header.typ.as_deref()).err());
    faults
}

/// RFC 9901, 4.3: `typ` MUST be `kb+jwt`.
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
    let text = |name: &str| claims.member(name).and_then(json::Value::as_str);
    let occasion = context.occasion;
    match (text("nonce"), &occasion.nonce) {
        (None | Some(""), _) => faults.push(Reason::new(Code::VpNonce).expected("a text in `nonce`")),
        (Some(nonce), Some(due)) if nonce != due => faults.push(Reason::new(Code::VpNonce)),
        _ => {}
    }
    match (text("aud"), &occasion.audience) {
        (None, _) => faults.push(Reason::new(Code::ClaimAudience).expected("one text in `aud`")),
        (Some(audience), Some(due)) if audience != due => {
            faults.push(Reason::new(Code::ClaimAudience).expected(due.clone()));
        }
        _ => {}
    }
    if text("sd_hash") != Some(sd_jwt::digest(processed.hash, sd_jwt.presented).as_str()) {
        faults.push(Reason::new(Code::SdjwtSdHash));
    }
    faults.extend(check_age(claims, context).into_iter().map(|reason| reason.at(Stage::Holder)));
    faults.extend(transaction_data::check(claims, context).err());
}

/// RFC 9901, 7.3: it was made a moment ago, and has not ended where it says when it does.
fn check_age(claims: &json::Value<'_>, context: &Context<'_>) -> Vec<Reason> {
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    let mut faults = Vec::new();
    match claims.member("iat").map(|issued| numeric_date("iat", issued)) {
        None => faults.push(Reason::new(Code::ClaimMissing).expected("a number in `iat`")),
        Some(Err(_)) => {}
        Some(Ok(issued)) => {
            let oldest = now.plus(limits::KEY_BINDING_SECONDS.saturating_add(skew).saturating_neg());
            if issued < oldest || issued > now.plus(skew) {
                let window = format!("made at most {} seconds before {now}", limits::KEY_BINDING_SECONDS);
                faults.push(Reason::new(Code::TimeKbWindow).expected(window).got(issued));
            }
        }
    }
    let times = times(claims, &mut faults);
    faults.extend(check_times(&times, now, skew));
    faults
}

/// The signature under the credential's own key.
fn vouched(jws: Jws, credential: &json::Value<'_>, algorithms: &[Algorithm]) -> Result<Vouched, Reason> {
    let key = holder_key(credential)?;
    // A header without an algorithm, or with `none`, has its fault already.
    let algorithm = jws.header.allowed_algorithm(algorithms)?.ok_or_else(|| invalid().got("no algorithm"))?;
    if !job::fits(algorithm, &key) {
        return Err(Reason::new(Code::SdjwtKbKey).expected("an algorithm of that key").got(algorithm.name()));
    }
    Ok(Vouched { algorithm, key, message: jws.message, signature: jws.signature, is_of_holder: true })
}

/// RFC 7800, 3.2: the JWK in `cnf`.
fn holder_key(credential: &json::Value<'_>) -> Result<PublicKey, Reason> {
    check_confirmation(credential).or_else(|reason| {
        let kty = credential.member("cnf").and_then(|cnf| cnf.member("jwk")).and_then(|jwk| jwk.member("kty"));
        // A symmetric key is no private one: nobody's, and of no use here.
        if kty.and_then(json::Value::as_str) == Some("oct") { Ok(()) } else { Err(reason) }
    })?;
    let held = credential.member("cnf").and_then(|cnf| cnf.member("jwk"));
    let held = held.ok_or_else(|| no_key().got("none"))?;
    jwk::public_key(held).map_err(|reason| match reason.code() {
        Code::JoseJwkPolicy => no_key().got("another value"),
        _ => reason,
    })
}

fn no_key() -> Reason {
    Reason::new(Code::SdjwtCnf).expected("an EC, RSA or Ed25519 key in `cnf.jwk`")
}

fn invalid() -> Reason {
    Reason::new(Code::SdjwtKbInvalid)
}
