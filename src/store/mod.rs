//! Stores: where sessions are kept. Each adapter implements the ports of [`crate::openid4vp::ports`], and holds their laws
//! (`laws.rs`); nothing of a database leaves its file.

mod sqlite;

#[cfg(test)]
mod laws;

use std::path::PathBuf;
use std::sync::Arc;

use crate::openid4vp::ports::{Sessions, StoreFault};

/// Which store an operator asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting {
    /// In this process alone: everything is forgotten at its end.
    #[default]
    Memory,
    /// A file of this machine, made when it is not there.
    File(PathBuf),
}

impl Setting {
    /// The store that this text names: the path of a file.
    ///
    /// # Errors
    /// A sentence, when the text is the URL of a database that is not built in, or empty.
    pub fn from_text(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some((scheme, _)) => Err(format!("stores of the kind `{scheme}` are not built in; name a file")),
            None if text.is_empty() => Err("name a file".to_owned()),
            None => Ok(Setting::File(text.into())),
        }
    }
}

/// A store of sessions that knows about how many it keeps.
pub trait Store: Sessions {
    /// How many rows there are, without looking: what other processes keep there is counted with each sweep.
    fn row_count(&self) -> u64;
}

/// The store of sessions that this setting names, ready for use.
///
/// # Errors
/// [`StoreFault`] when it cannot be opened or made, others can read it, or a newer program changed its tables.
pub async fn open(setting: &Setting) -> Result<Arc<dyn Store>, StoreFault> {
    Ok(match setting {
        Setting::Memory => Arc::new(sqlite::Sqlite::in_memory().await?),
        Setting::File(path) => Arc::new(sqlite::Sqlite::in_file(path).await?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_a_file() {
        assert_eq!(Setting::from_text("sessions.db"), Ok(Setting::File("sessions.db".into())));
        assert!(Setting::from_text("postgres://db/vidimus").is_err_and(|fault| fault.contains("`postgres`")));
        assert!(Setting::from_text("").is_err());
    }
}
