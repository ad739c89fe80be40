//! VICALs of the world, imported with the signer that a case names. The cases stand among those of mdocs.

use std::path::Path;

use serde_json::Value;
use vidimus::time::Timestamp;
use vidimus::trust::import::{ImportFault, Options};
use vidimus::trust::importers::importer;
use vidimus::trust::x509::Certificate;

use super::{read_bytes, read_text, text_of};
use crate::case::{Case, Found};

/// The case of that id, of the set in that folder.
///
/// # Errors
/// A sentence, when a file is missing or the case has another shape.
pub(super) fn case_of(folder: &Path, id: String, case: &Value) -> Result<Case, String> {
    let file = case.pointer("/files/0").and_then(Value::as_str).ok_or("a case without a file")?;
    let bytes = read_bytes(&folder.join(file))?;
    let mut signers = Vec::new();
    for name in case.get("trust").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        signers
            .extend(Certificate::from_pem_all(&read_text(&folder.join(name))?).map_err(|reason| reason.to_string())?);
    }
    let imported_at = text_of(case, "clock").and_then(Timestamp::from_rfc3339).ok_or("a case without a clock")?;
    let count = case.pointer("/params/certificateInfos").and_then(Value::as_u64);
    let due = match text_of(case, "reason") {
        None => None,
        Some("issuer-not-trusted") => Some("x509.untrusted_root"),
        Some("expired") => Some("x509.expired"),
        Some(other) => return Err(format!("{id}: an unknown reason {other}")),
    };
    Ok(Case::call(id, move || {
        let options = Options { signers: signers.clone(), imported_at, ..Options::default() };
        let importer = importer("vical").map(|importer| importer.import(&bytes, &options));
        match (importer, due) {
            (Some(Ok(import)), None) => {
                let taken = u64::try_from(import.counts.total_taken()).unwrap_or_default();
                let all = count.is_none_or(|count| count == taken) && import.problems.is_empty();
                if all { Found::Right } else { Found::Wrong(format!("{taken} taken: {:?}", import.problems)) }
            }
            // Nobody was named whom the list could be signed by.
            (Some(Err(ImportFault::Option(_))), Some("x509.untrusted_root")) if signers.is_empty() => Found::Right,
            (Some(Err(ImportFault::Content(reason))), Some(due)) if reason.code().as_str() == due => Found::Right,
            (other, due) => Found::Wrong(format!("expected {due:?}, got {:?}", other.map(|it| it.map(|it| it.counts)))),
        }
    }))
}
