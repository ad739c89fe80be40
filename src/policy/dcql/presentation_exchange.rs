//! DIF Presentation Exchange (1.0 and 2.x) to DCQL: what older requests asked for, in the words of OpenID4VP 1.0.
//!
//! A definition can say more than a query. What a query cannot say is told by name ([`Lost`]) and never dropped in silence; no JSONPath
//! and no JSON Schema is evaluated. Submissions (`presentation_submission`) have no place in OpenID4VP 1.0, and none here.

mod descriptor;
mod fields;
mod filter;
mod requirements;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::encoding::json::{self, Value};
use crate::limits;
use crate::policy::dcql::decode::short;
use crate::policy::dcql::presentation_exchange::descriptor::Descriptor;
use crate::policy::dcql::{CredentialSet, Query, QueryFault};

/// Members of a definition.
const DEFINITION: [&str; 9] =
    ["id", "name", "purpose", "format", "submission_requirements", "input_descriptors", "frame", "$schema", "comment"];

/// What a definition became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The query.
    pub query: Query,
    /// What it does not say; empty = nothing was lost.
    pub lost: Vec<Lost>,
}

/// Something that a definition says and a query cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// JSON pointer to it in the definition.
    pub pointer: String,
    /// The name of the feature (`filter.pattern`).
    pub name: String,
    /// What became of it, one sentence.
    pub sentence: Cow<'static, str>,
    /// `true` when it was a demand, so that the query may be answered by what the definition refused.
    pub is_demand: bool,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.pointer, self.name, self.sentence)
    }
}

/// The query that a definition says, bare or as the member `presentation_definition` of an object.
///
/// # Errors
/// Why there is none: no JSON, no definition, nothing that DCQL could ask for, or too much of it.
pub fn convert(bytes: &[u8]) -> Result<Converted, Vec<QueryFault>> {
    let fault = |sentence: String| vec![QueryFault { pointer: String::new(), sentence: sentence.into() }];
    check_size(bytes.len())?;
    let value = json::decode(bytes).map_err(|reason| fault(format!("It is no sound JSON: {reason}")))?;
    converted(&value)
}

/// The same of a JSON value.
///
/// # Errors
/// As [`convert`].
pub fn convert_value(value: &Value<'_>) -> Result<Converted, Vec<QueryFault>> {
    check_size(json::encode(value).len())?;
    converted(value)
}

fn check_size(bytes: usize) -> Result<(), Vec<QueryFault>> {
    if bytes <= limits::DCQL_BYTES {
        return Ok(());
    }
    let sentence = format!("A definition has at most {} bytes; this one has {bytes}.", limits::DCQL_BYTES);
    Err(vec![QueryFault { pointer: String::new(), sentence: sentence.into() }])
}

fn converted(value: &Value<'_>) -> Result<Converted, Vec<QueryFault>> {
    let mut conversion = Conversion::default();
    let (definition, pointer) = match value.member("presentation_definition") {
        Some(inner) => (inner, "/presentation_definition"),
        None => (value, ""),
    };
    let query = conversion.definition(definition, pointer);
    let Conversion { faults, lost, .. } = conversion;
    match query {
        Some(query) if faults.is_empty() => {
            // What goes out is what would be read.
            Query::decode(query.to_json().as_bytes()).map(|query| Converted { query, lost })
        }
        _ => Err(faults),
    }
}

/// What was found on the way.
#[derive(Default)]
struct Conversion {
    faults: Vec<QueryFault>,
    lost: Vec<Lost>,
    /// Claims of the query so far, of all credentials together.
    claims: usize,
    /// Values that they are compared with.
    values: usize,
    /// `true` once the query would be larger than any may be: nothing more is read.
    is_over: bool,
}

impl Conversion {
    /// Counts a claim with so many values; `false` when that is more than a query may have.
    fn has_room(&mut self, values: usize, pointer: &str) -> bool {
        self.claims = self.claims.saturating_add(1);
        self.values = self.values.saturating_add(values);
        if !self.is_over && (self.claims > limits::DCQL_CLAIMS || self.values > limits::DCQL_VALUES) {
            let (claims, values) = (limits::DCQL_CLAIMS, limits::DCQL_VALUES);
            self.fault(pointer, format!("A query asks for {claims} claims and compares with {values} values at most."));
            self.is_over = true;
        }
        !self.is_over
    }

    fn fault(&mut self, pointer: impl Into<String>, sentence: impl Into<Cow<'static, str>>) {
        if self.faults.len() < limits::DCQL_REMARKS {
            self.faults.push(QueryFault { pointer: pointer.into(), sentence: short(sentence.into()) });
        }
    }

    /// A demand that the query does not make.
    fn lose(&mut self, pointer: &str, name: &str, sentence: impl Into<Cow<'static, str>>) {
        self.remark(pointer, name, (sentence.into(), true));
    }

    /// Something that is no demand, or that is met in another way.
    fn note(&mut self, pointer: &str, name: &str, sentence: impl Into<Cow<'static, str>>) {
        self.remark(pointer, name, (sentence.into(), false));
    }

    fn remark(&mut self, pointer: &str, name: &str, (sentence, is_demand): (Cow<'static, str>, bool)) {
        if self.lost.len() >= limits::DCQL_CLAIMS {
            self.fault("", "It says more that DCQL cannot than can be told.");
            return;
        }
        // A name may be one that stands in the definition.
        let name = short(name.to_owned().into()).into_owned();
        self.lost.push(Lost { pointer: pointer.to_owned(), name, sentence: short(sentence), is_demand });
    }

    /// ```text
    /// { "id", "input_descriptors": [ .. ], "submission_requirements"?: [ .. ], "format"?, "name"?, "purpose"?, "frame"? }
    /// ```
    fn definition(&mut self, value: &Value<'_>, pointer: &str) -> Option<Query> {
        let at = |member: &str| format!("{pointer}/{member}");
        let listed = value.member("input_descriptors").and_then(Value::as_array);
        let Some(listed) = listed else {
            self.fault(at("input_descriptors"), "It must be there, an array: what a definition asks for.");
            return None;
        };
        if listed.is_empty() {
            self.fault(at("input_descriptors"), "Nothing is asked for; a DCQL query asks for one credential at least.");
            return None;
        }
        if listed.len() > limits::DCQL_CREDENTIALS {
            let sentence =
                format!("It may have {} elements at most; it has {}.", limits::DCQL_CREDENTIALS, listed.len());
            self.fault(at("input_descriptors"), sentence);
            return None;
        }
        self.words(value, pointer);
        self.strangers(value, (&DEFINITION, pointer));
        if value.member("frame").is_some() {
            self.lose(&at("frame"), "frame", "DCQL has no JSON-LD frames; the claims that it selects are to be named.");
        }
        let mut descriptors = Vec::with_capacity(listed.len());
        for (index, item) in listed.iter().enumerate() {
            let pointer = at(&format!("input_descriptors/{index}"));
            let credentials = descriptors.iter().flat_map(|known: &Descriptor| &known.credentials);
            let taken: Vec<String> = credentials.map(|credential| credential.id.clone()).collect();
            descriptors.extend(Descriptor::of(self, item, (&pointer, value.member("format"), &taken)));
            if self.is_over {
                return None;
            }
        }
        let credential_sets = match value.member("submission_requirements") {
            Some(list) => requirements::sets(self, list, (&descriptors, &at("submission_requirements"))),
            None => alternatives(&descriptors),
        };
        let credentials = descriptors.into_iter().flat_map(|descriptor| descriptor.credentials).collect();
        Some(Query { credentials, credential_sets })
    }

    /// Members that are none of Presentation Exchange: whatever they ask is lost.
    fn strangers(&mut self, value: &Value<'_>, (known, pointer): (&[&str], &str)) {
        for (name, _) in value.as_object().unwrap_or_default() {
            if !known.contains(&&**name) {
                let sentence = "Presentation Exchange has no such member; what it asks is not known.";
                self.lose(&below(pointer, name), &format!("member {name}"), sentence);
            }
        }
    }

    /// `name` and `purpose`: texts for people.
    fn words(&mut self, value: &Value<'_>, pointer: &str) {
        for name in ["name", "purpose"] {
            if value.member(name).is_some() {
                self.note(
                    &format!("{pointer}/{name}"),
                    name,
                    "DCQL has no texts for people; the wallet does not show it.",
                );
            }
        }
    }
}

/// The pointer to the member of that name (RFC 6901, 3).
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", short(name.replace('~', "~0").replace('/', "~1").into()))
}

/// Without requirements every descriptor is due. Sets are needed only where one became several credential queries.
fn alternatives(descriptors: &[Descriptor]) -> Vec<CredentialSet> {
    if descriptors.iter().all(|descriptor| descriptor.credentials.len() == 1) {
        return Vec::new();
    }
    let set = |descriptor: &Descriptor| CredentialSet { options: descriptor.options(), required: true };
    descriptors.iter().map(set).collect()
}
