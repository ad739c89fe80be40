//! Status: a credential's place in a token status list.

use serde_json::json;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::base64url;
use vidimus::issue::token_status_list::{ListDraft, ListSigner, cwt, jwt};
use vidimus::reason::Code;
use vidimus::status::token_status_list::TokenStatusList;
use vidimus::time::Timestamp;

use super::{ISSUED_AT, ISSUER, SdJwtVc, input};
use crate::mint::scene::Scene;
use crate::mint::w3c::Keys;
use crate::question::Document;
use crate::vector::Vector;

const LIST: &str = "https://issuer.example/statuslists/1";

/// Every vector about status.
///
/// # Errors
/// A sentence, when a list cannot be made.
pub(super) fn tell(scene: &Scene, keys: &Keys, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let at = |index: u64| good.with("status", json!({"status_list": {"idx": index, "uri": LIST}})).text();
    let draft = ListDraft {
        uri: LIST,
        issuer: Some(ISSUER),
        issued_at: Timestamp::from_seconds(ISSUED_AT),
        expires: None,
        ttl: None,
    };
    // Places 0 to 3: valid, revoked, suspended, valid.
    let list = TokenStatusList::of_bytes(2, vec![0b0010_0100]).ok_or("no list of two bits")?;
    let signed = |key: &dyn Signer| {
        let signer = ListSigner { key, kid: Some("key-1"), certificates: &[] };
        jwt(&draft, &list, &signer).map_err(|fault| fault.to_string())
    };
    let document = |text: Option<String>, bytes: Option<Vec<u8>>| Document {
        locator: LIST.to_owned(),
        status: 200,
        text,
        base64url: bytes.map(|bytes| base64url::encode(&bytes)),
        ..Document::default()
    };
    let found = scene.finding(vec![document(Some(signed(&keys.issuer)?), None)]);
    let parent = found.accepts("status-valid", "The credential's place in a status list is valid.", input(at(0)), None);
    let mut refuse = |scene: &Scene, case: &str, title: &str, code, index| {
        all.push(scene.refuses(&parent, case, title, code, input(at(index))));
    };
    refuse(&found, "revoked", "The issuer revoked the credential.", Code::StatusRevoked, 1);
    refuse(&found, "suspended", "The issuer suspended the credential.", Code::StatusSuspended, 2);
    refuse(&found, "outside-of-the-list", "The place is outside of the list.", Code::StatusIndex, 4);
    let foreign = scene.finding(vec![document(Some(signed(&keys.holder)?), None)]);
    refuse(&foreign, "list-of-another", "The holder signed the status list.", Code::StatusUntrusted, 0);
    let signer = ListSigner { key: &keys.issuer, kid: Some("key-1"), certificates: &[] };
    let bytes = cwt(&draft, &list, &signer).map_err(|fault| fault.to_string())?;
    let other = scene.finding(vec![document(None, Some(bytes))]);
    refuse(&other, "list-as-cwt", "The status list is a CWT, not a JWT.", Code::StatusMalformed, 0);
    let title = "The status list was not fetched.";
    all.push(scene.cannot_tell(&parent, "list-not-at-hand", title, Code::StatusUnavailable, input(at(0))));
    all.push(parent);
    Ok(())
}
