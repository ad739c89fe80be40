//! What a DCQL query asks of one credential: its facts, and whether they answer (OpenID4VP 1.0, 6 and 8.6).

use std::borrow::Cow;
use std::cell::RefCell;

use serde_json::{Map, Value as Json};

use crate::check::Findings;
use crate::credential::{Claims, Decoded};
use crate::encoding::base64url;
use crate::encoding::json::Value;
use crate::format::candidate::Candidate;
use crate::format::{Claim, Context, Disclosed, Format, mdoc};
use crate::linked_data::{Demands, to_rdf};
use crate::policy::dcql::{Authorities, Facts, Query};
use crate::reason::{Code, Reason};
use crate::trust::x509::Certificate;
use crate::verify::may_show;

/// The type of a node, as N-Quads write it.
const RDF_TYPE: &str = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>";
/// The name of the node whose types are asked for.
const SUBJECT: &str = "urn:vidimus:credential";
/// Cryptosuites that show a part of a document.
const SELECTIVE_SUITES: [&str; 2] = ["ecdsa-sd-2023", "bbs-2023"];

/// Whoever signed the presentation that holds a credential.
pub(super) struct Presenter<'p> {
    /// Their key.
    pub(super) signer: &'p Candidate,
    /// Who they say to be.
    pub(super) holder: Option<&'p str>,
}

/// One credential, as far as it was read.
pub(super) struct Shown<'s, 'a> {
    /// Its format.
    pub(super) format: &'static dyn Format,
    /// What it says.
    pub(super) decoded: &'s Decoded<'a>,
    /// Its payload.
    pub(super) payload: &'s [u8],
    /// Who signed it, if its signature is right.
    pub(super) signer: Option<&'s Candidate>,
    /// Who shows it in a presentation.
    pub(super) presenter: Option<&'s Presenter<'s>>,
}

impl Shown<'_, '_> {
    /// Stage Policy: the credential answers one of the credential queries. Its facts, where there is a query.
    pub(super) fn check_query(&self, context: &Context<'_>, findings: &mut Findings) -> Option<Box<Facts>> {
        let text = context.occasion.dcql_query.as_deref()?;
        let query = match Query::decode(text.as_bytes()) {
            Ok(query) => query,
            Err(faults) => {
                let first = faults.first().map(ToString::to_string).unwrap_or_default();
                findings
                    .fail(Reason::new(Code::VpDcqlUnsatisfied).expected("a DCQL query that can be read").got(first));
                return None;
            }
        };
        let facts = self.facts(&query, context);
        query.unmet_alone(&facts).into_iter().for_each(|reason| findings.fail(reason));
        Some(Box::new(facts))
    }

    fn facts(&self, query: &Query, context: &Context<'_>) -> Facts {
        let disclosed = self.format.disclose(self.payload);
        let core = serde_json::to_value(&disclosed.core).unwrap_or_default();
        Facts {
            format: self.format.about().name.to_owned(),
            types: self.types(query, &disclosed, context),
            core,
            claims: claims(self.format, &disclosed),
            authorities: self.authorities(),
            is_holder_bound: self.is_holder_bound(),
            places: self.decoded.selection.places.clone(),
            may_omit_elements: self.may_omit_elements(),
        }
    }

    /// The types that it states, those that they inherit from, and, where full URLs are asked for, what the contexts make of them.
    fn types(&self, query: &Query, disclosed: &Disclosed<'_>, context: &Context<'_>) -> Vec<String> {
        let types = RefCell::new(self.decoded.types.iter().map(|name| name.clone().into_owned()).collect::<Vec<_>>());
        // A format may know of more types than the credential states; it is asked about each, and told that none is meant.
        self.format.is_of_type(self.decoded, self.signer, context, &|name| {
            let mut types = types.borrow_mut();
            if !types.iter().any(|known| known == name) {
                types.push(name.to_owned());
            }
            false
        });
        let mut types = types.into_inner();
        if query.credentials.iter().any(|credential| credential.meta.asks_for_urls()) {
            types.extend(expanded_types(disclosed, context));
        }
        types
    }

    fn authorities(&self) -> Authorities {
        let Some(signer) = self.signer else { return Authorities::default() };
        let key_ids = signer.certificates().iter().filter_map(Certificate::authority_key_id);
        Authorities {
            key_ids: key_ids.map(base64url::encode).collect(),
            lists: signer.description().list.iter().cloned().collect(),
        }
    }

    /// By its own proof, or by a presentation whose signer the credential names: as its holder's key, or as whom it is about.
    fn is_holder_bound(&self) -> bool {
        let by_presenter = |presenter: &Presenter<'_>| {
            let names_key = self.decoded.confirmed.is_some() && may_show(presenter.signer, self.decoded);
            let is_subject = |holder: &str| self.decoded.subjects.iter().any(|subject| subject == holder);
            names_key || presenter.holder.is_some_and(is_subject)
        };
        self.decoded.is_bound || self.presenter.is_some_and(by_presenter)
    }

    /// An SD-JWT tells which elements are missing; the JSON-LD suites do not.
    fn may_omit_elements(&self) -> bool {
        let Claims::Json(document) = &self.decoded.claims else { return false };
        let proofs = document.member("proof").map(Value::items).unwrap_or_default();
        let suite = |proof: &Value<'_>| proof.member("cryptosuite").and_then(Value::as_str).map(str::to_owned);
        proofs.iter().filter_map(suite).any(|suite| SELECTIVE_SUITES.contains(&suite.as_str()))
    }
}

/// The claims that paths go through: of an mdoc its elements by name space, those that the device signed included.
fn claims(format: &dyn Format, disclosed: &Disclosed<'_>) -> Json {
    let mut claims = disclosed.claims_json();
    if format.about().name != mdoc::NAME {
        return claims;
    }
    let mut take = |name: &str| claims.as_object_mut().and_then(|claims| claims.remove(name));
    let (issued, of_device) = (take(mdoc::NAME_SPACES), take(mdoc::DEVICE_NAME_SPACES));
    let mut spaces = object(issued);
    for (space, elements) in object(of_device) {
        let all = spaces.entry(space).or_insert_with(|| Json::Object(Map::new()));
        for (name, value) in object(Some(elements)) {
            // What the issuer signed is never overwritten.
            all.as_object_mut().map(|all| all.entry(name).or_insert(value));
        }
    }
    Json::Object(spaces)
}

fn object(value: Option<Json>) -> Map<String, Json> {
    match value {
        Some(Json::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The URLs that the credential's JSON-LD contexts give its types; none when a context is not at hand.
fn expanded_types(disclosed: &Disclosed<'_>, context: &Context<'_>) -> Vec<String> {
    let member = |name: &str| match disclosed.claims.iter().find(|(known, _)| known == name) {
        Some((_, Claim::Json(value))) => Some(value.clone()),
        _ => None,
    };
    let (Some(contexts), Some(types)) = (member("@context"), member("type")) else { return Vec::new() };
    let text = |text: &'static str| Value::String(Cow::Borrowed(text));
    let document = Value::Object(vec![
        (Cow::Borrowed("@context"), contexts),
        (Cow::Borrowed("id"), text(SUBJECT)),
        (Cow::Borrowed("type"), types),
    ]);
    let demands = Demands { inline_contexts: context.policy.inline_contexts };
    let Ok(statements) = to_rdf(&document, context.trust.contexts(), demands) else { return Vec::new() };
    let is_type = |predicate| statements.text(predicate) == RDF_TYPE;
    let of_types = statements.quads().iter().filter(|quad| is_type(quad.predicate));
    let url = |term: &str| Some(term.strip_prefix('<')?.strip_suffix('>')?.to_owned());
    of_types.filter_map(|quad| url(&statements.text(quad.object))).collect()
}
