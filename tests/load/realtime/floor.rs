//! The floor: what this machine needs to write one frame to each receiver, and nothing else. One
//! thread, one epoll loop, no storing, no checks, no protocol beyond the opening handshake.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddrV4};

use anyhow::Result;
use folkmoot_load::frame;
use memchr::memmem;
use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, EventFlags};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const LISTENER: u64 = u64::MAX;
/// The answer to the key of RFC 6455 §1.3, the only one that the generator sends.
const ACCEPTED: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
/// The fields of the chat contract around the content, so that the frames are of the usual size.
const BEFORE: &[u8] = br#"{"type":"message","id":"0199c0de-0000-7000-8000-000000000000","room_id":"room-0000","user_id":"user-00000","username":"user-00000","content":""#;
const AFTER: &[u8] =
    br#"","message_type":"text","file_url":null,"timestamp":"2026-01-01T00:00:00.000000Z"}"#;

struct Socket {
    fd: OwnedFd,
    room: Option<usize>,
    received: Vec<u8>,
    unsent: Vec<u8>,
}

#[derive(Default)]
struct Room {
    members: Vec<usize>,
    batch: Vec<u8>,
}

struct Floor {
    epoll: OwnedFd,
    listener: OwnedFd,
    sockets: Vec<Option<Socket>>,
    rooms: Vec<Room>,
    names: HashMap<String, usize>,
    joined: bool,
    buffer: Vec<u8>,
}

/// Serves until the process is ended. With `joined`, what one turn of the loop brings for a room is
/// written to each member at once; without, each frame is.
pub(crate) fn serve(port: u16, joined: bool) -> Result<()> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let listener = net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    net::sockopt::set_socket_reuseaddr(&listener, true)?;
    net::bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))?;
    net::listen(&listener, 1024)?;
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    epoll::add(
        &epoll,
        &listener,
        epoll::EventData::new_u64(LISTENER),
        EventFlags::IN,
    )?;
    let (sockets, rooms, names) = (Vec::new(), Vec::new(), HashMap::new());
    let buffer = vec![0; 64 * 1024];
    Floor {
        epoll,
        listener,
        sockets,
        rooms,
        names,
        joined,
        buffer,
    }
    .run()
}

impl Floor {
    fn run(mut self) -> Result<()> {
        let mut events = Vec::with_capacity(1024);
        loop {
            match epoll::wait(&self.epoll, spare_capacity(&mut events), None) {
                Err(error) if error != Errno::INTR => return Err(error.into()),
                _ => {}
            }
            for event in events.drain(..) {
                match event.data.u64() {
                    LISTENER => self.accept()?,
                    index => self.ready(usize::try_from(index)?, event.flags),
                }
            }
            self.write_batches();
        }
    }

    fn accept(&mut self) -> Result<()> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        while let Ok(fd) = net::accept_with(&self.listener, flags) {
            net::sockopt::set_tcp_nodelay(&fd, true)?;
            let data = epoll::EventData::new_u64(self.sockets.len() as u64);
            let interest = EventFlags::IN | EventFlags::OUT | EventFlags::RDHUP | EventFlags::ET;
            epoll::add(&self.epoll, &fd, data, interest)?;
            let (received, unsent) = (Vec::new(), Vec::new());
            self.sockets.push(Some(Socket {
                fd,
                room: None,
                received,
                unsent,
            }));
        }
        Ok(())
    }

    fn ready(&mut self, index: usize, flags: EventFlags) {
        if flags.contains(EventFlags::OUT) && !self.flush(index) {
            return self.remove(index);
        }
        if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR)
            && !self.receive(index)
        {
            self.remove(index);
        }
    }

    /// Reads until the socket is empty; false when it is gone.
    fn receive(&mut self, index: usize) -> bool {
        loop {
            let Some(Some(socket)) = self.sockets.get_mut(index) else {
                return true;
            };
            let read = match net::recv(&socket.fd, &mut self.buffer[..], RecvFlags::empty()) {
                Ok((0, _)) => return false,
                Ok((read, _)) => read,
                Err(Errno::AGAIN) => return true,
                Err(Errno::INTR) => continue,
                Err(_) => return false,
            };
            socket.received.extend_from_slice(&self.buffer[..read]);
            match socket.room {
                None => self.shake_hands(index),
                Some(room) => self.frames(index, room),
            }
            if read < self.buffer.len() {
                return true;
            }
        }
    }

    fn shake_hands(&mut self, index: usize) {
        let Some(Some(socket)) = self.sockets.get_mut(index) else {
            return;
        };
        let Some(end) = memmem::find(&socket.received, b"\r\n\r\n") else {
            return;
        };
        let request = String::from_utf8_lossy(&socket.received[..end]).into_owned();
        socket.received.drain(..end + 4);
        // GET /ws/{room}/{user}?username=… HTTP/1.1
        let name = request.split('/').nth(2).unwrap_or_default().to_owned();
        let next = self.rooms.len();
        let room = *self.names.entry(name).or_insert(next);
        if room == next {
            self.rooms.push(Room::default());
        }
        self.rooms[room].members.push(index);
        socket.room = Some(room);
        write(socket, ACCEPTED);
    }

    fn frames(&mut self, index: usize, room: usize) {
        let Some(Some(socket)) = self.sockets.get_mut(index) else {
            return;
        };
        let mut received = std::mem::take(&mut socket.received);
        let mut used = 0;
        while let Some(found) = frame::parse(&received[used..]) {
            let payload = &mut received[used + found.start..used + found.end];
            frame::apply_mask(payload, found.key.unwrap_or_default());
            if found.opcode == frame::TEXT {
                encode(&mut self.rooms[room].batch, payload);
            }
            if !self.joined {
                self.write_batch(room);
            }
            used += found.end;
        }
        received.drain(..used);
        if let Some(Some(socket)) = self.sockets.get_mut(index) {
            socket.received = received;
        }
    }

    fn write_batches(&mut self) {
        for room in 0..self.rooms.len() {
            self.write_batch(room);
        }
    }

    fn write_batch(&mut self, room: usize) {
        let room = &mut self.rooms[room];
        if room.batch.is_empty() {
            return;
        }
        for member in &room.members {
            if let Some(Some(socket)) = self.sockets.get_mut(*member) {
                write(socket, &room.batch);
            }
        }
        room.batch.clear();
    }

    /// Writes what waits; false when the socket is gone.
    fn flush(&mut self, index: usize) -> bool {
        let Some(Some(socket)) = self.sockets.get_mut(index) else {
            return true;
        };
        while !socket.unsent.is_empty() {
            match net::send(&socket.fd, &socket.unsent, SendFlags::NOSIGNAL) {
                Ok(sent) => drop(socket.unsent.drain(..sent)),
                Err(Errno::AGAIN) => return true,
                Err(_) => return false,
            }
        }
        true
    }

    fn remove(&mut self, index: usize) {
        let Some(socket) = self.sockets.get_mut(index).and_then(Option::take) else {
            return;
        };
        if let Some(room) = socket.room {
            self.rooms[room].members.retain(|member| *member != index);
        }
    }
}

fn encode(out: &mut Vec<u8>, payload: &[u8]) {
    const FIELD: &[u8] = b"\"content\":\"";
    let content = memmem::find(payload, FIELD).map_or(payload, |at| &payload[at + FIELD.len()..]);
    let content = &content[..memchr::memchr(b'"', content).unwrap_or(content.len())];
    frame::push_plain(out, frame::TEXT, &[BEFORE, content, AFTER].concat());
}

/// Writes now, or keeps what the kernel does not take. A gone socket is noticed by its next event.
fn write(socket: &mut Socket, bytes: &[u8]) {
    if !socket.unsent.is_empty() {
        return socket.unsent.extend_from_slice(bytes);
    }
    let sent = net::send(&socket.fd, bytes, SendFlags::NOSIGNAL).unwrap_or(0);
    socket.unsent.extend_from_slice(&bytes[sent..]);
}
