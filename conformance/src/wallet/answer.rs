//! Answers: presentations put together as `vp_token`, encrypted where that was asked for, and sent. One fault at most.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use vidimus::crypto::jwe::{Encryption, EncryptionKey, Sealing, seal};
use vidimus::crypto::random::random_bytes;
use vidimus::encoding::base64url;
use vidimus::net::clock::Clock;
use vidimus::time::Timestamp;

use super::check::{Check, Overlooked, Refusal};
use super::fault::Fault;
use super::holdings::{Format, Held, Holdings, Kind};
use super::http::{Answered, Http, encode_form};
use super::present::{Bound, present};
use super::reading::{Reader, Request};
use super::select::{Choice, choose};

/// Words of a wallet that no page may show as they are.
pub const MARKUP: &str = "<script>alert(1)</script>";
/// Types of transaction that the test wallet knows.
pub const TRANSACTION_TYPES: [&str; 2] = ["payment", "qes_authorization"];

/// The test wallet.
#[derive(Clone)]
pub struct Wallet {
    /// What it holds.
    pub holdings: Arc<Holdings>,
    /// Its HTTP.
    pub http: Http,
    /// What is wrong with its answers.
    pub fault: Fault,
    /// What it does not look at in requests.
    pub overlooked: Overlooked,
    /// Anchors for verifiers' certificates; `None` = any chain is taken.
    pub anchors: Option<Vec<Vec<u8>>>,
    /// The nonce that it uses instead of the request's.
    pub other_nonce: Option<String>,
    /// The clock.
    pub clock: Clock,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Ending {
    /// A response was sent, and this came back.
    Sent {
        /// What was sent, as it was.
        form: String,
        /// Where it went.
        response_uri: String,
        /// What came back.
        answered: Answered,
    },
    /// The browser is to go there.
    Fragment(String),
    /// The page gets this (`data` of the Digital Credentials API).
    Data(Value),
    /// The wallet does not answer. It has told the verifier when it could.
    Refused(Refusal),
}

impl Wallet {
    /// The same wallet with that fault.
    #[must_use]
    pub fn with(&self, fault: Fault) -> Self {
        Wallet { fault, ..self.clone() }
    }

    /// An honest wallet with new credentials.
    ///
    /// # Errors
    /// A sentence.
    pub fn new(http: Http, clock: Clock) -> Result<Self, String> {
        Ok(Wallet {
            holdings: Arc::new(Holdings::issue(clock.now())?),
            http,
            fault: Fault::HappyFlow,
            overlooked: Overlooked::default(),
            anchors: None,
            other_nonce: None,
            clock,
        })
    }

    /// The request behind a link, with its sender checked.
    ///
    /// # Errors
    /// The first check that it does not pass.
    pub async fn receive(&self, link: &str) -> Result<Request, Refusal> {
        let types = TRANSACTION_TYPES.map(str::to_owned);
        self.reader(&types).receive(link).await
    }

    fn reader<'w>(&'w self, types: &'w [String]) -> Reader<'w> {
        Reader {
            http: &self.http,
            now: self.clock.now(),
            overlooked: &self.overlooked,
            anchors: self.anchors.as_deref(),
            transaction_types: types,
            twice: self.fault == Fault::RequestUriFetchedTwice,
        }
    }

    /// Reads the request behind a link and answers it.
    ///
    /// # Errors
    /// A sentence, when the wallet itself fails.
    pub async fn answer(&self, link: &str) -> Result<Ending, String> {
        match self.receive(link).await {
            Ok(request) => self.answer_request(&request).await,
            Err(refusal) => Ok(Ending::Refused(refusal)),
        }
    }

    /// Answers one entry (`protocol`, `data`) of `navigator.credentials.get`, by that origin.
    ///
    /// # Errors
    /// A sentence, when the wallet itself fails.
    pub async fn answer_browser(&self, entry: &Value, origin: &str) -> Result<Ending, String> {
        let types = TRANSACTION_TYPES.map(str::to_owned);
        match self.reader(&types).receive_from_browser(entry, origin) {
            Ok(request) => self.answer_request(&request).await,
            Err(refusal) => Ok(Ending::Refused(refusal)),
        }
    }

    /// Answers a request whose sender is known.
    ///
    /// # Errors
    /// A sentence, when the wallet itself fails.
    pub async fn answer_request(&self, request: &Request) -> Result<Ending, String> {
        let types = TRANSACTION_TYPES.map(str::to_owned);
        let checked = self.reader(&types).check_parameters(request);
        let chosen = checked.and_then(|()| {
            let held = self.cards();
            let query = request.parameters.get("dcql_query").cloned().unwrap_or_default();
            choose(&query, &held, self.overlooked.0.contains(&Check::Satisfiable))
        });
        match chosen {
            Ok(chosen) => self.respond(request, &chosen).await,
            Err(refusal) => {
                self.tell(request, &refusal).await;
                Ok(Ending::Refused(refusal))
            }
        }
    }

    /// The credentials that are looked through.
    fn cards(&self) -> Vec<&Held> {
        self.holdings.right().collect()
    }

    /// Tells the verifier why there is no presentation, where its address is known to be its own.
    async fn tell(&self, request: &Request, refusal: &Refusal) {
        let is_own = !matches!(refusal.check, Check::ResponseUri | Check::ResponseHost | Check::ResponseMode);
        let uri = request.text("response_uri").filter(|_| is_own && request.origin.is_none());
        if let Some(uri) = uri {
            let mut form = vec![("error", refusal.check.error())];
            form.extend(request.text("state").map(|state| ("state", state)));
            // The verifier's answer changes nothing for a wallet that has declined.
            let _ = self.http.post_form(uri, &form, "application/json").await;
        }
    }

    async fn respond(&self, request: &Request, chosen: &[Choice<'_>]) -> Result<Ending, String> {
        if self.fault == Fault::WalletError {
            let state = request.text("state").unwrap_or_default();
            let form = [("error", "access_denied"), ("error_description", MARKUP), ("state", state)];
            return self.send(request, encode_form(&form)).await;
        }
        let mut members = Map::new();
        members.insert("vp_token".to_owned(), self.vp_token(request, chosen)?);
        let state = match self.fault {
            Fault::WrongState => Some(base64url::encode(&random_bytes::<32>())),
            Fault::MissingState => None,
            _ => request.text("state").filter(|_| request.origin.is_none()).map(str::to_owned),
        };
        if let Some(state) = state {
            members.insert("state".to_owned(), state.into());
        }
        let key = request.encryption_key().filter(|_| self.fault != Fault::NotEncrypted);
        let members = match key {
            Some(key) => {
                let sealed = sealed(&Value::Object(members), key, request, self.fault)?;
                Map::from_iter([("response".to_owned(), Value::String(sealed))])
            }
            None => members,
        };
        if request.origin.is_some() {
            return Ok(Ending::Data(Value::Object(members)));
        }
        let texts: Vec<(String, String)> = members
            .into_iter()
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let pairs: Vec<(&str, &str)> = texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.send(request, encode_form(&pairs)).await
    }

    async fn send(&self, request: &Request, form: String) -> Result<Ending, String> {
        if request.mode() == "fragment" {
            return Ok(Ending::Fragment(format!("{}#{form}", request.response_uri().unwrap_or_default())));
        }
        let response_uri = request.text("response_uri").unwrap_or_default().to_owned();
        let answered = self.post(&response_uri, &form).await?;
        Ok(Ending::Sent { form, response_uri, answered })
    }

    /// Sends a response once more, as it was.
    ///
    /// # Errors
    /// A sentence, when nothing comes back.
    pub async fn post(&self, response_uri: &str, form: &str) -> Result<Answered, String> {
        let pairs = super::http::decode_form(form);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.http.post_form(response_uri, &pairs, "application/json").await
    }

    /// What the presentations of this request are bound to.
    fn bound(&self, request: &Request) -> Result<Bound, String> {
        let thumbprint = match request.encryption_key().filter(|_| self.fault != Fault::NotEncrypted) {
            Some(key) => Some(thumbprint(key).ok_or("the key to encrypt for is none")?),
            None => None,
        };
        let nonce = request.text("nonce").unwrap_or_default();
        Ok(Bound {
            nonce: self.other_nonce.clone().unwrap_or_else(|| nonce.to_owned()),
            audience: request.client_id.clone(),
            response_uri: request.response_uri().map(str::to_owned),
            origin: request.origin.clone(),
            thumbprint,
            transactions: request.transactions(),
            now: self.clock.now(),
        })
    }

    fn vp_token(&self, request: &Request, chosen: &[Choice<'_>]) -> Result<Value, String> {
        let bound = self.bound(request)?;
        let mut token = Map::new();
        for (at, choice) in chosen.iter().enumerate() {
            let is_last = at + 1 == chosen.len();
            if is_last && self.fault == Fault::MissingCredential {
                continue;
            }
            let fault = match self.fault {
                Fault::OneGoodOneBad if is_last => Fault::InvalidCredentialSignature,
                Fault::OneGoodOneBad => Fault::HappyFlow,
                fault => fault,
            };
            let held = self.instead_of(choice.held);
            // A credential of another type shows what it has.
            let shows = if fault == Fault::WrongType { Vec::new() } else { choice.shows.clone() };
            let shows = if fault == Fault::WrongType && held.format == Format::Mdoc { all(held) } else { shows };
            let bound = Bound { transactions: self.transactions_of(&bound, &choice.id), ..bound.clone() };
            let presentation = present(held, &shows, &bound, fault)?;
            let value = match self.fault {
                Fault::TwoWhereOneIsDue => json!([presentation, present(held, &shows, &bound, fault)?]),
                Fault::PresentationNotInArray => presentation,
                Fault::VpTokenAsString => return Ok(presentation),
                _ => json!([presentation]),
            };
            if self.fault == Fault::UnknownQueryId {
                token.insert("nobody-asked".to_owned(), value.clone());
            }
            token.insert(choice.id.clone(), value);
        }
        Ok(Value::Object(token))
    }

    /// The credential that takes the place of the right one.
    fn instead_of<'w>(&'w self, held: &'w Held) -> &'w Held {
        let kind = match self.fault {
            Fault::MinimalCnfJwk => Kind::MinimalKey,
            Fault::ExpiredCredential => Kind::Expired,
            Fault::WrongType => Kind::OtherType,
            Fault::UntrustedIssuer => Kind::Stranger,
            _ => return held,
        };
        self.holdings.get_of(held.format, kind).unwrap_or(held)
    }

    /// The transactions that this credential approves.
    fn transactions_of(&self, bound: &Bound, id: &str) -> Vec<String> {
        let names_it = |text: &&String| {
            let read: Option<Value> =
                base64url::decode(text).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let ids = read.as_ref().and_then(|read| read.get("credential_ids")).and_then(Value::as_array);
            ids.is_none_or(|ids| ids.iter().any(|it| it.as_str() == Some(id)))
        };
        bound.transactions.iter().filter(names_it).cloned().collect()
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Every element of an mdoc, as pointers.
fn all(held: &Held) -> Vec<String> {
    let spaces = held.claims.as_object().into_iter().flatten();
    let names = spaces.flat_map(|(space, elements)| {
        elements.as_object().into_iter().flatten().map(move |(name, _)| format!("/{space}/{name}"))
    });
    names.collect()
}

/// RFC 7638.
fn thumbprint(key: &Value) -> Option<String> {
    let text = key.to_string();
    let read = vidimus::encoding::json::decode(text.as_bytes()).ok()?;
    vidimus::crypto::jwk::public_key(&read).ok().map(|key| key.jwk_thumbprint())
}

/// The JWE of a response (OpenID4VP 1.0, 8.3).
fn sealed(payload: &Value, key: &Value, request: &Request, fault: Fault) -> Result<String, String> {
    let offered = request.parameters.pointer("/client_metadata/encrypted_response_enc_values_supported");
    let offers = |name: &str| {
        offered.and_then(Value::as_array).is_some_and(|values| values.iter().any(|value| value.as_str() == Some(name)))
    };
    let wants_256 = fault == Fault::EncryptedA256Gcm || (offered.is_some() && !offers("A128GCM"));
    let encryption = if wants_256 { Encryption::A256Gcm } else { Encryption::A128Gcm };
    let mut sealing = Sealing::by(encryption);
    let (party_u, party_v) = (random_bytes::<16>(), request.text("nonce").unwrap_or_default().as_bytes());
    if matches!(fault, Fault::EncryptedWithParties | Fault::PartiesChanged) {
        sealing.party_u = Some(&party_u);
        sealing.party_v = Some(party_v);
    }
    let own = match fault {
        Fault::OtherEncryptionKey => Some(other_key(key)?),
        _ => None,
    };
    let jwe = seal(payload.to_string().as_bytes(), own.as_ref().unwrap_or(key), &sealing);
    let jwe = jwe.map_err(|fault| fault.to_string())?;
    let change: fn(&mut Value) = match fault {
        Fault::PartiesChanged => |header| header["apu"] = "AAAA".into(),
        Fault::AlgNotOffered => |header| header["alg"] = "RSA-OAEP-256".into(),
        Fault::EncNotOffered => |header| header["enc"] = "A128CBC-HS256".into(),
        Fault::KidNotOffered => |header| header["kid"] = "somebody-elses".into(),
        Fault::EphemeralKeyOffCurve => |header| header["epk"]["y"] = header["epk"]["x"].clone(),
        Fault::Compressed => |header| header["zip"] = "DEF".into(),
        Fault::CostlyPassword => |header| {
            header["alg"] = "PBES2-HS256+A128KW".into();
            header["p2c"] = 2_147_483_647.into();
            header["p2s"] = "AAAAAAAAAAAAAAAAAAAAAA".into();
        },
        Fault::TagTruncated => {
            let cut = jwe.rsplit_once('.').map(|(rest, tag)| format!("{rest}.{}", tag.get(..6).unwrap_or_default()));
            return cut.ok_or_else(|| "no JWE".to_owned());
        }
        _ => return Ok(jwe),
    };
    with_header(&jwe, change)
}

/// A key of the wallet's own under the verifier's identifier.
fn other_key(key: &Value) -> Result<Value, String> {
    let mut own = EncryptionKey::generate().map_err(|fault| fault.to_string())?.public_jwk();
    own["kid"] = key.get("kid").cloned().unwrap_or_default();
    Ok(own)
}

fn with_header(jwe: &str, change: fn(&mut Value)) -> Result<String, String> {
    let (header, rest) = jwe.split_once('.').ok_or("no JWE")?;
    let bytes = base64url::decode(header).map_err(|reason| reason.to_string())?;
    let mut header: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    change(&mut header);
    Ok(format!("{}.{rest}", base64url::encode(header.to_string().as_bytes())))
}
