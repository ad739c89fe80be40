//! Lines: cuts a stream of bytes into numbered lines and collects them into groups.

use crate::limits;
use crate::service::problem::Kind;

/// Lines of one group at most.
const GROUP_LINES: usize = 256;
/// A group that holds as much as this is full.
const GROUP_BYTES: usize = 256 << 10;

/// What came and was not yet sent off.
#[derive(Default)]
pub struct Lines {
    group: Group,
    /// The line that has not ended yet, at most one byte longer than a line may be.
    rest: Vec<u8>,
    too_long: bool,
    number: u64,
}

/// Some lines, to be judged together.
#[derive(Default)]
pub struct Group {
    bytes: Vec<u8>,
    /// The number of each line and where it ends; or why there is none.
    ends: Vec<(u64, Result<usize, Kind>)>,
}

impl Lines {
    /// Takes in some more bytes.
    pub fn push(&mut self, mut chunk: &[u8]) {
        while let Some(at) = memchr(chunk) {
            let (line, after) = chunk.split_at(at);
            self.extend(line);
            self.end_line();
            chunk = after.get(1..).unwrap_or_default();
        }
        self.extend(chunk);
    }

    /// The bytes have ended; what came after the last line end is a line too.
    pub fn end(&mut self) {
        self.end_line();
    }

    /// The bytes have ended before their end: after the last whole line stands a problem.
    pub fn end_with(&mut self, kind: Kind) {
        self.rest.clear();
        self.number += 1;
        self.group.ends.push((self.number, Err(kind)));
    }

    /// How many lines have ended.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// `true` when there is a line to judge.
    pub fn has_group(&self) -> bool {
        !self.group.ends.is_empty()
    }

    /// `true` when no more lines should be taken in before this group is sent off.
    pub fn is_group_full(&self) -> bool {
        self.group.ends.len() >= GROUP_LINES || self.group.bytes.len() >= GROUP_BYTES
    }

    /// The lines so far; collecting begins anew.
    pub fn take_group(&mut self) -> Group {
        std::mem::take(&mut self.group)
    }

    fn extend(&mut self, part: &[u8]) {
        if self.too_long || self.rest.len() + part.len() > limits::INPUT_BYTES {
            // The rest of the line is read and dropped.
            self.too_long = true;
            self.rest = Vec::new();
        } else {
            self.rest.extend_from_slice(part);
        }
    }

    /// Blank lines are counted and not answered.
    fn end_line(&mut self) {
        self.number += 1;
        if std::mem::take(&mut self.too_long) {
            self.group.ends.push((self.number, Err(Kind::TooLarge)));
            return;
        }
        let line = self.rest.trim_ascii();
        if !line.is_empty() {
            self.group.bytes.extend_from_slice(line);
            self.group.ends.push((self.number, Ok(self.group.bytes.len())));
        }
        self.rest.clear();
    }
}

impl Group {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Each line with its number.
    pub fn lines(&self) -> impl Iterator<Item = (u64, Result<&[u8], Kind>)> {
        let mut begin = 0;
        self.ends.iter().map(move |(number, end)| {
            let line = end.map(|end| self.bytes.get(std::mem::replace(&mut begin, end)..end).unwrap_or_default());
            (*number, line)
        })
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(group: &Group) -> Vec<(u64, Result<String, Kind>)> {
        group.lines().map(|(n, line)| (n, line.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()))).collect()
    }

    #[test]
    fn cuts_wherever_chunks_end() {
        let text = b"one\r\ntwo\n\n   \nfive";
        for size in 1..text.len() {
            let mut lines = Lines::default();
            text.chunks(size).for_each(|chunk| lines.push(chunk));
            lines.end();
            let expected = [(1, "one"), (2, "two"), (5, "five")].map(|(n, text)| (n, Ok(text.to_owned())));
            assert_eq!(texts(&lines.take_group()), expected);
            assert!(!lines.has_group());
        }
    }

    #[test]
    fn a_line_too_long_is_one_problem_and_no_memory() {
        let mut lines = Lines::default();
        lines.push(b"before\n");
        for _ in 0..3 {
            lines.push(&vec![b'x'; limits::INPUT_BYTES]);
            assert!(lines.rest.capacity() <= 2 * limits::INPUT_BYTES);
        }
        lines.push(b"\nafter\n");
        let expected = vec![(1, Ok("before".to_owned())), (2, Err(Kind::TooLarge)), (3, Ok("after".to_owned()))];
        assert_eq!(texts(&lines.take_group()), expected);
    }

    #[test]
    fn a_line_at_the_limit_is_taken() {
        let mut lines = Lines::default();
        lines.push(&vec![b'x'; limits::INPUT_BYTES]);
        lines.push(b"\n");
        assert!(lines.is_group_full());
        assert!(lines.take_group().lines().all(|(_, line)| line.is_ok_and(|line| line.len() == limits::INPUT_BYTES)));
        lines.push(&vec![b'x'; limits::INPUT_BYTES + 1]);
        lines.push(b"\n");
        assert!(lines.take_group().lines().all(|(_, line)| line == Err(Kind::TooLarge)));
    }

    #[test]
    fn a_body_that_breaks_off_ends_in_a_problem() {
        let mut lines = Lines::default();
        lines.push(b"one\ntw");
        lines.end_with(Kind::Slow);
        assert_eq!(texts(&lines.take_group()), vec![(1, Ok("one".to_owned())), (2, Err(Kind::Slow))]);
    }
}
