//! Decoding: a query from JSON, strictly, telling every fault by its JSON pointer.
//!
//! Unknown members are ignored, as OpenID4VP 1.0 has it (6). What is known is of the right type and size, or a fault.

mod claims;
mod credential;
mod sets;

use std::borrow::Cow;
use std::collections::HashSet;

use crate::encoding::json::{self, Value};
use crate::limits;
use crate::policy::dcql::{CredentialQuery, Query, QueryFault};

impl Query {
    /// The query that this JSON text is.
    ///
    /// # Errors
    /// Every fault of it, as far as reading went.
    pub fn decode(bytes: &[u8]) -> Result<Query, Vec<QueryFault>> {
        if bytes.len() > limits::DCQL_BYTES {
            let sentence = format!("A query has at most {} bytes; this one has {}.", limits::DCQL_BYTES, bytes.len());
            return Err(vec![QueryFault { pointer: String::new(), sentence: sentence.into() }]);
        }
        match json::decode(bytes) {
            Ok(value) => Query::of_value(&value),
            Err(reason) => Err(vec![QueryFault {
                pointer: String::new(),
                sentence: format!("It is no sound JSON: {reason}").into(),
            }]),
        }
    }

    /// The query that this JSON value is.
    ///
    /// # Errors
    /// Every fault of it.
    pub fn of_value(value: &Value<'_>) -> Result<Query, Vec<QueryFault>> {
        let mut reading = Reading::default();
        let query = reading.query(value);
        match query {
            Some(query) if reading.faults.is_empty() => Ok(query),
            _ => Err(reading.faults),
        }
    }
}

/// What was found while reading, and what may still be spent.
#[derive(Default)]
struct Reading {
    faults: Vec<QueryFault>,
    claims: usize,
    values: usize,
}

impl Reading {
    fn fault(&mut self, pointer: impl Into<String>, sentence: impl Into<Cow<'static, str>>) {
        if self.faults.len() < limits::DCQL_REMARKS {
            self.faults.push(QueryFault { pointer: pointer.into(), sentence: short(sentence.into()) });
        }
    }

    fn query(&mut self, value: &Value<'_>) -> Option<Query> {
        if value.as_object().is_none() {
            self.fault("", format!("A query is an object with `credentials`, not {}.", value.kind()));
            return None;
        }
        let Some(member) = value.member("credentials") else {
            self.fault("/credentials", "It must be there: the credentials asked for, at least one.");
            return None;
        };
        let items = self.items(member, "/credentials", limits::DCQL_CREDENTIALS)?;
        let at = |index: usize| format!("/credentials/{index}");
        let credentials: Vec<CredentialQuery> =
            items.iter().enumerate().filter_map(|(index, item)| credential::read(self, item, &at(index))).collect();
        let mut seen = HashSet::new();
        for (index, credential) in credentials.iter().enumerate() {
            if !seen.insert(credential.id.as_str()) {
                let sentence =
                    format!("`{}` stands twice; each credential query has a name of its own.", credential.id);
                self.fault(format!("{}/id", at(index)), sentence);
            }
        }
        // A set may name a credential query that was faulty itself; that is no second fault.
        let known = if self.faults.is_empty() { Some(&seen) } else { None };
        let credential_sets = match value.member("credential_sets") {
            None => Vec::new(),
            Some(member) => sets::read(self, member, known),
        };
        Some(Query { credentials, credential_sets })
    }

    /// The elements of an array that must have some, and not too many.
    fn items<'v, 'a>(&mut self, value: &'v Value<'a>, pointer: &str, most: usize) -> Option<&'v [Value<'a>]> {
        match value.as_array() {
            None => self.fault(pointer, format!("It must be an array, not {}.", value.kind())),
            Some([]) => self.fault(pointer, "It must not be empty; leave it out to say nothing."),
            Some(items) if items.len() > most => {
                self.fault(pointer, format!("It may have {most} elements at most; it has {}.", items.len()));
            }
            Some(items) => return Some(items),
        }
        None
    }

    /// The texts of an array, none of them empty.
    fn texts(&mut self, value: &Value<'_>, pointer: &str, most: usize) -> Option<Vec<String>> {
        let items = self.items(value, pointer, most)?;
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            texts.push(self.text(item, &format!("{pointer}/{index}"))?);
        }
        Some(texts)
    }

    /// A text that is not empty.
    fn text(&mut self, value: &Value<'_>, pointer: &str) -> Option<String> {
        match value.as_str() {
            Some("") => self.fault(pointer, "It must not be empty."),
            Some(text) => return Some(text.to_owned()),
            None => self.fault(pointer, format!("It must be a text, not {}.", value.kind())),
        }
        None
    }

    /// A truth value that may be left out.
    fn truth(&mut self, object: &Value<'_>, member: &'static str, pointer: &str) -> Option<bool> {
        match object.member(member)? {
            Value::Bool(truth) => Some(*truth),
            other => {
                self.fault(format!("{pointer}/{member}"), format!("It must be true or false, not {}.", other.kind()));
                None
            }
        }
    }

    /// An identifier: letters, digits, `_` and `-` (6.1, 6.3).
    fn id(&mut self, value: &Value<'_>, pointer: &str) -> Option<String> {
        let text = self.text(value, pointer)?;
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Some(text);
        }
        self.fault(pointer, "An identifier has letters, digits, `_` and `-`, and nothing else.");
        None
    }
}

/// Characters of one sentence about a query: it may quote a name out of it, however long that is.
const SENTENCE_CHARACTERS: usize = 400;

/// The sentence, cut where it would swell an answer.
pub(super) fn short(sentence: Cow<'static, str>) -> Cow<'static, str> {
    match sentence.char_indices().nth(SENTENCE_CHARACTERS) {
        None => sentence,
        Some((at, _)) => format!("{}...", sentence.split_at_checked(at).map_or("", |(start, _)| start)).into(),
    }
}
