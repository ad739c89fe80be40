//! Core data: one vocabulary for what health credentials say, after the core data sets of WHO DDCC (vaccination 2.0, test 1.0).
//!
//! Codes keep the code system they came with. What a format cannot say stays absent; nothing is inferred.

pub mod from_dcc;
pub mod from_fhir;

use serde::Serialize;

/// What a credential says, in the vocabulary that all formats share.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct CoreData {
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Vaccinations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vaccinations: Vec<Vaccination>,
    /// Tests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
    /// Recoveries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recoveries: Vec<Recovery>,
    /// The certificate itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateData>,
}

/// Whom a credential is about.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Person {
    /// The name as one text, where the format has only that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// Given names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Family name transliterated (ICAO 9303).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name_transliterated: Option<String>,
    /// Given names transliterated (ICAO 9303).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name_transliterated: Option<String>,
    /// Date of birth: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Sex, in the format's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Coding>,
    /// Identifiers (document numbers, national identifiers).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<String>,
}

/// A code and the system that gives it its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coding {
    /// URI of the code system.
    pub system: String,
    /// The code.
    pub code: String,
    /// The name for people, where the credential or a value set gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
}

/// One dose given.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Vaccination {
    /// Disease or agent targeted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease: Option<Coding>,
    /// Kind of vaccine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vaccine: Option<Coding>,
    /// Product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Coding>,
    /// Manufacturer or marketing authorisation holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Coding>,
    /// Which dose this was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<i64>,
    /// How many doses make the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_doses: Option<i64>,
    /// Day of the dose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Who gave it, or where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<String>,
}

/// One test made.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Test {
    /// Disease or agent targeted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease: Option<Coding>,
    /// Kind of test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Coding>,
    /// Name of the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Device, by its identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Coding>,
    /// When the sample was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled_at: Option<String>,
    /// Result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Coding>,
    /// Where it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub centre: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// One recovery attested.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Recovery {
    /// Disease or agent targeted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disease: Option<Coding>,
    /// Day of the first positive test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_positive: Option<String>,
    /// Valid from this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Valid until this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// The certificate as a document.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct CertificateData {
    /// Its identifier (`ci`, `jti`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Who issued it, in the certificate's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}
