//! When each message is to be sent, and by which socket. An open loop: a message that could not be
//! sent in time keeps the time at which it should have been, so that a stall counts against every
//! message it delays (no coordinated omission).

/// How many rooms there are, and how many sockets are in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Number of rooms.
    pub rooms: usize,
    /// Sockets in each room.
    pub members: usize,
}

impl Shape {
    /// Number of sockets.
    #[must_use]
    pub fn sockets(self) -> usize {
        self.rooms * self.members
    }

    /// The room of a socket.
    #[must_use]
    #[inline]
    pub fn room_of(self, socket: usize) -> usize {
        socket % self.rooms
    }

    /// The socket that sends the message with this index: rooms in turn, members in turn.
    #[must_use]
    #[inline]
    pub fn sender_of(self, message: u64) -> usize {
        usize::try_from(message % (self.sockets() as u64)).unwrap_or(0)
    }
}

/// Messages at equal distances. Times are nanoseconds of the generator's clock.
#[derive(Clone, Debug)]
pub struct Schedule {
    start: u64,
    end: u64,
    interval: f64,
    sent: u64,
}

impl Schedule {
    /// `rate` messages a second, from `start` until before `end`.
    #[must_use]
    pub fn new(start: u64, end: u64, rate: f64) -> Self {
        Self {
            start,
            end,
            interval: 1e9 / rate,
            sent: 0,
        }
    }

    /// The time of the next message, or nothing after the last.
    #[must_use]
    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub fn next_at(&self) -> Option<u64> {
        let at = self.start + (self.sent as f64 * self.interval) as u64;
        (at < self.end).then_some(at)
    }

    /// Takes the next message if it is due: its index and its time.
    #[inline]
    pub fn take(&mut self, now: u64) -> Option<(u64, u64)> {
        let at = self.next_at()?;
        if at > now {
            return None;
        }
        self.sent += 1;
        Some((self.sent - 1, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_message_keeps_its_time() {
        let mut schedule = Schedule::new(1_000, 4_000_001_000, 2.0);
        assert_eq!(schedule.take(999), None);
        assert_eq!(schedule.take(3_000_000_000), Some((0, 1_000)));
        assert_eq!(schedule.take(3_000_000_000), Some((1, 500_001_000)));
        let rest = std::iter::from_fn(|| schedule.take(u64::MAX)).count();
        assert_eq!(rest, 6);
        assert_eq!(schedule.next_at(), None);
    }

    #[test]
    fn every_room_and_every_member_sends_in_turn() {
        let shape = Shape {
            rooms: 3,
            members: 2,
        };
        let senders: Vec<_> = (0..6).map(|message| shape.sender_of(message)).collect();
        assert_eq!(senders, [0, 1, 2, 3, 4, 5]);
        let rooms: Vec<_> = senders
            .iter()
            .map(|socket| shape.room_of(*socket))
            .collect();
        assert_eq!(rooms, [0, 1, 2, 0, 1, 2]);
    }
}
