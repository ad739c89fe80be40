use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer as CertificateIssuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use serde_json::{Value as Json, json};

use super::*;
use crate::credential::Input;
use crate::crypto::algorithm::Hash;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::base64url;
use crate::evidence::{Document, Evidence};
use crate::issue::sd_jwt::{Binding, bind, flattened, random_salt, show};
use crate::issue::sd_jwt_vc::{Draft, Names, issue};
use crate::occasion::Occasion;
use crate::policy::{ControllerDemand, IssuerDemand, StatusDemand, TypeMetadataDemand};
use crate::report::Report;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::{Request, verify};

const ISSUER: &str = "https://issuer.example/pid";
const AUDIENCE: &str = "x509_san_dns:rp.example";
const TYPE: &str = "https://types.example/pid";
const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

struct World {
    issuer: OwnKey,
    holder: OwnKey,
    trust: Trust,
    evidence: Evidence,
}

fn trust(entry: &Json) -> Trust {
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value::<Entry>(entry.clone()).unwrap()]);
    assert_eq!(problems, []);
    trust
}

fn jwk(key: &OwnKey, kid: &str) -> Json {
    let mut jwk = key.public_key().to_jwk();
    jwk["kid"] = kid.into();
    jwk
}

fn entry(keys: Option<Json>) -> Json {
    let mut entry = json!({"kind": "issuer", "issuer": ISSUER, "formats": [NAME], "types": []});
    if let Some(keys) = keys {
        entry["keys"] = keys;
    }
    entry
}

fn world() -> World {
    let (issuer, _) = OwnKey::generate_p256().unwrap();
    let (holder, _) = OwnKey::generate_p256().unwrap();
    let trust = trust(&entry(Some(json!({"keys": [jwk(&issuer, "k1")]}))));
    World { issuer, holder, trust, evidence: Evidence::none() }
}

fn claims() -> Json {
    json!({
        "iss": ISSUER, "vct": TYPE, "iat": 1_789_999_000, "exp": 1_790_100_000,
        "family_name": "Holm", "address": {"locality": "Berlin", "country": "DE"}, "nationalities": ["DE", "NO"]
    })
}

impl World {
    fn draft(&self, claims: Json) -> Draft {
        let disclosable = ["/family_name", "/address/locality", "/nationalities/1"].map(str::to_owned).to_vec();
        let holder_key = Some(self.holder.public_key().to_jwk());
        Draft { disclosable, holder_key, ..Draft::of(claims) }
    }

    fn issued(&self) -> String {
        issue(&self.draft(claims()), &Names::Kid("k1"), &mut random_salt, &self.issuer).unwrap()
    }

    fn bound(&self, text: &str) -> String {
        bind(text, &binding(), Hash::Sha256, &self.holder).unwrap()
    }

    fn report(&self, text: &str, occasion: &Occasion, policy: &Policy) -> Report {
        let request =
            Request { input: Input::text(text), occasion: occasion.clone(), policy: Arc::new(policy.clone()) };
        verify(&request, &self.trust, &self.evidence)
    }

    fn codes_under(&self, text: &str, occasion: &Occasion, policy: &Policy) -> Vec<&'static str> {
        let report = self.report(text, occasion, policy);
        let codes: Vec<&'static str> = report.reasons().map(|reason| reason.code().as_str()).collect();
        if codes.is_empty() { vec![report.verdict()] } else { codes }
    }

    fn codes(&self, text: &str) -> Vec<&'static str> {
        self.codes_under(text, &asked(), &Policy::default())
    }
}

fn binding() -> Binding {
    let (nonce, audience) = ("n".to_owned(), AUDIENCE.to_owned());
    Binding { nonce, audience, issued_at: NOW, transaction_data: Vec::new() }
}

fn asked() -> Occasion {
    Occasion { nonce: Some("n".to_owned()), audience: Some(AUDIENCE.to_owned()), ..Occasion::at(NOW) }
}

#[test]
fn a_holder_shows_a_part() {
    let world = world();
    let shown = show(&world.issued(), &["/address/locality".to_owned()]).unwrap();
    let bound = world.bound(&shown);
    assert_eq!(world.codes(&bound), ["accepted"]);
    let said = serde_json::to_value(world.report(&bound, &asked(), &Policy::default())).unwrap();
    let claims = &said["claims"];
    assert_eq!(claims["address"], json!({"country": "DE", "locality": "Berlin"}));
    assert_eq!((&claims["nationalities"], claims.get("family_name")), (&json!(["DE"]), None));
    assert_eq!(claims.get("_sd"), None);
    // The same as JSON, over any lines.
    let whole = flattened(&bound).unwrap();
    assert_eq!(world.codes(&whole.to_string()), ["accepted"]);
    assert_eq!(world.codes(&serde_json::to_string_pretty(&whole).unwrap()), ["accepted"]);
    let mut general = json!({"payload": whole["payload"], "signatures": [whole.clone()]});
    assert_eq!(world.codes(&general.to_string()), ["accepted"]);
    let mut second = json!({"protected": whole["protected"], "signature": whole["signature"]});
    general["signatures"] = json!([whole, second]);
    assert_eq!(world.codes(&general.to_string()), ["accepted"]);
    second["signature"] = base64url::encode(&[1; 64]).into();
    general["signatures"][1] = second;
    assert_eq!(world.codes(&general.to_string()), ["sig.invalid"]);
}

#[test]
fn who_needs_a_proof_of_key_binding() {
    let world = world();
    let text = world.issued();
    let policy = |key_binding| Policy { key_binding, ..Policy::default() };
    let unasked = Occasion::at(NOW);
    let missing = ["sdjwt.kb_missing"];
    use KeyBindingDemand::{Ignored, Required, WhenDeclared};
    assert_eq!(world.codes_under(&text, &unasked, &policy(WhenDeclared)), missing);
    assert_eq!(world.codes_under(&text, &unasked, &policy(Ignored)), ["accepted"]);
    assert_eq!(world.codes_under(&text, &asked(), &policy(Ignored)), missing);
    let unheld = Draft { holder_key: None, ..world.draft(claims()) };
    let unheld = issue(&unheld, &Names::Nothing, &mut random_salt, &world.issuer).unwrap();
    assert_eq!(world.codes_under(&unheld, &unasked, &policy(WhenDeclared)), ["accepted"]);
    assert_eq!(world.codes_under(&unheld, &unasked, &policy(Required)), missing);
    // One that is there is looked at, whatever the policy.
    let by_issuer = bind(&text, &binding(), Hash::Sha256, &world.issuer).unwrap();
    assert_eq!(world.codes_under(&by_issuer, &unasked, &policy(Ignored)), ["sdjwt.kb_key"]);
    let other = Occasion { nonce: Some("m".to_owned()), audience: Some("y".to_owned()), ..unasked };
    assert_eq!(world.codes_under(&world.bound(&text), &other, &policy(Ignored)), ["vp.nonce", "claim.audience"]);
    let transacting = Occasion { transaction_data: vec!["a".to_owned()], ..asked() };
    assert_eq!(world.codes_under(&world.bound(&text), &transacting, &Policy::default()), ["vp.transaction_data"]);
    let approving = Binding { transaction_data: vec!["a".to_owned()], ..binding() };
    let approving = bind(&text, &approving, Hash::Sha256, &world.holder).unwrap();
    assert_eq!(world.codes_under(&approving, &transacting, &Policy::default()), ["accepted"]);
    assert_eq!(world.codes(&approving), ["vp.transaction_data"]);
}

#[test]
fn a_holders_key_is_one_public_key() {
    let world = world();
    let private = json!({"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "AA"}});
    for (cnf, code) in [
        (json!({}), "sdjwt.cnf"),
        (json!("x"), "sdjwt.cnf"),
        (json!({"jwk": 1}), "sdjwt.cnf"),
        (json!({"jwk": {"kty": "oct", "k": "AA"}}), "sdjwt.cnf"),
        (json!({"jwk": world.holder.public_key().to_jwk(), "jku": "https://x.example"}), "sdjwt.cnf"),
        (private, "jose.private_key_exposed"),
    ] {
        let mut changed = claims();
        changed["cnf"] = cnf.clone();
        let fault = issue(&Draft::of(changed), &Names::Kid("k1"), &mut random_salt, &world.issuer).unwrap_err();
        assert!(fault.to_string().contains(code), "{cnf}: {fault}");
    }
    let mut named = claims();
    named["cnf"] = json!({"kid": "somewhere"});
    let text = issue(&Draft::of(named), &Names::Kid("k1"), &mut random_salt, &world.issuer).unwrap();
    assert_eq!(world.codes(&world.bound(&text)), ["sdjwt.cnf"]);
}

#[test]
fn issuer_metadata_is_evidence() {
    let mut world = world();
    let bound = world.bound(&world.issued());
    world.trust = trust(&entry(None));
    let report = world.report(&bound, &asked(), &Policy::default());
    let places: Vec<&str> = report.missing().map(crate::locator::Locator::as_str).collect();
    assert_eq!(
        (report.verdict(), places),
        ("indeterminate", vec!["https://issuer.example/.well-known/jwt-vc-issuer/pid"])
    );
    let mut at = |url: &str, body: &Json| {
        let body = body.to_string().into_bytes();
        world.evidence.insert(Document { locator: url.to_owned(), status: 200, fetched_at: NOW, body });
    };
    let keys = json!({"keys": [jwk(&world.issuer, "k1")]});
    at("https://issuer.example/.well-known/jwt-vc-issuer/pid", &json!({"issuer": ISSUER, "jwks": keys}));
    assert_eq!(world.codes(&bound), ["accepted"]);
    let by_place = json!({"issuer": ISSUER, "jwks_uri": "https://keys.example/1"});
    let insert = |world: &mut World, url: &str, body: &Json| {
        let body = body.to_string().into_bytes();
        world.evidence.insert(Document { locator: url.to_owned(), status: 200, fetched_at: NOW, body });
    };
    insert(&mut world, "https://issuer.example/.well-known/jwt-vc-issuer/pid", &by_place);
    assert_eq!(world.codes(&bound), ["trust.key_unavailable"]);
    insert(&mut world, "https://keys.example/1", &keys);
    assert_eq!(world.codes(&bound), ["accepted"]);
    insert(&mut world, "https://keys.example/1", &json!({"keys": []}));
    assert_eq!(world.codes(&bound), ["jose.kid_unknown"]);
    // Nobody is asked for a stranger's keys.
    world.trust = Trust::none();
    let report = world.report(&bound, &asked(), &Policy::default());
    assert_eq!((report.verdict(), report.missing().count()), ("rejected", 0));
}

#[test]
fn further_types_count_where_the_issuer_is_trusted_for_them() {
    let mut world = world();
    let mut changed = claims();
    changed["aka_vcts"] = json!(["urn:eudi:pid:1"]);
    let text = issue(&world.draft(changed), &Names::Kid("k1"), &mut random_salt, &world.issuer).unwrap();
    let bound = world.bound(&text);
    let asking = |name: &str| Occasion { types: vec![name.to_owned()], ..asked() };
    let codes = |world: &World, name: &str| world.codes_under(&bound, &asking(name), &Policy::default());
    assert_eq!(codes(&world, TYPE), ["accepted"]);
    assert_eq!(codes(&world, "urn:eudi:pid:1"), ["sdjwt.vct"]);
    let mut listed = entry(Some(json!({"keys": [jwk(&world.issuer, "k1")]})));
    listed["types"] = json!([TYPE, "urn:eudi:pid:1"]);
    world.trust = trust(&listed);
    assert_eq!(codes(&world, "urn:eudi:pid:1"), ["accepted"]);
    assert_eq!(codes(&world, "urn:other"), ["sdjwt.vct"]);
    listed["types"] = json!(["urn:eudi:pid:1"]);
    world.trust = trust(&listed);
    assert_eq!(codes(&world, TYPE), ["trust.purpose"]);
}

#[test]
fn type_metadata_binds_where_the_policy_says_so() {
    let mut world = world();
    let bound = world.bound(&world.issued());
    let under = |world: &World, type_metadata| {
        world.codes_under(&bound, &asked(), &Policy { type_metadata, ..Policy::default() })
    };
    use TypeMetadataDemand::{Ignored, Required, WhenAvailable};
    for (demand, codes) in
        [(Ignored, "accepted"), (WhenAvailable, "sdjwt.type_metadata"), (Required, "sdjwt.type_metadata")]
    {
        assert_eq!(under(&world, demand), [codes], "{demand:?}");
    }
    let put = |world: &mut World, url: &str, status, body: &Json| {
        let body = if status == 200 { body.to_string().into_bytes() } else { Vec::new() };
        world.evidence.insert(Document { locator: url.to_owned(), status, fetched_at: NOW, body });
    };
    put(&mut world, TYPE, 404, &Json::Null);
    assert_eq!(
        (under(&world, WhenAvailable), under(&world, Required)),
        (vec!["accepted"], vec!["sdjwt.type_metadata"])
    );
    let rule = |path: Json, rest: Json| {
        let mut rule = json!({"path": path});
        rest.as_object().unwrap().iter().for_each(|(name, value)| rule[name] = value.clone());
        json!({"vct": TYPE, "claims": [rule]})
    };
    for (metadata, due) in [
        (json!({"vct": TYPE}), "accepted"),
        (json!({"vct": "urn:other"}), "sdjwt.type_metadata"),
        (json!({"vct": TYPE, "extends": TYPE}), "sdjwt.type_metadata"),
        (json!({"vct": TYPE, "claims": {}}), "sdjwt.type_metadata"),
        (rule(json!([]), json!({})), "sdjwt.type_metadata"),
        (rule(json!(["a"]), json!({"sd": "maybe"})), "sdjwt.type_metadata"),
        (rule(json!(["family_name"]), json!({"sd": "always", "mandatory": true})), "accepted"),
        (rule(json!(["family_name"]), json!({"sd": "never"})), "sdjwt.type_claim"),
        (rule(json!(["address"]), json!({"sd": "never"})), "accepted"),
        (rule(json!(["address"]), json!({"sd": "always"})), "sdjwt.type_claim"),
        (rule(json!(["address", "street"]), json!({"mandatory": true})), "sdjwt.type_claim"),
        (rule(json!(["nationalities", 1]), json!({"sd": "always"})), "accepted"),
        (rule(json!(["nationalities", null]), json!({"sd": "always"})), "sdjwt.type_claim"),
        (rule(json!(["nationalities", 0]), json!({"sd": "never", "mandatory": true})), "accepted"),
    ] {
        put(&mut world, TYPE, 200, &metadata);
        assert_eq!(under(&world, Required), [due], "{metadata}");
    }
    // What stays concealed is not missing.
    put(&mut world, TYPE, 200, &rule(json!(["address", "locality"]), json!({"mandatory": true})));
    let hidden = world.bound(&show(&world.issued(), &[]).unwrap());
    let policy = Policy { type_metadata: Required, ..Policy::default() };
    assert_eq!(world.codes_under(&hidden, &asked(), &policy), ["accepted"]);
    put(&mut world, TYPE, 200, &rule(json!(["address", "locality"]), json!({"mandatory": true, "sd": "never"})));
    assert_eq!(world.codes_under(&hidden, &asked(), &policy), ["sdjwt.type_claim"]);
    // A type that extends another, by its digest.
    let base = json!({"vct": "https://types.example/base", "claims": [{"path": ["x"], "mandatory": true}]});
    let digest = base64url::encode_standard(&crate::crypto::digest::sha256(base.to_string().as_bytes()));
    let extending =
        json!({"vct": TYPE, "extends": "https://types.example/base", "extends#integrity": format!("sha256-{digest}")});
    put(&mut world, TYPE, 200, &extending);
    assert_eq!(under(&world, Required), ["sdjwt.type_metadata"]);
    put(&mut world, "https://types.example/base", 200, &base);
    assert_eq!(under(&world, Required), ["sdjwt.type_claim"]);
    put(&mut world, "https://types.example/base", 200, &json!({"vct": "https://types.example/base"}));
    assert_eq!(under(&world, Required), ["sdjwt.type_integrity"]);
}

#[test]
fn begins_by_type_and_by_what_it_says() {
    let text = |typ: &str, payload: &str, rest: &str| {
        let header = format!(r#"{{"typ":"{typ}"}}"#);
        format!("{}.{}.AA{rest}", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()))
    };
    for (typ, payload, rest, begins) in [
        ("dc+sd-jwt", "{}", "~", true),
        ("dc+sd-jwt", "{}", "", true),
        ("application/dc+sd-jwt", "{}", "~", true),
        ("vc+sd-jwt", r#"{"vct":"a"}"#, "~", true),
        ("vc+sd-jwt", r#"{"vct":"a","@context":[]}"#, "~", false),
        ("vc+sd-jwt", "{}", "~", false),
        ("kb+jwt", "{}", "~", false),
    ] {
        let text = text(typ, payload, rest);
        assert_eq!(SdJwtVc.begins(&text), begins, "{typ} {payload}");
        let (jwt, _) = text.split_once('~').unwrap_or((&text, ""));
        let mut parts = jwt.split('.');
        let whole = json!({"protected": parts.next(), "payload": parts.next(), "signature": parts.next()});
        assert_eq!(SdJwtVc.begins(&whole.to_string()), begins, "{whole}");
    }
    assert!(!SdJwtVc.begins(r#"{"payload":1}"#) && !SdJwtVc.begins(""));
}

#[test]
fn the_older_type_is_a_switch() {
    let world = world();
    let header = [("typ", "vc+sd-jwt"), ("kid", "k1")];
    let sign =
        |claims: &Json| crate::issue::jws::sign(&header, claims.to_string().as_bytes(), &world.issuer).unwrap() + "~";
    let mut claims = claims();
    let unasked = Occasion::at(NOW);
    let older = Policy { older_sd_jwt_vc: true, ..Policy::default() };
    assert_eq!(world.codes_under(&sign(&claims), &unasked, &older), ["accepted"]);
    assert_eq!(world.codes_under(&sign(&claims), &unasked, &Policy::default()), ["jose.typ_mismatch"]);
    claims["@context"] = json!([]);
    let codes = world.codes_under(&sign(&claims), &unasked, &older);
    assert!(codes.contains(&"vc.envelope"), "{codes:?}");
    let named = Input { format: Some(NAME.to_owned()), ..Input::text(sign(&claims)) };
    let request = Request { input: named, occasion: unasked, policy: Arc::new(older) };
    let report = verify(&request, &world.trust, &world.evidence);
    assert_eq!(report.first_reason().map(Reason::code), Some(Code::JoseTypMismatch));
}

/// A certificate by `root` until that year, and its key; without one an authority.
fn certified(
    name: &str,
    usage: &[u64],
    until: i32,
    root: Option<&(CertificateParams, KeyPair)>,
) -> (CertificateParams, KeyPair, Vec<u8>) {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.subject_alt_names = vec![SanType::URI(ISSUER.try_into().unwrap())];
    if !usage.is_empty() {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Other(usage.to_vec())];
    }
    if root.is_none() {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    }
    let key = KeyPair::generate().unwrap();
    let certificate = match root {
        None => params.self_signed(&key),
        Some((of, by)) => params.signed_by(&key, &CertificateIssuer::from_params(of, by)),
    };
    let der = certificate.unwrap().der().to_vec();
    (params, key, der)
}

/// A world that trusts one authority, and a credential with `status` by a signer under it.
fn chained(usage: &[u64], until: i32) -> (World, String, OwnKey) {
    let (params, key, root) = certified("Root", &[], 2040, None);
    let (_, signer, leaf) = certified("Issuer", usage, until, Some(&(params, key)));
    let signer = OwnKey::from_pkcs8_der(signer.serialized_der()).unwrap();
    let anchor = json!({"kind": "authority", "certificate": base64url::encode_standard(&root), "formats": [NAME]});
    let world = World { trust: trust(&anchor), ..world() };
    let mut claims = claims();
    claims["status"] = json!({"status_list": {"idx": 0, "uri": "https://issuer.example/status/1"}});
    let issued = issue(&world.draft(claims), &Names::Certificates(&[leaf]), &mut random_salt, &signer).unwrap();
    let shown = world.bound(&show(&issued, &[]).unwrap());
    (world, shown, signer)
}

/// Who signs status lists alone signs no credentials.
#[test]
fn a_signer_of_status_lists_issues_nothing() {
    let usage = [1, 3, 6, 1, 5, 5, 7, 3, 30];
    let status_signing_usages = vec!["1.3.6.1.5.5.7.3.30".to_owned()];
    let policy = Policy { status: StatusDemand::Ignored, status_signing_usages, ..Policy::default() };
    let (world, shown, _) = chained(&usage, 2030);
    assert_eq!(world.codes_under(&shown, &asked(), &policy), ["x509.eku_purpose"]);
    let (world, shown, _) = chained(&[], 2030);
    assert_eq!(world.codes_under(&shown, &asked(), &policy), ["accepted"]);
}

/// What a signer whose time is over signed makes nobody ask anywhere.
#[test]
fn an_expired_signer_names_no_place_to_ask_at() {
    let missing = |until| {
        let (world, shown, _) = chained(&[], until);
        let report = world.report(&shown, &asked(), &Policy::default());
        (report.first_reason().map(Reason::code), report.missing().count())
    };
    assert_eq!(missing(2030), (Some(Code::StatusUnavailable), 1), "a good signer's list is asked for");
    assert_eq!(missing(2025), (Some(Code::X509Expired), 0));
}

/// A second signature by a stranger's key does not lend the issuer's name to anybody, whatever the policy says of W3C credentials.
#[test]
fn a_strangers_signature_beside_the_issuers() {
    let (world, shown, _) = chained(&[], 2030);
    let policy = Policy {
        status: StatusDemand::Ignored,
        issuers: IssuerDemand::Resolvable,
        controllers: ControllerDemand::Note,
        ..Policy::default()
    };
    let mut whole = flattened(&shown).unwrap();
    let (stranger, _) = OwnKey::generate_p256().unwrap();
    let did = format!("did:jwk:{}", base64url::encode(stranger.public_key().to_jwk().to_string().as_bytes()));
    let header = json!({"alg": "ES256", "typ": "dc+sd-jwt", "kid": format!("{did}#0")});
    let protected = base64url::encode(header.to_string().as_bytes());
    let payload = whole["payload"].as_str().unwrap().to_owned();
    let signature = base64url::encode(&stranger.sign(format!("{protected}.{payload}").as_bytes()).unwrap());
    let theirs = json!({"protected": protected, "signature": signature});
    let own = json!({"protected": whole["protected"].take(), "signature": whole["signature"].take(), "header": whole["header"].take()});
    let general = |signatures: Json| json!({"payload": payload, "signatures": signatures}).to_string();
    assert_eq!(world.codes_under(&general(json!([own])), &asked(), &policy), ["accepted"]);
    let codes = world.codes_under(&general(json!([own, theirs])), &asked(), &policy);
    assert!(codes.contains(&"trust.issuer_unknown"), "{codes:?}");
    let (mut first, mut second) = (theirs, own);
    first["header"] = second.as_object_mut().unwrap().remove("header").unwrap();
    let codes = world.codes_under(&general(json!([first, second])), &asked(), &policy);
    assert!(codes.contains(&"trust.issuer_unknown"), "{codes:?}");
}
