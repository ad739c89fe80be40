//! Samples: one accepted and one forged credential of each format, and the trust folder under which they are judged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use vidimus::encoding::qr;

use super::pki::Pki;
use super::{eu_dcc, nz_covid_pass, smart_health_card};

/// Name of the folder, beside the folder of vectors.
pub const FOLDER: &str = "samples";

/// Every sample file below `folder`.
///
/// # Errors
/// A sentence, when a key is missing.
pub fn files(pki: &Pki, folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    let mut add = |name: &str, content: Vec<u8>| files.insert(folder.join(name), content);
    let line = |text: &str| format!("{text}\n").into_bytes();
    let (dcc, forged_dcc, mut trust) = eu_dcc::samples(pki)?;
    add("eu-dcc.png", qr::draw_png(&dcc, 4).map_err(|reason| reason.to_string())?);
    add("eu-dcc.txt", line(&dcc));
    add("eu-dcc-forged.txt", line(&forged_dcc));
    let (card, forged_card, card_issuer) = smart_health_card::samples(pki)?;
    add("smart-health-card.txt", line(&card));
    add("smart-health-card-forged.txt", line(&forged_card));
    let (pass, forged_pass, pass_issuer) = nz_covid_pass::samples(pki)?;
    add("nz-covid-pass.txt", line(&pass));
    add("nz-covid-pass-forged.txt", line(&forged_pass));
    trust.extend([card_issuer, pass_issuer]);
    let source = json!({"list": "samples", "importer": "vidimus-conformance mint", "sha256": "", "imported_at": ""});
    let store = json!({"vidimus_trust": 1, "source": source, "entries": trust});
    let store = serde_json::to_string_pretty(&store).map_err(|error| error.to_string())?;
    add("trust/samples.json", line(&store));
    Ok(files)
}
