//! The examples of the Open Badges 3.0 specification: unsigned credentials, which must keep the rules.

use std::path::Path;

use vidimus::format::vc::model::{ModelDemands, check_credential};
use vidimus::format::vc::open_badges::{check_badge, is_badge};

use super::{Layout, files_below, read_bytes};
use crate::case::{Case, Found};

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("openbadges"), is_here, read };

fn is_here(folder: &Path) -> bool {
    folder.join("examples/basicOpenBadgeCredential.json").is_file()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let case = |file: &std::path::PathBuf| {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let bytes = read_bytes(file)?;
        Ok(Case::call(format!("{set}/{name}"), move || judge(&bytes)))
    };
    files_below(&folder.join("examples"), "json").iter().map(case).collect()
}

fn judge(bytes: &[u8]) -> Found {
    let document = match vidimus::encoding::json::decode(bytes) {
        Err(reason) => return Found::Wrong(format!("expected JSON, got {reason}")),
        Ok(document) => document,
    };
    let mut faults = check_credential(&document, ModelDemands { strict: true });
    if is_badge(&document) {
        faults.extend(check_badge(&document));
    }
    Found::when(true, faults.is_empty(), || faults.first().map_or_else(String::new, ToString::to_string))
}
