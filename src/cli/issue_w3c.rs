//! `vidimus issue` for W3C credentials and presentations in JOSE and COSE.

use clap::Args;
use serde_json::Value as Json;

use crate::cli::trouble::Trouble;
use crate::crypto::own_keys::OwnKey;
use crate::issue::IssueFault;
use crate::issue::sd_jwt::random_salt;
use crate::issue::vc_jose::{self, Token, TokenClaims};
use crate::time::Timestamp;

/// What only W3C credentials and presentations have.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct W3cOptions {
    /// The relying party's nonce, into a W3C presentation.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    nonce: Option<String>,
    /// The relying party, into a W3C presentation.
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// JSON pointer to what the holder may keep back (vc_sd_jwt, sd_jwt_vc); repeat for several.
    #[arg(long = "disclosable", value_name = "POINTER")]
    pub(super) disclosable: Vec<String>,
    /// The holder's public key as JWK: who shows a vc_sd_jwt or sd_jwt_vc must prove to hold it.
    #[arg(long, value_name = "JWK")]
    holder_key: Option<String>,
    /// Digests that stand for nothing, at the top of an sd_jwt_vc: who counts digests learns less.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=500))]
    pub(super) decoys: u16,
    /// Prints the enveloped credential or presentation (a JSON object) in the place of the token.
    #[arg(long)]
    enveloped: bool,
}

/// Times that the command line names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// When the token is signed.
    pub(super) issued_at: Option<Timestamp>,
    /// When its signature ends.
    pub(super) expires: Option<Timestamp>,
}

impl W3cOptions {
    /// The token of a document, or the envelope around it; `None` when `format` is none of these.
    pub(super) fn issue(
        &self,
        format: &str,
        document: &Json,
        (key, kid): (&OwnKey, &str),
        times: Times,
    ) -> Option<Result<String, Refused>> {
        let issued = match format {
            "vc_jwt" => {
                self.claims(times).and_then(|claims| vc_jose::jwt(document, &claims, key, kid).map_err(Refused::Fault))
            }
            "vc_sd_jwt" => self.claims(times).and_then(|claims| {
                let what = (&claims, self.disclosable.as_slice());
                vc_jose::sd_jwt(document, what, &mut random_salt, key, kid).map_err(Refused::Fault)
            }),
            "vc_cose" => {
                self.claims(times).and_then(|claims| vc_jose::cose(document, &claims, key, kid).map_err(Refused::Fault))
            }
            _ => return None,
        };
        Some(issued.map(|token| self.text(&token, document)))
    }

    /// The holder's key, if one was given.
    pub(super) fn holder_key(&self) -> Result<Option<Json>, Trouble> {
        let key = self.holder_key.as_deref().map(|jwk| crate::encoding::json::from_slice(jwk.as_bytes())).transpose();
        key.map_err(|reason| Trouble::new(format!("--holder-key: {reason}")))
    }

    fn claims(&self, times: Times) -> Result<TokenClaims, Refused> {
        let holder_key = self.holder_key().map_err(Refused::Trouble)?;
        Ok(TokenClaims {
            issued_at: times.issued_at,
            expires: times.expires,
            nonce: self.nonce.clone(),
            audience: self.audience.clone(),
            holder_key,
        })
    }

    fn text(&self, token: &Token, document: &Json) -> String {
        if self.enveloped { token.enveloped(vc_jose::kind_of(document)).to_string() } else { token.text().into_owned() }
    }
}

/// Why nothing was issued.
pub(super) enum Refused {
    /// By the issuing twin.
    Fault(IssueFault),
    /// By the command line.
    Trouble(Trouble),
}
