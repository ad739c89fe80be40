//! Core data out of a SMART Health Card: the Patient, the Immunizations and the Observations of its FHIR bundle.
//!
//! Of several codings the first counts. Results that are no code (quantities, texts) stay absent.

use crate::core_data::{CertificateData, Coding, CoreData, Person, Test, Vaccination};
use crate::encoding::json::Value;

const GENDER: &str = "http://hl7.org/fhir/administrative-gender";

/// The core data of a card's claims. What it does not say stays absent.
pub fn core_data(claims: &Value<'_>) -> CoreData {
    let vc = claims.member("vc");
    let bundle = vc.and_then(|vc| vc.member("credentialSubject")).and_then(|subject| subject.member("fhirBundle"));
    let all = bundle.map(resources).unwrap_or_default();
    let of = |kind: &'static str| all.iter().filter(move |(name, _)| *name == kind).map(|(_, resource)| *resource);
    CoreData {
        person: of("Patient").next().map(person),
        vaccinations: of("Immunization").map(vaccination).collect(),
        tests: of("Observation").map(test).collect(),
        certificate: Some(CertificateData {
            identifier: vc.and_then(|vc| text(vc, "rid")),
            issuer: text(claims, "iss"),
        }),
        ..CoreData::default()
    }
}

/// The resources of a bundle with their types.
fn resources<'v, 'a>(bundle: &'v Value<'a>) -> Vec<(&'v str, &'v Value<'a>)> {
    let entries = bundle.member("entry").and_then(Value::as_array).unwrap_or_default();
    let resource = |entry: &'v Value<'a>| {
        let resource = entry.member("resource")?;
        Some((resource.member("resourceType")?.as_str()?, resource))
    };
    entries.iter().filter_map(resource).collect()
}

fn person(patient: &Value<'_>) -> Person {
    let name = first(patient, "name");
    let given = name
        .and_then(|name| name.member("given"))
        .and_then(Value::as_array)
        .map(|parts| parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
    let identifiers = patient.member("identifier").and_then(Value::as_array).unwrap_or_default();
    Person {
        name: name.and_then(|name| text(name, "text")),
        family_name: name.and_then(|name| text(name, "family")),
        given_name: given.filter(|given| !given.is_empty()),
        birth_date: text(patient, "birthDate"),
        sex: text(patient, "gender").map(|code| Coding { system: GENDER.to_owned(), code, display: None }),
        identifiers: identifiers.iter().filter_map(|identifier| text(identifier, "value")).collect(),
        ..Person::default()
    }
}

fn vaccination(dose: &Value<'_>) -> Vaccination {
    let protocol = first(dose, "protocolApplied");
    let number = |name| protocol.and_then(|protocol| protocol.member(name)).and_then(Value::as_i64);
    let manufacturer = dose.member("manufacturer").and_then(|manufacturer| manufacturer.member("identifier"));
    Vaccination {
        disease: protocol.and_then(|protocol| coding(first(protocol, "targetDisease")?)),
        vaccine: dose.member("vaccineCode").and_then(coding),
        manufacturer: manufacturer.and_then(|identifier| {
            Some(Coding { system: text(identifier, "system")?, code: text(identifier, "value")?, display: None })
        }),
        dose: number("doseNumberPositiveInt"),
        total_doses: number("seriesDosesPositiveInt"),
        date: text(dose, "occurrenceDateTime"),
        lot: text(dose, "lotNumber"),
        centre: first(dose, "performer").and_then(|performer| text(performer.member("actor")?, "display")),
        ..Vaccination::default()
    }
}

fn test(observation: &Value<'_>) -> Test {
    Test {
        kind: observation.member("code").and_then(coding),
        name: observation.member("code").and_then(|code| text(code, "text")),
        sampled_at: text(observation, "effectiveDateTime"),
        result: observation.member("valueCodeableConcept").and_then(coding),
        centre: first(observation, "performer").and_then(|performer| text(performer, "display")),
        ..Test::default()
    }
}

/// The first coding of a CodeableConcept that has a code; without a system it would mean nothing.
fn coding(concept: &Value<'_>) -> Option<Coding> {
    concept.member("coding")?.as_array()?.iter().find_map(|coding| {
        Some(Coding { system: text(coding, "system")?, code: text(coding, "code")?, display: text(coding, "display") })
    })
}

fn first<'v, 'a>(value: &'v Value<'a>, name: &str) -> Option<&'v Value<'a>> {
    value.member(name)?.as_array()?.first()
}

fn text(value: &Value<'_>, name: &str) -> Option<String> {
    value.member(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    #[test]
    fn says_what_the_bundle_says() {
        let claims = json::decode(
            br#"{"iss":"https://i.example","vc":{"rid":"r1","credentialSubject":{"fhirBundle":{"entry":[
            {"resource":{"resourceType":"Patient","name":[{"family":"F","given":["G","H"]}],"birthDate":"1951","gender":"male"}},
            {"resource":{"resourceType":"Immunization","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"207"}]},
              "occurrenceDateTime":"2021-01-01","lotNumber":"7","performer":[{"actor":{"display":"Hospital"}}],
              "protocolApplied":[{"doseNumberPositiveInt":2}]}},
            {"resource":{"resourceType":"Observation","code":{"coding":[{"code":"x"},{"system":"http://loinc.org","code":"94558-4"}]},
              "effectiveDateTime":"2021-02-17","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260415000"}]},
              "performer":[{"display":"Lab"}]}},
            {"resource":{}}, 1]}}}}"#,
        )
        .unwrap();
        let core = core_data(&claims);
        let person = core.person.unwrap();
        assert_eq!((person.family_name.as_deref(), person.given_name.as_deref()), (Some("F"), Some("G H")));
        assert_eq!(person.sex.unwrap().code, "male");
        let dose = &core.vaccinations[0];
        assert_eq!(dose.vaccine.as_ref().unwrap().code, "207");
        assert_eq!((dose.dose, dose.lot.as_deref(), dose.centre.as_deref()), (Some(2), Some("7"), Some("Hospital")));
        let test = &core.tests[0];
        assert_eq!(test.kind.as_ref().unwrap().code, "94558-4");
        assert_eq!(test.result.as_ref().unwrap().code, "260415000");
        assert_eq!(test.centre.as_deref(), Some("Lab"));
        let certificate = core.certificate.unwrap();
        assert_eq!(
            (certificate.identifier.as_deref(), certificate.issuer.as_deref()),
            (Some("r1"), Some("https://i.example"))
        );
        assert_eq!(core_data(&json::decode(b"[]").unwrap()).vaccinations, []);
    }
}
