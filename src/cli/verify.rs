//! `vidimus verify`: judges texts, files, photos and standard input.

use std::ffi::OsString;
use std::io::Write;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use crate::bundle::Bundle;
use crate::cli::Exit;
use crate::cli::checking::Checking;
use crate::cli::demands::{Demands, format_name, now, time};
use crate::cli::input::{Source, read_file};
use crate::cli::shown::shown_json;
use crate::cli::stores::{Asker, load};
use crate::cli::trouble::Trouble;
use crate::cli::{dcql, evidence, progress, report_text};
use crate::credential::Input;
use crate::crypto::agreement::AgreementKey;
use crate::encoding::json;
use crate::evidence::Evidence;
use crate::limits;
use crate::occasion::Occasion;
use crate::occasion::session::{Secret, Session};
use crate::policy::Policy;
use crate::report::Report;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::verify::{Request, verify_batch_on_threads};

/// From this many inputs on, a bar shows how far we are.
const MANY: usize = 20;
/// Inputs that are verified at a time, and bytes that they hold, about.
const GROUP: (usize, usize) = (1024, 32 << 20);

/// Arguments of `verify`.
#[derive(Args)]
pub(super) struct Verify {
    /// Texts (`HC1:...`, `shc:/...`, `NZCP:/1/...`), files, photos or `-`; nothing = standard input.
    #[arg(value_name = "FILE|TEXT|-")]
    inputs: Vec<OsString>,
    /// Print one JSON report a line.
    #[arg(long)]
    json: bool,
    /// Judge as of this time: RFC 3339, or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    at: Option<Timestamp>,
    /// Fetch nothing.
    #[arg(long)]
    offline: bool,
    /// Trust store: a folder or a file; repeat for several. Default: $VIDIMUS_TRUST, else `vidimus/trust` in the data folder.
    #[arg(long, value_name = "PATH")]
    trust: Vec<PathBuf>,
    #[command(flatten)]
    demands: Demands,
    /// Take the input for this format.
    #[arg(long = "as", value_name = "FORMAT", value_parser = format_name)]
    format: Option<String>,
    /// Take only credentials of this type; repeat for several.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// The nonce (challenge) that was given for a presentation.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    nonce: Option<String>,
    /// Whom a presentation must be for: its domain or audience.
    #[arg(long, value_name = "TEXT")]
    audience: Option<String>,
    /// A transaction that a presentation must approve, as the text that was sent; repeat for several.
    #[arg(long, value_name = "TEXT")]
    transaction_data: Vec<String>,
    /// What the holder is known by (an e-mail address), matched against the hashed identity of a badge.
    #[arg(long, value_name = "TEXT")]
    identity: Option<String>,
    /// What a status list is asked about, where the input is one: the `status` of a credential as JSON.
    #[arg(long, value_name = "JSON")]
    status_reference: Option<String>,
    /// What an mdoc's device is to have signed for: a JSON object, or a file that holds one (`{"handover": "openid4vp", ...}`).
    #[arg(long, value_name = "FILE|JSON")]
    session: Option<String>,
    /// The reader's private key (a JWK in a file), which a device MAC is checked with.
    #[arg(long, value_name = "FILE", requires = "session")]
    reader_key: Option<PathBuf>,
    /// An element of an mdoc that was asked for; repeat for several. Others are noted.
    #[arg(long = "element", value_name = "NAMESPACE/ELEMENT")]
    elements: Vec<String>,
    /// A DCQL query of which each credential must answer one credential query: a JSON object, or a file that holds one.
    #[arg(long, value_name = "FILE|JSON")]
    dcql: Option<String>,
    /// Documents at hand: a folder that mirrors URLs, or a JSON file of URLs and documents; repeat for several.
    #[arg(long, value_name = "PATH")]
    evidence: Vec<PathBuf>,
    #[command(flatten)]
    checking: Checking,
    /// Threads that verify many inputs; default: one a core.
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Save everything that the verdict depended on, for `vidimus replay`. Holds what the credential holds.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Save the reader's private key too, without which a device MAC does not replay.
    #[arg(long, requires = "save", requires = "reader_key")]
    save_reader_key: bool,
}

/// What every input of one run shares.
struct Run<'v> {
    command: &'v Verify,
    trust: Trust,
    policy: Arc<Policy>,
    session: Option<Session>,
    dcql_query: Option<String>,
    evidence: Evidence,
    asker: Asker,
}

impl Verify {
    /// Prints a report for each input; the exit is that of the worst verdict.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let sources = Source::all_of(&self.inputs);
        if self.save.is_some() && sources.len() != 1 {
            return Err(Trouble::new("--save saves the verification of one input"));
        }
        let policy = Arc::new(self.demands.policy()?);
        let mut documents = Evidence::none();
        for path in &self.evidence {
            evidence::add(&mut documents, path)?;
        }
        let run = Run {
            trust: load(&self.trust)?.checked_by(self.checking.checker(sources.len() >= MANY)?),
            asker: Asker::new(self.offline)?,
            policy,
            session: self.session()?,
            dcql_query: self.dcql.as_deref().map(dcql::query_text).transpose()?,
            evidence: documents,
            command: &self,
        };
        let bar = if sources.len() >= MANY { progress::bar(sources.len(), "verify") } else { progress::none() };
        let mut exit = Exit::Accepted;
        let mut rest = sources.as_slice();
        while !rest.is_empty() {
            let (group, after) = run.group(rest);
            exit = exit.worst(bar.suspend(|| run.judge(group, out))?);
            bar.inc((rest.len() - after.len()) as u64);
            rest = after;
        }
        bar.finish_and_clear();
        Ok(exit)
    }

    /// The session of the options, with the reader's key.
    fn session(&self) -> Result<Option<Session>, Trouble> {
        let Some(given) = &self.session else { return Ok(None) };
        let bytes = match given.trim_start().starts_with('{') {
            true => given.clone().into_bytes(),
            false => read_file(Path::new(given), limits::INPUT_BYTES)?,
        };
        let mut session: Session =
            json::from_slice(&bytes).map_err(|reason| Trouble::new(format!("--session: not a session: {reason}")))?;
        if let Some(path) = &self.reader_key {
            let text = String::from_utf8(read_file(path, limits::INPUT_BYTES)?);
            let text = text.map_err(|_| Trouble::at(path, "not a JWK"))?;
            AgreementKey::from_jwk(&text).map_err(|fault| Trouble::at(path, fault))?;
            session.reader_key = Some(Secret::new(text));
        }
        Ok(Some(session))
    }

    fn threads(&self) -> NonZero<usize> {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN)
    }
}

/// Inputs as they were read, each with what it is called.
type Group = Vec<(String, Result<Request, Trouble>)>;

impl Run<'_> {
    /// The first inputs, read, and those after them.
    fn group<'s>(&self, sources: &'s [Source]) -> (Group, &'s [Source]) {
        let (mut group, mut bytes) = (Vec::new(), 0);
        for source in sources.iter().take(GROUP.0) {
            let request = source.read().map(|bytes| self.request(bytes));
            bytes += request.as_ref().map_or(0, |request| request.input.bytes.len());
            group.push((source.name(), request));
            if bytes >= GROUP.1 {
                break;
            }
        }
        let after = sources.get(group.len()..).unwrap_or_default();
        (group, after)
    }

    /// Judges a group of inputs, in their order. One that could not be read is told of and stops no other.
    fn judge(&self, group: Group, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let readable: Vec<Request> = group.iter().filter_map(|(_, request)| request.as_ref().ok().cloned()).collect();
        // A lone one is asked about below, once.
        let reports = match readable.len() {
            0 | 1 => Vec::new(),
            _ => verify_batch_on_threads(&readable, &self.trust, &self.evidence, self.command.threads()),
        };
        drop(readable);
        let mut reports = reports.into_iter();
        let mut exit = Exit::Accepted;
        for (name, request) in group {
            let one = match request {
                Ok(request) => self.tell(&name, &request, reports.next(), out)?,
                Err(trouble) => {
                    trouble.tell();
                    if self.command.json {
                        writeln!(out, "{}", shown_json(&json!({ "trouble": trouble.message() }).to_string()))?;
                    }
                    Exit::Trouble
                }
            };
            exit = exit.worst(one);
        }
        Ok(exit)
    }

    fn request(&self, bytes: Vec<u8>) -> Request {
        Request {
            input: Input { bytes, format: self.command.format.clone() },
            occasion: Occasion {
                now: self.command.at.unwrap_or_else(now),
                types: self.command.types.clone(),
                nonce: self.command.nonce.clone(),
                audience: self.command.audience.clone(),
                transaction_data: self.command.transaction_data.clone(),
                identity: self.command.identity.clone(),
                status_reference: self.command.status_reference.clone(),
                session: self.session.clone(),
                elements: self.command.elements.clone(),
                dcql_query: self.dcql_query.clone(),
            },
            policy: self.policy.clone(),
        }
    }

    /// Prints the report on one input: the one that there is, unless it lacks what could be fetched.
    fn tell(
        &self,
        name: &str,
        request: &Request,
        report: Option<Report>,
        out: &mut dyn Write,
    ) -> Result<Exit, Trouble> {
        let is_whole = |report: &Report| report.missing().next().is_none();
        let report = match report.filter(|report| !self.asker.is_online() || is_whole(report)) {
            Some(report) => report,
            None => {
                let (report, evidence) = self.asker.ask(request, &self.trust, &self.evidence);
                if let Some(path) = &self.command.save {
                    let bundle = Bundle::of(request, &self.trust, &evidence, &report);
                    let key = request.occasion.session.as_ref().and_then(|session| session.reader_key.clone());
                    save(path, &bundle.with_reader_key(key.filter(|_| self.command.save_reader_key)))?;
                }
                report
            }
        };
        if self.command.json {
            writeln!(out, "{}", shown_json(&report.to_json()))?;
        } else {
            report_text::write(out, name, &report)?;
        }
        Ok(Exit::of_verdict(report.verdict()))
    }
}

/// Writes the replay file, readable by its owner only, after making sure that it replays.
fn save(path: &Path, bundle: &Bundle) -> Result<(), Trouble> {
    let text = bundle.to_json();
    let again = Bundle::decode(text.as_bytes()).map_err(|fault| Trouble::at(path, fault))?;
    if !again.is_same(&again.replay()) {
        let needs_key = bundle.occasion.session.as_ref().is_some_and(|session| session.reader_key.is_none());
        return Err(Trouble::at(path, "this verification does not replay; nothing was saved").hint(if needs_key {
            "a device MAC replays with the reader's private key only: --save-reader-key"
        } else {
            "this is a fault of vidimus; please report it with the format of the credential"
        }));
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        // A file that stood there may have let others in.
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        file.write_all(text.as_bytes())
    });
    written.map_err(|error| Trouble::at(path, error))
}
