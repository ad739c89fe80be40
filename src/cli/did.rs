//! `vidimus did`: resolves DIDs and dereferences DID URLs.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::cli::Exit;
use crate::cli::demands::resolver;
use crate::cli::evidence;
use crate::cli::shown::{shown, shown_json};
use crate::cli::stores::Asker;
use crate::cli::trouble::Trouble;
use crate::did::document::{DidDocument, Purpose};
use crate::did::remote::Resolver;
use crate::did::resolution::{
    Content, Error, Options, Outcome, dereference, dereferencing_result, missing, resolution_result, resolve,
};
use crate::did::written::MethodType;
use crate::encoding::json;
use crate::evidence::Evidence;
use crate::locator::Locator;

/// Arguments of `did`.
#[derive(Args)]
pub(super) struct Did {
    #[command(subcommand)]
    command: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show the document of a DID, and what its keys are for.
    Resolve(ResolveDid),
    /// Show what a DID URL leads to: a document, a part of it, the endpoints of a service.
    Dereference(Dereference),
}

/// Where documents come from.
#[derive(Args)]
struct Sources {
    /// Fetch nothing.
    #[arg(long)]
    offline: bool,
    /// Documents at hand: a folder that mirrors URLs, or a JSON file of URLs and documents; repeat for several.
    #[arg(long, value_name = "PATH")]
    evidence: Vec<PathBuf>,
    /// Who answers for DIDs of methods that are not built in: https://HOST/1.0/identifiers/.
    #[arg(long, value_name = "URL", value_parser = resolver)]
    resolver: Option<Resolver>,
    /// The type that keys of a did:key are written with: Multikey, JsonWebKey2020 or Ed25519VerificationKey2020.
    #[arg(long = "key-type", value_name = "TYPE", value_parser = method_type, default_value = "Multikey")]
    method_type: MethodType,
}

/// Arguments of `did resolve`.
#[derive(Args)]
struct ResolveDid {
    /// The DID.
    #[arg(value_name = "DID")]
    did: String,
    /// Print the document alone, as JSON.
    #[arg(long, conflicts_with = "json")]
    document: bool,
    /// Print the resolution result as one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

/// Arguments of `did dereference`.
#[derive(Args)]
struct Dereference {
    /// The DID URL.
    #[arg(value_name = "DID-URL")]
    url: String,
    /// Print the URLs of the service's endpoints, one a line.
    #[arg(long)]
    urls: bool,
    /// What a verification method must be for (`assertionMethod`).
    #[arg(long = "for", value_name = "PURPOSE", value_parser = purpose)]
    purpose: Option<Purpose>,
    /// Print the dereferencing result as one line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sources: Sources,
}

impl Did {
    /// Prints what was found. Exits: found, refused, or 3 when the document could not be had.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        match self.command {
            Action::Resolve(command) => command.run(out),
            Action::Dereference(command) => command.run(out),
        }
    }
}

impl ResolveDid {
    fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let options = self.sources.options(None);
        let outcome = self.sources.asked(|evidence, resolver| resolve(&self.did, evidence, resolver))?;
        if self.json {
            writeln!(out, "{}", shown_json(&resolution_result(&outcome, options, "application/did")))?;
            return Ok(exit(&outcome));
        }
        match &outcome {
            Outcome::Found(document) if self.document => pretty(out, &document.to_json(options.method_type))?,
            Outcome::Found(document) => describe(out, document)?,
            _ => return Ok(tell(&outcome)),
        }
        Ok(Exit::Accepted)
    }
}

impl Dereference {
    fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let options = self.sources.options(self.purpose);
        let outcome = self
            .sources
            .asked(|evidence, resolver| dereference(&self.url, self.urls, options, (evidence, resolver)))?;
        if self.json {
            writeln!(out, "{}", shown_json(&dereferencing_result(&outcome, "application/did")))?;
            return Ok(exit(&outcome));
        }
        match &outcome {
            Outcome::Found(Content::Document(text) | Content::Object(text)) => pretty(out, text)?,
            Outcome::Found(Content::Urls(urls)) => {
                for url in urls {
                    writeln!(out, "{}", shown(url))?;
                }
            }
            _ => return Ok(tell(&outcome)),
        }
        Ok(Exit::Accepted)
    }
}

impl Sources {
    fn options(&self, relationship: Option<Purpose>) -> Options {
        Options { method_type: self.method_type, relationship }
    }

    /// What came of asking; the one document that was missing is fetched in between.
    fn asked<T>(&self, ask: impl Fn(&Evidence, Option<&Resolver>) -> Outcome<T>) -> Result<Outcome<T>, Trouble> {
        let mut documents = Evidence::none();
        for path in &self.evidence {
            evidence::add(&mut documents, path)?;
        }
        let outcome = ask(&documents, self.resolver.as_ref());
        let Outcome::Missing(locator) = &outcome else { return Ok(outcome) };
        match Asker::new(self.offline)?.fetched(locator) {
            None => Ok(outcome),
            Some(document) => {
                documents.insert(document);
                Ok(ask(&documents, self.resolver.as_ref()))
            }
        }
    }
}

/// The document for a person: each key, its kind, and what it is for.
fn describe(out: &mut dyn Write, document: &DidDocument) -> Result<(), Trouble> {
    writeln!(out, "{}", shown(document.id()))?;
    if let Some(locator) = document.locator() {
        writeln!(out, "  found at {}", shown(locator))?;
    }
    for method in document.methods() {
        let id = method.id().strip_prefix(document.id()).unwrap_or(method.id());
        writeln!(out, "  {}", shown(id))?;
        let kind = method.kind().unwrap_or("without a type");
        match method.public_key() {
            Ok(key) => writeln!(out, "    key     {} ({:?})", shown(kind), key.kind())?,
            Err(reason) => writeln!(out, "    unusable {}: {}", shown(kind), shown(&reason.to_string()))?,
        }
        let purposes =
            Purpose::ALL.into_iter().filter(|purpose| document.ids_for(*purpose).any(|id| id == method.id()));
        let names: Vec<&str> = purposes.map(Purpose::name).collect();
        writeln!(out, "    for     {}", if names.is_empty() { "nothing".to_owned() } else { names.join(", ") })?;
        if let Some(controller) = method.controller().filter(|controller| *controller != document.id()) {
            writeln!(out, "    controlled by {}", shown(controller))?;
        }
    }
    Ok(())
}

fn pretty(out: &mut dyn Write, text: &str) -> Result<(), Trouble> {
    let value = json::decode(text.as_bytes()).map_or(Value::Null, |value| value.to_serde());
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    writeln!(out, "{}", shown_json(&text))?;
    Ok(())
}

fn exit<T>(outcome: &Outcome<T>) -> Exit {
    match outcome {
        Outcome::Found(_) => Exit::Accepted,
        Outcome::Missing(_) | Outcome::Failed(Error::Internal, _) => Exit::Indeterminate,
        Outcome::Deactivated | Outcome::Failed(..) => Exit::Rejected,
    }
}

/// Says why nothing was found.
fn tell<T>(outcome: &Outcome<T>) -> Exit {
    let trouble = match outcome {
        Outcome::Missing(locator) => Trouble::new(missing(locator)).hint(place(locator)),
        Outcome::Deactivated => Trouble::new("the DID is deactivated"),
        Outcome::Failed(error, detail) => Trouble::new(detail.as_str()).hint(error.url()),
        Outcome::Found(_) => return Exit::Accepted,
    };
    trouble.tell();
    exit(outcome)
}

fn place(locator: &Locator) -> String {
    format!("bring it with --evidence, or leave out --offline to have {} asked", locator.host())
}

fn method_type(text: &str) -> Result<MethodType, String> {
    MethodType::from_name(text).ok_or_else(|| "Multikey, JsonWebKey2020 or Ed25519VerificationKey2020".to_owned())
}

fn purpose(text: &str) -> Result<Purpose, String> {
    let names = Purpose::ALL.map(Purpose::name).join(", ");
    Purpose::from_name(text).ok_or_else(|| format!("one of {names}"))
}
