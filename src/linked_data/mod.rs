//! Linked data: JSON-LD 1.1 documents to RDF datasets, their canonical form, and selections of them.
//!
//! Everything here is pure and bounded. Contexts are pinned documents, compiled once ([`Contexts`]); nothing is fetched. The
//! conversion ([`to_rdf`]) is in safe mode: whatever would be lost on the way to RDF, and so would not be signed, is a fault.

mod active;
pub mod bundled;
mod containers;
mod contexts;
mod convert;
mod dataset;
mod definer;
mod definition;
mod iri;
mod keyword;
mod local;
mod model_names;
mod nodes;
pub mod nquads;
mod numbers;
mod positions;
pub mod rdfc;
mod selection;
mod values;
mod written;

#[cfg(test)]
mod tests;

pub use self::contexts::Contexts;
pub use self::convert::{Demands, to_rdf};
pub use self::dataset::{Dataset, Labels, Quad, Term};
pub use self::selection::{Selected, select};
