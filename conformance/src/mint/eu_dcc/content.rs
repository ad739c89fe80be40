//! What a certificate says: times, contents, and what the relying party demands.

use serde_json::{Value, json};
use vidimus::encoding::cbor::Value as Cbor;
use vidimus::reason::Code;

use super::certificate::{
    Certificate, DETECTED, EXP, EXPIRES, HCERT, IAT, ISS, ISSUED_AT, NOT_DETECTED, Signers, claims_json, integer,
    recovery, test, vaccination,
};
use crate::mint::dcql::vaccination_given;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// Times of the certificate.
pub(super) fn times(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let with_claim = |label, value: Cbor<'static>| good.with_claim(label, value).input();
    let fractional = with_claim(EXP, Cbor::Float(2_408_745_600.5));
    let title = "The expiry is a floating-point number, as some issuers write it.";
    all.push(scene.accepts("fractional-expiry", title, fractional, None));
    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    let past = with_claim(EXP, integer(ISSUED_AT + 3600));
    refuse("expired", "The certificate expired a month ago.", Code::TimeExpired, past);
    let tomorrow = with_claim(IAT, integer(1_780_401_600));
    refuse("issued-tomorrow", "The certificate was issued tomorrow.", Code::TimeNotYetValid, tomorrow);
    let milliseconds = with_claim(EXP, integer(EXPIRES * 1000));
    refuse("expiry-in-milliseconds", "The expiry is written in milliseconds.", Code::TimeImplausible, milliseconds);
    refuse("no-expiry", "The certificate has no expiry.", Code::ClaimMissing, good.without_claim(EXP).input());
    let text = with_claim(EXP, Cbor::Text("2046-05-01".into()));
    refuse("expiry-as-text", "The expiry is a text.", Code::ClaimType, text);
    // Only a verifier with generous clocks finds a certificate that ends before it begins neither early nor late.
    let generous = scene.demanding("clock_skew_seconds", 86_400);
    let noon = 1_780_315_200;
    let claims = Some(claims_json(&vaccination()));
    let parent =
        generous.accepts("generous-clocks", "The same certificate under a skew of a day.", good.input(), claims);
    let backwards = good.with_claim(IAT, integer(noon)).with_claim(EXP, integer(noon - 3600)).input();
    let title = "The certificate ends an hour before it was issued.";
    all.push(generous.refuses(&parent, "ends-before-it-begins", title, Code::TimeInconsistent, backwards));
    all.push(parent);
}

/// Test certificates.
pub(super) fn tests(scene: &Scene, signers: &Signers<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let good = signers.certificate(&test(NOT_DETECTED))?.input();
    let claims = Some(claims_json(&test(NOT_DETECTED)));
    let parent = scene.accepts("test", "A test certificate, disease not detected.", good, claims);
    let mut later = test(NOT_DETECTED);
    later["t"][0]["sc"] = json!("2026-06-02T08:00:00Z");
    let later = signers.certificate(&later)?.input();
    all.push(scene.refuses(
        &parent,
        "sampled-tomorrow",
        "The sample was taken tomorrow.",
        Code::TimeNotYetValid,
        later,
    ));
    let positive = signers.certificate(&test(DETECTED))?.input();
    let title = "The test found the disease.";
    all.push(scene.refuses(&parent, "test-positive", title, Code::RuleTestPositive, positive.clone()));
    let taken = scene.demanding("positive_tests", true);
    let title = "The test found the disease, and the policy takes that.";
    all.push(taken.accepts("test-positive-wanted", title, positive, Some(claims_json(&test(DETECTED)))));
    all.push(parent);
    Ok(())
}

/// What the certificate says.
pub(super) fn content(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let recovered = signers.certificate(&recovery())?.input();
    all.push(scene.accepts("recovery", "A recovery certificate.", recovered, Some(claims_json(&recovery()))));
    let mut partial = vaccination();
    partial["dob"] = json!("1964-08");
    let month = signers.certificate(&partial)?.input();
    all.push(scene.accepts("birth-month", "The date of birth is a month.", month, Some(claims_json(&partial))));

    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    let empty = good.without_claim(HCERT).input();
    refuse("no-container", "The claims hold no health certificate.", Code::Hc1Container, empty);
    let three = good.with_claim(ISS, Cbor::Text("XVX".into())).input();
    let title = "The issuer claim is a country code of three letters.";
    refuse("issuer-of-three-letters", title, Code::ClaimIssuer, three);
    let mut changed = |case: &str, title: &str, change: fn(&mut Value)| -> Result<(), String> {
        let mut dcc = vaccination();
        change(&mut dcc);
        refuse(case, title, Code::Hc1Schema, signers.certificate(&dcc)?.input());
        Ok(())
    };
    changed("no-date-of-vaccination", "The vaccination has no date.", |dcc| {
        dcc["v"][0].as_object_mut().map(|event| event.remove("dt"));
    })?;
    changed("two-vaccinations", "The certificate holds two vaccinations.", |dcc| {
        let event = dcc["v"][0].clone();
        dcc["v"] = json!([event.clone(), event]);
    })?;
    changed("born-after-the-event", "The holder was born after the vaccination.", |dcc| {
        dcc["dob"] = json!("2027-01-01")
    })
}

/// Codes and their value sets.
pub(super) fn value_sets(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let names = json!({"EU/1/20/1528": "Comirnaty", "EU/1/20/1507": "Spikevax"});
    let set = json!({"kind": "value-set", "id": "vaccines-covid-19-names", "values": names});
    let knowing = scene.demanding("value_sets", "require").trusting(vec![signers.trusted("signer")?, set]);
    let claims = Some(claims_json(&vaccination()));
    let parent = knowing.accepts("value-sets", "Every code is in its value set.", good.input(), claims);
    let mut unknown = vaccination();
    unknown["v"][0]["mp"] = json!("EU/1/99/9999");
    let unknown = signers.certificate(&unknown)?.input();
    let title = "The vaccine is not in its value set.";
    all.push(knowing.refuses(&parent, "vaccine-unknown", title, Code::Hc1ValueSet, unknown));
    all.push(parent);
    Ok(())
}

/// What the relying party demands.
pub(super) fn demands(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |scene: Scene, case: &str, title: &str, code| {
        all.push(scene.refuses(parent, case, title, code, good.input()));
    };
    let cards = scene.demanding("formats", json!(["smart_health_card"]));
    refuse(cards, "format-not-taken", "The policy takes health cards only.", Code::PolicyFormat);
    refuse(scene.asking_for(&["test"]), "type-not-asked-for", "A test was asked for.", Code::PolicyType);
    refuse(
        scene.demanding("events", json!(["recovery"])),
        "event-not-taken",
        "The policy takes recoveries only.",
        Code::PolicyContent,
    );
    let required = scene.demanding("status", "required");
    all.push(required.cannot_tell(
        parent,
        "status-required",
        "The policy wants a status; the format has none.",
        Code::StatusUnavailable,
        good.input(),
    ));
}

/// What is asked for in DCQL.
pub(super) fn queries(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let asked = scene.asking_with(vaccination_given());
    let claims = Some(claims_json(&vaccination()));
    let parent = asked.accepts("answers-a-query", "It answers a query for a vaccination given.", good.input(), claims);
    let mut refuse = |case: &str, title: &str, member: &str, value: &str| -> Result<(), String> {
        let mut dcc = vaccination();
        dcc["v"][0][member] = json!(value);
        let input = signers.certificate(&dcc)?.input();
        all.push(asked.refuses(&parent, case, title, Code::VpDcqlUnsatisfied, input));
        Ok(())
    };
    refuse("another-vaccine", "Another vaccine was given than the query asks for.", "vp", "J07BX03")?;
    refuse("another-day", "The vaccine was given on another day than the query asks for.", "dt", "2026-04-21")?;
    let mut bound = vaccination_given();
    bound["credentials"][0]["require_cryptographic_holder_binding"] = json!(true);
    let title = "The query asks for a proof of its holder, which no certificate has.";
    all.push(scene.asking_with(bound).refuses(
        &parent,
        "holder-asked-for",
        title,
        Code::VpDcqlUnsatisfied,
        good.input(),
    ));
    all.push(parent);
    Ok(())
}
