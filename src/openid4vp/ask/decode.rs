//! Reads an ask. Every fault is collected, so that one round of mending is enough.

use serde::Deserialize as _;
use serde_json::Value as Json;

use super::members::{is_https_url, is_origin};
use super::{
    ASK_BYTES, Ask, DEFAULT_SECONDS, Delivery, Fault, Flow, LISTED, Method, Profile, Protocol, ResponseMode, SECONDS,
    Webhook,
};
use crate::encoding::json::{self, Value};
use crate::openid4vp::client::Prefix;
use crate::policy::Policy;

/// What an ask may rest on: templates by name, and how an older language of queries is translated.
pub struct Known<'k> {
    /// The DCQL query of the template with that name.
    pub template: &'k dyn Fn(&str) -> Option<Json>,
    /// The DCQL query that asks for the same as a Presentation Exchange definition, or why there is none.
    pub convert: &'k dyn Fn(&Value<'_>) -> Result<Json, Vec<String>>,
}

/// Every member that is known.
const MEMBERS: [&str; 17] = [
    "dcql_query",
    "template",
    "presentation_definition",
    "flow",
    "response_mode",
    "protocol",
    "client_id_prefix",
    "request",
    "request_uri_method",
    "transaction_data",
    "verifier_info",
    "profile",
    "redirect_uri",
    "expected_origins",
    "webhook",
    "expires_in",
    "policy",
];

impl Ask {
    /// The ask in the JSON text `body`.
    ///
    /// # Errors
    /// Every [`Fault`]; at least one.
    pub fn decode(body: &[u8], known: &Known<'_>) -> Result<Ask, Vec<Fault>> {
        if body.len() > ASK_BYTES {
            return Err(vec![Fault::new("", format!("the body has more than {ASK_BYTES} bytes"))]);
        }
        let held = json::decode(body).map_err(|reason| vec![Fault::new("", reason.code().row().sentence)])?;
        let Some(members) = held.as_object() else {
            return Err(vec![Fault::new("", "the body is a JSON object")]);
        };
        let mut reading = Reading { held: &held, faults: Vec::new() };
        for (name, _) in members.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_ref())) {
            reading.fault(&shown(name), unknown_member(name));
        }
        let ask = reading.ask(known);
        if reading.faults.is_empty() { Ok(ask) } else { Err(reading.faults) }
    }
}

/// Names that others use, and what they are called here.
fn unknown_member(name: &str) -> String {
    let said = match name {
        "nonce" | "state" | "response_uri" | "client_id" | "response_type" | "aud" => {
            "this service makes it itself, for each request"
        }
        "scope" => "name what you want with `dcql_query` or `template`",
        "dcql" | "query" => "it is called `dcql_query`",
        "presentation_submission" => "that belonged to drafts of OpenID4VP",
        _ => "no member of this name is known",
    };
    said.to_owned()
}

/// A name as a fault shows it.
fn shown(name: &str) -> String {
    name.chars().filter(|char| char.is_ascii_graphic()).take(40).collect()
}

struct Reading<'r, 'v> {
    held: &'r Value<'v>,
    faults: Vec<Fault>,
}

impl Reading<'_, '_> {
    fn fault(&mut self, member: &str, problem: impl Into<String>) {
        if self.faults.len() < LISTED {
            self.faults.push(Fault::new(member, problem));
        }
    }

    fn ask(&mut self, known: &Known<'_>) -> Ask {
        let flow = self.named("flow", Flow::from_name, Flow::ALL, Flow::name).unwrap_or(Flow::CrossDevice);
        let mode = self.named("response_mode", ResponseMode::from_name, ResponseMode::ALL, ResponseMode::name);
        let default_mode = if flow == Flow::DcApi { ResponseMode::DcApiJwt } else { ResponseMode::DirectPostJwt };
        Ask {
            dcql_query: self.query(known),
            flow,
            response_mode: mode.unwrap_or(default_mode),
            protocol: self.named("protocol", Protocol::from_name, Protocol::ALL, Protocol::name),
            client_id_prefix: self.named("client_id_prefix", Prefix::from_name, &Prefix::ALL, Prefix::name),
            request: self.named("request", Delivery::from_name, Delivery::ALL, Delivery::name),
            request_uri_method: self
                .named("request_uri_method", Method::from_name, Method::ALL, Method::name)
                .unwrap_or(Method::Get),
            transaction_data: self.objects("transaction_data", &["type"], Some("credential_ids")),
            verifier_info: self.objects("verifier_info", &["format"], None),
            profile: self.named("profile", Profile::from_name, Profile::ALL, Profile::name),
            redirect_uri: self.url("redirect_uri"),
            expected_origins: self.origins(),
            webhook: self.webhook(),
            expires_in: self.seconds(),
            policy: self.policy(),
        }
    }

    /// Exactly one of the three says what is asked.
    fn query(&mut self, known: &Known<'_>) -> Json {
        let names = ["dcql_query", "template", "presentation_definition"];
        let mut given = names.into_iter().filter_map(|name| Some((name, self.held.member(name)?)));
        let (given, more) = (given.next(), given.next());
        match (given, more) {
            (Some(("dcql_query", query)), None) if query.as_object().is_some() => return query.to_serde(),
            (Some(("dcql_query", _)), None) => self.fault("dcql_query", "it is an object"),
            (Some(("template", name)), None) => match name.as_str().and_then(known.template) {
                Some(query) => return query,
                None => self.fault("template", "no template has that name; GET /v1/templates lists them"),
            },
            (Some((name, definition)), None) => match (known.convert)(definition) {
                Ok(query) => return query,
                Err(problems) => problems.into_iter().for_each(|problem| self.fault(name, problem)),
            },
            _ => {
                self.fault("dcql_query", "exactly one of `dcql_query`, `template` and `presentation_definition` is due")
            }
        }
        Json::Null
    }

    fn named<T: Copy>(
        &mut self,
        member: &'static str,
        from_name: impl Fn(&str) -> Option<T>,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let value = self.held.member(member)?;
        let found = value.as_str().and_then(from_name);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            self.fault(member, format!("it is one of {}", names.join(", ")));
        }
        found
    }

    fn url(&mut self, member: &'static str) -> Option<String> {
        let value = self.held.member(member)?;
        let url = value.as_str().filter(|url| is_https_url(url));
        if url.is_none() {
            self.fault(member, "it is an https URL without user and fragment");
        }
        url.map(str::to_owned)
    }

    fn listed(&mut self, member: &'static str) -> Vec<Value<'_>> {
        let Some(value) = self.held.member(member) else { return Vec::new() };
        match value.as_array() {
            Some(items) if !items.is_empty() && items.len() <= LISTED => items.to_vec(),
            _ => {
                self.fault(member, format!("it is an array of 1 to {LISTED}"));
                Vec::new()
            }
        }
    }

    fn origins(&mut self) -> Vec<String> {
        let items: Vec<Option<String>> =
            self.listed("expected_origins").iter().map(|item| item.as_str().map(str::to_owned)).collect();
        let mut origins = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            match item.filter(|origin| is_origin(origin)) {
                Some(origin) => origins.push(origin),
                None => self.fault(&format!("expected_origins[{at}]"), "it is an origin, like https://shop.example"),
            }
        }
        origins
    }

    /// Objects that have those texts, and that array of texts which are ids of the query.
    fn objects(&mut self, member: &'static str, texts: &[&str], ids: Option<&str>) -> Vec<Json> {
        let items: Vec<Json> = self.listed(member).iter().map(Value::to_serde).collect();
        for (at, item) in items.iter().enumerate() {
            let place = format!("{member}[{at}]");
            for text in texts {
                if item.get(text).and_then(Json::as_str).is_none_or(str::is_empty) {
                    self.fault(&format!("{place}.{text}"), "it is a text");
                }
            }
            let Some(ids) = ids else { continue };
            let named = item.get(ids).and_then(Json::as_array).filter(|named| !named.is_empty());
            if named.is_none_or(|named| !named.iter().all(Json::is_string)) {
                self.fault(&format!("{place}.{ids}"), "it is an array of ids of credential queries");
            }
        }
        items
    }

    fn webhook(&mut self) -> Option<Webhook> {
        let members = self.held.member("webhook")?.as_object().map(<[_]>::to_vec);
        let url = match members.as_deref() {
            Some([(name, url)]) if name == "url" => url.as_str().filter(|url| is_https_url(url)),
            _ => None,
        };
        if url.is_none() {
            self.fault("webhook", "it is an object with `url`, an https URL, and nothing else");
        }
        url.map(|url| Webhook { url: url.to_owned() })
    }

    fn seconds(&mut self) -> u32 {
        let Some(value) = self.held.member("expires_in") else { return DEFAULT_SECONDS };
        match value.as_i64().and_then(|seconds| u32::try_from(seconds).ok()).filter(|seconds| SECONDS.contains(seconds))
        {
            Some(seconds) => seconds,
            None => {
                self.fault("expires_in", format!("it is {} to {} seconds", SECONDS.start(), SECONDS.end()));
                DEFAULT_SECONDS
            }
        }
    }

    fn policy(&mut self) -> Option<Policy> {
        let value = self.held.member("policy")?.clone();
        match Policy::deserialize(value) {
            Ok(policy) => Some(policy),
            Err(_) => {
                self.fault("policy", "it is a policy, as in the policy file; unknown members are refused");
                None
            }
        }
    }
}
