//! Policy: what the relying party demands, read from one small JSON file. Every default is the careful one.

pub mod dcql;

use serde::{Deserialize, Serialize};

use crate::occasion::session::Handover;

/// The relying party's demands. As JSON, every member may be left out; unknown members are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Formats taken, by name (`eu_dcc`); empty = all.
    pub formats: Vec<String>,
    /// Which trust entries count.
    pub environment: Environment,
    /// Seconds by which clocks may differ, applied to every time of the credential.
    pub clock_skew_seconds: u32,
    /// How revocation is treated.
    pub status: StatusDemand,
    /// Extended key usages (object identifiers) that let a certificate sign status lists. One that is for something else may not; one that
    /// names no use may. The drafts have assigned no identifier yet.
    pub status_signing_usages: Vec<String>,
    /// Kinds of event taken from health certificates; empty = all.
    pub events: Vec<Event>,
    /// Whether a test that found the disease is taken.
    pub positive_tests: bool,
    /// How codes outside the known value sets are treated.
    pub value_sets: ValueSetDemand,
    /// `true` refuses what specifications forbid but verifiers were told to tolerate (fractional dates of a CWT,
    /// lower-case country codes, schema tolerances); each tolerated oddity is noted in the report otherwise.
    pub strict: bool,
    /// Whose W3C credentials are taken at all.
    pub issuers: IssuerDemand,
    /// What a key whose controller is not the issuer (or holder) means.
    pub controllers: ControllerDemand,
    /// Whether JSON-LD contexts may stand inside a document, as objects.
    pub inline_contexts: bool,
    /// Whether a DID of a ledger that nobody read (did:ethr) counts as what it was before the first entry of the ledger.
    pub unread_ledgers: bool,
    /// Whether every credential of a presentation must be about its holder.
    pub holder_binding: bool,
    /// When an SD-JWT VC or an mdoc must come with a proof by the key that it names as its holder's.
    pub key_binding: KeyBindingDemand,
    /// Whether an SD-JWT VC may have the type `vc+sd-jwt`, as older drafts had it.
    pub older_sd_jwt_vc: bool,
    /// What it means when an SD-JWT VC names an issuer that its signer's certificate does not name.
    pub certificate_names: CertificateNames,
    /// Whether the type metadata of an SD-JWT VC is looked at.
    pub type_metadata: TypeMetadataDemand,
    /// Handovers of an mdoc's session that are taken besides the occasion's own.
    pub handovers: Vec<Handover>,
    /// Whether the times of an mdoc's signed object may have fractions of seconds, as deployed issuers write them. They are dropped.
    pub fractional_seconds: bool,
    /// Whether a presentation without a credential is taken: it shows that somebody holds a key, and nothing else.
    pub empty_presentations: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            formats: Vec::new(),
            environment: Environment::Production,
            clock_skew_seconds: 60,
            status: StatusDemand::WhenDeclared,
            status_signing_usages: Vec::new(),
            events: Vec::new(),
            positive_tests: false,
            value_sets: ValueSetDemand::Note,
            strict: false,
            issuers: IssuerDemand::Listed,
            controllers: ControllerDemand::Reject,
            inline_contexts: false,
            unread_ledgers: false,
            holder_binding: false,
            key_binding: KeyBindingDemand::WhenDeclared,
            older_sd_jwt_vc: false,
            certificate_names: CertificateNames::Require,
            type_metadata: TypeMetadataDemand::Ignored,
            handovers: Vec::new(),
            fractional_seconds: false,
            empty_presentations: false,
        }
    }
}

/// Which world a trust entry belongs to. Entries of the other world never count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// Live issuers.
    #[default]
    Production,
    /// Test issuers.
    Test,
}

impl Environment {
    /// The name as it stands in files.
    pub fn name(self) -> &'static str {
        match self {
            Environment::Production => "production",
            Environment::Test => "test",
        }
    }
}

/// Whose W3C credentials are taken at all. Health certificates always need a listed issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum IssuerDemand {
    /// Issuers on the trust list.
    #[default]
    Listed,
    /// Anybody whose DID resolves: the verdict then says that the credential is sound, not that its issuer is somebody.
    Resolvable,
}

/// What a key whose controller is not the issuer (or holder) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum ControllerDemand {
    /// The credential is refused, unless another proof of it is the issuer's own.
    #[default]
    Reject,
    /// It is noted.
    Note,
}

/// When a credential must come with a proof by its holder's key: the key binding JWT of an SD-JWT VC, the device authentication of an
/// mdoc. An occasion that names a nonce, an audience or transactions demands one whatever the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum KeyBindingDemand {
    /// When an SD-JWT VC names its holder's key, and when an mdoc comes as a device's response. The issuer's part of an mdoc alone is
    /// judged without, as what an issuer hands out.
    #[default]
    WhenDeclared,
    /// Always: a credential that names no key, or comes without the proof, is refused.
    Required,
    /// Never: anybody's copy passes. A key binding JWT that is there is checked whole all the same; device authentication is not
    /// looked at, and the report says so.
    Ignored,
}

/// What it means when an SD-JWT VC names an issuer (`iss`) that the certificate of its signer does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateNames {
    /// The credential is refused, as older drafts of SD-JWT VC had it.
    #[default]
    Require,
    /// It is noted: the issuer is who the certificate names, as later drafts have it.
    Note,
}

/// Whether the type metadata of an SD-JWT VC is looked at. It is asked for only once the credential's signature is right, by somebody
/// trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum TypeMetadataDemand {
    /// It is not.
    #[default]
    Ignored,
    /// Where it is at hand: a credential that breaks its rules is refused.
    WhenAvailable,
    /// It must be had.
    Required,
}

/// How revocation is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum StatusDemand {
    /// A credential that declares no status passes; one that does must be found unrevoked.
    #[default]
    WhenDeclared,
    /// A credential must declare a status and be found unrevoked.
    Required,
    /// Status is not looked at, and the report says so.
    Ignored,
}

/// A kind of event that a health certificate attests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A vaccination.
    Vaccination,
    /// A test.
    Test,
    /// A recovery.
    Recovery,
}

/// How codes outside the known value sets are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum ValueSetDemand {
    /// They are noted.
    #[default]
    Note,
    /// They are refused.
    Require,
    /// They are not looked at.
    Ignore,
}
