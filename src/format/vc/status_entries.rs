//! Status entries: where a credential says that its status is told (Bitstring Status List 1.0, 2.1; StatusList2021, 2.1).
//!
//! Read only. The lists behind them are looked at once the signature is right.

use crate::credential::{StatusEntry, StatusKind};
use crate::encoding::json::Value;
use crate::format::vc::url::is_url;
use crate::format::vc::vocabulary::items;
use crate::limits;
use crate::reason::{Code, Reason};
use crate::status::bitstring::{read_messages, read_size};

/// The status entries of a credential, and what is wrong with those that are not among them.
///
/// An entry of another kind is [`StatusKind::Other`]: nobody here can look it up. Faults: `status.index`, `status.malformed`.
pub fn read_entries(document: &Value<'_>) -> (Vec<StatusEntry>, Vec<Reason>) {
    let all = document.member("credentialStatus").map(items).unwrap_or_default();
    if all.len() > limits::STATUS_ENTRIES {
        let fault = malformed("fewer entries in `credentialStatus`").got(all.len());
        return (Vec::new(), vec![fault]);
    }
    let mut entries = Vec::new();
    let mut faults = Vec::new();
    for entry in all.iter().filter(|entry| entry.as_object().is_some()) {
        match read_entry(entry) {
            Ok(entry) => entries.push(entry),
            Err(reason) => faults.push(reason),
        }
    }
    (entries, faults)
}

fn read_entry(entry: &Value<'_>) -> Result<StatusEntry, Reason> {
    let kind = kind_of(entry);
    if kind == StatusKind::Other {
        return Ok(StatusEntry::other());
    }
    let purpose = entry.member("statusPurpose").and_then(Value::as_str).filter(|purpose| !purpose.is_empty());
    let list = entry.member("statusListCredential").and_then(Value::as_str).filter(|url| is_url(url));
    let list = list.ok_or_else(|| malformed("a URL as `statusListCredential`"))?;
    if entry.member("id").and_then(Value::as_str) == Some(list) {
        return Err(malformed("an `id` of the entry's own").got("the list's URL"));
    }
    let bits = entry.member("statusSize").map(read_size).transpose()?;
    Ok(StatusEntry {
        kind,
        purpose: purpose.ok_or_else(|| malformed("a text as `statusPurpose`"))?.to_owned(),
        index: read_index(entry.member("statusListIndex"))?,
        identifier: None,
        list: list.to_owned(),
        bits,
        messages: entry
            .member("statusMessage")
            .map(|value| read_messages(value, bits))
            .transpose()?
            .unwrap_or_default(),
    })
}

fn kind_of(entry: &Value<'_>) -> StatusKind {
    let is =
        |name: &str| entry.member("type").map(items).unwrap_or_default().iter().any(|item| item.as_str() == Some(name));
    match (is("BitstringStatusListEntry"), is("StatusList2021Entry")) {
        (true, false) => StatusKind::Bitstring,
        (false, true) => StatusKind::StatusList2021,
        _ => StatusKind::Other,
    }
}

/// A decimal text from 0 on, as one would write it: no sign, no leading zero.
fn read_index(value: Option<&Value<'_>>) -> Result<u64, Reason> {
    let wrong =
        |got: &'static str| Reason::new(Code::StatusIndex).expected("a decimal text as `statusListIndex`").got(got);
    let text = match value {
        Some(Value::String(text)) => text.as_ref(),
        other => return Err(wrong(other.map_or("nothing", Value::kind))),
    };
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_decimal || (text.len() > 1 && text.starts_with('0')) {
        return Err(wrong("another text"));
    }
    text.parse().map_err(|_| wrong("a number beyond 64 bits"))
}

fn malformed(expected: impl Into<crate::reason::Fact>) -> Reason {
    Reason::new(Code::StatusMalformed).expected(expected)
}
