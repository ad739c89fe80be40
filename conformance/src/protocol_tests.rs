//! The commands of the protocol tests: `verifier`, `wallet` and `present`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use vidimus::net::clock::Clock;

use crate::certify::run::{Bench, run as certify};
use crate::certify::subject::Subject;
use crate::certify::{browser, results};
use crate::test_verifier::desk::{Desk, as_json};
use crate::test_verifier::reader::Reader;
use crate::test_verifier::settings::Settings;
use crate::test_verifier::{command, serve};
use crate::trust_folder;
use crate::wallet::answer::{Ending, Wallet};
use crate::wallet::check::{Check, Overlooked};
use crate::wallet::fault::Fault;
use crate::wallet::holdings::{Holdings, authority_pem, trust_file};
use crate::wallet::http::Http;

/// Arguments of `verifier`.
#[derive(Args)]
pub struct Verifier {
    /// A vidimus service: sessions and verdicts over its API.
    #[arg(long, value_name = "BASE", required_unless_present_any = ["start_command", "print_trust"])]
    url: Option<String>,
    /// The key for its API.
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Any other verifier: a command that begins a session and prints the link to a wallet. MODULE, CREDENTIAL_FORMAT, CLIENT_ID_PREFIX,
    /// RESPONSE_MODE, REQUEST_METHOD and DCQL_QUERY are in its environment; exit code 77 = not offered.
    #[arg(long, value_name = "COMMAND", conflicts_with = "url")]
    start_command: Option<String>,
    /// A command that gets the link and tells the verdict: exit code 0 = accepted, 1 = refused. Without it the status of the response
    /// counts.
    #[arg(long, value_name = "COMMAND", requires = "start_command")]
    verdict_command: Option<String>,
    /// A certificate to trust for TLS, PEM or DER.
    #[arg(long, value_name = "FILE")]
    insecure_certificate: Option<PathBuf>,
    /// Only modules and variants that hold this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Sessions at a time.
    #[arg(long, default_value_t = 4)]
    jobs: usize,
    /// JSON in place of the table.
    #[arg(long)]
    json: bool,
    /// Print the authority that the verifier must trust, PEM, and do nothing else.
    #[arg(long)]
    print_trust: bool,
    /// Write the same as `trust/` and `policy.json` of vidimus into a folder, and do nothing else.
    #[arg(long, value_name = "DIR", requires = "print_trust")]
    into: Option<PathBuf>,
    /// Also write `presentations.json`, and a key with a certificate of that authority, for a vidimus that wallets reach there.
    #[arg(long, value_name = "URL", requires = "into")]
    public_url: Option<String>,
}

/// Arguments of `wallet`.
#[derive(Args)]
pub struct ForWallets {
    /// Address and port; port 0 takes a free one and says which.
    #[arg(long, default_value = "127.0.0.1:8091")]
    listen: SocketAddr,
    /// Where wallets reach it: https://HOST. Without it http://localhost and the port.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Run this command for each test, with the link as its last argument, and print what came of it. Without it, serve until stopped.
    #[arg(long, value_name = "COMMAND")]
    wallet_command: Option<String>,
    /// Longest time of a wallet, seconds.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Only tests whose name holds this text.
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// JSON in place of lines.
    #[arg(long)]
    json: bool,
    /// A vidimus trust store that names the issuers of the wallet's own credentials, in place of the test authority.
    #[arg(long, value_name = "PATH")]
    trust: Option<PathBuf>,
    /// The policy file for them.
    #[arg(long, value_name = "FILE", requires = "trust")]
    policy: Option<PathBuf>,
    /// Write the test credentials, their holders' keys and the authority into a folder, for a wallet to take in, and do nothing else.
    #[arg(long, value_name = "DIR")]
    write_credentials: Option<PathBuf>,
}

/// Arguments of `present`.
#[derive(Args)]
pub struct Present {
    /// The link of the request.
    link: String,
    /// What is wrong with the answer.
    #[arg(long, value_name = "NAME", value_parser = fault, default_value = "happy-flow")]
    fault: Fault,
    /// What the wallet does not look at in the request.
    #[arg(long, value_name = "CHECK", value_parser = check)]
    overlook: Vec<Check>,
    /// A certificate to trust for TLS, PEM or DER.
    #[arg(long, value_name = "FILE")]
    insecure_certificate: Option<PathBuf>,
}

fn fault(name: &str) -> Result<Fault, String> {
    Fault::named(name).ok_or_else(|| {
        let names: Vec<&str> = crate::wallet::fault::TABLE.iter().map(|row| row.name).collect();
        format!("it is one of {}", names.join(", "))
    })
}

fn check(name: &str) -> Result<Check, String> {
    Check::named(name).ok_or_else(|| {
        let names: Vec<&str> = Check::all().map(Check::name).collect();
        format!("it is one of {}", names.join(", "))
    })
}

fn http(certificate: Option<&PathBuf>) -> Result<Http, String> {
    let bytes = certificate
        .map(|path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display())))
        .transpose()?;
    Http::new(bytes.as_deref())
}

fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(work)
}

fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
}

/// `vidimus-conformance verifier`: `true` when everything passed.
///
/// # Errors
/// A sentence, when it cannot begin.
pub fn verifier(arguments: Verifier) -> Result<bool, String> {
    if arguments.print_trust {
        print!("{}", authority_pem());
        let Some(folder) = &arguments.into else { return Ok(true) };
        let entries = trust_file()?["entries"].as_array().cloned().unwrap_or_default();
        trust_folder::write(folder, &entries, &serde_json::json!({ "environment": "test" }))?;
        return arguments.public_url.as_deref().map_or(Ok(true), |url| write_reader(folder, url).map(|()| true));
    }
    let subject = match (arguments.url, arguments.start_command) {
        (Some(base), _) => Subject::Vidimus { base, key: arguments.api_key },
        (None, Some(start)) => {
            Subject::Commands { start: words(&start), verdict: arguments.verdict_command.as_deref().map(words) }
        }
        (None, None) => return Err("--url or --start-command is due".to_owned()),
    };
    let wallet = Wallet::new(http(arguments.insecure_certificate.as_ref())?, Clock::system())?;
    let bench = Bench { subject: Arc::new(subject), wallet };
    block_on(async {
        let mut seen = certify(&bench, &arguments.only, arguments.jobs).await;
        seen.extend(browser::run(&bench, &arguments.only).await);
        if arguments.json {
            println!("{:#}", results::as_json(&seen));
        } else {
            print!("{}", results::as_table(&seen));
        }
        Ok(results::is_good(&seen))
    })
}

/// Who a vidimus at that URL is to wallets: `presentations.json`, and the key and certificate that it names.
fn write_reader(folder: &Path, url: &str) -> Result<(), String> {
    let host = crate::wallet::reading::host(url).ok_or("a URL with a host is due")?;
    let Reader { right, .. } = Reader::new(host, Clock::system().now())?;
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(path)
    };
    let key = write("reader.key.pem", &right.key_pem)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&key, mode).map_err(|error| format!("{}: {error}", key.display()))?;
    }
    write("reader-chain.pem", &right.pem)?;
    let client =
        |prefix: &str| serde_json::json!({ "prefix": prefix, "key": "reader.key.pem", "chain": "reader-chain.pem" });
    let settings = serde_json::json!({
        "base_url": url.trim_end_matches('/'),
        "clients": [client("x509_hash"), client("x509_san_dns"), { "prefix": "redirect_uri" }],
    });
    trust_folder::write_json(&folder.join("presentations.json"), &settings)
}

/// `vidimus-conformance wallet`: `true` when everything passed.
///
/// # Errors
/// A sentence, when it cannot begin.
pub fn for_wallets(arguments: ForWallets) -> Result<bool, String> {
    if let Some(folder) = &arguments.write_credentials {
        let holdings = Holdings::issue(Clock::system().now())?;
        return command::write_credentials(folder, &holdings).map(|()| true);
    }
    block_on(async {
        let (listener, address) = serve::bind(arguments.listen).await?;
        let base = arguments.public_url.unwrap_or_else(|| format!("http://localhost:{}", address.port()));
        let seconds = arguments.timeout.unwrap_or(if arguments.wallet_command.is_some() { 20 } else { 120 });
        let mut settings = Settings::of(&base, Duration::from_secs(seconds))?;
        if let Some(store) = &arguments.trust {
            settings = settings.trusting(store, arguments.policy.as_deref())?;
        }
        let desk = Arc::new(Desk::new(settings)?);
        let Some(wallet) = arguments.wallet_command else {
            println!("listening on http://{address}/, wallets reach {base}");
            return serve::serve(listener, desk).await.map(|()| true);
        };
        tokio::spawn(serve::serve(listener, desk.clone()));
        let seen = command::run(&desk, &words(&wallet), &arguments.only).await;
        if arguments.json {
            let all: Vec<serde_json::Value> = seen.iter().map(|(trial, judged)| as_json(trial, judged)).collect();
            println!("{:#}", serde_json::Value::from(all));
        } else {
            print!("{}", command::as_text(&seen));
        }
        Ok(command::is_good(&seen))
    })
}

/// `vidimus-conformance present`: `true` when a response was sent and taken.
///
/// # Errors
/// A sentence, when the wallet itself fails.
pub fn present(arguments: Present) -> Result<bool, String> {
    let mut wallet = Wallet::new(http(arguments.insecure_certificate.as_ref())?, Clock::system())?;
    wallet.fault = arguments.fault;
    wallet.overlooked = Overlooked(arguments.overlook);
    match block_on(wallet.answer(&arguments.link))? {
        Ending::Sent { response_uri, answered, .. } => {
            println!("sent to {response_uri}: HTTP status {}", answered.status);
            println!("{}", String::from_utf8_lossy(&answered.body));
            Ok(answered.is_success())
        }
        Ending::Fragment(place) => {
            println!("{place}");
            Ok(true)
        }
        Ending::Data(data) => {
            println!("{data}");
            Ok(true)
        }
        Ending::Refused(refusal) => {
            println!("refused: {refusal}");
            Ok(false)
        }
    }
}
