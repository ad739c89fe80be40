//! Laws: the order of members and of array elements never shows; every dataset reads back; parts keep their names.

use proptest::prelude::*;

use super::*;
use crate::linked_data::{nquads, select};

/// Objects of the own context, some of them alike.
fn node(depth: u32) -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        "[a-c]{0,2}".prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    let list = proptest::collection::vec("[a-b]", 0..3).prop_map(|items| json!({"@list": items}));
    let inner = if depth == 0 { list.boxed() } else { prop_oneof![2 => node(depth - 1), 1 => list].boxed() };
    let value = prop_oneof![scalar, inner];
    let values = proptest::collection::vec(value, 1..4).prop_map(Value::Array);
    let members = proptest::collection::btree_map(prop_oneof!["plain", "other", "set", "free"], values, 1..4);
    let id = proptest::option::weighted(0.3, "urn:[a-c]");
    (members, id)
        .prop_map(|(members, id)| {
            let mut object: serde_json::Map<String, Value> = members.into_iter().collect();
            if let Some(id) = id {
                object.insert("id".to_owned(), id.into());
            }
            Value::Object(object)
        })
        .boxed()
}

/// The same document with members and elements in another order; lists keep theirs.
fn shuffled(value: &Value, seed: &mut u64) -> Value {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    };
    match value {
        Value::Object(members) => {
            let mut members: Vec<(u64, &String, &Value)> = members.iter().map(|(k, v)| (next(), k, v)).collect();
            members.sort_by_key(|(order, ..)| *order);
            let inner = |name: &str, value: &Value, seed: &mut u64| {
                if name == "@list" { value.clone() } else { shuffled(value, seed) }
            };
            Value::Object(members.into_iter().map(|(_, k, v)| (k.clone(), inner(k, v, seed))).collect())
        }
        Value::Array(items) => {
            let mut items: Vec<(u64, &Value)> = items.iter().map(|v| (next(), v)).collect();
            items.sort_by_key(|(order, _)| *order);
            items.into_iter().map(|(_, value)| shuffled(value, seed)).collect()
        }
        scalar => scalar.clone(),
    }
}

proptest! {
    #[test]
    fn order_never_shows(node in node(3), mut seed in any::<u64>()) {
        let contexts = contexts();
        let mut document = own(node);
        document["id"] = "urn:document".into();
        let other = shuffled(&document, &mut seed);
        let lines = canonical(&document, &contexts, Demands::default()).unwrap();
        prop_assert_eq!(&lines, &canonical(&other, &contexts, Demands::default()).unwrap());
        // The canonical form is its own canonical form.
        let again = canonicalize(&nquads::decode(&lines.concat()).unwrap(), Hash::Sha256).unwrap();
        prop_assert_eq!(&lines, &again.lines);
    }

    #[test]
    fn parts_keep_their_names(node in node(2), picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..4)) {
        let contexts = contexts();
        let mut document = own(node);
        document["id"] = "urn:document".into();
        let mut all = Vec::new();
        pointers(&document, "", &mut all);
        let chosen: Vec<String> = picks.iter().map(|pick| pick.get(&all).clone()).collect();
        let text = document.to_string();
        let document = strict::decode(text.as_bytes()).unwrap();
        let whole = labels(&to_rdf(&document, &contexts, Demands::default()).unwrap());
        let part = select(&document, &chosen).unwrap().unwrap();
        if let Ok(part) = part.to_rdf(&contexts, Demands::default()) {
            for line in labels(&part) {
                prop_assert!(whole.contains(&line), "{line} of {chosen:?} in {whole:#?}");
            }
        }
    }
}

/// Every place of the document but those inside lists, and the contexts.
fn pointers(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
                pointers(value, &format!("{here}/{name}"), all);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| pointers(item, &format!("{here}/{n}"), all));
        }
        _ => {}
    }
}

#[test]
fn bundled_contexts_all_compile() {
    for url in Contexts::bundled().urls() {
        let document = json!({"@context": url, "https://test.example/p": "x"});
        assert!(canonical(&document, Contexts::bundled(), Demands::default()).is_ok(), "{url}");
    }
}

/// Many lists of contexts, and many ways through their types: what is kept stays bounded, and what is forgotten comes back.
#[test]
fn kept_contexts_are_bounded() {
    let (contexts, problems) = Contexts::bundled().with((0..600).map(|n| {
        let context = json!({"@context": {format!("t{n}"): format!("urn:t:{n}")}});
        (format!("https://test.example/{n}"), context.to_string().into_bytes())
    }));
    assert!(problems.is_empty());
    for round in 0..2 {
        for n in 0..600 {
            let document = json!({"@context": format!("https://test.example/{n}"), format!("t{n}"): round});
            assert_eq!(canonical(&document, &contexts, Demands::default()).unwrap().len(), 1);
        }
    }
    let types: serde_json::Map<String, Value> = (0..400)
        .map(|n| {
            (format!("T{n}"), json!({"@id": format!("urn:T:{n}"), "@context": {format!("p{n}"): format!("urn:p:{n}")}}))
        })
        .collect();
    let text = json!({"@context": types}).to_string();
    let (contexts, problems) = contexts.with([("https://test.example/types".to_owned(), text.into_bytes())]);
    assert!(problems.is_empty());
    for _ in 0..3 {
        for n in 0..400 {
            let mut document = json!({"@context": "https://test.example/types", "@type": format!("T{n}")});
            document[format!("p{n}")] = json!("x");
            assert_eq!(canonical(&document, &contexts, Demands::default()).unwrap().len(), 2);
        }
    }
}
