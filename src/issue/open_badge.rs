//! Makes Open Badges 3.0, unsigned: the twin of [`crate::format::vc::open_badges`]. Whoever secures W3C credentials signs them.

use serde_json::{Value, json};

use crate::crypto::digest::sha256;
use crate::crypto::random::random_bytes;
use crate::encoding::base64url;
use crate::encoding::json as strict;
use crate::format::vc::model::{ModelDemands, check_credential};
use crate::format::vc::open_badges::check_badge;
use crate::format::vc::vocabulary::CONTEXT_V2;
use crate::issue::IssueFault;
use crate::time::Timestamp;

/// The context that badges of ours name.
pub const CONTEXT: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// What a badge shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeDraft {
    /// The badge's own identifier, a URL (`urn:uuid:..` will do).
    pub id: String,
    /// The issuer's URL or DID.
    pub issuer: String,
    /// The issuer's name.
    pub issuer_name: String,
    /// Valid from then on.
    pub valid_from: Timestamp,
    /// Not valid from then on.
    pub valid_until: Option<Timestamp>,
    /// The holder's URL or DID, where it is known.
    pub holder: Option<String>,
    /// What else the holder is known by; only salted digests stand in the badge.
    pub identities: Vec<BadgeIdentity>,
    /// What was achieved.
    pub achievement: BadgeAchievement,
    /// `credentialStatus`, as [`crate::issue::status_list::status_entry`] gives it.
    pub status: Option<Value>,
}

/// Something that the holder is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeIdentity {
    /// `emailAddress`, `sourcedId`, `nationalIdentityNumber` and so on, as Open Badges 3.0 names them.
    pub kind: String,
    /// The address or number.
    pub value: String,
}

/// What was achieved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeAchievement {
    /// Its URL (`urn:uuid:..` will do).
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What one must do for it.
    pub criteria: String,
}

/// The badge, unsigned.
///
/// # Errors
/// `Content` when the draft breaks the data model or Open Badges 3.0.
pub fn unsigned_badge(draft: &BadgeDraft) -> Result<Value, IssueFault> {
    let mut subject = json!({"type": ["AchievementSubject"]});
    put(&mut subject, "id", draft.holder.clone().map(Value::from));
    if !draft.identities.is_empty() {
        let identities: Vec<Value> = draft.identities.iter().map(identity_object).collect();
        put(&mut subject, "identifier", Some(identities.into()));
    }
    let achievement = json!({
        "id": draft.achievement.id,
        "type": ["Achievement"],
        "name": draft.achievement.name,
        "description": draft.achievement.description,
        "criteria": {"narrative": draft.achievement.criteria},
    });
    put(&mut subject, "achievement", Some(achievement));
    let mut badge = json!({
        "@context": [CONTEXT_V2, CONTEXT],
        "id": draft.id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": draft.achievement.name,
        "issuer": {"id": draft.issuer, "type": ["Profile"], "name": draft.issuer_name},
        "validFrom": draft.valid_from,
    });
    put(&mut badge, "validUntil", draft.valid_until.map(|time| json!(time)));
    put(&mut badge, "credentialSubject", Some(subject));
    put(&mut badge, "credentialStatus", draft.status.clone());
    check(&badge)?;
    Ok(badge)
}

/// What the verifier would refuse is not issued.
fn check(badge: &Value) -> Result<(), IssueFault> {
    let text = badge.to_string();
    let refused = |reason: crate::reason::Reason| IssueFault::Content(reason.to_string());
    let document = strict::decode(text.as_bytes()).map_err(refused)?;
    let faults = check_credential(&document, ModelDemands { strict: true }).into_iter().chain(check_badge(&document));
    faults.take(1).try_for_each(|reason| Err(refused(reason)))
}

/// The identity behind a digest with a salt of its own.
fn identity_object(identity: &BadgeIdentity) -> Value {
    let salt = base64url::encode(&random_bytes::<16>());
    let digest: String =
        sha256(format!("{}{salt}", identity.value).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "type": "IdentityObject",
        "hashed": true,
        "identityHash": format!("sha256${digest}"),
        "identityType": identity.kind,
        "salt": salt,
    })
}

fn put(object: &mut Value, member: &str, value: Option<Value>) {
    if let (Some(object), Some(value)) = (object.as_object_mut(), value) {
        object.insert(member.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::credential::Input;
    use crate::format::vc::secured_sample::{HOLDER, ISSUER, NOW, issuer_kid, world};
    use crate::issue::vc_jose::{TokenClaims, jwt};
    use crate::occasion::Occasion;
    use crate::policy::Policy;
    use crate::verify::{Request, verify};

    fn draft() -> BadgeDraft {
        BadgeDraft {
            id: "urn:uuid:0b3c0c8e-0000-4000-8000-000000000001".to_owned(),
            issuer: ISSUER.to_owned(),
            issuer_name: "School".to_owned(),
            valid_from: NOW.plus(-3600),
            valid_until: Some(NOW.plus(3600)),
            holder: Some(HOLDER.to_owned()),
            identities: vec![BadgeIdentity { kind: "emailAddress".to_owned(), value: "holder@example.org".to_owned() }],
            achievement: BadgeAchievement {
                id: "https://issuer.example/teamwork".to_owned(),
                name: "Teamwork".to_owned(),
                description: "Works in a team.".to_owned(),
                criteria: "Seen at work.".to_owned(),
            },
            status: None,
        }
    }

    #[test]
    fn a_badge_is_accepted_from_its_holder_alone() {
        let world = world();
        let badge = unsigned_badge(&draft()).unwrap();
        assert!(!badge.to_string().contains("holder@example.org"));
        let token = jwt(&badge, &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap();
        let told = |identity: Option<&str>| {
            let occasion = Occasion { identity: identity.map(str::to_owned), ..Occasion::at(NOW) };
            let request = Request { input: Input::text(token.text()), occasion, policy: Arc::new(Policy::default()) };
            let report = verify(&request, &world.trust, &crate::evidence::Evidence::none());
            report.first_reason().map_or(report.verdict(), |reason| reason.code().as_str())
        };
        assert_eq!(told(None), "accepted");
        assert_eq!(told(Some("holder@example.org")), "accepted");
        assert_eq!(told(Some(HOLDER)), "accepted");
        assert_eq!(told(Some("somebody@example.org")), "ob.identity");
    }

    #[test]
    fn what_would_be_refused_is_not_made() {
        let nobody = BadgeDraft { holder: None, identities: Vec::new(), ..draft() };
        let backwards = BadgeDraft { valid_until: Some(NOW.plus(-7200)), ..draft() };
        let nameless =
            BadgeDraft { achievement: BadgeAchievement { name: String::new(), ..draft().achievement }, ..draft() };
        for wrong in [nobody, backwards, nameless, BadgeDraft { id: "badge".to_owned(), ..draft() }] {
            assert!(matches!(unsigned_badge(&wrong), Err(IssueFault::Content(_))), "{wrong:?}");
        }
        // Two badges of one holder have no digest in common.
        let hash = |badge: &Value| badge["credentialSubject"]["identifier"][0]["identityHash"].clone();
        assert_ne!(hash(&unsigned_badge(&draft()).unwrap()), hash(&unsigned_badge(&draft()).unwrap()));
    }
}
