//! What a W3C credential or presentation says of itself, in the terms that every format shares.

use std::borrow::Cow;

use crate::check::Note;
use crate::credential::{Claims, Decoded, StatusEntry};
use crate::encoding::json::{Held, Value};
use crate::format::vc::dates::read_date;
use crate::format::vc::model::{self, ModelDemands};
use crate::format::vc::status_entries::read_entries;
use crate::format::vc::vocabulary::{self, Version, items};
use crate::policy::{Policy, StatusDemand};
use crate::reason::Reason;
use crate::time::Timestamp;

/// What a document says. What is malformed is absent here and among the faults of [`model::check_credential`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read<'a> {
    /// The data model, by the first context.
    pub version: Option<Version>,
    /// `true` for a presentation.
    pub is_presentation: bool,
    /// `id`.
    pub id: Option<Cow<'a, str>>,
    /// All types.
    pub types: Vec<Cow<'a, str>>,
    /// The issuer's URL, of a credential.
    pub issuer: Option<Cow<'a, str>>,
    /// The holder's URL, of a presentation.
    pub holder: Option<Cow<'a, str>>,
    /// When it was issued (`issuanceDate` of 1.1).
    pub issued_at: Option<Timestamp>,
    /// Not valid before (`validFrom`; `issuanceDate` of 1.1).
    pub not_before: Option<Timestamp>,
    /// Not valid from then on (`validUntil`; `expirationDate` of 1.1).
    pub expires: Option<Timestamp>,
    /// Identifiers of the subjects.
    pub subjects: Vec<Cow<'a, str>>,
    /// Where its status is told.
    pub status: Vec<StatusEntry>,
    /// What is wrong with its other status entries; all at stage `status`.
    pub status_faults: Vec<Reason>,
    /// Oddities that change no verdict.
    pub notes: Vec<Note>,
}

/// What the document says of itself. Nothing is judged.
pub fn read<'a>(document: &Value<'a>) -> Read<'a> {
    let is_presentation = vocabulary::is_presentation(document);
    let mut read = Read {
        version: vocabulary::version(document),
        is_presentation,
        id: text(document.member("id")),
        types: document
            .member("type")
            .map(items)
            .unwrap_or_default()
            .iter()
            .filter_map(|name| text(Some(name)))
            .collect(),
        ..Read::default()
    };
    if is_presentation {
        read.holder = party(document, "holder");
        return read;
    }
    read.issuer = party(document, "issuer");
    let subjects = document.member("credentialSubject").map(items).unwrap_or_default();
    read.subjects = subjects.iter().filter_map(|subject| text(subject.member("id"))).collect();
    (read.status, read.status_faults) = read_entries(document);
    read_times(document, &mut read);
    read
}

/// The claims as the stages see them: what they say, and every fault against the data model.
///
/// The issuer of a presentation is its holder.
pub fn decode<'a>(document: Held<'a>, policy: &Policy) -> Decoded<'a> {
    let demands = ModelDemands::from(policy);
    let said = read(&document);
    let mut faults = match said.is_presentation {
        true => model::check_presentation(&document, demands),
        false => model::check_credential(&document, demands),
    };
    if policy.status != StatusDemand::Ignored {
        faults.extend(said.status_faults);
    }
    Decoded {
        issuer: if said.is_presentation { said.holder } else { said.issuer },
        issued_at: said.issued_at,
        not_before: said.not_before,
        expires: said.expires,
        types: said.types,
        is_presentation: said.is_presentation,
        subjects: said.subjects,
        status: said.status,
        faults,
        notes: said.notes,
        ..Decoded::new(Claims::Json(document))
    }
}

/// Of several beginnings the latest counts, of several ends the earliest.
fn read_times(document: &Value<'_>, read: &mut Read<'_>) {
    let mut is_without_offset = false;
    let mut date = |member: &str| {
        let (time, missing) = read_date(document.member(member)?.as_str()?)?;
        is_without_offset |= missing;
        Some(time)
    };
    read.not_before = date("validFrom");
    read.expires = date("validUntil");
    if read.version == Some(Version::V1) {
        read.issued_at = date("issuanceDate");
        read.not_before = read.not_before.max(read.issued_at);
        let expiration = date("expirationDate");
        read.expires = [read.expires, expiration].into_iter().flatten().min();
    }
    if is_without_offset {
        let sentence = "A date has no time-zone offset; it is read as UTC.";
        read.notes.push(Note::new("deviation.date_without_offset", sentence));
    }
}

/// The URL of an issuer or holder.
fn party<'a>(document: &Value<'a>, member: &str) -> Option<Cow<'a, str>> {
    let value = document.member(member)?;
    text(Some(value)).or_else(|| text(value.member("id")))
}

fn text<'a>(value: Option<&Value<'a>>) -> Option<Cow<'a, str>> {
    match value {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    }
}
