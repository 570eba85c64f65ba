//! Settings, from flags and the environment.

use std::net::IpAddr;

use clap::{Parser, Subcommand};
use folkmoot_common::config::LogFormat;

/// Runs forums on Kubernetes.
#[derive(Debug, Clone, Parser)]
#[command(name = "folkmoot-operator", version, about)]
pub struct Args {
    /// What to do instead of running.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to run.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the executable can do besides running.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Command {
    /// Prints the manifest (JSON, which kubectl applies like YAML) of the custom resource definition.
    Crd,
}

/// How to run.
#[derive(Debug, Clone, clap::Args)]
pub struct Settings {
    /// Namespaces whose forums are looked after, separated by commas [default: all].
    #[arg(long, env = "WATCH_NAMESPACES", value_delimiter = ',')]
    pub watch_namespaces: Vec<String>,

    /// Act only while holding a Lease, so that several operators can run.
    #[arg(
        long,
        env = "LEADER_ELECT",
        default_value_t = false,
        action = clap::ArgAction::Set,
        num_args = 0..=1,
        default_missing_value = "true",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub leader_elect: bool,

    /// Name of the Lease.
    #[arg(long, env = "LEASE_NAME", default_value = "folkmoot-operator")]
    pub lease_name: String,

    /// Seconds after which a Lease that is not renewed is free.
    #[arg(long, env = "LEASE_DURATION_SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(2..=3600))]
    pub lease_duration_seconds: u64,

    /// The operator's own namespace: of its Lease, and from which pods let it in [default: that of the pod].
    #[arg(long, env = "POD_NAMESPACE")]
    pub pod_namespace: Option<String>,

    /// The operator's own name, for its Lease and its events [default: the host's].
    #[arg(long, env = "POD_NAME")]
    pub pod_name: Option<String>,

    /// Forums that are looked after at the same time.
    #[arg(long, env = "CONCURRENCY", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub concurrency: u16,

    /// Seconds after which a pass over a forum is given up and tried again.
    #[arg(long, env = "PASS_TIMEOUT_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub pass_timeout_seconds: u64,

    /// Address of /livez, /readyz and /metrics.
    #[arg(long, env = "HOST", default_value = "0.0.0.0")]
    pub host: IpAddr,

    /// Port of /livez, /readyz and /metrics.
    #[arg(long, env = "HEALTH_PORT", default_value_t = 8080)]
    pub health_port: u16,

    /// Port on which forums' pods answer the operator.
    #[arg(long, env = "POD_ADMIN_PORT", default_value_t = crate::pods::admin::ADMIN_PORT, hide = true)]
    pub pod_admin_port: u16,

    /// What is logged, as tracing filters, for example info,folkmoot_operator=debug.
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,

    /// How log lines look [default: pretty on a terminal, else json].
    #[arg(long, env = "LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
}

impl Settings {
    /// The namespaces, without empty names: a list that is set to nothing means all.
    #[must_use]
    pub fn namespaces(&self) -> Vec<String> {
        let names = self
            .watch_namespaces
            .iter()
            .map(|name| name.trim().to_owned());
        let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
        names.sort();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arguments: &[&str]) -> Settings {
        let all = [&["folkmoot-operator"], arguments].concat();
        Args::try_parse_from(all).unwrap().settings
    }

    #[test]
    fn namespaces_are_a_list_and_nothing_means_all() {
        assert_eq!(
            settings(&["--watch-namespaces", "b, a,,b"]).namespaces(),
            ["a", "b"]
        );
        assert!(
            settings(&["--watch-namespaces", ""])
                .namespaces()
                .is_empty()
        );
        assert!(settings(&[]).namespaces().is_empty());
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for wrong in [
            ["--concurrency", "0"],
            ["--pass-timeout-seconds", "0"],
            ["--lease-duration-seconds", "1"],
            ["--leader-elect", "perhaps"],
        ] {
            let all = [&["folkmoot-operator"], &wrong[..]].concat();
            assert!(Args::try_parse_from(all).is_err(), "{wrong:?}");
        }
        assert!(settings(&["--leader-elect"]).leader_elect);
        assert!(settings(&["--leader-elect", "yes"]).leader_elect);
        assert!(!settings(&["--leader-elect=false"]).leader_elect);
    }
}
