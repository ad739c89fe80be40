//! Minting: every vector and sample, made from the keys at hand. The same keys always give the same files.
//!
//! A format is one file that tells its vectors like sentences: an accepted credential, then the same with one thing wrong.

mod dcql;
pub mod eu_dcc;
pub mod mdoc;
pub mod nz_covid_pass;
pub mod pki;
mod raw;
mod samples;
mod scene;
pub mod sd_jwt_vc;
pub mod signing;
pub mod smart_health_card;
pub mod token_status_list;
pub mod vc_cose;
pub mod vc_di;
pub mod vc_jwt;
pub mod vc_sd_jwt;
pub mod vc_status;
mod w3c;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pki::Pki;

use crate::vector::Vector;

/// Writes every vector and sample; with `check` writes nothing and says which files differ. `Ok(false)` when some do.
///
/// # Errors
/// A sentence: a key that is missing, two vectors of one name, a file that cannot be written.
pub fn mint(into: &Path, check: bool) -> Result<bool, String> {
    let samples = into.canonicalize().map_err(|error| format!("{}: {error}", into.display()))?;
    let samples = samples.parent().unwrap_or(Path::new(".")).join(samples::FOLDER);
    let mut files = files(into)?;
    files.extend(samples::files(&Pki::at(into), &samples)?);
    let mut differing = Vec::new();
    for (path, content) in &files {
        if std::fs::read(path).is_ok_and(|held| held == *content) {
            continue;
        }
        differing.push(path.clone());
        if !check {
            write(path, content)?;
        }
    }
    for path in left_over(into, &samples, &files) {
        if !check {
            std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        differing.push(path);
    }
    if check {
        differing.iter().for_each(|path| eprintln!("differs: {}", path.display()));
        return Ok(differing.is_empty());
    }
    println!("{} files, {} of them changed", files.len(), differing.len());
    Ok(true)
}

/// What the vectors on disk hold, for those that cannot be made the same twice.
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// The input text of the vector with this id, if it is there.
    pub fn text(&self, id: &str) -> Option<String> {
        let bytes = std::fs::read(self.folder.join(Vector::relative_path(id))).ok()?;
        Vector::decode(&bytes).ok()?.input.text
    }
}

/// Every vector, in the order in which the formats tell them.
///
/// # Errors
/// A sentence: a key that is missing.
pub fn vectors(into: &Path) -> Result<Vec<Vector>, String> {
    let pki = Pki::at(into);
    let kept = Kept { folder: into.to_owned() };
    let mut vectors = eu_dcc::vectors(&pki, &kept)?;
    vectors.extend(smart_health_card::vectors(&pki)?);
    vectors.extend(nz_covid_pass::vectors(&pki)?);
    vectors.extend(vc_di::vectors(&pki, &kept)?);
    vectors.extend(vc_jwt::vectors(&pki)?);
    vectors.extend(vc_sd_jwt::vectors(&pki)?);
    vectors.extend(vc_cose::vectors(&pki)?);
    vectors.extend(sd_jwt_vc::vectors(&pki)?);
    vectors.extend(vc_status::vectors(&pki)?);
    vectors.extend(token_status_list::vectors(&pki)?);
    vectors.extend(mdoc::vectors(&pki)?);
    Ok(vectors)
}

fn files(into: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    for vector in vectors(into)? {
        let mut text = serde_json::to_string_pretty(&vector).map_err(|error| error.to_string())?;
        text.push('\n');
        // What we write is what we read.
        Vector::decode(text.as_bytes()).map_err(|sentence| format!("{}: {sentence}", vector.id))?;
        if files.insert(into.join(Vector::relative_path(&vector.id)), text.into_bytes()).is_some() {
            return Err(format!("two vectors are called {}", vector.id));
        }
    }
    Ok(files)
}

/// Files in the folders of vectors and samples that nobody makes any more.
fn left_over(into: &Path, samples: &Path, files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    let mut held = Vec::new();
    for folder in [into, samples] {
        collect(folder, &mut held);
    }
    let is_ours = |path: &PathBuf| {
        let below = |name: &str| path.starts_with(into.join(name));
        !below("keys") && !below("schema") && path.extension().is_none_or(|extension| extension != "md")
    };
    held.into_iter().filter(is_ours).filter(|path| !files.contains_key(path)).collect()
}

fn collect(folder: &Path, held: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, held) } else { held.push(path) }
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(told)?;
    }
    std::fs::write(path, content).map_err(told)
}
