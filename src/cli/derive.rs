//! `vidimus derive`: shows a part of a credential whose issuer signed its statements one by one.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::cli::Exit;
use crate::cli::input::Source;
use crate::cli::shown::shown;
use crate::cli::trouble::Trouble;
use crate::envelope::data_integrity::bbs::Wish;
use crate::envelope::data_integrity::transform::Terms;
use crate::issue::derive::{DeriveFault, derive};
use crate::linked_data::Contexts;

/// Arguments of `derive`.
#[derive(Args)]
pub(super) struct Derive {
    /// The credential, with a base proof by ecdsa-sd-2023 or bbs-2023: a file, or `-` for standard input.
    file: OsString,
    /// What to show beside what its issuer made mandatory, as a JSON pointer (`/credentialSubject/name`); repeat for several.
    #[arg(long = "pointer", value_name = "POINTER")]
    pointers: Vec<String>,
    /// What a proof by bbs-2023 shall be bound to, for instance a verifier's nonce.
    #[arg(long, value_name = "TEXT", default_value = "")]
    presentation_header: String,
    /// Where to write the text; standard output otherwise.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Derive {
    /// Prints the derived credential's text, or writes it to a file.
    pub(super) fn run(self, out: &mut dyn Write) -> Result<Exit, Trouble> {
        let sources = Source::all_of(std::slice::from_ref(&self.file));
        let Some(source) = sources.first() else { return Err(Trouble::new("no credential")) };
        let text =
            String::from_utf8(source.read()?).map_err(|_| Trouble::new(format!("{}: not UTF-8", source.name())))?;
        let wish = Wish {
            selective: &self.pointers,
            presentation_header: self.presentation_header.as_bytes(),
            ..Wish::default()
        };
        let terms = Terms { contexts: Contexts::bundled(), inline_contexts: true, budget: None };
        let derived = derive(&text, &wish, &terms).map_err(|fault| {
            let trouble = Trouble::new(format!("{}: {fault}", source.name()));
            match fault {
                DeriveFault::Pointer(_) => trouble.hint("pointers name members by their JSON names, as /issuer does"),
                _ => trouble,
            }
        })?;
        match &self.out {
            Some(path) => std::fs::write(path, format!("{derived}\n")).map_err(|error| Trouble::at(path, error))?,
            None => writeln!(out, "{}", shown(&derived))?,
        }
        Ok(Exit::Accepted)
    }
}
