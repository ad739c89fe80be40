//! BBS against the worked examples of `bbs-2023` (signatures to the byte), and against changed bytes.

use std::path::PathBuf;

use zeroize::Zeroizing;

use super::committed::{Hidden, SecretScalar, commit};
use super::own::OwnBbsKey;
use super::proof::{Held, Made, prove, verify_proof};
use super::signature::verify_signature;
use super::suite;
use super::verify_key::VerifyKey;
use super::{Binding, Statements};
use crate::crypto::own_keys::{OwnKeyFault, SignFault};
use crate::encoding::json::{self, Value};
use crate::reason::{Code, Reason};

/// The issuer's key of the worked examples.
const SECRET: &str = "66d36e118832af4c5e28b2dfe1b9577857e57b042a33e06bdea37b811ed09ee0";
const PUBLIC: &str = "a4ef1afa3da575496f122b9b78b8c24761531a8a093206ae7c45b80759c168ba4f7a260f9c3367b6c019b4677841104b10665edbe70ba3ebe7d9cfbffbf71eb016f70abfbb163317f372697dc63efd21fc55764f63926a8f02eaea325a2a888f";
/// Where the pseudonyms of the worked examples hold.
const DOMAIN: &[u8] = b"https://car.rental.verifier.example/";
const HOLDER_SECRET: &str = "8fc6cc3f65db4ba5e3ed63fe9d2bd57a9c7df9c7f6bf2b898b308d5493b07eb6";
const PROVER_NYM: &str = "5e2087638f71057ef108f83923189a71cea1f7c4b4ef69afb473c9a7074ddf49";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")).collect()
}

fn secret_scalar(hex: &str) -> SecretScalar {
    SecretScalar::from_bytes(&bytes(&format!("{hex:0>64}")).try_into().expect("32 bytes")).expect("a scalar")
}

fn corpora() -> Option<PathBuf> {
    let path = std::env::var_os("VIDIMUS_CORPORA").map(|path| PathBuf::from(path).join("w3c/di-bbs"));
    let path = path.filter(|path| path.is_dir());
    if path.is_none() {
        assert!(std::env::var_os("CI").is_none(), "VIDIMUS_CORPORA is not set");
        eprintln!("skipped: VIDIMUS_CORPORA is not set");
    }
    path
}

/// One worked example.
struct Example {
    header: Vec<u8>,
    key: VerifyKey,
    signature: Vec<u8>,
    messages: Vec<Vec<u8>>,
    shown: Vec<usize>,
    proof: Vec<u8>,
    pseudonym: Option<Vec<u8>>,
}

fn read(folder: &str, file: &str) -> Option<Value<'static>> {
    let bytes = std::fs::read(corpora()?.join(folder).join(file)).expect("the file");
    Some(json::decode(Vec::leak(bytes)).expect("JSON"))
}

fn text<'a>(value: &'a Value<'_>, name: &str) -> &'a str {
    value.member(name).and_then(Value::as_str).unwrap_or_else(|| panic!("{name}"))
}

fn example(folder: &str) -> Option<Example> {
    let raw = read(folder, "addRawBaseSignatureInfo.json")?;
    let hashes = read(folder, "addHashData.json")?;
    let transform = read(folder, "addBaseTransform.json")?;
    let disclosed = read(folder, "derivedDisclosureData.json")?;
    let pairs = transform.member("nonMandatory").and_then(|map| map.member("value")).and_then(Value::as_array);
    let message = |pair: &Value<'_>| pair.as_array().expect("a pair")[1].as_str().expect("a line").as_bytes().to_vec();
    let shown = disclosed.member("adjSelectiveIndexes").and_then(Value::as_array).expect("places");
    Some(Example {
        header: bytes(&[text(&hashes, "proofHash"), text(&hashes, "mandatoryHash")].concat()),
        key: VerifyKey::from_bytes(&bytes(PUBLIC)).expect("a key"),
        signature: bytes(text(&raw, "bbsSignature")),
        messages: pairs.expect("statements").iter().map(message).collect(),
        shown: shown.iter().map(|place| usize::try_from(place.as_i64().expect("a number")).expect("a place")).collect(),
        proof: bytes(text(&disclosed, "bbsProof")),
        pseudonym: disclosed.member("pseudonym").and_then(Value::as_str).map(bytes),
    })
}

impl Example {
    fn messages(&self) -> Vec<&[u8]> {
        self.messages.iter().map(Vec::as_slice).collect()
    }

    fn statements(&self, binding: Binding) -> Statements {
        Statements {
            header: self.header.clone(),
            presentation_header: bytes("113377aa"),
            shown: self.shown.iter().map(|place| (*place, self.messages[*place].clone())).collect(),
            binding,
        }
    }

    fn held<'a>(&'a self, messages: &'a [&'a [u8]], hidden: &'a Hidden) -> Held<'a> {
        Held { key: &self.key, signature: &self.signature, header: &self.header, messages, hidden }
    }
}

fn code(result: Result<(), Reason>) -> Result<(), Code> {
    result.map_err(|reason| reason.code())
}

#[test]
fn the_base_point_is_that_of_the_draft() {
    let p1 = "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9";
    assert_eq!(suite::base_point().to_compressed().to_vec(), bytes(p1));
}

#[test]
fn baseline_example() {
    let Some(example) = example("prc") else { return };
    let own = OwnBbsKey::from_secret(&bytes(SECRET)).expect("a key");
    let messages = example.messages();
    assert_eq!(own.verify_key().as_bytes(), example.key.as_bytes());
    assert_eq!(own.sign(&example.header, &messages).expect("signed").to_vec(), example.signature);
    let made = prove(&example.held(&messages, &Hidden::Nothing), &example.shown, &bytes("113377aa")).expect("a proof");
    assert_eq!(made.proof.len(), example.proof.len());
    assert_eq!(made.statements, example.statements(Binding::None));
    for proof in [&made.proof, &example.proof] {
        assert_eq!(code(verify_proof(&example.key, proof, &made.statements)), Ok(()));
    }
}

#[test]
fn holder_binding_example() {
    let Some(example) = example("HolderBinding") else { return };
    let info = read("HolderBinding", "commitmentInfo.json").expect("the file");
    let hidden = Hidden::Secrets {
        blind: secret_scalar(text(&info, "secretProverBlind")),
        secrets: vec![Zeroizing::new(bytes(HOLDER_SECRET))],
    };
    let messages = example.messages();
    assert_eq!(code(verify_signature(&example.key, &example.signature, &example.header, &messages, &hidden)), Ok(()));
    let statements = example.statements(Binding::Secret { issuer_messages: messages.len() });
    assert_eq!(code(verify_proof(&example.key, &example.proof, &statements)), Ok(()));
    let made = prove(&example.held(&messages, &hidden), &example.shown, &bytes("113377aa")).expect("a proof");
    assert_eq!(made.statements, statements);
    assert_eq!(code(verify_proof(&example.key, &made.proof, &statements)), Ok(()));
    let own = OwnBbsKey::from_secret(&bytes(SECRET)).expect("a key");
    let commitment = bytes(text(&info, "commitmentWithProof"));
    let signature = own.sign_committed(&example.header, &messages, &commitment, None).expect("signed");
    assert_eq!(signature.to_vec(), example.signature);
}

#[test]
fn pseudonym_examples() {
    for (folder, secrets) in [("Pseudonym", vec![]), ("PseudonymHB", vec![Zeroizing::new(bytes(HOLDER_SECRET))])] {
        let Some(example) = example(folder) else { return };
        let info = read(folder, "commitmentInfo.json").expect("the file");
        let raw = read(folder, "addRawBaseSignatureInfo.json").expect("the file");
        let told = read(folder, "nymSecret.json").expect("the file");
        let nym_secret = secret_scalar(PROVER_NYM).plus(&secret_scalar(text(&raw, "signerNymEntropyHex")));
        assert_eq!(nym_secret.to_bytes(), secret_scalar(text(&told, "nymSecretHex")).to_bytes());
        let blind = secret_scalar(text(&info, "secretProverBlind"));
        let hidden = Hidden::Pseudonym { blind, secrets, nym_secret, domain: DOMAIN.to_vec() };
        let messages = example.messages();
        let answer = verify_signature(&example.key, &example.signature, &example.header, &messages, &hidden);
        assert_eq!(code(answer), Ok(()), "{folder}");
        let own = OwnBbsKey::from_secret(&bytes(SECRET)).expect("a key");
        let (entropy, commitment) =
            (secret_scalar(text(&raw, "signerNymEntropyHex")), bytes(text(&info, "commitmentWithProof")));
        let signature = own.sign_committed(&example.header, &messages, &commitment, Some(&entropy)).expect("signed");
        assert_eq!(signature.to_vec(), example.signature, "{folder}");
        let made = prove(&example.held(&messages, &hidden), &example.shown, &bytes("113377aa")).expect("a proof");
        let statements = example.statements(Binding::Pseudonym {
            issuer_messages: messages.len(),
            domain: DOMAIN.to_vec(),
            pseudonym: example.pseudonym.clone().expect("a pseudonym"),
        });
        assert_eq!(made.statements, statements, "{folder}");
        assert_eq!(code(verify_proof(&example.key, &made.proof, &statements)), Ok(()), "{folder}");
        assert_eq!(code(verify_proof(&example.key, &example.proof, &statements)), Ok(()), "{folder}");
    }
}

/// A key, a header and five messages of our own, signed.
fn signed() -> (OwnBbsKey, Vec<&'static [u8]>, Vec<u8>) {
    let own = OwnBbsKey::generate().expect("a key");
    let messages: Vec<&[u8]> = vec![b"one", b"two", b"three", b"", b"five"];
    let signature = own.sign(b"header", &messages).expect("signed").to_vec();
    (own, messages, signature)
}

#[test]
fn whoever_shows_something_else_is_refused() {
    let (own, messages, signature) = signed();
    let key = own.verify_key();
    let held = Held { key, signature: &signature, header: b"header", messages: &messages, hidden: &Hidden::Nothing };
    for shown in [&[][..], &[0], &[1, 3], &[0, 1, 2, 3, 4]] {
        let made = prove(&held, shown, b"nonce").expect("a proof");
        assert_eq!(made.proof.len(), 272 + 32 * (5 - shown.len()));
        assert_eq!(code(verify_proof(key, &made.proof, &made.statements)), Ok(()), "{shown:?}");
    }
    let Made { proof, statements } = prove(&held, &[1, 3], b"nonce").expect("a proof");
    let with = |change: &dyn Fn(&mut Statements)| {
        let mut changed = statements.clone();
        change(&mut changed);
        code(verify_proof(key, &proof, &changed))
    };
    assert_eq!(with(&|s| s.header = b"other".to_vec()), Err(Code::SigInvalid));
    assert_eq!(with(&|s| s.presentation_header = Vec::new()), Err(Code::SigInvalid));
    assert_eq!(with(&|s| s.shown[0].1 = b"twO".to_vec()), Err(Code::SigInvalid));
    assert_eq!(with(&|s| s.shown[0].0 = 2), Err(Code::SigInvalid));
    assert_eq!(with(&|s| drop(s.shown.pop())), Err(Code::SigInvalid));
    assert_eq!(with(&|s| s.shown.push((4, b"five".to_vec()))), Err(Code::SigInvalid));
    assert_eq!(with(&|s| s.binding = Binding::Secret { issuer_messages: 4 }), Err(Code::SigEncoding));
    assert_eq!(with(&|s| s.shown.swap(0, 1)), Err(Code::SigEncoding));
    assert_eq!(with(&|s| s.shown[1].0 = 5), Err(Code::SigEncoding));
    assert_eq!(with(&|s| s.shown[1].0 = 1), Err(Code::SigEncoding));
    assert_eq!(with(&|s| s.binding = Binding::Secret { issuer_messages: 5 }), Err(Code::SigEncoding));
    assert_eq!(with(&|s| s.binding = Binding::Secret { issuer_messages: usize::MAX }), Err(Code::SigEncoding));
    let other = OwnBbsKey::generate().expect("a key");
    assert_eq!(code(verify_proof(other.verify_key(), &proof, &statements)), Err(Code::SigInvalid));
}

#[test]
fn no_changed_byte_of_a_proof_passes() {
    let (own, messages, signature) = signed();
    let key = own.verify_key();
    let held = Held { key, signature: &signature, header: b"header", messages: &messages, hidden: &Hidden::Nothing };
    let Made { proof, statements } = prove(&held, &[0, 1, 2], b"").expect("a proof");
    for at in (0..proof.len()).step_by(7).chain([0, 47, 48, 96, 144, 176, proof.len() - 1]) {
        let mut changed = proof.clone();
        changed[at] ^= 1;
        let answer = code(verify_proof(key, &changed, &statements));
        assert!(matches!(answer, Err(Code::SigInvalid | Code::SigEncoding)), "{at}: {answer:?}");
    }
    let mut identity = vec![0; 48];
    identity[0] = 0xc0;
    let malformed = [
        Vec::new(),
        proof[..proof.len() - 1].to_vec(),
        proof[..240].to_vec(),
        [proof.as_slice(), &[0]].concat(),
        // The neutral element in each of the three places, a scalar that is zero, one that is the order of the group.
        [&identity, &proof[48..]].concat(),
        [&proof[..48], &identity, &proof[96..]].concat(),
        [&proof[..96], &identity, &proof[144..]].concat(),
        [&proof[..144], &[0; 32], &proof[176..]].concat(),
        [&proof[..144], &bytes("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"), &proof[176..]]
            .concat(),
        vec![0xff; 272 + 32 * 2000],
    ];
    for changed in malformed {
        assert_eq!(code(verify_proof(key, &changed, &statements)), Err(Code::SigEncoding), "{}", changed.len());
    }
}

#[test]
fn keys_are_points_of_the_group() {
    let own = OwnBbsKey::generate().expect("a key");
    let sound = own.verify_key().as_bytes();
    assert!(VerifyKey::from_bytes(sound).is_ok());
    let mut identity = vec![0; 96];
    identity[0] = 0xc0;
    let mut off = sound.to_vec();
    off[95] ^= 1;
    // x = 2 gives a point of the curve over the extended field that is outside the group, or no point: refused either way.
    let mut small = vec![0; 96];
    (small[0], small[95]) = (0x80, 2);
    for wrong in [Vec::new(), sound[..95].to_vec(), vec![0; 96], identity, off, small] {
        let answer = VerifyKey::from_bytes(&wrong).map(|_| ()).map_err(|reason| reason.code());
        assert_eq!(answer, Err(Code::KeyInvalidPoint), "{wrong:x?}");
    }
    let order = bytes("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
    for wrong in [vec![0; 32], order, vec![0xff; 32], vec![1; 31]] {
        assert_eq!(OwnBbsKey::from_secret(&wrong).err(), Some(OwnKeyFault::Unsupported));
    }
    assert_eq!(own.public_key().bls12381_g2_bytes(), Some(&sound[..]));
    assert_eq!(format!("{own:?}"), format!("OwnBbsKey({:?})", own.public_key()));
}

#[test]
fn an_issuer_signs_only_what_the_holder_knows() {
    let own = OwnBbsKey::generate().expect("a key");
    let committed = commit(&[b"secret"], None).expect("a commitment");
    let messages: Vec<&[u8]> = vec![b"one", b"two"];
    let signature = own.sign_committed(b"header", &messages, &committed.commitment_with_proof, None).expect("signed");
    let hidden = |secret: &[u8]| Hidden::Secrets {
        blind: SecretScalar::from_bytes(&committed.blind.to_bytes()).expect("a scalar"),
        secrets: vec![Zeroizing::new(secret.to_vec())],
    };
    let verify =
        |secret: &[u8]| code(verify_signature(own.verify_key(), &signature, b"header", &messages, &hidden(secret)));
    assert_eq!(verify(b"secret"), Ok(()));
    assert_eq!(verify(b"other"), Err(Code::SigInvalid));
    for at in [0, 50, 90, committed.commitment_with_proof.len() - 1] {
        let mut changed = committed.commitment_with_proof.clone();
        changed[at] ^= 1;
        assert_eq!(own.sign_committed(b"header", &messages, &changed, None).err(), Some(SignFault::Refused), "{at}");
    }
    let entropy = SecretScalar::random();
    let for_nyms = own.sign_committed(b"header", &messages, &committed.commitment_with_proof, Some(&entropy));
    assert_eq!(for_nyms.err(), Some(SignFault::Refused), "a commitment of another interface");
    let held = Held {
        key: own.verify_key(),
        signature: &signature,
        header: b"header",
        messages: &messages,
        hidden: &hidden(b"other"),
    };
    let made = prove(&held, &[0], b"").expect("a proof of nothing");
    assert_eq!(code(verify_proof(own.verify_key(), &made.proof, &made.statements)), Err(Code::SigInvalid));
}

#[test]
fn a_pseudonym_holds_in_its_domain_only() {
    let own = OwnBbsKey::generate().expect("a key");
    let prover = SecretScalar::random();
    let entropy = SecretScalar::random();
    let committed = commit(&[], Some(&prover)).expect("a commitment");
    let messages: Vec<&[u8]> = vec![b"one", b"two"];
    let signature =
        own.sign_committed(b"header", &messages, &committed.commitment_with_proof, Some(&entropy)).expect("signed");
    let made = |domain: &[u8]| {
        let blind = SecretScalar::from_bytes(&committed.blind.to_bytes()).expect("a scalar");
        let hidden = Hidden::Pseudonym {
            blind,
            secrets: Vec::new(),
            nym_secret: prover.plus(&entropy),
            domain: domain.to_vec(),
        };
        let held = Held {
            key: own.verify_key(),
            signature: &signature,
            header: b"header",
            messages: &messages,
            hidden: &hidden,
        };
        prove(&held, &[1], b"nonce").expect("a proof")
    };
    let (here, again, there) = (made(b"here"), made(b"here"), made(b"there"));
    for each in [&here, &again, &there] {
        assert_eq!(code(verify_proof(own.verify_key(), &each.proof, &each.statements)), Ok(()));
    }
    let pseudonym = |made: &Made| match &made.statements.binding {
        Binding::Pseudonym { pseudonym, .. } => pseudonym.clone(),
        _ => panic!("no pseudonym"),
    };
    assert_eq!(pseudonym(&here), pseudonym(&again));
    assert_ne!(pseudonym(&here), pseudonym(&there));
    assert_eq!(code(verify_proof(own.verify_key(), &here.proof, &there.statements)), Err(Code::SigInvalid));
    let mut swapped = here.statements.clone();
    swapped.binding = match there.statements.binding {
        Binding::Pseudonym { pseudonym, .. } => {
            Binding::Pseudonym { issuer_messages: 2, domain: b"here".to_vec(), pseudonym }
        }
        other => other,
    };
    assert_eq!(code(verify_proof(own.verify_key(), &here.proof, &swapped)), Err(Code::SigInvalid));
}

#[test]
fn the_cap_on_messages_holds() {
    let own = OwnBbsKey::generate().expect("a key");
    let many: Vec<&[u8]> = vec![b"m"; crate::limits::BBS_MESSAGES + 1];
    assert_eq!(own.sign(b"", &many).err(), Some(SignFault::Refused));
    let statements = Statements { shown: (0..2000).map(|at| (at, Vec::new())).collect(), ..Statements::default() };
    let (key, messages, signature) = signed();
    let held = Held {
        key: key.verify_key(),
        signature: &signature,
        header: b"header",
        messages: &messages,
        hidden: &Hidden::Nothing,
    };
    let made = prove(&held, &[], b"").expect("a proof");
    assert_eq!(code(verify_proof(key.verify_key(), &made.proof, &statements)), Err(Code::SigEncoding));
}

/// How long a proof takes, apart from reading documents: `cargo test --release --lib bbs::tests::timing -- --ignored --nocapture`.
#[test]
#[ignore = "measures, and says nothing of right or wrong"]
fn timing() {
    use std::time::Instant;
    let own = OwnBbsKey::generate().expect("a key");
    for count in [10, 20, 40] {
        let texts: Vec<String> = (0..count).map(|at| format!("_:b0 <urn:p> \"{at}\" .\n")).collect();
        let messages: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let signature = own.sign(b"header", &messages).expect("signed");
        let held = Held {
            key: own.verify_key(),
            signature: &signature,
            header: b"header",
            messages: &messages,
            hidden: &Hidden::Nothing,
        };
        let shown: Vec<usize> = (0..count).step_by(2).collect();
        let start = Instant::now();
        let rounds = 20;
        let mut made = None;
        for _ in 0..rounds {
            made = Some(prove(&held, &shown, b"").expect("a proof"));
        }
        let made = made.expect("a proof");
        let proving = start.elapsed() / rounds;
        let start = Instant::now();
        for _ in 0..rounds {
            verify_proof(own.verify_key(), &made.proof, &made.statements).expect("right");
        }
        println!("{count} statements: prove {proving:?}, verify {:?}", start.elapsed() / rounds);
    }
}
