//! Vectors of SMART Health Cards: accepted cards, and each with one thing wrong.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::{base64url, deflate};
use vidimus::format::shc_numeric;
use vidimus::reason::{Code, Stage};

use super::pki::{CARD_ISSUER, Pki};
use super::raw;
use super::scene::Scene;
use super::signing::TestKey;
use crate::question::{Document, Payload};
use crate::vector::Vector;

const FORMAT: &str = "smart_health_card";
const SPECIFICATION: (&str, &str, &str) = ("SMART Health Cards 1.4.0", "whole", "https://spec.smarthealth.cards/");
const RID: &str = "MKyCxh7p6uQ";
/// 2026-05-01T00:00:00Z.
const NOT_BEFORE: i64 = 1_777_593_600;

/// A card before it is written: every part can be exchanged.
#[derive(Clone)]
struct Card<'k> {
    header: Value,
    claims: Value,
    key: &'k TestKey,
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let key = pki.key("card-issuer")?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(vec![issuer(Some(json!({"keys": [jwk(&key)]})))]);
    let good = card(&key);
    let parent = scene.accepts("qr", "A vaccination card as the text of its QR code.", good.qr(), Some(good.claims.clone()));
    let mut all = vec![parent.clone()];
    transport(&scene, &good, &parent, &mut all);
    payload_encoding(&scene, &good, &parent, &mut all);
    header(&scene, &good, &parent, &mut all);
    claims(&scene, &good, &parent, &mut all);
    keys(&scene, &good, &parent, &mut all);
    certificates(&scene, pki, &good, &mut all)?;
    revocation(&scene, &good, &mut all);
    content(&scene, &good, &parent, &mut all);
    Ok(all)
}

/// The QR text of the card that the samples show, and of the same with another name in it, its signature kept.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn samples(pki: &Pki) -> Result<(String, String, Value), String> {
    let key = pki.key("card-issuer")?;
    let good = card(&key);
    let other = good.with(&["vc", "credentialSubject", "fhirBundle", "entry", "0", "resource", "name"], json!([{"family": "Else"}]));
    let signature = good.jws().rsplit('.').next().unwrap_or_default().to_owned();
    let message = other.message(&other.body());
    let forged = shc_numeric::encode(&format!("{message}.{signature}"));
    Ok((shc_numeric::encode(&good.jws()), forged, issuer(Some(json!({"keys": [jwk(&key)]})))))
}

/// The ways in which a card comes: QR text, parts, file, bare JWS.
fn transport(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let said = Some(good.claims.clone());
    let jws = good.jws();
    all.push(scene.accepts("jws", "A vaccination card as a bare JWS.", text(jws.clone()), said.clone()));
    let file = |jws: &str| Payload::text("application/smart-health-card", json!({"verifiableCredential": [jws]}).to_string());
    all.push(scene.accepts("file", "A vaccination card as a file.", file(&jws), said));
    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    let digits = shc_numeric::encode(&jws)["shc:/".len()..].to_owned();
    refuse("prefix", "The text begins with shc: without a slash.", Code::ShcPrefix, text(format!("shc:{digits}")));
    refuse("digits-beyond", "One pair of digits is 99.", Code::ShcNumeric, text(format!("shc:/99{}", &digits[2..])));
    refuse("two-parts", "The JWS has two parts.", Code::JoseMalformed, text(jws.rsplit_once('.').map_or("", |(start, _)| start)));

    let long = good.long();
    let parts = shc_numeric::encode_chunks(&long.jws());
    let parent = scene.accepts("parts", "A long card in two QR codes, the second one first.", text(reversed(&parts)), Some(long.claims.clone()));
    let again: Vec<String> = parts.iter().take(1).cycle().take(2).cloned().collect();
    all.push(scene.refuses(&parent, "part-twice", "The first of two parts stands twice.", Code::ShcChunk, text(again.join("\n"))));
    all.push(parent);
    let strict = scene.demanding("strict", true).needing("strict");
    let parent = strict.accepts("strict", "The same card under a strict policy.", good.qr(), Some(good.claims.clone()));
    all.push(strict.refuses(&parent, "too-long", "One QR code holds a JWS of more than 1195 characters.", Code::ShcTooLong, long.qr()));
    let placed = good.with(&["vc", "credentialSubject", "fhirBundle", "entry", "0", "resource", "id"], json!("patient-1"));
    all.push(strict.refuses(&parent, "resource-with-id", "A resource of the bundle has an identifier.", Code::FhirContent, placed.qr()));
    all.push(parent);
}

/// The signed payload, written in ways that no reader may take.
fn payload_encoding(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |case: &str, title: &str, code, body: Vec<u8>| {
        all.push(scene.refuses(parent, case, title, code, text(shc_numeric::encode(&good.jws_of(&body)))));
    };
    let payload = good.claims.to_string();
    let body = deflate::deflate_raw(payload.as_bytes());
    refuse("deflate-broken", "The payload is no DEFLATE stream.", Code::ZlibInvalid, vec![0xff; 16]);
    refuse("deflate-trailing", "One byte follows the DEFLATE stream.", Code::ZlibTrailing, [&body[..], &[0]].concat());
    let bomb = deflate::deflate_raw(&vec![b' '; (1 << 20) + 1]);
    refuse("deflate-bomb", "About a thousand bytes inflate to more than a mebibyte.", Code::InputDecompressedTooLarge, bomb);
    let mut json = |case: &str, title: &str, code, payload: Vec<u8>| refuse(case, title, code, deflate::deflate_raw(&payload));
    json("json-cut", "The payload lacks its last bracket.", Code::JsonSyntax, payload.as_bytes()[..payload.len() - 1].to_vec());
    let with = |member: &str| format!("{{{member},{}", &payload[1..]).into_bytes();
    json("json-twins", "The payload names the issuer twice.", Code::JsonDuplicateKey, with(&format!("\"iss\":\"{CARD_ISSUER}\"")));
    let deep = format!("\"deep\":{}{}", "[".repeat(40), "]".repeat(40));
    json("json-depth", "Lists are nested 40 deep.", Code::JsonDepth, with(&deep));
    json("json-number", "A number is beyond every range.", Code::JsonNumberRange, with("\"much\":1e999"));
    let mut latin = with("\"name\":\"x\"");
    latin.iter_mut().filter(|byte| **byte == b'x').take(1).for_each(|byte| *byte = 0xe9);
    json("json-latin", "A text is written in Latin-1.", Code::JsonEncoding, latin);
    json("payload-list", "The payload is a list.", Code::JosePayloadType, format!("[{payload}]").into_bytes());
}

/// The header of the JWS.
fn header(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |case: &str, title: &str, code, change: fn(&mut Value)| {
        let mut card = good.clone();
        change(&mut card.header);
        all.push(scene.refuses(parent, case, title, code, card.qr()));
    };
    refuse("zip-of-another-kind", "The header says that the payload is gzip.", Code::ShcHeader, |h| h["zip"] = json!("GZ"));
    refuse("alg-none", "The header says that nobody signed.", Code::JoseAlgNone, |h| h["alg"] = json!("none"));
    refuse("alg-es384", "The header names ES384.", Code::JoseAlgNotAllowed, |h| h["alg"] = json!("ES384"));
    refuse("alg-number", "The header names its algorithm by number.", Code::JoseAlgMissing, |h| h["alg"] = json!(-7));
    refuse("typ-number", "The header's type is a number.", Code::JoseTypMismatch, |h| h["typ"] = json!(1));
    refuse("crit-empty", "The header demands an empty list of extensions.", Code::JoseCritMalformed, |h| h["crit"] = json!([]));
    refuse("crit-unknown", "The header demands an unknown extension.", Code::JoseCritUnsupported, |h| {
        h["crit"] = json!(["exp"]);
        h["exp"] = json!(1);
    });
    refuse("b64-false", "The header says that the payload is not base64url.", Code::JoseB64Unsupported, |h| h["b64"] = json!(false));
    refuse("own-key", "The header brings a key.", Code::JoseEmbeddedKeyUntrusted, |h| h["jwk"] = json!({"kty": "EC", "crv": "P-256"}));
    refuse("own-private-key", "The header brings a private key.", Code::JosePrivateKeyExposed, |h| h["jwk"] = json!({"kty": "EC", "d": "AA"}));
    refuse("key-elsewhere", "The header names a place to fetch the key from.", Code::JoseRemoteKeyForbidden, |h| {
        h["jku"] = json!("https://attacker.example/keys");
    });
    refuse("kid-unknown", "The issuer has no key of that identifier.", Code::JoseKidUnknown, |h| h["kid"] = json!("AAAA"));
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
fn claims(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let ends = good.with(&["exp"], json!(2_408_745_600_i64));
    all.push(scene.accepts("expiry", "A card that ends in twenty years.", ends.qr(), Some(ends.claims.clone())));
    let fractional = good.with(&["nbf"], json!(1_777_593_600.123));
    all.push(scene.accepts("fractional-begin", "The begin has a fraction, as some issuers write it.", fractional.qr(), Some(fractional.claims.clone())));
    let mut refuse = |case: &str, title: &str, code, card: Card<'_>| all.push(scene.refuses(parent, case, title, code, card.qr()));
    refuse("no-begin", "The card does not say from when it is valid.", Code::ClaimMissing, good.without("nbf"));
    refuse("begin-as-text", "The begin is a text.", Code::ClaimType, good.with(&["nbf"], json!("2026-05-01")));
    refuse("issuer-with-slash", "The issuer's URL ends with a slash.", Code::ShcIssuerUrl, good.with(&["iss"], json!(format!("{CARD_ISSUER}/"))));
    refuse("issuer-unknown", "The issuer is not on the trust list.", Code::TrustIssuerUnknown, good.with(&["iss"], json!("https://other.example/cards")));
    refuse("expired", "The card ended in May.", Code::TimeExpired, good.with(&["exp"], json!(1_779_000_000)));
    refuse("begins-tomorrow", "The card begins tomorrow.", Code::TimeNotYetValid, good.with(&["nbf"], json!(1_780_401_600)));
    refuse("begin-in-milliseconds", "The begin is written in milliseconds.", Code::TimeImplausible, good.with(&["nbf"], json!(NOT_BEFORE * 1000)));
    refuse("not-a-health-card", "The card does not say that it is a health card.", Code::ShcType, good.with(&["vc", "type"], json!(["https://smarthealth.cards#immunization"])));
    let generous = scene.demanding("clock_skew_seconds", 86_400);
    let parent = generous.accepts("generous-clocks", "The same card under a skew of a day.", good.qr(), Some(good.claims.clone()));
    let backwards = good.with(&["nbf"], json!(1_780_315_200)).with(&["exp"], json!(1_780_311_600));
    all.push(generous.refuses(&parent, "ends-before-it-begins", "The card ends an hour before it begins.", Code::TimeInconsistent, backwards.qr()));
    all.push(parent);
}

/// Whose keys count, and which keys are none.
fn keys(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let production = scene.trusting(vec![{
        let mut entry = scene.trust[0].clone();
        entry["environment"] = json!("production");
        entry
    }]);
    all.push(production.refuses(parent, "issuer-of-production", "The issuer is listed for production only.", Code::TrustEnvironment, good.qr()));
    let key = jwk(good.key);
    let fetching = scene.trusting(vec![issuer(None)]);
    let found = |keys: String| fetching.finding(vec![document("jwks.json", keys)]);
    let set = json!({"keys": [key]});
    let parent = found(set.to_string()).accepts("fetched-keys", "The issuer's keys are fetched.", good.qr(), Some(good.claims.clone()));
    all.push(fetching.cannot_tell(&parent, "keys-not-at-hand", "The issuer's keys were not fetched.", Code::TrustKeyUnavailable, good.qr()));
    let broken = found("<!doctype html>".to_owned());
    all.push(broken.refuses_at(Stage::Key, &parent, "keys-as-html", "A page stands where the keys should.", Code::JsonSyntax, good.qr()));
    let padded = found(set.to_string() + &" ".repeat(256 << 10));
    all.push(padded.refuses_at(Stage::Key, &parent, "keys-too-large", "The key set has more than 256 KiB.", Code::InputTooLarge, good.qr()));
    let mut with = |case: &str, title: &str, code, changes: &[(&str, Value)]| {
        let mut key = key.clone();
        for (member, value) in changes {
            key[*member] = value.clone();
        }
        let scene = found(json!({"keys": [key]}).to_string());
        all.push(scene.refuses(&parent, case, title, code, good.qr()));
    };
    with("key-for-encryption", "The key is for encryption.", Code::JoseJwkPolicy, &[("use", json!("enc"))]);
    with("key-set-with-private-key", "The published key is private.", Code::JosePrivateKeyExposed, &[("d", json!("AA"))]);
    with("key-off-the-curve", "The key is no point of its curve.", Code::KeyInvalidPoint, &[("y", key["x"].clone())]);
    let modulus = base64url::encode(&[0xc1; 128]);
    with("key-rsa-1024", "The key is RSA of 1024 bits.", Code::KeyWeak, &[("kty", json!("RSA")), ("n", json!(modulus)), ("e", json!("AQAB"))]);
    all.push(parent);
}

/// Certificates that come with the key.
fn certificates(scene: &Scene, pki: &Pki, good: &Card<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let der = |name: &str| pki.certificate(name).map(|der| base64url::encode_standard(&der));
    let with = |x5c: Vec<String>| {
        let mut key = jwk(good.key);
        key["x5c"] = json!(x5c);
        scene.trusting(vec![issuer(None)]).finding(vec![document("jwks.json", json!({"keys": [key]}).to_string())])
    };
    let chain = with(vec![der("card-issuer")?, der("authority")?]);
    let parent = chain.accepts("certificates", "The issuer's key comes with certificates.", good.qr(), Some(good.claims.clone()));
    let mut refuse = |case: &str, title: &str, code, x5c| all.push(with(x5c).refuses(&parent, case, title, code, good.qr()));
    refuse("certificate-broken", "The certificate is no certificate.", Code::X509Malformed, vec!["AAAA".to_owned()]);
    refuse("certificate-of-another", "The certificate names another issuer.", Code::X509SanMismatch, vec![der("card-issuer-with-other-name")?, der("authority")?]);
    refuse("certificate-by-no-authority", "A certificate that is no authority issued another.", Code::X509NotACa, vec![der("card-issuer-by-a-signer")?, der("signer")?]);
    refuse("certificate-by-a-limited-authority", "An authority that must not certify did.", Code::X509KeyUsage, vec![der("card-issuer-by-a-limited-authority")?, der("limited-authority")?]);
    refuse("certificates-of-strangers", "The second certificate did not issue the first.", Code::X509UntrustedRoot, vec![der("card-issuer")?, der("other-authority")?]);
    refuse("certificates-without-end", "The key comes with eleven certificates.", Code::X509ChainTooLong, vec![der("authority")?; 11]);
    let weak = base64url::encode_standard(&with_sha1(&pki.certificate("card-issuer")?));
    refuse("certificate-with-sha1", "The certificate says that it is signed with SHA-1.", Code::X509WeakAlg, vec![weak, der("authority")?]);
    all.push(parent);
    Ok(())
}

/// The certificate with ecdsa-with-SHA1 in the place of ecdsa-with-SHA256, in both places where it stands.
fn with_sha1(der: &[u8]) -> Vec<u8> {
    const SHA256: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    // One byte shorter; a NULL of two bytes is one too many, so the arc of another digest as long as SHA-256's: SHA-224.
    const SHA224: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x01];
    let mut changed = der.to_vec();
    for at in 0..changed.len() {
        if changed[at..].starts_with(SHA256) {
            changed[at..at + SHA224.len()].copy_from_slice(SHA224);
        }
    }
    changed
}

/// Revocation by the list of the issuer's key.
fn revocation(scene: &Scene, good: &Card<'_>, all: &mut Vec<Vector>) {
    let mut key = jwk(good.key);
    key["crlVersion"] = json!(1);
    let kid = key["kid"].as_str().unwrap_or_default().to_owned();
    let scene = scene.trusting(vec![issuer(Some(json!({"keys": [key]})))]);
    let card = good.with(&["vc", "rid"], json!(RID));
    let list = |method: &str, rids: Value| {
        let text = json!({"kid": kid, "method": method, "ctr": 1, "rids": rids}).to_string();
        scene.finding(vec![document(&format!("crl/{kid}.json"), text)])
    };
    let empty = list("rid", json!(["other"]));
    let parent = empty.accepts("not-revoked", "The card is not on the revocation list.", card.qr(), Some(card.claims.clone()));
    let spared = list("rid", json!([format!("{RID}.{NOT_BEFORE}")]));
    all.push(spared.accepts("revoked-before", "Only older cards of this identifier are revoked.", card.qr(), Some(card.claims.clone())));
    let revoked = list("rid", json!([RID]));
    all.push(revoked.refuses(&parent, "revoked", "The card is on the revocation list.", Code::StatusRevoked, card.qr()));
    all.push(scene.cannot_tell(&parent, "list-not-at-hand", "The revocation list was not fetched.", Code::StatusUnavailable, card.qr()));
    let other = list("other", json!([]));
    all.push(other.cannot_tell(&parent, "list-of-another-method", "The revocation list is of an unknown method.", Code::StatusCrlInvalid, card.qr()));
    all.push(parent);
}

/// What the card attests, and what the relying party demands.
fn content(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |scene: Scene, case: &str, title: &str, code| all.push(scene.refuses(parent, case, title, code, good.qr()));
    refuse(scene.demanding("formats", json!(["eu_dcc"])), "format-not-taken", "The policy takes EU certificates only.", Code::PolicyFormat);
    refuse(scene.asking_for(&["https://smarthealth.cards#laboratory"]), "type-not-asked-for", "A laboratory card was asked for.", Code::PolicyType);
    refuse(scene.demanding("events", json!(["test"])), "event-not-taken", "The policy takes tests only.", Code::PolicyContent);
    let tested = |code: &str| good.with(&["vc", "credentialSubject", "fhirBundle"], test_bundle(code));
    let negative = tested("260415000");
    let parent = scene.accepts("test", "A test card, disease not detected.", negative.qr(), Some(negative.claims.clone()));
    let positive = tested("260373001");
    all.push(scene.refuses(&parent, "test-positive", "The test found the disease.", Code::RuleTestPositive, positive.qr()));
    all.push(parent);
}

impl Card<'_> {
    /// The same card with another value at this place of its claims; numbers are places in lists.
    fn with(&self, path: &[&str], value: Value) -> Self {
        let mut card = self.clone();
        let mut place = &mut card.claims;
        for name in path {
            place = match name.parse::<usize>() {
                Ok(at) => &mut place[at],
                Err(_) => &mut place[*name],
            };
        }
        *place = value;
        card
    }

    fn without(&self, member: &str) -> Self {
        let mut card = self.clone();
        card.claims.as_object_mut().map(|claims| claims.remove(member));
        card
    }

    /// The same card with more doses than one QR code can hold.
    fn long(&self) -> Self {
        let path = ["vc", "credentialSubject", "fhirBundle", "entry"];
        let mut entries = vec![patient()];
        entries.extend((1_u64..13).map(|n| {
            // Lot numbers that do not compress.
            let lot = base64url::encode(&vidimus::crypto::digest::sha256(&n.to_be_bytes()));
            dose(n, &lot)
        }));
        self.with(&path, json!(entries))
    }

    fn body(&self) -> Vec<u8> {
        deflate::deflate_raw(self.claims.to_string().as_bytes())
    }

    fn message(&self, body: &[u8]) -> String {
        format!("{}.{}", base64url::encode(self.header.to_string().as_bytes()), base64url::encode(body))
    }

    fn sign(&self, message: &str) -> Vec<u8> {
        self.key.sign(message.as_bytes()).unwrap_or_default()
    }

    fn jws_of(&self, body: &[u8]) -> String {
        let message = self.message(body);
        format!("{message}.{}", base64url::encode(&self.sign(&message)))
    }

    fn jws(&self) -> String {
        self.jws_of(&self.body())
    }

    fn qr(&self) -> Payload {
        text(shc_numeric::encode(&self.jws()))
    }
}

fn card(key: &TestKey) -> Card<'_> {
    let types = ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"];
    Card {
        header: json!({"zip": "DEF", "alg": "ES256", "kid": key.public_key().jwk_thumbprint()}),
        claims: json!({"iss": CARD_ISSUER, "nbf": NOT_BEFORE, "vc": {"type": types, "credentialSubject": {
            "fhirVersion": "4.0.1", "fhirBundle": bundle(vec![patient(), dose(1, "0000001")])
        }}}),
        key,
    }
}

fn bundle(entries: Vec<Value>) -> Value {
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

fn patient() -> Value {
    json!({"fullUrl": "resource:0", "resource": {
        "resourceType": "Patient", "name": [{"family": "Anyperson", "given": ["Jane"]}], "birthDate": "1961-01-20"
    }})
}

fn dose(number: u64, lot: &str) -> Value {
    json!({"fullUrl": format!("resource:{number}"), "resource": {
        "resourceType": "Immunization", "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "207"}]},
        "patient": {"reference": "resource:0"}, "occurrenceDateTime": "2026-04-20", "lotNumber": lot
    }})
}

fn test_bundle(result: &str) -> Value {
    bundle(vec![patient(), json!({"fullUrl": "resource:1", "resource": {
        "resourceType": "Observation", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
        "subject": {"reference": "resource:0"}, "effectiveDateTime": "2026-05-30",
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": result}]}
    }})])
}

fn jwk(key: &TestKey) -> Value {
    let (x, y) = key.public_key().ec_coordinates().unwrap_or_default();
    json!({
        "kty": "EC", "kid": key.public_key().jwk_thumbprint(), "use": "sig", "alg": "ES256", "crv": "P-256",
        "x": base64url::encode(x), "y": base64url::encode(y)
    })
}

fn issuer(keys: Option<Value>) -> Value {
    let mut entry =
        json!({"kind": "issuer", "issuer": CARD_ISSUER, "name": "vidimus test PKI", "formats": [FORMAT], "environment": "test"});
    if let Some(keys) = keys {
        entry["keys"] = keys;
    }
    entry
}

fn document(place: &str, text: String) -> Document {
    Document {
        locator: format!("{CARD_ISSUER}/.well-known/{place}"),
        status: 200,
        fetched_at: Some("2026-06-01T11:59:00Z".to_owned()),
        text: Some(text),
        ..Document::default()
    }
}

fn text(text: impl Into<String>) -> Payload {
    Payload::text("text/plain", text)
}

fn reversed(parts: &[String]) -> String {
    parts.iter().rev().cloned().collect::<Vec<_>>().join("\n")
}
