//! Signers with certificates: found by key identifier, judged by their standing. Shared by all HCERT formats.

use std::sync::Arc;

use crate::check::{Findings, Note};
use crate::credential::{Decoded, KeyId};
use crate::format::candidate::{Candidate, Whose};
use crate::format::{Context, Keys};
use crate::limits;
use crate::reason::{Code, Reason};
use crate::trust::x509::{Certificate, KeyUsage};
use crate::trust::{Chain, Consulted, Signer};

/// The trusted signers of a format that have this key identifier; all are tried (HCERT 3.3.3), up to a limit.
pub fn by_kid(format: &str, kid: Option<&KeyId>, context: &Context<'_>) -> Keys {
    let Some(kid) = kid else { return Keys::default() };
    let of_format = |signer: &&Arc<Signer>| signer.formats.iter().any(|name| name == format);
    let known = context.trust.signers(kid.as_bytes());
    let ours = || known.iter().filter(of_format).filter(|signer| signer.environment == context.policy.environment);
    // Enough to come to the same answer again: ours if there are any, else the others.
    // A lone candidate brings its entry along.
    let consulted: Vec<Consulted> = match (ours().next(), ours().nth(1)) {
        (Some(_), None) => Vec::new(),
        (Some(_), Some(_)) => ours().take(limits::KID_CANDIDATES + 1).cloned().map(Consulted::Signer).collect(),
        (None, _) => known.iter().filter(of_format).take(1).cloned().map(Consulted::Signer).collect(),
    };
    if ours().nth(limits::KID_CANDIDATES).is_some() {
        let reason = Reason::new(Code::TrustKidAmbiguous).expected(limits::KID_CANDIDATES);
        return Keys { faults: vec![reason], consulted, ..Keys::default() };
    }
    let candidates: Vec<Candidate> = ours().cloned().map(|signer| Whose::Listed(signer).into()).collect();
    let faults = match (candidates.is_empty(), known.iter().find(of_format)) {
        (false, _) => Vec::new(),
        (true, Some(other)) => vec![
            Reason::new(Code::TrustEnvironment)
                .expected(context.policy.environment.name())
                .got(other.environment.name()),
        ],
        (true, None) => vec![Reason::new(Code::TrustKeyUnknown).got(kid.as_bytes())],
    };
    Keys { candidates, faults, consulted, ..Keys::default() }
}

/// Is the signer still on the list, and does it chain to its authority?
pub fn check_standing(signer: &Signer, context: &Context<'_>, findings: &mut Findings) {
    if signer.withdrawn {
        findings.fail(Reason::new(Code::TrustKeyWithdrawn));
    }
    if let Some(certificate) = &signer.certificate {
        check_extensions(certificate).err().into_iter().for_each(|reason| findings.fail(reason));
        check_may_sign(certificate, context, findings);
    }
    match &signer.chain {
        Chain::IssuedBy(authority) => {
            check_extensions(authority).err().into_iter().for_each(|reason| findings.fail(reason));
        }
        Chain::Broken(reason) => findings.fail(reason.clone()),
        Chain::NoAuthority => findings.note(Note::new(
            "trust.no_authority",
            "No authority of the signer's country is known; its presence on the trust list is the trust.",
        )),
    }
}

/// RFC 5280 §4.2.1.3: where key usage stands, a signer's holds digitalSignature.
///
/// Deviation: unless `strict`, a signer without it is noted only; the live signers of one member state lack it.
fn check_may_sign(certificate: &Certificate, context: &Context<'_>, findings: &mut Findings) {
    if certificate.key_usage().is_none_or(KeyUsage::digital_signature) {
        return;
    }
    if context.policy.strict {
        findings.fail(Reason::new(Code::X509KeyUsage).expected("digitalSignature").got("other uses only"));
    } else {
        findings.note(Note::new(
            "deviation.signer_key_usage",
            "The signer's certificate names key uses, and digital signatures are not among them.",
        ));
    }
}

/// RFC 5280 §4.2: a certificate with a critical extension that we do not know is not used.
fn check_extensions(certificate: &Certificate) -> Result<(), Reason> {
    match certificate.unknown_critical_extension() {
        None => Ok(()),
        Some(oid) => Err(Reason::new(Code::X509CriticalExtension).got(oid)),
    }
}

/// HCERT §2.6.3 and RFC 5280 §4.1.2.5: the certificates are valid now, and the credential's times lie within the signer's.
///
/// Deviation: unless `strict`, a credential may outlast its signer on paper; it then ends with the signer, and a note says so.
pub fn check_validity(signer: &Signer, decoded: &Decoded<'_>, context: &Context<'_>, findings: &mut Findings) {
    let Some(certificate) = &signer.certificate else { return };
    let (now, skew) = (context.occasion.now, i64::from(context.policy.clock_skew_seconds));
    let authority = match &signer.chain {
        Chain::IssuedBy(authority) => Some(&**authority),
        _ => None,
    };
    for certificate in std::iter::once(certificate).chain(authority) {
        if now.plus(-skew) > certificate.not_after() {
            findings.fail(
                Reason::new(Code::X509Expired).expected(format!("an end after {now}")).got(certificate.not_after()),
            );
        }
        if now.plus(skew) < certificate.not_before() {
            findings.fail(
                Reason::new(Code::X509Expired)
                    .expected(format!("a beginning before {now}"))
                    .got(certificate.not_before()),
            );
        }
    }
    let outlasts = decoded.expires.filter(|expires| *expires > certificate.not_after());
    let predates = decoded.issued_at.filter(|issued_at| *issued_at < certificate.not_before());
    if outlasts.is_none() && predates.is_none() {
        return;
    }
    if context.policy.strict {
        outlasts.into_iter().for_each(|expires| {
            findings.fail(
                Reason::new(Code::X509Expired)
                    .expected(format!("an end by {}, with its signer", certificate.not_after()))
                    .got(expires),
            );
        });
        predates.into_iter().for_each(|issued_at| {
            findings.fail(
                Reason::new(Code::X509Expired)
                    .expected(format!("issued after {}, by a valid signer", certificate.not_before()))
                    .got(issued_at),
            );
        });
    } else {
        findings.note(Note::new(
            "deviation.outside_signer_validity",
            "The credential's times are not within those of its signer's certificate; it ends with its signer.",
        ));
    }
}
