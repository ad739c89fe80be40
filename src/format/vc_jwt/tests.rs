use serde_json::{Value as Json, json};

use super::*;
use crate::credential::Input;
use crate::encoding::base64url;
use crate::format::vc::secured_sample::{
    HOLDER, ISSUER, NOW, World, credential, holder_kid, issuer_kid, presentation, world,
};
use crate::format::{by_name, detect};
use crate::issue::jws::sign;
use crate::issue::vc_jose::{TokenClaims, jwt};
use crate::occasion::Occasion;

fn signed(world: &World, header: &[(&str, &str)], payload: &Json) -> String {
    sign(header, payload.to_string().as_bytes(), &world.issuer).unwrap()
}

fn issued(world: &World, document: &Json) -> String {
    jwt(document, &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap().text().into_owned()
}

#[test]
fn begins_by_type_or_claim() {
    let text = |header: &str, payload: &str| {
        format!("{}.{}.AA", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()))
    };
    for (header, payload, begins) in [
        (r#"{"typ":"vc+jwt"}"#, "{}", true),
        (r#"{"typ":"application/VP+JWT"}"#, "{}", true),
        (r#"{"typ":"JWT"}"#, r#"{"vc":{}}"#, true),
        (r#"{"alg":"ES256"}"#, r#"{"vp":{}}"#, true),
        (r#"{"alg":"ES256"}"#, r#"{"@context":[]}"#, true),
        (r#"{"typ":"JWT"}"#, r#"{"@context":[]}"#, false),
        (r#"{"typ":"JWT"}"#, "{}", false),
        (r#"{"typ":"JWT"}"#, r#"{"a":"\"vc\""}"#, false),
        (r#"{"typ":"vc+jwt","zip":"DEF"}"#, "{}", false),
        (r#"{"typ":"vc+sd-jwt"}"#, r#"{"vc":{}}"#, false),
        (r#"{"typ":"dc+sd-jwt"}"#, "{}", false),
        (r#"{"typ":1}"#, "{}", false),
    ] {
        assert_eq!(VcJwt.begins(&text(header, payload)), begins, "{header} {payload}");
    }
    assert!(!VcJwt.begins(&format!("{}~", text(r#"{"typ":"vc+jwt"}"#, "{}"))));
    assert_eq!(detect(&text(r#"{"typ":"vc+jwt"}"#, "{}")).unwrap().about().name, NAME);
    assert!(by_name(NAME).is_some());
}

#[test]
fn what_is_issued_is_accepted() {
    let world = world();
    let text = issued(&world, &credential());
    assert_eq!(world.codes(&text), ["accepted"]);
    let enveloped = jwt(&credential(), &TokenClaims::default(), &world.issuer, "key-1").unwrap();
    let envelope = enveloped.enveloped(Kind::Credential).to_string();
    assert_eq!(world.codes(&envelope), world.codes(&enveloped.text()));
    let report = world.report(Input::text(text), Occasion::default());
    let said = serde_json::to_value(&report).unwrap();
    assert!(said.to_string().contains("Bachelor"));
    let changed = issued(&world, &credential()).replace(".eyJ", ".eyK");
    assert_ne!(world.codes(&changed), ["accepted"]);
}

#[test]
fn older_encoding() {
    let world = world();
    let mut old = credential();
    old["@context"] = json!(["https://www.w3.org/2018/credentials/v1"]);
    old["issuanceDate"] = old["validFrom"].take();
    old.as_object_mut().unwrap().shift_remove("validFrom");
    old["expirationDate"] = json!("2036-01-01T00:00:00Z");
    let text = issued(&world, &old);
    assert_eq!(world.codes(&text), ["accepted"]);
    let payload: Json = json::from_slice(&peek_payload(&text).unwrap()).unwrap();
    assert_eq!(
        (&payload["iss"], &payload["sub"], &payload["nbf"]),
        (&json!(ISSUER), &json!(HOLDER), &json!(1_767_225_600))
    );
    let kid = issuer_kid();
    let mut bare = payload.clone();
    for member in ["issuer", "id", "issuanceDate", "expirationDate"] {
        bare["vc"].as_object_mut().unwrap().shift_remove(member);
    }
    assert_eq!(world.codes(&signed(&world, &[("kid", &kid)], &bare)), ["accepted"]);
    // VC Data Model 1.1, 6.3.1: without `kid` any key of the issuer's may have signed, and nobody else's.
    assert_eq!(world.codes(&signed(&world, &[("typ", "JWT")], &payload)), ["accepted"]);
    let by_another = sign(&[("typ", "JWT")], payload.to_string().as_bytes(), &world.holder).unwrap();
    assert_eq!(world.codes(&by_another), ["sig.invalid"]);
    let refused = |change: fn(&mut Json)| {
        let mut changed = payload.clone();
        change(&mut changed);
        world.codes(&signed(&world, &[("kid", &kid), ("typ", "JWT")], &changed))
    };
    assert_eq!(refused(|claims| claims["jti"] = json!("urn:other")), ["claim.inconsistent"]);
    assert_eq!(refused(|claims| claims["exp"] = json!("1")), ["claim.type"]);
    assert_eq!(refused(|claims| claims["nbf"] = json!(1_767_225_601)), ["claim.inconsistent"]);
    assert_eq!(refused(|claims| claims["vp"] = json!({}))[0], "vc.envelope");
}

#[test]
fn each_rule_has_its_code() {
    let world = world();
    let kid = issuer_kid();
    let good = credential();
    let codes = |header: &[(&str, &str)], change: fn(&mut Json)| {
        let mut changed = good.clone();
        change(&mut changed);
        world.codes(&signed(&world, header, &changed))
    };
    let header = [("kid", kid.as_str()), ("typ", "vc+jwt")];
    assert_eq!(codes(&header, |_| {}), ["accepted"]);
    assert_eq!(codes(&[("kid", &kid)], |_| {}), ["accepted"]);
    assert_eq!(codes(&[header[0], header[1], ("cty", "vc")], |_| {}), ["accepted"]);
    assert_eq!(codes(&[header[0], header[1], ("cty", "vp")], |_| {}), ["jose.typ_mismatch"]);
    assert_eq!(codes(&header, |vc| vc["vc"] = json!({})), ["vc.envelope"]);
    assert_eq!(codes(&header, |vc| vc["iss"] = json!("https://other.example/")), ["claim.inconsistent"]);
    assert_eq!(codes(&header, |vc| vc["iss"] = json!(1)), ["claim.type"]);
    assert_eq!(codes(&header, |vc| vc["exp"] = json!(1)), ["time.expired"]);
    assert_eq!(codes(&header, |vc| vc["exp"] = json!("later")), ["claim.type"]);
    assert_eq!(codes(&header, |vc| vc["iat"] = json!("2026-01-01T00:00:00Z")), ["accepted"]);
    assert_eq!(codes(&header, |vc| vc["iat"] = json!(NOW_AND_A_DAY)), ["time.not_yet_valid"]);
    assert_eq!(codes(&header, |vc| vc["cnf"] = json!({"jwk": {"d": "AA"}})), ["jose.private_key_exposed"]);
    assert_eq!(codes(&header, |vc| vc["validUntil"] = json!("2026-01-02T00:00:00Z")), ["time.expired"]);
    assert_eq!(codes(&header, |vc| vc["type"] = json!(["Other"])), ["vc.type"]);
    assert_eq!(codes(&header, |vc| vc["issuer"] = json!("https://nobody.example/"))[0], "trust.issuer_unknown");
    assert_eq!(codes(&[("kid", "key-1"), ("typ", "vc+jwt")], |_| {})[0], "jose.kid_unknown");
    assert_eq!(codes(&[("typ", "vc+jwt")], |_| {}), ["jose.kid_unknown"]);
    assert_eq!(codes(&[header[0], ("typ", "vp+jwt")], |_| {})[0], "vc.type");
    let unsigned = format!(
        "{}.{}.",
        base64url::encode(format!(r#"{{"alg":"none","typ":"vc+jwt","kid":"{kid}"}}"#).as_bytes()),
        base64url::encode(good.to_string().as_bytes())
    );
    assert_eq!(world.codes(&unsigned), ["jose.alg_none"]);
    // ES384 is for P-384 keys alone, whatever other formats take.
    let other = crate::crypto::own_keys::OwnKey::generate(crate::crypto::public_key::Curve::P384).unwrap().0;
    let text = sign(&header, good.to_string().as_bytes(), &other).unwrap();
    assert_eq!(world.codes(&text), ["jose.alg_key_mismatch"]);
}

const NOW_AND_A_DAY: i64 = NOW.seconds() + 86_400;

#[test]
fn presentations() {
    let world = world();
    let enveloped = jwt(&credential(), &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap();
    let document = presentation(vec![enveloped.enveloped(Kind::Credential)]);
    let claims = TokenClaims {
        nonce: Some("n".to_owned()),
        audience: Some("https://rp.example".to_owned()),
        ..TokenClaims::default()
    };
    let text = jwt(&document, &claims, &world.holder, &holder_kid()).unwrap().text().into_owned();
    assert_eq!(world.codes(&text), ["accepted"]);
    let occasion = |nonce: &str, audience: &str| Occasion {
        nonce: Some(nonce.to_owned()),
        audience: Some(audience.to_owned()),
        ..Occasion::default()
    };
    assert_eq!(world.codes_at(&text, occasion("n", "https://rp.example")), ["accepted"]);
    assert_eq!(world.codes_at(&text, occasion("m", "https://rp.example")), ["vp.nonce"]);
    assert_eq!(world.codes_at(&text, occasion("n", "https://rp.example/")), ["claim.audience"]);
    let envelope = jwt(&document, &claims, &world.holder, &holder_kid()).unwrap().enveloped(Kind::Presentation);
    assert_eq!(world.codes(&envelope.to_string()), ["accepted"]);
    // A credential inside that is not right refuses the whole.
    let forged = enveloped.enveloped(Kind::Credential).to_string().replace(".eyJAY29udGV4dCI6", ".eyJAY29udGV4dCI7");
    let forged = presentation(vec![json::from_slice(forged.as_bytes()).unwrap()]);
    let text = jwt(&forged, &TokenClaims::default(), &world.holder, &holder_kid()).unwrap().text().into_owned();
    assert_ne!(world.codes(&text), ["accepted"]);
    // Presentations do not nest, and need no text where 2.0 wants an object.
    let nested = presentation(vec![envelope]);
    assert!(jwt(&nested, &TokenClaims::default(), &world.holder, &holder_kid()).is_err());
    let signed_by_issuer = jwt(&document, &claims, &world.issuer, &holder_kid()).unwrap().text().into_owned();
    assert_eq!(world.codes(&signed_by_issuer), ["sig.invalid"]);
}

#[test]
fn older_presentations_hold_texts() {
    let world = world();
    let inner = issued(&world, &credential());
    let vp = |item: Json| {
        json!({"iss": HOLDER, "nonce": "n", "aud": ["https://rp.example"], "vp": {
            "@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiablePresentation"],
            "verifiableCredential": [item]}})
    };
    let kid = holder_kid();
    let text = |claims: &Json| {
        sign(&[("kid", kid.as_str()), ("typ", "JWT")], claims.to_string().as_bytes(), &world.holder).unwrap()
    };
    assert_eq!(world.codes(&text(&vp(json!(inner)))), ["accepted"]);
    assert_eq!(world.codes(&text(&vp(json!(1))))[0], "vc.envelope");
    let occasion = Occasion {
        nonce: Some("n".to_owned()),
        audience: Some("https://rp.example".to_owned()),
        ..Occasion::default()
    };
    assert_eq!(world.codes_at(&text(&vp(json!(inner))), occasion), ["accepted"]);
}
