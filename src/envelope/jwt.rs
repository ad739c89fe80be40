//! JWT claims (RFC 7519): the floor of rules under every token, whatever it is for (RFC 8725).

use crate::crypto::algorithm::Algorithm;
use crate::crypto::job::{self, Job};
use crate::crypto::public_key::PublicKey;
use crate::encoding::json;
use crate::envelope::jws::{Jws, is_private_jwk, no_kid};
use crate::limits;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// What a token must be.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// The one issuer, compared character by character.
    pub issuer: &'r str,
    /// The media type that `typ` must name where it stands; `None` = any.
    pub typ: Option<&'r str>,
    /// Signature algorithms taken.
    pub algorithms: &'r [Algorithm],
    /// The present.
    pub now: Timestamp,
    /// Seconds by which clocks may differ.
    pub skew_seconds: i64,
    /// `true` refuses an issuing time in the future, an end before the beginning, and another `typ`.
    pub strict: bool,
}

/// The times that claims hold; a malformed one is a fault, never absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// `iat`.
    pub issued_at: Option<Timestamp>,
    /// `nbf`.
    pub not_before: Option<Timestamp>,
    /// `exp`.
    pub expires: Option<Timestamp>,
}

/// `Ok` when the token is signed by one of the issuer's keys and keeps the rules; else everything that is wrong with it.
///
/// `key` finds the issuer's key with a `kid`, or says why there is none.
///
/// # Errors
/// `jose.*`, `json.*`, `claim.*`, `time.*`, `sig.*`, and what `key` says.
pub fn verify_jwt(
    text: &str,
    key: &dyn Fn(&str) -> Result<PublicKey, Reason>,
    rules: &Rules<'_>,
) -> Result<(), Vec<Reason>> {
    let mut jws = Jws::open(text).map_err(|reason| vec![reason])?;
    let mut faults = std::mem::take(&mut jws.header.faults);
    faults.extend(check_typ(jws.header.typ.as_deref(), rules).err());
    match json::decode(&jws.payload) {
        Ok(claims) => faults.extend(check_claims(&claims, rules)),
        // The only numbers that a token holds are claims.
        Err(reason) if reason.code() == Code::JsonNumberRange => {
            faults.extend([Reason::new(Code::ClaimType).got("a number beyond all range"), reason]);
        }
        Err(reason) => faults.push(reason),
    }
    faults.extend(check_signature(&jws, key, rules).err());
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Everything that is wrong with the claims: their types, the issuer, the times, keys that should not be there.
pub fn check_claims(claims: &json::Value<'_>, rules: &Rules<'_>) -> Vec<Reason> {
    if claims.as_object().is_none() {
        return vec![Reason::new(Code::JosePayloadType).got(claims.kind())];
    }
    let mut faults = Vec::new();
    faults.extend(check_issuer(claims, rules.issuer).err());
    faults.extend(check_confirmation(claims).err());
    let times = times(claims, &mut faults);
    faults.extend(check_times(&times, rules.now, rules.skew_seconds));
    if rules.strict {
        faults.extend(check_issued(&times, rules.now, rules.skew_seconds).err());
        faults.extend(check_order(&times).err());
    }
    faults
}

/// The times that the claims hold; each malformed one adds its fault.
pub fn times(claims: &json::Value<'_>, faults: &mut Vec<Reason>) -> Times {
    let mut time = |name: &'static str| match claims.member(name).map(|value| numeric_date(name, value)) {
        None => None,
        Some(Ok(time)) => Some(time),
        Some(Err(reason)) => {
            faults.push(reason);
            None
        }
    };
    Times { issued_at: time("iat"), not_before: time("nbf"), expires: time("exp") }
}

/// The second that a NumericDate names (RFC 7519, 2), fractions dropped.
///
/// # Errors
/// `claim.type` when it is no number or beyond 64 bits; `time.implausible` beyond the year 9999 (milliseconds, mostly).
pub fn numeric_date(name: &'static str, value: &json::Value<'_>) -> Result<Timestamp, Reason> {
    let wrong = |got: &'static str| Reason::new(Code::ClaimType).expected(format!("a number in `{name}`")).got(got);
    let json::Value::Number(number) = value else { return Err(wrong(value.kind())) };
    let seconds = match value.as_i64() {
        Some(seconds) => seconds,
        None => whole_seconds(number.as_f64()).ok_or_else(|| wrong("a number beyond all range"))?,
    };
    if seconds > limits::LATEST_SECOND {
        let latest = Timestamp::from_seconds(limits::LATEST_SECOND);
        return Err(Reason::new(Code::TimeImplausible).expected(latest).got(seconds));
    }
    Ok(Timestamp::from_seconds(seconds))
}

/// The integer below `seconds`, within what fractional times can be: up to 2^53.
fn whole_seconds(seconds: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    // The formatting of a whole double within this range is its exact integer; no lossy cast is needed.
    (seconds.abs() < EXACT).then(|| format!("{:.0}", seconds.floor()).parse().ok()).flatten()
}

/// RFC 7519, 4.1.4 and 4.1.5: from `nbf` to `exp`, both moved outwards by the skew, ends included.
pub fn check_times(times: &Times, now: Timestamp, skew_seconds: i64) -> Vec<Reason> {
    let mut faults = Vec::new();
    if let Some(expires) = times.expires
        && now.plus(skew_seconds.saturating_neg()) > expires
    {
        faults.push(Reason::new(Code::TimeExpired).expected(format!("an end after {now}")).got(expires));
    }
    if let Some(begins) = times.not_before
        && now.plus(skew_seconds) < begins
    {
        faults.push(Reason::new(Code::TimeNotYetValid).expected(format!("a beginning before {now}")).got(begins));
    }
    faults
}

/// `exp` comes after `nbf` and `iat`.
///
/// # Errors
/// `time.inconsistent`.
pub fn check_order(times: &Times) -> Result<(), Reason> {
    let begins = times.not_before.into_iter().chain(times.issued_at).max();
    match (begins, times.expires) {
        (Some(begins), Some(ends)) if ends < begins => {
            Err(Reason::new(Code::TimeInconsistent).expected(begins).got(ends))
        }
        _ => Ok(()),
    }
}

/// `iat` is not in the future.
fn check_issued(times: &Times, now: Timestamp, skew_seconds: i64) -> Result<(), Reason> {
    match times.issued_at {
        Some(issued) if now.plus(skew_seconds) < issued => {
            Err(Reason::new(Code::TimeNotYetValid).expected(format!("a beginning before {now}")).got(issued))
        }
        _ => Ok(()),
    }
}

/// RFC 7519, 4.1.1, and RFC 8725, 3.8: the issuer is exactly the one whose keys are used.
fn check_issuer(claims: &json::Value<'_>, issuer: &str) -> Result<(), Reason> {
    if claims.member("iss").and_then(json::Value::as_str) == Some(issuer) {
        Ok(())
    } else {
        Err(Reason::new(Code::ClaimIssuer).expected(issuer.to_owned()))
    }
}

/// RFC 7800, 3.2: the key of a holder is its public half.
///
/// # Errors
/// `jose.private_key_exposed`.
pub fn check_confirmation(claims: &json::Value<'_>) -> Result<(), Reason> {
    let key = claims.member("cnf").and_then(|cnf| cnf.member("jwk"));
    if key.is_some_and(is_private_jwk) {
        Err(Reason::new(Code::JosePrivateKeyExposed).got("`cnf.jwk`"))
    } else {
        Ok(())
    }
}

/// RFC 8725, 3.11: a token that names its kind must be of the kind that is due.
fn check_typ(typ: Option<&str>, rules: &Rules<'_>) -> Result<(), Reason> {
    let (Some(typ), Some(due), true) = (typ, rules.typ, rules.strict) else { return Ok(()) };
    let name = typ.get(.."application/".len()).filter(|start| start.eq_ignore_ascii_case("application/"));
    let short = name.map_or(typ, |start| typ.get(start.len()..).unwrap_or(typ));
    if short.eq_ignore_ascii_case(due) {
        Ok(())
    } else {
        Err(Reason::new(Code::JoseTypMismatch).expected(due.to_owned()).got("another `typ`"))
    }
}

fn check_signature(
    jws: &Jws,
    key: &dyn Fn(&str) -> Result<PublicKey, Reason>,
    rules: &Rules<'_>,
) -> Result<(), Reason> {
    let Some(algorithm) = jws.header.allowed_algorithm(rules.algorithms)? else { return Ok(()) };
    let key = key(jws.header.kid.as_deref().ok_or_else(no_kid)?)?;
    if !job::fits(algorithm, &key) {
        return Err(Reason::new(Code::JoseAlgKeyMismatch).got(algorithm.name()));
    }
    if jws.signature.is_empty() {
        return Err(Reason::new(Code::SigInvalid).got("no signature"));
    }
    job::check_one(&Job {
        algorithm,
        key,
        message: &jws.message,
        signature: &jws.signature,
        statements: None,
        older: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Result<i64, Code> {
        let value = json::decode(text.as_bytes()).unwrap();
        numeric_date("exp", &value).map(Timestamp::seconds).map_err(|reason| reason.code())
    }

    #[test]
    fn numeric_dates() {
        for (text, seconds) in
            [("0", 0), ("-0.0", 0), ("1.9", 1), ("-1.5", -2), ("1e3", 1000), ("1790001000.5e-400", 0)]
        {
            assert_eq!(date(text), Ok(seconds), "{text}");
        }
        for text in ["\"1\"", "null", "true", "{}", "[1]", "18446744073709551616", "1e300", "-1e300"] {
            assert_eq!(date(text), Err(Code::ClaimType), "{text}");
        }
        assert_eq!(date("1790001000000"), Err(Code::TimeImplausible));
        assert_eq!(date("253402300799"), Ok(limits::LATEST_SECOND));
        assert_eq!(date("253402300800"), Err(Code::TimeImplausible));
    }

    #[test]
    fn the_skew_is_exact() {
        let at = Timestamp::from_seconds;
        let codes = |times: Times| check_times(&times, at(1000), 60).iter().map(Reason::code).collect::<Vec<_>>();
        let expires = |second| codes(Times { expires: Some(at(second)), ..Times::default() });
        let begins = |second| codes(Times { not_before: Some(at(second)), ..Times::default() });
        assert!(expires(940).is_empty());
        assert_eq!(expires(939), [Code::TimeExpired]);
        assert!(begins(1060).is_empty());
        assert_eq!(begins(1061), [Code::TimeNotYetValid]);
        let order = Times { not_before: Some(at(2)), expires: Some(at(1)), issued_at: None };
        assert_eq!(check_order(&order).unwrap_err().code(), Code::TimeInconsistent);
        assert!(check_order(&Times { issued_at: Some(at(1)), ..order }).is_err());
    }
}
