//! Input: what stands on the command line, in a file or on standard input, read up to a bound.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cli::trouble::Trouble;
use crate::format::{FORMATS, detect};
use crate::limits;

/// Where an input comes from.
pub(super) enum Source {
    /// The text itself stands on the command line.
    Text(String),
    /// A file.
    File(PathBuf),
    /// Standard input.
    Standard,
}

impl Source {
    /// What each argument names; without arguments, standard input.
    pub(super) fn all_of(arguments: &[OsString]) -> Vec<Source> {
        if arguments.is_empty() {
            return vec![Source::Standard];
        }
        arguments.iter().map(|argument| Source::of(argument)).collect()
    }

    /// A credential's text is known by its beginning; everything else is a file's name (`./HC1:x` for a file so called).
    fn of(argument: &OsStr) -> Source {
        match argument.to_str() {
            Some("-") => Source::Standard,
            Some(text) if detect(text.trim_start()).is_ok() => Source::Text(text.to_owned()),
            _ => Source::File(PathBuf::from(argument)),
        }
    }

    /// What to call it in front of people.
    pub(super) fn name(&self) -> String {
        match self {
            Source::Text(_) => "text".to_owned(),
            Source::File(path) => path.display().to_string(),
            Source::Standard => "standard input".to_owned(),
        }
    }

    /// The bytes, at most one more than the largest input that is taken: what is too large is then refused as such.
    pub(super) fn read(&self) -> Result<Vec<u8>, Trouble> {
        match self {
            Source::Text(text) => Ok(text.clone().into_bytes()),
            Source::Standard => {
                read_bounded(io::stdin().lock()).map_err(|error| Trouble::new(format!("standard input: {error}")))
            }
            Source::File(path) => read_input_file(path),
        }
    }
}

fn read_input_file(path: &Path) -> Result<Vec<u8>, Trouble> {
    let file = File::open(path).map_err(|error| {
        let trouble = Trouble::at(path, &error);
        if error.kind() == io::ErrorKind::NotFound {
            let begins: Vec<&str> = FORMATS.iter().flat_map(|format| format.about().begins).copied().collect();
            trouble.hint(format!("neither a file nor a text that begins with {}", begins.join(" or ")))
        } else {
            trouble
        }
    })?;
    read_bounded(file).map_err(|error| Trouble::at(path, error))
}

fn read_bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let most = limits::IMAGE_BYTES.max(limits::INPUT_BYTES);
    let mut bytes = Vec::new();
    reader.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A whole file of the operator's (policy, content, trust list): trouble when it is larger than `most` bytes.
pub(super) fn read_file(path: &Path, most: usize) -> Result<Vec<u8>, Trouble> {
    let file = File::open(path).map_err(|error| Trouble::at(path, error))?;
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| Trouble::at(path, error))?;
    if bytes.len() > most {
        return Err(Trouble::at(path, format!("larger than {most} bytes")));
    }
    Ok(bytes)
}
