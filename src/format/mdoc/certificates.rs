//! Certificates of an mdoc's signer: the profile of document signers and their authorities (ISO/IEC 18013-5, Annex B.1).
//!
//! The chain itself is found by [`crate::format::chains`]. A document signer that the operator listed by its own certificate is
//! trusted as it is: what its profile lacks is noted then.

use crate::check::{Findings, Note};
use crate::credential::Decoded;
use crate::format::candidate::Candidate;
use crate::format::{Context, signers};
use crate::reason::{Code, Reason};
use crate::time::Timestamp;
use crate::trust::Chain;
use crate::trust::x509::{Certificate, KeyUsage};

/// Extended key usage of document signers.
pub const DOCUMENT_SIGNER: &str = "1.0.18013.5.1.2";
const DAY_SECONDS: i64 = 86_400;
/// Days that a document signer's certificate is valid at most.
pub const SIGNER_DAYS: i64 = 457;
/// Days of the twenty years of an authority, leap days and a day at each end counted.
pub const AUTHORITY_DAYS: i64 = 20 * 365 + 5 + 2;

/// Where the credential says that it was issued.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'d> {
    /// `issuing_country`.
    pub country: Option<&'d str>,
    /// `issuing_jurisdiction`, as ISO 3166-2.
    pub jurisdiction: Option<&'d str>,
}

/// Stage Key and what of Validity rests on certificates.
pub fn check(
    candidate: &Candidate,
    (decoded, place): (&Decoded<'_>, Place<'_>),
    context: &Context<'_>,
    findings: &mut Findings,
) {
    let is_listed = match candidate.signer() {
        None => false,
        Some(signer) => {
            signers::check_standing(signer, context, findings);
            signers::check_validity(signer, decoded, context, findings);
            true
        }
    };
    let certificates = candidate.certificates();
    let Some(leaf) = certificates.first() else { return };
    let authority = match candidate.signer().map(|signer| &signer.chain) {
        Some(Chain::IssuedBy(authority)) => Some(&**authority),
        _ => certificates.get(1),
    };
    let mut profile = Profile { is_lenient: is_listed && !context.policy.strict, findings };
    profile.check_uses(leaf);
    if certificates.len() > 2 {
        let reason = Reason::new(Code::X509PathLen).expected("the authority right above the signer");
        profile.demand(Err(reason.got(certificates.len())));
    }
    profile.demand(check_issuer_place(leaf, authority));
    profile.demand(check_issuing_place(candidate, leaf, place));
    if let Some(chained) = candidate.chained()
        && !chained.anchor.certifies_type(decoded.types.iter().map(|name| &**name))
    {
        let reason = Reason::new(Code::TrustIssuerUnknown).expected(chained.anchor.types.join(", "));
        findings.fail(reason.got("another type of document"));
    }
    check_spans(leaf, authority, context, findings);
    check_signed(leaf, decoded.issued_at, findings);
}

struct Profile<'f> {
    /// A broken rule is noted only.
    is_lenient: bool,
    findings: &'f mut Findings,
}

impl Profile<'_> {
    fn demand(&mut self, met: Result<(), Reason>) {
        match met {
            Ok(()) => {}
            Err(reason) if self.is_lenient => {
                let sentence = format!("The listed signer breaks a rule of its profile ({reason}).");
                self.findings.note(Note::new("deviation.signer_profile", sentence));
            }
            Err(reason) => self.findings.fail(reason),
        }
    }

    /// Table B.3: key usage digitalSignature, extended key usage 1.0.18013.5.1.2 and no other.
    fn check_uses(&mut self, leaf: &Certificate) {
        if !leaf.key_usage().is_some_and(KeyUsage::digital_signature) {
            self.demand(Err(Reason::new(Code::X509KeyUsage).expected("digitalSignature").got(leaf.subject_text())));
        }
        let uses = leaf.extended_key_usages();
        if !uses.iter().any(|usage| usage == DOCUMENT_SIGNER) {
            let got = if uses.is_empty() { "none".to_owned() } else { uses.join(", ") };
            self.demand(Err(Reason::new(Code::X509EkuPurpose).expected(DOCUMENT_SIGNER).got(got)));
        }
    }
}

/// Tables B.1 and B.3: the signer's country is its authority's; so is its state, where the authority names one.
fn check_issuer_place(leaf: &Certificate, authority: Option<&Certificate>) -> Result<(), Reason> {
    let Some(authority) = authority else { return Ok(()) };
    let mismatch = |due: Option<&str>, got: Option<&str>| {
        let word = |text: Option<&str>| text.unwrap_or("none").to_owned();
        Reason::new(Code::X509IssuerMismatch).expected(word(due)).got(word(got))
    };
    let same = |a: Option<&str>, b: Option<&str>| match (a, b) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => a.is_none() && b.is_none(),
    };
    if !same(leaf.subject_country(), authority.subject_country()) {
        return Err(mismatch(authority.subject_country(), leaf.subject_country()));
    }
    if authority.subject_state().is_some() && !same(leaf.subject_state(), authority.subject_state()) {
        return Err(mismatch(authority.subject_state(), leaf.subject_state()));
    }
    Ok(())
}

/// ISO/IEC 18013-5, 7.2.1 and 9.3.1: `issuing_country` is the signer's country, `issuing_jurisdiction` its state.
fn check_issuing_place(candidate: &Candidate, leaf: &Certificate, place: Place<'_>) -> Result<(), Reason> {
    let mismatch =
        |due: &str, got: &str| Err(Reason::new(Code::TrustIssuerCountry).expected(due.to_owned()).got(got.to_owned()));
    let own = candidate.description().country.as_deref().or(leaf.subject_country());
    if let (Some(claimed), Some(own)) = (place.country, own)
        && !claimed.eq_ignore_ascii_case(own)
    {
        return mismatch(own, claimed);
    }
    if let (Some(claimed), Some(state)) = (place.jurisdiction, leaf.subject_state()) {
        let part = |text: &str| text.rsplit('-').next().unwrap_or_default().to_ascii_uppercase();
        if part(claimed) != part(state) {
            return mismatch(state, claimed);
        }
    }
    Ok(())
}

/// Tables B.1 and B.3: a document signer is valid for 457 days at most, an authority for 20 years.
///
/// Deviation: unless `strict`, a longer span is noted only.
fn check_spans(leaf: &Certificate, authority: Option<&Certificate>, context: &Context<'_>, findings: &mut Findings) {
    let mut check = |certificate: &Certificate, most: i64, who: &'static str| {
        let seconds = certificate.not_after().seconds().saturating_sub(certificate.not_before().seconds());
        let days = seconds / DAY_SECONDS;
        if days <= most {
            return;
        }
        if context.policy.strict {
            findings.fail(Reason::new(Code::X509Profile).expected(format!("{who}: at most {most} days")).got(days));
        } else {
            let sentence = format!("The certificate of the {who} is valid for {days} days; {most} are the most.");
            findings.note(Note::new("deviation.certificate_span", sentence));
        }
    };
    check(leaf, SIGNER_DAYS, "document signer");
    if let Some(authority) = authority {
        check(authority, AUTHORITY_DAYS, "authority");
    }
}

/// ISO/IEC 18013-5, 9.3.1: the credential was signed while its signer's certificate was valid.
fn check_signed(leaf: &Certificate, signed: Option<Timestamp>, findings: &mut Findings) {
    let Some(signed) = signed else { return };
    if signed < leaf.not_before() || signed > leaf.not_after() {
        let due = format!("{} to {}", leaf.not_before(), leaf.not_after());
        findings.fail(Reason::new(Code::MdocValidityOutsideDs).expected(due).got(signed));
    }
}
