//! How a session begins: an ask and a client are looked at together, and everything that must be fresh is made.

use serde_json::Value as Json;

use super::{Secrets, Session, Stage, new_secret};
use crate::crypto::jwe::EncryptionKey;
use crate::crypto::public_key::PublicKey;
use crate::encoding::base64url;
use crate::encoding::cbor::{self, Value};
use crate::openid4vp::ask::{Ask, Delivery, Fault, Flow, Protocol, ResponseMode, host_of, is_https_url};
use crate::openid4vp::client::{Client, Prefix};
use crate::openid4vp::haip;
use crate::policy::dcql::Query;
use crate::time::Timestamp;

impl Session {
    /// The session of that ask, asked by that client, whose answers come to a service at `base_url` (no slash at its end); and its
    /// secrets, which are told to nobody but the relying party and the wallet.
    ///
    /// # Errors
    /// Every [`Fault`] of the ask, of what it and the client make together, and of HAIP where its rules hold.
    pub fn begin(ask: Ask, client: &Client, base_url: &str, now: Timestamp) -> Result<(Session, Secrets), Vec<Fault>> {
        let protocol = ask.protocol.unwrap_or(match client.signer() {
            Some(_) => Protocol::Signed,
            None => Protocol::Unsigned,
        });
        let ask = Ask { protocol: (ask.flow == Flow::DcApi).then_some(protocol).or(ask.protocol), ..ask };
        let query = Query::decode(ask.dcql_query.to_string().as_bytes()).map_err(|faults| {
            faults
                .iter()
                .map(|fault| Fault::new(format!("dcql_query{}", fault.pointer), fault.sentence.to_string()))
                .collect::<Vec<_>>()
        })?;
        let mut faults = Vec::new();
        check_together(&ask, &query, &mut faults);
        check_client(&ask, client, base_url, &mut faults);
        if ask.is_haip() {
            faults.extend(haip::check_ask(&ask, &query, client));
        }
        let (secrets, point) = Secrets::new();
        let session = Session::made(ask, client, base_url, (&secrets, &point), now);
        match session {
            Some(session) if faults.is_empty() => Ok((session, secrets)),
            Some(_) => Err(faults),
            None => {
                faults.push(Fault::new("", "no key could be made"));
                Err(faults)
            }
        }
    }

    fn made(
        ask: Ask,
        client: &Client,
        base_url: &str,
        (secrets, point): (&Secrets, &[u8]),
        now: Timestamp,
    ) -> Option<Session> {
        let is_iso = ask.protocol == Some(Protocol::IsoMdoc);
        let response_uri = match ask.response_mode {
            ResponseMode::Fragment => ask.redirect_uri.clone().unwrap_or_default(),
            mode if mode.is_direct() => format!("{base_url}/openid4vp/response/{}", secrets.response),
            _ => String::new(),
        };
        let keys =
            if ask.response_mode.is_encrypted() || is_iso { vec![EncryptionKey::generate().ok()?] } else { Vec::new() };
        let nonce = new_secret();
        let encryption_info = match keys.first().filter(|_| is_iso) {
            Some(key) => Some(encryption_info(&key.public_key()?, &nonce)?),
            None => None,
        };
        let is_anonymous = matches!(ask.protocol, Some(Protocol::Unsigned | Protocol::IsoMdoc | Protocol::Multisigned));
        let client_id = if is_anonymous { String::new() } else { client.id(&response_uri) };
        let encoded = |item: &Json| base64url::encode(item.to_string().as_bytes());
        Some(Session {
            client_id,
            prefix: client.prefix(),
            nonce,
            state: new_secret(),
            request_uri: format!("{base_url}/openid4vp/request/{}", secrets.request),
            response_uri,
            keys,
            encryption_info,
            transaction_data: ask.transaction_data.iter().map(encoded).collect(),
            created: now,
            expires: now.plus(i64::from(ask.expires_in)),
            sealed_to: base64url::encode(point),
            stage: Stage::Created,
            ask,
        })
    }
}

/// ISO/IEC 18013-7, Annex C: `["dcapi", { "nonce": bstr, "recipientPublicKey": COSE_Key }]`, base64url. The nonce is the one of the
/// session, decoded.
fn encryption_info(key: &PublicKey, nonce: &str) -> Option<String> {
    let (x, y) = key.ec_coordinates()?;
    let nonce = base64url::decode(nonce).ok()?;
    let cose_key = Value::Map(vec![
        (1.into(), 2.into()),
        ((-1).into(), 1.into()),
        ((-2).into(), x.into()),
        ((-3).into(), y.into()),
    ]);
    let members = vec![("nonce".into(), Value::Bytes(nonce.into())), ("recipientPublicKey".into(), cose_key)];
    Some(base64url::encode(&cbor::encode(&Value::Array(vec!["dcapi".into(), Value::Map(members)]))))
}

/// What the members of an ask demand of one another.
fn check_together(ask: &Ask, query: &Query, faults: &mut Vec<Fault>) {
    let mut fault = |member: &str, problem: &str| faults.push(Fault::new(member, problem));
    if (ask.flow == Flow::DcApi) != ask.response_mode.is_dc_api() {
        fault("response_mode", "`dc_api` and `dc_api.jwt` belong to the flow `dc_api`, the others to the other flows");
    }
    if ask.flow == Flow::DcApi && ask.request.is_some() {
        fault("request", "over the Digital Credentials API the browser hands the request over");
    }
    if ask.flow != Flow::DcApi && ask.protocol.is_some() {
        fault("protocol", "it belongs to the flow `dc_api`");
    }
    if ask.flow == Flow::DcApi && ask.expected_origins.is_empty() {
        fault("expected_origins", "over the Digital Credentials API somebody has to say which origins may ask");
    }
    if ask.response_mode == ResponseMode::Fragment && ask.redirect_uri.is_none() {
        fault("redirect_uri", "in the mode `fragment` the answer goes there");
    }
    if ask.flow == Flow::SameDevice && ask.response_mode.is_direct() && ask.redirect_uri.is_none() {
        fault("redirect_uri", "on one device the browser has to come back somewhere");
    }
    if ask.protocol == Some(Protocol::IsoMdoc) {
        if query.credentials.iter().any(|credential| !credential.format.is_mdoc) {
            fault("protocol", "`org-iso-mdoc` asks for mdocs alone");
        }
        if !ask.transaction_data.is_empty() {
            fault("transaction_data", "`org-iso-mdoc` knows none");
        }
        check_documents(query, faults);
    }
    check_binding(query, faults);
    check_transactions(ask, query, faults);
}

/// ISO/IEC 18013-5, 8.3.2.1.2.1: documents are asked for by their type, and so are told apart in the answer; at least one element is asked
/// for of each.
fn check_documents(query: &Query, faults: &mut Vec<Fault>) {
    let mut types: Vec<&str> = Vec::new();
    for (at, credential) in query.credentials.iter().enumerate().filter(|(_, credential)| credential.format.is_mdoc) {
        let mut fault = |member: &str, problem: &str| {
            faults.push(Fault::new(format!("dcql_query/credentials/{at}/{member}"), problem));
        };
        match credential.meta.doctype_value.as_deref() {
            None => fault("meta/doctype_value", "`org-iso-mdoc` asks for documents by their type"),
            Some(known) if types.contains(&known) => {
                fault(
                    "meta/doctype_value",
                    "`org-iso-mdoc` asks for each type of document once: its answer has no ids",
                );
            }
            Some(new) => types.push(new),
        }
        if credential.claims.is_empty() {
            fault("claims", "`org-iso-mdoc` asks for elements by name, so for at least one");
        }
    }
}

/// What is bound to nobody's key cannot be proven to be anybody's.
fn check_binding(query: &Query, faults: &mut Vec<Fault>) {
    for credential in &query.credentials {
        if credential.require_cryptographic_holder_binding && !credential.format.can_be_bound {
            let member = format!("dcql_query: {}", credential.id);
            let problem =
                "credentials of this format are bound to no key: say `require_cryptographic_holder_binding` false";
            faults.push(Fault::new(member, problem));
        }
    }
}

/// OpenID4VP 1.0, 5.1 and 8.4: each transaction names credentials that are asked for, and that prove their holder.
fn check_transactions(ask: &Ask, query: &Query, faults: &mut Vec<Fault>) {
    for (at, transaction) in ask.transaction_data.iter().enumerate() {
        for id in credential_ids(transaction) {
            let problem = match query.credential(id) {
                None => "it names a credential that is not asked for",
                Some(credential) if !credential.require_cryptographic_holder_binding => {
                    "it names a credential that proves no holder, so nobody would have approved it"
                }
                Some(credential) if credential.format.name != "dc+sd-jwt" => {
                    "only SD-JWT VCs approve transactions here"
                }
                Some(_) => continue,
            };
            faults.push(Fault::new(format!("transaction_data[{at}].credential_ids"), problem));
        }
    }
}

/// The credentials that may approve a transaction.
pub(crate) fn credential_ids(transaction: &Json) -> impl Iterator<Item = &str> {
    let named = transaction.get("credential_ids").and_then(Json::as_array);
    named.into_iter().flatten().filter_map(Json::as_str)
}

/// OpenID4VP 1.0, 5.9.3: what each prefix demands of the way in which is asked.
fn check_client(ask: &Ask, client: &Client, base_url: &str, faults: &mut Vec<Fault>) {
    let mut fault = |member: &str, problem: &str| faults.push(Fault::new(member, problem));
    let is_signed = client.signer().is_some();
    if !is_https_url(base_url) || base_url.ends_with('/') {
        fault("", "the service has no public https address");
    }
    if ask.flow == Flow::DcApi {
        if matches!(ask.protocol, Some(Protocol::Signed | Protocol::Multisigned)) && !is_signed {
            fault("client_id_prefix", "this client signs nothing: name another, or an unsigned protocol");
        }
        return;
    }
    let place = if ask.response_mode == ResponseMode::Fragment { ask.redirect_uri.as_deref() } else { Some(base_url) };
    if !client.takes_host(place.and_then(host_of).unwrap_or_default()) {
        fault("client_id_prefix", "with `x509_san_dns` answers go to the host of the certificate");
    }
    match (client.prefix(), ask.request) {
        (Prefix::RedirectUri, Some(Delivery::ByReference)) => {
            fault("request", "with `redirect_uri` requests are not signed, so they are sent by value");
        }
        (Prefix::PreRegistered, Some(Delivery::ByReference)) if !is_signed => {
            fault("request", "this client signs nothing, so its requests are sent by value");
        }
        _ => {}
    }
}
