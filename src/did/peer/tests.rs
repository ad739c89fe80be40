//! Tests of did:peer: the specification's examples, and every way to break one.

use super::*;
use crate::evidence::Document;
use crate::time::Timestamp;

const TWO: &str = "2.Vz6Mkj3PUd1WjvaDhNZhhhXQdz5UnZXmS7ehtx8bsPpD47kKc.Ez6LSg8zQom395jKLrGiBNruB9MM6V8PWuf2FpEy4uRFiqQBR.SeyJ0IjoiZG0iLCJzIjp7InVyaSI6Imh0dHA6Ly9leGFtcGxlLmNvbS9kaWRjb21tIiwiYSI6WyJkaWRjb21tL3YyIl0sInIiOlsiZGlkOmV4YW1wbGU6MTIzNDU2Nzg5YWJjZGVmZ2hpI2tleS0xIl19fQ.SeyJ0IjoiZG0iLCJzIjp7InVyaSI6Imh0dHA6Ly9leGFtcGxlLmNvbS9hbm90aGVyIiwiYSI6WyJkaWRjb21tL3YyIl0sInIiOlsiZGlkOmV4YW1wbGU6MTIzNDU2Nzg5YWJjZGVmZ2hpI2tleS0yIl19fQ";

const SHORT: &str = "did:peer:4zQmd8CpeFPci817KDsbSAKWcXAE2mjvCQSasRewvbSF54Bd";
const LONG: &str = "did:peer:4zQmd8CpeFPci817KDsbSAKWcXAE2mjvCQSasRewvbSF54Bd:z2M1k7h4psgp4CmJcnQn2Ljp7Pz7ktsd7oBhMU3dWY5s4fhFNj17qcRTQ427C7QHNT6cQ7T3XfRh35Q2GhaNFZmWHVFq4vL7F8nm36PA9Y96DvdrUiRUaiCuXnBFrn1o7mxFZAx14JL4t8vUWpuDPwQuddVo1T8myRiVH7wdxuoYbsva5x6idEpCQydJdFjiHGCpNc2UtjzPQ8awSXkctGCnBmgkhrj5gto3D4i3EREXYq4Z8r2cWGBr2UzbSmnxW2BuYddFo9Yfm6mKjtJyLpF74ytqrF5xtf84MnGFg1hMBmh1xVx1JwjZ2BeMJs7mNS8DTZhKC7KH38EgqDtUZzfjhpjmmUfkXg2KFEA3EGbbVm1DPqQXayPYKAsYPS9AyKkcQ3fzWafLPP93UfNhtUPL8JW5pMcSV3P8v6j3vPXqnnGknNyBprD6YGUVtgLiAqDBDUF3LSxFQJCVYYtghMTv8WuSw9h1a1SRFrDQLGHE4UrkgoRvwaGWr64aM87T1eVGkP5Dt4L1AbboeK2ceLArPScrdYGTpi3BpTkLwZCdjdiFSfTy9okL1YNRARqUf2wm8DvkVGUU7u5nQA3ZMaXWJAewk6k1YUxKd7LvofGUK4YEDtoxN5vb6r1Q2godrGqaPkjfL3RoYPpDYymf9XhcgG8Kx3DZaA6cyTs24t45KxYAfeCw4wqUpCH9HbpD78TbEUr9PPAsJgXBvBj2VVsxnr7FKbK4KykGcg1W8M1JPz21Z4Y72LWgGQCmixovrkHktcTX1uNHjAvKBqVD5C7XmVfHgXCHj7djCh3vzLNuVLtEED8J1hhqsB1oCBGiuh3xXr7fZ9wUjJCQ1HYHqxLJKdYKtoCiPmgKM7etVftXkmTFETZmpM19aRyih3bao76LdpQtbw636r7a3qt8v4WfxsXJetSL8c7t24SqQBcAY89FBsbEnFNrQCMK3JEseKHVaU388ctvRD45uQfe5GndFxthj4iSDomk4uRFd1uRbywoP1tRuabHTDX42UxPjz";

fn read_with(did: &str, evidence: &Evidence) -> Result<Option<DidDocument>, Code> {
    match document(did, did.strip_prefix("did:peer:").unwrap(), evidence) {
        Ok(Peer::Document(document)) => Ok(Some(document)),
        Ok(Peer::Unknown) => Ok(None),
        Err(reason) => Err(reason.code()),
    }
}

fn read(did: &str) -> Result<Option<DidDocument>, Code> {
    read_with(did, &Evidence::none())
}

fn json(document: &DidDocument) -> serde_json::Value {
    json::decode(document.published.as_deref().unwrap().as_bytes()).unwrap().to_serde()
}

fn encoded(document: &str) -> String {
    let body = multibase::encode(Base::Base58Btc, &[&JSON, document.as_bytes()].concat());
    let hash = [&SHA256, sha256(body.as_bytes()).as_slice()].concat();
    format!("did:peer:4{}:{body}", multibase::encode(Base::Base58Btc, &hash))
}

#[test]
fn method_0_is_a_key() {
    let document = read("did:peer:0z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH").unwrap().unwrap();
    assert!(document.key("#z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH", Purpose::AssertionMethod).is_ok());
}

#[test]
fn method_2_of_the_specification() {
    let did = format!("did:peer:{TWO}");
    let document = read(&did).unwrap().unwrap();
    assert!(document.key("#key-1", Purpose::Authentication).is_ok());
    assert!(document.key("#key-2", Purpose::KeyAgreement).is_ok());
    assert_eq!(document.key("#key-1", Purpose::AssertionMethod).unwrap_err().code(), Code::DidVmRelationship);
    let json = json(&document);
    assert_eq!(json["verificationMethod"][1]["id"], "#key-2");
    assert_eq!(json["authentication"], serde_json::json!(["#key-1"]));
    assert_eq!(
        json["service"][0],
        serde_json::json!({
            "type": "DIDCommMessaging",
            "serviceEndpoint": {
                "uri": "http://example.com/didcomm",
                "accept": ["didcomm/v2"],
                "routingKeys": ["did:example:123456789abcdefghi#key-1"],
            },
            "id": "#service",
        })
    );
    assert_eq!(json["service"][1]["id"], "#service-1");
}

/// The published pair of a method 2 and its short form of method 3.
#[test]
fn method_2_names_its_short_form() {
    let did = "did:peer:2.Ez6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc.Vz6MkqRYqQiSgvZQdnBytw86Qbs2ZWUkGv22od935YF4s8M7V.Vz6MkgoLTnTypo3tDRwCkZXSccTPHRLhF4ZnjhueYAFpEX6vg.SeyJ0IjoiZG0iLCJzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9lbmRwb2ludCIsInIiOlsiZGlkOmV4YW1wbGU6c29tZW1lZGlhdG9yI3NvbWVrZXkiXSwiYSI6WyJkaWRjb21tL3YyIiwiZGlkY29tbS9haXAyO2Vudj1yZmM1ODciXX0";
    let document = read(did).unwrap().unwrap();
    let short = "did:peer:3zQmS19jtYDvGtKVrJhQnRFpBQAx3pJ9omx2HpNrcXFuRCz9";
    assert_eq!(json(&document)["alsoKnownAs"], serde_json::json!([short]));
}

#[test]
fn method_4_of_the_specification() {
    let document = read(LONG).unwrap().unwrap();
    assert!(document.key("#6MkrCD1c", Purpose::AssertionMethod).is_ok());
    assert!(document.key("#6LSqPZfn", Purpose::KeyAgreement).is_ok());
    let json = json(&document);
    assert_eq!((&json["id"], &json["alsoKnownAs"]), (&LONG.into(), &serde_json::json!([SHORT])));
    assert_eq!(json["verificationMethod"][0]["controller"], LONG);
}

#[test]
fn the_short_form_needs_its_long_form() {
    assert!(read(SHORT).unwrap().is_none());
    let mut evidence = Evidence::none();
    let seen =
        |locator: String| Document { locator, status: 200, fetched_at: Timestamp::from_seconds(0), body: Vec::new() };
    evidence.insert(seen(LONG.to_owned()));
    let document = read_with(SHORT, &evidence).unwrap().unwrap();
    assert_eq!(document.id(), SHORT);
    assert!(document.key(&format!("{SHORT}#6MkrCD1c"), Purpose::AssertionMethod).is_ok());
    assert_eq!(json(&document)["alsoKnownAs"], serde_json::json!([LONG]));
    let mut forged = Evidence::none();
    let other = encoded("{}");
    forged.insert(seen(format!("{SHORT}:{}", other.rsplit_once(':').unwrap().1)));
    assert_eq!(read_with(SHORT, &forged).unwrap_err(), Code::DidPeerMalformed);
}

#[test]
fn broken_peers_are_refused() {
    let changed = LONG.replace("PjzX", "PjzY").replace("42UxPjz", "42UxPjy");
    assert!(read(&encoded(r##"{"authentication":[{"id":"#a","type":"Multikey"}]}"##)).is_ok());
    for did in [
        "did:peer:".to_owned(),
        "did:peer:1zQmd8CpeFPci817KDsbSAKWcXAE2mjvCQSasRewvbSF54Bd".to_owned(),
        "did:peer:3zQmS19jtYDvGtKVrJhQnRFpBQAx3pJ9omx2HpNrcXFuRCz9".to_owned(),
        "did:peer:2".to_owned(),
        "did:peer:2.".to_owned(),
        "did:peer:2.Xz6Mkj3PUd1WjvaDhNZhhhXQdz5UnZXmS7ehtx8bsPpD47kKc".to_owned(),
        "did:peer:2.Se30=".to_owned(),
        "did:peer:2.SW10".to_owned(),
        format!("did:peer:2.S{}", base64url::encode(br#"{"t":"dm","type":"dm"}"#)),
        format!("did:peer:2.S{}", base64url::encode(br#"{"id":"did:a:b#c","t":"dm"}"#)),
        format!("did:peer:2{}", ".Se30".repeat(SERVICES + 1)),
        "did:peer:4".to_owned(),
        "did:peer:4z".to_owned(),
        "did:peer:4zQmd8:z1".to_owned(),
        changed,
        encoded("[]"),
        encoded("{"),
        encoded(r#"{"id":"did:a:b"}"#),
        encoded(r#"{"alsoKnownAs":"x"}"#),
        encoded(r#"{"authentication":[{"id":"did:a:b#c"}]}"#),
    ] {
        assert_eq!(read(&did).unwrap_err(), Code::DidPeerMalformed, "{}", did.get(..90).unwrap_or(&did));
    }
    assert_eq!(read("did:peer:2.Vz6Mkj3").unwrap_err(), Code::DidKeyMalformed);
    assert_eq!(read("did:peer:0z6Mkj3").unwrap_err(), Code::DidKeyMalformed);
}
