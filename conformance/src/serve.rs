//! Our own side of the protocol: the library as a subject over standard input, and over HTTP.

use std::io::{BufRead, Write};
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::question::{Answer, Question};
use crate::subject::in_process::{answer_of, judge};

/// Largest question taken, bytes.
const QUESTION_BYTES: usize = 32 << 20;

/// The answer to one question as JSON text, as one line.
///
/// # Errors
/// A sentence, when the question is not one.
pub fn answer(question: &[u8]) -> Result<String, String> {
    let question: Question = serde_json::from_slice(question).map_err(|error| error.to_string())?;
    let answer: Answer = answer_of(&judge(&question)?);
    serde_json::to_string(&answer).map_err(|error| error.to_string())
}

/// Answers the questions of a stream: each line one question, or the whole stream one question over several lines.
/// Returns the last verdict.
///
/// # Errors
/// A sentence, when something is not a question or the streams break.
pub fn answer_stream(input: &mut dyn BufRead, output: &mut dyn Write) -> Result<String, String> {
    let mut held = Vec::new();
    let mut last = None;
    loop {
        let read = input.read_until(b'\n', &mut held).map_err(|error| error.to_string())?;
        let complete = serde_json::from_slice::<serde_json::Value>(&held).is_ok();
        if complete {
            let answer = answer(&held)?;
            writeln!(output, "{answer}").and_then(|()| output.flush()).map_err(|error| error.to_string())?;
            last = serde_json::from_str::<Answer>(&answer).ok().map(|answer| answer.verdict);
            held.clear();
        }
        if read == 0 {
            return match last {
                Some(verdict) if held.iter().all(u8::is_ascii_whitespace) => Ok(verdict),
                _ => Err("the input is not a question".to_owned()),
            };
        }
    }
}

/// Serves the protocol at `POST /` until the process ends. Says the address on standard output when it listens.
///
/// # Errors
/// A sentence, when it cannot listen.
pub fn serve(listen: SocketAddr) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        println!("listening on http://{address}/");
        let router = Router::new().route("/", post(endpoint)).layer(DefaultBodyLimit::max(QUESTION_BYTES));
        axum::serve(listener, router).await.map_err(|error| error.to_string())
    })
}

async fn endpoint(body: Bytes) -> Response {
    let judged = tokio::task::spawn_blocking(move || answer(&body)).await;
    match judged {
        Ok(Ok(answer)) => ([(header::CONTENT_TYPE, "application/json")], answer).into_response(),
        Ok(Err(sentence)) => (StatusCode::BAD_REQUEST, sentence).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the verifier panicked").into_response(),
    }
}
