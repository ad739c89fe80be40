//! Issues SD-JWT VCs: the twin of [`crate::format::sd_jwt_vc`]. How a holder shows them stands in [`crate::issue::sd_jwt`].
//!
//! Nothing is issued that our own strict reader would refuse to open; whether it is valid yet, and what its status list says, is not
//! asked.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use crate::crypto::algorithm::{Algorithm, Hash};
use crate::crypto::own_keys::Signer;
use crate::encoding::base64url;
use crate::evidence::Evidence;
use crate::format::glance::Seen;
use crate::format::sd_jwt_vc::{OPEN_CLAIMS, SdJwtVc, TYP};
use crate::format::vc::secured::ALGORITHMS;
use crate::format::{Context, Format};
use crate::issue::{IssueFault, jws, sd_jwt};
use crate::occasion::Occasion;
use crate::policy::{KeyBindingDemand, Policy, StatusDemand};
use crate::reason::{Code, Reason};
use crate::trust::Trust;

/// What is to be issued.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Every claim, `vct` among them.
    pub claims: Json,
    /// JSON pointers to what the holder may keep back.
    pub disclosable: Vec<String>,
    /// Objects and arrays, by JSON pointer, and how many digests that stand for nothing each gets.
    pub decoys: Vec<(String, usize)>,
    /// The holder's public key (`cnf.jwk`).
    pub holder_key: Option<Json>,
    /// The digest algorithm of the disclosures.
    pub hash: Hash,
}

/// How the credential names its signer's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names<'n> {
    /// By nothing: the issuer has one key.
    Nothing,
    /// By an identifier (`kid`).
    Kid(&'n str),
    /// By certificates (`x5c`), DER, the signer's own first.
    Certificates(&'n [Vec<u8>]),
}

impl Draft {
    /// These claims, nothing disclosable, nobody's.
    pub fn of(claims: Json) -> Self {
        Draft { claims, disclosable: Vec::new(), decoys: Vec::new(), holder_key: None, hash: Hash::Sha256 }
    }
}

/// The credential with every disclosure. `salts` gives one salt for each, and for each decoy.
///
/// # Errors
/// `Content` for claims that break the format's rules, a pointer to nothing, or to what must stand in the open; `Key` when the
/// key's algorithm is not taken or it cannot sign.
pub fn issue(
    draft: &Draft,
    names: &Names<'_>,
    salts: sd_jwt::Salts<'_>,
    signer: &dyn Signer,
) -> Result<String, IssueFault> {
    check_algorithm(signer)?;
    check_concealable(&draft.disclosable)?;
    let mut claims = draft.claims.clone();
    let members = claims.as_object_mut().ok_or_else(|| IssueFault::Content("claims are an object".to_owned()))?;
    if let Some(key) = &draft.holder_key {
        members.insert("cnf".to_owned(), json!({ "jwk": key }));
    }
    let mut concealed = sd_jwt::conceal(&claims, &draft.disclosable, draft.hash, salts)?;
    for (pointer, count) in &draft.decoys {
        sd_jwt::add_decoys(&mut concealed.payload, (pointer, *count), draft.hash, salts)?;
    }
    let mut header = vec![("typ", json!(TYP))];
    match names {
        Names::Nothing => {}
        Names::Kid(kid) => header.push(("kid", json!(kid))),
        Names::Certificates(chain) => {
            let texts: Vec<String> = chain.iter().map(|der| base64url::encode_standard(der)).collect();
            header.push(("x5c", json!(texts)));
        }
    }
    let jwt = jws::sign_under(&header, concealed.payload.to_string().as_bytes(), signer)?;
    let text = sd_jwt::compact(&jwt, &concealed.disclosures);
    check_opens(&text)?;
    Ok(text)
}

fn check_algorithm(signer: &dyn Signer) -> Result<(), IssueFault> {
    let algorithm = signer.algorithm();
    if ALGORITHMS.contains(&algorithm) {
        return Ok(());
    }
    let names: Vec<&str> = ALGORITHMS.iter().copied().map(Algorithm::name).collect();
    Err(IssueFault::Key(format!("SD-JWT VCs are signed with {}, not {algorithm}", names.join(", "))))
}

/// SD-JWT VC, 2.2.2.2: some claims stand in the open.
fn check_concealable(pointers: &[String]) -> Result<(), IssueFault> {
    let is_open = |pointer: &&String| pointer.split('/').nth(1).is_some_and(|name| OPEN_CLAIMS.contains(&name));
    match pointers.iter().find(is_open) {
        Some(pointer) => Err(IssueFault::Content(format!("`{pointer}` must always be shown"))),
        None => Ok(()),
    }
}

/// What the strict reader says of it, leaving out whether now is the time for it.
fn check_opens(text: &str) -> Result<(), IssueFault> {
    let policy = Policy {
        strict: true,
        status: StatusDemand::Ignored,
        key_binding: KeyBindingDemand::Ignored,
        ..Policy::default()
    };
    let (trust, evidence, occasion) = (Trust::none(), Evidence::none(), Occasion::default());
    let context = Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    let opened = SdJwtVc.open(&[Cow::Borrowed(text)], Seen::default(), &context).map_err(IssueFault::Refused)?;
    let decoded = SdJwtVc.decode(&opened, &policy).map_err(IssueFault::Refused)?;
    let is_fault = |reason: &&Reason| !matches!(reason.code(), Code::TimeExpired | Code::TimeNotYetValid);
    match opened.faults.iter().chain(&decoded.faults).find(is_fault) {
        None => Ok(()),
        Some(reason) => Err(IssueFault::Refused(reason.clone())),
    }
}
