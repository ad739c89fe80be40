//! Vectors of W3C credentials as JWT: accepted tokens of both encodings, and each with one thing wrong.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::reason::Code;

use super::pki::Pki;
use super::raw;
use super::scene::Scene;
use super::w3c::{self, AUDIENCE, HOLDER, ISSUER, Jwt, Keys, NONCE, Teller};
use crate::question::Payload;
use crate::vector::Vector;

const FORMAT: &str = "vc_jwt";
const SPECIFICATION: (&str, &str, &str) = ("VC-JOSE-COSE 1.0", "3.1", "https://www.w3.org/TR/vc-jose-cose/");
/// 2026-05-01T00:00:00Z.
const BEGINS: i64 = 1_777_593_600;
/// 2026-05-31T00:00:00Z: the day before yesterday.
const ENDED: i64 = 1_780_185_600;
/// 2046-05-01T00:00:00Z.
const ENDS: i64 = 2_408_745_600;

/// Every vector of the format.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = w3c::keys(pki)?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(w3c::trust(&keys, FORMAT));
    let good = credential(&keys);
    let parent =
        accepted(&scene, "credential", "A credential by a trusted issuer.", &good.text(), Some(w3c::credential()));
    let mut all = vec![parent.clone()];
    let mut teller = Teller { scene: &scene, parent: &parent, all: &mut all };
    header(&mut teller, &good);
    payload(&mut teller, &good);
    signatures(&mut teller, &good);
    times(&mut teller, &good);
    teller.demands();
    spellings(&scene, &good, &mut all);
    older(&scene, &keys, &mut all);
    presentations(&scene, &keys, &mut all);
    Ok(all)
}

fn accepted(scene: &Scene, case: &str, title: &str, text: &str, claims: Option<Value>) -> Vector {
    scene.accepts(case, title, Payload::text("text/plain", text), claims)
}

fn header(teller: &mut Teller<'_>, good: &Jwt<'_>) {
    let text = good.text();
    let (message, signature) = text.rsplit_once('.').unwrap_or_default();
    let (protected, body) = message.split_once('.').unwrap_or_default();
    teller.refuse_named("two-parts", "The signature and its dot are gone.", Code::JoseMalformed, message);
    let json = json!({"protected": protected, "payload": body, "signature": signature}).to_string();
    teller.refuse_named("json-serialisation", "The same JWS in JSON.", Code::JoseSerialization, json);
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        teller.refuse(case, title, code, good.with_header(name, value).text());
    };
    with("no-algorithm", "The header names no algorithm.", Code::JoseAlgMissing, "alg", Value::Null);
    with("algorithm-none", "The header says that nobody signed.", Code::JoseAlgNone, "alg", json!("none"));
    with("algorithm-hs256", "The header names a symmetric algorithm.", Code::JoseAlgNotAllowed, "alg", json!("HS256"));
    with(
        "algorithm-es384",
        "The header names ES384, the key is on P-256.",
        Code::JoseAlgKeyMismatch,
        "alg",
        json!("ES384"),
    );
    with("content-type-of-a-presentation", "`cty` says `vp`.", Code::JoseTypMismatch, "cty", json!("vp"));
    with("crit-empty", "`crit` is an empty list.", Code::JoseCritMalformed, "crit", json!([]));
    with(
        "unencoded-payload",
        "The header says that the payload is not encoded.",
        Code::JoseB64Unsupported,
        "b64",
        json!(false),
    );
    with("key-in-the-header", "The header brings a key.", Code::JoseEmbeddedKeyUntrusted, "jwk", json!({"kty": "EC"}));
    with(
        "key-at-a-place",
        "The header says where its key is.",
        Code::JoseRemoteKeyForbidden,
        "jku",
        json!("https://issuer.example/jwks"),
    );
    with("no-kid", "The header names no key.", Code::JoseKidUnknown, "kid", Value::Null);
    with(
        "kid-relative",
        "The header names its key by a fragment, and no `iss` stands beside it.",
        Code::JoseKidUnknown,
        "kid",
        json!("#key-1"),
    );
    with(
        "kid-unknown",
        "The issuer's document has no key of that name.",
        Code::DiVmMissing,
        "kid",
        json!(format!("{ISSUER}#key-2")),
    );
    let demanding = good.with_header("crit", json!(["exp2"])).with_header("exp2", 1);
    teller.refuse("crit-unknown", "The header demands an extension.", Code::JoseCritUnsupported, demanding.text());
    let other = good.with_header("typ", "dc+sd-jwt").text();
    teller.refuse_named("type-of-another-token", "`typ` says `dc+sd-jwt`.", Code::JoseTypMismatch, other);
    let twins = good.header.to_string().replacen('{', r#"{"alg":"ES256","#, 1);
    let twins = good.text_of(&twins, &good.payload.to_string());
    teller.refuse_named("algorithm-twice", "The header names its algorithm twice.", Code::JsonDuplicateKey, twins);
}

fn payload(teller: &mut Teller<'_>, good: &Jwt<'_>) {
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        teller.refuse(case, title, code, good.with(name, value).text());
    };
    with("claim-vc", "A claim `vc` stands beside the credential.", Code::VcEnvelope, "vc", json!({}));
    with(
        "issuer-of-another-name",
        "`iss` is not the issuer.",
        Code::ClaimInconsistent,
        "iss",
        json!("https://other.example"),
    );
    with("issuer-as-number", "`iss` is a number.", Code::ClaimType, "iss", json!(1));
    with(
        "holder-key-private",
        "The holder's key is a private one.",
        Code::JosePrivateKeyExposed,
        "cnf",
        json!({"jwk": {"kty": "EC", "d": "AA"}}),
    );
    with(
        "no-context",
        "The credential has no context.",
        Code::VcContextBase,
        "@context",
        json!(["https://example.org/"]),
    );
    with("type-of-a-presentation", "The credential has another type.", Code::VcType, "type", json!(["Diploma"]));
    with("id-no-url", "The identifier is no URL.", Code::VcSchema, "id", json!("not a url"));
    teller.refuse(
        "payload-array",
        "The payload is an array.",
        Code::JosePayloadType,
        good.text_of(&good.header.to_string(), "[]"),
    );
    teller.refuse(
        "payload-cut",
        "The payload ends early.",
        Code::JsonSyntax,
        good.text_of(&good.header.to_string(), r#"{"a":"#),
    );
    let as_presentation = good.with_header("typ", "vp+jwt").with_header("cty", Value::Null).with("holder", ISSUER);
    let title = "The token says that it is a presentation.";
    teller.refuse("credential-as-presentation", title, Code::VcType, as_presentation.text());
}

fn signatures(teller: &mut Teller<'_>, good: &Jwt<'_>) {
    let changed = good.text_signed(raw::flip_last);
    teller.refuse("signature-changed", "One bit of the signature is changed.", Code::SigInvalid, changed);
    let cut = good.text_signed(|signature| signature[..63].to_vec());
    teller.refuse("signature-cut", "The signature has 63 bytes.", Code::SigEncoding, cut);
    let zeros = good.text_signed(|_| vec![0; 64]);
    teller.refuse("signature-of-zeros", "The signature is all zeros.", Code::SigInvalid, zeros);
    let empty = good.text_signed(|_| Vec::new());
    teller.refuse("signature-empty", "The signature is empty.", Code::SigEncoding, empty);
}

fn times(teller: &mut Teller<'_>, good: &Jwt<'_>) {
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        teller.refuse(case, title, code, good.with(name, value).text());
    };
    with("signature-expired", "`exp` was two days ago.", Code::TimeExpired, "exp", json!(ENDED));
    with("signed-tomorrow", "`iat` is a year from now.", Code::TimeNotYetValid, "iat", json!(1_811_851_200));
    with("end-in-milliseconds", "`exp` is written in milliseconds.", Code::TimeImplausible, "exp", json!(ENDS * 1000));
    with("end-as-text", "`exp` is a text.", Code::ClaimType, "exp", json!("2046-05-01T00:00:00Z"));
    with(
        "credential-ended",
        "`validUntil` was two days ago.",
        Code::TimeExpired,
        "validUntil",
        json!("2026-05-31T00:00:00Z"),
    );
    with(
        "credential-begins-later",
        "`validFrom` is a year from now.",
        Code::TimeNotYetValid,
        "validFrom",
        json!("2027-06-01T00:00:00Z"),
    );
    let generous = teller.scene.demanding("clock_skew_seconds", 86_400);
    let backwards = good.with("validFrom", "2026-06-01T12:00:00Z").with("validUntil", "2026-06-01T00:00:00Z");
    let title = "The credential ends before it begins, under a skew of a day.";
    teller.refuse_in(&generous, "ends-before-it-begins", title, Code::TimeInconsistent, backwards.text());
}

/// Other ways to write what is right.
fn spellings(scene: &Scene, good: &Jwt<'_>, all: &mut Vec<Vector>) {
    let mut accept =
        |case: &str, title: &str, text: &str, claims| all.push(accepted(scene, case, title, text, Some(claims)));
    let credential = w3c::credential();
    accept(
        "type-in-full",
        "`typ` is the media type in full.",
        &good.with_header("typ", "application/vc+jwt").text(),
        credential.clone(),
    );
    accept(
        "without-type",
        "The header has no `typ`.",
        &good.with_header("typ", Value::Null).text(),
        credential.clone(),
    );
    accept(
        "unknown-header",
        "The header has a member that nobody knows.",
        &good.with_header("x-trace", "a").text(),
        credential.clone(),
    );
    let envelope = w3c::envelope("application/vc+jwt", &good.text()).to_string();
    accept("in-an-envelope", "The token is in a data: URL.", &envelope, credential);
    let named = good.with("iss", ISSUER);
    accept("issuer-beside", "`iss` repeats the issuer.", &named.text(), named.payload.clone());
    let written = good.with("iat", "2026-05-01T00:00:00Z");
    accept(
        "issued-as-text",
        "`iat` is a text, as the specification's test suite writes it.",
        &written.text(),
        written.payload.clone(),
    );
}

/// The encoding of data model 1.1.
fn older(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) {
    let good = older_credential(keys);
    let said = json!({
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "credentialSubject": {"name": "Aroha Ngata", "id": HOLDER},
        "issuer": ISSUER,
        "issuanceDate": "2026-05-01T00:00:00Z",
        "expirationDate": "2046-05-01T00:00:00Z",
        "id": "urn:uuid:0d1c9a52-7f0b-4c38-9f43-6f1f0c0a7e21"
    });
    let parent =
        accepted(scene, "older-encoding", "A credential in a claim, by data model 1.1.", &good.text(), Some(said));
    let mut teller = Teller { scene, parent: &parent, all };
    let mut with = |case: &str, title: &str, code, name: &str, value: Value| {
        teller.refuse(case, title, code, good.with(name, value).text());
    };
    with("older-expired", "`exp` was two days ago.", Code::TimeExpired, "exp", json!(ENDED));
    with("older-vc-as-text", "`vc` is a text.", Code::VcEnvelope, "vc", json!("a"));
    let mut changed = |case: &str, title: &str, code, member: &str, value: Value| {
        teller.refuse(case, title, code, good.changed(|claims| claims["vc"][member] = value).text());
    };
    changed(
        "older-issuer-differs",
        "`vc.issuer` is not `iss`.",
        Code::ClaimInconsistent,
        "issuer",
        json!("https://other.example"),
    );
    changed(
        "older-end-differs",
        "`vc.expirationDate` is not `exp`.",
        Code::ClaimInconsistent,
        "expirationDate",
        json!("2046-05-01T00:00:01Z"),
    );
    changed(
        "older-subject-differs",
        "`vc.credentialSubject.id` is not `sub`.",
        Code::ClaimInconsistent,
        "credentialSubject",
        json!({"id": "urn:other"}),
    );
    let nameless = good.with("iss", Value::Null).changed(|claims| claims["vc"]["issuer"] = json!(ISSUER));
    teller.refuse("older-no-iss", "There is no `iss`.", Code::ClaimMissing, nameless.text());
    all.push(parent);
}

fn presentations(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) {
    let inner = credential(keys).text();
    let good = presentation(keys, w3c::envelope("application/vc+jwt", &inner));
    let asked = w3c::asking(scene, NONCE, AUDIENCE);
    let parent = accepted(
        &asked,
        "presentation",
        "A presentation for this relying party.",
        &good.text(),
        Some(w3c::said(&good.payload)),
    );
    let mut teller = Teller { scene: &asked, parent: &parent, all };
    let mut refuse = |scene: Scene, case: &str, title: &str, code, token: &Jwt<'_>| {
        teller.refuse_in(&scene, case, title, code, token.text());
    };
    refuse(
        w3c::asking(scene, "other", AUDIENCE),
        "nonce-of-another-request",
        "Another nonce was asked for.",
        Code::VpNonce,
        &good,
    );
    refuse(
        asked.clone(),
        "no-nonce",
        "The presentation has no nonce.",
        Code::VpNonce,
        &good.with("nonce", Value::Null),
    );
    refuse(
        asked.clone(),
        "for-somebody-else",
        "The presentation is for somebody else.",
        Code::ClaimAudience,
        &good.with("aud", json!(["https://rp.example/"])),
    );
    refuse(
        asked.clone(),
        "presented-by-another",
        "`iss` is not the holder.",
        Code::ClaimInconsistent,
        &good.with("iss", ISSUER),
    );
    let holding = |item: Value| presentation(keys, item);
    let broken = json!({"@context": [w3c::CONTEXT], "type": "EnvelopedVerifiableCredential", "id": "not-a-credential"});
    refuse(
        asked.clone(),
        "envelope-without-a-token",
        "An envelope inside has no data: URL.",
        Code::VcEnvelope,
        &holding(broken),
    );
    let nested = w3c::envelope("application/vp+jwt", &good.text());
    refuse(
        asked.clone(),
        "presentation-inside",
        "The presentation holds a presentation.",
        Code::VcEnvelope,
        &holding(nested),
    );
    let (message, _) = inner.rsplit_once('.').unwrap_or_default();
    let forged = format!("{message}.{}", base64url::encode(&[1; 64]));
    refuse(
        asked.clone(),
        "credential-inside-forged",
        "The credential inside has another signature.",
        Code::SigInvalid,
        &holding(w3c::envelope("application/vc+jwt", &forged)),
    );
    let by_issuer = Jwt { key: &keys.issuer, ..good.clone() };
    refuse(
        asked.clone(),
        "signed-by-the-issuer",
        "The issuer signed in the holder's place.",
        Code::SigInvalid,
        &by_issuer,
    );
    let bound = asked.demanding("holder_binding", true);
    let stolen = credential(keys).changed(|vc| vc["credentialSubject"]["id"] = json!("https://somebody.example/else"));
    refuse(
        bound,
        "credential-of-somebody-else",
        "The credential is about somebody else.",
        Code::VpHolderBinding,
        &holding(w3c::envelope("application/vc+jwt", &stolen.text())),
    );
    all.push(parent);
    confirmed(&asked, keys, all);
    let claims = json!({
        "iss": HOLDER, "nonce": NONCE, "aud": AUDIENCE,
        "vp": {
            "@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiablePresentation"],
            "verifiableCredential": [older_credential(keys).text()]
        }
    });
    let older = Jwt {
        header: json!({"alg": "ES256", "typ": "JWT", "kid": w3c::kid(HOLDER)}),
        payload: claims,
        key: &keys.holder,
    };
    all.push(accepted(
        &asked,
        "older-presentation",
        "A presentation by data model 1.1, with a JWT inside.",
        &older.text(),
        None,
    ));
}

/// A credential that names its holder's key: shown by that key, and by others.
fn confirmed(asked: &Scene, keys: &Keys, all: &mut Vec<Vector>) {
    let shown = |confirmation: Value| {
        let inner = credential(keys).with("cnf", confirmation);
        presentation(keys, w3c::envelope("application/vc+jwt", &inner.text()))
    };
    let good = shown(json!({"jwk": keys.holder.public_key().to_jwk()}));
    let title = "A presentation by the key that the credential names.";
    let parent = accepted(asked, "presented-by-the-named-key", title, &good.text(), Some(w3c::said(&good.payload)));
    let by_id = shown(json!({"kid": w3c::kid(HOLDER)}));
    let title = "The same, where the credential names the key by its identifier.";
    all.push(accepted(asked, "presented-by-the-named-method", title, &by_id.text(), None));
    let mut teller = Teller { scene: asked, parent: &parent, all };
    for (case, title, confirmation) in [
        (
            "presented-by-another-key",
            "The credential names another key than the presenter's.",
            json!({"jwk": keys.issuer.public_key().to_jwk()}),
        ),
        (
            "presented-by-another-method",
            "The credential names another key's identifier.",
            json!({"kid": w3c::kid(ISSUER)}),
        ),
        (
            "presented-by-a-key-unknown",
            "The credential names its holder's key in a way that nobody can compare.",
            json!({"jkt": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"}),
        ),
    ] {
        teller.refuse(case, title, Code::VpHolderBinding, shown(confirmation).text());
    }
    all.push(parent);
}

fn credential(keys: &Keys) -> Jwt<'_> {
    let header = json!({"alg": "ES256", "typ": "vc+jwt", "cty": "vc", "kid": w3c::kid(ISSUER)});
    Jwt { header, payload: w3c::credential(), key: &keys.issuer }
}

fn presentation(keys: &Keys, credential: Value) -> Jwt<'_> {
    let header = json!({"alg": "ES256", "typ": "vp+jwt", "cty": "vp", "kid": w3c::kid(HOLDER)});
    Jwt { header, payload: w3c::presentation(credential), key: &keys.holder }
}

fn older_credential(keys: &Keys) -> Jwt<'_> {
    let claims = json!({
        "iss": ISSUER, "nbf": BEGINS, "exp": ENDS, "sub": HOLDER, "jti": "urn:uuid:0d1c9a52-7f0b-4c38-9f43-6f1f0c0a7e21",
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1"], "type": ["VerifiableCredential"],
            "credentialSubject": {"name": "Aroha Ngata"}
        }
    });
    Jwt { header: json!({"alg": "ES256", "typ": "JWT", "kid": w3c::kid(ISSUER)}), payload: claims, key: &keys.issuer }
}
