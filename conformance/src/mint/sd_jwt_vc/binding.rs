//! Key binding: who shows a credential holds the key that it names, and says for whom, when and over which text.

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::envelope::sd_jwt::digest;
use vidimus::reason::{Code, Stage};

use super::{AUDIENCE, NONCE, SHOWN_AT, SdJwtVc, claims, input, unasked};
use crate::mint::raw;
use crate::mint::scene::Scene;
use crate::mint::w3c::{Jwt, Keys, Teller};
use crate::question::Occasion;
use crate::vector::Vector;

/// Every vector of key binding.
pub(super) fn tell(scene: &Scene, keys: &Keys, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let Some(parent) = all.first().cloned() else { return };
    let mut teller = Teller { scene, parent: &parent, all };
    members(&mut teller, good);
    signers(&mut teller, keys, good);
    holders(&mut teller, keys, good);
    demands(scene, good, all);
    transactions(scene, good, all);
}

/// The same with another binding.
fn bound<'k>(good: &SdJwtVc<'k>, change: impl FnOnce(&Jwt<'k>) -> Jwt<'k>) -> SdJwtVc<'k> {
    SdJwtVc { binding: good.binding.as_ref().map(change), ..good.clone() }
}

fn members(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let mut with = |case: &str, title: &str, (code, stage): (Code, Stage), name: &str, value: Value| {
        let text = bound(good, |binding| binding.with(name, value)).text();
        teller.all.push(teller.scene.refuses_at(stage, teller.parent, case, title, code, input(text)));
    };
    let (nonce, audience) = ((Code::VpNonce, Stage::Holder), (Code::ClaimAudience, Stage::Holder));
    with("nonce-of-another-request", "The key was bound for another nonce.", nonce, "nonce", json!("other"));
    with("nonce-absent", "The key was bound without a nonce.", nonce, "nonce", Value::Null);
    with("nonce-a-list", "The nonce is a list.", nonce, "nonce", json!([NONCE]));
    with("audience-another", "The key was bound for somebody else.", audience, "aud", json!("rp.example"));
    with("audience-a-list", "The audience is a list.", audience, "aud", json!([AUDIENCE]));
    with("audience-absent", "The key was bound for nobody.", audience, "aud", Value::Null);
    let window = (Code::TimeKbWindow, Stage::Holder);
    with("bound-an-hour-ago", "The key was bound an hour ago.", window, "iat", json!(SHOWN_AT - 3600));
    with("bound-in-an-hour", "The key is bound in an hour.", window, "iat", json!(SHOWN_AT + 3600));
    with("bound-at-no-time", "The key was bound at no time.", (Code::ClaimMissing, Stage::Holder), "iat", Value::Null);
    let text = json!(SHOWN_AT.to_string());
    with("bound-at-a-text", "The time of the binding is a text.", (Code::ClaimType, Stage::Holder), "iat", text);
    let ended = (Code::TimeExpired, Stage::Holder);
    with("binding-ended", "The binding says that it has ended.", ended, "exp", json!(SHOWN_AT - 600));
    let hash = (Code::SdjwtSdHash, Stage::Holder);
    with(
        "hash-of-another-text",
        "The key was bound over another text.",
        hash,
        "sd_hash",
        json!(digest(Hash::Sha256, "")),
    );
}

/// The disclosures of the binding are those that are shown; its key is the holder's.
fn signers(teller: &mut Teller<'_>, keys: &Keys, good: &SdJwtVc<'_>) {
    let text = good.text();
    let (_, binding) = text.rsplit_once('~').unwrap_or_default();
    let fewer = SdJwtVc { binding: None, disclosures: good.disclosures[..2].to_vec(), ..good.clone() }.text();
    let title = "A disclosure was taken away after the key was bound.";
    teller.refuse("disclosure-taken-away", title, Code::SdjwtSdHash, format!("{fewer}{binding}"));
    let by_issuer = bound(good, |binding| Jwt { key: &keys.issuer, ..binding.clone() });
    teller.refuse("bound-by-the-issuer", "The issuer bound the key.", Code::SdjwtKbKey, by_issuer.text());
    let own = keys.issuer.public_key().to_jwk();
    let by_own = bound(good, |binding| Jwt { key: &keys.issuer, ..binding.with_header("jwk", own) });
    let title = "The key is bound by a key of the binding's own header.";
    teller.refuse("bound-by-its-own-key", title, Code::SdjwtKbKey, by_own.text());
    let (message, signature) = text.rsplit_once('.').unwrap_or_default();
    let flipped = raw::flip_last(&base64url::decode(signature).unwrap_or_default());
    let title = "One bit of the binding's signature is changed.";
    let changed = format!("{message}.{}", base64url::encode(&flipped));
    teller.refuse("binding-signature-changed", title, Code::SdjwtKbKey, changed);
    let plain = bound(good, |binding| binding.with_header("typ", "JWT"));
    teller.refuse("binding-of-another-type", "The binding has another type.", Code::JoseTypMismatch, plain.text());
    let unsigned = bound(good, |binding| binding.with_header("alg", "none"));
    let title = "The binding says that nobody signed.";
    teller.refuse("binding-by-nobody", title, Code::JoseAlgNone, unsigned.text());
    let unbound = SdJwtVc { binding: None, ..good.clone() };
    let presented = unbound.text();
    if let Some(binding) = &good.binding {
        let odd = binding.text_of(&binding.header.to_string(), "[]");
        let title = "The binding holds a list.";
        teller.refuse("binding-of-a-list", title, Code::SdjwtKbInvalid, format!("{presented}{odd}"));
        let twins = format!(r#"{{"iat":{SHOWN_AT},"nonce":"a","nonce":"{NONCE}","aud":"{AUDIENCE}"}}"#);
        let odd = binding.text_of(&binding.header.to_string(), &twins);
        let title = "The binding names two nonces.";
        teller.refuse("binding-with-twins", title, Code::SdjwtKbInvalid, format!("{presented}{odd}"));
    }
    let title = "A nonce was given, and the credential comes without key binding.";
    teller.refuse("not-bound", title, Code::SdjwtKbMissing, presented);
}

/// The key that the credential names.
fn holders(teller: &mut Teller<'_>, keys: &Keys, good: &SdJwtVc<'_>) {
    let jwk = keys.holder.public_key().to_jwk();
    let mut as_cnf = |case: &str, title: &str, code, cnf: Value| {
        teller.refuse(case, title, code, good.with("cnf", cnf).text());
    };
    as_cnf("holder-key-absent", "The credential names no key of its holder.", Code::SdjwtCnf, Value::Null);
    as_cnf("holder-key-nothing", "`cnf` is empty.", Code::SdjwtCnf, json!({}));
    as_cnf("holder-key-a-text", "`cnf` is a text.", Code::SdjwtCnf, json!("key-1"));
    as_cnf(
        "holder-key-symmetric",
        "The holder's key is symmetric.",
        Code::SdjwtCnf,
        json!({"jwk": {"kty": "oct", "k": "AAAA"}}),
    );
    as_cnf("holder-key-by-name", "The holder's key is named, and not there.", Code::SdjwtCnf, json!({"kid": "key-1"}));
    let two = json!({"jwk": jwk, "jku": "https://holder.example/keys"});
    as_cnf("holder-keys-two", "The credential names two keys of its holder.", Code::SdjwtCnf, two);
    let mut private = jwk;
    private["d"] = json!("AAAA");
    let title = "The holder's key is private.";
    as_cnf("holder-key-private", title, Code::JosePrivateKeyExposed, json!({"jwk": private}));
}

/// When a binding is due.
fn demands(scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let unbound = SdJwtVc { binding: None, ..good.clone() };
    let nobodys = unbound.with("cnf", Value::Null);
    let said = claims(&nobodys, &json!({"family_name": "Ngata"}), &["NZ", "XV"]);
    let scene = unasked(scene);
    let title = "A credential that names no key, of a holder whom nobody asked for proof.";
    let parent = scene.accepts("not-bound", title, input(nobodys.text()), Some(said));
    let title = "Nobody asked for proof, but the credential names its holder's key.";
    let refused = scene.refuses(&parent, "declared-and-not-bound", title, Code::SdjwtKbMissing, input(unbound.text()));
    let ignoring = scene.demanding("key_binding", "ignored");
    let title = "The same where the policy does not ask for proof.";
    let taken = ignoring.accepts("declared-and-not-asked", title, input(unbound.text()), None);
    let stale = bound(good, |binding| binding.with("iat", SHOWN_AT - 3600));
    let title = "The policy does not ask for proof, but there is one, an hour old.";
    let looked_at = ignoring.refuses(&taken, "not-asked-but-old", title, Code::TimeKbWindow, input(stale.text()));
    let title = "The policy asks for proof, and the credential names no key.";
    let required = scene.demanding("key_binding", "required");
    let due = required.refuses(&parent, "required-and-not-bound", title, Code::SdjwtKbMissing, input(nobodys.text()));
    all.extend([parent, refused, taken, looked_at, due]);
}

/// Transactions that the presentation approves.
fn transactions(scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let transaction = |amount: &str| {
        let transaction = json!({"type": "payment", "credential_ids": ["pid"], "amount": amount});
        base64url::encode(transaction.to_string().as_bytes())
    };
    let (ten, twenty) = (transaction("10"), transaction("20"));
    let occasion = Occasion { transaction_data: vec![ten.clone(), twenty.clone()], ..scene.occasion.clone() };
    let asked = Scene { occasion, ..scene.clone() };
    let approving = |texts: &[&str]| {
        let digests: Vec<String> = texts.iter().map(|text| digest(Hash::Sha256, text)).collect();
        bound(good, |binding| binding.with("transaction_data_hashes", json!(digests))).text()
    };
    let title = "The holder approves two transactions, the second first.";
    let parent = asked.accepts("transactions-approved", title, input(approving(&[&twenty, &ten])), None);
    let mut refuse = |scene: &Scene, case: &str, title: &str, text: String| {
        all.push(scene.refuses(&parent, case, title, Code::VpTransactionData, input(text)));
    };
    refuse(&asked, "transactions-not-approved", "No transaction is approved.", good.text());
    refuse(&asked, "transaction-left-out", "One of two transactions is approved.", approving(&[&ten]));
    refuse(&asked, "transaction-twice", "One transaction is approved twice.", approving(&[&ten, &ten]));
    let title = "Transactions are approved that nobody asked about.";
    refuse(scene, "transactions-not-asked", title, approving(&[&ten, &twenty]));
    let named = bound(good, |binding| {
        let digests = [digest(Hash::Sha256, &ten), digest(Hash::Sha256, &twenty)];
        binding.with("transaction_data_hashes", json!(digests)).with("transaction_data_hashes_alg", "sha-1")
    });
    refuse(&asked, "transactions-by-sha-1", "The digests are said to be SHA-1.", named.text());
    all.push(parent);
}
