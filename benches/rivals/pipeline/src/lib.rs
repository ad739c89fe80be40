//! The obvious verifier of EU DCCs: the best known crate for each step, put together in an afternoon. Signature, times, claims.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ciborium::Value;
use flate2::read::ZlibDecoder;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm};
use rival_protocol::{Fault, Row, text_of};

/// Keys by their identifiers, as `ring` wants them.
pub struct Keys {
    keys: HashMap<Vec<u8>, UnparsedPublicKey<Vec<u8>>>,
}

/// What stands in one message.
pub struct Message {
    /// The key identifier.
    pub kid: Vec<u8>,
    /// What is signed: the Sig_structure of RFC 9052, 4.4.
    pub signed: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The CWT claims, encoded.
    pub payload: Vec<u8>,
}

impl Keys {
    /// The keys of the issuers of a row, all of them for this algorithm (a COSE label).
    ///
    /// # Errors
    /// When a key is not written as expected.
    pub fn of(row: &Row, algorithm: i64) -> Result<Keys, Fault> {
        let mut keys = HashMap::new();
        for issuer in &row.issuers {
            let kid = BASE64_STANDARD.decode(text_of(issuer, "kid")?)?;
            let spki = BASE64_STANDARD.decode(text_of(issuer, "spki")?)?;
            let (checking, frame): (&'static dyn VerificationAlgorithm, usize) = match algorithm {
                -7 => (&ECDSA_P256_SHA256_FIXED, 26),
                // The frame around PKCS#1 of a key of 2048 bits.
                -37 => (&RSA_PSS_2048_8192_SHA256, 24),
                _ => return Err("an algorithm that nobody asked for".into()),
            };
            let raw = spki.get(frame..).ok_or("a key too short")?.to_vec();
            keys.insert(kid, UnparsedPublicKey::new(checking, raw));
        }
        Ok(Keys { keys })
    }

    /// Checks the signature of that message.
    ///
    /// # Errors
    /// When the key is unknown or the signature wrong.
    pub fn check(&self, message: &Message) -> Result<(), Fault> {
        let key = self.keys.get(&message.kid).ok_or("no such key")?;
        key.verify(&message.signed, &message.signature).map_err(|_| "the signature is wrong".into())
    }
}

/// From the text of a certificate to what its signature is about.
///
/// # Errors
/// When it cannot be read, or names another algorithm (a COSE label).
pub fn open(text: &str, algorithm: i64) -> Result<Message, Fault> {
    let packed = base45::decode(text.strip_prefix("HC1:").ok_or("no HC1")?)?;
    let mut cose = Vec::new();
    ZlibDecoder::new(packed.as_slice()).read_to_end(&mut cose)?;
    let message = match ciborium::from_reader(Cursor::new(cose))? {
        Value::Tag(18, inside) => *inside,
        other => other,
    };
    let parts = message.into_array().map_err(|_| "no COSE_Sign1")?;
    let [Value::Bytes(protected), unprotected, Value::Bytes(payload), Value::Bytes(signature)] =
        <[Value; 4]>::try_from(parts).map_err(|_| "not four parts")?
    else {
        return Err("no COSE_Sign1".into());
    };
    let header: Value = ciborium::from_reader(protected.as_slice())?;
    if member(&header, 1).and_then(Value::as_integer) != Some(algorithm.into()) {
        return Err("another algorithm".into());
    }
    let kid = member(&header, 4).or_else(|| member(&unprotected, 4)).and_then(Value::as_bytes).ok_or("no kid")?.clone();
    let structure = Value::Array(vec![
        Value::Text("Signature1".to_owned()),
        Value::Bytes(protected),
        Value::Bytes(Vec::new()),
        Value::Bytes(payload.clone()),
    ]);
    let mut signed = Vec::new();
    ciborium::into_writer(&structure, &mut signed)?;
    Ok(Message { kid, signed, signature, payload })
}

/// The certificate itself, valid at that second.
///
/// # Errors
/// When the claims cannot be read, or it is out of time.
pub fn claims(payload: &[u8], now: i64) -> Result<Value, Fault> {
    let claims: Value = ciborium::from_reader(payload)?;
    let seconds = |label| member(&claims, label).and_then(Value::as_integer).and_then(|time| i64::try_from(time).ok());
    if seconds(4).is_none_or(|end| end <= now) || seconds(6).is_none_or(|issued| issued > now) {
        return Err("out of time".into());
    }
    let certificate = member(&claims, -260).and_then(|hcert| member(hcert, 1)).ok_or("no certificate")?;
    Ok(certificate.clone())
}

/// The member of a map under an integer.
pub fn member(map: &Value, label: i64) -> Option<&Value> {
    let label = Value::from(label);
    map.as_map()?.iter().find(|(key, _)| *key == label).map(|(_, value)| value)
}
