//! What can be wrong with a response or a session, as stable codes: the protocol's part of the vocabulary. What is wrong with a credential
//! stands in [`crate::reason`]; a presentation's report has that.
//!
//! A [`Refusal`] reaches the relying party with its code and two facts. The wallet learns `invalid_request`, and nothing else.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::crypto::jwe;
use crate::reason::{self, Fact, Row, Spec, Stage};

const RFC7516: (&str, &str) = ("RFC 7516", "https://www.rfc-editor.org/rfc/rfc7516");
const RFC7518: (&str, &str) = ("RFC 7518", "https://www.rfc-editor.org/rfc/rfc7518");
const RFC8725: (&str, &str) = ("RFC 8725", "https://www.rfc-editor.org/rfc/rfc8725");
const OID4VP: (&str, &str) = ("OpenID4VP 1.0", "https://openid.net/specs/openid-4-verifiable-presentations-1_0.html");
const HAIP: (&str, &str) =
    ("OpenID4VC HAIP 1.0", "https://openid.net/specs/openid4vc-high-assurance-interoperability-profile-1_0.html");
const OWN: (&str, &str) = ("vidimus DESIGN.md", "DESIGN.md");

macro_rules! codes {
    ($($variant:ident $code:literal $stage:ident $doc:ident $section:literal $sentence:literal $hint:literal;)*) => {
        /// What is wrong with a response or a session, as a stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $sentence)] $variant,)*
        }

        impl Code {
            /// Every code, in table order.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// This code's row of the table.
            pub fn row(self) -> &'static Row {
                match self {
                    $(Code::$variant => {
                        const ROW: Row = Row {
                            code: $code,
                            stage: Stage::$stage,
                            sentence: $sentence,
                            hint: $hint,
                            spec: Spec { document: $doc.0, section: $section, url: $doc.1 },
                        };
                        &ROW
                    })*
                }
            }
        }
    };
}

codes! {
    TooLarge "input.too_large" Decode OWN "limits" "The response is larger than any answer to this request." "Ask for less, or for pictures of a smaller size.";
    Malformed "vp.malformed" Decode OID4VP "8.1" "The response is not what OpenID4VP 1.0 prescribes." "`vp_token` is a JSON object: the id of each credential query, and an array of presentations. Drafts had other forms.";
    ResponseMode "vp.response_mode" Decode OID4VP "8.2" "The response came in another mode than the one that was asked for." "Where encryption was asked for, only an encrypted response counts.";
    JweMalformed "jwe.malformed" Decode RFC7516 "5.2" "The encrypted response is not a compact JWE." "Five parts in base64url; IV and tag of AES-GCM.";
    JweZip "jwe.zip_not_allowed" Decode RFC7516 "4.1.3" "The encrypted response is compressed." "Compression was not offered; it could hide any size.";
    JweNone "jose.alg_none" Decode RFC8725 "3.2" "The response says that nothing protects it (`none`)." "Treat it as an attack.";
    JweAlgorithm "jose.alg_not_allowed" Decode RFC8725 "3.1" "The response is encrypted by an algorithm that is never taken." "ECDH-ES with the key in `client_metadata`.";
    JweIterations "jwe.p2c_limit" Decode RFC7518 "4.8.1.2" "The encrypted response wants a password stretched." "Treat it as an attack.";
    JwePolicy "jwe.policy" Decode OID4VP "8.3" "The response is encrypted in a way, or to a key, that this request did not offer." "`alg`, `enc` and `kid` are those of the request's `client_metadata`.";
    JweKey "jwe.epk_invalid" Decode RFC7518 "4.6.1.1" "The sender's ephemeral key is no public key on P-256." "Treat it as an attack.";
    JweDecrypt "jwe.decrypt" Decode RFC7516 "5.2" "The response cannot be decrypted." "It was made for another request, or changed. `apu` and `apv` go into the key derivation.";
    WalletError "vp.wallet_error" Decode OID4VP "8.5" "The wallet answered with an error." "`got` names the error; what else the wallet said is not kept.";
    State "vp.state" Holder OID4VP "8.2" "The response does not carry the `state` of this request." "The wallet returns `state` unchanged.";
    Nonce "vp.nonce" Holder OID4VP "8.6" "A presentation does not answer the nonce of this request, so none of them counts." "It may be a replay; ask for a new presentation.";
    ClientId "vp.client_id_mismatch" Holder OID4VP "5.9" "A presentation was made for another client identifier." "The whole `client_id`, prefix included, is the audience; over the Digital Credentials API it is `origin:` and the origin.";
    SessionMismatch "vp.session_mismatch" Holder OID4VP "B.2.6" "A device signed an mdoc for another session, or another device signed it." "Compare nonce, client_id, response_uri or origin, and the thumbprint of the encryption key with what the wallet was sent.";
    Origin "vp.origin" Holder OID4VP "A.2" "The response comes from an origin that was not expected." "Compare it, as text, with `expected_origins`.";
    SessionExpired "vp.session_expired" Validity OID4VP "13.3" "The response came after the session had ended." "Start a new one.";
    SessionConsumed "vp.session_consumed" Validity OID4VP "13.3" "The request was answered before." "The first answer counts; start a new session.";
    ResponseCode "vp.response_code" Holder OID4VP "13.3" "The result was asked for without the response code of this session." "The browser brings it back behind `redirect_uri`.";
    RequestConsumed "vp.request_consumed" Validity OID4VP "5.10" "The request object belongs to a session that takes no answer any more." "Start a new session.";
    WalletNonce "vp.wallet_nonce" Decode OID4VP "5.10" "The wallet's nonce or metadata cannot be taken." "A nonce: at most 256 of the characters A-Z a-z 0-9 - . _ ~. Metadata: a small JSON object.";
    DcqlUnsatisfied "vp.dcql_unsatisfied" Policy OID4VP "6.4" "What was shown does not answer the query." "Look at `expected` and `got`, and at the reports of the presentations.";
    Partial "vp.partial" Policy OID4VP "8.6" "Some of the presentations are good, and some are not." "Each presentation's report says what is wrong with it.";
    TransactionData "vp.transaction_data" Holder OID4VP "8.4" "A transaction is approved by none of the presentations." "One of the credentials that the transaction names carries its digest in the proof of its holder.";
    HolderBinding "vp.holder_binding_missing" Holder OID4VP "6.1" "A presentation does not prove that its holder presents it." "The query demands it (`require_cryptographic_holder_binding`).";
    Haip "vp.haip" Policy HAIP "whole" "A rule of the High Assurance Interoperability Profile is broken." "`expected` names the rule.";
}

impl Code {
    /// The code's text, `area.snake_case`.
    pub fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The code with this text, if there is one.
    pub fn from_text(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

/// Every row that an answer of ours can name: those of credentials, and those of responses whose codes are not among them.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let of_responses = Code::ALL.iter().map(|code| code.row());
    let others = of_responses.filter(|row| reason::Code::from_text(row.code).is_none());
    reason::Code::ALL.iter().map(|code| code.row()).chain(others)
}

/// The row with this code: a credential's, or else a response's.
pub fn row_of(code: &str) -> Option<&'static Row> {
    reason::Code::from_text(code).map(|code| code.row()).or_else(|| Code::from_text(code).map(Code::row))
}

/// What is wrong with a response or a session: the code and the two values that explain it. Never holds what a wallet said of its subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Facts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
    code: Code,
    expected: Fact,
    got: Fact,
}

impl Refusal {
    /// A fault without explaining values.
    pub fn new(code: Code) -> Self {
        Refusal(Box::new(Facts { code, expected: Fact::Absent, got: Fact::Absent }))
    }

    /// The same fault, saying what was expected.
    #[must_use]
    pub fn expected(mut self, fact: impl Into<Fact>) -> Self {
        self.0.expected = fact.into();
        self
    }

    /// The same fault, saying what was found.
    #[must_use]
    pub fn got(mut self, fact: impl Into<Fact>) -> Self {
        self.0.got = fact.into();
        self
    }

    /// What is wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What was due.
    pub fn expected_fact(&self) -> &Fact {
        &self.0.expected
    }

    /// What was found.
    pub fn got_fact(&self) -> &Fact {
        &self.0.got
    }

    /// What the wallet is told: the protocol's error, and nothing that helps anybody.
    pub fn for_the_wallet(&self) -> &'static str {
        "invalid_request"
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.0.code.row();
        write!(f, "{}: {}", row.code, row.sentence)?;
        if !self.0.expected.is_absent() {
            write!(f, " Expected {}.", self.0.expected)?;
        }
        if !self.0.got.is_absent() {
            write!(f, " Got {}.", self.0.got)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// As a row of [`Outcome::checks`](crate::openid4vp::outcome::Outcome::checks).
impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.0.code.row();
        let mut fields = serializer.serialize_struct("Refusal", 8)?;
        fields.serialize_field("stage", &row.stage)?;
        fields.serialize_field("outcome", "fail")?;
        fields.serialize_field("code", row.code)?;
        fields.serialize_field("sentence", row.sentence)?;
        fields.serialize_field("section", &format_args!("{}, {}", row.spec.document, row.spec.section))?;
        if !self.0.expected.is_absent() {
            fields.serialize_field("expected", &self.0.expected)?;
        }
        if !self.0.got.is_absent() {
            fields.serialize_field("got", &self.0.got)?;
        }
        fields.serialize_field("hint", row.hint)?;
        fields.end()
    }
}

impl From<jwe::Fault> for Refusal {
    fn from(fault: jwe::Fault) -> Self {
        match fault {
            jwe::Fault::TooLarge => Refusal::new(Code::TooLarge).expected(jwe::JWE_BYTES),
            jwe::Fault::Malformed(got) => Refusal::new(Code::JweMalformed).got(got),
            jwe::Fault::AlgorithmNone => Refusal::new(Code::JweNone),
            jwe::Fault::AlgorithmNotAllowed => Refusal::new(Code::JweAlgorithm).expected(jwe::ALGORITHM),
            jwe::Fault::Iterations => Refusal::new(Code::JweIterations),
            jwe::Fault::Compressed => Refusal::new(Code::JweZip),
            jwe::Fault::Policy { expected, got } => Refusal::new(Code::JwePolicy).expected(expected).got(got),
            jwe::Fault::EphemeralKey(got) => Refusal::new(Code::JweKey).got(got),
            jwe::Fault::Decrypt => Refusal::new(Code::JweDecrypt),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_those_of_the_jwe_agree() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            let row = code.row();
            assert!(seen.insert(row.code), "{} stands twice", row.code);
            assert_eq!(Code::from_text(row.code), Some(*code));
            assert!(row.sentence.ends_with('.') && row.hint.ends_with('.') && row.spec.url.contains('.'));
        }
        for fault in [
            jwe::Fault::TooLarge,
            jwe::Fault::Malformed("x"),
            jwe::Fault::AlgorithmNone,
            jwe::Fault::AlgorithmNotAllowed,
            jwe::Fault::Iterations,
            jwe::Fault::Compressed,
            jwe::Fault::Policy { expected: "a".into(), got: "b" },
            jwe::Fault::EphemeralKey("x"),
            jwe::Fault::Decrypt,
        ] {
            assert_eq!(Refusal::from(fault.clone()).code().as_str(), fault.code());
        }
    }

    #[test]
    fn a_refusal_says_stage_code_expected_and_got() {
        let refusal = Refusal::new(Code::State).expected("the state that was sent").got("another");
        let shown = serde_json::to_value(&refusal).expect("JSON");
        assert_eq!((&shown["stage"], &shown["code"]), (&"holder".into(), &"vp.state".into()));
        assert_eq!((&shown["expected"], &shown["got"]), (&"the state that was sent".into(), &"another".into()));
        assert_eq!(refusal.for_the_wallet(), "invalid_request");
        assert!(refusal.to_string().contains("Got another."));
    }
}
