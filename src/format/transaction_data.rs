//! Transaction data (OpenID4VP 1.0, 8.4 and B.3.3): the presenter approves transactions by signing digests of them.
//!
//! ```json
//! { "transaction_data_hashes": [ base64url, .. ], "transaction_data_hashes_alg": "sha-256" }
//! ```
//! The digests are of the texts as the relying party sent them; their order says nothing. Which texts a credential has to
//! approve is for the caller to say (`occasion.transaction_data`); what they mean is not looked at.

use crate::encoding::json::Value;
use crate::encoding::{base64url, json};
use crate::envelope::sd_jwt::{digest, hash_named};
use crate::format::Context;
use crate::reason::{Code, Reason};

/// Where a key binding JWT names the algorithm, and a transaction those that it takes.
const ALGORITHM: &str = "transaction_data_hashes_alg";

/// OpenID4VP 1.0, B.3.3.1: the claims of a key binding JWT hold the digest of every text, and no others.
///
/// # Errors
/// `vp.transaction_data`.
pub fn check(claims: &Value<'_>, context: &Context<'_>) -> Result<(), Reason> {
    let asked = &context.occasion.transaction_data;
    let Some(held) = claims.member("transaction_data_hashes") else {
        return if asked.is_empty() { Ok(()) } else { Err(fault("digests of the transactions").got("none")) };
    };
    if asked.is_empty() {
        // Where nobody says what was asked for, nobody can tell whether transactions were.
        let is_asked = context.occasion.nonce.is_some();
        return if is_asked { Err(fault("no transaction").got("digests of some")) } else { Ok(()) };
    }
    let name = match claims.member(ALGORITHM) {
        None => "sha-256",
        Some(name) => name.as_str().ok_or_else(|| fault("a text as algorithm").got(name.kind()))?,
    };
    let hash = hash_named(name).ok_or_else(|| fault("sha-256, sha-384 or sha-512").got("another algorithm"))?;
    if !asked.iter().all(|text| takes(text, claims.member(ALGORITHM).is_some(), name)) {
        return Err(fault("an algorithm that the transaction takes").got(name.to_owned()));
    }
    let mut held: Vec<&str> = held
        .as_array()
        .and_then(|items| items.iter().map(Value::as_str).collect())
        .ok_or_else(|| fault("a list of texts").got("another value"))?;
    let mut due: Vec<String> = asked.iter().map(|text| digest(hash, text)).collect();
    held.sort_unstable();
    due.sort_unstable();
    if held == due { Ok(()) } else { Err(fault("the digest of every transaction, and no other").got("others")) }
}

/// Whether a transaction takes digests by that algorithm: where it lists some, one of them, named.
fn takes(text: &str, is_named: bool, name: &str) -> bool {
    let decoded = base64url::decode(text).unwrap_or_default();
    let Ok(transaction) = json::decode(&decoded) else { return true };
    match transaction.member(ALGORITHM).and_then(Value::as_array) {
        None => true,
        Some(taken) => is_named && taken.iter().any(|taken| taken.as_str() == Some(name)),
    }
}

fn fault(expected: &'static str) -> Reason {
    Reason::new(Code::VpTransactionData).expected(expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::algorithm::Hash;
    use crate::evidence::Evidence;
    use crate::occasion::Occasion;
    use crate::policy::Policy;
    use crate::trust::Trust;

    fn checked(claims: &str, asked: &[&str], nonce: Option<&str>) -> Result<(), Code> {
        let transaction_data = asked.iter().map(|text| (*text).to_owned()).collect();
        let occasion = Occasion { transaction_data, nonce: nonce.map(str::to_owned), ..Occasion::default() };
        let (trust, evidence, policy) = (Trust::none(), Evidence::none(), Policy::default());
        let context =
            Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
        check(&json::decode(claims.as_bytes()).unwrap(), &context).map_err(|reason| reason.code())
    }

    #[test]
    fn every_transaction_is_approved_in_any_order() {
        let of = |hash, text: &str| digest(hash, text);
        let both = |a: &str, b: &str| format!(r#"{{"transaction_data_hashes":["{a}","{b}"]}}"#);
        let (a, b) = (of(Hash::Sha256, "a"), of(Hash::Sha256, "b"));
        assert_eq!(checked(&both(&a, &b), &["a", "b"], Some("n")), Ok(()));
        assert_eq!(checked(&both(&b, &a), &["a", "b"], Some("n")), Ok(()));
        let refused = Err(Code::VpTransactionData);
        assert_eq!(checked(&both(&a, &a), &["a", "b"], None), refused);
        assert_eq!(checked(&both(&a, &b), &["a"], None), refused);
        assert_eq!(checked(&both(&a, &b), &[], Some("n")), refused);
        assert_eq!(checked(&both(&a, &b), &[], None), Ok(()));
        assert_eq!(checked("{}", &["a"], None), refused);
        assert_eq!(checked("{}", &[], Some("n")), Ok(()));
        assert_eq!(checked(r#"{"transaction_data_hashes":"a"}"#, &["a"], None), refused);
        assert_eq!(checked(r#"{"transaction_data_hashes":[1]}"#, &["a"], None), refused);
    }

    #[test]
    fn the_algorithm_is_one_that_was_offered() {
        let text = base64url::encode(br#"{"type":"payment","transaction_data_hashes_alg":["sha-384"]}"#);
        let with = |name: &str, hash| {
            let digest = digest(hash, &text);
            let claims = format!(r#"{{"transaction_data_hashes":["{digest}"]{name}}}"#);
            checked(&claims, &[&text], Some("n"))
        };
        assert_eq!(with(r#","transaction_data_hashes_alg":"sha-384""#, Hash::Sha384), Ok(()));
        let refused = Err(Code::VpTransactionData);
        assert_eq!(with(r#","transaction_data_hashes_alg":"sha-256""#, Hash::Sha256), refused);
        assert_eq!(with(r#","transaction_data_hashes_alg":"sha-384""#, Hash::Sha256), refused);
        assert_eq!(with("", Hash::Sha256), refused);
        assert_eq!(with(r#","transaction_data_hashes_alg":"md5""#, Hash::Sha256), refused);
        assert_eq!(with(r#","transaction_data_hashes_alg":1"#, Hash::Sha256), refused);
    }
}
