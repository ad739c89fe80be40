//! `POST /v1/verify/batch`: one question a line in, one answer a line out, in order, for as long as the client likes.
//!
//! Lines are grouped while all threads are busy, so that the signatures of a group are checked together, and a group leaves
//! as soon as a thread is free: a fast client gets large groups, a slow one gets its answers at once. Memory is bounded by
//! the groups under way, whatever the length of the batch.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::evidence::Evidence;
use crate::format::is_picture;
use crate::gather::Round;
use crate::limits;
use crate::report::{REPORT_BYTES, Report};
use crate::service::media::Media;
use crate::service::problem::{Kind, Problem};
use crate::service::question::Question;
use crate::service::state::Service;
use crate::verify::{Request, verify_batch};

mod lines;

use lines::{Group, Lines};

/// Judges one question a line.
#[utoipa::path(
    post,
    path = "/v1/verify/batch",
    operation_id = "verify_batch",
    request_body(
        description = "One line a credential: a JSON string that holds it, or a question. Any number of lines.",
        content((crate::service::question::Question = "application/x-ndjson"))
    ),
    responses(
        (status = 200, description = "One line a question, in order.", body = crate::service::described::Answer,
         content_type = "application/x-ndjson"),
        (status = "default", description = "The request is wrong, or cannot be served now.",
         body = crate::service::described::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(State(service): State<Service>, headers: HeaderMap, body: Body) -> Response {
    match Media::of(&headers) {
        Ok(Media::Lines) => {}
        Ok(_) => return Problem::new(Kind::MediaType).into_response(),
        Err(kind) => return Problem::new(kind).into_response(),
    }
    if !service.has_trust() {
        return Problem::new(Kind::NotReady).into_response();
    }
    let Ok(place) = service.batches.clone().try_acquire_owned() else {
        service.metrics.shed.inc();
        return Problem::new(Kind::Overloaded).into_response();
    };
    let (sender, receiver) = mpsc::channel(service.config.thread_count() + 1);
    tokio::spawn(read_groups(service, body, sender));
    // The place is given back when the answer ends or its reader goes away.
    let answers = stream::unfold((receiver, place), async |(mut receiver, place)| {
        let group: JoinHandle<Vec<u8>> = receiver.recv().await?;
        let answer = group.await.map(Bytes::from).map_err(|_| std::io::Error::other("a group was not judged"));
        Some((answer, (receiver, place)))
    });
    let lines = [(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"))];
    (lines, Body::from_stream(answers)).into_response()
}

type Groups = mpsc::Sender<JoinHandle<Vec<u8>>>;

/// A place in the order of answers, and a turn at a thread.
async fn turn(
    service: Service,
    groups: Groups,
) -> Option<(mpsc::OwnedPermit<JoinHandle<Vec<u8>>>, OwnedSemaphorePermit)> {
    let place = groups.reserve_owned().await.ok()?;
    let turn = service.turns.clone().acquire_owned().await.ok()?;
    Some((place, turn))
}

/// Reads lines and sends groups of them off to be judged, until the body ends or nobody reads the answers.
async fn read_groups(service: Service, body: Body, groups: Groups) {
    let mut stream = body.into_data_stream();
    let mut lines = Lines::default();
    let mut next_turn = Box::pin(turn(service.clone(), groups.clone()));
    let mut open = true;
    // When the last line was whole. A client that trickles would hold its place for ever.
    let mut last_line = (Instant::now(), 0);
    while open || lines.has_group() {
        let read_more = open && !lines.is_group_full();
        tokio::select! {
            biased;
            chunk = timeout_at(last_line.0 + service.config.read_time, stream.next()), if read_more => match chunk {
                Ok(Some(Ok(chunk))) => {
                    lines.push(&chunk);
                    if lines.number() != last_line.1 {
                        last_line = (Instant::now(), lines.number());
                    }
                }
                Ok(None) => { open = false; lines.end(); }
                Ok(Some(Err(_))) => { open = false; lines.end_with(Kind::BrokenBody); }
                Err(_) => { open = false; lines.end_with(Kind::Slow); }
            },
            turn_taken = &mut next_turn, if lines.has_group() => {
                let Some((place, turn_taken)) = turn_taken else { return };
                let (group, service_too, runtime) = (lines.take_group(), service.clone(), Handle::current());
                place.send(tokio::task::spawn_blocking(move || judge(&service_too, group, turn_taken, &runtime)));
                next_turn = Box::pin(turn(service.clone(), groups.clone()));
                // Nothing was read while the group waited for its turn.
                last_line.0 = Instant::now();
            }
            () = groups.closed() => return,
        }
    }
}

/// The answer lines of one group.
fn judge(service: &Service, group: Group, turn: OwnedSemaphorePermit, runtime: &Handle) -> Vec<u8> {
    let now = service.clock.now();
    let mut requests = Vec::with_capacity(group.len());
    let mut asked = Vec::with_capacity(group.len());
    for (number, line) in group.lines() {
        let mut id = None;
        let request = line.map_err(Problem::from).and_then(Question::from_line).and_then(|mut question| {
            id = question.id()?;
            question.into_request(service, now).and_then(without_picture)
        });
        let problem = match request {
            Ok(request) => {
                requests.push(request);
                None
            }
            Err(problem) => {
                service.metrics.bad_lines.inc();
                Some(problem)
            }
        };
        asked.push((number, id, problem));
    }
    drop(group);
    let mut reports = reports_on(service, &requests, turn, runtime).into_iter();
    let mut answer = Vec::with_capacity(REPORT_BYTES * asked.len());
    for (number, id, problem) in asked {
        match problem {
            Some(problem) => {
                begin_answer(&mut answer, number, id, "problem");
                answer.extend_from_slice(problem.to_json().as_bytes());
            }
            None => {
                begin_answer(&mut answer, number, id, "report");
                if let Some(report) = reports.next() {
                    report.write_json(&mut answer);
                }
            }
        }
        answer.extend_from_slice(b"}\n");
    }
    answer
}

/// A picture takes as much memory and time as thousands of texts; `/v1/verify` judges one at a time.
fn without_picture(request: Request) -> Result<Request, Problem> {
    if is_picture(&request.input.bytes) { Err(Kind::PictureInBatch.into()) } else { Ok(request) }
}

fn begin_answer(answer: &mut Vec<u8>, number: u64, id: Option<serde_json::Value>, name: &str) {
    use std::io::Write;
    // Writing to a vector does not fail.
    let _ = match id {
        Some(id) => write!(answer, "{{\"line\":{number},\"id\":{id},\"{name}\":"),
        None => write!(answer, "{{\"line\":{number},\"{name}\":"),
    };
}

/// The reports on these requests, with evidence fetched for those that lack it. Nobody waits for the network on a turn.
fn reports_on(service: &Service, requests: &[Request], turn: OwnedSemaphorePermit, runtime: &Handle) -> Vec<Report> {
    let trust = service.trust();
    let mut reports = verify_batch(requests, &trust, &Evidence::none());
    if let Some(fetcher) = &service.fetcher {
        let mut round = Round::default();
        let mut turn = Some(turn);
        for _ in 0..limits::GATHER_ROUNDS {
            let lacking = reports.iter().filter(|report| lacks_evidence(report));
            if lacking.clone().next().is_none() {
                break;
            }
            turn = None;
            if !runtime.block_on(round.fetch_missing(lacking, fetcher)) {
                break;
            }
            turn = runtime.block_on(service.turns.clone().acquire_owned()).ok();
            let (places, again): (Vec<&mut Report>, Vec<Request>) = reports
                .iter_mut()
                .zip(requests)
                .filter(|(report, _)| lacks_evidence(report))
                .map(|(report, request)| (report, request.clone()))
                .unzip();
            for (place, report) in places.into_iter().zip(verify_batch(&again, &trust, &round.evidence)) {
                *place = report;
            }
        }
        drop(turn);
    }
    reports.iter().for_each(|report| service.metrics.judged(report));
    reports
}

fn lacks_evidence(report: &Report) -> bool {
    report.missing().next().is_some()
}
