//! Raw items: where the parts of an encoded item stand, for whoever needs bytes as they were received.
//!
//! Digests and signatures are over such bytes, and a decoded value no longer knows them. Nothing is allocated and nothing is checked
//! beyond what finding the ends takes: ask [`decode`](super::decode) first whether it is CBOR at all.

use crate::limits;

/// The pairs of a map, each key and value as received; `None` when this is not one map and nothing else.
pub fn pairs(map: &[u8]) -> Option<impl Iterator<Item = (&[u8], &[u8])>> {
    let mut parts = Parts::of(map, 5)?;
    Some(std::iter::from_fn(move || Some((parts.next()?, parts.next()?))))
}

/// The elements of an array, each as received; `None` when this is not one array and nothing else.
pub fn elements(array: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let mut parts = Parts::of(array, 4)?;
    Some(std::iter::from_fn(move || parts.next()))
}

/// The value under a text key of a map, as received.
pub fn member<'a>(map: &'a [u8], name: &str) -> Option<&'a [u8]> {
    pairs(map)?.find(|(key, _)| text(key) == Some(name)).map(|(_, value)| value)
}

/// The text that this item is, when it stands in one piece.
pub fn text(item: &[u8]) -> Option<&str> {
    let mut walk = Walk { rest: item };
    match walk.head()? {
        (3, Some(length)) => {
            let text = walk.bytes(length)?;
            if walk.rest.is_empty() { std::str::from_utf8(text).ok() } else { None }
        }
        _ => None,
    }
}

/// The bytes under tag 24 (encoded CBOR), when they stand in one piece and this is nothing else.
pub fn encoded_cbor(item: &[u8]) -> Option<&[u8]> {
    let mut walk = Walk { rest: item };
    let (6, Some(24)) = walk.head()? else { return None };
    let (2, Some(length)) = walk.head()? else { return None };
    let bytes = walk.bytes(length)?;
    walk.rest.is_empty().then_some(bytes)
}

/// The first key of a map that these bytes begin with, when it is a text; more may be missing behind it.
pub fn first_key(bytes: &[u8]) -> Option<&str> {
    let mut walk = Walk { rest: bytes };
    let (5, _) = walk.head()? else { return None };
    let (3, Some(length)) = walk.head()? else { return None };
    std::str::from_utf8(walk.bytes(length)?).ok()
}

/// The items directly inside one container.
struct Parts<'a> {
    walk: Walk<'a>,
    /// Items left; `None` = up to the break.
    left: Option<u64>,
}

impl<'a> Parts<'a> {
    fn of(container: &'a [u8], major: u8) -> Option<Self> {
        let mut whole = Walk { rest: container };
        whole.skip(0)?;
        if !whole.rest.is_empty() {
            return None;
        }
        let mut walk = Walk { rest: container };
        let (found, count) = walk.head()?;
        let left = match (count, major) {
            (Some(count), 5) => Some(count.checked_mul(2)?),
            (count, _) => count,
        };
        (found == major).then_some(Parts { walk, left })
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        match &mut self.left {
            Some(0) => return None,
            Some(left) => *left -= 1,
            None if self.walk.rest.first() == Some(&0xff) => return None,
            None => {}
        }
        self.walk.take()
    }
}

struct Walk<'a> {
    rest: &'a [u8],
}

impl<'a> Walk<'a> {
    /// The major type and argument of the next head; no argument = indefinite.
    fn head(&mut self) -> Option<(u8, Option<u64>)> {
        let (head, rest) = self.rest.split_first()?;
        self.rest = rest;
        let argument = match head & 31 {
            small @ 0..=23 => Some(u64::from(small)),
            24 => Some(u64::from(u8::from_be_bytes(self.fixed()?))),
            25 => Some(u64::from(u16::from_be_bytes(self.fixed()?))),
            26 => Some(u64::from(u32::from_be_bytes(self.fixed()?))),
            27 => Some(u64::from_be_bytes(self.fixed()?)),
            31 => None,
            _ => return None,
        };
        Some((head >> 5, argument))
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (fixed, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*fixed)
    }

    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(bytes)
    }

    /// The next item, as received.
    fn take(&mut self) -> Option<&'a [u8]> {
        let before = self.rest;
        self.skip(0)?;
        before.get(..before.len().checked_sub(self.rest.len())?)
    }

    fn skip(&mut self, depth: usize) -> Option<()> {
        if depth > limits::CBOR_DEPTH {
            return None;
        }
        let inside = depth.saturating_add(1);
        match self.head()? {
            (2 | 3, Some(length)) => self.bytes(length).map(|_| ()),
            (4, Some(count)) => (0..count).try_for_each(|_| self.skip(inside)),
            (5, Some(count)) => (0..count.checked_mul(2)?).try_for_each(|_| self.skip(inside)),
            (6, Some(_)) => self.skip(inside),
            (2..=5, None) => {
                while *self.rest.first()? != 0xff {
                    self.skip(inside)?;
                }
                self.rest = self.rest.get(1..)?;
                Some(())
            }
            (0 | 1 | 7, Some(_)) => Some(()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_bytes_as_received() {
        // {"a": 24(h'01') with a length written too wide, "b": [_ 1, "x"]}
        let map = b"\xa2\x61a\xd8\x18\x58\x01\x01\x61b\x9f\x01\x61x\xff";
        assert_eq!(member(map, "a"), Some(&b"\xd8\x18\x58\x01\x01"[..]));
        let list = member(map, "b").expect("there");
        assert_eq!(elements(list).expect("an array").collect::<Vec<_>>(), [&b"\x01"[..], b"\x61x"]);
        assert_eq!(pairs(map).expect("a map").count(), 2);
        assert_eq!(first_key(&map[..3]), Some("a"));
        assert_eq!(text(b"\x61x"), Some("x"));
        assert_eq!(member(map, "a").and_then(encoded_cbor), Some(&b"\x01"[..]));
        assert!(encoded_cbor(b"\xd8\x19\x41\x01").is_none() && encoded_cbor(b"\xd8\x18\x41\x01\x00").is_none());
    }

    #[test]
    fn what_is_no_such_container() {
        assert!(pairs(b"\x80").is_none() && elements(b"\xa0").is_none());
        assert!(pairs(b"\xa1\x61a").is_none(), "cut");
        assert!(pairs(b"\xa0\x00").is_none(), "something behind it");
        assert!(elements(&[0x81; 100]).is_none(), "too deep");
        assert!(first_key(b"\xa1\x01\x02").is_none() && first_key(b"").is_none());
        assert!(member(b"\xa1\x61a\x01", "b").is_none());
    }
}
