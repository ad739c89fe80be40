//! Core data out of an SD-JWT VC: the claims of the EU PID (PID Rulebook 1.x, `urn:eudi:pid:1` and the domestic types), which other
//! identity credentials use too; and vaccinations as the EU DCC writes them (`v`), which MICOV does too.
//!
//! By the names of claims alone. A portrait stays what it is, a claim; nobody looks into it.

use crate::core_data::{CertificateData, Coding, CoreData, IdentityDocument, Person, Vaccination};
use crate::encoding::json::Value;

/// The code system of sex in OpenID Connect for Identity Assurance and the PID: ISO/IEC 5218 and further codes.
const SEX: &str = "urn:eudi:pid:sex";
/// The beginning of the types of the EU's person identification data.
const PID: &str = "urn:eudi:pid:";
const SNOMED: &str = "http://snomed.info/sct";
const ATC: &str = "http://www.whocc.no/atc";
const EU_PRODUCT: &str = "https://ec.europa.eu/health/documents/community-register/html/";
const EU_HOLDER: &str = "https://spor.ema.europa.eu/v1/organisations";

/// The core data of a credential. What it does not say stays absent.
pub fn core_data(claims: &Value<'_>) -> CoreData {
    let kind = text(claims, "vct").unwrap_or_default();
    CoreData {
        person: person(claims),
        vaccinations: claims
            .member("v")
            .and_then(Value::as_array)
            .unwrap_or_default()
            .iter()
            .filter(|dose| dose.as_object().is_some())
            .map(vaccination)
            .collect(),
        identity: is_identity(&kind, claims).then(|| identity(kind, claims)),
        certificate: text(claims, "iss")
            .map(|issuer| CertificateData { identifier: text(claims, "jti"), issuer: Some(issuer) }),
        ..CoreData::default()
    }
}

fn person(claims: &Value<'_>) -> Option<Person> {
    let person = Person {
        name: text(claims, "name"),
        family_name: text(claims, "family_name"),
        given_name: text(claims, "given_name"),
        birth_date: text(claims, "birthdate").or_else(|| text(claims, "birth_date")),
        sex: claims.member("sex").and_then(code).map(|code| Coding { system: SEX.to_owned(), code, display: None }),
        identifiers: text(claims, "personal_administrative_number").into_iter().collect(),
        ..Person::default()
    };
    (person != Person::default()).then_some(person)
}

/// A PID by its type, and what says who issued it as a document.
fn is_identity(kind: &str, claims: &Value<'_>) -> bool {
    kind.starts_with(PID)
        || (claims.member("issuing_country").is_some() && claims.member("issuing_authority").is_some())
}

fn identity(kind: String, claims: &Value<'_>) -> IdentityDocument {
    let expires = ["date_of_expiry", "expiry_date"].iter().find_map(|name| text(claims, name));
    let issued = ["date_of_issuance", "issuance_date"].iter().find_map(|name| text(claims, name));
    IdentityDocument {
        kind,
        number: text(claims, "document_number"),
        birth_country: claims.member("place_of_birth").and_then(|place| text(place, "country")),
        nationality: claims.member("nationalities").and_then(nationality),
        issuing_country: text(claims, "issuing_country"),
        issuing_authority: text(claims, "issuing_authority"),
        issued_on: issued,
        expires_on: expires,
        ..IdentityDocument::default()
    }
}

/// A dose, with the members of the EU DCC.
fn vaccination(dose: &Value<'_>) -> Vaccination {
    let coded = |system: &str, name: &str| {
        text(dose, name).map(|code| Coding { system: system.to_owned(), code, display: None })
    };
    let number = |name: &str| dose.member(name).and_then(Value::as_i64);
    // The value set mixes ATC codes (J07BX03) into SNOMED CT ones.
    let system = if text(dose, "vp").is_some_and(|code| code.starts_with('J')) { ATC } else { SNOMED };
    Vaccination {
        disease: coded(SNOMED, "tg"),
        vaccine: coded(system, "vp"),
        product: coded(EU_PRODUCT, "mp"),
        manufacturer: coded(EU_HOLDER, "ma"),
        dose: number("dn"),
        total_doses: number("sd"),
        date: text(dose, "dt"),
        lot: text(dose, "bn"),
        country: text(dose, "co"),
        centre: text(dose, "ao"),
    }
}

/// The nationalities that were disclosed, behind commas.
fn nationality(value: &Value<'_>) -> Option<String> {
    let names: Vec<&str> = value.items().iter().filter_map(Value::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn code(value: &Value<'_>) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|code| code.to_string()))
}

fn text(object: &Value<'_>, name: &str) -> Option<String> {
    object.member(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    fn core(text: &str) -> CoreData {
        core_data(&json::decode(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_pid() {
        let core = core(
            r#"{"iss":"https://pid.example","vct":"urn:eudi:pid:de:1","family_name":"Holm","given_name":"Astrid",
            "birthdate":"1978-04-10","sex":2,"nationalities":["DE","NO"],"place_of_birth":{"locality":"B","country":"NO"},
            "issuing_country":"DE","issuing_authority":"DE","date_of_expiry":"2034-01-15","portrait":"data:image/png;base64,AA"}"#,
        );
        let person = core.person.unwrap();
        assert_eq!((person.family_name.as_deref(), person.birth_date.as_deref()), (Some("Holm"), Some("1978-04-10")));
        assert_eq!(person.sex.map(|sex| sex.code).as_deref(), Some("2"));
        let identity = core.identity.unwrap();
        assert_eq!(identity.kind, "urn:eudi:pid:de:1");
        assert_eq!(identity.nationality.as_deref(), Some("DE, NO"));
        assert_eq!(identity.birth_country.as_deref(), Some("NO"));
        assert_eq!(identity.expires_on.as_deref(), Some("2034-01-15"));
        assert_eq!(core.certificate.unwrap().issuer.as_deref(), Some("https://pid.example"));
    }

    #[test]
    fn a_vaccination() {
        let said = core(
            r#"{"vct":"urn:x","family_name":"Holm","v":[{"tg":"840539006","vp":"1119349007","mp":"EU/1/20/1528","dn":2,"sd":2,"dt":"2021-04-08",
            "co":"NO","bn":"B1"}, {"vp":"J07BX03"}, 1]}"#,
        );
        let [first, second] = said.vaccinations.as_slice() else { panic!("{:?}", said.vaccinations) };
        assert_eq!(
            (first.dose, first.date.as_deref(), first.lot.as_deref()),
            (Some(2), Some("2021-04-08"), Some("B1"))
        );
        assert_eq!(first.vaccine.as_ref().map(|vaccine| vaccine.system.as_str()), Some(SNOMED));
        assert_eq!(second.vaccine.as_ref().map(|vaccine| vaccine.system.as_str()), Some(ATC));
        assert_eq!(said.identity, None);
    }

    #[test]
    fn what_is_not_said_stays_absent() {
        assert_eq!(core(r#"{"vct":"urn:x","age":1}"#), CoreData::default());
        let little = core(r#"{"vct":"urn:eudi:pid:1","family_name":1,"nationalities":[1]}"#);
        assert_eq!(little.person, None);
        assert_eq!(little.identity.unwrap().nationality, None);
    }
}
