//! What waits to be written to one socket, bounded in bytes.

use std::{collections::VecDeque, io::IoSlice};

use bytes::Bytes;

use crate::{close, frame};

/// What a queued buffer costs besides its bytes.
const ENTRY: usize = 32;
/// Most buffers of one vectored write.
pub(crate) const MAX_SLICES: usize = 64;

/// Whether frames may still be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Open.
    Open,
    /// A close frame is the last thing in the queue, or was sent.
    Closing,
    /// The connection is gone.
    Gone,
}

/// Frames of one topic and one moment for many sockets, joined in one buffer: those that may be lost come
/// first, so that what is left for a socket that is behind is a part of the same buffer.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) bytes: Bytes,
    /// Where the messages begin.
    pub(crate) messages: usize,
}

impl Batch {
    pub(crate) fn message(bytes: Bytes) -> Self {
        Self { bytes, messages: 0 }
    }

    pub(crate) fn ephemeral(bytes: Bytes) -> Self {
        Self {
            messages: bytes.len(),
            bytes,
        }
    }

    /// What may not be lost.
    pub(crate) fn only_messages(&self) -> Bytes {
        self.bytes.slice(self.messages..)
    }
}

/// The queue. An empty one owns no memory.
#[derive(Debug)]
pub(crate) struct Outbox {
    queue: VecDeque<Bytes>,
    /// How much of the first buffer is written.
    written: usize,
    cost: usize,
    pub(crate) state: State,
    /// The code of our close frame.
    pub(crate) code: Option<u16>,
}

impl Outbox {
    pub(crate) fn new() -> Self {
        Self {
            queue: VecDeque::new(),
            written: 0,
            cost: 0,
            state: State::Open,
            code: None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Bytes that wait, with what it costs to keep them.
    pub(crate) fn cost(&self) -> usize {
        self.cost
    }

    /// Adds a buffer of which `written` bytes are already sent (only if the queue is empty).
    pub(crate) fn push(&mut self, bytes: Bytes, written: usize) {
        if bytes.len() == written {
            return;
        }
        if self.queue.is_empty() {
            self.written = written;
        }
        self.cost += bytes.len() + ENTRY;
        self.queue.push_back(bytes);
    }

    /// Ends the queue with the answer to the peer's close frame.
    pub(crate) fn answer_close(&mut self, frame: Bytes) {
        if self.state == State::Open {
            self.push(frame, 0);
            self.state = State::Closing;
        }
    }

    /// Ends the queue with a close frame of ours. Does nothing when it has one.
    pub(crate) fn close(&mut self, code: u16, frame: Bytes) {
        if self.state == State::Open {
            self.push(frame, 0);
            self.state = State::Closing;
            self.code = Some(code);
        }
    }

    /// Drops what waits, but for the rest of a frame that is partly written, and closes with 3008.
    pub(crate) fn overflow(&mut self) {
        let first = self.queue.pop_front().filter(|_| self.written > 0);
        let written = self.written;
        self.clear();
        if let Some(first) = first {
            let end = frame_end(&first, written);
            self.push(first.slice(..end), written);
        }
        self.close(close::SLOW, frame::close(close::SLOW, "slow"));
    }

    /// Drops everything: the connection is gone.
    pub(crate) fn fail(&mut self) {
        self.clear();
        self.state = State::Gone;
    }

    fn clear(&mut self) {
        self.queue = VecDeque::new();
        (self.written, self.cost) = (0, 0);
    }

    /// The next buffers to write; returns how many there are.
    pub(crate) fn slices<'a>(&'a self, slices: &mut [IoSlice<'a>; MAX_SLICES]) -> usize {
        let mut skip = self.written;
        let mut count = 0;
        for (slice, bytes) in slices.iter_mut().zip(&self.queue) {
            *slice = IoSlice::new(&bytes[std::mem::take(&mut skip)..]);
            count += 1;
        }
        count
    }

    /// Forgets `n` bytes that were written.
    pub(crate) fn advance(&mut self, n: usize) {
        self.written += n;
        while let Some(first) = self.queue.front() {
            if self.written < first.len() {
                return;
            }
            self.written -= first.len();
            self.cost -= first.len() + ENTRY;
            self.queue.pop_front();
        }
        self.queue = VecDeque::new();
    }
}

/// The first end of a frame that is not before `written`.
fn frame_end(frames: &[u8], written: usize) -> usize {
    let mut end = 0;
    while end < written {
        let header = &frames[end..];
        end += match header[1] {
            126 => 4 + usize::from(u16::from_be_bytes([header[2], header[3]])),
            127 => {
                10 + header[2..10]
                    .iter()
                    .fold(0, |len, byte| len << 8 | usize::from(*byte))
            }
            short => 2 + usize::from(short),
        };
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;

    fn contents(outbox: &Outbox) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let n = outbox.slices(&mut slices);
        slices[..n]
            .iter()
            .flat_map(|slice| slice.to_vec())
            .collect()
    }

    #[test]
    fn what_is_written_in_pieces_is_the_same_bytes() {
        for piece in 1..40 {
            let (mut outbox, mut expected, mut got) = (Outbox::new(), Vec::new(), Vec::new());
            for len in [1, 5, 30, 2] {
                let bytes = Bytes::from(vec![len as u8; len]);
                expected.extend_from_slice(&bytes);
                outbox.push(bytes, 0);
            }
            while !outbox.is_empty() {
                let next = contents(&outbox);
                let n = piece.min(next.len());
                got.extend_from_slice(&next[..n]);
                outbox.advance(n);
            }
            assert_eq!(got, expected);
            assert_eq!((outbox.cost(), outbox.queue.capacity()), (0, 0));
        }
    }

    #[test]
    fn an_overflow_never_cuts_a_frame() {
        let frames: Vec<Bytes> = [3, 200, 70_000]
            .map(|n| Frame::text(&"x".repeat(n)).encoded().clone())
            .to_vec();
        let joined = frames.concat();
        let ends = [
            frames[0].len(),
            frames[0].len() + frames[1].len(),
            joined.len(),
        ];
        let close = frame::close(close::SLOW, "slow");
        for written in [
            0,
            1,
            ends[0],
            ends[0] + 1,
            ends[1] - 1,
            ends[1],
            ends[1] + 500,
        ] {
            let mut outbox = Outbox::new();
            outbox.push(Bytes::from(joined.clone()), written);
            outbox.push(frames[0].clone(), 0);
            outbox.overflow();
            let end = ends.into_iter().find(|end| *end >= written).unwrap();
            let end = if written == 0 { 0 } else { end };
            assert_eq!(
                contents(&outbox),
                [&joined[written..end], &close].concat(),
                "{written}"
            );
            assert_eq!(
                (outbox.state, outbox.code),
                (State::Closing, Some(close::SLOW))
            );
        }
    }
}
