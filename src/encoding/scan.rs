//! Scan: is a byte in there? For long texts that mostly do not have it; the standard search looks at a word at a time.

/// Bytes looked at before anything is decided.
const BLOCK: usize = 64;

/// `true` when one of the bytes is `wanted`.
pub fn has_byte(bytes: &[u8], wanted: u8) -> bool {
    // Without an early end inside a block the compiler compares sixteen bytes or more at once.
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let is_in = |block: &[u8]| block.iter().fold(false, |found, byte| found | (*byte == wanted));
    blocks.iter().any(|block| is_in(block)) || is_in(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_looked_at() {
        for length in [0, 1, 63, 64, 65, 128, 200] {
            let mut bytes = vec![b'a'; length];
            assert!(!has_byte(&bytes, b'/'));
            for at in 0..length {
                bytes[at] = b'/';
                assert!(has_byte(&bytes, b'/'), "{at} of {length}");
                bytes[at] = b'a';
            }
        }
    }
}
