//! `dcql`, and `verify --dcql`: queries read, linted, asked and made of older definitions.

use std::fs;

use serde_json::{Value, json};

use crate::{Desk, code, err, json_out, out, run};

/// A query that the desk's certificate answers when the date is that of its vaccination.
fn vaccinated_on(day: &str) -> Value {
    json!({ "credentials": [{
        "id": "vaccinated", "format": "vidimus_core", "meta": {}, "require_cryptographic_holder_binding": false,
        "claims": [{ "path": ["person", "family_name"] }, { "path": ["vaccinations", null, "date"], "values": [day] }],
    }] })
}

fn written(desk: &Desk, name: &str, value: &Value) -> String {
    fs::write(desk.file(name), value.to_string()).expect("written");
    desk.path(name)
}

#[test]
fn a_query_is_a_demand_of_any_verification() {
    let desk = Desk::new();
    let query = vaccinated_on("2021-05-29");
    for given in [query.to_string(), written(&desk, "query.json", &query)] {
        let output = desk.verify(&["--dcql", &given, &desk.text]);
        assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    }
    let saved = desk.path("saved.json");
    let other = vaccinated_on("2021-05-30").to_string();
    let output = desk.verify(&["--json", "--save", &saved, "--dcql", &other, &desk.text]);
    assert_eq!(code(&output), 1);
    let report = json_out(&output);
    let fault = report["checks"].as_array().and_then(|rows| rows.iter().find(|row| row["outcome"] == "fail"));
    let fault = fault.expect("a fault");
    assert_eq!((&fault["stage"], &fault["code"]), (&json!("policy"), &json!("vp.dcql_unsatisfied")));
    let due = r#"`vaccinated`: claim ["vaccinations",null,"date"] of the value asked for"#;
    assert_eq!((&fault["expected"], &fault["got"]), (&json!(due), &json!("another value")));
    assert!(!out(&output).contains("Lindqvist"));
    // The query is in the replay file, and the same comes of it again.
    let replayed = run(&["replay", &saved]);
    assert!(out(&replayed).contains("vp.dcql_unsatisfied"), "{}{}", out(&replayed), err(&replayed));
    let broken = desk.verify(&["--dcql", "{}", &desk.text]);
    assert_eq!(code(&broken), 2);
    assert!(
        err(&broken).contains("/credentials") && err(&broken).contains("hint: `vidimus dcql check"),
        "{}",
        err(&broken)
    );
}

#[test]
fn check_tells_faults_and_hints() {
    let desk = Desk::new();
    let good = written(&desk, "good.json", &vaccinated_on("2021-05-29"));
    let output = run(&["dcql", "check", &good]);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
    assert!(out(&output).contains("hint  dcql.own_format: /credentials/0/format: "), "{}", out(&output));
    assert!(out(&output).ends_with("The query can be asked.\n"));
    let mut wrong = vaccinated_on("2021-05-29");
    wrong["credentials"][0]["claims"][0]["path"] = json!("$.person.family_name\u{1b}[2J");
    let wrong = written(&desk, "wrong.json", &wrong);
    let output = run(&["dcql", "check", &wrong]);
    assert_eq!(code(&output), 1);
    assert!(out(&output).starts_with("fault /credentials/0/claims/0/path: "), "{}", out(&output));
    assert!(!out(&output).contains('\u{1b}'));
    let json = json_out(&run(&["dcql", "check", "--json", &wrong]));
    assert_eq!(
        (&json["sound"], &json["faults"][0]["pointer"]),
        (&json!(false), &json!("/credentials/0/claims/0/path"))
    );
    let json = json_out(&run(&["dcql", "check", "--json", &good]));
    assert_eq!((&json["sound"], &json["hints"][0]["code"]), (&json!(true), &json!("dcql.own_format")));
    assert_eq!(code(&run(&["dcql", "check", &desk.path("absent.json")])), 2);
    let large = desk.path("large.json");
    fs::write(&large, " ".repeat(1 << 20)).expect("written");
    assert_eq!(code(&run(&["dcql", "check", &large])), 2);
}

#[test]
fn convert_makes_a_query_and_tells_what_is_lost() {
    let desk = Desk::new();
    let definition = |fields: Value| json!({ "id": "d", "input_descriptors": [{ "id": "pid", "format": { "vc+sd-jwt": {} }, "constraints": { "fields": fields } }] });
    let whole = definition(
        json!([{ "path": ["$.vct"], "filter": { "const": "urn:eudi:pid:1" } }, { "path": ["$.family_name"] }]),
    );
    let output = run(&["dcql", "convert", &written(&desk, "whole.json", &whole)]);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""), "{}", err(&output));
    let due = json!({ "credentials": [{ "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:eudi:pid:1"] },
        "claims": [{ "path": ["family_name"] }] }] });
    assert_eq!(json_out(&output), due);
    let part = definition(json!([{ "path": ["$.age"], "filter": { "type": "integer", "minimum": 18 } }]));
    let part = written(&desk, "part.json", &part);
    let output = run(&["dcql", "convert", &part]);
    assert_eq!(code(&output), 1);
    assert!(
        err(&output).contains("lost /input_descriptors/0/constraints/fields/0/filter/minimum: filter.minimum: "),
        "{}",
        err(&output)
    );
    let json = json_out(&run(&["dcql", "convert", "--json", &part]));
    assert_eq!(json["dcql_query"]["credentials"][0]["claims"][0]["path"], json!(["age"]));
    assert!(
        json["lost"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|lost| lost["name"] == "filter.minimum" && lost["is_demand"] == true)
    );
    let output = run(&["dcql", "convert", &written(&desk, "none.json", &json!({ "input_descriptors": [] }))]);
    assert_eq!((code(&output), out(&output).as_str()), (2, ""));
    assert!(err(&output).contains("/input_descriptors: Nothing is asked for"), "{}", err(&output));
}
