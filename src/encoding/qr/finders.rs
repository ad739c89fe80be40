//! Counting finder patterns before the codes are searched, because that search is quadratic in them.

/// Where one row crosses a finder pattern: the middle of its 1:1:3:1:1 runs.
type Middle = usize;

/// About how many finder patterns a two-tone picture holds; crossings that lie below each other count once.
pub(super) fn count(width: usize, height: usize, is_black: impl Fn(usize, usize) -> bool) -> usize {
    let (mut found, mut above): (usize, Vec<Middle>) = (0, Vec::new());
    for y in 0..height {
        let row = crossings(width, |x| is_black(x, y));
        // Both rows run from left to right, so one walk over them suffices.
        let mut left = above.iter().peekable();
        for middle in &row {
            while left.next_if(|other| **other + 2 < *middle).is_some() {}
            if left.peek().is_none_or(|other| **other > middle + 2) {
                found += 1;
            }
        }
        above = row;
    }
    found
}

fn crossings(width: usize, is_black: impl Fn(usize) -> bool) -> Vec<Middle> {
    let (mut runs, mut length, mut black, mut middles) = ([0_usize; 5], 0_usize, false, Vec::new());
    // One white pixel after the end closes a run that reaches it.
    for x in 0..=width {
        let here = x < width && is_black(x);
        if here != black {
            runs = [runs[1], runs[2], runs[3], runs[4], length];
            if black && is_finder(runs) {
                middles.push(x.saturating_sub(runs.iter().sum::<usize>() / 2));
            }
            (black, length) = (here, 0);
        }
        length += 1;
    }
    middles
}

/// Five runs as 1:1:3:1:1, each off by three quarters of a module at most.
fn is_finder(runs: [usize; 5]) -> bool {
    let module = (runs[0] + runs[1] + runs[3] + runs[4]) / 4;
    let slack = module * 3 / 4;
    module > 0 && runs.iter().zip([1, 1, 3, 1, 1]).all(|(run, due)| run.abs_diff(due * module) <= slack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_counts_once() {
        let finder = |x: usize, y: usize| {
            let ring = |low: usize, high: usize| (low..=high).contains(&x) && (low..=high).contains(&y);
            x < 7 && y < 7 && (!ring(1, 5) || ring(2, 4))
        };
        assert_eq!(count(9, 9, finder), 1);
        assert_eq!(count(20, 20, |x, y| finder(x % 10, y % 10)), 4);
        assert_eq!(count(60, 60, |x, y| finder(x / 3 % 10, y / 3 % 10)), 4);
        assert_eq!(count(20, 20, |_, _| false), 0);
        assert_eq!(count(20, 20, |_, _| true), 0);
    }
}
