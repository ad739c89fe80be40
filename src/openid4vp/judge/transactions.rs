//! Which presentation approves which transaction (OpenID4VP 1.0, 5.1 and 8.4): any one of the credentials that a transaction names, and
//! only one.

use super::Judged;
use crate::crypto::algorithm::Hash;
use crate::encoding::json::{self, Value};
use crate::envelope::jws::peek_payload;
use crate::envelope::sd_jwt::{SdJwt, digest};
use crate::openid4vp::code::{Code, Refusal};
use crate::openid4vp::response::Shown;
use crate::openid4vp::session::{Session, credential_ids};

/// Where a presentation stands: the id that it answers, and its place among those.
type Place<'s> = (&'s str, usize);

/// Each transaction by its number, with the presentation that has to approve it: the one that says to, or the first that could.
pub(super) fn assigned<'s>(session: &Session, shown: &'s Shown) -> Vec<(usize, Place<'s>)> {
    let mut assigned = Vec::new();
    for (number, (asked, text)) in session.ask.transaction_data.iter().zip(&session.transaction_data).enumerate() {
        let named: Vec<&str> = credential_ids(asked).collect();
        let may = || {
            let of_named = shown.presentations.iter().filter(|(id, _)| named.contains(&id.as_str()));
            of_named.flat_map(|(id, texts)| texts.iter().enumerate().map(move |(at, text)| ((id.as_str(), at), text)))
        };
        let says = may().find(|(_, presentation)| says_to_approve(presentation, text));
        assigned.extend(says.or_else(|| may().next()).map(|(place, _)| (number, place)));
    }
    assigned
}

/// Whether a presentation claims to approve that transaction; nothing is checked here.
fn says_to_approve(presentation: &str, transaction: &str) -> bool {
    let claims = SdJwt::split(presentation).ok().and_then(|sd_jwt| peek_payload(sd_jwt.key_binding?));
    let Some(claims) = claims else { return false };
    let Ok(claims) = json::decode(&claims) else { return false };
    let held = claims.member("transaction_data_hashes").and_then(Value::as_array).unwrap_or_default();
    let due = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(|hash| digest(hash, transaction));
    held.iter().filter_map(Value::as_str).any(|held| due.iter().any(|due| due == held))
}

/// Transactions that no good presentation approves.
pub(super) fn unapproved(session: &Session, judged: &[Judged]) -> Vec<Refusal> {
    let is_approved =
        |number: usize| judged.iter().any(|judged| judged.is_good() && judged.transactions.contains(&number));
    (0..session.transaction_data.len())
        .filter(|number| !is_approved(*number))
        .map(|number| Refusal::new(Code::TransactionData).got(format!("transaction {number} is not approved")))
        .collect()
}
