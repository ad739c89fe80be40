//! Inflating a stream that is there as a whole (RFC 1951, 3.2), the common case of a credential: faster than a library that must
//! be able to stop and go on anywhere.
//!
//! It either comes to the very bytes that the library comes to, or to nothing: whatever is unusual or wrong (a cut, bytes behind the
//! end, a stored block, a code that leaves bits unused, too many bytes) is left to the library, which says what it is.

/// Longer data gains nothing.
const MOST: usize = 1 << 16;
/// The bits that are looked up at once in the tables of the two alphabets.
const LITERAL_BITS: u32 = 10;
const DISTANCE_BITS: u32 = 9;

/// For each length symbol from 257 on: the shortest length, and how many bits say how much longer it is (RFC 1951, 3.2.5).
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
/// The same for each distance symbol.
const DISTANCES: [(u16, u8); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12289, 12),
    (16385, 13),
    (24577, 13),
];
/// The order in which the lengths of the codes of code lengths stand (RFC 1951, 3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The bytes that bare DEFLATE data stands for, at most `cap` of them.
pub(super) fn inflate_raw(data: &[u8], cap: usize) -> Option<Vec<u8>> {
    if data.len() > MOST {
        return None;
    }
    let mut out = Vec::with_capacity(data.len().saturating_mul(4).clamp(64, MOST).min(cap.saturating_add(1)));
    let mut bits = Bits { data, at: 0, held: 0, count: 0 };
    loop {
        bits.fill();
        let is_last = bits.take(1)? == 1;
        let alphabets = match bits.take(2)? {
            1 => fixed()?,
            2 => dynamic(&mut bits)?,
            _ => return None,
        };
        inflate_block(&mut bits, &alphabets, &mut out, cap)?;
        if is_last {
            return bits.is_at_end().then_some(out);
        }
    }
}

/// The bytes that zlib data (RFC 1950) stands for, at most `cap` of them.
pub(super) fn inflate_zlib(data: &[u8], cap: usize) -> Option<Vec<u8>> {
    // The largest window, no dictionary, and a checksum of the header.
    let (header @ [0x78, flags], rest) = data.split_first_chunk::<2>()? else { return None };
    if flags & 0x20 != 0 || u16::from_be_bytes(*header) % 31 != 0 {
        return None;
    }
    let (deflated, sum) = rest.split_last_chunk::<4>()?;
    let out = inflate_raw(deflated, cap)?;
    (adler32(&out) == u32::from_be_bytes(*sum)).then_some(out)
}

/// The bits of the data, the lowest of each byte first.
struct Bits<'d> {
    data: &'d [u8],
    /// The first byte that is not held.
    at: usize,
    /// Bits held; above `count` they may be those that come next.
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Holds at least 56 bits, or all that are left.
    #[inline(always)]
    fn fill(&mut self) {
        if let Some(word) = self.data.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            self.held |= u64::from_le_bytes(*word) << self.count;
            let bytes = (63 - self.count) >> 3;
            self.at += usize::try_from(bytes).unwrap_or(0);
            self.count += 8 * bytes;
            return;
        }
        while self.count < 56 {
            let Some(byte) = self.data.get(self.at) else { return };
            self.held |= u64::from(*byte) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    /// The next bits, up to 16 of those held; `None` when there are fewer.
    #[inline(always)]
    fn take(&mut self, count: u32) -> Option<u16> {
        let bits = self.held & ((1 << count) - 1);
        self.drop(count)?;
        u16::try_from(bits).ok()
    }

    #[inline(always)]
    fn drop(&mut self, count: u32) -> Option<()> {
        self.count = self.count.checked_sub(count)?;
        self.held >>= count;
        Some(())
    }

    /// `true` when no byte is left, but for one that was begun.
    fn is_at_end(&self) -> bool {
        self.at == self.data.len() && self.count < 8
    }
}

/// A prefix code: what its symbols are, by the bits that come next.
struct Alphabet<const ENTRIES: usize> {
    /// By the next bits: the symbol times 16, and the length of its code; 0 where the code is longer.
    table: [u16; ENTRIES],
    /// How many codes of each length there are.
    counts: [u16; 16],
    /// The symbols, by length and then by value.
    symbols: [u16; 288],
}

/// The two codes of a block.
struct Alphabets {
    literals: Alphabet<{ 1 << LITERAL_BITS }>,
    distances: Alphabet<{ 1 << DISTANCE_BITS }>,
}

impl<const ENTRIES: usize> Alphabet<ENTRIES> {
    /// The code whose symbols have codes of these lengths (RFC 1951, 3.2.2); `None` unless it uses all bits there are.
    fn of(lengths: &[u8]) -> Option<Self> {
        let mut alphabet = Alphabet { table: [0; ENTRIES], counts: [0; 16], symbols: [0; 288] };
        for length in lengths {
            *alphabet.counts.get_mut(usize::from(*length))? += 1;
        }
        alphabet.counts[0] = 0;
        // Where the symbols of each length begin, and the first code of each length.
        let (mut starts, mut codes) = ([0_u16; 17], [0_u32; 17]);
        let mut left = 1_i32;
        for (length, count) in alphabet.counts.iter().enumerate().skip(1) {
            left = 2 * left - i32::from(*count);
            if left < 0 {
                return None;
            }
            *starts.get_mut(length + 1)? = starts.get(length)? + count;
            *codes.get_mut(length + 1)? = (codes.get(length)? + u32::from(*count)) << 1;
        }
        if left != 0 {
            return None;
        }
        let bits = ENTRIES.ilog2();
        for (symbol, length) in (0_u16..).zip(lengths).filter(|(_, length)| **length > 0) {
            let (start, code) = (starts.get_mut(usize::from(*length))?, codes.get_mut(usize::from(*length))?);
            *alphabet.symbols.get_mut(usize::from(*start))? = symbol;
            let length = u32::from(*length);
            if length <= bits {
                let first = usize::try_from(code.reverse_bits() >> (32 - length)).ok()?;
                let entry = symbol << 4 | u16::try_from(length).ok()?;
                alphabet.table.get_mut(first..)?.iter_mut().step_by(1 << length).for_each(|slot| *slot = entry);
            }
            *start += 1;
            *code += 1;
        }
        Some(alphabet)
    }

    /// The next symbol.
    #[inline(always)]
    fn next(&self, bits: &mut Bits<'_>) -> Option<u16> {
        let at = usize::try_from(bits.held & (ENTRIES as u64 - 1)).ok()?;
        let entry = *self.table.get(at)?;
        if entry == 0 {
            return self.next_long(bits);
        }
        bits.drop(u32::from(entry & 15))?;
        Some(entry >> 4)
    }

    /// The same bit by bit, for codes longer than the table is wide.
    #[cold]
    fn next_long(&self, bits: &mut Bits<'_>) -> Option<u16> {
        let (mut code, mut first, mut index) = (0_u32, 0_u32, 0_u32);
        for (length, count) in (1_u32..).zip(self.counts.iter().skip(1)) {
            let count = u32::from(*count);
            code |= u32::try_from(bits.held >> (length - 1) & 1).ok()?;
            if code < first + count {
                bits.drop(length)?;
                return self.symbols.get(usize::try_from(index + code - first).ok()?).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// RFC 1951, 3.2.6.
fn fixed() -> Option<Alphabets> {
    let mut lengths = [8; 288];
    lengths.get_mut(144..256)?.fill(9);
    lengths.get_mut(256..280)?.fill(7);
    Some(Alphabets { literals: Alphabet::of(&lengths)?, distances: Alphabet::of(&[5; 32])? })
}

/// RFC 1951, 3.2.7.
fn dynamic(bits: &mut Bits<'_>) -> Option<Alphabets> {
    let literals = usize::from(bits.take(5)?) + 257;
    let distances = usize::from(bits.take(5)?) + 1;
    let count = usize::from(bits.take(4)?) + 4;
    let mut own = [0; 19];
    for place in ORDER.iter().take(count) {
        bits.fill();
        *own.get_mut(*place)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let own = Alphabet::<128>::of(&own)?;
    let mut lengths = [0_u8; 320];
    let (mut at, all) = (0, literals + distances);
    while at < all {
        bits.fill();
        let symbol = own.next(bits)?;
        let (length, times) = match symbol {
            0..=15 => (u8::try_from(symbol).ok()?, 1),
            16 => (*lengths.get(at.checked_sub(1)?)?, usize::from(bits.take(2)?) + 3),
            17 => (0, usize::from(bits.take(3)?) + 3),
            _ => (0, usize::from(bits.take(7)?) + 11),
        };
        let end = at + times;
        if end > all {
            return None;
        }
        lengths.get_mut(at..end)?.fill(length);
        at = end;
    }
    let (of_literals, of_distances) = lengths.get(..all)?.split_at_checked(literals)?;
    // Symbols that stand for nothing, and a block without an end, are for the library to judge.
    if literals > 286 || distances > 30 || of_literals.get(256) == Some(&0) {
        return None;
    }
    Some(Alphabets { literals: Alphabet::of(of_literals)?, distances: Alphabet::of(of_distances)? })
}

fn inflate_block(bits: &mut Bits<'_>, alphabets: &Alphabets, out: &mut Vec<u8>, cap: usize) -> Option<()> {
    loop {
        // A length and a distance with what stands behind them are 48 bits at most.
        bits.fill();
        let symbol = alphabets.literals.next(bits)?;
        if let Ok(literal) = u8::try_from(symbol) {
            if out.len() >= cap {
                return None;
            }
            out.push(literal);
            continue;
        }
        if symbol == 256 {
            return Some(());
        }
        let (base, extra) = *LENGTHS.get(usize::from(symbol - 257))?;
        let length = usize::from(base + bits.take(u32::from(extra))?);
        let (base, extra) = *DISTANCES.get(usize::from(alphabets.distances.next(bits)?))?;
        let distance = usize::from(base + bits.take(u32::from(extra))?);
        let start = out.len().checked_sub(distance)?;
        if length > cap.saturating_sub(out.len()) {
            return None;
        }
        if distance >= length {
            out.extend_from_within(start..start + length);
        } else {
            for at in start..start + length {
                out.push(*out.get(at)?);
            }
        }
    }
}

/// RFC 1950, 9.
fn adler32(bytes: &[u8]) -> u32 {
    // So many sums of bytes stay below 2^32.
    const RUN: usize = 5_552;
    const MODULUS: u32 = 65_521;
    let (a, b) = bytes.chunks(RUN).fold((1_u32, 0_u32), |sums, run| {
        let (a, b) = run.iter().fold(sums, |(a, b), byte| (a + u32::from(*byte), b + a + u32::from(*byte)));
        (a % MODULUS, b % MODULUS)
    });
    b << 16 | a
}
