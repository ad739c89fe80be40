//! Bench report: the table of figures, for people and for programs.

use std::fs;
use std::io::{self, Write};

use serde::Serialize;

/// One row: what was done, and how fast.
#[derive(Serialize)]
pub(super) struct Row {
    /// The format; null for the bare signature checks.
    pub(super) format: Option<&'static str>,
    /// The algorithm or cryptosuite, where the format has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) variant: Option<&'static str>,
    /// `ring_es256` and the like; `es256-known-issuer` and the like; or `decode`, `expand`, `canonicalise`, `signature`, `one`,
    /// `batch`.
    pub(super) mode: &'static str,
    /// How many keys signed the credentials, in turn.
    pub(super) issuers: usize,
    /// Credentials in one call.
    pub(super) batch: usize,
    /// Threads at work.
    pub(super) threads: usize,
    /// Credentials a second, all threads together.
    #[serde(serialize_with = "rounded")]
    pub(super) per_second: f64,
    /// Time of one core for one credential.
    #[serde(serialize_with = "rounded")]
    pub(super) microseconds: f64,
    /// Credentials for each bare check that `ring` makes on as many threads.
    #[serde(serialize_with = "rounded")]
    pub(super) ratio_to_ring_es256: f64,
    /// How many bare checks of the same kind of signature take as long; with `ring`, or where that has none, with ours.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "rounded_if_any")]
    pub(super) times_bare_check: Option<f64>,
    /// Time of one core for everything but the signature check.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "rounded_if_any")]
    pub(super) not_signature_microseconds: Option<f64>,
    /// Allocations for one credential, those of C code not counted; in a build that counts them.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "rounded_if_any")]
    pub(super) allocations: Option<f64>,
    /// Bytes held at once during one call, at most, those of C code not counted; in a build that counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) peak_bytes: Option<u64>,
    /// `true` when no input was used twice.
    pub(super) fresh: bool,
}

/// The figures of one run.
#[derive(Serialize)]
pub(super) struct Table {
    machine: Machine,
    /// The rows, in the order in which they are printed.
    pub(super) rows: Vec<Row>,
}

/// Where it ran.
#[derive(Serialize)]
struct Machine {
    vidimus: &'static str,
    system: &'static str,
    architecture: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    processor: Option<String>,
    cores: usize,
    release: bool,
    /// The most memory that this process ever held (`VmHWM`).
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_resident_kib: Option<u64>,
}

impl Table {
    /// The table of these rows, measured on this machine.
    pub(super) fn new(cores: usize, rows: Vec<Row>) -> Self {
        let machine = Machine {
            vidimus: env!("CARGO_PKG_VERSION"),
            system: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            processor: line_of("/proc/cpuinfo", "model name"),
            cores,
            release: !cfg!(debug_assertions),
            peak_resident_kib: line_of("/proc/self/status", "VmHWM")
                .and_then(|text| text.split_whitespace().next()?.parse().ok()),
        };
        Table { machine, rows }
    }

    /// Writes one JSON object.
    pub(super) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", serde_json::to_string(self).unwrap_or_default())
    }

    /// Writes the table for people.
    pub(super) fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Machine { vidimus, system, architecture, processor, cores, release, peak_resident_kib } = &self.machine;
        write!(out, "vidimus {vidimus}, {system} {architecture}, {cores} cores")?;
        writeln!(out, "{}", processor.as_ref().map(|name| format!(", {name}")).unwrap_or_default())?;
        if !release {
            writeln!(out, "DEBUG BUILD: says little of speed; build with --release")?;
        }
        writeln!(
            out,
            "\n{:18} {:16} {:18} {:>7} {:>5} {:>7} {:>11} {:>10} {:>8} {:>7} {:>12} {:>7} {:>9}",
            "format",
            "variant",
            "mode",
            "issuers",
            "batch",
            "threads",
            "per second",
            "us a core",
            "x ring",
            "x bare",
            "us not sig.",
            "allocs",
            "peak KiB"
        )?;
        for row in &self.rows {
            writeln!(
                out,
                "{:18} {:16} {:18} {:>7} {:>5} {:>7} {:>11.0} {:>10.2} {:>8.3} {:>7} {:>12} {:>7} {:>9}",
                row.format.unwrap_or("-"),
                row.variant.unwrap_or("-"),
                row.mode,
                row.issuers,
                row.batch,
                row.threads,
                row.per_second,
                row.microseconds,
                row.ratio_to_ring_es256,
                row.times_bare_check.map(|times| format!("{times:.2}")).unwrap_or_default(),
                row.not_signature_microseconds.map(|time| format!("{time:.2}")).unwrap_or_default(),
                row.allocations.map(|count| format!("{count:.1}")).unwrap_or_default(),
                row.peak_bytes.map(|bytes| format!("{:.1}", bytes as f64 / 1024.0)).unwrap_or_default(),
            )?;
        }
        writeln!(
            out,
            "\nus a core: time of one core for one credential. x ring: credentials for each bare ES256 check that ring"
        )?;
        writeln!(
            out,
            "makes on as many threads. x bare: bare checks of the same kind of signature that take as long. us not sig.: the"
        )?;
        writeln!(out, "same time without the signature check. Medians of interleaved rounds.")?;
        if let Some(peak) = peak_resident_kib {
            writeln!(out, "Peak memory of this process: {peak} KiB.")?;
        }
        Ok(())
    }
}

/// What stands behind the first `name:` of a file of lines.
fn line_of(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn rounded<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((number * 1000.0).round() / 1000.0)
}

#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
fn rounded_if_any<S: serde::Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => rounded(number, serializer),
        None => serializer.serialize_none(),
    }
}
