//! Trials: what is sent to a wallet, what it must do, and the rule. One thing is wrong with each faulty request.

use serde_json::{Map, Value, json};
use vidimus::encoding::base64url;

use crate::rules::{self, Rule};
use crate::wallet::holdings::{MDL, MDL_SPACE, PID};

/// What a wallet must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Present, and rightly.
    Present,
    /// Not present: an error, or silence.
    Decline,
}

/// What is wrong with a request.
#[derive(Clone, Copy)]
pub enum Twist {
    /// Nothing.
    Nothing,
    /// Parameters are changed before they are signed.
    Members(fn(&mut Map<String, Value>)),
    /// Another `typ`, or none.
    Typ(Option<&'static str>),
    /// One bit of the signature is another.
    FlippedSignature,
    /// The header says `none`, and there is no signature.
    AlgNone,
    /// Another key than the certificate's signs.
    OtherKey,
    /// The certificate certifies itself.
    SelfSigned,
    /// The certificate's time is over.
    ExpiredCertificate,
    /// The client identifier in link and object is another than the certificate's.
    ClientId(&'static str),
    /// A right client of another host asks for the response to be sent here.
    OtherHost,
    /// The client identifier in the link is another than in the object.
    OuterClientId,
    /// Nobody signs, though the client identifier wants a signature.
    Unsigned,
    /// Signed, though the client identifier wants no signature.
    SignedRedirectUri,
    /// `request_uri` answers with that status.
    Status(u16),
    /// The link names another way to fetch.
    Method(&'static str),
    /// Another `wallet_nonce` comes back, or one that nobody sent.
    WalletNonce,
}

/// What is put to a wallet.
#[derive(Clone, Copy)]
pub struct Trial {
    /// Its name.
    pub name: &'static str,
    /// What is sent, a few words.
    pub title: &'static str,
    /// What the wallet must do.
    pub due: Due,
    /// What is asked, as the library's API takes it, without what every trial has.
    pub ask: fn() -> Value,
    /// What is wrong with it.
    pub twist: Twist,
    /// The rule.
    pub rule: Rule,
}

/// A trial that must be presented to.
const fn honest(name: &'static str, title: &'static str, ask: fn() -> Value, rule: Rule) -> Trial {
    Trial { name, title, due: Due::Present, ask, twist: Twist::Nothing, rule }
}

/// A trial that must not.
const fn faulty(name: &'static str, title: &'static str, twist: Twist, rule: Rule) -> Trial {
    Trial { name, title, due: Due::Decline, ask: sd_jwt_vc, twist, rule }
}

/// The same, of another kind of request.
const fn faulty_of(name: &'static str, title: &'static str, ask: fn() -> Value, rule: Rule) -> Trial {
    Trial { name, title, due: Due::Decline, ask, twist: Twist::Nothing, rule }
}

/// Every trial, the honest ones first.
pub const TRIALS: [Trial; 43] = [
    honest("sd-jwt-vc", "an SD-JWT VC, encrypted, x509_hash", sd_jwt_vc, rules::HAPPY),
    honest("mdoc", "an mdoc, encrypted, x509_hash", mdoc, rules::TRANSCRIPT),
    honest("request-uri-post", "the request by POST with wallet_nonce", by_post, rules::REQUEST_URI_METHOD),
    honest("x509-san-dns", "x509_san_dns, not encrypted", san_dns, rules::PREFIX_SAN_DNS),
    honest("mdoc-not-encrypted", "an mdoc, not encrypted", mdoc_plain, rules::TRANSCRIPT),
    honest("redirect-uri-prefix", "redirect_uri:, not signed, by value", by_redirect_uri, rules::PREFIX_REDIRECT_URI),
    honest("request-by-value", "the request object in the link", by_value, rules::HAPPY),
    honest("one-claim", "a single claim, and no other may be shown", one_claim, rules::QUERY_MINIMAL),
    honest("claim-sets", "the first of two claim sets", claim_sets, rules::QUERY_CLAIMS),
    honest("credential-sets", "one of two credentials, the first preferred", credential_sets, rules::QUERY_CREDENTIALS),
    honest("two-credentials", "an SD-JWT VC and an mdoc at once", two_credentials, rules::VP_TOKEN_WHOLE),
    Trial {
        twist: Twist::Members(unknown_members),
        ..honest("unknown-members", "members that nobody knows, to be passed over", sd_jwt_vc, rules::UNKNOWN_MEMBERS)
    },
    faulty("wrong-signature", "one bit of the signature is another", Twist::FlippedSignature, rules::REQUEST_SIGNATURE),
    faulty("no-signature", "alg none", Twist::AlgNone, rules::REQUEST_SIGNATURE),
    faulty("signed-by-another-key", "another key than the certificate's", Twist::OtherKey, rules::REQUEST_SIGNATURE),
    faulty("wrong-typ", "typ JWT", Twist::Typ(Some("JWT")), rules::REQUEST_TYP),
    faulty("missing-typ", "no typ", Twist::Typ(None), rules::REQUEST_TYP),
    faulty("wrong-hash", "x509_hash of another certificate", Twist::ClientId(OTHER_HASH), rules::PREFIX_HASH),
    Trial {
        ask: san_dns,
        ..faulty(
            "wrong-name",
            "x509_san_dns, a name not in the certificate",
            Twist::ClientId(OTHER_NAME),
            rules::PREFIX_SAN_DNS,
        )
    },
    faulty("unknown-prefix", "the reserved prefix origin:", Twist::ClientId(RESERVED), rules::CLIENT_ID_PREFIX),
    faulty("client-id-differs", "another client_id in the link", Twist::OuterClientId, rules::CLIENT_ID_TWICE),
    Trial {
        ask: san_dns,
        ..faulty(
            "replaced-response-uri",
            "response_uri of another host than the client's",
            Twist::OtherHost,
            rules::PREFIX_SAN_DNS,
        )
    },
    faulty(
        "self-signed-certificate",
        "a certificate that certifies itself",
        Twist::SelfSigned,
        rules::REQUEST_CERTIFICATE,
    ),
    faulty(
        "expired-certificate",
        "a certificate whose time is over",
        Twist::ExpiredCertificate,
        rules::REQUEST_CERTIFICATE,
    ),
    faulty("unsigned-x509-hash", "x509_hash without a signature, by value", Twist::Unsigned, rules::PREFIX_HASH),
    faulty("signed-redirect-uri", "redirect_uri:, signed", Twist::SignedRedirectUri, rules::PREFIX_REDIRECT_URI),
    faulty("wrong-audience", "aud of another wallet", Twist::Members(other_audience), rules::REQUEST_AUDIENCE),
    faulty("expired-request", "a request object whose exp is over", Twist::Members(expired), rules::REQUEST_TIMES),
    faulty("absent-request", "request_uri answers 404", Twist::Status(404), rules::REQUEST_URI),
    faulty("request-uri-redirect", "request_uri redirects", Twist::Status(302), rules::REQUEST_URI),
    faulty("wrong-request-uri-method", "request_uri_method PUT", Twist::Method("PUT"), rules::REQUEST_URI_METHOD),
    Trial {
        ask: by_post,
        ..faulty("wrong-wallet-nonce", "another wallet_nonce", Twist::WalletNonce, rules::WALLET_NONCE)
    },
    faulty("missing-nonce", "no nonce", Twist::Members(|members| drop(members.shift_remove("nonce"))), rules::NONCE),
    faulty("missing-response-uri", "no response_uri", Twist::Members(no_response_uri), rules::RESPONSE_URI),
    faulty("both-uris", "redirect_uri beside response_uri", Twist::Members(both_uris), rules::RESPONSE_URI),
    faulty("unknown-response-mode", "a response_mode of nobody", Twist::Members(other_mode), rules::RESPONSE_MODE),
    faulty("key-without-alg", "an encryption key without alg", Twist::Members(no_alg), rules::ENCRYPTION_KEY),
    faulty("no-encryption-key", "direct_post.jwt without a key", Twist::Members(no_key), rules::ENCRYPTION_KEY),
    faulty(
        "no-query",
        "no dcql_query",
        Twist::Members(|members| drop(members.shift_remove("dcql_query"))),
        rules::QUERY,
    ),
    faulty(
        "unknown-transaction-type",
        "transaction data of an unknown type",
        Twist::Members(unknown_transaction),
        rules::TRANSACTION_DATA,
    ),
    faulty_of("over-asking", "a claim that the credential does not have", over_asking, rules::QUERY_CLAIMS),
    faulty_of("unsatisfiable-value", "a value that the credential does not have", other_value, rules::QUERY_CLAIMS),
    faulty_of("unsatisfiable-type", "a credential that nobody has", other_type, rules::QUERY_CREDENTIALS),
];

pub(super) const OTHER_HASH: &str = "x509_hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
const OTHER_NAME: &str = "x509_san_dns:other-verifier.example";
/// The host of a right client who is not us.
pub(super) const OTHER_HOST: &str = "other-verifier.example";
const RESERVED: &str = "origin:https://shop.example";

impl Trial {
    /// `true` when a right wallet comes for the request: what is wrong does not show before.
    pub fn is_to_be_fetched(&self) -> bool {
        !matches!(self.twist, Twist::Method(_) | Twist::ClientId(RESERVED))
    }
}

/// The trial with that name.
pub fn named(name: &str) -> Option<&'static Trial> {
    TRIALS.iter().find(|trial| trial.name == name)
}

fn pid(claims: &Value) -> Value {
    json!({ "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": [PID] }, "claims": claims })
}

fn licence(claims: &Value) -> Value {
    json!({ "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": MDL }, "claims": claims })
}

fn names() -> Value {
    json!([{ "path": ["family_name"] }, { "path": ["given_name"] }])
}

fn mdoc_names() -> Value {
    json!([{ "path": [MDL_SPACE, "family_name"] }, { "path": [MDL_SPACE, "given_name"] }])
}

fn asking(credentials: &Value) -> Value {
    json!({ "dcql_query": { "credentials": credentials }, "client_id_prefix": "x509_hash" })
}

fn with(mut ask: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().into_iter().flatten() {
        ask[name] = value.clone();
    }
    ask
}

fn sd_jwt_vc() -> Value {
    asking(&json!([pid(&names())]))
}

fn mdoc() -> Value {
    asking(&json!([licence(&mdoc_names())]))
}

fn by_post() -> Value {
    with(sd_jwt_vc(), &json!({ "request_uri_method": "post" }))
}

fn san_dns() -> Value {
    with(sd_jwt_vc(), &json!({ "client_id_prefix": "x509_san_dns", "response_mode": "direct_post" }))
}

fn mdoc_plain() -> Value {
    with(mdoc(), &json!({ "response_mode": "direct_post" }))
}

fn by_redirect_uri() -> Value {
    with(sd_jwt_vc(), &json!({ "client_id_prefix": "redirect_uri", "request": "by_value" }))
}

fn by_value() -> Value {
    with(sd_jwt_vc(), &json!({ "request": "by_value" }))
}

fn one_claim() -> Value {
    asking(&json!([pid(&json!([{ "path": ["age_equal_or_over", "18"] }]))]))
}

fn claim_sets() -> Value {
    let mut query = pid(&json!([
        { "id": "a", "path": ["age_equal_or_over", "18"] },
        { "id": "b", "path": ["birthdate"] },
    ]));
    query["claim_sets"] = json!([["a"], ["b"]]);
    asking(&json!([query]))
}

fn credential_sets() -> Value {
    let mut ask = two_credentials();
    ask["dcql_query"]["credential_sets"] = json!([{ "options": [["pid"], ["mdl"]] }]);
    ask
}

fn two_credentials() -> Value {
    asking(&json!([pid(&names()), licence(&mdoc_names())]))
}

fn unknown_members(members: &mut Map<String, Value>) {
    members.insert("weather".to_owned(), "fine".into());
    for (name, place) in [("dcql_query", ""), ("dcql_query", "/credentials/0"), ("client_metadata", "")] {
        let inner = members.get_mut(name).and_then(|it| it.pointer_mut(place)).and_then(Value::as_object_mut);
        inner.and_then(|inner| inner.insert("weather".to_owned(), "fine".into()));
    }
}

fn over_asking() -> Value {
    asking(&json!([pid(&json!([{ "path": ["family_name"] }, { "path": ["blood_group"] }]))]))
}

fn other_value() -> Value {
    asking(&json!([pid(&json!([{ "path": ["family_name"], "values": ["Nobody of this name"] }]))]))
}

fn other_type() -> Value {
    let mut query = pid(&names());
    query["meta"]["vct_values"] = json!(["urn:example:credential-of-nobody:1"]);
    asking(&json!([query]))
}

fn other_audience(members: &mut Map<String, Value>) {
    members.insert("aud".to_owned(), "https://other-wallet.example".into());
}

fn expired(members: &mut Map<String, Value>) {
    let an_hour_ago = |value: &Value| value.as_i64().unwrap_or_default().saturating_sub(3_600);
    let (issued, expires) = (an_hour_ago(&members["iat"]), an_hour_ago(&members["iat"]).saturating_add(300));
    members.insert("iat".to_owned(), issued.into());
    members.insert("exp".to_owned(), expires.into());
}

fn no_response_uri(members: &mut Map<String, Value>) {
    members.shift_remove("response_uri");
}

fn both_uris(members: &mut Map<String, Value>) {
    let uri = members.get("response_uri").cloned().unwrap_or_default();
    members.insert("redirect_uri".to_owned(), uri);
}

fn other_mode(members: &mut Map<String, Value>) {
    members.insert("response_mode".to_owned(), "direct_post.carrier_pigeon".into());
}

fn no_alg(members: &mut Map<String, Value>) {
    if let Some(key) = members.get_mut("client_metadata").and_then(|it| it.pointer_mut("/jwks/keys/0")) {
        key.as_object_mut().and_then(|key| key.shift_remove("alg"));
    }
}

fn no_key(members: &mut Map<String, Value>) {
    members.get_mut("client_metadata").and_then(Value::as_object_mut).and_then(|it| it.shift_remove("jwks"));
}

fn unknown_transaction(members: &mut Map<String, Value>) {
    let transaction = json!({ "type": "urn:example:nobody-knows-this", "credential_ids": ["pid"] });
    let encoded = base64url::encode(transaction.to_string().as_bytes());
    members.insert("transaction_data".to_owned(), json!([encoded]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_fit_urls() {
        let mut names: Vec<&str> = TRIALS.iter().map(|trial| trial.name).collect();
        assert!(
            names
                .iter()
                .all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || b"-0123456789".contains(&byte)))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TRIALS.len());
    }
}
