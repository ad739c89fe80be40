//! Vectors of the EU DCC: accepted certificates, and each with one thing wrong.

use serde_json::{Value, json};
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::encoding::{base45, base64url, deflate, qr};
use vidimus::envelope::cose::sig_structure;
use vidimus::reason::Code;

use super::Kept;
use super::pki::Pki;
use super::raw;
use super::scene::Scene;
use super::signing::TestKey;
use crate::question::Payload;
use crate::vector::Vector;

const FORMAT: &str = "eu_dcc";
const SPECIFICATION: (&str, &str, &str) =
    ("HCERT 1.0.8", "3", "https://github.com/ehn-dcc-development/eu-dcc-hcert-spec");

const ISS: i64 = 1;
const EXP: i64 = 4;
const IAT: i64 = 6;
const HCERT: i64 = -260;
/// 2026-05-01T00:00:00Z.
const ISSUED_AT: i64 = 1_777_593_600;
/// 2046-05-01T00:00:00Z.
const EXPIRES: i64 = 2_408_745_600;

/// A certificate before it is written: every part can be exchanged.
#[derive(Clone)]
struct Certificate<'k> {
    claims: Vec<(i64, Cbor<'static>)>,
    protected: Vec<(i64, Cbor<'static>)>,
    unprotected: Vec<(i64, Cbor<'static>)>,
    key: &'k TestKey,
    kept_signature: Option<Vec<u8>>,
}

/// Keys and certificates that the vectors use.
struct Signers<'p> {
    pki: &'p Pki,
    signer: TestKey,
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki, kept: &Kept) -> Result<Vec<Vector>, String> {
    let signers = Signers { pki, signer: pki.key("signer")? };
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(vec![signers.trusted("signer")?]);
    let vaccination = signers.certificate(&vaccination())?;
    let parent = scene.accepts(
        "vaccination",
        "A vaccination certificate by a trusted signer.",
        vaccination.input(),
        Some(claims_json(&self::vaccination())),
    );
    let mut all = vec![parent.clone()];
    transport(&scene, &vaccination, &parent, &mut all);
    pictures(&scene, &vaccination, &mut all)?;
    payload_encoding(&scene, &vaccination, &parent, &mut all);
    envelope(&scene, &signers, &vaccination, &parent, &mut all)?;
    trust(&scene, &signers, &vaccination, &parent, &mut all)?;
    purposes(&scene, &signers, &mut all)?;
    other_algorithms(&scene, &signers, kept, &mut all)?;
    times(&scene, &signers, &vaccination, &parent, &mut all)?;
    content(&scene, &signers, &vaccination, &parent, &mut all)?;
    demands(&scene, &vaccination, &parent, &mut all);
    Ok(all)
}

/// The text of the certificate that the samples show, and of the same with another name in it, its signature kept.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn samples(pki: &Pki) -> Result<(String, String, Vec<Value>), String> {
    let signers = Signers { pki, signer: pki.key("signer")? };
    let good = signers.certificate(&vaccination())?;
    let mut other = vaccination();
    other["nam"]["fn"] = json!("Mustermann");
    let forged = Certificate { claims: signers.certificate(&other)?.claims, ..good.clone() };
    let forged = text_of(&good.sign1(&forged.payload(), &good.signature(&good.payload())));
    let trust = vec![signers.authority("authority")?, signers.trusted("signer")?];
    Ok((good.text(), forged, trust))
}

/// Between text and COSE message: prefix, Base45, compression.
fn transport(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let text = good.text();
    let body = text.strip_prefix("HC1:").unwrap_or_default().to_owned();
    let mut refuse = |case: &str, title: &str, code, text: String| {
        all.push(scene.refuses(parent, case, title, code, Payload::text("text/plain", text)));
    };
    refuse("prefix-of-another-version", "The text begins with HC2:.", Code::Hc1Prefix, format!("HC2:{body}"));
    refuse("unknown-prefix", "The text begins like no format.", Code::InputUnrecognised, format!("XC1:{body}"));
    refuse("base45-lower-case", "One Base45 character is a small letter.", Code::Base45Char, format!("HC1:{}{}", "n", &body[1..]));
    refuse("base45-overflow", "One Base45 group stands for 91124.", Code::Base45Overflow, format!("HC1::::{}", &body[3..]));
    let cut = body.len() - (body.len() + 2) % 3;
    refuse("base45-cut", "The Base45 text ends with a single character.", Code::Base45Length, format!("HC1:{}", &body[..cut]));
    let cose = good.cose();
    let hc1 = |bytes: &[u8]| format!("HC1:{}", base45::encode(bytes));
    refuse("not-compressed", "The COSE message is not compressed.", Code::Hc1NotCompressed, hc1(&cose));
    let compressed = deflate::deflate_zlib(&cose);
    refuse("zlib-checksum", "The checksum of the compressed data is wrong.", Code::ZlibInvalid, hc1(&raw::flip_last(&compressed)));
    refuse("zlib-trailing", "One byte follows the compressed data.", Code::ZlibTrailing, hc1(&[&compressed[..], &[0]].concat()));
    let bomb = deflate::deflate_zlib(&vec![0; (1 << 20) + 1]);
    refuse("zlib-bomb", "About a thousand bytes inflate to more than a mebibyte.", Code::InputDecompressedTooLarge, hc1(&bomb));
    let many = vec![text.as_str(); 33].join("\n");
    refuse("too-many-certificates", "The text holds 33 certificates.", Code::InputTooManyItems, many);
}

/// QR codes in pictures.
fn pictures(scene: &Scene, good: &Certificate<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let scene = scene.needing("pictures");
    let png = qr::draw_png(&good.text(), 2).map_err(|reason| reason.to_string())?;
    let picture = |bytes: &[u8]| Payload::bytes("image/png", bytes);
    let claims = Some(claims_json(&vaccination()));
    let parent = scene.accepts("picture", "A PNG of the QR code of a vaccination certificate.", picture(&png), claims);
    let half = &png[..png.len() / 2];
    all.push(scene.refuses(&parent, "picture-cut", "The PNG ends in its middle.", Code::ImageUnreadable, picture(half)));
    let blank = raw::white_png(64, 64);
    all.push(scene.refuses(&parent, "picture-blank", "The PNG is white all over.", Code::ImageNoCode, picture(&blank)));
    let huge = raw::png_that_says(&png, 60_000, 60_000);
    all.push(scene.refuses(&parent, "picture-huge", "The PNG says that it has 3.6 thousand million pixels.", Code::ImageTooLarge, picture(&huge)));
    all.push(parent);
    Ok(())
}

/// The signed payload, written in ways that no reader may take.
fn payload_encoding(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let payload = good.payload();
    let mut refuse = |case: &str, title: &str, code, payload: Vec<u8>| {
        all.push(scene.refuses(parent, case, title, code, input_of(&good.sign1(&payload, &good.signature(&payload)))));
    };
    refuse("cbor-cut", "The signed payload lacks its last byte.", Code::CborTruncated, payload[..payload.len() - 1].to_vec());
    refuse("cbor-trailing", "One byte follows the signed payload.", Code::CborTrailing, [&payload[..], &[0]].concat());
    let items: &[(&str, &str, Code, &[u8])] = &[
        ("cbor-length", "A text claims a length of 2^40.", Code::CborLength, &[0x7b, 0, 0, 1, 0, 0, 0, 0, 0]),
        ("cbor-reserved", "A head uses additional information 28.", Code::CborReserved, &[0x7c]),
        ("cbor-break", "A break stands outside any indefinite item.", Code::CborBreak, &[0xff]),
        ("cbor-chunk", "An indefinite text holds a chunk of bytes.", Code::CborChunk, &[0x7f, 0x41, 0x41, 0xff]),
        ("cbor-simple", "A simple value below 32 is written in two bytes.", Code::CborSimple, &[0xf8, 0x14]),
        ("cbor-depth", "Arrays are nested 40 deep.", Code::CborDepth, &[0x81; 40]),
        ("cbor-utf8", "A text is not UTF-8.", Code::CborUtf8, &[0x62, 0xc3, 0x28]),
        ("cbor-number", "A bignum has nine bytes.", Code::CborNumberRange, &[0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("cbor-reference", "A tag refers to a shared value.", Code::CborTagUnsupported, &[0xd8, 0x1d, 0]),
        ("cbor-bignum", "A bignum tag stands before an integer.", Code::CborType, &[0xc2, 1]),
    ];
    for (case, title, code, item) in items {
        refuse(case, title, *code, raw::with_claim(&payload, 99, item));
    }
    let twice = raw::with_claim(&payload, ISS, &[0x62, b'X', b'V']);
    refuse("cbor-twins", "The issuer claim stands twice.", Code::CborDuplicateKey, twice);
}

/// The COSE message around the payload.
fn envelope(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let claims = Some(claims_json(&vaccination()));
    let kid = Certificate { protected: vec![alg(-7)], unprotected: good.protected[1..].to_vec(), ..good.clone() };
    all.push(scene.accepts("kid-unprotected", "The key identifier stands in the unprotected header.", kid.input(), claims.clone()));
    let cose = good.cose();
    let tagged = [&[0xd8, 61][..], &cose].concat();
    all.push(scene.accepts("cwt-tag", "Tag 61 (CWT) stands around tag 18.", input_of(&tagged), claims.clone()));
    all.push(scene.accepts("untagged", "The COSE array has no tag.", input_of(&cose[1..]), claims));

    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    refuse("cose-tag", "The message says that it is a COSE_Mac0.", Code::CoseTag, input_of(&[&[0xd1][..], &cose[1..]].concat()));
    let parts = |payload: Cbor<'static>, more: Option<Cbor<'static>>| {
        let protected = Cbor::Bytes(good.protected_bytes().into());
        let signature = Cbor::Bytes(good.signature(&good.payload()).into());
        let items = [protected, Cbor::Map(Vec::new()), payload, signature].into_iter().chain(more).collect();
        cbor::encode(&Cbor::Tag(18, Box::new(Cbor::Array(items))))
    };
    let attached = || Cbor::Bytes(good.payload().into());
    refuse("cose-fifth-item", "The COSE array has a fifth item.", Code::CoseStructure, input_of(&parts(attached(), Some(Cbor::Null))));
    refuse("cose-detached", "The payload is not in the message.", Code::CosePayload, input_of(&parts(Cbor::Null, None)));
    let list = cbor::encode(&Cbor::Array(vec![Cbor::Unsigned(1)]));
    refuse("cose-protected-list", "The protected header is a list.", Code::CoseProtected, input_of(&good.sign1_under(&list, &Cbor::Map(Vec::new()))));
    let changed = |protected: Vec<(i64, Cbor<'static>)>, unprotected| Certificate { protected, unprotected, ..good.clone() }.input();
    let kid8 = good.protected[1].clone();
    let kid7 = (4, Cbor::Bytes(vec![1; 7].into()));
    refuse("kid-of-seven-bytes", "The key identifier has seven bytes.", Code::CoseKid, changed(vec![alg(-7), kid7], vec![]));
    let crit = (2, Cbor::Array(vec![Cbor::Unsigned(99)]));
    refuse("crit", "The header demands an extension.", Code::CoseCrit, changed(vec![alg(-7), crit, kid8.clone()], vec![]));
    refuse("alg-in-both-headers", "Both headers name the algorithm.", Code::CoseHeaderConflict, changed(good.protected.clone(), vec![alg(-7)]));
    refuse("alg-unprotected", "Only the unprotected header names the algorithm.", Code::CoseAlgUnprotected, changed(vec![kid8.clone()], vec![alg(-7)]));
    refuse("alg-es384", "The header names ES384.", Code::CoseAlgNotAllowed, changed(vec![alg(-35), kid8.clone()], vec![]));
    refuse("alg-ps256-under-ec-key", "The header names PS256; the signer's key is on P-256.", Code::CoseAlgKeyMismatch, changed(vec![alg(-37), kid8], vec![]));
    let payload = good.payload();
    let signature = good.signature(&payload);
    refuse("signature-cut", "The signature has 63 bytes.", Code::SigEncoding, input_of(&good.sign1(&payload, &signature[..63])));
    refuse("signature-changed", "One bit of the signature is changed.", Code::SigInvalid, input_of(&good.sign1(&payload, &raw::flip_last(&signature))));
    let mut other = vaccination();
    other["nam"]["fnt"] = json!("MUSTERMANN");
    let other = signers.certificate(&other)?.payload();
    refuse("content-changed", "Another name stands in the signed content.", Code::SigInvalid, input_of(&good.sign1(&other, &signature)));
    Ok(())
}

/// Who may sign.
fn trust(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let signer = signers.trusted("signer")?;
    let chained = scene.trusting(vec![signers.authority("authority")?, signer.clone()]);
    let claims = Some(claims_json(&vaccination()));
    let chained_parent = chained.accepts("chained", "The signer chains to the authority of its country.", good.input(), claims);

    let mut refuse = |case: &str, title: &str, code, trust| {
        all.push(scene.trusting(trust).refuses(parent, case, title, code, good.input()));
    };
    refuse("signer-not-listed", "The trust list is empty.", Code::TrustKeyUnknown, vec![]);
    refuse("signer-of-production", "The signer is listed for production only.", Code::TrustEnvironment, vec![with(&signer, "environment", "production")]);
    refuse("signer-withdrawn", "The trust list withdrew the signer.", Code::TrustKeyWithdrawn, vec![with(&signer, "withdrawn", true)]);
    let crowd = (0..17).map(|n| with(&signer, "list", format!("list {n}"))).collect();
    refuse("kid-crowd", "Seventeen lists name a signer with this key identifier.", Code::TrustKidAmbiguous, crowd);
    let stranger = scene.trusting(vec![signers.authority("other-authority")?, signer]);
    all.push(stranger.refuses(&chained_parent, "signer-of-no-authority", "The only known authority did not certify the signer.", Code::X509UntrustedRoot, good.input()));
    all.push(chained_parent);

    let mut by = |name: &str, case: &str, title: &str, code| -> Result<(), String> {
        let scene = scene.trusting(vec![signers.trusted(name)?]);
        all.push(scene.refuses(parent, case, title, code, signers.certificate_by(name, &signers.pki.key(name)?, &vaccination())?.input()));
        Ok(())
    };
    by("signer-that-ended", "signer-ended", "The signer's certificate ended twelve days ago.", Code::X509Expired)?;
    by("signer-with-critical-extension", "signer-critical-extension", "The signer's certificate has an unknown critical extension.", Code::X509CriticalExtension)?;
    by("signer-of-other-country", "issuer-of-another-country", "The issuer claim names another country than the signer's.", Code::TrustIssuerCountry)?;
    let strict = scene.demanding("strict", true).needing("strict");
    let usage = strict.trusting(vec![signers.trusted("signer-for-agreement")?]);
    let strict_parent = strict.accepts("strict", "The same certificate under a strict policy.", good.input(), Some(claims_json(&vaccination())));
    let key = signers.pki.key("signer-for-agreement")?;
    let agreement = signers.certificate_by("signer-for-agreement", &key, &vaccination())?;
    all.push(usage.refuses(&strict_parent, "signer-for-agreement", "The signer's certificate is for key agreement only.", Code::X509KeyUsage, agreement.input()));
    all.push(strict_parent);
    Ok(())
}

/// What a signer's extended key usage allows.
fn purposes(scene: &Scene, signers: &Signers<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let kinds = [("signer-of-tests", test(NOT_DETECTED)), ("signer-of-vaccinations", vaccination()), ("signer-of-recoveries", recovery())];
    for (name, dcc) in kinds {
        let scene = scene.trusting(vec![signers.trusted(name)?]);
        let key = signers.pki.key(name)?;
        let good = signers.certificate_by(name, &key, &dcc)?;
        let title = format!("A {} signs what its extended key usage names.", name.replace('-', " "));
        let parent = scene.accepts(name, &title, good.input(), Some(claims_json(&dcc)));
        let other = if name == "signer-of-tests" { vaccination() } else { test(NOT_DETECTED) };
        let wrong = signers.certificate_by(name, &key, &other)?;
        let title = format!("A {} signs another kind of event.", name.replace('-', " "));
        all.push(scene.refuses(&parent, &format!("{name}-oversteps"), &title, Code::X509EkuPurpose, wrong.input()));
        all.push(parent);
    }
    Ok(())
}

/// The second algorithm of the specification, and a deviation that was met.
fn other_algorithms(scene: &Scene, signers: &Signers<'_>, kept: &Kept, all: &mut Vec<Vector>) -> Result<(), String> {
    let cases = [
        ("signer-with-rsa", "ps256", "PS256, the second algorithm of the specification.", -37),
        ("signer-with-p384", "es256-over-p384", "ES256 under a key on P-384, as one member state signs.", -7),
    ];
    for (name, case, title, label) in cases {
        let key = signers.pki.key(name)?;
        let mut good = signers.certificate_by(name, &key, &vaccination())?;
        good.protected[0] = alg(label);
        good.kept_signature = kept.text(&format!("{FORMAT}::accepted::{case}")).and_then(|text| {
            vidimus::format::hcert::open(&text).ok().map(|opened| opened.signature)
        });
        let scene = scene.trusting(vec![signers.trusted(name)?]);
        all.push(scene.accepts(case, title, good.input(), Some(claims_json(&vaccination()))));
    }
    Ok(())
}

/// Times of the certificate.
fn times(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let with_claim = |label, value: Cbor<'static>| good.with_claim(label, value).input();
    let fractional = with_claim(EXP, Cbor::Float(2_408_745_600.5));
    all.push(scene.accepts("fractional-expiry", "The expiry is a floating-point number, as some issuers write it.", fractional, None));
    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    refuse("expired", "The certificate expired a month ago.", Code::TimeExpired, with_claim(EXP, integer(ISSUED_AT + 3600)));
    refuse("issued-tomorrow", "The certificate was issued tomorrow.", Code::TimeNotYetValid, with_claim(IAT, integer(1_780_401_600)));
    refuse("expiry-in-milliseconds", "The expiry is written in milliseconds.", Code::TimeImplausible, with_claim(EXP, integer(EXPIRES * 1000)));
    refuse("no-expiry", "The certificate has no expiry.", Code::ClaimMissing, good.without_claim(EXP).input());
    refuse("expiry-as-text", "The expiry is a text.", Code::ClaimType, with_claim(EXP, Cbor::Text("2046-05-01".into())));
    // Only a verifier with generous clocks finds a certificate that ends before it begins neither early nor late.
    let generous = scene.demanding("clock_skew_seconds", 86_400);
    let noon = 1_780_315_200;
    let parent = generous.accepts("generous-clocks", "The same certificate under a skew of a day.", good.input(), Some(claims_json(&vaccination())));
    let backwards = good.with_claim(IAT, integer(noon)).with_claim(EXP, integer(noon - 3600));
    all.push(generous.refuses(&parent, "ends-before-it-begins", "The certificate ends an hour before it was issued.", Code::TimeInconsistent, backwards.input()));
    all.push(parent);
    let sampled_later = {
        let mut dcc = test(NOT_DETECTED);
        dcc["t"][0]["sc"] = json!("2026-06-02T08:00:00Z");
        signers.certificate(&dcc)?
    };
    let parent = scene.accepts("test", "A test certificate, disease not detected.", signers.certificate(&test(NOT_DETECTED))?.input(), Some(claims_json(&test(NOT_DETECTED))));
    all.push(scene.refuses(&parent, "sampled-tomorrow", "The sample was taken tomorrow.", Code::TimeNotYetValid, sampled_later.input()));
    let positive = signers.certificate(&test(DETECTED))?;
    all.push(scene.refuses(&parent, "test-positive", "The test found the disease.", Code::RuleTestPositive, positive.input()));
    let taken = scene.demanding("positive_tests", true);
    all.push(taken.accepts("test-positive-wanted", "The test found the disease, and the policy takes that.", positive.input(), Some(claims_json(&test(DETECTED)))));
    all.push(parent);
    Ok(())
}

/// What the certificate says.
fn content(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let recovered = signers.certificate(&recovery())?;
    all.push(scene.accepts("recovery", "A recovery certificate.", recovered.input(), Some(claims_json(&recovery()))));
    let mut partial = vaccination();
    partial["dob"] = json!("1964-08");
    all.push(scene.accepts("birth-month", "The date of birth is a month.", signers.certificate(&partial)?.input(), Some(claims_json(&partial))));

    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    refuse("no-container", "The claims hold no health certificate.", Code::Hc1Container, good.without_claim(HCERT).input());
    refuse("issuer-of-three-letters", "The issuer claim is a country code of three letters.", Code::ClaimIssuer, good.with_claim(ISS, Cbor::Text("XVX".into())).input());
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
        dcc["v"].as_array_mut().into_iter().for_each(|events| events.push(event.clone()));
    })?;
    changed("born-after-the-event", "The holder was born after the vaccination.", |dcc| dcc["dob"] = json!("2027-01-01"))?;
    let set = json!({
        "kind": "value-set", "id": "vaccines-covid-19-names", "values": {"EU/1/20/1528": "Comirnaty", "EU/1/20/1507": "Spikevax"}
    });
    let knowing = scene
        .demanding("value_sets", "require")
        .trusting(vec![signers.trusted("signer")?, set]);
    let parent = knowing.accepts("value-sets", "Every code is in its value set.", good.input(), Some(claims_json(&vaccination())));
    let mut unknown = vaccination();
    unknown["v"][0]["mp"] = json!("EU/1/99/9999");
    let unknown = signers.certificate(&unknown)?;
    all.push(knowing.refuses(&parent, "vaccine-unknown", "The vaccine is not in its value set.", Code::Hc1ValueSet, unknown.input()));
    all.push(parent);
    Ok(())
}

/// What the relying party demands.
fn demands(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |scene: Scene, case: &str, title: &str, code| {
        all.push(scene.refuses(parent, case, title, code, good.input()));
    };
    let cards = scene.demanding("formats", json!(["smart_health_card"]));
    refuse(cards, "format-not-taken", "The policy takes health cards only.", Code::PolicyFormat);
    refuse(scene.asking_for(&["test"]), "type-not-asked-for", "A test was asked for.", Code::PolicyType);
    refuse(scene.demanding("events", json!(["recovery"])), "event-not-taken", "The policy takes recoveries only.", Code::PolicyContent);
    let required = scene.demanding("status", "required");
    all.push(required.cannot_tell(parent, "status-required", "The policy wants a status; the format has none.", Code::StatusUnavailable, good.input()));
}

impl Signers<'_> {
    fn certificate(&self, dcc: &Value) -> Result<Certificate<'_>, String> {
        self.certificate_by("signer", &self.signer, dcc)
    }

    fn certificate_by<'k>(&self, name: &str, key: &'k TestKey, dcc: &Value) -> Result<Certificate<'k>, String> {
        let digest = vidimus::crypto::digest::sha256(&self.pki.certificate(name)?);
        let container = Cbor::Map(vec![(Cbor::Unsigned(1), cbor::from_json(dcc))]);
        Ok(Certificate {
            claims: vec![
                (ISS, Cbor::Text("XV".into())),
                (EXP, integer(EXPIRES)),
                (IAT, integer(ISSUED_AT)),
                (HCERT, container),
            ],
            protected: vec![alg(-7), (4, Cbor::Bytes(digest[..8].to_vec().into()))],
            unprotected: Vec::new(),
            key,
            kept_signature: None,
        })
    }

    fn trusted(&self, name: &str) -> Result<Value, String> {
        Ok(json!({
            "kind": "signer", "certificate": base64url::encode_standard(&self.pki.certificate(name)?),
            "formats": [FORMAT], "environment": "test"
        }))
    }

    fn authority(&self, name: &str) -> Result<Value, String> {
        Ok(with(&self.trusted(name)?, "kind", "authority"))
    }
}

impl Certificate<'_> {
    fn with_claim(&self, label: i64, value: Cbor<'static>) -> Self {
        let mut certificate = self.clone();
        certificate.claims.iter_mut().filter(|(known, _)| *known == label).for_each(|(_, held)| *held = value.clone());
        certificate
    }

    fn without_claim(&self, label: i64) -> Self {
        let mut certificate = self.clone();
        certificate.claims.retain(|(known, _)| *known != label);
        certificate
    }

    fn payload(&self) -> Vec<u8> {
        cbor::encode(&map(&self.claims))
    }

    fn protected_bytes(&self) -> Vec<u8> {
        cbor::encode(&map(&self.protected))
    }

    fn signature(&self, payload: &[u8]) -> Vec<u8> {
        self.signature_under(&self.protected_bytes(), payload)
    }

    fn signature_under(&self, protected: &[u8], payload: &[u8]) -> Vec<u8> {
        self.key.sign_alike(&sig_structure(protected, payload), self.kept_signature.as_deref()).unwrap_or_default()
    }

    /// The tagged message with this payload and this signature.
    fn sign1(&self, payload: &[u8], signature: &[u8]) -> Vec<u8> {
        raw::sign1(&self.protected_bytes(), &map(&self.unprotected), payload, signature)
    }

    /// The tagged message under these protected header bytes, rightly signed.
    fn sign1_under(&self, protected: &[u8], unprotected: &Cbor<'static>) -> Vec<u8> {
        let payload = self.payload();
        raw::sign1(protected, unprotected, &payload, &self.signature_under(protected, &payload))
    }

    fn cose(&self) -> Vec<u8> {
        self.sign1_under(&self.protected_bytes(), &map(&self.unprotected))
    }

    fn text(&self) -> String {
        text_of(&self.cose())
    }

    fn input(&self) -> Payload {
        Payload::text("text/plain", self.text())
    }
}

fn text_of(cose: &[u8]) -> String {
    vidimus::issue::eu_dcc::pack(cose)
}

fn input_of(cose: &[u8]) -> Payload {
    Payload::text("text/plain", text_of(cose))
}

fn alg(label: i64) -> (i64, Cbor<'static>) {
    (1, integer(label))
}

fn integer(number: i64) -> Cbor<'static> {
    raw::integer(number)
}

fn map(pairs: &[(i64, Cbor<'static>)]) -> Cbor<'static> {
    Cbor::Map(pairs.iter().map(|(label, value)| (integer(*label), value.clone())).collect())
}

fn with(entry: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut entry = entry.clone();
    entry[member] = value.into();
    entry
}

/// The claims that an accepted certificate discloses.
fn claims_json(dcc: &Value) -> Value {
    json!({"iss": "XV", "exp": EXPIRES, "iat": ISSUED_AT, "hcert": {"1": dcc}})
}

fn person(events: (&str, Value)) -> Value {
    json!({
        "ver": "1.3.0",
        "nam": {"fn": "Musterfrau-Gößinger", "fnt": "MUSTERFRAU<GOESSINGER", "gn": "Gabriele", "gnt": "GABRIELE"},
        "dob": "1998-02-26",
        events.0: [events.1],
    })
}

fn vaccination() -> Value {
    person(("v", json!({
        "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2026-04-20",
        "co": "XV", "is": "vidimus test PKI", "ci": "URN:UVCI:01:XV:0000000000000001"
    })))
}

const DETECTED: &str = "260373001";
const NOT_DETECTED: &str = "260415000";

fn test(result: &str) -> Value {
    person(("t", json!({
        "tg": "840539006", "tt": "LP6464-4", "nm": "Test of the test PKI", "sc": "2026-06-01T08:00:00Z", "tr": result, "tc": "Centre 1",
        "co": "XV", "is": "vidimus test PKI", "ci": "URN:UVCI:01:XV:0000000000000002"
    })))
}

fn recovery() -> Value {
    person(("r", json!({
        "tg": "840539006", "fr": "2026-03-01", "df": "2026-03-12", "du": "2026-08-28",
        "co": "XV", "is": "vidimus test PKI", "ci": "URN:UVCI:01:XV:0000000000000003"
    })))
}

#[cfg(test)]
mod tests {
    use vidimus::crypto::own_keys::Signer;

    use super::*;

    #[test]
    fn the_key_of_a_signer_is_the_one_of_its_certificate() {
        let vectors = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors");
        let pki = Pki::at(&vectors);
        for name in ["signer", "signer-with-rsa", "signer-with-p384"] {
            let certificate = pki.certificate(name).expect("kept");
            let certificate = vidimus::trust::x509::Certificate::from_der(&certificate).expect("sound");
            let key = pki.key(name).expect("kept");
            assert_eq!(certificate.public_key().expect("sound"), key.public_key(), "{name}");
        }
    }
}
