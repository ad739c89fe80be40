//! The subject `http:URL`: every question is POSTed as JSON, every answer is 200 with JSON.

use std::time::Duration;

use super::{Reply, Subject, reply_of_json};
use crate::question::Question;

/// A URL that takes questions.
pub struct Http {
    poster: Poster,
    url: String,
}

impl Http {
    /// The subject at this URL.
    ///
    /// # Errors
    /// A sentence, when no HTTP client can be made.
    pub fn new(url: &str) -> Result<Self, String> {
        Ok(Http { poster: Poster::new()?, url: url.to_owned() })
    }
}

impl Subject for Http {
    fn ask(&self, question: &Question, limit: Duration) -> Reply {
        let body = serde_json::to_vec(question).unwrap_or_default();
        match self.poster.post(&self.url, body, limit) {
            Ok((200, answer)) => reply_of_json(&answer),
            Ok((status, _)) => Reply::Crash(format!("HTTP status {status}")),
            Err(reply) => reply,
        }
    }
}

/// A client that any thread may use.
pub(super) struct Poster {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
}

impl Poster {
    pub(super) fn new() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Poster { runtime, client })
    }

    /// What comes of that, on this client's own threads, where what it spawns goes on.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Status and body of the answer to this JSON body.
    pub(super) fn post(&self, url: &str, body: Vec<u8>, limit: Duration) -> Result<(u16, Vec<u8>), Reply> {
        let sent = self.client.post(url).timeout(limit).header("content-type", "application/json").body(body);
        self.runtime.block_on(async {
            let fault = |error: reqwest::Error| {
                if error.is_timeout() { Reply::Hang } else { Reply::Crash(format!("{error:?}")) }
            };
            let response = sent.send().await.map_err(fault)?;
            let status = response.status().as_u16();
            let body = response.bytes().await.map_err(fault)?;
            Ok((status, body.to_vec()))
        })
    }
}
