//! Demands: the options that make a policy and an occasion.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::input::read_file;
use crate::cli::trouble::Trouble;
use crate::did::remote::Resolver;
use crate::encoding::json;
use crate::format::{FORMATS, by_name};
use crate::limits;
use crate::net::clock::Clock;
use crate::policy::{Environment, Policy};
use crate::time::Timestamp;

/// What the relying party demands.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Demands {
    /// Policy file (JSON); the options below outweigh it.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Which trust entries count.
    #[arg(long, value_name = "WHICH")]
    environment: Option<World>,
    /// Refuse what verifiers are told to tolerate.
    #[arg(long)]
    strict: bool,
}

/// Production or test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum World {
    /// Live issuers.
    Production,
    /// Test issuers.
    Test,
}

impl From<World> for Environment {
    fn from(world: World) -> Self {
        match world {
            World::Production => Environment::Production,
            World::Test => Environment::Test,
        }
    }
}

impl Demands {
    /// The policy that file and options amount to.
    pub(super) fn policy(&self) -> Result<Policy, Trouble> {
        let mut policy = match &self.policy {
            None => Policy::default(),
            Some(path) => {
                let bytes = read_file(path, limits::INPUT_BYTES)?;
                json::from_slice(&bytes).map_err(|reason| Trouble::at(path, format!("not a policy file: {reason}")))?
            }
        };
        if let Some(world) = self.environment {
            policy.environment = world.into();
        }
        policy.strict |= self.strict;
        Ok(policy)
    }
}

/// The value of `--as`: the name of a format that exists.
pub(super) fn format_name(text: &str) -> Result<String, String> {
    match by_name(text) {
        Some(format) => Ok(format.about().name.to_owned()),
        None => {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.about().name).collect();
            Err(format!("no such format; there are {}", names.join(", ")))
        }
    }
}

/// The value of `--at`: RFC 3339, or seconds since 1970; within the years 1970 to 9999.
pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let time = match text.parse::<i64>() {
        Ok(seconds) => Some(Timestamp::from_seconds(seconds)),
        Err(_) => Timestamp::from_rfc3339(text),
    };
    time.filter(|time| (0..=limits::LATEST_SECOND).contains(&time.seconds()))
        .ok_or_else(|| "neither RFC 3339 (2021-06-11T12:00:00Z) nor seconds since 1970".to_owned())
}

/// The value of `--resolver`: the base URL of a DID resolver.
pub(super) fn resolver(text: &str) -> Result<Resolver, String> {
    Resolver::new(text)
        .ok_or_else(|| "not an https URL that ends in a slash (https://HOST/1.0/identifiers/)".to_owned())
}

/// The present, by the clock of this machine.
pub(super) fn now() -> Timestamp {
    Clock::system().now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_both_notations() {
        assert_eq!(time("1623412800"), Ok(Timestamp::from_seconds(1_623_412_800)));
        assert_eq!(time("2021-06-11T12:00:00Z"), Ok(Timestamp::from_seconds(1_623_412_800)));
        for wrong in ["", "yesterday", "-1", "253402300800", "99999999999999999999", "2021-06-11"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
