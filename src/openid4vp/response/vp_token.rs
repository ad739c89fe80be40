//! `vp_token` (OpenID4VP 1.0, 8.1): an object; each member is named by a credential query, and holds an array of presentations.

use std::borrow::Cow;
use std::collections::HashSet;

use super::malformed;
use crate::encoding::json::{self, Value};
use crate::limits;
use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::session::Session;

/// The presentations by id, in the order written. Whether the ids were asked for is judged later.
pub(super) fn presentations(session: &Session, token: &Value<'_>) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let members = token.as_object().ok_or_else(|| match token {
        Value::String(_) => not_an_object("ey"),
        other => object().got(other.kind()),
    })?;
    if members.is_empty() {
        return Err(malformed("at least one presentation").got("an empty `vp_token`"));
    }
    let query = session.query();
    let mut total = 0_usize;
    let mut presentations = Vec::with_capacity(members.len().min(limits::CREDENTIALS));
    for (id, value) in members {
        let items = value.as_array().ok_or_else(|| malformed("an array for each id").got(value.kind()))?;
        total = total.saturating_add(items.len());
        if total > limits::CREDENTIALS {
            return Err(Refusal::new(Code::TooLarge).expected(format!("{} presentations", limits::CREDENTIALS)));
        }
        if items.is_empty() {
            return Err(malformed("a presentation for each id").got("an empty array"));
        }
        let asked = query.as_ref().and_then(|query| query.credential(id));
        let format = asked.map(|credential| credential.format.name);
        let texts = items.iter().map(|item| presentation(item, format)).collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::new();
        let may_be_several = asked.is_some_and(|credential| credential.multiple);
        if may_be_several && !texts.iter().all(|text| seen.insert(text.as_str())) {
            return Err(malformed("each presentation once").got("one twice for one id"));
        }
        let kept = asked.map_or_else(|| cut(id), |credential| Cow::Borrowed(credential.id.as_str()));
        presentations.push((kept.into_owned(), texts));
    }
    Ok(presentations)
}

/// Appendix B: `ldp_vc` is an object, everything else a text. A health certificate may be either, as its format has it.
fn presentation(item: &Value<'_>, format: Option<&str>) -> Result<String, Refusal> {
    let due = match format {
        Some("ldp_vc") => "an object",
        Some("dc+sd-jwt" | "mso_mdoc" | "jwt_vc_json") => "a text",
        _ => item.kind(),
    };
    match item {
        Value::String(text) if due == "a text" => Ok(text.clone().into_owned()),
        Value::Object(_) if due == "an object" => Ok(json::encode(item)),
        other if due == other.kind() => Err(malformed("texts or objects").got(other.kind())),
        other => Err(malformed(due).got(other.kind())),
    }
}

/// An id that nobody asked for, as it is kept: no longer than anybody reads.
fn cut(id: &str) -> Cow<'_, str> {
    match id.char_indices().nth(64) {
        Some((at, _)) => Cow::Owned(format!("{}...", id.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(id),
    }
}

/// What is no JSON object at all: most often the presentation itself.
pub(super) fn not_an_object(text: &str) -> Refusal {
    let got = if text.starts_with("ey") { "a text, as drafts before 1.0 had it" } else { "something else" };
    object().got(got)
}

fn object() -> Refusal {
    malformed("an object by ids of the query")
}
