//! Imports a trusted list or a list of such lists (ETSI TS 119 612, XML).
//!
//! ```text
//! TrustServiceStatusList
//!   SchemeInformation: TSLVersionIdentifier, TSLType, SchemeOperatorName, SchemeTerritory, ListIssueDateTime, NextUpdate/dateTime,
//!     PointersToOtherTSL/OtherTSLPointer: TSLLocation, ServiceDigitalIdentities/ServiceDigitalIdentity/DigitalId/X509Certificate
//!   TrustServiceProviderList/TrustServiceProvider: TSPInformation/TSPName/Name,
//!     TSPServices/TSPService/ServiceInformation: ServiceTypeIdentifier, ServiceStatus, ServiceDigitalIdentity/DigitalId/X509Certificate
//! ```
//! Not checked: the signature (XAdES over canonical XML). No library that is kept well enough to rest trust on verifies one, so such a list
//! is taken only when the operator says that nobody here checks it, having got it from where it cannot be another's. A list of lists names
//! lists; each is imported by itself.

use crate::encoding::xml::{self, Element};
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;
use crate::trust::etsi_services::{self, Service};
use crate::trust::import::{Draft, Import, ImportFault, LIST_BYTES, Options};

/// The namespace of trusted lists.
const NAMESPACE: &str = "http://uri.etsi.org/02231/v2#";
/// The name of the root.
const ROOT: &str = "TrustServiceStatusList";
/// Versions that are read: 5 and 6 differ in what other lists may be.
const VERSIONS: [&str; 2] = ["5", "6"];
/// Services of the largest list, and pointers that are told.
const MOST: (usize, usize) = (20_000, 200);

/// `true` for XML that begins with the root of a trusted list.
pub fn takes(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
        && bytes.len() <= LIST_BYTES
        && text.windows(ROOT.len()).take(4096).any(|window| window == ROOT.as_bytes())
}

/// The signers and authorities of identity data, attestations and their status.
///
/// # Errors
/// [`ImportFault::Option`] unless the operator takes a list whose signature nobody checks; `input.unrecognised` when it is malformed.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    if !options.unchecked {
        let needs = "that nobody checks the signature of an XML list (--unchecked); none of ours reads XAdES";
        return Err(ImportFault::Option(needs));
    }
    let root = xml::decode(bytes).map_err(|fault| malformed("XML without a document type").got(fault))?;
    if (root.namespace.as_str(), root.name.as_str()) != (NAMESPACE, ROOT) {
        return Err(malformed(ROOT).got("another element").into());
    }
    let mut draft = Draft::of_list("etsi-xml", options);
    draft.note("Nobody checked who signed the list: its XAdES signature was not looked at.");
    let territory = tell_about(&root, options, &mut draft)?;
    let mut count: usize = 0;
    for provider in root.child("TrustServiceProviderList").into_iter().flat_map(|all| all.all("TrustServiceProvider")) {
        let name = provider.at(&["TSPInformation", "TSPName"]).and_then(name);
        let name = name.unwrap_or_else(|| "a provider without a name".to_owned());
        for service in provider.child("TSPServices").into_iter().flat_map(|all| all.all("TSPService")) {
            count = count.saturating_add(1);
            if count > MOST.0 {
                return Err(Reason::new(Code::InputTooManyItems).expected(MOST.0).into());
            }
            match service_of(service, &name, territory.clone()) {
                Ok(service) => etsi_services::add(&mut draft, &service, options),
                Err(reason) => draft.problem(name.clone(), reason),
            }
        }
    }
    Ok(draft.finish())
}

/// What the list says of itself, and the lists that it points to; its territory.
fn tell_about(root: &Element, options: &Options, draft: &mut Draft) -> Result<Option<String>, Reason> {
    let about = root.child("SchemeInformation").ok_or_else(|| malformed("`SchemeInformation`"))?;
    let text = |way: &[&str]| about.at(way).map(|element| element.text.trim());
    if !text(&["TSLVersionIdentifier"]).is_some_and(|version| VERSIONS.contains(&version)) {
        return Err(malformed("5 or 6 as `TSLVersionIdentifier`"));
    }
    let time = |way: &[&str]| text(way).and_then(Timestamp::from_rfc3339);
    let issued = time(&["ListIssueDateTime"]).ok_or_else(|| malformed("a time as `ListIssueDateTime`"))?;
    let by = about.child("SchemeOperatorName").and_then(name).unwrap_or_else(|| "somebody".to_owned());
    draft.note(format!("The list of {by}, as of {issued}."));
    if issued > options.imported_at {
        return Err(Reason::new(Code::TimeNotYetValid).at(Stage::Key).expected(options.imported_at).got(issued));
    }
    if let Some(next) = time(&["NextUpdate", "dateTime"]).filter(|next| *next < options.imported_at) {
        draft.note(format!("A newer list was due on {next}."));
    }
    let pointers = about.child("PointersToOtherTSL").into_iter().flat_map(|all| all.all("OtherTSLPointer"));
    for (at, pointer) in pointers.take(MOST.1).enumerate() {
        match pointer.child("TSLLocation").map(|place| place.text.trim()).filter(|place| !place.is_empty()) {
            Some(place) => draft.note(format!("It points to another list: {place}")),
            None => draft.problem(format!("pointer {at}"), malformed("`TSLLocation`")),
        }
    }
    Ok(text(&["SchemeTerritory"]).map(str::to_owned))
}

fn service_of(service: &Element, provider: &str, territory: Option<String>) -> Result<Service, Reason> {
    let about = service.child("ServiceInformation").ok_or_else(|| malformed("`ServiceInformation`"))?;
    let text = |name: &'static str| {
        let text = about.child(name).map(|element| element.text.trim()).filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| malformed(name))
    };
    let identity = about.child("ServiceDigitalIdentity").ok_or_else(|| malformed("`ServiceDigitalIdentity`"))?;
    let certificates = identity.all("DigitalId").filter_map(|id| id.child("X509Certificate"));
    Ok(Service {
        provider: provider.to_owned(),
        kind: text("ServiceTypeIdentifier")?,
        status: Some(text("ServiceStatus")?),
        certificates: certificates.map(|certificate| certificate.text.clone()).collect(),
        territory,
    })
}

/// A name in English, else in the first language.
fn name(names: &Element) -> Option<String> {
    let english = names.all("Name").find(|name| name.attribute("xml:lang") == Some("en"));
    english.or_else(|| names.child("Name")).map(|name| name.text.trim().to_owned())
}

fn malformed(expected: &'static str) -> Reason {
    Reason::new(Code::InputUnrecognised).at(Stage::Key).expected(expected)
}

#[cfg(test)]
mod tests;
