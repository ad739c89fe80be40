//! Authorities by country, while a snapshot is built: whose document signers must chain to them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::encoding::base64url;
use crate::policy::Environment;
use crate::reason::{Code, Reason};
use crate::trust::anchors::{Anchor, Anchors};
use crate::trust::entry::Entry;
use crate::trust::x509::{Certificate, check_issued_by};
use crate::trust::{Chain, Problem, decode_certificate};

/// Stands for the country of an authority that cannot be read at all.
const ANY_COUNTRY: &str = "*";

/// The authorities of a snapshot that is being built.
#[derive(Default)]
pub(super) struct Authorities {
    by_country: HashMap<String, Vec<Authority>>,
}

/// An authority of a country.
struct Authority {
    environment: Environment,
    formats: Vec<String>,
    /// `None` when it cannot be read: then nobody is certified by it, and its country is not one without authorities.
    certificate: Option<Arc<Certificate>>,
    entry: Arc<Entry>,
}

impl Authority {
    fn certifies(&self, environment: Environment, formats: &[String]) -> bool {
        self.environment == environment && self.formats.iter().any(|format| formats.contains(format))
    }
}

impl Authorities {
    /// Adds the authority of an entry, if it is one, and its anchor.
    ///
    /// # Errors
    /// Why the authority certifies nobody.
    pub(super) fn add(
        &mut self,
        list: Option<&str>,
        entry: &Arc<Entry>,
        anchors: &mut Anchors,
    ) -> Result<(), Box<Problem>> {
        let Entry::Authority { certificate: text, country, environment, formats, types, list: own_list } = &**entry
        else {
            return Ok(());
        };
        let decoded = decode_certificate(text);
        let subject = match &decoded {
            Ok(certificate) => certificate.subject_country().map(str::to_owned),
            Err(_) => country_in(text),
        };
        // An authority that cannot be read stands for its country all the same, or for every country when that cannot be told.
        let country = country.clone().or(subject).map_or_else(|| ANY_COUNTRY.to_owned(), |it| it.to_ascii_uppercase());
        let mut authority =
            Authority { environment: *environment, formats: formats.clone(), certificate: None, entry: entry.clone() };
        let read = match decoded {
            Ok(certificate) => {
                authority.certificate = Some(Arc::new(certificate.clone()));
                anchors.add(Anchor {
                    certificate,
                    environment: *environment,
                    formats: formats.clone(),
                    types: types.clone(),
                    list: own_list.clone().or_else(|| list.map(str::to_owned)),
                    entry: entry.clone(),
                });
                Ok(())
            }
            Err(reason) => Err(Box::new(Problem { entry: format!("authority of {country}"), reason })),
        };
        self.by_country.entry(country).or_default().push(authority);
        read
    }

    /// Chains a signer to the authorities of its country; returns them as entries too, so that a replay finds the same.
    pub(super) fn chain(
        &self,
        leaf: &Certificate,
        country: &str,
        (environment, formats): (Environment, &[String]),
    ) -> (Chain, Vec<Arc<Entry>>) {
        let of_country = |country: &str| self.by_country.get(country).map_or(&[][..], Vec::as_slice);
        let known: Vec<&Authority> = of_country(&country.to_ascii_uppercase())
            .iter()
            .chain(of_country(ANY_COUNTRY).iter().filter(|authority| authority.certificate.is_none()))
            .filter(|authority| authority.certifies(environment, formats))
            .collect();
        // Of several faults the one of the authority that bears the issuer's name says most.
        let mut fault = None;
        for authority in &known {
            let Some(certificate) = &authority.certificate else { continue };
            match check_issued_by(leaf, certificate) {
                Ok(()) => return (Chain::IssuedBy(certificate.clone()), vec![authority.entry.clone()]),
                Err(reason) if reason.code() != Code::X509UntrustedRoot => fault = Some(reason),
                Err(_) => {}
            }
        }
        if known.is_empty() {
            return (Chain::NoAuthority, Vec::new());
        }
        let reason = fault.unwrap_or_else(|| Reason::new(Code::X509UntrustedRoot).got(leaf.issuer_text()));
        (Chain::Broken(reason), known.iter().map(|authority| authority.entry.clone()).collect())
    }
}

/// The country that a damaged certificate names last, which is its subject's: the attribute is found by its bytes.
fn country_in(text: &str) -> Option<String> {
    const COUNTRY_NAME: [u8; 3] = [0x55, 0x04, 0x06];
    let der = base64url::decode_any(text).ok()?;
    let found = der.windows(7).rev().find(|bytes| bytes.starts_with(&COUNTRY_NAME) && bytes.get(4) == Some(&2))?;
    let letters = std::str::from_utf8(found.get(5..7)?).ok()?;
    letters.bytes().all(|b| b.is_ascii_alphabetic()).then(|| letters.to_ascii_uppercase())
}
