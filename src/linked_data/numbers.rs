//! Numbers and booleans as RDF literals (JSON-LD 1.1 API, sections 8.2 and 8.6).
//!
//! A number whose literal would be another number is refused: two documents that differ in it would have one signature.

use crate::encoding::json::Number;
use crate::reason::{Code, Reason};

const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
pub(super) const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";

/// From here on, whole numbers are written as doubles.
const LARGE: f64 = 1e21;

/// The number's lexical form, and the datatype that it has without another one.
///
/// Errors: `json.number_range` when the form does not say exactly the same number.
pub(super) fn lexical(number: Number<'_>, datatype: Option<&str>) -> Result<(String, &'static str), Reason> {
    // Adding zero takes the sign from a zero.
    let value = number.as_f64() + 0.0;
    let is_integer = value.fract() == 0.0 && value.abs() < LARGE && datatype != Some(XSD_DOUBLE);
    let (text, natural) =
        if is_integer { (format!("{value:.0}"), XSD_INTEGER) } else { (canonical_double(value), XSD_DOUBLE) };
    if Decimal::of(number.text()) == Decimal::of(&text) { Ok((text, natural)) } else { Err(inexact()) }
}

fn inexact() -> Reason {
    Reason::new(Code::JsonNumberRange).expected("a number of at most 16 digits, or a text")
}

/// `xsd:double` in canonical form, of at most 16 digits: `1.5E0`.
fn canonical_double(value: f64) -> String {
    let text = format!("{value:.15e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0');
    let zero = if mantissa.ends_with('.') { "0" } else { "" };
    format!("{mantissa}{zero}E{exponent}")
}

/// A decimal number, so that equal ones are equal: digits without zeros at their ends, and the exponent of the last one.
#[derive(PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    /// `None` when it is beyond all bounds.
    exponent: Option<i64>,
}

impl Decimal {
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{}{fraction}", whole.trim_start_matches('-'));
        let kept = all.trim_end_matches('0');
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Decimal { is_negative: false, digits, exponent: Some(0) };
        }
        let count = |length: usize| i64::try_from(length).ok();
        let exponent = (|| {
            let dropped = count(all.len().checked_sub(kept.len())?)?;
            let written: i64 = exponent.parse().ok()?;
            written.checked_sub(count(fraction.len())?)?.checked_add(dropped)
        })();
        Decimal { is_negative: whole.starts_with('-'), digits, exponent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::json::{Value, decode};

    fn form(text: &str, datatype: Option<&str>) -> Result<(String, &'static str), Reason> {
        let Value::Number(number) = decode(text.as_bytes()).unwrap() else { panic!("{text} is no number") };
        lexical(number, datatype)
    }

    #[test]
    fn forms_are_canonical() {
        for (text, expected) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1.0", "1"),
            ("1e2", "100"),
            ("-17", "-17"),
            ("9007199254740992", "9007199254740992"),
            ("100000000000000000000", "100000000000000000000"),
        ] {
            assert_eq!(form(text, None).unwrap(), (expected.to_owned(), XSD_INTEGER), "{text}");
        }
        for (text, expected) in [
            ("1.5", "1.5E0"),
            ("0.1", "1.0E-1"),
            ("-12.25", "-1.225E1"),
            ("1e30", "1.0E30"),
            ("1e21", "1.0E21"),
            ("5e-324", "4.940656458412465E-324"),
            ("1.234567890123456", "1.234567890123456E0"),
            ("40.712776", "4.0712776E1"),
        ] {
            let got = form(text, None);
            if text == "5e-324" {
                assert_eq!(got.unwrap_err().code(), Code::JsonNumberRange);
            } else {
                assert_eq!(got.unwrap(), (expected.to_owned(), XSD_DOUBLE), "{text}");
            }
        }
        assert_eq!(form("5", Some(XSD_DOUBLE)).unwrap().0, "5.0E0");
        assert_eq!(form("-0.0", Some(XSD_DOUBLE)).unwrap().0, "0.0E0");
        assert_eq!(form("1.5", Some(XSD_INTEGER)).unwrap().0, "1.5E0");
    }

    #[test]
    fn what_is_not_held_exactly_is_refused() {
        for text in [
            "9007199254740993",
            "0.30000000000000004",
            "1.00000000000000000000000000000001",
            "1e-400",
            "1e-99999999999999999999",
            "123456789012345678901234567890",
        ] {
            assert_eq!(form(text, None).unwrap_err().code(), Code::JsonNumberRange, "{text}");
        }
    }
}
