//! Reasons: the stable vocabulary of what can be wrong with a credential.
//!
//! A [`Reason`] is the credential's fault (or its issuer's), never ours: trouble of the operator or of this program
//! is a `Fault` of the room where it happens. Every code has one row in the table below; `REASONS.md`, `GET /v1/reasons`
//! and `vidimus explain CODE` are made from that table. A code, once released, keeps its name and meaning.

mod table;

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, Serializer};

use crate::time::Timestamp;

pub use self::table::Code;

/// The steps of a verification, in the order in which they run and are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Bytes to structure: transport text, compression, envelope, mandatory members.
    Decode,
    /// Who signed, and may they sign this?
    Key,
    /// Is the signature right under a key found by the stage before?
    Signature,
    /// Do the disclosed values match the signed digests?
    Digests,
    /// Is it the right time for the credential and for its signer?
    Validity,
    /// Has the issuer withdrawn it?
    Status,
    /// Is the presenter the one it was issued to?
    Holder,
    /// Does it say what the relying party demands: types, contents, rules?
    Policy,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Stage; 8] = [
        Stage::Decode,
        Stage::Key,
        Stage::Signature,
        Stage::Digests,
        Stage::Validity,
        Stage::Status,
        Stage::Holder,
        Stage::Policy,
    ];

    /// The stage's name as it stands in reports and vectors.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Decode => "decode",
            Stage::Key => "key",
            Stage::Signature => "signature",
            Stage::Digests => "digests",
            Stage::Validity => "validity",
            Stage::Status => "status",
            Stage::Holder => "holder",
            Stage::Policy => "policy",
        }
    }
}

impl Serialize for Stage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Where a rule is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Spec {
    /// The document's usual short name.
    pub document: &'static str,
    /// The section inside it.
    pub section: &'static str,
    /// Where the document is published.
    pub url: &'static str,
}

/// One row of the reason table.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Row {
    /// `area.snake_case`, stable for ever once released.
    pub code: &'static str,
    /// The stage that gives this reason.
    pub stage: Stage,
    /// What is wrong, one sentence for a person.
    pub sentence: &'static str,
    /// What to do about it, for whoever can.
    pub hint: &'static str,
    /// The rule that was broken.
    pub spec: Spec,
}

/// Characters of a text that explains a reason.
const FACT_CHARACTERS: usize = 200;

/// A value that explains a reason: what was expected, or what was found. Never holds a value of the subject.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Fact {
    /// Nothing worth saying.
    #[default]
    Absent,
    /// Words.
    Text(Cow<'static, str>),
    /// A point in time.
    Time(Timestamp),
    /// A count, a label, a length.
    Number(i64),
    /// Bytes such as a key identifier; shown in hexadecimal, cut after 32.
    Bytes(Box<[u8]>),
}

impl Fact {
    /// `true` when there is nothing to say.
    pub fn is_absent(&self) -> bool {
        matches!(self, Fact::Absent)
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fact::Absent => Ok(()),
            Fact::Text(text) => f.write_str(text),
            Fact::Time(time) => time.fmt(f),
            Fact::Number(number) => number.fmt(f),
            Fact::Bytes(bytes) => {
                for byte in bytes.iter().take(32) {
                    write!(f, "{byte:02x}")?;
                }
                if bytes.len() > 32 { write!(f, "... ({} bytes)", bytes.len()) } else { Ok(()) }
            }
        }
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Fact::Absent => serializer.serialize_none(),
            Fact::Text(text) => serializer.serialize_str(text),
            Fact::Number(number) => serializer.serialize_i64(*number),
            other => serializer.collect_str(other),
        }
    }
}

impl From<&'static str> for Fact {
    fn from(text: &'static str) -> Self {
        Fact::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Fact {
    /// Words, cut after 200 characters: what a credential declares must not swell a report.
    fn from(mut text: String) -> Self {
        if let Some((at, _)) = text.char_indices().nth(FACT_CHARACTERS) {
            text.truncate(at);
            text.push_str("...");
        }
        Fact::Text(Cow::Owned(text))
    }
}

impl From<Timestamp> for Fact {
    fn from(time: Timestamp) -> Self {
        Fact::Time(time)
    }
}

impl From<i64> for Fact {
    fn from(number: i64) -> Self {
        Fact::Number(number)
    }
}

impl From<usize> for Fact {
    fn from(number: usize) -> Self {
        Fact::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&[u8]> for Fact {
    fn from(bytes: &[u8]) -> Self {
        Fact::Bytes(bytes.into())
    }
}

/// Which documents the rule of a fault is quoted from, where several kinds of credential share its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Those of the table.
    Table,
    /// Those of COSE envelopes.
    Cose,
    /// Those of token status lists.
    TokenStatusList,
    /// Those of identifier lists.
    IdentifierList,
}

/// One fault: its code and the two values that explain it.
///
/// Boxed inside, so that a `Result<T, Reason>` stays one word larger than `T` at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(Box<Facts>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
    code: Code,
    stage: Stage,
    rules: Rules,
    expected: Fact,
    got: Fact,
}

impl Reason {
    /// A fault without explaining values, at the stage of its row.
    pub fn new(code: Code) -> Self {
        Reason(Box::new(Facts {
            code,
            stage: code.row().stage,
            rules: Rules::Table,
            expected: Fact::Absent,
            got: Fact::Absent,
        }))
    }

    /// The same fault, saying what was expected.
    #[must_use]
    pub fn expected(mut self, fact: impl Into<Fact>) -> Self {
        self.0.expected = fact.into();
        self
    }

    /// The same fault, saying what was found. Never pass a value of the subject (a name, a date of birth).
    #[must_use]
    pub fn got(mut self, fact: impl Into<Fact>) -> Self {
        self.0.got = fact.into();
        self
    }

    /// The same fault, found at another stage than its row says (a key set that is not JSON fails at `key`, not `decode`).
    #[must_use]
    pub fn at(mut self, stage: Stage) -> Self {
        self.0.stage = stage;
        self
    }

    /// The same fault of a credential in a COSE envelope, whose rules stand in other documents than those of JOSE.
    #[must_use]
    pub fn in_cose(mut self) -> Self {
        if self.0.rules == Rules::Table {
            self.0.rules = Rules::Cose;
        }
        self
    }

    /// The same fault of a status list, or of a place in one, whose rules stand in the document of that kind of list.
    #[must_use]
    pub fn under(mut self, rules: Rules) -> Self {
        self.0.rules = rules;
        self
    }

    /// The rule that was broken, as it is written for the credential's kind of envelope.
    pub fn spec(&self) -> Spec {
        match self.0.rules {
            Rules::Table => self.0.code.row().spec,
            Rules::Cose => table::cose_spec(self.0.code),
            Rules::TokenStatusList => table::token_list_spec(self.0.code),
            Rules::IdentifierList => table::identifier_list_spec(self.0.code),
        }
    }

    /// What is wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Where it was found.
    pub fn stage(&self) -> Stage {
        self.0.stage
    }

    /// The value that explains what was due.
    pub fn expected_fact(&self) -> &Fact {
        &self.0.expected
    }

    /// The value that explains what was found.
    pub fn got_fact(&self) -> &Fact {
        &self.0.got
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.0.code.row();
        write!(f, "{}: {}", row.code, row.sentence)?;
        if !self.0.expected.is_absent() {
            write!(f, " Expected {}.", self.0.expected)?;
        }
        if !self.0.got.is_absent() {
            write!(f, " Got {}.", self.0.got)?;
        }
        Ok(())
    }
}

impl std::error::Error for Reason {}

impl Code {
    /// The code's text, `area.snake_case`.
    pub fn as_str(self) -> &'static str {
        self.row().code
    }

    /// The code with this text, if there is one.
    pub fn from_text(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} stands twice");
            let (area, name) = text.split_once('.').expect("area.name");
            assert!(area.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            assert_eq!(Code::from_text(text), Some(*code));
            assert!(code.row().sentence.ends_with('.') && !code.row().hint.is_empty());
        }
    }
}
