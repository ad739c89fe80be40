//! One credential query, its `meta` and its authorities (OpenID4VP 1.0, 6.1).

use crate::encoding::json::Value;
use crate::limits;
use crate::policy::dcql::decode::{Reading, claims};
use crate::policy::dcql::{CredentialQuery, Meta, MetaKind, QueryFormat, TrustedAuthority};

/// Every member of `meta` that some format reads.
const MEMBERS: [&str; 3] = ["vct_values", "doctype_value", "type_values"];

/// ```text
/// CredentialQuery = { "id", "format", "meta", "multiple"?, "trusted_authorities"?, "require_cryptographic_holder_binding"?, "claims"?,
///                     "claim_sets"? }
/// ```
pub(super) fn read(reading: &mut Reading, value: &Value<'_>, pointer: &str) -> Option<CredentialQuery> {
    if value.as_object().is_none() {
        reading.fault(pointer, format!("A credential query is an object, not {}.", value.kind()));
        return None;
    }
    let at = |member: &str| format!("{pointer}/{member}");
    let id = match value.member("id") {
        Some(id) => reading.id(id, &at("id")),
        None => {
            reading.fault(at("id"), "It must be there: the name under which the wallet answers.");
            None
        }
    };
    let format = format(reading, value.member("format"), &at("format"));
    // Without its format nothing else can be read rightly.
    let format = format?;
    let meta = meta(reading, value.member("meta"), (format, &at("meta")));
    let trusted_authorities = match value.member("trusted_authorities") {
        None => Vec::new(),
        Some(list) => authorities(reading, list, &at("trusted_authorities")),
    };
    let (claims, claim_sets) = claims::read(reading, value, (format, pointer));
    Some(CredentialQuery {
        id: id?,
        format,
        multiple: reading.truth(value, "multiple", pointer).unwrap_or(false),
        meta,
        trusted_authorities,
        require_cryptographic_holder_binding: reading
            .truth(value, "require_cryptographic_holder_binding", pointer)
            .unwrap_or(true),
        claims,
        claim_sets,
    })
}

fn format(reading: &mut Reading, value: Option<&Value<'_>>, pointer: &str) -> Option<&'static QueryFormat> {
    let Some(value) = value else {
        reading.fault(pointer, "It must be there: `dc+sd-jwt`, `mso_mdoc`, or another format.");
        return None;
    };
    let name = reading.text(value, pointer)?;
    if let Some(format) = QueryFormat::named(&name) {
        return Some(format);
    }
    let meant = match name.as_str() {
        "sd-jwt" | "sd-jwt-vc" | "sd_jwt" | "dc+sd_jwt" | "vc+sd_jwt" => Some("dc+sd-jwt"),
        "mdl" | "mDL" | "mso-mdoc" | "iso_mdoc" => Some("mso_mdoc"),
        "jwt_vc" | "jwt_vp" | "jwt_vp_json" | "jwt_vc_json-ld" => Some("jwt_vc_json"),
        "ldp" | "ldp_vp" | "di_vc" => Some("ldp_vc"),
        _ => None,
    };
    let known: Vec<&str> = QueryFormat::all().iter().map(|format| format.name).collect();
    reading.fault(
        pointer,
        match meant {
            Some(meant) => format!("No such format is known; you may mean `{meant}`."),
            None => format!("No such format is known; these are: {}.", known.join(", ")),
        },
    );
    None
}

/// `meta`, as far as the format reads it.
fn meta(reading: &mut Reading, value: Option<&Value<'_>>, (format, pointer): (&QueryFormat, &str)) -> Meta {
    let Some(value) = value else { return Meta::default() };
    if value.as_object().is_none() {
        reading.fault(pointer, format!("It must be an object, not {}.", value.kind()));
        return Meta::default();
    }
    let read = format.meta.members();
    let member = |name: &'static str| value.member(name).filter(|_| read.contains(&name));
    let at = |name: &str| format!("{pointer}/{name}");
    let mut meta = Meta { is_stated: true, ..Meta::default() };
    meta.unread = MEMBERS.into_iter().filter(|name| value.member(name).is_some() && !read.contains(name)).collect();
    if let Some(values) = member("vct_values") {
        meta.vct_values = reading.texts(values, &at("vct_values"), limits::DCQL_OPTIONS).unwrap_or_default();
    }
    if let Some(doctype) = member("doctype_value") {
        meta.doctype_value = reading.text(doctype, &at("doctype_value"));
    }
    if let Some(values) = member("type_values") {
        meta.type_values = type_values(reading, values, &at("type_values"));
    }
    let is_w3c = !meta.type_values.is_empty();
    if format.meta == MetaKind::VctOrTypes && is_w3c && !meta.vct_values.is_empty() {
        reading.fault(pointer, "`vct_values` and `type_values` are of two kinds of credential; ask with one of them.");
    }
    meta
}

/// B.1.1: an array of arrays of texts.
fn type_values(reading: &mut Reading, value: &Value<'_>, pointer: &str) -> Vec<Vec<String>> {
    let Some(sets) = reading.items(value, pointer, limits::DCQL_OPTIONS) else { return Vec::new() };
    if sets.iter().all(|set| set.as_str().is_some()) {
        reading
            .fault(pointer, "It is an array of arrays: the inner ones hold types that must all be there, `[[\"A\"]]`.");
        return Vec::new();
    }
    let read =
        |(index, set): (usize, &Value<'_>)| reading.texts(set, &format!("{pointer}/{index}"), limits::DCQL_OPTIONS);
    sets.iter().enumerate().filter_map(read).collect()
}

fn authorities(reading: &mut Reading, value: &Value<'_>, pointer: &str) -> Vec<TrustedAuthority> {
    let Some(items) = reading.items(value, pointer, limits::DCQL_OPTIONS) else { return Vec::new() };
    let mut read = |(index, item): (usize, &Value<'_>)| {
        let at = |member: &str| format!("{pointer}/{index}/{member}");
        let (Some(kind), Some(values)) = (item.member("type"), item.member("values")) else {
            reading.fault(format!("{pointer}/{index}"), "A trusted authority has `type` and `values`.");
            return None;
        };
        let kind = reading.text(kind, &at("type"));
        let values = reading.texts(values, &at("values"), limits::DCQL_OPTIONS);
        Some(TrustedAuthority { kind: kind?, values: values? })
    };
    items.iter().enumerate().filter_map(&mut read).collect()
}
