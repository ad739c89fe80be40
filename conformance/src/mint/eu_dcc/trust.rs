//! Who may sign, and what.

use vidimus::reason::Code;

use super::certificate::{Certificate, NOT_DETECTED, Signers, claims_json, recovery, test, vaccination, with};
use crate::mint::scene::Scene;
use crate::vector::Vector;

/// What the trust list says of the signer.
pub(super) fn lists(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let signer = signers.trusted("signer")?;
    let mut refuse = |case: &str, title: &str, code, trust| {
        all.push(scene.trusting(trust).refuses(parent, case, title, code, good.input()));
    };
    refuse("signer-not-listed", "The trust list is empty.", Code::TrustKeyUnknown, vec![]);
    let production = vec![with(&signer, "environment", "production")];
    let title = "The signer is listed for production only.";
    refuse("signer-of-production", title, Code::TrustEnvironment, production);
    let withdrawn = vec![with(&signer, "withdrawn", true)];
    refuse("signer-withdrawn", "The trust list withdrew the signer.", Code::TrustKeyWithdrawn, withdrawn);
    let crowd = (0..17).map(|n| with(&signer, "list", format!("list {n}"))).collect();
    let title = "Seventeen lists name a signer with this key identifier.";
    refuse("kid-crowd", title, Code::TrustKidAmbiguous, crowd);

    let claims = Some(claims_json(&vaccination()));
    let chained = scene.trusting(vec![signers.authority("authority")?, signer.clone()]);
    let title = "The signer chains to the authority of its country.";
    let parent = chained.accepts("chained", title, good.input(), claims);
    let stranger = scene.trusting(vec![signers.authority("other-authority")?, signer]);
    let title = "The only known authority did not certify the signer.";
    all.push(stranger.refuses(&parent, "signer-of-no-authority", title, Code::X509UntrustedRoot, good.input()));
    all.push(parent);
    Ok(())
}

/// What the signer's certificate says.
pub(super) fn certificates(
    scene: &Scene,
    signers: &Signers<'_>,
    good: &Certificate<'_>,
    parent: &Vector,
    all: &mut Vec<Vector>,
) -> Result<(), String> {
    let strict = scene.demanding("strict", true).needing("strict");
    let claims = Some(claims_json(&vaccination()));
    let strict_parent = strict.accepts("strict", "The same certificate under a strict policy.", good.input(), claims);
    let mut by =
        |(scene, parent): (&Scene, &Vector), name: &str, case: &str, title: &str, code| -> Result<(), String> {
            let key = signers.pki.key(name)?;
            let input = signers.certificate_by(name, &key, &vaccination())?.input();
            all.push(scene.trusting(vec![signers.trusted(name)?]).refuses(parent, case, title, code, input));
            Ok(())
        };
    let usual = (scene, parent);
    let title = "The signer's certificate ended twelve days ago.";
    by(usual, "signer-that-ended", "signer-ended", title, Code::X509Expired)?;
    let title = "The signer's certificate has an unknown critical extension.";
    by(usual, "signer-with-critical-extension", "signer-critical-extension", title, Code::X509CriticalExtension)?;
    let title = "The issuer claim names another country than the signer's.";
    by(usual, "signer-of-other-country", "issuer-of-another-country", title, Code::TrustIssuerCountry)?;
    let title = "The signer's certificate is for key agreement only.";
    by((&strict, &strict_parent), "signer-for-agreement", "signer-for-agreement", title, Code::X509KeyUsage)?;
    all.push(strict_parent);
    Ok(())
}

/// What a signer's extended key usage allows.
pub(super) fn purposes(scene: &Scene, signers: &Signers<'_>, all: &mut Vec<Vector>) -> Result<(), String> {
    let kinds = [
        ("signer-of-tests", test(NOT_DETECTED)),
        ("signer-of-vaccinations", vaccination()),
        ("signer-of-recoveries", recovery()),
    ];
    for (name, dcc) in kinds {
        let scene = scene.trusting(vec![signers.trusted(name)?]);
        let key = signers.pki.key(name)?;
        let good = signers.certificate_by(name, &key, &dcc)?;
        let title = format!("A {} signs what its extended key usage names.", name.replace('-', " "));
        let parent = scene.accepts(name, &title, good.input(), Some(claims_json(&dcc)));
        let other = if name == "signer-of-tests" { vaccination() } else { test(NOT_DETECTED) };
        let wrong = signers.certificate_by(name, &key, &other)?;
        let title = format!("A {} signs another kind of event.", name.replace('-', " "));
        all.push(scene.refuses(&parent, &format!("{name}-oversteps"), &title, Code::X509EkuPurpose, wrong.input()));
        all.push(parent);
    }
    Ok(())
}
