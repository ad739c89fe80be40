//! Issues ISO mdocs (ISO/IEC 18013-5): the twin of [`crate::format::mdoc`]. An issuer's part out of a draft; and, for tests of verifiers,
//! what a device makes of it.

pub mod device;

use crate::crypto::algorithm::{Algorithm, Hash};
use crate::crypto::digest::{sha256, sha384, sha512};
use crate::crypto::own_keys::Signer;
use crate::crypto::public_key::PublicKey;
use crate::crypto::random::random_bytes;
use crate::encoding::cbor::{self, Value};
use crate::envelope::cose::sig_structure;
use crate::format::mdoc::device_auth::encoded_cbor;
use crate::issue::IssueFault;
use crate::limits;
use crate::time::Timestamp;

/// Bytes of the random value of an item; the standard asks for 16 at least.
pub const RANDOM_BYTES: usize = 32;
/// Where random values come from.
pub type Randoms<'r> = &'r mut dyn FnMut() -> [u8; RANDOM_BYTES];

/// What a document shall say.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The document's type (`org.iso.18013.5.1.mDL`).
    pub doc_type: String,
    /// Elements by name space, each with its value.
    pub name_spaces: Vec<(String, Vec<(String, Value<'static>)>)>,
    /// When it is signed.
    pub signed: Timestamp,
    /// Valid from this second on.
    pub valid_from: Timestamp,
    /// Not valid from this second on.
    pub valid_until: Timestamp,
    /// The key of the device that it is for.
    pub device_key: PublicKey,
    /// Name spaces whose elements the device may sign itself.
    pub device_name_spaces: Vec<String>,
    /// The digest algorithm.
    pub hash: Hash,
    /// `status` of the signed object (`status_list`, `identifier_list`).
    pub status: Option<Value<'static>>,
}

/// The issuer's part (IssuerSigned) as CBOR: every element of the draft, signed. `chain` is the DER of the signer's certificate and of
/// those between it and the authority, without the authority's own.
///
/// # Errors
/// `Content` when the draft breaks the standard, `Key` when the key is of a kind that the standard does not know or cannot sign.
pub fn issue(
    draft: &Draft,
    signer: &dyn Signer,
    chain: &[Vec<u8>],
    randoms: Randoms<'_>,
) -> Result<Vec<u8>, IssueFault> {
    check(draft, chain)?;
    let items: Vec<(String, Vec<Vec<u8>>)> = items(draft, randoms);
    let mso = cbor::encode(&mso(draft, &digests(&items, draft.hash))?);
    let issuer_auth = sign(&encoded_cbor(&mso), signer, chain)?;
    Ok(issuer_signed(&items, &issuer_auth))
}

/// Random values of the operating system.
pub fn random() -> [u8; RANDOM_BYTES] {
    random_bytes()
}

/// The items of a draft by name space, each as tag 24 around its bytes.
pub fn items(draft: &Draft, randoms: Randoms<'_>) -> Vec<(String, Vec<Vec<u8>>)> {
    let of_space = |(name, elements): &(String, Vec<(String, Value<'static>)>)| {
        let numbered = (0_u64..).zip(elements);
        let items = numbered.map(|(id, (element, value))| item(id, &randoms(), element, value)).collect();
        (name.clone(), items)
    };
    draft.name_spaces.iter().map(of_space).collect()
}

/// One item: tag 24 around its bytes.
pub fn item(digest_id: u64, random: &[u8], element: &str, value: &Value<'_>) -> Vec<u8> {
    encoded_cbor(&cbor::encode(&Value::Map(vec![
        ("digestID".into(), Value::Unsigned(digest_id)),
        ("random".into(), random.into()),
        ("elementIdentifier".into(), element.into()),
        ("elementValue".into(), value.clone()),
    ])))
}

/// The digests of these items, in the order of their places.
pub fn digests(items: &[(String, Vec<Vec<u8>>)], hash: Hash) -> Value<'static> {
    let digest = |item: &[u8]| match hash {
        Hash::Sha256 => sha256(item).to_vec(),
        Hash::Sha384 => sha384(item).to_vec(),
        Hash::Sha512 => sha512(item).to_vec(),
    };
    let of_space = |(name, items): &(String, Vec<Vec<u8>>)| {
        let numbered = (0_u64..).zip(items);
        let pairs = numbered.map(|(id, item)| (Value::Unsigned(id), Value::Bytes(digest(item).into()))).collect();
        (Value::Text(name.clone().into()), Value::Map(pairs))
    };
    Value::Map(items.iter().map(of_space).collect())
}

/// The mobile security object of a draft with these digests.
///
/// # Errors
/// `Content` when the device's key has no COSE form.
pub fn mso(draft: &Draft, digests: &Value<'static>) -> Result<Value<'static>, IssueFault> {
    let content = |text: &str| IssueFault::Content(text.to_owned());
    let device_key = draft.device_key.to_cose_key().ok_or_else(|| content("the device key has no COSE form"))?;
    let mut key_info = vec![("deviceKey".into(), device_key)];
    if !draft.device_name_spaces.is_empty() {
        let names = draft.device_name_spaces.iter().map(|name| Value::Text(name.clone().into())).collect();
        let spaces = Value::Map(vec![("nameSpaces".into(), Value::Array(names))]);
        key_info.push(("keyAuthorizations".into(), spaces));
    }
    let algorithm = match draft.hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    };
    let mut mso = vec![
        ("version".into(), "1.0".into()),
        ("digestAlgorithm".into(), algorithm.into()),
        ("valueDigests".into(), digests.clone()),
        ("deviceKeyInfo".into(), Value::Map(key_info)),
        ("docType".into(), Value::Text(draft.doc_type.clone().into())),
        (
            "validityInfo".into(),
            Value::Map(vec![
                ("signed".into(), tdate(draft.signed)),
                ("validFrom".into(), tdate(draft.valid_from)),
                ("validUntil".into(), tdate(draft.valid_until)),
            ]),
        ),
    ];
    if let Some(status) = &draft.status {
        mso.push(("status".into(), status.clone()));
    }
    Ok(Value::Map(mso))
}

/// A date and time: tag 0, UTC, whole seconds.
pub fn tdate(time: Timestamp) -> Value<'static> {
    Value::Tag(0, Box::new(Value::Text(time.to_string().into())))
}

/// The COSE_Sign1 over this payload, without a tag.
///
/// # Errors
/// `Key`.
pub fn sign(payload: &[u8], signer: &dyn Signer, chain: &[Vec<u8>]) -> Result<Value<'static>, IssueFault> {
    let protected = protected(signer.algorithm())?;
    let signature =
        signer.sign(&sig_structure(&protected, payload)).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    let certificates = match chain {
        [one] => Value::Bytes(one.clone().into()),
        several => Value::Array(several.iter().map(|der| Value::Bytes(der.clone().into())).collect()),
    };
    Ok(Value::Array(vec![
        Value::Bytes(protected.into()),
        Value::Map(vec![(33.into(), certificates)]),
        Value::Bytes(payload.to_vec().into()),
        Value::Bytes(signature.into()),
    ]))
}

/// The protected header that names this algorithm.
///
/// # Errors
/// `Key` for an algorithm that the standard does not know.
pub fn protected(algorithm: Algorithm) -> Result<Vec<u8>, IssueFault> {
    match algorithm {
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => {
            Ok(cbor::encode(&Value::Map(vec![(1.into(), algorithm.cose_label().into())])))
        }
        other => Err(IssueFault::Key(format!("an mdoc is not signed with {}", other.name()))),
    }
}

/// IssuerSigned of these items and this signature, as CBOR. The items stand in it as they are.
pub fn issuer_signed(items: &[(String, Vec<Vec<u8>>)], issuer_auth: &Value<'_>) -> Vec<u8> {
    let mut out = vec![0xa2];
    out.extend(cbor::encode(&"nameSpaces".into()));
    out.extend(head(5, items.len()));
    for (name, items) in items {
        out.extend(cbor::encode(&name.as_str().into()));
        out.extend(head(4, items.len()));
        items.iter().for_each(|item| out.extend_from_slice(item));
    }
    out.extend(cbor::encode(&"issuerAuth".into()));
    out.extend(cbor::encode(issuer_auth));
    out
}

/// The head of a container with so many members.
pub(crate) fn head(major: u8, members: usize) -> Vec<u8> {
    let number = cbor::encode(&Value::Unsigned(u64::try_from(members).unwrap_or(u64::MAX)));
    let mut head = number;
    if let Some(first) = head.first_mut() {
        *first |= major << 5;
    }
    head
}

/// What the verifier would refuse is not issued.
fn check(draft: &Draft, chain: &[Vec<u8>]) -> Result<(), IssueFault> {
    let content = |text: &str| Err(IssueFault::Content(text.to_owned()));
    if chain.is_empty() || chain.len() > limits::X5CHAIN {
        return content("the certificate of the signer is due");
    }
    if draft.doc_type.is_empty() || draft.name_spaces.iter().any(|(_, elements)| elements.is_empty()) {
        return content("a document has a type, and a name space has elements");
    }
    if draft.valid_from < draft.signed || draft.valid_until <= draft.valid_from {
        return content("a document is signed, then begins, then ends");
    }
    let mut spaces: Vec<&str> = draft.name_spaces.iter().map(|(name, _)| name.as_str()).collect();
    spaces.sort_unstable();
    let mut twice = spaces.array_windows().any(|[one, other]| one == other);
    for (_, elements) in &draft.name_spaces {
        let mut names: Vec<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        twice |= names.array_windows().any(|[one, other]| one == other);
    }
    if twice { content("a name space or an element stands twice") } else { Ok(()) }
}
