//! Resolution: what a DID resolver answers for a DID or a DID URL (DID Resolution 0.3, 4 and 5), and its errors.
//!
//! Pure, like all of `did`: [`Outcome::Missing`] names the document to fetch before asking again. Versions of documents are
//! not had; neither are relative URLs expanded, nor anything dereferenced beyond the document.

use crate::did::document::{DidDocument, Purpose};
use crate::did::remote::Resolver;
use crate::did::syntax::{DidUrl, percent_decoded};
use crate::did::written::MethodType;
use crate::did::{Resolution, reference, resolve_by};
use crate::encoding::json;
use crate::evidence::Evidence;
use crate::locator::Locator;
use crate::reason::{Code, Fact, Reason, Stage};

/// Parameters of one DID URL, or options of one request.
const PARAMETERS: usize = 32;

/// An error of DID Resolution, 11, or of Controlled Identifiers 1.0, 3.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The DID is malformed.
    InvalidDid,
    /// The DID URL is malformed.
    InvalidDidUrl,
    /// An option has a value that makes no sense.
    InvalidOptions,
    /// There is no such document, or nothing in it of that name.
    NotFound,
    /// The media type that was asked for is not had.
    RepresentationNotSupported,
    /// The document is malformed, or another subject's.
    InvalidDidDocument,
    /// The document could not be fetched.
    Internal,
    /// The DID method is not resolved here.
    MethodNotSupported,
    /// The option is not had here.
    FeatureNotSupported,
    /// The verification method is not for the purpose that was asked for.
    InvalidRelationship,
}

impl Error {
    /// Every error.
    pub const ALL: [Error; 10] = [
        Error::InvalidDid,
        Error::InvalidDidUrl,
        Error::InvalidOptions,
        Error::NotFound,
        Error::RepresentationNotSupported,
        Error::InvalidDidDocument,
        Error::Internal,
        Error::MethodNotSupported,
        Error::FeatureNotSupported,
        Error::InvalidRelationship,
    ];

    /// The URL that names the error.
    pub const fn url(self) -> &'static str {
        match self {
            Error::InvalidDid => "https://www.w3.org/ns/did#INVALID_DID",
            Error::InvalidDidUrl => "https://www.w3.org/ns/did#INVALID_DID_URL",
            Error::InvalidOptions => "https://www.w3.org/ns/did#INVALID_OPTIONS",
            Error::NotFound => "https://www.w3.org/ns/did#NOT_FOUND",
            Error::RepresentationNotSupported => "https://www.w3.org/ns/did#REPRESENTATION_NOT_SUPPORTED",
            Error::InvalidDidDocument => "https://www.w3.org/ns/did#INVALID_DID_DOCUMENT",
            Error::Internal => "https://www.w3.org/ns/did#INTERNAL_ERROR",
            Error::MethodNotSupported => "https://www.w3.org/ns/did#METHOD_NOT_SUPPORTED",
            Error::FeatureNotSupported => "https://www.w3.org/ns/did#FEATURE_NOT_SUPPORTED",
            Error::InvalidRelationship => "https://w3id.org/security#INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
        }
    }

    /// What went wrong, for a person.
    pub const fn title(self) -> &'static str {
        match self {
            Error::InvalidDid => "This is not a well-formed DID.",
            Error::InvalidDidUrl => "This is not a well-formed DID URL.",
            Error::InvalidOptions => "An option has a value that makes no sense.",
            Error::NotFound => "Nothing was found under this name.",
            Error::RepresentationNotSupported => "This media type is not had.",
            Error::InvalidDidDocument => "The DID document is malformed, or another subject's.",
            Error::Internal => "The DID document could not be had.",
            Error::MethodNotSupported => "DIDs of this method are not resolved here.",
            Error::FeatureNotSupported => "This option is not had here.",
            Error::InvalidRelationship => "The verification method is not for this purpose.",
        }
    }

    /// The HTTP status of an answer with this error (DID Resolution, 12.1).
    pub const fn status(self) -> u16 {
        match self {
            Error::InvalidDid | Error::InvalidDidUrl | Error::InvalidOptions => 400,
            Error::NotFound => 404,
            Error::RepresentationNotSupported => 406,
            Error::InvalidDidDocument | Error::Internal | Error::InvalidRelationship => 500,
            Error::MethodNotSupported | Error::FeatureNotSupported => 501,
        }
    }
}

/// What came of resolving or dereferencing.
#[derive(Clone, Debug)]
pub enum Outcome<T> {
    /// It was found.
    Found(T),
    /// The document at that place is needed first.
    Missing(Locator),
    /// The DID is deactivated.
    Deactivated,
    /// It was not; the text says more, where there is more to say.
    Failed(Error, String),
}

/// What is wanted beside the DID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The type that keys of DIDs that are keys are written with.
    pub method_type: MethodType,
    /// What a dereferenced verification method must be for.
    pub relationship: Option<Purpose>,
}

impl Options {
    /// Takes one option by its name; `false` when no option has that name. `publicKeyFormat` is that of did:key.
    ///
    /// # Errors
    /// `InvalidOptions` for a value that makes no sense, `FeatureNotSupported` for what is not had.
    pub fn take(&mut self, name: &str, value: &str) -> Result<bool, Error> {
        match name {
            "versionId" => return Err(Error::FeatureNotSupported),
            "versionTime" => {
                let time = crate::time::Timestamp::from_rfc3339(value);
                return Err(if time.is_some() { Error::FeatureNotSupported } else { Error::InvalidOptions });
            }
            "expandRelativeUrls" => match value {
                "false" => {}
                "true" => return Err(Error::FeatureNotSupported),
                _ => return Err(Error::InvalidOptions),
            },
            "publicKeyFormat" => {
                self.method_type = MethodType::from_name(value).ok_or(Error::InvalidOptions)?;
            }
            "verificationRelationship" => {
                self.relationship = Some(Purpose::from_name(value).ok_or(Error::InvalidOptions)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The names and values of a query, their escapes undone; `None` when it is malformed or names one twice.
pub fn parameters(query: &str) -> Option<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (percent_decoded(name)?, percent_decoded(value)?);
        if found.len() >= PARAMETERS || found.iter().any(|(known, _)| *known == name) {
            return None;
        }
        found.push((name, value));
    }
    Some(found)
}

/// The document of a DID (DID Resolution, 4.4).
pub fn resolve(did: &str, evidence: &Evidence, resolver: Option<&Resolver>) -> Outcome<DidDocument> {
    match resolve_by(did, evidence, resolver) {
        Resolution::Document(document) => Outcome::Found(document),
        Resolution::Missing(_, Some(locator)) => Outcome::Missing(locator),
        Resolution::Missing(reason, None) => {
            // 404 says that there is none; no answer, or one of a broken server, says nothing.
            let is_absent = matches!(reason.got_fact(), Fact::Text(text) if text.ends_with(" 404"))
                || reason.got_fact().is_absent();
            Outcome::Failed(if is_absent { Error::NotFound } else { Error::Internal }, reason.to_string())
        }
        Resolution::Fault(reason) if reason.code() == Code::DidDeactivated => Outcome::Deactivated,
        Resolution::Fault(reason) => Outcome::Failed(error_of(&reason), reason.to_string()),
    }
}

fn error_of(reason: &Reason) -> Error {
    match reason.code() {
        Code::DidMethodUnsupported => Error::MethodNotSupported,
        Code::DidSyntax | Code::DidKeyMalformed | Code::DidJwkMalformed | Code::DidPeerMalformed | Code::KeyWeak => {
            Error::InvalidDid
        }
        _ => Error::InvalidDidDocument,
    }
}

/// What a DID URL leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A document, whole or with selected services, as JSON text.
    Document(String),
    /// One object of a document, as JSON text.
    Object(String),
    /// URLs of service endpoints.
    Urls(Vec<String>),
}

/// What a DID URL leads to (DID Resolution, 5.4). `as_urls`: service endpoints are wanted as URLs (`text/uri-list`).
pub fn dereference(
    url: &str,
    as_urls: bool,
    mut options: Options,
    sources: (&Evidence, Option<&Resolver>),
) -> Outcome<Content> {
    let failed = |error: Error| Outcome::Failed(error, error.title().to_owned());
    let url = match DidUrl::decode(url) {
        Ok(url) => url,
        Err(reason) => return Outcome::Failed(Error::InvalidDidUrl, reason.to_string()),
    };
    let Some(parameters) = parameters(url.query.unwrap_or_default()) else { return failed(Error::InvalidDidUrl) };
    let mut wanted = Vec::new();
    for (name, value) in &parameters {
        match options.take(name, value) {
            Ok(true) => {}
            Ok(false) => wanted.push((name.as_str(), value.as_str())),
            Err(error) => return failed(error),
        }
    }
    let document = match resolve(url.did.text, sources.0, sources.1) {
        Outcome::Found(document) => document,
        Outcome::Missing(locator) => return Outcome::Missing(locator),
        Outcome::Deactivated => return Outcome::Deactivated,
        Outcome::Failed(Error::InvalidDid, more) => return Outcome::Failed(Error::InvalidDidUrl, more),
        Outcome::Failed(error, more) => return Outcome::Failed(error, more),
    };
    let found = match Wanted::of(&wanted) {
        // No method that is had here gives paths or other parameters a meaning.
        Some(wanted) if url.path.is_empty() => wanted.found(&url, as_urls, options, &document),
        _ => Err(Error::NotFound),
    };
    match found {
        Ok(content) => Outcome::Found(content),
        Err(error) => failed(error),
    }
}

/// The parameters that choose services.
#[derive(Default)]
struct Wanted<'a> {
    service: Option<&'a str>,
    service_type: Option<&'a str>,
    relative: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    /// `None` when there is a parameter that chooses no services.
    fn of(parameters: &[(&'a str, &'a str)]) -> Option<Wanted<'a>> {
        let mut wanted = Wanted::default();
        for (name, value) in parameters {
            match *name {
                "service" => wanted.service = Some(value),
                "serviceType" => wanted.service_type = Some(value),
                "relativeRef" => wanted.relative = Some(value),
                _ => return None,
            }
        }
        Some(wanted)
    }

    fn found(
        &self,
        url: &DidUrl<'_>,
        as_urls: bool,
        options: Options,
        document: &DidDocument,
    ) -> Result<Content, Error> {
        let text = document.to_json(options.method_type);
        let is_of_services = self.service.is_some() || self.service_type.is_some();
        if !is_of_services {
            return match (self.relative.is_some(), url.fragment, as_urls) {
                (true, ..) => Err(Error::NotFound),
                (_, _, true) => Err(Error::RepresentationNotSupported),
                (_, None, _) => Ok(Content::Document(text)),
                (_, Some(fragment), _) => object(&text, document, fragment, options.relationship),
            };
        }
        let mut value = decoded(&text)?;
        let services = value.get("service").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let chosen: Vec<_> = services.into_iter().filter(|service| self.chooses(service, url.did.text)).collect();
        if chosen.is_empty() {
            return Err(Error::NotFound);
        }
        if as_urls {
            return self.urls(&chosen, url.fragment).map(Content::Urls);
        }
        if let Some(members) = value.as_object_mut() {
            members.insert("service".to_owned(), chosen.into());
        }
        Ok(Content::Document(value.to_string()))
    }

    fn chooses(&self, service: &serde_json::Value, did: &str) -> bool {
        let absolute = |id: &str| match id.strip_prefix('#') {
            Some(fragment) => format!("{did}#{fragment}"),
            None if id.contains(':') => id.to_owned(),
            None => format!("{did}#{id}"),
        };
        let has_id =
            |wanted: &str| service.get("id").and_then(|id| id.as_str()).map(absolute) == Some(absolute(wanted));
        let has_type = |wanted: &str| match service.get("type") {
            Some(serde_json::Value::Array(types)) => types.iter().any(|one| one == wanted),
            Some(one) => one == wanted,
            None => false,
        };
        self.service.is_none_or(has_id) && self.service_type.is_none_or(has_type)
    }

    /// The endpoints that are URLs, with the reference and the fragment of the DID URL.
    fn urls(&self, services: &[serde_json::Value], fragment: Option<&str>) -> Result<Vec<String>, Error> {
        let mut urls = Vec::new();
        for endpoint in services.iter().filter_map(|service| service.get("serviceEndpoint")) {
            let texts: Vec<&str> = match endpoint {
                serde_json::Value::String(text) => vec![text],
                serde_json::Value::Array(items) => items.iter().filter_map(|item| item.as_str()).collect(),
                _ => Vec::new(),
            };
            for text in texts {
                let url = match self.relative {
                    None => Some(text.to_owned()),
                    Some(relative) => reference::resolved(text, relative),
                };
                let url = url.filter(|url| url.bytes().all(|byte| byte.is_ascii_graphic())).ok_or(Error::NotFound)?;
                urls.push(match fragment {
                    None => url,
                    Some(_) if url.contains('#') => return Err(Error::InvalidDidUrl),
                    Some(fragment) => format!("{url}#{fragment}"),
                });
            }
        }
        if urls.is_empty() { Err(Error::NotFound) } else { Ok(urls) }
    }
}

/// The one object of the document with that fragment as its id, under the document's context.
fn object(text: &str, document: &DidDocument, fragment: &str, relationship: Option<Purpose>) -> Result<Content, Error> {
    let value = decoded(text)?;
    let id = format!("{}#{fragment}", document.id());
    if let (Some(purpose), Some(method)) = (relationship, document.method(&id))
        && !document.ids_for(purpose).any(|known| known == method.id())
    {
        return Err(Error::InvalidRelationship);
    }
    let is_it = |item: &&serde_json::Value| {
        let own = item.get("id").and_then(|id| id.as_str());
        own == Some(id.as_str()) || own.is_some_and(|own| own.strip_prefix('#') == Some(fragment))
    };
    let places = ["verificationMethod", "service"].into_iter().chain(Purpose::ALL.map(Purpose::name));
    let found = places.filter_map(|name| value.get(name)?.as_array()).flatten().find(is_it).ok_or(Error::NotFound)?;
    let mut object = serde_json::Map::new();
    if let Some(context) = value.get("@context") {
        object.insert("@context".to_owned(), context.clone());
    }
    object.extend(found.as_object().cloned().unwrap_or_default());
    Ok(Content::Object(serde_json::Value::Object(object).to_string()))
}

fn decoded(text: &str) -> Result<serde_json::Value, Error> {
    let value = json::decode(text.as_bytes()).map_err(|reason| reason.at(Stage::Key));
    value.map(|value| value.to_serde()).map_err(|_| Error::InvalidDidDocument)
}

/// The problem details of an error (RFC 9457), as JSON.
pub fn problem(error: Error, detail: &str) -> serde_json::Value {
    serde_json::json!({ "type": error.url(), "title": error.title(), "status": error.status(), "detail": detail })
}

/// A DID resolution result (DID Resolution, 9), as JSON text. `content_type` is that of the document.
pub fn resolution_result(outcome: &Outcome<DidDocument>, options: Options, content_type: &str) -> String {
    let (document, about, metadata) = match outcome {
        Outcome::Found(document) => (document.to_json(options.method_type), no_metadata(), typed(content_type)),
        Outcome::Deactivated => ("null".to_owned(), deactivated(), typed(content_type)),
        Outcome::Missing(locator) => ("null".to_owned(), no_metadata(), error(Error::Internal, &missing(locator))),
        Outcome::Failed(code, more) => ("null".to_owned(), no_metadata(), error(*code, more)),
    };
    format!(r#"{{"didDocument":{document},"didDocumentMetadata":{about},"didResolutionMetadata":{metadata}}}"#)
}

/// A DID URL dereferencing result (DID Resolution, 10), as JSON text.
pub fn dereferencing_result(outcome: &Outcome<Content>, content_type: &str) -> String {
    let (content, about, metadata) = match outcome {
        Outcome::Found(Content::Document(text) | Content::Object(text)) => {
            (text.clone(), no_metadata(), typed(content_type))
        }
        Outcome::Found(Content::Urls(urls)) => {
            (serde_json::json!(urls).to_string(), no_metadata(), typed("text/uri-list"))
        }
        Outcome::Deactivated => ("null".to_owned(), deactivated(), typed(content_type)),
        Outcome::Missing(locator) => ("null".to_owned(), no_metadata(), error(Error::Internal, &missing(locator))),
        Outcome::Failed(code, more) => ("null".to_owned(), no_metadata(), error(*code, more)),
    };
    format!(r#"{{"content":{content},"contentMetadata":{about},"dereferencingMetadata":{metadata}}}"#)
}

/// What to say when the document would have to be fetched and nothing fetches.
pub fn missing(locator: &Locator) -> String {
    format!("The document at {locator} is not at hand.")
}

fn no_metadata() -> serde_json::Value {
    serde_json::json!({})
}

fn deactivated() -> serde_json::Value {
    serde_json::json!({ "deactivated": true })
}

fn typed(content_type: &str) -> serde_json::Value {
    serde_json::json!({ "contentType": content_type })
}

fn error(error: Error, detail: &str) -> serde_json::Value {
    serde_json::json!({ "error": problem(error, detail) })
}

#[cfg(test)]
mod tests;
