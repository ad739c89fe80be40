//! Trouble: what the operator has to put right. Never a credential's fault; that is a `Reason`.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::cli::shown::shown;

/// Why a command could not do its work, and what helps.
#[derive(Debug)]
pub(super) struct Trouble {
    message: String,
    hint: Option<String>,
    pipe_broke: bool,
}

impl Trouble {
    /// Trouble that says so.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Trouble { message: message.into(), hint: None, pipe_broke: false }
    }

    /// Trouble with a file or folder.
    pub(super) fn at(path: &Path, error: impl Display) -> Self {
        Trouble::new(format!("{}: {error}", path.display()))
    }

    /// The same trouble, saying what helps.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// `true` when our output was closed by its reader.
    pub(super) fn is_broken_pipe(&self) -> bool {
        self.pipe_broke
    }

    /// Writes it to standard error.
    pub(super) fn tell(&self) {
        eprintln!("vidimus: {}", shown(&self.message));
        if let Some(hint) = &self.hint {
            eprintln!("hint: {}", shown(hint));
        }
    }

    /// What is wrong, for an answer in JSON.
    pub(super) fn message(&self) -> &str {
        &self.message
    }
}

/// Trouble with our own output.
impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        let pipe_broke = error.kind() == io::ErrorKind::BrokenPipe;
        Trouble { pipe_broke, ..Trouble::new(format!("cannot write the output: {error}")) }
    }
}

/// Tells of something that stops nothing.
pub(super) fn remark(text: &str) {
    eprintln!("vidimus: {}", shown(text));
}
