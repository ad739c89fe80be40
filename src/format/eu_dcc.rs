//! EU Digital COVID Certificate (Regulation (EU) 2021/953; HCERT 1.0.8, DCC schema 1.3.3).
//!
//! Not here: business rules of member states, and revocation batches of the gateway.

use std::borrow::Cow;

use crate::check::{Findings, Note};
use crate::core_data::from_dcc;
use crate::credential::{Claims, Decoded, Opened, Signed};
use crate::crypto::algorithm::{Algorithm, KeyKind};
use crate::encoding::cbor::{self, Value};
use crate::format::glance::{Glance, Room, Seen};
use crate::format::{
    About, Candidate, Context, Disclosed, Format, Keys, check_claim_count, content, cwt_claims, declare_no_status,
    hcert, signers,
};
use crate::policy::{Event, Policy, ValueSetDemand};
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;
use crate::trust::{Consulted, Signer};

/// The EU Digital COVID Certificate.
pub struct EuDcc;

static ABOUT: About = About {
    name: "eu_dcc",
    title: "EU Digital COVID Certificate",
    specification: "HCERT 1.0.8; EU DCC schema 1.0.0 to 1.3.3",
    begins: &["HC1:"],
    algorithms: &["ES256", "PS256"],
    status: "presence of the signer on the trust list",
    issues: true,
};

impl Format for EuDcc {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        hcert::begins(glance.text())
    }

    fn open_in<'i>(
        &self,
        _: &'i Room,
        texts: &[Cow<'i, str>],
        _: Seen<'i>,
        _: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        match texts {
            [text] => hcert::open(text),
            _ => Err(Reason::new(Code::InputTooManyItems).expected(1usize).got(texts.len())),
        }
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        let claims = cbor::decode(&opened.payload)?;
        if claims.as_map().is_none() {
            return Err(Reason::new(Code::CosePayload).expected("a map of claims").got(claims.kind()));
        }
        check_claim_count(&claims)?;
        let dcc = dcc_of(&claims)?;
        let mut faults = Vec::new();
        let mut notes = Vec::new();
        faults.extend(check_kinds(dcc).err());
        let types = events_of(dcc).map(|event| Cow::Borrowed(event_name(event))).collect();
        let mut date = |label| match hcert::numeric_date(&claims, label, policy.strict, &mut notes) {
            Ok(time) => time,
            Err(reason) => {
                faults.push(reason);
                None
            }
        };
        let (expires, not_before, issued_at) = (date(hcert::EXP), date(hcert::NBF), date(hcert::IAT));
        if claims.entry(hcert::EXP).is_none() {
            faults.push(Reason::new(Code::ClaimMissing).expected("exp (claim 4)"));
        }
        let issuer = match claims.entry(hcert::ISS) {
            None => None,
            Some(Value::Text(text)) => Some(text.clone()),
            Some(other) => {
                faults.push(Reason::new(Code::ClaimType).expected("iss as text").got(other.kind()));
                None
            }
        };
        Ok(Decoded {
            issuer,
            issued_at,
            not_before,
            expires,
            types,
            faults,
            notes,
            ..Decoded::new(Claims::Cbor(claims))
        })
    }

    fn keys(&self, signed: &Signed, _: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        signers::by_kid(ABOUT.name, signed.kid.as_ref(), context)
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        signer: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        let Claims::Cbor(claims) = &decoded.claims else { return Vec::new() };
        let Ok(dcc) = dcc_of(claims) else { return Vec::new() };
        if let Some(signer) = signer.and_then(|candidate| candidate.signer()) {
            check_signer(signer, decoded, dcc, context, findings);
        }
        check_times(decoded, dcc, context, findings);
        // A withdrawn signer is off the trust list; the certificate itself declares no status.
        declare_no_status(context, findings);
        check_content(dcc, context, findings)
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let Ok(claims) = cbor::decode(payload) else { return Disclosed::default() };
        let core = dcc_of(&claims).map(from_dcc::core_data).unwrap_or_default();
        Disclosed { claims: cwt_claims(claims, claim_name), core }
    }
}

/// The names that the CWT registry gives to claims.
fn claim_name(label: i64) -> Option<&'static str> {
    Some(match label {
        hcert::ISS => "iss",
        2 => "sub",
        hcert::EXP => "exp",
        hcert::NBF => "nbf",
        hcert::IAT => "iat",
        7 => "cti",
        hcert::HCERT => "hcert",
        _ => return None,
    })
}

/// HCERT §2.6.4: claim -260 is a map that holds the certificate under key 1.
fn dcc_of<'v, 'a>(claims: &'v Value<'a>) -> Result<&'v Value<'a>, Reason> {
    let missing = |got: &'static str| Reason::new(Code::Hc1Container).expected("-260: {1: map}").got(got);
    let container = claims.entry(hcert::HCERT).ok_or_else(|| missing("no claim -260"))?;
    if container.as_map().is_none() {
        return Err(missing(container.kind()));
    }
    let dcc = container.entry(1).ok_or_else(|| missing("no key 1"))?;
    if dcc.as_map().is_none() { Err(missing(dcc.kind())) } else { Ok(dcc) }
}

/// CBR-037: undefined and unassigned simple values mean nothing in a certificate.
fn check_kinds(value: &Value<'_>) -> Result<(), Reason> {
    match value {
        Value::Undefined | Value::Simple(_) => {
            Err(Reason::new(Code::CborType).expected("text, number, map, array").got(value.kind()))
        }
        Value::Array(items) => items.iter().try_for_each(check_kinds),
        Value::Map(pairs) => pairs.iter().try_for_each(|(_, value)| check_kinds(value)),
        _ => Ok(()),
    }
}

fn events_of<'v>(dcc: &'v Value<'_>) -> impl Iterator<Item = Event> + use<'v> {
    [("v", Event::Vaccination), ("t", Event::Test), ("r", Event::Recovery)].into_iter().filter_map(
        move |(key, event)| {
            let events = dcc.entry_text(key)?.as_array()?;
            (!events.is_empty()).then_some(event)
        },
    )
}

fn event_name(event: Event) -> &'static str {
    match event {
        Event::Vaccination => "vaccination",
        Event::Test => "test",
        Event::Recovery => "recovery",
    }
}

/// Stage Key and the signer's part of Validity: may this signer sign this content, and is it the time for that?
fn check_signer(
    signer: &Signer,
    decoded: &Decoded<'_>,
    dcc: &Value<'_>,
    context: &Context<'_>,
    findings: &mut Findings,
) {
    signers::check_standing(signer, context, findings);
    if let Err(reason) = check_purpose(signer, dcc) {
        findings.fail(reason);
    }
    check_country(signer, decoded, context, findings);
    if signer.key.kind() == KeyKind::P384 {
        if context.policy.strict {
            findings.fail(Reason::new(Code::CoseAlgKeyMismatch).expected("P-256").got(Algorithm::Es256OverP384.name()));
        } else {
            findings.note(Note::new(
                "deviation.es256_p384",
                "ES256 is used with a P-384 key, which HCERT does not foresee.",
            ));
        }
    }
    signers::check_validity(signer, decoded, context, findings);
}

/// HCERT A.1.4: extended key usage names the kinds of event; none of them named = all allowed.
///
/// Deviation: the mistaken arc `1.3.6.1.4.1.0.1847.2021.1` counts like the right one; most live certificates carry it.
fn check_purpose(signer: &Signer, dcc: &Value<'_>) -> Result<(), Reason> {
    let Some(certificate) = &signer.certificate else { return Ok(()) };
    let purposes: Vec<Event> = certificate.extended_key_usages().iter().filter_map(|oid| purpose(oid)).collect();
    if purposes.is_empty() {
        return Ok(());
    }
    match events_of(dcc).find(|event| !purposes.contains(event)) {
        None => Ok(()),
        Some(event) => {
            let allowed: Vec<&str> = purposes.iter().map(|event| event_name(*event)).collect();
            Err(Reason::new(Code::X509EkuPurpose).expected(allowed.join(", ")).got(event_name(event)))
        }
    }
}

fn purpose(oid: &str) -> Option<Event> {
    let last =
        oid.strip_prefix("1.3.6.1.4.1.1847.2021.1.").or_else(|| oid.strip_prefix("1.3.6.1.4.1.0.1847.2021.1."))?;
    match last {
        "1" => Some(Event::Test),
        "2" => Some(Event::Vaccination),
        "3" => Some(Event::Recovery),
        _ => None,
    }
}

/// HCERT §2.6.1: `iss` is a country, and a signer signs for its own country.
///
/// Deviation: unless `strict`, lower case is taken, and words after the two letters (`CH BAG`) are overlooked.
fn check_country(signer: &Signer, decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let (Some(claimed), Some(own)) = (&decoded.issuer, &signer.description.country) else { return };
    let code = claimed.split_once(' ').map_or(&**claimed, |(code, _)| code);
    let letters = code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
    let exact = letters && claimed.len() == 2 && claimed.bytes().all(|b| b.is_ascii_uppercase());
    if !letters || (!exact && context.policy.strict) {
        let got = format!("{} characters", claimed.chars().count());
        return findings.fail(Reason::new(Code::ClaimIssuer).expected("two capital letters").got(got));
    }
    if !exact {
        findings.note(Note::new(
            "deviation.issuer_form",
            "The issuing country is not two capital letters and nothing else.",
        ));
    }
    if !country(code).eq_ignore_ascii_case(country(own)) {
        findings.fail(Reason::new(Code::TrustIssuerCountry).expected(own.clone()).got(code.to_ascii_uppercase()));
    }
}

/// The ISO 3166-1 code of a country, in any case; Greece and the United Kingdom sign under two codes each.
fn country(code: &str) -> &str {
    let is = |other| code.eq_ignore_ascii_case(other);
    if is("EL") {
        "GR"
    } else if is("UK") {
        "GB"
    } else {
        code
    }
}

/// Stage Validity, the credential's part.
fn check_times(decoded: &Decoded<'_>, dcc: &Value<'_>, context: &Context<'_>, findings: &mut Findings) {
    findings.pass(Stage::Validity);
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    if let Some(expires) = decoded.expires.filter(|expires| now.plus(-skew) > *expires) {
        findings.fail(Reason::new(Code::TimeExpired).expected(format!("an end after {now}")).got(expires));
    }
    let begins = decoded.issued_at.max(decoded.not_before);
    if let Some(begins) = begins.filter(|begins| now.plus(skew) < *begins) {
        findings.fail(Reason::new(Code::TimeNotYetValid).expected(format!("a beginning before {now}")).got(begins));
    }
    if let (Some(issued_at), Some(expires)) = (begins, decoded.expires)
        && expires < issued_at
    {
        findings.fail(Reason::new(Code::TimeInconsistent).expected(issued_at).got(expires));
    }
    // HC1-019: nobody has a result before the sample was taken.
    let sampled = dcc
        .entry_text("t")
        .and_then(Value::as_array)
        .unwrap_or_default()
        .iter()
        .filter_map(|test| Timestamp::from_rfc3339(content::time_text(test.entry_text("sc")?)?))
        .max();
    if let Some(sampled) = sampled.filter(|sampled| now.plus(skew) < *sampled) {
        findings.fail(Reason::new(Code::TimeNotYetValid).expected(format!("a beginning before {now}")).got(sampled));
    }
}

/// Stage Policy: schema, events, result, value sets.
fn check_content(dcc: &Value<'_>, context: &Context<'_>, findings: &mut Findings) -> Vec<Consulted> {
    findings.pass(Stage::Policy);
    let policy = context.policy;
    let mut faults = content::check_declared_schema(dcc, policy.strict);
    if let Err(reason) = content::check_one_event(dcc) {
        // The newer schemas say the same; one row is enough.
        if faults.is_empty() {
            faults.push(reason);
        }
    }
    faults.into_iter().for_each(|reason| findings.fail(reason));
    for event in events_of(dcc) {
        if !policy.events.is_empty() && !policy.events.contains(&event) {
            findings.fail(Reason::new(Code::PolicyContent).got(event_name(event)));
        }
    }
    if !policy.positive_tests {
        let tests = dcc.entry_text("t").and_then(Value::as_array).unwrap_or_default();
        let detected = |test: &Value<'_>| test.entry_text("tr").and_then(Value::as_text) == Some("260373001");
        if tests.iter().any(detected) {
            findings.fail(
                Reason::new(Code::RuleTestPositive).expected("260415000 (not detected)").got("260373001 (detected)"),
            );
        }
    }
    if policy.value_sets == ValueSetDemand::Ignore { Vec::new() } else { check_value_sets(dcc, context, findings) }
}

/// Which field draws its codes from which value set.
static VALUE_SETS: &[(&str, &str, &str)] = &[
    ("v", "tg", "disease-agent-targeted"),
    ("v", "vp", "sct-vaccines-covid-19"),
    ("v", "mp", "vaccines-covid-19-names"),
    ("v", "ma", "vaccines-covid-19-auth-holders"),
    ("v", "co", "country-2-codes"),
    ("t", "tg", "disease-agent-targeted"),
    ("t", "tt", "covid-19-lab-test-type"),
    ("t", "tr", "covid-19-lab-result"),
    ("t", "ma", "covid-19-lab-test-manufacturer-and-name"),
    ("t", "co", "country-2-codes"),
    ("r", "tg", "disease-agent-targeted"),
    ("r", "co", "country-2-codes"),
];

/// Codes against the value sets that the trust store holds; a set that it does not hold is not looked at.
fn check_value_sets(dcc: &Value<'_>, context: &Context<'_>, findings: &mut Findings) -> Vec<Consulted> {
    let mut consulted = Vec::new();
    for (group, field, id) in VALUE_SETS {
        let Some(event) = dcc.entry_text(group).and_then(Value::as_array).and_then(<[_]>::first) else { continue };
        let Some(code) = event.entry_text(field).and_then(Value::as_text) else { continue };
        let Some(set) = context.trust.value_set(id) else { continue };
        consulted.push(Consulted::ValueSet(set.clone()));
        if set.values.contains_key(code) {
            continue;
        }
        let place = format!("{group}.{field}: a code of {id}");
        if context.policy.value_sets == ValueSetDemand::Require {
            findings.fail(Reason::new(Code::Hc1ValueSet).expected(place).got("another code"));
        } else {
            findings.note(Note::new("hc1.value_set", format!("A code is not in its value set ({place}).")));
        }
    }
    consulted
}
