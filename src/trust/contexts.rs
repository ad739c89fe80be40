//! JSON-LD contexts pinned by trust entries, beside those of this program.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::crypto::digest::sha256;
use crate::encoding::json::Value;
use crate::linked_data::Contexts;
use crate::reason::{Code, Reason};
use crate::trust::Problem;
use crate::trust::entry::Entry;

/// A JSON-LD context of a trust store.
pub struct PinnedContext {
    /// The URL exactly as credentials write it.
    pub url: String,
    /// SHA-256 of the document's bytes.
    pub sha256: [u8; 32],
    pub(super) entry: Arc<Entry>,
}

/// The pinned contexts of a snapshot.
#[derive(Default)]
pub(super) struct Pinned {
    /// `None` when nothing is pinned: then the program's own serve.
    contexts: Option<Contexts>,
    by_url: BTreeMap<String, Arc<PinnedContext>>,
}

impl Pinned {
    /// Those of these entries, compiled, and what had to be left out.
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e Arc<Entry>>) -> (Pinned, Vec<Problem>) {
        let (mut by_url, mut documents, mut problems) = (BTreeMap::new(), Vec::new(), Vec::new());
        for entry in entries {
            let Entry::Context { url, sha256: stated, text, document } = &**entry else { continue };
            let checked = bytes_of(text.as_deref(), document.as_ref())
                .and_then(|bytes| check_digest(stated.as_deref(), &bytes).map(|digest| (bytes, digest)));
            match checked {
                Ok((bytes, digest)) => {
                    documents.push((url.clone(), bytes));
                    let pinned = PinnedContext { url: url.clone(), sha256: digest, entry: entry.clone() };
                    by_url.entry(url.clone()).or_insert_with(|| Arc::new(pinned));
                }
                Err(reason) => problems.push(Problem { entry: url.clone(), reason }),
            }
        }
        if documents.is_empty() {
            return (Pinned::default(), problems);
        }
        let own = Contexts::bundled();
        let (contexts, left_out) = own.with(documents);
        by_url.retain(|url, pinned| own.digest_of(url).is_none() && contexts.digest_of(url) == Some(pinned.sha256));
        problems.extend(left_out.into_iter().map(|(entry, reason)| Problem { entry, reason }));
        (Pinned { contexts: Some(contexts), by_url }, problems)
    }

    pub(super) fn contexts(&self) -> &Contexts {
        self.contexts.as_ref().unwrap_or_else(|| Contexts::bundled())
    }

    pub(super) fn len(&self) -> usize {
        self.by_url.len()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<PinnedContext>> {
        self.by_url.values()
    }

    /// The pinned contexts that the document names, at any depth, each once.
    pub(super) fn named_in(&self, document: &Value<'_>) -> Vec<Arc<PinnedContext>> {
        let mut found: Vec<Arc<PinnedContext>> = Vec::new();
        if !self.by_url.is_empty() {
            let mut urls = Vec::new();
            collect(document, false, &mut urls);
            urls.sort_unstable();
            urls.dedup();
            for url in urls.into_iter().flat_map(|url| self.contexts().closure(url)) {
                if let Some(pinned) = self.by_url.get(url)
                    && !found.iter().any(|known| Arc::ptr_eq(known, pinned))
                {
                    found.push(pinned.clone());
                }
            }
        }
        found
    }
}

/// Every text below a member `@context`.
fn collect<'v>(value: &'v Value<'_>, is_in_context: bool, urls: &mut Vec<&'v str>) {
    match value {
        Value::String(text) if is_in_context => urls.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, is_in_context, urls)),
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| collect(member, is_in_context || name == "@context", urls));
        }
        _ => {}
    }
}

fn bytes_of(text: Option<&str>, document: Option<&serde_json::Value>) -> Result<Vec<u8>, Reason> {
    match (text, document) {
        (Some(text), None) => Ok(text.as_bytes().to_vec()),
        (None, Some(document)) => Ok(document.to_string().into_bytes()),
        _ => Err(Reason::new(Code::LdContextInvalid).expected("either `text` or `document`")),
    }
}

/// The digest of the bytes, if it is the stated one.
fn check_digest(stated: Option<&str>, bytes: &[u8]) -> Result<[u8; 32], Reason> {
    let digest = sha256(bytes);
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    match stated {
        Some(stated) if !stated.eq_ignore_ascii_case(&hexadecimal) => {
            Err(Reason::new(Code::LdContextHash).expected(stated.to_owned()).got(hexadecimal))
        }
        _ => Ok(digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;
    use crate::linked_data::{Demands, to_rdf};
    use crate::trust::Trust;

    const URL: &str = "https://issuer.example/context/v1";
    const V2: &str = "https://www.w3.org/ns/credentials/v2";

    fn entry(url: &str, text: &str, sha256: Option<&str>) -> Entry {
        let (sha256, text) = (sha256.map(str::to_owned), Some(text.to_owned()));
        Entry::Context { url: url.to_owned(), sha256, text, document: None }
    }

    fn converts(trust: &Trust) -> Result<usize, Code> {
        let text = format!("{{\"@context\":[\"{V2}\",\"{URL}\"],\"id\":\"urn:a\",\"grade\":\"A\"}}");
        let document = json::decode(text.as_bytes()).unwrap();
        let dataset = to_rdf(&document, trust.contexts(), Demands::default());
        dataset.map(|dataset| dataset.quads().len()).map_err(|reason| reason.code())
    }

    #[test]
    fn a_pinned_context_serves() {
        let text = r#"{"@context":{"grade":"https://issuer.example/grade"}}"#;
        let (trust, problems) = Trust::from_entries(vec![entry(URL, text, None)]);
        assert_eq!((problems.as_slice(), converts(&trust), trust.counts().contexts), (&[][..], Ok(1), 1));
        let document = Some(json::decode(text.as_bytes()).unwrap().to_serde());
        let as_json = Entry::Context { url: URL.to_owned(), sha256: None, text: None, document };
        let (trust, problems) = Trust::from_entries(vec![as_json]);
        assert_eq!((problems.as_slice(), converts(&trust)), (&[][..], Ok(1)));
        assert_eq!(converts(&Trust::none()), Err(Code::LdContextUnknown));
    }

    #[test]
    fn digests_are_checked() {
        let text = r#"{"@context":{"grade":"https://issuer.example/grade"}}"#;
        let digest: String = sha256(text.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect();
        assert!(Trust::from_entries(vec![entry(URL, text, Some(&digest))]).1.is_empty());
        let (trust, problems) = Trust::from_entries(vec![entry(URL, &format!("{text} "), Some(&digest))]);
        assert_eq!(problems[0].reason.code(), Code::LdContextHash);
        assert_eq!(converts(&trust), Err(Code::LdContextUnknown));
    }

    #[test]
    fn broken_and_rival_contexts_are_left_out() {
        let good = r#"{"@context":{"grade":"https://issuer.example/grade"}}"#;
        let rival = r#"{"@context":{"grade":"https://attacker.example/grade"}}"#;
        for (entries, code, count) in [
            (vec![entry(URL, "{", None)], Code::JsonSyntax, 0),
            (vec![entry(URL, r#"{"@context":{"grade":"x"}}"#, None)], Code::LdContextInvalid, 0),
            (vec![entry(V2, good, None)], Code::LdContextHash, 0),
            (vec![entry(URL, good, None), entry(URL, rival, None)], Code::LdContextHash, 1),
        ] {
            let (trust, problems) = Trust::from_entries(entries);
            assert_eq!(problems.iter().map(|problem| problem.reason.code()).collect::<Vec<_>>(), [code]);
            assert_eq!(trust.counts().contexts, count);
        }
        let neither = Entry::Context { url: URL.to_owned(), sha256: None, text: None, document: None };
        assert_eq!(Trust::from_entries(vec![neither]).1[0].reason.code(), Code::LdContextInvalid);
    }

    #[test]
    fn what_a_document_rests_on_is_told() {
        let inner = "https://issuer.example/inner";
        let outer = format!("{{\"@context\":[\"{inner}\",{{\"grade\":\"https://issuer.example/grade\"}}]}}");
        let entries = vec![
            entry(URL, &outer, None),
            entry(inner, r#"{"@context":{}}"#, None),
            entry("https://issuer.example/other", r#"{"@context":{}}"#, None),
        ];
        let (trust, problems) = Trust::from_entries(entries.clone());
        assert!(problems.is_empty(), "{problems:?}");
        let text = format!("{{\"@context\":[\"{V2}\"],\"credentialSubject\":[{{\"@context\":\"{URL}\"}}]}}");
        let consulted = trust.contexts_of(&json::decode(text.as_bytes()).unwrap());
        let kept: Vec<Entry> = consulted.iter().flat_map(|it| it.entries()).map(|entry| Entry::clone(&entry)).collect();
        assert_eq!(kept, entries[..2]);
        assert!(Trust::none().contexts_of(&json::decode(text.as_bytes()).unwrap()).is_empty());
    }
}
