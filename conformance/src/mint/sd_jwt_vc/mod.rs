//! Vectors of SD-JWT VC: accepted ones with more or less disclosed, and each with one thing wrong.

mod binding;
mod keys;
mod metadata;
mod queries;
mod shapes;
mod status;

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::envelope::sd_jwt::digest;
use vidimus::reason::{Code, Stage};

use super::pki::Pki;
use super::scene::Scene;
use super::signing::TestKey;
use super::w3c::{self, Jwt, Keys, Teller};
use crate::question::{Occasion, Payload};
use crate::vector::Vector;

const FORMAT: &str = "sd_jwt_vc";
const SPECIFICATION: (&str, &str, &str) =
    ("SD-JWT VC draft 19", "2", "https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/");
/// The issuer.
const ISSUER: &str = "https://issuer.example/cards";
/// The type.
const TYPE: &str = "https://types.example/identity";
/// The relying party.
const AUDIENCE: &str = "x509_san_dns:rp.example";
/// Its nonce.
const NONCE: &str = "n-0S6_WzA2Mj";
/// 2026-06-01T11:59:30Z: half a minute ago.
const SHOWN_AT: i64 = 1_780_315_170;
/// 2026-05-01T00:00:00Z.
const ISSUED_AT: i64 = 1_777_593_600;
/// A disclosure of the family name.
const FAMILY_NAME: &str = r#"["2GLC42sKQveCfGfryNRN9w","family_name","Ngata"]"#;
/// A disclosure of the place inside the address.
const LOCALITY: &str = r#"["eluV5Og3gSNII8EYnsxA_A","locality","Tauranga"]"#;
/// A disclosure of a nationality.
const NATIONALITY: &str = r#"["6Ij7tM-a5iVPGboS5tmvVA","NZ"]"#;

/// An SD-JWT VC before it is written: every part can be exchanged.
#[derive(Clone)]
struct SdJwtVc<'k> {
    jwt: Jwt<'k>,
    disclosures: Vec<String>,
    /// The key binding JWT without its `sd_hash`, which is made last.
    binding: Option<Jwt<'k>>,
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = w3c::keys(pki)?;
    let scene = asking(&Scene::of(FORMAT, SPECIFICATION).trusting(vec![trust(&keys.issuer)]));
    let good = credential(&keys);
    let parent = scene.accepts(
        "key-bound",
        "A credential shown by its holder, for this relying party.",
        input(good.text()),
        Some(claims(&good, &json!({"family_name": "Ngata"}), &["NZ", "XV"])),
    );
    let mut all = vec![parent.clone()];
    let mut teller = Teller { scene: &scene, parent: &parent, all: &mut all };
    shapes::tell(&mut teller, &good);
    content(&mut teller, &good);
    demands(&mut teller);
    binding::tell(&scene, &keys, &good, &mut all);
    keys::tell(pki, &scene, &keys, &good, &mut all)?;
    metadata::tell(&scene, &good, &mut all);
    status::tell(&scene, &keys, &good, &mut all)?;
    queries::tell(&scene, &good, &mut all);
    Ok(all)
}

/// What an accepted credential says.
fn claims(good: &SdJwtVc<'_>, more: &Value, nationalities: &[&str]) -> Value {
    let mut said = good.jwt.payload.clone();
    let members = said.as_object_mut().map(std::mem::take).unwrap_or_default();
    let members = members.into_iter().filter(|(name, _)| !name.starts_with("_sd"));
    let mut said = Value::Object(members.collect());
    said["address"] = json!({"country": "NZ", "locality": "Tauranga"});
    said["nationalities"] = json!(nationalities);
    more.as_object().into_iter().flatten().for_each(|(name, value)| said[name] = value.clone());
    said
}

/// The scene in which a nonce was given for this relying party.
fn asking(scene: &Scene) -> Scene {
    w3c::asking(scene, NONCE, AUDIENCE)
}

/// The scene in which nothing was asked for.
fn unasked(scene: &Scene) -> Scene {
    Scene { occasion: Occasion { nonce: None, audience: None, ..scene.occasion.clone() }, ..scene.clone() }
}

/// The entry that pins the issuer's key.
fn trust(key: &TestKey) -> Value {
    let mut jwk = key.public_key().to_jwk();
    jwk["kid"] = json!("key-1");
    json!({
        "kind": "issuer", "issuer": ISSUER, "name": "vidimus test PKI", "formats": [FORMAT], "environment": "test",
        "keys": {"keys": [jwk]}
    })
}

fn input(text: String) -> Payload {
    Payload::text("application/dc+sd-jwt", text)
}

fn credential(keys: &Keys) -> SdJwtVc<'_> {
    let disclosures = [FAMILY_NAME, LOCALITY, NATIONALITY].map(encoded).to_vec();
    let of = |disclosure: &str| digest(Hash::Sha256, &encoded(disclosure));
    let payload = json!({
        "iss": ISSUER,
        "vct": TYPE,
        "iat": ISSUED_AT,
        "exp": 1_811_808_000,
        "cnf": {"jwk": keys.holder.public_key().to_jwk()},
        "address": {"country": "NZ", "_sd": [of(LOCALITY), "4HBn6aIY3WtuGGWTx-qUaj6cdk6WBpZygltdFavPa7LY"]},
        "nationalities": [{"...": of(NATIONALITY)}, "XV", {"...": "pFndjkZ_VCzmyTa6UjlZo3dh-ko8aIKQc9DlGzhaVYo"}],
        "_sd": [of(FAMILY_NAME), "GzU7kQBQG4WsAj1OVVj7tdpqh4ujNbjauS0jl6SoBQM"],
        "_sd_alg": "sha-256"
    });
    let header = json!({"alg": "ES256", "typ": "dc+sd-jwt", "kid": "key-1"});
    let bound = json!({"iat": SHOWN_AT, "aud": AUDIENCE, "nonce": NONCE});
    let binding = Jwt { header: json!({"alg": "ES256", "typ": "kb+jwt"}), payload: bound, key: &keys.holder };
    SdJwtVc { jwt: Jwt { header, payload, key: &keys.issuer }, disclosures, binding: Some(binding) }
}

impl SdJwtVc<'_> {
    /// The text, the binding made for it.
    fn text(&self) -> String {
        self.text_around(&self.jwt.text())
    }

    /// The text around another JWT of the issuer's.
    fn text_around(&self, jwt: &str) -> String {
        let disclosures: String = self.disclosures.iter().map(|disclosure| format!("{disclosure}~")).collect();
        let presented = format!("{jwt}~{disclosures}");
        match &self.binding {
            None => presented,
            Some(binding) if binding.payload.get("sd_hash").is_some() => format!("{presented}{}", binding.text()),
            Some(binding) => {
                let bound = binding.with("sd_hash", digest(Hash::Sha256, &presented));
                format!("{presented}{}", bound.text())
            }
        }
    }

    fn changed(&self, change: impl FnOnce(&mut Value)) -> Self {
        SdJwtVc { jwt: self.jwt.changed(change), ..self.clone() }
    }

    fn with(&self, name: &str, value: impl Into<Value>) -> Self {
        SdJwtVc { jwt: self.jwt.with(name, value), ..self.clone() }
    }

    fn with_header(&self, name: &str, value: impl Into<Value>) -> Self {
        SdJwtVc { jwt: self.jwt.with_header(name, value), ..self.clone() }
    }

    /// The same with another disclosure, whose digest the issuer signed.
    fn disclosing(&self, disclosure: &str) -> Self {
        let disclosure = encoded(disclosure);
        let mut changed = self.changed(|claims| {
            if let Some(digests) = claims["_sd"].as_array_mut() {
                digests.push(digest(Hash::Sha256, &disclosure).into());
            }
        });
        changed.disclosures.push(disclosure);
        changed
    }
}

fn encoded(disclosure: &str) -> String {
    base64url::encode(disclosure.as_bytes())
}

/// What the credential says.
fn content(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        teller.refuse(case, title, code, good.with(name, value).text());
    };
    with("no-type", "The credential names no type.", Code::SdjwtVct, "vct", Value::Null);
    with("type-a-number", "The type is a number.", Code::SdjwtVct, "vct", json!(1));
    with("further-types-a-text", "`aka_vcts` is a text.", Code::SdjwtVct, "aka_vcts", json!("urn:x"));
    with("subject-a-number", "`sub` is a number.", Code::ClaimType, "sub", json!(1));
    with("end-a-text", "`exp` is a text.", Code::ClaimType, "exp", json!("1811808000"));
    with("ended", "`exp` was two days ago.", Code::TimeExpired, "exp", json!(1_780_142_400));
    with("begins-tomorrow", "`nbf` is tomorrow.", Code::TimeNotYetValid, "nbf", json!(1_780_401_600));
    with("issued-tomorrow", "`iat` is tomorrow.", Code::TimeNotYetValid, "iat", json!(1_780_401_600));
    with(
        "end-in-milliseconds",
        "`exp` counts milliseconds.",
        Code::TimeImplausible,
        "exp",
        json!(1_811_808_000_000_i64),
    );
    with("status-a-text", "`status` is a text.", Code::StatusMalformed, "status", json!("valid"));
    let place = json!({"status_list": {"idx": "1", "uri": "https://issuer.example/status/1"}});
    with("status-place-a-text", "The place in the status list is a text.", Code::StatusIndex, "status", place);
    for (name, value) in [("exp", json!(1_811_808_000)), ("vct", json!(TYPE)), ("iss", json!(ISSUER))] {
        let open = good.with(name, Value::Null).disclosing(&json!(["s", name, value]).to_string());
        let title = format!("`{name}` is disclosed selectively.");
        teller.refuse(&format!("{name}-disclosed"), &title, Code::SdjwtRegisteredClaim, open.text());
    }
    let inside = encoded(r#"["s","uri","https://issuer.example/status/1"]"#);
    let mut status = good.with("status", json!({"status_list": {"idx": 1, "_sd": [digest(Hash::Sha256, &inside)]}}));
    status.disclosures.push(inside);
    teller.refuse(
        "status-disclosed",
        "A part of `status` is disclosed selectively.",
        Code::SdjwtRegisteredClaim,
        status.text(),
    );
    let other = teller.parent.input.clone();
    let title = "Another type was asked for.";
    let scene = teller.scene.asking_for(&["https://types.example/licence"]);
    teller.all.push(scene.refuses_at(Stage::Policy, teller.parent, "type-not-asked-for", title, Code::SdjwtVct, other));
}

/// What the policy and the trust store decide.
fn demands(teller: &mut Teller<'_>) {
    let (scene, input) = (teller.scene.clone(), teller.parent.input.clone());
    let mut refuse = |scene: Scene, case: &str, title: &str, code| {
        teller.all.push(scene.refuses(teller.parent, case, title, code, input.clone()));
    };
    let title = "The policy takes EU certificates only.";
    refuse(scene.demanding("formats", json!(["eu_dcc"])), "format-not-taken", title, Code::PolicyFormat);
    let title = "The issuer is not on the trust list.";
    refuse(scene.trusting(Vec::new()), "issuer-unknown", title, Code::TrustIssuerUnknown);
    let mut listed = scene.trust[0].clone();
    listed["environment"] = json!("production");
    let title = "The issuer is listed for production only.";
    refuse(scene.trusting(vec![listed]), "issuer-of-production", title, Code::TrustEnvironment);
    let mut listed = scene.trust[0].clone();
    listed["types"] = json!(["https://types.example/licence"]);
    let title = "The issuer is trusted for licences only.";
    refuse(scene.trusting(vec![listed]), "issuer-of-another-type", title, Code::TrustPurpose);
    teller.all.push(scene.demanding("status", "required").cannot_tell(
        teller.parent,
        "status-required",
        "A status is demanded, and the credential declares none.",
        Code::StatusUnavailable,
        input,
    ));
}
