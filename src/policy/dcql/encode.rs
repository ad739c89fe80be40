//! Encoding: a query as the JSON that goes to a wallet.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::policy::dcql::{ClaimsQuery, CredentialQuery, CredentialSet, Meta, Query, Step, TrustedAuthority, Wanted};

impl Query {
    /// The query as JSON text. Members that were not known are gone, those that were left out stay out but `meta`, which is due.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Query {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("credentials", &self.credentials)?;
        if !self.credential_sets.is_empty() {
            map.serialize_entry("credential_sets", &self.credential_sets)?;
        }
        map.end()
    }
}

impl Serialize for CredentialQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("format", self.format.name)?;
        if self.multiple {
            map.serialize_entry("multiple", &true)?;
        }
        map.serialize_entry("meta", &self.meta)?;
        if !self.trusted_authorities.is_empty() {
            map.serialize_entry("trusted_authorities", &self.trusted_authorities)?;
        }
        if !self.require_cryptographic_holder_binding {
            map.serialize_entry("require_cryptographic_holder_binding", &false)?;
        }
        if !self.claims.is_empty() {
            map.serialize_entry("claims", &self.claims)?;
        }
        if !self.claim_sets.is_empty() {
            map.serialize_entry("claim_sets", &self.claim_sets)?;
        }
        map.end()
    }
}

impl Serialize for Meta {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.vct_values.is_empty() {
            map.serialize_entry("vct_values", &self.vct_values)?;
        }
        if let Some(doctype) = &self.doctype_value {
            map.serialize_entry("doctype_value", doctype)?;
        }
        if !self.type_values.is_empty() {
            map.serialize_entry("type_values", &self.type_values)?;
        }
        map.end()
    }
}

impl Serialize for TrustedAuthority {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", &self.kind)?;
        map.serialize_entry("values", &self.values)?;
        map.end()
    }
}

impl Serialize for ClaimsQuery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        map.serialize_entry("path", &self.path)?;
        if !self.values.is_empty() {
            map.serialize_entry("values", &self.values)?;
        }
        if let Some(intent) = self.intent_to_retain {
            map.serialize_entry("intent_to_retain", &intent)?;
        }
        map.end()
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Step::Name(name) => serializer.serialize_str(name),
            Step::Index(index) => serializer.serialize_u64(*index),
            Step::Every => serializer.serialize_unit(),
        }
    }
}

impl Serialize for Wanted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Wanted::Text(text) => serializer.serialize_str(text),
            Wanted::Integer(number) => serializer.serialize_i64(*number),
            Wanted::Bool(truth) => serializer.serialize_bool(*truth),
        }
    }
}

impl Serialize for CredentialSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("options", &self.options)?;
        if !self.required {
            map.serialize_entry("required", &false)?;
        }
        map.end()
    }
}
