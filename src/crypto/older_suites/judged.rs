//! The question to `ssi`: texts and signature as they are, the key in the notation that the suite takes.

use vidimus_ssi::proofs::{Question, Suite, check};

use crate::crypto::job::Job;
use crate::crypto::multikey;
use crate::crypto::older_suites::{OlderProof, OlderSuite};
use crate::crypto::public_key::PublicKey;
use crate::encoding::base58;

/// The name of the key in the question. Whose key it is was settled before, and the suites look at the key alone.
const KEY: &str = "urn:vidimus:key";

pub(super) fn is_right(job: &Job<'_>, proof: &OlderProof) -> bool {
    let Some(method) = method(proof.suite, &job.key) else { return false };
    let question = Question {
        suite: suite(proof.suite),
        document: &proof.document,
        options: &proof.options,
        algorithm: job.algorithm.name(),
        protected: &proof.protected,
        signature: job.signature,
        method: &method,
    };
    check(&question).is_ok()
}

fn suite(suite: OlderSuite) -> Suite {
    match suite {
        OlderSuite::Ed25519Signature2018 => Suite::Ed25519Signature2018,
        OlderSuite::JsonWebSignature2020 => Suite::JsonWebSignature2020,
        OlderSuite::EcdsaSecp256k1Signature2019 => Suite::EcdsaSecp256k1Signature2019,
        OlderSuite::EcdsaSecp256r1Signature2019 => Suite::EcdsaSecp256r1Signature2019,
        OlderSuite::EcdsaSecp256k1RecoverySignature2020 => Suite::EcdsaSecp256k1RecoverySignature2020,
    }
}

/// The verification method that the suite takes, around the key; `None` when it takes none of that kind.
fn method(suite: OlderSuite, key: &PublicKey) -> Option<String> {
    let account = |address: &[u8]| {
        let digits: String = address.iter().map(|byte| format!("{byte:02x}")).collect();
        // An account is the same key on every chain.
        format!("eip155:1:0x{digits}")
    };
    let (kind, member, value) = match suite {
        OlderSuite::Ed25519Signature2018 => {
            ("Ed25519VerificationKey2018", "publicKeyBase58", base58::encode(key.ed25519_bytes()?).into())
        }
        OlderSuite::JsonWebSignature2020 => ("JsonWebKey2020", "publicKeyJwk", key.to_jwk()),
        OlderSuite::EcdsaSecp256k1Signature2019 => ("EcdsaSecp256k1VerificationKey2019", "publicKeyJwk", key.to_jwk()),
        OlderSuite::EcdsaSecp256r1Signature2019 => {
            ("EcdsaSecp256r1VerificationKey2019", "publicKeyMultibase", multikey::encode(key).into())
        }
        OlderSuite::EcdsaSecp256k1RecoverySignature2020 => match key.ethereum_address() {
            Some(address) => ("EcdsaSecp256k1RecoveryMethod2020", "blockchainAccountId", account(address).into()),
            None => ("EcdsaSecp256k1RecoveryMethod2020", "publicKeyJwk", key.to_jwk()),
        },
    };
    Some(serde_json::json!({ "id": KEY, "type": kind, "controller": KEY, member: value }).to_string())
}
