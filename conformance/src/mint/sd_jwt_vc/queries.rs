//! What is asked for in DCQL.

use serde_json::{Value, json};
use vidimus::reason::Code;

use super::{SdJwtVc, TYPE, input, unasked};
use crate::mint::dcql::vaccination_given;
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// A query for that type and these claims.
fn query(claims: Value) -> Value {
    json!({"credentials": [{"id": "identity", "format": "dc+sd-jwt", "meta": {"vct_values": [TYPE]}, "claims": claims}]})
}

pub(super) fn tell(scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    vaccinations(scene, good, all);
    let asked = |query: Value| scene.asking_with(query);
    let named = json!([
        {"path": ["family_name"], "values": ["Ngata", "Tamati"]}, {"path": ["address", "locality"]},
        {"path": ["nationalities", 1], "values": ["XV"]},
    ]);
    let title = "It answers a query for a name, a place and the second nationality, beside which one is hidden.";
    let good_input = input(good.text());
    let parent = asked(query(named)).accepts("answers-a-query", title, good_input.clone(), None);
    let mut refuse = |case: &str, title: &str, query: Value| {
        all.push(asked(query).refuses(&parent, case, title, Code::VpDcqlUnsatisfied, good_input.clone()));
    };
    let title = "The query asks for another value.";
    refuse("another-value", title, query(json!([{"path": ["family_name"], "values": ["Tamati"]}])));
    let title = "The query asks for the same value as a number.";
    refuse("value-of-another-type", title, query(json!([{"path": ["exp"], "values": ["1811808000"]}])));
    let title = "The query asks for a claim that is not shown.";
    refuse("claim-not-shown", title, query(json!([{"path": ["given_name"]}])));
    let title = "The query asks for that value at another place of the array, where one is hidden.";
    let third = query(json!([{"path": ["nationalities", 2], "values": ["XV"]}]));
    refuse("value-at-another-place", title, third);
    let title = "The query asks for an element of what is no array.";
    refuse("path-of-another-shape", title, query(json!([{"path": ["address", null]}])));
    let mut other = query(json!([{"path": ["family_name"]}]));
    other["credentials"][0]["meta"]["vct_values"] = json!(["https://types.example/licence"]);
    refuse("type-of-another-query", "The query asks for another type.", other);
    let mut mdoc = query(json!([{"path": ["n", "family_name"]}]));
    mdoc["credentials"][0]["format"] = json!("mso_mdoc");
    refuse("format-of-another-query", "The query asks for another format.", mdoc);
    let mut trusting = query(json!([{"path": ["family_name"]}]));
    trusting["credentials"][0]["trusted_authorities"] =
        json!([{"type": "etsi_tl", "values": ["https://list.example/tl"]}]);
    refuse("authority-not-asked-for", "The query trusts an authority that does not stand behind it.", trusting);
    let title = "Nobody shows that it is theirs, and the query asks for that.";
    let nobody = SdJwtVc { binding: None, ..good.with("cnf", Value::Null) };
    let alone = unasked(&asked(query(json!([{"path": ["family_name"]}]))));
    all.push(alone.refuses(&parent, "holder-asked-for", title, Code::VpDcqlUnsatisfied, input(nobody.text())));
    all.push(parent);
}

/// The query that every format answers.
fn vaccinations(scene: &Scene, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) {
    let asked = scene.asking_with(vaccination_given());
    let vaccinated = |vaccine: &str, day: &str| {
        good.with("v", json!([{"tg": "840539006", "vp": vaccine, "dn": 2, "sd": 2, "dt": day, "co": "XV"}])).text()
    };
    let title = "It answers a query for a vaccination given.";
    let parent = asked.accepts("vaccination", title, input(vaccinated("1119349007", "2026-04-20")), None);
    let mut refuse = |case: &str, title: &str, text: String| {
        all.push(asked.refuses(&parent, case, title, Code::VpDcqlUnsatisfied, input(text)));
    };
    let title = "Another vaccine was given than the query asks for.";
    refuse("another-vaccine", title, vaccinated("J07BX03", "2026-04-20"));
    let title = "The vaccine was given on another day than the query asks for.";
    refuse("another-day", title, vaccinated("1119349007", "2026-04-21"));
    all.push(parent);
}
