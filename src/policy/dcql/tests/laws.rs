//! Laws: a query that was read and written again reads the same.

use proptest::prelude::*;

use super::*;

fn name() -> impl Strategy<Value = String> {
    "[a-z_][a-zA-Z0-9_.$ü-]{0,8}"
}

fn path(is_mdoc: bool) -> BoxedStrategy<Json> {
    if is_mdoc {
        return (name(), name()).prop_map(|(space, element)| json!([space, element])).boxed();
    }
    let step = prop_oneof![name().prop_map(Json::from), any::<u64>().prop_map(Json::from), Just(Json::Null)];
    proptest::collection::vec(step, 1..6).prop_map(Json::from).boxed()
}

fn value() -> impl Strategy<Value = Json> {
    prop_oneof!["\\PC{0,8}".prop_map(Json::from), any::<i64>().prop_map(Json::from), any::<bool>().prop_map(Json::from)]
}

/// A credential query of that identifier.
fn credential(id: String) -> impl Strategy<Value = Json> {
    let format = prop_oneof![Just("dc+sd-jwt"), Just("mso_mdoc"), Just("ldp_vc"), Just("eu_dcc"), Just("vidimus_core")];
    format.prop_flat_map(move |format| {
        let id = id.clone();
        let is_mdoc = format == "mso_mdoc";
        let claim =
            (path(is_mdoc), proptest::option::of(proptest::collection::vec(value(), 1..3)), any::<Option<bool>>());
        let claims = proptest::collection::vec(claim, 0..4);
        (claims, any::<(bool, bool, bool)>(), name()).prop_map(move |(claims, (multiple, bound, sets), kind)| {
            let mut all = Vec::new();
            for (at, (path, values, retain)) in claims.into_iter().enumerate() {
                let mut claim = json!({ "id": format!("c{at}"), "path": path });
                values.into_iter().for_each(|values| claim["values"] = values.into());
                retain.into_iter().for_each(|retain| claim["intent_to_retain"] = retain.into());
                all.push(claim);
            }
            let meta = match format {
                "dc+sd-jwt" => json!({ "vct_values": [kind] }),
                "mso_mdoc" => json!({ "doctype_value": kind }),
                _ => json!({ "type_values": [[kind, "B"], ["C"]] }),
            };
            let mut credential = json!({ "id": id, "format": format, "meta": meta, "unknown": { "x": [1] },
                "multiple": multiple, "require_cryptographic_holder_binding": bound });
            if !all.is_empty() {
                if sets {
                    credential["claim_sets"] = json!([["c0"]]);
                }
                credential["claims"] = all.into();
            }
            credential
        })
    })
}

fn queries() -> impl Strategy<Value = Json> {
    (credential("a".to_owned()), credential("b".to_owned()), any::<(bool, bool)>()).prop_map(
        |(a, b, (sets, required))| {
            let mut query = json!({ "credentials": [a, b] });
            if sets {
                query["credential_sets"] = json!([{ "options": [["a", "b"], ["b"]], "required": required }]);
            }
            query
        },
    )
}

proptest! {
    #[test]
    fn what_was_written_reads_the_same(value in queries()) {
        let read = Query::decode(value.to_string().as_bytes());
        let read = read.map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
        let text = read.to_json();
        let again = Query::decode(text.as_bytes()).map_err(|faults| TestCaseError::fail(format!("{text}: {faults:?}")))?;
        prop_assert_eq!(&again, &read);
        prop_assert_eq!(again.to_json(), text);
        // The linter has nothing to say against what can be read but in words.
        prop_assert!(read.lint().iter().all(|hint| hint.code.starts_with("dcql.") && hint.sentence.ends_with('.')));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = Query::decode(text.as_bytes());
        let _ = presentation_exchange::convert(text.as_bytes());
        let _ = json_path::to_path(&text);
    }
}
