//! Core data: one vocabulary for what credentials say; health after the core data sets of WHO DDCC (vaccination 2.0, test 1.0),
//! achievements after Open Badges 3.0.
//!
//! Codes keep the code system they came with. What a format cannot say stays absent; nothing is inferred.

pub mod from_dcc;
pub mod from_fhir;
pub mod from_mdoc;
pub mod from_sd_jwt_vc;
pub mod from_vc;

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
    /// Achievements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub achievements: Vec<Achievement>,
    /// An identity document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityDocument>,
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

/// Something achieved: a badge, a degree, a course.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Achievement {
    /// Its identifier, a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its kind, in the words of Open Badges (`Degree`, `Course`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What one must do for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criteria: Option<String>,
    /// When it was awarded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub awarded_at: Option<String>,
    /// Number of a licence that comes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_number: Option<String>,
}

/// A document that says who somebody is.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct IdentityDocument {
    /// What kind of document, by the name of its type (`PermanentResident`, `Iso18013DriversLicense`).
    pub kind: String,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Category or class, in the document's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Country of birth, as the document words it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<String>,
    /// Nationality, as the document words it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// Country that issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuing_country: Option<String>,
    /// Authority that issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuing_authority: Option<String>,
    /// Resident since this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resident_since: Option<String>,
    /// Issued on this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    /// Expires on this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
    /// What it lets its holder drive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<Privilege>,
}

/// What a licence lets its holder drive.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Privilege {
    /// Category of vehicle (ISO/IEC 18013-1, Annex B).
    pub category: String,
    /// Since this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<String>,
    /// Until this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<String>,
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
