//! Lists and entries of every kind, and what breaks them.

use super::*;
use crate::encoding::json;

const URL: &str = "https://example.com/status/3";
const LEAST_BYTES: usize = 16_384;

fn entry(purpose: &str, index: u64) -> StatusEntry {
    StatusEntry {
        purpose: purpose.to_owned(),
        index,
        list: URL.to_owned(),
        kind: StatusKind::Bitstring,
        ..StatusEntry::other()
    }
}

fn encoded(bytes: &[u8]) -> String {
    multibase::encode(Base::Base64Url, &deflate::gzip(bytes))
}

/// The claims of a list of these bytes, its subject's members changed (`null` = taken out).
fn claims(bytes: &[u8], changes: &serde_json::Value) -> String {
    let mut subject = serde_json::json!({
        "id": "https://example.com/status/3#list", "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encoded(bytes)
    });
    for (member, value) in changes.as_object().unwrap() {
        if value.is_null() {
            subject.as_object_mut().unwrap().remove(member);
        } else {
            subject[member] = value.clone();
        }
    }
    let types = ["VerifiableCredential", "BitstringStatusListCredential"];
    serde_json::json!({"id": URL, "type": types, "credentialSubject": subject}).to_string()
}

fn decoded(text: &str) -> Result<BitstringList, Code> {
    BitstringList::decode(&json::decode(text.as_bytes()).unwrap()).map_err(|reason| reason.code())
}

fn list(bytes: &[u8], changes: serde_json::Value) -> BitstringList {
    decoded(&claims(bytes, &changes)).unwrap()
}

fn said(list: &BitstringList, entry: &StatusEntry) -> Result<Meaning, Code> {
    list.check(entry).map_err(|reason| reason.code())
}

/// STA-011: the first place is the most significant bit of the first byte.
#[test]
fn places_count_from_the_most_significant_bit() {
    let mut bytes = vec![0; LEAST_BYTES];
    bytes[0] = 0b1000_0001;
    bytes[11820] = 0b0000_0001;
    let list = list(&bytes, serde_json::json!({}));
    for (index, value) in [(0, 1), (1, 0), (6, 0), (7, 1), (8, 0), (94_567, 1), (94_566, 0), (131_071, 0)] {
        assert_eq!(list.value_of(&entry("revocation", index)), Ok(value), "{index}");
    }
    assert_eq!(said(&list, &entry("revocation", 0)), Err(Code::StatusRevoked));
    assert_eq!(said(&list, &entry("revocation", 1)), Ok(Meaning::Clear));
    // STA-002: outside of the list.
    for index in [131_072, u64::MAX] {
        assert_eq!(said(&list, &entry("revocation", index)), Err(Code::StatusIndex), "{index}");
    }
}

#[test]
fn what_values_mean() {
    let mut bytes = vec![0; LEAST_BYTES];
    bytes[0] = 0b0100_0000;
    let purposes = serde_json::json!({"statusPurpose": ["revocation", "suspension", "refresh", "message", "other"]});
    let list = list(&bytes, purposes);
    for (purpose, clear, set) in [
        ("revocation", Ok(Meaning::Clear), Err(Code::StatusRevoked)),
        ("suspension", Ok(Meaning::Clear), Err(Code::StatusSuspended)),
        ("refresh", Ok(Meaning::Clear), Ok(Meaning::Refresh)),
        ("message", Ok(Meaning::Message("unset".into())), Ok(Meaning::Message("set".into()))),
        ("other", Ok(Meaning::Clear), Err(Code::StatusUnknownType)),
    ] {
        assert_eq!(said(&list, &entry(purpose, 0)), clear, "{purpose}");
        assert_eq!(said(&list, &entry(purpose, 1)), set, "{purpose}");
    }
    // STA-006.
    assert_eq!(said(&list, &entry("unheard", 0)), Err(Code::StatusPurpose));
}

#[test]
fn another_list_is_refused() {
    let list = list(&vec![0; LEAST_BYTES], serde_json::json!({}));
    // STA-005.
    let elsewhere = StatusEntry { list: "https://example.com/status/4".to_owned(), ..entry("revocation", 0) };
    assert_eq!(said(&list, &elsewhere), Err(Code::StatusUriMismatch));
    assert_eq!(said(&BitstringList { id: None, ..list.clone() }, &elsewhere), Ok(Meaning::Clear));
    // STA-006.
    assert_eq!(said(&list, &entry("suspension", 0)), Err(Code::StatusPurpose));
    let old = StatusEntry { kind: StatusKind::StatusList2021, ..entry("revocation", 0) };
    assert_eq!(said(&list, &old), Err(Code::StatusMalformed));
}

#[test]
fn places_of_several_bits() {
    let mut bytes = vec![0; 3 * LEAST_BYTES];
    bytes[0] = 0b0001_1011;
    bytes[1] = 0b1100_0000;
    let messages =
        |count: u64| -> Vec<(u64, String)> { (0..count).map(|value| (value, format!("m{value}"))).collect() };
    let purpose = serde_json::json!({"statusPurpose": "message"});
    let list = list(&bytes, purpose);
    let of =
        |bits: u8, index| StatusEntry { bits: Some(bits), messages: messages(1 << bits), ..entry("message", index) };
    for (bits, index, value) in [(2, 0, 0), (2, 1, 1), (2, 2, 2), (2, 3, 3), (2, 4, 3), (3, 0, 0), (3, 1, 6), (3, 2, 7)]
    {
        assert_eq!(said(&list, &of(bits, index)), Ok(Meaning::Message(format!("m{value}"))), "{bits} {index}");
    }
    // STA-010: in places of this size the list is too short.
    assert_eq!(said(&list, &of(4, 0)), Err(Code::StatusLength));
    assert_eq!(said(&list, &of(3, 131_072)), Err(Code::StatusIndex));
    // STA-009: messages missing, or of another number.
    let without = StatusEntry { messages: Vec::new(), ..of(2, 0) };
    assert_eq!(said(&list, &without), Err(Code::StatusMalformed));
    assert_eq!(said(&list, &StatusEntry { messages: messages(2), ..of(2, 0) }), Err(Code::StatusMalformed));
}

#[test]
fn size_and_messages_may_stand_in_the_list() {
    let mut bytes = vec![0; 2 * LEAST_BYTES];
    bytes[0] = 0b0010_0000;
    let messages: Vec<_> =
        (0..4).map(|n| serde_json::json!({"status": format!("0x{n}"), "message": format!("m{n}")})).collect();
    let purpose = |messages: serde_json::Value| serde_json::json!({"statusPurpose": "message", "statusSize": 2, "statusMessages": messages});
    let list = list(&bytes, purpose(messages.clone().into()));
    assert_eq!(said(&list, &entry("message", 1)), Ok(Meaning::Message("m2".into())));
    let other = StatusEntry { bits: Some(4), ..entry("message", 1) };
    assert_eq!(said(&list, &other), Err(Code::StatusMalformed));
    assert_eq!(decoded(&claims(&bytes, &purpose(messages[..3].into()))), Err(Code::StatusMalformed));
}

#[test]
fn lists_of_2021() {
    let bytes = vec![0x80; LEAST_BYTES];
    let text = |encoded: String| {
        serde_json::json!({"type": ["VerifiableCredential", "StatusList2021Credential"], "credentialSubject":
            {"type": "StatusList2021", "statusPurpose": "suspension", "encodedList": encoded}})
        .to_string()
    };
    let packed = deflate::gzip(&bytes);
    for encoded in [base64url::encode(&packed), base64url::encode_standard(&packed)] {
        let list = decoded(&text(encoded)).unwrap();
        let entry = StatusEntry { kind: StatusKind::StatusList2021, ..entry("suspension", 8) };
        assert_eq!(said(&list, &entry), Err(Code::StatusSuspended));
        assert_eq!(said(&list, &StatusEntry { index: 9, ..entry }), Ok(Meaning::Clear));
    }
    assert_eq!(decoded(&text(encoded(&bytes))), Err(Code::StatusMalformed));
}

/// STA-009: members missing or of another shape.
#[test]
fn malformed_lists() {
    let zeros = vec![0; LEAST_BYTES];
    for changes in [
        serde_json::json!({"type": "StatusList2021"}),
        serde_json::json!({"type": null}),
        serde_json::json!({"statusPurpose": null}),
        serde_json::json!({"statusPurpose": []}),
        serde_json::json!({"statusPurpose": [1]}),
        serde_json::json!({"statusPurpose": ""}),
        serde_json::json!({"encodedList": null}),
        serde_json::json!({"encodedList": 1}),
        serde_json::json!({"encodedList": ""}),
        serde_json::json!({"encodedList": "u"}),
        serde_json::json!({"encodedList": base64url::encode(&deflate::gzip(&zeros))}),
        serde_json::json!({"encodedList": multibase::encode(Base::Base64Url, &deflate::deflate_zlib(&zeros))}),
        serde_json::json!({"encodedList": multibase::encode(Base::Base64Url, &zeros)}),
        serde_json::json!({"ttl": -1}),
        serde_json::json!({"ttl": "300000"}),
        serde_json::json!({"ttl": 0.5}),
        serde_json::json!({"statusSize": 0}),
    ] {
        assert_eq!(decoded(&claims(&zeros, &changes)), Err(Code::StatusMalformed), "{changes}");
    }
    let text = claims(&zeros, &serde_json::json!({}));
    let both = text.replace("\"VerifiableCredential\"", "\"StatusList2021Credential\"");
    let none = text.replace("BitstringStatusListCredential", "OtherCredential");
    for text in [both.as_str(), &none, "{}", "[]", "null", r#"{"type":["BitstringStatusListCredential"]}"#] {
        assert_eq!(decoded(text), Err(Code::StatusMalformed));
    }
    assert_eq!(decoded(&text).map(|list| list.ttl_ms), Ok(None));
    assert_eq!(list(&zeros, serde_json::json!({"ttl": 5000})).ttl_ms, Some(5000));
}

/// STA-010 and STA-001.
#[test]
fn too_short_and_too_large() {
    assert_eq!(decoded(&claims(&vec![0; LEAST_BYTES - 1], &serde_json::json!({}))), Err(Code::StatusLength));
    let most = vec![0; limits::STATUS_LIST_BYTES];
    assert!(decoded(&claims(&most, &serde_json::json!({}))).is_ok());
    let bomb = vec![0; limits::STATUS_LIST_BYTES + 1];
    let text = claims(&bomb, &serde_json::json!({}));
    let reason = BitstringList::decode(&json::decode(text.as_bytes()).unwrap()).unwrap_err();
    assert_eq!((reason.code(), reason.stage()), (Code::InputDecompressedTooLarge, crate::reason::Stage::Status));
}
