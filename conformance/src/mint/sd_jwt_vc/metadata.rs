//! Type metadata: what the publisher of a type demands of its credentials.

use serde_json::{Value, json};
use vidimus::crypto::digest::sha256;
use vidimus::encoding::base64url;
use vidimus::reason::Code;

use super::{SdJwtVc, TYPE, input};
use crate::mint::scene::Scene;
use crate::question::Document;
use crate::vector::Vector;

const BASE: &str = "https://types.example/base";

fn document(locator: &str, text: &str) -> Document {
    Document {
        locator: locator.to_owned(),
        status: 200,
        media_type: Some("application/json".to_owned()),
        text: Some(text.to_owned()),
        ..Document::default()
    }
}

fn integrity(text: &str) -> String {
    format!("sha256-{}", base64url::encode_standard(&sha256(text.as_bytes())))
}

/// Every vector about type metadata.
pub(super) fn tell(scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let scene = scene.demanding("type_metadata", "required");
    let base = json!({
        "vct": BASE, "name": "Base",
        "claims": [{"path": ["family_name"], "mandatory": true, "sd": "always"}, {"path": ["nationalities", null]}]
    })
    .to_string();
    let extending = json!({
        "vct": TYPE, "extends": BASE, "extends#integrity": integrity(&base),
        "claims": [{"path": ["address", "country"], "mandatory": true, "sd": "never", "display": []}]
    })
    .to_string();
    let found = |ours: &str, base: &str| scene.finding(vec![document(TYPE, ours), document(BASE, base)]);
    let pinned = good.with("vct#integrity", integrity(&extending));
    let title = "The type and the type that it extends are published, each by its digest.";
    let parent = found(&extending, &base).accepts("type-metadata", title, input(pinned.text()), None);
    let hidden = SdJwtVc { disclosures: Vec::new(), ..pinned.clone() };
    let title = "A mandatory claim stays concealed, which is the holder's right.";
    all.push(found(&extending, &base).accepts("mandatory-claim-concealed", title, input(hidden.text()), None));
    let mut refuse = |case: &str, title: &str, code, (ours, base): (&str, &str), text: String| {
        all.push(found(ours, base).refuses(&parent, case, title, code, input(text)));
    };
    let blank = format!("{extending}\n");
    let title = "The metadata was changed by a line break.";
    refuse("type-metadata-changed", title, Code::SdjwtTypeIntegrity, (&blank, &base), pinned.text());
    let title = "The metadata of the extended type was changed.";
    refuse("extended-type-changed", title, Code::SdjwtTypeIntegrity, (&extending, &format!("{base} ")), pinned.text());
    let odd = good.with("vct#integrity", "md5-AAAA");
    let title = "The digest of the metadata is MD5.";
    refuse("type-integrity-md5", title, Code::SdjwtTypeIntegrity, (&extending, &base), odd.text());
    let mut unusable = |case: &str, title: &str, ours: Value| {
        refuse(case, title, Code::SdjwtTypeMetadata, (&ours.to_string(), &base), good.text());
    };
    unusable("type-metadata-of-another", "The metadata is of another type.", json!({"vct": BASE}));
    unusable("type-extends-itself", "The type extends itself.", json!({"vct": TYPE, "extends": TYPE}));
    unusable("type-metadata-a-list", "The metadata is a list.", json!([]));
    unusable("type-claims-a-text", "The metadata's claims are a text.", json!({"vct": TYPE, "claims": "all"}));
    let rule = json!({"vct": TYPE, "claims": [{"path": ["address"], "sd": "perhaps"}]});
    unusable("type-rule-unknown", "A rule for disclosing is unknown.", rule);
    let mut broken = |case: &str, title: &str, rule: Value| {
        let ours = json!({"vct": TYPE, "claims": [rule]}).to_string();
        refuse(case, title, Code::SdjwtTypeClaim, (&ours, &base), good.text());
    };
    let title = "A claim that must be concealable stands in the open.";
    broken("claim-in-the-open", title, json!({"path": ["nationalities", 1], "sd": "always"}));
    let title = "A claim that must stand in the open is disclosed selectively.";
    broken("claim-disclosed", title, json!({"path": ["family_name"], "sd": "never"}));
    let title = "A mandatory claim that is never concealed is not there.";
    broken("mandatory-claim-missing", title, json!({"path": ["address", "street"], "mandatory": true, "sd": "never"}));
    let title = "The metadata was not fetched.";
    let empty = scene.finding(Vec::new());
    all.push(empty.cannot_tell(
        &parent,
        "type-metadata-not-at-hand",
        title,
        Code::SdjwtTypeMetadata,
        input(good.text()),
    ));
    let title = "The metadata is not to be had, and the policy takes that.";
    let gone = Document { locator: TYPE.to_owned(), status: 404, ..Document::default() };
    let lenient = scene.finding(vec![gone]).demanding("type_metadata", "when-available");
    all.push(lenient.accepts("type-metadata-gone", title, input(good.text()), None));
    all.push(parent);
}
