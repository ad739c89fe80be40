//! What HAIP 1.0 (6) demands of what is shown. The presentation's own report judges everything else.

use crate::encoding::{base64url, json};
use crate::envelope::jws::Jws;
use crate::envelope::sd_jwt::{SdJwt, is_json_form};
use crate::format::mdoc::container::documents_of;
use crate::openid4vp::code::{Code, Refusal};
use crate::policy::dcql::CredentialQuery;
use crate::trust::x509::Certificate;

/// Every rule that a presentation breaks by its form.
pub fn check_presentation(credential: &CredentialQuery, text: &str) -> Vec<Refusal> {
    if credential.format.is_mdoc {
        return check_one_document(text).into_iter().collect();
    }
    if is_json_form(text) {
        return vec![refused("SD-JWT VCs in compact form", "JSON")];
    }
    // What cannot be read has its fault in the report.
    let Ok(sd_jwt) = SdJwt::split(text) else { return Vec::new() };
    let Ok(jws) = Jws::open(sd_jwt.jwt) else { return Vec::new() };
    let Ok(claims) = json::decode(&jws.payload) else { return Vec::new() };
    let checks = [
        check_certificates(&jws.header.x5c),
        check_holder_key(&claims),
        check_key_binding(&claims, sd_jwt.key_binding),
        check_status(&claims),
        check_type(credential, &claims),
    ];
    checks.into_iter().flatten().collect()
}

fn refused(rule: &'static str, got: &'static str) -> Refusal {
    Refusal::new(Code::Haip).expected(rule).got(got)
}

/// 6.1.1: the issuer's certificates are in `x5c`; its own is not self-signed, and the trust anchor is not among them.
pub fn check_certificates(x5c: &[Vec<u8>]) -> Option<Refusal> {
    let rule = "the issuer's certificates in `x5c`, without the trust anchor";
    if x5c.is_empty() {
        return Some(refused(rule, "none"));
    }
    let is_anchor = |der: &Vec<u8>| Certificate::from_der(der).is_ok_and(|certificate| certificate.is_self_issued());
    x5c.iter().any(is_anchor).then(|| refused(rule, "a self-signed one"))
}

/// 6.1: a holder's key is named by itself (`cnf.jwk`).
pub fn check_holder_key(claims: &json::Value<'_>) -> Option<Refusal> {
    let cnf = claims.member("cnf")?;
    cnf.member("jwk").is_none().then(|| refused("the holder's key in `cnf.jwk`", "another way of naming it"))
}

/// 6.1: who shows a credential that is bound to a key proves to hold that key, whether it was asked for or not.
pub fn check_key_binding(claims: &json::Value<'_>, key_binding: Option<&str>) -> Option<Refusal> {
    let is_due = claims.member("cnf").is_some() && key_binding.is_none();
    is_due.then(|| refused("a key binding JWT of a key-bound credential", "none"))
}

/// 6.1: where there is a status, it is a place in a token status list.
pub fn check_status(claims: &json::Value<'_>) -> Option<Refusal> {
    let status = claims.member("status")?;
    status.member("status_list").is_none().then(|| refused("`status_list` in `status`", "another mechanism"))
}

/// 6.1 rests on SD-JWT VC draft 13, which knows no further types: `aka_vcts` answers nothing.
pub fn check_type(credential: &CredentialQuery, claims: &json::Value<'_>) -> Option<Refusal> {
    let wanted = &credential.meta.vct_values;
    let is_wanted =
        |value: &json::Value<'_>| value.as_str().is_some_and(|vct| wanted.iter().any(|wanted| wanted == vct));
    let further = claims.member("aka_vcts").and_then(json::Value::as_array).unwrap_or_default();
    let by_further_alone = further.iter().any(is_wanted) && !claims.member("vct").is_some_and(is_wanted);
    by_further_alone.then(|| refused("the type that was asked for in `vct`", "it in `aka_vcts`"))
}

/// 5.3.1: each mdoc comes in a DeviceResponse of its own.
pub fn check_one_document(text: &str) -> Option<Refusal> {
    let bytes = base64url::decode(text).ok()?;
    let several = documents_of(&bytes)?.len() > 1;
    several.then(|| refused("each mdoc in a DeviceResponse of its own", "several in one"))
}
