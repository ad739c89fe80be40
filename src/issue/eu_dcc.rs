//! Issues EU Digital COVID Certificates: content, times and a signer in; `HC1:` text out.

use serde_json::Value as Json;

use crate::crypto::own_keys::Signer;
use crate::encoding::cbor::{self, Value};
use crate::encoding::{base45, deflate};
use crate::envelope::cose::{push_bytes, sig_structure};
use crate::format::{content, hcert};
use crate::issue::IssueFault;
use crate::time::Timestamp;

/// What goes into a certificate.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Issuing country, two capital letters.
    pub issuer: String,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// The certificate as JSON: `ver`, `nam`, `dob` and one of `v`, `t`, `r`.
    pub dcc: Json,
}

/// Where the key identifier goes, and which tags wrap the message. The default is what the specification recommends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Shape {
    /// Puts the key identifier into the unprotected header.
    pub kid_unprotected: bool,
    /// How the message is tagged.
    pub tags: Tags,
}

/// How a COSE message is tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tags {
    /// Tag 18.
    #[default]
    Sign1,
    /// Tag 61 around tag 18.
    CwtSign1,
    /// None.
    None,
}

/// The `HC1:` text of a certificate, signed under the eight-byte key identifier `kid`.
///
/// # Errors
/// [`IssueFault::Content`] when the certificate breaks the schema of the version that it declares, does not hold exactly one
/// event, or ends before it begins; [`IssueFault::Key`] when the signer cannot sign.
pub fn issue(draft: &Draft, signer: &dyn Signer, kid: [u8; 8], shape: Shape) -> Result<String, IssueFault> {
    let dcc = cbor::from_json(&draft.dcc);
    check_content(draft, &dcc)?;
    let claims = Value::Map(vec![
        (Value::Unsigned(1), Value::Text(draft.issuer.clone().into())),
        (Value::Unsigned(4), integer(draft.expires.seconds())),
        (Value::Unsigned(6), integer(draft.issued_at.seconds())),
        (integer(hcert::HCERT), Value::Map(vec![(Value::Unsigned(1), dcc)])),
    ]);
    let cose = sign(&cbor::encode(&claims), signer, kid, shape)?;
    Ok(pack(&cose))
}

/// The `HC1:` text that carries these COSE bytes.
pub fn pack(cose: &[u8]) -> String {
    format!("HC1:{}", base45::encode(&deflate::deflate_zlib(cose)))
}

/// A signed COSE_Sign1 message around these CWT claims.
///
/// # Errors
/// [`IssueFault::Key`] when the signer cannot sign.
pub fn sign(claims: &[u8], signer: &dyn Signer, kid: [u8; 8], shape: Shape) -> Result<Vec<u8>, IssueFault> {
    let alg = (Value::Unsigned(1), integer(signer.algorithm().cose_label()));
    let kid = (Value::Unsigned(4), Value::Bytes(kid.to_vec().into()));
    let (protected, unprotected) =
        if shape.kid_unprotected { (vec![alg], vec![kid]) } else { (vec![alg, kid], Vec::new()) };
    let protected = cbor::encode(&Value::Map(protected));
    let signature =
        signer.sign(&sig_structure(&protected, claims)).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    let mut cose = match shape.tags {
        Tags::Sign1 => vec![0xd2],
        Tags::CwtSign1 => vec![0xd8, 0x3d, 0xd2],
        Tags::None => Vec::new(),
    };
    cose.push(0x84);
    push_bytes(&mut cose, &protected);
    cose.extend(cbor::encode(&Value::Map(unprotected)));
    push_bytes(&mut cose, claims);
    push_bytes(&mut cose, &signature);
    Ok(cose)
}

fn check_content(draft: &Draft, dcc: &Value<'_>) -> Result<(), IssueFault> {
    if draft.issuer.len() != 2 || !draft.issuer.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(IssueFault::Content("the issuer is not a country of two capital letters".to_owned()));
    }
    if draft.expires <= draft.issued_at {
        return Err(IssueFault::Content("the certificate ends before it begins".to_owned()));
    }
    let faults = content::check_declared_schema(dcc, true);
    let fault = faults.into_iter().next().or_else(|| content::check_one_event(dcc).err());
    fault.map_or(Ok(()), |reason| Err(IssueFault::Content(reason.to_string())))
}

fn integer(number: i64) -> Value<'static> {
    match u64::try_from(number) {
        Ok(unsigned) => Value::Unsigned(unsigned),
        Err(_) => Value::Negative(number.unsigned_abs().saturating_sub(1)),
    }
}
