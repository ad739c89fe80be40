//! Tests of the linter.

use super::*;

/// The codes of the hints about a query.
fn codes(value: &Json) -> Vec<&'static str> {
    query(value).lint().into_iter().map(|hint| hint.code).collect()
}

fn codes_of(credential: &Json) -> Vec<&'static str> {
    codes(&json!({ "credentials": [credential] }))
}

#[test]
fn a_plain_query_needs_no_hint() {
    assert_eq!(codes_of(&asking(json!([{ "path": ["family_name"] }]))), [""; 0]);
    let mdoc = json!({ "id": "a", "format": "mso_mdoc", "meta": { "doctype_value": "org.iso.18013.5.1.mDL" },
        "claims": [{ "path": ["org.iso.18013.5.1", "age_over_18"], "intent_to_retain": false }] });
    assert_eq!(codes_of(&mdoc), [""; 0]);
}

#[test]
fn every_hint_has_its_occasion() {
    let claim = |claim: Json| asking(json!([claim]));
    let with = |name: &str, value: Json| {
        let mut credential = claim(json!({ "path": ["a"] }));
        credential[name] = value;
        credential
    };
    let mdoc =
        |claims: Json| json!({ "id": "a", "format": "mso_mdoc", "meta": { "doctype_value": "x" }, "claims": claims });
    for (credential, code) in [
        (json!({ "id": "a", "format": "dc+sd-jwt", "claims": [{ "path": ["a"] }] }), "dcql.meta_absent"),
        (with("meta", json!({})), "dcql.any_type"),
        (with("meta", json!({ "vct_values": ["x"], "doctype_value": "y" })), "dcql.meta_unread"),
        (with("format", json!("vc+sd-jwt")), "dcql.draft_format"),
        (with("format", json!("sd_jwt_vc")), "dcql.own_format"),
        (
            json!({ "id": "a", "format": "ldp_vc", "meta": { "type_values": [["A"]] }, "claims": [{ "path": ["a"] }] }),
            "dcql.short_type",
        ),
        (json!({ "id": "a", "format": "eu_dcc", "meta": {} }), "dcql.binding_impossible"),
        (with("require_cryptographic_holder_binding", json!(false)), "dcql.binding_waived"),
        (with("trusted_authorities", json!([{ "type": "x", "values": ["y"] }])), "dcql.authority_unknown"),
        (with("trusted_authorities", json!([{ "type": "aki", "values": ["!"] }])), "dcql.authority_value"),
        (
            with("trusted_authorities", json!([{ "type": "openid_federation", "values": ["https://f.example"] }])),
            "dcql.authority_federation",
        ),
        (with("trusted_authorities", json!([{ "type": "etsi_tl", "values": ["x"] }])), "dcql.authority_value"),
        (json!({ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["x"] } }), "dcql.no_claims"),
        (mdoc(json!([{ "namespace": "n", "claim_name": "e" }])), "dcql.draft_claim"),
        (claim(json!({ "path": ["a"], "intent_to_retain": true })), "dcql.retain_ignored"),
        (claim(json!({ "path": ["a.b"] })), "dcql.dotted_name"),
        (claim(json!({ "path": ["a"], "values": ["x"] })), "dcql.values_privacy"),
        (claim(json!({ "path": ["a"], "values": ["x", "x"] })), "dcql.value_twice"),
        (asking(json!([{ "path": ["a"] }, { "path": ["a"] }])), "dcql.path_twice"),
        (mdoc(json!([{ "path": ["n", "age_over_18"] }, { "path": ["n", "birth_date"] }])), "dcql.over_asking"),
        (asking(json!([{ "path": ["age_equal_or_over", "18"] }, { "path": ["family_name"] }])), "dcql.over_asking"),
    ] {
        let codes = codes_of(&credential);
        assert!(codes.contains(&code), "{credential}: {codes:?}");
    }
}

#[test]
fn what_nobody_can_answer_is_told() {
    let impossible = json!({ "id": "d", "format": "eu_dcc", "meta": {} });
    let possible = json!({ "id": "p", "format": "eu_dcc", "meta": {}, "require_cryptographic_holder_binding": false });
    assert!(codes_of(&impossible).contains(&"dcql.unsatisfiable"));
    assert!(!codes_of(&possible).contains(&"dcql.unsatisfiable"));
    let with = |sets: Json| codes(&json!({ "credentials": [impossible, possible], "credential_sets": sets }));
    assert!(with(json!([{ "options": [["d"], ["d", "p"]] }])).contains(&"dcql.unsatisfiable"));
    assert!(!with(json!([{ "options": [["d"], ["p"]] }])).contains(&"dcql.unsatisfiable"));
    let twice = asking(json!([{ "path": ["a"], "values": [1] }, { "path": ["a"], "values": [2] }]));
    let codes_of_twice = codes_of(&twice);
    assert!(codes_of_twice.contains(&"dcql.values_impossible") && codes_of_twice.contains(&"dcql.unsatisfiable"));
    let of_list = asking(json!([{ "path": ["a", null], "values": [1] }, { "path": ["a", null], "values": [2] }]));
    assert!(!codes_of(&of_list).contains(&"dcql.values_impossible"));
}

#[test]
fn sets_that_are_never_chosen_are_told() {
    let mut credential = asking(json!([
        { "id": "a", "path": ["a"] }, { "id": "b", "path": ["b"] }, { "id": "c", "path": ["c"] },
    ]));
    credential["claim_sets"] = json!([["a"], ["b", "a"]]);
    let told = codes_of(&credential);
    assert!(told.contains(&"dcql.claim_set_unreachable") && told.contains(&"dcql.claim_unused"), "{told:?}");
    let one = |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "meta": {} });
    let told = codes(&json!({ "credentials": [one("a"), one("b"), one("c")],
        "credential_sets": [{ "options": [["a"], ["a", "b"], ["b", "b"]], "required": false }] }));
    for code in ["dcql.option_unreachable", "dcql.option_twin", "dcql.credential_unused", "dcql.nothing_required"] {
        assert!(told.contains(&code), "{code}: {told:?}");
    }
}

#[test]
fn hints_point_at_what_they_are_about() {
    let hints =
        query(&json!({ "credentials": [asking(json!([{ "path": ["a"] }, { "path": ["b"], "values": ["x"] }]))] }))
            .lint();
    assert_eq!(hints.len(), 1);
    assert_eq!(hints[0].pointer, "/credentials/0/claims/1/values");
    assert!(hints[0].to_string().starts_with("dcql.values_privacy: /credentials/0/claims/1/values: "));
}
