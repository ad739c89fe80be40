//! The command from outside: arguments, exit codes, what stands on which stream, and files that mean harm.

mod dcql;
mod did;
mod mdoc;
mod sd_jwt_vc;
mod tools;
mod verify;
mod w3c;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
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
        "nam": { "fn": name, "fnt": "LINDQVIST", "gn": "Signe", "gnt": "SIGNE" },
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
        Desk::with_name("Lindqvist")
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
