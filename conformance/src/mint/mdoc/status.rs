//! The status of a document: in an identifier list, or in a token status list, that its signer publishes.

use vidimus::encoding::base64url;
use vidimus::encoding::cbor::Value as Cbor;
use vidimus::issue::IssueFault;
use vidimus::issue::token_status_list::{ListDraft, ListSigner, cwt, identifier_list};
use vidimus::reason::Code;
use vidimus::status::token_status_list::TokenStatusList;
use vidimus::time::Timestamp;

use super::parts::{Doc, Keys, said};
use super::{Teller, input};
use crate::mint::scene::{NOW, Scene};
use crate::mint::signing::TestKey;
use crate::question::Document;

/// Where the signer's list is published.
const LIST: &str = "https://issuer.example/identifiers/1";

fn reference(kind: &'static str, name: &'static str, value: Cbor<'static>) -> Cbor<'static> {
    Cbor::Map(vec![(kind.into(), Cbor::Map(vec![(name.into(), value), ("uri".into(), LIST.into())]))])
}

fn identifier(id: &'static [u8]) -> Cbor<'static> {
    reference("identifier_list", "id", id.into())
}

/// The scene in which these bytes are published at the list's place.
fn publishing(scene: &Scene, body: &[u8]) -> Scene {
    scene.finding(vec![Document {
        locator: LIST.to_owned(),
        status: 200,
        fetched_at: Some(NOW.to_owned()),
        base64url: Some(base64url::encode(body)),
        ..Document::default()
    }])
}

/// Every vector about lists.
///
/// # Errors
/// A sentence, when a list cannot be made.
pub fn vectors(teller: &mut Teller<'_>, good: &Doc<'_>, keys: &Keys) -> Result<(), String> {
    let scene = teller.scene.clone();
    let now = Timestamp::from_rfc3339(NOW).ok_or("no time")?;
    let expires = Some(now.plus(86_400));
    let draft = ListDraft { uri: LIST, issuer: None, issued_at: now.plus(-3600), expires, ttl: Some(600) };
    let fault = |fault: IssueFault| fault.to_string();
    let by = |key: &TestKey| {
        let signer = ListSigner { key, kid: None, certificates: &keys.chain };
        identifier_list(&draft, &[b"revoked".to_vec()], &signer).map_err(fault)
    };
    let published = publishing(&scene, &by(&keys.signer)?);
    let response = |status: Cbor<'static>| input(&good.drafted(|draft| draft.status = Some(status)).response());
    let title = "The document is not in its signer's identifier list.";
    let parent = published.accepts("not-in-the-identifier-list", title, response(identifier(b"valid")), Some(said()));
    let mut all = vec![parent.clone()];
    let title = "The document is in its signer's identifier list.";
    let revoked = response(identifier(b"revoked"));
    all.push(published.refuses(&parent, "in-the-identifier-list", title, Code::StatusRevoked, revoked));
    let forged = publishing(&scene, &by(&keys.device)?);
    let title = "Somebody else signed the identifier list.";
    let valid = response(identifier(b"valid"));
    all.push(forged.refuses(&parent, "identifier-list-by-another", title, Code::StatusUntrusted, valid.clone()));
    let mut mac = by(&keys.signer)?;
    mac[0] = 0xd1;
    let title = "The identifier list carries a MAC where a signature is due.";
    let maced = publishing(&scene, &mac);
    all.push(maced.refuses(&parent, "identifier-list-with-a-mac", title, Code::StatusUntrusted, valid.clone()));
    let title = "The identifier list is not at hand.";
    all.push(scene.cannot_tell(&parent, "identifier-list-absent", title, Code::StatusUnavailable, valid));
    let list = TokenStatusList::of_bytes(1, vec![0b10]).ok_or("no list of one bit")?;
    let signer = ListSigner { key: &keys.signer, kid: None, certificates: &keys.chain };
    let published = publishing(&scene, &cwt(&draft, &list, &signer).map_err(fault)?);
    let place = |index: u64| response(reference("status_list", "idx", Cbor::Unsigned(index)));
    let title = "The place in the signer's token status list is valid.";
    all.push(published.accepts("place-valid", title, place(0), Some(said())));
    let title = "The place in the signer's token status list is revoked.";
    all.push(published.refuses(&parent, "place-revoked", title, Code::StatusRevoked, place(1)));
    teller.all.extend(all);
    Ok(())
}
