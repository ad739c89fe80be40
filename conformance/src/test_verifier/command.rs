//! The command-line mode: every trial is put to a wallet that a command starts, so that a build server can test it.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use super::desk::Desk;
use super::judge::Judged;
use super::trials::{TRIALS, Trial};
use crate::wallet::holdings::{Format, Holdings, Kind, authority_pem};

/// How long an answer may be under way after the wallet's command has ended.
const GRACE: Duration = Duration::from_millis(300);

/// What every trial whose name holds `only` came to. The command gets the link as its last argument.
pub async fn run(desk: &Arc<Desk>, command: &[String], only: &str) -> Vec<(&'static Trial, Judged)> {
    let mut results = Vec::new();
    for trial in TRIALS.iter().filter(|trial| trial.name.contains(only)) {
        let judged = match desk.begin(trial) {
            Ok(link) => one(desk, trial, command, &link).await,
            Err(sentence) => Judged::Fail(format!("the request could not be made: {sentence}")),
        };
        results.push((trial, judged));
    }
    results
}

async fn one(desk: &Desk, trial: &'static Trial, command: &[String], link: &str) -> Judged {
    let Some((program, arguments)) = command.split_first() else { return Judged::Fail("no command".to_owned()) };
    let mut wallet = tokio::process::Command::new(program);
    wallet.args(arguments).arg(link).env("TRIAL", trial.name);
    wallet.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let ended = tokio::time::timeout(desk.settings.wait, wallet.status()).await;
    if let Ok(Err(error)) = ended {
        return Judged::Fail(format!("{program}: {error}"));
    }
    let judged = || desk.standing(trial, false).and_then(|standing| standing.judged);
    if judged().is_none() {
        tokio::time::sleep(GRACE).await;
    }
    let standing = desk.standing(trial, true).and_then(|standing| standing.judged);
    standing.unwrap_or_else(|| Judged::Untold("the attempt was forgotten".to_owned()))
}

/// `true` when nothing failed and every wallet came.
pub fn is_good(results: &[(&Trial, Judged)]) -> bool {
    !results.is_empty() && results.iter().all(|(_, judged)| matches!(judged, Judged::Pass(_)))
}

/// A line a trial, a second one with the rule for what failed, and the count.
pub fn as_text(results: &[(&Trial, Judged)]) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    let wide = TRIALS.iter().map(|trial| trial.name.len()).max().unwrap_or_default();
    for (trial, judged) in results {
        let _ = writeln!(out, "{} {:<wide$} {} ({})", judged.word(), trial.name, judged.detail(), trial.rule.place());
        if !matches!(judged, Judged::Pass(_)) {
            let _ = writeln!(out, "     sent: {}; rule: {}", trial.title, trial.rule.sentence);
        }
    }
    let count = |word: &str| results.iter().filter(|(_, judged)| judged.word() == word).count();
    let _ = writeln!(out, "{} passed, {} failed, {} without a wallet", count("pass"), count("FAIL"), count("none"));
    out
}

/// Writes the test credentials with their holders' keys, and the authority, for a wallet to take in.
///
/// # Errors
/// A sentence, when a file cannot be written.
pub fn write_credentials(folder: &Path, holdings: &Holdings) -> Result<(), String> {
    let write = |name: &str, text: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    write("authority.pem", authority_pem().as_bytes())?;
    for (format, name) in [(Format::SdJwtVc, "pid.sd-jwt"), (Format::Mdoc, "mdl.issuer-signed")] {
        let held = holdings.get_of(format, Kind::Right).ok_or("no such credential")?;
        match format {
            Format::SdJwtVc => write(name, &held.bytes)?,
            Format::Mdoc => write(name, vidimus::encoding::base64url::encode(&held.bytes).as_bytes())?,
        }
        let stem = name.split('.').next().unwrap_or(name);
        write(&format!("{stem}-holder.key.pem"), held.holder_pem.as_bytes())?;
    }
    Ok(())
}
