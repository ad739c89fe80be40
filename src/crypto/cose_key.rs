//! COSE_Key (RFC 9052, 7 with RFC 9053, 7): public keys as CBOR maps, read and written.
//!
//! ```cddl
//! EC2 = { 1: 2, -1: 1 / 2 / 3 / 8, -2: bstr (x), -3: bstr (y) / bool (its sign) }
//! OKP = { 1: 1, -1: 4 / 6, -2: bstr (x) }
//! ```
//! A map that holds a private part is refused: whoever shows one has burnt it.

use crate::crypto::public_key::{Curve, PublicKey};
use crate::encoding::cbor::Value;
use crate::reason::{Code, Reason};

const KTY: i64 = 1;
const CRV: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const D: i64 = -4;
const OKP: i64 = 1;
const EC2: i64 = 2;

/// The public key of a COSE_Key.
///
/// # Errors
/// `key.invalid_point` for other kinds and curves, for absent or wrong members, for a private part, and as the constructors of
/// [`PublicKey`].
pub fn public_key(key: &Value<'_>) -> Result<PublicKey, Reason> {
    let fault = |expected: &'static str| Reason::new(Code::KeyInvalidPoint).expected(expected);
    if key.as_map().is_none() {
        return Err(fault("a COSE_Key").got(key.kind()));
    }
    if key.entry(D).is_some() {
        return Err(fault("a public key").got("a private one"));
    }
    let number = |label| key.entry(label).and_then(Value::as_i64);
    let x = key.entry(X).and_then(Value::as_bytes).ok_or_else(|| fault("bytes under -2 (x)"))?;
    match (number(KTY), number(CRV)) {
        (Some(EC2), Some(curve)) => {
            let curve = curve_of(curve).ok_or_else(|| fault("a curve that we take").got(curve))?;
            match key.entry(Y) {
                Some(Value::Bytes(y)) => PublicKey::ec(curve, x, y),
                Some(Value::Bool(sign)) => {
                    PublicKey::from_compressed_point(curve, &[&[2 | u8::from(*sign)], x].concat())
                }
                _ => Err(fault("bytes or a sign under -3 (y)")),
            }
        }
        (Some(OKP), Some(4)) => PublicKey::x25519(x),
        (Some(OKP), Some(6)) => PublicKey::ed25519(x),
        _ => Err(fault("a key of kind EC2 or OKP, of a curve that we take")),
    }
}

impl PublicKey {
    /// The key as a COSE_Key; `None` for kinds that have no such form here (RSA, BLS12-381, accounts).
    pub fn to_cose_key(&self) -> Option<Value<'static>> {
        let entry = |label: i64, value: Value<'static>| (Value::from(label), value);
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec().into());
        if let (Some(curve), Some((x, y))) = (self.curve(), self.ec_coordinates()) {
            let curve = match curve {
                Curve::P256 => 1,
                Curve::P384 => 2,
                Curve::P521 => 3,
                Curve::Secp256k1 => 8,
            };
            return Some(Value::Map(vec![
                entry(KTY, Value::from(EC2)),
                entry(CRV, Value::from(curve)),
                entry(X, bytes(x)),
                entry(Y, bytes(y)),
            ]));
        }
        let (curve, x) = match (self.x25519_bytes(), self.ed25519_bytes()) {
            (Some(x), _) => (4, x),
            (None, Some(x)) => (6, x),
            (None, None) => return None,
        };
        Some(Value::Map(vec![entry(KTY, Value::from(OKP)), entry(CRV, Value::from(curve)), entry(X, bytes(x))]))
    }
}

fn curve_of(number: i64) -> Option<Curve> {
    Some(match number {
        1 => Curve::P256,
        2 => Curve::P384,
        3 => Curve::P521,
        8 => Curve::Secp256k1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::own_keys::{OwnKey, Signer};

    #[test]
    fn keys_go_there_and_back() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            let (own, _) = OwnKey::generate(curve).expect("a key");
            let written = own.public_key().to_cose_key().expect("written");
            assert_eq!(public_key(&written), Ok(own.public_key().clone()));
            // The same with the sign of y in its place.
            let (_, y) = own.public_key().ec_coordinates().expect("a point");
            let sign = y.last().is_some_and(|last| last & 1 == 1);
            let Value::Map(mut pairs) = written else { panic!("a map") };
            pairs.pop();
            pairs.push((Value::from(Y), Value::Bool(sign)));
            assert_eq!(public_key(&Value::Map(pairs)), Ok(own.public_key().clone()));
        }
        let (own, _) = OwnKey::generate_ed25519().expect("a key");
        assert_eq!(public_key(&own.public_key().to_cose_key().expect("written")), Ok(own.public_key().clone()));
    }

    #[test]
    fn what_is_no_public_key_of_ours() {
        let (own, _) = OwnKey::generate_p256().expect("a key");
        let Some(Value::Map(pairs)) = own.public_key().to_cose_key() else { panic!("a map") };
        let with = |label: i64, value: Value<'static>| {
            let mut pairs = pairs.clone();
            pairs.retain(|(known, _)| known.as_i64() != Some(label));
            pairs.push((Value::from(label), value));
            public_key(&Value::Map(pairs)).map_err(|reason| reason.code())
        };
        let zeros = |length: usize| Value::Bytes(vec![0; length].into());
        for (label, value) in [
            (KTY, Value::from(4)),
            (CRV, Value::from(4)),
            (X, zeros(32)),
            (X, zeros(31)),
            (Y, Value::from(1)),
            (D, zeros(32)),
        ] {
            assert_eq!(with(label, value), Err(Code::KeyInvalidPoint), "{label}");
        }
    }
}
