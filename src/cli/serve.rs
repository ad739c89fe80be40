//! `vidimus serve`: the HTTP service.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::cli::Exit;
use crate::cli::checking::Checking;
use crate::cli::demands::{Demands, resolver};
use crate::cli::stores::usual_path;
use crate::cli::trouble::Trouble;
use crate::crypto::api_key::ApiKey;
use crate::crypto::key_file::read_key_file;
use crate::did::remote::Resolver;
use crate::service::config::Config;
use crate::service::openid4vp::settings::{Settings, SettingsFault};
use crate::service::vc_api::api::VcApi;
use crate::service::vc_api::profiles;
use crate::service::{access, certificate, logs};
use crate::store::Setting;
use crate::trust::store;

/// Arguments of `serve`.
#[derive(Args)]
pub(super) struct Serve {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Trust store: a folder or a file, read again when it changes.
    #[arg(long, value_name = "PATH")]
    trust: Option<PathBuf>,
    #[command(flatten)]
    demands: Demands,
    /// Fetch nothing.
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    tls: Tls,
    #[command(flatten)]
    vc_api: W3c,
    #[command(flatten)]
    presentations: Presentations,
    /// Serve metrics here and not on the same address.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Verifications at a time; more are told to come back.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_in_flight: Option<u32>,
    #[command(flatten)]
    checking: Checking,
    /// How long a single question may wait for others to be checked with it when many ask, microseconds; 0 = not at all.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(..=100_000))]
    together_micros: u64,
    /// Let requests bring their own policy in place of this one.
    #[arg(long)]
    allow_policy: bool,
    /// API keys of callers who may use the places that are not for everybody: a file that only its owner can read, one key
    /// a line.
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Who answers for DIDs of methods that are not built in: https://HOST/1.0/identifiers/.
    #[arg(long, value_name = "URL", value_parser = resolver)]
    resolver: Option<Resolver>,
    /// For a developer's machine: on loopback, requests may name the time to judge by and a policy, have credentials issued and wallets
    /// asked without an API key, unless wallets reach the service by a public URL; stopping does not dawdle.
    #[arg(long)]
    dev: bool,
    /// What to log: a level (`info`, `debug`) or a list of `target=level`.
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
    /// Log JSON.
    #[arg(long)]
    log_json: bool,
}

/// How the listener is secured.
#[derive(Args)]
struct Tls {
    /// Serve HTTPS; with a self-made certificate for localhost unless --tls-cert and --tls-key name one.
    #[arg(long)]
    tls: bool,
    /// The certificate with its chain, PEM. Made, with its key, when neither file is there.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, PEM, in a file that only its owner can read.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Another name of this host for a self-made certificate; repeat for several.
    #[arg(long = "tls-name", value_name = "NAME")]
    tls_names: Vec<String>,
}

impl Tls {
    fn settings(self) -> Option<certificate::Settings> {
        let wanted = self.tls || self.tls_cert.is_some() || !self.tls_names.is_empty();
        wanted.then_some(certificate::Settings { certificate: self.tls_cert, key: self.tls_key, names: self.tls_names })
    }
}

/// The W3C VC API.
#[derive(Args)]
struct W3c {
    /// Who issues here, with which keys: a JSON file (see the README). With --dev a ready set with new keys.
    #[arg(long, value_name = "FILE")]
    profiles: Option<PathBuf>,
    /// Where status lists are kept: a folder of this process alone.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl W3c {
    fn set_up(&self, is_open: bool, is_tls: bool) -> Result<VcApi, Trouble> {
        let made = match &self.profiles {
            Some(path) => profiles::from_file(path, self.data.as_deref()),
            None if is_open => profiles::for_development(is_tls),
            None => Ok(VcApi::default()),
        };
        made.map_err(|fault| Trouble::new(format!("the VC API cannot be set up: {fault}")))
    }
}

/// Asking wallets.
#[derive(Args)]
struct Presentations {
    /// Who we are to wallets, with which keys, and what is asked by name: a JSON file (see the README). With --dev a ready set with a
    /// new certificate.
    #[arg(long, value_name = "FILE")]
    presentations: Option<PathBuf>,
    /// Where sessions are kept: a file, made when it is not there, that others cannot read. In memory, if it is not said.
    #[arg(long, value_name = "PATH", value_parser = Setting::from_text)]
    store: Option<Setting>,
    /// Where wallets reach this service: https://HOST. Where it listens, if it is not said.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

impl Presentations {
    /// `None` = no wallet is asked.
    fn set_up(self, is_open: bool) -> Result<Option<Settings>, Trouble> {
        let trouble = |fault: SettingsFault| Trouble::new(format!("presentations cannot be set up: {fault}"));
        let made = match &self.presentations {
            Some(path) => Settings::from_file(path),
            None if is_open => Settings::for_development(self.public_url.as_deref()),
            None if self.store.is_some() || self.public_url.is_some() => {
                return Err(Trouble::new("--store and --public-url are for presentations")
                    .hint("say with --presentations FILE who we are to wallets, or use --dev"));
            }
            None => return Ok(None),
        };
        let mut settings = made.map_err(trouble)?;
        if let Some(url) = &self.public_url {
            settings = settings.at(url).map_err(trouble)?;
        }
        settings.store = self.store.unwrap_or_default();
        settings.is_development = is_open;
        Ok(Some(settings))
    }
}

impl Serve {
    /// Serves until it is told to stop.
    pub(super) fn run(self) -> Result<Exit, Trouble> {
        let (form, filter) = (if self.log_json { logs::Form::Json } else { logs::Form::Text }, self.log.clone());
        let listen = self.listen;
        let config = self.config()?;
        logs::start(form, &filter);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(config.thread_count())
            .enable_all()
            .build()
            .map_err(|error| Trouble::new(format!("the service cannot start: {error}")))?;
        let served = runtime.block_on(crate::service::serve(config));
        served.map_err(|error| Trouble::new(format!("the service cannot serve on {listen}: {error}")))?;
        Ok(Exit::Accepted)
    }

    /// What the service is to be.
    fn config(self) -> Result<Config, Trouble> {
        let policy = self.demands.policy()?;
        let trust = self.trust.or_else(usual_path);
        if let Some(trust) = &trust {
            // Once serving, the last good store stays; at the start a wrong path is trouble at once.
            store::load(trust).map_err(|fault| Trouble::new(format!("trust store: {fault}")))?;
        } else if !self.dev && self.vc_api.profiles.is_none() {
            return Err(Trouble::new("there is no trust store, so nothing could be verified")
                .hint("name one with --trust PATH or VIDIMUS_TRUST, or make one with `vidimus trust import`"));
        }
        let tls = self.tls.settings();
        let is_development = self.dev && self.listen.ip().is_loopback();
        let vc_api = self.vc_api.set_up(is_development, tls.is_some())?;
        let presentations = self.presentations.set_up(is_development)?;
        // Whoever names a public URL has something before this service that lets everybody in.
        let is_public =
            presentations.as_ref().and_then(|settings| settings.base_url.as_deref()).is_some_and(is_elsewhere);
        if is_development && is_public && self.api_key_file.is_none() {
            return Err(Trouble::new("the service is reached from outside, so --dev does not open it to everybody")
                .hint("name API keys with --api-key-file FILE, or leave the public URL out"));
        }
        let mut config = Config { trust, ..Config::new(self.listen, "") };
        config.vc_api = Arc::new(vc_api);
        config.presentations = presentations.map(Arc::new);
        config.policy = policy;
        config.offline = self.offline;
        config.tls = tls;
        config.metrics_listen = self.metrics_listen;
        if let Some(most) = self.max_in_flight {
            config.in_flight = usize::try_from(most).unwrap_or(usize::MAX);
        }
        config.checks = self.checking.settings()?;
        config.together = Duration::from_micros(self.together_micros);
        config.allow_policy = self.allow_policy;
        config.api_keys = self.api_key_file.as_deref().map(api_keys).transpose()?.unwrap_or_default();
        config.resolver = self.resolver;
        if is_development && !is_public {
            config = config.for_development();
        } else if self.dev {
            config.drain_time = Duration::ZERO;
        }
        Ok(config)
    }
}

/// `true` when that URL leads to another machine, or through one.
fn is_elsewhere(url: &str) -> bool {
    !url.split_once("://").is_some_and(|(_, authority)| access::is_this_machine(authority))
}

/// The API keys in a file that only its owner can read.
fn api_keys(path: &Path) -> Result<Vec<ApiKey>, Trouble> {
    let text = read_key_file(path).map_err(|fault| Trouble::at(path, fault))?;
    access::keys_in(&text).map_err(|line| {
        Trouble::at(path, format!("line {line} is no API key"))
            .hint("one key a line, 16 to 256 visible ASCII characters")
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: Serve,
    }

    fn config(arguments: &[&str]) -> Result<Config, Trouble> {
        Line::parse_from([&["serve"], arguments].concat()).serve.config()
    }

    #[test]
    fn development_is_open_on_this_machine_only() {
        for url in ["http://localhost:8080", "http://127.0.0.1:8080", "https://localhost", "https://[::1]:8443"] {
            let config = config(&["--dev", "--public-url", url]).unwrap_or_else(|_| panic!("{url}"));
            assert!(config.open_access && config.allow_at && config.allow_policy, "{url}");
        }
        assert!(config(&["--dev"]).is_ok_and(|config| config.open_access));
        let folder = tempfile::tempdir().unwrap();
        let (keys, file) = (folder.path().join("keys"), folder.path().join("presentations.json"));
        std::fs::write(&keys, "correct-horse-battery").unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&keys, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::write(&file, r#"{"base_url":"https://verifier.example","clients":[{"prefix":"redirect_uri"}]}"#)
            .unwrap();
        let (keys, file) = (keys.to_str().unwrap(), file.to_str().unwrap());
        for public in [["--public-url", "https://verifier.example"], ["--presentations", file]] {
            let line = [&["--dev"][..], &public].concat();
            assert!(config(&line).is_err(), "{public:?} needs keys");
            let config =
                config(&[&line[..], &["--api-key-file", keys]].concat()).unwrap_or_else(|_| panic!("{public:?}"));
            assert!(!config.open_access && !config.allow_at && !config.allow_policy, "{public:?}");
            assert!(config.presentations.is_some() && config.api_keys.len() == 1);
        }
    }
}
