//! vidimus as a contender: text of a credential in, its whole verification out, policy, contexts and trust at hand.
//!
//! Every row is done in three ways: `one`, a call for each credential; `bulk`, all credentials of the row in one call; `read`, the
//! same, and the claims of each as JSON. A verdict rests on all claims, but a report makes JSON of them only when asked; rivals
//! give them in any case.

use std::hint::black_box;
use std::sync::Arc;

use rival_protocol::{Fault, Row, Work, answer};
use vidimus::credential::Input;
use vidimus::crypto::checker::{Checker, Cpu, Settings};
use vidimus::envelope::data_integrity::bbs::Wish;
use vidimus::envelope::data_integrity::transform::Terms;
use vidimus::evidence::Evidence;
use vidimus::issue::derive::derive_by;
use vidimus::linked_data::Contexts;
use vidimus::occasion::Occasion;
use vidimus::policy::Policy;
use vidimus::report::Report;
use vidimus::time::Timestamp;
use vidimus::trust::Trust;
use vidimus::trust::entry::Entry;
use vidimus::verify::{Request, verify, verify_batch};

/// As the `vidimus` command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VERIFIED: [&str; 13] = [
    "eu_dcc.es256",
    "eu_dcc.ps256",
    "smart_health_card.es256",
    "nz_covid_pass.es256",
    "vc_jwt.es256",
    "vc_jwt.eddsa",
    "vc_jwt_1_1.es256",
    "vc_jwt_1_1.eddsa",
    "vc_di.eddsa-rdfc-2022",
    "vc_di.eddsa-jcs-2022",
    "vc_di.ecdsa-rdfc-2019",
    "vc_di.ecdsa-sd-2023",
    "vc_di.bbs-2023",
];
/// As the service has them.
const CHECKS: Settings = Settings { cpu: Cpu::Auto, table_memory_bytes: 256 << 20, second_look: 1000 };

const DERIVED: [&str; 2] = ["vc_di.ecdsa-sd-2023.derive", "vc_di.bbs-2023.derive"];

fn main() -> Result<(), Fault> {
    let policy = Arc::new(Policy::default());
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let occasion = Occasion::at(Timestamp::from_seconds(now.try_into()?));
    let request = move |text: &str| Request {
        input: Input::text(text.to_owned()),
        occasion: occasion.clone(),
        policy: policy.clone(),
    };
    let mut works = Vec::new();
    for name in VERIFIED {
        let row = Row::read(name)?;
        let trust = Arc::new(trust_in(&row)?);
        settle(&trust, &row.credentials.iter().map(|text| request(text)).collect::<Vec<_>>());
        works.push(one(name, row.clone(), trust.clone(), request.clone())?);
        works.push(bulk(&format!("{name}/bulk"), row.clone(), trust.clone(), request.clone(), accepted)?);
        works.push(bulk(&format!("{name}/read"), row, trust, request.clone(), claims_read)?);
    }
    let checker = Arc::new(Checker::new(CHECKS));
    checker.warm_up();
    for name in DERIVED {
        let checker = checker.clone();
        let row = Row::read(name)?;
        let selected = row.selected.clone();
        works.push(Work::each(&format!("{name}/one"), row, move |base| {
            let wish = Wish { selective: &selected, ..Wish::default() };
            let terms = Terms { contexts: Contexts::bundled(), inline_contexts: false, budget: None };
            black_box(derive_by(&checker, base, &wish, &terms).map_err(|fault| fault.to_string())?);
            Ok(())
        })?);
    }
    answer(works)
}

/// Trust in the issuers of a row, ready before the first credential comes: whatever a verifier with a trust list computes of its
/// issuers in advance belongs here, outside of the measured time.
fn trust_in(row: &Row) -> Result<Trust, Fault> {
    let entries = row.trust.iter().cloned().map(serde_json::from_value).collect::<Result<Vec<Entry>, _>>()?;
    let (trust, problems) = Trust::from_entries(entries);
    match problems.first() {
        Some(problem) => Err(format!("{}: {}", problem.entry, problem.reason).into()),
        None => Ok(trust.checked_by(Arc::new(Checker::new(CHECKS)))),
    }
}

/// As after some minutes of service: every issuer was seen often, and has its tables, which a service builds on a thread of its own.
fn settle(trust: &Trust, requests: &[Request]) {
    trust.checker().warm_up();
    for _ in 0..1_200 * 4 / requests.len() + 1 {
        verify_batch(requests, trust, &Evidence::none());
    }
    trust.checker().build_all();
}

fn one(name: &str, row: Row, trust: Arc<Trust>, request: impl Fn(&str) -> Request + 'static) -> Result<Work, Fault> {
    let step = move |text: &str| accepted(&verify(&request(text), &trust, &Evidence::none()));
    Work::verifying(&format!("{name}/one"), row, step)
}

/// What is done with a report.
type Take = fn(&Report) -> Result<(), Fault>;

fn bulk(
    kind: &str,
    row: Row,
    trust: Arc<Trust>,
    request: impl Fn(&str) -> Request + 'static,
    take: Take,
) -> Result<Work, Fault> {
    let texts = row.credentials;
    let verify_all = move |texts: &[String]| {
        let requests: Vec<Request> = texts.iter().map(|text| request(text)).collect();
        verify_batch(&requests, &trust, &Evidence::none())
    };
    // Among right ones the spoilt one is refused, and it alone.
    let mut mixed = texts.clone();
    mixed[0] = row.spoilt.ok_or("no spoilt credential")?;
    let takes: Vec<bool> = verify_all(&mixed).iter().map(|report| take(report).is_ok()).collect();
    if takes[0] || takes.iter().filter(|taken| **taken).count() != texts.len() - 1 {
        return Err(format!("{kind}: takes what is spoilt, or not what is right").into());
    }
    Ok(Work::together(kind, texts.len(), move || verify_all(&texts).iter().try_for_each(take)))
}

fn accepted(report: &Report) -> Result<(), Fault> {
    match report.is_accepted() {
        true => Ok(()),
        false => Err(report.first_reason().map(ToString::to_string).unwrap_or_default().into()),
    }
}

fn claims_read(report: &Report) -> Result<(), Fault> {
    accepted(report)?;
    for part in report.all_parts() {
        black_box(part.claims().ok_or("an accepted credential without claims")?);
    }
    Ok(())
}
