//! The ways in which a card comes, and how its payload is written.

use serde_json::json;
use vidimus::encoding::deflate;
use vidimus::format::shc_numeric;
use vidimus::reason::Code;

use super::card::{Card, reversed, text};
use crate::mint::pki::CARD_ISSUER;
use crate::mint::scene::Scene;
use crate::question::Payload;
use crate::vector::Vector;

/// The ways in which a card comes: QR text, parts, file, bare JWS.
pub(super) fn transport(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let said = Some(good.claims.clone());
    let jws = good.jws();
    all.push(scene.accepts("jws", "A vaccination card as a bare JWS.", text(jws.clone()), said.clone()));
    let file =
        |jws: &str| Payload::text("application/smart-health-card", json!({"verifiableCredential": [jws]}).to_string());
    all.push(scene.accepts("file", "A vaccination card as a file.", file(&jws), said));
    let mut refuse = |case: &str, title: &str, code, input| all.push(scene.refuses(parent, case, title, code, input));
    let digits = shc_numeric::encode(&jws)["shc:/".len()..].to_owned();
    refuse("prefix", "The text begins with shc: without a slash.", Code::ShcPrefix, text(format!("shc:{digits}")));
    refuse("digits-beyond", "One pair of digits is 99.", Code::ShcNumeric, text(format!("shc:/99{}", &digits[2..])));
    refuse(
        "two-parts",
        "The JWS has two parts.",
        Code::JoseMalformed,
        text(jws.rsplit_once('.').map_or("", |(start, _)| start)),
    );

    let long = good.long();
    let parts = shc_numeric::encode_chunks(&long.jws());
    let parent = scene.accepts(
        "parts",
        "A long card in two QR codes, the second one first.",
        text(reversed(&parts)),
        Some(long.claims.clone()),
    );
    let again: Vec<String> = parts.iter().take(1).cycle().take(2).cloned().collect();
    all.push(scene.refuses(
        &parent,
        "part-twice",
        "The first of two parts stands twice.",
        Code::ShcChunk,
        text(again.join("\n")),
    ));
    all.push(parent);
    let strict = scene.demanding("strict", true).needing("strict");
    let parent = strict.accepts("strict", "The same card under a strict policy.", good.qr(), Some(good.claims.clone()));
    all.push(strict.refuses(
        &parent,
        "too-long",
        "One QR code holds a JWS of more than 1195 characters.",
        Code::ShcTooLong,
        long.qr(),
    ));
    let placed =
        good.with(&["vc", "credentialSubject", "fhirBundle", "entry", "0", "resource", "id"], json!("patient-1"));
    all.push(strict.refuses(
        &parent,
        "resource-with-id",
        "A resource of the bundle has an identifier.",
        Code::FhirContent,
        placed.qr(),
    ));
    all.push(parent);
}

/// The signed payload, written in ways that no reader may take.
pub(super) fn payload_encoding(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut refuse = |case: &str, title: &str, code, body: Vec<u8>| {
        all.push(scene.refuses(parent, case, title, code, text(shc_numeric::encode(&good.jws_of(&body)))));
    };
    let payload = good.claims.to_string();
    let body = deflate::deflate_raw(payload.as_bytes());
    refuse("deflate-broken", "The payload is no DEFLATE stream.", Code::ZlibInvalid, vec![0xff; 16]);
    refuse("deflate-trailing", "One byte follows the DEFLATE stream.", Code::ZlibTrailing, [&body[..], &[0]].concat());
    let bomb = deflate::deflate_raw(&vec![b' '; (1 << 20) + 1]);
    refuse(
        "deflate-bomb",
        "About a thousand bytes inflate to more than a mebibyte.",
        Code::InputDecompressedTooLarge,
        bomb,
    );
    let mut json =
        |case: &str, title: &str, code, payload: Vec<u8>| refuse(case, title, code, deflate::deflate_raw(&payload));
    json(
        "json-cut",
        "The payload lacks its last bracket.",
        Code::JsonSyntax,
        payload.as_bytes()[..payload.len() - 1].to_vec(),
    );
    let with = |member: &str| format!("{{{member},{}", &payload[1..]).into_bytes();
    json(
        "json-twins",
        "The payload names the issuer twice.",
        Code::JsonDuplicateKey,
        with(&format!("\"iss\":\"{CARD_ISSUER}\"")),
    );
    let deep = format!("\"deep\":{}{}", "[".repeat(40), "]".repeat(40));
    json("json-depth", "Lists are nested 40 deep.", Code::JsonDepth, with(&deep));
    json("json-number", "A number is beyond every range.", Code::JsonNumberRange, with("\"much\":1e999"));
    let mut latin = with("\"name\":\"x\"");
    latin.iter_mut().filter(|byte| **byte == b'x').take(1).for_each(|byte| *byte = 0xe9);
    json("json-latin", "A text is written in Latin-1.", Code::JsonEncoding, latin);
    json("payload-list", "The payload is a list.", Code::JosePayloadType, format!("[{payload}]").into_bytes());
}
