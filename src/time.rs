//! Time: seconds of Unix time and the calendar of RFC 3339, without leap seconds.
//!
//! No clock here: the present is an argument (`occasion.now`).

use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A point in time: whole seconds since 1970-01-01T00:00:00Z. Shown and serialised as RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time that many seconds after the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Timestamp(seconds)
    }

    /// Seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// This time, moved by `seconds`; stays at the ends of the range.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Timestamp(self.0.saturating_add(seconds))
    }

    /// The time that an RFC 3339 text names (`2021-06-11T12:00:00Z`, with fraction and offset), fractions dropped.
    /// `None` when the text is not RFC 3339. A blank may stand for the `T`.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let day = Date::from_text(date)?;
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let (clock, mut rest) = rest.split_at_checked(8)?;
        let hour = two_digits(clock.get(0..2)?)?;
        let minute = two_digits(clock.get(3..5)?)?;
        let second = two_digits(clock.get(6..8)?)?;
        if clock.get(2..3) != Some(":") || clock.get(5..6) != Some(":") || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return None;
            }
            rest = fraction.get(digits..)?;
        }
        let offset = match rest {
            "Z" | "z" => 0,
            _ => {
                let sign = match rest.get(0..1)? {
                    "+" => 1,
                    "-" => -1,
                    _ => return None,
                };
                let (hours, minutes) = (two_digits(rest.get(1..3)?)?, two_digits(rest.get(4..6)?)?);
                if rest.len() != 6 || rest.get(3..4) != Some(":") || hours > 23 || minutes > 59 {
                    return None;
                }
                sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60)
            }
        };
        let seconds = day.days_from_epoch() * 86_400
            + i64::from(hour) * 3600
            + i64::from(minute) * 60
            + i64::from(second.min(59));
        Some(Timestamp(seconds - offset))
    }

    /// The calendar day of this time in UTC.
    pub fn date(self) -> Date {
        Date::from_days(self.0.div_euclid(86_400))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second_of_day = self.0.rem_euclid(86_400);
        let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}Z", self.date())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Timestamp::from_rfc3339(&text).ok_or_else(|| de::Error::custom("no RFC 3339 time"))
    }
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year, 0 to 9999 when read from text.
    pub year: i64,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
}

impl Date {
    /// The day that `YYYY-MM-DD` names, if the calendar has it.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        let year = i64::from(two_digits(text.get(0..2)?)?) * 100 + i64::from(two_digits(text.get(2..4)?)?);
        let month = two_digits(text.get(5..7)?)?;
        let day = two_digits(text.get(8..10)?)?;
        (day >= 1 && day <= days_in_month(year, month)?).then_some(Date { year, month, day })
    }

    /// Days from 1970-01-01 to this day.
    pub fn days_from_epoch(self) -> i64 {
        // Years that begin in March make the leap day the last of its year.
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    fn from_days(days: i64) -> Self {
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }

    /// Midnight UTC at the beginning of this day.
    pub fn start(self) -> Timestamp {
        Timestamp(self.days_from_epoch() * 86_400)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

fn two_digits(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some((a - b'0') * 10 + (b - b'0')),
        _ => None,
    }
}

/// Days of that month, `None` when there is no such month.
pub fn days_in_month(year: i64, month: u8) -> Option<u8> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_rfc3339() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2021-06-11T12:34:56Z", 1_623_414_896),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("1969-12-31T23:59:59Z", -1),
            ("9999-12-31T23:59:59Z", crate::limits::LATEST_SECOND),
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), Some(Timestamp(seconds)), "{text}");
            assert_eq!(Timestamp(seconds).to_string(), text);
        }
        assert_eq!(Timestamp::from_rfc3339("2021-06-11T14:34:56.789+02:00"), Some(Timestamp(1_623_414_896)));
    }

    #[test]
    fn refuses_what_the_calendar_does_not_have() {
        for text in [
            "2021-13-01T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "2021-06-11",
            "2021-06-11T12:00:00",
            "2021-06-11T25:00:00Z",
            "2021-06-11T12:00:00.Z",
            "2021-06-11T12:00:00+0200",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }
}
