//! Lists of trusted entities made after the standard, with one thing wrong each.

use serde_json::{Value as Json, json};

use super::*;
use crate::issue::jws::sign_under;
use crate::trust::list_sample::{Made, NOW, authority, problems, signed_by, signer, taken, unchecked};

const PID: &str = "http://uri.etsi.org/19602/SvcType/PID/Issuance";

fn service(kind: &str, certificates: &[&Made]) -> Json {
    let certificates: Vec<Json> = certificates.iter().map(|made| json!({"val": made.base64()})).collect();
    json!({"ServiceInformation": {
        "ServiceName": [{"lang": "en", "value": "A service"}],
        "ServiceTypeIdentifier": kind,
        "ServiceDigitalIdentity": {"X509Certificates": certificates},
    }})
}

fn list(services: &[Json]) -> Json {
    json!({"LoTE": {
        "ListAndSchemeInformation": {
            "LoTEVersionIdentifier": 1,
            "LoTESequenceNumber": 1,
            "LoTEType": "http://uri.etsi.org/19602/LoTEType/EUPIDProvidersList",
            "SchemeOperatorName": [{"lang": "fr", "value": "Utopie"}, {"lang": "en", "value": "Utopia"}],
            "SchemeTerritory": "UT",
            "ListIssueDateTime": NOW.plus(-100),
            "NextUpdate": NOW.plus(86_400),
            "PointersToOtherLoTE": [{"LoTELocation": "https://lists.example/other"}],
        },
        "TrustedEntitiesList": [{
            "TrustedEntityInformation": {"TEName": [{"lang": "en", "value": "A provider"}]},
            "TrustedEntityServices": services,
        }],
    }})
}

fn signed(list: &Json, by: &Made, more: &[(&str, Json)]) -> Vec<u8> {
    let mut header = more.to_vec();
    header.push(("x5c", json!([by.base64()])));
    sign_under(&header, list.to_string().as_bytes(), &by.key()).unwrap().into_bytes()
}

fn code(result: Result<Import, ImportFault>) -> &'static str {
    match result {
        Ok(_) => "taken",
        Err(ImportFault::Option(_)) => "option",
        Err(ImportFault::Content(reason)) => reason.code().as_str(),
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn what_each_service_signs() {
    let root = authority("List root");
    let by = signer("List signer", None, &root);
    let (identity, status, other) = (authority("Identity"), authority("Status"), authority("Other"));
    let attestations = "http://uri.etsi.org/19602/SvcType/PubEAA/Issuance";
    let wallet = "http://uri.etsi.org/19602/SvcType/WalletSolution/Issuance";
    let list = list(&[
        service(PID, &[&identity]),
        service("http://uri.etsi.org/19602/SvcType/PID/Revocation", &[&status]),
        service(attestations, &[&other]),
        service(wallet, &[&other]),
    ]);
    let file = signed(&list, &by, &[]);
    assert!(takes(&file) && takes(list.to_string().as_bytes()) && !takes(b"{}") && !takes(b"eyJ"));
    let import = read(&file, &signed_by(&[&root])).unwrap();
    assert_eq!(problems(&import), []);
    let types = words(&["eu.europa.ec.eudi.pid.1", "urn:eudi:pid:1", "urn:eudi:pid:ut:1"]);
    let mut due = vec![
        (identity.base64(), words(&["mdoc", "sd_jwt_vc"]), types),
        (status.base64(), words(&["token_status_list"]), vec![]),
    ];
    due.sort();
    assert_eq!(taken(&import), due);
    assert_eq!(import.counts.total_left_out(), 2);
    assert!(import.notes.iter().any(|note| note.contains("https://lists.example/other")));
    // Attestations count for the types that the operator names; a service of another kind, when its kind is named.
    let options = Options { types: words(&["urn:example:diploma:1"]), ..signed_by(&[&root]) };
    assert_eq!(taken(&read(&file, &options).unwrap()).len(), 3);
    // Named formats make no authority for every type out of one whose types nobody named.
    let all = words(&["mdoc", "sd_jwt_vc", "token_status_list"]);
    let untyped = read(&file, &Options { formats: all.clone(), ..signed_by(&[&root]) }).unwrap();
    let is_bounded = |formats: &[String], types: &[String]| !types.is_empty() || formats == ["token_status_list"];
    assert!(taken(&untyped).iter().all(|(_, formats, types)| is_bounded(formats, types)));
    assert!(taken(&untyped).iter().all(|(whose, ..)| *whose != other.base64()));
    let options = Options { services: words(&[wallet]), types: words(&["t"]), formats: words(&["mdoc"]), ..options };
    assert_eq!(taken(&read(&file, &options).unwrap()), [(other.base64(), words(&["mdoc"]), words(&["t"]))]);
}

#[test]
fn signatures_of_a_list() {
    let root = authority("List root");
    let by = signer("List signer", None, &root);
    let list = list(&[service(PID, &[&authority("One")])]);
    let file = signed(&list, &by, &[]);
    assert_eq!(code(read(&file, &Options { imported_at: NOW, ..Options::default() })), "option");
    assert_eq!(code(read(&file, &unchecked())), "taken");
    assert_eq!(code(read(list.to_string().as_bytes(), &unchecked())), "taken");
    assert_eq!(code(read(list.to_string().as_bytes(), &signed_by(&[&root]))), "sig.invalid");
    assert_eq!(code(read(&file, &signed_by(&[&authority("List root")]))), "x509.untrusted_root");
    let mut changed = file.clone();
    let last = changed.len() - 10;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    assert_eq!(code(read(&changed, &signed_by(&[&root]))), "sig.invalid");
    // Members of JAdES may be critical, but none that puts the payload elsewhere.
    let jades = [("sigT", json!("2026-01-01T00:00:00Z")), ("crit", json!(["sigT"]))];
    assert_eq!(code(read(&signed(&list, &by, &jades), &signed_by(&[&root]))), "taken");
    let detached = [("sigD", json!({})), ("crit", json!(["sigD"]))];
    assert_eq!(code(read(&signed(&list, &by, &detached), &signed_by(&[&root]))), "jose.crit_unsupported");
}

/// Each faulty entry is named, and the rest counts.
#[test]
fn faulty_entries() {
    let one = authority("One");
    let with = |way: &str, value: Json| {
        let mut service = service(PID, &[&one]);
        *service.pointer_mut(way).unwrap() = value;
        service
    };
    let mut withdrawn = service(PID, &[&authority("Two")]);
    withdrawn["ServiceInformation"]["ServiceStatus"] =
        "http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus/withdrawn".into();
    let mut unknown = withdrawn.clone();
    unknown["ServiceInformation"]["ServiceStatus"] = "http://uri.etsi.org/status/maybe".into();
    let services = [
        service(PID, &[&one]),
        with("/ServiceInformation/ServiceTypeIdentifier", Json::Null),
        with("/ServiceInformation/ServiceDigitalIdentity/X509Certificates/0/val", "AAAA".into()),
        with("/ServiceInformation/ServiceDigitalIdentity/X509Certificates", json!([])),
        with("/ServiceInformation", Json::Null),
        withdrawn,
        unknown,
    ];
    let import = read(list(&services).to_string().as_bytes(), &unchecked()).unwrap();
    let codes: Vec<_> = problems(&import).into_iter().map(|(_, code)| code).collect();
    let syntax = "json.syntax";
    assert_eq!(codes, [syntax, "x509.malformed", syntax, syntax, syntax]);
    assert!(import.problems.iter().all(|problem| problem.entry.starts_with("A provider")));
    assert_eq!((taken(&import).len(), import.counts.total_left_out()), (1, 1));
    for (way, value) in [
        ("/LoTE/ListAndSchemeInformation/ListIssueDateTime", json!(NOW.plus(1))),
        ("/LoTE/ListAndSchemeInformation", Json::Null),
        ("/LoTE/TrustedEntitiesList", json!({})),
    ] {
        let mut list = list(&services);
        *list.pointer_mut(way).unwrap() = value;
        assert_ne!(code(read(list.to_string().as_bytes(), &unchecked())), "taken", "{way}");
    }
}
