//! What wallets are sent, read as a wallet reads it.

use super::*;
use crate::crypto::job::{Job, check_one};
use crate::crypto::jwe::EncryptionKey;
use crate::crypto::own_keys::Signer;
use crate::encoding::cbor;
use crate::encoding::json as strict;
use crate::envelope::jws::{Jws, peek_header};
use crate::openid4vp::ask::{Ask, Flow, Profile, Protocol};
use crate::openid4vp::client::Clients;
use crate::openid4vp::code::Code;
use crate::openid4vp::sample::{
    BASE, MDL, NOW, ORIGIN, SPACE, World, ask_for, certified, clients, mdl_query, pid_query, world,
};

fn link(world: &World, session: &Session) -> Vec<(String, String)> {
    let link = authorization_request(session, world.client(session), NOW).expect("a link");
    let (_, query) = link.split_once("://?").expect("a query");
    form::decode(query.as_bytes(), 32).expect("a form")
}

fn member<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    form::one(pairs, name).expect("once")
}

/// The signature is right under the first certificate, or the key that signed.
fn is_signed_by(object: &str, signer: &dyn Signer) -> bool {
    let jws = Jws::open(object).expect("a JWS");
    let job = Job {
        algorithm: signer.algorithm(),
        key: signer.public_key().clone(),
        message: &jws.message,
        signature: &jws.signature,
        statements: None,
        older: None,
    };
    check_one(&job).is_ok()
}

#[test]
fn by_reference_the_link_says_where_and_who() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let pairs = link(&world, &session);
    assert_eq!(member(&pairs, "client_id"), Some(session.client_id.as_str()));
    assert_eq!(member(&pairs, "request_uri"), Some(session.request_uri.as_str()));
    assert_eq!((pairs.len(), member(&pairs, "request_uri_method")), (2, None));
    let (session, _) = world.begin(Ask { request_uri_method: Method::Post, ..ask_for(&[pid_query()]) });
    assert_eq!(member(&link(&world, &session), "request_uri_method"), Some("post"));
    let (session, _) = world.begin(Ask { profile: Some(Profile::Haip), ..ask_for(&[pid_query()]) });
    let link = authorization_request(&session, world.client(&session), NOW).expect("a link");
    assert!(link.starts_with("haip-vp://?client_id=x509_hash%3A"), "{link}");
}

#[test]
fn a_request_object_holds_what_wallets_check() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query(), mdl_query()]));
    let client = world.client(&session);
    let object = request_object(&session, client, &Posted::default(), NOW).expect("an object");
    let header = peek_header(&object).expect("a header");
    assert_eq!((header.typ.as_deref(), header.x5c.as_slice()), (Some(TYP), client.chain()));
    assert!(is_signed_by(&object, client.signer().expect("a key")));
    let members = world.request(&session);
    let hash = base64url::encode(&crate::crypto::digest::sha256(&client.chain()[0]));
    for (name, due) in [
        ("client_id", format!("x509_hash:{hash}")),
        ("aud", AUDIENCE.to_owned()),
        ("response_type", "vp_token".to_owned()),
        ("response_mode", "direct_post.jwt".to_owned()),
        ("response_uri", session.response_uri.clone()),
        ("nonce", session.nonce.clone()),
        ("state", session.state.clone()),
    ] {
        assert_eq!(members[name], due, "{name}");
    }
    assert!(members.get("redirect_uri").is_none() && members.get("scope").is_none());
    assert!(members["dcql_query"]["credentials"].is_array(), "an object, not a text");
    let metadata = &members["client_metadata"];
    assert_eq!(metadata["encrypted_response_enc_values_supported"], json!(["A128GCM", "A256GCM"]));
    assert_eq!(metadata["jwks"]["keys"][0], session.keys[0].public_jwk());
    let formats = &metadata["vp_formats_supported"];
    assert!(formats["dc+sd-jwt"]["kb-jwt_alg_values"].as_array().expect("names").contains(&json!("ES256")));
    let device = formats["mso_mdoc"]["deviceauth_alg_values"].as_array().expect("labels");
    assert!(device.contains(&json!(-9)) && device.contains(&json!(-65537)));
    assert!(formats.get("ldp_vc").is_none(), "nobody asked for it");
}

/// The object may be fetched twice; what belongs to the session stays.
#[test]
fn an_object_is_made_anew_for_each_fetch() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let session = session.requested(NOW).expect("requested");
    let first = world.request(&session);
    let session = session.requested(NOW).expect("requested again");
    assert_eq!(first, world.request(&session));
}

/// OpenID4VP 1.0, 5.10; VP-016, VP-017: the wallet's nonce is bounded, copied, and in that object alone.
#[test]
fn the_wallets_nonce_goes_into_its_object() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let object_for = |body: &str| {
        let posted = Posted::decode(body.as_bytes()).expect("posted");
        let object = request_object(&session, world.client(&session), &posted, NOW).expect("an object");
        strict::decode(&Jws::open(&object).expect("a JWS").payload).expect("JSON").to_serde()
    };
    let metadata = form::escaped(r#"{"vp_formats_supported":{}}"#);
    let object = object_for(&format!("wallet_nonce=abc-._~1&wallet_metadata={metadata}&unknown=1"));
    assert_eq!(object["wallet_nonce"], "abc-._~1");
    assert!(object_for("").get("wallet_nonce").is_none());
    let long = "a".repeat(257);
    for body in [
        "wallet_nonce=%3Cscript%3E",
        "wallet_nonce=",
        "wallet_nonce=a&wallet_nonce=b",
        "wallet_nonce=%22%7D",
        &format!("wallet_nonce={long}"),
        "wallet_metadata=%5B%5D",
        "wallet_metadata=x",
        "%",
    ] {
        assert_eq!(Posted::decode(body.as_bytes()).expect_err("refused").code(), Code::WalletNonce, "{body}");
    }
    let big = vec![b'a'; posted::POSTED_BYTES + 1];
    assert_eq!(Posted::decode(&big).expect_err("refused").code(), Code::TooLarge);
}

#[test]
fn an_object_is_encrypted_for_a_wallet_that_asks() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let key = EncryptionKey::generate().expect("a key");
    for (offered, encryption) in [(None, Encryption::A128Gcm), (Some("A256GCM"), Encryption::A256Gcm)] {
        let mut metadata = json!({ "jwks": { "keys": [{ "kty": "oct" }, key.public_jwk()] } });
        if let Some(name) = offered {
            metadata["request_object_encryption_enc_values_supported"] = json!(["A128CBC-HS256", name]);
        }
        let body = form::encode([("wallet_metadata", metadata.to_string().as_str()), ("wallet_nonce", "n")]);
        let posted = Posted::decode(body.as_bytes()).expect("posted");
        let object = request_object(&session, world.client(&session), &posted, NOW).expect("an object");
        let opened = jwe::open(&object, std::slice::from_ref(&key), &Encryption::ALL).expect("opened");
        assert_eq!(opened.encryption, encryption);
        let (header, _) = object.split_once('.').expect("parts");
        let header = strict::decode(&base64url::decode(header).expect("base64url")).expect("JSON").to_serde();
        assert_eq!(header["cty"], "JWT", "RFC 7519, 5.2");
        let inner = std::str::from_utf8(&opened.payload).expect("text");
        assert!(is_signed_by(inner, world.client(&session).signer().expect("a key")));
    }
}

/// Encryption is what a verifier may do: a key that nothing can be sealed to keeps nobody from the request.
#[test]
fn an_object_is_sent_as_it_is_where_the_wallets_key_does_not_seal() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let mut key = EncryptionKey::generate().expect("a key").public_jwk();
    key["key_ops"] = json!(["verify"]);
    let metadata = json!({ "jwks": { "keys": [key] } }).to_string();
    let posted = Posted::decode(form::encode([("wallet_metadata", metadata.as_str())]).as_bytes()).expect("posted");
    assert_ne!(posted, Posted::default(), "it is a key for encryption, as far as anybody can see");
    let object = request_object(&session, world.client(&session), &posted, NOW).expect("an object");
    assert!(is_signed_by(&object, world.client(&session).signer().expect("a key")));
}

#[test]
fn unsigned_requests_stand_in_the_link() {
    let world = world();
    let ask = Ask {
        client_id_prefix: Some(Prefix::RedirectUri),
        response_mode: ResponseMode::DirectPost,
        ..ask_for(&[pid_query()])
    };
    let (session, _) = world.begin(ask);
    let pairs = link(&world, &session);
    assert_eq!(member(&pairs, "client_id"), Some(format!("redirect_uri:{}", session.response_uri).as_str()));
    assert_eq!(member(&pairs, "response_type"), Some("vp_token"));
    let query = member(&pairs, "dcql_query").expect("a query");
    assert!(query.starts_with("{\"credentials\":["), "a JSON text");
    assert!(member(&pairs, "request").is_none() && member(&pairs, "request_uri").is_none());
    assert!(request_object(&session, world.client(&session), &Posted::default(), NOW).is_err(), "nobody signs it");
    // The wallet of the mode `fragment` answers to the browser.
    let ask = Ask {
        client_id_prefix: Some(Prefix::RedirectUri),
        response_mode: ResponseMode::Fragment,
        redirect_uri: Some("https://shop.example/cb".into()),
        ..ask_for(&[pid_query()])
    };
    let (session, _) = world.begin(ask);
    let pairs = link(&world, &session);
    assert_eq!(member(&pairs, "redirect_uri"), Some("https://shop.example/cb"));
    assert_eq!(member(&pairs, "client_id"), Some("redirect_uri:https://shop.example/cb"));
    assert_eq!(member(&pairs, "response_uri"), None);
}

#[test]
fn signed_requests_may_stand_in_the_link_too() {
    let world = world();
    let (session, _) = world.begin(Ask { request: Some(Delivery::ByValue), ..ask_for(&[pid_query()]) });
    let pairs = link(&world, &session);
    let object = member(&pairs, "request").expect("an object");
    assert!(is_signed_by(object, world.client(&session).signer().expect("a key")));
    assert_eq!((pairs.len(), member(&pairs, "client_id")), (2, Some(session.client_id.as_str())));
}

#[test]
fn every_client_says_how_to_find_its_key() {
    let world = world();
    let header_of = |client: &Client| {
        let (session, _) = Session::begin(ask_for(&[pid_query()]), client, BASE, NOW).expect("a session");
        let object = request_object(&session, client, &Posted::default(), NOW).expect("an object");
        assert!(is_signed_by(&object, client.signer().expect("a key")));
        let bytes = base64url::decode(object.split('.').next().expect("a header")).expect("base64url");
        (session.client_id, strict::decode(&bytes).expect("JSON").to_serde())
    };
    let client = |prefix| world.clients.pick(Some(prefix)).expect("a client");
    let (id, header) = header_of(client(Prefix::X509SanDns));
    assert_eq!((id.as_str(), header["x5c"].as_array().map(Vec::len)), ("x509_san_dns:verifier.example", Some(1)));
    let (id, header) = header_of(client(Prefix::DecentralizedIdentifier));
    assert_eq!(id, "decentralized_identifier:did:web:verifier.example");
    assert_eq!(header["kid"], "did:web:verifier.example#k");
    let (key, _, _) = certified("verifier.example");
    let claims = json!({ "sub": "rp.example", "cnf": { "jwk": key.public_key().to_jwk() } }).to_string();
    let attestation = jws::sign(&[("typ", "verifier-attestation+jwt")], claims.as_bytes(), &*key).expect("signed");
    let attested = Client::verifier_attestation(&attestation, std::sync::Arc::clone(&key)).expect("a client");
    let (id, header) = header_of(&attested);
    assert_eq!((id.as_str(), &header["jwt"]), ("verifier_attestation:rp.example", &json!(attestation)));
    let known = Client::pre_registered("shop", Some((key, "k1".to_owned()))).expect("a client");
    let (id, header) = header_of(&known);
    assert_eq!((id.as_str(), &header["kid"]), ("shop", &json!("k1")));
}

/// VP-008: an identifier is what its key and certificate say, or it is not configured.
#[test]
fn clients_are_what_they_show() {
    let (key, leaf, authority) = certified("verifier.example");
    let (other, _, stranger) = certified("verifier.example");
    let arc = || std::sync::Arc::clone(&key);
    assert!(Client::x509_san_dns("verifier.example", arc(), vec![leaf.clone(), authority]).is_ok());
    assert!(Client::x509_san_dns("other.example", arc(), vec![leaf.clone()]).is_err());
    assert!(Client::x509_san_dns("verifier.example", arc(), vec![leaf.clone(), stranger]).is_err());
    assert!(Client::x509_hash(other, vec![leaf]).is_err());
    assert!(Client::x509_hash(arc(), Vec::new()).is_err());
    assert!(Client::decentralized_identifier("did:web:a.example", "did:web:b.example#k", arc()).is_err());
    assert!(Client::decentralized_identifier("did:web:a.example", "did:web:a.example", arc()).is_err());
    for id in ["", "x509_hash:abc", "origin:https://a.example", "openid_federation:https://a.example"] {
        assert!(Client::pre_registered(id, None).is_err(), "{id}");
    }
    for (id, prefix) in [
        ("shop", Some(Prefix::PreRegistered)),
        ("https://shop.example", Some(Prefix::PreRegistered)),
        ("x509_san_dns:a", Some(Prefix::X509SanDns)),
        ("origin:https://a", None),
    ] {
        assert_eq!(Prefix::of(id), prefix, "{id}");
    }
    let claims = json!({ "sub": "rp", "cnf": { "jwk": key.public_key().to_jwk() } }).to_string();
    let wrong_typ = jws::sign(&[("typ", "jwt")], claims.as_bytes(), &*key).expect("signed");
    assert!(Client::verifier_attestation(&wrong_typ, arc()).is_err());
}

#[test]
fn what_a_request_says_of_others_is_passed_on() {
    let world = world();
    let ask = Ask {
        transaction_data: vec![json!({ "type": "pay", "credential_ids": ["pid"], "amount": 7 })],
        verifier_info: vec![json!({ "format": "registration_cert", "data": "e30" })],
        ..ask_for(&[pid_query()])
    };
    let (session, _) = world.begin(ask);
    let members = world.request(&session);
    assert_eq!(members["verifier_info"], json!(session.ask.verifier_info));
    assert_eq!(members["transaction_data"], json!(session.transaction_data));
}

fn dc_api(protocol: Protocol, queries: &[Json]) -> Ask {
    Ask {
        flow: Flow::DcApi,
        response_mode: ResponseMode::DcApiJwt,
        protocol: Some(protocol),
        expected_origins: vec![ORIGIN.to_owned()],
        ..ask_for(queries)
    }
}

fn data_of(world: &World, session: &Session) -> Json {
    let request = dc_api::request(session, &world.clients, NOW).expect("a request");
    let one = &request["digital"]["requests"][0];
    assert_eq!(one["protocol"], session.ask.protocol.expect("one").name());
    one["data"].clone()
}

/// Signed, it is a request object: for a wallet, and for as long as the session.
fn is_dated(members: &Json, session: &Session) {
    let due = (&json!(AUDIENCE), &json!(NOW.seconds()), &json!(session.expires.seconds()));
    assert_eq!((&members["aud"], &members["iat"], &members["exp"]), due);
}

#[test]
fn over_the_api_requests_are_unsigned_signed_or_multisigned() {
    let world = world();
    let (session, _) = world.begin(dc_api(Protocol::Unsigned, &[pid_query()]));
    let data = data_of(&world, &session);
    for absent in ["client_id", "state", "response_uri", "expected_origins", "aud"] {
        assert!(data.get(absent).is_none(), "{absent}");
    }
    assert_eq!((&data["nonce"], session.client_id.as_str()), (&json!(session.nonce), ""));

    let (session, _) = world.begin(dc_api(Protocol::Signed, &[pid_query()]));
    let data = data_of(&world, &session);
    let jws = Jws::open(data["request"].as_str().expect("a JWS")).expect("a JWS");
    let members = strict::decode(&jws.payload).expect("JSON").to_serde();
    assert_eq!(members["expected_origins"], json!([ORIGIN]));
    assert_eq!(members["client_id"], session.client_id.as_str());
    assert_eq!(members["response_mode"], "dc_api.jwt");
    is_dated(&members, &session);

    let (session, _) = world.begin(dc_api(Protocol::Multisigned, &[pid_query()]));
    let data = data_of(&world, &session)["request"].clone();
    let signatures = data["signatures"].as_array().expect("signatures").clone();
    assert_eq!(signatures.len(), 3, "one client of four does not sign");
    let payload = data["payload"].as_str().expect("a payload");
    let signing: Vec<&Client> = world.clients.all().iter().filter(|client| client.signer().is_some()).collect();
    for (signature, client) in signatures.iter().zip(signing) {
        let protected = signature["protected"].as_str().expect("a header");
        let compact = format!("{protected}.{payload}.{}", signature["signature"].as_str().expect("a signature"));
        assert!(is_signed_by(&compact, client.signer().expect("a key")));
        let header = strict::decode(&base64url::decode(protected).expect("base64url")).expect("JSON").to_serde();
        assert_eq!(header["client_id"], client.id("").as_str());
    }
    let members = base64url::decode(payload).expect("base64url");
    let members = strict::decode(&members).expect("JSON").to_serde();
    assert!(members.get("client_id").is_none());
    is_dated(&members, &session);
}

/// HAIP 1.0, 5: of several that sign one request, each is one by the rules; where nobody is, nothing begins.
#[test]
fn by_haip_only_who_keeps_the_rules_signs() {
    let world = world();
    let ask = Ask { profile: Some(Profile::Haip), ..dc_api(Protocol::Multisigned, &[pid_query()]) };
    let (session, _) = world.begin(ask.clone());
    let data = data_of(&world, &session)["request"].clone();
    let [one] = data["signatures"].as_array().expect("signatures").as_slice() else { panic!("one of three") };
    let header = base64url::decode(one["protected"].as_str().expect("a header")).expect("base64url");
    let header = strict::decode(&header).expect("JSON").to_serde();
    assert_eq!(header["client_id"], world.clients.pick(Some(Prefix::X509Hash)).expect("a client").id("").as_str());
    let others: Vec<Client> =
        world.clients.all().iter().filter(|client| client.prefix() != Prefix::X509Hash).cloned().collect();
    for client in &others {
        assert!(Session::begin(ask.clone(), client, BASE, NOW).is_err(), "{client:?}");
    }
    let fault = dc_api::request(&session, &Clients::new(others), NOW).expect_err("nobody is left");
    assert!(matches!(fault, RequestFault::Ours(_)), "{fault}");
}

/// ISO/IEC 18013-7, Annex C.
#[test]
fn iso_requests_hold_a_device_request_and_a_key() {
    let world = world();
    let mut query = mdl_query();
    query["claims"][0]["intent_to_retain"] = json!(true);
    let (session, _) = world.begin(dc_api(Protocol::IsoMdoc, &[query]));
    let data = data_of(&world, &session);
    let decoded = |name: &str| base64url::decode(data[name].as_str().expect("text")).expect("base64url");
    let info = decoded("encryptionInfo");
    let info = cbor::decode(&info).expect("CBOR");
    let [name, members] = info.as_array().expect("an array") else { panic!("two elements") };
    assert_eq!(name.as_text(), Some("dcapi"));
    let key = members.entry_text("recipientPublicKey").expect("a key");
    let public = session.keys[0].public_key().expect("a key");
    let (x, _) = public.ec_coordinates().expect("a point");
    assert_eq!((key.entry(1).and_then(|v| v.as_i64()), key.entry(-2).and_then(|v| v.as_bytes())), (Some(2), Some(x)));
    assert_eq!(members.entry_text("nonce").and_then(|v| v.as_bytes()).map(<[u8]>::len), Some(32));
    let request = decoded("deviceRequest");
    let request = cbor::decode(&request).expect("CBOR");
    let [one] = request.entry_text("docRequests").and_then(|v| v.as_array()).expect("requests") else { panic!("one") };
    assert!(one.entry_text("readerAuth").is_some(), "one origin, and a certificate");
    let cbor::Value::Tag(24, items) = one.entry_text("itemsRequest").expect("items") else { panic!("tag 24") };
    let items = cbor::decode(items.as_bytes().expect("bytes")).expect("CBOR").into_owned();
    assert_eq!(items.entry_text("docType").and_then(|v| v.as_text()), Some(MDL));
    let asked = items.entry_text("nameSpaces").and_then(|v| v.entry_text(SPACE)).expect("elements");
    assert_eq!(asked.entry_text("family_name"), Some(&cbor::Value::Bool(true)));
    assert_eq!(asked.entry_text("age_over_18"), Some(&cbor::Value::Bool(false)));
    // For whom the reader signs is not known where several origins may ask.
    let several =
        Ask { expected_origins: vec![ORIGIN.into(), BASE.into()], ..dc_api(Protocol::IsoMdoc, &[mdl_query()]) };
    let (session, _) = world.begin(several);
    let data = data_of(&world, &session);
    let request = base64url::decode(data["deviceRequest"].as_str().expect("text")).expect("base64url");
    let request = cbor::decode(&request).expect("CBOR");
    let [one] = request.entry_text("docRequests").and_then(|v| v.as_array()).expect("requests") else { panic!("one") };
    assert!(one.entry_text("readerAuth").is_none());
}

#[test]
fn what_is_over_is_not_requested() {
    let world = world();
    let (session, _) = world.begin(ask_for(&[pid_query()]));
    let client = world.client(&session);
    let late = NOW.plus(1000);
    let code = |fault: RequestFault| match fault {
        RequestFault::Refused(refusal) => refusal.code(),
        RequestFault::Ours(text) => panic!("{text}"),
    };
    assert_eq!(code(authorization_request(&session, client, late).expect_err("late")), Code::SessionExpired);
    let fault = request_object(&session, client, &Posted::default(), late).expect_err("late");
    assert_eq!(code(fault), Code::SessionExpired);
    let outcome = crate::openid4vp::outcome::Outcome::refused(&session, Refusal::new(Code::Malformed), NOW);
    let session = session.answered(&outcome, NOW).expect("answered").session;
    let fault = request_object(&session, client, &Posted::default(), NOW).expect_err("over");
    assert_eq!(code(fault), Code::RequestConsumed);
    // Who is no client any more asks nothing.
    assert!(Clients::new(Vec::new()).by_id(&session.client_id, "").is_none());
    assert!(clients().by_id(&session.client_id, "").is_none(), "another certificate");
}
