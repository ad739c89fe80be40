//! Reading a request: by value, by reference with GET or POST, or from the Digital Credentials API; and every check of its parameters.

use serde_json::{Map, Value, json};
use vidimus::crypto::random::random_bytes;
use vidimus::encoding::{base64url, json as strict};
use vidimus::time::Timestamp;

use super::check::{Check, Overlooked, Refusal};
use super::http::{Http, decode_form};
use super::signer::{self, Known, Opened};
use crate::rules;

/// Schemes of links to a wallet.
const SCHEMES: [&str; 5] = ["openid4vp", "haip-vp", "eudi-openid4vp", "mdoc-openid4vp", "https"];
/// `aud` for wallets without metadata of their own.
const SELF_ISSUED: &str = "https://self-issued.me/v2";
const REQUEST_OBJECT: &str = "oauth-authz-req+jwt";
/// Parameters that are JSON where they stand in a query.
const JSON_PARAMETERS: [&str; 4] = ["dcql_query", "client_metadata", "transaction_data", "verifier_info"];
/// Characters that 128 random bits take in the alphabet of nonces.
const NONCE_CHARS: usize = 22;

/// What a wallet brings to a request.
pub struct Reader<'r> {
    /// Its HTTP.
    pub http: &'r Http,
    /// The present.
    pub now: Timestamp,
    /// What it overlooks.
    pub overlooked: &'r Overlooked,
    /// Anchors for verifiers' certificates, DER; `None` = any chain is taken.
    pub anchors: Option<&'r [Vec<u8>]>,
    /// Types of transaction that it knows.
    pub transaction_types: &'r [String],
    /// Fetches `request_uri` twice.
    pub twice: bool,
}

/// One look at a request.
type Looks = fn(&Reader<'_>, &Request) -> Result<(), Refusal>;

/// A request whose sender is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The parameters that count.
    pub parameters: Value,
    /// The client identifier, prefix and all; over the Digital Credentials API `origin:` and the origin.
    pub client_id: String,
    /// The origin of a request by the Digital Credentials API.
    pub origin: Option<String>,
    /// `true` when it came as a request object.
    pub is_signed: bool,
}

impl Request {
    /// A parameter that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// How the response goes; `fragment` when nothing is said.
    pub fn mode(&self) -> &str {
        self.text("response_mode").unwrap_or("fragment")
    }

    /// The first key to encrypt for, if the response is to be encrypted.
    pub fn encryption_key(&self) -> Option<&Value> {
        let keys = self.parameters.pointer("/client_metadata/jwks/keys").and_then(Value::as_array);
        let is_for_it = |key: &&Value| {
            let text = |name: &str| key.get(name).and_then(Value::as_str);
            text("use").is_none_or(|it| it == "enc") && text("kty") == Some("EC") && text("crv") == Some("P-256")
        };
        keys.filter(|_| self.mode().ends_with(".jwt"))?.iter().find(is_for_it)
    }

    /// Where the response goes, as the session transcript has it.
    pub fn response_uri(&self) -> Option<&str> {
        self.text("response_uri").or_else(|| self.text("redirect_uri"))
    }

    /// The transactions as they came.
    pub fn transactions(&self) -> Vec<String> {
        let items = self.parameters.get("transaction_data").and_then(Value::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }
}

impl Reader<'_> {
    /// The request behind a link, its sender checked.
    ///
    /// # Errors
    /// The first check that it does not pass.
    pub async fn receive(&self, link: &str) -> Result<Request, Refusal> {
        let (scheme, query) = match (link.split_once(':'), link.split_once('?')) {
            (Some((scheme, _)), Some((_, query))) => (scheme, query),
            _ => return Err(Refusal::by(Check::Link, "no link with a query")),
        };
        if !SCHEMES.contains(&scheme) {
            return Err(Refusal::by(Check::Link, format!("the scheme `{scheme}`")));
        }
        let outer = parameters_of(query)?;
        let text = |name: &str| outer.get(name).and_then(Value::as_str);
        let object = match (text("request"), text("request_uri")) {
            (None, None) => None,
            (Some(object), None) => Some(object.to_owned()),
            (None, Some(uri)) => Some(self.fetch(uri, text("request_uri_method")).await?),
            (Some(_), Some(_)) => return Err(Refusal::by(Check::RequestUri, "request and request_uri")),
        };
        let outer_client = text("client_id").unwrap_or_default().to_owned();
        match object {
            None => self.unsigned(Value::Object(outer)),
            Some(object) => self.signed(&object, Some(&outer_client)),
        }
    }

    /// The request of one entry (`protocol`, `data`) of `navigator.credentials.get`, by that origin.
    ///
    /// # Errors
    /// The first check that it does not pass.
    pub fn receive_from_browser(&self, entry: &Value, origin: &str) -> Result<Request, Refusal> {
        let data = entry.get("data").cloned().unwrap_or_default();
        let mut request = match entry.get("protocol").and_then(Value::as_str) {
            Some("openid4vp-v1-unsigned") => {
                Request { parameters: data, client_id: String::new(), origin: None, is_signed: false }
            }
            Some("openid4vp-v1-signed") => {
                let object = data.get("request").and_then(Value::as_str).unwrap_or_default();
                self.signed(object, None)?
            }
            other => return Err(Refusal::by(Check::Link, format!("the protocol {}", other.unwrap_or("none")))),
        };
        if request.is_signed {
            let expected = request.parameters.get("expected_origins").and_then(Value::as_array);
            let is_expected = expected.is_some_and(|origins| origins.iter().any(|it| it.as_str() == Some(origin)));
            let refusal = Refusal::by(Check::ExpectedOrigins, "no such origin among expected_origins");
            self.overlooked.pass(if is_expected { Ok(()) } else { Err(refusal) })?;
        }
        request.client_id = format!("origin:{origin}");
        request.origin = Some(origin.to_owned());
        Ok(request)
    }

    async fn fetch(&self, uri: &str, method: Option<&str>) -> Result<String, Refusal> {
        let mut fetched = self.fetch_once(uri, method).await?;
        if self.twice {
            fetched = self.fetch_once(uri, method).await?;
        }
        Ok(fetched)
    }

    async fn fetch_once(&self, uri: &str, method: Option<&str>) -> Result<String, Refusal> {
        let refused = |found: String| Refusal::by(Check::RequestUri, found);
        let accept = format!("application/{REQUEST_OBJECT}");
        let nonce = base64url::encode(&random_bytes::<16>());
        let metadata = json!({ "vp_formats_supported": {
            "dc+sd-jwt": { "sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"] },
            "mso_mdoc": { "issuerauth_alg_values": [-7], "deviceauth_alg_values": [-7] },
        } });
        let answered = match method {
            None | Some("get") => self.http.fetch(uri, &accept).await,
            Some("post") => {
                let form = [("wallet_nonce", nonce.as_str()), ("wallet_metadata", &metadata.to_string())];
                self.http.post_form(uri, &form, &accept).await
            }
            Some(other) => return Err(Refusal::by(Check::RequestUriMethod, format!("the method `{other}`"))),
        };
        let mut answered = answered.map_err(refused)?;
        if answered.status != 200 {
            let refusal = Err(refused(format!("HTTP status {}", answered.status)));
            self.overlooked.pass(refusal)?;
            // Whoever overlooks that goes where he is sent.
            let place = answered.location.clone().ok_or_else(|| refused("no request".to_owned()))?;
            answered = self.http.fetch(&place, &accept).await.map_err(refused)?;
        }
        let is_typed = answered.media_type == accept;
        let refusal = Refusal::by(Check::RequestMediaType, format!("the media type `{}`", answered.media_type));
        self.overlooked.pass(if is_typed { Ok(()) } else { Err(refusal) })?;
        let object = String::from_utf8(answered.body).map_err(|_| refused("no text".to_owned()))?;
        if method == Some("post") {
            let echoed = Opened::of(&object)?.payload.get("wallet_nonce").cloned();
            let refusal = Refusal::by(Check::WalletNonce, "another wallet_nonce, or none");
            let is_mine = echoed.as_ref().and_then(Value::as_str) == Some(&nonce);
            self.overlooked.pass(if is_mine { Ok(()) } else { Err(refusal) })?;
        }
        Ok(object)
    }

    /// A request by plain parameters: only a client that is known by its address may ask so.
    fn unsigned(&self, parameters: Value) -> Result<Request, Refusal> {
        let client_id = parameters.get("client_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if !client_id.starts_with("redirect_uri:") {
            let refusal = Refusal::by(Check::ClientId, "a request that is not signed, of a client that must sign");
            self.overlooked.pass(Err(refusal))?;
        }
        Ok(Request { parameters, client_id, origin: None, is_signed: false })
    }

    fn signed(&self, object: &str, outer_client: Option<&str>) -> Result<Request, Refusal> {
        let opened = Opened::of(object)?;
        let pass =
            |is_right: bool, refusal: Refusal| self.overlooked.pass(if is_right { Ok(()) } else { Err(refusal) });
        let typ = opened.header.get("typ").and_then(Value::as_str).unwrap_or("none");
        pass(typ == REQUEST_OBJECT, Refusal::by(Check::Typ, format!("the typ `{typ}`")))?;
        let text = |name: &str| opened.payload.get(name).and_then(Value::as_str);
        let client_id = text("client_id").unwrap_or_default().to_owned();
        let known = Known { now: self.now, anchors: self.anchors, overlooked: self.overlooked };
        signer::check(&client_id, &opened, &known)?;
        if let Some(outer) = outer_client {
            let found = || format!("`{outer}` in the link, `{client_id}` in the request object");
            pass(outer == client_id, Refusal::by(Check::ClientIdTwice, found()))?;
            let audience = text("aud").unwrap_or("none");
            pass(audience == SELF_ISSUED, Refusal::by(Check::Audience, format!("the aud `{audience}`")))?;
        }
        let expires = opened.payload.get("exp").and_then(Value::as_i64);
        let is_over = expires.is_some_and(|expires| expires <= self.now.seconds());
        pass(!is_over, Refusal::by(Check::Times, "a request object whose exp is over"))?;
        Ok(Request { parameters: opened.payload, client_id, origin: None, is_signed: true })
    }

    /// Checks every parameter of a request whose sender is known.
    ///
    /// # Errors
    /// The first check that it does not pass.
    pub fn check_parameters(&self, request: &Request) -> Result<(), Refusal> {
        let checks: [Looks; 8] = [
            |_, request| check_response_type(request),
            |_, request| check_mode(request),
            |_, request| check_response_uri(request),
            |_, request| check_response_host(request),
            |_, request| check_nonce(request),
            |_, request| check_encryption_key(request),
            |_, request| check_vp_formats(request),
            |reader, request| reader.check_transactions(request),
        ];
        checks.into_iter().try_for_each(|check| self.overlooked.pass(check(self, request)))
    }

    /// OpenID4VP 1.0, 5.1.
    fn check_transactions(&self, request: &Request) -> Result<(), Refusal> {
        let Some(given) = request.parameters.get("transaction_data") else { return Ok(()) };
        let refused = |found: String| Refusal::by(Check::TransactionData, found);
        let items = given.as_array().filter(|items| !items.is_empty());
        let ids: Vec<&str> = query_ids(request);
        for item in items.ok_or_else(|| refused("no list".to_owned()))? {
            let bytes = base64url::decode(item.as_str().unwrap_or_default()).unwrap_or_default();
            let read: Value = strict::from_slice(&bytes).map_err(|_| refused("no JSON in base64url".to_owned()))?;
            let kind = read.get("type").and_then(Value::as_str).unwrap_or("none");
            if !self.transaction_types.iter().any(|known| known == kind) {
                return Err(refused(format!("the type `{kind}`")));
            }
            let names = read.get("credential_ids").and_then(Value::as_array).filter(|names| !names.is_empty());
            let names = names.ok_or_else(|| refused("no credential_ids".to_owned()))?;
            if !names.iter().all(|name| name.as_str().is_some_and(|name| ids.contains(&name))) {
                return Err(refused("credential_ids that the query does not have".to_owned()));
            }
        }
        Ok(())
    }
}

fn query_ids(request: &Request) -> Vec<&str> {
    let queries = request.parameters.pointer("/dcql_query/credentials").and_then(Value::as_array);
    queries.into_iter().flatten().filter_map(|query| query.get("id").and_then(Value::as_str)).collect()
}

fn check_response_type(request: &Request) -> Result<(), Refusal> {
    match request.text("response_type") {
        Some("vp_token") => Ok(()),
        other => Err(Refusal::by(Check::ResponseType, other.unwrap_or("none"))),
    }
}

fn check_mode(request: &Request) -> Result<(), Refusal> {
    let known: &[&str] = match request.origin {
        None => &["direct_post", "direct_post.jwt", "fragment"],
        Some(_) => &["dc_api", "dc_api.jwt"],
    };
    if known.contains(&request.mode()) { Ok(()) } else { Err(Refusal::by(Check::ResponseMode, request.mode())) }
}

fn check_response_uri(request: &Request) -> Result<(), Refusal> {
    let refused = |found: &str| Err(Refusal::by(Check::ResponseUri, found));
    if request.origin.is_some() {
        return Ok(());
    }
    match (request.mode().starts_with("direct_post"), request.text("response_uri"), request.text("redirect_uri")) {
        (true, Some(_), Some(_)) => refused("redirect_uri beside response_uri"),
        (true, None, _) => refused("no response_uri"),
        (false, _, None) => refused("no redirect_uri"),
        _ => Ok(()),
    }
}

/// OpenID4VP 1.0, 5.9.3: the address is the client's own.
fn check_response_host(request: &Request) -> Result<(), Refusal> {
    let Some(uri) = request.response_uri().filter(|_| request.origin.is_none()) else { return Ok(()) };
    let (prefix, value) = request.client_id.split_once(':').unwrap_or_default();
    let (is_own, rule) = match prefix {
        "x509_san_dns" => (host(uri).is_some_and(|host| host.eq_ignore_ascii_case(value)), rules::PREFIX_SAN_DNS),
        "redirect_uri" => (uri == value, rules::PREFIX_REDIRECT_URI),
        _ => return Ok(()),
    };
    if is_own { Ok(()) } else { Err(Refusal::under(Check::ResponseHost, rule, format!("the address {uri}"))) }
}

/// The host of a URL, without its port.
pub fn host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    if authority.starts_with('[') { authority.split(']').next() } else { authority.split(':').next() }
}

fn check_nonce(request: &Request) -> Result<(), Refusal> {
    let refused = |found: &str| Err(Refusal::by(Check::Nonce, found));
    let Some(nonce) = request.text("nonce") else { return refused("no nonce") };
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut kinds: Vec<u8> = nonce.bytes().collect();
    kinds.sort_unstable();
    kinds.dedup();
    match nonce {
        _ if !nonce.bytes().all(is_allowed) => refused("a nonce of other characters"),
        _ if nonce.len() < NONCE_CHARS || kinds.len() < 8 => refused("a nonce that could be guessed"),
        _ => Ok(()),
    }
}

/// OpenID4VP 1.0, 8.3 and 5.1: the key is there, says for what it is, and is told apart from others.
fn check_encryption_key(request: &Request) -> Result<(), Refusal> {
    if !request.mode().ends_with(".jwt") {
        return Ok(());
    }
    let refused = |found: &str| Err(Refusal::by(Check::EncryptionKey, found));
    let Some(key) = request.encryption_key() else { return refused("no key to encrypt for") };
    let text = |key: &Value, name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    if text(key, "alg").as_deref() != Some("ECDH-ES") {
        return refused("a key whose alg is not there, or not ECDH-ES");
    }
    let keys = request.parameters.pointer("/client_metadata/jwks/keys").and_then(Value::as_array);
    let mut kids: Vec<Option<String>> = keys.into_iter().flatten().map(|key| text(key, "kid")).collect();
    let count = kids.len();
    kids.sort();
    kids.dedup();
    if kids.contains(&None) || kids.len() != count { refused("keys without a kid of their own") } else { Ok(()) }
}

fn check_vp_formats(request: &Request) -> Result<(), Refusal> {
    let formats = request.parameters.pointer("/client_metadata/vp_formats_supported").and_then(Value::as_object);
    let refused = |found: String| Err(Refusal::by(Check::VpFormats, found));
    let Some(formats) = formats else { return refused("no vp_formats_supported".to_owned()) };
    let queries = request.parameters.pointer("/dcql_query/credentials").and_then(Value::as_array);
    let mut asked = queries.into_iter().flatten().filter_map(|query| query.get("format").and_then(Value::as_str));
    match asked.find(|format| !formats.contains_key(*format)) {
        Some(missing) => refused(format!("vp_formats_supported without {missing}")),
        None => Ok(()),
    }
}

fn parameters_of(query: &str) -> Result<Map<String, Value>, Refusal> {
    let mut parameters = Map::new();
    for (name, text) in decode_form(query) {
        let value = if JSON_PARAMETERS.contains(&name.as_str()) {
            let read = strict::from_slice(text.as_bytes());
            read.map_err(|reason| Refusal::under(Check::Query, rules::QUERY, format!("{name}: {reason}")))?
        } else {
            Value::String(text)
        };
        if parameters.insert(name, value).is_some() {
            return Err(Refusal::by(Check::Link, "a parameter twice"));
        }
    }
    Ok(parameters)
}
