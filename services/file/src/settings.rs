//! Settings of the file service alone.

use std::{num::NonZeroU32, time::Duration};

use chrono::TimeDelta;
use folkmoot_common::upload::FormLimits;

/// How old a pending object is at least before it is removed.
const MIN_PENDING_AGE: TimeDelta = TimeDelta::hours(1);
/// What a form may have beside the file.
const OTHER_BYTES: u64 = 64 << 10;

/// What the file service adds to the settings that all services share.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Largest file in bytes.
    #[arg(long, env = "FILE_MAX_BYTES", default_value_t = 26_214_400, value_parser = clap::value_parser!(u64).range(1..=5_368_709_120), help_heading = "Files")]
    pub file_max_bytes: u64,

    /// Seconds without a byte after which an upload is given up.
    #[arg(long, env = "FILE_UPLOAD_IDLE_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600), help_heading = "Files")]
    pub file_upload_idle_seconds: u16,

    /// Seconds that one upload may take.
    #[arg(long, env = "FILE_UPLOAD_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u16).range(1..=3600), help_heading = "Files")]
    pub file_upload_seconds: u16,

    /// Uploads that one user (without tokens: one address) may begin in a minute; 0 means no limit.
    #[arg(
        long,
        env = "FILE_UPLOADS_PER_MINUTE",
        default_value_t = 60,
        help_heading = "Files"
    )]
    pub file_uploads_per_minute: u32,

    /// Uploads that run at the same time; each holds up to 5 MiB in memory.
    #[arg(
        long,
        env = "FILE_CONCURRENT_UPLOADS",
        default_value = "32",
        help_heading = "Files"
    )]
    pub file_concurrent_uploads: NonZeroU32,

    /// Uploads of one user that run at the same time.
    #[arg(
        long,
        env = "FILE_CONCURRENT_UPLOADS_PER_USER",
        default_value = "4",
        help_heading = "Files"
    )]
    pub file_concurrent_uploads_per_user: NonZeroU32,
}

impl Settings {
    /// What a form may have.
    #[must_use]
    pub fn limits(&self) -> FormLimits {
        FormLimits {
            file_bytes: self.file_max_bytes,
            files: 1,
            other_bytes: OTHER_BYTES,
            idle: Duration::from_secs(self.file_upload_idle_seconds.into()),
        }
    }

    /// How old a pending object is before it is removed: no upload may take as long.
    #[must_use]
    pub fn pending_age(&self) -> TimeDelta {
        MIN_PENDING_AGE.max(TimeDelta::seconds(i64::from(self.file_upload_seconds) * 2))
    }

    /// Longest time of an upload.
    #[must_use]
    pub fn upload_timeout(&self) -> Duration {
        Duration::from_secs(self.file_upload_seconds.into())
    }
}
