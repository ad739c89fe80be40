//! What header and claims say.

use serde_json::{Value, json};
use vidimus::encoding::base64url;
use vidimus::format::shc_numeric;
use vidimus::reason::Code;

use super::card::{Card, NOT_BEFORE, test_bundle, text};
use crate::mint::dcql::vaccination_given;
use crate::mint::pki::CARD_ISSUER;
use crate::mint::raw;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// The header of the JWS.
pub(super) fn header(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |case: &str, title: &str, code, change: fn(&mut Value)| {
        let mut card = good.clone();
        change(&mut card.header);
        all.push(scene.refuses(parent, case, title, code, card.qr()));
    };
    refuse("zip-of-another-kind", "The header says that the payload is gzip.", Code::ShcHeader, |h| {
        h["zip"] = json!("GZ")
    });
    refuse("alg-none", "The header says that nobody signed.", Code::JoseAlgNone, |h| h["alg"] = json!("none"));
    refuse("alg-es384", "The header names ES384.", Code::JoseAlgNotAllowed, |h| h["alg"] = json!("ES384"));
    refuse("alg-number", "The header names its algorithm by number.", Code::JoseAlgMissing, |h| h["alg"] = json!(-7));
    refuse("typ-number", "The header's type is a number.", Code::JoseTypMismatch, |h| h["typ"] = json!(1));
    refuse("crit-empty", "The header demands an empty list of extensions.", Code::JoseCritMalformed, |h| {
        h["crit"] = json!([])
    });
    refuse("crit-unknown", "The header demands an unknown extension.", Code::JoseCritUnsupported, |h| {
        h["crit"] = json!(["exp"]);
        h["exp"] = json!(1);
    });
    refuse("b64-false", "The header says that the payload is not base64url.", Code::JoseB64Unsupported, |h| {
        h["b64"] = json!(false)
    });
    refuse("own-key", "The header brings a key.", Code::JoseEmbeddedKeyUntrusted, |h| {
        h["jwk"] = json!({"kty": "EC", "crv": "P-256"})
    });
    refuse("own-private-key", "The header brings a private key.", Code::JosePrivateKeyExposed, |h| {
        h["jwk"] = json!({"kty": "EC", "d": "AA"})
    });
    refuse("key-elsewhere", "The header names a place to fetch the key from.", Code::JoseRemoteKeyForbidden, |h| {
        h["jku"] = json!("https://attacker.example/keys");
    });
    refuse("kid-unknown", "The issuer has no key of that identifier.", Code::JoseKidUnknown, |h| {
        h["kid"] = json!("AAAA")
    });
    let (message, body) = (good.message(&good.body()), good.body());
    let signature = good.sign(&message);
    let mut signed = |case: &str, title: &str, code, signature: &[u8]| {
        let jws = format!("{}.{}", good.message(&body), base64url::encode(signature));
        all.push(scene.refuses(parent, case, title, code, text(shc_numeric::encode(&jws))));
    };
    signed("signature-changed", "One bit of the signature is changed.", Code::SigInvalid, &raw::flip_last(&signature));
    signed("signature-long", "A zero byte follows the signature.", Code::SigEncoding, &[&signature[..], &[0]].concat());
}

/// What the claims say.
pub(super) fn claims(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let ends = good.with(&["exp"], json!(2_408_745_600_i64));
    all.push(scene.accepts("expiry", "A card that ends in twenty years.", ends.qr(), Some(ends.claims.clone())));
    let fractional = good.with(&["nbf"], json!(1_777_593_600.123));
    all.push(scene.accepts(
        "fractional-begin",
        "The begin has a fraction, as some issuers write it.",
        fractional.qr(),
        Some(fractional.claims.clone()),
    ));
    let mut refuse =
        |case: &str, title: &str, code, card: Card<'_>| all.push(scene.refuses(parent, case, title, code, card.qr()));
    refuse("no-begin", "The card does not say from when it is valid.", Code::ClaimMissing, good.without("nbf"));
    refuse("begin-as-text", "The begin is a text.", Code::ClaimType, good.with(&["nbf"], json!("2026-05-01")));
    refuse(
        "issuer-with-slash",
        "The issuer's URL ends with a slash.",
        Code::ShcIssuerUrl,
        good.with(&["iss"], json!(format!("{CARD_ISSUER}/"))),
    );
    refuse("expired", "The card ended in May.", Code::TimeExpired, good.with(&["exp"], json!(1_779_000_000)));
    refuse(
        "begins-tomorrow",
        "The card begins tomorrow.",
        Code::TimeNotYetValid,
        good.with(&["nbf"], json!(1_780_401_600)),
    );
    refuse(
        "begin-in-milliseconds",
        "The begin is written in milliseconds.",
        Code::TimeImplausible,
        good.with(&["nbf"], json!(NOT_BEFORE * 1000)),
    );
    refuse(
        "not-a-health-card",
        "The card does not say that it is a health card.",
        Code::ShcType,
        good.with(&["vc", "type"], json!(["https://smarthealth.cards#immunization"])),
    );
    let generous = scene.demanding("clock_skew_seconds", 86_400);
    let parent = generous.accepts(
        "generous-clocks",
        "The same card under a skew of a day.",
        good.qr(),
        Some(good.claims.clone()),
    );
    let backwards = good.with(&["nbf"], json!(1_780_315_200)).with(&["exp"], json!(1_780_311_600));
    all.push(generous.refuses(
        &parent,
        "ends-before-it-begins",
        "The card ends an hour before it begins.",
        Code::TimeInconsistent,
        backwards.qr(),
    ));
    all.push(parent);
}

/// What the card attests, and what the relying party demands.
pub(super) fn content(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse =
        |scene: Scene, case: &str, title: &str, code| all.push(scene.refuses(parent, case, title, code, good.qr()));
    refuse(
        scene.demanding("formats", json!(["eu_dcc"])),
        "format-not-taken",
        "The policy takes EU certificates only.",
        Code::PolicyFormat,
    );
    refuse(
        scene.asking_for(&["https://smarthealth.cards#laboratory"]),
        "type-not-asked-for",
        "A laboratory card was asked for.",
        Code::PolicyType,
    );
    refuse(
        scene.demanding("events", json!(["test"])),
        "event-not-taken",
        "The policy takes tests only.",
        Code::PolicyContent,
    );
    let tested = |code: &str| good.with(&["vc", "credentialSubject", "fhirBundle"], test_bundle(code));
    let negative = tested("260415000");
    let parent =
        scene.accepts("test", "A test card, disease not detected.", negative.qr(), Some(negative.claims.clone()));
    let positive = tested("260373001");
    all.push(scene.refuses(
        &parent,
        "test-positive",
        "The test found the disease.",
        Code::RuleTestPositive,
        positive.qr(),
    ));
    all.push(parent);
}

/// What is asked for in DCQL.
pub(super) fn queries(scene: &Scene, good: &Card<'_>, all: &mut Vec<Vector>) {
    let asked = scene.asking_with(vaccination_given());
    let title = "It answers a query for a vaccination given.";
    let parent = asked.accepts("answers-a-query", title, good.qr(), Some(good.claims.clone()));
    let dose = ["vc", "credentialSubject", "fhirBundle", "entry", "1", "resource"];
    let mut refuse = |case: &str, title: &str, path: &[&str], value: &str| {
        let card = good.with(&[&dose[..], path].concat(), json!(value));
        all.push(asked.refuses(&parent, case, title, Code::VpDcqlUnsatisfied, card.qr()));
    };
    let title = "Another vaccine was given than the query asks for.";
    refuse("another-vaccine", title, &["vaccineCode", "coding", "0", "code"], "212");
    let title = "The vaccine was given on another day than the query asks for.";
    refuse("another-day", title, &["occurrenceDateTime"], "2026-04-21");
    all.push(parent);
}
