//! Draws: one in so many, by chance. Which of the fast path's answers the library is asked about again, and which uses of a key are counted.
//!
//! Each is drawn by itself, with randomness of the operating system, so that nobody can tell from what was drawn before, nor
//! from what is asked, whether the next one will be.

use std::cell::RefCell;

use crate::crypto::random::random_bytes;

thread_local! {
    static DRAWS: RefCell<Draws> = const { RefCell::new(Draws { bytes: [0; 256], at: 256 }) };
}

/// Random bytes drawn in advance: asking the system for each would cost as much as the rest of a check.
struct Draws {
    bytes: [u8; 256],
    at: usize,
}

impl Draws {
    fn next(&mut self) -> u32 {
        let after = |at: usize, bytes: &[u8; 256]| bytes.get(at..)?.first_chunk::<4>().copied();
        let four = after(self.at, &self.bytes).unwrap_or_else(|| {
            (self.bytes, self.at) = (random_bytes(), 0);
            after(0, &self.bytes).unwrap_or_default()
        });
        self.at += 4;
        u32::from_le_bytes(four)
    }
}

/// `true` for one in `one_in` draws, on the whole; 0 = never.
pub(crate) fn is_drawn(one_in: u32) -> bool {
    match one_in {
        0 => false,
        1 => true,
        _ => DRAWS.with_borrow_mut(Draws::next) <= u32::MAX / one_in,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_often_as_asked() {
        let drawn = |one_in| (0..200_000).filter(|_| is_drawn(one_in)).count();
        assert_eq!((drawn(0), drawn(1)), (0, 200_000));
        // 2,000 are due, and a standard deviation is 45.
        assert!((1_600..2_400).contains(&drawn(100)), "{}", drawn(100));
    }

    #[test]
    fn threads_draw_each_their_own() {
        let draw = || (0..1_000).map(|_| is_drawn(2)).collect::<Vec<_>>();
        let other = std::thread::spawn(draw).join().unwrap();
        assert_ne!(draw(), other);
    }
}
