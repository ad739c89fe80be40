//! VICALs made after the standard, with one thing wrong each.

use super::*;
use crate::crypto::own_keys::Signer;
use crate::envelope::cose::sig_structure;
use crate::trust::list_sample::{Made, NOW, authority, problems, signed_by, signer, taken, unchecked};

const SIGNER: &[u64] = &[1, 0, 18013, 5, 1, 8];

fn text(text: &str) -> Value<'static> {
    Value::from(text.to_owned().leak() as &str)
}

fn bytes(bytes: &[u8]) -> Value<'static> {
    Value::Bytes(bytes.to_vec().into())
}

fn tdate(time: Timestamp) -> Value<'static> {
    Value::Tag(0, Box::new(text(&time.to_string())))
}

fn info(made: &Made) -> Vec<(Value<'static>, Value<'static>)> {
    let certificate = made.certificate();
    vec![
        (text("certificate"), bytes(&made.der)),
        (text("serialNumber"), Value::Tag(2, Box::new(bytes(&[7; 20])))),
        (text("ski"), bytes(certificate.subject_key_id().unwrap_or_default())),
        (text("docType"), Value::Array(vec![text("org.iso.18013.5.1.mDL")])),
        (text("issuingAuthority"), text(&certificate.subject_text())),
        (text("issuingCountry"), text("UT")),
        (text("notBefore"), tdate(certificate.not_before())),
        (text("notAfter"), tdate(certificate.not_after())),
    ]
}

fn set(pairs: &mut Vec<(Value<'static>, Value<'static>)>, name: &str, value: Value<'static>) {
    pairs.retain(|(key, _)| key.as_text() != Some(name));
    pairs.push((text(name), value));
}

fn list(infos: Vec<Vec<(Value<'static>, Value<'static>)>>) -> Vec<(Value<'static>, Value<'static>)> {
    vec![
        (text("version"), text("1.0")),
        (text("vicalProvider"), text("Utopia")),
        (text("date"), tdate(NOW.plus(-100))),
        (text("vicalIssueID"), Value::Unsigned(1)),
        (text("nextUpdate"), tdate(NOW.plus(86_400))),
        (text("certificateInfos"), Value::Array(infos.into_iter().map(Value::Map).collect())),
    ]
}

fn signed(list: Vec<(Value<'static>, Value<'static>)>, by: &Made, is_tagged: bool) -> Vec<u8> {
    let payload = cbor::encode(&Value::Map(list));
    let protected = cbor::encode(&Value::Map(vec![(1.into(), (-7).into())]));
    let signature = by.key().sign(&sig_structure(&protected, &payload)).unwrap();
    let chain = Value::Map(vec![(33.into(), bytes(&by.der))]);
    let message = Value::Array(vec![bytes(&protected), chain, bytes(&payload), bytes(&signature)]);
    cbor::encode(&if is_tagged { Value::Tag(18, Box::new(message)) } else { message })
}

fn code(result: Result<Import, ImportFault>) -> &'static str {
    match result {
        Ok(_) => "taken",
        Err(ImportFault::Option(_)) => "option",
        Err(ImportFault::Content(reason)) => reason.code().as_str(),
    }
}

#[test]
fn a_signed_list() {
    let root = authority("VICAL root");
    let by = signer("VICAL signer", Some(SIGNER), &root);
    let (one, two) = (authority("One"), authority("Two"));
    for is_tagged in [false, true] {
        let file = signed(list(vec![info(&one), info(&two), info(&one)]), &by, is_tagged);
        assert!(takes(&file));
        let import = read(&file, &signed_by(&[&root])).unwrap();
        assert_eq!(problems(&import), []);
        let due = |made: &Made| (made.base64(), vec!["mdoc".to_owned()], vec!["org.iso.18013.5.1.mDL".to_owned()]);
        let mut all = vec![due(&one), due(&two)];
        all.sort();
        assert_eq!(taken(&import), all);
        assert_eq!(import.counts.total_left_out(), 1);
        // The signer itself may be named.
        assert_eq!(code(read(&file, &signed_by(&[&by]))), "taken");
        assert_eq!(code(read(&file, &unchecked())), "taken");
    }
}

#[test]
fn a_list_by_somebody_else() {
    let root = authority("VICAL root");
    let by = signer("VICAL signer", Some(SIGNER), &root);
    let infos = || list(vec![info(&authority("One"))]);
    let file = signed(infos(), &by, false);
    let told = |file: &[u8], options: &Options| code(read(file, options));
    assert_eq!(told(&file, &Options { imported_at: NOW, ..Options::default() }), "option");
    assert_eq!(told(&file, &signed_by(&[&authority("VICAL root")])), "x509.untrusted_root");
    let stranger = signer("VICAL signer", Some(SIGNER), &authority("VICAL root"));
    assert_eq!(told(&signed(infos(), &stranger, false), &signed_by(&[&root])), "x509.untrusted_root");
    let for_else = signer("Documents", Some(&[1, 0, 18013, 5, 1, 2]), &root);
    assert_eq!(told(&signed(infos(), &for_else, false), &signed_by(&[&root])), "x509.eku_purpose");
    assert_eq!(told(&signed(infos(), &signer("Any", None, &root), false), &signed_by(&[&root])), "x509.eku_purpose");
    let late = Options { imported_at: Timestamp::from_rfc3339("2031-01-01T00:00:00Z").unwrap(), ..signed_by(&[&root]) };
    assert_eq!(told(&file, &late), "x509.expired");
    for at in [40, file.len() - 1] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert_ne!(told(&changed, &signed_by(&[&root])), "taken");
    }
    let mut other = file.clone();
    *other.last_mut().unwrap() ^= 1;
    assert_eq!(told(&other, &signed_by(&[&root])), "sig.invalid");
}

#[test]
fn lists_that_are_none() {
    let root = authority("VICAL root");
    let by = signer("VICAL signer", Some(SIGNER), &root);
    let with = |name: &str, value| {
        let mut list = list(vec![info(&authority("One"))]);
        set(&mut list, name, value);
        code(read(&signed(list, &by, false), &signed_by(&[&root])))
    };
    assert_eq!(with("version", text("2.0")), "cose.payload");
    assert_eq!(with("date", text("today")), "cose.payload");
    assert_eq!(with("date", tdate(NOW.plus(1))), "time.not_yet_valid");
    assert_eq!(with("certificateInfos", Value::Null), "cose.payload");
    assert_eq!(with("nextUpdate", tdate(NOW.plus(-1))), "taken");
    assert!(!takes(b"\x84") && !takes(b"{}") && !takes(b""));
}

/// Each faulty entry is named, and the rest counts.
#[test]
fn faulty_entries() {
    let root = authority("VICAL root");
    let by = signer("VICAL signer", Some(SIGNER), &root);
    let one = authority("One");
    let with = |name: &str, value| {
        let mut info = info(&one);
        set(&mut info, name, value);
        info
    };
    let infos = vec![
        info(&one),
        with("certificate", bytes(b"no certificate")),
        with("ski", bytes(b"another")),
        with("docType", Value::Array(vec![])),
        with("issuingCountry", text("XX")),
        info(&signer("No authority", None, &one)),
        with("certificate", Value::Null),
    ];
    let import = read(&signed(list(infos), &by, false), &signed_by(&[&root])).unwrap();
    let codes: Vec<_> = problems(&import).into_iter().map(|(_, code)| code).collect();
    let malformed = "x509.malformed";
    assert_eq!(codes, [malformed, malformed, "cose.payload", malformed, "x509.not_a_ca", "cose.payload"]);
    assert!(import.problems.iter().all(|problem| problem.entry.starts_with("certificate ")));
    assert_eq!(taken(&import).len(), 1);
    // What the list says of a certificate's times is not what counts.
    let import = read(&signed(list(vec![with("notBefore", tdate(NOW))]), &by, false), &signed_by(&[&root])).unwrap();
    assert!(taken(&import).len() == 1 && import.notes.iter().any(|note| note.contains("other times")));
}
