//! Judging: was what came of a response what had to come of it?

use crate::wallet::answer::MARKUP;
use crate::wallet::fault::{Due, Row};

use super::subject::Told;

/// Everything that was seen of one case.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Status of the answer to the response.
    pub status: u16,
    /// What the verifier said then.
    pub told: Told,
    /// What came of a right response afterwards, or of the same one again.
    pub afterwards: Option<(u16, Told)>,
}

/// `Ok` when it is as due; else what was got instead. `knows_codes` = the verifier names vidimus's codes.
///
/// # Errors
/// What was due and what was got, in words.
pub fn judge(row: &Row, seen: &Seen, knows_codes: bool) -> Result<(), String> {
    if seen.told.text.contains(MARKUP) {
        return Err("due: the wallet's words as nobody's markup; got: them as they came".to_owned());
    }
    match row.due {
        Due::Accepted => check_accepted(seen.status, &seen.told),
        Due::Noted => {
            check_accepted(seen.status, &seen.told)?;
            let is_noted = row.codes.iter().any(|code| seen.told.notes.iter().any(|note| note == code));
            if knows_codes && !is_noted { due(&format!("a note {}", row.codes.join(" or ")), "none") } else { Ok(()) }
        }
        Due::Refused => check_refused(row, seen, knows_codes),
        Due::Unmoved => check_unmoved(row, seen, knows_codes),
        Due::FirstKept => {
            let (again, told) = seen.afterwards.as_ref().ok_or("the response was not sent again")?;
            if !is_success(seen.status) {
                return due("the first response taken", &format!("HTTP status {}", seen.status));
            }
            if is_success(*again) {
                return due("the second response refused", &format!("HTTP status {again}"));
            }
            if knows_codes && !names_one(row.codes, told) {
                return due(&row.codes.join(" or "), &names(told));
            }
            check_verdict("accepted", told)
        }
        Due::Late => match seen.told.verdict.as_deref() {
            _ if is_success(seen.status) => due("a refusal (4xx)", &format!("HTTP status {}", seen.status)),
            Some("accepted") => due("no acceptance", "accepted"),
            _ => Ok(()),
        },
        Due::Ended => {
            let is_named = !knows_codes || names_one(row.codes, &seen.told);
            match seen.told.verdict.as_deref() {
                Some("accepted") => due("no acceptance", "accepted"),
                _ if !is_named => due(&row.codes.join(" or "), &names(&seen.told)),
                _ => Ok(()),
            }
        }
    }
}

fn due<T>(due: &str, got: &str) -> Result<T, String> {
    Err(format!("due: {due}; got: {got}"))
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn names(told: &Told) -> String {
    if told.codes.is_empty() { "no code".to_owned() } else { told.codes.join(", ") }
}

fn names_one(codes: &[&str], told: &Told) -> bool {
    codes.is_empty() || codes.iter().any(|code| told.codes.iter().any(|named| named == code))
}

fn check_verdict(wanted: &str, told: &Told) -> Result<(), String> {
    match told.verdict.as_deref() {
        _ if !told.is_known => Ok(()),
        Some(verdict) if verdict == wanted => Ok(()),
        other => due(wanted, &format!("{} ({})", other.unwrap_or("no verdict"), names(told))),
    }
}

fn check_accepted(status: u16, told: &Told) -> Result<(), String> {
    if !is_success(status) {
        return due("HTTP status 200", &format!("HTTP status {status} ({})", names(told)));
    }
    check_verdict("accepted", told)
}

/// A verifier may take a bad presentation with 200 and refuse it towards the relying party; without that word its status counts.
fn check_refused(row: &Row, seen: &Seen, knows_codes: bool) -> Result<(), String> {
    if !seen.told.is_known {
        return match is_success(seen.status) {
            true => due("a refusal (4xx), or a verdict (--verdict-command)", &format!("HTTP status {}", seen.status)),
            false => Ok(()),
        };
    }
    if !knows_codes {
        return match seen.told.verdict.as_deref() {
            Some("accepted") => due("rejected", "accepted"),
            None if is_success(seen.status) => due("rejected", "HTTP status 200 and no verdict"),
            _ => Ok(()),
        };
    }
    if is_success(seen.status) {
        return due("HTTP status 400 for the wallet", &format!("HTTP status {}", seen.status));
    }
    // A proof of the holder that is not for this session leaves it open: the refusal is told without a verdict.
    if seen.told.verdict.is_some() {
        check_verdict("rejected", &seen.told)?;
    }
    if names_one(row.codes, &seen.told) { Ok(()) } else { due(&row.codes.join(" or "), &names(&seen.told)) }
}

fn check_unmoved(row: &Row, seen: &Seen, knows_codes: bool) -> Result<(), String> {
    if !knows_codes {
        return check_refused(row, seen, false);
    }
    if is_success(seen.status) {
        return due("HTTP status 400", &format!("HTTP status {}", seen.status));
    }
    if let Some(verdict) = &seen.told.verdict {
        return due("a session as it was before", &format!("{verdict} ({})", names(&seen.told)));
    }
    if !names_one(row.codes, &seen.told) {
        return due(&row.codes.join(" or "), &names(&seen.told));
    }
    let (status, told) = seen.afterwards.as_ref().ok_or("no right response was sent afterwards")?;
    check_accepted(*status, told).map_err(|got| format!("the right response afterwards: {got}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wallet::fault::Fault;

    fn told(verdict: &str, codes: &[&str]) -> Told {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        Told { verdict: Some(verdict.to_owned()), codes, is_known: true, ..Told::default() }
    }

    fn seen(status: u16, told: Told) -> Seen {
        Seen { status, told, afterwards: None }
    }

    #[test]
    fn a_verifier_that_takes_anything_fails() {
        let accepting = seen(200, told("accepted", &[]));
        for row in crate::wallet::fault::TABLE.iter() {
            let passes = matches!(row.due, Due::Accepted);
            assert_eq!(judge(row, &accepting, true).is_ok(), passes, "{}", row.name);
            let by_status = Seen { status: 200, ..Seen::default() };
            let passes = matches!(row.due, Due::Accepted | Due::Noted | Due::Ended);
            assert_eq!(judge(row, &by_status, false).is_ok(), passes, "{}", row.name);
        }
    }

    #[test]
    fn a_verifier_that_refuses_anything_fails() {
        let row = Fault::HappyFlow.row();
        assert!(judge(row, &seen(400, told("rejected", &["sig.invalid"])), true).is_err());
        let row = Fault::InvalidSdHash.row();
        assert_eq!(judge(row, &seen(400, told("rejected", &["sdjwt.sd_hash"])), true), Ok(()));
        assert!(judge(row, &seen(400, told("rejected", &["sig.invalid"])), true).is_err());
        assert_eq!(judge(row, &seen(400, Told::default()), false), Ok(()));
        let row = Fault::WrongState.row();
        let kept = Seen {
            status: 400,
            told: Told { is_known: true, codes: vec!["vp.state".to_owned()], ..Told::default() },
            afterwards: Some((200, told("accepted", &[]))),
        };
        assert_eq!(judge(row, &kept, true), Ok(()));
        assert!(judge(row, &Seen { afterwards: Some((400, told("rejected", &[]))), ..kept }, true).is_err());
    }
}
