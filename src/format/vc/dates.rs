//! Dates of the data model: `dateTimeStamp` of XML Schema 1.1 part 2 (3.4.28), years 0001 to 9999, fractions of a second
//! dropped.
//!
//! Deviation: a text without a time-zone offset is taken and read as UTC, as VC Data Model 2.0 section 4.9 tells verifiers;
//! whoever reads it is told so.

use crate::time::Timestamp;

/// Characters of `YYYY-MM-DDThh:mm:ss`.
const SECONDS_END: usize = 19;

/// The time that a `dateTimeStamp` names, and `true` when it had no time-zone offset. `None` when it is none.
pub fn read_date(text: &str) -> Option<(Timestamp, bool)> {
    let (clock, rest) = text.split_at_checked(SECONDS_END)?;
    let zone = without_fraction(rest)?;
    if clock.get(10..11) != Some("T") || clock.get(0..4) == Some("0000") || !is_zone(zone) {
        return None;
    }
    // The end of a day may be written as hour 24; there are no leap seconds.
    let is_day_end = clock.get(11..) == Some("24:00:00");
    if is_day_end && rest.strip_suffix(zone).unwrap_or_default().bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return None;
    }
    if clock.get(17..) == Some("60") {
        return None;
    }
    let clock = if is_day_end { format!("{}00:00:00", clock.get(..11)?) } else { clock.to_owned() };
    let time = Timestamp::from_rfc3339(&format!("{clock}{}", if zone.is_empty() { "Z" } else { zone }))?;
    Some((time.plus(if is_day_end { 86_400 } else { 0 }), zone.is_empty()))
}

/// What follows the fraction of a second, if there is one.
fn without_fraction(rest: &str) -> Option<&str> {
    let Some(fraction) = rest.strip_prefix('.') else { return Some(rest) };
    let zone = fraction.trim_start_matches(|char: char| char.is_ascii_digit());
    (zone.len() < fraction.len()).then_some(zone)
}

/// Nothing, `Z`, or an offset of at most fourteen hours.
fn is_zone(zone: &str) -> bool {
    match zone.as_bytes() {
        [] | b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => match [*h1, *h2, *m1, *m2] {
            [b'1', b'4', minutes @ ..] => minutes == *b"00",
            [b'0', b'0'..=b'9', b'0'..=b'5', b'0'..=b'9'] => true,
            [b'1', b'0'..=b'3', b'0'..=b'5', b'0'..=b'9'] => true,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_time_stamps() {
        let at = |text: &str| read_date(text).map(|(time, missing)| (time.to_string(), missing));
        for (text, time, missing) in [
            ("2023-02-26T01:02:58Z", "2023-02-26T01:02:58Z", false),
            ("2023-02-26T01:02:58.447Z", "2023-02-26T01:02:58Z", false),
            ("2023-02-25T19:21:29-06:00", "2023-02-26T01:21:29Z", false),
            ("2023-02-25T19:21:29+14:00", "2023-02-25T05:21:29Z", false),
            ("2023-02-26T01:02:58", "2023-02-26T01:02:58Z", true),
            ("2023-02-26T01:02:58.5", "2023-02-26T01:02:58Z", true),
            ("2023-12-31T24:00:00Z", "2024-01-01T00:00:00Z", false),
            ("2023-12-31T24:00:00.00Z", "2024-01-01T00:00:00Z", false),
            ("4023-02-26T01:02:58.447Z", "4023-02-26T01:02:58Z", false),
        ] {
            assert_eq!(at(text), Some((time.to_owned(), missing)), "{text}");
        }
        for text in [
            "",
            "2023-02-26",
            "Sat 25 Feb 2023 07:16:31 PM CST",
            "Sun, 26 Feb 2023 01:22:14 +0000",
            "2023-02-26t01:02:58Z",
            "2023-02-26 01:02:58Z",
            "2023-02-26T01:02:58z",
            "2023-02-26T01:02Z",
            "2023-02-26T01:02:60Z",
            "2023-02-30T01:02:58Z",
            "2023-02-26T25:02:58Z",
            "2023-02-26T24:00:00.1Z",
            "2023-02-26T24:01:00Z",
            "2023-02-26T01:02:58.Z",
            "2023-02-26T01:02:58+0200",
            "2023-02-26T01:02:58+14:30",
            "2023-02-26T01:02:58+15:00",
            "2023-02-26T01:02:58-06:60",
            "12023-02-26T01:02:58Z",
            "-2023-02-26T01:02:58Z",
            "0000-02-26T01:02:58Z",
            "2023-02-26T01:02:5\u{e9}Z",
            " 2023-02-26T01:02:58Z",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
