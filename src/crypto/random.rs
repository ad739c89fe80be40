//! Random: the operating system's randomness, for identifiers, nonces and keys.

use ring::rand::{SecureRandom, SystemRandom};

/// That many random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secure can go on then.
#[expect(clippy::panic, reason = "without randomness nothing secure can go on, and no input can cause it")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the one place")]
    if SystemRandom::new().fill(&mut bytes).is_err() {
        panic!("the operating system gives no randomness");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::random_bytes;

    #[test]
    fn never_twice_the_same() {
        assert_ne!(random_bytes::<16>(), random_bytes::<16>());
    }
}
