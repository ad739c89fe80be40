//! Open Badges 3.0 (1EdTech): credentials about achievements. What they add to the data model, and whether the badge is that of
//! the person whom the relying party knows.
//!
//! Its context stands in the trust store, where the operator put it. Endorsements, results and alignments are not judged: they
//! are shown as they are. The Comprehensive Learner Record is read no further than as a credential.

use std::borrow::Cow;

use crate::check::{Findings, Note};
use crate::crypto::digest::{sha256, sha512};
use crate::crypto::md5::md5;
use crate::encoding::json::Value;
use crate::format::vc::url::is_url;
use crate::format::vc::vocabulary::types;
use crate::limits;
use crate::reason::{Code, Fact, Reason, Stage};

/// How the URLs of its contexts begin, whatever their version.
pub const CONTEXT_START: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context";

/// The names of the type, which mean the same.
pub const TYPES: [&str; 2] = ["OpenBadgeCredential", "AchievementCredential"];

/// `true` for a credential that says to be a badge.
pub fn is_badge(document: &Value<'_>) -> bool {
    types(document).any(|name| TYPES.contains(&name))
}

/// Stages Holder and Policy of a badge; nothing for another credential. `identity` is what the relying party knows the holder
/// by.
pub fn check(document: &Value<'_>, identity: Option<&str>, findings: &mut Findings) {
    if !is_badge(document) {
        return;
    }
    check_badge(document).into_iter().for_each(|reason| findings.fail(reason));
    let holds_endorsement =
        |object: &Value<'_>| ["endorsement", "endorsementJwt"].iter().any(|member| object.member(member).is_some());
    let achievements =
        subjects(document).iter().filter_map(|subject| subject.member("achievement")).flat_map(Value::items);
    let mut places = [Some(document), document.member("issuer")].into_iter().flatten().chain(achievements);
    if places.any(holds_endorsement) {
        findings.note(Note::new("ob.endorsements", "Endorsements inside the badge are not verified."));
    }
    if let Some(identity) = identity {
        check_identity(document, identity, findings);
    }
}

/// Every fault of a badge against Open Badges 3.0 (appendix B); at most one for each object.
pub fn check_badge(document: &Value<'_>) -> Vec<Reason> {
    let mut faults: Vec<Reason> =
        [check_frame(document), check_issuer(document)].into_iter().filter_map(Result::err).collect();
    for subject in subjects(document) {
        faults.extend(check_subject(subject).err());
        let achievements = subject.member("achievement").map(Value::items).unwrap_or_default();
        faults.extend(achievements.iter().filter_map(|achievement| check_achievement(achievement).err()).take(1));
    }
    faults.truncate(limits::FAULTS);
    faults
}

fn subjects<'v, 'a>(document: &'v Value<'a>) -> &'v [Value<'a>] {
    document.member("credentialSubject").map(Value::items).unwrap_or_default()
}

/// The context that gives the types their meaning, an identifier, and a time to begin.
fn check_frame(document: &Value<'_>) -> Result<(), Reason> {
    let contexts = document.member("@context").map(Value::items).unwrap_or_default();
    if !contexts.iter().filter_map(Value::as_str).any(|url| url.starts_with(CONTEXT_START)) {
        return Err(wrong("the context of Open Badges 3.0 in `@context`"));
    }
    if document.member("id").is_none() {
        return Err(wrong("`id`"));
    }
    match ["validFrom", "issuanceDate"].iter().any(|name| document.member(name).is_some()) {
        true => Ok(()),
        false => Err(wrong("`validFrom`")),
    }
}

/// The issuer is a profile: a URL, or an object that says so.
fn check_issuer(document: &Value<'_>) -> Result<(), Reason> {
    match document.member("issuer") {
        Some(issuer @ Value::Object(_)) if !has_type(issuer, "Profile") => Err(wrong("`Profile` in `issuer.type`")),
        _ => Ok(()),
    }
}

/// Who achieved what: known by an identifier at least, with one achievement.
fn check_subject(subject: &Value<'_>) -> Result<(), Reason> {
    if !has_type(subject, "AchievementSubject") {
        return Err(wrong("`AchievementSubject` in `credentialSubject.type`"));
    }
    let identifiers = subject.member("identifier").map(Value::items).unwrap_or_default();
    if identifiers.is_empty() && subject.member("id").is_none() {
        return Err(wrong("`id` or `identifier` in `credentialSubject`"));
    }
    if identifiers.len() > limits::BADGE_IDENTITIES {
        return Err(wrong("fewer objects as `credentialSubject.identifier`").got(identifiers.len()));
    }
    identifiers.iter().try_for_each(|object| Identity::read(object).map(drop))?;
    match subject.member("achievement") {
        Some(value) if !value.items().is_empty() => Ok(()),
        _ => Err(wrong("an object as `credentialSubject.achievement`")),
    }
}

fn check_achievement(achievement: &Value<'_>) -> Result<(), Reason> {
    let place = |member: &str| format!("`credentialSubject.achievement.{member}`");
    if !has_type(achievement, "Achievement") {
        return Err(wrong(format!("`Achievement` in {}", place("type"))));
    }
    if !achievement.member("id").and_then(Value::as_str).is_some_and(is_url) {
        return Err(wrong(format!("a URL as {}", place("id"))));
    }
    for member in ["name", "description"] {
        if !achievement.member(member).is_some_and(is_text) {
            return Err(wrong(format!("a text as {}", place(member))));
        }
    }
    let criteria = achievement.member("criteria").filter(|criteria| criteria.as_object().is_some());
    let criteria = criteria.ok_or_else(|| wrong(format!("an object as {}", place("criteria"))))?;
    match (criteria.member("id").and_then(Value::as_str), criteria.member("narrative")) {
        (Some(url), None) if is_url(url) => Ok(()),
        (url, Some(narrative)) if url.is_none_or(is_url) && is_text(narrative) => Ok(()),
        _ => Err(wrong(format!("`id` or `narrative` in {}", place("criteria")))),
    }
}

/// A text, or one in several languages.
fn is_text(value: &Value<'_>) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Object(_) => value.member("@value").and_then(Value::as_str).is_some_and(|text| !text.is_empty()),
        Value::Array(items) => !items.is_empty() && items.iter().all(|item| item.as_array().is_none() && is_text(item)),
        _ => false,
    }
}

fn has_type(object: &Value<'_>, name: &str) -> bool {
    object.member("type").map(Value::items).unwrap_or_default().iter().any(|item| item.as_str() == Some(name))
}

fn wrong(expected: impl Into<Fact>) -> Reason {
    Reason::new(Code::ObSchema).expected(expected)
}

/// An `IdentityObject`: the identity of whoever achieved, as it is or hashed with a salt.
struct Identity<'v> {
    value: &'v str,
    salt: &'v str,
    is_hashed: bool,
}

impl<'v> Identity<'v> {
    fn read(object: &'v Value<'_>) -> Result<Self, Reason> {
        let due = |expected: &'static str| wrong(format!("{expected} in `credentialSubject.identifier`"));
        let text = |member: &str| object.member(member).and_then(Value::as_str);
        if !has_type(object, "IdentityObject") {
            return Err(due("objects of type `IdentityObject`"));
        }
        let is_hashed = match object.member("hashed") {
            Some(Value::Bool(is_hashed)) => *is_hashed,
            _ => return Err(due("`true` or `false` as `hashed`")),
        };
        if text("identityType").is_none_or(str::is_empty) {
            return Err(due("a text as `identityType`"));
        }
        if object.member("salt").is_some_and(|salt| salt.as_str().is_none()) {
            return Err(due("a text as `salt`"));
        }
        let value =
            text("identityHash").filter(|value| !value.is_empty()).ok_or_else(|| due("a text as `identityHash`"))?;
        Ok(Identity { value, salt: text("salt").unwrap_or_default(), is_hashed })
    }

    /// `None` when it is another identity, `Some(true)` when only a broken digest says that it is this one.
    fn matches(&self, identity: &str) -> Option<bool> {
        if !self.is_hashed {
            return (self.value == identity).then_some(false);
        }
        let salted = format!("{identity}{}", self.salt);
        let (name, due) = self.value.split_once('$')?;
        let (got, is_weak): (Cow<'_, [u8]>, bool) = match name {
            "sha256" => (sha256(salted.as_bytes()).to_vec().into(), false),
            "sha512" => (sha512(salted.as_bytes()).to_vec().into(), false),
            "md5" => (md5(salted.as_bytes()).to_vec().into(), true),
            _ => return None,
        };
        let got: String = got.iter().map(|byte| format!("{byte:02x}")).collect();
        got.eq_ignore_ascii_case(due).then_some(is_weak)
    }
}

/// Open Badges 3.0, 8.5: one of the badge's identities is the one that the relying party knows; a subject's `id` counts too.
fn check_identity(document: &Value<'_>, identity: &str, findings: &mut Findings) {
    let identities = subjects(document).iter().flat_map(|subject| {
        let identifiers = subject.member("identifier").map(Value::items).unwrap_or_default();
        identifiers.iter().take(limits::BADGE_IDENTITIES).filter_map(|object| Identity::read(object).ok())
    });
    let by_id = subjects(document).iter().any(|subject| subject.member("id").and_then(Value::as_str) == Some(identity));
    let found: Vec<bool> = identities.take(limits::BADGE_IDENTITIES).filter_map(|own| own.matches(identity)).collect();
    if !by_id && found.is_empty() {
        return findings.fail(Reason::new(Code::ObIdentity));
    }
    if !by_id && !found.contains(&false) {
        let sentence = "The badge names its holder by an MD5 digest only, which is broken.";
        findings.note(Note::new("ob.weak_identity", sentence));
    }
    findings.pass(Stage::Holder);
}

#[cfg(test)]
mod tests;
