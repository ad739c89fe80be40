//! Claims that were disclosed and that nobody asked for: a remark on the wallet, which changes no verdict (OpenID4VP 1.0, 6.4.1).

use crate::check::{Findings, Note};
use crate::format::Context;

/// Names listed in a remark at most.
const LISTED: usize = 8;

/// Notes what of `disclosed` (JSON pointers) is not on the way to, at, or inside anything that the occasion says was asked for.
pub(super) fn note_disclosures(disclosed: &[String], context: &Context<'_>, findings: &mut Findings) {
    let asked = &context.occasion.elements;
    if asked.is_empty() {
        return;
    }
    let over: Vec<&str> = disclosed
        .iter()
        .map(|place| place.trim_start_matches('/'))
        .filter(|place| !asked.iter().any(|path| meets(path, place)))
        .collect();
    if over.is_empty() {
        return;
    }
    let listed = over.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    let more = match over.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let sentence = format!("Claims were disclosed that nobody asked for: {listed}{more}.");
    findings.note(Note::new("sdjwt.over_disclosed", sentence));
}

/// One leads to the other. `*` is any element of an array; a number is too, as elements in front of it may have been kept back.
fn meets(path: &str, place: &str) -> bool {
    let is_number = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
    let same = |asked: &str, shown: &str| asked == shown || ((asked == "*" || is_number(asked)) && is_number(shown));
    path.split('/').zip(place.split('/')).all(|(asked, shown)| same(asked, shown))
}

#[cfg(test)]
mod tests {
    use super::meets;

    #[test]
    fn ways_to_and_from_what_was_asked_for() {
        for (path, place) in
            [("a", "a"), ("a/b", "a"), ("a", "a/b/c"), ("n/*", "n/0"), ("n/2", "n/0"), ("n/*/x", "n/1")]
        {
            assert!(meets(path, place), "{path} {place}");
        }
        for (path, place) in [("a", "b"), ("a/b", "a/c"), ("n/*", "n/x"), ("a", "aa")] {
            assert!(!meets(path, place), "{path} {place}");
        }
    }
}
