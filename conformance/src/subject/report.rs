//! Reading vidimus's own JSON report back into an [`Answer`], for the subjects that run its command and its service.

use serde_json::Value;

use super::Reply;
use crate::question::Answer;

/// The reply that a report as JSON amounts to.
pub fn reply_of_report(bytes: &[u8]) -> Reply {
    let report: Value = match serde_json::from_slice(bytes) {
        Ok(report) => report,
        Err(error) => return Reply::Crash(format!("not a report: {error}")),
    };
    let Some(verdict) = report.get("verdict").and_then(Value::as_str) else {
        return Reply::Crash("a report without a verdict".to_owned());
    };
    let mut parts = Vec::new();
    flatten(&report, &mut parts);
    let faults: Vec<&Value> = parts
        .iter()
        .filter_map(|part| part.get("checks").and_then(Value::as_array))
        .flatten()
        .filter(|check| check.get("code").is_some())
        .collect();
    let text = |check: &Value, member: &str| check.get(member).and_then(Value::as_str).map(str::to_owned);
    super::reply_of_answer(Answer {
        verdict: verdict.to_owned(),
        stage: faults.first().and_then(|check| text(check, "stage")),
        reason: faults.first().and_then(|check| text(check, "code")),
        codes: faults.iter().filter_map(|check| text(check, "code")).collect(),
        // Of several credentials at once, no one's claims are the claims; those inside a presentation do not count.
        claims: match report.get("parts").and_then(Value::as_array).map(Vec::as_slice) {
            Some([part]) if report.get("checks").is_none() => part.get("claims").cloned(),
            _ => report.get("claims").cloned(),
        },
    })
}

/// Every part that was judged, each before those inside it.
fn flatten<'r>(report: &'r Value, parts: &mut Vec<&'r Value>) {
    if report.get("checks").is_some() {
        parts.push(report);
    }
    for part in report.get("parts").and_then(Value::as_array).into_iter().flatten() {
        flatten(part, parts);
    }
}
