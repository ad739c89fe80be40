//! Targets of the W3C data model: documents, status lists, badges. None of them needs a signature.

use vidimus::check::Findings;
use vidimus::credential::{StatusEntry, StatusKind};
use vidimus::encoding::json::{self, Value};
use vidimus::format::vc::model::{ModelDemands, check_credential, check_presentation};
use vidimus::format::vc::read::read;
use vidimus::format::vc::{enveloped, open_badges, related};
use vidimus::status::bitstring::BitstringList;

/// A credential that breaks no rule, as a seed.
pub const CREDENTIAL: &str = r#"{"@context":["https://www.w3.org/ns/credentials/v2","https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"id":"urn:uuid:1","type":["VerifiableCredential","OpenBadgeCredential"],"issuer":{"id":"did:example:i","type":["Profile"],"name":{"@value":"I","@language":"en"}},"validFrom":"2023-01-01T00:00:00Z","validUntil":"2123-01-01T00:00:00","credentialStatus":{"type":"BitstringStatusListEntry","statusPurpose":"message","statusListIndex":"5","statusListCredential":"https://i.example/s","statusSize":1,"statusMessage":[{"status":"0x0","message":"a"},{"status":"0x1","message":"b"}]},"relatedResource":{"id":"https://i.example/r","digestSRI":"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},"credentialSubject":{"id":"did:example:s","type":["AchievementSubject"],"identifier":{"type":"IdentityObject","identityHash":"sha256$00","identityType":"emailAddress","hashed":true,"salt":"s"},"achievement":{"id":"urn:uuid:2","type":["Achievement"],"name":"N","description":"D","criteria":{"narrative":"C"}}}}"#;

/// The shortest list that is long enough, with nothing set, as a seed.
pub const LIST: &str = r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"https://i.example/s","type":["VerifiableCredential","BitstringStatusListCredential"],"issuer":"did:example:i","credentialSubject":{"type":"BitstringStatusList","statusPurpose":"revocation","encodedList":"uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA","ttl":300000}}"#;

fn document(bytes: &[u8], run: impl FnOnce(&Value<'_>)) {
    if let Ok(document) = json::decode(bytes) {
        run(&document);
    }
}

/// Law: a credential without a fault says who issued it and what it is.
pub fn model(bytes: &[u8]) {
    document(bytes, |document| {
        let said = read(document);
        for strict in [false, true] {
            let faults = check_credential(document, ModelDemands { strict });
            if faults.is_empty() {
                assert!(said.issuer.is_some() && said.version.is_some() && !said.types.is_empty(), "silent");
            }
            drop(check_presentation(document, ModelDemands { strict }));
            related::check_digests(document, |_| Some(b"abc"), strict, &mut Findings::new());
        }
        drop(enveloped::open(document));
    });
}

/// Law: no place outside of the list says anything.
pub fn bitstring_list(bytes: &[u8]) {
    document(bytes, |document| {
        let Ok(list) = BitstringList::decode(document) else { return };
        for (index, bits) in [(0, None), (131_071, Some(1)), (65_535, Some(3)), (u64::MAX, Some(8)), (u64::MAX, None)] {
            let purpose = list.purposes.first().cloned().unwrap_or_default();
            let url = list.id.clone().unwrap_or_default();
            let entry = StatusEntry { kind: list.kind, purpose, index, list: url, bits, ..StatusEntry::other() };
            let said = list.check(&entry);
            assert!(index != u64::MAX || said.is_err(), "a place outside of the list");
            assert!(list.kind != StatusKind::Other, "a list of no kind");
        }
    });
}

/// Law: a badge without a fault is still nobody's whom it does not name.
pub fn open_badge(bytes: &[u8]) {
    document(bytes, |document| {
        drop(open_badges::check_badge(document));
        for identity in [None, Some("somebody@example.org")] {
            open_badges::check(document, identity, &mut Findings::new());
        }
        drop(vidimus::core_data::from_vc::core_data(document));
    });
}
