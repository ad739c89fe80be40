//! The `ssi` library as a contender: text of a credential in, its verification out, contexts and DID document at hand.

use futures_executor::block_on;
use ssi::claims::VerificationParameters;
use ssi::claims::data_integrity::{AnySuite, DataIntegrity, from_json_str};
use ssi::claims::vc::v2::JsonCredential;
use ssi::dids::{AnyDidMethod, VerificationMethodDIDResolver};
use ssi::verification_methods::AnyMethod;
use vidimus_rivals::{Fault, Work, answer, input};

type Parameters = VerificationParameters<VerificationMethodDIDResolver<AnyDidMethod, AnyMethod>>;

fn main() -> Result<(), Fault> {
    // Contexts come from the library's own static loader, the keys from `did:key`: nothing is fetched.
    let parameters = || Parameters::from_resolver(VerificationMethodDIDResolver::new(AnyDidMethod::default()));
    let mut works = Vec::new();
    for kind in ["eddsa-rdfc-2022.verify", "ecdsa-rdfc-2019.verify"] {
        let suite = kind.trim_end_matches(".verify");
        let (text, spoilt) = (input(&format!("{suite}.json"))?, input(&format!("{suite}.spoilt.json"))?);
        let parameters = parameters();
        if verify(&spoilt, &parameters).is_ok() {
            return Err(format!("{kind}: takes what is spoilt").into());
        }
        works.push(Work { kind, step: Box::new(move || verify(&text, &parameters)) });
    }
    answer(&works)
}

fn verify(text: &str, parameters: &Parameters) -> Result<(), Fault> {
    let credential: DataIntegrity<JsonCredential, AnySuite> = from_json_str(text)?;
    block_on(credential.verify(parameters))??;
    Ok(())
}
