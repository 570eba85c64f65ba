//! Brings the messages of one topic into `seq` order. Pure: no I/O, the time is given.

use std::{collections::BTreeMap, time::Duration};

use crate::frame::Frame;

/// What is delivered, what is held back behind a gap, and what is known to exist.
#[derive(Debug)]
pub(crate) struct Order {
    /// Everything up to here is delivered; `None` until the position is known.
    delivered: Option<u64>,
    held: BTreeMap<u64, Frame>,
    held_bytes: usize,
    max_held_bytes: usize,
    /// The highest `seq` that is known to exist.
    target: u64,
    /// Since when something that is known to exist is missing.
    missing_since: Option<Duration>,
    /// Reads of the log in a row that brought nothing.
    fruitless: u32,
    reading: bool,
}

/// The longest pause between two reads of the log for one gap.
const MAX_PAUSE: Duration = Duration::from_secs(5);

impl Order {
    /// `max_held_bytes` bounds what is held behind a gap; the rest is read from the log later.
    pub(crate) fn new(max_held_bytes: usize) -> Self {
        Self {
            delivered: None,
            held: BTreeMap::new(),
            held_bytes: 0,
            max_held_bytes,
            target: 0,
            missing_since: None,
            fruitless: 0,
            reading: false,
        }
    }

    /// The last `seq` that was delivered.
    pub(crate) fn delivered(&self) -> Option<u64> {
        self.delivered
    }

    /// A message arrived. What may be delivered now is appended to `out`.
    pub(crate) fn offer(
        &mut self,
        seq: u64,
        frame: Frame,
        now: Duration,
        out: &mut Vec<(u64, Frame)>,
    ) {
        if self.delivered.is_some_and(|delivered| seq <= delivered) {
            return;
        }
        self.target = self.target.max(seq);
        if self.delivered.is_some_and(|delivered| seq == delivered + 1) {
            self.deliver(seq, frame, out);
            self.release(now, out);
        } else {
            self.hold(seq, frame);
            self.watch(now);
        }
    }

    /// The position of the log. The first one is the start: nothing up to it is delivered.
    pub(crate) fn position(&mut self, seq: u64, now: Duration, out: &mut Vec<(u64, Frame)>) {
        if self.delivered.is_none() {
            self.delivered = Some(seq);
            self.held = self.held.split_off(&(seq + 1));
            self.held_bytes = self.held.values().map(Frame::len).sum();
        }
        self.target = self.target.max(seq);
        self.release(now, out);
    }

    /// What the log has after the `seq` that [`overdue`](Self::overdue) gave, ascending. The log is the truth:
    /// what it does not have below a message that it has does not exist. `None`: it could not be read.
    pub(crate) fn repair(
        &mut self,
        rows: Option<Vec<(u64, Frame)>>,
        now: Duration,
        out: &mut Vec<(u64, Frame)>,
    ) {
        self.reading = false;
        let before = self.delivered;
        for (seq, frame) in rows.into_iter().flatten() {
            if self.delivered.is_some_and(|delivered| seq > delivered) {
                self.target = self.target.max(seq);
                self.deliver(seq, frame, out);
            }
        }
        if self.delivered == before {
            self.fruitless = self.fruitless.saturating_add(1);
        }
        self.missing_since = None;
        self.release(now, out);
    }

    /// Where the log must be read from, when something has been missing for longer than `wait`. The
    /// caller reads and calls [`repair`](Self::repair); until then this is `None`.
    pub(crate) fn overdue(&mut self, now: Duration, wait: Duration) -> Option<u64> {
        let due = self.due(wait)?;
        if now < due {
            return None;
        }
        self.reading = true;
        self.delivered
    }

    /// When [`overdue`](Self::overdue) is worth asking.
    pub(crate) fn due(&self, wait: Duration) -> Option<Duration> {
        if self.reading {
            return None;
        }
        let pause = wait
            .saturating_mul(1 << self.fruitless.min(16))
            .min(MAX_PAUSE.max(wait));
        self.missing_since.map(|since| since + pause)
    }

    fn deliver(&mut self, seq: u64, frame: Frame, out: &mut Vec<(u64, Frame)>) {
        self.delivered = Some(seq);
        self.fruitless = 0;
        out.push((seq, frame));
    }

    fn hold(&mut self, seq: u64, frame: Frame) {
        let len = frame.len();
        if self.held_bytes + len > self.max_held_bytes {
            return;
        }
        if self.held.insert(seq, frame).is_none() {
            self.held_bytes += len;
        }
    }

    /// Delivers what is next in what is held.
    fn release(&mut self, now: Duration, out: &mut Vec<(u64, Frame)>) {
        while let Some(entry) = self.held.first_entry() {
            let seq = *entry.key();
            if self.delivered.is_none_or(|delivered| seq > delivered + 1) {
                break;
            }
            let frame = entry.remove();
            self.held_bytes -= frame.len();
            if self.delivered.is_some_and(|delivered| seq == delivered + 1) {
                self.deliver(seq, frame, out);
            }
        }
        self.watch(now);
    }

    fn watch(&mut self, now: Duration) {
        match self.delivered {
            Some(delivered) if delivered < self.target => {
                self.missing_since.get_or_insert(now);
            }
            _ => self.missing_since = None,
        }
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
