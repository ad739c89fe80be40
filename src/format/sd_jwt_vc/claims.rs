//! Rules for the claims of an SD-JWT VC (draft 19, 2.2.2), on the processed payload.

use crate::check::Findings;
use crate::credential::Decoded;
use crate::encoding::json::Value;
use crate::envelope::jwt::{self, Times, check_order};
use crate::format::{Context, key_binding};
use crate::reason::{Code, Reason};

/// Claims that stand in the open, with all that is inside them. `aud` is our own addition: it decides who may take the credential.
pub const OPEN_CLAIMS: [&str; 9] = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status", "aud"];

/// Everything that is wrong with the claims. `disclosed` says where what was disclosed stands, as JSON pointers.
pub(super) fn check(claims: &Value<'_>, disclosed: &[String]) -> Vec<Reason> {
    let mut faults = Vec::new();
    faults.extend(check_open(disclosed).err());
    faults.extend(check_type(claims).err());
    faults.extend(["iss", "sub"].into_iter().filter_map(|name| check_text(claims, name).err()));
    faults.extend(key_binding::check_cnf(claims).err());
    faults
}

/// SD-JWT VC, 2.2.2.2: these "MUST NOT be included in the Disclosures", nor may any part of them.
fn check_open(disclosed: &[String]) -> Result<(), Reason> {
    let broken =
        disclosed.iter().filter_map(|pointer| pointer.split('/').nth(1)).find(|name| OPEN_CLAIMS.contains(name));
    match broken {
        Some(name) => Err(Reason::new(Code::SdjwtRegisteredClaim).got(name.to_owned())),
        None => Ok(()),
    }
}

/// SD-JWT VC, 2.2.2.1: `vct` is a text, and there; `aka_vcts` are some more texts; `vct#integrity` is a text.
fn check_type(claims: &Value<'_>) -> Result<(), Reason> {
    let fault = |expected: &'static str| Reason::new(Code::SdjwtVct).expected(expected);
    match claims.member("vct").map(Value::as_str) {
        Some(Some(name)) if !name.is_empty() => {}
        Some(_) => return Err(fault("a text in `vct`").got("another value")),
        None => return Err(fault("a text in `vct`").got("nothing")),
    }
    if claims.member("vct#integrity").is_some_and(|value| value.as_str().is_none()) {
        return Err(fault("a text in `vct#integrity`"));
    }
    let Some(further) = claims.member("aka_vcts") else { return Ok(()) };
    let is_list = further.as_array().is_some_and(|names| !names.is_empty() && names.iter().all(is_text));
    if is_list { Ok(()) } else { Err(fault("a list of texts in `aka_vcts`")) }
}

fn is_text(value: &Value<'_>) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// RFC 7519, 4.1: a name is a text.
fn check_text(claims: &Value<'_>, name: &'static str) -> Result<(), Reason> {
    match claims.member(name) {
        Some(value) if value.as_str().is_none() => {
            Err(Reason::new(Code::ClaimType).expected(format!("a text in `{name}`")).got(value.kind()))
        }
        _ => Ok(()),
    }
}

/// RFC 7519, 4.1.4 to 4.1.6: now is from `nbf` (and `iat`) to `exp`, give or take the clock skew; the end comes last.
pub(super) fn check_times(decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    let times = Times { issued_at: decoded.issued_at, not_before: decoded.not_before, expires: decoded.expires };
    // What was issued in the future is not valid yet either.
    let begins = times.not_before.into_iter().chain(times.issued_at).max();
    let faults = jwt::check_times(&Times { not_before: begins, ..times }, now, skew);
    faults.into_iter().chain(check_order(&times).err()).for_each(|reason| findings.fail(reason));
}
