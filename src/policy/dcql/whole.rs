//! The whole: do all presentations of a response, together, answer the query (OpenID4VP 1.0, 6.4.2 and 8.6)?

use std::collections::HashSet;

use crate::limits;
use crate::policy::dcql::{CredentialSet, Facts, Query};
use crate::reason::{Code, Reason};

impl Query {
    /// Why the response does not answer; empty = it does. `shown` has the presentations of each identifier that the wallet answered,
    /// in the wallet's words.
    pub fn unmet(&self, shown: &[(&str, Vec<&Facts>)]) -> Vec<Reason> {
        let counts: Vec<(&str, usize)> = shown.iter().map(|(id, facts)| (*id, facts.len())).collect();
        let mut unmet = self.misnamed(&counts);
        let mut answered = HashSet::new();
        for (id, presentations) in shown {
            let Some(credential) = self.credential(id) else { continue };
            let before = unmet.len();
            unmet.extend(presentations.iter().flat_map(|facts| credential.unmet(facts)));
            if unmet.len() == before && !presentations.is_empty() {
                answered.insert(*id);
            }
        }
        unmet.extend(self.unanswered(&answered));
        unmet.truncate(limits::FAULTS);
        unmet
    }

    /// The same by names and numbers alone, before anything was verified: identifiers that were not asked for, several presentations
    /// where one is due, required credentials that are not there.
    pub fn unmet_by_shape(&self, shown: &[(&str, usize)]) -> Vec<Reason> {
        let mut unmet = self.misnamed(shown);
        let answered = shown.iter().filter(|(_, count)| *count > 0).map(|(id, _)| *id).collect();
        unmet.extend(self.unanswered(&answered));
        unmet.truncate(limits::FAULTS);
        unmet
    }

    /// 8.1: "The value of this property is an array"; one identifier once, at least one presentation, one alone unless `multiple`.
    fn misnamed(&self, shown: &[(&str, usize)]) -> Vec<Reason> {
        let mut unmet = Vec::new();
        let mut seen = HashSet::new();
        for (id, count) in shown {
            let Some(credential) = self.credential(id) else {
                unmet.push(reason("identifiers of the query").got(format!("`{id}`, which was not asked for")));
                continue;
            };
            if !seen.insert(*id) {
                unmet.push(reason(format!("`{id}` once")).got("twice"));
            }
            match count {
                0 => unmet.push(reason(format!("`{id}`: a presentation")).got("none")),
                1 => {}
                _ if !credential.multiple => {
                    unmet.push(reason(format!("`{id}`: one presentation")).got(*count));
                }
                count if *count > limits::DCQL_PRESENTATIONS => {
                    let most = limits::DCQL_PRESENTATIONS;
                    unmet.push(reason(format!("`{id}`: {most} presentations at most")).got(*count));
                }
                _ => {}
            }
        }
        unmet
    }

    /// 6.4.2: without credential sets every credential is due, else one option of each required set; where none is required, one option
    /// of any, for an answer with nothing in it is no presentation.
    fn unanswered(&self, answered: &HashSet<&str>) -> Vec<Reason> {
        if self.credential_sets.is_empty() {
            let missing = self.credentials.iter().filter(|credential| !answered.contains(credential.id.as_str()));
            return missing.map(|credential| reason(format!("`{}`", credential.id)).got("no answer to it")).collect();
        }
        let sets = &self.credential_sets;
        if sets.iter().all(|set| !set.required) && !sets.iter().any(|set| set.is_answered(answered)) {
            let words: Vec<String> = sets.iter().take(8).map(CredentialSet::words).collect();
            return vec![reason(words.join(", or ")).got("none of these")];
        }
        let is_open = |set: &&CredentialSet| set.required && !set.is_answered(answered);
        self.credential_sets.iter().filter(is_open).map(|set| reason(set.words()).got("none of these")).collect()
    }
}

impl CredentialSet {
    fn is_answered(&self, answered: &HashSet<&str>) -> bool {
        self.options.iter().any(|option| option.iter().all(|id| answered.contains(id.as_str())))
    }

    /// `a and b, or c`.
    fn words(&self) -> String {
        let options: Vec<String> = self.options.iter().take(8).map(|option| option.join(" and ")).collect();
        options.join(", or ")
    }
}

fn reason(expected: impl Into<crate::reason::Fact>) -> Reason {
    Reason::new(Code::VpDcqlUnsatisfied).expected(expected)
}
