//! Tests of the CBOR reader and writer.

use proptest::prelude::*;

use super::*;
use crate::limits;
use crate::reason::Code;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn refused(text: &str) -> Code {
    decode(&hex(text)).unwrap_err().code()
}

#[test]
fn the_examples_of_appendix_a_come_back() {
    for text in [
        "00",
        "17",
        "1818",
        "1903e8",
        "1a000f4240",
        "1bffffffffffffffff",
        "3bffffffffffffffff",
        "20",
        "3903e7",
        "f90000",
        "f98000",
        "f93c00",
        "fb3ff199999999999a",
        "f93e00",
        "f97bff",
        "fa47c35000",
        "fa7f7fffff",
        "fb7e37e43c8800759c",
        "f90001",
        "f90400",
        "f9c400",
        "fbc010666666666666",
        "f97c00",
        "f97e00",
        "f9fc00",
        "f4",
        "f5",
        "f6",
        "f7",
        "f0",
        "f8ff",
        "c11a514b67b0",
        "d74401020304",
        "d818456449455446",
        "40",
        "4401020304",
        "60",
        "6449455446",
        "62c3bc",
        "80",
        "83010203",
        "8301820203820405",
        "a0",
        "a201020304",
        "a26161016162820203",
        "f903ff",
        "f98001",
        "fa33000000",
    ] {
        let bytes = hex(text);
        let value = decode(&bytes).unwrap();
        assert_eq!(encode(&value), bytes, "{text}: {value:?}");
    }
}

#[test]
fn halves_have_their_values() {
    for (text, float) in [
        ("f90001", 5.960464477539063e-8),
        ("f903ff", 6.097555160522461e-5),
        ("f90400", 6.103515625e-5),
        ("f97bff", 65504.0),
        ("f9c400", -4.0),
        ("fa47c35000", 100_000.0),
    ] {
        assert_eq!(decode(&hex(text)).unwrap(), Value::Float(float), "{text}");
    }
}

#[test]
fn indefinite_items_are_joined() {
    assert_eq!(decode(&hex("5f42010243030405ff")).unwrap().as_bytes(), Some(&[1, 2, 3, 4, 5][..]));
    assert_eq!(decode(&hex("7f657374726561646d696e67ff")).unwrap().as_text(), Some("streaming"));
    assert_eq!(decode(&hex("9f018202039f0405ffff")).unwrap().as_array().unwrap().len(), 3);
    assert_eq!(decode(&hex("bf6346756ef563416d7421ff")).unwrap().entry_text("Amt").unwrap().as_i64(), Some(-2));
    // A character cut in two by the chunks is no text.
    assert_eq!(refused("7f61c361bcff"), Code::CborUtf8);
}

#[test]
fn twins_are_found_however_they_are_written() {
    for text in ["a201000100", "a20100180100", "a22600380600", "bf61610078016100ff", "a241010058010100"] {
        assert_eq!(refused(text), Code::CborDuplicateKey, "{text}");
    }
    // 1.0 in two widths; maps in two orders; a bignum and its integer.
    assert_eq!(refused("a2f93c0000fa3f80000000"), Code::CborDuplicateKey);
    assert_eq!(refused("a2a20102030400a20304010200"), Code::CborDuplicateKey);
    assert_eq!(refused("a2c241010001f6"), Code::CborDuplicateKey);
    // The integer 1, the text "1", the bytes "1" and -2 are four keys.
    assert!(decode(&hex("a401006131004131002100")).is_ok());
    let many = |last: u16| {
        let mut bytes = vec![0xb9, 0x10, 0x00];
        for key in (0..4095).chain([last]) {
            bytes.extend([0x19]);
            bytes.extend(key.to_be_bytes());
            bytes.push(0xf6);
        }
        decode(&bytes).map(|_| ()).map_err(|reason| reason.code())
    };
    assert_eq!(many(4095), Ok(()));
    assert_eq!(many(17), Err(Code::CborDuplicateKey));
}

#[test]
fn numbers_and_tags_beyond_us_are_refused() {
    assert_eq!(decode(&hex("c2480000000000000001")).unwrap(), Value::Unsigned(1));
    assert_eq!(decode(&hex("c34100")).unwrap(), Value::Negative(0));
    assert_eq!(decode(&hex("c24a0000ffffffffffffffff")).unwrap(), Value::Unsigned(u64::MAX));
    assert_eq!(refused("c249010000000000000000"), Code::CborNumberRange);
    assert_eq!(refused("c48221196ab3"), Code::CborNumberRange);
    assert_eq!(refused("c201"), Code::CborType);
    for text in ["d81c80", "d81d00", "d81900", "d9010080"] {
        assert_eq!(refused(text), Code::CborTagUnsupported, "{text}");
    }
    assert_eq!(decode(&[0x1b, 255, 255, 255, 255, 255, 255, 255, 255]).unwrap().as_i64(), None);
    assert_eq!(decode(&hex("3b7fffffffffffffff")).unwrap().as_i64(), Some(i64::MIN));
    assert_eq!(Value::from(i64::MIN).as_i64(), Some(i64::MIN));
}

#[test]
fn depth_and_items_are_bounded() {
    let mut nested = vec![0x81; limits::CBOR_DEPTH];
    nested.push(0);
    assert!(decode(&nested).is_ok());
    nested.insert(0, 0x81);
    assert_eq!(decode(&nested).unwrap_err().code(), Code::CborDepth);
    let mut many = vec![0x9a, 0, 1, 0, 1];
    many.resize(70_000, 0);
    assert_eq!(decode(&many).unwrap_err().code(), Code::InputTooManyItems);
    assert_eq!(decode(&[[0x9f].as_slice(), &[0; 70_000]].concat()).unwrap_err().code(), Code::InputTooManyItems);
}

#[test]
fn a_prefix_says_how_long_it_is() {
    assert_eq!(decode_prefix(&hex("820102ff")).unwrap(), (Value::Array(vec![1.into(), 2.into()]), 3));
    assert_eq!(refused("820102ff"), Code::CborTrailing);
}

#[test]
fn json_shows_what_cbor_holds() {
    let item = Value::Map(vec![
        (1.into(), "a".into()),
        (Value::from(-1), Value::Bytes(Cow::Borrowed(&[0xff]))),
        ("f".into(), Value::Float(f64::NAN)),
        (
            Value::Bytes(Cow::Borrowed(&[1])),
            Value::Tag(0, Box::new(Value::Array(vec![Value::Undefined, Value::Float(1.5)]))),
        ),
    ]);
    assert_eq!(item.to_json().to_string(), r#"{"1":"a","-1":"_w","f":null,"AQ":[null,1.5]}"#);
    assert_eq!(
        from_json(&serde_json::json!({"a": [1, -1, 1.5, null, true, "x"]})).to_json().to_string(),
        r#"{"a":[1,-1,1.5,null,true,"x"]}"#
    );
}

fn values() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        any::<u64>().prop_map(Value::Negative),
        any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(Cow::Owned(bytes))),
        any::<String>().prop_map(|text| Value::Text(Cow::Owned(text))),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<f64>(), any::<f32>().prop_map(f64::from)].prop_map(Value::Float),
        Just(Value::Null),
        Just(Value::Undefined),
        (32_u8..=255).prop_map(Value::Simple),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec(inner.clone(), 0..6).prop_map(|values| {
                Value::Map(values.into_iter().zip(0_i64..).map(|(value, key)| (key.into(), value)).collect())
            }),
            (1000_u64.., inner).prop_map(|(tag, item)| Value::Tag(tag, Box::new(item))),
        ]
    })
}

proptest! {
    #[test]
    fn encoding_comes_back(value in values()) {
        let bytes = encode(&value);
        let read = decode(&bytes).unwrap();
        prop_assert_eq!(encode(&read), bytes.clone());
        prop_assert_eq!(read.into_owned(), value);
    }

    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = decode(&bytes) {
            let again = encode(&value);
            prop_assert!(again.len() <= bytes.len());
            prop_assert_eq!(encode(&decode(&again).unwrap()), again);
        }
    }
}

#[test]
fn wide_numbers_stay_where_they_may() {
    let serial = [&[0xc2, 0x49][..], &[1; 9]].concat();
    assert_eq!(decode(&serial).unwrap_err().code(), Code::CborNumberRange);
    let kept = decode_wide(&serial).unwrap();
    assert_eq!(kept, Value::Tag(2, Box::new(Value::Bytes(Cow::Owned(vec![1; 9])))));
    assert_eq!(decode_wide(&[0xc2, 0x41, 5]).unwrap(), Value::Unsigned(5));
    assert!(decode_wide(&[0xc2, 0x01]).is_err() && decode_wide(&[0x01, 0x01]).is_err());
}
