//! Services of ETSI trusted lists: which of them sign credentials, of which formats and types (TS 119 612, 5.5; TS 119 602, annexes).
//!
//! A service of identity data signs identity credentials, one of attestations signs whatever types the operator names; one for their
//! revocation signs status lists. All others (wallets, relying parties, time stamps, qualified signatures) sign nothing that is judged
//! here, unless the operator names their type.

use crate::encoding::base64url;
use crate::reason::{Code, Reason, Stage};
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Options, country_file, usable_certificate};

/// Formats of credentials that wallets hold.
const WALLET: [&str; 2] = ["mdoc", "sd_jwt_vc"];
/// The document type of EU identity data in an mdoc.
const PID_DOCTYPE: &str = "eu.europa.ec.eudi.pid.1";
/// Its type in an SD-JWT VC.
const PID_VCT: &str = "urn:eudi:pid:1";

/// What the ends of the type URIs of `http://uri.etsi.org/` mean.
const KNOWN: [(&str, Signs); 11] = [
    ("19602/SvcType/PID/Issuance", Signs::Identity),
    ("19602/SvcType/PID/Revocation", Signs::Status),
    ("19602/SvcType/EAA/Issuance", Signs::Attestations),
    ("19602/SvcType/EAA/Revocation", Signs::Status),
    ("19602/SvcType/QEAA/Issuance", Signs::Attestations),
    ("19602/SvcType/QEAA/Revocation", Signs::Status),
    ("19602/SvcType/PubEAA/Issuance", Signs::Attestations),
    ("19602/SvcType/PubEAA/Revocation", Signs::Status),
    ("TrstSvc/Svctype/EAA/Q", Signs::Attestations),
    ("TrstSvc/Svctype/EAA/Pub-EAA", Signs::Attestations),
    ("TrstSvc/Svctype/EAA", Signs::Attestations),
];

/// What a kind of service signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signs {
    /// Identity data.
    Identity,
    /// Attestations of types that the operator names.
    Attestations,
    /// Status lists.
    Status,
}

/// One service of a list, as far as trust in it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Whose it is, for reports.
    pub provider: String,
    /// The URI of its type.
    pub kind: String,
    /// The URI of its status; `None` where the kind of list has none: being on it is the status.
    pub status: Option<String>,
    /// Base64 of its certificates.
    pub certificates: Vec<String>,
    /// Where the list is of, two letters.
    pub territory: Option<String>,
}

/// Takes what a service may sign into the draft, or says why not.
pub(crate) fn add(draft: &mut Draft, service: &Service, options: &Options) {
    let place = format!("{} ({})", service.provider, short(&service.kind));
    let Some((formats, types)) = signs(service, options) else {
        return draft.leave_out(format!("a service of another kind: {}", short(&service.kind)));
    };
    match service.status.as_deref().map(|status| status.rsplit('/').next().unwrap_or_default()) {
        None | Some("granted" | "notified" | "recognisedatnationallevel") => {}
        Some("withdrawn" | "deprecatedatnationallevel" | "deprecatedbynationallaw") => {
            return draft.leave_out("withdrawn");
        }
        Some(other) => {
            return draft.problem(place, fault("a status that is known").got(other.to_owned()));
        }
    }
    if types.is_empty() && !formats.iter().all(|format| format == "token_status_list") {
        return draft.leave_out("attestations of types that nobody named (--type)");
    }
    if service.certificates.is_empty() {
        return draft.problem(place, fault("a certificate of the service").got("none"));
    }
    for text in &service.certificates {
        let der = base64url::decode_any(&text.split_ascii_whitespace().collect::<String>());
        let broken = |_| Reason::new(Code::X509Malformed).expected("base64 of a certificate");
        match der.map_err(broken).and_then(|der| Ok((usable_certificate(&der)?, der))) {
            Err(reason) => draft.problem(place.clone(), reason.at(Stage::Key)),
            Ok((certificate, der)) => {
                // A signer's own certificate too: as an authority it leads to itself alone, for those types alone.
                let entry = Entry::Authority {
                    certificate: base64url::encode_standard(&der),
                    formats: formats.clone(),
                    types: types.clone(),
                    country: None,
                    environment: options.environment,
                    list: None,
                };
                let country = certificate.subject_country().or(service.territory.as_deref());
                draft.take(&country_file(country), "authority", entry);
            }
        }
    }
}

/// Formats and types of what the service signs; `None` when it signs nothing that is asked for.
fn signs(service: &Service, options: &Options) -> Option<(Vec<String>, Vec<String>)> {
    let wallet = || WALLET.map(str::to_owned).to_vec();
    let formats = |usual: Vec<String>| if options.formats.is_empty() { usual } else { options.formats.clone() };
    if !options.services.is_empty() {
        let is_named = options.services.contains(&service.kind);
        return is_named.then(|| (formats(wallet()), options.types.clone()));
    }
    let end =
        service.kind.strip_prefix("http://uri.etsi.org/").or(service.kind.strip_prefix("https://uri.etsi.org/"))?;
    let (_, signs) = KNOWN.iter().find(|(known, _)| *known == end)?;
    Some(match signs {
        Signs::Status => (vec!["token_status_list".to_owned()], Vec::new()),
        Signs::Attestations => (formats(wallet()), options.types.clone()),
        Signs::Identity if options.types.is_empty() => (formats(wallet()), identity_types(service)),
        Signs::Identity => (formats(wallet()), options.types.clone()),
    })
}

/// The types of identity data: the EU's, and those of the country that the list is of.
fn identity_types(service: &Service) -> Vec<String> {
    let mut types = vec![PID_DOCTYPE.to_owned(), PID_VCT.to_owned()];
    let country = service.territory.as_deref().map(str::to_ascii_lowercase);
    types.extend(country.filter(|country| country != "eu").map(|country| format!("urn:eudi:pid:{country}:1")));
    types
}

/// The last words of a URI, for people.
fn short(uri: &str) -> &str {
    uri.rsplit_once("Type/").or_else(|| uri.rsplit_once("type/")).map_or(uri, |(_, end)| end)
}

fn fault(expected: &'static str) -> Reason {
    Reason::new(Code::JsonSyntax).at(Stage::Key).expected(expected)
}
