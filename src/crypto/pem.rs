//! PEM: the labelled base64 blocks of RFC 7468 in a text.
//!
//! Text outside the blocks is passed over, as section 2 allows; inside a block any line width will do.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// One block: its label (`CERTIFICATE`) and its bytes, which are wiped when dropped because they may be a secret.
pub struct Block<'a> {
    /// What the `BEGIN` line says.
    pub label: &'a str,
    /// The decoded bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Every block of `text`, in order; `None` when a block does not end, has headers or is not base64.
pub fn blocks(text: &str) -> Option<Vec<Block<'_>>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----")?;
        let (body, after) = after.split_once("-----END ")?;
        let after = after.strip_prefix(label)?.strip_prefix("-----")?;
        let compact = Zeroizing::new(body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect::<Vec<u8>>());
        let bytes = Zeroizing::new(STANDARD.decode(compact.as_slice()).ok()?);
        found.push(Block { label, bytes });
        rest = after;
    }
    Some(found)
}

/// The block of `bytes` under that label as text, lines of 64 characters.
pub fn block_text(label: &str, bytes: &[u8]) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(bytes));
    // Room for all of it at once: growing would leave unwiped copies behind.
    let mut text = Zeroizing::new(String::with_capacity(encoded.len() / 64 * 65 + 2 * label.len() + 128));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str("\n-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_there_and_back() {
        let text = format!("hello\n{}between{}", *block_text("A KEY", &[7; 100]), *block_text("B", &[]));
        let found = blocks(&text).expect("two blocks");
        assert_eq!(found.iter().map(|block| block.label).collect::<Vec<_>>(), ["A KEY", "B"]);
        assert_eq!(found[0].bytes.as_slice(), [7; 100]);
        assert!(found[1].bytes.is_empty());
    }

    #[test]
    fn refuses_broken_blocks() {
        for bad in [
            "-----BEGIN A-----\nAAAA",
            "-----BEGIN A-----\nAAAA\n-----END B-----",
            "-----BEGIN A-----\n!\n-----END A-----",
        ] {
            assert!(blocks(bad).is_none(), "{bad}");
        }
        assert!(blocks("nothing here").is_some_and(|found| found.is_empty()));
    }
}
