//! Certification of verifiers, offline: the modules of the OpenID certification in all their variants, and further faults, put before any
//! verifier by the test wallet. A verdict of the verifier itself takes the place of the human who looks at a screenshot.

pub mod browser;
pub mod judge;
pub mod plan;
pub mod results;
pub mod run;
pub mod subject;
