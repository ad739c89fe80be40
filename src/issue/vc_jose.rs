//! Issues W3C credentials and presentations in JOSE and COSE: the twin of [`crate::format::vc_jwt`],
//! [`crate::format::vc_sd_jwt`] and [`crate::format::vc_cose`], and the envelopes around them.
//!
//! A document of data model 2.0 becomes `vc+jwt` or `vp+jwt`, one of 1.1 the JWT encoding of that version. Nothing is issued
//! that our own strict reader would refuse to open; whether it is valid yet, and what its status list says, is not asked.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use crate::crypto::algorithm::{Algorithm, Hash};
use crate::crypto::own_keys::Signer;
use crate::encoding::cbor::{self, Value as Cbor};
use crate::encoding::{base64url, json};
use crate::envelope::cose::sig_structure;
use crate::evidence::Evidence;
use crate::format::glance::Seen;
use crate::format::vc::enveloped::{ENVELOPED_CREDENTIAL, ENVELOPED_PRESENTATION};
use crate::format::vc::read::read;
use crate::format::vc::secured::{ALGORITHMS, Kind, is_absolute_url};
use crate::format::vc::vocabulary::{CONTEXT_V2, PRESENTATION, Version, version};
use crate::format::{Context, Format, vc_cose, vc_jwt, vc_sd_jwt};
use crate::issue::{IssueFault, jws, sd_jwt};
use crate::occasion::Occasion;
use crate::policy::{Policy, StatusDemand};
use crate::reason::{Code, Reason};
use crate::time::Timestamp;
use crate::trust::Trust;

/// What a token says beside its document. All of it may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenClaims {
    /// When it is signed (`iat`).
    pub issued_at: Option<Timestamp>,
    /// When the signature ends (`exp`); the credential's own end stands in the document.
    pub expires: Option<Timestamp>,
    /// The relying party's nonce, in a presentation.
    pub nonce: Option<String>,
    /// The relying party, in a presentation (`aud`).
    pub audience: Option<String>,
    /// The holder's public key (`cnf.jwk`), in an SD-JWT whose key shall be bound.
    pub holder_key: Option<Json>,
}

/// A secured document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A compact JWS.
    Jwt(String),
    /// An SD-JWT.
    SdJwt(String),
    /// A COSE_Sign1 message.
    Cose(Vec<u8>),
}

/// Members that are never concealed: without them nobody could tell what the rest means, or whether it still holds.
const ALWAYS_SHOWN: [&str; 16] = [
    "@context",
    "type",
    "issuer",
    "validFrom",
    "validUntil",
    "credentialStatus",
    "credentialSchema",
    "relatedResource",
    "iss",
    "iat",
    "nbf",
    "exp",
    "cnf",
    "nonce",
    "aud",
    "proof",
];

/// The document as a JWT. `kid` names the verification method: absolutely, or as the issuer's document does.
///
/// # Errors
/// `Content` when the document breaks its data model, `Key` when the key's algorithm is not taken or it cannot sign.
pub fn jwt(document: &Json, claims: &TokenClaims, signer: &dyn Signer, kid: &str) -> Result<Token, IssueFault> {
    check_algorithm(signer)?;
    let of = Document::of(document)?;
    let kind = of.kind.name();
    let (payload, typ) = match of.version {
        Some(Version::V1) => (of.claims_1_1(document, claims), "JWT".to_owned()),
        _ => (of.beside(document, claims, !is_absolute_url(kid)), format!("{kind}+jwt")),
    };
    let mut header = vec![("kid", kid), ("typ", typ.as_str())];
    if of.version != Some(Version::V1) {
        header.push(("cty", kind));
    }
    let text = jws::sign(&header, payload.to_string().as_bytes(), signer)?;
    check_opens(&vc_jwt::VcJwt, &text)?;
    Ok(Token::Jwt(text))
}

/// The document as an SD-JWT in which the members at these JSON pointers may be kept back. `salts` gives one salt each.
///
/// # Errors
/// As [`jwt`]; `Content` for a pointer to nothing, or to what must always be shown.
pub fn sd_jwt(
    document: &Json,
    (claims, pointers): (&TokenClaims, &[String]),
    salts: sd_jwt::Salts<'_>,
    signer: &dyn Signer,
    kid: &str,
) -> Result<Token, IssueFault> {
    check_algorithm(signer)?;
    let of = Document::of(document)?;
    check_concealable(pointers)?;
    // With `iss` beside it, a holder may be concealed and the key still be found.
    let payload = of.beside(document, claims, true);
    let concealed = sd_jwt::conceal(&payload, pointers, Hash::Sha256, salts)?;
    let kind = of.kind.name();
    let typ = format!("{kind}+sd-jwt");
    let header = [("kid", kid), ("typ", typ.as_str()), ("cty", kind)];
    let signed = jws::sign(&header, concealed.payload.to_string().as_bytes(), signer)?;
    let text = sd_jwt::compact(&signed, &concealed.disclosures);
    check_opens(&vc_sd_jwt::VcSdJwt, &text)?;
    Ok(Token::SdJwt(text))
}

/// The document as a COSE_Sign1 message.
///
/// # Errors
/// As [`jwt`].
pub fn cose(document: &Json, claims: &TokenClaims, signer: &dyn Signer, kid: &str) -> Result<Token, IssueFault> {
    check_algorithm(signer)?;
    let of = Document::of(document)?;
    let payload = of.beside(document, claims, false).to_string().into_bytes();
    let (inside, whole) = (format!("application/{}", of.kind.name()), format!("application/{}+cose", of.kind.name()));
    let protected = cbor::encode(&Cbor::Map(vec![
        (1.into(), signer.algorithm().cose_label().into()),
        (3.into(), inside.as_str().into()),
        (4.into(), kid.as_bytes().into()),
        (16.into(), whole.as_str().into()),
    ]));
    let signature =
        signer.sign(&sig_structure(&protected, &payload)).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    let parts = vec![
        protected.as_slice().into(),
        Cbor::Map(Vec::new()),
        payload.as_slice().into(),
        signature.as_slice().into(),
    ];
    let bytes = cbor::encode(&Cbor::Tag(18, Box::new(Cbor::Array(parts))));
    check_opens(&vc_cose::VcCose, &base64url::encode(&bytes))?;
    Ok(Token::Cose(bytes))
}

impl Token {
    /// The token as text: COSE in base64url without padding.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Token::Jwt(text) | Token::SdJwt(text) => Cow::Borrowed(text),
            Token::Cose(bytes) => Cow::Owned(base64url::encode(bytes)),
        }
    }

    /// The object that envelopes the token (VCDM 2.0, 4.12 and 4.13).
    pub fn enveloped(&self, kind: Kind) -> Json {
        let name = kind.name();
        let id = match self {
            Token::Jwt(text) => format!("data:application/{name}+jwt,{text}"),
            Token::SdJwt(text) => format!("data:application/{name}+sd-jwt,{text}"),
            Token::Cose(bytes) => format!("data:application/{name}+cose;base64,{}", base64url::encode_standard(bytes)),
        };
        let envelope = match kind {
            Kind::Credential => ENVELOPED_CREDENTIAL,
            Kind::Presentation => ENVELOPED_PRESENTATION,
        };
        json!({ "@context": [CONTEXT_V2], "type": envelope, "id": id })
    }
}

/// What a document is, by its types.
pub fn kind_of(document: &Json) -> Kind {
    let types = document.get("type");
    let names = types.and_then(Json::as_array).map_or(types.map_or(&[][..], std::slice::from_ref), Vec::as_slice);
    let is_presentation = names.iter().any(|name| name.as_str() == Some(PRESENTATION));
    if is_presentation { Kind::Presentation } else { Kind::Credential }
}

/// What a document says that its token repeats.
struct Document {
    kind: Kind,
    version: Option<Version>,
    id: Option<String>,
    signer: Option<String>,
    subject: Option<String>,
    begins: Option<Timestamp>,
    ends: Option<Timestamp>,
}

impl Document {
    fn of(document: &Json) -> Result<Document, IssueFault> {
        let text = document.to_string();
        let value = json::decode(text.as_bytes()).map_err(refused)?;
        let said = read(&value);
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let subject = (said.subjects.len() == 1).then(|| said.subjects.first().cloned()).flatten();
        Ok(Document {
            kind: kind_of(document),
            version: version(&value),
            id: owned(said.id),
            signer: owned(said.holder.or(said.issuer)),
            subject: owned(subject),
            begins: said.issued_at,
            ends: said.expires,
        })
    }

    /// The document with the claims among its members (VC-JOSE-COSE 3.1).
    fn beside(&self, document: &Json, claims: &TokenClaims, names_signer: bool) -> Json {
        let mut payload = document.clone();
        let signer = self.signer.as_ref().filter(|_| names_signer);
        add(&mut payload, "iss", signer.map(|signer| json!(signer)));
        add_claims(&mut payload, claims);
        payload
    }

    /// The document in a claim, and what the registered claims repeat (VCDM 1.1, 6.3.1).
    fn claims_1_1(&self, document: &Json, claims: &TokenClaims) -> Json {
        let mut payload = json!({});
        add(&mut payload, "iss", self.signer.as_ref().map(|signer| json!(signer)));
        add(&mut payload, "jti", self.id.as_ref().map(|id| json!(id)));
        add(&mut payload, "sub", self.subject.as_ref().map(|subject| json!(subject)));
        add(&mut payload, "nbf", self.begins.map(|begins| json!(begins.seconds())));
        add_claims(&mut payload, claims);
        add(&mut payload, "exp", self.ends.map(|ends| json!(ends.seconds())));
        add(&mut payload, self.kind.name(), Some(document.clone()));
        payload
    }
}

fn add_claims(payload: &mut Json, claims: &TokenClaims) {
    add(payload, "iat", claims.issued_at.map(|time| json!(time.seconds())));
    add(payload, "exp", claims.expires.map(|time| json!(time.seconds())));
    add(payload, "nonce", claims.nonce.as_ref().map(|nonce| json!(nonce)));
    add(payload, "aud", claims.audience.as_ref().map(|audience| json!(audience)));
    add(payload, "cnf", claims.holder_key.as_ref().map(|key| json!({ "jwk": key })));
}

fn add(object: &mut Json, name: &str, value: Option<Json>) {
    if let (Some(members), Some(value)) = (object.as_object_mut(), value) {
        members.insert(name.to_owned(), value);
    }
}

fn check_algorithm(signer: &dyn Signer) -> Result<(), IssueFault> {
    let algorithm = signer.algorithm();
    if ALGORITHMS.contains(&algorithm) {
        return Ok(());
    }
    let names: Vec<&str> = ALGORITHMS.iter().copied().map(Algorithm::name).collect();
    Err(IssueFault::Key(format!("these credentials are signed with {}, not {algorithm}", names.join(", "))))
}

fn check_concealable(pointers: &[String]) -> Result<(), IssueFault> {
    let is_fixed = |pointer: &&String| {
        pointer.strip_prefix('/').is_some_and(|rest| ALWAYS_SHOWN.contains(&rest.split('/').next().unwrap_or_default()))
    };
    match pointers.iter().find(is_fixed) {
        Some(pointer) => Err(IssueFault::Content(format!("`{pointer}` must always be shown"))),
        None => Ok(()),
    }
}

/// What the strict reader says of it, leaving out whether now is the time for it.
fn check_opens(format: &dyn Format, text: &str) -> Result<(), IssueFault> {
    let policy = Policy { strict: true, status: StatusDemand::Ignored, ..Policy::default() };
    let (trust, evidence, occasion) = (Trust::none(), Evidence::none(), Occasion::default());
    let context = Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    let opened = format.open(&[Cow::Borrowed(text)], Seen::default(), &context).map_err(refused)?;
    let decoded = format.decode(&opened, &policy).map_err(refused)?;
    let is_fault = |reason: &&Reason| !matches!(reason.code(), Code::TimeExpired | Code::TimeNotYetValid);
    match opened.faults.iter().chain(&decoded.faults).find(is_fault) {
        None => Ok(()),
        Some(reason) => Err(refused(reason.clone())),
    }
}

fn refused(reason: Reason) -> IssueFault {
    IssueFault::Refused(reason)
}
