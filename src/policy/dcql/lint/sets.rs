//! Credential sets: options that are never chosen, credentials that are in none, sets that nobody can answer.

use std::collections::HashSet;

use crate::policy::dcql::lint::Hints;
use crate::policy::dcql::{CredentialSet, Query};

/// `impossible` are the credential queries that no credential can answer.
pub(super) fn lint(query: &Query, impossible: &[&str], hints: &mut Hints) {
    let is_impossible = |id: &String| impossible.contains(&id.as_str());
    if query.credential_sets.is_empty() {
        if let Some(id) = impossible.first() {
            let sentence = format!("Nobody can answer: every credential is required, and none can be `{id}`.");
            hints.add("dcql.unsatisfiable", "", sentence);
        }
        return;
    }
    for (index, set) in query.credential_sets.iter().enumerate() {
        let at = format!("/credential_sets/{index}");
        lint_options(set, &at, hints);
        if set.options.iter().all(|option| option.iter().any(is_impossible)) {
            let sentence = if set.required {
                "Nobody can answer: each option needs a credential that cannot be."
            } else {
                "No option can be answered; the set asks for nothing."
            };
            hints.add("dcql.unsatisfiable", at, sentence);
        }
    }
    if query.credential_sets.iter().all(|set| !set.required) {
        hints.add(
            "dcql.nothing_required",
            "/credential_sets",
            "No set is required: an answer to any one of them will do.",
        );
    }
    let named: HashSet<&String> = query.credential_sets.iter().flat_map(|set| set.options.iter().flatten()).collect();
    for (index, credential) in query.credentials.iter().enumerate() {
        if !named.contains(&credential.id) {
            let sentence = format!("`{}` is in no credential set, so it is never asked for.", credential.id);
            hints.add("dcql.credential_unused", format!("/credentials/{index}"), sentence);
        }
    }
}

fn lint_options(set: &CredentialSet, pointer: &str, hints: &mut Hints) {
    let options: Vec<HashSet<&String>> = set.options.iter().map(|option| option.iter().collect()).collect();
    for (index, option) in options.iter().enumerate() {
        let at = format!("{pointer}/options/{index}");
        if set.options.get(index).is_some_and(|names| names.len() > option.len()) {
            hints.add("dcql.option_twin", at.clone(), "A credential stands twice in one option.");
        }
        if let Some(earlier) = options.iter().take(index).position(|earlier| earlier.is_subset(option)) {
            let sentence =
                format!("It is never chosen: whoever has all of it has option {earlier} too, which is preferred.");
            hints.add("dcql.option_unreachable", at, sentence);
        }
    }
}
