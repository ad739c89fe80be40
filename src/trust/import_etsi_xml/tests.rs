//! Trusted lists made after the standard, with one thing wrong each.

use super::*;
use crate::trust::list_sample::{Made, NOW, authority, problems, signed_by, taken, unchecked};

const QEAA: &str = "http://uri.etsi.org/TrstSvc/Svctype/EAA/Q";
const GRANTED: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted";

fn service(kind: &str, status: &str, certificate: &str) -> String {
    format!(
        "<TSPService><ServiceInformation><ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier>\
         <ServiceName><Name xml:lang=\"en\">A service</Name></ServiceName><ServiceDigitalIdentity>\
         <DigitalId><X509Certificate>\n{certificate}\n</X509Certificate></DigitalId>\
         <DigitalId><X509SKI>AAAA</X509SKI></DigitalId></ServiceDigitalIdentity>\
         <ServiceStatus>{status}</ServiceStatus><StatusStartingTime>2025-01-01T00:00:00Z</StatusStartingTime>\
         </ServiceInformation></TSPService>"
    )
}

fn list(pointers: &str, services: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tsl:TrustServiceStatusList xmlns:tsl=\"{NAMESPACE}\" xmlns=\"{NAMESPACE}\" \
         TSLTag=\"http://uri.etsi.org/19612/TSLTag\"><SchemeInformation><TSLVersionIdentifier>6</TSLVersionIdentifier>\
         <TSLSequenceNumber>1</TSLSequenceNumber><TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric</TSLType>\
         <SchemeOperatorName><Name xml:lang=\"fr\">Utopie</Name><Name xml:lang=\"en\">Utopia &amp; others</Name></SchemeOperatorName>\
         <SchemeTerritory>UT</SchemeTerritory><PointersToOtherTSL>{pointers}</PointersToOtherTSL>\
         <ListIssueDateTime>{}</ListIssueDateTime><NextUpdate><dateTime>{}</dateTime></NextUpdate></SchemeInformation>\
         <TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName><Name xml:lang=\"en\">A provider</Name></TSPName>\
         </TSPInformation><TSPServices>{services}</TSPServices></TrustServiceProvider></TrustServiceProviderList>\
         <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignatureValue>AAAA</SignatureValue></Signature>\
         </tsl:TrustServiceStatusList>",
        NOW.plus(-100),
        NOW.plus(86_400)
    )
}

fn for_diplomas() -> Options {
    Options { types: vec!["urn:example:diploma:1".to_owned()], ..unchecked() }
}

fn pointer(place: &str) -> String {
    format!("<OtherTSLPointer><TSLLocation>{place}</TSLLocation></OtherTSLPointer>")
}

#[test]
fn a_list_of_lists_and_a_list() {
    let all = list(&format!("{}{}", pointer("https://lists.example/ut.xml"), pointer("")), "");
    assert!(takes(all.as_bytes()) && !takes(b"<a/>") && !takes(b"{}"));
    let import = read(all.as_bytes(), &unchecked()).unwrap();
    assert_eq!((taken(&import).len(), problems(&import)), (0, vec![("pointer 1", "input.unrecognised")]));
    assert!(import.notes.iter().any(|note| note.contains("https://lists.example/ut.xml")));
    assert!(import.notes.iter().any(|note| note.contains("Utopia & others")));
    assert!(import.notes.iter().any(|note| note.contains("XAdES")));

    let one = authority("One");
    let qualified = service("http://uri.etsi.org/TrstSvc/Svctype/CA/QC", GRANTED, &authority("Two").base64());
    let services = service(QEAA, GRANTED, &one.base64()) + &qualified;
    let import = read(list("", &services).as_bytes(), &for_diplomas()).unwrap();
    let formats = vec!["mdoc".to_owned(), "sd_jwt_vc".to_owned()];
    assert_eq!(taken(&import), [(one.base64(), formats, vec!["urn:example:diploma:1".to_owned()])]);
    assert_eq!((problems(&import), import.counts.total_left_out()), (vec![], 1));
}

/// The signature is not checked by anybody here: the operator must say that this is known.
#[test]
fn nobody_checks_the_signature() {
    let list = list("", "");
    let by: Made = authority("List signer");
    for options in [signed_by(&[&by]), Options { imported_at: NOW, ..Options::default() }] {
        assert!(matches!(read(list.as_bytes(), &options), Err(ImportFault::Option(_))));
    }
}

/// Each faulty entry is named, and the rest counts.
#[test]
fn faulty_entries() {
    let one = authority("One").base64();
    let status = |name: &str| format!("http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{name}");
    let services = [
        service(QEAA, GRANTED, &one),
        service(QEAA, &status("withdrawn"), &one),
        service(QEAA, &status("maybe"), &one),
        service(QEAA, GRANTED, "AAAA"),
        service(QEAA, GRANTED, "!"),
        service("", GRANTED, &one),
        "<TSPService/>".to_owned(),
    ];
    let import = read(list("", &services.concat()).as_bytes(), &for_diplomas()).unwrap();
    let codes: Vec<_> = problems(&import).into_iter().map(|(_, code)| code).collect();
    let none = "input.unrecognised";
    assert_eq!(codes, ["json.syntax", "x509.malformed", "x509.malformed", none, none]);
    assert_eq!((taken(&import).len(), import.counts.total_left_out()), (1, 1));
}

#[test]
fn lists_that_are_none() {
    let good = list("", "");
    for (from, to) in [
        ("<TSLVersionIdentifier>6", "<TSLVersionIdentifier>7"),
        (NAMESPACE, "urn:other"),
        ("</TSPServices>", ""),
        ("SchemeInformation>", "Other>"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>"),
        (&NOW.plus(-100).to_string(), &NOW.plus(1).to_string()),
        (&NOW.plus(-100).to_string(), "yesterday"),
        ("Utopia &amp;", "Utopia &b;"),
    ] {
        let changed = good.replace(from, to);
        assert!(changed != good && read(changed.as_bytes(), &unchecked()).is_err(), "{from} -> {to}");
    }
}
