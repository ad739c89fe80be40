//! Rules: the sentences of specifications that results of the two protocol tests rest on, each with its place.

use std::fmt;

use serde::Serialize;

/// A sentence of a specification, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Rule {
    /// The document.
    pub document: &'static str,
    /// The section in it.
    pub section: &'static str,
    /// What it demands.
    pub sentence: &'static str,
}

impl Rule {
    /// `OpenID4VP 1.0, 8.2`.
    pub fn place(&self) -> String {
        format!("{}, {}", self.document, self.section)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {}", self.document, self.section, self.sentence)
    }
}

const VP: &str = "OpenID4VP 1.0";
const HAIP: &str = "HAIP 1.0";
const SD_JWT: &str = "RFC 9901";
const MDOC: &str = "ISO/IEC 18013-5";
const JAR: &str = "RFC 9101";
const JWE: &str = "RFC 7516";

const fn rule(document: &'static str, section: &'static str, sentence: &'static str) -> Rule {
    Rule { document, section, sentence }
}

// The request.
/// Which responses are asked for.
pub const RESPONSE_TYPE: Rule = rule(VP, "5.6", "the response type of a presentation is vp_token");
/// `typ`.
pub const REQUEST_TYP: Rule =
    rule(VP, "5", "a wallet refuses a request object whose typ is absent or is not oauth-authz-req+jwt");
/// The signature.
pub const REQUEST_SIGNATURE: Rule = rule(JAR, "6.2", "the signature of a request object is checked");
/// The issuer of the certificate.
pub const REQUEST_CERTIFICATE: Rule = rule(
    HAIP,
    "5",
    "the certificate that signs a request is not self-signed, leads to a trust anchor, and the anchor is not in x5c",
);
/// `exp`.
pub const REQUEST_TIMES: Rule = rule("RFC 7519", "4.1.4", "a JWT is not taken on or after its exp");
/// `aud`.
pub const REQUEST_AUDIENCE: Rule =
    rule(VP, "5.8", "aud of a request object is https://self-issued.me/v2, or the issuer in the wallet's metadata");
/// Both client ids.
pub const CLIENT_ID_TWICE: Rule = rule(JAR, "5", "client_id beside a request object is the one inside it");
/// A prefix that nobody knows.
pub const CLIENT_ID_PREFIX: Rule =
    rule(VP, "5.9.1", "a wallet refuses a client identifier whose prefix it does not know");
/// `redirect_uri:`.
pub const PREFIX_REDIRECT_URI: Rule =
    rule(VP, "5.9.3", "a request under redirect_uri: is not signed, and its value is where the response goes");
/// `x509_san_dns:`.
pub const PREFIX_SAN_DNS: Rule = rule(
    VP,
    "5.9.3",
    "the value of x509_san_dns: is a dNSName of the leaf in x5c, whose key signs the request, and the host of response_uri",
);
/// `x509_hash:`.
pub const PREFIX_HASH: Rule =
    rule(VP, "5.9.3", "the value of x509_hash: is the SHA-256 of the leaf in x5c, whose key signs the request");
/// `decentralized_identifier:`.
pub const PREFIX_DID: Rule =
    rule(VP, "5.9.3", "a request under decentralized_identifier: is signed by the key of the DID that kid names");
/// `verifier_attestation:`.
pub const PREFIX_ATTESTATION: Rule = rule(
    VP,
    "5.9.3",
    "the value of verifier_attestation: is the sub of the attestation in the header jwt, whose cnf key signs the request",
);
/// `nonce`.
pub const NONCE: Rule = rule(VP, "5.2", "nonce is there, fresh, of URL-safe characters and with enough entropy");
/// `response_mode`.
pub const RESPONSE_MODE: Rule = rule(VP, "5.2", "response_mode is one that the wallet knows");
/// Where responses go.
pub const RESPONSE_URI: Rule = rule(
    VP,
    "8.2",
    "response_uri is there with direct_post, and redirect_uri beside it is answered with invalid_request",
);
/// Keys for responses.
pub const ENCRYPTION_KEY: Rule = rule(
    VP,
    "8.3",
    "an encrypted response is for a key of client_metadata.jwks, which names its alg and has a kid of its own",
);
/// `vp_formats_supported`.
pub const VP_FORMATS: Rule = rule(VP, "11.1", "vp_formats_supported is there unless the wallet knows it otherwise");
/// `request_uri`.
pub const REQUEST_URI: Rule = rule(VP, "5.10.2", "any HTTP error of request_uri, a redirect too, ends the flow");
/// Media type.
pub const REQUEST_MEDIA_TYPE: Rule = rule(VP, "5.10.1", "request_uri answers with application/oauth-authz-req+jwt");
/// `request_uri_method`.
pub const REQUEST_URI_METHOD: Rule =
    rule(VP, "5.10", "request_uri_method is get or post, and another is answered with invalid_request_uri_method");
/// `wallet_nonce`.
pub const WALLET_NONCE: Rule =
    rule(VP, "5.10.1", "the wallet_nonce that the wallet sent stands in the request object that it gets");
/// Two fetches.
pub const REQUEST_FETCHED_TWICE: Rule =
    rule(VP, "5.10", "a wallet may fetch the request more than once, and go on with what it got");
/// The query.
pub const QUERY: Rule = rule(VP, "6", "dcql_query is there, and is one");
/// Some claims are not there.
pub const QUERY_CLAIMS: Rule =
    rule(VP, "6.4.1", "a credential that cannot give every claim that is asked for is not presented");
/// No credential is there.
pub const QUERY_CREDENTIALS: Rule =
    rule(VP, "6.4.2", "where a required credential is missing, no credential is presented");
/// Selective disclosure.
pub const QUERY_MINIMAL: Rule = rule(VP, "6.4.1", "claims that can be kept back and were not asked for are kept back");
/// Members of the future.
pub const UNKNOWN_MEMBERS: Rule = rule(VP, "5", "parameters and members that a wallet does not know are passed over");
/// Transactions.
pub const TRANSACTION_DATA: Rule =
    rule(VP, "5.1", "transaction data of an unknown type, or malformed, is answered with invalid_transaction_data");
/// Who may ask through a browser.
pub const EXPECTED_ORIGINS: Rule =
    rule(VP, "A.2", "expected_origins of a signed request names the origin that the browser reports");

// The response.
/// All of it.
pub const HAPPY: Rule = rule(VP, "8.6", "a right presentation is accepted");
/// Shape.
pub const VP_TOKEN: Rule = rule(VP, "8.1", "vp_token is an object of arrays, whose names are ids of the query");
/// How many.
pub const VP_TOKEN_MULTIPLE: Rule = rule(VP, "8.1", "the array holds one presentation, unless the query says multiple");
/// The whole.
pub const VP_TOKEN_WHOLE: Rule = rule(VP, "8.6", "the set of presentations satisfies the whole query");
/// Holder, audience and nonce.
pub const REPLAY: Rule =
    rule(VP, "14.1", "a presentation is bound to this client and this nonce, and a response is taken once");
/// `state`.
pub const STATE: Rule = rule(VP, "14.3.2", "a response with an unknown state, or without, is refused");
/// Session's end.
pub const LATE: Rule = rule(VP, "14.3.2", "a response to a request that has expired is refused");
/// Encryption.
pub const ENCRYPTED: Rule = rule(VP, "8.3.1", "where direct_post.jwt was asked for, the response is encrypted");
/// Offered algorithms.
pub const ENCRYPTED_AS_OFFERED: Rule =
    rule(VP, "8.3", "alg, kid and enc of an encrypted response are those that client_metadata offered");
/// `apu` and `apv`.
pub const ENCRYPTED_PARTIES: Rule =
    rule("RFC 7518", "4.6.2", "apu and apv of the header enter the derivation of the key");
/// The tag.
pub const ENCRYPTED_WHOLE: Rule = rule(JWE, "5.2", "a JWE whose header, tag or key was changed is refused");
/// Costs.
pub const ENCRYPTED_CHEAP: Rule = rule("RFC 8725", "3.10", "no header makes the recipient work without bound");
/// Errors.
pub const ERROR_RESPONSE: Rule =
    rule(VP, "8.5", "an error of the wallet ends the transaction, and its text is nobody's markup");

// The credential.
/// The issuer's signature of an SD-JWT.
pub const ISSUER_SIGNED_JWT: Rule = rule(SD_JWT, "7.1", "the signature of the issuer is checked");
/// Disclosures.
pub const DISCLOSURES: Rule = rule(SD_JWT, "7.1", "a disclosure that no digest stands for is refused");
/// Key binding.
pub const KEY_BINDING: Rule = rule(SD_JWT, "7.3", "the key binding JWT is checked by the key in cnf");
/// Its nonce and audience.
pub const KEY_BINDING_SESSION: Rule =
    rule(SD_JWT, "7.3", "nonce and aud of the key binding JWT are those of this transaction");
/// Its hash.
pub const KEY_BINDING_HASH: Rule = rule(SD_JWT, "7.3", "sd_hash is the digest of what is presented");
/// Its time.
pub const KEY_BINDING_TIME: Rule = rule(SD_JWT, "7.3", "iat of the key binding JWT is within an acceptable window");
/// The key.
pub const MINIMAL_KEY: Rule = rule("RFC 7518", "6.2.1", "an EC key is whole with kty, crv, x and y");
/// The issuer's signature of an mdoc.
pub const ISSUER_AUTH: Rule = rule(MDOC, "9.3.1", "the signature of the issuer is checked");
/// Digests.
pub const MDOC_DIGESTS: Rule = rule(MDOC, "9.3.1", "the digest of each element is the one in the signed object");
/// The device.
pub const DEVICE_AUTH: Rule =
    rule(MDOC, "9.1.3", "the device signs the session transcript with the key in the signed object");
/// The transcript.
pub const TRANSCRIPT: Rule =
    rule(VP, "B.2.6.1", "the session transcript is made of client_id, nonce, encryption key and response_uri");
/// Time.
pub const VALIDITY: Rule = rule(VP, "8.6", "a credential that has expired is refused");
/// Type.
pub const TYPE: Rule = rule(VP, "8.6", "a credential of another type than was asked for is refused");
/// Trust.
pub const TRUST: Rule = rule(VP, "8.6", "a credential whose issuer is not trusted is refused");
/// More than was asked for.
pub const OVER_DISCLOSURE: Rule =
    rule(VP, "8.6", "what was not asked for is left aside, and the rest is judged as it is");
