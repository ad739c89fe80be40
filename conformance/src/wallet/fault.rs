//! Faults: everything that can be wrong with the answer of a wallet, one at a time, by name. The first twelve rows are the modules of the
//! OpenID certification of verifiers (OpenID4VP 1.0 final); the others come from a catalogue of attacks and slips.

use super::holdings::Format;
use crate::rules::{self, Rule};

/// One thing that is wrong with an answer, or a right answer of a certain kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing.
    HappyFlow,
    /// Nothing; the request is fetched with POST.
    RequestUriMethodPost,
    /// Nothing; the request is fetched twice.
    RequestUriFetchedTwice,
    /// Nothing; the holder's key has the members that it must have, and no other.
    MinimalCnfJwk,
    /// The device signed for another session transcript.
    InvalidSessionTranscript,
    /// The issuer's signature is none.
    InvalidCredentialSignature,
    /// The signature of the key binding JWT is none.
    InvalidKbJwtSignature,
    /// Another nonce.
    InvalidKbJwtNonce,
    /// Another audience.
    InvalidKbJwtAud,
    /// Another hash.
    InvalidSdHash,
    /// Made a day ago.
    KbJwtIatInPast,
    /// Made in a day.
    KbJwtIatInFuture,
    /// No key binding JWT at all.
    NoKeyBinding,
    /// A claim or element says something else than was signed.
    ClaimChanged,
    /// Another device signed.
    AnotherDevice,
    /// The credential's time is over.
    ExpiredCredential,
    /// The credential is of another type.
    WrongType,
    /// Nobody trusts the issuer.
    UntrustedIssuer,
    /// A claim that was asked for is kept back.
    MissingClaim,
    /// Everything is shown.
    OverDisclosure,
    /// For another client.
    OtherClient,
    /// For another session of the same client.
    OtherSession,
    /// An answer to a query that nobody asked.
    UnknownQueryId,
    /// One of two required credentials is missing.
    MissingCredential,
    /// One of two required credentials is broken.
    OneGoodOneBad,
    /// Two presentations where one is due.
    TwoWhereOneIsDue,
    /// `vp_token` is a text.
    VpTokenAsString,
    /// A presentation stands where an array is due.
    PresentationNotInArray,
    /// Another `state`.
    WrongState,
    /// No `state`.
    MissingState,
    /// The same answer twice.
    Replay,
    /// Too late.
    Late,
    /// Not encrypted.
    NotEncrypted,
    /// Right, encrypted with A256GCM.
    EncryptedA256Gcm,
    /// Right, with `apu` and `apv`.
    EncryptedWithParties,
    /// `apu` and `apv` changed after encryption.
    PartiesChanged,
    /// `alg` that was not offered.
    AlgNotOffered,
    /// `enc` that was not offered.
    EncNotOffered,
    /// `kid` that was not offered.
    KidNotOffered,
    /// Encrypted for another key.
    OtherEncryptionKey,
    /// The tag is cut off.
    TagTruncated,
    /// The ephemeral key is off its curve.
    EphemeralKeyOffCurve,
    /// A password that costs minutes.
    CostlyPassword,
    /// Compression.
    Compressed,
    /// The wallet declines, with markup in its words.
    WalletError,
}

/// What must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The presentation is accepted.
    Accepted,
    /// The presentation is accepted, and a note says what was odd.
    Noted,
    /// The presentation is refused.
    Refused,
    /// The response is refused and changes nothing: the right one is taken afterwards.
    Unmoved,
    /// The first response stays, the second is refused.
    FirstKept,
    /// The response comes too late, and is refused.
    Late,
    /// The transaction ends without a presentation.
    Ended,
}

/// Where a fault can be committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Everywhere.
    Anywhere,
    /// With SD-JWT VCs.
    SdJwtVc,
    /// With mdocs.
    Mdoc,
    /// In encrypted responses.
    Encrypted,
    /// Where the request is fetched with POST.
    Post,
}

/// Everything about a fault.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The fault.
    pub fault: Fault,
    /// Its name.
    pub name: &'static str,
    /// Where it can be committed.
    pub place: Where,
    /// What must come of it.
    pub due: Due,
    /// Codes of which vidimus names one (an mdoc may have another than an SD-JWT VC).
    pub codes: &'static [&'static str],
    /// The rule.
    pub rule: Rule,
}

/// Rows of the certification, which stand first.
pub const CERTIFICATION: usize = 12;

const fn row(
    fault: Fault,
    name: &'static str,
    place: Where,
    (due, codes): (Due, &'static [&'static str]),
    rule: Rule,
) -> Row {
    Row { fault, name, place, due, codes, rule }
}

const ACCEPTED: (Due, &[&str]) = (Due::Accepted, &[]);

const fn unmoved(codes: &'static [&'static str]) -> (Due, &'static [&'static str]) {
    (Due::Unmoved, codes)
}

const fn refused(codes: &'static [&'static str]) -> (Due, &'static [&'static str]) {
    (Due::Refused, codes)
}

/// Every fault.
pub const TABLE: [Row; 45] = {
    use Fault as F;
    use Where as W;
    use rules as r;
    [
        row(F::HappyFlow, "happy-flow", W::Anywhere, ACCEPTED, r::HAPPY),
        row(F::RequestUriMethodPost, "request-uri-method-post", W::Post, ACCEPTED, r::WALLET_NONCE),
        row(F::RequestUriFetchedTwice, "request-uri-fetched-twice", W::Anywhere, ACCEPTED, r::REQUEST_FETCHED_TWICE),
        row(F::MinimalCnfJwk, "minimal-cnf-jwk", W::SdJwtVc, ACCEPTED, r::MINIMAL_KEY),
        row(
            F::InvalidSessionTranscript,
            "invalid-session-transcript",
            W::Mdoc,
            unmoved(&["vp.session_mismatch"]),
            r::TRANSCRIPT,
        ),
        row(
            F::InvalidCredentialSignature,
            "invalid-credential-signature",
            W::Anywhere,
            refused(&["sig.invalid"]),
            r::ISSUER_SIGNED_JWT,
        ),
        row(
            F::InvalidKbJwtSignature,
            "invalid-kb-jwt-signature",
            W::SdJwtVc,
            refused(&["sdjwt.kb_key"]),
            r::KEY_BINDING,
        ),
        row(F::InvalidKbJwtNonce, "invalid-kb-jwt-nonce", W::SdJwtVc, unmoved(&["vp.nonce"]), r::KEY_BINDING_SESSION),
        row(
            F::InvalidKbJwtAud,
            "invalid-kb-jwt-aud",
            W::SdJwtVc,
            unmoved(&["vp.client_id_mismatch"]),
            r::KEY_BINDING_SESSION,
        ),
        row(F::InvalidSdHash, "invalid-sd-hash", W::SdJwtVc, refused(&["sdjwt.sd_hash"]), r::KEY_BINDING_HASH),
        row(F::KbJwtIatInPast, "kb-jwt-iat-in-past", W::SdJwtVc, refused(&["time.kb_window"]), r::KEY_BINDING_TIME),
        row(F::KbJwtIatInFuture, "kb-jwt-iat-in-future", W::SdJwtVc, refused(&["time.kb_window"]), r::KEY_BINDING_TIME),
        row(F::NoKeyBinding, "no-key-binding", W::SdJwtVc, refused(&["sdjwt.kb_missing"]), r::KEY_BINDING),
        row(
            F::ClaimChanged,
            "claim-changed",
            W::Anywhere,
            refused(&["sdjwt.disclosure_unreferenced", "mdoc.digest_mismatch"]),
            r::DISCLOSURES,
        ),
        row(
            F::AnotherDevice,
            "another-device",
            W::Anywhere,
            refused(&["sdjwt.kb_key", "vp.session_mismatch"]),
            r::DEVICE_AUTH,
        ),
        row(F::ExpiredCredential, "expired-credential", W::Anywhere, refused(&["time.expired"]), r::VALIDITY),
        row(F::WrongType, "wrong-type", W::Anywhere, refused(&["vp.dcql_unsatisfied"]), r::TYPE),
        row(F::UntrustedIssuer, "untrusted-issuer", W::Anywhere, refused(&["x509.untrusted_root"]), r::TRUST),
        row(F::MissingClaim, "missing-claim", W::Anywhere, refused(&["vp.dcql_unsatisfied"]), r::VP_TOKEN_WHOLE),
        row(
            F::OverDisclosure,
            "over-disclosure",
            W::Anywhere,
            (Due::Noted, &["sdjwt.over_disclosed", "mdoc.over_disclosed"]),
            r::OVER_DISCLOSURE,
        ),
        row(
            F::OtherClient,
            "other-client",
            W::Anywhere,
            unmoved(&["vp.client_id_mismatch", "vp.session_mismatch"]),
            r::REPLAY,
        ),
        row(F::OtherSession, "other-session", W::Anywhere, unmoved(&["vp.nonce", "vp.session_mismatch"]), r::REPLAY),
        row(F::UnknownQueryId, "unknown-query-id", W::Anywhere, refused(&["vp.dcql_unsatisfied"]), r::VP_TOKEN),
        row(
            F::MissingCredential,
            "missing-credential",
            W::Anywhere,
            refused(&["vp.dcql_unsatisfied"]),
            r::VP_TOKEN_WHOLE,
        ),
        row(F::OneGoodOneBad, "one-good-one-bad", W::Anywhere, refused(&["sig.invalid"]), r::VP_TOKEN_WHOLE),
        row(
            F::TwoWhereOneIsDue,
            "two-where-one-is-due",
            W::Anywhere,
            refused(&["vp.dcql_unsatisfied"]),
            r::VP_TOKEN_MULTIPLE,
        ),
        row(F::VpTokenAsString, "vp-token-as-string", W::Anywhere, unmoved(&["vp.malformed"]), r::VP_TOKEN),
        row(
            F::PresentationNotInArray,
            "presentation-not-in-array",
            W::Anywhere,
            unmoved(&["vp.malformed"]),
            r::VP_TOKEN,
        ),
        row(F::WrongState, "wrong-state", W::Anywhere, unmoved(&["vp.state"]), r::STATE),
        row(F::MissingState, "missing-state", W::Anywhere, unmoved(&["vp.state"]), r::STATE),
        row(F::Replay, "replay", W::Anywhere, (Due::FirstKept, &["vp.session_consumed"]), r::REPLAY),
        row(F::Late, "late", W::Anywhere, (Due::Late, &[]), r::LATE),
        row(F::NotEncrypted, "not-encrypted", W::Encrypted, unmoved(&["vp.response_mode"]), r::ENCRYPTED),
        row(F::EncryptedA256Gcm, "encrypted-a256gcm", W::Encrypted, ACCEPTED, r::ENCRYPTED_AS_OFFERED),
        row(F::EncryptedWithParties, "encrypted-with-parties", W::Encrypted, ACCEPTED, r::ENCRYPTED_PARTIES),
        row(F::PartiesChanged, "parties-changed", W::Encrypted, unmoved(&["jwe.decrypt"]), r::ENCRYPTED_PARTIES),
        row(
            F::AlgNotOffered,
            "alg-not-offered",
            W::Encrypted,
            unmoved(&["jwe.policy", "jose.alg_not_allowed"]),
            r::ENCRYPTED_AS_OFFERED,
        ),
        row(F::EncNotOffered, "enc-not-offered", W::Encrypted, unmoved(&["jwe.policy"]), r::ENCRYPTED_AS_OFFERED),
        row(F::KidNotOffered, "kid-not-offered", W::Encrypted, unmoved(&["jwe.policy"]), r::ENCRYPTED_AS_OFFERED),
        row(F::OtherEncryptionKey, "other-encryption-key", W::Encrypted, unmoved(&["jwe.decrypt"]), r::ENCRYPTED_WHOLE),
        row(F::TagTruncated, "tag-truncated", W::Encrypted, unmoved(&["jwe.malformed"]), r::ENCRYPTED_WHOLE),
        row(
            F::EphemeralKeyOffCurve,
            "ephemeral-key-off-curve",
            W::Encrypted,
            unmoved(&["jwe.epk_invalid"]),
            r::ENCRYPTED_WHOLE,
        ),
        row(F::CostlyPassword, "costly-password", W::Encrypted, unmoved(&["jwe.p2c_limit"]), r::ENCRYPTED_CHEAP),
        row(F::Compressed, "compressed", W::Encrypted, unmoved(&["jwe.zip_not_allowed"]), r::ENCRYPTED_CHEAP),
        row(F::WalletError, "wallet-error", W::Anywhere, (Due::Ended, &["vp.wallet_error"]), r::ERROR_RESPONSE),
    ]
};

impl Fault {
    /// Everything about it.
    pub fn row(self) -> &'static Row {
        // Every fault has its row; a test counts them.
        TABLE.iter().find(|row| row.fault == self).unwrap_or(&TABLE[0])
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The fault with that name.
    pub fn named(name: &str) -> Option<Fault> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.fault)
    }

    /// `true` when it takes two credentials to commit it.
    pub fn takes_two(self) -> bool {
        matches!(self, Fault::MissingCredential | Fault::OneGoodOneBad)
    }

    /// The rule, where a format has one of its own.
    pub fn rule_for(self, format: Format) -> Rule {
        match (self, format) {
            (Fault::InvalidCredentialSignature, Format::Mdoc) => rules::ISSUER_AUTH,
            (Fault::ClaimChanged, Format::Mdoc) => rules::MDOC_DIGESTS,
            (Fault::AnotherDevice, Format::SdJwtVc) => rules::KEY_BINDING,
            _ => self.row().rule,
        }
    }
}

impl Row {
    /// `true` when the fault can be committed with that format, there.
    pub fn fits(&self, format: Format, is_encrypted: bool, is_post: bool) -> bool {
        match self.place {
            Where::Anywhere => true,
            Where::SdJwtVc => format == Format::SdJwtVc,
            Where::Mdoc => format == Format::Mdoc,
            Where::Encrypted => is_encrypted,
            Where::Post => is_post,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_row() {
        assert!(TABLE.iter().all(|row| row.fault.row().name == row.name && Fault::named(row.name) == Some(row.fault)));
        let mut faults: Vec<Fault> = TABLE.iter().map(|row| row.fault).collect();
        faults.sort_unstable();
        faults.dedup();
        assert_eq!((faults.len(), Fault::WalletError as usize + 1), (TABLE.len(), TABLE.len()));
        assert_eq!(TABLE[CERTIFICATION - 1].name, "kb-jwt-iat-in-future");
    }
}
