//! Digests: SHA-2 of bytes.

use ring::digest;

/// The SHA-256 digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(&digest::SHA256, bytes)
}

/// The SHA-1 digest of `bytes`: to make key identifiers of certificates, and for nothing else.
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    fixed(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes)
}

/// The SHA-384 digest of `bytes`.
pub fn sha384(bytes: &[u8]) -> [u8; 48] {
    fixed(&digest::SHA384, bytes)
}

/// The SHA-512 digest of `bytes`.
pub fn sha512(bytes: &[u8]) -> [u8; 64] {
    fixed(&digest::SHA512, bytes)
}

/// The SHA-512 digest of these bytes, one run behind the other.
pub fn sha512_of(runs: &[&[u8]]) -> [u8; 64] {
    let mut context = digest::Context::new(&digest::SHA512);
    runs.iter().for_each(|run| context.update(run));
    taken(context.finish())
}

fn fixed<const N: usize>(algorithm: &'static digest::Algorithm, bytes: &[u8]) -> [u8; N] {
    taken(digest::digest(algorithm, bytes))
}

fn taken<const N: usize>(digest: digest::Digest) -> [u8; N] {
    let mut out = [0; N];
    // The lengths agree by construction; were they not to, a shorter copy would show in the tests at once.
    out.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4 example values for "abc".
    #[test]
    fn known_digests() {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(
            hex(&sha384(b"abc")),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        );
        assert!(hex(&sha512(b"abc")).starts_with("ddaf35a193617abacc417349ae204131"));
        assert!(hex(&sha512(b"abc")).ends_with("2a9ac94fa54ca49f"));
    }
}
