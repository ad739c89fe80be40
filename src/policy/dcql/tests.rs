//! Tests of DCQL: decoding, paths, answers, the whole, hints. Hostile queries in `tests/hostile.rs`.

mod conversion;
mod hints;
mod hostile;
mod laws;

use serde_json::{Value as Json, json};

use super::*;
use crate::format::FORMATS;

/// The query that this JSON is.
fn query(value: &Json) -> Query {
    Query::decode(value.to_string().as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The faults of a query with one credential query of these members, as `pointer: sentence`.
fn faults_of(credential: &Json) -> Vec<String> {
    let text = json!({ "credentials": [credential] }).to_string();
    Query::decode(text.as_bytes()).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// A bound SD-JWT VC of that type with these claims.
fn facts(claims: Json) -> Facts {
    Facts {
        format: "sd_jwt_vc".to_owned(),
        types: vec!["urn:t".to_owned()],
        core: json!({ "vaccinations": [{ "dose": 2, "vaccine": { "code": "207" } }] }),
        claims,
        authorities: Authorities::default(),
        is_holder_bound: true,
        places: Vec::new(),
        may_omit_elements: false,
    }
}

/// What is asked of such a credential, and why it is not answered.
fn got(credential: &Json, facts: &Facts) -> Vec<String> {
    let query = query(&json!({ "credentials": [credential] }));
    let unmet = query.credentials[0].unmet(facts);
    assert!(unmet.iter().all(|reason| reason.code() == crate::reason::Code::VpDcqlUnsatisfied));
    unmet.iter().map(|reason| reason.got_fact().to_string()).collect()
}

fn asking(claims: Json) -> Json {
    json!({ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:t"] }, "claims": claims })
}

#[test]
fn every_format_but_status_lists_can_be_asked_for() {
    for format in FORMATS.iter().map(|format| format.about().name).filter(|name| *name != "token_status_list") {
        let row = QueryFormat::named(format).unwrap_or_else(|| panic!("{format} has no name in queries"));
        assert_eq!(row.answered_by, [format]);
        assert!(QueryFormat::named("vidimus_core").is_some_and(|core| core.is_answered_by(format)), "{format}");
    }
    for row in QueryFormat::all() {
        let known = row.answered_by.iter().all(|name| FORMATS.iter().any(|format| format.about().name == *name));
        assert!(known, "{} is answered by a format that is none", row.name);
        assert!(!row.is_answered_by("token_status_list"), "{}", row.name);
    }
}

#[test]
fn a_json_path_is_told_what_it_should_be() {
    let told = |path: Json| faults_of(&asking(json!([{ "path": path }])));
    for (path, meant) in [
        (json!("$.family_name"), r#"["family_name"]"#),
        (json!(["$.family_name"]), r#"["family_name"]"#),
        (json!("$['a.b']['c']"), r#"["a.b","c"]"#),
        (json!(["$.a[*].b"]), r#"["a",null,"b"]"#),
        (json!("address.street"), r#"["address","street"]"#),
    ] {
        let told = told(path.clone());
        assert!(told.len() == 1 && told[0].contains(meant), "{path}: {told:?}");
        assert!(told[0].starts_with("/credentials/0/claims/0/path"), "{told:?}");
    }
    assert!(told(json!(["a", "$.b"]))[0].starts_with("/credentials/0/claims/0/path/1"));
    assert!(told(json!("$..x"))[0].contains("no JSONPath"));
}

#[test]
fn faults_name_their_place() {
    let at = |credential: Json, pointer: &str| {
        let faults = faults_of(&credential);
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("{pointer}:"))), "{credential}: {faults:?}");
    };
    at(json!({ "format": "dc+sd-jwt", "meta": {} }), "/credentials/0/id");
    at(json!({ "id": "a b", "format": "dc+sd-jwt", "meta": {} }), "/credentials/0/id");
    at(json!({ "id": "a", "meta": {} }), "/credentials/0/format");
    at(json!({ "id": "a", "format": "jwt_vc", "meta": {} }), "/credentials/0/format");
    at(json!({ "id": "a", "format": "dc+sd-jwt", "meta": [] }), "/credentials/0/meta");
    at(json!({ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": "x" } }), "/credentials/0/meta/vct_values");
    at(json!({ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": [] } }), "/credentials/0/meta/vct_values");
    at(json!({ "id": "a", "format": "ldp_vc", "meta": { "type_values": ["A"] } }), "/credentials/0/meta/type_values");
    at(json!({ "id": "a", "format": "dc+sd-jwt", "meta": {}, "multiple": 1 }), "/credentials/0/multiple");
    at(json!({ "id": "a", "format": "dc+sd-jwt", "meta": {}, "claims": [] }), "/credentials/0/claims");
    at(json!({ "id": "a", "format": "dc+sd-jwt", "meta": {}, "claim_sets": [["x"]] }), "/credentials/0/claim_sets");
    at(
        json!({ "id": "a", "format": "mso_mdoc", "meta": {}, "claims": [{ "path": ["a"] }] }),
        "/credentials/0/claims/0/path",
    );
    at(asking(json!([{ "path": [] }])), "/credentials/0/claims/0/path");
    at(asking(json!([{ "path": ["a", -1] }])), "/credentials/0/claims/0/path/1");
    at(asking(json!([{ "path": ["a", 1.5] }])), "/credentials/0/claims/0/path/1");
    at(asking(json!([{ "path": ["a", true] }])), "/credentials/0/claims/0/path/1");
    at(asking(json!([{ "path": ["a"], "values": [] }])), "/credentials/0/claims/0/values");
    at(asking(json!([{ "path": ["a"], "values": [null] }])), "/credentials/0/claims/0/values/0");
    at(asking(json!([{ "path": ["a"], "values": [1.5] }])), "/credentials/0/claims/0/values/0");
    at(asking(json!([{ "id": "x", "path": ["a"] }, { "id": "x", "path": ["b"] }])), "/credentials/0/claims/1/id");
    let authority = json!({ "id": "a", "format": "mso_mdoc", "meta": {}, "trusted_authorities": [{ "type": "aki" }] });
    at(authority, "/credentials/0/trusted_authorities/0");
}

#[test]
fn sets_name_what_there_is() {
    let credential = json!({ "id": "a", "format": "dc+sd-jwt", "meta": {} });
    let faults = |query: Json| -> Vec<String> {
        let read = Query::decode(query.to_string().as_bytes());
        read.err().unwrap_or_default().into_iter().map(|fault| fault.pointer).collect()
    };
    assert_eq!(faults(json!({ "credentials": [credential, credential] })), ["/credentials/1/id"]);
    let with = |sets: Json| faults(json!({ "credentials": [credential], "credential_sets": sets }));
    assert_eq!(with(json!([{ "options": [["a"], ["b"]] }])), ["/credential_sets/0/options/1/0"]);
    assert_eq!(with(json!([{ "options": ["a"] }])), ["/credential_sets/0/options"]);
    assert_eq!(with(json!([{ "options": [[]] }])), ["/credential_sets/0/options/0"]);
    assert_eq!(with(json!([{}])), ["/credential_sets/0/options"]);
    assert_eq!(with(json!([{ "options": [["a"]], "required": "no" }])), ["/credential_sets/0/required"]);
    assert!(with(json!([{ "options": [["a"]], "purpose": "ignored", "x": 1 }])).is_empty());
    let sets = json!([["x"]]);
    let mut claims = asking(json!([{ "id": "y", "path": ["a"] }]));
    claims["claim_sets"] = sets.clone();
    assert!(faults_of(&claims)[0].starts_with("/credentials/0/claim_sets/0/0"));
    let mut unnamed = asking(json!([{ "path": ["a"] }]));
    unnamed["claim_sets"] = sets;
    assert!(faults_of(&unnamed).iter().any(|fault| fault.starts_with("/credentials/0/claims/0/id")));
}

#[test]
fn values_are_compared_by_type_and_value() {
    let said = facts(json!({ "n": 18, "t": "18", "b": true, "f": 18.0, "list": ["x", 18], "o": {} }));
    let asks = |path: Json, values: Json| got(&asking(json!([{ "path": path, "values": values }])), &said);
    for (path, values) in [
        (json!(["n"]), json!([17, 18])),
        (json!(["t"]), json!(["18"])),
        (json!(["b"]), json!([true])),
        (json!(["list", null]), json!([18])),
        (json!(["list", 0]), json!(["x"])),
    ] {
        assert!(asks(path.clone(), values).is_empty(), "{path}");
    }
    for (path, values) in [
        (json!(["n"]), json!(["18"])),
        (json!(["t"]), json!([18])),
        (json!(["b"]), json!(["true"])),
        (json!(["b"]), json!([1])),
        (json!(["f"]), json!([18])),
        (json!(["list", 1]), json!(["x"])),
        (json!(["list"]), json!(["x"])),
        (json!(["o"]), json!(["x"])),
    ] {
        assert_eq!(asks(path.clone(), values), ["another value"], "{path}");
    }
}

#[test]
fn paths_select_what_the_specification_says() {
    let claims = json!({ "a": [{ "b": 1 }, { "c": 2 }], "s": "x", "n": null, "e": [] });
    let step = |value: &Json| match value {
        Json::Null => Step::Every,
        Json::Number(number) => Step::Index(number.as_u64().unwrap()),
        other => Step::Name(other.as_str().unwrap().to_owned()),
    };
    let asks = |path: Json| {
        let path: Vec<Step> = path.as_array().unwrap().iter().map(step).collect();
        select(&claims, &path, &Omissions::default()).map(|found| json!(found))
    };
    assert_eq!(asks(json!(["a", null, "b"])), Ok(json!([1])));
    assert_eq!(asks(json!(["a", 1, "c"])), Ok(json!([2])));
    assert_eq!(asks(json!(["n"])), Ok(json!([null])));
    for absent in [json!(["x"]), json!(["a", 2]), json!(["a", null, "x"]), json!(["e", null])] {
        assert_eq!(asks(absent.clone()), Err(Selection::Absent), "{absent}");
    }
    for other in [json!(["s", "x"]), json!(["s", null]), json!(["s", 0]), json!(["a", "b"]), json!(["n", "x"])] {
        assert_eq!(asks(other.clone()), Err(Selection::OtherShape), "{other}");
    }
    // An element that is no object stops the whole path, whatever the others are.
    let mixed = json!({ "a": [{ "b": 1 }, "x"] });
    let path = [Step::Name("a".to_owned()), Step::Every, Step::Name("b".to_owned())];
    assert_eq!(select(&mixed, &path, &Omissions::default()), Err(Selection::OtherShape));
}

#[test]
fn an_index_looks_before_itself_where_elements_may_be_missing() {
    let mut shown = facts(json!({ "nationalities": ["NL", "DE"] }));
    let asks = |index: u64, value: &str, shown: &Facts| {
        got(&asking(json!([{ "path": ["nationalities", index], "values": [value] }])), shown)
    };
    assert_eq!(asks(1, "NL", &shown), ["another value"]);
    shown.may_omit_elements = true;
    assert!(asks(1, "NL", &shown).is_empty());
    assert!(asks(5, "DE", &shown).is_empty());
    // What was second in the credential cannot have become a later one.
    assert_eq!(asks(0, "DE", &shown), ["another value"]);
    // One that is of another shape is none that was meant.
    let mut mixed = facts(json!({ "a": ["x", { "b": 1 }] }));
    let of_member = asking(json!([{ "path": ["a", 1, "b"], "values": [1] }]));
    mixed.may_omit_elements = true;
    assert!(got(&of_member, &mixed).is_empty());
    mixed.claims = json!({ "a": ["x", "y"] });
    assert_eq!(got(&of_member, &mixed), ["nothing of that name"]);
}

#[test]
fn an_index_is_exact_where_the_missing_are_known() {
    let mut shown = facts(json!({ "a": ["second", "fourth"], "b": [["x"], ["y"]] }));
    shown.places = vec![("/a".to_owned(), vec![1, 3]), ("/b/1".to_owned(), vec![2])];
    let asks = |path: Json, value: &str| got(&asking(json!([{ "path": path, "values": [value] }])), &shown);
    assert!(asks(json!(["a", 1]), "second").is_empty());
    assert!(asks(json!(["a", 3]), "fourth").is_empty());
    assert!(asks(json!(["b", 1, 2]), "y").is_empty());
    assert!(asks(json!(["b", 0, 0]), "x").is_empty());
    for index in [0, 2, 4] {
        assert_eq!(asks(json!(["a", index]), "second"), ["nothing of that name"], "{index}");
    }
    assert_eq!(asks(json!(["a", 3]), "second"), ["another value"]);
    assert_eq!(asks(json!(["b", 0, 2]), "x"), ["nothing of that name"]);
    assert_eq!(asks(json!(["b", 1, 0]), "y"), ["nothing of that name"]);
}

#[test]
fn the_older_name_of_two_formats_asks_for_the_one_its_meta_is_of() {
    let asks = |meta: Json| json!({ "id": "a", "format": "vc+sd-jwt", "meta": meta });
    let (vct, types) = (asks(json!({ "vct_values": ["urn:t"] })), asks(json!({ "type_values": [["urn:t"]] })));
    let sd_jwt_vc = facts(json!({}));
    let w3c = Facts { format: "vc_sd_jwt".to_owned(), ..facts(json!({})) };
    assert!(got(&vct, &sd_jwt_vc).is_empty() && got(&types, &w3c).is_empty());
    assert_eq!(got(&vct, &w3c), ["format vc_sd_jwt"]);
    assert_eq!(got(&types, &sd_jwt_vc), ["format sd_jwt_vc"]);
    assert!(got(&asks(json!({})), &w3c).is_empty() && got(&asks(json!({})), &sd_jwt_vc).is_empty());
}

#[test]
fn a_federation_is_never_met_and_an_answer_of_nothing_is_none() {
    let authority = json!([{ "type": "openid_federation", "values": ["https://l.example"] }]);
    let asked = json!({ "id": "a", "format": "dc+sd-jwt", "meta": {}, "trusted_authorities": authority });
    let mut said = facts(json!({}));
    said.authorities.lists = vec!["https://l.example".to_owned()];
    assert_eq!(got(&asked, &said), ["another authority"]);
    let one = |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "meta": {} });
    let optional = query(&json!({ "credentials": [one("a"), one("b")], "credential_sets": [
        { "options": [["a"]], "required": false }, { "options": [["b"]], "required": false }] }));
    assert_eq!(optional.unmet(&[]).len(), 1);
    assert_eq!(optional.unmet_by_shape(&[]).len(), 1);
    assert!(optional.unmet(&[("b", vec![&said])]).is_empty());
}

#[test]
fn a_credential_answers_by_format_type_holder_and_authority() {
    let mut said = facts(json!({}));
    let base = json!({ "id": "a", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:u", "urn:t"] } });
    assert!(got(&base, &said).is_empty());
    let with = |name: &str, value: Json| {
        let mut credential = base.clone();
        credential[name] = value;
        credential
    };
    assert_eq!(got(&with("format", json!("mso_mdoc")), &said), ["format sd_jwt_vc"]);
    assert_eq!(got(&with("meta", json!({ "vct_values": ["urn:u"] })), &said), ["urn:t"]);
    said.is_holder_bound = false;
    assert_eq!(got(&base, &said), ["none"]);
    assert!(got(&with("require_cryptographic_holder_binding", json!(false)), &said).is_empty());
    said.is_holder_bound = true;
    let authorities =
        json!([{ "type": "aki", "values": ["AQID"] }, { "type": "etsi_tl", "values": ["https://l.example"] }]);
    let trusting = with("trusted_authorities", authorities);
    assert_eq!(got(&trusting, &said), ["another authority"]);
    said.authorities.key_ids = vec!["AQID".to_owned()];
    assert!(got(&trusting, &said).is_empty());
    said.authorities = Authorities { lists: vec!["https://l.example".to_owned()], ..Authorities::default() };
    assert!(got(&trusting, &said).is_empty());
    let strange = with("trusted_authorities", json!([{ "type": "x", "values": ["https://l.example"] }]));
    assert_eq!(got(&strange, &said), ["another authority"]);
    // Of a W3C credential, one set of types whole.
    let typed = |sets: Json| json!({ "id": "a", "format": "ldp_vc", "meta": { "type_values": sets } });
    let said = Facts { format: "vc_di".to_owned(), types: vec!["A".to_owned(), "B".to_owned()], ..said };
    assert!(got(&typed(json!([["C"], ["A", "B"]])), &said).is_empty());
    assert_eq!(got(&typed(json!([["A", "C"]])), &said), ["A, B"]);
}

#[test]
fn one_claim_set_will_do_and_the_nearest_is_told() {
    let mut credential = asking(json!([
        { "id": "a", "path": ["a"] }, { "id": "b", "path": ["b"] }, { "id": "c", "path": ["c"] },
    ]));
    assert_eq!(got(&credential, &facts(json!({ "a": 1, "b": 2 }))), ["nothing of that name"]);
    credential["claim_sets"] = json!([["c"], ["a", "b"]]);
    assert!(got(&credential, &facts(json!({ "a": 1, "b": 2 }))).is_empty());
    assert!(got(&credential, &facts(json!({ "c": 1 }))).is_empty());
    assert_eq!(got(&credential, &facts(json!({ "a": 1 }))).len(), 1);
    assert_eq!(got(&credential, &facts(json!({}))).len(), 1);
}

#[test]
fn core_claims_are_those_of_every_format() {
    let credential = |dose: i64| {
        json!({ "id": "a", "format": "vidimus_core", "meta": {}, "claims": [
            { "path": ["vaccinations", null, "dose"], "values": [dose] },
            { "path": ["vaccinations", null, "vaccine", "code"], "values": ["207", "1119349007"] },
        ] })
    };
    for format in ["sd_jwt_vc", "mdoc", "eu_dcc", "smart_health_card"] {
        let said = Facts { format: format.to_owned(), ..facts(json!({})) };
        assert!(got(&credential(2), &said).is_empty());
        assert_eq!(got(&credential(1), &said), ["another value"]);
    }
}

#[test]
fn the_nearest_credential_query_is_told() {
    let query = query(&json!({ "credentials": [
        { "id": "far", "format": "mso_mdoc", "meta": {} },
        { "id": "near", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:t"] }, "claims": [{ "path": ["x"] }, { "path": ["y"] }] },
        { "id": "other", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:u"] } },
    ] }));
    let unmet = query.unmet_alone(&facts(json!({})));
    assert_eq!(unmet.len(), 2);
    assert!(unmet[0].expected_fact().to_string().starts_with("`near`: claim [\"x\"]"), "{unmet:?}");
    assert!(query.only("near").unwrap().unmet_alone(&facts(json!({ "x": 1, "y": 2 }))).is_empty());
    assert!(query.only("nobody").is_none());
}

#[test]
fn the_whole_is_judged_by_names_numbers_and_sets() {
    let credential = |id: &str| json!({ "id": id, "format": "dc+sd-jwt", "meta": {}, "claims": [{ "path": [id] }] });
    let all = query(&json!({ "credentials": [credential("a"), credential("b")] }));
    let (a, b) = (facts(json!({ "a": 1 })), facts(json!({ "b": 1 })));
    assert!(all.unmet(&[("a", vec![&a]), ("b", vec![&b])]).is_empty());
    let count = |query: &Query, shown: &[(&str, Vec<&Facts>)]| query.unmet(shown).len();
    assert_eq!(count(&all, &[("a", vec![&a])]), 1);
    assert_eq!(count(&all, &[]), 2);
    assert_eq!(count(&all, &[("a", vec![&a]), ("b", vec![&b]), ("c", vec![&b])]), 1);
    assert_eq!(count(&all, &[("a", vec![&a]), ("b", vec![&b]), ("a", vec![&a])]), 1);
    assert_eq!(count(&all, &[("a", vec![&a, &a]), ("b", vec![&b])]), 1);
    // An answer that does not answer is a fault of its own, and leaves its query open.
    assert_eq!(count(&all, &[("a", vec![&b]), ("b", vec![&b])]), 2);
    assert_eq!(count(&all, &[("a", vec![]), ("b", vec![&b])]), 2);
    let sets = query(
        &json!({ "credentials": [credential("a"), credential("b"), { "id": "m", "format": "dc+sd-jwt", "meta": {}, "multiple": true }],
        "credential_sets": [{ "options": [["a", "b"], ["m"]] }, { "options": [["b"]], "required": false }] }),
    );
    assert!(sets.unmet(&[("m", vec![&a, &b])]).is_empty());
    assert!(sets.unmet(&[("a", vec![&a]), ("b", vec![&b])]).is_empty());
    assert_eq!(count(&sets, &[("a", vec![&a])]), 1);
    assert_eq!(count(&sets, &[("m", vec![&a]), ("b", vec![&a])]), 1);
    assert!(sets.unmet_by_shape(&[("m", 2)]).is_empty());
    assert_eq!(sets.unmet_by_shape(&[("a", 1)]).len(), 1);
    assert_eq!(sets.unmet_by_shape(&[("m", 0), ("x", 1)]).len(), 3);
}

#[test]
fn what_is_told_holds_nothing_of_the_credential() {
    let said = facts(json!({ "family_name": "Secretname", "list": ["Secretname"] }));
    let asked = asking(json!([
        { "path": ["family_name"], "values": ["Asked"] }, { "path": ["list", null], "values": ["Asked"] }, { "path": ["family_name", "x"] },
    ]));
    let query = query(&json!({ "credentials": [asked] }));
    let told: Vec<String> = query.unmet_alone(&said).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3);
    assert!(told.iter().all(|told| !told.contains("Secretname") && !told.contains("Asked")), "{told:?}");
    assert!(!format!("{said:?}").contains("Secretname"));
}
