//! Imports trust lists of the WHO Global Digital Health Certification Network: DID documents of versions 1 and 2.
//!
//! ```json
//! { "id": "did:web:tng-cdn.who.int:v2:trustlist", "verificationMethod": [ "DID of another list", {
//!     "id": "..:v2:trustlist:DCC:PRT:DSC#KID-B64", "publicKeyJwk": { "x5c": [DSC, SCA], .. },
//!     "domain": {"code": "#DCC"}, "participant": {"code": "#PRT"}, "keyusage": {"code": "#DSC"} } ] }
//! ```
//! Version 1 has no domain and no usage, and countries in lower case (`..:trustlist:prt#KID`). The lists break their own schema, so
//! the certificate `x5c[0]` counts, and coordinates are only compared with it. Not checked: the list's `proof`, whose forms are
//! broken too.

use crate::crypto::public_key::PublicKey;
use crate::encoding::{base64url, json};
use crate::policy::Environment;
use crate::reason::{Code, Reason};
use crate::trust::country::alpha2;
use crate::trust::entry::Entry;
use crate::trust::import::{
    Draft, Import, ImportFault, Options, country_file, country_override, is_authority, shape, text, usable_certificate,
};
use crate::trust::x509::Certificate;

/// `true` for a DID document of a trust list.
pub fn takes(bytes: &[u8]) -> bool {
    shape(bytes).is_some_and(|document| {
        text(&document, "id").is_some_and(|id| id.starts_with("did:web:") && id.contains(":trustlist"))
            && document.member("verificationMethod").is_some()
    })
}

/// Signers and authorities of the domain DCC; other domains and usages are counted.
///
/// A list of a development host is a list of test signers, whatever the options say.
///
/// # Errors
/// `json.*`, `did.document_invalid` when the document has another shape.
pub fn read(bytes: &[u8], options: &Options) -> Result<Import, ImportFault> {
    let document = json::decode(bytes)?;
    let invalid = |expected: &'static str| Reason::new(Code::DidDocumentInvalid).expected(expected);
    let id = text(&document, "id").ok_or_else(|| invalid("an id"))?;
    let methods = document.member("verificationMethod").and_then(json::Value::as_array);
    let methods = methods.ok_or_else(|| invalid("a list of verification methods"))?;
    let mut options = options.clone();
    let development = id.strip_prefix("did:web:").and_then(|rest| rest.split(':').next()).is_some_and(|host| {
        let first = host.split('.').next().unwrap_or_default();
        first.ends_with("-dev") || first.ends_with("-uat")
    });
    if development {
        options.environment = Environment::Test;
    }
    let mut draft = Draft::of_list("gdhcn", &options);
    if development {
        draft.note("A list of a development host: its signers count in the test environment only.");
    }
    draft.note("The proof of the list was not checked.");
    for method in methods {
        add(&mut draft, method, &options);
    }
    Ok(draft.finish())
}

fn add(draft: &mut Draft, method: &json::Value<'_>, options: &Options) {
    if method.as_str().is_some() {
        return draft.leave_out("a reference to another list");
    }
    let Some(id) = text(method, "id") else {
        return draft.problem("a method", Reason::new(Code::DidDocumentInvalid).expected("an id"));
    };
    let place = Place::of(id, method);
    match place.domain {
        None | Some("DCC") => {}
        Some(other) => return draft.leave_out(format!("domain {other}: no format that we judge yet")),
    }
    let authority = match place.usage {
        None => None,
        Some("DSC") => Some(false),
        Some("SCA" | "CSCA") => Some(true),
        Some(other) => return draft.leave_out(format!("usage {other}: signs no certificates of people")),
    };
    let listed = decode_certificate(method).and_then(|(text, certificate)| {
        let authority = authority.unwrap_or_else(|| is_authority(&certificate));
        listed(&place, text, &certificate, authority, options)
    });
    match listed {
        Err(reason) => draft.problem(id, reason),
        Ok((file, entry @ Entry::Authority { .. })) => draft.take(&file, "authority", entry),
        Ok((file, entry)) => draft.take(&file, "signer", entry),
    }
}

/// The entry of a certificate, and the file that it belongs to.
fn listed(
    place: &Place<'_>,
    certificate: String,
    own: &Certificate,
    authority: bool,
    options: &Options,
) -> Result<(String, Entry), Reason> {
    let country = place.participant.and_then(alpha2);
    let file = country_file(country.or(own.subject_country()));
    let country = country_override(own, country);
    let (formats, environment) = (options.formats_or("eu_dcc"), options.environment);
    if authority {
        return Ok((
            file,
            Entry::Authority { certificate, formats, types: Vec::new(), country, environment, list: None },
        ));
    }
    let named = place.kid.map(base64url::decode_any).transpose()?.filter(|kid| *kid != own.kid8());
    let kid = named.map(|kid| base64url::encode_standard(&kid));
    Ok((file, Entry::Signer { certificate, formats, country, kid, environment, withdrawn: false, list: None }))
}

/// What a method says of its place in the list: its members, else the segments of its id.
struct Place<'v> {
    domain: Option<&'v str>,
    participant: Option<&'v str>,
    usage: Option<&'v str>,
    kid: Option<&'v str>,
}

impl<'v> Place<'v> {
    fn of(id: &'v str, method: &'v json::Value<'_>) -> Place<'v> {
        let (path, kid) = id.split_once('#').map_or((id, None), |(path, kid)| (path, Some(kid)));
        let segments: Vec<&str> = path.split_once(":trustlist:").map_or("", |(_, rest)| rest).split(':').collect();
        let (domain, participant, usage) = match segments.as_slice() {
            [domain, participant, usage, ..] => (Some(*domain), Some(*participant), Some(*usage)),
            [participant] if !participant.is_empty() => (None, Some(*participant), None),
            _ => (None, None, None),
        };
        Place {
            domain: code(method, "domain").or(domain),
            participant: code(method, "participant").or(participant),
            usage: code(method, "keyusage").or(usage),
            kid,
        }
    }
}

/// A code that stands as text, as `#text`, or as an object around either.
fn code<'v>(method: &'v json::Value<'_>, name: &str) -> Option<&'v str> {
    let value = method.member(name)?;
    let code = value.as_str().or_else(|| text(value, "code"))?;
    Some(code.strip_prefix('#').unwrap_or(code))
}

/// The first certificate, as text and read, if the key beside it is its key.
fn decode_certificate(method: &json::Value<'_>) -> Result<(String, Certificate), Reason> {
    let jwk =
        method.member("publicKeyJwk").ok_or_else(|| Reason::new(Code::DidDocumentInvalid).expected("publicKeyJwk"))?;
    let first = jwk.member("x5c").and_then(json::Value::as_array).and_then(<[_]>::first).and_then(json::Value::as_str);
    let first = first.ok_or_else(|| Reason::new(Code::DidDocumentInvalid).expected("a certificate in x5c"))?;
    let der = base64url::decode_any(first)?;
    let certificate = usable_certificate(&der)?;
    let key = certificate.public_key().map_err(Clone::clone)?;
    check_same_key(jwk, key)?;
    Ok((base64url::encode_standard(&der), certificate))
}

/// Leading zeros and missing ones are the list's habit; other numbers are another key.
fn check_same_key(jwk: &json::Value<'_>, key: &PublicKey) -> Result<(), Reason> {
    let (names, numbers) = match (key.ec_coordinates(), key.rsa_numbers()) {
        (Some((x, y)), _) => (["x", "y"], [x, y]),
        (None, Some((n, e))) => (["n", "e"], [n, e]),
        (None, None) => return Err(Reason::new(Code::X509WeakAlg).expected("an EC or RSA key")),
    };
    for (name, number) in names.into_iter().zip(numbers) {
        let Some(written) = text(jwk, name) else { continue };
        if without_zeros(&base64url::decode_any(written)?) != without_zeros(number) {
            return Err(Reason::new(Code::X509Malformed).expected("the key of the JWK").got("another key in x5c"));
        }
    }
    Ok(())
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
