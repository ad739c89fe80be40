//! Formats: the table of everything that can be judged, and how an input is recognised.
//!
//! A format is one file that implements [`Format`] and one line in [`FORMATS`]. It opens an envelope, reads what the
//! credential says, finds who may have signed, and judges times, status and content; it never decides the verdict.

pub mod candidate;
pub mod chains;
pub mod content;
pub mod eu_dcc;
pub mod fhir_bundle;
pub mod glance;
pub mod hcert;
pub mod key_binding;
pub mod mdoc;
pub mod nz_covid_pass;
pub mod sd_jwt_vc;
pub mod shc_keys;
pub mod shc_numeric;
pub mod shc_payload;
pub mod signers;
pub mod smart_health_card;
pub mod token_status_list;
pub mod transaction_data;
pub mod vc;
pub mod vc_cose;
pub mod vc_di;
pub mod vc_jwt;
pub mod vc_sd_jwt;

use std::borrow::Cow;

use serde::ser::{Serialize, Serializer};
use smallvec::{SmallVec, smallvec};

use crate::check::{Findings, Note};
use crate::core_data::CoreData;
use crate::credential::{Decoded, Input, Opened, Signed};
use crate::encoding::{cbor, json, scan};
use crate::envelope::sd_jwt::is_json_form;
use crate::evidence::Evidence;
use crate::format::candidate::Candidate;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::vc::enveloped::{self, Enveloped};
use crate::limits;
use crate::linked_data::rdfc::Budget;
use crate::locator::Locator;
use crate::occasion::Occasion;
use crate::policy::{Policy, StatusDemand};
use crate::reason::{Code, Reason, Stage};
use crate::trust::{Consulted, Trust};

/// Every format, in the order in which they are listed and tried.
pub static FORMATS: &[&dyn Format] = &[
    &eu_dcc::EuDcc,
    &smart_health_card::SmartHealthCard,
    &nz_covid_pass::NzCovidPass,
    &vc_di::VcDi,
    &vc_jwt::VcJwt,
    &vc_sd_jwt::VcSdJwt,
    &sd_jwt_vc::SdJwtVc,
    &vc_cose::VcCose,
    &token_status_list::TokenStatusListToken,
    &mdoc::Mdoc,
];

/// What a reader of lists wants to know of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct About {
    /// Stable name (`eu_dcc`).
    pub name: &'static str,
    /// Title for people.
    pub title: &'static str,
    /// The specification and its version.
    pub specification: &'static str,
    /// How inputs of this format begin.
    pub begins: &'static [&'static str],
    /// Signature algorithms taken.
    pub algorithms: &'static [&'static str],
    /// How revocation is told, if at all.
    pub status: &'static str,
    /// `true` when this program can issue it too.
    pub issues: bool,
}

/// Everything around a credential that its judgement may depend on.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// Who may sign what.
    pub trust: &'c Trust,
    /// Documents at hand.
    pub evidence: &'c Evidence,
    /// When and for what it is shown.
    pub occasion: &'c Occasion,
    /// What the relying party demands.
    pub policy: &'c Policy,
    /// What naming blank nodes may cost in the whole request; `None` = what each document may cost alone.
    pub budget: Option<&'c Budget>,
}

/// Who may have signed.
#[derive(Clone, Default)]
pub struct Keys {
    /// Keys to try, any of which may be the one.
    pub candidates: Vec<Candidate>,
    /// Why there is none, or why one was left out.
    pub faults: Vec<Reason>,
    /// What could not be told for want of a document, and where that document is.
    pub missing: Option<(Reason, Option<Locator>)>,
    /// Entries that this rests on.
    pub consulted: Vec<Consulted>,
    /// Locators of evidence that was looked at.
    pub evidence: Vec<String>,
    /// Remarks.
    pub notes: Vec<Note>,
}

impl Keys {
    /// No key, for this reason.
    pub fn none(reason: Reason) -> Self {
        Keys { faults: vec![reason], ..Keys::default() }
    }
}

/// One credential cut out of an input, of a known format.
#[derive(Clone)]
pub struct Piece<'i> {
    /// Its format.
    pub format: &'static dyn Format,
    /// Its text; several for a card in several QR codes.
    pub texts: Texts<'i>,
    /// What is known of its first text already.
    pub seen: Seen<'i>,
}

/// The texts of one credential, one mostly.
pub type Texts<'i> = SmallVec<[Cow<'i, str>; 1]>;

/// The credentials of one input, one mostly.
pub type Pieces<'i> = SmallVec<[Piece<'i>; 1]>;

/// What a payload says: its claims, and the same in the vocabulary that all formats share.
#[derive(Clone, Debug, Default)]
pub struct Disclosed<'p> {
    /// The claims under their registered names, in their own order.
    pub claims: Vec<(Cow<'static, str>, Claim<'p>)>,
    /// The same in the vocabulary that all formats share.
    pub core: CoreData,
}

/// One claim, in the notation that it came in.
#[derive(Clone, Debug)]
pub enum Claim<'p> {
    /// CBOR.
    Cbor(cbor::Value<'p>),
    /// JSON.
    Json(json::Value<'p>),
    /// Text made of the claim (a UUID out of its bytes).
    Text(String),
}

impl Serialize for Claim<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Claim::Cbor(value) => value.serialize(serializer),
            Claim::Json(value) => value.serialize(serializer),
            Claim::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl Disclosed<'_> {
    /// The claims as one JSON object.
    pub fn claims_json(&self) -> serde_json::Value {
        let value = |claim: &Claim<'_>| serde_json::to_value(claim).unwrap_or_default();
        serde_json::Value::Object(
            self.claims.iter().map(|(name, claim)| (name.clone().into_owned(), value(claim))).collect(),
        )
    }
}

/// A CWT with more claims than any credential of ours has is refused: the rest would go unread.
fn check_claim_count(claims: &cbor::Value<'_>) -> Result<(), Reason> {
    match claims.as_map().map_or(0, <[_]>::len) {
        count if count > limits::LABELS => {
            Err(Reason::new(Code::InputTooManyItems).expected(limits::LABELS).got(count))
        }
        _ => Ok(()),
    }
}

/// The named claims of a CWT. `name` gives the registered name of a label; other labels stand in decimal.
fn cwt_claims<'p>(
    claims: cbor::Value<'p>,
    name: impl Fn(i64) -> Option<&'static str>,
) -> Vec<(Cow<'static, str>, Claim<'p>)> {
    let cbor::Value::Map(pairs) = claims else { return Vec::new() };
    let named = |key: &cbor::Value<'_>| match key.as_i64() {
        Some(label) => name(label).map_or_else(|| Cow::Owned(label.to_string()), Cow::Borrowed),
        None => Cow::Owned(key.as_text().unwrap_or_default().to_owned()),
    };
    let mut claims: Vec<(Cow<'static, str>, Claim<'p>)> = Vec::with_capacity(pairs.len().min(limits::LABELS));
    for (key, value) in pairs.into_iter().take(limits::LABELS) {
        let key = named(&key);
        // A text key may read like a registered name; the registered label counts.
        match claims.iter_mut().find(|(known, _)| *known == key) {
            Some(_) if key.as_ref().is_empty() => {}
            Some(known) if matches!(known.0, Cow::Owned(_)) => *known = (key, Claim::Cbor(value)),
            Some(_) => {}
            None => claims.push((key, Claim::Cbor(value))),
        }
    }
    claims
}

/// A format: decodes, finds keys, judges what it says. Pure.
pub trait Format: Sync {
    /// The format's line in lists.
    fn about(&self) -> &'static About;

    /// `true` when a text begins like this format.
    fn begins(&self, text: &str) -> bool {
        self.recognises(&Glance::of(text))
    }

    /// The same, of a text that others may have glanced at before.
    fn recognises(&self, glance: &Glance<'_>) -> bool;

    /// Opens the envelope: from texts, or bytes that were seen, to payload, signed bytes and signature.
    fn open(&self, texts: &[Cow<'_, str>], seen: Seen<'_>, context: &Context<'_>) -> Result<Opened<'static>, Reason> {
        self.open_in(&Room::default(), texts, seen, context).map(Opened::into_owned)
    }

    /// The same with what was seen of the first text before, borrowing from the text and from the room.
    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason>;

    /// Reads what the payload says.
    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason>;

    /// Finds who may have made that signature. `decoded` is `None` when the payload could not be read.
    fn keys(&self, signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys;

    /// Judges times, status and content. `signer` is the candidate under whose key the signature is right, if any;
    /// only then may a locator of status evidence be named. Marks every stage that it looked at.
    fn judge(
        &self,
        decoded: &Decoded<'_>,
        signer: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted>;

    /// `true` when the credential is of one of the types that were asked for, by a signer who may say so.
    fn is_of_type(
        &self,
        decoded: &Decoded<'_>,
        _: Option<&Candidate>,
        _: &Context<'_>,
        is_asked: &dyn Fn(&str) -> bool,
    ) -> bool {
        decoded.types.iter().any(|have| is_asked(have))
    }

    /// The fault of a credential that is of none of these types.
    fn other_type(&self) -> Reason {
        Reason::new(Code::PolicyType)
    }

    /// Judges why the signature of the holder's key is not right; only asked when it is not. Marks the stage Holder.
    fn judge_wrong_holder(&self, _: &Opened<'_>, _: &Context<'_>, findings: &mut Findings) {
        findings.fail(Reason::new(Code::VpHolderBinding));
    }

    /// What a payload says, for an accepted credential or for `inspect`; nothing when it cannot be read.
    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p>;
}

/// Stage Status of a format that has none: not declared, and not to be told where the policy demands a status.
fn declare_no_status(context: &Context<'_>, findings: &mut Findings) {
    findings.not_declared(Stage::Status);
    if context.policy.status == StatusDemand::Required {
        findings.unknown(Reason::new(Code::StatusUnavailable).got("the format declares no status"), None);
    }
}

/// The format with this name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.about().name == name)
}

fn named(name: &str) -> Result<&'static dyn Format, Reason> {
    by_name(name).ok_or_else(|| Reason::new(Code::InputUnrecognised).got("an unknown format name"))
}

/// The credentials that an input holds, each with its format. Deciding is by shape alone; two matches are an error.
pub fn pieces<'i>(input: &'i Input, policy: &Policy) -> Result<Pieces<'i>, Reason> {
    let hint = match &input.format {
        None => None,
        Some(name) => Some(named(name)?),
    };
    if is_picture(&input.bytes) {
        return pieces_of_picture(&input.bytes, hint);
    }
    if input.bytes.len() > limits::INPUT_BYTES {
        return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(input.bytes.len()));
    }
    if mdoc::is_mdoc(&input.bytes, hint) {
        return mdoc::split::of_bytes(Cow::Borrowed(&input.bytes));
    }
    if let Some(text) = vc_cose::text_of_bytes(&input.bytes) {
        return pieces_of_texts(smallvec![Cow::Owned(text)], hint);
    }
    let text = std::str::from_utf8(&input.bytes).map_err(|_| {
        Reason::new(Code::InputUnrecognised).expected("text, a picture or COSE").got("bytes that are none of these")
    })?;
    // White space around a text is what editors and shells add; a strict reader refuses it by not knowing the beginning.
    let text = if policy.strict { text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
    if let Some(token) = token_of_envelope(text)? {
        return pieces_of_texts(smallvec![Cow::Owned(token.text)], Some(hint.map_or_else(|| named(token.format), Ok)?));
    }
    let texts: Texts<'i> = if vc_di::is_document(text) || is_json_form(text) {
        documents(text, policy.strict)
    } else if smart_health_card::is_file(text) {
        smart_health_card::texts_of_file(text, policy)?.into_iter().map(Cow::Owned).collect()
    } else if !policy.strict && scan::has_byte(text.as_bytes(), b'\n') {
        text.lines().map(|line| Cow::Borrowed(line.trim())).filter(|line| !line.is_empty()).collect()
    } else {
        smallvec![Cow::Borrowed(text)]
    };
    pieces_of_texts(texts, hint)
}

/// The token of an input that is an enveloped credential or presentation (VCDM 2.0, 4.12 and 4.13).
fn token_of_envelope(text: &str) -> Result<Option<Enveloped>, Reason> {
    if !text.starts_with('{') || !text.contains("Enveloped") {
        return Ok(None);
    }
    let document = json::decode(text.as_bytes())?;
    if enveloped::is_envelope(&document) { enveloped::open(&document).map(Some) } else { Ok(None) }
}

/// The JSON documents of a text: one a line when each line holds a whole one, else the text is one.
fn documents(text: &str, is_strict: bool) -> Texts<'_> {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if !is_strict && lines().all(|line| line.starts_with('{') && line.ends_with('}')) {
        return lines().map(Cow::Borrowed).collect();
    }
    smallvec![Cow::Borrowed(text)]
}

fn pieces_of_texts<'i>(texts: Texts<'i>, hint: Option<&'static dyn Format>) -> Result<Pieces<'i>, Reason> {
    if texts.len() > limits::CREDENTIALS.max(limits::SHC_CHUNKS) {
        return Err(Reason::new(Code::InputTooManyItems).expected(limits::CREDENTIALS).got(texts.len()));
    }
    let mut pieces = Pieces::new();
    for text in texts {
        let (format, seen) = match (hint, &text) {
            (Some(format), _) => (format, Seen::default()),
            (None, Cow::Borrowed(text)) => detect_seen(text)?,
            (None, Cow::Owned(text)) => (detect(text)?, Seen::default()),
        };
        if format.about().name == mdoc::NAME {
            pieces.extend(mdoc::split::of_text(text)?);
            continue;
        }
        let chunked = smart_health_card::is_chunk(&text);
        let open_card = pieces.iter_mut().find(|piece| {
            chunked && piece.texts.first().is_some_and(|first| smart_health_card::same_card(first, &text))
        });
        match open_card {
            Some(piece) => piece.texts.push(text),
            None => pieces.push(Piece { format, texts: smallvec![text], seen }),
        }
    }
    if pieces.is_empty() {
        return Err(Reason::new(Code::InputUnrecognised).got("nothing"));
    }
    if pieces.len() > limits::CREDENTIALS {
        return Err(Reason::new(Code::InputTooManyItems).expected(limits::CREDENTIALS).got(pieces.len()));
    }
    Ok(pieces)
}

/// The one format that a text begins like.
pub fn detect(text: &str) -> Result<&'static dyn Format, Reason> {
    detect_seen(text).map(|(format, _)| format)
}

/// The same, with what was seen of the text.
fn detect_seen(text: &str) -> Result<(&'static dyn Format, Seen<'_>), Reason> {
    let glance = Glance::of(text);
    let mut found = FORMATS.iter().copied().filter(|format| format.recognises(&glance));
    match (found.next(), found.next()) {
        (Some(format), None) => Ok((format, glance.into_seen())),
        (Some(one), Some(other)) => {
            let names = format!("{} and {}", one.about().name, other.about().name);
            Err(Reason::new(Code::InputAmbiguous).got(names))
        }
        (None, _) => Err(Reason::new(Code::InputUnrecognised)),
    }
}

/// `true` for the first bytes of a PNG or JPEG.
pub fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff")
}

#[cfg(feature = "pictures")]
fn pieces_of_picture<'i>(bytes: &[u8], hint: Option<&'static dyn Format>) -> Result<Pieces<'i>, Reason> {
    let texts = crate::encoding::qr::read(bytes)?;
    pieces_of_texts(texts.into_iter().map(Cow::Owned).collect(), hint)
}

#[cfg(not(feature = "pictures"))]
fn pieces_of_picture<'i>(_: &[u8], _: Option<&'static dyn Format>) -> Result<Pieces<'i>, Reason> {
    Err(Reason::new(Code::ImageUnreadable).got("this build reads no pictures"))
}
