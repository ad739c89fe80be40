//! Our own vectors: a folder with `schema/vector.schema.json`, or a part of one.

use std::path::{Path, PathBuf};

use super::Layout;
use crate::case::{Case, Right};
use crate::vector::{FEATURES, Found, read_all};

/// The layout of our vectors.
pub const LAYOUT: Layout = Layout { name: Some("test-vectors"), is_here, read };

/// The id of the case that runs this vector.
pub fn case_id(vector_id: &str) -> String {
    format!("test-vectors/{vector_id}")
}

/// The folder of all vectors that this path is, or lies in.
pub fn root_of(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    path.ancestors().find(|folder| folder.join("schema/vector.schema.json").is_file()).map(Path::to_owned)
}

fn is_here(path: &Path) -> bool {
    root_of(path).is_some()
}

fn read(path: &Path, _: &str) -> Result<Vec<Case>, String> {
    let root = root_of(path).ok_or("not a folder of vectors")?;
    let asked = path.canonicalize().map_err(|error| error.to_string())?;
    let all = read_all(&root).map_err(|wrong| wrong.join("\n"))?;
    // Parents are run with their children even when only the children were asked for.
    let chosen: std::collections::HashSet<&str> = all
        .iter()
        .filter(|found| found.path.starts_with(&asked))
        .flat_map(|found| std::iter::once(found.vector.id.as_str()).chain(found.vector.source.mutates.as_deref()))
        .collect();
    all.iter().filter(|found| chosen.contains(found.vector.id.as_str())).map(case_of).collect()
}

fn case_of(found: &Found) -> Result<Case, String> {
    let vector = &found.vector;
    let id = case_id(&vector.id);
    if let Some(feature) = vector.features.iter().find(|feature| !FEATURES.contains(&feature.as_str())) {
        return Ok(Case::skip(id, format!("needs the feature {feature}, which this runner does not know")));
    }
    let folder = found.path.parent().unwrap_or(Path::new("."));
    let question = vector.question(folder).map_err(|error| format!("{}: {error}", found.path.display()))?;
    let parent = vector.source.mutates.as_deref().map(case_id);
    Ok(Case { parent, ..Case::ask(id, question, Right::Exactly(vector.expect.clone())) })
}
