//! Lists in tokens, for a credential that refers to them: every family of STA that is not about the list alone.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, DnValue, IsCa, Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

use super::*;
use crate::check::Outcome;
use crate::credential::Claims;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::json::{Held, Value as JsonValue};
use crate::evidence::Evidence;
use crate::format::vc::secured_sample::{HOLDER, ISSUER, NOW, World, holder_kid, issuer_kid, world};
use crate::format::vc_jwt::{NAME, VcJwt};
use crate::issue::token_status_list::{ListDraft, ListSigner, cwt, identifier_list, jwt};
use crate::occasion::Occasion;
use crate::policy::{IssuerDemand, Policy};
use crate::status::token_status_list::TokenStatusList;
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::status_lists::Lists;

const URI: &str = "https://issuer.example/vc/status/1";

/// What stage Status comes to: the codes, or the locators that would help.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Clear,
    Fails(Vec<&'static str>),
    Lacks(&'static str, Vec<(String, Wants)>),
}

/// A credential as far as its status goes, whose signature was right under this key.
struct Shown<'s> {
    trust: &'s Trust,
    signer: Candidate,
    entry: StatusEntry,
    policy: Policy,
}

impl<'s> Shown<'s> {
    fn of(world: &'s World, index: u64) -> Shown<'s> {
        let entry =
            StatusEntry { kind: StatusKind::TokenStatusList, index, list: URI.to_owned(), ..StatusEntry::other() };
        Shown { trust: &world.trust, signer: candidate(&world.issuer), entry, policy: Policy::default() }
    }

    fn told(&self, evidence: &Evidence) -> Told {
        let claims = Claims::Json(Held::Own(JsonValue::Null));
        let decoded = Decoded { issuer: Some(ISSUER.into()), status: vec![self.entry.clone()], ..Decoded::new(claims) };
        let occasion = Occasion::at(NOW);
        let context = Context { trust: self.trust, evidence, occasion: &occasion, policy: &self.policy, budget: None };
        let mut findings = Findings::new();
        let referring = Referring { format: &VcJwt, decoded: &decoded, signer: &self.signer };
        drop(Lists::default().check(referring, &context, &mut findings));
        let mut fails = Vec::new();
        let mut lacks = Vec::new();
        let mut code = "";
        for check in findings.into_checks().into_iter().filter(|check| check.stage == Stage::Status) {
            match check.outcome {
                Outcome::Fail(reason) => fails.push(reason.code().as_str()),
                Outcome::Unknown(reason, locator) => {
                    code = reason.code().as_str();
                    lacks.extend(locator.map(|locator| (locator.as_str().to_owned(), locator.wants())));
                }
                Outcome::Pass => assert_eq!((fails.len(), lacks.len(), code), (0, 0, "")),
                other => panic!("{other:?}"),
            }
        }
        match (fails.is_empty(), code) {
            (true, "") => Told::Clear,
            (true, code) => Told::Lacks(code, lacks),
            (false, _) => Told::Fails(fails),
        }
    }
}

fn candidate(key: &OwnKey) -> Candidate {
    Candidate::named(key.public_key().clone(), Arc::default())
}

fn draft() -> ListDraft<'static> {
    ListDraft { uri: URI, issuer: None, issued_at: NOW.plus(-100), expires: Some(NOW.plus(1000)), ttl: Some(600) }
}

fn list() -> TokenStatusList {
    TokenStatusList::of_bytes(2, vec![0b1110_0100]).unwrap()
}

fn by<'k>(key: &'k OwnKey, kid: &'k str) -> ListSigner<'k> {
    ListSigner { key, kid: Some(kid), certificates: &[] }
}

fn fetched(body: impl Into<Vec<u8>>, age: i64) -> Evidence {
    let mut evidence = Evidence::none();
    insert(&mut evidence, body, age);
    evidence
}

fn insert(evidence: &mut Evidence, body: impl Into<Vec<u8>>, age: i64) {
    let (locator, fetched_at) = (URI.to_owned(), NOW.plus(-age));
    evidence.insert(Document { locator, status: 200, fetched_at, body: body.into() });
}

fn published(world: &World, draft: &ListDraft<'_>) -> Evidence {
    fetched(jwt(draft, &list(), &by(&world.issuer, &issuer_kid())).unwrap(), 0)
}

/// STA-014, in both envelopes.
#[test]
fn every_value() {
    let world = world();
    let kid = issuer_kid();
    let bytes = cwt(&draft(), &list(), &by(&world.issuer, &kid)).unwrap();
    for evidence in [published(&world, &draft()), fetched(bytes, 0)] {
        assert_eq!(Shown::of(&world, 0).told(&evidence), Told::Clear);
        for (index, code) in
            [(1, "status.revoked"), (2, "status.suspended"), (3, "status.unknown_value"), (4, "status.index")]
        {
            assert_eq!(Shown::of(&world, index).told(&evidence), Told::Fails(vec![code]));
        }
    }
    let ids = [b"one".to_vec()];
    let evidence = fetched(identifier_list(&draft(), &ids, &by(&world.issuer, &kid)).unwrap(), 0);
    let of = |identifier: &[u8]| {
        let mut shown = Shown::of(&world, 0);
        shown.entry.kind = StatusKind::IdentifierList;
        shown.entry.identifier = Some(identifier.to_vec());
        shown.told(&evidence)
    };
    assert_eq!((of(b"two"), of(b"one")), (Told::Clear, Told::Fails(vec!["status.revoked"])));
    assert_eq!(Shown::of(&world, 0).told(&evidence), Told::Fails(vec!["status.malformed"]));
}

/// STA-003: no list, no acceptance.
#[test]
fn a_list_that_is_not_at_hand() {
    let world = world();
    let shown = Shown::of(&world, 0);
    let lacks = |code, wants| Told::Lacks(code, vec![(URI.to_owned(), wants)]);
    assert_eq!(shown.told(&Evidence::none()), lacks("status.unavailable", Wants::TokenStatusList));
    let mut evidence = Evidence::none();
    evidence.insert(Document { locator: URI.to_owned(), status: 404, fetched_at: NOW, body: Vec::new() });
    assert_eq!(shown.told(&evidence), Told::Lacks("status.unavailable", vec![]));
    let mut elsewhere = Shown::of(&world, 0);
    elsewhere.entry.list = "http://issuer.example/1".to_owned();
    assert_eq!(elsewhere.told(&Evidence::none()), Told::Fails(vec!["status.malformed"]));
    let mut identifiers = Shown::of(&world, 0);
    identifiers.entry.kind = StatusKind::IdentifierList;
    assert_eq!(identifiers.told(&Evidence::none()), lacks("status.unavailable", Wants::IdentifierList));
}

/// STA-004: signed by somebody else, by nobody, under a key of its own.
#[test]
fn a_list_of_somebody_elses() {
    let world = world();
    let shown = Shown::of(&world, 0);
    let untrusted = || Told::Fails(vec!["status.untrusted"]);
    let (stranger, _) = OwnKey::generate_p256().unwrap();
    let (issuer_kid, holder_kid) = (issuer_kid(), holder_kid());
    let right = jwt(&draft(), &list(), &by(&world.issuer, &issuer_kid)).unwrap();
    for (key, kid) in [(&stranger, &issuer_kid), (&world.holder, &holder_kid), (&world.holder, &issuer_kid)] {
        let text = jwt(&draft(), &list(), &by(key, kid)).unwrap();
        assert_eq!(shown.told(&fetched(text, 0)), untrusted());
    }
    // The right key, for somebody else's list.
    let other = ListDraft { issuer: Some(HOLDER), ..draft() };
    assert_eq!(shown.told(&published(&world, &other)), untrusted());
    let own = ListDraft { issuer: Some(ISSUER), ..draft() };
    assert_eq!(shown.told(&published(&world, &own)), Told::Clear);
    let mut mac = cwt(&draft(), &list(), &by(&world.issuer, &issuer_kid)).unwrap();
    mac[0] = 0xd1;
    assert_eq!(shown.told(&fetched(mac, 0)), untrusted());
    let unsigned = right.replacen("eyJ", "eyJhbGciOiJub25lIiwidHlwIjoic3RhdHVzbGlzdCtqd3QifQ.eyJ", 1);
    let unsigned: Vec<&str> = unsigned.split('.').collect();
    let unsigned = [unsigned[0], unsigned[2], ""].join(".");
    assert_eq!(shown.told(&fetched(unsigned, 0)), untrusted());
    for body in ["", "<html>", "{}", "eyJ"] {
        assert_eq!(shown.told(&fetched(body, 0)), Told::Fails(vec!["status.malformed"]), "{body}");
    }
}

/// STA-005, STA-007: another list, and lists out of their time.
#[test]
fn another_list_and_stale_ones() {
    let world = world();
    let shown = Shown::of(&world, 0);
    let with = |draft: ListDraft<'_>| shown.told(&published(&world, &draft));
    let slash = format!("{URI}/");
    assert_eq!(with(ListDraft { uri: &slash, ..draft() }), Told::Fails(vec!["status.uri_mismatch"]));
    let expired = || Told::Fails(vec!["status.expired"]);
    assert_eq!(with(ListDraft { expires: Some(NOW.plus(-60)), ..draft() }), expired());
    assert_eq!(with(ListDraft { issued_at: NOW.plus(61), ..draft() }), expired());
    // A revoked place in an expired list is no revocation: nobody says so any more.
    let revoked = Shown::of(&world, 1);
    let late = ListDraft { expires: Some(NOW.plus(-60)), ..draft() };
    assert_eq!(revoked.told(&published(&world, &late)), expired());
    let text = jwt(&draft(), &list(), &by(&world.issuer, &issuer_kid())).unwrap();
    assert_eq!(shown.told(&fetched(text.clone(), 660)), Told::Clear);
    let again = Told::Lacks("status.expired", vec![(URI.to_owned(), Wants::TokenStatusList)]);
    assert_eq!(shown.told(&fetched(text, 661)), again);
}

/// STA-008.
#[test]
fn an_older_list_than_the_one_known() {
    let world = world();
    let shown = Shown::of(&world, 0);
    let text = |draft: &ListDraft<'_>, key| jwt(draft, &list(), &by(key, &issuer_kid())).unwrap();
    let older = ListDraft { issued_at: NOW.plus(-200), ..draft() };
    let two = |first: String, second: String| {
        let mut evidence = fetched(first, 50);
        insert(&mut evidence, second, 0);
        shown.told(&evidence)
    };
    let (now, before) = (text(&draft(), &world.issuer), text(&older, &world.issuer));
    assert_eq!(two(before.clone(), now.clone()), Told::Clear);
    assert_eq!(two(now.clone(), now.clone()), Told::Clear);
    assert_eq!(two(now, before.clone()), Told::Fails(vec!["status.rollback"]));
    // What a stranger signed was never known.
    assert_eq!(two(text(&draft(), &world.holder), before), Told::Clear);
}

struct Made {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

fn made(name: impl Into<DnValue>, usage: Option<&[u64]>, by: Option<&Made>) -> Made {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2030, 1, 1);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let other = |oid: &[u64]| rcgen::ExtendedKeyUsagePurpose::Other(oid.to_vec());
    params.extended_key_usages = usage.into_iter().map(other).collect();
    if by.is_none() {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    }
    let key = KeyPair::generate().unwrap();
    let der = match by {
        None => params.self_signed(&key).unwrap().der().to_vec(),
        Some(by) => params.signed_by(&key, &Issuer::from_params(&by.params, &by.key)).unwrap().der().to_vec(),
    };
    Made { params, key, der }
}

fn authority(root: &Made, format: &str) -> Entry {
    Entry::Authority {
        certificate: base64url::encode_standard(&root.der),
        formats: vec![format.to_owned()],
        types: Vec::new(),
        country: None,
        environment: crate::policy::Environment::Production,
        list: None,
    }
}

/// Under one authority, only the credential's own signer or one that is there for it signs the list; STA-004.
#[test]
fn certificates_of_the_signer() {
    let root = made("Root", None, None);
    let leaf = made("Issuer", None, Some(&root));
    let other = made("Other", None, Some(&root));
    let renewed = made("Issuer", None, Some(&root));
    let status = made("Status", Some(&[1, 3, 6, 1, 5, 5, 7, 3, 30]), Some(&root));
    // The same letters in another type of text: another name, to whoever compares names as they were signed.
    let namesake = made(DnValue::PrintableString("Issuer".try_into().unwrap()), None, Some(&root));
    let foreign_root = made("Foreign root", None, None);
    let foreign = made("Issuer", None, Some(&foreign_root));
    let (trust, problems) = Trust::from_entries(vec![authority(&root, NAME), authority(&foreign_root, NAME)]);
    assert_eq!(problems, []);
    let (occasion, policy, evidence) = (Occasion::at(NOW), Policy::default(), Evidence::none());
    let context = Context { trust: &trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    let sent = [leaf.der.clone()];
    let signer = chains::by_chain(NAME, &sent, &context).candidates.remove(0);
    let told = |by: &Made, certificates: &[&Made], usages: &[&str], trust: &Trust| {
        let key = OwnKey::from_pkcs8_der(by.key.serialized_der()).unwrap();
        let certificates: Vec<Vec<u8>> = certificates.iter().map(|made| made.der.clone()).collect();
        let signed_by = ListSigner { key: &key, kid: None, certificates: &certificates };
        let evidence = fetched(jwt(&draft(), &list(), &signed_by).unwrap(), 0);
        let policy = Policy {
            status_signing_usages: usages.iter().map(|usage| (*usage).to_owned()).collect(),
            ..Policy::default()
        };
        let world = world();
        Shown { trust, signer: signer.clone(), policy, ..Shown::of(&world, 0) }.told(&evidence)
    };
    let untrusted = || Told::Fails(vec!["status.untrusted"]);
    assert_eq!(told(&leaf, &[&leaf], &[], &trust), Told::Clear);
    assert_eq!(told(&leaf, &[], &[], &trust), Told::Clear);
    assert_eq!(told(&renewed, &[&renewed], &[], &trust), Told::Clear);
    assert_eq!(told(&other, &[&other], &[], &trust), untrusted());
    assert_eq!(told(&namesake, &[&namesake], &[], &trust), untrusted());
    assert_eq!(told(&foreign, &[&foreign], &[], &trust), untrusted());
    assert_eq!(told(&status, &[&status], &[], &trust), untrusted());
    assert_eq!(told(&status, &[&status], &["1.3.6.1.5.5.7.3.30"], &trust), Told::Clear);
    assert_eq!(told(&other, &[&status], &["1.3.6.1.5.5.7.3.30"], &trust), untrusted());
    // An authority that the operator named for status lists.
    let entries = vec![authority(&root, NAME), authority(&foreign_root, "token_status_list")];
    let (trust, _) = Trust::from_entries(entries);
    assert_eq!(told(&foreign, &[&foreign], &[], &trust), Told::Clear);
    // A signer that the operator named for status lists, while it stands.
    let listed = |withdrawn| Entry::Signer {
        certificate: base64url::encode_standard(&foreign.der),
        formats: vec!["token_status_list".to_owned()],
        country: None,
        kid: None,
        environment: crate::policy::Environment::Production,
        withdrawn,
        list: None,
    };
    for (withdrawn, due) in [(false, Told::Clear), (true, untrusted())] {
        let (trust, problems) = Trust::from_entries(vec![authority(&root, NAME), listed(withdrawn)]);
        assert_eq!(problems, []);
        assert_eq!(told(&foreign, &[&foreign], &[], &trust), due);
    }
}

/// Where a policy takes anybody's own W3C credentials, nobody who is not listed speaks of somebody else's.
#[test]
fn nobody_unlisted_speaks_of_others_credentials() {
    let world = world();
    let (stranger, _) = OwnKey::generate_p256().unwrap();
    let did = format!("did:jwk:{}", base64url::encode(stranger.public_key().to_jwk().to_string().as_bytes()));
    let kid = format!("{did}#0");
    let policy = Policy { issuers: IssuerDemand::Resolvable, ..Policy::default() };
    let shown = Shown { policy, ..Shown::of(&world, 0) };
    for issuer in [None, Some(did.as_str()), Some(ISSUER)] {
        let text = jwt(&ListDraft { issuer, ..draft() }, &list(), &by(&stranger, &kid)).unwrap();
        assert_eq!(shown.told(&fetched(text, 0)), Told::Fails(vec!["status.untrusted"]), "{issuer:?}");
    }
    assert_eq!(shown.told(&published(&world, &draft())), Told::Clear);
}

/// A batch looks at a list once for the credentials of one issuer, and anew for another's.
#[test]
fn what_is_held_is_held_for_one_signer() {
    let world = world();
    let evidence = published(&world, &draft());
    let (occasion, policy) = (Occasion::at(NOW), Policy::default());
    let context =
        Context { trust: &world.trust, evidence: &evidence, occasion: &occasion, policy: &policy, budget: None };
    let decoded = Decoded::new(Claims::Json(Held::Own(JsonValue::Null)));
    let entry = Shown::of(&world, 0).entry;
    let mut lists = Lists::default();
    let mut at = |key: &OwnKey| {
        let signer = candidate(key);
        lists.list_at(&entry, Referring { format: &VcJwt, decoded: &decoded, signer: &signer }, &context)
    };
    let (one, other) = (at(&world.issuer), at(&world.holder));
    assert!(one.is_ok() && other.is_err());
    assert!(Arc::ptr_eq(&one, &at(&world.issuer)) && Arc::ptr_eq(&other, &at(&world.holder)));
}
