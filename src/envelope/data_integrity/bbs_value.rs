//! Proof values of `bbs-2023` (Data Integrity BBS Cryptosuites 1.0, 3.3.1, 3.3.2, 3.3.6 and 3.3.7).
//!
//! ```text
//! base    = d9 5d 02 [signature, BBS header, public key, HMAC key, [mandatory pointer]]
//!           d9 5d 04 the same, and a secret of the holder is signed too
//!           d9 5d 06, d9 5d 08 the same and the issuer's part of the pseudonym's secret
//! derived = d9 5d 03 [proof, {c14n number: b number}, [mandatory place], [selected place], presentation header]
//!           d9 5d 05 the same and the count of messages that the issuer knew
//!           d9 5d 07, d9 5d 09 [.., presentation header, domain of the pseudonym, pseudonym, count of messages]
//! ```
//! Deviations, from the worked examples of the specification: both of their pseudonym features carry the heads 08 and 09, their
//! derived values lack the domain, and their base values write the issuer's part of the secret as a bignum (CBOR tag 2). Those
//! bignums are read, by holders; without a domain nothing can be checked unless the verifier itself names it.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::components::{self, fault};
use crate::crypto::bbs::Binding;
use crate::encoding::cbor::Value;
use crate::reason::Reason;

const LABELS: &str = "a map from numbers to numbers, each once";

/// What a signature binds the credential to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Feature {
    /// To nothing.
    #[default]
    Baseline,
    /// To a secret of the holder.
    HolderBinding,
    /// To the secret of the holder's pseudonyms.
    Pseudonym,
    /// To both secrets.
    HolderBindingPseudonym,
}

impl Feature {
    const ALL: [Feature; 4] =
        [Feature::Baseline, Feature::HolderBinding, Feature::Pseudonym, Feature::HolderBindingPseudonym];

    /// The third byte of a base proof's head; that of a derived proof is the next.
    const fn base(self) -> u8 {
        match self {
            Feature::Baseline => 2,
            Feature::HolderBinding => 4,
            Feature::Pseudonym => 6,
            Feature::HolderBindingPseudonym => 8,
        }
    }

    const fn derived(self) -> u8 {
        self.base() + 1
    }

    /// `true` when the holder is known by a pseudonym.
    pub const fn has_pseudonym(self) -> bool {
        matches!(self, Feature::Pseudonym | Feature::HolderBindingPseudonym)
    }

    fn of_base(third: u8) -> Result<Feature, Reason> {
        let is_derived = Feature::ALL.iter().any(|feature| feature.derived() == third);
        let found = Feature::ALL.into_iter().find(|feature| feature.base() == third);
        found.ok_or_else(|| {
            if is_derived {
                fault("a base proof").got("a derived proof")
            } else {
                fault("a head of d9 5d 02, 04, 06 or 08")
            }
        })
    }

    fn of_derived(third: u8) -> Result<Feature, Reason> {
        let is_base = Feature::ALL.iter().any(|feature| feature.base() == third);
        let found = Feature::ALL.into_iter().find(|feature| feature.derived() == third);
        found.ok_or_else(|| {
            if is_base {
                fault("a derived proof").got("a base proof")
            } else {
                fault("a head of d9 5d 03, 05, 07 or 09")
            }
        })
    }
}

/// What the issuer gives to the holder.
pub struct BaseValue {
    /// What the signature binds to.
    pub feature: Feature,
    /// The BBS signature.
    pub signature: [u8; 80],
    /// Proof hash and mandatory hash.
    pub header: [u8; 64],
    /// The issuer's public key.
    pub public_key: [u8; 96],
    /// The key of blank nodes' names.
    pub hmac_key: Zeroizing<[u8; 32]>,
    /// What the holder must show.
    pub mandatory_pointers: Vec<String>,
    /// The issuer's part of the secret of pseudonyms.
    pub nym_entropy: Option<Zeroizing<[u8; 32]>>,
}

/// What the holder gives to a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedValue {
    /// What the signature binds to.
    pub feature: Feature,
    /// The BBS proof.
    pub proof: Vec<u8>,
    /// From the number of a canonical blank node (`c14n3`) to that of its name (`b1`).
    pub labels: BTreeMap<usize, usize>,
    /// The places of mandatory statements among those shown; they ascend.
    pub mandatory: Vec<usize>,
    /// The places of the other statements shown among all that are not mandatory; they ascend.
    pub selected: Vec<usize>,
    /// What the proof is bound to.
    pub presentation_header: Vec<u8>,
    /// How it is bound to the holder; the domain of a pseudonym may be missing.
    pub binding: Bound,
}

/// How a derived proof says that it is bound to its holder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bound {
    /// Not at all.
    #[default]
    None,
    /// To a secret.
    Secret {
        /// How many messages the issuer knew.
        issuer_messages: usize,
    },
    /// And a pseudonym shows it.
    Pseudonym {
        /// How many messages the issuer knew.
        issuer_messages: usize,
        /// Where the pseudonym holds, if the proof says so.
        domain: Option<Vec<u8>>,
        /// The pseudonym.
        pseudonym: Vec<u8>,
    },
}

impl BaseValue {
    /// A base proof's value.
    ///
    /// # Errors
    /// `di.selective` when it is malformed or a derived proof's.
    pub fn decode(value: &[u8]) -> Result<BaseValue, Reason> {
        let (third, cbor) = components::split(value)?;
        let feature = Feature::of_base(third)?;
        let untagged = if feature.has_pseudonym() { untagged(cbor) } else { None };
        let items = components::decode(untagged.as_deref().unwrap_or(cbor))?;
        let [signature, header, public_key, hmac_key, pointers, more @ ..] = items.as_slice() else {
            return Err(fault("five or six components").got(items.len()));
        };
        let nym_entropy = match (feature.has_pseudonym(), more) {
            (false, []) => None,
            (true, [entropy]) => Some(read_entropy(entropy)?),
            _ => return Err(fault("as many components as the head says").got(items.len())),
        };
        Ok(BaseValue {
            feature,
            signature: components::fixed(signature, "a BBS signature of 80 bytes")?,
            header: components::fixed(header, "a BBS header of 64 bytes")?,
            public_key: components::fixed(public_key, "a public key of 96 bytes")?,
            hmac_key: Zeroizing::new(components::fixed(hmac_key, "an HMAC key of 32 bytes")?),
            mandatory_pointers: components::pointers(pointers)?,
            nym_entropy,
        })
    }

    /// The value's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut items = vec![
            Value::from(&self.signature[..]),
            Value::from(&self.header[..]),
            Value::from(&self.public_key[..]),
            Value::from(&self.hmac_key[..]),
            components::of_texts(&self.mandatory_pointers),
        ];
        items.extend(self.nym_entropy.iter().map(|entropy| Value::from(&entropy[..])));
        components::encode(self.feature.base(), items)
    }
}

impl DerivedValue {
    /// A derived proof's value.
    ///
    /// # Errors
    /// `di.selective` when it is malformed or a base proof's, which is for its holder only.
    pub fn decode(value: &[u8]) -> Result<DerivedValue, Reason> {
        let (third, cbor) = components::split(value)?;
        let feature = Feature::of_derived(third)?;
        let items = components::decode(cbor)?;
        let [proof, labels, mandatory, selected, presentation_header, more @ ..] = items.as_slice() else {
            return Err(fault("five to eight components").got(items.len()));
        };
        let binding = match (feature, more) {
            (Feature::Baseline, []) => Bound::None,
            (Feature::HolderBinding, [count]) => Bound::Secret { issuer_messages: read_count(count)? },
            (feature, [pseudonym, count]) if feature.has_pseudonym() => read_pseudonym(None, pseudonym, count)?,
            (feature, [domain, pseudonym, count]) if feature.has_pseudonym() => {
                read_pseudonym(Some(domain), pseudonym, count)?
            }
            _ => return Err(fault("as many components as the head says").got(items.len())),
        };
        Ok(DerivedValue {
            feature,
            proof: components::bytes(proof, "a BBS proof")?.to_vec(),
            labels: read_labels(labels)?,
            mandatory: components::places(mandatory, "ascending places of mandatory statements")?,
            selected: components::places(selected, "ascending places of selected statements")?,
            presentation_header: components::bytes(presentation_header, "a presentation header")?.to_vec(),
            binding,
        })
    }

    /// The value's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let label = |(from, to): (&usize, &usize)| (components::of_count(*from), components::of_count(*to));
        let mut items = vec![
            Value::from(self.proof.as_slice()),
            Value::Map(self.labels.iter().map(label).collect()),
            components::of_places(&self.mandatory),
            components::of_places(&self.selected),
            Value::from(self.presentation_header.as_slice()),
        ];
        match &self.binding {
            Bound::None => {}
            Bound::Secret { issuer_messages } => items.push(components::of_count(*issuer_messages)),
            Bound::Pseudonym { issuer_messages, domain, pseudonym } => {
                items.extend(domain.iter().map(|domain| Value::from(domain.as_slice())));
                items.push(Value::from(pseudonym.as_slice()));
                items.push(components::of_count(*issuer_messages));
            }
        }
        components::encode(self.feature.derived(), items)
    }
}

impl Bound {
    /// The binding to check; `here` is the domain that the verifier itself names, if it does.
    ///
    /// # Errors
    /// `di.selective` when the proof's pseudonym holds elsewhere, or nobody says where.
    pub fn resolve(&self, here: Option<&[u8]>) -> Result<Binding, Reason> {
        match self {
            Bound::None => Ok(Binding::None),
            Bound::Secret { issuer_messages } => Ok(Binding::Secret { issuer_messages: *issuer_messages }),
            Bound::Pseudonym { issuer_messages, domain, pseudonym } => {
                let domain = match (domain.as_deref(), here) {
                    (Some(theirs), Some(here)) if theirs != here => {
                        return Err(fault("a pseudonym of this domain").got("a pseudonym of another"));
                    }
                    (Some(domain), _) | (None, Some(domain)) => domain.to_vec(),
                    (None, None) => return Err(fault("the domain of the pseudonym")),
                };
                Ok(Binding::Pseudonym { issuer_messages: *issuer_messages, domain, pseudonym: pseudonym.clone() })
            }
        }
    }
}

/// The same array when its last component is a bignum of 32 bytes: as the byte string under the tag.
fn untagged(cbor: &[u8]) -> Option<Vec<u8>> {
    // Tag 2, a byte string, 32 bytes of it. No text or array that stands before it ends in c2.
    let (front, last) = cbor.split_at_checked(cbor.len().checked_sub(35)?)?;
    last.starts_with(&[0xc2, 0x58, 0x20]).then(|| [front, last.get(1..).unwrap_or_default()].concat())
}

fn read_entropy(item: &Value<'_>) -> Result<Zeroizing<[u8; 32]>, Reason> {
    components::fixed(item, "the issuer's part of the pseudonym's secret, 32 bytes").map(Zeroizing::new)
}

fn read_count(item: &Value<'_>) -> Result<usize, Reason> {
    components::count(item, "the count of messages")
}

fn read_pseudonym(domain: Option<&Value<'_>>, pseudonym: &Value<'_>, count: &Value<'_>) -> Result<Bound, Reason> {
    // A text names the same domain as its bytes do.
    let domain = domain.map(|item| match item.as_text() {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => components::bytes(item, "the domain of the pseudonym").map(<[u8]>::to_vec),
    });
    Ok(Bound::Pseudonym {
        issuer_messages: read_count(count)?,
        domain: domain.transpose()?,
        pseudonym: components::fixed::<48>(pseudonym, "a pseudonym of 48 bytes")?.to_vec(),
    })
}

fn read_labels(item: &Value<'_>) -> Result<BTreeMap<usize, usize>, Reason> {
    let pairs = components::numbered(item, LABELS)?;
    pairs.into_iter().map(|(number, name)| Ok((number, components::count(name, LABELS)?))).collect()
}
