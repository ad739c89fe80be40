//! Extensions: the few of RFC 5280, 4.2 that decide about trust, read once.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Reader, SliceReader, Tag};

use crate::trust::x509::{Fault, context};

const SUBJECT_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
const ISSUER_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.18");
const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const AUTHORITY_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
const POLICY_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.36");
const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// The nine bits of key usage (RFC 5280, 4.2.1.3); bit 0 of the standard is the lowest here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// `true` when the key may sign what is not a certificate or revocation list.
    pub fn digital_signature(self) -> bool {
        self.0 & 1 != 0
    }

    /// `true` when the key may sign what its owner stands by (non-repudiation).
    pub fn content_commitment(self) -> bool {
        self.0 & (1 << 1) != 0
    }

    /// `true` when the key may sign certificates.
    pub fn key_cert_sign(self) -> bool {
        self.0 & (1 << 5) != 0
    }

    /// `true` when the key may sign revocation lists.
    pub fn crl_sign(self) -> bool {
        self.0 & (1 << 6) != 0
    }
}

/// Whether the subject is an authority, and how many more may follow below (RFC 5280, 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The subject may issue certificates.
    pub is_ca: bool,
    /// How many authorities may stand between this one and the leaf.
    pub path_len: Option<u8>,
}

/// What the extensions of one certificate say.
#[derive(Default)]
pub struct Extensions {
    pub subject_key_id: Option<Vec<u8>>,
    pub authority_key_id: Option<Vec<u8>>,
    pub key_usage: Option<KeyUsage>,
    pub extended_key_usages: Option<Vec<String>>,
    pub basic_constraints: Option<BasicConstraints>,
    pub san_uris: Vec<String>,
    pub san_dns: Vec<String>,
    pub unknown_critical: Option<String>,
}

impl Extensions {
    /// The extensions in that DER.
    ///
    /// ```text
    /// Extensions ::= SEQUENCE OF SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
    /// ```
    pub fn from_der(der: &[u8]) -> Result<Extensions, Fault> {
        let broken = |_: der::Error| "broken extensions";
        let mut extensions = Extensions::default();
        let mut seen: Vec<&[u8]> = Vec::new();
        let list = AnyRef::from_der(der).map_err(broken)?;
        let mut reader = SliceReader::new(list.value()).map_err(broken)?;
        while !reader.is_finished() {
            let item = AnyRef::decode(&mut reader).map_err(broken)?;
            let mut item = SliceReader::new(item.value()).map_err(broken)?;
            let kind = AnyRef::decode(&mut item).map_err(broken)?;
            // Some write the default FALSE.
            let critical = match Tag::peek(&item) {
                Ok(Tag::Boolean) => bool::decode(&mut item).map_err(broken)?,
                _ => false,
            };
            let value = <&OctetStringRef>::decode(&mut item).map_err(broken)?;
            item.finish().map_err(broken)?;
            if kind.header().tag() != Tag::ObjectIdentifier {
                return Err("broken extensions");
            }
            if seen.contains(&kind.value()) {
                return Err("an extension stands twice");
            }
            seen.push(kind.value());
            extensions.read_one(kind.value(), critical, value.as_bytes())?;
        }
        Ok(extensions)
    }

    fn read_one(&mut self, kind: &[u8], critical: bool, value: &[u8]) -> Result<(), Fault> {
        let kind = <ObjectIdentifier>::from_bytes(kind).ok();
        match kind {
            Some(SUBJECT_KEY_ID) => {
                let id = <&OctetStringRef>::from_der(value).map_err(|_| "a broken subject key identifier")?;
                self.subject_key_id = Some(id.as_bytes().to_vec());
            }
            Some(AUTHORITY_KEY_ID) => {
                self.authority_key_id = authority_key_id(value).ok_or("a broken authority key identifier")?;
            }
            Some(KEY_USAGE) => self.key_usage = Some(key_usage(value).ok_or("a broken key usage")?),
            Some(EXTENDED_KEY_USAGE) => {
                self.extended_key_usages = Some(object_identifiers(value).ok_or("a broken extended key usage")?);
            }
            Some(BASIC_CONSTRAINTS) => {
                self.basic_constraints = Some(basic_constraints(value).ok_or("broken basic constraints")?);
            }
            Some(SUBJECT_ALT_NAME) => self.read_alternative_names(value).ok_or("a broken subject alternative name")?,
            // We demand no policy, so whatever policies there are will do; the issuer's other names decide nothing.
            Some(CERTIFICATE_POLICIES | ISSUER_ALT_NAME) => {}
            // Both must be critical, and we obey neither; whoever forgot the mark still meant the limit.
            Some(limit @ (NAME_CONSTRAINTS | POLICY_CONSTRAINTS)) => {
                self.unknown_critical.get_or_insert_with(|| limit.to_string());
            }
            other if critical && self.unknown_critical.is_none() => {
                self.unknown_critical =
                    Some(other.map_or_else(|| "an over-long identifier".to_owned(), |oid| oid.to_string()));
            }
            _ => {}
        }
        Ok(())
    }

    /// ```text
    /// GeneralNames ::= SEQUENCE OF CHOICE { ..., dNSName [2] IA5String, ..., uniformResourceIdentifier [6] IA5String, ... }
    /// ```
    fn read_alternative_names(&mut self, value: &[u8]) -> Option<()> {
        let list = AnyRef::from_der(value).ok().filter(|any| any.header().tag() == Tag::Sequence)?;
        let mut reader = SliceReader::new(list.value()).ok()?;
        while !reader.is_finished() {
            let name = AnyRef::decode(&mut reader).ok()?;
            let tag = name.header().tag();
            let text = || std::str::from_utf8(name.value()).ok().filter(|text| text.is_ascii()).map(str::to_owned);
            match tag.number().value() {
                2 if tag.is_context_specific() => self.san_dns.push(text()?),
                6 if tag.is_context_specific() => self.san_uris.push(text()?),
                _ => {}
            }
        }
        Some(())
    }
}

/// ```text
/// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OPTIONAL, authorityCertIssuer [1] OPTIONAL, ... }
/// ```
fn authority_key_id(value: &[u8]) -> Option<Option<Vec<u8>>> {
    let list = AnyRef::from_der(value).ok().filter(|any| any.header().tag() == Tag::Sequence)?;
    let mut reader = SliceReader::new(list.value()).ok()?;
    let id = context(&mut reader, 0).ok()?;
    Some(id.map(<[u8]>::to_vec))
}

fn key_usage(value: &[u8]) -> Option<KeyUsage> {
    let bits = BitStringRef::from_der(value).ok()?;
    let set = bits.bits().take(9).enumerate().filter(|(_, bit)| *bit);
    Some(KeyUsage(set.fold(0, |usage, (at, _)| usage | 1 << at)))
}

fn object_identifiers(value: &[u8]) -> Option<Vec<String>> {
    let list = AnyRef::from_der(value).ok().filter(|any| any.header().tag() == Tag::Sequence)?;
    let mut reader = SliceReader::new(list.value()).ok()?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(<ObjectIdentifier>::decode(&mut reader).ok()?.to_string());
    }
    Some(found)
}

/// ```text
/// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
/// ```
fn basic_constraints(value: &[u8]) -> Option<BasicConstraints> {
    let list = AnyRef::from_der(value).ok().filter(|any| any.header().tag() == Tag::Sequence)?;
    let mut reader = SliceReader::new(list.value()).ok()?;
    let is_ca = match Tag::peek(&reader) {
        Ok(Tag::Boolean) => bool::decode(&mut reader).ok()?,
        _ => false,
    };
    // No chain here is longer than ten, so larger limits say the same as 255.
    let path_len = match reader.is_finished() {
        true => None,
        false => {
            let number = der::asn1::UintRef::decode(&mut reader).ok()?;
            Some(match number.as_bytes() {
                [small] => *small,
                _ => u8::MAX,
            })
        }
    };
    reader.finish().ok()?;
    Some(BasicConstraints { is_ca, path_len })
}
