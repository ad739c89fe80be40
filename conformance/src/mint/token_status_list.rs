//! Vectors of status list tokens: token status lists as JWT and CWT, identifier lists as CWT, each asked about a place in it.

use serde_json::{Value, json};
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::{base64url, cbor, deflate};
use vidimus::issue::jws::sign_under;
use vidimus::issue::token_status_list::{ListDraft, ListSigner, cwt, identifier_list, jwt};
use vidimus::limits;
use vidimus::reason::{Code, Stage};
use vidimus::status::token_status_list::TokenStatusList;
use vidimus::time::Timestamp;

use super::pki::Pki;
use super::scene::{NOW, Scene};
use super::w3c::{self, ISSUER, Keys};
use crate::question::{Occasion, Payload};
use crate::vector::Vector;

const FORMAT: &str = "token_status_list";
const SPECIFICATION: (&str, &str, &str) =
    ("Token Status List", "8.3", "https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/");
/// Where the list is published.
const LIST: &str = "https://issuer.example/vc/statuslists/1";

/// Every vector.
///
/// # Errors
/// A sentence, when a key is missing or a list cannot be made.
pub fn vectors(pki: &Pki) -> Result<Vec<Vector>, String> {
    let keys = w3c::keys(pki)?;
    let scene = Scene::of(FORMAT, SPECIFICATION).trusting(w3c::trust(&keys, FORMAT));
    let mut all = Vec::new();
    values(&scene, &keys, &mut all)?;
    tokens(&scene, &keys, &mut all)?;
    messages(&scene, &keys, &mut all)?;
    Ok(all)
}

/// The scene in which that place is asked about.
fn asking(scene: &Scene, reference: Value) -> Scene {
    let occasion = Occasion { status_reference: Some(reference), ..scene.occasion.clone() };
    Scene { occasion, ..scene.clone() }
}

fn place(index: impl Into<Value>) -> Value {
    json!({"status_list": {"idx": index.into(), "uri": LIST}})
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::from_rfc3339(text).ok_or_else(|| format!("{text} is no time"))
}

fn draft() -> Result<ListDraft<'static>, String> {
    Ok(ListDraft {
        uri: LIST,
        issuer: None,
        issued_at: time("2026-06-01T00:00:00Z")?,
        expires: Some(time("2026-06-08T00:00:00Z")?),
        ttl: Some(43_200),
    })
}

/// Places 0 to 3 valid, revoked, suspended, and something that only its application knows.
fn list() -> Result<TokenStatusList, String> {
    TokenStatusList::of_bytes(2, vec![0b1110_0100, 0]).ok_or_else(|| "no list of two bits".to_owned())
}

fn text(text: String) -> Payload {
    Payload::text("application/statuslist+jwt", text)
}

fn said(fault: vidimus::issue::IssueFault) -> String {
    fault.to_string()
}

/// What each value means, in the three kinds of token.
fn values(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) -> Result<(), String> {
    let kid = w3c::kid(ISSUER);
    let signer = ListSigner { key: &keys.issuer, kid: Some(&kid), certificates: &[] };
    let (draft, list) = (draft()?, list()?);
    let token = text(jwt(&draft, &list, &signer).map_err(said)?);
    let alone = "A token status list that nobody asks about a place in it.";
    all.push(scene.accepts("jwt-alone", alone, token.clone(), None));
    let bytes = cwt(&draft, &list, &signer).map_err(said)?;
    let kinds = [("jwt", token), ("cwt", Payload::bytes("application/statuslist+cwt", &bytes).of_format(FORMAT))];
    for (kind, token) in kinds {
        let at = |index: u64| asking(scene, place(index));
        let parent = at(0).accepts(&format!("{kind}-valid"), "The place in the list is valid.", token.clone(), None);
        all.push(parent.clone());
        for (index, case, title, code) in [
            (1, "revoked", "The place in the list is revoked.", Code::StatusRevoked),
            (2, "suspended", "The place in the list is suspended.", Code::StatusSuspended),
            (3, "of-the-application", "Only the application knows the value at the place.", Code::StatusUnknownValue),
            (8, "outside", "The place is one behind the last of the list.", Code::StatusIndex),
        ] {
            all.push(at(index).refuses(&parent, &format!("{kind}-{case}"), title, code, token.clone()));
        }
    }
    let asked = |id: &[u8]| asking(scene, json!({"identifier_list": {"id": base64url::encode(id), "uri": LIST}}));
    let bytes = identifier_list(&draft, &[b"revoked".to_vec()], &signer).map_err(said)?;
    let token = Payload::bytes("application/identifierlist+cwt", &bytes).of_format(FORMAT);
    let title = "The identifier is not in the list.";
    let parent = asked(b"valid").accepts("identifier-not-listed", title, token.clone(), None);
    all.push(parent.clone());
    let title = "The identifier is in the list.";
    all.push(asked(b"revoked").refuses(&parent, "identifier-listed", title, Code::StatusRevoked, token));
    Ok(())
}

/// A JWT before it is signed.
#[derive(Clone)]
struct Token<'k> {
    header: Value,
    claims: Value,
    key: &'k dyn Signer,
}

impl Token<'_> {
    fn with(&self, part: &str, value: Value) -> Self {
        let mut token = self.clone();
        let (parent, member) = part.rsplit_once('/').unwrap_or_default();
        if let Some(parent) = token.claims.pointer_mut(parent).and_then(Value::as_object_mut) {
            if value.is_null() {
                parent.remove(member)
            } else {
                parent.insert(member.to_owned(), value)
            };
        }
        token
    }

    fn payload(&self) -> Result<Payload, String> {
        let members = self.header.as_object().into_iter().flatten();
        let header: Vec<(&str, Value)> = members.map(|(name, value)| (name.as_str(), value.clone())).collect();
        sign_under(&header, self.claims.to_string().as_bytes(), self.key).map(text).map_err(said)
    }
}

fn packed(bytes: &[u8]) -> Value {
    base64url::encode(&deflate::deflate_zlib(bytes)).into()
}

/// What is wrong with a token or with the list inside it.
fn tokens(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) -> Result<(), String> {
    let scene = &asking(scene, place(0));
    let issued = time("2026-06-01T00:00:00Z")?;
    let good = Token {
        header: json!({"typ": "statuslist+jwt", "kid": w3c::kid(ISSUER)}),
        claims: json!({
            "sub": LIST, "iat": issued.seconds(), "exp": issued.plus(7 * 86_400).seconds(),
            "status_list": {"bits": 1, "lst": packed(&[0; 16])}
        }),
        key: &keys.issuer,
    };
    let parent = scene.accepts("jwt-of-one-bit", "A list of one bit a place.", good.payload()?, None);
    all.push(parent.clone());
    let now = time(NOW)?;
    for (case, title, code, part, value) in [
        ("without-iat", "The token does not say when it was issued.", Code::ClaimMissing, "/iat", Value::Null),
        ("end-as-text", "`exp` is a text.", Code::ClaimType, "/exp", json!("1780000000")),
        ("ended", "The token ended before now.", Code::TimeExpired, "/exp", json!(now.plus(-61).seconds())),
        ("to-come", "The token was issued after now.", Code::TimeNotYetValid, "/iat", json!(now.plus(61).seconds())),
        ("of-another-place", "`sub` is another address.", Code::StatusUriMismatch, "/sub", json!(format!("{LIST}0"))),
        ("of-three-bits", "`bits` is 3.", Code::StatusMalformed, "/status_list/bits", json!(3)),
        ("of-gzip", "`lst` is gzip data.", Code::StatusMalformed, "/status_list/lst", gzipped()),
        ("of-nothing", "The list is empty.", Code::StatusIndex, "/status_list/lst", packed(&[])),
        ("with-a-status", "The list has a status list of its own.", Code::StatusDepth, "/status", place(1)),
        ("without-ttl", "`ttl` is nothing.", Code::StatusMalformed, "/ttl", json!(0)),
    ] {
        all.push(scene.refuses(&parent, case, title, code, good.with(part, value).payload()?));
    }
    let bomb = good.with("/status_list/lst", packed(&vec![0; limits::STATUS_LIST_BYTES + 1])).payload()?;
    let title = "The list unpacks to more than two mebibytes.";
    all.push(scene.refuses_at(Stage::Status, &parent, "bomb", title, Code::InputDecompressedTooLarge, bomb));
    let strict = scene.demanding("strict", true).needing("strict");
    let old = good.with("/ttl", json!(60));
    let title = "The list was issued longer ago than its `ttl`.";
    all.push(strict.refuses(&parent, "past-its-ttl", title, Code::StatusExpired, old.payload()?));
    let forged = Token { key: &keys.holder, ..good.clone() };
    all.push(scene.refuses(&parent, "by-another-key", "Another key signed.", Code::SigInvalid, forged.payload()?));
    let stranger = scene.trusting(scene.trust.iter().skip(1).cloned().collect());
    let title = "Nobody at whose address the list stands is on the trust list.";
    all.push(stranger.refuses(&parent, "by-nobody", title, Code::TrustIssuerUnknown, good.payload()?));
    for (case, title, index) in [
        ("place-as-text", "The place asked about is a text.", json!("0")),
        ("place-below-zero", "The place asked about is below 0.", json!(-1)),
    ] {
        all.push(asking(scene, place(index)).refuses(&parent, case, title, Code::StatusIndex, good.payload()?));
    }
    let other = asking(scene, json!({"another_mechanism": {}}));
    let title = "The status asked about is told in a way that nobody here knows.";
    all.push(other.cannot_tell(&parent, "another-mechanism", title, Code::StatusUnknownType, good.payload()?));
    let types = scene.asking_for(&["identifier_list"]);
    let title = "An identifier list was asked for.";
    all.push(types.refuses(&parent, "another-type", title, Code::PolicyType, good.payload()?));
    let typ = Token { header: json!({"typ": "JWT", "kid": w3c::kid(ISSUER)}), ..good.clone() };
    let input = typ.payload()?.of_format(FORMAT);
    all.push(scene.refuses(&parent, "another-typ", "`typ` is `JWT`.", Code::JoseTypMismatch, input));
    Ok(())
}

fn gzipped() -> Value {
    base64url::encode(&deflate::gzip(&[0; 16])).into()
}

/// What is wrong with the COSE message of a list.
fn messages(scene: &Scene, keys: &Keys, all: &mut Vec<Vector>) -> Result<(), String> {
    let scene = &asking(scene, place(0));
    let kid = w3c::kid(ISSUER);
    let signer = ListSigner { key: &keys.issuer, kid: Some(&kid), certificates: &[] };
    let bytes = cwt(&draft()?, &list()?, &signer).map_err(said)?;
    let payload = |bytes: &[u8]| Payload::bytes("application/statuslist+cwt", bytes).of_format(FORMAT);
    let parent = scene.accepts("cwt-of-two-bits", "A list of two bits a place.", payload(&bytes), None);
    all.push(parent.clone());
    let coded = |bytes: &[u8]| Payload::text("text/plain", base64url::encode(bytes)).of_format(FORMAT);
    let tagged = coded(&[&[0xd8, 61][..], &bytes].concat());
    all.push(scene.refuses(&parent, "cwt-tag", "The CWT tag stands around the message.", Code::CoseTag, tagged));
    let message = cbor::decode(&bytes).map_err(|reason| reason.to_string())?;
    let cbor::Value::Tag(18, message) = message else { return Err("no message".to_owned()) };
    let Some([_, unprotected, claims, _]) = message.as_array() else { return Err("no four parts".to_owned()) };
    let protected = cbor::encode(&cbor::Value::Map(vec![(1.into(), (-7).into()), (16.into(), 600.into())]));
    let signed = vidimus::envelope::cose::sig_structure(&protected, claims.as_bytes().unwrap_or_default());
    let signature = keys.issuer.sign(&signed).map_err(|fault| fault.to_string())?;
    let parts = vec![protected.as_slice().into(), unprotected.clone(), claims.clone(), signature.as_slice().into()];
    let other = cbor::encode(&cbor::Value::Tag(18, Box::new(cbor::Value::Array(parts))));
    let title = "Header 16 is a number that stands for nothing.";
    all.push(scene.refuses(&parent, "cwt-of-another-type", title, Code::JoseTypMismatch, payload(&other)));
    Ok(())
}
