//! Containers of an mdoc (ISO/IEC 18013-5, 8.3.2.1.2.2): DeviceResponse, one document of it, or an issuer's part alone.
//!
//! ```cddl
//! DeviceResponse = { "version": tstr, ? "documents": [+ Document], ? "documentErrors": [+ { DocType => int }], "status": uint }
//! Document = { "docType": tstr, "issuerSigned": IssuerSigned, "deviceSigned": DeviceSigned, ? "errors": { NameSpace => {..} } }
//! IssuerSigned = { ? "nameSpaces": { NameSpace => [+ #6.24(bstr .cbor IssuerSignedItem)] }, "issuerAuth": COSE_Sign1 }
//! DeviceSigned = { "nameSpaces": #6.24(bstr .cbor { * NameSpace => { + tstr => any } }),
//!                  "deviceAuth": { "deviceSignature": COSE_Sign1 // "deviceMac": COSE_Mac0 } }
//! ```
//! Nothing is believed here. Members that are not named above are passed over, but for IssuerSigned, which holds no others.

use crate::encoding::cbor::{Value, raw};
use crate::reason::{Code, Reason};

/// The first keys of a container, by which it is recognised.
const FIRST_KEYS: [&str; 10] = [
    "version",
    "documents",
    "documentErrors",
    "status",
    "docType",
    "issuerSigned",
    "deviceSigned",
    "errors",
    "nameSpaces",
    "issuerAuth",
];

/// One document, its parts where they stand.
pub struct Document<'v, 'a> {
    /// The type that the container states; `None` for an issuer's part alone.
    pub doc_type: Option<&'v str>,
    /// The issuer's signature.
    pub issuer_auth: &'v Value<'a>,
    /// The issuer's name spaces as received; `None` when no element is shown.
    pub name_spaces: Option<&'a [u8]>,
    /// The device's part, when there is one.
    pub device: Option<DeviceSigned<'v, 'a>>,
    /// `true` for an issuer's part alone, as issuers hand it out.
    pub is_bare: bool,
    /// Elements that the device refused to show.
    pub refused_elements: usize,
    /// Documents that the device refused to show.
    pub refused_documents: usize,
}

/// What the device adds to a document.
pub struct DeviceSigned<'v, 'a> {
    /// Its name spaces as received: tag 24 around bytes.
    pub name_spaces: &'a [u8],
    /// `deviceAuth`.
    pub auth: &'v Value<'a>,
}

/// `true` for bytes that begin like a container.
pub fn begins(bytes: &[u8]) -> bool {
    raw::first_key(bytes).is_some_and(|key| FIRST_KEYS.contains(&key))
}

/// The documents of a DeviceResponse, each as received; `None` for any other container, and for what is malformed.
pub fn documents_of(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    raw::elements(raw::member(bytes, "documents")?).map(Iterator::collect)
}

/// `true` for a DeviceResponse.
pub fn is_response(container: &Value<'_>) -> bool {
    ["version", "documents", "status"].iter().any(|name| container.entry_text(name).is_some())
}

/// ISO/IEC 18013-5, 8.3.2.1.2.2 and Table 8: version 1, status 0 ("OK"), at least one document.
///
/// # Errors
/// `mdoc.response`.
pub fn check_response(response: &Value<'_>) -> Result<(), Reason> {
    let fault = |expected: &'static str| Reason::new(Code::MdocResponse).expected(expected);
    let version = response.entry_text("version").and_then(Value::as_text).unwrap_or("no version");
    if !is_version_1(version) {
        return Err(fault("version 1.0").got(version.to_owned()));
    }
    match response.entry_text("status").and_then(Value::as_i64) {
        Some(0) => {}
        Some(other) => return Err(fault("status 0 (OK)").got(other)),
        None => return Err(fault("status 0 (OK)").got("no status")),
    }
    let documents = response.entry_text("documents").and_then(Value::as_array).map_or(0, <[_]>::len);
    if documents == 0 { Err(fault("at least one document").got(0usize)) } else { Ok(()) }
}

/// Versions of one major number are compatible (ISO/IEC 18013-5, 8.3.2.1.2.1).
pub fn is_version_1(version: &str) -> bool {
    version.strip_prefix("1.").is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The one document of a container whose CBOR is `bytes` and reads as `container`.
///
/// # Errors
/// `mdoc.response` when there is more than one document or none, `claim.missing`, `claim.type`.
pub fn read<'v, 'a>(bytes: &'a [u8], container: &'v Value<'a>) -> Result<Document<'v, 'a>, Reason> {
    if !is_response(container) {
        return read_document(bytes, container, 0);
    }
    let refused = container.entry_text("documentErrors").and_then(Value::as_array).map_or(0, <[_]>::len);
    match (documents_of(bytes).as_deref(), container.entry_text("documents").and_then(Value::as_array)) {
        (Some([bytes]), Some([document])) => read_document(bytes, document, refused),
        (_, documents) => {
            let count = documents.map_or(0, <[_]>::len);
            Err(Reason::new(Code::MdocResponse).expected("one document here").got(count))
        }
    }
}

fn read_document<'v, 'a>(
    bytes: &'a [u8],
    document: &'v Value<'a>,
    refused_documents: usize,
) -> Result<Document<'v, 'a>, Reason> {
    if document.as_map().is_none() {
        return Err(Reason::new(Code::ClaimType).expected("a document: map").got(document.kind()));
    }
    let is_bare = document.entry_text("issuerSigned").is_none() && document.entry_text("issuerAuth").is_some();
    let (issuer_bytes, issuer_signed) = match is_bare {
        true => (bytes, document),
        false => {
            let issuer_signed = member(document, "issuerSigned", "map")?;
            (raw::member(bytes, "issuerSigned").ok_or_else(|| missing("issuerSigned"))?, issuer_signed)
        }
    };
    check_members(issuer_signed)?;
    let doc_type = match (is_bare, document.entry_text("docType")) {
        (true, _) => None,
        (false, Some(Value::Text(text))) => Some(&**text),
        (false, Some(other)) => return Err(wrong("docType", "text", other)),
        (false, None) => return Err(missing("docType")),
    };
    Ok(Document {
        doc_type,
        issuer_auth: issuer_signed.entry_text("issuerAuth").ok_or_else(|| missing("issuerAuth"))?,
        name_spaces: match issuer_signed.entry_text("nameSpaces") {
            None => None,
            Some(Value::Map(_)) => raw::member(issuer_bytes, "nameSpaces"),
            Some(other) => return Err(wrong("nameSpaces", "map", other)),
        },
        device: if is_bare { None } else { device_of(bytes, document)? },
        is_bare,
        refused_elements: refused_elements(document),
        refused_documents,
    })
}

/// An issuer's part holds nothing else: under another name, its elements would go unread, and nobody would miss them.
fn check_members(issuer_signed: &Value<'_>) -> Result<(), Reason> {
    let is_known = |name: &Value<'_>| matches!(name.as_text(), Some("nameSpaces" | "issuerAuth"));
    match issuer_signed.as_map().unwrap_or_default().iter().all(|(name, _)| is_known(name)) {
        true => Ok(()),
        false => Err(Reason::new(Code::ClaimType).expected("nameSpaces and issuerAuth").got("another member")),
    }
}

fn device_of<'v, 'a>(bytes: &'a [u8], document: &'v Value<'a>) -> Result<Option<DeviceSigned<'v, 'a>>, Reason> {
    if document.entry_text("deviceSigned").is_none() {
        return Ok(None);
    }
    let device = member(document, "deviceSigned", "map")?;
    let name_spaces = raw::member(bytes, "deviceSigned").and_then(|device| raw::member(device, "nameSpaces"));
    Ok(Some(DeviceSigned {
        name_spaces: name_spaces.ok_or_else(|| missing("deviceSigned.nameSpaces"))?,
        auth: device.entry_text("deviceAuth").ok_or_else(|| missing("deviceSigned.deviceAuth"))?,
    }))
}

fn refused_elements(document: &Value<'_>) -> usize {
    let name_spaces = document.entry_text("errors").and_then(Value::as_map).unwrap_or_default();
    name_spaces.iter().map(|(_, elements)| elements.as_map().map_or(0, <[_]>::len)).sum()
}

/// The member of that name, which must be a map.
fn member<'v, 'a>(of: &'v Value<'a>, name: &'static str, kind: &'static str) -> Result<&'v Value<'a>, Reason> {
    match of.entry_text(name) {
        None => Err(missing(name)),
        Some(value) if value.as_map().is_none() => Err(wrong(name, kind, value)),
        Some(value) => Ok(value),
    }
}

/// `claim.missing` of that member.
pub fn missing(name: &'static str) -> Reason {
    Reason::new(Code::ClaimMissing).expected(name)
}

/// `claim.type` of that member.
pub fn wrong(name: &'static str, kind: &'static str, got: &Value<'_>) -> Reason {
    Reason::new(Code::ClaimType).expected(format!("{name}: {kind}")).got(got.kind())
}
