//! The load generator: one thread, one epoll loop, thousands of client sockets. Per received
//! message it reads a frame header, finds the stamp, and counts; it parses no JSON.

use std::time::Instant;

use anyhow::{Result, bail};
use folkmoot_load::frame;
use folkmoot_load::histogram::Histogram;
use folkmoot_load::schedule::{Schedule, Shape};
use folkmoot_load::stamp::{self, Finder};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, Event, EventFlags};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{self, RecvFlags};

use crate::protocol::Protocol;
use crate::socket::Socket;

/// Bytes of content of every message.
const CONTENT: usize = 128;
/// Sockets that may be connecting at the same time, below the listen backlog of every server.
const CONNECTING: usize = 128;
/// After how many socket events the schedule is looked at again.
const EVENTS_PER_TURN: usize = 64;
/// Messages that are sent before sockets are read again.
const SENDS_PER_TURN: usize = 32;
const SECOND: u64 = 1_000_000_000;

/// What was counted since the window was set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Latencies of the window's messages at every receiver, from the time they should have been sent.
    pub(crate) latency: Histogram,
    /// Deliveries of any stamped message since the start.
    pub(crate) delivered: u64,
    /// Deliveries of the window's messages.
    pub(crate) in_window: u64,
    /// Of these, how many were later than the limit.
    pub(crate) late: u64,
    /// Deliveries that are due for the window's messages.
    pub(crate) expected: u64,
    /// The longest time a message left after it should have (ns).
    pub(crate) send_lag: u64,
    /// Per room, messages of the window and the sum of their stamps.
    rooms: Vec<(u64, u64)>,
    from: u64,
    to: u64,
    limit: u64,
}

/// The sockets and their loop.
pub(crate) struct Generator {
    epoll: OwnedFd,
    clock: Instant,
    port: u16,
    protocol: Protocol,
    shape: Shape,
    sockets: Vec<Socket>,
    open: usize,
    /// Sockets that the server closed.
    pub(crate) closed: usize,
    pub(crate) tally: Tally,
    finder: Finder,
    buffer: Vec<u8>,
    events: Vec<Event>,
}

impl Generator {
    pub(crate) fn new(port: u16, protocol: Protocol, shape: Shape) -> Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            clock: Instant::now(),
            port,
            protocol,
            shape,
            sockets: Vec::with_capacity(shape.sockets()),
            open: 0,
            closed: 0,
            tally: Tally::default(),
            finder: Finder::default(),
            buffer: vec![0; 256 * 1024],
            events: Vec::with_capacity(1024),
        })
    }

    /// Nanoseconds since this generator was made.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Connects all sockets and waits until a message in each room reaches each of its members.
    pub(crate) fn connect(&mut self, seconds: u64) -> Result<()> {
        let deadline = self.now() + seconds * SECOND;
        while self.open < self.shape.sockets() {
            self.start_connecting()?;
            self.turn(None, self.now() + SECOND / 100)?;
            if self.now() > deadline || self.closed > 0 {
                bail!(
                    "{} of {} sockets opened, {}",
                    self.open,
                    self.shape.sockets(),
                    self.fates()
                );
            }
        }
        self.reach_everyone(deadline)
    }

    fn start_connecting(&mut self) -> Result<()> {
        while self.sockets.len() < self.shape.sockets()
            && self.sockets.len() < self.open + CONNECTING
        {
            let user = self.sockets.len();
            let socket = Socket::connect(self.port, self.shape.room_of(user), user)?;
            let interest = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
            epoll::add(
                &self.epoll,
                &socket.fd,
                epoll::EventData::new_u64(user as u64),
                interest,
            )?;
            self.sockets.push(socket);
        }
        Ok(())
    }

    fn reach_everyone(&mut self, deadline: u64) -> Result<()> {
        while self.now() < deadline {
            for room in 0..self.shape.rooms {
                self.send(room, self.now());
            }
            let again = (self.now() + 2 * SECOND).min(deadline);
            while self.now() < again {
                self.turn(None, self.now() + SECOND / 100)?;
                if self.sockets.iter().all(|socket| socket.reached) {
                    return self.quiesce();
                }
            }
        }
        let reached = self.sockets.iter().filter(|socket| socket.reached).count();
        bail!(
            "a message reached {reached} of {} sockets, {}",
            self.shape.sockets(),
            self.fates()
        )
    }

    /// Waits until nothing comes for 300 ms, at most 5 s.
    pub(crate) fn quiesce(&mut self) -> Result<()> {
        let end = self.now() + 5 * SECOND;
        while self.now() < end {
            let before = self.tally.delivered;
            self.run_until(None, self.now() + 3 * SECOND / 10, |_| false)?;
            if self.tally.delivered == before {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Starts a new window: messages whose time is in `from..to` count. `limit` in nanoseconds.
    pub(crate) fn set_window(&mut self, from: u64, to: u64, limit: u64) {
        let delivered = self.tally.delivered;
        let rooms = vec![(0, 0); self.shape.rooms];
        self.tally = Tally {
            delivered,
            rooms,
            from,
            to,
            limit,
            ..Tally::default()
        };
        for socket in &mut self.sockets {
            socket.received = (0, 0);
        }
    }

    /// Sockets that did not get exactly the window's messages of their room, each once.
    pub(crate) fn wrong_sockets(&self) -> usize {
        let wrong = |socket: &&Socket| self.tally.rooms.get(socket.room) != Some(&socket.received);
        self.sockets.iter().filter(wrong).count()
    }

    /// Runs until `end`, sending by the schedule, or until `stop` says so.
    pub(crate) fn run_until(
        &mut self,
        mut schedule: Option<&mut Schedule>,
        end: u64,
        stop: impl Fn(&Tally) -> bool,
    ) -> Result<()> {
        while self.now() < end && !stop(&self.tally) {
            self.turn(schedule.as_deref_mut(), end)?;
        }
        Ok(())
    }

    /// Sends what is due, then waits for sockets, at most until the next message is due or `end`.
    fn turn(&mut self, mut schedule: Option<&mut Schedule>, end: u64) -> Result<()> {
        let next = self
            .send_due(schedule.as_deref_mut())
            .unwrap_or(end)
            .min(end);
        let wait = next.saturating_sub(self.now());
        let timeout = Timespec {
            tv_sec: i64::try_from(wait / SECOND)?,
            tv_nsec: i64::try_from(wait % SECOND)?,
        };
        match epoll::wait(
            &self.epoll,
            spare_capacity(&mut self.events),
            Some(&timeout),
        ) {
            Err(error) if error != Errno::INTR => return Err(error.into()),
            _ => {}
        }
        let events = std::mem::take(&mut self.events);
        for some in events.chunks(EVENTS_PER_TURN) {
            for event in some {
                self.ready(usize::try_from(event.data.u64())?, event.flags)?;
            }
            self.send_due(schedule.as_deref_mut());
        }
        self.events = events;
        self.events.clear();
        Ok(())
    }

    /// Sends due messages and returns when the next one is.
    fn send_due(&mut self, schedule: Option<&mut Schedule>) -> Option<u64> {
        let schedule = schedule?;
        for _ in 0..SENDS_PER_TURN {
            let now = self.now();
            let Some((message, at)) = schedule.take(now) else {
                break;
            };
            self.tally.send_lag = self.tally.send_lag.max(now - at);
            self.send(self.shape.sender_of(message), at);
        }
        schedule.next_at()
    }

    fn send(&mut self, sender: usize, at: u64) {
        let message = self.protocol.message(&stamp::content(at, CONTENT));
        let mut bytes = Vec::with_capacity(message.len() + 14);
        frame::push_masked(&mut bytes, frame::TEXT, message.as_bytes());
        self.sockets[sender].send(&bytes);
        if (self.tally.from..self.tally.to).contains(&at) {
            let room = &mut self.tally.rooms[self.sockets[sender].room];
            *room = (room.0 + 1, room.1.wrapping_add(at));
            self.tally.expected += self.shape.members as u64;
        }
    }

    fn ready(&mut self, index: usize, flags: EventFlags) -> Result<()> {
        if flags.contains(EventFlags::OUT) {
            self.sockets[index].writable(self.protocol, self.port)?;
        }
        if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
            self.receive(index)?;
        }
        Ok(())
    }

    fn receive(&mut self, index: usize) -> Result<()> {
        let socket = &mut self.sockets[index];
        loop {
            let kept = socket.partial.len();
            self.buffer[..kept].copy_from_slice(&socket.partial);
            let read = match net::recv(&socket.fd, &mut self.buffer[kept..], RecvFlags::empty()) {
                Ok((read, _)) if read > 0 => read,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => continue,
                Ok(_) | Err(_) => {
                    self.closed += usize::from(socket.close_code().is_none());
                    return Ok(epoll::delete(&self.epoll, &socket.fd)?);
                }
            };
            let now = u64::try_from(self.clock.elapsed().as_nanos())?;
            let (finder, tally) = (&mut self.finder, &mut self.tally);
            let filled = kept + read;
            let progress = socket.consume(
                &self.buffer[..filled],
                self.protocol,
                |received, payload| {
                    let Some(at) = finder.find(payload) else {
                        return false;
                    };
                    tally.count(received, at, now);
                    true
                },
            )?;
            self.open += usize::from(progress.opened);
            self.closed += usize::from(progress.closed);
            socket.partial.clear();
            socket
                .partial
                .extend_from_slice(&self.buffer[progress.used..filled]);
            // Edge-triggered: a short read has emptied the socket.
            if filled < self.buffer.len() {
                return Ok(());
            }
        }
    }

    /// How sockets were closed, for error messages.
    pub(crate) fn fates(&self) -> String {
        let codes: Vec<_> = self
            .sockets
            .iter()
            .filter_map(Socket::close_code)
            .take(5)
            .collect();
        format!(
            "{} closed by the server (first codes {codes:?})",
            self.closed
        )
    }
}

impl Tally {
    #[inline]
    fn count(&mut self, received: &mut (u64, u64), at: u64, now: u64) {
        self.delivered += 1;
        if !(self.from..self.to).contains(&at) {
            return;
        }
        let latency = now.saturating_sub(at);
        self.latency.record(latency);
        self.in_window += 1;
        self.late += u64::from(latency > self.limit);
        *received = (received.0 + 1, received.1.wrapping_add(at));
    }
}
