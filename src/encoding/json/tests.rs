//! Tests of the JSON reader.

use proptest::prelude::*;

use super::*;
use crate::limits;
use crate::reason::Code;

fn refused(text: &str) -> Code {
    decode(text.as_bytes()).unwrap_err().code()
}

#[test]
fn values_are_what_they_say() {
    let value = decode(br#" {"a": [1, -0.5, true, null, "\u00e4\n\ud83d\ude00"], "b" : {} , "": "x"} "#).unwrap();
    let items = value.member("a").unwrap().as_array().unwrap();
    assert_eq!(items[0].as_i64(), Some(1));
    assert_eq!(items[4].as_str(), Some("ä\n😀"));
    assert_eq!(value.member("").unwrap().as_str(), Some("x"));
    assert_eq!(value.member("c"), None);
    assert_eq!(value.to_serde(), serde_json::json!({"a": [1, -0.5, true, null, "ä\n😀"], "b": {}, "": "x"}));
}

#[test]
fn texts_without_escapes_are_borrowed() {
    assert!(matches!(decode(br#""abc""#).unwrap(), Value::String(Cow::Borrowed("abc"))));
}

#[test]
fn integers_are_exact_or_none() {
    for (text, integer) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-0.0e5", Some(0)),
        ("1.0", Some(1)),
        ("1e2", Some(100)),
        ("12.50E1", Some(125)),
        ("1200e-2", Some(12)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775807.0", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("1.5", None),
        ("1e-1", None),
        ("1e19", None),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("1.00000000000000000000000000000001", None),
        ("1e-99999999999999999999999", None),
    ] {
        assert_eq!(decode(text.as_bytes()).unwrap().as_i64(), integer, "{text}");
    }
}

#[test]
fn each_fault_has_its_code() {
    for (text, code) in [
        ("", Code::JsonSyntax),
        ("[1,]", Code::JsonSyntax),
        ("{\"a\":1,}", Code::JsonSyntax),
        ("01", Code::JsonSyntax),
        ("1 2", Code::JsonSyntax),
        ("nul", Code::JsonSyntax),
        ("'a'", Code::JsonSyntax),
        ("\"a\nb\"", Code::JsonSyntax),
        ("\"\\x\"", Code::JsonSyntax),
        ("\"\\u12g4\"", Code::JsonSyntax),
        ("\"abc", Code::JsonSyntax),
        ("NaN", Code::JsonSyntax),
        ("{\"a\":1,\"a\":1}", Code::JsonDuplicateKey),
        ("{\"a\":1,\"b\":2,\"\\u0061\":1}", Code::JsonDuplicateKey),
        ("[{\"x\":{\"a\":1,\"a\":2}}]", Code::JsonDuplicateKey),
        ("\u{feff}1", Code::JsonEncoding),
        ("\"\\ud800\"", Code::JsonEncoding),
        ("\"\\udc00\"", Code::JsonEncoding),
        ("\"\\ud800\\u0061\"", Code::JsonEncoding),
        ("\"\\ud800\\ud800\"", Code::JsonEncoding),
        ("1e400", Code::JsonNumberRange),
        ("-1e999999999999", Code::JsonNumberRange),
    ] {
        assert_eq!(refused(text), code, "{text:?}");
    }
    assert_eq!(decode(b"\"\xff\"").unwrap_err().code(), Code::JsonEncoding);
    assert_eq!(refused(&"9".repeat(400)), Code::JsonNumberRange);
    assert!(decode(b"1e-999999").is_ok());
}

#[test]
fn depth_and_items_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(decode(nested(limits::JSON_DEPTH).as_bytes()).is_ok());
    assert_eq!(refused(&nested(limits::JSON_DEPTH + 1)), Code::JsonDepth);
    assert_eq!(refused(&"[".repeat(100_000)), Code::JsonDepth);
    let many = |count: usize| format!("[{}]", vec!["0"; count].join(","));
    assert!(decode(many(limits::DOCUMENT_ITEMS).as_bytes()).is_ok());
    assert_eq!(refused(&many(limits::DOCUMENT_ITEMS + 1)), Code::InputTooManyItems);
}

#[test]
fn types_are_filled_and_their_faults_tell_no_secrets() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Key {
        kty: String,
        n: u32,
    }
    assert_eq!(from_slice::<Key>(br#"{"kty":"EC","n":1}"#).unwrap(), Key { kty: "EC".into(), n: 1 });
    assert_eq!(from_slice::<Key>(br#"{"kty":"EC","n":1,"n":2}"#).unwrap_err().code(), Code::JsonDuplicateKey);
    for (text, says) in [
        (r#"{"n":1}"#, "missing field `kty`"),
        (r#"{"kty":"EC","n":"secret, expected secret"}"#, "invalid type: string"),
        (r#"{"kty":"EC","n":-7777}"#, "invalid value: integer"),
        (r#"{"kty":"EC","n":1,"secret":2}"#, "unknown field"),
    ] {
        let reason = from_slice::<Key>(text.as_bytes()).unwrap_err();
        assert_eq!(reason.code(), Code::JsonSyntax);
        let shown = reason.to_string();
        assert!(shown.contains(says), "{shown}");
        assert!(!shown.contains("secret") && !shown.contains("7777") && !shown.contains("line"), "{shown}");
    }
}

/// The same numbers, however they are held: `serde_json` keeps them as texts when built together with `ssi`.
fn is_same(one: &serde_json::Value, other: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |((name, one), (also, other)): ((&String, &Value), (&String, &Value))| {
                name == also && is_same(one, other)
            };
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        (one, other) => one == other,
    }
}

/// In a build with `ssi` as in one without (`cargo test --no-default-features --lib encoding::json`).
#[test]
fn numbers_are_written_alike_in_every_build() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Whole(i64),
        Part(f64),
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        A { whole: i64, part: f64, any: serde_json::Value },
    }
    for (text, written) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("1.0", "1.0"),
        ("1e2", "100.0"),
        ("1.50E1", "15.0"),
        ("0.1", "0.1"),
        ("1e-7", "1e-7"),
        ("1e21", "1e+21"),
        ("123456789012345680000", "1.2345678901234568e+20"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "-9.223372036854776e+18"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("5e-324", "5e-324"),
    ] {
        let value = decode(text.as_bytes()).unwrap();
        assert_eq!(value.to_serde().to_string(), written, "{text}");
        assert_eq!(serde_json::to_string(&value).unwrap(), written, "{text}");
        assert_eq!(serde_json::to_value(&value).unwrap(), value.to_serde(), "{text}");
        assert_eq!(from_slice::<serde_json::Value>(text.as_bytes()).unwrap().to_string(), written, "{text}");
        // What a fresh number of the same value is equal to does not depend on how it was written.
        assert_eq!(value.to_serde(), serde_json::to_value(decode(written.as_bytes()).unwrap()).unwrap(), "{text}");
    }
    assert_eq!(refused("1e400"), Code::JsonNumberRange);
    assert_eq!(from_slice::<serde_json::Value>(b"1e400").unwrap_err().code(), Code::JsonNumberRange);
    assert_eq!(from_slice::<Either>(b"5").unwrap(), Either::Whole(5));
    assert_eq!(from_slice::<Either>(b"5.5").unwrap(), Either::Part(5.5));
    assert_eq!(from_slice::<Either>(b"1e-7").unwrap(), Either::Part(1e-7));
    assert_eq!(from_slice::<Either>(b"\"5\"").unwrap(), Either::Text("5".into()));
    let tagged = from_slice::<Tagged>(br#"{"whole":-3,"part":2.5,"any":{"a":[1e2]},"kind":"A"}"#).unwrap();
    assert_eq!(tagged, Tagged::A { whole: -3, part: 2.5, any: serde_json::json!({"a": [100.0]}) });
    // What is a number to `serde_json` in one build, and an object in another, is neither here.
    let named = br#"{"id":{"\u0024serde_json::private::Number":"5"}}"#;
    assert_eq!(from_slice::<serde_json::Value>(named).unwrap_err().code(), Code::JsonSyntax);
    assert!(decode(named).unwrap().to_serde()["id"].is_object());
    for (text, says) in [("5", "integer"), ("5.5", "floating point"), ("true", "boolean")] {
        let reason = from_slice::<String>(text.as_bytes()).unwrap_err().to_string();
        assert!(reason.contains(&format!("invalid type: {says}")), "{reason}");
    }
}

proptest! {
    #[test]
    fn we_accept_no_more_than_serde_and_agree(text in r#"[\[\]{},:"\\a-cu0-9.eE+ -]{0,24}"#) {
        if let Ok(value) = decode(text.as_bytes()) {
            #[expect(clippy::disallowed_methods, reason = "the other reader, to compare with")]
            let theirs = serde_json::from_slice::<serde_json::Value>(text.as_bytes()).unwrap();
            prop_assert!(is_same(&value.to_serde(), &theirs), "{theirs}");
        }
    }

    #[test]
    fn what_serde_writes_we_read(texts in proptest::collection::btree_map(any::<String>(), any::<(String, i64, f64)>(), 0..50)) {
        let written = serde_json::to_vec(&texts).unwrap();
        let read = decode(&written).unwrap();
        prop_assert_eq!(read.to_serde(), serde_json::to_value(&texts).unwrap());
    }

    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = decode(&bytes);
    }
}
