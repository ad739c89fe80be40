//! What an EU DCC may hold: the JSON schema of each version (1.0.0 to 1.3.3) as checks of our own, with the tolerances that
//! verifiers were told to apply.
//!
//! Faults name the path of the field, never its value.

use crate::encoding::cbor::Value;
use crate::reason::{Code, Reason};
use crate::time::{Date, Timestamp};

/// The three groups of events, by their key.
pub const GROUPS: [&str; 3] = ["v", "t", "r"];

/// What one schema version demands. Differences between versions stand here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    number: &'static str,
    /// Longest names, issuers, identifiers and centres.
    text_max: usize,
    /// Longest name of a test.
    test_name_max: Option<usize>,
    /// Highest dose number.
    dose_max: Option<i64>,
    birth: Birth,
    /// A test must name its centre.
    centre_required: bool,
    /// One event a group, and one group at least.
    one_event: bool,
    /// `gnt` serves where `fnt` is absent.
    given_name_suffices: bool,
    /// The time of a test result is a known field.
    result_time: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Birth {
    FullDate,
    Partial,
    PartialOrEmpty,
}

const V1_0: Version = Version {
    number: "1.0.0",
    text_max: 50,
    test_name_max: None,
    dose_max: Some(9),
    birth: Birth::FullDate,
    centre_required: true,
    one_event: false,
    given_name_suffices: false,
    result_time: true,
};

const V1_1: Version = Version { number: "1.1.0", birth: Birth::Partial, ..V1_0 };
const V1_2: Version = Version { number: "1.2.0", result_time: false, ..V1_1 };
const V1_3: Version = Version {
    number: "1.3.0",
    text_max: 80,
    test_name_max: Some(80),
    dose_max: None,
    birth: Birth::PartialOrEmpty,
    centre_required: false,
    one_event: true,
    ..V1_2
};

static VERSIONS: &[Version] = &[
    V1_0,
    Version { number: "1.0.1", ..V1_0 },
    V1_1,
    V1_2,
    Version { number: "1.2.1", ..V1_2 },
    V1_3,
    Version { number: "1.3.1", ..V1_3 },
    Version { number: "1.3.2", given_name_suffices: true, ..V1_3 },
    Version { number: "1.3.3", given_name_suffices: true, ..V1_3 },
];

/// A schema version that this program does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

/// Every fault of a DCC against the schema of `version`.
///
/// `strict` applies the published schema to the letter. Otherwise the tolerances apply that verifiers were told to have and
/// that the member states' test data demands: null counts as absent, texts may be empty and of any length, transliterated
/// names may hold any characters, dose numbers may be zero or whole floats, a date may carry a time, a date of birth is
/// free after its year. Both refuse a holder born after the event. Counting events is [`check_one_event`]'s.
///
/// # Errors
/// [`Unsupported`] for a version that is not held.
pub fn check_schema(dcc: &Value<'_>, version: &str, strict: bool) -> Result<Vec<Reason>, Unsupported> {
    let version = VERSIONS.iter().find(|held| held.number == version).ok_or(Unsupported)?;
    let mut checker = Checker { version: *version, strict, faults: Vec::new() };
    checker.check_certificate(dcc);
    Ok(checker.faults)
}

/// Every fault of a DCC against the schema of the version that it declares; the newest one when it declares one that is not held.
pub fn check_declared_schema(dcc: &Value<'_>, strict: bool) -> Vec<Reason> {
    let declared = dcc.entry_text("ver").and_then(Value::as_text).unwrap_or_default();
    check_schema(dcc, declared, strict).or_else(|Unsupported| check_schema(dcc, "1.3.3", strict)).unwrap_or_default()
}

/// HC1-016, and the rule that every verifier applies: exactly one event in one certificate.
pub fn check_one_event(dcc: &Value<'_>) -> Result<(), Reason> {
    let events: usize = GROUPS.iter().filter_map(|group| dcc.entry_text(group)?.as_array()).map(<[_]>::len).sum();
    if events == 1 {
        Ok(())
    } else {
        Err(Reason::new(Code::Hc1Schema).expected("one event").got(format!("{events} events")))
    }
}

struct Checker {
    version: Version,
    strict: bool,
    faults: Vec<Reason>,
}

/// A field of a map: its key, and where the map stands.
struct Field<'f> {
    map: &'f Value<'f>,
    place: &'f str,
    key: &'static str,
}

impl Field<'_> {
    fn path(&self) -> String {
        if self.place.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.place, self.key) }
    }
}

impl Checker {
    fn check_certificate(&mut self, dcc: &Value<'_>) {
        if dcc.as_map().is_none() {
            return self.fail("", "a map", dcc.kind());
        }
        let top = |key| Field { map: dcc, place: "", key };
        self.check_version_number(&top("ver"));
        self.check_birth(dcc);
        self.check_names(dcc);
        let mut groups = 0;
        for key in GROUPS {
            match self.value(&top(key)) {
                None => {}
                Some(Value::Array(events)) => {
                    groups += usize::from(self.strict || !events.is_empty());
                    self.check_group(key, events);
                }
                Some(other) => self.fail(key, "an array", other.kind()),
            }
        }
        if groups == 0 && !self.strict {
            self.fail("", "one of v, t, r", "none");
        }
        if self.strict && self.version.one_event && groups != 1 {
            self.faults
                .push(Reason::new(Code::Hc1Schema).expected("one of v, t, r").got(format!("{groups} of v, t, r")));
        }
    }

    fn check_group(&mut self, key: &'static str, events: &[Value<'_>]) {
        if events.is_empty() && self.strict {
            self.fail(key, "at least one event", "none");
        }
        if self.strict && self.version.one_event && events.len() > 1 {
            self.fail(key, "one event", "several");
        }
        for event in events {
            if event.as_map().is_none() {
                self.fail(key, "a map", event.kind());
                continue;
            }
            match key {
                "v" => self.check_vaccination(event),
                "t" => self.check_test(event),
                _ => self.check_recovery(event),
            }
        }
    }

    fn check_vaccination(&mut self, event: &Value<'_>) {
        let field = |key| Field { map: event, place: "v", key };
        for key in ["tg", "vp", "mp", "ma"] {
            self.text(&field(key), true, None);
        }
        self.dose(&field("dn"));
        self.dose(&field("sd"));
        self.date(&field("dt"));
        self.check_issue("v", event);
    }

    fn check_test(&mut self, event: &Value<'_>) {
        let field = |key| Field { map: event, place: "t", key };
        for key in ["tg", "tt", "tr"] {
            self.text(&field(key), true, None);
        }
        self.text(&field("nm"), false, self.version.test_name_max);
        self.text(&field("ma"), false, None);
        self.text(&field("tc"), self.version.centre_required && self.strict, Some(self.version.text_max));
        self.date_time(&field("sc"), true);
        if self.version.result_time && self.strict {
            self.date_time(&field("dr"), false);
        }
        self.check_issue("t", event);
    }

    fn check_recovery(&mut self, event: &Value<'_>) {
        self.text(&Field { map: event, place: "r", key: "tg" }, true, None);
        for key in ["fr", "df", "du"] {
            self.date(&Field { map: event, place: "r", key });
        }
        self.check_issue("r", event);
    }

    /// What all events have: country, issuer, identifier.
    fn check_issue(&mut self, place: &str, event: &Value<'_>) {
        let field = |key| Field { map: event, place, key };
        if let Some(country) = self.text(&field("co"), true, None) {
            // The pattern of the schema is not anchored: some capital letter anywhere.
            if self.strict && !country.bytes().any(|b| b.is_ascii_uppercase()) {
                self.fail(&field("co").path(), "a country code", "something else");
            }
        }
        self.text(&field("is"), true, Some(self.version.text_max));
        self.text(&field("ci"), true, Some(self.version.text_max));
    }

    /// `^\d+.\d+.\d+$`
    fn check_version_number(&mut self, field: &Field<'_>) {
        if let Some(text) = self.text(field, true, None) {
            let numbers = text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
            if text.split('.').count() != 3 || !numbers {
                self.fail(&field.path(), "three numbers with dots", "something else");
            }
        }
    }

    fn check_birth(&mut self, dcc: &Value<'_>) {
        let field = Field { map: dcc, place: "", key: "dob" };
        let Some(text) = self.text(&field, true, None) else { return };
        let partial = is_partial_date(text);
        let century = text.starts_with("19") || text.starts_with("20");
        let fits = match self.version.birth {
            _ if !self.strict => text.is_empty() || (century && is_digits(text.get(..4))),
            Birth::FullDate => Date::from_text(text).is_some() && partial,
            Birth::Partial => partial,
            Birth::PartialOrEmpty => partial || text.is_empty(),
        };
        if !fits {
            self.fail(&field.path(), "a date of birth", "something else");
        } else if let (Some(born), Some(event)) = (text.get(..4), earliest_event_year(dcc))
            && born > event
        {
            self.fail(&field.path(), "a year not after the event", "a later year");
        }
    }

    fn check_names(&mut self, dcc: &Value<'_>) {
        let names = match dcc.entry_text("nam") {
            Some(names) if names.as_map().is_some() => names,
            other => return self.fail("nam", "a map", other.map_or("nothing", Value::kind)),
        };
        let field = |key| Field { map: names, place: "nam", key };
        let max = Some(self.version.text_max);
        self.text(&field("fn"), false, max);
        self.text(&field("gn"), false, max);
        if !self.strict {
            return self.check_names_tolerantly(names);
        }
        let has_given = self.value(&field("gnt")).is_some();
        for (key, required) in [("fnt", !(has_given && self.version.given_name_suffices)), ("gnt", false)] {
            if let Some(text) = self.text(&field(key), required, max)
                && !text.bytes().all(|b| b.is_ascii_uppercase() || b == b'<')
            {
                self.fail(&field(key).path(), "capital letters and <", "other characters");
            }
        }
    }

    /// Somebody must be named, in letters.
    fn check_names_tolerantly(&mut self, names: &Value<'_>) {
        let text = |key| names.entry_text(key).and_then(Value::as_text).unwrap_or_default();
        if text("fnt").is_empty() && text("gnt").is_empty() {
            self.fail("nam", "a transliterated name", "none");
        }
        for key in ["fn", "gn"] {
            if !text(key).is_empty() && !text(key).chars().any(char::is_alphabetic) {
                self.fail("nam", "a name with letters", "none");
            }
        }
    }

    /// The field's value; null counts as absent unless strict.
    fn value<'v>(&self, field: &Field<'v>) -> Option<&'v Value<'v>> {
        field.map.entry_text(field.key).filter(|value| self.strict || !matches!(value, Value::Null))
    }

    fn text<'f>(&mut self, field: &Field<'f>, required: bool, max: Option<usize>) -> Option<&'f str> {
        match self.value(field) {
            None => {
                if required {
                    self.fail(&field.path(), "text", "nothing");
                }
                None
            }
            Some(Value::Text(text)) => {
                if self.strict && max.is_some_and(|max| text.chars().count() > max) {
                    self.fail(&field.path(), "a shorter text", "a longer one");
                }
                Some(text)
            }
            Some(other) => {
                self.fail(&field.path(), "text", other.kind());
                None
            }
        }
    }

    fn dose(&mut self, field: &Field<'_>) {
        let number = match self.value(field) {
            None => return self.fail(&field.path(), "a dose number", "nothing"),
            Some(Value::Float(number)) if number.fract() == 0.0 && *number >= 0.0 && !self.strict => 0,
            Some(other) => match other.as_i64() {
                Some(number) => number,
                None => return self.fail(&field.path(), "a dose number", other.kind()),
            },
        };
        let (min, max) = if self.strict { (1, self.version.dose_max) } else { (0, None) };
        if number < min || max.is_some_and(|max| number > max) {
            self.fail(&field.path(), "a dose number", "a number out of range");
        }
    }

    fn date(&mut self, field: &Field<'_>) {
        let Some(text) = self.text(field, true, None) else { return };
        let day = if self.strict { Some(text) } else { text.get(..10) };
        if day.and_then(Date::from_text).is_none() {
            self.fail(&field.path(), "YYYY-MM-DD", "something else");
        }
    }

    fn date_time(&mut self, field: &Field<'_>, required: bool) {
        let text = match self.value(field) {
            Some(value @ Value::Tag(..)) if !self.strict => time_text(value).or_else(|| {
                self.fail(&field.path(), "text", "a tagged value");
                None
            }),
            _ => self.text(field, required, None),
        };
        if text.is_some_and(|text| Timestamp::from_rfc3339(text).is_none()) {
            self.fail(&field.path(), "date and time with zone (RFC 3339)", "something else");
        }
    }

    fn fail(&mut self, path: &str, expected: &'static str, got: &'static str) {
        let place = if path.is_empty() { "the certificate" } else { path };
        self.faults.push(Reason::new(Code::Hc1Schema).expected(format!("{place}: {expected}")).got(got));
    }
}

/// The text of a time. Deviation: CBOR tag 0 around it says what the schema says already, and is taken unless `strict`.
pub fn time_text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value {
        Value::Tag(0, inner) => inner.as_text(),
        other => other.as_text(),
    }
}

/// `^(19|20)\d\d(-\d\d){0,2}$`
fn is_partial_date(text: &str) -> bool {
    let dash = |at: usize| text.as_bytes().get(at) == Some(&b'-');
    (text.starts_with("19") || text.starts_with("20"))
        && is_digits(text.get(2..4))
        && match text.len() {
            4 => true,
            7 => dash(4) && is_digits(text.get(5..7)),
            10 => dash(4) && is_digits(text.get(5..7)) && dash(7) && is_digits(text.get(8..10)),
            _ => false,
        }
}

fn is_digits(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.bytes().all(|b| b.is_ascii_digit()))
}

/// The earliest year that an event names: of the vaccination, the sample, the first positive test.
fn earliest_event_year<'v>(dcc: &'v Value<'_>) -> Option<&'v str> {
    let events = |key| dcc.entry_text(key).and_then(Value::as_array).unwrap_or_default();
    let years = |group, field| {
        events(group).iter().filter_map(move |event: &'v Value<'_>| {
            time_text(event.entry_text(field)?)?.get(..4).filter(|year| is_digits(Some(year)))
        })
    };
    years("v", "dt").chain(years("t", "sc")).chain(years("r", "fr")).min()
}
