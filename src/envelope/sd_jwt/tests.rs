use super::*;

fn encoded(json: &str) -> String {
    base64url::encode(json.as_bytes())
}

fn processed(payload: &str, disclosures: &[&str]) -> Result<(String, Vec<Code>), Code> {
    let done = process(payload.as_bytes(), disclosures).map_err(|reason| reason.code())?;
    Ok((String::from_utf8(done.payload).unwrap(), done.faults.iter().map(Reason::code).collect()))
}

#[test]
fn parts() {
    let sd_jwt = SdJwt::split("a.b.c~d~e~f.g.h").unwrap();
    assert_eq!((sd_jwt.jwt, sd_jwt.presented, sd_jwt.key_binding), ("a.b.c", "a.b.c~d~e~", Some("f.g.h")));
    assert_eq!(sd_jwt.disclosures, ["d", "e"]);
    let bare = SdJwt::split("a.b.c~").unwrap();
    assert_eq!((bare.jwt, bare.presented, bare.key_binding, bare.disclosures.len()), ("a.b.c", "a.b.c~", None, 0));
    for text in ["", "a.b.c", "~", "a.b.c~~", "a.b.c~d", "a.b.c~d~~", "~d~"] {
        assert_eq!(SdJwt::split(text).unwrap_err().code(), Code::SdjwtFormat, "{text:?}");
    }
    assert_eq!(SdJwt::split(r#"{"payload":"~"}"#).unwrap_err().code(), Code::JoseSerialization);
    let many = format!("a.b.c{}~", "~d".repeat(limits::DISCLOSURES_READ + 1));
    assert_eq!(SdJwt::split(&many).unwrap_err().code(), Code::InputTooManyItems);
    assert!(SdJwt::split(&format!("a.b.c{}~", "~d".repeat(limits::DISCLOSURES_READ))).is_ok());
}

/// The disclosures and digests that RFC 9901, 4.2 computes.
#[test]
fn digests_of_the_rfc() {
    let member = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
    let element = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0";
    assert_eq!(digest(Hash::Sha256, member), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    assert_eq!(digest(Hash::Sha256, element), "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs");
    let payload = format!(
        r#"{{"_sd":["{}"],"n":["DE",{{"...":"{}"}},{{"...":"decoy"}}]}}"#,
        digest(Hash::Sha256, member),
        digest(Hash::Sha256, element)
    );
    let done = process(payload.as_bytes(), &[member, element]).unwrap();
    assert_eq!(std::str::from_utf8(&done.payload).unwrap(), r#"{"n":["DE","FR"],"family_name":"Möbius"}"#);
    assert_eq!(done.selection.disclosed, ["/n/1", "/family_name"]);
    let hidden = processed(&payload, &[]).unwrap();
    assert_eq!(hidden, (r#"{"n":["DE"]}"#.to_owned(), vec![]));
}

#[test]
fn disclosures_inside_disclosures() {
    for (name, hash) in [("sha-256", Hash::Sha256), ("sha-384", Hash::Sha384), ("sha-512", Hash::Sha512)] {
        let inner = encoded(r#"["s","city",1.50]"#);
        let outer = encoded(&format!(r#"["s","address",{{"_sd":["{}"],"a/b~":[]}}]"#, digest(hash, &inner)));
        let payload = format!(r#"{{"_sd_alg":"{name}","_sd":["{}"]}}"#, digest(hash, &outer));
        let done = process(payload.as_bytes(), &[&inner, &outer]).unwrap();
        assert_eq!(std::str::from_utf8(&done.payload).unwrap(), r#"{"address":{"a/b~":[],"city":1.50}}"#);
        assert_eq!(done.selection.disclosed, ["/address", "/address/city"]);
        // Without the outer one the inner one has nobody who asks for it.
        let alone = processed(&payload, &[&inner]).unwrap();
        assert_eq!(alone, ("{}".to_owned(), vec![Code::SdjwtDisclosureUnreferenced]));
    }
}

#[test]
fn broken_rules_of_digests() {
    let member = encoded(r#"["s","name",1]"#);
    let element = encoded(r#"["s",1]"#);
    let of = |text: &str| digest(Hash::Sha256, text);
    let sd = |digests: &[&str], rest: &str| {
        let quoted: Vec<String> = digests.iter().map(|digest| format!("\"{digest}\"")).collect();
        format!(r#"{{"_sd":[{}]{rest}}}"#, quoted.join(","))
    };
    let reserved = ["_sd", "...", "_sd_alg"].map(|name| encoded(&format!(r#"["s","{name}",1]"#)));
    for (payload, disclosures, code) in [
        (sd(&[&of(&member)], r#","name":2"#), vec![&*member], Code::SdjwtClaimCollision),
        (sd(&["a", "a"], ""), vec![], Code::SdjwtDigestDuplicate),
        (sd(&["a"], r#","b":[{"...":"a"}]"#), vec![], Code::SdjwtDigestDuplicate),
        (sd(&[&of(&member)], ""), vec![&*member, &*member], Code::SdjwtDisclosureDuplicate),
        (sd(&[&of(&element)], ""), vec![&*element], Code::SdjwtDisclosureShape),
        (format!(r#"{{"a":[{{"...":"{}"}}]}}"#, of(&member)), vec![&*member], Code::SdjwtDisclosureShape),
        ("{}".to_owned(), vec![&*member], Code::SdjwtDisclosureUnreferenced),
        (sd(&[&of(&reserved[0])], ""), vec![&*reserved[0]], Code::SdjwtReservedName),
        (sd(&[&of(&reserved[1])], ""), vec![&*reserved[1]], Code::SdjwtReservedName),
        (sd(&[&of(&reserved[2])], ""), vec![&*reserved[2]], Code::SdjwtReservedName),
    ] {
        let (text, faults) = processed(&payload, &disclosures).unwrap();
        assert_eq!(faults, [code], "{payload}");
        assert!(!text.contains("_sd") && !text.contains("..."), "{text}");
    }
}

#[test]
fn broken_shapes() {
    for payload in [
        r#"{"_sd":{}}"#,
        r#"{"_sd":[1]}"#,
        r#"{"_sd":[["a"]]}"#,
        r#"{"a":[{"...":"a","x":1}]}"#,
        r#"{"a":[{"...":1}]}"#,
        r#"{"a":{"...":"a"}}"#,
    ] {
        assert_eq!(processed(payload, &[]).unwrap_err(), Code::SdjwtStructure, "{payload}");
    }
    for payload in [r#"{"_sd_alg":"md5"}"#, r#"{"_sd_alg":1}"#, r#"{"_sd_alg":null}"#, r#"{"a":{"_sd_alg":"sha-256"}}"#]
    {
        assert_eq!(processed(payload, &[]).unwrap_err(), Code::SdjwtSdAlg, "{payload}");
    }
    for bad in ["", "{}", "[1", r#"["s",{"a":1,"a":2}]"#, r#"["s",1]x"#] {
        assert_eq!(processed("{}", &[&encoded(bad)]).unwrap_err(), Code::SdjwtDisclosureMalformed, "{bad}");
    }
    assert_eq!(processed("{}", &["W10="]).unwrap_err(), Code::SdjwtDisclosureMalformed);
    let deep = format!(r#"["s",{}]"#, "[".repeat(100));
    assert_eq!(processed("{}", &[&encoded(&deep)]).unwrap_err(), Code::JsonDepth);
    for bad in ["[]", r#"["s"]"#, r#"["s","n",1,2]"#, "[1,2]", r#"["s",1,2]"#, r#"[1,"n",2]"#] {
        assert_eq!(processed("{}", &[&encoded(bad)]).unwrap_err(), Code::SdjwtDisclosureMalformed, "{bad}");
    }
    assert_eq!(processed("[]", &[]).unwrap_err(), Code::JosePayloadType);
}

#[test]
fn nesting_is_bounded_across_disclosures() {
    let chain = |length: usize| {
        let mut disclosures = vec![encoded(r#"["s","n",1]"#)];
        for at in 1..length {
            disclosures
                .push(encoded(&format!(r#"["s","n",{{"_sd":["{}"]}}]"#, digest(Hash::Sha256, &disclosures[at - 1]))));
        }
        let payload = format!(r#"{{"_sd":["{}"]}}"#, digest(Hash::Sha256, &disclosures[length - 1]));
        let texts: Vec<&str> = disclosures.iter().map(String::as_str).collect();
        processed(&payload, &texts).map(|(text, faults)| (json::decode(text.as_bytes()).is_ok(), faults))
    };
    assert_eq!(chain(limits::DISCLOSURE_DEPTH), Ok((true, vec![])));
    assert_eq!(chain(limits::DISCLOSURE_DEPTH + 1), Err(Code::SdjwtDepth));
    assert_eq!(chain(limits::DISCLOSURES + 1), Err(Code::SdjwtDepth));
    // Few disclosures, each of them deep.
    let half = limits::JSON_DEPTH / 2;
    let inner = encoded(&format!(r#"["s","n",{}1{}]"#, "[".repeat(half), "]".repeat(half)));
    let digest_of_inner = digest(Hash::Sha256, &inner);
    let payload = |arrays: usize| {
        format!(r#"{{"a":{}{{"_sd":["{digest_of_inner}"]}}{}}}"#, "[".repeat(arrays), "]".repeat(arrays))
    };
    assert!(processed(&payload(half - 3), &[&inner]).is_ok());
    assert_eq!(processed(&payload(half), &[&inner]).unwrap_err(), Code::JsonDepth);
}

#[test]
fn too_many_disclosures_are_a_fault() {
    let disclosures: Vec<String> =
        (0..=limits::DISCLOSURES).map(|at| encoded(&format!(r#"["s","n{at}",1]"#))).collect();
    let digests: Vec<String> = disclosures.iter().map(|text| format!("\"{}\"", digest(Hash::Sha256, text))).collect();
    let texts: Vec<&str> = disclosures.iter().map(String::as_str).collect();
    let faults =
        |count: usize| processed(&format!(r#"{{"_sd":[{}]}}"#, digests[..count].join(",")), &texts[..count]).unwrap().1;
    assert_eq!(faults(limits::DISCLOSURES), []);
    assert_eq!(faults(limits::DISCLOSURES + 1), [Code::InputTooManyItems]);
}

#[test]
fn arrays_that_came_shorter_tell_the_places_of_their_elements() {
    let element = |text: &str| encoded(&format!(r#"["s",{text}]"#));
    let (first, member) = (element(r#"["x"]"#), encoded(r#"["s","n",1]"#));
    let dots = |text: &str| format!(r#"{{"...":"{}"}}"#, digest(Hash::Sha256, text));
    let away = dots(&element(r#""concealed""#));
    let payload =
        format!(r#"{{"a":[{away},"1",{},[{},"y"],{}],"b":["0","1"]}}"#, dots(&first), dots("other"), dots(&member));
    let done = process(payload.as_bytes(), &[&first, &member]).unwrap();
    assert_eq!(String::from_utf8(done.payload).unwrap(), r#"{"a":["1",["x"],["y"]],"b":["0","1"]}"#);
    assert_eq!(done.selection.places, [("/a/2".to_owned(), vec![1]), ("/a".to_owned(), vec![1, 2, 3])]);
}
