//! Paths: from a leaf over the intermediates that came with it to an authority that the operator trusts (RFC 5280, 6.1).
//!
//! Every way is tried, best first, within a budget of signature checks and a greatest length; so neither forty cross-signed
//! authorities nor a circle of them can keep us busy (RUSTSEC-2023-0052). What the peer sends is never an anchor.

use crate::limits;
use crate::reason::{Code, Reason};
use crate::time::Timestamp;
use crate::trust::x509::{Certificate, check_issued_by, check_may_issue};

/// The path found: from the leaf to the anchor.
pub type Path = Vec<Certificate>;

/// The first sound path from `leaf` to one of `anchors`. An anchor itself is a path of one.
///
/// The leaf's extended key usage and names are the caller's to check.
///
/// # Errors
/// `x509.untrusted_root` when no path leads to an anchor; where one does but for a fault, that fault: `x509.expired`,
/// `x509.not_a_ca`, `x509.path_len`, `x509.key_usage`, `x509.critical_extension`, `x509.weak_alg`;
/// `x509.chain_too_long` when there are too many intermediates or the budget is spent.
pub fn check_path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Certificate],
    now: Timestamp,
) -> Result<Path, Reason> {
    check_usable(leaf, now)?;
    if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return Err(Reason::new(Code::X509KeyUsage).expected("digitalSignature").got(leaf.subject_text()));
    }
    check_path_of_any(leaf, intermediates, anchors, now)
}

/// The same of a leaf whose key usage is the caller's to check too.
///
/// # Errors
/// As [`check_path`].
pub fn check_path_of_any(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Certificate],
    now: Timestamp,
) -> Result<Path, Reason> {
    if intermediates.len() > limits::X5CHAIN {
        return Err(Reason::new(Code::X509ChainTooLong).expected(limits::X5CHAIN).got(intermediates.len()));
    }
    check_usable(leaf, now)?;
    if anchors.contains(leaf) {
        return Ok(vec![leaf.clone()]);
    }
    let mut search = Search { intermediates, anchors, now, budget: limits::PATH_SIGNATURES, fault: None };
    let mut path = vec![leaf];
    if search.extend(&mut path) {
        return Ok(path.into_iter().cloned().collect());
    }
    Err(search.fault.unwrap_or_else(|| Reason::new(Code::X509UntrustedRoot).got(leaf.issuer_text())))
}

struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    now: Timestamp,
    /// Signature checks left.
    budget: usize,
    /// The first fault that kept a fitting name from being the issuer.
    fault: Option<Reason>,
}

impl<'a> Search<'a> {
    /// `true` when the path could be led on to an anchor; it then holds all of it.
    fn extend(&mut self, path: &mut Vec<&'a Certificate>) -> bool {
        let Some(last) = path.last().copied() else { return false };
        if path.len() > limits::X5CHAIN {
            self.note(Reason::new(Code::X509ChainTooLong).expected(limits::X5CHAIN));
            return false;
        }
        for (candidate, is_anchor) in self.candidates(last) {
            if path.contains(&candidate) {
                continue;
            }
            if let Err(reason) = self.check_step(path, last, candidate) {
                self.note(reason);
                continue;
            }
            path.push(candidate);
            if is_anchor || self.extend(path) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Who may have issued `last`: those with the right name, anchors first, and first those whose key identifier fits.
    fn candidates(&self, last: &Certificate) -> Vec<(&'a Certificate, bool)> {
        let anchors = self.anchors.iter().map(|anchor| (anchor, true));
        // An anchor that the peer sends along is found among the anchors, or it is none.
        let others = self.intermediates.iter().filter(|sent| !self.anchors.contains(sent)).map(|sent| (sent, false));
        let mut found: Vec<_> = anchors.chain(others).filter(|(who, _)| last.0.issuer == who.0.subject).collect();
        let fits = |who: &Certificate| match (last.authority_key_id(), who.subject_key_id()) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        };
        found.sort_by_key(|(who, is_anchor)| (!fits(who), !*is_anchor));
        found
    }

    /// May `issuer` stand above `last`, and did it sign it?
    fn check_step(&mut self, path: &[&Certificate], last: &Certificate, issuer: &Certificate) -> Result<(), Reason> {
        check_may_issue(issuer)?;
        check_usable(issuer, self.now)?;
        check_path_len(path, issuer)?;
        self.budget = self.budget.checked_sub(1).ok_or_else(|| {
            let spent = Reason::new(Code::X509ChainTooLong).expected(limits::PATH_SIGNATURES);
            spent.got("more signature checks than that")
        })?;
        check_issued_by(last, issuer)
    }

    /// Keeps the first fault; any other fault says more than "not trusted".
    fn note(&mut self, reason: Reason) {
        let says_more = self.fault.as_ref().is_none_or(|known| known.code() == Code::X509UntrustedRoot);
        if says_more {
            self.fault = Some(reason);
        }
    }
}

/// Validity now, and no critical extension that we do not know (RFC 5280, 4.2).
fn check_usable(certificate: &Certificate, now: Timestamp) -> Result<(), Reason> {
    if let Some(extension) = certificate.unknown_critical_extension() {
        return Err(Reason::new(Code::X509CriticalExtension).got(extension));
    }
    certificate.check_valid_at(now)
}

/// Authorities between `issuer` and the leaf, self-issued ones not counted (RFC 5280, 4.2.1.9).
fn check_path_len(path: &[&Certificate], issuer: &Certificate) -> Result<(), Reason> {
    let Some(most) = issuer.basic_constraints().and_then(|constraints| constraints.path_len) else {
        return Ok(());
    };
    let between = path.iter().skip(1).filter(|certificate| !certificate.is_self_issued()).count();
    if between > usize::from(most) {
        return Err(Reason::new(Code::X509PathLen).expected(usize::from(most)).got(between));
    }
    Ok(())
}
