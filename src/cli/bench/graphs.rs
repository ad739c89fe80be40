//! Bench graphs: the steps between the JSON of a credential with Data Integrity proof and the lines that are hashed.

use std::borrow::Cow;

use crate::credential::Opened;
use crate::encoding::json::{self, Value};
use crate::linked_data::rdfc::{Hash, canonical_text};
use crate::linked_data::{Contexts, Dataset, Demands, to_rdf};
use crate::reason::Reason;

/// What is signed of one credential: its document, and the configuration of its proof.
pub(super) struct Graphs<'c> {
    values: [Value<'c>; 2],
    datasets: [Dataset; 2],
}

/// Those of a credential with one proof that signs all of it; `None` when it has none.
pub(super) fn graphs_of<'c>(opened: &'c Opened<'static>) -> Option<Graphs<'c>> {
    let Value::Object(members) = json::decode(&opened.payload).ok()? else { return None };
    let (proof, document): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| name == "proof");
    let Some((_, Value::Object(proof))) = proof.into_iter().next() else { return None };
    let context = document.iter().find(|(name, _)| name == "@context")?.1.clone();
    let said = proof.into_iter().filter(|(name, _)| name != "proofValue" && name != "@context");
    let options = std::iter::once((Cow::Borrowed("@context"), context)).chain(said).collect();
    let values = [Value::Object(document), Value::Object(options)];
    let datasets = expand(&values).ok()?;
    Some(Graphs { values, datasets })
}

impl Graphs<'_> {
    /// Both as RDF.
    pub(super) fn expand(&self) -> Result<[Dataset; 2], Reason> {
        expand(&self.values)
    }

    /// Both as canonical lines.
    pub(super) fn canonicalise(&self) -> Result<[String; 2], Reason> {
        let [document, options] = &self.datasets;
        Ok([canonical_text(document, Hash::Sha256, None)?, canonical_text(options, Hash::Sha256, None)?])
    }
}

fn expand(values: &[Value<'_>; 2]) -> Result<[Dataset; 2], Reason> {
    let [document, options] = values;
    let rdf = |value| to_rdf(value, Contexts::bundled(), Demands::default());
    Ok([rdf(document)?, rdf(options)?])
}
