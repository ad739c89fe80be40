//! Imports one JSON-LD context, to be pinned under the URL by which credentials name it.

use crate::crypto::digest::sha256;
use crate::encoding::json::{self, Value};
use crate::linked_data::Contexts;
use crate::reason::{Code, Reason};
use crate::trust::entry::Entry;
use crate::trust::import::{Draft, Import, ImportFault, Options, hex, shape};

/// `true` for an object with a context and nothing that makes it a document about something.
pub fn takes(bytes: &[u8]) -> bool {
    let is_context = |document: Value<'_>| {
        document.member("@context").is_some()
            && !["id", "@id", "type", "@type", "verificationMethod", "proof"]
                .iter()
                .any(|name| document.member(name).is_some())
    };
    shape(bytes).is_some_and(is_context)
}

/// One context with its digest.
///
/// # Errors
/// A missing URL; `json.*`; `ld.context_*` when it is none, or has the URL of one that is part of this program and differs.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let url =
        options.url.as_deref().ok_or(ImportFault::Option("a context needs the URL that credentials name (--url)"))?;
    json::decode(bytes)?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| Reason::new(Code::JsonEncoding).expected("UTF-8"))?;
    let mut draft = Draft::of_items("context", options);
    let own = Contexts::bundled();
    let (_, problems) = own.with([(url.to_owned(), bytes.to_vec())]);
    match problems.into_iter().next() {
        // The document that it names may be pinned too.
        Some((_, reason)) if reason.code() == Code::LdContextUnknown => {
            draft.note(format!("it rests on a context that must be pinned as well: {reason}"));
        }
        Some((_, reason)) => return Err(reason.into()),
        None if own.digest_of(url).is_some() => {
            draft.leave_out("part of this program already");
            return Ok(draft.finish());
        }
        None => {}
    }
    let entry =
        Entry::Context { url: url.to_owned(), sha256: Some(hex(&sha256(bytes))), text: Some(text), document: None };
    draft.take(url.strip_prefix("https://").unwrap_or(url), "context", entry);
    Ok(draft.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Trust;

    const URL: &str = "https://issuer.example/context/v1";

    fn import(text: &str, url: Option<&str>) -> Result<Import, ImportFault> {
        read(text.as_bytes(), &Options { url: url.map(str::to_owned), ..Options::default() })
    }

    #[test]
    fn a_context_is_pinned_with_its_bytes() {
        let text = " {\"@context\": {\"grade\": \"https://issuer.example/grade\"}}\n";
        let import = import(text, Some(URL)).unwrap();
        let files: Vec<&String> = import.files.keys().collect();
        assert_eq!(files, ["context-issuer-example-context-v1.json"]);
        let entries = import.files.into_values().next().unwrap().entries;
        let (trust, problems) = Trust::from_entries(entries);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(trust.contexts().document(URL), Some(text.as_bytes()));
    }

    #[test]
    fn faults_are_told() {
        let fault = |text: &str, url| import(text, url).unwrap_err();
        assert!(matches!(fault("{\"@context\":{}}", None), ImportFault::Option(_)));
        for (text, url, code) in [
            ("{", URL, Code::JsonSyntax),
            ("{}", URL, Code::LdContextInvalid),
            ("{\"@context\":{\"a\":\"b\"}}", URL, Code::LdContextInvalid),
            ("{\"@context\":{}}", "https://www.w3.org/ns/credentials/v2", Code::LdContextHash),
        ] {
            assert!(matches!(fault(text, Some(url)), ImportFault::Content(reason) if reason.code() == code), "{text}");
        }
        let resting = import("{\"@context\":\"https://issuer.example/other\"}", Some(URL)).unwrap();
        assert_eq!((resting.counts.total_taken(), resting.notes.len()), (1, 1));
        let own = Contexts::bundled().document("https://www.w3.org/ns/credentials/v2").unwrap();
        let known =
            read(own, &Options { url: Some("https://www.w3.org/ns/credentials/v2".to_owned()), ..Options::default() });
        assert_eq!(known.unwrap().counts.total_left_out(), 1);
    }
}
