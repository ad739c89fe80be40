//! The examples of the draft of SD-JWT VC, as tokens, and its blocks of type metadata.
//!
//! Each folder of `examples` holds a presentation and `verified_contents.json`; `settings.yml` holds keys, nonce and audience. Each is put
//! before the subject as it is, and with one demand that it does not meet. A block of type metadata is published for a credential of ours
//! of that type; what it extends is published where the set has it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::{base64url, json as strict};
use vidimus::issue::sd_jwt::random_salt;
use vidimus::issue::sd_jwt_vc::{Draft, Names, issue};
use vidimus::time::Timestamp;

use super::sd_jwt_rfc9901::Settings;
use super::{Layout, entries, read_json, read_text, text_of};
use crate::case::{Case, Right};
use crate::question::{Document, Occasion, Payload, Question};
use crate::vector::Expect;

/// The layout of the set.
pub const LAYOUT: Layout = Layout { name: Some("sd-jwt-vc"), is_here, read };

/// The present of a token without key binding: 2026-11-21.
const NOW: i64 = 1_795_281_400;
/// The issuer of credentials for type metadata.
const OURS: &str = "https://issuer.example";

fn is_here(folder: &Path) -> bool {
    folder.join("examples/settings.yml").is_file() && folder.join("type_metadata").is_dir()
}

fn read(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let settings = Settings::read(&folder.join("examples/settings.yml"))?;
    let mut cases = Vec::new();
    for folder in entries(&folder.join("examples")).into_iter().filter(|path| path.is_dir()) {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = read_text(&folder.join("sd_jwt_presentation.txt"))?.trim().to_owned();
        let due: Value = read_json(&folder.join("verified_contents.json"))?;
        cases.extend(example(&format!("{set}/examples/{name}"), &text, &due, &settings)?);
    }
    cases.extend(metadata(&folder.join("type_metadata"), set)?);
    Ok(cases)
}

/// One example as it is, and with one thing wrong around it.
fn example(id: &str, text: &str, due: &Value, settings: &Settings) -> Result<Vec<Case>, String> {
    let issuer = text_of(due, "iss").ok_or("an example without issuer")?;
    let is_bound = !text.ends_with('~');
    let bound_at = text.rsplit_once('~').and_then(|(_, binding)| claims_of(binding)?.get("iat")?.as_i64());
    let mut key = settings.issuer_key.clone();
    key["kid"] =
        json!(claims_of_header(text).and_then(|header| Some(text_of(&header, "kid")?.to_owned())).unwrap_or_default());
    let of_binding = |value: &String| is_bound.then(|| value.clone());
    let question = Question {
        input: Payload::text("application/dc+sd-jwt", text),
        occasion: Occasion {
            now: Timestamp::from_seconds(bound_at.unwrap_or(NOW)).to_string(),
            nonce: of_binding(&settings.nonce),
            audience: of_binding(&settings.verifier),
            ..Occasion::default()
        },
        policy: json!({}),
        trust: vec![json!({"kind": "issuer", "issuer": issuer, "formats": ["sd_jwt_vc"], "keys": {"keys": [key]}})],
        evidence: Vec::new(),
    };
    let accepted = Expect { verdict: "accepted".to_owned(), claims: Some(due.clone()), ..Expect::default() };
    let ask = |case: &str, question: Question, right| Case::ask(format!("{id}{case}"), question, right);
    let with = |occasion: Occasion| Question { occasion, ..question.clone() };
    let for_code = |code: &str| Right::RefusedFor(code.to_owned());
    let (nonce, audience) = (Some("another".to_owned()), Some("https://another.example".to_owned()));
    let refusal = |code: &str| for_code(if is_bound { code } else { "sdjwt.kb_missing" });
    let (cut, _) = text.split_once('~').ok_or("an example without disclosures")?;
    let mut bare = question.clone();
    bare.input = Payload::text("application/dc+sd-jwt", cut);
    let late = Occasion { now: Timestamp::from_seconds(1_883_000_100).to_string(), ..question.occasion.clone() };
    Ok(vec![
        ask("", question.clone(), Right::Exactly(accepted)),
        ask("#nobody-trusted", Question { trust: Vec::new(), ..question.clone() }, for_code("trust.issuer_unknown")),
        ask("#other-nonce", with(Occasion { nonce, ..question.occasion.clone() }), refusal("vp.nonce")),
        ask("#other-audience", with(Occasion { audience, ..question.occasion.clone() }), refusal("claim.audience")),
        ask("#after-its-end", with(late), for_code("time.expired")),
        ask("#cut", bare, for_code("sdjwt.format")),
    ])
}

fn claims_of_header(text: &str) -> Option<Value> {
    strict::from_slice(&base64url::decode(text.split('.').next()?).ok()?).ok()
}

fn claims_of(jwt: &str) -> Option<Value> {
    strict::from_slice(&base64url::decode(jwt.split('.').nth(1)?).ok()?).ok()
}

/// Each block of type metadata, published for a credential of its type.
fn metadata(folder: &Path, set: &str) -> Result<Vec<Case>, String> {
    let mut blocks = BTreeMap::new();
    for path in entries(folder) {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        blocks.insert(name, read_text(&path)?);
    }
    let (key, _) = OwnKey::generate_p256().map_err(|fault| fault.to_string())?;
    let document = |locator: &str, text: &str| Document {
        locator: locator.to_owned(),
        status: 200,
        text: Some(text.to_owned()),
        ..Document::default()
    };
    let mut cases = Vec::new();
    for (name, text) in &blocks {
        let block: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let kind = text_of(&block, "vct").ok_or("a block without `vct`")?;
        let claims = json!({
            "iss": OURS, "vct": kind, "name": "Arthur Dent", "nationalities": ["GB"],
            "address": {"city": "Cottington", "street_address": "155 Country Lane"},
            "degrees": [{"field_of_study": "Towels", "date_awarded": "1979-10-12"}]
        });
        let disclosable = ["/name", "/address", "/address/street_address", "/degrees/0", "/degrees/0/date_awarded"];
        let draft = Draft { disclosable: disclosable.map(str::to_owned).to_vec(), ..Draft::of(claims) };
        let credential = issue(&draft, &Names::Nothing, &mut random_salt, &key).map_err(|fault| fault.to_string())?;
        // Of two blocks for one type this one counts.
        let published = |block: &String| {
            serde_json::from_str::<Value>(block).ok().and_then(|block| Some(text_of(&block, "vct")?.to_owned()))
        };
        let mut evidence: Vec<Document> = blocks
            .values()
            .filter_map(|other| Some(document(&published(other)?, other)))
            .filter(|other| other.locator != kind)
            .collect();
        evidence.push(document(kind, text));
        let extended = text_of(&block, "extends");
        let is_whole = extended.is_none_or(|extended| evidence.iter().any(|known| known.locator == extended));
        let verdict = if is_whole { "accepted" } else { "indeterminate" };
        let (stage, reason) = if is_whole { (None, None) } else { (Some("policy"), Some("sdjwt.type_metadata")) };
        let expect = Expect {
            verdict: verdict.to_owned(),
            stage: stage.map(str::to_owned),
            reason: reason.map(str::to_owned),
            claims: None,
        };
        let mut jwk = key.public_key().to_jwk();
        jwk["kid"] = json!("1");
        let question = Question {
            input: Payload::text("application/dc+sd-jwt", credential),
            occasion: Occasion { now: Timestamp::from_seconds(NOW).to_string(), ..Occasion::default() },
            policy: json!({"type_metadata": "required"}),
            trust: vec![json!({"kind": "issuer", "issuer": OURS, "formats": ["sd_jwt_vc"], "keys": {"keys": [jwk]}})],
            evidence,
        };
        cases.push(Case::ask(format!("{set}/type_metadata/{name}"), question, Right::Exactly(expect)));
    }
    Ok(cases)
}
