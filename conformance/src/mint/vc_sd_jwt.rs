//! Vectors of W3C credentials as SD-JWT: accepted ones with more or less disclosed, and each with one thing wrong.

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::envelope::sd_jwt::digest;
use vidimus::reason::{Code, Stage};

use super::pki::Pki;
use super::raw;
use super::scene::Scene;
use super::w3c::{self, AUDIENCE, HOLDER, ISSUER, Jwt, Keys, NONCE, Teller};
use crate::question::Payload;
use crate::vector::Vector;

const FORMAT: &str = "vc_sd_jwt";
const SPECIFICATION: (&str, &str, &str) = ("VC-JOSE-COSE 1.0", "3.2", "https://www.w3.org/TR/vc-jose-cose/");
/// 2026-06-01T11:59:30Z: half a minute ago.
const SHOWN_AT: i64 = 1_780_315_170;
/// A disclosure of the name.
const NAME: &str = r#"["2GLC42sKQveCfGfryNRN9w","name","Aroha Ngata"]"#;
/// A disclosure of a language.
const LANGUAGE: &str = r#"["eluV5Og3gSNII8EYnsxA_A","mi"]"#;

/// An SD-JWT before it is written: every part can be exchanged.
#[derive(Clone)]
struct SdJwt<'k> {
    jwt: Jwt<'k>,
    disclosures: Vec<String>,
}

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = w3c::keys(pki)?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(w3c::trust(&keys, FORMAT));
    let good = credential(&keys);
    let mut said = w3c::credential();
    said["credentialSubject"] = json!({"id": HOLDER, "languages": ["en", "mi"], "name": "Aroha Ngata"});
    said["cnf"] = good.jwt.payload["cnf"].clone();
    let parent =
        accepted(&scene, "all-disclosed", "A credential with everything disclosed.", &good.text(), Some(&said));
    let mut all = vec![parent.clone()];
    let mut teller = Teller { scene: &scene, parent: &parent, all: &mut all };
    shapes(&mut teller, &good);
    digests(&mut teller, &good);
    envelope(&mut teller, &good);
    teller.demands();
    said["credentialSubject"] = json!({"id": HOLDER, "languages": ["en"]});
    let hidden = SdJwt { disclosures: Vec::new(), ..good.clone() };
    all.push(accepted(&scene, "nothing-disclosed", "The same with nothing disclosed.", &hidden.text(), Some(&said)));
    said["credentialSubject"] = json!({"id": HOLDER, "languages": ["en"], "name": "Aroha Ngata"});
    let some = SdJwt { disclosures: vec![encoded(NAME)], ..good.clone() };
    all.push(accepted(&scene, "name-disclosed", "The same with the name disclosed.", &some.text(), Some(&said)));
    bindings(&scene, &keys, &good, &mut all);
    presentations(&scene, &keys, &good, &mut all);
    Ok(all)
}

fn accepted(scene: &Scene, case: &str, title: &str, text: &str, claims: Option<&Value>) -> Vector {
    scene.accepts(case, title, Payload::text("text/plain", text), claims.cloned())
}

fn shapes(teller: &mut Teller<'_>, good: &SdJwt<'_>) {
    let text = good.text();
    let cut = text.trim_end_matches('~').to_owned();
    teller.refuse_named("last-tilde-gone", "The last tilde is gone.", Code::SdjwtFormat, cut);
    teller.refuse("empty-disclosure", "Two tildes stand side by side.", Code::SdjwtFormat, format!("{text}~"));
    let bare = good.jwt.text();
    teller.refuse_named("no-tilde", "The JWT stands alone, without a tilde.", Code::SdjwtFormat, bare);
    let json = json!({"payload": "", "header": {"disclosures": good.disclosures}}).to_string();
    teller.refuse_named("json-serialisation", "The same in JSON.", Code::JoseSerialization, json);
    let mut with = |case: &str, title: &str, code, disclosure: &str| {
        teller.refuse(case, title, code, format!("{text}{}~", encoded(disclosure)));
    };
    with("disclosure-of-an-object", "A disclosure is an object.", Code::SdjwtDisclosureMalformed, "{}");
    with(
        "disclosure-with-twins",
        "A disclosed value names a member twice.",
        Code::SdjwtDisclosureMalformed,
        r#"["s","n",{"a":1,"a":2}]"#,
    );
    with("disclosure-of-four", "A disclosure has four elements.", Code::SdjwtDisclosureMalformed, r#"["s","n",1,2]"#);
    let padded = format!("{text}{}=~", encoded(NAME));
    teller.refuse("disclosure-padded", "A disclosure is padded.", Code::SdjwtDisclosureMalformed, padded);
    let elsewhere = good.changed(|vc| vc["credentialSubject"]["..."] = json!("a"));
    teller.refuse("element-outside-an-array", "`...` stands in an object.", Code::SdjwtStructure, elsewhere.text());
    let listed = good.changed(|vc| vc["_sd"] = json!({}));
    teller.refuse("digests-no-array", "`_sd` is an object.", Code::SdjwtStructure, listed.text());
    let many = format!("{}~{}", good.jwt.text(), "AA~".repeat(4001));
    teller.refuse("too-many-disclosures", "There are 4001 disclosures.", Code::InputTooManyItems, many);
    let mut chain = vec![encoded(r#"["s","n",1]"#)];
    for at in 1..40 {
        chain.push(encoded(&format!(r#"["s","n",{{"_sd":["{}"]}}]"#, digest(Hash::Sha256, &chain[at - 1]))));
    }
    let deep = good.changed(|vc| vc["_sd"] = json!([digest(Hash::Sha256, &chain[39])]));
    let deep = SdJwt { disclosures: chain, ..deep };
    teller.refuse("disclosures-nest", "Forty disclosures stand one inside the other.", Code::SdjwtDepth, deep.text());
}

fn digests(teller: &mut Teller<'_>, good: &SdJwt<'_>) {
    let unknown = format!("{}{}~", good.text(), encoded(r#"["s","admin",true]"#));
    teller.refuse("disclosure-added", "No digest stands for a disclosure.", Code::SdjwtDisclosureUnreferenced, unknown);
    let twice = good.changed(|vc| vc["_sd"] = json!(["a", "a"]));
    teller.refuse("digest-twice", "A digest stands twice.", Code::SdjwtDigestDuplicate, twice.text());
    let again = format!("{}{}~", good.text(), encoded(NAME));
    teller.refuse("disclosure-twice", "A disclosure is there twice.", Code::SdjwtDisclosureDuplicate, again);
    let taken = good.changed(|vc| vc["credentialSubject"]["name"] = json!("Jill"));
    teller.refuse("name-taken", "A disclosed name is there already.", Code::SdjwtClaimCollision, taken.text());
    let mut disclosing = |case: &str, title: &str, code, disclosure: &str| {
        let disclosure = encoded(disclosure);
        let mut changed = good.changed(|vc| vc["_sd"] = json!([digest(Hash::Sha256, &disclosure)]));
        changed.disclosures.push(disclosure);
        teller.refuse(case, title, code, changed.text());
    };
    disclosing("reserved-name", "A disclosure is called `_sd`.", Code::SdjwtReservedName, r#"["s","_sd",[]]"#);
    let kind = r#"["s",1]"#;
    disclosing("element-as-member", "An element is disclosed as a member.", Code::SdjwtDisclosureShape, kind);
    let weak = good.changed(|vc| vc["_sd_alg"] = json!("md5"));
    teller.refuse("digests-by-md5", "The digests are MD5.", Code::SdjwtSdAlg, weak.text());
}

fn envelope(teller: &mut Teller<'_>, good: &SdJwt<'_>) {
    let of = |jwt: Jwt<'_>| SdJwt { jwt, ..good.clone() }.text();
    let header = |name: &str, value: Value| of(good.jwt.with_header(name, value));
    let none = header("alg", json!("none"));
    teller.refuse("algorithm-none", "The header says that nobody signed.", Code::JoseAlgNone, none);
    let other = header("typ", json!("vc+jwt"));
    teller.refuse_named("type-of-another-token", "`typ` says `vc+jwt`.", Code::JoseTypMismatch, other);
    let unknown = header("kid", json!(format!("{ISSUER}#key-2")));
    teller.refuse("kid-unknown", "The issuer has no key of that name.", Code::DiVmMissing, unknown);
    let two_worlds = of(good.jwt.with("vct", "https://issuer.example/type"));
    teller.refuse("type-of-another-kind", "The payload has a `vct` too.", Code::VcEnvelope, two_worlds);
    let ended = of(good.jwt.with("exp", 1_780_185_600));
    teller.refuse("signature-expired", "`exp` was two days ago.", Code::TimeExpired, ended);
    let (signed, rest) = (good.jwt.text_signed(raw::flip_last), good.text());
    let (_, disclosures) = rest.split_once('~').unwrap_or_default();
    let changed = format!("{signed}~{disclosures}");
    teller.refuse("signature-changed", "One bit of the signature is changed.", Code::SigInvalid, changed);
}

/// Who shows it holds the key that it names.
fn bindings(scene: &Scene, keys: &Keys, good: &SdJwt<'_>, all: &mut Vec<Vector>) {
    let asked = w3c::asking(scene, NONCE, AUDIENCE);
    let text = good.text();
    let binding = binding(keys, &text);
    let bound = format!("{text}{}", binding.text());
    let parent =
        accepted(&asked, "key-bound", "A credential shown by its holder, for this relying party.", &bound, None);
    let mut teller = Teller { scene: &asked, parent: &parent, all };
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        teller.refuse(case, title, code, format!("{text}{}", binding.with(name, value).text()));
    };
    with("binding-nonce", "The key was bound for another nonce.", Code::VpNonce, "nonce", json!("other"));
    with(
        "binding-audience",
        "The key was bound for somebody else.",
        Code::ClaimAudience,
        "aud",
        json!("https://rp.example/"),
    );
    with("binding-audiences", "The audience is a list.", Code::ClaimAudience, "aud", json!([AUDIENCE]));
    with("binding-without-nonce", "The key was bound without a nonce.", Code::VpNonce, "nonce", Value::Null);
    with("binding-old", "The key was bound an hour ago.", Code::TimeKbWindow, "iat", json!(SHOWN_AT - 3600));
    with("binding-early", "The key is bound in an hour.", Code::TimeKbWindow, "iat", json!(SHOWN_AT + 3600));
    with(
        "binding-hash",
        "The key was bound over another text.",
        Code::SdjwtSdHash,
        "sd_hash",
        json!(digest(Hash::Sha256, "other")),
    );
    let fewer = SdJwt { disclosures: vec![encoded(NAME)], ..good.clone() }.text();
    let fewer = format!("{fewer}{}", binding.text());
    teller.refuse(
        "disclosure-taken-away",
        "A disclosure was taken away after the key was bound.",
        Code::SdjwtSdHash,
        fewer,
    );
    let by_issuer = Jwt { key: &keys.issuer, ..binding.clone() };
    teller.refuse(
        "bound-by-the-issuer",
        "The issuer bound the key.",
        Code::SdjwtKbKey,
        format!("{text}{}", by_issuer.text()),
    );
    let plain = binding.with_header("typ", "JWT").text();
    teller.refuse(
        "binding-of-another-type",
        "The key binding JWT has another type.",
        Code::JoseTypMismatch,
        format!("{text}{plain}"),
    );
    let unsigned = binding.with_header("alg", "none").text();
    all.push(asked.refuses_at(
        Stage::Decode,
        &parent,
        "binding-by-nobody",
        "The key binding JWT says that nobody signed.",
        Code::JoseAlgNone,
        Payload::text("text/plain", format!("{text}{unsigned}")),
    ));
    let keyless = good.changed(|vc| vc["cnf"] = json!({}));
    let keyless = keyless.text();
    let unheld = format!("{keyless}{}", self::binding(keys, &keyless).text());
    let title = "The credential names no key of its holder.";
    all.push(asked.refuses(&parent, "no-holder-key", title, Code::SdjwtCnf, Payload::text("text/plain", unheld)));
    all.push(parent);
}

fn presentations(scene: &Scene, keys: &Keys, inner: &SdJwt<'_>, all: &mut Vec<Vector>) {
    let holder = encoded(&json!(["6Ij7tM-a5iVPGboS5tmvVA", "holder", HOLDER]).to_string());
    let mut document = w3c::presentation(w3c::envelope("application/vc+sd-jwt", &inner.text()));
    document["holder"] = Value::Null;
    let header = json!({"alg": "ES256", "typ": "vp+sd-jwt", "cty": "vp", "kid": w3c::kid(HOLDER)});
    let jwt = Jwt { header, payload: document, key: &keys.holder }.with("holder", Value::Null).with("iss", HOLDER);
    let jwt = jwt.with("_sd", json!([digest(Hash::Sha256, &holder)]));
    let good = SdJwt { jwt, disclosures: vec![holder] };
    let asked = w3c::asking(scene, NONCE, AUDIENCE);
    let parent = accepted(&asked, "presentation", "A presentation with its holder disclosed.", &good.text(), None);
    let mut teller = Teller { scene: &asked, parent: &parent, all };
    let other = w3c::asking(scene, "other", AUDIENCE);
    let title = "Another nonce was asked for.";
    teller.refuse_in(&other, "nonce-of-another-request", title, Code::VpNonce, good.text());
    let contradicting = SdJwt { jwt: good.jwt.with("iss", ISSUER), ..good.clone() };
    teller.refuse("presented-by-another", "`iss` is not the holder.", Code::ClaimInconsistent, contradicting.text());
    all.push(parent);
}

impl SdJwt<'_> {
    fn text(&self) -> String {
        let disclosures: String = self.disclosures.iter().map(|disclosure| format!("{disclosure}~")).collect();
        format!("{}~{disclosures}", self.jwt.text())
    }

    fn changed(&self, change: impl FnOnce(&mut Value)) -> Self {
        SdJwt { jwt: self.jwt.changed(change), ..self.clone() }
    }
}

fn credential(keys: &Keys) -> SdJwt<'_> {
    let disclosures = vec![encoded(NAME), encoded(LANGUAGE)];
    let mut payload = w3c::credential();
    payload["credentialSubject"] = json!({
        "id": HOLDER,
        "_sd": [digest(Hash::Sha256, &disclosures[0]), "4HBn6aIY3WtuGGWTx-qUaj6cdk6WBpZygltdFavPa7LY"],
        "languages": ["en", {"...": digest(Hash::Sha256, &disclosures[1])}, {"...": "pFndjkZ_VCzmyTa6UjlZo3dh-ko8aIKQc9DlGzhaVYo"}]
    });
    payload["cnf"] = json!({"jwk": keys.holder.public_key().to_jwk()});
    payload["_sd_alg"] = json!("sha-256");
    let header = json!({"alg": "ES256", "typ": "vc+sd-jwt", "cty": "vc", "kid": w3c::kid(ISSUER)});
    SdJwt { jwt: Jwt { header, payload, key: &keys.issuer }, disclosures }
}

fn binding<'k>(keys: &'k Keys, text: &str) -> Jwt<'k> {
    let payload = json!({"iat": SHOWN_AT, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": digest(Hash::Sha256, text)});
    Jwt { header: json!({"alg": "ES256", "typ": "kb+jwt"}), payload, key: &keys.holder }
}

fn encoded(disclosure: &str) -> String {
    base64url::encode(disclosure.as_bytes())
}
