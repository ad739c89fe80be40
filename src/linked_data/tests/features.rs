//! What JSON-LD can say, one feature at a time.

use super::*;
use crate::linked_data::select;

#[test]
fn a_credential_is_a_set_of_statements() {
    let lines = canonical(&credential(), Contexts::bundled(), Demands::default()).unwrap();
    assert_eq!(lines.len(), 24, "{lines:#?}");
    let all = lines.concat();
    for expected in [
        "<https://university.example/status/3#94567> <https://www.w3.org/ns/credentials/status#statusListIndex> \"94567\" .\n",
        "<https://www.w3.org/2018/credentials#validFrom> \"2024-01-01T00:00:00Z\"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n",
        "_:c14n0 <https://www.w3.org/ns/credentials/examples#level> \"6\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n",
        "<did:example:university> <https://schema.org/name> \"Example University\" .\n",
    ] {
        assert!(all.contains(expected), "{expected} in {lines:#?}");
    }
}

#[test]
fn terms_and_compact_iris() {
    gives(
        json!({"id": "ex:a", "plain": "x", "ex:other": true, "https://test.example/ns#full": 1.5, "type": "ex:T"}),
        &[
            "<ex:a> <ex:full> \"1.5E0\"^^<xsd:double>",
            "<ex:a> <ex:other> \"true\"^^<xsd:boolean>",
            "<ex:a> <ex:plain> \"x\"",
            "<ex:a> <rdf:type> <ex:T>",
        ],
    );
}

#[test]
fn values_are_coerced() {
    gives(
        json!({"id": "urn:a", "link": ["urn:b", {"id": "urn:c"}], "word": ["plain", "urn:d"], "free": "x",
               "date": "2020-01-01", "double": 5, "german": "Ja", "bare": "x", "rtl": "x"}),
        &[
            "<urn:a> <ex:bare> \"x\"",
            "<urn:a> <ex:date> \"2020-01-01\"^^<xsd:date>",
            "<urn:a> <ex:double> \"5.0E0\"^^<xsd:double>",
            "<urn:a> <ex:free> \"x\"",
            "<urn:a> <ex:german> \"Ja\"@de-ch",
            "<urn:a> <ex:link> <urn:b>",
            "<urn:a> <ex:link> <urn:c>",
            "<urn:a> <ex:rtl> \"x\"",
            "<urn:a> <ex:word> <ex:plain>",
            "<urn:a> <ex:word> <urn:d>",
        ],
    );
}

#[test]
fn json_literals_are_canonical() {
    gives(
        json!({"id": "urn:a", "data": {"b": [1.0, null, "ä"], "a": {}}, "plain": {"@type": "@json", "@value": null}}),
        &[
            "<urn:a> <ex:data> \"{\\\"a\\\":{},\\\"b\\\":[1,null,\\\"ä\\\"]}\"^^<rdf:JSON>",
            "<urn:a> <ex:plain> \"null\"^^<rdf:JSON>",
        ],
    );
    gives(json!({"id": "urn:a", "data": null}), &["<urn:a> <ex:data> \"null\"^^<rdf:JSON>"]);
}

#[test]
fn value_objects() {
    gives(
        json!({"id": "urn:a", "plain": [
            {"@value": "x", "@language": "en-US"}, {"@value": "x", "@type": "xsd:token"}, {"@value": 7}, {"@value": "x"}
        ]}),
        &[
            "<urn:a> <ex:plain> \"7\"^^<xsd:integer>",
            "<urn:a> <ex:plain> \"x\"",
            "<urn:a> <ex:plain> \"x\"@en-us",
            "<urn:a> <ex:plain> \"x\"^^<xsd:token>",
        ],
    );
}

#[test]
fn lists_and_sets() {
    gives(
        json!({"id": "urn:a", "list": ["x", "y"], "links": "urn:b", "set": ["x", ["y"], {"@set": ["z"]}],
               "plain": {"@list": []}, "other": {"@list": [1]}}),
        &[
            "<urn:a> <ex:links> _:c14n2",
            "<urn:a> <ex:list> _:c14n1",
            "<urn:a> <ex:other> _:c14n0",
            "<urn:a> <ex:plain> <rdf:nil>",
            "<urn:a> <ex:set> \"x\"",
            "<urn:a> <ex:set> \"y\"",
            "<urn:a> <ex:set> \"z\"",
            "_:c14n0 <rdf:first> \"1\"^^<xsd:integer>",
            "_:c14n0 <rdf:rest> <rdf:nil>",
            "_:c14n1 <rdf:first> \"x\"",
            "_:c14n1 <rdf:rest> _:c14n3",
            "_:c14n2 <rdf:first> <urn:b>",
            "_:c14n2 <rdf:rest> <rdf:nil>",
            "_:c14n3 <rdf:first> \"y\"",
            "_:c14n3 <rdf:rest> <rdf:nil>",
        ],
    );
}

#[test]
fn lists_of_lists() {
    let lines = canonical(&own(json!({"id": "urn:a", "list": [[], ["x"], {"@list": ["y"]}]})), &contexts(), INLINE);
    let lines = short(&lines.unwrap());
    let count = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!((count("<rdf:first>"), count("<rdf:rest>"), count("<rdf:first> <rdf:nil>")), (5, 5, 1), "{lines:#?}");
    assert_eq!((count("\"x\""), count("\"y\"")), (1, 1));
    // A list object under a list container is that list; in an array it is an element.
    let of = |value: Value| canonical(&own(json!({"id": "urn:a", "list": value})), &contexts(), INLINE).unwrap();
    assert_eq!(of(json!({"@list": ["x"]})), of(json!(["x"])));
    assert_ne!(of(json!([{"@list": ["x"]}])), of(json!(["x"])));
    assert_eq!(of(json!([{"@list": ["x"]}])), of(json!([["x"]])));
}

#[test]
fn maps() {
    gives(
        json!({"id": "urn:a",
            "words": {"en": "x", "DE": ["y", "z"], "none": "w"},
            "byId": {"urn:b": {"plain": "1"}, "none": {"id": "urn:c", "plain": "2"}},
            "byType": {"Thing": {"id": "urn:d", "inner": "3"}, "ex:T": "urn:e"},
            "byName": {"n": {"id": "urn:f", "other": "4"}}}),
        &[
            "<urn:a> <ex:byId> <urn:b>",
            "<urn:a> <ex:byId> <urn:c>",
            "<urn:a> <ex:byName> <urn:f>",
            "<urn:a> <ex:byType> <urn:d>",
            "<urn:a> <ex:byType> <urn:e>",
            "<urn:a> <ex:words> \"w\"",
            "<urn:a> <ex:words> \"x\"@en",
            "<urn:a> <ex:words> \"y\"@de",
            "<urn:a> <ex:words> \"z\"@de",
            "<urn:b> <ex:plain> \"1\"",
            "<urn:c> <ex:plain> \"2\"",
            "<urn:d> <ex:inner> \"3\"",
            "<urn:d> <rdf:type> <ex:Thing>",
            "<urn:e> <rdf:type> <ex:T>",
            "<urn:f> <ex:other> \"4\"",
            "<urn:f> <ex:plain> \"n\"",
        ],
    );
}

#[test]
fn graphs_have_their_own_statements() {
    gives(
        json!({"id": "urn:a", "graph": {"id": "urn:b", "plain": "x"}, "graphById": {"urn:g": {"plain": "y"}}}),
        &[
            "<urn:a> <ex:graph> _:c14n1",
            "<urn:a> <ex:graphById> <urn:g>",
            "<urn:b> <ex:plain> \"x\" _:c14n1",
            "_:c14n0 <ex:plain> \"y\" <urn:g>",
        ],
    );
}

#[test]
fn reverse_terms_and_merged_nodes() {
    gives(
        json!({"id": "urn:a", "child": [{"id": "urn:b"}, {"id": "urn:b", "plain": "x"}], "link": "urn:b"}),
        &["<urn:a> <ex:link> <urn:b>", "<urn:b> <ex:parent> <urn:a>", "<urn:b> <ex:plain> \"x\""],
    );
}

#[test]
fn types_and_properties_bring_their_terms() {
    gives(
        json!({"id": "urn:a", "type": ["Thing"], "plain": "1", "inner": {"id": "urn:b", "plain": "2"}}),
        &[
            "<urn:a> <ex:inner> <urn:b>",
            "<urn:a> <ex:plainOfThing> \"1\"",
            "<urn:a> <rdf:type> <ex:Thing>",
            "<urn:b> <ex:plain> \"2\"",
        ],
    );
    gives(
        json!({"id": "urn:a", "type": "Deep", "other": {"id": "urn:b", "plain": "1"}}),
        &["<urn:a> <ex:other> <urn:b>", "<urn:a> <rdf:type> <ex:Deep>", "<urn:b> <ex:plainOfDeep> \"1\""],
    );
    gives(
        json!({"id": "urn:a",
            "scope": {"id": "urn:b", "plain": "1", "other": {"id": "urn:c", "plain": "2"}},
            "local": {"id": "urn:d", "plain": "3", "other": {"id": "urn:e", "plain": "4"}}}),
        &[
            "<urn:a> <ex:local> <urn:d>",
            "<urn:a> <ex:scope> <urn:b>",
            "<urn:b> <ex:other> <urn:c>",
            "<urn:b> <ex:plainInScope> \"1\"",
            "<urn:c> <ex:plainInScope> \"2\"",
            "<urn:d> <ex:other> <urn:e>",
            "<urn:d> <ex:plainInLocal> \"3\"",
            "<urn:e> <ex:plain> \"4\"",
        ],
    );
}

#[test]
fn blank_nodes_that_the_document_names() {
    gives(
        json!({"id": "_:x", "link": {"id": "_:y", "link": "_:x"}}),
        &["_:c14n0 <ex:link> _:c14n1", "_:c14n1 <ex:link> _:c14n0"],
    );
}

#[test]
fn contexts_inside_a_document() {
    let document = json!({"@context": [OWN, {"@vocab": "urn:v:", "@language": "en", "more": {"@id": "ex:more"}}],
        "id": "urn:a", "more": "1", "other": {"@context": OWN, "id": "urn:b", "unknown": "2"}});
    assert_eq!(refused(&document, &contexts(), Demands::default()).code(), Code::LdContextInline);
    assert_eq!(
        short(&canonical(&document, &contexts(), INLINE).unwrap()),
        ["<urn:a> <ex:more> \"1\"@en", "<urn:a> <ex:other> <urn:b>", "<urn:b> <urn:v:unknown> \"2\"@en",]
    );
}

#[test]
fn imported_contexts() {
    let more = json!({"@context": {"@import": OWN, "plain": "urn:p"}}).to_string();
    let (contexts, problems) = contexts().with([("https://test.example/import".to_owned(), more.into_bytes())]);
    assert!(problems.is_empty(), "{problems:?}");
    let document = json!({"@context": "https://test.example/import", "id": "urn:a", "plain": "1", "other": "2"});
    let lines = canonical(&document, &contexts, Demands::default()).unwrap();
    assert_eq!(short(&lines), ["<urn:a> <ex:other> \"2\"", "<urn:a> <urn:p> \"1\""]);
}

#[test]
fn a_presentation_holds_credentials_in_graphs() {
    let document = json!({
        "@context": [V2, "https://www.w3.org/ns/credentials/examples/v2"],
        "type": "VerifiablePresentation", "holder": "did:example:holder",
        "verifiableCredential": [credential(), {
            "@context": V2, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,eyJ"
        }],
        "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "authentication",
                  "verificationMethod": "did:example:holder#k", "proofValue": "z1"}
    });
    let lines = canonical(&document, Contexts::bundled(), Demands::default()).unwrap();
    let graphs: std::collections::BTreeSet<&str> = lines
        .iter()
        .filter_map(|line| line.trim_end_matches(" .\n").rsplit_once(" _:"))
        .map(|(_, graph)| graph)
        .collect();
    // Three graphs, and the objects of statements of the default graph that are blank.
    assert!(graphs.len() >= 3, "{lines:#?}");
    assert!(
        lines
            .concat()
            .contains("<https://w3id.org/security#proofPurpose> <https://w3id.org/security#authenticationMethod>")
    );
}

#[test]
fn a_part_has_the_names_of_the_whole() {
    let text = own(json!({"type": "Thing", "link": [
        {"plain": "1", "set": [{"plain": "2"}, {"plain": "3"}]}, {"plain": "4", "list": [{"plain": "5"}, "x"]}
    ], "other": {"plain": "6"}}))
    .to_string();
    let document = strict::decode(text.as_bytes()).unwrap();
    let contexts = contexts();
    let whole = labels(&to_rdf(&document, &contexts, Demands::default()).unwrap());
    for pointers in [vec!["/link/1"], vec!["/link/0/set/1/plain"], vec!["/other", "/link/1/list"], vec![""]] {
        let pointers: Vec<String> = pointers.into_iter().map(str::to_owned).collect();
        let part = select(&document, &pointers).unwrap().unwrap();
        let lines = labels(&part.to_rdf(&contexts, Demands::default()).unwrap());
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| whole.contains(line)), "{pointers:?}: {lines:#?} in {whole:#?}");
        if pointers == [""] {
            assert_eq!(lines, whole);
            assert_eq!(*part.document(), document);
        }
    }
}

#[test]
fn selection_follows_pointers() {
    let text =
        r#"{"@context":[],"id":"urn:a","type":"T","a/b":{"id":"urn:b","m~n":[10,[20,21],30],"x":1},"y":null,"":2}"#;
    let document = strict::decode(text.as_bytes()).unwrap();
    let part = |pointers: &[&str]| {
        let pointers: Vec<String> = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
        select(&document, &pointers).map(|part| part.map(|part| part.into_document().to_serde().to_string()))
    };
    assert_eq!(part(&[]), Ok(None));
    for (pointers, expected) in [
        (
            vec!["/a~1b/m~0n/1/0", "/a~1b/m~0n/0"],
            r#"{"@context":[],"id":"urn:a","type":"T","a/b":{"id":"urn:b","m~n":[10,[20]]}}"#,
        ),
        (
            vec!["/a~1b/m~0n/1", "/a~1b/m~0n/1/0"],
            r#"{"@context":[],"id":"urn:a","type":"T","a/b":{"id":"urn:b","m~n":[[20,21]]}}"#,
        ),
        (vec!["/y", "/"], r#"{"@context":[],"id":"urn:a","type":"T","y":null,"":2}"#),
    ] {
        assert_eq!(part(&pointers).unwrap().unwrap(), expected);
    }
    for pointer in
        ["y", "/z", "/a~1b/m~0n/3", "/a~1b/m~0n/01", "/a~1b/m~0n/-", "/a~1b/m~0n/+1", "/a~2b", "/a~", "/y/0", "/y/"]
    {
        assert_eq!(part(&[pointer]).unwrap_err().code(), Code::DiSelective, "{pointer}");
    }
    let many = vec![String::new(); crate::limits::SELECTION_POINTERS + 1];
    assert_eq!(select(&document, &many).unwrap_err().code(), Code::InputTooManyItems);
}
