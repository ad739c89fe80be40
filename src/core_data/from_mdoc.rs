//! Core data out of an mdoc: persons (mDL, EU PID, photo id, MICOV), identity documents and licences, vaccinations (MICOV).
//!
//! By the names of elements, in the name spaces that this file knows; other name spaces stay in the claims alone. What a device signed
//! by itself is not looked at. Portraits, fingerprints and signatures are data: nothing here reads them.

use crate::core_data::{Coding, CoreData, IdentityDocument, Person, Privilege, Vaccination};
use crate::encoding::cbor::Value;

const SEX: &str = "urn:iso:std:iso:iec:5218";
const SNOMED: &str = "http://snomed.info/sct";
const EU_PRODUCT: &str = "https://ec.europa.eu/health/documents/community-register/html/";
const EU_ORGANISATION: &str = "https://spor.ema.europa.eu/omswi/";

/// The name spaces that speak of a person and their document, in the order in which they are asked.
const KNOWN: [&str; 8] = [
    "org.iso.18013.5.1",
    "eu.europa.ec.eudi.pid.1",
    "org.iso.23220.1",
    "org.iso.23220.2",
    "org.iso.23220.photoid.1",
    "org.iso.23220.photoID.1",
    "org.iso.23220.dtc.1",
    "org.iso.18013.5.1.aamva",
];
/// Vaccination, test and recovery (MICOV).
const VTR: &str = "org.micov.vtr.1";
/// Elements of that name space that hold a vaccination.
const VACCINATION: &str = "v_";

/// The core data of a document of that type. `name_spaces` is a map of maps.
pub fn core_data(doc_type: &str, name_spaces: &Value<'_>) -> CoreData {
    let spaces = Spaces(name_spaces);
    CoreData {
        person: spaces.person(),
        identity: spaces.document(doc_type),
        vaccinations: spaces.vaccinations(),
        ..CoreData::default()
    }
}

struct Spaces<'v, 'a>(&'v Value<'a>);

impl<'v, 'a> Spaces<'v, 'a> {
    /// The first element of that name in a name space that is known.
    fn element(&self, name: &str) -> Option<&'v Value<'a>> {
        KNOWN.iter().find_map(|space| self.0.entry_text(space)?.entry_text(name))
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| text(self.element(name)?))
    }

    fn person(&self) -> Option<Person> {
        let micov = |name: &str| text(self.0.entry_text(VTR)?.entry_text(name)?);
        let family_name = self.text(&["family_name", "family_name_unicode", "family_name_viz"]);
        let given_name = self.text(&["given_name", "given_name_unicode", "given_name_viz"]);
        let person = Person {
            family_name: family_name.or_else(|| micov("fn")),
            given_name: given_name.or_else(|| micov("gn")),
            family_name_transliterated: self.text(&["family_name_latin1", "family_name_national_character"]),
            given_name_transliterated: self.text(&["given_name_latin1"]),
            birth_date: self.birth_date().or_else(|| micov("dob")),
            sex: self.element("sex").and_then(Value::as_i64).map(|code| coding(SEX, &code.to_string())),
            identifiers: self.text(&["personal_administrative_number", "administrative_number"]).into_iter().collect(),
            ..Person::default()
        };
        (person != Person::default()).then_some(person)
    }

    /// `birth_date`: a date, or (photo id) a map that holds one.
    fn birth_date(&self) -> Option<String> {
        let element = self.element("birth_date")?;
        text(element).or_else(|| text(untagged(element).entry_text("birth_date")?))
    }

    fn document(&self, doc_type: &str) -> Option<IdentityDocument> {
        let document = IdentityDocument {
            kind: doc_type.to_owned(),
            number: self.text(&["document_number", "travel_document_number"]),
            birth_country: self.text(&["country_of_birth", "birth_country"]),
            nationality: self.element("nationality").and_then(first_text),
            issuing_country: self.text(&["issuing_country"]),
            issuing_authority: self.text(&["issuing_authority", "issuing_authority_unicode"]),
            issued_on: self.text(&["issue_date", "issuance_date"]),
            expires_on: self.text(&["expiry_date"]),
            privileges: self.privileges(),
            ..IdentityDocument::default()
        };
        let says_nothing = IdentityDocument { kind: doc_type.to_owned(), ..IdentityDocument::default() };
        (document != says_nothing).then_some(document)
    }

    /// ISO/IEC 18013-5, 7.2.4: `driving_privileges`.
    fn privileges(&self) -> Vec<Privilege> {
        let list = self.element("driving_privileges").and_then(Value::as_array).unwrap_or_default();
        let of = |privilege: &Value<'_>| {
            let member = |name| text(privilege.entry_text(name)?);
            Some(Privilege {
                category: member("vehicle_category_code")?,
                issued_on: member("issue_date"),
                expires_on: member("expiry_date"),
            })
        };
        list.iter().filter_map(of).collect()
    }

    fn vaccinations(&self) -> Vec<Vaccination> {
        let elements = self.0.entry_text(VTR).and_then(Value::as_map).unwrap_or_default();
        let is_dose = |name: &Value<'_>| name.as_text().is_some_and(|name| name.starts_with(VACCINATION));
        elements.iter().filter(|(name, _)| is_dose(name)).map(|(_, dose)| vaccination(untagged(dose))).collect()
    }
}

/// A dose, whose members are those of the EU DCC.
fn vaccination(dose: &Value<'_>) -> Vaccination {
    let member = |name| text(dose.entry_text(name)?);
    let coded = |system: &str, name| member(name).map(|code| coding(system, &code));
    let number = |name| dose.entry_text(name).and_then(Value::as_i64);
    Vaccination {
        disease: coded(SNOMED, "tg"),
        vaccine: coded(SNOMED, "vp"),
        product: coded(EU_PRODUCT, "mp"),
        manufacturer: coded(EU_ORGANISATION, "ma"),
        dose: number("dn"),
        total_doses: number("sd"),
        date: member("dt"),
        lot: member("bn"),
        country: member("co"),
        centre: member("ao"),
    }
}

fn coding(system: &str, code: &str) -> Coding {
    Coding { system: system.to_owned(), code: code.to_owned(), display: None }
}

/// The text of a value, with or without a tag (full-date, tdate).
fn text(value: &Value<'_>) -> Option<String> {
    untagged(value).as_text().map(str::to_owned)
}

/// The text, or the first of a list.
fn first_text(value: &Value<'_>) -> Option<String> {
    text(value).or_else(|| text(untagged(value).as_array()?.first()?))
}

fn untagged<'v, 'a>(value: &'v Value<'a>) -> &'v Value<'a> {
    match value {
        Value::Tag(_, inner) => inner,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::cbor::from_json;

    fn core(doc_type: &str, json: &serde_json::Value) -> serde_json::Value {
        serde_json::to_value(core_data(doc_type, &from_json(json))).expect("JSON")
    }

    #[test]
    fn a_licence_and_its_person() {
        let said = core(
            "org.iso.18013.5.1.mDL",
            &serde_json::json!({"org.iso.18013.5.1": {
                "family_name": "Muster", "given_name": "Erika", "birth_date": "1964-08-12", "sex": 2,
                "document_number": "T2", "issuing_country": "XV", "portrait": "not read",
                "driving_privileges": [{"vehicle_category_code": "B", "issue_date": "1990-01-01"}],
            }}),
        );
        assert_eq!(said["person"]["birth_date"], "1964-08-12");
        assert_eq!(said["person"]["sex"]["code"], "2");
        assert_eq!(said["identity"]["privileges"][0]["category"], "B");
        assert!(!said.to_string().contains("not read"));
    }

    #[test]
    fn a_vaccination_of_micov() {
        let said = core(
            "org.micov.1",
            &serde_json::json!({"org.micov.vtr.1": {
                "fn": "Muster", "gn": "Erika", "dob": "1964-08-12",
                "v_RA01_1": {"tg": "840539006", "vp": "1119349007", "mp": "EU/1/20/1528", "dn": 1, "sd": 2,
                             "dt": "2021-04-08", "co": "XV", "bn": "B1"},
            }}),
        );
        assert_eq!(said["vaccinations"][0]["dose"], 1);
        assert_eq!(said["person"]["family_name"], "Muster");
        assert!(said.get("identity").is_none());
    }

    #[test]
    fn what_nobody_knows_stays_in_the_claims() {
        assert_eq!(core("x", &serde_json::json!({"x": {"family_name": "Muster"}})), serde_json::json!({}));
    }
}
