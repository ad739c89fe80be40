//! The status of a credential, in a token status list that its issuer publishes.

use serde_json::json;
use vidimus::issue::token_status_list::{ListDraft, ListSigner, cwt, jwt};
use vidimus::reason::Code;
use vidimus::status::token_status_list::TokenStatusList;
use vidimus::time::Timestamp;

use super::{SdJwtVc, input};
use crate::mint::scene::{NOW, Scene};
use crate::mint::signing::TestKey;
use crate::mint::w3c::Keys;
use crate::question::{Document, Payload};
use crate::vector::Vector;

/// Where the issuer's list is published.
const LIST: &str = "https://issuer.example/cards/status/1";

/// What the network answered, and when.
fn answer(status: u16, fetched_at: Timestamp, body: &Payload) -> Document {
    Document {
        locator: LIST.to_owned(),
        status,
        fetched_at: Some(fetched_at.to_string()),
        text: body.text.clone(),
        base64url: body.base64url.clone(),
        ..Document::default()
    }
}

/// Every vector about status lists.
///
/// # Errors
/// A sentence, when a list cannot be made.
pub(super) fn tell(scene: &Scene, keys: &Keys, good: &SdJwtVc<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let now = Timestamp::from_rfc3339(NOW).ok_or("no time")?;
    let list = TokenStatusList::of_bytes(2, vec![0b1110_0100]).ok_or("no list of two bits")?;
    let said = |fault: vidimus::issue::IssueFault| fault.to_string();
    let draft = ListDraft {
        uri: LIST,
        issuer: None,
        issued_at: now.plus(-3600),
        expires: Some(now.plus(86_400)),
        ttl: Some(600),
    };
    let token = |draft: &ListDraft<'_>, key: &TestKey| {
        let signer = ListSigner { key, kid: Some("key-1"), certificates: &[] };
        jwt(draft, &list, &signer).map(|text| Payload::text("application/statuslist+jwt", text)).map_err(said)
    };
    let text = |place: u64| input(good.with("status", json!({"status_list": {"idx": place, "uri": LIST}})).text());
    let right = token(&draft, &keys.issuer)?;
    let published = scene.finding(vec![answer(200, now, &right)]);
    let title = "The place in the issuer's token status list is valid.";
    let parent = published.accepts("status-valid", title, text(0), None);
    all.push(parent.clone());
    let signer = ListSigner { key: &keys.issuer, kid: Some("key-1"), certificates: &[] };
    let bytes = Payload::bytes("application/statuslist+cwt", &cwt(&draft, &list, &signer).map_err(said)?);
    let as_cwt = scene.finding(vec![answer(200, now, &bytes)]);
    let title = "The list of the same issuer is a CWT, where SD-JWT VC wants a JWT.";
    all.push(as_cwt.refuses(&parent, "status-list-as-cwt", title, Code::StatusMalformed, text(0)));
    for (place, case, title, code) in [
        (1, "status-revoked", "The place in the list is revoked.", Code::StatusRevoked),
        (2, "status-suspended", "The place in the list is suspended.", Code::StatusSuspended),
        (3, "status-of-the-application", "Only the application knows the value.", Code::StatusUnknownValue),
        (4, "status-outside", "The place is one behind the last of the list.", Code::StatusIndex),
    ] {
        all.push(published.refuses(&parent, case, title, code, text(place)));
    }
    let late = ListDraft { expires: Some(now.plus(-61)), ..draft };
    let elsewhere = format!("{LIST}0");
    for (case, title, code, draft, key) in [
        ("status-list-by-another", "The list is signed by the holder.", Code::StatusUntrusted, draft, &keys.holder),
        ("status-list-ended", "The list ended before now.", Code::StatusExpired, late, &keys.issuer),
        (
            "status-list-of-another-place",
            "The list says that it is published elsewhere.",
            Code::StatusUriMismatch,
            ListDraft { uri: &elsewhere, ..draft },
            &keys.issuer,
        ),
        (
            "status-list-of-another-issuer",
            "The list names another issuer, though the key is right.",
            Code::StatusUntrusted,
            ListDraft { issuer: Some("https://other.example"), ..draft },
            &keys.issuer,
        ),
    ] {
        let scene = scene.finding(vec![answer(200, now, &token(&draft, key)?)]);
        all.push(scene.refuses(&parent, case, title, code, text(0)));
    }
    let older = ListDraft { issued_at: now.plus(-7200), ..draft };
    let rolled_back =
        scene.finding(vec![answer(200, now.plus(-300), &right), answer(200, now, &token(&older, &keys.issuer)?)]);
    let title = "A newer list was seen before this one.";
    all.push(rolled_back.refuses(&parent, "status-list-rolled-back", title, Code::StatusRollback, text(0)));
    let title = "The copy at hand is older than the list's `ttl`.";
    let stale = scene.finding(vec![answer(200, now.plus(-661), &right)]);
    all.push(stale.cannot_tell(&parent, "status-list-stale", title, Code::StatusExpired, text(0)));
    let title = "The list is not at hand.";
    all.push(scene.cannot_tell(&parent, "status-list-absent", title, Code::StatusUnavailable, text(0)));
    Ok(())
}
