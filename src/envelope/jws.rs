//! Compact JWS (RFC 7515), opened without belief: three parts, a header under the rules of RFC 8725, nothing checked.
//!
//! JSON serialisations, detached payloads and `b64: false` (RFC 7797) are refused, but where a format is made of them: see [`Detached`].
//! Keys in or behind the header never count.

use crate::crypto::algorithm::Algorithm;
use crate::encoding::{base64url, json, scan};
use crate::limits;
use crate::reason::{Code, Reason, Stage};

/// An opened compact JWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jws {
    /// What the protected header says, and what is wrong with it.
    pub header: Header,
    /// The payload, decoded from base64url, not inflated.
    pub payload: Vec<u8>,
    /// The bytes that were signed: the first two parts with their dot.
    pub message: Vec<u8>,
    /// The signature as it came; empty when the third part is.
    pub signature: Vec<u8>,
}

/// The protected header.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Header {
    /// `alg`, when it is a text that is not empty.
    pub algorithm: Option<String>,
    /// `kid`, when it is a text.
    pub kid: Option<String>,
    /// `typ`, when it is a text.
    pub typ: Option<String>,
    /// `cty`, when it is a text.
    pub cty: Option<String>,
    /// `zip`, when it is a text.
    pub zip: Option<String>,
    /// `x5c`: DER of the signer's certificates, its own first. They prove nothing before they lead to somebody trusted.
    pub x5c: Vec<Vec<u8>>,
    /// Broken rules that do not stop the reading.
    pub faults: Vec<Reason>,
}

/// The header members that RFC 7515 and 7518 register; `crit` may name none of them.
const REGISTERED: [&str; 20] = [
    "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc", "zip", "epk", "apu",
    "apv", "iv", "tag", "p2s", "p2c",
];

/// `true` for the name of a registered header parameter.
pub fn is_registered(name: &str) -> bool {
    REGISTERED.contains(&name)
}

/// Characters of the longest header that is looked at for telling formats apart.
const HEADER_CHARS: usize = 32_768;

impl Jws {
    /// The JWS that `text` holds.
    ///
    /// # Errors
    /// `input.too_large`, `jose.serialization` (JSON where the compact form is due), `jose.malformed`, `json.*` of the header.
    pub fn open(text: &str) -> Result<Jws, Reason> {
        Jws::open_seen(text, None)
    }

    /// The same, where its header was read already ([`peek_header`]).
    ///
    /// # Errors
    /// As [`Jws::open`].
    pub fn open_seen(text: &str, seen: Option<Header>) -> Result<Jws, Reason> {
        Jws::open_within(text, limits::INPUT_BYTES, seen)
    }

    /// The same of a text of at most so many bytes: a list may be larger than any credential.
    ///
    /// # Errors
    /// As [`Jws::open`].
    pub fn open_up_to(text: &str, most: usize) -> Result<Jws, Reason> {
        Jws::open_within(text, most, None)
    }

    fn open_within(text: &str, most: usize, seen: Option<Header>) -> Result<Jws, Reason> {
        if text.len() > most {
            return Err(Reason::new(Code::InputTooLarge).expected(most).got(text.len()));
        }
        check_compact(text)?;
        let (header, payload, signature) = parts(text)?;
        let signed_bytes = header.len().saturating_add(payload.len()).saturating_add(1);
        Ok(Jws {
            header: seen.map_or_else(|| Header::open(header), Ok)?,
            payload: base64url::decode(payload)?,
            message: text.as_bytes().get(..signed_bytes).unwrap_or_default().to_vec(),
            signature: base64url::decode(signature)?,
        })
    }
}

/// A compact JWS without payload, which stands elsewhere and is signed as it is (RFC 7515, appendix F; RFC 7797).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detached {
    /// `alg`.
    pub algorithm: String,
    /// The protected header as it came, in base64url: the first of what is signed.
    pub protected: String,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Detached {
    /// The detached JWS that `text` holds.
    ///
    /// # Errors
    /// As [`Jws::open`], with the first broken rule of the header: `jose.*`. `jose.crit_malformed` unless `crit` is `["b64"]`;
    /// `jose.b64_unsupported` unless `b64` is false; `jose.malformed` where a payload stands.
    pub fn open(text: &str) -> Result<Detached, Reason> {
        if text.len() > limits::INPUT_BYTES {
            return Err(Reason::new(Code::InputTooLarge).expected(limits::INPUT_BYTES).got(text.len()));
        }
        check_compact(text)?;
        let (protected, payload, signature) = parts(text)?;
        if !payload.is_empty() {
            return Err(malformed("a payload"));
        }
        let decoded = base64url::decode(protected)?;
        let header = json::decode(&decoded)?;
        if header.as_object().is_none() {
            return Err(malformed("a header that is no object"));
        }
        for rule in [check_alg, check_unencoded, check_typ, check_own_key, check_remote_key] {
            rule(&header)?;
        }
        let algorithm = header.member("alg").and_then(json::Value::as_str).unwrap_or_default().to_owned();
        Ok(Detached { algorithm, protected: protected.to_owned(), signature: base64url::decode(signature)? })
    }
}

impl Header {
    fn open(text: &str) -> Result<Header, Reason> {
        let bytes = base64url::decode(text)?;
        if bytes.is_empty() {
            return Err(malformed("an empty header"));
        }
        Header::decode(&bytes)
    }

    /// The header in these bytes, with every broken rule as a fault.
    ///
    /// # Errors
    /// `json.*`; `jose.malformed` when it is not an object.
    pub fn decode(bytes: &[u8]) -> Result<Header, Reason> {
        let header = json::decode(bytes)?;
        if header.as_object().is_none() {
            return Err(malformed("a header that is no object"));
        }
        let text = |name: &str| header.member(name).and_then(json::Value::as_str).map(str::to_owned);
        let rules = [check_alg, check_crit, check_b64, check_typ, check_own_key, check_remote_key];
        let mut faults: Vec<Reason> = rules.into_iter().filter_map(|rule| rule(&header).err()).collect();
        let x5c = certificates(&header).unwrap_or_else(|reason| {
            faults.push(reason);
            Vec::new()
        });
        Ok(Header {
            algorithm: text("alg").filter(|name| !name.is_empty()),
            kid: text("kid"),
            typ: text("typ"),
            cty: text("cty"),
            zip: text("zip"),
            x5c,
            faults,
        })
    }

    /// The algorithm that the header names, if it is one of `allowed`.
    ///
    /// # Errors
    /// `jose.alg_not_allowed`. A header without `alg` or with `none` has its fault already and gives `None`.
    pub fn allowed_algorithm(&self, allowed: &[Algorithm]) -> Result<Option<Algorithm>, Reason> {
        let Some(name) = &self.algorithm else { return Ok(None) };
        if name.eq_ignore_ascii_case("none") {
            return Ok(None);
        }
        match Algorithm::from_jose(name).filter(|algorithm| allowed.contains(algorithm)) {
            Some(algorithm) => Ok(Some(algorithm)),
            None => {
                let names: Vec<&str> = allowed.iter().map(|algorithm| algorithm.name()).collect();
                Err(Reason::new(Code::JoseAlgNotAllowed).expected(names.join(", ")).got(shown(name)))
            }
        }
    }
}

/// RFC 7515, 7.2: a JSON serialisation is another thing, even with a compact text inside.
fn check_compact(text: &str) -> Result<(), Reason> {
    if text.trim_start().starts_with(['{', '[']) { Err(Reason::new(Code::JoseSerialization)) } else { Ok(()) }
}

fn parts(text: &str) -> Result<(&str, &str, &str), Reason> {
    let mut parts = text.splitn(4, '.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(payload), Some(signature), None) => Ok((header, payload, signature)),
        _ => Err(malformed("another number of parts")),
    }
}

/// RFC 7515, 4.1.1: `alg` MUST be present; RFC 8725, 3.2: `none` in any spelling is nobody's signature.
fn check_alg(header: &json::Value<'_>) -> Result<(), Reason> {
    match header.member("alg").and_then(json::Value::as_str) {
        None | Some("") => Err(Reason::new(Code::JoseAlgMissing)),
        Some(name) if name.eq_ignore_ascii_case("none") => Err(Reason::new(Code::JoseAlgNone)),
        Some(_) => Ok(()),
    }
}

/// RFC 7515, 4.1.6: `x5c` is a list of certificates, each in base64 with padding.
fn certificates(header: &json::Value<'_>) -> Result<Vec<Vec<u8>>, Reason> {
    let Some(listed) = header.member("x5c") else { return Ok(Vec::new()) };
    let fault = |got: &'static str| Reason::new(Code::X509Malformed).expected("certificates in `x5c`, base64").got(got);
    let texts = listed.as_array().filter(|texts| !texts.is_empty()).ok_or_else(|| fault("another value"))?;
    if texts.len() > limits::X5CHAIN {
        return Err(Reason::new(Code::X509ChainTooLong).expected(limits::X5CHAIN).got(texts.len()));
    }
    let der = |text: &json::Value<'_>| base64url::decode_standard(text.as_str()?).ok();
    texts.iter().map(der).collect::<Option<_>>().ok_or_else(|| fault("something else in the list"))
}

/// RFC 7515, 4.1.11: a non-empty list of distinct extension names that stand in the header; we know none.
fn check_crit(header: &json::Value<'_>) -> Result<(), Reason> {
    let Some(crit) = header.member("crit") else { return Ok(()) };
    let malformed =
        |got: &'static str| Reason::new(Code::JoseCritMalformed).expected("a list of extension names").got(got);
    let names = crit.as_array().ok_or_else(|| malformed(crit.kind()))?;
    if names.is_empty() {
        return Err(malformed("an empty list"));
    }
    for (at, name) in names.iter().enumerate() {
        let text = name.as_str().ok_or_else(|| malformed(name.kind()))?;
        if REGISTERED.contains(&text) {
            return Err(malformed("a registered name"));
        }
        if header.member(text).is_none() {
            return Err(malformed("a name that the header does not hold"));
        }
        if names.iter().take(at).any(|earlier| earlier == name) {
            return Err(malformed("a name twice"));
        }
    }
    Err(Reason::new(Code::JoseCritUnsupported))
}

/// RFC 7797, 6 and 7: `b64` must be critical, and a JWT must not use it. As a critical name it is `crit`'s fault.
fn check_b64(header: &json::Value<'_>) -> Result<(), Reason> {
    let is_critical = header
        .member("crit")
        .and_then(json::Value::as_array)
        .is_some_and(|names| names.iter().any(|name| name.as_str() == Some("b64")));
    if header.member("b64").is_some() && !is_critical { Err(Reason::new(Code::JoseB64Unsupported)) } else { Ok(()) }
}

/// RFC 7797, 3 and 6: a payload that is signed as it is has `b64: false`, and `crit` says so.
fn check_unencoded(header: &json::Value<'_>) -> Result<(), Reason> {
    let fault = || Reason::new(Code::JoseCritMalformed).expected("`b64` alone");
    let crit = header.member("crit").ok_or_else(|| fault().got("no `crit`"))?;
    let names = crit.as_array().ok_or_else(|| fault().got(crit.kind()))?;
    if !matches!(names, [name] if name.as_str() == Some("b64")) {
        return Err(fault().got("another list"));
    }
    match header.member("b64") {
        Some(json::Value::Bool(false)) => Ok(()),
        _ => Err(Reason::new(Code::JoseB64Unsupported).expected("`b64` to be false")),
    }
}

/// RFC 7515, 4.1.9 and 4.1.10: `typ` and `cty` are texts.
fn check_typ(header: &json::Value<'_>) -> Result<(), Reason> {
    for name in ["typ", "cty"] {
        if let Some(value) = header.member(name).filter(|value| value.as_str().is_none()) {
            return Err(Reason::new(Code::JoseTypMismatch).expected(format!("a text in `{name}`")).got(value.kind()));
        }
    }
    Ok(())
}

/// A media type as JOSE headers and the `typ` of COSE shorten it: without `application/`, in lower case (RFC 7515, 4.1.9).
pub fn short_media_type(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    lower.strip_prefix("application/").map(str::to_owned).unwrap_or(lower)
}

/// The header of what looks like a compact JWS, without a look at the rest; `None` when it does not look like one. For
/// telling formats apart only: nothing is checked.
pub fn peek_header(text: &str) -> Option<Header> {
    let decoded = shape_of(text).and_then(|(header, _)| base64url::decode(header).ok());
    peek_decoded(text, || decoded.as_deref())
}

/// What stands before and after the first full stop of a text that begins like a compact JWS and has no overlong header.
pub fn shape_of(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with("ey") {
        return None;
    }
    // No look beyond the longest header.
    let at = text.bytes().take(HEADER_CHARS.saturating_add(1)).position(|byte| byte == b'.')?;
    let (header, rest) = text.split_at_checked(at)?;
    Some((header, rest.get(1..)?))
}

/// The same as [`peek_header`], where `decoded` gives the bytes of the header.
pub fn peek_decoded<'d>(text: &str, decoded: impl FnOnce() -> Option<&'d [u8]>) -> Option<Header> {
    let (_, rest) = shape_of(text)?;
    if !scan::has_byte(rest.as_bytes(), b'.') {
        return None;
    }
    Header::decode(decoded()?).ok()
}

/// The payload of what looks like a compact JWS, on the terms of [`peek_header`].
pub fn peek_payload(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.splitn(3, '.');
    let payload = parts.nth(1).filter(|payload| payload.len() <= limits::INPUT_BYTES)?;
    parts.next().and_then(|_| base64url::decode(payload).ok())
}

/// RFC 8725, 3.10: a key that the message brings proves nothing.
fn check_own_key(header: &json::Value<'_>) -> Result<(), Reason> {
    match header.member("jwk") {
        None => Ok(()),
        Some(jwk) if is_private_jwk(jwk) => Err(Reason::new(Code::JosePrivateKeyExposed)),
        Some(_) => Err(Reason::new(Code::JoseEmbeddedKeyUntrusted)),
    }
}

/// RFC 8725, 3.10: a place that the message names is never asked for a key.
fn check_remote_key(header: &json::Value<'_>) -> Result<(), Reason> {
    let named = ["jku", "x5u"].into_iter().find(|name| header.member(name).is_some());
    named.map_or(Ok(()), |name| Err(Reason::new(Code::JoseRemoteKeyForbidden).got(name)))
}

/// `true` for a JWK that holds a private or symmetric key.
pub fn is_private_jwk(jwk: &json::Value<'_>) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].into_iter().any(|name| jwk.member(name).is_some())
}

fn malformed(got: &'static str) -> Reason {
    Reason::new(Code::JoseMalformed).expected("three base64url parts").got(got)
}

/// A header's word for a report: short and printable, or not at all.
fn shown(word: &str) -> String {
    let printable = word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_graphic());
    if printable { word.to_owned() } else { "an odd name".to_owned() }
}

/// The fault of a message whose `kid` is absent or no text.
pub fn no_kid() -> Reason {
    Reason::new(Code::JoseKidUnknown).expected("a `kid`").at(Stage::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(header: &str) -> Vec<Code> {
        Header::decode(header.as_bytes()).unwrap().faults.iter().map(Reason::code).collect()
    }

    #[test]
    fn opens_into_its_parts() {
        let text =
            format!("{}.{}.{}", base64url::encode(br#"{"alg":"ES256","kid":"k"}"#), base64url::encode(b"{}"), "AAAA");
        let jws = Jws::open(&text).unwrap();
        assert_eq!(jws.payload, b"{}");
        assert_eq!(jws.message, text.as_bytes()[..text.len() - 5]);
        assert_eq!(jws.signature, [0, 0, 0]);
        assert_eq!(jws.header.kid.as_deref(), Some("k"));
        assert!(jws.header.faults.is_empty());
        assert_eq!(jws.header.allowed_algorithm(&[Algorithm::Es256]).unwrap(), Some(Algorithm::Es256));
        assert_eq!(jws.header.allowed_algorithm(&[Algorithm::EdDsa]).unwrap_err().code(), Code::JoseAlgNotAllowed);
    }

    #[test]
    fn peeks_without_a_check() {
        let header = base64url::encode(br#"{"alg":"none","typ":"vc+jwt","cty":"vc"}"#);
        let text = format!("{header}.e30.");
        let peeked = peek_header(&text).unwrap();
        assert_eq!((peeked.typ.as_deref(), peeked.cty.as_deref()), (Some("vc+jwt"), Some("vc")));
        assert_eq!(peek_payload(&text).unwrap(), b"{}");
        for text in ["", "ey", &header, &format!("{header}.e30"), "eyJ.e30.", "W10.e30.AA", ".e30."] {
            assert!(peek_header(text).is_none(), "{text}");
        }
        assert_eq!(short_media_type("Application/VC+jwt"), "vc+jwt");
        assert_eq!(short_media_type("vp+jwt"), "vp+jwt");
    }

    #[test]
    fn other_shapes_are_refused() {
        for text in
            ["", ".", "..", "...", "e30.e30", "e30.e30.AA.AA", "e30=.e30.", "e30.e30.AA\n", " e30.e30.", "W10.e30."]
        {
            assert_eq!(Jws::open(text).unwrap_err().code(), Code::JoseMalformed, "{text:?}");
        }
        assert_eq!(Jws::open(r#"{"payload":""}"#).unwrap_err().code(), Code::JoseSerialization);
        assert_eq!(Jws::open(&".".repeat(limits::INPUT_BYTES + 1)).unwrap_err().code(), Code::InputTooLarge);
    }

    #[test]
    fn a_detached_one_says_that_its_payload_is_as_it_is() {
        let open = |header: &str, payload: &str| {
            Detached::open(&format!("{}.{payload}.AAAA", base64url::encode(header.as_bytes())))
        };
        let header = r#"{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"k"}"#;
        let jws = open(header, "").unwrap();
        assert_eq!((jws.algorithm.as_str(), jws.signature.as_slice()), ("EdDSA", &[0, 0, 0][..]));
        assert_eq!(jws.protected, base64url::encode(header.as_bytes()));
        assert_eq!(open(header, "e30").unwrap_err().code(), Code::JoseMalformed);
        for (header, code) in [
            (r#"{"b64":false,"crit":["b64"]}"#, Code::JoseAlgMissing),
            (r#"{"alg":"None","b64":false,"crit":["b64"]}"#, Code::JoseAlgNone),
            (r#"{"alg":"A","b64":false}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","b64":false,"crit":"b64"}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","b64":false,"crit":[]}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","b64":false,"crit":["b64","b64"]}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","b64":false,"crit":["b64","x"],"x":1}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","b64":true,"crit":["b64"]}"#, Code::JoseB64Unsupported),
            (r#"{"alg":"A","b64":"false","crit":["b64"]}"#, Code::JoseB64Unsupported),
            (r#"{"alg":"A","crit":["b64"]}"#, Code::JoseB64Unsupported),
            (r#"{"alg":"A","b64":false,"crit":["b64"],"typ":1}"#, Code::JoseTypMismatch),
            (r#"{"alg":"A","b64":false,"crit":["b64"],"jwk":{}}"#, Code::JoseEmbeddedKeyUntrusted),
            (r#"{"alg":"A","b64":false,"crit":["b64"],"x5u":""}"#, Code::JoseRemoteKeyForbidden),
            (r#"{"alg":"A","alg":"B","b64":false,"crit":["b64"]}"#, Code::JsonDuplicateKey),
            ("[]", Code::JoseMalformed),
        ] {
            assert_eq!(open(header, "").unwrap_err().code(), code, "{header}");
        }
        for text in ["", "..", "e30.e30", "{}"] {
            assert!(Detached::open(text).is_err(), "{text}");
        }
        // What is detached here is still no JWS elsewhere.
        assert_eq!(codes(r#"{"alg":"A","crit":["b64"],"b64":false}"#), [Code::JoseCritUnsupported]);
    }

    #[test]
    fn each_header_rule_has_its_code() {
        for (header, code) in [
            (r#"{}"#, Code::JoseAlgMissing),
            (r#"{"alg":["ES256"]}"#, Code::JoseAlgMissing),
            (r#"{"alg":"nOnE"}"#, Code::JoseAlgNone),
            (r#"{"alg":"A","crit":[]}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","crit":["alg"]}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","crit":["x","x"],"x":1}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","crit":["x"]}"#, Code::JoseCritMalformed),
            (r#"{"alg":"A","crit":["x"],"x":1}"#, Code::JoseCritUnsupported),
            (r#"{"alg":"A","crit":["b64"],"b64":false}"#, Code::JoseCritUnsupported),
            (r#"{"alg":"A","b64":true}"#, Code::JoseB64Unsupported),
            (r#"{"alg":"A","typ":1}"#, Code::JoseTypMismatch),
            (r#"{"alg":"A","cty":[]}"#, Code::JoseTypMismatch),
            (r#"{"alg":"A","jwk":{}}"#, Code::JoseEmbeddedKeyUntrusted),
            (r#"{"alg":"A","jwk":{"d":""}}"#, Code::JosePrivateKeyExposed),
            (r#"{"alg":"A","jku":1}"#, Code::JoseRemoteKeyForbidden),
            (r#"{"alg":"A","x5u":""}"#, Code::JoseRemoteKeyForbidden),
        ] {
            assert_eq!(codes(header), [code], "{header}");
        }
        assert!(codes(r#"{"alg":"ES256","kid":"k","zip":"DEF"}"#).is_empty());
    }
}
