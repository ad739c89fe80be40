//! A signer, a certificate of hers, and a trust store that knows her. The bench uses this too.

use serde_json::json;
use tempfile::TempDir;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url::encode_standard;
use vidimus::issue::eu_dcc::{Draft, Shape, issue};
use vidimus::net::clock::Clock;
use vidimus::service::config::Config;

/// Stands in every claim; must never stand anywhere else.
pub const CANARY: &str = "Kanarienvogel";

const KID: [u8; 8] = *b"service1";

pub struct Sample {
    key: OwnKey,
    pub store: TempDir,
}

impl Sample {
    pub fn new() -> Self {
        let (key, _) = OwnKey::generate_p256().unwrap();
        let sample = Sample { key, store: TempDir::new().unwrap() };
        sample.trust_her(true);
        sample
    }

    /// Writes the store anew: with the signer in it, or with another one only.
    pub fn trust_her(&self, trusted: bool) {
        let other = OwnKey::generate_p256().unwrap().0;
        let key = if trusted { self.key.public_key() } else { other.public_key() };
        self.write_store(
            &json!({
                "vidimus_trust": 1,
                "entries": [{
                    "kind": "signer-key",
                    "kid": encode_standard(&KID),
                    "public_key": encode_standard(&key.to_spki_der()),
                    "formats": ["eu_dcc"],
                    "country": "AT",
                }],
            })
            .to_string(),
        );
    }

    pub fn write_store(&self, text: &str) {
        // Whole or not at all, as an operator's tool would.
        let folder = self.store.path();
        std::fs::write(folder.join("store.new"), text).unwrap();
        std::fs::rename(folder.join("store.new"), folder.join("store.json")).unwrap();
    }

    /// An accepted certificate. Each number gives another one.
    pub fn dcc(&self, number: usize) -> String {
        let now = Clock::system().now();
        let dcc = json!({
            "ver": "1.3.0",
            "nam": {"fn": CANARY, "fnt": "KANARIENVOGEL", "gn": "Anna", "gnt": "ANNA"},
            "dob": "1980-01-02",
            "v": [{
                "tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "ma": "ORG-100030215", "dn": 2, "sd": 2,
                "dt": "2021-06-01", "co": "AT", "is": "Ministry of Health, Austria",
                "ci": format!("URN:UVCI:01:AT:{number:012}#B"),
            }],
        });
        let draft =
            Draft { issuer: "AT".to_owned(), issued_at: now.plus(-86_400), expires: now.plus(86_400 * 300), dcc };
        issue(&draft, &self.key, KID, Shape::default()).unwrap()
    }

    /// The same with one character changed: another text, and no genuine certificate.
    pub fn forged(&self) -> String {
        let text = self.dcc(0);
        let (head, tail) = text.split_at(text.len() - 20);
        let swapped = if tail.starts_with('A') { 'B' } else { 'A' };
        format!("{head}{swapped}{}", &tail[1..])
    }

    /// A service on loopback that trusts this store and fetches nothing.
    pub fn config(&self) -> Config {
        let mut config = Config::new("127.0.0.1:0".parse().unwrap(), self.store.path()).for_development();
        config.offline = true;
        config.reload_seconds = 1;
        config
    }
}
