//! Issues SMART Health Cards: a FHIR bundle, times and a signer in; JWS, QR text and file out.
//!
//! Nothing is issued that our own strict reader would refuse.

use serde_json::{Value as Json, json};

use crate::crypto::algorithm::Algorithm;
use crate::crypto::own_keys::Signer;
use crate::encoding::{base64url, deflate};
use crate::format::shc_numeric;
use crate::format::shc_payload::check_payload;
use crate::issue::IssueFault;
use crate::occasion::Occasion;
use crate::policy::Policy;
use crate::status::shc_revocation::check_rid;
use crate::time::Timestamp;

/// What goes into a card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardDraft {
    /// The issuer's https URL, without a trailing slash.
    pub issuer: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
    /// Its types, `https://smarthealth.cards#health-card` among them.
    pub types: Vec<String>,
    /// Version of FHIR (`4.0.1`).
    pub fhir_version: String,
    /// The bundle, as the card will hold it.
    pub fhir_bundle: Json,
    /// The identifier under which it can be revoked.
    pub rid: Option<String>,
}

/// An issued card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The compact JWS.
    pub jws: String,
    /// The text of its QR code; `None` when it is too long for one.
    pub qr_text: Option<String>,
    /// The `.smart-health-card` file.
    pub file_json: String,
}

impl Card {
    /// The texts of as many QR codes as the card needs. Several are deprecated; strict readers refuse them.
    pub fn qr_chunks(&self) -> Vec<String> {
        shc_numeric::encode_chunks(&self.jws)
    }
}

/// The card of this draft, signed under `kid`.
///
/// # Errors
/// [`IssueFault::Content`] when the draft breaks a rule of the specification; [`IssueFault::Key`] when the signer's algorithm is
/// not ES256, `kid` is not its key's thumbprint, or it cannot sign.
pub fn issue(draft: &CardDraft, signer: &dyn Signer, kid: &str) -> Result<Card, IssueFault> {
    let payload = payload(draft)?;
    check(draft, &payload)?;
    let jws = sign(&payload, signer, kid)?;
    let qr_text = (jws.len() <= shc_numeric::SINGLE_CHARS).then(|| shc_numeric::encode(&jws));
    let file_json = json!({ "verifiableCredential": [jws] }).to_string();
    Ok(Card { jws, qr_text, file_json })
}

/// The compact JWS around these claims, compressed, whatever they say.
///
/// # Errors
/// [`IssueFault::Key`], as [`issue`].
pub fn sign(payload: &[u8], signer: &dyn Signer, kid: &str) -> Result<String, IssueFault> {
    if signer.algorithm() != Algorithm::Es256 {
        return Err(IssueFault::Key(format!("health cards are signed with ES256, not {}", signer.algorithm())));
    }
    if kid != signer.public_key().jwk_thumbprint() {
        return Err(IssueFault::Key("the key identifier is not the thumbprint of the key".to_owned()));
    }
    let header = json!({ "zip": "DEF", "alg": "ES256", "kid": kid }).to_string();
    let body = base64url::encode(&deflate::deflate_raw(payload));
    let message = format!("{}.{body}", base64url::encode(header.as_bytes()));
    let signature = signer.sign(message.as_bytes()).map_err(|fault| IssueFault::Key(fault.to_string()))?;
    Ok(format!("{message}.{}", base64url::encode(&signature)))
}

fn payload(draft: &CardDraft) -> Result<Vec<u8>, IssueFault> {
    let mut vc = json!({
        "type": draft.types,
        "credentialSubject": { "fhirVersion": draft.fhir_version, "fhirBundle": draft.fhir_bundle },
    });
    if let Some(rid) = &draft.rid {
        check_rid(rid).map_err(|reason| IssueFault::Content(reason.to_string()))?;
        add(&mut vc, "rid", json!(rid));
    }
    let mut claims = json!({ "iss": draft.issuer, "nbf": draft.not_before.seconds() });
    if let Some(expires) = draft.expires {
        add(&mut claims, "exp", json!(expires.seconds()));
    }
    add(&mut claims, "vc", vc);
    Ok(claims.to_string().into_bytes())
}

fn add(object: &mut Json, name: &str, value: Json) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// What the strict reader would say of it on its first day. A positive test may be issued.
fn check(draft: &CardDraft, payload: &[u8]) -> Result<(), IssueFault> {
    let policy = Policy { strict: true, positive_tests: true, ..Policy::default() };
    let (faults, _) = check_payload(payload, &Occasion::at(draft.not_before), &policy);
    match faults.first() {
        None => Ok(()),
        Some(reason) => Err(IssueFault::Content(reason.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Input;
    use crate::crypto::own_keys::OwnKey;
    use crate::evidence::Evidence;
    use crate::trust::Trust;
    use crate::trust::entry::Entry;
    use crate::verify::{Request, verify};

    const ISSUER: &str = "https://issuer.example/shc";

    fn draft() -> CardDraft {
        CardDraft {
            issuer: ISSUER.to_owned(),
            not_before: Timestamp::from_seconds(1_790_000_000),
            expires: None,
            types: vec!["https://smarthealth.cards#health-card".to_owned()],
            fhir_version: "4.0.1".to_owned(),
            fhir_bundle: json!({"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"resource:0","resource":
                {"resourceType":"Patient","name":[{"family":"Okonedo"}],"birthDate":"1968-11-05"}}]}),
            rid: Some("MKyCxh7p6uQ".to_owned()),
        }
    }

    fn trust(own: &OwnKey) -> Trust {
        let (x, y) = own.public_key().ec_coordinates().unwrap();
        let keys = json!({"keys":[{"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":own.public_key().jwk_thumbprint(),
            "x":base64url::encode(x),"y":base64url::encode(y)}]});
        let entry: Entry = serde_json::from_value(
            json!({"kind":"issuer","issuer":ISSUER,"formats":["smart_health_card"],"keys":keys}),
        )
        .unwrap();
        let (trust, problems) = Trust::from_entries(vec![entry]);
        assert_eq!(problems, []);
        trust
    }

    fn verdict(input: &str, trust: &Trust, strict: bool) -> &'static str {
        let request = Request {
            input: Input::text(input),
            occasion: Occasion::at(Timestamp::from_seconds(1_790_000_100)),
            policy: std::sync::Arc::new(Policy { strict, ..Policy::default() }),
        };
        verify(&request, trust, &Evidence::none()).verdict()
    }

    #[test]
    fn every_form_of_an_issued_card_is_accepted() {
        let (own, _) = OwnKey::generate_p256().unwrap();
        let kid = own.public_key().jwk_thumbprint();
        let trust = trust(&own);
        let card = issue(&draft(), &own, &kid).unwrap();
        for form in [&card.jws, card.qr_text.as_ref().unwrap(), &card.file_json] {
            assert_eq!(verdict(form, &trust, true), "accepted");
        }
        assert_eq!(verdict(&card.jws, &Trust::none(), true), "rejected");
    }

    #[test]
    fn a_long_card_comes_in_parts() {
        let (own, _) = OwnKey::generate_p256().unwrap();
        let kid = own.public_key().jwk_thumbprint();
        let trust = trust(&own);
        let mut long = draft();
        let mut number: u64 = 1;
        let lots: Vec<String> = (0..300)
            .map(|_| {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                format!("{number:x}")
            })
            .collect();
        long.fhir_bundle["entry"][0]["resource"]["name"][0]["given"] = json!(lots);
        let card = issue(&long, &own, &kid).unwrap();
        assert_eq!(card.qr_text, None);
        let chunks = card.qr_chunks();
        assert!(chunks.len() > 2);
        assert_eq!(verdict(&chunks.join("\n"), &trust, false), "accepted");
        assert_eq!(verdict(&chunks[1..].join("\n"), &trust, false), "rejected");
        assert_eq!(verdict(&chunks[0], &trust, true), "rejected");
    }

    #[test]
    fn broken_drafts_are_not_issued() {
        let (own, _) = OwnKey::generate_p256().unwrap();
        let kid = own.public_key().jwk_thumbprint();
        let good = draft();
        let drafts = [
            CardDraft { issuer: "https://issuer.example/".to_owned(), ..good.clone() },
            CardDraft { types: Vec::new(), ..good.clone() },
            CardDraft { expires: Some(Timestamp::from_seconds(1)), ..good.clone() },
            CardDraft { rid: Some("not base64url!".to_owned()), ..good.clone() },
            CardDraft { fhir_bundle: json!({"resourceType":"Bundle"}), ..good.clone() },
        ];
        for draft in drafts {
            assert!(matches!(issue(&draft, &own, &kid), Err(IssueFault::Content(_))), "{draft:?}");
        }
        assert!(matches!(issue(&good, &own, "other"), Err(IssueFault::Key(_))));
    }
}
