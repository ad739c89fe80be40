//! Names: the distinguished names of certificates (RFC 5280, 4.1.2.4).
//!
//! Two names are the same when their DER is. Deviation: RFC 5280, 7.1 would let case, spaces and string types differ;
//! authorities and their signers come from the same hand, and a looser comparison only helps look-alikes.

use std::fmt;

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag};

const COUNTRY: &str = "2.5.4.6";
const STATE: &str = "2.5.4.8";

/// A name: its DER and its attributes, as text.
pub struct Name {
    der: Vec<u8>,
    /// Type and value, in order.
    attributes: Vec<(String, String)>,
}

impl Name {
    /// The name whose SEQUENCE has that content, if it is DER.
    ///
    /// ```text
    /// Name ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
    /// ```
    pub fn from_der_value(value: &[u8]) -> Option<Name> {
        let mut attributes = Vec::new();
        let mut sets = SliceReader::new(value).ok()?;
        while !sets.is_finished() {
            let set = AnyRef::decode(&mut sets).ok().filter(|any| any.header().tag() == Tag::Set)?;
            let mut pairs = SliceReader::new(set.value()).ok()?;
            while !pairs.is_finished() {
                let pair: Result<_, der::Error> =
                    pairs.sequence(|pair| Ok((<ObjectIdentifier>::decode(pair)?, AnyRef::decode(pair)?)));
                let (kind, text) = pair.ok()?;
                attributes.push((kind.to_string(), text_of(text)));
            }
        }
        Some(Name { der: value.to_vec(), attributes })
    }

    /// `true` for a name without attributes.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The first `countryName`.
    pub fn country(&self) -> Option<&str> {
        self.first(COUNTRY)
    }

    /// The first `stateOrProvinceName`.
    pub fn state(&self) -> Option<&str> {
        self.first(STATE)
    }

    fn first(&self, wanted: &str) -> Option<&str> {
        self.attributes.iter().find(|(kind, _)| kind == wanted).map(|(_, text)| text.as_str())
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, text)) in self.attributes.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{}=", short(kind))?;
            for character in text.chars() {
                match character {
                    ',' | '=' | '+' | '\\' => write!(f, "\\{character}")?,
                    // A name must not draw on the reader's terminal.
                    hostile if hostile.is_control() => f.write_str("\u{fffd}")?,
                    other => write!(f, "{other}")?,
                }
            }
        }
        Ok(())
    }
}

/// The usual abbreviation of an attribute type (RFC 4514, 3), or the type itself.
fn short(kind: &str) -> &str {
    match kind {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        COUNTRY => "C",
        "2.5.4.7" => "L",
        STATE => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.25" => "DC",
        "0.9.2342.19200300.100.1.1" => "UID",
        "1.2.840.113549.1.9.1" => "emailAddress",
        other => other,
    }
}

/// The characters of a string of any type; what is no string shows as hexadecimal.
fn text_of(any: AnyRef<'_>) -> String {
    let bytes = any.value();
    match any.header().tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        // T.61 is read as Latin 1, as everybody does.
        Tag::TeletexString => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Tag::BmpString => {
            let units = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
