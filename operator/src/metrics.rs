//! The operator's metrics. All begin with `folkmoot_operator_`.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::kinds::Kind;

/// Says what each metric is.
pub fn describe() {
    describe_counter!(
        "folkmoot_operator_passes_total",
        "Passes over forums, by result: ok, error, invalid"
    );
    describe_counter!(
        "folkmoot_operator_errors_total",
        "Passes that ended early, by kind of error"
    );
    describe_histogram!(
        "folkmoot_operator_pass_duration_seconds",
        "Duration of a pass"
    );
    describe_counter!(
        "folkmoot_operator_writes_total",
        "Writes to the Kubernetes API, by kind and verb"
    );
    describe_counter!(
        "folkmoot_operator_requests_total",
        "Requests to the Kubernetes API, by resource and method"
    );
    describe_histogram!(
        "folkmoot_operator_time_to_ready_seconds",
        "From a forum's creation until it was Ready first"
    );
    describe_counter!(
        "folkmoot_operator_watch_errors_total",
        "Interruptions of watches, by what they watch"
    );
    describe_gauge!(
        "folkmoot_operator_leader",
        "1 while this process acts, 0 while it stands by"
    );
    describe_gauge!(
        "folkmoot_operator_crd_missing",
        "1 while the cluster has no ForumInstance kind"
    );
    describe_gauge!(
        "folkmoot_operator_forums",
        "Forums, by condition and its status"
    );
    describe_gauge!(
        "folkmoot_operator_last_success_timestamp_seconds",
        "When a pass ended well last, in Unix time"
    );
}

/// A write was sent.
pub fn write(kind: Kind, verb: &'static str) {
    write_of(kind.name(), verb);
}

/// A write of a kind that is not among [`Kind`] was sent.
pub fn write_of(kind: &'static str, verb: &'static str) {
    counter!("folkmoot_operator_writes_total", "kind" => kind, "verb" => verb).increment(1);
}

/// A request was sent.
pub fn request(resource: &str, method: &str) {
    counter!(
        "folkmoot_operator_requests_total",
        "resource" => resource.to_owned(), "method" => method.to_owned()
    )
    .increment(1);
}

/// A pass ended.
pub fn pass(result: &'static str, took: Duration) {
    counter!("folkmoot_operator_passes_total", "result" => result).increment(1);
    histogram!("folkmoot_operator_pass_duration_seconds").record(took.as_secs_f64());
}

/// A pass ended well at `seconds` of Unix time.
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds are exact for some million years"
)]
pub fn success(seconds: i64) {
    gauge!("folkmoot_operator_last_success_timestamp_seconds").set(seconds as f64);
}

/// A pass ended early.
pub fn error(kind: &'static str) {
    counter!("folkmoot_operator_errors_total", "kind" => kind).increment(1);
}

/// A forum became Ready for the first time.
pub fn became_ready(after: Duration) {
    histogram!("folkmoot_operator_time_to_ready_seconds").record(after.as_secs_f64());
}

/// A watch was interrupted.
pub fn watch_error(watch: &'static str) {
    counter!("folkmoot_operator_watch_errors_total", "watch" => watch).increment(1);
}

/// Whether this process acts.
pub fn leader(is: bool) {
    gauge!("folkmoot_operator_leader").set(f64::from(u8::from(is)));
}

/// Whether the cluster lacks our kind.
pub fn crd_missing(is: bool) {
    gauge!("folkmoot_operator_crd_missing").set(f64::from(u8::from(is)));
}

/// How many forums have a condition with a status.
pub fn forums(condition: &'static str, status: &'static str, count: u32) {
    gauge!("folkmoot_operator_forums", "condition" => condition, "status" => status)
        .set(f64::from(count));
}
