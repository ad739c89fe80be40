//! Credentials with places in status lists, verified whole: every family of STA that does not concern issuing.

use serde_json::{Value as Json, json};

use super::*;
use crate::credential::{Claims, Input};
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::json::{Held as HeldJson, Value as JsonValue};
use crate::evidence::Evidence;
use crate::format::vc::secured::Kind;
use crate::format::vc::secured_sample::{
    HOLDER, ISSUER, NOW, World, credential, holder_kid, issuer_kid, presentation, world,
};
use crate::format::vc_jwt::VcJwt;
use crate::issue::jws;
use crate::issue::status_list::{PlaceList, StatusListDraft, status_entry, unsigned_list};
use crate::issue::vc_jose::{TokenClaims, jwt};
use crate::occasion::Occasion;
use crate::report::Report;
use crate::verify::{Request, verify, verify_batch};

const URL: &str = "https://issuer.example/status/1";
const PLACE: u64 = 94_567;

fn signed(document: &Json, key: &OwnKey, kid: &str) -> String {
    jwt(document, &TokenClaims::default(), key, kid).unwrap().text().into_owned()
}

/// A presentation by the holder, whatever it says: the issuing twin would not sign what is forged.
fn presented(document: &Json, world: &World) -> String {
    let header = [("kid", &*holder_kid()), ("typ", "vp+jwt")];
    jws::sign(&header, document.to_string().as_bytes(), &world.holder).unwrap()
}

/// A credential of the issuer's with these entries as `credentialStatus`.
fn with_status(world: &World, status: &Json) -> String {
    let mut document = credential();
    document["credentialStatus"] = status.clone();
    signed(&document, &world.issuer, &issuer_kid())
}

fn entry(purpose: &str) -> Json {
    status_entry(StatusKind::Bitstring, URL, purpose, PLACE).unwrap()
}

/// The list of the issuer's in which the place is set or not, unsigned.
fn list(purpose: &str, is_set: bool) -> Json {
    let mut places = PlaceList::new(0).unwrap();
    assert!(places.take(PLACE));
    places.write(PLACE, is_set).unwrap();
    let draft = StatusListDraft {
        kind: StatusKind::Bitstring,
        url: URL,
        issuer: ISSUER,
        purpose,
        valid_from: NOW.plus(-86_400),
        valid_until: Some(NOW.plus(86_400)),
        ttl_ms: None,
    };
    unsigned_list(&draft, places.bytes()).unwrap()
}

fn fetched(body: impl Into<Vec<u8>>, at: Timestamp) -> Evidence {
    let mut evidence = Evidence::none();
    evidence.insert(Document { locator: URL.to_owned(), status: 200, fetched_at: at, body: body.into() });
    evidence
}

/// The list, signed by the issuer and fetched just now.
fn published(world: &World, list: &Json) -> Evidence {
    fetched(signed(list, &world.issuer, &issuer_kid()), NOW)
}

fn request(text: &str, policy: Policy) -> Request {
    Request { input: Input::text(text), occasion: Occasion::at(NOW), policy: Arc::new(policy) }
}

fn report(world: &World, text: &str, evidence: &Evidence) -> Report {
    verify(&request(text, Policy::default()), &world.trust, evidence)
}

/// Verdict, codes of the faults, locators asked for.
fn told(world: &World, text: &str, evidence: &Evidence) -> (&'static str, Vec<&'static str>, Vec<String>) {
    let report = report(world, text, evidence);
    let codes = report.reasons().map(|reason| reason.code().as_str()).collect();
    (report.verdict(), codes, report.missing().map(ToString::to_string).collect())
}

fn rejected(code: &'static str) -> (&'static str, Vec<&'static str>, Vec<String>) {
    ("rejected", vec![code], vec![])
}

#[test]
fn a_clear_place_is_accepted_and_a_set_one_is_not() {
    let world = world();
    let text = with_status(&world, &entry("revocation"));
    let clear = published(&world, &list("revocation", false));
    assert_eq!(told(&world, &text, &clear), ("accepted", vec![], vec![]));
    let report = report(&world, &text, &clear);
    assert!(report.parts()[0].evidence.iter().any(|used| used.locator == URL && used.age_seconds == Some(0)));
    // STA-014.
    assert_eq!(told(&world, &text, &published(&world, &list("revocation", true))), rejected("status.revoked"));
    let text = with_status(&world, &entry("suspension"));
    assert_eq!(told(&world, &text, &published(&world, &list("suspension", true))), rejected("status.suspended"));
}

/// STA-003: no list, no acceptance; STA-013: nothing is asked for before the signature is right.
#[test]
fn a_list_that_is_not_at_hand() {
    let world = world();
    let text = with_status(&world, &entry("revocation"));
    let unavailable = vec!["status.unavailable"];
    assert_eq!(told(&world, &text, &Evidence::none()), ("indeterminate", unavailable.clone(), vec![URL.to_owned()]));
    for status in [0, 301, 404, 500] {
        let mut evidence = Evidence::none();
        evidence.insert(Document { locator: URL.to_owned(), status, fetched_at: NOW, body: Vec::new() });
        assert_eq!(told(&world, &text, &evidence), ("indeterminate", unavailable.clone(), vec![]), "{status}");
    }
    let mut document = credential();
    document["credentialStatus"] = entry("revocation");
    let forged = signed(&document, &world.holder, &issuer_kid());
    assert_eq!(told(&world, &forged, &Evidence::none()), rejected("sig.invalid"));
    // Signed rightly, by a stranger.
    let (stranger, key) = ("did:web:stranger.example", OwnKey::generate_p256().unwrap().0);
    let did = format!("did:key:{}", multikey::encode(key.public_key()));
    document["issuer"] = did.clone().into();
    let kid = format!("{did}#{}", did.trim_start_matches("did:key:"));
    assert_eq!(told(&world, &signed(&document, &key, &kid), &Evidence::none()), rejected("trust.issuer_unknown"));
    document["issuer"] = stranger.into();
    assert_eq!(told(&world, &signed(&document, &key, &kid), &Evidence::none()).2, Vec::<String>::new());
    for url in
        ["file:///etc/passwd", "http://issuer.example/status/1", "https://user@issuer.example/", "did:example:list"]
    {
        let mut entry = entry("revocation");
        entry["statusListCredential"] = url.into();
        assert_eq!(
            told(&world, &with_status(&world, &entry), &Evidence::none()),
            rejected("status.malformed"),
            "{url}"
        );
    }
}

/// STA-004: signed by somebody else, by nobody, or not at all.
#[test]
fn a_list_that_is_not_the_issuers() {
    let world = world();
    let text = with_status(&world, &entry("revocation"));
    let list = list("revocation", false);
    let mut of_holder = list.clone();
    of_holder["issuer"] = HOLDER.into();
    for body in [
        signed(&of_holder, &world.holder, &holder_kid()),
        signed(&list, &world.holder, &issuer_kid()),
        signed(&list, &world.issuer, &issuer_kid()).replace("eyJAY29udGV4dCI6", "eyJAY29udGV4dCI6IC"),
        list.to_string(),
        "<html>".to_owned(),
        String::new(),
        "\u{0}".to_owned(),
    ] {
        let got = told(&world, &text, &fetched(body.as_bytes(), NOW));
        assert_eq!(got, rejected("status.untrusted"), "{body}");
    }
    // A presentation, which anybody may sign, without a list and with one; and a credential that is no list.
    let nothing = presentation(Vec::new());
    let mut forged = list.clone();
    forged["type"] = json!(["VerifiablePresentation", "BitstringStatusListCredential"]);
    forged["holder"] = HOLDER.into();
    for shown in [nothing, forged] {
        let evidence = fetched(presented(&shown, &world), NOW);
        let request = request(&text, Policy { empty_presentations: true, ..Policy::default() });
        assert_eq!(verify(&request, &world.trust, &evidence).verdict(), "rejected", "{shown}");
    }
    assert_eq!(told(&world, &text, &published(&world, &credential())), rejected("status.malformed"));
}

/// STA-005, STA-006, STA-010, STA-012.
#[test]
fn another_list_than_the_entry_means() {
    let world = world();
    let text = with_status(&world, &entry("revocation"));
    let changed = |member: &str, value: Json| {
        let mut list = list("revocation", false);
        list[member] = value;
        told(&world, &text, &published(&world, &list))
    };
    assert_eq!(changed("id", "https://issuer.example/status/2".into()), rejected("status.uri_mismatch"));
    assert_eq!(changed("credentialStatus", entry("revocation")), rejected("status.depth"));
    let short = json!({"type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": "uH4sIAAAAAAACA2NgGAWDEgAAmVfe7GQAAAA"});
    assert!(["status.length", "status.malformed"].contains(&changed("credentialSubject", short).1[0]));
    let suspended = published(&world, &list("suspension", true));
    assert_eq!(told(&world, &text, &suspended), rejected("status.purpose"));
    let far = status_entry(StatusKind::Bitstring, URL, "revocation", 131_072).unwrap();
    let clear = published(&world, &list("revocation", false));
    assert_eq!(told(&world, &with_status(&world, &far), &clear), rejected("status.index"));
}

/// STA-007: out of validity, and copies that are too old.
#[test]
fn a_list_that_is_stale() {
    let world = world();
    let text = with_status(&world, &entry("revocation"));
    let mut late = list("revocation", false);
    late["validUntil"] = json!(NOW.plus(-3600));
    assert_eq!(told(&world, &text, &published(&world, &late)), rejected("status.expired"));
    let mut early = list("revocation", false);
    early["validFrom"] = json!(NOW.plus(3600));
    assert_eq!(told(&world, &text, &published(&world, &early)), rejected("status.expired"));

    let mut brief = list("revocation", false);
    brief["credentialSubject"]["ttl"] = 300_000.into();
    let body = signed(&brief, &world.issuer, &issuer_kid());
    let at = |age: i64| told(&world, &text, &fetched(body.as_bytes(), NOW.plus(-age)));
    assert_eq!(at(300 + 60), ("accepted", vec![], vec![]));
    assert_eq!(at(300 + 61), ("indeterminate", vec!["status.expired"], vec![URL.to_owned()]));
    // A long `ttl` does not keep an expired list alive.
    late["credentialSubject"]["ttl"] = 1_000_000_000.into();
    assert_eq!(told(&world, &text, &published(&world, &late)), rejected("status.expired"));
}

/// STA-015: any revocation rejects; a kind that nobody here knows leaves it open.
#[test]
fn several_entries() {
    let world = world();
    let unknown = json!({"id": "https://issuer.example/other#1", "type": "1EdTechRevocationList"});
    let (clear, set) = (published(&world, &list("revocation", false)), published(&world, &list("revocation", true)));
    let unknown_type = "status.unknown_type";
    assert_eq!(told(&world, &with_status(&world, &unknown), &clear), ("indeterminate", vec![unknown_type], vec![]));
    let both = with_status(&world, &json!([unknown, entry("revocation")]));
    assert_eq!(told(&world, &both, &clear), ("indeterminate", vec![unknown_type], vec![]));
    assert_eq!(told(&world, &both, &set), ("rejected", vec![unknown_type, "status.revoked"], vec![]));
    // A malformed entry among sound ones.
    let mut broken = entry("revocation");
    broken["statusListIndex"] = "05".into();
    let text = with_status_unchecked(&world, &json!([broken, entry("revocation")]));
    assert_eq!(told(&world, &text, &clear), rejected("status.index"));
}

/// A credential that our own issuing would refuse to sign.
fn with_status_unchecked(world: &World, status: &Json) -> String {
    use crate::crypto::own_keys::Signer;
    use crate::encoding::base64url;
    let mut document = credential();
    document["credentialStatus"] = status.clone();
    let header = json!({"alg": "ES256", "typ": "vc+jwt", "kid": issuer_kid()}).to_string();
    let message =
        format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(document.to_string().as_bytes()));
    let signature = world.issuer.sign(message.as_bytes()).unwrap();
    format!("{message}.{}", base64url::encode(&signature))
}

#[test]
fn messages_and_newer_credentials_are_noted() {
    let world = world();
    for (purpose, note) in [("message", "status.message"), ("refresh", "status.refresh")] {
        let text = with_status(&world, &entry(purpose));
        let report = report(&world, &text, &published(&world, &list(purpose, true)));
        assert!(report.is_accepted(), "{}", report.to_json());
        assert!(report.parts()[0].notes.iter().any(|found| found.code == note), "{}", report.to_json());
    }
}

#[test]
fn the_policy_decides_whether_status_counts() {
    let world = world();
    let set = published(&world, &list("revocation", true));
    let text = with_status(&world, &entry("revocation"));
    let with = |status, text: &str, evidence: &Evidence| {
        verify(&request(text, Policy { status, ..Policy::default() }), &world.trust, evidence)
    };
    let ignored = with(StatusDemand::Ignored, &text, &set);
    assert!(ignored.is_accepted() && ignored.parts()[0].notes.iter().any(|note| note.code == "status.ignored"));
    assert_eq!(with(StatusDemand::Required, &text, &set).verdict(), "rejected");
    let clear = published(&world, &list("revocation", false));
    assert_eq!(with(StatusDemand::Required, &text, &clear).verdict(), "accepted");
    let plain = signed(&credential(), &world.issuer, &issuer_kid());
    assert_eq!(with(StatusDemand::Required, &plain, &clear).verdict(), "indeterminate");
    assert_eq!(with(StatusDemand::WhenDeclared, &plain, &clear).verdict(), "accepted");
}

/// A batch looks at a list once, and says of each credential what it would say of it alone.
#[test]
fn a_batch_shares_its_lists() {
    let world = world();
    let text = with_status(&world, &entry("revocation"));
    let set = published(&world, &list("revocation", true));
    let later = Request { occasion: Occasion::at(NOW.plus(7 * 86_400)), ..request(&text, Policy::default()) };
    let ignored = request(&text, Policy { status: StatusDemand::Ignored, ..Policy::default() });
    let requests = [request(&text, Policy::default()), ignored, later, request(&text, Policy::default())];
    let reports = verify_batch(&requests, &world.trust, &set);
    for (request, together) in requests.iter().zip(&reports) {
        assert_eq!(together.to_json(), verify(request, &world.trust, &set).to_json());
    }
    let codes: Vec<_> = reports.iter().map(|report| report.first_reason().map(|reason| reason.code())).collect();
    assert_eq!(codes, [Some(Code::StatusRevoked), None, Some(Code::StatusExpired), Some(Code::StatusRevoked)]);

    let context =
        |policy| Context { trust: &world.trust, evidence: &set, occasion: &requests[0].occasion, policy, budget: None };
    let decoded = Decoded::new(Claims::Json(HeldJson::Own(JsonValue::Null)));
    let signer = Candidate::named(world.issuer.public_key().clone(), Arc::default());
    let referring = Referring { format: &VcJwt, decoded: &decoded, signer: &signer };
    let at = |url: &str| StatusEntry { kind: StatusKind::Bitstring, list: url.to_owned(), ..StatusEntry::other() };
    let mut lists = Lists::default();
    let one = lists.list_at(&at(URL), referring, &context(&requests[0].policy));
    assert!(Arc::ptr_eq(&one, &lists.list_at(&at(URL), referring, &context(&requests[3].policy))));
    for n in 0..50 {
        lists.list_at(&at(&format!("{URL}/{n}")), referring, &context(&requests[0].policy));
    }
    assert_eq!(lists.held.len(), limits::STATUS_LISTS);
}

/// Credentials inside a presentation have their status looked at too.
#[test]
fn inside_a_presentation() {
    let world = world();
    let mut document = credential();
    document["credentialStatus"] = entry("revocation");
    let token = jwt(&document, &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap();
    let shown = presentation(vec![token.enveloped(Kind::Credential)]);
    let text = signed(&shown, &world.holder, &holder_kid());
    assert_eq!(told(&world, &text, &published(&world, &list("revocation", true))), rejected("status.revoked"));
    let clear = published(&world, &list("revocation", false));
    assert_eq!(told(&world, &text, &clear).0, "accepted");
    // A presentation has no status of its own to demand.
    let required = Policy { status: StatusDemand::Required, ..Policy::default() };
    assert_eq!(verify(&request(&text, required.clone()), &world.trust, &clear).verdict(), "accepted");
    let token = jwt(&credential(), &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap();
    let text = signed(&presentation(vec![token.enveloped(Kind::Credential)]), &world.holder, &holder_kid());
    assert_eq!(verify(&request(&text, required), &world.trust, &clear).verdict(), "indeterminate");
}
