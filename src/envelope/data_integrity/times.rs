//! What a proof says of time and addressee, judged (VC Data Integrity 1.0, sections 2.1 and 4.4).

use crate::check::Note;
use crate::encoding::json::Value;
use crate::envelope::data_integrity::proof::{Moment, Proof, proofs_of};
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// What is wrong with the times of a document's proofs, and remarks. Clocks may differ by `skew_seconds`.
///
/// Faults: `di.proof_expired`, `time.not_yet_valid`, `time.inconsistent`.
pub fn check_times(document: &Value<'_>, now: Timestamp, skew_seconds: i64) -> (Vec<Reason>, Vec<Note>) {
    let (mut faults, mut notes) = (Vec::new(), Vec::new());
    for value in proofs_of(document).unwrap_or_default() {
        let (proof, _) = Proof::decode(value);
        if let Some(Moment { time, .. }) = proof.created
            && time > now.plus(skew_seconds)
        {
            faults.push(Reason::new(Code::TimeNotYetValid).expected(time).got(now));
        }
        if let Some(Moment { time, .. }) = proof.expires {
            if now.plus(skew_seconds.saturating_neg()) >= time {
                faults.push(Reason::new(Code::DiProofExpired).expected(time).got(now));
            }
            if let Some(created) = proof.created.filter(|created| created.time > time) {
                faults.push(Reason::new(Code::TimeInconsistent).expected(created.time).got(time));
            }
        }
        if [proof.created, proof.expires].iter().flatten().any(|moment| !moment.has_zone) {
            notes.push(Note::new("di.no_time_zone", "A time of a proof names no time zone and was read as UTC."));
        }
    }
    (faults, notes)
}

/// What is wrong with challenge and domain of a presentation's proofs, where the relying party gave one.
///
/// Faults: `vp.nonce`, `claim.audience`. A list of domains must hold the relying party and nobody else.
pub fn check_addressee(document: &Value<'_>, nonce: Option<&str>, audience: Option<&str>) -> Vec<Reason> {
    let mut faults = Vec::new();
    for value in proofs_of(document).unwrap_or_default() {
        let (proof, _) = Proof::decode(value);
        if nonce.is_some() && proof.challenge != nonce {
            let got = if proof.challenge.is_some() { "another challenge" } else { "no challenge" };
            faults.push(Reason::new(Code::VpNonce).got(got));
        }
        if let Some(audience) = audience
            && proof.domains != [audience]
        {
            let got = match proof.domains.as_slice() {
                [] => "no domain",
                [_] => "another domain",
                _ => "several domains",
            };
            faults.push(Reason::new(Code::ClaimAudience).expected(audience.to_owned()).got(got));
        }
    }
    faults
}
