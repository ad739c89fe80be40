//! One credential query: its format, its `meta`, its authorities, its holder.

use crate::encoding::base64url;
use crate::policy::dcql::answer::FEDERATION;
use crate::policy::dcql::lint::Hints;
use crate::policy::dcql::{CredentialQuery, MetaKind, TrustedAuthority};

/// The kinds of authority that OpenID4VP 1.0 knows (6.1.1).
const AUTHORITIES: [&str; 3] = ["aki", "etsi_tl", "openid_federation"];

pub(super) fn lint(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) {
    lint_format(credential, pointer, hints);
    lint_meta(credential, &format!("{pointer}/meta"), hints);
    for (index, authority) in credential.trusted_authorities.iter().enumerate() {
        lint_authority(authority, &format!("{pointer}/trusted_authorities/{index}"), hints);
    }
    let at = format!("{pointer}/require_cryptographic_holder_binding");
    match (credential.require_cryptographic_holder_binding, credential.format.can_be_bound) {
        (true, false) => {
            let name = credential.format.name;
            let sentence = format!("`{name}` names no holder's key, so this can never be met; false asks without.");
            hints.add("dcql.binding_impossible", at, sentence);
        }
        (false, true) if credential.format.is_of_wallets => {
            let sentence = "Nobody has to prove that the credential is theirs: anybody's copy answers. The request needs a `state`.";
            hints.add("dcql.binding_waived", at, sentence);
        }
        _ => {}
    }
}

/// `false` when no credential in the world can answer, whatever its claims.
pub(super) fn can_be_answered(credential: &CredentialQuery) -> bool {
    let authorities = &credential.trusted_authorities;
    let is_known =
        |authority: &TrustedAuthority| authority.kind != FEDERATION && AUTHORITIES.contains(&authority.kind.as_str());
    (credential.format.can_be_bound || !credential.require_cryptographic_holder_binding)
        && (authorities.is_empty() || authorities.iter().any(is_known))
}

fn lint_format(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) {
    let format = credential.format;
    let at = format!("{pointer}/format");
    if format.name == "vc+sd-jwt" {
        hints.add("dcql.draft_format", at, "Drafts had `vc+sd-jwt`; SD-JWT VC of OpenID4VP 1.0 is `dc+sd-jwt`.");
    } else if !format.is_of_wallets {
        let sentence = format!("`{}` is a name of vidimus; a wallet does not know it.", format.name);
        hints.add("dcql.own_format", at, sentence);
    }
}

fn lint_meta(credential: &CredentialQuery, pointer: &str, hints: &mut Hints) {
    let (format, meta) = (credential.format, &credential.meta);
    for name in &meta.unread {
        let sentence = format!("`{name}` says nothing in the format `{}`, and is ignored.", format.name);
        hints.add("dcql.meta_unread", format!("{pointer}/{name}"), sentence);
    }
    let says_nothing = meta.vct_values.is_empty() && meta.doctype_value.is_none() && meta.type_values.is_empty();
    if !meta.is_stated {
        let sentence = "OpenID4VP 1.0 requires `meta`, if only `{}`; a query that is sent out has it.";
        hints.add("dcql.meta_absent", pointer, sentence);
    }
    if says_nothing && !format.is_core {
        let sentence =
            format!("Without `{}` any credential of the format may answer.", format.meta.members().join("` or `"));
        hints.add("dcql.any_type", pointer, sentence);
    }
    if !matches!(format.meta, MetaKind::Types | MetaKind::VctOrTypes) || !format.is_of_wallets {
        return;
    }
    let is_short = |name: &&String| !name.contains(':');
    if let Some(name) = meta.type_values.iter().flatten().find(is_short) {
        let sentence = format!("`{name}` is no full URL; wallets compare types as the JSON-LD contexts expand them.");
        hints.add("dcql.short_type", format!("{pointer}/type_values"), sentence);
    }
}

fn lint_authority(authority: &TrustedAuthority, pointer: &str, hints: &mut Hints) {
    let kind = authority.kind.as_str();
    if !AUTHORITIES.contains(&kind) {
        let sentence = format!("`{kind}` is none of {}, and can never be met here.", AUTHORITIES.join(", "));
        hints.add("dcql.authority_unknown", format!("{pointer}/type"), sentence);
        return;
    }
    if kind == FEDERATION {
        let sentence = "No federation is looked up here, so this can never be met; name `aki` or `etsi_tl` beside it.";
        hints.add("dcql.authority_federation", format!("{pointer}/type"), sentence);
    }
    for (index, value) in authority.values.iter().enumerate() {
        let at = || format!("{pointer}/values/{index}");
        if kind == "aki" && base64url::decode(value).is_err() {
            hints.add(
                "dcql.authority_value",
                at(),
                "A key identifier is base64url without padding; this can never be met.",
            );
        } else if kind != "aki" && !value.starts_with("https://") {
            hints.add("dcql.authority_value", at(), "It is no https URL.");
        }
    }
}
