//! Kept: a session as it stands in the store, with whose it is.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::crypto::api_key::ApiKey;
use crate::encoding::base64url;
use crate::openid4vp::code::Refusal;
use crate::openid4vp::ports::{KeyDigest, Row};
use crate::openid4vp::session::{Secrets, Session};

/// A row of the store, and the session that it holds.
pub struct Kept {
    /// The row as it was found.
    pub row: Row,
    /// What it holds.
    pub content: Content,
}

/// What a row holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The session.
    pub session: Session,
    /// What binds it to an API key, base64url; `None` = it was begun where no key is asked for.
    owner: Option<String>,
}

impl Content {
    /// The first row of a session that the bearer of that key began.
    pub fn first_row(session: Session, secrets: &Secrets, owner: Option<&ApiKey>) -> Row {
        let row = secrets.row(&session);
        let owner = owner.map(|key| base64url::encode(&key.tag(&row.transaction)));
        Row { content: Content { session, owner }.to_bytes(), ..row }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Kept {
    /// The session in that row. `None`, and a word in the log, when it cannot be read.
    #[expect(clippy::disallowed_methods, reason = "we wrote it: the bounds for strangers' JSON are not for it")]
    pub fn of(row: Row) -> Option<Kept> {
        match serde_json::from_slice(&row.content) {
            Ok(content) => Some(Kept { row, content }),
            Err(_) => {
                // What is wrong with it could repeat what it holds.
                tracing::error!("a row in the store of sessions cannot be read");
                None
            }
        }
    }

    /// The row that takes this one's place when the session has become that.
    pub fn row_after(&self, session: Session) -> Row {
        let row = session.row_after(&self.row);
        Row { content: Content { session, owner: self.content.owner.clone() }.to_bytes(), ..row }
    }

    /// `true` when that caller began the session; where no key is asked for, whoever has none.
    pub fn is_of(&self, caller: Option<&ApiKey>) -> bool {
        let owner = self.content.owner.as_deref();
        match (owner, caller) {
            (None, None) => true,
            (Some(owner), Some(key)) => {
                let tag = base64url::decode(owner).ok().and_then(|bytes| KeyDigest::try_from(bytes).ok());
                tag.is_some_and(|tag| key.has_tagged(&self.row.transaction, &tag))
            }
            _ => false,
        }
    }

    /// What everybody who may look at the session sees of it.
    pub fn summary(&self, refusals: &[Refusal]) -> Map<String, Value> {
        let session = &self.content.session;
        let mut summary = Map::new();
        summary.insert("state".to_owned(), session.stage.name().into());
        summary.insert("expires".to_owned(), json!(session.expires));
        if !refusals.is_empty() {
            summary.insert("refusals".to_owned(), json!(refusals));
        }
        summary
    }
}
