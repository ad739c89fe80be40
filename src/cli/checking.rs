//! Checking: the options that say how signatures are checked. They change how fast, never what comes of it.

use std::sync::Arc;

use clap::{Args, ValueEnum};

use crate::cli::trouble::{Trouble, remark};
use crate::crypto::checker::{Checker, Cpu, Settings};
use crate::service::config::{SECOND_LOOK, TABLE_MEMORY_BYTES};

/// How signatures are checked.
#[derive(Args, Clone, Debug)]
pub(super) struct Checking {
    /// Which instructions of the processor are used; `library`: those of the crypto library alone. Default: $VIDIMUS_CPU, else
    /// `auto`.
    #[arg(long, value_name = "WHICH")]
    cpu: Option<Instructions>,
    /// Memory for tables of the trust list's busiest P-256 keys, MiB; 0 = no tables.
    #[arg(long, value_name = "N", default_value_t = TABLE_MEMORY_BYTES >> 20, value_parser = mebibytes)]
    table_memory_mib: usize,
    /// One in so many answers of the fast ES256 check is asked again of the crypto library; 0 = none.
    #[arg(long, value_name = "N", default_value_t = SECOND_LOOK)]
    second_look: u32,
}

/// Which instructions are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Instructions {
    /// The best that there are.
    Auto,
    /// No vector instructions.
    Scalar,
    /// The crypto library's.
    Library,
}

impl From<Instructions> for Cpu {
    fn from(instructions: Instructions) -> Self {
        match instructions {
            Instructions::Auto => Cpu::Auto,
            Instructions::Scalar => Cpu::Scalar,
            Instructions::Library => Cpu::Library,
        }
    }
}

impl Checking {
    /// A checker by these settings; for `many` signatures it builds tables meanwhile.
    pub(super) fn checker(&self, many: bool) -> Result<Arc<Checker>, Trouble> {
        let checker = Arc::new(Checker::new(self.settings()?));
        checker.on_disagreement(|| {
            remark(
                "the fast signature check disagreed with the crypto library and is not used any more; \
                 this is a fault of vidimus or of this machine: please report it",
            );
        });
        if many {
            checker.build_in_background();
        }
        Ok(checker)
    }

    /// The settings that the options, and the environment, amount to.
    pub(super) fn settings(&self) -> Result<Settings, Trouble> {
        let cpu = match (self.cpu, std::env::var("VIDIMUS_CPU")) {
            (Some(cpu), _) => cpu,
            (None, Ok(name)) if !name.is_empty() => Instructions::from_str(&name, true)
                .map_err(|_| Trouble::new("VIDIMUS_CPU is none of auto, scalar, library"))?,
            (None, _) => Instructions::Auto,
        };
        Ok(Settings { cpu: cpu.into(), table_memory_bytes: self.table_memory_mib << 20, second_look: self.second_look })
    }
}

/// The value of `--table-memory-mib`.
fn mebibytes(text: &str) -> Result<usize, String> {
    let most = usize::MAX >> 24;
    text.parse().ok().filter(|count| *count <= most).ok_or_else(|| format!("not a number from 0 to {most}"))
}
