//! Tests of the conversion of Presentation Exchange.

use super::*;
use crate::policy::dcql::presentation_exchange::{Converted, convert};

fn converted(value: &Json) -> Converted {
    convert(value.to_string().as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The query of a definition with that descriptor alone, and the names of what was lost of its demands.
fn of_descriptor(descriptor: &Json) -> (Json, Vec<String>) {
    let Converted { query, lost } = converted(&json!({ "id": "d", "input_descriptors": [descriptor] }));
    let lost = lost.into_iter().filter(|lost| lost.is_demand).map(|lost| lost.name).collect();
    (serde_json::to_value(&query).unwrap(), lost)
}

#[test]
fn an_sd_jwt_vc_by_its_type_and_claims() {
    let (query, lost) = of_descriptor(&json!({ "id": "pid", "format": { "vc+sd-jwt": {} }, "constraints": {
        "limit_disclosure": "required",
        "fields": [
            { "path": ["$.vct"], "filter": { "type": "string", "const": "urn:eudi:pid:1" } },
            { "path": ["$.family_name"] },
            { "path": ["$.address.locality"], "filter": { "enum": ["Oslo", "Bergen"] } },
            { "path": ["$.nationalities[*]"], "filter": { "type": "string", "pattern": "^NO$|^SE$" } },
        ] } }));
    assert_eq!(lost, [""; 0]);
    let expected = json!({ "credentials": [{ "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:eudi:pid:1"] }, "claims": [
        { "path": ["family_name"] },
        { "path": ["address", "locality"], "values": ["Oslo", "Bergen"] },
        { "path": ["nationalities", null], "values": ["NO", "SE"] },
    ] }] });
    assert_eq!(query, expected);
}

#[test]
fn an_mdoc_by_its_identifier_and_elements() {
    let (query, lost) = of_descriptor(
        &json!({ "id": "org.iso.18013.5.1.mDL", "format": { "mso_mdoc": { "alg": ["ES256"] } }, "constraints": {
        "fields": [{ "path": ["$['org.iso.18013.5.1']['age_over_18']"], "intent_to_retain": false }] } }),
    );
    assert_eq!(lost, [""; 0]);
    let credential = &query["credentials"][0];
    assert_eq!(credential["id"], "org_iso_18013_5_1_mDL");
    assert_eq!(credential["meta"], json!({ "doctype_value": "org.iso.18013.5.1.mDL" }));
    assert_eq!(
        credential["claims"],
        json!([{ "path": ["org.iso.18013.5.1", "age_over_18"], "intent_to_retain": false }])
    );
}

#[test]
fn alternatives_and_optional_fields_become_claim_sets() {
    let (query, lost) = of_descriptor(&json!({ "id": "a", "format": { "dc+sd-jwt": {} }, "constraints": { "fields": [
        { "path": ["$.a"] }, { "path": ["$.b", "$.c"] }, { "path": ["$.d"], "optional": true },
    ] } }));
    assert_eq!(lost, [""; 0]);
    let credential = &query["credentials"][0];
    assert_eq!(credential["claims"].as_array().map(Vec::len), Some(4));
    assert_eq!(credential["claim_sets"], json!([["c0", "c1", "c3"], ["c0", "c2", "c3"], ["c0", "c1"], ["c0", "c2"]]));
}

#[test]
fn a_w3c_credential_of_no_format_is_asked_for_in_both() {
    let (query, _) = of_descriptor(&json!({ "id": "deg", "constraints": { "fields": [
        { "path": ["$.vc.type", "$.type"], "filter": { "type": "array", "contains": { "const": "DegreeCredential" } } },
        { "path": ["$.issuer", "$.vc.issuer", "$.iss"], "filter": { "const": "did:example:1" } },
        { "path": ["$.credentialSubject.degree", "$.vc.credentialSubject.degree"] },
    ] } }));
    let formats: Vec<&str> =
        query["credentials"].as_array().unwrap().iter().filter_map(|one| one["format"].as_str()).collect();
    assert_eq!(formats, ["jwt_vc_json", "ldp_vc"]);
    assert_eq!(query["credential_sets"], json!([{ "options": [["deg-jwt_vc_json"], ["deg-ldp_vc"]] }]));
    for credential in query["credentials"].as_array().unwrap() {
        assert_eq!(credential["meta"], json!({ "type_values": [["DegreeCredential"]] }));
        assert_eq!(
            credential["claims"],
            json!([
                { "path": ["issuer"], "values": ["did:example:1"] }, { "path": ["credentialSubject", "degree"] },
            ])
        );
    }
}

#[test]
fn requirements_become_credential_sets() {
    let descriptor = |id: &str, group: &str| json!({ "id": id, "group": [group], "format": { "mso_mdoc": {} } });
    let descriptors = json!([descriptor("a", "A"), descriptor("b", "B"), descriptor("c", "B"), descriptor("d", "B")]);
    let sets = |requirements: Json| {
        let definition = json!({ "input_descriptors": descriptors, "submission_requirements": requirements });
        serde_json::to_value(converted(&definition).query.credential_sets).unwrap()
    };
    assert_eq!(sets(json!([{ "rule": "all", "from": "B" }])), json!([{ "options": [["b", "c", "d"]] }]));
    assert_eq!(
        sets(json!([{ "rule": "pick", "count": 1, "from": "B" }])),
        json!([{ "options": [["b"], ["c"], ["d"]] }])
    );
    let two = json!([{ "options": [["b", "c"], ["b", "d"], ["c", "d"]] }]);
    assert_eq!(sets(json!([{ "rule": "pick", "min": 2, "from": "B" }])), two);
    let optional = sets(json!([{ "rule": "pick", "max": 1, "from": "B" }]));
    assert_eq!(optional, json!([{ "options": [["b"], ["c"], ["d"]], "required": false }]));
    let nested = json!([{ "rule": "pick", "count": 1, "from_nested": [{ "rule": "all", "from": "A" }, { "rule": "pick", "count": 2, "from": "B" }] }]);
    assert_eq!(sets(nested), json!([{ "options": [["a"], ["b", "c"], ["b", "d"], ["c", "d"]] }]));
    let both = json!([{ "rule": "all", "from_nested": [{ "rule": "all", "from": "A" }, { "rule": "pick", "count": 1, "from": "B" }] }]);
    assert_eq!(sets(both), json!([{ "options": [["a", "b"], ["a", "c"], ["a", "d"]] }]));
    let fault = |requirements: Json| {
        convert(
            json!({ "input_descriptors": descriptors, "submission_requirements": requirements }).to_string().as_bytes(),
        )
        .is_err()
    };
    assert!(fault(json!([{ "rule": "all", "from": "X" }])));
    assert!(fault(json!([{ "rule": "any", "from": "A" }])));
    assert!(fault(json!([{ "rule": "pick", "count": 4, "from": "B" }])));
    assert!(fault(json!([])));
}

#[test]
fn what_cannot_be_said_is_told_by_name() {
    let (_, lost) = of_descriptor(
        &json!({ "id": "a", "schema": [{ "uri": "https://x.example" }], "format": { "dc+sd-jwt": {}, "ac_vc": {} },
        "constraints": { "is_holder": [{}], "statuses": {}, "fields": [
            { "path": ["$..x"] },
            { "path": ["$.a"], "predicate": "required", "filter": { "minimum": 18 } },
            { "path": ["$.b"], "filter": { "pattern": "^a.*$" } },
            { "path": ["$.c"], "filter": { "not": { "const": "x" } } },
        ] } }),
    );
    for name in [
        "schema",
        "format.ac_vc",
        "is_holder",
        "statuses",
        "path",
        "field",
        "predicate",
        "filter.minimum",
        "filter.pattern",
        "filter.not",
    ] {
        assert!(lost.iter().any(|lost| lost == name), "{name}: {lost:?}");
    }
    let whole = converted(
        &json!({ "frame": {}, "input_descriptors": [{ "id": "a", "purpose": "p", "format": { "dc+sd-jwt": {} } }] }),
    );
    let (_, lost) = of_descriptor(
        &json!({ "id": "a", "extra/x": 1, "format": { "dc+sd-jwt": {} }, "constraints": { "odd": 1, "fields": [{ "path": ["$.a"], "more": 1 }] } }),
    );
    assert_eq!(lost, ["member extra/x", "constraints.odd", "member more"]);
    let names: Vec<(&str, bool)> = whole.lost.iter().map(|lost| (lost.name.as_str(), lost.is_demand)).collect();
    assert_eq!(names, [("frame", true), ("purpose", false)]);
}

#[test]
fn patterns_are_texts_or_lost() {
    let of = |pattern: &str| {
        let (query, lost) =
            of_descriptor(&json!({ "id": "a", "format": { "dc+sd-jwt": {} }, "constraints": { "fields": [
            { "path": ["$.a"], "filter": { "pattern": pattern } } ] } }));
        (query["credentials"][0]["claims"][0]["values"].clone(), lost)
    };
    assert_eq!(of("^a$").0, json!(["a"]));
    assert_eq!(of("^(a|b)$").0, json!(["a", "b"]));
    assert_eq!(of(r"^https:\/\/x\.example$").0, json!(["https://x.example"]));
    for pattern in ["a", "^a", "a$", "^a|b$", "^a+$", "^[ab]$", r"^\d$", "^$", "^(a|b", ""] {
        assert_eq!(of(pattern), (Json::Null, vec!["filter.pattern".to_owned()]), "{pattern}");
    }
}

#[test]
fn identifiers_stay_apart() {
    let descriptor = |id: &str| json!({ "id": id, "format": { "dc+sd-jwt": {}, "mso_mdoc": {} } });
    let query = converted(&json!({ "input_descriptors": [descriptor("a b"), descriptor("a_b"), descriptor("a_b-mso_mdoc"), descriptor("")] })).query;
    let ids: std::collections::HashSet<&str> =
        query.credentials.iter().map(|credential| credential.id.as_str()).collect();
    assert_eq!(ids.len(), 8, "{ids:?}");
    assert_eq!(query.credential_sets.len(), 4);
}

#[test]
fn a_path_of_json_path_says_the_same_or_why_not() {
    let to = |text: &str| json_path::to_path(text).map(|path| path_text(&path));
    assert_eq!(to("$.a.b").as_deref(), Ok(r#"["a","b"]"#));
    assert_eq!(to("$['ns.x']['el']").as_deref(), Ok(r#"["ns.x","el"]"#));
    assert_eq!(to("$[\"a\"][0].b[*]").as_deref(), Ok(r#"["a",0,"b",null]"#));
    for wrong in [
        "",
        "a",
        "$",
        "$.",
        "$..a",
        "$.a.",
        "$.*",
        "$[",
        "$[a]",
        "$['a'",
        "$['a','b']",
        "$[-1]",
        "$[0:1]",
        "$[?(@.a)]",
        "$['']",
        "$[0,1]",
        "$a",
    ] {
        assert!(json_path::to_path(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn requirements_that_cannot_be_read_are_faults() {
    let pointers = |requirement: Json| {
        let text =
            json!({ "input_descriptors": [{ "id": "a", "group": ["A"] }], "submission_requirements": [requirement] });
        let faults = convert(text.to_string().as_bytes()).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()
    };
    for (name, number) in [("count", json!("1")), ("count", json!(-1)), ("min", json!(1.5)), ("max", json!([]))] {
        let mut requirement = json!({ "rule": "pick", "from": "A" });
        requirement[name] = number;
        assert_eq!(pointers(requirement), [format!("/submission_requirements/0/{name}")]);
    }
    let one = json!({ "rule": "pick", "from": "A" });
    let nested = |inner: Json| json!({ "rule": "all", "from_nested": inner });
    let at = ["/submission_requirements/0/from_nested"];
    assert_eq!(pointers(nested(json!(vec![one.clone(); crate::limits::DCQL_SETS + 1]))), at);
    assert_eq!(pointers(nested(json!([]))), at);
    assert_eq!(pointers(nested(json!("A"))), at);
    assert_eq!(pointers(nested(json!(vec![one; 2]))), [""; 0]);
}

#[test]
fn filters_that_allow_nothing_or_a_type_are_demands() {
    let lost = |filter: Json| {
        of_descriptor(&json!({ "id": "a", "format": { "dc+sd-jwt": {} }, "constraints": { "fields": [
            { "path": ["$.a"], "filter": filter } ] } }))
        .1
    };
    for (filter, name) in [
        (json!({ "enum": [] }), "filter.enum"),
        (json!({ "enum": "x" }), "filter.enum"),
        (json!({ "anyOf": [] }), "filter.anyOf"),
        (json!(false), "filter"),
        (json!("x"), "filter"),
        (json!({ "type": "boolean" }), "filter.type"),
        (json!({ "type": ["string", "null"] }), "filter.type"),
    ] {
        assert_eq!(lost(filter.clone()), [name], "{filter}");
    }
    for filter in [json!(true), json!({}), json!({ "type": "string" }), json!({ "type": "boolean", "const": true })] {
        assert_eq!(lost(filter.clone()), [""; 0], "{filter}");
    }
}

#[test]
fn what_an_element_of_an_mdoc_contains_is_lost() {
    let (query, lost) = of_descriptor(&json!({ "id": "a", "format": { "mso_mdoc": {} }, "constraints": { "fields": [
        { "path": ["$['n']['nationality']"], "filter": { "type": "array", "contains": { "const": "NO" } } } ] } }));
    assert_eq!(lost, ["filter.contains"]);
    assert_eq!(query["credentials"][0]["claims"], json!([{ "path": ["n", "nationality"] }]));
}

#[test]
fn too_many_alternatives_leave_the_first() {
    let paths: Vec<String> = (0..65).map(|n| format!("$.p{n}")).collect();
    let (query, lost) = of_descriptor(&json!({ "id": "a", "format": { "dc+sd-jwt": {} }, "constraints": { "fields": [
        { "path": ["$.x"] }, { "path": paths } ] } }));
    assert_eq!(lost, ["path"]);
    assert_eq!(query["credentials"][0]["claims"], json!([{ "path": ["x"] }, { "path": ["p0"] }]));
}
