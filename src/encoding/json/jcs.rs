//! JSON Canonicalization Scheme (RFC 8785): one text for each JSON value, so that a signature can cover it.
//!
//! Members stand in the order of their names' UTF-16 code units, numbers in the form of ECMAScript, texts with the shortest escapes.
//! Duplicate names and lone surrogates never reach this place: the reader refuses them.

use std::borrow::Cow;

use super::writer::write_string;
use super::{Number, Value};
use crate::reason::{Code, Reason};

/// The canonical text of a value.
///
/// # Errors
/// `json.number_range` when a number is an integer that its double does not give back, or so small that its double is zero: two
/// documents that differ in it would have one canonical form.
pub fn canonical(value: &Value<'_>) -> Result<String, Reason> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value<'_>, out: &mut String) -> Result<(), Reason> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number_text(*number)?),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<&(Cow<'_, str>, Value<'_>)> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (at, (name, value)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(value, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A number as ECMAScript's `Number::toString` writes its double (RFC 8785, 3.2.2.3).
fn number_text(number: Number<'_>) -> Result<String, Reason> {
    let double = number.as_f64();
    let out_of_range = || Reason::new(Code::JsonNumberRange).expected("a number that a double holds");
    if !double.is_finite() {
        return Err(out_of_range());
    }
    let text = number.text();
    if double == 0.0 {
        let digits = text.split(['e', 'E']).next().unwrap_or_default();
        return if digits.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
            Err(out_of_range())
        } else {
            Ok("0".to_owned())
        };
    }
    let canonical = ecmascript(double);
    let is_integer = !text.contains(['.', 'e', 'E']);
    // `{:.0}` writes every digit of the double.
    if is_integer && canonical != text && format!("{double:.0}") != text {
        return Err(out_of_range());
    }
    Ok(canonical)
}

/// The shortest digits that read back as this finite double other than zero, laid out by ECMA-262, 6.1.6.1.20.
fn ecmascript(double: f64) -> String {
    let sign = if double < 0.0 { "-" } else { "" };
    let (digits, point) = shortest(double.abs());
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    if (1..=21).contains(&point) {
        if count <= point {
            return format!("{sign}{digits}{}", zeros(point.saturating_sub(count)));
        }
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).unwrap_or(0)).unwrap_or((&digits, ""));
        return format!("{sign}{whole}.{fraction}");
    }
    if (-5..=0).contains(&point) {
        return format!("{sign}0.{}{digits}", zeros(point.saturating_neg()));
    }
    let exponent = point.saturating_sub(1);
    let mark = if exponent < 0 { '-' } else { '+' };
    let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{dot}{rest}e{mark}{}", exponent.unsigned_abs())
}

/// The digits, without zeros at either end, and how many of them (or zeros) stand before the decimal point.
///
/// Where two texts of the same length are equally near, ECMAScript takes the even one. `serde_json` does that too, `std` does not.
fn shortest(double: f64) -> (String, i32) {
    let text = serde_json::Number::from_f64(double).map_or_else(String::new, |number| number.to_string());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let without_leading = all.trim_start_matches('0');
    let length = |text: &str| i32::try_from(text.len()).unwrap_or(i32::MAX);
    let leading = length(&all).saturating_sub(length(without_leading));
    let point = length(whole).saturating_add(exponent.parse().unwrap_or(0)).saturating_sub(leading);
    (without_leading.trim_end_matches('0').to_owned(), point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json::{decode, encode};

    fn canonical_of(text: &str) -> Result<String, Code> {
        canonical(&decode(text.as_bytes()).expect("JSON")).map_err(|reason| reason.code())
    }

    /// RFC 8785, appendix B, and the borders of each layout.
    #[test]
    fn numbers_are_those_of_ecmascript() {
        for (text, due) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0e5", "0"),
            ("5e-324", "5e-324"),
            ("-5e-324", "-5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("-1.7976931348623157e308", "-1.7976931348623157e+308"),
            ("9007199254740992", "9007199254740992"),
            ("-9007199254740992", "-9007199254740992"),
            ("295147905179352830000", "295147905179352830000"),
            ("295147905179352825856", "295147905179352830000"),
            ("9.999999999999997e22", "9.999999999999997e+22"),
            ("1e23", "1e+23"),
            ("1.0000000000000001e23", "1.0000000000000001e+23"),
            ("999999999999999700000", "999999999999999700000"),
            ("999999999999999900000.0", "999999999999999900000"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("9.999999999999997e-7", "9.999999999999997e-7"),
            ("0.000001", "0.000001"),
            ("0.0000010", "0.000001"),
            ("1e-7", "1e-7"),
            ("333333333.3333332", "333333333.3333332"),
            ("333333333.33333325", "333333333.33333325"),
            ("333333333.33333329", "333333333.3333333"),
            ("-0.0000033333333333333333", "-0.0000033333333333333333"),
            ("1424953923781206.2", "1424953923781206.2"),
            ("4.50", "4.5"),
            ("100.0", "100"),
            ("12E-1", "1.2"),
        ] {
            assert_eq!(canonical_of(text).as_deref(), Ok(due), "{text}");
        }
    }

    #[test]
    fn numbers_that_would_change_are_refused() {
        for text in ["9007199254740993", "-9007199254740993", "18446744073709551615", "1e-400", "0.1e-330"] {
            assert_eq!(canonical_of(text), Err(Code::JsonNumberRange), "{text}");
        }
    }

    #[test]
    fn members_are_sorted_by_utf16() {
        // U+1F600 begins with the surrogate D83D, below U+FB33.
        let text = "{\"\u{fb33}\":1,\"\u{1f600}\":2,\"\\r\":3,\"1\":4,\"\u{f6}\":5,\"\u{80}\":6,\"\u{20ac}\":7}";
        let due = "{\"\\r\":3,\"1\":4,\"\u{80}\":6,\"\u{f6}\":5,\"\u{20ac}\":7,\"\u{1f600}\":2,\"\u{fb33}\":1}";
        assert_eq!(canonical_of(text).as_deref(), Ok(due));
    }

    #[test]
    fn texts_have_the_shortest_escapes() {
        let text = r#"[ "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\u007f\b\f\t\r", null, true, {"b":[],"a":{}} ]"#;
        let due = "[\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\\b\\f\\t\\r\",null,true,{\"a\":{},\"b\":[]}]";
        assert_eq!(canonical_of(text).as_deref(), Ok(due));
    }

    #[test]
    fn plain_writing_keeps_numbers_and_order() {
        let text = r#"{"b":[1.0,1e30,-0,4.50],"a":"x\n\u0001","c":{"d":null,"e":false}}"#;
        assert_eq!(encode(&decode(text.as_bytes()).expect("JSON")), text);
    }
}
