//! A small honest wallet, and the issuers that it has its credentials from. It reads a request as a wallet does, answers it, and lets a
//! test change any step on the way. The bench uses it too.

use serde_json::{Value, json};
use tempfile::TempDir;
use vidimus::crypto::algorithm::Hash;
use vidimus::crypto::digest::sha256;
use vidimus::crypto::jwe::{Encryption, Sealing, seal};
use vidimus::crypto::own_keys::{OwnKey, Signer};
use vidimus::encoding::base64url::{self, encode_standard};
use vidimus::encoding::cbor;
use vidimus::encoding::json::from_slice;
use vidimus::envelope::jws::Jws;
use vidimus::format::mdoc::handover::transcript;
use vidimus::issue::mdoc::device::{Proof, document, response, showing};
use vidimus::issue::sd_jwt::{Binding, bind, random_salt, show};
use vidimus::issue::{mdoc, sd_jwt_vc, test_ca};
use vidimus::net::clock::Clock;
use vidimus::occasion::Occasion;
use vidimus::occasion::session::{Handover, Session};
use vidimus::service::config::Config;
use vidimus::time::Timestamp;

/// Stands in every claim; must never stand in a log or in what a wallet is answered.
pub const FAMILY_NAME: &str = "Kanarienvogel";
pub const MDL: &str = "org.iso.18013.5.1.mDL";
pub const MDL_SPACE: &str = "org.iso.18013.5.1";
pub const PID: &str = "urn:eudi:pid:1";
const ISSUER: &str = "https://issuer.example";
const DAY: i64 = 86_400;

/// Issuers, a trust store that knows them, and a wallet with a credential of each.
pub struct World {
    pub store: TempDir,
    issuer: OwnKey,
    mdoc_signer: OwnKey,
    mdoc_chain: Vec<Vec<u8>>,
}

impl World {
    pub fn new() -> Self {
        let (issuer, _) = OwnKey::generate_p256().unwrap();
        let ca = test_ca::make("XV", Clock::system().now().plus(-2 * DAY)).unwrap();
        let world = World {
            store: TempDir::new().unwrap(),
            mdoc_signer: OwnKey::from_pem(&ca.signer.key_pem).unwrap(),
            mdoc_chain: vec![ca.signer.der],
            issuer,
        };
        let entries = json!({ "vidimus_trust": 1, "entries": [
            {
                "kind": "issuer", "issuer": ISSUER, "formats": ["sd_jwt_vc"],
                "keys": { "keys": [world.issuer.public_key().to_jwk()] },
            },
            { "kind": "authority", "formats": ["mdoc"], "certificate": encode_standard(&ca.authority.der) },
        ]});
        std::fs::write(world.store.path().join("store.json"), entries.to_string()).unwrap();
        world
    }

    /// A service on loopback, for development, that trusts these issuers.
    pub fn config(&self) -> Config {
        let mut config = Config::new("127.0.0.1:0".parse().unwrap(), self.store.path()).for_development();
        config.offline = true;
        config.reload_seconds = 60;
        config
    }

    /// A wallet with new keys and a credential of each issuer, whose holder is of that age.
    pub fn wallet(&self, is_adult: bool) -> Wallet {
        let (holder, device) = (OwnKey::generate_p256().unwrap().0, OwnKey::generate_p256().unwrap().0);
        let now = Clock::system().now();
        let pid = self.pid(&holder, is_adult, now);
        let mdl = self.mdl(&device, is_adult, now);
        Wallet { holder, device, pid, mdl }
    }

    fn pid(&self, holder: &OwnKey, is_adult: bool, now: Timestamp) -> String {
        let draft = sd_jwt_vc::Draft {
            disclosable: ["/family_name", "/given_name", "/birthdate", "/age_equal_or_over/18"]
                .map(str::to_owned)
                .into(),
            holder_key: Some(holder.public_key().to_jwk()),
            ..sd_jwt_vc::Draft::of(json!({
                "iss": ISSUER, "vct": PID, "iat": now.plus(-DAY).seconds(), "exp": now.plus(180 * DAY).seconds(),
                "family_name": FAMILY_NAME, "given_name": "Anna", "birthdate": "1980-01-02",
                "age_equal_or_over": { "18": is_adult },
            }))
        };
        sd_jwt_vc::issue(&draft, &sd_jwt_vc::Names::Nothing, &mut random_salt, &self.issuer).unwrap()
    }

    fn mdl(&self, device: &OwnKey, is_adult: bool, now: Timestamp) -> Vec<u8> {
        let text = |name: &str, value: &str| (name.to_owned(), cbor::Value::Text(value.to_owned().into()));
        let day = |name: &str, value: &str| {
            (name.to_owned(), cbor::Value::Tag(1004, Box::new(cbor::Value::Text(value.to_owned().into()))))
        };
        let draft = mdoc::Draft {
            doc_type: MDL.to_owned(),
            name_spaces: vec![(
                MDL_SPACE.to_owned(),
                vec![
                    text("family_name", FAMILY_NAME),
                    text("given_name", "Anna"),
                    day("birth_date", "1980-01-02"),
                    ("age_over_18".to_owned(), cbor::Value::Bool(is_adult)),
                ],
            )],
            signed: now.plus(-DAY),
            valid_from: now.plus(-DAY),
            valid_until: now.plus(30 * DAY),
            device_key: device.public_key().clone(),
            device_name_spaces: Vec::new(),
            hash: Hash::Sha256,
            status: None,
        };
        mdoc::issue(&draft, &self.mdoc_signer, &self.mdoc_chain, &mut mdoc::random).unwrap()
    }
}

/// What a wallet takes out of a request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub client_id: String,
    pub nonce: String,
    pub state: Option<String>,
    pub response_mode: String,
    pub response_uri: String,
    /// The origin that asks through the browser's API: then it is the audience.
    pub origin: Option<String>,
    /// The key to encrypt to, if the answer is to be encrypted.
    pub jwk: Option<Value>,
    pub transaction_data: Vec<String>,
    /// All parameters.
    pub all: Value,
}

impl Asked {
    /// What a signed request object asks. Its signature is checked with the certificate it brings, and that with the client identifier.
    pub fn of_object(jwt: &str) -> Self {
        let jws = Jws::open(jwt).unwrap();
        let header: Value = from_slice(&base64url::decode(jwt.split('.').next().unwrap()).unwrap()).unwrap();
        assert_eq!(header["typ"], "oauth-authz-req+jwt");
        let all: Value = from_slice(&jws.payload).unwrap();
        if let Some(hash) = all["client_id"].as_str().unwrap_or("").strip_prefix("x509_hash:") {
            let leaf = base64url::decode_standard(header["x5c"][0].as_str().unwrap()).unwrap();
            assert_eq!(hash, base64url::encode(&sha256(&leaf)));
        }
        Asked::of(all, None)
    }

    /// What these parameters ask, through the browser when an origin is named.
    pub fn of(all: Value, origin: Option<&str>) -> Self {
        let text = |name: &str| all[name].as_str().map(str::to_owned);
        let response_mode = text("response_mode").unwrap_or_default();
        let is_encrypted = response_mode.ends_with(".jwt");
        let metadata = match &all["client_metadata"] {
            // In a query it is a text.
            Value::String(text) => from_slice(text.as_bytes()).unwrap(),
            object => object.clone(),
        };
        let list = |value: &Value| -> Vec<String> {
            value
                .as_array()
                .map(|all| all.iter().map(|it| it.as_str().unwrap().to_owned()).collect())
                .unwrap_or_default()
        };
        Asked {
            client_id: text("client_id").unwrap_or_default(),
            nonce: text("nonce").unwrap(),
            state: text("state"),
            response_uri: text("response_uri").unwrap_or_default(),
            origin: origin.map(str::to_owned),
            jwk: is_encrypted.then(|| metadata["jwks"]["keys"][0].clone()),
            transaction_data: list(&all["transaction_data"]),
            response_mode,
            all,
        }
    }

    fn audience(&self) -> String {
        match &self.origin {
            Some(origin) => format!("origin:{origin}"),
            None => self.client_id.clone(),
        }
    }

    /// The body of an honest answer: the vp_token, encrypted where that is asked for.
    pub fn body(&self, vp_token: &Value) -> String {
        let mut members = json!({ "vp_token": vp_token });
        if let Some(state) = &self.state {
            members["state"] = json!(state);
        }
        match &self.jwk {
            Some(_) => format!("response={}", self.sealed(&members)),
            None => form(&members),
        }
    }

    /// These members in a JWE for the request's key.
    pub fn sealed(&self, members: &Value) -> String {
        let sealing = Sealing {
            party_u: Some(b"wallet"),
            party_v: Some(self.nonce.as_bytes()),
            ..Sealing::by(Encryption::A256Gcm)
        };
        seal(members.to_string().as_bytes(), self.jwk.as_ref().unwrap(), &sealing).unwrap()
    }
}

/// Members as a form: objects as JSON text.
pub fn form(members: &Value) -> String {
    let pairs = members.as_object().unwrap().iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", percent(&text))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Every byte that is not plainly harmless as `%XX`.
pub fn percent(text: &str) -> String {
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes()
        .map(|byte| if harmless(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The members of a query string.
pub fn query(url: &str) -> Value {
    let unescaped = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => {
                    let hex = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
                }
                b'+' => b' ',
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (unescaped(name), Value::String(unescaped(value))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Somebody's wallet.
pub struct Wallet {
    pub holder: OwnKey,
    pub device: OwnKey,
    /// The person identification data, with all disclosures and no proof.
    pub pid: String,
    /// The driving licence, as its issuer signed it.
    pub mdl: Vec<u8>,
}

impl Wallet {
    /// The person identification data, showing these claims.
    pub fn show_pid(&self, asked: &Asked, pointers: &[&str]) -> String {
        let binding = Binding {
            nonce: asked.nonce.clone(),
            audience: asked.audience(),
            issued_at: Clock::system().now(),
            transaction_data: asked.transaction_data.clone(),
        };
        self.show_pid_bound(pointers, &binding)
    }

    /// The same bound as the caller likes.
    pub fn show_pid_bound(&self, pointers: &[&str], binding: &Binding) -> String {
        let pointers: Vec<String> = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
        bind(&show(&self.pid, &pointers).unwrap(), binding, Hash::Sha256, &self.holder).unwrap()
    }

    /// The driving licence, showing these elements.
    pub fn show_mdl(&self, asked: &Asked, elements: &[&str]) -> String {
        let thumbprint = asked.jwk.as_ref().map(thumbprint);
        let session = match &asked.origin {
            Some(origin) => Session {
                handover: Handover::Openid4vpDcApi,
                origin: Some(origin.clone()),
                jwk_thumbprint: thumbprint,
                ..Session::default()
            },
            None => Session {
                handover: Handover::Openid4vp,
                client_id: Some(asked.client_id.clone()),
                response_uri: Some(asked.response_uri.clone()),
                jwk_thumbprint: thumbprint,
                ..Session::default()
            },
        };
        base64url::encode(&self.device_response(session, Some(&asked.nonce), elements))
    }

    /// A DeviceResponse with the driving licence, signed for that session.
    pub fn device_response(&self, session: Session, nonce: Option<&str>, elements: &[&str]) -> Vec<u8> {
        let elements: Vec<(&str, &str)> = elements.iter().map(|element| (MDL_SPACE, *element)).collect();
        let shown = showing(&self.mdl, &elements).unwrap();
        let handover = session.handover;
        let occasion =
            Occasion { nonce: nonce.map(str::to_owned), session: Some(session), ..Occasion::at(Clock::system().now()) };
        let transcript = transcript(&occasion, handover).unwrap();
        let proof = Proof::Signature(&self.device);
        response(&[document(MDL, &shown, &cbor::Value::Map(Vec::new()), &transcript, proof).unwrap()])
    }
}

/// RFC 7638, of an EC key.
fn thumbprint(jwk: &Value) -> String {
    let text = |name: &str| jwk[name].as_str().unwrap();
    let due = format!(r#"{{"crv":"{}","kty":"{}","x":"{}","y":"{}"}}"#, text("crv"), text("kty"), text("x"), text("y"));
    base64url::encode(&sha256(due.as_bytes()))
}
