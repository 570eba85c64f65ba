//! Figures, by the `metrics` crate, with the label `service`.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// Handles are looked up once: the fan-out only touches atomics, and once per batch.
pub(crate) struct Metrics {
    service: &'static str,
    /// Open sockets.
    pub(crate) sockets: Gauge,
    /// Topics with local members, or just left.
    pub(crate) topics: Gauge,
    /// Bytes that wait for all sockets.
    pub(crate) queued: Gauge,
    /// Reads of the log because of a gap.
    pub(crate) repairs: Counter,
    /// 1 while publications of other replicas arrive.
    pub(crate) broker_up: Gauge,
    /// Round trip of the last probe through the broker, in seconds.
    pub(crate) probe: Gauge,
    /// Publications that the broker did not take.
    pub(crate) unpublished: Counter,
    deliveries: Counter,
    batch: Histogram,
}

impl Metrics {
    pub(crate) fn new(service: &'static str) -> Self {
        Self {
            service,
            sockets: gauge!("realtime_sockets", "service" => service),
            topics: gauge!("realtime_topics", "service" => service),
            queued: gauge!("realtime_queued_bytes", "service" => service),
            repairs: counter!("realtime_gap_repairs_total", "service" => service),
            broker_up: gauge!("realtime_broker_up", "service" => service),
            probe: gauge!("realtime_probe_seconds", "service" => service),
            unpublished: counter!("realtime_unpublished_total", "service" => service),
            deliveries: counter!("realtime_deliveries_total", "service" => service),
            batch: histogram!("realtime_batch_frames", "service" => service),
        }
    }

    /// One fan-out.
    pub(crate) fn batch(&self, frames: usize, members: usize) {
        self.deliveries.increment((frames * members) as u64);
        self.batch.record(frames as f64);
    }

    /// A socket ended with this close code.
    pub(crate) fn closed(&self, code: u16) {
        let code = code.to_string();
        counter!("realtime_closes_total", "service" => self.service, "code" => code).increment(1);
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
