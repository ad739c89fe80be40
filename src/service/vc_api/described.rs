//! What the VC API takes and answers, described for OpenAPI. Never built; the other files write and read these shapes.

use serde_json::Value;
use utoipa::ToSchema;

use crate::service::described::Specification;

macro_rules! described {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[$attribute:meta])* $member:ident: $kind:ty,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(ToSchema)]
            #[schema(rename_all = "camelCase")]
            #[expect(dead_code, reason = "describes what others write; never built")]
            pub struct $name { $($(#[$attribute])* $member: $kind,)* }
        )*
    };
}

described! {
    /// A credential to have secured.
    IssueCredentialRequest {
        /// The credential. Its `issuer` is the profile's; a `proof` that it brings along is left out.
        #[schema(value_type = Object)]
        credential: Value,
        /// What is wished.
        options: Option<IssueCredentialOptions>,
    }
    /// What is wished of issuing.
    IssueCredentialOptions {
        /// By what the credential is known here, when not by its `id`.
        credential_id: Option<String>,
        /// JSON pointers to what every derived credential shows; for profiles that one derives from.
        mandatory_pointers: Option<Vec<String>>,
    }
    /// A secured credential: with a proof in it, or in an envelope.
    VerifiableCredential {
        /// Contexts, the base context first.
        #[serde(rename = "@context")]
        #[schema(rename = "@context", value_type = Vec<Object>)]
        context: Vec<Value>,
        /// Its types.
        #[schema(value_type = Object)]
        r#type: Value,
    }
    /// A secured credential in an answer.
    VerifiableCredentialResponse {
        /// The credential.
        verifiable_credential: VerifiableCredential,
    }
    /// A credential to verify.
    VerifyCredentialRequest {
        /// The credential: with a proof in it, or an EnvelopedVerifiableCredential.
        #[schema(value_type = Object)]
        verifiable_credential: Value,
        /// What is wished.
        options: Option<VerifyCredentialOptions>,
    }
    /// What is wished of verifying.
    VerifyCredentialOptions {
        /// Whether `results` come back.
        return_results: Option<bool>,
        /// Whether `problemDetails` come back; when there are any, if it is not said.
        return_problem_details: Option<bool>,
        /// Whether a verified credential comes back.
        return_credential: Option<bool>,
    }
    /// What verifying a credential came to.
    VerifyCredentialResponse {
        /// Whether it is verified.
        verified: bool,
        /// What is wrong or worth knowing.
        problem_details: Option<Vec<ProblemDetails>>,
        /// The credential, where it was asked for and verified.
        #[schema(value_type = Option<Object>)]
        credential: Option<Value>,
        /// What was found about each member, where it was asked for.
        #[schema(value_type = Option<Object>)]
        results: Option<Value>,
    }
    /// A presentation to verify.
    VerifyPresentationRequest {
        /// The presentation: with a proof in it, or an EnvelopedVerifiablePresentation.
        #[schema(value_type = Option<Object>)]
        verifiable_presentation: Option<Value>,
        /// A presentation that nobody signed: its credentials are verified, and nothing is said of a holder.
        #[schema(value_type = Option<Object>)]
        presentation: Option<Value>,
        /// What is wished.
        options: Option<VerifyPresentationOptions>,
    }
    /// What is wished of verifying a presentation.
    VerifyPresentationOptions {
        /// The challenge that it must answer. One of /challenges is used up by this.
        challenge: Option<String>,
        /// Whom it must be for.
        domain: Option<String>,
        /// Whether `results` come back.
        return_results: Option<bool>,
        /// Whether `problemDetails` come back; when there are any, if it is not said.
        return_problem_details: Option<bool>,
        /// Whether a verified presentation comes back.
        return_presentation: Option<bool>,
    }
    /// What verifying a presentation came to.
    VerifyPresentationResponse {
        /// Whether it and all its credentials are verified.
        verified: bool,
        /// What is wrong or worth knowing.
        problem_details: Option<Vec<ProblemDetails>>,
        /// The presentation, where it was asked for and verified.
        #[schema(value_type = Option<Object>)]
        verifiable_presentation: Option<Value>,
        /// What was found about the presentation and each credential, where it was asked for.
        #[schema(value_type = Option<Object>)]
        results: Option<Value>,
    }
    /// A credential to derive from.
    DeriveCredentialRequest {
        /// The credential, with a base proof.
        #[schema(value_type = Object)]
        verifiable_credential: Value,
        /// What is wished.
        options: Option<DeriveCredentialOptions>,
    }
    /// What is wished of deriving.
    DeriveCredentialOptions {
        /// JSON pointers to what is shown besides what must be.
        selective_pointers: Option<Vec<String>>,
    }
    /// A presentation to have signed.
    CreatePresentationRequest {
        /// The presentation. Its `holder`, where there is one, is the profile's DID.
        #[schema(value_type = Object)]
        presentation: Value,
        /// What is wished.
        options: Option<CreatePresentationOptions>,
    }
    /// What is wished of signing a presentation. What the proof is says the profile: a request may repeat it, not change it.
    CreatePresentationOptions {
        /// The challenge to answer.
        challenge: Option<String>,
        /// Whom it is for.
        domain: Option<String>,
        /// When the proof says that it was made; now, if it is not said.
        created: Option<String>,
        /// The proof's type.
        r#type: Option<String>,
        /// The proof's cryptosuite.
        cryptosuite: Option<String>,
        /// The profile's verification method.
        verification_method: Option<String>,
        /// `authentication`.
        proof_purpose: Option<String>,
    }
    /// A signed presentation in an answer.
    VerifiablePresentationResponse {
        /// The presentation.
        #[schema(value_type = Object)]
        verifiable_presentation: Value,
    }
    /// A change of status.
    UpdateCredentialStatusRequest {
        /// The identifier that the credential was issued with.
        credential_id: String,
        /// Which of its statuses.
        credential_status: StatusEntry,
        /// `true` revokes or suspends.
        status: bool,
    }
    /// Which status is meant.
    StatusEntry {
        /// `BitstringStatusList` or `BitstringStatusListEntry`.
        r#type: String,
        /// `revocation` or `suspension`.
        status_purpose: String,
        /// The place, where the caller knows it.
        status_list_index: Option<String>,
        /// The list, where the caller knows it.
        status_list_credential: Option<String>,
    }
    /// A challenge.
    Challenge {
        /// For the proof of one presentation.
        challenge: String,
    }
    /// A profile that issues here.
    IssuingProfile {
        /// Its name in paths.
        id: String,
        /// What `issuer` of a credential must say.
        issuer: String,
        /// The verification method of its proofs.
        verification_method: String,
        /// A cryptosuite, a proof type, or a media type.
        secures: String,
        /// Where it issues.
        endpoint: String,
        /// The purposes of the status lists that its credentials stand in.
        status: Vec<String>,
    }
    /// One problem: the W3C's type, and what we know beyond it.
    ProblemDetails {
        /// The W3C's type, or /v1/reasons/CODE where they have none.
        r#type: String,
        /// The last word of the type.
        title: String,
        /// What is wrong.
        detail: String,
        /// `error` or `warning`.
        severity: String,
        /// Our own code, as in /v1/reasons.
        code: String,
        /// The stage that found it.
        stage: Option<String>,
        /// The rule that was broken.
        spec: Option<Specification>,
        /// What was due.
        expected: Option<String>,
        /// What was found. Never a value of the subject.
        got: Option<String>,
        /// What to do about it.
        hint: Option<String>,
    }
    /// Why a request is not served as it is (RFC 9457).
    Refusal {
        /// `false`, from a verifier.
        verified: Option<bool>,
        /// The W3C's type.
        r#type: String,
        /// The last word of the type.
        title: String,
        /// HTTP status.
        status: u16,
        /// What is wrong.
        detail: String,
        /// What to do about it.
        hint: String,
        /// Our own name of the problem: see /v1/problems.
        problem: String,
        /// Every fault found.
        problem_details: Vec<ProblemDetails>,
    }
}
