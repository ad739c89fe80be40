//! The rules of the W3C data models: VC Data Model 2.0 and 1.1, told apart by the first context.
//!
//! Pure checks of shape over JSON; each fault names the member, never its value. Terms are not expanded: that every type and
//! property means something is the JSON-LD engine's business, who signed that of the formats, and `relatedResource` and
//! `credentialStatus` have files of their own beside this one.

use crate::encoding::json::Value;
use crate::format::vc::dates::read_date;
use crate::format::vc::language::check_texts;
use crate::format::vc::url::is_url;
use crate::format::vc::vocabulary::{
    CONTEXT_V1, CONTEXT_V2, CREDENTIAL, PRESENTATION, Version, items, schema, types, version,
};
use crate::format::vc::{enveloped, related};
use crate::policy::Policy;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// What a reader demands beyond the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelDemands {
    /// `true` refuses what verifiers are told to tolerate: dates without a time-zone offset.
    pub strict: bool,
}

impl From<&Policy> for ModelDemands {
    fn from(policy: &Policy) -> Self {
        ModelDemands { strict: policy.strict }
    }
}

/// Every fault of a credential against its data model; at most one for each member.
pub fn check_credential(document: &Value<'_>, demands: ModelDemands) -> Vec<Reason> {
    if document.as_object().is_none() {
        return vec![schema("an object as credential", document.kind())];
    }
    let version = version(document);
    let needs_id = version == Some(Version::V1);
    let mut faults = faults_of([
        check_contexts(document),
        check_types(document, CREDENTIAL),
        check_id(document, "", false),
        check_party(document, "issuer", true),
        check_subjects(document),
        check_typed(document, "credentialStatus", needs_id),
        check_typed(document, "credentialSchema", true),
        check_typed(document, "refreshService", needs_id),
        check_typed(document, "termsOfUse", false),
        check_typed(document, "evidence", false),
        check_proofs(document),
        related::check_shape(document),
    ]);
    if version == Some(Version::V2) {
        faults.extend(faults_of([check_names(document, "")]));
        faults.extend(document.member("issuer").and_then(|issuer| check_names(issuer, "issuer.").err()));
    }
    faults.extend(check_dates(document, version, demands));
    faults
}

/// Every fault of a presentation against its data model; at most one for each member. The credentials inside are looked at no
/// further than to tell what they are: each is judged as a part of its own.
pub fn check_presentation(document: &Value<'_>, _demands: ModelDemands) -> Vec<Reason> {
    if document.as_object().is_none() {
        return vec![schema("an object as presentation", document.kind())];
    }
    faults_of([
        check_contexts(document),
        check_types(document, PRESENTATION),
        check_id(document, "", false),
        check_party(document, "holder", false),
        check_inner(document),
        check_typed(document, "termsOfUse", false),
        check_proofs(document),
        check_no_credential_members(document),
    ])
}

/// A presentation says nothing that only an issuer can say, nor anything that goes unjudged in it: a careless reader would take
/// the holder's word for an issuer's. The contexts of 2.0 define none of these there either (VCDM 2.0, B.2).
fn check_no_credential_members(document: &Value<'_>) -> Result<(), Reason> {
    const OF_CREDENTIALS: [&str; 11] = [
        "issuer",
        "credentialSubject",
        "credentialStatus",
        "credentialSchema",
        "evidence",
        "relatedResource",
        "refreshService",
        "validFrom",
        "validUntil",
        "issuanceDate",
        "expirationDate",
    ];
    match OF_CREDENTIALS.into_iter().find(|name| document.member(name).is_some()) {
        Some(name) => Err(schema("no member of a credential in a presentation", name)),
        None => Ok(()),
    }
}

fn faults_of<const N: usize>(checks: [Result<(), Reason>; N]) -> Vec<Reason> {
    checks.into_iter().filter_map(Result::err).collect()
}

/// VCDM 2.0, 4.3: an array whose first item is the base context, then URLs and objects. Both base contexts in one document
/// contradict each other.
fn check_contexts(document: &Value<'_>) -> Result<(), Reason> {
    let base = |got: &'static str| {
        let reason = Reason::new(Code::VcContextBase).expected("an array as `@context`, the base context first");
        Err(reason.got(got))
    };
    let items = match document.member("@context") {
        None => return base("nothing"),
        Some(Value::Array(items)) => items,
        Some(other) => return base(other.kind()),
    };
    let Some(version) = version(document) else { return base("another first context") };
    let other = if version == Version::V2 { CONTEXT_V1 } else { CONTEXT_V2 };
    for item in items {
        match item {
            Value::String(url) if url == other => return base("both base contexts"),
            Value::String(url) if is_url(url) => {}
            Value::Object(_) => {}
            Value::String(_) => return Err(schema("URLs or objects in `@context`", "a text that is no URL")),
            other => return Err(schema("URLs or objects in `@context`", other.kind())),
        }
    }
    Ok(())
}

/// VCDM 2.0, 4.5: a text or several, the due one among them. A document is a credential or a presentation, never both.
fn check_types(document: &Value<'_>, due: &'static str) -> Result<(), Reason> {
    let wrong = || Reason::new(Code::VcType).expected(format!("`{due}` among the texts in `type`"));
    let value = document.member("type").ok_or_else(|| wrong().got("nothing"))?;
    check_type_texts(value).map_err(|got| wrong().got(got))?;
    if types(document).any(enveloped::is_envelope_type) {
        return Err(Reason::new(Code::VcEnvelope).expected(due).got("an envelope inside of what secures it"));
    }
    let both = [CREDENTIAL, PRESENTATION].iter().all(|name| types(document).any(|have| have == *name));
    match types(document).any(|name| name == due) {
        true if !both => Ok(()),
        true => Err(wrong().got("a credential and a presentation in one")),
        false => Err(wrong().got("other types")),
    }
}

/// One text or several, none empty. The error says what is there instead.
fn check_type_texts(value: &Value<'_>) -> Result<(), &'static str> {
    let all = items(value);
    if all.is_empty() {
        return Err("an empty array");
    }
    all.iter().try_for_each(|item| match item {
        Value::String(text) if text.is_empty() => Err("an empty text"),
        Value::String(_) => Ok(()),
        other => Err(other.kind()),
    })
}

/// VCDM 2.0, 4.4: a single URL, where there is one.
fn check_id(object: &Value<'_>, place: &str, is_needed: bool) -> Result<(), Reason> {
    let due = |got: &'static str| Err(schema(format!("a single URL as `{place}id`"), got));
    match object.member("id") {
        None if is_needed => due("nothing"),
        None => Ok(()),
        Some(Value::String(url)) if is_url(url) => Ok(()),
        Some(Value::String(_)) => due("a text that is no URL"),
        Some(other) => due(other.kind()),
    }
}

/// VCDM 2.0, 4.7 and 4.13: the issuer and the holder are URLs, or objects with one as `id`.
fn check_party(document: &Value<'_>, member: &'static str, is_needed: bool) -> Result<(), Reason> {
    let due = |got: &'static str| Err(schema(format!("a URL, or an object with a URL as `id`, as `{member}`"), got));
    match document.member(member) {
        None if is_needed => due("nothing"),
        None => Ok(()),
        Some(Value::String(url)) if is_url(url) => Ok(()),
        Some(Value::String(_)) => due("a text that is no URL"),
        Some(object @ Value::Object(_)) => check_id(object, &format!("{member}."), true),
        Some(other) => due(other.kind()),
    }
}

/// VCDM 2.0, 4.8: one object or several, none of them empty.
fn check_subjects(document: &Value<'_>) -> Result<(), Reason> {
    let due = |got: &'static str| Err(schema("an object or several as `credentialSubject`, none empty", got));
    let Some(value) = document.member("credentialSubject") else { return due("nothing") };
    let subjects = items(value);
    if subjects.is_empty() {
        return due("an empty array");
    }
    subjects.iter().try_for_each(|subject| match subject {
        Value::Object(members) if members.is_empty() => due("an empty object"),
        Value::Object(_) => check_id(subject, "credentialSubject.", false),
        other => due(other.kind()),
    })
}

/// VCDM 2.0, 4.10, 4.11 and 5: objects that state their type, and a URL as `id` where there is one or must be.
fn check_typed(document: &Value<'_>, member: &'static str, needs_id: bool) -> Result<(), Reason> {
    let Some(value) = document.member(member) else { return Ok(()) };
    items(value).iter().try_for_each(|item| {
        if item.as_object().is_none() {
            return Err(schema(format!("objects as `{member}`"), item.kind()));
        }
        let wrong =
            |got: &'static str| Reason::new(Code::VcType).expected(format!("texts as `{member}.type`")).got(got);
        check_type_texts(item.member("type").ok_or_else(|| wrong("nothing"))?).map_err(wrong)?;
        check_id(item, &format!("{member}."), needs_id)
    })
}

/// Where there are proofs, each is an object that states its type (VC Data Integrity 1.0, 2.1). The rest is the formats'.
fn check_proofs(document: &Value<'_>) -> Result<(), Reason> {
    let Some(value) = document.member("proof") else { return Ok(()) };
    if items(value).is_empty() {
        return Err(Reason::new(Code::DiProofSet).expected("a proof in `proof`").got("an empty array"));
    }
    items(value).iter().try_for_each(|proof| {
        let wrong = |expected: &'static str, got| Err(Reason::new(Code::DiProofMalformed).expected(expected).got(got));
        match (proof, proof.member("type")) {
            (Value::Object(_), Some(Value::String(_))) => Ok(()),
            (Value::Object(_), other) => wrong("a text as `proof.type`", other.map_or("nothing", Value::kind)),
            (other, _) => wrong("objects as `proof`", other.kind()),
        }
    })
}

/// VCDM 2.0, 4.6: texts for people, of a credential and of its issuer.
fn check_names(object: &Value<'_>, place: &str) -> Result<(), Reason> {
    ["name", "description"].into_iter().try_for_each(|member| match object.member(member) {
        Some(value) => check_texts(value, &format!("{place}{member}")),
        None => Ok(()),
    })
}

/// VCDM 2.0, 4.13: credentials are objects: credentials, or envelopes around them. VCDM 1.1, 6.3.1: or JWT texts.
fn check_inner(document: &Value<'_>) -> Result<(), Reason> {
    let Some(value) = document.member("verifiableCredential") else { return Ok(()) };
    let takes_texts = version(document) == Some(Version::V1);
    items(value).iter().try_for_each(|item| {
        if takes_texts && item.as_str().is_some() {
            return Ok(());
        }
        if item.as_object().is_none() {
            return Err(schema("objects in `verifiableCredential`", item.kind()));
        }
        if types(item).any(enveloped::is_envelope_type) {
            return enveloped::check_shape(item);
        }
        if types(item).any(|name| name == CREDENTIAL) {
            return Ok(());
        }
        Err(Reason::new(Code::VcType).expected("credentials in `verifiableCredential`").got("an object of other types"))
    })
}

/// VCDM 2.0, 4.9, and 1.1, 4.5 and 4.6. Each version has its own names; those of 1.1 mean nothing in 2.0.
fn check_dates(document: &Value<'_>, version: Option<Version>, demands: ModelDemands) -> Vec<Reason> {
    let mut faults = Vec::new();
    let mut date = |member: &'static str| {
        let value = document.member(member)?;
        match value.as_str().and_then(read_date) {
            Some((time, is_without_offset)) if !(is_without_offset && demands.strict) => Some(time),
            _ => {
                faults.push(schema(format!("a date with time and offset as `{member}`"), value.kind()));
                None
            }
        }
    };
    let inconsistent = |begins: Option<Timestamp>, ends: Option<Timestamp>| match (begins, ends) {
        (Some(begins), Some(ends)) if ends < begins => {
            Some(Reason::new(Code::TimeInconsistent).expected(begins).got(ends))
        }
        _ => None,
    };
    let from = date("validFrom");
    let ends = date("validUntil");
    let order = inconsistent(from, ends);
    match version {
        None => {}
        Some(Version::V1) => {
            let issued = date("issuanceDate");
            let expires = date("expirationDate");
            date("issued");
            faults.extend(inconsistent(issued, expires));
            if document.member("issuanceDate").is_none() {
                faults.push(schema("`issuanceDate`", "nothing"));
            }
        }
        Some(Version::V2) => {
            for (old, new) in [("issuanceDate", "validFrom"), ("expirationDate", "validUntil")] {
                if document.member(old).is_some() {
                    faults.push(schema(format!("`{new}`"), format!("`{old}` of data model 1.1")));
                }
            }
        }
    }
    faults.extend(order);
    faults
}

#[cfg(test)]
mod tests;
