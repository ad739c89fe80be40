//! Holdings: the test authority, and the credentials about nobody that it issues for the test wallet and for yours.
//!
//! The authority's key is public knowledge (`test-vectors/keys`): whoever trusts it in production trusts everybody.

use rcgen::{CertificateParams, DnType, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd};
use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::Value as Cbor;
use vidimus::issue::{mdoc, sd_jwt, sd_jwt_vc, test_ca};
use vidimus::time::{Date, Timestamp};

pub(crate) const AUTHORITY_KEY: &str = include_str!("../../../test-vectors/keys/mdoc-authority.key.pem");
const AUTHORITY_CERTIFICATE: &str = include_str!("../../../test-vectors/keys/mdoc-authority.cert.pem");
pub(crate) const AUTHORITY: (&str, &str, Date) = ("mdoc-authority", "XV", Date { year: 2025, month: 1, day: 1 });
/// The issuer of the test credentials, as they name it.
pub const ISSUER: &str = "https://issuer.example";
/// The type of the test person's SD-JWT VC.
pub const PID: &str = "urn:eudi:pid:1";
/// Another type, which nobody asks for.
pub const OTHER_TYPE: &str = "urn:example:library-card:1";
/// The type of the test mdoc.
pub const MDL: &str = "org.iso.18013.5.1.mDL";
/// Its name space.
pub const MDL_SPACE: &str = "org.iso.18013.5.1";
const DAY: i64 = 86_400;

/// A credential format of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `dc+sd-jwt`.
    SdJwtVc,
    /// `mso_mdoc`.
    Mdoc,
}

impl Format {
    /// The format's identifier in a query.
    pub const fn identifier(self) -> &'static str {
        match self {
            Format::SdJwtVc => "dc+sd-jwt",
            Format::Mdoc => "mso_mdoc",
        }
    }

    /// The name that the OpenID certification gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::SdJwtVc => "sd_jwt_vc",
            Format::Mdoc => "iso_mdl",
        }
    }
}

/// What sets a credential apart from a right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Right,
    /// Its holder's key has the members that it must have, and no other.
    MinimalKey,
    /// Its time is over.
    Expired,
    /// It is of another type.
    OtherType,
    /// An authority that nobody trusts certified its signer.
    Stranger,
}

/// A credential, and the key of its holder.
pub struct Held {
    /// Its format.
    pub format: Format,
    /// What sets it apart.
    pub kind: Kind,
    /// `vct` or `docType`.
    pub type_name: String,
    /// An SD-JWT with every disclosure, or the CBOR of IssuerSigned.
    pub bytes: Vec<u8>,
    /// What it says: the claims, or the elements by name space.
    pub claims: Value,
    /// The key identifiers of the authorities above its signer, base64url.
    pub authority_key_ids: Vec<String>,
    /// The holder's key.
    pub holder: OwnKey,
    /// The same key, PEM.
    pub holder_pem: String,
}

/// Everything that the wallet holds.
pub struct Holdings {
    held: Vec<Held>,
    /// DER of the authority's certificate.
    pub authority: Vec<u8>,
}

/// Who signs credentials: a key and the certificates to show.
struct Signing {
    key: OwnKey,
    chain: Vec<Vec<u8>>,
}

/// The signers below one authority.
struct Signers {
    of_sd_jwt: Signing,
    of_mdoc: Signing,
    key_ids: Vec<String>,
}

impl Holdings {
    /// New credentials by the test authority, issued an hour before `now`.
    ///
    /// # Errors
    /// A sentence.
    pub fn issue(now: Timestamp) -> Result<Self, String> {
        let signers = Signers::below_the_test_authority(now)?;
        let strangers = Signers::of_nobody(now)?;
        let mut held = Vec::new();
        for kind in [Kind::Right, Kind::MinimalKey, Kind::Expired, Kind::OtherType, Kind::Stranger] {
            let signers = if kind == Kind::Stranger { &strangers } else { &signers };
            held.push(sd_jwt_credential(kind, signers, now)?);
            if kind != Kind::MinimalKey {
                held.push(mdoc_credential(kind, signers, now)?);
            }
        }
        Ok(Holdings { held, authority: authority_der()? })
    }

    /// The credential of that format and kind.
    pub fn get_of(&self, format: Format, kind: Kind) -> Option<&Held> {
        self.held.iter().find(|held| held.format == format && held.kind == kind)
    }

    /// The right credentials.
    pub fn right(&self) -> impl Iterator<Item = &Held> {
        self.held.iter().filter(|held| held.kind == Kind::Right)
    }
}

/// DER of the test authority's certificate.
///
/// # Errors
/// A sentence.
pub fn authority_der() -> Result<Vec<u8>, String> {
    let body: String = AUTHORITY_CERTIFICATE.lines().filter(|line| !line.starts_with("-----")).collect();
    base64url::decode_standard(&body).map_err(|reason| reason.to_string())
}

/// PEM of the same.
pub fn authority_pem() -> &'static str {
    AUTHORITY_CERTIFICATE
}

/// The authority as a file of a vidimus trust store.
///
/// # Errors
/// A sentence.
pub fn trust_file() -> Result<Value, String> {
    let certificate = base64url::encode_standard(&authority_der()?);
    let formats = ["sd_jwt_vc", "mdoc"];
    let entry = json!({ "kind": "authority", "certificate": certificate, "formats": formats, "environment": "test" });
    Ok(json!({ "vidimus_trust": 1, "entries": [entry] }))
}

impl Signers {
    fn below_the_test_authority(now: Timestamp) -> Result<Self, String> {
        let key = KeyPair::from_pem(AUTHORITY_KEY).map_err(|error| error.to_string())?;
        let (name, country, from) = AUTHORITY;
        Signers::below(&test_ca::authority_params(name, country, &key, from), &key, now)
    }

    fn of_nobody(now: Timestamp) -> Result<Self, String> {
        let key = KeyPair::generate().map_err(|error| error.to_string())?;
        let from = now.plus(-100 * DAY).date();
        Signers::below(&test_ca::authority_params("authority of nobody", "XV", &key, from), &key, now)
    }

    fn below(authority: &CertificateParams, key: &KeyPair, now: Timestamp) -> Result<Self, String> {
        let text = |error: rcgen::Error| error.to_string();
        // Two keys and two certificates: mdocs have a profile of their own.
        let certify = |params: &dyn Fn(&KeyPair) -> CertificateParams| {
            let own = KeyPair::generate().map_err(text)?;
            let certificate = params(&own).signed_by(&own, &Issuer::from_params(authority, key)).map_err(text)?;
            let signing = OwnKey::from_pem(&own.serialize_pem()).map_err(|fault| fault.to_string())?;
            Ok::<_, String>(Signing { key: signing, chain: vec![certificate.der().to_vec()] })
        };
        let from = now.plus(-60 * DAY).date();
        let of_mdoc = certify(&|own| test_ca::signer_params("test signer of mdocs", "XV", own, from))?;
        let of_sd_jwt = certify(&|_| sd_jwt_signer(now))?;
        let read = vidimus::trust::x509::Certificate::from_der(&of_mdoc.chain[0]).map_err(|it| it.to_string())?;
        let key_ids = read.authority_key_id().map(base64url::encode).into_iter().collect();
        Ok(Signers { of_sd_jwt, of_mdoc, key_ids })
    }
}

fn sd_jwt_signer(now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "XV");
    params.distinguished_name.push(DnType::CommonName, "test signer of SD-JWT VCs");
    let host = ISSUER.trim_start_matches("https://");
    let names = [ISSUER.try_into().map(SanType::URI), host.try_into().map(SanType::DnsName)];
    params.subject_alt_names = names.into_iter().filter_map(Result::ok).collect();
    let day = |date: Date| date_time_ymd(i32::try_from(date.year).unwrap_or(i32::MAX), date.month, date.day);
    params.not_before = day(now.plus(-60 * DAY).date());
    params.not_after = day(now.plus(300 * DAY).date());
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.is_ca = rcgen::IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params
}

/// When a credential of that kind begins and ends.
fn span(kind: Kind, now: Timestamp) -> (Timestamp, Timestamp) {
    match kind {
        Kind::Expired => (now.plus(-30 * DAY), now.plus(-DAY)),
        _ => (now.plus(-3_600), now.plus(90 * DAY)),
    }
}

fn sd_jwt_credential(kind: Kind, signers: &Signers, now: Timestamp) -> Result<Held, String> {
    let (holder, pem) = OwnKey::generate_p256().map_err(|fault| fault.to_string())?;
    let (from, until) = span(kind, now);
    let type_name = if kind == Kind::OtherType { OTHER_TYPE } else { PID };
    let claims = json!({
        "iss": ISSUER, "vct": type_name, "iat": from.seconds(), "exp": until.seconds(),
        "family_name": "Muster", "given_name": "Erika", "birthdate": "1964-08-12",
        "age_equal_or_over": { "16": true, "18": true, "65": false },
        "nationalities": ["XV", "XW"],
        "place_of_birth": { "locality": "Musterstadt", "country": "XV" },
        "address": { "street_address": "Weg 1", "locality": "Musterstadt", "postal_code": "00001", "country": "XV" },
        "issuing_authority": "Test authority", "issuing_country": "XV", "date_of_expiry": until.date().to_string(),
    });
    let disclosable = [
        "/family_name",
        "/given_name",
        "/birthdate",
        "/age_equal_or_over/16",
        "/age_equal_or_over/18",
        "/age_equal_or_over/65",
        "/nationalities/0",
        "/nationalities/1",
        "/place_of_birth",
        "/place_of_birth/locality",
        "/place_of_birth/country",
        "/address",
        "/address/street_address",
        "/address/locality",
        "/address/postal_code",
        "/address/country",
        "/issuing_authority",
        "/issuing_country",
        "/date_of_expiry",
    ];
    let mut key = holder.public_key().to_jwk();
    if kind != Kind::MinimalKey {
        key["kid"] = holder.public_key().jwk_thumbprint().into();
        key["use"] = "sig".into();
        key["alg"] = "ES256".into();
    }
    let draft = sd_jwt_vc::Draft {
        claims: claims.clone(),
        disclosable: disclosable.map(str::to_owned).to_vec(),
        decoys: vec![(String::new(), 2)],
        holder_key: Some(key),
        hash: Hash::Sha256,
    };
    let signing = &signers.of_sd_jwt;
    let names = sd_jwt_vc::Names::Certificates(&signing.chain);
    let issued = sd_jwt_vc::issue(&draft, &names, &mut sd_jwt::random_salt, &signing.key);
    let bytes = issued.map_err(|fault| fault.to_string())?.into_bytes();
    Ok(Held {
        format: Format::SdJwtVc,
        kind,
        type_name: type_name.to_owned(),
        bytes,
        claims,
        authority_key_ids: signers.key_ids.clone(),
        holder,
        holder_pem: pem.to_string(),
    })
}

fn mdoc_credential(kind: Kind, signers: &Signers, now: Timestamp) -> Result<Held, String> {
    let (holder, pem) = OwnKey::generate_p256().map_err(|fault| fault.to_string())?;
    let (from, until) = span(kind, now);
    let (type_name, space) = match kind {
        Kind::OtherType => ("org.example.library-card.1", "org.example.library-card.1"),
        _ => (MDL, MDL_SPACE),
    };
    let elements = licence(from, until);
    let says: Vec<(String, Value)> = elements.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    let claims = json!({ space: says.into_iter().collect::<serde_json::Map<_, _>>() });
    let draft = mdoc::Draft {
        doc_type: type_name.to_owned(),
        name_spaces: vec![(space.to_owned(), elements)],
        signed: from,
        valid_from: from,
        valid_until: until,
        device_key: holder.public_key().clone(),
        device_name_spaces: Vec::new(),
        hash: Hash::Sha256,
        status: None,
    };
    let signing = &signers.of_mdoc;
    let issued = mdoc::issue(&draft, &signing.key, &signing.chain, &mut mdoc::random);
    Ok(Held {
        format: Format::Mdoc,
        kind,
        type_name: type_name.to_owned(),
        bytes: issued.map_err(|fault| fault.to_string())?,
        claims,
        authority_key_ids: signers.key_ids.clone(),
        holder,
        holder_pem: pem.to_string(),
    })
}

/// A driving licence: every element that ISO/IEC 18013-5 (7.2.1) demands, and two answers about age.
fn licence(from: Timestamp, until: Timestamp) -> Vec<(String, Cbor<'static>)> {
    let text = |text: &str| Cbor::Text(text.to_owned().into());
    let date = |day: String| Cbor::Tag(1004, Box::new(Cbor::Text(day.into())));
    let privilege = Cbor::Map(vec![("vehicle_category_code".into(), text("B"))]);
    let elements = [
        ("family_name", text("Muster")),
        ("given_name", text("Erika")),
        ("birth_date", date("1964-08-12".to_owned())),
        ("issue_date", date(from.date().to_string())),
        ("expiry_date", date(until.date().to_string())),
        ("issuing_country", text("XV")),
        ("issuing_authority", text("Test authority")),
        ("document_number", text("T22000129")),
        ("portrait", Cbor::Bytes(vec![0xff, 0xd8, 0xff, 0xe0].into())),
        ("driving_privileges", Cbor::Array(vec![privilege])),
        ("un_distinguishing_sign", text("XV")),
        ("age_over_18", Cbor::Bool(true)),
        ("age_over_65", Cbor::Bool(false)),
    ];
    elements.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
