//! Judging: what a wallet's answer to a trial is worth. An honest request's answer is verified whole, by the library; a faulty one may have
//! no presentation at all.

use serde_json::Value;
use vidimus::evidence::Evidence;
use vidimus::gather::gather;
use vidimus::openid4vp::judge::{conclude, requests};
use vidimus::openid4vp::outcome::Outcome;
use vidimus::openid4vp::response::{Answer, posted};
use vidimus::openid4vp::session::Session;
use vidimus::verify::verify;

use super::extra::over_disclosed;
use super::settings::Settings;
use super::trials::{Due, Trial};
use crate::wallet::http::decode_form;

/// What a trial came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judged {
    /// The wallet did what it must; and what that was.
    Pass(String),
    /// It did not; what was due and what was got.
    Fail(String),
    /// No wallet came.
    Untold(String),
}

impl Judged {
    /// `pass`, `FAIL` or `none`.
    pub fn word(&self) -> &'static str {
        match self {
            Judged::Pass(_) => "pass",
            Judged::Fail(_) => "FAIL",
            Judged::Untold(_) => "none",
        }
    }

    /// What was seen.
    pub fn detail(&self) -> &str {
        match self {
            Judged::Pass(text) | Judged::Fail(text) | Judged::Untold(text) => text,
        }
    }
}

/// What this body, posted to the trial's `response_uri`, is worth.
pub async fn answer(trial: &Trial, session: &Session, body: &[u8], settings: &Settings) -> Judged {
    match trial.due {
        Due::Present => honest(session, body, settings).await,
        Due::Decline => declined(body),
    }
}

/// What it is worth that nothing came in time. `has_fetched` = the wallet came for the request; `None` = it did not have to.
pub fn silence(trial: &Trial, has_fetched: Option<bool>) -> Judged {
    match (trial.due, has_fetched) {
        (Due::Present, Some(true)) => Judged::Fail("due: a presentation; got: nothing in time".to_owned()),
        (Due::Present, _) => Judged::Fail("due: a presentation; got: no wallet came".to_owned()),
        (Due::Decline, Some(false)) => Judged::Untold("no wallet came for the request".to_owned()),
        (Due::Decline, _) => Judged::Pass("the wallet stayed silent".to_owned()),
    }
}

fn declined(body: &[u8]) -> Judged {
    let pairs = decode_form(&String::from_utf8_lossy(body));
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    match (value("error"), value("vp_token").or(value("response"))) {
        (Some(error), None) => {
            let shown: String = error.chars().filter(char::is_ascii_graphic).take(40).collect();
            Judged::Pass(format!("the wallet answered `{shown}`"))
        }
        (_, Some(_)) => Judged::Fail("due: an error, or silence; got: a presentation".to_owned()),
        (None, None) => Judged::Fail("due: an error, or silence; got: a response that is neither".to_owned()),
    }
}

async fn honest(session: &Session, body: &[u8], settings: &Settings) -> Judged {
    let now = settings.clock.now();
    let answer = match posted(session, body, now) {
        Ok(Answer::Error(error)) => {
            return Judged::Fail(format!("due: a presentation; got: the error `{}`", error.name()));
        }
        Ok(answer) => answer,
        Err(refusal) => return Judged::Fail(format!("due: a right response; got: {refusal}")),
    };
    let asked = match requests(session, &answer, now, &settings.policy) {
        Ok(asked) => asked,
        Err(refusal) => return Judged::Fail(format!("due: a right response; got: {refusal}")),
    };
    let mut reports = Vec::with_capacity(asked.len());
    for one in &asked {
        reports.push(match &settings.fetcher {
            Some(fetcher) => gather(&one.request, &settings.trust, Evidence::none(), fetcher).await.0,
            None => verify(&one.request, &settings.trust, &Evidence::none()),
        });
    }
    let shown: Vec<(String, String)> = asked
        .iter()
        .map(|one| (one.id.clone(), String::from_utf8_lossy(&one.request.input.bytes).into_owned()))
        .collect();
    let outcome = conclude(session, asked, reports, now);
    let extra = shown.iter().flat_map(|(id, text)| over_disclosed(&session.ask.dcql_query, id, text));
    of_outcome(&outcome, &extra.collect::<Vec<_>>())
}

/// `extra` are the claims that were shown and not asked for.
fn of_outcome(outcome: &Outcome, extra: &[String]) -> Judged {
    let read: Value = serde_json::from_str(&outcome.to_json()).unwrap_or_default();
    if !outcome.is_accepted() {
        let mut found = Vec::new();
        faults(&read, &mut found);
        return Judged::Fail(format!("due: a presentation that is accepted; got: {}", found.join("; ")));
    }
    if extra.is_empty() {
        Judged::Pass("the presentation is accepted".to_owned())
    } else {
        Judged::Fail(format!("due: what was asked for and nothing else; got also: {}", extra.join(", ")))
    }
}

/// Every row that failed or could not be told: code, sentence, expected and got.
fn faults(value: &Value, found: &mut Vec<String>) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    match (value, text("code")) {
        (Value::Object(_), Some(code)) if text("outcome").is_none_or(|it| it == "fail" || it == "unknown") => {
            let shown =
                |name: &str| value.get(name).map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
            let facts = [("expected", shown("expected")), ("got", shown("got"))];
            let facts: Vec<String> =
                facts.into_iter().filter_map(|(name, fact)| Some(format!(" {name}: {}.", fact?))).collect();
            let line = format!("{code}: {}{}", text("sentence").unwrap_or_default(), facts.concat());
            if !found.contains(&line) {
                found.push(line);
            }
        }
        (Value::Object(members), _) => {
            members.iter().filter(|(name, _)| *name != "notes").for_each(|(_, inner)| faults(inner, found));
        }
        (Value::Array(items), _) => items.iter().for_each(|item| faults(item, found)),
        _ => {}
    }
}
