//! Status lists: each is a credential itself, verified here, one level deep, once for all credentials that name it.

use crate::check::Findings;
use crate::credential::Decoded;
use crate::format::Context;
use crate::trust::Consulted;

/// The lists verified so far in this run.
#[derive(Default)]
pub(super) struct Lists {}

impl Lists {
    /// Stage Status of a credential that names status lists.
    pub(super) fn check(
        &mut self,
        _decoded: &Decoded<'_>,
        _signature_right: bool,
        _context: &Context<'_>,
        _findings: &mut Findings,
    ) -> Vec<Consulted> {
        // Nothing marks the stage: not reached, so never accepted.
        Vec::new()
    }
}
