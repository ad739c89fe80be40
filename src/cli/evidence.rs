//! Evidence from files: documents that somebody brings instead of the network.
//!
//! A folder mirrors the URLs: `FOLDER/issuer.example/.well-known/jwks.json` is what `https://issuer.example/.well-known/jwks.json`
//! gives. A file is a JSON object of URLs (or long forms of did:peer:4) and documents: `{"https://issuer.example/.well-known/jwks.json": {"keys": []}}`.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::cli::input::read_file;
use crate::cli::trouble::Trouble;
use crate::encoding::json;
use crate::evidence::{Document, Evidence};
use crate::limits;
use crate::locator::Locator;
use crate::time::Timestamp;

/// Documents of one folder, at most.
const DOCUMENTS: usize = 10_000;
/// Folders inside folders, at most.
const DEPTH: usize = 16;
/// Bytes of one file of documents.
const FILE_BYTES: usize = 16 << 20;

/// Adds the documents of a file or folder. They count as fetched when their file was last written.
pub(super) fn add(evidence: &mut Evidence, path: &Path) -> Result<(), Trouble> {
    let about = fs::metadata(path).map_err(|error| Trouble::at(path, error))?;
    if about.is_dir() {
        let mut left = DOCUMENTS;
        add_folder(evidence, path, "https:/", DEPTH, &mut left)
    } else {
        add_file(evidence, path, written_at(&about))
    }
}

fn add_folder(
    evidence: &mut Evidence,
    folder: &Path,
    url: &str,
    depth: usize,
    left: &mut usize,
) -> Result<(), Trouble> {
    let entries = fs::read_dir(folder).map_err(|error| Trouble::at(folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Trouble::at(folder, error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| Trouble::at(&path, error))?;
        let name = entry.file_name().into_string().map_err(|_| Trouble::at(&path, "the name is no part of an URL"))?;
        let url = format!("{url}/{name}");
        if kind.is_dir() {
            let depth = depth.checked_sub(1).ok_or_else(|| Trouble::at(&path, "too deep"))?;
            add_folder(evidence, &path, &url, depth, left)?;
        } else if kind.is_file() {
            *left = left.checked_sub(1).ok_or_else(|| Trouble::at(folder, "too many documents"))?;
            let body = read_file(&path, limits::EVIDENCE_BYTES)?;
            let about = entry.metadata().map_err(|error| Trouble::at(&path, error))?;
            evidence.insert(document(url, body, written_at(&about), &path)?);
        }
    }
    Ok(())
}

fn add_file(evidence: &mut Evidence, path: &Path, written_at: Timestamp) -> Result<(), Trouble> {
    let bytes = read_file(path, FILE_BYTES)?;
    let documents = json::decode(&bytes).map_err(|reason| Trouble::at(path, reason))?;
    let members = documents.as_object().ok_or_else(|| {
        Trouble::at(path, "not an object of URLs and documents").hint("a folder may mirror the URLs instead")
    })?;
    for (url, body) in members {
        let body = body.as_str().map_or_else(|| body.to_serde().to_string(), str::to_owned);
        evidence.insert(document(url.to_string(), body.into_bytes(), written_at, path)?);
    }
    Ok(())
}

fn document(url: String, body: Vec<u8>, fetched_at: Timestamp, path: &Path) -> Result<Document, Trouble> {
    // The long form of a did:peer is its own document, and its hash vouches for it.
    let locator = match url.starts_with("did:peer:4") {
        true => url,
        false => Locator::new(url).ok_or_else(|| Trouble::at(path, "stands for no https URL"))?.as_str().to_owned(),
    };
    Ok(Document { locator, status: 200, fetched_at, body })
}

fn written_at(about: &fs::Metadata) -> Timestamp {
    let since = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(0))
}
