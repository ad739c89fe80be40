//! Settings: where the test verifier is reached, whom it trusts, how long it waits.

use std::path::Path;
use std::time::Duration;

use vidimus::encoding::json;
use vidimus::net::clock::Clock;
use vidimus::net::fetch::{Fetcher, Settings as FetchSettings};
use vidimus::policy::{Environment, Policy};
use vidimus::trust::entry::EntryFile;
use vidimus::trust::{Trust, store};

use crate::wallet::holdings::trust_file;

/// What the test verifier works with.
pub struct Settings {
    /// Where wallets reach it, without a slash at the end.
    pub base_url: String,
    /// Whose credentials it takes.
    pub trust: Trust,
    /// What it demands of them.
    pub policy: Policy,
    /// Who fetches status lists; `None` = nobody.
    pub fetcher: Option<Fetcher>,
    /// How long a wallet may take.
    pub wait: Duration,
    /// The clock.
    pub clock: Clock,
}

impl Settings {
    /// The test authority's credentials, and nothing fetched.
    ///
    /// # Errors
    /// A sentence.
    pub fn of(base_url: &str, wait: Duration) -> Result<Self, String> {
        let file = trust_file()?.to_string();
        let file: EntryFile = json::from_slice(file.as_bytes()).map_err(|reason| reason.to_string())?;
        let (trust, problems) = Trust::build(&[file]);
        if let Some(problem) = problems.first() {
            return Err(format!("{problem:?}"));
        }
        Ok(Settings {
            base_url: base_url.trim_end_matches('/').to_owned(),
            trust,
            policy: Policy { environment: Environment::Test, ..Policy::default() },
            fetcher: None,
            wait,
            clock: Clock::system(),
        })
    }

    /// The same for credentials of whom that trust store names, under that policy; status lists are fetched.
    ///
    /// # Errors
    /// A sentence, when a file cannot be read.
    pub fn trusting(mut self, store: &Path, policy: Option<&Path>) -> Result<Self, String> {
        self.trust = Trust::build(&store::load(store).map_err(|fault| fault.to_string())?.files).0;
        if let Some(path) = policy {
            let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            self.policy = json::from_slice(&bytes).map_err(|reason| format!("{}: {reason}", path.display()))?;
        }
        let fetcher = Fetcher::new(FetchSettings::default(), self.clock);
        self.fetcher = Some(fetcher.map_err(|fault| fault.to_string())?);
        Ok(self)
    }
}
