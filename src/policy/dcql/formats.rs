//! Formats that a credential query may name, which formats of this program answer them, and what their `meta` says.

/// What a credential query's `format` means.
#[derive(Debug, PartialEq, Eq)]
pub struct QueryFormat {
    /// The name in queries.
    pub name: &'static str,
    /// Formats of this program that answer it, by name.
    pub answered_by: &'static [&'static str],
    /// What `meta` holds.
    pub meta: MetaKind,
    /// `true` when a claim is named by name space and element.
    pub is_mdoc: bool,
    /// `true` when claims are those of the vocabulary that all formats share.
    pub is_core: bool,
    /// `true` when a wallet knows the format: OpenID4VP has it.
    pub is_of_wallets: bool,
    /// `true` when credentials of it can be bound to a holder's key.
    pub can_be_bound: bool,
}

/// The member of `meta` that a format reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaKind {
    /// `vct_values`.
    Vct,
    /// `doctype_value`.
    Doctype,
    /// `type_values`.
    Types,
    /// `vct_values` or `type_values`: a name that drafts gave to two formats.
    VctOrTypes,
}

impl MetaKind {
    /// The names of the members.
    pub fn members(self) -> &'static [&'static str] {
        match self {
            MetaKind::Vct => &["vct_values"],
            MetaKind::Doctype => &["doctype_value"],
            MetaKind::Types => &["type_values"],
            MetaKind::VctOrTypes => &["vct_values", "type_values"],
        }
    }
}

/// A format of this program under its own name.
const fn own(name: &'static str, answered_by: &'static [&'static str], meta: MetaKind) -> QueryFormat {
    let is_mdoc = matches!(meta, MetaKind::Doctype);
    QueryFormat { name, answered_by, meta, is_mdoc, is_core: false, is_of_wallets: false, can_be_bound: true }
}

/// A health certificate, which is bound to a name and to no key.
const fn unbound(name: &'static str, answered_by: &'static [&'static str]) -> QueryFormat {
    QueryFormat { can_be_bound: false, ..own(name, answered_by, MetaKind::Types) }
}

/// A format of OpenID4VP.
const fn of_wallets(name: &'static str, answered_by: &'static [&'static str], meta: MetaKind) -> QueryFormat {
    QueryFormat { is_of_wallets: true, ..own(name, answered_by, meta) }
}

/// Every format of credentials. A status list is none.
const ALL: &[&str] =
    &["eu_dcc", "smart_health_card", "nz_covid_pass", "vc_di", "vc_jwt", "vc_sd_jwt", "sd_jwt_vc", "vc_cose", "mdoc"];

/// Every format, those of OpenID4VP first.
static FORMATS: [QueryFormat; 15] = [
    of_wallets("dc+sd-jwt", &["sd_jwt_vc"], MetaKind::Vct),
    of_wallets("mso_mdoc", &["mdoc"], MetaKind::Doctype),
    of_wallets("jwt_vc_json", &["vc_jwt"], MetaKind::Types),
    of_wallets("ldp_vc", &["vc_di"], MetaKind::Types),
    of_wallets("vc+sd-jwt", &["sd_jwt_vc", "vc_sd_jwt"], MetaKind::VctOrTypes),
    own("sd_jwt_vc", &["sd_jwt_vc"], MetaKind::Vct),
    own("mdoc", &["mdoc"], MetaKind::Doctype),
    own("vc_jwt", &["vc_jwt"], MetaKind::Types),
    own("vc_di", &["vc_di"], MetaKind::Types),
    own("vc_sd_jwt", &["vc_sd_jwt"], MetaKind::Types),
    own("vc_cose", &["vc_cose"], MetaKind::Types),
    unbound("eu_dcc", &["eu_dcc"]),
    unbound("smart_health_card", &["smart_health_card"]),
    unbound("nz_covid_pass", &["nz_covid_pass"]),
    QueryFormat { is_core: true, ..own("vidimus_core", ALL, MetaKind::Types) },
];

impl QueryFormat {
    /// The format of that name.
    pub fn named(name: &str) -> Option<&'static QueryFormat> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Every format.
    pub fn all() -> &'static [QueryFormat] {
        &FORMATS
    }

    /// `true` when a credential of that format of this program may answer.
    pub fn is_answered_by(&self, format: &str) -> bool {
        self.answered_by.contains(&format)
    }
}
