//! X.509 certificates (RFC 5280): read once, then asked many times; who issued whom.
//!
//! Reading is strict in DER and lenient in what signers of real trust lists get wrong without harm: version 1 certificates,
//! serial numbers of any sign and length, NULL parameters under ECDSA signatures, unknown name attributes. A key that we
//! do not take (brainpool) does not spoil the certificate: [`Certificate::public_key`] gives the reason.
//!
//! Not done here: certificate policies, revocation lists, name and policy constraints (these refuse the certificate in
//! [`path::check_path`], critical or not).

mod extensions;
mod name;
pub mod path;
mod signature;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Reader, SliceReader, Tag};

use crate::crypto::digest::sha256;
use crate::crypto::pem;
use crate::crypto::public_key::PublicKey;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;
use crate::trust::x509::extensions::Extensions;
pub use crate::trust::x509::extensions::{BasicConstraints, KeyUsage};
use crate::trust::x509::name::Name;

/// A certificate, read and kept. Cheap to clone.
///
/// ```text
/// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm AlgorithmIdentifier, signatureValue BIT STRING }
/// ```
#[derive(Clone)]
pub struct Certificate(Arc<Kept>);

struct Kept {
    der: Box<[u8]>,
    /// Where in `der` the signed part stands.
    signed: Range<usize>,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    public_key: Result<PublicKey, Reason>,
    extensions: Extensions,
    fingerprint: [u8; 32],
}

impl Certificate {
    /// The certificate in these DER bytes.
    ///
    /// # Errors
    /// `x509.malformed` when it is not DER, bytes follow it, its two signature algorithms differ, an extension stands twice or
    /// is broken, or extensions stand in a certificate that is not of version 3.
    pub fn from_der(der: &[u8]) -> Result<Certificate, Reason> {
        read(der).map_err(|fault| Reason::new(Code::X509Malformed).got(fault))
    }

    /// Every certificate of a PEM text, in order; other blocks are passed over.
    ///
    /// # Errors
    /// `x509.malformed` when a block is broken, a certificate is, or there is none.
    pub fn from_pem_all(text: &str) -> Result<Vec<Certificate>, Reason> {
        let malformed = || Reason::new(Code::X509Malformed).expected("PEM certificates");
        let blocks = pem::blocks(text).ok_or_else(malformed)?;
        let certificates = blocks.iter().filter(|block| block.label == "CERTIFICATE");
        let certificates =
            certificates.map(|block| Certificate::from_der(&block.bytes)).collect::<Result<Vec<_>, _>>()?;
        if certificates.is_empty() { Err(malformed()) } else { Ok(certificates) }
    }

    /// The certificate's bytes.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The subject's key.
    ///
    /// # Errors
    /// Why we do not take the key: `x509.weak_alg`, `key.weak`, `key.invalid_point`, `x509.malformed`.
    pub fn public_key(&self) -> Result<&PublicKey, &Reason> {
        self.0.public_key.as_ref()
    }

    /// `true` when both certificates name the same subject, by the bytes of the name, and it is not an empty one.
    pub fn is_of_subject_of(&self, other: &Certificate) -> bool {
        self.0.subject == other.0.subject && !self.0.subject.is_empty()
    }

    /// The first eight bytes of the fingerprint: the HCERT key identifier.
    pub fn kid8(&self) -> [u8; 8] {
        self.0.fingerprint.first_chunk().copied().unwrap_or_default()
    }

    /// The SHA-256 digest of the whole certificate.
    pub fn fingerprint(&self) -> [u8; 32] {
        self.0.fingerprint
    }

    /// The subject's `countryName`, as written.
    pub fn subject_country(&self) -> Option<&str> {
        self.0.subject.country()
    }

    /// The subject's `stateOrProvinceName`, as written.
    pub fn subject_state(&self) -> Option<&str> {
        self.0.subject.state()
    }

    /// The issuer's `countryName`, as written.
    pub fn issuer_country(&self) -> Option<&str> {
        self.0.issuer.country()
    }

    /// The subject's name for people: `CN=..., O=..., C=...` in the certificate's order.
    pub fn subject_text(&self) -> String {
        self.0.subject.to_string()
    }

    /// The issuer's name for people.
    pub fn issuer_text(&self) -> String {
        self.0.issuer.to_string()
    }

    /// The first second of validity.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// The last second of validity.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// The subject key identifier, if there is one.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_id.as_deref()
    }

    /// The authority key identifier, if there is one.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.0.extensions.authority_key_id.as_deref()
    }

    /// The extended key usages, as dotted object identifiers; empty when absent (see [`Certificate::has_extended_key_usage`]).
    pub fn extended_key_usages(&self) -> &[String] {
        self.0.extensions.extended_key_usages.as_deref().unwrap_or_default()
    }

    /// `true` when the certificate limits its extended key usages at all.
    pub fn has_extended_key_usage(&self) -> bool {
        self.0.extensions.extended_key_usages.is_some()
    }

    /// The key usage, if it is limited.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.0.extensions.key_usage
    }

    /// The basic constraints, if there are any.
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.0.extensions.basic_constraints
    }

    /// The URIs of the subject alternative name.
    pub fn san_uris(&self) -> &[String] {
        &self.0.extensions.san_uris
    }

    /// The DNS names of the subject alternative name.
    pub fn san_dns(&self) -> &[String] {
        &self.0.extensions.san_dns
    }

    /// `true` when issuer and subject have the same name.
    pub fn is_self_issued(&self) -> bool {
        self.0.issuer == self.0.subject
    }

    /// The first critical extension that we do not know, as dotted object identifier. Name and policy constraints count as such.
    pub fn unknown_critical_extension(&self) -> Option<String> {
        self.0.extensions.unknown_critical.clone()
    }

    /// `x509.expired` unless `now` lies within the validity, both ends included.
    ///
    /// # Errors
    /// As said.
    pub fn check_valid_at(&self, now: Timestamp) -> Result<(), Reason> {
        if now < self.not_before() {
            return Err(Reason::new(Code::X509Expired)
                .expected(format!("a beginning before {now}"))
                .got(self.not_before()));
        }
        if now > self.not_after() {
            return Err(Reason::new(Code::X509Expired).expected(format!("an end after {now}")).got(self.not_after()));
        }
        Ok(())
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint == other.0.fingerprint
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, issued by {})", self.subject_text(), self.issuer_text())
    }
}

/// `Ok` when `authority` issued `leaf` (RFC 5280, 6.1.3 and 6.1.4): names, authority flag, key usage, algorithm, signature.
/// Says nothing about time.
///
/// # Errors
/// `x509.untrusted_root` when the names differ or the signature is not the authority's; `x509.not_a_ca`, `x509.key_usage`,
/// `x509.weak_alg`; the reason of [`Certificate::public_key`] when the authority's key is one that we do not take.
pub fn check_issued_by(leaf: &Certificate, authority: &Certificate) -> Result<(), Reason> {
    if leaf.0.issuer != authority.0.subject {
        let reason = Reason::new(Code::X509UntrustedRoot).expected(leaf.issuer_text());
        return Err(reason.got(authority.subject_text()));
    }
    check_may_issue(authority)?;
    let key = authority.public_key().map_err(Clone::clone)?;
    let signed = leaf.0.der.get(leaf.0.signed.clone()).unwrap_or_default();
    signature::check(&leaf.0.signature_algorithm, key, signed, &leaf.0.signature)
}

/// The authority flag (RFC 5280, 4.2.1.9) and, where key usage is limited, `keyCertSign` (4.2.1.3).
fn check_may_issue(authority: &Certificate) -> Result<(), Reason> {
    if !authority.basic_constraints().is_some_and(|constraints| constraints.is_ca) {
        return Err(Reason::new(Code::X509NotACa).got(authority.subject_text()));
    }
    if authority.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(Reason::new(Code::X509KeyUsage).expected("keyCertSign").got(authority.subject_text()));
    }
    Ok(())
}

/// What is broken, in words.
type Fault = &'static str;

fn read(der: &[u8]) -> Result<Certificate, Fault> {
    let broken = |_: der::Error| "not a DER certificate";
    let mut reader = SliceReader::new(der).map_err(broken)?;
    let body = expect(&mut reader, Tag::Sequence)?;
    reader.finish().map_err(|_| "bytes after the certificate")?;
    let mut outer = SliceReader::new(body).map_err(broken)?;
    let signed = outer.tlv_bytes().map_err(broken)?;
    let signature_algorithm = outer.tlv_bytes().map_err(broken)?;
    let signature = BitStringRef::decode(&mut outer).map_err(broken)?;
    outer.finish().map_err(broken)?;
    let start = der.len().saturating_sub(body.len());
    let tbs = read_tbs(signed)?;
    if tbs.signature_algorithm != signature_algorithm {
        return Err("two different signature algorithms");
    }
    Ok(Certificate(Arc::new(Kept {
        der: der.into(),
        signed: start..start.saturating_add(signed.len()),
        signature_algorithm: signature_algorithm.to_vec(),
        signature: signature.as_bytes().ok_or("a signature of odd bits")?.to_vec(),
        issuer: tbs.issuer,
        subject: tbs.subject,
        not_before: tbs.not_before,
        not_after: tbs.not_after,
        public_key: PublicKey::from_spki_der(tbs.public_key),
        extensions: tbs.extensions,
        fingerprint: sha256(der),
    })))
}

struct Tbs<'a> {
    signature_algorithm: &'a [u8],
    issuer: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    subject: Name,
    public_key: &'a [u8],
    extensions: Extensions,
}

/// ```text
/// TBSCertificate ::= SEQUENCE { [0] version DEFAULT v1, serialNumber, signature, issuer, validity, subject,
///     subjectPublicKeyInfo, [1] issuerUniqueID OPTIONAL, [2] subjectUniqueID OPTIONAL, [3] extensions OPTIONAL }
/// ```
fn read_tbs(signed: &[u8]) -> Result<Tbs<'_>, Fault> {
    let broken = |_: der::Error| "a broken signed part";
    let mut reader = SliceReader::new(signed).map_err(broken)?;
    let body = expect(&mut reader, Tag::Sequence)?;
    reader.finish().map_err(broken)?;
    let mut reader = SliceReader::new(body).map_err(broken)?;
    let version = match context(&mut reader, 0)? {
        None => 0,
        // v1 is the default and must not be written; some write it.
        Some([2, 1, version @ 0..=2]) => *version,
        Some(_) => return Err("an unknown version"),
    };
    expect(&mut reader, Tag::Integer)?;
    let signature_algorithm = reader.tlv_bytes().map_err(broken)?;
    let issuer = Name::from_der_value(expect(&mut reader, Tag::Sequence)?).ok_or("a broken issuer name")?;
    let (not_before, not_after) = read_validity(expect(&mut reader, Tag::Sequence)?)?;
    let subject = Name::from_der_value(expect(&mut reader, Tag::Sequence)?).ok_or("a broken subject name")?;
    let public_key = reader.tlv_bytes().map_err(broken)?;
    context(&mut reader, 1)?;
    context(&mut reader, 2)?;
    let extensions = match context(&mut reader, 3)? {
        None => Extensions::default(),
        Some(_) if version != 2 => return Err("extensions in a certificate that is not of version 3"),
        Some(extensions) => Extensions::from_der(extensions)?,
    };
    reader.finish().map_err(broken)?;
    Ok(Tbs { signature_algorithm, issuer, not_before, not_after, subject, public_key, extensions })
}

/// The content of the next value, which must have that tag.
fn expect<'a>(reader: &mut SliceReader<'a>, tag: Tag) -> Result<&'a [u8], Fault> {
    match AnyRef::decode(reader) {
        Ok(any) if any.header().tag() == tag => Ok(any.value()),
        _ => Err("an unexpected value"),
    }
}

/// The content of the next value if it is context specific with that number.
fn context<'a>(reader: &mut SliceReader<'a>, number: u32) -> Result<Option<&'a [u8]>, Fault> {
    if reader.is_finished() {
        return Ok(None);
    }
    let tag = Tag::peek(reader).map_err(|_| "a broken tag")?;
    if !tag.is_context_specific() || tag.number().value() != number {
        return Ok(None);
    }
    AnyRef::decode(reader).map(|any| Some(any.value())).map_err(|_| "a broken value")
}

/// ```text
/// Validity ::= SEQUENCE { notBefore Time, notAfter Time }
/// Time ::= CHOICE { utcTime UTCTime, generalTime GeneralizedTime }
/// ```
fn read_validity(value: &[u8]) -> Result<(Timestamp, Timestamp), Fault> {
    let mut reader = SliceReader::new(value).map_err(|_| "a broken validity")?;
    let mut times = [Timestamp::default(); 2];
    for time in &mut times {
        let any = AnyRef::decode(&mut reader).map_err(|_| "a broken time")?;
        *time = read_time(any.header().tag(), any.value()).ok_or("a broken time")?;
    }
    reader.finish().map_err(|_| "a broken validity")?;
    let [not_before, not_after] = times;
    Ok((not_before, not_after))
}

/// `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ`; no fractions, no offsets (RFC 5280, 4.1.2.5).
fn read_time(tag: Tag, value: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(value).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        Tag::UtcTime if text.len() == 12 => {
            let (year, rest) = text.split_at_checked(2)?;
            let century = if year < "50" { "20" } else { "19" };
            (format!("{century}{year}"), rest)
        }
        Tag::GeneralizedTime if text.len() == 14 => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.to_owned(), rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at.saturating_add(2)).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let (month, day, hour, minute, second) = (part(0)?, part(2)?, part(4)?, part(6)?, part(8)?);
    Timestamp::from_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
mod tests;
