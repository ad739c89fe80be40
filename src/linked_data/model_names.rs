//! The names of the data model: which members and types of a credential must be called by their own name.
//!
//! A statement reads the same in RDF whatever its member was called in JSON. Whoever holds a signed credential could write
//! `credentialStatus` as an IRI, and a reader of plain JSON would see no status. So the vocabularies that verifiers act upon are
//! written only with the names that the W3C contexts give them (VC Data Model 2.0, section 4.3: contexts and plain JSON must agree).

/// Vocabularies that a verifier acts upon.
const VOCABULARIES: [&str; 5] = [
    "https://www.w3.org/2018/credentials#",
    "https://www.w3.org/ns/credentials/status#",
    "https://w3id.org/security#",
    "https://w3id.org/vc/status-list#",
    "https://w3id.org/vc-revocation-list-2020#",
];

/// Names of the W3C contexts that are not the end of their IRI.
const DIFFERENT: [(&str, &str); 6] = [
    ("expires", "expiration"),
    ("authentication", "authenticationMethod"),
    ("assertionMethod", "assertionMethodMethod"),
    ("capabilityDelegation", "capabilityDelegationMethod"),
    ("capabilityInvocation", "capabilityInvocationMethod"),
    ("keyAgreement", "keyAgreementMethod"),
];

/// `true` when `name` stands for a member or type of the data model that has another name.
pub(super) fn is_alias(name: &str, iri: &str) -> bool {
    // All of them begin so; most IRIs of a credential do not get further.
    if !iri.starts_with("https://w") {
        return false;
    }
    let Some(own) = VOCABULARIES.iter().find_map(|vocabulary| iri.strip_prefix(vocabulary)) else { return false };
    // The vocabulary itself is a prefix, no name.
    !own.is_empty() && name != own && !DIFFERENT.contains(&(name, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_are_aliases() {
        for (name, iri, expected) in [
            ("issuer", "https://www.w3.org/2018/credentials#issuer", false),
            ("by", "https://www.w3.org/2018/credentials#issuer", true),
            ("cred:issuer", "https://www.w3.org/2018/credentials#issuer", true),
            ("cred", "https://www.w3.org/2018/credentials#", false),
            ("expires", "https://w3id.org/security#expiration", false),
            ("expires", "https://w3id.org/security#created", true),
            ("by", "https://example.org/issuer", false),
        ] {
            assert_eq!(is_alias(name, iri), expected, "{name} {iri}");
        }
    }
}
