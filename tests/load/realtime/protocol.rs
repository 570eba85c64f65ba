//! What the servers under test speak. The generator needs three things of each: how to get into a
//! room, what a message looks like, and what must be answered.

use folkmoot_load::frame;

/// A wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// The chat contract: JSON frames at `/ws/{room}/{user}`.
    Chat,
    /// Socket.IO 5 over Engine.IO 4, WebSocket transport only.
    SocketIo,
}

impl Protocol {
    /// The opening request of a socket.
    pub(crate) fn request(self, port: u16, room: usize, user: usize) -> String {
        let path = match self {
            Self::Chat => format!("/ws/room-{room:04}/user-{user:05}?username=user-{user:05}"),
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket".to_owned(),
        };
        format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Version: 13\r\n\r\n"
        )
    }

    /// A message with this content, ready to be framed. The content needs no escaping.
    pub(crate) fn message(self, content: &str) -> String {
        match self {
            Self::Chat => format!(r#"{{"type":"message","content":"{content}"}}"#),
            Self::SocketIo => format!(r#"42["message",{{"content":"{content}"}}]"#),
        }
    }

    /// Whether a socket is in its room as soon as the handshake is over.
    pub(crate) fn open_at_once(self) -> bool {
        self == Self::Chat
    }

    /// What to do with a frame that carries no stamp.
    pub(crate) fn react(self, opcode: u8, payload: &[u8], room: usize, user: usize) -> Reaction {
        match (self, opcode, payload) {
            (_, frame::PING, _) => Reaction::Answer(frame::PONG, payload.to_vec()),
            (_, frame::CLOSE, [high, low, ..]) => {
                Reaction::Closed(u16::from_be_bytes([*high, *low]))
            }
            (_, frame::CLOSE, _) => Reaction::Closed(1005),
            (Self::SocketIo, _, [b'0', ..]) => Reaction::Answer(frame::TEXT, connect(room, user)),
            (Self::SocketIo, _, [b'2']) => Reaction::Answer(frame::TEXT, b"3".to_vec()),
            (Self::SocketIo, _, [b'4', b'0', ..]) => Reaction::Open,
            _ => Reaction::Nothing,
        }
    }
}

fn connect(room: usize, user: usize) -> Vec<u8> {
    let name = format!("user-{user:05}");
    format!(r#"40{{"room_id":"room-{room:04}","user_id":"{name}","username":"{name}"}}"#)
        .into_bytes()
}

/// What a frame asks of the client.
pub(crate) enum Reaction {
    /// Nothing.
    Nothing,
    /// The socket is in its room.
    Open,
    /// A frame of this opcode and payload is to be sent.
    Answer(u8, Vec<u8>),
    /// The server closes, with this code.
    Closed(u16),
}
