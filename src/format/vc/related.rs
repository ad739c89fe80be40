//! Related resources (VC Data Model 2.0, 5.3): documents that a credential names with the digest that they must have.
//!
//! Compared with the pinned contexts and with the evidence at hand; nothing is fetched for it. A resource that is not at hand
//! is noted: the digest is signed, so whoever fetches it later can tell.
//!
//! Deviation: published examples state the digest that the base context of 2.0 had until July 2024. It is taken for that URL,
//! and noted, unless the policy is strict.

use std::collections::HashSet;

use crate::check::{Findings, Note};
use crate::crypto::digest::{sha256, sha384, sha512};
use crate::encoding::base64url;
use crate::encoding::json::Value;
use crate::encoding::multibase::{self, Base};
use crate::format::vc::url::is_url;
use crate::format::vc::vocabulary::{CONTEXT_V2, items, schema};
use crate::limits;
use crate::reason::{Code, Reason, Stage};

/// SHA-256 of the base context of 2.0 as it was until July 2024.
const FORMER_V2_SHA256: &str = "JKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k=";
/// SHA-384 of the same.
const FORMER_V2_SHA384: &str = "NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg";

/// Contexts that stand in this program with other white space than they are published with: URL, and SHA-256 and SHA-384 of the
/// published bytes.
const PUBLISHED: [(&str, &str, &str); 3] = [
    (
        CONTEXT_V2,
        "WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ=",
        "l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU",
    ),
    (
        "https://www.w3.org/ns/credentials/examples/v2",
        "Vzk/vGnW77m5tdyctrmICwlENgq/4ur0WcnljPInnXw=",
        "zNNbQTWCSUSi0bbz7dbua+RcENv7C6FvlmYJ1Y+I727HsPOHdzwELMYO9Mz68M26",
    ),
    (
        "https://w3id.org/security/data-integrity/v2",
        "Z/IebjOmwU5cz9L8eGX3R0+3GgSvfpQTbLOZ36yK6PQ=",
        "DuLXYmcX+LB81Em1JdXitx/icgn8meUwieAWndKUTXk/7qRSb8YLucyhzZZRI5H2",
    ),
];

/// A digest that a credential states.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stated {
    algorithm: Algorithm,
    digest: Vec<u8>,
}

impl Stated {
    /// Whether it is the digest of its algorithm, each in standard base64.
    fn is_one_of(&self, sha256: &str, sha384: &str) -> bool {
        let due = match self.algorithm {
            Algorithm::Sha256 => sha256,
            Algorithm::Sha384 => sha384,
            Algorithm::Sha512 => return false,
        };
        base64url::encode_standard(&self.digest) == due
    }
}

/// Digest algorithms, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    fn bytes(self) -> usize {
        match self {
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 => 64,
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Sha256 => sha256(bytes).to_vec(),
            Algorithm::Sha384 => sha384(bytes).to_vec(),
            Algorithm::Sha512 => sha512(bytes).to_vec(),
        }
    }
}

/// `relatedResource`: objects with a URL of their own as `id`, and digests.
///
/// # Errors
/// `vc.schema`.
pub fn check_shape(document: &Value<'_>) -> Result<(), Reason> {
    let Some(value) = document.member("relatedResource") else { return Ok(()) };
    let resources = items(value);
    if resources.len() > limits::RELATED_RESOURCES {
        return Err(schema("fewer objects as `relatedResource`", resources.len()));
    }
    let mut seen = HashSet::with_capacity(resources.len());
    resources.iter().try_for_each(|resource| {
        if resource.as_object().is_none() {
            return Err(schema("objects as `relatedResource`", resource.kind()));
        }
        let id = resource.member("id").and_then(Value::as_str).filter(|id| is_url(id));
        let id = id.ok_or_else(|| schema("a URL as `relatedResource.id`", "another value"))?;
        if !seen.insert(id) {
            return Err(schema("each `relatedResource.id` once", "one twice"));
        }
        if resource.member("mediaType").is_some_and(|media| media.as_str().is_none()) {
            return Err(schema("a text as `relatedResource.mediaType`", "another value"));
        }
        stated(resource).map(drop)
    })
}

/// Stage Digests: every resource at hand has the digests that the credential states. `at_hand` gives a document by its URL.
/// Marks nothing when no resource is named, or their shape is wrong.
pub fn check_digests<'e>(
    document: &Value<'_>,
    at_hand: impl Fn(&str) -> Option<&'e [u8]>,
    is_strict: bool,
    findings: &mut Findings,
) {
    let Some(value) = document.member("relatedResource").filter(|_| check_shape(document).is_ok()) else { return };
    for resource in items(value) {
        let (Some(id), Ok(stated)) = (resource.member("id").and_then(Value::as_str), stated(resource)) else {
            continue;
        };
        let Some(bytes) = at_hand(id) else {
            let sentence = "A related resource is not at hand; its digest was not compared.";
            findings.note(Note::new("vc.resource_not_at_hand", sentence));
            continue;
        };
        let is_right = |stated: &Stated| stated.algorithm.digest(bytes) == stated.digest || is_published(id, stated);
        if stated.iter().all(is_right) {
            findings.pass(Stage::Digests);
        } else if !is_strict && id == CONTEXT_V2 && stated.iter().all(is_former_v2) {
            let sentence = "The digest of the base context is the one that it had until July 2024.";
            findings.note(Note::new("deviation.former_context_digest", sentence));
            findings.pass(Stage::Digests);
        } else {
            findings.fail(Reason::new(Code::VcDigest).expected("the digest in `relatedResource`").got(id.to_owned()));
        }
    }
}

fn is_published(url: &str, stated: &Stated) -> bool {
    PUBLISHED.iter().any(|(known, sha256, sha384)| *known == url && stated.is_one_of(sha256, sha384))
}

fn is_former_v2(stated: &Stated) -> bool {
    stated.is_one_of(FORMER_V2_SHA256, FORMER_V2_SHA384)
}

/// The digests of one resource, at least one.
fn stated(resource: &Value<'_>) -> Result<Vec<Stated>, Reason> {
    let mut all = Vec::new();
    if let Some(value) = resource.member("digestSRI") {
        let wrong = || schema("`sha256-`, `sha384-` or `sha512-` and base64 as `digestSRI`", value.kind());
        all.push(value.as_str().and_then(read_sri).ok_or_else(wrong)?);
    }
    if let Some(value) = resource.member("digestMultibase") {
        let wrong = || schema("a multihash of SHA-2 in multibase as `digestMultibase`", value.kind());
        all.push(value.as_str().and_then(read_multibase).ok_or_else(wrong)?);
    }
    if all.is_empty() {
        return Err(schema("`digestSRI` or `digestMultibase` in `relatedResource`", "nothing"));
    }
    Ok(all)
}

/// Whether bytes are those that a text of W3C Subresource Integrity means; `None` when it is no such text.
pub fn matches_sri(text: &str, bytes: &[u8]) -> Option<bool> {
    read_sri(text).map(|stated| stated.algorithm.digest(bytes) == stated.digest)
}

/// Subresource Integrity: of several digests the strongest counts. Several of that strength are not read.
fn read_sri(text: &str) -> Option<Stated> {
    let mut all = Vec::new();
    for token in text.split_ascii_whitespace().take(8) {
        let token = token.split_once('?').map_or(token, |(token, _)| token);
        let (name, digest) = token.split_once('-')?;
        let algorithm = match name {
            "sha256" => Algorithm::Sha256,
            "sha384" => Algorithm::Sha384,
            "sha512" => Algorithm::Sha512,
            _ => return None,
        };
        let digest = base64url::decode_standard(digest).ok().filter(|digest| digest.len() == algorithm.bytes())?;
        all.push(Stated { algorithm, digest });
    }
    let strongest = all.iter().map(|stated| stated.algorithm).max()?;
    all.retain(|stated| stated.algorithm == strongest);
    let first = all.pop()?;
    all.is_empty().then_some(first)
}

/// A multihash: `12 20` SHA-256, `20 30` SHA-384, `13 40` SHA-512, each before the digest.
fn read_multibase(text: &str) -> Option<Stated> {
    let bytes = multibase::decode(text, &[Base::Base58Btc, Base::Base64Url]).ok()?;
    let (algorithm, digest) = match bytes.as_slice() {
        [0x12, 0x20, digest @ ..] => (Algorithm::Sha256, digest),
        [0x20, 0x30, digest @ ..] => (Algorithm::Sha384, digest),
        [0x13, 0x40, digest @ ..] => (Algorithm::Sha512, digest),
        _ => return None,
    };
    (digest.len() == algorithm.bytes()).then(|| Stated { algorithm, digest: digest.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Outcome;
    use crate::encoding::json;

    const BYTES: &[u8] = b"abc";
    const URL: &str = "https://example.org/resource";

    fn sri() -> String {
        format!("sha384-{}", base64url::encode_standard(&sha384(BYTES)))
    }

    fn multibase() -> String {
        format!("u{}", base64url::encode(&[&[0x12, 0x20][..], &sha256(BYTES)].concat()))
    }

    fn base58() -> String {
        multibase::encode(Base::Base58Btc, &[&[0x20, 0x30][..], &sha384(BYTES)].concat())
    }

    /// Outcome of stage Digests, codes of its faults and of notes.
    fn judged(resource: &str, is_strict: bool) -> (Result<(), Code>, &'static str, Vec<&'static str>) {
        let text = format!(r#"{{"relatedResource":{resource}}}"#);
        let document = json::decode(text.as_bytes()).unwrap();
        let mut findings = Findings::new();
        let at_hand = |url: &str| (url == URL || url == CONTEXT_V2).then_some(BYTES);
        check_digests(&document, at_hand, is_strict, &mut findings);
        let notes = findings.notes.iter().map(|note| note.code).collect();
        let rows = findings.into_checks();
        let row = rows.iter().find(|row| row.stage == Stage::Digests).unwrap();
        let outcome =
            if let Outcome::Fail(reason) = &row.outcome { reason.code().as_str() } else { row.outcome.name() };
        (check_shape(&document).map_err(|reason| reason.code()), outcome, notes)
    }

    #[test]
    fn digests_are_compared() {
        let (sri, multibase) = (sri(), multibase());
        let other = format!("sha384-{}", base64url::encode_standard(&[0; 48]));
        for (resource, outcome, notes) in [
            (format!(r#"{{"id":"{URL}","digestSRI":"{sri}"}}"#), "pass", vec![]),
            (format!(r#"[{{"id":"{URL}","digestMultibase":"{multibase}","mediaType":"text/plain"}}]"#), "pass", vec![]),
            (format!(r#"{{"id":"{URL}","digestSRI":"{sri}","digestMultibase":"{multibase}"}}"#), "pass", vec![]),
            (format!(r#"{{"id":"{URL}","digestMultibase":"{}"}}"#, base58()), "pass", vec![]),
            (format!(r#"{{"id":"{URL}","digestSRI":"{other}"}}"#), "vc.digest", vec![]),
            (format!(r#"{{"id":"{URL}","digestSRI":"{other}","digestMultibase":"{multibase}"}}"#), "vc.digest", vec![]),
            (
                format!(r#"{{"id":"https://example.org/else","digestSRI":"{sri}"}}"#),
                "not-reached",
                vec!["vc.resource_not_at_hand"],
            ),
            ("[]".to_owned(), "not-reached", vec![]),
        ] {
            assert_eq!(judged(&resource, false), (Ok(()), outcome, notes), "{resource}");
        }
    }

    #[test]
    fn the_former_digest_of_the_base_context_is_a_deviation() {
        let resource = format!(r#"{{"id":"{CONTEXT_V2}","digestSRI":"sha384-{FORMER_V2_SHA384}"}}"#);
        assert_eq!(judged(&resource, false), (Ok(()), "pass", vec!["deviation.former_context_digest"]));
        assert_eq!(judged(&resource, true).1, "vc.digest");
        let multihash = [&[0x12, 0x20][..], &base64url::decode_standard(FORMER_V2_SHA256).unwrap()].concat();
        let stated = read_multibase(&format!("u{}", base64url::encode(&multihash))).unwrap();
        assert!(is_former_v2(&stated));
        let published = format!(r#"{{"id":"{CONTEXT_V2}","digestSRI":"sha384-{}"}}"#, PUBLISHED[0].2);
        assert_eq!(judged(&published, true), (Ok(()), "pass", vec![]));
        let elsewhere = format!(r#"{{"id":"{URL}","digestSRI":"sha384-{FORMER_V2_SHA384}"}}"#);
        assert_eq!(judged(&elsewhere, false).1, "vc.digest");
    }

    #[test]
    fn other_shapes_are_refused() {
        let sri = sri();
        let short = base64url::encode_standard(&sha256(BYTES));
        for resource in [
            "1".to_owned(),
            "[1]".to_owned(),
            "{}".to_owned(),
            format!(r#"{{"digestSRI":"{sri}"}}"#),
            format!(r#"{{"id":"no url","digestSRI":"{sri}"}}"#),
            format!(r#"{{"id":"{URL}"}}"#),
            format!(r#"{{"id":"{URL}","digestSRI":""}}"#),
            format!(r#"{{"id":"{URL}","digestSRI":1}}"#),
            format!(r#"{{"id":"{URL}","digestSRI":"md5-AAAA"}}"#),
            format!(r#"{{"id":"{URL}","digestSRI":"sha384-{short}"}}"#),
            format!(r#"{{"id":"{URL}","digestMultibase":"{}"}}"#, "uAAAA"),
            format!(r#"{{"id":"{URL}","digestSRI":"{sri}","mediaType":1}}"#),
            format!(r#"[{{"id":"{URL}","digestSRI":"{sri}"}},{{"id":"{URL}","digestSRI":"{sri}"}}]"#),
        ] {
            assert_eq!(judged(&resource, false), (Err(Code::VcSchema), "not-reached", vec![]), "{resource}");
        }
        let many: Vec<String> =
            (0..=limits::RELATED_RESOURCES).map(|n| format!(r#"{{"id":"{URL}/{n}","digestSRI":"{sri}"}}"#)).collect();
        assert_eq!(judged(&format!("[{}]", many.join(",")), false).0, Err(Code::VcSchema));
    }

    #[test]
    fn the_strongest_of_several_counts() {
        let weak = format!("sha256-{}", base64url::encode_standard(&[0; 32]));
        let strong = sri();
        assert_eq!(read_sri(&format!("{weak} {strong}")).unwrap().algorithm, Algorithm::Sha384);
        assert_eq!(read_sri(&format!("{strong}?ct=x {weak}")).unwrap().algorithm, Algorithm::Sha384);
        assert_eq!(read_sri(&format!("{strong} {strong}")), None);
    }
}
