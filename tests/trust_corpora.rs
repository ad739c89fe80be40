//! Real trust lists: every importer over every list, with counts; the store that results builds, and comes back from disk the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use vidimus::crypto::digest::sha256;
use vidimus::crypto::ecdsa_value::der_from_raw;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::{base64url, json};
use vidimus::policy::Environment;
use vidimus::time::Timestamp;
use vidimus::trust::entry::EntryFile;
use vidimus::trust::import::{Import, Options};
use vidimus::trust::import_vci::key_sets_of_snapshot;
use vidimus::trust::importers::detect;
use vidimus::trust::store::{load, write};
use vidimus::trust::{Chain, Trust};

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

fn options(list: &str, environment: Environment) -> Options {
    let imported_at = Timestamp::from_seconds(1_790_000_000);
    Options { list: Some(list.to_owned()), environment, imported_at, ..Options::default() }
}

/// Imports a list with the importer that its shape calls for.
fn import(path: &Path, importer: &str, options: &Options) -> Import {
    let bytes = std::fs::read(path).unwrap();
    let found = detect(&bytes).unwrap_or_else(|| panic!("{}: no importer", path.display()));
    assert_eq!(found.name, importer, "{}", path.display());
    let import = found.import(&bytes, options).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    eprintln!("{}\n  taken {:?}", path.display(), import.counts.taken);
    eprintln!("  left out {:?}", import.counts.left_out);
    let mut problems: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &import.problems {
        *problems.entry(problem.reason.to_string()).or_default() += 1;
    }
    problems.iter().for_each(|(reason, count)| eprintln!("  problem {count} x {reason}"));
    import.notes.iter().for_each(|note| eprintln!("  note {note}"));
    import
}

/// Builds the import, and builds it again from disk; returns the snapshot.
fn build(import: &Import) -> Trust {
    let files: Vec<EntryFile> = import.files.values().cloned().collect();
    let (trust, problems) = Trust::build(&files);
    let broken = trust.all_signers().filter(|signer| matches!(signer.chain, Chain::Broken(_))).count();
    let chained = trust.all_signers().filter(|signer| matches!(signer.chain, Chain::IssuedBy(_))).count();
    eprintln!("  snapshot {:?}, {chained} chained, {broken} with a broken chain", trust.counts());
    problems.iter().for_each(|problem| eprintln!("  left out of the snapshot: {}: {}", problem.entry, problem.reason));
    assert_eq!(problems, [], "what an importer takes can be used");
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &import.files).unwrap();
    let loaded = load(folder.path()).unwrap();
    assert_eq!(loaded.problems, []);
    assert_eq!(loaded.files, files);
    assert_eq!(Trust::build(&loaded.files).0.digest(), trust.digest());
    let again = write(folder.path(), &import.files).unwrap();
    assert_eq!((again.changed, again.removed), (0, 0));
    trust
}

#[test]
fn gdhcn_lists() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/trust-lists");
    for (file, items) in [
        ("gdhcn-prod/v1-trustlist-did.json", 438),
        ("gdhcn-prod/v2-trustlist-did.json", 501),
        ("gdhcn-prod/v2-trustlist-DCC-CYP-DSC-did.json", 3),
        ("gdhcn-prod/v2-trustlist-ref-did.json", 3),
        ("gdhcn-prod/v2-trustlist-ref-DCC-did.json", 40),
        ("gdhcn-prod/v2-trustlist-ref-DCC-CYP-DSC-did.json", 1),
        ("gdhcn-dev/v1-trustlist-did.json", 373),
        ("gdhcn-dev/v2-trustlist-did.json", 255),
        ("gdhcn-dev/v2-trustlist-ref-did.json", 9),
    ] {
        let import = import(&folder.join(file), "gdhcn", &options("gdhcn", Environment::Production));
        let all = import.counts.total_taken() + import.counts.total_left_out() + import.problems.len();
        assert_eq!(all, items, "every item is taken, counted or a problem");
        let trust = build(&import);
        // Four Irish signers and a Turkish one are signed with SHA-1.
        let broken = trust.all_signers().filter(|signer| matches!(signer.chain, Chain::Broken(_))).count();
        assert!(broken <= 5, "{broken} chains are broken");
        let environment = if file.starts_with("gdhcn-dev") { Environment::Test } else { Environment::Production };
        assert!(trust.all_signers().all(|signer| signer.environment == environment));
    }
}

#[test]
fn a_key_beside_another_certificate_is_a_problem() {
    let Some(corpora) = corpora() else { return };
    let path = corpora.join("health/trust-lists/gdhcn-prod/v2-trustlist-DCC-CYP-DSC-did.json");
    let mut list: serde_json::Value = json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let methods = list["verificationMethod"].as_array_mut().unwrap();
    let other = methods[1]["publicKeyJwk"]["x"].clone();
    methods[0]["publicKeyJwk"]["x"] = other;
    methods[1]["publicKeyJwk"]["x5c"] = serde_json::json!([]);
    methods[2]["domain"] = "#ICVP".into();
    let text = list.to_string();
    let import = detect(text.as_bytes()).unwrap().import(text.as_bytes(), &Options::default()).unwrap();
    assert_eq!((import.counts.total_taken(), import.problems.len(), import.counts.total_left_out()), (0, 2, 1));
}

#[test]
fn a_snapshot_of_the_directory_pins_its_keys() {
    let Some(corpora) = corpora() else { return };
    let keys = std::fs::read(corpora.join("health/shc-spec-examples/issuer/.well-known/jwks.json")).unwrap();
    let keys: serde_json::Value = json::from_slice(&keys).unwrap();
    let issuer = "https://cards.example.org/shc";
    let item = |iss: &str| serde_json::json!({ "issuer": { "iss": iss, "name": "A" }, "keys": keys["keys"] });
    let mut exposed = item("https://other.example.org/shc");
    exposed["keys"][0]["d"] = "AA".into();
    let text = serde_json::json!({ "time": "x", "issuerInfo": [item(issuer), exposed] }).to_string();
    let import = detect(text.as_bytes()).unwrap().import(text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(import.problems.len(), 1);
    let trust = build(&import);
    assert_eq!(
        trust.issuer(issuer, Environment::Production, "smart_health_card").unwrap().keys.as_ref().unwrap().keys().len(),
        keys["keys"].as_array().unwrap().len()
    );
    assert_eq!(key_sets_of_snapshot(text.as_bytes()).unwrap().len(), 2);
}

#[test]
fn pathcheck_registries() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/trust-lists/pathcheck");
    for (file, environment, items) in [
        ("registry.json", Environment::Production, 893 + 255 + 5 + 984 + 3),
        ("test_registry.json", Environment::Test, 88 + 2 + 3),
    ] {
        let import = import(&folder.join(file), "pathcheck", &options("pathcheck", environment));
        let keys: usize = import.files.values().flat_map(|file| &file.entries).map(keys_of).sum();
        let signers = import.counts.total_taken() - import.counts.taken.get("issuer").copied().unwrap_or_default();
        let all = signers + keys + import.counts.total_left_out() + import.problems.len();
        assert_eq!(all, items, "every item is taken, counted or a problem");
        build(&import);
    }
}

fn keys_of(entry: &vidimus::trust::entry::Entry) -> usize {
    match entry {
        vidimus::trust::entry::Entry::Issuer { keys: Some(keys), .. } => keys["keys"].as_array().map_or(0, Vec::len),
        _ => 0,
    }
}

#[test]
fn vci_directory() {
    let Some(corpora) = corpora() else { return };
    let path = corpora.join("health/trust-lists/vci/vci-issuers.json");
    let import = import(&path, "vci", &options("vci", Environment::Production));
    assert_eq!(import.counts.total_taken() + import.counts.total_left_out() + import.problems.len(), 637);
    let trust = build(&import);
    let directory: serde_json::Value = json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for issuer in directory["participating_issuers"].as_array().unwrap() {
        assert!(
            trust.issuer(issuer["iss"].as_str().unwrap(), Environment::Production, "smart_health_card").is_some(),
            "{issuer}"
        );
    }
}

#[test]
fn keys_of_the_card_specification_can_be_pinned() {
    let Some(corpora) = corpora() else { return };
    let path = corpora.join("health/shc-spec-examples/issuer/.well-known/jwks.json");
    let issuer = "https://spec.smarthealth.cards/examples/issuer";
    let mut options = options("cards", Environment::Test);
    assert!(detect(b"{\"keys\":[]}").unwrap().import(b"{\"keys\":[]}", &options).is_err(), "whose keys?");
    options.issuer = Some(issuer.to_owned());
    let trust = build(&import(&path, "jwks", &options));
    assert!(trust.issuer(issuer, Environment::Production, "smart_health_card").unwrap().keys.is_some());
    let private = corpora.join("health/shc-spec-examples/published-example-keys/issuer.jwks.private.json");
    let bytes = std::fs::read(private).unwrap();
    assert!(detect(&bytes).unwrap().import(&bytes, &options).is_err(), "private keys are not pinned");
    let directory = br#"{"participating_issuers":[{"iss":"https://spec.smarthealth.cards/examples/issuer"}]}"#;
    options.key_sets.insert(issuer.to_owned(), std::fs::read(&path).unwrap());
    let import = detect(directory).unwrap().import(directory, &options).unwrap();
    assert_eq!(import.counts.taken.get("issuer with keys"), Some(&1));
    assert!(build(&import).issuer(issuer, Environment::Production, "smart_health_card").unwrap().keys.is_some());
}

#[test]
fn the_did_document_of_new_zealand() {
    let Some(corpora) = corpora() else { return };
    let path = corpora.join("health/nzcp-spec/examples/valid/did.json");
    // Whatever the operator says, the test issuer stays one.
    let trust = build(&import(&path, "did", &options("nz", Environment::Production)));
    let issuer = trust.issuer("did:web:nzcp.covid19.health.nz", Environment::Test, "nz_covid_pass").unwrap();
    assert_eq!(issuer.environment, Environment::Test);
    assert!(issuer.document.is_some());
}

#[test]
fn certificates_in_pem() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("health/trust-lists");
    for (file, authorities, signers) in [
        ("gdhcn-prod/participants/WHO/signing/DCC/TNG_TA.chain.pem", 1, 2),
        ("gdhcn-dev/participants/WHO/signing/DCC/TNG_TA.pem", 0, 1),
    ] {
        let import = import(&folder.join(file), "pem", &options("who", Environment::Test));
        let count = |kind: &str| import.counts.taken.get(kind).copied().unwrap_or_default();
        assert_eq!((count("authority"), count("signer")), (authorities, signers), "{file}");
        build(&import);
    }
    let bare = folder.join("gdhcn-prod/participants/WHO/signing/DCC/TNG_TA.pub");
    let import = import(&bare, "pem", &options("who", Environment::Test));
    assert_eq!((import.counts.total_taken(), import.counts.total_left_out()), (0, 1));
}

#[test]
fn value_sets() {
    let Some(corpora) = corpora() else { return };
    let mut taken = 0;
    for file in std::fs::read_dir(corpora.join("health/eu-dcc-valuesets")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let import = import(&path, "value-sets", &options("eu-value-sets", Environment::Production));
            assert_eq!(import.problems, []);
            taken += build(&import).counts().value_sets;
        }
    }
    assert_eq!(taken, 8);
}

/// A gateway list of the hostile corpus' authority and signers.
fn gateway_items(corpora: &Path) -> Vec<serde_json::Value> {
    let keys = std::fs::read(corpora.join("security/hostile-seed/keys.json")).unwrap();
    let keys: serde_json::Value = json::from_slice(&keys).unwrap();
    let item = |kind: &str, der: &serde_json::Value| {
        let digest = sha256(&base64url::decode_any(der.as_str().unwrap()).unwrap());
        let thumbprint: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        serde_json::json!({
            "kid": base64url::encode_standard(&digest[..8]), "timestamp": "2021-06-01T00:00:00Z", "country": "XX",
            "certificateType": kind, "thumbprint": thumbprint, "signature": "", "rawData": der
        })
    };
    let trust = &keys["trust"];
    let mut items = vec![item("CSCA", &trust["csca_der"]), item("UPLOAD", &trust["csca_der"])];
    items.extend(trust["dsc_der"].as_array().unwrap().iter().map(|der| item("DSC", der)));
    items
}

#[test]
fn the_eu_gateway() {
    let Some(corpora) = corpora() else { return };
    let mut items = gateway_items(&corpora);
    let options = options("eu-gateway", Environment::Production);
    let import = |items: &[serde_json::Value]| {
        let text = serde_json::json!(items).to_string();
        let importer = detect(text.as_bytes()).unwrap();
        assert_eq!(importer.name, "eu-gateway");
        importer.import(text.as_bytes(), &options).unwrap()
    };
    let whole = import(&items);
    let signers = items.len() - 2;
    assert_eq!(whole.counts.taken, [("authority".to_owned(), 1), ("signer".to_owned(), signers)].into());
    assert_eq!((whole.counts.total_left_out(), whole.problems.len()), (1, 0));
    let trust = build(&whole);
    assert!(trust.all_signers().all(|signer| matches!(signer.chain, Chain::IssuedBy(_))));
    items[2]["thumbprint"] = "00".into();
    items[3]["kid"] = "AAAAAAAAAAA=".into();
    let broken = import(&items);
    assert_eq!((broken.problems.len(), broken.counts.taken["signer"]), (2, signers - 2));
}

#[test]
fn the_eu_gateway_signed_in_two_lines() {
    let Some(corpora) = corpora() else { return };
    let body = serde_json::json!({ "certificates": gateway_items(&corpora) }).to_string();
    let (key, _) = OwnKey::generate_p256().unwrap();
    let (other, _) = OwnKey::generate_p256().unwrap();
    let raw = key.sign(body.as_bytes()).unwrap();
    let unsigned = options("de", Environment::Production);
    let signed = |key: &OwnKey| Options { key: Some(key.public_key().clone()), ..unsigned.clone() };
    for signature in [raw.clone(), der_from_raw(&raw)] {
        let text = format!("{}\n{body}", base64url::encode_standard(&signature));
        let importer = detect(text.as_bytes()).unwrap();
        assert_eq!(importer.import(text.as_bytes(), &signed(&key)).unwrap().counts.taken["authority"], 1);
        assert!(importer.import(format!("{text}\n").as_bytes(), &signed(&key)).is_ok());
        assert!(importer.import(text.as_bytes(), &signed(&other)).is_err(), "another key");
        assert!(importer.import(text.replace("2021", "2022").as_bytes(), &signed(&key)).is_err(), "changed");
        assert!(importer.import(body.as_bytes(), &signed(&key)).is_err(), "without its signature");
        let unchecked = importer.import(text.as_bytes(), &unsigned).unwrap();
        assert!(unchecked.notes[0].contains("not checked"), "{:?}", unchecked.notes);
    }
}
