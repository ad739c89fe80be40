//! Bench picture: the figures as one SVG of three charts: by batch size, by number of issuers, by format.
//!
//! Verifications a second of one thread, on scales of powers of ten, with the rate of `ring`'s bare ES256 check as a line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::cli::bench::report::{Row, Table};

const WIDTH: f64 = 860.0;
const CHART_HEIGHT: f64 = 300.0;
/// Room for labels: left, right, above, below.
const MARGIN: (f64, f64, f64, f64) = (90.0, 220.0, 40.0, 44.0);
/// Told apart by people who see few colours.
const COLOURS: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a3d9a", "#4d4d4d"];

/// The picture of a table.
pub(super) fn picture(table: &Table) -> String {
    let rows: Vec<&Row> = table.rows.iter().filter(|row| row.threads == 1).collect();
    let ring = rows.iter().find(|row| row.mode == "ring_es256").map_or(0.0, |row| row.per_second);
    let charts = [by_batch(&rows), by_issuers(&rows)];
    let bars = by_format(&rows);
    let height = CHART_HEIGHT * 2.0 + MARGIN.2 + 26.0 * bars.len() as f64 + 60.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" viewBox=\"0 0 {WIDTH} {height:.0}\" \
         font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"Verifications a second\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    for (at, chart) in charts.iter().enumerate() {
        lines(&mut svg, chart, ring, CHART_HEIGHT * at as f64);
    }
    draw_bars(&mut svg, &bars, ring, CHART_HEIGHT * 2.0);
    svg.push_str("</svg>\n");
    svg
}

/// Lines over one number.
struct Chart {
    title: &'static str,
    across: &'static str,
    series: BTreeMap<String, BTreeMap<usize, f64>>,
}

fn name_of(row: &Row) -> String {
    [row.format, row.variant].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn is_bulk(row: &Row) -> bool {
    row.format.is_none() && row.mode.starts_with("es256-")
}

/// By batch size: as many issuers as there are, at most.
fn by_batch(rows: &[&Row]) -> Chart {
    let mut series: BTreeMap<String, BTreeMap<usize, f64>> = BTreeMap::new();
    let mut most: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_bulk(row) || matches!(row.mode, "one" | "batch")) {
        let name = if is_bulk(row) { row.mode.to_owned() } else { name_of(row) };
        let known = most.entry(name.clone()).or_default();
        if row.issuers >= *known {
            if row.issuers > *known {
                series.remove(&name);
            }
            *known = row.issuers;
            series.entry(name).or_default().insert(row.batch, row.per_second);
        }
    }
    series.retain(|_, points| points.len() > 1);
    Chart { title: "Verifications a second, by batch size", across: "verified in one call", series }
}

/// By the number of issuers: in the largest batch.
fn by_issuers(rows: &[&Row]) -> Chart {
    let mut largest: BTreeMap<(String, usize), (usize, f64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.mode == "es256-known-issuer" || matches!(row.mode, "one" | "batch")) {
        let name = if is_bulk(row) { row.mode.to_owned() } else { name_of(row) };
        let best = largest.entry((name, row.issuers)).or_default();
        if row.batch >= best.0 {
            *best = (row.batch, row.per_second);
        }
    }
    let mut series: BTreeMap<String, BTreeMap<usize, f64>> = BTreeMap::new();
    for ((name, issuers), (_, rate)) in largest {
        series.entry(name).or_default().insert(issuers, rate);
    }
    series.retain(|_, points| points.len() > 1);
    Chart { title: "Verifications a second, by number of issuers", across: "issuers, in turn", series }
}

/// The best rate of each format and kind of signature, and how many were verified in one call for it.
fn by_format(rows: &[&Row]) -> Vec<(String, f64, usize)> {
    let mut best: BTreeMap<String, (f64, usize)> = BTreeMap::new();
    for row in rows {
        let name = match row.mode {
            "one" | "batch" => name_of(row),
            mode if row.format.is_none() => mode.to_owned(),
            _ => continue,
        };
        let known = best.entry(name).or_default();
        if row.per_second > known.0 {
            *known = (row.per_second, row.batch);
        }
    }
    best.into_iter().map(|(name, (rate, batch))| (name, rate, batch)).collect()
}

/// Whole powers of ten around these rates.
fn decades(rates: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) = rates
        .filter(|rate| *rate > 0.0)
        .fold((f64::MAX, f64::MIN), |(least, most), rate| (least.min(rate), most.max(rate)));
    if least > most {
        return (0.0, 1.0);
    }
    let (low, high) = (least.log10().floor(), most.log10().ceil());
    (low, if high > low { high } else { low + 1.0 })
}

fn lines(svg: &mut String, chart: &Chart, ring: f64, top: f64) {
    let (left, right, above, below) = MARGIN;
    let (width, height) = (WIDTH - left - right, CHART_HEIGHT - above - below);
    let sizes: BTreeSet<usize> = chart.series.values().flat_map(BTreeMap::keys).copied().collect();
    let rates = chart.series.values().flat_map(BTreeMap::values).copied().chain([ring]);
    let (low, high) = decades(rates);
    let across = |size: usize| {
        let place = |size: usize| (size.max(1) as f64).log2();
        let (first, last) = (sizes.first().copied().map_or(0.0, place), sizes.last().copied().map_or(1.0, place));
        left + width * (place(size) - first) / (last - first).max(1.0)
    };
    let up = |rate: f64| top + above + height * (1.0 - (rate.max(1e-9).log10() - low) / (high - low));
    heading(svg, chart.title, top);
    if chart.series.is_empty() {
        text(svg, (left, top + above + 20.0), "start", "one size only was measured");
        return;
    }
    let mut decade = low;
    while decade <= high {
        let y = up(10f64.powf(decade));
        let _ = writeln!(
            svg,
            "<line x1=\"{left}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#dddddd\"/>",
            left + width
        );
        text(svg, (left - 8.0, y + 4.0), "end", &rounded(10f64.powf(decade)));
        decade += 1.0;
    }
    for size in &sizes {
        text(svg, (across(*size), top + above + height + 18.0), "middle", &size.to_string());
    }
    text(svg, (left + width / 2.0, top + above + height + 36.0), "middle", chart.across);
    ring_line(svg, (left, left + width), (up(ring), up(ring)), "ring, bare ES256");
    // Labels at the right end, none upon another.
    let mut ends: Vec<(f64, &str, &str)> = vec![];
    for ((name, points), colour) in chart.series.iter().zip(COLOURS.iter().cycle()) {
        let path: Vec<String> =
            points.iter().map(|(size, rate)| format!("{:.1},{:.1}", across(*size), up(*rate))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        if let Some((_, rate)) = points.last_key_value() {
            ends.push((up(*rate), name, colour));
        }
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = top + above - 14.0;
    for (y, name, colour) in ends {
        free = y.max(free + 14.0);
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\">{}</text>",
            left + width + 10.0,
            free + 4.0,
            escaped(name)
        );
    }
}

fn draw_bars(svg: &mut String, bars: &[(String, f64, usize)], ring: f64, top: f64) {
    let (left, right, above) = (230.0, 150.0, MARGIN.2);
    let width = WIDTH - left - right;
    heading(svg, "Verifications a second, by format: the best batch size, one thread", top);
    let (low, high) = decades(bars.iter().map(|(_, rate, _)| *rate).chain([ring]));
    let along = |rate: f64| width * ((rate.max(1e-9).log10() - low) / (high - low)).clamp(0.0, 1.0);
    for (at, (name, rate, batch)) in bars.iter().enumerate() {
        let y = top + above + 26.0 * at as f64;
        let colour = if name.starts_with("ring_") { "#999999" } else { "#0072b2" };
        text(svg, (left - 8.0, y + 14.0), "end", name);
        let _ = writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"18\" fill=\"{colour}\"/>",
            along(*rate).max(1.0)
        );
        let said = if *batch > 1 { format!("{} (batch {batch})", rounded(*rate)) } else { rounded(*rate) };
        text(svg, (left + along(*rate) + 6.0, y + 14.0), "start", &said);
    }
    let bottom = top + above + 26.0 * bars.len() as f64;
    let x = left + along(ring);
    ring_line(svg, (x, x), (top + above - 4.0, bottom), "");
}

fn ring_line(svg: &mut String, (x1, x2): (f64, f64), (y1, y2): (f64, f64), name: &str) {
    let _ = writeln!(
        svg,
        "<line x1=\"{x1:.1}\" x2=\"{x2:.1}\" y1=\"{y1:.1}\" y2=\"{y2:.1}\" stroke=\"#000000\" stroke-dasharray=\"6 4\"/>"
    );
    text(svg, (x1 + 4.0, y1 - 4.0), "start", name);
}

fn heading(svg: &mut String, title: &str, top: f64) {
    let _ = writeln!(
        svg,
        "<text x=\"16\" y=\"{:.1}\" font-size=\"15\" font-weight=\"bold\">{}</text>",
        top + 22.0,
        escaped(title)
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, said: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(said));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A rate for people: three digits and their unit.
fn rounded(rate: f64) -> String {
    match rate {
        rate if rate >= 1e6 => format!("{:.3} M", rate / 1e6),
        rate if rate >= 1e3 => format!("{:.1} k", rate / 1e3),
        rate => format!("{rate:.0}"),
    }
}
