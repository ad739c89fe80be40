//! Mutations: small changes of known inputs, from a seeded generator, so that a run can be repeated.

/// A source of mutated inputs.
pub struct Mutator {
    seeds: Vec<Vec<u8>>,
    state: u64,
}

/// Longest input made.
const LONGEST: usize = 64 << 10;

/// Bytes and texts that decoders find hard.
static HARD: &[&[u8]] = &[
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\x9f",
    b"\xbf",
    b"\x5f",
    b"\x7f\xff",
    b"\xfb\x7f\xf8\0\0\0\0\0\0",
    b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\xd8\x3d\xd2",
    b"\xd2\x84",
    b"\xa1\x01\x26",
    b"\"",
    b"\\ud800",
    b"\\u0000",
    b"1e999",
    b"-0",
    b"[[[[[[[[",
    b"{\"a\":",
    b"null",
    b".",
    b"..",
    b"~",
    b"%",
    b":::",
    b"HC1:",
    b"shc:/",
    b"NZCP:/1/",
    b"\xef\xbb\xbf",
    b"=",
    b"77",
    b"\x30\x80",
    b"\x30\x84\xff\xff\xff\xff",
];

impl Mutator {
    /// A generator over these inputs; the same seed gives the same sequence.
    pub fn new(seeds: Vec<Vec<u8>>, seed: u64) -> Self {
        Mutator { seeds, state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    /// The next input: a seed with one to eight changes.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.pick_seed();
        for _ in 0..1 + self.below(8) {
            self.change(&mut input);
        }
        input.truncate(LONGEST);
        input
    }

    fn pick_seed(&mut self) -> Vec<u8> {
        let at = self.below(self.seeds.len());
        self.seeds.get(at).cloned().unwrap_or_default()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        match self.below(9) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << (self.state % 8);
                }
            }
            1 => {
                let new = self.byte();
                if let Some(byte) = input.get_mut(at) {
                    *byte = new;
                }
            }
            2 => {
                let new = self.byte();
                input.insert(at, new);
            }
            3 => {
                let end = (at + 1 + self.below(16)).min(input.len());
                input.drain(at.min(end)..end);
            }
            4 => {
                let hard = HARD.get(self.below(HARD.len())).copied().unwrap_or_default();
                input.splice(at..at, hard.iter().copied());
            }
            5 => {
                let end = (at + self.below(64)).min(input.len());
                let piece = input.get(at..end).unwrap_or_default().to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, piece);
            }
            6 => input.truncate(at),
            7 => {
                let other = self.pick_seed();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(other.get(from..).unwrap_or_default());
            }
            _ => {
                let digit = b'0' + u8::try_from(self.below(10)).unwrap_or_default();
                if let Some(byte) = input.get_mut(at).filter(|byte| byte.is_ascii_digit()) {
                    *byte = digit;
                }
            }
        }
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or_default()
    }

    /// A number below `limit`, 0 when that is 0 (xorshift64*).
    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let number = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or_default().checked_rem(limit).unwrap_or_default()
    }
}
