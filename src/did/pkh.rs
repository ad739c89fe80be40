//! did:pkh: a DID that is an account on a blockchain (did:pkh method; CAIP-10 account identifiers).
//!
//! `did:pkh:NAMESPACE:REFERENCE:ADDRESS`, or one of the old short names of a chain (`did:pkh:eth:ADDRESS`). The document has
//! one method without a key: signatures of accounts bring theirs. Those of Ethereum can be checked.

use crate::did::document::{DidDocument, Purpose};
use crate::reason::{Code, Reason};

/// The chains that had names before CAIP-10 was taken up.
const NAMED: [(&str, &str); 7] = [
    ("btc", "bip122:000000000019d6689c085ae165831e93"),
    ("celo", "eip155:42220"),
    ("doge", "bip122:1a91e3dace36e2be3bf030a65679fe82"),
    ("eth", "eip155:1"),
    ("poly", "eip155:137"),
    ("sol", "solana:4sGjMW1sUnHzSxGspuhpqLDx6wiyjNtZ"),
    ("tz", "tezos:NetXdQprcVkpaWU"),
];

/// The document of `did:pkh:IDENTIFIER`.
///
/// # Errors
/// `did.syntax` when the identifier names no chain and account.
pub fn document(did: &str, identifier: &str) -> Result<DidDocument, Reason> {
    let account = account(identifier)
        .ok_or_else(|| Reason::new(Code::DidSyntax).expected("did:pkh:NAMESPACE:REFERENCE:ADDRESS"))?;
    let method = format!("{did}#blockchainAccountId");
    let mut document = serde_json::json!({
        "@context": [
            "https://www.w3.org/ns/did/v1",
            {
                "BlockchainVerificationMethod2021": "https://w3id.org/security#BlockchainVerificationMethod2021",
                "blockchainAccountId": "https://w3id.org/security#blockchainAccountId",
            },
        ],
        "id": did,
        "verificationMethod": [{
            "id": method,
            "type": "BlockchainVerificationMethod2021",
            "controller": did,
            "blockchainAccountId": account,
        }],
    });
    if let Some(members) = document.as_object_mut() {
        for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::KeyAgreement) {
            members.insert(purpose.name().to_owned(), serde_json::json!([method]));
        }
    }
    DidDocument::decode(document.to_string().as_bytes(), did)
}

/// The account in CAIP-10.
fn account(identifier: &str) -> Option<String> {
    let (chain, address) = identifier.rsplit_once(':')?;
    let chain = NAMED.iter().find(|(name, _)| *name == chain).map_or(chain, |(_, chain)| chain);
    let (namespace, reference) = chain.split_once(':')?;
    let is_within = |text: &str, lengths: std::ops::RangeInclusive<usize>, more: &[u8]| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    let sound = is_within(namespace, 3..=8, b"-")
        && namespace.bytes().all(|byte| !byte.is_ascii_uppercase())
        && is_within(reference, 1..=32, b"-_")
        && is_within(address, 1..=128, b"-.%");
    sound.then(|| format!("{chain}:{address}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::algorithm::KeyKind;

    fn read(identifier: &str) -> Result<DidDocument, Code> {
        document(&format!("did:pkh:{identifier}"), identifier).map_err(|reason| reason.code())
    }

    #[test]
    fn accounts_have_documents_without_keys() {
        for identifier in [
            "eip155:1:0xb9c5714089478a327f09197987f16f9e5d936e8a",
            "eth:0xb9c5714089478a327f09197987f16f9e5d936e8a",
            "doge:DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L",
        ] {
            let document = read(identifier).unwrap();
            let key = document.key("#blockchainAccountId", Purpose::AssertionMethod);
            match identifier.starts_with('e') {
                true => assert_eq!(key.unwrap().kind(), KeyKind::EthereumAccount, "{identifier}"),
                false => assert_eq!(key.unwrap_err().code(), Code::DiVmInvalid, "{identifier}"),
            }
        }
        let text = read("eth:0xab").unwrap().published.unwrap();
        assert!(text.contains(r#""blockchainAccountId":"eip155:1:0xab""#));
    }

    #[test]
    fn what_is_no_account_is_refused() {
        for identifier in
            ["eth", "eth:", ":", "unknown:0xab", "EIP155:1:0xab", "eip155::0xab", "ab:1:0xab", "eip155:1:a_b"]
        {
            assert_eq!(read(identifier).unwrap_err(), Code::DidSyntax, "{identifier}");
        }
    }
}
