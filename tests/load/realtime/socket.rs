//! One client socket: its handshake, what it has not read whole, what it could not send yet.

use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::{Result, bail};
use folkmoot_load::frame::{self, Frame};
use memchr::memmem;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{self, AddressFamily, SendFlags, SocketFlags, SocketType};

use crate::protocol::{Protocol, Reaction};

/// Addresses the sockets come from: each has its own range of ports.
const SOURCES: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    Upgrading,
    Joining,
    Open,
    Closed(u16),
}

/// A client socket in the room `room`.
pub(crate) struct Socket {
    pub(crate) fd: OwnedFd,
    pub(crate) room: usize,
    user: usize,
    state: State,
    /// The front of a frame (or of the answer to the handshake) whose rest has not come.
    pub(crate) partial: Vec<u8>,
    unsent: Vec<u8>,
    /// Messages of the current window that came to this socket, and the sum of their stamps.
    pub(crate) received: (u64, u64),
    /// Whether any stamped message ever came.
    pub(crate) reached: bool,
}

/// What consuming received bytes found beside messages.
#[derive(Default)]
pub(crate) struct Progress {
    /// Bytes that were used up.
    pub(crate) used: usize,
    /// The socket became ready to send.
    pub(crate) opened: bool,
    /// The server closed it.
    pub(crate) closed: bool,
}

impl Socket {
    /// Starts to connect.
    pub(crate) fn connect(port: u16, room: usize, user: usize) -> Result<Self> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let fd = net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
        net::sockopt::set_tcp_nodelay(&fd, true)?;
        // Closing resets, so that thousands of ports are not kept waiting after a run.
        net::sockopt::set_socket_linger(&fd, Some(std::time::Duration::ZERO))?;
        let source = Ipv4Addr::new(127, 0, 0, 2 + u8::try_from(user % SOURCES)?);
        net::bind(&fd, &SocketAddrV4::new(source, 0))?;
        match net::connect(&fd, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        let (partial, unsent) = (Vec::new(), Vec::new());
        let state = State::Connecting;
        Ok(Self {
            fd,
            room,
            user,
            state,
            partial,
            unsent,
            received: (0, 0),
            reached: false,
        })
    }

    /// The socket can be written: asks for the upgrade, or sends what waits.
    pub(crate) fn writable(&mut self, protocol: Protocol, port: u16) -> Result<()> {
        if self.state == State::Connecting {
            self.state = State::Upgrading;
            self.send(protocol.request(port, self.room, self.user).as_bytes());
        }
        if self.unsent.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.unsent);
        self.send(&waiting);
        Ok(())
    }

    /// Sends now, or keeps what the kernel does not take. Errors show at the next read.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let sent = if self.unsent.is_empty() {
            net::send(&self.fd, bytes, SendFlags::NOSIGNAL).unwrap_or(0)
        } else {
            0
        };
        self.unsent.extend_from_slice(&bytes[sent..]);
    }

    /// Goes through received bytes, giving every text or binary frame of an open socket to
    /// `delivered`, which says whether it was a message.
    pub(crate) fn consume(
        &mut self,
        bytes: &[u8],
        protocol: Protocol,
        mut delivered: impl FnMut(&mut (u64, u64), &[u8]) -> bool,
    ) -> Result<Progress> {
        let mut progress = Progress::default();
        if self.state == State::Upgrading {
            progress.used = self.upgraded(bytes, protocol)?;
            progress.opened = self.state == State::Open;
        }
        if matches!(self.state, State::Connecting | State::Upgrading) {
            return Ok(progress);
        }
        while let Some(found) = frame::parse(&bytes[progress.used..]) {
            let payload = &bytes[progress.used + found.start..progress.used + found.end];
            progress.used += found.end;
            if found.opcode <= 2 && delivered(&mut self.received, payload) {
                self.reached = true;
                continue;
            }
            self.control(found, payload, protocol, &mut progress);
        }
        Ok(progress)
    }

    fn control(
        &mut self,
        found: Frame,
        payload: &[u8],
        protocol: Protocol,
        progress: &mut Progress,
    ) {
        match protocol.react(found.opcode, payload, self.room, self.user) {
            Reaction::Nothing => {}
            Reaction::Open => {
                progress.opened = self.state != State::Open;
                self.state = State::Open;
            }
            Reaction::Answer(opcode, answer) => {
                let mut bytes = Vec::with_capacity(answer.len() + 14);
                frame::push_masked(&mut bytes, opcode, &answer);
                self.send(&bytes);
            }
            Reaction::Closed(code) => {
                progress.closed = true;
                self.state = State::Closed(code);
            }
        }
    }

    fn upgraded(&mut self, bytes: &[u8], protocol: Protocol) -> Result<usize> {
        let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
            return Ok(0);
        };
        if !bytes.starts_with(b"HTTP/1.1 101") {
            bail!(
                "the upgrade was refused: {}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(300)])
            );
        }
        self.state = if protocol.open_at_once() {
            State::Open
        } else {
            State::Joining
        };
        Ok(end + 4)
    }

    /// The code with which the server closed, if it said one.
    pub(crate) fn close_code(&self) -> Option<u16> {
        match self.state {
            State::Closed(code) => Some(code),
            _ => None,
        }
    }
}
