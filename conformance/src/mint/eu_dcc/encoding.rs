//! Between text and payload: prefix, Base45, compression, pictures, CBOR.

use vidimus::encoding::{base45, deflate, qr};
use vidimus::reason::Code;

use super::certificate::{Certificate, ISS, claims_json, input_of, vaccination};
use crate::mint::raw;
use crate::mint::scene::Scene;
use crate::question::Payload;
use crate::vector::Vector;

/// Between text and COSE message: prefix, Base45, compression.
pub(super) fn transport(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let text = good.text();
    let body = text.strip_prefix("HC1:").unwrap_or_default().to_owned();
    let mut refuse = |case: &str, title: &str, code, text: String| {
        all.push(scene.refuses(parent, case, title, code, Payload::text("text/plain", text)));
    };
    refuse("prefix-of-another-version", "The text begins with HC2:.", Code::Hc1Prefix, format!("HC2:{body}"));
    refuse("unknown-prefix", "The text begins like no format.", Code::InputUnrecognised, format!("XC1:{body}"));
    refuse(
        "base45-lower-case",
        "One Base45 character is a small letter.",
        Code::Base45Char,
        format!("HC1:{}{}", "n", &body[1..]),
    );
    refuse(
        "base45-overflow",
        "One Base45 group stands for 91124.",
        Code::Base45Overflow,
        format!("HC1::::{}", &body[3..]),
    );
    let cut = body.len() - (body.len() + 2) % 3;
    refuse(
        "base45-cut",
        "The Base45 text ends with a single character.",
        Code::Base45Length,
        format!("HC1:{}", &body[..cut]),
    );
    let cose = good.cose();
    let hc1 = |bytes: &[u8]| format!("HC1:{}", base45::encode(bytes));
    refuse("not-compressed", "The COSE message is not compressed.", Code::Hc1NotCompressed, hc1(&cose));
    let compressed = deflate::deflate_zlib(&cose);
    refuse(
        "zlib-checksum",
        "The checksum of the compressed data is wrong.",
        Code::ZlibInvalid,
        hc1(&raw::flip_last(&compressed)),
    );
    refuse(
        "zlib-trailing",
        "One byte follows the compressed data.",
        Code::ZlibTrailing,
        hc1(&[&compressed[..], &[0]].concat()),
    );
    let bomb = deflate::deflate_zlib(&vec![0; (1 << 20) + 1]);
    refuse(
        "zlib-bomb",
        "About a thousand bytes inflate to more than a mebibyte.",
        Code::InputDecompressedTooLarge,
        hc1(&bomb),
    );
    let many = vec![text.as_str(); 33].join("\n");
    refuse("too-many-certificates", "The text holds 33 certificates.", Code::InputTooManyItems, many);
}

/// QR codes in pictures.
pub(super) fn pictures(scene: &Scene, good: &Certificate<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let scene = scene.needing("pictures");
    let png = qr::draw_png(&good.text(), 2).map_err(|reason| reason.to_string())?;
    let picture = |bytes: &[u8]| Payload::bytes("image/png", bytes);
    let claims = Some(claims_json(&vaccination()));
    let parent = scene.accepts("picture", "A PNG of the QR code of a vaccination certificate.", picture(&png), claims);
    let half = &png[..png.len() / 2];
    all.push(scene.refuses(
        &parent,
        "picture-cut",
        "The PNG ends in its middle.",
        Code::ImageUnreadable,
        picture(half),
    ));
    let blank = raw::white_png(64, 64);
    all.push(scene.refuses(&parent, "picture-blank", "The PNG is white all over.", Code::ImageNoCode, picture(&blank)));
    let huge = raw::png_that_says(&png, 60_000, 60_000);
    all.push(scene.refuses(
        &parent,
        "picture-huge",
        "The PNG says that it has 3.6 thousand million pixels.",
        Code::ImageTooLarge,
        picture(&huge),
    ));
    all.push(parent);
    Ok(())
}

/// The signed payload, written in ways that no reader may take.
pub(super) fn payload_encoding(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let payload = good.payload();
    let mut refuse = |case: &str, title: &str, code, payload: Vec<u8>| {
        all.push(scene.refuses(parent, case, title, code, input_of(&good.sign1(&payload, &good.signature(&payload)))));
    };
    refuse(
        "cbor-cut",
        "The signed payload lacks its last byte.",
        Code::CborTruncated,
        payload[..payload.len() - 1].to_vec(),
    );
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
