//! FHIR bundles inside SMART Health Cards: the rules that whoever receives one can check (spec 1.4.0, "Modeling FHIR
//! content"). Not a FHIR reader: profiles and terminologies are not looked at.

use smallvec::{SmallVec, smallvec};

use crate::encoding::json::Value;
use crate::time::Date;

/// Broken rules told of one bundle; more would help nobody.
const MOST: usize = 16;

/// A rule that a bundle breaks. Holds names of elements, never a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Where: `Immunization.status of entry 2`.
    pub place: String,
    /// What is due there.
    pub rule: &'static str,
}

/// Every rule that the bundle breaks, in the order of its elements; at most sixteen.
///
/// A bundle without entries breaks none: it says nothing.
pub fn check_bundle(bundle: &Value<'_>) -> Vec<Broken> {
    let mut findings = Findings::default();
    check_envelope(bundle, &mut findings);
    let entries = bundle.member("entry").and_then(Value::as_array).unwrap_or_default();
    let urls = Urls::of(entries.iter().filter_map(|entry| entry.member("fullUrl")?.as_str()));
    if urls.len() < entries.len() {
        findings.add("Bundle.entry.fullUrl", "a different one in each entry");
    }
    for (at, entry) in entries.iter().enumerate() {
        findings.entry = at;
        check_entry(entry, &urls, &mut findings);
    }
    if !entries.is_empty() && !entries.iter().any(|entry| kind(entry) == Some("Patient")) {
        findings.add("Bundle.entry", "a Patient among the resources");
    }
    findings.broken
}

/// The distinct `fullUrl` of all entries, in their order.
struct Urls<'v>(Vec<&'v str>);

impl<'v> Urls<'v> {
    fn of(urls: impl Iterator<Item = &'v str>) -> Self {
        let mut sorted: Vec<&str> = urls.collect();
        sorted.sort_unstable();
        sorted.dedup();
        Urls(sorted)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn contains(&self, url: &str) -> bool {
        self.0.binary_search(&url).is_ok()
    }
}

/// The resources of a bundle of that type.
pub fn resources<'v, 'a>(bundle: &'v Value<'a>, of_type: &'v str) -> impl Iterator<Item = &'v Value<'a>> {
    let entries = bundle.member("entry").and_then(Value::as_array).unwrap_or_default();
    entries.iter().filter(move |entry| kind(entry) == Some(of_type)).filter_map(|entry| entry.member("resource"))
}

#[derive(Default)]
struct Findings {
    broken: Vec<Broken>,
    entry: usize,
}

impl Findings {
    fn add(&mut self, place: &str, rule: &'static str) {
        if self.broken.len() < MOST {
            let place =
                if place.starts_with("Bundle") { place.to_owned() } else { format!("{place} of entry {}", self.entry) };
            let broken = Broken { place, rule };
            if !self.broken.contains(&broken) {
                self.broken.push(broken);
            }
        }
    }

    fn demand(&mut self, holds: bool, place: &str, rule: &'static str) {
        if !holds {
            self.add(place, rule);
        }
    }

    /// The same of a member of the element at that place.
    fn demand_at(&mut self, holds: bool, place: &Place<'_>, member: &str, rule: &'static str) {
        if !holds {
            self.add(&place.of(member), rule);
        }
    }
}

fn kind<'v>(entry: &'v Value<'_>) -> Option<&'v str> {
    entry.member("resource")?.member("resourceType")?.as_str()
}

fn text<'v>(value: &'v Value<'_>, name: &str) -> Option<&'v str> {
    value.member(name).and_then(Value::as_str)
}

fn check_envelope(bundle: &Value<'_>, findings: &mut Findings) {
    findings.demand(text(bundle, "resourceType") == Some("Bundle"), "Bundle.resourceType", "`Bundle`");
    findings.demand(text(bundle, "type") == Some("collection"), "Bundle.type", "`collection`");
    findings.demand(bundle.member("entry").is_some_and(|entry| entry.as_array().is_some()), "Bundle.entry", "a list");
    for (name, place) in [("id", "Bundle.id"), ("meta", "Bundle.meta"), ("text", "Bundle.text")] {
        findings.demand(bundle.member(name).is_none(), place, "absent");
    }
}

fn check_entry(entry: &Value<'_>, urls: &Urls<'_>, findings: &mut Findings) {
    findings.demand(
        text(entry, "fullUrl").is_some_and(is_short_reference),
        "Bundle.entry.fullUrl",
        "`resource:` and a number",
    );
    let Some(resource) = entry.member("resource").filter(|resource| resource.as_object().is_some()) else {
        return findings.add("Bundle.entry.resource", "an object");
    };
    let Some(kind) = text(resource, "resourceType") else {
        return findings.add("Bundle.entry.resource.resourceType", "a text");
    };
    check_resource(kind, resource, findings);
    match kind {
        "Patient" => check_patient(resource, findings),
        "Immunization" => check_immunization(resource, findings),
        "Observation" => check_observation(resource, findings),
        _ => {}
    }
    check_elements(&mut Place { names: smallvec![kind] }, resource, urls, findings);
}

/// Cards carry no identifiers of resources, no narrative, and no metadata but how well the person was identified.
fn check_resource(kind: &str, resource: &Value<'_>, findings: &mut Findings) {
    for name in ["id", "text"] {
        if resource.member(name).is_some() {
            findings.add(&format!("{kind}.{name}"), "absent");
        }
    }
    if let Some(meta) = resource.member("meta") {
        let only_security = meta.as_object().is_some_and(|members| members.iter().all(|(name, _)| name == "security"));
        if !only_security {
            findings.add(&format!("{kind}.meta"), "nothing but `security`");
        }
    }
}

fn check_patient(patient: &Value<'_>, findings: &mut Findings) {
    let is_named = |name: &Value<'_>| ["family", "given", "text"].into_iter().any(|part| name.member(part).is_some());
    let names = patient.member("name").and_then(Value::as_array).unwrap_or_default();
    findings.demand(names.iter().any(is_named), "Patient.name", "a name");
    findings.demand(text(patient, "birthDate").is_some_and(is_date), "Patient.birthDate", "a date");
}

fn check_immunization(dose: &Value<'_>, findings: &mut Findings) {
    findings.demand(text(dose, "status") == Some("completed"), "Immunization.status", "`completed`");
    findings.demand(has_coding(dose, "vaccineCode"), "Immunization.vaccineCode", "a coding");
    findings.demand(has_reference(dose, "patient"), "Immunization.patient", "a reference");
    findings.demand(
        text(dose, "occurrenceDateTime").is_some_and(is_date_time),
        "Immunization.occurrenceDateTime",
        "a date",
    );
    findings.demand(dose.member("occurrenceString").is_none(), "Immunization.occurrenceString", "absent");
}

fn check_observation(observation: &Value<'_>, findings: &mut Findings) {
    let known =
        ["registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"];
    findings.demand(
        text(observation, "status").is_some_and(|status| known.contains(&status)),
        "Observation.status",
        "a status of FHIR",
    );
    findings.demand(has_coding(observation, "code"), "Observation.code", "a coding");
    if let Some(time) = observation.member("effectiveDateTime") {
        findings.demand(time.as_str().is_some_and(is_date_time), "Observation.effectiveDateTime", "a date");
    }
}

fn has_coding(resource: &Value<'_>, name: &str) -> bool {
    let codings = resource.member(name).and_then(|concept| concept.member("coding")).and_then(Value::as_array);
    codings.is_some_and(|codings| !codings.is_empty())
}

fn has_reference(resource: &Value<'_>, name: &str) -> bool {
    resource.member(name).is_some_and(|element| text(element, "reference").is_some())
}

/// The names on the way down to an element.
struct Place<'p> {
    names: SmallVec<[&'p str; 12]>,
}

impl Place<'_> {
    fn of(&self, name: &str) -> String {
        // Names of elements come from the card; those of FHIR are short words.
        let is_word = |name: &str| name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let names = self.names.iter().copied().chain((!name.is_empty()).then_some(name));
        names.map(|name| if is_word(name) { name } else { "?" }).collect::<Vec<_>>().join(".")
    }
}

/// The rules for every element: nothing empty, short references that lead somewhere, codes without their texts.
fn check_elements<'p>(place: &mut Place<'p>, value: &'p Value<'_>, urls: &Urls<'_>, findings: &mut Findings) {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if is_empty {
        return findings.add(&place.of(""), "a value, or nothing at all");
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_elements(place, item, urls, findings)),
        Value::Object(members) => {
            check_element(place, value, urls, findings);
            for (name, member) in members {
                place.names.push(name);
                check_elements(place, member, urls, findings);
                place.names.pop();
            }
        }
        _ => {}
    }
}

fn check_element(place: &Place<'_>, element: &Value<'_>, urls: &Urls<'_>, findings: &mut Findings) {
    if let Some(reference) = element.member("reference") {
        let leads = reference.as_str().is_some_and(|url| is_short_reference(url) && urls.contains(url));
        findings.demand_at(leads, place, "reference", "`resource:` and a number that an entry has");
    }
    if element.member("coding").is_some() {
        findings.demand_at(element.member("text").is_none(), place, "text", "absent beside codings");
    }
    if place.names.last() == Some(&"coding") {
        findings.demand_at(element.member("display").is_none(), place, "display", "absent");
        findings.demand_at(text(element, "code").is_some(), place, "code", "a code");
        findings.demand_at(text(element, "system").is_some(), place, "system", "a code system");
    }
}

/// `resource:` and a number.
fn is_short_reference(text: &str) -> bool {
    let digits = text.strip_prefix("resource:").unwrap_or_default();
    (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// FHIR `date`: a year, a month or a day.
fn is_date(text: &str) -> bool {
    match text.len() {
        4 => Date::from_text(&format!("{text}-01-01")).is_some(),
        7 => Date::from_text(&format!("{text}-01")).is_some(),
        _ => Date::from_text(text).is_some(),
    }
}

/// FHIR `dateTime`: a date, or a time with its offset.
fn is_date_time(text: &str) -> bool {
    is_date(text) || (text.get(10..11) == Some("T") && crate::time::Timestamp::from_rfc3339(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    const GOOD: &str = r#"{"resourceType":"Bundle","type":"collection","entry":[
        {"fullUrl":"resource:0","resource":{"resourceType":"Patient","name":[{"family":"A","given":["B"]}],"birthDate":"1968-11-05"}},
        {"fullUrl":"resource:1","resource":{"resourceType":"Immunization","meta":{"security":[{"code":"IAL1"}]},"status":"completed",
         "vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"207"}]},"patient":{"reference":"resource:0"},
         "occurrenceDateTime":"2021-01-01","performer":[{"actor":{"display":"Hospital"}}],"lotNumber":"1"}}]}"#;

    fn broken(text: &str) -> Vec<String> {
        let bundle = json::decode(text.as_bytes()).unwrap();
        check_bundle(&bundle).into_iter().map(|broken| broken.place).collect()
    }

    #[test]
    fn each_rule_is_told_with_its_place() {
        assert!(broken(GOOD).is_empty());
        for (good, bad, place) in [
            ("collection", "batch", "Bundle.type"),
            ("\"resource:1\"", "\"http://resource:1\"", "Bundle.entry.fullUrl"),
            ("\"resource:1\"", "\"resource:0\"", "Bundle.entry.fullUrl"),
            (
                "\"reference\":\"resource:0\"",
                "\"reference\":\"resource:7\"",
                "Immunization.patient.reference of entry 1",
            ),
            ("completed", "Completed", "Immunization.status of entry 1"),
            ("occurrenceDateTime", "occurrenceString", "Immunization.occurrenceDateTime of entry 1"),
            ("2021-01-01", "01-01-2021", "Immunization.occurrenceDateTime of entry 1"),
            ("\"security\"", "\"id\":\"x\",\"security\"", "Immunization.meta of entry 1"),
            ("{\"display\":\"Hospital\"}", "{}", "Immunization.performer.actor of entry 1"),
            ("\"lotNumber\":\"1\"", "\"lotNumber\":\"\"", "Immunization.lotNumber of entry 1"),
            (
                "\"code\":\"207\"",
                "\"code\":\"207\",\"display\":\"x\"",
                "Immunization.vaccineCode.coding.display of entry 1",
            ),
            (",\"code\":\"207\"", "", "Immunization.vaccineCode.coding.code of entry 1"),
            (
                "[{\"system\":\"http://hl7.org/fhir/sid/cvx\",\"code\":\"207\"}]",
                "[]",
                "Immunization.vaccineCode of entry 1",
            ),
            ("\"birthDate\":\"1968-11-05\"", "\"birthDate\":\"1951-13\"", "Patient.birthDate of entry 0"),
            ("\"name\":[{\"family\":\"A\",\"given\":[\"B\"]}],", "", "Patient.name of entry 0"),
            ("\"resourceType\":\"Patient\"", "\"resourceType\":\"Person\"", "Bundle.entry"),
        ] {
            assert!(GOOD.contains(good), "{good}");
            let found = broken(&GOOD.replacen(good, bad, 1));
            assert!(found.iter().any(|found| found == place), "{bad}: {found:?}");
        }
        assert!(broken(r#"{"resourceType":"Bundle","type":"collection","entry":[]}"#).is_empty());
    }

    #[test]
    fn findings_are_few_and_hold_no_values() {
        let entries: Vec<String> = (0..1000).map(|_| r#"{"secret value \u0000":1}"#.to_owned()).collect();
        let found = broken(&format!(r#"{{"entry":[{}]}}"#, entries.join(",")));
        assert!(found.len() <= MOST);
        assert!(!found.iter().any(|place| place.contains("secret")));
        assert!(!broken("[]").is_empty());
    }
}
