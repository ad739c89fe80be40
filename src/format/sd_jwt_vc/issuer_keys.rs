//! Whose key signed an SD-JWT VC (draft 19, 2.5): by what the trust entry pins, by certificates, by issuer metadata, or by a DID.
//!
//! ```text
//! trust entry of `iss` with keys or a document      those keys, and no others
//! x5c in the header                                 the chain, to an authority of the format; the issuer is the leaf's subject
//! `iss` is a DID                                    its document
//! `iss` is an https URL on the list                 its metadata, {"issuer": iss, "jwks": {..}} or {.., "jwks_uri": URL}
//! ```
//! Metadata is evidence, asked for only of issuers on the trust list, at the place that their name implies. Anything else is nobody.

use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::credential::{Claims, Decoded, KeyId, Signed};
use crate::encoding::json::{self, Value};
use crate::format::candidate::Candidate;
use crate::format::vc::secured;
use crate::format::{Context, Keys, chains};
use crate::limits;
use crate::locator::Locator;
use crate::policy::{CertificateNames, IssuerDemand, Policy};
use crate::reason::{Code, Reason};
use crate::trust::jwks::{Jwk, KeySet};
use crate::trust::{Consulted, Issuer};

use super::NAME;

/// Where issuer metadata stands, between host and path (SD-JWT VC, 3.1).
const WELL_KNOWN: &str = "/.well-known/jwt-vc-issuer";

/// Who may have made that signature.
pub(super) fn find(signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
    let name = decoded.and_then(|decoded| decoded.issuer.as_deref());
    let pins =
        name.and_then(|name| listed(name, context).ok()).is_some_and(|it| it.keys.is_some() || it.document.is_some());
    match name {
        Some(_) if pins => own_keys(signed, decoded, context),
        _ if !signed.certificates.is_empty() => chains::by_chain(NAME, &signed.certificates, context),
        Some(name) if name.starts_with("did:") => own_keys(signed, decoded, context),
        Some(name) => by_metadata(name, signed, context),
        None => Keys::none(Reason::new(Code::ClaimIssuer).expected("an issuer in `iss`, or certificates in `x5c`")),
    }
}

/// The issuer's own keys, pinned or of its DID. A key that somebody else controls signs nothing here, whatever the policy says of W3C
/// credentials, and the issuer stands on the trust list in any case.
fn own_keys(signed: &Signed, decoded: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
    let listed = Policy { issuers: IssuerDemand::Listed, ..context.policy.clone() };
    let context = Context { policy: &listed, ..*context };
    let mut keys = secured::keys(NAME, signed, decoded, &context, Code::JoseAlgKeyMismatch);
    let before = keys.candidates.len();
    keys.candidates.retain(|candidate| !candidate.is_foreign);
    if keys.candidates.is_empty() && before > 0 {
        keys.faults.push(Reason::new(Code::DiVmController).expected("a key of the issuer"));
    }
    keys
}

/// The types beside `vct` that count: those of `aka_vcts` that the trust store lists for this very signer.
pub(super) fn further_types<'d>(
    decoded: &'d Decoded<'_>,
    signer: Option<&Candidate>,
    context: &Context<'_>,
) -> impl Iterator<Item = &'d str> {
    let may = signer.map(|signer| types_of(decoded, signer, context)).unwrap_or_default();
    let Claims::Json(document) = &decoded.claims else { return Vec::new().into_iter() };
    let named = document.member("aka_vcts").and_then(Value::as_array).unwrap_or_default();
    let counted = named.iter().filter_map(Value::as_str).filter(|name| may.iter().any(|known| known == name));
    counted.collect::<Vec<_>>().into_iter()
}

/// The trust store may name the types that a signer is trusted for; the credential's is one of them then.
pub(super) fn check_types(decoded: &Decoded<'_>, signer: &Candidate, context: &Context<'_>) -> Option<Reason> {
    let may = types_of(decoded, signer, context);
    let is_trusted = may.is_empty() || decoded.types.iter().any(|have| may.iter().any(|known| known == have));
    (!is_trusted).then(|| Reason::new(Code::TrustPurpose).expected(may.join(", ")))
}

fn types_of(decoded: &Decoded<'_>, signer: &Candidate, context: &Context<'_>) -> Vec<String> {
    if let Some(chained) = signer.chained() {
        return chained.anchor.types.clone();
    }
    let issuer = decoded.issuer.as_deref().and_then(|name| listed(name, context).ok());
    issuer.filter(|_| signer.signer().is_none()).map(|issuer| issuer.types.clone()).unwrap_or_default()
}

/// Older drafts of SD-JWT VC, 3.5: an https `iss` beside `x5c` is a URI among the leaf's names, or its host is a DNS name there.
/// Deviation: draft 19 asks for no such thing; the policy `certificate_names` decides.
pub(super) fn check_names(decoded: &Decoded<'_>, signer: &Candidate, context: &Context<'_>, findings: &mut Findings) {
    let (Some(issuer), Some(leaf)) = (decoded.issuer.as_deref(), signer.certificates().first()) else { return };
    let host = Locator::new(issuer).map(|locator| locator.host());
    let is_dns = |name: &String| host.as_ref().is_some_and(|host| name.eq_ignore_ascii_case(host));
    if leaf.san_uris().iter().any(|uri| uri == issuer) || leaf.san_dns().iter().any(is_dns) {
        return;
    }
    match context.policy.certificate_names {
        CertificateNames::Require => findings.fail(
            Reason::new(Code::ClaimIssuer)
                .expected("an `iss` that the signer's certificate names (the policy `certificate_names` decides)")
                .got(issuer.to_owned()),
        ),
        CertificateNames::Note => findings.note(Note::new(
            "sdjwt.certificate_names",
            "The credential names an issuer that its signer's certificate does not name; the certificate's subject counts.",
        )),
    }
}

/// The issuer of that name, if it may sign this format in the policy's environment.
fn listed<'c>(name: &str, context: &Context<'c>) -> Result<&'c Arc<Issuer>, Reason> {
    let unknown = || Reason::new(Code::TrustIssuerUnknown).got(name.to_owned());
    let due = context.policy.environment;
    let issuer = context.trust.issuer(name, due, NAME).ok_or_else(unknown)?;
    if !issuer.formats.iter().any(|format| format == NAME) {
        return Err(unknown().expected(format!("an issuer of {NAME}")));
    }
    if issuer.environment != due {
        return Err(Reason::new(Code::TrustEnvironment).expected(due.name()).got(issuer.environment.name()));
    }
    Ok(issuer)
}

/// SD-JWT VC, 3: the keys that the issuer publishes.
fn by_metadata(name: &str, signed: &Signed, context: &Context<'_>) -> Keys {
    // An entry that does not count is consulted too: without it the reason would be another.
    let known = context.trust.issuer(name, context.policy.environment, NAME).cloned();
    let mut keys = Keys { consulted: known.map(Consulted::Issuer).into_iter().collect(), ..Keys::default() };
    let issuer = match listed(name, context) {
        Ok(issuer) => issuer,
        Err(reason) => {
            keys.faults.push(reason);
            return keys;
        }
    };
    let found = key_set(name, context, &mut keys.evidence).and_then(|set| {
        let jwks = named(&set, signed).map_err(Missing::Broken)?;
        jwks.into_iter().map(|jwk| jwk.public_key().cloned().map_err(Missing::Broken)).collect::<Result<Vec<_>, _>>()
    });
    match found {
        Err(Missing::Unknown(reason, locator)) => keys.missing = Some((reason, locator)),
        Err(Missing::Broken(reason)) => keys.faults.push(reason),
        Ok(found) => {
            let description = issuer.description(name, kid(signed).unwrap_or_default(), &[]);
            keys.candidates.extend(found.into_iter().map(|key| Candidate::named(key, description.clone())));
        }
    }
    keys
}

fn kid(signed: &Signed) -> Option<&str> {
    match &signed.kid {
        Some(KeyId::Text(text)) => Some(text),
        _ => None,
    }
}

/// The key that the header names; where it names none, every key.
fn named<'s>(set: &'s KeySet, signed: &Signed) -> Result<Vec<&'s Jwk>, Reason> {
    match kid(signed) {
        Some(kid) => Ok(vec![set.find(kid)?]),
        None => {
            let usable = set.keys().iter().filter(|key| key.faults().is_empty()).take(limits::KID_CANDIDATES);
            let usable: Vec<&Jwk> = usable.collect();
            if usable.is_empty() { Err(Reason::new(Code::JoseKidUnknown)) } else { Ok(usable) }
        }
    }
}

/// Why there is no key set.
enum Missing {
    Unknown(Reason, Option<Locator>),
    Broken(Reason),
}

fn key_set(name: &str, context: &Context<'_>, looked_at: &mut Vec<String>) -> Result<KeySet, Missing> {
    let url = metadata_url(name).map_err(Missing::Broken)?;
    let body = document(url, context, looked_at)?;
    let metadata = json::decode(body).map_err(|reason| Missing::Broken(reason.at(crate::reason::Stage::Key)))?;
    match key_source(&metadata, name).map_err(Missing::Broken)? {
        Source::Here(set) => KeySet::decode(json::encode(set).as_bytes()).map_err(Missing::Broken),
        Source::At(locator) => KeySet::decode(document(locator, context, looked_at)?).map_err(Missing::Broken),
    }
}

/// The document at that place, if it was fetched.
fn document<'c>(locator: Locator, context: &Context<'c>, looked_at: &mut Vec<String>) -> Result<&'c [u8], Missing> {
    let unavailable = || Reason::new(Code::TrustKeyUnavailable);
    match context.evidence.document(locator.as_str()) {
        None => Err(Missing::Unknown(unavailable(), Some(locator))),
        Some(found) if found.status != 200 => {
            Err(Missing::Unknown(unavailable().got(format!("HTTP status {}", found.status)), None))
        }
        Some(found) if found.body.len() > limits::EVIDENCE_BYTES => Err(Missing::Broken(
            Reason::new(Code::InputTooLarge)
                .expected(limits::EVIDENCE_BYTES)
                .got(found.body.len())
                .at(crate::reason::Stage::Key),
        )),
        Some(found) => {
            looked_at.push(locator.as_str().to_owned());
            Ok(&found.body)
        }
    }
}

/// SD-JWT VC, 3.1: the well-known part stands between the host and the path, which loses a slash at its end.
fn metadata_url(name: &str) -> Result<Locator, Reason> {
    let fault = || Reason::new(Code::ClaimIssuer).expected("an https URL without query and fragment");
    if name.contains(['?', '#']) {
        return Err(fault());
    }
    let rest = name.strip_prefix("https://").ok_or_else(fault)?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = path.strip_suffix('/').unwrap_or(path);
    Locator::new(format!("https://{host}{WELL_KNOWN}{path}")).ok_or_else(fault)
}

/// Where the keys are.
enum Source<'v, 'a> {
    Here(&'v Value<'a>),
    At(Locator),
}

/// SD-JWT VC, 3.2: `issuer` is the issuer itself; `jwks` or `jwks_uri` is there, and not both.
fn key_source<'v, 'a>(metadata: &'v Value<'a>, name: &str) -> Result<Source<'v, 'a>, Reason> {
    let fault = |expected: &'static str| Reason::new(Code::ClaimIssuer).expected(expected);
    if metadata.member("issuer").and_then(Value::as_str) != Some(name) {
        return Err(fault("issuer metadata of this issuer").got("that of another"));
    }
    match (metadata.member("jwks"), metadata.member("jwks_uri")) {
        (Some(set), None) => Ok(Source::Here(set)),
        (None, Some(uri)) => {
            let locator = uri.as_str().and_then(Locator::new);
            locator.map(Source::At).ok_or_else(|| fault("an https URL as `jwks_uri`"))
        }
        (Some(_), Some(_)) => Err(fault("`jwks` or `jwks_uri`").got("both")),
        (None, None) => Err(fault("`jwks` or `jwks_uri`").got("neither")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_a_name_implies() {
        let url = |name: &str| metadata_url(name).map(|locator| locator.as_str().to_owned()).ok();
        for (name, place) in [
            ("https://a.example", "https://a.example/.well-known/jwt-vc-issuer"),
            ("https://a.example/", "https://a.example/.well-known/jwt-vc-issuer"),
            ("https://a.example:8443/b/c", "https://a.example:8443/.well-known/jwt-vc-issuer/b/c"),
            ("https://a.example/b/", "https://a.example/.well-known/jwt-vc-issuer/b"),
        ] {
            assert_eq!(url(name).as_deref(), Some(place), "{name}");
        }
        for name in
            ["", "http://a.example", "https://", "https:///b", "https://a.example/?b", "https://a@b.example", "urn:a"]
        {
            assert_eq!(url(name), None, "{name}");
        }
    }

    #[test]
    fn keys_stand_in_one_place() {
        let source = |text: &str| {
            let value = json::decode(text.as_bytes()).unwrap();
            key_source(&value, "https://a.example").map(|_| ()).map_err(|reason| reason.code())
        };
        assert_eq!(source(r#"{"issuer":"https://a.example","jwks":{}}"#), Ok(()));
        assert_eq!(source(r#"{"issuer":"https://a.example","jwks_uri":"https://a.example/k"}"#), Ok(()));
        for text in [
            r#"{"issuer":"https://b.example","jwks":{}}"#,
            r#"{"jwks":{}}"#,
            r#"{"issuer":"https://a.example"}"#,
            r#"{"issuer":"https://a.example","jwks":{},"jwks_uri":"https://a.example/k"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":"http://a.example/k"}"#,
            r#"{"issuer":"https://a.example","jwks_uri":1}"#,
            "[]",
        ] {
            assert_eq!(source(text), Err(Code::ClaimIssuer), "{text}");
        }
    }
}
