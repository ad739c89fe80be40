//! DCQL queries that vectors are asked with.

use serde_json::{Value, json};

use super::scene::Scene;
use crate::question::Occasion;

/// One query for every format: a named person who was given an mRNA vaccine on that day. Codes are those of SNOMED CT and of CVX.
pub(super) fn vaccination_given() -> Value {
    json!({"credentials": [{
        "id": "vaccinated", "format": "vidimus_core", "meta": {}, "require_cryptographic_holder_binding": false,
        "claims": [
            {"path": ["person", "family_name"]},
            {"path": ["vaccinations", null, "vaccine", "code"], "values": ["1119349007", "207", "208"]},
            {"path": ["vaccinations", null, "date"], "values": ["2026-04-20"]},
        ],
    }]})
}

impl Scene {
    /// The same scene, asking with that query.
    #[must_use]
    pub(super) fn asking_with(&self, query: Value) -> Self {
        Scene { occasion: Occasion { dcql_query: Some(query), ..self.occasion.clone() }, ..self.clone() }
    }
}
