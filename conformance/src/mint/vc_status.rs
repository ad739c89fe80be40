//! Vectors of what every W3C credential may name beside its claims: status lists, related resources, and what badges add. They
//! are told as JWT; the rules are the same in every envelope.

use serde_json::{Value, json};
use vidimus::credential::StatusKind;
use vidimus::crypto::digest::sha256;
use vidimus::encoding::deflate::gzip;
use vidimus::encoding::multibase::{self, Base};
use vidimus::issue::status_list::{PlaceList, StatusListDraft, status_entry, unsigned_list};
use vidimus::limits;
use vidimus::reason::Code;
use vidimus::time::Timestamp;

use super::pki::Pki;
use super::scene::{NOW, Scene};
use super::w3c::{self, CONTEXT, HOLDER, ISSUER, Jwt, Keys};
use crate::question::{Document, Occasion, Payload};
use crate::vector::Vector;

const FORMAT: &str = "vc_jwt";
const SPECIFICATION: (&str, &str, &str) =
    ("Bitstring Status List 1.0", "3.2", "https://www.w3.org/TR/vc-bitstring-status-list/");
/// Where the issuer's list is published.
const LIST: &str = "https://issuer.example/status/1";
/// The credential's place in it.
const PLACE: u64 = 94_567;

/// Every vector.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = w3c::keys(pki)?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(w3c::trust(&keys, FORMAT));
    let mut all = Vec::new();
    lists(&scene, &keys, &mut all)?;
    entries(&scene, &keys, &mut all)?;
    resources(&scene, &keys, &mut all);
    badges(&scene, &keys, &mut all);
    Ok(all)
}

fn signed(keys: &Keys, payload: Value) -> Jwt<'_> {
    let header = json!({"alg": "ES256", "typ": "vc+jwt", "kid": w3c::kid(ISSUER)});
    Jwt { header, payload, key: &keys.issuer }
}

fn input(text: String) -> Payload {
    Payload::text("text/plain", text)
}

fn entry(purpose: &str) -> Result<Value, String> {
    status_entry(StatusKind::Bitstring, LIST, purpose, PLACE).map_err(|fault| fault.to_string())
}

/// A credential with this status.
fn with_status(keys: &Keys, status: Value) -> String {
    signed(keys, w3c::credential()).with("credentialStatus", status).text()
}

/// The list in which the credential's place is set or not.
fn list(kind: StatusKind, purpose: &str, is_set: bool) -> Result<Value, String> {
    let mut places = PlaceList::new(0).map_err(|fault| fault.to_string())?;
    places.take(PLACE);
    places.write(PLACE, is_set).map_err(|_| "no such place")?;
    let time = |text: &str| Timestamp::from_rfc3339(text).ok_or("no time");
    let draft = StatusListDraft {
        kind,
        url: LIST,
        issuer: ISSUER,
        purpose,
        valid_from: time("2026-05-01T00:00:00Z")?,
        valid_until: Some(time("2026-07-01T00:00:00Z")?),
        ttl_ms: None,
    };
    unsigned_list(&draft, places.bytes()).map_err(|fault| fault.to_string())
}

fn answer(status: u16, text: impl Into<String>) -> Document {
    Document {
        locator: LIST.to_owned(),
        status,
        fetched_at: Some(NOW.to_owned()),
        text: Some(text.into()),
        ..Document::default()
    }
}

/// The scene in which the issuer publishes this list.
fn publishing(scene: &Scene, keys: &Keys, list: Value) -> Scene {
    scene.finding(vec![answer(200, signed(keys, list).text())])
}

/// The same with a member of the list changed, or of its subject.
fn changed(mut list: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(parent) = list.pointer_mut(parent).and_then(Value::as_object_mut) {
        parent.insert(member.to_owned(), value);
    }
    list
}

fn encoded(bytes: &[u8]) -> Value {
    multibase::encode(Base::Base64Url, &gzip(bytes)).into()
}

/// What a list says, and lists that say nothing.
fn lists(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) -> Result<(), String> {
    let text = with_status(keys, entry("revocation")?);
    let clear = list(StatusKind::Bitstring, "revocation", false)?;
    let good = publishing(scene, keys, clear.clone());
    let title = "The status list says that nothing is the matter.";
    let parent = good.accepts("list-clear", title, input(text.clone()), None);
    all.push(parent.clone());
    let mut refuse = |scene: &Scene, case: &str, title: &str, code| {
        all.push(scene.refuses(&parent, case, title, code, input(text.clone())));
    };
    let set = publishing(scene, keys, list(StatusKind::Bitstring, "revocation", true)?);
    refuse(&set, "list-revoked", "The credential's place in the list is set.", Code::StatusRevoked);
    // Two answers of one place: the one known before, and the one of now.
    let before = changed(clear.clone(), "/validFrom", json!("2026-05-02T00:00:00Z"));
    let known = answer(200, signed(keys, before).text());
    let rolled_back = scene.finding(vec![known, answer(200, signed(keys, clear.clone()).text())]);
    refuse(&rolled_back, "list-rolled-back", "A newer list was seen before this one.", Code::StatusRollback);
    let mut with = |case: &str, title: &str, code, pointer: &str, value: Value| {
        refuse(&publishing(scene, keys, changed(clear.clone(), pointer, value)), case, title, code);
    };
    with(
        "list-of-another-place",
        "The list says that it is published elsewhere.",
        Code::StatusUriMismatch,
        "/id",
        json!("https://issuer.example/status/2"),
    );
    with(
        "list-of-another-purpose",
        "The list is about suspensions.",
        Code::StatusPurpose,
        "/credentialSubject/statusPurpose",
        json!("suspension"),
    );
    with(
        "list-that-ended",
        "The list was valid until yesterday.",
        Code::StatusExpired,
        "/validUntil",
        json!("2026-05-31T00:00:00Z"),
    );
    with(
        "list-that-begins-later",
        "The list is valid from tomorrow on.",
        Code::StatusExpired,
        "/validFrom",
        json!("2026-06-02T12:00:00Z"),
    );
    with(
        "list-with-a-status",
        "The list names a status list of its own.",
        Code::StatusDepth,
        "/credentialStatus",
        entry("revocation")?,
    );
    with(
        "list-too-short",
        "The list has a place less than privacy demands, in whole bytes.",
        Code::StatusLength,
        "/credentialSubject/encodedList",
        encoded(&vec![0; 16_383]),
    );
    with(
        "list-without-prefix",
        "The bits are not in multibase.",
        Code::StatusMalformed,
        "/credentialSubject/encodedList",
        json!("H4sIAAAAAAAA_-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"),
    );
    with(
        "list-without-bits",
        "The list is of another type.",
        Code::StatusMalformed,
        "/credentialSubject/type",
        json!("StatusList2021"),
    );
    refuse(
        &publishing(scene, keys, changed(clear.clone(), "/issuer", json!(HOLDER))),
        "list-of-another-issuer",
        "The list names another issuer than whose key signed it.",
        Code::StatusUntrusted,
    );
    refuse(
        &scene.finding(vec![answer(200, clear.to_string())]),
        "list-unsigned",
        "Nobody signed the list.",
        Code::StatusUntrusted,
    );
    let text_of_list = signed(keys, clear.clone()).text_signed(|signature| signature.iter().rev().copied().collect());
    refuse(
        &scene.finding(vec![answer(200, text_of_list)]),
        "list-forged",
        "The list's signature is wrong.",
        Code::StatusUntrusted,
    );
    unpacked(scene, keys, (&parent, &text, &clear), all);
    unavailable(scene, keys, (&parent, &text, &clear), all);
    Ok(())
}

/// A list that unpacks to more than anybody needs.
fn unpacked(scene: &Scene, keys: &Keys, (parent, text, clear): (&Vector, &str, &Value), all: &mut Vec<Vector>) {
    let bomb = encoded(&vec![0; limits::STATUS_LIST_BYTES + 1]);
    let scene = publishing(scene, keys, changed(clear.clone(), "/credentialSubject/encodedList", bomb));
    all.push(scene.refuses_at(
        vidimus::reason::Stage::Status,
        parent,
        "list-too-large",
        "The list unpacks to more than sixteen mebibits.",
        Code::InputDecompressedTooLarge,
        input(text.to_owned()),
    ));
}

/// A list that is not there is no list that says nothing.
fn unavailable(scene: &Scene, keys: &Keys, (parent, text, clear): (&Vector, &str, &Value), all: &mut Vec<Vector>) {
    let mut cannot = |scene: Scene, case: &str, title: &str, code| {
        all.push(scene.cannot_tell(parent, case, title, code, input(text.to_owned())));
    };
    cannot(scene.finding(Vec::new()), "list-not-at-hand", "The list is not at hand.", Code::StatusUnavailable);
    for status in [0, 404, 500] {
        let title = format!("The place of the list answers with status {status}.");
        let case = format!("list-answer-{status}");
        cannot(scene.finding(vec![answer(status, "")]), &case, &title, Code::StatusUnavailable);
    }
    let brief = changed(clear.clone(), "/credentialSubject/ttl", json!(300_000));
    let mut old = answer(200, signed(keys, brief).text());
    old.fetched_at = Some("2026-06-01T11:50:00Z".to_owned());
    let title = "The copy of the list is ten minutes old, and its `ttl` five.";
    cannot(scene.finding(vec![old]), "list-copy-too-old", title, Code::StatusExpired);
}

/// Other entries: their kinds, purposes and faults.
fn entries(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) -> Result<(), String> {
    let revocation = entry("revocation")?;
    let clear = list(StatusKind::Bitstring, "revocation", false)?;
    let good = publishing(scene, keys, clear);
    let parent = good.accepts(
        "entry-in-an-array",
        "The status entry stands in an array.",
        input(with_status(keys, json!([revocation]))),
        None,
    );
    all.push(parent.clone());
    let old = publishing(scene, keys, list(StatusKind::StatusList2021, "revocation", false)?);
    let of_2021 =
        status_entry(StatusKind::StatusList2021, LIST, "revocation", PLACE).map_err(|fault| fault.to_string())?;
    let text = with_status(keys, of_2021);
    all.push(old.accepts("list-of-2021", "The list is a StatusList2021.", input(text), None));
    let suspended = publishing(scene, keys, list(StatusKind::Bitstring, "suspension", true)?);
    let text = with_status(keys, json!([entry("suspension")?]));
    let title = "The credential is suspended.";
    all.push(suspended.refuses(&parent, "list-suspended", title, Code::StatusSuspended, input(text)));
    let noted = publishing(scene, keys, list(StatusKind::Bitstring, "message", true)?);
    let title = "The list has a message, which is noted.";
    all.push(noted.accepts("list-message", title, input(with_status(keys, entry("message")?)), None));

    let mut with = |case: &str, title: &str, code, member: &str, value: Value| {
        let text = with_status(keys, json!([changed(revocation.clone(), &format!("/{member}"), value)]));
        all.push(good.refuses(&parent, case, title, code, input(text)));
    };
    for (case, title, index) in [
        ("index-outside", "The place is the first one outside of the list.", json!("131072")),
        ("index-negative", "The place is negative.", json!("-1")),
        ("index-word", "The place is a word.", json!("abc")),
        ("index-exponent", "The place is written with an exponent.", json!("1e3")),
        ("index-blank", "A blank stands before the place.", json!(" 5")),
        ("index-leading-zero", "A zero stands before the place.", json!("05")),
        ("index-beyond-64-bits", "The place is two to the 64th.", json!("18446744073709551616")),
        ("index-number", "The place is a number.", json!(94_567)),
    ] {
        with(case, title, Code::StatusIndex, "statusListIndex", index);
    }
    for (case, title, member, value) in [
        (
            "entry-of-a-file",
            "The list is a file on the verifier's disk.",
            "statusListCredential",
            json!("file:///etc/passwd"),
        ),
        (
            "entry-of-plain-http",
            "The list is not published over https.",
            "statusListCredential",
            json!("http://issuer.example/1"),
        ),
        ("entry-that-is-its-list", "The entry's identifier is that of the list.", "id", json!(LIST)),
        ("entry-of-nine-bits", "The place has nine bits.", "statusSize", json!(9)),
        ("entry-without-messages", "The place has two bits, and nobody says what they mean.", "statusSize", json!(2)),
    ] {
        with(case, title, Code::StatusMalformed, member, value);
    }
    let other = json!({"id": "https://issuer.example/other#1", "type": "OtherStatus"});
    let text = with_status(keys, json!([revocation, other]));
    let title = "A second entry is of a kind that nobody knows.";
    all.push(good.cannot_tell(&parent, "entry-of-unknown-type", title, Code::StatusUnknownType, input(text)));
    Ok(())
}

/// Resources that the credential names with their digests.
fn resources(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) {
    const RESOURCE: &str = "https://issuer.example/syllabus";
    let spec = ("VC Data Model 2.0", "5.3", "https://www.w3.org/TR/vc-data-model-2.0/");
    let text = "What is taught.";
    let found = Document { locator: RESOURCE.to_owned(), ..answer(200, text) };
    let scene = Scene { specification: spec, ..scene.finding(vec![found]) };
    let digest = |bytes: &[u8]| multibase::encode(Base::Base64Url, &[&[0x12, 0x20][..], &sha256(bytes)].concat());
    let naming = |resource: Value| input(signed(keys, w3c::credential()).with("relatedResource", resource).text());
    let right = json!({"id": RESOURCE, "digestMultibase": digest(text.as_bytes())});
    let title = "A related resource has the digest that the credential states.";
    let parent = scene.accepts("related-resource", title, naming(right.clone()), None);
    let title = "A related resource has another digest.";
    let wrong = json!({"id": RESOURCE, "digestMultibase": digest(b"Something else.")});
    all.push(scene.refuses(&parent, "related-resource-changed", title, Code::VcDigest, naming(wrong)));
    let title = "A related resource stands twice.";
    let twice = json!([right, right]);
    all.push(scene.refuses(&parent, "related-resource-twice", title, Code::VcSchema, naming(twice)));
    let title = "The base context, with the digest that is published for it.";
    let context = json!({
        "id": CONTEXT, "digestSRI": "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
    });
    all.push(scene.accepts("related-context", title, naming(context), None));
    all.push(parent);
}

/// Badges, and whose they are.
fn badges(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) {
    let spec = ("Open Badges 3.0", "B", "https://www.imsglobal.org/spec/ob/v3p0/");
    let knowing = |identity: &str| Scene {
        specification: spec,
        occasion: Occasion { identity: Some(identity.to_owned()), ..scene.occasion.clone() },
        ..scene.clone()
    };
    let email = "aroha@holder.example";
    let hash: String = sha256(format!("{email}salt").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let badge = json!({
        "@context": [CONTEXT, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:5f1b5cc0-1d8e-4d6b-8b2c-2f6f6f0d3a55",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Issuer"},
        "validFrom": "2026-05-01T00:00:00Z",
        "name": "Teamwork",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{
                "type": "IdentityObject", "identityType": "emailAddress", "hashed": true, "salt": "salt",
                "identityHash": format!("sha256${hash}")
            }],
            "achievement": {
                "id": "https://issuer.example/teamwork", "type": ["Achievement"], "name": "Teamwork",
                "description": "Works in a team.", "criteria": {"narrative": "Seen at work."}
            }
        }
    });
    let text = |badge: &Value| input(signed(keys, badge.clone()).text());
    let own = knowing(email);
    let parent = own.accepts("badge", "A badge of the person whom the relying party knows.", text(&badge), None);
    let title = "The badge was issued to somebody else.";
    all.push(knowing("else@holder.example").refuses(
        &parent,
        "badge-of-another",
        title,
        Code::ObIdentity,
        text(&badge),
    ));
    for (case, title, pointer, value) in [
        (
            "badge-without-criteria",
            "The achievement has no criteria.",
            "/credentialSubject/achievement/criteria",
            json!({}),
        ),
        ("badge-without-name", "The achievement has no name.", "/credentialSubject/achievement/name", json!("")),
        ("badge-of-a-person", "The subject is no AchievementSubject.", "/credentialSubject/type", json!("Person")),
        ("badge-without-context", "The context of Open Badges is missing.", "/@context", json!([CONTEXT])),
    ] {
        let wrong = changed(badge.clone(), pointer, value);
        all.push(own.refuses(&parent, case, title, Code::ObSchema, text(&wrong)));
    }
    all.push(parent);
}
