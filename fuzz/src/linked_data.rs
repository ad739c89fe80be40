//! Targets of linked data: documents, datasets and their canonical form.

use std::sync::OnceLock;

use vidimus::encoding::json;
use vidimus::linked_data::rdfc::{Hash, canonicalize};
use vidimus::linked_data::{Contexts, Demands, Labels, nquads, select, to_rdf};

const OWN: &str = "https://fuzz.example/context";

/// Every kind of container, coercion and scope.
const OWN_CONTEXT: &str = r#"{"@context":{"id":"@id","type":"@type","none":"@none","ex":"https://fuzz.example/ns#",
"p":"ex:p","link":{"@id":"ex:link","@type":"@id"},"word":{"@id":"ex:word","@type":"@vocab"},"data":{"@id":"ex:data","@type":"@json"},
"list":{"@id":"ex:list","@container":"@list"},"words":{"@id":"ex:words","@container":"@language"},
"byId":{"@id":"ex:byId","@container":"@id"},"byType":{"@id":"ex:byType","@container":"@type"},
"byName":{"@id":"ex:byName","@container":"@index","@index":"ex:p"},"graph":{"@id":"ex:graph","@container":"@graph"},
"child":{"@reverse":"ex:parent"},"T":{"@id":"ex:T","@context":{"p":"ex:q"}},"s":{"@id":"ex:s","@context":{"@propagate":false,"p":"ex:r"}}}}"#;

const DOCUMENT: &str = r#"{"@context":["https://fuzz.example/context",{"@vocab":"urn:v:","x":{"@id":"urn:x","@context":{"y":null}}}],
"id":"urn:a","type":["T"],"p":["x",1,1.5,true,{"@value":"y","@language":"en"},{"@value":"z","@type":"urn:t"}],"link":{"id":"_:b","link":"_:b"},
"word":"p","data":{"b":[1],"a":null},"list":[["x"],{"p":"y"},{"@list":[]}],"words":{"en":["a"],"none":"b"},"byId":{"urn:c":{"p":"x"}},
"byType":{"T":{"p":"x"}},"byName":{"n":{"link":"urn:d"}},"graph":[{"p":"x"},{"p":"y"}],"child":{"p":"x"},"s":{"p":{"p":"x"}},"x":{"z":"w"}}"#;

fn contexts() -> &'static Contexts {
    static CONTEXTS: OnceLock<Contexts> = OnceLock::new();
    CONTEXTS.get_or_init(|| {
        let (contexts, problems) = Contexts::bundled().with([(OWN.to_owned(), OWN_CONTEXT.as_bytes().to_vec())]);
        assert!(problems.is_empty(), "{problems:?}");
        contexts
    })
}

/// Law: the canonical form reads back as itself. Selections of any member convert or are refused.
pub fn json_ld(bytes: &[u8]) {
    let Ok(document) = json::decode(bytes) else { return };
    let demands = Demands { inline_contexts: true };
    let Ok(dataset) = to_rdf(&document, contexts(), demands) else { return };
    canonical_law(&dataset.lines(&Labels::new()).concat());
    for (name, _) in document.as_object().unwrap_or_default().iter().take(4) {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let Ok(Some(part)) = select(&document, &[pointer]) else { panic!("a member cannot be selected") };
        drop(part.to_rdf(contexts(), demands));
    }
}

/// Law: what is canonical is its own canonical form.
pub fn rdfc(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        canonical_law(text);
    }
}

fn canonical_law(text: &str) {
    for hash in [Hash::Sha256, Hash::Sha384] {
        let Ok(dataset) = nquads::decode(text) else { return };
        let Ok(canonical) = canonicalize(&dataset, hash) else { return };
        assert_eq!(dataset.lines(&canonical.labels), canonical.lines, "the names are not those of the lines");
        let again = nquads::decode(&canonical.text()).and_then(|dataset| canonicalize(&dataset, hash));
        assert_eq!(again.map(|again| again.lines), Ok(canonical.lines), "canonicalising is no fixed point");
    }
}

/// Law: what is written reads back the same.
pub fn statements(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(dataset) = nquads::decode(text) {
        let lines = dataset.lines(&Labels::new());
        let again = nquads::decode(&lines.concat()).map(|dataset| dataset.lines(&Labels::new()));
        assert_eq!(again, Ok(lines), "two texts for one dataset");
    }
}

/// Documents of the corpus, and one of our own for every other seed.
pub fn document(seed: &[u8]) -> Vec<u8> {
    if seed.first() == Some(&b'{') && String::from_utf8_lossy(seed).contains("\"@context\"") {
        seed.to_vec()
    } else {
        DOCUMENT.as_bytes().to_vec()
    }
}

/// Datasets: a ring, a clique, twins in graphs, or the statements of a document.
pub fn dataset(seed: &[u8]) -> Vec<u8> {
    let ring = |n: usize| (0..n).map(|a| format!("_:r{a} <urn:p> _:r{} .\n", (a + 1) % n)).collect::<String>();
    let clique = (0..6).flat_map(|a| (0..6).map(move |b| format!("_:c{a} <urn:p> _:c{b} .\n"))).collect::<String>();
    let twins = "_:a <urn:p> \"x\\t\\u00e9\"@en _:g .\n_:b <urn:p> \"1\"^^<urn:t> _:h .\n# end\n".to_owned();
    match seed.len() % 5 {
        0 => ring(5),
        1 => ring(400),
        2 => clique,
        3 => twins,
        _ => {
            let document = json::decode(DOCUMENT.as_bytes());
            let dataset = document.and_then(|it| to_rdf(&it, contexts(), Demands { inline_contexts: true }));
            let Ok(dataset) = dataset else { panic!("our own document is refused") };
            dataset.lines(&Labels::new()).concat()
        }
    }
    .into_bytes()
}
