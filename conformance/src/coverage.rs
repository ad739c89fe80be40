//! Coverage: every reason code has a vector that names it and no other, every format fails at every stage where it can.

use std::collections::{BTreeMap, BTreeSet};

use vidimus::reason::{Code, Stage};

use crate::results::{Outcome, Results};

/// Codes that no input of the formats can be refused for, and why not. A code that a vector names may not stand here.
pub const UNREACHABLE: &[(Code, &str)] = &[
    (Code::DidDepth, "A format looks for a key in the document of the key's own DID, never in another's."),
    (Code::InputAmbiguous, "The beginnings of the formats exclude each other."),
    (Code::LdContextHash, "A pinned context with another digest is left out of the trust snapshot, which says so."),
    (Code::StatusMessage, "A message is noted; it refuses nothing."),
];

/// All stages but one: what the envelope holds is there in full.
const WITHOUT_DIGESTS: [Stage; 7] =
    [Stage::Decode, Stage::Key, Stage::Signature, Stage::Validity, Stage::Status, Stage::Holder, Stage::Policy];

/// Stages at which each format can fail.
pub const STAGES: &[(&str, &[Stage])] = &[
    ("eu_dcc", &[Stage::Decode, Stage::Key, Stage::Signature, Stage::Validity, Stage::Status, Stage::Policy]),
    (
        "smart_health_card",
        &[Stage::Decode, Stage::Key, Stage::Signature, Stage::Validity, Stage::Status, Stage::Policy],
    ),
    ("nz_covid_pass", &[Stage::Decode, Stage::Key, Stage::Signature, Stage::Validity, Stage::Status, Stage::Policy]),
    ("vc_di", &Stage::ALL),
    ("vc_jwt", &WITHOUT_DIGESTS),
    ("vc_sd_jwt", &Stage::ALL),
    ("vc_cose", &WITHOUT_DIGESTS),
    ("mdoc", &Stage::ALL),
    (
        "token_status_list",
        &[Stage::Decode, Stage::Key, Stage::Signature, Stage::Validity, Stage::Status, Stage::Policy],
    ),
    ("sd_jwt_vc", &Stage::ALL),
];

/// What our vectors leave open, one sentence each. Only the subject `in-process` tells every code.
pub fn missing(results: &Results) -> Vec<String> {
    let mut alone = BTreeMap::<&str, usize>::new();
    let mut stages = BTreeSet::<(&str, &str)>::new();
    for case in results.cases.iter().filter(|case| case.outcome == Outcome::Pass) {
        let Some(id) = case.id.strip_prefix("test-vectors/") else { continue };
        let mut parts = id.split("::");
        if let (Some(format), Some(stage)) = (parts.next(), parts.next()) {
            stages.insert((format, stage));
        }
        let codes: BTreeSet<&str> = case.codes.iter().map(String::as_str).collect();
        if let (Some(code), 1) = (codes.first(), codes.len()) {
            *alone.entry(code).or_default() += 1;
        }
    }
    let mut missing = Vec::new();
    for code in Code::ALL {
        let unreachable = UNREACHABLE.iter().any(|(known, _)| known == code);
        match (alone.contains_key(code.as_str()), unreachable) {
            (false, false) => missing.push(format!("no vector is refused for {} alone", code.as_str())),
            (true, true) => missing.push(format!("{} is listed as unreachable, but a vector names it", code.as_str())),
            _ => {}
        }
    }
    for (format, due) in STAGES {
        for stage in *due {
            if !stages.contains(&(*format, stage.name())) {
                missing.push(format!("no vector of {format} fails at stage {}", stage.name()));
            }
        }
    }
    missing
}
