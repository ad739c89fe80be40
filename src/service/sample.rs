//! A signer, certificates of hers, and services that trust her and check signatures by an arithmetic of the test's choice.

use serde_json::json;

use crate::crypto::arithmetic::Arithmetic;
use crate::crypto::checker::{Checker, Settings};
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::p256::Path;
use crate::encoding::base64url::encode_standard;
use crate::issue::eu_dcc::{Draft, Shape, issue};
use crate::net::clock::Clock;
use crate::service::config::Config;
use crate::service::held::Held;
use crate::service::state::Service;
use crate::trust::Trust;

const KID: [u8; 8] = *b"together";

pub(super) struct Sample {
    key: OwnKey,
}

impl Sample {
    pub(super) fn new() -> Self {
        Sample { key: OwnKey::generate_p256().unwrap().0 }
    }

    /// A service that trusts her and believes this arithmetic, with so many second looks.
    pub(super) fn service(&self, arithmetic: Arithmetic, second_look: u32) -> Service {
        let mut config = Config::new("127.0.0.1:0".parse().unwrap(), "");
        config.offline = true;
        config.checks = Settings { second_look, ..config.checks };
        let checker = Checker::with(Path::Lanes, config.checks, arithmetic);
        checker.warm_up();
        let service = Service::with_checker(checker, config, None, Clock::system());
        let entry = json!({
            "kind": "signer-key", "kid": encode_standard(&KID), "formats": ["eu_dcc"], "country": "AT",
            "public_key": encode_standard(&self.key.public_key().to_spki_der()),
        });
        let (trust, problems) = Trust::from_entries(vec![serde_json::from_value(entry).unwrap()]);
        assert!(problems.is_empty());
        service.hold(Held::loaded(trust.checked_by(service.checker.clone()), service.clock.now(), 0));
        service
    }

    /// An accepted certificate. Each number gives another one.
    pub(super) fn dcc(&self, number: usize) -> String {
        let now = Clock::system().now();
        let dcc = json!({
            "ver": "1.3.0",
            "nam": {"fn": "Muster", "fnt": "MUSTER", "gn": "Anna", "gnt": "ANNA"},
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

    /// A certificate by somebody else that names her key.
    pub(super) fn forged(&self) -> String {
        Sample::new().dcc(0)
    }
}
