//! What a SMART Health Card says: its claims (spec 1.4.0, "Data model"), times, types and bundle, each under its rules.

use std::borrow::Cow;

use crate::check::{Findings, Note};
use crate::credential::{Claims, Decoded};
use crate::encoding::json::{self, Held, Value};
use crate::envelope::jwt;
use crate::format::fhir_bundle;
use crate::occasion::Occasion;
use crate::policy::{Event, Policy};
use crate::reason::{Code, Reason, Stage};

/// The type that every card has.
pub const HEALTH_CARD: &str = "https://smarthealth.cards#health-card";

/// Types of the specification; others are noted.
static KNOWN_TYPES: &[&str] = &[
    HEALTH_CARD,
    "https://smarthealth.cards#immunization",
    "https://smarthealth.cards#laboratory",
    "https://smarthealth.cards#covid19",
];

/// Everything that is wrong with a card's payload by itself, and what is odd: no signature, no issuer is looked at.
pub fn check_payload(payload: &[u8], occasion: &Occasion, policy: &Policy) -> (Vec<Reason>, Vec<Note>) {
    let decoded = match decode_payload(payload, policy) {
        Ok(decoded) => decoded,
        Err(reason) => return (vec![reason], Vec::new()),
    };
    let mut findings = Findings::new();
    findings.notes.extend(decoded.notes.iter().cloned());
    decoded.faults.iter().for_each(|reason| findings.fail(reason.clone()));
    if let Claims::Json(claims) = &decoded.claims {
        check_times(&decoded, occasion, policy, &mut findings);
        check_content(claims, &decoded, policy, &mut findings);
    }
    outcome(findings)
}

/// Everything that is wrong with a FHIR bundle that is to go into a card, and what is odd.
pub fn check_bundle(bundle: &[u8], policy: &Policy) -> (Vec<Reason>, Vec<Note>) {
    let mut findings = Findings::new();
    match check_no_space(bundle, policy).and_then(|()| json::decode(bundle)) {
        Ok(bundle) => check_fhir(&bundle, policy, &mut findings),
        Err(reason) => findings.fail(reason),
    }
    outcome(findings)
}

/// "Determining keys associated with an issuer": https, a host name, no trailing slash, nothing after the path.
///
/// # Errors
/// `shc.issuer_url`.
pub fn check_issuer_url(issuer: &str) -> Result<(), Reason> {
    let fault = || Reason::new(Code::ShcIssuerUrl).expected("https, a host name, a path without trailing slash");
    let rest = issuer.strip_prefix("https://").ok_or_else(fault)?;
    let mut segments = rest.split('/');
    let host = segments.next().unwrap_or_default();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // The last label of an address is digits, that of a name is not.
    let ends_in_name =
        host.rsplit('.').next().is_some_and(|label| label.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let is_segment = |segment: &str| {
        !matches!(segment, "" | "." | "..")
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte))
    };
    if issuer.len() <= 512
        && host.len() <= 253
        && host.split('.').all(is_label)
        && ends_in_name
        && segments.all(is_segment)
    {
        Ok(())
    } else {
        Err(fault())
    }
}

/// What the payload says, with every broken rule of its claims.
///
/// # Errors
/// `json.*`, `jose.payload_type`.
pub fn decode_payload<'a>(payload: &'a [u8], policy: &Policy) -> Result<Decoded<'a>, Reason> {
    check_no_space(payload, policy)?;
    let claims = json::decode(payload)?;
    if claims.as_object().is_none() {
        return Err(Reason::new(Code::JosePayloadType).got(claims.kind()));
    }
    let mut faults = Vec::new();
    let mut notes = Vec::new();
    let issuer = match demand(&claims, "iss", text_of, "a text") {
        Ok(issuer) => {
            faults.extend(check_issuer_url(issuer).err());
            Some(issuer.clone())
        }
        Err(reason) => {
            faults.push(reason);
            None
        }
    };
    if claims.member("nbf").is_none() {
        faults.push(missing("nbf"));
    }
    let times = jwt::times(&claims, &mut faults);
    let types = types_of(&claims, &mut faults);
    let unknown = types.iter().filter(|name| !KNOWN_TYPES.contains(&name.as_ref())).count();
    if unknown > 0 {
        let sentence = format!("The card declares types that the specification does not know ({unknown}).");
        notes.push(Note::new("shc.type_unknown", sentence));
    }
    faults.extend(check_subject(&claims));
    Ok(Decoded {
        issuer,
        issued_at: times.issued_at,
        not_before: times.not_before,
        expires: times.expires,
        types,
        faults,
        notes,
        ..Decoded::new(Claims::Json(Held::Own(claims)))
    })
}

/// The spec wants minified JSON; strict readers refuse white space around it, others never notice.
///
/// # Errors
/// `json.syntax`.
pub fn check_no_space(text: &[u8], policy: &Policy) -> Result<(), Reason> {
    if policy.strict && text.trim_ascii().len() != text.len() {
        return Err(Reason::new(Code::JsonSyntax).expected("JSON alone").got("white space around it"));
    }
    Ok(())
}

fn types_of<'a>(claims: &Value<'a>, faults: &mut Vec<Reason>) -> Vec<Cow<'a, str>> {
    let types = claims.member("vc").and_then(|vc| vc.member("type"));
    match types {
        None => faults.push(missing("vc.type")),
        Some(Value::Array(items)) if items.iter().all(|item| item.as_str().is_some()) => {
            return items.iter().filter_map(text_of).cloned().collect();
        }
        Some(other) => faults.push(wrong_type("vc.type", "a list of texts", other)),
    }
    Vec::new()
}

/// The text that a value is, as the payload holds it.
fn text_of<'v, 'a>(value: &'v Value<'a>) -> Option<&'v Cow<'a, str>> {
    if let Value::String(text) = value { Some(text) } else { None }
}

/// The members of `vc` that every card has, and the type of `rid`.
fn check_subject(claims: &Value<'_>) -> Vec<Reason> {
    let Some(vc) = claims.member("vc") else { return Vec::new() };
    let mut faults = Vec::new();
    match vc.member("credentialSubject") {
        None => faults.push(missing("vc.credentialSubject")),
        Some(subject) => {
            faults.extend(demand(subject, "fhirVersion", Value::as_str, "a text").err());
            faults.extend(demand(subject, "fhirBundle", Value::as_object, "an object").err());
        }
    }
    if let Some(rid) = vc.member("rid").filter(|rid| rid.as_str().is_none()) {
        faults.push(wrong_type("vc.rid", "a text", rid));
    }
    faults
}

fn demand<'v, 'a, T: ?Sized>(
    object: &'v Value<'a>,
    name: &'static str,
    of_type: impl Fn(&'v Value<'a>) -> Option<&'v T>,
    expected: &'static str,
) -> Result<&'v T, Reason> {
    let value = object.member(name).ok_or_else(|| missing(name))?;
    of_type(value).ok_or_else(|| wrong_type(name, expected, value))
}

fn missing(name: &'static str) -> Reason {
    Reason::new(Code::ClaimMissing).expected(name)
}

fn wrong_type(name: &'static str, expected: &'static str, got: &Value<'_>) -> Reason {
    Reason::new(Code::ClaimType).expected(format!("{expected} in `{name}`")).got(got.kind())
}

/// Stage Validity.
pub fn check_times(decoded: &Decoded<'_>, occasion: &Occasion, policy: &Policy, findings: &mut Findings) {
    findings.pass(Stage::Validity);
    let times = jwt::Times { issued_at: None, not_before: decoded.not_before, expires: decoded.expires };
    jwt::check_times(&times, occasion.now, i64::from(policy.clock_skew_seconds))
        .into_iter()
        .for_each(|reason| findings.fail(reason));
    if let Err(reason) = jwt::check_order(&times) {
        findings.fail(reason);
    }
}

/// Stage Policy: the card's type, its events, its bundle.
pub fn check_content(claims: &Value<'_>, decoded: &Decoded<'_>, policy: &Policy, findings: &mut Findings) {
    findings.pass(Stage::Policy);
    if !decoded.types.iter().any(|name| name == HEALTH_CARD) {
        findings.fail(Reason::new(Code::ShcType).expected(HEALTH_CARD));
    }
    let subject = claims.member("vc").and_then(|vc| vc.member("credentialSubject"));
    if let Some(bundle) = subject.and_then(|subject| subject.member("fhirBundle")) {
        check_fhir(bundle, policy, findings);
        check_events(bundle, policy, findings);
    }
}

/// Rules of the bundle: faults for the strict, notes for others.
fn check_fhir(bundle: &Value<'_>, policy: &Policy, findings: &mut Findings) {
    for broken in fhir_bundle::check_bundle(bundle) {
        if policy.strict {
            findings.fail(Reason::new(Code::FhirContent).expected(broken.rule).got(broken.place));
        } else {
            let sentence = format!("The FHIR bundle breaks a rule: {} should be {}.", broken.place, broken.rule);
            findings.note(Note::new("fhir.content", sentence));
        }
    }
}

/// The kinds of event that the policy takes, and what the tests found.
fn check_events(bundle: &Value<'_>, policy: &Policy, findings: &mut Findings) {
    for (kind, event, name) in
        [("Immunization", Event::Vaccination, "vaccination"), ("Observation", Event::Test, "test")]
    {
        let is_taken = policy.events.is_empty() || policy.events.contains(&event);
        if !is_taken && fhir_bundle::resources(bundle, kind).next().is_some() {
            findings.fail(Reason::new(Code::PolicyContent).got(name));
        }
    }
    let any = |kind| fhir_bundle::resources(bundle, kind).next().is_some();
    if !policy.events.is_empty() && !any("Immunization") && !any("Observation") {
        findings.fail(Reason::new(Code::PolicyContent).got("no event"));
    }
    if !policy.positive_tests && fhir_bundle::resources(bundle, "Observation").any(found_disease) {
        findings.fail(Reason::new(Code::RuleTestPositive).expected("not detected").got("detected"));
    }
}

/// SNOMED CT 260373001 (detected), 10828004 (positive), 462371000124108 (detected in a pool) or LOINC LA11882-0 (detected),
/// LA6576-8 (positive) as the value of an observation.
fn found_disease(observation: &Value<'_>) -> bool {
    let codings = observation.member("valueCodeableConcept").and_then(|value| value.member("coding"));
    codings.and_then(Value::as_array).unwrap_or_default().iter().any(|coding| {
        let text = |name| coding.member(name).and_then(Value::as_str).unwrap_or_default();
        matches!(
            (text("system"), text("code")),
            ("http://snomed.info/sct", "260373001" | "10828004" | "462371000124108")
                | ("http://loinc.org", "LA11882-0" | "LA6576-8")
        )
    })
}

fn outcome(mut findings: Findings) -> (Vec<Reason>, Vec<Note>) {
    let notes = std::mem::take(&mut findings.notes);
    let faults = findings.into_checks().into_iter().filter_map(|check| check.outcome.reason().cloned()).collect();
    (faults, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_clean_urls() {
        for good in ["https://issuer.example", "https://a.b-c.example/x/y_z~1/SHC", "https://1.example"] {
            assert!(check_issuer_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://issuer.example",
            "https://issuer.example/",
            "https://issuer.example/a/",
            "https://issuer.example//a",
            "https://a@issuer.example",
            "https://issuer.example:443",
            "https://issuer.example#x",
            "https://issuer.example?x",
            "https://issuer.example/a?x",
            "https://127.0.0.1",
            "https://[::1]",
            "https://",
            "https://a..b",
            "https://-a.b",
            "https://issuer.example/../x",
            "HTTPS://issuer.example",
            "https://issuer.example.",
            "https://issuer.example/a b",
            "https://issu\u{e9}r.example",
            "https://issuer.example\\x",
        ] {
            assert!(check_issuer_url(bad).is_err(), "{bad}");
        }
    }
}
