//! The fields of a descriptor: claims, claim sets where there are alternatives, and `meta` where a field asks for a type.

use std::collections::HashSet;

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::presentation_exchange::Conversion;
use crate::policy::dcql::presentation_exchange::filter::{Filter, read_filter};
use crate::policy::dcql::{ClaimsQuery, Meta, QueryFormat, Step, Wanted, json_path};

/// Members of a field.
const MEMBERS: [&str; 8] = ["id", "path", "name", "purpose", "filter", "optional", "intent_to_retain", "predicate"];

/// One field, as far as it can be said at all.
pub(super) struct Field {
    /// Where it stands in the definition.
    pointer: String,
    /// The paths that it may be found under, the preferred one first.
    pub(super) paths: Vec<Vec<Step>>,
    /// What it must be.
    filter: Filter,
    is_optional: bool,
    intent_to_retain: Option<bool>,
}

/// What the fields became in one format.
#[derive(Default)]
pub(super) struct Read {
    pub(super) meta: Meta,
    pub(super) claims: Vec<ClaimsQuery>,
    pub(super) claim_sets: Vec<Vec<String>>,
}

/// ```text
/// { "path": [ JSONPath, .. ], "filter"?: JSON Schema, "optional"?, "intent_to_retain"?, "predicate"?, "id"?, "name"?, "purpose"? }
/// ```
pub(super) fn read(conversion: &mut Conversion, value: &Value<'_>, pointer: &str) -> Option<Field> {
    conversion.words(value, pointer);
    conversion.strangers(value, (&MEMBERS, pointer));
    if value.member("predicate").is_some() {
        let sentence = "DCQL has no predicates: the value itself is asked for.";
        conversion.lose(&format!("{pointer}/predicate"), "predicate", sentence);
    }
    let truth = |name: &str| match value.member(name) {
        Some(Value::Bool(truth)) => Some(*truth),
        _ => None,
    };
    let listed = value.member("path").map(Value::items).unwrap_or_default();
    let mut paths: Vec<Vec<Step>> = Vec::new();
    for (index, path) in listed.iter().enumerate().take(limits::DCQL_CLAIMS) {
        let at = format!("{pointer}/path/{index}");
        match json_path::to_path(path.as_str().unwrap_or_default()) {
            Ok(path) if !paths.contains(&path) => paths.push(path),
            Ok(_) => {}
            Err(why) => conversion.lose(&at, "path", format!("A claims path cannot say it: {why}.")),
        }
    }
    if paths.is_empty() {
        conversion.lose(pointer, "field", "None of its paths can be said in DCQL, so it is not asked for.");
        return None;
    }
    let filter = value.member("filter");
    let filter = filter.map(|filter| read_filter(conversion, filter, &format!("{pointer}/filter"))).unwrap_or_default();
    Some(Field {
        pointer: pointer.to_owned(),
        paths,
        filter,
        is_optional: truth("optional").unwrap_or(false),
        intent_to_retain: truth("intent_to_retain"),
    })
}

/// The fields in that format.
pub(super) fn write(conversion: &mut Conversion, fields: &[Field], (format, pointer): (&QueryFormat, &str)) -> Read {
    let mut read = Read::default();
    // For each field that is a claim: the places of its claims, any of which will do, and whether it may be absent.
    let mut choices: Vec<(Vec<usize>, bool)> = Vec::new();
    for field in fields {
        if conversion.is_over {
            return read;
        }
        if field.is_type(format) && field.take_type(format, &mut read.meta) {
            continue;
        }
        let paths = field.paths_in(format);
        if paths.is_empty() {
            let sentence =
                format!("None of its paths is one of the format {}, so it is not asked for there.", format.name);
            conversion.lose(&field.pointer, "path", sentence);
            continue;
        }
        if field.intent_to_retain.is_some() && !format.is_mdoc {
            let at = format!("{}/intent_to_retain", field.pointer);
            conversion.note(&at, "intent_to_retain", "DCQL tells it of mdocs alone.");
        }
        if field.filter.is_of_elements && format.is_mdoc {
            let sentence = "The elements inside an element of an mdoc cannot be asked for; it is asked for whole.";
            conversion.lose(&format!("{}/filter/contains", field.pointer), "filter.contains", sentence);
        }
        let place = |path| field.place_in(&mut read.claims, path, (&mut *conversion, format));
        let places = paths.into_iter().map_while(place).collect();
        choices.push((places, field.is_optional));
    }
    if choices.iter().any(|(places, is_optional)| places.len() > 1 || *is_optional) {
        let sets = claim_sets(conversion, &choices, pointer);
        name_sets(&mut read, sets);
    }
    read
}

impl Field {
    /// `true` when it asks for the type of the credential, which has a place of its own in that format.
    fn is_type(&self, format: &QueryFormat) -> bool {
        let names = |path: &Vec<Step>| path.iter().filter_map(Step::name).map(str::to_owned).collect::<Vec<_>>();
        let is_it = |path: &Vec<Step>| match format.name {
            "dc+sd-jwt" => path.as_slice() == [Step::Name("vct".to_owned())],
            "mso_mdoc" => names(path).last().is_some_and(|name| matches!(name.as_str(), "docType" | "doctype")),
            _ => matches!(names(path).join(".").as_str(), "type" | "vc.type"),
        };
        !self.is_optional && !self.filter.values.is_empty() && self.paths.iter().all(is_it)
    }

    /// Puts the type into `meta`; `false` when it does not fit there.
    fn take_type(&self, format: &QueryFormat, meta: &mut Meta) -> bool {
        let text = |value: &Wanted| if let Wanted::Text(text) = value { Some(text.clone()) } else { None };
        let Some(names) = self.filter.values.iter().map(text).collect::<Option<Vec<String>>>() else { return false };
        if names.len() > limits::DCQL_OPTIONS {
            return false;
        }
        match format.name {
            "dc+sd-jwt" if meta.vct_values.is_empty() => meta.vct_values = names,
            "mso_mdoc" if meta.doctype_value.is_none() && names.len() == 1 => {
                meta.doctype_value = names.into_iter().next()
            }
            "dc+sd-jwt" | "mso_mdoc" => return false,
            _ if meta.type_values.is_empty() => meta.type_values = names.into_iter().map(|name| vec![name]).collect(),
            // Each of the earlier sets, with each of these.
            _ => {
                let sets = &mut meta.type_values;
                let total: usize = sets.iter().map(|set| set.len().saturating_add(1).saturating_mul(names.len())).sum();
                if sets.len().saturating_mul(names.len()) > limits::DCQL_OPTIONS || total > limits::DCQL_VALUES {
                    return false;
                }
                let longer = |set: &Vec<String>, name: &String| {
                    let name = Some(name).filter(|name| !set.contains(name));
                    set.iter().chain(name).cloned().collect::<Vec<_>>()
                };
                *sets = match names.as_slice() {
                    // Sets that have it are as they were.
                    [name] if sets.iter().all(|set| set.contains(name)) => return true,
                    names => sets.iter().flat_map(|set| names.iter().map(move |name| longer(set, name))).collect(),
                };
            }
        }
        true
    }

    /// Its paths in that format, each once.
    fn paths_in(&self, format: &QueryFormat) -> Vec<Vec<Step>> {
        let mut paths: Vec<Vec<Step>> = Vec::new();
        for path in &self.paths {
            let Some(mut path) = path_in(path, format) else { continue };
            if self.filter.is_of_elements && !format.is_mdoc && path.last() != Some(&Step::Every) {
                path.push(Step::Every);
            }
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }

    /// Where the claim of that path stands among the others, once; none when the query is full.
    fn place_in(
        &self,
        claims: &mut Vec<ClaimsQuery>,
        path: Vec<Step>,
        (conversion, format): (&mut Conversion, &QueryFormat),
    ) -> Option<usize> {
        // Of an mdoc an element is compared whole, and what it contains is something else.
        let values = if self.filter.is_of_elements && format.is_mdoc { &[] } else { self.filter.values.as_slice() };
        let intent_to_retain = self.intent_to_retain.filter(|_| format.is_mdoc);
        let is_it = |known: &ClaimsQuery| {
            known.path == path && known.intent_to_retain == intent_to_retain && known.values == values
        };
        if let Some(place) = claims.iter().position(is_it) {
            return Some(place);
        }
        if !conversion.has_room(values.len(), &self.pointer) {
            return None;
        }
        claims.push(ClaimsQuery { id: None, path, values: values.to_vec(), intent_to_retain, is_of_draft: false });
        Some(claims.len().saturating_sub(1))
    }
}

/// The path in that format, if it has one.
fn path_in(path: &[Step], format: &QueryFormat) -> Option<Vec<Step>> {
    let first = path.first().and_then(Step::name);
    match format.name {
        "mso_mdoc" => matches!(path, [Step::Name(_), Step::Name(_)]).then(|| path.to_vec()),
        "dc+sd-jwt" => (first != Some("vc")).then(|| path.to_vec()),
        // The path starts in the credential, wherever the token keeps that.
        _ => match path {
            [Step::Name(name)] if name == "iss" => Some(vec![Step::Name("issuer".to_owned())]),
            [_, rest @ ..] if first == Some("vc") && !rest.is_empty() => Some(rest.to_vec()),
            _ => Some(path.to_vec()),
        },
    }
}

/// Every way to choose, those with more of the optional fields first.
fn claim_sets(conversion: &mut Conversion, choices: &[(Vec<usize>, bool)], pointer: &str) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    let add = |set: &mut Vec<usize>, place: Option<&usize>| set.extend(place.filter(|place| !set.contains(place)));
    for (places, is_optional) in choices {
        let ways = places.len().saturating_add(usize::from(*is_optional));
        if sets.len().saturating_mul(ways) > limits::DCQL_CLAIM_SETS {
            let sentence = "There are too many alternatives; of this field the first path alone is asked for.";
            conversion.lose(&format!("{pointer}/constraints/fields"), "path", sentence);
            sets.iter_mut().for_each(|set| add(set, places.first()));
            continue;
        }
        if let ([place], false) = (places.as_slice(), *is_optional) {
            sets.iter_mut().for_each(|set| add(set, Some(place)));
            continue;
        }
        let mut next = Vec::with_capacity(sets.len().saturating_mul(ways));
        for place in places {
            let mut longer = sets.clone();
            longer.iter_mut().for_each(|set| add(set, Some(place)));
            next.append(&mut longer);
        }
        if *is_optional {
            next.append(&mut sets);
        }
        sets = next;
    }
    let before = sets.len();
    sets.retain(|set| !set.is_empty());
    if sets.len() < before {
        let sentence = "Every field is optional; a DCQL query wants one of them at least.";
        conversion.note(&format!("{pointer}/constraints/fields"), "optional", sentence);
    }
    sets
}

/// Gives the claims names, by which the sets call them. A claim that no set names is none that is asked for.
fn name_sets(read: &mut Read, mut sets: Vec<Vec<usize>>) {
    let named: HashSet<usize> = sets.iter().flatten().copied().collect();
    let name = |place: usize| format!("c{place}");
    let claims = std::mem::take(&mut read.claims).into_iter().enumerate();
    let claims = claims.filter(|(place, _)| named.contains(place));
    // One way to choose asks for all there is.
    let is_one = sets.len() <= 1;
    let id = |place| (!is_one).then(|| name(place));
    read.claims = claims.map(|(place, claim)| ClaimsQuery { id: id(place), ..claim }).collect();
    if is_one {
        sets.clear();
    }
    read.claim_sets = sets.into_iter().map(|set| set.into_iter().map(name).collect()).collect();
}
