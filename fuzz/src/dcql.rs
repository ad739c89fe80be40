//! DCQL queries, and definitions of Presentation Exchange.

use vidimus::encoding::json::from_slice;
use vidimus::policy::dcql::presentation_exchange::convert;
use vidimus::policy::dcql::{Authorities, Facts, Query};

/// A query with a little of everything.
pub(crate) const QUERY: &[u8] = br#"{"credentials":[{"id":"a","format":"dc+sd-jwt","multiple":true,"meta":{"vct_values":["urn:t"]},"trusted_authorities":[{"type":"aki","values":["AAEC"]}],"require_cryptographic_holder_binding":false,"claims":[{"id":"c","path":["a",null,0,"b"],"values":["x",1,true]},{"id":"d","path":["e"]}],"claim_sets":[["c"],["d"]]},{"id":"m","format":"mso_mdoc","meta":{"doctype_value":"d"},"claims":[{"path":["n","e"],"intent_to_retain":true}]},{"id":"w","format":"ldp_vc","meta":{"type_values":[["A","B"]]}}],"credential_sets":[{"options":[["a"],["m","w"]],"required":false}]}"#;
/// A definition with a little of everything.
pub(crate) const DEFINITION: &[u8] = br#"{"id":"d","format":{"ldp_vc":{}},"submission_requirements":[{"rule":"pick","min":1,"max":2,"from_nested":[{"rule":"all","from":"A"},{"rule":"pick","count":1,"from":"B"}]}],"input_descriptors":[{"id":"a","group":["A","B"],"constraints":{"limit_disclosure":"required","fields":[{"path":["$.type"],"filter":{"type":"array","contains":{"const":"T"}}},{"path":["$['n']['e']","$.a[*].b[0]"],"optional":true,"filter":{"pattern":"^(a|b\\.c)$"}}]}},{"id":"b c","group":["B"],"format":{"vc+sd-jwt":{},"mso_mdoc":{"alg":["ES256"]}},"constraints":{"fields":[{"path":["$.vct"],"filter":{"enum":["x","y"]}}]}}]}"#;

/// Laws: what was read and written again reads the same; whatever can be asked can be linted and answered or not.
pub(crate) fn query(bytes: &[u8]) {
    let Ok(query) = Query::decode(bytes) else { return };
    let text = query.to_json();
    let Ok(again) = Query::decode(text.as_bytes()) else { panic!("our own query is refused") };
    assert_eq!(again.to_json(), text, "writing is no fixed point");
    drop(query.lint());
    let json = |text: &str| from_slice(text.as_bytes()).unwrap_or_default();
    let facts = Facts {
        format: "sd_jwt_vc".to_owned(),
        types: vec!["urn:t".to_owned()],
        claims: json(r#"{"a":[[{"b":"x"},{"b":1}],{"e":true}],"e":[],"n":{"e":null}}"#),
        core: json(r#"{"vaccinations":[{"dose":2}]}"#),
        authorities: Authorities::default(),
        is_holder_bound: true,
        places: Vec::new(),
        may_omit_elements: true,
    };
    let shown: Vec<(&str, Vec<&Facts>)> =
        query.credentials.iter().map(|credential| (credential.id.as_str(), vec![&facts])).collect();
    let unmet = query.unmet(&shown);
    let alone = query.credentials.iter().any(|credential| credential.unmet(&facts).is_empty());
    assert_eq!(alone, query.unmet_alone(&facts).is_empty(), "two answers to one question");
    assert!(alone || !unmet.is_empty() || query.credential_sets.iter().all(|set| !set.required), "nobody answered");
}

/// Law: what a definition became can be asked.
pub(crate) fn definition(bytes: &[u8]) {
    let Ok(converted) = convert(bytes) else { return };
    assert!(Query::decode(converted.query.to_json().as_bytes()).is_ok(), "our own query is refused");
    assert!(
        converted.lost.iter().all(|lost| !lost.name.is_empty() && !lost.sentence.is_empty()),
        "a loss without a word"
    );
}
