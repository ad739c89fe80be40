//! The plan: which fault in which variant.

use serde_json::{Value, json};

use crate::wallet::fault::{CERTIFICATION, Fault, Row, TABLE};
use crate::wallet::holdings::{Format, MDL, MDL_SPACE, PID};

/// What differs between two runs of one module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// `credential_format`.
    pub format: Format,
    /// `client_id_prefix`.
    pub prefix: &'static str,
    /// `response_mode`.
    pub mode: &'static str,
    /// `request_method`.
    pub method: &'static str,
}

/// The formats.
pub const FORMATS: [Format; 2] = [Format::SdJwtVc, Format::Mdoc];
/// The prefixes of the certification.
pub const PREFIXES: [&str; 2] = ["x509_san_dns", "x509_hash"];
/// The response modes.
pub const MODES: [&str; 2] = ["direct_post", "direct_post.jwt"];
/// The request methods.
pub const METHODS: [&str; 2] = ["get", "post"];

impl Variant {
    /// All sixteen, in the order of the table.
    pub fn all() -> Vec<Variant> {
        let mut all = Vec::new();
        for format in FORMATS {
            for prefix in PREFIXES {
                for mode in MODES {
                    all.extend(METHODS.map(|method| Variant { format, prefix, mode, method }));
                }
            }
        }
        all
    }

    /// `sd_jwt_vc x509_hash direct_post get`.
    pub fn name(&self) -> String {
        format!("{} {} {} {}", self.format.name(), self.prefix, self.mode, self.method)
    }

    /// `true` when responses are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.mode.ends_with(".jwt")
    }
}

/// One fault in one variant.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The fault.
    pub row: &'static Row,
    /// The variant.
    pub variant: Variant,
}

impl Case {
    /// `true` for a module of the certification.
    pub fn is_certification(&self) -> bool {
        TABLE.iter().take(CERTIFICATION).any(|row| row.fault == self.row.fault)
    }
}

/// Every case: modules of the certification in every variant that they fit, further faults with one prefix and method.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, row) in TABLE.iter().enumerate() {
        for variant in Variant::all() {
            let is_chosen = at < CERTIFICATION || (variant.prefix == PREFIXES[1] && variant.method == METHODS[0]);
            if is_chosen && row.fits(variant.format, variant.is_encrypted(), variant.method == "post") {
                cases.push(Case { row, variant });
            }
        }
    }
    cases
}

/// The query for a case: one credential of the variant's format, or two, that one last.
pub fn query(fault: Fault, format: Format) -> Value {
    let sd_jwt_vc = json!({
        "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": [PID] },
        "claims": [{ "path": ["given_name"] }, { "path": ["family_name"] }],
    });
    let mdoc = json!({
        "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": MDL },
        "claims": [{ "path": [MDL_SPACE, "family_name"] }, { "path": [MDL_SPACE, "given_name"] }],
    });
    let (other, own) = if format == Format::SdJwtVc { (mdoc, sd_jwt_vc) } else { (sd_jwt_vc, mdoc) };
    let credentials = if fault.takes_two() { vec![other, own] } else { vec![own] };
    json!({ "credentials": credentials })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_stand_in_their_variants() {
        let count = |fault| cases().iter().filter(|case| case.row.fault == fault).count();
        assert_eq!(count(Fault::HappyFlow), 16);
        assert_eq!(count(Fault::RequestUriMethodPost), 8);
        assert_eq!(count(Fault::InvalidSessionTranscript), 8);
        assert_eq!(count(Fault::InvalidKbJwtNonce), 8);
        assert_eq!(count(Fault::Replay), 4);
        assert_eq!(count(Fault::NotEncrypted), 2);
    }
}
