//! Every rule of the data models, with a document that breaks it alone.

use super::*;
use crate::credential::{StatusEntry, StatusKind};
use crate::encoding::json::{self, Held};
use crate::format::vc::read::{decode, read};
use crate::format::vc::vocabulary::is_presentation;
use crate::policy::StatusDemand;

const GOOD: &str = r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:uuid:1","type":["VerifiableCredential"],
    "issuer":"did:example:issuer","validFrom":"2023-01-01T00:00:00Z","credentialSubject":{"id":"did:example:subject"}}"#;
const GOOD_V1: &str = r#"{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiableCredential"],
    "issuer":{"id":"did:example:issuer"},"issuanceDate":"2023-01-01T00:00:00Z","credentialSubject":{"id":"did:example:subject"}}"#;
const GOOD_VP: &str = r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiablePresentation"]}"#;

/// The document with a member set to this JSON, or taken out where that is empty.
fn with(document: &str, member: &str, json: &str) -> String {
    let serde_json::Value::Object(mut object) = json::decode(document.as_bytes()).unwrap().to_serde() else { panic!() };
    if json.is_empty() {
        object.remove(member).expect("there");
    } else {
        object.insert(member.to_owned(), json::decode(json.as_bytes()).unwrap().to_serde());
    }
    serde_json::to_string(&object).unwrap()
}

fn codes(document: &str, strict: bool) -> Vec<Code> {
    let document = json::decode(document.as_bytes()).unwrap();
    let demands = ModelDemands { strict };
    let faults = match is_presentation(&document) {
        true => check_presentation(&document, demands),
        false => check_credential(&document, demands),
    };
    faults.iter().map(Reason::code).collect()
}

fn refused(document: &str, code: Code, cases: &[(&str, &str)]) {
    assert_eq!(codes(document, true), []);
    for (member, json) in cases {
        assert_eq!(codes(&with(document, member, json), false), [code], "{member} {json}");
    }
}

fn taken(document: &str, cases: &[(&str, &str)]) {
    for (member, json) in cases {
        assert_eq!(codes(&with(document, member, json), true), [], "{member} {json}");
    }
}

/// LD-014: the base context is absent, not the first, or not alone.
#[test]
fn contexts() {
    const V2: &str = r#""https://www.w3.org/ns/credentials/v2""#;
    const V1: &str = r#""https://www.w3.org/2018/credentials/v1""#;
    for good in [GOOD, GOOD_VP] {
        let cases = ["", "4", "null", "false", "{}", "[]", "[null]", "[true]", V2, r#"["https://example.org/c"]"#];
        let cases: Vec<(&str, &str)> = cases.into_iter().map(|json| ("@context", json)).collect();
        refused(good, Code::VcContextBase, &cases);
        for contexts in [format!("[{{}},{V2}]"), format!("[{V2},{V1}]"), format!("[{V1},{V2}]")] {
            assert!(codes(&with(good, "@context", &contexts), false).contains(&Code::VcContextBase), "{contexts}");
        }
        for item in ["1", "null", "[]", r#""https ://not-a-url""#, r#""""#] {
            assert_eq!(codes(&with(good, "@context", &format!("[{V2},{item}]")), false), [Code::VcSchema], "{item}");
        }
        taken(good, &[("@context", &format!(r#"[{V2},{{"a":"https://example.org/a"}},"https://example.org/c"]"#))]);
    }
}

#[test]
fn types_of_documents() {
    let cases = ["", "4", "null", "true", "[]", r#""string""#, "[[]]", "[{}]", "[null]", "[10]", "[true]"];
    let cases: Vec<(&str, &str)> = cases.into_iter().map(|json| ("type", json)).collect();
    refused(GOOD, Code::VcType, &cases);
    refused(GOOD_V1, Code::VcType, &cases);
    refused(
        GOOD,
        Code::VcType,
        &[("type", r#"["VerifiableCredential",""]"#), ("type", r#"["VerifiableCredential",1]"#)],
    );
    refused(GOOD_VP, Code::VcType, &[("type", r#"["VerifiablePresentation",1]"#)]);
    refused(GOOD, Code::VcEnvelope, &[("type", r#"["VerifiableCredential","EnvelopedVerifiableCredential"]"#)]);
    taken(
        GOOD,
        &[("type", r#""VerifiableCredential""#), ("type", r#"["https://example.org/#A","VerifiableCredential"]"#)],
    );
    // As a credential it says to be a presentation, as a presentation a credential.
    let both = with(GOOD, "type", r#"["VerifiableCredential","VerifiablePresentation"]"#);
    let both = json::decode(both.as_bytes()).unwrap();
    let codes = |faults: Vec<Reason>| faults.iter().map(Reason::code).collect::<Vec<_>>();
    assert_eq!(codes(check_credential(&both, ModelDemands::default())), [Code::VcType]);
    assert_eq!(codes(check_presentation(&both, ModelDemands::default())), [Code::VcType, Code::VcSchema]);
}

#[test]
fn identifiers_and_parties() {
    for good in [GOOD, GOOD_V1, GOOD_VP] {
        let cases = ["null", "1", "[]", r#"["https://example.org/1"]"#, r#""https ://not-a-url/x""#, r#""name""#];
        let cases: Vec<(&str, &str)> = cases.into_iter().map(|json| ("id", json)).collect();
        refused(good, Code::VcSchema, &cases);
        taken(good, &[("id", r#""urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008""#)]);
    }
    let parties =
        ["null", "true", "4", "[]", r#""fake-issuer""#, "{}", r#"{"id":null}"#, r#"{"id":"fake"}"#, r#"{"name":"A"}"#];
    for (good, member) in [(GOOD, "issuer"), (GOOD_V1, "issuer"), (GOOD_VP, "holder")] {
        let cases: Vec<(&str, &str)> = parties.into_iter().map(|json| (member, json)).collect();
        refused(good, Code::VcSchema, &cases);
        taken(good, &[(member, r#""did:example:a""#), (member, r#"{"id":"did:example:a"}"#)]);
    }
    refused(GOOD, Code::VcSchema, &[("issuer", "")]);
}

#[test]
fn subjects() {
    let cases =
        ["", "null", "true", "4", r#""string""#, "[]", "{}", r#"[{"id":"did:example:a"},{}]"#, "[1]", r#"{"id":"x"}"#];
    let cases: Vec<(&str, &str)> = cases.into_iter().map(|json| ("credentialSubject", json)).collect();
    refused(GOOD, Code::VcSchema, &cases);
    refused(GOOD_V1, Code::VcSchema, &cases);
    refused(GOOD, Code::VcSchema, &[("credentialSubject", r#"{"id":["did:example:a","did:example:b"]}"#)]);
    taken(GOOD, &[("credentialSubject", r#"[{"id":"did:example:a"},{"name":"B"}]"#)]);
}

#[test]
fn members_that_state_their_type() {
    for member in ["credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence"] {
        let id = r#""id":"did:example:x""#;
        refused(GOOD, Code::VcType, &[(member, &format!("{{{id}}}")), (member, &format!(r#"{{{id},"type":2}}"#))]);
        refused(GOOD, Code::VcType, &[(member, "{}"), (member, &format!(r#"[{{{id},"type":"T"}},{{{id}}}]"#))]);
        refused(GOOD, Code::VcSchema, &[(member, "1"), (member, "null"), (member, r#"["x"]"#)]);
        refused(GOOD, Code::VcSchema, &[(member, r#"{"type":"T","id":["did:example:x","did:example:y"]}"#)]);
        refused(GOOD, Code::VcSchema, &[(member, r#"{"type":"T","id":"https ://not-a-url"}"#)]);
        taken(GOOD, &[(member, &format!(r#"{{{id},"type":"T"}}"#)), (member, &format!(r#"[{{{id},"type":["T"]}}]"#))]);
    }
    refused(GOOD, Code::VcSchema, &[("credentialSchema", r#"{"type":"T"}"#)]);
    taken(GOOD, &[("credentialStatus", r#"{"type":"T"}"#), ("evidence", r#"{"type":"T"}"#)]);
    // Data model 1.1 wants the identifier too.
    refused(GOOD_V1, Code::VcSchema, &[("credentialStatus", r#"{"type":"T"}"#), ("refreshService", r#"{"type":"T"}"#)]);
}

#[test]
fn proofs() {
    for good in [GOOD, GOOD_V1, GOOD_VP] {
        for json in ["null", "10", "true", r#""string""#, "{}", r#"{"type":1}"#, r#"[{"type":"T"},{}]"#, "[[]]"] {
            assert_eq!(codes(&with(good, "proof", json), false), [Code::DiProofMalformed], "{json}");
        }
        assert_eq!(codes(&with(good, "proof", "[]"), false), [Code::DiProofSet]);
        taken(good, &[("proof", r#"{"type":"T"}"#), ("proof", r#"[{"type":"T"}]"#)]);
    }
}

/// DI-021: names of 1.1 under 2.0; and what is no date.
#[test]
fn dates() {
    for member in ["validFrom", "validUntil"] {
        for good in [GOOD, GOOD_V1] {
            let cases =
                [(member, "1"), (member, "null"), (member, r#""2023""#), (member, r#"["2023-01-01T00:00:00Z"]"#)];
            refused(good, Code::VcSchema, &cases);
            taken(good, &[(member, r#""2023-01-02T00:00:00.5+01:00""#)]);
        }
    }
    let date = r#""2023-01-02T00:00:00Z""#;
    refused(GOOD, Code::VcSchema, &[("issuanceDate", date), ("expirationDate", date)]);
    refused(
        GOOD_V1,
        Code::VcSchema,
        &[("issuanceDate", ""), ("issuanceDate", "null"), ("expirationDate", "1"), ("issued", "1")],
    );
    taken(GOOD_V1, &[("expirationDate", date), ("issued", date)]);
    taken(GOOD, &[("validFrom", r#""4023-02-26T01:02:58.447Z""#), ("validUntil", r#""2023-01-01T00:00:00Z""#)]);
    refused(GOOD, Code::TimeInconsistent, &[("validUntil", r#""2022-12-31T23:59:59Z""#)]);
    refused(GOOD_V1, Code::TimeInconsistent, &[("expirationDate", r#""2022-12-31T23:59:59Z""#)]);
    let without_offset = with(GOOD, "validFrom", r#""2023-01-01T00:00:00""#);
    assert_eq!(codes(&without_offset, false), []);
    assert_eq!(codes(&without_offset, true), [Code::VcSchema]);
    let notes = read(&json::decode(without_offset.as_bytes()).unwrap()).notes;
    assert_eq!(notes.iter().map(|note| note.code).collect::<Vec<_>>(), ["deviation.date_without_offset"]);
}

#[test]
fn texts_for_people() {
    let wrong = r#"{"@value":"A","url":"did:example:a"}"#;
    for member in ["name", "description"] {
        refused(GOOD, Code::VcSchema, &[(member, wrong), (member, "1")]);
        let issuer = |text: &str| format!(r#"{{"id":"did:example:a","{member}":{text}}}"#);
        refused(GOOD, Code::VcSchema, &[("issuer", &issuer(wrong))]);
        taken(GOOD, &[(member, r#"{"@value":"A","@language":"en"}"#), ("issuer", &issuer(r#"[{"@value":"A"}]"#))]);
        // Data model 1.1 knows neither.
        taken(GOOD_V1, &[(member, wrong)]);
    }
}

#[test]
fn credentials_of_presentations() {
    const ENVELOPE: &str = r#"{"@context":"https://www.w3.org/ns/credentials/v2","type":"EnvelopedVerifiableCredential","id":"data:application/vc+jwt,e"}"#;
    let inner = |json: &str| with(GOOD_VP, "verifiableCredential", json);
    for json in ["[]", GOOD, &format!("[{GOOD},{GOOD_V1}]"), ENVELOPE, &format!("[{ENVELOPE}]")] {
        assert_eq!(codes(&inner(json), true), [], "{json}");
    }
    for (json, code) in [
        (r#""eyJ.a.b""#, Code::VcSchema),
        (r#"["eyJ.a.b"]"#, Code::VcSchema),
        ("null", Code::VcSchema),
        ("{}", Code::VcType),
        (GOOD_VP, Code::VcType),
        (&with(ENVELOPE, "type", ""), Code::VcType),
        (&with(ENVELOPE, "@context", ""), Code::VcContextBase),
        (&with(ENVELOPE, "id", r#""https://example.org/vc""#), Code::VcEnvelope),
        (&with(ENVELOPE, "id", ""), Code::VcEnvelope),
    ] {
        assert_eq!(codes(&inner(json), true), [code], "{json}");
    }
}

/// Data model 1.1, 6.3.1.
#[test]
fn presentations_of_1_1_hold_texts() {
    let old = GOOD_VP.replace("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1");
    assert_eq!(codes(&with(&old, "verifiableCredential", r#"["eyJ.a.b"]"#), true), []);
    assert_eq!(codes(&with(&old, "verifiableCredential", "[1]"), true), [Code::VcSchema]);
}

#[test]
fn what_is_no_object() {
    for text in ["1", "[]", "null", r#""x""#] {
        let value = json::decode(text.as_bytes()).unwrap();
        assert_eq!(check_credential(&value, ModelDemands::default())[0].code(), Code::VcSchema);
        assert_eq!(check_presentation(&value, ModelDemands::default())[0].code(), Code::VcSchema);
        assert_eq!(read(&value).types.len(), 0);
    }
}

#[test]
fn what_a_credential_says() {
    let text = with(GOOD, "validUntil", r#""2024-01-01T00:00:00Z""#);
    let value = json::decode(text.as_bytes()).unwrap();
    let said = read(&value);
    assert_eq!((said.version, said.issuer.as_deref()), (Some(Version::V2), Some("did:example:issuer")));
    assert_eq!(said.not_before, Timestamp::from_rfc3339("2023-01-01T00:00:00Z"));
    assert_eq!(said.expires, Timestamp::from_rfc3339("2024-01-01T00:00:00Z"));
    assert_eq!((said.issued_at, said.subjects), (None, vec!["did:example:subject".into()]));

    let text =
        with(&with(GOOD_V1, "expirationDate", r#""2024-01-01T00:00:00Z""#), "validUntil", r#""2023-06-01T00:00:00Z""#);
    let value = json::decode(text.as_bytes()).unwrap();
    let said = read(&value);
    assert_eq!((said.version, said.issuer.as_deref()), (Some(Version::V1), Some("did:example:issuer")));
    assert_eq!(said.not_before, said.issued_at);
    assert_eq!(said.expires, Timestamp::from_rfc3339("2023-06-01T00:00:00Z"));

    let text = with(GOOD_VP, "holder", r#"{"id":"did:example:holder"}"#);
    let decoded = decode(Held::Own(json::decode(text.as_bytes()).unwrap()), &Policy::default());
    assert_eq!((decoded.is_presentation, decoded.issuer.as_deref()), (true, Some("did:example:holder")));
    assert!(decoded.faults.is_empty());
}

#[test]
fn status_entries() {
    const ENTRY: &str = r#"{"id":"https://example.com/s/3#94567","type":"BitstringStatusListEntry","statusPurpose":"revocation",
        "statusListIndex":"94567","statusListCredential":"https://example.com/s/3"}"#;
    let read_one = |entry: &str| {
        let text = with(GOOD, "credentialStatus", entry);
        let value = json::decode(text.as_bytes()).unwrap();
        let said = read(&value);
        (said.status, said.status_faults.iter().map(Reason::code).collect::<Vec<_>>())
    };
    let due = StatusEntry {
        kind: StatusKind::Bitstring,
        purpose: "revocation".to_owned(),
        index: 94567,
        identifier: None,
        list: "https://example.com/s/3".to_owned(),
        bits: None,
        messages: Vec::new(),
    };
    assert_eq!(read_one(ENTRY), (vec![due.clone()], vec![]));
    let old = with(ENTRY, "type", r#"["StatusList2021Entry"]"#);
    assert_eq!(read_one(&old).0[0].kind, StatusKind::StatusList2021);
    assert_eq!(read_one(r#"{"type":"OtherStatus"}"#), (vec![StatusEntry::other()], vec![]));
    let both = with(ENTRY, "type", r#"["StatusList2021Entry","BitstringStatusListEntry"]"#);
    assert_eq!(read_one(&both).0[0].kind, StatusKind::Other);
    // STA-002: never "not revoked".
    for index in [
        r#""""#,
        r#""-1""#,
        r#""abc""#,
        r#""1e3""#,
        r#"" 5""#,
        r#""05""#,
        r#""+5""#,
        r#""18446744073709551616""#,
        "1.0",
        "5",
        "null",
        "",
    ] {
        assert_eq!(read_one(&with(ENTRY, "statusListIndex", index)), (vec![], vec![Code::StatusIndex]), "{index}");
    }
    assert_eq!(read_one(&with(ENTRY, "statusListIndex", r#""0""#)).0[0].index, 0);
    // STA-009.
    let messages = r#"[{"status":"0x0","message":"a"},{"status":"0x1","message":"b"}]"#;
    for (member, json) in [
        ("statusPurpose", ""),
        ("statusPurpose", "1"),
        ("statusPurpose", r#""""#),
        ("statusListCredential", ""),
        ("statusListCredential", r#""no url""#),
        ("statusListCredential", r#"["https://example.com/s/3"]"#),
        ("id", r#""https://example.com/s/3""#),
        ("statusSize", "0"),
        ("statusSize", "9"),
        ("statusSize", "1.5"),
        ("statusSize", r#""1""#),
        ("statusMessage", "[]"),
        ("statusMessage", "{}"),
        ("statusMessage", r#"[{"status":"0x0","message":"a"},{"status":"0x0","message":"b"}]"#),
        ("statusMessage", r#"[{"status":"0x0","message":"a"},{"status":"0x2","message":"b"}]"#),
        ("statusMessage", r#"[{"status":"0x0","message":"a"},{"status":"1","message":"b"}]"#),
        ("statusMessage", r#"[{"status":"0x0","message":"a"},{"status":"0x+1","message":"b"}]"#),
        ("statusMessage", r#"[{"status":"0x0","message":"a"},{"status":"0x1"}]"#),
    ] {
        assert_eq!(read_one(&with(ENTRY, member, json)), (vec![], vec![Code::StatusMalformed]), "{member} {json}");
    }
    assert_eq!(read_one(&with(ENTRY, "statusMessage", messages)).0[0].messages[1], (1, "b".to_owned()));
    assert_eq!(read_one(&with(&with(ENTRY, "statusSize", "2"), "statusMessage", messages)).1, [Code::StatusMalformed]);
    let many = format!("[{}]", vec![ENTRY; 17].join(","));
    assert_eq!(read_one(&many), (vec![], vec![Code::StatusMalformed]));
    // Nothing is asked of a status that the policy does not look at.
    let text = with(GOOD, "credentialStatus", &with(ENTRY, "statusListIndex", ""));
    let policy = |status| Policy { status, ..Policy::default() };
    let faults = |status| decode(Held::Own(json::decode(text.as_bytes()).unwrap()), &policy(status)).faults.len();
    assert_eq!((faults(StatusDemand::WhenDeclared), faults(StatusDemand::Ignored)), (1, 0));
}
