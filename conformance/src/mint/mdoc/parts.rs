//! The parts of a response: each can be exchanged before it is written.

use serde_json::json;
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::own_keys::Signer;
use vidimus::encoding::cbor::{self, Value as Cbor};
use vidimus::format::mdoc::device_auth::encoded_cbor;
use vidimus::format::mdoc::handover::transcript;
use vidimus::issue::mdoc::device::{Proof, document, response};
use vidimus::issue::mdoc::{self, Draft};
use vidimus::occasion::Occasion;
use vidimus::occasion::session::Session;
use vidimus::time::Timestamp;

use super::{CLIENT_ID, DOC_TYPE, NAME_SPACE, NONCE, RESPONSE_URI};
use crate::mint::pki::Pki;
use crate::mint::signing::TestKey;

/// Keys and certificates of the vectors.
pub struct Keys {
    pub authority: Vec<u8>,
    pub signer: TestKey,
    pub chain: Vec<Vec<u8>>,
    pub device: TestKey,
    pub other_device: TestKey,
    pub device_with_ed25519: TestKey,
    /// Signers whose certificate differs in one place: name, key, certificate.
    pub odd_signers: Vec<(&'static str, TestKey, Vec<u8>)>,
    /// The authority that stands where none may.
    pub authority_below: Vec<u8>,
}

impl Keys {
    pub fn read(pki: &Pki) -> Result<Keys, String> {
        let odd = [
            "mdoc-signer-of-another-use",
            "mdoc-signer-for-agreement",
            "mdoc-signer-of-another-country",
            "mdoc-signer-of-ten-years",
            "mdoc-signer-from-may-on",
            "mdoc-signer-two-below",
        ];
        let odd_signers = odd.into_iter().map(|name| Ok((name, pki.key(name)?, pki.certificate(name)?)));
        Ok(Keys {
            authority: pki.certificate("mdoc-authority")?,
            signer: pki.key("mdoc-signer")?,
            chain: vec![pki.certificate("mdoc-signer")?],
            device: pki.key("mdoc-device")?,
            other_device: pki.key("mdoc-other-device")?,
            device_with_ed25519: pki.key("mdoc-device-with-ed25519")?,
            odd_signers: odd_signers.collect::<Result<_, String>>()?,
            authority_below: pki.certificate("mdoc-authority-below")?,
        })
    }
}

/// A document before it is written.
#[derive(Clone)]
pub struct Doc<'k> {
    pub draft: Draft,
    /// Items by name space, as they will stand.
    pub items: Vec<(String, Vec<Vec<u8>>)>,
    /// The signed object.
    pub mso: Cbor<'static>,
    pub signer: &'k TestKey,
    pub chain: Vec<Vec<u8>>,
    pub device: &'k TestKey,
    /// The type that the document states.
    pub doc_type: String,
    /// What the device signs by itself.
    pub device_name_spaces: Cbor<'static>,
    /// The session that the device signs for.
    pub transcript: Vec<u8>,
}

impl<'k> Doc<'k> {
    /// A right one.
    pub fn good(keys: &'k Keys) -> Self {
        let time = |text: &str| Timestamp::from_rfc3339(text).unwrap_or_default();
        let text = |text: &str| Cbor::Text(text.to_owned().into());
        let date = |day: &str| Cbor::Tag(1004, Box::new(text(day)));
        let elements = [
            ("family_name", text("Muster")),
            ("given_name", text("Erika")),
            ("birth_date", date("1964-08-12")),
            ("issuing_country", text("XV")),
            ("document_number", text("T22000129")),
            ("portrait", Cbor::Bytes(vec![0xff, 0xd8, 0xff, 0xe0].into())),
        ];
        let draft = Draft {
            doc_type: DOC_TYPE.to_owned(),
            name_spaces: vec![(
                NAME_SPACE.to_owned(),
                elements.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            )],
            signed: time("2026-05-01T00:00:00Z"),
            valid_from: time("2026-05-01T00:00:00Z"),
            valid_until: time("2026-09-01T00:00:00Z"),
            device_key: keys.device.public_key().clone(),
            device_name_spaces: Vec::new(),
            hash: Hash::Sha256,
            status: None,
        };
        let items = mdoc::items(&draft, &mut randoms());
        let mso = mdoc::mso(&draft, &mdoc::digests(&items, draft.hash)).unwrap_or(Cbor::Null);
        Doc {
            draft,
            items,
            mso,
            signer: &keys.signer,
            chain: keys.chain.clone(),
            device: &keys.device,
            doc_type: DOC_TYPE.to_owned(),
            device_name_spaces: Cbor::Map(Vec::new()),
            transcript: transcript_of(&Session {
                handover: vidimus::occasion::session::Handover::Openid4vp,
                client_id: Some(CLIENT_ID.to_owned()),
                response_uri: Some(RESPONSE_URI.to_owned()),
                ..Session::default()
            }),
        }
    }

    /// The same with the draft changed, signed anew.
    pub fn drafted(&self, change: impl FnOnce(&mut Draft)) -> Self {
        let mut doc = self.clone();
        change(&mut doc.draft);
        doc.items = mdoc::items(&doc.draft, &mut randoms());
        doc.mso = mdoc::mso(&doc.draft, &mdoc::digests(&doc.items, doc.draft.hash)).unwrap_or(Cbor::Null);
        doc
    }

    /// The same with an item in the place of the one there, its digest signed or not.
    pub fn with_item(&self, at: usize, item: Vec<u8>, signs: bool) -> Self {
        let mut doc = self.clone();
        doc.items[0].1[at] = item;
        if signs {
            doc.mso = mdoc::mso(&doc.draft, &mdoc::digests(&doc.items, doc.draft.hash)).unwrap_or(Cbor::Null);
        }
        doc
    }

    /// The same with another value in the signed object, below these names.
    pub fn with_mso(&self, path: &[&str], value: Cbor<'static>) -> Self {
        let mut doc = self.clone();
        set(&mut doc.mso, path, value);
        doc
    }

    pub fn payload(&self) -> Vec<u8> {
        encoded_cbor(&cbor::encode(&self.mso))
    }

    pub fn issuer_auth(&self) -> Cbor<'static> {
        mdoc::sign(&self.payload(), self.signer, &self.chain).unwrap_or(Cbor::Null)
    }

    pub fn issuer_signed(&self) -> Vec<u8> {
        self.issuer_signed_by(&self.issuer_auth())
    }

    pub fn issuer_signed_by(&self, auth: &Cbor<'_>) -> Vec<u8> {
        mdoc::issuer_signed(&self.items, auth)
    }

    pub fn response(&self) -> Vec<u8> {
        self.response_around(&self.issuer_signed())
    }

    /// The response around an issuer's part, whatever it is.
    pub fn response_around(&self, issuer_signed: &[u8]) -> Vec<u8> {
        response(&[self.document_around(issuer_signed)])
    }

    pub fn document_around(&self, issuer_signed: &[u8]) -> Vec<u8> {
        let proof = Proof::Signature(self.device);
        document(&self.doc_type, issuer_signed, &self.device_name_spaces, &self.transcript, proof).unwrap_or_default()
    }
}

/// The transcript of a session, with the nonce of the vectors.
pub fn transcript_of(session: &Session) -> Vec<u8> {
    let occasion = Occasion { nonce: Some(NONCE.to_owned()), session: Some(session.clone()), ..Occasion::default() };
    transcript(&occasion, session.handover).unwrap_or_default()
}

/// Random values that are always the same.
pub fn randoms() -> impl FnMut() -> [u8; mdoc::RANDOM_BYTES] {
    let mut count = 0_u64;
    move || {
        count += 1;
        sha256(&count.to_be_bytes())
    }
}

/// Puts a value below these names; a map that is not there is made. Null takes it away.
pub fn set(value: &mut Cbor<'static>, path: &[&str], new: Cbor<'static>) {
    let Some((first, rest)) = path.split_first() else { return *value = new };
    let Cbor::Map(pairs) = value else { return };
    if rest.is_empty() && new == Cbor::Null {
        return pairs.retain(|(name, _)| name.as_text() != Some(first));
    }
    let at = pairs.iter().position(|(name, _)| name.as_text() == Some(first)).unwrap_or_else(|| {
        pairs.push((Cbor::Text((*first).to_owned().into()), Cbor::Map(Vec::new())));
        pairs.len() - 1
    });
    set(&mut pairs[at].1, rest, new);
}

/// The claims of the right one.
pub fn said() -> serde_json::Value {
    json!({
        "docType": DOC_TYPE,
        "nameSpaces": { NAME_SPACE: {
            "family_name": "Muster", "given_name": "Erika", "birth_date": "1964-08-12", "issuing_country": "XV",
            "document_number": "T22000129", "portrait": "_9j_4A",
        }},
    })
}
