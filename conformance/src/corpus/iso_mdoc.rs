//! ISO mdoc in four public sets: Annex D of the standard, responses of real wallets, the files of a Rust implementation, and the
//! responses of the EU's reference verifier. `expectations.json` has the verdicts.
//!
//! Device engagement and session encryption are not judged here.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use vidimus::crypto::agreement::AgreementKey;
use vidimus::crypto::algorithm::Algorithm;
use vidimus::crypto::cose_key;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::job::{Job, check_one};
use vidimus::crypto::mac::is_hmac_sha256;
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::crypto::public_key::{Curve, PublicKey};
use vidimus::encoding::base64url;
use vidimus::encoding::cbor::{self, raw};
use vidimus::envelope::cose;
use vidimus::format::mdoc::container;
use vidimus::format::mdoc::device_auth::encoded_cbor;
use vidimus::issue::reader_auth::authentication_bytes;
use vidimus::reason::Code;
use vidimus::trust::x509::{Certificate, check_issued_by};

use super::{Layout, bytes_of_hex, read_bytes, read_json, read_text, text_of};
use crate::case::{Case, Found, Right};
use crate::question::{Occasion, Payload, Question};

/// The layout of the sets.
pub const LAYOUT: Layout = Layout { name: None, is_here, read };

/// Files of which each set has one.
const MARKS: [&str; 4] =
    ["annex_d.json", "france/deviceResponse.cbor", "stringified-mdl.txt", "06-pidPlusMdl-vpToken.json"];

fn is_here(folder: &Path) -> bool {
    folder.join("expectations.json").is_file() && MARKS.iter().any(|mark| folder.join(mark).is_file())
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let expectations: Value = read_json(&folder.join("expectations.json"))?;
    let cases = expectations.get("cases").and_then(Value::as_array).ok_or("expectations.json has another shape")?;
    let mut read = Vec::new();
    for case in cases {
        let id = format!("{set}/{}", text_of(case, "id").ok_or("a case without an id")?);
        read.extend(Expectation { folder, case }.cases(id)?);
    }
    Ok(read)
}

/// One case of a set.
struct Expectation<'c> {
    folder: &'c Path,
    case: &'c Value,
}

impl Expectation<'_> {
    fn cases(&self, id: String) -> Result<Vec<Case>, String> {
        let action = text_of(self.case, "action").unwrap_or_default();
        Ok(match action {
            "verify-mdoc-device-response" | "verify-mdoc-issuer-signed" => {
                let input = self.bytes_of(self.file(0)?)?;
                vec![Case::ask(id, self.question(&input, json!({}))?, self.right()?)]
            }
            "verify-mdoc-device-response-in-vp-token" => self.in_vp_token(&id)?,
            "decode-cose-key" => {
                let bytes = self.bytes_of(self.file(0)?)?;
                let read = cbor::decode(&bytes).and_then(|key| cose_key::public_key(&key)).err();
                vec![Case::call(id, move || Found::when(true, read.is_none(), || format!("{read:?}")))]
            }
            "verify-mdoc-reader-auth" => vec![self.reader_auth(id)?],
            "verify-cose-sign1" | "verify-cose-mac0" => vec![self.cose(id)?],
            "decode-device-response" => {
                let bytes = self.bytes_of(self.file(0)?)?;
                let read = cbor::decode(&bytes).and_then(|response| container::check_response(&response)).err();
                vec![Case::call(id, move || Found::when(true, read.is_none(), || format!("{read:?}")))]
            }
            "certificate-signed-by" => vec![self.signed_by(id)?],
            "derive-session-keys" => vec![self.session_keys(id)?],
            "verify-vical" => vec![super::vical::case_of(self.folder, id, self.case)?],
            "parse-dcql-query" => vec![super::dcql::decoding(id, &self.file(0)?, self.is_accepted())?],
            "dcql-response-shape" => {
                vec![super::dcql::shape(id, (&self.file(0)?, &self.file(1)?), self.is_accepted())?]
            }
            other => vec![Case::skip(id, format!("{other}: engagement and session encryption are the caller's"))],
        })
    }

    fn file(&self, at: usize) -> Result<PathBuf, String> {
        let name = self.case.pointer(&format!("/files/{at}")).and_then(Value::as_str).ok_or("a case without a file")?;
        Ok(self.folder.join(name))
    }

    fn param(&self, name: &str) -> Option<&str> {
        self.case.pointer(&format!("/params/{name}")).and_then(Value::as_str)
    }

    /// The bytes of a file, which holds them or their hexadecimal.
    fn bytes_of(&self, path: PathBuf) -> Result<Vec<u8>, String> {
        match text_of(self.case, "encoding") {
            Some("ascii-hex") => {
                bytes_of_hex(read_text(&path)?.trim()).ok_or_else(|| format!("{}: no hexadecimal", path.display()))
            }
            _ => read_bytes(&path),
        }
    }

    fn is_accepted(&self) -> bool {
        text_of(self.case, "expected") == Some("accept")
    }

    fn right(&self) -> Result<Right, String> {
        let codes: &[&str] = match text_of(self.case, "reason") {
            None => return Ok(Right::Accepted),
            Some("issuer-not-trusted") => &["x509.untrusted_root"],
            Some("expired") => &["time.expired"],
            Some("not-yet-valid") => &["time.not_yet_valid"],
            Some("device-auth-mac" | "device-auth-signature") => &["mdoc.device_auth"],
            Some(other) => return Err(format!("an unknown reason: {other}")),
        };
        Ok(Right::NotAcceptedFor(codes.iter().map(|code| (*code).to_owned()).collect()))
    }

    fn question(&self, input: &[u8], policy: Value) -> Result<Question, String> {
        let occasion = Occasion {
            now: text_of(self.case, "clock").ok_or("a case without a clock")?.to_owned(),
            nonce: self.param("nonce").map(str::to_owned),
            types: text_of(self.case, "doctype").map(str::to_owned).into_iter().collect(),
            session: self.session()?,
            reader_private_key: self.reader_key()?,
            ..Occasion::default()
        };
        Ok(Question {
            input: Payload::bytes("application/cbor", input),
            occasion,
            policy,
            trust: self.trust()?,
            evidence: Vec::new(),
        })
    }

    /// The session of the case: its members, or its transcript.
    fn session(&self) -> Result<Option<Value>, String> {
        let coded = |bytes: &[u8]| base64url::encode(bytes);
        if let Some(name) = self.param("session_transcript").and_then(|text| text.split(' ').next()) {
            let transcript = coded(&read_bytes(&self.folder.join(name))?);
            return Ok(Some(json!({"handover": "transcript", "transcript": transcript})));
        }
        let Some(response_uri) = self.param("responseUri") else { return Ok(None) };
        let client_id = self.param("clientId");
        Ok(Some(match (self.param("mdocGeneratedNonce"), self.param("jwkThumbprintHex")) {
            (Some(generated), _) => json!({
                "handover": "iso-18013-7", "client_id": client_id, "response_uri": response_uri,
                "mdoc_generated_nonce": generated,
            }),
            (None, Some(thumbprint)) => json!({
                "handover": "openid4vp", "client_id": client_id, "response_uri": response_uri,
                "jwk_thumbprint": coded(&bytes_of_hex(thumbprint).ok_or("a broken thumbprint")?),
            }),
            (None, None) => return Err("a session of another kind".to_owned()),
        }))
    }

    fn reader_key(&self) -> Result<Option<String>, String> {
        let Some(name) = self.param("ephemeral_reader_key_private") else { return Ok(None) };
        let scalar = base64url::encode(&read_bytes(&self.folder.join(name))?);
        Ok(Some(json!({"kty": "EC", "crv": "P-256", "d": scalar}).to_string()))
    }

    fn trust(&self) -> Result<Vec<Value>, String> {
        let trust = self.case.get("trust").cloned().unwrap_or_default();
        let entry = |kind: &str, certificate: &Certificate| json!({"kind": kind, "certificate": base64url::encode_standard(certificate.der()), "formats": ["mdoc"]});
        if let Some(name) = text_of(&trust, "trust_directly") {
            return Ok(vec![entry("signer", &certificate(&self.folder.join(name))?)]);
        }
        let Some(name) = text_of(&trust, "file") else { return Ok(Vec::new()) };
        let certificate = certificate(&self.folder.join(name))?;
        let kind = if text_of(&trust, "kind") == Some("IACA root") { "authority" } else { "signer" };
        Ok(vec![entry(kind, &certificate)])
    }

    /// Each DeviceResponse of the token, as far as its issuers and the query go: for which session the device signed is not known, so
    /// the query asks for no holder. The document signer is the one that the documents bring.
    fn in_vp_token(&self, id: &str) -> Result<Vec<Case>, String> {
        let (request, token): (Value, Value) = (read_json(&self.file(0)?)?, read_json(&self.file(1)?)?);
        let mut query = request["dcql_query"].clone();
        for credential in query["credentials"].as_array_mut().into_iter().flatten() {
            credential["require_cryptographic_holder_binding"] = json!(false);
        }
        let responses = token.as_object().ok_or("no token")?.values();
        let texts: Vec<&str> = responses.filter_map(|one| one.as_str().or_else(|| one.get(0)?.as_str())).collect();
        let mut cases = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            let bytes = base64url::decode(text).map_err(|reason| reason.to_string())?;
            let mut question = self.question(&bytes, json!({"key_binding": "ignored", "fractional_seconds": true}))?;
            question.occasion.nonce = None;
            question.occasion.dcql_query = Some(query.clone());
            if !self.case.get("trust").is_none_or(Value::is_null) {
                question.trust = signers_of(&bytes)?;
            }
            cases.push(Case::ask(format!("{id}-{at}"), question, self.right()?));
        }
        Ok(cases)
    }

    fn signed_by(&self, id: String) -> Result<Case, String> {
        let of = |name: &str| certificate(&self.folder.join(text_of(self.case, name).unwrap_or_default()));
        let (subject, issuer) = (of("subject")?, of("issuer")?);
        let due = text_of(self.case, "expected") == Some("accept");
        let found = check_issued_by(&subject, &issuer).err();
        Ok(Case::call(id, move || match &found {
            // The verdict of the set is on the signature alone.
            Some(reason) if reason.code() == Code::X509KeyUsage => Found::Untried(reason.to_string()),
            found => Found::when(due, found.is_none(), || format!("{found:?}")),
        }))
    }

    /// The reader's signature is over what we would sign: then a device reads what our own readers send.
    fn reader_auth(&self, id: String) -> Result<Case, String> {
        let bytes = |name: &str| read_bytes(&self.folder.join(self.param(name).unwrap_or_default()));
        let (transcript, auth, items) = (bytes("session_transcript")?, bytes("reader_auth")?, bytes("items_request")?);
        let own = text_of(self.case.get("trust").unwrap_or(&Value::Null), "trust_directly").unwrap_or_default();
        let reader = certificate(&self.folder.join(own))?;
        Ok(Case::call(id, move || {
            let right = is_reader_auth(&reader, &transcript, &auth, &items);
            Found::when(true, right == Some(true), || "the reader's signature".to_owned())
        }))
    }

    /// A message of COSE whose key is known.
    fn cose(&self, id: String) -> Result<Case, String> {
        let message = self.bytes_of(self.file(0)?)?;
        let (name, is_mac) = match self.param("private_key") {
            Some(name) => (name, false),
            None => (self.param("key").unwrap_or_default(), true),
        };
        let path = self.folder.join(name.split(' ').next().unwrap_or_default());
        let key = bytes_of_hex(read_text(&path)?.trim()).ok_or("no hexadecimal")?;
        let payload = self.param("payload_utf8").unwrap_or_default().as_bytes().to_vec();
        if is_mac && key.len() != 32 {
            return Ok(Case::skip(id, "keys of device MACs have 32 bytes"));
        }
        Ok(Case::call(id, move || {
            let right = if is_mac { is_mac0(&message, &key, &payload) } else { is_sign1(&message, &key, &payload) };
            Found::when(true, right == Some(true), || "another payload or key".to_owned())
        }))
    }

    /// ISO/IEC 18013-5, 9.1.1.5: the reader's session key out of the device's engagement key.
    fn session_keys(&self, id: String) -> Result<Case, String> {
        let hex = |name: &str| {
            let path = self.folder.join(self.param(name).unwrap_or_default());
            bytes_of_hex(read_text(&path)?.trim()).ok_or_else(|| format!("{}: no hexadecimal", path.display()))
        };
        let establishment = self.bytes_of(self.file(0)?)?;
        let (private, transcript) = (hex("e_device_key_private")?, hex("session_transcript")?);
        let due = hex("expected_reader_session_key")?;
        Ok(Case::call(id, move || match reader_session_key(&establishment, &private, &transcript) {
            Some(key) => Found::when(true, due.ends_with(&key), || "another key".to_owned()),
            None => Found::Wrong("no key".to_owned()),
        }))
    }
}

fn reader_session_key(establishment: &[u8], private: &[u8], transcript: &[u8]) -> Option<Vec<u8>> {
    let establishment = cbor::decode(establishment).ok()?;
    let cbor::Value::Tag(24, inner) = establishment.entry_text("eReaderKey")? else { return None };
    let reader = cose_key::public_key(&cbor::decode(inner.as_bytes()?).ok()?).ok()?;
    let own = AgreementKey::from_scalar(Some(Curve::P256), private.get(private.len().checked_sub(32)?..)?).ok()?;
    let key = own.derive(&reader, &sha256(transcript), b"SKReader").ok()?;
    Some(key.to_vec())
}

fn is_reader_auth(reader: &Certificate, transcript: &[u8], auth: &[u8], items: &[u8]) -> Option<bool> {
    let transcript = raw::encoded_cbor(transcript).unwrap_or(transcript);
    let auth = cbor::decode(auth).ok()?;
    let opened = cose::open_detached(&auth, 18).ok()?;
    let items = if raw::encoded_cbor(items).is_some() { items.to_vec() } else { encoded_cbor(items) };
    let message = cose::sig_structure(&opened.protected, &authentication_bytes(transcript, &items));
    Some(is_signed(reader.public_key().ok()?, &message, &opened.end))
}

fn is_signed(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let (key, algorithm) = (key.clone(), Algorithm::Es256);
    check_one(&Job { algorithm, key, message, signature, statements: None, older: None }).is_ok()
}

fn is_sign1(message: &[u8], scalar: &[u8], payload: &[u8]) -> Option<bool> {
    let opened = cose::open_sign1(message, cose::Wrappings { cwt_tag: false, untagged: true }).ok()?;
    let key = OwnKey::from_scalar(Curve::P256, scalar).ok()?;
    Some(opened.payload == payload && is_signed(key.public_key(), &opened.message, &opened.signature))
}

fn is_mac0(message: &[u8], key: &[u8], payload: &[u8]) -> Option<bool> {
    let message = cbor::decode(message).ok()?;
    let body = if let cbor::Value::Tag(17, body) = &message { body } else { &message };
    let [protected, _, inside, tag] = body.as_array()? else { return None };
    let covered = cose::mac_structure(protected.as_bytes()?, inside.as_bytes()?);
    Some(inside.as_bytes() == Some(payload) && is_hmac_sha256(key.try_into().ok()?, &covered, tag.as_bytes()?))
}

/// The certificate in a file, PEM or DER.
fn certificate(path: &Path) -> Result<Certificate, String> {
    let bytes = read_bytes(path)?;
    let read = match std::str::from_utf8(&bytes) {
        Ok(text) => Certificate::from_pem_all(text).map(|mut all| all.remove(0)),
        Err(_) => Certificate::from_der(&bytes),
    };
    read.map_err(|reason| format!("{}: {reason}", path.display()))
}

/// Every document signer of a response, as trust entries.
fn signers_of(response: &[u8]) -> Result<Vec<Value>, String> {
    let response = cbor::decode(response).map_err(|reason| reason.to_string())?;
    let documents = response.entry_text("documents").and_then(cbor::Value::as_array).unwrap_or_default();
    let mut signers: Vec<Value> = Vec::new();
    for document in documents {
        let auth = document.entry_text("issuerSigned").and_then(|signed| signed.entry_text("issuerAuth"));
        let chain = auth.and_then(|auth| auth.as_array()?.get(1)?.entry(33)).ok_or("a document without a chain")?;
        let leaf = chain.as_bytes().or_else(|| chain.as_array()?.first()?.as_bytes()).ok_or("an empty chain")?;
        let entry = json!({"kind": "signer", "certificate": base64url::encode_standard(leaf), "formats": ["mdoc"]});
        if !signers.contains(&entry) {
            signers.push(entry);
        }
    }
    Ok(signers)
}
