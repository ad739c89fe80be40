//! Hostile queries (VP-011): too many, too deep, too long, negative; and hostile definitions (VP-012).

use super::*;
use crate::limits;
use crate::policy::dcql::presentation_exchange::convert;

fn pointers(text: &str) -> Vec<String> {
    Query::decode(text.as_bytes()).unwrap_err().into_iter().map(|fault| fault.pointer).collect()
}

fn with_claims(claims: &str) -> String {
    format!(r#"{{"credentials":[{{"id":"a","format":"dc+sd-jwt","meta":{{}},"claims":{claims}}}]}}"#)
}

#[test]
fn ten_thousand_claims_are_refused() {
    let claims: Vec<&str> = vec![r#"{"path":["a"]}"#; 10_000];
    // Larger than any query may be.
    assert_eq!(pointers(&with_claims(&format!("[{}]", claims.join(",")))), [""]);
    // And too many where they fit.
    let claims: Vec<&str> = vec![r#"{"path":["a"]}"#; limits::DCQL_CLAIMS + 1];
    assert_eq!(pointers(&with_claims(&format!("[{}]", claims.join(",")))), ["/credentials/0/claims"]);
    let half = vec![json!({ "path": ["a"] }); limits::DCQL_CLAIMS / 2 + 1];
    let one = |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "meta": {}, "claims": half });
    let text = json!({ "credentials": [one("a"), one("b")] }).to_string();
    assert_eq!(pointers(&text), ["/credentials/1/claims"]);
}

#[test]
fn a_path_of_a_thousand_steps_is_refused() {
    let steps = vec!["null"; 1_000].join(",");
    assert_eq!(pointers(&with_claims(&format!(r#"[{{"path":[{steps}]}}]"#))), ["/credentials/0/claims/0/path"]);
    // Nested arrays do not reach the reader of paths.
    let nested = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    assert_eq!(pointers(&with_claims(&format!(r#"[{{"path":{nested}}}]"#))), [""]);
}

#[test]
fn places_are_counted_from_zero_and_fit() {
    for place in ["-1", "-0.0", "1e1", "18446744073709551616", "1.0", "-9223372036854775809"] {
        let text = with_claims(&format!(r#"[{{"path":["a",{place}]}}]"#));
        assert_eq!(pointers(&text), ["/credentials/0/claims/0/path/1"], "{place}");
    }
    let largest = with_claims(r#"[{"path":["a",18446744073709551615]}]"#);
    let query = Query::decode(largest.as_bytes()).unwrap();
    assert_eq!(query.credentials[0].unmet(&facts(json!({ "a": ["x"] }))).len(), 1);
}

#[test]
fn values_sets_and_names_are_counted() {
    let values: Vec<String> = (0..=limits::DCQL_VALUES).map(|n| n.to_string()).collect();
    let text = with_claims(&format!(r#"[{{"path":["a"],"values":[{}]}}]"#, values.join(",")));
    assert_eq!(pointers(&text), ["/credentials/0/claims/0/values"]);
    let half = values[..limits::DCQL_VALUES / 2 + 1].join(",");
    let text = with_claims(&format!(r#"[{{"path":["a"],"values":[{half}]}},{{"path":["b"],"values":[{half}]}}]"#));
    assert_eq!(pointers(&text), ["/credentials/0/claims/1/values"]);
    let credentials: Vec<Json> =
        (0..=limits::DCQL_CREDENTIALS).map(|n| json!({ "id": format!("c{n}"), "format": "mdoc" })).collect();
    assert_eq!(pointers(&json!({ "credentials": credentials }).to_string()), ["/credentials"]);
}

#[test]
fn faults_stay_few_and_short() {
    let claims: Vec<String> = (0..limits::DCQL_CLAIMS).map(|_| r#"{"path":"$.a"}"#.to_owned()).collect();
    let faults = Query::decode(with_claims(&format!("[{}]", claims.join(","))).as_bytes()).unwrap_err();
    assert_eq!(faults.len(), limits::DCQL_REMARKS);
    let long = format!("$.{}", "x".repeat(50_000));
    let faults = Query::decode(with_claims(&format!(r#"[{{"path":"{long}"}}]"#)).as_bytes()).unwrap_err();
    assert!(faults[0].sentence.len() < 500);
}

#[test]
fn what_is_no_query_is_refused() {
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "{\"credentials\":{}}",
        "{\"credentials\":[]}",
        "{\"credentials\":[1]}",
        "{\"credentials\":[],\"credentials\":[]}",
        "\u{feff}{}",
    ] {
        assert!(Query::decode(text.as_bytes()).is_err(), "{text}");
    }
    assert!(Query::decode(&[0xff, 0xfe]).is_err());
}

#[test]
fn matching_the_largest_query_is_quick() {
    let claims: Vec<Json> = (0..limits::DCQL_CLAIMS).map(|_| json!({ "path": ["a", null] })).collect();
    let query = query(&json!({ "credentials": [{ "id": "a", "format": "dc+sd-jwt", "meta": {}, "claims": claims }] }));
    let said = facts(json!({ "a": vec![1; 60_000] }));
    let begun = std::time::Instant::now();
    assert!(query.credentials[0].unmet(&said).is_empty());
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

#[test]
fn definitions_are_bounded_and_not_evaluated() {
    let definition =
        |fields: Json| json!({ "id": "d", "input_descriptors": [{ "id": "i", "constraints": { "fields": fields } }] });
    let bomb = convert(definition(json!([{ "path": ["$..*..*..*"] }])).to_string().as_bytes()).unwrap();
    assert!(bomb.query.credentials[0].claims.is_empty());
    assert!(bomb.lost.iter().any(|lost| lost.name == "path" && lost.is_demand));
    // More alternatives than there are claim sets.
    let many: Vec<Json> =
        (0..20).map(|n| json!({ "path": [format!("$.a{n}"), format!("$.b{n}")], "optional": true })).collect();
    let many = convert(definition(json!(many)).to_string().as_bytes()).unwrap();
    assert!(many.query.credentials[0].claim_sets.len() <= limits::DCQL_CLAIM_SETS);
    assert!(many.lost.iter().any(|lost| lost.is_demand));
    // More ways to choose than there are options.
    let descriptors: Vec<Json> =
        (0..20).map(|n| json!({ "id": format!("i{n}"), "group": ["A"], "format": { "mso_mdoc": {} } })).collect();
    let wide = json!({ "input_descriptors": descriptors, "submission_requirements": [{ "rule": "pick", "count": 10, "from": "A" }] });
    assert!(convert(wide.to_string().as_bytes()).is_err());
    let deep = format!("{}{}", r#"{"from_nested":["#.repeat(500), "]}".repeat(500));
    assert!(
        convert(format!(r#"{{"input_descriptors":[{{"id":"a"}}],"submission_requirements":[{deep}]}}"#).as_bytes())
            .is_err()
    );
    assert!(convert(&vec![b' '; limits::DCQL_BYTES + 1]).is_err());
}

#[test]
fn requirements_that_multiply_end_at_their_bound() {
    let fault_of = |groups: usize, requirements: Json| {
        let descriptor = |n: usize| json!({ "id": format!("i{n}"), "group": ["A"], "format": { "mso_mdoc": {} } });
        let descriptors: Vec<Json> = (0..groups).map(descriptor).collect();
        let text = json!({ "input_descriptors": descriptors, "submission_requirements": requirements }).to_string();
        let begun = std::time::Instant::now();
        let faults = convert(text.as_bytes()).unwrap_err();
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
        faults
    };
    // The product of sets, each of which is within the bound.
    let pick = json!({ "rule": "pick", "count": 2, "from": "A" });
    let product = json!({ "rule": "all", "from_nested": vec![pick; 8] });
    let faults = fault_of(22, json!(vec![product; 4]));
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].sentence.starts_with("There are more than 256 ways"), "{faults:?}");
    // Choices that come to the same again and again.
    let any = json!({ "rule": "pick", "min": 0, "max": 7, "from": "A" });
    let same = json!({ "rule": "all", "from_nested": vec![any; 32] });
    assert_eq!(fault_of(7, json!(vec![same; 30])).len(), 1);
}

#[test]
fn what_chooses_the_same_twice_is_one_way() {
    let descriptor = |id: &str| json!({ "id": id, "group": ["A"], "format": { "mso_mdoc": {} } });
    let one = json!({ "rule": "pick", "count": 1, "from": "A" });
    let text = json!({ "input_descriptors": [descriptor("a"), descriptor("b")],
        "submission_requirements": [{ "rule": "all", "from_nested": vec![one; 20] }] });
    let query = convert(text.to_string().as_bytes()).unwrap().query;
    let mut options = query.credential_sets[0].options.clone();
    options.sort();
    assert_eq!(options, [vec!["a"], vec!["a", "b"], vec!["b"]]);
}

#[test]
fn definitions_that_repeat_their_values_end_at_the_totals() {
    let descriptor = |fields: Json| json!({ "id": "i", "constraints": { "fields": fields } });
    let faults = |descriptors: Json| {
        let text = json!({ "input_descriptors": descriptors }).to_string();
        let value = crate::encoding::json::decode(text.as_bytes()).unwrap();
        let faults = presentation_exchange::convert_value(&value).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let values: Vec<String> = (0..500).map(|n| format!("v{n}")).collect();
    let paths: Vec<String> = (0..500).map(|n| format!("$.p{n}")).collect();
    let told = faults(json!([descriptor(json!([{ "path": paths, "filter": { "enum": values } }]))]));
    assert!(told.len() == 1 && told[0].contains("512 claims and compares with 1024 values"), "{told:?}");
    let told = faults(json!(vec![descriptor(json!([{ "path": paths }])); 4]));
    assert!(told.len() == 1 && told[0].starts_with("/input_descriptors/1/"), "{told:?}");
    let many: Vec<i64> = (0..=1024).collect();
    let told = faults(json!([descriptor(json!([{ "path": ["$.a"], "filter": { "enum": many } }]))]));
    assert!(told[0].contains("1024 values at most"), "{told:?}");
    // A value that somebody else decoded is no larger than a text may be.
    let told = faults(json!([descriptor(json!([{ "path": ["x".repeat(limits::DCQL_BYTES)] }]))]));
    assert!(told.len() == 1 && told[0].starts_with("A definition has at most"), "{told:?}");
}

#[test]
fn a_type_that_is_asked_for_twice_stands_once() {
    let named = |name: &str| json!({ "path": ["$.type"], "filter": { "contains": { "const": name } } });
    let of = |fields: Vec<Json>| {
        let text = json!({ "input_descriptors": [{ "id": "i", "format": { "ldp_vc": {} }, "constraints": { "fields": fields } }] });
        convert(text.to_string().as_bytes()).unwrap().query.credentials.swap_remove(0)
    };
    assert_eq!(of(vec![named("A"); 600]).meta.type_values, [["A"]]);
    assert_eq!(of(vec![named("A"), named("B"), named("A")]).meta.type_values, [["A", "B"]]);
}
