//! Finder patterns of a two-tone picture: a dark stone inside a dark ring, crossed as 1:1:3:1:1.

/// A finder pattern.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finder {
    /// Its middle, in pixels from the left.
    pub(super) x: f64,
    /// Its middle, in pixels from the top.
    pub(super) y: f64,
    /// The width of a module in pixels.
    pub(super) module: f64,
}

/// The finder patterns of a picture, each once.
pub(super) fn find(width: u32, height: u32, is_black: impl Fn(u32, u32) -> bool) -> Vec<Finder> {
    let mut runs = Runs::default();
    let mut crossings = Vec::new();
    for y in 0..height {
        runs.add_row(width, y, |x| is_black(x, y));
        let row = runs.row.clone().zip(runs.all.get(runs.row.clone()).unwrap_or_default().windows(3));
        crossings.extend(row.filter(|(_, three)| is_crossing(three)).map(|(first, _)| first));
    }
    let mut rings = std::collections::BTreeSet::new();
    crossings.retain(|first| {
        let ring = runs.root(*first);
        let stone = runs.root(first + 1);
        let closed = ring == runs.root(first + 2) && ring != stone;
        // The stone has 9 modules, the ring 24.
        let percent = runs.pixels(stone) * 100 / runs.pixels(ring).max(1);
        closed && (11..70).contains(&percent) && rings.insert(ring)
    });
    crossings.iter().filter_map(|first| runs.stone(first + 1)).collect()
}

/// A row's unbroken dark pixels, and the region that they are part of.
#[derive(Clone, Copy)]
struct Run {
    start: u32,
    end: u32,
    /// Another run of the same region, or the run itself when it stands for the region.
    parent: usize,
    /// Of the whole region, where the run stands for it.
    pixels: u64,
    sum_x: u64,
    sum_y: u64,
}

#[derive(Default)]
struct Runs {
    all: Vec<Run>,
    row: std::ops::Range<usize>,
}

impl Runs {
    /// Adds a row's runs and joins them with those of the row above.
    fn add_row(&mut self, width: u32, y: u32, is_black: impl Fn(u32) -> bool) {
        let above = self.row.clone();
        self.row = self.all.len()..self.all.len();
        let mut start = None;
        for x in 0..=width {
            let black = x < width && is_black(x);
            match (start, black) {
                (None, true) => start = Some(x),
                (Some(first), false) => {
                    self.push(first, x, y);
                    start = None;
                }
                _ => {}
            }
        }
        self.row.end = self.all.len();
        let (mut upper, mut lower) = (above, self.row.clone());
        while let (Some(a), Some(b)) = (self.all.get(upper.start).copied(), self.all.get(lower.start).copied()) {
            if upper.is_empty() || lower.is_empty() {
                return;
            }
            if a.start < b.end && b.start < a.end {
                self.join(upper.start, lower.start);
            }
            if a.end < b.end { upper.start += 1 } else { lower.start += 1 }
        }
    }

    fn push(&mut self, start: u32, end: u32, y: u32) {
        let pixels = u64::from(end - start);
        let sum_x = pixels * u64::from(start + end - 1) / 2;
        let parent = self.all.len();
        self.all.push(Run { start, end, parent, pixels, sum_x, sum_y: pixels * u64::from(y) });
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return;
        }
        let Some(joined) = self.all.get_mut(other) else { return };
        joined.parent = one;
        let Run { pixels, sum_x, sum_y, .. } = *joined;
        if let Some(root) = self.all.get_mut(one) {
            root.pixels += pixels;
            root.sum_x += sum_x;
            root.sum_y += sum_y;
        }
    }

    /// The run that stands for this run's region; the way there is halved for the next asker.
    fn root(&mut self, mut run: usize) -> usize {
        while let Some(parent) = self.all.get(run).map(|found| found.parent).filter(|parent| *parent != run) {
            let grandparent = self.all.get(parent).map_or(parent, |found| found.parent);
            if let Some(found) = self.all.get_mut(run) {
                found.parent = grandparent;
            }
            run = grandparent;
        }
        run
    }

    fn pixels(&self, root: usize) -> u64 {
        self.all.get(root).map_or(0, |run| run.pixels)
    }

    fn stone(&mut self, run: usize) -> Option<Finder> {
        let root = self.root(run);
        let Run { pixels, sum_x, sum_y, .. } = *self.all.get(root)?;
        let pixels = number(pixels);
        Some(Finder { x: number(sum_x) / pixels, y: number(sum_y) / pixels, module: pixels.sqrt() / 3.0 })
    }
}

#[expect(clippy::cast_precision_loss, reason = "sums over a picture stay far below 2^53")]
fn number(sum: u64) -> f64 {
    sum as f64
}

/// Three dark runs and the gaps between as 1:1:3:1:1, each off by three quarters of a module at most.
fn is_crossing(three: &[Run]) -> bool {
    let [a, b, c] = three else { return false };
    let runs = [a.end - a.start, b.start - a.end, b.end - b.start, c.start - b.end, c.end - c.start];
    let module = (runs[0] + runs[1] + runs[3] + runs[4]) / 4;
    let slack = module * 3 / 4;
    module > 0 && runs.iter().zip([1, 1, 3, 1, 1]).all(|(run, due)| run.abs_diff(due * module) <= slack)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pattern_is_found_once_with_its_middle() {
        let finder = |x: u32, y: u32| {
            let ring = |low: u32, high: u32| (low..=high).contains(&x) && (low..=high).contains(&y);
            x < 7 && y < 7 && (!ring(1, 5) || ring(2, 4))
        };
        let one = find(9, 9, finder);
        assert!(matches!(one[..], [Finder { x: 3.0, y: 3.0, module: 1.0 }]), "{one:?}");
        assert_eq!(find(20, 20, |x, y| finder(x % 10, y % 10)).len(), 4);
        assert_eq!(find(60, 60, |x, y| finder(x / 3 % 10, y / 3 % 10)).len(), 4);
        assert_eq!(find(20, 20, |_, _| false).len(), 0);
        assert_eq!(find(20, 20, |_, _| true).len(), 0);
        // Bars cross as 1:1:3:1:1 too, but no ring is around a stone.
        assert_eq!(find(20, 20, |x, _| [0, 2, 3, 4, 6].contains(&x)).len(), 0);
    }
}
