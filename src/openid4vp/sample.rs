//! For tests: an issuer that is trusted, a holder, a relying party with certificates, and a wallet that reads requests as they are sent.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value as Json, json};

use crate::crypto::algorithm::Hash;
use crate::crypto::jwe::{Encryption, Sealing, seal};
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::encoding::cbor::Value;
use crate::encoding::{base64url, form, json as strict};
use crate::envelope::jws::peek_payload;
use crate::evidence::Evidence;
use crate::format::mdoc::handover::transcript;
use crate::issue::mdoc::device::{Proof, document, response, showing};
use crate::issue::sd_jwt::{Binding, bind, random_salt, show};
use crate::issue::sd_jwt_vc::{Draft, Names};
use crate::issue::{mdoc, sd_jwt_vc, test_ca};
use crate::occasion::Occasion;
use crate::occasion::session::{Handover, Session as Device};
use crate::openid4vp::ask::Ask;
use crate::openid4vp::client::{Client, Clients};
use crate::openid4vp::judge::{conclude, requests};
use crate::openid4vp::outcome::Outcome;
use crate::openid4vp::request::{Posted, request_object};
use crate::openid4vp::response::{Answer, posted};
use crate::openid4vp::session::{Secrets, Session};
use crate::policy::{Environment, Policy};
use crate::time::Timestamp;
use crate::trust::Trust;
use crate::verify::verify;

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
pub(crate) const BASE: &str = "https://verifier.example";
pub(crate) const ORIGIN: &str = "https://shop.example";
pub(crate) const PID: &str = "urn:eudi:pid:1";
pub(crate) const MDL: &str = "org.iso.18013.5.1.mDL";
pub(crate) const SPACE: &str = "org.iso.18013.5.1";

/// Everybody who takes part.
pub(crate) struct World {
    pub(crate) trust: Trust,
    pub(crate) issuer: OwnKey,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) authority: Vec<u8>,
    pub(crate) holder: OwnKey,
    pub(crate) clients: Clients,
}

pub(crate) fn world() -> World {
    let ca = test_ca::make("XV", NOW.plus(-86_400)).expect("made");
    let entry = json!({
        "kind": "authority", "formats": ["mdoc", "sd_jwt_vc"], "environment": "test",
        "certificate": base64url::encode_standard(&ca.authority.der),
    });
    let (trust, problems) = Trust::from_entries(vec![serde_json::from_value(entry).expect("an entry")]);
    assert_eq!(problems, []);
    World {
        trust,
        issuer: OwnKey::from_pem(&ca.signer.key_pem).expect("a key"),
        chain: vec![ca.signer.der],
        authority: ca.authority.der,
        holder: OwnKey::generate_p256().expect("a key").0,
        clients: clients(),
    }
}

/// A relying party's key and certificate, with that name, by an authority of its own.
pub(crate) fn certified(name: &str) -> (Arc<OwnKey>, Vec<u8>, Vec<u8>) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut own = CertificateParams::default();
    own.distinguished_name.push(DnType::CommonName, "access authority");
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = own.self_signed(&authority_key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    leaf.distinguished_name.push(DnType::CommonName, "relying party");
    let leaf = leaf.signed_by(&key, &Issuer::from_params(&own, &authority_key)).expect("signed");
    let own = OwnKey::from_pem(&key.serialize_pem()).expect("a key");
    (Arc::new(own), leaf.der().to_vec(), authority.der().to_vec())
}

pub(crate) fn clients() -> Clients {
    let (key, leaf, _) = certified("verifier.example");
    let (did_key, _) = OwnKey::generate_p256().expect("a key");
    let did = "did:web:verifier.example";
    Clients::new(vec![
        Client::x509_hash(Arc::clone(&key), vec![leaf.clone()]).expect("a client"),
        Client::x509_san_dns("verifier.example", key, vec![leaf]).expect("a client"),
        Client::redirect_uri(),
        Client::decentralized_identifier(did, &format!("{did}#k"), Arc::new(did_key)).expect("a client"),
    ])
}

pub(crate) fn pid_query() -> Json {
    json!({
        "id": "pid", "format": "dc+sd-jwt", "meta": { "vct_values": [PID] },
        "claims": [{ "path": ["family_name"] }, { "path": ["age_equal_or_over", "18"], "values": [true] }]
    })
}

pub(crate) fn mdl_query() -> Json {
    json!({
        "id": "mdl", "format": "mso_mdoc", "meta": { "doctype_value": MDL },
        "claims": [{ "path": [SPACE, "family_name"] }, { "path": [SPACE, "age_over_18"], "values": [true] }]
    })
}

pub(crate) fn ask_for(queries: &[Json]) -> Ask {
    Ask::of(json!({ "credentials": queries }))
}

pub(crate) fn policy() -> Policy {
    Policy { environment: Environment::Test, ..Policy::default() }
}

impl World {
    pub(crate) fn begin(&self, ask: Ask) -> (Session, Secrets) {
        let client = self.clients.pick(ask.client_id_prefix).expect("a client");
        Session::begin(ask, client, BASE, NOW).expect("a session")
    }

    pub(crate) fn client(&self, session: &Session) -> &Client {
        self.clients.by_id(&session.client_id, &session.response_uri).expect("a client")
    }

    /// The members of the request object, as a wallet reads them.
    pub(crate) fn request(&self, session: &Session) -> Json {
        let object = request_object(session, self.client(session), &Posted::default(), NOW).expect("an object");
        let payload = peek_payload(&object).expect("a payload");
        strict::decode(&payload).expect("JSON").to_serde()
    }

    /// A PID of the holder, every claim disclosable.
    pub(crate) fn issued_pid(&self, claims: &Json) -> String {
        let names: Vec<&str> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
        let draft = Draft {
            disclosable: names.iter().map(|name| format!("/{name}")).collect(),
            holder_key: Some(self.holder.public_key().to_jwk()),
            ..Draft::of(with(claims, json!({ "vct": PID, "exp": NOW.seconds() + 86_400 })))
        };
        let issued = sd_jwt_vc::issue(&draft, &Names::Certificates(&self.chain), &mut random_salt, &self.issuer);
        issued.expect("issued")
    }

    pub(crate) fn pid(&self) -> String {
        let issued = self.issued_pid(&json!({ "family_name": "Holm", "age_equal_or_over": { "18": true } }));
        show(&issued, &["/family_name".to_owned(), "/age_equal_or_over".to_owned()]).expect("shown")
    }

    pub(crate) fn bound(&self, shown: &str, nonce: &str, audience: &str, transactions: &[&str]) -> String {
        let transaction_data = transactions.iter().map(|text| (*text).to_owned()).collect();
        let (nonce, audience) = (nonce.to_owned(), audience.to_owned());
        let binding = Binding { nonce, audience, issued_at: NOW, transaction_data };
        bind(shown, &binding, Hash::Sha256, &self.holder).expect("bound")
    }

    /// A PID for that request.
    pub(crate) fn pid_for(&self, request: &Json) -> String {
        self.bound(&self.pid(), text(request, "nonce"), text(request, "client_id"), &[])
    }

    pub(crate) fn issued_mdl(&self) -> Vec<u8> {
        let elements = vec![
            ("family_name".to_owned(), Value::Text("Holm".into())),
            ("age_over_18".to_owned(), Value::Bool(true)),
            ("issuing_country".to_owned(), Value::Text("XV".into())),
        ];
        let draft = mdoc::Draft {
            doc_type: MDL.to_owned(),
            name_spaces: vec![(SPACE.to_owned(), elements)],
            signed: NOW.plus(-3600),
            valid_from: NOW.plus(-3600),
            valid_until: NOW.plus(86_400),
            device_key: self.holder.public_key().clone(),
            device_name_spaces: Vec::new(),
            hash: Hash::Sha256,
            status: None,
        };
        mdoc::issue(&draft, &self.issuer, &self.chain, &mut mdoc::random).expect("issued")
    }

    /// A document for that transcript.
    pub(crate) fn mdl_document(&self, transcript: &[u8]) -> Vec<u8> {
        let elements = [(SPACE, "family_name"), (SPACE, "age_over_18")];
        let shown = showing(&self.issued_mdl(), &elements).expect("shown");
        let proof = Proof::Signature(&self.holder);
        document(MDL, &shown, &Value::Map(Vec::new()), transcript, proof).expect("signed")
    }

    pub(crate) fn mdl(&self, handover: Handover, device: Device, nonce: &str) -> String {
        let occasion = Occasion { nonce: Some(nonce.to_owned()), session: Some(device), ..Occasion::at(NOW) };
        let transcript = transcript(&occasion, handover).expect("a transcript");
        base64url::encode(&response(&[self.mdl_document(&transcript)]))
    }

    /// An mDL for that request by redirects.
    pub(crate) fn mdl_for(&self, request: &Json) -> String {
        let device = Device {
            client_id: Some(text(request, "client_id").to_owned()),
            response_uri: request["response_uri"].as_str().or(request["redirect_uri"].as_str()).map(str::to_owned),
            jwk_thumbprint: thumbprint(request),
            ..Device::default()
        };
        self.mdl(Handover::Openid4vp, device, text(request, "nonce"))
    }

    /// What a wallet of ISO/IEC 18013-7 answers that session with: an mDL signed for its handover, by the nonce `wallet nonce`.
    pub(crate) fn older_answer(&self, session: &Session) -> Json {
        let device = Device {
            client_id: Some(session.client_id.clone()),
            response_uri: Some(session.response_uri.clone()),
            mdoc_generated_nonce: Some("wallet nonce".into()),
            ..Device::default()
        };
        let mdl = self.mdl(Handover::Iso18013Part7, device, &session.nonce);
        json!({ "vp_token": { "mdl": [mdl] }, "state": session.state })
    }

    /// What an honest wallet posts: these presentations by id, as the request wants them.
    pub(crate) fn body(&self, request: &Json, vp_token: &Json) -> String {
        let state = text(request, "state");
        match text(request, "response_mode") {
            "direct_post.jwt" => {
                let payload = json!({ "vp_token": vp_token, "state": state });
                form::encode([("response", sealed(request, &payload, &Sealing::by(Encryption::A256Gcm)).as_str())])
            }
            _ => form::encode([("vp_token", vp_token.to_string().as_str()), ("state", state)]),
        }
    }

    /// What an honest answer with these presentations comes to.
    pub(crate) fn outcome(&self, session: &Session, vp_token: &Json) -> Outcome {
        let request = self.request(session);
        let answer = posted(session, self.body(&request, vp_token).as_bytes(), NOW).expect("an answer");
        self.judged(session, &answer)
    }

    pub(crate) fn judged(&self, session: &Session, answer: &Answer) -> Outcome {
        self.judged_under(session, answer, &self.trust)
    }

    pub(crate) fn judged_under(&self, session: &Session, answer: &Answer, trust: &Trust) -> Outcome {
        match requests(session, answer, NOW, &policy()) {
            Err(refusal) => Outcome::refused(session, refusal, NOW),
            Ok(asked) => {
                let reports = asked.iter().map(|one| verify(&one.request, trust, &Evidence::none())).collect();
                conclude(session, asked, reports, NOW)
            }
        }
    }
}

/// These members, and those.
pub(crate) fn with(one: &Json, other: Json) -> Json {
    let mut all = one.as_object().expect("an object").clone();
    all.extend(other.as_object().expect("an object").clone());
    Json::Object(all)
}

pub(crate) fn text<'j>(request: &'j Json, name: &str) -> &'j str {
    request[name].as_str().unwrap_or_default()
}

/// The thumbprint of the key in a request, where there is one.
pub(crate) fn thumbprint(request: &Json) -> Option<String> {
    let jwk = request["client_metadata"]["jwks"]["keys"].get(0)?.to_string();
    let key = crate::crypto::jwk::public_key(&strict::decode(jwk.as_bytes()).expect("JSON")).expect("a key");
    Some(key.jwk_thumbprint())
}

/// That payload, encrypted to the key in a request.
pub(crate) fn sealed(request: &Json, payload: &Json, sealing: &Sealing<'_>) -> String {
    let jwk = &request["client_metadata"]["jwks"]["keys"][0];
    seal(payload.to_string().as_bytes(), jwk, sealing).expect("sealed")
}
