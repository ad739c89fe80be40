//! The command from outside: arguments, exit codes, what stands on which stream, and files that mean harm.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use vidimus::encoding::base64url;
use vidimus::encoding::json::from_slice;

/// A folder with a key, content, a trust store and a credential.
struct Desk {
    folder: TempDir,
    text: String,
}

const KID: &str = "AAECAwQFBgc=";
const NOW: &str = "2026-01-15T12:00:00Z";

fn vidimus(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vidimus"));
    command.args(arguments).env_remove("VIDIMUS_TRUST").env("HOME", "/nonexistent").env_remove("XDG_DATA_HOME");
    command.stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    vidimus(arguments).output().expect("runs")
}

fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = vidimus(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // The command may stop reading before the end of what is too large.
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("ends");
    writer.join().expect("written");
    output
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code, no signal")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn json_out(output: &Output) -> Value {
    from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", out(output), err(output)))
}

fn dcc(name: &str) -> Value {
    json!({
        "ver": "1.3.0",
        "nam": { "fn": name, "fnt": "MUSTERFRAU", "gn": "Erika", "gnt": "ERIKA" },
        "dob": "1964-08-12",
        "v": [{
            "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215",
            "dn": 2, "sd": 2, "dt": "2021-05-29", "co": "DE", "is": "Robert Koch-Institut",
            "ci": "URN:UVCI:01DE/COMMAND/1#S",
        }],
    })
}

impl Desk {
    fn new() -> Desk {
        Desk::with_name("Musterfrau")
    }

    fn with_name(name: &str) -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        let mut desk = Desk { folder, text: String::new() };
        let made = run(&["keys", &desk.path("key.pem")]);
        assert_eq!(code(&made), 0, "{}", err(&made));
        let spki = json_out(&made)["public_key"].as_str().expect("a key").to_owned();
        fs::write(desk.file("content.json"), dcc(name).to_string()).expect("written");
        fs::create_dir(desk.file("trust")).expect("made");
        let entry = json!({
            "kind": "signer-key", "kid": KID, "public_key": spki, "formats": ["eu_dcc"], "country": "DE",
        });
        let source = json!({ "list": "hand-made", "importer": "hand", "sha256": "", "imported_at": NOW });
        let store = json!({ "vidimus_trust": 1, "source": source, "entries": [entry] });
        fs::write(desk.file("trust/de.json"), store.to_string()).expect("written");
        let issued = desk.issue(&["--out", &desk.path("good.txt"), "--qr", &desk.path("good.png")]);
        assert_eq!(code(&issued), 0, "{}", err(&issued));
        desk.text = fs::read_to_string(desk.file("good.txt")).expect("text").trim().to_owned();
        assert!(desk.text.starts_with("HC1:"));
        desk
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn path(&self, name: &str) -> String {
        self.file(name).to_str().expect("UTF-8").to_owned()
    }

    fn issue(&self, more: &[&str]) -> Output {
        let (key, content) = (self.path("key.pem"), self.path("content.json"));
        let first = ["issue", "eu_dcc", "--key", &key, "--content", &content, "--kid", KID, "--issuer", "DE"];
        run(&[&first[..], &["--at", "2026-01-01T00:00:00Z"], more].concat())
    }

    /// `verify` with this desk's trust, offline, at the usual time.
    fn verify(&self, more: &[&str]) -> Output {
        run(&[&["verify", "--offline", "--trust", &self.path("trust"), "--at", NOW], more].concat())
    }
}

#[test]
fn a_good_credential_is_accepted_however_it_comes() {
    let desk = Desk::new();
    let (text, picture) = (desk.path("good.txt"), desk.path("good.png"));
    for input in [desk.text.as_str(), &text, &picture] {
        let output = desk.verify(&[input]);
        assert_eq!(code(&output), 0, "{}", out(&output));
        let said = out(&output);
        for line in
            [": ACCEPTED  EU Digital COVID Certificate", "signature   pass", "signed by", "hand-made", "Musterfrau"]
        {
            assert!(said.contains(line), "{line} in {said}");
        }
        assert!(!said.contains('\u{1b}'), "no colour away from a terminal");
        assert_eq!(err(&output), "");
    }
    let trust = desk.path("trust");
    for dash in [&["-"][..], &[]] {
        let arguments = [&["verify", "--offline", "--json", "--trust", &trust, "--at", "1768478400"], dash].concat();
        for input in [fs::read(&text), fs::read(&picture)] {
            let output = run_with_input(&arguments, &input.expect("bytes"));
            assert_eq!(code(&output), 0);
            assert_eq!(json_out(&output)["issuer"]["list"], "hand-made");
        }
    }
}

#[test]
fn exit_codes_tell_the_worst_verdict() {
    let desk = Desk::new();
    let mut forged = desk.text.clone();
    let last = forged.pop().expect("text");
    forged.push(if last == '0' { '1' } else { '0' });
    assert_eq!(code(&desk.verify(&[&forged])), 1);
    assert_eq!(code(&desk.verify(&["--at", "2020-01-01T00:00:00Z", &desk.text])), 2, "an option may be given once");
    let expired =
        run(&["verify", "--offline", "--trust", &desk.path("trust"), "--at", "2036-01-01T00:00:00Z", &desk.text]);
    assert_eq!(code(&expired), 1);
    assert!(out(&expired).contains("FAIL         time.expired"), "{}", out(&expired));
    // One report a line, in the order of the inputs; the worst decides.
    let several = desk.verify(&["--json", &desk.text, &forged, &desk.path("good.png")]);
    assert_eq!(code(&several), 1);
    let verdicts: Vec<Value> = out(&several)
        .lines()
        .map(|line| from_slice::<Value>(line.as_bytes()).expect("JSON")["verdict"].clone())
        .collect();
    assert_eq!(verdicts, ["accepted", "rejected", "accepted"]);
    // An input that cannot be read is trouble, and stops no other.
    let missing = desk.verify(&["--json", &desk.path("absent"), &desk.text]);
    assert_eq!(code(&missing), 2);
    assert_eq!(out(&missing).lines().count(), 2);
    assert!(out(&missing).starts_with("{\"trouble\":") && out(&missing).contains("\"accepted\""));
    assert!(err(&missing).contains("hint: neither a file nor a text"));
    assert_eq!(code(&desk.verify(&[&desk.path("trust")])), 2, "a folder is no input");
}

#[test]
fn what_is_missing_is_indeterminate() {
    let desk = Desk::new();
    let issuer = json!({ "kind": "issuer", "issuer": "did:web:passes.example", "formats": ["nz_covid_pass"] });
    let store = json!({ "vidimus_trust": 1, "entries": [issuer] });
    fs::write(desk.file("trust/nz.json"), store.to_string()).expect("written");
    fs::write(desk.file("pass.json"), r#"{"givenName":"Jack","familyName":"Sparrow","dob":"1960-04-16"}"#)
        .expect("written");
    let (key, content) = (desk.path("key.pem"), desk.path("pass.json"));
    let issued = run(&[
        "issue",
        "nz_covid_pass",
        "--key",
        &key,
        "--content",
        &content,
        "--kid",
        "key-1",
        "--issuer",
        "did:web:passes.example",
        "--at",
        "2026-01-01T00:00:00Z",
    ]);
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let pass = out(&issued).trim().to_owned();
    let save = desk.path("saved.json");
    let output = desk.verify(&[&pass, "--save", &save]);
    assert_eq!(code(&output), 3, "{}", out(&output));
    let said = out(&output);
    assert!(said.contains("INDETERMINATE") && said.contains("unknown      trust.key_unavailable"), "{said}");
    assert!(said.contains("settles:  https://passes.example/.well-known/did.json"), "{said}");
    assert!(!said.contains("Sparrow"));
    assert_eq!(code(&run(&["replay", &save])), 3);
    // The worse of two wins; rejected is worse.
    assert_eq!(code(&desk.verify(&[&pass, &desk.text])), 3);
    assert_eq!(code(&desk.verify(&[&pass, "HC1:NOTHING", &desk.text])), 1);
    // The document that settles it may be brought: as a folder that mirrors URLs, or as one file.
    let jwk = |output: Output| json_out(&output)["jwk"].clone();
    let other = jwk(run(&["keys", &desk.path("other.pem")]));
    let spki = from_slice::<Value>(&fs::read(desk.file("trust/de.json")).expect("store")).expect("JSON");
    let point = base64url::decode_standard(spki["entries"][0]["public_key"].as_str().expect("a key")).expect("base64");
    let (x, y) = (base64url::encode(&point[27..59]), base64url::encode(&point[59..91]));
    let document = |x: &str, y: &str| {
        let key = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
        let id = "did:web:passes.example#key-1";
        let method = json!({
            "id": id, "controller": "did:web:passes.example", "type": "JsonWebKey2020", "publicKeyJwk": key,
        });
        json!({ "id": "did:web:passes.example", "verificationMethod": [method], "assertionMethod": [id] })
    };
    fs::create_dir_all(desk.file("documents/passes.example/.well-known")).expect("made");
    let place = desk.file("documents/passes.example/.well-known/did.json");
    fs::write(place, document(&x, &y).to_string()).expect("written");
    let folder = desk.path("documents");
    let brought = desk.verify(&[&pass, "--evidence", &folder, "--save", &save]);
    assert_eq!(code(&brought), 0, "{}", out(&brought));
    assert!(out(&brought).contains("Sparrow") && out(&brought).contains("evidence"));
    assert_eq!(code(&run(&["replay", &save])), 0);
    let wrong = document(other["x"].as_str().expect("x"), other["y"].as_str().expect("y"));
    let file = json!({ "https://passes.example/.well-known/did.json": wrong });
    fs::write(desk.file("wrong.json"), file.to_string()).expect("written");
    let forged = desk.verify(&[&pass, "--evidence", &desk.path("wrong.json")]);
    assert_eq!(code(&forged), 1);
    assert!(out(&forged).contains("sig.invalid"), "{}", out(&forged));
}

#[test]
fn saved_verifications_replay_byte_for_byte() {
    let desk = Desk::new();
    let save = desk.path("saved.json");
    for (input, more, expected) in [
        (desk.path("good.png"), &[][..], 0),
        (desk.text.clone(), &["--environment", "test"][..], 1),
        (desk.text.clone(), &["--type", "recovery"][..], 1),
        ("HC1:NOTHING".to_owned(), &["--strict"][..], 1),
    ] {
        let told = desk.verify(&[&["--json", "--save", &save, &input], more].concat());
        assert_eq!(code(&told), expected);
        // Nothing but the file: no trust, no clock, no network.
        let replayed = run(&["replay", "--json", &save]);
        assert_eq!((code(&replayed), out(&replayed)), (expected, out(&told)), "{}", err(&replayed));
        assert!(out(&run(&["replay", &save])).starts_with("replayed: the same report, byte for byte"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&save).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds a credential");
    }
    let edited = fs::read_to_string(&save).expect("text").replace("\"rejected\"", "\"accepted\"");
    fs::write(&save, edited).expect("written");
    let differs = run(&["replay", &save]);
    assert_eq!((code(&differs), out(&differs)), (2, String::new()));
    assert!(err(&differs).contains("the saved report says accepted, the same question now gives rejected"));
    fs::write(&save, "{}").expect("written");
    assert_eq!(code(&run(&["replay", &save])), 2);
    assert_eq!(code(&run(&["replay", &desk.path("absent")])), 2);
    assert_eq!(code(&desk.verify(&["--save", &save, &desk.text, &desk.text])), 2);
}

#[test]
fn codes_are_explained() {
    let one = run(&["explain", "time.expired"]);
    assert_eq!(code(&one), 0);
    assert!(out(&one).contains("validity") && out(&one).contains("RFC 7519"));
    let all = run(&["explain"]);
    assert_eq!(code(&all), 0);
    let markdown = run(&["reasons", "--markdown"]);
    let table = json_out(&run(&["reasons", "--json"]));
    for (at, row) in table.as_array().expect("a list").iter().enumerate() {
        let code = row["code"].as_str().expect("a code");
        assert!(out(&all).contains(code) && out(&markdown).contains(&format!("| `{code}` |")));
        // A process for each would take its time.
        if at % 10 == 0 {
            assert_eq!(json_out(&run(&["explain", "--json", code])), *row);
        }
    }
    let unknown = run(&["explain", "sig.invalit"]);
    assert_eq!((code(&unknown), out(&unknown)), (2, String::new()));
    assert!(err(&unknown).contains("did you mean sig.invalid"));
    assert_eq!(code(&run(&["explain", "\u{1b}[31m"])), 2);
}

#[test]
fn inspect_never_pretends() {
    let desk = Desk::new();
    let output = run(&["inspect", "--json", &desk.text]);
    assert_eq!(code(&output), 0);
    let said = json_out(&output);
    assert_eq!(said["verified"], false);
    let credential = &said["credentials"][0];
    assert_eq!(credential["format"], "eu_dcc");
    assert_eq!(credential["header"], json!({ "algorithm": "ES256", "kid": KID }));
    assert_eq!(credential["times"]["issued_at"], "2026-01-01T00:00:00Z");
    assert_eq!(credential["core"]["person"]["family_name"], "Musterfrau");
    assert_eq!(credential["claims"]["iss"], "DE");
    assert!(out(&run(&["inspect", &desk.text])).starts_with("text: NOT VERIFIED\n"));
    let broken = run(&["inspect", "--json", "HC1:NOTHING"]);
    assert_eq!(code(&broken), 1);
    assert!(json_out(&broken)["credentials"][0]["faults"][0]["code"].is_string());
    let nothing = run_with_input(&["inspect", "--json"], b"what is this");
    assert_eq!(code(&nothing), 1);
    assert_eq!(json_out(&nothing)["faults"][0]["code"], "input.unrecognised");
}

#[test]
fn without_trust_it_says_so() {
    let desk = Desk::new();
    let output = run(&["verify", "--offline", "--at", NOW, &desk.text]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("there is no trust store") && err(&output).contains("VIDIMUS_TRUST"));
    assert!(out(&output).contains("trust.key_unknown") && !out(&output).contains("Musterfrau"));
    let absent = run(&["verify", "--offline", "--trust", &desk.path("absent"), &desk.text]);
    assert_eq!((code(&absent), out(&absent)), (2, String::new()));
    let by_environment =
        vidimus(&["verify", "--offline", "--at", NOW, &desk.text]).env("VIDIMUS_TRUST", desk.file("trust")).output();
    assert_eq!(code(&by_environment.expect("runs")), 0);
    let home = desk.file("home/.local/share/vidimus");
    fs::create_dir_all(&home).expect("made");
    fs::rename(desk.file("trust"), home.join("trust")).expect("moved");
    let by_home = vidimus(&["verify", "--offline", "--at", NOW, &desk.text]).env("HOME", desk.file("home")).output();
    assert_eq!(code(&by_home.expect("runs")), if cfg!(target_os = "linux") { 0 } else { 1 });
}

#[test]
fn arguments_that_make_no_sense_are_trouble() {
    let desk = Desk::new();
    for arguments in [
        &["verify", "--as", "passport", "x"][..],
        &["verify", "--at", "yesterday", "x"],
        &["verify", "--environment", "moon", "x"],
        &["verify", "--policy", "/nonexistent/policy.json", "x"],
        &["frobnicate"],
        &["bench", "--seconds", "0"],
        &["issue", "eu_dcc"],
        &["trust", "import", "no-such-kind", "x", "--into", "y"],
    ] {
        let output = run(arguments);
        assert_eq!((code(&output), out(&output)), (2, String::new()), "{arguments:?}");
        assert!(!err(&output).is_empty());
    }
    fs::write(desk.file("policy.json"), r#"{"strictt": true}"#).expect("written");
    assert_eq!(code(&desk.verify(&["--policy", &desk.path("policy.json"), &desk.text])), 2);
    fs::write(desk.file("policy.json"), r#"{"formats": ["nz_covid_pass"]}"#).expect("written");
    let refused = desk.verify(&["--policy", &desk.path("policy.json"), &desk.text]);
    assert_eq!(code(&refused), 1);
    assert!(out(&refused).contains("policy.format"));
    for arguments in [&["--version"][..], &["--help"], &["verify", "--help"]] {
        let output = run(arguments);
        assert_eq!((code(&output), err(&output)), (0, String::new()));
    }
}

#[test]
fn a_terminal_obeys_nothing_that_comes_in() {
    let desk = Desk::with_name("Muster\u{1b}]0;owned\u{7}frau\u{202e}\u{9b}31m");
    let report = desk.verify(&[&desk.text]);
    assert_eq!(code(&report), 0);
    assert!(out(&report).contains("Muster\\u{1b}]0;owned\\u{7}frau\\u{202e}\\u{9b}31m"), "{}", out(&report));
    let json = desk.verify(&["--json", &desk.text]);
    assert_eq!(
        json_out(&json)["core"]["person"]["family_name"],
        "Muster\u{1b}]0;owned\u{7}frau\u{202e}\u{9b}31m",
        "JSON keeps the value"
    );
    let evil = "evil\u{1b}[2J\u{202e}.txt\n";
    fs::write(desk.file(evil), &desk.text).expect("written");
    let named = desk.verify(&[&desk.path(evil)]);
    assert_eq!(code(&named), 0);
    let absent = desk.verify(&[&desk.path(&format!("no {evil}"))]);
    assert_eq!(code(&absent), 2);
    let argument = run(&["verify", "--as", evil, "x"]);
    for output in [&report, &json, &named, &absent, &argument, &run(&["inspect", &desk.text])] {
        for text in [out(output), err(output)] {
            let obeyed = text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202e}' | '\u{9b}'));
            assert_eq!(obeyed, None, "{text:?}");
        }
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"not\xffutf8");
        let output = vidimus(&["verify", "--offline"]).arg(name).output().expect("runs");
        assert_eq!(code(&output), 2);
    }
}

#[test]
fn too_much_of_anything_is_refused_in_bounds() {
    let desk = Desk::new();
    let huge = desk.file("huge");
    // A file of four gigabytes that holds nothing: reading it whole would show.
    fs::File::create(&huge).expect("made").set_len(4 << 30).expect("sparse");
    for command in ["verify", "inspect"] {
        let output = run(&[command, "--json", &desk.path("huge")]);
        assert_eq!(code(&output), 1);
        assert!(out(&output).contains("\"input.too_large\""), "{}", out(&output));
    }
    let output = run_with_input(&["verify", "--offline", "--json"], &vec![b'A'; 24 << 20]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("\"input.too_large\""));
    for input in
        [&b"HC1:\0\0\0"[..], b"\0", b"", b"\xff\xfe", b"HC1:", b"\n\n\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
    {
        let output = run_with_input(&["verify", "--offline", "--json"], input);
        assert_eq!((code(&output), json_out(&output)["verdict"].clone()), (1, json!("rejected")), "{input:?}");
    }
    for (option, file) in [("--policy", "huge"), ("--trust", "huge"), ("--evidence", "huge")] {
        let output = run(&["verify", "--offline", option, &desk.path(file), &desk.text]);
        assert_eq!(code(&output), 2, "{option}: {}", err(&output));
    }
    assert_eq!(code(&run(&["replay", &desk.path("huge")])), 2);
}

#[test]
fn keys_are_private_and_never_replaced() {
    let desk = Desk::new();
    let pem = fs::read_to_string(desk.file("key.pem")).expect("text");
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
    let again = run(&["keys", &desk.path("key.pem")]);
    assert_eq!((code(&again), out(&again)), (2, String::new()));
    assert_eq!(fs::read_to_string(desk.file("key.pem")).expect("text"), pem);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |mode| fs::set_permissions(desk.file("key.pem"), fs::Permissions::from_mode(mode)).expect("set");
        assert_eq!(fs::metadata(desk.file("key.pem")).expect("there").permissions().mode() & 0o777, 0o600);
        mode(0o644);
        let refused = desk.issue(&[]);
        assert_eq!(code(&refused), 2);
        assert!(err(&refused).contains("0644") && !err(&refused).contains("BEGIN"));
    }
}

#[test]
fn what_cannot_be_issued_is_told() {
    let desk = Desk::new();
    let output = run(&["issue", "eu_dcc", "--key", &desk.path("key.pem"), "--content", &desk.path("content.json")]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--kid"));
    let mut content = dcc("Musterfrau");
    content["v"][0]["dn"] = json!("two");
    fs::write(desk.file("content.json"), content.to_string()).expect("written");
    let output = desk.issue(&[]);
    assert_eq!((code(&output), out(&output)), (2, String::new()));
    assert!(err(&output).contains("hc1.schema"), "{}", err(&output));
}

#[test]
fn a_smart_health_card_goes_round() {
    let desk = Desk::new();
    let made = json_out(&run(&["keys", &desk.path("card.pem")]));
    let issuer = "https://cards.example/shc";
    let entry = json!({
        "kind": "issuer", "issuer": issuer, "formats": ["smart_health_card"], "keys": { "keys": [made["jwk"]] },
    });
    let store = json!({ "vidimus_trust": 1, "entries": [entry] });
    fs::write(desk.file("trust/cards.json"), store.to_string()).expect("written");
    let bundle = json!({
        "resourceType": "Bundle", "type": "collection",
        "entry": [
            { "fullUrl": "resource:0", "resource": {
                "resourceType": "Patient", "name": [{ "family": "Anyperson", "given": ["John"] }], "birthDate": "1951-01-20",
            } },
            { "fullUrl": "resource:1", "resource": {
                "resourceType": "Immunization", "status": "completed", "occurrenceDateTime": "2021-01-01",
                "vaccineCode": { "coding": [{ "system": "http://hl7.org/fhir/sid/cvx", "code": "207" }] },
                "patient": { "reference": "resource:0" },
            } },
        ],
    });
    fs::write(desk.file("bundle.json"), bundle.to_string()).expect("written");
    let (key, content) = (desk.path("card.pem"), desk.path("bundle.json"));
    let issue = ["issue", "smart_health_card", "--key", &key, "--content", &content, "--issuer", issuer];
    let at = ["--at", "2026-01-01T00:00:00Z"];
    let picture = desk.path("card.png");
    let issued = run(&[&issue[..], &at, &["--qr", &picture]].concat());
    assert_eq!(code(&issued), 0, "{}", err(&issued));
    let file = desk.path("card.smart-health-card");
    assert_eq!(code(&run(&[&issue[..], &at, &["--out", &file]].concat())), 0);
    let text = out(&issued).trim().to_owned();
    assert!(text.starts_with("shc:/"));
    for input in [&text, &picture, &file] {
        let output = desk.verify(&[input]);
        assert_eq!(code(&output), 0, "{}", out(&output));
        assert!(out(&output).contains("Anyperson"));
    }
}

#[test]
fn trust_is_listed_and_checked() {
    let desk = Desk::new();
    let trust = desk.path("trust");
    let listed = run(&["trust", "list", "--trust", &trust]);
    assert_eq!(code(&listed), 0);
    assert!(out(&listed).contains(KID) && out(&listed).contains("hand-made") && out(&listed).contains("1 signers"));
    let line = json_out(&run(&["trust", "list", "--json", "--trust", &trust]));
    assert_eq!(line["signer"]["key_id"], KID);
    assert_eq!(code(&run(&["trust", "check", &trust])), 0);
    assert_eq!(code(&run(&["trust", "list"])), 2);
    assert_eq!(code(&run(&["trust", "check", &desk.path("absent")])), 2);
    let broken = json!({ "kind": "signer", "certificate": "AAAA", "formats": ["eu_dcc"] });
    let twice = json!({ "kind": "value-set", "id": "a-set", "values": {} });
    let store = json!({ "vidimus_trust": 1, "entries": [broken, twice, twice] });
    fs::write(desk.file("trust/broken.json"), store.to_string()).expect("written");
    let checked = run(&["trust", "check", "--json", &trust]);
    assert_eq!(code(&checked), 1);
    let found = json_out(&checked);
    assert_eq!(found["left_out"][0]["code"], "x509.malformed", "{found}");
    assert_eq!(found["duplicates"], json!(["value set a-set: 2 times"]));
    assert_eq!(found["counts"]["signers"], 1, "the rest still counts");
    let text = out(&run(&["trust", "check", &trust]));
    assert!(text.contains("1 left out") && text.contains("1 stand more than once"), "{text}");
    let told = desk.verify(&[&desk.text]);
    assert_eq!(code(&told), 0);
    assert!(err(&told).contains("left out"), "{}", err(&told));
}

#[test]
fn lists_are_imported_and_replaced() {
    let desk = Desk::new();
    let made = json_out(&run(&["keys", &desk.path("card.pem")]));
    let (set, into) = (desk.path("jwks.json"), desk.path("store"));
    fs::write(&set, json!({ "keys": [made["jwk"]] }).to_string()).expect("written");
    let import = |kind: &str, file: &str| {
        run(&["trust", "import", kind, file, "--into", &into, "--issuer", "https://cards.example", "--list", "cards"])
    };
    for kind in ["jwks", "auto"] {
        let imported = import(kind, &set);
        assert_eq!(code(&imported), 0, "{}", err(&imported));
        assert!(out(&imported).contains("1 issuer"), "{}", out(&imported));
    }
    let listed = out(&run(&["trust", "list", "--trust", &into]));
    assert!(listed.contains("https://cards.example") && listed.contains("cards") && listed.contains("1 issuers"));
    fs::write(&set, "no list").expect("written");
    assert_eq!(code(&import("jwks", &set)), 2);
    assert_eq!(code(&import("auto", &set)), 2);
    assert_eq!(out(&run(&["trust", "list", "--trust", &into])), listed, "a failed import changes nothing");
}

#[test]
fn bench_compares_with_ring() {
    let output = run(&["bench", "--seconds", "1", "--format", "eu_dcc", "--json"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let table = json_out(&output);
    assert!(table["machine"]["cores"].as_u64() > Some(0));
    let rows = table["rows"].as_array().expect("rows");
    let has = |mode: &str, issuers: u64, batch: u64| {
        rows.iter().any(|row| {
            row["format"] == "eu_dcc" && row["mode"] == mode && row["issuers"] == issuers && row["batch"] == batch
        })
    };
    assert!(has("decode", 1, 1));
    for issuers in [1, 250] {
        assert!(has("one", issuers, 1) && has("batch", issuers, 64) && has("batch", issuers, 256));
    }
    for row in rows {
        for member in ["threads", "per_second", "microseconds", "ratio_to_ring_es256"] {
            assert!(row[member].as_f64() > Some(0.0), "{member} in {row}");
        }
    }
}

#[test]
fn the_service_starts_and_stops() {
    let desk = Desk::new();
    let trust = desk.path("trust");
    assert_eq!(code(&run(&["serve", "--listen", "127.0.0.1:0"])), 2, "without trust nothing can be verified");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let refused = run(&["serve", "--listen", &address, "--trust", &trust, "--offline", "--dev"]);
    assert_eq!(code(&refused), 2, "the port is taken");
    assert!(err(&refused).contains(&address), "{}", err(&refused));
    drop(taken);
    let mut command = vidimus(&["serve", "--listen", &address, "--trust", &trust, "--offline", "--dev"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let answer = (0..200).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        ask(&address, "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    });
    let body = format!(
        "POST /v1/verify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}",
        desk.text.len(),
        desk.text,
    );
    let report = ask(&address, &body);
    #[cfg(unix)]
    {
        let told = Command::new("kill").arg(child.id().to_string()).status().expect("kill runs");
        assert!(told.success());
        assert_eq!(child.wait().expect("ends").code(), Some(0), "it stops in order");
    }
    #[cfg(not(unix))]
    child.kill().expect("killed");
    assert!(answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 200")));
    let report = report.expect("an answer");
    assert!(report.starts_with("HTTP/1.1 200") && report.contains("\"verdict\":\""), "{report}");
}

/// One request and its whole answer.
#[expect(clippy::disallowed_methods, reason = "it asks the service that the test started on this machine")]
fn ask(address: &str, request: &str) -> Option<String> {
    use std::io::Read;
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn a_reader_that_goes_away_breaks_nothing() {
    let mut child = vidimus(&["reasons"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(err(&output), "");
    assert!(output.status.code().is_some(), "no signal, no panic");
}

/// Also those whose chain is broken or whose signer is gone.
#[test]
fn every_hostile_certificate_replays() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("security/hostile-seed");
    let desk = Desk::new();
    let keys: Value = from_slice(&fs::read(folder.join("keys.json")).expect("keys")).expect("JSON");
    let mut entries =
        vec![json!({ "kind": "authority", "certificate": keys["trust"]["csca_der"], "formats": ["eu_dcc"] })];
    for der in keys["trust"]["dsc_der"].as_array().expect("a list") {
        entries.push(json!({ "kind": "signer", "certificate": der, "formats": ["eu_dcc"] }));
    }
    let store = json!({ "vidimus_trust": 1, "entries": entries });
    fs::write(desk.file("hostile.json"), store.to_string()).expect("written");
    let (now, trust, save) = (keys["now"].to_string(), desk.path("hostile.json"), desk.path("saved.json"));
    let mut replayed = 0;
    for line in fs::read_to_string(folder.join("cases.jsonl")).expect("cases").lines() {
        let case: Value = from_slice(line.as_bytes()).expect("JSON");
        if case["format"] != "hc1" {
            continue;
        }
        let text = case["text"].as_str().expect("text").as_bytes();
        let arguments =
            ["verify", "--offline", "--json", "--as", "eu_dcc", "--trust", &trust, "--at", &now, "--save", &save];
        let told = run_with_input(&arguments, text);
        let again = run(&["replay", "--json", &save]);
        assert_eq!((code(&told), out(&told)), (code(&again), out(&again)), "{} {}", case["id"], err(&again));
        replayed += 1;
    }
    assert!(replayed > 20, "{replayed}");
}

fn corpora() -> Option<PathBuf> {
    match std::env::var_os("VIDIMUS_CORPORA") {
        Some(path) if Path::new(&path).is_dir() => Some(path.into()),
        _ if std::env::var_os("CI").is_some() => panic!("VIDIMUS_CORPORA is not set, and this is CI"),
        _ => {
            eprintln!("skipped: VIDIMUS_CORPORA is not set");
            None
        }
    }
}
