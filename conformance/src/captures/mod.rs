//! Replays what the W3C and CCG test suites were seen to send to a VC API, against a running service.
//!
//! A record that was answered 200 or 201 must be answered so, and what it gives must verify. A record that was refused must be
//! refused for the right reason, and its repaired sibling must succeed: a service that refuses everything agrees with no
//! record. What an issuer put in (its DID) is put in anew; requests to verify are sent as they were recorded.

pub mod client;
mod demands;
mod records;
mod repair;

use serde_json::{Value, json};

pub use demands::{Demand, Fault, demand_of};
pub use records::{Record, read};
use repair::Documents;

/// Whoever answers: a service, or a stand-in for one.
pub trait Ask {
    /// Status and JSON body of the answer to this body posted there.
    ///
    /// # Errors
    /// A sentence, when there was no answer in JSON.
    fn post(&self, path: &str, body: &Value) -> Result<Answer, String>;

    /// Status and JSON body of what stands there.
    ///
    /// # Errors
    /// A sentence, when there was no answer in JSON.
    fn get(&self, path: &str) -> Result<Answer, String>;
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// Names of what is wrong, as the service calls it: codes of `problemDetails`, and the problem with the request itself.
    pub fn codes(&self) -> Vec<String> {
        let listed = self.body["problemDetails"].as_array().map_or(&[][..], Vec::as_slice);
        let codes = listed
            .iter()
            .filter(|problem| problem["severity"] != "warning")
            .filter_map(|problem| problem["code"].as_str());
        let own =
            ["type", "problem"].into_iter().filter_map(|name| self.body[name].as_str()?.split_once("/v1/problems#"));
        codes.map(str::to_owned).chain(own.map(|(_, name)| name.to_owned())).collect()
    }

    fn is_verified(&self) -> bool {
        self.status == 200 && self.body["verified"] == true
    }
}

/// How one record went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Suite and number.
    pub name: String,
    /// What it is about, for the table.
    pub group: String,
    /// Why it does not agree; empty when it does.
    pub disagreements: Vec<String>,
    /// What is only told: the record proves nothing.
    pub remark: Option<String>,
    /// Requests sent for it.
    pub requests: usize,
}

/// Replays every record.
///
/// # Errors
/// A sentence, when the service does not tell its profiles.
pub fn replay(records: &[Record], service: &dyn Ask) -> Result<Vec<Outcome>, String> {
    let told = service.get("/issuers")?;
    let profiles = told.body.as_array().ok_or("GET /issuers gives no list of profiles")?;
    let replay = Replay { service, profiles, documents: Documents::of(records) };
    Ok(records.iter().map(|record| replay.record(record)).collect())
}

struct Replay<'a> {
    service: &'a dyn Ask,
    profiles: &'a [Value],
    documents: Documents,
}

/// What is found while one record is replayed.
#[derive(Default)]
struct Found {
    disagreements: Vec<String>,
    remark: Option<String>,
    requests: usize,
}

impl Found {
    fn expect(&mut self, what: &str, holds: bool, answer: &Answer) {
        if !holds {
            self.disagreements.push(format!("{what}: {} {}", answer.status, brief(answer)));
        }
    }
}

/// What is wrong according to an answer, or its beginning.
fn brief(answer: &Answer) -> String {
    let codes = answer.codes();
    if codes.is_empty() { answer.body.to_string().chars().take(160).collect() } else { codes.join(", ") }
}

impl Replay<'_> {
    fn record(&self, record: &Record) -> Outcome {
        let name = format!("{} {}", record.suite, record.number);
        let Some(demand) = demand_of(&record.suite, record.number) else {
            let disagreements = vec!["nobody wrote down what this record demands".to_owned()];
            return Outcome { name, group: "unknown".to_owned(), disagreements, remark: None, requests: 0 };
        };
        let mut found = Found::default();
        let done = match demand {
            Demand::Issued => self.issued(record, &mut found),
            Demand::Derived => self.derived(record, &mut found),
            Demand::Verified => self.verified(record, &mut found),
            Demand::Refused(fault) if record.is_issuing() => self.refused_issuing(record, fault, &mut found),
            Demand::Refused(fault) => self.refused(record, fault, &mut found),
            Demand::Unsure(why) => self.unsure(record, why, &mut found),
        };
        if let Err(sentence) = done {
            found.disagreements.push(sentence);
        }
        let Found { disagreements, remark, requests } = found;
        Outcome { name, group: demand.title().to_owned(), disagreements, remark, requests }
    }

    fn post(&self, path: &str, body: &Value, found: &mut Found) -> Result<Answer, String> {
        found.requests += 1;
        self.service.post(path, body)
    }

    fn issued(&self, record: &Record, found: &mut Found) -> Result<(), String> {
        let profile = self.profile(record.profile().ok_or("the record names no profile")?)?;
        let body = repair::with_issuer(&record.request, issuer_of(profile));
        let answer = self.post(&record.endpoint, &body, found)?;
        found.expect("issuing", answer.status == 201, &answer);
        if answer.status != 201 {
            return Ok(());
        }
        let shown = self.shown(profile, &answer.body["verifiableCredential"], found)?;
        let verdict = self.verify(&shown, found)?;
        found.expect("verifying what was issued", verdict.is_verified(), &verdict);
        Ok(())
    }

    fn derived(&self, record: &Record, found: &mut Found) -> Result<(), String> {
        let answer = self.post(&record.endpoint, &record.request, found)?;
        found.expect("deriving", answer.status == 201, &answer);
        if answer.status == 201 {
            let verdict = self.verify(&credential_in(answer.body), found)?;
            found.expect("verifying what was derived", verdict.is_verified(), &verdict);
        }
        Ok(())
    }

    fn verified(&self, record: &Record, found: &mut Found) -> Result<(), String> {
        let answer = self.post(&record.endpoint, &record.request, found)?;
        found.expect("verifying", answer.is_verified(), &answer);
        Ok(())
    }

    /// A request to issue that was refused: refused again for this reason; repaired, it is issued and verifies.
    fn refused_issuing(&self, record: &Record, fault: Fault, found: &mut Found) -> Result<(), String> {
        let named = record.profile().ok_or("the record names no profile")?;
        let (profile, is_there) = match self.profile(named) {
            Ok(profile) => (profile, true),
            Err(_) => (self.profile("vc-jwt")?, false),
        };
        let body = repair::with_issuer(&record.request, issuer_of(profile));
        let answer = self.post(&record.endpoint, &body, found)?;
        let due = if is_there { fault.codes() } else { Fault::Profile.codes() };
        found.expect("refusing", is_refused(&answer, due), &answer);
        let path = format!("/issuers/{}/credentials/issue", profile["id"].as_str().unwrap_or_default());
        if !is_there && fault != Fault::Profile {
            let answer = self.post(&path, &body, found)?;
            found.expect("refusing at a profile that is there", is_refused(&answer, fault.codes()), &answer);
        }
        let answer = self.post(&path, &repair::issuing(&body, fault, issuer_of(profile)), found)?;
        found.expect("issuing the repaired sibling", answer.status == 201, &answer);
        if answer.status == 201 {
            let shown = self.shown(profile, &answer.body["verifiableCredential"], found)?;
            let verdict = self.verify(&shown, found)?;
            found.expect("verifying the repaired sibling", verdict.is_verified(), &verdict);
        }
        Ok(())
    }

    /// A request to verify that was refused: refused again for this reason. Its sibling, secured by a key of the service,
    /// verifies, and broken in the same way is refused for the same reason.
    fn refused(&self, record: &Record, fault: Fault, found: &mut Found) -> Result<(), String> {
        let answer = self.post(&record.endpoint, &record.request, found)?;
        found.expect("refusing", is_refused(&answer, fault.codes()), &answer);
        let sibling =
            self.documents.sibling_of(record, fault).ok_or("the record has no document to make a sibling of")?;
        let profile = self.profile(sibling.profile)?;
        let body = json!({ "credential": repair::repaired(&sibling.document, fault, issuer_of(profile)) });
        let path = format!("/issuers/{}/credentials/issue", sibling.profile);
        let answer = self.post(&path, &body, found)?;
        found.expect("issuing the sibling", answer.status == 201, &answer);
        if answer.status != 201 {
            return Ok(());
        }
        let shown = self.shown(profile, &answer.body["verifiableCredential"], found)?;
        let verdict = self.verify(&shown, found)?;
        found.expect("verifying the sibling", verdict.is_verified(), &verdict);
        let broken = repair::broken(&shown, fault, &record.request);
        let answer = self.post("/credentials/verify", &broken, found)?;
        found.expect("refusing the broken sibling", is_refused(&answer, fault.codes()), &answer);
        Ok(())
    }

    fn unsure(&self, record: &Record, why: &str, found: &mut Found) -> Result<(), String> {
        let body = match record.profile().map(|name| self.profile(name)) {
            Some(profile) => repair::with_issuer(&record.request, issuer_of(profile?)),
            None => record.request.clone(),
        };
        let answer = self.post(&record.endpoint, &body, found)?;
        let codes = answer.codes().join(", ");
        found.remark = Some(format!("{why}; answered {} {codes}", answer.status));
        Ok(())
    }

    fn verify(&self, credential: &Value, found: &mut Found) -> Result<Answer, String> {
        let body = json!({ "verifiableCredential": credential, "options": { "checks": ["proof"] } });
        self.post("/credentials/verify", &body, found)
    }

    /// What a verifier is shown of an issued credential: all of it, derived first where the suite is for that.
    fn shown(&self, profile: &Value, credential: &Value, found: &mut Found) -> Result<Value, String> {
        if !["ecdsa-sd-2023", "bbs-2023"].contains(&profile["secures"].as_str().unwrap_or_default()) {
            return Ok(credential.clone());
        }
        let members = credential.as_object().map(|members| members.keys()).into_iter().flatten();
        let pointers: Vec<String> = members
            .filter(|name| !["@context", "id", "type", "proof"].contains(&name.as_str()))
            .map(|name| format!("/{name}"))
            .collect();
        let body = json!({ "verifiableCredential": credential, "options": { "selectivePointers": pointers } });
        let answer = self.post("/credentials/derive", &body, found)?;
        found.expect("deriving from what was issued", answer.status == 201, &answer);
        Ok(credential_in(answer.body))
    }

    fn profile(&self, id: &str) -> Result<&Value, String> {
        self.profiles.iter().find(|profile| profile["id"] == id).ok_or_else(|| format!("there is no profile {id}"))
    }
}

fn issuer_of(profile: &Value) -> &str {
    profile["issuer"].as_str().unwrap_or_default()
}

fn is_refused(answer: &Answer, due: &[&str]) -> bool {
    answer.status == 400
        && answer.body["verified"] != true
        && answer.codes().iter().any(|code| due.contains(&code.as_str()))
}

/// Derived credentials come bare or under a name.
fn credential_in(mut body: Value) -> Value {
    match body.get_mut("verifiableCredential") {
        Some(inner) => inner.take(),
        None => body,
    }
}

/// The table: a line a group and suite, then every disagreement and remark.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut groups: Vec<(String, usize, usize)> = Vec::new();
    for outcome in outcomes {
        let suite = outcome.name.rsplit_once(' ').map_or("", |(suite, _)| suite);
        let key = format!("{suite:<28} {}", outcome.group);
        let agreed = usize::from(outcome.disagreements.is_empty());
        match groups.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, all, good)) => (*all, *good) = (*all + 1, *good + agreed),
            None => groups.push((key, 1, agreed)),
        }
    }
    groups.sort();
    let mut text = String::new();
    for (key, all, agreed) in groups {
        text.push_str(&format!("{agreed:>4} of {all:>3}  {key}\n"));
    }
    for outcome in outcomes {
        outcome.disagreements.iter().for_each(|why| text.push_str(&format!("DISAGREES {}: {why}\n", outcome.name)));
        outcome.remark.iter().for_each(|why| text.push_str(&format!("unsure {}: {why}\n", outcome.name)));
    }
    let agreed = outcomes.iter().filter(|outcome| outcome.disagreements.is_empty()).count();
    let requests: usize = outcomes.iter().map(|outcome| outcome.requests).sum();
    text.push_str(&format!("{agreed} of {} records agree ({requests} requests)\n", outcomes.len()));
    text
}

/// `true` when no record disagrees.
pub fn is_good(outcomes: &[Outcome]) -> bool {
    !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.disagreements.is_empty())
}
