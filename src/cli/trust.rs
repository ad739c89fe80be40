//! `vidimus trust`: import other people's lists, list who is trusted, check a store.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::demands::{World, format_name, now, time};
use crate::cli::input::read_file;
use crate::cli::shown::{shown, shown_json};
use crate::cli::stores::{read, usual_path};
use crate::cli::trouble::{Trouble, remark};
use crate::cli::trust_check::Check;
use crate::cli::{Exit, progress};
use crate::crypto::pem;
use crate::crypto::public_key::PublicKey;
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::trust::entry::EntryFile;
use crate::trust::import::{Import, LIST_BYTES, Options, hex};
use crate::trust::importers::{IMPORTERS, Importer, detect, importer};
use crate::trust::store;
use crate::trust::x509::Certificate;

/// Bytes of a file that holds one public key.
const KEY_BYTES: usize = 64 << 10;

/// Arguments of `trust`.
#[derive(Args)]
pub(super) struct TrustCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Read trust lists into a store; the list's earlier import is replaced.
    Import(Box<ImportList>),
    /// List who is trusted.
    List(List),
    /// Check a store: what is left out, what ends soon, what stands twice.
    Check(Check),
}

#[derive(Args)]
struct ImportList {
    /// The kind of list: `pem`, `eu-gateway`, `pathcheck`, `vci`, `gdhcn`, `vical`, `etsi-xml`, `lote`, `did`, `jwks`, `value-sets`, `context`,
    /// or `auto` to tell by its shape.
    #[arg(value_parser = kind)]
    kind: Kind,
    /// The list's files; several make one list.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The store's folder.
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// What its signers may sign; repeat for several. Usually the kind of list says it.
    #[arg(long, value_name = "FORMAT", value_parser = format_name)]
    format: Vec<String>,
    /// Two-letter country, for certificates that name none.
    #[arg(long, value_name = "CC")]
    country: Option<String>,
    /// Which world the list is of.
    #[arg(long, value_name = "WHICH", default_value = "production")]
    environment: World,
    /// The list's name in reports, and its folder in the store.
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
    /// The issuer's name as credentials write it (JWK set).
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The issuer's name for people (JWK set, DID document).
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The URL by which credentials name the document (JSON-LD context).
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Public key, PEM, under which the list must be signed (EU gateway).
    #[arg(long, value_name = "FILE")]
    signed_by: Option<PathBuf>,
    /// Certificates, PEM, of whoever signs the list or of the authorities above (VICAL, LoTE); repeat for several.
    #[arg(long, value_name = "FILE")]
    signer: Vec<PathBuf>,
    /// Take a list whose signature nobody checks (VICAL, LoTE, ETSI XML).
    #[arg(long, conflicts_with = "signer")]
    unchecked: bool,
    /// Types of credential that its signers may sign, a `docType` or a `vct`; repeat for several. Usually the list says it.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Take services of this type, by its URI; repeat for several (LoTE, ETSI XML). Usually those of identity and attestations.
    #[arg(long = "service", value_name = "URI")]
    services: Vec<String>,
    /// Import as of this time: RFC 3339, or seconds since 1970. The signer of the list must be valid then.
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true)]
    at: Option<Timestamp>,
    /// JWK set to pin for an issuer, `URL=FILE`; repeat for several (VCI directory).
    #[arg(long = "key-set", value_name = "URL=FILE")]
    key_sets: Vec<String>,
}

#[derive(Args)]
struct List {
    /// Trust store: a folder or a file; repeat for several. Default: $VIDIMUS_TRUST, else `vidimus/trust` in the data folder.
    #[arg(long, value_name = "PATH")]
    trust: Vec<PathBuf>,
    /// The same, without the option's name.
    #[arg(value_name = "PATH")]
    stores: Vec<PathBuf>,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Detect,
    Named(&'static Importer),
}

fn kind(text: &str) -> Result<Kind, String> {
    if text == "auto" {
        return Ok(Kind::Detect);
    }
    importer(text).map(Kind::Named).ok_or_else(|| {
        let names: Vec<String> = IMPORTERS.iter().map(|known| format!("  {:12}{}", known.name, known.title)).collect();
        format!(
            "no such kind of list; there are\n{}\n  {:12}whichever of these it looks like",
            names.join("\n"),
            "auto"
        )
    })
}

impl TrustCommand {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        match self.action {
            Action::Import(command) => command.run(out),
            Action::List(command) => command.run(out),
            Action::Check(command) => command.run(out),
        }
    }
}

impl ImportList {
    fn run(&self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let options = self.options()?;
        let bar = progress::bar(self.files.len(), "import");
        let mut imports = Vec::new();
        for path in &self.files {
            let bytes = read_file(path, LIST_BYTES)?;
            let importer = match self.kind {
                Kind::Named(importer) => importer,
                Kind::Detect => detect(&bytes).ok_or_else(|| {
                    Trouble::at(path, "looks like no kind of list, or like several").hint("name the kind")
                })?,
            };
            imports.push(importer.import(&bytes, &options).map_err(|fault| Trouble::at(path, fault))?);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let taken: usize = imports.iter().map(|import| import.counts.total_taken()).sum();
        // An import that brings nothing must not empty the list that stands in the store.
        if taken == 0 {
            imports.iter().try_for_each(|import| tell(out, import))?;
            out.flush()?;
            return Err(Trouble::new("nothing could be taken; the store stays as it is"));
        }
        let written = store::write(&self.into, &merged(&mut imports));
        let written = written.map_err(|fault| Trouble::new(format!("trust store: {fault}")))?;
        imports.iter().try_for_each(|import| tell(out, import))?;
        let store::Written { changed, unchanged, removed } = written;
        writeln!(
            out,
            "{}: {changed} files written, {unchanged} unchanged, {removed} removed",
            shown(&self.into.display().to_string())
        )?;
        Ok(Exit::Accepted)
    }

    fn options(&self) -> Result<Options, Trouble> {
        let mut key_sets = BTreeMap::new();
        for pair in &self.key_sets {
            let (issuer, path) = pair
                .rsplit_once('=')
                .ok_or_else(|| Trouble::new(format!("--key-set {pair}: not of the form URL=FILE")))?;
            key_sets.insert(issuer.to_owned(), read_file(path.as_ref(), LIST_BYTES)?);
        }
        Ok(Options {
            list: self.list.clone(),
            environment: self.environment.into(),
            formats: self.format.clone(),
            country: self.country.clone(),
            issuer: self.issuer.clone(),
            name: self.name.clone(),
            url: self.url.clone(),
            key: self.signed_by.as_deref().map(public_key).transpose()?,
            signers: certificates(&self.signer)?,
            unchecked: self.unchecked,
            types: self.types.clone(),
            services: self.services.clone(),
            key_sets,
            imported_at: self.at.unwrap_or_else(now),
        })
    }
}

fn public_key(path: &Path) -> Result<PublicKey, Trouble> {
    let bytes = read_file(path, KEY_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|_| Trouble::at(path, "not a PEM text"))?;
    let blocks = pem::blocks(&text).unwrap_or_default();
    let block = blocks.iter().find(|block| block.label == "PUBLIC KEY");
    let block = block.ok_or_else(|| Trouble::at(path, "holds no PEM block `PUBLIC KEY`"))?;
    PublicKey::from_spki_der(&block.bytes).map_err(|reason| Trouble::at(path, reason))
}

/// Every certificate of these PEM files.
fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>, Trouble> {
    let mut all = Vec::new();
    for path in paths {
        let text = String::from_utf8(read_file(path, KEY_BYTES)?).map_err(|_| Trouble::at(path, "not a PEM text"))?;
        let found = Certificate::from_pem_all(&text).map_err(|reason| Trouble::at(path, reason))?;
        if found.is_empty() {
            return Err(Trouble::at(path, "holds no PEM block `CERTIFICATE`"));
        }
        all.extend(found);
    }
    Ok(all)
}

/// The files of several imports of one list; what stands in two of them stands once.
fn merged(imports: &mut [Import]) -> BTreeMap<String, EntryFile> {
    let mut all: BTreeMap<String, EntryFile> = BTreeMap::new();
    for (name, file) in imports.iter_mut().flat_map(|import| std::mem::take(&mut import.files)) {
        let Some(present) = all.get_mut(&name) else {
            all.insert(name, file);
            continue;
        };
        if let (Some(source), Some(more)) = (&mut present.source, &file.source)
            && !source.sha256.contains(&more.sha256)
        {
            source.sha256 = format!("{}, {}", source.sha256, more.sha256);
        }
        for entry in file.entries {
            if !present.entries.contains(&entry) {
                present.entries.push(entry);
            }
        }
    }
    all
}

/// Says what an import took, what it left out and why.
fn tell(out: &mut dyn Write, import: &Import) -> Result<(), Trouble> {
    writeln!(out, "{}", shown(&import.list))?;
    for (kind, count) in &import.counts.taken {
        writeln!(out, "  {count:>6} {}", shown(kind))?;
    }
    for (reason, count) in &import.counts.left_out {
        writeln!(out, "  {count:>6} left out: {}", shown(reason))?;
    }
    for problem in &import.problems {
        remark(&format!("left out {}: {}", problem.entry, problem.reason));
    }
    for note in &import.notes {
        remark(note);
    }
    Ok(())
}

impl List {
    fn run(&self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let mut paths = self.trust.clone();
        paths.extend(self.stores.iter().cloned());
        if paths.is_empty() {
            paths.extend(usual_path());
        }
        if paths.is_empty() {
            return Err(Trouble::new("there is no trust store").hint("name one with --trust PATH or VIDIMUS_TRUST"));
        }
        let (files, mut problems) = read(&paths)?;
        let (trust, more) = Trust::build(&files);
        problems.extend(more);
        for problem in &problems {
            remark(&format!("left out {}: {}", problem.entry, problem.reason));
        }
        if self.json {
            write_json(out, &trust)?
        } else {
            write_text(out, &trust)?
        }
        Ok(Exit::Accepted)
    }
}

fn write_json(out: &mut dyn Write, trust: &Trust) -> Result<(), Trouble> {
    let mut lines: Vec<String> = trust
        .all_signers()
        .map(|signer| {
            json!({
                "kind": "signer", "signer": &*signer.description, "formats": &signer.formats,
                "withdrawn": signer.withdrawn,
                "expires": signer.certificate.as_ref().map(|certificate| certificate.not_after()),
            })
        })
        .chain(trust.all_issuers().map(|(name, issuer)| {
            json!({
                "kind": "issuer", "issuer": name, "name": &issuer.name, "formats": &issuer.formats,
                "environment": issuer.environment.name(), "list": &issuer.list,
                "pinned": issuer.keys.is_some() || issuer.document.is_some(),
            })
        }))
        .chain(
            trust
                .all_contexts()
                .map(|context| json!({ "kind": "context", "url": &context.url, "sha256": hex(&context.sha256) })),
        )
        .map(|line| line.to_string())
        .collect();
    lines.sort();
    lines.iter().try_for_each(|line| writeln!(out, "{}", shown_json(line)))?;
    Ok(())
}

fn write_text(out: &mut dyn Write, trust: &Trust) -> Result<(), Trouble> {
    let mut lines: Vec<[String; 6]> = trust
        .all_signers()
        .map(|signer| {
            let about = &signer.description;
            let until = match (&signer.certificate, signer.withdrawn) {
                (_, true) => "withdrawn".to_owned(),
                (Some(certificate), false) => certificate.not_after().date().to_string(),
                (None, false) => String::new(),
            };
            [
                about.country.clone().unwrap_or_default(),
                about.key_id.clone().unwrap_or_default(),
                signer.formats.join(","),
                until,
                place(about.list.as_deref(), about.environment),
                about.name.clone(),
            ]
        })
        .chain(trust.all_issuers().map(|(name, issuer)| {
            let pinned = if issuer.keys.is_some() || issuer.document.is_some() { "pinned" } else { "" };
            let name = issuer.name.as_ref().map_or_else(|| name.to_owned(), |title| format!("{name} ({title})"));
            [
                String::new(),
                pinned.to_owned(),
                issuer.formats.join(","),
                String::new(),
                place(issuer.list.as_deref(), issuer.environment.name()),
                name,
            ]
        }))
        .chain(trust.all_contexts().map(|context| {
            let digest = hex(&context.sha256);
            let short = digest.get(..12).unwrap_or_default().to_owned();
            [String::new(), short, "context".to_owned(), String::new(), String::new(), context.url.clone()]
        }))
        .collect();
    lines.sort();
    for [country, key, formats, until, place, name] in lines.iter().map(|line| line.each_ref().map(|cell| shown(cell)))
    {
        writeln!(out, "{country:2} {key:12} {formats:18} {until:10} {place:24} {name}")?;
    }
    let counts = trust.counts();
    writeln!(
        out,
        "{} signers, {} issuers, {} authorities, {} value sets, {} contexts",
        counts.signers, counts.issuers, counts.authorities, counts.value_sets, counts.contexts
    )?;
    Ok(())
}

/// The list, with the environment when it is not the usual one.
fn place(list: Option<&str>, environment: &str) -> String {
    let list = list.unwrap_or_default();
    if environment == "production" { list.to_owned() } else { format!("{list} {environment}").trim_start().to_owned() }
}
