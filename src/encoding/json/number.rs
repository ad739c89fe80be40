//! JSON numbers, held as their text.

use serde::de::{self, Visitor};
use serde::{Serialize, Serializer};

/// A number that matches JSON's grammar and whose double is finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'a> {
    text: &'a str,
}

impl<'a> Number<'a> {
    /// Only for the reader, which has checked the grammar.
    pub(super) fn of_checked(text: &'a str) -> Self {
        Number { text }
    }

    /// The number as it is written.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The integer, if the number is exactly one within `i64`, however it is written: `100`, `1e2`, `100.0`.
    pub fn as_i64(&self) -> Option<i64> {
        self.text.parse().ok().or_else(|| self.exact())
    }

    /// The nearest double.
    pub fn as_f64(&self) -> f64 {
        // The reader has checked the grammar, which Rust's is wider than.
        self.text.parse().unwrap_or(f64::NAN)
    }

    pub(super) fn to_serde(self) -> serde_json::Value {
        if let Ok(n) = self.text.parse::<u64>() {
            n.into()
        } else if let Ok(n) = self.text.parse::<i64>() {
            n.into()
        } else {
            self.as_f64().into()
        }
    }

    /// The number to a type: as an integer where it is written as one that fits, else as the nearest double.
    pub(super) fn visit<'de, V: Visitor<'de>, E: de::Error>(self, visitor: V) -> Result<V::Value, E> {
        if let Ok(n) = self.text.parse::<u64>() {
            visitor.visit_u64(n)
        } else if let Ok(n) = self.text.parse::<i64>() {
            visitor.visit_i64(n)
        } else {
            visitor.visit_f64(self.as_f64())
        }
    }

    /// The number to a writer: the text that [`Self::to_serde`] gives, without a number of `serde_json` in between, which other writers
    /// than its own would not know in every build.
    pub(super) fn serialize<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(n) = self.text.parse::<u64>() {
            serializer.serialize_u64(n)
        } else if let Ok(n) = self.text.parse::<i64>() {
            serializer.serialize_i64(n)
        } else {
            self.as_f64().serialize(serializer)
        }
    }

    /// The integer of a number with a fraction or an exponent, computed in decimal.
    fn exact(&self) -> Option<i64> {
        let (mantissa, exponent) = self.text.split_once(['e', 'E']).unwrap_or((self.text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        if matches!(significant, "" | "-") {
            return Some(0);
        }
        let dropped = i64::try_from(digits.len().checked_sub(significant.len())?).ok()?;
        let shift = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let zeros = u32::try_from(shift.checked_add(dropped)?).ok()?;
        significant.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(zeros)?)
    }
}
