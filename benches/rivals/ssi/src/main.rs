//! The `ssi` library as a contender: text of a credential in, its verification out, contexts and keys at hand.

use std::borrow::Cow;
use std::collections::HashMap;

use futures_executor::block_on;
use rival_protocol::{Fault, Row, Work, answer, text_of};
use ssi::JWK;
use ssi::claims::data_integrity::{AnySuite, DataIntegrity, from_json_str};
use ssi::claims::vc::v2::JsonCredential;
use ssi::claims::vc_jose_cose::JoseVc;
use ssi::claims::{JwsSlice, ProofValidationError, VerificationParameters};
use ssi::dids::{AnyDidMethod, VerificationMethodDIDResolver};
use ssi::jwk::JWKResolver;
use ssi::verification_methods::AnyMethod;

type Methods = VerificationMethodDIDResolver<AnyDidMethod, AnyMethod>;

fn main() -> Result<(), Fault> {
    let mut works = Vec::new();
    for kind in ["vc_di.eddsa-rdfc-2022", "vc_di.ecdsa-rdfc-2019"] {
        // Contexts come from the library's own static loader, the keys from `did:key`: nothing is fetched.
        let parameters = VerificationParameters::from_resolver(Methods::new(AnyDidMethod::default()));
        works.push(Work::verifying(kind, Row::read(kind)?, move |text| {
            let credential: DataIntegrity<JsonCredential, AnySuite> = from_json_str(text)?;
            block_on(credential.verify(&parameters))??;
            Ok(())
        })?);
    }
    for kind in ["vc_jwt.es256", "vc_jwt.eddsa"] {
        let row = Row::read(kind)?;
        let parameters = VerificationParameters::from_resolver(Keys::of(&row)?);
        works.push(Work::verifying(kind, row, move |text| {
            let token = JwsSlice::new(text.as_bytes()).map_err(|_| "no JWS")?;
            let credential = JoseVc::decode_any(token)?;
            block_on(credential.verify(&parameters))??;
            Ok(())
        })?);
    }
    answer(works)
}

/// The issuers' keys by the names of their verification methods.
struct Keys {
    keys: HashMap<String, JWK>,
}

impl Keys {
    fn of(row: &Row) -> Result<Keys, Fault> {
        let mut keys = HashMap::new();
        for issuer in &row.issuers {
            keys.insert(text_of(issuer, "kid")?.to_owned(), serde_json::from_value(issuer["jwk"].clone())?);
        }
        Ok(Keys { keys })
    }
}

impl JWKResolver for Keys {
    async fn fetch_public_jwk(&'_ self, key_id: Option<&str>) -> Result<Cow<'_, JWK>, ProofValidationError> {
        let key = key_id.and_then(|name| self.keys.get(name)).ok_or(ProofValidationError::MissingPublicKey)?;
        Ok(Cow::Borrowed(key))
    }
}
