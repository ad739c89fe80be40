//! Proofs of the suites from before cryptosuites. The library `ssi` signs them from end to end, so that an accepted vector says that
//! two implementations make the same of it; one is signed by hand, since `ssi` writes the header of a JWS in one way only.

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::multikey;
use vidimus::crypto::public_key::PublicKey;
use vidimus::encoding::{base58, base64url};
use vidimus::envelope::data_integrity::suite::{Suite as Known, Transform};
use vidimus::envelope::data_integrity::transform::{Secured, Terms};
use vidimus::linked_data::Contexts;
use vidimus::reason::{Code, Stage};
use vidimus_ssi::proofs::Suite;
use vidimus_ssi::sign::{Draft, ethereum_did, proof};

use super::documents::{CREATED, V1, said, with, without};
use super::{Cast, Telling, input, listed_did};
use crate::mint::pki::Pki;
use crate::mint::scene::Scene;
use crate::vector::Vector;

const JWS_2020: &str = "https://w3id.org/security/suites/jws-2020/v1";
const RECOVERY_2020: &str = "https://w3id.org/security/suites/secp256k1recovery-2020/v2";
/// The header that other libraries write, with its members in another order than `ssi` has them.
const OTHER_HEADER: &str = r#"{"alg":"EdDSA","b64":false,"crit":["b64"]}"#;

/// Somebody with a secret JWK.
struct Signatory {
    did: String,
    method: String,
    secret: Value,
    public: PublicKey,
}

impl Signatory {
    /// Known by a did:key.
    fn of(pki: &Pki, name: &str) -> Result<Signatory, String> {
        let secret = pki.secret_jwk(name)?;
        let public = public_key(&secret)?;
        let multikey = multikey::encode(&public);
        let did = format!("did:key:{multikey}");
        Ok(Signatory { method: format!("{did}#{multikey}"), did, secret, public })
    }

    /// The same person, known by an account.
    fn as_account(&self) -> Result<Signatory, String> {
        let did = ethereum_did(&self.secret.to_string())?;
        let (secret, public) = (self.secret.clone(), self.public.clone());
        Ok(Signatory { method: format!("{did}#controller"), did, secret, public })
    }

    /// The key in the notation of the suite, under somebody's name.
    fn written(&self, suite: Suite, id: &str) -> String {
        let jwk = self.public.to_jwk();
        let raw = base58::encode(self.public.ed25519_bytes().unwrap_or_default());
        let (kind, member, value) = match suite {
            Suite::Ed25519Signature2018 => ("Ed25519VerificationKey2018", "publicKeyBase58", raw.into()),
            Suite::JsonWebSignature2020 => ("JsonWebKey2020", "publicKeyJwk", jwk),
            Suite::EcdsaSecp256k1Signature2019 => ("EcdsaSecp256k1VerificationKey2019", "publicKeyJwk", jwk),
            Suite::EcdsaSecp256r1Signature2019 => {
                let multikey = multikey::encode(&self.public);
                ("EcdsaSecp256r1VerificationKey2019", "publicKeyMultibase", multikey.into())
            }
            Suite::EcdsaSecp256k1RecoverySignature2020 => ("EcdsaSecp256k1RecoveryMethod2020", "publicKeyJwk", jwk),
        };
        json!({"id": id, "type": kind, "controller": self.did, member: value}).to_string()
    }

    /// The document with a proof of this suite.
    fn sign(&self, document: &Value, suite: Suite) -> Result<Value, String> {
        self.sign_as(document, suite, &self.method, |_| {})
    }

    /// The document with a proof that says something else.
    fn sign_as(
        &self,
        document: &Value,
        suite: Suite,
        method: &str,
        change: impl Fn(&mut Draft<'_>),
    ) -> Result<Value, String> {
        let written = self.written(suite, method);
        let mut draft = Draft {
            suite,
            method: &written,
            created: CREATED,
            expires: None,
            authenticates: false,
            challenge: None,
            domain: None,
        };
        change(&mut draft);
        let proof = proof(&document.to_string(), &self.secret.to_string(), &draft)?;
        let proof: Value = serde_json::from_str(&proof).map_err(|error| error.to_string())?;
        with(document, "/proof", proof)
    }

    /// A credential of data model 1.1, unsigned.
    fn credential(&self, context: Option<&str>) -> Value {
        let contexts: Vec<&str> = std::iter::once(V1).chain(context).collect();
        json!({
            "@context": contexts,
            "id": "urn:uuid:2c6f0d7e-6d61-4b0a-8f64-0c8c9b7f5a10",
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "issuanceDate": "2026-01-01T00:00:00Z",
            "expirationDate": "2036-01-01T00:00:00Z",
            "credentialSubject": {"id": "did:example:reader"}
        })
    }

    fn listed(&self) -> Vec<Value> {
        vec![listed_did(&self.did)]
    }
}

fn public_key(secret: &Value) -> Result<PublicKey, String> {
    let mut public = secret.clone();
    public.as_object_mut().and_then(|members| members.remove("d")).ok_or("no secret")?;
    let text = public.to_string();
    let value = vidimus::encoding::json::decode(text.as_bytes()).map_err(|reason| reason.to_string())?;
    vidimus::crypto::jwk::public_key(&value).map_err(|reason| reason.to_string())
}

/// Every vector of the older suites.
///
/// # Errors
/// A sentence, when a key is missing or does not sign.
pub fn older(scene: &Scene, cast: &Cast, pki: &Pki, all: &mut Vec<Vector>) -> Result<(), String> {
    let issuer = Signatory::of(pki, "vc-issuer")?;
    let scene = scene.trusting(issuer.listed());
    let good = issuer.sign(&issuer.credential(None), Suite::Ed25519Signature2018)?;
    let title = "A credential with a proof by Ed25519Signature2018.";
    let parent = scene.accepts("ed25519-signature-2018", title, input(&good), Some(said(&good)));
    let mut telling = Telling { scene: &scene, parent: &parent, all };
    members(&mut telling, &good)?;
    values(&mut telling, &good)?;
    signers(&mut telling, cast, pki, &issuer)?;
    let by_hand = signed_by_hand(cast, &issuer, OTHER_HEADER)?;
    let title = "The same, with the members of the JWS's header in another order.";
    telling.all.push(scene.accepts(
        "ed25519-signature-2018-other-header",
        title,
        input(&by_hand),
        Some(said(&by_hand)),
    ));
    headers(&mut telling, cast, &issuer)?;
    telling.all.push(parent.clone());
    suites(&scene, pki, all)?;
    accounts(&scene, pki, all)?;
    presentation(&scene, pki, all)
}

/// An accepted document of every other suite, and one of each that was changed.
fn suites(scene: &Scene, pki: &Pki, all: &mut Vec<Vector>) -> Result<(), String> {
    for (name, suite, context, case) in [
        ("vc-issuer", Suite::JsonWebSignature2020, Some(JWS_2020), "json-web-signature-2020-with-ed25519"),
        ("w3c-issuer", Suite::JsonWebSignature2020, Some(JWS_2020), "json-web-signature-2020-with-p256"),
        ("vc-issuer-with-p384", Suite::JsonWebSignature2020, Some(JWS_2020), "json-web-signature-2020-with-p384"),
        ("vc-issuer-with-secp256k1", Suite::JsonWebSignature2020, None, "json-web-signature-2020-context-in-proof"),
        ("vc-issuer-with-secp256k1", Suite::EcdsaSecp256k1Signature2019, None, "ecdsa-secp256k1-signature-2019"),
        ("w3c-issuer", Suite::EcdsaSecp256r1Signature2019, None, "ecdsa-secp256r1-signature-2019"),
        (
            "vc-issuer-with-secp256k1",
            Suite::EcdsaSecp256k1RecoverySignature2020,
            Some(RECOVERY_2020),
            "ecdsa-secp256k1-recovery-signature-2020",
        ),
    ] {
        let issuer = Signatory::of(pki, name)?;
        let scene = scene.trusting(issuer.listed());
        let mut signed = issuer.sign(&issuer.credential(context), suite)?;
        if context.is_some() {
            // `ssi` repeats the context in the proof, which says the same without it.
            signed = without(&signed, "/proof/@context")?;
        }
        let title = format!("A credential with a proof by {}.", suite.name());
        let parent = scene.accepts(case, &title, input(&signed), Some(said(&signed)));
        let mut telling = Telling { scene: &scene, parent: &parent, all };
        let changed = with(&signed, "/credentialSubject/id", "did:example:another")?;
        let title = format!("The subject was exchanged under a proof by {}.", suite.name());
        telling.refuse(&format!("{case}-changed"), &title, Code::SigInvalid, &changed);
        telling.all.push(parent.clone());
    }
    Ok(())
}

/// The members of a proof, one wrong at a time.
fn members(telling: &mut Telling<'_>, good: &Value) -> Result<(), String> {
    for (case, title, code, document) in [
        ("older-without-jws", "The proof has no `jws`.", Code::DiProofMalformed, without(good, "/proof/jws")?),
        (
            "older-without-created",
            "The proof does not say when it was made.",
            Code::DiProofMalformed,
            without(good, "/proof/created")?,
        ),
        (
            "older-with-two-values",
            "The proof has a `proofValue` besides its `jws`.",
            Code::DiAmbiguousProof,
            with(good, "/proof/proofValue", "z1")?,
        ),
        (
            "older-with-cryptosuite",
            "The proof is of an older suite and names a cryptosuite.",
            Code::DiCryptosuite,
            with(good, "/proof/cryptosuite", "eddsa-rdfc-2022")?,
        ),
        (
            "older-of-unknown-suite",
            "The proof is of an older suite that nobody here judges.",
            Code::DiCryptosuite,
            with(good, "/proof/type", "RsaSignature2018")?,
        ),
        (
            "older-with-foreign-context",
            "The proof brings a context that is not its suite's.",
            Code::LdContextInline,
            with(good, "/proof/@context", JWS_2020)?,
        ),
    ] {
        telling.refuse(case, title, code, &document);
    }
    for (case, title, document) in [
        (
            "older-subject-changed",
            "The subject was exchanged.",
            with(good, "/credentialSubject/id", "did:example:another")?,
        ),
        (
            "older-created-changed",
            "The proof was moved by a day.",
            with(good, "/proof/created", "2026-05-02T12:00:00Z")?,
        ),
        (
            "older-expires-added",
            "An end was added to the proof.",
            with(good, "/proof/expires", "2030-01-01T00:00:00Z")?,
        ),
    ] {
        telling.refuse(case, title, Code::SigInvalid, &document);
    }
    Ok(())
}

/// What no credential of ours holds, and what `ssi` would not stop at.
fn values(telling: &mut Telling<'_>, good: &Value) -> Result<(), String> {
    let undefined = with(good, "/credentialSubject/addedLater", "and unsigned")?;
    telling.refuse("older-term-undefined", "The subject got an undefined term.", Code::LdUndefinedTerm, &undefined);
    let undefined = with(good, "/proof/addedLater", "and unsigned")?;
    let title = "The proof got an undefined term.";
    telling.refuse("older-term-undefined-in-the-proof", title, Code::LdUndefinedTerm, &undefined);
    let poison = super::terms::clique(10, "https://library.example/next");
    let mut document = good.clone();
    let subject = document.pointer_mut("/credentialSubject").and_then(Value::as_object_mut).ok_or("no subject")?;
    subject.insert("https://library.example/shelf".to_owned(), poison);
    telling.refuse("older-poison-graph", "Ten nodes, each tied to every other.", Code::RdfcLimit, &document);
    Ok(())
}

/// Who signed, for what and when.
fn signers(telling: &mut Telling<'_>, cast: &Cast, pki: &Pki, issuer: &Signatory) -> Result<(), String> {
    let suite = Suite::Ed25519Signature2018;
    let unsigned = issuer.credential(None);
    let stranger = Signatory::of(pki, "vc-stranger")?;
    let forged = stranger.sign_as(&unsigned, suite, &issuer.method, |_| {})?;
    telling.refuse("older-key-of-another", "Somebody else signed in the issuer's name.", Code::SigInvalid, &forged);
    let foreign = stranger.sign(&unsigned, suite)?;
    telling.refuse("older-key-of-a-stranger", "Somebody else's key signed.", Code::DiVmController, &foreign);
    let for_another = issuer.sign_as(&unsigned, suite, &issuer.method, |draft| draft.authenticates = true)?;
    telling.refuse("older-purpose", "The proof was made to authenticate.", Code::DiPurpose, &for_another);
    let expired =
        issuer.sign_as(&unsigned, suite, &issuer.method, |draft| draft.expires = Some("2026-06-01T11:00:00Z"))?;
    telling.refuse("older-proof-expired", "The proof ended an hour ago.", Code::DiProofExpired, &expired);
    let early = issuer.sign_as(&unsigned, suite, &issuer.method, |draft| draft.created = "2026-06-01T13:00:00Z")?;
    telling.refuse("older-proof-of-the-future", "The proof was made in an hour.", Code::TimeNotYetValid, &early);
    let scene = telling.scene.trusting(vec![listed_did(&cast.p256.did)]);
    let signed =
        issuer.sign_as(&with(&unsigned, "/issuer", cast.p256.did.as_str())?, suite, &cast.p256.method, |_| {})?;
    let mut telling = Telling { scene: &scene, parent: telling.parent, all: telling.all };
    let title = "The proof is of Ed25519, and the key it names is on P-256.";
    telling.refuse_at(Stage::Key, "older-key-of-another-kind", title, Code::DiCryptosuite, &signed);
    Ok(())
}

/// The header of the JWS, one thing wrong at a time; the signature is right.
fn headers(telling: &mut Telling<'_>, cast: &Cast, issuer: &Signatory) -> Result<(), String> {
    for (case, title, code, header) in [
        (
            "older-alg-none",
            "The JWS names no algorithm.",
            Code::JoseAlgNone,
            r#"{"alg":"none","b64":false,"crit":["b64"]}"#,
        ),
        ("older-alg-absent", "The JWS has no `alg`.", Code::JoseAlgMissing, r#"{"b64":false,"crit":["b64"]}"#),
        (
            "older-alg-of-another-suite",
            "The JWS names an algorithm that the suite has not.",
            Code::JoseAlgNotAllowed,
            r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
        ),
        ("older-crit-absent", "`b64` is not critical.", Code::JoseCritMalformed, r#"{"alg":"EdDSA","b64":false}"#),
        (
            "older-crit-of-more",
            "Another name is critical.",
            Code::JoseCritMalformed,
            r#"{"alg":"EdDSA","b64":false,"crit":["b64","x"],"x":1}"#,
        ),
        (
            "older-b64",
            "The payload is said to be encoded.",
            Code::JoseB64Unsupported,
            r#"{"alg":"EdDSA","b64":true,"crit":["b64"]}"#,
        ),
        (
            "older-own-key",
            "The header brings a key.",
            Code::JoseEmbeddedKeyUntrusted,
            r#"{"alg":"EdDSA","b64":false,"crit":["b64"],"jwk":{}}"#,
        ),
    ] {
        telling.refuse(case, title, code, &signed_by_hand(cast, issuer, header)?);
    }
    let good = signed_by_hand(cast, issuer, OTHER_HEADER)?;
    let jws = good.pointer("/proof/jws").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (protected, signature) = jws.split_once("..").ok_or("no detached JWS")?;
    let signature = base64url::decode(signature).map_err(|reason| reason.to_string())?;
    let shorter = signature.split_last().map_or(&[][..], |(_, front)| front);
    let cut = format!("{protected}..{}", base64url::encode(shorter));
    for (case, title, code, jws) in [
        ("older-with-payload", "The JWS has a payload.", Code::JoseMalformed, jws.replacen("..", ".e30.", 1)),
        ("older-signature-cut", "The signature is cut.", Code::SigEncoding, cut),
    ] {
        telling.refuse(case, title, code, &with(&good, "/proof/jws", jws)?);
    }
    Ok(())
}

/// The credential with a proof by Ed25519Signature2018, put together here around a JWS with that header.
fn signed_by_hand(cast: &Cast, issuer: &Signatory, header: &str) -> Result<Value, String> {
    let document = with(
        &issuer.credential(None),
        "/proof",
        json!({
            "type": "Ed25519Signature2018", "created": CREATED, "verificationMethod": issuer.method,
            "proofPurpose": "assertionMethod", "jws": ""
        }),
    )?;
    let text = document.to_string();
    let told = |reason: vidimus::reason::Reason| reason.to_string();
    let decoded = vidimus::encoding::json::decode(text.as_bytes()).map_err(told)?;
    let suite = Known::of("Ed25519Signature2018", None).ok_or("a build without the suite")?;
    let proof = decoded.member("proof").ok_or("no proof")?;
    let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
    let secured = Secured::of(&decoded, proof, suite, &[]).map_err(told)?;
    let digests = secured.message(Transform::Rdfc, Hash::Sha256, &terms).map_err(told)?;
    let protected = base64url::encode(header.as_bytes());
    let signed = [protected.as_bytes(), b".", digests.as_slice()].concat();
    let signature = cast.issuer.sign_bytes(&signed)?;
    with(&document, "/proof/jws", format!("{protected}..{}", base64url::encode(&signature)))
}

/// An issuer known by an account, whose signatures bring the key.
fn accounts(scene: &Scene, pki: &Pki, all: &mut Vec<Vector>) -> Result<(), String> {
    let issuer = Signatory::of(pki, "vc-issuer-with-secp256k1")?.as_account()?;
    let suite = Suite::EcdsaSecp256k1RecoverySignature2020;
    let scene = scene.trusting(issuer.listed()).demanding("unread_ledgers", true);
    // The context of the suite stands in the proof alone.
    let signed = issuer.sign(&issuer.credential(None), suite)?;
    let title = "An issuer known by a did:ethr, whose ledger nobody need read.";
    let parent = scene.accepts("account-of-ethereum", title, input(&signed), Some(said(&signed)));
    let careful = scene.demanding("unread_ledgers", false);
    let title = "The ledger of the issuer's did:ethr was not read.";
    all.push(careful.cannot_tell(&parent, "ledger-unread", title, Code::TrustKeyUnavailable, input(&signed)));
    let other = issuer.did.replace("did:ethr:0x", "did:ethr:0x5:0x");
    let mut telling = Telling { scene: &scene, parent: &parent, all };
    let method = format!("{other}#controller");
    let moved = with(&signed, "/proof/verificationMethod", method)?;
    let title = "The proof names the account on another chain.";
    telling.refuse("account-on-another-chain", title, Code::DiVmController, &moved);
    let forged = with(&signed, "/credentialSubject/id", "did:example:another")?;
    telling.refuse("account-subject-changed", "The signature brings another key.", Code::SigInvalid, &forged);
    let typed = with(&signed, "/proof/verificationMethod", format!("{}#Eip712Method2021", issuer.did))?;
    let title = "The proof names a method of the account that signs typed data.";
    telling.refuse("account-method-for-typed-data", title, Code::DiVmInvalid, &typed);
    let broken = with(&signed, "/proof/verificationMethod", "did:ethr:0x12#controller")?;
    telling.refuse("account-cut", "The did:ethr is cut.", Code::DidSyntax, &broken);
    telling.all.push(parent.clone());
    Ok(())
}

/// A presentation that answers a challenge.
fn presentation(scene: &Scene, pki: &Pki, all: &mut Vec<Vector>) -> Result<(), String> {
    const CHALLENGE: &str = "8d1b9c77-42";
    const DOMAIN: &str = "https://library.example";
    let (issuer, holder) = (Signatory::of(pki, "vc-issuer")?, Signatory::of(pki, "vc-holder")?);
    let mut scene = scene.trusting(issuer.listed());
    scene.occasion.nonce = Some(CHALLENGE.to_owned());
    scene.occasion.audience = Some(DOMAIN.to_owned());
    let suite = Suite::Ed25519Signature2018;
    let inner = issuer.sign(&with(&issuer.credential(None), "/credentialSubject/id", holder.did.as_str())?, suite)?;
    let unsigned = json!({
        "@context": [V1], "type": ["VerifiablePresentation"], "holder": holder.did, "verifiableCredential": [inner]
    });
    let sign = |challenge: &'static str, domain: &'static str| {
        holder.sign_as(&unsigned, suite, &holder.method, |draft| {
            draft.authenticates = true;
            draft.challenge = Some(challenge);
            draft.domain = Some(domain);
        })
    };
    let good = sign(CHALLENGE, DOMAIN)?;
    let title = "A presentation with proofs by Ed25519Signature2018.";
    let parent = scene.accepts("presentation-of-2018", title, input(&good), Some(said(&good)));
    let mut telling = Telling { scene: &scene, parent: &parent, all };
    let other = sign("another", DOMAIN)?;
    telling.refuse("older-challenge-of-another", "The proof answers another challenge.", Code::VpNonce, &other);
    let other = sign(CHALLENGE, "https://other.example")?;
    telling.refuse("older-domain-of-another", "The proof is for somebody else.", Code::ClaimAudience, &other);
    telling.all.push(parent.clone());
    Ok(())
}
