//! Logs and metrics of a process.

use std::{io::IsTerminal, sync::OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{InvalidSetting, LogFormat, Settings};

/// Bounds of request durations, in seconds.
const DURATION_BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Sends log lines to standard output, once a process.
///
/// # Errors
/// If `LOG` cannot be read.
pub fn init_logs(settings: &Settings) -> Result<(), InvalidSetting> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| InvalidSetting::new("LOG", error.to_string()))?;
    let is_terminal = std::io::stdout().is_terminal();
    let format = settings.log_format.unwrap_or(if is_terminal { LogFormat::Pretty } else { LogFormat::Json });
    let registry = tracing_subscriber::registry().with(filter);
    // A second call (a test starting two platforms) keeps the first subscriber.
    let _ = match format {
        LogFormat::Pretty => registry.with(fmt::layer().with_target(false).with_ansi(is_terminal)).try_init(),
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false)).try_init(),
    };
    Ok(())
}

/// The process's metrics in Prometheus text form.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = match builder.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), DURATION_BUCKETS) {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}
