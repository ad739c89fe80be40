//! The command `vidimus-conformance`: runs vectors and test sets, mints vectors, speaks the protocol.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use vidimus_conformance::case::Case;
use vidimus_conformance::exceptions::Exceptions;
use vidimus_conformance::protocol_tests::{ForWallets, Present, Verifier};
use vidimus_conformance::render::{Format, render};
use vidimus_conformance::results::Results;
use vidimus_conformance::run::{Settings, run};
use vidimus_conformance::subject::{Subject, WRITTEN, from_text};
use vidimus_conformance::{captures, corpus, coverage, mint, protocol_tests, serve, trust_folder};

/// Conformance vectors for credential verifiers, and the runner that puts them before any of them.
#[derive(Parser)]
#[command(name = "vidimus-conformance", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put vectors and public test sets before a verifier. Exit code 0 only when nothing failed, crashed or hung.
    Run(Run),
    /// Write the trust and policy of a set as the store folder and policy file of `vidimus`.
    CorpusTrust {
        /// The folder of the set.
        set: PathBuf,
        /// The folder to write `trust/` and `policy.json` into.
        #[arg(long)]
        into: PathBuf,
    },
    /// Be the library as a subject: questions on standard input, one a line, answers on standard output.
    Subject,
    /// Be the library as a subject over HTTP: `POST /`.
    ServeSubject {
        /// Address and port; port 0 takes a free one and says which.
        #[arg(long, default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
    },
    /// Replay what public test suites were seen to send to a VC API. Exit code 0 only when every record agrees.
    Captures(Captures),
    /// Put every module of the OpenID certification, and further faults, before a verifier. Exit code 0 only when all pass.
    Verifier(Verifier),
    /// Be a verifier that tests wallets with honest and faulty requests: a page with QR codes, or a command for each test.
    Wallet(ForWallets),
    /// Be the test wallet for one request.
    Present(Present),
    /// Make the vectors and samples anew from the keys at hand.
    Mint {
        /// The folder of all vectors; `samples/` stands beside it.
        #[arg(long, default_value = "test-vectors")]
        into: PathBuf,
        /// Write nothing; fail when a file differs.
        #[arg(long)]
        check: bool,
    },
    /// Make new test keys and certificates. Every vector changes with them: done once.
    MintPki {
        /// The folder of all vectors.
        #[arg(long, default_value = "test-vectors")]
        into: PathBuf,
    },
}

#[derive(Args)]
struct Run {
    /// The verifier.
    #[arg(long, default_value = "in-process", help = format!("The verifier: {WRITTEN}"))]
    subject: String,
    /// How the results are written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Cases in which a set and its specification disagree: a JSON list of {id, sentence}.
    #[arg(long)]
    exceptions: Option<PathBuf>,
    /// Cases at a time.
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(2, usize::from))]
    jobs: usize,
    /// Longest time of one case, seconds.
    #[arg(long, default_value_t = 10.0)]
    timeout: f32,
    /// Only cases whose id holds this text, and the accepted vectors that they mutate.
    #[arg(long)]
    only: Option<String>,
    /// Fail also when a reason code has no vector that names it alone, or a format lacks a stage.
    #[arg(long)]
    coverage: bool,
    /// Vectors, test sets, or folders that hold them.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

#[derive(Args)]
struct Captures {
    /// The service, with its profiles.
    #[arg(long)]
    url: String,
    /// A certificate to trust, PEM or DER: that of a service with a self-made one.
    #[arg(long, value_name = "FILE")]
    insecure_certificate: Option<PathBuf>,
    /// The API key for issuing.
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// The folder of records.
    #[arg(long, value_name = "DIR")]
    captures: PathBuf,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(arguments) => run_command(&arguments),
        Command::CorpusTrust { set, into } => corpus_trust(&set, &into),
        Command::Subject => return subject(),
        Command::ServeSubject { listen } => serve::serve(listen).map(|()| true),
        Command::Captures(arguments) => replay_captures(arguments),
        Command::Verifier(arguments) => protocol_tests::verifier(arguments),
        Command::Wallet(arguments) => protocol_tests::for_wallets(arguments),
        Command::Present(arguments) => protocol_tests::present(arguments),
        Command::Mint { into, check } => mint::mint(&into, check),
        Command::MintPki { into } => mint::pki::make(&into).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::from(2)
        }
    }
}

fn run_command(arguments: &Run) -> Result<bool, String> {
    let subject: Arc<dyn Subject> = Arc::from(from_text(&arguments.subject)?);
    let limit = Duration::try_from_secs_f32(arguments.timeout).map_err(|error| error.to_string())?;
    let mut cases = corpus::read_all(&arguments.paths)?;
    if let Some(only) = &arguments.only {
        let chosen = |case: &Case| case.id.contains(only.as_str());
        let parents: HashSet<String> =
            cases.iter().filter(|case| chosen(case)).filter_map(|case| case.parent.clone()).collect();
        cases.retain(|case| chosen(case) || parents.contains(&case.id));
        if cases.is_empty() {
            return Err(format!("no case holds `{only}`"));
        }
    }
    let results = run(cases, &subject, Settings { jobs: arguments.jobs, limit });
    let results = match &arguments.exceptions {
        None => results,
        Some(path) => Exceptions::read(path)?.only(arguments.only.as_deref().unwrap_or_default()).apply(results),
    };
    let results = Results::of(&arguments.subject, results);
    print!("{}", render(&results, arguments.format));
    let mut good = results.is_good();
    if arguments.coverage {
        let missing = coverage::missing(&results);
        missing.iter().for_each(|sentence| eprintln!("coverage: {sentence}"));
        good &= missing.is_empty();
    }
    Ok(good)
}

fn replay_captures(arguments: Captures) -> Result<bool, String> {
    let certificate = arguments
        .insecure_certificate
        .map(|path| std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display())));
    let certificate = certificate.transpose()?;
    let client = captures::client::Client::new(&arguments.url, certificate.as_deref(), arguments.api_key)?;
    let outcomes = captures::replay(&captures::read(&arguments.captures)?, &client)?;
    print!("{}", captures::table(&outcomes));
    Ok(captures::is_good(&outcomes))
}

fn corpus_trust(set: &std::path::Path, into: &std::path::Path) -> Result<bool, String> {
    let (entries, policy) = corpus::hostile_seed::trust(set)?;
    trust_folder::write(into, &entries, &policy).map(|()| true)
}

fn subject() -> ExitCode {
    let answered = serve::answer_stream(&mut std::io::stdin().lock(), &mut std::io::stdout().lock());
    match answered.as_deref() {
        Ok("accepted") => ExitCode::SUCCESS,
        Ok("rejected") => ExitCode::from(1),
        Ok("indeterminate") => ExitCode::from(3),
        Ok(_) => ExitCode::from(2),
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::from(2)
        }
    }
}
