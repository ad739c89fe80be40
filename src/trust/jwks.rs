//! JWK sets (RFC 7517): the keys that an issuer publishes, each with what is wrong with it.
//!
//! One bad key does not spoil the others: a fault counts when its key is asked for. A private key among public ones is a
//! fault of that key wherever the set came from. The rules of SMART Health Cards for a key stand in [`Jwk::check_smart`].

use std::sync::OnceLock;

use crate::crypto::jwk;
use crate::crypto::public_key::{Curve, PublicKey};
use crate::encoding::{base64url, json};
use crate::envelope::jws::is_private_jwk;
use crate::limits;
use crate::reason::{Code, Reason, Stage};
use crate::time::Timestamp;
use crate::trust::x509::{Certificate, check_issued_by};

/// The keys of one issuer.
pub struct KeySet {
    keys: Vec<Jwk>,
}

/// One key of a set.
pub struct Jwk {
    /// Its identifier, when it is a text.
    pub kid: Option<String>,
    /// `use`, when it is a text.
    pub usage: Option<String>,
    /// `alg`, when it is a text.
    pub algorithm: Option<String>,
    /// Version of the revocation list of cards signed with it (`crlVersion`), when there is one.
    pub crl_version: Option<i64>,
    key: Result<PublicKey, Reason>,
    faults: Vec<Reason>,
    x5c: Option<Vec<Vec<u8>>>,
    chain: OnceLock<Result<Vec<Certificate>, Reason>>,
    /// What is wrong with it for health cards, looked at once.
    smart: OnceLock<Vec<Reason>>,
}

impl KeySet {
    /// The set in these bytes: `{"keys": [..]}`.
    ///
    /// # Errors
    /// At stage `key`: `json.*` when it is not JSON, `jose.jwk_policy` when it is no set, `input.too_large`.
    pub fn decode(bytes: &[u8]) -> Result<KeySet, Reason> {
        if bytes.len() > limits::EVIDENCE_BYTES {
            let reason = Reason::new(Code::InputTooLarge).expected(limits::EVIDENCE_BYTES).got(bytes.len());
            return Err(reason.at(Stage::Key));
        }
        let set = json::decode(bytes).map_err(|reason| reason.at(Stage::Key))?;
        let items = set.member("keys").and_then(json::Value::as_array);
        let items = items.ok_or_else(|| policy("an object with a list of `keys`").got(set.kind()))?;
        Ok(KeySet { keys: items.iter().map(Jwk::decode).collect() })
    }

    /// The usable key with this identifier.
    ///
    /// # Errors
    /// `jose.kid_unknown` when there is none, `jose.jwk_policy` when there are two, else the first fault of the key.
    pub fn find(&self, kid: &str) -> Result<&Jwk, Reason> {
        let mut found = self.keys.iter().filter(|key| key.kid.as_deref() == Some(kid));
        let key = found.next().ok_or_else(|| Reason::new(Code::JoseKidUnknown))?;
        if found.next().is_some() {
            return Err(policy("one key with an identifier").got("two"));
        }
        match key.faults.first() {
            Some(reason) => Err(reason.clone()),
            None => Ok(key),
        }
    }

    /// Every key, in order.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }
}

impl Jwk {
    fn decode(value: &json::Value<'_>) -> Jwk {
        let text = |name: &str| value.member(name).and_then(json::Value::as_str).map(str::to_owned);
        let mut faults = Vec::new();
        if is_private_jwk(value) {
            faults.push(Reason::new(Code::JosePrivateKeyExposed));
        }
        let key = jwk::public_key(value);
        faults.extend(key.as_ref().err().cloned());
        faults.extend(check_members(value).err());
        let x5c = match value.member("x5c").map(certificates) {
            None => None,
            Some(Ok(x5c)) => Some(x5c),
            Some(Err(reason)) => {
                faults.push(reason);
                None
            }
        };
        Jwk {
            kid: text("kid"),
            usage: text("use"),
            algorithm: text("alg"),
            crl_version: value.member("crlVersion").and_then(json::Value::as_i64),
            key,
            faults,
            x5c,
            chain: OnceLock::new(),
            smart: OnceLock::new(),
        }
    }

    /// The key itself.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn public_key(&self) -> Result<&PublicKey, Reason> {
        self.key.as_ref().map_err(Clone::clone)
    }

    /// `true` when the key comes with certificates.
    pub fn has_certificates(&self) -> bool {
        self.x5c.is_some()
    }

    /// What is wrong with the key whoever uses it.
    pub fn faults(&self) -> &[Reason] {
        &self.faults
    }

    /// The rules of SMART Health Cards for a key: EC, P-256, ES256, for signatures, named by its thumbprint (RFC 7638).
    pub fn check_smart(&self) -> &[Reason] {
        self.smart.get_or_init(|| self.smart_faults())
    }

    fn smart_faults(&self) -> Vec<Reason> {
        let mut faults = Vec::new();
        if self.usage.as_deref() != Some("sig") {
            faults.push(policy("use `sig`").got(word(self.usage.as_deref())));
        }
        if self.algorithm.as_deref() != Some("ES256") {
            faults.push(policy("alg `ES256`").got(word(self.algorithm.as_deref())));
        }
        if let Ok(key) = &self.key {
            if key.curve() != Some(Curve::P256) {
                faults.push(policy("an EC key on P-256").got(key.curve().map_or("no EC key", Curve::name)));
            }
            if self.kid.as_deref() != Some(key.jwk_thumbprint().as_str()) {
                faults.push(policy("the key's SHA-256 thumbprint as `kid`"));
            }
        }
        faults
    }

    /// The certificates of the key, leaf first: the leaf holds this key, and each is issued by the next. Empty without `x5c`.
    ///
    /// # Errors
    /// `x509.malformed` when one is broken or the leaf holds another key; `x509.*` where one did not issue the one before.
    pub fn certificates(&self) -> Result<&[Certificate], Reason> {
        let Some(x5c) = &self.x5c else { return Ok(&[]) };
        let chain = self.chain.get_or_init(|| {
            let key = self.key.as_ref().map_err(Clone::clone)?;
            let chain: Vec<Certificate> = x5c.iter().map(|der| Certificate::from_der(der)).collect::<Result<_, _>>()?;
            check_chain(&chain, key)?;
            Ok(chain)
        });
        chain.as_deref().map_err(Clone::clone)
    }
}

/// Everything that is wrong with the key set of an issuer of SMART Health Cards. `expected_san` is the issuer that each
/// leaf certificate must name; certificates are looked at when `check_x5c` is set, without regard to time.
pub fn check_smart_key_set(bytes: &[u8], expected_san: Option<&str>, check_x5c: bool) -> Vec<Reason> {
    let set = match KeySet::decode(bytes) {
        Ok(set) => set,
        Err(reason) => return vec![reason],
    };
    if set.keys.is_empty() {
        return vec![policy("at least one key").got("none")];
    }
    let mut faults = Vec::new();
    for (at, key) in set.keys.iter().enumerate() {
        faults.extend(key.faults.iter().cloned());
        faults.extend(key.check_smart().iter().cloned());
        if set.keys.iter().take(at).any(|earlier| earlier.kid == key.kid) {
            faults.push(policy("one key with an identifier").got("two"));
        }
        if check_x5c {
            match key.certificates() {
                Err(reason) => faults.push(reason),
                Ok(chain) => faults.extend(expected_san.and_then(|san| check_san(chain, san).err())),
            }
        }
    }
    faults
}

/// SMART Health Cards, "Determining keys associated with an issuer": the leaf names the issuer as an URI. An empty chain
/// has nobody to name.
///
/// # Errors
/// `x509.san_mismatch`.
pub fn check_san(chain: &[Certificate], issuer: &str) -> Result<(), Reason> {
    let Some(leaf) = chain.first() else { return Ok(()) };
    let named = leaf.san_uris();
    if named.iter().any(|uri| uri == issuer) {
        return Ok(());
    }
    let got = named.first().map_or("no URI", |_| "another URI");
    Err(Reason::new(Code::X509SanMismatch).expected(issuer.to_owned()).got(got))
}

/// Every certificate of the chain is within its validity.
///
/// # Errors
/// `x509.expired`.
pub fn check_chain_valid_at(chain: &[Certificate], now: Timestamp) -> Result<(), Reason> {
    chain.iter().try_for_each(|certificate| certificate.check_valid_at(now))
}

/// RFC 7517, 4.7: the first certificate holds the key, each following one certifies the one before.
fn check_chain(chain: &[Certificate], key: &PublicKey) -> Result<(), Reason> {
    let held = chain.first().and_then(|leaf| leaf.public_key().ok());
    if held != Some(key) {
        return Err(Reason::new(Code::X509Malformed).expected("a certificate of this key").got("of another key"));
    }
    chain.iter().zip(chain.iter().skip(1)).try_for_each(|(leaf, authority)| check_issued_by(leaf, authority))
}

/// RFC 7517, 4.7: standard base64, not base64url.
fn certificates(x5c: &json::Value<'_>) -> Result<Vec<Vec<u8>>, Reason> {
    let malformed = || Reason::new(Code::X509Malformed).expected("a list of base64 certificates in `x5c`");
    let items = x5c.as_array().filter(|items| !items.is_empty()).ok_or_else(malformed)?;
    if items.len() > limits::X5CHAIN {
        return Err(Reason::new(Code::X509ChainTooLong).expected(limits::X5CHAIN).got(items.len()));
    }
    let der = |item: &json::Value<'_>| base64url::decode_standard(item.as_str()?).ok();
    items.iter().map(der).collect::<Option<_>>().ok_or_else(malformed)
}

/// RFC 7517, 4.1 to 4.5: members have their types, the key is for signatures, a `crlVersion` is an integer.
fn check_members(jwk: &json::Value<'_>) -> Result<(), Reason> {
    if jwk.member("kid").is_some_and(|kid| kid.as_str().is_none()) {
        return Err(policy("a text as `kid`"));
    }
    match jwk.member("use").map(json::Value::as_str) {
        None | Some(Some("sig")) => {}
        Some(_) => return Err(policy("use `sig`").got("another use")),
    }
    if let Some(operations) = jwk.member("key_ops") {
        let may_verify = operations.as_array().is_some_and(|ops| ops.iter().any(|op| op.as_str() == Some("verify")));
        if !may_verify {
            return Err(policy("`verify` among `key_ops`"));
        }
    }
    if jwk.member("alg").is_some_and(|alg| alg.as_str().is_none()) {
        return Err(policy("a text as `alg`"));
    }
    match jwk.member("crlVersion") {
        Some(version) if version.as_i64().is_none() => Err(policy("an integer as `crlVersion`").got(version.kind())),
        _ => Ok(()),
    }
}

fn policy(expected: &'static str) -> Reason {
    Reason::new(Code::JoseJwkPolicy).expected(expected)
}

fn word(text: Option<&str>) -> String {
    match text {
        None => "none".to_owned(),
        Some(text) if text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_graphic()) => text.to_owned(),
        Some(_) => "an odd name".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::own_keys::{OwnKey, Signer};

    fn jwk(extra: &str) -> (String, String) {
        let (own, _) = OwnKey::generate_p256().unwrap();
        let (x, y) = own.public_key().ec_coordinates().unwrap();
        let (x, y) = (base64url::encode(x), base64url::encode(y));
        let kid = own.public_key().jwk_thumbprint();
        (format!(r#"{{"kty":"EC","crv":"P-256","kid":"{kid}","x":"{x}","y":"{y}"{extra}}}"#), kid)
    }

    fn found(keys: &[&str], kid: &str) -> Result<(), Code> {
        let set = KeySet::decode(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).unwrap();
        set.find(kid).map(|_| ()).map_err(|reason| reason.code())
    }

    #[test]
    fn a_bad_key_hides_no_other() {
        let (good, kid) = jwk(r#","use":"sig","alg":"ES256""#);
        let bad = r#"{"kty":"EC","crv":"P-256","kid":"bad","x":"AA","y":"AA"}"#;
        let private = r#"{"kty":"oct","kid":"secret","k":"AA"}"#;
        let all = ["1", bad, private, "{}", good.as_str()];
        assert_eq!(found(&all, &kid), Ok(()));
        assert_eq!(found(&all, "bad"), Err(Code::KeyInvalidPoint));
        assert_eq!(found(&all, "secret"), Err(Code::JosePrivateKeyExposed));
        assert_eq!(found(&all, "none"), Err(Code::JoseKidUnknown));
        assert_eq!(found(&[&good, &good], &kid), Err(Code::JoseJwkPolicy));
    }

    #[test]
    fn keys_for_other_uses_are_refused() {
        for extra in [r#","use":"enc""#, r#","key_ops":["sign"]"#, r#","alg":1"#, r#","crlVersion":"1""#] {
            let (key, kid) = jwk(extra);
            assert_eq!(found(&[&key], &kid), Err(Code::JoseJwkPolicy), "{extra}");
        }
        let (key, kid) = jwk(r#","x5c":[]"#);
        assert_eq!(found(&[&key], &kid), Err(Code::X509Malformed));
    }

    #[test]
    fn smart_keys_are_complete() {
        let set = |key: &str| check_smart_key_set(format!(r#"{{"keys":[{key}]}}"#).as_bytes(), None, true);
        assert!(set(&jwk(r#","use":"sig","alg":"ES256""#).0).is_empty());
        assert_eq!(set(&jwk(r#","use":"sig""#).0)[0].code(), Code::JoseJwkPolicy);
        assert_eq!(set("")[0].code(), Code::JoseJwkPolicy);
        assert_eq!(KeySet::decode(b"x").map(|_| ()).unwrap_err().stage(), Stage::Key);
    }
}
