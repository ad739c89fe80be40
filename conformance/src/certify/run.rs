//! Running: every case is a session of its own, several at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::judge::{Seen, judge};
use super::plan::{Case, cases};
use super::results::{CaseResult, Outcome};
use super::subject::{Begun, NoSession, Subject, Told, Wish};
use crate::wallet::answer::{Ending, Wallet};
use crate::wallet::fault::{Due, Fault};

/// Seconds that the session of a late response lasts, and how long the wallet waits for its end.
const SHORT_SESSION: u32 = 10;
const PAST_ITS_END: Duration = Duration::from_millis(11_500);

/// What every case needs.
#[derive(Clone)]
pub struct Bench {
    /// The verifier.
    pub subject: Arc<Subject>,
    /// An honest wallet.
    pub wallet: Wallet,
}

/// Why a case has no result of its own.
enum Stopped {
    Skip(String),
    Fail(String),
}

/// Every case whose module and variant hold `only`, `jobs` at a time.
pub async fn run(bench: &Bench, only: &str, jobs: usize) -> Vec<CaseResult> {
    let chosen = cases().into_iter().filter(|case| format!("{} {}", case.row.name, case.variant.name()).contains(only));
    let permits = Arc::new(Semaphore::new(jobs.max(1)));
    let mut running = JoinSet::new();
    for (at, case) in chosen.enumerate() {
        let (bench, permits) = (bench.clone(), permits.clone());
        running.spawn(async move {
            let _permit = permits.acquire_owned().await;
            (at, CaseResult::of(&case, bench.outcome(&case).await))
        });
    }
    let mut done: Vec<(usize, CaseResult)> = running.join_all().await;
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Bench {
    async fn outcome(&self, case: &Case) -> Outcome {
        let knows_codes = self.subject.is_vidimus();
        match self.see(case).await {
            Ok(seen) => judge(case.row, &seen, knows_codes).map_or_else(Outcome::Fail, |()| Outcome::Pass),
            Err(Stopped::Skip(why)) => Outcome::Skip(why),
            Err(Stopped::Fail(why)) => Outcome::Fail(why),
        }
    }

    async fn begin(&self, case: &Case) -> Result<Begun, Stopped> {
        let fault = case.row.fault;
        let expires_in = (fault == Fault::Late).then_some(SHORT_SESSION);
        let wish = Wish { fault, variant: case.variant, expires_in };
        self.subject.begin(&self.wallet.http, &wish).await.map_err(|none| match none {
            NoSession::Unsupported(why) => Stopped::Skip(why),
            NoSession::Failed(why) => Stopped::Fail(why),
        })
    }

    async fn told(&self, begun: &Begun) -> Result<Told, Stopped> {
        self.subject.told(&self.wallet.http, begun).await.map_err(Stopped::Fail)
    }

    async fn see(&self, case: &Case) -> Result<Seen, Stopped> {
        if case.row.fault == Fault::Late && !self.subject.is_vidimus() {
            return Err(Stopped::Skip("nobody can say when a session of this verifier ends".to_owned()));
        }
        let begun = self.begin(case).await?;
        let mut wallet = self.wallet.with(case.row.fault);
        if case.row.fault == Fault::OtherSession {
            let other = self.begin(case).await?;
            let request = self.wallet.receive(&other.link).await;
            let request = request.map_err(|refusal| Stopped::Fail(format!("the wallet refused: {refusal}")))?;
            wallet.other_nonce = request.text("nonce").map(str::to_owned);
        }
        let request = wallet.receive(&begun.link).await;
        let request = request.map_err(|refusal| Stopped::Fail(format!("the wallet refused the request: {refusal}")))?;
        self.check_variant(case, &request)?;
        if case.row.fault == Fault::Late {
            tokio::time::sleep(PAST_ITS_END).await;
        }
        let (form, uri, status) = sent(&wallet, &request).await?;
        let mut seen = Seen { status, ..Seen::default() };
        if case.row.due == Due::FirstKept {
            let again = wallet.post(&uri, &form).await.map_err(Stopped::Fail)?;
            seen.afterwards = Some((again.status, self.told(&begun).await?));
            return Ok(seen);
        }
        seen.told = self.told(&begun).await?;
        if case.row.due == Due::Unmoved && seen.told.verdict.is_none() {
            let (_, _, status) = sent(&self.wallet, &request).await?;
            seen.afterwards = Some((status, self.told(&begun).await?));
        }
        Ok(seen)
    }

    /// The request is of the variant that was asked for, and asks for as many credentials as the fault takes.
    fn check_variant(&self, case: &Case, request: &crate::wallet::reading::Request) -> Result<(), Stopped> {
        let queries = request.parameters.pointer("/dcql_query/credentials").and_then(serde_json::Value::as_array);
        let count = queries.map_or(0, Vec::len);
        if case.row.fault.takes_two() && count < 2 {
            return Err(Stopped::Skip("the verifier asks for one credential".to_owned()));
        }
        let prefix = request.client_id.split(':').next().unwrap_or_default();
        if request.mode() == case.variant.mode && prefix == case.variant.prefix {
            return Ok(());
        }
        let got = format!("a request of {prefix} and {}", request.mode());
        match self.subject.is_vidimus() {
            true => Err(Stopped::Fail(format!("due: {}; got: {got}", case.variant.name()))),
            false => Err(Stopped::Skip("the verifier asks in another variant".to_owned())),
        }
    }
}

/// What was sent, where to, and the status that came back.
async fn sent(wallet: &Wallet, request: &crate::wallet::reading::Request) -> Result<(String, String, u16), Stopped> {
    match wallet.answer_request(request).await.map_err(Stopped::Fail)? {
        Ending::Sent { form, response_uri, answered } => Ok((form, response_uri, answered.status)),
        Ending::Refused(refusal) => Err(Stopped::Fail(format!("the wallet refused the request: {refusal}"))),
        _ => Err(Stopped::Skip("the response goes through a browser".to_owned())),
    }
}
