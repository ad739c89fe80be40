//! Corpora: public test sets in their own layouts, recognised by the shape of their folders, one reader a file.
//!
//! Nothing of a corpus stands in this repository. A set keeps its own verdicts; where they and the specification disagree, the
//! exceptions file says so.

pub mod cctv_ed25519;
pub mod cose_fail;
pub mod data_integrity;
pub mod dcql;
pub mod did_core;
pub mod did_examples;
pub mod did_key;
pub mod dif_pex;
pub mod eu_quality_assurance;
pub mod eu_test_data;
pub mod hostile_seed;
pub mod iso_mdoc;
pub mod jcs;
pub mod json_testsuite;
pub mod nzcp_spec;
pub mod open_badges;
pub mod openid4vp;
pub mod own_vectors;
pub mod rdf_canon;
pub mod sd_jwt_rfc9901;
pub mod sd_jwt_vc;
pub mod selective;
pub mod shc_dev_tools;
pub mod shc_spec;
pub mod spec_examples;
pub mod suite_captures;
pub mod token_status_list;
pub mod vc_jose_cose;
pub mod vcdm2_inputs;
mod vical;
pub mod wycheproof;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::case::Case;

/// A layout that we can read.
pub struct Layout {
    /// The name of the set, as it begins case ids; `None` = the folder's own name (several sets share the layout).
    pub name: Option<&'static str>,
    /// `true` for a folder of this shape.
    pub is_here: fn(&Path) -> bool,
    /// The cases of such a folder, ids beginning with the set's name.
    pub read: fn(&Path, &str) -> Result<Vec<Case>, String>,
}

/// Every layout, in the order in which they are tried.
pub const LAYOUTS: &[Layout] = &[
    own_vectors::LAYOUT,
    eu_test_data::LAYOUT,
    eu_quality_assurance::LAYOUT,
    shc_dev_tools::LAYOUT,
    shc_spec::LAYOUT,
    nzcp_spec::LAYOUT,
    hostile_seed::LAYOUT,
    iso_mdoc::LAYOUT,
    cose_fail::LAYOUT,
    json_testsuite::LAYOUT,
    jcs::LAYOUT,
    data_integrity::LAYOUT,
    data_integrity::EXAMPLES,
    selective::EXAMPLES,
    selective::FIXTURES,
    suite_captures::LAYOUT,
    wycheproof::LAYOUT,
    did_key::LAYOUT,
    did_core::LAYOUT,
    did_examples::LAYOUT,
    vcdm2_inputs::LAYOUT,
    open_badges::LAYOUT,
    spec_examples::LAYOUT,
    vc_jose_cose::LAYOUT,
    sd_jwt_rfc9901::LAYOUT,
    sd_jwt_vc::LAYOUT,
    cctv_ed25519::LAYOUT,
    rdf_canon::LAYOUT,
    token_status_list::LAYOUT,
    openid4vp::LAYOUT,
    dcql::LAYOUT,
    dif_pex::LAYOUT,
];

/// The cases of every set at or below these paths.
///
/// # Errors
/// A sentence: a path where no set is found, or a set that cannot be read.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for path in paths {
        let before = cases.len();
        read_below(path, &mut cases)?;
        if cases.len() == before {
            return Err(format!("{}: no vectors and no known test set here", path.display()));
        }
    }
    let mut ids = std::collections::HashSet::new();
    match cases.iter().find(|case| !ids.insert(case.id.as_str())) {
        Some(twice) => Err(format!("the case {} was found twice", twice.id)),
        None => Ok(cases),
    }
}

fn read_below(path: &Path, cases: &mut Vec<Case>) -> Result<(), String> {
    if let Some(layout) = LAYOUTS.iter().find(|layout| (layout.is_here)(path)) {
        let folder_name = path.file_name().and_then(|name| name.to_str()).unwrap_or("set");
        cases.extend((layout.read)(path, layout.name.unwrap_or(folder_name))?);
        return Ok(());
    }
    for entry in entries(path) {
        if entry.is_dir() {
            read_below(&entry, cases)?;
        }
    }
    Ok(())
}

/// What a folder holds, in the order of names.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|read| read.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    entries.sort();
    entries
}

/// Every file below a folder with this extension, in the order of paths.
fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in entries(folder) {
        if entry.is_dir() {
            files.extend(files_below(&entry, extension));
        } else if entry.extension().is_some_and(|have| have == extension) {
            files.push(entry);
        }
    }
    files
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

/// The JSON of a file; corpora are read leniently, some files begin with a byte order mark.
fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let bytes = read_bytes(path)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(bytes).map_err(|error| format!("{}: {error}", path.display()))
}

fn text_of<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member).and_then(Value::as_str)
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}
