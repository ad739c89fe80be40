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
    let claims: Vec<&str> = vec![r#"{"path":["a"]}"#; limits::DCQL_CLAIMS / 2 + 1];
    let one = |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "meta": {}, "claims": claims.iter().map(|text| serde_json::from_str::<Json>(text).unwrap()).collect::<Vec<_>>() });
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
