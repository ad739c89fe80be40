//! `vidimus trust check`: what is wrong with a store, and what will be soon.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::demands::{now, time};
use crate::cli::shown::{shown, shown_json};
use crate::cli::stores::read;
use crate::cli::trouble::Trouble;
use crate::time::Timestamp;
use crate::trust::entry::{Entry, EntryFile};
use crate::trust::{Chain, Counts, Problem, Signer, Trust};

/// Signers that end within so many seconds are named.
const SOON: i64 = 30 * 86_400;

/// Arguments of `trust check`.
#[derive(Args)]
pub(super) struct Check {
    /// The store: a folder or a file; several are checked as one.
    #[arg(required = true)]
    path: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Check as of this time: RFC 3339, or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    at: Option<Timestamp>,
}

/// What a check found.
#[derive(Serialize)]
struct Found {
    counts: Counts,
    left_out: Vec<LeftOut>,
    expired: Vec<String>,
    ends_soon: Vec<String>,
    broken_chains: Vec<String>,
    withdrawn: Vec<String>,
    duplicates: Vec<String>,
}

#[derive(Serialize)]
struct LeftOut {
    entry: String,
    code: &'static str,
    reason: String,
}

impl Check {
    /// Prints what is wrong; `Rejected` when entries had to be left out.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let (files, problems) = read(&self.path)?;
        let found = Found::of(&files, problems, self.at.unwrap_or_else(now));
        if self.json {
            writeln!(out, "{}", shown_json(&serde_json::to_string(&found).unwrap_or_default()))?;
        } else {
            found.write(out)?;
        }
        Ok(if found.left_out.is_empty() { Exit::Accepted } else { Exit::Rejected })
    }
}

impl Found {
    fn of(files: &[EntryFile], mut problems: Vec<Problem>, now: Timestamp) -> Found {
        let (trust, more) = Trust::build(files);
        problems.extend(more);
        let left_out = problems.into_iter().map(|problem| LeftOut {
            entry: problem.entry,
            code: problem.reason.code().as_str(),
            reason: problem.reason.to_string(),
        });
        let ends = |signer: &Signer| signer.certificate.as_ref().map(|certificate| certificate.not_after());
        let named = |is_it: &dyn Fn(&Signer) -> bool| {
            let mut names: Vec<String> =
                trust.all_signers().filter(|signer| is_it(signer)).map(|signer| line(signer)).collect();
            names.sort();
            names
        };
        Found {
            counts: trust.counts(),
            left_out: left_out.collect(),
            expired: named(&|signer| ends(signer).is_some_and(|end| end < now)),
            ends_soon: named(&|signer| ends(signer).is_some_and(|end| end >= now && end < now.plus(SOON))),
            broken_chains: named(&|signer| matches!(signer.chain, Chain::Broken(_))),
            withdrawn: named(&|signer| signer.withdrawn),
            duplicates: duplicates(files),
        }
    }

    fn write(&self, out: &mut dyn Write) -> Result<(), Trouble> {
        let Counts { signers, issuers, authorities, value_sets, contexts } = self.counts;
        writeln!(
            out,
            "{signers} signers, {issuers} issuers, {authorities} authorities, {value_sets} value sets, {contexts} contexts"
        )?;
        if signers == 0 && authorities > 0 {
            writeln!(out, "authorities, and no signer: a store of authorities alone accepts no EU DCC")?;
        }
        let left_out: Vec<String> =
            self.left_out.iter().map(|problem| format!("{}: {}", problem.entry, problem.reason)).collect();
        let lists = [
            ("left out", &left_out),
            ("expired", &self.expired),
            ("end within 30 days", &self.ends_soon),
            ("not issued by an authority of their country", &self.broken_chains),
            ("withdrawn", &self.withdrawn),
            ("stand more than once", &self.duplicates),
        ];
        for (title, lines) in lists {
            if lines.is_empty() {
                continue;
            }
            writeln!(out, "\n{} {title}", lines.len())?;
            for line in lines {
                writeln!(out, "  {}", shown(line))?;
            }
        }
        Ok(())
    }
}

fn line(signer: &Signer) -> String {
    let about = &signer.description;
    let mut line = about.name.clone();
    if let Some(key) = &about.key_id {
        line.push_str(&format!(", key {key}"));
    }
    if let Some(list) = &about.list {
        line.push_str(&format!(", list {list}"));
    }
    if let Some(certificate) = &signer.certificate {
        line.push_str(&format!(", until {}", certificate.not_after()));
    }
    line
}

/// What more than one entry says, and in how many.
fn duplicates(files: &[EntryFile]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for entry in files.iter().flat_map(|file| &file.entries) {
        for name in names_of(entry) {
            *seen.entry(name).or_default() += 1;
        }
    }
    seen.into_iter().filter(|(_, count)| *count > 1).map(|(name, count)| format!("{name}: {count} times")).collect()
}

/// What identifies an entry.
fn names_of(entry: &Entry) -> Vec<String> {
    // Certificates are long and alike at the beginning; the end, the signature, tells them apart.
    let end = |text: &str| text.get(text.len().saturating_sub(24)..).unwrap_or_default().to_owned();
    match entry {
        Entry::Signer { certificate, environment, .. } => {
            vec![format!("{} signer with a certificate that ends ..{}", environment.name(), end(certificate))]
        }
        Entry::SignerKey { kid, public_key, environment, .. } => {
            vec![format!("{} signer {kid} with a key that ends ..{}", environment.name(), end(public_key))]
        }
        Entry::Authority { certificate, environment, .. } => {
            vec![format!("{} authority with a certificate that ends ..{}", environment.name(), end(certificate))]
        }
        Entry::Issuer { issuer, aliases, .. } => {
            std::iter::once(issuer).chain(aliases).map(|name| format!("issuer {name}")).collect()
        }
        Entry::ValueSet { id, .. } => vec![format!("value set {id}")],
        Entry::Context { url, .. } => vec![format!("context {url}")],
    }
}
