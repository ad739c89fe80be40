//! The targets: one for each decoder, one for each format whole, and one for each format past its signature.

use std::sync::{Arc, OnceLock};

use vidimus::credential::{Input, KeyId};
use vidimus::crypto::bbs::committed::Hidden;
use vidimus::crypto::bbs::own::OwnBbsKey;
use vidimus::crypto::bbs::proof::{Held, Made, prove, verify_proof};
use vidimus::crypto::multikey;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::public_key::PublicKey;
use vidimus::did;
use vidimus::did::document::DidDocument;
use vidimus::did::resolution::{Options, dereference};
use vidimus::did::syntax::DidUrl;
use vidimus::did::written::MethodType;
use vidimus::encoding::multibase::{self, Base};
use vidimus::encoding::{base32, base45, base64url, cbor, deflate, json, qr};
use vidimus::envelope::cose;
use vidimus::envelope::data_integrity::chain::previous_of;
use vidimus::envelope::data_integrity::proof::Proof;
use vidimus::envelope::data_integrity::sign::{ProofDraft, add_proof};
use vidimus::envelope::data_integrity::suite::Suite;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::envelope::data_integrity::{bbs_value, ecdsa_sd_value};
use vidimus::envelope::jws::Jws;
use vidimus::evidence::{Document, Evidence};
use vidimus::format::glance::Seen;
use vidimus::format::{Context, by_name, detect};
use vidimus::issue;
use vidimus::limits;
use vidimus::linked_data::Contexts;
use vidimus::occasion::Occasion;
use vidimus::policy::{ControllerDemand, Environment, IssuerDemand, Policy};
use vidimus::time::Timestamp;
use vidimus::trust::entry::{Entry, EntryFile};
use vidimus::trust::jwks::KeySet;
use vidimus::trust::x509::Certificate;
use vidimus::trust::{Trust, import, importers};
use vidimus::verify::{Request, verify};

use crate::{ed25519, es256, linked_data, mdoc, openid4vp, sd_jwt};

/// One function under test.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Must return, whatever the input.
    pub run: fn(&[u8]),
    /// Turns an input of the corpus into one of this target; empty = of no use.
    pub seed: fn(&[u8]) -> Vec<u8>,
    /// Runs on 256 KiB of stack.
    pub small_stack: bool,
}

const fn target(name: &'static str, run: fn(&[u8]), seed: fn(&[u8]) -> Vec<u8>) -> Target {
    Target { name, run, seed, small_stack: true }
}

/// All targets.
pub static TARGETS: &[Target] = &[
    target("base45", |b| text(b, |t| round_trip(base45::decode(t).ok(), base45::encode, t)), as_is),
    target("base32", |b| text(b, |t| round_trip(base32::decode(t).ok(), base32::encode, t)), as_is),
    target("base64url", |b| text(b, |t| round_trip(base64url::decode(t).ok(), base64url::encode, t)), as_is),
    target("inflate", inflate, compressed),
    target("cbor", cbor_laws, cwt),
    target("json", json_laws, jwt),
    target("json_ld", linked_data::json_ld, linked_data::document),
    target("rdfc", linked_data::rdfc, linked_data::dataset),
    target("nquads", linked_data::statements, linked_data::dataset),
    target("cose_sign1", |b| drop(cose::open_sign1(b, cose::Wrappings { cwt_tag: true, untagged: true })), cose_bytes),
    target("jws", |b| text(b, |t| drop(Jws::open(t))), as_is),
    target("ed25519", ed25519::paths_agree, as_is),
    target("es256", es256::paths_agree, as_is),
    target("x509", |b| drop(Certificate::from_der(b)), certificates),
    target("spki", |b| drop(PublicKey::from_spki_der(b)), certificates),
    target(
        "jwk_set",
        |b| drop(KeySet::decode(b)),
        |_| br#"{"keys":[{"kty":"EC","kid":"a","use":"sig","alg":"ES256","crv":"P-256","x":"AA","y":"AA"}]}"#.to_vec(),
    ),
    target(
        "did_document",
        |b| drop(DidDocument::decode(b, "did:web:example.com")),
        |_| {
            br##"{"id":"did:web:example.com","verificationMethod":[{"id":"#k","type":"JsonWebKey2020","controller":"did:web:example.com"}],"assertionMethod":["#k"]}"##.to_vec()
        },
    ),
    target("did_url", did_urls, |_| b"did:web:example.com%3A8443:a?service=files&relativeRef=/b#k".to_vec()),
    target("multikey", multikeys, |_| b"z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp".to_vec()),
    target("trust_entries", |b| drop(json::from_slice::<EntryFile>(b).map(|file| Trust::build(&[file]))), as_is),
    target(
        "trust_import",
        |b| drop(importers::detect(b).map(|importer| importer.import(b, &import::Options::default()))),
        as_is,
    ),
    target(
        "policy",
        |b| drop(json::from_slice::<Policy>(b)),
        |_| serde_json::to_vec(&Policy::default()).unwrap_or_default(),
    ),
    target("dcql", crate::dcql::query, |_| crate::dcql::QUERY.to_vec()),
    target("presentation_exchange", crate::dcql::definition, |_| crate::dcql::DEFINITION.to_vec()),
    target("jwe", openid4vp::encrypted, openid4vp::sealed),
    target("vp_response", openid4vp::responses, openid4vp::body),
    target("vp_token", openid4vp::tokens, openid4vp::token),
    target("vp_ask", openid4vp::ask, openid4vp::asked),
    target("vp_wallet_post", openid4vp::wallet_post, |_| {
        b"wallet_nonce=abc&wallet_metadata=%7B%22jwks%22%3A%7B%22keys%22%3A%5B%7B%22kty%22%3A%22EC%22%7D%5D%7D%7D"
            .to_vec()
    }),
    target("detect", |b| text(b, |t| drop(detect(t))), as_is),
    target("eu_dcc", |b| judge(Some("eu_dcc"), b), as_is),
    target("shc", |b| judge(Some("smart_health_card"), b), as_is),
    target("nzcp", |b| judge(Some("nz_covid_pass"), b), as_is),
    target("vc_di", |b| judge(Some("vc_di"), b), document),
    target("sd_jwt", sd_jwt::processed, as_is),
    target("vc_jwt", |b| judge(Some("vc_jwt"), b), as_is),
    target("vc_sd_jwt", |b| judge(Some("vc_sd_jwt"), b), as_is),
    target("vc_cose", |b| judge(Some("vc_cose"), b), as_is),
    target("sd_jwt_vc", |b| judge(Some("sd_jwt_vc"), b), as_is),
    target("token_status_list", |b| judge(Some("token_status_list"), b), as_is),
    target("status_list", crate::lists::status_list, |seed| payload(seed, "token_status_list")),
    target("status_references", crate::lists::references, |_| {
        br#"{"status":{"status_list":{"idx":7,"uri":"https://i.example/1"},"later":{}},"status_list":{"idx":1,"uri":"u"}}"#.to_vec()
    }),
    target("lote", crate::lists::imports, |_| crate::lists::LOTE.to_vec()),
    target("etsi_xml", crate::lists::imports, |_| crate::lists::TRUSTED_LIST.to_vec()),
    target("sd_jwt_json", sd_jwt::json_form, as_is),
    target("mdoc", |b| judge(Some("mdoc"), b), |_| mdoc::response_seed()),
    target("mdoc_signed", mdoc::signed_object, |_| mdoc::object_seed()),
    target("any_input", |b| judge(None, b), as_is),
    target("eu_dcc_signed", signed_dcc, cwt),
    target("shc_signed", signed_card, jwt),
    target("nzcp_signed", signed_pass, nzcp_cwt),
    target("vc_di_signed", signed_document, document),
    target("data_integrity_proof", proof, proofs),
    target("vc_jwt_signed", |b| signed_w3c(b, "vc_jwt"), documents),
    target("vc_sd_jwt_signed", |b| signed_w3c(b, "vc_sd_jwt"), documents),
    target("vc_cose_signed", |b| signed_w3c(b, "vc_cose"), documents),
    target("sd_jwt_vc_signed", sd_jwt::signed, |seed| payload(seed, "sd_jwt_vc")),
    target("type_metadata", sd_jwt::type_metadata, |_| sd_jwt::TYPE_METADATA.to_vec()),
    target("ecdsa_sd_proof_value", ecdsa_sd_value_laws, proof_value),
    target("bbs_proof_value", bbs_value_laws, proof_value),
    target("bbs_proof", bbs_proof, bbs_proofs),
    target("revocation_list", revocation_list, |_| {
        br#"{"kid":"k","method":"rid","ctr":1,"rids":["abc","def.1600000000"]}"#.to_vec()
    }),
    target("vc_model", crate::vc::model, |_| crate::vc::CREDENTIAL.as_bytes().to_vec()),
    target("bitstring_list", crate::vc::bitstring_list, |_| crate::vc::LIST.as_bytes().to_vec()),
    target("open_badge", crate::vc::open_badge, |_| crate::vc::CREDENTIAL.as_bytes().to_vec()),
    Target { name: "picture", run: |b| drop(qr::read(b)), seed: pictures, small_stack: false },
];

fn as_is(seed: &[u8]) -> Vec<u8> {
    seed.to_vec()
}

pub(crate) fn text(bytes: &[u8], run: impl FnOnce(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        run(text);
    }
}

/// Law: what decodes encodes to the same text again.
fn round_trip<T, B: ?Sized>(decoded: Option<T>, encode: impl Fn(&B) -> String, text: &str)
where
    T: std::borrow::Borrow<B>,
{
    if let Some(value) = decoded {
        assert_eq!(encode(value.borrow()), text, "two texts for one value");
    }
}

/// Laws: a DID URL is made of its parts; what resolves without a network is the document of that DID.
fn did_urls(bytes: &[u8]) {
    text(bytes, |text| {
        if let Ok(url) = DidUrl::decode(text) {
            let query = url.query.map(|query| format!("?{query}")).unwrap_or_default();
            let fragment = url.fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
            assert_eq!(format!("{}{}{query}{fragment}", url.did.text, url.path), text, "parts are lost");
        }
        if let did::Resolution::Document(document) = did::resolve(text, &Evidence::none()) {
            assert_eq!(document.id(), text, "another subject");
            let written = document.to_json(MethodType::default());
            assert!(DidDocument::decode(written.as_bytes(), text).is_ok(), "our own document is refused");
        }
        drop(dereference(text, true, Options::default(), (&Evidence::none(), None)));
    });
}

/// Law: a key has one writing.
fn multikeys(bytes: &[u8]) {
    text(bytes, |text| round_trip(multikey::decode(text).ok(), multikey::encode, text));
    if let Ok(key) = multikey::from_bytes(bytes) {
        assert_eq!(multikey::to_bytes(&key), bytes, "two writings of one key");
    }
}

fn inflate(bytes: &[u8]) {
    for inflated in [deflate::inflate_zlib(bytes), deflate::inflate_raw(bytes)].into_iter().flatten() {
        assert!(inflated.len() <= vidimus::limits::DECOMPRESSED_BYTES, "over the limit");
    }
}

/// Laws: what decodes, encoded and decoded again, is the same; encoding is a fixed point.
fn cbor_laws(bytes: &[u8]) {
    if let Ok(value) = cbor::decode(bytes) {
        let encoded = cbor::encode(&value);
        let Ok(again) = cbor::decode(&encoded) else { panic!("our own CBOR is refused") };
        assert_eq!(cbor::encode(&again), encoded, "encoding is no fixed point");
        drop(value.to_json());
    }
}

/// Laws: what decodes and is written again reads the same; the looser reader of serde_json takes everything that ours takes.
fn json_laws(bytes: &[u8]) {
    if let Ok(value) = json::decode(bytes) {
        let written = value.to_serde().to_string();
        let Ok(again) = json::decode(written.as_bytes()) else { panic!("our own JSON is refused") };
        assert_eq!(again.to_serde().to_string(), written, "writing is no fixed point");
    }
}

fn cose_bytes(seed: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(seed).unwrap_or_default();
    if let Some(body) = text.strip_prefix("HC1:") {
        return base45::decode(body).and_then(|z| deflate::inflate_zlib(&z)).unwrap_or_default();
    }
    text.strip_prefix("NZCP:/1/").and_then(|body| base32::decode(body).ok()).unwrap_or_default()
}

fn compressed(seed: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(seed).unwrap_or_default();
    match text.strip_prefix("HC1:") {
        Some(body) => base45::decode(body).unwrap_or_default(),
        None => deflate::deflate_raw(seed),
    }
}

fn payload(seed: &[u8], format: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(seed);
    let Some(format) = by_name(format).filter(|format| format.begins(&text)) else { return Vec::new() };
    let (trust, evidence) = (Trust::none(), Evidence::none());
    let (occasion, policy) = (Occasion::default(), Policy::default());
    let context = Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    format.open(&[text], Seen::default(), &context).map(|opened| opened.payload.into_owned()).unwrap_or_default()
}

fn cwt(seed: &[u8]) -> Vec<u8> {
    payload(seed, "eu_dcc")
}

fn nzcp_cwt(seed: &[u8]) -> Vec<u8> {
    payload(seed, "nz_covid_pass")
}

fn jwt(seed: &[u8]) -> Vec<u8> {
    payload(seed, "smart_health_card")
}

/// Documents of W3C credentials and presentations, out of their tokens.
fn documents(seed: &[u8]) -> Vec<u8> {
    let found = W3C_FORMATS.into_iter().map(|format| payload(seed, format));
    found.into_iter().find(|payload| !payload.is_empty()).unwrap_or_default()
}

fn certificates(seed: &[u8]) -> Vec<u8> {
    if seed.starts_with(b"\x30\x82") {
        return seed.to_vec();
    }
    let text = std::str::from_utf8(seed).unwrap_or_default();
    Certificate::from_pem_all(text).ok().and_then(|all| all.first().map(|c| c.der().to_vec())).unwrap_or_default()
}

fn pictures(seed: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(seed) {
        Err(_) if vidimus::format::is_picture(seed) => seed.to_vec(),
        Ok(text) if (1..200).contains(&text.len()) => qr::draw_png(text, 2).unwrap_or_default(),
        _ => Vec::new(),
    }
}

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
const KID: [u8; 8] = *b"fuzzkey1";
const CARD_ISSUER: &str = "https://fuzz.example/issuer";
const PASS_ISSUER: &str = "did:web:fuzz.example";
const W3C_FORMATS: [&str; 4] = ["vc_jwt", "vc_sd_jwt", "vc_cose", "sd_jwt_vc"];
pub(crate) const W3C_ISSUER: &str = "https://fuzz.example/vc";

/// A key of our own that the fuzzing trust store trusts, so that mutated claims reach the stages after the signature.
pub(crate) fn world() -> &'static (OwnKey, Trust) {
    static WORLD: OnceLock<(OwnKey, Trust)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let Ok((key, _)) = OwnKey::generate_p256() else { panic!("no key") };
        let public = key.public_key();
        let (x, y) = public.ec_coordinates().unwrap_or_default();
        let mut jwk = serde_json::json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": public.jwk_thumbprint()});
        jwk["x"] = base64url::encode(x).into();
        jwk["y"] = base64url::encode(y).into();
        let mut listed = jwk.clone();
        listed["crlVersion"] = 1.into();
        let mut named = jwk.clone();
        named["kid"] = "k".into();
        let issuer = |issuer: &str, format: &str, keys, document| Entry::Issuer {
            issuer: issuer.to_owned(),
            aliases: Vec::new(),
            name: None,
            // One issuer signs in all these ways.
            formats: if format == "vc_jwt" { W3C_FORMATS.map(str::to_owned).to_vec() } else { vec![format.to_owned()] },
            environment: Environment::Production,
            keys,
            document,
            types: Vec::new(),
            list: None,
        };
        let document = serde_json::json!({
            "id": PASS_ISSUER,
            "verificationMethod": [{"id": format!("{PASS_ISSUER}#k"), "type": "JsonWebKey2020", "controller": PASS_ISSUER, "publicKeyJwk": jwk}],
            "assertionMethod": [format!("{PASS_ISSUER}#k")],
        });
        let entries = vec![
            Entry::SignerKey {
                kid: base64url::encode_standard(&KID),
                public_key: base64url::encode_standard(&public.to_spki_der()),
                formats: vec!["eu_dcc".to_owned()],
                country: None,
                environment: Environment::Production,
                withdrawn: false,
                list: None,
            },
            issuer(CARD_ISSUER, "smart_health_card", Some(serde_json::json!({"keys": [listed]})), None),
            issuer(PASS_ISSUER, "nz_covid_pass", None, Some(document)),
            issuer(W3C_ISSUER, "vc_jwt", Some(serde_json::json!({"keys": [named]})), None),
        ];
        let (trust, problems) = Trust::from_entries(entries);
        assert!(problems.is_empty(), "{problems:?}");
        (key, trust)
    })
}

fn judge(format: Option<&str>, bytes: &[u8]) {
    let input = Input { format: format.map(str::to_owned), ..Input::bytes(bytes) };
    for strict in [false, true] {
        let policy = Policy { strict, ..Policy::default() };
        let request = Request { input: input.clone(), occasion: Occasion::at(NOW), policy: Arc::new(policy) };
        let report = verify(&request, &world().1, &Evidence::none());
        assert!(!report.to_json().is_empty());
        // Nobody but the signed targets below can sign for this trust store.
        assert!(!report.is_accepted(), "accepted a forgery");
    }
}

pub(crate) fn judge_signed(text: &str, evidence: &Evidence) {
    let request = Request { input: Input::text(text), occasion: Occasion::at(NOW), policy: Arc::default() };
    let report = verify(&request, &world().1, evidence);
    assert!(!report.to_json().is_empty());
}

fn signed_dcc(claims: &[u8]) {
    if let Ok(cose) = issue::eu_dcc::sign(claims, &world().0, KID, issue::eu_dcc::Shape::default()) {
        judge_signed(&issue::eu_dcc::pack(&cose), &Evidence::none());
    }
}

fn signed_pass(claims: &[u8]) {
    if let Ok(text) = issue::nz_covid_pass::sign(claims, &world().0, &KeyId::Text("k".to_owned())) {
        judge_signed(&text, &Evidence::none());
    }
}

fn signed_card(claims: &[u8]) {
    let key = &world().0;
    if let Ok(jws) = issue::smart_health_card::sign(claims, key, &key.public_key().jwk_thumbprint()) {
        judge_signed(&jws, &Evidence::none());
    }
}

/// A document with proofs, as text.
fn document(seed: &[u8]) -> Vec<u8> {
    if by_name("vc_di").is_some_and(|format| format.begins(&String::from_utf8_lossy(seed))) {
        seed.to_vec()
    } else {
        Vec::new()
    }
}

/// The proof, or set of proofs, of a document.
fn proofs(seed: &[u8]) -> Vec<u8> {
    let read = json::decode(seed).ok();
    read.and_then(|document| document.member("proof").map(json::encode)).unwrap_or_default().into_bytes()
}

/// Laws: reading a proof returns; of proofs that make a chain, none builds on itself; what is canonical stays so.
fn proof(bytes: &[u8]) {
    let Ok(value) = json::decode(bytes) else { return };
    let values = value.as_array().unwrap_or(std::slice::from_ref(&value));
    let proofs: Vec<Proof<'_>> = values.iter().take(limits::PROOFS).map(|value| Proof::decode(value).0).collect();
    if let Ok(previous) = previous_of(&proofs) {
        assert!(previous.iter().enumerate().all(|(at, places)| !places.contains(&at)), "a proof on itself");
    }
    if let Ok(canonical) = json::jcs::canonical(&value) {
        let Ok(again) = json::decode(canonical.as_bytes()) else { panic!("our own JSON is refused") };
        assert_eq!(json::jcs::canonical(&again).ok().as_deref(), Some(&*canonical), "canonical form is no fixed point");
    }
}

/// The value of a document's proof, as bytes after their alphabet's letter.
fn proof_value(seed: &[u8]) -> Vec<u8> {
    let Ok(document) = json::decode(seed) else { return Vec::new() };
    let value = document.member("proof").and_then(|proof| proof.member("proofValue")).and_then(json::Value::as_str);
    value.and_then(|value| multibase::decode(value, &[Base::Base64Url]).ok()).unwrap_or_default()
}

/// Law: what decodes is read again as it was, written by us; a base value also has one writing only.
fn ecdsa_sd_value_laws(bytes: &[u8]) {
    if let Ok(value) = ecdsa_sd_value::DerivedValue::decode(bytes) {
        let again = ecdsa_sd_value::DerivedValue::decode(&value.encode());
        assert_eq!(again.ok(), Some(value), "another value after writing");
    }
    if let Ok(value) = ecdsa_sd_value::BaseValue::decode(bytes) {
        assert_eq!(value.encode(), bytes, "two values for one proof");
    }
}

fn bbs_value_laws(bytes: &[u8]) {
    if let Ok(value) = bbs_value::DerivedValue::decode(bytes) {
        let Ok(again) = bbs_value::DerivedValue::decode(&value.encode()) else { panic!("our own value is refused") };
        assert_eq!(again, value, "another value after writing");
    }
    if let Ok(value) = bbs_value::BaseValue::decode(bytes) {
        assert!(bbs_value::BaseValue::decode(&value.encode()).is_ok(), "our own value is refused");
    }
}

/// A BBS key of our own, and a proof by it that shows one of three messages.
fn bbs_world() -> &'static (OwnBbsKey, Made) {
    static WORLD: OnceLock<(OwnBbsKey, Made)> = OnceLock::new();
    WORLD.get_or_init(|| {
        let made = || {
            let own = OwnBbsKey::generate().ok()?;
            let messages: [&[u8]; 3] = [b"one", b"two", b"three"];
            let signature = own.sign(b"header", &messages).ok()?;
            let (key, hidden) = (own.verify_key(), &Hidden::Nothing);
            let held = Held { key, signature: &signature, header: b"header", messages: &messages, hidden };
            let made = prove(&held, &[1], b"").ok()?;
            Some((own, made))
        };
        made().unwrap_or_else(|| panic!("no proof"))
    })
}

fn bbs_proofs(_: &[u8]) -> Vec<u8> {
    bbs_world().1.proof.clone()
}

/// Law: no bytes but those of the proof itself are a proof.
fn bbs_proof(bytes: &[u8]) {
    let (own, made) = bbs_world();
    let is_right = verify_proof(own.verify_key(), bytes, &made.statements).is_ok();
    assert_eq!(is_right, bytes == made.proof, "a forged proof");
}

/// A mutated document, signed anew, before a policy that takes anybody's key.
fn signed_document(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let key = &world().0;
    let multikey = multikey::encode(key.public_key());
    let draft = ProofDraft { verification_method: format!("did:key:{multikey}#{multikey}"), ..ProofDraft::default() };
    let terms = Terms { contexts: Contexts::bundled(), inline_contexts: true, budget: None };
    for suite in ["ecdsa-jcs-2019", "ecdsa-rdfc-2019"].into_iter().filter_map(Suite::by_name) {
        if let Ok(signed) = add_proof(text, suite, &draft, key, &terms) {
            let policy = Policy {
                issuers: IssuerDemand::Resolvable,
                controllers: ControllerDemand::Note,
                inline_contexts: true,
                ..Policy::default()
            };
            let input = Input { format: Some("vc_di".to_owned()), ..Input::text(signed) };
            let request = Request { input, occasion: Occasion::at(NOW), policy: Arc::new(policy) };
            assert!(!verify(&request, &world().1, &Evidence::none()).to_json().is_empty());
        }
    }
}

/// A document by the trusted issuer in an envelope, whatever it says.
fn signed_w3c(document: &[u8], format: &str) {
    let (key, kid) = (&world().0, format!("{W3C_ISSUER}#k"));
    let text = match format {
        "vc_cose" => {
            let protected = cbor::encode(&cbor::Value::Map(vec![
                (1.into(), (-7).into()),
                (4.into(), kid.as_str().into()),
                (16.into(), "application/vc+cose".into()),
            ]));
            let signature = key.sign(&cose::sig_structure(&protected, document)).unwrap_or_default();
            let parts = vec![
                protected.as_slice().into(),
                cbor::Value::Map(Vec::new()),
                document.into(),
                signature.as_slice().into(),
            ];
            base64url::encode(&cbor::encode(&cbor::Value::Tag(18, Box::new(cbor::Value::Array(parts)))))
        }
        _ => {
            let typ = if format == "vc_jwt" { "vc+jwt" } else { "vc+sd-jwt" };
            let members = [("kid", kid.as_str()), ("typ", typ)];
            let jwt = issue::jws::sign(&members, document, key).unwrap_or_default();
            if format == "vc_jwt" { jwt } else { format!("{jwt}~") }
        }
    };
    judge_signed(&text, &Evidence::none());
}

/// A card whose key announces a revocation list, and the mutated list as evidence.
fn revocation_list(list: &[u8]) {
    static CARD: OnceLock<(String, String)> = OnceLock::new();
    let (jws, locator) = CARD.get_or_init(|| {
        let key = &world().0;
        let kid = key.public_key().jwk_thumbprint();
        let claims = serde_json::json!({
            "iss": CARD_ISSUER, "nbf": NOW.seconds() - 1000,
            "vc": {"type": ["https://smarthealth.cards#health-card"], "rid": "abc", "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": {"resourceType": "Bundle", "type": "collection", "entry": []}}},
        });
        let jws = issue::smart_health_card::sign(claims.to_string().as_bytes(), key, &kid).unwrap_or_default();
        (jws, format!("{CARD_ISSUER}/.well-known/crl/{kid}.json"))
    });
    let mut evidence = Evidence::none();
    evidence.insert(Document { locator: locator.clone(), status: 200, fetched_at: NOW, body: list.to_vec() });
    judge_signed(jws, &evidence);
}
