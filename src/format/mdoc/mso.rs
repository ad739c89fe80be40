//! The mobile security object (ISO/IEC 18013-5, 9.1.2.4): what an issuer signed.
//!
//! ```cddl
//! MobileSecurityObject = { "version": tstr, "digestAlgorithm": tstr, "valueDigests": { NameSpace => { DigestID => bstr } },
//!   "deviceKeyInfo": { "deviceKey": COSE_Key, ? "keyAuthorizations": KeyAuthorizations, ? "keyInfo": {..} },
//!   "docType": tstr, "validityInfo": { "signed": tdate, "validFrom": tdate, "validUntil": tdate, ? "expectedUpdate": tdate },
//!   ? "status": { ? "status_list": { "idx": uint, "uri": tstr }, ? "identifier_list": { "id": bstr, "uri": tstr } } }
//! KeyAuthorizations = { ? "nameSpaces": [+ NameSpace], ? "dataElements": { NameSpace => [+ tstr] } }
//! ```

use crate::credential::StatusEntry;
use crate::crypto::algorithm::Hash;
use crate::crypto::cose_key;
use crate::crypto::public_key::PublicKey;
use crate::encoding::cbor::{self, Value};
use crate::format::mdoc::container::{is_version_1, missing, wrong};
use crate::reason::{Code, Reason};
use crate::status::reference;
use crate::time::Timestamp;

const TAG_TDATE: u64 = 0;
/// An item that is encoded CBOR.
pub const TAG_ENCODED_CBOR: u64 = 24;

/// A mobile security object, decoded. Nothing is checked but its form.
pub struct Mso<'v, 'a> {
    whole: &'v Value<'a>,
    /// The document's type.
    pub doc_type: &'v str,
    value_digests: &'v Value<'a>,
    key_info: &'v Value<'a>,
}

/// The times of `validityInfo`, those that could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validity {
    /// When it was signed.
    pub signed: Option<Timestamp>,
    /// Not valid before.
    pub valid_from: Option<Timestamp>,
    /// Not valid from then on.
    pub valid_until: Option<Timestamp>,
}

/// The CBOR of the object that a payload holds: the content of its tag 24.
///
/// # Errors
/// `cose.payload` when the payload is anything else, `cbor.*`.
pub fn bytes_of_payload(payload: &[u8]) -> Result<Vec<u8>, Reason> {
    let fault = || Reason::new(Code::CosePayload).expected("tag 24 around a byte string");
    match cbor::decode(payload)? {
        Value::Tag(TAG_ENCODED_CBOR, inner) => match *inner {
            Value::Bytes(bytes) => Ok(bytes.into_owned()),
            other => Err(fault().got(other.kind())),
        },
        other => Err(fault().got(other.kind())),
    }
}

impl<'v, 'a> Mso<'v, 'a> {
    /// The object that this value is.
    ///
    /// # Errors
    /// `claim.missing`, `claim.type`.
    pub fn of(whole: &'v Value<'a>) -> Result<Self, Reason> {
        if whole.as_map().is_none() {
            return Err(Reason::new(Code::CosePayload).expected("map").got(whole.kind()));
        }
        let version = text(whole, "version")?;
        if !is_version_1(version) {
            return Err(Reason::new(Code::ClaimType).expected("version: 1.0").got(version.to_owned()));
        }
        Ok(Mso {
            whole,
            doc_type: text(whole, "docType")?,
            value_digests: map(whole, "valueDigests")?,
            key_info: map(whole, "deviceKeyInfo")?,
        })
    }

    /// The digest algorithm.
    ///
    /// # Errors
    /// `mdoc.digest_alg` for one that the standard does not name.
    pub fn digest_algorithm(&self) -> Result<Hash, Reason> {
        match text(self.whole, "digestAlgorithm")? {
            "SHA-256" => Ok(Hash::Sha256),
            "SHA-384" => Ok(Hash::Sha384),
            "SHA-512" => Ok(Hash::Sha512),
            other => {
                Err(Reason::new(Code::MdocDigestAlg).expected("SHA-256, SHA-384 or SHA-512").got(other.to_owned()))
            }
        }
    }

    /// The digests of a name space.
    pub fn digests(&self, name_space: &str) -> Option<&'v [(Value<'a>, Value<'a>)]> {
        self.value_digests.entry_text(name_space)?.as_map()
    }

    /// The device's key.
    ///
    /// # Errors
    /// `claim.missing`, `key.invalid_point`.
    pub fn device_key(&self) -> Result<PublicKey, Reason> {
        cose_key::public_key(self.key_info.entry_text("deviceKey").ok_or_else(|| missing("deviceKey"))?)
    }

    /// `true` when the device may sign that element.
    pub fn authorises(&self, name_space: &str, element: &str) -> bool {
        let Some(authorised) = self.key_info.entry_text("keyAuthorizations") else { return false };
        let holds = |list: Option<&Value<'_>>, wanted: &str| {
            list.and_then(Value::as_array).is_some_and(|list| list.iter().any(|name| name.as_text() == Some(wanted)))
        };
        holds(authorised.entry_text("nameSpaces"), name_space)
            || holds(authorised.entry_text("dataElements").and_then(|all| all.entry_text(name_space)), element)
    }

    /// The times; those that are absent or malformed are faults. `takes_fractions` drops fractions of seconds.
    pub fn validity(&self, takes_fractions: bool, faults: &mut Vec<Reason>) -> Validity {
        let Some(info) = self.whole.entry_text("validityInfo").filter(|info| info.as_map().is_some()) else {
            faults.push(Reason::new(Code::MdocValidityFormat).expected("validityInfo: map"));
            return Validity::default();
        };
        let mut time = |name| tdate(info, name, takes_fractions).map_err(|reason| faults.push(reason)).ok();
        let validity =
            Validity { signed: time("signed"), valid_from: time("validFrom"), valid_until: time("validUntil") };
        if info.entry_text("expectedUpdate").is_some() {
            time("expectedUpdate");
        }
        validity
    }

    /// Where its status is told.
    ///
    /// # Errors
    /// `status.malformed`, `status.index`.
    pub fn status(&self) -> Result<Vec<StatusEntry>, Reason> {
        self.whole.entry_text("status").map_or(Ok(Vec::new()), reference::of_cbor)
    }
}

/// ISO/IEC 18013-5, 9.1.2.4: `tdate` with tag 0, in UTC ("Z"), without a fraction of seconds.
///
/// Deviation: where the policy says so, a fraction is dropped.
fn tdate(info: &Value<'_>, name: &'static str, takes_fractions: bool) -> Result<Timestamp, Reason> {
    let fault = |got: String| {
        Reason::new(Code::MdocValidityFormat).expected("tag 0, UTC, whole seconds").got(format!("{name}: {got}"))
    };
    match info.entry_text(name) {
        None => Err(fault("nothing".to_owned())),
        Some(Value::Tag(TAG_TDATE, inner)) => {
            let text = inner.as_text().ok_or_else(|| fault(inner.kind().to_owned()))?;
            let whole = text.get(19..20) == Some("Z") || (takes_fractions && text.get(19..20) == Some("."));
            let is_plain = whole && text.ends_with('Z') && text.get(10..11) == Some("T");
            match Timestamp::from_rfc3339(text) {
                Some(time) if is_plain => Ok(time),
                _ => Err(fault(format!("`{text}`"))),
            }
        }
        Some(other) => Err(fault(other.kind().to_owned())),
    }
}

fn text<'v>(of: &'v Value<'_>, name: &'static str) -> Result<&'v str, Reason> {
    let value = of.entry_text(name).ok_or_else(|| missing(name))?;
    value.as_text().ok_or_else(|| wrong(name, "text", value))
}

fn map<'v, 'a>(of: &'v Value<'a>, name: &'static str) -> Result<&'v Value<'a>, Reason> {
    let value = of.entry_text(name).ok_or_else(|| missing(name))?;
    if value.as_map().is_some() { Ok(value) } else { Err(wrong(name, "map", value)) }
}
