//! What a status list token says, alike of JWT and CWT (Token Status List, 5.1 and 5.2).

use std::borrow::Cow;

use crate::credential::{Claims, Decoded};
use crate::encoding::{cbor, json};
use crate::envelope::jwt;
use crate::format::{Context, hcert};
use crate::reason::{Code, Reason, Rules};
use crate::status::identifier_list::IdentifierList;
use crate::status::token_status_list::TokenStatusList;
use crate::time::Timestamp;

/// One claim: its name in a JWT, its label in a CWT.
#[derive(Clone, Copy)]
struct Name(&'static str, i64);

const ISS: Name = Name("iss", 1);
const SUB: Name = Name("sub", 2);
const EXP: Name = Name("exp", 4);
const NBF: Name = Name("nbf", 5);
const IAT: Name = Name("iat", 6);
const IDENTIFIER_LIST: Name = Name("identifier_list", 65530);
const STATUS_LIST: Name = Name("status_list", 65533);
const TTL: Name = Name("ttl", 65534);
const STATUS: Name = Name("status", 65535);
const ALL: [Name; 9] = [ISS, SUB, EXP, NBF, IAT, IDENTIFIER_LIST, STATUS_LIST, TTL, STATUS];

/// The name of a CWT claim, if a status list has it.
pub fn name_of(label: i64) -> Option<&'static str> {
    ALL.iter().find(|name| name.1 == label).map(|name| name.0)
}

/// The list inside a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// Statuses by place.
    Statuses(TokenStatusList),
    /// Identifiers of what is revoked.
    Identifiers(IdentifierList),
}

/// A token's claims, as status lists have them.
#[derive(Clone, Copy)]
pub struct Said<'d>(&'d Claims<'d>);

/// What the claims say in the terms that every format shares, with every broken rule.
pub fn decode(claims: Claims<'_>, strict: bool) -> Decoded<'_> {
    let mut faults = Vec::new();
    let mut notes = Vec::new();
    let mut time = |name: Name| {
        let read = match &claims {
            Claims::Json(claims) => claims.member(name.0).map(|value| jwt::numeric_date(name.0, value)).transpose(),
            Claims::Cbor(claims) => hcert::numeric_date(claims, name.1, strict, &mut notes),
        };
        read.unwrap_or_else(|reason| {
            faults.push(reason);
            None
        })
    };
    let (issued_at, not_before, expires) = (time(IAT), time(NBF), time(EXP));
    let said = Said(&claims);
    let issuer = said.text(ISS).map(|issuer| Cow::Owned(issuer.to_owned()));
    let has = |name| said.has(name);
    let missing = |name: Name| Reason::new(Code::ClaimMissing).expected(name.0);
    faults.extend((!has(IAT)).then(|| missing(IAT)));
    // An identifier list says how long it counts.
    faults.extend((has(IDENTIFIER_LIST) && !has(EXP)).then(|| missing(EXP)));
    for name in [ISS, SUB] {
        let is_other = has(name) && said.text(name).is_none();
        faults.extend(is_other.then(|| Reason::new(Code::ClaimType).expected(format!("a text as `{}`", name.0))));
    }
    let types = vec![Cow::Borrowed(if has(IDENTIFIER_LIST) { "identifier_list" } else { "status_list" })];
    Decoded { issuer, issued_at, not_before, expires, types, faults, notes, ..Decoded::new(claims) }
}

/// 18013-5, 12.3.6: what the header calls an identifier list holds one, and no other list.
///
/// # Errors
/// `status.malformed`.
pub fn check_kind(payload: &[u8], is_identifier_list: bool) -> Result<(), Reason> {
    // What cannot be read at all is told by whoever reads it next.
    let Ok(claims) = cbor::decode(payload) else { return Ok(()) };
    let (rules, due, other) = if is_identifier_list {
        (Rules::IdentifierList, IDENTIFIER_LIST, STATUS_LIST)
    } else {
        (Rules::TokenStatusList, STATUS_LIST, IDENTIFIER_LIST)
    };
    if claims.entry(due.1).is_some() && claims.entry(other.1).is_none() {
        return Ok(());
    }
    Err(Reason::new(Code::StatusMalformed).under(rules).expected(format!("claim {} and no claim {}", due.1, other.1)))
}

impl<'d> Said<'d> {
    /// The claims of a decoded token.
    pub fn of(decoded: &'d Decoded<'d>) -> Said<'d> {
        Said(&decoded.claims)
    }

    fn text(self, name: Name) -> Option<&'d str> {
        match self.0 {
            Claims::Json(claims) => claims.member(name.0).and_then(json::Value::as_str),
            Claims::Cbor(claims) => claims.entry(name.1).and_then(cbor::Value::as_text),
        }
    }

    fn has(self, name: Name) -> bool {
        match self.0 {
            Claims::Json(claims) => claims.member(name.0).is_some(),
            Claims::Cbor(claims) => claims.entry(name.1).is_some(),
        }
    }

    fn rules(self) -> Rules {
        if self.has(IDENTIFIER_LIST) { Rules::IdentifierList } else { Rules::TokenStatusList }
    }

    fn fault(self, code: Code) -> Reason {
        Reason::new(code).under(self.rules())
    }

    /// The issuer that the trust store knows at whose address the list stands: the longest name that its URI begins with, up to a slash.
    /// For a token that names no issuer.
    pub fn owner(self, context: &Context<'_>) -> Option<String> {
        let subject = self.text(SUB)?;
        let places = subject.match_indices('/').map(|(at, _)| at).rev();
        let names = places.filter_map(|at| subject.get(..at)).filter(|name| name.len() > "https://".len());
        names.map(str::to_owned).find(|name| !context.trust.issuers(name).is_empty())
    }

    /// The list, unpacked.
    ///
    /// # Errors
    /// `status.malformed`; `input.decompressed_too_large` at stage `status`.
    pub fn list(self) -> Result<List, Reason> {
        let none = || self.fault(Code::StatusMalformed).expected("a claim with a status list").got("none");
        match self.0 {
            Claims::Json(claims) => {
                let claim = claims.member(STATUS_LIST.0).ok_or_else(none)?;
                TokenStatusList::of_json(claim).map(List::Statuses)
            }
            Claims::Cbor(claims) => match (claims.entry(STATUS_LIST.1), claims.entry(IDENTIFIER_LIST.1)) {
                (Some(claim), None) => TokenStatusList::of_cbor(claim).map(List::Statuses),
                (None, Some(claim)) => IdentifierList::of_cbor(claim).map(List::Identifiers),
                _ => Err(none()),
            },
        }
    }

    /// 8.3: `sub` is exactly the URI by which a credential refers to the list; it is there in any case.
    pub fn check_subject(self, due: Option<&str>) -> Option<Reason> {
        let fault = || self.fault(Code::StatusUriMismatch);
        match (self.text(SUB), due) {
            (None, _) => Some(fault().expected("a text as `sub`").got("nothing")),
            (Some(subject), Some(due)) if subject != due => {
                Some(fault().expected(due.to_owned()).got(subject.to_owned()))
            }
            _ => None,
        }
    }

    /// A list whose own status stands in another list would never come to an end.
    pub fn check_depth(self) -> Option<Reason> {
        self.has(STATUS).then(|| self.fault(Code::StatusDepth))
    }

    /// Seconds for which a copy may be used (`ttl`): a positive number.
    ///
    /// # Errors
    /// `status.malformed`.
    pub fn ttl(self) -> Result<Option<i64>, Reason> {
        let seconds = match self.0 {
            Claims::Json(claims) => claims.member(TTL.0).map(json::Value::as_i64),
            Claims::Cbor(claims) => claims.entry(TTL.1).map(cbor::Value::as_i64),
        };
        match seconds {
            None => Ok(None),
            Some(Some(seconds)) if seconds > 0 => Ok(Some(seconds)),
            Some(_) => Err(self.fault(Code::StatusMalformed).expected("a positive number as `ttl`")),
        }
    }

    /// 8.3: issued by now, not expired, give or take the clock skew. Where the policy is strict, it is no longer ago than `ttl` that the list
    /// was issued: whoever holds it held it too long, or the issuer forgot it.
    pub fn check_times(self, decoded: &Decoded<'_>, context: &Context<'_>) -> Vec<Reason> {
        let now = context.occasion.now;
        let skew = i64::from(context.policy.clock_skew_seconds);
        let mut faults = Vec::new();
        let begins: Option<Timestamp> = decoded.not_before.into_iter().chain(decoded.issued_at).max();
        if let Some(begins) = begins.filter(|begins| now.plus(skew) < *begins) {
            faults.push(Reason::new(Code::TimeNotYetValid).expected(begins).got(now));
        }
        if let Some(ends) = decoded.expires.filter(|ends| now.plus(-skew) >= *ends) {
            faults.push(Reason::new(Code::TimeExpired).expected(ends).got(now));
        }
        match (self.ttl(), decoded.issued_at) {
            (Err(reason), _) => faults.push(reason),
            (Ok(Some(ttl)), Some(issued)) if context.policy.strict && issued.plus(ttl).plus(skew) < now => {
                faults.push(self.fault(Code::StatusExpired).expected("a list issued within its `ttl`").got(issued));
            }
            _ => {}
        }
        faults
    }
}
