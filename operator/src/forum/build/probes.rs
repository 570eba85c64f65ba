//! When a pod counts as started, alive and ready, and how it leaves.

use k8s_openapi::{
    api::core::v1::{HTTPGetAction, Lifecycle, LifecycleHandler, Probe, SleepAction},
    apimachinery::pkg::util::intstr::IntOrString,
};

use super::services::ADMIN;

/// Seconds between a pod's leaving its Services and its being told to stop: proxies learn of it meanwhile.
pub(super) const PRE_STOP_SECONDS: i64 = 5;
/// Seconds over the services' own grace in which they close their stores.
const STOP_MARGIN_SECONDS: i64 = 10;

/// What a service goes on serving without, or answers for by itself (503, a code, a time to come back). If the outage
/// of what all pods share took all of them out of their Service, callers would get nothing at all and sockets had
/// nowhere to return to. A pod whose tables or keys were never there stays out: so a roll-out stops.
const SURVIVED: [&str; 5] = ["database", "nats", "objects", "pubsub", "redis"];

/// Not ready only for reasons that another pod might not have.
fn ready_path() -> String {
    let excluded: Vec<_> = SURVIVED
        .iter()
        .map(|part| format!("exclude={part}"))
        .collect();
    format!("/readyz?{}", excluded.join("&"))
}

/// Startup, liveness and readiness of a service.
pub(super) struct Probes {
    pub(super) startup: Probe,
    pub(super) liveness: Probe,
    pub(super) readiness: Probe,
}

/// The probes of the services, on their admin port.
pub(super) fn service() -> Probes {
    Probes {
        // Two minutes to start in, looked at every second so that a roll-out is quick.
        startup: every(1, 120, http("/livez", ADMIN)),
        liveness: every(10, 3, http("/livez", ADMIN)),
        readiness: every(5, 2, http(&ready_path(), ADMIN)),
    }
}

/// `probe` with its period in seconds and the failures in a row that count.
pub(super) fn every(period_seconds: i32, failures: i32, probe: Probe) -> Probe {
    Probe {
        period_seconds: Some(period_seconds),
        failure_threshold: Some(failures),
        timeout_seconds: Some(3),
        ..probe
    }
}

/// Asks `path` of the named port.
pub(super) fn http(path: &str, port: &str) -> Probe {
    Probe {
        http_get: Some(HTTPGetAction {
            path: Some(path.to_owned()),
            port: IntOrString::String(port.to_owned()),
            ..HTTPGetAction::default()
        }),
        ..Probe::default()
    }
}

/// Goes on serving for a while after the pod left its Services.
pub(super) fn pre_stop() -> Lifecycle {
    Lifecycle {
        pre_stop: Some(LifecycleHandler {
            sleep: Some(SleepAction {
                seconds: PRE_STOP_SECONDS,
            }),
            ..LifecycleHandler::default()
        }),
        ..Lifecycle::default()
    }
}

/// Seconds that a pod has for stopping if its service takes `grace` of them to drain.
pub(super) fn termination_grace_seconds(grace: i32) -> i64 {
    PRE_STOP_SECONDS + i64::from(grace) + STOP_MARGIN_SECONDS
}
