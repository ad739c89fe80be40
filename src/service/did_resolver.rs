//! `GET /1.0/identifiers/{did}`: the HTTP binding of DID Resolution 0.3, 12.1.
//!
//! | `Accept` | answer |
//! |---|---|
//! | `application/did-resolution`, `application/json`, anything | a resolution result; errors stand inside it |
//! | `application/did`, `application/did+json`, `application/did+ld+json` | the document alone; errors are problems (RFC 9457) |
//! | `application/did-url-dereferencing` | a dereferencing result; errors stand inside it |
//! | `text/uri-list` | 303 to the first service endpoint; errors are problems |
//!
//! A path with a percent-encoded DID URL has resolution options as its query; a plain one has the query of the DID URL itself.
//! DIDs whose documents must be fetched are for callers with an API key: who names a host makes this service connect to it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::did::document::DidDocument;
use crate::did::resolution::{
    Content, Error, Options, Outcome, dereference, dereferencing_result, missing, parameters, problem,
    resolution_result, resolve,
};
use crate::did::syntax::percent_decoded;
use crate::evidence::Evidence;
use crate::gather::Fetch;
use crate::locator::Locator;
use crate::service::access;
use crate::service::problem::Problem;
use crate::service::state::Service;

const PLACE: &str = "/1.0/identifiers/";
/// Documents fetched for one request: the DID's own.
const FETCHES: usize = 1;

/// What the caller takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accept {
    Resolution,
    Document(&'static str),
    Dereferencing,
    Urls,
}

const MEDIA: [(&str, Accept); 9] = [
    ("application/did-resolution", Accept::Resolution),
    ("application/did", Accept::Document("application/did")),
    ("application/did+json", Accept::Document("application/did+json")),
    ("application/did+ld+json", Accept::Document("application/did+ld+json")),
    ("application/did-url-dereferencing", Accept::Dereferencing),
    ("text/uri-list", Accept::Urls),
    ("application/json", Accept::Resolution),
    ("application/*", Accept::Resolution),
    ("*/*", Accept::Resolution),
];

/// One question: the DID or DID URL, and how the answer is wanted.
#[derive(Debug)]
struct Asked {
    url: String,
    accept: Accept,
    options: Options,
}

/// Resolves a DID, or dereferences a DID URL.
#[utoipa::path(
    get,
    path = "/1.0/identifiers/{did}",
    operation_id = "resolve_did",
    params(("did" = String, Path, description = "The DID or DID URL, plain or percent-encoded.")),
    responses(
        (status = 200, description = "The resolution result, or the document alone, as `Accept` asks.",
         content(
            (crate::service::described::DidResolution = "application/did-resolution"),
            (Object = "application/did"),
            (crate::service::described::DidDereferencing = "application/did-url-dereferencing"),
         )),
        (status = 303, description = "`text/uri-list`: the service endpoint, in `Location`."),
        (status = 401, description = "The document must be fetched, and the caller has no API key.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
        (status = 410, description = "The DID is deactivated."),
        (status = "default", description = "An error, inside of a result or as a problem, as `Accept` asks.",
         body = crate::service::described::DidProblem, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(service): State<Service>, uri: Uri, headers: HeaderMap) -> Response {
    let raw = uri.path().strip_prefix(PLACE).unwrap_or_default();
    match Asked::of(raw, uri.query(), &headers) {
        Ok(asked) => match asked.answer(&service, &headers).await {
            Ok(response) => response,
            Err(problem) => problem.into_response(),
        },
        Err((accept, error)) => failed(accept, error, error.title()),
    }
}

impl Asked {
    fn of(raw: &str, query: Option<&str>, headers: &HeaderMap) -> Result<Asked, (Accept, Error)> {
        let accept = accepted(headers).ok_or((Accept::Document(""), Error::RepresentationNotSupported))?;
        let fault = |error| (accept, error);
        let mut options = Options::default();
        // A colon is never escaped in a plain path, and always in an encoded one.
        let is_encoded = !raw.contains(':') && raw.contains('%');
        let url = match (is_encoded, query) {
            (false, None) => raw.to_owned(),
            (false, Some(query)) => format!("{raw}?{query}"),
            (true, query) => {
                let named = parameters(query.unwrap_or_default()).ok_or(fault(Error::InvalidOptions))?;
                for (name, value) in &named {
                    if !options.take(name, value).map_err(fault)? {
                        return Err(fault(Error::FeatureNotSupported));
                    }
                }
                percent_decoded(raw).ok_or(fault(Error::InvalidDid))?
            }
        };
        Ok(Asked { url, accept, options })
    }

    /// `true` when the question is for a part of a document, or for what lies behind it.
    fn is_dereferencing(&self) -> bool {
        matches!(self.accept, Accept::Dereferencing | Accept::Urls) || self.url.contains(['/', '?', '#'])
    }

    async fn answer(&self, service: &Service, headers: &HeaderMap) -> Result<Response, Problem> {
        let mut evidence = Evidence::none();
        for _ in 0..=FETCHES {
            let resolver = service.config.resolver.as_ref();
            let (response, wanted) = if self.is_dereferencing() {
                let as_urls = self.accept == Accept::Urls;
                let outcome = dereference(&self.url, as_urls, self.options, (&evidence, resolver));
                (self.of_content(&outcome), place(&outcome))
            } else {
                let outcome = resolve(&self.url, &evidence, resolver);
                (self.of_document(&outcome), place(&outcome))
            };
            let Some(locator) = wanted else { return Ok(response) };
            access::check(service, headers)?;
            let Some(fetcher) = &service.fetcher else { return Ok(response) };
            evidence.insert(fetcher.fetch(&locator).await);
        }
        Ok(failed(self.accept, Error::Internal, Error::Internal.title()))
    }

    fn of_document(&self, outcome: &Outcome<DidDocument>) -> Response {
        let (status, error) = status_of(outcome);
        match (self.accept, outcome, error) {
            (Accept::Document(media), Outcome::Found(document), _) => {
                answered(status, media, document.to_json(self.options.method_type))
            }
            (Accept::Document(media), Outcome::Deactivated, _) => answered(status, media, "null".to_owned()),
            (Accept::Document(_), _, Some((error, detail))) => failed(self.accept, error, &detail),
            _ => {
                let text = resolution_result(outcome, self.options, "application/did");
                answered(status, "application/did-resolution", text)
            }
        }
    }

    fn of_content(&self, outcome: &Outcome<Content>) -> Response {
        let (status, error) = status_of(outcome);
        match (self.accept, outcome, error) {
            (Accept::Urls, Outcome::Found(Content::Urls(urls)), _) => {
                let location = urls.first().and_then(|url| HeaderValue::try_from(url).ok());
                match location {
                    Some(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
                    None => failed(self.accept, Error::NotFound, Error::NotFound.title()),
                }
            }
            (Accept::Document(media), Outcome::Found(Content::Document(text) | Content::Object(text)), _) => {
                answered(status, media, text.clone())
            }
            (Accept::Document(media), Outcome::Deactivated, _) => answered(status, media, "null".to_owned()),
            (Accept::Document(_) | Accept::Urls, _, Some((error, detail))) => failed(self.accept, error, &detail),
            _ => {
                let text = dereferencing_result(outcome, "application/did");
                answered(status, "application/did-url-dereferencing", text)
            }
        }
    }
}

/// The document to fetch, if one is missing.
fn place<T>(outcome: &Outcome<T>) -> Option<Locator> {
    if let Outcome::Missing(locator) = outcome { Some(locator.clone()) } else { None }
}

fn status_of<T>(outcome: &Outcome<T>) -> (StatusCode, Option<(Error, String)>) {
    let of = |error: Error| StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match outcome {
        Outcome::Found(_) => (StatusCode::OK, None),
        Outcome::Deactivated => (StatusCode::GONE, None),
        Outcome::Missing(locator) => (of(Error::Internal), Some((Error::Internal, missing(locator)))),
        Outcome::Failed(error, detail) => (of(*error), Some((*error, detail.clone()))),
    }
}

/// An error in the style that the caller takes.
fn failed(accept: Accept, error: Error, detail: &str) -> Response {
    let outcome = Outcome::Failed(error, detail.to_owned());
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match accept {
        Accept::Resolution => {
            let text = resolution_result(&outcome, Options::default(), "application/did");
            answered(status, "application/did-resolution", text)
        }
        Accept::Dereferencing => {
            let outcome = Outcome::Failed(error, detail.to_owned());
            let text = dereferencing_result(&outcome, "application/did");
            answered(status, "application/did-url-dereferencing", text)
        }
        Accept::Document(_) | Accept::Urls => {
            answered(status, "application/problem+json", problem(error, detail).to_string())
        }
    }
}

fn answered(status: StatusCode, media: &'static str, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media))], text).into_response()
}

/// The first of the media types that the caller takes which is had here; a result when the caller does not say.
fn accepted(headers: &HeaderMap) -> Option<Accept> {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Some(Accept::Resolution);
    }
    let ranges = values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    ranges.map(str::trim).find_map(|range| {
        let (media, more) = range.split_once(';').unwrap_or((range, ""));
        // `q=0` is a refusal. The older form of a result was JSON-LD with a profile.
        let is_refused = more.split(';').any(|part| matches!(part.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        if is_refused {
            return None;
        }
        if media.trim().eq_ignore_ascii_case("application/ld+json") {
            return more.contains("did-resolution").then_some(Accept::Resolution);
        }
        MEDIA.iter().find(|(known, _)| known.eq_ignore_ascii_case(media.trim())).map(|(_, accept)| *accept)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(value: &'static str) -> Option<Accept> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(value));
        accepted(&headers)
    }

    #[test]
    fn media_types_choose_the_answer() {
        assert_eq!(accepted(&HeaderMap::new()), Some(Accept::Resolution));
        for (value, due) in [
            ("*/*", Some(Accept::Resolution)),
            ("application/did-resolution", Some(Accept::Resolution)),
            (r#"application/ld+json;profile="https://w3id.org/did-resolution""#, Some(Accept::Resolution)),
            ("application/did", Some(Accept::Document("application/did"))),
            ("Application/DID+JSON", Some(Accept::Document("application/did+json"))),
            ("text/html, application/did+ld+json;q=0.9", Some(Accept::Document("application/did+ld+json"))),
            ("application/did;q=0, text/uri-list", Some(Accept::Urls)),
            ("application/did-url-dereferencing", Some(Accept::Dereferencing)),
            ("text/html", None),
            ("application/ld+json", None),
            ("", None),
        ] {
            assert_eq!(taken(value), due, "{value}");
        }
    }

    #[test]
    fn plain_and_encoded_paths() {
        let asked = |raw: &str, query: Option<&str>| Asked::of(raw, query, &HeaderMap::new());
        assert_eq!(asked("did:a:b", None).unwrap().url, "did:a:b");
        assert_eq!(asked("did%3Aa%3Ab", None).unwrap().url, "did:a:b");
        assert_eq!(asked("did%3Aweb%3Aa.b%253A443", None).unwrap().url, "did:web:a.b%3A443");
        assert_eq!(asked("did:web:a.b%3A443", None).unwrap().url, "did:web:a.b%3A443");
        assert_eq!(asked("did:a:b", Some("service=files")).unwrap().url, "did:a:b?service=files");
        assert_eq!(asked("did%3Aa%3Ab%3Fservice%3Dfiles", None).unwrap().url, "did:a:b?service=files");
        assert!(asked("did%3Aa%3Ab", Some("publicKeyFormat=JsonWebKey2020")).is_ok());
        assert_eq!(asked("did%3Aa%3Ab", Some("versionId=1")).unwrap_err().1, Error::FeatureNotSupported);
        assert_eq!(asked("did%3Aa%3Ab", Some("unknown=1")).unwrap_err().1, Error::FeatureNotSupported);
        assert_eq!(asked("did%3Aa%3Ab", Some("versionTime=x")).unwrap_err().1, Error::InvalidOptions);
        assert_eq!(asked("did%3Aa%3Ab", Some("a=1&a=2")).unwrap_err().1, Error::InvalidOptions);
        assert_eq!(asked("did%3Aa%ff", None).unwrap_err().1, Error::InvalidDid);
    }
}
