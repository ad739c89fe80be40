//! Imports a list of trusted entities (ETSI TS 119 602, JSON binding), signed as a compact JWS or bare.
//!
//! ```json
//! {"LoTE": {
//!   "ListAndSchemeInformation": {"LoTEVersionIdentifier": 1, "LoTESequenceNumber": N, "LoTEType": URI, "SchemeTerritory": CC,
//!     "SchemeOperatorName": [{"lang", "value"}], "ListIssueDateTime": T, "NextUpdate": T, "PointersToOtherLoTE": [{"LoTELocation": URL}]},
//!   "TrustedEntitiesList": [{"TrustedEntityInformation": {"TEName": [{"lang", "value"}]},
//!     "TrustedEntityServices": [{"ServiceInformation": {"ServiceTypeIdentifier": URI, "ServiceStatus": URI,
//!       "ServiceDigitalIdentity": {"X509Certificates": [{"val": B64}]}}}]}]}}
//! ```
//! Of the JAdES signature the JWS is checked, not the time that it states. Lists that this one points to are named, not fetched.

use crate::crypto::algorithm::Algorithm;
use crate::encoding::base64url;
use crate::encoding::json::{self, Value};
use crate::envelope::jws::Jws;
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;
use crate::trust::etsi_services::{self, Service};
use crate::trust::import::{Draft, Import, ImportFault, LIST_BYTES, Options, shape, text};
use crate::trust::list_signer::{ListSignature, check_list_signature};

/// Header members of JAdES that change nothing about what was signed.
const HARMLESS: [&str; 6] = ["sigT", "x5t#o", "srCms", "sigPl", "srAts", "adoTst"];
/// Services of the largest list.
const MOST: usize = 20_000;

/// `true` for an object with a member `LoTE`, bare or inside a JWS.
pub fn takes(bytes: &[u8]) -> bool {
    let is_list = |bytes: &[u8]| shape(bytes).is_some_and(|document| document.member("LoTE").is_some());
    if !bytes.starts_with(b"ey") {
        return bytes.starts_with(b"{") && is_list(bytes);
    }
    let payload = || Some(Jws::open_up_to(std::str::from_utf8(bytes).ok()?.trim_end(), LIST_BYTES).ok()?.payload);
    payload().is_some_and(|payload| is_list(&payload))
}

/// The signers and authorities of identity data, attestations and their status.
///
/// # Errors
/// [`ImportFault::Option`] when nobody said who signs the list; `sig.*`, `x509.*`, `jose.*` when it is not signed by them; `json.*`
/// when it is malformed.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    options.check_signer_named()?;
    let mut draft = Draft::of_list("lote", options);
    let payload = payload(bytes, options, &mut draft)?;
    let document = json::decode(&payload)?;
    let list = document.member("LoTE").ok_or_else(|| malformed("a member `LoTE`"))?;
    let territory = tell_about(list, options, &mut draft)?;
    let entities = list.member("TrustedEntitiesList").map_or(Some(&[][..]), Value::as_array);
    let mut count: usize = 0;
    for entity in entities.ok_or_else(|| malformed("a list as `TrustedEntitiesList`"))? {
        let provider = entity.member("TrustedEntityInformation").and_then(|about| name(about, "TEName"));
        let services = entity.member("TrustedEntityServices").and_then(Value::as_array).unwrap_or_default();
        count = count.saturating_add(services.len());
        if count > MOST {
            return Err(Reason::new(Code::InputTooManyItems).expected(MOST).into());
        }
        if services.is_empty() {
            draft.problem(provider.clone().unwrap_or_default(), malformed("`TrustedEntityServices`"));
        }
        for service in services {
            let provider = provider.clone().unwrap_or_else(|| "an entity without a name".to_owned());
            match service_of(service, provider.clone(), territory.clone()) {
                Ok(service) => etsi_services::add(&mut draft, &service, options),
                Err(reason) => draft.problem(provider, reason),
            }
        }
    }
    Ok(draft.finish())
}

/// The JSON of the list, its signature checked where somebody was named for it.
fn payload(bytes: &[u8], options: &Options, draft: &mut Draft) -> Result<Vec<u8>, Reason> {
    if !bytes.starts_with(b"ey") {
        if !options.signers.is_empty() {
            return Err(Reason::new(Code::SigInvalid).expected("a signed list").got("a list without signature"));
        }
        draft.note("The list bears no signature.");
        return Ok(bytes.to_vec());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("a compact JWS"))?;
    let jws = Jws::open_up_to(text.trim_end(), LIST_BYTES)?;
    if options.signers.is_empty() {
        draft.note("Nobody checked who signed the list.");
        return Ok(jws.payload);
    }
    check_header(text, &jws)?;
    let signed = ListSignature {
        algorithm: jws.header.algorithm.as_deref().and_then(Algorithm::from_jose),
        certificates: &jws.header.x5c,
        message: &jws.message,
        signature: &jws.signature,
        usage: None,
    };
    let signer = check_list_signature(&signed, &options.signers, options.imported_at)?;
    draft.note(format!("The list is signed by {signer}."));
    Ok(jws.payload)
}

/// TS 119 182-1 (JAdES), 5: its own header members may be critical. Those that say when, where and as what it was signed change nothing
/// about what was signed; `sigD`, by which the payload stands elsewhere, does.
fn check_header(text: &str, jws: &Jws) -> Result<(), Reason> {
    let is_jades = |reason: &Reason| {
        let header = text.split('.').next().and_then(|header| base64url::decode(header).ok()).unwrap_or_default();
        let names = json::decode(&header).ok().and_then(|header| header.member("crit").map(|crit| crit.to_serde()));
        let known = |name: &serde_json::Value| name.as_str().is_some_and(|name| HARMLESS.contains(&name));
        reason.code() == Code::JoseCritUnsupported
            && names.is_some_and(|names| names.as_array().is_some_and(|names| names.iter().all(known)))
    };
    jws.header.faults.iter().find(|reason| !is_jades(reason)).map_or(Ok(()), |reason| Err(reason.clone()))
}

/// What the list says of itself; its territory.
fn tell_about(list: &Value<'_>, options: &Options, draft: &mut Draft) -> Result<Option<String>, Reason> {
    let about = list.member("ListAndSchemeInformation");
    let about = about.ok_or_else(|| malformed("a member `ListAndSchemeInformation`"))?;
    let time = |name: &'static str| text(about, name).and_then(Timestamp::from_rfc3339);
    let issued = time("ListIssueDateTime").ok_or_else(|| malformed("a time as `ListIssueDateTime`"))?;
    let by = name(about, "SchemeOperatorName").unwrap_or_else(|| "somebody".to_owned());
    draft.note(format!("The list of {by}, as of {issued}."));
    if issued > options.imported_at {
        return Err(Reason::new(Code::TimeNotYetValid).at(Stage::Key).expected(options.imported_at).got(issued));
    }
    if let Some(next) = time("NextUpdate").filter(|next| *next < options.imported_at) {
        draft.note(format!("A newer list was due on {next}."));
    }
    for pointer in about.member("PointersToOtherLoTE").and_then(Value::as_array).unwrap_or_default().iter().take(200) {
        if let Some(place) = text(pointer, "LoTELocation") {
            draft.note(format!("It points to another list: {place}"));
        }
    }
    Ok(text(about, "SchemeTerritory").map(str::to_owned))
}

fn service_of(service: &Value<'_>, provider: String, territory: Option<String>) -> Result<Service, Reason> {
    let about = service.member("ServiceInformation").ok_or_else(|| malformed("`ServiceInformation`"))?;
    let kind = text(about, "ServiceTypeIdentifier").ok_or_else(|| malformed("`ServiceTypeIdentifier`"))?;
    let identity = about.member("ServiceDigitalIdentity").ok_or_else(|| malformed("`ServiceDigitalIdentity`"))?;
    let listed = identity.member("X509Certificates").and_then(Value::as_array).unwrap_or_default();
    let certificate = |item: &Value<'_>| text(item, "val").or_else(|| item.as_str()).unwrap_or_default().to_owned();
    Ok(Service {
        provider,
        kind: kind.to_owned(),
        status: about.member("ServiceStatus").map(|status| status.as_str().unwrap_or_default().to_owned()),
        certificates: listed.iter().map(certificate).collect(),
        territory,
    })
}

/// A name in English, else in the first language.
fn name(about: &Value<'_>, member: &str) -> Option<String> {
    let names = about.member(member)?.items();
    let english = names.iter().find(|name| text(name, "lang") == Some("en"));
    english.or_else(|| names.first()).and_then(|name| text(name, "value")).map(str::to_owned)
}

fn malformed(expected: &'static str) -> Reason {
    Reason::new(Code::JsonSyntax).at(Stage::Key).expected(expected)
}

#[cfg(test)]
mod tests;
