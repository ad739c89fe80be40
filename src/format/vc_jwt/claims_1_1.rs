//! The JWT encoding of VC Data Model 1.1 (6.3.1): a credential in the claim `vc`, some of its members in registered claims.
//!
//! ```json
//! { "iss": issuer, "nbf": beginning, "exp": end, "jti": id, "sub": subject, "vc": { .. } }
//! { "iss": holder, "jti": id, "nonce": text, "aud": relying party, "vp": { .. } }
//! ```
//! Reading moves the registered claims back to where the data model has them. Where a member stands in both places, both
//! say the same.

use std::borrow::Cow;

use crate::encoding::json::Value;
use crate::envelope::jwt::numeric_date;
use crate::format::vc::secured::Kind;
use crate::format::vc::vocabulary::{Version, version};
use crate::reason::{Code, Reason};
use crate::time::Timestamp;

/// The credential or presentation that the claims stand for.
pub fn document<'a>(claims: &Value<'a>, kind: Kind, faults: &mut Vec<Reason>) -> Value<'a> {
    let Some(inside @ Value::Object(members)) = claims.member(kind.name()) else {
        faults.push(Reason::new(Code::VcEnvelope).expected(format!("an object in `{}`", kind.name())));
        return Value::Object(Vec::new());
    };
    // The members for times have other names in data model 2.0.
    let is_version_2 = version(inside) == Some(Version::V2);
    let (begins, ends) = if is_version_2 { ("validFrom", "validUntil") } else { ("issuanceDate", "expirationDate") };
    let mut mapping = Mapping { claims, document: members.clone(), faults };
    match kind {
        Kind::Credential => {
            mapping.identifier("iss", "issuer");
            mapping.time("nbf", begins);
            mapping.time("exp", ends);
            mapping.subject();
        }
        Kind::Presentation => mapping.identifier("iss", "holder"),
    }
    mapping.text("jti", "id");
    if claims.member("iss").is_none() {
        mapping.faults.push(Reason::new(Code::ClaimMissing).expected("iss"));
    }
    Value::Object(mapping.document)
}

struct Mapping<'m, 'a> {
    claims: &'m Value<'a>,
    document: Vec<(Cow<'a, str>, Value<'a>)>,
    faults: &'m mut Vec<Reason>,
}

impl<'a> Mapping<'_, 'a> {
    /// A text claim, if it is there and one.
    fn claim(&mut self, name: &'static str) -> Option<Cow<'a, str>> {
        match self.claims.member(name)? {
            Value::String(text) => Some(text.clone()),
            other => {
                let expected = format!("a text in `{name}`");
                self.faults.push(Reason::new(Code::ClaimType).expected(expected).got(other.kind()));
                None
            }
        }
    }

    /// The claim as a member that is a text.
    fn text(&mut self, claim: &'static str, member: &'static str) {
        let Some(text) = self.claim(claim) else { return };
        match find(&mut self.document, member) {
            None => self.document.push((Cow::Borrowed(member), Value::String(text))),
            Some(held) if held.as_str() == Some(&*text) => {}
            Some(_) => self.contradiction(claim, member),
        }
    }

    /// The claim as a member that is a text or an object with an `id`.
    fn identifier(&mut self, claim: &'static str, member: &'static str) {
        let Some(text) = self.claim(claim) else { return };
        match find(&mut self.document, member) {
            None => self.document.push((Cow::Borrowed(member), Value::String(text))),
            Some(Value::String(held)) if *held == text => {}
            Some(Value::Object(members)) => match find(members, "id") {
                None => members.push((Cow::Borrowed("id"), Value::String(text))),
                Some(id) if id.as_str() == Some(&*text) => {}
                Some(_) => self.contradiction(claim, member),
            },
            Some(_) => self.contradiction(claim, member),
        }
    }

    /// `sub` is whom the credential is about. Of several subjects, it is one.
    fn subject(&mut self) {
        let Some(text) = self.claim("sub") else { return };
        let is_same = |subject: &Value<'_>| subject.member("id").and_then(Value::as_str) == Some(&*text);
        match find(&mut self.document, "credentialSubject") {
            Some(Value::Object(members)) => match find(members, "id") {
                None => members.push((Cow::Borrowed("id"), Value::String(text))),
                Some(id) if id.as_str() == Some(&*text) => {}
                Some(_) => self.contradiction("sub", "credentialSubject.id"),
            },
            Some(Value::Array(subjects)) if subjects.iter().any(is_same) => {}
            _ => self.contradiction("sub", "credentialSubject.id"),
        }
    }

    /// The claim as a member that is a time; fractions of a second do not count.
    fn time(&mut self, claim: &'static str, member: &'static str) {
        // A claim of another type is a fault of the token's times already.
        let time = self.claims.member(claim).and_then(|value| numeric_date(claim, value).ok());
        let Some(time) = time else { return };
        match find(&mut self.document, member) {
            None => self.document.push((Cow::Borrowed(member), Value::String(Cow::Owned(time.to_string())))),
            Some(held) if held.as_str().and_then(Timestamp::from_rfc3339) == Some(time) => {}
            Some(_) => self.contradiction(claim, member),
        }
    }

    fn contradiction(&mut self, claim: &'static str, member: &'static str) {
        self.faults.push(Reason::new(Code::ClaimInconsistent).expected(format!("`{claim}` as `{member}`")));
    }
}

fn find<'d, 'a>(members: &'d mut [(Cow<'a, str>, Value<'a>)], name: &str) -> Option<&'d mut Value<'a>> {
    members.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json;

    fn mapped(kind: Kind, claims: &str) -> (String, Vec<Code>) {
        let mut faults = Vec::new();
        let claims = json::decode(claims.as_bytes()).unwrap();
        let document = document(&claims, kind, &mut faults);
        (json::encode(&document), faults.iter().map(Reason::code).collect())
    }

    #[test]
    fn claims_go_back_into_the_credential() {
        let (text, faults) = mapped(
            Kind::Credential,
            r#"{"iss":"https://i.example","nbf":1262373804,"exp":1577906604,"jti":"urn:a","sub":"did:example:s",
                "vc":{"type":["VerifiableCredential"],"credentialSubject":{"a":1}}}"#,
        );
        assert_eq!(
            text,
            r#"{"type":["VerifiableCredential"],"credentialSubject":{"a":1,"id":"did:example:s"},"issuer":"https://i.example","issuanceDate":"2010-01-01T19:23:24Z","expirationDate":"2020-01-01T19:23:24Z","id":"urn:a"}"#
        );
        assert_eq!(faults, []);
        let (text, faults) = mapped(
            Kind::Credential,
            r#"{"iss":"i","nbf":0,"vc":{"@context":["https://www.w3.org/ns/credentials/v2"],"issuer":{"name":"I"}}}"#,
        );
        assert_eq!(
            text,
            r#"{"@context":["https://www.w3.org/ns/credentials/v2"],"issuer":{"name":"I","id":"i"},"validFrom":"1970-01-01T00:00:00Z"}"#
        );
        assert_eq!(faults, []);
        let (text, faults) = mapped(Kind::Presentation, r#"{"iss":"h","jti":"urn:a","nonce":"n","vp":{}}"#);
        assert_eq!((&*text, &*faults), (r#"{"holder":"h","id":"urn:a"}"#, &[][..]));
    }

    #[test]
    fn both_places_say_the_same() {
        let same = r#"{"iss":"i","nbf":1262373804,"jti":"urn:a","sub":"s","vc":{"issuer":{"id":"i"},"id":"urn:a",
            "issuanceDate":"2010-01-01T20:23:24.5+01:00","credentialSubject":[{"id":"r"},{"id":"s"}]}}"#;
        assert_eq!(mapped(Kind::Credential, same).1, []);
        for (claims, due) in [
            (r#"{"iss":"i","vc":{"issuer":"j"}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","vc":{"issuer":{"id":"j"}}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","vc":{"issuer":["i"]}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","jti":"a","vc":{"id":"b"}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","sub":"a","vc":{"credentialSubject":{"id":"b"}}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","sub":"a","vc":{"credentialSubject":[{"id":"b"}]}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","sub":"a","vc":{}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","exp":1,"vc":{"expirationDate":"1970-01-01T00:00:02Z"}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":"i","nbf":1,"vc":{"issuanceDate":1}}"#, vec![Code::ClaimInconsistent]),
            (r#"{"iss":1,"vc":{}}"#, vec![Code::ClaimType]),
            (r#"{"vc":{}}"#, vec![Code::ClaimMissing]),
            (r#"{"iss":"i","vc":"e"}"#, vec![Code::VcEnvelope]),
        ] {
            assert_eq!(mapped(Kind::Credential, claims).1, due, "{claims}");
        }
    }
}
