//! Targets of SD-JWT and SD-JWT VC.

use std::sync::Arc;

use vidimus::credential::Input;
use vidimus::envelope::jws::Jws;
use vidimus::envelope::sd_jwt::{SdJwt, Unfolded, process};
use vidimus::evidence::{Document, Evidence};
use vidimus::issue;
use vidimus::occasion::Occasion;
use vidimus::policy::{Policy, TypeMetadataDemand};
use vidimus::verify::{Request, verify};

use crate::targets::{NOW, W3C_ISSUER, judge_signed, text, world};

const TYPE: &str = "https://fuzz.example/type";
/// A seed for type metadata.
pub(crate) const TYPE_METADATA: &[u8] =
    br#"{"vct":"https://fuzz.example/type","claims":[{"path":["a",null,0],"mandatory":true,"sd":"never"}]}"#;

/// Law: what is processed is JSON without a digest left in it, and processing it again changes nothing.
pub(crate) fn processed(bytes: &[u8]) {
    text(bytes, |text| {
        let Ok(sd_jwt) = SdJwt::split(text) else { return };
        let Ok(jws) = Jws::open(sd_jwt.jwt) else { return };
        let Ok(once) = process(&jws.payload, &sd_jwt.disclosures) else { return };
        let Ok(again) = process(&once.payload, &[]) else { panic!("what was processed is no JSON object") };
        assert_eq!(again.payload, once.payload);
    });
}

/// Law: what a JSON serialisation unfolds to, folded again, unfolds to the same.
pub(crate) fn json_form(bytes: &[u8]) {
    text(bytes, |text| {
        let Ok(once) = Unfolded::of(text) else { return };
        let Ok(folded) = issue::sd_jwt::flattened(&once.compact) else { return };
        // A part may hold full stops, which divide a compact text elsewhere; such a text is no JWS.
        if Jws::open(once.compact.split('~').next().unwrap_or_default()).is_ok() {
            let Ok(again) = Unfolded::of(&folded.to_string()) else { panic!("our own JSON is refused") };
            assert_eq!(again.compact, once.compact);
        }
    });
}

/// Claims of any kind, signed.
pub(crate) fn signed(claims: &[u8]) {
    if let Some(text) = credential(claims) {
        judge_signed(&text, &Evidence::none());
    }
}

/// Type metadata of any kind, published for a credential of that type.
pub(crate) fn type_metadata(bytes: &[u8]) {
    let claims = serde_json::json!({"iss": W3C_ISSUER, "vct": TYPE, "a": [[1], {"b": 2}]}).to_string();
    let Some(text) = credential(claims.as_bytes()) else { return };
    let mut evidence = Evidence::none();
    evidence.insert(Document { locator: TYPE.to_owned(), status: 200, fetched_at: NOW, body: bytes.to_vec() });
    let policy = Policy { type_metadata: TypeMetadataDemand::Required, ..Policy::default() };
    let request = Request { input: Input::text(text), occasion: Occasion::at(NOW), policy: Arc::new(policy) };
    assert!(!verify(&request, &world().1, &evidence).to_json().is_empty());
}

fn credential(claims: &[u8]) -> Option<String> {
    let header = [("typ", "dc+sd-jwt"), ("kid", "k")];
    Some(issue::jws::sign(&header, claims, &world().0).ok()? + "~")
}
