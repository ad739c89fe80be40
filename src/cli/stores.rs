//! Stores: the trust that a command judges with, and whom it asks for missing documents.

use std::env;
use std::path::{Path, PathBuf};

use crate::cli::trouble::{Trouble, remark};
use crate::evidence::{Document, Evidence};
use crate::gather::{Fetch, gather};
use crate::locator::Locator;
use crate::net::clock::Clock;
use crate::net::fetch::{Fetcher, Settings};
use crate::report::Report;
use crate::trust::entry::EntryFile;
use crate::trust::store;
use crate::trust::{Problem, Trust};
use crate::verify::{Request, verify};

/// At most this many left-out entries are told of one by one.
const PROBLEMS_TOLD: usize = 5;

/// The trust of these stores, or of the usual one when none is named. What had to be left out is told on standard error;
/// without any store that is told too, and nobody is trusted.
pub(super) fn load(paths: &[PathBuf]) -> Result<Trust, Trouble> {
    let paths = if paths.is_empty() { usual_path().into_iter().collect() } else { paths.to_vec() };
    if paths.is_empty() {
        remark("there is no trust store, so no issuer is trusted");
        eprintln!("hint: name one with --trust PATH or VIDIMUS_TRUST, or make one with `vidimus trust import`");
        return Ok(Trust::none());
    }
    let (files, mut problems) = read(&paths)?;
    let (trust, more) = Trust::build(&files);
    problems.extend(more);
    for problem in problems.iter().take(PROBLEMS_TOLD) {
        remark(&format!("trust: left out {}: {}", problem.entry, problem.reason));
    }
    if problems.len() > PROBLEMS_TOLD {
        remark(&format!("trust: {} more left out; `vidimus trust check` lists them", problems.len() - PROBLEMS_TOLD));
    }
    Ok(trust)
}

/// The files of these stores, in order, and those that could not be read.
pub(super) fn read(paths: &[PathBuf]) -> Result<(Vec<EntryFile>, Vec<Problem>), Trouble> {
    let mut files = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let mut loaded = store::load(path).map_err(|fault| Trouble::new(format!("trust store: {fault}")))?;
        files.append(&mut loaded.files);
        problems.append(&mut loaded.problems);
    }
    Ok((files, problems))
}

/// `$VIDIMUS_TRUST`, else `vidimus/trust` in the user's data folder if it is there.
pub(super) fn usual_path() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = named("VIDIMUS_TRUST") {
        return Some(path);
    }
    let data = if cfg!(windows) {
        named("APPDATA")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        named("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| named("HOME").map(|home| Path::new(&home).join(".local/share")))
    };
    data.map(|data| data.join("vidimus").join("trust")).filter(|path| path.exists())
}

/// Whoever answers a request: the pure function alone, or with a network to fetch what it misses.
pub(super) enum Asker {
    /// Nothing is fetched.
    Offline,
    /// Missing documents are fetched, and the question is put again.
    Online(tokio::runtime::Runtime, Box<Fetcher>),
}

impl Asker {
    /// An asker with or without a network.
    pub(super) fn new(offline: bool) -> Result<Asker, Trouble> {
        if offline {
            return Ok(Asker::Offline);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Trouble::new(format!("the network cannot be used: {error}")))?;
        let fetcher = Fetcher::new(Settings::default(), Clock::system())
            .map_err(|fault| Trouble::new(fault.to_string()).hint("--offline needs no network"))?;
        Ok(Asker::Online(runtime, Box::new(fetcher)))
    }

    /// `true` when missing documents are fetched.
    pub(super) fn is_online(&self) -> bool {
        matches!(self, Asker::Online(..))
    }

    /// The report, and the documents that it was made with.
    pub(super) fn ask(&self, request: &Request, trust: &Trust, known: &Evidence) -> (Report, Evidence) {
        match self {
            Asker::Offline => (verify(request, trust, known), known.clone()),
            Asker::Online(runtime, fetcher) => {
                runtime.block_on(gather(request, trust, known.clone(), fetcher.as_ref()))
            }
        }
    }

    /// The document at that place; `None` when nothing is fetched.
    pub(super) fn fetched(&self, locator: &Locator) -> Option<Document> {
        match self {
            Asker::Offline => None,
            Asker::Online(runtime, fetcher) => Some(runtime.block_on(fetcher.fetch(locator))),
        }
    }
}
