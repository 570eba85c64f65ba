//! The latest messages of a topic, so that a short absence is replayed without a read of the log.

use std::collections::VecDeque;

use crate::frame::Frame;

/// Holds every message after `floor`.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    frames: VecDeque<(u64, Frame)>,
    bytes: usize,
    floor: u64,
}

impl Recent {
    /// Begins after `seq`.
    pub(crate) fn start(&mut self, seq: u64) {
        self.floor = seq;
    }

    /// Adds the next message and drops the oldest beyond `max_bytes`.
    pub(crate) fn push(&mut self, seq: u64, frame: Frame, max_bytes: usize) {
        self.bytes += frame.len();
        self.frames.push_back((seq, frame));
        while self.bytes > max_bytes {
            let Some((seq, frame)) = self.frames.pop_front() else {
                return;
            };
            self.bytes -= frame.len();
            self.floor = seq;
        }
    }

    /// All messages after `seq`, if none of them was dropped.
    pub(crate) fn after(&self, seq: u64) -> Option<impl Iterator<Item = &(u64, Frame)>> {
        let start = self.frames.partition_point(|(s, _)| *s <= seq);
        (seq >= self.floor).then(|| self.frames.range(start..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_gives_a_part() {
        let mut recent = Recent::default();
        recent.start(10);
        let frame = Frame::text("12345678");
        for seq in 11..=30 {
            recent.push(seq, frame.clone(), 5 * frame.len());
        }
        let seqs = |after| {
            recent
                .after(after)
                .map(|all| all.map(|(s, _)| *s).collect::<Vec<_>>())
        };
        assert_eq!(seqs(24), None);
        assert_eq!(seqs(25), Some(vec![26, 27, 28, 29, 30]));
        assert_eq!(seqs(30), Some(vec![]));
    }
}
