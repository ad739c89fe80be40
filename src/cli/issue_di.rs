//! `vidimus issue` for Data Integrity proofs: suites that sign a document whole, and those whose holders show a part.

use clap::Args;

use crate::crypto::algorithm::Algorithm;
use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, OwnKeyFault, Signer};
use crate::crypto::public_key::PublicKey;
use crate::envelope::data_integrity::bbs_value::Feature;
use crate::envelope::data_integrity::sign::ProofDraft;
use crate::envelope::data_integrity::sign_base::BaseSigner;
use crate::envelope::data_integrity::suite::{SUITES, Suite};
use crate::envelope::data_integrity::transform::Terms;
use crate::envelope::data_integrity::{bbs, ecdsa_sd};
use crate::issue::{IssueFault, vc_di};
use crate::linked_data::Contexts;
use crate::time::Timestamp;

/// What only Data Integrity proofs have.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ProofOptions {
    /// The cryptosuite of a Data Integrity proof; the one for RDF that fits the key otherwise.
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
    /// JSON pointer to what no holder can hide (ecdsa-sd-2023, bbs-2023); repeat for several.
    #[arg(long = "mandatory", value_name = "POINTER")]
    mandatory: Vec<String>,
    /// The challenge that a presentation's proof answers.
    #[arg(long, value_name = "TEXT")]
    challenge: Option<String>,
    /// Whom a presentation's proof is for.
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
    /// The name of the new proof, a URL, for proofs that build on it.
    #[arg(long, value_name = "URL")]
    proof_id: Option<String>,
    /// The name of a proof that the new one builds on; repeat for several.
    #[arg(long, value_name = "URL")]
    previous_proof: Vec<String>,
}

/// A private key of either kind.
pub(super) enum PrivateKey {
    /// One that signs a message.
    One(OwnKey),
    /// One that signs statements one by one.
    Bbs(Box<OwnBbsKey>),
}

impl PrivateKey {
    /// The key of a PEM text or a `secretKeyMultibase`.
    pub(super) fn from_text(text: &str) -> Result<PrivateKey, OwnKeyFault> {
        if text.contains("-----BEGIN") {
            return OwnKey::from_pem(text).map(PrivateKey::One);
        }
        let text = text.trim();
        OwnBbsKey::from_multikey(text)
            .map(|key| PrivateKey::Bbs(Box::new(key)))
            .or_else(|_| multikey::own_key(text).map(PrivateKey::One))
    }

    /// The public half.
    pub(super) fn public_key(&self) -> &PublicKey {
        match self {
            PrivateKey::One(key) => key.public_key(),
            PrivateKey::Bbs(key) => key.public_key(),
        }
    }
}

impl ProofOptions {
    /// The document with a proof by the key that `method` names. With `expires` the proof ends, not the credential.
    pub(super) fn issue(
        &self,
        document: &str,
        key: &PrivateKey,
        method: String,
        (created, expires): (Timestamp, Option<Timestamp>),
    ) -> Result<String, IssueFault> {
        let draft = ProofDraft {
            verification_method: method,
            id: self.proof_id.clone(),
            created: Some(created),
            expires,
            domain: self.domain.clone(),
            challenge: self.challenge.clone(),
            previous: self.previous_proof.clone(),
            ..ProofDraft::default()
        };
        let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
        let base = |signer: BaseSigner<'_>| vc_di::issue_base(document, &draft, &self.mandatory, &signer, &terms);
        match (self.suite_name(key), key) {
            ("bbs-2023", PrivateKey::Bbs(key)) => {
                base(BaseSigner::Bbs { key, secrets: &bbs::Secrets::random(Feature::Baseline, Vec::new()) })
            }
            ("ecdsa-sd-2023", PrivateKey::One(signer)) => {
                let secrets = ecdsa_sd::Secrets::random().map_err(|fault| IssueFault::Key(fault.to_string()))?;
                base(BaseSigner::EcdsaSd { signer, secrets: &secrets })
            }
            (name, _) if !self.mandatory.is_empty() => {
                Err(IssueFault::Content(format!("--mandatory: with {name} nothing can be hidden")))
            }
            (name, PrivateKey::One(key)) => vc_di::issue(document, suite(name)?, &draft, key, &terms),
            (name, PrivateKey::Bbs(_)) => {
                suite(name)?;
                Err(IssueFault::Key(format!("a BBS key does not sign with {name}")))
            }
        }
    }

    fn suite_name(&self, key: &PrivateKey) -> &str {
        match (&self.suite, key) {
            (Some(name), _) => name,
            (None, PrivateKey::Bbs(_)) => "bbs-2023",
            (None, PrivateKey::One(key)) if key.algorithm() == Algorithm::EdDsa => "eddsa-rdfc-2022",
            (None, PrivateKey::One(_)) => "ecdsa-rdfc-2019",
        }
    }
}

fn suite(name: &str) -> Result<&'static Suite, IssueFault> {
    let known = || SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
    Suite::by_name(name).ok_or_else(|| IssueFault::Content(format!("--suite: {name} is none of {}", known())))
}
