//! vidimus as a contender: text of a credential in, its whole verification out, policy, contexts and trust at hand.

use std::hint::black_box;
use std::sync::Arc;

use vidimus::credential::Input;
use vidimus::envelope::data_integrity::bbs::Wish;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::evidence::Evidence;
use vidimus::issue::derive::derive;
use vidimus::linked_data::Contexts;
use vidimus::occasion::Occasion;
use vidimus::policy::{IssuerDemand, Policy};
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::verify::{Request, verify};
use rival_protocol::{Fault, Work, answer, input};

/// Kinds of work, by suite.
const VERIFIED: [(&str, &str); 5] = [
    ("eddsa-rdfc-2022.verify", "eddsa-rdfc-2022"),
    ("eddsa-jcs-2022.verify", "eddsa-jcs-2022"),
    ("ecdsa-rdfc-2019.verify", "ecdsa-rdfc-2019"),
    ("ecdsa-sd-2023.verify", "ecdsa-sd-2023"),
    ("bbs-2023.verify", "bbs-2023"),
];
const DERIVED: [(&str, &str); 2] = [("ecdsa-sd-2023.derive", "ecdsa-sd-2023"), ("bbs-2023.derive", "bbs-2023")];

fn main() -> Result<(), Fault> {
    // As for the others: whoever has the key of the `did:key` is the issuer.
    let policy = Arc::new(Policy { issuers: IssuerDemand::Resolvable, ..Policy::default() });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let now = Timestamp::from_seconds(now.try_into()?);
    let trust = Arc::new(Trust::none());
    let mut works = Vec::new();
    for (kind, suite) in VERIFIED {
        let (text, spoilt) = (input(&format!("{suite}.json"))?, input(&format!("{suite}.spoilt.json"))?);
        let (policy, trust) = (policy.clone(), trust.clone());
        let step = move |text: &str| {
            let input = Input::text(text.to_owned());
            let request = Request { input, occasion: Occasion::at(now), policy: policy.clone() };
            let report = verify(&request, &trust, &Evidence::none());
            match report.is_accepted() {
                true => Ok(()),
                false => Err(report.first_reason().map(ToString::to_string).unwrap_or_default().into()),
            }
        };
        if step(&spoilt).is_ok() {
            return Err(format!("{kind}: takes what is spoilt").into());
        }
        works.push(Work { kind, step: Box::new(move || step(&text)) });
    }
    let about: serde_json::Value = serde_json::from_str(&input("about.json")?)?;
    let selected = about["selected"].as_array().ok_or("no pointers")?.iter();
    let selected: Vec<String> = selected.filter_map(|pointer| pointer.as_str()).map(str::to_owned).collect();
    for (kind, suite) in DERIVED {
        let (base, selected) = (input(&format!("{suite}.base.json"))?, selected.clone());
        let step = move || -> Result<(), Fault> {
            let wish = Wish { selective: &selected, ..Wish::default() };
            let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
            black_box(derive(&base, &wish, &terms).map_err(|fault| fault.to_string())?);
            Ok(())
        };
        works.push(Work { kind, step: Box::new(step) });
    }
    answer(&works)
}
