//! Targets of lists: status list tokens with what stands in them, references to them, and the trust lists that are imported.

use vidimus::credential::{StatusEntry, StatusKind};
use vidimus::encoding::{cbor, json, xml};
use vidimus::format::token_status_list::claims::List;
use vidimus::format::token_status_list::look_up;
use vidimus::status::identifier_list::IdentifierList;
use vidimus::status::reference;
use vidimus::status::token_status_list::{TokenStatusList, decode_aggregation};
use vidimus::time::Timestamp;
use vidimus::trust::import::Options;
use vidimus::trust::importers::IMPORTERS;

/// A list of trusted entities, as a seed.
pub const LOTE: &[u8] = br#"{"LoTE":{"ListAndSchemeInformation":{"ListIssueDateTime":"2026-01-01T00:00:00Z","SchemeTerritory":"UT","PointersToOtherLoTE":[{"LoTELocation":"https://l.example"}]},"TrustedEntitiesList":[{"TrustedEntityInformation":{"TEName":[{"lang":"en","value":"P"}]},"TrustedEntityServices":[{"ServiceInformation":{"ServiceTypeIdentifier":"http://uri.etsi.org/19602/SvcType/PID/Issuance","ServiceDigitalIdentity":{"X509Certificates":[{"val":"AAAA"}]}}}]}]}}"#;

/// A trusted list, as a seed.
pub const TRUSTED_LIST: &[u8] = br#"<?xml version="1.0"?><TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"><SchemeInformation><TSLVersionIdentifier>6</TSLVersionIdentifier><SchemeOperatorName><Name xml:lang="en">U &amp; &#x56;</Name></SchemeOperatorName><ListIssueDateTime>2026-01-01T00:00:00Z</ListIssueDateTime></SchemeInformation><TrustServiceProviderList><TrustServiceProvider><TSPServices><TSPService><ServiceInformation><ServiceTypeIdentifier>http://uri.etsi.org/TrstSvc/Svctype/EAA/Q</ServiceTypeIdentifier><ServiceDigitalIdentity><DigitalId><X509Certificate><![CDATA[AAAA]]></X509Certificate></DigitalId></ServiceDigitalIdentity><ServiceStatus>granted</ServiceStatus></ServiceInformation></TSPService></TSPServices></TrustServiceProvider></TrustServiceProviderList></TrustServiceStatusList>"#;

/// Law: no place outside of a list says anything, and what is read of a list is what it holds.
pub fn status_list(bytes: &[u8]) {
    let of_json = || TokenStatusList::of_json(json::decode(bytes).ok()?.member("status_list")?).ok();
    let of_cbor = || TokenStatusList::of_cbor(cbor::decode(bytes).ok()?.entry(65533)?).ok();
    for list in of_json().into_iter().chain(of_cbor()) {
        let outside = list.places();
        for index in [outside, outside.saturating_add(1), u64::MAX] {
            assert!(list.check(index).is_err(), "a place outside of the list");
        }
        if let Some(last) = outside.checked_sub(1) {
            assert!(list.value_at(last).is_ok(), "the last place");
        }
        let entry = StatusEntry { kind: StatusKind::IdentifierList, ..StatusEntry::other() };
        assert!(look_up(&List::Statuses(list), &entry).is_some(), "a list of another kind");
    }
    if let Ok(claims) = cbor::decode(bytes)
        && let Some(list) = claims.entry(65530).and_then(|claim| IdentifierList::of_cbor(claim).ok())
    {
        assert!(list.is_empty() || list.len() <= bytes.len(), "more identifiers than bytes");
    }
    drop(decode_aggregation(bytes));
}

/// Law: a reference that is read names at least one mechanism, and a place that is known as such.
pub fn references(bytes: &[u8]) {
    let of_json = || reference::of_json(json::decode(bytes).ok()?.member("status")?).ok();
    let of_cbor = || reference::of_cbor(cbor::decode(bytes).ok()?.entry(65535)?).ok();
    let asked = || reference::of_question(std::str::from_utf8(bytes).ok()?).ok();
    for entries in [of_json(), of_cbor(), asked()].into_iter().flatten() {
        assert!(!entries.is_empty(), "no mechanism");
        for entry in entries {
            assert!(entry.kind == StatusKind::Other || !entry.list.is_empty(), "a list nowhere");
            assert!(entry.kind != StatusKind::IdentifierList || entry.identifier.is_some(), "nobody's identifier");
        }
    }
}

/// Law: an import that succeeds names each item once: taken, left out, or as a problem.
pub fn imports(bytes: &[u8]) {
    let now = Timestamp::from_seconds(1_790_000_000);
    let options = Options { unchecked: true, imported_at: now, ..Options::default() };
    for importer in IMPORTERS.iter().filter(|importer| ["vical", "etsi-xml", "lote"].contains(&importer.name)) {
        if let Ok(import) = importer.import(bytes, &options) {
            let entries: usize = import.files.values().map(|file| file.entries.len()).sum();
            assert_eq!(entries, import.counts.total_taken(), "entries that were not counted");
        }
        let signed = Options { imported_at: now, ..Options::default() };
        assert!(importer.import(bytes, &signed).is_err(), "a list that nobody checked");
    }
    drop(xml::decode(bytes));
}
