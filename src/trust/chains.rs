//! Chains that credentials bring along: to whom they lead, found once and kept.
//!
//! What is kept is a chain that was sound, with the span of time in which every certificate of it is valid. It makes a verification
//! faster and never changes what comes of it: another moment, or one more certificate, is looked at anew.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use crate::crypto::public_key::PublicKey;
use crate::limits;
use crate::policy::Environment;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;
use crate::trust::anchors::Anchor;
use crate::trust::x509::Certificate;
use crate::trust::x509::path::check_path;
use crate::trust::{ChainLink, SignerDescription, Trust};

/// A sound chain from a signer to an authority.
pub struct Chained {
    /// The signer first, the authority last. One certificate when the authority signed by itself.
    pub certificates: Vec<Certificate>,
    /// The signer's key.
    pub key: PublicKey,
    /// The authority.
    pub anchor: Arc<Anchor>,
    /// What reports say of the signer.
    pub description: Arc<SignerDescription>,
}

impl Chained {
    /// The signer's certificate.
    pub fn leaf(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// `true` when every certificate of the chain is valid at that moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.certificates.iter().all(|certificate| certificate.check_valid_at(now).is_ok())
    }
}

/// The chains found so far.
#[derive(Default)]
pub(super) struct Kept {
    chains: RwLock<HashMap<Box<[u8]>, Vec<Known>>>,
}

/// One chain as it came, and what it is.
struct Known {
    format: String,
    environment: Environment,
    /// What came behind the signer's certificate.
    others: Vec<Vec<u8>>,
    chained: Arc<Chained>,
}

impl Kept {
    fn find(&self, question: &Question<'_>) -> Option<Arc<Chained>> {
        let (leaf, others) = question.sent.split_first()?;
        let chains = self.chains.read().ok()?;
        let is_it = |known: &&Known| {
            known.environment == question.environment && known.format == question.format && known.others == others
        };
        let known = chains.get(leaf.as_slice())?.iter().find(is_it)?;
        known.chained.is_valid_at(question.now).then(|| known.chained.clone())
    }

    /// Keeps a sound chain. What is full is emptied: a verifier meets few signers, and those come back at once.
    fn keep(&self, question: &Question<'_>, chained: &Arc<Chained>) {
        let Some((leaf, others)) = question.sent.split_first() else { return };
        let Ok(mut chains) = self.chains.write() else { return };
        if chains.len() >= limits::KEPT_CHAINS {
            chains.clear();
        }
        let known = chains.entry(leaf.clone().into_boxed_slice()).or_default();
        if known.len() >= limits::X5CHAIN {
            known.clear();
        }
        known.push(Known {
            format: question.format.to_owned(),
            environment: question.environment,
            others: others.to_vec(),
            chained: chained.clone(),
        });
    }
}

/// A chain that came with a credential.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The format of the credential, by name.
    pub format: &'q str,
    /// Which trust entries count.
    pub environment: Environment,
    /// DER of the certificates, the signer's first.
    pub sent: &'q [Vec<u8>],
    /// The moment at which all must be valid.
    pub now: Timestamp,
}

impl Trust {
    /// The chain from the signer to an authority of the format.
    ///
    /// # Errors
    /// `x509.missing` without a certificate, `x509.malformed`, what [`check_path`] finds, and what is wrong with the signer's key.
    pub fn chained(&self, question: &Question<'_>) -> Result<Arc<Chained>, Reason> {
        if let Some(chained) = self.chains.find(question) {
            return Ok(chained);
        }
        let chained = Arc::new(self.find_chain(question)?);
        self.chains.keep(question, &chained);
        self.checker().tables().welcome(&chained.key);
        Ok(chained)
    }

    /// The authorities of a format in an environment.
    pub fn anchors(&self, format: &str, environment: Environment) -> impl Iterator<Item = &Arc<Anchor>> {
        self.anchors.of(format).iter().filter(move |anchor| anchor.environment == environment)
    }

    fn find_chain(&self, question: &Question<'_>) -> Result<Chained, Reason> {
        let Some((leaf, others)) = question.sent.split_first() else { return Err(Reason::new(Code::X509Missing)) };
        if others.len() > limits::X5CHAIN {
            return Err(Reason::new(Code::X509ChainTooLong).expected(limits::X5CHAIN).got(question.sent.len()));
        }
        let leaf = Certificate::from_der(leaf)?;
        let others: Vec<Certificate> = others.iter().map(|der| Certificate::from_der(der)).collect::<Result<_, _>>()?;
        let anchors: Vec<&Arc<Anchor>> = self.anchors(question.format, question.environment).collect();
        let roots: Vec<Certificate> = anchors.iter().map(|anchor| anchor.certificate.clone()).collect();
        let certificates = check_path(&leaf, &others, &roots, question.now)?;
        let is_end = |anchor: &&&Arc<Anchor>| Some(&anchor.certificate) == certificates.last();
        let anchor = anchors.iter().find(is_end).ok_or_else(|| Reason::new(Code::X509UntrustedRoot))?;
        let key = leaf.public_key().map_err(Clone::clone)?.clone();
        let description = SignerDescription {
            name: leaf.subject_text(),
            country: leaf.subject_country().map(str::to_ascii_uppercase),
            key_id: None,
            list: anchor.list.clone(),
            environment: question.environment.name(),
            chain: certificates.iter().map(ChainLink::of).collect(),
        };
        Ok(Chained { key, anchor: Arc::clone(anchor), description: Arc::new(description), certificates })
    }
}
