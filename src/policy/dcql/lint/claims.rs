//! The claims of one credential query: asked twice, asked for nothing, asked too much, impossible together.

use std::collections::{HashMap, HashSet};

use crate::policy::dcql::lint::Hints;
use crate::policy::dcql::{ClaimsQuery, CredentialQuery, Step, Wanted, path_text};

/// Claims that tell an age and nothing else begin so.
const AGES: [&str; 4] = ["age_over_", "age_equal_or_over", "age_over", "is_over_"];
/// Claims that tell an age, and more than a proof of age needs.
const BIRTHS: [&str; 7] =
    ["birth_date", "birthdate", "date_of_birth", "birthDate", "dob", "age_in_years", "age_birth_year"];
/// Claims that tell who somebody is.
const IDENTITIES: [&str; 16] = [
    "family_name",
    "given_name",
    "familyName",
    "givenName",
    "name",
    "portrait",
    "picture",
    "personal_administrative_number",
    "document_number",
    "resident_address",
    "address",
    "place_of_birth",
    "birth_place",
    "email",
    "phone_number",
    "signature_usual_mark",
];

/// `false` when the claims can never be there together.
pub(super) fn lint(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) -> bool {
    let at = |index: usize| format!("{pointer}/claims/{index}");
    if credential.claims.is_empty() {
        lint_none(credential, pointer, hints);
    }
    for (index, claim) in credential.claims.iter().enumerate() {
        lint_claim(credential, claim, &at(index), hints);
    }
    lint_sets(credential, pointer, hints);
    lint_age(credential, pointer, hints);
    lint_twins(credential, pointer, hints)
}

/// 6.4.1: without `claims`, what cannot be withheld.
fn lint_none(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) {
    let format = credential.format;
    let sentence = if format.is_mdoc {
        "Without `claims` the wallet shows no element: only that its holder has such a document."
    } else if format.is_core || !format.is_of_wallets {
        "Without `claims` any credential of the kind answers, whatever it says."
    } else {
        "Without `claims` the wallet shows everything that cannot be withheld, and nothing else: name the claims that are needed."
    };
    hints.add("dcql.no_claims", format!("{pointer}/claims"), sentence);
}

fn lint_claim(credential: &CredentialQuery, claim: &ClaimsQuery, pointer: &str, hints: &mut Hints) {
    if claim.is_of_draft {
        let sentence = format!("Drafts had `namespace` and `claim_name`; write \"path\": {}.", path_text(&claim.path));
        hints.add("dcql.draft_claim", pointer, sentence);
    }
    if claim.intent_to_retain.is_some() && !credential.format.is_mdoc {
        let sentence = "It means something of an mdoc only, and is ignored.";
        hints.add("dcql.retain_ignored", format!("{pointer}/intent_to_retain"), sentence);
    }
    if let [Step::Name(name)] = claim.path.as_slice()
        && name.contains('.')
        && !credential.format.is_mdoc
    {
        let path: Vec<Step> = name.split('.').map(|name| Step::Name(name.to_owned())).collect();
        let sentence = format!("`{name}` is the name of one member; one inside the other is {}.", path_text(&path));
        hints.add("dcql.dotted_name", format!("{pointer}/path"), sentence);
    }
    if !claim.values.is_empty() && credential.format.is_of_wallets {
        let sentence = "A wallet that has another value says so by its silence, and may ignore `values`; every value is looked at again here.";
        hints.add("dcql.values_privacy", format!("{pointer}/values"), sentence);
    }
    let distinct: HashSet<&Wanted> = claim.values.iter().collect();
    if distinct.len() < claim.values.len() {
        hints.add("dcql.value_twice", format!("{pointer}/values"), "A value stands twice.");
    }
}

/// Sets that are never chosen, and claims that are in none.
fn lint_sets(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) {
    if credential.claim_sets.is_empty() {
        return;
    }
    let sets: Vec<HashSet<&str>> =
        credential.claim_sets.iter().map(|set| set.iter().map(String::as_str).collect()).collect();
    for (index, set) in sets.iter().enumerate() {
        if let Some(earlier) = sets.iter().take(index).position(|earlier| earlier.is_subset(set)) {
            let sentence =
                format!("It is never chosen: whoever has all of it has set {earlier} too, which is preferred.");
            hints.add("dcql.claim_set_unreachable", format!("{pointer}/claim_sets/{index}"), sentence);
        }
    }
    for (index, claim) in credential.claims.iter().enumerate() {
        if claim.id.as_deref().is_some_and(|id| !sets.iter().any(|set| set.contains(id))) {
            let sentence = "It is in no claim set, so it is never asked for.";
            hints.add("dcql.claim_unused", format!("{pointer}/claims/{index}"), sentence);
        }
    }
}

/// An age that is asked for together with what tells more than an age.
fn lint_age(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) {
    let together = |set: Option<&Vec<String>>| -> Vec<&ClaimsQuery> {
        let is_in = |claim: &&ClaimsQuery| match (set, &claim.id) {
            (None, _) => true,
            (Some(set), Some(id)) => set.contains(id),
            (Some(_), None) => false,
        };
        credential.claims.iter().filter(is_in).collect()
    };
    let groups: Vec<Vec<&ClaimsQuery>> = match credential.claim_sets.as_slice() {
        [] => vec![together(None)],
        sets => sets.iter().map(|set| together(Some(set))).collect(),
    };
    for group in groups {
        let names: Vec<&str> = group.iter().flat_map(|claim| &claim.path).filter_map(Step::name).collect();
        let has_age = names.iter().any(|name| AGES.iter().any(|age| name.starts_with(age)));
        let births: Vec<&str> = names.iter().copied().filter(|name| BIRTHS.contains(name)).collect();
        let identities: Vec<&str> = names.iter().copied().filter(|name| IDENTITIES.contains(name)).collect();
        if has_age && (!births.is_empty() || !identities.is_empty()) {
            let more: Vec<&str> = births.into_iter().chain(identities).take(6).collect();
            let sentence =
                format!("An age is asked for, and `{}` too, which tells more than an age.", more.join("`, `"));
            hints.add("dcql.over_asking", format!("{pointer}/claims"), sentence);
            return;
        }
    }
}

/// The same path twice: useless, or, where the values have none in common, impossible. `false` when impossible.
fn lint_twins(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) -> bool {
    let mut seen: HashMap<&[Step], (usize, &ClaimsQuery)> = HashMap::new();
    let mut is_possible = true;
    for (index, claim) in credential.claims.iter().enumerate() {
        let Some((first, twin)) = seen.get(claim.path.as_slice()) else {
            seen.insert(&claim.path, (index, claim));
            continue;
        };
        let at = format!("{pointer}/claims/{index}/path");
        // An array has several values, of which each claim may mean another.
        let is_one = !claim.path.contains(&Step::Every);
        let excludes = is_one
            && !claim.values.is_empty()
            && !twin.values.is_empty()
            && !claim.values.iter().any(|value| twin.values.contains(value));
        if excludes && credential.claim_sets.is_empty() {
            let sentence =
                format!("Claim {first} asks for the same with other values; both together can never be met.");
            hints.add("dcql.values_impossible", at, sentence);
            is_possible = false;
        } else if credential.claim_sets.is_empty() {
            hints.add("dcql.path_twice", at, format!("Claim {first} asks for the same."));
        }
    }
    is_possible
}

impl Step {
    /// The name, where the step is one.
    pub fn name(&self) -> Option<&str> {
        if let Step::Name(name) = self { Some(name) } else { None }
    }
}
