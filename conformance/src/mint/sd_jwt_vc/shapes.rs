//! Shapes: what is no SD-JWT, no disclosure, no digest, no header of this format.

use serde_json::{Value, json};
use vidimus::crypto::algorithm::Hash;
use vidimus::envelope::sd_jwt::digest;
use vidimus::issue::sd_jwt::flattened;
use vidimus::reason::Code;

use super::{FAMILY_NAME, SdJwtVc, encoded, input};
use crate::mint::raw;
use crate::mint::w3c::Teller;

/// Every shape.
pub(super) fn tell(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    texts(teller, good);
    disclosures(teller, good);
    digests(teller, good);
    headers(teller, good);
    json_forms(teller, good);
}

fn texts(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let unbound = SdJwtVc { binding: None, ..good.clone() };
    let text = unbound.text();
    let cut = text.trim_end_matches('~').to_owned();
    teller.refuse("last-tilde-gone", "The last tilde is gone.", Code::SdjwtFormat, cut);
    teller.refuse("empty-disclosure", "Two tildes stand at the end.", Code::SdjwtFormat, format!("{text}~"));
    teller.refuse("no-tilde", "The JWT stands alone, without a tilde.", Code::SdjwtFormat, good.jwt.text());
    let many = format!("{}~{}", good.jwt.text(), "AA~".repeat(4001));
    teller.refuse("too-many-disclosures", "There are 4001 disclosures.", Code::InputTooManyItems, many);
}

fn disclosures(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let mut with = |case: &str, title: &str, code, disclosure: &str| {
        teller.refuse(case, title, code, good.disclosing(disclosure).text());
    };
    let malformed = Code::SdjwtDisclosureMalformed;
    with("disclosure-of-an-object", "A disclosure is an object.", malformed, "{}");
    with("disclosure-of-nothing", "A disclosure is an empty list.", malformed, "[]");
    with("disclosure-of-four", "A disclosure has four elements.", malformed, r#"["s","n",1,2]"#);
    with("disclosure-name-a-number", "A disclosed name is a number.", malformed, r#"["s",1,2]"#);
    with("disclosure-with-a-tail", "A disclosure goes on behind its end.", malformed, r#"["s","n",1]x"#);
    with("disclosure-with-twins", "A disclosed value names a member twice.", malformed, r#"["s","n",{"a":1,"a":2}]"#);
    let deep = format!(r#"["s","n",{}1{}]"#, "[".repeat(40), "]".repeat(40));
    with("disclosure-too-deep", "A disclosed value nests forty arrays.", Code::JsonDepth, &deep);
    let title = "A disclosure is called `_sd`.";
    with("reserved-name", title, Code::SdjwtReservedName, r#"["s","_sd",[]]"#);
    let title = "A disclosure is called `_sd_alg`.";
    with("reserved-name-of-the-algorithm", title, Code::SdjwtReservedName, r#"["s","_sd_alg","md5"]"#);
    let title = "An element is disclosed as a member.";
    with("element-as-member", title, Code::SdjwtDisclosureShape, r#"["s",1]"#);
    let title = "A disclosed name is there already.";
    with("name-taken", title, Code::SdjwtClaimCollision, r#"["s","nationalities",[]]"#);
    let mut padded = good.clone();
    padded.disclosures[0].push('=');
    teller.refuse("disclosure-padded", "A disclosure is padded.", malformed, padded.text());
    let mut chain = vec![encoded(r#"["s","n",1]"#)];
    for at in 1..20 {
        chain.push(encoded(&format!(r#"["s","n",{{"_sd":["{}"]}}]"#, digest(Hash::Sha256, &chain[at - 1]))));
    }
    let mut nested = good.changed(|claims| claims["deep"] = json!({"_sd": [digest(Hash::Sha256, &chain[19])]}));
    nested.disclosures.extend(chain);
    let title = "Twenty disclosures stand one inside the other.";
    teller.refuse("disclosures-nest", title, Code::SdjwtDepth, nested.text());
}

fn digests(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let mut added = good.clone();
    added.disclosures.push(encoded(r#"["s","admin",true]"#));
    let unreferenced = Code::SdjwtDisclosureUnreferenced;
    teller.refuse("disclosure-added", "No digest stands for a disclosure.", unreferenced, added.text());
    let mut respelled = good.clone();
    respelled.disclosures[0] = encoded(&FAMILY_NAME.replace(',', ", "));
    let title = "A disclosure has blanks that the issuer's has not.";
    teller.refuse("disclosure-respelled", title, unreferenced, respelled.text());
    let mut again = good.clone();
    again.disclosures.push(encoded(FAMILY_NAME));
    let title = "A disclosure is there twice.";
    teller.refuse("disclosure-twice", title, Code::SdjwtDisclosureDuplicate, again.text());
    let mut with = |case: &str, title: &str, code, change: fn(&mut Value)| {
        teller.refuse(case, title, code, good.changed(change).text());
    };
    let title = "A digest of something concealed stands at two places.";
    with("digest-twice", title, Code::SdjwtDigestDuplicate, |claims| {
        claims["elsewhere"] = json!({"_sd": [claims["_sd"][1]]});
    });
    with("digests-no-list", "`_sd` is an object.", Code::SdjwtStructure, |claims| claims["more"] = json!({"_sd": {}}));
    with("digest-a-number", "A digest is a number.", Code::SdjwtStructure, |claims| {
        claims["more"] = json!({"_sd": [1]})
    });
    let title = "A concealed element has another member.";
    with("element-with-more", title, Code::SdjwtStructure, |claims| claims["more"] = json!([{"...": "a", "x": 1}]));
    let title = "`...` stands outside of a list.";
    with("element-outside-a-list", title, Code::SdjwtStructure, |claims| claims["more"] = json!({"...": "a"}));
    with("digests-by-md5", "The digests are MD5.", Code::SdjwtSdAlg, |claims| claims["_sd_alg"] = json!("md5"));
    let title = "A second digest algorithm stands inside a value.";
    with("algorithm-inside", title, Code::SdjwtSdAlg, |claims| claims["address"]["_sd_alg"] = json!("sha-256"));
}

fn headers(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let none = good.with_header("alg", "none");
    teller.refuse("algorithm-none", "The header says that nobody signed.", Code::JoseAlgNone, none.text());
    let hmac = good.with_header("alg", "HS256");
    teller.refuse("algorithm-hs256", "The header names a MAC.", Code::JoseAlgNotAllowed, hmac.text());
    let own = good.with_header("jwk", json!({"kty": "EC"}));
    teller.refuse("key-in-the-header", "The header brings its own key.", Code::JoseEmbeddedKeyUntrusted, own.text());
    let mut as_type = |case: &str, title: &str, typ: Value| {
        teller.refuse_named(case, title, Code::JoseTypMismatch, good.with_header("typ", typ).text());
    };
    as_type("type-of-any-token", "`typ` says `JWT`.", json!("JWT"));
    as_type("type-of-key-binding", "`typ` says `kb+jwt`.", json!("kb+jwt"));
    as_type("type-absent", "There is no `typ`.", Value::Null);
    as_type("type-of-older-drafts", "`typ` says `vc+sd-jwt`, which the policy does not take.", json!("vc+sd-jwt"));
    let older = good.with_header("typ", "vc+sd-jwt");
    let title = "`typ` says `vc+sd-jwt`, which the policy takes.";
    let scene = teller.scene.demanding("older_sd_jwt_vc", true);
    let parent = scene.accepts("older-type", title, input(older.text()), None);
    let both = older.with("@context", json!(["https://www.w3.org/ns/credentials/v2"]));
    let title = "`typ` says `vc+sd-jwt`, and the payload has both a `vct` and a JSON-LD context.";
    let both = input(both.text()).of_format(super::FORMAT);
    teller.all.push(scene.refuses(&parent, "type-of-two-worlds", title, Code::JoseTypMismatch, both));
    teller.all.push(parent);
    let changed = good.text_around(&good.jwt.text_signed(raw::flip_last));
    teller.refuse("signature-changed", "One bit of the signature is changed.", Code::SigInvalid, changed);
    let jwt = good.jwt.text();
    let (message, _) = jwt.rsplit_once('.').unwrap_or_default();
    let unsigned = good.text_around(&format!("{message}."));
    teller.refuse("signature-gone", "The signature is empty.", Code::SigEncoding, unsigned);
}

fn json_forms(teller: &mut Teller<'_>, good: &SdJwtVc<'_>) {
    let Ok(whole) = flattened(&good.text()) else { return };
    let said = teller.parent.expect.claims.clone();
    let take = |case: &str, title: &str, document: &Value| {
        let payload = crate::question::Payload::text("application/json", document.to_string());
        teller.scene.accepts(case, title, payload, said.clone())
    };
    let parent = take("flattened", "The same in the flattened JSON serialisation.", &whole);
    let mut general = json!({"payload": whole["payload"], "signatures": [whole]});
    if let Some(members) = general["signatures"][0].as_object_mut() {
        members.remove("payload");
    }
    let both = take("general", "The same in the general JSON serialisation.", &general);
    let mut second = general["signatures"][0].clone();
    second["header"] = json!({});
    second["signature"] = json!("AA".repeat(43).get(..86));
    general["signatures"] = json!([general["signatures"][0], second]);
    let mut refuse = |case: &str, title: &str, code, document: &Value| {
        let payload = crate::question::Payload::text("application/json", document.to_string());
        teller.all.push(teller.scene.refuses(&parent, case, title, code, payload));
    };
    refuse("second-signature-wrong", "A second signature is wrong.", Code::SigInvalid, &general);
    let mut named = whole.clone();
    named["header"]["kid"] = json!("key-1");
    let title = "The unprotected header names the key.";
    refuse("unprotected-key-identifier", title, Code::JoseSerialization, &named);
    let mut cut = whole.clone();
    cut["header"]["disclosures"] = json!("none");
    refuse("disclosures-a-text", "`disclosures` is a text.", Code::JoseSerialization, &cut);
    teller.all.extend([parent, both]);
}
