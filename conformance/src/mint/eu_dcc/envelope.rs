//! The COSE message, and the algorithms that sign it.

use serde_json::json;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::reason::Code;

use super::FORMAT;
use super::certificate::{Certificate, Signers, alg, claims_json, input_of, vaccination};
use crate::mint::Kept;
use crate::mint::raw;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// The message as a whole: its tags, its items.
pub(super) fn containers(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let cose = good.cose();
    let mut accept = |case: &str, title: &str, input| {
        all.push(scene.accepts(case, title, input, Some(claims_json(&vaccination()))));
    };
    accept("cwt-tag", "Tag 61 (CWT) stands around tag 18.", input_of(&[&[0xd8, 61][..], &cose].concat()));
    accept("untagged", "The COSE array has no tag.", input_of(&cose[1..]));
    let mut refuse = |case: &str, title: &str, code, cose: &[u8]| {
        all.push(scene.refuses(parent, case, title, code, input_of(cose)));
    };
    let mac = [&[0xd1][..], &cose[1..]].concat();
    refuse("cose-tag", "The message says that it is a COSE_Mac0.", Code::CoseTag, &mac);
    let parts = |payload: Cbor<'static>, more: Option<Cbor<'static>>| {
        let protected = Cbor::Bytes(good.protected_bytes().into());
        let signature = Cbor::Bytes(good.signature(&good.payload()).into());
        let items = [protected, Cbor::Map(Vec::new()), payload, signature].into_iter().chain(more).collect();
        cbor::encode(&Cbor::Tag(18, Box::new(Cbor::Array(items))))
    };
    let fifth = parts(Cbor::Bytes(good.payload().into()), Some(Cbor::Null));
    refuse("cose-fifth-item", "The COSE array has a fifth item.", Code::CoseStructure, &fifth);
    let detached = parts(Cbor::Null, None);
    refuse("cose-detached", "The payload is not in the message.", Code::CosePayload, &detached);
    let list = cbor::encode(&Cbor::Array(vec![Cbor::Unsigned(1)]));
    let under_list = good.sign1_under(&list, &Cbor::Map(Vec::new()));
    refuse("cose-protected-list", "The protected header is a list.", Code::CoseProtected, &under_list);
}

/// The two headers.
pub(super) fn headers(scene: &Scene, good: &Certificate<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let changed = |protected: Vec<(i64, Cbor<'static>)>, unprotected| {
        Certificate { protected, unprotected, ..good.clone() }.input()
    };
    let kid = good.protected[1].clone();
    let outside = changed(vec![alg(-7)], vec![kid.clone()]);
    let title = "The key identifier stands in the unprotected header.";
    all.push(scene.accepts("kid-unprotected", title, outside, Some(claims_json(&vaccination()))));
    let mut refuse = |case: &str, title: &str, code, protected, unprotected| {
        all.push(scene.refuses(parent, case, title, code, changed(protected, unprotected)));
    };
    let kid7 = (4, Cbor::Bytes(vec![1; 7].into()));
    let crit = (2, Cbor::Array(vec![Cbor::Unsigned(99)]));
    let both = good.protected.clone();
    refuse("kid-of-seven-bytes", "The key identifier has seven bytes.", Code::CoseKid, vec![alg(-7), kid7], vec![]);
    refuse("crit", "The header demands an extension.", Code::CoseCrit, vec![alg(-7), crit, kid.clone()], vec![]);
    refuse("alg-in-both-headers", "Both headers name the algorithm.", Code::CoseHeaderConflict, both, vec![alg(-7)]);
    let title = "Only the unprotected header names the algorithm.";
    refuse("alg-unprotected", title, Code::CoseAlgUnprotected, vec![kid.clone()], vec![alg(-7)]);
    let es384 = vec![alg(-35), kid.clone()];
    refuse("alg-es384", "The header names ES384.", Code::CoseAlgNotAllowed, es384, vec![]);
    let title = "The header names PS256; the signer's key is on P-256.";
    refuse("alg-ps256-under-ec-key", title, Code::CoseAlgKeyMismatch, vec![alg(-37), kid], vec![]);
}

/// The signature.
pub(super) fn signatures(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let payload = good.payload();
    let signature = good.signature(&payload);
    let mut refuse = |case: &str, title: &str, code, payload: &[u8], signature: &[u8]| {
        all.push(scene.refuses(parent, case, title, code, input_of(&good.sign1(payload, signature))));
    };
    refuse("signature-cut", "The signature has 63 bytes.", Code::SigEncoding, &payload, &signature[..63]);
    let flipped = raw::flip_last(&signature);
    refuse("signature-changed", "One bit of the signature is changed.", Code::SigInvalid, &payload, &flipped);
    let mut other = vaccination();
    other["nam"]["fnt"] = json!("MUSTERMANN");
    let other = signers.certificate(&other)?.payload();
    refuse("content-changed", "Another name stands in the signed content.", Code::SigInvalid, &other, &signature);
    Ok(())
}

/// The second algorithm of the specification, and a deviation that was met.
pub(super) fn other_algorithms(
    scene: &Scene,
    signers: &Signers<'_>,
    kept: &Kept,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let cases = [
        ("signer-with-rsa", "ps256", "PS256, the second algorithm of the specification.", -37),
        ("signer-with-p384", "es256-over-p384", "ES256 under a key on P-384, as one member state signs.", -7),
    ];
    for (name, case, title, label) in cases {
        let key = signers.pki.key(name)?;
        let mut good = signers.certificate_by(name, &key, &vaccination())?;
        good.protected[0] = alg(label);
        good.kept_signature = kept
            .text(&format!("{FORMAT}::accepted::{case}"))
            .and_then(|text| vidimus::format::hcert::open(&text).ok().map(|opened| opened.signed.signature));
        let scene = scene.trusting(vec![signers.trusted(name)?]);
        all.push(scene.accepts(case, title, good.input(), Some(claims_json(&vaccination()))));
    }
    Ok(())
}
