//! Core data out of an EU DCC.

use crate::core_data::{CertificateData, Coding, CoreData, Person, Recovery, Test, Vaccination};
use crate::encoding::cbor::Value;

const SNOMED: &str = "http://snomed.info/sct";
const LOINC: &str = "http://loinc.org";
const ATC: &str = "http://www.whocc.no/atc";
const EMA_PRODUCT: &str = "https://ec.europa.eu/health/documents/community-register/html/";
const EMA_HOLDER: &str = "https://spor.ema.europa.eu/v1/organisations";
const JRC_DEVICE: &str = "https://covid-19-diagnostics.jrc.ec.europa.eu/devices";

/// The core data of a certificate (the map under -260, 1). What it does not say stays absent.
pub fn core_data(dcc: &Value<'_>) -> CoreData {
    let events = |key: &str| dcc.entry_text(key).and_then(Value::as_array).unwrap_or_default();
    let any = ["v", "t", "r"].into_iter().find_map(|key| events(key).first());
    CoreData {
        person: Some(person(dcc)),
        vaccinations: events("v").iter().map(vaccination).collect(),
        tests: events("t").iter().map(test).collect(),
        recoveries: events("r").iter().map(recovery).collect(),
        certificate: any.map(|event| CertificateData { identifier: text(event, "ci"), issuer: text(event, "is") }),
        ..CoreData::default()
    }
}

fn person(dcc: &Value<'_>) -> Person {
    let name = |key| dcc.entry_text("nam").and_then(|names| text(names, key));
    Person {
        family_name: name("fn"),
        given_name: name("gn"),
        family_name_transliterated: name("fnt"),
        given_name_transliterated: name("gnt"),
        birth_date: text(dcc, "dob"),
        ..Person::default()
    }
}

fn vaccination(event: &Value<'_>) -> Vaccination {
    Vaccination {
        disease: coding(event, "tg", SNOMED),
        vaccine: text(event, "vp").map(|code| {
            // The value set mixes ATC codes (J07BX03) into SNOMED CT ones.
            let system = if code.starts_with('J') { ATC } else { SNOMED };
            Coding { system: system.to_owned(), code, display: None }
        }),
        product: coding(event, "mp", EMA_PRODUCT),
        manufacturer: coding(event, "ma", EMA_HOLDER),
        dose: number(event, "dn"),
        total_doses: number(event, "sd"),
        date: text(event, "dt"),
        lot: None,
        country: text(event, "co"),
        centre: None,
    }
}

fn test(event: &Value<'_>) -> Test {
    Test {
        disease: coding(event, "tg", SNOMED),
        kind: coding(event, "tt", LOINC),
        name: text(event, "nm"),
        device: coding(event, "ma", JRC_DEVICE),
        sampled_at: text(event, "sc"),
        result: coding(event, "tr", SNOMED),
        centre: text(event, "tc"),
        country: text(event, "co"),
    }
}

fn recovery(event: &Value<'_>) -> Recovery {
    Recovery {
        disease: coding(event, "tg", SNOMED),
        first_positive: text(event, "fr"),
        valid_from: text(event, "df"),
        valid_until: text(event, "du"),
        country: text(event, "co"),
    }
}

fn coding(event: &Value<'_>, key: &str, system: &str) -> Option<Coding> {
    text(event, key).map(|code| Coding { system: system.to_owned(), code, display: None })
}

fn text(map: &Value<'_>, key: &str) -> Option<String> {
    map.entry_text(key)?.as_text().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn number(map: &Value<'_>, key: &str) -> Option<i64> {
    let value = map.entry_text(key)?;
    match value {
        Value::Float(number) if number.fract() == 0.0 => format!("{number:.0}").parse().ok(),
        other => other.as_i64(),
    }
}
