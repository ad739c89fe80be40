//! `ecdsa-sd-2023` and `bbs-2023` against their worked examples, step by step.

use std::path::PathBuf;
use std::sync::LazyLock;

use zeroize::Zeroizing;

use super::{Naming, Whole};
use crate::credential::Signed;
use crate::crypto::bbs::committed::SecretScalar;
use crate::crypto::bbs::own::OwnBbsKey;
use crate::crypto::job::{Job, check};
use crate::crypto::multikey;
use crate::crypto::own_keys::{OwnKey, Signer};
use crate::crypto::public_key::PublicKey;
use crate::encoding::json::{self, Value};
use crate::encoding::multibase::{self, Base};
use crate::envelope::data_integrity::bbs_value::{self, Bound};
use crate::envelope::data_integrity::suite::{DATA_INTEGRITY_PROOF, Suite};
use crate::envelope::data_integrity::transform::{Secured, Terms};
use crate::envelope::data_integrity::{bbs, ecdsa_sd, ecdsa_sd_value};
use crate::linked_data::Contexts;
use crate::reason::{Code, Reason};

/// The terms of two contexts that the examples name: as much of them as the examples use.
const CITIZENSHIP: &str = include_str!("../../../../tests/contexts/citizenship-terms.json");
const AAMVA: &str = include_str!("../../../../tests/contexts/aamva-terms.json");

fn terms() -> Terms<'static> {
    static CONTEXTS: LazyLock<Contexts> = LazyLock::new(|| {
        let more = [("https://w3id.org/citizenship/v4rc1", CITIZENSHIP), ("https://w3id.org/vdl/aamva/v1", AAMVA)];
        let more = more.map(|(url, text)| (url.to_owned(), text.as_bytes().to_vec()));
        let (contexts, wrong) = Contexts::bundled().with(more);
        assert!(wrong.is_empty(), "{wrong:?}");
        contexts
    });
    Terms { contexts: &CONTEXTS, inline_contexts: true, budget: None }
}

fn read(path: &str) -> Option<Value<'static>> {
    let folder = std::env::var_os("VIDIMUS_CORPORA").map(|path| PathBuf::from(path).join("w3c"));
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
        return None;
    };
    let bytes = std::fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Some(json::decode(Vec::leak(bytes)).expect("JSON"))
}

fn texts(value: &Value<'_>) -> Vec<String> {
    value.as_array().expect("an array").iter().map(|item| item.as_str().expect("a text").to_owned()).collect()
}

fn places(value: &Value<'_>, name: &str) -> Vec<usize> {
    let places = value.member(name).and_then(Value::as_array).unwrap_or_else(|| panic!("{name}"));
    places.iter().map(|place| usize::try_from(place.as_i64().expect("a number")).expect("a place")).collect()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

fn scalar(text: &str) -> SecretScalar {
    SecretScalar::from_bytes(&hex(&format!("{text:0>64}")).try_into().expect("32 bytes")).expect("a scalar")
}

const HMAC_KEY: [u8; 32] = [
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x11, 0x22,
    0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
];

/// A secured document, taken apart.
struct Case {
    secured: Secured<'static>,
    value: Vec<u8>,
    key: PublicKey,
}

fn case(path: &str) -> Option<Case> {
    Some(case_of(Box::leak(Box::new(read(path)?))))
}

fn case_of(document: &'static Value<'static>) -> Case {
    let proof = document.member("proof").expect("a proof");
    let text = |name| proof.member(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name}"));
    let suite = Suite::of(DATA_INTEGRITY_PROOF, Some(text("cryptosuite"))).expect("a suite");
    let (_, key) = text("verificationMethod").split_once('#').expect("a key");
    Case {
        secured: Secured::of(document, proof, suite, &[]).expect("secured"),
        value: multibase::decode(text("proofValue"), &[Base::Base64Url]).expect("a value"),
        key: multikey::decode(key).expect("a key"),
    }
}

/// The codes of everything that is wrong with the signatures.
fn wrong(signed: &Signed, key: &PublicKey) -> Vec<Code> {
    let algorithm = signed.algorithm.expect("an algorithm");
    let statements = signed.statements.as_deref();
    let (message, signature) = (signed.message.as_slice(), signed.signature.as_slice());
    let mut jobs = vec![Job { algorithm, key: key.clone(), message, signature, statements }];
    jobs.extend(signed.vouched.iter().map(|vouched| Job {
        algorithm: vouched.algorithm,
        key: vouched.key.clone(),
        message: &vouched.message,
        signature: &vouched.signature,
        statements: None,
    }));
    check(&jobs).into_iter().filter_map(Result::err).map(|reason| reason.code()).collect()
}

fn code<T>(result: Result<T, Reason>) -> Result<(), Code> {
    result.map(|_| ()).map_err(|reason| reason.code())
}

#[test]
fn ecdsa_sd_steps() {
    let folder = "di-ecdsa/ecdsa-sd-2023/prc";
    let Some(lines) = read(&format!("{folder}/addBaseDocHMACCanon.json")) else { return };
    let indexes = read(&format!("{folder}/derivedGroupIndexes.json")).expect("the file");
    let (mandatory, selective) = (
        texts(&read("di-ecdsa/prCredMandatory.json").expect("the file")),
        texts(&read("di-ecdsa/prCredSelective.json").expect("the file")),
    );
    let base = case(&format!("{folder}/addSignedSDBase.json")).expect("the file");
    let whole = Whole::of(&base.secured.document, &HMAC_KEY, Naming::Mac, &terms()).expect("statements");
    assert_eq!(whole.lines, texts(&lines));
    assert_eq!(whole.grouped(&mandatory, &terms()).expect("groups").places, places(&indexes, "mandatoryIndexes"));
    let disclosed = whole.disclosed(&mandatory, &selective, &terms()).expect("disclosed");
    let adjusted = read(&format!("{folder}/derivedAdjMandatoryIndexes.json")).expect("the file");
    assert_eq!(disclosed.mandatory, places(&adjusted, "adjMandatoryIndexes"));
    let reveal = read(&format!("{folder}/derivedUnsignedReveal.json")).expect("the file");
    assert_eq!(disclosed.document.to_serde(), reveal.to_serde());
}

#[test]
fn ecdsa_sd_example() {
    let folder = "di-ecdsa/ecdsa-sd-2023/prc";
    let Some(base) = case(&format!("{folder}/addSignedSDBase.json")) else { return };
    let derived = case(&format!("{folder}/derivedRevealDocument.json")).expect("the file");
    let selective = texts(&read("di-ecdsa/prCredSelective.json").expect("the file"));
    assert_eq!(code(ecdsa_sd::check_base(&base.secured, &base.value, &base.key, &terms())), Ok(()));
    let (document, value) = ecdsa_sd::derive(&base.secured, &base.value, &selective, &terms()).expect("derived");
    assert_eq!(document.to_serde(), derived.secured.document.to_serde());
    assert_eq!(value, derived.value);
    let signed = ecdsa_sd::open(&derived.secured, &derived.value, &terms()).expect("opens");
    assert_eq!((signed.vouched.len(), wrong(&signed, &derived.key)), (6, Vec::new()));
    // Each sort of value is for its own reader.
    assert_eq!(code(ecdsa_sd::open(&base.secured, &base.value, &terms())), Err(Code::DiSelective));
    assert_eq!(code(ecdsa_sd::derive(&base.secured, &value, &selective, &terms())), Err(Code::DiSelective));
    assert_eq!(code(bbs::open(&derived.secured, &derived.value, &terms())), Err(Code::DiSelective));
    let own = multikey::own_key("z42twTcNeSYcnqg1FLuSFs2bsGH3ZqbRHFmvS9XMsYhjxvHN").expect("a key");
    let proof_key = multikey::own_key("z42tqvNGyzyXRzotAYn43UhcFtzDUVdxJ7461fwrfhBPLmfY").expect("a key");
    let secrets = ecdsa_sd::Secrets { hmac_key: Zeroizing::new(HMAC_KEY), proof_key: Box::new(proof_key) };
    let mandatory = texts(&read("di-ecdsa/prCredMandatory.json").expect("the file"));
    let value = ecdsa_sd::base_value(&base.secured, &mandatory, &own, &secrets, &terms()).expect("signed");
    assert_eq!(value.len(), base.value.len());
    assert_eq!(code(ecdsa_sd::check_base(&base.secured, &value, own.public_key(), &terms())), Ok(()));
    let (ours, theirs) = (ecdsa_sd_value::BaseValue::decode(&value), ecdsa_sd_value::BaseValue::decode(&base.value));
    let (ours, theirs) = (ours.expect("a value"), theirs.expect("a value"));
    assert_eq!(ours.proof_key, theirs.proof_key);
    let (stranger, _) = OwnKey::generate_p256().expect("a key");
    let checked = ecdsa_sd::check_base(&base.secured, &value, stranger.public_key(), &terms());
    assert_eq!(code(checked), Err(Code::SigInvalid));
}

#[test]
fn bbs_steps() {
    let pointers = |path: &str| read(path).map(|value| texts(&value));
    for (folder, mandatory, selective) in [
        ("di-bbs", "di-bbs/windMandatory.json", "di-bbs/windSelective.json"),
        ("di-bbs/prc", "di-bbs/prCredMandatory.json", "di-bbs/prCredSelective.json"),
    ] {
        let Some(lines) = read(&format!("{folder}/addBaseDocHMACCanon.json")) else { return };
        let mandatory = pointers(mandatory).expect("the file");
        let selective = pointers(selective).expect("the file");
        let base = case(&format!("{folder}/addSignedSDBase.json")).expect("the file");
        let whole = Whole::of(&base.secured.document, &HMAC_KEY, Naming::Shuffled, &terms()).expect("statements");
        assert_eq!(whole.lines, texts(&lines), "{folder}");
        let indexes = read(&format!("{folder}/derivedGroupIndexes.json")).expect("the file");
        let grouped = whole.grouped(&mandatory, &terms()).expect("groups");
        assert_eq!(grouped.places, places(&indexes, "mandatoryIndexes"), "{folder}");
        let disclosed = whole.disclosed(&mandatory, &selective, &terms()).expect("disclosed");
        let adjusted = read(&format!("{folder}/derivedAdjIndexes.json")).expect("the file");
        assert_eq!(disclosed.mandatory, places(&adjusted, "adjMandatoryIndexes"), "{folder}");
        assert_eq!(disclosed.selected, places(&adjusted, "adjSelectiveIndexes"), "{folder}");
        let reveal = read(&format!("{folder}/derivedUnsignedReveal.json")).expect("the file");
        assert_eq!(disclosed.document.to_serde(), reveal.to_serde(), "{folder}");
    }
}

/// The holder's secrets of the worked examples.
fn holder(folder: &str) -> bbs::HolderPart {
    let blind = read(&format!("{folder}/commitmentInfo.json"));
    let blind = blind.as_ref().and_then(|info| info.member("secretProverBlind")).and_then(Value::as_str).map(scalar);
    let is_bound = folder.ends_with("HB") || folder.ends_with("HolderBinding");
    let secret = "8fc6cc3f65db4ba5e3ed63fe9d2bd57a9c7df9c7f6bf2b898b308d5493b07eb6";
    let prover_nym = "5e2087638f71057ef108f83923189a71cea1f7c4b4ef69afb473c9a7074ddf49";
    bbs::HolderPart {
        holder_secret: Zeroizing::new(if is_bound { hex(secret) } else { Vec::new() }),
        blind,
        prover_nym: folder.contains("Pseudonym").then(|| scalar(prover_nym)),
        nym_domain: DOMAIN.to_vec(),
    }
}

const DOMAIN: &[u8] = b"https://car.rental.verifier.example/";
const HEADER: [u8; 4] = [0x11, 0x33, 0x77, 0xaa];

#[test]
fn bbs_examples() {
    for (folder, selective) in [
        ("di-bbs", Some("di-bbs/windSelective.json")),
        ("di-bbs/prc", Some("di-bbs/prCredSelective.json")),
        ("di-bbs/HolderBinding", None),
        ("di-bbs/Pseudonym", None),
        ("di-bbs/PseudonymHB", None),
    ] {
        let Some(base) = case(&format!("{folder}/addSignedSDBase.json")) else { return };
        let part = || if selective.is_some() { bbs::HolderPart::default() } else { holder(folder) };
        let key = base.key.bbs().expect("a BBS key");
        let checked = bbs::check_base(&base.secured, &base.value, key, &part(), &terms());
        assert_eq!(code(checked), Ok(()), "{folder}");
        let derived = case(&format!("{folder}/derivedRevealDocument.json")).expect("the file");
        let signed = bbs::open_here(&derived.secured, &derived.value, Some(DOMAIN), &terms()).expect("opens");
        assert_eq!(wrong(&signed, &derived.key), Vec::new(), "{folder}");
        // The same again, of our own making.
        let selective = match selective {
            Some(path) => texts(&read(path).expect("the file")),
            None => ["issuing_country", "driving_privileges"]
                .map(|name| format!("/credentialSubject/driversLicense/{name}"))
                .to_vec(),
        };
        let wish = bbs::Wish { selective: &selective, presentation_header: &HEADER, holder: part() };
        let (document, value) = bbs::derive(&base.secured, &base.value, &wish, &terms()).expect("derived");
        assert_eq!(document.to_serde(), derived.secured.document.to_serde(), "{folder}");
        let signed = bbs::open(&derived.secured, &value, &terms()).expect("opens");
        assert_eq!(wrong(&signed, &derived.key), Vec::new(), "{folder}");
        let (mut ours, mut theirs) = (
            bbs_value::DerivedValue::decode(&value).expect("a value"),
            bbs_value::DerivedValue::decode(&derived.value).expect("a value"),
        );
        // What may differ: the proof itself, and the domain that the examples leave out.
        for value in [&mut ours, &mut theirs] {
            value.proof.truncate(0);
            if let Bound::Pseudonym { domain, .. } = &mut value.binding {
                *domain = None;
            }
        }
        assert_eq!(ours, theirs, "{folder}");
        assert_eq!(code(bbs::open(&base.secured, &base.value, &terms())), Err(Code::DiSelective), "{folder}");
    }
}

#[test]
fn a_base_proof_of_bbs_to_the_byte() {
    for folder in ["di-bbs", "di-bbs/prc", "di-bbs/HolderBinding"] {
        let Some(base) = case(&format!("{folder}/addSignedSDBase.json")) else { return };
        let own = OwnBbsKey::from_secret(&hex("66d36e118832af4c5e28b2dfe1b9577857e57b042a33e06bdea37b811ed09ee0"));
        let info =
            folder.ends_with("Binding").then(|| read(&format!("{folder}/commitmentInfo.json")).expect("the file"));
        let commitment = info.as_ref().and_then(|info| info.member("commitmentWithProof")).and_then(Value::as_str);
        let decoded = bbs_value::BaseValue::decode(&base.value).expect("a value");
        let secrets = bbs::Secrets {
            hmac_key: Zeroizing::new(HMAC_KEY),
            feature: decoded.feature,
            commitment_with_proof: commitment.map(hex).unwrap_or_default(),
            nym_entropy: None,
        };
        let (own, pointers) = (own.expect("a key"), &decoded.mandatory_pointers);
        let value = bbs::base_value(&base.secured, pointers, &own, &secrets, &terms()).expect("signed");
        assert_eq!(value, base.value, "{folder}");
    }
}
