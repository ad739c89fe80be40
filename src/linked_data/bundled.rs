//! The contexts that are part of this program: texts of the crate `ssi-contexts`, each under the digest that we saw when we
//! took it in. A new version of the crate that changes a byte of one of them makes that one unusable until somebody has looked.
//!
//! Contexts that change or that belong to one country or trade are not here; the trust store pins them.

use ssi_contexts as texts;

/// URL, text, and SHA-256 of the text.
pub(super) const DOCUMENTS: &[(&str, &str, &str)] = &[
    (
        "https://www.w3.org/2018/credentials/v1",
        texts::CREDENTIALS_V1,
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    ),
    (
        "https://www.w3.org/ns/credentials/v2",
        texts::CREDENTIALS_V2,
        "8a9f494a89ecc51db093e90e84713e07e84d6d9204364a9b3c7868b21751236f",
    ),
    (
        "https://www.w3.org/2018/credentials/examples/v1",
        texts::CREDENTIALS_EXAMPLES_V1,
        "2070ae4e75bc3b4c2cfe2b8b6e86ec45119672bbb5da283f0399ea96c60a0104",
    ),
    (
        "https://www.w3.org/ns/credentials/examples/v2",
        texts::CREDENTIALS_EXAMPLES_V2,
        "e6600df812cdc1872f20b42ab0c1cecac39755b7ed381e7f6a88dac7baab54d6",
    ),
    ("https://www.w3.org/ns/did/v1", texts::DID_V1, "4f3eae5568c9c5f036a082088f9e192019ee06faa78973c87ff91d5421b88dad"),
    (
        "https://www.w3.org/ns/odrl.jsonld",
        texts::ODRL,
        "88e7f9f9048f7c4997ecdd09dd82f864f92eb267ef3d4297dd7db971132583c1",
    ),
    ("https://schema.org/", texts::SCHEMA_ORG, "57b051448b484c9ef6f4470e960f33cf48f555b3f610f795780d64cc090735c8"),
    (
        "https://w3id.org/did-resolution/v1",
        texts::DID_RESOLUTION_V1,
        "ab456c9361e7516727d9a7d4b3fde231ddab09fa07530ec37342a0c20d8d072a",
    ),
    (
        "https://w3id.org/security/v1",
        texts::SECURITY_V1,
        "abaf97e107d1925503c433dcaf3ffd2831697cacc1ed2a293e1bc8030d5bcb47",
    ),
    (
        "https://w3id.org/security/v2",
        texts::SECURITY_V2,
        "611bd81151d5efe53ec9aed78f5a813e577287bc9451ee26d6879b1b8b46bc3b",
    ),
    (
        "https://w3id.org/security/bbs/v1",
        texts::BBS_V1,
        "65f03b15242ee97861039faec7a73297da4dd6880257fe4fd18edf1fc363a58d",
    ),
    (
        "https://w3id.org/security/data-integrity/v1",
        texts::W3ID_DATA_INTEGRITY_V1,
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
    ),
    (
        "https://w3id.org/security/data-integrity/v2",
        texts::W3ID_DATA_INTEGRITY_V2,
        "0f77743daf5b4e8fc067fc5ba5b21044283053aa717fc6b0219843bed3b00363",
    ),
    (
        "https://w3id.org/security/multikey/v1",
        texts::W3ID_MULTIKEY_V1,
        "00e1592fd321ed9b843aee80f4f25e23a3fa53e514e73dc9d109fc4e0aaadf1c",
    ),
    (
        "https://w3id.org/security/suites/blockchain-2021/v1",
        texts::BLOCKCHAIN2021_V1,
        "f9c390dd5eb232f90085064bf5a0d82de256c5fb485eef465167f42a56ea8207",
    ),
    (
        "https://w3id.org/security/suites/ed25519-2020/v1",
        texts::W3ID_ED2020_V1,
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    ),
    (
        "https://w3id.org/security/suites/eip712sig-2021/v1",
        texts::EIP712SIG_V1,
        "a57a4b5c513e8bb1c7f69c46809dd9415d84c24391e6c9d9f9d8ab945e527d33",
    ),
    (
        "https://w3id.org/security/suites/jws-2020/v1",
        texts::W3ID_JWS2020_V1,
        "d648e05ddc6577827ca2bfd5e931f53e9ebc6e52a57a8da81df4ec8c46ffcd1e",
    ),
    (
        "https://w3id.org/security/suites/secp256k1recovery-2020/v2",
        texts::W3ID_ESRS2020_V2,
        "442e5eb94f2a5108373120fc01f86bdd1c6fbb71ad11ec44546d1eabe603562f",
    ),
    (
        "https://w3c-ccg.github.io/lds-jws2020/contexts/lds-jws2020-v1.json",
        texts::LDS_JWS2020_V1,
        "d648e05ddc6577827ca2bfd5e931f53e9ebc6e52a57a8da81df4ec8c46ffcd1e",
    ),
    (
        "https://w3id.org/citizenship/v1",
        texts::CITIZENSHIP_V1,
        "9ffdc9e92801959e8f7416744aca720d06e0a4702dd83043c02c74700c161d93",
    ),
    (
        "https://w3id.org/traceability/v1",
        texts::TRACEABILITY_V1,
        "7c3424884ce260d834ee2f4e9a6c056f7d9d99236483f5a740637cd9db87d5d6",
    ),
    (
        "https://w3id.org/vaccination/v1",
        texts::VACCINATION_V1,
        "7ac5b56ba313ee3b8dc0ff445f3c256d8921ec05f4db20219b1c6fb4aae5760c",
    ),
    (
        "https://w3id.org/vc-revocation-list-2020/v1",
        texts::REVOCATION_LIST_2020_V1,
        "9fe1e5bd6d2f709e4628947c86455f2d97204e07ed7b7ae51d559e35e5238e9d",
    ),
    (
        "https://w3id.org/vc/status-list/2021/v1",
        texts::STATUS_LIST_2021_V1,
        "6dd06a52bedb771e059c1083ba8ba7848dce22f6b4a8cfa0b98ba3fc188870e4",
    ),
    ("https://w3id.org/vdl/v1", texts::VDL_V1, "cffad76ba3d700ce7aa4007602e5996210e834dd1cb6074de762264eac939d3d"),
    (
        "https://w3id.org/wallet/v1",
        texts::WALLET_V1,
        "b8f1ffb65db81602b22f6a99f5378a6d8279b310e97b9e1936bef7c87c4b7443",
    ),
    ("https://w3id.org/zcap/v1", texts::ZCAP_V1, "4c0bd364bf3a5215779c0b636e14bcdf1d6818dae002bc7580237bcf8d2a72e0"),
    (
        "https://identity.foundation/presentation-exchange/submission/v1",
        texts::PRESENTATION_SUBMISSION_V1,
        "f1cec97834e5c7ce695e6dbdddcc918e157c1dc6b50c44c3ba54b267f2e49ff9",
    ),
    (
        "https://identity.foundation/linked-vp/contexts/v1",
        texts::LINKED_VP_V1,
        "00377992b81fa38237cdca562715fe129ae6c9ead9a7a4d4afe9bb55f7799dde",
    ),
    (
        "https://identity.foundation/.well-known/did-configuration/v1",
        texts::DID_CONFIGURATION_V1,
        "a72455e2a489b997ec3a3e1fdcd8950591be86b1500c80ccf2c99b374a7acaf1",
    ),
    (
        "https://w3c-ccg.github.io/vc-ed/plugfest-1-2022/jff-vc-edu-plugfest-1-context.json",
        texts::JFF_VC_EDU_PLUGFEST_2022,
        "3bc63c2ac768b6c3ae9a1beeb2564b3156b47c4a3ffae1ae49b553d3664f2749",
    ),
];

/// The bytes of a digest of the table; zeros, which no text has, when it is not one.
pub(super) fn digest(hexadecimal: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    let digits: Vec<u8> =
        hexadecimal.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect();
    bytes.iter_mut().zip(digits.as_chunks::<2>().0).for_each(|(byte, [high, low])| *byte = high << 4 | low);
    bytes
}
