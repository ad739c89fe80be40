//! `vp_formats_supported` (OpenID4VP 1.0, 11.1 and appendix B), out of what this program verifies.

use serde_json::{Map, Value as Json, json};

use crate::envelope::data_integrity::suite::{DATA_INTEGRITY_PROOF, SUITES};
use crate::format::vc::secured;
use crate::policy::dcql::Query;

/// COSE algorithms of an mdoc's issuer and device: ES256, ES384, ES512 and EdDSA, by their older labels and by those of RFC 9864, which
/// name the curve too.
const COSE: [i32; 8] = [-7, -9, -35, -51, -36, -52, -8, -19];
/// The label of a device MAC by a key on P-256 (OpenID4VP 1.0, B.2.2). Only where we have a key to agree upon one with.
const MAC_P256: i32 = -65537;

/// The formats that a query names, each with the algorithms that are verified.
pub(super) fn supported(query: &Query, has_key: bool) -> Json {
    let mut formats = Map::new();
    for credential in &query.credentials {
        let name = credential.format.name;
        if credential.format.is_of_wallets && !formats.contains_key(name) {
            formats.insert(name.to_owned(), of_format(name, has_key));
        }
    }
    Json::Object(formats)
}

fn of_format(name: &str, has_key: bool) -> Json {
    let names: Vec<&str> = secured::ALGORITHMS.iter().map(|algorithm| algorithm.name()).collect();
    match name {
        "mso_mdoc" => {
            let mut device = COSE.to_vec();
            device.extend(has_key.then_some(MAC_P256));
            json!({ "issuerauth_alg_values": COSE, "deviceauth_alg_values": device })
        }
        "ldp_vc" => {
            let types: Vec<&str> = SUITES.iter().map(|suite| suite.proof_type).collect();
            let mut types_once = types.clone();
            types_once.dedup();
            types_once.sort_unstable();
            types_once.dedup();
            let suites = SUITES.iter().filter(|suite| suite.proof_type == DATA_INTEGRITY_PROOF);
            let suites: Vec<&str> = suites.map(|suite| suite.name).collect();
            json!({ "proof_type_values": types_once, "cryptosuite_values": suites })
        }
        "jwt_vc_json" => json!({ "alg_values": names }),
        _ => json!({ "sd-jwt_alg_values": names, "kb-jwt_alg_values": names }),
    }
}
