//! What the places of presentations take and answer, described for OpenAPI. Never built; the other files write and read these shapes, and
//! a test holds them together.

use serde_json::Value;
use utoipa::ToSchema;

macro_rules! described {
    ($($(#[doc = $doc:literal])* $name:ident { $($(#[$attribute:meta])* $member:ident: $kind:ty,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(ToSchema)]
            #[expect(dead_code, reason = "describes what others write; never built")]
            pub struct $name { $($(#[$attribute])* $member: $kind,)* }
        )*
    };
}

described! {
    /// What a relying party wants of a wallet. One of `dcql_query`, `template` and `presentation_definition` is due.
    PresentationRequest {
        /// The query (DCQL, OpenID4VP 1.0, 6).
        #[schema(value_type = Option<Object>)]
        dcql_query: Option<Value>,
        /// The name of a template: see /v1/templates.
        template: Option<String>,
        /// A query in the older language of DIF Presentation Exchange; it is converted.
        #[schema(value_type = Option<Object>)]
        presentation_definition: Option<Value>,
        /// `cross_device` (if it is not said), `same_device` or `dc_api`.
        flow: Option<String>,
        /// `direct_post.jwt` (if it is not said), `direct_post`, `fragment`, `dc_api` or `dc_api.jwt`.
        response_mode: Option<String>,
        /// For `dc_api`: `openid4vp-v1-unsigned`, `openid4vp-v1-signed`, `openid4vp-v1-multisigned` or `org-iso-mdoc`.
        protocol: Option<String>,
        /// Who we are to the wallet; the first client of the configuration, if it is not said.
        client_id_prefix: Option<String>,
        /// `by_reference` (if it is not said) or `by_value`.
        request: Option<String>,
        /// `get` (if it is not said) or `post`.
        request_uri_method: Option<String>,
        /// Transactions that the presentation approves; they are encoded here.
        #[schema(value_type = Option<Vec<Object>>)]
        transaction_data: Option<Vec<Value>>,
        /// What others attest of the relying party, passed on as it is.
        #[schema(value_type = Option<Vec<Object>>)]
        verifier_info: Option<Vec<Value>>,
        /// `haip`: every rule of that profile holds.
        profile: Option<String>,
        /// Where the browser goes back to: for `same_device` and `fragment`.
        redirect_uri: Option<String>,
        /// Origins that may ask, for `dc_api`.
        expected_origins: Option<Vec<String>>,
        /// Whom to tell of changes.
        webhook: Option<PresentationWebhook>,
        /// Seconds that the session lasts.
        expires_in: Option<u32>,
        /// What is demanded of the credentials, in place of the operator's policy; only where the operator allows that.
        #[schema(value_type = Option<Object>)]
        policy: Option<Value>,
    }
    /// Whom to tell of changes. A message holds the session's name and its state, and is signed as Standard Webhooks has it.
    PresentationWebhook {
        /// Where, https.
        url: String,
    }
    /// A new session.
    PresentationCreated {
        /// The transaction's identifier, a secret of the relying party.
        id: String,
        /// `created`.
        state: String,
        /// Until when it lasts.
        expires: String,
        /// The link that opens a wallet; absent for `dc_api`.
        authorization_request: Option<String>,
        /// For `dc_api`: what the page gives to `navigator.credentials.get`.
        #[schema(value_type = Option<Object>)]
        dc_api: Option<Value>,
        /// Where the link is as a QR code; absent for `dc_api`.
        qr: Option<String>,
        /// Where the result will be.
        result: String,
        /// Where changes are told.
        events: String,
        /// What could be better about the query.
        #[schema(value_type = Vec<Object>)]
        hints: Vec<Value>,
    }
    /// How a session stands.
    PresentationState {
        /// `created`, `requested`, `answered` or `read`.
        state: String,
        /// Until when it lasts.
        expires: String,
        /// What came for the session and did not belong to it; absent when nothing did.
        refusals: Option<Vec<PresentationCheck>>,
        /// What the answer came to; given once.
        outcome: Option<PresentationOutcome>,
    }
    /// What an answer came to.
    PresentationOutcome {
        /// `accepted`, `rejected` or `indeterminate`. Only `accepted` means yes.
        verdict: String,
        /// What is wrong with the response as a whole.
        checks: Vec<PresentationCheck>,
        /// The report on each presentation.
        presentations: Vec<PresentationReport>,
        /// Who we were to the wallet.
        client_id: Option<String>,
        /// How the answer came.
        response_mode: String,
        /// When it came.
        answered_at: String,
    }
    /// One presentation.
    PresentationReport {
        /// The credential query that it answers.
        id: String,
        /// The report on it.
        report: crate::service::described::Report,
    }
    /// What is wrong with a response.
    PresentationCheck {
        /// The stage.
        stage: String,
        /// `fail` or `unknown`.
        outcome: String,
        /// The stable code.
        code: String,
        /// What is wrong.
        sentence: String,
        /// The rule that was broken.
        section: Option<String>,
        /// What was due.
        expected: Option<String>,
        /// What was found. Never a value of the subject.
        got: Option<String>,
        /// What to do about it.
        hint: Option<String>,
    }
    /// What the browser took from the wallet.
    PresentationFromBrowser {
        /// For `dc_api`: the origin of the page that asked.
        origin: Option<String>,
        /// What the wallet answered: `data` of the digital credential; for `fragment` the members behind the `#`.
        #[schema(value_type = Object)]
        data: Value,
    }
    /// A question with a name.
    PresentationTemplate {
        /// Its name.
        name: String,
        /// What it asks for, for people.
        title: String,
        /// The query that it stands for.
        #[schema(value_type = Object)]
        dcql_query: Value,
    }
    /// What a wallet is told of the answer that it posted.
    WalletReply {
        /// Where it sends the browser, for `same_device`.
        redirect_uri: Option<String>,
    }
    /// What a wallet is told of what cannot be done.
    WalletError {
        /// `invalid_request`; `server_error`, `temporarily_unavailable`.
        error: String,
    }
}
