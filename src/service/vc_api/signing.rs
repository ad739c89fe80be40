//! Signing: a document by a profile's key, as the profile secures. The one place of the service where profiles' keys are used.

use std::fmt;

use serde_json::Value as Json;

use crate::crypto::own_keys::OwnKey;
use crate::envelope::data_integrity::bbs::{self, Wish};
use crate::envelope::data_integrity::bbs_value::Feature;
use crate::envelope::data_integrity::ecdsa_sd;
use crate::envelope::data_integrity::sign::ProofDraft;
use crate::envelope::data_integrity::sign_base::BaseSigner;
use crate::envelope::data_integrity::suite::Suite;
use crate::envelope::data_integrity::transform::Terms;
use crate::format::vc::secured::Kind as DocumentKind;
use crate::issue::derive::{self, DeriveFault};
use crate::issue::token_status_list::{self, ListDraft, ListSigner};
use crate::issue::vc_jose::{self, Token, TokenClaims};
use crate::issue::{IssueFault, sd_jwt, vc_di};
use crate::reason::{Code, Reason};
use crate::service::problem::Kind;
use crate::service::vc_api::profile::{Profile, ProfileKey, Securing};
use crate::service::vc_api::refusal::Refusal;
use crate::status::token_status_list::TokenStatusList;
use crate::time::Timestamp;
use crate::trust::Trust;

/// What the proof shall say beside the profile's own.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// When it is made.
    pub created: Timestamp,
    /// What a derived credential must always show (JSON pointers).
    pub mandatory: Vec<String>,
    /// The challenge that a presentation answers.
    pub challenge: Option<String>,
    /// Whom a presentation is for.
    pub domain: Option<String>,
}

/// Why nothing was signed.
#[derive(Debug)]
pub enum SigningFault {
    /// The document is not what can be signed so.
    Document(Reason),
    /// The key could not sign, or does not fit: the operator's trouble.
    Key(String),
}

impl fmt::Display for SigningFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SigningFault::Document(reason) => reason.fmt(f),
            SigningFault::Key(text) => f.write_str(text),
        }
    }
}

impl From<IssueFault> for SigningFault {
    fn from(fault: IssueFault) -> Self {
        match fault {
            IssueFault::Content(text) => SigningFault::Document(Reason::new(Code::VcSchema).got(text)),
            IssueFault::Refused(reason) => SigningFault::Document(reason),
            IssueFault::Key(text) => SigningFault::Key(text),
        }
    }
}

impl SigningFault {
    /// What whoever asked is told.
    pub fn into_refusal(self) -> Refusal {
        match self {
            SigningFault::Document(reason) => Refusal::new(Kind::Unissuable).because(vec![reason]),
            SigningFault::Key(fault) => {
                tracing::error!(fault, "a profile's key cannot sign");
                Kind::Internal.into()
            }
        }
    }
}

/// The document signed as the profile says, as JSON text: with a proof in it, or in an envelope.
///
/// # Errors
/// [`SigningFault`] when the document breaks a rule, or the key cannot sign.
pub fn sign(profile: &Profile, document: &Json, wanted: &Wanted, trust: &Trust) -> Result<String, SigningFault> {
    match profile.securing {
        Securing::VcJwt | Securing::VcSdJwt | Securing::VcCose => {
            let kind = kind_of(document);
            Ok(token(profile, document, wanted)?.enveloped(kind).to_string())
        }
        _ => with_proof(profile, profile.securing, document, wanted, trust),
    }
}

/// A status list signed as the profile says, and the media type of the text. A profile whose proofs are for deriving from
/// signs its lists with the plain suite of the same key.
///
/// # Errors
/// [`SigningFault`] when the key cannot sign.
pub fn sign_list(
    profile: &Profile,
    list: &Json,
    wanted: &Wanted,
    trust: &Trust,
) -> Result<(String, &'static str), SigningFault> {
    let securing = match profile.securing {
        Securing::VcJwt | Securing::VcSdJwt | Securing::VcCose => {
            let plain = TokenClaims { issued_at: Some(wanted.created), ..TokenClaims::default() };
            let token = vc_jose::jwt(list, &plain, signer(profile)?, &profile.method)?;
            return Ok((token.text().into_owned(), "application/vc+jwt"));
        }
        Securing::EcdsaSd => Securing::EcdsaRdfc,
        securing => securing,
    };
    Ok((with_proof(profile, securing, list, wanted, trust)?, "application/vc"))
}

/// A token status list signed by the profile's key, as JWT.
///
/// # Errors
/// [`SigningFault`] when the key cannot sign.
pub fn sign_token_list(
    profile: &Profile,
    draft: &ListDraft<'_>,
    list: &TokenStatusList,
) -> Result<String, SigningFault> {
    let by = ListSigner { key: signer(profile)?, kid: Some(&profile.method), certificates: &[] };
    Ok(token_status_list::jwt(draft, list, &by)?)
}

/// What a holder derives from a base proof, showing what these pointers lead to.
///
/// # Errors
/// The reason why nothing can be derived.
pub fn derive(text: &str, pointers: &[String], trust: &Trust) -> Result<String, Reason> {
    let terms = Terms { contexts: trust.contexts(), inline_contexts: true, budget: None };
    let wish = Wish { selective: pointers, ..Wish::default() };
    derive::derive_by(trust.checker(), text, &wish, &terms).map_err(|fault| match fault {
        DeriveFault::Credential(reason) | DeriveFault::Wish(reason) | DeriveFault::SelfCheck(reason) => reason,
        DeriveFault::Pointer(pointer) => {
            Reason::new(Code::DiSelective).expected("pointers to what the credential holds").got(pointer)
        }
    })
}

fn with_proof(
    profile: &Profile,
    securing: Securing,
    document: &Json,
    wanted: &Wanted,
    trust: &Trust,
) -> Result<String, SigningFault> {
    let draft = ProofDraft {
        verification_method: profile.method.clone(),
        created: Some(wanted.created),
        domain: wanted.domain.clone(),
        challenge: wanted.challenge.clone(),
        ..ProofDraft::default()
    };
    let terms = Terms { contexts: trust.contexts(), inline_contexts: true, budget: None };
    let text = document.to_string();
    let pointers = &wanted.mandatory;
    match (&profile.key, securing) {
        (ProfileKey::Own(signer), Securing::EcdsaSd) => {
            let secrets = ecdsa_sd::Secrets::random().map_err(|fault| SigningFault::Key(fault.to_string()))?;
            let signer = BaseSigner::EcdsaSd { signer, secrets: &secrets };
            Ok(vc_di::issue_base(&text, &draft, pointers, &signer, &terms)?)
        }
        (ProfileKey::Bbs(key), Securing::Bbs) => {
            // A time in the proof would tell holders apart.
            let draft = ProofDraft { created: None, ..draft };
            let secrets = bbs::Secrets::random(Feature::Baseline, Vec::new());
            Ok(vc_di::issue_base(&text, &draft, pointers, &BaseSigner::Bbs { key, secrets: &secrets }, &terms)?)
        }
        _ => {
            let suite = Suite::by_name(securing.name())
                .ok_or_else(|| SigningFault::Key(format!("this build does not know {}", securing.name())))?;
            Ok(vc_di::issue(&text, suite, &draft, signer(profile)?, &terms)?)
        }
    }
}

fn signer(profile: &Profile) -> Result<&OwnKey, SigningFault> {
    profile.key.own().ok_or_else(|| SigningFault::Key("the key signs statements only".to_owned()))
}

fn token(profile: &Profile, document: &Json, wanted: &Wanted) -> Result<Token, SigningFault> {
    let signer = signer(profile)?;
    let claims = TokenClaims {
        issued_at: Some(wanted.created),
        nonce: wanted.challenge.clone(),
        audience: wanted.domain.clone(),
        ..TokenClaims::default()
    };
    let kid = profile.method.as_str();
    Ok(match profile.securing {
        Securing::VcSdJwt => vc_jose::sd_jwt(document, (&claims, &[]), &mut sd_jwt::random_salt, signer, kid)?,
        Securing::VcCose => vc_jose::cose(document, &claims, signer, kid)?,
        _ => vc_jose::jwt(document, &claims, signer, kid)?,
    })
}

fn kind_of(document: &Json) -> DocumentKind {
    let types = document.get("type");
    let is = |value: &Json| value.as_str() == Some(crate::format::vc::vocabulary::PRESENTATION);
    match types {
        Some(Json::Array(items)) if items.iter().any(is) => DocumentKind::Presentation,
        Some(value) if is(value) => DocumentKind::Presentation,
        _ => DocumentKind::Credential,
    }
}
