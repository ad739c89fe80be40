//! ISO/IEC 18013-5 mdoc: mobile driving licences, the EU's person identification data, photo ids and other documents of wallets.
//!
//! Taken are a DeviceResponse (each document is a part of its own) and an issuer's part alone, as CBOR or base64url. The rooms: `container`
//! the bytes, `mso` what the issuer signed, `items` the elements and their digests, `device_auth` the holder's proof, `handover` the
//! sessions it is made for, `certificates` the signer's profile. Device retrieval (engagement, session encryption) is the caller's.

pub mod algorithm;
pub mod certificates;
pub mod container;
pub mod device_auth;
pub mod handover;
mod items;
pub mod mso;
pub mod split;

use std::borrow::Cow;

use crate::check::{Findings, Note};
use crate::core_data::from_mdoc;
use crate::credential::{Claims, Confirmed, Decoded, HolderProof, Opened, Signed};
use crate::encoding::cbor::{self, Value, raw};
use crate::envelope::cose::{Wrappings, open_sign1_item};
use crate::format::candidate::Candidate;
use crate::format::chains::by_chain;
use crate::format::glance::{Glance, Room, Seen};
use crate::format::mdoc::certificates::Place;
use crate::format::mdoc::container::Document;
use crate::format::mdoc::items::NameSpace;
use crate::format::mdoc::mso::{Mso, bytes_of_payload};
use crate::format::{About, Claim, Context, Disclosed, Format, Keys, declare_no_status};
use crate::limits;
use crate::policy::{KeyBindingDemand, Policy};
use crate::reason::{Code, Reason, Stage};
use crate::trust::Consulted;

/// The format's name in lists, policies and trust entries.
pub const NAME: &str = "mdoc";
/// The claim that holds the document's type.
pub const DOC_TYPE: &str = "docType";
/// The claim that holds what the issuer signed, by name space.
pub const NAME_SPACES: &str = "nameSpaces";
/// The claim that holds what the device signed, by name space.
pub const DEVICE_NAME_SPACES: &str = "deviceNameSpaces";

static ABOUT: About = About {
    name: NAME,
    title: "ISO mdoc (driving licence, PID, photo id)",
    specification: "ISO/IEC 18013-5:2021",
    begins: &["CBOR of a DeviceResponse or an IssuerSigned, or its base64url"],
    algorithms: algorithm::NAMES,
    status: "Token Status List, identifier list",
    issues: true,
};

/// The format ISO mdoc.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mdoc;

/// `true` for bytes that are a container, and for bytes that the caller says are one and that are no text.
pub fn is_mdoc(bytes: &[u8], hint: Option<&'static dyn Format>) -> bool {
    match hint.map(|format| format.about().name) {
        None => container::begins(bytes),
        Some(NAME) => container::begins(bytes) || std::str::from_utf8(bytes).is_err(),
        Some(_) => false,
    }
}

impl Format for Mdoc {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn recognises(&self, glance: &Glance<'_>) -> bool {
        split::is_text(glance.text())
    }

    fn open_in<'i>(
        &self,
        room: &'i Room,
        texts: &[Cow<'i, str>],
        seen: Seen<'i>,
        context: &Context<'_>,
    ) -> Result<Opened<'i>, Reason> {
        let bytes = match seen.bytes {
            Some(Cow::Borrowed(bytes)) => bytes,
            Some(Cow::Owned(bytes)) => room.keep(bytes).unwrap_or_default(),
            None => room.keep(split::bytes_of_text(texts.first().map_or("", |text| text))?).unwrap_or_default(),
        };
        let tree = cbor::decode(bytes)?;
        let mut opened = Opened { payload: Cow::Borrowed(bytes), ..Opened::default() };
        if container::is_response(&tree) {
            opened.faults.extend(container::check_response(&tree).err());
        }
        let document = container::read(bytes, &tree)?;
        let mso_bytes = open_issuer_auth(&document, &mut opened, context.policy.strict)?;
        let mso_tree = cbor::decode(&mso_bytes)?;
        let mso = Mso::of(&mso_tree)?;
        let device_key = mso.device_key().map_err(|reason| opened.faults.push(reason)).ok();
        opened.holder_proof = device_auth::proof(&document, device_key.as_ref(), context);
        // What nobody looked at binds nothing.
        let is_declared = !matches!(opened.holder_proof, HolderProof::NotDeclared);
        opened.is_bound = document.device.is_some() && context.occasion.session.is_some() && is_declared;
        opened.confirmed = device_key.map(Confirmed::Key);
        Ok(opened)
    }

    fn decode<'a>(&self, opened: &'a Opened<'_>, policy: &Policy) -> Result<Decoded<'a>, Reason> {
        let read = Read::of(&opened.payload)?;
        let document = container::read(&opened.payload, &read.tree)?;
        let mso = Mso::of(&read.mso)?;
        let mut faults = Vec::new();
        let mut notes = Vec::new();
        let name_spaces = document.name_spaces.map_or(Ok(Vec::new()), items::read)?;
        if items::check(&name_spaces, &mso, policy.strict, &mut faults) && !policy.strict {
            notes.push(Note::new("deviation.short_random", "The random value of an item has fewer than 16 bytes."));
        }
        faults.extend(check_doc_type(&document, &mso).err());
        let device = device_elements(&document)?;
        check_device_elements(&device, &name_spaces, &mso, &mut faults);
        note_document(&document, policy, &mut notes);
        let validity = mso.validity(policy.fractional_seconds && !policy.strict, &mut faults);
        let status = mso.status().map_err(|reason| faults.push(reason)).unwrap_or_default();
        let types = vec![Cow::Owned(mso.doc_type.to_owned())];
        let claims = claims_of(mso.doc_type, name_spaces, device);
        Ok(Decoded {
            issued_at: validity.signed,
            not_before: validity.valid_from,
            expires: validity.valid_until,
            types,
            is_bound: opened.is_bound,
            confirmed: opened.confirmed.clone(),
            status,
            faults,
            notes,
            ..Decoded::new(Claims::Cbor(claims))
        })
    }

    fn keys(&self, signed: &Signed, _: Option<&Decoded<'_>>, context: &Context<'_>) -> Keys {
        let mut keys = by_chain(NAME, &signed.certificates, context);
        // COSE would let ES256 be of any curve; this standard does not.
        if let Some(algorithm) = signed.algorithm {
            let Keys { candidates, faults, .. } = &mut keys;
            candidates.retain(|candidate| {
                algorithm::check_key(algorithm, candidate.key()).map_err(|reason| faults.push(reason)).is_ok()
            });
        }
        keys
    }

    fn judge(
        &self,
        decoded: &Decoded<'_>,
        signer: Option<&Candidate>,
        context: &Context<'_>,
        findings: &mut Findings,
    ) -> Vec<Consulted> {
        findings.pass(Stage::Digests);
        findings.pass(Stage::Validity);
        findings.pass(Stage::Policy);
        check_times(decoded, context, findings);
        let Claims::Cbor(claims) = &decoded.claims else { return Vec::new() };
        if let Some(signer) = signer {
            check_places(claims, findings);
            certificates::check(signer, (decoded, place_of(claims)), context, findings);
        }
        if decoded.status.is_empty() {
            declare_no_status(context, findings);
        }
        note_elements(claims, context, findings);
        Vec::new()
    }

    fn other_type(&self) -> Reason {
        Reason::new(Code::MdocDoctypeMismatch)
    }

    fn judge_wrong_holder(&self, opened: &Opened<'_>, context: &Context<'_>, findings: &mut Findings) {
        let judged = Read::of(&opened.payload).and_then(|read| {
            let document = container::read(&opened.payload, &read.tree)?;
            let device_key = Mso::of(&read.mso)?.device_key()?;
            device_auth::explain(&document, &device_key, context, findings);
            Ok(())
        });
        if judged.is_err() {
            findings.fail(Reason::new(Code::MdocDeviceAuth));
        }
    }

    fn disclose<'p>(&self, payload: &'p [u8]) -> Disclosed<'p> {
        let Ok(claims) = disclosed(payload) else { return Disclosed::default() };
        let doc_type = claims.entry_text(DOC_TYPE).and_then(Value::as_text).unwrap_or_default();
        let core = claims.entry_text(NAME_SPACES).map(|spaces| from_mdoc::core_data(doc_type, spaces));
        let core = core.unwrap_or_default();
        let Value::Map(claims) = claims else { return Disclosed::default() };
        let named = |(name, value): (Value<'p>, Value<'p>)| match name {
            Value::Text(name) => Some((Cow::Owned(name.into_owned()), Claim::Cbor(value))),
            _ => None,
        };
        Disclosed { claims: claims.into_iter().filter_map(named).collect(), core }
    }
}

/// A container and its signed object as CBOR.
struct Read<'a> {
    tree: Value<'a>,
    mso: Value<'static>,
}

impl<'a> Read<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Reason> {
        let tree = cbor::decode(bytes)?;
        let document = container::read(bytes, &tree)?;
        let body = match document.issuer_auth {
            Value::Tag(_, body) => body,
            body => body,
        };
        let payload = body.as_array().and_then(|parts| parts.get(2)).and_then(Value::as_bytes);
        let mso = bytes_of_payload(payload.ok_or_else(|| Reason::new(Code::CosePayload))?)?;
        let mso = cbor::decode(&mso)?.into_owned();
        Ok(Read { tree, mso })
    }
}

/// The claims of a container.
fn disclosed(payload: &[u8]) -> Result<Value<'_>, Reason> {
    let read = Read::of(payload)?;
    let document = container::read(payload, &read.tree)?;
    let name_spaces = document.name_spaces.map_or(Ok(Vec::new()), items::read)?;
    Ok(claims_of(Mso::of(&read.mso)?.doc_type, name_spaces, device_elements(&document)?))
}

/// Opens the issuer's signature into `opened`; the bytes of the object that it signs.
///
/// Deviation: unless `strict`, tag 18 is taken where the standard writes none.
fn open_issuer_auth(document: &Document<'_, '_>, opened: &mut Opened<'_>, is_strict: bool) -> Result<Vec<u8>, Reason> {
    if is_strict && matches!(document.issuer_auth, Value::Tag(..)) {
        opened.faults.push(Reason::new(Code::CoseTag).expected("no tag").got("a tag"));
    }
    let sign1 = open_sign1_item(document.issuer_auth, Wrappings { cwt_tag: false, untagged: true })?;
    let mso = bytes_of_payload(&sign1.payload)?;
    let algorithm = algorithm::taken(&sign1.algorithm).map_err(|reason| opened.faults.push(reason)).ok();
    // ISO/IEC 18013-5, 9.1.2.4: "x5chain [..] shall be included as unprotected header element".
    let certificates = if sign1.x5chain_is_protected { Vec::new() } else { sign1.x5chain };
    opened.signed = Signed {
        algorithm,
        kid: sign1.kid,
        certificates,
        message: sign1.message,
        signature: sign1.signature,
        ..Signed::default()
    };
    Ok(mso)
}

/// ISO/IEC 18013-5, 9.3.1: the type of the document is the signed one.
fn check_doc_type(document: &Document<'_, '_>, mso: &Mso<'_, '_>) -> Result<(), Reason> {
    match document.doc_type {
        Some(stated) if stated != mso.doc_type => {
            Err(Reason::new(Code::MdocDoctypeMismatch).expected(mso.doc_type.to_owned()).got(stated.to_owned()))
        }
        _ => Ok(()),
    }
}

/// The elements that the device signed, by name space.
type DeviceElements<'a> = Vec<(Value<'a>, Value<'a>)>;

fn device_elements<'a>(document: &Document<'_, 'a>) -> Result<DeviceElements<'a>, Reason> {
    let Some(device) = &document.device else { return Ok(Vec::new()) };
    let fault = || Reason::new(Code::ClaimType).expected("deviceSigned.nameSpaces: tag 24 around a map");
    match cbor::decode(raw::encoded_cbor(device.name_spaces).ok_or_else(fault)?)? {
        Value::Map(name_spaces) => {
            let elements = name_spaces.iter().map(|(_, elements)| elements.as_map().map_or(0, <[_]>::len));
            let count = elements.fold(name_spaces.len(), usize::saturating_add);
            if count > limits::DEVICE_ELEMENTS {
                return Err(Reason::new(Code::InputTooManyItems).expected(limits::DEVICE_ELEMENTS).got(count));
            }
            Ok(name_spaces)
        }
        other => Err(fault().got(other.kind())),
    }
}

/// ISO/IEC 18013-5, 9.1.2.4: a device signs only what `keyAuthorizations` lets it sign; and never in the place of the issuer.
fn check_device_elements(
    device: &DeviceElements<'_>,
    name_spaces: &[NameSpace<'_>],
    mso: &Mso<'_, '_>,
    faults: &mut Vec<Reason>,
) {
    for (name_space, elements) in device {
        let (Some(name_space), Some(elements)) = (name_space.as_text(), elements.as_map()) else {
            faults.push(Reason::new(Code::ClaimType).expected("a name space of the device: text and map"));
            continue;
        };
        let ours = name_spaces.iter().find(|known| known.name == name_space);
        for element in elements.iter().map(|(name, _)| name.as_text().unwrap_or_default()) {
            let named = |code| Reason::new(code).got(format!("{name_space}/{element}"));
            if !mso.authorises(name_space, element) {
                faults.push(named(Code::MdocKeyAuthorization));
            }
            if ours.is_some_and(|known| known.items.iter().any(|item| item.element == element)) {
                faults.push(named(Code::MdocShadowedElement));
            }
        }
    }
}

fn note_document(document: &Document<'_, '_>, policy: &Policy, notes: &mut Vec<Note>) {
    if matches!(document.issuer_auth, Value::Tag(..)) && !policy.strict {
        notes.push(Note::new("deviation.tagged_signature", "The issuer's signature carries CBOR tag 18."));
    }
    if policy.key_binding == KeyBindingDemand::Ignored && device_auth::is_ignored(document, policy.key_binding) {
        notes.push(Note::new(
            "mdoc.device_auth_ignored",
            "The policy looks at no device authentication: anybody's copy passes.",
        ));
    }
    if document.refused_elements > 0 || document.refused_documents > 0 {
        let sentence = format!(
            "The device refused to show {} elements and {} documents.",
            document.refused_elements, document.refused_documents
        );
        notes.push(Note::new("mdoc.refused", sentence));
    }
}

/// What the document says, as one map: its type, and elements by name space.
fn claims_of<'a>(doc_type: &str, name_spaces: Vec<NameSpace<'a>>, device: DeviceElements<'a>) -> Value<'a> {
    let elements = |space: NameSpace<'a>| {
        let pairs = space.items.into_iter().map(|item| (Value::Text(item.element), item.value)).collect();
        (Value::Text(Cow::Borrowed(space.name)), Value::Map(pairs))
    };
    let mut claims = vec![
        (Value::from(DOC_TYPE), Value::Text(Cow::Owned(doc_type.to_owned()))),
        (Value::from(NAME_SPACES), Value::Map(name_spaces.into_iter().map(elements).collect())),
    ];
    if !device.is_empty() {
        claims.push((Value::from(DEVICE_NAME_SPACES), Value::Map(device)));
    }
    Value::Map(claims)
}

/// Every element that the issuer signed: name space, name and value.
fn issued<'v, 'a>(claims: &'v Value<'a>) -> impl Iterator<Item = (&'v str, &'v str, &'v Value<'a>)> {
    let spaces = claims.entry_text(NAME_SPACES).and_then(Value::as_map).unwrap_or_default();
    spaces.iter().flat_map(|(space, elements)| {
        let space = space.as_text().unwrap_or_default();
        let elements = elements.as_map().unwrap_or_default();
        elements.iter().map(move |(name, value)| (space, name.as_text().unwrap_or_default(), value))
    })
}

/// Whoever reads country or jurisdiction reads the same: they are texts, and say the same wherever they stand.
fn check_places(claims: &Value<'_>, findings: &mut Findings) {
    for wanted in ["issuing_country", "issuing_jurisdiction"] {
        let mut all = issued(claims).filter(|(_, name, _)| *name == wanted).map(|(_, _, value)| value.as_text());
        let first = all.next();
        if first.is_some_and(|first| first.is_none() || all.any(|other| other != first)) {
            findings.fail(Reason::new(Code::ClaimType).expected(format!("one text as `{wanted}`")));
        }
    }
}

fn place_of<'v>(claims: &'v Value<'_>) -> Place<'v> {
    let first = |wanted: &str| issued(claims).find(|(_, name, _)| *name == wanted)?.2.as_text();
    Place { country: first("issuing_country"), jurisdiction: first("issuing_jurisdiction") }
}

/// ISO/IEC 18013-5, 9.1.2.4 and 9.3.1: signed <= validFrom <= now < validUntil, with the clocks' tolerance.
fn check_times(decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    // That a time is absent or malformed was said while decoding.
    let (Some(signed), Some(begins), Some(ends)) = (decoded.issued_at, decoded.not_before, decoded.expires) else {
        return;
    };
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    if ends <= begins {
        findings.fail(Reason::new(Code::TimeInconsistent).expected(begins).got(ends));
    }
    if begins < signed {
        let reason = Reason::new(Code::MdocValidityOutsideDs).expected(format!("validFrom from {signed} on"));
        findings.fail(reason.got(begins));
    }
    if now.plus(skew) < begins {
        findings.fail(Reason::new(Code::TimeNotYetValid).expected(format!("a beginning before {now}")).got(begins));
    }
    if now.plus(skew.saturating_neg()) >= ends {
        findings.fail(Reason::new(Code::TimeExpired).expected(format!("an end after {now}")).got(ends));
    }
}

/// Elements that nobody asked for, and those that were asked for and are not there, where the occasion says what was asked.
fn note_elements(claims: &Value<'_>, context: &Context<'_>, findings: &mut Findings) {
    let asked = &context.occasion.elements;
    if asked.is_empty() {
        return;
    }
    let shown: Vec<String> = issued(claims).map(|(space, name, _)| format!("{space}/{name}")).collect();
    let some = |names: Vec<&String>| {
        let listed = names.iter().take(8).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
        if names.len() > 8 { format!("{listed} and {} more", names.len().saturating_sub(8)) } else { listed }
    };
    let over: Vec<&String> = shown.iter().filter(|name| !asked.contains(name)).collect();
    if !over.is_empty() {
        let sentence = format!("Elements were shown that nobody asked for: {}.", some(over));
        findings.note(Note::new("mdoc.over_disclosed", sentence));
    }
    let absent: Vec<&String> = asked.iter().filter(|name| !shown.contains(name)).collect();
    if !absent.is_empty() {
        let sentence = format!("Elements were asked for and not shown: {}.", some(absent));
        findings.note(Note::new("mdoc.not_shown", sentence));
    }
}
