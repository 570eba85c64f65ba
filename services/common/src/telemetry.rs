//! Logs and metrics of a process.

use std::{io::IsTerminal, sync::OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{InvalidSetting, LogFormat, Settings};

/// Bounds of request durations, in seconds.
const DURATION_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Sends log lines to standard output, once a process.
///
/// # Errors
/// If `LOG` cannot be read.
pub fn init_logs(settings: &Settings) -> Result<(), InvalidSetting> {
    init_log_lines(&settings.log, settings.log_format)
}

/// As [`init_logs`], for a process with other settings: `filter` is what `LOG` says.
///
/// # Errors
/// If `filter` cannot be read.
pub fn init_log_lines(filter: &str, format: Option<LogFormat>) -> Result<(), InvalidSetting> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| InvalidSetting::new("LOG", error.to_string()))?;
    let is_terminal = std::io::stdout().is_terminal();
    let format = format.unwrap_or(if is_terminal {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    });
    let registry = tracing_subscriber::registry().with(filter);
    // A second call (a test starting two platforms) keeps the first subscriber.
    let _ = match format {
        LogFormat::Pretty => registry
            .with(fmt::layer().with_target(false).with_ansi(is_terminal))
            .try_init(),
        LogFormat::Json => registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false),
            )
            .try_init(),
    };
    Ok(())
}

/// The process's metrics in Prometheus text form.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let builder = match builder
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), DURATION_BUCKETS)
        {
            Ok(builder) => builder,
            Err(_) => PrometheusBuilder::new(),
        };
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse_args;

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_by_its_variables_name() {
        let settings: Settings = parse_args(&["--log", "info,folkmoot=loud"]).expect("settings");
        assert_eq!(init_logs(&settings).expect_err("a refusal").variable, "LOG");
    }

    #[test]
    fn durations_are_counted_in_buckets_and_other_metrics_as_they_are() {
        let handle = metrics();
        metrics::histogram!("folkmoot_test_duration_seconds").record(0.02);
        metrics::counter!("folkmoot_test_total", "route" => "/{id}").increment(2);
        let text = handle.render();
        for line in [
            "folkmoot_test_duration_seconds_bucket{le=\"0.01\"} 0",
            "folkmoot_test_duration_seconds_bucket{le=\"0.025\"} 1",
            "folkmoot_test_duration_seconds_bucket{le=\"+Inf\"} 1",
            "folkmoot_test_total{route=\"/{id}\"} 2",
        ] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
        assert!(std::ptr::eq(handle, metrics()));
    }
}
