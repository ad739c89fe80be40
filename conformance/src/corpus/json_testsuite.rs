//! The JSON parsing test suite: `y_` must be read, `n_` must be refused, `i_` may be either. Never a panic.

use std::path::Path;

use super::{Layout, entries, read_bytes};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("json-testsuite"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("test_parsing/y_array_empty.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for path in entries(&folder.join("test_parsing")) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let bytes = read_bytes(&path)?;
        let id = format!("{set}/{name}");
        let kind = name.chars().next().unwrap_or_default();
        cases.push(Case::call(id, move || {
            let read = vidimus::encoding::json::decode(&bytes);
            match (kind, read) {
                ('i', _) => Found::Right,
                (kind, read) => Found::when(kind == 'y', read.is_ok(), || {
                    read.err().map_or_else(String::new, |reason| reason.to_string())
                }),
            }
        }));
    }
    Ok(cases)
}
