//! Submission requirements: which descriptors, together, will do, as credential sets.

use std::collections::{BTreeSet, HashSet};

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::CredentialSet;
use crate::policy::dcql::presentation_exchange::Conversion;
use crate::policy::dcql::presentation_exchange::descriptor::Descriptor;

/// Members of a requirement.
const MEMBERS: [&str; 8] = ["name", "purpose", "rule", "count", "min", "max", "from", "from_nested"];

/// Beginnings of choices that are looked at in one definition, those that turn out to be there already included.
const STEPS: usize = limits::DCQL_OPTIONS * limits::DCQL_OPTIONS;

/// Sets of credential queries, by their places among all of them; any of the sets will do.
type Options = Vec<BTreeSet<usize>>;

/// One credential set for each requirement.
pub(super) fn sets(
    conversion: &mut Conversion,
    value: &Value<'_>,
    (descriptors, pointer): (&[Descriptor], &str),
) -> Vec<CredentialSet> {
    let Some(items) = value.as_array().filter(|items| !items.is_empty() && items.len() <= limits::DCQL_SETS) else {
        let sentence = format!("It must be an array of 1 to {} requirements.", limits::DCQL_SETS);
        conversion.fault(pointer, sentence);
        return Vec::new();
    };
    let credentials = || descriptors.iter().flat_map(|descriptor| &descriptor.credentials);
    let ids: Vec<&str> = credentials().map(|credential| credential.id.as_str()).collect();
    let mut reading = Reading { conversion, descriptors, named: HashSet::new(), steps: 0, is_over: false };
    let mut sets = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        if let Some((mut options, required)) = reading.requirement(item, &at) {
            options.retain(|option| !option.is_empty());
            if options.is_empty() {
                reading.conversion.lose(
                    &at,
                    "submission_requirements",
                    "No descriptor can meet it, so it asks for nothing.",
                );
            } else {
                sets.push(CredentialSet { options: self::named(options, &ids), required });
            }
        }
        if reading.is_over {
            return sets;
        }
    }
    let Reading { named, .. } = reading;
    for descriptor in descriptors.iter().filter(|descriptor| !named.contains(descriptor.id.as_str())) {
        let sentence =
            format!("`{}` is in no group that a requirement names, so it is never asked for.", descriptor.id);
        conversion.note(pointer, "group", sentence);
    }
    sets
}

struct Reading<'c, 'd> {
    conversion: &'c mut Conversion,
    descriptors: &'d [Descriptor],
    /// Descriptors that some requirement means.
    named: HashSet<&'d str>,
    /// Beginnings of choices looked at so far.
    steps: usize,
    /// `true` once there were too many.
    is_over: bool,
}

impl Reading<'_, '_> {
    /// ```text
    /// { "rule": "all" / "pick", "count"?, "min"?, "max"?, "from": group / "from_nested": [ requirement, .. ] }
    /// ```
    /// The options, and whether one of them must be there.
    fn requirement(&mut self, value: &Value<'_>, pointer: &str) -> Option<(Options, bool)> {
        self.conversion.words(value, pointer);
        self.conversion.strangers(value, (&MEMBERS, pointer));
        // One entry for each thing to choose from: the options that it has itself.
        let parts: Vec<Options> = match (value.member("from").and_then(Value::as_str), value.member("from_nested")) {
            (Some(group), None) => self.members(group, pointer)?,
            (None, Some(nested)) => self.nested(nested, &format!("{pointer}/from_nested"))?,
            _ => {
                self.conversion.fault(pointer, "A requirement has `from` or `from_nested`.");
                return None;
            }
        };
        let (least, most) = self.bounds(value, (parts.len(), pointer))?;
        if least > parts.len() {
            self.conversion.fault(pointer, format!("It asks for {least} of {}.", parts.len()));
            return None;
        }
        if value.member("max").is_some() {
            self.conversion.note(&format!("{pointer}/max"), "max", "DCQL sets no most; a wallet shows one option.");
        }
        let mut options = Options::new();
        // The fewest first, but for those that need none: then more is better than nothing.
        for count in least.max(1)..=most.max(1).min(parts.len()) {
            self.choose(&parts, (count, pointer), &mut options)?;
        }
        Some((options, least > 0))
    }

    /// One entry for each requirement inside.
    fn nested(&mut self, value: &Value<'_>, pointer: &str) -> Option<Vec<Options>> {
        let Some(items) = value.as_array().filter(|items| !items.is_empty() && items.len() <= limits::DCQL_SETS) else {
            let sentence = format!("It must be an array of 1 to {} requirements.", limits::DCQL_SETS);
            self.conversion.fault(pointer, sentence);
            return None;
        };
        let mut parts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let (mut options, required) = self.requirement(item, &format!("{pointer}/{index}"))?;
            if !required {
                options.push(BTreeSet::new());
            }
            parts.push(options);
        }
        Some(parts)
    }

    /// How many of so many parts at least, and at most.
    fn bounds(&mut self, value: &Value<'_>, (parts, pointer): (usize, &str)) -> Option<(usize, usize)> {
        let mut numbers = [None; 3];
        for (name, number) in ["count", "min", "max"].into_iter().zip(&mut numbers) {
            let Some(given) = value.member(name) else { continue };
            *number = given.as_i64().and_then(|given| usize::try_from(given).ok());
            if number.is_none() {
                self.conversion.fault(format!("{pointer}/{name}"), "It must be an integer that is not negative.");
                return None;
            }
        }
        match (value.member("rule").and_then(Value::as_str), numbers) {
            (Some("all"), _) => Some((parts, parts)),
            (Some("pick"), [Some(count), _, _]) => Some((count, count)),
            // More than the least would do too, and nobody has to show more.
            (Some("pick"), [None, Some(0), most]) => Some((0, most.unwrap_or(parts))),
            (Some("pick"), [None, Some(least), _]) => Some((least, least)),
            (Some("pick"), [None, None, Some(most)]) => Some((0, most)),
            (Some("pick"), [None, None, None]) => Some((1, 1)),
            _ => {
                self.conversion.fault(format!("{pointer}/rule"), "A rule is `all` or `pick`.");
                None
            }
        }
    }

    /// The descriptors of a group, each with its credential queries as alternatives.
    fn members(&mut self, group: &str, pointer: &str) -> Option<Vec<Options>> {
        let descriptors = self.descriptors;
        let of_group: Vec<_> =
            descriptors.iter().filter(|descriptor| descriptor.groups.iter().any(|name| name == group)).collect();
        if of_group.is_empty() {
            self.conversion.fault(format!("{pointer}/from"), "No descriptor is in that group.");
            return None;
        }
        self.named.extend(of_group.iter().map(|descriptor| descriptor.id.as_str()));
        let mut parts = Vec::with_capacity(of_group.len());
        let mut place = 0_usize;
        for descriptor in descriptors {
            let end = place.saturating_add(descriptor.credentials.len());
            if descriptor.groups.iter().any(|name| name == group) {
                parts.push((place..end).map(|place| BTreeSet::from([place])).collect());
            }
            place = end;
        }
        Some(parts)
    }

    /// Every way to choose so many of the parts, and of each part one option. Nothing is built that is beyond a limit.
    fn choose(&mut self, parts: &[Options], (count, pointer): (usize, &str), out: &mut Options) -> Option<()> {
        // Each beginning of a choice: how many parts were chosen, and what they are made of.
        let mut begun: Vec<(usize, BTreeSet<usize>)> = vec![(0, BTreeSet::new())];
        for (index, part) in parts.iter().enumerate() {
            let left = parts.len().saturating_sub(index).saturating_sub(1);
            let mut next = Vec::new();
            let mut known = HashSet::new();
            for (chosen, ids) in begun {
                if chosen < count {
                    for option in part {
                        let longer = (chosen.saturating_add(1), ids.union(option).copied().collect());
                        self.grow(&mut next, longer, (&mut known, pointer))?;
                    }
                }
                if chosen.saturating_add(left) >= count {
                    self.grow(&mut next, (chosen, ids), (&mut known, pointer))?;
                }
            }
            begun = next;
        }
        for (_, ids) in begun.into_iter().filter(|(chosen, _)| *chosen == count) {
            if out.contains(&ids) {
                continue;
            }
            if out.len() >= limits::DCQL_OPTIONS {
                return self.too_many(pointer);
            }
            out.push(ids);
        }
        Some(())
    }

    /// Adds a beginning that is not there yet.
    fn grow(
        &mut self,
        next: &mut Vec<(usize, BTreeSet<usize>)>,
        longer: (usize, BTreeSet<usize>),
        (known, pointer): (&mut HashSet<(usize, BTreeSet<usize>)>, &str),
    ) -> Option<()> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > STEPS {
            return self.too_many(pointer);
        }
        if known.insert(longer.clone()) {
            if next.len() >= limits::DCQL_OPTIONS {
                return self.too_many(pointer);
            }
            next.push(longer);
        }
        Some(())
    }

    /// The last fault of all: no other requirement is looked at.
    fn too_many(&mut self, pointer: &str) -> Option<()> {
        self.is_over = true;
        let sentence = format!("There are more than {} ways to meet it.", limits::DCQL_OPTIONS);
        self.conversion.fault(pointer, sentence);
        None
    }
}

/// The identifiers of the credential queries at these places.
fn named(options: Options, ids: &[&str]) -> Vec<Vec<String>> {
    let of = |option: BTreeSet<usize>| {
        option.iter().filter_map(|place| ids.get(*place)).map(|id| (*id).to_owned()).collect()
    };
    options.into_iter().map(of).collect()
}
