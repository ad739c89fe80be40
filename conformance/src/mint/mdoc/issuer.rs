//! The issuer's part with one thing wrong: containers, signed object, digests, certificates.

use vidimus::crypto::algorithm::Hash;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::issue::mdoc;
use vidimus::issue::mdoc::device::response;
use vidimus::reason::Code;

use super::parts::{Doc, Keys, said, set};
use super::{DOC_TYPE, NAME_SPACE, Teller, input};
use crate::mint::raw;

pub fn vectors(teller: &mut Teller<'_>, good: &Doc<'_>, keys: &Keys) {
    containers(teller, good);
    envelope(teller, good);
    signed_object(teller, good);
    times(teller, good);
    digests(teller, good);
    certificates(teller, good, keys);
    accepted(teller, good);
}

/// The response with a member changed: its CBOR is written anew, what stands inside as it was.
fn changed(response: &[u8], path: &[&str], value: Cbor<'static>) -> Vec<u8> {
    let mut tree = cbor::decode(response).map_or(Cbor::Null, Cbor::into_owned);
    set(&mut tree, path, value);
    cbor::encode(&tree)
}

fn containers(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let bytes = good.response();
    let mut with = |case: &str, title: &str, code, path: &[&str], value: Cbor<'static>| {
        teller.refuse(case, title, code, &changed(&bytes, path, value));
    };
    with("status-10", "The response's status is 10.", Code::MdocResponse, &["status"], Cbor::Unsigned(10));
    with("no-status", "The response has no status.", Code::MdocResponse, &["status"], Cbor::Null);
    with("version-9", "The response is of version 9.9.", Code::MdocResponse, &["version"], "9.9".into());
    with("no-documents", "The response holds no document.", Code::MdocResponse, &["documents"], Cbor::Null);
    let text = Cbor::Array(vec!["a document".into()]);
    with("document-of-text", "A document is a text.", Code::ClaimType, &["documents"], text);
    let mut inside = |case: &str, title: &str, code, path: &[&str], value: Cbor<'static>| {
        let document = good.document_around(&good.issuer_signed());
        teller.refuse(case, title, code, &response(&[changed(&document, path, value)]));
    };
    inside("no-type", "The document names no type.", Code::ClaimMissing, &["docType"], Cbor::Null);
    inside("type-of-number", "The document's type is a number.", Code::ClaimType, &["docType"], Cbor::Unsigned(1));
    let title = "The document has no issuer's part.";
    inside("no-issuer-signed", title, Code::ClaimMissing, &["issuerSigned"], Cbor::Null);
    let path = ["issuerSigned", "extra"];
    inside("issuer-signed-with-more", "The issuer's part holds another member.", Code::ClaimType, &path, "x".into());
    let path = ["issuerSigned", "issuerAuth"];
    inside("no-issuer-auth", "The issuer's part has no signature.", Code::ClaimMissing, &path, Cbor::Null);
    teller.refuse("trailing", "A byte follows the response.", Code::CborTrailing, &[&bytes[..], &[0]].concat());
    teller.refuse("cut", "The last byte is gone.", Code::CborTruncated, &bytes[..bytes.len() - 1]);
}

fn envelope(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let auth = |change: &dyn Fn(&mut Vec<Cbor<'static>>)| {
        let Cbor::Array(mut parts) = good.issuer_auth() else { return Vec::new() };
        change(&mut parts);
        good.response_around(&good.issuer_signed_by(&Cbor::Array(parts)))
    };
    let bytes = auth(&|parts| {
        let flipped = parts[3].as_bytes().map(raw::flip_last).unwrap_or_default();
        parts[3] = Cbor::Bytes(flipped.into());
    });
    teller.refuse("signature-changed", "One bit of the issuer's signature is changed.", Code::SigInvalid, &bytes);
    let bytes = auth(&|parts| parts[1] = Cbor::Map(Vec::new()));
    teller.refuse("no-certificate", "The signature brings no certificate.", Code::X509Missing, &bytes);
    let bytes = auth(&|parts| parts[2] = Cbor::Null);
    teller.refuse("detached", "The issuer's signature has no payload.", Code::CosePayload, &bytes);
    let protected = |algorithm: i64| Cbor::Bytes(cbor::encode(&Cbor::Map(vec![(1.into(), algorithm.into())])).into());
    let bytes = auth(&|parts| parts[0] = protected(-37));
    teller.refuse("algorithm-ps256", "The header names PS256.", Code::CoseAlgNotAllowed, &bytes);
    let bytes = auth(&|parts| parts[0] = protected(-35));
    let title = "The header names ES384, and the key is on P-256.";
    teller.refuse("algorithm-of-another-curve", title, Code::CoseAlgKeyMismatch, &bytes);
    let Cbor::Array(parts) = good.issuer_auth() else { return };
    let tagged = Cbor::Tag(18, Box::new(Cbor::Array(parts)));
    let bytes = good.response_around(&good.issuer_signed_by(&tagged));
    let title = "The issuer's signature carries tag 18, which the standard does not write.";
    teller.refuse_in(&teller.scene.demanding("strict", true), "tagged", title, Code::CoseTag, &bytes);
    let title = "The issuer's signature carries tag 18; a tolerant reader takes it.";
    teller.all.push(teller.scene.accepts("tagged", title, input(&bytes), Some(said())));
}

fn signed_object(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let mut with = |case: &str, title: &str, code, path: &[&str], value: Cbor<'static>| {
        teller.refuse(case, title, code, &good.with_mso(path, value).response());
    };
    with("object-of-version-2", "The signed object is of version 2.0.", Code::ClaimType, &["version"], "2.0".into());
    with("object-without-type", "The signed object has no type.", Code::ClaimMissing, &["docType"], Cbor::Null);
    let title = "The signed object is of another type of document.";
    with("type-of-another", title, Code::MdocDoctypeMismatch, &["docType"], "org.iso.23220.photoid.1".into());
    let title = "The digests are made with MD5.";
    with("digests-by-md5", title, Code::MdocDigestAlg, &["digestAlgorithm"], "MD5".into());
    let title = "The status is a text.";
    with("status-of-text", title, Code::StatusMalformed, &["status"], "none".into());
    let payload = Cbor::Bytes(cbor::encode(&good.mso).into());
    let Cbor::Array(mut parts) = good.issuer_auth() else { return };
    parts[2] = payload;
    let bytes = good.response_around(&good.issuer_signed_by(&Cbor::Array(parts)));
    teller.refuse("payload-without-tag-24", "The payload is not under tag 24.", Code::CosePayload, &bytes);
}

fn times(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let date = |text: &str| Cbor::Tag(0, Box::new(Cbor::Text(text.to_owned().into())));
    let mut with = |case: &str, title: &str, code, member: &str, value: Cbor<'static>| {
        teller.refuse(case, title, code, &good.with_mso(&["validityInfo", member], value).response());
    };
    let format = Code::MdocValidityFormat;
    with("date-with-fraction", "A date has a fraction.", format, "validUntil", date("2026-09-01T00:00:00.5Z"));
    with("date-with-offset", "A date has an offset.", format, "validUntil", date("2026-09-01T00:00:00+02:00"));
    with("date-without-tag", "A date has no tag.", format, "validUntil", "2026-09-01T00:00:00Z".into());
    with("no-end", "The credential names no end.", format, "validUntil", Cbor::Null);
    let later = date("2026-07-01T00:00:00Z");
    with("begins-in-july", "It begins next month.", Code::TimeNotYetValid, "validFrom", later.clone());
    let title = "It says to be signed after it begins.";
    with("signed-in-july", title, Code::MdocValidityOutsideDs, "signed", later);
    let title = "It ends before it begins.";
    with("ends-in-april", title, Code::TimeInconsistent, "validUntil", date("2026-04-01T00:00:00Z"));
    let bytes = good.with_mso(&["validityInfo", "validUntil"], date("2026-09-01T00:00:00.5Z")).response();
    let scene = teller.scene.demanding("fractional_seconds", true);
    let title = "A date has a fraction, which the policy takes.";
    teller.all.push(scene.accepts("date-with-fraction", title, input(&bytes), Some(said())));
}

fn digests(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let item = |id: u64, random: &[u8], name: &str, value: &str| mdoc::item(id, random, name, &Cbor::from(value));
    let random = [7; 32];
    let bytes = good.with_item(0, item(0, &random, "family_name", "Master"), false).response();
    teller.refuse("element-changed", "An element is not the signed one.", Code::MdocDigestMismatch, &bytes);
    let bytes = good.with_item(0, item(99, &random, "family_name", "Muster"), false).response();
    teller.refuse("digest-unknown", "No digest of that identifier was signed.", Code::MdocDigestMissing, &bytes);
    let mut moved = good.clone();
    moved.items[0].0 = "org.iso.18013.5.1.aamva".to_owned();
    let title = "The elements stand in a name space of which nothing was signed.";
    teller.refuse("name-space-unknown", title, Code::MdocDigestMissing, &moved.response());
    let mut twice = good.clone();
    let first = twice.items[0].1[0].clone();
    twice.items[0].1.push(first);
    teller.refuse("item-twice", "An item stands twice.", Code::MdocDuplicateElement, &twice.response());
    let bytes = good.with_item(1, item(1, &random, "family_name", "Erika"), true).response();
    teller.refuse("element-twice", "Two items are of one element.", Code::MdocDuplicateElement, &bytes);
    let short = item(0, &[7; 8], "family_name", "Muster");
    let strict = teller.scene.demanding("strict", true);
    let title = "The random value of an item has eight bytes.";
    let bytes = good.with_item(0, short, true).response();
    teller.refuse_in(&strict, "random-of-eight-bytes", title, Code::MdocRandomShort, &bytes);
    let mut cut = mdoc::digests(&good.items, Hash::Sha256);
    if let Cbor::Map(spaces) = &mut cut
        && let Some((_, Cbor::Map(digests))) = spaces.first_mut()
        && let Some((_, Cbor::Bytes(digest))) = digests.first_mut()
    {
        digest.to_mut().truncate(6);
    }
    let bytes = good.with_mso(&["valueDigests"], cut).response();
    teller.refuse("digest-of-six-bytes", "A digest has six bytes.", Code::MdocDigestAlg, &bytes);
    let unnamed = cbor::encode(&Cbor::Map(vec![("digestID".into(), 0.into())]));
    let bytes = good.with_item(0, vidimus::format::mdoc::device_auth::encoded_cbor(&unnamed), true).response();
    teller.refuse("item-without-element", "An item has no element.", Code::ClaimMissing, &bytes);
}

fn certificates(teller: &mut Teller<'_>, good: &Doc<'_>, keys: &Keys) {
    for (name, key, certificate) in &keys.odd_signers {
        let mut doc = Doc { signer: key, chain: vec![certificate.clone()], ..good.clone() };
        let scene = teller.scene.clone();
        let (scene, case, title, code) = match *name {
            "mdoc-signer-of-another-use" => {
                (scene, "signer-of-another-use", "The signer is a reader's.", Code::X509EkuPurpose)
            }
            "mdoc-signer-for-agreement" => {
                (scene, "signer-for-agreement", "The signer's key is not for signatures.", Code::X509KeyUsage)
            }
            "mdoc-signer-of-another-country" => (
                scene,
                "signer-of-another-country",
                "The signer is of another country than its authority.",
                Code::X509IssuerMismatch,
            ),
            "mdoc-signer-of-ten-years" => (
                scene.demanding("strict", true),
                "signer-of-ten-years",
                "The signer's certificate is valid for ten years.",
                Code::X509Profile,
            ),
            "mdoc-signer-from-may-on" => (
                scene,
                "signed-before-its-signer-began",
                "It was signed before the signer's certificate began.",
                Code::MdocValidityOutsideDs,
            ),
            _ => {
                doc.chain.push(keys.authority_below.clone());
                (scene, "authority-below-an-authority", "An authority stands where none may.", Code::X509PathLen)
            }
        };
        if *name == "mdoc-signer-of-another-country" {
            // Then the elements name that country too: one thing is wrong.
            doc = doc.drafted(|draft| {
                for (element, value) in &mut draft.name_spaces[0].1 {
                    if element == "issuing_country" {
                        *value = Cbor::Text("XW".into());
                    }
                }
            });
        }
        teller.refuse_in(&scene, case, title, code, &doc.response());
    }
    let elsewhere = good.drafted(|draft| draft.name_spaces[0].1[3].1 = Cbor::Text("XW".into()));
    let title = "It says to be issued by another country than its signer's.";
    teller.refuse("issued-by-another-country", title, Code::TrustIssuerCountry, &elsewhere.response());
    let twofold = good.drafted(|draft| {
        draft.name_spaces.push(("zz".to_owned(), vec![("issuing_country".to_owned(), Cbor::Text("XW".into()))]));
    });
    let title = "Another name space names another country.";
    teller.refuse("issued-by-two-countries", title, Code::ClaimType, &twofold.response());
}

fn accepted(teller: &mut Teller<'_>, good: &Doc<'_>) {
    let scene = teller.scene.clone();
    let mut accept = |case: &str, title: &str, doc: &Doc<'_>| {
        teller.all.push(scene.accepts(case, title, input(&doc.response()), Some(said())));
    };
    let longer = good.drafted(|draft| draft.hash = Hash::Sha384);
    accept("digests-by-sha-384", "The digests are made with SHA-384.", &longer);
    // A length that is written wider than it need be: the digest is over the bytes as they stand.
    let mut wide = good.items[0].1[0].clone();
    if wide.get(2) == Some(&0x58) {
        wide[2] = 0x59;
        wide.insert(3, 0);
    }
    accept("item-written-wide", "An item's length is written in two bytes.", &good.with_item(0, wide, true));
    let title = "Two documents in one response.";
    let document = good.document_around(&good.issuer_signed());
    let two = response(&[document.clone(), document]);
    teller.all.push(teller.scene.accepts("two-documents", title, input(&two), None));
    debug_assert!(good.doc_type == DOC_TYPE && good.items[0].0 == NAME_SPACE);
}
