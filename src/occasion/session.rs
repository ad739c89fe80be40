//! Sessions: what an mdoc's device signed for, so that it cannot be shown twice. Plain data; transcripts are computed by the format.
//!
//! Members are those of OpenID for Verifiable Presentations 1.0 (Appendix B.2.6), ISO/IEC 18013-7 (Annexes B and C) and ISO/IEC
//! 18013-5 (9.1.5.1).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// How reader and device came together, and everything that the session transcript is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Which handover the device is to have signed for.
    pub handover: Handover,
    /// The relying party's identifier, prefix and all; `None` = the occasion's audience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Where the response was sent (`response_uri`, or `redirect_uri`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_uri: Option<String>,
    /// The web origin that asked through the Digital Credentials API, without a prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// RFC 7638 SHA-256 thumbprint of the relying party's encryption key, base64url; `None` = the response is not encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwk_thumbprint: Option<String>,
    /// The nonce that the wallet made (ISO/IEC 18013-7 Annex B; `apu` of the encrypted response, decoded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mdoc_generated_nonce: Option<String>,
    /// `encryptionInfo` of the request, base64url as it was sent (ISO/IEC 18013-7 Annex C).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encryption_info: Option<String>,
    /// CBOR of the whole SessionTranscript, base64url, with or without tag 24 around it (proximity).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// The reader's private key, a JWK: what a device MAC is checked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader_key: Option<Secret>,
}

/// The kinds of handover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handover {
    /// The caller brings the transcript: device engagement was done elsewhere.
    #[default]
    Transcript,
    /// OpenID4VP 1.0 by redirects: `client_id`, `response_uri`, `jwk_thumbprint`, and the occasion's nonce.
    Openid4vp,
    /// OpenID4VP 1.0 over the Digital Credentials API: `origin`, `jwk_thumbprint`, and the nonce.
    Openid4vpDcApi,
    /// ISO/IEC 18013-7:2024 Annex B: `client_id`, `response_uri`, `mdoc_generated_nonce`, and the nonce.
    #[serde(rename = "iso-18013-7")]
    Iso18013Part7,
    /// OpenID4VP draft 24 over the Digital Credentials API: `origin`, `client_id`, and the nonce.
    #[serde(rename = "openid4vp-dc-api-draft-24")]
    Openid4vpDcApiDraft24,
    /// ISO/IEC 18013-7 Annex C (`org-iso-mdoc`): `origin`, `encryption_info`.
    IsoDcApi,
}

impl Handover {
    /// Those that a transcript can be computed for, the current ones first.
    pub const COMPUTED: [Handover; 5] = [
        Handover::Openid4vp,
        Handover::Openid4vpDcApi,
        Handover::IsoDcApi,
        Handover::Iso18013Part7,
        Handover::Openid4vpDcApiDraft24,
    ];

    /// The name as it stands in files.
    pub const fn name(self) -> &'static str {
        match self {
            Handover::Transcript => "transcript",
            Handover::Openid4vp => "openid4vp",
            Handover::Openid4vpDcApi => "openid4vp-dc-api",
            Handover::Iso18013Part7 => "iso-18013-7",
            Handover::Openid4vpDcApiDraft24 => "openid4vp-dc-api-draft-24",
            Handover::IsoDcApi => "iso-dc-api",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Handover::Transcript => "the transcript that the caller brought",
            Handover::Openid4vp => "OpenID4VP 1.0 by redirects",
            Handover::Openid4vpDcApi => "OpenID4VP 1.0 over the Digital Credentials API",
            Handover::Iso18013Part7 => "ISO 18013-7 Annex B",
            Handover::Openid4vpDcApiDraft24 => "OpenID4VP draft 24 over the Digital Credentials API",
            Handover::IsoDcApi => "ISO 18013-7 Annex C",
        }
    }

    /// The handover with that name.
    pub fn from_name(name: &str) -> Option<Handover> {
        std::iter::once(Handover::Transcript).chain(Handover::COMPUTED).find(|handover| handover.name() == name)
    }
}

/// A text that is a secret: wiped when dropped, and never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// This text, as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text, for whoever has to use it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for handover in std::iter::once(Handover::Transcript).chain(Handover::COMPUTED) {
            assert_eq!(Handover::from_name(handover.name()), Some(handover));
            let text = serde_json::to_value(handover).expect("JSON");
            assert_eq!(text.as_str(), Some(handover.name()));
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let session = Session { reader_key: Some(Secret::new("{\"d\":\"AA\"}")), ..Session::default() };
        assert!(!format!("{session:?}").contains("AA"));
    }
}
