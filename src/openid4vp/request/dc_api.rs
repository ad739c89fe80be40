//! Requests over the Digital Credentials API (OpenID4VP 1.0, appendix A; ISO/IEC 18013-7, Annex C): what a page hands to
//! `navigator.credentials.get`.
//!
//! ```json
//! { "digital": { "requests": [{ "protocol": "openid4vp-v1-signed", "data": { "request": JWS } }] } }
//! ```

use serde_json::{Map, Value as Json, json};

use crate::encoding::base64url;
use crate::format::mdoc::handover;
use crate::issue::reader_auth::{ItemsRequest, Reader, device_request};
use crate::occasion::Occasion;
use crate::occasion::session::{Handover, Session as Binding};
use crate::openid4vp::ask::Protocol;
use crate::openid4vp::client::{Client, Clients};
use crate::openid4vp::haip;
use crate::openid4vp::request::{RequestFault, common, dated, ours, signed};
use crate::openid4vp::session::Session;
use crate::policy::dcql::{CredentialQuery, Step};
use crate::time::Timestamp;

/// The argument of `navigator.credentials.get` for that session.
///
/// # Errors
/// [`RequestFault`].
pub fn request(session: &Session, clients: &Clients, now: Timestamp) -> Result<Json, RequestFault> {
    session.check_requestable(now)?;
    let protocol = session.ask.protocol.unwrap_or(Protocol::Unsigned);
    let data = match protocol {
        Protocol::Unsigned => Json::Object(common(session)?),
        Protocol::Signed => {
            let client = clients.by_id(&session.client_id, "").ok_or_else(|| ours("the client is not configured"))?;
            let mut members = signed_members(session, now)?;
            members.insert("client_id".to_owned(), session.client_id.as_str().into());
            json!({ "request": signed(&members, client, &[])? })
        }
        Protocol::Multisigned => json!({ "request": multisigned(session, clients, now)? }),
        Protocol::IsoMdoc => iso_mdoc(session, clients)?,
    };
    Ok(json!({ "digital": { "requests": [{ "protocol": protocol.name(), "data": data }] } }))
}

/// A.2: signed requests say who may show them, and are request objects as any other.
fn signed_members(session: &Session, now: Timestamp) -> Result<Map<String, Json>, RequestFault> {
    let mut members = common(session)?;
    members.insert("expected_origins".to_owned(), json!(session.ask.expected_origins));
    members.extend(dated(session, now));
    Ok(members)
}

/// A.3.2.2: one payload, and a signature by everybody that we are. Who each is stands in its own header. Where the rules of HAIP hold, who
/// does not keep them does not sign.
fn multisigned(session: &Session, clients: &Clients, now: Timestamp) -> Result<Json, RequestFault> {
    let mut members = signed_members(session, now)?;
    let info = members.remove("verifier_info");
    let mut payload = None;
    let mut signatures = Vec::new();
    let is_one = |client: &&Client| {
        client.signer().is_some() && (!session.ask.is_haip() || haip::check_client(client).is_empty())
    };
    for client in clients.all().iter().filter(is_one) {
        let mut header = vec![("client_id", json!(client.id("")))];
        header.extend(info.clone().map(|info| ("verifier_info", info)));
        let compact = signed(&members, client, &header)?;
        let mut parts = compact.split('.');
        if let (Some(protected), Some(body), Some(signature)) = (parts.next(), parts.next(), parts.next()) {
            payload = Some(body.to_owned());
            signatures.push(json!({ "protected": protected, "signature": signature }));
        }
    }
    let payload = payload.ok_or_else(|| ours("no client signs, or none as HAIP has it where its rules hold"))?;
    Ok(json!({ "payload": payload, "signatures": signatures }))
}

/// ISO/IEC 18013-7, Annex C. The reader authenticates itself where it is known for which origin, and there is a certificate to do it with.
fn iso_mdoc(session: &Session, clients: &Clients) -> Result<Json, RequestFault> {
    let query = session.query().ok_or_else(|| ours("the query was changed"))?;
    let asked: Vec<ItemsRequest> = query.credentials.iter().filter_map(items).collect();
    let info = session.encryption_info.as_deref().ok_or_else(|| ours("there is no key"))?;
    let transcript = match session.ask.expected_origins.as_slice() {
        [origin] => transcript(session, origin),
        _ => None,
    };
    let reader = clients.all().iter().find_map(reader);
    let request = device_request(&asked, reader.zip(transcript.as_deref())).map_err(ours)?;
    Ok(json!({ "deviceRequest": base64url::encode(&request), "encryptionInfo": info }))
}

fn reader(client: &Client) -> Option<Reader<'_>> {
    let key = client.signer().filter(|_| !client.chain().is_empty())?;
    Some(Reader { key, chain: client.chain() })
}

/// The encoded SessionTranscript of an answer to that origin: what the reader signs for, and what the answer is sealed under.
pub fn transcript(session: &Session, origin: &str) -> Option<Vec<u8>> {
    let binding = Binding {
        handover: Handover::IsoDcApi,
        origin: Some(origin.to_owned()),
        encryption_info: session.encryption_info.clone(),
        ..Binding::default()
    };
    handover::transcript(&Occasion { session: Some(binding), ..Occasion::default() }, Handover::IsoDcApi)
}

/// The elements of one document that a query names.
fn items(credential: &CredentialQuery) -> Option<ItemsRequest> {
    let mut name_spaces: Vec<(String, Vec<(String, bool)>)> = Vec::new();
    for claim in &credential.claims {
        let [Step::Name(space), Step::Name(element)] = claim.path.as_slice() else { continue };
        let item = (element.clone(), claim.intent_to_retain.unwrap_or(false));
        match name_spaces.iter_mut().find(|(name, _)| name == space) {
            Some((_, items)) => items.push(item),
            None => name_spaces.push((space.clone(), vec![item])),
        }
    }
    Some(ItemsRequest { doc_type: credential.meta.doctype_value.clone()?, name_spaces })
}
