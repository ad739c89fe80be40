//! How often verification asks for memory: counted, and held where it is.
//!
//! A number here may fall. Where it has to rise, whoever raises it says why.

use crate::cli::bench::case::Sizes;
use crate::cli::bench::cases::cases;
use crate::cli::bench::work::Work;
use crate::cli::demands::now;
use crate::crypto::checker::Settings;

/// Allocations of one verification among sixty-four, the report's own included, at most. Of each ES256 check in the lanes of a
/// vector unit about four are the lanes' own.
const MOST: &[(&str, Option<&str>, f64)] = &[
    ("eu_dcc", None, 28.0),
    ("smart_health_card", None, 53.0),
    ("nz_covid_pass", None, 27.0),
    ("vc_di", Some("eddsa-rdfc-2022"), 176.0),
    ("vc_di", Some("eddsa-jcs-2022"), 97.0),
    ("vc_jwt", Some("ES256"), 65.0),
    ("vc_jwt", Some("EdDSA"), 66.0),
    ("vc_sd_jwt", Some("ES256"), 154.0),
    ("vc_cose", Some("ES256"), 78.0),
    ("sd_jwt_vc", Some("11-disclosures"), 94.0),
    ("sd_jwt_vc", Some("11-disclosures-key-bound"), 130.0),
];

#[test]
fn verification_asks_for_memory_as_seldom_as_before() {
    let sizes = Sizes { issuers: None, batches: None, pool: 64, checks: Settings::default() };
    let cases = cases(&[], &sizes, now()).expect("cases");
    let mut above = Vec::new();
    for (format, variant, most) in MOST {
        let is_it = |choice: &Option<&str>| choice == variant;
        let case = cases.iter().find(|case| case.format.about().name == *format && is_it(&case.choice.variant));
        let batch = Work::Batch(case.expect("a case"), 64);
        // Once before: contexts are compiled and buffers made then.
        batch.step(0);
        let spent = allocation_counter::measure(|| batch.step(0));
        let each = spent.count_total as f64 / 64.0;
        if each > *most {
            above.push(format!("{format} {variant:?}: {each} allocations, {most} at most"));
        }
    }
    assert!(above.is_empty(), "{above:#?}");
}
