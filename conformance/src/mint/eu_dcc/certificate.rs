//! The certificates that the vectors are made of: every part can be exchanged before they are written.

use serde_json::{Value, json};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::envelope::cose::sig_structure;

use super::FORMAT;
use crate::mint::pki::Pki;
use crate::mint::raw;
use crate::mint::signing::TestKey;
use crate::question::Payload;

pub(super) const ISS: i64 = 1;
pub(super) const EXP: i64 = 4;
pub(super) const IAT: i64 = 6;
pub(super) const HCERT: i64 = -260;
/// 2026-05-01T00:00:00Z.
pub(super) const ISSUED_AT: i64 = 1_777_593_600;
/// 2046-05-01T00:00:00Z.
pub(super) const EXPIRES: i64 = 2_408_745_600;

/// A certificate before it is written: every part can be exchanged.
#[derive(Clone)]
pub(super) struct Certificate<'k> {
    pub(super) claims: Vec<(i64, Cbor<'static>)>,
    pub(super) protected: Vec<(i64, Cbor<'static>)>,
    pub(super) unprotected: Vec<(i64, Cbor<'static>)>,
    pub(super) key: &'k TestKey,
    pub(super) kept_signature: Option<Vec<u8>>,
}

/// Keys and certificates that the vectors use.
pub(super) struct Signers<'p> {
    pub(super) pki: &'p Pki,
    pub(super) signer: TestKey,
}

impl Signers<'_> {
    pub(super) fn certificate(&self, dcc: &Value) -> Result<Certificate<'_>, String> {
        self.certificate_by("signer", &self.signer, dcc)
    }

    pub(super) fn certificate_by<'k>(
        &self,
        name: &str,
        key: &'k TestKey,
        dcc: &Value,
    ) -> Result<Certificate<'k>, String> {
        let digest = vidimus::crypto::digest::sha256(&self.pki.certificate(name)?);
        let container = Cbor::Map(vec![(Cbor::Unsigned(1), cbor::from_json(dcc))]);
        Ok(Certificate {
            claims: vec![
                (ISS, Cbor::Text("XV".into())),
                (EXP, integer(EXPIRES)),
                (IAT, integer(ISSUED_AT)),
                (HCERT, container),
            ],
            protected: vec![alg(-7), (4, Cbor::Bytes(digest[..8].to_vec().into()))],
            unprotected: Vec::new(),
            key,
            kept_signature: None,
        })
    }

    pub(super) fn trusted(&self, name: &str) -> Result<Value, String> {
        Ok(json!({
            "kind": "signer", "certificate": base64url::encode_standard(&self.pki.certificate(name)?),
            "formats": [FORMAT], "environment": "test"
        }))
    }

    pub(super) fn authority(&self, name: &str) -> Result<Value, String> {
        Ok(with(&self.trusted(name)?, "kind", "authority"))
    }
}

impl Certificate<'_> {
    pub(super) fn with_claim(&self, label: i64, value: Cbor<'static>) -> Self {
        let mut certificate = self.clone();
        certificate.claims.iter_mut().filter(|(known, _)| *known == label).for_each(|(_, held)| *held = value.clone());
        certificate
    }

    pub(super) fn without_claim(&self, label: i64) -> Self {
        let mut certificate = self.clone();
        certificate.claims.retain(|(known, _)| *known != label);
        certificate
    }

    pub(super) fn payload(&self) -> Vec<u8> {
        cbor::encode(&map(&self.claims))
    }

    pub(super) fn protected_bytes(&self) -> Vec<u8> {
        cbor::encode(&map(&self.protected))
    }

    pub(super) fn signature(&self, payload: &[u8]) -> Vec<u8> {
        self.signature_under(&self.protected_bytes(), payload)
    }

    pub(super) fn signature_under(&self, protected: &[u8], payload: &[u8]) -> Vec<u8> {
        self.key.sign_alike(&sig_structure(protected, payload), self.kept_signature.as_deref()).unwrap_or_default()
    }

    /// The tagged message with this payload and this signature.
    pub(super) fn sign1(&self, payload: &[u8], signature: &[u8]) -> Vec<u8> {
        raw::sign1(&self.protected_bytes(), &map(&self.unprotected), payload, signature)
    }

    /// The tagged message under these protected header bytes, rightly signed.
    pub(super) fn sign1_under(&self, protected: &[u8], unprotected: &Cbor<'static>) -> Vec<u8> {
        let payload = self.payload();
        raw::sign1(protected, unprotected, &payload, &self.signature_under(protected, &payload))
    }

    pub(super) fn cose(&self) -> Vec<u8> {
        self.sign1_under(&self.protected_bytes(), &map(&self.unprotected))
    }

    pub(super) fn text(&self) -> String {
        text_of(&self.cose())
    }

    pub(super) fn input(&self) -> Payload {
        Payload::text("text/plain", self.text())
    }
}

pub(super) fn text_of(cose: &[u8]) -> String {
    vidimus::issue::eu_dcc::pack(cose)
}

pub(super) fn input_of(cose: &[u8]) -> Payload {
    Payload::text("text/plain", text_of(cose))
}

pub(super) fn alg(label: i64) -> (i64, Cbor<'static>) {
    (1, integer(label))
}

pub(super) fn integer(number: i64) -> Cbor<'static> {
    raw::integer(number)
}

pub(super) fn map(pairs: &[(i64, Cbor<'static>)]) -> Cbor<'static> {
    Cbor::Map(pairs.iter().map(|(label, value)| (integer(*label), value.clone())).collect())
}

pub(super) fn with(entry: &Value, member: &str, value: impl Into<Value>) -> Value {
    let mut entry = entry.clone();
    entry[member] = value.into();
    entry
}

/// The claims that an accepted certificate discloses.
pub(super) fn claims_json(dcc: &Value) -> Value {
    json!({"iss": "XV", "exp": EXPIRES, "iat": ISSUED_AT, "hcert": {"1": dcc}})
}

fn person(events: (&str, Value)) -> Value {
    json!({
        "ver": "1.3.0",
        "nam": {"fn": "Lindqvist-Åberg", "fnt": "LINDQVIST<AABERG", "gn": "Signe", "gnt": "SIGNE"},
        "dob": "1987-03-14",
        events.0: [events.1],
    })
}

pub(super) fn vaccination() -> Value {
    person((
        "v",
        json!({
            "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2, "dt": "2026-04-20",
            "co": "XV", "is": "vidimus test PKI", "ci": "URN:UVCI:01:XV:0000000000000001"
        }),
    ))
}

pub(super) const DETECTED: &str = "260373001";
pub(super) const NOT_DETECTED: &str = "260415000";

pub(super) fn test(result: &str) -> Value {
    person((
        "t",
        json!({
            "tg": "840539006", "tt": "LP6464-4", "nm": "Test of the test PKI", "sc": "2026-06-01T08:00:00Z", "tr": result, "tc": "Centre 1",
            "co": "XV", "is": "vidimus test PKI", "ci": "URN:UVCI:01:XV:0000000000000002"
        }),
    ))
}

pub(super) fn recovery() -> Value {
    person((
        "r",
        json!({
            "tg": "840539006", "fr": "2026-03-01", "df": "2026-03-12", "du": "2026-08-28",
            "co": "XV", "is": "vidimus test PKI", "ci": "URN:UVCI:01:XV:0000000000000003"
        }),
    ))
}
