//! Submission requirements: which descriptors, together, will do, as credential sets.

use std::collections::HashSet;

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::CredentialSet;
use crate::policy::dcql::presentation_exchange::Conversion;
use crate::policy::dcql::presentation_exchange::descriptor::Descriptor;

/// Sets of identifiers, any of which will do.
type Options = Vec<Vec<String>>;

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
    let mut reading = Reading { conversion, descriptors, named: HashSet::new() };
    let mut sets = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        reading.conversion.words(item, &at);
        if let Some((mut options, required)) = reading.requirement(item, &at) {
            options.retain(|option| !option.is_empty());
            if options.is_empty() {
                reading.conversion.lose(
                    &at,
                    "submission_requirements",
                    "No descriptor can meet it, so it asks for nothing.",
                );
            } else {
                sets.push(CredentialSet { options, required });
            }
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
}

impl Reading<'_, '_> {
    /// ```text
    /// { "rule": "all" / "pick", "count"?, "min"?, "max"?, "from": group / "from_nested": [ requirement, .. ] }
    /// ```
    /// The options, and whether one of them must be there.
    fn requirement(&mut self, value: &Value<'_>, pointer: &str) -> Option<(Options, bool)> {
        // One entry for each thing to choose from: the options that it has itself.
        let parts: Vec<Options> = match (value.member("from").and_then(Value::as_str), value.member("from_nested")) {
            (Some(group), None) => self.members(group, pointer)?,
            (None, Some(nested)) => {
                let mut parts = Vec::new();
                for (index, item) in nested.items().iter().enumerate().take(limits::DCQL_SETS) {
                    let (mut options, required) = self.requirement(item, &format!("{pointer}/from_nested/{index}"))?;
                    if !required {
                        options.push(Vec::new());
                    }
                    parts.push(options);
                }
                parts
            }
            _ => {
                self.conversion.fault(pointer, "A requirement has `from` or `from_nested`.");
                return None;
            }
        };
        let number = |name: &str| value.member(name).and_then(Value::as_i64).and_then(|n| usize::try_from(n).ok());
        let (least, most) = match value.member("rule").and_then(Value::as_str) {
            Some("all") => (parts.len(), parts.len()),
            Some("pick") => match (number("count"), number("min"), number("max")) {
                (Some(count), _, _) => (count, count),
                // More than the least would do too, and nobody has to show more.
                (None, Some(least), most) => (least, if least == 0 { most.unwrap_or(parts.len()) } else { least }),
                (None, None, Some(most)) => (0, most),
                (None, None, None) => (1, 1),
            },
            _ => {
                self.conversion.fault(format!("{pointer}/rule"), "A rule is `all` or `pick`.");
                return None;
            }
        };
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
        Some(of_group.into_iter().map(Descriptor::options).collect())
    }

    /// Every way to choose so many of the parts, and of each part one option.
    fn choose(&mut self, parts: &[Options], (count, pointer): (usize, &str), out: &mut Options) -> Option<()> {
        // Each beginning of a choice: how many parts were chosen, and what they are made of.
        let mut begun: Vec<(usize, Vec<String>)> = vec![(0, Vec::new())];
        for (index, part) in parts.iter().enumerate() {
            let left = parts.len().saturating_sub(index).saturating_sub(1);
            let mut next = Vec::new();
            for (chosen, ids) in begun {
                if chosen < count {
                    for option in part {
                        next.push((chosen.saturating_add(1), ids.iter().chain(option).cloned().collect()));
                    }
                }
                if chosen.saturating_add(left) >= count {
                    next.push((chosen, ids));
                }
            }
            if next.len() > limits::DCQL_OPTIONS {
                let sentence = format!("There are more than {} ways to meet it.", limits::DCQL_OPTIONS);
                self.conversion.fault(pointer, sentence);
                return None;
            }
            begun = next;
        }
        for (_, mut ids) in begun.into_iter().filter(|(chosen, _)| *chosen == count) {
            let mut seen = HashSet::new();
            ids.retain(|id| seen.insert(id.clone()));
            if !out.contains(&ids) {
                out.push(ids);
            }
        }
        if out.len() > limits::DCQL_OPTIONS {
            let sentence = format!("There are more than {} ways to meet it.", limits::DCQL_OPTIONS);
            self.conversion.fault(pointer, sentence);
            return None;
        }
        Some(())
    }
}
