//! SMART Health Cards against the corpora: the test data of health-cards-dev-tools, the examples of the specification, and
//! the `shc` and `jwt` families of the hostile seed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value as Json, json as object};
use vidimus::credential::Input;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::encoding::json;
use vidimus::envelope::jwt::{Rules, verify_jwt};
use vidimus::evidence::{Document, Evidence};
use vidimus::format::shc_payload::{check_bundle, check_payload};
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::reason::Reason;
use vidimus::report::Report;
use vidimus::status::shc_revocation::RevocationList;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::trust::jwks::{KeySet, check_smart_key_set};
use vidimus::verify::{Request, verify};

const SPEC_ISSUER: &str = "https://spec.smarthealth.cards/examples/issuer";
const OTHER_ISSUER: &str = "https://other.example/issuer";

/// What came of a case.
#[derive(Debug)]
enum Outcome {
    Accepted,
    /// Refused, or could not be told: never acceptance. With every reason.
    NotAccepted(Vec<String>),
}

impl Outcome {
    fn of_report(report: &Report) -> Outcome {
        if report.is_accepted() {
            return Outcome::Accepted;
        }
        let reasons = report.parts().iter().flat_map(|part| &part.checks).filter_map(|check| check.outcome.reason());
        Outcome::NotAccepted(reasons.map(|reason| reason.code().as_str().to_owned()).collect())
    }

    fn of_reasons(reasons: &[Reason]) -> Outcome {
        if reasons.is_empty() {
            return Outcome::Accepted;
        }
        Outcome::NotAccepted(reasons.iter().map(|reason| reason.code().as_str().to_owned()).collect())
    }
}

/// Everything that a case of either health corpus is judged with.
struct Case {
    id: String,
    kind: String,
    files: Vec<PathBuf>,
    now: Timestamp,
    policy: Policy,
    trust: Trust,
    evidence: Evidence,
    san: Option<String>,
    check_x5c: bool,
}

/// The outcome of one case; nothing of it is believed that the library does not say.
fn run_case(case: &Case) -> Outcome {
    let bytes = |path: &PathBuf| fs::read(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let occasion = Occasion::at(case.now);
    match case.kind.as_str() {
        "bundle" => Outcome::of_reasons(&check_bundle(&bytes(&case.files[0]), &case.policy).0),
        "payload" => Outcome::of_reasons(&check_payload(&bytes(&case.files[0]), &occasion, &case.policy).0),
        "jwks" => {
            Outcome::of_reasons(&check_smart_key_set(&bytes(&case.files[0]), case.san.as_deref(), case.check_x5c))
        }
        "crl" => {
            let kid = case.files[0].file_stem().unwrap().to_str().unwrap();
            Outcome::of_reasons(
                &RevocationList::decode(&bytes(&case.files[0]), kid).err().into_iter().collect::<Vec<_>>(),
            )
        }
        "qr-image" => {
            let outcomes = case.files.iter().map(|file| judge(case, bytes(file)));
            outcomes
                .fold(Outcome::Accepted, |worst, next| if matches!(worst, Outcome::Accepted) { next } else { worst })
        }
        _ => judge(case, case.files.iter().map(bytes).collect::<Vec<_>>().join(&b'\n')),
    }
}

fn judge(case: &Case, input: Vec<u8>) -> Outcome {
    Outcome::of_report(&report(case, input))
}

fn report(case: &Case, input: Vec<u8>) -> Report {
    let request =
        Request { input: Input::bytes(input), occasion: Occasion::at(case.now), policy: Arc::new(case.policy.clone()) };
    verify(&request, &case.trust, &case.evidence)
}

/// The corpora, or `None` with a word about it.
fn corpora() -> Option<PathBuf> {
    match std::env::var_os("VIDIMUS_CORPORA") {
        Some(path) => Some(path.into()),
        None if std::env::var_os("CI").is_some() => panic!("VIDIMUS_CORPORA is not set, and this is CI"),
        None => {
            eprintln!("skipped: VIDIMUS_CORPORA is not set");
            None
        }
    }
}

fn json_of(path: &Path) -> Json {
    let text = fs::read(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    json::from_slice(&text).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn texts(value: &Json) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

fn issuers(names: &[&str]) -> Trust {
    let entry = |name: &&str| {
        let entry = object!({"kind": "issuer", "issuer": name, "formats": ["smart_health_card"]});
        serde_json::from_value::<Entry>(entry).unwrap()
    };
    let (trust, problems) = Trust::from_entries(names.iter().map(entry).collect());
    assert_eq!(problems, []);
    trust
}

/// What an issuer publishes, from the folder that holds its key set.
fn publish(evidence: &mut Evidence, issuer: &str, key_set: &Path, with_certificates: bool) {
    let mut add = |name: String, body: Vec<u8>| {
        let locator = format!("{issuer}/.well-known/{name}");
        evidence.insert(Document { locator, status: 200, fetched_at: Timestamp::from_seconds(0), body });
    };
    let mut body = fs::read(key_set).unwrap_or_else(|fault| panic!("{}: {fault}", key_set.display()));
    if let (false, Ok(mut set)) = (with_certificates, json::from_slice::<Json>(&body)) {
        for key in set["keys"].as_array_mut().into_iter().flatten() {
            key.as_object_mut().unwrap().remove("x5c");
        }
        body = set.to_string().into_bytes();
    }
    add("jwks.json".to_owned(), body);
    for list in fs::read_dir(key_set.with_file_name("crl")).into_iter().flatten() {
        let path = list.unwrap().path();
        add(format!("crl/{}", path.file_name().unwrap().to_str().unwrap()), fs::read(&path).unwrap());
    }
}

/// A case of the dev tools. Those tools look at certificates in tests of key sets only; so the sets are published without.
fn dev_tools_case(folder: &Path, case: &Json) -> Case {
    let params = &case["params"];
    let own_key_set = folder.join("../shc-spec-examples/issuer/.well-known/jwks.json");
    // The specification's issuer is known everywhere: that its keys sign for nobody else is part of the tests.
    let mut published = vec![(SPEC_ISSUER, own_key_set)];
    let key_sets = texts(&case["jwks"]);
    for issuer in texts(&case["issuer"]).into_iter().filter(|issuer| *issuer != SPEC_ISSUER) {
        published.extend(key_sets.first().map(|set| (issuer, folder.join(set))));
    }
    // A key set that the tool had at hand, of another issuer than the card's.
    published.extend(params["jwks"].as_str().map(|set| (OTHER_ISSUER, folder.join(set))));
    let mut evidence = Evidence::none();
    for (issuer, key_set) in &published {
        publish(&mut evidence, issuer, key_set, false);
    }
    let mut named = texts(&case["issuer"]);
    named.extend([SPEC_ISSUER, OTHER_ISSUER]);
    let directory = params["issuerDirectory"].as_str().map(|name| json_of(&folder.join(name)));
    let trust = match &directory {
        None => issuers(&named),
        Some(directory) => {
            let members = directory["participating_issuers"].as_array().unwrap();
            issuers(&members.iter().map(|member| member["iss"].as_str().unwrap()).collect::<Vec<_>>())
        }
    };
    Case {
        id: case["id"].as_str().unwrap().to_owned(),
        kind: case["type"].as_str().unwrap().to_owned(),
        files: texts(&case["files"]).into_iter().map(|name| folder.join(name)).collect(),
        now: Timestamp::from_rfc3339(case["clock"].as_str().unwrap()).unwrap(),
        policy: Policy { strict: true, ..Policy::default() },
        trust,
        evidence,
        san: params["subjectAltName"].as_str().map(str::to_owned),
        check_x5c: params["checkX5c"] == true,
    }
}

/// Our codes for an error of the dev tools; refusing for another reason is no agreement.
fn ours(theirs: &str) -> &'static [&'static str] {
    match theirs {
        "FHIR_SCHEMA_ERROR" | "PROFILE_ERROR" => &["fhir.content"],
        "SCHEMA_ERROR" => &["shc.type", "claim.missing", "claim.type"],
        // White space before a text hides its beginning from the strict.
        "TRAILING_CHARACTERS" => {
            &["json.syntax", "json.encoding", "jose.malformed", "shc.numeric", "input.unrecognised"]
        }
        "INFLATION_ERROR" => &["zlib.invalid", "input.unrecognised"],
        "JWS_HEADER_ERROR" => &["shc.header", "jose.alg_missing", "jose.kid_unknown", "input.unrecognised"],
        "JWS_VERIFICATION_ERROR" => &["sig.invalid", "jose.kid_unknown"],
        "SIGNATURE_FORMAT_ERROR" => &["sig.encoding"],
        "REVOCATION_ERROR" => &["status.crl_invalid"],
        "ISSUER_KEY_DOWNLOAD_ERROR" => &["trust.key_unavailable", "json.syntax"],
        "ISSUER_NOT_TRUSTED" => &["trust.issuer_unknown"],
        "ISSUER_KID_MISMATCH" => &["jose.kid_unknown"],
        "INVALID_ISSUER_URL" => &["shc.issuer_url"],
        "NOT_YET_VALID" => &["time.not_yet_valid", "time.implausible"],
        "EXPIRATION_ERROR" => &["time.expired", "time.inconsistent"],
        "QR_CHUNKING_DEPRECATED" | "MISSING_QR_CHUNK" => &["shc.chunk"],
        "INVALID_NUMERIC_QR" => &["shc.numeric"],
        "INVALID_NUMERIC_QR_HEADER" => &["shc.prefix", "shc.chunk"],
        "QR_DECODE_ERROR" => &["image.no_code", "image.unreadable"],
        "JSON_PARSE_ERROR" => &["json.syntax", "jose.payload_type"],
        "SHLINK_NOT_HTTPS_URL" | "SHLINK_INVALID_PASSCODE" | "SHLINK_VERIFICATION_ERROR" | "INVALID_SHLINK" => {
            &["input.unrecognised"]
        }
        "INVALID_KEY_PRIVATE" => &["jose.private_key_exposed"],
        "INVALID_KEY_X5C" => {
            &["x509.malformed", "x509.san_mismatch", "x509.untrusted_root", "x509.not_a_ca", "shc.issuer_url"]
        }
        "INVALID_KEY_WRONG_KTY"
        | "INVALID_KEY_WRONG_ALG"
        | "INVALID_KEY_WRONG_USE"
        | "INVALID_KEY_WRONG_KID"
        | "INVALID_KEY_WRONG_CRV" => &["jose.jwk_policy"],
        _ => &[],
    }
}

/// What is wrong with our outcome, by the expectations of the dev tools.
fn disagreement(case: &Json, outcome: &Outcome) -> Option<String> {
    let warnings = texts(&case["warningCodes"]);
    let must_refuse = warnings.contains(&"NOT_YET_VALID") || warnings.contains(&"EXPIRATION_ERROR");
    match (case["expected"].as_str().unwrap(), outcome) {
        ("accept", Outcome::NotAccepted(codes)) => Some(format!("not accepted: {codes:?}")),
        ("warn", Outcome::Accepted) if must_refuse => Some("accepted outside its validity".to_owned()),
        ("reject", Outcome::Accepted) => Some("accepted".to_owned()),
        ("reject", Outcome::NotAccepted(codes)) => {
            let theirs = texts(&case["errorCodes"]);
            let agrees =
                theirs.iter().flat_map(|theirs| ours(theirs)).any(|code| codes.iter().any(|ours| ours == code));
            (!agrees).then(|| format!("refused for {codes:?}, they for {theirs:?}"))
        }
        _ => None,
    }
}

/// Cases in which we differ from the corpus, and why. At most 2 % of a set; one that agrees again fails the test.
fn exceptions(set: &str) -> BTreeMap<&'static str, &'static str> {
    match set {
        "shc-dev-tools-testdata" => BTreeMap::from([
            (
                "qr-image-04",
                "The text is right; that the symbol holds it in one segment is not seen behind the picture reader.",
            ),
            (
                "qr-image-06",
                "The text is right; that the symbol is larger than version 22 is not seen behind the picture reader.",
            ),
        ]),
        _ => BTreeMap::new(),
    }
}

fn conclude(set: &str, cases: usize, mut wrong: BTreeMap<String, String>) {
    let known = exceptions(set);
    assert!(known.len() * 50 <= cases, "{set}: more than 2 % exceptions");
    let stale: Vec<_> = known.keys().filter(|id| wrong.remove(**id).is_none()).collect();
    eprintln!("{set}: {cases} cases, {} exceptions, {} wrong", known.len(), wrong.len());
    assert!(stale.is_empty(), "{set}: these exceptions agree again: {stale:?}");
    assert!(wrong.is_empty(), "{set}:\n{}", wrong.iter().map(|(id, why)| format!("{id}: {why}\n")).collect::<String>());
}

#[test]
fn dev_tools_test_data() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/shc-dev-tools-testdata");
    let expectations = json_of(&folder.join("expectations.json"));
    let cases = expectations["cases"].as_array().unwrap();
    let mut wrong = BTreeMap::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for case in cases {
        let built = dev_tools_case(&folder, case);
        *kinds.entry(format!("{} {}", built.kind, case["expected"].as_str().unwrap())).or_default() += 1;
        if built.kind == "qr-image" && !cfg!(feature = "pictures") {
            continue;
        }
        if let Some(why) = disagreement(case, &run_case(&built)) {
            wrong.insert(built.id, why);
        }
    }
    eprintln!("{kinds:?}");
    conclude("shc-dev-tools-testdata", cases.len(), wrong);
}

#[test]
fn certificates_of_a_key_expire_for_the_strict_only() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/shc-spec-examples");
    let case = |strict: bool| {
        let mut evidence = Evidence::none();
        publish(&mut evidence, SPEC_ISSUER, &folder.join("issuer/.well-known/jwks.json"), true);
        Case {
            id: "example-01".to_owned(),
            kind: "jws".to_owned(),
            files: vec![folder.join("example-01-d-jws.txt")],
            now: Timestamp::from_rfc3339("2023-07-01T00:00:00Z").unwrap(),
            policy: Policy { strict, ..Policy::default() },
            trust: issuers(&[SPEC_ISSUER]),
            evidence,
            san: None,
            check_x5c: true,
        }
    };
    let Outcome::NotAccepted(codes) = run_case(&case(true)) else { panic!("accepted with an expired certificate") };
    assert_eq!(codes, ["x509.expired"]);
    let tolerant = report(&case(false), fs::read(folder.join("example-01-d-jws.txt")).unwrap());
    assert!(tolerant.is_accepted());
    assert!(tolerant.parts()[0].notes.iter().any(|note| note.code == "x509.expired"));
}

fn spec_case(folder: &Path, case: &Json) -> Case {
    let trusted = &case["trust"];
    let mut evidence = Evidence::none();
    let mut trust = Trust::none();
    if let Some(issuer) = trusted["issuer"].as_str() {
        publish(&mut evidence, issuer, &folder.join(trusted["jwks"].as_str().unwrap()), true);
        trust = issuers(&[issuer]);
    }
    let clock = case["clock"].as_str().map_or(Some(Timestamp::default()), Timestamp::from_rfc3339);
    Case {
        id: case["id"].as_str().unwrap().to_owned(),
        kind: case["type"].as_str().unwrap().to_owned(),
        files: texts(&case["files"]).into_iter().map(|name| folder.join(name)).collect(),
        now: clock.unwrap(),
        policy: Policy::default(),
        trust,
        evidence,
        san: Some(SPEC_ISSUER.to_owned()),
        check_x5c: true,
    }
}

#[test]
fn examples_of_the_specification() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/shc-spec-examples");
    let expectations = json_of(&folder.join("expectations.json"));
    let cases = expectations["cases"].as_array().unwrap();
    let mut wrong = BTreeMap::new();
    for case in cases {
        let built = spec_case(&folder, case);
        let reason = match case["reason"].as_str() {
            None => None,
            Some("not-yet-valid") => Some("time.not_yet_valid"),
            Some("issuer-not-trusted") => Some("trust.issuer_unknown"),
            Some(other) => panic!("an unknown reason: {other}"),
        };
        let why = match (reason, run_case(&built)) {
            (None, Outcome::Accepted) => None,
            (Some(due), Outcome::NotAccepted(codes)) if codes == [due] => None,
            (_, outcome) => Some(format!("{outcome:?}")),
        };
        if let Some(why) = why {
            wrong.insert(built.id.clone(), why);
        }
        if let (None, Some(payload)) = (reason, case["params"]["payload"].as_str()) {
            let input = built.files.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>().join(&b'\n');
            let claims = report(&built, input).parts()[0].claims();
            assert_eq!(claims, Some(json_of(&folder.join(payload))), "{}", built.id);
        }
    }
    conclude("shc-spec-examples", cases.len(), wrong);
}

/// The cases of one family of the hostile seed, and the keys that all of them are judged with.
fn hostile(corpora: &Path, format: &str) -> (Vec<Json>, Json) {
    let folder = corpora.join("security/hostile-seed");
    let lines = fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    let cases = lines.lines().map(|line| json::from_slice::<Json>(line.as_bytes()).unwrap());
    (cases.filter(|case| case["format"] == format).collect(), json_of(&folder.join("keys.json")))
}

fn hostile_disagreement(case: &Json, accepted: bool, codes: &[String]) -> Option<String> {
    let agrees = match case["expect"].as_str().unwrap() {
        "accept" => accepted,
        _ => !accepted && codes.iter().any(|code| *code == case["reason"]),
    };
    (!agrees).then(|| format!("{} {}: accepted {accepted}, {codes:?}", case["expect"], case["reason"]))
}

#[test]
fn hostile_health_cards() {
    let Some(corpora) = corpora() else { return };
    let (cases, keys) = hostile(&corpora, "shc");
    let entry = object!({"kind": "issuer", "issuer": keys["issuer"], "formats": ["smart_health_card"], "keys": keys["shc_jwks"]});
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value(entry).unwrap()]);
    assert_eq!(problems, []);
    let now = Timestamp::from_seconds(keys["now"].as_i64().unwrap());
    let mut wrong = BTreeMap::new();
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        for strict in [true, false] {
            // Those who are not strict drop white space around a text.
            if !strict && (case["strict"] == true || id == "shc-num-9") {
                continue;
            }
            let policy = Policy {
                strict,
                clock_skew_seconds: u32::try_from(keys["skew"].as_i64().unwrap()).unwrap(),
                ..Policy::default()
            };
            let input =
                Input { format: Some("smart_health_card".to_owned()), ..Input::text(case["text"].as_str().unwrap()) };
            let request = Request { input, occasion: Occasion::at(now), policy: Arc::new(policy) };
            let report = verify(&request, &trust, &Evidence::none());
            let first: Vec<String> =
                report.first_reason().map(|reason| reason.code().as_str().to_owned()).into_iter().collect();
            if let Some(why) = hostile_disagreement(case, report.is_accepted(), &first) {
                wrong.insert(id.to_owned(), format!("{why} strict {strict}"));
            }
        }
    }
    conclude("hostile-seed shc", cases.len(), wrong);
}

#[test]
fn hostile_tokens() {
    let Some(corpora) = corpora() else { return };
    let (cases, keys) = hostile(&corpora, "jwt");
    let set = KeySet::decode(keys["jwks"].to_string().as_bytes()).unwrap();
    let key = |kid: &str| set.find(kid).and_then(|jwk| jwk.public_key().cloned());
    let algorithms: Vec<Algorithm> =
        texts(&keys["jwt_algs"]).into_iter().map(|name| Algorithm::from_jose(name).unwrap()).collect();
    let mut wrong = BTreeMap::new();
    for case in &cases {
        for strict in [true, false] {
            if !strict && case["strict"] == true {
                continue;
            }
            let rules = Rules {
                issuer: keys["issuer"].as_str().unwrap(),
                typ: keys["jwt_typ"].as_str(),
                algorithms: &algorithms,
                now: Timestamp::from_seconds(keys["now"].as_i64().unwrap()),
                skew_seconds: keys["skew"].as_i64().unwrap(),
                strict,
            };
            let answer = verify_jwt(case["text"].as_str().unwrap(), &key, &rules);
            let codes: Vec<String> = answer
                .as_ref()
                .err()
                .into_iter()
                .flatten()
                .map(|reason| reason.code().as_str().to_owned())
                .take(1)
                .collect();
            if let Some(why) = hostile_disagreement(case, answer.is_ok(), &codes) {
                wrong.insert(case["id"].as_str().unwrap().to_owned(), format!("{why} strict {strict}"));
            }
        }
    }
    conclude("hostile-seed jwt", cases.len(), wrong);
}
