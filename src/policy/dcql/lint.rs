//! The linter: what is unwise, useless or impossible in a query that can be read. Hints change nothing.

mod claims;
mod credential;
mod sets;

use std::borrow::Cow;

use crate::limits;
use crate::policy::dcql::decode::short;
use crate::policy::dcql::{Hint, Query};

impl Query {
    /// What could be better, in the order of the query. Empty = nothing that this linter knows.
    pub fn lint(&self) -> Vec<Hint> {
        let mut hints = Hints::default();
        let mut impossible = Vec::new();
        for (index, credential) in self.credentials.iter().enumerate() {
            let at = format!("/credentials/{index}");
            credential::lint(credential, &at, &mut hints);
            let claims_fit = claims::lint(credential, &at, &mut hints);
            if !claims_fit || !credential::can_be_answered(credential) {
                impossible.push(credential.id.as_str());
            }
        }
        sets::lint(self, &impossible, &mut hints);
        hints.0
    }
}

/// The hints so far.
#[derive(Default)]
struct Hints(Vec<Hint>);

impl Hints {
    fn add(&mut self, code: &'static str, pointer: impl Into<String>, sentence: impl Into<Cow<'static, str>>) {
        if self.0.len() < limits::DCQL_REMARKS {
            self.0.push(Hint { code, pointer: pointer.into(), sentence: short(sentence.into()) });
        }
    }
}
