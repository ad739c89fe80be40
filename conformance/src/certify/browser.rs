//! The Digital Credentials API and the fragment, where no wallet posts: what a page would hand on is handed to the API of vidimus.

use serde_json::{Value, json};

use super::plan::{FORMATS, query};
use super::results::{CaseResult, Outcome};
use super::run::Bench;
use super::subject::{Subject, create, result_of, told_by_api};
use crate::rules::{self, Rule};
use crate::wallet::answer::{Ending, Wallet};
use crate::wallet::fault::Fault;
use crate::wallet::holdings::Format;

/// The page that asks.
const ORIGIN: &str = "https://shop.example";

/// One way through a browser.
#[derive(Clone, Copy)]
struct Way {
    module: &'static str,
    protocol: &'static str,
    mode: &'static str,
    fault: Fault,
    /// The origin that the browser reports.
    origin: &'static str,
    /// `None` = accepted; else a code of the refusal.
    code: Option<&'static str>,
    rule: Rule,
}

const UNSIGNED: &str = "openid4vp-v1-unsigned";
const SIGNED: &str = "openid4vp-v1-signed";

const fn way(module: &'static str, protocol: &'static str, mode: &'static str, rule: Rule) -> Way {
    Way { module, protocol, mode, fault: Fault::HappyFlow, origin: ORIGIN, code: None, rule }
}

const WAYS: [Way; 6] = [
    way("dc-api-unsigned", UNSIGNED, "dc_api", rules::HAPPY),
    way("dc-api-unsigned-encrypted", UNSIGNED, "dc_api.jwt", rules::HAPPY),
    way("dc-api-signed", SIGNED, "dc_api", rules::EXPECTED_ORIGINS),
    way("dc-api-signed-encrypted", SIGNED, "dc_api.jwt", rules::EXPECTED_ORIGINS),
    Way {
        fault: Fault::InvalidCredentialSignature,
        code: Some("sig.invalid"),
        ..way("dc-api-invalid-credential-signature", SIGNED, "dc_api.jwt", rules::TRUST)
    },
    Way {
        origin: "https://elsewhere.example",
        code: Some("vp.origin"),
        ..way("dc-api-other-origin", UNSIGNED, "dc_api.jwt", rules::EXPECTED_ORIGINS)
    },
];

/// Every way in both formats; nothing for a verifier other than vidimus, whose pages nobody knows.
pub async fn run(bench: &Bench, only: &str) -> Vec<CaseResult> {
    let Subject::Vidimus { base, key } = &*bench.subject else { return Vec::new() };
    let mut results = Vec::new();
    for way in WAYS {
        for format in FORMATS {
            let variant = format!("{} {} {}", format.name(), way.protocol, way.mode);
            if !format!("{} {variant}", way.module).contains(only) {
                continue;
            }
            let seen = outcome(&bench.wallet.with(way.fault), (base, key.as_deref()), &way, format).await;
            let outcome = seen.map_or_else(Outcome::Fail, |()| Outcome::Pass);
            results.push(CaseResult { module: way.module.to_owned(), variant, column: None, outcome, rule: way.rule });
        }
    }
    results
}

async fn outcome(wallet: &Wallet, (base, key): (&str, Option<&str>), way: &Way, format: Format) -> Result<(), String> {
    let body = json!({
        "dcql_query": query(way.fault, format), "flow": "dc_api", "protocol": way.protocol, "response_mode": way.mode,
        "expected_origins": [ORIGIN],
    });
    let made = create(&wallet.http, (base, key), &body).await?;
    let entry = made.pointer("/dc_api/digital/requests/0").cloned().ok_or("no request for the browser")?;
    let data = match wallet.answer_browser(&entry, ORIGIN).await? {
        Ending::Data(data) => data,
        Ending::Refused(refusal) => return Err(format!("the wallet refused the request: {refusal}")),
        _ => return Err("the wallet did not answer the page".to_owned()),
    };
    let result = result_of(base, &made)?;
    let answer = json!({ "origin": way.origin, "data": data });
    let answered = wallet.http.post_json(&format!("{result}/response"), &answer, key).await?;
    let mut told = told_by_api(&answered.json());
    if told.verdict.is_none() {
        let told_later = told_by_api(&wallet.http.fetch_with(&result, key).await?.json());
        let codes = std::mem::take(&mut told.codes);
        told = told_later;
        told.codes.extend(codes);
        // A response that does not belong to the session is a problem document.
        told.codes.extend(answered.json().get("code").and_then(Value::as_str).map(str::to_owned));
    }
    let verdict = told.verdict.as_deref().unwrap_or("no verdict");
    match way.code {
        None if verdict == "accepted" => Ok(()),
        Some(code) if verdict != "accepted" && told.codes.iter().any(|named| named == code) => Ok(()),
        due => {
            let got = format!("{verdict} ({}); {}", told.codes.join(", "), String::from_utf8_lossy(&answered.body));
            Err(format!("due: {}; got: {got}", due.unwrap_or("accepted")))
        }
    }
}
