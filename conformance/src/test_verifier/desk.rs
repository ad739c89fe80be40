//! The desk: attempts at trials, what was asked of it by wallets, and what came of them. Kept in memory: nothing of a test is worth more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};
use vidimus::openid4vp::ask::{Ask, Known};
use vidimus::openid4vp::client::Prefix;
use vidimus::openid4vp::request::Posted;
use vidimus::openid4vp::session::Session;

use super::judge::{Judged, answer, silence};
use super::reader::Reader;
use super::requests::{link, object};
use super::settings::Settings;
use super::trials::{Trial, Twist};
use crate::rules::Rule;
use crate::wallet::reading::host;

/// Attempts kept; older ones are forgotten.
const ATTEMPTS: usize = 1_000;

/// The test verifier at work.
pub struct Desk {
    /// What it works with.
    pub settings: Settings,
    reader: Reader,
    attempts: Mutex<Vec<Attempt>>,
}

/// One attempt at a trial.
struct Attempt {
    trial: &'static Trial,
    session: Session,
    request: String,
    response: String,
    link: String,
    began: Instant,
    has_fetched: bool,
    judged: Option<Judged>,
}

/// Where a trial stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The link of the last attempt.
    pub link: String,
    /// What it came to, if it has.
    pub judged: Option<Judged>,
}

/// What `request_uri` answers.
pub enum Reply {
    /// The request object.
    Object(String),
    /// That status, and nothing.
    Status(u16),
    /// Another place.
    Redirect(String),
}

impl Desk {
    /// A desk with new keys.
    ///
    /// # Errors
    /// A sentence.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let host = host(&settings.base_url).ok_or("the address of the test verifier has no host")?;
        let reader = Reader::new(host, settings.clock.now())?;
        Ok(Desk { settings, reader, attempts: Mutex::default() })
    }

    fn attempts(&self) -> MutexGuard<'_, Vec<Attempt>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a new attempt; gives the link for the wallet.
    ///
    /// # Errors
    /// A sentence, when no request can be made.
    pub fn begin(&self, trial: &'static Trial) -> Result<String, String> {
        let ask = ask_of(trial)?;
        let prefix = ask.client_id_prefix.unwrap_or(Prefix::X509Hash);
        let client = self.reader.clients.pick(Some(prefix)).ok_or("no such client")?;
        let now = self.settings.clock.now();
        let begun = Session::begin(ask, client, &self.settings.base_url, now);
        let (session, secrets) = begun.map_err(|faults| {
            let lines: Vec<String> =
                faults.iter().map(|fault| format!("{}: {}", fault.member, fault.problem)).collect();
            lines.join("; ")
        })?;
        let link = link(trial, &session, &self.reader, now)?;
        let mut attempts = self.attempts();
        if attempts.len() >= ATTEMPTS {
            attempts.remove(0);
        }
        attempts.push(Attempt {
            trial,
            session,
            request: secrets.request.clone(),
            response: secrets.response.clone(),
            link: link.clone(),
            began: Instant::now(),
            has_fetched: false,
            judged: None,
        });
        Ok(link)
    }

    /// Where the last attempt at a trial stands; `None` when there was none. Silence is judged when its time is over, or at once when the
    /// wallet has ended (`is_over`).
    pub fn standing(&self, trial: &Trial, is_over: bool) -> Option<Standing> {
        let mut attempts = self.attempts();
        let attempt = attempts.iter_mut().rfind(|attempt| attempt.trial.name == trial.name)?;
        if attempt.judged.is_none() && (is_over || attempt.began.elapsed() >= self.settings.wait) {
            let is_fetched = attempt.trial.is_to_be_fetched() && attempt.link.contains("request_uri=");
            attempt.judged = Some(silence(trial, is_fetched.then_some(attempt.has_fetched)));
        }
        Some(Standing { link: attempt.link.clone(), judged: attempt.judged.clone() })
    }

    /// What a wallet gets that fetches a request; `is_moved` = it followed a redirect there.
    ///
    /// # Errors
    /// 404 when there is no such request, 400 when the wallet asks wrongly, 500 when it cannot be made.
    pub fn request(&self, id: &str, body: Option<&[u8]>, is_moved: bool) -> Result<Reply, u16> {
        let mut attempts = self.attempts();
        let attempt = attempts.iter_mut().find(|attempt| attempt.request == id).ok_or(404_u16)?;
        attempt.has_fetched = true;
        match attempt.trial.twist {
            Twist::Status(302) if !is_moved => {
                return Ok(Reply::Redirect(format!("{}/openid4vp/moved/{id}", self.settings.base_url)));
            }
            Twist::Status(status) if !is_moved => return Ok(Reply::Status(status)),
            _ => {}
        }
        let posted = body.map(Posted::decode).transpose().map_err(|_| 400_u16)?.unwrap_or_default();
        let now = self.settings.clock.now();
        let made = object(attempt.trial, &attempt.session, &self.reader, &posted, now);
        made.map(Reply::Object).map_err(|_| 500)
    }

    /// Takes what a wallet posts to a `response_uri`. The first answer counts.
    ///
    /// # Errors
    /// 404 when nobody waits there; 400 for an answer that is not as due.
    pub async fn response(&self, id: &str, body: &[u8]) -> Result<(), u16> {
        let (trial, session) = {
            let attempts = self.attempts();
            let attempt = attempts.iter().find(|attempt| attempt.response == id && attempt.judged.is_none());
            attempt.map(|attempt| (attempt.trial, attempt.session.clone())).ok_or(404_u16)?
        };
        let judged = answer(trial, &session, body, &self.settings).await;
        let passed = matches!(judged, Judged::Pass(_));
        let mut attempts = self.attempts();
        if let Some(attempt) = attempts.iter_mut().find(|attempt| attempt.response == id && attempt.judged.is_none()) {
            attempt.judged = Some(judged);
        }
        if passed { Ok(()) } else { Err(400) }
    }
}

/// The result of a trial as JSON.
pub fn as_json(trial: &Trial, judged: &Judged) -> Value {
    let Rule { document, section, sentence } = trial.rule;
    json!({
        "trial": trial.name, "sent": trial.title, "due": due_word(trial), "outcome": judged.word().to_ascii_lowercase(),
        "detail": judged.detail(), "rule": { "document": document, "section": section, "sentence": sentence },
    })
}

/// What the wallet must do, in a word.
pub fn due_word(trial: &Trial) -> &'static str {
    match trial.due {
        super::trials::Due::Present => "present",
        super::trials::Due::Decline => "decline",
    }
}

fn ask_of(trial: &Trial) -> Result<Ask, String> {
    let mut asked = (trial.ask)();
    // A scanned code lies around a while.
    asked["expires_in"] = 900.into();
    let known = Known { template: &|_| None, convert: &|_| Err(Vec::new()) };
    Ask::decode(asked.to_string().as_bytes(), &known).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.member, fault.problem)).collect();
        lines.join("; ")
    })
}
