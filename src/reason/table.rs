//! The table of reasons: one row a code. `REASONS.md`, `GET /v1/reasons` and `vidimus explain CODE` are made from it.

use crate::reason::{Row, Spec, Stage};

macro_rules! documents {
    ($($name:ident = $document:literal, $url:literal;)*) => {
        $(const $name: (&str, &str) = ($document, $url);)*
    };
}

documents! {
    OWN = "vidimus DESIGN.md", "DESIGN.md";
    HCERT = "HCERT 1.0.8", "https://github.com/ehn-dcc-development/eu-dcc-hcert-spec";
    DCC = "EU DCC schema 1.3.3", "https://github.com/ehn-dcc-development/ehn-dcc-schema";
    SHC = "SMART Health Cards 1.4.0", "https://spec.smarthealth.cards/";
    NZCP = "NZ COVID Pass 1.0.0", "https://nzcp.covid19.health.nz/";
    RFC8949 = "RFC 8949", "https://www.rfc-editor.org/rfc/rfc8949";
    RFC9052 = "RFC 9052", "https://www.rfc-editor.org/rfc/rfc9052";
    RFC9053 = "RFC 9053", "https://www.rfc-editor.org/rfc/rfc9053";
    RFC8392 = "RFC 8392", "https://www.rfc-editor.org/rfc/rfc8392";
    RFC9285 = "RFC 9285", "https://www.rfc-editor.org/rfc/rfc9285";
    RFC4648 = "RFC 4648", "https://www.rfc-editor.org/rfc/rfc4648";
    RFC1950 = "RFC 1950", "https://www.rfc-editor.org/rfc/rfc1950";
    RFC8259 = "RFC 8259", "https://www.rfc-editor.org/rfc/rfc8259";
    RFC7493 = "RFC 7493", "https://www.rfc-editor.org/rfc/rfc7493";
    RFC7515 = "RFC 7515", "https://www.rfc-editor.org/rfc/rfc7515";
    RFC7517 = "RFC 7517", "https://www.rfc-editor.org/rfc/rfc7517";
    RFC7518 = "RFC 7518", "https://www.rfc-editor.org/rfc/rfc7518";
    RFC7519 = "RFC 7519", "https://www.rfc-editor.org/rfc/rfc7519";
    RFC7797 = "RFC 7797", "https://www.rfc-editor.org/rfc/rfc7797";
    RFC8725 = "RFC 8725", "https://www.rfc-editor.org/rfc/rfc8725";
    RFC5280 = "RFC 5280", "https://www.rfc-editor.org/rfc/rfc5280";
    DIDCORE = "DID Core 1.0", "https://www.w3.org/TR/did-core/";
    VCDM = "VC Data Model 2.0", "https://www.w3.org/TR/vc-data-model-2.0/";
    VCDI = "VC Data Integrity 1.0", "https://www.w3.org/TR/vc-data-integrity/";
    VCECDSA = "Data Integrity ECDSA Cryptosuites 1.0", "https://www.w3.org/TR/vc-di-ecdsa/";
    JSONLD = "JSON-LD 1.1 Processing Algorithms", "https://www.w3.org/TR/json-ld11-api/";
    RDFC = "RDF Dataset Canonicalization 1.0", "https://www.w3.org/TR/rdf-canon/";
    BSL = "Bitstring Status List 1.0", "https://www.w3.org/TR/vc-bitstring-status-list/";
    TSL = "Token Status List", "https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/";
    MDOC = "ISO/IEC 18013-5:2021", "https://www.iso.org/standard/69084.html";
    CID = "Controlled Identifiers 1.0", "https://www.w3.org/TR/cid-1.0/";
    DIDRES = "DID Resolution 0.3", "https://www.w3.org/TR/did-resolution/";
    DIDKEY = "did:key", "https://w3c-ccg.github.io/did-key-spec/";
    DIDJWK = "did:jwk", "https://github.com/quartzjer/did-jwk";
    DIDPEER = "did:peer", "https://identity.foundation/peer-did-method-spec/";
    RFC9596 = "RFC 9596", "https://www.rfc-editor.org/rfc/rfc9596";
    RFC9901 = "RFC 9901", "https://www.rfc-editor.org/rfc/rfc9901";
    RFC7800 = "RFC 7800", "https://www.rfc-editor.org/rfc/rfc7800";
    SDJWTVC = "SD-JWT VC draft 19", "https://datatracker.ietf.org/doc/draft-ietf-oauth-sd-jwt-vc/";
    OID4VP = "OpenID4VP 1.0", "https://openid.net/specs/openid-4-verifiable-presentations-1_0.html";
    OB3 = "Open Badges 3.0", "https://www.imsglobal.org/spec/ob/v3p0/";
    QR = "ISO/IEC 18004", "https://www.iso.org/standard/83389.html";
}

macro_rules! codes {
    ($($variant:ident $code:literal $stage:ident $doc:ident $section:literal $sentence:literal $hint:literal;)*) => {
        /// What is wrong, as a stable code. Its row says the rest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $sentence)] $variant,)*
        }

        impl Code {
            /// Every code, in table order.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// This code's row of the table.
            pub fn row(self) -> &'static Row {
                match self {
                    $(Code::$variant => {
                        const ROW: Row = Row {
                            code: $code,
                            stage: Stage::$stage,
                            sentence: $sentence,
                            hint: $hint,
                            spec: Spec { document: $doc.0, section: $section, url: $doc.1 },
                        };
                        &ROW
                    })*
                }
            }
        }
    };
}

codes! {
    InputTooLarge "input.too_large" Decode OWN "limits" "The input is larger than any credential of this kind." "Send one credential; limits stand in `vidimus explain input.too_large` and the README.";
    InputDecompressedTooLarge "input.decompressed_too_large" Decode OWN "limits" "The compressed data expands beyond the limit." "No genuine credential expands this far; treat it as an attack.";
    InputTooManyItems "input.too_many_items" Decode OWN "limits" "The input holds more items than any credential of this kind." "Send fewer, or one at a time.";
    InputUnrecognised "input.unrecognised" Decode OWN "detection" "No known credential format begins like this." "Supported beginnings: `HC1:`, `shc:/`, `NZCP:/1/`, `eyJ` (JWT, SD-JWT), JSON, COSE or an mdoc in bytes or base64url, a .smart-health-card file, a PNG or JPEG of a QR code.";
    InputAmbiguous "input.ambiguous" Decode OWN "detection" "The input can be read as more than one format." "Name the format, or send the credential alone.";
    ImageTooLarge "image.too_large" Decode OWN "limits" "The picture has more pixels than we decode." "Scale the photo down or crop it to the code.";
    ImageUnreadable "image.unreadable" Decode QR "whole" "The picture is not a readable PNG or JPEG." "Send a PNG or JPEG file.";
    ImageNoCode "image.no_code" Decode QR "whole" "No readable QR code was found in the picture." "Photograph the code flat, sharp, evenly lit, with its white border.";
    Base45Char "base45.char" Decode RFC9285 "3" "A character stands outside the Base45 alphabet." "The text was changed on its way; scan the code again.";
    Base45Overflow "base45.overflow" Decode RFC9285 "6" "A group of Base45 characters encodes a number that is too large." "The text was changed on its way; scan the code again.";
    Base45Length "base45.length" Decode RFC9285 "6" "The Base45 text has a length that no bytes encode to." "The text was cut; scan the code again.";
    Base32Char "base32.char" Decode RFC4648 "6" "A character stands outside the Base32 alphabet, or the length is impossible." "NZ COVID Pass uses upper-case Base32 without padding.";
    ZlibInvalid "zlib.invalid" Decode RFC1950 "2.2" "The compressed data is broken or of another kind." "HCERT wants zlib (RFC 1950), SMART Health Cards want raw DEFLATE (RFC 1951).";
    ZlibTrailing "zlib.trailing" Decode RFC1950 "2.2" "Bytes follow the end of the compressed data." "Somebody appended data; the issuer did not sign it.";
    JsonSyntax "json.syntax" Decode RFC8259 "2" "The text is not JSON." "Send the JSON text unchanged.";
    JsonDuplicateKey "json.duplicate_key" Decode RFC7493 "2.3" "A JSON object names a member twice." "Readers disagree about which one counts, so none does.";
    JsonDepth "json.depth" Decode OWN "limits" "The JSON is nested too deeply." "No genuine credential nests this far.";
    JsonEncoding "json.encoding" Decode RFC7493 "2.1" "The JSON text is not clean UTF-8." "No byte order mark, no lone surrogates, UTF-8 only.";
    JsonNumberRange "json.number_range" Decode RFC7493 "2.2" "A JSON number cannot be held exactly." "Send large or precise numbers as text.";
    CborTruncated "cbor.truncated" Decode RFC8949 "3" "The CBOR data ends inside an item." "The data was cut.";
    CborLength "cbor.length" Decode RFC8949 "3" "A CBOR length is larger than the data that follows." "No genuine encoder writes this.";
    CborReserved "cbor.reserved" Decode RFC8949 "3" "A CBOR head uses a reserved value." "No genuine encoder writes this.";
    CborBreak "cbor.break" Decode RFC8949 "3.2.1" "A CBOR break stands where none may." "No genuine encoder writes this.";
    CborChunk "cbor.chunk" Decode RFC8949 "3.2.3" "A chunk of an indefinite CBOR string has the wrong type." "No genuine encoder writes this.";
    CborSimple "cbor.simple" Decode RFC8949 "3.3" "A CBOR simple value is written in a forbidden form." "No genuine encoder writes this.";
    CborDepth "cbor.depth" Decode OWN "limits" "The CBOR is nested too deeply." "No genuine credential nests this far.";
    CborDuplicateKey "cbor.duplicate_key" Decode RFC8949 "5.6" "A CBOR map holds one key twice." "Readers disagree about which one counts, so none does.";
    CborTrailing "cbor.trailing" Decode RFC8949 "5.3.1" "Bytes follow the CBOR item." "Somebody appended data.";
    CborUtf8 "cbor.utf8" Decode RFC8949 "3.1" "A CBOR text string is not UTF-8." "The issuer's encoder is broken.";
    CborNumberRange "cbor.number_range" Decode RFC8949 "3.4.3" "A CBOR number is too large to hold exactly." "No genuine credential holds such a number.";
    CborTagUnsupported "cbor.tag_unsupported" Decode RFC8949 "3.4" "A CBOR tag stands where this format knows none." "No genuine credential uses this tag.";
    CborType "cbor.type" Decode RFC8949 "3.3" "A CBOR value has a type that this format does not know." "The issuer's encoder is broken.";
    CoseTag "cose.tag" Decode RFC9052 "2" "The CBOR tag says that this is not a COSE_Sign1 message." "Accepted: tag 18, tag 61 around tag 18, and (HCERT) no tag.";
    CoseStructure "cose.structure" Decode RFC9052 "4.2" "The COSE_Sign1 array has the wrong shape." "It holds protected headers, unprotected headers, payload and signature.";
    CoseProtected "cose.protected" Decode RFC9052 "3" "The protected header is not a byte string that holds one map." "The issuer's encoder is broken.";
    CosePayload "cose.payload" Decode RFC9052 "4.2" "The signed payload is absent or is not a CWT claims map." "The payload must be attached, as a byte string that holds a map.";
    CoseKid "cose.kid" Decode RFC9052 "3.1" "The key identifier is absent or malformed." "HCERT: eight bytes; NZ COVID Pass: text or bytes.";
    CoseCrit "cose.crit" Decode RFC9052 "3.1" "The message demands header parameters that we must understand and do not, or demands them wrongly." "Only an issuer with an extension of its own writes `crit`.";
    CoseHeaderConflict "cose.header_conflict" Decode RFC9052 "3" "One header parameter stands in both headers." "Only the key identifier may, and then the protected one counts.";
    CoseAlgUnprotected "cose.alg_unprotected" Decode RFC9052 "3.1" "The algorithm is not in the protected header." "An unprotected algorithm can be changed by anybody.";
    CoseAlgNotAllowed "cose.alg_not_allowed" Key RFC9053 "2" "The signature algorithm is not one that this format allows." "HCERT: ES256 and PS256; NZ COVID Pass: ES256.";
    CoseAlgKeyMismatch "cose.alg_key_mismatch" Key RFC9053 "2.1" "The signature algorithm does not fit the signer's key." "The header was changed, or the key identifier points at another key.";
    JoseMalformed "jose.malformed" Decode RFC7515 "7.1" "This is not a compact JWS: three base64url parts with two dots." "Send the JWS unchanged, without line breaks or padding.";
    JoseSerialization "jose.serialization" Decode RFC7515 "7.2" "A JSON-serialised JWS stands where a compact one is due." "Send the compact form.";
    JosePayloadType "jose.payload_type" Decode RFC7519 "7.2" "The JWS payload is not a JSON object." "The issuer's encoder is broken.";
    JoseAlgMissing "jose.alg_missing" Decode RFC7515 "4.1.1" "The header names no signature algorithm." "`alg` must be a text.";
    JoseAlgNone "jose.alg_none" Decode RFC8725 "3.2" "The header says that nobody signed (`none`)." "Treat it as an attack.";
    JoseAlgNotAllowed "jose.alg_not_allowed" Key RFC8725 "3.1" "The signature algorithm is not one that this format or policy allows." "SMART Health Cards: ES256 only.";
    JoseAlgKeyMismatch "jose.alg_key_mismatch" Key RFC8725 "3.1" "The signature algorithm does not fit the signer's key." "The header was changed, or the key identifier points at another key.";
    JoseTypMismatch "jose.typ_mismatch" Decode RFC8725 "3.11" "The header declares another kind of token." "A token made for one purpose must not serve another.";
    JoseCritMalformed "jose.crit_malformed" Decode RFC7515 "4.1.11" "The header's `crit` list is malformed." "It must be a non-empty list of distinct extension names that the header holds.";
    JoseCritUnsupported "jose.crit_unsupported" Decode RFC7515 "4.1.11" "The header demands an extension that we do not know." "Only an issuer with an extension of its own writes `crit`.";
    JoseB64Unsupported "jose.b64_unsupported" Decode RFC7797 "7" "The payload is not base64url encoded, as the header says." "A JWT must not use `b64`.";
    JoseEmbeddedKeyUntrusted "jose.embedded_key_untrusted" Key RFC8725 "3.10" "The header brings its own key." "A key that comes with the message proves nothing.";
    JoseRemoteKeyForbidden "jose.remote_key_forbidden" Key RFC8725 "3.10" "The header names a place to fetch its key from." "Keys come from the trust store only; nothing was fetched.";
    JoseKidUnknown "jose.kid_unknown" Key RFC7515 "4.1.4" "No key of this issuer has the identifier that the header names." "Refresh the issuer's key set, or the credential is forged.";
    JoseJwkPolicy "jose.jwk_policy" Key RFC7517 "4" "The issuer's key set breaks the rules for the key that is needed." "The key's use, algorithm, curve, identifier or thumbprint is wrong.";
    JosePrivateKeyExposed "jose.private_key_exposed" Key RFC7517 "9.3" "A private key stands where only public ones may." "That key is burnt: tell its owner.";
    ShcPrefix "shc.prefix" Decode SHC "encoding-chunks-as-qr-codes" "The text does not begin with `shc:/`." "Scan the code again.";
    ShcNumeric "shc.numeric" Decode SHC "encoding-chunks-as-qr-codes" "The digits of the code do not encode a JWS." "Pairs of digits, each 00 to 77; scan the code again.";
    ShcChunk "shc.chunk" Decode SHC "chunking-deprecated" "The parts of a multi-part code do not fit together." "Give each part once, all of one card, in any order.";
    ShcHeader "shc.header" Decode SHC "health-cards-are-encoded-as-compact-serialization-json-web-signatures-jws" "The JWS header is not that of a SMART Health Card." "`zip` must be `DEF`.";
    ShcIssuerUrl "shc.issuer_url" Decode SHC "determining-keys-associated-with-an-issuer" "The issuer is not a clean https URL." "https, a host name, no trailing slash, no user, port, query or fragment.";
    ShcType "shc.type" Policy SHC "data-model" "The credential does not declare itself a health card." "`vc.type` must hold `https://smarthealth.cards#health-card`.";
    ShcTooLong "shc.too_long" Decode SHC "chunking-deprecated" "A part of the code is longer than the specification allows." "At most 1195 characters in one code, 1191 in each part.";
    FhirContent "fhir.content" Policy SHC "modeling-fhir-bundle" "The FHIR bundle breaks a rule of SMART Health Cards." "Tell the issuer; the signature is judged apart from this.";
    NzcpPrefix "nzcp.prefix" Decode NZCP "4" "The text does not begin with `NZCP:/1/`." "Other versions do not exist.";
    NzcpCti "nzcp.cti" Decode NZCP "2.1.1" "The pass identifier is not a UUID of 16 bytes." "The issuer's encoder is broken.";
    NzcpSchema "nzcp.schema" Policy NZCP "2.4" "The pass does not say what an NZ COVID Pass must." "Context, types, version and subject are fixed by the specification.";
    Hc1Prefix "hc1.prefix" Decode HCERT "4" "The text does not begin with `HC1:`." "Other context identifiers do not exist; scan the code again.";
    Hc1NotCompressed "hc1.not_compressed" Decode HCERT "4.2" "The payload is not compressed." "HCERT demands zlib compression.";
    Hc1Container "hc1.container" Decode HCERT "2.6.4" "The health certificate container is absent or broken." "Claim -260 must be a map that holds the EU DCC under key 1.";
    Hc1Schema "hc1.schema" Policy DCC "whole" "The content breaks the schema of the version that it declares." "Tell the issuer; the signature is judged apart from this.";
    Hc1ValueSet "hc1.value_set" Policy DCC "value sets" "A code of the content is not in its value set." "Refresh the value sets, or tell the issuer.";
    RuleTestPositive "rule.test_positive" Policy DCC "Annex 2.9" "The test found the disease." "The certificate is genuine; the result is not negative.";
    ClaimMissing "claim.missing" Decode RFC8392 "3" "A claim that this format demands is absent." "Tell the issuer.";
    ClaimType "claim.type" Decode RFC8392 "3" "A claim has the wrong type." "Tell the issuer; a malformed claim never counts as absent.";
    ClaimIssuer "claim.issuer" Key RFC7519 "4.1.1" "The issuer claim is not a name that this format knows." "Compare it character by character with the trust list.";
    TimeExpired "time.expired" Validity RFC7519 "4.1.4" "The credential has expired." "Ask the holder for a current one.";
    TimeNotYetValid "time.not_yet_valid" Validity RFC7519 "4.1.5" "The credential is not valid yet." "Check the verifier's clock.";
    TimeInconsistent "time.inconsistent" Validity RFC7519 "4.1.4" "The credential ends before it begins." "Tell the issuer.";
    TimeImplausible "time.implausible" Validity RFC7519 "2" "A time lies beyond any plausible year." "The issuer probably wrote milliseconds; seconds are due.";
    SigEncoding "sig.encoding" Signature RFC7518 "3.4" "The signature has the wrong length or encoding." "ES256 signatures are 64 raw bytes, not DER.";
    SigInvalid "sig.invalid" Signature RFC7515 "5.2" "The signature does not match." "The content was changed, or somebody else signed it.";
    KeyInvalidPoint "key.invalid_point" Key RFC7518 "6.2.1" "A public key is not a point of its curve." "The key is broken; do not use it.";
    KeyWeak "key.weak" Key RFC7518 "3.3" "A public key is too weak or too large." "RSA: 2048 to 8192 bits.";
    TrustKeyUnknown "trust.key_unknown" Key HCERT "3.3.3" "No trusted signer has this key identifier." "Refresh the trust list; if it is current, the signer was removed or never trusted.";
    TrustIssuerUnknown "trust.issuer_unknown" Key OWN "trust" "The issuer is not on the trust list." "Add it only if you know who it is; a valid signature does not make an issuer trusted.";
    TrustIssuerCountry "trust.issuer_country" Key HCERT "2.6.1" "The named issuing country is not the signer's country." "A signer may sign for its own country only.";
    TrustEnvironment "trust.environment" Key OWN "trust" "The issuer belongs to another environment than the policy demands." "Test issuers never count in production, nor the other way round.";
    TrustKidAmbiguous "trust.kid_ambiguous" Key OWN "limits" "Too many trusted signers share this key identifier." "Look at the trust list: this does not happen by chance.";
    TrustPurpose "trust.purpose" Key OWN "trust" "The signer is trusted for other types of credential than this one." "See `types` of the trust entry.";
    TrustKeyWithdrawn "trust.key_withdrawn" Key OWN "trust" "The trust list withdrew the signer." "Ask the holder for a certificate by a current signer.";
    TrustKeyUnavailable "trust.key_unavailable" Key OWN "evidence" "The issuer is known, but its keys are not at hand." "Go online, or import the issuer's key set.";
    X509Missing "x509.missing" Key RFC5280 "6.1" "The credential brings no certificate of its signer." "Its format demands a chain of certificates beside the signature.";
    MdocResponse "mdoc.response" Decode MDOC "8.3.2.1.2.2" "The DeviceResponse is not one that answers a request." "Version 1, status 0 and at least one document are due.";
    MdocDuplicateElement "mdoc.duplicate_element" Digests MDOC "9.1.2.4" "Two items of a name space have one digest identifier or one element identifier." "Readers disagree about which one counts, so none does.";
    MdocRandomShort "mdoc.random_short" Digests MDOC "9.1.2.5" "The random value of an item is too short." "Under 16 bytes, digests of elements that were not shown can be guessed.";
    MdocDigestAlg "mdoc.digest_alg" Digests MDOC "9.1.2.5" "The digest algorithm is not one of the standard, or a digest has another length." "SHA-256, SHA-384 or SHA-512, uncut.";
    MdocDigestMissing "mdoc.digest_missing" Digests MDOC "9.3.1" "The issuer signed no digest for an element that is shown." "Somebody added the element, or moved it.";
    MdocDigestMismatch "mdoc.digest_mismatch" Digests MDOC "9.3.1" "An element is not the one that the issuer signed." "The element was changed.";
    MdocDoctypeMismatch "mdoc.doctype_mismatch" Digests MDOC "9.3.1" "The document type is not the signed one, or not one that was asked for." "Compare the type of the document, of the signed object and of the request.";
    MdocValidityFormat "mdoc.validity_format" Validity MDOC "9.1.2.4" "A time of the signed object is absent or not written as the standard demands." "Tag 0, UTC with `Z`, no fraction of seconds.";
    MdocValidityOutsideDs "mdoc.validity_outside_ds" Validity MDOC "9.3.1" "The credential was signed when its signer's certificate was not valid, or says to begin before it was signed." "Tell the issuer.";
    MdocDeviceAuth "mdoc.device_auth" Holder MDOC "9.1.3" "The device did not authenticate this document: its signature or MAC is not right." "Another device made it, or it was made for another session, or the document was changed.";
    MdocDeviceAuthMissing "mdoc.device_auth_missing" Holder MDOC "9.1.3.4" "The document comes without authentication by its device, or with two." "Anybody could have copied it. Exactly one of deviceSignature and deviceMac is due.";
    MdocSessionMissing "mdoc.session_missing" Holder MDOC "9.1.5.1" "The device authenticated the document for a session, and which one is not known here." "Give the session: the handover with its members, or the transcript; for a MAC the reader's private key too.";
    MdocKeyAuthorization "mdoc.key_authorization" Holder MDOC "9.1.2.4" "The device signed an element that its issuer did not authorise it to sign." "Only what keyAuthorizations names may come from the device.";
    MdocShadowedElement "mdoc.shadowed_element" Holder MDOC "9.1.3.4" "The device signed an element that the issuer signed too." "The issuer's value is the one that counts; the device's says something else than it should.";
    VpSessionMismatch "vp.session_mismatch" Holder OID4VP "B.2.6" "The device authenticated the document for another session." "Compare nonce, client_id, response_uri or origin, and the thumbprint of the encryption key with what the wallet was sent.";
    X509IssuerMismatch "x509.issuer_mismatch" Key MDOC "B.1.4" "The signer's certificate names another country or state than its authority." "An authority certifies signers of its own country and state only.";
    X509Profile "x509.profile" Key MDOC "B.1" "A certificate breaks a rule of its profile." "Tell its issuer.";
    X509Malformed "x509.malformed" Key RFC5280 "4.1" "A certificate is malformed." "Tell its issuer.";
    X509EkuPurpose "x509.eku_purpose" Key HCERT "A.1.4" "The signer's certificate does not allow this kind of content." "Extended key usage names tests, vaccinations, recoveries.";
    X509Expired "x509.expired" Validity RFC5280 "4.1.2.5" "The signer's certificate is out of its validity, or ends before the credential does." "Ask the holder for a certificate by a current signer.";
    X509UntrustedRoot "x509.untrusted_root" Key RFC5280 "6.1" "The certificate does not chain to a trusted authority." "Import the authority if you trust it.";
    X509NotACa "x509.not_a_ca" Key RFC5280 "4.2.1.9" "A certificate signed another without being an authority." "Treat it as an attack.";
    X509PathLen "x509.path_len" Key RFC5280 "4.2.1.9" "A certificate chain is longer than an authority allows." "Tell its issuer.";
    X509KeyUsage "x509.key_usage" Key RFC5280 "4.2.1.3" "A certificate's key usage does not allow what it was used for." "Tell its issuer.";
    X509CriticalExtension "x509.critical_extension" Key RFC5280 "4.2" "A certificate has a critical extension that we do not know." "It must not be used by who does not understand it.";
    X509WeakAlg "x509.weak_alg" Key RFC5280 "4.1.1.2" "A certificate is signed with an algorithm that we do not accept." "SHA-1, MD5, small RSA keys and unnamed curves are refused.";
    X509SanMismatch "x509.san_mismatch" Key SHC "determining-keys-associated-with-an-issuer" "The certificate does not name the issuer." "The leaf's subject alternative name must be the issuer's URL.";
    X509ChainTooLong "x509.chain_too_long" Key OWN "limits" "The certificate chain is too long." "At most 10 certificates.";
    DidDocumentInvalid "did.document_invalid" Key DIDCORE "5" "The issuer's DID document is malformed or is another subject's." "Tell the issuer.";
    DidVmRelationship "did.vm_relationship" Key DIDCORE "5.3.2" "The issuer's DID document does not allow this key to make assertions." "The key must stand under `assertionMethod`.";
    StatusRevoked "status.revoked" Status SHC "revocation" "The issuer revoked the credential." "Ask the holder for a current one.";
    StatusUnavailable "status.unavailable" Status OWN "evidence" "Whether it is revoked could not be told: the list is not at hand." "Go online, or bring the list as evidence.";
    StatusCrlInvalid "status.crl_invalid" Status SHC "revocation" "The issuer's revocation list is malformed." "Tell the issuer; nobody can say whether the card is revoked.";
    MultibaseInvalid "multibase.invalid" Decode CID "2.4" "A multibase text has the wrong prefix, alphabet or length." "`z` is base58btc, `u` is base64url without padding; each place allows one of them.";
    LdContextUnknown "ld.context_unknown" Decode VCDM "4.3" "The credential rests on a JSON-LD context that is not pinned here." "Contexts are never fetched while verifying. Add the document to the trust store, with its digest.";
    LdContextInline "ld.context_inline" Decode VCDM "5.2" "A JSON-LD context stands inside the document." "Whoever holds the document could redefine its terms. Allow it in the policy only where issuers are known to do so.";
    LdContextInvalid "ld.context_invalid" Decode JSONLD "4.1" "A JSON-LD context breaks the rules of JSON-LD." "Tell whoever publishes the context.";
    LdContextHash "ld.context_hash" Key VCDM "B.1" "A pinned JSON-LD context does not have the digest that was stated for it." "Get the document again and compare it with the published digest.";
    LdProtectedTerm "ld.protected_term" Decode JSONLD "4.2" "A context redefines a protected term." "A term of the W3C contexts keeps its meaning; use another name.";
    LdMalformed "ld.malformed" Decode JSONLD "5.1" "The document breaks the rules of JSON-LD." "Tell the issuer.";
    LdUndefinedTerm "ld.undefined_term" Decode VCDI "2.4.1" "A property or type is defined by none of the contexts, so no signature would cover it." "Define the term in a context, or map undefined terms with the context made for that.";
    LdDroppedValue "ld.dropped_value" Decode VCDI "2.4.1" "A value would be dropped before signing: null, a relative URL, an ill-formed language tag." "Everything that a credential says must be signed. Leave the value out or repair it.";
    LdCollidingKeywords "ld.colliding_keywords" Decode JSONLD "5.1" "Two members of one object mean the same JSON-LD keyword." "Write `id` or `@id`, not both.";
    LdAlias "ld.alias" Decode VCDM "4.3" "A context gives a member of the data model another name." "Verifiers that read plain JSON would see another credential. Use the names of the data model.";
    LdUnsupportedKeyword "ld.unsupported_keyword" Decode VCDI "2.4.1" "The document uses a JSON-LD keyword that has no place in a credential." "Write the credential as one plain tree of objects.";
    RdfcLimit "rdfc.limit" Decode RDFC "7.1" "Canonicalising the document takes more work than any credential does." "The graph is made to be hard; treat it as an attack.";
    VcContextBase "vc.context_base" Decode VCDM "4.3" "The base context of the data model is absent or not the first." "`https://www.w3.org/ns/credentials/v2` or `https://www.w3.org/2018/credentials/v1` comes first.";
    VcSchema "vc.schema" Decode VCDM "4" "The credential or presentation breaks a rule of the data model." "Tell the issuer; the report names the member.";
    VcType "vc.type" Decode VCDM "4.5" "A type is absent or is not a text." "`VerifiableCredential` or `VerifiablePresentation` must be among the types.";
    VcEnvelope "vc.envelope" Decode VCDM "4.13" "An enveloped credential or presentation is malformed." "Its `id` is a data: URL whose media type names what it holds; envelopes do not nest.";
    VcDigest "vc.digest" Digests VCDM "5.3" "A related resource does not have the digest that the credential states." "The resource was changed, or the credential states a wrong digest.";
    DiProofMissing "di.proof_missing" Decode VCDI "4.4" "Nobody signed: the document has no proof." "Send the credential with its proof.";
    DiProofMalformed "di.proof_malformed" Decode VCDI "2.1" "A proof breaks the rules for proofs." "Tell the issuer; the report names the member.";
    DiAmbiguousProof "di.ambiguous_proof" Decode VCDI "2.1" "A proof carries its value twice." "Verifiers would disagree which one counts. `proofValue` alone is right.";
    DiCryptosuite "di.cryptosuite" Decode VCDI "3" "The cryptosuite is unknown or does not fit the key." "The list of cryptosuites stands in the README.";
    DiPurpose "di.purpose" Key VCDI "2.1" "The proof was made for another purpose." "`assertionMethod` for a credential, `authentication` for a presentation.";
    DiVmMissing "di.vm_missing" Key VCDI "2.1" "The proof's verification method is absent or names no key." "Name it as an absolute URL with a fragment.";
    DiVmInvalid "di.vm_invalid" Key CID "2.2" "The verification method is malformed or of a kind that we do not take." "Multikey and JsonWebKey are taken.";
    DiVmController "di.vm_controller" Key CID "2.2" "The key that signed is controlled by somebody other than the issuer or holder." "Sign with a key of the issuer's own controller document.";
    DiProofExpired "di.proof_expired" Validity VCDI "2.1" "The proof has expired." "Ask for a new proof.";
    DiProofChain "di.proof_chain" Decode VCDI "2.1.2" "A proof refers to an earlier proof that is not there, or to itself." "Every `previousProof` names the `id` of one other proof of the document.";
    DiProofSet "di.proof_set" Decode VCDI "2.1.1" "The set of proofs is empty or too large." "At most 16 proofs.";
    DiSelective "di.selective" Decode VCECDSA "3.6" "The selective disclosure proof does not fit what is disclosed." "Only a derived proof can be verified, and it signs every statement that is shown.";
    DiContextMismatch "di.context_mismatch" Decode VCDI "3.3" "The document's contexts do not begin with those of the proof." "Contexts may be added after signing, never removed or changed.";
    DidSyntax "did.syntax" Key DIDCORE "3.1" "This is not a well-formed DID or DID URL." "did:METHOD:IDENTIFIER; a did:web names a host in lower case, never an address.";
    DidMethodUnsupported "did.method_unsupported" Key DIDRES "4.1" "The DID method is not one that we resolve." "key, jwk, web, peer and pkh are built in; configure a resolver for others.";
    DidKeyMalformed "did.key_malformed" Key DIDKEY "3" "The multibase key of a DID or verification method is malformed." "Tell whoever made the DID.";
    DidJwkMalformed "did.jwk_malformed" Key DIDJWK "2" "The key inside a did:jwk is malformed." "One public JWK, base64url of its JSON.";
    DidPeerMalformed "did.peer_malformed" Key DIDPEER "methods" "The did:peer is malformed, or its hash is not that of its document." "Methods 0, 2 and 4 are taken; a short form needs its long form.";
    DidIdMismatch "did.id_mismatch" Key DIDRES "4" "The DID document is another subject's." "The document's `id` must be the DID that was asked for.";
    DidDeactivated "did.deactivated" Key DIDRES "4.3" "The DID is deactivated." "Ask the holder for a credential of the current issuer.";
    DidDuplicateVm "did.duplicate_vm" Key DIDCORE "5.2" "Two verification methods of a DID document share an id." "Which key is meant cannot be told. Tell the issuer.";
    DidDepth "did.depth" Key DIDCORE "5.3" "A DID document refers to keys of another document." "Keys must stand in the controller's own document.";
    ClaimAudience "claim.audience" Holder VCDI "2.1" "The presentation was made for somebody else." "Its `domain` or `aud` must name this relying party.";
    ClaimInconsistent "claim.inconsistent" Decode RFC7519 "5.3" "A claim of the token contradicts the credential inside it." "Tell the issuer.";
    VpNonce "vp.nonce" Holder VCDI "2.1" "The presentation does not answer the challenge of this request." "It may be a replay; ask for a new presentation.";
    VpHolderBinding "vp.holder_binding" Holder VCDM "4.14" "The presenter is not the subject of the credential." "The policy demands that a holder shows only credentials about themselves.";
    VpNoCredential "vp.no_credential" Policy VCDM "4.13" "The presentation holds no credential, or none of the kind that was asked for." "It shows that somebody holds a key, and nothing else. The policy `empty_presentations` takes it where no type was asked for.";
    StatusSuspended "status.suspended" Status BSL "2.1" "The issuer suspended the credential." "Ask the holder to clear it up with the issuer.";
    StatusMessage "status.message" Status BSL "2.1" "The status list has a message about the credential." "The message is in the report; the policy decides whether it is taken.";
    StatusIndex "status.index" Status BSL "3.2" "The credential's place in the status list is malformed or outside of the list." "A whole number from 0 on, below the length of the list.";
    StatusMalformed "status.malformed" Status BSL "2.2" "The status entry or its list is malformed." "Tell the issuer.";
    StatusExpired "status.expired" Status BSL "2.2" "The status list is out of its validity." "Get the list again; if it stays old, tell the issuer.";
    StatusUntrusted "status.untrusted" Status BSL "3.2" "The status list is not signed by the credential's issuer." "Anybody can write a list that says all is well.";
    StatusUriMismatch "status.uri_mismatch" Status BSL "3.2" "The status list says that it is another list than the one asked for." "Its `id` must be the URL in the credential.";
    StatusPurpose "status.purpose" Status BSL "3.2" "The status list serves another purpose than the credential's entry." "Tell the issuer.";
    StatusLength "status.length" Status BSL "3.2" "The status list is shorter than privacy demands." "At least 131,072 entries.";
    StatusDepth "status.depth" Status BSL "3.2" "The status list has a status list of its own." "A list's own status is not looked at.";
    StatusUnknownType "status.unknown_type" Status VCDM "4.10" "The kind of status is not one that we can check." "BitstringStatusListEntry, StatusList2021Entry, `status_list` and `identifier_list` are known.";
    StatusUnknownValue "status.unknown_value" Status TSL "7.1" "The status list has a value for the credential that only its issuer can explain." "0 is valid, 1 revoked, 2 suspended. Nothing else is taken for valid.";
    StatusRollback "status.rollback" Status TSL "8.3" "The status list is older than one that was seen before." "Somebody may be replaying a list from before a revocation. Get the list again.";
    SdjwtFormat "sdjwt.format" Decode RFC9901 "4" "This is not an SD-JWT: a JWS, then disclosures, each behind a tilde." "Send the text unchanged.";
    SdjwtStructure "sdjwt.structure" Decode RFC9901 "7.1" "The digests in the payload are malformed." "`_sd` is a list of texts; a concealed element is an object with `...` alone.";
    SdjwtDepth "sdjwt.depth" Decode OWN "limits" "Disclosures stand one inside the other too deeply." "No genuine credential nests this far.";
    SdjwtDisclosureMalformed "sdjwt.disclosure_malformed" Decode RFC9901 "7.1" "A disclosure is not base64url of a JSON array of a salt, a name and a value, or of a salt and a value." "The text was changed on its way.";
    SdjwtDisclosureShape "sdjwt.disclosure_shape" Digests RFC9901 "7.1" "A disclosed element stands where a member was concealed, or a member where an element was." "Three parts disclose a member, two an element.";
    SdjwtDisclosureDuplicate "sdjwt.disclosure_duplicate" Digests RFC9901 "7.1" "A disclosure is there twice." "Send each disclosure once.";
    SdjwtDisclosureUnreferenced "sdjwt.disclosure_unreferenced" Digests RFC9901 "7.1" "No digest that the issuer signed stands for a disclosure." "Somebody added it, or changed what it says.";
    SdjwtDigestDuplicate "sdjwt.digest_duplicate" Digests RFC9901 "7.1" "A digest stands twice." "Tell the issuer.";
    SdjwtClaimCollision "sdjwt.claim_collision" Digests RFC9901 "7.1" "A disclosure names a member that is there already." "Readers would disagree which one counts.";
    SdjwtReservedName "sdjwt.reserved_name" Digests RFC9901 "7.1" "A disclosure uses a reserved name." "`_sd` and `...` are not claims.";
    SdjwtSdAlg "sdjwt.sd_alg" Digests RFC9901 "4.1.1" "The digest algorithm is not one that we take." "sha-256, sha-384 or sha-512.";
    SdjwtRegisteredClaim "sdjwt.registered_claim_disclosed" Digests SDJWTVC "2.2.2.2" "A claim that must not be disclosed selectively comes by a disclosure, or a part of it does." "Tell the issuer: iss, nbf, exp, aud, cnf, vct and status stand in the open.";
    SdjwtVct "sdjwt.vct" Decode SDJWTVC "2.2.2.1" "The credential's type is absent, malformed, or none of those that were asked for." "`vct` is a text; see `types` of the request.";
    SdjwtTypeMetadata "sdjwt.type_metadata" Policy SDJWTVC "4" "The type metadata of the credential's type cannot be used." "Tell whoever publishes it; the policy `type_metadata` decides whether it is looked at.";
    SdjwtTypeIntegrity "sdjwt.type_integrity" Policy SDJWTVC "6" "The type metadata is not the document that was named, by its digest." "Somebody changed it after the credential was issued.";
    SdjwtTypeClaim "sdjwt.type_claim" Policy SDJWTVC "4.6" "The credential breaks a rule of its type metadata for a claim." "A mandatory claim is missing, or one is disclosed selectively that must not be, or the other way round.";
    SdjwtCnf "sdjwt.cnf" Holder RFC7800 "3.1" "The credential does not name its holder's key as a public key in `cnf.jwk`." "Tell the issuer.";
    SdjwtKbMissing "sdjwt.kb_missing" Holder RFC9901 "7.3" "Nothing proves that the presenter holds the credential's key." "Ask for a presentation with a key binding JWT; the policy `key_binding` decides when one is due.";
    SdjwtKbInvalid "sdjwt.kb_invalid" Holder RFC9901 "7.3" "The proof that the presenter holds the credential's key cannot be read." "A key binding JWT is a compact JWS with `iat`, `aud`, `nonce` and `sd_hash`.";
    SdjwtKbKey "sdjwt.kb_key" Holder RFC9901 "7.3" "The proof of key binding is not signed by the key in `cnf`." "Only the holder of the credential's key may show it; a key of the proof's own header counts for nothing.";
    TimeKbWindow "time.kb_window" Holder RFC9901 "7.3" "The proof of key binding was not made just now." "It may be a replay; ask for a new presentation.";
    VpDcqlUnsatisfied "vp.dcql_unsatisfied" Policy OID4VP "6" "The credential does not answer the DCQL query." "The report names the credential query that it comes nearest to, and what is missing; `vidimus dcql check` looks at the query itself.";
    VpTransactionData "vp.transaction_data" Holder OID4VP "8.4" "The presentation does not approve the transactions that it was asked to approve." "`transaction_data_hashes` holds one digest for each, of the text as it was sent.";
    SdjwtSdHash "sdjwt.sd_hash" Holder RFC9901 "4.3" "The proof of key binding was made for another set of disclosures." "Somebody added or took away a disclosure after the holder had signed.";
    ObSchema "ob.schema" Policy OB3 "B" "The badge breaks a rule of Open Badges." "Tell the issuer; the report names the member.";
    ObIdentity "ob.identity" Holder OB3 "8.5" "The badge was issued to another identity." "The hash of the identity that was given is not the one in the badge.";
    PolicyFormat "policy.format" Policy OWN "policy" "The policy does not take this format." "See `formats` in the policy file.";
    PolicyType "policy.type" Policy OWN "policy" "The credential is of none of the types that were asked for." "See `types` of the request.";
    PolicyContent "policy.content" Policy OWN "policy" "The credential holds a kind of event that the policy does not take." "See `events` in the policy file.";
}

/// The rule behind a code, as it is written for COSE envelopes.
pub(super) fn cose_spec(code: Code) -> Spec {
    let cose = |(document, url), section| Spec { document, section, url };
    match code {
        Code::SigInvalid => cose(RFC9052, "4.4"),
        Code::SigEncoding => cose(RFC9053, "2.1"),
        Code::JoseKidUnknown => cose(RFC9052, "3.1"),
        Code::JoseTypMismatch => cose(RFC9596, "2"),
        Code::TimeExpired | Code::TimeInconsistent => cose(RFC8392, "3.1.4"),
        Code::TimeNotYetValid => cose(RFC8392, "3.1.5"),
        Code::TimeImplausible => cose(RFC8392, "2"),
        Code::ClaimIssuer => cose(RFC8392, "3.1.1"),
        code => code.row().spec,
    }
}

/// The rule behind a code, as it is written for token status lists.
pub(super) fn token_list_spec(code: Code) -> Spec {
    let section = match code {
        Code::StatusRevoked | Code::StatusSuspended => "7.1",
        Code::StatusMalformed => "4",
        Code::StatusIndex | Code::StatusExpired | Code::StatusUntrusted | Code::StatusUriMismatch => "8.3",
        Code::StatusDepth => "5",
        Code::StatusUnknownType => "6.1",
        code => return code.row().spec,
    };
    Spec { document: TSL.0, section, url: TSL.1 }
}

/// The rule behind a code, as it is written for identifier lists.
pub(super) fn identifier_list_spec(code: Code) -> Spec {
    match code {
        Code::StatusRevoked
        | Code::StatusMalformed
        | Code::StatusExpired
        | Code::StatusUntrusted
        | Code::StatusUriMismatch
        | Code::StatusDepth => Spec { document: MDOC.0, section: "12.3.6", url: MDOC.1 },
        code => code.row().spec,
    }
}
