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
    let parts: Vec<&Value> = match report.get("parts").and_then(Value::as_array) {
        Some(parts) => parts.iter().collect(),
        None => vec![&report],
    };
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
        claims: report.get("claims").cloned(),
    })
}
