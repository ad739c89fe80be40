//! What `ecdsa-sd-2023` and `bbs-2023` share: a document as statements one by one, some of them mandatory, some of them shown.
//!
//! Data Integrity ECDSA Cryptosuites 1.0, 3.4; Data Integrity BBS Cryptosuites 1.0, 3.2. Blank nodes get names made with a secret
//! key (HMAC), because the canonical names of the whole document would tell of statements that are hidden.

use std::collections::BTreeMap;

use super::components::fault;
use super::suite::Transform;
use super::transform::{Secured, Terms, canonical, digest_of};
use crate::crypto::algorithm::Hash;
use crate::crypto::digest::sha256;
use crate::crypto::mac::hmac_sha256;
use crate::encoding::base64url;
use crate::encoding::json::Value;
use crate::limits;
use crate::linked_data::{self, Dataset, Demands, Labels, rdfc};
use crate::reason::{Code, Reason};

/// How the HMAC of a canonical name becomes the name that is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// It is the name, as base64url after `u`.
    Mac,
    /// Names are `b0`, `b1` and so on in the order of the HMACs: the same for every credential of that shape.
    Shuffled,
}

/// The digest of a proof's options.
///
/// # Errors
/// `ld.*`, `rdfc.limit`.
pub fn proof_hash(secured: &Secured<'_>, terms: &Terms<'_>) -> Result<Vec<u8>, Reason> {
    Ok(digest_of(&canonical(&secured.options, Transform::Rdfc, Hash::Sha256, terms)?, Hash::Sha256))
}

/// The digest of mandatory statements.
pub fn mandatory_hash<'l>(lines: impl IntoIterator<Item = &'l str>) -> [u8; 32] {
    sha256(lines.into_iter().collect::<String>().as_bytes())
}

/// What a verifier sees of a document.
#[derive(Debug)]
pub struct Shown {
    /// The digest of the mandatory statements.
    pub mandatory_hash: [u8; 32],
    /// The other statements, in order, each ending in a line feed.
    pub others: Vec<String>,
}

impl Shown {
    /// The statements of a document whose canonical blank nodes have these names, and `mandatory` ones in these places.
    ///
    /// # Errors
    /// `di.selective` when the names are not one for each blank node, or a place is not among the statements; `ld.*`, `rdfc.limit`,
    /// `input.too_many_items`.
    pub fn of(
        document: &Value<'_>,
        names: &BTreeMap<usize, String>,
        mandatory: &[usize],
        terms: &Terms<'_>,
    ) -> Result<Shown, Reason> {
        let dataset = dataset_of(document, terms)?;
        let labels = rdfc::canonical_labels(&dataset, rdfc::Hash::Sha256, terms.budget)?;
        let lines = dataset.lines(&renamed(&labels, names)?);
        if mandatory.last().is_some_and(|last| *last >= lines.len()) {
            return Err(fault("places of mandatory statements among those shown"));
        }
        let (mandatory, others): (Vec<_>, Vec<_>) =
            lines.into_iter().enumerate().partition(|(place, _)| mandatory.binary_search(place).is_ok());
        let mandatory_hash = mandatory_hash(mandatory.iter().map(|(_, line)| line.as_str()));
        Ok(Shown { mandatory_hash, others: others.into_iter().map(|(_, line)| line).collect() })
    }
}

/// From the dataset's labels to the names that the proof has for the canonical ones: exactly one for each, no two alike.
fn renamed(labels: &Labels, names: &BTreeMap<usize, String>) -> Result<Labels, Reason> {
    let mut taken: Vec<&String> = names.values().collect();
    taken.sort_unstable();
    taken.dedup();
    if labels.len() != names.len() || taken.len() != names.len() {
        return Err(fault("a label map of one name for each blank node").got(names.len()));
    }
    let renamed = labels.iter().map(|(label, canonical)| {
        let name = number_of(canonical).and_then(|number| names.get(&number));
        Some((label.clone(), name?.clone()))
    });
    renamed.collect::<Option<Labels>>().ok_or_else(|| fault("a label map of one name for each blank node"))
}

/// The number of a canonical name (`c14n3`).
fn number_of(canonical: &str) -> Option<usize> {
    canonical.strip_prefix("c14n")?.parse().ok()
}

/// The name that an HMAC is.
pub fn name_of(mac: &[u8; 32]) -> String {
    format!("u{}", base64url::encode(mac))
}

/// A whole document, its statements under names made with a secret key.
pub struct Whole<'v, 'd> {
    document: &'d Value<'v>,
    /// From the dataset's labels to the names.
    names: Labels,
    /// Every statement, in order, each ending in a line feed.
    pub lines: Vec<String>,
}

impl<'v, 'd> Whole<'v, 'd> {
    /// This document's statements.
    ///
    /// # Errors
    /// `ld.*`, `rdfc.limit`; `input.too_many_items` for more than [`limits::STATEMENTS`].
    pub fn of(
        document: &'d Value<'v>,
        hmac_key: &[u8; 32],
        naming: Naming,
        terms: &Terms<'_>,
    ) -> Result<Whole<'v, 'd>, Reason> {
        let dataset = dataset_of(document, terms)?;
        let canonical = rdfc::canonical_labels(&dataset, rdfc::Hash::Sha256, terms.budget)?;
        let mac = |name: &String| name_of(&hmac_sha256(hmac_key, name.as_bytes()));
        let mut names: Labels = canonical.iter().map(|(label, name)| (label.clone(), mac(name))).collect();
        if naming == Naming::Shuffled {
            let mut order: Vec<String> = names.values().cloned().collect();
            order.sort_unstable();
            for name in names.values_mut() {
                // Every name is in there.
                let place = order.binary_search(name).unwrap_or_else(|place| place);
                *name = format!("b{place}");
            }
        }
        let lines = dataset.lines(&names);
        Ok(Whole { document, names, lines })
    }

    /// The part that these pointers select, and the places of its statements, ascending. `None` without pointers.
    ///
    /// # Errors
    /// `di.selective` when a pointer points at nothing, or at a part of a list whose statements change with its other parts.
    fn part(&self, pointers: &[String], terms: &Terms<'_>) -> Result<Option<Part<'v>>, Reason> {
        let Some(selected) = linked_data::select(self.document, pointers)? else { return Ok(None) };
        let dataset = selected.to_rdf(terms.contexts, demands(terms))?;
        let place = |line: &String| {
            self.lines.binary_search(line).map_err(|_| fault("pointers to whole lists, or to no part of them"))
        };
        let places = dataset.lines(&self.names).iter().map(place).collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Part { document: selected.into_document(), dataset, places }))
    }

    /// The statements that these pointers make mandatory, and the others.
    ///
    /// # Errors
    /// As the pointers are wrong: `di.selective`.
    pub fn grouped(&self, mandatory: &[String], terms: &Terms<'_>) -> Result<Grouped<'_>, Reason> {
        let places = self.part(mandatory, terms)?.map(|part| part.places).unwrap_or_default();
        let (mut mandatory, mut others) = (Vec::with_capacity(places.len()), Vec::with_capacity(self.lines.len()));
        for (place, line) in self.lines.iter().enumerate() {
            let group = if places.binary_search(&place).is_ok() { &mut mandatory } else { &mut others };
            group.push(line.as_str());
        }
        Ok(Grouped { mandatory_hash: mandatory_hash(mandatory), others, places })
    }

    /// What is shown when the holder selects `selective` beside what is mandatory.
    ///
    /// # Errors
    /// `di.selective` when a pointer is wrong or nothing at all is selected.
    pub fn disclosed(
        &self,
        mandatory: &[String],
        selective: &[String],
        terms: &Terms<'_>,
    ) -> Result<Disclosed<'v>, Reason> {
        let all = self.part(mandatory, terms)?.map(|part| part.places).unwrap_or_default();
        let pointers: Vec<String> = mandatory.iter().chain(selective).cloned().collect();
        let part = self.part(&pointers, terms)?.ok_or_else(|| fault("something to show: a pointer at least"))?;
        let is_mandatory = |place: &usize| all.binary_search(place).is_ok();
        let mut shown_mandatory = Vec::with_capacity(all.len());
        let mut selected = Vec::with_capacity(part.places.len());
        for (at, place) in part.places.iter().enumerate() {
            if is_mandatory(place) {
                shown_mandatory.push(at);
            } else {
                // The place among the statements that are not mandatory.
                selected.push(place.saturating_sub(all.partition_point(|mandatory| mandatory < place)));
            }
        }
        if shown_mandatory.len() != all.len() {
            return Err(fault("pointers that leave the mandatory statements as they are"));
        }
        let canonical = rdfc::canonical_labels(&part.dataset, rdfc::Hash::Sha256, terms.budget)?;
        let label =
            |(label, canonical): (&String, &String)| Some((number_of(canonical)?, self.names.get(label)?.clone()));
        let labels = canonical.iter().map(label).collect::<Option<BTreeMap<_, _>>>();
        let labels = labels.ok_or_else(|| fault("blank nodes of the document"))?;
        Ok(Disclosed { document: part.document, labels, mandatory: shown_mandatory, selected })
    }
}

/// A part of a document.
struct Part<'v> {
    document: Value<'v>,
    dataset: Dataset,
    places: Vec<usize>,
}

/// The statements of a whole document, in two groups.
pub struct Grouped<'w> {
    /// The digest of the mandatory ones.
    pub mandatory_hash: [u8; 32],
    /// The others, in order.
    pub others: Vec<&'w str>,
    /// The places of the mandatory ones, ascending.
    pub places: Vec<usize>,
}

/// What a holder shows.
pub struct Disclosed<'v> {
    /// The document that is shown, without a proof.
    pub document: Value<'v>,
    /// From the number of a canonical blank node of that document to its name in the whole one.
    pub labels: BTreeMap<usize, String>,
    /// The places of mandatory statements among those shown, ascending.
    pub mandatory: Vec<usize>,
    /// The places of the others among all that are not mandatory, ascending.
    pub selected: Vec<usize>,
}

fn dataset_of(document: &Value<'_>, terms: &Terms<'_>) -> Result<Dataset, Reason> {
    let dataset = linked_data::to_rdf(document, terms.contexts, demands(terms))?;
    let count = dataset.quads().len();
    if count > limits::STATEMENTS {
        let limit = format!("at most {} statements", limits::STATEMENTS);
        return Err(Reason::new(Code::InputTooManyItems).expected(limit).got(count));
    }
    Ok(dataset)
}

fn demands(terms: &Terms<'_>) -> Demands {
    Demands { inline_contexts: terms.inline_contexts }
}

#[cfg(test)]
mod tests;
