//! Proofs: every suite, and every way in which one proof can be wrong.

use serde_json::{Value, json};
use vidimus::credential::Purpose;
use vidimus::encoding::multibase::{self, Base};
use vidimus::envelope::data_integrity::sign::ProofDraft;
use vidimus::reason::{Code, Stage};

use super::documents::{EXAMPLES, V2, credential, credential_1_1, now, said, with, without};
use super::{Cast, FORMAT, Telling, input, listed};
use crate::mint::Kept;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// An accepted document of every suite but the first.
pub fn suites(scene: &Scene, cast: &Cast, kept: &Kept, all: &mut Vec<Vector>) -> Result<(), String> {
    let mut accept = |party: &super::Party, case: &str, title: &str, document: Value| {
        let scene = scene.trusting(vec![listed(party)]);
        all.push(scene.accepts(case, title, input(&document), Some(said(&document))));
    };
    for (party, suite, case) in [
        (&cast.issuer, "eddsa-jcs-2022", "eddsa-jcs-2022"),
        (&cast.p256, "ecdsa-rdfc-2019", "ecdsa-rdfc-2019-with-p256"),
        (&cast.p256, "ecdsa-jcs-2019", "ecdsa-jcs-2019-with-p256"),
        (&cast.p384, "ecdsa-rdfc-2019", "ecdsa-rdfc-2019-with-p384"),
        (&cast.p384, "ecdsa-jcs-2019", "ecdsa-jcs-2019-with-p384"),
    ] {
        party.keep(kept.text(&format!("{FORMAT}::accepted::{case}")));
        let signed = party.sign(&credential(party), suite)?;
        accept(party, case, &format!("A credential with a proof by {suite}."), signed);
    }
    let older = json!([V2, EXAMPLES, "https://w3id.org/security/suites/ed25519-2020/v1"]);
    let older = cast.issuer.sign(&with(&credential(&cast.issuer), "/@context", older)?, "Ed25519Signature2020")?;
    accept(&cast.issuer, "ed25519-signature-2020", "A credential with a proof by Ed25519Signature2020.", older);
    let former = cast.issuer.sign(&credential_1_1(&cast.issuer), "eddsa-rdfc-2022")?;
    accept(&cast.issuer, "data-model-1-1", "A credential of data model 1.1.", former);
    let signed = cast.issuer.sign(&credential(&cast.issuer), "eddsa-jcs-2022")?;
    let longer = with(&signed, "/@context", json!([V2, EXAMPLES, "https://w3id.org/security/data-integrity/v2"]))?;
    accept(
        &cast.issuer,
        "context-added-after-signing",
        "A context was added after a proof over JSON was made.",
        longer,
    );
    Ok(())
}

/// The members of a proof, one wrong at a time.
pub fn members(telling: &mut Telling<'_>, cast: &Cast, good: &Value) -> Result<(), String> {
    let value = good.pointer("/proof/proofValue").and_then(Value::as_str).unwrap_or_default().to_owned();
    telling.refuse("no-proof", "Nobody signed.", Code::DiProofMissing, &without(good, "/proof")?);
    for (case, title, code, document) in [
        ("proof-without-type", "The proof has no type.", Code::DiProofMalformed, without(good, "/proof/type")?),
        (
            "proof-without-purpose",
            "The proof has no purpose.",
            Code::DiProofMalformed,
            without(good, "/proof/proofPurpose")?,
        ),
        ("proof-without-value", "The proof has no value.", Code::DiProofMalformed, without(good, "/proof/proofValue")?),
        ("proof-as-text", "The proof is a text.", Code::DiProofMalformed, with(good, "/proof", "a proof")?),
        (
            "created-as-words",
            "The proof says `yesterday` when it was made.",
            Code::DiProofMalformed,
            with(good, "/proof/created", "yesterday")?,
        ),
        (
            "type-unknown",
            "The proof is of an unknown type.",
            Code::DiCryptosuite,
            with(good, "/proof/type", "UnknownProof")?,
        ),
        (
            "no-cryptosuite",
            "The proof names no cryptosuite.",
            Code::DiCryptosuite,
            without(good, "/proof/cryptosuite")?,
        ),
        (
            "cryptosuite-unknown",
            "The proof names a cryptosuite that does not exist.",
            Code::DiCryptosuite,
            with(good, "/proof/cryptosuite", "eddsa-rdfc-2021")?,
        ),
        (
            "value-twice",
            "The proof has a `jws` besides its value.",
            Code::DiAmbiguousProof,
            with(good, "/proof/jws", "eyJ..x")?,
        ),
        (
            "value-with-prefix-u",
            "The proof's value is base64url.",
            Code::MultibaseInvalid,
            with(good, "/proof/proofValue", recoded(&value, Base::Base64Url)?)?,
        ),
        (
            "value-with-prefix-m",
            "The proof's value has the prefix `m`.",
            Code::MultibaseInvalid,
            with(good, "/proof/proofValue", value.replacen('z', "m", 1))?,
        ),
        (
            "value-with-leading-zero",
            "A zero stands before the signature.",
            Code::MultibaseInvalid,
            with(good, "/proof/proofValue", value.replacen('z', "z1", 1))?,
        ),
        (
            "context-in-the-proof",
            "The proof has contexts of its own.",
            Code::LdContextInline,
            with(good, "/proof/@context", json!([V2]))?,
        ),
        ("method-missing", "The proof names no key.", Code::DiVmMissing, without(good, "/proof/verificationMethod")?),
    ] {
        telling.refuse(case, title, code, &document);
    }
    let jcs = cast.issuer.sign(&credential(&cast.issuer), "eddsa-jcs-2022")?;
    // As RDF, the proof would lose such a name.
    for (case, title, method) in [
        ("method-empty", "The proof names a key with an empty text.", ""),
        ("method-of-fragment-only", "The proof names a key with a fragment alone.", "#key"),
    ] {
        telling.refuse(case, title, Code::DiVmMissing, &with(&jcs, "/proof/verificationMethod", method)?);
    }
    let shorter = with(&jcs, "/@context", json!([V2]))?;
    telling.refuse("context-taken-away", "A context was taken away after signing.", Code::DiContextMismatch, &shorter);
    for (case, title, document) in [
        ("subject-changed", "The card has another number.", with(good, "/credentialSubject/cardNumber", "4712")?),
        ("created-changed", "The proof was moved by a day.", with(good, "/proof/created", "2026-05-02T12:00:00Z")?),
        ("expires-added", "An end was added to the proof.", with(good, "/proof/expires", "2030-01-01T00:00:00Z")?),
        ("nonce-added", "A nonce was added to the proof.", with(good, "/proof/nonce", "n")?),
        (
            "suite-swapped",
            "The proof over RDF says that it is over JSON.",
            with(good, "/proof/cryptosuite", "eddsa-jcs-2022")?,
        ),
        (
            "json-changed",
            "The card has another number, under a proof over JSON.",
            with(&jcs, "/credentialSubject/cardNumber", "4712")?,
        ),
    ] {
        telling.refuse(case, title, Code::SigInvalid, &document);
    }
    Ok(())
}

/// When a proof was made and ends.
pub fn times(telling: &mut Telling<'_>, cast: &Cast) -> Result<(), String> {
    let sign = |draft| cast.issuer.sign_as(&credential(&cast.issuer), "eddsa-rdfc-2022", draft);
    let expired = sign(ProofDraft { expires: Some(now().plus(-3600)), ..ProofDraft::default() })?;
    telling.refuse("proof-expired", "The proof ended an hour ago.", Code::DiProofExpired, &expired);
    let early = sign(ProofDraft { created: Some(now().plus(3600)), ..ProofDraft::default() })?;
    telling.refuse("proof-of-the-future", "The proof was made in an hour.", Code::TimeNotYetValid, &early);
    let sign = |document: &Value| cast.issuer.sign(document, "eddsa-rdfc-2022");
    let good = credential(&cast.issuer);
    let expired = sign(&with(&good, "/validUntil", "2026-05-31T00:00:00Z")?)?;
    telling.refuse("credential-expired", "The credential ended yesterday.", Code::TimeExpired, &expired);
    let early = sign(&with(&good, "/validFrom", "2026-06-02T00:00:00Z")?)?;
    telling.refuse("credential-of-tomorrow", "The credential begins tomorrow.", Code::TimeNotYetValid, &early);
    Ok(())
}

/// Whose key it is and what it is for.
pub fn keys(telling: &mut Telling<'_>, cast: &Cast) -> Result<(), String> {
    let good = credential(&cast.issuer);
    let authentication = ProofDraft { purpose: Purpose::Authentication, ..ProofDraft::default() };
    let for_another = cast.issuer.sign_as(&good, "eddsa-rdfc-2022", authentication)?;
    telling.refuse("purpose-authentication", "The proof was made to authenticate.", Code::DiPurpose, &for_another);
    let foreign = cast.stranger.sign(&good, "eddsa-rdfc-2022")?;
    telling.refuse("key-of-a-stranger", "Somebody else's key signed.", Code::DiVmController, &foreign);
    let unlisted = cast.stranger.sign(&credential(&cast.stranger), "eddsa-rdfc-2022")?;
    telling.refuse("issuer-unknown", "The issuer is not on the trust list.", Code::TrustIssuerUnknown, &unlisted);
    // A signature of 64 bytes is one by a P-256 key.
    let scene = telling.scene.trusting(vec![listed(&cast.p256), listed(&cast.p384)]);
    let signed = cast.p256.sign(&credential(&cast.p256), "ecdsa-rdfc-2019")?;
    let parent = scene.accepts("signed-with-p256", "An issuer with a P-256 key.", input(&signed), Some(said(&signed)));
    let document = with(&signed, "/issuer", cast.p384.did.as_str())?;
    let document = with(&document, "/proof/verificationMethod", cast.p384.method.as_str())?;
    let mut telling = Telling { scene: &scene, parent: &parent, all: telling.all };
    telling.refuse_at(
        Stage::Key,
        "p384-key-with-sha-256",
        "A signature as of P-256 names a P-384 key.",
        Code::DiCryptosuite,
        &document,
    );
    telling.all.push(parent.clone());
    Ok(())
}

fn recoded(value: &str, base: Base) -> Result<String, String> {
    let bytes = multibase::decode(value, &[Base::Base58Btc]).map_err(|reason| reason.to_string())?;
    Ok(multibase::encode(base, &bytes))
}
