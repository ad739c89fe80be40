//! Core data out of a W3C credential: persons (schema.org names), residence cards (citizenship v1 and later), driving licences
//! (vdl v1), vaccinations (vaccination v1), achievements (Open Badges 3.0, and those that a learner record states itself).
//!
//! By the names of types and members alone; what a context makes of them is not asked here. Of several subjects the first that
//! is a person counts. Credentials inside a learner record are credentials of their own and stay out.

use crate::core_data::{Achievement, CertificateData, Coding, CoreData, IdentityDocument, Person, Vaccination};
use crate::encoding::json::Value;

const GENDER: &str = "http://schema.org/gender";
const SEX: &str = "https://w3id.org/vdl#sex";
const ATC: &str = "http://www.whocc.no/atc";
const VACCINATION: &str = "https://w3id.org/vaccination#";
/// Types of subjects that are people.
const PEOPLE: &[&str] =
    &["Person", "PermanentResident", "AchievementSubject", "ClrSubject", "VaccineRecipient", "LicensedDriver"];

/// The core data of a credential. What it does not say stays absent.
pub fn core_data(document: &Value<'_>) -> CoreData {
    let subjects = document.member("credentialSubject").map(Value::items).unwrap_or_default();
    let licence = |subject| objects(subject, "driversLicense").next();
    let issuer = document.member("issuer");
    CoreData {
        person: subjects.iter().find_map(person),
        vaccinations: subjects.iter().filter(|subject| is_a(subject, "VaccinationEvent")).map(vaccination).collect(),
        achievements: subjects.iter().flat_map(achievements).collect(),
        identity: subjects
            .iter()
            .find_map(|subject| licence(subject).map(driving_licence).or_else(|| residence(subject))),
        certificate: issuer.map(|issuer| CertificateData {
            identifier: text(document, "id"),
            issuer: issuer.as_str().map(str::to_owned).or_else(|| text(issuer, "name")).or_else(|| text(issuer, "id")),
        }),
        ..CoreData::default()
    }
}

/// The subject, or whoever was vaccinated or licensed.
fn person(subject: &Value<'_>) -> Option<Person> {
    if let Some(licence) = objects(subject, "driversLicense").next() {
        return Some(Person {
            family_name: text(licence, "family_name"),
            given_name: text(licence, "given_name"),
            birth_date: day(licence, "birth_date"),
            sex: number(licence, "sex").map(|code| coding(SEX, code)),
            identifiers: text(licence, "administrative_number").into_iter().collect(),
            ..Person::default()
        });
    }
    let subject = objects(subject, "recipient").next().filter(|_| is_a(subject, "VaccinationEvent")).unwrap_or(subject);
    let has = |name: &str| subject.member(name).and_then(Value::as_str).is_some();
    let is_person = PEOPLE.iter().any(|name| is_a(subject, name));
    if !(has("familyName") || has("givenName") || (is_person && has("name"))) {
        return None;
    }
    Some(Person {
        name: text(subject, "name"),
        family_name: text(subject, "familyName"),
        given_name: text(subject, "givenName"),
        birth_date: day(subject, "birthDate"),
        sex: text(subject, "gender").map(|code| coding(GENDER, code)),
        identifiers: text(subject, "identifier").into_iter().collect(),
        ..Person::default()
    })
}

/// A residence card: its members stand in the subject (citizenship v1), or in an object of their own (later versions).
fn residence(subject: &Value<'_>) -> Option<IdentityDocument> {
    if !is_a(subject, "PermanentResident") {
        return None;
    }
    let card = objects(subject, "permanentResidentCard").next();
    let either = |name: &str| text(subject, name).or_else(|| text(card?, name));
    Some(IdentityDocument {
        kind: "PermanentResident".to_owned(),
        number: either("lprNumber"),
        category: either("lprCategory"),
        birth_country: text(subject, "birthCountry"),
        resident_since: day(subject, "residentSince"),
        ..IdentityDocument::default()
    })
}

fn driving_licence(licence: &Value<'_>) -> IdentityDocument {
    IdentityDocument {
        kind: "Iso18013DriversLicense".to_owned(),
        number: text(licence, "document_number"),
        nationality: text(licence, "nationality"),
        issuing_country: text(licence, "issuing_country"),
        issuing_authority: text(licence, "issuing_authority"),
        issued_on: day(licence, "issue_date"),
        expires_on: day(licence, "expiry_date"),
        ..IdentityDocument::default()
    }
}

fn vaccination(event: &Value<'_>) -> Vaccination {
    let vaccine = objects(event, "vaccine").next();
    // These are names rather than codes: the property says what they name.
    let named = |member: &str| text(vaccine?, member).map(|name| coding(&format!("{VACCINATION}{member}"), name));
    Vaccination {
        disease: named("disease"),
        vaccine: vaccine.and_then(|vaccine| text(vaccine, "atcCode")).map(|code| coding(ATC, code)),
        product: named("medicinalProductName"),
        manufacturer: named("marketingAuthorizationHolder"),
        dose: number(event, "order").and_then(|order| order.parse().ok()),
        date: day(event, "dateOfVaccination"),
        lot: text(event, "batchNumber"),
        country: text(event, "countryOfVaccination"),
        centre: text(event, "administeringCentre"),
        ..Vaccination::default()
    }
}

fn achievements<'v, 'a>(subject: &'v Value<'a>) -> impl Iterator<Item = Achievement> + use<'v, 'a> {
    let is_learner = is_a(subject, "AchievementSubject") || is_a(subject, "ClrSubject");
    objects(subject, "achievement").filter(move |_| is_learner).map(move |achievement| Achievement {
        identifier: text(achievement, "id"),
        name: words(achievement, "name"),
        description: words(achievement, "description"),
        kind: text(achievement, "achievementType"),
        criteria: achievement.member("criteria").and_then(|criteria| words(criteria, "narrative")),
        awarded_at: text(subject, "awardedDate"),
        license_number: text(subject, "licenseNumber"),
    })
}

fn coding(system: &str, code: String) -> Coding {
    Coding { system: system.to_owned(), code, display: None }
}

fn is_a(object: &Value<'_>, name: &str) -> bool {
    object.member("type").map(Value::items).unwrap_or_default().iter().any(|item| item.as_str() == Some(name))
}

fn objects<'v, 'a>(value: &'v Value<'a>, member: &str) -> impl Iterator<Item = &'v Value<'a>> + use<'v, 'a> {
    value.member(member).map(Value::items).unwrap_or_default().iter().filter(|item| item.as_object().is_some())
}

fn text(value: &Value<'_>, member: &str) -> Option<String> {
    value.member(member).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A text, plain or the first in a language.
fn words(value: &Value<'_>, member: &str) -> Option<String> {
    let first = value.member(member)?.items().first()?;
    first.as_str().or_else(|| first.member("@value")?.as_str()).map(str::to_owned)
}

/// A number, written as one or as text.
fn number(value: &Value<'_>, member: &str) -> Option<String> {
    let value = value.member(member)?;
    value.as_i64().map(|number| number.to_string()).or_else(|| value.as_str().map(str::to_owned))
}

/// The day of a date, whether or not a time follows.
fn day(value: &Value<'_>, member: &str) -> Option<String> {
    let date = text(value, member)?;
    date.split('T').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    fn core(subject: &str) -> CoreData {
        let text = format!(
            r#"{{"id":"urn:uuid:1","issuer":{{"id":"did:example:i","name":"Issuer"}},"credentialSubject":{subject}}}"#
        );
        core_data(&json::decode(text.as_bytes()).unwrap())
    }

    #[test]
    fn residents() {
        let core = core(
            r#"{"type":["PermanentResident","Person"],"givenName":"A","familyName":"B","gender":"Female","birthDate":"1978-07-17T00:00:00Z",
            "birthCountry":"Arcadia","residentSince":"2015-01-01","permanentResidentCard":{"lprCategory":"C09","lprNumber":"9"}}"#,
        );
        let person = core.person.unwrap();
        assert_eq!((person.family_name.as_deref(), person.birth_date.as_deref()), (Some("B"), Some("1978-07-17")));
        assert_eq!(person.sex.unwrap().code, "Female");
        let identity = core.identity.unwrap();
        assert_eq!((identity.number.as_deref(), identity.category.as_deref()), (Some("9"), Some("C09")));
        assert_eq!(identity.resident_since.as_deref(), Some("2015-01-01"));
        let certificate = core.certificate.unwrap();
        assert_eq!(
            (certificate.identifier.as_deref(), certificate.issuer.as_deref()),
            (Some("urn:uuid:1"), Some("Issuer"))
        );
    }

    #[test]
    fn drivers() {
        let core = core(
            r#"{"type":"LicensedDriver","driversLicense":{"type":"Iso18013DriversLicense","family_name":"B","given_name":"A",
            "birth_date":"1998-08-28","document_number":"542426814","issuing_country":"UA","sex":2,"expiry_date":"2028-01-01T00:00:00Z"}}"#,
        );
        let person = core.person.unwrap();
        assert_eq!((person.given_name.as_deref(), person.sex.unwrap().code.as_str()), (Some("A"), "2"));
        let identity = core.identity.unwrap();
        assert_eq!(
            (identity.number.as_deref(), identity.expires_on.as_deref()),
            (Some("542426814"), Some("2028-01-01"))
        );
    }

    #[test]
    fn vaccinated_people() {
        let core = core(
            r#"{"type":"VaccinationEvent","batchNumber":"7","administeringCentre":"MoH","countryOfVaccination":"NZ","order":"2",
            "dateOfVaccination":"2021-01-01T00:00:00Z","recipient":{"type":"VaccineRecipient","givenName":"A","familyName":"B","birthDate":"1958-07-17"},
            "vaccine":{"type":"Vaccine","atcCode":"J07BX03","disease":"COVID-19","medicinalProductName":"P","marketingAuthorizationHolder":"M"}}"#,
        );
        assert_eq!(core.person.unwrap().birth_date.as_deref(), Some("1958-07-17"));
        let dose = &core.vaccinations[0];
        assert_eq!((dose.dose, dose.date.as_deref(), dose.lot.as_deref()), (Some(2), Some("2021-01-01"), Some("7")));
        assert_eq!(dose.vaccine, Some(coding(ATC, "J07BX03".to_owned())));
        assert_eq!(dose.disease.as_ref().unwrap().system, "https://w3id.org/vaccination#disease");
    }

    #[test]
    fn learners() {
        let core = core(
            r#"[{"type":"AchievementSubject","name":"A","awardedDate":"2024-01-01T00:00:00Z","achievement":[{"id":"urn:uuid:2","type":["Achievement"],
            "name":[{"@value":"Teamwork"}],"description":"D","achievementType":"Badge","criteria":{"narrative":"N"}},1]},
            {"type":"ClrSubject","achievement":{"name":"Degree"},"verifiableCredential":[{"credentialSubject":{"achievement":{"name":"X"}}}]}]"#,
        );
        assert_eq!(core.person.unwrap().name.as_deref(), Some("A"));
        let names: Vec<_> = core.achievements.iter().filter_map(|achievement| achievement.name.as_deref()).collect();
        assert_eq!(names, ["Teamwork", "Degree"]);
        let first = &core.achievements[0];
        assert_eq!((first.kind.as_deref(), first.criteria.as_deref()), (Some("Badge"), Some("N")));
        assert_eq!(first.awarded_at.as_deref(), Some("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_person_has_no_name() {
        for subject in
            [r#"{"name":"A book"}"#, r#"{"type":"BitstringStatusList","name":"A list"}"#, "[]", "1", r#"{"type":1}"#]
        {
            let core = core(subject);
            assert_eq!((core.person, core.identity, core.achievements.len()), (None, None, 0), "{subject}");
        }
        assert_eq!(core_data(&json::decode(b"1").unwrap()), CoreData::default());
    }
}
