//! A small world for the tests of the enveloping formats: one issuer, one holder, and what a report says of a text.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::credential::Input;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::evidence::Evidence;
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::report::{Part, Report};
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::trust::entry::Entry;
use crate::verify::{Request, verify};

/// The issuer.
pub const ISSUER: &str = "https://issuer.example/vc";
/// The holder.
pub const HOLDER: &str = "https://holder.example/";
/// The present.
pub const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Keys and trust.
pub struct World {
    /// The issuer's key.
    pub issuer: OwnKey,
    /// The holder's key.
    pub holder: OwnKey,
    /// Both keys pinned.
    pub trust: Trust,
}

/// The identifier of the issuer's key.
pub fn issuer_kid() -> String {
    format!("{ISSUER}#key-1")
}

/// The identifier of the holder's key.
pub fn holder_kid() -> String {
    format!("{HOLDER}#key-1")
}

/// A world with new keys.
pub fn world() -> World {
    let (issuer, _) = OwnKey::generate_p256().unwrap();
    let (holder, _) = OwnKey::generate_p256().unwrap();
    let entry = |name: &str, key: &OwnKey| {
        let id = format!("{name}#key-1");
        let method =
            json!({"id": id, "type": "JsonWebKey2020", "controller": name, "publicKeyJwk": key.public_key().to_jwk()});
        let document =
            json!({"id": name, "verificationMethod": [method], "assertionMethod": [id], "authentication": [id]});
        let formats = ["vc_jwt", "vc_sd_jwt", "vc_cose"];
        let entry = json!({"kind": "issuer", "issuer": name, "formats": formats, "document": document});
        serde_json::from_value::<Entry>(entry).unwrap()
    };
    let (trust, problems) = Trust::from_entries(vec![entry(ISSUER, &issuer), entry(HOLDER, &holder)]);
    assert_eq!(problems, []);
    World { issuer, holder, trust }
}

/// A credential of data model 2.0.
pub fn credential() -> Json {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:6f2a5b1e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": HOLDER, "degree": {"name": "Bachelor", "year": 2020}, "languages": ["mi", "en"]},
    })
}

/// A presentation of data model 2.0 of these credentials.
pub fn presentation(credentials: Vec<Json>) -> Json {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": credentials,
    })
}

impl World {
    /// The report on a text for this occasion.
    pub fn report(&self, input: Input, occasion: Occasion) -> Report {
        let request =
            Request { input, occasion: Occasion { now: NOW, ..occasion }, policy: Arc::new(Policy::default()) };
        verify(&request, &self.trust, &Evidence::none())
    }

    /// The codes of every fault of a text, those of its parts behind them; `accepted` when there is none.
    pub fn codes(&self, text: &str) -> Vec<&'static str> {
        self.codes_at(text, Occasion::default())
    }

    /// The same, for an occasion.
    pub fn codes_at(&self, text: &str, occasion: Occasion) -> Vec<&'static str> {
        let report = self.report(Input::text(text), occasion);
        let mut codes = Vec::new();
        report.parts().iter().for_each(|part| collect(part, &mut codes));
        if report.is_accepted() {
            assert!(codes.is_empty(), "{codes:?}");
            codes.push("accepted");
        }
        assert!(!codes.is_empty(), "refused without a reason: {}", report.to_json());
        codes
    }
}

fn collect(part: &Part, codes: &mut Vec<&'static str>) {
    codes.extend(part.checks.iter().filter_map(|check| check.outcome.reason()).map(|reason| reason.code().as_str()));
    part.parts.iter().for_each(|part| collect(part, codes));
}
