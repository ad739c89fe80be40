use serde_json::{Value as Json, json};

use super::*;
use crate::credential::Input;
use crate::crypto::algorithm::Hash;
use crate::crypto::own_keys::Signer;
use crate::encoding::base64url;
use crate::format::vc::secured_sample::{NOW, World, credential, holder_kid, issuer_kid, presentation, world};
use crate::issue::sd_jwt::{Binding, bind, random_salt};
use crate::issue::vc_jose::{TokenClaims, sd_jwt};
use crate::occasion::Occasion;
use crate::time::Timestamp;

fn issued(world: &World, pointers: &[&str], is_bound: bool) -> String {
    let pointers: Vec<String> = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
    let holder_key = is_bound.then(|| world.holder.public_key().to_jwk());
    let claims = TokenClaims { holder_key, ..TokenClaims::default() };
    let salts = &mut random_salt;
    let token = sd_jwt(&credential(), (&claims, &pointers), salts, &world.issuer, &issuer_kid()).unwrap();
    token.text().into_owned()
}

fn binding(issued_at: Timestamp) -> Binding {
    Binding {
        nonce: "n".to_owned(),
        audience: "https://rp.example".to_owned(),
        issued_at,
        transaction_data: Vec::new(),
    }
}

#[test]
fn begins_by_type() {
    let text = |typ: &str, payload: &str| {
        let header = format!(r#"{{"typ":"{typ}"}}"#);
        format!("{}.{}.AA~", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()))
    };
    for (typ, payload, begins) in [
        ("vc+sd-jwt", r#"{"@context":[]}"#, true),
        ("application/vc+sd-jwt", "{}", true),
        ("vp+sd-jwt", "{}", true),
        ("vc+sd-jwt", r#"{"vct":"a"}"#, false),
        ("vc+sd-jwt", r#"{"vct":"a","@context":[]}"#, true),
        ("dc+sd-jwt", r#"{"@context":[]}"#, false),
        ("vc+jwt", "{}", false),
    ] {
        assert_eq!(VcSdJwt.begins(&text(typ, payload)), begins, "{typ} {payload}");
        assert!(!VcSdJwt.begins(text(typ, payload).trim_end_matches('~')));
    }
}

#[test]
fn only_what_is_disclosed_is_there() {
    let world = world();
    let text = issued(&world, &["/credentialSubject/degree/name", "/credentialSubject/languages/0"], false);
    assert_eq!(world.codes(&text), ["accepted"]);
    let said =
        |text: &str| serde_json::to_value(world.report(Input::text(text), Occasion::default())).unwrap().to_string();
    assert!(said(&text).contains("Bachelor") && said(&text).contains("\"mi\""));
    assert!(said(&text).contains(r#"{"outcome":"pass","stage":"digests"}"#) || said(&text).contains("digests"));
    let (jwt, _) = text.split_once('~').unwrap();
    let hidden = format!("{jwt}~");
    assert_eq!(world.codes(&hidden), ["accepted"]);
    assert!(!said(&hidden).contains("Bachelor") && said(&hidden).contains("2020"));
    let foreign = base64url::encode(br#"["s","admin",true]"#);
    assert_eq!(world.codes(&format!("{text}{foreign}~")), ["sdjwt.disclosure_unreferenced"]);
}

#[test]
fn key_binding_is_checked_whole() {
    let world = world();
    let text = issued(&world, &["/credentialSubject/degree"], true);
    let bound = bind(&text, &binding(NOW), Hash::Sha256, &world.holder).unwrap();
    assert_eq!(world.codes(&bound), ["accepted"]);
    let occasion = |nonce: &str, audience: &str| Occasion {
        nonce: Some(nonce.to_owned()),
        audience: Some(audience.to_owned()),
        ..Occasion::default()
    };
    assert_eq!(world.codes_at(&bound, occasion("n", "https://rp.example")), ["accepted"]);
    assert_eq!(world.codes_at(&bound, occasion("m", "https://other.example")), ["vp.nonce", "claim.audience"]);
    let (before, kb) = bound.rsplit_once('~').unwrap();
    let (jwt, _) = before.split_once('~').unwrap();
    assert_eq!(world.codes(&format!("{jwt}~{kb}")), ["sdjwt.sd_hash"]);
    let by_issuer = bind(&text, &binding(NOW), Hash::Sha256, &world.issuer).unwrap();
    assert_eq!(world.codes(&by_issuer), ["sdjwt.kb_key"]);
    for issued_at in [NOW.plus(-3600), NOW.plus(3600)] {
        let stale = bind(&text, &binding(issued_at), Hash::Sha256, &world.holder).unwrap();
        assert_eq!(world.codes(&stale), ["time.kb_window"]);
    }
    let unbound = issued(&world, &[], false);
    assert_eq!(world.codes(&bind(&unbound, &binding(NOW), Hash::Sha256, &world.holder).unwrap()), ["sdjwt.cnf"]);
    let claims = json!({"iat": NOW.seconds(), "nonce": "n", "aud": ["a"]}).to_string();
    let odd = crate::issue::jws::sign(&[("typ", "JWT")], claims.as_bytes(), &world.holder).unwrap();
    assert_eq!(world.codes(&format!("{text}{odd}")), ["jose.typ_mismatch", "claim.audience", "sdjwt.sd_hash"]);
}

#[test]
fn presentations() {
    let world = world();
    let inner = sd_jwt(
        &credential(),
        (&TokenClaims::default(), &["/credentialSubject/degree".to_owned()]),
        &mut random_salt,
        &world.issuer,
        &issuer_kid(),
    );
    let document = presentation(vec![inner.unwrap().enveloped(Kind::Credential)]);
    let claims = TokenClaims { nonce: Some("n".to_owned()), ..TokenClaims::default() };
    let pointers = ["/verifiableCredential/0".to_owned()];
    let token = sd_jwt(&document, (&claims, &pointers), &mut random_salt, &world.holder, &holder_kid()).unwrap();
    assert_eq!(world.codes(&token.text()), ["accepted"]);
    let parts = |text: &str| world.report(Input::text(text), Occasion::default()).parts()[0].parts.len();
    assert_eq!(parts(&token.text()), 1);
    let occasion = |nonce: &str| Occasion { nonce: Some(nonce.to_owned()), ..Occasion::default() };
    assert_eq!(world.codes_at(&token.text(), occasion("n")), ["accepted"]);
    assert_eq!(world.codes_at(&token.text(), occasion("m")), ["vp.nonce"]);
}

#[test]
fn some_members_are_always_shown() {
    let world = world();
    for pointer in ["/issuer", "/type/0", "/@context", "/validUntil"] {
        let pointers = [pointer.to_owned()];
        let claims = TokenClaims::default();
        let token = sd_jwt(&credential(), (&claims, &pointers), &mut random_salt, &world.issuer, &issuer_kid());
        assert!(token.is_err(), "{pointer}");
    }
    let with_vct: Json = {
        let mut changed = credential();
        changed["vct"] = json!("a");
        changed
    };
    let claims = TokenClaims::default();
    assert!(sd_jwt(&with_vct, (&claims, &[]), &mut random_salt, &world.issuer, &issuer_kid()).is_err());
}
