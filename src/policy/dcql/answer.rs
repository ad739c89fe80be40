//! Answers: does a verified credential answer a credential query? Everything is looked at again, whatever the wallet was told.

use serde_json::Value;

use crate::policy::dcql::{
    ClaimsQuery, CredentialQuery, Facts, Meta, MetaKind, Omissions, Query, Selection, TrustedAuthority, Wanted,
    path_text, select, select_element,
};
use crate::reason::{Code, Fact, Reason};

/// The kind of authority that is an entity of a federation.
pub(super) const FEDERATION: &str = "openid_federation";

impl CredentialQuery {
    /// Why the credential does not answer; empty = it does. Says what was asked, and never what the credential holds in its place.
    pub fn unmet(&self, facts: &Facts) -> Vec<Reason> {
        if !self.format.is_answered_by(&facts.format) {
            return vec![self.reason(format!("format {}", self.format.name), format!("format {}", facts.format))];
        }
        let mut unmet = Vec::new();
        unmet.extend(self.check_types(facts).err());
        unmet.extend(self.check_authorities(facts).err());
        if self.require_cryptographic_holder_binding && !facts.is_holder_bound {
            unmet.push(self.reason("a proof that its holder holds it", "none"));
        }
        unmet.extend(self.unmet_claims(facts));
        unmet
    }

    fn reason(&self, expected: impl AsRef<str>, got: impl Into<Fact>) -> Reason {
        Reason::new(Code::VpDcqlUnsatisfied).expected(format!("`{}`: {}", self.id, expected.as_ref())).got(got)
    }

    /// B.1.1, B.2.3, B.3.5: the credential is of a kind that was asked for.
    fn check_types(&self, facts: &Facts) -> Result<(), Reason> {
        let has = |wanted: &String| facts.types.contains(wanted);
        let meta = &self.meta;
        let got = || facts.types.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
        let (has_vct, has_types) = (!meta.vct_values.is_empty(), !meta.type_values.is_empty());
        // Drafts gave one name to two formats: each is asked for by its own member alone.
        let other = match facts.format.as_str() {
            "sd_jwt_vc" => has_types && !has_vct,
            _ => has_vct && !has_types,
        };
        if self.format.meta == MetaKind::VctOrTypes && other {
            let expected =
                if has_vct { "an SD-JWT VC, as `vct_values` say" } else { "a W3C credential, as `type_values` say" };
            return Err(self.reason(expected, format!("format {}", facts.format)));
        }
        if !meta.vct_values.is_empty() && !meta.vct_values.iter().any(has) {
            return Err(self.reason(format!("vct {}", some(&meta.vct_values)), got()));
        }
        if meta.doctype_value.as_ref().is_some_and(|doctype| !has(doctype)) {
            return Err(self.reason(format!("doctype {}", meta.doctype_value.as_deref().unwrap_or_default()), got()));
        }
        // "each element is an array of types all of which must be there"
        if !meta.type_values.is_empty() && !meta.type_values.iter().any(|set| set.iter().all(has)) {
            let sets: Vec<String> = meta.type_values.iter().take(4).map(|set| set.join(" and ")).collect();
            return Err(self.reason(format!("types {}", sets.join(", or ")), got()));
        }
        Ok(())
    }

    /// 6.1.1: one of the authorities stands behind it.
    fn check_authorities(&self, facts: &Facts) -> Result<(), Reason> {
        let wanted = &self.trusted_authorities;
        // No entity of a federation is known here: nothing that was signed can be one's.
        let is_met = |authority: &TrustedAuthority| authority.kind != FEDERATION && authority.is_met(facts);
        if wanted.is_empty() || wanted.iter().any(is_met) {
            return Ok(());
        }
        let mut kinds: Vec<&str> = wanted.iter().map(|authority| authority.kind.as_str()).take(4).collect();
        kinds.dedup();
        Err(self.reason(format!("one of its trusted authorities ({})", kinds.join(", ")), "another authority"))
    }

    /// 6.4.1: all claims, or all those of one set. Of several sets the one that comes nearest is told.
    fn unmet_claims(&self, facts: &Facts) -> Vec<Reason> {
        let omissions = Omissions::of(&facts.claims, &facts.places, facts.may_omit_elements);
        let faults: Vec<Option<&'static str>> =
            self.claims.iter().map(|claim| self.fault_of(claim, (facts, &omissions)).err()).collect();
        let told = |(claim, fault): (&ClaimsQuery, &Option<&'static str>)| {
            Some(self.reason(claim_text(claim), fault.as_ref().copied()?))
        };
        let all = || self.claims.iter().zip(&faults);
        if self.claim_sets.is_empty() {
            return all().filter_map(told).collect();
        }
        let of_set = |set: &Vec<String>| -> Vec<Reason> {
            let is_in = |claim: &ClaimsQuery| claim.id.as_ref().is_some_and(|id| set.contains(id));
            all().filter(|(claim, _)| is_in(claim)).filter_map(told).collect()
        };
        self.claim_sets.iter().map(of_set).min_by_key(Vec::len).unwrap_or_default()
    }

    /// 6.3, 7: the path selects something, and one value that was asked for, type and value.
    fn fault_of<'f>(
        &self,
        claim: &ClaimsQuery,
        (facts, omissions): (&'f Facts, &Omissions<'f>),
    ) -> Result<(), &'static str> {
        let selected = if self.format.is_core {
            select(&facts.core, &claim.path, &Omissions::default())
        } else if self.format.is_mdoc {
            select_element(&facts.claims, &claim.path)
        } else {
            select(&facts.claims, &claim.path, omissions)
        };
        let selected = selected.map_err(|fault| match fault {
            Selection::Absent => "nothing of that name",
            Selection::OtherShape => "a claim of another shape",
        })?;
        let is_wanted = |value: &&Value| claim.values.iter().any(|wanted| wanted.is(value));
        if claim.values.is_empty() || selected.iter().any(is_wanted) { Ok(()) } else { Err("another value") }
    }
}

impl Meta {
    /// `true` when types are asked for by their full URLs.
    pub(crate) fn asks_for_urls(&self) -> bool {
        self.type_values.iter().flatten().any(|name| name.contains(':'))
    }
}

impl TrustedAuthority {
    /// `true` when it stands behind the credential. Of lists only those are known that the trust store names.
    pub fn is_met(&self, facts: &Facts) -> bool {
        let authorities = &facts.authorities;
        match self.kind.as_str() {
            "aki" => {
                self.values.iter().any(|value| authorities.key_ids.iter().any(|id| id == value.trim_end_matches('=')))
            }
            "etsi_tl" | "openid_federation" => self.values.iter().any(|value| authorities.lists.contains(value)),
            _ => false,
        }
    }
}

impl Wanted {
    /// `true` for a claim of the same type and value.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Wanted::Text(wanted), Value::String(text)) => wanted == text,
            (Wanted::Integer(wanted), Value::Number(number)) => number.as_i64() == Some(*wanted),
            (Wanted::Bool(wanted), Value::Bool(truth)) => wanted == truth,
            _ => false,
        }
    }
}

impl Query {
    /// Why a credential that is shown by itself answers none of the credential queries; empty = it answers one. Told is the one that it
    /// comes nearest to.
    pub fn unmet_alone(&self, facts: &Facts) -> Vec<Reason> {
        let unmet = self.credentials.iter().map(|credential| {
            let reasons = credential.unmet(facts);
            // Another format is further away than another type, and that further than a claim that is missing.
            let distance = (
                !credential.format.is_answered_by(&facts.format),
                credential.check_types(facts).is_err(),
                reasons.len(),
            );
            (distance, reasons)
        });
        unmet.min_by_key(|(distance, _)| *distance).map(|(_, reasons)| reasons).unwrap_or_default()
    }
}

fn claim_text(claim: &ClaimsQuery) -> String {
    let path = path_text(&claim.path);
    match claim.values.len() {
        0 => format!("claim {path}"),
        1 => format!("claim {path} of the value asked for"),
        count => format!("claim {path} of one of the {count} values asked for"),
    }
}

fn some(names: &[String]) -> String {
    names.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(" or ")
}
