//! Type metadata of an SD-JWT VC (draft 19, 4): what the publisher of a type demands of its credentials' claims.
//!
//! ```json
//! { "vct": type, "extends": type, "extends#integrity": SRI, "claims": [ { "path": [..], "mandatory": true, "sd": "always" } ] }
//! ```
//! Evidence, asked for only of a type that somebody trusted signed. A document at hand under the type's very name counts too, for types
//! that are no URLs. The metadata of every type that it extends is read, and the rules of all of them hold. Display and rendering
//! are not looked at.

use crate::check::{Findings, Note};
use crate::credential::Selection;
use crate::encoding::json::{self, Value};
use crate::envelope::sd_jwt::push_step;
use crate::format::Context;
use crate::format::vc::related::matches_sri;
use crate::limits;
use crate::locator::Locator;
use crate::policy::TypeMetadataDemand;
use crate::reason::{Code, Reason, Stage};

/// Why nothing comes of the metadata.
enum Trouble {
    /// It is wrong, or the credential breaks it.
    Fault(Reason),
    /// A document is not there.
    Missing(Option<Locator>),
}

impl From<Reason> for Trouble {
    fn from(reason: Reason) -> Self {
        Trouble::Fault(reason.at(Stage::Policy))
    }
}

/// SD-JWT VC, 4: metadata that is looked at is looked at whole; what fails then is a reason to refuse.
pub(super) fn check(claims: &Value<'_>, selection: &Selection, context: &Context<'_>, findings: &mut Findings) {
    let demand = context.policy.type_metadata;
    if demand == TypeMetadataDemand::Ignored {
        return;
    }
    let missing = || Reason::new(Code::SdjwtTypeMetadata).expected("the metadata of every type").got("none");
    match check_all(claims, selection, context, findings) {
        Ok(()) => {}
        Err(Trouble::Fault(reason)) => findings.fail(reason),
        Err(Trouble::Missing(Some(locator))) => findings.unknown(missing(), Some(locator)),
        Err(Trouble::Missing(None)) if demand == TypeMetadataDemand::Required => findings.unknown(missing(), None),
        Err(Trouble::Missing(None)) => {
            let sentence = "The type metadata of the credential's type is not to be had; its rules were not looked at.";
            findings.note(Note::new("sdjwt.no_type_metadata", sentence));
        }
    }
}

fn check_all(
    claims: &Value<'_>,
    selection: &Selection,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Result<(), Trouble> {
    let text = |object: &Value<'_>, name: &str| object.member(name).and_then(Value::as_str).map(str::to_owned);
    // What is wrong with `vct` itself was found before.
    let Some(mut name) = text(claims, "vct") else { return Ok(()) };
    let mut integrity = text(claims, "vct#integrity");
    let mut seen: Vec<String> = Vec::new();
    loop {
        if seen.contains(&name) {
            return Err(unusable("types that extend one another in a line").got("a circle").into());
        }
        if seen.len() > limits::TYPE_EXTENSIONS {
            return Err(unusable("fewer types that extend one another").got(seen.len()).into());
        }
        let body = document(&name, context, findings)?;
        if let Some(digest) = &integrity {
            check_integrity(digest, body)?;
        }
        let metadata = json::decode(body).map_err(|reason| unusable("JSON").got(reason.code().as_str()))?;
        if metadata.member("vct").and_then(Value::as_str) != Some(&name) {
            return Err(unusable("the metadata of this type as `vct`").got("that of another").into());
        }
        check_claims(&metadata, claims, selection)?;
        let Some(extended) = metadata.member("extends") else { return Ok(()) };
        integrity = text(&metadata, "extends#integrity");
        let extended =
            extended.as_str().ok_or_else(|| unusable("a text as `extends`").got(extended.kind()))?.to_owned();
        seen.push(std::mem::replace(&mut name, extended));
    }
}

/// The metadata document of that type.
fn document<'c>(name: &str, context: &Context<'c>, findings: &mut Findings) -> Result<&'c [u8], Trouble> {
    let Some(found) = context.evidence.document(name) else { return Err(Trouble::Missing(Locator::new(name))) };
    if !findings.evidence.iter().any(|locator| locator == name) {
        findings.evidence.push(name.to_owned());
    }
    if found.status != 200 {
        return Err(Trouble::Missing(None));
    }
    if found.body.len() > limits::EVIDENCE_BYTES {
        return Err(unusable("a shorter document").got(found.body.len()).into());
    }
    Ok(&found.body)
}

/// SD-JWT VC, 6: the digest (W3C Subresource Integrity) is that of the document's very bytes.
fn check_integrity(digest: &str, body: &[u8]) -> Result<(), Reason> {
    match matches_sri(digest, body) {
        Some(true) => Ok(()),
        Some(false) => Err(Reason::new(Code::SdjwtTypeIntegrity)),
        None => Err(Reason::new(Code::SdjwtTypeIntegrity).expected("`sha256-`, `sha384-` or `sha512-` and base64")),
    }
}

/// SD-JWT VC, 4.6: every claim that the metadata describes.
fn check_claims(metadata: &Value<'_>, claims: &Value<'_>, selection: &Selection) -> Result<(), Reason> {
    let Some(described) = metadata.member("claims") else { return Ok(()) };
    let described = described.as_array().ok_or_else(|| unusable("a list of `claims`").got(described.kind()))?;
    described.iter().try_for_each(|rule| check_claim(&Rule::decode(rule)?, claims, selection))
}

/// What is demanded of one claim.
struct Rule<'v, 'a> {
    path: &'v [Value<'a>],
    mandatory: bool,
    sd: Selectivity,
}

/// How a claim may be disclosed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selectivity {
    Always,
    Allowed,
    Never,
}

impl<'v, 'a> Rule<'v, 'a> {
    fn decode(rule: &'v Value<'a>) -> Result<Self, Reason> {
        let path = rule.member("path").and_then(Value::as_array).filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| unusable("a list of steps as `path`"))?;
        if !path.iter().all(is_step) {
            return Err(unusable("texts, places and null in a `path`"));
        }
        let mandatory = match rule.member("mandatory") {
            None => false,
            Some(Value::Bool(is_it)) => *is_it,
            Some(other) => return Err(unusable("a boolean as `mandatory`").got(other.kind())),
        };
        let sd = match rule.member("sd").map(Value::as_str) {
            None | Some(Some("allowed")) => Selectivity::Allowed,
            Some(Some("always")) => Selectivity::Always,
            Some(Some("never")) => Selectivity::Never,
            Some(_) => return Err(unusable("always, allowed or never as `sd`")),
        };
        Ok(Rule { path, mandatory, sd })
    }
}

fn is_step(step: &Value<'_>) -> bool {
    match step {
        Value::String(_) | Value::Null => true,
        Value::Number(_) => step.as_i64().is_some_and(|place| place >= 0),
        _ => false,
    }
}

/// SD-JWT VC, 4.6.1: the values that the path selects are disclosed as the rule says; one that is mandatory is there, as far as
/// anybody can tell who does not see what stays concealed.
fn check_claim(rule: &Rule<'_, '_>, claims: &Value<'_>, selection: &Selection) -> Result<(), Reason> {
    let mut places = vec![(String::new(), claims)];
    for step in rule.path {
        let mut next = Vec::new();
        for (pointer, value) in places {
            let found = steps(step, &pointer, value);
            let may_be_concealed = rule.sd != Selectivity::Never && selection.concealing.contains(&pointer);
            if found.is_empty() && rule.mandatory && !may_be_concealed {
                return Err(broken("a mandatory claim", rule.path).got("nothing"));
            }
            next.extend(found);
        }
        places = next;
    }
    let is_disclosed = |pointer: &String| selection.disclosed.contains(pointer);
    let mut pointers = places.iter().map(|(pointer, _)| pointer);
    match rule.sd {
        Selectivity::Always if !pointers.all(is_disclosed) => {
            Err(broken("a disclosure of its own for", rule.path).got("a claim in the open"))
        }
        Selectivity::Never if pointers.any(is_disclosed) => Err(broken("in the open", rule.path).got("a disclosure")),
        _ => Ok(()),
    }
}

/// What one step leads to: a member, an element, or every element.
fn steps<'v, 'a>(step: &Value<'_>, pointer: &str, value: &'v Value<'a>) -> Vec<(String, &'v Value<'a>)> {
    let below = |name: &str| {
        let mut below = pointer.to_owned();
        push_step(&mut below, name);
        below
    };
    match (step, value) {
        (Value::String(name), Value::Object(_)) => {
            value.member(name).map(|found| (below(name), found)).into_iter().collect()
        }
        (Value::Null, Value::Array(items)) => {
            items.iter().enumerate().map(|(at, item)| (below(&at.to_string()), item)).collect()
        }
        (Value::Number(_), Value::Array(items)) => {
            let at = step.as_i64().and_then(|at| usize::try_from(at).ok());
            at.and_then(|at| Some((below(&at.to_string()), items.get(at)?))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn unusable(expected: &'static str) -> Reason {
    Reason::new(Code::SdjwtTypeMetadata).expected(expected)
}

fn broken(what: &str, path: &[Value<'_>]) -> Reason {
    let steps: Vec<String> = path.iter().map(json::encode).collect();
    Reason::new(Code::SdjwtTypeClaim).expected(format!("{what} [{}]", steps.join(",")))
}
