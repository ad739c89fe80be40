//! What is asked for in DCQL.

use serde_json::{Value, json};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::from_json;
use vidimus::reason::Code;
use vidimus::trust::x509::Certificate;

use super::parts::{Doc, Keys, said};
use super::{DOC_TYPE, NAME_SPACE, input};
use crate::mint::dcql::vaccination_given;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// The type of a document of vaccinations, and its name space.
const MICOV: (&str, &str) = ("org.micov.1", "org.micov.vtr.1");

/// A query for a driving licence with these claims, by that authority.
fn query(claims: Value, authority: Option<&str>) -> Value {
    let mut query =
        json!({"id": "licence", "format": "mso_mdoc", "meta": {"doctype_value": DOC_TYPE}, "claims": claims});
    if let Some(key_id) = authority {
        query["trusted_authorities"] = json!([{"type": "aki", "values": [key_id]}]);
    }
    json!({"credentials": [query]})
}

/// # Errors
/// A sentence, when the signer's certificate names no authority.
pub(super) fn vectors(scene: &Scene, good: &Doc<'_>, keys: &Keys, all: &mut Vec<Vector>) -> Result<(), String> {
    vaccinations(scene, good, all);
    let signer = Certificate::from_der(&keys.chain[0]).map_err(|reason| reason.to_string())?;
    let key_id = base64url::encode(signer.authority_key_id().ok_or("a signer that names no authority")?);
    let of = |element: &str| json!([{"path": [NAME_SPACE, element]}]);
    let born = json!([{"path": [NAME_SPACE, "birth_date"], "values": ["1964-08-12"], "intent_to_retain": false}]);
    let right = input(&good.response());
    let title = "It answers a query for a date of birth, by the authority that the query trusts.";
    let asked = scene.asking_with(query(born, Some(&key_id)));
    let parent = asked.accepts("answers-a-query", title, right.clone(), Some(said()));
    let mut refuse = |case: &str, title: &str, query: Value| {
        all.push(scene.asking_with(query).refuses(&parent, case, title, Code::VpDcqlUnsatisfied, right.clone()));
    };
    let title = "The query trusts another authority.";
    refuse("authority-not-asked-for", title, query(of("birth_date"), Some("AAAA")));
    refuse("element-not-shown", "The query asks for an element that is not shown.", query(of("age_over_18"), None));
    let elsewhere = json!([{"path": ["org.iso.18013.5.1.aamva", "birth_date"]}]);
    refuse("name-space-not-shown", "The query asks for the element of another name space.", query(elsewhere, None));
    let another = json!([{"path": [NAME_SPACE, "birth_date"], "values": ["1964-08-13"]}]);
    refuse("another-value", "The query asks for another date of birth.", query(another, None));
    let mut photo = query(of("birth_date"), None);
    photo["credentials"][0]["meta"]["doctype_value"] = json!("org.iso.23220.photoid.1");
    refuse("type-of-another-query", "The query asks for another type of document.", photo);
    all.push(parent);
    Ok(())
}

/// The query that every format answers.
fn vaccinations(scene: &Scene, good: &Doc<'_>, all: &mut Vec<Vector>) {
    let asked = scene.asking_with(vaccination_given());
    let vaccinated = |vaccine: &str, day: &str| {
        let dose = json!({"tg": "840539006", "vp": vaccine, "dn": 2, "sd": 2, "dt": day, "co": "XV"});
        let elements = [("fn", json!("Muster")), ("dob", json!("1964-08-12")), ("v_RA01_1", dose)];
        let elements = elements.into_iter().map(|(name, value)| (name.to_owned(), from_json(&value))).collect();
        let mut doc = good.drafted(|draft| {
            draft.doc_type = MICOV.0.to_owned();
            draft.name_spaces = vec![(MICOV.1.to_owned(), elements)];
        });
        doc.doc_type = MICOV.0.to_owned();
        input(&doc.response())
    };
    let title = "It answers a query for a vaccination given.";
    let parent = asked.accepts("vaccination", title, vaccinated("1119349007", "2026-04-20"), None);
    let mut refuse = |case: &str, title: &str, vaccine: &str, day: &str| {
        all.push(asked.refuses(&parent, case, title, Code::VpDcqlUnsatisfied, vaccinated(vaccine, day)));
    };
    refuse("another-vaccine", "Another vaccine was given than the query asks for.", "J07BX03", "2026-04-20");
    refuse("another-day", "The vaccine was given on another day than the query asks for.", "1119349007", "2026-04-21");
    all.push(parent);
}
