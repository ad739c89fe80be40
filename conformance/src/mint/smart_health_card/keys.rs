//! Whose keys count, what comes with them, and what their owner revoked.

use serde_json::{Value, json};
use vidimus::encoding::base64url;
use vidimus::reason::{Code, Stage};

use super::card::{Card, NOT_BEFORE, document, issuer, jwk};
use crate::mint::pki::Pki;
use crate::mint::scene::Scene;
use crate::vector::Vector;

const RID: &str = "MKyCxh7p6uQ";

/// What the trust list says of the issuer.
pub(super) fn standing(scene: &Scene, good: &Card<'_>, parent: &Vector, all: &mut Vec<Vector>) {
    let mut entry = scene.trust[0].clone();
    entry["environment"] = json!("production");
    let title = "The issuer is listed for production only.";
    let production = scene.trusting(vec![entry]);
    all.push(production.refuses(parent, "issuer-of-production", title, Code::TrustEnvironment, good.qr()));
    let unknown = good.with(&["iss"], json!("https://other.example/cards"));
    let title = "The issuer is not on the trust list.";
    all.push(scene.refuses(parent, "issuer-unknown", title, Code::TrustIssuerUnknown, unknown.qr()));
}

/// Key sets that are fetched, and which keys are none.
pub(super) fn fetched(scene: &Scene, good: &Card<'_>, all: &mut Vec<Vector>) {
    let key = jwk(good.key);
    let fetching = scene.trusting(vec![issuer(None)]);
    let found = |keys: String| fetching.finding(vec![document("jwks.json", keys)]);
    let set = json!({"keys": [key]}).to_string();
    let claims = Some(good.claims.clone());
    let parent = found(set.clone()).accepts("fetched-keys", "The issuer's keys are fetched.", good.qr(), claims);
    let title = "The issuer's keys were not fetched.";
    all.push(fetching.cannot_tell(&parent, "keys-not-at-hand", title, Code::TrustKeyUnavailable, good.qr()));
    let mut refuse_at_key = |keys: String, case: &str, title: &str, code| {
        all.push(found(keys).refuses_at(Stage::Key, &parent, case, title, code, good.qr()));
    };
    let html = "<!doctype html>".to_owned();
    refuse_at_key(html, "keys-as-html", "A page stands where the keys should.", Code::JsonSyntax);
    let padded = set + &" ".repeat(256 << 10);
    refuse_at_key(padded, "keys-too-large", "The key set has more than 256 KiB.", Code::InputTooLarge);
    let mut with = |case: &str, title: &str, code, changes: &[(&str, Value)]| {
        let mut key = key.clone();
        for (member, value) in changes {
            key[*member] = value.clone();
        }
        refuse_at_key(json!({"keys": [key]}).to_string(), case, title, code);
    };
    with("key-for-encryption", "The key is for encryption.", Code::JoseJwkPolicy, &[("use", json!("enc"))]);
    let title = "The key is for another algorithm.";
    with("key-for-another-algorithm", title, Code::JoseJwkPolicy, &[("alg", json!("ES384"))]);
    let title = "The published key is private.";
    with("key-set-with-private-key", title, Code::JosePrivateKeyExposed, &[("d", json!("AA"))]);
    let off = [("y", key["x"].clone())];
    with("key-off-the-curve", "The key is no point of its curve.", Code::KeyInvalidPoint, &off);
    let small = [("kty", json!("RSA")), ("n", json!(base64url::encode(&[0xc1; 128]))), ("e", json!("AQAB"))];
    with("key-rsa-1024", "The key is RSA of 1024 bits.", Code::KeyWeak, &small);
    all.push(parent);
}

/// Certificates that come with the key.
pub(super) fn certificates(scene: &Scene, pki: &Pki, good: &Card<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let der = |name: &str| pki.certificate(name).map(|der| base64url::encode_standard(&der));
    let with = |x5c: Vec<String>| {
        let mut key = jwk(good.key);
        key["x5c"] = json!(x5c);
        scene.trusting(vec![issuer(None)]).finding(vec![document("jwks.json", json!({"keys": [key]}).to_string())])
    };
    let chain = with(vec![der("card-issuer")?, der("authority")?]);
    let parent = chain.accepts(
        "certificates",
        "The issuer's key comes with certificates.",
        good.qr(),
        Some(good.claims.clone()),
    );
    let mut refuse =
        |case: &str, title: &str, code, x5c| all.push(with(x5c).refuses(&parent, case, title, code, good.qr()));
    refuse("certificate-broken", "The certificate is no certificate.", Code::X509Malformed, vec!["AAAA".to_owned()]);
    refuse(
        "certificate-of-another",
        "The certificate names another issuer.",
        Code::X509SanMismatch,
        vec![der("card-issuer-with-other-name")?, der("authority")?],
    );
    refuse(
        "certificate-by-no-authority",
        "A certificate that is no authority issued another.",
        Code::X509NotACa,
        vec![der("card-issuer-by-a-signer")?, der("signer")?],
    );
    refuse(
        "certificate-by-a-limited-authority",
        "An authority that must not certify did.",
        Code::X509KeyUsage,
        vec![der("card-issuer-by-a-limited-authority")?, der("limited-authority")?],
    );
    refuse(
        "certificates-of-strangers",
        "The second certificate did not issue the first.",
        Code::X509UntrustedRoot,
        vec![der("card-issuer")?, der("other-authority")?],
    );
    refuse(
        "certificates-without-end",
        "The key comes with eleven certificates.",
        Code::X509ChainTooLong,
        vec![der("authority")?; 11],
    );
    let weak = base64url::encode_standard(&with_sha224(&pki.certificate("card-issuer")?));
    refuse(
        "certificate-with-sha224",
        "The certificate says that it is signed with SHA-224.",
        Code::X509WeakAlg,
        vec![weak, der("authority")?],
    );
    all.push(parent);
    Ok(())
}

/// The certificate with ecdsa-with-SHA224 in the place of ecdsa-with-SHA256, in both places where it stands.
pub(super) fn with_sha224(der: &[u8]) -> Vec<u8> {
    const SHA256: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
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
pub(super) fn revocation(scene: &Scene, good: &Card<'_>, all: &mut Vec<Vector>) {
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
    let parent =
        empty.accepts("not-revoked", "The card is not on the revocation list.", card.qr(), Some(card.claims.clone()));
    let spared = list("rid", json!([format!("{RID}.{NOT_BEFORE}")]));
    all.push(spared.accepts(
        "revoked-before",
        "Only older cards of this identifier are revoked.",
        card.qr(),
        Some(card.claims.clone()),
    ));
    let revoked = list("rid", json!([RID]));
    all.push(revoked.refuses(
        &parent,
        "revoked",
        "The card is on the revocation list.",
        Code::StatusRevoked,
        card.qr(),
    ));
    all.push(scene.cannot_tell(
        &parent,
        "list-not-at-hand",
        "The revocation list was not fetched.",
        Code::StatusUnavailable,
        card.qr(),
    ));
    let other = list("other", json!([]));
    all.push(other.cannot_tell(
        &parent,
        "list-of-another-method",
        "The revocation list is of an unknown method.",
        Code::StatusCrlInvalid,
        card.qr(),
    ));
    all.push(parent);
}
