//! Badges, what breaks them, and whose they are.

use serde_json::{Value as Json, json};

use super::*;
use crate::check::Outcome;
use crate::encoding::json;

const EMAIL: &str = "holder@example.org";

fn badge() -> Json {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://school.example/", "type": ["Profile"], "name": "School"},
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:holder",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://school.example/teamwork", "type": ["Achievement"], "name": "Teamwork",
                "description": "Works in a team.", "criteria": {"narrative": "Seen at work."},
            },
        },
    })
}

/// The badge with the value at this pointer changed; null takes the member out.
fn changed(pointer: &str, value: Json) -> Json {
    let mut badge = badge();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = badge.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(member);
    } else {
        parent.insert(member.to_owned(), value);
    }
    badge
}

fn faults(badge: &Json) -> Vec<Code> {
    let text = badge.to_string();
    check_badge(&json::decode(text.as_bytes()).unwrap()).iter().map(Reason::code).collect()
}

#[test]
fn sound_badges() {
    assert_eq!(faults(&badge()), []);
    let achievement = badge()["credentialSubject"]["achievement"].clone();
    for (pointer, value) in [
        ("/type", json!(["VerifiableCredential", "AchievementCredential"])),
        ("/issuer", json!("https://school.example/")),
        ("/credentialSubject/achievement", json!([achievement])),
        ("/credentialSubject/achievement/criteria", json!({"id": "https://school.example/teamwork/criteria"})),
        ("/credentialSubject/achievement/name", json!([{"@value": "Teamwork", "@language": "en"}])),
        ("/credentialSubject/type", json!("AchievementSubject")),
        (
            "/credentialSubject/identifier",
            json!([{"type": "IdentityObject", "identityHash": EMAIL, "identityType": "emailAddress", "hashed": false}]),
        ),
    ] {
        assert_eq!(faults(&changed(pointer, value)), [], "{pointer}");
    }
    assert!(!is_badge(&json::decode(br#"{"type":["VerifiableCredential"]}"#).unwrap()));
}

#[test]
fn badges_that_break_a_rule() {
    let identity = |changes: Json| {
        let mut object = json!({"type": "IdentityObject", "identityHash": "sha256$00", "identityType": "emailAddress", "hashed": true});
        changes.as_object().unwrap().iter().for_each(|(name, value)| object[name] = value.clone());
        json!([object])
    };
    for (pointer, value) in [
        ("/@context", json!(["https://www.w3.org/ns/credentials/v2"])),
        ("/id", Json::Null),
        ("/validFrom", Json::Null),
        ("/issuer/type", Json::Null),
        ("/issuer/type", json!("Person")),
        ("/credentialSubject/type", Json::Null),
        ("/credentialSubject/type", json!(["Person"])),
        ("/credentialSubject/id", Json::Null),
        ("/credentialSubject/achievement", Json::Null),
        ("/credentialSubject/achievement", json!([])),
        ("/credentialSubject/achievement", json!(1)),
        ("/credentialSubject/achievement/type", Json::Null),
        ("/credentialSubject/achievement/id", Json::Null),
        ("/credentialSubject/achievement/id", json!("teamwork")),
        ("/credentialSubject/achievement/name", Json::Null),
        ("/credentialSubject/achievement/name", json!("")),
        ("/credentialSubject/achievement/description", Json::Null),
        ("/credentialSubject/achievement/description", json!(5)),
        ("/credentialSubject/achievement/criteria", Json::Null),
        ("/credentialSubject/achievement/criteria", json!({})),
        ("/credentialSubject/achievement/criteria", json!("Seen at work.")),
        ("/credentialSubject/achievement/criteria", json!({"id": "no url"})),
        ("/credentialSubject/identifier", json!(["x"])),
        ("/credentialSubject/identifier", identity(json!({"type": "Other"}))),
        ("/credentialSubject/identifier", identity(json!({"hashed": "true"}))),
        ("/credentialSubject/identifier", identity(json!({"identityHash": ""}))),
        ("/credentialSubject/identifier", identity(json!({"identityType": 1}))),
        ("/credentialSubject/identifier", identity(json!({"salt": 1}))),
    ] {
        assert_eq!(faults(&changed(pointer, value.clone())), [Code::ObSchema], "{pointer} {value}");
    }
    let many = vec![identity(json!({}))[0].clone(); limits::BADGE_IDENTITIES + 1];
    assert_eq!(faults(&changed("/credentialSubject/identifier", many.into())), [Code::ObSchema]);
}

/// Outcome of stage Holder, and notes.
fn holder(badge: &Json, identity: Option<&str>) -> (&'static str, Vec<&'static str>) {
    let text = badge.to_string();
    let mut findings = Findings::new();
    check(&json::decode(text.as_bytes()).unwrap(), identity, &mut findings);
    let notes = findings.notes.iter().map(|note| note.code).collect();
    let rows = findings.into_checks();
    let row = rows.iter().find(|row| row.stage == Stage::Holder).unwrap();
    let outcome = if let Outcome::Fail(reason) = &row.outcome { reason.code().as_str() } else { row.outcome.name() };
    (outcome, notes)
}

#[test]
fn whose_badge_it_is() {
    let with = |hash: String, is_hashed: bool, salt: Option<&str>| {
        let mut object = json!({"type": "IdentityObject", "identityHash": hash, "identityType": "emailAddress", "hashed": is_hashed});
        if let Some(salt) = salt {
            object["salt"] = salt.into();
        }
        let other = json!({"type": "IdentityObject", "identityHash": "a@b.example", "identityType": "emailAddress", "hashed": false});
        changed("/credentialSubject/identifier", json!([other, object]))
    };
    // SHA-256 and MD5 of `holder@example.orgpepper`, and SHA-256 of `holder@example.org`.
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let salted = format!("sha256${}", hex(&sha256(b"holder@example.orgpepper")));
    let plain = format!("sha256${}", hex(&sha256(EMAIL.as_bytes())));
    let weak = format!("md5${}", hex(&md5(b"holder@example.orgpepper")));
    let salt = Some("pepper");
    for (badge, outcome, notes) in [
        (with(salted.clone(), true, salt), "pass", vec![]),
        (with(salted.to_uppercase().replace("SHA256", "sha256"), true, salt), "pass", vec![]),
        (with(plain, true, None), "pass", vec![]),
        (with(weak, true, salt), "pass", vec!["ob.weak_identity"]),
        (with(EMAIL.to_owned(), false, None), "pass", vec![]),
        (with(salted.clone(), true, Some("salt")), "ob.identity", vec![]),
        (with(salted.clone(), true, None), "ob.identity", vec![]),
        (with(salted, false, salt), "ob.identity", vec![]),
        (with(EMAIL.to_owned(), true, None), "ob.identity", vec![]),
        (with("sha1$00".to_owned(), true, None), "ob.identity", vec![]),
        (with("sha256$".to_owned(), true, None), "ob.identity", vec![]),
        (badge(), "ob.identity", vec![]),
    ] {
        assert_eq!(holder(&badge, Some(EMAIL)), (outcome, notes), "{badge}");
        assert_eq!(holder(&badge, None).0, "not-reached");
    }
    assert_eq!(holder(&badge(), Some("did:example:holder")).0, "pass");
    // Another credential has no badge's holder.
    let other = changed("/type", json!(["VerifiableCredential"]));
    assert_eq!(holder(&other, Some(EMAIL)).0, "not-reached");
    let endorsed = changed("/credentialSubject/achievement/endorsement", json!([{}]));
    assert_eq!(holder(&endorsed, None).1, ["ob.endorsements"]);
}
