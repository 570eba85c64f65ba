//! Settings of identity alone.

use std::{num::NonZeroUsize, time::Duration};

use chrono::TimeDelta;
use clap::ValueEnum;
use folkmoot_common::config::Secret;

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Nobody.
    Closed,
}

/// Whether an address must be seen to be its owner's before the account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EmailVerification {
    /// Nobody comes in before. No answer tells whether an address belongs to an account.
    Required,
    /// Whoever registers is in at once. So a taken address must be refused, and that tells that it is.
    Optional,
}

/// What identity adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Whether anybody may make an account.
    #[arg(
        long,
        env = "REGISTRATION",
        value_enum,
        default_value = "open",
        help_heading = "Accounts"
    )]
    pub registration: Registration,

    /// Whether an address must be verified before its account can be used.
    #[arg(
        long,
        env = "EMAIL_VERIFICATION",
        value_enum,
        default_value = "optional",
        help_heading = "Accounts"
    )]
    pub email_verification: EmailVerification,

    /// Life of an access token in seconds, 30 to 900: for as long the services remember which ones were revoked.
    #[arg(long, env = "ACCESS_TOKEN_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u16).range(30..=900), help_heading = "Accounts")]
    pub access_token_seconds: u16,

    /// Days that a session lasts without being used, 1 to 365.
    #[arg(long, env = "REFRESH_TOKEN_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=365), help_heading = "Accounts")]
    pub refresh_token_days: u16,

    /// Passwords hashed at the same time, at 19 MiB each [default: one a processor].
    #[arg(long, env = "PASSWORD_HASH_CONCURRENCY", help_heading = "Accounts")]
    pub password_hash_concurrency: Option<NonZeroUsize>,

    /// Log-ins in 15 minutes to one account from one address; 0 means no limit.
    #[arg(
        long,
        env = "LOGIN_LIMIT_PER_ACCOUNT",
        default_value_t = 10,
        help_heading = "Accounts"
    )]
    pub login_limit_per_account: u32,

    /// Log-ins and session refreshes in a minute from one address; 0 means no limit.
    #[arg(
        long,
        env = "LOGIN_LIMIT_PER_ADDRESS",
        default_value_t = 60,
        help_heading = "Accounts"
    )]
    pub login_limit_per_address: u32,

    /// Accounts made in an hour from one address; 0 means no limit.
    #[arg(
        long,
        env = "REGISTRATION_LIMIT_PER_ADDRESS",
        default_value_t = 60,
        help_heading = "Accounts"
    )]
    pub registration_limit_per_address: u32,

    /// Mails asked for in an hour from one address; 0 means no limit.
    #[arg(
        long,
        env = "MAIL_LIMIT_PER_ADDRESS",
        default_value_t = 60,
        help_heading = "Mail"
    )]
    pub mail_limit_per_address: u32,

    /// smtp://[USER:PASSWORD@]HOST[:PORT][?tls=required|opportunistic|none] or smtps://… [default: files in DATA_DIR/mail].
    #[arg(long, env = "SMTP_URL", hide_env_values = true, help_heading = "Mail")]
    pub smtp_url: Option<Secret>,

    /// Who mail is from: an address, or NAME <ADDRESS> [default: noreply at the host of PUBLIC_URL].
    #[arg(long, env = "MAIL_FROM", help_heading = "Mail")]
    pub mail_from: Option<String>,
}

impl Settings {
    /// Life of an access token.
    #[must_use]
    pub fn access_lifetime(&self) -> TimeDelta {
        TimeDelta::seconds(self.access_token_seconds.into())
    }

    /// Life of a refresh token.
    #[must_use]
    pub fn refresh_lifetime(&self) -> TimeDelta {
        TimeDelta::days(self.refresh_token_days.into())
    }

    /// The most passwords that are hashed at once.
    pub(crate) fn hash_concurrency(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.password_hash_concurrency
            .map_or(processors, NonZeroUsize::get)
    }
}

/// How long the limit of log-ins to one account looks back.
pub(crate) const ACCOUNT_WINDOW: Duration = Duration::from_secs(15 * 60);
/// How long the limit of log-ins from one address looks back.
pub(crate) const ADDRESS_WINDOW: Duration = Duration::from_secs(60);
/// How long the limit of registrations looks back.
pub(crate) const REGISTRATION_WINDOW: Duration = Duration::from_secs(60 * 60);
/// How long the limit of mails that are asked for looks back.
pub(crate) const MAIL_WINDOW: Duration = Duration::from_secs(60 * 60);
